/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/args.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cli/command.h"
#include "client/cache_partners.h"
#include "model/referral.h"
#include "model/report.h"

/* In the order of help. Names are for ever: scripts use them. */
const CliOption cli_options[N_CLI_OPTIONS] = {
    [OPTION_DEMO] = { "demo", .effect = N_("A private demo network, gone at the end") },
    [OPTION_LOCAL] = { "local", .effect = N_("A private server on this machine") },
    [OPTION_PROFILE] = { "profile", 0, N_("NAME"), NULL, N_("Use this profile") },
    [OPTION_SERVER] = { "server", 0, N_("URL"), NULL, N_("Use this server") },
    [OPTION_READ_ONLY] = { "read-only", .effect = N_("Show, but change nothing") },
    [OPTION_INSECURE_STORAGE] = { "insecure-storage",
                                  .effect = N_("Keep tokens unencrypted in a file that only you "
                                               "can read") },
    [OPTION_CONFIG] = { "config", 0, N_("FILE"), NULL,
                        N_("Read this file instead of the usual "
                           "configuration") },
    [OPTION_JSON] = { "json", .effect = N_("Print the API's objects (commands only)") },
    [OPTION_PLAIN] = { "plain", .effect = N_("Print as into a pipe: tabs between, nothing cut "
                                             "(commands only)") },
    [OPTION_NO_INPUT] = { "no-input", .effect = N_("Never ask: what would need an answer fails") },
    [OPTION_NO_COLOR] = { "no-color", .effect = N_("No colours") },
    [OPTION_HELP] = { "help", 'h', .effect = N_("Print this help, or that of a command") },
    [OPTION_VERSION] = { "version", 'V', .effect = N_("Print the version") },

    [OPTION_BOX] = { "box", 'b', N_("BOX"), &referral_boxes,
                     N_("The leads you received, or those "
                        "you sent") },
    [OPTION_LIMIT] = { "limit", 'l', N_("EXPR"), NULL,
                       N_("Only what this is true of: see LIMITS "
                          "in the manual") },
    [OPTION_SORT] = { "sort", 's', N_("KEY"), NULL,
                      N_("age, state, partner, client or value; of partners name, trade, balance "
                         "or "
                         "activity; a - behind it turns it round") },
    [OPTION_MAX] = { "max", 'n', N_("NUMBER"), NULL, N_("At most so many") },
    [OPTION_AFTER] = { "after", 0, N_("ID"), NULL,
                       N_("Only what comes after this one: the next "
                          "page") },
    [OPTION_WAITING] = { "waiting", 'w',
                         .effect = N_("Only the number of those that wait for your "
                                      "verdict") },
    [OPTION_REASON] = { "reason", 'r', N_("CODE"), &referral_reasons, N_("Why it is not a lead") },
    [OPTION_MESSAGE] = { "message", 'm', N_("TEXT"), NULL,
                         N_("The message, note or reason; - reads it from standard input") },
    [OPTION_WORTH] = { "value", 0, N_("AMOUNT"), NULL, N_("What it is worth: 3500 or EUR 20.50") },
    [OPTION_AMEND] = { "amend", 0,
                       .effect = N_("Change a verdict that was given: once, within 14 days") },
    [OPTION_TO] = { "to", 't', N_("PARTNER"), NULL,
                    N_("Whom the lead is for: words of the name, an e-mail or an id; or "
                       "'NAME <ADDRESS>' of somebody outside the network") },
    [OPTION_ALSO] = { "also", 0, N_("PARTNER"), NULL,
                      N_("A second one for the same lead: both are told so") },
    [OPTION_FROM_VCARD] = { "from-vcard", 0, N_("FILE"), NULL,
                            N_("Whom to contact: a vCard, or the text of a signature; - is "
                               "standard input") },
    [OPTION_COPY_OF] = { "copy-of", 0, N_("ID"), NULL,
                         N_("Hand a lead that you sent to one more partner") },
    [OPTION_INPUT] = { "input", 'i', N_("FILE"), NULL,
                       N_("Read it as JSON, as the API takes it; - is standard input") },
    [OPTION_RETRY] = { "retry", 0, N_("ID"), NULL,
                       N_("Send this now: an item, all of a lead, or \"all\"") },
    [OPTION_DROP] = { "drop", 0, N_("ID"), NULL,
                      N_("Throw this away unsent: an item, all of a lead, or \"all\"") },
    [OPTION_DROPPED] = { "dropped",
                         .effect = N_("What was dropped in the last 90 days, the newest first") },
    [OPTION_TAKE_BACK] = { "take-back", 0, N_("ITEM"), NULL,
                           N_("Put what was dropped back into the outbox") },
    [OPTION_KEEP_MINE] = { "keep-mine", 0, N_("ID"), NULL,
                           N_("In conflict: send what you wrote over what is there") },
    [OPTION_KEEP_THEIRS] = { "keep-theirs", 0, N_("ID"), NULL,
                             N_("In conflict: leave what is there") },
    [OPTION_FIELD] = { "field", 0, N_("NAME"), NULL,
                       N_("Of a conflict only this field, as the API calls it") },
    [OPTION_EDIT] = { "edit", 0, N_("ITEM"), NULL,
                      N_("Send the JSON of --input instead of what is in the item") },
    [OPTION_NOTE] = { "note", 0, N_("NOTE"), NULL,
                      N_("Change this note: its id, or its number in the order of leadline show") },
    [OPTION_FROM] = { "from", 0, N_("DAY"), NULL,
                      N_("From this day (2026-02-28) or time on, instead of 12 months ago") },
    [OPTION_UNTIL] = { "to", 0, N_("DAY"), NULL,
                       N_("Until the end of this day, or this time, instead of now") },
    [OPTION_GROUP] = { "group", 'g', N_("GROUP"), NULL,
                       N_("Of this group: a part of its name, or its id") },
    [OPTION_FORMAT] = { "format", 0, N_("FORMAT"), &report_outputs, N_("How it is printed") },
    [OPTION_TIMEOUT] = { "timeout", 0, N_("SECONDS"), NULL,
                         N_("Wait at most so long for the "
                            "server") },
    [OPTION_TRADE] = { "trade", 0, N_("WORDS"), NULL, N_("Only those of this trade") },
    [OPTION_STANDING] = { "standing", 0, N_("STATE"), &partner_standings,
                          N_("Only those who are active, dormant, or give little") },
    [OPTION_REFERENCES] = { "references", 0, N_("NAMES"), NULL,
                            N_("People who know your work, a comma between two") },
    [OPTION_EMAIL] = { "email", 'e', N_("ADDRESS"), NULL, N_("Whose account") },
    [OPTION_DEVICE] = { "device", .effect = N_("Allow it in a browser, here or on a phone, instead "
                                               "of a password") },
    [OPTION_PURGE] = { "purge", .effect = N_("Also remove what was synced to this machine") },
};

