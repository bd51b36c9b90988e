/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lists: windows over indexes. A list is walked stage by stage (ordered by state or partner, one for each), in a stage branch by
 * branch, and each walk is one statement whose source is an index that has the order wanted, or that leads to few rows.
 */
#include "client/cache.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "client/cache_plan.h"
#include "client/cache_private.h"

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

/* ---- sources: all decide the box, whose number follows */

typedef enum Source {
    SOURCE_BOX,
    SOURCE_STANDING, /* one walk for each */
    SOURCE_PARTY,
    SOURCE_TEXT,
    SOURCE_WORDS, /* TEXT that only counts, and reads no row */
    SOURCE_UNSENT,
    SOURCE_TAGGED,
    SOURCE_WORTH,
    SOURCE_CLIENT,
} Source;

static const char *const source_sql[] = {
    [SOURCE_BOX] = "referral r INDEXED BY referral_box WHERE r.box = ",
    [SOURCE_STANDING] = "referral r INDEXED BY referral_standing WHERE r.box = ",
    [SOURCE_PARTY] = "referral r INDEXED BY referral_party WHERE r.box = ",
    /* The lowest bit of a row number is the box (order_of()). */
    [SOURCE_TEXT] = "lead_words CROSS JOIN referral r ON r.n = lead_words.rowid "
                    "WHERE 1 + (lead_words.rowid & 1) = ",
    [SOURCE_WORDS] = "lead_words WHERE 1 + (lead_words.rowid & 1) = ",
    [SOURCE_UNSENT] = "referral r INDEXED BY referral_pending WHERE r.pending = 1 AND r.box = ",
    [SOURCE_TAGGED] = "referral r INDEXED BY referral_id WHERE r.box = ",
    [SOURCE_WORTH] = "referral r INDEXED BY referral_worth WHERE r.box = ",
    [SOURCE_CLIENT] = "referral r INDEXED BY referral_client WHERE r.box = ",
};
G_STATIC_ASSERT(BOX_INBOX == 1 && BOX_SENT == 2);

#define LIST_COLUMNS                                                                               \
    "SELECT r.n, r.id, r.state, r.verdict, r.pending, r.competing, r.sent_at, "                    \
    "CASE r.box WHEN 2 THEN r.to_name ELSE r.from_name END, r.lead_contact_first_name, "           \
    "r.lead_contact_last_name, r.lead_contact_company_name, r.lead_contact_email, "                \
    "r.lead_contact_phone_1, r.lead_need, r.standing, r.worth, r.party, r.client_key FROM "

/* ---- what is asked for */

typedef struct CacheParty {
    Uuid id;
    char name[LEAD_KEY_SIZE];
} CacheParty;

typedef struct Place {
    gint64 n;
    LeadKey key;
} Place;

/* A stretch of the list, of which the place (if any) cuts off a part. */
typedef struct Stage {
    int standing;            /* -1: of all */
    const CacheParty *party; /* NULL: of all */
    enum {
        CUT_NONE,
        CUT_AT_N,
        CUT_TIES,  /* only those with the key of the place, from its n on */
        CUT_BEYOND /* only those with another key, on the side that is asked for */
    } cut;
} Stage;

typedef struct Request {
    Cache *cache;
    const LeadQuery *query;
    const Place *place; /* NULL: from the end */
    bool after;         /* in the order that is not reversed */
    bool inclusive;     /* the place itself counts too */
    gint64 max;
    GPtrArray *rows;  /* NULL: only counted */
    gint64 n;         /* counted */
    GString *explain; /* NULL: really */
} Request;

static bool is_by_key(LeadSort sort)
{
    return sort == SORT_CLIENT || sort == SORT_VALUE;
}

/* ---- one walk */

static const char *n_column(Source source)
{
    return source == SOURCE_TEXT || source == SOURCE_WORDS ? "lead_words.rowid" : "r.n";
}

static bool is_descending(const Request *request)
{
    return (request->query->sort != SORT_CLIENT) == request->after;
}

static void put_bounds(Statement *statement, const Request *request, const Branch *branch,
                       const Stage *stage, const char *column)
{
    gint64 low = branch->low, high = branch->high;
    if (stage->cut == CUT_AT_N || stage->cut == CUT_TIES) {
        gint64 n = request->place->n, own = request->inclusive;
        if (is_descending(request))
            high = MIN(high, n + own);
        else
            low = MAX(low, n - own);
    }
    if (low >= 0) {
        g_string_append_printf(statement->sql, " AND %s > ", column);
        statement_value(statement, db_int(low));
    }
    if (high < G_MAXINT64) {
        g_string_append_printf(statement->sql, " AND %s < ", column);
        statement_value(statement, db_int(high));
    }
}

