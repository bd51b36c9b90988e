/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first start: a full sync into an empty cache, from the start of the process until the screen says that it is up to
 * date. Held against a bare download of the same pages plus a bare insert of as many rows with an index of their words.
 * And the keys while that goes on.
 */
#include "bench_client.h"

#include <stdlib.h>
#include <string.h>

#include "load.h"

#define SYNCING "syncing"
#define EMPTY "rm -rf cache/leadline"

/* Presses j as long as the sync goes on. */
static void press_until_live(Term *term, Series *keys)
{
    const Effect moves = { .moves = true };

    for (;;) {
        g_autofree char *text = term_text(term);
        double ms;

        if (strstr(text, LIVE))
            return;
        ms = bench_press(term, "j", &moves);
        if (ms >= 0)
            series_add(keys, ms);
    }
}

static bool sync_once(World *world, Series *syncs, GError **error)
{
    gint64 started;
    g_autoptr(Term) term = NULL;

    if (bench_time(world, EMPTY, error) < 0)
        return false;
    started = g_get_monotonic_time();
    term = bench_client(world, error);
    if (!term || !bench_shows(term, LIVE, error))
        return false;
    series_add(syncs, (double)(term_last_output(term) - started) / G_USEC_PER_SEC);
    return true;
}

static bool keys_once(World *world, Series *busy, Series *idle, Series *peak, GError **error)
{
    const Effect moves = { .moves = true };
    g_autoptr(Term) term = NULL;

    if (bench_time(world, EMPTY, error) < 0)
        return false;
    term = bench_client(world, error);
    if (!term || !bench_shows(term, "^ \\d+ of \\d+ .*" SYNCING, error))
        return false;
    press_until_live(term, busy);
    series_add(peak, bench_memory_peak(term_pid(term)));
    term_pump(term, 500, 5000);
    for (int i = 0; i < 200; i++)
        series_add(idle, bench_press(term, "j", &moves));
    return true;
}

/* All pages of a scope, one after the other, thrown away. */
static bool download(World *world, const char *scope, GError **error)
{
    g_autofree char *path = g_strdup_printf("/v1/changes?scope=%s&limit=500", scope);
    bool more = true;

    while (more) {
        g_autofree char *page = load_get(bench_port(world), bench_token(world), path, error);
        g_autofree char *state = NULL;
        const char *tail;

        if (!page)
            return false;
        tail = page + strlen(page) - MIN(strlen(page), 200);
        more = strstr(tail, "\"more\":true") != NULL;
        state = load_match("\"state\":\"([^\"]+)\",\"more\"", tail);
        g_free(path);
        path = g_strdup_printf("/v1/changes?scope=%s&limit=500&since=%s", scope,
                               state ? state : "");
    }
    return true;
}

bool bench_download(World *world, const char *kind, double *seconds, GError **error)
{
    g_autofree char *me = load_get(bench_port(world), bench_token(world), "/v1/me", error);
    g_autoptr(GRegex)
        scope = g_regex_new("\\{\"id\":\"([0-9a-f-]{36})\",\"kind\":\"(\\w+)\"", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    gint64 started = g_get_monotonic_time();

    if (!me)
        return false;
    for (g_regex_match(scope, me, 0, &match); g_match_info_matches(match);
         g_match_info_next(match, NULL)) {
        g_autofree char *id = g_match_info_fetch(match, 1);
        g_autofree char *is = g_match_info_fetch(match, 2);

        if ((!kind || strcmp(kind, is) == 0) && !download(world, id, error))
            return false;
    }
    *seconds = (double)(g_get_monotonic_time() - started) / G_USEC_PER_SEC;
    return true;
}

static bool limits(World *world, int runs, Series *downloads, Series *inserts, GError **error)
{
    for (int i = 0; i < runs; i++) {
        double seconds;
        g_autofree char *insert = bench_output(
            world,
            "rm -f raw.db*; $top_builddir/tests/bench/bare load raw.db " G_STRINGIFY(
                BENCH_SERVER_LEADS),
            error);

        if (!insert || !bench_download(world, NULL, &seconds, error))
            return false;
        series_add(inserts, g_ascii_strtod(insert, NULL));
        series_add(downloads, seconds);
    }
    return true;
}

bool bench_sync(const BenchPlan *plan, GError **error)
{
    static const Figure sync = { "full sync, start to up to date", "s", 1.0, 0, 2 };
    static const Figure busy99 = { "j during the sync, p99", "ms", 0, 0, 2 };
    static const Figure busy50 = { "j during the sync, p50", "ms" };
    static const Figure memory = { "peak RSS during the sync", "MiB" };
    static const Figure load = { "load-demo of as many leads", "s" };
    g_autoptr(World) world = bench_world(BENCH_SERVER_LEADS, error);
    g_autoptr(GArray) syncs = series_new(), inserts = series_new(), downloads = series_new(),
                      busy = series_new(), idle = series_new(), peak = series_new(),
                      tail = series_new(), loaded = series_new();
    double bare;

    if (!world || !world_server_start(world, "--log warning", error) ||
        !limits(world, plan->runs, downloads, inserts, error))
        return false;
    bench_section("Full sync of 100,000 leads into an empty cache, the screen on");
    bare = series_rank(downloads, 0.5) + series_rank(inserts, 0.5);
    bench_note("limits: bare download %.2f s, bare insert with words %.2f s",
               series_rank(downloads, 0.5), series_rank(inserts, 0.5));
    for (int i = 0; i < plan->runs; i++) {
        if (!sync_once(world, syncs, error))
            return false;
    }
    bench_figure(&sync, syncs, bare);
    for (int i = 0; i < plan->runs; i++) {
        if (!keys_once(world, busy, idle, peak, error))
            return false;
    }
    series_add(tail, series_rank(busy, 0.99));
    bench_figure(&busy50, busy, series_rank(idle, 0.5));
    bench_figure(&busy99, tail, series_rank(idle, 0.99));
    bench_figure(&memory, peak, 0);
    series_add(loaded, bench_loaded(BENCH_SERVER_LEADS));
    bench_figure(&load, loaded, series_rank(inserts, 0.5));
    return true;
}
