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
    g_free(row->groups);
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
    GHashTable *of;  /* Uuid * of an account -> its row */
} Reading;

static void reading_init(Reading *reading, Cache *cache, const PartnerQuery *query)
{
    *reading = (Reading){ .cache = cache, .query = query };
    reading->rows = g_ptr_array_new_with_free_func(row_free);
    reading->of = g_hash_table_new(uuid_hash, uuid_equal_func);
}

static void reading_clear(Reading *reading)
{
    g_clear_pointer(&reading->rows, g_ptr_array_unref);
    g_hash_table_unref(reading->of);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reading, reading_clear)

static PartnerRow *add_row(Reading *reading, const DbRows *rows, PartnerVia via)
{
    PartnerRow *row = g_new0(PartnerRow, 1);
    row_read(rows, 0, &partner_fields, &row->partner, ROW_COPY);
    row->via = via;
    g_ptr_array_add(reading->rows, row);
    g_hash_table_insert(reading->of, &row->partner.account, row);
    return row;
}

static bool is_parted(const Reading *reading, const Uuid *account)
{
    const PartnerQuery *query = reading->query;
    return query && query->parted && g_hash_table_contains(query->parted, account);
}

static bool read_individual(Reading *reading, GError **error)
{
    g_autoptr(DbRows) rows = db_query(reading->cache->db, error, reading->cache->select_partners);
    while (rows && db_next(rows, error)) {
        Uuid account = db_get_uuid(rows, 0);
        if (!is_parted(reading, &account))
            add_row(reading, rows, VIA_INDIVIDUAL);
    }
    return rows && db_rows_ok(rows);
}

/* The name of a group, behind those of others. */
static void add_group(PartnerRow *row, const char *name)
{
    if (!name)
        return;
    char *groups = row->groups ? g_strconcat(row->groups, ", ", name, NULL) : g_strdup(name);
    g_free(row->groups);
    row->groups = groups;
}

/* By several groups: leads may go to them as soon as one lets them. */
static void add_bar(PartnerRow *row, bool first, gint64 until)
{
    if (row->via == VIA_GROUP)
        row->barred_until = first ? until : MIN(row->barred_until, until);
}

/* One row a membership: an account may have several. */
static bool read_members(Reading *reading, GError **error)
{
    int name = row_n_columns(&partner_fields);
    g_autoptr(DbRows) rows = db_query(reading->cache->db, error, reading->cache->select_members);
    while (rows && db_next(rows, error)) {
        Uuid account = db_get_uuid(rows, 0);
        PartnerRow *row = g_hash_table_lookup(reading->of, &account);
        bool first = !row;
        if (first)
            row = add_row(reading, rows, VIA_GROUP);
        add_group(row, db_get_text(rows, name));
        add_bar(row, first, db_get_int(rows, name + 1));
    }
    return rows && db_rows_ok(rows);
}

