/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log of what was thrown away unsent: into it, and back. */
#include "client/store_private.h"

#include "base/i18n.h"

#define AT(member) offsetof(DroppedItem, member)
static const Field dropped_rows[] = {
    { "item", FIELD_OBJECT, AT(item), .object = &outbox_fields, .column = "" },
    { "reason", FIELD_TEXT, AT(reason), FIELD_PERSONAL, .label = N_("Reason") },
    { "dropped_at", FIELD_TIME, AT(dropped_at), .label = N_("Dropped") },
};
#undef AT
const FieldTable dropped_fields = FIELD_TABLE("dropped_item", DroppedItem, dropped_rows);

static bool log_item(Db *db, const StoreItems *all, const OutboxItem *item, GError **error)
{
    DroppedItem dropped = { *item, (char *)all->reason, all->now };
    return row_upsert(db, "dropped", "op", &dropped_fields, &dropped, error);
}

static bool forget_old(Db *db, const StoreItems *all, GError **error)
{
    return db_exec(db, error, "DELETE FROM dropped WHERE dropped_at < $1",
                   db_time(all->now - DROPPED_KEPT));
}

/* The next change of the same thing was made to what this one would have made of it. */
static bool rebase_follower(Db *db, const OutboxItem *item, GError **error)
{
    return !item->base ||
           db_exec(db, error,
                   "UPDATE outbox SET base = $3, if_match = $4 WHERE op = (SELECT op FROM outbox "
                   "WHERE path = $1 AND n > $2 ORDER BY n LIMIT 1) AND state <> 3 AND "
                   "attempts = 0 AND coalesce(if_match, 0) = 0",
                   db_text(item->path), db_int(item->n), db_text(item->base),
                   db_int(item->if_match));
}

static bool drop_one(Db *db, const StoreItems *all, const OutboxItem *item, GError **error)
{
    bool create = outbox_creates(item);
    g_autoptr(GPtrArray) items = store_read_items(
        all->store,
        create ? db_query(db, error, all->store->select_object, db_uuid(&item->object))
               : db_query(db, error, all->store->select_op, db_uuid(&item->op)),
        error);
    for (guint i = 0; items && i < items->len; i++)
        if (!log_item(db, all, items->pdata[i], error))
            return false;
    if (!items)
        return false;
    return create
               ? db_exec(db, error, "DELETE FROM outbox WHERE object = $1", db_uuid(&item->object))
               : rebase_follower(db, item, error) &&
                     db_exec(db, error, "DELETE FROM outbox WHERE op = $1", db_uuid(&item->op));
}

static bool drop_tx(Db *db, gpointer arg, GError **error)
{
    const StoreItems *all = arg;
    for (size_t i = 0; i < all->n; i++)
        if (!drop_one(db, all, &all->items[i], error))
            return false;
    return forget_old(db, all, error);
}

bool store_drop(Store *store, const OutboxItem *items, size_t n, const char *reason, gint64 now,
                GError **error)
{
    StoreItems all = { store, items, n, now, reason };
    return store_named(store, db_tx(store->db, drop_tx, &all, error), error);
}

static bool log_tx(Db *db, gpointer arg, GError **error)
{
    const StoreItems *all = arg;
    return log_item(db, all, all->items, error) && forget_old(db, all, error);
}

bool store_log_dropped(Store *store, const OutboxItem *item, const char *reason, gint64 now,
                       GError **error)
{
    StoreItems all = { store, item, 1, now, reason };
    return store_named(store, db_tx(store->db, log_tx, &all, error), error);
}

static void dropped_free(gpointer data)
{
    fields_clear(&dropped_fields, data);
    g_free(data);
}

GPtrArray *store_dropped(Store *store, GError **error)
{
    g_autoptr(DbRows) rows = db_query(store->db, error, store->select_dropped);
    g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(dropped_free);
    while (rows && db_next(rows, error)) {
        DroppedItem *item = g_new0(DroppedItem, 1);
        row_read(rows, 0, &dropped_fields, item, ROW_COPY);
        g_ptr_array_add(items, item);
    }
    return store_named(store, rows && db_rows_ok(rows), error) ? g_steal_pointer(&items) : NULL;
}

typedef struct Returning {
    Store *store;
    const Uuid *op;
    gint64 now;
    Uuid object;
} Returning;

static bool return_item(Db *db, Returning *returning, OutboxItem *item, GError **error)
{
    item->key = uuid_new();
    item->state = OUTBOX_WAITING;
    item->created_at = returning->now;
    item->hold_until = item->next_at = item->attempts = item->if_match = item->theirs_rev = 0;
    g_clear_pointer(&item->problem, g_free);
    g_clear_pointer(&item->detail, g_free);
    g_clear_pointer(&item->theirs, g_free);
    returning->object = item->object;
    StoreAdding adding = { item, 1 };
    return store_append_tx(db, &adding, error) &&
           db_exec(db, error, "DELETE FROM dropped WHERE op = $1", db_uuid(&item->op));
}

static bool return_tx(Db *db, gpointer arg, GError **error)
{
    Returning *returning = arg;
    DroppedItem dropped = { 0 };
    g_autoptr(DbRows)
        rows = db_query(db, error, returning->store->select_dropped_op, db_uuid(returning->op));
    bool found = rows && db_next(rows, error);
    if (!rows || (!found && !db_rows_ok(rows)))
        return false;
    if (!found)
        return problem_set(error, PROBLEM_NOT_FOUND, "no such item was dropped");
    row_read(rows, 0, &dropped_fields, &dropped, ROW_COPY);
    g_clear_pointer(&rows, db_rows_free);
    bool ok = return_item(db, returning, &dropped.item, error);
    fields_clear(&dropped_fields, &dropped);
    return ok;
}

bool store_take_back(Store *store, const Uuid *op, gint64 now, Uuid *object, GError **error)
{
    Returning returning = { .store = store, .op = op, .now = now };
    bool ok = db_tx(store->db, return_tx, &returning, error);
    *object = returning.object;
    return store_named(store, ok, error);
}
