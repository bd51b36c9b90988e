/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTP of the client against a peer that answers what the test says. */
#include "tests/unit/unit.h"

#include <string.h>

#include "client/net.h"
#include "tests/client/peer.h"
#include "tests/unit/client_fixture.h"

#define LIMIT_MS 20000

typedef struct World {
    Home home;
    Peer *peer;
    Net *net;
} World;

static Fault fault;

static Fault always(const PeerRequest *request, unsigned n, gpointer data)
{
    return fault;
}

static int setup(void **state)
{
    World *world = g_new0(World, 1);
    home_make(&world->home);
    g_autofree char *socket = home_path(&world->home, "peer");
    g_autofree char *server = g_strconcat("unix:", socket, NULL);
    world->peer = peer_new(socket, NULL);
    peer_plan(world->peer, always, NULL);
    world->net = net_new(server, NULL, NULL);
    assert_non_null(world->net);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    World *world = *state;
    net_free(world->net);
    peer_free(world->peer);
    home_remove(&world->home);
    g_free(world);
    return 0;
}

typedef struct Got {
    int n, status;
    Problem problem;
    char *detail, *body;
    gint64 retry_after_ms;
} Got;

static void on_reply(NetReply *reply, gpointer data)
{
    Got *got = data;
    got->n++;
    got->status = reply->status;
    got->problem = reply->error ? problem_of(reply->error) : PROBLEM_COUNT;
    g_free(got->detail);
    g_free(got->body);
    got->detail = reply->error ? g_strdup(reply->error->message) : NULL;
    got->body = g_strndup(reply->body, reply->length);
    got->retry_after_ms = reply->retry_after_ms;
}

static void got_clear(Got *got)
{
    g_free(got->detail);
    g_free(got->body);
    *got = (Got){ 0 };
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Got, got_clear)

static gboolean on_limit(gpointer data)
{
    fail_msg("no answer came");
    return G_SOURCE_REMOVE;
}

static void wait_for(const int *n, int wanted)
{
    guint limit = g_timeout_add(LIMIT_MS, on_limit, NULL);
    while (*n < wanted)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(limit);
}

static void ask(World *world, Got *got)
{
    NetCall call = { .method = "GET", .path = "/v1/me" };
    net_send(world->net, &call, on_reply, got);
    wait_for(&got->n, got->n + 1);
}

static void answers_and_problems(void **state)
{
    static const struct {
        Fault fault;
        int status;
        Problem problem; /* PROBLEM_COUNT: none */
    } rows[] = {
        { { FAULT_ANSWER, 200, NULL, "{}" }, 200, PROBLEM_COUNT },
        { { FAULT_ANSWER, 201, NULL, "{}" }, 201, PROBLEM_COUNT },
        { { FAULT_ANSWER, 204, NULL, "" }, 204, PROBLEM_COUNT },
        { { FAULT_ANSWER, 301, "Location: http://evil.example/\r\n", "" }, 301, PROBLEM_BAD_REPLY },
        { { FAULT_ANSWER, 404, NULL, "{\"code\":\"not-found\",\"status\":404}" },
          404,
          PROBLEM_NOT_FOUND },
        { { FAULT_ANSWER, 409, NULL, "{\"code\":\"referral-state\",\"status\":409}" },
          409,
          PROBLEM_REFERRAL_STATE },
        { { FAULT_ANSWER, 409, NULL, "{\"code\":\"idempotency-in-progress\"}" },
          409,
          PROBLEM_KEY_IN_PROGRESS },
        { { FAULT_ANSWER, 412, NULL, "no json" }, 412, PROBLEM_PRECONDITION_FAILED },
        { { FAULT_ANSWER, 422, NULL, "{" }, 422, PROBLEM_VALIDATION },
        { { FAULT_ANSWER, 429, NULL, "" }, 429, PROBLEM_THROTTLED },
        { { FAULT_ANSWER, 418, NULL, "" }, 418, PROBLEM_BAD_REPLY },
        { { FAULT_DROP_BEFORE }, 0, PROBLEM_SERVER_DOWN },
    };
    World *world = *state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Got) got = { 0 };
        fault = rows[i].fault;
        ask(world, &got);
        if (got.status != rows[i].status || got.problem != rows[i].problem)
            fail_msg("row %zu: status %d, problem %d (%s)", i, got.status, got.problem, got.detail);
    }
    assert_int_equal(peer_count(world->peer, "GET /v1/me"), G_N_ELEMENTS(rows)); /* followed none */
}

