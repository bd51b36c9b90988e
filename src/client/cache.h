/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The cache: what the server knows and this user may see, with the local edits of the outbox on top. One SQLite file
 * under XDG_CACHE_HOME in WAL mode; may be deleted at any time. Exactly one connection writes it: that of the worker
 * thread in the process that owns the profile lock. Everything here reads, on a read-only connection of the main
 * thread, and costs what it returns, not what the cache holds.
 */
#pragma once

#include "base/problem.h"
#include "base/uuid.h"
#include "model/referral.h"

typedef struct Cache Cache;

/* What a list shows. All conditions together; 0, NULL = any. */
typedef struct LeadQuery {
    ReferralBox box;
    unsigned states; /* bit set 1 << ReferralState; 0 = all */
    ReferralVerdict verdict;
    bool waiting; /* only those that wait for the recipient's verdict */
    Uuid partner; /* the other side */
    /* words, each a prefix, all must match: contact, company, need, town, partner (FTS5) */
    const char *text;
    gint64 from, to; /* sent_at in [from, to) */
} LeadQuery;

/* The file must be there, with the schema of this program (else DATABASE_NEWER or NOT_FOUND): client_open() sees to it. */
Cache *cache_open(const char *path, GError **error);
/* Reads another file from now on, or the old one still when that fails. */
bool cache_reopen(Cache *cache, const char *path, GError **error);
/* Did a reading find the file damaged? */
bool cache_is_damaged(const Cache *cache);
/* Is the file whole? DATABASE_CORRUPT. Reads all of it. */
bool cache_check(Cache *cache, GError **error);
void cache_close(Cache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Cache, cache_close)

/* One row of a list: only what lists draw. Strings are clean (text_clean). */
typedef struct LeadRow {
    gint64 n; /* orders all lists: higher is newer */
    Uuid id;
    ReferralState state;
    ReferralVerdict verdict;
    bool pending; /* has items in the outbox */
    bool competing;
    gint64 sent_at;
    char *party;  /* the other side's name */
    char *client; /* contact_display_name */
    char *need;
} LeadRow;

/* A place in a list: newest first by sent_at; those of one millisecond in an order of their own that never changes. A place
 * stays valid when its lead has gone. */
typedef struct LeadPos {
    gint64 sent_at;
    Uuid id;
} LeadPos;

typedef struct LeadCounts {
    gint64 inbox, inbox_waiting, inbox_new, sent, sent_waiting;
} LeadCounts;

/* Rows after pos (older; exclusive) or before it (newer; exclusive, still returned newest first). pos NULL: from
 * the newest, or - with older false - the oldest ones (End). Returns LeadRow *, at most limit. */
GPtrArray *cache_leads(Cache *cache, const LeadQuery *query, const LeadPos *pos, bool older,
                       unsigned limit, GError **error);

/* Matches of the query; answered from counters when it has neither partner, text nor times. A text that more than
 * CACHE_COUNT_MAX leads match counts as that many. */
#define CACHE_COUNT_MAX 10000
bool cache_count(Cache *cache, const LeadQuery *query, gint64 *n, GError **error);
/* Number of rows of the query newer than pos: its 0-based place. */
bool cache_rank(Cache *cache, const LeadQuery *query, const LeadPos *pos, gint64 *n,
                GError **error);
bool cache_counts(Cache *cache, LeadCounts *counts, GError **error);

/* The next waiting lead after pos in reading direction; false when there is none. */
bool cache_next_waiting(Cache *cache, const LeadQuery *query, const LeadPos *pos, bool older,
                        LeadPos *out, GError **error);

/* The whole referral with local edits. NOT_FOUND. Caller clears with fields_clear(&referral_fields). Strings are as
 * sent: clean them before drawing. */
bool cache_referral(Cache *cache, const Uuid *id, Referral *out, GError **error);

/* The lead a person means: its label ("L-7Q2M4K", client/label.h), its id, or at least 4 hex digits its id starts with.
 * NOT_FOUND; BAD_INPUT when several leads fit, and names some. */
bool cache_resolve(Cache *cache, const char *prefix, Uuid *out, GError **error);

/* The server's row, without local edits. NOT_FOUND for a lead that only this client knows. */
bool cache_server_referral(Cache *cache, const Uuid *id, Referral *out, GError **error);

/* Revision of a note at the server, 0 when it has none with this id. */
gint64 cache_note_rev(Cache *cache, const Uuid *note);
GPtrArray *cache_notes(Cache *cache, const Uuid *referral, GError **error); /* Note * */

/* Give and take with an account since a time, from a covering index. */
bool cache_give_take(Cache *cache, const Uuid *account, gint64 since, GiveTake *out,
                     GError **error);

/* Partner *; text: prefix words, NULL = all, by name. */
GPtrArray *cache_partners(Cache *cache, const char *text, unsigned limit, GError **error);
bool cache_partner(Cache *cache, const Uuid *account, Partner *out, GError **error);

/* Ids (Uuid) of leads that came since the last full sync or during a later one, are still unopened, and that nobody was told
 * of yet: client_told() takes them out. Oldest first; free with g_array_unref. */
GArray *cache_arrivals(Cache *cache, GError **error);

/* The account whose cache this is, and the last time it was up to date (0 never). NOT_FOUND before the first sync. */
bool cache_account(Cache *cache, Account *out, GError **error);
gint64 cache_synced_at(Cache *cache);
