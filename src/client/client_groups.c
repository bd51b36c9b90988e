/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups and requests: what is shown is the cache with the outbox done to it, and what is done is an outbox row first. */
#include "client/groups.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/cache_groups.h"
#include "client/client_private.h"
#include "client/overlay.h"

void group_row_free(GroupRow *row)
{
    if (!row)
        return;
    fields_clear(&group_fields, &row->group);
    g_free(row);
}

void request_row_free(RequestRow *row)
{
    if (!row)
        return;
    fields_clear(&membership_request_fields, &row->request);
    g_free(row);
}

static void free_group(gpointer row)
{
    group_row_free(row);
}

static void free_request(gpointer row)
{
    request_row_free(row);
}

/* Items of this account that will be sent, in order; borrowed. */
static GPtrArray *live_items(Client *client, GError **error)
{
    GPtrArray *all = client_items(client, error);
    GPtrArray *live = all ? g_ptr_array_new() : NULL;
    for (guint i = 0; all && i < all->len; i++) {
        OutboxItem *item = all->pdata[i];
        if (!outbox_is_stopped(item->state) && client_owns(client, item))
            g_ptr_array_add(live, item);
    }
    return live;
}

/* ---- requests */

static RequestRow *request_of(GPtrArray *rows, const Uuid *id)
{
    for (guint i = 0; i < rows->len; i++) {
        RequestRow *row = rows->pdata[i];
        if (uuid_equal(&row->request.id, id))
            return row;
    }
    return NULL;
}

static void apply_to_requests(GPtrArray *rows, const OutboxItem *item, const Party *me)
{
    RequestRow *row = request_of(rows, &item->object);
    if (row) {
        row->pending |= overlay_request(&row->request, item, me);
        return;
    }
    if (item->kind != OUTBOX_JOIN)
        return;
    row = g_new0(RequestRow, 1);
    row->pending = overlay_request(&row->request, item, me);
    if (row->pending)
        g_ptr_array_add(rows, row);
    else
        request_row_free(row); /* made of nonsense */
}

static gint by_standing(gconstpointer left, gconstpointer right)
{
    const RequestRow *a = *(RequestRow *const *)left, *b = *(RequestRow *const *)right;
    int standing = (a->open ? a->mine : 2) - (b->open ? b->mine : 2);
    gint64 age = a->request.created_at - b->request.created_at;
    int by = age < 0 ? -1 : age > 0;
    if (standing != 0)
        return standing;
    by = by ? by : memcmp(&a->request.id, &b->request.id, sizeof(Uuid));
    return a->open ? by : -by;
}

/* Those of a group, or (NULL) one's own; none twice. */
static bool add_requests(Client *client, const Uuid *group, GPtrArray *rows, GError **error)
{
    g_autoptr(GPtrArray) cached = cache_requests(client_cache(client), group, false, error);
    for (guint i = 0; cached && i < cached->len; i++) {
        const MembershipRequest *request = cached->pdata[i];
        if (request_of(rows, &request->id))
            continue;
        RequestRow *row = g_new0(RequestRow, 1);
        fields_copy(&membership_request_fields, &row->request, request);
        g_ptr_array_add(rows, row);
    }
    return cached != NULL;
}

/* As an officer sees them, then as the applicant does. */
static bool add_all_requests(Client *client, GPtrArray *rows, GError **error)
{
    g_autoptr(GPtrArray) groups = cache_groups(client_cache(client), error);
    bool ok = groups != NULL;
    for (guint i = 0; ok && i < groups->len; i++) {
        const Group *group = groups->pdata[i];
        if (group_rights(group->role) & RIGHT_OFFICER)
            ok = add_requests(client, &group->id, rows, error);
    }
    return ok && add_requests(client, NULL, rows, error);
}

