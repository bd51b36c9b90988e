/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list that is asked of the server page by page. Instead of a network there is one that a test answers for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "client/groups.h"
#include "tests/unit/client_rooms.h"

/* ---- all of client/net.h */

struct Net {
    int unused;
};

struct NetRequest {
    char *path, *token;
    NetDoneFunc done;
    gpointer data;
};

static Net the_net;
static NetRequest *asked; /* NULL: nothing is on the way */
static guint n_asked, n_cancelled;

Net *net_new(const char *server, const char *ca_file, GError **error)
{
    return &the_net;
}

void net_free(Net *net)
{
}

bool net_is_local(const Net *net)
{
    return true;
}

static void request_free(NetRequest *request)
{
    g_free(request->path);
    g_free(request->token);
    g_free(request);
}

NetRequest *net_send(Net *net, const NetCall *call, NetDoneFunc done, gpointer data)
{
    assert_null(asked);
    assert_string_equal(call->method, "GET");
    asked = g_new0(NetRequest, 1);
    *asked = (NetRequest){ g_strdup(call->path), g_strdup(call->token), done, data };
    n_asked++;
    return asked;
}

void net_cancel(NetRequest *request)
{
    assert_ptr_equal(request, asked);
    n_cancelled++;
    request_free(g_steal_pointer(&asked));
}

void net_cancel_all(Net *net)
{
}

char *net_reply_take(NetReply *reply, size_t *length)
{
    *length = reply->length;
    return g_strdup(reply->body);
}

static void answer(int status, const char *body)
{
    NetRequest *request = g_steal_pointer(&asked);
    assert_non_null(request);
    NetReply reply = { .status = status, .body = body, .length = strlen(body) };
    if (status != 200)
        problem_set(&reply.error, status == 401 ? PROBLEM_UNAUTHORIZED : PROBLEM_SERVER_DOWN,
                    "status %d", status);
    request->done(&reply, request->data);
    g_clear_error(&reply.error);
    request_free(request);
}

/* ---- what is told */

static guint n_told;
static Problem told;

static void on_told(ServerList *list, const GError *error, gpointer data)
{
    n_told++;
    told = error ? problem_of(error) : PROBLEM_COUNT;
}

static int setup(void **state)
{
    rooms_setup(state);
    Client *client = rooms_open(*state);
    client->net = &the_net;
    client->credentials.access = g_strdup("one");
    client->sync.state = SYNC_LIVE;
    n_asked = n_told = n_cancelled = 0;
    told = PROBLEM_COUNT;
    return 0;
}

static int teardown(void **state)
{
    Rooms *rooms = *state;
    rooms->client->net = NULL;
    assert_null(asked);
    return rooms_teardown(state);
}

static Client *client_of(void **state)
{
    return ((Rooms *)*state)->client;
}

static ServerList *groups_in(Client *client, const char *area)
{
    GroupQuery query = { .text = (char *)"gas & co", .area = (char *)area, .open = true };
    return client_find_groups(client, &query, on_told, NULL);
}

#define GROUP(n) "{\"id\":\"0192c3f0-0000-7000-8000-00000000000" n "\",\"name\":\"Group " n "\"}"

static void run_until_told(guint n)
{
    while (n_told < n)
        g_main_context_iteration(NULL, TRUE);
}

/* ---- the tests */

static void pages_come_one_by_one(void **state)
{
    g_autoptr(ServerList) list = groups_in(client_of(state), NULL);
    assert_true(server_list_is_busy(list));
    assert_string_equal(asked->path, "/v1/groups?limit=50&q=gas%20%26%20co&open=true");
    assert_string_equal(asked->token, "one");
    assert_false(server_list_has_more(list));
    answer(200, "{\"items\":[" GROUP("1") "," GROUP("2") "],\"next\":\"a b\"}");
    assert_int_equal(n_told, 1);
    assert_int_equal(told, PROBLEM_COUNT);
    assert_false(server_list_is_busy(list));
    assert_true(server_list_has_more(list));
    assert_int_equal(server_list_items(list)->len, 2);
    server_list_go_on(list);
    assert_string_equal(asked->path, "/v1/groups?limit=50&q=gas%20%26%20co&open=true&cursor=a%20b");
    server_list_go_on(list); /* it is on the way already */
    assert_int_equal(n_asked, 2);
    answer(200, "{\"items\":[" GROUP("3") "],\"next\":null}");
    assert_int_equal(server_list_items(list)->len, 3);
    assert_string_equal(((const Group *)server_list_items(list)->pdata[2])->input.name, "Group 3");
    assert_false(server_list_has_more(list));
    server_list_go_on(list);
    assert_int_equal(n_asked, 2);
}

