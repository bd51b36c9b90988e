/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which streams there are, and which scopes each tells of. */
#include "server/events_private.h"

EventsRegistry events_registry;

/* ---- streams and their scopes */

GQueue *scope_watches(const Uuid *scope, bool make)
{
    GQueue *queue = g_hash_table_lookup(events_registry.scopes, scope);
    if (!queue && make) {
        queue = g_queue_new();
        g_hash_table_insert(events_registry.scopes, g_memdup2(scope, sizeof *scope), queue);
    }
    return queue;
}

static void watch_init(Watch *watch, Subscriber *sub, const Uuid *scope)
{
    *watch = (Watch){ .sub = sub, .scope = *scope };
    watch->link.data = watch;
    g_queue_push_tail_link(scope_watches(scope, true), &watch->link);
}

static void watch_clear(Watch *watch)
{
    GQueue *queue = scope_watches(&watch->scope, false);
    g_queue_unlink(queue, &watch->link);
    if (g_queue_is_empty(queue))
        g_hash_table_remove(events_registry.scopes, &watch->scope);
}

static void watch_free(gpointer watch, gpointer nothing)
{
    watch_clear(watch);
    g_free(watch);
}

guint subscriber_others(const Subscriber *sub)
{
    return sub->others ? sub->others->len : 0;
}

/* The account's own first. */
Watch *subscriber_watch(Subscriber *sub, guint i)
{
    return i == 0 ? &sub->own : g_ptr_array_index(sub->others, i - 1);
}

void subscriber_link(Subscriber *sub, const Uuid *account)
{
    sub->slot = (int)(events_registry.made++ % EVENTS_PING_S);
    sub->slot_link.data = sub;
    g_queue_push_tail_link(&events_registry.slots[sub->slot], &sub->slot_link);
    watch_init(&sub->own, sub, account);
    events_registry.count++;
}

void subscriber_unlink(Subscriber *sub)
{
    g_queue_unlink(&events_registry.slots[sub->slot], &sub->slot_link);
    watch_clear(&sub->own);
    if (sub->others)
        g_ptr_array_foreach(sub->others, watch_free, NULL);
    g_clear_pointer(&sub->others, g_ptr_array_unref);
    if (sub->later)
        g_ptr_array_remove_fast(events_registry.later, sub);
    events_registry.count--;
}

void subscriber_free(Subscriber *sub)
{
    if (sub->stream)
        http_stream_unref(sub->stream);
    g_string_free(sub->out, TRUE);
    g_free(sub);
}

void subscriber_wake(Subscriber *sub)
{
    if (sub->stream)
        http_stream_wake(sub->stream);
}

void subscriber_end(Subscriber *sub)
{
    sub->ending = true;
    subscriber_wake(sub);
}

bool change_state_newer(const ChangeState *state, const ChangeState *than)
{
    return state->epoch != than->epoch || state->acl > than->acl ||
           (state->acl == than->acl && state->seq > than->seq);
}

/* What may be sent now. */
bool watch_is_due(const Subscriber *sub, const Watch *watch)
{
    return watch->due && watch->state.epoch && (watch == &sub->own || !sub->unsure);
}

bool subscriber_is_due(Subscriber *sub)
{
    for (guint i = 0; i <= subscriber_others(sub); i++)
        if (watch_is_due(sub, subscriber_watch(sub, i)))
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
    g_ptr_array_add(events_registry.later, sub);
    g_cond_signal(&events_registry.wake);
}

bool watch_tell(Watch *watch, const ChangeState *state)
{
    if (!change_state_newer(state, &watch->state))
        return false;
    watch->state = *state;
    watch->due = true;
    if (watch == &watch->sub->own || !watch->sub->unsure)
        subscriber_tell(watch->sub);
    return true;
}

/* The ticker has to read which scopes it has. */
void subscriber_doubt(Subscriber *sub)
{
    sub->unsure = sub->doubted = events_registry.unsure = true;
    g_cond_signal(&events_registry.wake);
}

void subscriber_end_session(gpointer data, gpointer session)
{
    Subscriber *sub = data;
    if (uuid_equal(&sub->session, session))
        subscriber_end(sub);
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
    if (subscriber_is_due(sub))
        subscriber_tell(sub);
    return false;
}

bool account_follow(const Uuid *account, const ScopeRow *rows, guint n)
{
    GQueue *queue = scope_watches(account, false);
    bool any_new = false;
    for (GList *link = queue ? queue->head : NULL; link; link = link->next)
        any_new |= subscriber_follow(((const Watch *)link->data)->sub, rows, n);
    return any_new;
}
