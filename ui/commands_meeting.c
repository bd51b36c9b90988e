/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done with meetings: codes and entries in meeting mode, states, answers, one-to-ones, and what is printed. */
#include "handlers.h"
#include "meeting_private.h"
#include "program.h"
#include "text_page.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/groups.h"
#include "client/meeting_sheet.h"

#include <string.h>

bool meeting_chosen(App *app, Uuid *id)
{
    Target target = app_target(app);
    *id = target.meeting;
    if (target.has_meeting)
        return true;
    app_complain(app, "%s", _("No meeting is selected."));
    return false;
}

static MeetingBook *chosen_book(App *app)
{
    g_autoptr(GError) error = NULL;
    Uuid id;
    if (!meeting_chosen(app, &id))
        return NULL;
    MeetingBook *book = client_meeting(app->client, &id, &error);
    if (!book)
        app_complain_error(app, error);
    return book;
}

/* ---- going there */

void run_meetings(App *app, const char *args)
{
    app_show(app, VIEW_MEETINGS);
}

void run_meeting(App *app, const char *args)
{
    g_autoptr(GError) error = NULL;
    Uuid id;
    if (client_find_meeting(app->client, *args ? args : "next", &id, &error))
        meeting_show(app, &id);
    else
        app_complain_error(app, error);
}

/* ---- codes */

static void attend(App *app, AttendanceCode code, const char *substitute)
{
    MeetingView *meeting = meeting_mode(app);
    if (meeting)
        meeting_attend(meeting, code, substitute);
}

void run_present(App *app, const char *args)
{
    attend(app, ATTENDANCE_PRESENT, NULL);
}

void run_absent(App *app, const char *args)
{
    attend(app, ATTENDANCE_ABSENT, NULL);
}

void run_late(App *app, const char *args)
{
    attend(app, ATTENDANCE_LATE, NULL);
}

void run_medical(App *app, const char *args)
{
    attend(app, ATTENDANCE_MEDICAL, NULL);
}

void run_substitute(App *app, const char *args)
{
    attend(app, ATTENDANCE_SUBSTITUTE, *args ? args : NULL);
}

void run_left_early(App *app, const char *args)
{
    MeetingView *meeting = meeting_mode(app);
    const MeetingMember *member = meeting ? meeting_current(meeting) : NULL;
    g_autoptr(GError) error = NULL;
    if (!member)
        return;
    const Attendance *was = &member->attendance;
    AttendanceInput input = { .code = was->code ? was->code : ATTENDANCE_PRESENT,
                              .substitute = was->substitute,
                              .left_early = !was->left_early,
                              .note = was->note };
    if (!client_attend(app->client, &meeting->id, &member->account, &input, &error))
        app_complain_error(app, error);
}

/* ---- entries */

static void type_entry(App *app, MeetingEntry what)
{
    MeetingView *meeting = meeting_mode(app);
    if (meeting)
        meeting_type(meeting, what);
}

void run_slip(App *app, const char *args)
{
    type_entry(app, TYPING_SLIP);
}

void run_visitor(App *app, const char *args)
{
    type_entry(app, TYPING_VISITOR);
}

void run_thanks(App *app, const char *args)
{
    type_entry(app, TYPING_THANKS);
}

void run_take_back(App *app, const char *args)
{
    MeetingView *meeting = meeting_mode(app);
    if (meeting)
        meeting_take_back(meeting);
}

/* ---- the agenda's clock */

void run_timer(App *app, const char *args)
{
    MeetingView *meeting = meeting_mode(app);
    if (meeting && !meeting_has_agenda(meeting))
        app_complain(app, "%s", _("This meeting has no agenda."));
    else if (meeting)
        meeting_timer_toggle(meeting);
}

void run_next_item(App *app, const char *args)
{
    MeetingView *meeting = meeting_mode(app);
    if (meeting)
        meeting_timer_step(meeting, 1);
}

void run_previous_item(App *app, const char *args)
{
    MeetingView *meeting = meeting_mode(app);
    if (meeting)
        meeting_timer_step(meeting, -1);
}

