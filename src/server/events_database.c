/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What event streams ask of the database: which scopes an account has, their states, which sessions live. */
#include "server/events_private.h"

/* ---- asking the database; without the lock */

#define AT_ONCE 64 /* ids of one question to the database */

typedef void (*EachRow)(const DbRows *rows, gpointer data);

/* "... IN ($1, ..., $64)" and what follows: made once for each question. */
static const char *question(gsize *made, const char *before, const char *after)
{
    if (g_once_init_enter(made)) {
        g_autoptr(GString) text = g_string_new(before);
        for (int i = 1; i <= AT_ONCE; i++)
            g_string_append_printf(text, "%s$%d", i == 1 ? " IN (" : ", ", i);
        g_string_append_printf(text, ")%s", after);
        g_once_init_leave(made, (gsize)db_intern("%s", text->str));
    }
    return (const char *)*made;
}

static const char *live_sessions_sql(void)
{
    static gsize made;
    return question(&made, "SELECT id FROM session WHERE id",
                    " AND revoked_at IS NULL AND expires_at > $65");
}

static const char *scopes_sql(void)
{
    static gsize made;
    return question(&made, "SELECT id, epoch, acl, loud_seq FROM scope WHERE id", "");
}

static const char *lists_sql(void)
{
    static gsize made;
    return question(
        &made,
        "SELECT m.account_id, m.scope_id, s.epoch, s.acl, s.loud_seq FROM scope_member m"
        " CROSS JOIN scope s WHERE s.id = m.scope_id AND m.account_id",
        " ORDER BY m.account_id, m.scope_id");
}

/* The rows of the ids, by a statement that may end with the time. */
static bool ask(Db *db, const char *sql, bool with_time, const GArray *ids, EachRow each,
                gpointer data, GError **error)
{
    for (guint from = 0; from < ids->len; from += AT_ONCE) {
        DbValue values[AT_ONCE + 1];
        for (guint i = 0; i < AT_ONCE; i++)
            values[i] = from + i < ids->len ? db_uuid(&g_array_index(ids, Uuid, from + i))
                                            : db_null();
        values[AT_ONCE] = db_int(clock_now());
        g_autoptr(DbRows)
            rows = db_query_values(db, error, sql, values, AT_ONCE + (with_time ? 1 : 0));
        while (rows && db_next(rows, error))
            each(rows, data);
        if (!rows || !db_rows_ok(rows))
            return false;
    }
    return true;
}

static void add_scope_row(const DbRows *rows, gpointer data)
{
    ScopeRow row = { .account = db_get_uuid(rows, 0),
                     .scope = db_get_uuid(rows, 1),
                     .state = { .epoch = db_get_int(rows, 2),
                                .acl = db_get_int(rows, 3),
                                .seq = db_get_int(rows, 4) } };
    g_array_append_val((GArray *)data, row);
}

static int compare_ids(gconstpointer a, gconstpointer b)
{
    return uuid_compare(a, b);
}

/* Rows are in the order of accounts, which are sorted too. */
static bool follow_rows(const GArray *accounts, const GArray *rows)
{
    bool any_new = false;
    for (guint i = 0, at = 0; i < accounts->len; i++) {
        const Uuid *account = &g_array_index(accounts, Uuid, i);
        guint from = at;
        while (at < rows->len && uuid_equal(&g_array_index(rows, ScopeRow, at).account, account))
            at++;
        any_new |= account_follow(account, (const ScopeRow *)(gpointer)rows->data + from,
                                  at - from);
    }
    return any_new;
}

static void sort_ids(GArray *ids)
{
    g_array_sort(ids, compare_ids);
    guint n = 0;
    for (guint i = 0; i < ids->len; i++)
        if (i == 0 || compare_ids(&g_array_index(ids, Uuid, i), &g_array_index(ids, Uuid, n - 1)))
            g_array_index(ids, Uuid, n++) = g_array_index(ids, Uuid, i);
    g_array_set_size(ids, n);
}

