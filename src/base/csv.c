/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/csv.h"

#include <string.h>

/* What the usual programs calculate: also a number that begins with +. */
static bool is_formula(const char *text)
{
    return *text && strchr("=+-@\t\r\n", *text);
}

void csv_put_cell(GString *out, const char *text, bool typed)
{
    if (!text)
        text = "";
    bool quoted = text[strcspn(text, "\",\r\n")] != '\0' || *text == ' ';
    const char *guard = typed && is_formula(text) ? "'" : "";
    if (out->len > 0 && out->str[out->len - 1] != '\n')
        g_string_append_c(out, ',');
    if (!quoted) {
        g_string_append_printf(out, "%s%s", guard, text);
        return;
    }
    g_string_append_printf(out, "\"%s", guard);
    for (; *text; text++) {
        if (*text == '"')
            g_string_append_c(out, '"');
        g_string_append_c(out, *text);
    }
    g_string_append_c(out, '"');
}

void csv_end_line(GString *out)
{
    g_string_append(out, "\r\n");
}
