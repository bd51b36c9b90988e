/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/unit.h"

#include <string.h>

#include "base/text.h"
#include "model/report.h"

static const Party member = { .account = { { 9 } }, .name = (char *)"Ann" };
static const Whom ben = { .account = { { 1 } } }, cy = { .account = { { 2 } } },
                  shop = { .outside = "kim@shop.example" };

static gint64 at(const char *text)
{
    gint64 ms = 0;
    assert_true(time_parse(text, &ms));
    return ms;
}

static ReportPeriod period_of(const char *now, const char *from, const char *to, const char *zone)
{
    g_auto(FieldErrors) errors;
    ReportPeriod period;
    field_errors_init(&errors);
    if (!report_period(&period, at(now), from, to, zone, &errors))
        fail_msg("%s %s %s", from, to, zone);
    return period;
}

static void check_bounds(const ReportPeriod *period, const char *from, const char *to)
{
    char a[TIME_TEXT_SIZE], b[TIME_TEXT_SIZE];
    assert_string_equal(time_format(period->from, a), from);
    assert_string_equal(time_format(period->to, b), to);
}

/* ---- the period */

static void test_year(void **state)
{
    static const struct {
        const char *now, *zone, *from;
    } cases[] = {
        { "2026-11-26T08:30:00Z", NULL, "2025-11-26T00:00:00.000Z" },
        { "2026-11-26T08:30:00Z", "Europe/London", "2025-11-26T00:00:00.000Z" },
        { "2026-06-30T23:30:00Z", "Europe/London", "2025-06-30T23:00:00.000Z" }, /* 1 July there */
        { "2026-03-01T09:00:00Z", "Pacific/Auckland", "2025-02-28T11:00:00.000Z" },
        { "2026-03-01T09:00:00Z", "America/Los_Angeles", "2025-03-01T08:00:00.000Z" },
        { "2028-02-29T12:00:00Z", "UTC", "2027-02-28T00:00:00.000Z" },
        /* a day without midnight: it begins at 01:00, which is 03:00 UTC */
        { "2018-11-04T12:00:00Z", "America/Sao_Paulo", "2017-11-04T02:00:00.000Z" },
        { "2019-11-04T12:00:00Z", "America/Sao_Paulo", "2018-11-04T03:00:00.000Z" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(ReportPeriod) period = period_of(cases[i].now, NULL, NULL, cases[i].zone);
        char now[TIME_TEXT_SIZE];
        check_bounds(&period, cases[i].from, time_format(at(cases[i].now), now));
    }
}

static void test_bounds(void **state)
{
    g_auto(ReportPeriod)
        days = period_of("2026-11-26T08:30:00Z", "2026-03-29", "2026-03-29", "Europe/Berlin");
    check_bounds(&days, "2026-03-28T23:00:00.000Z", "2026-03-29T21:59:59.999Z"); /* 23 hours */
    g_auto(ReportPeriod) times = period_of("2026-11-26T08:30:00Z", "2026-01-01T10:00:00+02:00",
                                           "2026-01-02T10:00:00.500Z", NULL);
    check_bounds(&times, "2026-01-01T08:00:00.000Z", "2026-01-02T10:00:00.500Z");
    g_auto(ReportPeriod) until = period_of("2026-11-26T08:30:00Z", NULL, "2024-02-29", NULL);
    check_bounds(&until, "2023-02-28T00:00:00.000Z", "2024-02-29T23:59:59.999Z");
}

static void test_refused(void **state)
{
    static const struct {
        const char *from, *to, *zone, *pointer;
    } cases[] = {
        { "2026-02-30", NULL, NULL, "#/from" },
        { "yesterday", NULL, NULL, "#/from" },
        { NULL, "2026-13-01", NULL, "#/to" },
        { "2026-05-01", "2026-04-30", NULL, "#/from" },
        { "1980-01-01", "2026-04-30", NULL, "#/from" },
        { NULL, NULL, "Europe/Atlantis", "#/tz" },
        { NULL, NULL, "../../etc/passwd", "#/tz" },
        { NULL, NULL, "/etc/localtime", "#/tz" },
        { NULL, NULL, "", "#/tz" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(FieldErrors) errors;
        ReportPeriod period;
        field_errors_init(&errors);
        assert_false(report_period(&period, at("2026-11-26T08:30:00Z"), cases[i].from, cases[i].to,
                                   cases[i].zone, &errors));
        assert_non_null(field_errors_find(&errors, cases[i].pointer));
    }
}

/* The first and the last month are cut; each moment belongs to the month of its day there. */
static void test_months(void **state)
{
    g_auto(ReportPeriod) period = period_of("2026-11-26T08:30:00Z", NULL, NULL, "Europe/London");
    assert_int_equal(period.months->len, 13);
    assert_int_equal(g_strv_length(period.labels), 13);
    assert_string_equal(period.labels[0], "2025-11");
    assert_string_equal(period.labels[12], "2026-11");
    assert_int_equal(report_month(&period, period.from), 0);
    assert_int_equal(report_month(&period, period.to), 12);
    assert_int_equal(report_month(&period, at("2025-11-30T23:59:59.999Z")), 0);
    assert_int_equal(report_month(&period, at("2025-12-01T00:00:00Z")), 1);
    assert_int_equal(report_month(&period, at("2026-06-30T22:59:59.999Z")), 7); /* summer time */
    assert_int_equal(report_month(&period, at("2026-06-30T23:00:00Z")), 8);
}

/* ---- parts */

static void test_parts(void **state)
{
    g_autofree char *none = report_ratio(4, 0), *nothing = report_ratio(0, 0);
    assert_string_equal(none, "4:0");
    assert_string_equal(nothing, "0:0");
    g_autofree char *share = report_share(2, 3), *all = report_share(5, 5),
                    *half = report_share(1, 8);
    assert_string_equal(share, "67%");
    assert_string_equal(all, "100%");
    assert_string_equal(half, "13%");
    assert_null(report_share(0, 0));
    g_autofree char *m = report_duration(59), *h = report_duration(125), *d = report_duration(4561);
    assert_string_equal(m, "59m");
    assert_string_equal(h, "2h05m");
    assert_string_equal(d, "3d04h");
    assert_true(report_one_sided(&(GiveTake){ .gave = 2 }));
    assert_false(report_one_sided(&(GiveTake){ .gave = 1 }));
    assert_false(report_one_sided(&(GiveTake){ .gave = 9, .took = 1 }));
}

static void test_trend(void **state)
{
    assert_int_equal(report_trend((gint64[]){ 0, 0, 0 }, 3), 0);
    assert_int_equal(report_trend((gint64[]){ 1, 0, 2 }, 3), TREND_UP);
    assert_int_equal(report_trend((gint64[]){ 1, 9, 1 }, 3),
                     TREND_STEADY); /* the middle is neither */
    assert_int_equal(report_trend((gint64[]){ 2, 1, 1, 0 }, 4), TREND_DOWN);
    assert_int_equal(report_trend((gint64[]){ 3 }, 1), TREND_STEADY);
}

static void test_percentiles(void **state)
{
    uint64_t random = 7;
    for (int round = 0; round < 200; round++) {
        g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(Minutes));
        g_autoptr(GArray) plain = g_array_new(FALSE, FALSE, sizeof(gint64));
        for (unsigned k = 1 + random_below(&random, 20); k > 0; k--) {
            Minutes one = { random_below(&random, 30), 1 + random_below(&random, 4) };
            g_array_append_val(values, one);
            for (gint64 i = 0; i < one.n; i++)
                g_array_append_val(plain, one.minutes);
        }
        for (int percent = 10; percent <= 100; percent += 10) {
            gint64 got = report_percentile(values, percent);
            gint64 below = 0, not_above = 0;
            for (guint i = 0; i < plain->len; i++) {
                below += g_array_index(plain, gint64, i) < got;
                not_above += g_array_index(plain, gint64, i) <= got;
            }
            assert_true(not_above * 100 >= percent * (gint64)plain->len);
            assert_true(below * 100 < percent * (gint64)plain->len);
        }
    }
    g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(Minutes));
    assert_int_equal(report_percentile(none, 50), 0);
}

