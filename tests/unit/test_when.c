/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "when.h"

#include "base/clock.h"
#include "base/text.h"
#include "unit.h"

#define NOW "2025-11-21T14:32:00Z" /* a Friday */

static gint64 at(const char *text)
{
    gint64 ms = 0;
    assert_true(time_parse(text, &ms));
    return ms;
}

static const struct {
    const char *time;
    int width;
    const char *relative, *absolute;
} rows[] = {
    { "2025-11-21T14:31:30Z", 10, "now", "21Nov 14:31" },
    { "2025-11-21T14:40:00Z", 10, "now", "21Nov 14:40" }, /* a clock that is behind */
    { "2025-11-21T14:31:00Z", 10, "1m", "21Nov 14:31" },
    { "2025-11-21T13:33:00Z", 10, "59m", "21Nov 13:33" },
    { "2025-11-21T13:32:00Z", 10, "1h", "21Nov 13:32" },
    { "2025-11-21T06:33:00Z", 10, "7h", "21Nov 06:33" },
    { "2025-11-21T06:32:00Z", 10, "06:32", "21Nov 06:32" },
    { "2025-11-20T23:59:00Z", 10, "Thu", "20Nov 23:59" },
    { "2025-11-15T14:33:00Z", 10, "Sat", "15Nov 14:33" },
    { "2025-11-15T14:32:00Z", 10, "15Nov", "15Nov 14:32" },
    { "2025-01-01T00:00:00Z", 10, "01Jan", "01Jan 00:00" },
    { "2024-12-31T23:59:00Z", 10, "2024-12-31", "2024-12-31" },
    { "2024-12-31T23:59:00Z", 6, "Dec'24", "2024-12-31" },
};

static void test_in_lists(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *relative = when_short(at(rows[i].time), at(NOW), TIME_RELATIVE,
                                               rows[i].width);
        g_autofree char *absolute = when_short(at(rows[i].time), at(NOW), TIME_ABSOLUTE, 11);
        assert_string_equal(relative, rows[i].relative);
        assert_string_equal(absolute, rows[i].absolute);
        assert_true(text_width(relative) <= when_short_width(TIME_RELATIVE, rows[i].width == 10));
        assert_true(text_width(absolute) <= when_short_width(TIME_ABSOLUTE, true));
    }
    g_autofree char *never = when_short(0, at(NOW), TIME_RELATIVE, 10);
    assert_string_equal(never, "");
}

static void test_in_details(void **state)
{
    gint64 now = at(NOW);
    g_autofree char *past = when_long(at("2025-11-21T14:28:00Z"), now);
    g_autofree char *future = when_long(at("2025-11-23T14:28:00Z"), now);
    g_autofree char *never = when_long(0, now);
    g_autofree char *day = when_day(at("2025-12-05T10:00:00Z"));
    g_autofree char *today = when_moment(at("2025-11-21T09:14:00Z"), now);
    g_autofree char *this_year = when_moment(at("2025-03-02T09:14:00Z"), now);
    g_autofree char *long_ago = when_moment(at("2019-03-02T09:14:00Z"), now);
    g_autofree char *clock = when_clock(now);
    assert_string_equal(past, "Fri 21 Nov 2025 14:28 (4m ago)");
    assert_string_equal(future, "Sun 23 Nov 2025 14:28");
    assert_string_equal(never, "");
    assert_string_equal(day, "Fri 05 Dec 2025");
    assert_string_equal(today, "09:14");
    assert_string_equal(this_year, "02 Mar 09:14");
    assert_string_equal(long_ago, "02 Mar 2019");
    assert_string_equal(clock, "14:32");
}

static void test_ages(void **state)
{
    static const struct {
        gint64 age;
        const char *text;
    } ages[] = {
        { -5, "0s" },
        { 59 * MS_PER_SECOND + 999, "59s" },
        { MS_PER_MINUTE, "1m" },
        { MS_PER_HOUR - 1, "59m" },
        { MS_PER_DAY - 1, "23h" },
        { 400 * MS_PER_DAY, "400d" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(ages); i++) {
        g_autofree char *text = when_age(at(NOW) - ages[i].age, at(NOW));
        assert_string_equal(text, ages[i].text);
    }
}

int main(void)
{
    g_setenv("TZ", "UTC", TRUE);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_lists),
        cmocka_unit_test(test_in_details),
        cmocka_unit_test(test_ages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
