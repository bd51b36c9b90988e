/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/recurrence.h"

#include <libical/ical.h>
#include <string.h>

#include <config.h>

#include "base/problem.h"
#include "server/library.h"

#define STEPS_MAX 10000    /* days that are looked at: weekly ones of 190 years */
#define JULIAN_1970 719163 /* of GDate */
#define LAST_OF_MONTH 5
#define SHORTEST_MONTH 28

#define LIBICAL_SYMBOLS(X)                                                                         \
    X(icalrecurrencetype_from_string)                                                              \
    X(icalrecur_iterator_new)                                                                      \
    X(icalrecur_iterator_next)                                                                     \
    X(icalrecur_iterator_free)                                                                     \
    X(icaltime_null_date)                                                                          \
    X(icaltime_is_null_time)

static struct {
#define X(name) __typeof__(name) *name;
    LIBICAL_SYMBOLS(X)
#undef X
} ical;

static bool load(GError **error)
{
    static const char *const names[] = {
#define X(name) #name,
        LIBICAL_SYMBOLS(X)
#undef X
            NULL,
    };
    static GMutex lock;
    static bool loaded; /* under lock */
    g_mutex_lock(&lock);
    loaded = loaded || library_load(LIBICAL_SONAME, names, (gpointer *)&ical, error);
    bool ok = loaded;
    g_mutex_unlock(&lock);
    return ok;
}

/* ---- the rule */

static const char *day_code(gint64 weekday)
{
    static const char *const codes[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };
    return weekday >= 1 && weekday <= 7 ? codes[weekday - 1] : NULL;
}

/* libical 3.0 comes from the first day of a week to no other one: a week begins on a day that is none of the rule's. Since the
 * series begins on its weekday (go_to_weekday()), that changes nothing. */
static char *week_rule(const GroupInput *group, const char *code)
{
    return g_strdup_printf("FREQ=WEEKLY;INTERVAL=%d;WKST=%s;BYDAY=%s",
                           group->cadence == CADENCE_BIWEEKLY ? 2 : 1,
                           group->weekday == 7 ? "MO" : "SU", code);
}

static char *month_day_rule(gint64 day)
{
    if (day < 1 || day > 31)
        return NULL;
    g_autoptr(GString) rule = g_string_new("FREQ=MONTHLY;BYMONTHDAY=");
    g_string_append_printf(rule, "%" G_GINT64_FORMAT, MIN(day, SHORTEST_MONTH));
    for (gint64 also = SHORTEST_MONTH + 1; also <= day; also++)
        g_string_append_printf(rule, ",%" G_GINT64_FORMAT, also);
    g_string_append(rule, ";BYSETPOS=-1");
    return g_string_free(g_steal_pointer(&rule), FALSE);
}

/* NULL: there are no days. */
static char *rule_of(const GroupInput *group)
{
    const char *code = day_code(group->weekday);
    switch (group->cadence) {
    case CADENCE_WEEKLY:
    case CADENCE_BIWEEKLY:
        return code ? week_rule(group, code) : NULL;
    case CADENCE_MONTHLY:
        if (!code || group->ordinal < 1 || group->ordinal > LAST_OF_MONTH)
            return NULL;
        return group->ordinal == LAST_OF_MONTH
                   ? g_strdup_printf("FREQ=MONTHLY;BYDAY=-1%s", code)
                   : g_strdup_printf("FREQ=MONTHLY;BYDAY=%d%s", (int)group->ordinal, code);
    case CADENCE_MONTHLY_BY_DATE:
        return month_day_rule(group->month_day);
    default:
        return NULL;
    }
}

/* ---- its days */

static bool read_day(const char *text, GDate *out)
{
    g_autofree char *noon = g_strconcat(text, "T12:00:00Z", NULL);
    gint64 at;
    if (!time_parse(noon, &at))
        return false;
    g_date_set_julian(out, (guint32)(at / MS_PER_DAY) + JULIAN_1970);
    return true;
}

