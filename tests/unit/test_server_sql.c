/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hot statements must walk an index in its order, whatever the size of the tables: no full scan, no sorting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "server/feed.h"
#include "server/invitations.h"
#include "server/network.h"
#include "server/profiles.h"
#include "server/referral_list.h"
#include "server/schema.h"

static const DbDriver *const drivers[] = { &db_sqlite, NULL };

static Db *open_migrated(void)
{
    g_autoptr(GError) error = NULL;
    Db *db = db_open(drivers, "sqlite::memory:", DB_WRITE, &error);
    if (!db || !db_migrate(db, server_schema, &error))
        fail_msg("%s", error->message);
    return db;
}

static size_t count_parameters(const char *sql)
{
    size_t n = 0;
    for (const char *p = strchr(sql, '$'); p; p = strchr(p + 1, '$'))
        n = MAX(n, (size_t)g_ascii_strtoull(p + 1, NULL, 10));
    return n;
}

static void assert_walks_index(Db *db, const char *sql)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DbRows) rows = db_query_values(db, &error, db_intern("EXPLAIN QUERY PLAN %s", sql),
                                             (DbValue[20]){ 0 }, count_parameters(sql));
    if (!rows)
        fail_msg("%s: %s", error->message, sql);
    int n = 0;
    for (; db_next(rows, &error); n++) {
        const char *step = db_get_text(rows, 3);
        bool bad = strstr(step, "TEMP B-TREE") ||
                   (g_str_has_prefix(step, "SCAN ") && !strstr(step, "VIRTUAL TABLE INDEX"));
        if (bad)
            fail_msg("%s\n in %s", step, sql);
    }
    assert_true(db_rows_ok(rows));
    assert_true(n > 0);
}

static void lists_walk_an_index(void **state)
{
    g_autoptr(Db) db = open_migrated();
    for (int i = 0; referral_list_hot_sql(db, i); i++)
        assert_walks_index(db, referral_list_hot_sql(db, i));
}

static void the_network_walks_an_index(void **state)
{
    g_autoptr(Db) db = open_migrated();
    for (int i = 0; invitation_hot_sql(i); i++)
        assert_walks_index(db, invitation_hot_sql(i));
    for (int i = 0; network_hot_sql(i); i++)
        assert_walks_index(db, network_hot_sql(i));
    for (int i = 0; profile_hot_sql(db, i); i++)
        assert_walks_index(db, profile_hot_sql(db, i));
}

static void changes_walk_an_index(void **state)
{
    g_autoptr(Db) db = open_migrated();
    for (int i = 0; feed_page_sql(i); i++)
        assert_walks_index(db, feed_page_sql(i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_walk_an_index),
        cmocka_unit_test(the_network_walks_an_index),
        cmocka_unit_test(changes_walk_an_index),
    };
    return cmocka_run_group_tests_name("server_sql", tests, NULL, NULL);
}
