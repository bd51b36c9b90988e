/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line: parsing, its errors, and that the tables of options and commands are sound. */
#include "cli/command.h"

#include <string.h>

#include "model/referral.h"
#include "unit.h"

/* Parses words of a line, parted by blanks ('_' in a word is a blank). */
typedef struct Line {
    CliArgs args;
    GStrv words;
    GError *error;
    bool ok;
} Line;

static Line parse(const char *text)
{
    Line line = { .words = g_strsplit(text, " ", -1) };
    if (!*text) {
        g_strfreev(line.words);
        line.words = g_new0(char *, 1);
    }
    for (char **word = line.words; *word; word++)
        g_strdelimit(*word, "_", ' ');
    line.ok = cli_args_parse(&line.args, line.words, &line.error);
    assert_true(line.ok == (line.error == NULL));
    return line;
}

static void clear(Line *line)
{
    cli_args_clear(&line->args);
    g_strfreev(line->words);
    g_clear_error(&line->error);
}

/* ---- right lines: the command, its operands joined by commas, and one option's value */

static const struct {
    const char *text, *command, *operands;
    CliOptionId option;
    const char *value;
} lines[] = {
    { "", NULL, "", OPTION_JSON, NULL },
    { "--demo", NULL, "", OPTION_DEMO, "" },
    { "--profile=work --read-only", NULL, "", OPTION_PROFILE, "work" },
    { "list", "list", "", OPTION_JSON, NULL },
    { "--json list", "list", "", OPTION_JSON, "" },
    { "list --json", "list", "", OPTION_JSON, "" },
    { "list --box sent", "list", "", OPTION_BOX, "sent" },
    { "list --box=sent", "list", "", OPTION_BOX, "sent" },
    { "list -b sent", "list", "", OPTION_BOX, "sent" },
    { "list -bsent", "list", "", OPTION_BOX, "sent" },
    { "list --box inbox --box sent", "list", "", OPTION_BOX, "sent" },
    { "list --limit ~d_<7d", "list", "", OPTION_LIMIT, "~d <7d" },
    { "list --limit=", "list", "", OPTION_LIMIT, "" },
    { "show a", "show", "a", OPTION_JSON, NULL },
    { "show a --json b c", "show", "a,b,c", OPTION_JSON, "" },
    { "show -- --json -x", "show", "--json,-x", OPTION_JSON, NULL },
    { "show -", "show", "-", OPTION_JSON, NULL },
    { "confirm a -m -", "confirm", "a", OPTION_MESSAGE, "-" },
    { "confirm a -m --json", "confirm", "a", OPTION_MESSAGE, "--json" },
    { "confirm a -mthank_you", "confirm", "a", OPTION_MESSAGE, "thank you" },
    { "reject a -rduplicate", "reject", "a", OPTION_REASON, "duplicate" },
    { "count -w", "count", "", OPTION_WAITING, "" },
    { "auth login --email a@b.example", "auth login", "", OPTION_EMAIL, "a@b.example" },
    { "auth status", "auth status", "", OPTION_EMAIL, NULL },
    { "help auth login", "help", "auth,login", OPTION_HELP, NULL },
    { "show --help", "show", "", OPTION_HELP, "" },
    { "reject -h", "reject", "", OPTION_HELP, "" },
    { "-V", NULL, "", OPTION_VERSION, "" },
};

static void right_lines_are_read(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        Line line = parse(lines[i].text);
        if (!line.ok)
            fail_msg("%s: %s", lines[i].text, line.error->message);
        g_ptr_array_add(line.args.operands, NULL);
        g_autofree char *operands = g_strjoinv(",", (char **)line.args.operands->pdata);
        const char *command = line.args.command ? line.args.command->name : NULL;
        if (g_strcmp0(command, lines[i].command) != 0)
            fail_msg("%s: command %s", lines[i].text, command);
        assert_string_equal(operands, lines[i].operands);
        if (g_strcmp0(line.args.value[lines[i].option], lines[i].value) != 0)
            fail_msg("%s: value %s", lines[i].text, line.args.value[lines[i].option]);
        clear(&line);
    }
}

