/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sending the outbox: in order for each referral, up to SENDING_MAX referrals at once. The network's faults keep an item
 * waiting; only a refusal by the server makes it failed, and then its edit is undone while the item stays to be seen.
 */
#include "client/client_private.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

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

/* ---- outcomes */

static void set_state(Client *client, const OutboxItem *item, OutboxState state, gint64 next_at,
                      const GError *why)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *detail = why ? text_clean(why->message, -1, TEXT_LINE) : NULL;
    if (!store_set_state(client->store, &item->op, state, next_at, item->attempts,
                         why ? problem_row(problem_of(why))->code : NULL, detail, &error))
        client_problem(client, problem_of(error), error->message);
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

static void answered(Job *job, gpointer data)
{
    Sending *sending = data;
    Client *client = sending->client;
    client_job_done(client, job);
    sending_free(sending);
    g_clear_pointer(&client->items, g_ptr_array_unref);
    client_tell(client, CLIENT_OUTBOX | CLIENT_STATUS);
    client_pump(client);
}

static void keep(Sending *sending, NetReply *reply)
{
    Client *client = sending->client;
    /* The shorter the try, the sooner the next: the connection itself is probed by the sync engine. */
    gint64 delay = reply->status == 0 ? 0
                                      : sync_backoff((int)MIN(sending->item.attempts, 9),
                                                     reply->retry_after_ms, g_random_double());
    set_state(client, &sending->item, OUTBOX_WAITING, delay ? clock_now() + delay : 0,
              reply->error);
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

/* False: it was taken back meanwhile, or the store failed. */
static bool send_item(Client *client, const OutboxItem *item)
{
    bool claimed = false;
    g_autoptr(GError) error = NULL;
    if (!store_claim(client->store, &item->op, clock_now(), &claimed, &error)) {
        client_problem(client, problem_of(error), error->message);
        return false;
    }
    if (!claimed)
        return false;
    Sending *sending = g_new0(Sending, 1);
    sending->client = client;
    fields_copy(&outbox_fields, &sending->item, item);
    sending->item.attempts++;
    g_hash_table_insert(client->busy, &sending->item.object, sending);
    Uuid note;
    const char *slash = strrchr(item->path, '/');
    NetCall call = {
        .method = item->method,
        .path = item->path,
        .body = item->body,
        .token = client->credentials.access,
        .key = &sending->item.op,
        .create = item->kind == OUTBOX_CREATE,
    };
    if (item->kind == OUTBOX_NOTE && slash && uuid_parse(slash + 1, &note))
        call.if_match = cache_note_rev(client->cache, &note);
    sending->request = net_send(client->net, &call, on_reply, sending);
    return true;
}

static gint64 ready_at(const OutboxItem *item)
{
    switch (item->state) {
    case OUTBOX_HELD:
        return item->hold_until;
    case OUTBOX_WAITING:
        return item->next_at;
    default:
        return G_MAXINT64;
    }
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

/* Sends what may go; the time of the next that may not yet. */
static gint64 send_ready(Client *client)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(uuid_hash, uuid_equal_func);
    gint64 now = clock_now(), next = G_MAXINT64;
    for (guint i = 0; i < client->items->len; i++) {
        OutboxItem *item = g_ptr_array_index(client->items, i);
        if (item->state == OUTBOX_FAILED || !g_hash_table_add(seen, &item->object) ||
            g_hash_table_contains(client->busy, &item->object))
            continue;
        gint64 at = ready_at(item);
        if (at > now)
            next = MIN(next, at);
        else if (g_hash_table_size(client->busy) >= SENDING_MAX)
            break;
        else if (send_item(client, item))
            item->state = OUTBOX_SENDING;
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
