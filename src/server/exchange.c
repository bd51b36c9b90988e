/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From an HTTP exchange to a frame in its lane, and back. */
#include <string.h>

#include "server/batch.h"
#include "base/log.h"
#include "server/server_internal.h"

/* One request on its way through the lanes. */
typedef struct Passage {
    Frame *frame;
    HttpExchange *exchange;
    Server *server;
    WriteUnit write;
    DbJob job;
    CryptoUnit crypto;
    Batch *batch;
    bool waiting; /* suspended: somebody else will resume it */
    RateState rate;
} Passage;

#define PASSAGE_OF(unit, member) ((Passage *)(void *)((char *)(unit)-offsetof(Passage, member)))

static void answer(Passage *passage)
{
    Reply *reply = &passage->frame->call.reply;
    HttpExchange *exchange = passage->exchange;
    exchange->status = reply->status;
    exchange->rev = reply->rev;
    exchange->retry_after = reply->retry_after;
    exchange->rate = passage->rate;
    exchange->type = reply->type ? reply->type : "application/json";
    exchange->headers = reply->headers;
    exchange->replayed = passage->frame->replayed;
    exchange->allow = passage->frame->allow;
    exchange->stream = (HttpStream *)g_steal_pointer(&reply->stream);
    if (reply->body && reply->body->len > 0)
        exchange->reply = g_steal_pointer(&reply->body);
    else
        exchange->type = NULL;
    if (exchange->stream && reply->body) /* the frame stays as long as the stream does */
        g_string_free(g_steal_pointer(&reply->body), TRUE);
}

/* The lane is done with it: the HTTP thread sends the answer. */
static void resume(Passage *passage)
{
    answer(passage);
    httpd_resume(passage->exchange);
}

static void write_done(WriteUnit *unit)
{
    Passage *passage = PASSAGE_OF(unit, write);
    frame_settle(passage->frame, passage->job.error);
    server_publish(passage->server, passage->frame);
    resume(passage);
}

/* False: refused, and the problem is the answer. */
static bool to_write_lane(Passage *passage)
{
    g_autoptr(GError) error = NULL;
    passage->job = (DbJob){ .fn = frame_write, .arg = passage->frame };
    passage->write = (WriteUnit){ .jobs = &passage->job, .n = 1, .done = write_done };
    if (lanes_write(passage->server->lanes, &passage->write, &error))
        return true;
    frame_settle(passage->frame, g_steal_pointer(&error));
    return false;
}

static void crypto_run(CryptoUnit *unit, Db *reader)
{
    Passage *passage = PASSAGE_OF(unit, crypto);
    if (reader)
        frame_prepare(passage->frame, reader);
    else
        frame_problem(passage->frame, PROBLEM_OVERLOADED, "the database does not answer");
    if (passage->frame->answered || !to_write_lane(passage))
        resume(passage);
}

static bool to_crypto_lane(Passage *passage)
{
    g_autoptr(GError) error = NULL;
    passage->crypto.run = crypto_run;
    if (lanes_crypto(passage->server->lanes, &passage->crypto, &error))
        return true;
    frame_settle(passage->frame, g_steal_pointer(&error));
    return false;
}

static void batch_done(Batch *batch, gpointer data)
{
    Passage *passage = data;
    resume(passage);
}

static bool to_batch(Passage *passage, Db *reader)
{
    passage->batch = batch_new(passage->server, passage->frame, reader);
    return passage->batch && batch_run(passage->batch, batch_done, passage);
}

/* Suspends before anybody else can resume; undone by resuming at once when the lane refuses. */
static bool hand_over(Passage *passage, Db *reader)
{
    httpd_suspend(passage->exchange);
    bool taken;
    if (passage->frame->call.route->handler == batch_handler)
        taken = to_batch(passage, reader);
    else if (passage->frame->call.route->lane == LANE_CRYPTO)
        taken = to_crypto_lane(passage);
    else
        taken = to_write_lane(passage);
    if (!taken)
        resume(passage);
    return false;
}

static FrameInput input_of(const HttpExchange *exchange)
{
    return (FrameInput){
        .method = exchange->method,
        .path = exchange->path,
        .authorization = exchange->authorization,
        .idempotency_key = exchange->idempotency_key,
        .content_type = exchange->content_type,
        .if_match = exchange->if_match,
        .if_none_match = exchange->if_none_match,
        .query = exchange->query,
        .twice = exchange->twice,
        .body = exchange->body ? exchange->body->str : NULL,
        .body_length = exchange->body ? exchange->body->len : 0,
    };
}

