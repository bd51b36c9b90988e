/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calendar days as text, "2026-11-26": what a fee period, a check or a half-year is counted in. They know no time zone; a
 * zone says which day a moment belongs to, and when a day begins there. Always by the calendar, never by adding 24 hours.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define DAY_SIZE 11 /* with the NUL */
typedef char Day[DAY_SIZE];

/* A day that there is, from 1970 to 9999, in just this form. */
bool day_valid(const char *text);

/* Those texts are valid days. out may be the day itself. */
void day_add_days(const char *day, int days, Day out);
/* The same day of another month; where that is shorter, its last one. Months of a series are always added to its first day:
 * from the 31st of January on, that is 28 February and then 31 March. */
void day_add_months(const char *day, int months, Day out);
int day_between(const char *from, const char *to); /* how many days later `to` is */
int day_weekday(const char *day);                  /* 1 Monday ... 7 Sunday */

/* zone: an IANA name; UTC when it is NULL or there is no such zone. */
void day_of(gint64 ms, const char *zone, Day out);
/* The day's first moment there (where a clock change leaves out midnight, the first that there is). */
gint64 day_begin(const char *day, const char *zone);