static void local_day(GTimeZone *zone, gint64 ms, GDate *out)
{
    int year, month, day;
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(ms / MS_PER_SECOND);
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, zone);
    g_date_time_get_ymd(local, &year, &month, &day);
    g_date_set_dmy(out, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
}

/* A rule has to begin on one of its days (RFC 5545 §3.8.5.3). */
static void go_to_weekday(const GroupInput *group, GDate *day)
{
    int weeks = group->cadence == CADENCE_BIWEEKLY ? 2 : 1;
    int ahead = (int)group->weekday - (int)g_date_get_weekday(day);
    g_date_add_days(day, (guint)(ahead < 0 ? ahead + 7 * weeks : ahead));
}

/* The first day of the series, as the library has it. */
static bool series_begin(const GroupInput *group, GTimeZone *zone, gint64 anchor,
                         struct icaltimetype *out, GError **error)
{
    GDate day;
    g_date_clear(&day, 1);
    if (!group->first_on || *group->first_on == '\0')
        local_day(zone, anchor, &day);
    else if (!read_day(group->first_on, &day))
        return problem_set(error, PROBLEM_BAD_INPUT, "first_on is no day");
    if (group->cadence == CADENCE_WEEKLY || group->cadence == CADENCE_BIWEEKLY)
        go_to_weekday(group, &day);
    *out = ical.icaltime_null_date();
    out->year = g_date_get_year(&day);
    out->month = (int)g_date_get_month(&day);
    out->day = g_date_get_day(&day);
    return true;
}

static gint64 offset_at(GTimeZone *zone, gint64 second)
{
    return g_time_zone_get_offset(zone,
                                  g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, second));
}

/* What a clock on the wall shows, in seconds: as the offset of the day before has it, where that is right or nothing is
 * (RFC 5545 §3.3.5). */
static gint64 from_local(GTimeZone *zone, gint64 local)
{
    const gint64 day = MS_PER_DAY / MS_PER_SECOND;
    gint64 before = offset_at(zone, local - day), after = offset_at(zone, local + day);
    bool is_after = offset_at(zone, local - before) != before &&
                    offset_at(zone, local - after) == after;
    return local - (is_after ? after : before);
}

static Occurrence occurrence_of(const GroupInput *group, GTimeZone *zone, struct icaltimetype day)
{
    GDate date;
    Occurrence out;
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, (GDateDay)day.day, (GDateMonth)day.month, (GDateYear)day.year);
    gint64 midnight = ((gint64)g_date_get_julian(&date) - JULIAN_1970) *
                      (MS_PER_DAY / MS_PER_SECOND);
    g_date_strftime(out.day, sizeof out.day, "%Y-%m-%d", &date);
    out.starts_at = from_local(zone, midnight + group->start_minute * 60) * MS_PER_SECOND;
    return out;
}

GArray *recurrence_find(const GroupInput *group, gint64 anchor, gint64 from, gint64 until,
                        GError **error)
{
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(Occurrence));
    g_autofree char *rule = rule_of(group);
    if (!rule)
        return g_steal_pointer(&found);
    const char *name = group->time_zone && *group->time_zone ? group->time_zone : "UTC";
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(name);
    struct icaltimetype begin;
    if (!zone) {
        problem_set(error, PROBLEM_BAD_INPUT, "no such time zone: %s", name);
        return NULL;
    }
    if (!load(error) || !series_begin(group, zone, anchor, &begin, error))
        return NULL;
    gint64 last = -1;
    icalrecur_iterator *days = ical.icalrecur_iterator_new(
        ical.icalrecurrencetype_from_string(rule), begin);
    for (int step = 0; days && step < STEPS_MAX; step++) {
        struct icaltimetype day = ical.icalrecur_iterator_next(days);
        if (ical.icaltime_is_null_time(day))
            break;
        Occurrence one = occurrence_of(group, zone, day);
        if (one.starts_at >= until)
            break;
        if (one.starts_at >= from && one.starts_at != last) /* some come twice */
            g_array_append_val(found, one);
        last = one.starts_at;
    }
    if (days)
        ical.icalrecur_iterator_free(days);
    return g_steal_pointer(&found);
}
