/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is entered at a meeting: attendance, answers to the invitation, visitors, slips and thanks. Each is a fact with an id
 * that everybody makes alike, or that whoever enters it made; it is put, as often as one likes and without If-Match, and of
 * two entries the later one stays (entry_wins()), in whichever order they arrive. Who may enter what and when is entry_may()'s.
 *
 * Who sees what (R64, D7): members see attendance, answers and slips; of a slip only its two sides and whoever entered it see
 * the contact. Visitors are seen by officers and by who brought them. Thanks are seen by both sides and by officers, the
 * amount by the giver alone. What was taken back is gone for all, and its row stays.
 */
#pragma once

#include "model/meeting.h"
#include "server/call.h"

extern const Route meeting_entry_routes[];

/* For the change feed: the columns of a kind's fields over its table e, as account $1 sees them; and what of it $1 sees there. */
const char *attendance_columns(void);
const char *rsvp_columns(void);
const char *visitor_columns(void);
const char *slip_columns(void);
const char *thanks_columns(void);

#define ENTRY_OF_MEMBERS                                                                           \
    "EXISTS (SELECT 1 FROM membership v WHERE v.group_id = e.group_id AND v.account = $1"          \
    " AND v.state = 1)"
#define ENTRY_OF_OFFICERS                                                                          \
    "EXISTS (SELECT 1 FROM membership v WHERE v.group_id = e.group_id AND v.account = $1"          \
    " AND v.state = 1 AND v.role <> 1)"
#define VISITOR_SEEN "e.removed = 0 AND (e.brought_by = $1 OR " ENTRY_OF_OFFICERS ")"
#define SLIP_SEEN "e.removed = 0 AND " ENTRY_OF_MEMBERS
#define THANKS_SEEN "e.removed = 0 AND (e.from_account = $1 OR e.to_account = $1)"

/* The answer of a member that came by mail, as if they had entered it. NOT_FOUND: no such meeting, or no member any more. */
bool rsvp_by_mail(Call *call, const Uuid *meeting, const Uuid *account, const RsvpInput *input,
                  GError **error);

/* Statements for EXPLAIN; NULL past the last. */
const char *meeting_entry_hot_sql(int i);
