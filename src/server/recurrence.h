/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * On which days a group meets: its cadence (R56) as a rule of RFC 5545, whose days libical finds. The library is loaded when
 * a group first asks, since it brings much with it.
 *
 * A rule gives days of the place; a day begins its meeting at the group's minute of the local clock, so 07:00 stays 07:00 when
 * the clock changes. A time that such a change leaves out is the one an hour later; of one that comes twice the
 * first is meant. Every second week is counted from the week of `first_on`; a month that lacks the day ends the series'
 * month on its last day, one that lacks a fifth weekday has its last.
 */
#pragma once

#include "model/group.h"

typedef struct Occurrence {
    char day[11]; /* local: "2026-11-26" */
    gint64 starts_at;
} Occurrence;

/* Those with from <= starts_at < until, in order: GArray of Occurrence. The series begins on first_on, or on the day of `anchor`
 * where that is unset. None for CADENCE_OTHER, and where weekday or day of the month are missing. BAD_INPUT: no such zone or
 * day; FAILED: no library. */
GArray *recurrence_find(const GroupInput *group, gint64 anchor, gint64 from, gint64 until,
                        GError **error);
