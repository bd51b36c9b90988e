/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "screen.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/problem.h"
#include "base/text.h"
#include "decode.h"
#include "guard.h"

#include <errno.h>
#include <langinfo.h>
#include <ncurses.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "screen_private.h"
#include "theme.h"

#define ESCAPE_MS 25 /* to tell Esc from a function key, unless ESCDELAY says otherwise */
#define ESCAPE_MS_MAX 5000
#define READ_BYTES 4096    /* at a time: then the screen is drawn before more is read */
#define ANSWER_MS 500      /* an answer that has not come by then does not come */
#define ANSWER_WAIT_MS 100 /* for one on its way, at the end */

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
#define PASTE_ASK "\033[?2004$p" /* DECRQM */
#define BACKGROUND_ASK "\033]11;?\033\\"
#define FOCUS_ON "\033[?1004h"
#define FOCUS_OFF "\033[?1004l"
#define TITLE_PUSH "\033[22;2t" /* XTWINOPS: the terminal keeps the title it has */
#define TITLE_POP "\033[23;2t"

/* What terminfo calls the keys of this terminal. */
static const struct {
    const char *capability;
    Key key;
} capabilities[] = {
    { "kcuu1", K_UP },      { "kcud1", K_DOWN },   { "kcub1", K_LEFT },   { "kcuf1", K_RIGHT },
    { "khome", K_HOME },    { "kend", K_END },     { "kpp", K_PGUP },     { "knp", K_PGDN },
    { "kich1", K_INSERT },  { "kdch1", K_DELETE }, { "kcbt", K_BACKTAB }, { "kent", K_ENTER },
    { "kbs", K_BACKSPACE },
};

/* Beginnings of TERM: of what stands on a desk, and of what stands between us and the terminal. */
static const char *const deaf[] = { "linux", "vt", "dumb", "sun", NULL };
static const char *const go_betweens[] = { "screen", NULL };

static SCREEN *terminal;
static Decoder *decoder;
static struct termios found;
static unsigned escape_ms;
static bool utf8;
static gint64 asked;           /* when, the terminal about itself; 0: never */
static unsigned answers;       /* that it owes us */
static bool ended_like_answer; /* what was read last */
static int cursor_y = -1, cursor_x;
static bool away;         /* somebody else has the terminal */
static GString *after;    /* for the terminal, behind what is drawn */
static char goodbye[160]; /* what puts the terminal right after a crash */
static bool has_window;   /* that can be named */
static char *title;       /* NULL: none was given yet */

static void put_raw(const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        ssize_t n = write(STDOUT_FILENO, text, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        text += n;
        left -= (size_t)n;
    }
}

static bool is_one_of(const char *const *terms)
{
    const char *term = g_getenv("TERM");
    for (int i = 0; terms[i] && term; i++)
        if (g_str_has_prefix(term, terms[i]))
            return true;
    return false;
}

static bool answers_questions(void)
{
    return !is_one_of(deaf) && !is_one_of(go_betweens);
}

/* A string of terminfo, NULL when this terminal has none. */
static const char *capability(const char *name)
{
    const char *text = tigetstr(name);
    return text == (char *)-1 ? NULL : text;
}

/* ---- modes: what is on while the screen is ours */

static GString *padded; /* tputs() has no other way to hand its bytes to anybody */

static int put_character(int c)
{
    g_string_append_c(padded, (char)c);
    return c;
}

static void put_capability(const char *name)
{
    const char *text = capability(name);
    if (text) {
        padded = g_string_new(NULL);
        tputs(text, 1, put_character);
        put_raw(padded->str);
        g_string_free(g_steal_pointer(&padded), TRUE);
    }
}

static void put_title(void)
{
    if (!has_window || !title)
        return;
    g_autofree char *sequence = g_strdup_printf("\033]2;%s\033\\", title);
    put_raw(sequence);
}

static void modes_on(void)
{
    put_capability("smkx");
    put_raw(PASTE_ON FOCUS_ON);
    if (has_window)
        put_raw(TITLE_PUSH);
    put_title();
    guard_begin(goodbye, &found);
}

