/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Partners and invitations: partners, invite, requests, accept, decline, partner drop, partner encourage. */
#include "client/network.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/ask.h"
#include "cli/act.h"
#include "cli/run.h"
#include "client/groups.h"
#include "model/business_type.h"
#include "wire/json.h"

static char *clean(const char *text)
{
    return text_clean(text, -1, TEXT_LINE);
}

static char *number(gint64 n)
{
    return g_strdup_printf("%" PRId64, n);
}

/* ---- partners */

static char *partner_id(const void *row, CliMode mode)
{
    char text[UUID_TEXT_SIZE];
    return g_strdup(uuid_format(&((const PartnerRow *)row)->partner.account, text));
}

static char *partner_name(const void *row, CliMode mode)
{
    return clean(((const PartnerRow *)row)->partner.name);
}

static char *partner_company(const void *row, CliMode mode)
{
    return clean(((const PartnerRow *)row)->partner.company_name);
}

static char *partner_trade(const void *row, CliMode mode)
{
    const char *trade = ((const PartnerRow *)row)->partner.business_type;
    return clean(mode == MODE_PLAIN ? trade : business_type_label(trade));
}

static char *partner_email(const void *row, CliMode mode)
{
    return clean(((const PartnerRow *)row)->partner.email);
}

static char *partner_gave(const void *row, CliMode mode)
{
    return number(((const PartnerRow *)row)->sum.gave);
}

static char *partner_gave_confirmed(const void *row, CliMode mode)
{
    return number(((const PartnerRow *)row)->sum.gave_confirmed);
}

static char *partner_took(const void *row, CliMode mode)
{
    return number(((const PartnerRow *)row)->sum.took);
}

static char *partner_took_confirmed(const void *row, CliMode mode)
{
    return number(((const PartnerRow *)row)->sum.took_confirmed);
}

static char *partner_balance(const void *row, CliMode mode)
{
    return number(give_take_balance(&((const PartnerRow *)row)->sum));
}

static char *partner_last_gave(const void *row, CliMode mode)
{
    return cli_time_cell(((const PartnerRow *)row)->last_gave_at, mode);
}

static char *partner_last_took(const void *row, CliMode mode)
{
    return cli_time_cell(((const PartnerRow *)row)->last_took_at, mode);
}

static char *partner_via(const void *row, CliMode mode)
{
    return g_strdup(enum_code(&partner_vias, (int)((const PartnerRow *)row)->via));
}

static char *partner_groups(const void *row, CliMode mode)
{
    return clean(((const PartnerRow *)row)->groups);
}

static PartnerStanding standing_of(const PartnerRow *row)
{
    return row->low_giver ? STANDING_LOW_GIVER : row->dormant ? STANDING_DORMANT : STANDING_ACTIVE;
}

static char *partner_state(const void *row, CliMode mode)
{
    int standing = (int)standing_of(row);
    return g_strdup(mode == MODE_PLAIN ? enum_code(&partner_standings, standing)
                                       : enum_label(&partner_standings, standing));
}

static const char *partner_colour(const void *row)
{
    PartnerStanding standing = standing_of(row);
    return standing == STANDING_LOW_GIVER ? "31" : standing == STANDING_ACTIVE ? "32" : NULL;
}

/* The plain columns are for ever, in this order: new ones go to the end. */
static const CliColumn partner_columns[] = {
    { N_("ID"), MODE_PLAIN, 0, partner_id },
    { N_("NAME"), COLUMN_ANY, 3, partner_name },
    { N_("COMPANY"), MODE_PLAIN, 0, partner_company },
    { N_("TRADE"), COLUMN_ANY, 2, partner_trade },
    { N_("E-MAIL"), COLUMN_ANY, 2, partner_email },
    { N_("GAVE"), COLUMN_ANY, 0, partner_gave },
    { N_("OK"), COLUMN_ANY, 0, partner_gave_confirmed },
    { N_("TOOK"), COLUMN_ANY, 0, partner_took },
    { N_("OK"), COLUMN_ANY, 0, partner_took_confirmed },
    { N_("BAL"), COLUMN_ANY, 0, partner_balance },
    { N_("LAST GIVEN"), COLUMN_ANY, 0, partner_last_gave },
    { N_("LAST TAKEN"), COLUMN_ANY, 0, partner_last_took },
    { N_("STATE"), COLUMN_ANY, 0, partner_state, partner_colour },
    { N_("VIA"), MODE_PLAIN, 0, partner_via },
    { N_("GROUP"), COLUMN_ANY, 2, partner_groups },
};

