/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/recurrence.h"

#include <string.h>

#include "base/problem.h"
#include "unit.h"

#define T(text) ((char *)(text))              /* of inputs that nobody changes */
#define FROM G_GINT64_CONSTANT(1767225600000) /* 2026-01-01 */
#define YEAR (365 * MS_PER_DAY)

/* "2026-03-26T07:00Z ..." of up to n. */
static char *found_text(const GroupInput *group, gint64 from, gint64 until, guint n)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) found = recurrence_find(group, FROM, from, until, &error);
    g_autoptr(GString) out = g_string_new(NULL);
    assert_null(error);
    for (guint i = 0; i < MIN(n, found->len); i++) {
        char at[TIME_TEXT_SIZE];
        time_format(g_array_index(found, Occurrence, i).starts_at, at);
        g_string_append_printf(out, "%s%.16sZ", i ? " " : "", at);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static void assert_found(const GroupInput *group, const char *expected)
{
    g_auto(GStrv) words = g_strsplit(expected, " ", -1);
    g_autofree char *got = found_text(group, FROM, FROM + YEAR, g_strv_length(words));
    assert_string_equal(got, expected);
}

static void r56_seven_in_the_morning_stays_seven_in_the_morning(void **state)
{
    GroupInput group = { .cadence = CADENCE_WEEKLY,
                         .weekday = 4,
                         .start_minute = 7 * 60,
                         .time_zone = T("Europe/London"),
                         .first_on = T("2026-03-19") };
    assert_found(&group, "2026-03-19T07:00Z 2026-03-26T07:00Z 2026-04-02T06:00Z 2026-04-09T06:00Z");
    group.first_on = T("2026-10-22");
    assert_found(&group, "2026-10-22T06:00Z 2026-10-29T07:00Z");
    group.time_zone = T("America/New_York");
    group.first_on = T("2026-03-05");
    assert_found(&group, "2026-03-05T12:00Z 2026-03-12T11:00Z");
    group.time_zone = T("Pacific/Kiritimati"); /* the day before, in UTC */
    assert_found(&group, "2026-03-04T17:00Z 2026-03-11T17:00Z");
    group.time_zone = NULL;
    assert_found(&group, "2026-03-05T07:00Z");
}

static void test_times_that_are_left_out_or_come_twice(void **state)
{
    GroupInput group = { .cadence = CADENCE_WEEKLY,
                         .weekday = 7,
                         .start_minute = 90,
                         .time_zone = T("Europe/London"),
                         .first_on = T("2026-03-29") };
    assert_found(&group, "2026-03-29T01:30Z 2026-04-05T00:30Z");
    group.first_on = T("2026-10-25");
    assert_found(&group, "2026-10-25T00:30Z 2026-11-01T01:30Z");
}

static void r56_every_second_week(void **state)
{
    GroupInput group = { .cadence = CADENCE_BIWEEKLY,
                         .weekday = 2,
                         .time_zone = T("Europe/Berlin"),
                         .first_on = T("2026-03-17"),
                         .start_minute = 12 * 60 };
    assert_found(&group, "2026-03-17T11:00Z 2026-03-31T10:00Z 2026-04-14T10:00Z");
    /* Asked later, it is still counted from the first. */
    g_autofree char *later = found_text(&group, FROM + 100 * MS_PER_DAY, FROM + YEAR, 1);
    assert_string_equal(later, "2026-04-14T10:00Z");
}

static void r56_months(void **state)
{
    GroupInput group = { .cadence = CADENCE_MONTHLY, .weekday = 4, .ordinal = 2 };
    assert_found(&group, "2026-01-08T00:00Z 2026-02-12T00:00Z 2026-03-12T00:00Z");
    group.ordinal = 5;
    assert_found(&group, "2026-01-29T00:00Z 2026-02-26T00:00Z 2026-03-26T00:00Z 2026-04-30T00:00Z");
    group = (GroupInput){ .cadence = CADENCE_MONTHLY_BY_DATE, .month_day = 31 };
    assert_found(&group, "2026-01-31T00:00Z 2026-02-28T00:00Z 2026-03-31T00:00Z 2026-04-30T00:00Z");
    group.month_day = 15;
    assert_found(&group, "2026-01-15T00:00Z 2026-02-15T00:00Z");
    group.month_day = 29;
    assert_found(&group, "2026-01-29T00:00Z 2026-02-28T00:00Z 2026-03-29T00:00Z");
}

static bool is_meant(const GroupInput *group, const GDate *first, const GDate *day)
{
    int in_month = g_date_get_day(day);
    int length = g_date_get_days_in_month(g_date_get_month(day), g_date_get_year(day));
    bool weekday = (gint64)g_date_get_weekday(day) == group->weekday;
    int monday = (int)g_date_get_julian(first) - ((int)g_date_get_weekday(first) - 1);
    switch (group->cadence) {
    case CADENCE_WEEKLY:
        return weekday;
    case CADENCE_BIWEEKLY:
        return weekday && ((int)g_date_get_julian(day) - monday) / 7 % 2 == 0;
    case CADENCE_MONTHLY:
        return weekday && (group->ordinal == 5 ? in_month + 7 > length
                                               : (in_month - 1) / 7 + 1 == group->ordinal);
    default:
        return in_month == MIN((int)group->month_day, length);
    }
}

/* Against a calendar that is gone through day by day. */
static void r56_all_cadences_by_brute_force(void **state)
{
    uint64_t random = 7;
    for (int round = 0; round < 400; round++) {
        GDate first;
        g_date_clear(&first, 1);
        g_date_set_dmy(&first, 1, G_DATE_JANUARY, 2026);
        g_date_add_days(&first, random_below(&random, 200));
        char text[11];
        g_date_strftime(text, sizeof text, "%Y-%m-%d", &first);
        GroupInput group = { .cadence = (Cadence)(1 + random_below(&random, 4)),
                             .weekday = 1 + random_below(&random, 7),
                             .ordinal = 1 + random_below(&random, 5),
                             .month_day = 1 + random_below(&random, 31),
                             .start_minute = 600,
                             .first_on = text };
        g_autoptr(GArray) found = recurrence_find(&group, 0, FROM, FROM + 2 * YEAR, NULL);
        guint n = 0;
        GDate day = first, end;
        g_date_clear(&end, 1);
        g_date_set_dmy(&end, 1, G_DATE_JANUARY, 2028);
        for (; g_date_compare(&day, &end) < 0; g_date_add_days(&day, 1)) {
            if (!is_meant(&group, &first, &day))
                continue;
            char expected[11];
            g_date_strftime(expected, sizeof expected, "%Y-%m-%d", &day);
            if (n >= found->len)
                fail_msg("cadence %d weekday %d ordinal %d day %d from %s: no %s", group.cadence,
                         (int)group.weekday, (int)group.ordinal, (int)group.month_day, text,
                         expected);
            assert_string_equal(g_array_index(found, Occurrence, n++).day, expected);
        }
        assert_int_equal(n, found->len);
    }
}

static void test_what_gives_no_days(void **state)
{
    const GroupInput groups[] = {
        { .cadence = CADENCE_OTHER, .weekday = 4 },
        { .cadence = CADENCE_WEEKLY },
        { .cadence = CADENCE_MONTHLY, .weekday = 4 },
        { .cadence = CADENCE_MONTHLY_BY_DATE },
        { .weekday = 4 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(groups); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GArray) found = recurrence_find(&groups[i], FROM, FROM, FROM + YEAR, &error);
        assert_null(error);
        assert_int_equal(found->len, 0);
    }
    GroupInput odd = { .cadence = CADENCE_WEEKLY, .weekday = 4, .time_zone = T("Mars/Base") };
    g_autoptr(GError) error = NULL, other = NULL;
    assert_null(recurrence_find(&odd, FROM, FROM, FROM + YEAR, &error));
    assert_int_equal(error->code, PROBLEM_BAD_INPUT);
    odd.time_zone = NULL;
    odd.first_on = T("2026-02-31");
    assert_null(recurrence_find(&odd, FROM, FROM, FROM + YEAR, &other));
    assert_int_equal(other->code, PROBLEM_BAD_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(r56_seven_in_the_morning_stays_seven_in_the_morning),
        cmocka_unit_test(test_times_that_are_left_out_or_come_twice),
        cmocka_unit_test(r56_every_second_week),
        cmocka_unit_test(r56_months),
        cmocka_unit_test(r56_all_cadences_by_brute_force),
        cmocka_unit_test(test_what_gives_no_days),
    };
    return cmocka_run_group_tests_name("recurrence", tests, NULL, NULL);
}
