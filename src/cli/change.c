/* SPDX-License-Identifier: GPL-3.0-or-later */
/* note and account: changes that may meet those of another device, and are merged with them. */
#include "cli/run.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cli/ask.h"

/* ---- notes */

/* By its id, or by its number in the order they are shown in. */
static bool find_note(Cli *cli, const Uuid *lead, const char *word, Uuid *id, GError **error)
{
    if (uuid_parse(word, id))
        return true;
    guint64 n = 0;
    g_autoptr(GPtrArray) notes = cache_notes(client_cache(cli->client), lead, error);
    if (!notes)
        return false;
    if (!g_ascii_string_to_unsigned(word, 10, 1, notes->len, &n, NULL))
        return problem_set(error, PROBLEM_NOT_FOUND, _("there is no note %s on this lead"), word);
    *id = ((Note *)notes->pdata[n - 1])->id;
    return true;
}

static char *note_text(const CliArgs *args, GError **error)
{
    const char *given = args->value[OPTION_MESSAGE];
    if (!given && cli_may_ask(args))
        return cli_ask_line(_("Note"), error);
    if (!given) {
        problem_set(error, PROBLEM_USAGE, "%s", _("which words? -m TEXT, or -m - to read them"));
        return NULL;
    }
    char *text = strcmp(given, "-") == 0 ? cli_read_file(args, given, NULL, error)
                                         : g_strdup(given);
    if (text && !g_utf8_validate(text, -1, NULL)) {
        g_clear_pointer(&text, g_free);
        problem_set(error, PROBLEM_BAD_INPUT, "%s", _("the message must be valid UTF-8"));
    }
    return text ? g_strchomp(text) : NULL;
}

static bool write_note(Cli *cli, char *text, GError **error)
{
    Uuid lead;
    Note note = { .text = text };
    const char *which = cli->args->value[OPTION_NOTE];
    if (!cli_open_to_write(cli, error) ||
        !cli_resolve(cli, cli->args->operands->pdata[0], &lead, error) ||
        (which && !find_note(cli, &lead, which, &note.id, error)))
        return false;
    g_autoptr(GArray) before = cli_outbox_of(cli, &lead, 1, error);
    return before && client_note(cli->client, &lead, &note, error) &&
           cli_deliver(cli, &lead, 1, before, error);
}

bool cli_run_note(Cli *cli, GError **error)
{
    g_autofree char *text = note_text(cli->args, error);
    return text && write_note(cli, text, error);
}

/* ---- the own profile */

static bool any_field(const CliArgs *args)
{
    for (guint i = 0; i < args->fields->len; i++)
        if (args->field_values[i])
            return true;
    return false;
}

static bool change_me(Cli *cli, Account *me, GError **error)
{
    const CliArgs *args = cli->args;
    for (guint i = 0; i < args->fields->len; i++)
        if (args->field_values[i] && !cli_field_set(&g_array_index(args->fields, CliField, i), me,
                                                    args->field_values[i], error))
            return false;
    g_autoptr(GArray) before = cli_outbox_of(cli, &me->id, 1, error);
    return before && client_change_profile(cli->client, me, error) &&
           cli_deliver(cli, &me->id, 1, before, error);
}

bool cli_run_account(Cli *cli, GError **error)
{
    Account me = { 0 };
    bool change = any_field(cli->args);
    bool ok = (change ? cli_open_to_write(cli, error) : cli_open(cli, error)) &&
              client_read_profile(cli->client, &me, error) &&
              (!change || change_me(cli, &me, error));
    if (ok)
        cli_put_object(&cli->out, &account_fields, &me);
    fields_clear(&account_fields, &me);
    return ok;
}
