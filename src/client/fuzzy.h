/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzy search in a few thousand short texts, as in fzf: the letters of each word of the query must be there in their order,
 * gaps between them allowed. Better is what has them at the starts of words, one after the other, early, and in a
 * field that counts more. Case and accents do not matter ("jurgen" finds "Jürgen").
 */
#pragma once

#include <glib.h>

typedef struct Fuzzy Fuzzy;

#define FUZZY_FIELDS 6     /* of an item, the weightiest first */
#define FUZZY_QUERY_MAX 64 /* letters of a query that count */
#define FUZZY_TEXT_MAX 200 /* and of a field */

Fuzzy *fuzzy_new(void);
void fuzzy_free(Fuzzy *fuzzy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fuzzy, fuzzy_free)

/* The next item, from 0. fields: FUZZY_FIELDS of them, NULL where there is none. */
void fuzzy_add(Fuzzy *fuzzy, const char *const fields[FUZZY_FIELDS]);

typedef struct FuzzyHit {
    guint item;
    int score;
} FuzzyHit;

/* FuzzyHit, the best first, the same in the order they were added; a query without letters finds all. Free with
 * g_array_unref. */
GArray *fuzzy_search(const Fuzzy *fuzzy, const char *query);

/* The same of one text, 0: not in it. */
int fuzzy_score(const char *text, const char *query);
