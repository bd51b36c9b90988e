/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is SQLite's own: files, journals, checkpoints, and every way in which a file can go wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/problem.h"
#include "db/db.h"
#include "test_database.h"

#define NOBODY 65534

static const DbDriver *const drivers[] = { &db_sqlite, NULL };

static Db *db_of(void **state)
{
    return ((TestDatabase *)*state)->db;
}

static char *path_of(void **state, const char *name)
{
    return g_build_filename(((TestDatabase *)*state)->directory, name, NULL);
}

static Db *open_path(const char *path, unsigned mode, GError **error)
{
    g_autofree char *url = g_strconcat("sqlite:", path, NULL);
    return db_open(drivers, url, mode, error);
}

static gint64 pragma(Db *db, const char *sql)
{
    g_autoptr(GError) error = NULL;
    gint64 n = -1;
    db_get_one_int(db, &error, &n, sql);
    assert_no_error(error);
    return n;
}

static char *journal_mode(Db *db)
{
    g_autoptr(DbRows) rows = db_query(db, NULL, "PRAGMA journal_mode");
    assert_true(db_next(rows, NULL));
    return g_strdup(db_get_text(rows, 0));
}

static void fill(Db *db, int rows)
{
    g_autoptr(GError) error = NULL;
    db_script(db, &error, "CREATE TABLE IF NOT EXISTS blob (b BLOB) STRICT");
    for (int i = 0; i < rows && !error; i++)
        db_exec(db, &error, "INSERT INTO blob (b) VALUES (zeroblob(3000))");
    assert_no_error(error);
}

static bool insert_blob(Db *db, gpointer size, GError **error)
{
    return db_exec(db, error, "INSERT INTO blob (b) VALUES (zeroblob($1))",
                   db_int(GPOINTER_TO_INT(size)));
}

/* ---- opening */

static void new_files_are_private(void **state)
{
    fill(db_of(state), 1);
    static const char *const names[] = { "test.db", "test.db-wal", "test.db-shm" };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = path_of(state, names[i]);
        GStatBuf info;
        assert_int_equal(g_stat(path, &info), 0);
        assert_int_equal(info.st_mode & 0777, 0600);
    }
}

static void settings_of_a_writer(void **state)
{
    Db *db = db_of(state);
    g_autofree char *mode = journal_mode(db);
    assert_string_equal(mode, "wal");
    assert_int_equal(pragma(db, "PRAGMA synchronous"), 2);
    assert_int_equal(pragma(db, "PRAGMA foreign_keys"), 1);
    assert_int_equal(pragma(db, "PRAGMA trusted_schema"), 0);
    assert_int_equal(pragma(db, "PRAGMA cell_size_check"), 1);
    assert_int_equal(pragma(db, "PRAGMA temp_store"), 2);
    assert_int_equal(pragma(db, "PRAGMA journal_size_limit"), 67108864);
    assert_int_equal(pragma(db, "PRAGMA busy_timeout"), 5000);
    assert_true(db_script(db, NULL, "PRAGMA writable_schema = ON"));
    assert_false(db_script(db, NULL, "UPDATE sqlite_master SET sql = NULL")); /* DEFENSIVE */
}

static void settings_of_a_cache(void **state)
{
    g_autofree char *path = path_of(state, "cache.db");
    g_autoptr(Db) db = open_path(path, DB_NO_SYNC, NULL);
    g_autofree char *mode = journal_mode(db);
    assert_string_equal(mode, "wal");
    assert_int_equal(pragma(db, "PRAGMA synchronous"), 1);
    assert_int_equal(pragma(db, "PRAGMA temp_store"),
                     0); /* an index of many rows is not made in memory */
}

static bool third_time(gpointer data)
{
    return ++*(int *)data == 3;
}

static void a_long_statement_gives_way(void **state)
{
    static const char count[] = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c "
                                "WHERE x < 100000) SELECT count(*) FROM c";
    Db *db = db_of(state);
    g_autoptr(GError) error = NULL;
    gint64 n = 0;
    int asked = 0;
    db_give_way(db, third_time, &asked);
    assert_false(db_get_one_int(db, &error, &n, count));
    assert_true(problem_is(error, PROBLEM_DATABASE_BUSY));
    assert_int_equal(asked, 3);
    assert_true(db_get_one_int(db, NULL, &n, count)); /* asked again: no */
    assert_true(asked > 3);
    db_give_way(db, NULL, NULL);
    asked = 0;
    assert_int_equal(pragma(db, count), 100000);
    assert_int_equal(asked, 0);
}

