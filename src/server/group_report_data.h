/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The facts of a group's reports, from the database (what counts: model/group_report.h). Inside one snapshot. */
#pragma once

#include "db/db.h"
#include "model/group_report.h"

/* Everything that any of its reports wants of the book's period; zone: in which its days are. */
bool group_report_read(Db *db, GroupBook *book, const char *zone, GError **error);

/* How often somebody was absent from meetings of the group that were counted, from a time to another. */
bool group_report_absences(Db *db, const Uuid *group, const Uuid *account, gint64 from, gint64 to,
                           gint64 *n, GError **error);

/* Statements for EXPLAIN; NULL past the last. */
const char *group_report_hot_sql(int i);
