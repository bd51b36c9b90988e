/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Other people's profiles: the search for who fits (R119, R120), and one of them. Seen by the public are public ones; by a
 * member also those of partners, and of whoever asked the member to connect. Never with an address.
 *
 * GET /v1/profiles answers {"items": [public_profile], "next"}: with q by how well the words fit, else the newest accounts first.
 */
#pragma once

#include "model/profile.h"
#include "server/call.h"

extern const Route profile_routes[];

/* One that the viewer (nil: anybody) may see; *found false: none. fields_clear() it by public_profile_fields. */
bool public_profile_load(Db *db, const Uuid *viewer, const Uuid *account, PublicProfile *out,
                         bool *found, GError **error);

/* Statements for EXPLAIN; NULL past the last. */
const char *profile_hot_sql(const Db *db, int i);
