/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is in a group, with which role, and how that begins and ends. Both happen in one transaction with the scopes of the
 * change feed (who joins reads the group's, an officer also the officers'), the number of members and the seat, with the
 * group's row locked by the caller.
 *
 * Nobody is anybody's group partner by a row of their own: with the membership all of it goes (R18), and individual partnerships
 * stay as they were (R19). One leader stays at least: the last one hands over first, or closes the group (D12).
 */
#pragma once

#include "server/groups.h"

extern const Route member_routes[];

/* group: as locked. SEAT_TAKEN, GROUP_FULL. *id: the member's; nil: a new one is made. NULL likewise. */
bool membership_begin(Call *call, const Group *group, const Uuid *account, GroupRole role,
                      const char *business_type, Uuid *id, GError **error);

/* how: MEMBERSHIP_LEFT, _REMOVED, _LAPSED. LAST_LEADER for the only one; NOT_FOUND for no member. Mails whom it is about, or
 * the leaders when they left by themselves. */
bool membership_end(Call *call, const Group *group, const Uuid *account, MembershipState how,
                    const char *reason, GError **error);

/* All memberships of an account, which is being deleted: a group whose only leader it was is suspended (D12), or closed when nobody
 * is left. After its names were taken out of what leaders wrote: group_words_again(). */
bool memberships_erase(Call *call, const Uuid *account, GError **error);
bool group_words_again(Call *call, const Uuid *account, GError **error);

/* All but the leaders' own, of a group that closes. */
bool memberships_close(Call *call, const Group *group, GError **error);

/* What speaks against a request may read otherwise when a seat or somebody's memberships change: officers are told of the
 * open requests that it is about. seat: may be NULL. */
bool requests_touch(Call *call, const Uuid *group, const char *seat, const Uuid *account,
                    GError **error);

/* R123: nobody else in the group has the seat of this business. SEAT_TAKEN. except: a member who is not looked at; may be NULL. */
bool seat_check(Db *db, const Group *group, const char *business_type, const Uuid *except,
                GError **error);

/* R53, R62, R63, D13: what stands against this account being in the group as well, beside the groups that it is in. */
bool exclusivity_check(Db *db, const Group *group, const Uuid *account, bool as_leader,
                       GroupConflict *conflict, GError **error);
/* GROUP_EXCLUSIVE in words for somebody else (NULL), or for the account itself. */
bool exclusivity_refuse(GroupConflict conflict, bool oneself, GError **error);

/* R62: whoever leads another group needs an administrator's approval for this one: APPROVAL_NEEDED. */
bool leader_check(Db *db, const Uuid *account, const Group *group, GError **error);

/* A member as the change feed reads it: columns of member_fields over membership m and account a. inside: for a fellow member. */
const char *member_columns_inside(void);

const char *member_hot_sql(int i);
