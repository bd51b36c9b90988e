/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Leads groups (model/group.h): the directory, a group's page, and what every other family about groups stands on.
 *
 * Who sees what is decided in the queries. Everybody who is logged in reads an active group: its page (R55), its fee, how
 * many members it has, which seats are free. Who the members are is read by members, and by everybody where the directory
 * is public (R57); their addresses by members only. A draft, a suspended and a closed group are there for their members
 * alone; an administrator reads a suspended one too, whose members need one to name a leader (D12).
 *
 * A group's row is locked by whatever lets somebody in or out or changes a role (group_lock()), so that of two who want the
 * last seat, or of two leaders who leave at once, the second sees what the first did. Order of locks: accounts
 * (accounts_lock()), then groups.
 *
 * The starter leads. A group begins as a draft, which nobody finds, and POST .../activate opens it; acting for a second group needs
 * an administrator's approval before that (leader_approvals.h).
 */
#pragma once

#include "model/group.h"
#include "server/call.h"

extern const Route group_routes[];

void group_clear(Group *group);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Group, group_clear)

/* As this viewer sees it, with their role: NOT_FOUND when they may not. */
bool group_load(Db *db, const Uuid *viewer, const Uuid *id, Group *out, GError **error);

/* Whatever its state, with nobody's role. NOT_FOUND. */
bool group_row_load(Db *db, const Uuid *id, Group *out, GError **error);

/* The same, and nobody else changes its members until the transaction ends. */
bool group_lock(Db *db, const Uuid *id, Group *out, GError **error);

/* Unset: no member. */
bool group_role(Db *db, const Uuid *group, const Uuid *account, GroupRole *role, GError **error);

/* The caller has these rights (set of GroupRight; 0: any member) in the group. NOT_FOUND for a group that they do not see, else
 * FORBIDDEN. */
bool group_need(Call *call, const Uuid *group, unsigned rights, GError **error);

/* May the caller read who the members are? NOT_FOUND, FORBIDDEN; *inside: as one of them. */
bool group_need_members(Call *call, const Uuid *group, bool *inside, GError **error);

/* Both are in one active group: partners by it (R17). Never stored. */
bool group_members_are(Db *db, const Uuid *a, const Uuid *b, bool *share, GError **error);

/* The same as a statement and as a condition of one, over two expressions that are accounts. */
#define GROUP_SHARE(a, b)                                                                          \
    "SELECT 1 FROM membership gm CROSS JOIN membership go CROSS JOIN leads_group gg"               \
    " WHERE gm.account = " a " AND gm.state = 1 AND go.group_id = gm.group_id AND go.account = " b \
    " AND go.state = 1 AND gg.id = gm.group_id AND gg.state = 2"
#define GROUP_SHARED(a, b) "EXISTS (" GROUP_SHARE(a, b) ")"

/* GROUP_STATE unless it is active. */
bool group_need_active(const Group *group, GError **error);

/* Writes the row (insert or change), its name under which it is unique and its words. ALREADY_EXISTS: another has this name. */
bool group_store(Call *call, Group *group, GError **error);

/* The group's leader is gone: nothing but finding one goes on (D12). Or it has one again. */
bool group_set_state(Call *call, const Uuid *group, GroupState state, GError **error);

/* For the change feed: the columns of group_fields over leads_group g and membership v of the viewer. */
const char *group_columns(void);
/* The same over leads_group g alone: nobody's role. */
const char *group_row_columns(void);

/* Statements for EXPLAIN; NULL past the last. */
const char *group_hot_sql(const Db *db, int i);
