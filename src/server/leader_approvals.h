/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * R62, R63, D13: acting for more than one group waits until an administrator has approved it online. Who leads one group asks
 * for each further one, a draft of theirs or a group that wants them as leader; activating the one, and getting the role in the
 * other, is refused until then (APPROVAL_NEEDED). An approval is of one account for one group, for good.
 */
#pragma once

#include "server/groups.h"

extern const Route leader_approval_routes[];

/* Was it approved that this account leads this group beside others? */
bool leader_approved(Db *db, const Uuid *account, const Uuid *group, bool *approved,
                     GError **error);

/* For the change feed, over FROM, tied by JOIN: an account's own. */
#define APPROVAL_FROM "leader_approval p CROSS JOIN leads_group g CROSS JOIN account a"
#define APPROVAL_JOIN "g.id = p.group_id AND a.id = p.account"
const char *leader_approval_columns(void);

const char *leader_approval_hot_sql(int i);
