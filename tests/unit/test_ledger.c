/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ledger under random bookings, kept a second time by the test itself; on both engines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/problem.h"
#include "server/ledger.h"
#include "server/schema.h"
#include "test_database.h"

#define ACCOUNTS 5
#define BOOKINGS 300
#define WRITERS 4

static const char *const codes[ACCOUNTS] = { "group:1:dues", "group:1:cash", "group:1:waived",
                                             "member:2:1", "member:3:1" };
static const char *const currencies[] = { "GBP", "EUR", "JPY" };

static Db *db_of(void **state)
{
    return ((TestDatabase *)*state)->db;
}

static int setup(void **state)
{
    g_autoptr(GError) error = NULL;
    test_database_setup(state);
    db_migrate(db_of(state), server_schema, &error);
    assert_no_error(error);
    return 0;
}

static gint64 one(Db *db, const char *sql)
{
    g_autoptr(GError) error = NULL;
    gint64 n = -1;
    db_get_one_int(db, &error, &n, sql);
    assert_no_error(error);
    return n;
}

/* ---- what must hold, whatever was booked */

static void assert_whole(Db *db)
{
    assert_int_equal(one(db, "SELECT COUNT(*) FROM (SELECT txn FROM posting GROUP BY txn"
                             " HAVING SUM(amount) <> 0 OR COUNT(*) < 2) x"),
                     0);
    assert_int_equal(one(db,
                         "SELECT COUNT(*) FROM ledger_account a WHERE balance <> (SELECT"
                         " COALESCE(SUM(amount), 0) FROM posting p WHERE p.account = a.id) OR"
                         " postings <> (SELECT COUNT(*) FROM posting p WHERE p.account = a.id)"),
                     0);
    assert_int_equal(one(db, "SELECT COUNT(*) FROM posting p CROSS JOIN txn t CROSS JOIN"
                             " ledger_account a WHERE t.id = p.txn AND a.id = p.account AND"
                             " (a.currency <> t.currency OR p.at <> t.at)"),
                     0);
}

/* ---- one booking, in a transaction of its own */

typedef struct Booking {
    LedgerEntry entry;
    gint64 now;
    Uuid reverses; /* instead */
    bool fresh;
} Booking;

static bool book(Db *db, gpointer data, GError **error)
{
    Booking *booking = data;
    return uuid_is_nil(&booking->reverses)
               ? ledger_post(db, booking->now, &booking->entry, &booking->fresh, error)
               : ledger_reverse(db, booking->now, &booking->reverses, "wrong", NULL, error);
}

static void random_lines(GRand *random, LedgerLine lines[static LEDGER_LINES])
{
    int n = g_rand_int_range(random, 2, 5), first = g_rand_int_range(random, 0, ACCOUNTS);
    gint64 left = 0;
    for (int i = 0; i < n; i++) {
        gint64 amount = i + 1 < n ? g_rand_int_range(random, 1, 100000) : left;
        if (i + 1 < n && left != 0 && g_rand_boolean(random))
            amount = -amount;
        if (amount == 0 || (i + 2 == n && left == amount))
            amount += 1;
        lines[i] = (LedgerLine){ codes[(first + i) % ACCOUNTS], i + 1 < n ? amount : left };
        left -= i + 1 < n ? amount : 0;
    }
}

/* The ledger as the test keeps it. */
typedef struct Books {
    gint64 balance[ACCOUNTS][G_N_ELEMENTS(currencies)];
    LedgerEntry entries[BOOKINGS];
    char *keys[BOOKINGS];
    bool reversed[BOOKINGS];
    int n;
} Books;

static int number_of(const char *const *names, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (g_str_equal(names[i], name))
            return i;
    return -1;
}

static void keep(Books *books, const LedgerEntry *entry, int sign)
{
    for (int i = 0; i < LEDGER_LINES && entry->lines[i].amount; i++)
        books->balance[number_of(codes, ACCOUNTS, entry->lines[i].account)][number_of(
            currencies, G_N_ELEMENTS(currencies), entry->currency)] += sign *
                                                                       entry->lines[i].amount;
}

