/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/profile_search.h"

#include <string.h>

#include "db/row.h"
#include "model/business_type.h"
#include "server/groups.h"
#include "server/search.h"
#include "server/words.h"

#define QUERY_WORDS 12
#define FILTER_WORDS 6
#define MARKER_BYTES 64

/* Parts of a document, in the order of SQLite's columns. */
enum { PART_WHO, PART_TRADE, PART_FIT, PART_REST, PART_MARKERS, PARTS };

/* PostgreSQL: the weight of each part. */
static const char weights[PARTS] = {
    [PART_WHO] = 'B', [PART_TRADE] = 'A', [PART_FIT] = 'B', [PART_REST] = 'C', [PART_MARKERS] = 'D'
};

/* What everybody may see, or a partner of $1, or a fellow member. */
#define VISIBLE                                                                                    \
    "a.state = 1 AND a.id <> $1 AND (a.profile_public = 1 OR EXISTS (SELECT 1 FROM connection c"   \
    " WHERE c.account_a = CASE WHEN a.id < $1 THEN a.id ELSE $1 END"                               \
    " AND c.account_b = CASE WHEN a.id < $1 THEN $1 ELSE a.id END AND c.state = 3)"                \
    " OR " GROUP_SHARED("$1", "a.id") ")"
#define PAGE "(s.score, a.id) < ($3, $4) ORDER BY s.score DESC, a.id DESC LIMIT $5"

/* The best first, in whole numbers, which a cursor can hold; 0 for all when no words are asked. */
static const char *const scores[][2] = {
    [DB_ENGINE_SQLITE] = { "0", "CAST(rank * -1000000 AS INTEGER)" },
    [DB_ENGINE_POSTGRES] = { "0", "CAST(ts_rank('{0, 0.1, 0.6, 1}', words, CAST($2 AS tsquery))"
                                  " * 1000000 AS BIGINT)" },
};
static const char *const matches[] = {
    [DB_ENGINE_SQLITE] = "profile_words MATCH $2",
    [DB_ENGINE_POSTGRES] = "words @@ CAST($2 AS tsquery)",
};

const char *profile_search_sql(const Db *db, const char *columns, bool ranked)
{
    return db_intern("SELECT %s, s.score FROM (SELECT account, %s AS score FROM profile_words"
                     " WHERE %s) s CROSS JOIN account a WHERE a.id = s.account AND " VISIBLE
                     " AND " PAGE,
                     columns, scores[db_engine(db)][ranked], matches[db_engine(db)]);
}

/* ---- markers */

/* "IT support" and "it-support" are one. */
static char *business_marker(const char *code)
{
    g_autoptr(GString) words = g_string_new(NULL);
    search_cut(words, code, FILTER_WORDS);
    g_strchomp(words->str);
    g_autofree char *name = g_strdelimit(g_strdup(words->str), " ", '_');
    if (strlen(name) > MARKER_BYTES)
        name[MARKER_BYTES] = '\0';
    return *name ? g_strconcat("_b_", name, NULL) : NULL;
}

static void put_business(GString *out, const char *stored)
{
    const BusinessType *type = business_type_find(stored);
    for (; type; type = type->parent) {
        g_autofree char *marker = business_marker(type->code);
        g_string_append_printf(out, "%s ", marker);
    }
    g_autofree char *words = stored && !business_type_find(stored) ? business_marker(stored) : NULL;
    if (words)
        g_string_append_printf(out, "%s ", words);
}

static void put_marked(GString *out, char kind, char *const *list)
{
    for (; list && *list; list++)
        words_put_marked(out, kind, *list);
}

/* ---- documents */

static void make_parts(const Account *account, GString *parts[static PARTS])
{
    const MemberProfile *profile = &account->profile;
    const BusinessType *type = business_type_find(account->business_type);
    for (int i = 0; i < PARTS; i++)
        parts[i] = g_string_new(NULL);
    words_put_text(parts[PART_WHO], account->name);
    words_put_text(parts[PART_WHO], account->company_name);
    words_put_text(parts[PART_WHO], profile->headline);
    words_put_text(parts[PART_TRADE], type ? NULL : account->business_type);
    for (char **word = type ? type->words : NULL; word && *word; word++)
        words_put_text(parts[PART_TRADE], *word);
    words_put_list(parts[PART_TRADE], profile->specialities);
    words_put_list(parts[PART_FIT], profile->industries);
    words_put_list(parts[PART_FIT], profile->areas);
    words_put_text(parts[PART_REST], profile->about);
    words_put_text(parts[PART_REST], profile->qualifies);
    words_put_text(parts[PART_REST], profile->ideal_partner);
    for (const BusinessType *up = type ? type->parent : NULL; up; up = up->parent)
        words_put_text(parts[PART_REST], up->label);

    GString *markers = parts[PART_MARKERS];
    words_put_id(markers, 'u', &account->id);
    put_business(markers, account->business_type);
    put_marked(markers, 'a', profile->areas);
    put_marked(markers, 's', profile->specialities);
    put_marked(markers, 's', profile->industries);
    if (profile->price_level)
        g_string_append_printf(markers, "_p_%" G_GINT64_FORMAT " ", profile->price_level);
}

