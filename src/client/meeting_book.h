/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A meeting with all that was entered there, in memory: who is in the room, what each passed on, who visited. Pure: made of the
 * server's objects, in any order, then of the outbox (R64, R124). Of two entries of one fact that entered last wins, so that
 * whoever fills a book with the same facts gets the same book.
 *
 *   book = meeting_book_new(...); meeting_book_add_member() for each; meeting_book_put_*() for each fact of the cache;
 *   meeting_book_apply() for each item of the outbox in its order; meeting_book_finish(); then it is read.
 */
#pragma once

#include "client/store.h"
#include "model/meeting.h"

/* Somebody of the roster, and what is known of them at this meeting. */
typedef struct MeetingMember {
    Uuid account;
    char *name, *company, *trade; /* as sent: clean before drawing */
    GroupRole role;
    bool here;             /* a member now; else one who was there once */
    Attendance attendance; /* code 0: not entered yet */
    Rsvp rsvp;             /* answer 0: none */
    bool pending;          /* something of it is in the outbox */
} MeetingMember;

typedef struct MeetingBook {
    Meeting meeting;
    Group group;
    Uuid me;
    unsigned rights;        /* GroupRights of me there */
    GPtrArray *members;     /* MeetingMember *, by name once finished */
    GPtrArray *visitors;    /* Visitor *, in the order of entry; without those taken back */
    GPtrArray *slips;       /* MeetingSlip * */
    GPtrArray *thanks;      /* Thanks * */
    GHashTable *by_account; /* Uuid * -> MeetingMember * */
    GHashTable *pending;    /* Uuid of facts that are in the outbox */
    bool act_pending;       /* the meeting itself is */
} MeetingBook;

/* Takes nothing over: all is copied. */
MeetingBook *meeting_book_new(const Meeting *meeting, const Group *group, const Uuid *me,
                              GroupRole role);
void meeting_book_free(MeetingBook *book);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MeetingBook, meeting_book_free)

void meeting_book_add_member(MeetingBook *book, const Member *member);

/* A fact of the server; the type is that of the outbox kind: ATTEND Attendance, RSVP Rsvp, VISITOR Visitor, SLIP MeetingSlip,
 * THANKS Thanks. Copied, unless a later one of it is there. */
void meeting_book_put(MeetingBook *book, OutboxKind kind, const void *fact);

/* What an item of the outbox makes of it; false when that is about another meeting, or nothing here. */
bool meeting_book_apply(MeetingBook *book, const OutboxItem *item);

/* Sorts, and drops what was taken back. */
void meeting_book_finish(MeetingBook *book);

MeetingMember *meeting_book_member(const MeetingBook *book, const Uuid *account); /* NULL: none */
/* "" when nobody knows. Not clean. */
const char *meeting_book_name(const MeetingBook *book, const Uuid *account);
bool meeting_book_is_pending(const MeetingBook *book, const Uuid *fact);

typedef struct MeetingCounts {
    guint codes[ATTENDANCE_SUBSTITUTE + 1]; /* by AttendanceCode; 0: members without one */
    guint answers[RSVP_MAYBE + 1];          /* by RsvpAnswer; 0: members without one */
    guint members;                          /* of the group now */
    guint visitors, slips, inside, thanks;  /* inside: slips to members */
} MeetingCounts;
MeetingCounts meeting_book_count(const MeetingBook *book);

/* ---- facts as such */

/* What the field tables and the outbox say about a kind of fact. */
typedef struct FactType {
    OutboxKind kind;
    const char *wire; /* type in the feed, and table of the cache */
    const FieldTable *fact, *input;
} FactType;
/* Closed by a kind 0. ATTEND, RSVP, VISITOR, SLIP, THANKS. */
extern const FactType fact_types[];
const FactType *fact_type(OutboxKind kind); /* NULL: no fact of a meeting */

/* Of whose entry an item of such a kind is: the id of its fact. False: its path makes no sense. */
bool fact_id(const OutboxItem *item, Uuid *id);

/* What an item of kind MEETING or MEETING_ACT makes of its meeting, by whom has these rights; false: nothing. */
bool meeting_overlay(Meeting *meeting, const OutboxItem *item, unsigned rights);
/* Of a MEETING_ACT, by its path; false: none. */
bool meeting_event_of(const OutboxItem *item, MeetingEvent *event);
/* The last word of its path: "complete". */
const char *meeting_event_word(MeetingEvent event);