static void assert_same(Db *db, const Books *books)
{
    for (size_t a = 0; a < ACCOUNTS; a++)
        for (size_t c = 0; c < G_N_ELEMENTS(currencies); c++) {
            g_autoptr(GError) error = NULL;
            gint64 balance = -1;
            ledger_balance(db, codes[a], currencies[c], &balance, &error);
            assert_no_error(error);
            assert_int_equal(balance, books->balance[a][c]);
        }
}

static void book_anew(Db *db, Books *books, GRand *random)
{
    g_autoptr(GError) error = NULL;
    int i = books->n++;
    books->keys[i] = g_strdup_printf("test/%d", i);
    Booking booking = { .now = 1000000 + g_rand_int_range(random, 0, 5000),
                        .entry = { .kind = LEDGER_DUES,
                                   .key = books->keys[i],
                                   .currency = currencies[g_rand_int_range(random, 0, 3)],
                                   .memo = "November" } };
    random_lines(random, booking.entry.lines);
    db_tx(db, book, &booking, &error);
    assert_no_error(error);
    assert_true(booking.fresh);
    books->entries[i] = booking.entry;
    keep(books, &booking.entry, 1);
}

static void book_again(Db *db, Books *books, GRand *random)
{
    g_autoptr(GError) error = NULL;
    Booking booking = { .now = 2000000,
                        .entry = books->entries[g_rand_int_range(random, 0, books->n)] };
    db_tx(db, book, &booking, &error);
    assert_no_error(error);
    assert_false(booking.fresh);
}

static void reverse_one(Db *db, Books *books, GRand *random)
{
    g_autoptr(GError) error = NULL;
    int i = g_rand_int_range(random, 0, books->n);
    Booking booking = { .now = 1000000, .reverses = ledger_id(books->keys[i]) };
    bool done = db_tx(db, book, &booking, &error);
    assert_int_equal(done, !books->reversed[i]);
    if (!done)
        assert_true(problem_is(error, PROBLEM_ALREADY_EXISTS));
    else
        keep(books, &books->entries[i], -1);
    books->reversed[i] = true;
}

static void test_random(void **state)
{
    Db *db = db_of(state);
    g_autoptr(GRand) random = g_rand_new_with_seed(5);
    Books books = { 0 };
    book_anew(db, &books, random);
    while (books.n < BOOKINGS) {
        int dice = g_rand_int_range(random, 0, 10);
        if (dice < 6)
            book_anew(db, &books, random);
        else if (dice < 8)
            book_again(db, &books, random);
        else
            reverse_one(db, &books, random);
    }
    assert_same(db, &books);
    assert_whole(db);
    for (int i = 0; i < books.n; i++)
        g_free(books.keys[i]);
}

/* ---- reversals */

static void test_reversal(void **state)
{
    Db *db = db_of(state);
    g_autoptr(GError) error = NULL;
    Booking dues = { .now = 5000,
                     .entry = { .kind = LEDGER_DUES,
                                .key = "dues/1",
                                .currency = "GBP",
                                .lines = { { codes[3], -2500 }, { codes[0], 2500 } } } };
    assert_true(db_tx(db, book, &dues, &error));
    Booking back = { .now = 6000, .reverses = ledger_id("dues/1") };
    assert_true(db_tx(db, book, &back, &error));
    assert_false(db_tx(db, book, &back, &error));
    assert_true(problem_is(error, PROBLEM_ALREADY_EXISTS));
    g_clear_error(&error);
    char id[UUID_TEXT_SIZE];
    g_autofree char *key = g_strdup_printf("reverse/%s", uuid_format(&back.reverses, id));
    Booking twice = { .now = 7000, .reverses = ledger_id(key) };
    assert_false(db_tx(db, book, &twice, &error));
    assert_true(problem_is(error, PROBLEM_ALREADY_EXISTS));
    g_clear_error(&error);
    Booking none = { .now = 7000, .reverses = ledger_id("no such thing") };
    assert_false(db_tx(db, book, &none, &error));
    assert_true(problem_is(error, PROBLEM_NOT_FOUND));
    assert_int_equal(one(db, "SELECT SUM(ABS(balance)) FROM ledger_account"), 0);
    assert_whole(db);
}

