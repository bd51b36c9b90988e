/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/cache.h"

#include <string.h>

#include "base/text.h"
#include "client/cache_row.h"
#include "client/label.h"
#include "client/schema.h"
#include "db/row.h"

struct Cache {
    Db *db;
    const char *select_referral, *select_server, *select_notes, *select_partners, *select_partner,
        *select_account;
};

static Db *connect_to_read(const char *path, GError **error)
{
    g_autoptr(Db) db = cache_connect(path, false, error);
    gint64 version = 0, newest = 0;
    if (!db || !db_version(db, &version, error))
        return NULL;
    for (const EmbeddedText *file = schema_cache; file->name; file++)
        newest = g_ascii_strtoll(file->name, NULL, 10);
    if (version == newest)
        return g_steal_pointer(&db);
    problem_set(error, version > newest ? PROBLEM_DATABASE_NEWER : PROBLEM_NOT_FOUND,
                "%s is of another version of this program", path);
    return NULL;
}

bool cache_reopen(Cache *cache, const char *path, GError **error)
{
    Db *db = connect_to_read(path, error);
    if (!db)
        return false;
    db_close(cache->db);
    cache->db = db;
    return true;
}

bool cache_is_damaged(const Cache *cache)
{
    return db_is_damaged(cache->db);
}

Cache *cache_open(const char *path, GError **error)
{
    Db *db = connect_to_read(path, error);
    if (!db)
        return NULL;
    Cache *cache = g_new0(Cache, 1);
    cache->db = db;
    cache->select_referral = db_intern("SELECT %s FROM referral WHERE id = $1",
                                       row_columns(&referral_fields, NULL));
    cache->select_server = db_intern(
        "SELECT %s FROM referral_base WHERE id = $1 UNION ALL SELECT %s FROM referral WHERE "
        "id = $1 AND local = 0 LIMIT 1",
        row_columns(&referral_fields, NULL), row_columns(&referral_fields, NULL));
    cache->select_notes = db_intern(
        "SELECT %s FROM note WHERE referral = $1 ORDER BY created_at, id",
        row_columns(&note_fields, NULL));
    cache->select_partners = db_intern("SELECT %s FROM partner ORDER BY name",
                                       row_columns(&partner_fields, NULL));
    cache->select_partner = db_intern("SELECT %s FROM partner WHERE account = $1",
                                      row_columns(&partner_fields, NULL));
    cache->select_account = db_intern("SELECT %s FROM account", row_columns(&account_fields, NULL));
    return cache;
}

void cache_close(Cache *cache)
{
    if (!cache)
        return;
    db_close(cache->db);
    g_free(cache);
}

/* ---- lists: every source is an index that ends in n, so a window costs what it returns */

/* Those from SOURCE_STATE on have a key of their own ($9). */
typedef enum Source { SOURCE_BOX, SOURCE_WAITING, SOURCE_STATE, SOURCE_PARTY, SOURCE_TEXT } Source;

#define LIST_COLUMNS                                                                               \
    "r.n, r.id, r.state, r.verdict, r.pending, r.competing, r.sent_at, "                           \
    "CASE r.box WHEN 2 THEN r.to_name ELSE r.from_name END, r.lead_contact_first_name, "           \
    "r.lead_contact_last_name, r.lead_contact_company_name, r.lead_contact_email, "                \
    "r.lead_contact_phone_1, r.lead_need"

#define FROM_BOX "referral r INDEXED BY referral_box WHERE r.box = $1"
#define FROM_WAITING "referral r INDEXED BY referral_waiting WHERE r.box = $1 AND r.waiting = 1"
#define FROM_STATE "referral r INDEXED BY referral_state WHERE r.box = $1 AND r.state = $9"
#define FROM_PARTY "referral r INDEXED BY referral_party WHERE r.party = $9 AND r.box = $1"
#define FROM_TEXT "lead_words CROSS JOIN referral r ON r.n = lead_words.rowid " WHERE_WORDS
/* The lowest bit of a row number is the box (order_of()). */
#define WHERE_WORDS "WHERE lead_words MATCH $9 AND (lead_words.rowid & 1) = ($1 = 2)"

/* What the source itself does not decide; a condition that is off reads no column. */
#define OTHERS                                                                                     \
    " AND ($2 = 0 OR (($2 >> r.state) & 1) = 1) AND ($3 = 0 OR r.verdict = $3) "                   \
    "AND ($7 = 0 OR r.waiting = 1) AND ($8 IS NULL OR r.party = $8) "
