/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server on SQLite: reads, lists, search, deltas and durable writes, against the same libraries with the least code. */
#include "bench_requests.h"

#include <signal.h>
#include <string.h>

#define LIST "/v1/referrals?box=inbox&limit=50"
#define SEARCH LIST "&q="
#define BARE_ROWS 20000

typedef struct Limits {
    double hello, hello_250, read, list, insert, insert_250, none;
} Limits;

static bool measure_limits(World *world, const BenchPlan *plan, Limits *limits, GError **error)
{
    g_autofree char *rows = g_build_filename(world_folder(world), "bare.db", NULL);
    g_autofree char *inserted = g_build_filename(world_folder(world), "inserted.db", NULL);
    const int runs = plan->runs;

    if (bench_time(world, "$top_builddir/tests/bench/bare fill bare.db " G_STRINGIFY(BARE_ROWS),
                   error) < 0 ||
        (limits->hello = bare_rate(runs, "hello", NULL, 32, 40000, false, error)) < 0 ||
        (limits->hello_250 = bare_rate(runs, "hello", NULL, 250, 40000, false, error)) < 0 ||
        (limits->read = bare_rate(runs, "read", rows, 32, 30000, false, error)) < 0 ||
        (limits->list = bare_rate(runs, "list", rows, 32, 6000, false, error)) < 0 ||
        (limits->insert = bare_rate(runs, "group", inserted, 32, 10000, true, error)) < 0 ||
        (limits->insert_250 = bare_rate(runs, "group", inserted, 250, 10000, true, error)) < 0)
        return false;
    bench_note("limits, requests/s: hello c=32 %.0f, c=250 %.0f; bare read %.0f; bare list of 50 "
               "%.0f;\n"
               "        bare durable insert with group commit c=32 %.0f, c=250 %.0f",
               limits->hello, limits->hello_250, limits->read, limits->list, limits->insert,
               limits->insert_250);
    return true;
}

typedef struct Test {
    Figure figure;
    LoadBuild build;
    const char *path;
    int connections;
    guint64 requests;
    size_t limit; /* offset in Limits */
    double p99_at_most;
} Test;

#define LIMIT(member) offsetof(Limits, member)

static const Test reads[] = {
    { { "GET referral, c=32, of hello", "req/s", 0, 50000, 0, 0.45 },
      build_get,
      NULL,
      32,
      30000,
      LIMIT(hello),
      2 },
    { { "GET referral, c=32, of bare read", "req/s", 0, 0, 0, 0.75 },
      build_get,
      NULL,
      32,
      30000,
      LIMIT(read),
      2 },
    { { "GET referral, c=128, of hello c=250", "req/s" },
      build_get,
      NULL,
      128,
      30000,
      LIMIT(hello_250) },
    { { "GET referral, c=250, of hello", "req/s" }, build_get, NULL, 250, 30000, LIMIT(hello_250) },
    { { "GET referral, c=256, of hello c=250", "req/s" },
      build_get,
      NULL,
      256,
      30000,
      LIMIT(hello_250) },
    { { "GET list of 50, c=32, of bare list", "req/s", 0, 11000, 0, 0.75 },
      build_get,
      LIST,
      32,
      5000,
      LIMIT(list) },
    { { "GET list by state, c=32, of bare list", "req/s" },
      build_get,
      LIST "&state=picked_up",
      32,
      5000,
      LIMIT(list) },
    { { "search, 1 word, of bare list", "req/s" },
      build_get,
      SEARCH "solar",
      32,
      3000,
      LIMIT(list) },
    { { "search, 2 words, of bare list", "req/s" },
      build_get,
      SEARCH "boiler%20leeds",
      32,
      3000,
      LIMIT(list) },
    { { "search, prefix of 2 letters, of bare list", "req/s" },
      build_get,
      SEARCH "so",
      32,
      3000,
      LIMIT(list) },
};

static double limit_of(const Test *test, const Limits *limits)
{
    return *(const double *)((const char *)limits + test->limit);
}

static bool run_test(const Test *test, const char *path, Target *target, const Limits *limits,
                     int runs, GError **error)
{
    Rate rate = rate_new();
    bool ok = true;

    target->path = path;
    for (int i = 0; ok && i < runs; i++)
        ok = rate_measure(&rate, test->connections, test->requests, test->build, target, error);
    if (ok)
        rate_rows(&rate, &test->figure, limit_of(test, limits), test->p99_at_most);
    else
        g_prefix_error(error, "%s: ", test->figure.name);
    rate_free(&rate);
    return ok;
}

