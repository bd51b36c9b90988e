/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/events.h"

#include <string.h>

#include "server/changes.h"
#include "server/httpd_stream.h"

typedef struct Subscriber Subscriber;

/* One scope of a stream. */
typedef struct Watch {
    Subscriber *sub;
    Uuid scope;
    ChangeState state; /* newest known; epoch 0: none yet */
    bool due;          /* to be sent */
    GList link;        /* in events.scopes */
} Watch;

/*
 * One lock guards the registry and everything in the subscribers. The writer's thread (publish), the HTTP threads (open,
 * fill, closed) and the ticker take it for moments only; the ticker reads the database without it.
 *
 * Which scopes a stream has besides the account's own is read from the database: when it opens, and by the ticker when it
 * is told that this changed, or finds that the account's scope moved on since. Until then nothing of them is sent.
 */
struct Subscriber {
    HttpStream *stream; /* a reference of our own; NULL until the handler has made it */
    Uuid session;
    Watch own;          /* the account's scope */
    GPtrArray *others;  /* Watch, in the order of their ids; NULL: none */
    bool unsure;        /* whether those are still the ones */
    bool doubted;       /* since they were begun to be read */
    ChangeState listed; /* of the account's scope when they were read */
    bool once;          /* closeafter=state: a long poll */
    bool state_due, ping_due, ending;
    bool later;       /* in events.later */
    gint64 last_sent; /* monotonic us of the last state event, 0 none */
    GString *out;     /* being sent */
    size_t out_sent;
    int slot; /* second of its pings */
    GList slot_link;
};

static struct {
    GMutex lock;
    GCond wake;
    bool running;
    bool look;                 /* at all scopes, without waiting for the next poll */
    bool unsure, unsure_later; /* a subscriber is; and shall be looked at in the next second */
    gint64 poll_s;
    Db *db; /* the ticker's */
    GThread *ticker;
    GHashTable *scopes; /* Uuid * of the scope -> GQueue of Watch */
    GQueue slots[EVENTS_PING_S];
    GPtrArray *later; /* Subscriber: a state to be sent when the coalescing time is over */
    gint64 count, made;
} events;

/* ---- registry; all with the lock held */

static GQueue *scope_queue(const Uuid *scope, bool make)
{
    GQueue *queue = g_hash_table_lookup(events.scopes, scope);
    if (!queue && make) {
        queue = g_queue_new();
        g_hash_table_insert(events.scopes, g_memdup2(scope, sizeof *scope), queue);
    }
    return queue;
}

static void watch_init(Watch *watch, Subscriber *sub, const Uuid *scope)
{
    *watch = (Watch){ .sub = sub, .scope = *scope };
    watch->link.data = watch;
    g_queue_push_tail_link(scope_queue(scope, true), &watch->link);
}

static void watch_clear(Watch *watch)
{
    GQueue *queue = scope_queue(&watch->scope, false);
    g_queue_unlink(queue, &watch->link);
    if (g_queue_is_empty(queue))
        g_hash_table_remove(events.scopes, &watch->scope);
}

static void watch_free(gpointer watch, gpointer nothing)
{
    watch_clear(watch);
    g_free(watch);
}

static guint n_others(const Subscriber *sub)
{
    return sub->others ? sub->others->len : 0;
}

/* The account's own first. */
static Watch *nth_watch(Subscriber *sub, guint i)
{
    return i == 0 ? &sub->own : g_ptr_array_index(sub->others, i - 1);
}

static void subscriber_link(Subscriber *sub, const Uuid *account)
{
    sub->slot = (int)(events.made++ % EVENTS_PING_S);
    sub->slot_link.data = sub;
    g_queue_push_tail_link(&events.slots[sub->slot], &sub->slot_link);
    watch_init(&sub->own, sub, account);
    events.count++;
}

