/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the reading and the writing side of the cache share: the order number, and the words of the search index. */
#pragma once

#include "db/db.h"
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

/* The words a lead is found by: contact, company, need, town, the other party. The same for the same referral: the
 * index has no copy of them. Caller frees. */
char *lead_words(const Referral *referral);

/* A search typed by a person as an FTS5 expression, each word (of the first 32) a prefix; NULL when there is no word in
 * it. */
char *lead_match(const char *text);

/* The other side of a referral. */
const Party *lead_party(const Referral *referral);

/* A connection to the cache of this process. write: the one writer; it brings the schema up to date. */
Db *cache_connect(const char *path, bool write, GError **error);
