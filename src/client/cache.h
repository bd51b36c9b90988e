/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The cache: what the server knows and this user may see, with the local edits of the outbox on top. One SQLite file
 * under XDG_CACHE_HOME in WAL mode; may be deleted at any time. Exactly one connection writes it: that of the worker
 * thread in the process that owns the profile lock. Everything here reads, on a read-only connection of the main
 * thread, and costs what it returns, not what the cache holds.
 */
#pragma once

#include "base/problem.h"
#include "base/text.h"
#include "base/uuid.h"
#include "client/limit.h"
#include "model/invitation.h"
#include "model/referral.h"

typedef struct Cache Cache;

/* How a list is ordered; within the same, newest first, but of the same client oldest first. */
typedef enum LeadSort {
    SORT_AGE,     /* newest first */
    SORT_STATE,   /* new, opened, confirmed, ..., not a lead, withdrawn */
    SORT_PARTNER, /* the other side's name, A first */
    SORT_CLIENT,  /* contact_display_name(), A first */
    SORT_VALUE,   /* highest first, those without one last */
} LeadSort;
extern const EnumTable lead_sorts; /* values are 1 + LeadSort */
/* "client", turned round "client-". BAD_INPUT names those there are. */
bool lead_sort_parse(const char *text, LeadSort *sort, bool *reverse, GError **error);
/* Caller frees. */
char *lead_sort_format(LeadSort sort, bool reverse);

/* What a list shows, and in which order. All conditions together; 0, NULL = any. */
typedef struct LeadQuery {
    ReferralBox box;
    unsigned states; /* bit set 1 << ReferralState; 0 = all */
    ReferralVerdict verdict;
    bool waiting; /* only those that wait for the recipient's verdict */
    Uuid partner; /* the other side */
    /* words, each a prefix, all must match: contact, company, need, town, partner (FTS5) */
    const char *text;
    gint64 from, to;      /* sent_at in [from, to) */
    const Limit *limit;   /* borrowed */
    const GArray *tagged; /* Uuid: those the limit calls tagged; borrowed */
    bool only_tagged;     /* without any limit saying so */
    LeadSort sort;
    bool reverse; /* the list turned round */
} LeadQuery;

/* The file must be there, with the schema of this program (else DATABASE_NEWER or NOT_FOUND): client_open() sees to it. */
Cache *cache_open(const char *path, GError **error);
/* Reads another file from now on, or the old one still when that fails. */
bool cache_reopen(Cache *cache, const char *path, GError **error);
/* Did a reading find the file damaged? */
bool cache_is_damaged(const Cache *cache);
/* db_work() of the file: for tests. */
gint64 cache_work(const Cache *cache);
/* Is the file whole? DATABASE_CORRUPT. Reads all of it. */
bool cache_check(Cache *cache, GError **error);
void cache_close(Cache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Cache, cache_close)

/* What a lead is ordered by, whatever the order. */
#define LEAD_KEY_SIZE TEXT_KEY_SIZE
typedef struct LeadKey {
    int standing;
    gint64 worth;
    Uuid party;
    char party_name[LEAD_KEY_SIZE], client[LEAD_KEY_SIZE];
} LeadKey;

/* One row of a list: only what lists draw. Strings are clean (text_clean). */
typedef struct LeadRow {
    gint64 n; /* orders by age: higher is newer */
    Uuid id;
    ReferralState state;
    ReferralVerdict verdict;
    bool pending; /* has items in the outbox */
    bool competing;
    gint64 sent_at;
    char *party;  /* the other side's name */
    char *client; /* contact_display_name */
    char *need;
    LeadKey key;
} LeadRow;

/* A place in a list. Of one whose lead is still there the id counts, of one whose lead is not (any more), or has left this
 * list, the rest: sent_at, and, unless it is ordered by age, the key (keyed). Those of one millisecond have an order of their
 * own that never changes. */
typedef struct LeadPos {
    gint64 sent_at;
    Uuid id;
    bool keyed;
    LeadKey key;
} LeadPos;
LeadPos lead_pos(const LeadRow *row);

typedef struct LeadCounts {
    gint64 inbox, inbox_waiting, inbox_new, sent, sent_waiting;
} LeadCounts;

/* Rows after pos (exclusive) in the order of the list, or with after false those before it (still in list order). pos NULL:
 * from the first, or - with after false - the last ones (End). Returns LeadRow *, at most max. */
