/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What holds on both engines; what is one engine's own is in test_db_sqlite.c and test_db_postgres.c. */
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
    test_database_setup(state);
    db_script(db_of(state), &error,
              test_database_is_postgres()
                  ? "CREATE TABLE item (id UUID PRIMARY KEY, n BIGINT, t TEXT, b BYTEA)"
                  : "CREATE TABLE item (id BLOB PRIMARY KEY, n INTEGER, t TEXT, b BLOB) STRICT");
    assert_no_error(error);
    return 0;
}

static void add_item(Db *db, gint64 n)
{
    g_autoptr(GError) error = NULL;
    Uuid id = uuid_new();
    db_exec(db, &error, "INSERT INTO item (id, n) VALUES ($1, $2)", db_uuid(&id), db_int(n));
    assert_no_error(error);
}

static gint64 count_items(Db *db)
{
    g_autoptr(GError) error = NULL;
    gint64 n = -1;
    db_get_one_int(db, &error, &n, "SELECT COUNT(*) FROM item");
    assert_no_error(error);
    return n;
}

static bool insert_one(Db *db, gpointer arg, GError **error)
{
    Uuid id = uuid_new();
    return db_exec(db, error, "INSERT INTO item (id, n) VALUES ($1, $2)", db_uuid(&id),
                   db_int(GPOINTER_TO_INT(arg)));
}

static bool insert_and_fail(Db *db, gpointer arg, GError **error)
{
    return insert_one(db, arg, error) && problem_set(error, PROBLEM_REFERRAL_STATE, "no");
}

/* ---- statements and values */

static void values_come_back_as_given(void **state)
{
    static const gint64 numbers[] = { 0, 1, -1, 255, -256, G_MAXINT64, G_MININT64 };
    static const char *const texts[] = { "", "plain", "quote ' \" \\", "é日😀", "line\nline" };
    g_autoptr(GError) error = NULL;
    Db *db = db_of(state);
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        const char *text = texts[i % G_N_ELEMENTS(texts)];
        Uuid id = uuid_new();
        const char bytes[] = "a\0b\xff\0cd";
        db_exec(db, &error, "INSERT INTO item (id, n, t, b) VALUES ($1, $2, $3, $4)", db_uuid(&id),
                db_int(numbers[i]), db_text(text), db_bytes(bytes, i));
        assert_no_error(error);
        g_autoptr(DbRows)
            rows = db_query(db, &error, "SELECT id, n, t, b FROM item WHERE id = $1", db_uuid(&id));
        assert_no_error(error);
        assert_true(db_next(rows, &error));
        Uuid back = db_get_uuid(rows, 0);
        size_t length = 99;
        assert_true(uuid_equal(&id, &back));
        assert_true(db_get_int(rows, 1) == numbers[i]);
        assert_string_equal(db_get_text(rows, 2), text);
        assert_memory_equal(db_get_bytes(rows, 3, &length), bytes, i);
        assert_int_equal(length, i);
        assert_false(db_get_is_null(rows, 3));
        assert_false(db_next(rows, &error));
        assert_true(db_rows_ok(rows));
    }
}

static void unset_values_are_null(void **state)
{
    g_autoptr(GError) error = NULL;
    Db *db = db_of(state);
    Uuid id = uuid_new();
    size_t length = 99;
    db_exec(db, &error, "INSERT INTO item (id, n, t, b) VALUES ($1, $2, $3, $4)", db_uuid(&id),
            db_time(0), db_text(NULL), db_bytes(NULL, 0));
    g_autoptr(DbRows) rows = db_query(db, &error, "SELECT n, t, b, n, NULLIF(id, id) FROM item");
    assert_no_error(error);
    assert_true(db_next(rows, &error));
    for (int column = 0; column < 5; column++)
        assert_true(db_get_is_null(rows, column));
    assert_true(db_get_int(rows, 0) == 0);
    assert_null(db_get_text(rows, 1));
    assert_null(db_get_bytes(rows, 2, &length));
    assert_int_equal(length, 0);
    Uuid nil = db_get_uuid(rows, 4);
    assert_true(uuid_is_nil(&nil));
}