/* ---- statements */

static char *statement_of(Db *db, gint64 from, gint64 to)
{
    g_autoptr(GError) error = NULL;
    g_auto(LedgerStatement) statement = { 0 };
    GString *out = g_string_new(NULL);
    ledger_statement(db, codes[3], "GBP", from, to, &statement, &error);
    assert_no_error(error);
    statement.head.time_zone = g_strdup("UTC");
    statement.head.from = from;
    statement.head.to = to;
    ledger_statement_put_csv(out, &statement);
    return g_string_free(out, FALSE);
}

static void pay(Db *db, gint64 now, int i, gint64 amount)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *key = g_strdup_printf("pay/%d", i);
    Booking booking = { .now = now,
                        .entry = { .kind = LEDGER_PAYMENT,
                                   .key = key,
                                   .currency = "GBP",
                                   .lines = { { codes[1], -amount }, { codes[3], amount } } } };
    db_tx(db, book, &booking, &error);
    assert_no_error(error);
}

/* What is booked later, and be it with a clock that went backwards, changes no statement of a time that is over. */
static void test_statement_for_ever(void **state)
{
    Db *db = db_of(state);
    for (int i = 0; i < 10; i++)
        pay(db, 1000 * (i + 1), i, 100 + i);
    g_autofree char *before = statement_of(db, 3000, 8000);
    assert_non_null(strstr(before, "opening,,,,,2.01,credit,GBP"));
    assert_non_null(strstr(before, "closing,,,0.00,6.27,8.28,credit,GBP"));
    for (int i = 10; i < 20; i++)
        pay(db, 4000, i, 7);
    g_autofree char *after = statement_of(db, 3000, 8000);
    assert_string_equal(before, after);
    g_autofree char *all = statement_of(db, 0, 20000);
    assert_non_null(strstr(all, "closing,,,0.00,11.15,11.15,credit,GBP"));
    assert_whole(db);
}

/* ---- several at once */

typedef struct Writer {
    const TestDatabase *database;
    int won;
} Writer;

static gpointer reverse_all(gpointer data)
{
    Writer *writer = data;
    g_autoptr(Db) db = test_database_connect(writer->database, DB_WRITE);
    for (int i = 0; i < 20; i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *key = g_strdup_printf("pay/%d", i);
        Booking booking = { .now = 9000, .reverses = ledger_id(key) };
        writer->won += db_tx(db, book, &booking, &error);
        if (error && !problem_is(error, PROBLEM_ALREADY_EXISTS))
            g_error("%s", error->message);
        Booking again = { .now = 9000,
                          .entry = { .kind = LEDGER_PAYMENT,
                                     .key = "once",
                                     .currency = "GBP",
                                     .lines = { { codes[1], -1 }, { codes[3], 1 } } } };
        g_clear_error(&error);
        if (!db_tx(db, book, &again, &error))
            g_error("%s", error->message);
        writer->won += again.fresh ? 1000 : 0;
    }
    return NULL;
}

static void test_race(void **state)
{
    TestDatabase *database = *state;
    GThread *threads[WRITERS];
    Writer writers[WRITERS];
    int won = 0;
    for (int i = 0; i < 20; i++)
        pay(database->db, 1000 + i, i, 100 + i);
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (Writer){ database, 0 };
        threads[i] = g_thread_new("writer", reverse_all, &writers[i]);
    }
    for (int i = 0; i < WRITERS; i++) {
        g_thread_join(threads[i]);
        won += writers[i].won;
    }
    assert_int_equal(won, 1000 + 20);
    gint64 balance = -1;
    assert_true(ledger_balance(database->db, codes[3], "GBP", &balance, NULL));
    assert_int_equal(balance, 1);
    assert_whole(database->db);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, test_database_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_random),
        TEST(test_reversal),
        TEST(test_statement_for_ever),
        TEST(test_race),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