#define BY_N " AND r.n > $4 AND r.n < $5" OTHERS
#define BY_ROWID " AND lead_words.rowid > $4 AND lead_words.rowid < $5" OTHERS

#define LIST(from, bounds, key, order)                                                             \
    "SELECT " LIST_COLUMNS " FROM " from bounds "ORDER BY " key " " order " LIMIT $6"
#define COUNT(from, bounds) "SELECT count(*) FROM (SELECT 1 FROM " from bounds "LIMIT $6)"

static const struct {
    const char *older, *newer, *count;
} list_sql[] = {
    [SOURCE_BOX] = { LIST(FROM_BOX, BY_N, "r.n", "DESC"), LIST(FROM_BOX, BY_N, "r.n", "ASC"),
                     COUNT(FROM_BOX, BY_N) },
    [SOURCE_WAITING] = { LIST(FROM_WAITING, BY_N, "r.n", "DESC"),
                         LIST(FROM_WAITING, BY_N, "r.n", "ASC"), COUNT(FROM_WAITING, BY_N) },
    [SOURCE_STATE] = { LIST(FROM_STATE, BY_N, "r.n", "DESC"), LIST(FROM_STATE, BY_N, "r.n", "ASC"),
                       COUNT(FROM_STATE, BY_N) },
    [SOURCE_PARTY] = { LIST(FROM_PARTY, BY_N, "r.n", "DESC"), LIST(FROM_PARTY, BY_N, "r.n", "ASC"),
                       COUNT(FROM_PARTY, BY_N) },
    [SOURCE_TEXT] = { LIST(FROM_TEXT, BY_ROWID, "lead_words.rowid", "DESC"),
                      LIST(FROM_TEXT, BY_ROWID, "lead_words.rowid", "ASC"),
                      COUNT(FROM_TEXT, BY_ROWID) },
};

/* One index walk: a query is one or several of them (one for each box and, without a better index, each state). */
typedef struct Walk {
    const LeadQuery *query;
    Source source;
    ReferralBox box;
    int state;
    char *match;
    gint64 low, high; /* n in (low, high) */
} Walk;

typedef bool (*WalkFunc)(Cache *cache, const Walk *walk, gpointer data, GError **error);

#define ALL_STATES ((1u << (REFERRAL_WITHDRAWN + 1)) - 2)

static bool each_state(Cache *cache, Walk *walk, WalkFunc func, gpointer data, GError **error)
{
    if (walk->source != SOURCE_BOX || walk->query->states == 0 ||
        (walk->query->states & ALL_STATES) == ALL_STATES)
        return func(cache, walk, data, error);
    walk->source = SOURCE_STATE;
    for (int state = REFERRAL_SENT; state <= REFERRAL_WITHDRAWN; state++) {
        walk->state = state;
        if ((walk->query->states & (1u << state)) && !func(cache, walk, data, error))
            return false;
    }
    return true;
}

static bool each_walk(Cache *cache, const LeadQuery *query, gint64 low, gint64 high, WalkFunc func,
                      gpointer data, GError **error)
{
    g_autofree char *match = query->text ? lead_match(query->text) : NULL;
    Source source = match                          ? SOURCE_TEXT
                    : query->waiting               ? SOURCE_WAITING
                    : uuid_is_nil(&query->partner) ? SOURCE_BOX
                                                   : SOURCE_PARTY;
    if (query->from)
        low = MAX(low, order_of_time(query->from) - 1);
    if (query->to)
        high = MIN(high, order_of_time(query->to));
    for (int box = BOX_INBOX; box <= BOX_SENT; box++) {
        if (query->box && (int)query->box != box)
            continue;
        Walk walk = { query, source, box, 0, match, low, high };
        if (!each_state(cache, &walk, func, data, error))
            return false;
    }
    return true;
}

static DbRows *walk_run(Cache *cache, const Walk *walk, const char *sql, gint64 limit,
                        GError **error)
{
    const LeadQuery *query = walk->query;
    const DbValue values[] = {
        db_int(walk->box),
        db_int(query->states),
        db_int(query->verdict),
        db_int(walk->low),
        db_int(walk->high),
        db_int(limit),
        db_int(query->waiting),
        db_uuid(&query->partner),
        walk->source == SOURCE_TEXT    ? db_text(walk->match)
        : walk->source == SOURCE_PARTY ? db_uuid(&query->partner)
                                       : db_int(walk->state),
    };
    bool keyed = walk->source >= SOURCE_STATE;
    return db_query_values(cache->db, error, sql, values, G_N_ELEMENTS(values) - !keyed);
}

