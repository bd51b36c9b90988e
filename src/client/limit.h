/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which leads to show, as a person types it:
 *
 *   boiler leeds            words: contact, company, need, town, partner; each the beginning of a word
 *   waiting   ~new   ~x     a state or verdict, with or without ~; "new" in quotes is the word
 *   ~p anna  ~n "new roof"  partner, need; ~f: only who passed it to you
 *   ~v >500  ~d <7d         value; age in m, h, d, w
 *   a b    a | b    !a    ( )      and, or, not, groups
 *
 * What the cache can find by itself goes into its query (limit_narrow); the rest is asked row by row.
 */
#pragma once

#include "client/cache.h"

typedef struct Limit Limit;

/* "" is true of all. BAD_INPUT says where and what would be right. */
Limit *limit_parse(const char *text, gint64 now, GError **error);
void limit_free(Limit *limit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Limit, limit_free)

/* Adds to the query what it can hold; query->text is then borrowed from the limit. Once, before limit_matches(). */
void limit_narrow(Limit *limit, LeadQuery *query);
/* Is it true of a row of the narrowed query? Reads the whole lead only when it must. */
bool limit_matches(const Limit *limit, Cache *cache, const LeadRow *row, bool *matches,
                   GError **error);
