/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/unit.h"

#include <string.h>

#include "base/text.h"
#include "model/group_report.h"

#define DAY MS_PER_DAY
#define PEOPLE 12

static const Uuid ann = { { 1 } }, ben = { { 2 } }, cy = { { 3 } }, nobody = { { 99 } };

typedef struct World {
    Group group;
    GroupBook book;
} World;

static void add_member(World *world, const Uuid *account, const char *name, gint64 since,
                       gint64 ended_at)
{
    Party party = { .account = *account, .name = (char *)name };
    group_book_member(&world->book, &party, ended_at ? MEMBERSHIP_LEFT : MEMBERSHIP_ACTIVE, since,
                      ended_at);
}

static void begin(World *world)
{
    *world = (World){ .group.input.name = (char *)"Northgate",
                      .group.input.absences_allowed = 3,
                      .group.input.seats = 20 };
    group_book_init(&world->book, &world->group, 0, 100 * DAY);
}

/* Ten meetings, two of them open; ann and ben from the beginning, cy from the fifth day on. */
static void fill(World *world)
{
    begin(world);
    add_member(world, &ann, "Ann", -DAY, 0);
    add_member(world, &ben, "ben", -DAY, 0);
    add_member(world, &cy, "Cy", 5 * DAY, 0);
    for (int i = 0; i < 10; i++)
        group_book_meeting(&world->book, (i + 1) * DAY, i < 8 ? MEETING_COMPLETED : MEETING_DRAFT);
    group_book_meeting(&world->book, 20 * DAY, MEETING_HOLIDAY);
    group_book_meeting(&world->book, 21 * DAY, MEETING_CANCELLED);
    group_book_attendance(&world->book, &ann, ATTENDANCE_PRESENT, 6);
    group_book_attendance(&world->book, &ann, ATTENDANCE_LATE, 1);
    group_book_attendance(&world->book, &ann, ATTENDANCE_ABSENT, 1);
    group_book_attendance(&world->book, &ben, ATTENDANCE_ABSENT, 4);
    group_book_attendance(&world->book, &ben, ATTENDANCE_SUBSTITUTE, 2);
    group_book_attendance(&world->book, &ben, ATTENDANCE_MEDICAL, 1);
    group_book_attendance(&world->book, &nobody, ATTENDANCE_PRESENT, 50);
    group_book_slips(&world->book, &ann, SLIP_GIVEN, true, 3, 2, 1);
    group_book_slips(&world->book, &ann, SLIP_GIVEN, false, 2, 0, 0);
    group_book_slips(&world->book, &ben, SLIP_GIVEN, false, 9, 0, 0);
    group_book_slips(&world->book, &ben, SLIP_RECEIVED, true, 3, 2, 1);
    group_book_pending(&world->book, &cy, 2);
    group_book_visitors(&world->book, &ann, 2, 1);
    group_book_visitors(&world->book, &nobody, 1, 0);
    group_book_one_to_ones(&world->book, &ann, &ben, 2);
    group_book_thanks(&world->book, &ben, &(Money){ 120000, "GBP" }, 2);
    group_book_thanks(&world->book, &ben, &(Money){ 3000, "EUR" }, 1);
    group_book_thanks(&world->book, &ann, &(Money){ 5000, "GBP" }, 1);
    group_book_dues(&world->book, &(Money){ 2500, "GBP" }, 1, false);
    group_book_dues(&world->book, &(Money){ 2500, "GBP" }, 1, true);
}

static void make(World *world, ReportKind kind, const Uuid *viewer, bool all, Report *report)
{
    g_auto(FieldErrors) errors;
    g_auto(ReportPeriod) period = { 0 };
    Party party = { .account = *viewer };
    field_errors_init(&errors);
    assert_true(report_period(&period, 100 * DAY, "1970-01-01", NULL, NULL, &errors));
    report_init(report, kind, &period, 100 * DAY);
    group_book_report(&world->book, &party, all, report);
}

static void *row(const Report *report, guint i)
{
    return report->rows->pdata[i];
}

/* ---- activity */