static void put_key(Statement *statement, const Request *request, const Stage *stage)
{
    if (stage->cut != CUT_TIES && stage->cut != CUT_BEYOND)
        return;
    bool by_client = request->query->sort == SORT_CLIENT;
    const LeadKey *key = &request->place->key;
    g_string_append_printf(statement->sql, " AND %s %s ", by_client ? "r.client_key" : "r.worth",
                           stage->cut == CUT_TIES   ? "="
                           : is_descending(request) ? "<"
                                                    : ">");
    statement_value(statement, by_client ? db_text(key->client) : db_int(key->worth));
}

static void put_match(Statement *statement, Source source, const Branch *branch)
{
    if (branch->match->len == 0)
        return;
    bool walked = source == SOURCE_TEXT || source == SOURCE_WORDS;
    statement_put(statement, walked ? " AND lead_words MATCH "
                                    : " AND r.n IN (SELECT rowid FROM lead_words WHERE lead_words "
                                      "MATCH ");
    statement_value(statement, db_text(branch->match->str));
    statement_put(statement, walked ? "" : ")");
}

static void put_party(Statement *statement, const Uuid *party)
{
    if (uuid_is_nil(party))
        return;
    statement_put(statement, " AND r.party = ");
    statement_value(statement, db_uuid(party));
}

/* FROM and WHERE of a walk. */
static void put_source(Statement *statement, const Request *request, ReferralBox box,
                       const Branch *branch, const Stage *stage, Source source, guint64 standings)
{
    statement_put(statement, source_sql[source]);
    statement_value(statement, db_int(box));
    if (source == SOURCE_TAGGED) {
        statement_put(statement, " AND r.id IN (");
        plan_put_tagged(statement, request->query);
        statement_put(statement, ")");
    }
    if ((standings & STANDINGS_ALL) != STANDINGS_ALL) {
        statement_put(statement, " AND ");
        plan_put_standings(statement, standings);
    }
    put_party(statement, &request->query->partner);
    if (stage->party)
        put_party(statement, &stage->party->id);
    put_match(statement, source, branch);
    put_key(statement, request, stage);
    put_bounds(statement, request, branch, stage, n_column(source));
    plan_put_conditions(statement, request->query, box, branch);
}

static void put_order(Statement *statement, const Request *request, Source source)
{
    LeadSort sort = request->query->sort;
    const char *way = is_descending(request) ? "DESC" : "ASC";
    statement_put(statement, " ORDER BY ");
    if (is_by_key(sort))
        g_string_append_printf(statement->sql, "%s %s, ",
                               sort == SORT_CLIENT ? "r.client_key" : "r.worth", way);
    g_string_append_printf(statement->sql, "%s %s", n_column(source), way);
}

static char *column_clean(const DbRows *rows, int column)
{
    const char *text = db_get_text(rows, column);
    return text ? text_clean(text, -1, TEXT_LINE) : g_strdup("");
}

static char *clean_or_same(char *text)
{
    if (text_is_clean(text, TEXT_LINE))
        return text;
    char *clean = text_clean(text, -1, TEXT_LINE);
    g_free(text);
    return clean;
}

static void lead_row_free(gpointer data)
{
    LeadRow *row = data;
    g_free(row->party);
    g_free(row->client);
    g_free(row->need);
    g_free(row);
}

static void copy_key(char key[LEAD_KEY_SIZE], const char *text)
{
    g_strlcpy(key, text ? text : "", LEAD_KEY_SIZE);
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
    row->key.standing = (int)db_get_int(rows, 14);
    row->key.worth = db_get_int(rows, 15);
    row->key.party = db_get_uuid(rows, 16);
    copy_key(row->key.client, db_get_text(rows, 17));
    g_autofree char *name = name_key(row->party);
    copy_key(row->key.party_name, name);
    return row;
}

/* Only words and box are asked for: the search index alone answers, and no row is read. */
static bool is_words_only(const Request *request, const Branch *branch, const Stage *stage)
{
    return !request->rows && (branch->standings & STANDINGS_ALL) == STANDINGS_ALL &&
           uuid_is_nil(&request->query->partner) && !stage->party && stage->standing < 0 &&
           branch->conditions->len == 0 && stage->cut <= CUT_AT_N;
}

