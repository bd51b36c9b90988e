/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shell completion, printed from the tables of options and commands. Leads are completed by their labels, from the cache. */
#include "cli/command.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cli/run.h"

/* ---- words */

static void put_options(GString *out, guint64 which)
{
    for (int id = 0; id < N_CLI_OPTIONS; id++)
        if (which >> id & 1)
            g_string_append_printf(out, " --%s", cli_options[id].name);
}

static void put_fields(GString *out, const FieldTable *table)
{
    g_autoptr(GArray) fields = cli_fields(table);
    for (guint i = 0; i < fields->len; i++)
        g_string_append_printf(out, " --%s", g_array_index(fields, CliField, i).name);
}

/* "--box|-b" of each option with an argument, joined by between; only those with values, or only those without. */
static void put_codes(GString *out, const EnumTable *table)
{
    for (size_t i = 0; i < table->n_values; i++)
        g_string_append_printf(out, "%s%s", i ? " " : "", table->values[i].code);
}

static char *first_word(const CliCommand *command)
{
    return g_strndup(command->name, strcspn(command->name, " "));
}

static const char *second_word(const CliCommand *command)
{
    const char *blank = strchr(command->name, ' ');
    return blank ? blank + 1 : NULL;
}

/* First words, each once. */
static GPtrArray *first_words(void)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    for (const CliCommand *command = cli_commands; command->name; command++) {
        g_autofree char *word = first_word(command);
        if (words->len == 0 || strcmp(words->pdata[words->len - 1], word) != 0)
            g_ptr_array_add(words, g_steal_pointer(&word));
    }
    return words;
}

/* ---- bash, and zsh by its bash mode */

/* What may follow an option that takes something. */
static void put_bash_values(GString *out)
{
    g_string_append(out, "    case $previous in\n");
    for (int id = 0; id < N_CLI_OPTIONS; id++) {
        const CliOption *option = &cli_options[id];
        if (!option->argument)
            continue;
        g_string_append(out, "    ");
        if (option->letter)
            g_string_append_printf(out, "-%c|", option->letter);
        g_string_append_printf(out, "--%s) ", option->name);
        if (option->values) {
            g_string_append(out, "words='");
            put_codes(out, option->values);
            g_string_append(out, "' ;;\n");
        } else if (id == OPTION_CONFIG || id == OPTION_INPUT || id == OPTION_FROM_VCARD) {
            g_string_append(out, "COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n");
        } else if (id == OPTION_AFTER || id == OPTION_RETRY || id == OPTION_DROP ||
                   id == OPTION_COPY_OF) {
            g_string_append(out, "words=$(_leadline_ids) ;;\n");
        } else {
            g_string_append(out, "return ;;\n");
        }
    }
    g_string_append(out, "    esac\n");
}

static void put_bash_fields(GString *out, const FieldTable *table)
{
    g_autoptr(GArray) fields = cli_fields(table);
    g_string_append(out, "    case $command:$previous in\n");
    for (guint i = 0; i < fields->len; i++) {
        const CliField *row = &g_array_index(fields, CliField, i);
        if (!row->field->values)
            continue;
        g_string_append_printf(out, "    new:--%s) words='", row->name);
        put_codes(out, row->field->values);
        g_string_append(out, "' ;;\n");
    }
    g_string_append(out, "    esac\n");
}

static void put_bash_commands(GString *out)
{
    g_autoptr(GPtrArray) words = first_words();
    g_string_append(out, "    [ -n \"$words\" ] || case $command in\n    '') words='");
    for (guint i = 0; i < words->len; i++)
        g_string_append_printf(out, "%s%s", i ? " " : "", (const char *)words->pdata[i]);
    put_options(out, CLI_SHARED);
    g_string_append(out, "' ;;\n");
    for (guint i = 0; i < words->len; i++) {
        const char *word = words->pdata[i];
        bool ids = false, commands = strcmp(word, "help") == 0;
        g_string_append_printf(out, "    %s) words='", word);
        for (const CliCommand *command = cli_commands; command->name; command++) {
            g_autofree char *first = first_word(command);
            if (strcmp(first, word) != 0)
                continue;
            if (second_word(command))
                g_string_append_printf(out, " %s", second_word(command));
            put_options(out, command->options);
            if (command->fields)
                put_fields(out, command->fields);
            ids |= command->max == CLI_ANY;
        }
        for (guint k = 0; commands && k < words->len; k++)
            g_string_append_printf(out, " %s", (const char *)words->pdata[k]);
        if (strcmp(word, "completion") == 0)
            g_string_append(out, " bash zsh fish");
        put_options(out, CLI_SHARED);
        g_string_append_printf(out, "'%s ;;\n",
                               ids ? "; [[ $current == -* ]] || words=$(_leadline_ids)" : "");
    }
    g_string_append(out, "    esac\n");
}

