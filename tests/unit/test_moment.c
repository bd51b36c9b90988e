/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/unit.h"

#include "base/clock.h"
#include "client/moment.h"

#define BASE "2025-11-21T14:32:00Z" /* a Friday */

static gint64 ms(const char *text)
{
    gint64 at = 0;
    assert_true(time_parse(text, &at));
    return at;
}

static const struct {
    const char *text, *at; /* NULL: refused */
} rows[] = {
    { "30m", "2025-11-21T15:02:00Z" },
    { "+2h", "2025-11-21T16:32:00Z" },
    { "1h30m", "2025-11-21T16:02:00Z" },
    { " 1h 30m ", "2025-11-21T16:02:00Z" },
    { "3d", "2025-11-24T14:32:00Z" },
    { "1w", "2025-11-28T14:32:00Z" },
    { "2H", "2025-11-21T16:32:00Z" },
    { "15:00", "2025-11-21T15:00:00Z" },
    { "14:30", "2025-11-22T14:30:00Z" }, /* over today */
    { "9", "2025-11-22T09:00:00Z" },
    { "18", "2025-11-21T18:00:00Z" },
    { "9am", "2025-11-22T09:00:00Z" },
    { "4pm", "2025-11-21T16:00:00Z" },
    { "12am", "2025-11-22T00:00:00Z" },
    { "12:30pm", "2025-11-22T12:30:00Z" },
    { "today 17:30", "2025-11-21T17:30:00Z" },
    { "tomorrow", "2025-11-22T09:00:00Z" },
    { "tomorrow 9", "2025-11-22T09:00:00Z" },
    { "Tomorrow at 14:15", "2025-11-22T14:15:00Z" },
    { "Thu 14:30", "2025-11-27T14:30:00Z" },
    { "thursday", "2025-11-27T09:00:00Z" },
    { "fri 15:00", "2025-11-21T15:00:00Z" }, /* today, and still to come */
    { "fri 14:00", "2025-11-28T14:00:00Z" },
    { "Mon, 8", "2025-11-24T08:00:00Z" },
    { "24 Nov", "2025-11-24T09:00:00Z" },
    { "24 november 14:30", "2025-11-24T14:30:00Z" },
    { "1 Feb", "2026-02-01T09:00:00Z" }, /* next year's */
    { "24.11.", "2025-11-24T09:00:00Z" },
    { "24.11. 7", "2025-11-24T07:00:00Z" },
    { "24. Dec. 10:00", "2025-12-24T10:00:00Z" },
    { "2025-12-01", "2025-12-01T09:00:00Z" },
    { "2025-12-01 16:45", "2025-12-01T16:45:00Z" },
    { "2025-12-01T16:45", "2025-12-01T16:45:00Z" },
    { "2026-02-29", NULL }, /* there is none */
    { "31 Nov", NULL },
    { "", NULL },
    { "soon", NULL },
    { "25:00", NULL },
    { "14:60", NULL },
    { "13pm", NULL },
    { "0m", NULL },
    { "+", NULL },
    { "2x", NULL },
    { "2hours", NULL },
    { "9 9", NULL },
    { "12345m", NULL },
    { "today 9", NULL },    /* over */
    { "2025-11-20", NULL }, /* over */
    { "2027-01-01", NULL }, /* too far */
    { "60w", NULL },
    { "th 9", "2025-11-27T09:00:00Z" },
    { "t 9", NULL },
    { "24 ma", NULL },
    { "\033[31mtomorrow", NULL },
};

static void test_rows(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        gint64 at = 0;
        g_autoptr(GError) error = NULL;
        bool ok = moment_parse(rows[i].text, ms(BASE), &at, &error);
        char text[TIME_TEXT_SIZE];
        if (ok != (rows[i].at != NULL) || (ok && at != ms(rows[i].at)))
            fail_msg("%s: %s, not %s", rows[i].text, ok ? time_format(at, text) : "refused",
                     rows[i].at ? rows[i].at : "refused");
        assert_true(ok || problem_is(error, PROBLEM_BAD_INPUT));
    }
}

/* Nothing of the user's is echoed raw. */
static void test_complaint_is_clean(void **state)
{
    gint64 at;
    g_autoptr(GError) error = NULL;
    assert_false(moment_parse("\033]0;x\a", ms(BASE), &at, &error));
    assert_null(strchr(error->message, '\033'));
    assert_non_null(strstr(error->message, "+2h, tomorrow 9, Thu 14:30"));
}

/* The day the clocks go back has 25 hours: "tomorrow 9" is 9 o'clock all the same. */
static void test_zone(void **state)
{
    gint64 at = 0;
    g_setenv("TZ", "Europe/London", TRUE);
    assert_true(moment_parse("tomorrow 9", ms("2025-10-25T12:00:00Z"), &at, NULL));
    assert_true(at == ms("2025-10-26T09:00:00Z"));
    assert_true(moment_parse("tomorrow 9", ms("2025-06-01T12:00:00Z"), &at, NULL));
    assert_true(at == ms("2025-06-02T08:00:00Z"));
    g_setenv("TZ", "UTC", TRUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_complaint_is_clean),
        cmocka_unit_test(test_zone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