/* The order matters: the guard may have something to say, and wants the usual screen for it. */
static void modes_off(void)
{
    if (has_window)
        put_raw(TITLE_POP);
    put_raw(FOCUS_OFF PASTE_OFF);
    put_capability("rmkx");
    endwin();
    tcsetattr(STDIN_FILENO, TCSADRAIN, &found);
    guard_end();
}

/* Appends without the padding ("$<5>") that only tputs() understands. */
static void add_plain(GString *out, const char *text)
{
    while (text && *text) {
        const char *end = strncmp(text, "$<", 2) == 0 ? strchr(text, '>') : NULL;
        if (end)
            text = end + 1;
        else
            g_string_append_c(out, *text++);
    }
}

static void remember_goodbye(void)
{
    static const char *const names[] = { "sgr0", "cnorm", "rmkx", "rmcup" };
    g_autoptr(GString) out = g_string_new(FOCUS_OFF PASTE_OFF);
    if (has_window)
        g_string_append(out, TITLE_POP);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        add_plain(out, capability(names[i]));
    g_string_append(out, "\r\n");
    g_strlcpy(goodbye, out->str, sizeof goodbye);
}

/* ---- open and close */

static void ask(const char *question)
{
    asked = clock_monotonic();
    answers++;
    put_raw(question);
}

static Decoder *make_decoder(void)
{
    Decoder *new = decoder_new(utf8);
    for (size_t i = 0; i < G_N_ELEMENTS(capabilities); i++) {
        const char *sequence = capability(capabilities[i].capability);
        if (sequence)
            decoder_teach(new, sequence, capabilities[i].key);
    }
    for (Key i = 0; i < 12; i++) {
        char name[8];
        g_snprintf(name, sizeof name, "kf%u", i + 1);
        const char *sequence = capability(name);
        if (sequence)
            decoder_teach(new, sequence, K_F1 + i);
    }
    return new;
}

static unsigned escape_time(void)
{
    const char *text = g_getenv("ESCDELAY");
    guint64 ms = ESCAPE_MS;
    if (text && !g_ascii_string_to_unsigned(text, 10, 1, ESCAPE_MS_MAX, &ms, NULL))
        ms = ESCAPE_MS;
    return (unsigned)ms;
}

static bool refuse_terminal(GError **error)
{
    const char *term = g_getenv("TERM");
    g_autofree char *name = text_clean(term ? term : "", -1, TEXT_LINE);
    return problem_set(error, PROBLEM_FAILED,
                       _("The terminal type \"%s\" is unknown or cannot place the cursor. "
                         "Set TERM, for example: TERM=xterm leadline"),
                       name);
}

/* While SIGTSTP has its default ncurses would take it over, and then ignore those that come while it draws. */
static SCREEN *new_terminal(void)
{
    struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
    sigaction(SIGTSTP, &ignore, &before);
    SCREEN *new = newterm(NULL, stdout, stdin);
    sigaction(SIGTSTP, &before, NULL);
    return new;
}

bool screen_open(GError **error)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        return problem_set(
            error, PROBLEM_FAILED, "%s",
            _("The screen needs a terminal. For scripts there is: leadline list --json"));
    }
    tcgetattr(STDIN_FILENO, &found);
    terminal = new_terminal();
    if (!terminal)
        return refuse_terminal(error);
    if (!capability("cup")) {
        endwin();
        delscreen(terminal);
        terminal = NULL;
        return refuse_terminal(error);
    }
    utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    text_set_ascii(!utf8);
    has_window = !is_one_of(deaf);
    remember_goodbye();
    raw();
    noecho();
    nonl();
    /* A key that waits must not break off the drawing for the one before it. */
    typeahead(-1);
    escape_ms = escape_time();
    decoder = make_decoder();
    screen_apply_theme();
    curs_set(0);
    modes_on();
    /* Before the first drawing: it covers what a terminal shows that does not know the question. */
    if (answers_questions())
        ask(PASTE_ASK);
    screen_resize();
    return true;
}

static bool answer_is_due(void)
{
    return answers > 0 && clock_monotonic() - asked < ANSWER_MS * 1000;
}

