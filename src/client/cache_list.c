/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lists: windows over indexes. A list is walked stage by stage (cache_stage.h: by state or partner, one for each), and what the
 * walks of a stage (cache_walk.h) bring is put in order.
 */
#include "client/cache.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "client/cache_stage.h"

static const EnumValue sort_values[] = {
    { 1 + SORT_AGE, "age", N_("newest first") },
    { 1 + SORT_STATE, "state", N_("new, opened, confirmed ... not a lead") },
    { 1 + SORT_PARTNER, "partner", N_("name of the partner") },
    { 1 + SORT_CLIENT, "client", N_("name of the client") },
    { 1 + SORT_VALUE, "value", N_("highest value first") },
};
const EnumTable lead_sorts = ENUM_TABLE("sort", sort_values);

bool lead_sort_parse(const char *text, LeadSort *sort, bool *reverse, GError **error)
{
    *reverse = g_str_has_suffix(text, "-");
    g_autofree char *name = g_strndup(text, strlen(text) - *reverse);
    int value = enum_value(&lead_sorts, name);
    *sort = value ? (LeadSort)(value - 1) : SORT_AGE;
    if (value)
        return true;
    g_autoptr(GString) names = g_string_new(NULL);
    for (size_t i = 0; i < lead_sorts.n_values; i++)
        g_string_append_printf(names, "%s%s", i ? ", " : "", lead_sorts.values[i].code);
    g_autofree char *shown = text_clean(name, -1, TEXT_LINE);
    return problem_set(error, PROBLEM_BAD_INPUT,
                       _("there is no order \"%s\", but %s; a - behind it turns it round"), shown,
                       names->str);
}

char *lead_sort_format(LeadSort sort, bool reverse)
{
    return g_strconcat(enum_code(&lead_sorts, 1 + (int)sort), reverse ? "-" : "", NULL);
}

/* ---- walking */

static gint by_order(gconstpointer a, gconstpointer b, gpointer data)
{
    return stage_compare_rows(*(LeadRow *const *)a, *(LeadRow *const *)b, GPOINTER_TO_INT(data));
}

/* What the walks of a stage brought joins what is there, in the order of the list; the far end of too many goes. Takes stage
 * over. */
static void join(ListRequest *request, GPtrArray *stage)
{
    g_ptr_array_sort_with_data(stage, by_order, GINT_TO_POINTER(request->query->sort));
    guint room = (guint)request->max - request->rows->len;
    if (stage->len > room && request->after)
        g_ptr_array_remove_range(stage, room, stage->len - room);
    else if (stage->len > room)
        g_ptr_array_remove_range(stage, 0, stage->len - room);
    if (request->after) {
        g_ptr_array_extend_and_steal(request->rows, stage);
        return;
    }
    g_ptr_array_extend_and_steal(stage, request->rows);
    request->rows = stage;
}

static bool walk_stage(ListRequest *request, GPtrArray *const plans[], const Stage *stage,
                       GError **error)
{
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(lead_row_free);
    for (int box = BOX_INBOX; box <= BOX_SENT; box++)
        for (guint i = 0; plans[box] && i < plans[box]->len; i++)
            if (!walk_branch(request, box, plans[box]->pdata[i], stage, rows, error))
                return false;
    if (request->rows)
        join(request, g_steal_pointer(&rows));
    return true;
}

static bool is_enough(const ListRequest *request)
{
    return !request->explain && (request->rows ? request->rows->len : request->n) >= request->max;
}

static bool walk_all(ListRequest *request, GError **error)
{
    GPtrArray *plans[BOX_SENT + 1] = { NULL };
    g_autoptr(GArray) stages = stages_of(request, error);
    if (!stages)
        return false;
    for (int box = BOX_INBOX; box <= BOX_SENT; box++)
        if (!request->query->box || (int)request->query->box == box)
            plans[box] = plan_branches(request->query, box);
    bool ok = true;
    for (guint i = 0; ok && i < stages->len && !is_enough(request); i++)
        ok = walk_stage(request, plans, &g_array_index(stages, Stage, i), error);
    for (int box = BOX_INBOX; box <= BOX_SENT; box++)
        if (plans[box])
            g_ptr_array_unref(plans[box]);
    return ok;
}

/* ---- few: all of them are read and sorted, in any order but age */

static bool count_standings(Cache *cache, ReferralBox box, guint64 standings, gint64 *n,
                            GError **error)
{
    return db_get_one_int(cache->db, error, n,
                          "SELECT coalesce(sum(n), 0) FROM counter WHERE box = $1 AND "
                          "(($2 >> (state * 4 + verdict)) & 1) = 1",
                          db_int(box), db_int((gint64)standings));
}

