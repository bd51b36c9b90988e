/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Meetings of a leads group and what is entered there (domain.md §3.3, §3.4; R56, R64, R124, R125).
 *
 *   scheduled -> open -> draft -> completed -> reopened -> completed      scheduled -> holiday | cancelled; open | draft -> discarded
 *   draft: the room is empty, somebody still looks it over; reopened: by a leader, audited
 *
 * What is entered are facts, each an object of its own with an id that everybody makes alike (uuid_derived()), so that two
 * people who enter at once, offline, never make two of one: attendance and answers of (meeting, account), a one-to-one of
 * (pair, day). Of two entries of one fact that entered last wins (entered_at, then the higher id of entered_by), in
 * whichever order they arrive. Only completed meetings are in reports; one's own slips are seen at once, as pending.
 */
#pragma once

#include "base/clock.h"
#include "base/field.h"
#include "base/money.h"
#include "base/uuid.h"
#include "model/group.h"

typedef enum MeetingState {
    MEETING_SCHEDULED = 1,
    MEETING_OPEN = 2,
    MEETING_DRAFT = 3,
    MEETING_COMPLETED = 4,
    MEETING_REOPENED = 5,
    MEETING_HOLIDAY = 6,
    MEETING_CANCELLED = 7,
    MEETING_DISCARDED = 8,
} MeetingState;

/* What a leader or secretary writes. */
typedef struct MeetingInput {
    gint64 starts_at;
    gint64 duration; /* minutes */
    char *time_zone; /* IANA: of the place */
    char *place;
    char *topic;
    char *speaker;
    char **agenda; /* lines "10 presentation: Zoe Carter, heat pumps" (agenda_item_parse()) */
    char *minutes; /* what was said */
} MeetingInput;

typedef struct Meeting {
    Uuid id;
    gint64 rev;
    gint64 created_at, updated_at;
    Uuid group;
    MeetingState state;
    MeetingInput input;
    gint64 sequence; /* of its invitations (RFC 5545 §3.8.7.4) */
    char *reason;    /* of a cancelled, discarded or reopened one; the name of a holiday */
    gint64 completed_at;
} Meeting;

typedef enum AgendaKind { /* R125 */
                          AGENDA_NETWORKING = 1,
                          AGENDA_MINUTE = 2, /* everybody's own */
                          AGENDA_PRESENTATION = 3,
                          AGENDA_TRAINING = 4,
                          AGENDA_SLIPS = 5,
                          AGENDA_BUSINESS = 6,
} AgendaKind;

typedef enum AttendanceCode {
    ATTENDANCE_PRESENT = 1,
    ATTENDANCE_ABSENT = 2,
    ATTENDANCE_LATE = 3,
    ATTENDANCE_MEDICAL = 4,
    ATTENDANCE_SUBSTITUTE = 5, /* somebody named came for them */
} AttendanceCode;

typedef struct Attendance {
    Uuid id; /* uuid_derived(meeting, account) */
    gint64 rev;
    Uuid meeting, group, account;
    AttendanceCode code;
    char *substitute;
    bool left_early;
    char *note;
    gint64 entered_at;
    Uuid entered_by;
} Attendance;

typedef struct AttendanceInput { /* PUT /v1/groups/{id}/meetings... see api: body of an entry */
    AttendanceCode code;
    char *substitute; /* required with S */
    bool left_early;
    char *note;
    gint64 entered_at; /* when it was entered; unset: now. Never later than now */
} AttendanceInput;

typedef enum RsvpAnswer { RSVP_YES = 1, RSVP_NO = 2, RSVP_MAYBE = 3 } RsvpAnswer;

typedef struct RsvpInput {
    RsvpAnswer answer;
    char *substitute; /* who comes instead */
    gint64 entered_at;
} RsvpInput;

typedef struct Rsvp {
    Uuid id; /* uuid_derived(meeting, account) */
    gint64 rev;
    Uuid meeting, group, account;
    RsvpAnswer answer;
    char *substitute;
    gint64 entered_at;
    Uuid entered_by; /* nil: by mail */
} Rsvp;

