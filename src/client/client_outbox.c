/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sending the outbox: in order for each object, several items that are ready together as one POST /v1/batch, up to
 * SENDING_MAX requests at once. The network's faults keep an item waiting; only a refusal by the server makes it failed,
 * and then its edit is undone while the item stays to be seen. Until then the key, the body and If-Match of a try are
 * those of the one before: the server must know it again.
 */
#include "client/client_private.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/cache_meetings.h"
#include "client/cache_groups.h"
#include "client/change.h"
#include "client/overlay.h"
#include "wire/json.h"
#include "wire/problem_json.h"

/* What waited so long is not sent unasked: nobody may want it any more, and the server may have forgotten its key. */
#define OUTBOX_MAX_AGE (30 * MS_PER_DAY)
/* of an item that broke the connection so often: it may be what breaks it, and from then on goes alone */
#define BLAMELESS_TRIES 2
#define STORE_RETRY_MS (10 * MS_PER_SECOND)
#define BATCH_ITEMS 100 /* the server takes no more */
#define BATCH_BYTES (512 * 1024)

/* One request, with one item or a batch of them. */
struct Sending {
    Client *client;
    GList *link;         /* in client->sendings */
    NetRequest *request; /* NULL once answered */
    OutboxItem *items;
    size_t n;
};

static void sending_free(Sending *sending)
{
    for (size_t i = 0; i < sending->n; i++) {
        g_hash_table_remove(sending->client->busy, &sending->items[i].object);
        fields_clear(&outbox_fields, &sending->items[i]);
    }
    g_queue_delete_link(&sending->client->sendings, sending->link);
    g_free(sending->items);
    g_free(sending);
}

static void sending_drop(gpointer data)
{
    sending_free(data);
}

