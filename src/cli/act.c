/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/act.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "cli/ask.h"

char *cli_words(const CliArgs *args)
{
    GString *words = g_string_new(NULL);
    for (guint i = 0; i < args->operands->len; i++)
        g_string_append_printf(words, "%s%s", i ? " " : "", (const char *)args->operands->pdata[i]);
    return g_string_free(words, FALSE);
}

char *cli_message(const CliArgs *args, GError **error)
{
    const char *given = args->value[OPTION_MESSAGE];
    char *text = !given                    ? g_strdup("")
                 : strcmp(given, "-") == 0 ? cli_read_file(args, given, NULL, error)
                                           : g_strdup(given);
    if (text && !g_utf8_validate(text, -1, NULL)) {
        g_clear_pointer(&text, g_free);
        problem_set(error, PROBLEM_BAD_INPUT, "%s", _("the message must be valid UTF-8"));
    }
    return text ? g_strchomp(text) : NULL;
}

char *cli_time_cell(gint64 at, CliMode mode)
{
    char text[TIME_TEXT_SIZE];
    if (!at)
        return g_strdup(mode == MODE_PLAIN ? "" : "-");
    return mode == MODE_PLAIN ? g_strdup(time_format(at, text)) : cli_when(at, false);
}

bool cli_deliver_one(Cli *cli, const Uuid *object, void (*put)(Cli *cli, const Uuid *object),
                     const GArray *before, GError **error)
{
    g_autoptr(GError) why = NULL;
    bool sent = cli_deliver(cli, object, 1, before, &why);
    if (put && (sent || problem_is(why, PROBLEM_OFFLINE) || problem_is(why, PROBLEM_UNAUTHORIZED)))
        put(cli, object);
    if (!sent)
        g_propagate_error(error, g_steal_pointer(&why));
    return sent;
}

/* The server has said who this is, or it is known that it cannot. */
static bool is_known(Client *client, gpointer data)
{
    return client_status(client)->phase != PHASE_CONNECTING;
}

bool cli_open_online(Cli *cli, GError **error)
{
    unsigned ms;
    if (!cli_timeout(cli->args, &ms, error) || !cli_open_owner(cli, error))
        return false;
    client_wait(cli->client, is_known, NULL, ms);
    if (client_status(cli->client)->phase == PHASE_LOGIN)
        return problem_set(error, PROBLEM_UNAUTHORIZED, "%s", _("nobody is logged in"));
    return true;
}
