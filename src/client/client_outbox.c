/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sending the outbox: in order for each object, several items that are ready together as one POST /v1/batch, up to
 * SENDING_MAX requests at once. Until an item is done or refused the key, the body and If-Match of a try are those of the one
 * before: the server must know it again.
 */
#include "client/client_outbox_private.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "client/change.h"
#include "client/overlay.h"
#include "wire/json.h"

/* What waited so long is not sent unasked: nobody may want it any more, and the server may have forgotten its key. */
#define OUTBOX_MAX_AGE (30 * MS_PER_DAY)
#define BATCH_ITEMS 100 /* the server takes no more */
#define BATCH_BYTES (512 * 1024)

void sending_free(Sending *sending)
{
    for (size_t i = 0; i < sending->n; i++) {
        g_hash_table_remove(sending->client->busy, &sending->items[i].object);
        fields_clear(&outbox_fields, &sending->items[i]);
    }
    g_queue_delete_link(&sending->client->sendings, sending->link);
    g_free(sending->items);
    g_free(sending);
}

void sending_set_busy(Sending *sending, const OutboxItem *item)
{
    g_hash_table_replace(sending->client->busy, g_memdup2(&item->object, sizeof item->object),
                         sending);
}

bool client_sending(Client *client)
{
    return client->sendings.length > 0;
}

bool client_owns(const Client *client, const OutboxItem *item)
{
    return uuid_is_nil(&client->status.account) || overlay_is_of(item, &client->status.account);
}

void client_outbox_hold_back(Client *client, gint64 ms)
{
    client->send_after = MAX(client->send_after, clock_now() + ms);
}

void client_outbox_store_failed(Client *client, const GError *error)
{
    client_problem(client, problem_of(error), error->message);
    client_outbox_hold_back(client, STORE_RETRY_MS);
}

GPtrArray *client_items(Client *client, GError **error)
{
    if (!client->items)
        client->items = store_items(client->store, 0, error);
    return client->items;
}

/* ---- states */

void client_outbox_set_state(OutboxItem *item, OutboxState state, gint64 next_at, const GError *why)
{
    item->state = state;
    item->next_at = next_at;
    g_free(item->problem);
    g_free(item->detail);
    item->problem = why ? g_strdup(problem_row(problem_of(why))->code) : NULL;
    item->detail = why ? text_clean(why->message, -1, TEXT_LINE) : NULL;
}

void client_outbox_save_states(Client *client, const OutboxItem *items, size_t n)
{
    g_autoptr(GError) error = NULL;
    if (n > 0 && !store_set_states(client->store, items, n, &error))
        client_outbox_store_failed(client, error);
}

void client_outbox_rewrite(Client *client, const OutboxItem *item, OutboxState was)
{
    bool done = false;
    g_autoptr(GError) error = NULL;
    if (!store_rewrite(client->store, item, was, &done, &error))
        client_outbox_store_failed(client, error);
}

/* What is on the way comes to nothing here; the server may have it, and knows the key when it comes again. */
void client_outbox_cancel(Client *client)
{
    for (GList *at = client->sendings.head, *next; at; at = next) {
        Sending *sending = at->data;
        next = at->next;
        if (!sending->request)
            continue;
        net_cancel(sending->request);
        for (size_t i = 0; i < sending->n; i++)
            client_outbox_set_state(&sending->items[i], OUTBOX_WAITING, 0, NULL);
        client_outbox_save_states(client, sending->items, sending->n);
        sending_free(sending);
    }
    client_forget_items(client);
}

void client_outbox_stop(Client *client)
{
    client_outbox_cancel(client);
    g_clear_handle_id(&client->outbox_timer, g_source_remove);
    client_forget_items(client);
}

/* ---- sending */

/* What will be sent together. */
typedef struct Load {
    Client *client;
    GPtrArray *items; /* OutboxItem *, borrowed */
    size_t bytes;
    GHashTable *paths; /* of changes in it: the next one of the same waits for what becomes of it */
    gint64 now;
} Load;