/* ---- states */

typedef struct Act {
    Uuid id;
    MeetingEvent event;
    MeetingBook *book; /* for the words of the question */
} Act;

static void act_free(gpointer data)
{
    Act *act = data;
    meeting_book_free(act->book);
    g_free(act);
}

static bool act_now(App *app, const Uuid *id, MeetingEvent event, const char *reason)
{
    g_autoptr(GError) error = NULL;
    if (!client_meeting_act(app->client, id, event, reason, &error)) {
        app_complain_error(app, error);
        return false;
    }
    static const char *const said[] = {
        [MEETING_OPENS] = N_("Meeting open"),          [MEETING_CLOSES] = N_("Meeting closed"),
        [MEETING_COMPLETES] = N_("Meeting completed"), [MEETING_REOPENS] = N_("Meeting reopened"),
        [MEETING_CANCELS] = N_("Meeting cancelled"),   [MEETING_IS_HOLIDAY] = N_("Holiday"),
        [MEETING_DISCARDS] = N_("Meeting discarded"),
    };
    app_hold(app, g_strdup(_(said[event])));
    return true;
}

static void put_missing(Page *page, const MeetingBook *book)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < book->members->len; i++) {
        const MeetingMember *member = book->members->pdata[i];
        g_autofree char *name = text_clean(member->name, -1, TEXT_LINE);
        if (member->here && !member->attendance.code)
            g_string_append_printf(names, "%s%s", names->len ? ", " : "", name);
    }
    if (names->len > 0)
        page_format(page, ROLE_ALERT, _("No code yet: %s"), names->str);
    else
        page_text(page, ROLE_NORMAL, _("Everybody has a code."));
}

static void complete_text(Dialog *dialog, Page *page)
{
    const MeetingBook *book = ((const Act *)dialog_data(dialog))->book;
    MeetingCounts counts = meeting_book_count(book);
    put_missing(page, book);
    page_blank(page);
    page_text(page, ROLE_NORMAL, _("It will be counted in reports:"));
    page_format(page, ROLE_NORMAL, _("%u present, %u absent, %u late, %u medical, %u substitutes"),
                counts.codes[ATTENDANCE_PRESENT], counts.codes[ATTENDANCE_ABSENT],
                counts.codes[ATTENDANCE_LATE], counts.codes[ATTENDANCE_MEDICAL],
                counts.codes[ATTENDANCE_SUBSTITUTE]);
    page_format(page, ROLE_NORMAL, _("%u slips (%u inside), %u thanks, %u visitors"), counts.slips,
                counts.inside, counts.thanks, counts.visitors);
}

static DialogAnswer act_done(App *app, Dialog *dialog)
{
    const Act *act = dialog_data(dialog);
    MeetingAct input = { 0 };
    if (dialog_form(dialog) && !dialog_store(dialog, &input))
        return DIALOG_KEEP;
    act_now(app, &act->id, act->event, input.reason);
    fields_clear(&meeting_act_fields, &input);
    return DIALOG_CLOSE;
}

static const char *const reason_names[] = { "reason", NULL };

static void ask_act(App *app, MeetingEvent event, const char *title, const char *yes, bool why)
{
    g_autoptr(MeetingBook) book = chosen_book(app);
    g_autoptr(GError) error = NULL;
    if (!book)
        return;
    if (!meeting_may(book->meeting.state, event, book->rights, &error)) {
        app_complain_error(app, error);
        return;
    }
    Act *act = g_new0(Act, 1);
    act->id = book->meeting.id;
    act->event = event;
    act->book = g_steal_pointer(&book);
    DialogSpec spec = { .title = title,
                        .text = event == MEETING_COMPLETES ? complete_text : NULL,
                        .form = why ? form_new(&meeting_act_fields, NULL, reason_names) : NULL,
                        .start_at_form = why,
                        .yes = yes,
                        .no = _("Cancel"),
                        .done = act_done,
                        .data = act,
                        .free_data = act_free };
    app_ask(app, dialog_new(&spec));
}

