/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The figures of a report, from the database. Whose they are is parameter $1 of every statement: nobody sees a row of
 * others. Also for those who send figures by themselves (the monthly activity report).
 */
#pragma once

#include "db/db.h"
#include "model/report.h"

typedef struct ReportAsk {
    ReportKind kind;
    Uuid account; /* whose */
    Uuid partner; /* only this one; nil: everybody */
    gint64 now;
} ReportAsk;

/* Counts, names, finishes. Inside one snapshot. The report is to be cleared in any case; the period is taken over. */
bool report_make(Db *db, const ReportAsk *ask, ReportPeriod *period, Report *report,
                 GError **error);

/* Give and take with everybody since a time (R26): Uuid * -> GiveTake *. NULL on error. */
GHashTable *report_sums(Db *db, const Uuid *account, gint64 since, GError **error);
