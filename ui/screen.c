/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "screen.h"

#include "base/i18n.h"
#include "base/problem.h"
#include "base/text.h"

#include <langinfo.h>
#include <ncurses.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "screen_private.h"

/* Codes for ncurses of what terminfo has no name for. */
enum { CODE_PASTE_BEGIN = KEY_MAX + 1, CODE_PASTE_END, CODE_CTRL_PGUP, CODE_CTRL_PGDN };

static const struct {
    int code;
    Key key;
} codes[] = {
    { KEY_UP, K_UP },
    { KEY_DOWN, K_DOWN },
    { KEY_LEFT, K_LEFT },
    { KEY_RIGHT, K_RIGHT },
    { KEY_HOME, K_HOME },
    { KEY_FIND, K_HOME },
    { KEY_END, K_END },
    { KEY_SELECT, K_END },
    { KEY_PPAGE, K_PGUP },
    { KEY_NPAGE, K_PGDN },
    { KEY_IC, K_INSERT },
    { KEY_DC, K_DELETE },
    { KEY_BACKSPACE, K_BACKSPACE },
    { KEY_BTAB, K_BACKTAB },
    { KEY_ENTER, K_ENTER },
    { CODE_PASTE_BEGIN, K_PASTE_BEGIN },
    { CODE_PASTE_END, K_PASTE_END },
    { CODE_CTRL_PGUP, K_CTRL_PGUP },
    { CODE_CTRL_PGDN, K_CTRL_PGDN },
};

static SCREEN *terminal;
static WINDOW *input; /* a pad: reading from it never draws */
static struct termios found;
static int cursor_y = -1, cursor_x;
static char goodbye[128]; /* what puts the terminal right after a crash */

static void put_raw(const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        ssize_t n = write(STDOUT_FILENO, text, left);
        if (n <= 0) {
            return;
        }
        text += n;
        left -= (size_t)n;
    }
}

static void modes_on(void)
{
    put_raw("\033[?2004h");
}

static void modes_off(void)
{
    put_raw("\033[?2004l");
}

/* ---- crash: only what POSIX allows in a signal handler */

static const int crash_signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
static struct sigaction crash_before[G_N_ELEMENTS(crash_signals)];

static void on_crash(int number)
{
    put_raw(goodbye);
    tcsetattr(STDIN_FILENO, TCSANOW, &found);
    for (size_t i = 0; i < G_N_ELEMENTS(crash_signals); i++) {
        sigaction(crash_signals[i], &crash_before[i], NULL);
    }
    /* Blocked until we return: then it strikes again, with whoever dealt with it before us. */
    raise(number);
}

static void crash_guard(bool on)
{
    struct sigaction action = { .sa_handler = on_crash, .sa_flags = SA_ONSTACK };
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < G_N_ELEMENTS(crash_signals); i++) {
        if (on) {
            sigaction(crash_signals[i], &action, &crash_before[i]);
        } else {
            sigaction(crash_signals[i], &crash_before[i], NULL);
        }
    }
}

static void remember_goodbye(void)
{
    const char *parts[] = { "\033[?2004l", tigetstr("sgr0"), tigetstr("cnorm"), tigetstr("rmkx"),
                            tigetstr("rmcup") };
    goodbye[0] = '\0';
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (parts[i] && parts[i] != (char *)-1) {
            g_strlcat(goodbye, parts[i], sizeof goodbye);
        }
    }
}

/* ---- open and close */

static void define_keys(void)
{
    define_key("\033[200~", CODE_PASTE_BEGIN);
    define_key("\033[201~", CODE_PASTE_END);
    define_key("\033[5;5~", CODE_CTRL_PGUP);
    define_key("\033[6;5~", CODE_CTRL_PGDN);
    /* Terminals that send these in both cursor-key modes. */
    define_key("\033[A", KEY_UP);
    define_key("\033[B", KEY_DOWN);
    define_key("\033[C", KEY_RIGHT);
    define_key("\033[D", KEY_LEFT);
    define_key("\033[H", KEY_HOME);
    define_key("\033[F", KEY_END);
    define_key("\033[Z", KEY_BTAB);
}

bool screen_open(GError **error)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        return problem_set(
            error, PROBLEM_FAILED, "%s",
            _("The screen needs a terminal. For scripts there is: leadline list --json"));
    }
    tcgetattr(STDIN_FILENO, &found);
    terminal = newterm(NULL, stdout, stdin);
    const char *place = terminal ? tigetstr("cup") : NULL;
    if (!place || place == (char *)-1) {
        const char *term = g_getenv("TERM");
        g_autofree char *name = text_clean(term ? term : "", -1, TEXT_LINE);
        if (terminal) {
            endwin();
            delscreen(terminal);
            terminal = NULL;
        }
        return problem_set(error, PROBLEM_FAILED,
                           _("The terminal type \"%s\" is unknown or cannot place the cursor. "
                             "Set TERM, for example: TERM=xterm leadline"),
                           name);
    }
    bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    text_set_ascii(!utf8);
    remember_goodbye();
    raw();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    if (!g_getenv("ESCDELAY")) {
        set_escdelay(25);
    }
    input = newpad(1, 1);
    keypad(input, TRUE);
    nodelay(input, TRUE);
    define_keys();
    screen_apply_theme();
    curs_set(0);
    modes_on();
    crash_guard(true);
    return true;
}

