/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/problem.h"

#include <glib.h>

#include "unit.h"

static void test_rows_are_complete_and_unique(void **state)
{
    for (unsigned i = 0; i < PROBLEM_COUNT; i++) {
        const ProblemRow *row = problem_row((Problem)i);
        assert_non_null(row->code);
        assert_non_null(row->title);
        assert_true(row->status == 0 || (row->status >= 400 && row->status <= 599));
        assert_in_range(row->exit_code, 1, 78);
        /* Found by its own slug: no two rows share one. */
        assert_int_equal(problem_by_code(row->code), i);
        for (const char *c = row->code; *c; c++)
            assert_true(g_ascii_islower(*c) || *c == '-');
    }
}

static void test_fault_agrees_with_status(void **state)
{
    for (unsigned i = 0; i < PROBLEM_COUNT; i++) {
        const ProblemRow *row = problem_row((Problem)i);
        if (row->status >= 500)
            assert_int_equal(row->fault, FAULT_OURS);
        else if (row->status >= 400)
            assert_int_equal(row->fault, FAULT_CALLER);
    }
}

static void test_unknown_slug(void **state)
{
    assert_int_equal(problem_by_code("no-such-problem"), PROBLEM_COUNT);
    assert_int_equal(problem_by_code(""), PROBLEM_COUNT);
    assert_int_equal(problem_by_code(NULL), PROBLEM_COUNT);
}

static void test_set_makes_an_error(void **state)
{
    g_autoptr(GError) error = NULL;
    assert_false(problem_set(&error, PROBLEM_NOT_FOUND, "no referral %d", 7));
    assert_int_equal(error->domain, LEADLINE_ERROR);
    assert_int_equal(error->code, PROBLEM_NOT_FOUND);
    assert_string_equal(error->message, "no referral 7");
    assert_true(problem_is(error, PROBLEM_NOT_FOUND));
    assert_false(problem_is(error, PROBLEM_FORBIDDEN));
    assert_int_equal(problem_of(error), PROBLEM_NOT_FOUND);
    assert_false(problem_set(NULL, PROBLEM_NOT_FOUND, "nobody listens"));
    assert_false(problem_is(NULL, PROBLEM_NOT_FOUND));
}

static void test_foreign_errors_count_as_failed(void **state)
{
    g_autoptr(GError) foreign = g_error_new_literal(G_FILE_ERROR, PROBLEM_NOT_FOUND, "gone");
    g_autoptr(GError) beyond = g_error_new_literal(LEADLINE_ERROR, 9999, "?");
    assert_int_equal(problem_of(foreign), PROBLEM_FAILED);
    assert_false(problem_is(foreign, PROBLEM_NOT_FOUND));
    assert_int_equal(problem_of(beyond), PROBLEM_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_complete_and_unique),
        cmocka_unit_test(test_fault_agrees_with_status),
        cmocka_unit_test(test_unknown_slug),
        cmocka_unit_test(test_set_makes_an_error),
        cmocka_unit_test(test_foreign_errors_count_as_failed),
    };
    return cmocka_run_group_tests_name("problem", tests, NULL, NULL);
}