static bool read_all(Reading *reading, GError **error)
{
    return read_individual(reading, error) && read_members(reading, error);
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

/* Accounts between whom and this user any lead went. */
static GHashTable *read_parties(Cache *cache, GError **error)
{
    GHashTable *parties = g_hash_table_new_full(uuid_hash, uuid_equal_func, g_free, NULL);
    g_autoptr(DbRows) rows = db_query(cache->db, error, "SELECT DISTINCT party FROM party_counter");
    while (rows && db_next(rows, error)) {
        Uuid party = db_get_uuid(rows, 0);
        g_hash_table_add(parties, g_memdup2(&party, sizeof party));
    }
    if (rows && db_rows_ok(rows))
        return parties;
    g_hash_table_unref(parties);
    return NULL;
}

static bool read_figures(Reading *reading, PartnerRow *row, GError **error)
{
    return cache_give_take(reading->cache, &row->partner.account, reading->query->since, &row->sum,
                           error) &&
           read_last(reading, row, BOX_SENT, &row->last_gave_at, error) &&
           read_last(reading, row, BOX_INBOX, &row->last_took_at, error);
}

static bool finish(Reading *reading, GError **error)
{
    g_autoptr(GHashTable) parties = read_parties(reading->cache, error);
    for (guint i = 0; parties && i < reading->rows->len; i++) {
        PartnerRow *row = reading->rows->pdata[i];
        if (g_hash_table_contains(parties, &row->partner.account) &&
            !read_figures(reading, row, error))
            return false;
        gint64 alive = MAX(partner_last_at(row), row->partner.since);
        row->dormant = alive < reading->query->now - PARTNER_DORMANT;
        row->low_giver = row->sum.gave >= LOW_GIVER && row->sum.took == 0;
    }
    return parties != NULL;
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

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static bool has_text(const PartnerRow *row, const TextWords *words)
{
    const Partner *partner = &row->partner;
    if (!words)
        return true;
    const char *const texts[] = { partner->name, partner->company_name,
                                  business_type_label(partner->business_type), partner->email,
                                  row->groups };
    return text_words_in(words, texts, G_N_ELEMENTS(texts));
}

/* What is looked for in many rows. */
typedef struct Wanted {
    const PartnerQuery *query;
    TextWords *text, *trade;
} Wanted;

static Wanted wanted_of(const PartnerQuery *query)
{
    return (Wanted){ query, text_words_new(query->text), text_words_new(query->trade) };
}

static void wanted_clear(Wanted *wanted)
{
    text_words_free(wanted->text);
    text_words_free(wanted->trade);
}

static bool fits(const PartnerRow *row, const Wanted *wanted)
{
    const char *trade = wanted->trade ? business_type_label(row->partner.business_type) : NULL;
    return stands(row, wanted->query->standing) && has_text(row, wanted->text) &&
           text_words_in(wanted->trade, &trade, 1);
}

bool partner_row_fits(const PartnerRow *row, const PartnerQuery *query)
{
    Wanted wanted = wanted_of(query);
    bool does = fits(row, &wanted);
    wanted_clear(&wanted);
    return does;
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
    if (a->row->via != b->row->via)
        return a->row->via < b->row->via ? -1 : 1;
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

static Sortable sortable_of(PartnerRow *row, const PartnerQuery *query)
{
    const char *trade = query->sort == PARTNERS_BY_TRADE
                            ? business_type_label(row->partner.business_type)
                            : NULL;
    return (Sortable){ row, text_name_key(or_empty(row->partner.name)),
                       trade ? text_name_key(trade) : NULL };
}

static GPtrArray *sorted(GPtrArray *rows, const PartnerQuery *query)
{
    g_autofree Sortable *sortables = g_new0(Sortable, rows->len);
    GPtrArray *out = g_ptr_array_new_with_free_func(row_free);
    Wanted wanted = wanted_of(query);
    guint n = 0;
    for (guint i = 0; i < rows->len; i++) {
        PartnerRow *row = rows->pdata[i];
        if (fits(row, &wanted))
            sortables[n++] = sortable_of(row, query);
        else
            partner_row_free(row);
    }
    wanted_clear(&wanted);
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
    if (!read_all(&reading, error) || !finish(&reading, error))
        return NULL;
    return sorted(reading.rows, query);
}

static gint by_name(gconstpointer left, gconstpointer right)
{
    const PartnerRow *a = *(PartnerRow *const *)left, *b = *(PartnerRow *const *)right;
    g_autofree char *one = text_name_key(a->partner.name);
    g_autofree char *other = text_name_key(b->partner.name);
    int by = strcmp(one, other);
    return by ? by : memcmp(&a->partner.account, &b->partner.account, sizeof(Uuid));
}

GPtrArray *cache_partners(Cache *cache, const char *text, unsigned limit, GError **error)
{
    g_auto(Reading) reading;
    reading_init(&reading, cache, NULL);
    if (!read_individual(&reading, error))
        return NULL;
    g_ptr_array_sort(reading.rows, by_name);
    if (!read_members(&reading, error)) /* come in that order */
        return NULL;
    g_autoptr(TextWords) words = text_words_new(text);
    GPtrArray *rows = g_ptr_array_new_with_free_func(row_free);
    for (guint i = 0; i < reading.rows->len && rows->len < limit; i++) {
        PartnerRow *row = reading.rows->pdata[i];
        if (!has_text(row, words))
            continue;
        g_ptr_array_add(rows, row);
        reading.rows->pdata[i] = NULL;
    }
    return rows;
}

static bool read_one(Reading *reading, const Uuid *account, GError **error)
{
    Cache *cache = reading->cache;
    bool individual = false;
    g_autoptr(DbRows) rows = db_query(cache->db, error, cache->select_partner, db_uuid(account));
    if (!rows || !cache_is_connected(cache, account, &individual, error))
        return false;
    if (db_next(rows, error))
        add_row(reading, rows, individual ? VIA_INDIVIDUAL : VIA_GROUP);
    return db_rows_ok(rows);
}

static bool read_groups_of(Reading *reading, PartnerRow *row, GError **error)
{
    g_autoptr(DbRows) rows = db_query(reading->cache->db, error,
                                      "SELECT g.name, m.unreferrable_until FROM member m CROSS "
                                      "JOIN leads_group g WHERE m.account = $1 AND g.scope ="
                                      " m.scope AND g.id = m.scope ORDER BY g.name_key",
                                      db_uuid(&row->partner.account));
    for (bool first = true; rows && db_next(rows, error); first = false) {
        add_group(row, db_get_text(rows, 0));
        add_bar(row, first, db_get_int(rows, 1));
    }
    return rows && db_rows_ok(rows);
}

PartnerRow *cache_partner_row(Cache *cache, const Uuid *account, const PartnerQuery *query,
                              GError **error)
{
    g_auto(Reading) reading;
    reading_init(&reading, cache, query);
    if (!read_one(&reading, account, error))
        return NULL;
    if (reading.rows->len == 0) {
        problem_set(error, PROBLEM_NOT_FOUND, "there is no such partner here");
        return NULL;
    }
    if (!read_groups_of(&reading, reading.rows->pdata[0], error) || !finish(&reading, error))
        return NULL;
    return g_ptr_array_steal_index(reading.rows, 0);
}

bool cache_is_connected(Cache *cache, const Uuid *account, bool *is, GError **error)
{
    gint64 n = 0;
    bool ok = db_get_one_int(cache->db, error, &n,
                             "SELECT count(*) FROM partner WHERE account = $1", db_uuid(account));
    *is = n > 0;
    return ok;
}

char *cache_same_trade(Cache *cache, const Partner *partner, GError **error)
{
    if (!partner->business_type)
        return NULL;
    g_autoptr(DbRows) rows = db_query(
        cache->db, error,
        "SELECT name FROM partner WHERE business_type = $1 AND account <> $2 ORDER BY name LIMIT 1",
        db_text(partner->business_type), db_uuid(&partner->account));
    return rows && db_next(rows, error) ? g_strdup(db_get_text(rows, 0)) : NULL;
}

bool cache_partner_count(Cache *cache, gint64 *n, GError **error)
{
    return db_get_one_int(cache->db, error, n, "SELECT count(*) FROM partner");
}