static Passage *passage_new(Server *server, HttpExchange *exchange)
{
    Passage *passage = g_new0(Passage, 1);
    passage->server = server;
    passage->exchange = exchange;
    passage->frame = frame_new(server);
    Call *call = &passage->frame->call;
    call->peer = exchange->peer;
    call->local = exchange->local;
    call->user_agent = exchange->user_agent;
    call->accept_language = exchange->accept_language;
    call->last_event_id = exchange->last_event_id;
    call->host = exchange->host;
    call->https = exchange->https;
    memcpy(exchange->request_id, call->request_id, sizeof exchange->request_id);
    exchange->frame = passage;
    return passage;
}

/* Each operation of a batch counts as the write that it is; that there are too many for one batch is told later. */
static gint64 rate_cost(const Call *call)
{
    const JsonNode *list = call->route->handler == batch_handler && call->json
                               ? json_member(call->json, "operations")
                               : NULL;
    return list && json_is_array(list) ? CLAMP((gint64)json_length(list), 1, BATCH_MAX) : 1;
}

/* Takes the request off what its account may ask in a minute; what is too much is answered. */
static void rate_check(Passage *passage)
{
    Frame *frame = passage->frame;
    Call *call = &frame->call;
    if (call->local || frame->answered || uuid_is_nil(&call->principal.account))
        return;
    RateKind kind = call->route->lane == LANE_READ ? RATE_READ : RATE_WRITE;
    if (rate_take(passage->server->rate, kind, &call->principal.account, rate_cost(call),
                  clock_monotonic(), &passage->rate))
        return;
    g_autofree char *detail = g_strdup_printf("an account may do %" G_GINT64_FORMAT
                                              " %ss in a minute",
                                              passage->rate.quota, passage->rate.name);
    call->reply.retry_after = passage->rate.retry_after;
    frame_problem(frame, PROBLEM_QUOTA_EXCEEDED, detail);
}

static bool handle(HttpExchange *exchange, gpointer data)
{
    Server *server = data;
    Db *reader = exchange->thread;
    Passage *passage = exchange->frame ? exchange->frame : passage_new(server, exchange);
    if (exchange->refused != PROBLEM_COUNT) {
        frame_problem(passage->frame, exchange->refused, exchange->why);
        answer(passage);
        return true;
    }
    FrameInput input = input_of(exchange);
    frame_accept(passage->frame, reader, &input);
    rate_check(passage);
    if (!passage->frame->answered && passage->frame->call.route->lane != LANE_READ)
        return hand_over(passage, reader);
    if (!passage->frame->answered)
        frame_read(passage->frame, reader);
    answer(passage);
    return true;
}

/* ---- the end of a request: counted and logged */

static void log_request(const Passage *passage, gint64 us)
{
    const Call *call = &passage->frame->call;
    if (!log_wants(LOG_INFO))
        return;
    char line[512], account[UUID_TEXT_SIZE] = "-";
    if (!uuid_is_nil(&call->principal.account))
        uuid_format(&call->principal.account, account);
    int n = g_snprintf(line, sizeof line,
                       "event=request method=%s route=%s status=%d ms=%" G_GINT64_FORMAT
                       ".%03d account=%s request_id=%s",
                       call->route ? call->route->method : "-",
                       call->route ? call->route->path : "-", passage->exchange->status, us / 1000,
                       (int)(us % 1000), account, call->request_id);
    log_line(LOG_INFO, line, MIN((size_t)n, sizeof line - 1));
}

static void done(HttpExchange *exchange, gpointer data)
{
    Server *server = data;
    Passage *passage = exchange->frame;
    gint64 us = clock_monotonic() - passage->frame->started;
    metrics_request(server->metrics, passage->frame->call.route, exchange->status, us);
    log_request(passage, us);
    batch_free(passage->batch);
    frame_free(passage->frame);
    g_free(passage);
}

static gpointer thread_new(gpointer data, GError **error)
{
    return server_open_reader(data, error);
}

static void thread_free(gpointer thread)
{
    db_close(thread);
}

HttpdHooks exchange_hooks(Server *server)
{
    return (HttpdHooks){ thread_new, thread_free, handle, done, server };
}
