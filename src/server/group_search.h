/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The directory (R12, R59): active groups that have all words asked for, the best first, else the newest first. What
 * changes with every member, open seats, is a condition on the row; the index has what a leader writes, and markers: _a_WORD of the
 * area, _g_HEX of the group.
 */
#pragma once

#include "model/group.h"
#include "db/db.h"

typedef enum GroupOpenness {
    OPEN_ANY = 0,
    OPEN_YES = 1,  /* takes new members */
    OPEN_SEAT = 2, /* and has a seat for the trade */
} GroupOpenness;

/* The query for the engine. NULL with *any true: something was asked that no group has; with *any false: nothing was asked.
 * Caller frees. */
char *group_query(const Db *db, const char *text, const char *area, bool *any);

/* Statements over leads_group g and membership v of the viewer with the columns given and a score; $1 viewer, $2 query, $3 and $4
 * score and id of the last row, $5 limit, $6 GroupOpenness, $7 the seat (NULL: of a trade that competes with none). */
const char *group_search_sql(const Db *db, const char *columns);
/* All, and those of the viewer in whatever state: the same parameters. */
const char *group_all_sql(const char *columns);
/* Those without a leader, for administrators: the same parameters. */
const char *group_suspended_sql(const char *columns);
const char *group_mine_sql(const char *columns);

/* Puts a group into the index instead of what was there; takes one out that is closed. */
bool group_index(Db *db, const Group *group, GError **error);
/* All of them, into an empty index: a DbTxFunc. */
bool group_index_all(Db *db, gpointer nothing, GError **error);
