/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole databases: a copy of SQLite's file, and all rows from one engine to the other. The catalogues say what there is
 * to copy, so that a migration needs no second list. */
#include "db/db.h"

#include <string.h>

#include "db/driver.h"

/* ---- within SQLite */

typedef struct Backup {
    const char *path;
    DbProgress progress;
    gpointer data;
} Backup;

/* The first read fixes the snapshot: without it each write of others would begin the copy again. */
static bool backup_snapshot(Db *db, gpointer arg, GError **error)
{
    const Backup *backup = arg;
    gint64 n;
    return db_get_one_int(db, error, &n, "SELECT COUNT(*) FROM sqlite_master") &&
           db->driver->backup(db, backup->path, backup->progress, backup->data, error);
}

bool db_backup(Db *db, const char *path, DbProgress progress, gpointer data, GError **error)
{
    g_assert(db->driver->backup);
    return db_read_tx(db, backup_snapshot, &(Backup){ path, progress, data }, error);
}

/* ---- what there is to copy */

#define COLUMNS_MAX 64

typedef struct Column {
    char *name;
    DbKind kind;
} Column;

typedef struct Table {
    char *name;
    Column columns[COLUMNS_MAX];
    int n;
    char *parent; /* the column that refers to the table itself, NULL none */
} Table;

static void table_free(gpointer data)
{
    Table *table = data;
    for (int i = 0; i < table->n; i++)
        g_free(table->columns[i].name);
    g_free(table->name);
    g_free(table->parent);
    g_free(table);
}

/* In the order in which they were made: no migration refers to what is not there yet. */
static const char list_tables[] =
    "SELECT m.name FROM sqlite_master m JOIN pragma_table_list l ON l.name = m.name"
    " WHERE l.schema = 'main' AND l.type = 'table' AND m.type = 'table'"
    " AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'migration' ORDER BY m.rowid";

static const char find_parent[] =
    "SELECT \"from\" FROM pragma_foreign_key_list($1) WHERE \"table\" = $1";

static const char list_columns[] =
    "SELECT CAST(a.attname AS text), CAST(format_type(a.atttypid, NULL) AS text)"
    " FROM pg_catalog.pg_attribute a WHERE a.attrelid = CAST($1 AS regclass) AND a.attnum > 0"
    " AND NOT a.attisdropped ORDER BY a.attnum";

static const struct {
    const char *type;
    DbKind kind;
} kinds[] = {
    { "bigint", DB_INT },
    { "text", DB_TEXT },
    { "uuid", DB_UUID },
    { "bytea", DB_BYTES },
};

/* NULL kind of PostgreSQL's own: false. */
static bool kind_of(const char *type, DbKind *kind)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i].type, type) == 0) {
            *kind = kinds[i].kind;
            return true;
        }
    return false;
}

static bool read_columns(Db *postgres, Table *table, GError **error)
{
    g_autoptr(DbRows) rows = db_query(postgres, error, list_columns, db_text(table->name));
    if (!rows)
        return false;
    while (db_next(rows, error)) {
        DbKind kind;
        if (!kind_of(db_get_text(rows, 1), &kind))
            continue;
        g_assert(table->n < COLUMNS_MAX);
        table->columns[table->n++] = (Column){ g_strdup(db_get_text(rows, 0)), kind };
    }
    return db_rows_ok(rows);
}

static bool read_parent(Db *sqlite, Table *table, GError **error)
{
    g_autoptr(DbRows) rows = db_query(sqlite, error, find_parent, db_text(table->name));
    if (!rows)
        return false;
    if (db_next(rows, error))
        table->parent = g_strdup(db_get_text(rows, 0));
    return db_rows_ok(rows);
}

static GPtrArray *read_tables(Db *sqlite, Db *postgres, GError **error)
{
    g_autoptr(GPtrArray) tables = g_ptr_array_new_with_free_func(table_free);
    g_autoptr(DbRows) rows = db_query(sqlite, error, list_tables);
    if (!rows)
        return NULL;
    while (db_next(rows, error)) {
        Table *table = g_new0(Table, 1);
        g_ptr_array_add(tables, table);
        table->name = g_strdup(db_get_text(rows, 0));
        if (!read_columns(postgres, table, error) || !read_parent(sqlite, table, error))
            return NULL;
    }
    return db_rows_ok(rows) ? g_steal_pointer(&tables) : NULL;
}

/* ---- rows */

#define FETCH "500"

typedef struct Run {
    const DbCopy *copy;
    GPtrArray *tables;
    gint64 done, total;
} Run;