static void test_activity(void **state)
{
    World world;
    g_auto(Report) report = { 0 };
    fill(&world);
    make(&world, REPORT_GROUP_ACTIVITY, &ann, true, &report);
    assert_int_equal(report.rows->len, 3);
    const ActivityRow *a = row(&report, 0), *b = row(&report, 1), *c = row(&report, 2);
    assert_string_equal(a->party.name, "Ann");
    assert_string_equal(b->party.name, "ben");
    assert_int_equal(a->meetings, 8);
    assert_int_equal(c->meetings, 4); /* the first one on the day she joined */
    assert_int_equal(a->unmarked, 0);
    assert_int_equal(b->unmarked, 1);
    assert_int_equal(c->unmarked, 4);
    assert_int_equal(c->pending, 2);
    assert_int_equal(a->given_inside, 3);
    assert_string_equal(a->given_per_meeting, "0.63");
    assert_int_equal(a->one_to_ones, 2);
    assert_int_equal(report.head.group.meetings, 8);
    assert_int_equal(report.head.group.pending, 2);
    assert_int_equal(report.head.group.holidays, 1);
    const ActivityRow *all = report.totals->pdata[0];
    assert_int_equal(all->given_inside + all->given_outside, 14);
    assert_int_equal(all->visitors, 3);
    assert_int_equal(all->one_to_ones, 2);
    assert_int_equal(all->unmarked, 5);
    assert_string_equal(all->given_per_meeting, "1.75");
    group_book_clear(&world.book);
}

/* R49: the confirmed share stands beside the counts. */
static void test_quality(void **state)
{
    World world;
    g_auto(Report) report = { 0 };
    fill(&world);
    make(&world, REPORT_GROUP_ACTIVITY, &ann, true, &report);
    const ActivityRow *a = row(&report, 0), *c = row(&report, 2);
    assert_string_equal(a->gave_share, "67%");
    assert_null(c->gave_share);
    assert_string_equal(((ActivityRow *)report.totals->pdata[0])->took_share, "67%");
    group_book_clear(&world.book);
}

/* R122: nobody is ranked, unless the group wants it; then what is given outside counts as well. */
static void test_league(void **state)
{
    for (int league = 0; league < 2; league++) {
        World world;
        g_auto(Report) report = { 0 };
        fill(&world);
        world.group.input.league_table = league;
        make(&world, REPORT_GROUP_ACTIVITY, &ann, true, &report);
        const ActivityRow *first = row(&report, 0);
        assert_string_equal(first->party.name, league ? "ben" : "Ann");
        assert_int_equal(first->rank, league);
        assert_int_equal(((ActivityRow *)row(&report, 2))->rank, league ? 3 : 0);
        group_book_clear(&world.book);
    }
}

/* D7: the giver of thanks sees the amount, everybody the totals. */
static void test_thanks(void **state)
{
    World world;
    g_auto(Report) officer = { 0 }, own = { 0 };
    fill(&world);
    make(&world, REPORT_GROUP_ACTIVITY, &ann, true, &officer);
    assert_string_equal(((ActivityRow *)row(&officer, 0))->thanks_amount, "GBP 50.00");
    assert_null(((ActivityRow *)row(&officer, 1))->thanks_amount);
    assert_int_equal(((ActivityRow *)row(&officer, 1))->thanks, 3);
    make(&world, REPORT_GROUP_ACTIVITY, &ben, false, &own);
    assert_int_equal(own.rows->len, 1);
    assert_true(own.head.group.own);
    assert_string_equal(((ActivityRow *)row(&own, 0))->thanks_amount, "EUR 30.00, GBP 1,200.00");
    assert_string_equal(((ActivityRow *)own.totals->pdata[0])->thanks_amount,
                        "EUR 30.00, GBP 1,250.00");
    group_book_clear(&world.book);
}

/* ---- attendance */

static void test_attendance(void **state)
{
    World world;
    g_auto(Report) report = { 0 };
    fill(&world);
    make(&world, REPORT_ATTENDANCE, &ann, true, &report);
    const AttendanceRow *a = row(&report, 0), *b = row(&report, 1), *c = row(&report, 2);
    assert_int_equal(a->left, 2);
    assert_false(a->over);
    assert_string_equal(a->attended_share, "88%");
    assert_int_equal(b->left, 0);
    assert_true(b->over);
    assert_string_equal(b->attended_share, "33%"); /* medical leave is left out */
    assert_null(c->attended_share);
    const AttendanceRow *all = report.totals->pdata[0];
    assert_int_equal(all->allowed, 9);
    assert_int_equal(all->left, 2 + 0 + 3);
    group_book_clear(&world.book);
}

static void check_days(ReportKind kind, AbsencePolicy policy, const char *now, const char *zone,
                       const char *from, const char *to)
{
    Group group = { .input.absence_policy = policy, .input.time_zone = (char *)zone };
    Day first, last;
    gint64 ms = 0;
    assert_true(time_parse(now, &ms));
    assert_true(group_report_days(kind, &group, ms, first, last));
    assert_string_equal(first, from);
    assert_string_equal(last, to);
}