static bool walk(Request *request, ReferralBox box, const Branch *branch, const Stage *stage,
                 Source source, guint64 standings, GPtrArray *rows_out, GError **error)
{
    g_auto(Statement) statement;
    statement_init(&statement);
    if (source == SOURCE_TEXT && is_words_only(request, branch, stage))
        source = SOURCE_WORDS;
    /* What a person types has too many shapes to remember them. */
    statement_put(&statement, request->query->limit ? DB_ONCE : "");
    if (request->explain)
        statement_put(&statement, "EXPLAIN QUERY PLAN ");
    statement_put(&statement,
                  request->rows ? LIST_COLUMNS : "SELECT count(*) FROM (SELECT 1 FROM ");
    put_source(&statement, request, box, branch, stage, source, standings);
    if (request->rows)
        put_order(&statement, request, source);
    statement_put(&statement, " LIMIT ");
    statement_value(&statement, db_int(request->rows ? request->max : request->max - request->n));
    if (!request->rows)
        statement_put(&statement, ")");
    g_autoptr(DbRows) rows = statement_query(&statement, request->cache->db, error);
    while (rows && db_next(rows, error)) {
        if (request->explain)
            g_string_append_printf(request->explain, "%s\n", db_get_text(rows, 3));
        else if (request->rows)
            g_ptr_array_add(rows_out, read_lead_row(rows));
        else
            request->n += db_get_int(rows, 0);
    }
    return rows && db_rows_ok(rows);
}

/* ---- which walks */

/* The two that a first full sync begins without (cache_feed.c). */
static bool has_index(Request *request, const char *name)
{
    gint64 n = 0;
    return db_get_one_int(request->cache->db, NULL, &n,
                          "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND name = $1",
                          db_text(name)) &&
           n > 0;
}

static bool few_are_worth(Request *request, ReferralBox box, const Branch *branch)
{
    gint64 n = request->cache->few;
    if (!branch->value || !has_index(request, "referral_worth"))
        return false;
    bool more = branch->value->more;
    return db_get_one_int(request->cache->db, NULL, &n,
                          "SELECT count(*) FROM (SELECT 1 FROM referral INDEXED BY referral_worth "
                          "WHERE box = $1 AND worth > $2 AND worth < $3 LIMIT $4)",
                          db_int(box), db_int(more ? branch->value->number : -1),
                          db_int(more ? G_MAXINT64 : branch->value->number),
                          db_int(request->cache->few)) &&
           n < request->cache->few;
}

static bool count_standings(Cache *cache, ReferralBox box, guint64 standings, gint64 *n,
                            GError **error)
{
    return db_get_one_int(cache->db, error, n,
                          "SELECT coalesce(sum(n), 0) FROM counter WHERE box = $1 AND "
                          "(($2 >> (state * 4 + verdict)) & 1) = 1",
                          db_int(box), db_int((gint64)standings));
}

/* Only a comparison is asked for, and only how many: the index alone answers. */
static bool is_worth_only(Request *request, const Branch *branch)
{
    return !request->rows && branch->value && branch->conditions->len == 1 &&
           !*branch->value->currency && (branch->standings & STANDINGS_ALL) == STANDINGS_ALL &&
           has_index(request, "referral_worth");
}

static Source choose_source(Request *request, ReferralBox box, const Branch *branch,
                            const Stage *stage)
{
    bool by_key = is_by_key(request->query->sort);
    bool staged = stage->party || stage->standing >= 0;
    if (branch->tagged)
        return SOURCE_TAGGED;
    if (branch->unsent)
        return SOURCE_UNSENT;
    if (branch->match->len && !by_key && !staged)
        return SOURCE_TEXT;
    if (!uuid_is_nil(&request->query->partner) || stage->party)
        return SOURCE_PARTY;
    if (by_key) {
        bool by_client = request->query->sort == SORT_CLIENT;
        return !has_index(request, by_client ? "referral_client" : "referral_worth") ? SOURCE_BOX
               : by_client                                                           ? SOURCE_CLIENT
                                                                                     : SOURCE_WORTH;
    }
    if (!staged && (is_worth_only(request, branch) || few_are_worth(request, box, branch)))
        return SOURCE_WORTH;
    bool partial = (branch->standings & STANDINGS_ALL) != STANDINGS_ALL;
    return partial || stage->standing >= 0 ? SOURCE_STANDING : SOURCE_BOX;
}

static bool walk_branch(Request *request, ReferralBox box, const Branch *branch, const Stage *stage,
                        GPtrArray *rows, GError **error)
{
    guint64 standings = branch->standings;
    if (stage->standing >= 0)
        standings &= G_GUINT64_CONSTANT(1) << stage->standing;
    if (!(standings & STANDINGS_ALL))
        return true;
    Source source = choose_source(request, box, branch, stage);
    if (source != SOURCE_STANDING)
        return walk(request, box, branch, stage, source, standings, rows, error);
    for (int i = 0; i <= STANDING_MAX; i++) {
        guint64 one = G_GUINT64_CONSTANT(1) << i;
        if (standings & one & STANDINGS_ALL &&
            !walk(request, box, branch, stage, source, one, rows, error))
            return false;
    }
    return true;
}

