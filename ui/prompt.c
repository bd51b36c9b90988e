/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prompt.h"

#include "base/text.h"
#include "command.h"
#include "screen.h"

#include <stdio.h>
#include <string.h>

#include <readline/history.h>
#include <readline/readline.h>

#define HISTORY_MAX 500

static bool ready;
static bool open_now;
static PromptKind kind_now;
static PromptDoneFunc done_func;
static gpointer done_data;
static GString *queue; /* bytes for readline */
static gsize queue_at;
static char *history_file;
static bool history_changed;

static const struct {
    Key key;
    const char *bytes;
} sequences[] = {
    { K_UP, "\033[A" },   { K_DOWN, "\033[B" }, { K_RIGHT, "\033[C" },   { K_LEFT, "\033[D" },
    { K_HOME, "\033[H" }, { K_END, "\033[F" },  { K_DELETE, "\033[3~" }, { K_BACKSPACE, "\177" },
    { K_ENTER, "\r" },    { K_TAB, "\t" },
};

/* ---- readline's side */

static int next_byte(FILE *stream)
{
    return queue_at < queue->len ? (unsigned char)queue->str[queue_at++] : EOF;
}

static int input_available(void)
{
    return queue_at < queue->len;
}

static void draw_nothing(void)
{
}

static bool keeps(const char *line)
{
    g_autofree char *word = g_strndup(line, strcspn(line, " "));
    const Command *command = command_find(word);
    return *line && !(command && command->flags & COMMAND_NO_HISTORY);
}

static void on_line(char *line)
{
    if (!line) {
        return; /* end of input cannot be typed: ^D on an empty line does nothing */
    }
    PromptDoneFunc done = done_func;
    gpointer data = done_data;
    PromptKind kind = kind_now;
    if (kind == PROMPT_COMMAND && keeps(line)) {
        add_history(line);
        history_changed = true;
    }
    prompt_close();
    done(kind, line, data);
    free(line);
}

static char *next_match(const char *prefix, int state)
{
    static GPtrArray *matches;
    static guint at;
    if (state == 0) {
        g_clear_pointer(&matches, g_ptr_array_unref);
        matches = command_complete(prefix);
        at = 0;
    }
    if (at < matches->len) {
        const Command *command = matches->pdata[at++];
        return strdup(command->name); /* readline frees it */
    }
    return NULL;
}

static char **complete(const char *text, int start, int end)
{
    rl_attempted_completion_over = 1;
    return start == 0 && kind_now == PROMPT_COMMAND ? rl_completion_matches(text, next_match)
                                                    : NULL;
}

static void show_no_matches(char **matches, int n, int longest)
{
    /* They stand above the line all the time. */
}

static void initialise(const char *history)
{
    if (ready) {
        return;
    }
    ready = true;
    queue = g_string_new(NULL);
    history_file = g_strdup(history);
    rl_readline_name = "leadline";
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_change_environment = 0;
    rl_instream = fopen("/dev/null", "re");
    rl_outstream = fopen("/dev/null", "we");
    rl_prep_term_function = NULL;
    rl_deprep_term_function = NULL;
    rl_getc_function = next_byte;
    rl_input_available_hook = input_available;
    rl_redisplay_function = draw_nothing;
    rl_attempted_completion_function = complete;
    rl_completion_display_matches_hook = show_no_matches;
    rl_variable_bind("enable-bracketed-paste", "off");
    rl_variable_bind("bell-style", "none");
    rl_initialize();
    using_history();
    stifle_history(HISTORY_MAX);
    if (history_file) {
        read_history(history_file);
    }
}

/* ---- our side */

void prompt_open(PromptKind kind, const char *initial, const char *history, PromptDoneFunc done,
                 gpointer data)
{
    initialise(history);
    kind_now = kind;
    done_func = done;
    done_data = data;
    open_now = true;
    g_string_truncate(queue, 0);
    queue_at = 0;
    rl_callback_handler_install("", on_line);
    rl_replace_line("", 1);
    if (initial) {
        rl_insert_text(initial);
    }
}

bool prompt_is_open(void)
{
    return open_now;
}

PromptKind prompt_kind(void)
{
    return kind_now;
}

void prompt_close(void)
{
    if (open_now) {
        open_now = false;
        rl_callback_handler_remove();
    }
}

const char *prompt_text(void)
{
    return open_now && rl_line_buffer ? rl_line_buffer : "";
}

static void feed(const char *bytes, gsize n)
{
    g_string_erase(queue, 0, (gssize)queue_at);
    queue_at = 0;
    g_string_append_len(queue, bytes, (gssize)n);
    while (open_now && queue_at < queue->len) {
        rl_callback_read_char();
    }
}

void prompt_key(Key key)
{
    char bytes[16];
    gsize n = 0;
    if (key & KEY_IS_META) {
        bytes[n++] = 27;
        key &= ~KEY_IS_META;
    }
    if (key == KEY_CTRL('D') && *prompt_text() == '\0') {
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(sequences); i++) {
        if (sequences[i].key == key) {
            feed(sequences[i].bytes, strlen(sequences[i].bytes));
            return;
        }
    }
    if (key < 0x110000) {
        n += (gsize)g_unichar_to_utf8(key, bytes + n);
        feed(bytes, n);
    }
}

void prompt_paste(const char *text)
{
    g_autofree char *clean = text_clean(text, -1, TEXT_LINE);
    rl_insert_text(clean);
}

void prompt_draw(Rect line)
{
    g_autofree char *before = g_strndup(prompt_text(), (gsize)rl_point);
    g_autofree char *left = text_clean(before, -1, TEXT_LINE);
    g_autofree char *right = text_clean(prompt_text() + rl_point, -1, TEXT_LINE);
    int col = draw_text(line, 0, 0, ROLE_KEY, kind_now == PROMPT_COMMAND ? ":" : "/");
    /* The cursor must show: what stands too far to its left is cut off. */
    const char *from = left;
    while (text_width(from) > line.w - col - 2 && *from) {
        from = text_next_cluster(from, NULL);
    }
    col = draw_text(line, 0, col, ROLE_NORMAL, from);
    screen_cursor(line.y, line.x + col);
    col = draw_text(line, 0, col, ROLE_NORMAL, right);
    draw_rest(line, 0, col, ROLE_NORMAL);
}

void prompt_save_history(void)
{
    if (!ready || !history_file || !history_changed) {
        return;
    }
    if (write_history(history_file) == 0) {
        history_truncate_file(history_file, HISTORY_MAX);
    }
}
