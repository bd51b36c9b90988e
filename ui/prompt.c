/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prompt.h"

#include "base/text.h"
#include "command.h"
#include "complete.h"
#include "screen.h"

#include <stdio.h>
#include <string.h>

#include <readline/history.h>
#include <readline/readline.h>

#define HISTORY_MAX 500

typedef struct Prompt {
    PromptKind kind;
    PromptDoneFunc done;
    gpointer data;
} Prompt;

/* Readline is one for the whole process, and so is this. */
static bool ready;
static bool open_now;
static Prompt prompt;
static GString *queue; /* bytes for readline */
static gsize queue_at;

/* Commands and search words do not mix. Only commands are kept in a file: the words may be somebody's name. */
static HISTORY_STATE *histories[PROMPT_KINDS];
static char *history_file;
static bool edit_wish;
static int history_new; /* lines of this session that the file has not */

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

static bool is_kept(const char *line)
{
    if (!*line || *line == ' ')
        return false;
    if (prompt.kind == PROMPT_SEARCH)
        return true;
    g_autofree char *word = g_strndup(line, strcspn(line, " "));
    const Command *command = command_find(word);
    return !(command && command->flags & COMMAND_NO_HISTORY);
}

static void keep(const char *line)
{
    HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1) : NULL;
    if (!is_kept(line) || (last && strcmp(last->line, line) == 0))
        return;
    add_history(line);
    history_new += prompt.kind == PROMPT_COMMAND;
}

static void on_line(char *line)
{
    if (!line)
        return; /* end of input cannot be typed: ^D on an empty line does nothing */
    Prompt answered = prompt;
    keep(line);
    prompt_close();
    answered.done(answered.kind, line, answered.data);
    free(line);
}

static char *next_match(const char *word, int state)
{
    static GPtrArray *matches;
    static guint at;
    if (state == 0) {
        g_clear_pointer(&matches, g_ptr_array_unref);
        g_autofree char *line = g_strndup(rl_line_buffer, (gsize)rl_point);
        matches = complete_line(line, NULL);
        at = 0;
    }
    if (at == matches->len)
        return NULL;
    const Candidate *candidate = matches->pdata[at++];
    /* "theme=" is not at its end yet. */
    rl_completion_suppress_append = g_str_has_suffix(candidate->word, "=");
    return strdup(candidate->word); /* readline frees it */
}

static char **complete(const char *word, int start, int end)
{
    rl_attempted_completion_over = 1;
    return prompt.kind == PROMPT_COMMAND ? rl_completion_matches(word, next_match) : NULL;
}

static void show_no_matches(char **matches, int n, int longest)
{
    /* They stand above the line all the time. */
}

static int wish_for_editor(int count, int key)
{
    edit_wish = true;
    return 0;
}

static void initialise(void)
{
    if (ready)
        return;
    ready = true;
    queue = g_string_new(NULL);
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
    rl_completer_word_break_characters = (char *)" ";
    rl_completion_display_matches_hook = show_no_matches;
    rl_variable_bind("enable-bracketed-paste", "off");
    rl_variable_bind("bell-style", "none");
    rl_add_defun("edit-in-editor", wish_for_editor, -1);
    rl_bind_keyseq("\\C-x\\C-e", wish_for_editor);
    rl_initialize();
    using_history();
}

/* ---- history */

/* The lists of readline's one history change places; the first time a kind is asked for, its list is empty. */
static void use_history_of(PromptKind kind)
{
    static PromptKind current = PROMPT_COMMAND;
    if (kind != current) {
        histories[current] = history_get_history_state();
        HISTORY_STATE empty = { 0 };
        history_set_history_state(histories[kind] ? histories[kind] : &empty);
        if (histories[kind]) {
            free(histories[kind]);
            histories[kind] = NULL;
        }
        current = kind;
    }
    stifle_history(HISTORY_MAX);
}

/* Each profile has a file of its own. */
static void use_history_file(const char *path)
{
    if (g_strcmp0(path, history_file) == 0)
        return;
    prompt_save_history();
    clear_history();
    g_free(history_file);
    history_file = g_strdup(path);
    if (history_file)
        read_history(history_file);
}

void prompt_save_history(void)
{
    if (!ready || !history_file || history_new == 0)
        return;
    use_history_of(PROMPT_COMMAND);
    /* Another leadline may have written to it since. */
    bool saved = g_file_test(history_file, G_FILE_TEST_EXISTS)
                     ? append_history(MIN(history_new, history_length), history_file) == 0
                     : write_history(history_file) == 0;
    if (saved)
        history_truncate_file(history_file, HISTORY_MAX);
    history_new = 0;
}

/* ---- our side */

void prompt_open(PromptKind kind, const char *initial, const char *history, PromptDoneFunc done,
                 gpointer data)
{
    initialise();
    if (kind == PROMPT_COMMAND) {
        use_history_of(kind);
        use_history_file(history);
    }
    use_history_of(kind);
    using_history(); /* from the newest */
    prompt = (Prompt){ kind, done, data };
    open_now = true;
    g_string_truncate(queue, 0);
    queue_at = 0;
    rl_callback_handler_install("", on_line);
    rl_replace_line("", 1);
    if (initial)
        rl_insert_text(initial);
}

bool prompt_is_open(void)
{
    return open_now;
}

PromptKind prompt_kind(void)
{
    return prompt.kind;
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
    while (open_now && queue_at < queue->len)
        rl_callback_read_char();
}

void prompt_key(Key key)
{
    char bytes[16];
    gsize n = 0;
    if (key & KEY_IS_META) {
        bytes[n++] = 27;
        key &= ~KEY_IS_META;
    }
    if (key == KEY_CTRL('D') && *prompt_text() == '\0')
        return;
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

bool prompt_is_busy(void)
{
    return open_now && RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_NUMERICARG |
                                  RL_STATE_MULTIKEY | RL_STATE_VIMOTION);
}

void prompt_paste(const char *text)
{
    g_autofree char *clean = text_clean(text, -1, TEXT_LINE);
    rl_insert_text(clean);
}

bool prompt_take_edit_wish(void)
{
    bool wish = edit_wish;
    edit_wish = false;
    return wish;
}

void prompt_replace(const char *text)
{
    g_autofree char *clean = text_clean(text, -1, TEXT_LINE);
    rl_replace_line(clean, 0);
    rl_point = rl_end;
}

/* "(reverse-i-search)`lim': " while readline asks for something itself. */
static char *mark(void)
{
    if (prompt_is_busy() && rl_display_prompt && *rl_display_prompt)
        return text_clean(rl_display_prompt, -1, TEXT_LINE);
    return g_strdup(prompt.kind == PROMPT_COMMAND ? ":" : "/");
}

void prompt_draw(Rect line)
{
    g_autofree char *before = g_strndup(prompt_text(), (gsize)rl_point);
    g_autofree char *left = text_clean(before, -1, TEXT_LINE);
    g_autofree char *right = text_clean(prompt_text() + rl_point, -1, TEXT_LINE);
    g_autofree char *sign = mark();
    int col = draw_text(rect_sub(line, 0, 0, MAX(1, line.w / 2), 1), 0, 0, ROLE_KEY, sign);
    /* The cursor must show: what stands too far to its left is cut off. */
    const char *from = left;
    while (text_width(from) > line.w - col - 2 && *from)
        from = text_next_cluster(from, NULL);
    col = draw_text(line, 0, col, ROLE_NORMAL, from);
    screen_cursor(line.y, line.x + col);
    col = draw_text(line, 0, col, ROLE_NORMAL, right);
    draw_rest(line, 0, col, ROLE_NORMAL);
}