static void subscriber_unlink(Subscriber *sub)
{
    g_queue_unlink(&events.slots[sub->slot], &sub->slot_link);
    watch_clear(&sub->own);
    if (sub->others)
        g_ptr_array_foreach(sub->others, watch_free, NULL);
    g_clear_pointer(&sub->others, g_ptr_array_unref);
    if (sub->later)
        g_ptr_array_remove_fast(events.later, sub);
    events.count--;
}

static void subscriber_free(Subscriber *sub)
{
    if (sub->stream)
        http_stream_unref(sub->stream);
    g_string_free(sub->out, TRUE);
    g_free(sub);
}

static void subscriber_wake(Subscriber *sub)
{
    if (sub->stream)
        http_stream_wake(sub->stream);
}

static void subscriber_end(Subscriber *sub)
{
    sub->ending = true;
    subscriber_wake(sub);
}

static bool is_newer(const ChangeState *state, const ChangeState *than)
{
    return state->epoch != than->epoch || state->acl > than->acl ||
           (state->acl == than->acl && state->seq > than->seq);
}

/* What may be sent now. */
static bool is_due(const Subscriber *sub, const Watch *watch)
{
    return watch->due && watch->state.epoch && (watch == &sub->own || !sub->unsure);
}

static bool any_due(Subscriber *sub)
{
    for (guint i = 0; i <= n_others(sub); i++)
        if (is_due(sub, nth_watch(sub, i)))
            return true;
    return false;
}

/* At once after a quiet time, else when it is over; of each scope only the newest state is ever sent. */
static void subscriber_tell(Subscriber *sub)
{
    if (sub->state_due || sub->later)
        return;
    if (clock_monotonic() - sub->last_sent >= EVENTS_COALESCE_MS * 1000) {
        sub->state_due = true;
        subscriber_wake(sub);
        return;
    }
    sub->later = true;
    g_ptr_array_add(events.later, sub);
    g_cond_signal(&events.wake);
}

static bool watch_tell(Watch *watch, const ChangeState *state)
{
    if (!is_newer(state, &watch->state))
        return false;
    watch->state = *state;
    watch->due = true;
    if (watch == &watch->sub->own || !watch->sub->unsure)
        subscriber_tell(watch->sub);
    return true;
}

/* ---- which scopes */

static Watch *find_other(const GPtrArray *others, const Uuid *scope)
{
    for (guint i = 0; others && i < others->len; i++) {
        Watch *watch = g_ptr_array_index(others, i);
        if (uuid_equal(&watch->scope, scope))
            return watch;
    }
    return NULL;
}

typedef struct ScopeRow { /* of scope_member */
    Uuid account, scope;
    ChangeState state;
} ScopeRow;

/* The rows of the subscriber's account, in the order of their scopes. Returns whether some are new to it: they are in the
 * registry now, and have to be read again, so that no state that was committed meanwhile is missed. */
static bool subscriber_follow(Subscriber *sub, const ScopeRow *rows, guint n)
{
    g_autoptr(GPtrArray) old = g_steal_pointer(&sub->others);
    bool any_new = false;
    for (guint i = 0; i < n; i++) {
        if (uuid_equal(&rows[i].scope, &sub->own.scope)) {
            sub->listed = rows[i].state;
            continue;
        }
        Watch *watch = find_other(old, &rows[i].scope);
        if (watch) {
            g_ptr_array_remove_fast(old, watch);
        } else {
            watch = g_new(Watch, 1);
            watch_init(watch, sub, &rows[i].scope);
            any_new = true;
        }
        watch_tell(watch, &rows[i].state);
        if (!sub->others)
            sub->others = g_ptr_array_new();
        g_ptr_array_add(sub->others, watch);
    }
    if (old)
        g_ptr_array_foreach(old, watch_free, NULL);
    if (any_new || sub->doubted)
        return any_new;
    sub->unsure = false;
    if (any_due(sub))
        subscriber_tell(sub);
    return false;
}