/* False in *counted when the counters do not have it. */
static bool count_from_counters(Cache *cache, const LeadQuery *query, gint64 *n, bool *counted,
                                GError **error)
{
    *n = 0;
    for (int box = BOX_INBOX; box <= BOX_SENT; box++) {
        guint64 standings;
        gint64 some = 0;
        if (query->box && (int)query->box != box)
            continue;
        *counted = plan_is_counted(query, box, &standings);
        if (!*counted)
            return true;
        if (!count_standings(cache, box, standings, &some, error))
            return false;
        *n += some;
    }
    return true;
}

static LeadQuery without_order(const LeadQuery *query)
{
    LeadQuery by_age = *query;
    by_age.sort = SORT_AGE;
    by_age.reverse = false;
    return by_age;
}

static bool are_few(const ListRequest *request, bool *few, GError **error)
{
    LeadQuery by_age = without_order(request->query);
    gint64 most = request->cache->few;
    ListRequest counting = {
        .cache = request->cache, .query = &by_age, .after = true, .max = most + 1
    };
    bool counted = false;
    if (!count_from_counters(request->cache, &by_age, &counting.n, &counted, error) ||
        (!counted && !walk_all(&counting, error)))
        return false;
    *few = counting.n <= most;
    return true;
}

/* Those of the sorted rows that are asked for: [*from, *to). */
static void cut_sorted(const ListRequest *request, const GPtrArray *all, guint *from, guint *to)
{
    *from = 0;
    *to = all->len;
    if (request->place) {
        const LeadRow place = { .n = request->place->n, .key = request->place->key };
        guint before = 0, own = 0;
        for (guint i = 0; i < all->len; i++) {
            int order = stage_compare_rows(all->pdata[i], &place, request->query->sort);
            before += order < 0;
            own += order == 0;
        }
        *from = request->after ? before + (request->inclusive ? 0 : own) : 0;
        *to = request->after ? all->len : before + (request->inclusive ? own : 0);
    }
    if (*to - *from > request->max && request->after)
        *to = *from + (guint)request->max;
    else if (*to - *from > request->max)
        *from = *to - (guint)request->max;
}

static bool sort_all(ListRequest *request, GError **error)
{
    LeadQuery by_age = without_order(request->query);
    ListRequest all = {
        .cache = request->cache,
        .query = &by_age,
        .after = true,
        .max = request->cache->few,
        .rows = g_ptr_array_new_with_free_func(lead_row_free),
    };
    bool ok = walk_all(&all, error);
    guint from, to;
    g_ptr_array_sort_with_data(all.rows, by_order, GINT_TO_POINTER(request->query->sort));
    cut_sorted(request, all.rows, &from, &to);
    request->n += to - from;
    for (guint i = from; request->rows && i < to; i++)
        g_ptr_array_add(request->rows, g_steal_pointer(&all.rows->pdata[i]));
    /* What was taken is NULL now. */
    g_ptr_array_set_free_func(all.rows, NULL);
    for (guint i = 0; i < all.rows->len; i++)
        if (all.rows->pdata[i])
            lead_row_free(all.rows->pdata[i]);
    g_ptr_array_unref(all.rows);
    return ok;
}

static bool run(ListRequest *request, GError **error)
{
    bool few = false;
    if (request->query->sort != SORT_AGE && !request->explain && !are_few(request, &few, error))
        return false;
    return few ? sort_all(request, error) : walk_all(request, error);
}

/* ---- places */

LeadPos lead_pos(const LeadRow *row)
{
    return (LeadPos){ row->sent_at, row->id, true, row->key };
}

/* Where a lead is now; of one that is gone, or has left the list by what it is now, where it was. */
static bool place_of(Cache *cache, const LeadQuery *query, const LeadPos *pos, Place *place,
                     GError **error)
{
    *place = (Place){ order_of(pos->sent_at, &pos->id, BOX_INBOX), pos->key };
    g_autoptr(DbRows) rows = db_query(
        cache->db, error,
        "SELECT n, standing, worth, party, client_key, box, CASE box WHEN 2 THEN to_name ELSE "
        "from_name END FROM referral WHERE id = $1",
        db_uuid(&pos->id));
    if (!rows || !db_next(rows, error))
        return rows && db_rows_ok(rows);
    place->n = db_get_int(rows, 0);
    LeadKey now = lead_key_read(rows, 1);
    ReferralBox box = (ReferralBox)db_get_int(rows, 5);
    lead_key_name(now.party_name, rows, 6);
    bool inside = !pos->keyed;
    g_autoptr(GPtrArray) branches = plan_branches(query, box);
    for (guint i = 0; i < branches->len && !inside; i++)
        inside = ((Branch *)branches->pdata[i])->standings >> now.standing & 1;
    if (inside)
        place->key = now;
    return true;
}

