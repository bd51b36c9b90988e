/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of the cache's reading side: cache.c (objects, counters), cache_list.c and what it is made of (lists). */
#pragma once

#include "client/cache_row.h"

#define CACHE_FEW 1000

struct Cache {
    Db *db;
    const char *select_referral, *select_server, *select_server_note, *select_notes,
        *select_partners, *select_partner, *select_members, *select_account, *select_invitations,
        *select_invitation;
    gint64 few;             /* rows that are sorted rather than looked for in order */
    GArray *parties;        /* CacheParty, by name; NULL: not asked for yet */
    gint64 parties_version; /* of the file, when they were read */
};

/* Each takes the rows over. */

/* The one row of a query into an object of the table; NOT_FOUND. */
bool cache_read_one(DbRows *rows, const FieldTable *table, void *out, GError **error);
/* All of them, as objects that `free` frees with the array. */
GPtrArray *cache_read_all(DbRows *rows, const FieldTable *table, GDestroyNotify free,
                          GError **error);
GArray *cache_read_ids(DbRows *rows, GError **error); /* Uuid, the first column */