static void parameters_are_numbered_not_counted(void **state)
{
    g_autoptr(GError) error = NULL;
    Db *db = db_of(state);
    Uuid id = uuid_new();
    gint64 n = 0;
    db_exec(db, &error, "INSERT INTO item (t, n, id) VALUES ($3, $2, $1)", db_uuid(&id), db_int(5),
            db_text("x"));
    assert_no_error(error);
    db_get_one_int(db, &error, &n, "SELECT n FROM item WHERE t = $2 AND (n = $1 OR n = $1 + 1)",
                   db_int(4), db_text("x"));
    assert_no_error(error);
    assert_int_equal(n, 5);
}

/* A parameter that was NULL the first time has no type yet; the value that follows must not be misread. */
static void null_first_then_a_value(void **state)
{
    g_autoptr(GError) error = NULL;
    for (int i = 0; i < 3; i++) {
        g_autoptr(DbRows) rows = db_query(db_of(state), &error, "SELECT COALESCE($1, $2)",
                                          i == 0 ? db_null() : db_int(i), db_int(7));
        assert_no_error(error);
        assert_true(db_next(rows, &error));
        assert_int_equal(db_get_int(rows, 0), i == 0 ? 7 : i);
    }
}

static gint64 smaller_ones(Db *db, gint64 n)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DbRows)
        rows = db_query(db, &error, "SELECT n FROM item WHERE n < $1 ORDER BY n", db_int(n));
    gint64 sum = 0;
    while (db_next(rows, &error))
        sum += 1 + smaller_ones(db, db_get_int(rows, 0));
    assert_no_error(error);
    return sum;
}

/* Each level is the same statement, open while the next one runs: 2^n - 1 rows in all. */
static void a_query_inside_its_own_rows(void **state)
{
    for (int n = 0; n < 5; n++)
        add_item(db_of(state), n);
    assert_int_equal(smaller_ones(db_of(state), 5), 31);
    assert_int_equal(smaller_ones(db_of(state), 3), 7);
}

/* The parameters may be gone while rows are still read. */
static void parameters_are_copied(void **state)
{
    g_autoptr(GError) error = NULL;
    Db *db = db_of(state);
    for (int n = 0; n < 3; n++)
        add_item(db, n);
    char *text = g_strdup("needle");
    g_autoptr(DbRows) rows = db_query(db, &error, "SELECT n, CAST($1 AS TEXT) FROM item ORDER BY n",
                                      db_text(text));
    memset(text, 'x', strlen(text));
    g_free(text);
    for (int n = 0; n < 3; n++) {
        assert_true(db_next(rows, &error));
        assert_string_equal(db_get_text(rows, 1), "needle");
    }
}

static void aggregates_are_integers(void **state)
{
    g_autoptr(GError) error = NULL;
    Db *db = db_of(state);
    add_item(db, G_GINT64_CONSTANT(123456789012));
    add_item(db, -5);
    add_item(db, G_GINT64_CONSTANT(90000));
    g_autoptr(DbRows)
        rows = db_query(db, &error,
                        "SELECT SUM(n), COUNT(n), EXISTS (SELECT 1 FROM item), MIN(n), "
                        "SUM(n - n), SUM(n) * -1, 7 FROM item");
    assert_no_error(error);
    assert_true(db_next(rows, &error));
    assert_true(db_get_int(rows, 0) == G_GINT64_CONSTANT(123456879007));
    assert_int_equal(db_get_int(rows, 1), 3);
    assert_int_equal(db_get_int(rows, 2), 1);
    assert_true(db_get_int(rows, 3) == -5);
    assert_true(db_get_int(rows, 4) == 0);
    assert_true(db_get_int(rows, 5) == G_GINT64_CONSTANT(-123456879007));
    assert_int_equal(db_get_int(rows, 6), 7);
}

static void changed_rows_are_counted(void **state)
{
    g_autoptr(GError) error = NULL;
    Db *db = db_of(state);
    gint64 changed = -1;
    for (int n = 0; n < 4; n++)
        add_item(db, n);
    db_exec_count(db, &error, &changed, "UPDATE item SET t = $1 WHERE n >= $2", db_text("x"),
                  db_int(1));
    assert_int_equal(changed, 3);
    db_exec_count(db, &error, &changed, "DELETE FROM item WHERE n = $1", db_int(99));
    assert_int_equal(changed, 0);
    assert_no_error(error);
}

