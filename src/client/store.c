/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/store.h"

#include <string.h>

#include "base/clock.h"
#include "client/schema.h"
#include "client/store_private.h"

bool store_named(const Store *store, bool ok, GError **error)
{
    if (!ok && error)
        g_prefix_error(error, "%s: ", store->path);
    return ok;
}

Store *store_open(const char *path, GError **error)
{
    static const DbDriver *const drivers[] = { &db_sqlite, NULL };
    g_autofree char *url = g_strconcat("sqlite:", path, NULL);
    Db *db = db_open(drivers, url, DB_WRITE | DB_ROLLBACK_JOURNAL, error);
    if (!db) {
        g_prefix_error(error, "%s: ", path);
        return NULL;
    }
    g_autoptr(Store) store = g_new0(Store, 1);
    store->db = db;
    store->path = g_strdup(path);
    if (!store_named(store, db_migrate(db, schema_store, error), error))
        return NULL;
    const char *columns = row_columns(&outbox_fields, NULL);
    store->select = db_intern("SELECT %s FROM outbox ORDER BY n", columns);
    store->select_state = db_intern("SELECT %s FROM outbox WHERE state = $1 ORDER BY n", columns);
    store->select_object = db_intern("SELECT %s FROM outbox WHERE object = $1 ORDER BY n", columns);
    store->select_op = db_intern("SELECT %s FROM outbox WHERE op = $1", columns);
    columns = row_columns(&dropped_fields, NULL);
    store->select_dropped = db_intern("SELECT %s FROM dropped ORDER BY dropped_at DESC, n DESC",
                                      columns);
    store->select_dropped_op = db_intern("SELECT %s FROM dropped WHERE op = $1", columns);
    return g_steal_pointer(&store);
}

bool store_check(Store *store, GError **error)
{
    return store_named(store, db_is_sound(store->db, error), error);
}

void store_close(Store *store)
{
    if (!store)
        return;
    db_close(store->db);
    g_free(store->path);
    g_free(store);
}

static GPtrArray *items_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)outbox_item_free);
}

GPtrArray *store_read_items(Store *store, DbRows *from, GError **error)
{
    g_autoptr(DbRows) rows = from;
    g_autoptr(GPtrArray) items = items_new();
    while (rows && db_next(rows, error)) {
        OutboxItem *item = g_new0(OutboxItem, 1);
        row_read(rows, 0, &outbox_fields, item, ROW_COPY);
        g_ptr_array_add(items, item);
    }
    if (!store_named(store, rows && db_rows_ok(rows), error))
        return NULL;
    return g_steal_pointer(&items);
}

/* ---- adding */

bool store_append_tx(Db *db, gpointer arg, GError **error)
{
    StoreAdding *adding = arg;
    gint64 last = 0;
    if (!db_get_one_int(db, error, &last, "SELECT coalesce(max(n), 0) FROM outbox"))
        return false;
    for (size_t i = 0; i < adding->n; i++) {
        adding->items[i].n = last + 1 + (gint64)i;
        if (!row_insert(db, "outbox", &outbox_fields, &adding->items[i], error))
            return false;
    }
    return true;
}

/* A commit can fail when it is past its point of no return: the journal is emptied, but that could not be synced. What was said to
 * have failed must not be sent. */
static bool take_back_tx(Db *db, gpointer arg, GError **error)
{
    const StoreAdding *adding = arg;
    for (size_t i = 0; i < adding->n; i++)
        if (!db_exec(db, error, "DELETE FROM outbox WHERE op = $1", db_uuid(&adding->items[i].op)))
            return false;
    return true;
}

bool store_add(Store *store, OutboxItem *items, size_t n, GError **error)
{
    StoreAdding adding = { items, n };
    bool ok = db_tx(store->db, store_append_tx, &adding, error);
    if (!ok)
        db_tx(store->db, take_back_tx, &adding, NULL);
    return store_named(store, ok, error);
}

/* ---- reading */