static GPtrArray *read_requests(Client *client, const Uuid *group, GError **error)
{
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(free_request);
    bool ok = group ? add_requests(client, group, rows, error) &&
                          add_requests(client, NULL, rows, error)
                    : add_all_requests(client, rows, error);
    g_autoptr(GPtrArray) items = ok ? live_items(client, error) : NULL;
    if (!items)
        return NULL;
    Account account = { 0 };
    cache_account(client_cache(client), &account, NULL);
    Party me = { account.id, account.name, account.company_name };
    for (guint i = 0; i < items->len; i++)
        apply_to_requests(rows, items->pdata[i], &me);
    for (guint i = rows->len; i-- > 0;) {
        RequestRow *row = rows->pdata[i];
        row->mine = uuid_equal(&row->request.from.account, &account.id);
        row->open = request_is_open(&row->request);
        if (group && !uuid_equal(&row->request.group, group))
            g_ptr_array_remove_index(rows, i);
    }
    fields_clear(&account_fields, &account);
    g_ptr_array_sort(rows, by_standing);
    return g_steal_pointer(&rows);
}

GPtrArray *client_requests(Client *client, const Uuid *group, bool only_open, GError **error)
{
    GPtrArray *rows = read_requests(client, group, error);
    for (guint i = rows ? rows->len : 0; i-- > 0;)
        if (only_open && !((RequestRow *)rows->pdata[i])->open)
            g_ptr_array_remove_index(rows, i);
    return rows;
}

RequestRow *client_request(Client *client, const Uuid *id, GError **error)
{
    g_autoptr(GPtrArray) rows = read_requests(client, NULL, error);
    for (guint i = 0; rows && i < rows->len; i++)
        if (uuid_equal(&((RequestRow *)rows->pdata[i])->request.id, id))
            return g_ptr_array_steal_index(rows, i);
    if (rows)
        problem_set(error, PROBLEM_NOT_FOUND, "there is no such request here");
    return NULL;
}

/* ---- groups */

static GroupRow *group_of(GPtrArray *rows, const Uuid *id)
{
    for (guint i = 0; i < rows->len; i++) {
        GroupRow *row = rows->pdata[i];
        if (uuid_equal(&row->group.id, id))
            return row;
    }
    return NULL;
}

static void apply_to_groups(GPtrArray *rows, const OutboxItem *item)
{
    GroupRow *row = group_of(rows, &item->object);
    if (row) {
        row->leaving |= item->kind == OUTBOX_LEAVE;
        row->pending |= overlay_group(&row->group, item) || row->leaving;
        return;
    }
    if (item->kind != OUTBOX_GROUP || !outbox_creates(item))
        return;
    row = g_new0(GroupRow, 1);
    row->pending = overlay_group(&row->group, item);
    if (row->pending)
        g_ptr_array_add(rows, row);
    else
        group_row_free(row);
}

static gint by_name(gconstpointer left, gconstpointer right)
{
    const GroupRow *a = *(GroupRow *const *)left, *b = *(GroupRow *const *)right;
    g_autofree char *one = g_utf8_casefold(a->group.input.name ? a->group.input.name : "", -1);
    g_autofree char *other = g_utf8_casefold(b->group.input.name ? b->group.input.name : "", -1);
    int by = g_utf8_collate(one, other);
    return by ? by : memcmp(&a->group.id, &b->group.id, sizeof(Uuid));
}

static bool may_admit(const GroupRow *row)
{
    return group_rights(row->group.role) & RIGHT_ADMIT;
}

GPtrArray *client_groups(Client *client, GError **error)
{
    g_autoptr(GPtrArray) cached = cache_groups(client_cache(client), error);
    g_autoptr(GPtrArray) items = cached ? live_items(client, error) : NULL;
    g_autoptr(GPtrArray) requests = items ? read_requests(client, NULL, error) : NULL;
    if (!requests)
        return NULL;
    GPtrArray *rows = g_ptr_array_new_with_free_func(free_group);
    for (guint i = 0; i < cached->len; i++) {
        GroupRow *row = g_new0(GroupRow, 1);
        fields_copy(&group_fields, &row->group, cached->pdata[i]);
        g_ptr_array_add(rows, row);
    }
    for (guint i = 0; i < items->len; i++)
        apply_to_groups(rows, items->pdata[i]);
    for (guint i = 0; i < requests->len; i++) {
        const RequestRow *request = requests->pdata[i];
        GroupRow *row = group_of(rows, &request->request.group);
        if (row && may_admit(row) && request->open && !request->mine)
            row->waiting++;
    }
    g_ptr_array_sort(rows, by_name);
    return rows;
}

