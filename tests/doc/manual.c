/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of the manuals that tables of the programs know, as mdoc. tests/check-doc holds the manuals against them:
 *
 *   manual PART        one of the table at the end
 */
#include "base/i18n.h"
#include "base/text.h"
#include "cli/args.h"
#include "cli/command.h"
#include "client/settings.h"
#include "command.h"
#include "keymap.h"
#include "server/config.h"

#include <stdio.h>
#include <string.h>

/* A word of a macro line: nothing in it is a macro, an escape or punctuation. */
static char *word(const char *text)
{
    GString *out = g_string_new("\\&");
    for (; *text; text++) {
        if (*text == '\\')
            g_string_append(out, "\\e");
        else if (*text == '-')
            g_string_append(out, "\\-");
        else if (*text == '"')
            g_string_append(out, "\\(dq");
        else
            g_string_append_c(out, *text);
    }
    g_string_append(out, "\\&");
    return g_string_free(out, FALSE);
}

/* Text lines: each sentence begins one, none is longer than 78 cells. */
static void put_text(const char *text)
{
    g_auto(GStrv) sentences = g_strsplit(text, ". ", -1);
    for (char **sentence = sentences; *sentence; sentence++) {
        bool closed = g_str_has_suffix(*sentence, ".") || g_str_has_suffix(*sentence, "?");
        g_autofree char *whole = g_strconcat(*sentence, closed ? "" : ".", NULL);
        g_auto(GStrv) pieces = g_strsplit(whole, "\\", -1);
        g_autofree char *safe = g_strjoinv("\\e", pieces);
        g_auto(GStrv) lines = text_wrap(safe, 78);
        for (char **line = lines; *line; line++)
            printf("%s%s\n", strchr(".'", **line) ? "\\&" : "", *line);
    }
}

static void put_option(char letter, const char *name, const char *argument, const char *effect)
{
    printf(".It ");
    if (letter)
        printf("Fl %c , ", letter);
    printf("Fl -%s", name);
    if (argument) {
        g_autofree char *safe = word(argument);
        printf(" Ar %s", safe);
    }
    putchar('\n');
    if (*effect)
        put_text(effect);
}

/* ---- leadline: the command line */

static void put_cli_options(guint64 which)
{
    for (int id = 0; id < N_CLI_OPTIONS; id++) {
        const CliOption *option = &cli_options[id];
        if (!(which >> id & 1))
            continue;
        g_autofree char *codes = option->values ? cli_codes(option->values) : NULL;
        g_autofree char *effect = codes ? g_strdup_printf("%s: %s", option->effect, codes)
                                        : g_strdup(option->effect);
        put_option(option->letter, option->name, option->argument, effect);
    }
}

static void put_options(void)
{
    printf(".Bl -tag -width Ds\n");
    put_cli_options(CLI_SHARED);
    printf(".El\n");
}

static void put_fields(const FieldTable *table)
{
    g_autoptr(GArray) fields = cli_fields(table);
    for (guint i = 0; i < fields->len; i++) {
        const CliField *row = &g_array_index(fields, CliField, i);
        const char *label = row->field->label ? row->field->label : "";
        g_autofree char *codes = row->field->values ? cli_codes(row->field->values) : NULL;
        g_autofree char *effect = codes ? g_strdup_printf("%s: %s", label, codes) : g_strdup(label);
        put_option(0, row->name, cli_field_argument(row->field), effect);
    }
}

static void put_command(const CliCommand *command)
{
    printf(".It Cm %s", command->name);
    if (command->operands) {
        g_autofree char *safe = word(command->operands);
        printf(" Ar %s", safe);
    }
    putchar('\n');
    put_text(command->effect);
    if (command->details)
        put_text(command->details);
    if (!command->options && !command->fields)
        return;
    printf(".Bl -tag -width Ds -compact\n");
    put_cli_options(command->options);
    if (command->fields)
        put_fields(command->fields);
    printf(".El\n");
}

static void put_commands(void)
{
    printf(".Bl -tag -width Ds\n");
    for (const CliCommand *command = cli_commands; command->name; command++)
        put_command(command);
    printf(".El\n");
}

/* ---- leadline: the screen */