static bool account_follow(const Uuid *account, const ScopeRow *rows, guint n)
{
    GQueue *queue = scope_queue(account, false);
    bool any_new = false;
    for (GList *link = queue ? queue->head : NULL; link; link = link->next)
        any_new |= subscriber_follow(((const Watch *)link->data)->sub, rows, n);
    return any_new;
}

/* ---- what is sent */

static guint64 hash_bytes(guint64 hash, const void *bytes, size_t length)
{
    for (const guint8 *p = bytes, *end = p + length; p < end; p++)
        hash = (hash ^ *p) * G_GUINT64_CONSTANT(0x100000001b3);
    return hash;
}

/* 64 bits of FNV-1a over the scopes and their states, as far as they were sent: the id of a state event. */
static void state_id(Subscriber *sub, char out[static 17])
{
    guint64 hash = G_GUINT64_CONSTANT(0xcbf29ce484222325);
    for (guint i = 0; i <= n_others(sub); i++) {
        const Watch *watch = nth_watch(sub, i);
        if (watch->due)
            continue;
        g_autofree char *state = change_state_format(&watch->state);
        hash = hash_bytes(hash, watch->scope.bytes, sizeof watch->scope.bytes);
        hash = hash_bytes(hash, state, strlen(state));
    }
    g_snprintf(out, 17, "%016" G_GINT64_MODIFIER "x", hash);
}

static void put_state_event(Subscriber *sub)
{
    char id[17], text[UUID_TEXT_SIZE];
    g_autoptr(GString) states = g_string_new(NULL);
    for (guint i = 0; i <= n_others(sub); i++) {
        Watch *watch = nth_watch(sub, i);
        if (!is_due(sub, watch))
            continue;
        watch->due = false;
        g_autofree char *state = change_state_format(&watch->state);
        g_string_append_printf(states, "%s\"%s\":\"%s\"", states->len ? "," : "",
                               uuid_format(&watch->scope, text), state);
    }
    state_id(sub, id);
    g_string_append_printf(sub->out, "id: %s\nevent: state\ndata: {\"changed\":{%s}}\n\n", id,
                           states->str);
    sub->last_sent = clock_monotonic();
    if (sub->once)
        sub->ending = true;
}

static void refill(Subscriber *sub)
{
    g_string_truncate(sub->out, 0);
    sub->out_sent = 0;
    if (sub->state_due && any_due(sub)) /* a scope may have gone meanwhile */
        put_state_event(sub);
    else if (sub->ping_due)
        g_string_append_printf(sub->out, "event: ping\ndata: {\"interval\":%d}\n\n", EVENTS_PING_S);
    sub->state_due = false;
    sub->ping_due = false; /* a state event shows life as well */
}

static ssize_t fill(gpointer data, char *buffer, size_t max)
{
    Subscriber *sub = data;
    g_mutex_lock(&events.lock);
    if (sub->out_sent == sub->out->len)
        refill(sub);
    size_t n = MIN(max, sub->out->len - sub->out_sent);
    memcpy(buffer, sub->out->str + sub->out_sent, n);
    sub->out_sent += n;
    ssize_t result = n == 0 && sub->ending ? -1 : (ssize_t)n;
    g_mutex_unlock(&events.lock);
    return result;
}

static void closed(gpointer data)
{
    g_mutex_lock(&events.lock);
    subscriber_unlink(data);
    g_mutex_unlock(&events.lock);
    subscriber_free(data);
}

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
static bool follow(Db *db, GArray *accounts, GError **error)
{
    sort_ids(accounts);
    for (bool any_new = true; any_new;) {
        g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(ScopeRow));
        if (!ask(db, lists_sql(), false, accounts, add_scope_row, rows, error))
            return false;
        g_mutex_lock(&events.lock);
        any_new = follow_rows(accounts, rows);
        g_mutex_unlock(&events.lock);
    }
    return true;
}

/* ---- opening a stream */

