/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of lists: their orders. Which stages a list has, and which of two rows comes first. */
#pragma once

#include "client/cache_walk.h"

/* Stage, in the order in which they are walked, without those that the request's place cuts off. */
GArray *stages_of(ListRequest *request, GError **error);

/* < 0: x comes before y in that order, not reversed. */
int stage_compare_rows(const LeadRow *x, const LeadRow *y, LeadSort sort);
