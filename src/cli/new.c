/* SPDX-License-Identifier: GPL-3.0-or-later */
/* new: a lead for a partner, from JSON, a card, options, or a form in the editor; all by the field table of the API. And remind. */
#include "cli/run.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cli/ask.h"
#include "cli/result.h"
#include "client/card.h"
#include "client/slip.h"
#include "wire/json.h"

#define PARTNERS_READ 1000 /* more than anybody has */
#define PARTNERS_NAMED 10
#define DRAFT_KEY "cli:new"

/* ---- whom it is for */

static char *partner_names(GPtrArray *partners)
{
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < MIN(partners->len, PARTNERS_NAMED); i++) {
        const Partner *partner = partners->pdata[i];
        g_autofree char *name = text_clean(partner->name, -1, TEXT_LINE);
        g_string_append_printf(names, "%s%s", i ? ", " : "", name);
    }
    if (partners->len > PARTNERS_NAMED)
        g_string_append(names, ", ...");
    return g_string_free(names, FALSE);
}

/* An id, an e-mail or a whole name means exactly one. */
static bool is_exactly(const Partner *partner, const char *text)
{
    Uuid id;
    return (uuid_parse(text, &id) && uuid_equal(&id, &partner->account)) ||
           (partner->email && g_ascii_strcasecmp(partner->email, text) == 0) ||
           g_strcmp0(partner->name, text) == 0;
}

static bool find_partner(Cli *cli, const char *text, Uuid *account, GError **error)
{
    Cache *cache = client_cache(cli->client);
    g_autoptr(GPtrArray) all = cache_partners(cache, NULL, PARTNERS_READ, error);
    g_autoptr(GPtrArray) some = all ? cache_partners(cache, text, PARTNERS_READ, error) : NULL;
    if (!some)
        return false;
    for (guint i = 0; i < all->len; i++) {
        const Partner *partner = all->pdata[i];
        if (is_exactly(partner, text)) {
            *account = partner->account;
            return true;
        }
    }
    g_autofree char *shown = text_clean(text, -1, TEXT_LINE);
    g_autofree char *names = partner_names(some->len ? some : all);
    if (some->len == 0)
        return problem_set(error, PROBLEM_NOT_FOUND, _("no partner is called %s; yours are: %s"),
                           shown, names);
    if (some->len > 1)
        return problem_set(error, PROBLEM_BAD_INPUT, _("%s is one of several: %s"), shown, names);
    *account = ((Partner *)some->pdata[0])->account;
    return true;
}

/* "Jo Doe <jo@doe.example>": somebody outside the network (R116). */
static bool read_outside(const char *text, Recipient *to, GError **error)
{
    const char *begin = strchr(text, '<');
    const char *end = strchr(begin, '>');
    if (begin == text || !end || end[1])
        return problem_set(error, PROBLEM_BAD_INPUT, "%s",
                           _("somebody outside the network is written NAME <ADDRESS>"));
    to->outside.name = g_strstrip(g_strndup(text, (gsize)(begin - text)));
    to->outside.email = g_strstrip(g_strndup(begin + 1, (gsize)(end - begin) - 1));
    return true;
}

static bool read_recipient(Cli *cli, const char *text, Recipient *to, GError **error)
{
    fields_clear(&recipient_fields, to);
    return strchr(text, '<') ? read_outside(text, to, error)
                             : find_partner(cli, text, &to->account, error);
}

/* ---- what is wrong, in the words of whoever typed it */

/* "#/contact/phone_1" is --phone-1. */
static char *option_of(const GArray *fields, const char *pointer)
{
    for (guint i = 0; i < fields->len; i++) {
        const CliField *row = &g_array_index(fields, CliField, i);
        g_autofree char *end = g_strconcat("/", row->field->name, NULL);
        bool inner = row->base != 0;
        if (g_str_has_suffix(pointer, end) && (strchr(pointer + 2, '/') != NULL) == inner)
            return g_strconcat("--", row->name, NULL);
    }
    return g_str_has_prefix(pointer, "#/to") ? g_strdup("--to") : g_strdup(pointer);
}

