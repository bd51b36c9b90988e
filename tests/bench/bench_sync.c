/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A full sync into an empty cache, against a bare download of the same pages plus a bare insert of as many rows. */
#include "bench.h"

#include "load.h"

#include <stdio.h>
#include <string.h>

#define LEADS 100000

static bool sync_times(World *world, const BenchPlan *plan, Series *series, GError **error)
{
    for (int i = 0; i < plan->runs; i++) {
        double seconds = bench_time(world, "rm -rf cache/leadline && " BENCH_LEADLINE " sync",
                                    error);

        if (seconds < 0)
            return false;
        series_add(series, seconds);
    }
    return true;
}

static bool insert_times(World *world, const BenchPlan *plan, Series *series, GError **error)
{
    for (int i = 0; i < plan->runs; i++) {
        g_autofree char *seconds = bench_output(
            world, "rm -f raw.db*; $top_builddir/tests/bench/bare load raw.db 100000", error);

        if (!seconds)
            return false;
        series_add(series, g_ascii_strtod(seconds, NULL));
    }
    return true;
}

bool bench_sync(const BenchPlan *plan, GError **error)
{
    static const Figure figure = { "full sync, against a bare insert of the rows", "s", 1.0 };
    g_autoptr(World) world = bench_world(LEADS, error);
    g_autoptr(GArray) syncs = series_new(), inserts = series_new();

    if (!world || !bench_sign_in(world, error) || !sync_times(world, plan, syncs, error) ||
        !insert_times(world, plan, inserts, error))
        return false;
    bench_section("Full sync of 100,000 leads over a unix socket, process start included");
    bench_figure(&figure, syncs, series_rank(inserts, 0.5));
    return true;
}