/* What is asked after it is as before, also in the middle of rows. */
static void spared_memory_is_only_memory(void **state)
{
    Db *db = db_of(state);
    fill(db, 500);
    g_autoptr(DbRows) rows = db_query(db, NULL, "SELECT rowid FROM blob");
    assert_true(db_next(rows, NULL));
    db_spare(db);
    int n = 1;
    for (; db_next(rows, NULL); n++)
        ;
    assert_int_equal(n, 500);
    assert_int_equal(pragma(db, "SELECT COUNT(*) FROM blob"), 500);
}

static void two_processes_may_write_a_store(void **state)
{
    g_autofree char *path = path_of(state, "store.db"), *wal = path_of(state, "store.db-wal");
    g_autoptr(Db) one = open_path(path, DB_ROLLBACK_JOURNAL, NULL);
    g_autoptr(Db) two = open_path(path, DB_ROLLBACK_JOURNAL, NULL);
    g_autofree char *mode = journal_mode(one);
    assert_string_equal(mode, "truncate");
    assert_int_equal(pragma(one, "PRAGMA synchronous"), 2);
    gint64 version = pragma(two, "PRAGMA data_version");
    fill(one, 3);
    assert_true(pragma(two, "PRAGMA data_version") != version);
    fill(two, 4);
    assert_int_equal(pragma(one, "SELECT COUNT(*) FROM blob"), 7);
    assert_false(g_file_test(wal, G_FILE_TEST_EXISTS));
}

static void memory_database(void **state)
{
    g_autoptr(Db) db = open_path(":memory:", DB_WRITE, NULL);
    assert_non_null(db);
    fill(db, 1);
    assert_false(g_file_test(":memory:", G_FILE_TEST_EXISTS));
}

static void a_reader_cannot_write(void **state)
{
    g_autoptr(GError) error = NULL;
    fill(db_of(state), 2);
    g_autoptr(Db) reader = test_database_connect(*state, DB_READ);
    assert_int_equal(pragma(reader, "SELECT COUNT(*) FROM blob"), 2);
    assert_false(insert_blob(reader, GINT_TO_POINTER(1), &error));
    assert_true(problem_is(error, PROBLEM_DATABASE));
}

