/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/uuid.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "unit.h"

#define NOW G_GINT64_CONSTANT(1795509000000)
#define THREADS 4
#define IDS_OF_A_THREAD 5000

static const char *self;

static gint64 time_of(const Uuid *id)
{
    gint64 ms = 0;
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | id->bytes[i];
    return ms;
}

static void test_version_and_variant(void **state)
{
    guint64 seed = 1;
    for (int i = 0; i < 200; i++) {
        const Uuid ids[] = { uuid_new(), uuid_new_seeded(NOW, &seed) };
        for (size_t k = 0; k < G_N_ELEMENTS(ids); k++) {
            assert_int_equal(ids[k].bytes[6] >> 4, 7);
            assert_int_equal(ids[k].bytes[8] >> 6, 2);
        }
        assert_int_equal(time_of(&ids[1]), NOW);
    }
}

/* More ids than a millisecond has numbers, on a clock that stands and then steps back. */
static void test_ids_rise_strictly(void **state)
{
    clock_freeze(NOW * 2);
    Uuid last = uuid_new();
    assert_int_equal(time_of(&last), NOW * 2);
    for (int i = 0; i < 20000; i++) {
        if (i == 15000)
            clock_advance(-MS_PER_HOUR);
        Uuid id = uuid_new();
        assert_true(uuid_compare(&last, &id) < 0);
        last = id;
    }
    clock_freeze(0);
}

static gpointer make_ids(gpointer data)
{
    Uuid *ids = data;
    for (int i = 0; i < IDS_OF_A_THREAD; i++)
        ids[i] = uuid_new();
    return NULL;
}

static void test_threads_never_share_an_id(void **state)
{
    g_autofree Uuid *ids = g_new(Uuid, THREADS * IDS_OF_A_THREAD);
    g_autoptr(GHashTable) seen = g_hash_table_new(uuid_hash, uuid_equal_func);
    GThread *threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        threads[i] = g_thread_new("ids", make_ids, ids + i * IDS_OF_A_THREAD);
    for (int i = 0; i < THREADS; i++)
        g_thread_join(threads[i]);
    for (int i = 0; i < THREADS * IDS_OF_A_THREAD; i++) {
        if (i % IDS_OF_A_THREAD)
            assert_true(uuid_compare(&ids[i - 1], &ids[i]) < 0);
        assert_true(g_hash_table_add(seen, &ids[i]));
    }
}

static void test_text_round_trip(void **state)
{
    Uuid id, back;
    char text[UUID_TEXT_SIZE];
    assert_true(uuid_parse("0192F0C1-2b3c-7D4E-8f50-61728394a5b6", &id));
    assert_string_equal(uuid_format(&id, text), "0192f0c1-2b3c-7d4e-8f50-61728394a5b6");
    assert_int_equal(id.bytes[0], 0x01);
    assert_int_equal(id.bytes[15], 0xb6);
    for (int i = 0; i < 100; i++) {
        id = uuid_new();
        assert_true(uuid_parse(uuid_format(&id, text), &back));
        assert_true(uuid_equal(&id, &back));
    }
}

static void test_bad_text_leaves_out_alone(void **state)
{
    static const char *const bad[] = {
        "",
        "0192f0c1",
        "0192f0c12b3c7d4e8f5061728394a5b6",
        "{0192f0c1-2b3c-7d4e-8f50-61728394a5b6}",
        "0192f0c1-2b3c-7d4e-8f50-61728394a5b",
        "0192f0c1-2b3c-7d4e-8f50-61728394a5b67",
        "0192f0c1-2b3c-7d4e-8f50-61728394a5g6",
        "0192f0c12-b3c-7d4e-8f50-61728394a5b6",
        " 192f0c1-2b3c-7d4e-8f50-61728394a5b6",
        "0192f0c1-2b3c-7d4e-8f50-61728394a5b6 ",
    };
    Uuid id = { { 9 } };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        if (uuid_parse(bad[i], &id))
            fail_msg("accepted \"%s\"", bad[i]);
    assert_false(uuid_parse(NULL, &id));
    assert_int_equal(id.bytes[0], 9);
}

