/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of the view of reports: reports.c is what it holds and what happens to it, reports_draw.c what is on the screen.
 */
#pragma once

#include "draw.h"
#include "reports.h"

typedef struct ReportsView {
    View view;
    ReportKind kind;
    char *from, *to, *period_name; /* as asked for; NULL: 12 months until now */
    ReportSort sort;
    Report report;
    bool made;
    GPtrArray *order; /* the report's rows, as they are shown */
    guint cursor, top;
    char *at;      /* name of the row under the cursor: it stays there */
    bool received; /* the figure that Enter opens */
    Uuid group;    /* of a report of a group; nil: the first one */
    guint asking;  /* number of the question that is not answered yet; 0 none */
    char *trouble; /* why there is no answer */
} ReportsView;

/* The row under the cursor; NULL none. */
void *reports_row(const ReportsView *reports);
/* Who it is about; caller frees. */
char *reports_name(const ReportsView *reports, void *row);
/* "2025-03-01 to 2026-02-28"; caller frees. */
char *reports_period(const ReportsView *reports);

/* reports_draw.c */
void reports_draw(ReportsView *reports);
