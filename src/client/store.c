/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/store.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "client/schema.h"
#include "db/db.h"
#include "db/row.h"

static const EnumValue state_values[] = {
    { OUTBOX_HELD, "held", N_("held") },
    { OUTBOX_WAITING, "waiting", N_("waiting") },
    { OUTBOX_SENDING, "sending", N_("sending") },
    { OUTBOX_FAILED, "failed", N_("failed") },
    { OUTBOX_CONFLICT, "conflict", N_("conflict") },
    { OUTBOX_PARKED, "parked", N_("parked") },
};
const EnumTable outbox_states = ENUM_TABLE("outbox_state", state_values);

static const EnumValue kind_values[] = {
    { OUTBOX_PICK_UP, "pick_up", N_("open") },
    { OUTBOX_CONFIRM, "confirm", N_("verdict") },
    { OUTBOX_OUTCOME, "outcome", N_("outcome") },
    { OUTBOX_WITHDRAW, "withdraw", N_("withdraw") },
    { OUTBOX_NOTE, "note", N_("note") },
    { OUTBOX_CREATE, "create", N_("send lead") },
    { OUTBOX_AMEND, "amend", N_("changed verdict") },
    { OUTBOX_PROFILE, "profile", N_("my profile") },
    { OUTBOX_INVITE, "invite", N_("invite") },
    { OUTBOX_ACCEPT, "accept", N_("accept") },
    { OUTBOX_DECLINE, "decline", N_("decline") },
    { OUTBOX_UNINVITE, "uninvite", N_("uninvite") },
    { OUTBOX_ENCOURAGE, "encourage", N_("encourage") },
    { OUTBOX_DROP_PARTNER, "drop_partner", N_("part") },
    { OUTBOX_REMIND, "remind", N_("remind") },
    { OUTBOX_JOIN, "join", N_("ask to join") },
    { OUTBOX_APPROVE, "approve", N_("approve") },
    { OUTBOX_REFUSE, "refuse", N_("decline to admit") },
    { OUTBOX_ASK, "ask", N_("ask for more") },
    { OUTBOX_REPLY, "reply", N_("reply") },
    { OUTBOX_UNJOIN, "unjoin", N_("ask no more to join") },
    { OUTBOX_LEAVE, "leave", N_("leave group") },
    { OUTBOX_EXPEL, "expel", N_("remove member") },
    { OUTBOX_ROLE, "role", N_("role") },
    { OUTBOX_GROUP, "group", N_("group") },
    { OUTBOX_LEADER_APPROVAL, "leader_approval", N_("ask to lead more") },
    { OUTBOX_VETTING, "vetting", N_("vetting") },
    { OUTBOX_CONCERN, "concern", N_("concern") },
    { OUTBOX_CONCERN_ANSWER, "concern_answer", N_("answer a concern") },
    { OUTBOX_CONCERN_DECIDE, "concern_decide", N_("decide a concern") },
    { OUTBOX_DUES, "dues", N_("dues") },
    { OUTBOX_GROUP_ACT, "group_act", N_("open or close group") },
    { OUTBOX_RSVP, "rsvp", N_("answer to a meeting") },
    { OUTBOX_ATTEND, "attend", N_("attendance") },
    { OUTBOX_VISITOR, "visitor", N_("visitor") },
    { OUTBOX_SLIP, "slip", N_("slip") },
    { OUTBOX_THANKS, "thanks", N_("thanks") },
    { OUTBOX_MET, "met", N_("one-to-one") },
    { OUTBOX_MEETING, "meeting", N_("meeting") },
    { OUTBOX_MEETING_ACT, "meeting_act", N_("state of a meeting") },
};
const EnumTable outbox_kinds = ENUM_TABLE("outbox_kind", kind_values);