/* ---- options made of fields */

/* What an object's fields are called on the command line: a prefix; NULL: it has an option of its own. */
static const struct {
    const char *object, *prefix;
} prefixes[] = {
    { "to", NULL },
    { "contact", "" },
    { "permission", "permission-" },
    { "profile", "" },
};

static const char *prefix_of(const Field *field)
{
    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++)
        if (strcmp(prefixes[i].object, field->name) == 0)
            return prefixes[i].prefix;
    return NULL;
}

static void add_fields(GArray *out, const FieldTable *table, size_t base, const char *prefix)
{
    for (size_t i = 0; i < table->n_fields; i++) {
        const Field *field = &table->fields[i];
        if (field->flags & (FIELD_READONLY | FIELD_CREATE_ONLY) || !field->label)
            continue;
        if (field->type != FIELD_OBJECT) {
            CliField row = { g_strconcat(prefix, field->name, NULL), field, base };
            g_strdelimit(row.name, "_", '-');
            g_array_append_val(out, row);
        } else if (prefix_of(field)) {
            add_fields(out, field->object, base + field->offset, prefix_of(field));
        }
    }
}

static void clear_field(gpointer data)
{
    g_free(((CliField *)data)->name);
}

GArray *cli_fields(const FieldTable *table)
{
    GArray *fields = g_array_new(FALSE, FALSE, sizeof(CliField));
    g_array_set_clear_func(fields, clear_field);
    add_fields(fields, table, 0, "");
    return fields;
}

