/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Times as people type them, in the local zone: when a lead comes back, until when not to be disturbed.
 *
 *   30m  +2h  1h30m  3d  1w           from now
 *   14:30  9  9am  2pm                the next time it is that late
 *   tomorrow  tomorrow 9              at 9:00 unless a time is given; today 17:30
 *   Thu  Thu 14:30  thursday 9        the next one; the days' names also in the user's language
 *   24 Nov  24 Nov 14:30  24.11.      the next one
 *   2025-11-24  2025-11-24 14:30
 */
#pragma once

#include "base/problem.h"

#define MOMENT_EXAMPLES "+2h, tomorrow 9, Thu 14:30"

/* Milliseconds of an m, h, d or w; 0: it is no unit. */
gint64 moment_unit(char letter);

/* Milliseconds UTC, after now and within a year; else BAD_INPUT, which says what would be right. */
bool moment_parse(const char *text, gint64 now, gint64 *out, GError **error);
