/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/moment.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"

#define WORKDAY_BEGINS 9 /* of a day without a time */
#define LONGEST (366 * MS_PER_DAY)
#define DAY_LETTERS 2 /* that tell it from the others */
#define MONTH_LETTERS 3

/* What is being read: each part takes what it knows from the front. */
typedef struct Reader {
    const char *at;
    GDateTime *now;
} Reader;

static void skip_blanks(Reader *reader)
{
    while (*reader->at == ' ' || *reader->at == ',')
        reader->at++;
}

static bool take_number(Reader *reader, int digits, int *out)
{
    int n = 0, value = 0;
    for (; n < digits && g_ascii_isdigit(reader->at[n]); n++)
        value = value * 10 + reader->at[n] - '0';
    if (n == 0 || g_ascii_isdigit(reader->at[n]))
        return false;
    reader->at += n;
    *out = value;
    return true;
}

static bool take_char(Reader *reader, char c)
{
    if (*reader->at != c)
        return false;
    reader->at++;
    return true;
}

/* The letters at the front, in lower case. Caller frees. */
static char *word_at(const Reader *reader, size_t *bytes)
{
    const char *end = reader->at;
    while (*end && g_unichar_isalpha(g_utf8_get_char(end)))
        end = g_utf8_next_char(end);
    *bytes = (size_t)(end - reader->at);
    return g_utf8_casefold(reader->at, (gssize)*bytes);
}

static bool take_word(Reader *reader, const char *const *words)
{
    size_t bytes;
    g_autofree char *word = word_at(reader, &bytes);
    if (bytes == 0 || !g_strv_contains(words, word))
        return false;
    reader->at += bytes;
    return true;
}

/* A series of names, in English, and as the language of the user has them. */
typedef struct Names {
    const char *const *english;
    int n, letters;
    const char *pattern; /* of GDateTime */
    int days, months;    /* from one to the next */
} Names;

/* The one that the word in front begins, from 1; 0 none. */
static int take_name(Reader *reader, const Names *names)
{
    size_t bytes;
    g_autofree char *word = word_at(reader, &bytes);
    if (g_utf8_strlen(word, -1) < names->letters)
        return 0;
    for (int i = 0; i < names->n; i++) {
        g_autoptr(GDateTime) first = g_date_time_new_utc(2024, 1, 1, 0, 0, 0); /* a Monday */
        g_autoptr(GDateTime)
            at = g_date_time_add_full(first, 0, i * names->months, i * names->days, 0, 0, 0);
        g_autofree char *local = g_date_time_format(at, names->pattern);
        g_autofree char *folded = g_utf8_casefold(local ? local : "", -1);
        if (g_str_has_prefix(names->english[i], word) || g_str_has_prefix(folded, word)) {
            reader->at += bytes;
            return i + 1;
        }
    }
    return 0;
}

static const char *const days[] = { "monday", "tuesday",  "wednesday", "thursday",
                                    "friday", "saturday", "sunday" };
static const Names day_names = { days, 7, DAY_LETTERS, "%A", 1, 0 };

static const char *const months[] = { "january",   "february", "march",    "april",
                                      "may",       "june",     "july",     "august",
                                      "september", "october",  "november", "december" };
static const Names month_names = { months, 12, MONTH_LETTERS, "%B", 0, 1 };

/* ---- from now: 30m, 1h30m */

static const struct {
    char letter;
    gint64 ms;
} units[] = {
    { 'm', MS_PER_MINUTE },
    { 'h', MS_PER_HOUR },
    { 'd', MS_PER_DAY },
    { 'w', 7 * MS_PER_DAY },
};

gint64 moment_unit(char letter)
{
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
        if (units[i].letter == letter)
            return units[i].ms;
    return 0;
}

/* 0: it is no span. */
static gint64 take_span(Reader *reader)
{
    Reader ahead = *reader;
    gint64 sum = 0;
    int n;
    take_char(&ahead, '+');
    while (skip_blanks(&ahead), take_number(&ahead, 4, &n)) {
        gint64 unit = moment_unit(g_ascii_tolower(*ahead.at));
        if (!unit || g_ascii_isalpha(ahead.at[1]))
            return 0;
        sum += n * unit;
        ahead.at++;
    }
    *reader = ahead;
    return sum;
}

/* ---- times and days */

typedef struct Time {
    int hour, minute;
} Time;

/* 14:30, 14.30, 9, 9am, 2:15pm */
static bool take_time(Reader *reader, Time *out)
{
    static const char *const am[] = { "am", NULL };
    static const char *const pm[] = { "pm", NULL };
    Reader ahead = *reader;
    Time time = { 0 };
    if (!take_number(&ahead, 2, &time.hour))
        return false;
    if (take_char(&ahead, ':') && !take_number(&ahead, 2, &time.minute))
        return false;
    bool morning = take_word(&ahead, am), evening = !morning && take_word(&ahead, pm);
    if ((morning || evening) && (time.hour < 1 || time.hour > 12))
        return false;
    if (morning || evening)
        time.hour = time.hour % 12 + (evening ? 12 : 0);
    if (time.hour > 23 || time.minute > 59)
        return false;
    *reader = ahead;
    *out = time;
    return true;
}

