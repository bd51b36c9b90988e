/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/merge.h"
#include "random_object.h"
#include "tables.h"
#include "wire/json.h"

#define ROUNDS 200

/* ---- every field that merging is about, as the tables have them */

typedef struct Leaf {
    const Field *field;
    size_t base;
} Leaf;

static void add_leaves(GArray *out, const FieldTable *table, size_t base)
{
    for (size_t i = 0; i < table->n_fields; i++) {
        const Field *field = &table->fields[i];
        if (field->flags & (FIELD_READONLY | FIELD_CREATE_ONLY))
            continue;
        Leaf leaf = { field, base };
        if (field->type == FIELD_OBJECT)
            add_leaves(out, field->object, base + field->offset);
        else
            g_array_append_val(out, leaf);
    }
}

static GArray *leaves_of(const FieldTable *table)
{
    GArray *out = g_array_new(FALSE, FALSE, sizeof(Leaf));
    add_leaves(out, table, 0);
    return out;
}

static void *of(void *object, const Leaf *leaf)
{
    return (char *)object + leaf->base;
}

static bool same(const Leaf *leaf, void *a, void *b)
{
    return field_equal(leaf->field, of(a, leaf), of(b, leaf));
}

/* Three objects of a table, and where a merge goes. */
typedef struct Three {
    const FieldTable *table;
    void *base, *mine, *theirs, *other, *out;
} Three;

static Three three_new(const FieldTable *table)
{
    return (Three){ table,
                    g_malloc0(table->size),
                    g_malloc0(table->size),
                    g_malloc0(table->size),
                    g_malloc0(table->size),
                    g_malloc0(table->size) };
}

static void three_free(Three *three)
{
    void *const all[] = { three->base, three->mine, three->theirs, three->other, three->out };
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        fields_clear(three->table, all[i]);
        g_free(all[i]);
    }
}

/* Takes some fields of another random object: each is changed one time in three. */
static void change(GRand *random, const Three *three, void *object, GArray *leaves, guint part)
{
    fields_clear(three->table, three->other);
    random_object(random, three->table, three->other);
    for (guint i = 0; i < leaves->len; i++) {
        const Leaf *leaf = &g_array_index(leaves, Leaf, i);
        if ((part == 2 || i % 2 == part) && g_rand_int_range(random, 0, 3) == 0)
            field_copy(leaf->field, of(object, leaf), of(three->other, leaf));
    }
}

static void begin(GRand *random, Three *three)
{
    random_object(random, three->table, three->base);
    fields_copy(three->table, three->mine, three->base);
    fields_copy(three->table, three->theirs, three->base);
}

typedef void (*Property)(GRand *random, Three *three, GArray *leaves);

static void for_all(Property property)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(412);
    for (size_t t = 0; t < G_N_ELEMENTS(all_tables); t++) {
        g_autoptr(GArray) leaves = leaves_of(all_tables[t]);
        for (int round = 0; round < ROUNDS; round++) {
            Three three = three_new(all_tables[t]);
            begin(random, &three);
            property(random, &three, leaves);
            three_free(&three);
        }
    }
}

/* ---- edits of different fields: both are there, whoever comes first */

static void check_disjoint(GRand *random, Three *three, GArray *leaves)
{
    change(random, three, three->mine, leaves, 0);
    change(random, three, three->theirs, leaves, 1);
    g_autoptr(GArray)
        one = fields_merge(three->table, three->base, three->mine, three->theirs, three->out);
    fields_clear(three->table, three->other);
    g_autoptr(GArray)
        two = fields_merge(three->table, three->base, three->theirs, three->mine, three->other);
    assert_int_equal(one->len, 0);
    assert_int_equal(two->len, 0);
    assert_true(fields_equal(three->table, three->out, three->other));
    for (guint i = 0; i < leaves->len; i++) {
        const Leaf *leaf = &g_array_index(leaves, Leaf, i);
        assert_true(same(leaf, three->out, i % 2 == 0 ? three->mine : three->theirs));
    }
}

static void disjoint_edits_commute(void **state)
{
    for_all(check_disjoint);
}

/* ---- any edits: what only one did is there, what both did is told */

static bool is_told(GArray *conflicts, const Leaf *leaf)
{
    for (guint i = 0; i < conflicts->len; i++) {
        const MergeConflict *conflict = &g_array_index(conflicts, MergeConflict, i);
        if (conflict->field == leaf->field && conflict->base == leaf->base) {
            assert_true(g_str_has_suffix(conflict->path, leaf->field->name));
            return true;
        }
    }
    return false;
}

