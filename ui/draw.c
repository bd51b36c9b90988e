/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "draw.h"

#include "base/text.h"

#include <ncurses.h>
#include <stdarg.h>
#include <string.h>
#include <wchar.h>

#include "screen_private.h"

static attr_t attrs[ROLE_COUNT];
static short pairs[ROLE_COUNT];

void draw_reset_styles(void)
{
    for (int role = 0; role < ROLE_COUNT; role++) {
        ThemeStyle style = theme_style((Role)role);
        pairs[role] = (short)style.colour;
        attrs[role] = A_NORMAL;
        attrs[role] |= style.attrs & ATTR_BOLD ? A_BOLD : 0;
        attrs[role] |= style.attrs & ATTR_REVERSE ? A_REVERSE : 0;
        attrs[role] |= style.attrs & ATTR_UNDERLINE ? A_UNDERLINE : 0;
    }
}

Rect rect_sub(Rect r, int x, int y, int w, int h)
{
    x = CLAMP(x, 0, r.w);
    y = CLAMP(y, 0, r.h);
    return (Rect){ r.x + x, r.y + y, CLAMP(w, 0, r.w - x), CLAMP(h, 0, r.h - y) };
}

static void style(Role role)
{
    attr_set(attrs[role], pairs[role], NULL);
}

static bool inside(Rect r, int row, int col)
{
    return row >= 0 && row < r.h && col >= 0 && col < r.w && r.y + row < LINES && r.x + col < COLS;
}

static bool is_right_half(int y, int x)
{
    cchar_t cell;
    return mvin_wch(y, x, &cell) == OK && (cell.attr & A_CHARTEXT) > 1;
}

/*
 * ncurses leaves one half of a wide character standing when something is drawn over the other, and then counts cells wrong
 * on that line: what sticks out of these n cells must go first. Only their ends may be asked, and only before any of them
 * is drawn: within, a half may belong to nothing any more.
 */
static void clear_halves(int y, int x, int n)
{
    if (x > 0 && is_right_half(y, x))
        mvaddch(y, x - 1, ' ');
    if (x + n < COLS && is_right_half(y, x + n))
        mvaddch(y, x + n, ' ');
}

static void put_blanks(int y, int x, int n)
{
    if (n > 0) {
        clear_halves(y, x, n);
        char blanks[64];
        memset(blanks, ' ', sizeof blanks);
        move(y, x);
        for (int left = n; left > 0; left -= (int)sizeof blanks)
            addnstr(blanks, MIN(left, (int)sizeof blanks));
    }
}

#define ZERO_WIDTH_JOINER 0x200d

/*
 * One cluster of `cells` cells at a place of its own. The C library and the terminal may count its width another way than
 * we do (joined emoji, new characters); then only its first character is shown, or the replacement character.
 */
static void put_cluster(int y, int x, const char *text, size_t length, int cells)
{
    wchar_t wide[CCHARW_MAX + 1];
    size_t n = 0;
    int total = 0;
    const char *end = text + length;
    for (const char *p = text; p < end && n < CCHARW_MAX; p = g_utf8_next_char(p)) {
        wchar_t c = (wchar_t)g_utf8_get_char(p);
        int w = wcwidth(c);
        if (w < 0 || (n > 0 && w > 0) || c == ZERO_WIDTH_JOINER)
            break;
        wide[n++] = c;
        total += w;
    }
    wide[n] = L'\0';
    if (n == 0 || total != cells) {
        wide[0] = text_ascii() ? L'?' : 0xfffd;
        wide[1] = L'\0';
    }
    cchar_t cell;
    attr_t attr;
    short pair;
    attr_get(&attr, &pair, NULL);
    if (setcchar(&cell, wide, attr, pair, NULL) == OK)
        mvadd_wch(y, x, &cell);
}

static void put_wide(int y, int x, const char *text, size_t length)
{
    const char *end = text + length;
    while (text < end) {
        const char *run = text;
        while (run < end && (guchar)*run < 0x80)
            run++;
        /* The last ASCII character may carry a combining mark. */
        if (run > text && run < end)
            run--;
        if (run > text) {
            mvaddnstr(y, x, text, (int)(run - text));
            x += (int)(run - text);
            text = run;
            continue;
        }
        int cells;
        const char *next = text_next_cluster(text, &cells);
        if (next == text)
            return;
        if (cells > 0)
            put_cluster(y, x, text, (size_t)(next - text), cells);
        x += cells;
        text = next;
    }
}

/* The letter under a mark (e of e acute), or a question mark. */
static chtype ascii_of(const char *text, size_t length)
{
    if ((guchar)*text < 0x80)
        return (chtype)(guchar)*text;
    g_autofree char *apart = g_utf8_normalize(text, (gssize)length, G_NORMALIZE_ALL);
    return apart && g_ascii_isalnum(*apart) ? (chtype)(guchar)*apart : '?';
}