static gint64 ms_of(GDateTime *date, Time time)
{
    g_autoptr(GDateTime)
        at = g_date_time_new_local(g_date_time_get_year(date), g_date_time_get_month(date),
                                   g_date_time_get_day_of_month(date), time.hour, time.minute, 0);
    return at ? g_date_time_to_unix(at) * MS_PER_SECOND : 0;
}

static gint64 in_days(const Reader *reader, int n, Time time)
{
    g_autoptr(GDateTime) date = g_date_time_add_days(reader->now, n);
    return ms_of(date, time);
}

/* The time that may follow a day. */
static Time time_after(Reader *reader)
{
    static const char *const at[] = { "at", "um", NULL };
    Time time = { WORKDAY_BEGINS, 0 };
    skip_blanks(reader);
    take_word(reader, at);
    skip_blanks(reader);
    take_char(reader, 'T');
    take_time(reader, &time);
    return time;
}

static gint64 on_weekday(Reader *reader, int weekday, gint64 now)
{
    int ahead = (weekday - g_date_time_get_day_of_week(reader->now) + 7) % 7;
    Time time = time_after(reader);
    gint64 at = in_days(reader, ahead, time);
    return at > now ? at : in_days(reader, ahead + 7, time);
}

/* year 0: the next one. */
static gint64 on_date(Reader *reader, int year, int month, int day, gint64 now)
{
    Time time = time_after(reader);
    int this_year = g_date_time_get_year(reader->now);
    for (int y = year ? year : this_year; y <= (year ? year : this_year + 1); y++) {
        g_autoptr(GDateTime) date = g_date_time_new_local(y, month, day, 0, 0, 0);
        gint64 at = date ? ms_of(date, time) : 0;
        if (at > now)
            return at;
    }
    return 0;
}

/* 2025-11-24, 24 Nov, 24.11.; 0: none of them */
static gint64 take_date(Reader *reader, gint64 now)
{
    Reader ahead = *reader;
    int year = 0, month = 0, day = 0;
    if (take_number(&ahead, 4, &year) && year > 1000 && take_char(&ahead, '-') &&
        take_number(&ahead, 2, &month) && take_char(&ahead, '-') && take_number(&ahead, 2, &day)) {
        *reader = ahead;
        return on_date(reader, year, month, day, now);
    }
    ahead = *reader;
    if (!take_number(&ahead, 2, &day))
        return 0;
    bool dotted = take_char(&ahead, '.');
    skip_blanks(&ahead);
    month = take_name(&ahead, &month_names);
    if (month)
        take_char(&ahead, '.'); /* "24. Nov." */
    else if (!dotted || !take_number(&ahead, 2, &month) || !take_char(&ahead, '.'))
        return 0;
    *reader = ahead;
    return on_date(reader, 0, month, day, now);
}

static gint64 take_day(Reader *reader, gint64 now)
{
    static const char *const today[] = { "today", "heute", NULL };
    static const char *const tomorrow[] = { "tomorrow", "morgen", NULL };
    if (take_word(reader, today))
        return in_days(reader, 0, time_after(reader));
    if (take_word(reader, tomorrow))
        return in_days(reader, 1, time_after(reader));
    int weekday = take_name(reader, &day_names);
    return weekday ? on_weekday(reader, weekday, now) : 0;
}

static gint64 take_any(Reader *reader, gint64 now)
{
    gint64 span = take_span(reader);
    if (span)
        return now + span;
    gint64 at = take_day(reader, now);
    at = at ? at : take_date(reader, now);
    Time time;
    if (at || !take_time(reader, &time))
        return at;
    at = in_days(reader, 0, time);
    return at > now ? at : in_days(reader, 1, time);
}

bool moment_parse(const char *text, gint64 now, gint64 *out, GError **error)
{
    g_autofree char *clean = text_clean(text, -1, TEXT_LINE);
    g_strstrip(clean);
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(now / MS_PER_SECOND);
    g_autoptr(GDateTime) local = g_date_time_to_local(utc);
    Reader reader = { .at = clean, .now = local };
    gint64 at = take_any(&reader, now);
    skip_blanks(&reader);
    if (at == 0 || *reader.at)
        return problem_set(error, PROBLEM_BAD_INPUT, _("\"%s\" is no time. Write it like: %s"),
                           clean, MOMENT_EXAMPLES);
    if (at <= now)
        return problem_set(error, PROBLEM_BAD_INPUT, _("%s is over already"), clean);
    if (at > now + LONGEST)
        return problem_set(error, PROBLEM_BAD_INPUT, _("%s is more than a year away"), clean);
    *out = at;
    return true;
}