static const char *const context_titles[CTX_COUNT] = {
    [CTX_GLOBAL] = "Everywhere",
    [CTX_LIST] = "In lists",
    [CTX_LEAD] = "On a lead",
    [CTX_PARTNER] = "On a partner",
    [CTX_INVITATION] = "On an invitation",
    [CTX_MEETINGS] = "In the list of meetings",
    [CTX_MEETING] = "At a meeting",
    [CTX_REPORT] = "In a report",
    [CTX_ACCOUNT] = "In the account",
    [CTX_OUTBOX] = "In the outbox",
    [CTX_HELP] = "In the help",
    [CTX_DIALOG] = "In a dialog",
    [CTX_TEXT] = "While a text is typed",
};

static void put_key(const char *keys, const Command *command)
{
    g_auto(GStrv) all = g_strsplit(keys, " ", -1);
    printf(".It");
    for (char **key = all; *key; key++) {
        g_autofree char *safe = word(*key);
        printf(" Ic %s%s", safe, key[1] ? " ," : "");
    }
    printf("\n.Pq Cm %s\n", command->name);
    put_text(command->effect);
}

/* Nothing of a context without keys of its own. */
static void put_keys_of(const KeyMap *keymap, KeyContext context)
{
    bool any = false;
    for (const Command *command = commands; command->name; command++) {
        g_autofree char *keys = keymap_keys_of(keymap, CTX_BIT(context), command->name, "");
        if (!*keys)
            continue;
        if (!any)
            printf("%s%s:\n.Bl -tag -width \"previous-waiting\" -compact\n",
                   context > 0 ? ".Pp\n" : "", context_titles[context]);
        any = true;
        put_key(keys, command);
    }
    if (any)
        printf(".El\n");
}

static void put_keys(void)
{
    g_autoptr(KeyMap) keymap = keymap_new();
    for (int context = 0; context < CTX_COUNT; context++)
        put_keys_of(keymap, (KeyContext)context);
}

static void put_typed_commands(void)
{
    printf(".Bl -tag -width Ds -compact\n");
    for (const Command *command = commands; command->name; command++) {
        if (!(command->flags & COMMAND_NO_KEY) && !command->args)
            continue;
        g_autofree char *name = word(command->name);
        g_autofree char *args = command->args ? word(command->args) : NULL;
        printf(".It Cm %s%s%s\n", name, args ? " Ar " : "", args ? args : "");
        put_text(command->effect);
    }
    printf(".El\n");
}

static void put_settings(void)
{
    printf(".Bl -tag -width Ds\n");
    for (size_t i = 0; i < n_settings; i++) {
        const Setting *setting = &settings_table[i];
        g_autofree char *values = setting_values(setting);
        printf(".It Cm %s\n", setting->field.name);
        put_text(setting->effect);
        g_autofree char *initial = *setting->initial
                                       ? g_strdup_printf("; the default is %s", setting->initial)
                                       : g_strdup("");
        g_autofree char *takes = g_strdup_printf("Takes %s%s", values, initial);
        put_text(takes);
    }
    printf(".El\n");
}

/* ---- leadlined */

static void put_server_options(void)
{
    printf(".Bl -tag -width Ds\n");
    put_option(0, "config", "FILE", "read \"key = value\" lines first; options win");
    for (const ConfigKey *key = config_keys; key->name; key++) {
        g_autofree char *name = g_strdelimit(g_strdup(key->name), "_", '-');
        put_option(0, name, key->value, key->help);
        if (key->initial && key->type == CONFIG_INT && key->max > key->min && !key->flag_only) {
            g_autofree char *range = g_strdup_printf("From %" G_GINT64_FORMAT
                                                     " to %" G_GINT64_FORMAT "; the default is %s",
                                                     key->min, key->max, key->initial);
            put_text(range);
        } else if (key->initial && key->type == CONFIG_TEXT) {
            g_autofree char *initial = g_strdup_printf("The default is %s", key->initial);
            put_text(initial);
        }
    }
    put_option(0, "help", NULL, "print all commands and options");
    put_option(0, "version", NULL, "print the version");
    printf(".El\n");
}

static const struct {
    const char *part;
    void (*put)(void);
} parts[] = {
    { "options", put_options },   { "commands", put_commands },
    { "keys", put_keys },         { "typed-commands", put_typed_commands },
    { "settings", put_settings }, { "server-options", put_server_options },
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < G_N_ELEMENTS(parts); i++) {
        if (strcmp(argv[1], parts[i].part) == 0) {
            parts[i].put();
            return 0;
        }
    }
    fprintf(stderr, "usage: manual PART\n");
    return 64;
}
