/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/cache_partners.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "client/cache_private.h"
#include "db/row.h"
#include "model/business_type.h"

/* ---- words for people */

static const EnumValue sort_values[] = {
    { 1 + PARTNERS_BY_NAME, "name", N_("name") },
    { 1 + PARTNERS_BY_TRADE, "trade", N_("trade") },
    { 1 + PARTNERS_BY_BALANCE, "balance", N_("balance, who owes you most first") },
    { 1 + PARTNERS_BY_ACTIVITY, "activity", N_("activity, the latest first") },
};
const EnumTable partner_sorts = ENUM_TABLE("partner_sort", sort_values);

static const EnumValue standing_values[] = {
    { STANDING_ACTIVE, "active", N_("active") },
    { STANDING_DORMANT, "dormant", N_("dormant") },
    { STANDING_LOW_GIVER, "low-giver", N_("low giver") },
};
const EnumTable partner_standings = ENUM_TABLE("standing", standing_values);

bool partner_sort_parse(const char *text, PartnerSort *sort, bool *reverse, GError **error)
{
    *reverse = g_str_has_suffix(text, "-");
    g_autofree char *name = g_strndup(text, strlen(text) - *reverse);
    int value = enum_value(&partner_sorts, name);
    *sort = value ? (PartnerSort)(value - 1) : PARTNERS_BY_NAME;
    if (value)
        return true;
    g_autofree char *shown = text_clean(name, -1, TEXT_LINE);
    return problem_set(error, PROBLEM_BAD_INPUT,
                       _("there is no order \"%s\", but name, trade, balance, activity; a - behind "
                         "it turns it round"),
                       shown);
}

char *partner_sort_format(PartnerSort sort, bool reverse)
{
    return g_strconcat(enum_code(&partner_sorts, 1 + (int)sort), reverse ? "-" : "", NULL);
}

/* ---- rows */

void partner_row_free(PartnerRow *row)
{
    if (!row)
        return;
    fields_clear(&partner_fields, &row->partner);
    g_free(row);
}

static void row_free(gpointer row)
{
    partner_row_free(row);
}

/* What belongs together while it is being read. */
typedef struct Reading {
    Cache *cache;
    const PartnerQuery *query;
    GPtrArray *rows; /* PartnerRow * */
} Reading;

static void reading_init(Reading *reading, Cache *cache, const PartnerQuery *query)
{
    *reading = (Reading){ .cache = cache, .query = query };
    reading->rows = g_ptr_array_new_with_free_func(row_free);
}

