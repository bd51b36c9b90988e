/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leads groups: groups, groups find, group, join, leave, approve, ask; what requests and decline do about membership. */
#include "client/groups.h"

#include <inttypes.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cli/act.h"
#include "cli/run.h"
#include "client/cache_groups.h"
#include "client/group_words.h"
#include "client/net.h"
#include "model/business_type.h"
#include "wire/json.h"

static char *clean(const char *text)
{
    return text_clean(text, -1, TEXT_LINE);
}

static void put_json_list(Cli *cli, const FieldTable *table, const GPtrArray *objects,
                          const void *(*object)(gconstpointer row))
{
    for (guint i = 0; i < objects->len; i++) {
        cli_put(&cli->out, i ? "," : "");
        json_put_object(cli_buffer(&cli->out), table, object(objects->pdata[i]));
        cli_flush_some(&cli->out);
    }
}

/* ---- groups: rows are Group */

static char *group_id(const void *row, CliMode mode)
{
    char text[UUID_TEXT_SIZE];
    return g_strdup(uuid_format(&((const Group *)row)->id, text));
}

static char *group_name(const void *row, CliMode mode)
{
    return clean(((const Group *)row)->input.name);
}

static char *group_area(const void *row, CliMode mode)
{
    return clean(((const Group *)row)->input.area);
}

static char *group_role(const void *row, CliMode mode)
{
    int role = (int)((const Group *)row)->role;
    const char *word = mode == MODE_PLAIN ? enum_code(&group_roles, role)
                                          : enum_label(&group_roles, role);
    return g_strdup(word ? word : "");
}

static char *group_members(const void *row, CliMode mode)
{
    const Group *group = row;
    return mode == MODE_PLAIN ? g_strdup_printf("%" PRId64, group->members) : group_seats(group);
}

static char *group_meeting(const void *row, CliMode mode)
{
    return group_meets_short(&((const Group *)row)->input);
}

static char *group_fees(const void *row, CliMode mode)
{
    return group_fee(&((const Group *)row)->input);
}

static char *group_state(const void *row, CliMode mode)
{
    int state = (int)((const Group *)row)->state;
    const char *word = mode == MODE_PLAIN ? enum_code(&group_states, state)
                                          : enum_label(&group_states, state);
    return g_strdup(word ? word : "");
}

/* The plain columns are for ever, in this order: new ones go to the end. */
static const CliColumn group_columns[] = {
    { N_("ID"), MODE_PLAIN, 0, group_id },           { N_("NAME"), COLUMN_ANY, 3, group_name },
    { N_("AREA"), COLUMN_ANY, 2, group_area },       { N_("ROLE"), COLUMN_ANY, 0, group_role },
    { N_("MEMBERS"), COLUMN_ANY, 0, group_members }, { N_("MEETS"), COLUMN_ANY, 0, group_meeting },
    { N_("FEE"), COLUMN_ANY, 0, group_fees },        { N_("STATE"), COLUMN_ANY, 0, group_state },
};

static const void *itself(gconstpointer row)
{
    return row;
}

static const void *group_in(gconstpointer row)
{
    return &((const GroupRow *)row)->group;
}

static void put_groups(Cli *cli, const GPtrArray *rows, const void *(*group)(gconstpointer row))
{
    if (cli->out.mode == MODE_JSON) {
        cli_put(&cli->out, "{\"items\":[");
        put_json_list(cli, &group_fields, rows, group);
        cli_put(&cli->out, "]}\n");
        return;
    }
    CliTable *table = cli_table_new(&cli->out, group_columns, G_N_ELEMENTS(group_columns));
    for (guint i = 0; i < rows->len; i++)
        cli_table_row(table, group(rows->pdata[i]));
    cli_table_end(table);
}

