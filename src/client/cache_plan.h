/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From what is asked for to index walks. A query for one box becomes branches, no two of which hold the same lead ("a | b": a,
 * and b without a). What a branch asks for together is sorted out: states and verdicts into one set, ages into two bounds,
 * words into one full-text expression; the rest stays a condition on the row. All values are parameters.
 */
#pragma once

#include "client/cache.h"
#include "client/cache_row.h"
#include "client/limit_tree.h"
#include "db/db.h"

#define BRANCHES_MAX 8 /* of an "or"; one with more is asked row by row */

/* A condition on the row, or its contrary. */
typedef struct Condition {
    const LimitNode *node;
    bool negated;
} Condition;

typedef struct Branch {
    guint64 standings;
    gint64 low, high; /* n in (low, high) */
    GString *match;   /* empty: no words */
    bool unsent, tagged;
    const LimitNode *value; /* the first comparison; it stands among the conditions too */
    GArray *conditions;     /* Condition */
} Branch;

/* Branch *; none: nothing can match. */
GPtrArray *plan_branches(const LeadQuery *query, ReferralBox box);

/* Nothing but states and verdicts of that box (in *standings) decides: counters have the answer. */
bool plan_is_counted(const LeadQuery *query, ReferralBox box, guint64 *standings);

/* A statement being written, and its parameters. */
typedef struct Statement {
    GString *sql;
    GArray *values;  /* DbValue */
    GByteArray *ids; /* of the tagged */
    guint ids_at;    /* number of their parameter, 0 none yet */
} Statement;
void statement_init(Statement *statement);
void statement_clear(Statement *statement);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Statement, statement_clear)
void statement_put(Statement *statement, const char *sql);
/* "$7" and its value, which must live as long as the statement. */
void statement_value(Statement *statement, DbValue value);
/* Remembered by its text, unless that begins with DB_ONCE. */
DbRows *statement_query(Statement *statement, Db *db, GError **error);

/* "r.standing IN (4, 8)" */
void plan_put_standings(Statement *statement, guint64 standings);
/* " AND ..." for each condition of the branch on a row r of referral. */
void plan_put_conditions(Statement *statement, const LeadQuery *query, ReferralBox box,
                         const Branch *branch);
/* ids of the tagged leads, as a subquery */
void plan_put_tagged(Statement *statement, const LeadQuery *query);
