/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Meetings in the cache, as the server has them: without what is in the outbox (client/meetings.h has that on top). Everything
 * here costs what it returns. Objects are freed with their array.
 */
#pragma once

#include "client/cache.h"
#include "client/meeting_book.h"

/* Meeting *, by time. Those that begin in [from, to), of one group or (NULL) of all of this user's. */
GPtrArray *cache_meetings(Cache *cache, const Uuid *group, gint64 from, gint64 to, GError **error);
/* NOT_FOUND. Caller clears by meeting_fields. */
bool cache_meeting(Cache *cache, const Uuid *id, Meeting *out, GError **error);

/* All facts of a meeting into its book. */
bool cache_fill_book(Cache *cache, MeetingBook *book, GError **error);

/* Answers of one account, and how many of each there are: of meetings in lists. *mine is 0 without one. */
bool cache_rsvps(Cache *cache, const Uuid *meeting, const Uuid *me, guint counts[RSVP_MAYBE + 1],
                 RsvpAnswer *mine, GError **error);

/* OneToOne *, the newest first. group NULL: with members of any. */
GPtrArray *cache_one_to_ones(Cache *cache, const Uuid *group, GError **error);
/* NOT_FOUND. Caller clears. */
bool cache_one_to_one(Cache *cache, const Uuid *id, OneToOne *out, GError **error);
