/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /v1/groups/{id}/vetting: whom the leaders of a group asked about a member or an applicant, and what they found (R117).
 * Leaders and administrators read and write it, nobody else, not even whom it is about. Whoever reviews a membership
 * request is told how many references were fine (VETTING_REFERENCES).
 */
#pragma once

#include "model/vetting.h"
#include "server/call.h"

extern const Route vetting_routes[];

/* The caller has RIGHT_VETTING in the group of the path, or is an administrator. NOT_FOUND, FORBIDDEN. */
bool vetting_need(Call *call, GError **error);

/* For the change feed: columns of vetting_fields over vetting_full v; who may read it. */
const char *vetting_columns(void);
#define VETTING_LEADS(group)                                                                       \
    "EXISTS (SELECT 1 FROM membership l WHERE l.group_id = " group                                 \
    " AND l.account = $1 AND l.state = 1 AND l.role = 2)"

/* How many references were asked about an account, as a value of a statement; test: "= 1" were fine, "<> 1" were not. */
#define VETTING_REFERENCES(group, account, test)                                                   \
    "(SELECT COUNT(*) FROM vetting v WHERE v.account = " account " AND v.group_id = " group        \
    " AND v.removed = 0 AND v.kind = 1 AND v.result " test ")"

/* Of an account that is being deleted: what is known about it goes, and the leaders' clients are told. */
bool vetting_erase(Call *call, const Uuid *account, GError **error);
