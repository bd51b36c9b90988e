/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reports, from what was synced to this machine. */
#include "client/cache_report.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/run.h"
#include "client/export.h"

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

bool cli_run_report(Cli *cli, GError **error)
{
    ReportKind kind;
    g_auto(ReportPeriod) period = { 0 };
    g_auto(Report) report = { 0 };
    if (!read_kind(cli->args, &kind, error) || !read_period(cli->args, &period, error) ||
        !cli_open(cli, error) ||
        !cache_report(client_cache(cli->client), kind, &period, clock_now(), NULL, &report, error))
        return false;
    export_report(cli_buffer(&cli->out), format_of(cli), &report);
    cli_flush_some(&cli->out);
    return true;
}
