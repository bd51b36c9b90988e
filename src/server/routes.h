/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one list of endpoint families, and how a request finds its row. */
#pragma once

#include "server/call.h"

/* Each an array closed by a row without method; the list is closed by NULL. */
extern const Route *const route_families[];

/* Once, before the first look-up. Two rows with one method and path are a bug. */
void routes_init(void);

/*
 * The row of a request. Segments of path that look like a UUID stand for {id} (the first) and {sub} (the second). NULL
 * and NOT_FOUND or METHOD_NOT_ALLOWED; then *allow (may be NULL; static text) lists the methods there are.
 */
const Route *routes_find(const char *method, const char *path, Uuid *id, Uuid *sub,
                         const char **allow, GError **error);

/* The GET row of the same path, or of the path without its verb; NULL when there is none. */
const Route *routes_reader(const Route *write);
