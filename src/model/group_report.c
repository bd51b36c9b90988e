/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/group_report.h"

#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/i18n.h"
#include "base/text.h"
#include "model/group_tally.h"

/* ---- parts */

char *report_rate(gint64 n, gint64 of)
{
    if (of <= 0)
        return NULL;
    gint64 hundredths = (200 * n + of) / (2 * of);
    return g_strdup_printf("%" G_GINT64_FORMAT ".%02d", hundredths / 100, (int)(hundredths % 100));
}

static int by_value(gconstpointer a, gconstpointer b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return (x > y) - (x < y);
}

gint64 report_gini(gint64 *values, gsize n)
{
    gint64 sum = 0, weighted = 0;
    qsort(values, n, sizeof *values, by_value);
    for (gsize i = 0; i < n; i++) {
        sum += values[i];
        weighted += (gint64)(i + 1) * values[i];
    }
    if (sum == 0)
        return 0;
    gint64 above = 2 * weighted - (gint64)(n + 1) * sum, below = (gint64)n * sum;
    return (2000 * above + below) / (2 * below);
}

/* ---- which days */

bool group_report_days(ReportKind kind, const Group *group, gint64 now, Day from, Day to)
{
    Day today;
    if (report_type(kind)->window != WINDOW_OWN)
        return false;
    day_of(now, group->input.time_zone, today);
    memcpy(to, today, DAY_SIZE);
    if (kind == REPORT_SCORE_CARD) {
        memcpy(today + 8, "01", 2);
        day_add_days(today, -1, to);
        day_add_months(today, -6, from);
    } else if (group->input.absence_policy == ABSENCE_HALF_YEAR) {
        memcpy(from, today, DAY_SIZE);
        memcpy(from + 5, strncmp(today + 5, "07", 2) < 0 ? "01-01" : "07-01", 5);
    } else {
        day_add_months(today, -6, from);
        day_add_days(from, 1, from);
    }
    return true;
}

/* ---- what all reports begin with */

static gint64 meetings_of(const GroupBook *book, const GroupTally *tally)
{
    gint64 n = 0;
    for (guint i = 0; i < book->meetings->len; i++)
        for (guint k = 0; k < tally->times->len; k++)
            n += membership_holds(&g_array_index(tally->times, Membership, k),
                                  g_array_index(book->meetings, gint64, i));
    return n;
}

typedef struct Place {
    GroupTally *tally;
    char *key;
} Place;

static int by_key(gconstpointer a, gconstpointer b)
{
    return strcmp(((const Place *)a)->key, ((const Place *)b)->key);
}

static void place_clear(gpointer place)
{
    g_free(((Place *)place)->key);
}

/* Everybody, in the order of names. */
static GArray *places(const GroupBook *book)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(Place));
    GHashTableIter iter;
    gpointer tally;
    g_array_set_clear_func(all, place_clear);
    g_hash_table_iter_init(&iter, book->members);
    while (g_hash_table_iter_next(&iter, NULL, &tally)) {
        GroupTally *one = tally;
        char id[UUID_TEXT_SIZE];
        g_autofree char *folded = text_name_key(one->party.name);
        Place place = { one,
                        g_strdup_printf("%s\1%s", folded, uuid_format(&one->party.account, id)) };
        one->meetings = meetings_of(book, one);
        g_array_append_val(all, place);
    }
    g_array_sort(all, by_key);
    return all;
}

static GroupTally *tally_at(const GArray *all, guint i)
{
    return g_array_index(all, Place, i).tally;
}

static gint64 given(const GroupTally *tally)
{
    return tally->slips[SLIP_GIVEN][true] + tally->slips[SLIP_GIVEN][false];
}

static gint64 marked(const GroupTally *tally)
{
    gint64 n = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(tally->codes); i++)
        n += tally->codes[i];
    return n;
}

static gint64 attended(const gint64 *codes)
{
    return codes[ATTENDANCE_PRESENT] + codes[ATTENDANCE_LATE] + codes[ATTENDANCE_SUBSTITUTE];
}

static char *attended_share(const gint64 *codes)
{
    gint64 came = attended(codes);
    return report_share(came, came + codes[ATTENDANCE_ABSENT]);
}

