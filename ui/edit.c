/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "edit.h"
#include "screen.h"

#include "base/text.h"

#include <string.h>

struct Edit {
    GString *text;
    gsize cursor; /* byte, at the start of a cluster */
    gsize scroll; /* first byte shown */
    gint64 max;
    bool secret;
};

Edit *edit_new(const char *text, gint64 max, bool secret)
{
    Edit *edit = g_new0(Edit, 1);
    edit->text = g_string_new(NULL);
    edit->max = max;
    edit->secret = secret;
    edit_insert(edit, text);
    return edit;
}

void edit_free(Edit *edit)
{
    if (!edit)
        return;
    if (edit->secret)
        explicit_bzero(edit->text->str, edit->text->allocated_len);
    g_string_free(edit->text, TRUE);
    g_free(edit);
}

const char *edit_text(const Edit *edit)
{
    return edit->text->str;
}

static gsize next_at(const Edit *edit, gsize at)
{
    return (gsize)(text_next_cluster(edit->text->str + at, NULL) - edit->text->str);
}

static gsize before(const Edit *edit, gsize at)
{
    gsize p = 0;
    while (p < at) {
        gsize next = next_at(edit, p);
        if (next >= at || next == p)
            break;
        p = next;
    }
    return p;
}

static gsize word_before(const Edit *edit, gsize at)
{
    const char *text = edit->text->str;
    while (at > 0 && text[at - 1] == ' ')
        at--;
    while (at > 0 && text[at - 1] != ' ')
        at--;
    return at;
}

static gsize word_after(const Edit *edit, gsize at)
{
    const char *text = edit->text->str;
    while (text[at] == ' ')
        at++;
    while (text[at] && text[at] != ' ')
        at++;
    return at;
}

static void erase(Edit *edit, gsize from, gsize to)
{
    g_string_erase(edit->text, (gssize)from, (gssize)(to - from));
    edit->cursor = from;
}

static void insert(Edit *edit, const char *text, TextFlags flags)
{
    if (!text || !*text)
        return;
    g_autofree char *clean = text_clean(text, -1, flags);
    if (edit->max > 0) {
        gint64 room = edit->max - g_utf8_strlen(edit->text->str, -1);
        if (g_utf8_strlen(clean, -1) > room)
            *g_utf8_offset_to_pointer(clean, MAX(0, room)) = '\0';
    }
    g_string_insert(edit->text, (gssize)edit->cursor, clean);
    edit->cursor += strlen(clean);
}

void edit_insert(Edit *edit, const char *text)
{
    insert(edit, text, TEXT_LINE);
}

void edit_set_text(Edit *edit, const char *text, bool lines)
{
    g_string_truncate(edit->text, 0);
    edit->cursor = edit->scroll = 0;
    insert(edit, text, lines ? TEXT_MULTILINE : TEXT_LINE);
}

bool edit_key(Edit *edit, Key key)
{
    gsize end = edit->text->len;
    switch (key) {
    case K_LEFT:
    case KEY_CTRL('B'):
        edit->cursor = before(edit, edit->cursor);
        return true;
    case K_RIGHT:
    case KEY_CTRL('F'):
        edit->cursor = next_at(edit, edit->cursor);
        return true;
    case K_HOME:
    case KEY_CTRL('A'):
        edit->cursor = 0;
        return true;
    case K_END:
    case KEY_CTRL('E'):
        edit->cursor = end;
        return true;
    case 'b' | KEY_IS_META:
        edit->cursor = word_before(edit, edit->cursor);
        return true;
    case 'f' | KEY_IS_META:
        edit->cursor = word_after(edit, edit->cursor);
        return true;
    case K_BACKSPACE:
        erase(edit, before(edit, edit->cursor), edit->cursor);
        return true;
    case K_DELETE:
    case KEY_CTRL('D'):
        erase(edit, edit->cursor, next_at(edit, edit->cursor));
        return true;
    case KEY_CTRL('W'):
        erase(edit, word_before(edit, edit->cursor), edit->cursor);
        return true;
    case KEY_CTRL('U'):
        erase(edit, 0, edit->cursor);
        return true;
    case KEY_CTRL('K'):
        erase(edit, edit->cursor, end);
        return true;
    default:
        break;
    }
    if (!key_is_text(key))
        return false;
    char utf8[7] = "";
    utf8[g_unichar_to_utf8(key, utf8)] = '\0';
    edit_insert(edit, utf8);
    return true;
}

static int cells_between(const Edit *edit, gsize from, gsize to)
{
    int cells = 0;
    while (from < to) {
        int n;
        gsize next = (gsize)(text_next_cluster(edit->text->str + from, &n) - edit->text->str);
        if (next == from)
            break;
        cells += edit->secret || edit->text->str[from] == '\n' ? 1 : n;
        from = next;
    }
    return cells;
}

static char *shown_text(const Edit *edit)
{
    if (edit->secret)
        return g_strnfill((gsize)cells_between(edit, edit->scroll, edit->text->len), '*');
    GString *shown = g_string_new(edit->text->str + edit->scroll);
    g_string_replace(shown, "\n", text_ascii() ? "|" : "\u21b5", 0);
    return g_string_free(shown, FALSE);
}

void edit_draw(Edit *edit, Rect rect, int row, int col, int width, bool focused)
{
    width = MIN(width, rect.w - col);
    if (width < 1)
        return;
    edit->scroll = MIN(edit->scroll, edit->cursor);
    while (cells_between(edit, edit->scroll, edit->cursor) >= width)
        edit->scroll = next_at(edit, edit->scroll);
    Role role = focused ? ROLE_FIELD_ON : ROLE_FIELD;
    g_autofree char *shown = shown_text(edit);
    g_autofree char *part = g_strndup(shown, text_fit(shown, width, NULL));
    draw_field(rect, row, col, width, role, part);
    if (focused && row >= 0 && row < rect.h)
        screen_cursor(rect.y + row, rect.x + col + cells_between(edit, edit->scroll, edit->cursor));
}