/* An answer that comes when we are gone would be typed into the shell. */
static void await_answer(void)
{
    gint64 deadline = clock_monotonic() + ANSWER_WAIT_MS * 1000;
    struct pollfd fd = { .fd = STDIN_FILENO, .events = POLLIN };
    while (answer_is_due() && !ended_like_answer && clock_monotonic() < deadline) {
        int left = (int)((deadline - clock_monotonic()) / 1000) + 1;
        if (poll(&fd, 1, left) <= 0 || !screen_fill())
            return;
    }
}

void screen_close(void)
{
    if (!terminal)
        return;
    if (!away) {
        await_answer();
        modes_off();
    }
    away = false;
    if (after)
        g_string_free(g_steal_pointer(&after), TRUE);
    delscreen(terminal);
    terminal = NULL;
    g_clear_pointer(&decoder, decoder_free);
    g_clear_pointer(&title, g_free);
}

/* As ^Z does: all processes of the job stop. Nothing happens when nobody could let them go on: then we just stay. */
static void stop_job(void)
{
    struct sigaction action = { .sa_handler = SIG_IGN }, handler;
    sigaction(SIGTSTP, &action, &handler);
    kill(0, SIGTSTP); /* the others */
    action.sa_handler = SIG_DFL;
    sigaction(SIGTSTP, &action, NULL);
    raise(SIGTSTP);
    sigaction(SIGTSTP, &handler, NULL);
}

void screen_leave(void)
{
    if (!terminal || away)
        return;
    await_answer();
    modes_off();
    away = true;
}

void screen_return(void)
{
    if (!away)
        return;
    away = false;
    modes_on();
    screen_resize();
}

void screen_suspend(bool whole_job)
{
    if (!terminal)
        return;
    if (away) {
        raise(SIGSTOP); /* who has the terminal looks after it */
        return;
    }
    await_answer();
    modes_off();
    if (whole_job)
        stop_job();
    else
        raise(SIGSTOP);
    screen_resume();
}

void screen_resume(void)
{
    if (!terminal || away)
        return;
    if (!isendwin()) {
        modes_off(); /* stopped without a warning: whoever had the terminal since left it in modes of his own */
    }
    modes_on();
    screen_resize();
}

