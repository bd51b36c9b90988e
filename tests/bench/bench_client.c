/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench_client.h"

#include <string.h>

#include "load.h"

#define COLS 120
#define ROWS 40
#define QUIET_MS                                                                                   \
    3 /* a frame that is larger than the pty's buffer comes in pieces, close together */
#define PRESS_MS 2000
#define LABEL_LENGTH 8 /* L-7Q2M4K */

Term *bench_start(World *world, const char *program, const char *const *arguments, GError **error)
{
    g_autofree char *path = g_build_filename(g_getenv("top_builddir"), program, NULL);
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();

    g_ptr_array_add(argv, absolute);
    for (; *arguments; arguments++)
        g_ptr_array_add(argv, (gpointer)*arguments);
    g_ptr_array_add(argv, NULL);
    return term_start((const char *const *)argv->pdata, world_environment(world),
                      world_folder(world), COLS, ROWS, error);
}

Term *bench_client(World *world, GError **error)
{
    const char *server = g_environ_getenv((char **)world_environment(world), "SERVER");

    return bench_start(world, "leadline", (const char *const[]){ "--server", server, NULL }, error);
}

bool bench_shows(Term *term, const char *pattern, GError **error)
{
    g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_MULTILINE | G_REGEX_OPTIMIZE, 0, error);
    g_autofree char *screen = NULL;

    if (!regex)
        return false;
    if (term_wait_text(term, regex, true, CLIENT_WAIT_MS))
        return true;
    screen = term_text(term);
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "the screen does not show %s but:\n%s",
                pattern, screen);
    return false;
}

typedef struct Wish {
    const Effect *effect;
    guint64 bytes;
    char label[LABEL_LENGTH + 1];
    GRegex *regex;
    char *before; /* what effect->other matched */
} Wish;

/* Of the lead in the preview, or that is shown. */
static void read_label(Term *term, char out[LABEL_LENGTH + 1])
{
    g_autofree char *text = term_text(term);
    const char *at = strstr(text, " L-");

    g_strlcpy(out, at ? at + 1 : "", LABEL_LENGTH + 1);
}

/* The first group of a pattern; NULL: nothing matches. Caller frees. */
static char *shown(Term *term, const char *pattern)
{
    g_autofree char *text = term_text(term);

    return load_match(pattern, text);
}

static bool holds(Term *term, gpointer data)
{
    const Wish *wish = data;

    if (term_bytes(term) == wish->bytes)
        return false;
    if (wish->effect->moves) {
        char label[LABEL_LENGTH + 1];

        read_label(term, label);
        if (!*label || strcmp(label, wish->label) == 0)
            return false;
    }
    if (wish->effect->other) {
        g_autofree char *now = shown(term, wish->effect->other);

        if (!now || g_strcmp0(now, wish->before) == 0)
            return false;
    }
    if (wish->regex) {
        g_autofree char *text = term_text(term);

        return g_regex_match(wish->regex, text, 0, NULL);
    }
    return true;
}

double bench_press(Term *term, const char *keys, const Effect *effect)
{
    Wish wish = { .effect = effect, .bytes = term_bytes(term) };
    double ms = -1;
    gint64 started;

    if (effect->moves)
        read_label(term, wish.label);
    if (effect->other)
        wish.before = shown(term, effect->other);
    if (effect->pattern)
        wish.regex = g_regex_new(effect->pattern, G_REGEX_MULTILINE, 0, NULL);
    started = g_get_monotonic_time();
    if (term_keys(term, keys, NULL) && term_wait(term, holds, &wish, PRESS_MS)) {
        term_pump(term, QUIET_MS, 100);
        ms = (double)(term_last_output(term) - started) / 1e3;
    }
    if (wish.regex)
        g_regex_unref(wish.regex);
    g_free(wish.before);
    return ms;
}

/* ---- limits */

bool bench_start_times(World *world, const char *program, const char *const *arguments,
                       const char *expected, int runs, Series *series, GError **error)
{
    for (int i = 0; i < runs; i++) {
        gint64 started = g_get_monotonic_time();
        g_autoptr(Term) term = bench_start(world, program, arguments, error);

        if (!term || !bench_shows(term, expected, error))
            return false;
        series_add(series, (double)(term_last_output(term) - started) / 1e3);
    }
    return true;
}

static bool press_bare(World *world, const char *mode, const char *ready, int n, Series *series,
                       GError **error)
{
    const char *const arguments[] = { mode, NULL };
    const Effect any = { .any = true };
    g_autoptr(Term) term = bench_start(world, "tests/bench/bare", arguments, error);

    if (!term || !bench_shows(term, ready, error))
        return false;
    for (int i = 0; i < n; i++)
        series_add(series, bench_press(term, "j", &any));
    return true;
}

bool bench_floor(World *world, int runs, Floor *floor, GError **error)
{
    static const char *const ncurses[] = { "ncurses", NULL };
    g_autoptr(GArray) echo = series_new();
    g_autoptr(GArray) keys = series_new();
    g_autoptr(GArray) starts = series_new();

    if (!press_bare(world, "echo", "ready", runs * 200, echo, error) ||
        !press_bare(world, "ncurses", "Help", runs * 200, keys, error) ||
        !bench_start_times(world, "tests/bench/bare", ncurses, "Help", runs * 3, starts, error))
        return false;
    *floor = (Floor){ series_rank(starts, 0.5), series_rank(keys, 0.5), series_rank(keys, 0.99) };
    bench_note("limits: bare ncurses starts in %.1f ms, a key p50 %.2f ms, p99 %.2f ms; pty echo "
               "p50 %.2f ms, p99 %.2f ms",
               floor->start, floor->p50, floor->p99, series_rank(echo, 0.5),
               series_rank(echo, 0.99));
    return true;
}

/* ---- keys by the dozen */

static int press_all(Term *term, const KeyTest *test, Series *series)
{
    int missed = 0;

    for (const Step *step = test->steps; step < test->steps + 8 && step->keys; step++) {
        double ms = bench_press(term, step->keys, &step->effect);

        if (ms < 0)
            missed++;
        else if (step->timed)
            series_add(series, ms);
    }
    return missed;
}

void bench_keys(Term *term, const KeyTest *test, int runs, const Floor *floor)
{
    g_autoptr(GArray) medians = series_new();
    g_autoptr(GArray) tails = series_new();
    int missed = 0;

    for (int run = 0; run < runs; run++) {
        g_autoptr(GArray) series = series_new();

        /* From the top: a short list has an end. */
        term_keys(term, "<Home>", NULL);
        term_pump(term, 30, 1000);
        for (int i = 0; i < test->rounds; i++)
            missed += press_all(term, test, series);
        series_add(medians, series_rank(series, 0.5));
        series_add(tails, series_rank(series, 0.99));
    }
    bench_figure(&test->p50, medians, floor->p50);
    bench_figure(&test->p99, tails, floor->p99);
    if (missed)
        bench_note("  %d keys showed no effect", missed);
}
