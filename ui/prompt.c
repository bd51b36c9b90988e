/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prompt.h"

#include "base/i18n.h"
#include "base/text.h"
#include "command.h"
#include "complete.h"
#include "prompt_history.h"
#include "screen.h"

#include <stdio.h>
#include <string.h>

#include <readline/history.h>
#include <readline/readline.h>

/* Readline is one for the whole process, and so is this. */
static bool ready;
static bool open_now;
static const PromptSpec *spec;
static App *owner;
static GString *queue; /* bytes for readline */
static gsize queue_at;

/* Commands and search words do not mix. Only commands are kept in a file: the words may be somebody's name. */
static HISTORY_STATE *histories[PROMPT_KINDS];
static char *history_file;
static guint64 history_seen;       /* stamp of the file when it was read */
static GPtrArray *history_unsaved; /* char *: lines of this session that the file has not */
static bool edit_wish;

/* Tab goes through these, as long as the line is the one it made. */
static struct {
    GPtrArray *candidates; /* NULL: none yet */
    gsize start;           /* of the word that they replace */
    int at;
    char *line;
} choice;

static const struct {
    Key key;
    const char *bytes;
} sequences[] = {
    { K_UP, "\033[A" },   { K_DOWN, "\033[B" }, { K_RIGHT, "\033[C" },   { K_LEFT, "\033[D" },
    { K_HOME, "\033[H" }, { K_END, "\033[F" },  { K_DELETE, "\033[3~" }, { K_BACKSPACE, "\177" },
    { K_ENTER, "\r" },    { K_TAB, "\t" },      { K_BACKTAB, "\033[Z" },
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
    if (spec->kind != PROMPT_COMMAND)
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
    if (spec->kind == PROMPT_COMMAND && history_file) {
        g_ptr_array_add(history_unsaved, g_strdup(line));
        prompt_save_history();
    }
}

static void on_line(char *line)
{
    if (!line)
        return; /* end of input cannot be typed: ^D on an empty line does nothing */
    const PromptSpec *answered = spec;
    keep(line);
    prompt_close();
    if (answered->entered)
        answered->entered(owner, line);
    free(line);
}

/* ---- completion: of several, each Tab takes the next; what it takes is marked in the list above the line */

static bool is_choosing(void)
{
    return choice.candidates && strcmp(choice.line, rl_line_buffer) == 0;
}

static void forget_choice(void)
{
    g_clear_pointer(&choice.candidates, g_ptr_array_unref);
    g_clear_pointer(&choice.line, g_free);
}

static GPtrArray *candidates_now(gsize *start)
{
    g_autofree char *line = g_strndup(rl_line_buffer, (gsize)rl_point);
    return spec->candidates(line, start);
}

static void take_candidate(void)
{
    const Candidate *candidate = choice.candidates->pdata[choice.at];
    bool only = choice.candidates->len == 1;
    rl_begin_undo_group();
    rl_delete_text((int)choice.start, rl_point);
    rl_point = (int)choice.start;
    rl_insert_text(candidate->word);
    /* "theme=" is not at its end yet. */
    if (only && !g_str_has_suffix(candidate->word, "=") && !g_str_has_suffix(candidate->word, "/"))
        rl_insert_text(" ");
    rl_end_undo_group();
    g_free(choice.line);
    choice.line = g_strdup(rl_line_buffer);
    if (only)
        forget_choice();
}

static int choose(int step)
{
    if (!spec->candidates)
        return 0;
    if (!is_choosing()) {
        forget_choice();
        choice.candidates = candidates_now(&choice.start);
        choice.at = step > 0 ? -1 : 0;
    }
    int n = (int)choice.candidates->len;
    if (n == 0) {
        forget_choice();
        return 0;
    }
    choice.at = (choice.at + step + n) % n;
    take_candidate();
    return 0;
}

static int choose_next(int count, int key)
{
    return choose(1);
}