static char *join_columns(const Table *table, const char *format)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (int i = 0; i < table->n; i++) {
        g_string_append(out, i > 0 ? ", " : "");
        if (format)
            g_string_append_printf(out, "$%d", i + 1);
        else
            g_string_append(out, table->columns[i].name);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* PostgreSQL wants a row's parent before the row; SQLite looks at the end, and its own order may mean something. */
static char *order_of(const DbCopy *copy, const Table *table)
{
    for (const char *const *pair = copy->orders; pair && *pair; pair += 2)
        if (db_engine(copy->to) == DB_ENGINE_SQLITE && strcmp(pair[0], table->name) == 0)
            return g_strconcat(" ORDER BY ", pair[1], NULL);
    if (table->parent && db_engine(copy->to) == DB_ENGINE_POSTGRES)
        return g_strdup_printf(" ORDER BY %s IS NOT NULL", table->parent);
    return g_strdup("");
}

static DbValue value_of(const DbRows *rows, int i, DbKind kind, Uuid *id)
{
    size_t length;
    if (db_get_is_null(rows, i))
        return db_null();
    switch (kind) {
    case DB_INT:
        return db_int(db_get_int(rows, i));
    case DB_TEXT:
        return db_text(db_get_text(rows, i));
    case DB_UUID: /* a nil id is no NULL */
        *id = db_get_uuid(rows, i);
        return (DbValue){ .kind = DB_UUID, .data = id->bytes, .length = sizeof id->bytes };
    case DB_BYTES: {
        const void *data = db_get_bytes(rows, i, &length);
        return db_bytes(data ? data : "", length);
    }
    case DB_NULL:
        break;
    }
    g_assert_not_reached();
}

/* All rows of one answer; *n is their number. */
static bool put_rows(Run *run, const Table *table, const char *select, const char *insert,
                     gint64 *n, GError **error)
{
    DbValue values[COLUMNS_MAX];
    Uuid ids[COLUMNS_MAX];
    g_autoptr(DbRows) rows = db_query_values(run->copy->from, error, select, NULL, 0);
    *n = 0;
    if (!rows)
        return false;
    while (db_next(rows, error)) {
        for (int i = 0; i < table->n; i++)
            values[i] = value_of(rows, i, table->columns[i].kind, &ids[i]);
        if (!db_later_values(run->copy->to, error, insert, values, (size_t)table->n))
            return false;
        ++*n;
    }
    run->done += *n;
    if (run->copy->progress)
        run->copy->progress(run->done, run->total, run->copy->data);
    return db_rows_ok(rows);
}

/* SQLite gives row after row; PostgreSQL would give all at once, so it is asked for some at a time. */
static bool copy_table(Run *run, const Table *table, GError **error)
{
    Db *from = run->copy->from;
    gint64 n;
    g_autofree char *names = join_columns(table, NULL), *marks = join_columns(table, "$");
    g_autofree char *order = order_of(run->copy, table);
    const char *insert = db_intern("INSERT INTO %s (%s) VALUES (%s)", table->name, names, marks);
    const char *select = db_intern("SELECT %s FROM %s%s", names, table->name, order);
    if (db_engine(from) == DB_ENGINE_SQLITE)
        return put_rows(run, table, select, insert, &n, error);
    const char *declare = db_intern("DECLARE copy_%s NO SCROLL CURSOR FOR %s", table->name, select);
    const char *fetch = db_intern("FETCH " FETCH " FROM copy_%s", table->name);
    if (!db_exec_values(from, error, NULL, declare, NULL, 0))
        return false;
    do
        if (!put_rows(run, table, fetch, insert, &n, error))
            return false;
    while (n > 0);
    return db_exec_values(from, error, NULL, db_intern("CLOSE copy_%s", table->name), NULL, 0);
}

/* Children first, but for those that SQLite looks at when all is there. */
static bool empty(Run *run, GError **error)
{
    Db *to = run->copy->to;
    bool sqlite = db_engine(to) == DB_ENGINE_SQLITE;
    g_autoptr(GString) all = g_string_new(NULL);
    if (!db_exec(to, error,
                 sqlite ? "PRAGMA defer_foreign_keys = ON" : "SET LOCAL statement_timeout = 0"))
        return false;
    for (guint i = 0; i < run->tables->len; i++) {
        const Table *table = run->tables->pdata[i];
        g_string_append_printf(all, "%s%s", i > 0 ? ", " : "", table->name);
        if (sqlite &&
            !db_exec_values(to, error, NULL, db_intern("DELETE FROM %s", table->name), NULL, 0))
            return false;
    }
    return sqlite ||
           db_exec_values(to, error, NULL, db_intern("TRUNCATE %s CASCADE", all->str), NULL, 0);
}

static bool count(Run *run, GError **error)
{
    run->done = run->total = 0;
    for (guint i = 0; i < run->tables->len; i++) {
        const Table *table = run->tables->pdata[i];
        gint64 n;
        if (!db_one_int(run->copy->from, error, &n,
                        db_intern("SELECT COUNT(*) FROM %s", table->name), NULL, 0))
            return false;
        run->total += n;
    }
    return true;
}

static bool copy_write(Db *to, gpointer arg, GError **error)
{
    Run *run = arg;
    if (!count(run, error) || !empty(run, error))
        return false;
    for (guint i = 0; i < run->tables->len; i++)
        if (!copy_table(run, run->tables->pdata[i], error))
            return false;
    return !run->copy->after || run->copy->after(to, run->copy->arg, error);
}

static bool copy_read(Db *from, gpointer arg, GError **error)
{
    Run *run = arg;
    return db_tx(run->copy->to, copy_write, run, error);
}

bool db_copy(const DbCopy *copy, GError **error)
{
    bool to_sqlite = db_engine(copy->to) == DB_ENGINE_SQLITE;
    Db *sqlite = to_sqlite ? copy->to : copy->from, *postgres = to_sqlite ? copy->from : copy->to;
    g_assert(db_engine(sqlite) != db_engine(postgres));
    g_autoptr(GPtrArray) tables = read_tables(sqlite, postgres, error);
    Run run = { .copy = copy, .tables = tables };
    return tables && db_read_tx(copy->from, copy_read, &run, error);
}