static void returning_is_done_when_query_returns(void **state)
{
    g_autoptr(GError) error = NULL;
    Db *db = db_of(state);
    add_item(db, 1);
    g_autoptr(DbRows)
        rows = db_query(db, &error, "UPDATE item SET n = n + $1 RETURNING n", db_int(4));
    db_rows_free(g_steal_pointer(&rows)); /* no row read */
    gint64 n = 0;
    db_get_one_int(db, &error, &n, "SELECT n FROM item");
    assert_no_error(error);
    assert_int_equal(n, 5);
}

/* ---- errors */

static void unique_violation(void **state)
{
    g_autoptr(GError) error = NULL;
    Db *db = db_of(state);
    Uuid id = uuid_new();
    for (int i = 0; i < 2; i++)
        db_exec(db, i ? &error : NULL, "INSERT INTO item (id) VALUES ($1)", db_uuid(&id));
    assert_true(problem_is(error, PROBLEM_DATABASE_UNIQUE));
    assert_int_equal(count_items(db), 1); /* and the connection is as good as before */
}

static void bad_statement(void **state)
{
    g_autoptr(GError) error = NULL;
    assert_null(db_query(db_of(state), &error, "SELECT no_such_column FROM item"));
    assert_true(problem_is(error, PROBLEM_DATABASE));
    assert_non_null(strstr(error->message, "no_such_column"));
    g_clear_error(&error);
    assert_null(db_query(db_of(state), &error, "SELECT no_such_column FROM item"));
    assert_true(problem_is(error, PROBLEM_DATABASE));
    assert_int_equal(count_items(db_of(state)), 0);
}

static void no_row_is_not_found(void **state)
{
    g_autoptr(GError) error = NULL;
    gint64 n = 42;
    assert_false(db_get_one_int(db_of(state), &error, &n, "SELECT n FROM item"));
    assert_true(problem_is(error, PROBLEM_NOT_FOUND));
    assert_int_equal(n, 42);
}

/* An error in the third row, whether the engine meets it at once or on the way, is never taken for the end. */
static void error_on_the_way_is_told(void **state)
{
    g_autoptr(GError) error = NULL;
    Db *db = db_of(state);
    for (int n = 0; n < 3; n++)
        add_item(db, n == 2 ? G_MAXINT64 : n);
    g_autoptr(DbRows) rows = db_query(
        db, &error,
        test_database_is_postgres()
            ? "SELECT n + 1 FROM item ORDER BY n"
            : "SELECT CASE WHEN n > 5 THEN abs(-n - 1) ELSE n END FROM item ORDER BY n");
    int seen = 0;
    while (rows && db_next(rows, &error))
        seen++;
    assert_true(seen < 3);
    assert_true(problem_is(error, PROBLEM_DATABASE));
    assert_true(!rows || !db_rows_ok(rows));
}

static void unknown_scheme(void **state)
{
    static const DbDriver *const none[] = { NULL };
    g_autoptr(GError) error = NULL;
    assert_null(db_open(none, "mysql://joe:secret@host/db", DB_WRITE, &error));
    assert_true(problem_is(error, PROBLEM_BAD_CONFIG));
    assert_null(strstr(error->message, "secret"));
}

/* ---- transactions */

static void tx_commits(void **state)
{
    g_autoptr(GError) error = NULL;
    assert_true(db_tx(db_of(state), insert_one, GINT_TO_POINTER(1), &error));
    g_autoptr(Db) other = test_database_connect(*state, DB_READ);
    assert_int_equal(count_items(other), 1);
}

static void tx_rolls_back_and_keeps_the_error(void **state)
{
    g_autoptr(GError) error = NULL;
    assert_false(db_tx(db_of(state), insert_and_fail, NULL, &error));
    assert_true(problem_is(error, PROBLEM_REFERRAL_STATE));
    assert_int_equal(count_items(db_of(state)), 0);
    assert_true(db_tx(db_of(state), insert_one, NULL, NULL));
}

static bool look_twice(Db *db, gpointer other, GError **error)
{
    gint64 before = count_items(db);
    add_item(other, 1);
    assert_int_equal(count_items(db), before);
    return true;
}

