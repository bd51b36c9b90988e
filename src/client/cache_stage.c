/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/cache_stage.h"

#include <string.h>

/* ---- stages */

static int compare_names(const char *a, const Uuid *a_id, const char *b, const Uuid *b_id)
{
    int order = strcmp(a, b);
    return order ? order : memcmp(a_id, b_id, sizeof *a_id);
}

static gint compare_parties(gconstpointer a, gconstpointer b)
{
    const CacheParty *x = a, *y = b;
    return compare_names(x->name, &x->id, y->name, &y->id);
}

/* What a party is called in its newest lead. */
static bool read_party_name(Cache *cache, CacheParty *party, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        cache->db, error,
        "SELECT CASE box WHEN 2 THEN to_name ELSE from_name END FROM referral INDEXED BY "
        "referral_party WHERE party = $1 ORDER BY n DESC LIMIT 1",
        db_uuid(&party->id));
    if (rows && db_next(rows, error))
        lead_key_name(party->name, rows, 0);
    return rows && db_rows_ok(rows);
}

/* The parties there are, by name, read again when the file has changed. */
static const GArray *parties(Cache *cache, GError **error)
{
    gint64 version = 0;
    if (!db_get_one_int(cache->db, error, &version, "PRAGMA data_version"))
        return NULL;
    if (cache->parties && cache->parties_version == version)
        return cache->parties;
    g_autoptr(GArray) found = g_array_new(FALSE, TRUE, sizeof(CacheParty));
    g_autoptr(DbRows)
        rows = db_query(cache->db, error, "SELECT party FROM party_counter GROUP BY party");
    while (rows && db_next(rows, error)) {
        CacheParty party = { .id = db_get_uuid(rows, 0) };
        g_array_append_val(found, party);
    }
    if (!rows || !db_rows_ok(rows))
        return NULL;
    for (guint i = 0; i < found->len; i++)
        if (!read_party_name(cache, &g_array_index(found, CacheParty, i), error))
            return NULL;
    g_array_sort(found, compare_parties);
    if (cache->parties)
        g_array_unref(cache->parties);
    cache->parties_version = version;
    return cache->parties = g_steal_pointer(&found);
}

/* Where a state stands in a list by state; what is settled against the sender comes last. */
static int rank_of_standing(int standing)
{
    int verdict = standing % 4, state = standing / 4;
    return state == REFERRAL_WITHDRAWN     ? 200 + standing
           : verdict == VERDICT_NOT_A_LEAD ? 100 + standing
                                           : standing;
}

static gint compare_standings(gconstpointer a, gconstpointer b)
{
    return rank_of_standing(((const Stage *)a)->standing) -
           rank_of_standing(((const Stage *)b)->standing);
}

static void add_stages_by_state(GArray *stages)
{
    for (int i = 0; i <= STANDING_MAX; i++) {
        Stage stage = { .standing = i };
        if (STANDINGS_ALL >> i & 1)
            g_array_append_val(stages, stage);
    }
    g_array_sort(stages, compare_standings);
}

static int compare_to_place(const Stage *stage, const Place *place)
{
    if (!stage->party)
        return rank_of_standing(stage->standing) - rank_of_standing(place->key.standing);
    if (uuid_equal(&stage->party->id, &place->key.party))
        return 0;
    return compare_names(stage->party->name, &stage->party->id, place->key.party_name,
                         &place->key.party);
}

/* Those before the place go, of its own stage the part that is asked for stays. */
static void cut_stages(GArray *stages, const ListRequest *request)
{
    for (guint i = stages->len; request->place && i > 0; i--) {
        Stage *stage = &g_array_index(stages, Stage, i - 1);
        int order = compare_to_place(stage, request->place);
        if (order == 0)
            stage->cut = CUT_AT_N;
        else if ((order > 0) != request->after)
            g_array_remove_index(stages, i - 1);
    }
}

static void turn(GArray *stages)
{
    for (guint i = 0; i < stages->len / 2; i++) {
        Stage *a = &g_array_index(stages, Stage, i);
        Stage *b = &g_array_index(stages, Stage, stages->len - 1 - i);
        Stage between = *a;
        *a = *b;
        *b = between;
    }
}

GArray *stages_of(ListRequest *request, GError **error)
{
    g_autoptr(GArray) stages = g_array_new(FALSE, FALSE, sizeof(Stage));
    LeadSort sort = request->query->sort;
    Stage whole = { .standing = -1, .cut = request->place ? CUT_AT_N : CUT_NONE };
    if (sort == SORT_STATE) {
        add_stages_by_state(stages);
    } else if (sort == SORT_PARTNER) {
        const GArray *all = parties(request->cache, error);
        if (!all)
            return NULL;
        for (guint i = 0; i < all->len; i++) {
            Stage stage = { -1, &g_array_index(all, CacheParty, i), CUT_NONE };
            g_array_append_val(stages, stage);
        }
    } else if (walk_is_by_key(sort) && request->place) {
        whole.cut = CUT_TIES;
        g_array_append_val(stages, whole);
        whole.cut = CUT_BEYOND;
        g_array_append_val(stages, whole);
        return g_steal_pointer(&stages);
    } else {
        g_array_append_val(stages, whole);
        return g_steal_pointer(&stages);
    }
    cut_stages(stages, request);
    if (!request->after)
        turn(stages);
    return g_steal_pointer(&stages);
}

static int compare_keys(const LeadKey *a, const LeadKey *b, LeadSort sort)
{
    switch (sort) {
    case SORT_AGE:
        return 0;
    case SORT_STATE:
        return rank_of_standing(a->standing) - rank_of_standing(b->standing);
    case SORT_PARTNER:
        return compare_names(a->party_name, &a->party, b->party_name, &b->party);
    case SORT_CLIENT:
        return strcmp(a->client, b->client);
    case SORT_VALUE:
        return a->worth > b->worth ? -1 : a->worth < b->worth;
    }
    g_assert_not_reached();
}

int stage_compare_rows(const LeadRow *x, const LeadRow *y, LeadSort sort)
{
    int order = compare_keys(&x->key, &y->key, sort);
    int age = x->n > y->n ? -1 : x->n < y->n;
    return order ? order : sort == SORT_CLIENT ? -age : age;
}
