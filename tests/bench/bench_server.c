/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server: reads, lists, deltas and durable writes, against the same libraries with the least code. */
#include "bench.h"

#include "base/uuid.h"
#include "load.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LEADS 100000
#define LIST "/v1/referrals?box=inbox&limit=50"

typedef struct Target {
    int port;
    char *token;
    char *path;         /* of a fixed request; NULL: by id */
    GPtrArray *ids;     /* text of referrals */
    guint next;         /* first id that no confirm has used */
    guint writes_of_10; /* requests of 10 that are confirms */
} Target;

/* ---- requests */

static gsize build_get(guint64 n, char *buffer, gsize size, gpointer data)
{
    const Target *target = data;

    if (target->path)
        return (gsize)g_snprintf(
            buffer, size, "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n",
            target->path, target->token);
    return (gsize)g_snprintf(
        buffer, size,
        "GET /v1/referrals/%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n",
        (char *)target->ids->pdata[n * 7919 % target->ids->len], target->token);
}

static gsize build_confirm(guint64 n, char *buffer, gsize size, gpointer data)
{
    static const char body[] = "{\"verdict\":\"lead\",\"message\":\"Thank you\"}";
    Target *target = data;
    char key[UUID_TEXT_SIZE];
    Uuid id = uuid_new();

    uuid_format(&id, key);
    return (gsize)g_snprintf(
        buffer, size,
        "POST /v1/referrals/%s/confirm HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
        "Idempotency-Key: \"%s\"\r\nContent-Type: application/json\r\nContent-Length: "
        "%zu\r\n\r\n%s",
        (char *)target->ids->pdata[target->next++], target->token, key, strlen(body), body);
}

static gsize build_mixed(guint64 n, char *buffer, gsize size, gpointer data)
{
    Target *target = data;

    return n % 10 < target->writes_of_10 ? build_confirm(n, buffer, size, data)
                                         : build_get(n, buffer, size, data);
}

static char *get(const Target *target, const char *path, GError **error)
{
    g_autofree char *request = g_strdup_printf(
        "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n", path,
        target->token);
    const char *body;
    g_autofree char *answer = load_once(target->port, request, &body, error);

    if (!answer)
        return NULL;
    if (!g_str_has_prefix(answer, "HTTP/1.1 200")) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "GET %s: %s", path, answer);
        return NULL;
    }
    return g_strdup(body);
}

static char *first_match(const char *pattern, const char *text)
{
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;

    return g_regex_match(regex, text, 0, &match) ? g_match_info_fetch(match, 1) : NULL;
}

/* Ids of new referrals of the inbox: each can be confirmed once. */
static bool fetch_ids(Target *target, guint wanted, GError **error)
{
    g_autoptr(GRegex) regex = g_regex_new("[\\[,]\\{\"id\":\"([0-9a-f-]{36})\"", 0, 0, NULL);
    g_autofree char *cursor = NULL;

    do {
        g_autofree char *path = g_strconcat("/v1/referrals?box=inbox&state=sent&limit=500",
                                            cursor ? "&cursor=" : "", cursor, NULL);
        g_autofree char *page = get(target, path, error);
        g_autoptr(GMatchInfo) match = NULL;

        if (!page)
            return false;
        for (g_regex_match(regex, page, 0, &match); g_match_info_matches(match);
             g_match_info_next(match, NULL))
            g_ptr_array_add(target->ids, g_match_info_fetch(match, 1));
        g_free(cursor);
        cursor = first_match("\"next\":\"([^\"]+)\"", page);
    } while (cursor && target->ids->len < wanted);
    return true;
}

/* ---- servers of the limits */

typedef struct Bare {
    GPid pid;
    int input, port;
} Bare;

static bool bare_start(Bare *bare, const char *mode, const char *database, GError **error)
{
    g_autofree char *port = g_strdup_printf("%d", bare->port = load_free_port());
    g_autofree char *program = g_build_filename(g_getenv("top_builddir"), "tests/bench/bare", NULL);
    const char *argv[] = { program, mode, port, database, NULL };
    char line[16];
    int output;
    bool ok;

    if (!g_spawn_async_with_pipes(NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                                  &bare->pid, &bare->input, &output, NULL, error))
        return false;
    ok = read(output, line, sizeof line) > 0;
    close(output);
    if (!ok)
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "bare %s did not start", mode);
    return ok;
}

static void bare_stop(Bare *bare)
{
    close(bare->input);
    g_spawn_close_pid(bare->pid);
}

/* ---- measuring */

typedef struct Rate {
    Series *rate, *p50, *p99;
    guint64 failed;
    char *sample;
} Rate;

static Rate rate_new(void)
{
    return (Rate){ series_new(), series_new(), series_new() };
}

static void rate_free(Rate *rate)
{
    series_free(rate->rate);
    series_free(rate->p50);
    series_free(rate->p99);
    g_free(rate->sample);
}

