/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text_unicode.h"

#include "base/text_tables.h"

#define IS_IN(table, c) range_has(table, G_N_ELEMENTS(table), c)

static bool range_has(const UnicodeRange *ranges, size_t n, gunichar c)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c < ranges[middle].first)
            high = middle;
        else if (c > ranges[middle].last)
            low = middle + 1;
        else
            return true;
    }
    return false;
}

/* Number of bytes that a lead byte asks for (0: none does), and the range of the second. */
static unsigned lead_byte(guchar lead, guchar *low, guchar *high)
{
    *low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;  /* overlong forms */
    *high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF; /* surrogates, the end of Unicode */
    if (lead >= 0xC2 && lead <= 0xDF)
        return 2;
    if (lead >= 0xE0 && lead <= 0xEF)
        return 3;
    return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

gunichar char_take(const char *text, size_t size, size_t *bytes)
{
    const guchar *at = (const guchar *)text;
    guchar low, high;
    *bytes = 1;
    if (at[0] < 0x80)
        return at[0];
    unsigned length = lead_byte(at[0], &low, &high);
    if (length == 0)
        return INVALID;
    gunichar c = at[0] & (0x7Fu >> length);
    for (unsigned i = 1; i < length; i++) {
        if (i >= size || at[i] < low || at[i] > high)
            return INVALID;
        c = c << 6 | (at[i] & 0x3Fu);
        low = 0x80;
        high = 0xBF;
        *bytes = i + 1;
    }
    return c;
}

static CharClass class_of_format(gunichar c, int *cells)
{
    *cells = 0;
    if (c == JOINER)
        return CHAR_JOINER;
    if (!IS_IN(prepends, c))
        return CHAR_IGNORED;
    *cells = 1;
    return CHAR_PREPEND;
}

static CharClass class_of_mark(gunichar c, GUnicodeType type, int *cells)
{
    *cells = 0;
    if (c == TEXT_SELECTOR || c == EMOJI_SELECTOR)
        return CHAR_SELECTOR;
    if (IS_IN(ignorables, c))
        return CHAR_IGNORED;
    if (type != G_UNICODE_SPACING_MARK)
        return CHAR_MARK;
    *cells = 1;
    return CHAR_SPACING;
}

/* Letters, digits, symbols. The tables are asked only for ranges in which they have something. */
static CharClass class_of_other(gunichar c, int *cells)
{
    *cells = 1;
    if (c == 0x0E33 || c == 0x0EB3 || c == 0xFF9E || c == 0xFF9F) /* letters that join as marks */
        return CHAR_SPACING;
    if (c < 0x1100)
        return c == 0xA9 || c == 0xAE ? CHAR_EMOJI : IS_IN(prepends, c) ? CHAR_PREPEND : CHAR_BASE;
    if (IS_IN(ignorables, c)) {
        *cells = 0;
        return CHAR_IGNORED;
    }
    *cells = g_unichar_iswide(c) ? 2 : 1;
    if (c >= 0x1F1E6 && c <= 0x1F1FF)
        return CHAR_REGIONAL;
    if (c >= 0x1F3FB && c <= 0x1F3FF)
        return CHAR_MODIFIER;
    if (((c >= 0x2000 && c < 0x3300) || c >= 0x1F000) && IS_IN(pictographs, c))
        return CHAR_EMOJI;
    return c >= 0x11000 && IS_IN(prepends, c) ? CHAR_PREPEND : CHAR_BASE;
}

/* The conjoining jamo with which old and decomposed Hangul are written. */
static bool class_of_jamo(gunichar c, CharClass *class, int *cells)
{
    bool first = c >= 0x1100 && c <= 0x11FF;
    if (!first && !(c >= 0xA960 && c <= 0xA97C) && !(c >= 0xD7B0 && c <= 0xD7FB))
        return false;
    switch (g_unichar_break_type(c)) {
    case G_UNICODE_BREAK_HANGUL_L_JAMO:
        *class = CHAR_JAMO_L;
        *cells = 2;
        break;
    case G_UNICODE_BREAK_HANGUL_V_JAMO:
        *class = CHAR_JAMO_V;
        *cells = 0;
        break;
    case G_UNICODE_BREAK_HANGUL_T_JAMO:
        *class = CHAR_JAMO_T;
        *cells = 0;
        break;
    default:
        return false;
    }
    return c != 0x115F && c != 0x1160; /* fillers are ignorable */
}

CharClass char_class(gunichar c, int *cells)
{
    CharClass class;
    *cells = 1;
    if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029) {
        *cells = 0;
        return CHAR_CONTROL;
    }
    if (c < 0xA9 || (c > 0xAE && c < 0x300))
        return CHAR_BASE;
    if (c >= 0x4E00 && c <= 0x9FFF) {
        *cells = 2;
        return CHAR_BASE;
    }
    if (c >= 0xAC00 && c <= 0xD7A3) {
        *cells = 2;
        return (c - 0xAC00) % 28 == 0 ? CHAR_HANGUL_LV : CHAR_HANGUL_LVT;
    }
    if (class_of_jamo(c, &class, cells))
        return class;
    GUnicodeType type = g_unichar_type(c);
    switch (type) {
    case G_UNICODE_FORMAT:
        return class_of_format(c, cells);
    case G_UNICODE_NON_SPACING_MARK:
    case G_UNICODE_ENCLOSING_MARK:
    case G_UNICODE_SPACING_MARK:
        return class_of_mark(c, type, cells);
    default:
        return class_of_other(c, cells);
    }
}

bool char_widens(gunichar c)
{
    return g_ascii_isdigit((char)(c < 0x80 ? c : 0)) || c == '#' || c == '*' ||
           IS_IN(narrow_emoji, c);
}

bool jamo_joins(CharClass before, CharClass jamo)
{
    if (jamo == CHAR_JAMO_V)
        return before == CHAR_JAMO_L || before == CHAR_JAMO_V || before == CHAR_HANGUL_LV;
    return before == CHAR_JAMO_V || before == CHAR_JAMO_T || before == CHAR_HANGUL_LV ||
           before == CHAR_HANGUL_LVT;
}
