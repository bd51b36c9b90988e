/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done in groups: an outbox row each. And finding groups that one is not in. */
#include "client/groups.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "client/cache_groups.h"
#include "client/client_private.h"
#include "client/overlay.h"

/* ---- actions */

static char *path_of(const Uuid *group, const char *list, const Uuid *sub, const char *act)
{
    char id[UUID_TEXT_SIZE], sub_id[UUID_TEXT_SIZE];
    return g_strconcat("/v1/groups/", uuid_format(group, id), list,
                       sub ? uuid_format(sub, sub_id) : "", act, NULL);
}

static bool add_one(Client *client, OutboxItem item, const char *title, GError **error)
{
    item.title = g_strdup(title ? title : "");
    return client_add_items(client, &item, 1, error);
}

bool client_join(Client *client, const Group *group, const NewMembershipRequest *input, Uuid *id,
                 GError **error)
{
    if (!change_check(OUTBOX_JOIN, input, error))
        return false;
    *id = uuid_new();
    return add_one(client,
                   client_item(client, OUTBOX_JOIN, id, "PUT",
                               path_of(&group->id, "/requests/", id, ""),
                               change_json(&new_membership_request_fields, input)),
                   group->input.name, error);
}

static const char *const acts[] = {
    [REQUEST_APPROVE] = "/approve", [REQUEST_DECLINE] = "/decline",   [REQUEST_ASK] = "/ask",
    [REQUEST_REPLY] = "/reply",     [REQUEST_WITHDRAW] = "/withdraw",
};

/* What the server would say too, told at once. */
static bool may_judge(Client *client, const RequestRow *row, RequestEvent event, GError **error)
{
    GroupRow *group = client_group(client, &row->request.group, NULL);
    unsigned rights = group ? group_rights(group->group.role) : 0;
    group_row_free(group);
    return request_may(&row->request, event, row->mine, rights, error);
}

static bool judgement(Client *client, const Uuid *id, RequestEvent event, const char *message,
                      OutboxItem *item, GError **error)
{
    RequestRow *row = client_request(client, id, error);
    bool ok = row && may_judge(client, row, event, error);
    if (ok) {
        RequestAnswer answer = { (char *)message };
        OutboxKind kind = overlay_request_kind(event);
        char *body = change_json(&request_answer_fields, &answer);
        *item = client_item(client, kind, id, "POST",
                            path_of(&row->request.group, "/requests/", id, acts[event]), body);
        item->title = g_strdup(row->mine ? row->request.group_name : row->request.from.name);
    }
    request_row_free(row);
    return ok;
}

bool client_judge(Client *client, const Uuid *requests, size_t n, RequestEvent event,
                  const char *message, GError **error)
{
    RequestAnswer answer = { (char *)message };
    OutboxKind kind = overlay_request_kind(event);
    g_autofree OutboxItem *items = g_new0(OutboxItem, n);
    Uuid unit = uuid_new();
    size_t made = 0;
    if (change_kind(kind)->input && !change_check(kind, &answer, error))
        return false;
    while (made < n && judgement(client, &requests[made], event, message, &items[made], error))
        items[made++].unit = unit;
    if (made == n)
        return client_add_items(client, items, n, error);
    for (size_t i = 0; i < made; i++)
        fields_clear(&outbox_fields, &items[i]);
    return false;
}

bool client_start_group(Client *client, const GroupInput *input, bool open, Uuid *id,
                        GError **error)
{
    Group group = { .input = *input }; /* borrowed */
    group_input_init(&group.input);
    if (!change_check(OUTBOX_GROUP, &group, error))
        return false;
    *id = uuid_new();
    OutboxItem items[2] = {
        client_item(client, OUTBOX_GROUP, id, "PUT", path_of(id, "", NULL, ""),
                    change_json(&group_fields, &group)),
        client_item(client, OUTBOX_GROUP_ACT, id, "POST", path_of(id, "", NULL, "/activate"), NULL),
    };
    items[1].unit = items[0].unit;
    items[0].title = g_strdup(input->name);
    items[1].title = g_strdup(input->name);
    if (!open)
        fields_clear(&outbox_fields, &items[1]);
    return client_add_items(client, items, open ? 2 : 1, error);
}

bool client_open_group(Client *client, const Uuid *id, GError **error)
{
    GroupRow *row = client_group(client, id, error);
    bool ok = row && add_one(client,
                             client_item(client, OUTBOX_GROUP_ACT, id, "POST",
                                         path_of(id, "", NULL, "/activate"), NULL),
                             row->group.input.name, error);
    group_row_free(row);
    return ok;
}

