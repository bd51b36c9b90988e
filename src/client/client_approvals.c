/* SPDX-License-Identifier: GPL-3.0-or-later */
/* R62, R63, D13: leading more than one group. The leader asks and sees how it stands, an administrator decides. */
#include "client/groups.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "client/cache_groups.h"
#include "client/client_private.h"

static char *path_of(const Uuid *id, const char *act)
{
    char text[UUID_TEXT_SIZE];
    return g_strconcat("/v1/leader-approvals/", uuid_format(id, text), act, NULL);
}

static bool is_live(const Client *client, const OutboxItem *item)
{
    return !outbox_is_stopped(item->state) && client_owns(client, item);
}

/* ---- the leader's */

bool client_ask_to_lead(Client *client, const Group *group, const char *note, Uuid *id,
                        GError **error)
{
    NewLeaderApproval input = { group->id, (char *)note };
    if (!change_check(OUTBOX_LEADER_APPROVAL, &input, error))
        return false;
    *id = uuid_new();
    OutboxItem item = client_item(client, OUTBOX_LEADER_APPROVAL, id, "PUT", path_of(id, ""),
                                  change_json(&new_leader_approval_fields, &input));
    item.title = g_strdup(group->input.name);
    return client_add_items(client, &item, 1, error);
}

/* One that was asked for here and is not sent yet. */
static bool asked_here(Client *client, const Uuid *group, LeaderApproval *out, GError **error)
{
    GPtrArray *items = client_items(client, error);
    for (guint i = 0; items && i < items->len; i++) {
        const OutboxItem *item = items->pdata[i];
        NewLeaderApproval input = { 0 };
        bool same = item->kind == OUTBOX_LEADER_APPROVAL && is_live(client, item) &&
                    change_read(item, &input) && uuid_equal(&input.group, group);
        if (same)
            *out = (LeaderApproval){ .id = item->object,
                                     .group = *group,
                                     .created_at = item->created_at,
                                     .state = APPROVAL_REQUESTED,
                                     .note = g_steal_pointer(&input.note) };
        fields_clear(&new_leader_approval_fields, &input);
        if (same)
            return true;
    }
    return items && problem_set(error, PROBLEM_NOT_FOUND, "no approval was asked for");
}

bool client_approval_of(Client *client, const Uuid *group, LeaderApproval *out, GError **error)
{
    g_autoptr(GPtrArray) cached = cache_leader_approvals(client_cache(client), error);
    for (guint i = 0; cached && i < cached->len; i++) {
        const LeaderApproval *approval = cached->pdata[i];
        if (uuid_equal(&approval->group, group)) {
            fields_copy(&leader_approval_fields, out, approval);
            return true;
        }
    }
    return cached && asked_here(client, group, out, error);
}

/* ---- the administrator's */

static bool is_approval(const Client *client, const void *object)
{
    return !uuid_is_nil(&((const LeaderApproval *)object)->id);
}

ServerList *client_ask_approvals(Client *client, ServerListFunc told, gpointer data)
{
    ServerListSpec spec = { "/v1/leader-approvals?limit=50&state=requested",
                            &leader_approval_fields, is_approval, told, data };
    return client_ask_list(client, &spec);
}

bool client_decide_approval(Client *client, const LeaderApproval *approval, bool approve,
                            const char *reason, GError **error)
{
    RequestAnswer answer = { (char *)reason };
    if (!change_check(OUTBOX_APPROVAL_DECIDE, &answer, error))
        return false;
    OutboxItem item = client_item(client, OUTBOX_APPROVAL_DECIDE, &approval->id, "POST",
                                  path_of(&approval->id, approve ? "/approve" : "/decline"),
                                  change_json(&request_answer_fields, &answer));
    item.title = g_strdup(approval->account.name ? approval->account.name : "");
    return client_add_items(client, &item, 1, error);
}

LeaderApprovalState client_approval_decided(Client *client, const Uuid *id)
{
    GPtrArray *items = client_items(client, NULL);
    LeaderApprovalState state = 0;
    for (guint i = 0; items && i < items->len; i++) {
        const OutboxItem *item = items->pdata[i];
        if (item->kind == OUTBOX_APPROVAL_DECIDE && is_live(client, item) &&
            uuid_equal(&item->object, id))
            state = g_str_has_suffix(item->path, "/approve") ? APPROVAL_APPROVED
                                                             : APPROVAL_DECLINED;
    }
    return state;
}
