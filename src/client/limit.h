/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which leads to show, as a person types it:
 *
 *   boiler leeds            words: contact, company, need, town, partner; each the beginning of a word
 *   waiting   ~new   ~x     a state or verdict, with or without ~; "new" in quotes is the word
 *   ~p anna  ~n "new roof"  partner, need; ~f: only who passed it to you
 *   ~v >500  ~d <7d         value; age in m, h, d, w
 *   ~u  ~t                  not sent yet; tagged
 *   a b    a | b    !a    ( )      and, or, not, groups
 *
 * A limit is part of a LeadQuery: the cache answers it from its indexes (client/cache_plan.h).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/problem.h"

typedef struct Limit Limit;

/* "" is true of all. BAD_INPUT says where and what would be right. */
Limit *limit_parse(const char *text, gint64 now, GError **error);
void limit_free(Limit *limit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Limit, limit_free)

bool limit_is_all(const Limit *limit);     /* hides nothing */
bool limit_has_tagged(const Limit *limit); /* ~t stands in it: it needs query->tagged */

/* What can stand where a term begins, by row; NULL beyond the last. */
typedef struct LimitTerm {
    const char *name;   /* "waiting" */
    const char *letter; /* "w", NULL none */
    const char *effect; /* N_(): one line */
} LimitTerm;
const LimitTerm *limit_term(size_t i);
bool limit_term_stands_alone(size_t i); /* takes nothing, and needs no ~ */