static void test_days(void **state)
{
    const ReportKind at = REPORT_ATTENDANCE, card = REPORT_SCORE_CARD;
    check_days(at, ABSENCE_ROLLING, "2026-11-26T09:00:00Z", "UTC", "2026-05-27", "2026-11-26");
    check_days(at, ABSENCE_ROLLING, "2026-08-31T09:00:00Z", "UTC", "2026-03-01", "2026-08-31");
    check_days(at, ABSENCE_HALF_YEAR, "2026-11-26T09:00:00Z", "UTC", "2026-07-01", "2026-11-26");
    check_days(at, ABSENCE_HALF_YEAR, "2026-06-30T23:30:00Z", "UTC", "2026-01-01", "2026-06-30");
    check_days(at, ABSENCE_HALF_YEAR, "2026-06-30T23:30:00Z", "Europe/London", "2026-07-01",
               "2026-07-01");
    check_days(card, ABSENCE_ROLLING, "2026-11-26T09:00:00Z", "UTC", "2026-05-01", "2026-10-31");
    check_days(card, ABSENCE_ROLLING, "2026-03-01T09:00:00Z", "UTC", "2025-09-01", "2026-02-28");
    Day from, to;
    assert_false(group_report_days(REPORT_GROUP_ACTIVITY, NULL, 0, from, to));
}

/* ---- the score card: BNI UK, 2012 */

static void check_band(ScoreComponent component, gint64 n, gint64 weeks, gint64 points, gint64 next,
                       gint64 distance)
{
    ScoreBand band = score_band(component, n, weeks, "GBP");
    assert_int_equal(band.points, points);
    assert_int_equal(band.next, next);
    assert_int_equal(band.distance, distance);
}

static void test_bands(void **state)
{
    check_band(SCORE_ABSENCES, 0, 24, 15, 0, 0);
    check_band(SCORE_ABSENCES, 1, 24, 10, 15, 1);
    check_band(SCORE_ABSENCES, 2, 24, 5, 10, 1);
    check_band(SCORE_ABSENCES, 7, 24, 0, 5, 5);
    check_band(SCORE_SLIPS, 11, 24, 0, 5, 1);
    check_band(SCORE_SLIPS, 12, 24, 5, 10, 6);
    check_band(SCORE_SLIPS, 18, 24, 10, 15, 6);
    check_band(SCORE_SLIPS, 24, 24, 15, 20, 5); /* 1.2 a week are 28.8 */
    check_band(SCORE_SLIPS, 28, 24, 15, 20, 1);
    check_band(SCORE_SLIPS, 29, 24, 20, 0, 0);
    check_band(SCORE_SLIPS, 0, 0, 0, 15, 1); /* one in one meeting */
    check_band(SCORE_THANKS, 99999, 24, 0, 5, 1);
    check_band(SCORE_THANKS, 100000, 24, 5, 10, 150000);
    check_band(SCORE_THANKS, 500000, 24, 15, 0, 0);
    check_band(SCORE_VISITORS, 1, 24, 0, 5, 1); /* .083 a week are 1.992 */
    check_band(SCORE_VISITORS, 2, 24, 5, 10, 3);
    check_band(SCORE_VISITORS, 12, 24, 20, 0, 0);
    check_band(SCORE_PUNCTUAL, 0, 24, 5, 0, 0);
    check_band(SCORE_PUNCTUAL, 3, 24, 0, 5, 3);
    check_band(SCORE_TRAINING, 2, 24, 10, 15, 1);
    check_band(SCORE_TRAINING, 9, 24, 15, 0, 0);
    assert_int_equal(score_most(SCORE_TOTAL), 90);
    assert_string_equal(score_band(SCORE_SLIPS, 18, 24, "GBP").label, "0.75..1");
    assert_string_equal(score_band(SCORE_VISITORS, 0, 24, "GBP").label, "0..0.083");
    assert_string_equal(score_band(SCORE_ABSENCES, 9, 24, "GBP").label, "3+");
    assert_int_equal(score_band(SCORE_THANKS, 1000, 24, "JPY").points, 5); /* has no minor units */
}

