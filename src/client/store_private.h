/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of the store: store.c is the file and the outbox in it, store_dropped.c the log of what was dropped from that,
 * store_drafts.c and store_times.c what is kept beside.
 */
#pragma once

#include "client/store.h"
#include "db/db.h"
#include "db/row.h"

struct Store {
    Db *db;
    char *path;
    const char *select; /* "SELECT columns FROM outbox", interned with its endings */
    const char *select_state, *select_object, *select_op, *select_dropped, *select_dropped_op;
};

/* Every error names the file: the user must know what is full or damaged. Returns ok. */
bool store_named(const Store *store, bool ok, GError **error);

/* Items that one transaction is about. */
typedef struct StoreItems {
    Store *store;
    const OutboxItem *items;
    size_t n;
    gint64 now;
    const char *reason;
} StoreItems;

/* Items that are put behind all others. */
typedef struct StoreAdding {
    OutboxItem *items;
    size_t n;
} StoreAdding;

/* A DbTxFunc, of a StoreAdding: numbers them, too. */
bool store_append_tx(Db *db, gpointer adding, GError **error);

/* OutboxItem *, the rest of rows, which are taken over; NULL: they could not be read. */
GPtrArray *store_read_items(Store *store, DbRows *rows, GError **error);
