/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/form.h"

#include <string.h>

#include "base/problem.h"
#include "wire/json.h"

/* A form may carry a password: no copy of it outlives the reading. */
static void wipe(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    g_free(text);
}

static void wipe_all(char **texts)
{
    for (int i = 0; texts[i]; i++)
        explicit_bzero(texts[i], strlen(texts[i]));
    g_strfreev(texts);
}

/* Browsers end the lines of a text with CR LF; here LF alone does. */
static void end_lines_alike(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++)
        if (from[0] != '\r' || from[1] != '\n')
            *to++ = *from;
    explicit_bzero(to, strlen(to));
}

/* One name or value, decoded; NULL when it cannot be. */
static char *decode(const char *text)
{
    char *plain = g_strdelimit(g_strdup(text), "+", ' ');
    char *decoded = g_uri_unescape_string(plain, NULL); /* NULL for %00 too */
    wipe(plain);
    if (decoded && g_utf8_validate(decoded, -1, NULL)) {
        end_lines_alike(decoded);
        return decoded;
    }
    wipe(decoded);
    return NULL;
}

/* "name=value"; false: it is not well encoded. */
static bool put_pair(GString *out, char *pair)
{
    char *equals = strchr(pair, '=');
    if (equals)
        *equals = '\0';
    char *name = decode(pair), *value = decode(equals ? equals + 1 : "");
    bool ok = name && value;
    if (ok) {
        json_put_text(out, name);
        g_string_append_c(out, ':');
        json_put_text(out, value);
    }
    if (equals)
        *equals = '='; /* so that all of it is overwritten */
    wipe(name);
    wipe(value);
    return ok;
}

static char *to_json(char **pairs, size_t length)
{
    GString *out = g_string_sized_new(2 * length + 64);
    bool ok = true;
    g_string_append_c(out, '{');
    for (int i = 0; pairs[i] && ok; i++) {
        if (*pairs[i] == '\0')
            continue;
        if (out->len > 1)
            g_string_append_c(out, ',');
        ok = put_pair(out, pairs[i]);
    }
    g_string_append_c(out, '}');
    if (ok)
        return g_string_free(out, FALSE);
    wipe(g_string_free(out, FALSE));
    return NULL;
}

char *form_to_json(const char *body, size_t length, GError **error)
{
    char *text = g_strndup(body, length);
    char **pairs = g_strsplit(text, "&", -1);
    char *json = strlen(text) == length ? to_json(pairs, length) : NULL;
    wipe_all(pairs);
    wipe(text);
    if (!json)
        problem_set(error, PROBLEM_MALFORMED, "the form is not well encoded");
    return json;
}