/* What the whole group did: for totals. */
static void sum_up(const GroupBook *book, const GArray *all, GroupTally *sum)
{
    sum->amounts = g_array_new(FALSE, FALSE, sizeof(Money));
    for (guint i = 0; i < all->len; i++) {
        const GroupTally *one = tally_at(all, i);
        for (size_t code = 0; code < G_N_ELEMENTS(sum->codes); code++)
            sum->codes[code] += one->codes[code];
        for (int way = 0; way < 2; way++) {
            for (int inside = 0; inside < 2; inside++)
                sum->slips[way][inside] += one->slips[way][inside];
            sum->confirmed[way] += one->confirmed[way];
            sum->rejected[way] += one->rejected[way];
        }
        sum->left_early += one->left_early;
        sum->training += one->training;
        sum->pending += one->pending;
        sum->thanks += one->thanks;
        for (guint k = 0; k < one->amounts->len; k++)
            sums_add(sum->amounts, &g_array_index(one->amounts, Money, k));
    }
    sum->visitors = book->visitors;
    sum->one_to_ones = book->one_to_ones;
    sum->meetings = book->meetings->len;
}

static bool is_shown(const GroupTally *tally, const Party *viewer, bool all)
{
    return all || uuid_equal(&tally->party.account, &viewer->account);
}

/* ---- activity */

static ActivityRow *activity_row(const GroupTally *tally, bool amounts)
{
    ActivityRow *row = g_new0(ActivityRow, 1);
    row->state = tally->state;
    row->meetings = tally->meetings;
    row->present = tally->codes[ATTENDANCE_PRESENT];
    row->absent = tally->codes[ATTENDANCE_ABSENT];
    row->late = tally->codes[ATTENDANCE_LATE];
    row->medical = tally->codes[ATTENDANCE_MEDICAL];
    row->substitute = tally->codes[ATTENDANCE_SUBSTITUTE];
    row->left_early = tally->left_early;
    row->given_inside = tally->slips[SLIP_GIVEN][true];
    row->given_outside = tally->slips[SLIP_GIVEN][false];
    row->received_inside = tally->slips[SLIP_RECEIVED][true];
    row->received_outside = tally->slips[SLIP_RECEIVED][false];
    row->pending = tally->pending;
    row->gave_confirmed = tally->confirmed[SLIP_GIVEN];
    row->gave_rejected = tally->rejected[SLIP_GIVEN];
    row->took_confirmed = tally->confirmed[SLIP_RECEIVED];
    row->took_rejected = tally->rejected[SLIP_RECEIVED];
    row->gave_share = report_share(row->gave_confirmed, row->gave_confirmed + row->gave_rejected);
    row->took_share = report_share(row->took_confirmed, row->took_confirmed + row->took_rejected);
    row->given_per_meeting = report_rate(given(tally), tally->meetings);
    row->visitors = tally->visitors;
    row->one_to_ones = tally->one_to_ones;
    row->thanks = tally->thanks;
    row->thanks_amount = amounts ? sums_text(tally->amounts) : NULL;
    row->training = tally->training;
    return row;
}

/* Most given first; those who gave alike have one place, in the order of names. */
static int by_given(gconstpointer a, gconstpointer b)
{
    const Place *one = a, *other = b;
    gint64 x = given(one->tally), y = given(other->tally);
    return x != y ? (x < y) - (x > y) : by_key(a, b);
}

static void put_activity(const GroupBook *book, const Party *viewer, bool all, GArray *members,
                         const GroupTally *sum, Report *report)
{
    bool league = book->group->input.league_table;
    gint64 rank = 0, unmarked = 0;
    if (league)
        g_array_sort(members, by_given);
    for (guint i = 0; i < members->len; i++) {
        const GroupTally *tally = tally_at(members, i);
        if (i == 0 || given(tally) != given(tally_at(members, i - 1)))
            rank = i + 1;
        gint64 missing = MAX(0, tally->meetings - marked(tally));
        unmarked += missing;
        if (!is_shown(tally, viewer, all))
            continue;
        ActivityRow *row = activity_row(tally, uuid_equal(&tally->party.account, &viewer->account));
        fields_copy(&party_fields, &row->party, &tally->party);
        row->rank = league ? rank : 0;
        row->unmarked = missing;
        g_ptr_array_add(report->rows, row);
    }
    ActivityRow *total = activity_row(sum, true);
    total->unmarked = unmarked;
    g_ptr_array_add(report->totals, total);
    report->head.group.league = league;
}