static bool measure(Rate *rate, int port, int connections, guint64 requests, LoadBuild build,
                    gpointer data, GError **error)
{
    LoadSpec spec = { port, connections, requests, build, data };
    LoadResult result;

    if (!load_run(&spec, &result, error)) {
        g_free(result.sample);
        return false;
    }
    series_add(rate->rate, result.per_second);
    series_add(rate->p50, result.p50_ms);
    series_add(rate->p99, result.p99_ms);
    rate->failed += result.failed;
    if (rate->sample)
        g_free(result.sample);
    else
        rate->sample = result.sample;
    return true;
}

static double measure_bare(int runs, const char *mode, const char *database, int connections,
                           guint64 requests, GError **error)
{
    Target target = { .path = (char *)"/", .token = (char *)"" };
    Rate rate = rate_new();
    Bare bare;
    double median = -1;
    bool ok = bare_start(&bare, mode, database, error);

    for (int i = 0; ok && i < runs; i++)
        ok = measure(&rate, bare.port, connections, requests, build_get, &target, error);
    if (ok)
        median = series_rank(rate.rate, 0.5);
    bare_stop(&bare);
    rate_free(&rate);
    return median;
}

typedef struct Test {
    Figure figure;
    LoadBuild build;
    const char *path; /* %s: replaced by the delta's address */
    int connections;
    guint64 requests;
    const double *limit;
    double p99_at_most; /* ms; 0 none */
} Test;

static bool run_test(const Test *test, Target *target, int runs, GError **error)
{
    Rate rate = rate_new();
    bool ok = true;

    target->path = (char *)test->path;
    for (int i = 0; ok && i < runs; i++)
        ok = measure(&rate, target->port, test->connections, test->requests, test->build, target,
                     error);
    if (ok) {
        g_autofree char *name = g_strconcat("  p99 of it", NULL);
        Figure tail = { .name = name, .unit = "ms", .at_most = test->p99_at_most };

        bench_figure(&test->figure, rate.rate, *test->limit);
        bench_figure(&tail, rate.p99, 0);
        if (rate.failed)
            bench_note("  %" G_GUINT64_FORMAT " answers were not 2xx; the first: %s", rate.failed,
                       rate.sample);
    }
    rate_free(&rate);
    return ok;
}

static bool mixed_tail(Target *target, int runs, GError **error)
{
    const Figure figure = { .name = "90:10 mixed, c=250: p99 / p50", .unit = "x", .at_most = 4 };
    Rate rate = rate_new();
    g_autoptr(GArray) ratio = series_new();
    bool ok = true;

    target->path = NULL;
    target->writes_of_10 = 1;
    for (int i = 0; ok && i < runs; i++)
        ok = measure(&rate, target->port, 250, 10000, build_mixed, target, error);
    for (guint i = 0; ok && i < rate.p50->len; i++)
        series_add(ratio, g_array_index(rate.p99, double, i) / g_array_index(rate.p50, double, i));
    if (ok)
        bench_figure(&figure, ratio, 0);
    rate_free(&rate);
    return ok;
}

static void memory_row(World *world)
{
    const Figure figure = { .name = "memory (PSS) after 250 connections",
                            .unit = "MiB",
                            .at_most = 60 };
    g_autofree char *path = g_strdup_printf("/proc/%d/smaps_rollup", world_server_pid(world));
    g_autofree char *text = NULL;
    g_autofree char *kib = NULL;
    g_autoptr(GArray) series = series_new();

    if (g_file_get_contents(path, &text, NULL, NULL) &&
        (kib = first_match("Pss: +([0-9]+)", text))) {
        series_add(series, g_ascii_strtod(kib, NULL) / 1024);
        bench_figure(&figure, series, 0);
    }
}

/* The address of a delta of exactly one object: the state before one confirm. */
static char *delta_path(Target *target, GError **error)
{
    g_autofree char *me = get(target, "/v1/me", error);
    g_autofree char *scope = NULL;
    g_autofree char *state = NULL;
    Rate rate = rate_new();
    bool ok;

    if (!me)
        return NULL;
    scope = first_match("\"scopes\":\\[\\{\"id\":\"([^\"]+)\"", me);
    state = first_match("\"state\":\"(e[^\"]+)\"", me);
    if (!scope || !state) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "no scope in /v1/me: %s", me);
        return NULL;
    }
    ok = measure(&rate, target->port, 1, 1, build_confirm, target, error);
    rate_free(&rate);
    return ok ? g_strdup_printf("/v1/changes?scope=%s&since=%s", scope, state) : NULL;
}

static double insert_limit(World *world, int runs, int group, GError **error)
{
    g_autoptr(GArray) series = series_new();
    g_autofree char *command = g_strdup_printf(
        "rm -f raw.db*; $top_builddir/tests/bench/bare insert raw.db 20000 %d", group);

    for (int i = 0; i < runs; i++) {
        g_autofree char *rate = bench_output(world, command, error);

        if (!rate)
            return -1;
        series_add(series, g_ascii_strtod(rate, NULL));
    }
    return series_rank(series, 0.5);
}

