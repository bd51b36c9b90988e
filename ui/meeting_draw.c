/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Meeting mode on the screen: head, roster, and beside it agenda and entries; where there is no room for both, one of them. */
#include "meeting_private.h"

#include "base/i18n.h"
#include "base/text.h"
#include "client/meeting_sheet.h"
#include "model/business_type.h"
#include "page.h"

#define HEAD_LINES 3
#define BESIDE_MIN 76 /* columns from which both sides are shown */

void meeting_place(View *view, Rect body)
{
    MeetingView *meeting = (MeetingView *)view;
    int foot = meeting->entry ? MIN(ENTRY_LINES, body.h) : 0;
    int head = body.h - foot >= HEAD_LINES + 3 ? HEAD_LINES : body.h - foot >= 5 ? 1 : 0;
    Rect middle = rect_sub(body, 0, head, body.w, body.h - head - foot);
    bool beside = body.w >= BESIDE_MIN;
    int side = beside ? body.w * 2 / 5 : body.w;
    meeting->head = rect_sub(body, 0, 0, body.w, head);
    meeting->foot = rect_sub(body, 0, body.h - foot, body.w, foot);
    meeting->roster = beside ? rect_sub(middle, 0, 0, middle.w - side - 1, middle.h) : middle;
    meeting->side = beside ? rect_sub(middle, middle.w - side, 0, side, middle.h) : middle;
}

/* ---- head: which meeting, and the sums */

static Role state_role(MeetingState state)
{
    switch (state) {
    case MEETING_OPEN:
    case MEETING_DRAFT:
    case MEETING_REOPENED:
        return ROLE_NEW;
    case MEETING_COMPLETED:
        return ROLE_YES;
    case MEETING_SCHEDULED:
        return ROLE_OPENED;
    default:
        return ROLE_NO;
    }
}

static int put_count(Rect r, int col, const char *code, guint n)
{
    col = draw_text(r, 1, col, ROLE_HEADING, code);
    return draw_format(r, 1, col, ROLE_NORMAL, " %u  ", n);
}

static void draw_sums(const MeetingView *meeting, Rect r)
{
    MeetingCounts counts = meeting_book_count(meeting->book);
    int col = 1;
    for (int code = ATTENDANCE_PRESENT; code <= ATTENDANCE_SUBSTITUTE; code++)
        col = put_count(r, col, enum_code(&attendance_codes, code), counts.codes[code]);
    col = put_count(r, col, "-", counts.codes[0]);
    g_autofree char *sums = g_strdup_printf(_("slips %u (%u inside)  thanks %u  visitors %u"),
                                            counts.slips, counts.inside, counts.thanks,
                                            counts.visitors);
    g_autofree char *brief = g_strdup_printf(_("slips %u"), counts.slips);
    const char *text = text_width(sums) + col + 1 < r.w ? sums : brief;
    draw_rest(r, 1, col, ROLE_NORMAL);
    draw_right(r, 1, col, MAX(0, r.w - col - 1), ROLE_NORMAL, text);
}

static void draw_head(const MeetingView *meeting)
{
    Rect r = meeting->head;
    const Meeting *now = &meeting->book->meeting;
    if (r.h == 0)
        return;
    g_autofree char *when = meeting_when(now);
    g_autofree char *place = text_clean(now->input.place, -1, TEXT_LINE);
    g_autofree char *topic = text_clean(now->input.topic, -1, TEXT_LINE);
    const char *state = enum_label(&meeting_states, (int)now->state);
    int room = MAX(0, r.w - text_width(state) - 4);
    Rect left = rect_sub(r, 0, 0, room, 1);
    int col = draw_text(left, 0, 1, ROLE_HEADING, when);
    if (*place)
        col = draw_format(left, 0, col, ROLE_NORMAL, "  %s", place);
    if (*topic)
        col = draw_format(left, 0, col, ROLE_NORMAL, "  %s", topic);
    draw_rest(r, 0, col, ROLE_NORMAL);
    col = draw_text(r, 0, room, meeting->book->act_pending ? ROLE_PENDING : ROLE_NORMAL,
                    meeting->book->act_pending ? "> " : "  ");
    draw_text(r, 0, col, state_role(now->state), state);
    if (r.h < HEAD_LINES)
        return;
    draw_sums(meeting, r);
    draw_hline(r, 2, ROLE_BORDER);
}

/* ---- the roster */

static Role code_role(AttendanceCode code)
{
    switch (code) {
    case ATTENDANCE_PRESENT:
        return ROLE_YES;
    case ATTENDANCE_ABSENT:
        return ROLE_NO;
    case ATTENDANCE_LATE:
    case ATTENDANCE_SUBSTITUTE:
        return ROLE_OPENED;
    default:
        return ROLE_NORMAL;
    }
}

