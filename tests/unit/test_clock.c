/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"

#include <string.h>

#include "base/problem.h"
#include "unit.h"

#define NOW G_GINT64_CONSTANT(1795509000000) /* 2026-11-24T08:30:00Z */
#define LAST G_GINT64_CONSTANT(253402300799999)

static const struct {
    const char *text;
    gint64 ms;
} times[] = {
    { "1970-01-01T00:00:00.000Z", 0 },
    { "1970-01-01T00:00:00.001Z", 1 },
    { "1972-02-29T23:59:59.999Z", 68255999999 },
    { "2000-02-29T12:00:00.000Z", 951825600000 },
    { "2000-03-01T00:00:00.000Z", 951868800000 },
    { "2026-11-24T08:30:00.000Z", NOW },
    { "2100-02-28T00:00:00.000Z", 4107456000000 },
    { "2100-03-01T00:00:00.000Z", 4107542400000 },
    { "9999-12-31T23:59:59.999Z", LAST },
};

static void test_format_and_parse_agree(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
        char text[TIME_TEXT_SIZE];
        gint64 ms = -1;
        assert_string_equal(time_format(times[i].ms, text), times[i].text);
        assert_true(time_parse(times[i].text, &ms));
        assert_int_equal(ms, times[i].ms);
    }
}

static void test_every_day_round_trips(void **state)
{
    char last[TIME_TEXT_SIZE] = "", text[TIME_TEXT_SIZE];
    for (gint64 day = 0; day <= LAST / MS_PER_DAY; day++) {
        gint64 ms = day * MS_PER_DAY + day % MS_PER_DAY, back;
        assert_true(time_parse(time_format(ms, text), &back));
        assert_int_equal(back, ms);
        assert_true(strcmp(last, text) < 0);
        memcpy(last, text, sizeof last);
    }
}

static void test_format_stays_in_its_years(void **state)
{
    char text[TIME_TEXT_SIZE];
    assert_string_equal(time_format(G_MININT64, text), "1970-01-01T00:00:00.000Z");
    assert_string_equal(time_format(G_MAXINT64, text), "9999-12-31T23:59:59.999Z");
}

static void test_other_spellings(void **state)
{
    static const struct {
        const char *text;
        gint64 ms;
    } rows[] = {
        { "2026-11-24T08:30:00Z", NOW },
        { "2026-11-24t08:30:00z", NOW },
        { "2026-11-24T08:30:00-00:00", NOW },
        { "2026-11-24T10:30:00+02:00", NOW },
        { "2026-11-24T02:45:00-05:45", NOW },
        { "2026-11-24T00:00:00+23:59",
          NOW - 8 * MS_PER_HOUR - 30 * MS_PER_MINUTE - 23 * MS_PER_HOUR - 59 * MS_PER_MINUTE },
        { "2026-11-24T08:30:00.5Z", NOW + 500 },
        { "2026-11-24T08:30:00.25Z", NOW + 250 },
        { "2026-11-24T08:30:00.123456789Z", NOW + 123 },
        { "2016-12-31T23:59:60Z", 1483228800000 },
        { "2017-01-01T00:59:60+01:00", 1483228800000 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        gint64 ms = -1;
        if (!time_parse(rows[i].text, &ms))
            fail_msg("refused %s", rows[i].text);
        assert_int_equal(ms, rows[i].ms);
    }
}

static void test_refusals_leave_out_alone(void **state)
{
    static const char *const bad[] = {
        "",
        "2026",
        "2026-11-24",
        "2026-11-24T08:30Z",
        "2026-11-24T08:30:00",
        " 2026-11-24T08:30:00Z",
        "2026-11-24T08:30:00Z ",
        "2026-11-24 08:30:00Z",
        "2026-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-00-10T00:00:00Z",
        "2026-13-10T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-01-32T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:61Z",
        "2026-01-01T12:00:60Z",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00.1234567890Z",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00+02:60",
        "2026-01-01T00:00:00+0200",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "+026-01-01T00:00:00Z",
        "2026-1-01T00:00:00Z",
        "2026-01-01T00:00:00,5Z",
    };
    gint64 ms = 42;
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        if (time_parse(bad[i], &ms))
            fail_msg("accepted \"%s\"", bad[i]);
    assert_false(time_parse(NULL, &ms));
    assert_int_equal(ms, 42);
}

static void test_freezing(void **state)
{
    assert_false(clock_is_frozen());
    clock_advance(MS_PER_DAY); /* a running clock does not care */
    assert_false(clock_is_frozen());
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    gint64 real = g_date_time_to_unix(now) * MS_PER_SECOND;
    assert_in_range(clock_now() - real + MS_PER_MINUTE, 0, 2 * MS_PER_MINUTE);
    clock_freeze(NOW);
    assert_true(clock_is_frozen());
    assert_int_equal(clock_now(), NOW);
    clock_advance(MS_PER_HOUR);
    assert_int_equal(clock_now(), NOW + MS_PER_HOUR);
    clock_advance(-2 * MS_PER_HOUR);
    assert_int_equal(clock_now(), NOW - MS_PER_HOUR);
    gint64 before = clock_monotonic();
    assert_true(clock_monotonic() >= before);
    clock_freeze(0);
    assert_false(clock_is_frozen());
}

static void test_environment(void **state)
{
    g_autoptr(GError) error = NULL;
    g_setenv("LEADLINE_NOW", "2026-11-24T08:30:00Z", TRUE);
    assert_true(clock_init(NULL));
    assert_int_equal(clock_now(), NOW);
    g_setenv("LEADLINE_NOW", "tomorrow", TRUE);
    assert_false(clock_init(&error));
    assert_true(problem_is(error, PROBLEM_BAD_CONFIG));
    assert_non_null(strstr(error->message, "tomorrow"));
    g_unsetenv("LEADLINE_NOW");
    clock_freeze(0);
    assert_true(clock_init(NULL));
    assert_false(clock_is_frozen());
}

/* Only zones: not the lists and other renderings beside them, nor what is elsewhere. */
static void test_zones(void **state)
{
    static const char *const zones[] = { "UTC", "Europe/Berlin", "America/Argentina/Ushuaia",
                                         "Etc/GMT+5" };
    static const char *const others[] = { "",          "Europe",      "Europe/Atlantis",
                                          "zone.tab",  "leapseconds", "posix/Europe/Berlin",
                                          "localtime", "../etc/UTC",  "/usr/share/zoneinfo/UTC",
                                          "Europe/..", "UTC\n" };
    for (size_t i = 0; i < G_N_ELEMENTS(zones); i++) {
        g_autoptr(GTimeZone) zone = clock_zone(zones[i]);
        assert_non_null(zone);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        assert_null(clock_zone(others[i]));
    g_autofree char *wide = g_strnfill(ZONE_NAME_MAX + 1, 'A');
    assert_null(clock_zone(wide));
    assert_null(clock_zone(NULL)); /* of an account that chose none */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format_and_parse_agree),
        cmocka_unit_test(test_every_day_round_trips),
        cmocka_unit_test(test_format_stays_in_its_years),
        cmocka_unit_test(test_other_spellings),
        cmocka_unit_test(test_refusals_leave_out_alone),
        cmocka_unit_test(test_freezing),
        cmocka_unit_test(test_zones),
        cmocka_unit_test(test_environment),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
