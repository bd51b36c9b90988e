/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is PostgreSQL's own: retries, connections that die, plans that go stale. Skipped without LEADLINE_TEST_PG. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/problem.h"
#include "db/db.h"
#include "test_database.h"

static Db *db_of(void **state)
{
    return ((TestDatabase *)*state)->db;
}

static int setup(void **state)
{
    g_autoptr(GError) error = NULL;
    if (!test_database_is_postgres())
        return 0;
    test_database_setup(state);
    db_script(db_of(state), &error, "CREATE TABLE item (n BIGINT, t TEXT)");
    assert_no_error(error);
    return 0;
}

static int teardown(void **state)
{
    return test_database_is_postgres() ? test_database_teardown(state) : 0;
}

static void skip_without_server(void)
{
    if (!test_database_is_postgres())
        skip();
}

static gint64 one(Db *db, const char *sql)
{
    g_autoptr(GError) error = NULL;
    gint64 n = -1;
    db_get_one_int(db, &error, &n, sql);
    assert_no_error(error);
    return n;
}

static void kill_connection_of(void **state)
{
    g_autoptr(GError) error = NULL;
    gint64 pid = one(db_of(state), "SELECT pg_backend_pid()"), killed = 0;
    g_autoptr(Db) other = test_database_connect(*state, DB_WRITE);
    db_get_one_int(other, &error, &killed, "SELECT pg_terminate_backend(CAST($1 AS INTEGER), 5000)",
                   db_int(pid));
    assert_no_error(error);
    assert_int_equal(killed, 1);
}

/* ---- retries */

static bool fail_twice(Db *db, gpointer attempts, GError **error)
{
    int attempt = ++*(int *)attempts;
    if (!db_exec(db, error, "INSERT INTO item (n) VALUES ($1)", db_int(attempt)))
        return false;
    return attempt > 2 ||
           db_script(db, error, "DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END $$");
}

static void serialization_failure_is_run_again(void **state)
{
    skip_without_server();
    g_autoptr(GError) error = NULL;
    int attempts = 0;
    assert_true(db_tx(db_of(state), fail_twice, &attempts, &error));
    assert_int_equal(attempts, 3);
    assert_int_equal(one(db_of(state), "SELECT SUM(n) FROM item"), 3);
}

static bool always_deadlock(Db *db, gpointer attempts, GError **error)
{
    ++*(int *)attempts;
    return db_script(db, error, "DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40P01'; END $$");
}

static void retries_end(void **state)
{
    skip_without_server();
    g_autoptr(GError) error = NULL;
    int attempts = 0;
    assert_false(db_tx(db_of(state), always_deadlock, &attempts, &error));
    assert_true(problem_is(error, PROBLEM_DATABASE_BUSY));
    assert_int_equal(attempts, 6);
}

static bool refuse(Db *db, gpointer attempts, GError **error)
{
    ++*(int *)attempts;
    return problem_set(error, PROBLEM_FORBIDDEN, "no");
}

static void refusals_are_not_run_again(void **state)
{
    skip_without_server();
    int attempts = 0;
    assert_false(db_tx(db_of(state), refuse, &attempts, NULL));
    assert_int_equal(attempts, 1);
}

/* A statement failed, the function did not care: COMMIT would be a silent ROLLBACK. */
static bool ignore_failure(Db *db, gpointer arg, GError **error)
{
    assert_true(db_exec(db, error, "INSERT INTO item (n) VALUES (1)"));
    assert_false(db_exec(db, NULL, "INSERT INTO item (nothing) VALUES (1)"));
    return true;
}

static void ignored_failure_fails_the_commit(void **state)
{
    skip_without_server();
    g_autoptr(GError) error = NULL;
    assert_false(db_tx(db_of(state), ignore_failure, NULL, &error));
    assert_true(problem_is(error, PROBLEM_DATABASE));
    assert_int_equal(one(db_of(state), "SELECT COUNT(*) FROM item"), 0);
}

/* A deadlock within a group is not of one job: the locks of the others go too, and each is run by itself. */

static bool count_and_insert(Db *db, gpointer attempts, GError **error)
{
    ++*(int *)attempts;
    return db_exec(db, error, "INSERT INTO item (n) VALUES (1)");
}

static bool deadlock_once(Db *db, gpointer attempts, GError **error)
{
    return ++*(int *)attempts > 1
               ? db_exec(db, error, "INSERT INTO item (n) VALUES (10)")
               : db_script(db, error,
                           "DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40P01'; END $$");
}

static void group_with_a_deadlock_is_run_job_by_job(void **state)
{
    skip_without_server();
    int attempts[3] = { 0 };
    DbJob jobs[] = { { count_and_insert, &attempts[0] },
                     { deadlock_once, &attempts[1] },
                     { count_and_insert, &attempts[2] } };
    db_tx_group(db_of(state), jobs, G_N_ELEMENTS(jobs), NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(jobs); i++)
        assert_no_error(jobs[i].error);
    assert_int_equal(attempts[0], 2);
    assert_int_equal(attempts[1], 2);
    assert_int_equal(attempts[2], 1);
    assert_int_equal(one(db_of(state), "SELECT SUM(n) FROM item"), 12);
}

