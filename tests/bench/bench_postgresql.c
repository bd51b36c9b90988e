/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server on PostgreSQL: in a cluster of its own that syncs to disk, against bare libpq inserts of the same run. */
#include "bench_requests.h"

#include <string.h>

#define LEADS "10000"
#define LIST "/v1/referrals?box=inbox&limit=50"

static double insert_limit(World *world, int runs, GError **error)
{
    g_autoptr(GArray) series = series_new();

    for (int i = 0; i < runs; i++) {
        g_autofree char *rate = bench_output(
            world, "$top_builddir/tests/bench/bare pginsert \"$PG\" 4000 8", error);

        if (!rate)
            return -1;
        series_add(series, g_ascii_strtod(rate, NULL));
    }
    return series_rank(series, 0.5);
}

static bool row(Target *target, const Figure *figure, const char *path, LoadBuild build,
                int connections, guint64 requests, double limit, int runs, GError **error)
{
    Rate rate = rate_new();
    bool ok = true;

    target->path = path;
    for (int i = 0; ok && i < runs; i++)
        ok = rate_measure(&rate, connections, requests, build, target, error);
    if (ok)
        rate_rows(&rate, figure, limit, 0);
    rate_free(&rate);
    return ok;
}

static bool measure_all(World *world, Target *target, int runs, GError **error)
{
    static const Figure read = { "GET referral, c=32", "req/s" };
    static const Figure list = { "GET list of 50, c=32", "req/s" };
    static const Figure search = { "search, 1 word, c=32", "req/s" };
    static const Figure write = { "confirm, durable, c=32, of bare insert", "req/s", 0, 0, 0, 0.6 };
    double limit = insert_limit(world, runs, error);

    if (limit < 0 || !target_fetch(target, 5000, error))
        return false;
    bench_note("limit: bare insert on 8 connections %.0f a second", limit);
    return row(target, &read, NULL, build_get, 32, 5000, 0, runs, error) &&
           row(target, &list, LIST, build_get, 32, 1000, 0, runs, error) &&
           row(target, &search, LIST "&q=solar", build_get, 32, 500, 0, runs, error) &&
           row(target, &write, NULL, build_confirm, 32, MIN(1000, target->waiting->len / runs),
               limit, runs, error);
}

bool bench_postgresql(const BenchPlan *plan, GError **error)
{
    const char *url = g_getenv("LEADLINE_TEST_PG");
    g_autoptr(World) world = NULL;
    Target target;
    bool ok;

    bench_section("Server, PostgreSQL, 10,000 referrals in one inbox");
    if (!url) {
        bench_note("left out: no PostgreSQL here (tests/with-postgresql makes one)");
        return true;
    }
    world = bench_world(1000, error);
    if (!world)
        return false;
    world_setenv(world, "PG", url);
    if (bench_time(world,
                   "leadlined --database \"$PG\" load-demo --leads " LEADS " --seed 1 && "
                   "leadlined --database \"$PG\" token create --email member@demo.example "
                   ">tokens.json",
                   error) < 0 ||
        !bench_take_token(world, error) ||
        !world_server_start(world, "--log warning --database \"$PG\"", error))
        return false;
    target_init(&target, world);
    ok = measure_all(world, &target, MIN(plan->runs, 3), error);
    target_clear(&target);
    return ok;
}
