/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /v1/changes: what changed in a scope since a state, or all of it (protocols.md §1). */
#pragma once

#include "server/call.h"

extern const Route feed_routes[];

/* The statement that reads a page's objects of the i-th row of object_rows, for EXPLAIN; NULL past the last. */
const char *feed_page_sql(int i);
