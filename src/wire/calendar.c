/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/calendar.h"

#include <string.h>

#include "base/problem.h"

#define LINE_OCTETS 75
#define PRODUCT "-//Leadline//Leadline//EN"
#define HOUR 60

static const char *const methods[] = { "PUBLISH", "REQUEST", "CANCEL" };

const char *calendar_method(CalendarMethod method)
{
    return methods[method];
}

/* ---- lines */

/* Appends a content line, folded between characters. */
static void put_line(GString *out, const char *line)
{
    size_t room = LINE_OCTETS;
    while (strlen(line) > room) {
        size_t length = room;
        while ((line[length] & 0xc0) == 0x80)
            length--;
        g_string_append_len(out, line, (gssize)length);
        g_string_append(out, "\r\n ");
        line += length;
        room = LINE_OCTETS - 1;
    }
    g_string_append(out, line);
    g_string_append(out, "\r\n");
}

static void put_format(GString *out, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void put_format(GString *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    put_line(out, line);
}

static bool is_control(gunichar c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

/* A TEXT (§3.3.11). */
static void put_text(GString *out, const char *name, const char *text)
{
    if (!text || *text == '\0')
        return;
    g_autoptr(GString) line = g_string_new(name);
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_string_append_c(line, ':');
    for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (c == '\n')
            g_string_append(line, "\\n");
        else if (c == '\\' || c == ';' || c == ',')
            g_string_append_printf(line, "\\%c", (int)c);
        else if (!is_control(c))
            g_string_append_unichar(line, c);
    }
    put_line(out, line->str);
}

/* What stands between quotes (§3.2), or in an address: without what would end it. */
static char *bare(const char *text)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);
    for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (c != '"' && !is_control(c))
            g_string_append_unichar(out, c);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* ---- times */

static char *utc_text(gint64 ms)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(ms / MS_PER_SECOND);
    return g_date_time_format(time, "%Y%m%dT%H%M%SZ");
}

static char *local_text(GTimeZone *zone, gint64 ms)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(ms / MS_PER_SECOND);
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, zone);
    return g_date_time_format(local, "%Y%m%dT%H%M%S");
}

/* NULL: UTC will do. */
static GTimeZone *find_zone(const char *name)
{
    if (!name || *name == '\0' || strcmp(name, "UTC") == 0)
        return NULL;
    return g_time_zone_new_identifier(name);
}

static int interval_at(GTimeZone *zone, gint64 second)
{
    return g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, second);
}