static void read_tx_is_a_snapshot(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Db) reader = test_database_connect(*state, DB_READ);
    assert_true(db_read_tx(reader, look_twice, db_of(state), &error));
    assert_int_equal(count_items(reader), 1);
    assert_false(db_tx(reader, insert_one, NULL, &error));
}

static bool nest(Db *db, gpointer arg, GError **error)
{
    g_autoptr(GError) failure = NULL;
    assert_true(insert_one(db, GINT_TO_POINTER(1), error));
    assert_false(db_nested(db, insert_and_fail, GINT_TO_POINTER(2), &failure));
    assert_true(problem_is(failure, PROBLEM_REFERRAL_STATE));
    assert_true(db_nested(db, insert_one, GINT_TO_POINTER(4), error));
    return true;
}

static bool nest_twice(Db *db, gpointer arg, GError **error)
{
    g_autoptr(GError) failure = NULL;
    assert_true(db_nested(db, nest, NULL, error));
    assert_false(db_nested(db, insert_and_fail, NULL, &failure));
    return insert_one(db, GINT_TO_POINTER(8), error);
}

static gint64 sum_items(Db *db)
{
    gint64 sum = 0;
    db_get_one_int(db, NULL, &sum, "SELECT SUM(n) FROM item");
    return sum;
}

static void nested_is_undone_alone(void **state)
{
    g_autoptr(GError) error = NULL;
    assert_true(db_tx(db_of(state), nest_twice, NULL, &error));
    assert_int_equal(sum_items(db_of(state)), 13);
}

static bool insert_same_twice(Db *db, gpointer arg, GError **error)
{
    Uuid id = uuid_new();
    for (int i = 0; i < 2; i++)
        if (!db_exec(db, error, "INSERT INTO item (id) VALUES ($1)", db_uuid(&id)))
            return false;
    return true;
}

static bool nest_a_failing_statement(Db *db, gpointer arg, GError **error)
{
    g_autoptr(GError) failure = NULL;
    assert_false(db_nested(db, insert_same_twice, NULL, &failure));
    assert_true(problem_is(failure, PROBLEM_DATABASE_UNIQUE));
    return insert_one(db, GINT_TO_POINTER(3), error);
}

static void nested_saves_the_transaction_from_a_failed_statement(void **state)
{
    g_autoptr(GError) error = NULL;
    assert_true(db_tx(db_of(state), nest_a_failing_statement, NULL, &error));
    assert_int_equal(count_items(db_of(state)), 1);
}

/* ---- later */

static bool later_then_read(Db *db, gpointer arg, GError **error)
{
    for (int n = 0; n < 100; n++) {
        Uuid id = uuid_new();
        if (!db_later(db, error, "INSERT INTO item (id, n) VALUES ($1, $2)", db_uuid(&id),
                      db_int(n)))
            return false;
    }
    assert_int_equal(count_items(db), 100);
    return db_later(db, error, "UPDATE item SET n = n + $1", db_int(1));
}

static void later_is_seen_by_the_next_statement(void **state)
{
    g_autoptr(GError) error = NULL;
    assert_true(db_tx(db_of(state), later_then_read, NULL, &error));
    assert_int_equal(sum_items(db_of(state)), 5050);
}

static bool later_same_twice(Db *db, gpointer arg, GError **error)
{
    Uuid id = uuid_new();
    for (int i = 0; i < 2; i++)
        if (!db_later(db, error, "INSERT INTO item (id) VALUES ($1)", db_uuid(&id)))
            return false;
    return true;
}

static void later_fails_the_commit(void **state)
{
    g_autoptr(GError) error = NULL;
    assert_false(db_tx(db_of(state), later_same_twice, NULL, &error));
    assert_true(problem_is(error, PROBLEM_DATABASE_UNIQUE));
    assert_int_equal(count_items(db_of(state)), 0);
}

static bool nest_later(Db *db, gpointer arg, GError **error)
{
    g_autoptr(GError) failure = NULL;
    assert_true(
        db_later(db, error, "INSERT INTO item (id, n) VALUES ($1, $2)", db_uuid(arg), db_int(1)));
    assert_false(db_nested(db, later_same_twice, NULL, &failure));
    assert_true(problem_is(failure, PROBLEM_DATABASE_UNIQUE));
    return true;
}

