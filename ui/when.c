/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "when.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"

#include <inttypes.h>
#include <time.h>

static struct tm local(gint64 ms)
{
    time_t seconds = (time_t)(ms / MS_PER_SECOND);
    struct tm tm = { 0 };
    localtime_r(&seconds, &tm);
    return tm;
}

static char *format(gint64 ms, const char *pattern)
{
    struct tm tm = local(ms);
    char text[64];
    /* Names of days and months come from the locale, perhaps in an encoding of its own. */
    size_t n = strftime(text, sizeof text, pattern, &tm);
    return text_clean(text, (gssize)n, TEXT_LINE);
}

static bool same_day(gint64 a, gint64 b)
{
    struct tm one = local(a), other = local(b);
    return one.tm_year == other.tm_year && one.tm_yday == other.tm_yday;
}

static bool same_year(gint64 a, gint64 b)
{
    return local(a).tm_year == local(b).tm_year;
}

char *when_age(gint64 ms, gint64 now)
{
    gint64 age = MAX(0, now - ms);
    if (age < MS_PER_MINUTE)
        return g_strdup_printf("%ds", (int)(age / MS_PER_SECOND));
    if (age < MS_PER_HOUR)
        return g_strdup_printf("%dm", (int)(age / MS_PER_MINUTE));
    if (age < MS_PER_DAY)
        return g_strdup_printf("%dh", (int)(age / MS_PER_HOUR));
    return g_strdup_printf("%" PRId64 "d", age / MS_PER_DAY);
}

char *when_short(gint64 ms, gint64 now, TimeStyle style, int width)
{
    if (ms == 0)
        return g_strdup("");
    if (style == TIME_ABSOLUTE)
        return format(ms, same_year(ms, now) ? "%d%b %H:%M" : "%Y-%m-%d");
    gint64 age = now - ms;
    if (age < MS_PER_MINUTE)
        return g_strdup(_("now"));
    if (age < 8 * MS_PER_HOUR)
        return when_age(ms, now);
    if (same_day(ms, now))
        return format(ms, "%H:%M");
    if (age < 6 * MS_PER_DAY)
        return format(ms, "%a");
    return format(ms, same_year(ms, now) ? "%d%b" : width < 10 ? "%b'%y" : "%Y-%m-%d");
}

int when_short_width(TimeStyle style, bool roomy)
{
    return style == TIME_ABSOLUTE ? 11 : roomy ? 10 : 6;
}

char *when_day(gint64 ms)
{
    return ms ? format(ms, "%a %d %b %Y") : g_strdup("");
}

char *when_date(gint64 ms, gint64 now)
{
    return ms ? format(ms, same_year(ms, now) ? "%d %b" : "%d %b %Y") : g_strdup("");
}

char *when_long(gint64 ms, gint64 now)
{
    if (ms == 0)
        return g_strdup("");
    g_autofree char *date = format(ms, "%a %d %b %Y %H:%M");
    if (ms > now)
        return g_steal_pointer(&date);
    g_autofree char *age = when_age(ms, now);
    return g_strdup_printf(_("%s (%s ago)"), date, age);
}

char *when_moment(gint64 ms, gint64 now)
{
    return format(ms, same_day(ms, now)    ? "%H:%M"
                      : same_year(ms, now) ? "%d %b %H:%M"
                                           : "%d %b %Y");
}

char *when_clock(gint64 now)
{
    return format(now, "%H:%M");
}
