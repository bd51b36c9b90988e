/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The screen, measured from outside: keys go into a pty, a figure is the time until what the key must change is on the
 * emulated screen. The limit is a program that does nothing but draw a list and a preview with ncurses, in the same pty.
 */
#include "bench_client.h"

#include <string.h>

#include "load.h"

/* The first frame, from the top to its last line: the newest lead under the cursor, beside it its preview. */
#define READY "^ 1 of \\d+ [\\s\\S]* L-\\w{6} [\\s\\S]*\\n.>[NO] [\\s\\S]* Help$"
#define IDLE_MS 5000

/* ---- keys */

static const KeyTest key_tests[] = {
    { { "  j, p50", "ms", 0.34, 0, 3 },
      { "  j, p99", "ms", 0.75, 0, 3 },
      200,
      { { "j", { .moves = true }, true } } },
    { { "  page down, p50", "ms", 0.7, 0, 6 },
      { "  page down, p99", "ms" },
      20,
      { { "<PageDown>", { .moves = true }, true } } },
    { { "  end and top of the list, p50", "ms", 0.7, 0, 6 },
      { "  end and top, p99", "ms" },
      20,
      { { "G", { .moves = true }, true }, { "<Home>", { .moves = true }, true } } },
    { { "  open a lead, p50", "ms", 1.0 },
      { "  open a lead, p99", "ms", 2.5 },
      40,
      { { "j", { .moves = true } },
        { "<Enter>", { .pattern = "^ Inbox > L-" }, true },
        { "q", { .pattern = "^ \\d+ of \\d+ " } } } },
    { { "  search, one letter, p50", "ms", 8 },
      { "  search, one letter, p99", "ms", 16 },
      20,
      { { "/", { .any = true } },
        { "s", { .pattern = " /s " }, true },
        { "<Esc>", { .pattern = "^ \\d+ of \\d+ {20}" } } } },
    { { "  search, more letters, p50", "ms", 2 },
      { "  search, more letters, p99", "ms", 16 },
      20,
      { { "/s", { .pattern = " /s " } },
        { "o", { .pattern = " /so " }, true },
        { "l", { .pattern = " /sol " }, true },
        { "<Space>p", { .pattern = " /sol p " }, true },
        { "<Esc>", { .pattern = "^ \\d+ of \\d+ {20}" } } } },
    { { "  limit to new leads, p50", "ms", 8 },
      { "  limit to new leads, p99", "ms", 16 },
      20,
      { { ":limit new", { .any = true } },
        { "<Enter>", { .pattern = "limit: new" }, true },
        { ":limit all", { .any = true } },
        { "<Enter>", { .any = true } } } },
};

static void bytes_row(Term *term, const Figure *figure, const Effect *moves)
{
    g_autoptr(GArray) bytes = series_new();

    for (int i = 0; i < 20; i++) {
        guint64 before = term_bytes(term);

        bench_press(term, "j", moves);
        series_add(bytes, (double)(term_bytes(term) - before));
    }
    bench_figure(figure, bytes, 0);
}

/* The preview is another text for each lead: what the list alone sends is told apart. */
static void bytes_rows(Term *term)
{
    static const Figure whole = { "  bytes for j", "bytes", 250 };
    static const Figure list = { "  bytes for j, the preview hidden", "bytes", 250 };
    const Effect moves = { .moves = true }, counts = { .other = "^ (\\d+) of " };

    bytes_row(term, &whole, &moves);
    bench_press(term, "p", &(Effect){ .any = true });
    term_pump(term, 100, 1000);
    bytes_row(term, &list, &counts);
    bench_press(term, "p", &(Effect){ .any = true });
    term_pump(term, 100, 1000);
}

/* ---- idle */

static void idle_rows(Term *term)
{
    static const Figure wakeups = { "  idle, wake-ups a second", "1/s", 1 };
    static const Figure cpu = { "  idle, CPU", "%", 0.1 };
    static const Figure pss = { "  memory, PSS", "MiB", 10 };
    static const Figure peak = { "  memory, peak RSS", "MiB", 16 };
    Usage before, after;
    double seconds;
    gint64 started;

    term_pump(term, 500, 3000);
    before = bench_usage(term_pid(term));
    started = g_get_monotonic_time();
    term_pump(term, IDLE_MS, IDLE_MS);
    seconds = (double)(g_get_monotonic_time() - started) / G_USEC_PER_SEC;
    after = bench_usage(term_pid(term));
    bench_value(&wakeups, (double)(after.wakeups - before.wakeups) / seconds);
    bench_value(&cpu, 100 * (after.cpu_s - before.cpu_s) / seconds);
    bench_value(&pss, bench_memory(term_pid(term)));
    bench_value(&peak, bench_memory_peak(term_pid(term)));
}