static bool refuse(const CliArgs *args, const FieldErrors *errors, GError **error)
{
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; i < errors->items->len; i++) {
        const FieldError *one = errors->items->pdata[i];
        g_autofree char *option = option_of(args->fields, one->pointer);
        g_string_append_printf(all, "%s%s: %s", i ? "; " : "", option, one->detail);
    }
    return problem_set(error, PROBLEM_VALIDATION, "%s", all->str);
}

static bool check(const CliArgs *args, const NewReferral *input, GError **error)
{
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    fields_validate(&new_referral_fields, input, "#", &errors);
    new_referral_validate(input, &errors);
    return !field_errors_any(&errors) || refuse(args, &errors, error);
}

/* ---- from JSON and options */

static bool read_json(const CliArgs *args, NewReferral *input, GError **error)
{
    gsize length = 0;
    g_autofree char *text = cli_read_file(args, args->value[OPTION_INPUT], &length, error);
    g_autoptr(JsonDoc) doc = text ? json_parse(text, length, error) : NULL;
    if (!doc)
        return false;
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    return json_decode(json_root(doc), &new_referral_fields, input, JSON_INPUT, "#", &errors) ||
           refuse(args, &errors, error);
}

static bool read_options(Cli *cli, NewReferral *input, GError **error)
{
    const CliArgs *args = cli->args;
    const char *to = args->value[OPTION_TO];
    for (guint i = 0; i < args->fields->len; i++)
        if (args->field_values[i] && !cli_field_set(&g_array_index(args->fields, CliField, i),
                                                    input, args->field_values[i], error))
            return false;
    return !to || read_recipient(cli, to, &input->to, error);
}

/* ---- from a card, or a lead that was sent */

static bool read_card(const CliArgs *args, NewReferral *input, GError **error)
{
    gsize length = 0;
    g_autofree char *text = cli_read_file(args, args->value[OPTION_FROM_VCARD], &length, error);
    if (!text)
        return false;
    g_autoptr(GPtrArray) contacts = cards_read(text, (gssize)length);
    if (contacts->len == 0)
        return problem_set(error, PROBLEM_BAD_INPUT, "%s",
                           _("there is no name, number or address in it"));
    if (contacts->len > 1)
        cli_say(ngettext("the first of %u card is taken", "the first of %u cards is taken",
                         contacts->len),
                contacts->len);
    g_free(card_fill(&input->contact, contacts->pdata[0]));
    return true;
}

static bool read_copy(Cli *cli, NewReferral *input, GError **error)
{
    Uuid id;
    Referral referral = { 0 };
    g_autoptr(Slip) slip = slip_new();
    if (cli_has(cli->args, OPTION_INPUT))
        return problem_set(error, PROBLEM_USAGE, "%s", _("either --input or --copy-of"));
    if (!cli_resolve(cli, cli->args->value[OPTION_COPY_OF], &id, error) ||
        !cache_referral(client_cache(cli->client), &id, &referral, error))
        return false;
    bool mine = referral.box == BOX_SENT;
    slip_take_referral(slip, &referral);
    slip_input(slip, 0, input, NULL);
    fields_clear(&referral_fields, &referral);
    return mine || problem_set(error, PROBLEM_FORBIDDEN, "%s",
                               _("only a lead that you sent can be handed to one more"));
}

static bool read_all(Cli *cli, NewReferral *input, GError **error)
{
    const CliArgs *args = cli->args;
    return (!cli_has(args, OPTION_COPY_OF) || read_copy(cli, input, error)) &&
           (!cli_has(args, OPTION_FROM_VCARD) || read_card(args, input, error)) &&
           read_options(cli, input, error);
}

/* ---- what is missing is asked for */

static bool ask_text(const char *question, char **text, GError **error)
{
    if (*text && **text)
        return true;
    g_free(*text);
    *text = cli_ask_line(question, error);
    return *text != NULL;
}

static bool ask_reach(Contact *contact, GError **error)
{
    if (contact->phone_1 || contact->phone_2 || contact->email)
        return true;
    g_autofree char *answer = cli_ask_line(_("Their phone number or e-mail address"), error);
    if (answer)
        *(strchr(answer, '@') ? &contact->email : &contact->phone_1) = g_strdup(answer);
    return answer != NULL;
}