/* ---- attendance */

static AttendanceRow *attendance_row(const GroupTally *tally)
{
    AttendanceRow *row = g_new0(AttendanceRow, 1);
    row->state = tally->state;
    row->meetings = tally->meetings;
    row->present = tally->codes[ATTENDANCE_PRESENT];
    row->late = tally->codes[ATTENDANCE_LATE];
    row->substitute = tally->codes[ATTENDANCE_SUBSTITUTE];
    row->medical = tally->codes[ATTENDANCE_MEDICAL];
    row->absent = tally->codes[ATTENDANCE_ABSENT];
    row->attended_share = attended_share(tally->codes);
    return row;
}

static void put_attendance(const GroupBook *book, const Party *viewer, bool all,
                           const GArray *members, const GroupTally *sum, Report *report)
{
    gint64 allowed = book->group->input.absences_allowed, unmarked = 0, all_left = 0;
    for (guint i = 0; i < members->len; i++) {
        const GroupTally *tally = tally_at(members, i);
        gint64 missing = MAX(0, tally->meetings - marked(tally));
        unmarked += missing;
        all_left += MAX(0, allowed - tally->codes[ATTENDANCE_ABSENT]);
        if (!is_shown(tally, viewer, all))
            continue;
        AttendanceRow *row = attendance_row(tally);
        fields_copy(&party_fields, &row->party, &tally->party);
        row->unmarked = missing;
        row->allowed = allowed;
        row->left = MAX(0, allowed - row->absent);
        row->over = row->absent > allowed;
        g_ptr_array_add(report->rows, row);
    }
    AttendanceRow *total = attendance_row(sum);
    total->unmarked = unmarked;
    total->allowed = allowed * members->len;
    total->left = all_left;
    g_ptr_array_add(report->totals, total);
}

/* ---- the score card */

typedef struct Scored {
    ScoreComponent component;
    gint64 n;
    ScoreBand band;
} Scored;

static const char *score_currency(const GroupBook *book)
{
    const Money *fee = &book->group->input.fee;
    return money_is_set(fee) ? fee->currency : DEFAULT_CURRENCY;
}

static gint64 score(const GroupBook *book, const GroupTally *tally,
                    Scored scored[static SCORE_TOTAL])
{
    const char *currency = score_currency(book);
    const gint64 counts[] = {
        [SCORE_ABSENCES] = tally->codes[ATTENDANCE_ABSENT], [SCORE_SLIPS] = given(tally),
        [SCORE_THANKS] = sums_in(tally->amounts, currency), [SCORE_VISITORS] = tally->visitors,
        [SCORE_PUNCTUAL] = tally->codes[ATTENDANCE_LATE],   [SCORE_TRAINING] = tally->training,
    };
    gint64 points = 0;
    for (int i = SCORE_ABSENCES; i < SCORE_TOTAL; i++) {
        ScoreBand band = score_band((ScoreComponent)i, counts[i], tally->meetings, currency);
        scored[i] = (Scored){ (ScoreComponent)i, counts[i], band };
        points += band.points;
    }
    return points;
}

static char *amount_of(const GroupBook *book, gint64 minor)
{
    Money money = { .amount = minor };
    g_strlcpy(money.currency, score_currency(book), sizeof money.currency);
    return money_format(&money);
}

static char *count_text(const GroupBook *book, ScoreComponent component, gint64 n)
{
    return component == SCORE_THANKS ? amount_of(book, n) : g_strdup_printf("%" G_GINT64_FORMAT, n);
}