static void check_any(GRand *random, Three *three, GArray *leaves)
{
    change(random, three, three->mine, leaves, 2);
    change(random, three, three->theirs, leaves, 2);
    g_autoptr(GArray)
        told = fields_merge(three->table, three->base, three->mine, three->theirs, three->out);
    for (guint i = 0; i < leaves->len; i++) {
        const Leaf *leaf = &g_array_index(leaves, Leaf, i);
        bool mine = !same(leaf, three->mine, three->base);
        bool theirs = !same(leaf, three->theirs, three->base);
        bool differ = !same(leaf, three->mine, three->theirs);
        assert_int_equal(is_told(told, leaf), mine && theirs && differ);
        assert_true(same(leaf, three->out, mine && !theirs ? three->mine : three->theirs));
    }
    /* Decided: mine where they clash, theirs where only they did something. */
    for (guint i = 0; i < told->len; i++)
        merge_copy(&g_array_index(told, MergeConflict, i), three->base, three->theirs);
    fields_clear(three->table, three->out);
    g_autoptr(GArray)
        none = fields_merge(three->table, three->base, three->mine, three->theirs, three->out);
    assert_int_equal(none->len, 0);
    for (guint i = 0; i < leaves->len; i++) {
        const Leaf *leaf = &g_array_index(leaves, Leaf, i);
        if (is_told(told, leaf))
            assert_true(same(leaf, three->out, three->mine));
    }
}

static void nothing_is_lost(void **state)
{
    for_all(check_any);
}

static void check_theirs(GRand *random, Three *three, GArray *leaves)
{
    change(random, three, three->mine, leaves, 2);
    change(random, three, three->theirs, leaves, 2);
    g_autoptr(GArray)
        told = fields_merge(three->table, three->base, three->mine, three->theirs, three->out);
    for (guint i = 0; i < told->len; i++)
        merge_copy(&g_array_index(told, MergeConflict, i), three->mine, three->theirs);
    fields_clear(three->table, three->other);
    g_autoptr(GArray)
        none = fields_merge(three->table, three->base, three->mine, three->theirs, three->other);
    assert_int_equal(none->len, 0);
    /* A field in conflict was as theirs before, too. */
    assert_true(fields_equal(three->table, three->out, three->other));
}

static void theirs_can_be_kept(void **state)
{
    for_all(check_theirs);
}

static void check_without_base(GRand *random, Three *three, GArray *leaves)
{
    change(random, three, three->mine, leaves, 2);
    g_autoptr(GArray)
        told = fields_merge(three->table, NULL, three->mine, three->theirs, three->out);
    for (guint i = 0; i < leaves->len; i++) {
        const Leaf *leaf = &g_array_index(leaves, Leaf, i);
        assert_int_equal(is_told(told, leaf), !same(leaf, three->mine, three->theirs));
    }
    assert_true(fields_equal(three->table, three->out, three->theirs));
}

static void without_a_base_every_difference_is_told(void **state)
{
    for_all(check_without_base);
}

static void paths_name_the_inner_field(void **state)
{
    NewReferral base = { 0 }, mine = { .contact.phone_1 = (char *)"1" },
                theirs = { .contact.phone_1 = (char *)"2", .need = (char *)"A roof" }, out = { 0 };
    g_autoptr(GArray) told = fields_merge(&new_referral_fields, &base, &mine, &theirs, &out);
    assert_int_equal(told->len, 1);
    assert_string_equal(g_array_index(told, MergeConflict, 0).path, "contact/phone_1");
    assert_string_equal(out.contact.phone_1, "2");
    assert_string_equal(out.need, "A roof");
    fields_clear(&new_referral_fields, &out);
}

/* What the server made of an object is never ours. */
static void read_only_fields_are_theirs(void **state)
{
    Note base = { .rev = 1, .text = (char *)"a" }, mine = { .rev = 9, .text = (char *)"b" },
         theirs = { .rev = 2, .text = (char *)"a" }, out = { 0 };
    g_autoptr(GArray) told = fields_merge(&note_fields, &base, &mine, &theirs, &out);
    assert_int_equal(told->len, 0);
    assert_int_equal(out.rev, 2);
    assert_string_equal(out.text, "b");
    fields_clear(&note_fields, &out);
}

/* ---- the difference as a merge patch */

static void check_patch(GRand *random, Three *three, GArray *leaves)
{
    change(random, three, three->mine, leaves, 2);
    g_autoptr(GString) patch = g_string_new(NULL);
    json_put_patch(patch, three->table, three->base, three->mine);
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonDoc) doc = json_parse(patch->str, patch->len, &error);
    if (!doc)
        fail_msg("%s: %s", error->message, patch->str);
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    json_decode(json_root(doc), three->table, three->base, JSON_PATCH, "#", &errors);
    if (field_errors_any(&errors))
        fail_msg("%s: %s", ((FieldError *)errors.items->pdata[0])->detail, patch->str);
    if (!fields_equal(three->table, three->base, three->mine))
        fail_msg("%s: %s", three->table->name, patch->str);
}

static void a_patch_makes_one_of_the_other(void **state)
{
    for_all(check_patch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(disjoint_edits_commute),
        cmocka_unit_test(nothing_is_lost),
        cmocka_unit_test(theirs_can_be_kept),
        cmocka_unit_test(without_a_base_every_difference_is_told),
        cmocka_unit_test(paths_name_the_inner_field),
        cmocka_unit_test(read_only_fields_are_theirs),
        cmocka_unit_test(a_patch_makes_one_of_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
