/* SPDX-License-Identifier: GPL-3.0-or-later */
/* confirm and reject: the recipient's verdict. */
#include "cli/run.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/ask.h"
#include "cli/result.h"
#include "client/label.h"

static bool is_given_already(Cli *cli, const Uuid *id, const ConfirmInput *input)
{
    Referral referral = { 0 };
    if (!cache_referral(client_cache(cli->client), id, &referral, NULL))
        return false;
    bool same = referral.box == BOX_INBOX && referral.verdict == input->verdict &&
                (!input->message || g_strcmp0(input->message, referral.message) == 0) &&
                (!input->reason_code || input->reason_code == referral.reason_code) &&
                (!money_is_set(&input->value) || money_equal(&input->value, &referral.value));
    fields_clear(&referral_fields, &referral);
    return same;
}

/* A verdict can be changed only once: saying it again must not use that up. */
static size_t drop_given(Cli *cli, Uuid *ids, size_t n, const ConfirmInput *input)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!is_given_already(cli, &ids[i], input))
            ids[kept++] = ids[i];
    return kept;
}

/* Nor must another one by accident: that is asked for. What cannot be changed any more is left to the rule that says why. */
static bool check_amend(Cli *cli, const Uuid *ids, size_t n, GError **error)
{
    bool ok = true;
    for (size_t i = 0; i < n && ok && !cli_has(cli->args, OPTION_AMEND); i++) {
        Referral referral = { 0 };
        gint64 until = 0;
        if (cache_referral(client_cache(cli->client), &ids[i], &referral, NULL))
            until = referral_amend_until(&referral);
        if (until >= clock_now()) {
            char label[LABEL_SIZE];
            g_autofree char *day = cli_when(until, false);
            ok = problem_set(
                error, PROBLEM_REFERRAL_STATE,
                _("%s has your verdict: %s. It can be changed once, until %s: --amend"),
                lead_label(&ids[i], label), enum_label(&referral_verdicts, referral.verdict), day);
        }
        fields_clear(&referral_fields, &referral);
    }
    return ok;
}

static bool read_message(const CliArgs *args, ConfirmInput *input, GError **error)
{
    const char *text = args->value[OPTION_MESSAGE];
    if (!text)
        return true;
    input->message = g_strcmp0(text, "-") == 0 ? cli_read_file(args, text, NULL, error)
                                               : g_strdup(text);
    if (!input->message)
        return false;
    if (!g_utf8_validate(input->message, -1, NULL))
        return problem_set(error, PROBLEM_BAD_INPUT, "%s", _("the message must be valid UTF-8"));
    g_strchomp(input->message);
    return true;
}

/* The model's rules, in the words of the command line. */
static bool check(const ConfirmInput *input, GError **error)
{
    static const struct {
        const char *pointer;
        CliOptionId option;
    } options[] = {
        { "#/reason_code", OPTION_REASON },
        { "#/message", OPTION_MESSAGE },
        { "#/value", OPTION_WORTH },
    };
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    fields_validate(&confirm_fields, input, "#", &errors);
    confirm_validate(input, &errors);
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        const FieldError *one = field_errors_find(&errors, options[i].pointer);
        if (one)
            return problem_set(error, PROBLEM_VALIDATION, "--%s: %s",
                               cli_options[options[i].option].name, one->detail);
    }
    return true;
}

static bool give(Cli *cli, const ConfirmInput *input, GError **error)
{
    size_t n = cli->args->operands->len;
    if (!check(input, error) || !cli_open_to_write(cli, error))
        return false;
    g_autofree Uuid *ids = cli_resolve_all(cli, error);
    if (!ids)
        return false;
    g_autofree Uuid *left = g_memdup2(ids, n * sizeof *ids);
    size_t n_left = drop_given(cli, left, n, input);
    if (n_left == 0)
        return cli_put_results(cli, ids, n, error);
    if (!check_amend(cli, left, n_left, error))
        return false;
    g_autoptr(GArray) before = cli_outbox_of(cli, left, n_left, error);
    if (!before || !client_confirm(cli->client, left, n_left, input, error))
        return false;
    return cli_deliver_and_put(cli, left, n_left, before, ids, n, error);
}

bool cli_run_confirm(Cli *cli, GError **error)
{
    ConfirmInput input = { .verdict = VERDICT_LEAD };
    const char *worth = cli->args->value[OPTION_WORTH];
    bool ok = (!worth || money_parse(worth, DEFAULT_CURRENCY, &input.value, error)) &&
              read_message(cli->args, &input, error) && give(cli, &input, error);
    fields_clear(&confirm_fields, &input);
    return ok;
}

/* Neither reason nor message: a person is asked, a script is told. */
static bool read_reason(const CliArgs *args, ConfirmInput *input, GError **error)
{
    const char *code = args->value[OPTION_REASON];
    input->reason_code = code ? (ReferralReason)enum_value(&referral_reasons, code) : 0;
    if (code || (input->message && *input->message))
        return true;
    if (cli_may_ask(args)) {
        input->reason_code = (ReferralReason)cli_ask_choice(_("Why is it not a lead"),
                                                            &referral_reasons, error);
        if (input->reason_code == REASON_OTHER)
            input->message = cli_ask_line(_("Message to the sender"), error);
        return input->reason_code != REASON_OTHER ? input->reason_code != 0
                                                  : input->message != NULL;
    }
    g_autofree char *codes = cli_codes(&referral_reasons);
    return problem_set(error, PROBLEM_USAGE,
                       _("why is it not a lead? --reason CODE (%s), or -m MESSAGE"), codes);
}

bool cli_run_reject(Cli *cli, GError **error)
{
    ConfirmInput input = { .verdict = VERDICT_NOT_A_LEAD };
    bool ok = read_message(cli->args, &input, error) && read_reason(cli->args, &input, error) &&
              give(cli, &input, error);
    fields_clear(&confirm_fields, &input);
    return ok;
}
