/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/meeting_sheet.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "model/business_type.h"

#define WRITE_LINES 12 /* empty ones of a slip sheet */
#define ICS_OCTETS 75  /* of a line, RFC 5545 §3.1 */

static const EnumValue kind_values[] = {
    { SHEET_ROSTER, "roster", N_("who is in the room") },
    { SHEET_SLIPS, "slips", N_("slips, thanks and visitors") },
    { SHEET_AGENDA, "agenda", N_("what is planned") },
};
const EnumTable sheet_kinds = ENUM_TABLE("sheet", kind_values);

/* ---- times */

static GDateTime *in_zone(gint64 ms, const char *name)
{
    g_autoptr(GTimeZone) zone = name && *name ? g_time_zone_new_identifier(name) : NULL;
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(ms / MS_PER_SECOND);
    if (!utc)
        return NULL;
    return zone ? g_date_time_to_timezone(utc, zone) : g_date_time_to_local(utc);
}

static char *zone_format(gint64 ms, const char *zone, const char *format)
{
    g_autoptr(GDateTime) at = in_zone(ms, zone);
    return at ? g_date_time_format(at, format) : g_strdup("");
}

char *meeting_when(const Meeting *meeting)
{
    return zone_format(meeting->input.starts_at, meeting->input.time_zone, "%a %-d %b %Y %H:%M");
}

/* ---- pages */

typedef struct Sheet {
    GString *text;
    int line; /* of this page, from 0 */
    int page;
    char *head[2]; /* repeated on each page */
    const char *title;
    bool ascii;
} Sheet;

/* Clean, and in ASCII if that is wanted: as long as it is wide. */
static char *shown(const Sheet *sheet, const char *text)
{
    char *clean = text_clean(text, -1, TEXT_LINE);
    if (!sheet->ascii || g_str_is_ascii(clean))
        return clean;
    char *ascii = g_str_to_ascii(clean, NULL);
    g_free(clean);
    return ascii;
}

static char *fit(const Sheet *sheet, const char *text, int cells)
{
    g_autofree char *clean = shown(sheet, text);
    bool was = text_ascii();
    text_set_ascii(was || sheet->ascii);
    char *padded = text_pad(clean, cells);
    text_set_ascii(was);
    return padded;
}

static void put_line(Sheet *sheet, const char *line);

/* Left and right of one line. */
static void put_apart(Sheet *sheet, const char *left, const char *right)
{
    g_autofree char *end = shown(sheet, right);
    int room = MAX(10, SHEET_COLUMNS - text_width(end) - 1);
    g_autofree char *begin = fit(sheet, left, room);
    g_autofree char *line = g_strdup_printf("%s %s", begin, end);
    put_line(sheet, line);
}

static void begin_page(Sheet *sheet)
{
    sheet->page++;
    sheet->line = 0;
    if (sheet->page > 1)
        g_string_append_c(sheet->text, '\f');
    g_autofree char *number = g_strdup_printf(_("page %d"), sheet->page);
    put_apart(sheet, sheet->head[0], sheet->title);
    put_apart(sheet, sheet->head[1], number);
    put_line(sheet, "");
}

/* Without the blanks at its end. */
static void put_line(Sheet *sheet, const char *line)
{
    if (sheet->page == 0 || sheet->line >= SHEET_LINES)
        begin_page(sheet);
    g_autofree char *trimmed = g_strchomp(g_strdup(line));
    g_string_append(sheet->text, trimmed);
    g_string_append_c(sheet->text, '\n');
    sheet->line++;
}

/* A part stays with its heading. */
static void put_heading(Sheet *sheet, const char *heading)
{
    if (sheet->line + 4 > SHEET_LINES)
        sheet->line = SHEET_LINES;
    else if (sheet->line > 3)
        put_line(sheet, "");
    g_autofree char *text = shown(sheet, heading);
    put_line(sheet, text);
    g_autofree char *rule = g_strnfill(SHEET_COLUMNS, '-');
    put_line(sheet, rule);
}

