/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "base/uuid.h"
#include "tags.h"

static void keeps_the_order(void **state)
{
    g_autoptr(Tags) tags = tags_new();
    Uuid ids[5];
    for (int i = 0; i < 5; i++) {
        ids[i] = uuid_new();
    }
    const int order[] = { 3, 0, 4, 1 };
    for (size_t i = 0; i < G_N_ELEMENTS(order); i++) {
        tags_set(tags, &ids[order[i]], true);
    }
    tags_set(tags, &ids[3], true); /* again: nothing changes */
    tags_set(tags, &ids[4], false);
    tags_set(tags, &ids[2], false); /* was none */
    assert_int_equal(tags_count(tags), 3);
    assert_true(tags_have(tags, &ids[0]));
    assert_false(tags_have(tags, &ids[4]));
    g_autoptr(GArray) left = tags_ids(tags);
    const int expected[] = { 3, 0, 1 };
    assert_int_equal(left->len, G_N_ELEMENTS(expected));
    for (guint i = 0; i < left->len; i++) {
        assert_true(uuid_equal(&g_array_index(left, Uuid, i), &ids[expected[i]]));
    }
}

static void clears(void **state)
{
    g_autoptr(Tags) tags = tags_new();
    Uuid id = uuid_new();
    tags_set(tags, &id, true);
    tags_clear(tags);
    assert_int_equal(tags_count(tags), 0);
    g_autoptr(GArray) none = tags_ids(tags);
    assert_int_equal(none->len, 0);
    tags_set(tags, &id, true);
    assert_int_equal(tags_count(tags), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_order),
        cmocka_unit_test(clears),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