/* n of a place; where it would be when its lead has gone. */
static gint64 place_of(Cache *cache, const LeadPos *pos)
{
    gint64 n = 0;
    if (db_get_one_int(cache->db, NULL, &n, "SELECT n FROM referral WHERE id = $1",
                       db_uuid(&pos->id)))
        return n;
    return order_of(pos->sent_at, &pos->id, BOX_INBOX);
}

static void lead_row_free(gpointer data)
{
    LeadRow *row = data;
    g_free(row->party);
    g_free(row->client);
    g_free(row->need);
    g_free(row);
}

static char *clean_or_same(char *text)
{
    if (text_is_clean(text, TEXT_LINE))
        return text;
    char *clean = text_clean(text, -1, TEXT_LINE);
    g_free(text);
    return clean;
}

static char *column_clean(const DbRows *rows, int column)
{
    const char *text = db_get_text(rows, column);
    return text ? text_clean(text, -1, TEXT_LINE) : g_strdup("");
}

static LeadRow *read_lead_row(const DbRows *rows)
{
    LeadRow *row = g_new0(LeadRow, 1);
    row->n = db_get_int(rows, 0);
    row->id = db_get_uuid(rows, 1);
    row->state = (ReferralState)db_get_int(rows, 2);
    row->verdict = (ReferralVerdict)db_get_int(rows, 3);
    row->pending = db_get_int(rows, 4);
    row->competing = db_get_int(rows, 5);
    row->sent_at = db_get_int(rows, 6);
    row->party = column_clean(rows, 7);
    /* Borrowed for the length of one call: contact_display_name() takes nothing over. */
    const Contact contact = {
        .first_name = (char *)db_get_text(rows, 8),
        .last_name = (char *)db_get_text(rows, 9),
        .company_name = (char *)db_get_text(rows, 10),
        .email = (char *)db_get_text(rows, 11),
        .phone_1 = (char *)db_get_text(rows, 12),
    };
    row->client = clean_or_same(contact_display_name(&contact));
    row->need = column_clean(rows, 13);
    return row;
}

typedef struct Listing {
    GPtrArray *rows;
    bool older;
    unsigned limit;
} Listing;

static bool list_walk(Cache *cache, const Walk *walk, gpointer data, GError **error)
{
    Listing *listing = data;
    const char *sql = listing->older ? list_sql[walk->source].older : list_sql[walk->source].newer;
    g_autoptr(DbRows) rows = walk_run(cache, walk, sql, listing->limit, error);
    while (rows && db_next(rows, error))
        g_ptr_array_add(listing->rows, read_lead_row(rows));
    return rows && db_rows_ok(rows);
}

static int newest_first(gconstpointer a, gconstpointer b)
{
    const LeadRow *x = *(LeadRow *const *)a, *y = *(LeadRow *const *)b;
    return x->n > y->n ? -1 : x->n < y->n;
}

GPtrArray *cache_leads(Cache *cache, const LeadQuery *query, const LeadPos *pos, bool older,
                       unsigned limit, GError **error)
{
    gint64 low = -1, high = G_MAXINT64;
    if (pos && older)
        high = place_of(cache, pos);
    else if (pos)
        low = place_of(cache, pos);
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(lead_row_free);
    Listing listing = { rows, older, limit };
    if (!each_walk(cache, query, low, high, list_walk, &listing, error))
        return NULL;
    g_ptr_array_sort(rows, newest_first);
    /* Several walks bring more than asked for: the far end goes. */
    if (rows->len > limit && older)
        g_ptr_array_remove_range(rows, limit, rows->len - limit);
    else if (rows->len > limit)
        g_ptr_array_remove_range(rows, 0, rows->len - limit);
    return g_steal_pointer(&rows);
}

bool cache_next_waiting(Cache *cache, const LeadQuery *query, const LeadPos *pos, bool older,
                        LeadPos *out, GError **error)
{
    LeadQuery waiting = *query;
    waiting.waiting = true;
    g_autoptr(GPtrArray) rows = cache_leads(cache, &waiting, pos, older, 1, error);
    if (!rows || rows->len == 0)
        return false;
    const LeadRow *row = g_ptr_array_index(rows, 0);
    *out = (LeadPos){ row->sent_at, row->id };
    return true;
}