static void put_partner_json(Cli *cli, const PartnerRow *row)
{
    ListedPartner listed = {
        .partner = row->partner, .via = row->via, .group = row->groups, .sum = row->sum
    };
    json_put_object(cli_buffer(&cli->out), &listed_partner_fields, &listed);
    cli_flush_some(&cli->out);
}

static void put_partners(Cli *cli, const GPtrArray *rows)
{
    if (cli->out.mode == MODE_JSON) {
        cli_put(&cli->out, "{\"items\":[");
        for (guint i = 0; i < rows->len; i++) {
            cli_put(&cli->out, i ? "," : "");
            put_partner_json(cli, rows->pdata[i]);
        }
        return;
    }
    CliTable *table = cli_table_new(&cli->out, partner_columns, G_N_ELEMENTS(partner_columns));
    for (guint i = 0; i < rows->len; i++)
        cli_table_row(table, rows->pdata[i]);
    cli_table_end(table);
}

/* R13, R15: how many, and how many more there may be. */
static void put_spaces(Cli *cli, const NetworkCounts *counts)
{
    gint64 left = MAX(0, PARTNERS_MAX - counts->partners);
    if (cli->out.mode == MODE_JSON) {
        cli_put_format(&cli->out, "],\"partners\":%" PRId64 ",\"spaces\":%" PRId64 "}\n",
                       counts->partners, left);
        return;
    }
    if (cli->out.mode != MODE_PEOPLE)
        return;
    cli_say(ngettext("%" PRId64 " of %d partners, %" PRId64 " space left",
                     "%" PRId64 " of %d partners, %" PRId64 " spaces left", (gulong)left),
            counts->partners, PARTNERS_MAX, left);
    if (counts->waiting > 0)
        cli_say(ngettext("%" PRId64 " request waits for your answer: leadline requests",
                         "%" PRId64 " requests wait for your answer: leadline requests",
                         (gulong)counts->waiting),
                counts->waiting);
}

static bool read_query(const CliArgs *args, PartnerQuery *query, GError **error)
{
    const char *sort = args->value[OPTION_SORT], *standing = args->value[OPTION_STANDING];
    g_autoptr(GError) why = NULL;
    query->now = clock_now();
    query->since = query->now - GIVE_TAKE_PERIOD;
    query->trade = args->value[OPTION_TRADE];
    query->standing = standing ? (PartnerStanding)enum_value(&partner_standings, standing) : 0;
    if (sort && !partner_sort_parse(sort, &query->sort, &query->reverse, &why))
        return problem_set(error, PROBLEM_USAGE, "--sort: %s", why->message);
    return true;
}

bool cli_run_partners(Cli *cli, GError **error)
{
    PartnerQuery query = { 0 };
    NetworkCounts counts;
    g_autofree char *words = cli_words(cli->args);
    query.text = words;
    if (!read_query(cli->args, &query, error) || !cli_open(cli, error))
        return false;
    g_autoptr(GPtrArray) rows = client_partners(cli->client, &query, error);
    if (!rows || !client_network_counts(cli->client, &counts, error))
        return false;
    put_partners(cli, rows);
    put_spaces(cli, &counts);
    return true;
}

/* ---- requests */

/* Who wants to be a partner, or to join a group: one of the two is set. */
typedef struct Asker {
    const InvitationRow *invitation;
    const RequestRow *request;
} Asker;

static char *asker_id(const void *row, CliMode mode)
{
    char text[UUID_TEXT_SIZE];
    const Asker *one = row;
    uuid_format(one->request ? &one->request->request.id : &one->invitation->invitation.id, text);
    return g_strdup(text);
}

static char *asker_kind(const void *row, CliMode mode)
{
    const Asker *one = row;
    if (one->request)
        return g_strdup(mode == MODE_PLAIN ? "membership" : _("membership"));
    int kind = (int)one->invitation->invitation.kind;
    return g_strdup(mode == MODE_PLAIN ? enum_code(&invitation_kinds, kind)
                                       : enum_label(&invitation_kinds, kind));
}

static char *asker_state(const void *row, CliMode mode)
{
    const Asker *one = row;
    const EnumTable *table = one->request ? &request_states : &invitation_states;
    int state = one->request ? (int)one->request->request.state
                             : (int)one->invitation->invitation.state;
    bool pending = one->request ? one->request->pending : one->invitation->pending;
    if (mode == MODE_PLAIN)
        return g_strdup(enum_code(table, state));
    return g_strconcat(enum_label(table, state), pending ? "*" : "", NULL);
}

