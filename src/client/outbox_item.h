/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A row of the outbox: one request to the server, and what it does to an object here (client/change.h).
 *
 *   held ----hold_until passed, or quit----> waiting -> sending -> (row deleted: the server has it)
 *     \--undo--> (row deleted)                 |  ^----network fault, next_at
 *                                              |  |\--refused by the server--> failed
 *                                              |  |\--changed there too------> conflict
 *                                              \--waited for too long--------> parked
 *
 * Failed, in conflict and parked is what a person decides about: try again (waiting), edit, or drop. A dropped row moves to
 * the log of dropped ones, and can come back from there.
 */
#pragma once

#include "base/field.h"
#include "base/problem.h"
#include "base/uuid.h"

typedef enum OutboxState {
    OUTBOX_HELD = 1,
    OUTBOX_WAITING = 2,
    /* found after a crash: waiting (the key makes a second try harmless) */
    OUTBOX_SENDING = 3,
    OUTBOX_FAILED = 4,
    OUTBOX_CONFLICT = 5, /* the same field was changed at the server: `theirs` */
    OUTBOX_PARKED = 6,   /* too old to be sent unasked */
} OutboxState;

/* Nothing happens to it until a person decides. */
static inline bool outbox_is_stopped(OutboxState state)
{
    return state >= OUTBOX_FAILED;
}

/* what the row does to its object, for the local edit and for people */
typedef enum OutboxKind {
    OUTBOX_PICK_UP = 1,
    OUTBOX_CONFIRM = 2,
    OUTBOX_OUTCOME = 3,
    OUTBOX_WITHDRAW = 4,
    OUTBOX_NOTE = 5,
    OUTBOX_CREATE = 6,
    OUTBOX_AMEND = 7,   /* a CONFIRM that changes the verdict there is */
    OUTBOX_PROFILE = 8, /* its object is the account */
    OUTBOX_INVITE = 9,  /* the invitation, as of the next three */
    OUTBOX_ACCEPT = 10,
    OUTBOX_DECLINE = 11,
    OUTBOX_UNINVITE = 12,
    OUTBOX_ENCOURAGE = 13, /* the partner's account, as of the next */
    OUTBOX_DROP_PARTNER = 14,
    OUTBOX_REMIND = 15, /* the recipient of a lead */
    OUTBOX_JOIN = 16,   /* makes a membership request, as of the next five */
    OUTBOX_APPROVE = 17,
    OUTBOX_REFUSE = 18,
    OUTBOX_ASK = 19,
    OUTBOX_REPLY = 20,
    OUTBOX_UNJOIN = 21,
    OUTBOX_LEAVE = 22, /* the group */
    OUTBOX_EXPEL = 23, /* the membership, as of the next */
    OUTBOX_ROLE = 24,
    OUTBOX_GROUP = 25, /* makes it, or changes it */
    OUTBOX_LEADER_APPROVAL = 26,
    OUTBOX_VETTING = 27,
    OUTBOX_CONCERN = 28, /* makes it; the next two are about it */
    OUTBOX_CONCERN_ANSWER = 29,
    OUTBOX_CONCERN_DECIDE = 30,
    OUTBOX_DUES = 31,            /* the invoice */
    OUTBOX_GROUP_ACT = 32,       /* opens a group, or closes it */
    OUTBOX_APPROVAL_DECIDE = 33, /* the leader approval: an administrator does */
    OUTBOX_RSVP = 40,            /* the meeting, as of all that follow but the one-to-one */
    OUTBOX_ATTEND = 41,
    OUTBOX_VISITOR = 42,
    OUTBOX_SLIP = 43,
    OUTBOX_THANKS = 44,
    OUTBOX_MET = 45,     /* the one-to-one */
    OUTBOX_MEETING = 46, /* makes it, or changes it */
    OUTBOX_MEETING_ACT = 47,
} OutboxKind;

typedef struct OutboxItem {
    Uuid op;
    /* Idempotency-Key: the same for every try, until the server has refused it and a person tries again */
    Uuid key;
    gint64 n;     /* order within the store */
    Uuid unit;    /* one undo unit */
    Uuid account; /* whose action it is: sent by no other; nil: made before the first sync */
    OutboxKind kind;
    Uuid object; /* what it is done to: see its kind */
    char *method, *path, *body;
    gint64
        if_match; /* revision the change is made to, 0 none; fixed by the first try, as the key is */
    char *title;  /* what a person calls it: "Bright & Co" */
    gint64 created_at, hold_until, next_at;
    OutboxState state;
    gint64 attempts;
    char *problem; /* code of the last failure, "" none */
    char *detail;
    /* Of a change (client/change.h), JSON of the object: as it was when the person changed it, NULL not known; and as the
     * server has it, while in conflict. */
    char *base, *theirs;
    gint64 theirs_rev;
} OutboxItem;

/* It makes its object: what else is done to that waits for it, and goes with it. */
bool outbox_creates(const OutboxItem *item);

extern const EnumTable outbox_states, outbox_kinds;
extern const FieldTable outbox_fields;

void outbox_item_free(OutboxItem *item);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OutboxItem, outbox_item_free)
