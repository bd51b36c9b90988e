/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/cache_walk.h"

#include "base/text.h"

/* ---- sources: all decide the box, whose number follows */

typedef enum Source {
    SOURCE_BOX,
    SOURCE_STANDING, /* one walk for each */
    SOURCE_PARTY,
    SOURCE_TEXT,
    SOURCE_WORDS,         /* TEXT that only counts, and reads no row */
    SOURCE_TEXT_STANDING, /* TEXT of few states: an index says which rows are read */
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
    [SOURCE_TEXT_STANDING] =
        "lead_words CROSS JOIN referral r INDEXED BY referral_standing ON r.n = "
        "lead_words.rowid WHERE r.box = 1 + (lead_words.rowid & 1) AND 1 + "
        "(lead_words.rowid & 1) = ",
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

/* ---- one walk */

bool walk_is_by_key(LeadSort sort)
{
    return sort == SORT_CLIENT || sort == SORT_VALUE;
}

static bool walks_words(Source source)
{
    return source == SOURCE_TEXT || source == SOURCE_WORDS || source == SOURCE_TEXT_STANDING;
}

static const char *n_column(Source source)
{
    return walks_words(source) ? "lead_words.rowid" : "r.n";
}

static bool is_descending(const ListRequest *request)
{
    return (request->query->sort != SORT_CLIENT) == request->after;
}

static void put_bounds(Statement *statement, const ListRequest *request, const Branch *branch,
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

static void put_key(Statement *statement, const ListRequest *request, const Stage *stage)
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
    bool walked = walks_words(source);
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
static void put_source(Statement *statement, const ListRequest *request, ReferralBox box,
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

static void put_order(Statement *statement, const ListRequest *request, Source source)
{
    LeadSort sort = request->query->sort;
    const char *way = is_descending(request) ? "DESC" : "ASC";
    statement_put(statement, " ORDER BY ");
    if (walk_is_by_key(sort))
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

void lead_row_free(gpointer data)
{
    LeadRow *row = data;
    g_free(row->party);
    g_free(row->client);
    g_free(row->need);
    g_free(row);
}

LeadKey lead_key_read(const DbRows *rows, int column)
{
    LeadKey key = { .standing = (int)db_get_int(rows, column),
                    .worth = db_get_int(rows, column + 1),
                    .party = db_get_uuid(rows, column + 2) };
    const char *client = db_get_text(rows, column + 3);
    g_strlcpy(key.client, client ? client : "", LEAD_KEY_SIZE);
    return key;
}

static void copy_name(char key[LEAD_KEY_SIZE], const char *clean)
{
    g_autofree char *name = text_name_key(clean);
    g_strlcpy(key, name, LEAD_KEY_SIZE);
}

void lead_key_name(char key[LEAD_KEY_SIZE], const DbRows *rows, int column)
{
    g_autofree char *clean = column_clean(rows, column);
    copy_name(key, clean);
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
    row->key = lead_key_read(rows, 14);
    copy_name(row->key.party_name, row->party);
    return row;
}

/* Only words and box are asked for: the search index alone answers, and no row is read. */
static bool is_words_only(const ListRequest *request, const Branch *branch, const Stage *stage)
{
    return !request->rows && (branch->standings & STANDINGS_ALL) == STANDINGS_ALL &&
           uuid_is_nil(&request->query->partner) && !stage->party && stage->standing < 0 &&
           branch->conditions->len == 0 && stage->cut <= CUT_AT_N;
}

static bool walk(ListRequest *request, ReferralBox box, const Branch *branch, const Stage *stage,
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
static bool has_index(ListRequest *request, const char *name)
{
    gint64 n = 0;
    return db_get_one_int(request->cache->db, NULL, &n,
                          "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND name = $1",
                          db_text(name)) &&
           n > 0;
}

static bool few_are_worth(ListRequest *request, ReferralBox box, const Branch *branch)
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

/* Only a comparison is asked for, and only how many: the index alone answers. */
static bool is_worth_only(ListRequest *request, const Branch *branch)
{
    return !request->rows && branch->value && branch->conditions->len == 1 &&
           !*branch->value->currency && (branch->standings & STANDINGS_ALL) == STANDINGS_ALL &&
           has_index(request, "referral_worth");
}

/* So few that asking an index for each costs less than reading a row. */
#define FEW_STANDINGS 3

static bool are_few_standings(guint64 standings)
{
    int n = 0;
    for (; standings; standings &= standings - 1)
        n++;
    return n <= FEW_STANDINGS;
}

/* Of these, the ones that any lead has. Those of a failed read are all: whoever walks them will hear why. */
static guint64 standings_there(const ListRequest *request, ReferralBox box, guint64 standings)
{
    guint64 there = 0;
    g_autoptr(DbRows)
        rows = db_query(request->cache->db, NULL,
                        "SELECT state, verdict FROM counter WHERE box = $1 AND n > 0", db_int(box));
    while (rows && db_next(rows, NULL))
        there |= G_GUINT64_CONSTANT(1) << STANDING(db_get_int(rows, 0), db_get_int(rows, 1));
    return rows && db_rows_ok(rows) ? standings & there : standings;
}

static Source choose_source(ListRequest *request, ReferralBox box, const Branch *branch,
                            const Stage *stage)
{
    bool by_key = walk_is_by_key(request->query->sort);
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

bool walk_branch(ListRequest *request, ReferralBox box, const Branch *branch, const Stage *stage,
                 GPtrArray *rows, GError **error)
{
    guint64 standings = branch->standings;
    if (stage->standing >= 0)
        standings &= G_GUINT64_CONSTANT(1) << stage->standing;
    if (!(standings & STANDINGS_ALL))
        return true;
    Source source = choose_source(request, box, branch, stage);
    if (source == SOURCE_TEXT && (standings & STANDINGS_ALL) != STANDINGS_ALL) {
        standings = standings_there(request, box, standings);
        if (!standings)
            return true;
        source = are_few_standings(standings) ? SOURCE_TEXT_STANDING : SOURCE_TEXT;
    }
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
