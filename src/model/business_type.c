/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/business_type.h"

#include <string.h>

#include "base/embed.h"
#include "base/i18n.h"

#define INDENT 2 /* blanks a level */
#define DEPTH_MAX 8

extern const EmbeddedText business_texts[];

static struct {
    BusinessType *rows;
    size_t n;
    GHashTable *by_word; /* folded -> BusinessType */
} table;

/* Trimmed, blanks as one, in one case. */
static char *fold(const char *text)
{
    char *folded = g_str_is_ascii(text) ? g_ascii_strdown(text, -1) : g_utf8_casefold(text, -1);
    char *out = folded;
    for (const char *at = folded; *at; at++) {
        bool blank = strchr(" \t\n", *at) != NULL;
        if (!blank)
            *out++ = *at;
        else if (out > folded && out[-1] != ' ')
            *out++ = ' ';
    }
    if (out > folded && out[-1] == ' ')
        out--;
    *out = '\0';
    return folded;
}

static void add_line(const char *line, const BusinessType *parents[static DEPTH_MAX])
{
    size_t blanks = strspn(line, " ");
    if (!line[blanks] || line[blanks] == '#')
        return;
    g_auto(GStrv) cells = g_strsplit(line + blanks, "|", -1);
    BusinessType *row = &table.rows[table.n++];
    int depth = (int)blanks / INDENT;
    g_assert(depth < DEPTH_MAX && g_strv_length(cells) >= 2);
    *row = (BusinessType){ .code = g_strdup(cells[0]),
                           .label = g_strdup(cells[1]),
                           .parent = depth ? parents[depth - 1] : NULL,
                           .depth = depth,
                           .leaf = true };
    if (row->parent)
        ((BusinessType *)row->parent)->leaf = false;
    parents[depth] = row;
    row->words = g_new0(char *, g_strv_length(cells) + 1);
    for (size_t i = 0; cells[i]; i++) {
        row->words[i] = fold(cells[i]);
        g_hash_table_insert(table.by_word, row->words[i], row);
    }
}

static void load(void)
{
    static gsize loaded;
    if (!g_once_init_enter(&loaded))
        return;
    g_auto(GStrv) lines = g_strsplit(business_texts[0].text, "\n", -1);
    const BusinessType *parents[DEPTH_MAX] = { NULL };
    table.rows = g_new0(BusinessType, g_strv_length(lines));
    table.by_word = g_hash_table_new(g_str_hash, g_str_equal);
    for (char **line = lines; *line; line++)
        add_line(*line, parents);
    g_once_init_leave(&loaded, 1);
}

const BusinessType *business_types(size_t *n)
{
    load();
    *n = table.n;
    return table.rows;
}

const BusinessType *business_type_find(const char *text)
{
    load();
    g_autofree char *word = text && g_utf8_validate(text, -1, NULL) ? fold(text) : NULL;
    return word ? g_hash_table_lookup(table.by_word, word) : NULL;
}

bool business_type_is_in(const BusinessType *type, const BusinessType *branch)
{
    while (type && type != branch)
        type = type->parent;
    return type != NULL;
}

char *business_type_store(const char *text)
{
    const BusinessType *type = business_type_find(text);
    if (type)
        return g_strdup(type->code);
    g_autofree char *trimmed = text ? g_strstrip(g_strdup(text)) : NULL;
    return trimmed && *trimmed ? g_steal_pointer(&trimmed) : NULL;
}

const char *business_type_label(const char *stored)
{
    const BusinessType *type = business_type_find(stored);
    return type ? _(type->label) : stored ? stored : "";
}

char *business_type_inline(const char *stored)
{
    const BusinessType *type = business_type_find(stored);
    const char *label = business_type_label(stored);
    char *text = g_strdup(label);
    bool translated = type && label != type->label; /* not every language writes "electrician" */
    if (!translated && g_ascii_isupper(text[0]) && g_ascii_islower(text[1]))
        text[0] = g_ascii_tolower(text[0]);
    return text;
}

char *business_type_seat(const char *stored)
{
    const BusinessType *type = business_type_find(stored);
    if (type)
        return type->leaf ? g_strdup(type->code) : NULL;
    g_autofree char *words = stored ? fold(stored) : NULL;
    return words && *words ? g_steal_pointer(&words) : NULL;
}

bool business_type_competes(const char *stored, const char *other)
{
    g_autofree char *one = business_type_seat(stored), *two = business_type_seat(other);
    return one && g_strcmp0(one, two) == 0;
}