#define AT(member) offsetof(OutboxItem, member)
static const Field outbox_rows[] = {
    { "op", FIELD_UUID, AT(op) },
    { "key", FIELD_UUID, AT(key) },
    { "n", FIELD_INT, AT(n) },
    { "unit", FIELD_UUID, AT(unit) },
    { "account", FIELD_UUID, AT(account) },
    { "kind", FIELD_ENUM, AT(kind), .values = &outbox_kinds, .label = N_("Action") },
    { "object", FIELD_UUID, AT(object) },
    { "method", FIELD_TEXT, AT(method) },
    { "path", FIELD_TEXT, AT(path) },
    { "body", FIELD_TEXT, AT(body), FIELD_PERSONAL },
    { "if_match", FIELD_INT, AT(if_match) },
    { "title", FIELD_TEXT, AT(title), FIELD_PERSONAL, .label = N_("Lead") },
    { "created_at", FIELD_TIME, AT(created_at), .label = N_("Made") },
    { "hold_until", FIELD_TIME, AT(hold_until) },
    { "next_at", FIELD_TIME, AT(next_at), .label = N_("Next try") },
    { "state", FIELD_ENUM, AT(state), .values = &outbox_states, .label = N_("State") },
    { "attempts", FIELD_INT, AT(attempts), .label = N_("Tries") },
    { "problem", FIELD_TEXT, AT(problem), .label = N_("Problem") },
    { "detail", FIELD_TEXT, AT(detail), .label = N_("Why") },
    { "base", FIELD_TEXT, AT(base), FIELD_PERSONAL },
    { "theirs", FIELD_TEXT, AT(theirs), FIELD_PERSONAL },
    { "theirs_rev", FIELD_INT, AT(theirs_rev) },
};
#undef AT
const FieldTable outbox_fields = FIELD_TABLE("outbox_item", OutboxItem, outbox_rows);

#define AT(member) offsetof(DroppedItem, member)
static const Field dropped_rows[] = {
    { "item", FIELD_OBJECT, AT(item), .object = &outbox_fields, .column = "" },
    { "reason", FIELD_TEXT, AT(reason), FIELD_PERSONAL, .label = N_("Reason") },
    { "dropped_at", FIELD_TIME, AT(dropped_at), .label = N_("Dropped") },
};
#undef AT
const FieldTable dropped_fields = FIELD_TABLE("dropped_item", DroppedItem, dropped_rows);

struct Store {
    Db *db;
    char *path;
    const char *select; /* "SELECT columns FROM outbox", interned with its endings */
    const char *select_state, *select_object, *select_op, *select_dropped, *select_dropped_op;
};

/* Every error names the file: the user must know what is full or damaged. */
static bool named(const Store *store, bool ok, GError **error)
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
    if (!named(store, db_migrate(db, schema_store, error), error))
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
    return named(store, db_is_sound(store->db, error), error);
}

void store_close(Store *store)
{
    if (!store)
        return;
    db_close(store->db);
    g_free(store->path);
    g_free(store);
}

bool outbox_creates(const OutboxItem *item)
{
    switch (item->kind) {
    case OUTBOX_CREATE:
    case OUTBOX_INVITE:
    case OUTBOX_JOIN:
    case OUTBOX_LEADER_APPROVAL:
    case OUTBOX_CONCERN:
        return true;
    case OUTBOX_GROUP:
        return g_strcmp0(item->method, "PUT") == 0;
    default:
        return false;
    }
}

void outbox_item_free(OutboxItem *item)
{
    if (!item)
        return;
    fields_clear(&outbox_fields, item);
    g_free(item);
}

static GPtrArray *items_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)outbox_item_free);
}

/* Reads the rest of rows; takes them over. */
static GPtrArray *read_items(Store *store, DbRows *from, GError **error)
{
    g_autoptr(DbRows) rows = from;
    g_autoptr(GPtrArray) items = items_new();
    while (rows && db_next(rows, error)) {
        OutboxItem *item = g_new0(OutboxItem, 1);
        row_read(rows, 0, &outbox_fields, item, ROW_COPY);
        g_ptr_array_add(items, item);
    }
    if (!named(store, rows && db_rows_ok(rows), error))
        return NULL;
    return g_steal_pointer(&items);
}

/* ---- adding */

typedef struct Adding {
    OutboxItem *items;
    size_t n;
} Adding;

static bool add_tx(Db *db, gpointer arg, GError **error)
{
    Adding *adding = arg;
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
    const Adding *adding = arg;
    for (size_t i = 0; i < adding->n; i++)
        if (!db_exec(db, error, "DELETE FROM outbox WHERE op = $1", db_uuid(&adding->items[i].op)))
            return false;
    return true;
}

bool store_add(Store *store, OutboxItem *items, size_t n, GError **error)
{
    Adding adding = { items, n };
    bool ok = db_tx(store->db, add_tx, &adding, error);
    if (!ok)
        db_tx(store->db, take_back_tx, &adding, NULL);
    return named(store, ok, error);
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
    if (!named(store, rows && db_rows_ok(rows), error))
        return false;
    if (hold_until)
        *hold_until = newest;
    return true;
}

