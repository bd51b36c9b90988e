/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "base/problem.h"

#define TIME_LAST G_GINT64_CONSTANT(253402300799999) /* 9999-12-31T23:59:59.999Z */

static _Atomic gint64 frozen; /* 0: the clock runs */

bool clock_init(GError **error)
{
    const char *text = g_getenv("LEADLINE_NOW");
    gint64 ms;
    if (!text || !*text)
        return true;
    if (!time_parse(text, &ms) || ms == 0)
        return problem_set(error, PROBLEM_BAD_CONFIG,
                           "LEADLINE_NOW must be a time like 2026-11-24T08:30:00Z, not \"%.40s\"",
                           text);
    clock_freeze(ms);
    return true;
}

gint64 clock_now(void)
{
    gint64 ms = atomic_load(&frozen);
    return ms ? ms : g_get_real_time() / 1000;
}

bool clock_is_frozen(void)
{
    return atomic_load(&frozen) != 0;
}

void clock_freeze(gint64 ms)
{
    atomic_store(&frozen, ms);
}

void clock_advance(gint64 ms)
{
    gint64 now = atomic_load(&frozen);
    while (now && !atomic_compare_exchange_weak(&frozen, &now, now + ms))
        ;
}

/* The name becomes part of a file's. Zones begin with a capital; lists and other renderings of them lie beside them. */
GTimeZone *clock_zone(const char *name)
{
    if (!name || strlen(name) > ZONE_NAME_MAX || !g_ascii_isupper(*name))
        return NULL;
    for (const char *c = name; *c; c++)
        if (!g_ascii_isalnum(*c) && !strchr("_+-/", *c))
            return NULL;
    return g_time_zone_new_identifier(name);
}

static gint64 read_clock(clockid_t id)
{
    struct timespec at;
    return clock_gettime(id, &at) == 0
               ? (gint64)at.tv_sec * MS_PER_SECOND + at.tv_nsec / (1000 * 1000)
               : 0;
}

gint64 clock_asleep(void)
{
    return read_clock(CLOCK_BOOTTIME) - read_clock(CLOCK_MONOTONIC);
}

gint64 clock_monotonic(void)
{
    return g_get_monotonic_time();
}

bool clock_wait(bool (*done)(gpointer data), gpointer data, unsigned ms)
{
    gint64 until = clock_monotonic() + ms * G_GINT64_CONSTANT(1000);
    while (!done(data)) {
        if (clock_monotonic() >= until)
            return false;
        g_usleep(1000);
    }
    return true;
}

/* ---- calendar: proleptic Gregorian, days since 1970-01-01, years counted from March so that the
 * leap day is the last of its year */

static gint64 days_of_date(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year;
    int era = y / 400, year_of_era = y % 400;
    int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (gint64)era * 146097 + day_of_era - 719468;
}

static void date_of_days(gint64 days, int *year, int *month, int *day)
{
    gint64 shifted = days + 719468;
    int era = (int)(shifted / 146097), day_of_era = (int)(shifted % 146097);
    int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) /
                      365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int shifted_month = (5 * day_of_year + 2) / 153;
    *day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    *month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    *year = era * 400 + year_of_era + (*month <= 2);
}

static int days_in_month(int year, int month)
{
    static const guint8 days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

/* ---- RFC 3339 */

static char *put_two(char *at, int value, char after)
{
    at[0] = (char)('0' + value / 10);
    at[1] = (char)('0' + value % 10);
    at[2] = after;
    return at + 3;
}

char *time_format(gint64 ms, char buffer[static TIME_TEXT_SIZE])
{
    int year, month, day;
    ms = CLAMP(ms, 0, TIME_LAST);
    int of_day = (int)(ms % MS_PER_DAY);
    date_of_days(ms / MS_PER_DAY, &year, &month, &day);
    char *at = put_two(buffer, year / 100, '\0') - 1;
    at = put_two(at, year % 100, '-');
    at = put_two(at, month, '-');
    at = put_two(at, day, 'T');
    at = put_two(at, of_day / 3600000, ':');
    at = put_two(at, of_day / 60000 % 60, ':');
    at = put_two(at, of_day / 1000 % 60, '.');
    *at++ = (char)('0' + of_day % 1000 / 100);
    put_two(at, of_day % 100, 'Z')[0] = '\0';
    return buffer;
}

static bool take_digits(const char **at, int digits, int most, int *value)
{
    *value = 0;
    for (int i = 0; i < digits; i++) {
        if (!g_ascii_isdigit((*at)[i]))
            return false;
        *value = *value * 10 + (*at)[i] - '0';
    }
    *at += digits;
    return *value <= most;
}

static bool take_char(const char **at, char wanted)
{
    if (g_ascii_toupper(**at) != wanted)
        return false;
    (*at)++;
    return true;
}

/* Milliseconds of ".123456789"; more than they hold is dropped. */
static bool take_decimals(const char **at, int *ms)
{
    int digits = 0;
    *ms = 0;
    if (!take_char(at, '.'))
        return true;
    for (; digits < 9 && g_ascii_isdigit(**at); digits++, (*at)++)
        if (digits < 3)
            *ms = *ms * 10 + **at - '0';
    for (int i = digits; i < 3; i++)
        *ms *= 10;
    return digits > 0;
}

static bool take_offset(const char **at, int *minutes)
{
    int sign = **at == '-' ? -1 : 1, h, m;
    *minutes = 0;
    if (take_char(at, 'Z'))
        return true;
    if (!take_char(at, '+') && !take_char(at, '-'))
        return false;
    if (!take_digits(at, 2, 23, &h) || !take_char(at, ':') || !take_digits(at, 2, 59, &m))
        return false;
    *minutes = sign * (h * 60 + m);
    return true;
}

bool time_parse(const char *text, gint64 *out)
{
    int year, month, day, hour, minute, second, ms, offset;
    const char *at = text;
    if (!text || !take_digits(&at, 4, 9999, &year) || !take_char(&at, '-') ||
        !take_digits(&at, 2, 12, &month) || !take_char(&at, '-') || !take_digits(&at, 2, 31, &day))
        return false;
    if (month < 1 || day < 1 || day > days_in_month(year, month))
        return false;
    if (!take_char(&at, 'T') || !take_digits(&at, 2, 23, &hour) || !take_char(&at, ':') ||
        !take_digits(&at, 2, 59, &minute) || !take_char(&at, ':') ||
        !take_digits(&at, 2, 60, &second))
        return false;
    if (!take_decimals(&at, &ms) || !take_offset(&at, &offset) || *at)
        return false;
    gint64 whole = days_of_date(year, month, day) * 86400 + hour * 3600 + minute * 60 + second -
                   (gint64)offset * 60;
    if (second == 60 && whole % 86400 != 0) /* leap seconds end a UTC day */
        return false;
    gint64 time = whole * 1000 + ms;
    if (time < 0 || time > TIME_LAST)
        return false;
    *out = time;
    return true;
}
