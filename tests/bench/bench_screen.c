/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The screen, measured from outside: keys go into a pty, a figure is the time until the last byte of the answer. The
 * floor is a program that echoes bytes through the same pty; the start is held against the smallest ncurses program.
 */
#include "bench.h"

#include "../screen/term.h"

#include <string.h>

#define COLS 120
#define ROWS 40
#define QUIET_MS 15
#define LIMIT_MS 30000
#define PRESSES 200

static Term *start(World *world, const char *command, GError **error)
{
    g_autofree char *line = g_strconcat("exec ", command, NULL);
    const char *argv[] = { "/bin/sh", "-c", line, NULL };

    return term_start(argv, world_environment(world), world_folder(world), COLS, ROWS, error);
}

static bool has_more(Term *term, gpointer data)
{
    return term_bytes(term) > *(guint64 *)data;
}

/* Milliseconds from the key to the last byte of its answer; < 0 when nothing came. */
static double press(Term *term, const char *keys)
{
    guint64 before = term_bytes(term);
    gint64 started = g_get_monotonic_time();

    if (!term_keys(term, keys, NULL) || !term_wait(term, has_more, &before, 1000))
        return -1;
    term_pump(term, QUIET_MS, 2000);
    return (double)(term_last_output(term) - started) / 1e3;
}

static bool start_times(World *world, const char *command, const char *expected, int runs,
                        Series *series, GError **error)
{
    g_autoptr(GRegex) regex = g_regex_new(expected, G_REGEX_MULTILINE, 0, error);

    for (int i = 0; i < runs; i++) {
        gint64 started = g_get_monotonic_time();
        g_autoptr(Term) term = start(world, command, error);

        if (!term)
            return false;
        if (!term_wait_text(term, regex, true, LIMIT_MS)) {
            g_autofree char *screen = term_text(term);

            g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s did not show %s:\n%s",
                        command, expected, screen);
            return false;
        }
        series_add(series, (double)(term_last_output(term) - started) / 1e3);
    }
    return true;
}

static double kib_of(pid_t pid, const char *file, const char *name)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/%s", pid, file);
    g_autofree char *text = NULL;
    const char *at;

    if (!g_file_get_contents(path, &text, NULL, NULL) || !(at = strstr(text, name)))
        return 0;
    return g_ascii_strtod(at + strlen(name), NULL);
}

typedef struct KeyTest {
    Figure p50, p99;
    const char *keys[2]; /* pressed in turn */
    int presses;
} KeyTest;

static const KeyTest key_tests[] = {
    { { "  j, p50", "ms", 0.34, 0, 3 }, { "  j, p99", "ms", 0.75, 0, 3 }, { "j", "j" }, PRESSES },
    { { "  page down, p50", "ms", 0.7, 0, 6 },
      { "  page down, p99", "ms" },
      { "<PageDown>", "<PageDown>" },
      20 },
    { { "  end and top of the list, p50", "ms", 0.7, 0, 6 },
      { "  end and top, p99", "ms" },
      { "G", "<Home>" },
      20 },
    { { "  open and leave a lead, p50", "ms", 1.0 },
      { "  open and leave, p99", "ms", 2.5 },
      { "<Enter>", "q" },
      40 },
    { { "  search, a letter, p50", "ms", 8 },
      { "  search, a letter, p99", "ms", 16 },
      { "/b", "<Esc>" },
      20 },
};

typedef struct Floor {
    double echo_p50, echo_p99, hello;
} Floor;

static bool keys_of(Term *term, const KeyTest *test, int runs, const Floor *floor)
{
    g_autoptr(GArray) medians = series_new();
    g_autoptr(GArray) tails = series_new();

    for (int run = 0; run < runs; run++) {
        g_autoptr(GArray) series = series_new();

        for (int i = 0; i < test->presses; i++) {
            double ms = press(term, test->keys[i % 2]);

            if (ms >= 0)
                series_add(series, ms);
        }
        series_add(medians, series_rank(series, 0.5));
        series_add(tails, series_rank(series, 0.99));
    }
    bench_figure(&test->p50, medians, floor->echo_p50);
    bench_figure(&test->p99, tails, floor->echo_p99);
    return true;
}

static bool measure_floor(World *world, int runs, Floor *floor, GError **error)
{
    g_autoptr(GArray) series = series_new();
    g_autoptr(GArray) starts = series_new();
    g_autoptr(GRegex) ready = g_regex_new("ready", 0, 0, NULL);
    g_autoptr(Term) term = start(world, "$top_builddir/tests/bench/bare echo", error);

    if (!term || !term_wait_text(term, ready, true, LIMIT_MS))
        return false;
    for (int i = 0; i < runs * PRESSES; i++)
        series_add(series, press(term, "j"));
    floor->echo_p50 = series_rank(series, 0.5);
    floor->echo_p99 = series_rank(series, 0.99);
    if (!start_times(world, "$top_builddir/tests/bench/bare ncurses", "Inbox", runs * 3, starts,
                     error))
        return false;
    floor->hello = series_rank(starts, 0.5);
    bench_note(
        "limits: pty echo p50 %.2f ms, p99 %.2f ms; smallest ncurses program starts in %.1f ms",
        floor->echo_p50, floor->echo_p99, floor->hello);
    return true;
}

static bool measure_size(int leads, const BenchPlan *plan, GError **error)
{
    static const Figure start_figure = { "  start to usable inbox", "ms", 12, 0, 3 };
    static const Figure bytes_figure = { "  bytes for j", "bytes", 250 };
    static const Figure pss_figure = { "  memory, PSS", "MiB", 10 };
    static const Figure peak_figure = { "  memory, peak RSS", "MiB", 16 };
    g_autoptr(World) world = bench_world(leads, error);
    g_autoptr(GArray) starts = series_new(), bytes = series_new(), pss = series_new(),
                      peak = series_new();
    g_autoptr(GRegex) ready = g_regex_new(BENCH_READY, G_REGEX_MULTILINE, 0, NULL);
    Floor floor = { 0 };
    guint64 before;

    if (!world || !measure_floor(world, plan->runs, &floor, error) ||
        !bench_sign_in(world, error) || bench_time(world, BENCH_LEADLINE " sync", error) < 0 ||
        !world_server_stop(world, 15, NULL, error) ||
        !start_times(world, BENCH_LEADLINE, BENCH_READY, plan->runs * 3, starts, error))
        return false;
    bench_note("%d leads", leads);
    bench_figure(&start_figure, starts, floor.hello);

    g_autoptr(Term) term = start(world, BENCH_LEADLINE, error);
    if (!term || !term_wait_text(term, ready, true, LIMIT_MS))
        return false;
    term_pump(term, 300, 3000);
    for (int i = 0; i < 20; i++) {
        before = term_bytes(term);
        press(term, "j");
        series_add(bytes, (double)(term_bytes(term) - before));
    }
    bench_figure(&bytes_figure, bytes, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(key_tests); i++)
        keys_of(term, &key_tests[i], plan->runs, &floor);
    series_add(pss, kib_of(term_pid(term), "smaps_rollup", "Pss:") / 1024);
    series_add(peak, kib_of(term_pid(term), "status", "VmHWM:") / 1024);
    bench_figure(&pss_figure, pss, 0);
    bench_figure(&peak_figure, peak, 0);
    return true;
}

bool bench_screen(const BenchPlan *plan, GError **error)
{
    bench_section("Screen, 120x40, server away");
    for (int i = 0; i < plan->n_leads; i++) {
        if (!measure_size(plan->leads[i], plan, error))
            return false;
    }
    return true;
}
