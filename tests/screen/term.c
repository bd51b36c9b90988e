/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "term.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <vterm.h>

#define SENT_MAX (512 * 1024)
#define TYPE_AHEAD_MS 1000 /* a program that does not read: keys are typed ahead from then on */
#define OUTPUT_AT_ONCE (256 * 1024) /* then look at the clock again: some programs never stop */

struct Term {
    pid_t pid;
    int fd;   /* our side of the pty, -1 after the end */
    int line; /* the program's side: keeps the pty's settings readable after its end */
    int cols, rows;
    int status;
    bool exited;
    bool alternate, cursor_visible, mouse;
    guint64 bytes;
    guint bells;
    gint64 last_output;
    GString *sent; /* the last of what the program has written, controls as ^X */
    VTerm *vterm;
    VTermScreen *screen;
};

static int on_property(VTermProp property, VTermValue *value, void *user)
{
    Term *term = user;

    if (property == VTERM_PROP_ALTSCREEN)
        term->alternate = value->boolean;
    else if (property == VTERM_PROP_CURSORVISIBLE)
        term->cursor_visible = value->boolean;
    else if (property == VTERM_PROP_MOUSE)
        term->mouse = value->number != VTERM_PROP_MOUSE_NONE;
    return 1;
}

static int on_bell(void *user)
{
    ((Term *)user)->bells++;
    return 1;
}

static const VTermScreenCallbacks callbacks = { .settermprop = on_property, .bell = on_bell };

static struct winsize window_size(int cols, int rows)
{
    return (struct winsize){ .ws_col = (unsigned short)cols, .ws_row = (unsigned short)rows };
}

G_NORETURN static void become(const char *const *argv, const char *const *environment,
                              const char *folder, int line)
{
    static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGTSTP };
    sigset_t none;

    setsid();
    ioctl(line, TIOCSCTTY, 0);
    for (int fd = 0; fd < 3; fd++)
        dup2(line, fd);
    for (int fd = 3; fd < 64; fd++)
        close(fd);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* As a shell starts it, whatever started the tests (nohup ignores SIGHUP). */
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
        signal(signals[i], SIG_DFL);
    if (!folder || chdir(folder) == 0)
        execve(argv[0], (char *const *)argv, (char *const *)environment);
    dprintf(2, "cannot start %s: %s\r\n", argv[0], g_strerror(errno));
    _exit(127);
}

Term *term_start(const char *const *argv, const char *const *environment, const char *folder,
                 int cols, int rows, GError **error)
{
    struct winsize size = window_size(cols, rows);
    int fd = -1, line = -1;
    pid_t pid;
    Term *term;

    if (openpty(&fd, &line, NULL, NULL, &size) < 0 || (pid = fork()) < 0) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "no pty: %s", g_strerror(errno));
        return NULL;
    }
    if (pid == 0)
        become(argv, environment, folder, line);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(line, F_SETFD, FD_CLOEXEC);

    term = g_new0(Term, 1);
    term->pid = pid;
    term->fd = fd;
    term->line = line;
    term->cols = cols;
    term->rows = rows;
    term->cursor_visible = true;
    term->sent = g_string_new(NULL);
    term->vterm = vterm_new(rows, cols);
    vterm_set_utf8(term->vterm, 1);
    term->screen = vterm_obtain_screen(term->vterm);
    vterm_screen_set_callbacks(term->screen, &callbacks, term);
    vterm_screen_enable_altscreen(term->screen, 1);
    vterm_screen_reset(term->screen, 1);
    return term;
}

static bool reap(Term *term, int flags)
{
    if (!term->exited && waitpid(term->pid, &term->status, flags) == term->pid)
        term->exited = true;
    return term->exited;
}

void term_free(Term *term)
{
    if (!term)
        return;
    if (!term->exited) {
        kill(-term->pid, SIGKILL);
        kill(term->pid, SIGKILL);
        reap(term, 0);
    }
    if (term->fd >= 0)
        close(term->fd);
    if (term->line >= 0)
        close(term->line);
    vterm_free(term->vterm);
    g_string_free(term->sent, TRUE);
    g_free(term);
}

/* ---- output of the program */

static void answer(Term *term)
{
    char reply[256];
    size_t n;

    while ((n = vterm_output_read(term->vterm, reply, sizeof reply)) > 0)
        term_send(term, reply, (gssize)n);
}