static void later_fails_its_own_savepoint(void **state)
{
    g_autoptr(GError) error = NULL;
    Uuid id = uuid_new();
    assert_true(db_tx(db_of(state), nest_later, &id, &error));
    assert_int_equal(count_items(db_of(state)), 1);
}

static bool later_and_refuse(Db *db, gpointer arg, GError **error)
{
    Uuid id = uuid_new();
    db_later(db, error, "INSERT INTO item (id, n) VALUES ($1, $2)", db_uuid(&id), db_int(100));
    return problem_set(error, PROBLEM_FORBIDDEN, "no");
}

static bool nest_refused_later(Db *db, gpointer arg, GError **error)
{
    g_autoptr(GError) failure = NULL;
    assert_false(db_nested(db, later_and_refuse, NULL, &failure));
    assert_true(problem_is(failure, PROBLEM_FORBIDDEN));
    return true;
}

/* What was only queued when the function gave up is undone all the same. */
static void refused_later_leaves_nothing(void **state)
{
    g_autoptr(GError) error = NULL;
    assert_true(db_tx(db_of(state), nest_refused_later, NULL, &error));
    assert_false(db_tx(db_of(state), later_and_refuse, NULL, &error));
    assert_int_equal(count_items(db_of(state)), 0);
}

/* ---- groups */

static void group_undoes_only_what_failed(void **state)
{
    DbJob jobs[] = {
        { insert_one, GINT_TO_POINTER(1) },
        { insert_and_fail, GINT_TO_POINTER(2) },
        { insert_same_twice },
        { insert_one, GINT_TO_POINTER(4) },
        { nest, NULL },
    };
    db_tx_group(db_of(state), jobs, G_N_ELEMENTS(jobs), NULL);
    assert_null(jobs[0].error);
    assert_true(problem_is(jobs[1].error, PROBLEM_REFERRAL_STATE));
    assert_true(problem_is(jobs[2].error, PROBLEM_DATABASE_UNIQUE));
    assert_null(jobs[3].error);
    assert_null(jobs[4].error);
    assert_int_equal(sum_items(db_of(state)), 1 + 4 + 1 + 4);
    for (size_t i = 0; i < G_N_ELEMENTS(jobs); i++)
        g_clear_error(&jobs[i].error);
}

static void group_of_one_and_of_none(void **state)
{
    DbJob job = { insert_and_fail };
    db_tx_group(db_of(state), &job, 0, NULL);
    db_tx_group(db_of(state), &job, 1, NULL);
    assert_true(problem_is(job.error, PROBLEM_REFERRAL_STATE));
    g_clear_error(&job.error);
    assert_int_equal(count_items(db_of(state)), 0);
}

/* ---- the last step of a group */

static struct {
    int calls;
    size_t jobs;     /* of the last call */
    int fail_groups; /* calls for more than one job that fail */
    bool fail_five;  /* calls for a job whose argument is 5 fail */
} last;

static bool note_last(Db *db, const DbJob *const *jobs, size_t n, GError **error)
{
    last.calls++;
    last.jobs = n;
    if (n > 1 && last.fail_groups-- > 0)
        return problem_set(error, PROBLEM_DATABASE, "not together");
    for (size_t i = 0; i < n; i++)
        if (last.fail_five && GPOINTER_TO_INT(jobs[i]->arg) == 5)
            return problem_set(error, PROBLEM_DATABASE, "not five");
    Uuid id = uuid_new();
    return db_later(db, error, "INSERT INTO item (id, n) VALUES ($1, $2)", db_uuid(&id),
                    db_int(1000));
}

static void last_step_is_one_for_all_that_went_well(void **state)
{
    DbJob jobs[] = { { insert_one, GINT_TO_POINTER(1) },
                     { insert_and_fail, GINT_TO_POINTER(2) },
                     { insert_one, GINT_TO_POINTER(3) } };
    memset(&last, 0, sizeof last);
    db_tx_group(db_of(state), jobs, G_N_ELEMENTS(jobs), note_last);
    assert_int_equal(last.calls, 1);
    assert_int_equal(last.jobs, 2);
    assert_null(jobs[0].error);
    assert_true(problem_is(jobs[1].error, PROBLEM_REFERRAL_STATE));
    assert_int_equal(sum_items(db_of(state)), 1 + 3 + 1000);
    g_clear_error(&jobs[1].error);
    db_tx_group(db_of(state), jobs, 1, note_last);
    assert_int_equal(last.calls, 2);
    assert_int_equal(sum_items(db_of(state)), 1 + 3 + 1000 + 1 + 1000);
}

