/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Meetings of this user's groups (R56, R64, R124, R125), made for a room without a network. Like all of client.h: reading is from
 * the cache, with what is in the outbox done to it by the model's functions; an action is an outbox row first, works offline,
 * and is held for undo. What is entered has no revision: that entered last wins, wherever it was entered and in whichever order
 * it arrives. All entries of one meeting are sent in the order they were typed, a hundred at a time.
 */
#pragma once

#include "client/cache_meetings.h"
#include "client/client.h"

typedef struct MeetingRow {
    Meeting meeting; /* strings as sent: clean them before drawing */
    char *group_name;
    GroupRole role; /* of this user there */
    guint answers[RSVP_MAYBE + 1];
    RsvpAnswer mine; /* 0: none yet */
    bool pending;    /* something of it is in the outbox */
} MeetingRow;
void meeting_row_free(MeetingRow *row);

/* MeetingRow *, by time: those that begin in [from, to), of a group (NULL: of all). Free with g_ptr_array_unref. */
GPtrArray *client_meetings(Client *client, const Uuid *group, gint64 from, gint64 to,
                           GError **error);
/* The next of a group (NULL: of all) that is to come, or has begun and is not over; NULL: none, or *error. Caller frees. */
MeetingRow *client_next_meeting(Client *client, const Uuid *group, gint64 now, GError **error);
/* The meeting a person means: an id, or the beginning of one (4 letters at least); "next"; a local day ("2026-11-26"), with
 * words of the group's name behind it where several fit. NOT_FOUND, or BAD_INPUT naming some. */
bool client_find_meeting(Client *client, const char *text, Uuid *id, GError **error);

/* All there is to know of it. NOT_FOUND. Caller frees. */
MeetingBook *client_meeting(Client *client, const Uuid *meeting, GError **error);
/* The one of its roster that words mean: of the name, the company or the trade, or an id. NOT_FOUND, BAD_INPUT. */
const MeetingMember *meeting_book_find(const MeetingBook *book, const char *text, GError **error);

typedef struct OneToOneRow {
    OneToOne met;
    char *with; /* name of the other one, "" unknown */
    bool pending;
} OneToOneRow;
/* OneToOneRow *, the newest first; each day counts once, whoever of the two reported it. */
GPtrArray *client_one_to_ones(Client *client, const Uuid *group, GError **error);

/* ---- entries. Those of `input` that say no time are entered now. VALIDATION, FORBIDDEN and MEETING_STATE as the server would
 * say, but without it. */

bool client_attend(Client *client, const Uuid *meeting, const Uuid *account,
                   const AttendanceInput *input, GError **error);
bool client_rsvp(Client *client, const Uuid *meeting, const Uuid *account, const RsvpInput *input,
                 GError **error);
/* id: of the one that is changed (or taken back: `removed`); nil: a new one, whose id it then is. */
bool client_visitor(Client *client, const Uuid *meeting, Uuid *id, const VisitorInput *input,
                    GError **error);
bool client_slip(Client *client, const Uuid *meeting, Uuid *id, const SlipInput *input,
                 GError **error);
bool client_thanks(Client *client, const Uuid *meeting, Uuid *id, const ThanksInput *input,
                   GError **error);
bool client_met(Client *client, const NewOneToOne *input, GError **error);

/* open, close, complete, ...; reason may be NULL where none is needed. */
bool client_meeting_act(Client *client, const Uuid *meeting, MeetingEvent event, const char *reason,
                        GError **error);
/* A new one (id nil, and then it has one), or a change of one: merged with what others change. */
bool client_write_meeting(Client *client, const Uuid *group, Uuid *id, const MeetingInput *input,
                          GError **error);

/* client_undo.c asks: may what was undone be done again? True of all that is no entry. */
bool client_meeting_may_again(Client *client, const OutboxItem *item, GError **error);