static bool measure_all(World *world, Target *target, const BenchPlan *plan, GError **error)
{
    g_autofree char *raw = g_build_filename(world_folder(world), "bare.db", NULL);
    g_autofree char *delta = NULL;
    double hello = measure_bare(plan->runs, "hello", NULL, 32, 50000, error);
    double hello_250 = hello < 0 ? -1 : measure_bare(plan->runs, "hello", NULL, 250, 50000, error);
    double read = -1, list = -1, insert_32 = -1, insert_250 = -1;

    if (hello_250 < 0 ||
        bench_time(world, "$top_builddir/tests/bench/bare fill bare.db 20000", error) < 0 ||
        (read = measure_bare(plan->runs, "read", raw, 32, 30000, error)) < 0 ||
        (list = measure_bare(plan->runs, "list", raw, 32, 6000, error)) < 0 ||
        (insert_32 = insert_limit(world, plan->runs, 16, error)) < 0 ||
        (insert_250 = insert_limit(world, plan->runs, 64, error)) < 0)
        return false;
    bench_note("limits, requests/s: hello c=32 %.0f, c=250 %.0f; bare read %.0f; bare list %.0f; "
               "raw durable insert "
               "by 16 %.0f, by 64 %.0f",
               hello, hello_250, read, list, insert_32, insert_250);
    if (!fetch_ids(target, 60000, error))
        return false;
    delta = delta_path(target, error);
    if (!delta)
        return false;

    const Test tests[] = {
        { { "GET referral, c=32, of hello", "req/s", 0, 50000, 0, 0.45 },
          build_get,
          NULL,
          32,
          20000,
          &hello,
          2 },
        { { "GET referral, c=32, of bare read", "req/s", 0, 0, 0, 0.75 },
          build_get,
          NULL,
          32,
          20000,
          &read,
          2 },
        { { "GET referral, c=128", "req/s" }, build_get, NULL, 128, 20000, &hello_250 },
        { { "GET referral, c=250", "req/s" }, build_get, NULL, 250, 20000, &hello_250 },
        { { "GET list of 50, c=32, of bare list", "req/s", 0, 11000, 0, 0.75 },
          build_get,
          LIST,
          32,
          5000,
          &list },
        { { "GET changes, one object, of hello", "req/s", 0, 0, 0, 0.4 },
          build_get,
          delta,
          32,
          20000,
          &hello },
        { { "confirm, durable, c=32, of raw insert", "req/s", 0, 15000, 0, 0.5 },
          build_confirm,
          NULL,
          32,
          2000,
          &insert_32 },
        { { "confirm, durable, c=250, of raw insert", "req/s", 0, 20000, 0, 0.5 },
          build_confirm,
          NULL,
          250,
          2000,
          &insert_250 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
        if (tests[i].build == build_confirm &&
            target->next + (guint)plan->runs * tests[i].requests > target->ids->len) {
            bench_note("%s: left out, only %u new leads remain", tests[i].figure.name,
                       target->ids->len - target->next);
            continue;
        }
        if (!run_test(&tests[i], target, plan->runs, error))
            return false;
    }
    if (target->next + (guint)plan->runs * 1000 < target->ids->len &&
        !mixed_tail(target, plan->runs, error))
        return false;
    memory_row(world);
    return true;
}

static bool start_row(World *world, const BenchPlan *plan, GError **error)
{
    const Figure figure = { .name = "start with this database to first answer",
                            .unit = "ms",
                            .at_most = 100 };
    g_autoptr(GArray) series = series_new();

    for (int i = 0; i < plan->runs; i++) {
        gint64 started = g_get_monotonic_time();

        if (!world_server_start(world, NULL, error))
            return false;
        series_add(series, (double)(g_get_monotonic_time() - started) / 1e3);
        if (!world_server_stop(world, 15, NULL, error))
            return false;
    }
    bench_figure(&figure, series, 0);
    return true;
}

bool bench_server(const BenchPlan *plan, GError **error)
{
    g_autoptr(World) world = bench_world(LEADS, error);
    Target target = { .port = load_free_port(), .ids = g_ptr_array_new_with_free_func(g_free) };
    g_autofree char *address = g_strdup_printf("127.0.0.1:%d", target.port);
    bool ok = world != NULL;

    if (ok) {
        g_autofree char *path = g_build_filename(world_folder(world), "tokens.json", NULL);
        g_autofree char *tokens = NULL;

        bench_section("Server, SQLite, 100,000 referrals in one inbox");
        world_listen(world, address);
        ok = start_row(world, plan, error) && g_file_get_contents(path, &tokens, NULL, error) &&
             (target.token = first_match("\"access_token\":\"([^\"]+)\"", tokens)) != NULL &&
             world_server_start(world, NULL, error) && measure_all(world, &target, plan, error);
    }
    g_ptr_array_unref(target.ids);
    g_free(target.token);
    return ok;
}