static void remember(Term *term, const GByteArray *output)
{
    for (guint i = 0; i < output->len; i++) {
        guint8 byte = output->data[i];

        if (byte < ' ')
            g_string_append_c(term->sent, '^');
        g_string_append_c(term->sent, (char)(byte < ' ' ? byte + '@' : byte));
    }
    if (term->sent->len > SENT_MAX)
        g_string_erase(term->sent, 0, (gssize)(term->sent->len - SENT_MAX));
}

/* Everything that is there now; false when there was nothing. Reads first and emulates after, so that measuring
 * sees when the program wrote, not when the emulator was done. */
static bool take_output(Term *term)
{
    g_autoptr(GByteArray) output = g_byte_array_new();
    guint8 chunk[8192];
    ssize_t n;

    while (term->fd >= 0 && output->len < OUTPUT_AT_ONCE &&
           (n = read(term->fd, chunk, sizeof chunk)) > 0) {
        term->last_output = g_get_monotonic_time();
        g_byte_array_append(output, chunk, (guint)n);
    }
    if (output->len == 0)
        return false;
    remember(term, output);
    vterm_input_write(term->vterm, (const char *)output->data, output->len);
    vterm_screen_flush_damage(term->screen);
    term->bytes += output->len;
    answer(term);
    return true;
}

/* Sleeps until there is output, the program ends, or ms have passed. */
static bool wait_output(Term *term, int ms)
{
    struct pollfd poller = { .fd = term->fd, .events = POLLIN };

    if (term->exited)
        return take_output(term);
    poll(&poller, 1, MIN(ms, 50));
    reap(term, WNOHANG);
    return take_output(term);
}

static int left(gint64 deadline)
{
    gint64 ms = (deadline - g_get_monotonic_time() + 999) / 1000;

    return (int)CLAMP(ms, 0, 1000000);
}

void term_pump(Term *term, int quiet_ms, int ms)
{
    gint64 deadline = g_get_monotonic_time() + ms * 1000L,
           quiet = g_get_monotonic_time() + quiet_ms * 1000L;

    while (left(deadline) > 0 && left(quiet) > 0) {
        if (wait_output(term, MIN(left(deadline), left(quiet))))
            quiet = g_get_monotonic_time() + quiet_ms * 1000L;
        else if (term->exited)
            return;
    }
}

bool term_wait(Term *term, TermCondition holds, gpointer data, int ms)
{
    gint64 deadline = g_get_monotonic_time() + ms * 1000L;

    take_output(term);
    while (!holds(term, data)) {
        bool ended = term->exited;

        if (left(deadline) == 0)
            return false;
        if (!wait_output(term, left(deadline)) && ended)
            return holds(term, data);
    }
    return true;
}

static bool has_sent(Term *term, gpointer data)
{
    return g_regex_match_full(data, term->sent->str, (gssize)term->sent->len, 0, 0, NULL, NULL);
}

bool term_wait_sent(Term *term, const GRegex *regex, int ms)
{
    return term_wait(term, has_sent, (gpointer)regex, ms);
}

typedef struct TextWish {
    const GRegex *regex;
    bool wanted;
} TextWish;

static bool text_is(Term *term, gpointer data)
{
    const TextWish *wish = data;
    g_autofree char *text = term_text(term);

    return g_regex_match(wish->regex, text, 0, NULL) == wish->wanted;
}

bool term_wait_text(Term *term, const GRegex *regex, bool wanted, int ms)
{
    TextWish wish = { regex, wanted };

    return term_wait(term, text_is, &wish, ms);
}

static bool has_exited(Term *term, gpointer data)
{
    return term->exited;
}

bool term_wait_exit(Term *term, int *status, int ms)
{
    if (!term_wait(term, has_exited, NULL, ms))
        return false;
    *status = term->status;
    return true;
}

/* ---- input */

void term_send(Term *term, const char *bytes, gssize length)
{
    size_t n = length < 0 ? strlen(bytes) : (size_t)length;

    while (n > 0 && term->fd >= 0) {
        ssize_t sent = write(term->fd, bytes, n);
        struct pollfd poller = { .fd = term->fd, .events = POLLIN | POLLOUT };

        if (sent > 0) {
            bytes += sent;
            n -= (size_t)sent;
        } else if (errno == EAGAIN && poll(&poller, 1, 1000) > 0) {
            take_output(term);
        } else {
            return;
        }
    }
}

