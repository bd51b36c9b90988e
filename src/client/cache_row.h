/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the reading and the writing side of the cache share: the order number, and the words of the search index. */
#pragma once

#include "db/db.h"
#include "client/cache.h"
#include "model/referral.h"

#define ORDER_BITS 20
#define ORDER_TIME_MAX (G_GINT64_CONSTANT(1) << 42) /* the year 2109 */

#define ORDER_SPAN                                                                                 \
    (G_GINT64_CONSTANT(30) * 24 * 60 * 60 * 1000) /* ms that a party's leads are counted by */

/* Number of the first lead at a time. */
gint64 order_of_time(gint64 ms);
/* Number of a lead, unless that is taken by another one of the same millisecond (then the next free one, ORDER_STEP
 * further). Its lowest bit is the box, so that the search index alone answers for one box. */
#define ORDER_STEP 2
gint64 order_of(gint64 sent_at, const Uuid *id, ReferralBox box);

/* State and verdict as one number, which the cache has an index of; sets of it have one bit each. */
#define STANDING(state, verdict) ((state)*4 + (verdict))
#define STANDINGS_OF(state) (G_GUINT64_CONSTANT(7) << STANDING(state, 0))
#define STANDINGS_WITH(verdict)                                                                    \
    (G_GUINT64_CONSTANT(0x111111110) << (verdict)) /* in every state from SENT to WITHDRAWN */
#define STANDING_MAX STANDING(REFERRAL_WITHDRAWN, VERDICT_NOT_A_LEAD)
#define STANDINGS_ALL (STANDINGS_WITH(0) | STANDINGS_WITH(1) | STANDINGS_WITH(2))
int standing_of(const Referral *referral);

/* What it was worth, or is thought to be, in thousandths of its currency's unit; -1 when nobody said. */
gint64 lead_worth(const Money *value);
const Money *lead_value(const Referral *referral);

/* The words a lead is found by, as the search index has them; the same for the same referral: the index has no copy of them.
 * other: contact, company, town. */
typedef struct LeadWords {
    char *party, *need, *other;
} LeadWords;
void lead_words(const Referral *referral, LeadWords *words);
/* Words may be in a that are not in b: a text of it does not begin b's. */
bool lead_words_lost(const LeadWords *a, const LeadWords *b);
bool lead_words_equal(const LeadWords *a, const LeadWords *b);
void lead_words_clear(LeadWords *words);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LeadWords, lead_words_clear)

typedef enum WordColumns {
    WORDS_ANY = 0,
    WORDS_PARTY = 1 << 0,
    WORDS_NEED = 1 << 1,
    WORDS_RECEIVED = 1 << 2, /* says nothing about columns */
} WordColumns;

/* A search typed by a person as an FTS5 expression in parentheses, each word (of the first 32) a prefix; NULL when there is
 * no word in it. */
char *lead_match(const char *text, WordColumns columns);

/* The other side of a referral. */
const Party *lead_party(const Referral *referral);
/* By which the cache counts and groups it: the account, or an id made of the address of somebody outside. */
Uuid lead_party_id(const Referral *referral);

/* A connection to the cache of this process. write: the one writer; it brings the schema up to date. */
Db *cache_connect(const char *path, bool write, GError **error);