bool cli_run_groups(Cli *cli, GError **error)
{
    gint64 waiting = 0;
    if (!cli_open(cli, error))
        return false;
    g_autoptr(GPtrArray) rows = client_groups(cli->client, error);
    if (!rows)
        return false;
    put_groups(cli, rows, group_in);
    for (guint i = 0; i < rows->len; i++)
        waiting += ((GroupRow *)rows->pdata[i])->waiting;
    if (cli->out.mode != MODE_PEOPLE)
        return true;
    if (rows->len == 0)
        cli_say("%s", _("You are in no leads group. leadline groups find looks for one."));
    if (waiting > 0)
        cli_say(ngettext("%" PRId64 " request waits for you: leadline requests",
                         "%" PRId64 " requests wait for you: leadline requests", (gulong)waiting),
                waiting);
    return true;
}

/* ---- asked of the server */

typedef struct Asking {
    GError *error;
    bool there;
} Asking;

static void on_told(ServerList *list, const GError *error, gpointer data)
{
    Asking *asking = data;
    asking->there = true;
    if (error && !asking->error)
        asking->error = g_error_copy(error);
}

static bool is_there(Client *client, gpointer data)
{
    return ((Asking *)data)->there;
}

/* One page, or all there are. NULL and *error. Caller frees. */
static ServerList *find_groups(Cli *cli, const GroupQuery *query, GError **error)
{
    Asking asking = { 0 };
    ServerList *list = client_find_groups(cli->client, query, on_told, &asking);
    do {
        asking.there = false;
        server_list_go_on(list);
        while (!client_wait(cli->client, is_there, &asking, NET_DEADLINE_MS))
            continue; /* every request has its own deadline */
    } while (!asking.error && server_list_has_more(list));
    if (!asking.error)
        return list;
    g_propagate_error(error, asking.error);
    server_list_free(list);
    return NULL;
}

bool cli_run_groups_find(Cli *cli, GError **error)
{
    g_autofree char *words = cli_words(cli->args);
    GroupQuery query = { .text = words, .trade = (char *)cli->args->value[OPTION_TRADE] };
    if (!cli_open_online(cli, error))
        return false;
    g_autoptr(ServerList) list = find_groups(cli, &query, error);
    if (!list)
        return false;
    put_groups(cli, server_list_items(list), itself);
    if (cli->out.mode == MODE_PEOPLE && server_list_items(list)->len == 0)
        cli_say("%s", _("No group fits."));
    return true;
}

/* ---- one group */

static char *member_id(const void *row, CliMode mode)
{
    char text[UUID_TEXT_SIZE];
    return g_strdup(uuid_format(&((const MemberRow *)row)->member.account, text));
}

static char *member_name(const void *row, CliMode mode)
{
    return clean(((const MemberRow *)row)->member.name);
}

static char *member_trade(const void *row, CliMode mode)
{
    const char *trade = ((const MemberRow *)row)->member.business_type;
    return clean(mode == MODE_PLAIN ? trade : business_type_label(trade));
}

static char *member_role(const void *row, CliMode mode)
{
    int role = (int)((const MemberRow *)row)->member.role;
    const char *word = mode == MODE_PLAIN ? enum_code(&group_roles, role)
                                          : enum_label(&group_roles, role);
    return g_strdup(word ? word : "");
}

static char *member_email(const void *row, CliMode mode)
{
    return clean(((const MemberRow *)row)->member.email);
}

static char *member_since(const void *row, CliMode mode)
{
    return cli_time_cell(((const MemberRow *)row)->member.since, mode);
}

static const CliColumn member_columns[] = {
    { N_("ID"), MODE_PLAIN, 0, member_id },        { N_("NAME"), COLUMN_ANY, 3, member_name },
    { N_("TRADE"), COLUMN_ANY, 2, member_trade },  { N_("ROLE"), COLUMN_ANY, 0, member_role },
    { N_("E-MAIL"), COLUMN_ANY, 2, member_email }, { N_("SINCE"), COLUMN_ANY, 0, member_since },
};

#define MEMBERS_AT_ONCE 200

static bool put_members(Cli *cli, const Uuid *group, GError **error)
{
    CliTable *table = cli_table_new(&cli->out, member_columns, G_N_ELEMENTS(member_columns));
    g_autoptr(GPtrArray) rows = NULL;
    bool more = true;
    while (more) {
        const MemberRow *last = rows && rows->len ? rows->pdata[rows->len - 1] : NULL;
        GPtrArray *next = client_members(cli->client, group, NULL, last, true, MEMBERS_AT_ONCE,
                                         error);
        g_clear_pointer(&rows, g_ptr_array_unref);
        rows = next;
        for (guint i = 0; rows && i < rows->len; i++)
            cli_table_row(table, rows->pdata[i]);
        more = rows && rows->len == MEMBERS_AT_ONCE;
    }
    cli_table_end(table);
    return rows != NULL;
}

