/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Meetings: lists, one of them, paper and calendar, answers, attendance, states. */
#include "client/meetings.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/run.h"
#include "client/cache_report.h"
#include "client/meeting_sheet.h"
#include "model/report.h"
#include "wire/json.h"

#define AHEAD (190 * MS_PER_DAY)

static char *clean(const char *text)
{
    return text_clean(text, -1, TEXT_LINE);
}

/* ---- the list */

static const Meeting *meeting_of(const void *row)
{
    return &((const MeetingRow *)row)->meeting;
}

static char *cell_id(const void *row, CliMode mode)
{
    char text[UUID_TEXT_SIZE];
    return g_strdup(uuid_format(&meeting_of(row)->id, text));
}

static char *cell_state(const void *row, CliMode mode)
{
    int state = (int)meeting_of(row)->state;
    const char *code = enum_code(&meeting_states, state);
    if (mode == MODE_PLAIN)
        return g_strdup(code ? code : "");
    return g_strconcat(enum_label(&meeting_states, state),
                       ((const MeetingRow *)row)->pending ? "*" : "", NULL);
}

static char *cell_when(const void *row, CliMode mode)
{
    char text[TIME_TEXT_SIZE];
    gint64 at = meeting_of(row)->input.starts_at;
    return mode == MODE_PLAIN ? g_strdup(time_format(at, text)) : cli_when(at, true);
}

static char *cell_group(const void *row, CliMode mode)
{
    return clean(((const MeetingRow *)row)->group_name);
}

static char *cell_place(const void *row, CliMode mode)
{
    return clean(meeting_of(row)->input.place);
}

static char *cell_topic(const void *row, CliMode mode)
{
    return clean(meeting_of(row)->input.topic);
}

static char *count(const void *row, RsvpAnswer answer)
{
    return g_strdup_printf("%u", ((const MeetingRow *)row)->answers[answer]);
}

static char *cell_yes(const void *row, CliMode mode)
{
    return count(row, RSVP_YES);
}

static char *cell_no(const void *row, CliMode mode)
{
    return count(row, RSVP_NO);
}

static char *cell_maybe(const void *row, CliMode mode)
{
    return count(row, RSVP_MAYBE);
}

static char *cell_mine(const void *row, CliMode mode)
{
    int mine = (int)((const MeetingRow *)row)->mine;
    const char *code = enum_code(&rsvp_answers, mine);
    return g_strdup(mode == MODE_PEOPLE ? enum_label(&rsvp_answers, mine) : code ? code : "");
}

/* The plain columns are for ever, in this order: new ones go to the end. */
static const CliColumn columns[] = {
    { N_("ID"), MODE_PLAIN, 0, cell_id },       { N_("WHEN"), COLUMN_ANY, 0, cell_when },
    { N_("STATE"), COLUMN_ANY, 0, cell_state }, { N_("GROUP"), COLUMN_ANY, 3, cell_group },
    { N_("PLACE"), COLUMN_ANY, 2, cell_place }, { N_("TOPIC"), COLUMN_ANY, 2, cell_topic },
    { N_("YES"), COLUMN_ANY, 0, cell_yes },     { N_("NO"), COLUMN_ANY, 0, cell_no },
    { N_("MAYBE"), COLUMN_ANY, 0, cell_maybe }, { N_("YOURS"), COLUMN_ANY, 0, cell_mine },
};

/* A day, or a time, of --from or --until: where it begins, and where it ends. */
static bool read_day(const char *option, const char *text, gint64 *from, gint64 *to, GError **error)
{
    g_auto(FieldErrors) errors;
    g_auto(ReportPeriod) period = { 0 };
    g_autofree char *zone = report_local_zone();
    field_errors_init(&errors);
    if (!report_period(&period, clock_now(), text, text, zone, &errors)) {
        const FieldError *first = errors.items->pdata[0];
        return problem_set(error, PROBLEM_USAGE, "--%s: %s", option, first->detail);
    }
    *from = period.from;
    *to = period.to;
    return true;
}

static bool read_span(const CliArgs *args, gint64 *from, gint64 *to, GError **error)
{
    const char *begin = args->value[OPTION_FROM], *end = args->value[OPTION_UNTIL];
    gint64 unused;
    *from = clock_now() - MS_PER_DAY;
    *to = clock_now() + AHEAD;
    return (!begin || read_day("from", begin, from, &unused, error)) &&
           (!end || read_day("until", end, &unused, to, error));
}

static void put_json(Cli *cli, const GPtrArray *rows)
{
    cli_put(&cli->out, "{\"items\":[");
    for (guint i = 0; i < rows->len; i++) {
        cli_put(&cli->out, i ? "," : "");
        json_put_object(cli_buffer(&cli->out), &meeting_fields, meeting_of(rows->pdata[i]));
        cli_flush_some(&cli->out);
    }
    cli_put(&cli->out, "]}\n");
}

