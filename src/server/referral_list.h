/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /v1/referrals: filters, search, keyset paging by (sent_at, id), newest first. */
#pragma once

#include "server/call.h"

bool referral_list(Call *call, GError **error);

/* The statements of the hot lists, to be looked at with EXPLAIN QUERY PLAN: each must walk an index in order.
 * NULL when i is past the last. */
const char *referral_list_hot_sql(Db *db, int i);
