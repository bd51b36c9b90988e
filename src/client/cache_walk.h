/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of lists: one walk. A list (cache_list.c) is walked stage by stage (cache_stage.h), in a stage branch by branch
 * (cache_plan.h), and each branch is one statement, or one for each state, whose source is an index that has the order wanted,
 * or that leads to few rows.
 */
#pragma once

#include "client/cache_plan.h"
#include "client/cache_private.h"

/* A partner, as a list by partner is ordered. */
typedef struct CacheParty {
    Uuid id;
    char name[LEAD_KEY_SIZE];
} CacheParty;

/* Where a lead stands in any order. */
typedef struct Place {
    gint64 n;
    LeadKey key;
} Place;

/* A stretch of the list, of which the place (if any) cuts off a part. */
typedef struct Stage {
    int standing;            /* -1: of all */
    const CacheParty *party; /* NULL: of all */
    enum {
        CUT_NONE,
        CUT_AT_N,
        CUT_TIES,  /* only those with the key of the place, from its n on */
        CUT_BEYOND /* only those with another key, on the side that is asked for */
    } cut;
} Stage;

typedef struct ListRequest {
    Cache *cache;
    const LeadQuery *query;
    const Place *place; /* NULL: from the end */
    bool after;         /* in the order that is not reversed */
    bool inclusive;     /* the place itself counts too */
    gint64 max;
    GPtrArray *rows;  /* NULL: only counted */
    gint64 n;         /* counted */
    GString *explain; /* NULL: really */
} ListRequest;

/* By the name of the client, or by value. */
bool walk_is_by_key(LeadSort sort);

/* What the branch has in this stage: adds LeadRow * to rows, each state in the order of the list, or counts in request->n. */
bool walk_branch(ListRequest *request, ReferralBox box, const Branch *branch, const Stage *stage,
                 GPtrArray *rows, GError **error);

void lead_row_free(gpointer row);
/* standing, worth, party, client_key of a row, from this column on; the party's name is not among them */
LeadKey lead_key_read(const DbRows *rows, int column);
/* The name in this column, as lists are ordered by it. */
void lead_key_name(char key[LEAD_KEY_SIZE], const DbRows *rows, int column);
