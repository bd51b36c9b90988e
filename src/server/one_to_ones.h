/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two members who met by themselves. Both may say so, and it is one: its id is that of the pair and the day
 * (one_to_one_id()). Each says for themselves that they met, and takes only that back; each has a note that the other does not
 * see. Both have it in their own scope of the change feed.
 */
#pragma once

#include "server/call.h"

extern const Route one_to_one_routes[];

/* For the change feed: the columns of one_to_one_fields over one_to_one o as account $1 sees it, and what of it $1 sees. */
const char *one_to_one_columns(void);
#define ONE_TO_ONE_SEEN "(o.account_a = $1 OR o.account_b = $1) AND o.said_a + o.said_b > 0"

const char *one_to_one_hot_sql(int i);
