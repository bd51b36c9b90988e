/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"

#include <signal.h>
#include <stdio.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cli/session.h"

/* What to do about it, where the message itself does not say. */
static const struct {
    Problem problem;
    const char *cure;
} cures[] = {
    { PROBLEM_UNAUTHORIZED, N_("log in with: leadline auth login") },
    { PROBLEM_TOKEN_EXPIRED, N_("log in again with: leadline auth login") },
    { PROBLEM_SERVER_DOWN, N_("what was synced can still be read; try again later") },
    { PROBLEM_REFERRAL_STATE, N_("leadline sync fetches its latest state") },
    { PROBLEM_LOCKED, N_("end the other leadline, or choose another profile with --profile") },
    { PROBLEM_THROTTLED, N_("wait a minute and try again") },
};

static const char *cure_of(Problem problem)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cures); i++)
        if (cures[i].problem == problem)
            return _(cures[i].cure);
    return NULL;
}

/* These say everything in their message; the others need the title to be understood. */
static bool speaks_for_itself(Problem problem)
{
    return problem == PROBLEM_USAGE || problem == PROBLEM_BAD_INPUT || problem == PROBLEM_FAILED ||
           problem == PROBLEM_NOT_FOUND || problem == PROBLEM_CANCELLED ||
           problem == PROBLEM_OFFLINE;
}

int cli_fail(const GError *error)
{
    Problem problem = problem_of(error);
    const ProblemRow *row = problem_row(problem);
    g_autofree char *detail = text_clean(error->message, -1, TEXT_LINE);
    g_autoptr(GString) line = g_string_new("leadline: ");
    if (!*detail)
        g_string_append(line, _(row->title));
    else if (speaks_for_itself(problem))
        g_string_append(line, detail);
    else
        g_string_append_printf(line, "%s: %s", _(row->title), detail);
    const char *cure = cure_of(problem);
    if (cure && !g_strrstr(detail, "leadline "))
        g_string_append_printf(line, "; %s", cure);
    fprintf(stderr, "%s\n", line->str);
    return row->exit_code;
}

int cli_main(const CliArgs *args, const DoctorCheck *screen_checks)
{
    g_autoptr(GError) error = NULL, trouble = NULL;
    Cli cli = { .args = args, .screen_checks = screen_checks };
    bool gone = false;
    cli_out_begin(&cli.out, args);
    bool ok = args->command->run(&cli, &error);
    bool written = cli_out_end(&cli.out, &gone, &trouble);
    cli_close(&cli);
    if (!ok)
        return cli_fail(error);
    if (!written)
        return cli_fail(trouble);
    return gone ? 128 + SIGPIPE : 0;
}
