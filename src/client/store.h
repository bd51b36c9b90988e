/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The store: what must never be lost. One SQLite file under XDG_DATA_HOME with a rollback journal (TRUNCATE,
 * synchronous=FULL), so that several processes may write it safely (protocols.md §0.1): the outbox, what was dropped from
 * it, drafts, and times that are to be remembered.
 */
#pragma once

#include "base/clock.h"
#include "client/outbox_item.h"

typedef struct Store Store;

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
