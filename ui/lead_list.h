/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of the leads that a query of the cache fits: a window over them (list.h). */
#pragma once

#include "app.h"
#include "client/cache.h"
#include "list.h"

/* What is asked each time that rows are wanted, as the query is then; it outlives the list. */
typedef struct LeadSource {
    App *app;
    const LeadQuery *query;
} LeadSource;

List *lead_list_new(const LeadSource *source);
