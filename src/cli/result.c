/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/result.h"

#include "base/text.h"
#include "client/label.h"

static void put_line(Cli *cli, const Referral *referral)
{
    char label[LABEL_SIZE], id[UUID_TEXT_SIZE];
    lead_label(&referral->id, label);
    g_autofree char *raw = contact_display_name(&referral->lead.contact);
    g_autofree char *name = text_clean(raw, -1, TEXT_LINE);
    const char *verdict = enum_code(&referral_verdicts, referral->verdict);
    if (cli->out.mode == MODE_PLAIN)
        cli_put_format(&cli->out, "%s\t%s\t%s\t%s\n", uuid_format(&referral->id, id), label,
                       enum_code(&referral_states, referral->state), verdict ? verdict : "");
    else
        cli_put_format(&cli->out, "%s  %s: %s\n", label, name,
                       referral->verdict == VERDICT_NOT_A_LEAD
                           ? enum_label(&referral_verdicts, referral->verdict)
                           : enum_label(&referral_states, referral->state));
}

bool cli_put_results(Cli *cli, const Uuid *ids, size_t n, GError **error)
{
    for (size_t i = 0; i < n; i++) {
        Referral referral = { 0 };
        if (!cache_referral(client_cache(cli->client), &ids[i], &referral, error))
            return false;
        if (cli->out.mode == MODE_JSON)
            cli_put_object(&cli->out, &referral_fields, &referral);
        else
            put_line(cli, &referral);
        fields_clear(&referral_fields, &referral);
    }
    return true;
}

bool cli_deliver_and_put(Cli *cli, const Uuid *leads, size_t n, const GArray *before,
                         const Uuid *all, size_t n_all, GError **error)
{
    g_autoptr(GError) why = NULL;
    bool sent = cli_deliver(cli, leads, n, before, &why);
    if (sent)
        return cli_put_results(cli, all, n_all, error);
    /* Kept: as it will be; what the owner of the profile does not show yet is left out. */
    if (problem_is(why, PROBLEM_OFFLINE) || problem_is(why, PROBLEM_UNAUTHORIZED))
        cli_put_results(cli, all, n_all, NULL);
    g_propagate_error(error, g_steal_pointer(&why));
    return false;
}
