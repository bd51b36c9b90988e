/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The counters of the cache: changes are summed up in memory and written once a transaction. */
#include <string.h>

#include "client/cache_row.h"
#include "client/cache_writer.h"

/* Leads of one party in one span of time (ORDER_SPAN), box, state and verdict. The key comes first, without a gap. */
typedef struct PartyCount {
    Uuid party;
    gint32 span;
    guint8 box, state, verdict, unused;
    gint64 by;
} PartyCount;

#define KEY_SIZE offsetof(PartyCount, by)
G_STATIC_ASSERT(KEY_SIZE == sizeof(Uuid) + 8);

static guint party_count_hash(gconstpointer key)
{
    const PartyCount *count = key;
    return uuid_hash(&count->party) ^
           ((guint)count->span << 12 | (guint)count->box << 8 | count->state << 4 | count->verdict);
}

static gboolean party_count_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, KEY_SIZE) == 0;
}

GHashTable *party_counts_new(void)
{
    return g_hash_table_new_full(party_count_hash, party_count_equal, g_free, NULL);
}

static void party_counts_add(CacheWriter *writer, const Referral *referral, int by)
{
    PartyCount key = {
        .party = lead_party_id(referral),
        .span = (gint32)(CLAMP(referral->sent_at, 0, ORDER_TIME_MAX) / ORDER_SPAN),
        .box = (guint8)referral->box,
        .state = (guint8)referral->state,
        .verdict = (guint8)referral->verdict,
    };
    PartyCount *count = g_hash_table_lookup(writer->party_counts, &key);
    if (!count) {
        count = g_memdup2(&key, sizeof key);
        g_hash_table_add(writer->party_counts, count);
    }
    count->by += by;
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
        if (count->by != 0 &&
            !db_exec(writer->db, error,
                     "INSERT INTO party_counter (party, span, box, state, verdict, n) VALUES "
                     "($1, $2, $3, $4, $5, $6) ON CONFLICT (party, span, box, state, verdict) DO "
                     "UPDATE SET n = n + excluded.n",
                     db_uuid(&count->party), db_int(count->span), db_int(count->box),
                     db_int(count->state), db_int(count->verdict), db_int(count->by)))
            return false;
    }
    g_hash_table_remove_all(writer->party_counts);
    return true;
}

bool counts_flush(CacheWriter *writer, GError **error)
{
    return flush_states(writer, error) && flush_parties(writer, error);
}
