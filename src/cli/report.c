/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reports: from what was synced to this machine; those of groups are made by the server. */
#include "client/cache_report.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/run.h"
#include "client/account.h"
#include "client/cache_groups.h"
#include "client/export.h"
#include "client/net.h"

#include <string.h>

static bool read_kind(const CliArgs *args, ReportKind *kind, GError **error)
{
    const char *name = args->operands->pdata[0];
    *kind = (ReportKind)enum_value(&report_kinds, name);
    if (*kind)
        return true;
    g_autofree char *shown = text_clean(name, -1, TEXT_LINE);
    g_autofree char *codes = cli_codes(&report_kinds);
    return problem_set(error, PROBLEM_USAGE, _("there is no report %s; there are: %s"), shown,
                       codes);
}

static bool read_period(const CliArgs *args, ReportPeriod *period, GError **error)
{
    g_auto(FieldErrors) errors;
    g_autofree char *zone = report_local_zone();
    field_errors_init(&errors);
    if (report_period(period, clock_now(), args->value[OPTION_FROM], args->value[OPTION_UNTIL],
                      zone, &errors))
        return true;
    const FieldError *first = errors.items->pdata[0];
    return problem_set(error, PROBLEM_USAGE, "--%s: %s", first->pointer + 2, first->detail);
}

static ReportOutput format_of(const Cli *cli)
{
    const char *format = cli->args->value[OPTION_FORMAT];
    if (format)
        return (ReportOutput)enum_value(&report_outputs, format);
    return cli->out.mode == MODE_JSON ? REPORT_JSON : REPORT_TEXT;
}

/* ---- of a group */

static bool is_meant(const Group *group, const char *text)
{
    char id[UUID_TEXT_SIZE];
    uuid_format(&group->id, id);
    if (g_ascii_strncasecmp(id, text, strlen(text)) == 0 && strlen(text) >= 4)
        return true;
    g_autofree char *name = g_utf8_casefold(group->input.name, -1);
    g_autofree char *asked = g_utf8_casefold(text, -1);
    return strstr(name, asked) != NULL;
}

static char *group_names(const GPtrArray *groups)
{
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < groups->len; i++) {
        const Group *group = groups->pdata[i];
        g_autofree char *clean = text_clean(group->input.name, -1, TEXT_LINE);
        g_string_append_printf(names, "%s%s", i ? ", " : "", clean);
    }
    return g_string_free(names, FALSE);
}

/* By its id, the beginning of that, or a part of its name; of one group only it need not be said. */
static bool find_group(Cli *cli, Uuid *id, GError **error)
{
    const char *text = cli->args->value[OPTION_GROUP];
    g_autoptr(GPtrArray) groups = cache_groups(client_cache(cli->client), error);
    guint found = 0;
    if (!groups)
        return false;
    for (guint i = 0; i < groups->len; i++) {
        const Group *group = groups->pdata[i];
        if (text && !is_meant(group, text))
            continue;
        *id = group->id;
        found++;
    }
    if (found == 1)
        return true;
    if (groups->len == 0)
        return problem_set(error, PROBLEM_NOT_FOUND, "%s", _("you belong to no group"));
    g_autofree char *names = group_names(groups);
    return problem_set(error, PROBLEM_USAGE, _("say which group by --group; you belong to: %s"),
                       names);
}

typedef struct GroupAnswer {
    Report report;
    GError *error;
    bool there;
} GroupAnswer;

static void on_answer(const AccountAnswer *answer, gpointer data)
{
    GroupAnswer *mine = data;
    mine->there = true;
    if (answer->error) {
        mine->error = g_error_copy(answer->error);
        return;
    }
    mine->report = *answer->report;
    *answer->report = (Report){ 0 };
}

static bool is_there(Client *client, gpointer data)
{
    return ((GroupAnswer *)data)->there;
}

static bool is_known(Client *client, gpointer data)
{
    return client_status(client)->phase != PHASE_CONNECTING;
}

static bool run_group(Cli *cli, ReportKind kind, GError **error)
{
    AccountInput input = { .report = kind,
                           .from = cli->args->value[OPTION_FROM],
                           .to = cli->args->value[OPTION_UNTIL] };
    GroupAnswer answer = { 0 };
    unsigned ms;
    if (input.from && report_type(kind)->window == WINDOW_OWN)
        return problem_set(error, PROBLEM_USAGE, "%s",
                           _("this report begins where the group's rules say: choose its end by "
                             "--to"));
    if (!cli_timeout(cli->args, &ms, error) || !cli_open_owner(cli, error))
        return false;
    client_wait(cli->client, is_known, NULL, ms);
    if (client_status(cli->client)->phase == PHASE_LOGIN)
        return problem_set(error, PROBLEM_UNAUTHORIZED, "%s", _("nobody is logged in"));
    if (!find_group(cli, &input.id, error))
        return false;
    client_account_ask(cli->client, ACCOUNT_REPORT, &input, on_answer, &answer, NULL);
    while (!client_wait(cli->client, is_there, &answer, NET_DEADLINE_MS))
        continue; /* every request has its own deadline */
    if (answer.error) {
        g_propagate_error(error, answer.error);
        return false;
    }
    export_report(cli_buffer(&cli->out), format_of(cli), &answer.report);
    cli_flush_some(&cli->out);
    report_clear(&answer.report);
    return true;
}

/* ---- all */

bool cli_run_report(Cli *cli, GError **error)
{
    ReportKind kind;
    g_auto(ReportPeriod) period = { 0 };
    g_auto(Report) report = { 0 };
    if (!read_kind(cli->args, &kind, error))
        return false;
    if (report_type(kind)->group)
        return run_group(cli, kind, error);
    if (!read_period(cli->args, &period, error) || !cli_open(cli, error) ||
        !cache_report(client_cache(cli->client), kind, &period, clock_now(), NULL, &report, error))
        return false;
    export_report(cli_buffer(&cli->out), format_of(cli), &report);
    cli_flush_some(&cli->out);
    return true;
}
