/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test_database.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib/gstdio.h>

#ifdef WITH_POSTGRESQL
static const DbDriver *const drivers[] = { &db_sqlite, &db_postgres, NULL };
#else
static const DbDriver *const drivers[] = { &db_sqlite, NULL };
#endif

bool test_database_is_postgres(void)
{
    return g_getenv("LEADLINE_TEST_PG") != NULL;
}

void assert_no_error(const GError *error)
{
    if (error)
        fail_msg("%s", error->message);
}

Db *test_database_connect(const TestDatabase *database, unsigned mode)
{
    g_autoptr(GError) error = NULL;
    Db *db = db_open(drivers, database->url, mode, &error);
    assert_no_error(error);
    return db;
}

int test_database_setup(void **state)
{
    g_autoptr(GError) error = NULL;
    TestDatabase *database = g_new0(TestDatabase, 1);
    if (test_database_is_postgres()) {
        database->url = g_strdup(g_getenv("LEADLINE_TEST_PG"));
    } else {
        database->directory = g_dir_make_tmp("leadline-test-XXXXXX", &error);
        assert_no_error(error);
        database->url = g_strdup_printf("sqlite:%s/test.db", database->directory);
    }
    database->db = test_database_connect(database, DB_WRITE);
    if (test_database_is_postgres())
        db_script(database->db, &error, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    assert_no_error(error);
    *state = database;
    return 0;
}

static void remove_directory(const char *path)
{
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    for (const char *name; directory && (name = g_dir_read_name(directory));) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        g_unlink(file);
    }
    g_rmdir(path);
}

int test_database_teardown(void **state)
{
    TestDatabase *database = *state;
    db_close(database->db);
    if (database->directory)
        remove_directory(database->directory);
    g_free(database->directory);
    g_free(database->url);
    g_free(database);
    return 0;
}