void run_open_meeting(App *app, const char *args)
{
    Uuid id;
    if (meeting_chosen(app, &id))
        act_now(app, &id, MEETING_OPENS, NULL);
}

void run_complete(App *app, const char *args)
{
    ask_act(app, MEETING_COMPLETES, _("Complete the meeting?"), _("Complete"), false);
}

void run_reopen(App *app, const char *args)
{
    ask_act(app, MEETING_REOPENS, _("Why is it opened again?"), _("Reopen"), true);
}

void run_cancel_meeting(App *app, const char *args)
{
    ask_act(app, MEETING_CANCELS, _("Cancel the meeting, and tell everybody?"), _("Cancel meeting"),
            true);
}

void run_holiday(App *app, const char *args)
{
    ask_act(app, MEETING_IS_HOLIDAY, _("No meeting that day: which holiday is it?"), _("Holiday"),
            true);
}

void run_discard_meeting(App *app, const char *args)
{
    ask_act(app, MEETING_DISCARDS, _("Discard the meeting, and count nothing of it?"), _("Discard"),
            true);
}

/* ---- a meeting is planned, or changed */

void run_plan_meeting(App *app, const char *args)
{
    Uuid id = app_target(app).group;
    g_autoptr(GError) error = NULL;
    GroupRow *row = client_group(app->client, &id, &error);
    if (!row)
        app_complain_error(app, error);
    else if (!(group_rights(row->group.role) & RIGHT_MEETINGS))
        app_complain(app, "%s", _("A leader or the secretary of the group plans its meetings."));
    else
        meeting_edit(app, &id, NULL);
    group_row_free(row);
}

void run_edit_meeting(App *app, const char *args)
{
    Target target = app_target(app);
    if (target.has_meeting)
        meeting_edit(app, &target.group, &target.meeting);
    else
        app_complain(app, "%s", _("No meeting is selected."));
}

/* ---- answers */

static void answer(App *app, RsvpAnswer given)
{
    g_autoptr(MeetingBook) book = chosen_book(app);
    g_autoptr(GError) error = NULL;
    RsvpInput input = { .answer = given };
    if (!book)
        return;
    if (!client_rsvp(app->client, &book->meeting.id, &book->me, &input, &error)) {
        app_complain_error(app, error);
        return;
    }
    g_autofree char *when = meeting_when(&book->meeting);
    app_hold(app, g_strdup_printf("%s: %s", when, enum_label(&rsvp_answers, (int)given)));
}

void run_come(App *app, const char *args)
{
    answer(app, RSVP_YES);
}

void run_stay_away(App *app, const char *args)
{
    answer(app, RSVP_NO);
}

void run_maybe(App *app, const char *args)
{
    answer(app, RSVP_MAYBE);
}

static DialogAnswer answer_chosen(App *app, Dialog *dialog)
{
    if (dialog_choice(dialog))
        answer(app, (RsvpAnswer)dialog_choice(dialog));
    return DIALOG_CLOSE;
}

void run_rsvp(App *app, const char *args)
{
    int given = enum_value(&rsvp_answers, args);
    Uuid id;
    if (given) {
        answer(app, (RsvpAnswer)given);
    } else if (meeting_chosen(app, &id)) {
        DialogSpec spec = { .title = _("Will you come?"),
                            .choices = &rsvp_answers,
                            .done = answer_chosen };
        app_ask(app, dialog_new(&spec));
    }
}

/* ---- one-to-ones */

static char *today(void)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_local(clock_now() / MS_PER_SECOND);
    return g_date_time_format(at, "%F");
}

