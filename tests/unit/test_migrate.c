/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/clock.h"
#include "base/problem.h"
#include "db/db.h"
#include "db/dialect.h"
#include "test_database.h"

#define NOW G_GINT64_CONSTANT(1795509000123)

static const char core[] =
    "-- the first\n"
    "CREATE TABLE account (id UUID PRIMARY KEY, email TEXT UNIQUE, at BIGINT, hash BYTEA);\n"
    "CREATE INDEX account_at ON account (at);\n";
static const char more[] = "ALTER TABLE account ADD COLUMN name TEXT;\n"
                           "INSERT INTO account (id, name) SELECT NULL, 'x' WHERE 1 = 0;\n";

static const EmbeddedText first_files[] = { { "0001-core.sql", core }, { NULL, NULL } };
static const EmbeddedText both_files[] = { { "0001-core.sql", core },
                                           { "0002-more.sql", more },
                                           { NULL, NULL } };

static Db *db_of(void **state)
{
    return ((TestDatabase *)*state)->db;
}

static gint64 one(Db *db, const char *sql)
{
    g_autoptr(GError) error = NULL;
    gint64 n = -1;
    db_get_one_int(db, &error, &n, sql);
    assert_no_error(error);
    return n;
}

static gint64 version_of(Db *db)
{
    g_autoptr(GError) error = NULL;
    gint64 version = -1;
    assert_true(db_version(db, &version, &error));
    return version;
}

static void files_are_applied_once_and_recorded(void **state)
{
    g_autoptr(GError) error = NULL;
    Db *db = db_of(state);
    clock_freeze(NOW);
    assert_int_equal(version_of(db), 0);
    assert_true(db_migrate(db, first_files, &error));
    assert_int_equal(version_of(db), 1);
    assert_true(db_migrate(db, first_files, &error));
    clock_advance(5);
    assert_true(db_migrate(db, both_files, &error));
    assert_int_equal(version_of(db), 2);
    g_autoptr(DbRows) rows = db_query(
        db, &error, "SELECT version, name, applied_at FROM migration ORDER BY version");
    for (int i = 0; i < 2; i++) {
        assert_true(db_next(rows, &error));
        assert_int_equal(db_get_int(rows, 0), i + 1);
        assert_string_equal(db_get_text(rows, 1), both_files[i].name);
        assert_true(db_get_int(rows, 2) == NOW + 5 * i);
    }
    assert_false(db_next(rows, &error));
    clock_freeze(0);
}

static void a_newer_database_is_refused(void **state)
{
    g_autoptr(GError) error = NULL;
    Db *db = db_of(state);
    assert_true(db_migrate(db, both_files, &error));
    assert_false(db_migrate(db, first_files, &error));
    assert_true(problem_is(error, PROBLEM_DATABASE_NEWER));
    assert_non_null(strstr(error->message, "0002-more.sql"));
    assert_int_equal(version_of(db), 2);
}

static void a_failure_names_file_and_line_and_leaves_nothing(void **state)
{
    g_autoptr(GError) error = NULL;
    Db *db = db_of(state);
    const EmbeddedText files[] = {
        { "0001-core.sql", core },
        { "0002-bad.sql",
          "CREATE TABLE half (n BIGINT);\n\n-- only sqlite\n-- x\n-- end only\nCREATE TABEL (\n;" },
        { "0003-never.sql", "CREATE TABLE never (n BIGINT);" },
        { NULL, NULL },
    };
    assert_false(db_migrate(db, files, &error));
    assert_true(g_str_has_prefix(error->message, "0002-bad.sql:6: "));
    assert_int_equal(version_of(db), 1);
    assert_false(db_exec(db, NULL, "INSERT INTO half (n) VALUES (1)"));
    assert_false(db_exec(db, NULL, "INSERT INTO never (n) VALUES (1)"));
    assert_true(db_migrate(db, both_files, NULL)); /* the mended program goes on from there */
}

static void blocks_are_for_one_engine(void **state)
{
    g_autoptr(GError) error = NULL;
    const EmbeddedText files[] = {
        { "0001-both.sql", "CREATE TABLE engine (n BIGINT);\n"
                           "-- only sqlite\nINSERT INTO engine VALUES (1);\n-- end only\n"
                           "  -- only postgresql\nINSERT INTO engine VALUES (2);\n  -- end only\n"
                           "INSERT INTO engine VALUES (4);\n" },
        { NULL, NULL },
    };
    assert_true(db_migrate(db_of(state), files, &error));
    assert_int_equal(one(db_of(state), "SELECT SUM(n) FROM engine"),
                     test_database_is_postgres() ? 6 : 5);
}

