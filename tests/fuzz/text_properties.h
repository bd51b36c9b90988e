/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must hold for text.h whatever the bytes are; for the fuzz target and the unit test. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"

#define MARKS_ON_A_BASE 4

/* Code points that no terminal may see; the list of the header, written down a second time. */
static inline bool char_is_dangerous(gunichar c, TextFlags flags)
{
    if (c == '\n')
        return !(flags & TEXT_MULTILINE);
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x00AD || c == 0x061C ||
           (c >= 0x200B && c <= 0x200F && c != 0x200D) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xE0000 && c <= 0xE0FFF);
}

/* Every cluster goes on, has cells (but a line feed), and carries few marks; returns the sum of cells. */
static inline int clusters_check(const char *clean)
{
    int width = 0;
    while (*clean) {
        int cells = -1, marks = 0;
        const char *next = text_next_cluster(clean, &cells);
        g_assert_true(next > clean);
        if (*clean == '\n')
            g_assert_true(cells == 0 && next == clean + 1);
        else
            g_assert_true(cells == 1 || cells == 2);
        for (const char *at = clean; at < next; at = g_utf8_next_char(at)) {
            GUnicodeType type = g_unichar_type(g_utf8_get_char(at));
            bool selector = g_utf8_get_char(at) == 0xFE0E || g_utf8_get_char(at) == 0xFE0F;
            marks += !selector &&
                     (type == G_UNICODE_NON_SPACING_MARK || type == G_UNICODE_ENCLOSING_MARK);
        }
        g_assert_cmpint(marks, <=, MARKS_ON_A_BASE);
        width += cells;
        clean = next;
    }
    return width;
}

static inline char *clean_check(const char *bytes, size_t size, TextFlags flags)
{
    char *clean = text_clean(bytes, (gssize)size, flags);
    g_autofree char *again = text_clean(clean, -1, flags);
    g_assert_true(g_utf8_validate(clean, -1, NULL));
    g_assert_cmpstr(clean, ==, again);
    g_assert_true(text_is_clean(clean, flags));
    for (const char *at = clean; *at; at = g_utf8_next_char(at))
        g_assert_false(char_is_dangerous(g_utf8_get_char(at), flags));
    if (!memchr(bytes, 0, size)) { /* being clean means: not changed by cleaning */
        g_autofree char *copy = g_strndup(bytes, size);
        g_assert_true(text_is_clean(copy, flags) == (strcmp(copy, clean) == 0));
    }
    return clean;
}

static inline void cut_check(const char *clean, int cells)
{
    int width = text_width(clean), used = -1;
    size_t bytes = text_fit(clean, cells, &used);
    g_autofree char *prefix = g_strndup(clean, bytes);
    g_autofree char *cut = text_cut(clean, cells);
    g_autofree char *padded = text_pad(clean, cells);
    g_assert_cmpint(text_width(prefix), ==, used);
    g_assert_cmpint(used, <=, cells);
    g_assert_true(clean[bytes] == '\0' || used >= cells - 1); /* the longest that fits */
    g_assert_true((clean[bytes] == '\0') == (width <= cells));
    g_assert_cmpint(text_width(cut), <=, cells);
    g_assert_true(text_is_clean(cut, TEXT_LINE));
    if (width <= cells)
        g_assert_cmpstr(cut, ==, clean);
    g_assert_cmpint(text_width(padded), ==, cells);
    g_assert_true(g_str_has_prefix(padded, cut));
}

static inline void append_without_blanks(GString *out, const char *text)
{
    for (; *text; text++)
        if (*text != ' ' && *text != '\n')
            g_string_append_c(out, *text);
}

static inline void wrap_check(const char *clean, int cells)
{
    g_auto(GStrv) lines = text_wrap(clean, cells);
    g_autoptr(GString) before = g_string_new(NULL);
    g_autoptr(GString) after = g_string_new(NULL);
    g_assert_nonnull(lines[0]);
    append_without_blanks(before, clean);
    for (char **line = lines; *line; line++) {
        g_assert_cmpint(text_width(*line), <=, MAX(cells, 2));
        g_assert_null(strchr(*line, '\n'));
        append_without_blanks(after, *line);
    }
    g_assert_cmpstr(before->str, ==, after->str);
}

static inline void text_properties_check(const char *bytes, size_t size)
{
    static const int sizes[] = { 0, 1, 2, 3, 7, 20, 80 };
    g_autofree char *line = clean_check(bytes, size, TEXT_LINE);
    g_autofree char *lines = clean_check(bytes, size, TEXT_MULTILINE);
    g_assert_cmpint(clusters_check(line), ==, text_width(line));
    clusters_check(lines);
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        cut_check(line, sizes[i]);
        wrap_check(lines, sizes[i]);
    }
}