/* ---- counting */

typedef struct Counting {
    gint64 limit, n;
} Counting;

/* Where only words and box are asked for, the search index alone answers, and no row is read. */
static DbRows *count_words(Cache *cache, const Walk *walk, gint64 limit, GError **error)
{
    return db_query(cache->db, error,
                    "SELECT count(*) FROM (SELECT 1 FROM lead_words WHERE lead_words MATCH $1 "
                    "AND rowid > $2 AND rowid < $3 AND (rowid & 1) = ($4 = 2) LIMIT $5)",
                    db_text(walk->match), db_int(walk->low), db_int(walk->high), db_int(walk->box),
                    db_int(limit));
}

static bool count_walk(Cache *cache, const Walk *walk, gpointer data, GError **error)
{
    Counting *counting = data;
    const LeadQuery *query = walk->query;
    bool words_only = walk->source == SOURCE_TEXT && !query->states && !query->verdict &&
                      !query->waiting && uuid_is_nil(&query->partner);
    g_autoptr(DbRows) rows = words_only ? count_words(cache, walk, counting->limit, error)
                                        : walk_run(cache, walk, list_sql[walk->source].count,
                                                   counting->limit, error);
    if (!rows || !db_next(rows, error))
        return false;
    counting->n += db_get_int(rows, 0);
    return true;
}

static bool is_counted(const LeadQuery *query)
{
    return !query->text && uuid_is_nil(&query->partner) && !query->from && !query->to;
}

bool cache_count(Cache *cache, const LeadQuery *query, gint64 *n, GError **error)
{
    if (is_counted(query))
        return db_get_one_int(
            cache->db, error, n,
            "SELECT coalesce(sum(n), 0) FROM counter WHERE ($1 = 0 OR box = $1) "
            "AND ($2 = 0 OR (($2 >> state) & 1) = 1) AND ($3 = 0 OR verdict = $3) "
            "AND ($4 = 0 OR waiting = 1)",
            db_int(query->box), db_int(query->states), db_int(query->verdict),
            db_int(query->waiting));
    Counting counting = { query->text ? CACHE_COUNT_MAX : G_MAXINT64, 0 };
    if (!each_walk(cache, query, -1, G_MAXINT64, count_walk, &counting, error))
        return false;
    *n = counting.n;
    return true;
}

/* Counted from whichever end is nearer: twice as far each time, both ways, until one end is reached. */
bool cache_rank(Cache *cache, const LeadQuery *query, const LeadPos *pos, gint64 *n, GError **error)
{
    gint64 place = place_of(cache, pos);
    gint64 total = 0;
    if (is_counted(query) && !cache_count(cache, query, &total, error))
        return false;
    for (gint64 limit = is_counted(query) ? 512 : G_MAXINT64;;
         limit = limit > G_MAXINT64 / 4 ? G_MAXINT64 : limit * 4) {
        Counting newer = { limit, 0 }, older = { limit, 0 };
        if (!each_walk(cache, query, place, G_MAXINT64, count_walk, &newer, error))
            return false;
        if (newer.n < limit) {
            *n = newer.n;
            return true;
        }
        /* From the place on, itself included. */
        if (!each_walk(cache, query, -1, place + 1, count_walk, &older, error))
            return false;
        if (older.n < limit) {
            *n = total - older.n;
            return true;
        }
    }
}

bool cache_counts(Cache *cache, LeadCounts *counts, GError **error)
{
    *counts = (LeadCounts){ 0 };
    g_autoptr(DbRows)
        rows = db_query(cache->db, error, "SELECT box, state, waiting, n FROM counter");
    while (rows && db_next(rows, error)) {
        gint64 n = db_get_int(rows, 3);
        bool inbox = db_get_int(rows, 0) == BOX_INBOX, waiting = db_get_int(rows, 2);
        if (inbox) {
            counts->inbox += n;
            counts->inbox_waiting += waiting ? n : 0;
            counts->inbox_new += db_get_int(rows, 1) == REFERRAL_SENT ? n : 0;
        } else {
            counts->sent += n;
            counts->sent_waiting += waiting ? n : 0;
        }
    }
    return rows && db_rows_ok(rows);
}

