/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Help, printed from the tables. */
#include "cli/command.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cli/run.h"

#define HELP_WIDTH 78
#define EFFECT_AT 26

/* "  left      right", the right side wrapped in its column; what is too long on the left has a line of its own. */
static void put_row(GString *out, const char *left, const char *right)
{
    g_auto(GStrv) lines = text_wrap(right, HELP_WIDTH - EFFECT_AT);
    int used = text_width(left) + 2;
    g_string_append_printf(out, "  %s", left);
    if (used > EFFECT_AT - 2) {
        g_string_append_c(out, '\n');
        used = 0;
    }
    for (char **line = lines; *line; line++) {
        g_string_append_printf(out, "%*s%s\n", EFFECT_AT - used, "", *line);
        used = 0;
    }
}

static void put_paragraph(GString *out, const char *text)
{
    g_auto(GStrv) lines = text_wrap(text, HELP_WIDTH);
    for (char **line = lines; *line; line++)
        g_string_append_printf(out, "%s\n", *line);
}

static void put_option(GString *out, char letter, const char *name, const char *argument,
                       const char *effect)
{
    g_autoptr(GString) left = g_string_new(NULL);
    if (letter)
        g_string_append_printf(left, "-%c, ", letter);
    g_string_append_printf(left, "--%s", name);
    if (argument)
        g_string_append_printf(left, " %s", argument);
    put_row(out, left->str, effect);
}

static void put_options(GString *out, guint64 which)
{
    for (int id = 0; id < N_CLI_OPTIONS; id++) {
        const CliOption *option = &cli_options[id];
        if (!(which >> id & 1))
            continue;
        g_autofree char *codes = option->values ? cli_codes(option->values) : NULL;
        g_autofree char *effect = codes ? g_strdup_printf("%s: %s", _(option->effect), codes)
                                        : g_strdup(_(option->effect));
        put_option(out, option->letter, option->name, option->argument ? _(option->argument) : NULL,
                   effect);
    }
}

const char *cli_field_argument(const Field *field)
{
    switch (field->type) {
    case FIELD_BOOL:
        return NULL;
    case FIELD_ENUM:
        return N_("CODE");
    case FIELD_SET:
        return N_("CODE,...");
    case FIELD_MONEY:
        return N_("AMOUNT");
    case FIELD_TIME:
        return N_("TIME");
    case FIELD_UUID:
        return N_("ID");
    default:
        return N_("TEXT");
    }
}

static void put_fields(GString *out, const FieldTable *table)
{
    g_autoptr(GArray) fields = cli_fields(table);
    for (guint i = 0; i < fields->len; i++) {
        const CliField *row = &g_array_index(fields, CliField, i);
        const char *argument = cli_field_argument(row->field);
        g_autoptr(GString) effect = g_string_new(row->field->label ? _(row->field->label) : "");
        if (row->field->values) {
            g_autofree char *codes = cli_codes(row->field->values);
            g_string_append_printf(effect, "%s%s", effect->len ? ": " : "", codes);
        }
        put_option(out, 0, row->name, argument ? _(argument) : NULL, effect->str);
    }
}

char *cli_synopsis(const CliCommand *command)
{
    return g_strconcat("leadline ", command->name, command->operands ? " " : "",
                       command->operands ? _(command->operands) : "",
                       command->options || command->fields ? " " : "",
                       command->options || command->fields ? _("[OPTION...]") : "", NULL);
}

static void put_command_help(GString *out, const CliCommand *command)
{
    g_autofree char *synopsis = cli_synopsis(command);
    g_string_append_printf(out, _("Usage: %s\n"), synopsis);
    g_string_append_printf(out, "%s.\n", _(command->effect));
    if (command->details) {
        g_string_append_c(out, '\n');
        put_paragraph(out, _(command->details));
    }
    if (command->options || command->fields)
        g_string_append_printf(out, "\n%s\n", _("Options:"));
    put_options(out, command->options);
    if (command->fields)
        put_fields(out, command->fields);
    g_string_append_printf(out, "\n%s\n", _("Options of all commands:"));
    put_options(out, CLI_SHARED);
}

static void put_general_help(GString *out)
{
    g_string_append(out, _("Usage: leadline [OPTION...]\n"
                           "       leadline [OPTION...] COMMAND [OPTION...] [ARGUMENT...]\n"
                           "Work through business leads: in the whole terminal, or one command at "
                           "a time.\n"));
    g_string_append_printf(out, "\n%s\n", _("Commands:"));
    for (const CliCommand *command = cli_commands; command->name; command++) {
        g_autofree char *left = g_strconcat(command->name, command->operands ? " " : "",
                                            command->operands ? _(command->operands) : "", NULL);
        put_row(out, left, _(command->effect));
    }
    g_string_append_printf(out, "\n%s\n", _("Options:"));
    put_options(out, CLI_SHARED);
    g_string_append_c(out, '\n');
    put_paragraph(out,
                  _("Exit status: 0 ok, 1 failure, 2 cancelled, 4 log in first, 64 wrong usage, 65 "
                    "bad input or no such lead, 69 server down, 75 offline and queued, 77 refused, "
                    "78 bad configuration. More in leadline(1)."));
}

char *cli_help(const CliCommand *command)
{
    GString *out = g_string_new(NULL);
    if (command)
        put_command_help(out, command);
    else
        put_general_help(out);
    return g_string_free(out, FALSE);
}

bool cli_run_help(Cli *cli, GError **error)
{
    GPtrArray *operands = cli->args->operands;
    const CliCommand *command = NULL;
    if (operands->len > 0) {
        const char *words[] = { operands->pdata[0], operands->len > 1 ? operands->pdata[1] : NULL,
                                NULL };
        guint n;
        command = cli_command_find(words, &n, error);
        if (!command)
            return false;
    }
    g_autofree char *text = cli_help(command);
    cli_put(&cli->out, text);
    return true;
}