static int choose_previous(int count, int key)
{
    return choose(-1);
}

GPtrArray *prompt_candidates(int *at)
{
    *at = is_choosing() ? choice.at : 0;
    return is_choosing() ? g_ptr_array_ref(choice.candidates) : candidates_now(NULL);
}

/* Names of files mean nothing here. */
static char **complete_nothing(const char *word, int start, int end)
{
    rl_attempted_completion_over = 1;
    return NULL;
}

/* ---- */

static int wish_for_editor(int count, int key)
{
    edit_wish = true;
    return 0;
}

/* Before the user's inputrc is read, which has the last word; there the functions go by these names. */
static void bind_keys(void)
{
    static const struct {
        const char *name, *keys;
        rl_command_func_t *function;
    } own[] = {
        { "edit-in-editor", "\\C-x\\C-e", wish_for_editor },
        { "next-candidate", "\t", choose_next },
        { "previous-candidate", "\\e[Z", choose_previous },
        { "history-search-backward", "\\e[A", rl_history_search_backward },
        { "history-search-forward", "\\e[B", rl_history_search_forward },
        { "history-search-backward", "\\eOA", rl_history_search_backward },
        { "history-search-forward", "\\eOB", rl_history_search_forward },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(own); i++) {
        rl_add_defun(own[i].name, own[i].function, -1);
        rl_bind_keyseq(own[i].keys, own[i].function);
    }
}

/* That of leadline wins over that of all programs. */
static void read_own_inputrc(void)
{
    g_autofree char *path = g_build_filename(g_get_user_config_dir(), "leadline", "inputrc", NULL);
    if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
        rl_read_init_file(path);
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
    rl_attempted_completion_function = complete_nothing;
    rl_variable_bind("enable-bracketed-paste", "off");
    rl_variable_bind("bell-style", "none");
    bind_keys();
    rl_initialize();
    read_own_inputrc();
    using_history();
    history_unsaved = g_ptr_array_new_with_free_func(g_free);
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

static void read_history_file(void)
{
    g_auto(GStrv) lines = history_read(history_file);
    clear_history();
    for (char **line = lines; *line; line++)
        add_history(*line);
    for (guint i = 0; i < history_unsaved->len; i++)
        add_history(history_unsaved->pdata[i]);
    history_seen = history_stamp(history_file);
}

/* Each profile has a file of its own; another session may have written to it since. */
static void use_history_file(const char *path)
{
    if (g_strcmp0(path, history_file) != 0) {
        prompt_save_history();
        g_ptr_array_set_size(history_unsaved, 0);
        clear_history();
        g_free(history_file);
        history_file = g_strdup(path);
        history_seen = 0;
    }
    if (history_file && history_stamp(history_file) != history_seen)
        read_history_file();
}

void prompt_save_history(void)
{
    if (!ready || !history_file || history_unsaved->len == 0)
        return;
    bool seen = history_stamp(history_file) == history_seen;
    if (history_append(history_file, history_unsaved)) {
        g_ptr_array_set_size(history_unsaved, 0);
        if (seen) /* what is new in it is ours */
            history_seen = history_stamp(history_file);
    }
}

/* ---- our side */

void prompt_open(const PromptSpec *asked, const char *initial, const char *history, App *app)
{
    initialise();
    if (asked->kind == PROMPT_COMMAND) {
        use_history_of(asked->kind);
        use_history_file(history);
    }
    use_history_of(asked->kind);
    using_history(); /* from the newest */
    spec = asked;
    owner = app;
    open_now = true;
    g_string_truncate(queue, 0);
    queue_at = 0;
    forget_choice();
    rl_callback_handler_install("", on_line);
    rl_replace_line("", 1);
    if (initial)
        rl_insert_text(initial);
}

bool prompt_is_open(void)
{
    return open_now;
}

const PromptSpec *prompt_spec(void)
{
    return spec;
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
    return g_strdup(_(spec->mark));
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