GroupRow *client_group(Client *client, const Uuid *id, GError **error)
{
    g_autoptr(GPtrArray) rows = client_groups(client, error);
    for (guint i = 0; rows && i < rows->len; i++)
        if (uuid_equal(&((GroupRow *)rows->pdata[i])->group.id, id))
            return g_ptr_array_steal_index(rows, i);
    if (rows)
        problem_set(error, PROBLEM_NOT_FOUND, "there is no such group here");
    return NULL;
}

bool client_requests_waiting(Client *client, gint64 *n, GError **error)
{
    g_autoptr(GPtrArray) rows = client_groups(client, error);
    *n = 0;
    for (guint i = 0; rows && i < rows->len; i++)
        *n += ((GroupRow *)rows->pdata[i])->waiting;
    return rows != NULL;
}

/* ---- members */

void member_row_free(MemberRow *row)
{
    if (!row)
        return;
    fields_clear(&member_fields, &row->member);
    g_free(row);
}

static void free_member(gpointer row)
{
    member_row_free(row);
}

/* The role or the seat that was given. */
static void apply_role(MemberRow *row, const OutboxItem *item)
{
    RoleChange change = { 0 };
    if (item->kind == OUTBOX_ROLE && change_read(item, &change)) {
        row->member.role = change.role ? change.role : row->member.role;
        if (change.business_type) {
            g_free(row->member.business_type);
            row->member.business_type = g_strdup(change.business_type);
        }
    }
    fields_clear(&role_change_fields, &change);
}

GPtrArray *client_members(Client *client, const Uuid *group, const char *text,
                          const MemberRow *from, bool forward, unsigned max, GError **error)
{
    g_autoptr(GPtrArray) cached = cache_members(client_cache(client), group, text,
                                                from ? &from->member : NULL, forward, max, error);
    g_autoptr(GPtrArray) items = cached ? live_items(client, error) : NULL;
    if (!items)
        return NULL;
    GPtrArray *rows = g_ptr_array_new_with_free_func(free_member);
    for (guint i = 0; i < cached->len; i++) {
        MemberRow *row = g_new0(MemberRow, 1);
        fields_copy(&member_fields, &row->member, cached->pdata[i]);
        for (guint n = 0; n < items->len; n++) {
            const OutboxItem *item = items->pdata[n];
            if (!uuid_equal(&item->object, &row->member.id))
                continue;
            row->pending = true;
            row->leaving |= item->kind == OUTBOX_EXPEL;
            apply_role(row, item);
        }
        g_ptr_array_add(rows, row);
    }
    return rows;
}

/* ---- what a person means */

#define NAMED_MAX 10

typedef const char *(*NameFunc)(gconstpointer row);

static const char *group_name(gconstpointer row)
{
    const char *name = ((const GroupRow *)row)->group.input.name;
    return name ? name : "";
}

static const char *request_name(gconstpointer row)
{
    const char *name = ((const RequestRow *)row)->request.from.name;
    return name ? name : "";
}

static char *names_of(GPtrArray *rows, NameFunc name)
{
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < MIN(rows->len, NAMED_MAX); i++) {
        g_autofree char *clean = text_clean(name(rows->pdata[i]), -1, TEXT_LINE);
        g_string_append_printf(names, "%s%s", i ? ", " : "", clean);
    }
    g_string_append(names, rows->len > NAMED_MAX ? ", ..." : "");
    return g_string_free(names, FALSE);
}

/* "0192ab": the beginning of the id, without dashes or with them. */
static bool begins_id(const Uuid *id, const char *text)
{
    char full[UUID_TEXT_SIZE];
    uuid_format(id, full);
    return strlen(text) >= 4 && g_ascii_strncasecmp(full, text, strlen(text)) == 0;
}