static const struct {
    const char *name;
    VTermKey key;
    VTermModifier modifier;
} key_names[] = {
    { "Enter", VTERM_KEY_ENTER },
    { "Tab", VTERM_KEY_TAB },
    { "S-Tab", VTERM_KEY_TAB, VTERM_MOD_SHIFT },
    { "BS", VTERM_KEY_BACKSPACE },
    { "Esc", VTERM_KEY_ESCAPE },
    { "Up", VTERM_KEY_UP },
    { "Down", VTERM_KEY_DOWN },
    { "Left", VTERM_KEY_LEFT },
    { "Right", VTERM_KEY_RIGHT },
    { "Insert", VTERM_KEY_INS },
    { "Delete", VTERM_KEY_DEL },
    { "Home", VTERM_KEY_HOME },
    { "End", VTERM_KEY_END },
    { "PageUp", VTERM_KEY_PAGEUP },
    { "PageDown", VTERM_KEY_PAGEDOWN },
    { "C-PageUp", VTERM_KEY_PAGEUP, VTERM_MOD_CTRL },
    { "C-PageDown", VTERM_KEY_PAGEDOWN, VTERM_MOD_CTRL },
};

static bool press_named(Term *term, const char *name)
{
    guint64 number;

    for (size_t i = 0; i < G_N_ELEMENTS(key_names); i++) {
        if (strcmp(name, key_names[i].name) == 0) {
            vterm_keyboard_key(term->vterm, key_names[i].key, key_names[i].modifier);
            return true;
        }
    }
    if (name[0] == 'F' && g_ascii_string_to_unsigned(name + 1, 10, 1, 12, &number, NULL))
        vterm_keyboard_key(term->vterm, (VTermKey)(VTERM_KEY_FUNCTION_0 + (int)number),
                           VTERM_MOD_NONE);
    else if (strcmp(name, "lt") == 0)
        vterm_keyboard_unichar(term->vterm, '<', VTERM_MOD_NONE);
    else if (strcmp(name, "Space") == 0)
        vterm_keyboard_unichar(term->vterm, ' ', VTERM_MOD_NONE);
    else if (strlen(name) == 3 && g_str_has_prefix(name, "C-"))
        term_send(term, (char[]){ (char)(g_ascii_toupper(name[2]) & 0x1f) }, 1);
    else if (strlen(name) == 3 && g_str_has_prefix(name, "M-"))
        term_send(term, (char[]){ '\033', name[2] }, 2);
    else
        return false;
    return true;
}

/*
 * Until the program has what was typed: a finger waits longer before the next key. False: it does not read at all. A line
 * discipline that keeps lines until they are whole has them at once.
 */
static bool wait_until_read(Term *term)
{
    gint64 deadline = g_get_monotonic_time() + TYPE_AHEAD_MS * 1000L;
    struct pollfd poller = { .fd = term->line, .events = POLLIN };

    while (!term->exited && poll(&poller, 1, 0) > 0) {
        if (left(deadline) == 0)
            return false;
        wait_output(term, 1);
    }
    return true;
}

bool term_keys(Term *term, const char *keys, GError **error)
{
    bool reads = true;

    while (*keys) {
        const char *close = *keys == '<' ? strchr(keys, '>') : NULL;

        if (close) {
            g_autofree char *name = g_strndup(keys + 1, (gsize)(close - keys - 1));

            if (!press_named(term, name)) {
                g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "unknown key <%s>", name);
                return false;
            }
            keys = close + 1;
        } else {
            vterm_keyboard_unichar(term->vterm, g_utf8_get_char(keys), VTERM_MOD_NONE);
            keys = g_utf8_next_char(keys);
        }
        answer(term);
        reads = reads && wait_until_read(term);
    }
    return true;
}

void term_paste(Term *term, const char *text)
{
    vterm_keyboard_start_paste(term->vterm);
    answer(term);
    term_send(term, text, -1);
    vterm_keyboard_end_paste(term->vterm);
    answer(term);
}

void term_resize(Term *term, int cols, int rows)
{
    struct winsize size = window_size(cols, rows);

    take_output(term);
    term->cols = cols;
    term->rows = rows;
    vterm_set_size(term->vterm, rows, cols);
    ioctl(term->fd, TIOCSWINSZ, &size);
}

void term_focus(Term *term, bool focused)
{
    VTermState *state = vterm_obtain_state(term->vterm);

    if (focused)
        vterm_state_focus_in(state);
    else
        vterm_state_focus_out(state);
    answer(term);
}

void term_hang_up(Term *term)
{
    take_output(term);
    close(term->line);
    close(term->fd);
    term->line = term->fd = -1;
}

