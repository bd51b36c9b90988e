/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/words.h"

#include <string.h>

#include "server/search.h"

#define PART_WORDS 1200
#define MARKED_WORDS 6

/* ---- documents */

void words_put_text(GString *out, const char *text)
{
    search_cut(out, text, PART_WORDS);
}

void words_put_list(GString *out, char *const *list)
{
    for (; list && *list; list++)
        words_put_text(out, *list);
}

void words_put_marked(GString *out, char kind, const char *text)
{
    g_autoptr(GString) cut = g_string_new(NULL);
    search_cut(cut, text, MARKED_WORDS);
    g_auto(GStrv) words = g_strsplit(g_strchomp(cut->str), " ", -1);
    for (char **word = words; *word; word++)
        if (**word)
            g_string_append_printf(out, "_%c_%s ", kind, *word);
}

void words_put_id(GString *out, char kind, const Uuid *id)
{
    g_string_append_printf(out, "_%c_", kind);
    for (int i = 0; i < 16; i++)
        g_string_append_printf(out, "%02x", id->bytes[i]);
    g_string_append_c(out, ' ');
}

char *words_vector(GString *const *parts, const char *weights, int n)
{
    GString *out = g_string_new(NULL);
    int position = 1;
    for (int i = 0; i < n; i++) {
        g_auto(GStrv) words = g_strsplit(parts[i]->str, " ", -1);
        for (char **word = words; *word; word++)
            if (**word)
                g_string_append_printf(out, "'%s':%d%c ", *word, position++, weights[i]);
    }
    return g_string_free(out, FALSE);
}

/* ---- queries */

void words_ask(GString *out, DbEngine engine, const char *word, bool prefix)
{
    if (engine == DB_ENGINE_SQLITE)
        g_string_append_printf(out, "%s\"%s\"%s", out->len ? " AND " : "", word, prefix ? "*" : "");
    else
        g_string_append_printf(out, "%s'%s'%s", out->len ? " & " : "", word, prefix ? ":*" : "");
}

int words_ask_text(GString *out, DbEngine engine, const char *text, char kind, int max)
{
    g_autoptr(GString) cut = g_string_new(NULL);
    int n = search_cut(cut, text, max);
    g_auto(GStrv) words = g_strsplit(g_strchomp(cut->str), " ", -1);
    for (char **word = words; *word; word++) {
        g_autofree char *marked = kind ? g_strdup_printf("_%c_%s", kind, *word) : NULL;
        if (**word)
            words_ask(out, engine, marked ? marked : *word, true);
    }
    return n;
}

bool words_given(const char *text)
{
    return text && text[strspn(text, " ")];
}