static bool insert(Db *db, const Account *account, GString *const parts[static PARTS],
                   GError **error)
{
    if (db_engine(db) == DB_ENGINE_SQLITE)
        return db_exec(db, error,
                       "INSERT INTO profile_words (account, who, trade, fit, rest, markers)"
                       " VALUES ($1, $2, $3, $4, $5, $6)",
                       db_uuid(&account->id), db_text(parts[PART_WHO]->str),
                       db_text(parts[PART_TRADE]->str), db_text(parts[PART_FIT]->str),
                       db_text(parts[PART_REST]->str), db_text(parts[PART_MARKERS]->str));
    g_autofree char *vector = words_vector(parts, weights, PARTS);
    return db_exec(db, error,
                   "INSERT INTO profile_words (account, words) VALUES ($1, CAST($2 AS tsvector))"
                   " ON CONFLICT (account) DO UPDATE SET words = excluded.words",
                   db_uuid(&account->id), db_text(vector));
}

static bool take_out(Db *db, const Uuid *id, GError **error)
{
    if (db_engine(db) != DB_ENGINE_SQLITE)
        return true; /* the one row is written over */
    g_autoptr(GString) marker = g_string_new("\"");
    words_put_id(marker, 'u', id);
    g_strchomp(marker->str);
    g_autofree char *query = g_strconcat(marker->str, "\"", NULL);
    return db_exec(db, error, "DELETE FROM profile_words WHERE profile_words MATCH $1",
                   db_text(query));
}

static bool put(Db *db, const Account *account, GError **error)
{
    GString *parts[PARTS];
    make_parts(account, parts);
    bool ok = insert(db, account, parts, error);
    for (int i = 0; i < PARTS; i++)
        g_string_free(parts[i], TRUE);
    return ok;
}

bool profile_index(Db *db, const Account *account, GError **error)
{
    return take_out(db, &account->id, error) && put(db, account, error);
}

/* ---- the index, anew */

#define PAGE_ROWS 500

static bool index_page(Db *db, Uuid *id, int *n, GError **error)
{
    DbValue after = { .kind = DB_UUID, .data = id->bytes, .length = sizeof id->bytes };
    const char *sql = db_intern("SELECT %s FROM account WHERE id > $1 ORDER BY id LIMIT %d",
                                row_columns(&account_fields, NULL), PAGE_ROWS);
    g_autoptr(DbRows) rows = db_query(db, error, sql, after);
    bool ok = rows != NULL;
    for (*n = 0; ok && db_next(rows, error); ++*n) {
        Account account;
        row_read(rows, 0, &account_fields, &account, ROW_COPY);
        ok = account.state == ACCOUNT_DELETED || put(db, &account, error);
        *id = account.id;
        fields_clear(&account_fields, &account);
    }
    return ok && db_rows_ok(rows);
}

bool profile_index_all(Db *db, gpointer nothing, GError **error)
{
    Uuid id = { 0 };
    int n;
    if (!db_exec(db, error, "DELETE FROM profile_words"))
        return false;
    do
        if (!index_page(db, &id, &n, error))
            return false;
    while (n == PAGE_ROWS);
    return true;
}

/* ---- queries */

char *profile_query(const Db *db, const ProfileQuery *query, bool *any, bool *ranked)
{
    g_autoptr(GString) out = g_string_new(NULL);
    DbEngine engine = db_engine(db);
    bool possible = true;
    *ranked = words_given(query->text);
    *any = *ranked || words_given(query->business_type) || words_given(query->area) ||
           words_given(query->speciality) || query->price_level;
    if (*ranked)
        possible &= words_ask_text(out, engine, query->text, 0, QUERY_WORDS) > 0;
    if (words_given(query->area))
        possible &= words_ask_text(out, engine, query->area, 'a', FILTER_WORDS) > 0;
    if (words_given(query->speciality))
        possible &= words_ask_text(out, engine, query->speciality, 's', FILTER_WORDS) > 0;
    if (words_given(query->business_type)) {
        const BusinessType *type = business_type_find(query->business_type);
        g_autofree char *marker = business_marker(type ? type->code : query->business_type);
        possible &= marker != NULL;
        if (marker)
            words_ask(out, engine, marker, false);
    }
    if (query->price_level) {
        g_autofree char *marker = g_strdup_printf("_p_%" G_GINT64_FORMAT, query->price_level);
        words_ask(out, engine, marker, false);
    }
    return *any && possible ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}
