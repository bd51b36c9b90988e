/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Full text over profiles (R119, R120), on both engines, with the cutter of search.h. A document has four parts that weigh
 * differently, what they trade in most and what they say at length least, and marker words for the filters, which begin with a '_' and
 * so are no word of a text nor begin like one: _b_CODE of the business type and of each branch above it, _a_WORD of areas, _s_WORD of
 * specialities and industries, _p_N of the price level, _u_HEX of the account. A query is the asked words, each a prefix, and the markers; all are wanted.
 */
#pragma once

#include "db/db.h"
#include "model/account.h"

typedef struct ProfileQuery {
    const char *text;          /* NULL or without a word: not asked */
    const char *business_type; /* code, label or words */
    const char *area, *speciality;
    gint64 price_level; /* 0 not asked */
} ProfileQuery;

/* The query for the engine. NULL with *any true: something was asked that is in no profile; with *any false: nothing was
 * asked. *ranked: it has words. Caller frees. */
char *profile_query(const Db *db, const ProfileQuery *query, bool *any, bool *ranked);

/* Statements over "account a" with the columns given and a score; $1 viewer, $2 query, $3 and $4 score and id of the last
 * row, $5 limit. ranked: by how well the words fit. */
const char *profile_search_sql(const Db *db, const char *columns, bool ranked);

/* Puts an account's profile into the index instead of what was there. */
bool profile_index(Db *db, const Account *account, GError **error);
/* All of them, into an empty index: a DbTxFunc. */
bool profile_index_all(Db *db, gpointer nothing, GError **error);