/* ---- whole reports */

static Report give_take(void)
{
    Report report;
    ReportPeriod period = period_of("2026-11-26T08:30:00Z", NULL, NULL, "Europe/London");
    gint64 may = at("2026-05-03T10:00:00Z"), june = at("2026-06-09T10:00:00Z");
    report_init(&report, REPORT_GIVE_TAKE, &period, at("2026-11-26T08:30:00Z"));
    report_count(&report, &ben, BOX_SENT, REFERRAL_WON, VERDICT_LEAD, may, 2);
    report_count(&report, &ben, BOX_SENT, REFERRAL_CONFIRMED, VERDICT_NOT_A_LEAD, june, 1);
    report_count(&report, &ben, BOX_SENT, REFERRAL_PICKED_UP, 0, june, 1);
    report_count(&report, &ben, BOX_SENT, REFERRAL_WITHDRAWN, 0, june, 8);
    report_count(&report, &cy, BOX_INBOX, REFERRAL_SENT, 0, june, 3);
    report_count(&report, &shop, BOX_SENT, REFERRAL_SENT, 0, may, 2);
    static const char *const names[] = { "Ben",
                                         "\xc3\x89"
                                         "cy",
                                         NULL };
    for (int i = 0; i < 2; i++) {
        RowParty whom = report_row_party(&report, report.rows->pdata[i]);
        whom.party->name = g_strdup(names[i]);
        *whom.standing = STANDING_PARTNER;
    }
    report_finish(&report, &member);
    return report;
}

