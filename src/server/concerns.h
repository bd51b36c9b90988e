/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /v1/groups/{id}/concerns: what a member finds wrong with another one, and what the leaders make of it (R118; the rules
 * are in model/vetting.h).
 *
 * Who sees what is decided in the query: leaders and administrators all of it; whom it is about all but who raised it, and that
 * also as a leader; who raised it what they wrote and how it ended, not what was answered. For anybody else it is not
 * there (404). A secretary and a treasurer are anybody else here.
 *
 * While a member is barred, leads from co-members are kept back by slip_checks.h, unless they share another group that does
 * not bar them, or are partners on their own: what two people agree among themselves is no group's business.
 */
#pragma once

#include "model/vetting.h"
#include "server/call.h"

extern const Route concern_routes[];

/* For the change feed, as $1 sees it: columns of concern_fields over CONCERN_FROM, tied by CONCERN_JOIN. */
const char *concern_columns(void);
#define CONCERN_FROM                                                                               \
    "concern k CROSS JOIN account a CROSS JOIN account b LEFT JOIN account d"                      \
    " ON d.id = k.decided_by_account"
#define CONCERN_JOIN "a.id = k.about_account AND b.id = k.by_account"
#define CONCERN_VISIBLE                                                                            \
    "(k.about_account = $1 OR k.by_account = $1 OR " VETTING_LEADS("k.group_id") ")"

/* Until when a group bars leads to an account, as a value of a statement; NULL: it never did. */
#define CONCERN_BAR(group, account)                                                                \
    "(SELECT MAX(k.until) FROM concern k WHERE k.group_id = " group                                \
    " AND k.about_account = " account " AND k.state = 3 AND k.effect = 3)"

/* *barred: from and to share groups, and each of them bars leads to `to` now. */
bool concern_bar(Db *db, const Uuid *from, const Uuid *to, gint64 now, bool *barred,
                 GError **error);

/* Of an account that is being deleted: concerns about it go, and everybody's clients are told. */
bool concern_erase(Call *call, const Uuid *account, GError **error);
