/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sanitiser of base/text.h. */
#include "base/text.h"

#include <string.h>

#include "base/text_unicode.h"

#define MARKS_MAX 4 /* on one base */
#define JOINS_MAX 6 /* joiners in one emoji; the longest in use has three */
#define TAB_BLANKS 4

/* Goes through text once; its output is kept in `out`, or compared with `expect` when that is set. */
typedef struct Cleaner {
    const char *text;
    size_t size;
    TextFlags flags;
    GString *out;
    const char *expect; /* what must come next */
    bool differs;

    /* What was put out last: */
    CharClass last;
    gunichar last_char;
    bool has_base; /* a mark would have something to stand on */
    bool emoji;    /* ends in a pictograph and what extends it */
    bool joined;   /* ends in a joiner after such */
    int marks, joins;
} Cleaner;

static void put_bytes(Cleaner *cleaner, const char *bytes, size_t n)
{
    if (!cleaner->expect) {
        g_string_append_len(cleaner->out, bytes, (gssize)n);
        return;
    }
    if (strncmp(cleaner->expect, bytes, n) != 0)
        cleaner->differs = true;
    else
        cleaner->expect += n;
}

static void put_char(Cleaner *cleaner, gunichar c, CharClass class)
{
    char bytes[6];
    put_bytes(cleaner, bytes, (size_t)g_unichar_to_utf8(c, bytes));
    cleaner->last = class;
    cleaner->last_char = c;
}

/* Something that stands by itself. */
static void put_base(Cleaner *cleaner, gunichar c, CharClass class)
{
    put_char(cleaner, c, class);
    cleaner->has_base = true;
    cleaner->emoji = cleaner->joined = false;
    cleaner->marks = cleaner->joins = 0;
}

static void put_ascii(Cleaner *cleaner, const char *text)
{
    for (; *text; text++)
        put_base(cleaner, (guchar)*text, CHAR_BASE);
}

static void put_newline(Cleaner *cleaner)
{
    if (!(cleaner->flags & TEXT_MULTILINE)) {
        put_base(cleaner, ' ', CHAR_BASE);
        return;
    }
    put_base(cleaner, '\n', CHAR_CONTROL);
    cleaner->has_base = false;
}

static void clean_control(Cleaner *cleaner, gunichar c, char next)
{
    char visible[8];
    if (c == '\r' && next == '\n')
        return; /* the \n speaks for both */
    if (c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029) {
        put_newline(cleaner);
    } else if (c == '\t') {
        for (int i = 0; i < (cleaner->flags & TEXT_MULTILINE ? TAB_BLANKS : 1); i++)
            put_base(cleaner, ' ', CHAR_BASE);
    } else if (c < 0x80) {
        g_snprintf(visible, sizeof visible, "^%c", (char)(c ^ 0x40));
        put_ascii(cleaner, visible);
    } else {
        g_snprintf(visible, sizeof visible, "<%02X>", (unsigned)c);
        put_ascii(cleaner, visible);
    }
}

static void clean_mark(Cleaner *cleaner, gunichar c, CharClass class)
{
    if (!cleaner->has_base || (class == CHAR_MARK && cleaner->marks >= MARKS_MAX))
        return;
    put_char(cleaner, c, class);
    cleaner->joined = false;
    if (class == CHAR_MARK)
        cleaner->marks++;
    else
        cleaner->emoji = false;
}

static void clean_jamo(Cleaner *cleaner, gunichar c, CharClass class)
{
    if (!jamo_joins(cleaner->last, class)) {
        put_base(cleaner, REPLACEMENT, CHAR_BASE); /* alone it has no cell to be seen in */
    } else if (cleaner->marks < MARKS_MAX) {
        put_char(cleaner, c, class);
        cleaner->marks++;
    }
}

static void clean_emoji(Cleaner *cleaner, gunichar c)
{
    if (!cleaner->joined)
        put_base(cleaner, c, CHAR_EMOJI);
    else
        put_char(cleaner, c, CHAR_EMOJI);
    cleaner->emoji = true;
    cleaner->joined = false;
}

static void clean_modifier(Cleaner *cleaner, gunichar c)
{
    bool tones = cleaner->last == CHAR_EMOJI || (cleaner->last == CHAR_SELECTOR && cleaner->emoji);
    if (tones)
        put_char(cleaner, c, CHAR_MODIFIER);
    else
        put_base(cleaner, c, CHAR_MODIFIER);
}

