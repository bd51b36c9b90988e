/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What became of items that were sent. The network's faults keep an item waiting; only a refusal by the server makes it failed,
 * and then its edit is undone while the item stays to be seen.
 */
#include "client/client_outbox_private.h"

#include <string.h>

#include "base/clock.h"
#include "client/change.h"
#include "client/meeting_book.h"
#include "wire/json.h"
#include "wire/problem_json.h"

/* ---- outcomes */

static void sending_drop(gpointer data)
{
    sending_free(data);
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
        client_outbox_hold_back(client, delay);
    client_outbox_set_state(item, OUTBOX_WAITING, delay ? clock_now() + delay : 0, outcome->error);
}

static void add_answer(Job *job, const OutboxItem *item, const JsonNode *node, bool stays)
{
    job->answers[job->n_answers++] = (Answer){
        item->op, item->object, item->kind, node, stays, .again = item->attempts > 1
    };
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
    client_outbox_rewrite(client, item, OUTBOX_SENDING);
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
        client_outbox_set_state(item, OUTBOX_FAILED, 0, outcome->error);
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
        client_outbox_set_state(item, OUTBOX_WAITING,
                                clock_now() + STORE_RETRY_MS + item_backoff(item, 0), job->error);
        again[n++] = *item;
    }
    client_outbox_save_states(sending->client, again, n);
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
        sending_set_busy(sending, &sending->items[i]);
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
    client_outbox_save_states(client, stopped, n_saved);
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
        client_outbox_set_state(&sending->items[i], OUTBOX_WAITING, 0, NULL);
    client_outbox_save_states(client, sending->items, sending->n);
    sending_free(sending);
    client_forget_items(client);
    client_pump(client);
    return true;
}

void client_outbox_answered(NetReply *reply, gpointer data)
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
