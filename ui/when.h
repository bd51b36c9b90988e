/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times as people read them: local zone, age in lists, both in details. Callers free what is returned. */
#pragma once

#include "client/settings.h"

#include <glib.h>

/* 4m, 2h, 09:14 today, Tue, 14Nov, 2024-11-14 (Nov'24 when width is less than that takes); TIME_ABSOLUTE: 14Nov 09:14,
 * 2024-11-14. */
char *when_short(gint64 ms, gint64 now, TimeStyle style, int width);
/* Cells of the widest in that style; not roomy: 6 where that is possible. */
int when_short_width(TimeStyle style, bool roomy);

/* "Fri 21 Nov 2025 14:28 (4m ago)"; "" for 0. */
char *when_long(gint64 ms, gint64 now);
/* "Fri 21 Nov 2025" */
char *when_day(gint64 ms);
/* "21 Nov", "21 Nov 2024" when that is another year */
char *when_date(gint64 ms, gint64 now);
/* "14:28", with the day when that is not today: "21 Nov 14:28" */
char *when_moment(gint64 ms, gint64 now);

/* "12s", "4m", "2h", "3d": how long something is ago; never negative. */
char *when_age(gint64 ms, gint64 now);

char *when_clock(gint64 now); /* "14:32" */