/* A job that meets a lock while others' work is held steps back until that is committed; what holds the lock may wait for it. */

typedef struct Holder {
    Db *db;
    GThread *thread;
    bool waited; /* the holder's own update of what the group had, and its commit, went well */
} Holder;

static gpointer wait_for_the_group(gpointer data)
{
    Holder *holder = data;
    holder->waited = db_exec(holder->db, NULL, "UPDATE item SET n = n + 100 WHERE t = 'first'") &&
                     db_exec(holder->db, NULL, "COMMIT");
    return NULL;
}

static bool take_first(Db *db, gpointer attempts, GError **error)
{
    ++*(int *)attempts;
    return db_exec(db, error, "UPDATE item SET n = n + 1 WHERE t = 'first'");
}

/* When it is run first, the holder begins to wait for "first": a circle, which this group has to open. */
static bool take_second(Db *db, gpointer data, GError **error)
{
    Holder *holder = data;
    if (!holder->thread)
        holder->thread = g_thread_new("holder", wait_for_the_group, holder);
    return db_exec(db, error, "UPDATE item SET n = n + 1 WHERE t = 'second'");
}

static void group_lets_go_before_it_waits(void **state)
{
    skip_without_server();
    g_autoptr(Db) other = test_database_connect(*state, DB_WRITE);
    assert_true(db_exec(other, NULL, "INSERT INTO item (t, n) VALUES ('first', 0), ('second', 0)"));
    assert_true(db_exec(other, NULL, "BEGIN"));
    assert_true(db_exec(other, NULL, "UPDATE item SET n = n + 10 WHERE t = 'second'"));
    Holder holder = { .db = other };
    int attempts[2] = { 0 };
    DbJob jobs[] = { { take_first, &attempts[0] },
                     { take_second, &holder },
                     { count_and_insert, &attempts[1] } };
    db_tx_group(db_of(state), jobs, G_N_ELEMENTS(jobs), NULL);
    g_thread_join(holder.thread);
    for (size_t i = 0; i < G_N_ELEMENTS(jobs); i++)
        assert_no_error(jobs[i].error);
    assert_true(holder.waited);
    assert_int_equal(attempts[0], 1); /* nobody was the victim of a deadlock */
    assert_int_equal(attempts[1], 1);
    assert_int_equal(one(db_of(state), "SELECT n FROM item WHERE t = 'first'"), 101);
    assert_int_equal(one(db_of(state), "SELECT n FROM item WHERE t = 'second'"), 11);
}

/* now() is the time at which the transaction began. */
static bool insert_begin(Db *db, gpointer arg, GError **error)
{
    return db_exec(
        db, error,
        "INSERT INTO item (n) SELECT CAST(EXTRACT(EPOCH FROM now()) * 1000000 AS BIGINT)");
}

static void group_is_one_transaction(void **state)
{
    skip_without_server();
    int attempts = 0;
    DbJob jobs[] = { { insert_begin }, { refuse, &attempts }, { insert_begin } };
    db_tx_group(db_of(state), jobs, G_N_ELEMENTS(jobs), NULL);
    assert_no_error(jobs[0].error);
    assert_true(problem_is(jobs[1].error, PROBLEM_FORBIDDEN));
    assert_no_error(jobs[2].error);
    g_clear_error(&jobs[1].error);
    assert_int_equal(one(db_of(state), "SELECT COUNT(*) FROM item"), 2);
    assert_int_equal(one(db_of(state), "SELECT COUNT(DISTINCT n) FROM item"), 1);
}

/* ---- connections that die */

static bool insert_one(Db *db, gpointer arg, GError **error)
{
    return db_later(db, error, "INSERT INTO item (n) VALUES ($1)", db_int(1));
}

static void transaction_finds_a_dead_connection(void **state)
{
    skip_without_server();
    g_autoptr(GError) error = NULL;
    assert_true(db_tx(db_of(state), insert_one, NULL, &error));
    kill_connection_of(state);
    /* COMMIT travels with what was left for later: whether it happened cannot be known, and is not guessed. */
    if (!db_tx(db_of(state), insert_one, NULL, &error))
        assert_true(problem_is(error, PROBLEM_DATABASE_AWAY));
    g_clear_error(&error);
    gint64 before = one(db_of(state), "SELECT COUNT(*) FROM item");
    assert_true(db_tx(db_of(state), insert_one, NULL, &error));
    assert_int_equal(one(db_of(state), "SELECT COUNT(*) FROM item"), before + 1);
}

static bool read_and_insert(Db *db, gpointer arg, GError **error)
{
    gint64 n = 0;
    return db_get_one_int(db, error, &n, "SELECT COUNT(*) FROM item") &&
           db_exec(db, error, "INSERT INTO item (n) VALUES (1)");
}

