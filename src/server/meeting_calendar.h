/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Meetings in the calendars of members: a file of one, a feed of all (GET /v1/calendar?token=, read by programs that know nothing but
 * that address), and what an invitation by mail and the answer to it go by.
 *
 * The feed's address is a secret of its account: only its hash is kept, a new one makes the former void, and who is deleted has
 * none. An event has the same UID in the file, the feed and the mail of one member, and another one for each member: it names
 * meeting and account, with a code that only this server makes, so whoever answers with it has read that member's mail or calendar.
 */
#pragma once

#include "model/meeting.h"
#include "server/call.h"
#include "wire/calendar.h"

extern const Route meeting_calendar_routes[];

/* What UIDs are made with: of a database, made once (schema.c). */
typedef struct CalendarKey {
    gint64 parts[2];
} CalendarKey;
bool calendar_key_load(Db *db, CalendarKey *key, GError **error);

/* Caller frees. */
char *calendar_uid(const CalendarKey *key, const Uuid *meeting, const Uuid *account);
/* False: it is none of ours. */
bool calendar_uid_read(const CalendarKey *key, const char *uid, Uuid *meeting, Uuid *account);

/* "Harbour Leads: Heat pumps"; what else there is to say about it. Caller frees. */
char *meeting_summary(const Meeting *meeting, const char *group);
char *meeting_description(const Meeting *meeting);
/* It does not take place. */
bool meeting_is_off(MeetingState state);
