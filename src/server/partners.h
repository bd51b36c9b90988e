/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is whose partner. Individual partners are connected: a pair has one row, the smaller id first. Group partners are fellow members
 * of an active group (R17): they follow from the memberships and have no row, so that nothing is left when one of them leaves
 * (R18). Leads go to either kind; what is about the connection itself, its cap, its exclusivity, its invitations and its end,
 * is about the first kind alone (R13, R19, D4).
 */
#pragma once

#include "model/referral.h"
#include "server/call.h"

/* domain.md §3.4; stored: never renumber */
typedef enum ConnectionState {
    CONNECTION_INVITED = 1,
    CONNECTION_REQUESTED = 2,
    CONNECTION_CONNECTED = 3,
    CONNECTION_DECLINED = 4,
    CONNECTION_EXPIRED = 5,
    CONNECTION_WITHDRAWN = 6,
    CONNECTION_ENDED = 7,
} ConnectionState;

extern const Route partner_routes[];

/* Connected. */
bool partners_are(Db *db, const Uuid *a, const Uuid *b, bool *connected, GError **error);

/* Partners of either kind: they may pass each other leads, read each other's profile and know each other's address. */
bool partners_may_refer(Db *db, const Uuid *a, const Uuid *b, bool *may, GError **error);

/* Fellow members of `me` in active groups, for the FROM and WHERE of a statement: accounts go.account, groups gg. */
#define GROUP_PARTNERS(me)                                                                         \
    "membership gm CROSS JOIN leads_group gg CROSS JOIN membership go WHERE gm.account = " me      \
    " AND gm.state = 1 AND gg.id = gm.group_id AND gg.state = 2 AND go.group_id = gm.group_id"     \
    " AND go.state = 1 AND go.account <> " me

/* Statements for EXPLAIN; NULL past the last. */
const char *partner_hot_sql(int i);