static void reading_clear(Reading *reading)
{
    g_clear_pointer(&reading->rows, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reading, reading_clear)

static bool read_partners(Reading *reading, DbRows *from, GError **error)
{
    g_autoptr(DbRows) rows = from;
    while (rows && db_next(rows, error)) {
        PartnerRow *row = g_new0(PartnerRow, 1);
        row_read(rows, 0, &partner_fields, &row->partner, ROW_COPY);
        row->via = VIA_INDIVIDUAL;
        g_ptr_array_add(reading->rows, row);
    }
    return rows && db_rows_ok(rows);
}

/* The newest lead of a box that was not withdrawn: counters know its span, and the index is walked back within that. */
static bool read_last(Reading *reading, PartnerRow *row, ReferralBox box, gint64 *at,
                      GError **error)
{
    g_autoptr(DbRows) spans = db_query(
        reading->cache->db, error,
        "SELECT span FROM party_counter WHERE party = $1 AND box = $2 AND undecided + leads + "
        "not_leads > 0 ORDER BY span DESC LIMIT 1",
        db_uuid(&row->partner.account), db_int(box));
    if (!spans || !db_next(spans, error))
        return spans && db_rows_ok(spans);
    gint64 span = db_get_int(spans, 0);
    g_autoptr(DbRows) rows = db_query(
        reading->cache->db, error,
        "SELECT n FROM referral INDEXED BY referral_party WHERE party = $1 AND n >= $2 AND n < $3 "
        "AND box = $4 AND state <> 8 ORDER BY n DESC LIMIT 1",
        db_uuid(&row->partner.account), db_int(order_of_time(span * ORDER_SPAN)),
        db_int(order_of_time((span + 1) * ORDER_SPAN)), db_int(box));
    if (rows && db_next(rows, error))
        *at = db_get_int(rows, 0) >> ORDER_BITS;
    return rows && db_rows_ok(rows);
}

static bool finish(Reading *reading, GError **error)
{
    for (guint i = 0; i < reading->rows->len; i++) {
        PartnerRow *row = reading->rows->pdata[i];
        if (!cache_give_take(reading->cache, &row->partner.account, reading->query->since,
                             &row->sum, error) ||
            !read_last(reading, row, BOX_SENT, &row->last_gave_at, error) ||
            !read_last(reading, row, BOX_INBOX, &row->last_took_at, error))
            return false;
        gint64 alive = MAX(partner_last_at(row), row->partner.since);
        row->dormant = alive < reading->query->now - PARTNER_DORMANT;
        row->low_giver = row->sum.gave >= LOW_GIVER && row->sum.took == 0;
    }
    return true;
}

/* ---- which of them, and in which order */

static bool stands(const PartnerRow *row, PartnerStanding standing)
{
    switch (standing) {
    case STANDING_ACTIVE:
        return !row->dormant;
    case STANDING_DORMANT:
        return row->dormant;
    case STANDING_LOW_GIVER:
        return row->low_giver;
    }
    return true;
}

static bool has_words(const char *words, const char *in)
{
    return !words || !*words || (in && g_str_match_string(words, in, TRUE));
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

bool partner_row_fits(const PartnerRow *row, const PartnerQuery *query)
{
    const Partner *partner = &row->partner;
    g_autofree char *all = g_strjoin(" ", or_empty(partner->name), or_empty(partner->company_name),
                                     business_type_label(partner->business_type),
                                     or_empty(partner->email), NULL);
    return has_words(query->text, all) &&
           has_words(query->trade, business_type_label(partner->business_type)) &&
           stands(row, query->standing);
}

/* A row and what it is compared by. */
typedef struct Sortable {
    PartnerRow *row;
    char *name, *trade;
} Sortable;

static int compare_text(const char *a, const char *b)
{
    if (!*a || !*b) /* without one: last */
        return (*a == '\0') - (*b == '\0');
    return strcmp(a, b);
}

static int compare(gconstpointer left, gconstpointer right, gpointer data)
{
    const Sortable *a = left, *b = right;
    const PartnerQuery *query = data;
    gint64 by = 0;
    switch (query->sort) {
    case PARTNERS_BY_NAME:
        break;
    case PARTNERS_BY_TRADE:
        by = compare_text(a->trade, b->trade);
        break;
    case PARTNERS_BY_BALANCE:
        by = give_take_balance(&b->row->sum) - give_take_balance(&a->row->sum);
        break;
    case PARTNERS_BY_ACTIVITY:
        by = partner_last_at(b->row) - partner_last_at(a->row);
        break;
    }
    if (by == 0)
        by = compare_text(a->name, b->name);
    if (by == 0) /* two of one name stay where they are */
        by = memcmp(&a->row->partner.account, &b->row->partner.account, sizeof(Uuid));
    int sign = by < 0 ? -1 : by > 0;
    return query->reverse ? -sign : sign;
}

static GPtrArray *sorted(GPtrArray *rows, const PartnerQuery *query)
{
    g_autofree Sortable *sortables = g_new0(Sortable, rows->len);
    GPtrArray *out = g_ptr_array_new_with_free_func(row_free);
    guint n = 0;
    for (guint i = 0; i < rows->len; i++) {
        PartnerRow *row = rows->pdata[i];
        if (partner_row_fits(row, query))
            sortables[n++] = (Sortable){ row, name_key(or_empty(row->partner.name)),
                                         name_key(
                                             business_type_label(row->partner.business_type)) };
        else
            partner_row_free(row);
    }
    g_ptr_array_set_free_func(rows, NULL);
    g_qsort_with_data(sortables, (gint)n, sizeof *sortables, compare, (gpointer)query);
    for (guint i = 0; i < n; i++) {
        g_ptr_array_add(out, sortables[i].row);
        g_free(sortables[i].name);
        g_free(sortables[i].trade);
    }
    return out;
}

GPtrArray *cache_partner_rows(Cache *cache, const PartnerQuery *query, GError **error)
{
    g_auto(Reading) reading;
    reading_init(&reading, cache, query);
    if (!read_partners(&reading, db_query(cache->db, error, cache->select_partners), error) ||
        !finish(&reading, error))
        return NULL;
    return sorted(reading.rows, query);
}

PartnerRow *cache_partner_row(Cache *cache, const Uuid *account, const PartnerQuery *query,
                              GError **error)
{
    g_auto(Reading) reading;
    reading_init(&reading, cache, query);
    if (!read_partners(&reading,
                       db_query(cache->db, error, cache->select_partner, db_uuid(account)), error))
        return NULL;
    if (reading.rows->len == 0) {
        problem_set(error, PROBLEM_NOT_FOUND, "there is no such partner here");
        return NULL;
    }
    if (!finish(&reading, error))
        return NULL;
    return g_ptr_array_steal_index(reading.rows, 0);
}

bool cache_partner_count(Cache *cache, gint64 *n, GError **error)
{
    return db_get_one_int(cache->db, error, n, "SELECT count(*) FROM partner");
}
