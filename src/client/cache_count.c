/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The counters of the cache: changes are summed up in memory and written once a transaction. */
#include <string.h>

#include "client/cache_row.h"
#include "client/cache_writer.h"

/* What counts alike in give and take: the columns of `party_counter`. */
typedef enum CountAs { AS_UNDECIDED, AS_LEAD, AS_NOT_A_LEAD, AS_WITHDRAWN, COUNT_AS } CountAs;

/* Leads of one party in one box and span of time (ORDER_SPAN). The key comes first, without a gap. */
typedef struct PartyCount {
    Uuid party;
    gint32 box, span;
    gint64 by[COUNT_AS];
} PartyCount;

#define KEY_SIZE offsetof(PartyCount, by)
G_STATIC_ASSERT(KEY_SIZE == sizeof(Uuid) + 8);

static guint party_count_hash(gconstpointer key)
{
    const PartyCount *count = key;
    return uuid_hash(&count->party) ^ ((guint)count->span << 4 | (guint)count->box);
}

static gboolean party_count_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, KEY_SIZE) == 0;
}

GHashTable *party_counts_new(void)
{
    return g_hash_table_new_full(party_count_hash, party_count_equal, g_free, NULL);
}

static CountAs count_as(const Referral *referral)
{
    return referral->state == REFERRAL_WITHDRAWN     ? AS_WITHDRAWN
           : referral->verdict == VERDICT_LEAD       ? AS_LEAD
           : referral->verdict == VERDICT_NOT_A_LEAD ? AS_NOT_A_LEAD
                                                     : AS_UNDECIDED;
}

static void party_counts_add(CacheWriter *writer, const Referral *referral, int by)
{
    PartyCount key = {
        .party = lead_party_id(referral),
        .box = (gint32)referral->box,
        .span = (gint32)(CLAMP(referral->sent_at, 0, ORDER_TIME_MAX) / ORDER_SPAN),
    };
    PartyCount *count = g_hash_table_lookup(writer->party_counts, &key);
    if (!count) {
        count = g_memdup2(&key, sizeof key);
        g_hash_table_add(writer->party_counts, count);
    }
    count->by[count_as(referral)] += by;
}

void counts_add(CacheWriter *writer, const Referral *referral, int by)
{
    if (referral->box > BOX_SENT || referral->state > REFERRAL_WITHDRAWN ||
        referral->verdict > VERDICT_NOT_A_LEAD)
        return;
    writer->counts[referral->box][referral->state][referral->verdict]
                  [referral_is_waiting(referral)] += by;
    party_counts_add(writer, referral, by);
}

void counts_reset(CacheWriter *writer)
{
    memset(writer->counts, 0, sizeof writer->counts);
    g_hash_table_remove_all(writer->party_counts);
}

static bool flush_states(CacheWriter *writer, GError **error)
{
    gint64 *counts = &writer->counts[0][0][0][0];
    for (size_t i = 0; i < sizeof writer->counts / sizeof *counts; i++) {
        if (counts[i] == 0)
            continue;
        size_t waiting = i % 2, verdict = i / 2 % COUNT_VERDICTS,
               state = i / 2 / COUNT_VERDICTS % COUNT_STATES,
               box = i / 2 / COUNT_VERDICTS / COUNT_STATES;
        if (!db_exec(
                writer->db, error,
                "INSERT INTO counter (box, state, verdict, waiting, n) VALUES ($1, $2, $3, $4, "
                "$5) ON CONFLICT (box, state, verdict, waiting) DO UPDATE SET n = n + excluded.n",
                db_int((gint64)box), db_int((gint64)state), db_int((gint64)verdict),
                db_int((gint64)waiting), db_int(counts[i])))
            return false;
        counts[i] = 0;
    }
    return true;
}

static bool flush_parties(CacheWriter *writer, GError **error)
{
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, writer->party_counts);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        const PartyCount *count = key;
        if (!db_exec(
                writer->db, error,
                "INSERT INTO party_counter (party, box, span, undecided, leads, not_leads, "
                "withdrawn) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (party, box, span) "
                "DO UPDATE SET undecided = undecided + excluded.undecided, leads = leads + "
                "excluded.leads, not_leads = not_leads + excluded.not_leads, withdrawn = "
                "withdrawn + excluded.withdrawn",
                db_uuid(&count->party), db_int(count->box), db_int(count->span),
                db_int(count->by[AS_UNDECIDED]), db_int(count->by[AS_LEAD]),
                db_int(count->by[AS_NOT_A_LEAD]), db_int(count->by[AS_WITHDRAWN])))
            return false;
    }
    g_hash_table_remove_all(writer->party_counts);
    return true;
}

bool counts_flush(CacheWriter *writer, GError **error)
{
    return flush_states(writer, error) && flush_parties(writer, error);
}