/* ---- what others ask for */

static void turn_rows(GPtrArray *rows)
{
    for (guint i = 0; i < rows->len / 2; i++) {
        gpointer between = rows->pdata[i];
        rows->pdata[i] = rows->pdata[rows->len - 1 - i];
        rows->pdata[rows->len - 1 - i] = between;
    }
}

GPtrArray *cache_leads(Cache *cache, const LeadQuery *query, const LeadPos *pos, bool after,
                       unsigned max, GError **error)
{
    Place place;
    if (pos && !place_of(cache, query, pos, &place, error))
        return NULL;
    ListRequest request = {
        .cache = cache,
        .query = query,
        .place = pos ? &place : NULL,
        .after = after != query->reverse,
        .max = max,
        .rows = g_ptr_array_new_with_free_func(lead_row_free),
    };
    bool ok = run(&request, error);
    if (ok && query->reverse)
        turn_rows(request.rows);
    if (!ok)
        g_clear_pointer(&request.rows, g_ptr_array_unref);
    return request.rows;
}

void cache_set_few(Cache *cache, gint64 few)
{
    cache->few = few;
}

char *cache_explain(Cache *cache, const LeadQuery *query, GError **error)
{
    ListRequest request = {
        .cache = cache,
        .query = query,
        .after = !query->reverse,
        .max = 100,
        .rows = g_ptr_array_new_with_free_func(lead_row_free),
        .explain = g_string_new(NULL),
    };
    bool ok = run(&request, error);
    g_ptr_array_unref(request.rows);
    return g_string_free(request.explain, !ok);
}

bool cache_next_waiting(Cache *cache, const LeadQuery *query, const LeadPos *pos, bool after,
                        LeadPos *out, GError **error)
{
    LeadQuery waiting = *query;
    waiting.waiting = true;
    g_autoptr(GPtrArray) rows = cache_leads(cache, &waiting, pos, after, 1, error);
    if (!rows || rows->len == 0)
        return false;
    *out = lead_pos(g_ptr_array_index(rows, 0));
    return true;
}

/* ---- counting */

static bool count_from(ListRequest *request, gint64 max, bool after, bool inclusive, gint64 *n,
                       GError **error)
{
    request->n = 0;
    request->max = max;
    request->after = after;
    request->inclusive = inclusive;
    bool ok = run(request, error);
    *n = MIN(request->n, max);
    return ok;
}

bool cache_count_is_cut(const LeadQuery *query, gint64 n)
{
    guint64 standings;
    return n >= CACHE_COUNT_MAX &&
           !plan_is_counted(query, query->box ? query->box : BOX_INBOX, &standings);
}

bool cache_count(Cache *cache, const LeadQuery *query, gint64 *n, GError **error)
{
    bool counted = false;
    LeadQuery by_age = without_order(query);
    ListRequest request = { .cache = cache, .query = &by_age };
    return count_from_counters(cache, query, n, &counted, error) &&
           (counted || count_from(&request, CACHE_COUNT_MAX, true, false, n, error));
}

/* Counted from whichever end is nearer: four times as far each time, both ways, until one end is reached. */
bool cache_rank(Cache *cache, const LeadQuery *query, const LeadPos *pos, gint64 *n, GError **error)
{
    Place place;
    gint64 total = 0;
    bool counted = false;
    if (!place_of(cache, query, pos, &place, error) ||
        !count_from_counters(cache, query, &total, &counted, error))
        return false;
    ListRequest request = { .cache = cache, .query = query, .place = &place };
    if (!counted)
        return count_from(&request, CACHE_COUNT_MAX, query->reverse, false, n, error);
    for (gint64 max = 512;; max = max > G_MAXINT64 / 4 ? G_MAXINT64 : max * 4) {
        gint64 rest;
        if (!count_from(&request, max, query->reverse, false, n, error))
            return false;
        if (*n < max)
            return true;
        /* From the place on, itself included. */
        if (!count_from(&request, max, !query->reverse, true, &rest, error))
            return false;
        if (rest < max) {
            *n = total - rest;
            return true;
        }
    }
}
