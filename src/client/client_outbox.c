/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sending the outbox: in order for each referral, up to SENDING_MAX referrals at once. The network's faults keep an item
 * waiting; only a refusal by the server makes it failed, and then its edit is undone while the item stays to be seen.
 * Until then the key, the body and If-Match of a try are those of the one before: the server must know it again.
 */
#include "client/client_private.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/overlay.h"

/* What waited so long is not sent unasked: nobody may want it any more, and the server may have forgotten its key. */
#define OUTBOX_MAX_AGE (30 * MS_PER_DAY)
/* of an item that broke the connection so often: it may be what breaks it */
#define BLAMELESS_TRIES 2
#define STORE_RETRY_MS (10 * MS_PER_SECOND)

struct Sending {
    Client *client;
    NetRequest *request; /* NULL once answered */
    OutboxItem item;
};

static void sending_free(Sending *sending)
{
    g_hash_table_remove(sending->client->busy, &sending->item.object);
    fields_clear(&outbox_fields, &sending->item);
    g_free(sending);
}

static void sending_drop(gpointer data)
{
    sending_free(data);
}

bool client_sending(Client *client)
{
    return g_hash_table_size(client->busy) > 0;
}

bool client_owns(const Client *client, const OutboxItem *item)
{
    return uuid_is_nil(&client->status.account) || overlay_is_of(item, &client->status.account);
}

static void hold_back(Client *client, gint64 ms)
{
    client->send_after = MAX(client->send_after, clock_now() + ms);
}

static void store_failed(Client *client, const GError *error)
{
    client_problem(client, problem_of(error), error->message);
    hold_back(client, STORE_RETRY_MS);
}

/* ---- outcomes */

static void set_state(Client *client, const OutboxItem *item, OutboxState state, gint64 next_at,
                      const GError *why)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *detail = why ? text_clean(why->message, -1, TEXT_LINE) : NULL;
    if (!store_set_state(client->store, &item->op, state, next_at, item->attempts,
                         why ? problem_row(problem_of(why))->code : NULL, detail, &error))
        store_failed(client, error);
}

/* What is on the way comes to nothing here; the server may have it, and knows the key when it comes again. */
void client_outbox_cancel(Client *client)
{
    g_autoptr(GList) all = g_hash_table_get_values(client->busy);
    for (GList *at = all; at; at = at->next) {
        Sending *sending = at->data;
        if (!sending->request)
            continue;
        net_cancel(sending->request);
        set_state(client, &sending->item, OUTBOX_WAITING, 0, NULL);
        sending_free(sending);
    }
    g_clear_pointer(&client->items, g_ptr_array_unref);
}

void client_outbox_stop(Client *client)
{
    client_outbox_cancel(client);
    g_clear_handle_id(&client->outbox_timer, g_source_remove);
    g_clear_pointer(&client->items, g_ptr_array_unref);
}

static gint64 item_backoff(const OutboxItem *item, gint64 retry_after_ms)
{
    return sync_backoff((int)MIN(item->attempts, 9), retry_after_ms, g_random_double());
}

/* The server has it, but it could not be noted here (a full disk), or its answer made no sense: the same again later. */
static void answered(Job *job, gpointer data)
{
    Sending *sending = data;
    Client *client = sending->client;
    client_job_done(client, job);
    if (job->error)
        set_state(client, &sending->item, OUTBOX_WAITING,
                  clock_now() + STORE_RETRY_MS + item_backoff(&sending->item, 0), job->error);
    sending_free(sending);
    g_clear_pointer(&client->items, g_ptr_array_unref);
    client_tell(client, CLIENT_OUTBOX | CLIENT_STATUS);
    client_pump(client);
}

static void keep(Sending *sending, NetReply *reply)
{
    Client *client = sending->client;
    const OutboxItem *item = &sending->item;
    gint64 delay = item_backoff(item, reply->retry_after_ms);
    /* The connection is probed, and the token renewed, by the sync engine: then it goes at once. */
    if (reply->status == 401 || (reply->status == 0 && item->attempts <= BLAMELESS_TRIES))
        delay = 0;
    if (reply->status == 429 || reply->status == 503 || reply->status == 507)
        hold_back(client, delay);
    set_state(client, item, OUTBOX_WAITING, delay ? clock_now() + delay : 0, reply->error);
}

static bool is_temporary(const NetReply *reply)
{
    static const int statuses[] = { 0, 401, 408, 425, 429, 500, 502, 503, 504, 507 };
    for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++)
        if (reply->status == statuses[i])
            return true;
    return problem_is(reply->error, PROBLEM_KEY_IN_PROGRESS) || reply->status < 400;
}

static void on_reply(NetReply *reply, gpointer data)
{
    Sending *sending = data;
    Client *client = sending->client;
    sending->request = NULL;
    if (!reply->error) {
        Job *job = job_new(JOB_ANSWER, answered, sending);
        job->body = net_reply_take(reply, &job->length);
        job->op = sending->item.op;
        job->object = sending->item.object;
        job->drop = sending_drop;
        job->is_note = sending->item.kind == OUTBOX_NOTE;
        client_add_job(client, job);
        return;
    }
    bool temporary = is_temporary(reply);
    if (temporary)
        keep(sending, reply);
    else
        set_state(client, &sending->item, OUTBOX_FAILED, 0, reply->error);
    Uuid object = sending->item.object;
    sending_free(sending);
    g_clear_pointer(&client->items, g_ptr_array_unref);
    if (reply->status == 401)
        client_event(client, EVENT_UNAUTHORIZED);
    else if (reply->status == 0)
        client_failed(client, reply);
    client_outbox_changed(client, &object, 1);
}