static void put_operation(GString *out, const OutboxItem *item, const Uuid *after)
{
    char key[UUID_TEXT_SIZE];
    g_string_append_printf(out, "{\"key\":\"%s\",\"method\":", uuid_format(&item->key, key));
    json_put_text(out, item->method);
    g_string_append(out, ",\"path\":");
    json_put_text(out, item->path);
    if (item->if_match > 0)
        g_string_append_printf(out, ",\"if_match\":%" G_GINT64_FORMAT, item->if_match);
    if (outbox_creates(item))
        g_string_append(out, ",\"if_none_match\":true");
    if (after)
        g_string_append_printf(out, ",\"after\":\"%s\"", uuid_format(after, key));
    if (item->body)
        g_string_append_printf(out, ",\"body\":%s", item->body);
    g_string_append_c(out, '}');
}

static char *batch_body(const Sending *sending)
{
    g_autoptr(GHashTable) last = g_hash_table_new(uuid_hash, uuid_equal_func);
    GString *out = g_string_new("{\"operations\":[");
    for (size_t i = 0; i < sending->n; i++) {
        OutboxItem *item = &sending->items[i];
        g_string_append(out, i ? "," : "");
        put_operation(out, item, g_hash_table_lookup(last, &item->object));
        g_hash_table_replace(last, &item->object, &item->key);
    }
    g_string_append(out, "]}");
    return g_string_free(out, FALSE);
}

static void ask(Sending *sending)
{
    Client *client = sending->client;
    const OutboxItem *item = sending->items;
    NetCall call = {
        .method = item->method,
        .path = item->path,
        .body = item->body,
        .token = client->credentials.access,
        .key = &item->key,
        .create = outbox_creates(item),
        .if_match = item->if_match,
    };
    g_autofree char *body = sending->n > 1 ? batch_body(sending) : NULL;
    if (body)
        call = (NetCall){
            .method = "POST", .path = "/v1/batch", .body = body, .token = client->credentials.access
        };
    sending->request = net_send(client->net, &call, client_outbox_answered, sending);
}

/* Claims them, and sends those that nobody took back meanwhile. */
static void send_load(Load *load)
{
    Client *client = load->client;
    size_t n = load->items->len;
    if (n == 0)
        return;
    g_autofree Uuid *ops = g_new(Uuid, n);
    g_autofree bool *claimed = g_new0(bool, n);
    g_autoptr(GError) error = NULL;
    for (size_t i = 0; i < n; i++)
        ops[i] = ((OutboxItem *)load->items->pdata[i])->op;
    if (!store_claim(client->store, ops, n, clock_now(), claimed, &error))
        client_outbox_store_failed(client, error);
    Sending *sending = g_new0(Sending, 1);
    sending->client = client;
    sending->items = g_new0(OutboxItem, n);
    g_queue_push_tail(&client->sendings, sending);
    sending->link = client->sendings.tail;
    for (size_t i = 0; i < n; i++) {
        OutboxItem *item = load->items->pdata[i];
        if (!claimed[i])
            continue;
        item->state = OUTBOX_SENDING;
        OutboxItem *mine = &sending->items[sending->n++];
        fields_copy(&outbox_fields, mine, item);
        mine->attempts++;
        sending_set_busy(sending, mine);
    }
    g_ptr_array_set_size(load->items, 0);
    g_hash_table_remove_all(load->paths);
    load->bytes = 0;
    if (sending->n > 0)
        ask(sending);
    else
        sending_free(sending);
}

/* One that is "sending" while nothing of its object is on the way was left so by a store that failed. */
static gint64 ready_at(const Client *client, const OutboxItem *item)
{
    gint64 at = item->state == OUTBOX_HELD      ? item->hold_until
                : item->state == OUTBOX_WAITING ? item->next_at
                                                : 0;
    return MAX(at, client->send_after);
}