/* ---- the screen */

static VTermScreenCell cell_at(Term *term, int row, int col)
{
    VTermScreenCell cell = { 0 };

    vterm_screen_get_cell(term->screen, (VTermPos){ .row = row, .col = col }, &cell);
    return cell;
}

char *term_text(Term *term)
{
    GString *text = g_string_new(NULL);

    for (int row = 0; row < term->rows; row++) {
        gsize end = text->len;

        for (int col = 0; col < term->cols; col++) {
            VTermScreenCell cell = cell_at(term, row, col);

            if (cell.chars[0] == (uint32_t)-1)
                continue; /* the right half of a wide character */
            if (cell.chars[0] == 0)
                g_string_append_c(text, ' ');
            for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
                g_string_append_unichar(text, cell.chars[i]);
            if (cell.chars[0] != 0 && cell.chars[0] != ' ')
                end = text->len;
        }
        g_string_truncate(text, end);
        g_string_append_c(text, '\n');
    }
    return g_string_free(text, FALSE);
}

static void put_colour(GString *out, const char *side, const VTermColor *colour, bool is_default)
{
    if (is_default)
        return;
    if (VTERM_COLOR_IS_INDEXED(colour))
        g_string_append_printf(out, " %s%d", side, colour->indexed.idx);
    else
        g_string_append_printf(out, " %s#%02x%02x%02x", side, colour->rgb.red, colour->rgb.green,
                               colour->rgb.blue);
}

/* " bold fg2", or "" for a plain cell. */
static void describe(GString *out, const VTermScreenCell *cell)
{
    g_string_truncate(out, 0);
    if (cell->attrs.bold)
        g_string_append(out, " bold");
    if (cell->attrs.underline)
        g_string_append(out, " underline");
    if (cell->attrs.italic)
        g_string_append(out, " italic");
    if (cell->attrs.blink)
        g_string_append(out, " blink");
    if (cell->attrs.reverse)
        g_string_append(out, " reverse");
    if (cell->attrs.strike)
        g_string_append(out, " strike");
    put_colour(out, "fg", &cell->fg, VTERM_COLOR_IS_DEFAULT_FG(&cell->fg));
    put_colour(out, "bg", &cell->bg, VTERM_COLOR_IS_DEFAULT_BG(&cell->bg));
}

static void put_span(GString *line, int first, int last, const char *look)
{
    if (!*look)
        return;
    g_string_append(line, line->len ? ", " : "");
    if (first == last)
        g_string_append_printf(line, "%d%s", first, look);
    else
        g_string_append_printf(line, "%d-%d%s", first, last, look);
}

char *term_attributes(Term *term)
{
    GString *text = g_string_new(NULL);
    g_autoptr(GString) line = g_string_new(NULL);
    g_autoptr(GString) look = g_string_new(NULL);
    g_autoptr(GString) span = g_string_new(NULL);

    for (int row = 0; row < term->rows; row++) {
        int first = 1;

        g_string_truncate(line, 0);
        g_string_truncate(span, 0);
        for (int col = 0; col < term->cols; col++) {
            VTermScreenCell cell = cell_at(term, row, col);

            if (cell.chars[0] == (uint32_t)-1)
                continue;
            describe(look, &cell);
            if (!g_string_equal(look, span)) {
                put_span(line, first, col, span->str);
                first = col + 1;
                g_string_assign(span, look->str);
            }
        }
        put_span(line, first, term->cols, span->str);
        if (line->len)
            g_string_append_printf(text, "%d: %s\n", row + 1, line->str);
    }
    return g_string_free(text, FALSE);
}

TermModes term_modes(Term *term)
{
    struct termios settings = { 0 };

    tcgetattr(term->fd, &settings);
    return (TermModes){
        .alternate_screen = term->alternate,
        .cursor_visible = term->cursor_visible,
        .mouse = term->mouse,
        .cooked = (settings.c_lflag & ICANON) && (settings.c_lflag & ECHO),
    };
}

void term_cursor(Term *term, int *col, int *row)
{
    VTermPos place;

    vterm_state_get_cursorpos(vterm_obtain_state(term->vterm), &place);
    *col = place.col;
    *row = place.row;
}

pid_t term_pid(const Term *term)
{
    return term->pid;
}

guint term_bells(const Term *term)
{
    return term->bells;
}

guint64 term_bytes(const Term *term)
{
    return term->bytes;
}

gint64 term_last_output(const Term *term)
{
    return term->last_output;
}