static bool ask_permission(Permission *permission, GError **error)
{
    if (permission->given)
        return true;
    g_autofree char *answer = cli_ask_line(_("Have they agreed to be contacted? [y/N]"), error);
    permission->given = answer && g_ascii_tolower(answer[0]) == 'y';
    return answer != NULL;
}

static bool ask_recipient(Cli *cli, Recipient *to, GError **error)
{
    if (!uuid_is_nil(&to->account) || to->outside.email)
        return true;
    g_autofree char *answer = cli_ask_line(_("For which partner?"), error);
    return answer && read_recipient(cli, answer, to, error);
}

static bool ask_missing(Cli *cli, NewReferral *input, GError **error)
{
    if (!cli_may_ask(cli->args))
        return true;
    if (!input->type)
        input->type = (ReferralType)cli_ask_choice(_("What kind of lead?"), &referral_types, error);
    return input->type && ask_recipient(cli, &input->to, error) &&
           ask_reach(&input->contact, error) &&
           ask_text(_("What do they need?"), &input->need, error) &&
           ask_permission(&input->permission, error);
}

static bool is_empty(const CliArgs *args)
{
    bool any = cli_has(args, OPTION_INPUT) || cli_has(args, OPTION_TO) ||
               cli_has(args, OPTION_FROM_VCARD) || cli_has(args, OPTION_COPY_OF);
    for (guint i = 0; i < args->fields->len; i++)
        any |= args->field_values[i] != NULL;
    return !any;
}

/* ---- from a form in the editor: "name: value" lines, as the options are called */

static void put_form_line(GString *form, const char *name, const char *label, const char *hint)
{
    if (label || hint)
        g_string_append_printf(form, "# %s%s%s\n", label ? label : "", label && hint ? ": " : "",
                               hint ? hint : "");
    g_string_append_printf(form, "%s:\n", name);
}

static char *empty_form(Cli *cli)
{
    GString *form = g_string_new(_("# A lead for a partner. Lines with # are left out; so are "
                                   "empty ones. A line that\n# begins with a blank goes on with "
                                   "the one before it. Save to send, or save nothing\n# to "
                                   "cancel.\n"));
    g_autoptr(GPtrArray)
        partners = cache_partners(client_cache(cli->client), NULL, PARTNERS_READ, NULL);
    g_autofree char *names = partners ? partner_names(partners) : NULL;
    put_form_line(form, "to", _("Partner"), names);
    for (guint i = 0; i < cli->args->fields->len; i++) {
        const CliField *row = &g_array_index(cli->args->fields, CliField, i);
        g_autofree char *codes = row->field->values ? cli_codes(row->field->values) : NULL;
        const char *hint = row->field->type == FIELD_BOOL ? _("yes or no") : codes;
        put_form_line(form, row->name, row->field->label ? _(row->field->label) : NULL, hint);
    }
    return g_string_free(form, FALSE);
}

static bool set_form_line(Cli *cli, NewReferral *input, const char *name, const char *value,
                          GError **error)
{
    if (strcmp(name, "to") == 0)
        return !*value || read_recipient(cli, value, &input->to, error);
    for (guint i = 0; i < cli->args->fields->len; i++) {
        const CliField *row = &g_array_index(cli->args->fields, CliField, i);
        if (strcmp(row->name, name) == 0)
            return cli_field_set(row, input, value, error);
    }
    return problem_set(error, PROBLEM_BAD_INPUT, _("the form has no line \"%s\""), name);
}

/* *any: at least one line has a value. */
static bool read_form(Cli *cli, const char *text, NewReferral *input, bool *any, GError **error)
{
    g_autofree char *clean = text_clean(text, -1, TEXT_MULTILINE);
    g_auto(GStrv) lines = g_strsplit(clean, "\n", -1);
    for (char **line = lines; *line;) {
        g_autoptr(GString) whole = g_string_new(*line++);
        if (!*whole->str || *whole->str == '#')
            continue;
        while (*line && **line == ' ')
            g_string_append_printf(whole, "\n%s", g_strstrip(*line++));
        char *colon = strchr(whole->str, ':');
        if (!colon)
            return problem_set(error, PROBLEM_BAD_INPUT, _("not \"name: value\": %s"), whole->str);
        *colon = '\0';
        char *value = g_strstrip(colon + 1);
        *any |= *value != '\0';
        if (!set_form_line(cli, input, g_strstrip(whole->str), value, error))
            return false;
    }
    return true;
}