/* Parks what is too old; the person decides. */
static bool is_too_old(Client *client, OutboxItem *item)
{
    if (clock_now() - item->created_at < OUTBOX_MAX_AGE)
        return false;
    client_outbox_set_state(item, OUTBOX_PARKED, 0, NULL);
    client_outbox_save_states(client, item, 1);
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

typedef enum Turn {
    TURN_PASS,  /* not in the way of what comes after it */
    TURN_BLOCK, /* what else is done to its object waits behind it */
    TURN_ADD,
    TURN_ALONE,
} Turn;

/* A copy of a lead that is not at the server yet: whether that one is on the way, waits, or has stopped. */
static bool waits_for_original(const Load *load, const OutboxItem *item)
{
    const GPtrArray *items = load->client->items;
    Uuid original;
    if (!overlay_is_copy(item, &original))
        return false;
    for (guint i = 0; i < items->len; i++) {
        const OutboxItem *other = g_ptr_array_index(items, i);
        if (other->kind == OUTBOX_CREATE && uuid_equal(&other->object, &original))
            return true;
    }
    return false;
}

/* What to do with the next item of an object that nothing waits before. */
static Turn turn_of(Load *load, OutboxItem *item, gint64 *next)
{
    Client *client = load->client;
    if (!client_owns(client, item))
        return TURN_PASS;
    if (waits_for_original(load, item))
        return TURN_BLOCK;
    if (outbox_is_stopped(item->state)) /* what could not be made takes its followers along */
        return outbox_creates(item) ? TURN_BLOCK : TURN_PASS;
    if (g_hash_table_contains(client->busy, &item->object) ||
        g_hash_table_contains(load->paths, item->path))
        return TURN_BLOCK;
    gint64 at = ready_at(client, item);
    if (at > load->now) {
        *next = MIN(*next, at);
        return TURN_BLOCK;
    }
    if (is_too_old(client, item))
        return outbox_creates(item) ? TURN_BLOCK : TURN_PASS;
    if (!client_outbox_prepare(client, item))
        return TURN_PASS;
    return client->no_batch || item->attempts > BLAMELESS_TRIES ? TURN_ALONE : TURN_ADD;
}

static void add(Load *load, OutboxItem *item)
{
    g_ptr_array_add(load->items, item);
    load->bytes += item->body ? strlen(item->body) : 0;
    if (change_kind(item->kind)->merges)
        g_hash_table_add(load->paths, item->path);
}

static bool is_full(const Load *load)
{
    return load->items->len >= BATCH_ITEMS || load->bytes >= BATCH_BYTES;
}

static bool may_send_more(const Client *client)
{
    return client->sendings.length < SENDING_MAX && client->send_after <= clock_now();
}

/* Sends what may go; the time of the next that may not yet. */
static gint64 send_ready(Client *client)
{
    g_autoptr(GHashTable) blocked = g_hash_table_new(uuid_hash, uuid_equal_func);
    g_autoptr(GHashTable) paths = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) loaded = g_ptr_array_new();
    g_autoptr(GPtrArray) items = g_ptr_array_ref(client->items);
    Load load = { client, loaded, 0, paths, clock_now() };
    gint64 next = G_MAXINT64;
    for (guint i = 0; i < items->len && client->sendings.length < SENDING_MAX; i++) {
        OutboxItem *item = g_ptr_array_index(items, i);
        if (g_hash_table_contains(blocked, &item->object))
            continue;
        Turn turn = turn_of(&load, item, &next);
        if (turn == TURN_ALONE || is_full(&load))
            send_load(&load);
        if (turn == TURN_BLOCK || g_hash_table_contains(client->busy, &item->object)) {
            g_hash_table_add(blocked, &item->object);
            continue;
        }
        if ((turn == TURN_ALONE || turn == TURN_ADD) && may_send_more(client))
            add(&load, item);
        if (turn == TURN_ALONE)
            send_load(&load);
    }
    send_load(&load);
    return client->send_after > load.now ? MIN(next, client->send_after) : next;
}

void client_pump(Client *client)
{
    if (!client->net || !client->worker)
        return;
    g_autoptr(GError) error = NULL;
    if (client_items(client, &error))
        client_outbox_fold(client);
    if (!client_items(client, &error)) {
        client_problem(client, problem_of(error), error->message);
        return;
    }
    if (!sync_may_send(&client->sync))
        return;
    wake_at(client, send_ready(client));
    if (client->sync.state == SYNC_FLUSHING && !client_sending(client))
        client_event(client, EVENT_FLUSHED);
}
