/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/group_search.h"

#include "db/row.h"
#include "model/business_type.h"
#include "server/groups.h"
#include "server/words.h"

#define QUERY_WORDS 12
#define AREA_WORDS 6
#define PAGE_ROWS 500

/* Parts of a document, in the order of SQLite's columns, and their weights for PostgreSQL. */
enum { PART_WHO, PART_REST, PART_MARKERS, PARTS };
static const char weights[PARTS] = { [PART_WHO] = 'A', [PART_REST] = 'C', [PART_MARKERS] = 'D' };

/* The best first, in whole numbers, which a cursor can hold. */
static const char *const scores[] = {
    [DB_ENGINE_SQLITE] = "CAST(rank * -1000000 AS INTEGER)",
    [DB_ENGINE_POSTGRES] = "CAST(ts_rank('{0, 0.1, 0.6, 1}', words, CAST($2 AS tsquery))"
                           " * 1000000 AS BIGINT)",
};
static const char *const matches[] = {
    [DB_ENGINE_SQLITE] = "group_words MATCH $2",
    [DB_ENGINE_POSTGRES] = "words @@ CAST($2 AS tsquery)",
};

#define VIEWER                                                                                     \
    "LEFT JOIN membership v ON v.group_id = g.id AND v.account = $1"                               \
    " AND v.state = 1"
/* R59, R123 */
#define OPENNESS                                                                                   \
    " AND ($6 = 0 OR g.open = 1) AND ($6 < 2 OR ((g.seats = 0 OR g.members < g.seats)"             \
    " AND (g.seat_by_category = 0 OR NOT EXISTS (SELECT 1 FROM membership t"                       \
    " WHERE t.group_id = g.id AND t.seat = CAST($7 AS TEXT) AND t.state = 1))))"
#define UNASKED " AND CAST($2 AS TEXT) IS NULL AND CAST($3 AS BIGINT) IS NOT NULL"

const char *group_search_sql(const Db *db, const char *columns)
{
    return db_intern("SELECT %s, s.score FROM (SELECT group_id, %s AS score FROM group_words"
                     " WHERE %s) s CROSS JOIN leads_group g " VIEWER
                     " WHERE g.id = s.group_id AND g.state = 2" OPENNESS
                     " AND (s.score, g.id) < ($3, $4) ORDER BY s.score DESC, g.id DESC LIMIT $5",
                     columns, scores[db_engine(db)], matches[db_engine(db)]);
}

const char *group_all_sql(const char *columns)
{
    return db_intern("SELECT %s, 0 FROM leads_group g " VIEWER
                     " WHERE g.state = 2 AND g.id < $4" OPENNESS UNASKED
                     " ORDER BY g.id DESC LIMIT $5",
                     columns);
}

/* Few are, and administrators ask seldom: all groups are walked. */
const char *group_suspended_sql(const char *columns)
{
    return db_intern("SELECT %s, 0 FROM leads_group g " VIEWER
                     " WHERE g.state = 3 AND g.id < $4" OPENNESS UNASKED
                     " ORDER BY g.id DESC LIMIT $5",
                     columns);
}

const char *group_mine_sql(const char *columns)
{
    return db_intern("SELECT %s, 0 FROM membership v CROSS JOIN leads_group g WHERE v.account = $1"
                     " AND v.state = 1 AND v.group_id < $4 AND g.id = v.group_id" OPENNESS UNASKED
                     " ORDER BY v.group_id DESC LIMIT $5",
                     columns);
}
G_STATIC_ASSERT(MEMBERSHIP_ACTIVE == 1 && GROUP_ACTIVE == 2 && GROUP_SUSPENDED == 3);

char *group_query(const Db *db, const char *text, const char *area, bool *any)
{
    g_autoptr(GString) out = g_string_new(NULL);
    DbEngine engine = db_engine(db);
    bool possible = true;
    *any = words_given(text) || words_given(area);
    if (words_given(text))
        possible &= words_ask_text(out, engine, text, 0, QUERY_WORDS) > 0;
    if (words_given(area))
        possible &= words_ask_text(out, engine, area, 'a', AREA_WORDS) > 0;
    return *any && possible ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}