static void ping_one(gpointer data, gpointer nothing)
{
    Subscriber *sub = data;
    sub->ping_due = true;
    subscriber_wake(sub);
}

static void ping_own(gpointer data, gpointer nothing)
{
    ping_one(((Watch *)data)->sub, NULL);
}

/* A peer that went away is noticed at the next write: an account that has no room left gets one. */
static bool check_room(Call *call, GError **error)
{
    GQueue *mine = scope_queue(&call->principal.account, false);
    if (!events.running)
        return problem_set(error, PROBLEM_OVERLOADED, "The server is stopping");
    if (mine && mine->length >= EVENTS_PER_ACCOUNT) {
        g_queue_foreach(mine, ping_own, NULL);
        return problem_set(error, PROBLEM_TOO_MANY_STREAMS,
                           "At most %d event streams for an account", EVENTS_PER_ACCOUNT);
    }
    if (events.count >= server_config(call->server)->max_streams) {
        call->reply.retry_after = 60;
        return problem_set(error, PROBLEM_TOO_MANY_STREAMS, "The server has no stream left");
    }
    return true;
}

/* What a new stream begins with: when to come again, and all states unless the caller has seen just these. */
static void greet(Subscriber *sub, const char *seen)
{
    char id[17];
    state_id(sub, id);
    g_string_append_printf(sub->out, "retry: %d\n\n", g_random_int_range(1000, 15001));
    bool known = g_strcmp0(seen, id) == 0;
    for (guint i = 0; i <= n_others(sub); i++)
        nth_watch(sub, i)->due = !known;
    if (!known)
        put_state_event(sub);
    sub->state_due = false;
    sub->last_sent = 0; /* the first change is told at once */
}

static void drop_subscriber(Subscriber *sub)
{
    g_mutex_lock(&events.lock);
    subscriber_unlink(sub);
    g_mutex_unlock(&events.lock);
    subscriber_free(sub);
}

static bool open_stream(Call *call, GError **error)
{
    const char *close_after = call_query(call, "closeafter");
    if (close_after && strcmp(close_after, "state") != 0 && strcmp(close_after, "no") != 0)
        field_errors_add(&call->errors, "#/closeafter", "invalid",
                         "closeafter: state or no is wanted");
    if (!call_valid(call, error))
        return false;

    Subscriber *sub = g_new0(Subscriber, 1);
    sub->session = call->principal.session;
    sub->unsure = true;
    sub->once = g_strcmp0(close_after, "state") == 0;
    sub->out = g_string_new(NULL);
    g_mutex_lock(&events.lock);
    bool ok = check_room(call, error);
    if (ok)
        subscriber_link(sub, &call->principal.account);
    g_mutex_unlock(&events.lock);
    if (!ok) {
        subscriber_free(sub);
        return false;
    }

    /* Linked before it is read: what is committed from now on is published to it, and is newer than what is read. */
    ChangeState state;
    g_autoptr(GArray) account = g_array_new(FALSE, FALSE, sizeof(Uuid));
    g_array_append_val(account, call->principal.account);
    if (!changes_state_read(call->db, &call->principal.account, &state, NULL, error) ||
        !follow(call->db, account, error)) {
        drop_subscriber(sub);
        return false;
    }
    g_mutex_lock(&events.lock);
    if (is_newer(&state, &sub->own.state))
        sub->own.state = state;
    greet(sub, call->last_event_id);
    call->reply.stream = http_stream_new("text/event-stream", fill, closed, sub);
    sub->stream = http_stream_ref(call->reply.stream);
    g_mutex_unlock(&events.lock);
    return true;
}

/* ---- telling */

/* The ticker has to read which scopes it has. */
static void subscriber_doubt(Subscriber *sub)
{
    sub->unsure = sub->doubted = events.unsure = true;
    g_cond_signal(&events.wake);
}