/* The terminal takes ASCII only: what is not becomes as many letters without marks, or question marks. */
static void put_ascii(int y, int x, const char *text, size_t length)
{
    const char *end = text + length;
    while (text < end) {
        int cells;
        const char *next = text_next_cluster(text, &cells);
        if (next == text)
            return;
        chtype c = cells == 1 ? ascii_of(text, (size_t)(next - text)) : '?';
        for (int i = 0; i < cells; i++)
            mvaddch(y, x + i, c);
        x += cells;
        text = next;
    }
}

static bool is_ascii(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((guchar)text[i] >= 0x80)
            return false;
    return true;
}

static void put_text(int y, int x, const char *text, size_t length, int cells)
{
    if (is_ascii(text, length)) {
        clear_halves(y, x, cells);
        mvaddnstr(y, x, text, (int)length);
        return;
    }
    put_blanks(y, x, cells);
    if (text_ascii())
        put_ascii(y, x, text, length);
    else
        put_wide(y, x, text, length);
}

/* Draws at most `width` cells and returns how many were used. */
static int draw_cut(int y, int x, int width, const char *text)
{
    int used;
    size_t fits = text_fit(text, width, &used);
    if (text[fits] == '\0') {
        put_text(y, x, text, fits, used);
        return used;
    }
    g_autofree char *cut = text_cut(text, width);
    int cells = text_width(cut);
    put_text(y, x, cut, strlen(cut), cells);
    return cells;
}

int draw_text(Rect r, int row, int col, Role role, const char *text)
{
    if (!text || !inside(r, row, col))
        return col;
    style(role);
    int width = MIN(r.w - col, COLS - r.x - col);
    return col + draw_cut(r.y + row, r.x + col, width, text);
}

int draw_format(Rect r, int row, int col, Role role, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    return draw_text(r, row, col, role, text);
}

int draw_field(Rect r, int row, int col, int width, Role role, const char *text)
{
    if (!inside(r, row, col))
        return col;
    width = MIN(width, MIN(r.w - col, COLS - r.x - col));
    style(role);
    int used = text && *text ? draw_cut(r.y + row, r.x + col, width, text) : 0;
    put_blanks(r.y + row, r.x + col + used, width - used);
    return col + width;
}

int draw_right(Rect r, int row, int col, int width, Role role, const char *text)
{
    int used = text_width(text);
    if (used >= width)
        return draw_field(r, row, col, width, role, text);
    draw_field(r, row, col, width - used, role, "");
    draw_field(r, row, col + width - used, used, role, text);
    return col + width;
}

void draw_rest(Rect r, int row, int col, Role role)
{
    if (inside(r, row, col))
        draw_field(r, row, col, r.w - col, role, "");
}

void draw_fill(Rect r, Role role)
{
    for (int row = 0; row < r.h; row++)
        draw_rest(r, row, 0, role);
}

/* ---- lines */

typedef enum Line {
    LINE_H,
    LINE_V,
    LINE_TL,
    LINE_TR,
    LINE_BL,
    LINE_BR,
    LINE_TOP,
    LINE_BOTTOM
} Line;

static const char *const lines_utf8[] = { "─", "│", "┌", "┐", "└", "┘", "┬", "┴" };
static const char *const lines_ascii[] = { "-", "|", "+", "+", "+", "+", "+", "+" };

static void put_line(Rect r, int row, int col, Line line)
{
    if (inside(r, row, col)) {
        clear_halves(r.y + row, r.x + col, 1);
        mvaddstr(r.y + row, r.x + col, (text_ascii() ? lines_ascii : lines_utf8)[line]);
    }
}

void draw_hline(Rect r, int row, Role role)
{
    style(role);
    for (int col = 0; col < r.w; col++)
        put_line(r, row, col, LINE_H);
}

static void draw_vline(Rect r, int col, Role role)
{
    style(role);
    for (int row = 0; row < r.h; row++)
        put_line(r, row, col, LINE_V);
}

Rect draw_frame(Rect r, Role role, const char *title)
{
    draw_hline(r, 0, role);
    draw_hline(r, r.h - 1, role);
    draw_vline(r, 0, role);
    draw_vline(r, r.w - 1, role);
    put_line(r, 0, 0, LINE_TL);
    put_line(r, 0, r.w - 1, LINE_TR);
    put_line(r, r.h - 1, 0, LINE_BL);
    put_line(r, r.h - 1, r.w - 1, LINE_BR);
    if (title && *title && r.w > 6) {
        g_autofree char *text = g_strdup_printf(" %s ", title);
        draw_text(rect_sub(r, 2, 0, r.w - 4, 1), 0, 0, ROLE_HEADING, text);
    }
    return rect_sub(r, 1, 1, r.w - 2, r.h - 2);
}

void draw_junction(Rect r, int row, int col, bool top, Role role)
{
    style(role);
    put_line(r, row, col, top ? LINE_TOP : LINE_BOTTOM);
}
