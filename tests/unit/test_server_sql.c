/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hot statements must walk an index in its order, whatever the size of the tables: no full scan, no sorting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "server/erasure.h"
#include "server/feed.h"
#include "server/group_report_data.h"
#include "server/groups.h"
#include "server/invitations.h"
#include "server/leader_approvals.h"
#include "server/members.h"
#include "server/meeting_entries.h"
#include "server/meeting_mail.h"
#include "server/meetings.h"
#include "server/network.h"
#include "server/one_to_ones.h"
#include "server/profiles.h"
#include "server/referral_list.h"
#include "server/requests.h"
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

static void groups_walk_an_index(void **state)
{
    g_autoptr(Db) db = open_migrated();
    for (int i = 0; group_hot_sql(db, i); i++)
        assert_walks_index(db, group_hot_sql(db, i));
    for (int i = 0; member_hot_sql(i); i++)
        assert_walks_index(db, member_hot_sql(i));
    for (int i = 0; request_hot_sql(i); i++)
        assert_walks_index(db, request_hot_sql(i));
    for (int i = 0; leader_approval_hot_sql(i); i++)
        assert_walks_index(db, leader_approval_hot_sql(i));
    for (int i = 0; meeting_hot_sql(i); i++)
        assert_walks_index(db, meeting_hot_sql(i));
    for (int i = 0; meeting_entry_hot_sql(i); i++)
        assert_walks_index(db, meeting_entry_hot_sql(i));
    for (int i = 0; meeting_mail_hot_sql(i); i++)
        assert_walks_index(db, meeting_mail_hot_sql(i));
    for (int i = 0; one_to_one_hot_sql(i); i++)
        assert_walks_index(db, one_to_one_hot_sql(i));
}

/* They gather and count, so they may sort what they found; what they read is found by an index. */
static void reports_of_groups_scan_nothing(void **state)
{
    g_autoptr(Db) db = open_migrated();
    for (int i = 0; group_report_hot_sql(i); i++) {
        g_autoptr(GError) error = NULL;
        const char *sql = group_report_hot_sql(i);
        g_autoptr(DbRows)
            rows = db_query_values(db, &error, db_intern("EXPLAIN QUERY PLAN %s", sql),
                                   (DbValue[20]){ 0 }, count_parameters(sql));
        if (!rows)
            fail_msg("%s: %s", error->message, sql);
        while (db_next(rows, &error))
            if (g_str_has_prefix(db_get_text(rows, 3), "SCAN ") &&
                !g_str_has_prefix(db_get_text(rows, 3), "SCAN (subquery"))
                fail_msg("%s\n in %s", db_get_text(rows, 3), sql);
    }
}

static void changes_walk_an_index(void **state)
{
    g_autoptr(Db) db = open_migrated();
    for (int i = 0; feed_page_sql(i); i++)
        assert_walks_index(db, feed_page_sql(i));
}

/* ---- R3: what an account takes with it when it goes */

static bool lists(const char *words, const char *word)
{
    g_auto(GStrv) all = g_strsplit(words, " ", -1);
    return g_strv_contains((const char *const *)all, word);
}

/* The row that answers for a text; column NULL: any of the table. */
static const ErasureRow *answering(const char *table, const char *column)
{
    for (const ErasureRow *row = erasure_rows; row->table; row++)
        if (strcmp(row->table, table) == 0 &&
            (!column || lists(row->columns, column) || strcmp(row->columns, "*") == 0))
            return row;
    return NULL;
}

static const char texts_sql[] =
    "SELECT t.name, c.name FROM pragma_table_list t JOIN pragma_table_info(t.name) c"
    " WHERE t.schema = 'main' AND t.type IN ('table', 'virtual') AND t.name NOT LIKE 'sqlite_%'"
    " AND (c.type = 'TEXT' OR t.type = 'virtual')";
static const char referring_sql[] =
    "SELECT DISTINCT t.name FROM pragma_table_list t JOIN pragma_foreign_key_list(t.name) f"
    " WHERE t.schema = 'main' AND f.\"table\" IN ('account', 'session')";

/* A migration that adds a text, or a table about accounts, says what becomes of it: a row of erasure_rows[]. */
static void every_text_is_in_the_table_of_erasure(void **state)
{
    g_autoptr(Db) db = open_migrated();
    g_autoptr(GError) error = NULL;
    g_autoptr(DbRows) texts = db_query(db, &error, texts_sql);
    int n = 0;
    for (; db_next(texts, &error); n++)
        if (!answering(db_get_text(texts, 0), db_get_text(texts, 1)))
            fail_msg("erasure_rows[] does not say what becomes of %s.%s when an account is deleted",
                     db_get_text(texts, 0), db_get_text(texts, 1));
    assert_true(db_rows_ok(texts) && n > 50);
    g_autoptr(DbRows) tables = db_query(db, &error, referring_sql);
    for (n = 0; db_next(tables, &error); n++)
        if (!answering(db_get_text(tables, 0), NULL))
            fail_msg("erasure_rows[] has no row for %s, which refers to accounts",
                     db_get_text(tables, 0));
    assert_true(db_rows_ok(tables) && n > 10);
}

/* Whole tables are only what is deleted, or filled by code; what is emptied is named in the statement. */
static void erasure_does_what_it_says(void **state)
{
    for (const ErasureRow *row = erasure_rows; row->table; row++) {
        assert_true(row->fate != ERASE_NOTHING || strcmp(row->columns, "*") != 0);
        if (row->fate != ERASE_TEXTS || !row->sql)
            continue;
        g_auto(GStrv) columns = g_strsplit(row->columns, " ", -1);
        for (char **column = columns; *column; column++) {
            g_autofree char *assigned = g_strdup_printf("%s = ", *column);
            if (!strstr(row->sql, assigned))
                fail_msg("%s.%s is not emptied by %s", row->table, *column, row->sql);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_walk_an_index),
        cmocka_unit_test(the_network_walks_an_index),
        cmocka_unit_test(groups_walk_an_index),
        cmocka_unit_test(reports_of_groups_scan_nothing),
        cmocka_unit_test(changes_walk_an_index),
        cmocka_unit_test(every_text_is_in_the_table_of_erasure),
        cmocka_unit_test(erasure_does_what_it_says),
    };
    return cmocka_run_group_tests_name("server_sql", tests, NULL, NULL);
}