typedef enum VisitorOutcome {
    VISITOR_TO_FOLLOW_UP = 1,
    VISITOR_APPLIED = 2,
    VISITOR_JOINED = 3,
    VISITOR_NOT_NOW = 4,
    VISITOR_NOT_SUITED = 5,
} VisitorOutcome;

typedef struct VisitorInput { /* R124 */
    char *name;
    char *company_name, *business_type, *email, *phone;
    Uuid brought_by;
    VisitorOutcome outcome;
    char *note;
    bool removed; /* entered by mistake */
    gint64 entered_at;
} VisitorInput;

typedef struct Visitor { /* officers see it, and who brought them */
    Uuid id;
    gint64 rev;
    Uuid meeting, group;
    VisitorInput input;
    Uuid entered_by;
} Visitor;

/* A slip passed in the room. The giver may make a full referral of it, whose id it then has: it counts once. */
typedef struct SlipInput {
    Uuid from;
    Uuid to;       /* a member; nil: */
    char *to_name; /* somebody else */
    char *need;
    char *contact; /* name, and how to reach them */
    Uuid referral;
    bool removed;
    gint64 entered_at;
} SlipInput;

typedef struct MeetingSlip {
    Uuid id;
    gint64 rev;
    Uuid meeting, group;
    SlipInput input;
    bool inside; /* to a member of the group */
    Uuid entered_by;
} MeetingSlip;

typedef enum ThanksKind { THANKS_NEW = 1, THANKS_REPEAT = 2 } ThanksKind;
typedef enum ThanksTier { TIER_INSIDE = 1, TIER_OUTSIDE = 2, TIER_SPIN_OFF = 3 } ThanksTier;

typedef struct ThanksInput {
    Uuid from, to;
    Money amount;
    ThanksKind kind;
    ThanksTier tier;
    bool removed;
    gint64 entered_at;
} ThanksInput;

typedef struct Thanks { /* D7: only who gave thanks sees the amount; groups see totals */
    Uuid id;
    gint64 rev;
    Uuid meeting, group;
    ThanksInput input;
    Uuid entered_by;
} Thanks;

/* Each of the two says for themselves that they met: it is there as long as one of them does. */
typedef struct OneToOneInput {
    char *met_on; /* "2026-11-26" */
    char *place;
    char *note; /* for who wrote it only */
    bool removed;
} OneToOneInput;

typedef struct NewOneToOne { /* PUT /v1/one-to-ones/{one_to_one_id()} */
    Uuid group;
    Uuid with;
    OneToOneInput input;
} NewOneToOne;

typedef struct OneToOne { /* counts once, whoever of the two reports it */
    Uuid id;              /* uuid_derived(the lower id of the pair, the higher one and the day) */
    gint64 rev;
    Uuid group, a, b;
    OneToOneInput input;
    Uuid reported_by;
} OneToOne;

typedef struct MeetingAct { /* of open, close, complete, reopen, cancel, holiday, discard */
    char *reason;
} MeetingAct;

extern const EnumTable meeting_states, agenda_kinds, attendance_codes, rsvp_answers,
    visitor_outcomes, thanks_kinds, thanks_tiers;
extern const FieldTable meeting_input_fields, meeting_fields, meeting_act_fields,
    attendance_input_fields, attendance_fields, rsvp_input_fields, rsvp_fields,
    visitor_input_fields, visitor_fields, slip_input_fields, meeting_slip_fields,
    thanks_input_fields, thanks_fields, one_to_one_input_fields, new_one_to_one_fields,
    one_to_one_fields;

/* ---- rules: pure, the server's and the client's (meeting_rules.c) */

typedef enum MeetingEvent {
    MEETING_OPENS,     /* entry begins */
    MEETING_CLOSES,    /* the room is empty */
    MEETING_COMPLETES, /* its figures go into reports */
    MEETING_REOPENS,   /* with a reason, by a leader; audited */
    MEETING_CANCELS,   /* with a reason */
    MEETING_IS_HOLIDAY,
    MEETING_DISCARDS,
} MeetingEvent;

/* May somebody with these rights (group_rights()) do this to it now? MEETING_STATE, or FORBIDDEN. The only place that knows the
 * table of transitions. */
