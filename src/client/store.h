/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The store: what must never be lost. One SQLite file under XDG_DATA_HOME with a rollback journal (TRUNCATE,
 * synchronous=FULL), so that several processes may write it safely (protocols.md §0.1): the outbox, drafts.
 *
 *   held ----hold_until passed, or quit----> waiting -> sending -> (row deleted: the server has it)
 *     \--undo--> (row deleted)                  ^----network fault, next_at
 *                                               \--refused by the server--> failed -> retry (waiting) | drop (deleted)
 */
#pragma once

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
} OutboxState;

/* what the row does to its object, for the local edit and for people */
typedef enum OutboxKind {
    OUTBOX_PICK_UP = 1,
    OUTBOX_CONFIRM = 2,
    OUTBOX_OUTCOME = 3,
    OUTBOX_WITHDRAW = 4,
    OUTBOX_NOTE = 5,
    OUTBOX_CREATE = 6,
    OUTBOX_AMEND = 7, /* a CONFIRM that changes the verdict there is */
} OutboxKind;

typedef struct OutboxItem {
    Uuid op;
    /* Idempotency-Key: the same for every try, until the server has refused it and a person tries again */
    Uuid key;
    gint64 n;     /* order within the store */
    Uuid unit;    /* one undo unit */
    Uuid account; /* whose action it is: sent by no other; nil: made before the first sync */
    OutboxKind kind;
    Uuid object; /* the referral */
    char *method, *path, *body;
    gint64
        if_match; /* revision the change is made to, 0 none; fixed by the first try, as the key is */
    char *title;  /* what a person calls it: "Bright & Co" */
    gint64 created_at, hold_until, next_at;
    OutboxState state;
    gint64 attempts;
    char *problem; /* code of the last failure, "" none */
    char *detail;
} OutboxItem;

extern const EnumTable outbox_states, outbox_kinds;
extern const FieldTable outbox_fields;

void outbox_item_free(OutboxItem *item);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OutboxItem, outbox_item_free)

typedef struct OutboxCounts {
    gint64 held, waiting, failed; /* sending counts as waiting */
} OutboxCounts;

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
bool store_set_state(Store *store, const Uuid *op, OutboxState state, gint64 next_at,
                     gint64 attempts, const char *problem, const char *detail, GError **error);
/* Takes an item for sending: waiting, sending but left over, or held with its window over, becomes sending and counts
 * one attempt; if_match is kept. *claimed false: somebody took it back. The durable step that no undo can cross; only for
 * the owner of the profile lock, who knows what is on the way. */
bool store_claim(Store *store, const Uuid *op, gint64 now, gint64 if_match, bool *claimed,
                 GError **error);
/* What a crash left as sending is waiting again. Only for the owner of the profile lock, before it sends. */
bool store_recover(Store *store, GError **error);
/* By hand: waiting now. A failed item was refused by the server, which answers the same to the same key for ever: it gets
 * `key`, and starts afresh. */
bool store_retry(Store *store, const Uuid *op, const Uuid *key, gint64 now, GError **error);
bool store_delete(Store *store, const Uuid *op, GError **error);
/* The item, and with a CREATE all that is done to what it would have made. */
bool store_drop(Store *store, const OutboxItem *item, GError **error);
/* Removes the newest held unit and returns its items (for undoing the local edit); empty when none. */
GPtrArray *store_take_held_unit(Store *store, GError **error);
/* hold_until of all held rows becomes now. */
bool store_release(Store *store, GError **error);
/* Changes when another process wrote. */
gint64 store_data_version(Store *store);

/* Drafts: text by key ("confirm:<uuid>"), saved on every change. NULL text deletes. */
bool store_set_draft(Store *store, const char *key, const char *text, GError **error);
char *store_draft(Store *store, const char *key, GError **error); /* NULL none */

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
