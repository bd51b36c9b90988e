/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Groups of this user, their members, and requests to become one, as the server has them: without what is in the outbox.
 * Lists of members are windows, as a group may have thousands. Objects are freed with their array; their strings are as
 * sent: clean them before drawing.
 */
#pragma once

#include "client/cache.h"
#include "model/group.h"

/* Group *, by name. */
GPtrArray *cache_groups(Cache *cache, GError **error);
/* NOT_FOUND. Caller clears by group_fields. */
bool cache_group(Cache *cache, const Uuid *id, Group *out, GError **error);

/* Member *, by name, at most max. text: words, each the beginning of one of name, company, trade or e-mail; NULL all. Those
 * after `from` (a member of an earlier answer, of which name and id count), or before it, the last of them, still by name;
 * NULL: the first, or the last. */
GPtrArray *cache_members(Cache *cache, const Uuid *group, const char *text, const Member *from,
                         bool forward, unsigned max, GError **error);
bool cache_member_count(Cache *cache, const Uuid *group, const char *text, gint64 *n,
                        GError **error);
/* How many come before this one. */
bool cache_member_rank(Cache *cache, const Uuid *group, const char *text, const Member *from,
                       gint64 *n, GError **error);
/* NOT_FOUND. Caller clears by member_fields. */
bool cache_member(Cache *cache, const Uuid *group, const Uuid *account, Member *out,
                  GError **error);
/* Member *, with no more than id and business_type: whose seats are taken. */
GPtrArray *cache_member_trades(Cache *cache, const Uuid *group, GError **error);
/* Member *: what one account is in groups of this user, by the names of these. */
GPtrArray *cache_memberships(Cache *cache, const Uuid *account, GError **error);

/* MembershipRequest *, the oldest first. Of a group, for its officers; NULL: this user's own. open: those that wait for an
 * answer, of whichever side. */
GPtrArray *cache_requests(Cache *cache, const Uuid *group, bool open, GError **error);
/* How many of a group others wait with for an answer, of whichever side. */
bool cache_requests_waiting(Cache *cache, const Uuid *group, gint64 *n, GError **error);
/* As an officer may read it, when this user is one. NOT_FOUND. Caller clears by membership_request_fields. */
bool cache_request(Cache *cache, const Uuid *id, MembershipRequest *out, GError **error);
/* Ids (Uuid) of requests that came, wait for an officer's answer, and that this user was not told of yet: client_told()
 * takes them out. Oldest first; free with g_array_unref. */
GArray *cache_requested(Cache *cache, GError **error);
/* LeaderApproval *, the newest first: this user's own. */
GPtrArray *cache_leader_approvals(Cache *cache, GError **error);
