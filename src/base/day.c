/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/day.h"

#include <string.h>

#include "base/clock.h"

static int number(const char *text, int digits)
{
    int n = 0;
    for (int i = 0; i < digits; i++)
        n = n * 10 + (text[i] - '0');
    return n;
}

static bool is_shaped(const char *text)
{
    static const char shape[] = "dddd-dd-dd";
    if (!text || strlen(text) != DAY_SIZE - 1)
        return false;
    for (int i = 0; shape[i]; i++)
        if (shape[i] == 'd' ? !g_ascii_isdigit(text[i]) : text[i] != shape[i])
            return false;
    return true;
}

bool day_valid(const char *text)
{
    return is_shaped(text) && number(text, 4) >= 1970 &&
           g_date_valid_dmy((GDateDay)number(text + 8, 2), (GDateMonth)number(text + 5, 2),
                            (GDateYear)number(text, 4));
}

static void read_date(const char *day, GDate *date)
{
    g_assert(day_valid(day));
    g_date_clear(date, 1);
    g_date_set_dmy(date, (GDateDay)number(day + 8, 2), (GDateMonth)number(day + 5, 2),
                   (GDateYear)number(day, 4));
}

static void write_date(const GDate *date, Day out)
{
    g_snprintf(out, DAY_SIZE, "%04u-%02u-%02u", g_date_get_year(date) % 10000u,
               (unsigned)g_date_get_month(date) % 100u, g_date_get_day(date) % 100u);
}

void day_add_days(const char *day, int days, Day out)
{
    GDate date;
    read_date(day, &date);
    if (days >= 0)
        g_date_add_days(&date, (guint)days);
    else
        g_date_subtract_days(&date, (guint)-days);
    write_date(&date, out);
}

void day_add_months(const char *day, int months, Day out)
{
    GDate date;
    read_date(day, &date);
    if (months >= 0)
        g_date_add_months(&date, (guint)months);
    else
        g_date_subtract_months(&date, (guint)-months);
    write_date(&date, out);
}

int day_between(const char *from, const char *to)
{
    GDate first, last;
    read_date(from, &first);
    read_date(to, &last);
    return g_date_days_between(&first, &last);
}

int day_weekday(const char *day)
{
    GDate date;
    read_date(day, &date);
    return (int)g_date_get_weekday(&date);
}

static GTimeZone *zone_find(const char *zone)
{
    GTimeZone *found = zone ? g_time_zone_new_identifier(zone) : NULL;
    return found ? found : g_time_zone_new_utc();
}

void day_of(gint64 ms, const char *zone, Day out)
{
    g_autoptr(GTimeZone) found = zone_find(zone);
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(ms / MS_PER_SECOND);
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, found);
    g_snprintf(out, DAY_SIZE, "%04d-%02d-%02d", g_date_time_get_year(local) % 10000,
               g_date_time_get_month(local) % 100, g_date_time_get_day_of_month(local) % 100);
}

gint64 day_begin(const char *day, const char *zone)
{
    g_autoptr(GTimeZone) found = zone_find(zone);
    g_assert(day_valid(day));
    g_autoptr(GDateTime) time = g_date_time_new(found, number(day, 4), number(day + 5, 2),
                                                number(day + 8, 2), 0, 0, 0);
    return g_date_time_to_unix(time) * MS_PER_SECOND;
}