bool meeting_may(MeetingState state, MeetingEvent event, unsigned rights, GError **error);
/* What becomes of it by an event that meeting_may() allowed: state, reason, completed_at, updated_at, and `sequence` where
 * those who were invited have to be told. */
void meeting_apply(Meeting *meeting, MeetingEvent event, const MeetingAct *act, gint64 now);
/* Cancelled and reopened ones say why. False: a field error was added. */
bool meeting_act_validate(const MeetingAct *act, MeetingEvent event, FieldErrors *errors);

/* May a meeting be rewritten so now? Time and place only while it is scheduled, the rest as long as it was not called off.
 * MEETING_STATE. */
bool meeting_may_change(MeetingState state, const MeetingInput *before, const MeetingInput *after,
                        GError **error);

/* Beyond fields_validate(): each line of the agenda is one, and a meeting lasts some time. */
bool meeting_input_validate(const MeetingInput *input, FieldErrors *errors);
/* Do those who were invited have to be told of this change? Time and place; not topic, agenda or minutes. */
bool meeting_is_moved(const MeetingInput *before, const MeetingInput *after);

/* Is it in reports? Reopened ones are not until they are completed again. */
bool meeting_counts(MeetingState state);
/* Is what is entered there still pending: to be seen by who entered it, and in no report yet? */
bool meeting_is_pending(MeetingState state);

typedef enum EntryKind {
    ENTRY_ATTENDANCE, /* officers, from its opening to its completion */
    ENTRY_RSVP,       /* anybody's own, until the room is empty */
    ENTRY_VISITOR, /* officers, as soon as the meeting is planned; what became of them: afterwards too */
    ENTRY_SLIP,   /* anybody's own, as soon as the meeting is planned, until it is completed */
    ENTRY_THANKS, /* likewise */
} EntryKind;

/* May this be entered now? own: about whoever enters it. FORBIDDEN; MEETING_STATE, whose text says what a leader can do about
 * it. follow_up: of a visitor, only what became of them (visitor_is_follow_up()). */
bool entry_may(MeetingState state, EntryKind kind, unsigned rights, bool own, bool follow_up,
               GError **error);
/* Of two entries of a visitor, is the second only about what became of them? */
bool visitor_is_follow_up(const VisitorInput *before, const VisitorInput *after);

/* When something counts as entered: not later than now, and now when it does not say. */
gint64 entry_time(gint64 entered_at, gint64 now);
/*
 * Of two entries of one fact, does `entry`, which comes now, win over `before`? The later entered_at does, then the higher id
 * of who entered it: all orders of arrival end alike. Of one person's within one millisecond the one that comes last stays,
 * as they sent it. Equal ones: false. inputs: their table, which has "entered_at" (attendance_input_fields, ...).
 */
bool entry_wins(const FieldTable *inputs, const void *entry, const Uuid *by, const void *before,
                const Uuid *before_by);

/* Substitutes have a name; nobody else has one. */
bool attendance_validate(const AttendanceInput *input, FieldErrors *errors);
/* To a member or to somebody named, not to oneself. */
bool slip_validate(const SlipInput *input, FieldErrors *errors);
/* An amount above zero, to somebody else. */
bool thanks_validate(const ThanksInput *input, FieldErrors *errors);
/* met_on is a day that has come ("2026-11-26"), anywhere on earth. */
bool one_to_one_validate(const OneToOneInput *input, gint64 now, FieldErrors *errors);

/* Ids that everybody makes alike. */
Uuid meeting_day_id(const Uuid *group, const char *day); /* of the series; "2026-11-26", local */
Uuid entry_id(const Uuid *meeting, const Uuid *account); /* attendance, RSVP */
Uuid one_to_one_id(const Uuid *a, const Uuid *b, const char *met_on); /* whichever way round */

/* A line of an agenda: "10 presentation: Zoe Carter, heat pumps" - minutes, kind, and what it is about. */
typedef struct AgendaItem {
    gint64 minutes;
    AgendaKind kind;
    const char *text; /* in the line; "" when there is none */
} AgendaItem;
bool agenda_item_parse(const char *line, AgendaItem *item);