void screen_resize(void)
{
    struct winsize size;
    if (!terminal || away || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
        return;
    if (size.ws_row > 0 && size.ws_col > 0)
        resize_term(size.ws_row, size.ws_col);
    screen_repaint();
}

/* ---- colours */

/* COLORFGBG, as rxvt and Konsole set it: "15;0". */
static int background_of_environment(void)
{
    const char *text = g_getenv("COLORFGBG");
    const char *last = text ? strrchr(text, ';') : NULL;
    guint64 colour;
    if (!last || !g_ascii_string_to_unsigned(last + 1, 10, 0, 15, &colour, NULL))
        return -1;
    return colour == 7 || colour >= 9 ? 100 : 0;
}

/* What is known of the background, 0 (black) to 100; -1: nothing. */
static int background(void)
{
    int told = decoder ? decoder_background(decoder) : -1;
    return told >= 0 ? told : background_of_environment();
}

bool screen_ask_background(void)
{
    if (!terminal || away || background() >= 0 || theme_no_colour() || !answers_questions())
        return false;
    ask(BACKGROUND_ASK);
    return true;
}

bool screen_brackets_pastes(void)
{
    return terminal && decoder_brackets(decoder);
}

void screen_apply_theme(void)
{
    theme_set_colours(0);
    theme_set_background(background());
    bool plain = theme_no_colour();
    if (!plain && has_colors() && start_color() == OK && use_default_colors() == OK) {
        theme_set_colours(COLORS);
        for (short i = 1; i < COLOUR_COUNT; i++)
            init_pair(i, (short)theme_palette((ThemeColour)i), (short)theme_paper((ThemeColour)i));
    }
    draw_reset_styles();
}

bool screen_is_utf8(void)
{
    return utf8;
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

bool screen_fill(void)
{
    struct pollfd fd = { .fd = STDIN_FILENO, .events = POLLIN };
    if (!terminal || poll(&fd, 1, 0) <= 0)
        return terminal != NULL;
    char bytes[READ_BYTES];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
    if (n > 0) {
        decoder_feed(decoder, bytes, (gsize)n);
        char last = bytes[n - 1];
        ended_like_answer = last == '\\' || last == '\a' || (last == 'y' && answers == 1);
    }
    return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

bool screen_read(Key *key)
{
    if (!terminal || !decoder_next(decoder, key))
        return false;
    answers -= *key == K_REPLY && answers > 0;
    return true;
}

unsigned screen_patience(void)
{
    return terminal ? decoder_patience(decoder, escape_ms) : 0;
}

void screen_give_up(void)
{
    if (terminal)
        decoder_give_up(decoder);
}

/* ---- output */

/* What is no drawing goes to the terminal here only: behind the drawing, and never while it is somebody else's. */
static void put_after(const char *text)
{
    if (!after)
        after = g_string_new(NULL);
    g_string_append(after, text);
}

static void flush_after(void)
{
    if (after && after->len > 0 && !away) {
        put_raw(after->str);
        g_string_truncate(after, 0);
    }
}

void screen_flush(void)
{
    if (!terminal || away)
        return;
    /* A hidden cursor may stay where drawing left it. */
    leaveok(stdscr, cursor_y < 0);
    if (cursor_y >= 0)
        move(cursor_y, cursor_x);
    wnoutrefresh(stdscr);
    doupdate();
    flush_after();
}

void screen_repaint(void)
{
    clearok(curscr, TRUE);
}

void screen_bare(const char *text)
{
    g_auto(GStrv) whole = g_strsplit(text, "\n", -1);
    g_autoptr(GString) out = g_string_new(NULL);
    int left = LINES - 1;
    for (char **line = whole; *line; line++) {
        left -= MAX(1, (text_width(*line) + COLS - 1) / MAX(1, COLS));
        if (left < 0)
            break;
        g_string_append_printf(out, "%s\r\n", *line);
    }
    if (terminal && !away) {
        put_capability("sgr0");
        put_capability("clear");
        put_raw(out->str);
    }
}

void screen_bell(void)
{
    if (terminal && !away)
        beep();
}

#define COPY_MAX 74994   /* of base 64: what terminals take */
#define SCREEN_CHUNK 240 /* of a string that GNU screen passes on: it takes 256 */
void screen_title(const char *text)
{
    if (g_strcmp0(title, text) == 0)
        return;
    g_free(title);
    title = g_strdup(text);
    if (terminal && !away)
        put_title();
}

void screen_raise(void)
{
    if (terminal && !away && has_window)
        put_raw("\033[1t\033[5t");
}

/* tmux passes on what is wrapped so, its escapes doubled. */
static void put_through_tmux(const char *code)
{
    put_after("\033Ptmux;\033\033]52;c;");
    put_after(code);
    put_after("\033\033\\\033\\");
}

/* GNU screen passes strings on as they are, a piece at a time; ST would end the piece, so BEL ends the command. */
static void put_through_screen(const char *code)
{
    g_autofree char *command = g_strconcat("\033]52;c;", code, "\a", NULL);
    size_t length = strlen(command);
    for (size_t at = 0; at < length; at += SCREEN_CHUNK) {
        g_autofree char *piece = g_strndup(command + at, SCREEN_CHUNK);
        put_after("\033P");
        put_after(piece);
        put_after("\033\\");
    }
}

bool screen_copy(const char *text)
{
    g_autofree char *code = g_base64_encode((const guchar *)text, strlen(text));
    if (!terminal || strlen(code) > COPY_MAX)
        return false;
    if (g_getenv("TMUX"))
        put_through_tmux(code);
    if (g_getenv("STY")) {
        put_through_screen(code);
        return true;
    }
    /* tmux too takes it itself (set-clipboard) when it does not pass anything on (allow-passthrough). */
    put_after("\033]52;c;");
    put_after(code);
    put_after("\033\\");
    return true;
}

void screen_cursor(int y, int x)
{
    bool was = cursor_y >= 0;
    cursor_y = y;
    cursor_x = x;
    if (was != (y >= 0))
        curs_set(y >= 0 ? 1 : 0);
}
