/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/profile_search.h"

#include <string.h>

#include "db/row.h"
#include "model/business_type.h"
#include "server/search.h"

#define QUERY_WORDS 12
#define PART_WORDS 1200
#define FILTER_WORDS 6
#define MARKER_BYTES 64

/* Parts of a document, in the order of SQLite's columns. */
enum { PART_WHO, PART_TRADE, PART_FIT, PART_REST, PART_MARKERS, PARTS };

/* PostgreSQL: the weight of each part. */
static const char weights[PARTS] = {
    [PART_WHO] = 'B', [PART_TRADE] = 'A', [PART_FIT] = 'B', [PART_REST] = 'C', [PART_MARKERS] = 'D'
};

/* What everybody may see, or a partner of $1. */
#define VISIBLE                                                                                    \
    "a.state = 1 AND a.id <> $1 AND (a.profile_public = 1 OR EXISTS (SELECT 1 FROM connection c"   \
    " WHERE c.account_a = CASE WHEN a.id < $1 THEN a.id ELSE $1 END"                               \
    " AND c.account_b = CASE WHEN a.id < $1 THEN $1 ELSE a.id END AND c.state = 3))"
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
    for (; list && *list; list++) {
        g_autoptr(GString) cut = g_string_new(NULL);
        search_cut(cut, *list, FILTER_WORDS);
        g_auto(GStrv) words = g_strsplit(g_strchomp(cut->str), " ", -1);
        for (char **word = words; *word; word++)
            if (**word)
                g_string_append_printf(out, "_%c_%s ", kind, *word);
    }
}

static void put_account(GString *out, const Uuid *id)
{
    g_string_append(out, "_u_");
    for (int i = 0; i < 16; i++)
        g_string_append_printf(out, "%02x", id->bytes[i]);
    g_string_append_c(out, ' ');
}

/* ---- documents */

static void put_text(GString *out, const char *text)
{
    search_cut(out, text, PART_WORDS);
}

static void put_list(GString *out, char *const *list)
{
    for (; list && *list; list++)
        put_text(out, *list);
}

static void make_parts(const Account *account, GString *parts[static PARTS])
{
    const MemberProfile *profile = &account->profile;
    const BusinessType *type = business_type_find(account->business_type);
    for (int i = 0; i < PARTS; i++)
        parts[i] = g_string_new(NULL);
    put_text(parts[PART_WHO], account->name);
    put_text(parts[PART_WHO], account->company_name);
    put_text(parts[PART_WHO], profile->headline);
    put_text(parts[PART_TRADE], type ? NULL : account->business_type);
    for (char **word = type ? type->words : NULL; word && *word; word++)
        put_text(parts[PART_TRADE], *word);
    put_list(parts[PART_TRADE], profile->specialities);
    put_list(parts[PART_FIT], profile->industries);
    put_list(parts[PART_FIT], profile->areas);
    put_text(parts[PART_REST], profile->about);
    put_text(parts[PART_REST], profile->qualifies);
    put_text(parts[PART_REST], profile->ideal_partner);
    for (const BusinessType *up = type ? type->parent : NULL; up; up = up->parent)
        put_text(parts[PART_REST], up->label);

    GString *markers = parts[PART_MARKERS];
    put_account(markers, &account->id);
    put_business(markers, account->business_type);
    put_marked(markers, 'a', profile->areas);
    put_marked(markers, 's', profile->specialities);
    put_marked(markers, 's', profile->industries);
    if (profile->price_level)
        g_string_append_printf(markers, "_p_%" G_GINT64_FORMAT " ", profile->price_level);
}

/* "'plumber':1A 'leeds':2B": positions carry the weights. */
static char *vector_of(GString *const parts[static PARTS])
{
    GString *out = g_string_new(NULL);
    int position = 1;
    for (int i = 0; i < PARTS; i++) {
        g_auto(GStrv) words = g_strsplit(parts[i]->str, " ", -1);
        for (char **word = words; *word; word++)
            if (**word)
                g_string_append_printf(out, "'%s':%d%c ", *word, position++, weights[i]);
    }
    return g_string_free(out, FALSE);
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
    g_autofree char *vector = vector_of(parts);
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
    put_account(marker, id);
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

typedef struct Asking {
    GString *out;
    bool sqlite;
} Asking;

static void ask(const Asking *asking, const char *word, bool prefix)
{
    const char *and = asking->out->len ? asking->sqlite ? " AND " : " & " : "";
    if (asking->sqlite)
        g_string_append_printf(asking->out, "%s\"%s\"%s", and, word, prefix ? "*" : "");
    else
        g_string_append_printf(asking->out, "%s'%s'%s", and, word, prefix ? ":*" : "");
}

/* Returns how many words the text has; kind: of markers, 0 of the text itself. */
static int ask_words(const Asking *asking, const char *text, char kind, int max)
{
    g_autoptr(GString) cut = g_string_new(NULL);
    int n = search_cut(cut, text, max);
    g_auto(GStrv) words = g_strsplit(g_strchomp(cut->str), " ", -1);
    for (char **word = words; *word; word++) {
        g_autofree char *marked = kind ? g_strdup_printf("_%c_%s", kind, *word) : NULL;
        if (**word)
            ask(asking, marked ? marked : *word, true);
    }
    return n;
}

static bool is_given(const char *text)
{
    return text && text[strspn(text, " ")];
}

char *profile_query(const Db *db, const ProfileQuery *query, bool *any, bool *ranked)
{
    g_autoptr(GString) out = g_string_new(NULL);
    const Asking asking = { out, db_engine(db) == DB_ENGINE_SQLITE };
    bool possible = true;
    *ranked = is_given(query->text);
    *any = *ranked || is_given(query->business_type) || is_given(query->area) ||
           is_given(query->speciality) || query->price_level;
    if (*ranked)
        possible &= ask_words(&asking, query->text, 0, QUERY_WORDS) > 0;
    if (is_given(query->area))
        possible &= ask_words(&asking, query->area, 'a', FILTER_WORDS) > 0;
    if (is_given(query->speciality))
        possible &= ask_words(&asking, query->speciality, 's', FILTER_WORDS) > 0;
    if (is_given(query->business_type)) {
        const BusinessType *type = business_type_find(query->business_type);
        g_autofree char *marker = business_marker(type ? type->code : query->business_type);
        possible &= marker != NULL;
        if (marker)
            ask(&asking, marker, false);
    }
    if (query->price_level) {
        g_autofree char *marker = g_strdup_printf("_p_%" G_GINT64_FORMAT, query->price_level);
        ask(&asking, marker, false);
    }
    return *any && possible ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}