static void last_step_that_fails_is_tried_job_by_job(void **state)
{
    DbJob jobs[] = { { insert_one, GINT_TO_POINTER(1) }, { insert_one, GINT_TO_POINTER(5) } };
    memset(&last, 0, sizeof last);
    last.fail_groups = 1;
    last.fail_five = true;
    db_tx_group(db_of(state), jobs, G_N_ELEMENTS(jobs), note_last);
    assert_int_equal(last.calls, 3);
    assert_null(jobs[0].error);
    assert_true(problem_is(jobs[1].error, PROBLEM_DATABASE));
    assert_int_equal(sum_items(db_of(state)), 1 + 1000);
    g_clear_error(&jobs[1].error);
}

/* ---- what is left for later in a savepoint that nobody waits for */

static bool nest_same_twice_later(Db *db, gpointer arg, GError **error)
{
    return db_nested_later(db, insert_same_twice, NULL, error);
}

static void later_savepoint_fails_with_its_transaction(void **state)
{
    DbJob jobs[] = { { insert_one, GINT_TO_POINTER(1) },
                     { nest_same_twice_later },
                     { insert_one, GINT_TO_POINTER(3) } };
    db_tx_group(db_of(state), jobs, G_N_ELEMENTS(jobs), NULL);
    assert_null(jobs[0].error);
    assert_true(problem_is(jobs[1].error, PROBLEM_DATABASE_UNIQUE));
    assert_null(jobs[2].error);
    assert_int_equal(sum_items(db_of(state)), 4);
    g_clear_error(&jobs[1].error);
}

/* ---- scripts and interned texts */

static void script_names_the_line(void **state)
{
    g_autoptr(GError) error = NULL;
    assert_true(db_script(db_of(state), &error, "-- nothing\n;\n"));
    assert_false(
        db_script(db_of(state), &error,
                  "CREATE TABLE one (a TEXT);\n-- é comment\n\nCREATE TABEL two (a TEXT);\n"));
    assert_true(problem_is(error, PROBLEM_DATABASE));
    assert_true(g_str_has_prefix(error->message, "line 4: "));
}

static void interned_texts_are_one(void **state)
{
    const char *one = db_intern("SELECT %d", 1), *again = db_intern("SELECT %s", "1");
    assert_ptr_equal(one, again);
    assert_ptr_not_equal(one, db_intern("SELECT %d", 2));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, test_database_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(values_come_back_as_given),
        TEST(unset_values_are_null),
        TEST(parameters_are_numbered_not_counted),
        TEST(null_first_then_a_value),
        TEST(a_query_inside_its_own_rows),
        TEST(parameters_are_copied),
        TEST(aggregates_are_integers),
        TEST(changed_rows_are_counted),
        TEST(returning_is_done_when_query_returns),
        TEST(unique_violation),
        TEST(bad_statement),
        TEST(no_row_is_not_found),
        TEST(error_on_the_way_is_told),
        TEST(unknown_scheme),
        TEST(tx_commits),
        TEST(tx_rolls_back_and_keeps_the_error),
        TEST(read_tx_is_a_snapshot),
        TEST(nested_is_undone_alone),
        TEST(nested_saves_the_transaction_from_a_failed_statement),
        TEST(later_is_seen_by_the_next_statement),
        TEST(later_fails_the_commit),
        TEST(later_fails_its_own_savepoint),
        TEST(refused_later_leaves_nothing),
        TEST(group_undoes_only_what_failed),
        TEST(group_of_one_and_of_none),
        TEST(last_step_is_one_for_all_that_went_well),
        TEST(last_step_that_fails_is_tried_job_by_job),
        TEST(later_savepoint_fails_with_its_transaction),
        TEST(script_names_the_line),
        TEST(interned_texts_are_one),
    };
    return cmocka_run_group_tests_name("db", tests, NULL, NULL);
}