bool client_sending(Client *client)
{
    return client->sendings.length > 0;
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

GPtrArray *client_items(Client *client, GError **error)
{
    if (!client->items)
        client->items = store_items(client->store, 0, error);
    return client->items;
}

/* ---- outcomes */

static void set_state(OutboxItem *item, OutboxState state, gint64 next_at, const GError *why)
{
    item->state = state;
    item->next_at = next_at;
    g_free(item->problem);
    g_free(item->detail);
    item->problem = why ? g_strdup(problem_row(problem_of(why))->code) : NULL;
    item->detail = why ? text_clean(why->message, -1, TEXT_LINE) : NULL;
}

static void save_states(Client *client, const OutboxItem *items, size_t n)
{
    g_autoptr(GError) error = NULL;
    if (n > 0 && !store_set_states(client->store, items, n, &error))
        store_failed(client, error);
}

static void rewrite(Client *client, const OutboxItem *item, OutboxState was)
{
    bool done = false;
    g_autoptr(GError) error = NULL;
    if (!store_rewrite(client->store, item, was, &done, &error))
        store_failed(client, error);
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
            set_state(&sending->items[i], OUTBOX_WAITING, 0, NULL);
        save_states(client, sending->items, sending->n);
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

static gint64 item_backoff(const OutboxItem *item, gint64 retry_after_ms)
{
    return sync_backoff((int)MIN(item->attempts, 9), retry_after_ms, g_random_double());
}

/* What became of one item. */
typedef struct Outcome {
    int status; /* 0: no answer */
    gint64 retry_after_ms;
    GError *error;        /* NULL: done */
    const JsonNode *node; /* the object, or the problem; NULL none */
} Outcome;

static bool is_temporary(int status, const GError *error)
{
    static const int statuses[] = { 0, 401, 408, 424, 425, 429, 500, 502, 503, 504, 507 };
    for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++)
        if (status == statuses[i])
            return true;
    return problem_is(error, PROBLEM_KEY_IN_PROGRESS) || status < 400;
}

static void keep(Client *client, OutboxItem *item, const Outcome *outcome)
{
    int status = outcome->status;
    gint64 delay = item_backoff(item, outcome->retry_after_ms);
    /* The connection is probed, and the token renewed, by the sync engine: then it goes at once. What was behind another
     * goes when that one is through. */
    if (status == 401 || status == 424 || (status == 0 && item->attempts <= BLAMELESS_TRIES))
        delay = 0;
    if (status == 429 || status == 503 || status == 507)
        hold_back(client, delay);
    set_state(item, OUTBOX_WAITING, delay ? clock_now() + delay : 0, outcome->error);
}

static void add_answer(Job *job, const OutboxItem *item, const JsonNode *node, bool stays)
{
    job->answers[job->n_answers++] = (Answer){ item->op, item->object, item->kind, node, stays };
}

/* Somebody else changed it meanwhile: made to what it is now, or for a person to decide. False: no such case. */
static bool merge_refused(Client *client, OutboxItem *item, const Outcome *outcome, Job *job)
{
    const JsonNode *current = outcome->status == 412 && outcome->node
                                  ? json_member(outcome->node, "current")
                                  : NULL;
    if (!current || !json_is_object(current) || !change_kind(item->kind)->merges)
        return false;
    g_autofree char *theirs = json_print(current);
    ChangeOutcome merged = change_merge_json(item, theirs);
    if (merged == CHANGE_NONSENSE)
        return false;
    add_answer(job, item, current, merged != CHANGE_DONE);
    if (merged == CHANGE_DONE)
        return true;
    item->key = uuid_new();
    rewrite(client, item, OUTBOX_SENDING);
    return true;
}

/* It was refused because it is so already: the other one was quicker to part. */
static bool is_as_wanted(const OutboxItem *item, const Outcome *outcome)
{
    return item->kind == OUTBOX_DROP_PARTNER && outcome->status == 404 &&
           problem_is(outcome->error, PROBLEM_NOT_FOUND);
}

/* Notes what became of an item; true when its state is still to be saved. */
static bool settle(Client *client, OutboxItem *item, const Outcome *outcome, Job *job)
{
    if (!outcome->error || is_as_wanted(item, outcome)) {
        add_answer(job, item, outcome->node, false);
        return false;
    }
    if (is_temporary(outcome->status, outcome->error))
        keep(client, item, outcome);
    else if (merge_refused(client, item, outcome, job))
        return false;
    else
        set_state(item, OUTBOX_FAILED, 0, outcome->error);
    return true;
}

/* The server has them, but it could not be noted here (a full disk): the same again later. */
static void try_again(Sending *sending, const Job *job)
{
    g_autofree OutboxItem *again = g_new(OutboxItem, sending->n);
    size_t n = 0;
    for (size_t i = 0; i < sending->n; i++) { /* answers[i] is of items[i] */
        OutboxItem *item = &sending->items[i];
        if (job->answers[i].keep)
            continue;
        set_state(item, OUTBOX_WAITING, clock_now() + STORE_RETRY_MS + item_backoff(item, 0),
                  job->error);
        again[n++] = *item;
    }
    save_states(sending->client, again, n);
}

static void answered(Job *job, gpointer data)
{
    Sending *sending = data;
    Client *client = sending->client;
    client_job_done(client, job);
    if (job->error)
        try_again(sending, job);
    sending_free(sending);
    client_forget_items(client);
    client_tell(client, CLIENT_OUTBOX | CLIENT_STATUS);
    client_pump(client);
}

static void set_busy(Sending *sending, const OutboxItem *item)
{
    g_hash_table_replace(sending->client->busy, g_memdup2(&item->object, sizeof item->object),
                         sending);
}

/* Of the items only those that wait for the worker stay. */
static void leave_answered(Sending *sending, const bool *saved)
{
    size_t kept = 0;
    for (size_t i = 0; i < sending->n; i++) {
        if (!saved[i]) {
            sending->items[kept++] = sending->items[i];
            continue;
        }
        g_hash_table_remove(sending->client->busy, &sending->items[i].object);
        fields_clear(&outbox_fields, &sending->items[i]);
    }
    sending->n = kept;
    for (size_t i = 0; i < kept; i++) /* one of the same object may just have gone */
        set_busy(sending, &sending->items[i]);
}

static void settle_all(Sending *sending, const Outcome *outcomes, JsonDoc *doc)
{
    Client *client = sending->client;
    Job *job = job_new(JOB_ANSWER, answered, sending);
    job->answers = g_new0(Answer, sending->n);
    job->doc = doc;
    job->drop = sending_drop;
    g_autofree bool *saved = g_new0(bool, sending->n);
    g_autofree OutboxItem *stopped = g_new(OutboxItem, sending->n);
    g_autofree Uuid *objects = g_new(Uuid, sending->n);
    size_t n_saved = 0, n = sending->n;
    for (size_t i = 0; i < n; i++) {
        objects[i] = sending->items[i].object;
        saved[i] = settle(client, &sending->items[i], &outcomes[i], job);
        if (saved[i])
            stopped[n_saved++] = sending->items[i];
    }
    save_states(client, stopped, n_saved);
    leave_answered(sending, saved);
    if (job->n_answers > 0) {
        client_add_job(client, job);
    } else {
        job_free(job);
        sending_free(sending);
    }
    client_forget_items(client);
    if (n_saved > 0)
        client_show_edits(client, objects, n);
}

/* ---- answers */

/* The id of what is answered: of most items that of their object. */
static bool answer_id(const OutboxItem *item, Uuid *id)
{
    const char *slash = strrchr(item->path, '/');
    if (item->kind == OUTBOX_NOTE)
        return slash && uuid_parse(slash + 1, id);
    if (fact_type(item->kind))
        return fact_id(item, id);
    *id = item->object;
    return true;
}

/* An answer that is not the object (a page of some gateway in between) proves nothing: the item stays. */
static bool is_object_of(const OutboxItem *item, const JsonNode *node)
{
    const JsonNode *inner = item->kind == OUTBOX_PROFILE ? json_member(node, "account") : NULL;
    const char *text = json_is_object(node) ? json_text(json_member(inner ? inner : node, "id"))
                                            : NULL;
    Uuid id, wanted;
    return text && uuid_parse(text, &id) && answer_id(item, &wanted) && uuid_equal(&id, &wanted);
}

/* One that says nothing is answered so, and not by any page. */
static bool is_answer_of(const OutboxItem *item, const Outcome *outcome)
{
    if (!change_kind(item->kind)->answers)
        return outcome->status == 204;
    return outcome->node && is_object_of(item, outcome->node);
}

static void no_object(Outcome *outcome)
{
    outcome->status = 200;
    problem_set(&outcome->error, PROBLEM_BAD_REPLY,
                "the answer is not the object that was asked for");
}

static void read_single(const OutboxItem *item, const NetReply *reply, JsonDoc **doc,
                        Outcome *outcome)
{
    outcome->status = reply->status;
    outcome->retry_after_ms = reply->retry_after_ms;
    outcome->error = reply->error ? g_error_copy(reply->error) : NULL;
    *doc = reply->length ? json_parse(reply->body, reply->length, NULL) : NULL;
    outcome->node = *doc && json_is_object(json_root(*doc)) ? json_root(*doc) : NULL;
    if (!reply->error && !is_answer_of(item, outcome))
        no_object(outcome);
}

/* {"key":..., "status":..., "retry_after":..., "body":...} */
static void read_result(const OutboxItem *item, const JsonNode *result, Outcome *outcome)
{
    gint64 status = 0, seconds = 0;
    Uuid key;
    const char *text = json_text(json_member(result, "key"));
    bool mine = text && uuid_parse(text, &key) && uuid_equal(&key, &item->key);
    const JsonNode *body = json_member(result, "body");
    if (!mine || !json_int(json_member(result, "status"), &status)) {
        no_object(outcome);
        return;
    }
    outcome->status = (int)status;
    outcome->node = body && json_is_object(body) ? body : NULL;
    if (json_int(json_member(result, "retry_after"), &seconds) && seconds > 0)
        outcome->retry_after_ms = MIN(seconds, NET_RETRY_MAX_S) * 1000;
    if (status >= 400) {
        g_autofree char *problem = body ? json_print(body) : g_strdup("");
        problem_read((int)status, problem, strlen(problem), &outcome->error, NULL);
    } else if (!is_answer_of(item, outcome)) {
        no_object(outcome);
    }
}

static void read_batch(const Sending *sending, const NetReply *reply, JsonDoc **doc,
                       Outcome *outcomes)
{
    *doc = reply->error ? NULL : json_parse(reply->body, reply->length, NULL);
    const JsonNode *results = *doc ? json_member(json_root(*doc), "results") : NULL;
    const JsonNode *result = results ? json_first(results) : NULL;
    for (size_t i = 0; i < sending->n; i++) {
        if (reply->error) {
            outcomes[i].status = reply->status;
            outcomes[i].retry_after_ms = reply->retry_after_ms;
            outcomes[i].error = g_error_copy(reply->error);
        } else if (result) {
            read_result(&sending->items[i], result, &outcomes[i]);
            result = json_next(result);
        } else {
            no_object(&outcomes[i]);
        }
    }
}

/* The batch as such was refused, and nobody knows because of which: each tells by itself. */
static bool send_apart(Sending *sending, const NetReply *reply)
{
    Client *client = sending->client;
    if (sending->n == 1 || !reply->error || is_temporary(reply->status, reply->error))
        return false;
    client->no_batch = true;
    for (size_t i = 0; i < sending->n; i++)
        set_state(&sending->items[i], OUTBOX_WAITING, 0, NULL);
    save_states(client, sending->items, sending->n);
    sending_free(sending);
    client_forget_items(client);
    client_pump(client);
    return true;
}

static void on_reply(NetReply *reply, gpointer data)
{
    Sending *sending = data;
    Client *client = sending->client;
    size_t n = sending->n;
    sending->request = NULL;
    if (send_apart(sending, reply))
        return;
    JsonDoc *doc = NULL;
    g_autofree Outcome *outcomes = g_new0(Outcome, n);
    if (n == 1)
        read_single(sending->items, reply, &doc, outcomes);
    else
        read_batch(sending, reply, &doc, outcomes);
    settle_all(sending, outcomes, doc);
    for (size_t i = 0; i < n; i++)
        g_clear_error(&outcomes[i].error);
    if (reply->status == 401)
        client_event(client, EVENT_UNAUTHORIZED);
    else if (reply->status == 0)
        client_failed(client, reply);
    client_pump(client);
}

/* ---- changes: made to what the server has now, before they are sent for the first time */

static bool read_theirs(Client *client, const OutboxItem *item, void *object)
{
    const char *slash = strrchr(item->path, '/');
    Uuid note;
    if (item->kind == OUTBOX_PROFILE)
        return cache_account(client->cache, object, NULL);
    if (item->kind == OUTBOX_GROUP)
        return cache_group(client->cache, &item->object, object, NULL);
    if (item->kind == OUTBOX_MEETING)
        return cache_meeting(client->cache, &item->object, object, NULL);
    return slash && uuid_parse(slash + 1, &note) &&
           cache_server_note(client->cache, &note, object, NULL);
}

/* False: it is not to be sent now, as it is in conflict, or done. */
static bool bring_up_to_date(Client *client, OutboxItem *item, const void *theirs, gint64 rev)
{
    OutboxState was = item->state;
    bool tried = item->attempts > 0;
    if (rev <= (was == OUTBOX_CONFLICT ? item->theirs_rev : item->if_match))
        return was != OUTBOX_CONFLICT;
    ChangeOutcome merged = change_merge(item, theirs, rev);
    if (merged == CHANGE_NONSENSE)
        return true; /* the server says what is wrong with it */
    if (merged == CHANGE_DONE) {
        g_autoptr(GError) error = NULL;
        if (!store_delete(client->store, &item->op, 1, &error))
            store_failed(client, error);
        item->state = OUTBOX_FAILED; /* of the list only: it is gone */
    } else {
        if (merged == CHANGE_REBASED && was == OUTBOX_CONFLICT)
            item->state = OUTBOX_WAITING;
        if (tried) /* the server knows the old one, for another body */
            item->key = uuid_new();
        rewrite(client, item, was);
    }
    client_show_edits(client, &item->object, 1);
    return merged == CHANGE_REBASED;
}

static bool prepare(Client *client, OutboxItem *item)
{
    union {
        Note note;
        Account account;
        Meeting meeting;
        Group group;
    } theirs = { 0 };
    const ChangeKind *kind = change_kind(item->kind);
    bool untried = item->attempts == 0 || item->state == OUTBOX_CONFLICT;
    if (!kind->merges || !untried)
        return true;
    bool ok = true;
    if (read_theirs(client, item, &theirs)) {
        gint64 rev = *(gint64 *)field_at(field_find(kind->input, "rev"), &theirs);
        ok = bring_up_to_date(client, item, &theirs, rev);
    }
    fields_clear(kind->input, &theirs);
    return ok;
}

void client_rebase(Client *client)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    if (!client->lock || !client_items(client, NULL))
        return;
    g_autoptr(GPtrArray) items = g_ptr_array_ref(client->items);
    for (guint i = 0; i < items->len; i++) {
        OutboxItem *item = g_ptr_array_index(items, i);
        bool alive = !outbox_is_stopped(item->state) || item->state == OUTBOX_CONFLICT;
        if (!change_kind(item->kind)->merges || !alive || !client_owns(client, item) ||
            !g_hash_table_add(seen, item->path) || item->state == OUTBOX_SENDING)
            continue;
        prepare(client, item);
    }
    client_forget_items(client);
}

