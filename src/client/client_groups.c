/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups and requests: what is shown is the cache with the outbox done to it. */
#include "client/groups.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/cache_groups.h"
#include "client/client_private.h"
#include "client/overlay.h"
#include "model/business_type.h"

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
    g_autoptr(GHashTable) known = g_hash_table_new(uuid_hash, uuid_equal_func);
    for (guint i = 0; i < rows->len; i++)
        g_hash_table_add(known, &((RequestRow *)rows->pdata[i])->request.id);
    for (guint i = 0; cached && i < cached->len; i++) {
        MembershipRequest *request = cached->pdata[i];
        if (g_hash_table_contains(known, &request->id))
            continue;
        RequestRow *row = g_new0(RequestRow, 1);
        row->request = *request;
        *request = (MembershipRequest){ 0 }; /* its texts are the row's now */
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

/* With the outbox done to them, and in order. */
static GPtrArray *finish_requests(Client *client, GPtrArray *rows, GError **error)
{
    g_autoptr(GPtrArray) items = live_items(client, error);
    if (!items) {
        g_ptr_array_unref(rows);
        return NULL;
    }
    Account account = { 0 };
    cache_account(client_cache(client), &account, NULL);
    Party me = { account.id, account.name, account.company_name };
    for (guint i = 0; i < items->len; i++)
        apply_to_requests(rows, items->pdata[i], &me);
    for (guint i = rows->len; i-- > 0;) {
        RequestRow *row = rows->pdata[i];
        row->mine = uuid_equal(&row->request.from.account, &account.id);
        row->open = request_is_open(&row->request);
    }
    fields_clear(&account_fields, &account);
    g_ptr_array_sort(rows, by_standing);
    return rows;
}

static GPtrArray *read_requests(Client *client, const Uuid *group, GError **error)
{
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(free_request);
    bool ok = group ? add_requests(client, group, rows, error) &&
                          add_requests(client, NULL, rows, error)
                    : add_all_requests(client, rows, error);
    GPtrArray *done = ok ? finish_requests(client, g_steal_pointer(&rows), error) : NULL;
    for (guint i = done && group ? done->len : 0; i-- > 0;)
        if (!uuid_equal(&((RequestRow *)done->pdata[i])->request.group, group))
            g_ptr_array_remove_index(done, i);
    return done;
}

GPtrArray *client_own_requests(Client *client, GError **error)
{
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(free_request);
    GPtrArray *done = add_requests(client, NULL, rows, error)
                          ? finish_requests(client, g_steal_pointer(&rows), error)
                          : NULL;
    for (guint i = done ? done->len : 0; i-- > 0;)
        if (!((RequestRow *)done->pdata[i])->mine)
            g_ptr_array_remove_index(done, i);
    return done;
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
    g_autofree char *one = text_name_key(a->group.input.name);
    g_autofree char *other = text_name_key(b->group.input.name);
    int by = strcmp(one, other);
    return by ? by : memcmp(&a->group.id, &b->group.id, sizeof(Uuid));
}

static bool may_admit(const GroupRow *row)
{
    return group_rights(row->group.role) & RIGHT_ADMIT;
}

/* Whether a request waits for an officer of its group, with the outbox done to it or without. */
static bool waits(const MembershipRequest *request, const Uuid *me)
{
    return request_is_open(request) && !uuid_equal(&request->from.account, me);
}

static bool is_first_of_object(GPtrArray *items, guint at)
{
    const OutboxItem *item = items->pdata[at];
    for (guint i = 0; i < at; i++)
        if (uuid_equal(&((OutboxItem *)items->pdata[i])->object, &item->object))
            return false;
    return true;
}

/* One that items of the outbox are about counts as they leave it. */
static void count_changed(Client *client, GPtrArray *rows, GPtrArray *items, guint at,
                          const Account *account)
{
    const Uuid *id = &((OutboxItem *)items->pdata[at])->object;
    Party me = { account->id, account->name, account->company_name };
    MembershipRequest request = { 0 };
    if (!is_first_of_object(items, at) || !cache_request(client_cache(client), id, &request, NULL))
        return;
    GroupRow *row = group_of(rows, &request.group);
    bool before = waits(&request, &me.account);
    for (guint i = at; i < items->len; i++)
        if (uuid_equal(&((OutboxItem *)items->pdata[i])->object, id))
            overlay_request(&request, items->pdata[i], &me);
    if (row && may_admit(row))
        row->waiting += waits(&request, &me.account) - before;
    fields_clear(&membership_request_fields, &request);
}

/* Counted where they are: a group may have hundreds, and the tabs ask after each change. */
static bool count_waiting(Client *client, GPtrArray *rows, GPtrArray *items, GError **error)
{
    Account account = { 0 };
    bool ok = cache_account(client_cache(client), &account, error);
    for (guint i = 0; ok && i < rows->len; i++) {
        GroupRow *row = rows->pdata[i];
        if (may_admit(row))
            ok = cache_requests_waiting(client_cache(client), &row->group.id, &row->waiting, error);
    }
    for (guint i = 0; ok && i < items->len; i++)
        count_changed(client, rows, items, i, &account);
    fields_clear(&account_fields, &account);
    return ok;
}

GPtrArray *client_groups(Client *client, GError **error)
{
    g_autoptr(GPtrArray) cached = cache_groups(client_cache(client), error);
    g_autoptr(GPtrArray) items = cached ? live_items(client, error) : NULL;
    if (!items)
        return NULL;
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(free_group);
    for (guint i = 0; i < cached->len; i++) {
        GroupRow *row = g_new0(GroupRow, 1);
        fields_copy(&group_fields, &row->group, cached->pdata[i]);
        g_ptr_array_add(rows, row);
    }
    for (guint i = 0; i < items->len; i++)
        apply_to_groups(rows, items->pdata[i]);
    if (!count_waiting(client, rows, items, error))
        return NULL;
    g_ptr_array_sort(rows, by_name);
    return g_steal_pointer(&rows);
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
static void apply_role(Member *member, const OutboxItem *item)
{
    RoleChange change = { 0 };
    if (item->kind == OUTBOX_ROLE && change_read(item, &change)) {
        member->role = change.role ? change.role : member->role;
        if (change.business_type) {
            g_free(member->business_type);
            member->business_type = g_strdup(change.business_type);
        }
    }
    fields_clear(&role_change_fields, &change);
}

/* About the member: a concern that this user raised, which is of the group its path names. */
static bool is_concern_about(const OutboxItem *item, const Member *member)
{
    NewConcern concern = { 0 };
    char id[UUID_TEXT_SIZE];
    bool about = item->kind == OUTBOX_CONCERN && item->path &&
                 strstr(item->path, uuid_format(&member->group, id)) &&
                 change_read(item, &concern) && uuid_equal(&concern.about, &member->account);
    fields_clear(&new_concern_fields, &concern);
    return about;
}

static void apply_to_member(MemberRow *row, const OutboxItem *item)
{
    if (is_concern_about(item, &row->member)) {
        row->pending = row->concern = true;
    } else if (uuid_equal(&item->object, &row->member.id)) {
        row->pending = true;
        row->leaving |= item->kind == OUTBOX_EXPEL;
        apply_role(&row->member, item);
    }
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
        for (guint n = 0; n < items->len; n++)
            apply_to_member(row, items->pdata[n]);
        g_ptr_array_add(rows, row);
    }
    return rows;
}

/* Keys of seats, each of a member that stays one. */
static GHashTable *taken_seats(GPtrArray *members, GPtrArray *items)
{
    GHashTable *taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < members->len; i++) {
        Member *member = members->pdata[i];
        bool leaving = false;
        for (guint n = 0; n < items->len; n++) {
            const OutboxItem *item = items->pdata[n];
            if (!uuid_equal(&item->object, &member->id))
                continue;
            leaving |= item->kind == OUTBOX_EXPEL;
            apply_role(member, item);
        }
        char *key = leaving ? NULL : business_type_seat(member->business_type);
        if (key)
            g_hash_table_add(taken, key);
    }
    return taken;
}

char **client_open_trades(Client *client, const Group *group, GError **error)
{
    g_autoptr(GPtrArray) members = cache_member_trades(client_cache(client), &group->id, error);
    g_autoptr(GPtrArray) items = members ? live_items(client, error) : NULL;
    if (!items)
        return NULL;
    g_autoptr(GHashTable) taken = taken_seats(members, items);
    GPtrArray *open = g_ptr_array_new();
    for (char **wanted = group->input.wanted; wanted && *wanted; wanted++) {
        g_autofree char *key = business_type_seat(*wanted);
        if (!key || !g_hash_table_contains(taken, key))
            g_ptr_array_add(open, g_strdup(*wanted));
    }
    g_ptr_array_add(open, NULL);
    return (char **)g_ptr_array_free(open, FALSE);
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