/* Whatever a value is: with what is missing added, it is in the next band, and with one less not yet. */
static void test_distance(void **state)
{
    uint64_t seed = 7;
    for (int i = 0; i < 5000; i++) {
        ScoreComponent component = (ScoreComponent)(1 + random_below(&seed, SCORE_TOTAL - 1));
        gint64 weeks = 1 + random_below(&seed, 30), n = random_below(&seed, 40);
        bool fewer = component == SCORE_ABSENCES || component == SCORE_PUNCTUAL;
        ScoreBand band = score_band(component, n, weeks, "GBP");
        if (!band.next)
            continue;
        assert_true(band.distance > 0);
        gint64 there = fewer ? n - band.distance : n + band.distance;
        assert_int_equal(score_band(component, there, weeks, "GBP").points, band.next);
        assert_int_equal(score_band(component, fewer ? there + 1 : there - 1, weeks, "GBP").points,
                         band.points);
    }
}

static void test_score_card(void **state)
{
    World world;
    g_auto(Report) report = { 0 };
    fill(&world);
    make(&world, REPORT_SCORE_CARD, &ann, true, &report);
    assert_int_equal(report.rows->len, 3 * SCORE_TOTAL);
    const ScoreRow *absences = row(&report, 0), *slips = row(&report, 1), *total = row(&report, 6),
                   *mine = row(&report, 2), *bens = row(&report, 9);
    assert_int_equal(absences->points, 10);
    assert_string_equal(absences->needed, "1");
    assert_string_equal(slips->value, "0.63");
    assert_string_equal(slips->band, "0.5..0.75");
    assert_int_equal(slips->points, 5);
    assert_string_equal(slips->needed, "1");
    /* 10 absence, 5 slips, 0 thanks, 20 visitors .25 a week are 15, late 0, training 0 */
    assert_int_equal(total->points, 10 + 5 + 0 + 15 + 0 + 0);
    assert_int_equal(total->most, 90);
    assert_string_equal(mine->value, "GBP 50.00");
    assert_string_equal(mine->needed, "GBP 950.00");
    assert_int_equal(bens->component, SCORE_THANKS);
    assert_int_equal(bens->points, 5);
    assert_null(bens->value); /* D7 */
    assert_null(bens->needed);
    group_book_clear(&world.book);
}

/* ---- health */

static const HealthRow *measure(const Report *report, HealthMeasure which)
{
    for (guint i = 0; i < report->rows->len; i++)
        if (((HealthRow *)row(report, i))->measure == which)
            return row(report, i);
    fail_msg("no measure %d", (int)which);
    return NULL;
}

/* R64: turnover, meeting attendance and referral activity. */
static void test_health(void **state)
{
    World world;
    g_auto(Report) report = { 0 };
    fill(&world);
    add_member(&world, &(Uuid){ { 4 } }, "Dan", -DAY, 50 * DAY);
    make(&world, REPORT_GROUP_HEALTH, &cy, false, &report);
    assert_int_equal(measure(&report, HEALTH_MEMBERS_BEGIN)->n, 3);
    assert_int_equal(measure(&report, HEALTH_JOINED)->n, 1);
    assert_int_equal(measure(&report, HEALTH_LEFT)->n, 1);
    assert_int_equal(measure(&report, HEALTH_MEMBERS_END)->n, 3);
    assert_string_equal(measure(&report, HEALTH_TURNOVER)->share, "33%");
    assert_string_equal(measure(&report, HEALTH_SEATS)->share, "15%");
    assert_int_equal(measure(&report, HEALTH_ATTENDANCE)->n, 9);
    assert_int_equal(measure(&report, HEALTH_ATTENDANCE)->of, 14);
    assert_string_equal(measure(&report, HEALTH_ATTENDANCE)->share, "64%");
    assert_string_equal(measure(&report, HEALTH_GIVEN_INSIDE)->rate, "0.38");
    assert_string_equal(measure(&report, HEALTH_CONFIRMED)->share, "67%");
    assert_int_equal(measure(&report, HEALTH_VISITORS_JOINED)->n, 1);
    assert_int_equal(measure(&report, HEALTH_ONE_TO_ONES)->n, 2);
    assert_string_equal(measure(&report, HEALTH_DUES_OPEN)->amount, "GBP 50.00");
    assert_string_equal(measure(&report, HEALTH_DUES_OVERDUE)->amount, "GBP 25.00");
    group_book_clear(&world.book);
}

