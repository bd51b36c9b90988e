/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/money.h"
#include "base/problem.h"
#include "db/row.h"
#include "random_object.h"
#include "tables.h"
#include "test_database.h"

#define ROUNDS 60

static Db *db_of(void **state)
{
    return ((TestDatabase *)*state)->db;
}

/* A table of all kinds of fields, with what the model's tables do not use yet: lists, own column names. */
typedef struct Thing {
    Uuid id;
    char **tags;
    Money price;
    char *not_stored;
    Permission bare, named;
} Thing;

static const Field thing_rows[] = {
    { "id", FIELD_UUID, offsetof(Thing, id) },
    { "tags", FIELD_LIST, offsetof(Thing, tags), .column = "labels" },
    { "price", FIELD_MONEY, offsetof(Thing, price) },
    { "not_stored", FIELD_TEXT, offsetof(Thing, not_stored), FIELD_NO_SQL },
    { "bare", FIELD_OBJECT, offsetof(Thing, bare), .object = &permission_fields, .column = "" },
    { "named", FIELD_OBJECT, offsetof(Thing, named), .object = &permission_fields },
};
static const FieldTable thing_fields = FIELD_TABLE("thing", Thing, thing_rows);

/* ---- tables made of field tables: the type of each column as row.h promises it */

static void append_columns(GString *sql, const FieldTable *table, const char *prefix)
{
    for (const Field *field = table->fields; field < table->fields + table->n_fields; field++) {
        const char *name = field->column ? field->column : field->name;
        if (field->flags & FIELD_NO_SQL)
            continue;
        if (field->type == FIELD_OBJECT) {
            g_autofree char *inner = g_strconcat(prefix, name, field->column ? "" : "_", NULL);
            append_columns(sql, field->object, inner);
            continue;
        }
        const char *comma = g_str_has_suffix(sql->str, "(") ? "" : ", ";
        if (field->type == FIELD_MONEY)
            g_string_append_printf(sql, "%s%s%s_amount BIGINT, %s%s_currency TEXT", comma, prefix,
                                   name, prefix, name);
        else if (field->type == FIELD_UUID)
            g_string_append_printf(sql, "%s%s%s UUID", comma, prefix, name);
        else if (field->type == FIELD_TEXT || field->type == FIELD_PHONE ||
                 field->type == FIELD_EMAIL || field->type == FIELD_LIST)
            g_string_append_printf(sql, "%s%s%s TEXT", comma, prefix, name);
        else
            g_string_append_printf(sql, "%s%s%s BIGINT", comma, prefix, name);
    }
}

static void create_table(Db *db, const FieldTable *table)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) sql = g_string_new("CREATE TABLE t (");
    append_columns(sql, table, "");
    g_string_append(sql, ")");
    const EmbeddedText files[] = { { "0001-t.sql", sql->str }, { NULL, NULL } };
    db_script(db, NULL, "DROP TABLE t");
    db_script(db, NULL, "DROP TABLE migration");
    db_migrate(db, files, &error);
    assert_no_error(error);
}

/* What has no column cannot come back. */
static void drop_unstored(const FieldTable *table, void *object)
{
    for (size_t i = 0; i < table->n_fields; i++) {
        const Field one = table->fields[i];
        const FieldTable only = { .fields = &one, .n_fields = 1 };
        if (!(one.flags & FIELD_NO_SQL))
            continue;
        fields_clear(&only, object);
        if (one.type == FIELD_BOOL)
            *(bool *)field_at(&one, object) = false;
    }
}

static DbRows *select_all(Db *db, const FieldTable *table)
{
    g_autoptr(GError) error = NULL;
    DbRows *rows = db_query(db, &error, db_intern("SELECT 1, %s FROM t", row_columns(table, NULL)));
    assert_no_error(error);
    assert_true(db_next(rows, &error));
    return rows;
}

static bool has_lists(const FieldTable *table)
{
    for (const Field *field = table->fields; field < table->fields + table->n_fields; field++)
        if (field->type == FIELD_LIST || (field->object && has_lists(field->object)))
            return true;
    return false;
}

static void assert_round_trip(Db *db, const FieldTable *table, const void *object)
{
    g_autoptr(GError) error = NULL;
    void *back = g_malloc(table->size);
    row_insert(db, "t", table, object, &error);
    assert_no_error(error);
    g_autoptr(DbRows) rows = select_all(db, table);
    row_read(rows, 1, table, back, ROW_BORROW);
    assert_true(has_lists(table) || fields_equal(table, object, back));
    row_read(rows, 1, table, back, ROW_COPY);
    assert_false(db_next(rows, &error));
    db_exec(db, &error, "DELETE FROM t");
    assert_true(fields_equal(table, object, back)); /* its own: the row is gone */
    fields_clear(table, back);
    g_free(back);
}