/* The streams of these accounts tell of the scopes that they have now, and of no other. */
bool events_follow(Db *db, GArray *accounts, GError **error)
{
    sort_ids(accounts);
    for (bool any_new = true; any_new;) {
        g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(ScopeRow));
        if (!ask(db, lists_sql(), false, accounts, add_scope_row, rows, error))
            return false;
        g_mutex_lock(&events_registry.lock);
        any_new = follow_rows(accounts, rows);
        g_mutex_unlock(&events_registry.lock);
    }
    return true;
}

/* ---- for the ticker */

static void add_id(const DbRows *rows, gpointer set)
{
    Uuid id = db_get_uuid(rows, 0);
    g_hash_table_add(set, g_memdup2(&id, sizeof id));
}

/* Sessions that were ended elsewhere, or ran out. Unlocks while it asks the database. */
void events_end_dead(int slot)
{
    g_autoptr(GArray) sessions = g_array_new(FALSE, FALSE, sizeof(Uuid));
    g_autoptr(GHashTable) live = g_hash_table_new_full(uuid_hash, uuid_equal_func, g_free, NULL);
    for (GList *link = events_registry.slots[slot].head; link; link = link->next)
        g_array_append_val(sessions, ((const Subscriber *)link->data)->session);
    g_mutex_unlock(&events_registry.lock);
    bool known = ask(events_registry.db, live_sessions_sql(), true, sessions, add_id, live, NULL);
    g_mutex_lock(&events_registry.lock);
    for (guint i = 0; known && i < sessions->len; i++) {
        Uuid *session = &g_array_index(sessions, Uuid, i);
        if (!g_hash_table_contains(live, session))
            g_queue_foreach(&events_registry.slots[slot], subscriber_end_session, session);
    }
}

/* Whether a change of the account was one of its scopes is not to be seen here. */
static void tell_row(const DbRows *rows, gpointer data)
{
    Uuid scope = db_get_uuid(rows, 0);
    ChangeState state = { .epoch = db_get_int(rows, 1),
                          .acl = db_get_int(rows, 2),
                          .seq = db_get_int(rows, 3) };
    g_mutex_lock(&events_registry.lock);
    GQueue *queue = scope_watches(&scope, false);
    for (GList *link = queue ? queue->head : NULL; link; link = link->next) {
        Watch *watch = link->data;
        if (watch == &watch->sub->own && change_state_newer(&state, &watch->sub->listed))
            subscriber_doubt(watch->sub);
        watch_tell(watch, &state);
    }
    g_mutex_unlock(&events_registry.lock);
}

/* Unlocks while it asks the database. */
void events_poll(void)
{
    g_autoptr(GArray) scopes = g_array_new(FALSE, FALSE, sizeof(Uuid));
    GHashTableIter iter;
    gpointer scope;
    g_hash_table_iter_init(&iter, events_registry.scopes);
    while (g_hash_table_iter_next(&iter, &scope, NULL))
        g_array_append_vals(scopes, scope, 1);
    g_mutex_unlock(&events_registry.lock);
    ask(events_registry.db, scopes_sql(), false, scopes, tell_row, NULL, NULL);
    g_mutex_lock(&events_registry.lock);
}

/* Unlocks while it asks the database, which the next second tries again when it fails. */
void events_follow_unsure(void)
{
    g_autoptr(GArray) accounts = g_array_new(FALSE, FALSE, sizeof(Uuid));
    events_registry.unsure = false;
    for (int slot = 0; slot < EVENTS_PING_S; slot++)
        for (GList *link = events_registry.slots[slot].head; link; link = link->next) {
            Subscriber *sub = link->data;
            if (!sub->unsure)
                continue;
            sub->doubted = false;
            g_array_append_val(accounts, sub->own.scope);
        }
    g_mutex_unlock(&events_registry.lock);
    bool ok = events_follow(events_registry.db, accounts, NULL);
    g_mutex_lock(&events_registry.lock);
    events_registry.unsure_later |= !ok;
}
