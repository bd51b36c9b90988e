/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/group.h"

#include <string.h>

#include "model/group.h"
#include "server/changes.h"
#include "server/groups.h"
#include "server/members.h"
#include "tests/sim/verify.h"

WorldGroup groups[WORLD_GROUPS] = { { .name = "Northgate" }, { .name = "Harbour" } };

static const struct {
    int group, account;
    GroupRole role;
} seats[] = {
    { 0, ME, ROLE_LEADER },    { 0, PARTNER, ROLE_TREASURER }, { 0, THIRD, ROLE_MEMBER },
    { 1, THIRD, ROLE_LEADER }, { 1, PARTNER, ROLE_MEMBER },
};

static bool make_group(Call *call, WorldGroup *made, Group *group, GError **error)
{
    made->id = uuid_new();
    Uuid officers = group_officers_scope(&made->id);
    *group = (Group){ .id = made->id,
                      .rev = 1,
                      .created_at = call->now,
                      .updated_at = call->now,
                      .state = GROUP_ACTIVE };
    group_input_init(&group->input);
    g_free(group->input.time_zone);
    group->input.name = g_strdup(made->name);
    group->input.time_zone = g_strdup("Europe/London");
    group->input.cadence = CADENCE_OTHER;
    group->input.open = true;
    return group_store(call, group, error) &&
           scope_create(call->db, &group->id, SCOPE_GROUP, NULL, error) &&
           scope_create(call->db, &officers, SCOPE_OFFICERS, NULL, error);
}

bool groups_make(Call *call, GError **error)
{
    for (int i = 0; i < WORLD_GROUPS; i++) {
        g_auto(Group) group = { 0 };
        if (!make_group(call, &groups[i], &group, error))
            return false;
        for (size_t k = 0; k < G_N_ELEMENTS(seats); k++)
            if (seats[k].group == i &&
                !membership_begin(call, &group, &accounts[seats[k].account].id, seats[k].role, NULL,
                                  NULL, error))
                return false;
    }
    return true;
}

int world_group(const Uuid *id)
{
    for (int i = 0; i < WORLD_GROUPS; i++)
        if (uuid_equal(&groups[i].id, id))
            return i;
    return -1;
}

void world_roles(int group, int roles[ACCOUNTS])
{
    memset(roles, 0, ACCOUNTS * sizeof *roles);
    if (!server_is_up()) /* its disk may be one that nobody can read from now */
        return;
    g_autoptr(Db) db = verify_open(server_database());
    g_autoptr(DbRows) rows = db_query(
        db, NULL, "SELECT account, role FROM membership WHERE group_id = $1 AND state = 1",
        db_uuid(&groups[group].id));
    while (rows && db_next(rows, NULL)) {
        Uuid account = db_get_uuid(rows, 0);
        for (int i = 0; i < ACCOUNTS; i++)
            if (uuid_equal(&accounts[i].id, &account))
                roles[i] = (int)db_get_int(rows, 1);
    }
}

int group_leader(const int roles[ACCOUNTS])
{
    for (int i = 0; i < ACCOUNTS; i++)
        if (roles[i] == ROLE_LEADER)
            return i;
    return -1;
}