static void what_is_no_object_is_passed_over(void **state)
{
    g_autoptr(ServerList) list = groups_in(client_of(state), NULL);
    answer(200, "{\"items\":[7,null,{\"id\":\"x\"},{\"name\":\"no id\"}," GROUP("1") "]}");
    assert_int_equal(server_list_items(list)->len, 1);
    assert_int_equal(told, PROBLEM_COUNT);
}

static void what_is_no_list_is_told(void **state)
{
    static const char *const bodies[] = { "<html>", "{}", "{\"items\":{}}", "[]", "" };
    for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autoptr(ServerList) list = groups_in(client_of(state), NULL);
        answer(200, bodies[i]);
        assert_int_equal(n_told, i + 1);
        assert_int_not_equal(told, PROBLEM_COUNT);
        assert_int_equal(server_list_items(list)->len, 0);
    }
}

static void a_fault_is_told_and_asked_again_by_hand(void **state)
{
    g_autoptr(ServerList) list = groups_in(client_of(state), NULL);
    answer(200, "{\"items\":[" GROUP("1") "],\"next\":\"c\"}");
    server_list_go_on(list);
    answer(503, "");
    assert_int_equal(told, PROBLEM_SERVER_DOWN);
    assert_int_equal(server_list_items(list)->len, 1); /* what came stays */
}

static void without_a_network_it_is_told_a_moment_later(void **state)
{
    Client *client = client_of(state);
    client->sync.state = SYNC_DISABLED;
    g_autoptr(ServerList) list = groups_in(client, NULL);
    assert_int_equal(n_told, 0); /* whoever asks has no list yet to be told of */
    assert_true(server_list_is_busy(list));
    run_until_told(1);
    assert_int_equal(told, PROBLEM_OFFLINE);
    assert_int_equal(n_asked, 0);
    assert_false(server_list_is_busy(list));
}

/* The sync engine renews it; the page is asked for again with the new one, and only once. */
static void a_token_that_is_over_is_waited_for(void **state)
{
    Client *client = client_of(state);
    g_autoptr(ServerList) list = groups_in(client, NULL);
    answer(401, "");
    assert_int_equal(n_told, 0);
    assert_true(server_list_is_busy(list));
    g_free(client->credentials.access);
    client->credentials.access = g_strdup("two");
    if (asked) { /* the engine's own question */
        client->request = NULL;
        request_free(g_steal_pointer(&asked));
    }
    while (!asked)
        g_main_context_iteration(NULL, TRUE);
    assert_string_equal(asked->token, "two");
    answer(401, "");
    assert_int_equal(n_told, 1);
    assert_int_equal(told, PROBLEM_UNAUTHORIZED);
}

static void whoever_closes_it_hears_nothing_more(void **state)
{
    server_list_free(groups_in(client_of(state), NULL));
    assert_int_equal(n_cancelled, 1);
    client_of(state)->sync.state = SYNC_DISABLED;
    server_list_free(groups_in(client_of(state), NULL));
    while (g_main_context_iteration(NULL, FALSE))
        ;
    assert_int_equal(n_told, 0);
    server_list_free(NULL);
}

static void nobody_reads_more_than_a_thousand(void **state)
{
    g_autoptr(ServerList) list = groups_in(client_of(state), NULL);
    g_autoptr(GString) body = g_string_new("{\"items\":[");
    for (int i = 0; i < 1200; i++)
        g_string_append_printf(body, "%s{\"id\":\"0192c3f0-0000-7000-8000-%012d\",\"name\":\"x\"}",
                               i ? "," : "", i + 1);
    g_string_append(body, "],\"next\":\"more\"}");
    answer(200, body->str);
    assert_int_equal(server_list_items(list)->len, 1000);
    assert_false(server_list_has_more(list));
}

static void values_are_escaped_and_empty_ones_left_out(void **state)
{
    g_autoptr(GString) path = g_string_new("/v1/x?limit=1");
    server_list_put(path, "a", NULL);
    server_list_put(path, "b", "");
    server_list_put(path, "c", "50% & more?");
    assert_string_equal(path->str, "/v1/x?limit=1&c=50%25%20%26%20more%3F");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pages_come_one_by_one),
        TEST(what_is_no_object_is_passed_over),
        TEST(what_is_no_list_is_told),
        TEST(a_fault_is_told_and_asked_again_by_hand),
        TEST(without_a_network_it_is_told_a_moment_later),
        TEST(a_token_that_is_over_is_waited_for),
        TEST(whoever_closes_it_hears_nothing_more),
        TEST(nobody_reads_more_than_a_thousand),
        TEST(values_are_escaped_and_empty_ones_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