bool cli_run_meetings(Cli *cli, GError **error)
{
    gint64 from, to;
    if (!read_span(cli->args, &from, &to, error) || !cli_open(cli, error))
        return false;
    g_autoptr(GPtrArray) rows = client_meetings(cli->client, NULL, from, to, error);
    if (!rows)
        return false;
    if (cli->out.mode == MODE_JSON) {
        put_json(cli, rows);
        return true;
    }
    CliTable *table = cli_table_new(&cli->out, columns, G_N_ELEMENTS(columns));
    for (guint i = 0; i < rows->len; i++)
        cli_table_row(table, rows->pdata[i]);
    cli_table_end(table);
    if (rows->len == 0 && cli->out.mode == MODE_PEOPLE)
        cli_say("%s", _("No meeting of your groups is planned."));
    return true;
}

/* ---- one of them */

/* That of an operand; without it the next one. */
static MeetingBook *book_of(Cli *cli, guint operand, GError **error)
{
    const GPtrArray *operands = cli->args->operands;
    const char *text = operand < operands->len ? operands->pdata[operand] : "next";
    Uuid id;
    return client_find_meeting(cli->client, text, &id, error)
               ? client_meeting(cli->client, &id, error)
               : NULL;
}

static void put_member(Cli *cli, const MeetingMember *member)
{
    const Attendance *attendance = &member->attendance;
    const char *code = enum_code(&attendance_codes, (int)attendance->code);
    const char *answer = enum_code(&rsvp_answers, (int)member->rsvp.answer);
    char id[UUID_TEXT_SIZE];
    g_autofree char *name = clean(member->name);
    g_autofree char *substitute = clean(attendance->substitute);
    if (cli->out.mode == MODE_PLAIN)
        cli_put_format(&cli->out, "%s\t%s\t%s\t%s\t%s\t%s\n", uuid_format(&member->account, id),
                       code ? code : "", name, substitute, attendance->left_early ? "left" : "",
                       answer ? answer : "");
    else
        cli_put_format(&cli->out, "  [%s] %s%s%s%s\n", code ? code : " ", name,
                       *substitute ? " > " : "", substitute,
                       attendance->left_early ? _(" (left early)") : "");
}

/* {"meeting":{...},"attendance":[...],...}: the objects of the API, as they are shown. */
static void put_facts_json(Cli *cli, const char *name, const FieldTable *table,
                           const GPtrArray *facts)
{
    cli_put_format(&cli->out, ",\"%s\":[", name);
    for (guint i = 0; i < facts->len; i++) {
        cli_put(&cli->out, i ? "," : "");
        json_put_object(cli_buffer(&cli->out), table, facts->pdata[i]);
    }
    cli_put(&cli->out, "]");
}

static void put_book_json(Cli *cli, const MeetingBook *book)
{
    g_autoptr(GPtrArray) attendance = g_ptr_array_new(), rsvps = g_ptr_array_new();
    for (guint i = 0; i < book->members->len; i++) {
        MeetingMember *member = book->members->pdata[i];
        if (member->attendance.code)
            g_ptr_array_add(attendance, &member->attendance);
        if (member->rsvp.answer)
            g_ptr_array_add(rsvps, &member->rsvp);
    }
    cli_put(&cli->out, "{\"meeting\":");
    json_put_object(cli_buffer(&cli->out), &meeting_fields, &book->meeting);
    put_facts_json(cli, "attendance", &attendance_fields, attendance);
    put_facts_json(cli, "rsvps", &rsvp_fields, rsvps);
    put_facts_json(cli, "visitors", &visitor_fields, book->visitors);
    put_facts_json(cli, "slips", &meeting_slip_fields, book->slips);
    put_facts_json(cli, "thanks", &thanks_fields, book->thanks);
    cli_put(&cli->out, "}\n");
}

static void put_book(Cli *cli, const MeetingBook *book)
{
    if (cli->out.mode == MODE_JSON) {
        put_book_json(cli, book);
        return;
    }
    g_autofree char *group = clean(book->group.input.name);
    MeetingCounts counts = meeting_book_count(book);
    if (cli->out.mode == MODE_PEOPLE) {
        cli_put_heading(&cli->out, group);
        cli_put_object(&cli->out, &meeting_fields, &book->meeting);
    }
    for (guint i = 0; i < book->members->len; i++)
        put_member(cli, book->members->pdata[i]);
    if (cli->out.mode == MODE_PEOPLE)
        cli_put_format(&cli->out, _("%u slips (%u inside), %u thanks, %u visitors\n"), counts.slips,
                       counts.inside, counts.thanks, counts.visitors);
}