/* ---- documents */

static void make_parts(const Group *group, GString *parts[static PARTS])
{
    const GroupInput *input = &group->input;
    for (int i = 0; i < PARTS; i++)
        parts[i] = g_string_new(NULL);
    words_put_text(parts[PART_WHO], input->name);
    words_put_text(parts[PART_WHO], input->area);
    words_put_text(parts[PART_REST], input->place);
    words_put_text(parts[PART_REST], input->home_text);
    words_put_text(parts[PART_REST], input->rules);
    for (char **wanted = input->wanted; wanted && *wanted; wanted++)
        words_put_text(parts[PART_REST], business_type_label(*wanted));
    words_put_id(parts[PART_MARKERS], 'g', &group->id);
    words_put_marked(parts[PART_MARKERS], 'a', input->area);
}

static bool insert(Db *db, const Group *group, GString *const parts[static PARTS], GError **error)
{
    if (db_engine(db) == DB_ENGINE_SQLITE)
        return db_exec(db, error,
                       "INSERT INTO group_words (group_id, who, rest, markers)"
                       " VALUES ($1, $2, $3, $4)",
                       db_uuid(&group->id), db_text(parts[PART_WHO]->str),
                       db_text(parts[PART_REST]->str), db_text(parts[PART_MARKERS]->str));
    g_autofree char *vector = words_vector(parts, weights, PARTS);
    return db_exec(db, error,
                   "INSERT INTO group_words (group_id, words) VALUES ($1, CAST($2 AS tsvector))",
                   db_uuid(&group->id), db_text(vector));
}

static bool put(Db *db, const Group *group, GError **error)
{
    GString *parts[PARTS];
    make_parts(group, parts);
    bool ok = insert(db, group, parts, error);
    for (int i = 0; i < PARTS; i++)
        g_string_free(parts[i], TRUE);
    return ok;
}

static bool take_out(Db *db, const Uuid *id, GError **error)
{
    if (db_engine(db) != DB_ENGINE_SQLITE)
        return db_exec(db, error, "DELETE FROM group_words WHERE group_id = $1", db_uuid(id));
    g_autoptr(GString) marker = g_string_new(NULL);
    words_put_id(marker, 'g', id);
    g_autofree char *query = g_strdup_printf("\"%s\"", g_strchomp(marker->str));
    return db_exec(db, error, "DELETE FROM group_words WHERE group_words MATCH $1", db_text(query));
}

bool group_index(Db *db, const Group *group, GError **error)
{
    return take_out(db, &group->id, error) &&
           (group->state == GROUP_CLOSED || put(db, group, error));
}

/* ---- the index, anew */

static bool index_page(Db *db, Uuid *id, int *n, GError **error)
{
    DbValue after = { .kind = DB_UUID, .data = id->bytes, .length = sizeof id->bytes };
    const char *sql = db_intern("SELECT %s FROM leads_group g WHERE g.id > $1 AND g.state <> 4"
                                " ORDER BY g.id LIMIT %d",
                                group_row_columns(), PAGE_ROWS);
    g_autoptr(DbRows) rows = db_query(db, error, sql, after);
    bool ok = rows != NULL;
    for (*n = 0; ok && db_next(rows, error); ++*n) {
        g_auto(Group) group = { 0 };
        row_read(rows, 0, &group_fields, &group, ROW_COPY);
        ok = put(db, &group, error);
        *id = group.id;
    }
    return ok && db_rows_ok(rows);
}
G_STATIC_ASSERT(GROUP_CLOSED == 4);

bool group_index_all(Db *db, gpointer nothing, GError **error)
{
    Uuid id = { 0 };
    int n;
    if (!db_exec(db, error, "DELETE FROM group_words"))
        return false;
    do
        if (!index_page(db, &id, &n, error))
            return false;
    while (n == PAGE_ROWS);
    return true;
}