static void put_wrapped(Sheet *sheet, const char *text, int indent)
{
    g_autofree char *clean = text_clean(text, -1, TEXT_MULTILINE);
    g_autofree char *ascii = sheet->ascii ? g_str_to_ascii(clean, NULL) : g_strdup(clean);
    g_auto(GStrv) lines = text_wrap(ascii, SHEET_COLUMNS - indent);
    g_autofree char *blanks = g_strnfill((gsize)indent, ' ');
    for (char **line = lines; *line; line++) {
        g_autofree char *whole = g_strconcat(blanks, *line, NULL);
        put_line(sheet, whole);
    }
}

/* ---- the roster */

static char *boxes(AttendanceCode code)
{
    GString *out = g_string_new(NULL);
    for (int i = ATTENDANCE_PRESENT; i <= ATTENDANCE_SUBSTITUTE; i++)
        g_string_append_printf(out, "%s[%s]", i > ATTENDANCE_PRESENT ? " " : "",
                               i == (int)code ? enum_code(&attendance_codes, i) : " ");
    return g_string_free(out, FALSE);
}

static void put_member(Sheet *sheet, const MeetingMember *member, guint number)
{
    g_autofree char *name = fit(sheet, member->name, 26);
    g_autofree char *trade = fit(sheet, business_type_label(member->trade), 16);
    g_autofree char *code = boxes(member->attendance.code);
    const char *substitute = member->attendance.substitute;
    g_autofree char *line = g_strdup_printf("%3u %s %s %s %s", number, name, trade, code,
                                            member->attendance.left_early ? _("left") : "");
    put_line(sheet, line);
    if (substitute && *substitute) {
        g_autofree char *text = g_strdup_printf(_("substitute: %s"), substitute);
        g_autofree char *cut = fit(sheet, text, SHEET_COLUMNS - 4);
        g_autofree char *under = g_strconcat("    ", cut, NULL);
        put_line(sheet, under);
    }
}

static void put_roster(Sheet *sheet, const MeetingBook *book)
{
    MeetingCounts counts = meeting_book_count(book);
    g_autofree char *name = fit(sheet, _("Member"), 26);
    g_autofree char *trade = fit(sheet, _("Trade"), 16);
    g_autofree char *head = g_strdup_printf(" No %s %s  P   A   L   M   S", name, trade);
    put_heading(sheet, head);
    for (guint i = 0; i < book->members->len; i++)
        put_member(sheet, book->members->pdata[i], i + 1);
    put_line(sheet, "");
    g_autofree char *sums = g_strdup_printf(
        _("%u members: %u present, %u absent, %u late, %u medical, %u substitutes, %u not entered"),
        counts.members, counts.codes[ATTENDANCE_PRESENT], counts.codes[ATTENDANCE_ABSENT],
        counts.codes[ATTENDANCE_LATE], counts.codes[ATTENDANCE_MEDICAL],
        counts.codes[ATTENDANCE_SUBSTITUTE], counts.codes[0]);
    put_wrapped(sheet, sums, 0);
    put_line(sheet, _("P present  A absent  L late  M medical leave  S substitute"));
}

/* ---- slips */

static const char *receiver(const MeetingBook *book, const SlipInput *slip)
{
    return uuid_is_nil(&slip->to) ? slip->to_name : meeting_book_name(book, &slip->to);
}

static void put_slip(Sheet *sheet, const char *from, const char *to, const char *need)
{
    g_autofree char *a = fit(sheet, from, 20);
    g_autofree char *b = fit(sheet, to, 20);
    g_autofree char *c = fit(sheet, need, SHEET_COLUMNS - 42);
    g_autofree char *line = g_strjoin(" ", a, b, c, NULL);
    put_line(sheet, line);
}

static void put_blank_slips(Sheet *sheet)
{
    g_autofree char *name = g_strnfill(20, '_');
    g_autofree char *need = g_strnfill(SHEET_COLUMNS - 42, '_');
    for (int i = 0; i < WRITE_LINES; i++) {
        put_line(sheet, "");
        put_slip(sheet, name, name, need);
    }
}