static bool again(const GError *why)
{
    cli_say("%s", why->message);
    g_autofree char *answer = cli_ask_line(_("Edit it again? [Y/n]"), NULL);
    return answer && g_ascii_tolower(answer[0]) != 'n';
}

/* What could not be sent is the next form's beginning. */
static bool edit(Cli *cli, NewReferral *input, GError **error)
{
    Store *store = client_store(cli->client);
    g_autofree char *form = store_draft(store, DRAFT_KEY, NULL);
    if (!form)
        form = empty_form(cli);
    for (;;) {
        g_autoptr(GError) why = NULL;
        bool any = false;
        char *saved = cli_edit(cli->profile->state_dir, form, error);
        if (!saved)
            return false;
        g_free(form);
        form = saved;
        fields_clear(&new_referral_fields, input);
        bool ok = read_form(cli, form, input, &any, &why) &&
                  (!any || check(cli->args, input, &why));
        if (!store_set_draft(store, DRAFT_KEY, ok && !any ? NULL : form, error))
            return false;
        if (ok)
            return any ||
                   problem_set(error, PROBLEM_CANCELLED, "%s", _("cancelled: the form was empty"));
        if (!again(why))
            return problem_set(error, PROBLEM_CANCELLED, "%s",
                               _("cancelled; leadline new goes on with this form"));
    }
}

/* ---- sending */

static bool send_lead(Cli *cli, const NewReferral *input, GError **error)
{
    const char *also = cli->args->value[OPTION_ALSO];
    NewReferral inputs[] = { *input, *input }; /* borrowed, but for the second recipient */
    Uuid ids[G_N_ELEMENTS(inputs)];
    size_t n = also ? 2 : 1;
    g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(Uuid));
    inputs[1].to = (Recipient){ .account = { { 0 } } };
    bool ok = (!also || read_recipient(cli, also, &inputs[1].to, error)) &&
              check(cli->args, &inputs[0], error) && check(cli->args, &inputs[n - 1], error) &&
              client_hand_out(cli->client, inputs, n, ids, error) &&
              store_set_draft(client_store(cli->client), DRAFT_KEY, NULL, error) &&
              cli_deliver_and_put(cli, ids, n, none, ids, n, error);
    fields_clear(&recipient_fields, &inputs[1].to);
    return ok;
}

bool cli_run_new(Cli *cli, GError **error)
{
    NewReferral input = { 0 };
    bool form = is_empty(cli->args);
    if (form && !cli_may_ask(cli->args))
        return problem_set(error, PROBLEM_USAGE, "%s",
                           _("which lead? --to PARTNER --need TEXT ..., or --input FILE; see "
                             "leadline new --help"));
    /* Nobody is kept from the profile while somebody writes. */
    bool ok = (!cli_has(cli->args, OPTION_INPUT) || read_json(cli->args, &input, error)) &&
              (!form || (cli_open(cli, error) && edit(cli, &input, error))) &&
              cli_open_to_write(cli, error) && read_all(cli, &input, error) &&
              (form || ask_missing(cli, &input, error)) && send_lead(cli, &input, error);
    fields_clear(&new_referral_fields, &input);
    return ok;
}

/* ---- asking for an answer */

bool cli_run_remind(Cli *cli, GError **error)
{
    size_t n = cli->args->operands->len;
    if (!cli_open_to_write(cli, error))
        return false;
    g_autofree Uuid *ids = cli_resolve_all(cli, error);
    g_autoptr(GArray) before = ids ? cli_outbox_of(cli, ids, n, error) : NULL;
    bool ok = before != NULL;
    for (size_t i = 0; i < n && ok; i++)
        ok = client_remind(cli->client, &ids[i], error);
    return ok && cli_deliver_and_put(cli, ids, n, before, ids, n, error);
}