/* The first word that is neither an option nor its argument is the command. */
static void put_bash_search(GString *out)
{
    g_string_append(out, "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                         "        case ${COMP_WORDS[i]} in\n        ");
    const char *between = "";
    for (int id = 0; id < N_CLI_OPTIONS; id++) {
        if (!cli_options[id].argument || !(CLI_SHARED >> id & 1))
            continue;
        g_string_append_printf(out, "%s--%s", between, cli_options[id].name);
        between = "|";
    }
    g_string_append(out, ") ((i++)) ;;\n"
                         "        -*) ;;\n"
                         "        *) command=${COMP_WORDS[i]}; break ;;\n"
                         "        esac\n"
                         "    done\n");
}

static void put_bash(GString *out)
{
    g_string_append(out,
                    "_leadline_ids() { leadline list --plain --max 50 2>/dev/null | cut -f2; }\n"
                    "_leadline() {\n"
                    "    local current=${COMP_WORDS[COMP_CWORD]}\n"
                    "    local previous=${COMP_WORDS[COMP_CWORD - 1]} command= words= i\n"
                    "    COMPREPLY=()\n");
    put_bash_search(out);
    put_bash_values(out);
    put_bash_fields(out, &new_referral_fields);
    put_bash_commands(out);
    g_string_append(out, "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
                         "}\n"
                         "complete -F _leadline leadline\n");
}

static void put_zsh(GString *out)
{
    g_string_append(out, "autoload -U +X bashcompinit && bashcompinit\n");
    put_bash(out);
}

/* ---- fish */

static void put_fish_option(GString *out, const char *condition, const CliOption *option)
{
    g_autofree char *effect = g_shell_quote(_(option->effect));
    g_string_append_printf(out, "complete -c leadline -n '%s' -l %s", condition, option->name);
    if (option->letter)
        g_string_append_printf(out, " -s %c", option->letter);
    if (option->argument)
        g_string_append(out, " -x");
    if (option->values) {
        g_string_append(out, " -a '");
        put_codes(out, option->values);
        g_string_append(out, "'");
    }
    g_string_append_printf(out, " -d %s\n", effect);
}

static void put_fish_command(GString *out, const CliCommand *command)
{
    g_autofree char *first = first_word(command);
    g_autofree char *effect = g_shell_quote(_(command->effect));
    g_autofree char *condition = g_strdup_printf("__fish_seen_subcommand_from %s", first);
    const char *second = second_word(command);
    g_string_append_printf(out, "complete -c leadline -f -n '%s' -a %s%s%s\n",
                           second ? condition : "__fish_use_subcommand", second ? second : first,
                           second ? "" : " -d ", second ? "" : effect);
    for (int id = 0; id < N_CLI_OPTIONS; id++)
        if (command->options >> id & 1)
            put_fish_option(out, condition, &cli_options[id]);
    g_autoptr(GArray) fields = command->fields ? cli_fields(command->fields) : NULL;
    for (guint i = 0; fields && i < fields->len; i++)
        g_string_append_printf(out, "complete -c leadline -n '%s' -l %s -x\n", condition,
                               g_array_index(fields, CliField, i).name);
    if (command->max == CLI_ANY)
        g_string_append_printf(out,
                               "complete -c leadline -f -n '%s' -a '(leadline list --plain --max "
                               "50 2>/dev/null | cut -f2,7)'\n",
                               condition);
}

static void put_fish(GString *out)
{
    g_string_append(out, "complete -c leadline -f\n"
                         "complete -c leadline -n __fish_use_subcommand -a auth -d Session\n");
    for (int id = 0; id < N_CLI_OPTIONS; id++)
        if (CLI_SHARED >> id & 1)
            put_fish_option(out, "true", &cli_options[id]);
    for (const CliCommand *command = cli_commands; command->name; command++)
        put_fish_command(out, command);
}

/* ---- */

static const struct {
    const char *name;
    void (*put)(GString *out);
} shells[] = { { "bash", put_bash }, { "zsh", put_zsh }, { "fish", put_fish } };

char *cli_completion(const char *shell, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(shells); i++) {
        if (strcmp(shells[i].name, shell) != 0)
            continue;
        GString *out = g_string_new(NULL);
        shells[i].put(out);
        return g_string_free(out, FALSE);
    }
    g_autofree char *shown = text_clean(shell, -1, TEXT_LINE);
    problem_set(error, PROBLEM_USAGE, _("there is completion for bash, zsh and fish, not for %s"),
                shown);
    return NULL;
}

bool cli_run_completion(Cli *cli, GError **error)
{
    g_autofree char *text = cli_completion(cli->args->operands->pdata[0], error);
    if (text)
        cli_put(&cli->out, text);
    return text != NULL;
}
