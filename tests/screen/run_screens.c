/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plays scripts of keys against a program in a terminal and compares screens. Speaks TAP.
 *
 *   sizes 100x30 80x24        play the whole script once for each size (first line; default 100x30)
 *   env NAME=VALUE            for all programs started after it; "env NAME" unsets
 *   server start [ARGS]       leadlined on $WORLD/sock; server stop, server kill; server pause: it takes requests and
 *                             answers none, until it is stopped or killed
 *   run COMMAND               a shell command, must exit with 0
 *   until COMMAND             the same again and again until it does
 *   output REGEX              what the last command printed
 *   start COMMAND             the program in the terminal
 *   terminal NAME             another terminal, from here on; the first one is called "first"
 *   keys KEYS                 as people write them: jj<Enter>, <C-r>, <PageDown>; blanks count inside; $WORLD is
 *                             replaced. One after the other, as fingers do
 *   burst TEXT                all at once, as a terminal pastes it that knows no brackets, or a slow line brings what was
 *                             typed ahead (\n is Enter)
 *   paste TEXT                as a terminal pastes it (\n is a new line)
 *   expect REGEX, absent REGEX     wait until the screen shows it, or does not any more (multi-line)
 *   sent REGEX                wait until the program has written it to the terminal, byte by byte: ESC is \^\[, BEL \^G
 *   golden NAME [SIZE...]     wait until the screen is golden/NAME-SIZE.txt, attributes too; UPDATE=1 writes the file.
 *                             With sizes, the play's own among them: at each, its own at last
 *   resize COLSxROWS          the terminal
 *   modes WORDS               wait for: cooked raw alternate main cursor no-cursor
 *   focus in|out              the window gets or loses the keyboard
 *   bells N                   wait until it has rung so often
 *   signal NAME               to the program: INT TERM HUP KILL TSTP CONT
 *   hang-up                   the terminal is gone
 *   exit STATUS               wait until the program has ended: a number, or "signal"
 *   ok TITLE                  everything up to here is one test
 *
 * The first line that fails ends the play of that size. LEADLINE_TEST_DB=postgresql gives the worlds databases in the cluster
 * of the environment (tests/with-postgresql), copies of the one called "demo".
 */
#include "term.h"
#include "world.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* Sanitizers on a busy machine are slow; a passing test never waits that long. PATIENCE=MS in the environment: for those who
 * write a script and wait for its mistakes. */
#define PATIENCE_MS 30000
#define GOLDEN_MS 20000
#define DIFFERED_MS 2000    /* once one screen differed, the next ones are likely to */
#define UPDATE_QUIET_MS 700 /* nothing was drawn for so long: the screen is what it will be */
#define RULE "---- attributes\n"

typedef struct Play {
    const char *script;
    char *folder; /* of the script */
    int line;
    int cols, rows;
    char *size;
    World *world;
    GHashTable *terms; /* by name; none: nothing was started there */
    const char *name;  /* of the terminal at hand */
    Term *term;
    char *output;  /* of the last command */
    bool differed; /* a golden screen */
} Play;

static int tests, failures;
static int patience_ms = PATIENCE_MS;

static void report(bool ok, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void report(bool ok, const char *format, ...)
{
    va_list arguments;

    printf("%s %d - ", ok ? "ok" : "not ok", ++tests);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
    failures += !ok;
}

static void put_comment(const char *title, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    printf("# %s\n", title);
    for (char **line = lines; *line; line++) {
        if (**line || line[1])
            printf("#   |%s\n", *line);
    }
}

/* ---- steps: each is one row of the table at the end; false with *error ends the play */

static bool fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static bool fail(GError **error, const char *format, ...)
{
    va_list arguments;
    g_autofree char *text = NULL;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, text);
    return false;
}

static bool parse_size(const char *text, int *cols, int *rows)
{
    return sscanf(text, "%dx%d", cols, rows) == 2 && *cols > 0 && *rows > 0;
}

static bool step_env(Play *play, const char *text, GError **error)
{
    g_auto(GStrv) pair = g_strsplit(text, "=", 2);

    world_setenv(play->world, pair[0], pair[1]);
    return true;
}

static bool step_server(Play *play, const char *text, GError **error)
{
    int status;

    if (g_str_has_prefix(text, "start"))
        return world_server_start(play->world, text + strlen("start"), error);
    if (strcmp(text, "kill") == 0)
        return world_server_stop(play->world, SIGKILL, NULL, error);
    if (strcmp(text, "pause") == 0)
        return world_server_pause(play->world, error);
    if (strcmp(text, "stop") != 0)
        return fail(error, "server start, stop, kill or pause");
    if (!world_server_stop(play->world, SIGTERM, &status, error))
        return false;
    return (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
           fail(error, "the server ended with status %#x", (unsigned)status);
}

static bool run_once(Play *play, const char *command, bool *ok, GError **error)
{
    int status;

    g_clear_pointer(&play->output, g_free);
    if (!world_run(play->world, command, &status, &play->output, error))
        return false;
    *ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return *ok || fail(error, "status %d: %s", WEXITSTATUS(status), play->output);
}

static bool step_run(Play *play, const char *text, GError **error)
{
    bool ok;

    return run_once(play, text, &ok, error);
}

static bool step_until(Play *play, const char *text, GError **error)
{
    gint64 deadline = g_get_monotonic_time() + patience_ms * 1000L;

    for (;;) {
        bool ok = false;

        g_clear_error(error);
        if (run_once(play, text, &ok, error))
            return true;
        if (g_get_monotonic_time() > deadline)
            return false;
        if (play->term)
            term_pump(play->term, 100, 100);
    }
}

static bool step_output(Play *play, const char *text, GError **error)
{
    g_autoptr(GRegex) regex = g_regex_new(text, G_REGEX_MULTILINE, 0, error);

    if (!regex)
        return false;
    if (!play->output)
        return fail(error, "nothing was run");
    return g_regex_match(regex, play->output, 0, NULL) ||
           fail(error, "it printed: %s", play->output);
}

static bool step_start(Play *play, const char *text, GError **error)
{
    g_autofree char *command = g_strconcat("exec ", text, NULL);
    const char *argv[] = { "/bin/sh", "-c", command, NULL };

    g_hash_table_remove(play->terms, play->name);
    play->term = term_start(argv, world_environment(play->world), world_folder(play->world),
                            play->cols, play->rows, error);
    if (play->term)
        g_hash_table_insert(play->terms, (gpointer)play->name, play->term);
    return play->term != NULL;
}

static bool step_terminal(Play *play, const char *text, GError **error)
{
    play->name = g_intern_string(text);
    play->term = g_hash_table_lookup(play->terms, text);
    return true;
}

static bool step_keys(Play *play, const char *text, GError **error)
{
    g_autoptr(GString) keys = g_string_new(text);

    g_string_replace(keys, "$WORLD", world_folder(play->world), 0);
    return term_keys(play->term, keys->str, error);
}

static bool step_burst(Play *play, const char *text, GError **error)
{
    g_autofree char *plain = g_strcompress(text);

    g_strdelimit(plain, "\n", '\r');
    term_send(play->term, plain, -1);
    return true;
}

static bool step_paste(Play *play, const char *text, GError **error)
{
    g_autofree char *plain = g_strcompress(text);

    term_paste(play->term, plain);
    return true;
}

static bool wait_for(Play *play, const char *text, bool wanted, GError **error)
{
    g_autoptr(GRegex) regex = g_regex_new(text, G_REGEX_MULTILINE, 0, error);

    if (!regex)
        return false;
    return term_wait_text(play->term, regex, wanted, patience_ms) ||
           fail(error, wanted ? "not seen" : "still there");
}

static bool step_expect(Play *play, const char *text, GError **error)
{
    return wait_for(play, text, true, error);
}

static bool step_absent(Play *play, const char *text, GError **error)
{
    return wait_for(play, text, false, error);
}

static bool step_sent(Play *play, const char *text, GError **error)
{
    g_autoptr(GRegex) regex = g_regex_new(text, G_REGEX_RAW, 0, error);

    if (!regex)
        return false;
    return term_wait_sent(play->term, regex, patience_ms) || fail(error, "it was not written");
}

static char *screen_now(Term *term)
{
    g_autofree char *text = term_text(term);
    g_autofree char *attributes = term_attributes(term);
    TermModes modes = term_modes(term);
    int col, row;

    term_cursor(term, &col, &row);
    if (!modes.cursor_visible)
        return g_strconcat(text, RULE, attributes, NULL);
    return g_strdup_printf("%s" RULE "%scursor: row %d, column %d\n", text, attributes, row + 1,
                           col + 1);
}

static bool is_golden(Term *term, gpointer data)
{
    g_autofree char *now = screen_now(term);

    return strcmp(now, data) == 0;
}

static void put_difference(const char *golden, const char *now)
{
    g_auto(GStrv) a = g_strsplit(golden, "\n", -1);
    g_auto(GStrv) b = g_strsplit(now, "\n", -1);
    guint n_a = g_strv_length(a), n_b = g_strv_length(b);

    for (guint i = 0; i < MAX(n_a, n_b); i++) {
        const char *want = i < n_a ? a[i] : "", *got = i < n_b ? b[i] : "";

        if (strcmp(want, got) != 0)
            printf("#   line %u\n#     golden |%s\n#     screen |%s\n", i + 1, want, got);
    }
}

static bool wait_golden(Play *play, char *golden)
{
    return term_wait(play->term, is_golden, golden, play->differed ? DIFFERED_MS : GOLDEN_MS);
}

static char *golden_path(const Play *play, const char *title)
{
    g_autofree char *name = g_strdup_printf("%s-%dx%d.txt", title, play->cols, play->rows);

    return g_build_filename(play->folder, "golden", name, NULL);
}

/* Compares, or writes, one screen. What differs is reported, and the play goes on: the keys that follow may be right. */
static bool compare_golden(Play *play, const char *title, GError **error)
{
    g_autofree char *path = golden_path(play, title);
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *golden = NULL;
    g_autofree char *now = NULL;

    if (g_getenv("UPDATE")) {
        term_pump(play->term, UPDATE_QUIET_MS, 5000);
        now = screen_now(play->term);
        return g_file_set_contents(path, now, -1, error);
    }
    if (!g_file_get_contents(path, &golden, NULL, error))
        return false;
    if (wait_golden(play, golden)) {
        report(true, "golden %s", name);
        return true;
    }
    play->differed = true;
    now = screen_now(play->term);
    report(false, "golden %s", name);
    put_difference(golden, now);
    printf("#   if the screen is right: make check UPDATE=1 TESTS=%s\n", play->script);
    return true;
}

/* The screen at the play's own size, before and after the other sizes: keys and resizing must not overtake each other. */
static void settle(Play *play, const char *title)
{
    g_autofree char *path = golden_path(play, title);
    g_autofree char *golden = NULL;

    if (g_getenv("UPDATE"))
        term_pump(play->term, UPDATE_QUIET_MS, 5000);
    else if (g_file_get_contents(path, &golden, NULL, NULL))
        wait_golden(play, golden);
}

static void set_size(Play *play, int cols, int rows)
{
    play->cols = cols;
    play->rows = rows;
    term_resize(play->term, cols, rows);
}

static bool step_golden(Play *play, const char *text, GError **error)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    int cols = play->cols, rows = play->rows;
    bool own = false;

    if (!words[0])
        return fail(error, "a name");
    if (!words[1])
        return compare_golden(play, words[0], error);
    settle(play, words[0]);
    for (char **size = words + 1; *size; size++) {
        int w, h;

        if (!parse_size(*size, &w, &h))
            return fail(error, "COLSxROWS, not %s", *size);
        if (w == cols && h == rows) {
            own = true;
            continue;
        }
        set_size(play, w, h);
        if (!compare_golden(play, words[0], error))
            return false;
    }
    if (!own)
        return fail(error, "one of the sizes must be the play's own");
    set_size(play, cols, rows);
    return compare_golden(play, words[0], error);
}

static bool step_resize(Play *play, const char *text, GError **error)
{
    int cols, rows;

    if (!parse_size(text, &cols, &rows))
        return fail(error, "COLSxROWS");
    set_size(play, cols, rows);
    return true;
}

static bool is_cooked(TermModes modes)
{
    return modes.cooked;
}
static bool is_raw(TermModes modes)
{
    return !modes.cooked;
}
static bool is_alternate(TermModes modes)
{
    return modes.alternate_screen;
}
static bool is_main(TermModes modes)
{
    return !modes.alternate_screen;
}
static bool has_cursor(TermModes modes)
{
    return modes.cursor_visible;
}
static bool has_no_cursor(TermModes modes)
{
    return !modes.cursor_visible;
}
static bool has_no_mouse(TermModes modes)
{
    return !modes.mouse;
}

static const struct {
    const char *word;
    bool (*holds)(TermModes modes);
} mode_words[] = {
    { "cooked", is_cooked },      { "raw", is_raw },        { "alternate", is_alternate },
    { "main", is_main },          { "cursor", has_cursor }, { "no-cursor", has_no_cursor },
    { "no-mouse", has_no_mouse },
};

static bool mode_holds(const char *word, TermModes modes)
{
    for (size_t i = 0; i < G_N_ELEMENTS(mode_words); i++) {
        if (strcmp(word, mode_words[i].word) == 0)
            return mode_words[i].holds(modes);
    }
    return false;
}

static bool modes_hold(Term *term, gpointer data)
{
    TermModes modes = term_modes(term);

    for (char **word = data; *word; word++) {
        if (!mode_holds(*word, modes))
            return false;
    }
    return true;
}

static bool step_modes(Play *play, const char *text, GError **error)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);

    return term_wait(play->term, modes_hold, words, patience_ms) ||
           fail(error, "the terminal is not so");
}

