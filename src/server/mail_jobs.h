/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mail that nobody's act causes: reminders of leads that were not picked up after 24 and 72 hours; once a month a report of
 * what was passed on (R27), and a word about partners who gave leads and got none back (R32: until they do); and to those who
 * were absent from a meeting that was completed, when their group allows them no other absence.
 *
 * Each is a walk in steps of a few rows, whose place is in the table mail_job under (job, local date), and whose mail has a
 * key of what it is about: in one transaction, so neither a restart nor a second server repeats or forgets any. Months and
 * their days are those of the account's time zone, so there is a walk for each zone that somebody is in, "activity Europe/Berlin".
 * Whoever moves to another zone is told of a month once all the same; not at all, who moves in the hours between its beginning
 * there and here. A run that is missed is made up for in the days after, not later.
 */
#pragma once

#include "server/call.h"

/* Steps of job_rows[] (jobs.h). */
bool mail_job_waiting(Call *call, GError **error);
bool mail_job_activity(Call *call, GError **error);
bool mail_job_reciprocate(Call *call, GError **error);
bool mail_job_absence(Call *call, GError **error);
