/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "complete.h"

#include "base/i18n.h"
#include "base/text.h"
#include "client/settings.h"
#include "command.h"
#include "keymap.h"
#include "limit.h"

#include <string.h>

static void candidate_free(gpointer data)
{
    Candidate *candidate = data;
    g_free(candidate->word);
    g_free(candidate);
}

#define FILES_MAX 500

static int by_word(gconstpointer a, gconstpointer b)
{
    const Candidate *const *one = a, *const *other = b;
    return strcmp((*one)->word, (*other)->word);
}

static void add(GPtrArray *out, const char *prefix, const char *before, const char *word,
                const char *effect)
{
    g_autofree char *whole = g_strconcat(before, word, NULL);
    if (g_str_has_prefix(whole, prefix)) {
        Candidate *candidate = g_new0(Candidate, 1);
        candidate->word = g_steal_pointer(&whole);
        candidate->effect = effect && *effect ? _(effect) : "";
        g_ptr_array_add(out, candidate);
    }
}

static void add_values(GPtrArray *out, const char *prefix, const char *before,
                       const EnumTable *table)
{
    for (size_t i = 0; i < table->n_values; i++)
        add(out, prefix, before, table->values[i].code, table->values[i].label);
}

static void add_commands(GPtrArray *out, const char *prefix)
{
    for (const Command *command = commands; command->name; command++)
        if (!(command->flags & COMMAND_INTERNAL))
            add(out, prefix, "", command->name, command->effect);
}

/* NAME=, and behind that what the setting takes. */
static void add_settings(GPtrArray *out, const char *prefix)
{
    const char *equals = strchr(prefix, '=');
    if (!equals) {
        for (size_t i = 0; i < n_settings; i++)
            add(out, prefix, settings_table[i].field.name, "=", settings_table[i].effect);
        add(out, prefix, "", "all", N_("all settings"));
        return;
    }
    g_autofree char *name = g_strndup(prefix, (gsize)(equals - prefix));
    g_autofree char *before = g_strconcat(name, "=", NULL);
    const Setting *setting = setting_find(name);
    if (setting && setting->field.type == FIELD_ENUM)
        add_values(out, prefix, before, setting->field.values);
}

static void add_contexts(GPtrArray *out, const char *prefix)
{
    for (int i = 0; i < CTX_COUNT; i++)
        add(out, prefix, "", key_context_names[i], "");
}

/* Names in the folder that is begun; hidden ones when that is asked for. */
static void add_files(GPtrArray *out, const char *prefix)
{
    const char *slash = strrchr(prefix, '/');
    g_autofree char *before = slash ? g_strndup(prefix, (gsize)(slash + 1 - prefix)) : g_strdup("");
    g_autofree char *folder = g_str_has_prefix(before, "~/")
                                  ? g_build_filename(g_get_home_dir(), before + 2, NULL)
                                  : g_strdup(*before ? before : ".");
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir)) && out->len < FILES_MAX) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *word = g_strconcat(name, g_file_test(path, G_FILE_TEST_IS_DIR) ? "/" : "",
                                            NULL);
        bool hidden = *name == '.' && (slash ? slash[1] : *prefix) != '.';
        if (!hidden && !strchr(name, ' ') && text_is_clean(name, TEXT_LINE))
            add(out, prefix, before, word, "");
    }
    g_ptr_array_sort(out, by_word);
}

/* What may stand as which word behind a command, where its row does not say it already. */
static const struct {
    const char *command;
    guint at; /* 0: the first */
    void (*add)(GPtrArray *out, const char *prefix);
} arguments[] = {
    { "bind", 0, add_contexts }, { "bind", 2, add_commands }, { "unbind", 0, add_contexts },
    { "help", 0, add_commands }, { "export", 1, add_files },
};

static const EnumTable *values_of(const Command *command)
{
    if (!command->setting)
        return command->values;
    const Setting *setting = setting_find(command->setting);
    return setting ? setting->field.values : NULL;
}

static void add_arguments(GPtrArray *out, const Command *command, const char *args)
{
    g_auto(GStrv) words = g_strsplit(args, " ", -1);
    guint at = *args ? g_strv_length(words) - 1 : 0;
    const char *last = *args ? words[at] : "";
    const EnumTable *values = values_of(command);
    if (at == 0 && values)
        add_values(out, last, "", values);
    else if (at == 0 && command->flags & COMMAND_TAKES_SETTING)
        add_settings(out, last);
    for (size_t i = 0; i < G_N_ELEMENTS(arguments); i++)
        if (arguments[i].at == at && strcmp(arguments[i].command, command->name) == 0)
            arguments[i].add(out, last);
}

GPtrArray *complete_line(const char *line, gsize *start)
{
    GPtrArray *out = g_ptr_array_new_with_free_func(candidate_free);
    const char *name = line + strspn(line, " ");
    gsize length = strcspn(name, " ");
    const char *args = name + length + strspn(name + length, " ");
    const char *last = strrchr(line, ' ');
    if (start)
        *start = last ? (gsize)(last + 1 - line) : 0;
    g_autofree char *word = g_strndup(name, length);
    const Command *command = name[length] ? command_find(word) : NULL;
    if (command && command->flags & COMMAND_TAKES_LIMIT) {
        g_ptr_array_unref(out);
        out = limit_candidates(args, start);
        if (start)
            *start += (gsize)(args - line);
        return out;
    }
    if (!name[length])
        add_commands(out, name);
    else if (command)
        add_arguments(out, command, args);
    if (out->len == 1 && last && strcmp(((Candidate *)out->pdata[0])->word, last + 1) == 0)
        g_ptr_array_set_size(out, 0);
    return out;
}