bool cli_field_set(const CliField *row, void *object, const char *text, GError **error)
{
    g_autoptr(GError) why = NULL;
    if (field_from_text(row->field, (char *)object + row->base, text, &why))
        return true;
    g_autofree char *codes = row->field->values ? cli_codes(row->field->values) : NULL;
    return problem_set(error, PROBLEM_BAD_INPUT, "--%s: %s%s%s%s", row->name, why->message,
                       codes ? " (" : "", codes ? codes : "", codes ? ")" : "");
}

/* ---- hints */

/* Edits (insert, delete, replace, swap of neighbours) from one word to the other. */
static guint distance(const char *a, const char *b)
{
    size_t m = strlen(a), n = strlen(b);
    g_autofree guint *cells = g_new0(guint, (m + 1) * (n + 1));
#define CELL(i, j) cells[(i) * (n + 1) + (j)]
    for (size_t i = 0; i <= m; i++)
        CELL(i, 0) = (guint)i;
    for (size_t j = 0; j <= n; j++)
        CELL(0, j) = (guint)j;
    for (size_t i = 1; i <= m; i++) {
        for (size_t j = 1; j <= n; j++) {
            guint replaced = CELL(i - 1, j - 1) + (a[i - 1] != b[j - 1]);
            CELL(i, j) = MIN(replaced, MIN(CELL(i - 1, j), CELL(i, j - 1)) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                CELL(i, j) = MIN(CELL(i, j), CELL(i - 2, j - 2) + 1);
        }
    }
    return CELL(m, n);
#undef CELL
}

const char *cli_nearest(const char *word, const char *const *words)
{
    const char *nearest = NULL;
    size_t length = strlen(word);
    guint best = length < 4 ? 2 : 3;
    for (; length <= 64 && *words; words++) {
        bool begins = length >= 2 && g_str_has_prefix(*words, word);
        guint n = begins ? 1 : distance(word, *words);
        if (n < best) {
            best = n;
            nearest = *words;
        }
    }
    return nearest;
}

char *cli_codes(const EnumTable *table)
{
    GString *codes = g_string_new(NULL);
    for (size_t i = 0; i < table->n_values; i++)
        g_string_append_printf(codes, "%s%s", i ? ", " : "", table->values[i].code);
    return g_string_free(codes, FALSE);
}

/* ---- parsing */

typedef struct Parser {
    CliArgs *args;
    char *const *next;
} Parser;

static bool allows(const CliArgs *args, int id)
{
    guint64 all = CLI_SHARED | (args->command ? args->command->options : 0);
    return all >> id & 1;
}

static bool unknown_option(const CliArgs *args, const char *word, const char *name, GError **error)
{
    g_autofree char *shown = text_clean(word, -1, TEXT_LINE);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (int id = 0; id < N_CLI_OPTIONS; id++) {
        const CliOption *option = &cli_options[id];
        if (allows(args, id))
            g_ptr_array_add(names, (gpointer)option->name);
        else if (!args->command && strcmp(option->name, name) == 0)
            return problem_set(error, PROBLEM_USAGE,
                               _("%s belongs to a command: write it after the command"), shown);
    }
    for (guint i = 0; args->fields && i < args->fields->len; i++)
        g_ptr_array_add(names, g_array_index(args->fields, CliField, i).name);
    g_ptr_array_add(names, NULL);
    const char *nearest = cli_nearest(name, (const char *const *)names->pdata);
    if (nearest)
        return problem_set(error, PROBLEM_USAGE, _("there is no option %s; did you mean --%s?"),
                           shown, nearest);
    return problem_set(error, PROBLEM_USAGE, _("there is no option %s; try leadline%s%s --help"),
                       shown, args->command ? " " : "", args->command ? args->command->name : "");
}

static bool check_value(const CliOption *option, const char *text, GError **error)
{
    if (!option->values || enum_value(option->values, text))
        return true;
    g_autoptr(GPtrArray) codes = g_ptr_array_new();
    for (size_t i = 0; i < option->values->n_values; i++)
        g_ptr_array_add(codes, (gpointer)option->values->values[i].code);
    g_ptr_array_add(codes, NULL);
    const char *nearest = cli_nearest(text, (const char *const *)codes->pdata);
    g_autofree char *all = cli_codes(option->values);
    g_autofree char *shown = text_clean(text, -1, TEXT_LINE);
    if (nearest)
        return problem_set(error, PROBLEM_USAGE, _("--%s takes %s; by \"%s\", did you mean %s?"),
                           option->name, all, shown, nearest);
    return problem_set(error, PROBLEM_USAGE, _("--%s takes %s, not \"%s\""), option->name, all,
                       shown);
}

/* The option's argument: attached (after = or the letter), or the next word. */
static bool take_argument(Parser *parser, const char *shown, const char *attached, const char **out,
                          GError **error)
{
    *out = attached ? attached : *parser->next;
    if (!*out)
        return problem_set(error, PROBLEM_USAGE, _("%s needs an argument"), shown);
    if (!attached)
        parser->next++;
    return true;
}

static bool take_option(Parser *parser, int id, const char *shown, const char *attached,
                        GError **error)
{
    const CliOption *option = &cli_options[id];
    const char **value = &parser->args->value[id];
    if (option->argument)
        return take_argument(parser, shown, attached, value, error) &&
               check_value(option, *value, error);
    if (attached)
        return problem_set(error, PROBLEM_USAGE, _("%s takes no argument"), shown);
    *value = "";
    return true;
}

static bool take_field(Parser *parser, guint i, const char *shown, const char *attached,
                       GError **error)
{
    CliArgs *args = parser->args;
    const CliField *field = &g_array_index(args->fields, CliField, i);
    if (field->field->type == FIELD_BOOL && !attached) {
        args->field_values[i] = "yes";
        return true;
    }
    return take_argument(parser, shown, attached, &args->field_values[i], error);
}

static bool take_long(Parser *parser, const char *word, GError **error)
{
    CliArgs *args = parser->args;
    const char *equals = strchr(word, '=');
    g_autofree char *name = equals ? g_strndup(word + 2, (gsize)(equals - word - 2))
                                   : g_strdup(word + 2);
    g_autofree char *shown = g_strconcat("--", name, NULL);
    const char *attached = equals ? equals + 1 : NULL;
    for (int id = 0; id < N_CLI_OPTIONS; id++)
        if (allows(args, id) && strcmp(cli_options[id].name, name) == 0)
            return take_option(parser, id, shown, attached, error);
    for (guint i = 0; args->fields && i < args->fields->len; i++)
        if (strcmp(g_array_index(args->fields, CliField, i).name, name) == 0)
            return take_field(parser, i, shown, attached, error);
    return unknown_option(args, shown, name, error);
}

/* -w, -m TEXT, -mTEXT, and several that take nothing at once. */
static bool take_letters(Parser *parser, const char *word, GError **error)
{
    CliArgs *args = parser->args;
    for (const char *at = word + 1; *at; at++) {
        const char shown[] = { '-', *at, '\0' };
        int id = 0;
        while (id < N_CLI_OPTIONS && !(allows(args, id) && cli_options[id].letter == *at))
            id++;
        if (id == N_CLI_OPTIONS)
            return unknown_option(args, g_ascii_isprint(*at) ? shown : word, shown + 1, error);
        bool takes = cli_options[id].argument != NULL;
        if (!take_option(parser, id, shown, takes && at[1] ? at + 1 : NULL, error))
            return false;
        if (takes)
            return true;
    }
    return true;
}

static bool take_command(Parser *parser, GError **error)
{
    CliArgs *args = parser->args;
    guint n = 0;
    args->command = cli_command_find((const char *const *)parser->next, &n, error);
    if (!args->command)
        return false;
    parser->next += n;
    if (args->command->fields) {
        args->fields = cli_fields(args->command->fields);
        args->field_values = g_new0(const char *, args->fields->len);
    }
    return true;
}

static bool take_words(Parser *parser, GError **error)
{
    bool only_operands = false;
    while (*parser->next) {
        const char *word = *parser->next;
        bool option = word[0] == '-' && word[1] && !only_operands;
        if (!option && !parser->args->command) {
            if (!take_command(parser, error))
                return false;
            continue;
        }
        parser->next++;
        if (option && strcmp(word, "--") == 0)
            only_operands = true;
        else if (!option)
            g_ptr_array_add(parser->args->operands, (gpointer)word);
        else if (!(word[1] == '-' ? take_long(parser, word, error)
                                  : take_letters(parser, word, error)))
            return false;
    }
    return true;
}

/* ---- what goes together */

static bool check_operands(const CliArgs *args, GError **error)
{
    const CliCommand *command = args->command;
    g_autofree char *synopsis = cli_synopsis(command);
    if (args->operands->len < command->min)
        return problem_set(error, PROBLEM_USAGE, _("%s is missing: %s"), _(command->operands),
                           synopsis);
    if (args->operands->len <= command->max)
        return true;
    g_autofree char *shown = text_clean(args->operands->pdata[command->max], -1, TEXT_LINE);
    return problem_set(error, PROBLEM_USAGE, _("\"%s\" is too much: %s"), shown, synopsis);
}

static bool check_together(const CliArgs *args, GError **error)
{
    static const CliOptionId apart[][2] = {
        { OPTION_DEMO, OPTION_LOCAL },   { OPTION_DEMO, OPTION_PROFILE },
        { OPTION_DEMO, OPTION_SERVER },  { OPTION_LOCAL, OPTION_PROFILE },
        { OPTION_LOCAL, OPTION_SERVER }, { OPTION_JSON, OPTION_PLAIN },
        { OPTION_RETRY, OPTION_DROP },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(apart); i++)
        if (cli_has(args, apart[i][0]) && cli_has(args, apart[i][1]))
            return problem_set(error, PROBLEM_USAGE, _("--%s and --%s do not go together"),
                               cli_options[apart[i][0]].name, cli_options[apart[i][1]].name);
    if (args->command && args->command->writes && cli_has(args, OPTION_READ_ONLY))
        return problem_set(error, PROBLEM_USAGE, _("%s changes something: not with --read-only"),
                           args->command->name);
    static const CliOptionId scripts[] = { OPTION_JSON, OPTION_PLAIN, OPTION_NO_INPUT };
    for (size_t i = 0; !args->command && i < G_N_ELEMENTS(scripts); i++)
        if (cli_has(args, scripts[i]))
            return problem_set(error, PROBLEM_USAGE,
                               _("--%s needs a command; leadline --help names them"),
                               cli_options[scripts[i]].name);
    return true;
}

bool cli_args_parse(CliArgs *args, char *const *argv, GError **error)
{
    *args = (CliArgs){ .operands = g_ptr_array_new() };
    Parser parser = { args, argv };
    if (!take_words(&parser, error))
        return false;
    if (cli_has(args, OPTION_HELP) || cli_has(args, OPTION_VERSION))
        return true;
    return check_together(args, error) && (!args->command || check_operands(args, error));
}

void cli_args_clear(CliArgs *args)
{
    g_clear_pointer(&args->operands, g_ptr_array_unref);
    g_clear_pointer(&args->fields, g_array_unref);
    g_clear_pointer(&args->field_values, g_free);
}
