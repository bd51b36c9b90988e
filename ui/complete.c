/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "complete.h"

#include "base/i18n.h"
#include "client/settings.h"
#include "command.h"

#include <string.h>

static void candidate_free(gpointer data)
{
    Candidate *candidate = data;
    g_free(candidate->word);
    g_free(candidate);
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

static const EnumTable *values_of(const Command *command)
{
    if (!command->setting)
        return command->values;
    const Setting *setting = setting_find(command->setting);
    return setting ? setting->field.values : NULL;
}

static void add_arguments(GPtrArray *out, const Command *command, const char *args)
{
    if (strchr(args, ' '))
        return; /* only the first of them is one of a list */
    const EnumTable *values = values_of(command);
    if (values)
        add_values(out, args, "", values);
    else if (command->flags & COMMAND_TAKES_SETTING)
        add_settings(out, args);
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
    if (!name[length]) {
        add_commands(out, name);
    } else {
        g_autofree char *word = g_strndup(name, length);
        const Command *command = command_find(word);
        if (command)
            add_arguments(out, command, args);
    }
    if (out->len == 1 && last && strcmp(((Candidate *)out->pdata[0])->word, last + 1) == 0)
        g_ptr_array_set_size(out, 0);
    return out;
}
