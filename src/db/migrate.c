/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The migration reader: numbered files, one transaction each. Its own table is the only one it knows. */
#include "db/db.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "db/dialect.h"
#include "db/driver.h"

static const char create_table[] =
    "CREATE TABLE IF NOT EXISTS migration (version BIGINT PRIMARY KEY, "
    "name TEXT NOT NULL, applied_at BIGINT NOT NULL)";

/* The one place where the engines' catalogues differ. */
static const char *const has_table[] = {
    [DB_ENGINE_SQLITE] =
        "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'migration'",
    [DB_ENGINE_POSTGRES] =
        "SELECT COUNT(*) FROM pg_catalog.pg_tables WHERE tablename = 'migration' "
        "AND schemaname = ANY (current_schemas(false))",
};

static gint64 version_of(const EmbeddedText *file)
{
    return g_ascii_strtoll(file->name, NULL, 10);
}

bool db_version(Db *db, gint64 *version, GError **error)
{
    gint64 n = 0;
    *version = 0;
    if (!db_get_one_int(db, error, &n, has_table[db_engine(db)]))
        return false;
    return n == 0 ||
           db_get_one_int(db, error, version, "SELECT COALESCE(MAX(version), 0) FROM migration");
}

static bool is_known(const EmbeddedText *files, gint64 version)
{
    for (; files->name; files++)
        if (version_of(files) == version)
            return true;
    return false;
}

/* A database from a later program is left alone: this one does not know what its rows mean. */
static bool check_known(Db *db, const EmbeddedText *files, GHashTable *applied, GError **error)
{
    g_autoptr(DbRows)
        rows = db_query(db, error, "SELECT version, name FROM migration ORDER BY version");
    if (!rows)
        return false;
    while (db_next(rows, error)) {
        gint64 version = db_get_int(rows, 0);
        if (!is_known(files, version))
            return problem_set(
                error, PROBLEM_DATABASE_NEWER,
                "The database has had migration %s, which this program does not know: "
                "use the newer program",
                db_get_text(rows, 1));
        g_hash_table_add(applied, GSIZE_TO_POINTER((gsize)version));
    }
    return db_rows_ok(rows);
}

/* Recording comes first: of two programs that start at once, the second waits here and then finds it done. */
static bool apply(Db *db, gpointer arg, GError **error)
{
    const EmbeddedText *file = arg;
    gint64 changed = 0;
    if (!db_exec_count(db, error, &changed,
                       "INSERT INTO migration (version, name, applied_at) VALUES ($1, $2, $3) "
                       "ON CONFLICT (version) DO NOTHING",
                       db_int(version_of(file)), db_text(file->name), db_int(clock_now())))
        return false;
    if (changed == 0)
        return true;
    g_autofree char *sql = dialect_translate(file->text, db_engine(db));
    int line = 0;
    if (db->driver->script(db, sql, &line, error))
        return true;
    if (line > 0)
        g_prefix_error(error, "%s:%d: ", file->name, line);
    else
        g_prefix_error(error, "%s: ", file->name);
    return false;
}

/* CREATE TABLE IF NOT EXISTS of two PostgreSQL sessions at once can collide in the catalogue; then it is there. */
static bool make_table(Db *db, GError **error)
{
    gint64 n = 0;
    if (!db_get_one_int(db, error, &n, has_table[db_engine(db)]))
        return false;
    if (n > 0)
        return true;
    g_autofree char *sql = dialect_translate(create_table, db_engine(db));
    g_autoptr(GError) failure = NULL;
    if (db_script(db, &failure, sql))
        return true;
    if (!db_get_one_int(db, error, &n, has_table[db_engine(db)]))
        return false;
    if (n == 0)
        g_propagate_error(error, g_steal_pointer(&failure));
    return n > 0;
}

bool db_migrate(Db *db, const EmbeddedText *files, GError **error)
{
    g_autoptr(GHashTable) applied = g_hash_table_new(NULL, NULL);
    if (!make_table(db, error) || !check_known(db, files, applied, error))
        return false;
    gint64 last = 0;
    for (const EmbeddedText *file = files; file->name; file++) {
        gint64 version = version_of(file);
        g_assert(version > last); /* numbered, in order */
        last = version;
        if (!g_hash_table_contains(applied, GSIZE_TO_POINTER((gsize)version)) &&
            !db_tx(db, apply, (gpointer)file, error))
            return false;
    }
    return true;
}
