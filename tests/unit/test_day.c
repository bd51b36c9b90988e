/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/unit.h"

#include "base/clock.h"
#include "base/day.h"

static void test_valid(void **state)
{
    static const char *const good[] = { "1970-01-01", "2026-11-26", "2028-02-29", "9999-12-31" };
    static const char *const bad[] = { "",           "2026-2-01",   "2026-02-30", "2027-02-29",
                                       "1969-12-31", "2026-11-26x", "2026/11/26", "20261126" };
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
        assert_true(day_valid(good[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        assert_false(day_valid(bad[i]));
    assert_false(day_valid(NULL));
}

static void test_add(void **state)
{
    Day out;
    day_add_days("2026-12-31", 1, out);
    assert_string_equal(out, "2027-01-01");
    day_add_days("2028-03-01", -1, out);
    assert_string_equal(out, "2028-02-29");
    day_add_months("2026-01-31", 1, out);
    assert_string_equal(out, "2026-02-28");
    day_add_months("2026-01-31", 2, out);
    assert_string_equal(out, "2026-03-31");
    day_add_months("2026-08-31", -6, out);
    assert_string_equal(out, "2026-02-28");
    assert_int_equal(day_between("2026-02-28", "2026-03-01"), 1);
    assert_int_equal(day_between("2026-03-01", "2026-02-28"), -1);
    assert_int_equal(day_weekday("2026-11-26"), 4);
}

static gint64 at(const char *text)
{
    gint64 ms = 0;
    assert_true(time_parse(text, &ms));
    return ms;
}

static void test_zone(void **state)
{
    static const struct {
        const char *time, *zone, *day, *begin;
    } cases[] = {
        { "2026-03-28T23:30:00Z", "Europe/London", "2026-03-28", "2026-03-28T00:00:00Z" },
        { "2026-06-30T23:30:00Z", "Europe/London", "2026-07-01", "2026-06-30T23:00:00Z" },
        { "2026-11-26T10:30:00Z", "Pacific/Auckland", "2026-11-26", "2026-11-25T11:00:00Z" },
        { "2018-11-04T12:00:00Z", "America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z" },
        { "2026-11-26T10:30:00Z", NULL, "2026-11-26", "2026-11-26T00:00:00Z" },
        { "2026-11-26T10:30:00Z", "No/Where", "2026-11-26", "2026-11-26T00:00:00Z" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Day day;
        day_of(at(cases[i].time), cases[i].zone, day);
        assert_string_equal(day, cases[i].day);
        assert_int_equal(day_begin(day, cases[i].zone), at(cases[i].begin));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_add),
        cmocka_unit_test(test_zone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
