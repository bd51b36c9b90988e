/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `limit` can show of a list of leads: the words of the user, and what that asks of the cache. */
#pragma once

#include "base/field.h"
#include "client/cache.h"

#define LIMIT_ALL 1 /* of limit_choices, whose values are the limits */
extern const EnumTable limit_choices;

void limit_apply(int limit, LeadQuery *query);
