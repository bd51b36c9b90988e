/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A lead and its copies (R30, R31). They are a family one level deep: a copy of a copy is a copy of the first, the root.
 * Its live members, those that were not withdrawn, compete when there are several.
 */
#pragma once

#include "model/referral.h"
#include "server/call.h"

/*
 * The root of the family of a referral that the caller sent; nil when they did not. Who looks at a family to change it
 * holds the root's row until the commit, so that two who do so at one moment see each other.
 */
bool family_lock(Call *call, const Uuid *member, Uuid *root, GError **error);

/* Live members but for one. */
bool family_count(Call *call, const Uuid *root, const Uuid *except, gint64 *n, GError **error);

/* Sets or takes back "competing" on the live members but one, and tells their parties. */
bool family_mark(Call *call, const Uuid *root, const Uuid *except, bool competing, GError **error);

/* Both parties' scopes learn of a change of this referral; reads id and the two accounts. */
void referral_changed(Call *call, const Referral *referral);