static void put_facts(Cli *cli, const Group *group)
{
    const GroupInput *input = &group->input;
    g_auto(GStrv) open = group->role ? client_open_trades(cli->client, group, NULL) : NULL;
    g_autofree char *name = clean(input->name), *area = clean(input->area),
                    *place = clean(input->place), *home = clean(input->home_text),
                    *rules = clean(input->rules), *meets = group_meets(input),
                    *fee = group_fee(input), *kind = group_kind(input), *seats = group_seats(group),
                    *wanted = group_wanted(open ? open : input->wanted);
    cli_put_heading(&cli->out, name);
    cli_put_pair(&cli->out, _("Area"), area);
    cli_put_pair(&cli->out, _("State"), enum_label(&group_states, (int)group->state));
    cli_put_pair(&cli->out, _("Your role"), enum_label(&group_roles, (int)group->role));
    cli_put_pair(&cli->out, _("Members"), seats);
    cli_put_pair(&cli->out, _("Meets"), meets);
    cli_put_pair(&cli->out, _("Place"), place);
    cli_put_pair(&cli->out, _("Fee"), fee);
    cli_put_pair(&cli->out, _("Kind"), kind);
    cli_put_pair(&cli->out, _("Looks for"), wanted);
    cli_put_pair(&cli->out, _("About"), home);
    cli_put_pair(&cli->out, _("Rules"), rules);
}

bool cli_run_group(Cli *cli, GError **error)
{
    g_autofree char *words = cli_words(cli->args);
    if (!cli_open(cli, error))
        return false;
    GroupRow *row = client_find_group(cli->client, words, error);
    bool ok = row != NULL;
    if (ok && cli->out.mode == MODE_JSON) {
        cli_put_object(&cli->out, &group_fields, &row->group);
    } else if (ok) {
        if (cli->out.mode == MODE_PEOPLE)
            put_facts(cli, &row->group);
        ok = put_members(cli, &row->group.id, error);
    }
    group_row_free(row);
    return ok;
}

/* ---- asking to be let in */

static void put_request(Cli *cli, const Uuid *id)
{
    char text[UUID_TEXT_SIZE];
    RequestRow *row = client_request(cli->client, id, NULL);
    if (!row)
        return;
    const MembershipRequest *request = &row->request;
    g_autofree char *who = clean(row->mine ? request->group_name : request->from.name);
    int state = (int)request->state;
    if (cli->out.mode == MODE_JSON)
        cli_put_object(&cli->out, &membership_request_fields, request);
    else if (cli->out.mode == MODE_PLAIN)
        cli_put_format(&cli->out, "%s\t%s\t%s\n", uuid_format(id, text),
                       enum_code(&request_states, state), who);
    else
        cli_put_format(&cli->out, "%s: %s\n", who, enum_label(&request_states, state));
    request_row_free(row);
}

/* By its id alone nobody is asked; by words the server is, and all of its name beats some of it. */
static bool find_group(Cli *cli, const char *words, Group *out, GError **error)
{
    if (uuid_parse(words, &out->id)) {
        out->input.name = g_strdup(words);
        return cli_open_to_write(cli, error);
    }
    GroupQuery query = { .text = (char *)words };
    if (!cli_open_online(cli, error))
        return false;
    g_autoptr(ServerList) list = find_groups(cli, &query, error);
    if (!list)
        return false;
    const GPtrArray *found = server_list_items(list);
    const Group *meant = found->len == 1 ? found->pdata[0] : NULL;
    for (guint i = 0; i < found->len; i++)
        if (strcmp(((Group *)found->pdata[i])->input.name, words) == 0)
            meant = found->pdata[i];
    g_autofree char *shown = clean(words);
    if (!meant)
        return found->len
                   ? problem_set(error, PROBLEM_BAD_INPUT,
                                 _("%s is one of several: leadline groups find %s"), shown, shown)
                   : problem_set(error, PROBLEM_NOT_FOUND, _("no group is called %s"), shown);
    fields_copy(&group_fields, out, meant);
    return true;
}