/* ---- wrong lines: what the error must say */

static const struct {
    const char *text, *part;
} mistakes[] = {
    { "lst", "did you mean list?" },
    { "lsit", "did you mean list?" },
    { "confrim a", "did you mean confirm?" },
    { "frobnicate", "leadline --help" },
    { "auth", "login, status, logout" },
    { "auth in", "login, status, logout" },
    { "list --jsno", "did you mean --json?" },
    { "list --frobnicate", "leadline list --help" },
    { "--frobnicate", "leadline --help" },
    { "list --reason x", "no option --reason" },
    { "--box sent list", "write it after the command" },
    { "list --box out", "--box" },
    { "list --box snt", "did you mean sent?" },
    { "list --box", "needs an argument" },
    { "list -b", "-b needs an argument" },
    { "list --json=yes", "takes no argument" },
    { "list extra", "\"extra\" is too much: leadline list [OPTION...]" },
    { "show", "ID... is missing: leadline show ID..." },
    { "list -x", "no option -x" },
    { "list --json --plain", "do not go together" },
    { "--demo --server x", "do not go together" },
    { "--demo --profile x", "do not go together" },
    { "--read-only confirm a", "not with --read-only" },
    { "--json", "needs a command" },
    { "--no-input --demo", "needs a command" },
    { "list --\033[31m", "^[" },
    { "completion", "SHELL is missing" },
};

static void wrong_lines_are_told_with_a_cure(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        Line line = parse(mistakes[i].text);
        if (line.ok)
            fail_msg("%s is taken", mistakes[i].text);
        assert_true(problem_is(line.error, PROBLEM_USAGE));
        if (!strstr(line.error->message, mistakes[i].part))
            fail_msg("%s: %s", mistakes[i].text, line.error->message);
        clear(&line);
    }
}

/* ---- fields of the input as options */

static const char *field_value(const CliArgs *args, const char *name)
{
    for (guint i = 0; i < args->fields->len; i++)
        if (strcmp(g_array_index(args->fields, CliField, i).name, name) == 0)
            return args->field_values[i];
    fail_msg("there is no field option %s", name);
    return NULL;
}

static void fields_are_options(void **state)
{
    Line line = parse("new --to anna --need new_roof --phone-1=01632 --known-and-spoken "
                      "--permission-given=no --permission-channels phone,email");
    assert_true(line.ok);
    assert_string_equal(line.args.value[OPTION_TO], "anna");
    assert_string_equal(field_value(&line.args, "need"), "new roof");
    assert_string_equal(field_value(&line.args, "phone-1"), "01632");
    assert_string_equal(field_value(&line.args, "known-and-spoken"), "yes");
    assert_string_equal(field_value(&line.args, "permission-given"), "no");
    assert_string_equal(field_value(&line.args, "permission-channels"), "phone,email");
    assert_null(field_value(&line.args, "city"));
    clear(&line);
    line = parse("new --phone1 x");
    assert_non_null(strstr(line.error->message, "did you mean --phone-1?"));
    clear(&line);
}

/* Each leads to the place in the struct that its field has. */
static void field_options_reach_their_field(void **state)
{
    NewReferral input = { 0 };
    g_autoptr(GArray) fields = cli_fields(&new_referral_fields);
    for (guint i = 0; i < fields->len; i++) {
        const CliField *row = &g_array_index(fields, CliField, i);
        if (strcmp(row->name, "city") == 0)
            assert_true(field_from_text(row->field, (char *)&input + row->base, "Leeds", NULL));
        if (strcmp(row->name, "permission-method") == 0)
            assert_true(field_from_text(row->field, (char *)&input + row->base, "form", NULL));
        if (strcmp(row->name, "need") == 0)
            assert_true(field_from_text(row->field, (char *)&input + row->base, "Roof", NULL));
    }
    assert_string_equal(input.contact.city, "Leeds");
    assert_int_equal(input.permission.method, PERMISSION_FORM);
    assert_string_equal(input.need, "Roof");
    fields_clear(&new_referral_fields, &input);
}

