/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The client of who leads a group of 2,000 members and has 100 partners (make-groups): its first sync of the group, the page
 * of the group, the list of partners. Held against a bare download of the same pages plus a bare insert of as many rows, and
 * against the bare screen.
 */
#include "bench_client.h"

#include <signal.h>

#define ROWS "2500" /* members and requests */
#define LEADS 1000

#define KEEP "rm -rf kept && cp -a cache/leadline kept"
#define RESTORE "rm -rf cache/leadline && cp -a kept cache/leadline"
#define LOAD "$top_srcdir/tests/bench/make-groups | sqlite3 -bail server.db >/dev/null"

static bool quit(Term *term, GError **error)
{
    int status;

    return term_keys(term, "Q", error) && term_wait_exit(term, &status, 30000);
}

/* The cache as it is before there is such a group, then the group. */
static bool prepare(World *world, GError **error)
{
    g_autoptr(Term) term = NULL;

    if (!world_server_start(world, "--log warning", error))
        return false;
    term = bench_client(world, error);
    return term && bench_shows(term, LIVE, error) && quit(term, error) &&
           bench_time(world, KEEP, error) >= 0 && world_server_stop(world, SIGTERM, NULL, error) &&
           bench_time(world, LOAD, error) >= 0 && world_server_start(world, "--log warning", error);
}

/* ---- the sync */

static bool limit_once(World *world, Series *limit, GError **error)
{
    g_autofree char *insert = bench_output(
        world, "rm -f raw.db*; $top_builddir/tests/bench/bare load raw.db " ROWS, error);
    double members, requests;

    if (!insert || !bench_download(world, "group", &members, error) ||
        !bench_download(world, "officers", &requests, error))
        return false;
    series_add(limit, members + requests + g_ascii_strtod(insert, NULL));
    return true;
}

/* With a cache that knows nothing of the group yet; its start and the rest of the sync count too. */
static bool sync_once(World *world, Series *syncs, Series *peaks, GError **error)
{
    gint64 started;
    g_autoptr(Term) term = NULL;

    if (bench_time(world, RESTORE, error) < 0)
        return false;
    started = g_get_monotonic_time();
    term = bench_client(world, error);
    if (!term || !bench_shows(term, LIVE, error))
        return false;
    series_add(syncs, (double)(term_last_output(term) - started) / G_USEC_PER_SEC);
    series_add(peaks, bench_memory_peak(term_pid(term)));
    return quit(term, error);
}

static bool sync_rows(World *world, int runs, GError **error)
{
    static const Figure sync = { "start to up to date, with its scopes", "s", 0.3, 0, 5 };
    static const Figure memory = { "peak RSS of it", "MiB" };
    g_autoptr(GArray) limit = series_new();
    g_autoptr(GArray) syncs = series_new();
    g_autoptr(GArray) peaks = series_new();

    for (int i = 0; i < runs; i++)
        if (!limit_once(world, limit, error) || !sync_once(world, syncs, peaks, error))
            return false;
    bench_figure(&sync, syncs, series_rank(limit, 0.5));
    bench_figure(&memory, peaks, 0);
    return true;
}

/* ---- the keys */

#define GROUP " Requests \\(500 waiting\\)"
#define MEMBER "^│>.. *(\\S+ +\\S+)"
#define REQUEST "^│.{40,60}│> *(\\S+ +\\d+)"
#define PARTNER "^ (\\d+) of \\d+"

static const KeyTest group_tests[] = {
    { { "open the group, p50", "ms", 8, 0, 12 },
      { "open the group, p99", "ms", 16 },
      20,
      { { "4Gk", { .pattern = "two thousand" } },
        { "<Enter>", { .pattern = GROUP }, true },
        { "q", { .pattern = "\\[4 Groups" } } } },
};

/* Each with the view open. */
static const KeyTest request_tests[] = {
    { { "j in 500 requests, p50", "ms", 0.7, 0, 4 },
      { "j in 500 requests, p99", "ms" },
      100,
      { { "j", { .other = REQUEST }, true } } },
};