/* R65: is what is given and taken in balance? */
static void test_balance(void **state)
{
    World world;
    g_auto(Report) report = { 0 };
    fill(&world);
    make(&world, REPORT_GROUP_HEALTH, &cy, false, &report);
    assert_int_equal(measure(&report, HEALTH_GAVE_NONE)->n, 2);
    assert_int_equal(measure(&report, HEALTH_TOP_THREE)->n, 3);
    assert_int_equal(measure(&report, HEALTH_TOP_THREE)->of, 3);
    assert_string_equal(measure(&report, HEALTH_GINI)->share, "0.67"); /* one of three gives all */
    assert_int_equal(measure(&report, HEALTH_GAVE_MORE)->n, 1);
    assert_int_equal(measure(&report, HEALTH_TOOK_MORE)->n, 1);
    group_book_clear(&world.book);
}

/* The coefficient by its definition: half of the mean difference of all pairs, over the mean. */
static void test_gini(void **state)
{
    uint64_t seed = 3;
    for (int round = 0; round < 500; round++) {
        gint64 values[PEOPLE], sum = 0;
        gsize n = 1 + random_below(&seed, PEOPLE);
        double differences = 0;
        for (gsize i = 0; i < n; i++)
            sum += values[i] = random_below(&seed, 20);
        for (gsize i = 0; i < n; i++)
            for (gsize k = 0; k < n; k++)
                differences += (double)ABS(values[i] - values[k]);
        double gini = sum ? differences / (2.0 * (double)n * (double)sum) : 0;
        gint64 found = report_gini(values, n);
        assert_true(ABS((double)found - 1000 * gini) <= 0.5001);
    }
    gint64 alike[] = { 4, 4, 4 };
    assert_int_equal(report_gini(alike, 3), 0);
}

static void test_rate(void **state)
{
    static const struct {
        gint64 n, of;
        const char *text;
    } cases[] = { { 3, 4, "0.75" },   { 1, 3, "0.33" }, { 2, 3, "0.67" },
                  { 1, 200, "0.01" }, { 7, 2, "3.50" }, { 0, 5, "0.00" } };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = report_rate(cases[i].n, cases[i].of);
        assert_string_equal(text, cases[i].text);
    }
    assert_null(report_rate(1, 0));
}

/* ---- printing */

static void test_text(void **state)
{
    World world;
    g_auto(Report) report = { 0 };
    g_autoptr(GString) out = g_string_new(NULL);
    fill(&world);
    make(&world, REPORT_GROUP_ACTIVITY, &ann, true, &report);
    report_put_text(out, &report);
    assert_true(g_str_has_prefix(out->str, "Group activity: Northgate\n"));
    assert_non_null(strstr(out->str, "8 meetings counted, 2 not completed, 1 holiday\n"));
    assert_non_null(strstr(out->str, "\nAll "));
    g_auto(GStrv) lines = g_strsplit(out->str, "\n", -1);
    for (char **line = lines; *line; line++)
        assert_true(text_width(*line) <= REPORT_TEXT_WIDTH);
    group_book_clear(&world.book);
}

/* Every kind has the rows of its text in its CSV, and a line for the totals; names are no formulas. */
static void test_csv(void **state)
{
    for (int kind = REPORT_GROUP_ACTIVITY; kind <= REPORT_GROUP_HEALTH; kind++) {
        World world;
        g_auto(Report) report = { 0 };
        g_autoptr(GString) out = g_string_new(NULL);
        fill(&world);
        add_member(&world, &(Uuid){ { 5 } }, "=HYPERLINK(1)", -DAY, 0);
        make(&world, (ReportKind)kind, &ann, true, &report);
        report_put_csv(out, &report);
        g_auto(GStrv) lines = g_strsplit(out->str, "\r\n", -1);
        assert_int_equal(g_strv_length(lines), 2 + report.rows->len + report.totals->len);
        assert_true(g_str_has_prefix(lines[0], "line,"));
        for (guint i = 0; i < report.rows->len; i++)
            assert_true(g_str_has_prefix(lines[1 + i], "row,"));
        assert_null(strstr(out->str, ",=HYPER"));
        group_book_clear(&world.book);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_activity),   cmocka_unit_test(test_quality),
        cmocka_unit_test(test_league),     cmocka_unit_test(test_thanks),
        cmocka_unit_test(test_attendance), cmocka_unit_test(test_days),
        cmocka_unit_test(test_bands),      cmocka_unit_test(test_distance),
        cmocka_unit_test(test_score_card), cmocka_unit_test(test_health),
        cmocka_unit_test(test_balance),    cmocka_unit_test(test_gini),
        cmocka_unit_test(test_rate),       cmocka_unit_test(test_text),
        cmocka_unit_test(test_csv),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