static void a_reader_makes_no_file(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = path_of(state, "none.db");
    assert_null(open_path(path, DB_READ, &error));
    assert_true(problem_is(error, PROBLEM_CANNOT_CREATE));
    assert_non_null(strstr(error->message, path));
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

/* ---- what can go wrong */

static void no_directory(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = path_of(state, "none/test.db");
    assert_null(open_path(path, DB_WRITE, &error));
    assert_true(problem_is(error, PROBLEM_CANNOT_CREATE));
    assert_non_null(strstr(error->message, path));
    g_clear_error(&error);
    assert_null(open_path("", DB_WRITE, &error));
    assert_true(problem_is(error, PROBLEM_BAD_CONFIG));
}

/* Root may write anywhere: as somebody else then. */
static void read_only_directory(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *directory = path_of(state, "."), *path = path_of(state, "new.db");
    bool root = geteuid() == 0;
    assert_int_equal(g_chmod(directory, 0555), 0);
    assert_true(!root || seteuid(NOBODY) == 0);
    Db *db = open_path(path, DB_WRITE, &error);
    assert_true(!root || seteuid(0) == 0);
    assert_int_equal(g_chmod(directory, 0700), 0);
    assert_null(db);
    assert_true(problem_is(error, PROBLEM_CANNOT_CREATE));
}

static void not_a_database(void **state)
{
    static const unsigned modes[] = { DB_WRITE, DB_ROLLBACK_JOURNAL, DB_NO_SYNC };
    g_autofree char *path = path_of(state, "text.db"), *text = g_strnfill(8192, 'x');
    assert_true(g_file_set_contents(path, text, -1, NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(open_path(path, modes[i], &error));
        assert_true(problem_is(error, PROBLEM_DATABASE_CORRUPT));
        assert_non_null(strstr(error->message, path));
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(Db) reader = open_path(path, DB_READ, &error); /* a reader looks at its first query */
    gint64 n = 0;
    assert_false(reader && db_get_one_int(reader, &error, &n, "SELECT COUNT(*) FROM blob"));
    assert_true(problem_is(error, PROBLEM_DATABASE_CORRUPT));
}

/* Pages in the middle overwritten: met while reading, told as what it is, never as the end of the rows. */
static void damaged_pages(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = path_of(state, "damaged.db"), *contents = NULL;
    gsize length = 0;
    Db *db = open_path(path, DB_ROLLBACK_JOURNAL, NULL);
    fill(db, 50);
    db_close(db);
    assert_true(g_file_get_contents(path, &contents, &length, NULL));
    assert_true(length > 100000);
    memset(contents + 8192, 0x5a, length - 12288);
    assert_true(g_file_set_contents(path, contents, (gssize)length, NULL));
    g_autoptr(Db) reader = open_path(path, DB_READ, &error);
    assert_non_null(reader);
    g_autoptr(DbRows) rows = db_query(reader, &error, "SELECT b FROM blob");
    while (rows && db_next(rows, &error))
        continue;
    assert_true(problem_is(error, PROBLEM_DATABASE_CORRUPT));
    assert_true(!rows || !db_rows_ok(rows));
}

static void disk_full(void **state)
{
    g_autoptr(GError) error = NULL;
    Db *db = db_of(state);
    fill(db, 1);
    assert_true(db_script(db, NULL, "PRAGMA max_page_count = 20"));
    assert_false(db_tx(db, insert_blob, GINT_TO_POINTER(200000), &error));
    assert_true(problem_is(error, PROBLEM_STORAGE_FULL));
    assert_int_equal(pragma(db, "SELECT COUNT(*) FROM blob"), 1);
    assert_true(db_tx(db, insert_blob, GINT_TO_POINTER(10), NULL));
}

/* A full disk undoes the whole transaction: nobody before it may believe to be saved; who comes after it gets a new one. */
static void disk_full_within_a_group(void **state)
{
    Db *db = db_of(state);
    fill(db, 1);
    assert_true(db_script(db, NULL, "PRAGMA max_page_count = 20"));
    DbJob jobs[] = {
        { insert_blob, GINT_TO_POINTER(1) },
        { insert_blob, GINT_TO_POINTER(200000) },
        { insert_blob, GINT_TO_POINTER(3) },
    };
    db_tx_group(db, jobs, G_N_ELEMENTS(jobs), NULL);
    gint64 saved = 1;
    for (size_t i = 0; i < G_N_ELEMENTS(jobs); i++) {
        assert_true(!jobs[i].error || problem_is(jobs[i].error, PROBLEM_STORAGE_FULL));
        saved += !jobs[i].error;
        g_clear_error(&jobs[i].error);
    }
    assert_true(saved >= 2 && saved <= 3);
    assert_int_equal(pragma(db, "SELECT COUNT(*) FROM blob"), saved);
}

/* The way SQLite itself ends a transaction, without the luck of a full disk. */
static bool end_everything(Db *db, gpointer arg, GError **error)
{
    db_exec(db, NULL, "ROLLBACK");
    return problem_set(error, PROBLEM_STORAGE_FULL, "gone");
}

static void transaction_that_ends_within_a_group(void **state)
{
    Db *db = db_of(state);
    fill(db, 0);
    DbJob jobs[] = {
        { insert_blob, GINT_TO_POINTER(1) },
        { end_everything },
        { insert_blob, GINT_TO_POINTER(2) },
        { insert_blob, GINT_TO_POINTER(3) },
    };
    db_tx_group(db, jobs, G_N_ELEMENTS(jobs), NULL);
    assert_true(problem_is(jobs[0].error, PROBLEM_STORAGE_FULL));
    assert_true(problem_is(jobs[1].error, PROBLEM_STORAGE_FULL));
    assert_null(jobs[2].error);
    assert_null(jobs[3].error);
    assert_int_equal(pragma(db, "SELECT SUM(length(b)) FROM blob"), 5);
    g_clear_error(&jobs[0].error);
    g_clear_error(&jobs[1].error);
}

static bool write_with_another(Db *db, gpointer other, GError **error)
{
    g_autoptr(GError) failure = NULL;
    assert_false(db_tx(other, insert_blob, GINT_TO_POINTER(1), &failure));
    assert_true(problem_is(failure, PROBLEM_DATABASE_BUSY));
    DbJob jobs[2] = { { insert_blob, GINT_TO_POINTER(1) }, { insert_blob, GINT_TO_POINTER(1) } };
    db_tx_group(other, jobs, 2, NULL);
    for (int i = 0; i < 2; i++) {
        assert_true(problem_is(jobs[i].error, PROBLEM_DATABASE_BUSY));
        g_clear_error(&jobs[i].error);
    }
    return true;
}

static void busy(void **state)
{
    fill(db_of(state), 1);
    g_autoptr(Db) other = test_database_connect(*state, DB_WRITE);
    assert_true(db_script(other, NULL, "PRAGMA busy_timeout = 0"));
    assert_true(db_tx(db_of(state), write_with_another, other, NULL));
    assert_true(db_tx(other, insert_blob, GINT_TO_POINTER(1), NULL));
}

static void strict_tables_refuse_other_types(void **state)
{
    g_autoptr(GError) error = NULL;
    fill(db_of(state), 0);
    assert_false(
        db_exec(db_of(state), &error, "INSERT INTO blob (b) VALUES ($1)", db_text("text")));
    assert_true(problem_is(error, PROBLEM_DATABASE));
}

/* ---- the write-ahead log */

static void wal_is_checkpointed_by_itself(void **state)
{
    fill(db_of(state), 1500);
    assert_true(db_wal_pages(db_of(state)) < 1200);
}

static void wal_is_checkpointed_by_hand(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = path_of(state, "manual.db"), *wal = path_of(state, "manual.db-wal");
    GStatBuf info;
    g_autoptr(Db) db = open_path(path, DB_MANUAL_CHECKPOINT | DB_NO_SYNC, NULL);
    fill(db, 1500);
    assert_true(db_wal_pages(db) > 1500);
    assert_true(db_checkpoint(db, false, &error));
    assert_int_equal(db_wal_pages(db), 0);
    fill(db, 1);
    assert_true(db_wal_pages(db) > 0 && db_wal_pages(db) < 10);
    assert_true(db_checkpoint(db, true, &error));
    assert_int_equal(g_stat(wal, &info), 0);
    assert_int_equal(info.st_size, 0);
}

static bool checkpoint_meanwhile(Db *reader, gpointer writer, GError **error)
{
    gint64 before = pragma(reader, "SELECT COUNT(*) FROM blob");
    fill(writer, 5);
    gint64 start = g_get_monotonic_time();
    assert_true(db_checkpoint(writer, true, error));
    assert_true(g_get_monotonic_time() - start <
                2 * G_USEC_PER_SEC); /* does not wait 5 s for the reader */
    assert_true(db_wal_pages(writer) > 0);
    assert_int_equal(pragma(reader, "SELECT COUNT(*) FROM blob"), before);
    return true;
}

static void checkpoint_does_not_wait_for_readers(void **state)
{
    fill(db_of(state), 5);
    g_autoptr(Db) reader = test_database_connect(*state, DB_READ);
    assert_true(db_read_tx(reader, checkpoint_meanwhile, db_of(state), NULL));
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, test_database_setup, test_database_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(new_files_are_private),
        TEST(settings_of_a_writer),
        TEST(settings_of_a_cache),
        TEST(a_long_statement_gives_way),
        TEST(spared_memory_is_only_memory),
        TEST(two_processes_may_write_a_store),
        TEST(memory_database),
        TEST(a_reader_cannot_write),
        TEST(a_reader_makes_no_file),
        TEST(no_directory),
        TEST(read_only_directory),
        TEST(not_a_database),
        TEST(damaged_pages),
        TEST(disk_full),
        TEST(disk_full_within_a_group),
        TEST(transaction_that_ends_within_a_group),
        TEST(busy),
        TEST(strict_tables_refuse_other_types),
        TEST(wal_is_checkpointed_by_itself),
        TEST(wal_is_checkpointed_by_hand),
        TEST(checkpoint_does_not_wait_for_readers),
    };
    return cmocka_run_group_tests_name("db_sqlite", tests, NULL, NULL);
}