static void test_nil_and_order(void **state)
{
    Uuid nil = { 0 }, low = { { 0, 1 } }, high = { { 1, 0 } };
    assert_true(uuid_is_nil(&nil));
    assert_false(uuid_is_nil(&low));
    assert_true(uuid_compare(&low, &high) < 0);
    assert_true(uuid_compare(&high, &low) > 0);
    assert_int_equal(uuid_compare(&high, &high), 0);
    assert_true(uuid_equal_func(&low, &low));
    assert_false(uuid_equal_func(&low, &high));
}

static void test_seeded_ids_repeat(void **state)
{
    guint64 a = 7, b = 7, other = 8;
    for (int i = 0; i < 10; i++) {
        Uuid x = uuid_new_seeded(NOW, &a), y = uuid_new_seeded(NOW, &b);
        Uuid z = uuid_new_seeded(NOW, &other);
        assert_true(uuid_equal(&x, &y));
        assert_false(uuid_equal(&x, &z));
    }
}

static char *ids_of_child(const char *seed)
{
    g_auto(GStrv) environment = g_get_environ();
    g_autoptr(GError) error = NULL;
    char *const arguments[] = { (char *)self, (char *)"print", NULL };
    char *out = NULL;
    int status = 0;
    environment = g_environ_setenv(environment, "LEADLINE_NOW", "2026-11-24T08:30:00Z", TRUE);
    environment = seed ? g_environ_setenv(environment, "LEADLINE_SEED", seed, TRUE)
                       : g_environ_unsetenv(environment, "LEADLINE_SEED");
    if (!g_spawn_sync(NULL, (char **)arguments, environment, 0, NULL, NULL, &out, NULL, &status,
                      &error))
        fail_msg("%s", error->message);
    assert_int_equal(status, 0);
    return out;
}

static void test_derived_ids_are_alike_everywhere(void **state)
{
    Uuid space, other;
    char text[UUID_TEXT_SIZE];
    assert_true(uuid_parse("01920000-0000-7000-8000-000000000001", &space));
    assert_true(uuid_parse("01920000-0000-7000-8000-000000000002", &other));
    Uuid id = uuid_derived(&space, "name", 4);
    assert_string_equal(uuid_format(&id, text), "87751aa5-7700-8e5d-9a44-2a1a25940711");
    Uuid again = uuid_derived(&space, "name", 4), elsewhere = uuid_derived(&other, "name", 4),
         differently = uuid_derived(&space, "names", 5);
    assert_true(uuid_equal(&id, &again));
    assert_false(uuid_equal(&id, &elsewhere));
    assert_false(uuid_equal(&id, &differently));
}

static void test_environment_seeds_a_process(void **state)
{
    g_autofree char *once = ids_of_child("7"), *again = ids_of_child("7");
    g_autofree char *other = ids_of_child("8"), *real = ids_of_child(NULL);
    assert_int_equal(strlen(once), 3 * UUID_TEXT_SIZE);
    assert_true(g_str_has_prefix(once, "01a20cad-1740-7"));
    assert_string_equal(once, again);
    assert_string_not_equal(once, other);
    assert_string_not_equal(once, real);
}

static int print_ids(void)
{
    char text[UUID_TEXT_SIZE];
    if (!clock_init(NULL))
        return 1;
    for (int i = 0; i < 3; i++) {
        Uuid id = uuid_new();
        puts(uuid_format(&id, text));
    }
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version_and_variant),
        cmocka_unit_test(test_threads_never_share_an_id),
        cmocka_unit_test(test_text_round_trip),
        cmocka_unit_test(test_bad_text_leaves_out_alone),
        cmocka_unit_test(test_nil_and_order),
        cmocka_unit_test(test_seeded_ids_repeat),
        cmocka_unit_test(test_derived_ids_are_alike_everywhere),
        cmocka_unit_test(test_environment_seeds_a_process),
        cmocka_unit_test(test_ids_rise_strictly),
    };
    self = argv[0];
    if (argc > 1)
        return print_ids();
    return cmocka_run_group_tests_name("uuid", tests, NULL, NULL);
}