GPtrArray *store_items(Store *store, OutboxState state, GError **error)
{
    return read_items(store,
                      state ? db_query(store->db, error, store->select_state, db_int(state))
                            : db_query(store->db, error, store->select),
                      error);
}

GPtrArray *store_items_of(Store *store, const Uuid *object, GError **error)
{
    return read_items(store, db_query(store->db, error, store->select_object, db_uuid(object)),
                      error);
}

bool store_item(Store *store, const Uuid *op, OutboxItem *out, GError **error)
{
    g_autoptr(DbRows) rows = db_query(store->db, error, store->select_op, db_uuid(op));
    if (!rows)
        return named(store, false, error);
    if (!db_next(rows, error)) {
        if (!db_rows_ok(rows))
            return named(store, false, error);
        return problem_set(error, PROBLEM_NOT_FOUND, "there is no such item in the outbox");
    }
    row_read(rows, 0, &outbox_fields, out, ROW_COPY);
    return true;
}

/* ---- changing */

/* Items that one transaction is about. */
typedef struct Items {
    Store *store;
    const OutboxItem *items;
    size_t n;
    gint64 now;
    const char *reason;
} Items;

static bool set_states_tx(Db *db, gpointer arg, GError **error)
{
    const Items *all = arg;
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
    Items all = { store, items, n };
    return named(store, db_tx(store->db, set_states_tx, &all, error), error);
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
    if (named(store, db_tx(store->db, claim_tx, &claiming, error), error))
        return true;
    memset(claimed, 0, n * sizeof *claimed);
    return false;
}

bool store_recover(Store *store, GError **error)
{
    return named(
        store,
        db_exec(store->db, error, "UPDATE outbox SET state = 2, next_at = NULL WHERE state = 3"),
        error);
}

/* What stopped begins anew: under another key, and merged again with what is at the server then. */
static bool retry_tx(Db *db, gpointer arg, GError **error)
{
    const Items *all = arg;
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
    Items all = { store, items, n, now };
    return named(store, db_tx(store->db, retry_tx, &all, error), error);
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
    return named(store, ok, error);
}

/* ---- done, or dropped */

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
    return named(store, db_tx(store->db, delete_tx, &deleting, error), error);
}

static bool log_item(Db *db, const Items *all, const OutboxItem *item, GError **error)
{
    DroppedItem dropped = { *item, (char *)all->reason, all->now };
    return row_upsert(db, "dropped", "op", &dropped_fields, &dropped, error);
}

static bool forget_old(Db *db, const Items *all, GError **error)
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