/* Whole spans from their counters, the beginning of the first one from the index: as many steps for many leads as for few. */
bool cache_give_take(Cache *cache, const Uuid *account, gint64 since, GiveTake *out, GError **error)
{
    *out = (GiveTake){ 0 };
    gint64 span = (MAX(since, 0) + ORDER_SPAN - 1) / ORDER_SPAN;
    g_autoptr(DbRows) rows = db_query(
        cache->db, error,
        "SELECT box, state, verdict, count(*) FROM referral INDEXED BY referral_party "
        "WHERE party = $1 AND n >= $2 AND n < $3 GROUP BY box, state, verdict UNION ALL "
        "SELECT box, state, verdict, sum(n) FROM party_counter WHERE party = $1 AND span >= $4 "
        "GROUP BY box, state, verdict",
        db_uuid(account), db_int(order_of_time(since)), db_int(order_of_time(span * ORDER_SPAN)),
        db_int(span));
    while (rows && db_next(rows, error))
        give_take_add(out, (ReferralBox)db_get_int(rows, 0), (ReferralState)db_get_int(rows, 1),
                      (ReferralVerdict)db_get_int(rows, 2), db_get_int(rows, 3));
    return rows && db_rows_ok(rows);
}

/* ---- single objects */

/* Reads the one row of a query into an object of the table. */
static bool read_one(DbRows *from, const FieldTable *table, void *out, GError **error)
{
    g_autoptr(DbRows) rows = from;
    if (!rows || !db_next(rows, error)) {
        if (rows && db_rows_ok(rows))
            problem_set(error, PROBLEM_NOT_FOUND, "there is no such %s here", table->name);
        return false;
    }
    row_read(rows, 0, table, out, ROW_COPY);
    return true;
}

bool cache_referral(Cache *cache, const Uuid *id, Referral *out, GError **error)
{
    return read_one(db_query(cache->db, error, cache->select_referral, db_uuid(id)),
                    &referral_fields, out, error);
}

bool cache_server_referral(Cache *cache, const Uuid *id, Referral *out, GError **error)
{
    return read_one(db_query(cache->db, error, cache->select_server, db_uuid(id)), &referral_fields,
                    out, error);
}

gint64 cache_note_rev(Cache *cache, const Uuid *note)
{
    gint64 rev = 0;
    if (!db_get_one_int(
            cache->db, NULL, &rev,
            "SELECT coalesce((SELECT rev FROM note_base WHERE id = $1), (SELECT rev FROM "
            "note WHERE id = $1 AND local = 0), 0)",
            db_uuid(note)))
        return 0;
    return rev;
}

bool cache_partner(Cache *cache, const Uuid *account, Partner *out, GError **error)
{
    return read_one(db_query(cache->db, error, cache->select_partner, db_uuid(account)),
                    &partner_fields, out, error);
}

GArray *cache_arrivals(Cache *cache, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(Uuid));
    g_autoptr(DbRows) rows = db_query(
        cache->db, error,
        "SELECT a.id FROM arrival a JOIN referral r ON r.id = a.id WHERE r.box = 1 AND r.state = 1 "
        "ORDER BY r.n");
    while (rows && db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0);
        g_array_append_val(ids, id);
    }
    return rows && db_rows_ok(rows) ? g_steal_pointer(&ids) : NULL;
}

bool cache_account(Cache *cache, Account *out, GError **error)
{
    return read_one(db_query(cache->db, error, cache->select_account), &account_fields, out, error);
}

bool cache_check(Cache *cache, GError **error)
{
    return db_is_sound(cache->db, error);
}

gint64 cache_synced_at(Cache *cache)
{
    gint64 at = 0;
    if (!db_get_one_int(cache->db, NULL, &at,
                        "SELECT coalesce(min(synced_at), 0) FROM feed WHERE complete = 1"))
        return 0;
    return at;
}

static void note_free(gpointer note)
{
    fields_clear(&note_fields, note);
    g_free(note);
}

GPtrArray *cache_notes(Cache *cache, const Uuid *referral, GError **error)
{
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(note_free);
    g_autoptr(DbRows) rows = db_query(cache->db, error, cache->select_notes, db_uuid(referral));
    while (rows && db_next(rows, error)) {
        Note *note = g_new0(Note, 1);
        row_read(rows, 0, &note_fields, note, ROW_COPY);
        g_ptr_array_add(notes, note);
    }
    if (!rows || !db_rows_ok(rows))
        return NULL;
    return g_steal_pointer(&notes);
}