/* Of one's own request: the group. */
static char *asker_who(const void *row, CliMode mode)
{
    const Asker *one = row;
    if (one->request)
        return clean(one->request->mine ? one->request->request.group_name
                                        : one->request->request.from.name);
    return clean(invitation_other(&one->invitation->invitation));
}

static char *asker_trade(const void *row, CliMode mode)
{
    const Asker *one = row;
    const char *trade = one->request ? one->request->request.business_type
                                     : one->invitation->invitation.business_type;
    return clean(mode == MODE_PLAIN ? trade : business_type_label(trade));
}

static char *asker_asked(const void *row, CliMode mode)
{
    const Asker *one = row;
    return cli_time_cell(one->request ? one->request->request.created_at
                                      : one->invitation->invitation.created_at,
                         mode);
}

static char *asker_ends(const void *row, CliMode mode)
{
    const Asker *one = row;
    return cli_time_cell(one->request ? 0 : one->invitation->invitation.expires_at, mode);
}

static char *asker_message(const void *row, CliMode mode)
{
    const Asker *one = row;
    return clean(one->request ? one->request->request.message
                              : one->invitation->invitation.message);
}

static const CliColumn asker_columns[] = {
    { N_("ID"), COLUMN_ANY, 0, asker_id },       { N_("KIND"), COLUMN_ANY, 0, asker_kind },
    { N_("STATE"), COLUMN_ANY, 0, asker_state }, { N_("WHO"), COLUMN_ANY, 3, asker_who },
    { N_("TRADE"), COLUMN_ANY, 2, asker_trade }, { N_("ASKED"), COLUMN_ANY, 0, asker_asked },
    { N_("ENDS"), COLUMN_ANY, 0, asker_ends },   { N_("MESSAGE"), COLUMN_ANY, 4, asker_message },
};

static void put_askers_json(Cli *cli, const GPtrArray *invitations, const GPtrArray *requests)
{
    cli_put(&cli->out, "{\"items\":[");
    for (guint i = 0; i < invitations->len; i++) {
        cli_put(&cli->out, i ? "," : "");
        json_put_object(cli_buffer(&cli->out), &invitation_fields,
                        &((InvitationRow *)invitations->pdata[i])->invitation);
        cli_flush_some(&cli->out);
    }
    cli_put(&cli->out, "],\"membership_requests\":[");
    for (guint i = 0; i < requests->len; i++) {
        cli_put(&cli->out, i ? "," : "");
        json_put_object(cli_buffer(&cli->out), &membership_request_fields,
                        &((RequestRow *)requests->pdata[i])->request);
        cli_flush_some(&cli->out);
    }
    cli_put(&cli->out, "]}\n");
}

bool cli_run_requests(Cli *cli, GError **error)
{
    const char *box = cli->args->value[OPTION_BOX];
    bool sent = box && enum_value(&referral_boxes, box) == BOX_SENT;
    if (!cli_open(cli, error))
        return false;
    g_autoptr(GPtrArray) rows = client_invitations(
        cli->client, sent ? DIRECTION_SENT : DIRECTION_RECEIVED, true, error);
    g_autoptr(GPtrArray) requests = rows ? cli_membership_requests(cli, sent, error) : NULL;
    if (!requests)
        return false;
    if (cli->out.mode == MODE_JSON) {
        put_askers_json(cli, rows, requests);
        return true;
    }
    CliTable *table = cli_table_new(&cli->out, asker_columns, G_N_ELEMENTS(asker_columns));
    for (guint i = 0; i < rows->len; i++)
        cli_table_row(table, &(Asker){ .invitation = rows->pdata[i] });
    for (guint i = 0; i < requests->len; i++)
        cli_table_row(table, &(Asker){ .request = requests->pdata[i] });
    cli_table_end(table);
    if (rows->len + requests->len == 0 && cli->out.mode == MODE_PEOPLE)
        cli_say("%s",
                sent ? _("You wait for nobody's answer.") : _("Nobody waits for your answer."));
    return true;
}

/* ---- acts: an item of the outbox, and what became of it */