static void put_slips(Sheet *sheet, const MeetingBook *book)
{
    g_autofree char *from = fit(sheet, _("From"), 20);
    g_autofree char *to = fit(sheet, _("To"), 20);
    g_autofree char *head = g_strjoin(" ", from, to, _("Need"), NULL);
    put_heading(sheet, head);
    for (guint i = 0; i < book->slips->len; i++) {
        const SlipInput *slip = &((const MeetingSlip *)book->slips->pdata[i])->input;
        put_slip(sheet, meeting_book_name(book, &slip->from), receiver(book, slip), slip->need);
    }
    if (book->meeting.state != MEETING_COMPLETED)
        put_blank_slips(sheet);
    if (book->thanks->len > 0)
        put_heading(sheet, _("Thanks"));
    for (guint i = 0; i < book->thanks->len; i++) {
        const ThanksInput *thanks = &((const Thanks *)book->thanks->pdata[i])->input;
        put_slip(sheet, meeting_book_name(book, &thanks->from),
                 meeting_book_name(book, &thanks->to),
                 enum_label(&thanks_kinds, (int)thanks->kind));
    }
    if (book->visitors->len > 0)
        put_heading(sheet, _("Visitors"));
    for (guint i = 0; i < book->visitors->len; i++) {
        const VisitorInput *visitor = &((const Visitor *)book->visitors->pdata[i])->input;
        g_autofree char *by = g_strdup_printf(_("brought by %s"),
                                              meeting_book_name(book, &visitor->brought_by));
        put_slip(sheet, visitor->name, visitor->company_name,
                 uuid_is_nil(&visitor->brought_by) ? "" : by);
    }
}

/* ---- the agenda */

static void put_agenda(Sheet *sheet, const MeetingBook *book)
{
    const MeetingInput *input = &book->meeting.input;
    gint64 at = input->starts_at;
    put_heading(sheet, _("Agenda"));
    for (size_t i = 0; input->agenda && input->agenda[i]; i++) {
        AgendaItem item;
        if (!agenda_item_parse(input->agenda[i], &item)) {
            put_wrapped(sheet, input->agenda[i], 0);
            continue;
        }
        g_autofree char *time = zone_format(at, input->time_zone, "%H:%M");
        g_autofree char *text = shown(sheet, item.text);
        g_autofree char *line = g_strdup_printf("%s  %3d'  %-16s %s", time, (int)item.minutes,
                                                enum_label(&agenda_kinds, (int)item.kind), text);
        g_autofree char *cut = fit(sheet, line, SHEET_COLUMNS);
        put_line(sheet, cut);
        at += item.minutes * MS_PER_MINUTE;
    }
    if (input->minutes && *input->minutes) {
        put_heading(sheet, _("Minutes of the meeting"));
        put_wrapped(sheet, input->minutes, 0);
    }
}

/* ---- */

char *meeting_sheet(const MeetingBook *book, SheetKind kind, bool ascii)
{
    static void (*const put[])(Sheet * sheet, const MeetingBook *book) = {
        [SHEET_ROSTER] = put_roster,
        [SHEET_SLIPS] = put_slips,
        [SHEET_AGENDA] = put_agenda,
    };
    static const char *const titles[] = { [SHEET_ROSTER] = N_("Roster"),
                                          [SHEET_SLIPS] = N_("Slip sheet"),
                                          [SHEET_AGENDA] = N_("Agenda") };
    const MeetingInput *input = &book->meeting.input;
    g_autofree char *when = meeting_when(&book->meeting);
    Sheet sheet = { .text = g_string_new(NULL), .ascii = ascii, .title = _(titles[kind]) };
    sheet.head[0] = g_strdup(book->group.input.name ? book->group.input.name : "");
    sheet.head[1] = input->place && *input->place ? g_strdup_printf("%s, %s", when, input->place)
                                                  : g_strdup(when);
    put[kind](&sheet, book);
    g_free(sheet.head[0]);
    g_free(sheet.head[1]);
    return g_string_free(sheet.text, FALSE);
}