static void retry_after(void **state)
{
    static const struct {
        const char *headers;
        gint64 ms;
    } rows[] = {
        { "", 0 },
        { "Retry-After: 7\r\n", 7000 },
        { "retry-after:   120  \r\n", 120000 },
        { "Retry-After: 999999\r\n", NET_RETRY_MAX_S * 1000 },
        { "Retry-After: 99999999999999999999\r\n", 0 },
        { "Retry-After: -1\r\n", 0 },
        { "Retry-After: 1.5\r\n", 0 },
        { "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n", 0 },
        { "X-Retry-After: 7\r\n", 0 },
    };
    World *world = *state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Got) got = { 0 };
        fault = (Fault){ FAULT_ANSWER, 503, rows[i].headers, "" };
        ask(world, &got);
        if (got.retry_after_ms != rows[i].ms)
            fail_msg("%s: %d ms", rows[i].headers, (int)got.retry_after_ms);
    }
}

static void too_much(void **state)
{
    World *world = *state;
    g_auto(Got) got = { 0 };
    g_autofree char *body = g_strnfill(NET_MAX_BODY + 1, 'x');
    fault = (Fault){ FAULT_ANSWER, 200, NULL, body };
    ask(world, &got);
    assert_int_equal(got.status, 0);
    assert_int_equal(got.problem, PROBLEM_BAD_REPLY);
    body[NET_MAX_BODY] = '\0';
    ask(world, &got);
    assert_int_equal(got.problem, PROBLEM_COUNT);
    assert_int_equal(strlen(got.body), NET_MAX_BODY);
    GString *headers = g_string_new(NULL);
    for (int i = 0; i < 5000; i++)
        g_string_append_printf(headers, "X-Header-%d: %080d\r\n", i, i);
    fault = (Fault){ FAULT_ANSWER, 200, headers->str, "{}" };
    ask(world, &got);
    assert_int_equal(got.problem, PROBLEM_BAD_REPLY);
    g_string_free(headers, TRUE);
}

static void check_sent(const PeerRequest *request, gpointer data)
{
    assert_string_equal(request->method, "PUT");
    assert_string_equal(request->path, "/v1/x?y=z");
    assert_string_equal(request->key, "\"01930000-0000-7000-8000-000000000001\"");
    assert_string_equal(request->if_match, "\"7\"");
    assert_string_equal(request->body, "{\"a\":1}");
    assert_string_equal(request->authorization, "Bearer lla_x");
}

static void what_is_sent(void **state)
{
    World *world = *state;
    g_auto(Got) got = { 0 };
    Uuid key;
    assert_true(uuid_parse("01930000-0000-7000-8000-000000000001", &key));
    fault = (Fault){ FAULT_ANSWER, 200, NULL, "{}" };
    NetCall call = { .method = "PUT",
                     .path = "/v1/x?y=z",
                     .token = "lla_x",
                     .body = "{\"a\":1}",
                     .key = &key,
                     .if_match = 7 };
    net_send(world->net, &call, on_reply, &got);
    wait_for(&got.n, 1);
    peer_each(world->peer, check_sent, NULL);
    /* A value that would end its header is not sent at all. */
    peer_forget(world->peer);
    NetCall evil = { .method = "GET", .path = "/v1/y", .token = "x\r\nX-Evil: 1" };
    net_send(world->net, &evil, on_reply, &got);
    wait_for(&got.n, 2);
    assert_int_equal(peer_count(world->peer, "GET /v1/y"), 1);
}

/* ---- cancelling */

static int dropped;

static void on_drop(gpointer data)
{
    dropped++;
}

static void a_deadline(void **state)
{
    World *world = *state;
    g_auto(Got) got = { 0 };
    fault = (Fault){ FAULT_HOLD };
    NetCall call = { .method = "GET", .path = "/v1/me", .deadline_ms = 100 };
    net_send(world->net, &call, on_reply, &got);
    wait_for(&got.n, 1);
    assert_int_equal(got.status, 0);
    assert_int_equal(got.problem, PROBLEM_SERVER_DOWN);
    peer_release(world->peer);
}