static void test_give_take(void **state)
{
    g_auto(Report) report = give_take();
    assert_int_equal(report.rows->len, 3);
    const GiveTakeRow *row = report.rows->pdata[0];
    assert_string_equal(row->party.name, "Ben");
    assert_int_equal(row->sum.gave, 4);
    assert_int_equal(row->gave_waiting, 1);
    assert_string_equal(row->gave_share, "67%");
    assert_string_equal(row->ratio, "4:0");
    assert_true(row->one_sided);
    assert_int_equal(row->last_gave, at("2026-06-09T10:00:00Z"));
    assert_int_equal(row->last_took, 0);
    assert_int_equal(row->gave_months[6], 2);
    assert_int_equal(row->gave_months[7], 2);
    assert_null(row->took_share);
    const GiveTakeRow *other = report.rows->pdata[1], *outside = report.rows->pdata[2];
    assert_string_equal(other->party.name, "Écy"); /* without its accent */
    assert_string_equal(outside->party.name, "kim@shop.example");
    assert_int_equal(outside->standing, STANDING_OUTSIDE);
    assert_false(outside->one_sided);
    assert_string_equal(other->ratio, "0:3");
    assert_int_equal(other->trend, TREND_UP);
    const GiveTakeRow *total = report.totals->pdata[0];
    assert_string_equal(total->ratio, "6:3");
    assert_int_equal(total->gave_waiting, 3);
    assert_int_equal(total->gave_months[6], 4);
}

static void test_reasons(void **state)
{
    g_auto(Report) report = { 0 };
    ReportPeriod period = period_of("2026-11-26T08:30:00Z", NULL, NULL, NULL);
    report_init(&report, REPORT_REASONS, &period, at("2026-11-26T08:30:00Z"));
    report_reason(&report, &ben, BOX_SENT, VERDICT_LEAD, 0, 3);
    report_reason(&report, &ben, BOX_SENT, VERDICT_NOT_A_LEAD, REASON_NO_NEED, 1);
    report_reason(&report, &ben, BOX_INBOX, VERDICT_NOT_A_LEAD, REASON_NO_NEED, 2);
    report_reason(&report, &ben, BOX_INBOX, VERDICT_NOT_A_LEAD, 0, 2);
    report_reason(&report, &cy, BOX_INBOX, VERDICT_LEAD, 0, 2);
    for (guint i = 0; i < report.rows->len; i++)
        report_row_party(&report, report.rows->pdata[i]).party->name = g_strdup("Ben");
    report_finish(&report, &member);
    assert_int_equal(report.rows->len, 3);
    const ReasonRow *message = report.rows->pdata[0], *mine = report.rows->pdata[1],
                    *theirs = report.rows->pdata[2];
    assert_int_equal(message->reason, 0);
    assert_string_equal(mine->from.name, "Ben");
    assert_string_equal(mine->to.name, "Ann");
    assert_string_equal(mine->share, "50%");
    assert_string_equal(theirs->from.name, "Ann");
    assert_string_equal(theirs->to.name, "Ben");
    assert_int_equal(theirs->verdicts, 4);
    assert_string_equal(theirs->share, "25%");
}