static ScoreRow *score_row(const GroupBook *book, const GroupTally *tally, const Scored *scored,
                           bool own)
{
    ScoreRow *row = g_new0(ScoreRow, 1);
    bool weekly = scored->component == SCORE_SLIPS || scored->component == SCORE_VISITORS;
    bool told = own || scored->component != SCORE_THANKS;
    fields_copy(&party_fields, &row->party, &tally->party);
    row->component = scored->component;
    if (told)
        row->value = weekly ? report_rate(scored->n, tally->meetings)
                            : count_text(book, scored->component, scored->n);
    row->points = scored->band.points;
    row->most = score_most(scored->component);
    row->band = g_strdup(scored->band.label);
    row->next = scored->band.next;
    if (told && scored->band.next)
        row->needed = count_text(book, scored->component, scored->band.distance);
    return row;
}

static ScoreRow *score_total(const Party *party, gint64 points)
{
    ScoreRow *row = g_new0(ScoreRow, 1);
    if (party)
        fields_copy(&party_fields, &row->party, party);
    row->component = SCORE_TOTAL;
    row->points = points;
    row->most = score_most(SCORE_TOTAL);
    return row;
}

/* The total is the mean of the members' points, half up: of those who are members now and had a meeting. */
static void put_scores(const GroupBook *book, const Party *viewer, bool all, const GArray *members,
                       Report *report)
{
    gint64 sum = 0, n = 0;
    for (guint i = 0; i < members->len; i++) {
        const GroupTally *tally = tally_at(members, i);
        Scored scored[SCORE_TOTAL];
        if (tally->state != MEMBERSHIP_ACTIVE || tally->meetings == 0)
            continue;
        gint64 points = score(book, tally, scored);
        sum += points;
        n++;
        if (!is_shown(tally, viewer, all))
            continue;
        bool own = uuid_equal(&tally->party.account, &viewer->account);
        for (int k = SCORE_ABSENCES; k < SCORE_TOTAL; k++)
            g_ptr_array_add(report->rows, score_row(book, tally, &scored[k], own));
        g_ptr_array_add(report->rows, score_total(&tally->party, points));
    }
    g_ptr_array_add(report->totals, score_total(NULL, n ? (2 * sum + n) / (2 * n) : 0));
}

/* ---- health */

static HealthRow *add_health(Report *report, HealthMeasure measure, gint64 n, gint64 of)
{
    HealthRow *row = g_new0(HealthRow, 1);
    row->measure = measure;
    row->n = n;
    row->of = of;
    row->share = report_share(n, of);
    g_ptr_array_add(report->rows, row);
    return row;
}

static void add_rated(const GroupBook *book, Report *report, HealthMeasure measure, gint64 n)
{
    add_health(report, measure, n, 0)->rate = report_rate(n, book->meetings->len);
}

static void put_people(const GroupBook *book, Report *report)
{
    const gint64 begin = book->members_begin, end = book->members_end;
    add_health(report, HEALTH_MEMBERS_BEGIN, begin, 0);
    add_health(report, HEALTH_JOINED, book->joined, 0);
    add_health(report, HEALTH_LEFT, book->left, 0);
    add_health(report, HEALTH_MEMBERS_END, end, 0);
    HealthRow *turnover = add_health(report, HEALTH_TURNOVER, book->left, 0);
    turnover->share = report_share(2 * book->left, begin + end);
    add_health(report, HEALTH_SEATS, end, book->group->input.seats);
}

static void put_work(const GroupBook *book, const GroupTally *sum, Report *report)
{
    gint64 came = attended(sum->codes), leads = sum->confirmed[SLIP_GIVEN];
    add_health(report, HEALTH_MEETINGS, book->meetings->len, 0);
    add_health(report, HEALTH_PENDING, book->pending_meetings, 0);
    add_health(report, HEALTH_ATTENDANCE, came, came + sum->codes[ATTENDANCE_ABSENT]);
    add_rated(book, report, HEALTH_GIVEN_INSIDE, sum->slips[SLIP_GIVEN][true]);
    add_rated(book, report, HEALTH_GIVEN_OUTSIDE, sum->slips[SLIP_GIVEN][false]);
    add_health(report, HEALTH_CONFIRMED, leads, leads + sum->rejected[SLIP_GIVEN]);
    add_rated(book, report, HEALTH_VISITORS, book->visitors);
    add_health(report, HEALTH_VISITORS_JOINED, book->visitors_joined, book->visitors);
    add_health(report, HEALTH_ONE_TO_ONES, book->one_to_ones, 0);
    HealthRow *thanks = add_health(report, HEALTH_THANKS, sum->thanks, 0);
    thanks->amount = sums_text(sum->amounts);
    add_health(report, HEALTH_DUES_OPEN, book->dues_open, 0)->amount = sums_text(book->dues);
    add_health(report, HEALTH_DUES_OVERDUE, book->dues_overdue, book->dues_open)->amount =
        sums_text(book->overdue);
}