/* What there is to say beside the code: who came instead, that they left, or what they had answered. */
static char *remark(const MeetingMember *member)
{
    const Attendance *attendance = &member->attendance;
    const char *substitute = attendance->substitute ? attendance->substitute
                             : attendance->code     ? NULL
                                                    : member->rsvp.substitute;
    g_autoptr(GString) out = g_string_new(NULL);
    if (!member->here)
        g_string_append(out, _("(left the group) "));
    if (!attendance->code && member->rsvp.answer)
        g_string_append_printf(out, "%s ", enum_label(&rsvp_answers, (int)member->rsvp.answer));
    if (substitute && *substitute)
        g_string_append_printf(out, _("for them: %s "), substitute);
    if (attendance->left_early)
        g_string_append(out, _("left early"));
    return text_clean(out->str, -1, TEXT_LINE);
}

typedef struct RosterColumns {
    int name, trade, remark; /* 0: none */
} RosterColumns;

static RosterColumns columns_for(int width)
{
    int left = width - 13; /* mark, number, code and the blanks */
    RosterColumns columns = { .name = MAX(6, left) };
    if (left >= 34)
        columns = (RosterColumns){ .name = left * 3 / 5, .trade = left - left * 3 / 5 - 1 };
    if (left >= 56)
        columns = (RosterColumns){ .name = left * 2 / 5,
                                   .trade = left / 4,
                                   .remark = left - left * 2 / 5 - left / 4 - 2 };
    return columns;
}

static void draw_member(const MeetingView *meeting, int line, guint index)
{
    Rect r = meeting->roster;
    if (index >= meeting->shown->len) {
        draw_rest(r, line, 0, ROLE_NORMAL);
        return;
    }
    const MeetingMember *member = meeting->shown->pdata[index];
    RosterColumns columns = columns_for(r.w);
    bool on = index == meeting->cursor && meeting->pane == PANE_ROSTER;
    Role role = on ? ROLE_CURSOR : ROLE_NORMAL;
    g_autofree char *name = text_clean(member->name, -1, TEXT_LINE);
    g_autofree char *said = remark(member);
    const char *trade = business_type_label(member->trade);
    const char *code = enum_code(&attendance_codes, (int)member->attendance.code);
    if (!columns.remark && *said) /* more than the trade, who everybody knows here */
        trade = said;
    g_autofree char *box = g_strdup_printf("[%s]", code ? code : " ");
    g_autofree char *number = g_strdup_printf("%3u", index + 1);
    int col = draw_field(r, line, 0, 2, role, index == meeting->cursor ? "> " : "  ");
    col = draw_field(r, line, col, 4, role, number);
    col = draw_field(r, line, col, 3, on ? ROLE_CURSOR : code_role(member->attendance.code), box);
    col = draw_field(r, line, col, 2, member->pending && !on ? ROLE_PENDING : role,
                     member->pending ? ">" : "");
    col = draw_field(r, line, col, columns.name, role, *name ? name : _("(gone)"));
    if (columns.trade) {
        col = draw_field(r, line, col, 1, role, "");
        col = draw_field(r, line, col, columns.trade, role, trade);
    }
    if (columns.remark) {
        col = draw_field(r, line, col, 1, role, "");
        col = draw_field(r, line, col, columns.remark, role, said);
    }
    draw_rest(r, line, col, role);
}

static guint scrolled(guint top, guint cursor, guint n, int height)
{
    guint h = (guint)MAX(1, height), most = n > h ? n - h : 0;
    top = MIN(MIN(top, cursor), most);
    return cursor >= top + h ? cursor - h + 1 : top;
}

static void draw_roster(MeetingView *meeting)
{
    Rect r = meeting->roster;
    meeting->top = scrolled(meeting->top, meeting->cursor, meeting->shown->len, r.h);
    for (int i = 0; i < r.h; i++)
        draw_member(meeting, i, meeting->top + (guint)i);
    if (meeting->shown->len == 0 && r.h > 1)
        draw_text(r, 1, 2, ROLE_NORMAL,
                  meeting->book->members->len ? _("Nobody fits these words.")
                                              : _("This group has no members yet."));
}

/* ---- what was entered */