/* ---- push: a write elsewhere, from its sending (so its commit counts too) until the screen shows it */

/* Id of a lead that waits for a verdict: the keys have opened many. */
static char *waiting_lead(World *world, GError **error)
{
    static const char *const states[] = { "sent", "picked_up" };

    for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
        g_autofree char *path = g_strconcat("/v1/referrals?box=inbox&limit=1&state=", states[i],
                                            NULL);
        g_autofree char *page = load_get(bench_port(world), bench_token(world), path, error);
        char *id = page ? load_match("\"id\":\"([0-9a-f-]{36})\"", page) : NULL;

        if (id || !page)
            return id;
    }
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "no lead waits for a verdict");
    return NULL;
}

static gint64 waiting_shown(Term *term)
{
    g_autofree char *text = term_text(term);
    const char *at = strstr(text, "Inbox(");

    return at ? g_ascii_strtoll(at + strlen("Inbox("), NULL, 10) : 0;
}

/* One of the leads that wait is confirmed elsewhere: then one less waits. */
static bool push_once(World *world, Term *term, Series *series, GError **error)
{
    g_autofree char *id = waiting_lead(world, error);
    g_autofree char *wanted = g_strdup_printf("Inbox\\(%" G_GINT64_FORMAT "\\)",
                                              waiting_shown(term) - 1);
    g_autofree char *path = g_strdup_printf("/v1/referrals/%s/confirm", id ? id : "");
    gint64 sent = g_get_monotonic_time();
    g_autofree char *answer = id ? load_post(bench_port(world), bench_token(world), path,
                                             "{\"verdict\":\"lead\"}", error)
                                 : NULL;

    if (!answer || !bench_shows(term, wanted, error))
        return false;
    series_add(series, (double)(term_last_output(term) - sent) / 1e3);
    term_pump(term, 300, 1000); /* a burst would be held back */
    return true;
}

static bool push_rows(World *world, Term *term, int runs, GError **error)
{
    static const Figure p50 = { "  push: sent elsewhere to shown, p50", "ms", 2 };
    static const Figure p99 = { "  push, p99", "ms", 10 };
    g_autoptr(GArray) series = series_new();
    g_autoptr(GArray) tail = series_new();

    for (int i = 0; i < runs * 4; i++) {
        if (!push_once(world, term, series, error))
            return false;
    }
    series_add(tail, series_rank(series, 0.99));
    bench_figure(&p50, series, 0);
    bench_figure(&p99, tail, 0);
    return true;
}

/* ---- all of one size */

static bool measure_size(int leads, const BenchPlan *plan, const Floor *floor, GError **error)
{
    static const Figure start = { "  start to usable inbox", "ms", 12, 0, 3 };
    g_autoptr(World) world = bench_world(leads, error);
    g_autoptr(GArray) starts = series_new();
    const char *arguments[] = { "--server", NULL, NULL };

    if (!world || !world_server_start(world, "--log warning", error))
        return false;
    bench_note("%d leads", leads);
    arguments[1] = g_environ_getenv((char **)world_environment(world), "SERVER");
    {
        g_autoptr(Term) first = bench_client(world, error);

        int status;

        /* Quits as people do: that leaves the cache tidy. */
        if (!first || !bench_shows(first, LIVE, error) || !term_keys(first, "Q", error) ||
            !term_wait_exit(first, &status, 30000))
            return false;
    }
    if (!bench_start_times(world, "leadline", arguments, READY, plan->runs * 3, starts, error))
        return false;
    bench_figure(&start, starts, floor->start);

    g_autoptr(Term) term = bench_client(world, error);
    if (!term || !bench_shows(term, LIVE, error))
        return false;
    term_pump(term, 300, 3000);
    bytes_rows(term);
    for (size_t i = 0; i < G_N_ELEMENTS(key_tests); i++)
        bench_keys(term, &key_tests[i], plan->runs, floor);
    idle_rows(term);
    return push_rows(world, term, plan->runs, error);
}

bool bench_screen(const BenchPlan *plan, GError **error)
{
    Floor floor = { 0 };

    bench_section("Screen, 120x40, beside a server on the same machine");
    for (int i = 0; i < plan->n_leads; i++) {
        g_autoptr(World) world = i == 0 ? world_new(error) : NULL;

        if (i == 0 && (!world || !bench_floor(world, plan->runs, &floor, error)))
            return false;
        if (!measure_size(plan->leads[i], plan, &floor, error))
            return false;
    }
    return true;
}
