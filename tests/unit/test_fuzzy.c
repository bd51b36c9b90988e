/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the search for a recipient finds, and what it puts first. */
#include "tests/unit/unit.h"

#include <string.h>

#include "client/fuzzy.h"

/* Each row: the query prefers the first text; NULL: it does not find the second at all. */
static const struct {
    const char *query, *better, *worse;
} cases[] = {
    { "lin", "M. Lindqvist", NULL },
    { "lin", "Lindqvist", "Berlin Mill" },         /* at the start of a word */
    { "mb", "Müller Bau", "Tombola" },             /* of two words */
    { "okaf", "Okafor", "Oak and Fir" },           /* one after the other */
    { "jurgen", "Jürgen Müller", NULL },           /* without its accent */
    { "MUELLER", "mueller", NULL },                /* whatever case */
    { "heat ltd", "Hargreave Heating Ltd", NULL }, /* two words, both there */
    { "ltd heat", "Hargreave Heating Ltd", NULL }, /* in any order */
    { "dhar", "D. Hargreave", "Edith Archer" },
    { "pet", "Peter", "Carpet Trade" },
};

static const char *const none[] = { "zz", "lind x", "tsivqdnil", "lindqvistt" };

static void test_order(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int better = fuzzy_score(cases[i].better, cases[i].query);
        int worse = cases[i].worse ? fuzzy_score(cases[i].worse, cases[i].query) : 0;
        if (better <= worse || better <= 0)
            fail_msg("%s: %s %d, %s %d", cases[i].query, cases[i].better, better, cases[i].worse,
                     worse);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++)
        assert_int_equal(fuzzy_score("M. Lindqvist", none[i]), 0);
}

static void add(Fuzzy *fuzzy, const char *name, const char *company, const char *trade,
                const char *area)
{
    const char *const fields[FUZZY_FIELDS] = { name, company, trade, area };
    fuzzy_add(fuzzy, fields);
}

static guint first(const Fuzzy *fuzzy, const char *query)
{
    g_autoptr(GArray) hits = fuzzy_search(fuzzy, query);
    assert_true(hits->len > 0);
    return g_array_index(hits, FuzzyHit, 0).item;
}

/* The name before the company, that before the trade, that before the area; words may be of different fields. */
static void test_fields(void **state)
{
    g_autoptr(Fuzzy) fuzzy = fuzzy_new();
    add(fuzzy, "A. One", "Two Ltd", "Law", "Leeds");
    add(fuzzy, "B. Two", "One Ltd", "Leeds", "Law");
    add(fuzzy, "C. Law", "Leeds Ltd", "One", "Two");
    add(fuzzy, "D. Leeds", "Law Ltd", "Two", "One");
    assert_int_equal(first(fuzzy, "one"), 0);
    assert_int_equal(first(fuzzy, "two"), 1);
    assert_int_equal(first(fuzzy, "law"), 2);
    assert_int_equal(first(fuzzy, "leeds"), 3);
    assert_int_equal(first(fuzzy, "law leeds ltd one b"), 1);
    g_autoptr(GArray) all = fuzzy_search(fuzzy, "  ");
    assert_int_equal(all->len, 4);
    assert_int_equal(g_array_index(all, FuzzyHit, 2).item, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