/* ---- sending */

/* A note is changed from the revision it was edited at; after one that was itself in the outbox, from what that became. */
static gint64 revision_for(Client *client, const OutboxItem *item)
{
    Uuid note;
    const char *slash = strrchr(item->path, '/');
    if (item->kind != OUTBOX_NOTE || item->attempts > 0 || item->if_match > 0 || !slash ||
        !uuid_parse(slash + 1, &note))
        return item->if_match;
    return cache_note_rev(client->cache, &note);
}

/* False: it was taken back meanwhile, or the store failed. */
static bool send_item(Client *client, const OutboxItem *item)
{
    bool claimed = false;
    g_autoptr(GError) error = NULL;
    gint64 if_match = revision_for(client, item);
    if (!store_claim(client->store, &item->op, clock_now(), if_match, &claimed, &error)) {
        store_failed(client, error);
        return false;
    }
    if (!claimed)
        return false;
    Sending *sending = g_new0(Sending, 1);
    sending->client = client;
    fields_copy(&outbox_fields, &sending->item, item);
    sending->item.attempts++;
    sending->item.if_match = if_match;
    g_hash_table_insert(client->busy, &sending->item.object, sending);
    NetCall call = {
        .method = item->method,
        .path = item->path,
        .body = item->body,
        .token = client->credentials.access,
        .key = &sending->item.key,
        .create = item->kind == OUTBOX_CREATE,
        .if_match = if_match,
    };
    sending->request = net_send(client->net, &call, on_reply, sending);
    return true;
}

/* One that is "sending" while nothing of its referral is on the way was left so by a store that failed. */
static gint64 ready_at(const Client *client, const OutboxItem *item)
{
    gint64 at = item->state == OUTBOX_HELD      ? item->hold_until
                : item->state == OUTBOX_WAITING ? item->next_at
                                                : 0;
    return MAX(at, client->send_after);
}

/* Parks what is too old; the person decides. */
static bool is_too_old(Client *client, const OutboxItem *item)
{
    if (clock_now() - item->created_at < OUTBOX_MAX_AGE)
        return false;
    g_autoptr(GError) why = NULL;
    problem_set(&why, PROBLEM_FAILED, "%s",
                _("it waited for more than 30 days: send it again, or drop it"));
    set_state(client, item, OUTBOX_FAILED, 0, why);
    client_show_edits(client, &item->object, 1);
    return true;
}

static gboolean on_timer(gpointer data)
{
    Client *client = data;
    client->outbox_timer = 0;
    client_tell(client, CLIENT_OUTBOX | CLIENT_STATUS);
    client_pump(client);
    return G_SOURCE_REMOVE;
}

static void wake_at(Client *client, gint64 when)
{
    g_clear_handle_id(&client->outbox_timer, g_source_remove);
    if (when != G_MAXINT64)
        client->outbox_timer = g_timeout_add((guint)CLAMP(when - clock_now() + 1, 1, G_MAXINT),
                                             on_timer, client);
}

/* Of each referral the first item that has not failed is next; of one that could not be made, none is. */
static bool is_next(Client *client, GHashTable *seen, OutboxItem *item)
{
    if (!client_owns(client, item) || (item->state == OUTBOX_FAILED && item->kind != OUTBOX_CREATE))
        return false;
    return g_hash_table_add(seen, &item->object) && item->state != OUTBOX_FAILED &&
           !g_hash_table_contains(client->busy, &item->object);
}

/* What was parked lets the next of its referral pass; unless that was to be made by it. */
static void give_way(GHashTable *seen, OutboxItem *item)
{
    item->state = OUTBOX_FAILED;
    if (item->kind != OUTBOX_CREATE)
        g_hash_table_remove(seen, &item->object);
}

/* Sends what may go; the time of the next that may not yet. */
static gint64 send_ready(Client *client)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(uuid_hash, uuid_equal_func);
    gint64 now = clock_now(), next = G_MAXINT64;
    for (guint i = 0; i < client->items->len; i++) {
        OutboxItem *item = g_ptr_array_index(client->items, i);
        if (!is_next(client, seen, item))
            continue;
        gint64 at = ready_at(client, item);
        if (at > now)
            next = MIN(next, at);
        else if (g_hash_table_size(client->busy) >= SENDING_MAX)
            break;
        else if (is_too_old(client, item))
            give_way(seen, item);
        else if (send_item(client, item))
            item->state = OUTBOX_SENDING;
        else if (client->send_after > now)
            next = MIN(next, client->send_after);
    }
    return next;
}

void client_pump(Client *client)
{
    if (!client->net || !client->worker)
        return;
    g_autoptr(GError) error = NULL;
    if (!client->items && !(client->items = store_items(client->store, 0, &error))) {
        client_problem(client, problem_of(error), error->message);
        return;
    }
    if (!sync_may_send(&client->sync))
        return;
    wake_at(client, send_ready(client));
    if (client->sync.state == SYNC_FLUSHING && !client_sending(client))
        client_event(client, EVENT_FLUSHED);
}