static void a_cancelled_request_is_never_answered(void **state)
{
    World *world = *state;
    g_auto(Got) got = { 0 }, other = { 0 };
    fault = (Fault){ FAULT_ANSWER, 200, NULL, "{}" };
    dropped = 0;
    NetCall call = { .method = "GET", .path = "/v1/me", .drop = on_drop };
    NetRequest *request = net_send(world->net, &call, on_reply, &got);
    net_cancel(request);
    assert_int_equal(dropped, 1);
    ask(world, &other);
    assert_int_equal(got.n, 0);
    for (int i = 0; i < 5; i++)
        net_send(world->net, &call, on_reply, &got);
    net_cancel_all(world->net);
    assert_int_equal(dropped, 6);
    ask(world, &other);
    assert_int_equal(got.n, 0);
}

typedef struct Chain {
    World *world;
    int n;
} Chain;

/* Starts and cancels others from inside an answer. */
static void on_chain(NetReply *reply, gpointer data)
{
    Chain *chain = data;
    NetCall call = { .method = "GET", .path = "/v1/me", .drop = on_drop };
    chain->n++;
    net_cancel_all(chain->world->net);
    if (chain->n < 20)
        for (int i = 0; i < 3; i++)
            net_send(chain->world->net, &call, on_chain, chain);
}

static void requests_from_inside_an_answer(void **state)
{
    World *world = *state;
    fault = (Fault){ FAULT_ANSWER, 200, NULL, "{}" };
    dropped = 0;
    Chain chain = { world, 0 };
    NetCall call = { .method = "GET", .path = "/v1/me" };
    net_send(world->net, &call, on_chain, &chain);
    wait_for(&chain.n, 20);
    assert_int_equal(dropped, 19 * 2);
}

/* ---- streams */

typedef struct Stream {
    GString *bytes;
    NetRequest *request;
    int events, ended;
} Stream;

static void on_bytes(const char *bytes, size_t length, gpointer data)
{
    Stream *stream = data;
    g_string_append_len(stream->bytes, bytes, (gssize)length);
    stream->events++;
    if (stream->request) { /* given up in the midst of it */
        net_cancel(stream->request);
        stream->request = NULL;
    }
}

static void on_end(NetReply *reply, gpointer data)
{
    ((Stream *)data)->ended++;
}

static void streams(void **state)
{
    World *world = *state;
    Stream stream = { .bytes = g_string_new(NULL) };
    NetCall call = {
        .method = "GET", .path = "/v1/events", .flags = NET_STREAM, .on_bytes = on_bytes
    };
    fault = (Fault){ FAULT_ANSWER, 200, NULL, "data: x\n\n" };
    net_send(world->net, &call, on_end, &stream);
    wait_for(&stream.ended, 1);
    assert_string_equal(stream.bytes->str, "data: x\n\n");
    /* What is no stream is no event. */
    fault = (Fault){ FAULT_ANSWER, 503, NULL, "data: y\n\n" };
    net_send(world->net, &call, on_end, &stream);
    wait_for(&stream.ended, 2);
    assert_string_equal(stream.bytes->str, "data: x\n\n");
    fault = (Fault){ FAULT_ANSWER, 200, NULL, "data: z\n\n" };
    int before = stream.events;
    stream.request = net_send(world->net, &call, on_end, &stream);
    wait_for(&stream.events, before + 1);
    g_auto(Got) got = { 0 };
    ask(world, &got);
    assert_int_equal(stream.ended, 2);
    g_string_free(stream.bytes, TRUE);
}

static void a_server_that_is_not_there(void **state)
{
    g_auto(Got) got = { 0 };
    g_autoptr(Net) net = net_new("unix:/nonexistent/sock", NULL, NULL);
    NetCall call = { .method = "GET", .path = "/v1/me" };
    net_send(net, &call, on_reply, &got);
    wait_for(&got.n, 1);
    assert_int_equal(got.problem, PROBLEM_SERVER_DOWN);
    /* Freed with requests on the way. */
    net_send(net, &call, on_reply, &got);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(answers_and_problems),
        TEST(retry_after),
        TEST(too_much),
        TEST(what_is_sent),
        TEST(a_deadline),
        TEST(a_cancelled_request_is_never_answered),
        TEST(requests_from_inside_an_answer),
        TEST(streams),
        cmocka_unit_test(a_server_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