static void changed(const Uuid *scope, const ChangeState *state, bool scopes)
{
    g_mutex_lock(&events.lock);
    GQueue *queue = events.scopes ? scope_queue(scope, false) : NULL;
    for (GList *link = queue ? queue->head : NULL; link; link = link->next) {
        Watch *watch = link->data;
        if (scopes && watch == &watch->sub->own)
            subscriber_doubt(watch->sub);
        watch_tell(watch, state);
    }
    g_mutex_unlock(&events.lock);
}

static void end_session(gpointer data, gpointer session)
{
    Subscriber *sub = data;
    if (uuid_equal(&sub->session, session))
        subscriber_end(sub);
}

static void ended(const Uuid *session)
{
    g_mutex_lock(&events.lock);
    for (int slot = 0; slot < EVENTS_PING_S; slot++)
        g_queue_foreach(&events.slots[slot], end_session, (gpointer)session);
    g_mutex_unlock(&events.lock);
}

static void missed(void)
{
    g_mutex_lock(&events.lock);
    events.look = true;
    g_cond_signal(&events.wake);
    g_mutex_unlock(&events.lock);
}

const ServerListener events_listener = { changed, ended, missed };

/* Sends the held-back states whose time has come; returns the monotonic us at which the next is due, 0 none. */
static gint64 tell_later(void)
{
    gint64 now = clock_monotonic(), next = 0;
    for (guint i = events.later->len; i-- > 0;) {
        Subscriber *sub = g_ptr_array_index(events.later, i);
        gint64 due = sub->last_sent + EVENTS_COALESCE_MS * 1000;
        if (due > now) {
            next = next ? MIN(next, due) : due;
            continue;
        }
        g_ptr_array_remove_index_fast(events.later, i);
        sub->later = false;
        sub->state_due = true;
        subscriber_wake(sub);
    }
    return next;
}

/* ---- the ticker: pings, ended sessions, and on PostgreSQL what other instances wrote */

static void add_id(const DbRows *rows, gpointer set)
{
    Uuid id = db_get_uuid(rows, 0);
    g_hash_table_add(set, g_memdup2(&id, sizeof id));
}

/* Sessions that were ended elsewhere, or ran out. Unlocks while it asks the database. */
static void end_dead_sessions(int slot)
{
    g_autoptr(GArray) sessions = g_array_new(FALSE, FALSE, sizeof(Uuid));
    g_autoptr(GHashTable) live = g_hash_table_new_full(uuid_hash, uuid_equal_func, g_free, NULL);
    for (GList *link = events.slots[slot].head; link; link = link->next)
        g_array_append_val(sessions, ((const Subscriber *)link->data)->session);
    g_mutex_unlock(&events.lock);
    bool known = ask(events.db, live_sessions_sql(), true, sessions, add_id, live, NULL);
    g_mutex_lock(&events.lock);
    for (guint i = 0; known && i < sessions->len; i++) {
        Uuid *session = &g_array_index(sessions, Uuid, i);
        if (!g_hash_table_contains(live, session))
            g_queue_foreach(&events.slots[slot], end_session, session);
    }
}

/* Whether a change of the account was one of its scopes is not to be seen here. */
static void tell_row(const DbRows *rows, gpointer data)
{
    Uuid scope = db_get_uuid(rows, 0);
    ChangeState state = { .epoch = db_get_int(rows, 1),
                          .acl = db_get_int(rows, 2),
                          .seq = db_get_int(rows, 3) };
    g_mutex_lock(&events.lock);
    GQueue *queue = scope_queue(&scope, false);
    for (GList *link = queue ? queue->head : NULL; link; link = link->next) {
        Watch *watch = link->data;
        if (watch == &watch->sub->own && is_newer(&state, &watch->sub->listed))
            subscriber_doubt(watch->sub);
        watch_tell(watch, &state);
    }
    g_mutex_unlock(&events.lock);
}