static bool step_focus(Play *play, const char *text, GError **error)
{
    if (strcmp(text, "in") != 0 && strcmp(text, "out") != 0)
        return fail(error, "focus in or out");
    term_focus(play->term, strcmp(text, "in") == 0);
    return true;
}

static bool has_rung(Term *term, gpointer data)
{
    return term_bells(term) >= *(const guint *)data;
}

static bool step_bells(Play *play, const char *text, GError **error)
{
    guint n = (guint)g_ascii_strtoull(text, NULL, 10);
    bool rung = term_wait(play->term, has_rung, &n, patience_ms);

    return (rung && term_bells(play->term) == n) ||
           fail(error, "it rang %u times", term_bells(play->term));
}

static const struct {
    const char *name;
    int number;
} signal_names[] = {
    { "INT", SIGINT },   { "TERM", SIGTERM }, { "HUP", SIGHUP },   { "KILL", SIGKILL },
    { "TSTP", SIGTSTP }, { "CONT", SIGCONT }, { "SEGV", SIGSEGV }, { "ABRT", SIGABRT },
};

static bool has_stopped(Term *term, gpointer data)
{
    siginfo_t info = { 0 };

    return waitid(P_PID, (id_t)term_pid(term), &info, WSTOPPED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid != 0;
}

static bool step_signal(Play *play, const char *text, GError **error)
{
    /* It says good-bye to its terminal before it stops: one that is told to go on earlier would not. */
    if (strcmp(text, "CONT") == 0 && !term_wait(play->term, has_stopped, NULL, patience_ms))
        return fail(error, "it has not stopped");
    for (size_t i = 0; i < G_N_ELEMENTS(signal_names); i++) {
        if (strcmp(text, signal_names[i].name) == 0)
            return kill(term_pid(play->term), signal_names[i].number) == 0 ||
                   fail(error, "it is gone");
    }
    return fail(error, "unknown signal");
}

static bool step_hang_up(Play *play, const char *text, GError **error)
{
    term_hang_up(play->term);
    return true;
}

static bool step_exit(Play *play, const char *text, GError **error)
{
    int status;

    if (!term_wait_exit(play->term, &status, patience_ms))
        return fail(error, "it still runs");
    if (strcmp(text, "signal") == 0 && WIFSIGNALED(status))
        return true;
    if (WIFEXITED(status) && g_ascii_strtoll(text, NULL, 10) == WEXITSTATUS(status))
        return true;
    return fail(error, "it ended with %s %d", WIFEXITED(status) ? "status" : "signal",
                WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}

static bool step_ok(Play *play, const char *text, GError **error)
{
    report(true, "%s (%s)", text, play->size);
    return true;
}

static const struct {
    const char *word;
    bool (*step)(Play *play, const char *text, GError **error);
    bool needs_term;
} steps[] = {
    { "env", step_env },
    { "server", step_server },
    { "run", step_run },
    { "until", step_until },
    { "output", step_output },
    { "start", step_start },
    { "terminal", step_terminal },
    { "keys", step_keys, true },
    { "burst", step_burst, true },
    { "paste", step_paste, true },
    { "expect", step_expect, true },
    { "absent", step_absent, true },
    { "sent", step_sent, true },
    { "golden", step_golden, true },
    { "resize", step_resize, true },
    { "modes", step_modes, true },
    { "focus", step_focus, true },
    { "bells", step_bells, true },
    { "signal", step_signal, true },
    { "hang-up", step_hang_up, true },
    { "exit", step_exit, true },
    { "ok", step_ok },
};

static bool do_step(Play *play, const char *line, GError **error)
{
    const char *blank = strchr(line, ' ');
    size_t length = blank ? (size_t)(blank - line) : strlen(line);

    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        if (strlen(steps[i].word) != length || strncmp(steps[i].word, line, length) != 0)
            continue;
        if (steps[i].needs_term && !play->term)
            return fail(error, "nothing was started");
        return steps[i].step(play, blank ? blank + 1 : "", error);
    }
    return fail(error, "no such step");
}

/* ---- the script */

static bool play_lines(Play *play, char **lines)
{
    for (play->line = 1; lines[play->line - 1]; play->line++) {
        const char *line = lines[play->line - 1];
        g_autoptr(GError) error = NULL;

        if (*line == '\0' || *line == '#' || g_str_has_prefix(line, "sizes "))
            continue;
        if (do_step(play, line, &error))
            continue;
        report(false, "%s:%d at %s: %s", play->script, play->line, play->size, line);
        put_comment("because", error->message);
        if (play->term) {
            g_autofree char *screen = term_text(play->term);

            put_comment("the screen", screen);
        }
        return false;
    }
    return true;
}

static void free_term(gpointer data)
{
    term_free(data);
}

static void play_at(const char *script, char **lines, const char *size)
{
    g_autoptr(GError) error = NULL;
    Play play = { .script = script,
                  .size = g_strdup(size),
                  .folder = g_path_get_dirname(script),
                  .terms = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_term),
                  .name = g_intern_string("first") };

    if (!parse_size(size, &play.cols, &play.rows))
        report(false, "%s: bad size %s", script, size);
    else if (!(play.world = world_new(&error)))
        report(false, "%s: %s", script, error->message);
    else if (play_lines(&play, lines))
        report(true, "played to its end (%s)", size);
    g_hash_table_unref(play.terms);
    world_free(play.world);
    g_free(play.output);
    g_free(play.folder);
    g_free(play.size);
}

static bool play_script(const char *script)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) lines = NULL;
    g_auto(GStrv) sizes = NULL;

    if (!g_file_get_contents(script, &text, NULL, &error)) {
        fprintf(stderr, "run_screens: %s\n", error->message);
        return false;
    }
    lines = g_strsplit(text, "\n", -1);
    sizes = g_strsplit(g_str_has_prefix(text, "sizes ") ? lines[0] + strlen("sizes ") : "100x30",
                       " ", -1);
    for (char **size = sizes; *size; size++)
        play_at(script, lines, *size);
    return true;
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    if (argc < 2) {
        fprintf(stderr, "usage: run_screens SCRIPT...\n");
        return 64;
    }
    if (g_getenv("PATIENCE"))
        patience_ms = (int)g_ascii_strtoll(g_getenv("PATIENCE"), NULL, 10);
    for (int i = 1; i < argc; i++) {
        if (!play_script(argv[i]))
            return 64;
    }
    printf("1..%d\n", tests);
    return failures > 0;
}
