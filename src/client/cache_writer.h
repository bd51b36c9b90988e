/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of the writer, shared by cache_writer.c (opening, transactions), cache_write.c and cache_write_*.c (objects), cache_feed.c (pages
 * of the change feed) and cache_count.c.
 */
#pragma once

#include "client/cache_write.h"
#include "db/db.h"

#define COUNT_BOXES (BOX_SENT + 1)
#define COUNT_STATES (REFERRAL_WITHDRAWN + 1)
#define COUNT_VERDICTS (VERDICT_NOT_A_LEAD + 1)

struct CacheWriter {
    char *path;
    Db *db;
    Store *store;       /* the worker's own connection */
    GHashTable *edited; /* Uuid *: referrals that have or had items in the outbox */
    GHashTable
        *gone; /* Uuid *: what the feed has taken away; an older answer does not bring it back */
    gint64 counts[COUNT_BOXES][COUNT_STATES][COUNT_VERDICTS][2]; /* changes not yet in `counter` */
    GHashTable *party_counts;                                    /* and in `party_counter` */
    gint64 generation;                                           /* of the account's own feed */
    bool complete;   /* and it had come to its end once before: what is new now is news */
    bool scrub;      /* the transaction forgets what must not stay in the file */
    bool words_left; /* the search index has words of texts that are gone: a row of `chore` */
    Uuid account;    /* whose cache this is, nil: nobody's yet */
    unsigned changed;
    const char *insert, *update, *select, *select_base, *select_note_bases;
    DbValue *values;
    size_t n_values;
    GPtrArray *strings;
};

/* Reads again what the writer remembers between transactions; of that the second only `edited`. */
bool cache_writer_load(CacheWriter *writer, GError **error);
bool cache_load_edited(CacheWriter *writer, GError **error);
void cache_remember_edited(CacheWriter *writer, const Uuid *object);

static inline bool cache_is_gone(const CacheWriter *writer, const Uuid *id)
{
    return g_hash_table_contains(writer->gone, id);
}

/* Its statements, made from the field tables. */
void cache_prepare_writes(CacheWriter *writer);
/* The server's notes of a lead with these items of the outbox done to them. */
bool cache_refresh_notes(CacheWriter *writer, const Uuid *referral, const GPtrArray *items,
                         GError **error);
/* The indexes of lists by client and by value, which cost a full sync more than all others: an empty cache is filled without
 * them, and then they are made at once. */
bool cache_drop_orders(CacheWriter *writer, GError **error);
bool cache_make_orders(CacheWriter *writer, GError **error);
bool cache_delete_referral(CacheWriter *writer, const Uuid *id, GError **error);

/* Counters, by cache_count.c: every row that comes (+1) or goes (-1); what was added is written by counts_flush(). */
GHashTable *party_counts_new(void);
void counts_add(CacheWriter *writer, const Referral *referral, int by);
void counts_reset(CacheWriter *writer);
bool counts_flush(CacheWriter *writer, GError **error);