static void put_invitation(Cli *cli, const Uuid *id)
{
    char text[UUID_TEXT_SIZE];
    InvitationRow *row = client_invitation(cli->client, id, NULL);
    if (!row)
        return;
    const Invitation *invitation = &row->invitation;
    g_autofree char *who = clean(invitation_other(invitation));
    if (cli->out.mode == MODE_JSON)
        cli_put_object(&cli->out, &invitation_fields, invitation);
    else if (cli->out.mode == MODE_PLAIN)
        cli_put_format(&cli->out, "%s\t%s\t%s\n", uuid_format(id, text),
                       enum_code(&invitation_states, (int)invitation->state), who);
    else
        cli_put_format(&cli->out, "%s: %s\n", who,
                       enum_label(&invitation_states, (int)invitation->state));
    invitation_row_free(row);
}

/* An address invites; an id asks the member that has it (R11). */
static void aim(NewInvitation *input, const char *text)
{
    if (uuid_parse(text, &input->account))
        input->kind = INVITATION_REQUEST;
    else
        input->email = g_strdup(text);
}

bool cli_run_invite(Cli *cli, GError **error)
{
    NewInvitation input = { .message = cli_message(cli->args, error) };
    const char *whom = cli->args->operands->pdata[0];
    g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(Uuid));
    Uuid id;
    if (!input.message)
        return false;
    if (!*input.message)
        g_clear_pointer(&input.message, g_free);
    aim(&input, whom);
    bool ok = cli_open_to_write(cli, error) &&
              client_invite(cli->client, &input, input.email ? NULL : whom, &id, error) &&
              cli_deliver_one(cli, &id, put_invitation, none, error);
    fields_clear(&new_invitation_fields, &input);
    return ok;
}

static bool answer(Cli *cli, bool yes, GError **error)
{
    if (!cli_open_to_write(cli, error))
        return false;
    InvitationRow *row = client_find_invitation(cli->client, cli->args->operands->pdata[0], error);
    if (!row)
        return false;
    Uuid id = row->invitation.id;
    bool received = row->invitation.direction == DIRECTION_RECEIVED;
    InvitationEvent event = yes        ? INVITATION_ACCEPT
                            : received ? INVITATION_DECLINE
                                       : INVITATION_WITHDRAW;
    invitation_row_free(row);
    g_autoptr(GArray) before = cli_outbox_of(cli, &id, 1, error);
    return before && client_answer(cli->client, &id, event, error) &&
           cli_deliver_one(cli, &id, put_invitation, before, error);
}

bool cli_run_accept(Cli *cli, GError **error)
{
    return answer(cli, true, error);
}

/* Who wants to join a group, when no invitation is meant. */
bool cli_run_decline(Cli *cli, GError **error)
{
    g_autoptr(GError) why = NULL, other = NULL;
    bool done = answer(cli, false, &why);
    if (!done && problem_is(why, PROBLEM_NOT_FOUND) && cli->client)
        done = cli_refuse_request(cli, cli->args->operands->pdata[0], &other);
    if (!done)
        g_propagate_error(error, other && !problem_is(other, PROBLEM_NOT_FOUND)
                                     ? g_steal_pointer(&other)
                                     : g_steal_pointer(&why));
    return done;
}

static bool find_partner(Cli *cli, Uuid *id, GError **error)
{
    g_autofree char *words = cli_words(cli->args);
    PartnerRow *row = client_find_partner(cli->client, words, error);
    if (row)
        *id = row->partner.account;
    bool found = row != NULL;
    partner_row_free(row);
    return found;
}

bool cli_run_partner_drop(Cli *cli, GError **error)
{
    Uuid id;
    if (!cli_open_to_write(cli, error) || !find_partner(cli, &id, error))
        return false;
    g_autoptr(GArray) before = cli_outbox_of(cli, &id, 1, error);
    return before && client_part(cli->client, &id, error) &&
           cli_deliver_one(cli, &id, NULL, before, error);
}

bool cli_run_partner_encourage(Cli *cli, GError **error)
{
    Uuid id;
    Encouragement input = { 0 };
    if (!cli_has(cli->args, OPTION_MESSAGE))
        return problem_set(error, PROBLEM_USAGE, "%s",
                           _("which words? -m TEXT, or -m - to read them"));
    input.message = cli_message(cli->args, error);
    if (!input.message || !cli_open_to_write(cli, error) || !find_partner(cli, &id, error)) {
        g_free(input.message);
        return false;
    }
    g_autoptr(GArray) before = cli_outbox_of(cli, &id, 1, error);
    bool ok = before && client_encourage(cli->client, &id, &input, error) &&
              cli_deliver_one(cli, &id, NULL, before, error);
    g_free(input.message);
    return ok;
}