bool client_change_group(Client *client, const Uuid *id, const GroupInput *input, GError **error)
{
    Group server = { 0 }, base = { 0 };
    Group wanted = { .input = *input }; /* borrowed */
    if (!change_check(OUTBOX_GROUP, &wanted, error))
        return false;
    cache_group(client_cache(client), id, &server, NULL);
    OutboxItem item = client_item(client, OUTBOX_GROUP, id, "PATCH", path_of(id, "", NULL, ""),
                                  NULL);
    item.title = g_strdup(input->name);
    bool found = client_read_base(client, &item, &server, server.rev, &base);
    item.body = found ? change_body(&item, &base, &wanted) : NULL;
    bool same = found && g_str_equal(item.body, "{}");
    fields_clear(&group_fields, &server);
    fields_clear(&group_fields, &base);
    if (found && !same)
        return client_add_items(client, &item, 1, error);
    fields_clear(&outbox_fields, &item);
    return found || problem_set(error, PROBLEM_NOT_FOUND, "there is no such group here");
}

bool client_leave_group(Client *client, const Uuid *id, GError **error)
{
    GroupRow *row = client_group(client, id, error);
    bool ok = row && add_one(client,
                             client_item(client, OUTBOX_LEAVE, id, "POST",
                                         path_of(id, "", NULL, "/leave"), g_strdup("{}")),
                             row->group.input.name, error);
    group_row_free(row);
    return ok;
}

bool client_remove_member(Client *client, const Member *member, const char *reason, GError **error)
{
    MembershipEnd end = { (char *)reason };
    return change_check(OUTBOX_EXPEL, &end, error) &&
           add_one(client,
                   client_item(client, OUTBOX_EXPEL, &member->id, "DELETE",
                               path_of(&member->group, "/members/", &member->account, ""),
                               change_json(&membership_end_fields, &end)),
                   member->name, error);
}

bool client_change_role(Client *client, const Member *member, const RoleChange *change,
                        GError **error)
{
    if (!change_check(OUTBOX_ROLE, change, error))
        return false;
    OutboxItem item = client_item(client, OUTBOX_ROLE, &member->id, "PATCH",
                                  path_of(&member->group, "/members/", &member->account, ""),
                                  change_json(&role_change_fields, change));
    item.if_match = member->rev;
    item.base = g_strdup("{}"); /* all of the body counts */
    return add_one(client, item, member->name, error);
}

bool client_groups_may_again(Client *client, const OutboxItem *item, GError **error)
{
    RequestEvent event;
    if (!overlay_request_event(item->kind, &event))
        return true;
    RequestRow *row = client_request(client, &item->object, error);
    bool ok = row && may_judge(client, row, event, error);
    request_row_free(row);
    return ok;
}

/* ---- the directory */

#define PAGE_SIZE 50

#define AT(member) offsetof(GroupQuery, member)
static const Field query_rows[] = {
    { "text", FIELD_TEXT, AT(text), .max = 200, .label = N_("Words") },
    { "area", FIELD_TEXT, AT(area), .max = 80, .label = N_("Area") },
    { "trade", FIELD_TEXT, AT(trade), .max = 120, .label = N_("A seat for") },
    { "open", FIELD_BOOL, AT(open), .label = N_("Open to new members") },
    { "suspended", FIELD_BOOL, AT(suspended), .label = N_("Without a leader") },
};
#undef AT
const FieldTable group_query_fields = FIELD_TABLE("group_query", GroupQuery, query_rows);

static bool is_group(const Client *client, const void *object)
{
    const Group *group = object;
    return !uuid_is_nil(&group->id) && group->input.name;
}

ServerList *client_find_groups(Client *client, const GroupQuery *query, ServerListFunc told,
                               gpointer data)
{
    g_autoptr(GString) path = g_string_new(NULL);
    g_string_printf(path, "/v1/groups?limit=%d%s", PAGE_SIZE,
                    query->suspended ? "&suspended=true" : "");
    if (!query->suspended) {
        server_list_put(path, "q", query->text);
        server_list_put(path, "area", query->area);
        server_list_put(path, "trade", query->trade);
        server_list_put(path, "open", query->open ? "true" : NULL);
    }
    ServerListSpec spec = { path->str, &group_fields, is_group, told, data };
    return client_ask_list(client, &spec);
}

ServerList *client_ask_seats(Client *client, const Uuid *group, ServerListFunc told, gpointer data)
{
    g_autofree char *path = path_of(group, "/seats", NULL, "");
    ServerListSpec spec = { path, &seat_fields, NULL, told, data };
    return client_ask_list(client, &spec);
}