/* ---- entries: that typed last is all that is sent of a fact */

static bool is_untried(const OutboxItem *item, gint64 now)
{
    return item->attempts == 0 && (item->state == OUTBOX_WAITING ||
                                   (item->state == OUTBOX_HELD && item->hold_until <= now));
}

/* Drops entries that a later one of the same fact takes the place of, once neither can be undone: one row is left. */
static void fold_entries(Client *client)
{
    g_autoptr(GHashTable) later = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GArray) gone = g_array_new(false, false, sizeof(Uuid));
    g_autoptr(GError) error = NULL;
    gint64 now = clock_now();
    for (guint i = client->items->len; i-- > 0;) {
        const OutboxItem *item = client->items->pdata[i];
        if (!fact_type(item->kind) || !is_untried(item, now) || !client_owns(client, item))
            continue;
        if (!g_hash_table_add(later, item->path))
            g_array_append_val(gone, item->op);
    }
    if (gone->len == 0)
        return;
    if (!store_delete(client->store, (const Uuid *)(void *)gone->data, gone->len, &error)) {
        store_failed(client, error);
        return;
    }
    client_forget_items(client);
    client_tell(client, CLIENT_OUTBOX | CLIENT_STATUS);
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
    sending->request = net_send(client->net, &call, on_reply, sending);
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
        store_failed(client, error);
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
        set_busy(sending, mine);
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
    set_state(item, OUTBOX_PARKED, 0, NULL);
    save_states(client, item, 1);
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
    if (!prepare(client, item))
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
        fold_entries(client);
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