/* ---- the tables */

static void tables_are_sound(void **state)
{
    g_autoptr(GHashTable) commands = g_hash_table_new(g_str_hash, g_str_equal);
    for (int id = 0; id < N_CLI_OPTIONS; id++) {
        const CliOption *option = &cli_options[id];
        assert_non_null(option->name);
        assert_non_null(option->effect);
        assert_true(!option->values || option->argument);
    }
    for (const CliCommand *command = cli_commands; command->name; command++) {
        assert_true(g_hash_table_add(commands, (gpointer)command->name));
        assert_non_null(command->run);
        assert_non_null(command->effect);
        assert_true(command->min <= command->max);
        assert_true((command->max > 0) == (command->operands != NULL));
        assert_int_equal(command->options & CLI_SHARED, 0);
    }
}

/* No name and no letter twice among what one command takes (--to is a partner, or a day), no field that hides an option. */
static void options_of_a_command_differ(void **state)
{
    for (const CliCommand *command = cli_commands; command->name; command++) {
        bool letters[128] = { false };
        g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
        g_autoptr(GArray) fields = command->fields ? cli_fields(command->fields) : NULL;
        for (int id = 0; id < N_CLI_OPTIONS; id++) {
            if (!((CLI_SHARED | command->options) >> id & 1))
                continue;
            assert_true(g_hash_table_add(names, (gpointer)cli_options[id].name));
            int letter = cli_options[id].letter;
            if (letter && letters[letter])
                fail_msg("%s has -%c twice", command->name, letter);
            letters[letter] = true;
            for (guint i = 0; fields && i < fields->len; i++)
                assert_string_not_equal(g_array_index(fields, CliField, i).name,
                                        cli_options[id].name);
        }
    }
}

static void help_names_everything(void **state)
{
    g_autofree char *general = cli_help(NULL);
    for (const CliCommand *command = cli_commands; command->name; command++) {
        g_autofree char *line = g_strconcat("\n  ", command->name, " ", NULL);
        g_autofree char *help = cli_help(command);
        assert_non_null(strstr(general, line));
        assert_non_null(strstr(help, command->effect));
        for (int id = 0; id < N_CLI_OPTIONS; id++) {
            g_autofree char *name = g_strconcat("--", cli_options[id].name, NULL);
            if ((CLI_SHARED | command->options) >> id & 1)
                assert_non_null(strstr(help, name));
        }
    }
}

static void completion_names_everything(void **state)
{
    static const char *const shells[] = { "bash", "zsh", "fish" };
    for (size_t i = 0; i < G_N_ELEMENTS(shells); i++) {
        g_autofree char *script = cli_completion(shells[i], NULL);
        assert_non_null(script);
        for (const CliCommand *command = cli_commands; command->name; command++) {
            g_auto(GStrv) words = g_strsplit(command->name, " ", -1);
            for (char **word = words; *word; word++)
                assert_non_null(strstr(script, *word));
        }
        for (int id = 0; id < N_CLI_OPTIONS; id++)
            assert_non_null(strstr(script, cli_options[id].name));
    }
    assert_null(cli_completion("tcsh", NULL));
}

static void the_nearest_word_is_near(void **state)
{
    const char *const words[] = { "list", "show", "confirm", "outbox", NULL };
    assert_string_equal(cli_nearest("lits", words), "list");
    assert_string_equal(cli_nearest("conf", words), "confirm");
    assert_string_equal(cli_nearest("outbxo", words), "outbox");
    assert_null(cli_nearest("x", words));
    assert_null(cli_nearest("elephant", words));
    assert_null(cli_nearest("", words));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_lines_are_read),
        cmocka_unit_test(wrong_lines_are_told_with_a_cure),
        cmocka_unit_test(fields_are_options),
        cmocka_unit_test(field_options_reach_their_field),
        cmocka_unit_test(tables_are_sound),
        cmocka_unit_test(options_of_a_command_differ),
        cmocka_unit_test(help_names_everything),
        cmocka_unit_test(completion_names_everything),
        cmocka_unit_test(the_nearest_word_is_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
