/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/group_report.h"

/* ---- a report and its rows */

/* The rows free what their field tables know, and what is beside them. */
static void row_free_extra(const ReportType *type, void *row)
{
    if (type->kind == REPORT_GIVE_TAKE) {
        GiveTakeRow *one = row;
        g_free(one->gave_months);
        g_free(one->took_months);
    } else if (type->kind == REPORT_SPEED) {
        SpeedRow *one = row;
        g_clear_pointer(&one->pick_ups, g_array_unref);
        g_clear_pointer(&one->verdicts, g_array_unref);
    }
}

static void rows_free(const ReportType *type, GPtrArray *rows)
{
    for (guint i = 0; rows && i < rows->len; i++) {
        void *row = rows->pdata[i];
        row_free_extra(type, row);
        fields_clear(type->row, row);
        g_free(row);
    }
    if (rows)
        g_ptr_array_unref(rows);
}

void report_init(Report *report, ReportKind kind, ReportPeriod *period, gint64 now)
{
    *report = (Report){ .type = report_type(kind), .period = *period };
    *period = (ReportPeriod){ 0 };
    report->head = (ReportHead){
        .report = kind,
        .from = report->period.from,
        .to = report->period.to,
        .time_zone = g_strdup(report->period.zone),
        .generated_at = now,
        .months = report->type->months[0] ? g_strdupv(report->period.labels) : NULL,
        .caution = g_strdup(report->type->caution),
    };
    report->rows = g_ptr_array_new();
    report->totals = g_ptr_array_new();
    report->index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

void report_clear(Report *report)
{
    if (!report->type)
        return;
    rows_free(report->type, report->rows);
    rows_free(report->type, report->totals);
    g_hash_table_unref(report->index);
    fields_clear(&report_head_fields, &report->head);
    report_period_clear(&report->period);
    *report = (Report){ 0 };
}

/* The row of whom (and of a box, of a reason): made when it is not there. */
static void *row_of(Report *report, const Whom *whom, int a, int b, bool *made)
{
    char id[UUID_TEXT_SIZE];
    uuid_format(&whom->account, id);
    g_autofree char *key = g_strdup_printf("%d %d %s %s", a, b, id,
                                           whom->outside ? whom->outside : "");
    void *row = g_hash_table_lookup(report->index, key);
    *made = row == NULL;
    if (row)
        return row;
    row = g_malloc0(report->type->row->size);
    g_hash_table_insert(report->index, g_steal_pointer(&key), row);
    g_ptr_array_add(report->rows, row);
    return row;
}

static Standing first_standing(const Whom *whom)
{
    return uuid_is_nil(&whom->account) ? STANDING_OUTSIDE : STANDING_FORMER;
}

GiveTakeRow *report_give_take_row(Report *report, const Whom *whom)
{
    bool made;
    GiveTakeRow *row = row_of(report, whom, 0, 0, &made);
    if (made) {
        row->standing = first_standing(whom);
        row->party.account = whom->account;
        row->party.name = g_strdup(whom->name);
        row->outside = g_strdup(whom->outside);
        row->gave_months = g_new0(gint64, report->period.months->len);
        row->took_months = g_new0(gint64, report->period.months->len);
    }
    return row;
}

void report_count(Report *report, const Whom *whom, ReferralBox box, ReferralState state,
                  ReferralVerdict verdict, gint64 sent_at, gint64 n)
{
    if (state == REFERRAL_WITHDRAWN || n == 0)
        return;
    GiveTakeRow *row = report_give_take_row(report, whom);
    guint month = report_month(&report->period, sent_at);
    bool sent = box == BOX_SENT;
    give_take_add(&row->sum, box, state, verdict, n);
    (sent ? row->gave_months : row->took_months)[month] += n;
    *(sent ? &row->gave_waiting : &row->took_waiting) += verdict ? 0 : n;
    gint64 *last = sent ? &row->last_gave : &row->last_took;
    *last = MAX(*last, sent_at);
}

void report_add(Report *report, const Whom *whom, ReferralBox box, gint64 n, gint64 confirmed,
                gint64 rejected, gint64 last)
{
    if (n == 0)
        return;
    GiveTakeRow *row = report_give_take_row(report, whom);
    bool sent = box == BOX_SENT;
    *(sent ? &row->sum.gave : &row->sum.took) += n;
    *(sent ? &row->sum.gave_confirmed : &row->sum.took_confirmed) += confirmed;
    *(sent ? &row->sum.gave_rejected : &row->sum.took_rejected) += rejected;
    *(sent ? &row->gave_waiting : &row->took_waiting) += n - confirmed - rejected;
    gint64 *latest = sent ? &row->last_gave : &row->last_took;
    *latest = MAX(*latest, last);
}

void report_add_month(Report *report, const Whom *whom, ReferralBox box, guint month, gint64 n)
{
    GiveTakeRow *row = report_give_take_row(report, whom);
    (box == BOX_SENT ? row->gave_months : row->took_months)[month] += n;
}

static ReasonRow *reason_row(Report *report, const Whom *whom, ReferralBox box,
                             ReferralReason reason)
{
    bool made;
    ReasonRow *row = row_of(report, whom, box, reason, &made);
    if (made) {
        row->standing = first_standing(whom);
        row->box = box;
        row->reason = reason;
        (box == BOX_SENT ? &row->to : &row->from)->account = whom->account;
        (box == BOX_SENT ? &row->to : &row->from)->name = g_strdup(whom->name);
        row->outside = g_strdup(whom->outside);
    }
    return row;
}

/* Verdicts of a pair and box are kept under a reason that there is not. */
#define ALL_REASONS (-1)

void report_reason(Report *report, const Whom *whom, ReferralBox box, ReferralVerdict verdict,
                   ReferralReason reason, gint64 n)
{
    reason_row(report, whom, box, (ReferralReason)ALL_REASONS)->verdicts += n;
    if (verdict == VERDICT_NOT_A_LEAD)
        reason_row(report, whom, box, reason)->n += n;
}

void report_speed(Report *report, const Whom *whom, ReferralBox box, SpeedStep step, gint64 minutes,
                  gint64 n)
{
    bool made;
    SpeedRow *row = row_of(report, whom, box, 0, &made);
    if (made) {
        row->standing = first_standing(whom);
        row->party.account = whom->account;
        row->party.name = g_strdup(whom->name);
        row->box = box;
        row->outside = g_strdup(whom->outside);
        row->pick_ups = g_array_new(FALSE, FALSE, sizeof(Minutes));
        row->verdicts = g_array_new(FALSE, FALSE, sizeof(Minutes));
    }
    Minutes value = { MAX(minutes, 0), n };
    g_array_append_val(step == SPEED_PICK_UP ? row->pick_ups : row->verdicts, value);
    *(step == SPEED_PICK_UP ? &row->picked_up : &row->decided) += n;
}

RowParty report_row_party(const Report *report, void *row)
{
    if (report->type->group)
        return (RowParty){ report->type->has_party ? row : NULL, NULL, NULL };
    if (report->type->kind == REPORT_GIVE_TAKE) {
        GiveTakeRow *one = row;
        return (RowParty){ &one->party, &one->standing, &one->outside };
    }
    if (report->type->kind == REPORT_SPEED) {
        SpeedRow *one = row;
        return (RowParty){ &one->party, &one->standing, &one->outside };
    }
    ReasonRow *one = row;
    return (RowParty){ one->box == BOX_SENT ? &one->to : &one->from, &one->standing,
                       &one->outside };
}

char *report_row_key(const Report *report, void *row)
{
    const Party *party = report_row_party(report, row).party;
    ReportKind kind = report->type->kind;
    char id[UUID_TEXT_SIZE] = "";
    if (party)
        uuid_format(&party->account, id);
    int part = kind == REPORT_REASONS
                   ? (int)(((ReasonRow *)row)->reason * 4 + ((ReasonRow *)row)->box)
               : kind == REPORT_SPEED        ? (int)((SpeedRow *)row)->box
               : kind == REPORT_SCORE_CARD   ? (int)((ScoreRow *)row)->component
               : kind == REPORT_GROUP_HEALTH ? (int)((HealthRow *)row)->measure
                                             : 0;
    return g_strdup_printf("%s %s %d", id, party && party->name ? party->name : "", part);
}

/* ---- parts */

char *report_ratio(gint64 gave, gint64 took)
{
    return g_strdup_printf("%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT, gave, took);
}

char *report_share(gint64 part, gint64 whole)
{
    if (whole <= 0)
        return NULL;
    return g_strdup_printf("%" G_GINT64_FORMAT "%%", (200 * part + whole) / (2 * whole));
}

Trend report_trend(const gint64 *months, guint n)
{
    gint64 earlier = 0, later = 0, all = 0;
    for (guint i = 0; i < n; i++) {
        earlier += i < n / 2 ? months[i] : 0;
        later += i >= n - n / 2 ? months[i] : 0;
        all += months[i];
    }
    if (all == 0)
        return 0;
    return later > earlier ? TREND_UP : later < earlier ? TREND_DOWN : TREND_STEADY;
}

bool report_one_sided(const GiveTake *sum)
{
    return sum->gave >= 2 && sum->took == 0;
}

char *report_duration(gint64 minutes)
{
    gint64 hours = minutes / 60, days = hours / 24;
    if (days > 0)
        return g_strdup_printf("%" G_GINT64_FORMAT "d%02dh", days, (int)(hours % 24));
    if (hours > 0)
        return g_strdup_printf("%dh%02dm", (int)hours, (int)(minutes % 60));
    return g_strdup_printf("%dm", (int)minutes);
}

static int compare_minutes(gconstpointer a, gconstpointer b)
{
    const Minutes *one = a, *other = b;
    return (one->minutes > other->minutes) - (one->minutes < other->minutes);
}

gint64 report_percentile(GArray *values, int percent)
{
    gint64 all = 0, seen = 0;
    g_array_sort(values, compare_minutes);
    for (guint i = 0; i < values->len; i++)
        all += g_array_index(values, Minutes, i).n;
    gint64 rank = (all * percent + 99) / 100;
    for (guint i = 0; i < values->len; i++) {
        seen += g_array_index(values, Minutes, i).n;
        if (seen >= MAX(rank, 1))
            return g_array_index(values, Minutes, i).minutes;
    }
    return 0;
}

/* ---- what follows from the counts */

static void finish_give_take(const Report *report, GiveTakeRow *row)
{
    guint n = report->period.months->len;
    row->gave_share = report_share(row->sum.gave_confirmed,
                                   row->sum.gave_confirmed + row->sum.gave_rejected);
    row->took_share = report_share(row->sum.took_confirmed,
                                   row->sum.took_confirmed + row->sum.took_rejected);
    row->ratio = report_ratio(row->sum.gave, row->sum.took);
    row->trend = report_trend(row->took_months, n);
    /* nobody outside can give anything */
    row->one_sided = row->standing != STANDING_OUTSIDE && report_one_sided(&row->sum);
}

static void total_give_take(Report *report)
{
    guint n = report->period.months->len;
    GiveTakeRow *total = g_new0(GiveTakeRow, 1);
    total->gave_months = g_new0(gint64, n);
    total->took_months = g_new0(gint64, n);
    for (guint i = 0; i < report->rows->len; i++) {
        GiveTakeRow *row = report->rows->pdata[i];
        total->sum.gave += row->sum.gave;
        total->sum.gave_confirmed += row->sum.gave_confirmed;
        total->sum.gave_rejected += row->sum.gave_rejected;
        total->sum.took += row->sum.took;
        total->sum.took_confirmed += row->sum.took_confirmed;
        total->sum.took_rejected += row->sum.took_rejected;
        total->gave_waiting += row->gave_waiting;
        total->took_waiting += row->took_waiting;
        total->last_gave = MAX(total->last_gave, row->last_gave);
        total->last_took = MAX(total->last_took, row->last_took);
        for (guint k = 0; k < n; k++) {
            total->gave_months[k] += row->gave_months[k];
            total->took_months[k] += row->took_months[k];
        }
        finish_give_take(report, row);
    }
    finish_give_take(report, total);
    total->one_sided = false;
    g_ptr_array_add(report->totals, total);
}

static void copy_party(Party *to, const Party *from)
{
    fields_clear(&party_fields, to);
    fields_copy(&party_fields, to, from);
}

/* Rows that only counted verdicts go, after they told the others; the member takes the side that is free. */
static void finish_reasons(Report *report, const Party *member)
{
    GPtrArray *kept = g_ptr_array_new();
    for (guint i = 0; i < report->rows->len; i++) {
        ReasonRow *row = report->rows->pdata[i];
        if ((int)row->reason == ALL_REASONS)
            continue;
        RowParty whom = report_row_party(report, row);
        bool made;
        ReasonRow *all = row_of(report, &(Whom){ whom.party->account, row->outside }, (int)row->box,
                                ALL_REASONS, &made);
        row->verdicts = all->verdicts;
        row->share = report_share(row->n, row->verdicts);
        copy_party(row->box == BOX_SENT ? &row->from : &row->to, member);
        g_ptr_array_add(kept, row);
    }
    for (guint i = 0; i < report->rows->len; i++) {
        ReasonRow *row = report->rows->pdata[i];
        if ((int)row->reason != ALL_REASONS)
            continue;
        fields_clear(&reason_row_fields, row);
        g_free(row);
    }
    g_hash_table_remove_all(report->index);
    g_ptr_array_unref(report->rows);
    report->rows = kept;
}

static void finish_speed_row(SpeedRow *row)
{
    row->pick_up_median = report_percentile(row->pick_ups, 50);
    row->pick_up_p90 = report_percentile(row->pick_ups, 90);
    row->verdict_median = report_percentile(row->verdicts, 50);
    row->verdict_p90 = report_percentile(row->verdicts, 90);
}

static void finish_speed(Report *report)
{
    for (int box = BOX_INBOX; box <= BOX_SENT; box++) {
        SpeedRow *total = g_new0(SpeedRow, 1);
        total->box = (ReferralBox)box;
        total->pick_ups = g_array_new(FALSE, FALSE, sizeof(Minutes));
        total->verdicts = g_array_new(FALSE, FALSE, sizeof(Minutes));
        for (guint i = 0; i < report->rows->len; i++) {
            SpeedRow *row = report->rows->pdata[i];
            if ((int)row->box != box)
                continue;
            total->picked_up += row->picked_up;
            total->decided += row->decided;
            g_array_append_vals(total->pick_ups, row->pick_ups->data, row->pick_ups->len);
            g_array_append_vals(total->verdicts, row->verdicts->data, row->verdicts->len);
            finish_speed_row(row);
        }
        finish_speed_row(total);
        g_ptr_array_add(report->totals, total);
    }
}

/* By name, then id, then box and reason: the same everywhere. */
typedef struct Place {
    void *row;
    char *key;
} Place;

static int compare_places(gconstpointer a, gconstpointer b)
{
    return strcmp(((const Place *)a)->key, ((const Place *)b)->key);
}

static char *place_key(const Report *report, void *row)
{
    RowParty whom = report_row_party(report, row);
    char id[UUID_TEXT_SIZE];
    uuid_format(&whom.party->account, id);
    const char *name = whom.party->name ? whom.party->name : "";
    g_autofree char *folded = text_name_key(name);
    int box = report->type->kind == REPORT_SPEED     ? (int)((SpeedRow *)row)->box
              : report->type->kind == REPORT_REASONS ? (int)((ReasonRow *)row)->box
                                                     : 0;
    int reason = report->type->kind == REPORT_REASONS ? (int)((ReasonRow *)row)->reason : 0;
    return g_strdup_printf("%s\1%s\1%s\1%d\1%02d", folded, id, *whom.outside ? *whom.outside : "",
                           box, reason);
}

static void sort_rows(Report *report)
{
    guint n = report->rows->len;
    g_autofree Place *places = g_new(Place, n + 1);
    for (guint i = 0; i < n; i++)
        places[i] = (Place){ report->rows->pdata[i], place_key(report, report->rows->pdata[i]) };
    qsort(places, n, sizeof *places, compare_places);
    for (guint i = 0; i < n; i++) {
        report->rows->pdata[i] = places[i].row;
        g_free(places[i].key);
    }
}

void report_finish(Report *report, const Party *member)
{
    g_assert(!report->type->group);
    copy_party(&report->head.account, member);
    for (guint i = 0; i < report->rows->len; i++) {
        RowParty whom = report_row_party(report, report->rows->pdata[i]);
        if (!whom.party->name && *whom.outside)
            whom.party->name = g_strdup(*whom.outside);
    }
    /* before the member takes the free side of a reason's row */
    sort_rows(report);
    if (report->type->kind == REPORT_GIVE_TAKE)
        total_give_take(report);
    else if (report->type->kind == REPORT_REASONS)
        finish_reasons(report, member);
    else
        finish_speed(report);
}
