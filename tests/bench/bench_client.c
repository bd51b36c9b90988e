/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench_client.h"

#include <string.h>

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
} Wish;

/* Of the lead in the preview, or that is shown. */
static void read_label(Term *term, char out[LABEL_LENGTH + 1])
{
    g_autofree char *text = term_text(term);
    const char *at = strstr(text, " L-");

    g_strlcpy(out, at ? at + 1 : "", LABEL_LENGTH + 1);
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
    if (effect->pattern)
        wish.regex = g_regex_new(effect->pattern, G_REGEX_MULTILINE, 0, NULL);
    started = g_get_monotonic_time();
    if (term_keys(term, keys, NULL) && term_wait(term, holds, &wish, PRESS_MS)) {
        term_pump(term, QUIET_MS, 100);
        ms = (double)(term_last_output(term) - started) / 1e3;
    }
    if (wish.regex)
        g_regex_unref(wish.regex);
    return ms;
}
