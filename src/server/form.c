/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/form.h"

#include <string.h>

#include "base/problem.h"
#include "wire/json.h"

/* One name or value, decoded; NULL when it cannot be. */
static char *decode(const char *text)
{
    g_autofree char *plain = g_strdelimit(g_strdup(text), "+", ' ');
    char *decoded = g_uri_unescape_string(plain, NULL); /* NULL for %00 too */
    if (decoded && g_utf8_validate(decoded, -1, NULL))
        return decoded;
    g_free(decoded);
    return NULL;
}

char *form_to_json(const char *body, size_t length, GError **error)
{
    g_autofree char *text = g_strndup(body, length);
    g_auto(GStrv) pairs = g_strsplit(text, "&", -1);
    g_autoptr(GString) out = g_string_new("{");
    bool first = true;
    for (int i = 0; pairs[i]; i++) {
        if (*pairs[i] == '\0')
            continue;
        char *equals = strchr(pairs[i], '=');
        if (equals)
            *equals = '\0';
        g_autofree char *name = decode(pairs[i]);
        g_autofree char *value = decode(equals ? equals + 1 : "");
        if (!name || !value || strlen(text) != length) {
            problem_set(error, PROBLEM_MALFORMED, "the form is not well encoded");
            return NULL;
        }
        g_string_append(out, first ? "" : ",");
        first = false;
        json_put_text(out, name);
        g_string_append_c(out, ':');
        json_put_text(out, value);
    }
    g_string_append_c(out, '}');
    return g_string_free(g_steal_pointer(&out), FALSE);
}
