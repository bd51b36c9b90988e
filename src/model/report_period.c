/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/report.h"

#include <string.h>

#define DAY_TEXT 10

static gint64 ms_of(GDateTime *time)
{
    return g_date_time_to_unix(time) * MS_PER_SECOND + g_date_time_get_microsecond(time) / 1000;
}

static GDateTime *local(GTimeZone *zone, gint64 ms)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(ms / MS_PER_SECOND);
    return g_date_time_to_timezone(utc, zone);
}

/* The first moment of a day; where a clock change leaves out midnight, the first that there is. */
static bool midnight(GTimeZone *zone, int year, int month, int day, gint64 *out)
{
    g_autoptr(GDateTime) time = g_date_time_new(zone, year, month, day, 0, 0, 0);
    if (time)
        *out = ms_of(time);
    return time != NULL;
}

/* The same day a year earlier, 00:00; of 29 February the 28th. */
static gint64 year_before(GTimeZone *zone, gint64 ms)
{
    g_autoptr(GDateTime) now = local(zone, ms);
    g_autoptr(GDateTime) then = g_date_time_add_years(now, -1);
    gint64 out = 0;
    midnight(zone, g_date_time_get_year(then), g_date_time_get_month(then),
             g_date_time_get_day_of_month(then), &out);
    return out;
}

static bool is_day(const char *text)
{
    static const char shape[] = "dddd-dd-dd";
    if (strlen(text) != DAY_TEXT)
        return false;
    for (int i = 0; i < DAY_TEXT; i++)
        if (shape[i] == 'd' ? !g_ascii_isdigit(text[i]) : text[i] != shape[i])
            return false;
    return true;
}

static int number(const char *text, int digits)
{
    int n = 0;
    for (int i = 0; i < digits; i++)
        n = n * 10 + (text[i] - '0');
    return n;
}

/* A day's first moment, or the last one when end. */
static bool day_parse(const char *text, GTimeZone *zone, bool end, gint64 *out)
{
    int year = number(text, 4), month = number(text + 5, 2), day = number(text + 8, 2);
    if (!g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year) || year < 1970)
        return false;
    if (!end)
        return midnight(zone, year, month, day, out);
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
    g_date_add_days(&date, 1);
    if (!midnight(zone, g_date_get_year(&date), (int)g_date_get_month(&date), g_date_get_day(&date),
                  out))
        return false;
    --*out;
    return true;
}

static bool bound_parse(const char *text, GTimeZone *zone, bool end, gint64 *out)
{
    return is_day(text) ? day_parse(text, zone, end, out) : time_parse(text, out);
}

static void put_month(ReportPeriod *period, GPtrArray *labels, gint64 start, GDateTime *time)
{
    g_array_append_val(period->months, start);
    g_ptr_array_add(labels, g_date_time_format(time, "%Y-%m"));
}

static void make_months(ReportPeriod *period, GTimeZone *zone)
{
    g_autoptr(GDateTime) first = local(zone, period->from);
    g_autoptr(GPtrArray) labels = g_ptr_array_new();
    int year = g_date_time_get_year(first), month = g_date_time_get_month(first);
    period->months = g_array_new(FALSE, FALSE, sizeof(gint64));
    put_month(period, labels, period->from, first);
    for (;;) {
        year += month == 12;
        month = month % 12 + 1;
        gint64 start;
        if (!midnight(zone, year, month, 1, &start) || start > period->to)
            break;
        g_autoptr(GDateTime) time = local(zone, start);
        put_month(period, labels, start, time);
    }
    g_ptr_array_add(labels, NULL);
    period->labels = (char **)g_ptr_array_steal(labels, NULL);
}

bool report_period(ReportPeriod *period, gint64 now, const char *from, const char *to,
                   const char *zone_name, FieldErrors *errors)
{
    ReportPeriod made = { .to = now };
    g_autoptr(GTimeZone) zone = clock_zone(zone_name ? zone_name : "UTC");
    if (!zone) {
        field_errors_add(errors, "#/tz", "invalid",
                         "the name of a time zone is wanted, as Europe/London");
        return false;
    }
    if (to && !bound_parse(to, zone, true, &made.to))
        field_errors_add(errors, "#/to", "time.invalid", "a day (2026-02-28) or a time is wanted");
    made.from = year_before(zone, made.to);
    if (from && !bound_parse(from, zone, false, &made.from))
        field_errors_add(errors, "#/from", "time.invalid",
                         "a day (2026-02-28) or a time is wanted");
    else if (made.from > made.to)
        field_errors_add(errors, "#/from", "out-of-range", "the period ends before it begins");
    else if (made.to - made.from > REPORT_YEARS_MAX * 366 * MS_PER_DAY)
        field_errors_add(errors, "#/from", "out-of-range", "at most %d years", REPORT_YEARS_MAX);
    if (field_errors_any(errors))
        return false;
    made.zone = g_strdup(zone_name ? zone_name : "UTC");
    make_months(&made, zone);
    *period = made;
    return true;
}

void report_period_clear(ReportPeriod *period)
{
    g_clear_pointer(&period->zone, g_free);
    g_clear_pointer(&period->months, g_array_unref);
    g_clear_pointer(&period->labels, g_strfreev);
}

guint report_month(const ReportPeriod *period, gint64 ms)
{
    guint low = 0, high = period->months->len;
    while (high - low > 1) {
        guint middle = (low + high) / 2;
        if (g_array_index(period->months, gint64, middle) <= ms)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static char *format_local(gint64 ms, const char *zone_name, const char *format)
{
    if (ms == 0)
        return g_strdup("");
    GTimeZone *found = clock_zone(zone_name);
    g_autoptr(GTimeZone) zone = found ? found : g_time_zone_new_utc();
    g_autoptr(GDateTime) time = local(zone, ms);
    return g_date_time_format(time, format);
}

char *report_day(gint64 ms, const char *zone)
{
    return format_local(ms, zone, "%F");
}

char *report_moment(gint64 ms, const char *zone)
{
    return format_local(ms, zone, "%F %R");
}