/* Unlocks while it asks the database. */
static void poll_scopes(void)
{
    g_autoptr(GArray) scopes = g_array_new(FALSE, FALSE, sizeof(Uuid));
    GHashTableIter iter;
    gpointer scope;
    g_hash_table_iter_init(&iter, events.scopes);
    while (g_hash_table_iter_next(&iter, &scope, NULL))
        g_array_append_vals(scopes, scope, 1);
    g_mutex_unlock(&events.lock);
    ask(events.db, scopes_sql(), false, scopes, tell_row, NULL, NULL);
    g_mutex_lock(&events.lock);
}

/* Unlocks while it asks the database, which the next second tries again when it fails. */
static void follow_unsure(void)
{
    g_autoptr(GArray) accounts = g_array_new(FALSE, FALSE, sizeof(Uuid));
    events.unsure = false;
    for (int slot = 0; slot < EVENTS_PING_S; slot++)
        for (GList *link = events.slots[slot].head; link; link = link->next) {
            Subscriber *sub = link->data;
            if (!sub->unsure)
                continue;
            sub->doubted = false;
            g_array_append_val(accounts, sub->own.scope);
        }
    g_mutex_unlock(&events.lock);
    bool ok = follow(events.db, accounts, NULL);
    g_mutex_lock(&events.lock);
    events.unsure_later |= !ok;
}

static void tick(gint64 second)
{
    int slot = (int)(second % EVENTS_PING_S);
    events.unsure |= events.unsure_later;
    events.unsure_later = false;
    end_dead_sessions(slot);
    g_queue_foreach(&events.slots[slot], ping_one, NULL);
    if (db_engine(events.db) == DB_ENGINE_POSTGRES && second % events.poll_s == 0)
        poll_scopes();
}

static gpointer ticker_main(gpointer data)
{
    gint64 second = clock_monotonic() / G_USEC_PER_SEC;
    g_mutex_lock(&events.lock);
    while (events.running) {
        if (events.look) {
            events.look = false;
            poll_scopes();
            continue;
        }
        if (events.unsure) {
            follow_unsure();
            continue;
        }
        gint64 next = tell_later(), now = clock_monotonic();
        if (now / G_USEC_PER_SEC > second) {
            second++;
            tick(second);
            continue;
        }
        gint64 end = (second + 1) * G_USEC_PER_SEC;
        g_cond_wait_until(&events.wake, &events.lock, next ? MIN(next, end) : end);
    }
    g_mutex_unlock(&events.lock);
    return NULL;
}

static void free_queue(gpointer queue)
{
    g_queue_free(queue);
}

bool events_start(Server *server, GError **error)
{
    events.db = server_open_reader(server, error);
    if (!events.db)
        return false;
    events.scopes = g_hash_table_new_full(uuid_hash, uuid_equal_func, g_free, free_queue);
    events.later = g_ptr_array_new();
    events.poll_s = server_config(server)->poll_seconds;
    events.running = true;
    events.ticker = g_thread_new("events", ticker_main, NULL);
    server_listen(server, &events_listener);
    return true;
}

/* Every stream is ended; closed() comes for each while the HTTP threads run out. */
void events_stop(Server *server)
{
    if (!events.running)
        return;
    g_mutex_lock(&events.lock);
    events.running = false;
    g_cond_signal(&events.wake);
    for (int slot = 0; slot < EVENTS_PING_S; slot++)
        for (GList *link = events.slots[slot].head; link; link = link->next)
            subscriber_end(link->data);
    g_mutex_unlock(&events.lock);
    g_thread_join(events.ticker);
    db_close(events.db);
    events.db = NULL;
}

const Route event_routes[] = {
    { .method = "GET",
      .path = "/v1/events",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .handler = open_stream,
      .query = "closeafter",
      .summary = "Server-sent events: state {changed: {scope: state}} when a scope changed, ping "
                 "every 15 s",
      .reply_type = "text/event-stream" },
    { 0 },
};