bool cli_run_meeting(Cli *cli, GError **error)
{
    if (!cli_open(cli, error))
        return false;
    g_autoptr(MeetingBook) book = book_of(cli, 0, error);
    if (book)
        put_book(cli, book);
    return book != NULL;
}

/* ---- paper and calendar */

bool cli_run_meetings_print(Cli *cli, GError **error)
{
    const char *what = cli->args->operands->pdata[0];
    int kind = enum_value(&sheet_kinds, what);
    if (!kind) {
        g_autofree char *shown = clean(what);
        g_autofree char *codes = cli_codes(&sheet_kinds);
        return problem_set(error, PROBLEM_USAGE, _("there is no sheet %s; there are: %s"), shown,
                           codes);
    }
    g_autoptr(MeetingBook) book = cli_open(cli, error) ? book_of(cli, 1, error) : NULL;
    if (!book)
        return false;
    g_autofree char *text = meeting_sheet(book, (SheetKind)kind, cli->out.mode != MODE_PEOPLE);
    g_string_append(cli_buffer(&cli->out), text); /* clean but for its form feeds */
    cli_flush_some(&cli->out);
    return true;
}

bool cli_run_meetings_calendar(Cli *cli, GError **error)
{
    g_autoptr(MeetingBook) book = cli_open(cli, error) ? book_of(cli, 0, error) : NULL;
    if (!book)
        return false;
    g_autofree char *text = meeting_ics(book, clock_now());
    g_string_append(cli_buffer(&cli->out), text);
    cli_flush_some(&cli->out);
    return true;
}

/* ---- acts */

/* Whatever was just entered for this meeting, and how it stands then. */
static bool deliver(Cli *cli, const Uuid *meeting, const GArray *before, GError **error)
{
    return cli_deliver(cli, meeting, 1, before, error);
}

bool cli_run_rsvp(Cli *cli, GError **error)
{
    const char *said = cli->args->operands->pdata[1];
    RsvpInput input = { .answer = (RsvpAnswer)enum_value(&rsvp_answers, said) };
    if (!input.answer)
        return problem_set(error, PROBLEM_USAGE, "%s", _("say yes, no or maybe"));
    g_autoptr(MeetingBook) book = cli_open_to_write(cli, error) ? book_of(cli, 0, error) : NULL;
    if (!book)
        return false;
    g_autoptr(GArray) before = cli_outbox_of(cli, &book->meeting.id, 1, error);
    return before && client_rsvp(cli->client, &book->meeting.id, &book->me, &input, error) &&
           deliver(cli, &book->meeting.id, before, error);
}

bool cli_run_attend(Cli *cli, GError **error)
{
    const GPtrArray *operands = cli->args->operands;
    g_autofree char *code = g_ascii_strup(operands->pdata[2], -1);
    AttendanceInput input = { .code = (AttendanceCode)enum_value(&attendance_codes, code) };
    if (!input.code)
        return problem_set(error, PROBLEM_USAGE, "%s",
                           _("say P (present), A (absent), L (late), M (medical leave) or S "
                             "(substitute)"));
    if (operands->len > 3)
        input.substitute = operands->pdata[3];
    g_autoptr(MeetingBook) book = cli_open_to_write(cli, error) ? book_of(cli, 0, error) : NULL;
    const MeetingMember *member = book ? meeting_book_find(book, operands->pdata[1], error) : NULL;
    if (!member)
        return false;
    g_autoptr(GArray) before = cli_outbox_of(cli, &book->meeting.id, 1, error);
    return before &&
           client_attend(cli->client, &book->meeting.id, &member->account, &input, error) &&
           deliver(cli, &book->meeting.id, before, error);
}

static bool act(Cli *cli, MeetingEvent event, GError **error)
{
    g_autoptr(MeetingBook) book = cli_open_to_write(cli, error) ? book_of(cli, 0, error) : NULL;
    if (!book)
        return false;
    g_autoptr(GArray) before = cli_outbox_of(cli, &book->meeting.id, 1, error);
    return before &&
           client_meeting_act(cli->client, &book->meeting.id, event,
                              cli->args->value[OPTION_MESSAGE], error) &&
           deliver(cli, &book->meeting.id, before, error);
}

bool cli_run_meeting_open(Cli *cli, GError **error)
{
    return act(cli, MEETING_OPENS, error);
}

bool cli_run_meeting_complete(Cli *cli, GError **error)
{
    return act(cli, MEETING_COMPLETES, error);
}

bool cli_run_meeting_reopen(Cli *cli, GError **error)
{
    return act(cli, MEETING_REOPENS, error);
}
