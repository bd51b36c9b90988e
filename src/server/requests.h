/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests to join a group (R61, state machine in model/group.h). What keeps somebody out is looked at when they ask and again
 * when a leader approves, in the same transaction, with the account and the group's row locked: the group is active and open
 * (R59), has a free seat, and one for the business (R123), and exclusivity allows it (R53, R62, R63, D13). Approving
 * makes the membership, its scopes and the mail at once.
 *
 * An officer reads with the request what speaks against it now: who has the seat, which exclusivity; the applicant does not.
 */
#pragma once

#include "server/groups.h"

extern const Route request_routes[];

/* For the change feed, over FROM and with WHERE tied to it. officer: a condition that says for whom it is read. */
#define REQUEST_FROM                                                                               \
    "membership_request q CROSS JOIN leads_group g CROSS JOIN account a LEFT JOIN account d"       \
    " ON d.id = q.decided_by"
#define REQUEST_JOIN "g.id = q.group_id AND a.id = q.account"
#define REQUEST_VISIBLE                                                                            \
    "(q.account = $1 OR EXISTS (SELECT 1 FROM membership v WHERE v.group_id = q.group_id"          \
    " AND v.account = $1 AND v.state = 1 AND v.role > 1))"
/* Read by $1; in a scope of the feed (c.scope_id): that of the applicant, or the officers'. */
const char *request_columns(void);
const char *request_columns_in_scope(void);

/* Writes a new one, as it is, and tells both sides. PRECONDITION_FAILED: the id is taken. */
bool request_insert(Call *call, const MembershipRequest *request, GError **error);

/* Open ones of an account that is being deleted are withdrawn; of a group that closes, declined. */
bool requests_erase(Call *call, const Uuid *account, GError **error);
bool requests_close(Call *call, const Group *group, GError **error);

const char *request_hot_sql(int i);