static void partner_free(gpointer partner)
{
    fields_clear(&partner_fields, partner);
    g_free(partner);
}

/* Every word of text starts a word of the partner's names. */
static bool partner_matches(const Partner *partner, const char *text)
{
    g_autofree char *all = g_strjoin(" ", partner->name ? partner->name : "",
                                     partner->company_name ? partner->company_name : "", NULL);
    return g_str_match_string(text, all, TRUE);
}

GPtrArray *cache_partners(Cache *cache, const char *text, unsigned limit, GError **error)
{
    g_autoptr(GPtrArray) partners = g_ptr_array_new_with_free_func(partner_free);
    g_autoptr(DbRows) rows = db_query(cache->db, error, cache->select_partners);
    while (partners->len < limit && rows && db_next(rows, error)) {
        Partner *partner = g_new0(Partner, 1);
        row_read(rows, 0, &partner_fields, partner, ROW_COPY);
        if (!text || !*text || partner_matches(partner, text))
            g_ptr_array_add(partners, partner);
        else
            partner_free(partner);
    }
    if (!rows || (partners->len < limit && !db_rows_ok(rows)))
        return NULL;
    return g_steal_pointer(&partners);
}

/* ---- short ids */

#define CANDIDATES 6 /* named at most; one more is asked for, to know whether there are more */

typedef struct Found {
    Uuid ids[2 * (CANDIDATES + 1)];
    unsigned n;
} Found;

static bool found_has(const Found *found, const Uuid *id)
{
    for (unsigned i = 0; i < found->n; i++)
        if (uuid_equal(&found->ids[i], id))
            return true;
    return false;
}

static bool found_add(DbRows *from, Found *found, GError **error)
{
    g_autoptr(DbRows) rows = from;
    while (rows && db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0);
        if (!found_has(found, &id))
            found->ids[found->n++] = id;
    }
    return rows && db_rows_ok(rows);
}

/* "0192ab" -> the range of ids that start so. */
static bool hex_range(const char *text, Uuid *low, Uuid *high)
{
    memset(low, 0, sizeof *low);
    memset(high, 0xff, sizeof *high);
    int digits = 0;
    for (; *text; text++) {
        if (*text == '-')
            continue;
        int value = g_ascii_xdigit_value(*text);
        if (value < 0 || digits == 32)
            return false;
        guint8 *l = &low->bytes[digits / 2], *h = &high->bytes[digits / 2];
        *l |= (guint8)(digits % 2 ? value : value << 4);
        *h = digits % 2 ? *l : (guint8)(value << 4 | 0x0f);
        digits++;
    }
    return digits >= 4;
}

static bool several(const Found *found, const char *shown, GError **error)
{
    char id[UUID_TEXT_SIZE];
    g_autoptr(GString) names = g_string_new(NULL);
    for (unsigned i = 0; i < MIN(found->n, CANDIDATES); i++)
        g_string_append_printf(names, "%s%s", i ? ", " : "", uuid_format(&found->ids[i], id));
    return problem_set(error, PROBLEM_BAD_INPUT, "several leads are called %s: %s%s", shown,
                       names->str, found->n > CANDIDATES ? ", ..." : "");
}

bool cache_resolve(Cache *cache, const char *prefix, Uuid *out, GError **error)
{
    Found found = { 0 };
    gint64 label = 0;
    Uuid low, high;
    if (lead_label_parse(prefix, &label) &&
        !found_add(db_query(cache->db, error, "SELECT id FROM referral WHERE label = $1 LIMIT 7",
                            db_int(label)),
                   &found, error))
        return false;
    if (hex_range(prefix, &low, &high) &&
        !found_add(db_query(cache->db, error,
                            "SELECT id FROM referral WHERE id >= $1 AND id <= $2 LIMIT 7",
                            db_bytes(low.bytes, sizeof low.bytes),
                            db_bytes(high.bytes, sizeof high.bytes)),
                   &found, error))
        return false;
    g_autofree char *shown = text_clean(prefix, -1, TEXT_LINE);
    if (found.n == 0)
        return problem_set(error, PROBLEM_NOT_FOUND, "there is no lead %s here", shown);
    if (found.n > 1)
        return several(&found, shown, error);
    *out = found.ids[0];
    return true;
}