/* The address of a delta of exactly one object: the state before one confirm. */
static char *delta_path(Target *target, GError **error)
{
    g_autofree char *me = load_get(target->port, target->token, "/v1/me", error);
    g_autofree char *scope = me ? load_match("\"scopes\":\\[\\{\"id\":\"([^\"]+)\"", me) : NULL;
    g_autofree char *state = me ? load_match("\"state\":\"(e[^\"]+)\"", me) : NULL;
    Rate rate = rate_new();
    bool ok = scope && state && rate_measure(&rate, 1, 1, build_confirm, target, error);

    rate_free(&rate);
    return ok ? g_strdup_printf("/v1/changes?scope=%s&since=%s", scope, state) : NULL;
}

static bool delta_row(Target *target, const Limits *limits, int runs, GError **error)
{
    static const Test test = {
        { "GET changes, one object, of hello", "req/s", 0, 0, 0, 0.4 },
        build_get,
        NULL,
        32,
        20000,
        LIMIT(hello),
    };
    g_autofree char *path = delta_path(target, error);

    return path && run_test(&test, path, target, limits, runs, error);
}

/* ---- writes: each lead is confirmed once, so each run takes as many as there are for it */

static bool write_row(const Test *test, Target *target, const Limits *limits, int runs,
                      GError **error)
{
    Test fitting = *test;

    fitting.requests = MIN(test->requests, (target->waiting->len - target->next) / (guint)runs);
    if (fitting.requests < 200) {
        bench_note("%s: left out, only %u leads wait", test->figure.name,
                   target->waiting->len - target->next);
        return true;
    }
    return run_test(&fitting, NULL, target, limits, runs, error);
}

static bool write_rows(Target *target, const Limits *limits, int runs, GError **error)
{
    static const Test tests[] = {
        { { "confirm, durable, c=32, of bare insert", "req/s", 0, 15000, 0, 0.5 },
          build_confirm,
          NULL,
          32,
          1000,
          LIMIT(insert) },
        { { "confirm, durable, c=250, of bare insert", "req/s", 0, 20000, 0, 0.5 },
          build_confirm,
          NULL,
          250,
          1000,
          LIMIT(insert_250) },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
        if (!write_row(&tests[i], target, limits, MIN(runs, 4), error))
            return false;
    }
    return true;
}

static bool mixed_row(Target *target, int runs, GError **error)
{
    const Figure figure = { "90:10 mixed, c=250: p99 / p50", "x", 4 };
    Rate rate = rate_new();
    g_autoptr(GArray) ratio = series_new();
    bool ok = true;

    target->path = NULL;
    for (int i = 0; ok && i < runs && target->next + 1000 < target->waiting->len; i++) {
        ok = rate_measure(&rate, 250, 10000, build_mixed, target, error);
        if (ok)
            series_add(ratio,
                       g_array_index(rate.p99, double, i) / g_array_index(rate.p50, double, i));
    }
    if (ok && ratio->len > 0)
        bench_figure(&figure, ratio, 0);
    rate_free(&rate);
    return ok;
}

static void memory_row(World *world)
{
    const Figure figure = { "memory (PSS) after 250 connections", "MiB", 60 };

    bench_value(&figure, bench_memory(world_server_pid(world)));
}

static bool start_row(World *world, const BenchPlan *plan, GError **error)
{
    const Figure figure = { "start with this database to first answer", "ms", 100 };
    g_autoptr(GArray) series = series_new();

    for (int i = 0; i < plan->runs; i++) {
        gint64 started = g_get_monotonic_time();
        g_autofree char *answer = NULL;

        if (!world_server_start(world, "--log warning", error) ||
            !(answer = load_get(bench_port(world), bench_token(world), "/v1/me", error)))
            return false;
        series_add(series, (double)(g_get_monotonic_time() - started) / 1e3);
        if (!world_server_stop(world, SIGTERM, NULL, error))
            return false;
    }
    bench_figure(&figure, series, 0);
    return true;
}

static bool measure_all(World *world, Target *target, const BenchPlan *plan, GError **error)
{
    Limits limits = { 0 };

    if (!measure_limits(world, plan, &limits, error) || !start_row(world, plan, error) ||
        !world_server_start(world, "--log warning", error) || !target_fetch(target, 5000, error))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(reads); i++) {
        if (!run_test(&reads[i], reads[i].path, target, &limits, plan->runs, error))
            return false;
    }
    if (!delta_row(target, &limits, plan->runs, error) ||
        !write_rows(target, &limits, plan->runs, error) || !mixed_row(target, plan->runs, error))
        return false;
    memory_row(world);
    return bench_groups(world, plan, error);
}

bool bench_server(const BenchPlan *plan, GError **error)
{
    g_autoptr(World) world = bench_world(BENCH_SERVER_LEADS, error);
    Target target;
    bool ok;

    if (!world)
        return false;
    bench_section("Server, SQLite, 100,000 referrals in one inbox");
    target_init(&target, world);
    ok = measure_all(world, &target, plan, error);
    target_clear(&target);
    return ok;
}