static void test_speed(void **state)
{
    g_auto(Report) report = { 0 };
    ReportPeriod period = period_of("2026-11-26T08:30:00Z", NULL, NULL, NULL);
    report_init(&report, REPORT_SPEED, &period, at("2026-11-26T08:30:00Z"));
    for (int i = 1; i <= 10; i++)
        report_speed(&report, &ben, BOX_SENT, SPEED_PICK_UP, i * 10, 1);
    report_speed(&report, &cy, BOX_SENT, SPEED_PICK_UP, 1000, 2);
    report_speed(&report, &cy, BOX_INBOX, SPEED_VERDICT, 30, 1);
    report_finish(&report, &member);
    const SpeedRow *row = report.rows->pdata[0];
    assert_int_equal(row->pick_up_median, 50);
    assert_int_equal(row->pick_up_p90, 90);
    const SpeedRow *inbox = report.totals->pdata[0], *sent = report.totals->pdata[1];
    assert_int_equal(inbox->verdict_median, 30);
    assert_int_equal(sent->picked_up, 12);
    assert_int_equal(sent->pick_up_p90, 1000);
    g_autoptr(GString) text = g_string_new(NULL);
    report_put_text(text, &report);
    assert_non_null(strstr(text->str, "50m"));
    assert_non_null(strstr(text->str, "16h40m"));
}

/* ---- printing */

static void test_text(void **state)
{
    g_auto(Report) report = give_take();
    GiveTakeRow *row = report.rows->pdata[0];
    g_free(row->party.name);
    row->party.name = g_strdup("Ben \033[31mred\nline \xe2\x80\xae with a name of some length");
    row->sum.gave = 1000000;
    g_autoptr(GString) text = g_string_new(NULL);
    report_put_text(text, &report);
    g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);
    for (char **line = lines; *line; line++) {
        assert_true(text_is_clean(*line, TEXT_LINE));
        if (text_width(*line) > REPORT_TEXT_WIDTH)
            fail_msg("%d cells: %s", text_width(*line), *line);
    }
    assert_non_null(strstr(text->str, "2025-11-26 00:00 to 2026-11-26 08:30 (Europe/London), made "
                                      "2026-11-26 08:30"));
    assert_non_null(strstr(text->str, "1000000"));
    assert_non_null(strstr(text->str, "4:0 !"));
    assert_non_null(strstr(text->str, "A ratio alone misleads"));
}

static void test_csv(void **state)
{
    g_auto(Report) report = give_take();
    GiveTakeRow *row = report.rows->pdata[0];
    g_free(row->party.name);
    row->party.name = g_strdup("=cmd|' /C calc'!A0, \"Ben\"");
    g_autoptr(GString) text = g_string_new(NULL);
    report_put_csv(text, &report);
    g_auto(GStrv) lines = g_strsplit(text->str, "\r\n", -1);
    assert_int_equal(g_strv_length(lines), 5);
    assert_true(g_str_has_prefix(lines[0], "standing,party.account,party.name,"));
    assert_non_null(strstr(lines[0], ",gave 2025-11,"));
    assert_non_null(strstr(lines[1], ",\"'=cmd|' /C calc'!A0, \"\"Ben\"\"\","));
    assert_non_null(strstr(lines[1], ",Europe/London,2026-11-26T08:30:00.000Z"));
    g_auto(GStrv) names = g_strsplit(lines[0], ",", -1), cells = g_strsplit(lines[2], ",", -1);
    assert_int_equal(g_strv_length(names), g_strv_length(cells));
}

/* Every column of every report is a field of its row, and what is marked as minutes has its count. */
static void test_table(void **state)
{
    for (const ReportType *type = report_types; type->kind; type++) {
        assert_string_equal(type->code, enum_code(&report_kinds, type->kind));
        int cells = (int)type->n_columns - 1;
        for (size_t i = 0; i < type->n_columns; i++) {
            g_auto(GStrv) path = g_strsplit(type->columns[i].field, ".", 2);
            const Field *field = field_find(type->row, path[0]);
            assert_non_null(field);
            if (path[1])
                assert_non_null(field_find(field->object, path[1]));
            assert_int_equal(type->columns[i].format == AS_MINUTES, type->columns[i].of != NULL);
            if (type->columns[i].of)
                assert_non_null(field_find(type->row, type->columns[i].of));
            cells += type->columns[i].width;
        }
        assert_true(cells <= REPORT_TEXT_WIDTH);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_year),        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_refused),     cmocka_unit_test(test_months),
        cmocka_unit_test(test_parts),       cmocka_unit_test(test_trend),
        cmocka_unit_test(test_percentiles), cmocka_unit_test(test_give_take),
        cmocka_unit_test(test_reasons),     cmocka_unit_test(test_speed),
        cmocka_unit_test(test_text),        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