bool store_counts(Store *store, OutboxCounts *counts, gint64 *hold_until, GError **error)
{
    *counts = (OutboxCounts){ 0 };
    gint64 newest = 0;
    g_autoptr(DbRows) rows = db_query(
        store->db, error,
        "SELECT state, count(*), coalesce(max(hold_until), 0) FROM outbox GROUP BY state");
    while (rows && db_next(rows, error)) {
        gint64 n = db_get_int(rows, 1);
        switch ((OutboxState)db_get_int(rows, 0)) {
        case OUTBOX_HELD:
            counts->held += n;
            newest = db_get_int(rows, 2);
            break;
        case OUTBOX_WAITING:
        case OUTBOX_SENDING:
            counts->waiting += n;
            break;
        case OUTBOX_FAILED:
            counts->failed += n;
            break;
        case OUTBOX_CONFLICT:
            counts->conflict += n;
            break;
        case OUTBOX_PARKED:
            counts->parked += n;
            break;
        }
    }
    if (!store_named(store, rows && db_rows_ok(rows), error))
        return false;
    if (hold_until)
        *hold_until = newest;
    return true;
}

GPtrArray *store_items(Store *store, OutboxState state, GError **error)
{
    return store_read_items(store,
                            state ? db_query(store->db, error, store->select_state, db_int(state))
                                  : db_query(store->db, error, store->select),
                            error);
}

GPtrArray *store_items_of(Store *store, const Uuid *object, GError **error)
{
    return store_read_items(
        store, db_query(store->db, error, store->select_object, db_uuid(object)), error);
}

bool store_item(Store *store, const Uuid *op, OutboxItem *out, GError **error)
{
    g_autoptr(DbRows) rows = db_query(store->db, error, store->select_op, db_uuid(op));
    if (!rows)
        return store_named(store, false, error);
    if (!db_next(rows, error)) {
        if (!db_rows_ok(rows))
            return store_named(store, false, error);
        return problem_set(error, PROBLEM_NOT_FOUND, "there is no such item in the outbox");
    }
    row_read(rows, 0, &outbox_fields, out, ROW_COPY);
    return true;
}

/* ---- changing */

static bool set_states_tx(Db *db, gpointer arg, GError **error)
{
    const StoreItems *all = arg;
    for (size_t i = 0; i < all->n; i++) {
        const OutboxItem *item = &all->items[i];
        if (!db_exec(db, error,
                     "UPDATE outbox SET state = $2, next_at = $3, attempts = $4, problem = $5, "
                     "detail = $6 WHERE op = $1",
                     db_uuid(&item->op), db_int(item->state), db_time(item->next_at),
                     db_int(item->attempts), db_text(item->problem), db_text(item->detail)))
            return false;
    }
    return true;
}

bool store_set_states(Store *store, const OutboxItem *items, size_t n, GError **error)
{
    StoreItems all = { store, items, n };
    return store_named(store, db_tx(store->db, set_states_tx, &all, error), error);
}

typedef struct Claiming {
    const Uuid *ops;
    size_t n;
    gint64 now;
    bool *claimed;
} Claiming;

static bool claim_tx(Db *db, gpointer arg, GError **error)
{
    Claiming *claiming = arg;
    for (size_t i = 0; i < claiming->n; i++) {
        gint64 changed = 0;
        if (!db_exec_count(db, error, &changed,
                           "UPDATE outbox SET state = 3, attempts = attempts + 1 WHERE op = $1 AND "
                           "(state IN (2, 3) OR (state = 1 AND coalesce(hold_until, 0) <= $2))",
                           db_uuid(&claiming->ops[i]), db_int(claiming->now)))
            return false;
        claiming->claimed[i] = changed == 1;
    }
    return true;
}

bool store_claim(Store *store, const Uuid *ops, size_t n, gint64 now, bool *claimed, GError **error)
{
    Claiming claiming = { ops, n, now, claimed };
    if (store_named(store, db_tx(store->db, claim_tx, &claiming, error), error))
        return true;
    memset(claimed, 0, n * sizeof *claimed);
    return false;
}

bool store_recover(Store *store, GError **error)
{
    return store_named(
        store,
        db_exec(store->db, error, "UPDATE outbox SET state = 2, next_at = NULL WHERE state = 3"),
        error);
}

