/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is typed in meeting mode: slips, visitors, thanks, who came instead; and the codes of the roster. */
#include "meeting_private.h"

#include "base/i18n.h"
#include "base/text.h"
#include "model/business_type.h"

#include <string.h>

/* ---- what each entry line asks */

enum { SLIP_FROM, SLIP_TO, SLIP_NEED };
enum { VISITOR_NAME, VISITOR_COMPANY, VISITOR_BY };
enum { THANKS_FROM, THANKS_TO, THANKS_AMOUNT };

static const EntrySpec specs[] = {
    [TYPING_SLIP] = { N_("Slip"),
                      { { N_("From"), ENTRY_MEMBER },
                        { N_("To"), ENTRY_MEMBER_OR_NAME },
                        { N_("Need"), ENTRY_WORDS, .max = 500 } },
                      3 },
    [TYPING_VISITOR] = { N_("Visitor"),
                         { { N_("Name"), ENTRY_WORDS, .max = 120 },
                           { N_("Company"), ENTRY_WORDS, .optional = true, .max = 120 },
                           { N_("Brought by"), ENTRY_MEMBER, .optional = true } },
                         3 },
    [TYPING_THANKS] = { N_("Thanks"),
                        { { N_("From"), ENTRY_MEMBER },
                          { N_("To"), ENTRY_MEMBER },
                          { N_("Amount"), ENTRY_WORDS, .max = 40 } },
                        3 },
    [TYPING_SUBSTITUTE] = { N_("Substitute"), { { N_("Who came"), ENTRY_WORDS, .max = 120 } }, 1 },
};

static void redraw(MeetingView *meeting)
{
    app_dirty(meeting->view.app, DIRTY_BODY | DIRTY_FOOTER | DIRTY_STATUS | DIRTY_MESSAGE);
}

void meeting_type(MeetingView *meeting, MeetingEntry what)
{
    meeting_end_typing(meeting);
    meeting->typing = what;
    meeting->entry = entry_new(&specs[what], meeting->book);
    redraw(meeting);
}

void meeting_end_typing(MeetingView *meeting)
{
    meeting->typing = TYPING_NOTHING;
    g_clear_pointer(&meeting->entry, entry_free);
    redraw(meeting);
}

/* ---- attendance */

static char *clean_name(const MeetingView *meeting, const Uuid *account)
{
    return text_clean(meeting_book_name(meeting->book, account), -1, TEXT_LINE);
}

static bool attend(MeetingView *meeting, const Uuid *account, const AttendanceInput *input)
{
    App *app = meeting->view.app;
    g_autoptr(GError) error = NULL;
    if (!client_attend(app->client, &meeting->id, account, input, &error)) {
        app_complain_error(app, error);
        return false;
    }
    g_autofree char *name = clean_name(meeting, account);
    app_hold(app, g_strdup_printf("%s: %s", name, enum_label(&attendance_codes, (int)input->code)));
    return true;
}

void meeting_attend(MeetingView *meeting, AttendanceCode code, const char *substitute)
{
    const MeetingMember *member = meeting_current(meeting);
    AttendanceInput input = { .code = code, .substitute = (char *)substitute };
    bool seen = meeting->pane == PANE_ROSTER || meeting->side.x > meeting->roster.x;
    meeting->pane = PANE_ROSTER;
    if (!member || !seen) { /* nobody gets a code unseen */
        redraw(meeting);
        return;
    }
    meeting->typed_for = member->account;
    if (code == ATTENDANCE_SUBSTITUTE && !substitute) {
        meeting_type(meeting, TYPING_SUBSTITUTE);
        if (member->rsvp.substitute)
            entry_set(meeting->entry, 0, member->rsvp.substitute, NULL);
        return;
    }
    if (attend(meeting, &member->account, &input))
        meeting_down(meeting);
}

/* ---- what was typed becomes an entry */

static bool enter_slip(MeetingView *meeting, GError **error)
{
    Entry *entry = meeting->entry;
    Uuid id = { 0 }, to = entry_account(entry, SLIP_TO);
    SlipInput input = { .from = entry_account(entry, SLIP_FROM),
                        .to = to,
                        .to_name = uuid_is_nil(&to) ? (char *)entry_text(entry, SLIP_TO) : NULL,
                        .need = (char *)entry_text(entry, SLIP_NEED) };
    return client_slip(meeting->view.app->client, &meeting->id, &id, &input, error);
}