static void check_table(void **state, const FieldTable *table, GRand *random)
{
    void *object = g_malloc0(table->size);
    create_table(db_of(state), table);
    assert_round_trip(db_of(state), table, object);
    for (int i = 0; i < ROUNDS; i++) {
        random_object(random, table, object);
        drop_unstored(table, object);
        assert_round_trip(db_of(state), table, object);
        fields_clear(table, object);
    }
    g_free(object);
}

static void every_table_comes_back_as_it_was(void **state)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(20261124);
    for (size_t i = 0; i < G_N_ELEMENTS(all_tables); i++) {
        /* A new connection for each: the table "t" of the last one was another, prepared statements know it. */
        TestDatabase *database = *state;
        db_close(database->db);
        database->db = test_database_connect(database, DB_WRITE);
        check_table(state, all_tables[i], random);
    }
}

static void lists_and_own_names_come_back(void **state)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    check_table(state, &thing_fields, random);
}

static void columns_are_flat_and_prefixed(void **state)
{
    const char *columns = row_columns(&thing_fields, NULL);
    assert_string_equal(columns,
                        "id, labels, price_amount, price_currency, given, method, at, channels, "
                        "wording, named_given, named_method, named_at, named_channels, "
                        "named_wording");
    assert_int_equal(row_n_columns(&thing_fields), 14);
    assert_ptr_equal(columns, row_columns(&thing_fields, NULL));
    assert_string_equal(row_columns(&outcome_fields, "o"),
                        "o.outcome, o.value_amount, o.value_currency");
    g_auto(GStrv) referral = g_strsplit(row_columns(&referral_fields, NULL), ", ", -1);
    assert_true(g_strv_contains((const char *const *)referral, "lead_contact_first_name"));
    assert_true(g_strv_contains((const char *const *)referral, "from_account"));
    assert_int_equal(g_strv_length(referral), row_n_columns(&referral_fields));
}

static void values_are_in_the_order_of_columns(void **state)
{
    g_autoptr(GPtrArray) strings = g_ptr_array_new_with_free_func(g_free);
    DbValue values[14];
    char *tags[] = { (char *)"a", (char *)"b c", NULL };
    Thing thing = { .tags = tags, .price = { 5, "GBP" }, .named = { .given = true } };
    assert_int_equal(row_values(&thing_fields, &thing, values, strings), 14);
    assert_int_equal(values[0].kind, DB_NULL);
    assert_string_equal(values[1].data, "a\nb c");
    assert_int_equal(values[2].integer, 5);
    assert_string_equal(values[3].data, "GBP");
    assert_int_equal(values[4].kind, DB_INT); /* false is 0, not NULL */
    assert_int_equal(values[5].kind, DB_NULL);
    assert_int_equal(values[9].integer, 1);
}

static void upsert_replaces_all_but_the_key(void **state)
{
    g_autoptr(GError) error = NULL;
    Db *db = db_of(state);
    create_table(db, &thing_fields);
    db_script(db, &error, "CREATE UNIQUE INDEX t_id ON t (id)");
    Thing thing = { .id = uuid_new(), .price = { 5, "GBP" }, .bare = { .at = 1 } }, back;
    assert_true(row_upsert(db, "t", "id", &thing_fields, &thing, &error));
    assert_false(row_insert(db, "t", &thing_fields, &thing, &error));
    assert_true(problem_is(error, PROBLEM_DATABASE_UNIQUE));
    thing.price = (Money){ 7, "EUR" };
    thing.bare.at = 0;
    assert_true(row_upsert(db, "t", "id", &thing_fields, &thing, NULL));
    g_autoptr(DbRows) rows = select_all(db, &thing_fields);
    row_read(rows, 1, &thing_fields, &back, ROW_COPY);
    assert_true(fields_equal(&thing_fields, &thing, &back));
    assert_false(db_next(rows, NULL));
    fields_clear(&thing_fields, &back);
}

static gpointer ask_columns(gpointer table)
{
    return (gpointer)row_columns(table, "thread");
}

static void any_thread_may_come_first(void **state)
{
    GThread *threads[8];
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("row", ask_columns, (gpointer)&partner_fields);
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        assert_string_equal(g_thread_join(threads[i]), row_columns(&partner_fields, "thread"));
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, test_database_setup, test_database_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_thread_may_come_first),
        TEST(every_table_comes_back_as_it_was),
        TEST(lists_and_own_names_come_back),
        cmocka_unit_test(columns_are_flat_and_prefixed),
        cmocka_unit_test(values_are_in_the_order_of_columns),
        TEST(upsert_replaces_all_but_the_key),
    };
    return cmocka_run_group_tests_name("row", tests, NULL, NULL);
}