GPtrArray *cache_leads(Cache *cache, const LeadQuery *query, const LeadPos *pos, bool after,
                       unsigned max, GError **error);

/* Matches of the query; answered from counters when it asks for nothing but box, states and verdicts, else counted, and more
 * than CACHE_COUNT_MAX count as that many. */
#define CACHE_COUNT_MAX 10000
bool cache_count(Cache *cache, const LeadQuery *query, gint64 *n, GError **error);
/* Can there be more than were counted? */
bool cache_count_is_cut(const LeadQuery *query, gint64 n);
/* Number of rows of the query before pos: its 0-based place; cut as above. */
bool cache_rank(Cache *cache, const LeadQuery *query, const LeadPos *pos, gint64 *n,
                GError **error);
bool cache_counts(Cache *cache, LeadCounts *counts, GError **error);

/* The next waiting lead after pos, or before it; false when there is none. */
bool cache_next_waiting(Cache *cache, const LeadQuery *query, const LeadPos *pos, bool after,
                        LeadPos *out, GError **error);

/* What SQLite means to do for the first rows of this query, one step a line: for tests. */
char *cache_explain(Cache *cache, const LeadQuery *query, GError **error);
/* How many rows are sorted rather than looked for in the order of an index: for tests. */
void cache_set_few(Cache *cache, gint64 few);

/* The whole referral with local edits. NOT_FOUND. Caller clears with fields_clear(&referral_fields). Strings are as
 * sent: clean them before drawing. */
bool cache_referral(Cache *cache, const Uuid *id, Referral *out, GError **error);

/* The lead a person means: its label ("L-7Q2M4K", client/label.h), its id, or at least 4 hex digits its id starts with.
 * NOT_FOUND; BAD_INPUT when several leads fit, and names some. */
bool cache_resolve(Cache *cache, const char *prefix, Uuid *out, GError **error);

/* The server's row, without local edits. NOT_FOUND for a lead that only this client knows. */
bool cache_server_referral(Cache *cache, const Uuid *id, Referral *out, GError **error);

/* A note as the server has it. NOT_FOUND. Caller clears. */
bool cache_server_note(Cache *cache, const Uuid *note, Note *out, GError **error);
GPtrArray *cache_notes(Cache *cache, const Uuid *referral, GError **error); /* Note * */

/* Give and take with an account since a time, from a covering index. */
bool cache_give_take(Cache *cache, const Uuid *account, gint64 since, GiveTake *out,
                     GError **error);

/* Of this user's leads to the same recipient since a time, the newest with the same phone number or e-mail address: was it
 * sent already? False: none, or *error. */
bool cache_twin(Cache *cache, const NewReferral *input, gint64 since, Uuid *lead, GError **error);

/* PartnerRow * (cache_partners.h), without figures: individual partners by name, then those of groups. Each begins with a
 * Partner. text: prefix words, NULL = all. */
GPtrArray *cache_partners(Cache *cache, const char *text, unsigned limit, GError **error);
/* Of either kind. NOT_FOUND. Caller clears. */
bool cache_partner(Cache *cache, const Uuid *account, Partner *out, GError **error);
/* An individual one? */
bool cache_is_connected(Cache *cache, const Uuid *account, bool *is, GError **error);

/* Invitation *, newest first, those that wait for an answer before all others; direction 0: both. As the server has them,
 * without what is in the outbox. */
GPtrArray *cache_invitations(Cache *cache, InvitationDirection direction, unsigned limit,
                             GError **error);
/* NOT_FOUND. Caller clears. */
bool cache_invitation(Cache *cache, const Uuid *id, Invitation *out, GError **error);
/* Received ones that wait for an answer now. */
bool cache_invitations_waiting(Cache *cache, gint64 now, gint64 *n, GError **error);

/* Ids (Uuid) of leads that came since the last full sync or during a later one, are still unopened, and that nobody was told
 * of yet: client_told() takes them out. Oldest first; free with g_array_unref. */
GArray *cache_arrivals(Cache *cache, GError **error);

/* The same of invitations that wait for an answer. */
GArray *cache_invited(Cache *cache, GError **error);

/* The account whose cache this is, and the last time it was up to date (0 never). NOT_FOUND before the first sync. */
bool cache_account(Cache *cache, Account *out, GError **error);
gint64 cache_synced_at(Cache *cache);