static bool enter_visitor(MeetingView *meeting, GError **error)
{
    Entry *entry = meeting->entry;
    Uuid id = { 0 };
    const char *company = entry_text(entry, VISITOR_COMPANY);
    VisitorInput input = { .name = (char *)entry_text(entry, VISITOR_NAME),
                           .company_name = *company ? (char *)company : NULL,
                           .brought_by = entry_account(entry, VISITOR_BY),
                           .outcome = VISITOR_TO_FOLLOW_UP };
    return client_visitor(meeting->view.app->client, &meeting->id, &id, &input, error);
}

static bool enter_thanks(MeetingView *meeting, GError **error)
{
    Entry *entry = meeting->entry;
    Uuid id = { 0 };
    const Field *amount = field_find(&thanks_input_fields, "amount");
    ThanksInput input = { .from = entry_account(entry, THANKS_FROM),
                          .to = entry_account(entry, THANKS_TO),
                          .kind = THANKS_NEW,
                          .tier = TIER_INSIDE };
    return field_from_text(amount, &input, entry_text(entry, THANKS_AMOUNT), error) &&
           client_thanks(meeting->view.app->client, &meeting->id, &id, &input, error);
}

static const struct {
    bool (*enter)(MeetingView *meeting, GError **error);
    int about; /* the field that a complaint is about */
} kinds[] = {
    [TYPING_SLIP] = { enter_slip, SLIP_NEED },
    [TYPING_VISITOR] = { enter_visitor, VISITOR_NAME },
    [TYPING_THANKS] = { enter_thanks, THANKS_AMOUNT },
};

static void enter_substitute(MeetingView *meeting)
{
    g_autofree char *name = g_strdup(entry_text(meeting->entry, 0));
    AttendanceInput input = { .code = ATTENDANCE_SUBSTITUTE, .substitute = name };
    meeting_end_typing(meeting);
    if (attend(meeting, &meeting->typed_for, &input))
        meeting_down(meeting);
}

static void enter(MeetingView *meeting)
{
    App *app = meeting->view.app;
    g_autoptr(GError) error = NULL;
    if (meeting->typing == TYPING_SUBSTITUTE) {
        enter_substitute(meeting);
        return;
    }
    if (!kinds[meeting->typing].enter(meeting, &error)) {
        g_autofree char *words = problem_words(error);
        entry_complain(meeting->entry, kinds[meeting->typing].about, words);
        return;
    }
    g_autofree char *first = g_strdup(entry_text(meeting->entry, 0));
    app_hold(app, g_strdup_printf("%s: %s", _(specs[meeting->typing].title), first));
    entry_again(meeting->entry); /* the next one */
}

void meeting_entry_key(MeetingView *meeting, Key key)
{
    EntryStep step = entry_key(meeting->entry, key);
    if (step == ENTRY_IS_LEFT)
        meeting_end_typing(meeting);
    else if (step == ENTRY_IS_DONE)
        enter(meeting);
    redraw(meeting);
}

/* ---- taking back */

static bool take_back(MeetingView *meeting, const SideLine *line, GError **error)
{
    Client *client = meeting->view.app->client;
    if (line->kind == OUTBOX_SLIP) {
        const MeetingSlip *slip = line->fact;
        SlipInput input = slip->input; /* borrowed */
        Uuid id = slip->id;
        input.removed = true;
        input.entered_at = 0;
        return client_slip(client, &meeting->id, &id, &input, error);
    }
    if (line->kind == OUTBOX_THANKS) {
        const Thanks *thanks = line->fact;
        ThanksInput input = thanks->input;
        Uuid id = thanks->id;
        input.removed = true;
        input.entered_at = 0;
        return client_thanks(client, &meeting->id, &id, &input, error);
    }
    const Visitor *visitor = line->fact;
    VisitorInput input = visitor->input;
    Uuid id = visitor->id;
    input.removed = true;
    input.entered_at = 0;
    return client_visitor(client, &meeting->id, &id, &input, error);
}

void meeting_take_back(MeetingView *meeting)
{
    App *app = meeting->view.app;
    g_autoptr(GArray) lines = meeting_side(meeting);
    g_autoptr(GError) error = NULL;
    if (meeting->pane != PANE_SIDE || meeting->side_cursor >= lines->len) {
        app_complain(app, "%s", _("Go to an entry first: the other pane has them."));
        return;
    }
    if (!take_back(meeting, &g_array_index(lines, SideLine, meeting->side_cursor), &error))
        app_complain_error(app, error);
    else
        app_hold(app, g_strdup(_("Taken back")));
}