/* What stopped begins anew: under another key, and merged again with what is at the server then. */
static bool retry_tx(Db *db, gpointer arg, GError **error)
{
    const StoreItems *all = arg;
    for (size_t i = 0; i < all->n; i++) {
        Uuid key = uuid_new();
        if (!db_exec(db, error,
                     "UPDATE outbox SET next_at = NULL, problem = NULL, detail = NULL, "
                     "created_at = CASE WHEN state >= 4 THEN $3 ELSE created_at END, "
                     "attempts = CASE WHEN state >= 4 THEN 0 ELSE attempts END, "
                     "if_match = CASE WHEN state >= 4 THEN 0 ELSE if_match END, "
                     "key = CASE WHEN state >= 4 THEN $2 ELSE key END, "
                     "theirs = NULL, theirs_rev = NULL, state = 2 WHERE op = $1 AND state <> 3",
                     db_uuid(&all->items[i].op), db_uuid(&key), db_int(all->now)))
            return false;
    }
    return true;
}

bool store_retry(Store *store, const OutboxItem *items, size_t n, gint64 now, GError **error)
{
    StoreItems all = { store, items, n, now };
    return store_named(store, db_tx(store->db, retry_tx, &all, error), error);
}

/* ---- one item written anew */

typedef struct Rewriting {
    const OutboxItem *item;
    OutboxState was;
    bool done;
} Rewriting;

static bool rewrite_tx(Db *db, gpointer arg, GError **error)
{
    Rewriting *rewriting = arg;
    gint64 n = 0;
    if (!db_get_one_int(db, error, &n, "SELECT count(*) FROM outbox WHERE op = $1 AND state = $2",
                        db_uuid(&rewriting->item->op), db_int(rewriting->was)))
        return false;
    rewriting->done = n == 1;
    return n == 0 || row_upsert(db, "outbox", "op", &outbox_fields, rewriting->item, error);
}

bool store_rewrite(Store *store, const OutboxItem *item, OutboxState was, bool *done,
                   GError **error)
{
    Rewriting rewriting = { item, was, false };
    bool ok = db_tx(store->db, rewrite_tx, &rewriting, error);
    *done = ok && rewriting.done;
    return store_named(store, ok, error);
}

/* ---- done, or taken back */

typedef struct Deleting {
    const Uuid *ops;
    size_t n;
} Deleting;

static bool delete_tx(Db *db, gpointer arg, GError **error)
{
    const Deleting *deleting = arg;
    for (size_t i = 0; i < deleting->n; i++)
        if (!db_exec(db, error, "DELETE FROM outbox WHERE op = $1", db_uuid(&deleting->ops[i])))
            return false;
    return true;
}

bool store_delete(Store *store, const Uuid *ops, size_t n, GError **error)
{
    Deleting deleting = { ops, n };
    return store_named(store, db_tx(store->db, delete_tx, &deleting, error), error);
}

typedef struct Taking {
    Store *store;
    GPtrArray *items;
} Taking;

static bool take_tx(Db *db, gpointer arg, GError **error)
{
    Taking *taking = arg;
    g_clear_pointer(&taking->items, g_ptr_array_unref);
    g_autoptr(GPtrArray) held = store_read_items(
        taking->store, db_query(db, error, taking->store->select_state, db_int(OUTBOX_HELD)),
        error);
    if (!held)
        return false;
    taking->items = items_new();
    if (held->len == 0)
        return true;
    const OutboxItem *newest = g_ptr_array_index(held, held->len - 1);
    Uuid unit = newest->unit;
    for (guint i = 0; i < held->len; i++) {
        OutboxItem *item = g_ptr_array_index(held, i);
        if (!uuid_equal(&item->unit, &unit))
            continue;
        OutboxItem *copy = g_new0(OutboxItem, 1);
        fields_copy(&outbox_fields, copy, item);
        g_ptr_array_add(taking->items, copy);
    }
    return db_exec(db, error, "DELETE FROM outbox WHERE unit = $1 AND state = 1", db_uuid(&unit));
}

GPtrArray *store_take_held_unit(Store *store, GError **error)
{
    Taking taking = { store, NULL };
    if (!store_named(store, db_tx(store->db, take_tx, &taking, error), error)) {
        g_clear_pointer(&taking.items, g_ptr_array_unref);
        return NULL;
    }
    return taking.items;
}

bool store_release(Store *store, GError **error)
{
    return store_named(store,
                       db_exec(store->db, error,
                               "UPDATE outbox SET hold_until = $1 WHERE state = 1",
                               db_time(clock_now())),
                       error);
}

gint64 store_data_version(Store *store)
{
    gint64 version = 0;
    if (!db_get_one_int(store->db, NULL, &version, "PRAGMA data_version"))
        return 0;
    return version;
}
