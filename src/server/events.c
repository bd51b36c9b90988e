/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/events.h"

#include <string.h>

#include "server/events_private.h"

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
    for (guint i = 0; i <= subscriber_others(sub); i++) {
        const Watch *watch = subscriber_watch(sub, i);
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
    for (guint i = 0; i <= subscriber_others(sub); i++) {
        Watch *watch = subscriber_watch(sub, i);
        if (!watch_is_due(sub, watch))
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
    if (sub->state_due && subscriber_is_due(sub)) /* a scope may have gone meanwhile */
        put_state_event(sub);
    else if (sub->ping_due)
        g_string_append_printf(sub->out, "event: ping\ndata: {\"interval\":%d}\n\n", EVENTS_PING_S);
    sub->state_due = false;
    sub->ping_due = false; /* a state event shows life as well */
}

static ssize_t fill(gpointer data, char *buffer, size_t max)
{
    Subscriber *sub = data;
    g_mutex_lock(&events_registry.lock);
    if (sub->out_sent == sub->out->len)
        refill(sub);
    size_t n = MIN(max, sub->out->len - sub->out_sent);
    memcpy(buffer, sub->out->str + sub->out_sent, n);
    sub->out_sent += n;
    ssize_t result = n == 0 && sub->ending ? -1 : (ssize_t)n;
    g_mutex_unlock(&events_registry.lock);
    return result;
}

static void closed(gpointer data)
{
    g_mutex_lock(&events_registry.lock);
    subscriber_unlink(data);
    g_mutex_unlock(&events_registry.lock);
    subscriber_free(data);
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
    GQueue *mine = scope_watches(&call->principal.account, false);
    if (!events_registry.running)
        return problem_set(error, PROBLEM_OVERLOADED, "The server is stopping");
    if (mine && mine->length >= EVENTS_PER_ACCOUNT) {
        g_queue_foreach(mine, ping_own, NULL);
        return problem_set(error, PROBLEM_TOO_MANY_STREAMS,
                           "At most %d event streams for an account", EVENTS_PER_ACCOUNT);
    }
    if (events_registry.count >= server_config(call->server)->max_streams) {
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
    for (guint i = 0; i <= subscriber_others(sub); i++)
        subscriber_watch(sub, i)->due = !known;
    if (!known)
        put_state_event(sub);
    sub->state_due = false;
    sub->last_sent = 0; /* the first change is told at once */
}

static void drop_subscriber(Subscriber *sub)
{
    g_mutex_lock(&events_registry.lock);
    subscriber_unlink(sub);
    g_mutex_unlock(&events_registry.lock);
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
    g_mutex_lock(&events_registry.lock);
    bool ok = check_room(call, error);
    if (ok)
        subscriber_link(sub, &call->principal.account);
    g_mutex_unlock(&events_registry.lock);
    if (!ok) {
        subscriber_free(sub);
        return false;
    }

    /* Linked before it is read: what is committed from now on is published to it, and is newer than what is read. */
    ChangeState state;
    g_autoptr(GArray) account = g_array_new(FALSE, FALSE, sizeof(Uuid));
    g_array_append_val(account, call->principal.account);
    if (!changes_state_read(call->db, &call->principal.account, &state, NULL, error) ||
        !events_follow(call->db, account, error)) {
        drop_subscriber(sub);
        return false;
    }
    g_mutex_lock(&events_registry.lock);
    if (change_state_newer(&state, &sub->own.state))
        sub->own.state = state;
    greet(sub, call->last_event_id);
    call->reply.stream = http_stream_new("text/event-stream", fill, closed, sub);
    sub->stream = http_stream_ref(call->reply.stream);
    g_mutex_unlock(&events_registry.lock);
    return true;
}

/* ---- telling */

static void changed(const Uuid *scope, const ChangeState *state, bool scopes)
{
    g_mutex_lock(&events_registry.lock);
    GQueue *queue = events_registry.scopes ? scope_watches(scope, false) : NULL;
    for (GList *link = queue ? queue->head : NULL; link; link = link->next) {
        Watch *watch = link->data;
        if (scopes && watch == &watch->sub->own)
            subscriber_doubt(watch->sub);
        watch_tell(watch, state);
    }
    g_mutex_unlock(&events_registry.lock);
}

static void ended(const Uuid *session)
{
    g_mutex_lock(&events_registry.lock);
    for (int slot = 0; slot < EVENTS_PING_S; slot++)
        g_queue_foreach(&events_registry.slots[slot], subscriber_end_session, (gpointer)session);
    g_mutex_unlock(&events_registry.lock);
}

static void missed(void)
{
    g_mutex_lock(&events_registry.lock);
    events_registry.look = true;
    g_cond_signal(&events_registry.wake);
    g_mutex_unlock(&events_registry.lock);
}

const ServerListener events_listener = { changed, ended, missed };

/* Sends the held-back states whose time has come; returns the monotonic us at which the next is due, 0 none. */
static gint64 tell_later(void)
{
    gint64 now = clock_monotonic(), next = 0;
    for (guint i = events_registry.later->len; i-- > 0;) {
        Subscriber *sub = g_ptr_array_index(events_registry.later, i);
        gint64 due = sub->last_sent + EVENTS_COALESCE_MS * 1000;
        if (due > now) {
            next = next ? MIN(next, due) : due;
            continue;
        }
        g_ptr_array_remove_index_fast(events_registry.later, i);
        sub->later = false;
        sub->state_due = true;
        subscriber_wake(sub);
    }
    return next;
}

/* ---- the ticker: pings, ended sessions, and on PostgreSQL what other instances wrote */

static void tick(gint64 second)
{
    int slot = (int)(second % EVENTS_PING_S);
    events_registry.unsure |= events_registry.unsure_later;
    events_registry.unsure_later = false;
    events_end_dead(slot);
    g_queue_foreach(&events_registry.slots[slot], ping_one, NULL);
    if (db_engine(events_registry.db) == DB_ENGINE_POSTGRES && second % events_registry.poll_s == 0)
        events_poll();
}

static gpointer ticker_main(gpointer data)
{
    gint64 second = clock_monotonic() / G_USEC_PER_SEC;
    g_mutex_lock(&events_registry.lock);
    while (events_registry.running) {
        if (events_registry.look) {
            events_registry.look = false;
            events_poll();
            continue;
        }
        if (events_registry.unsure) {
            events_follow_unsure();
            continue;
        }
        gint64 next = tell_later(), now = clock_monotonic();
        if (now / G_USEC_PER_SEC > second) {
            second++;
            tick(second);
            continue;
        }
        gint64 end = (second + 1) * G_USEC_PER_SEC;
        g_cond_wait_until(&events_registry.wake, &events_registry.lock,
                          next ? MIN(next, end) : end);
    }
    g_mutex_unlock(&events_registry.lock);
    return NULL;
}

static void free_queue(gpointer queue)
{
    g_queue_free(queue);
}

bool events_start(Server *server, GError **error)
{
    events_registry.db = server_open_reader(server, error);
    if (!events_registry.db)
        return false;
    events_registry.scopes = g_hash_table_new_full(uuid_hash, uuid_equal_func, g_free, free_queue);
    events_registry.later = g_ptr_array_new();
    events_registry.poll_s = server_config(server)->poll_seconds;
    events_registry.running = true;
    events_registry.ticker = g_thread_new("events", ticker_main, NULL);
    server_listen(server, &events_listener);
    return true;
}

/* Every stream is ended; closed() comes for each while the HTTP threads run out. */
void events_stop(Server *server)
{
    if (!events_registry.running)
        return;
    g_mutex_lock(&events_registry.lock);
    events_registry.running = false;
    g_cond_signal(&events_registry.wake);
    for (int slot = 0; slot < EVENTS_PING_S; slot++)
        for (GList *link = events_registry.slots[slot].head; link; link = link->next)
            subscriber_end(link->data);
    g_mutex_unlock(&events_registry.lock);
    g_thread_join(events_registry.ticker);
    db_close(events_registry.db);
    events_registry.db = NULL;
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