/* The first second after `from` and not after `until` at which the clock is another one; 0: none. */
static gint64 next_change(GTimeZone *zone, gint64 from, gint64 until)
{
    const gint64 day = MS_PER_DAY / MS_PER_SECOND;
    int interval = interval_at(zone, from);
    gint64 low = from, high = from;
    while (high < until && interval_at(zone, high) == interval) {
        low = high;
        high = MIN(high + day, until);
    }
    if (interval_at(zone, high) == interval)
        return 0;
    while (high - low > 1) {
        gint64 middle = low + (high - low) / 2;
        if (interval_at(zone, middle) == interval)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static void put_offset(GString *out, const char *name, int seconds)
{
    int size = ABS(seconds);
    g_autoptr(GString) line = g_string_new(NULL);
    g_string_append_printf(line, "%s:%c%02d%02d", name, seconds < 0 ? '-' : '+', size / 3600,
                           size / 60 % 60);
    if (size % 60)
        g_string_append_printf(line, "%02d", size % 60);
    put_line(out, line->str);
}

/* From this second on the clock shows `offset`; before, it showed `from`. */
static void put_observance(GString *out, GTimeZone *zone, gint64 second, int from)
{
    int interval = interval_at(zone, second);
    const char *kind = g_time_zone_is_dst(zone, interval) ? "DAYLIGHT" : "STANDARD";
    g_autoptr(GDateTime) before = g_date_time_new_from_unix_utc(second + from);
    g_autofree char *start = g_date_time_format(before, "%Y%m%dT%H%M%S");
    put_format(out, "BEGIN:%s", kind);
    put_format(out, "DTSTART:%s", start);
    put_offset(out, "TZOFFSETFROM", from);
    put_offset(out, "TZOFFSETTO", g_time_zone_get_offset(zone, interval));
    put_text(out, "TZNAME", g_time_zone_get_abbreviation(zone, interval));
    put_format(out, "END:%s", kind);
}

static void put_zone(GString *out, const char *name, GTimeZone *zone, gint64 first, gint64 last)
{
    const gint64 day = MS_PER_DAY / MS_PER_SECOND;
    gint64 second = first / MS_PER_SECOND - day, until = last / MS_PER_SECOND + 2 * day;
    int offset = g_time_zone_get_offset(zone, interval_at(zone, second));
    put_line(out, "BEGIN:VTIMEZONE");
    put_text(out, "TZID", name);
    for (; second; second = next_change(zone, second, until)) {
        put_observance(out, zone, second, offset);
        offset = g_time_zone_get_offset(zone, interval_at(zone, second));
    }
    put_line(out, "END:VTIMEZONE");
}

/* Each zone of the events once. */
static void put_zones(GString *out, const Calendar *calendar)
{
    for (size_t i = 0; i < calendar->n; i++) {
        const char *name = calendar->events[i].time_zone;
        gint64 first = G_MAXINT64, last = 0;
        bool told = false;
        for (size_t k = 0; k < calendar->n; k++) {
            if (g_strcmp0(calendar->events[k].time_zone, name) != 0)
                continue;
            told = told || k < i;
            first = MIN(first, calendar->events[k].starts_at);
            last = MAX(last, calendar->events[k].starts_at);
        }
        g_autoptr(GTimeZone) zone = told ? NULL : find_zone(name);
        if (zone)
            put_zone(out, name, zone, first, last);
    }
}

static void put_time(GString *out, const char *name, gint64 ms, const char *zone_name)
{
    g_autoptr(GTimeZone) zone = find_zone(zone_name);
    g_autofree char *text = zone ? local_text(zone, ms) : utc_text(ms);
    if (zone)
        put_format(out, "%s;TZID=%s:%s", name, zone_name, text);
    else
        put_format(out, "%s:%s", name, text);
}

/* ---- events */

static void put_organizer(GString *out, const CalendarPerson *person)
{
    if (!person->email)
        return;
    g_autofree char *name = bare(person->name), *email = bare(person->email);
    if (*name)
        put_format(out, "ORGANIZER;CN=\"%s\":mailto:%s", name, email);
    else
        put_format(out, "ORGANIZER:mailto:%s", email);
}

static void put_attendee(GString *out, const CalendarEvent *event)
{
    static const char *const partstats[] = { [0] = "NEEDS-ACTION",
                                             [RSVP_YES] = "ACCEPTED",
                                             [RSVP_NO] = "DECLINED",
                                             [RSVP_MAYBE] = "TENTATIVE" };
    if (!event->attendee.email)
        return;
    g_autofree char *name = bare(event->attendee.name), *email = bare(event->attendee.email);
    put_format(out, "ATTENDEE;CN=\"%s\";ROLE=REQ-PARTICIPANT;PARTSTAT=%s;RSVP=%s:mailto:%s",
               *name ? name : email, partstats[event->answer], event->answer ? "FALSE" : "TRUE",
               email);
}

static void put_event(GString *out, const CalendarEvent *event)
{
    gint64 minutes = event->duration > 0 ? event->duration : HOUR;
    g_autofree char *stamp = utc_text(event->stamp);
    put_line(out, "BEGIN:VEVENT");
    put_text(out, "UID", event->uid);
    put_format(out, "SEQUENCE:%" G_GINT64_FORMAT, event->sequence);
    put_format(out, "DTSTAMP:%s", stamp);
    put_time(out, "DTSTART", event->starts_at, event->time_zone);
    put_time(out, "DTEND", event->starts_at + minutes * MS_PER_MINUTE, event->time_zone);
    put_text(out, "SUMMARY", event->summary);
    put_text(out, "LOCATION", event->location);
    put_text(out, "DESCRIPTION", event->description);
    put_format(out, "STATUS:%s", event->cancelled ? "CANCELLED" : "CONFIRMED");
    put_organizer(out, &event->organizer);
    put_attendee(out, event);
    put_line(out, "END:VEVENT");
}

void calendar_put(GString *out, const Calendar *calendar)
{
    put_line(out, "BEGIN:VCALENDAR");
    put_line(out, "VERSION:2.0");
    put_line(out, "PRODID:" PRODUCT);
    put_line(out, "CALSCALE:GREGORIAN");
    put_format(out, "METHOD:%s", calendar_method(calendar->method));
    put_text(out, "X-WR-CALNAME", calendar->name);
    put_zones(out, calendar);
    for (size_t i = 0; i < calendar->n; i++)
        put_event(out, &calendar->events[i]);
    put_line(out, "END:VCALENDAR");
}

/* ---- answers */

typedef struct ReplyReader {
    int depth; /* components that are open */
    int events;
    bool in_event;
    bool method, uid, attendee;
    CalendarReply *reply;
} ReplyReader;

/* Unfolded: a line break and a blank are nothing (§3.1). Bare LF is taken too, as mail makes it. */
static GString *unfold(const char *text, size_t length)
{
    GString *out = g_string_sized_new(length);
    for (size_t i = 0; i < length; i++) {
        size_t end = i + (text[i] == '\r');
        bool fold = end + 1 < length && text[end] == '\n' &&
                    (text[end + 1] == ' ' || text[end + 1] == '\t');
        if (fold)
            i = end + 1;
        else if (text[i] != '\r' && text[i] != '\0')
            g_string_append_c(out, text[i]);
    }
    return out;
}

/* Where the value of a content line begins: after the first colon outside quotes. NULL: it is none. */
static const char *value_of(const char *line)
{
    bool quoted = false;
    for (; *line; line++) {
        if (*line == '"')
            quoted = !quoted;
        else if (*line == ':' && !quoted)
            return line + 1;
    }
    return NULL;
}

static bool is_named(const char *line, const char *name)
{
    size_t length = strlen(name);
    return g_ascii_strncasecmp(line, name, length) == 0 &&
           (line[length] == ':' || line[length] == ';');
}

/* The value of a parameter that is a word; length 0: there is none. */
static size_t parameter_of(const char *line, const char *end, const char *name, const char **value)
{
    size_t length = strlen(name);
    bool quoted = false;
    for (const char *at = line; at < end; at++) {
        if (*at == '"')
            quoted = !quoted;
        if (*at != ';' || quoted || g_ascii_strncasecmp(at + 1, name, length) != 0 ||
            at[1 + length] != '=')
            continue;
        *value = at + 1 + length + 1;
        return strcspn(*value, ";:\"");
    }
    return 0;
}

static RsvpAnswer read_partstat(const char *line, const char *value)
{
    static const struct {
        const char *word;
        RsvpAnswer answer;
    } words[] = { { "ACCEPTED", RSVP_YES }, { "DECLINED", RSVP_NO }, { "TENTATIVE", RSVP_MAYBE } };
    const char *word = NULL;
    size_t length = parameter_of(line, value, "PARTSTAT", &word);
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (length == strlen(words[i].word) &&
            g_ascii_strncasecmp(word, words[i].word, length) == 0)
            return words[i].answer;
    return 0;
}

/* "20261126T070000Z"; 0 when it is not that. */
static gint64 read_stamp(const char *value)
{
    static const char shape[] = "ddddddddTddddddZ";
    if (strlen(value) != sizeof shape - 1)
        return 0;
    for (size_t i = 0; shape[i]; i++)
        if (shape[i] == 'd' ? !g_ascii_isdigit(value[i]) : value[i] != shape[i])
            return 0;
    int numbers[6] = { 0 };
    static const int ends[] = { 4, 6, 8, 11, 13, 15 }, lengths[] = { 4, 2, 2, 2, 2, 2 };
    for (int i = 0; i < 6; i++)
        for (int k = ends[i] - lengths[i]; k < ends[i]; k++)
            numbers[i] = numbers[i] * 10 + (value[k] - '0');
    g_autoptr(GDateTime) time = g_date_time_new_utc(numbers[0], numbers[1], numbers[2], numbers[3],
                                                    numbers[4], numbers[5]);
    return time ? MAX(g_date_time_to_unix(time), 0) * MS_PER_SECOND : 0;
}

static bool read_event_line(ReplyReader *reader, const char *line, const char *value)
{
    CalendarReply *reply = reader->reply;
    if (is_named(line, "UID")) {
        if (reader->uid || strlen(value) > CALENDAR_UID_MAX)
            return false;
        g_strlcpy(reply->uid, value, sizeof reply->uid);
        reader->uid = true;
    } else if (is_named(line, "ATTENDEE")) {
        if (reader->attendee) /* RFC 5546 §3.2.3: only whoever answers */
            return false;
        reply->answer = read_partstat(line, value);
        reader->attendee = true;
    } else if (is_named(line, "SEQUENCE")) {
        reply->sequence = CLAMP(g_ascii_strtoll(value, NULL, 10), 0, G_MAXINT32);
    } else if (is_named(line, "DTSTAMP")) {
        reply->stamp = read_stamp(value);
    }
    return true;
}

/* False: more than one event, or the components do not nest. */
static bool read_line(ReplyReader *reader, const char *line)
{
    const char *value = value_of(line);
    if (!value)
        return *line == '\0';
    if (is_named(line, "BEGIN")) {
        if (++reader->depth == 2) {
            reader->in_event = g_ascii_strcasecmp(value, "VEVENT") == 0;
            reader->events += reader->in_event;
        }
        return reader->events <= 1 &&
               (reader->depth > 1 || g_ascii_strcasecmp(value, "VCALENDAR") == 0);
    }
    if (is_named(line, "END")) {
        reader->depth--;
        reader->in_event = reader->in_event && reader->depth >= 2;
        return reader->depth >= 0;
    }
    if (reader->depth == 1 && is_named(line, "METHOD")) {
        reader->method = g_ascii_strcasecmp(value, "REPLY") == 0;
        return reader->method;
    }
    return !reader->in_event || reader->depth > 2 || read_event_line(reader, line, value);
}

bool calendar_read_reply(const char *text, size_t length, CalendarReply *reply, GError **error)
{
    *reply = (CalendarReply){ 0 };
    if (length > CALENDAR_REPLY_MAX)
        return problem_set(error, PROBLEM_BAD_INPUT, "the calendar is too long");
    ReplyReader reader = { .reply = reply };
    g_autoptr(GString) lines = unfold(text, length);
    for (char *line = lines->str; line;) {
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        if (!read_line(&reader, line))
            return problem_set(error, PROBLEM_BAD_INPUT, "not the answer to one event");
        line = end ? end + 1 : NULL;
    }
    if (!reader.method || !reader.uid || !reply->answer || reader.depth != 0)
        return problem_set(error, PROBLEM_BAD_INPUT, "no answer is in it");
    return true;
}