/* Of those who are members at the end of the period. */
static void put_balance(const GArray *members, Report *report)
{
    g_autofree gint64 *gave = g_new(gint64, members->len + 1);
    gint64 none = 0, more = 0, less = 0, top = 0, sum = 0;
    gsize n = 0;
    for (guint i = 0; i < members->len; i++) {
        const GroupTally *tally = tally_at(members, i);
        gint64 out = tally->slips[SLIP_GIVEN][true], in = tally->slips[SLIP_RECEIVED][true];
        if (tally->state != MEMBERSHIP_ACTIVE)
            continue;
        gave[n++] = out;
        sum += out;
        none += out == 0;
        more += out > in;
        less += out < in;
    }
    gint64 gini = report_gini(gave, n); /* sorts them */
    for (gsize i = n; i > 0 && n - i < 3; i--)
        top += gave[i - 1];
    add_health(report, HEALTH_GAVE_NONE, none, (gint64)n);
    add_health(report, HEALTH_TOP_THREE, top, sum);
    HealthRow *row = add_health(report, HEALTH_GINI, 0, 0);
    row->share = sum ? report_rate(gini, 1000) : NULL;
    add_health(report, HEALTH_GAVE_MORE, more, (gint64)n);
    add_health(report, HEALTH_TOOK_MORE, less, (gint64)n);
}

/* ---- all */

static void put_head(const GroupBook *book, const Party *viewer, bool all, Report *report)
{
    ReportHead *head = &report->head;
    fields_clear(&party_fields, &head->account);
    fields_copy(&party_fields, &head->account, viewer);
    head->group.id = book->group->id;
    head->group.name = g_strdup(book->group->input.name);
    head->group.meetings = book->meetings->len;
    head->group.pending = book->pending_meetings;
    head->group.holidays = book->holidays;
    head->group.own = !all;
}

void group_book_report(const GroupBook *book, const Party *viewer, bool all, Report *report)
{
    GArray *members = places(book);
    GroupTally sum = { 0 };
    sum_up(book, members, &sum);
    put_head(book, viewer, all, report);
    switch (report->type->kind) {
    case REPORT_GROUP_ACTIVITY:
        put_activity(book, viewer, all, members, &sum, report);
        break;
    case REPORT_ATTENDANCE:
        put_attendance(book, viewer, all, members, &sum, report);
        break;
    case REPORT_SCORE_CARD:
        put_scores(book, viewer, all, members, report);
        break;
    case REPORT_GROUP_HEALTH:
        report->head.group.own = false;
        put_people(book, report);
        put_work(book, &sum, report);
        put_balance(members, report);
        break;
    case REPORT_GIVE_TAKE:
    case REPORT_REASONS:
    case REPORT_SPEED:
        g_assert_not_reached();
    }
    g_array_unref(sum.amounts);
    g_array_unref(members);
}

char *group_report_foot(const Report *report)
{
    if (report->type->kind != REPORT_GROUP_ACTIVITY || report->totals->len == 0)
        return NULL;
    const ActivityRow *total = report->totals->pdata[0];
    if (!total->thanks_amount)
        return NULL;
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, _("Worth of the thanks, all: %s"), total->thanks_amount);
    for (guint i = 0; i < report->rows->len; i++) {
        const ActivityRow *row = report->rows->pdata[i];
        if (row->thanks_amount)
            g_string_append_printf(text, _("; yours: %s"), row->thanks_amount);
    }
    return g_string_free(text, FALSE);
}
