/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The store: what must never be lost. One SQLite file under XDG_DATA_HOME with a rollback journal (TRUNCATE,
 * synchronous=FULL), so that several processes may write it safely (protocols.md §0.1): the outbox, what was dropped from
 * it, drafts.
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

#include "base/clock.h"
#include "base/field.h"
#include "base/problem.h"
#include "base/uuid.h"

typedef struct Store Store;

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
    OUTBOX_DUES = 31,      /* the invoice */
    OUTBOX_GROUP_ACT = 32, /* opens a group, or closes it */
    OUTBOX_RSVP = 40,      /* the meeting, as of all that follow but the one-to-one */
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
    Uuid object; /* the referral, or the account */
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

typedef struct OutboxCounts {
    gint64 held, waiting, failed; /* sending counts as waiting */
    gint64 conflict, parked;
} OutboxCounts;

/* What waits for a person. */
static inline gint64 outbox_stopped(const OutboxCounts *counts)
{
    return counts->failed + counts->conflict + counts->parked;
}

static inline gint64 outbox_all(const OutboxCounts *counts)
{
    return counts->held + counts->waiting + outbox_stopped(counts);
}

/* An item that was thrown away unsent, and why. */
typedef struct DroppedItem {
    OutboxItem item;
    char *reason;
    gint64 dropped_at;
} DroppedItem;
extern const FieldTable dropped_fields;
#define DROPPED_KEPT (90 * MS_PER_DAY)

Store *store_open(const char *path, GError **error);
void store_close(Store *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_close)

/* Is the file whole? DATABASE_CORRUPT names it. */
bool store_check(Store *store, GError **error);
/* All items of a unit or none. IO, STORAGE_FULL name the file. */
bool store_add(Store *store, OutboxItem *items, size_t n, GError **error);
bool store_counts(Store *store, OutboxCounts *counts, gint64 *hold_until, GError **error);
/* In order of n; free with g_ptr_array_unref. state 0 = all. */
GPtrArray *store_items(Store *store, OutboxState state, GError **error);
/* Items about one object, in order. */
GPtrArray *store_items_of(Store *store, const Uuid *object, GError **error);
bool store_item(Store *store, const Uuid *op, OutboxItem *out, GError **error);
/* Writes state, next_at, attempts, problem and detail of each as they are now, all in one transaction. */
bool store_set_states(Store *store, const OutboxItem *items, size_t n, GError **error);
/* Takes items for sending, in one transaction: waiting, sending but left over, or held with its window over, becomes
 * sending and counts one attempt. claimed[i] false: somebody took that one back. The durable step that no undo can
 * cross; only for the owner of the profile lock, who knows what is on the way. */
bool store_claim(Store *store, const Uuid *ops, size_t n, gint64 now, bool *claimed,
                 GError **error);
/* What a crash left as sending is waiting again. Only for the owner of the profile lock, before it sends. */
bool store_recover(Store *store, GError **error);
/* By hand: waiting now. One that stopped starts afresh, with a new key: the server answers the same to the same key for
 * ever. */
bool store_retry(Store *store, const OutboxItem *items, size_t n, gint64 now, GError **error);
/* Writes the item as it is now, if it is still there and still in the state `was`; *done tells. */
bool store_rewrite(Store *store, const OutboxItem *item, OutboxState was, bool *done,
                   GError **error);
bool store_delete(Store *store, const Uuid *ops, size_t n, GError **error);
/* The items, and with a CREATE all that is done to what it would have made: into the log of dropped ones. A change that was
 * made on top of it is one of what it was itself made to. */
bool store_drop(Store *store, const OutboxItem *items, size_t n, const char *reason, gint64 now,
                GError **error);
/* A line of the log for what was given up of an item that stays or is done. */
bool store_log_dropped(Store *store, const OutboxItem *item, const char *reason, gint64 now,
                       GError **error);
/* DroppedItem *, the newest first; free with g_ptr_array_unref. */
GPtrArray *store_dropped(Store *store, GError **error);
/* Back into the outbox, waiting, as the last one and with a new key. NOT_FOUND. */
bool store_take_back(Store *store, const Uuid *op, gint64 now, Uuid *object, GError **error);
/* Removes the newest held unit and returns its items (for undoing the local edit); empty when none. */
GPtrArray *store_take_held_unit(Store *store, GError **error);
/* hold_until of all held rows becomes now. */
bool store_release(Store *store, GError **error);
/* Changes when another process wrote. */
gint64 store_data_version(Store *store);

/* Drafts: text by key ("confirm:<uuid>"), saved on every change. NULL text deletes. */
bool store_set_draft(Store *store, const char *key, const char *text, GError **error);
char *store_draft(Store *store, const char *key, GError **error); /* NULL none */

typedef struct Draft {
    char *key, *text;
} Draft;
/* Draft *, those whose keys begin so, by key; free with g_ptr_array_unref. */
GPtrArray *store_drafts(Store *store, const char *prefix, GError **error);

/* ---- times */

typedef struct Snooze {
    Uuid referral;
    gint64 until;
    bool told; /* it came back, and the user was told */
} Snooze;

/* A lead that comes back at a time, once; set again it comes back again. */
bool store_snooze(Store *store, const Uuid *referral, gint64 until, GError **error);
bool store_unsnooze(Store *store, const Uuid *referral, GError **error);
bool store_snooze_told(Store *store, const Uuid *referral, GError **error);
/* Snooze, by time; free with g_array_unref. */
GArray *store_snoozes(Store *store, GError **error);

/* A named time ("dnd") that every leadline of this profile sees; 0: none. */
bool store_set_moment(Store *store, const char *name, gint64 at, GError **error);
gint64 store_moment(Store *store, const char *name);
