/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bars.h"

#include "base/text.h"

char *bar_text(gint64 n, gint64 most, int cells)
{
    gint64 full = n <= 0 || most <= 0 ? 0 : MAX(1, (n * cells + most / 2) / most);
    GString *bar = g_string_new(NULL);
    for (gint64 i = 0; i < MIN(full, cells); i++)
        g_string_append(bar, text_ascii() ? "#" : "\xe2\x96\xa0");
    return g_string_free(bar, FALSE);
}

char *spark_text(const gint64 *figures, guint n, gint64 most)
{
    static const char *const blocks[] = {
        "\xe2\x96\x81", "\xe2\x96\x82", "\xe2\x96\x83", "\xe2\x96\x84",
        "\xe2\x96\x85", "\xe2\x96\x86", "\xe2\x96\x87", "\xe2\x96\x88",
    };
    static const char *const plain[] = { ".", ":", "|", "#" };
    const char *const *marks = text_ascii() ? plain : blocks;
    gint64 levels = text_ascii() ? G_N_ELEMENTS(plain) : G_N_ELEMENTS(blocks);
    GString *line = g_string_new(NULL);
    for (guint i = 0; i < n; i++) {
        gint64 level = most > 0 ? (figures[i] * levels + most - 1) / most : 0;
        g_string_append(line, level > 0 ? marks[MIN(level, levels) - 1] : " ");
    }
    return g_string_free(line, FALSE);
}
