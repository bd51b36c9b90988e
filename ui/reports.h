/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view of the reports, and its commands (commands_report.c): what they want of each other. */
#pragma once

#include "app.h"

#include "client/cache_report.h"

typedef enum ReportSort {
    REPORTS_BY_NAME = 1,
    REPORTS_BY_GIVEN,
    REPORTS_BY_RECEIVED,
    REPORTS_BY_BALANCE,
    REPORTS_BY_LAST,
    REPORTS_BY_FIGURE,
} ReportSort;
extern const EnumTable report_sorts;

/* The report on the screen, as it was last read; NULL none. */
const Report *reports_current(App *app);
ReportKind reports_kind(App *app); /* 0: another view is shown */
void reports_show(App *app, ReportKind kind);
/* One of a group, which is asked of the server. */
void reports_show_group(App *app, ReportKind kind, const Uuid *group);
/* Is the report of a group shown, and is there another group to go to? */
bool reports_has_other_group(App *app);
void reports_next_group(App *app);

/* from, to: days or times, NULL as report_period() says; name: what people call it, NULL nothing. False: as it was. */
bool reports_set_period(App *app, const char *from, const char *to, const char *name,
                        GError **error);
ReportSort reports_sort(App *app);
/* The report that is shown has this order. */
bool reports_sort_fits(App *app, ReportSort sort);
bool reports_set_sort(App *app, ReportSort sort);
/* Enter opens what was given, or what was received. */
void reports_other_figure(App *app);