static bool drop_one(Db *db, const Items *all, const OutboxItem *item, GError **error)
{
    bool create = outbox_creates(item);
    g_autoptr(GPtrArray) items = read_items(
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
    const Items *all = arg;
    for (size_t i = 0; i < all->n; i++)
        if (!drop_one(db, all, &all->items[i], error))
            return false;
    return forget_old(db, all, error);
}

bool store_drop(Store *store, const OutboxItem *items, size_t n, const char *reason, gint64 now,
                GError **error)
{
    Items all = { store, items, n, now, reason };
    return named(store, db_tx(store->db, drop_tx, &all, error), error);
}

static bool log_tx(Db *db, gpointer arg, GError **error)
{
    const Items *all = arg;
    return log_item(db, all, all->items, error) && forget_old(db, all, error);
}

bool store_log_dropped(Store *store, const OutboxItem *item, const char *reason, gint64 now,
                       GError **error)
{
    Items all = { store, item, 1, now, reason };
    return named(store, db_tx(store->db, log_tx, &all, error), error);
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
    return named(store, rows && db_rows_ok(rows), error) ? g_steal_pointer(&items) : NULL;
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
    Adding adding = { item, 1 };
    return add_tx(db, &adding, error) &&
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
    return named(store, ok, error);
}

typedef struct Taking {
    Store *store;
    GPtrArray *items;
} Taking;

static bool take_tx(Db *db, gpointer arg, GError **error)
{
    Taking *taking = arg;
    g_clear_pointer(&taking->items, g_ptr_array_unref);
    g_autoptr(GPtrArray) held = read_items(
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
    if (!named(store, db_tx(store->db, take_tx, &taking, error), error)) {
        g_clear_pointer(&taking.items, g_ptr_array_unref);
        return NULL;
    }
    return taking.items;
}

bool store_release(Store *store, GError **error)
{
    return named(store,
                 db_exec(store->db, error, "UPDATE outbox SET hold_until = $1 WHERE state = 1",
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

/* ---- drafts */

bool store_set_draft(Store *store, const char *key, const char *text, GError **error)
{
    if (!text)
        return named(store,
                     db_exec(store->db, error, "DELETE FROM draft WHERE key = $1", db_text(key)),
                     error);
    return named(store,
                 db_exec(store->db, error,
                         "INSERT INTO draft (key, text) VALUES ($1, $2) "
                         "ON CONFLICT (key) DO UPDATE SET text = excluded.text",
                         db_text(key), db_text(text)),
                 error);
}

char *store_draft(Store *store, const char *key, GError **error)
{
    g_autoptr(DbRows)
        rows = db_query(store->db, error, "SELECT text FROM draft WHERE key = $1", db_text(key));
    if (!rows || !db_next(rows, error)) {
        named(store, rows && db_rows_ok(rows), error);
        return NULL;
    }
    return g_strdup(db_get_text(rows, 0));
}

static void draft_free(gpointer data)
{
    Draft *draft = data;
    g_free(draft->key);
    g_free(draft->text);
    g_free(draft);
}

GPtrArray *store_drafts(Store *store, const char *prefix, GError **error)
{
    g_autoptr(GPtrArray) drafts = g_ptr_array_new_with_free_func(draft_free);
    g_autofree char *end = g_strconcat(prefix, "\x7f", NULL);
    g_autoptr(DbRows) rows = db_query(store->db, error,
                                      "SELECT key, text FROM draft WHERE key >= $1 AND key < $2 "
                                      "ORDER BY key",
                                      db_text(prefix), db_text(end));
    while (rows && db_next(rows, error)) {
        Draft *draft = g_new0(Draft, 1);
        draft->key = g_strdup(db_get_text(rows, 0));
        draft->text = g_strdup(db_get_text(rows, 1));
        g_ptr_array_add(drafts, draft);
    }
    if (!named(store, rows && db_rows_ok(rows), error))
        return NULL;
    return g_steal_pointer(&drafts);
}

/* ---- times */

bool store_snooze(Store *store, const Uuid *referral, gint64 until, GError **error)
{
    return named(
        store,
        db_exec(store->db, error,
                "INSERT INTO snooze (referral, until, told) VALUES ($1, $2, 0) ON CONFLICT "
                "(referral) DO UPDATE SET until = excluded.until, told = 0",
                db_uuid(referral), db_time(until)),
        error);
}

bool store_unsnooze(Store *store, const Uuid *referral, GError **error)
{
    return named(
        store,
        db_exec(store->db, error, "DELETE FROM snooze WHERE referral = $1", db_uuid(referral)),
        error);
}

bool store_snooze_told(Store *store, const Uuid *referral, GError **error)
{
    return named(store,
                 db_exec(store->db, error, "UPDATE snooze SET told = 1 WHERE referral = $1",
                         db_uuid(referral)),
                 error);
}

GArray *store_snoozes(Store *store, GError **error)
{
    g_autoptr(GArray) snoozes = g_array_new(FALSE, TRUE, sizeof(Snooze));
    g_autoptr(DbRows) rows = db_query(store->db, error,
                                      "SELECT referral, until, told FROM snooze ORDER BY until");
    while (rows && db_next(rows, error)) {
        Snooze snooze = { db_get_uuid(rows, 0), db_get_int(rows, 1), db_get_int(rows, 2) };
        g_array_append_val(snoozes, snooze);
    }
    if (!named(store, rows && db_rows_ok(rows), error))
        return NULL;
    return g_steal_pointer(&snoozes);
}

bool store_set_moment(Store *store, const char *name, gint64 at, GError **error)
{
    bool ok = at ? db_exec(store->db, error,
                           "INSERT INTO moment (name, at) VALUES ($1, $2) ON CONFLICT (name) DO "
                           "UPDATE SET at = excluded.at",
                           db_text(name), db_time(at))
                 : db_exec(store->db, error, "DELETE FROM moment WHERE name = $1", db_text(name));
    return named(store, ok, error);
}

gint64 store_moment(Store *store, const char *name)
{
    gint64 at = 0;
    if (!db_get_one_int(store->db, NULL, &at,
                        "SELECT coalesce((SELECT at FROM moment WHERE name = $1), 0)",
                        db_text(name)))
        return 0;
    return at;
}