static void clean_joiner(Cleaner *cleaner, gunichar next)
{
    int cells;
    if (!cleaner->emoji || cleaner->joined || cleaner->joins >= JOINS_MAX || next == INVALID ||
        char_class(next, &cells) != CHAR_EMOJI)
        return;
    put_char(cleaner, JOINER, CHAR_JOINER);
    cleaner->joined = true;
    cleaner->joins++;
}

static void clean_selector(Cleaner *cleaner, gunichar c, gunichar next)
{
    int cells;
    bool keycap = c == EMOJI_SELECTOR && next == KEYCAP && cleaner->last == CHAR_BASE &&
                  char_widens(cleaner->last_char);
    bool emoji = cleaner->last == CHAR_EMOJI &&
                 (char_widens(cleaner->last_char) ||
                  (char_class(cleaner->last_char, &cells), cells == 2));
    if (keycap || emoji)
        put_char(cleaner, c, CHAR_SELECTOR);
}

static bool is_noncharacter(gunichar c)
{
    return (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
}

static void clean_char(Cleaner *cleaner, gunichar c, const char *rest, size_t left)
{
    int cells;
    size_t bytes;
    if (c == INVALID || is_noncharacter(c)) {
        put_base(cleaner, REPLACEMENT, CHAR_BASE);
        return;
    }
    CharClass class = char_class(c, &cells);
    switch (class) {
    case CHAR_CONTROL:
        clean_control(cleaner, c, left ? *rest : '\0');
        break;
    case CHAR_MARK:
    case CHAR_SPACING:
        clean_mark(cleaner, c, class);
        break;
    case CHAR_JAMO_V:
    case CHAR_JAMO_T:
        clean_jamo(cleaner, c, class);
        break;
    case CHAR_EMOJI:
        clean_emoji(cleaner, c);
        break;
    case CHAR_MODIFIER:
        clean_modifier(cleaner, c);
        break;
    case CHAR_JOINER:
        clean_joiner(cleaner, left ? char_take(rest, left, &bytes) : INVALID);
        break;
    case CHAR_SELECTOR:
        clean_selector(cleaner, c, left ? char_take(rest, left, &bytes) : INVALID);
        break;
    case CHAR_IGNORED:
        break;
    default:
        put_base(cleaner, c, class);
        break;
    }
}

static void clean_all(Cleaner *cleaner)
{
    for (size_t at = 0; at < cleaner->size && !cleaner->differs;) {
        size_t bytes;
        gunichar c = char_take(cleaner->text + at, cleaner->size - at, &bytes);
        at += bytes;
        clean_char(cleaner, c, cleaner->text + at, cleaner->size - at);
    }
}

/* Eight bytes at a time: no byte above 0x7e, none below 0x20. */
static bool is_printable_ascii(const char *text, size_t size)
{
    const guint64 ones = G_GUINT64_CONSTANT(0x0101010101010101), high = ones << 7;
    size_t at = 0;
    for (; at + 8 <= size; at += 8) {
        guint64 word;
        memcpy(&word, text + at, 8);
        if ((word | (word + ones) | (word - 0x20 * ones)) & high)
            return false;
    }
    for (; at < size; at++)
        if (text[at] < 0x20 || text[at] > 0x7e)
            return false;
    return true;
}

char *text_clean(const char *text, gssize length, TextFlags flags)
{
    if (!text)
        return g_strdup("");
    size_t size = length < 0 ? strlen(text) : (size_t)length;
    if (is_printable_ascii(text, size))
        return g_strndup(text, size);
    Cleaner cleaner = { .text = text, .size = size, .flags = flags };
    cleaner.out = g_string_sized_new(size + 16);
    clean_all(&cleaner);
    return g_string_free(cleaner.out, FALSE);
}

bool text_is_clean(const char *text, TextFlags flags)
{
    size_t size = text ? strlen(text) : 0;
    if (size == 0 || is_printable_ascii(text, size))
        return true;
    Cleaner cleaner = { .text = text, .size = size, .flags = flags, .expect = text };
    clean_all(&cleaner);
    return !cleaner.differs && *cleaner.expect == '\0';
}