/* ---- stages */

static gint compare_parties(gconstpointer a, gconstpointer b)
{
    const CacheParty *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : memcmp(&x->id, &y->id, sizeof x->id);
}

/* What a party is called in its newest lead. */
static bool read_party_name(Cache *cache, CacheParty *party, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        cache->db, error,
        "SELECT CASE box WHEN 2 THEN to_name ELSE from_name END FROM referral INDEXED BY "
        "referral_party WHERE party = $1 ORDER BY n DESC LIMIT 1",
        db_uuid(&party->id));
    if (rows && db_next(rows, error)) {
        g_autofree char *clean = column_clean(rows, 0);
        g_autofree char *name = name_key(clean);
        copy_key(party->name, name);
    }
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
    CacheParty party = { .id = place->key.party };
    if (uuid_equal(&stage->party->id, &party.id))
        return 0;
    copy_key(party.name, place->key.party_name);
    return compare_parties(stage->party, &party);
}

/* Those before the place go, of its own stage the part that is asked for stays. */
static void cut_stages(GArray *stages, const Request *request)
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

/* In the order in which they are walked. */
static GArray *stages_of(Request *request, GError **error)
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
    } else if (is_by_key(sort) && request->place) {
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
    CacheParty x = { .id = a->party }, y = { .id = b->party };
    switch (sort) {
    case SORT_AGE:
        return 0;
    case SORT_STATE:
        return rank_of_standing(a->standing) - rank_of_standing(b->standing);
    case SORT_PARTNER:
        copy_key(x.name, a->party_name);
        copy_key(y.name, b->party_name);
        return compare_parties(&x, &y);
    case SORT_CLIENT:
        return strcmp(a->client, b->client);
    case SORT_VALUE:
        return a->worth > b->worth ? -1 : a->worth < b->worth;
    }
    g_assert_not_reached();
}

static gint compare_rows(const LeadRow *x, const LeadRow *y, LeadSort sort)
{
    int order = compare_keys(&x->key, &y->key, sort);
    int age = x->n > y->n ? -1 : x->n < y->n;
    return order ? order : sort == SORT_CLIENT ? -age : age;
}

static gint by_order(gconstpointer a, gconstpointer b, gpointer data)
{
    return compare_rows(*(LeadRow *const *)a, *(LeadRow *const *)b, GPOINTER_TO_INT(data));
}

/* What the walks of a stage brought joins what is there, in the order of the list; the far end of too many goes. Takes stage
 * over. */
static void join(Request *request, GPtrArray *stage)
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

static bool walk_stage(Request *request, GPtrArray *const plans[], const Stage *stage,
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

static bool is_enough(const Request *request)
{
    return !request->explain && (request->rows ? request->rows->len : request->n) >= request->max;
}

static bool walk_all(Request *request, GError **error)
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

static bool count_from_counters(Cache *cache, const LeadQuery *query, gint64 *n, bool *counted,
                                GError **error);

static LeadQuery without_order(const LeadQuery *query)
{
    LeadQuery by_age = *query;
    by_age.sort = SORT_AGE;
    by_age.reverse = false;
    return by_age;
}

static bool are_few(const Request *request, bool *few, GError **error)
{
    LeadQuery by_age = without_order(request->query);
    gint64 most = request->cache->few;
    Request counting = {
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
static void cut_sorted(const Request *request, const GPtrArray *all, guint *from, guint *to)
{
    *from = 0;
    *to = all->len;
    if (request->place) {
        const LeadRow place = { .n = request->place->n, .key = request->place->key };
        guint before = 0, own = 0;
        for (guint i = 0; i < all->len; i++) {
            int order = compare_rows(all->pdata[i], &place, request->query->sort);
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

static bool sort_all(Request *request, GError **error)
{
    LeadQuery by_age = without_order(request->query);
    Request all = {
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

static bool run(Request *request, GError **error)
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
    LeadKey now = { .standing = (int)db_get_int(rows, 1),
                    .worth = db_get_int(rows, 2),
                    .party = db_get_uuid(rows, 3) };
    copy_key(now.client, db_get_text(rows, 4));
    ReferralBox box = (ReferralBox)db_get_int(rows, 5);
    g_autofree char *clean = column_clean(rows, 6);
    g_autofree char *name = name_key(clean);
    copy_key(now.party_name, name);
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
    Request request = {
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
    Request request = {
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

static bool count_from(Request *request, gint64 max, bool after, bool inclusive, gint64 *n,
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
    Request request = { .cache = cache, .query = &by_age };
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
    Request request = { .cache = cache, .query = query, .place = &place };
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
