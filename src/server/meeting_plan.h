/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Meetings of a group's schedule (R56): those of the next eight weeks are there, each with the id of its local day, so making
 * them again makes nothing. A job sees to it once a day, and whatever changes a group or its state calls meeting_plan() in its
 * transaction.
 *
 * When the schedule changes, meetings that it made and that nobody touched move with it or go; who was invited by mail is told
 * (they are then cancelled instead, and come back with the schedule). What somebody changed, answered or entered anything for
 * stays as it is.
 */
#pragma once

#include "server/groups.h"

#define PLANNED_AHEAD (8 * 7 * MS_PER_DAY)

/* group: as it is now, locked. */
bool meeting_plan(Call *call, const Group *group, GError **error);

/* Steps of job_rows[] (jobs.h). */
bool meeting_plan_job(Call *call, GError **error);
/* A year after a meeting nobody needs to reach its visitors and the contacts of its slips any more: how, and notes about them,
 * are forgotten; names and figures stay. */
#define CONTACTS_KEPT (365 * MS_PER_DAY)
bool meeting_purge_job(Call *call, GError **error);