/* Index of the only one that is meant; -1 and *error. Exactly its name beats words of it. */
static int only_one(GPtrArray *rows, const char *text, NameFunc name,
                    const Uuid *(*id)(gconstpointer row), const char *none, GError **error)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new();
    g_autofree char *shown = text_clean(text, -1, TEXT_LINE);
    int at = -1;
    for (guint i = 0; i < rows->len; i++) {
        gpointer row = rows->pdata[i];
        if (strcmp(name(row), text) == 0)
            return (int)i;
        if (begins_id(id(row), text) || (*text && g_str_match_string(text, name(row), TRUE))) {
            g_ptr_array_add(found, row);
            at = (int)i;
        }
    }
    if (found->len == 1)
        return at;
    g_autofree char *names = names_of(found->len ? found : rows, name);
    if (found->len > 1)
        problem_set(error, PROBLEM_BAD_INPUT, _("%s is one of several: %s"), shown, names);
    else if (rows->len)
        problem_set(error, PROBLEM_NOT_FOUND, none, shown, names);
    else
        problem_set(error, PROBLEM_NOT_FOUND, none, shown, _("none"));
    return -1;
}

static const Uuid *group_id(gconstpointer row)
{
    return &((const GroupRow *)row)->group.id;
}

static const Uuid *request_id(gconstpointer row)
{
    return &((const RequestRow *)row)->request.id;
}

GroupRow *client_find_group(Client *client, const char *text, GError **error)
{
    g_autoptr(GPtrArray) rows = client_groups(client, error);
    int at = rows ? only_one(rows, text, group_name, group_id,
                             _("you are in no group called %s; yours: %s"), error)
                  : -1;
    return at >= 0 ? g_ptr_array_steal_index(rows, (guint)at) : NULL;
}

RequestRow *client_find_request(Client *client, const char *text, GError **error)
{
    g_autoptr(GPtrArray) all = client_requests(client, NULL, false, error);
    g_autoptr(GPtrArray) open = all ? client_requests(client, NULL, true, error) : NULL;
    if (!open)
        return NULL;
    g_autoptr(GError) why = NULL;
    const char *none = _("nobody called %s has asked; open requests: %s");
    int at = only_one(open, text, request_name, request_id, none, &why);
    if (at >= 0)
        return g_ptr_array_steal_index(open, (guint)at);
    if (problem_is(why, PROBLEM_NOT_FOUND)) /* what is over is meant only when nothing else is */
        at = only_one(all, text, request_name, request_id, none, NULL);
    if (at >= 0)
        return g_ptr_array_steal_index(all, (guint)at);
    g_propagate_error(error, g_steal_pointer(&why));
    return NULL;
}

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

bool client_ask_to_lead(Client *client, const Group *group, const char *note, Uuid *id,
                        GError **error)
{
    NewLeaderApproval input = { group->id, (char *)note };
    char text[UUID_TEXT_SIZE];
    if (!change_check(OUTBOX_LEADER_APPROVAL, &input, error))
        return false;
    *id = uuid_new();
    return add_one(client,
                   client_item(client, OUTBOX_LEADER_APPROVAL, id, "PUT",
                               g_strconcat("/v1/leader-approvals/", uuid_format(id, text), NULL),
                               change_json(&new_leader_approval_fields, &input)),
                   group->input.name, error);
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
    g_string_printf(path, "/v1/groups?limit=%d", PAGE_SIZE);
    server_list_put(path, "q", query->text);
    server_list_put(path, "area", query->area);
    server_list_put(path, "trade", query->trade);
    server_list_put(path, "open", query->open ? "true" : NULL);
    ServerListSpec spec = { path->str, &group_fields, is_group, told, data };
    return client_ask_list(client, &spec);
}

ServerList *client_ask_seats(Client *client, const Uuid *group, ServerListFunc told, gpointer data)
{
    g_autofree char *path = path_of(group, "/seats", NULL, "");
    ServerListSpec spec = { path, &seat_fields, NULL, told, data };
    return client_ask_list(client, &spec);
}