static gpointer migrate_thread(gpointer database)
{
    GError *error = NULL;
    Db *db = test_database_connect(database, DB_WRITE);
    db_migrate(db, both_files, &error);
    db_close(db);
    return error;
}

static void programs_that_start_at_once(void **state)
{
    GThread *threads[4];
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("migrate", migrate_thread, *state);
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) {
        g_autoptr(GError) error = g_thread_join(threads[i]);
        assert_no_error(error);
    }
    assert_int_equal(version_of(db_of(state)), 2);
    assert_int_equal(one(db_of(state), "SELECT COUNT(*) FROM migration"), 2);
}

/* ---- the dialect */

static void assert_sqlite(const char *sql, const char *expected)
{
    g_autofree char *translated = dialect_translate(sql, DB_ENGINE_SQLITE);
    assert_string_equal(translated, expected);
}

static void types_become_sqlite_s(void **state)
{
    assert_sqlite("CREATE TABLE a (id UUID, n bigint, b BYTEA, t TEXT);",
                  "CREATE TABLE a (id BLOB, n INTEGER, b BLOB, t TEXT) STRICT;");
    assert_sqlite("create table a (n BIGINT CHECK (n IN (1, 2)))",
                  "create table a (n INTEGER CHECK (n IN (1, 2))) STRICT");
    assert_sqlite("ALTER TABLE a ADD COLUMN id UUID;", "ALTER TABLE a ADD COLUMN id BLOB;");
    assert_sqlite(
        "CREATE TABLE a (n BIGINT PRIMARY KEY) WITHOUT ROWID;\nCREATE INDEX b ON a (n);",
        "CREATE TABLE a (n INTEGER PRIMARY KEY) WITHOUT ROWID, STRICT;\nCREATE INDEX b ON a (n);");
    assert_sqlite("CREATE TABLE a (n BIGINT) STRICT;", "CREATE TABLE a (n INTEGER) STRICT;");
    assert_sqlite("CREATE VIRTUAL TABLE f USING fts5 (t);",
                  "CREATE VIRTUAL TABLE f USING fts5 (t);");
    assert_sqlite("CREATE TABLE a AS SELECT 1;", "CREATE TABLE a AS SELECT 1;");
}

static void texts_and_comments_stay(void **state)
{
    assert_sqlite("INSERT INTO a VALUES ('a UUID; ''BIGINT'''); -- UUID; (\nSELECT \"UUID\";",
                  "INSERT INTO a VALUES ('a UUID; ''BIGINT'''); -- UUID; (\nSELECT \"UUID\";");
    assert_sqlite("CREATE TABLE a ( -- a UUID)\n id UUID -- ;\n);",
                  "CREATE TABLE a ( -- a UUID)\n id BLOB -- ;\n) STRICT;");
    assert_sqlite("SELECT my_uuid, uuids, UUID_x;", "SELECT my_uuid, uuids, UUID_x;");
}

static void lines_stay_where_they_are(void **state)
{
    static const char sql[] =
        "a\n-- only postgresql\nb\nc\n-- end only\nd\n-- only sqlite\ne\n-- end only\nf";
    assert_sqlite(sql, "a\n\n\n\n\nd\n\ne\n\nf");
    g_autofree char *postgres = dialect_translate(sql, DB_ENGINE_POSTGRES);
    assert_string_equal(postgres, "a\n\nb\nc\n\nd\n\n\n\nf");
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, test_database_setup, test_database_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(files_are_applied_once_and_recorded),
        TEST(a_newer_database_is_refused),
        TEST(a_failure_names_file_and_line_and_leaves_nothing),
        TEST(blocks_are_for_one_engine),
        TEST(programs_that_start_at_once),
        cmocka_unit_test(types_become_sqlite_s),
        cmocka_unit_test(texts_and_comments_stay),
        cmocka_unit_test(lines_stay_where_they_are),
    };
    return cmocka_run_group_tests_name("migrate", tests, NULL, NULL);
}