/* ---- the calendar file */

/* RFC 5545 §3.3.11, and folded into lines of 75 octets between two characters (§3.1). */
static void put_property(GString *out, const char *name, const char *value)
{
    g_autofree char *clean = text_clean(value, -1, TEXT_MULTILINE);
    g_autoptr(GString) line = g_string_new(name);
    g_string_append_c(line, ':');
    for (const char *p = clean; *p; p++) {
        if (*p == '\n')
            g_string_append(line, "\\n");
        else
            g_string_append_printf(line, strchr("\\;,", *p) ? "\\%c" : "%c", *p);
    }
    int octets = 0;
    for (const char *p = line->str; *p; p = g_utf8_next_char(p)) {
        int length = (int)(g_utf8_next_char(p) - p);
        if (octets + length > ICS_OCTETS) {
            g_string_append(out, "\r\n ");
            octets = 1;
        }
        g_string_append_len(out, p, length);
        octets += length;
    }
    g_string_append(out, "\r\n");
}

static void put_time(GString *out, const char *name, gint64 ms)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(ms / MS_PER_SECOND);
    g_autofree char *text = at ? g_date_time_format(at, "%Y%m%dT%H%M%SZ") : g_strdup("");
    g_string_append_printf(out, "%s:%s\r\n", name, text);
}

static void put_if(GString *out, const char *name, const char *value)
{
    if (value && *value)
        put_property(out, name, value);
}

static char *agenda_text(const MeetingInput *input)
{
    g_autofree char *agenda = input->agenda ? g_strjoinv("\n", input->agenda) : NULL;
    const char *speaker = input->speaker && *input->speaker ? input->speaker : NULL;
    return g_strjoin("\n",
                     speaker  ? speaker
                     : agenda ? agenda
                              : "",
                     speaker && agenda ? agenda : NULL, NULL);
}

char *meeting_ics(const MeetingBook *book, gint64 now)
{
    const MeetingInput *input = &book->meeting.input;
    char id[UUID_TEXT_SIZE];
    bool off = book->meeting.state == MEETING_CANCELLED || book->meeting.state == MEETING_HOLIDAY;
    const char *group = book->group.input.name ? book->group.input.name : "";
    g_autofree char *topic = input->topic && *input->topic
                                 ? g_strdup_printf("%s: %s", group, input->topic)
                                 : g_strdup(group);
    g_autofree char *agenda = agenda_text(input);
    GString *out = g_string_new("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Leadline//EN\r\n"
                                "METHOD:PUBLISH\r\nBEGIN:VEVENT\r\n");
    g_string_append_printf(out, "UID:%s\r\nSEQUENCE:%d\r\n", uuid_format(&book->meeting.id, id),
                           (int)book->meeting.sequence);
    put_time(out, "DTSTAMP", now);
    put_time(out, "DTSTART", input->starts_at);
    put_time(out, "DTEND", input->starts_at + input->duration * MS_PER_MINUTE);
    put_property(out, "SUMMARY", topic);
    put_if(out, "LOCATION", input->place);
    put_if(out, "DESCRIPTION", agenda);
    put_property(out, "STATUS", off ? "CANCELLED" : "CONFIRMED");
    g_string_append(out, "END:VEVENT\r\nEND:VCALENDAR\r\n");
    return g_string_free(out, FALSE);
}

char *meeting_ics_name(const MeetingBook *book)
{
    const MeetingInput *input = &book->meeting.input;
    g_autofree char *day = zone_format(input->starts_at, input->time_zone, "%F");
    g_autofree char *ascii = g_str_to_ascii(book->group.input.name ? book->group.input.name : "",
                                            NULL);
    g_autofree char *lower = g_ascii_strdown(ascii, -1);
    g_strcanon(lower, "abcdefghijklmnopqrstuvwxyz0123456789", '-');
    return g_strdup_printf("%s-%s.ics", *lower ? lower : "meeting", day);
}