void screen_close(void)
{
    if (!terminal) {
        return;
    }
    crash_guard(false);
    modes_off();
    endwin();
    delwin(input);
    delscreen(terminal);
    terminal = NULL;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &found);
}

void screen_suspend(void)
{
    if (!terminal) {
        return;
    }
    crash_guard(false);
    modes_off();
    endwin();
    tcsetattr(STDIN_FILENO, TCSADRAIN, &found);
    raise(SIGSTOP);
    crash_guard(true);
    screen_resume();
}

void screen_resume(void)
{
    if (!terminal) {
        return;
    }
    modes_on();
    screen_resize();
    screen_repaint();
}

void screen_resize(void)
{
    struct winsize size;
    if (!terminal || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) {
        return;
    }
    if (size.ws_row > 0 && size.ws_col > 0) {
        resize_term(size.ws_row, size.ws_col);
    }
    screen_repaint();
}

void screen_apply_theme(void)
{
    theme_set_colours(0);
    bool plain = theme_no_colour();
    if (!plain && has_colors() && start_color() == OK && use_default_colors() == OK) {
        theme_set_colours(COLORS);
        for (short i = 1; i < COLOUR_COUNT; i++) {
            init_pair(i, (short)theme_palette((ThemeColour)i), -1);
        }
    }
    draw_reset_styles();
}

int screen_rows(void)
{
    return LINES;
}

int screen_cols(void)
{
    return COLS;
}

/* ---- input */

static Key key_of_code(int code)
{
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        if (codes[i].code == code) {
            return codes[i].key;
        }
    }
    if (code >= KEY_F(1) && code <= KEY_F(12)) {
        return K_F1 + (Key)(code - KEY_F(1));
    }
    return 0;
}

static Key key_of_character(wint_t c)
{
    if (c == '\n') {
        return K_ENTER;
    }
    if (c == 0x7f || c == 8) {
        return K_BACKSPACE;
    }
    return (Key)c;
}

bool screen_read(Key *key)
{
    wint_t c;
    int kind = wget_wch(input, &c);
    if (kind == ERR) {
        return false;
    }
    if (kind == KEY_CODE_YES) {
        *key = key_of_code((int)c);
        return true; /* 0: a key that we have no name for */
    }
    if (c == K_ESC) {
        /* Alt and a letter arrive together; Esc and a later key do not. */
        wint_t next;
        int more = wget_wch(input, &next);
        if (more == OK && next != K_ESC) {
            *key = key_of_character(next) | KEY_IS_META;
            return true;
        }
        if (more == KEY_CODE_YES) {
            unget_wch((wchar_t)next);
        } else if (more == OK) {
            unget_wch((wchar_t)next);
        }
    }
    *key = key_of_character(c);
    return true;
}

bool screen_at_eof(void)
{
    int waiting = 0;
    return ioctl(STDIN_FILENO, FIONREAD, &waiting) != 0 || waiting == 0;
}

/* ---- output */

void screen_flush(void)
{
    if (!terminal) {
        return;
    }
    if (cursor_y >= 0) {
        move(cursor_y, cursor_x);
    }
    wnoutrefresh(stdscr);
    doupdate();
}

void screen_repaint(void)
{
    clearok(curscr, TRUE);
}

void screen_bell(void)
{
    beep();
}

#define COPY_MAX 74994 /* of base 64: what terminals take */

void screen_copy(const char *text)
{
    g_autofree char *code = g_base64_encode((const guchar *)text, strlen(text));
    if (!terminal || strlen(code) > COPY_MAX) {
        return;
    }
    bool tmux = g_getenv("TMUX") != NULL;
    g_autofree char *sequence = g_strdup_printf("%s\033]52;c;%s%s%s", tmux ? "\033Ptmux;\033" : "",
                                                code, tmux ? "\033\033\\" : "\033\\",
                                                tmux ? "\033\\" : "");
    put_raw(sequence);
}

void screen_cursor(int y, int x)
{
    bool was = cursor_y >= 0;
    cursor_y = y;
    cursor_x = x;
    if (was != (y >= 0)) {
        curs_set(y >= 0 ? 1 : 0);
    }
}