static bool die_on_the_way(Db *db, gpointer arg, GError **error)
{
    void ***state = arg;
    if (!db_exec(db, error, "INSERT INTO item (n) VALUES (1)"))
        return false;
    if (*state) {
        void **once = *state;
        *state = NULL;
        kill_connection_of(once);
    }
    return db_exec(db, error, "INSERT INTO item (n) VALUES (1)");
}

static void transaction_is_run_again_on_a_new_connection(void **state)
{
    skip_without_server();
    g_autoptr(GError) error = NULL;
    void **once = state;
    assert_true(db_tx(db_of(state), die_on_the_way, &once, &error));
    assert_int_equal(one(db_of(state), "SELECT COUNT(*) FROM item"), 2);
    kill_connection_of(state);
    assert_true(
        db_tx(db_of(state), read_and_insert, NULL, &error)); /* found dead at its first statement */
    assert_int_equal(one(db_of(state), "SELECT COUNT(*) FROM item"), 3);
}

static void group_is_run_again_on_a_new_connection(void **state)
{
    skip_without_server();
    void **once = state;
    int attempts = 0;
    DbJob jobs[] = { { count_and_insert, &attempts },
                     { die_on_the_way, &once },
                     { count_and_insert, &attempts } };
    db_tx_group(db_of(state), jobs, G_N_ELEMENTS(jobs), NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(jobs); i++)
        assert_no_error(jobs[i].error);
    assert_int_equal(one(db_of(state), "SELECT COUNT(*) FROM item"), 4);
}

static void read_finds_a_dead_connection(void **state)
{
    skip_without_server();
    assert_int_equal(one(db_of(state), "SELECT COUNT(*) FROM item"), 0);
    kill_connection_of(state);
    assert_int_equal(one(db_of(state), "SELECT COUNT(*) FROM item"), 0);
}

/* ---- plans and types */

static bool read_everything(Db *db, gpointer columns, GError **error)
{
    g_autoptr(DbRows) rows = db_query(db, error, "SELECT * FROM item");
    if (!rows || !db_next(rows, error))
        return false;
    *(gint64 *)columns = db_get_int(rows, 0);
    return true;
}

static void stale_plan_is_prepared_anew(void **state)
{
    skip_without_server();
    g_autoptr(GError) error = NULL;
    gint64 n = 0;
    assert_true(db_exec(db_of(state), &error, "INSERT INTO item (n) VALUES (7)"));
    assert_true(db_tx(db_of(state), read_everything, &n, &error));
    assert_true(db_script(db_of(state), &error, "ALTER TABLE item ADD COLUMN more BIGINT"));
    assert_true(db_tx(db_of(state), read_everything, &n, &error));
    assert_no_error(error);
    assert_int_equal(n, 7);
}

static void reader_is_read_only(void **state)
{
    skip_without_server();
    g_autoptr(Db) reader = test_database_connect(*state, DB_READ);
    assert_false(db_exec(reader, NULL, "INSERT INTO item (n) VALUES (1)"));
    assert_int_equal(one(reader, "SELECT COUNT(*) FROM item"), 0);
}

static void errors_show_no_values(void **state)
{
    skip_without_server();
    g_autoptr(GError) error = NULL;
    assert_true(db_script(db_of(state), &error, "CREATE UNIQUE INDEX item_t ON item (t)"));
    for (int i = 0; i < 2; i++)
        db_exec(db_of(state), i ? &error : NULL, "INSERT INTO item (t) VALUES ($1)",
                db_text("priya@bright.example"));
    assert_true(problem_is(error, PROBLEM_DATABASE_UNIQUE));
    assert_null(strstr(error->message, "priya"));
    assert_non_null(strstr(error->message, "item_t"));
}

static void no_server_is_an_error_without_password(void **state)
{
    skip_without_server();
    static const DbDriver *const drivers[] = { &db_postgres, NULL };
    g_autoptr(GError) error = NULL;
    assert_null(db_open(drivers, "postgresql://joe:hidden@127.0.0.1:1/x", DB_WRITE, &error));
    assert_true(problem_is(error, PROBLEM_DATABASE_AWAY));
    assert_null(strstr(error->message, "hidden"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(serialization_failure_is_run_again),
        TEST(retries_end),
        TEST(refusals_are_not_run_again),
        TEST(ignored_failure_fails_the_commit),
        TEST(group_with_a_deadlock_is_run_job_by_job),
        TEST(group_lets_go_before_it_waits),
        TEST(group_is_one_transaction),
        TEST(transaction_finds_a_dead_connection),
        TEST(transaction_is_run_again_on_a_new_connection),
        TEST(group_is_run_again_on_a_new_connection),
        TEST(read_finds_a_dead_connection),
        TEST(stale_plan_is_prepared_anew),
        TEST(reader_is_read_only),
        TEST(errors_show_no_values),
        TEST(no_server_is_an_error_without_password),
    };
    return cmocka_run_group_tests_name("db_postgres", tests, NULL, NULL);
}