static char *side_text(const MeetingBook *book, const SideLine *line, const char **label)
{
    g_autofree char *text = NULL;
    if (line->kind == OUTBOX_SLIP) {
        const SlipInput *slip = &((const MeetingSlip *)line->fact)->input;
        const char *to = uuid_is_nil(&slip->to) ? slip->to_name
                                                : meeting_book_name(book, &slip->to);
        *label = _("Slip");
        text = g_strdup_printf("%s > %s: %s", meeting_book_name(book, &slip->from), to ? to : "",
                               slip->need ? slip->need : "");
    } else if (line->kind == OUTBOX_THANKS) {
        const ThanksInput *thanks = &((const Thanks *)line->fact)->input;
        g_autofree char *amount = money_is_set(&thanks->amount) ? money_format(&thanks->amount)
                                                                : g_strdup("");
        *label = _("Thanks");
        text = g_strdup_printf("%s > %s %s", meeting_book_name(book, &thanks->from),
                               meeting_book_name(book, &thanks->to), amount);
    } else {
        const VisitorInput *visitor = &((const Visitor *)line->fact)->input;
        const char *by = meeting_book_name(book, &visitor->brought_by);
        *label = _("Visitor");
        text = *by ? g_strdup_printf(_("%s, brought by %s"), visitor->name, by)
                   : g_strdup(visitor->name);
    }
    return text_clean(text, -1, TEXT_LINE);
}

static const Uuid *id_of(const SideLine *line)
{
    switch (line->kind) {
    case OUTBOX_SLIP:
        return &((const MeetingSlip *)line->fact)->id;
    case OUTBOX_THANKS:
        return &((const Thanks *)line->fact)->id;
    default:
        return &((const Visitor *)line->fact)->id;
    }
}

static void draw_side_line(const MeetingView *meeting, Rect r, int row, const SideLine *line,
                           bool on)
{
    const char *label = "";
    bool pending = meeting_book_is_pending(meeting->book, id_of(line));
    g_autofree char *text = side_text(meeting->book, line, &label);
    Role role = on ? ROLE_CURSOR : ROLE_NORMAL;
    int col = draw_field(r, row, 0, 2, role, on ? "> " : "");
    col = draw_field(r, row, col, 2, pending && !on ? ROLE_PENDING : role, pending ? ">" : "");
    col = draw_field(r, row, col, 8, on ? ROLE_CURSOR : ROLE_LABEL, label);
    col = draw_field(r, row, col, MAX(1, r.w - col), role, text);
    draw_rest(r, row, col, role);
}

static void draw_entries(MeetingView *meeting, Rect r)
{
    g_autoptr(GArray) lines = meeting_side(meeting);
    draw_fill(r, ROLE_NORMAL);
    if (r.h < 1)
        return;
    draw_text(r, 0, 0, ROLE_HEADING, _("Entered"));
    Rect list = rect_sub(r, 0, 1, r.w, r.h - 1);
    meeting->side_top = scrolled(meeting->side_top, meeting->side_cursor, lines->len, list.h);
    for (int i = 0; i < list.h && meeting->side_top + (guint)i < lines->len; i++) {
        guint index = meeting->side_top + (guint)i;
        draw_side_line(meeting, list, i, &g_array_index(lines, SideLine, index),
                       index == meeting->side_cursor && meeting->pane == PANE_SIDE);
    }
    if (lines->len == 0 && list.h > 0)
        draw_text(list, 0, 2, ROLE_LABEL, _("No slips, thanks or visitors yet"));
}

static void draw_side(MeetingView *meeting)
{
    Rect r = meeting->side;
    int agenda = meeting_agenda_lines(meeting, r.h);
    meeting_agenda_draw(meeting, rect_sub(r, 0, 0, r.w, agenda));
    draw_entries(meeting, rect_sub(r, 0, agenda, r.w, r.h - agenda));
}

/* ---- */

static void draw_nothing(const MeetingView *meeting)
{
    App *app = meeting->view.app;
    Rect body = meeting->view.body;
    g_autofree char *key = app_key_of(app, "meetings");
    g_autoptr(Page) page = page_new(body.w - 2);
    page_format(page, ROLE_NORMAL, _("There is no such meeting. %s lists those there are."), key);
    page_draw(page, rect_sub(body, 1, 1, body.w - 2, body.h - 1), 0);
}

void meeting_draw(View *view, bool all)
{
    MeetingView *meeting = (MeetingView *)view;
    meeting_place(view, view->body); /* the foot comes and goes */
    if (all)
        draw_fill(view->body, ROLE_NORMAL);
    if (!meeting->book) {
        draw_nothing(meeting);
        return;
    }
    bool beside = meeting->side.x > meeting->roster.x;
    draw_head(meeting);
    if (beside || meeting->pane == PANE_ROSTER)
        draw_roster(meeting);
    if (beside || meeting->pane == PANE_SIDE)
        draw_side(meeting);
    if (meeting->entry)
        entry_draw(meeting->entry, meeting->foot);
}
