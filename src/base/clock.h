/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one clock of both programs. Wall time is milliseconds since 1970 UTC (gint64; 0 = no time).
 * It can be frozen: by a test, or for a whole process by LEADLINE_NOW=RFC3339 in the environment, so
 * that screens and reports come out the same on every run. Never call time() or
 * g_get_real_time() elsewhere.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define MS_PER_SECOND G_GINT64_CONSTANT(1000)
#define MS_PER_MINUTE (60 * MS_PER_SECOND)
#define MS_PER_HOUR (60 * MS_PER_MINUTE)
#define MS_PER_DAY (24 * MS_PER_HOUR)

/* Reads LEADLINE_NOW; call once at the start of main. Bad text: false and *error. */
bool clock_init(GError **error);

gint64 clock_now(void); /* UTC milliseconds */
bool clock_is_frozen(void);
void clock_freeze(gint64 ms);  /* 0 lets it run again */
void clock_advance(gint64 ms); /* moves a frozen clock */

/* The time zone of an IANA name ("Europe/Berlin"), from the system's files; NULL when there is none, of no name, and for whatever else is in
 * their folder or outside it. Caller unrefs. */
GTimeZone *clock_zone(const char *name);
#define ZONE_NAME_MAX 64

/* Monotonic microseconds for deadlines and measuring; never frozen. */
gint64 clock_monotonic(void);

/* Milliseconds that this machine has slept (suspended) since it started. It grows by the length of each sleep. */
gint64 clock_asleep(void);

/* Asks done(data) every millisecond or so, for at most ms milliseconds: for what tells nobody when it ends (a child, a
 * counter of another thread). Gives its last answer. The only place that sleeps. */
bool clock_wait(bool (*done)(gpointer data), gpointer data, unsigned ms);

/* RFC 3339 UTC with milliseconds: 2026-11-24T08:30:00.000Z */
#define TIME_TEXT_SIZE 25
char *time_format(gint64 ms, char buffer[static TIME_TEXT_SIZE]);
/* Accepts any RFC 3339 offset and 0 to 9 decimals; false leaves *out alone. Years 1970 to 9999. */
bool time_parse(const char *text, gint64 *out);