bool cli_run_join(Cli *cli, GError **error)
{
    g_autofree char *words = cli_words(cli->args);
    const char *references = cli->args->value[OPTION_REFERENCES];
    NewMembershipRequest input = {
        .message = cli_message(cli->args, error),
        .business_type = g_strdup(cli->args->value[OPTION_TRADE]),
    };
    Group group = { 0 };
    g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(Uuid));
    Uuid id;
    bool ok = input.message != NULL;
    if (ok && !*input.message)
        g_clear_pointer(&input.message, g_free);
    ok = ok &&
         field_from_text(field_find(&new_membership_request_fields, "references"), &input,
                         references ? references : "", error) &&
         find_group(cli, words, &group, error) &&
         client_join(cli->client, &group, &input, &id, error) &&
         cli_deliver_one(cli, &id, put_request, none, error);
    fields_clear(&new_membership_request_fields, &input);
    fields_clear(&group_fields, &group);
    return ok;
}

/* Its whole name is the confirmation: what vanishes with a group does not come back. */
bool cli_run_leave(Cli *cli, GError **error)
{
    g_autofree char *words = cli_words(cli->args);
    if (!cli_open_to_write(cli, error))
        return false;
    GroupRow *row = client_find_group(cli->client, words, error);
    if (!row)
        return false;
    Uuid id = row->group.id;
    g_autofree char *name = clean(row->group.input.name);
    bool whole = strcmp(row->group.input.name, words) == 0 || strcmp(name, words) == 0;
    group_row_free(row);
    if (!whole)
        return problem_set(error, PROBLEM_USAGE,
                           _("all group partners go with it: give the whole name, \"%s\""), name);
    g_autoptr(GArray) before = cli_outbox_of(cli, &id, 1, error);
    bool ok = before && client_leave_group(cli->client, &id, error) &&
              cli_deliver_one(cli, &id, NULL, before, error);
    if (ok && cli->out.mode == MODE_PEOPLE)
        cli_say(_("%s left"), name);
    return ok;
}

/* ---- deciding */

static bool judge(Cli *cli, const char *text, bool own, RequestEvent event, const char *message,
                  GError **error)
{
    RequestRow *row = client_find_request(cli->client, text, error);
    if (!row)
        return false;
    Uuid id = row->request.id;
    if (own && row->mine)
        event = event == REQUEST_DECLINE ? REQUEST_WITHDRAW : REQUEST_REPLY;
    request_row_free(row);
    g_autoptr(GArray) before = cli_outbox_of(cli, &id, 1, error);
    return before && client_judge(cli->client, &id, 1, event, message, error) &&
           cli_deliver_one(cli, &id, put_request, before, error);
}

bool cli_run_approve(Cli *cli, GError **error)
{
    g_autofree char *words = cli_words(cli->args);
    return cli_open_to_write(cli, error) && judge(cli, words, false, REQUEST_APPROVE, NULL, error);
}

bool cli_run_ask(Cli *cli, GError **error)
{
    g_autofree char *words = cli_words(cli->args);
    g_autofree char *message = cli_message(cli->args, error);
    return message && cli_open_to_write(cli, error) &&
           judge(cli, words, true, REQUEST_ASK, message, error);
}

bool cli_refuse_request(Cli *cli, const char *text, GError **error)
{
    g_autofree char *message = cli_message(cli->args, error);
    return message && judge(cli, text, true, REQUEST_DECLINE, message, error);
}

GPtrArray *cli_membership_requests(Cli *cli, bool sent, GError **error)
{
    GPtrArray *rows = client_requests(cli->client, NULL, true, error);
    for (guint i = rows ? rows->len : 0; i-- > 0;)
        if (((RequestRow *)rows->pdata[i])->mine != sent)
            g_ptr_array_remove_index(rows, i);
    return rows;
}