static const KeyTest member_tests[] = {
    { { "j in 2,000 members, p50", "ms", 0.7, 0, 4 },
      { "j in 2,000 members, p99", "ms" },
      100,
      { { "j", { .other = MEMBER }, true } } },
    { { "page down in members, p50", "ms", 1.4, 0, 6 },
      { "page down in members, p99", "ms" },
      20,
      { { "<PageDown>", { .other = MEMBER }, true } } },
    { { "end and top of members, p50", "ms", 1.4, 0, 6 },
      { "end and top of members, p99", "ms" },
      20,
      { { "G", { .other = MEMBER }, true }, { "<Home>", { .other = MEMBER }, true } } },
    { { "search members, p50", "ms", 8 },
      { "search members, p99", "ms", 16 },
      20,
      { { "/", { .any = true } },
        { "1", { .pattern = " /1 " }, true },
        { "9", { .pattern = " /19 " }, true },
        { "<Esc>", { .pattern = "waiting {20}" } } } },
};

static const KeyTest partner_tests[] = {
    { { "open 2,099 partners, p50", "ms", 16, 0, 24 },
      { "open 2,099 partners, p99", "ms", 32 },
      20,
      { { "1", { .pattern = "\\[1 Inbox" } }, { "3", { .pattern = "\\[3 Partners" }, true } } },
    { { "j in 2,099 partners, p50", "ms", 0.7, 0, 3 },
      { "j in 2,099 partners, p99", "ms" },
      100,
      { { "j", { .other = PARTNER }, true } } },
    { { "page down in partners, p50", "ms", 1.4, 0, 6 },
      { "page down in partners, p99", "ms" },
      20,
      { { "<PageDown>", { .other = PARTNER }, true } } },
    { { "end and top of partners, p50", "ms", 1.4, 0, 6 },
      { "end and top of partners, p99", "ms" },
      20,
      { { "G", { .other = PARTNER }, true }, { "<Home>", { .other = PARTNER }, true } } },
    { { "search partners, p50", "ms", 8 },
      { "search partners, p99", "ms", 16 },
      20,
      { { "/", { .any = true } },
        { "1", { .pattern = " /1 " }, true },
        { "9", { .pattern = " /19 " }, true },
        { "<Esc>", { .pattern = "^ \\d+ of \\d+   12 months {20}" } } } },
};

/* Who a new lead is for: fuzzy search over all partners and their fields at each letter. */
static const KeyTest picker_tests[] = {
    { { "letter of the recipient's name, p50", "ms", 16, 0, 24 },
      { "letter of the recipient's name, p99", "ms", 32 },
      20,
      { { "a", { .pattern = "Who is it for" } },
        { "m", { .pattern = "Find: m\\b" }, true },
        { "b", { .pattern = "Find: mb\\b" }, true },
        { "1", { .pattern = "Find: mb1\\b" }, true },
        { "<Esc>", { .pattern = "New lead" } },
        { "q", { .pattern = "^ \\d+ of \\d+   12 months" } } } },
};

static bool press(Term *term, const char *keys, const char *pattern, GError **error)
{
    return term_keys(term, keys, error) && bench_shows(term, pattern, error);
}

static void all_keys(Term *term, const KeyTest *tests, size_t n, int runs, const Floor *floor)
{
    for (size_t i = 0; i < n; i++)
        bench_keys(term, &tests[i], runs, floor);
}

static bool key_rows(World *world, int runs, GError **error)
{
    Floor floor;
    g_autoptr(Term) term = NULL;

    if (!bench_floor(world, runs, &floor, error) || !(term = bench_client(world, error)) ||
        !bench_shows(term, LIVE, error))
        return false;
    term_pump(term, 300, 3000);
    all_keys(term, group_tests, G_N_ELEMENTS(group_tests), runs, &floor);
    if (!press(term, "4Gk", "two thousand", error) || !press(term, "<Enter>", GROUP, error))
        return false;
    all_keys(term, request_tests, G_N_ELEMENTS(request_tests), runs, &floor);
    if (!press(term, "<Tab><Tab>", GROUP, error))
        return false;
    all_keys(term, member_tests, G_N_ELEMENTS(member_tests), runs, &floor);
    all_keys(term, partner_tests, G_N_ELEMENTS(partner_tests), runs, &floor);
    all_keys(term, picker_tests, G_N_ELEMENTS(picker_tests), runs, &floor);
    return true;
}

bool bench_network(const BenchPlan *plan, GError **error)
{
    g_autoptr(World) world = bench_world(LEADS, error);

    if (!world || !prepare(world, error))
        return false;
    bench_section("A group of 2,000 members and 500 requests, 100 partners, on the screen");
    return sync_rows(world, plan->runs, error) && key_rows(world, plan->runs, error) &&
           world_server_stop(world, SIGTERM, NULL, error);
}