/* "met Zoe", "met 2026-11-20 Zoe": whom, of the group of the meeting that is selected. */
void run_met(App *app, const char *args)
{
    g_auto(GStrv) words = g_strsplit(args, " ", 2);
    bool dated = words[0] && g_ascii_isdigit(*words[0]);
    const char *who = dated ? (words[1] ? words[1] : "") : args;
    g_autoptr(GError) error = NULL;
    if (!*who) {
        run_command_line(app, "met ");
        return;
    }
    g_autoptr(MeetingBook) book = chosen_book(app);
    const MeetingMember *member = book ? meeting_book_find(book, who, &error) : NULL;
    if (!book)
        return;
    NewOneToOne input = { .group = book->group.id };
    input.input.met_on = dated ? g_strdup(words[0]) : today();
    if (member)
        input.with = member->account;
    if (!member || !client_met(app->client, &input, &error)) {
        app_complain_error(app, error);
    } else {
        g_autofree char *name = text_clean(member->name, -1, TEXT_LINE);
        app_hold(app, g_strdup_printf(_("One-to-one with %s, %s"), name, input.input.met_on));
    }
    fields_clear(&new_one_to_one_fields, &input);
}

void run_one_to_ones(App *app, const char *args)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rows = client_one_to_ones(app->client, NULL, &error);
    g_autoptr(GString) text = g_string_new(NULL);
    if (!rows) {
        app_complain_error(app, error);
        return;
    }
    for (guint i = 0; i < rows->len; i++) {
        const OneToOneRow *row = rows->pdata[i];
        const OneToOneInput *input = &row->met.input;
        g_string_append_printf(text, "%s  %s%s%s%s\n", input->met_on,
                               *row->with ? row->with : _("(gone)"),
                               input->place && *input->place ? ", " : "",
                               input->place ? input->place : "", row->pending ? "  >" : "");
    }
    if (rows->len == 0)
        g_string_append(text, _("None yet. :met NAME records one that was today."));
    text_page_show(app, _("One-to-ones"), text->str);
}

/* ---- on paper, to a program, into a calendar */

static char *sheet_text(const MeetingBook *book, SheetKind kind)
{
    return meeting_sheet(book, kind, text_ascii());
}

void run_print(App *app, const char *args)
{
    g_auto(GStrv) words = g_strsplit(args, " ", 2);
    int kind = words[0] ? enum_value(&sheet_kinds, words[0]) : SHEET_ROSTER;
    g_autoptr(MeetingBook) book = kind ? chosen_book(app) : NULL;
    if (!kind) {
        app_complain(app, "%s",
                     _("Say which: :print roster, slips or agenda, and perhaps a file."));
    } else if (book && words[0] && words[1]) {
        g_autofree char *text = meeting_sheet(book, (SheetKind)kind, true);
        write_new_file(app, words[1], text, N_("Written to"));
    } else if (book) {
        g_autofree char *text = sheet_text(book, (SheetKind)kind);
        text_page_show(app, _("Meeting"), text);
    }
}

void run_calendar_file(App *app, const char *args)
{
    g_autoptr(MeetingBook) book = chosen_book(app);
    if (!book)
        return;
    g_autofree char *name = *args ? g_strdup(args) : meeting_ics_name(book);
    g_autofree char *text = meeting_ics(book, clock_now());
    write_new_file(app, name, text, N_("The meeting was written to"));
}

static void on_piped(int status, const char *output, gpointer data)
{
    App *app = data;
    g_autofree char *failure = program_failure(status);
    if (*output)
        text_page_show(app, _("Meeting"), output);
    if (failure)
        app_complain(app, "%s", failure);
}

/* All sheets, as they are printed. */
void run_pipe_meeting(App *app, const char *args)
{
    const char *argv[] = { "/bin/sh", "-c", args, NULL };
    g_autoptr(GError) error = NULL;
    if (!*args) {
        run_command_line(app, "pipe-meeting ");
        return;
    }
    g_autoptr(MeetingBook) book = chosen_book(app);
    g_autoptr(GString) input = g_string_new(NULL);
    for (int kind = SHEET_ROSTER; book && kind <= SHEET_AGENDA; kind++) {
        g_autofree char *sheet = sheet_text(book, (SheetKind)kind);
        g_string_append_printf(input, "%s%s", kind > SHEET_ROSTER ? "\f" : "", sheet);
    }
    if (book && !program_start(argv, input->str, true, on_piped, app, &error))
        app_complain_error(app, error);
}
