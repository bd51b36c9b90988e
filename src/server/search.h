/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Full text over referrals, on both engines. A word is a run of letters and digits after compatibility decomposition and
 * case folding, without its accents ("Béranger" is "beranger"); every Chinese or Japanese character is a word of its own.
 * What is stored and what is asked go through the same cutter, so user text never reaches the query language of an
 * engine. Every document also has one marker word for each party and box ("i_<account>", "s_<account>"; '_' is in no
 * other word): every query names one, so that nobody's search walks other people's documents.
 *
 * Answers come in the order of arrival on SQLite (the rowid) and of sent_at on PostgreSQL; `position` is that key.
 */
#pragma once

#include "db/db.h"
#include "model/referral.h"

/* Fragments of a statement over referral_full r; $1 is the viewer. */
typedef struct SearchSql {
    bool
        first_ids; /* `from` has only the table referral r: the page's ids are found first, then read */
    const char *from;     /* after FROM */
    const char *where;    /* a format with the number of the parameter that search_query() made */
    const char *position; /* what a cursor's time is compared with */
    const char *after;    /* a format with the numbers of position and id */
    const char *order;    /* after ORDER BY */
} SearchSql;

const SearchSql *search_sql(const Db *db);

/* The query parameter for typed words, each a prefix, all wanted; NULL when the text has no word (nothing is found).
 * box 0: both. Caller frees. */
char *search_query(const Db *db, const char *typed, const Uuid *viewer, ReferralBox box);

/* Puts a new referral into the index, in its transaction. */
bool search_add(Db *db, const Referral *referral, GError **error);

/* Takes one out of the index; what others wrote into it stays. Then, after the last one of a transaction, search_scrub(): nothing of the words
 * themselves is left in the index (SQLite writes it anew: a second for a hundred thousand leads). */
bool search_remove(Db *db, const Uuid *referral, GError **error);
bool search_scrub(Db *db, GError **error);

/* Appends the words of text, each followed by a blank; at most max of them. Returns their number. */
int search_cut(GString *out, const char *text, int max);
