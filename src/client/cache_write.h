/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The writing side of the cache. One CacheWriter exists at a time, in the process that owns the profile lock, used by one
 * thread (client/worker.h). It keeps the rule of client/overlay.h row by row:
 *
 *   referral       what is shown: base + local edits
 *   referral_base  the server's row, for objects with items in the outbox only
 *
 * Items are read from the store at the moment of writing, so the order in which edits, undos, answers and sync pages arrive
 * cannot matter. Every call but open and close runs inside cache_writer_tx().
 */
#pragma once

#include "client/store.h"
#include "model/invitation.h"
#include "model/referral.h"
#include "wire/json.h"

typedef struct CacheWriter CacheWriter;

/* Makes the file or brings it up to date. DATABASE_CORRUPT when it is damaged. */
CacheWriter *cache_writer_open(const char *cache_path, const char *store_path, GError **error);
void cache_writer_close(CacheWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CacheWriter, cache_writer_close)

typedef bool (*CacheWriteFunc)(CacheWriter *writer, gpointer data, GError **error);
bool cache_writer_tx(CacheWriter *writer, CacheWriteFunc func, gpointer data, GError **error);

/* ClientChange bits of everything written since the last call. */
unsigned cache_writer_changed(CacheWriter *writer);
Store *cache_writer_store(CacheWriter *writer);
/* After much was written: indexes that a first full sync goes without are made, words of texts that are gone leave the search index, the log goes into the file, so that the next start
 * need not read it, and memory back. The indexes of a million leads take seconds: is_wanted, asked meanwhile in this thread, leaves
 * them for the next time. */
void cache_writer_tidy(CacheWriter *writer, bool (*is_wanted)(gpointer data), gpointer data);
/* Was the cache's file found damaged? (The store's is told as an error only.) */
bool cache_writer_is_damaged(const CacheWriter *writer);

/* Where a scope's feed stands. */
typedef struct Feed {
    char *state;    /* NULL: nothing yet */
    bool complete;  /* one full sync came to its end */
    bool full_sync; /* one is under way */
    gint64 generation, synced_at, done, estimate;
} Feed;
bool cache_read_feed(CacheWriter *writer, const Uuid *scope, Feed *feed, GError **error);
void feed_clear(Feed *feed);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Feed, feed_clear)

/* The head of an answer of GET /v1/changes. */
typedef struct FeedPage {
    Uuid scope;
    bool start; /* in: asked for without since: a full sync begins */
    char *state;
    bool more, full;
    gint64 n, estimate;
} FeedPage;
/* BAD_REPLY when it is not one. */
bool feed_page_read(const JsonNode *root, FeedPage *page, GError **error);
/* Writes its objects and the new state; the last page of a full sync also removes what no longer exists. */
bool cache_write_page(CacheWriter *writer, const JsonNode *root, const FeedPage *page,
                      GError **error);

/*
 * Scopes of the account besides its own: which there are is told by its own feed (objects of type "scope"). A page of one
 * that is not among them is passed over: it was asked for before the scope was left. Forgetting one takes all of it out of
 * the file in the same transaction, bytes and log included (R18).
 */
typedef struct ScopeFeed {
    Uuid scope;
    Feed feed;
} ScopeFeed;
/* ScopeFeed: the account's own scope, then the others. Frees them with the array. */
GArray *cache_read_scopes(CacheWriter *writer, GError **error);
bool cache_drop_scope(CacheWriter *writer, const Uuid *scope, GError **error);
/* An object of a scope as the server answered it, of a type that is plain rows; again as shared_answer() says
 * (cache_shared.h). Of a scope that was left meanwhile nothing is taken. */
bool cache_write_shared(CacheWriter *writer, const char *name, const Uuid *scope,
                        const JsonNode *data, bool again, GError **error);

/* What was answered to an entry of a meeting, or an act on one: the fact, or the meeting; again as shared_answer() says. What
 * this user may not read is passed over: their own entry is seen by others only. */
bool cache_is_entry(OutboxKind kind);
bool cache_write_entry(CacheWriter *writer, OutboxKind kind, const JsonNode *node, bool again,
                       GError **error);

/* One object as the server answered it; `except`: ids of the outbox items answered (their edits are in the object), a set
 * of Uuid *; NULL none. The answer may come behind a page that is newer: then the object stays as that has it, also when that
 * has taken it away. */
bool cache_write_referral(CacheWriter *writer, const Referral *referral, GHashTable *except,
                          GError **error);
bool cache_write_note(CacheWriter *writer, const Note *note, GError **error);
bool cache_write_invitation(CacheWriter *writer, const Invitation *invitation, GError **error);
/* One that this user has parted with. */
bool cache_delete_partner(CacheWriter *writer, const Uuid *account, GError **error);

/* Whose cache this is; an empty one is anybody's. */
bool cache_is_of(CacheWriter *writer, const Uuid *account, bool *own, GError **error);
bool cache_write_account(CacheWriter *writer, const Account *account, GError **error);
/* Somebody was told of these leads (cache_arrivals()). */
bool cache_forget_arrivals(CacheWriter *writer, const Uuid *ids, size_t n, GError **error);
/* The server said that nothing was newer at this time. */
bool cache_touch_feeds(CacheWriter *writer, gint64 at, GError **error);

/* Applies the outbox again to one object (but for those in `except`), or to all that have or had items. */
bool cache_refresh(CacheWriter *writer, const Uuid *object, GHashTable *except, GError **error);
bool cache_refresh_all(CacheWriter *writer, GError **error);

/* Forgets everything but the schema: another account logs in. */
bool cache_wipe(CacheWriter *writer, GError **error);
