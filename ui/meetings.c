/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The meetings of this user's groups: those to come first, what was before them above. One key answers whether one comes. */
#include "meeting_private.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "page.h"

#include <inttypes.h>

#define PAST (90 * MS_PER_DAY)
#define AHEAD (190 * MS_PER_DAY)

typedef struct MeetingsView {
    View view;
    GPtrArray *rows; /* MeetingRow * */
    guint cursor, top;
    Uuid at; /* the meeting under the cursor */
    Rect list;
} MeetingsView;

static const MeetingRow *current(const MeetingsView *meetings)
{
    return meetings->cursor < meetings->rows->len ? meetings->rows->pdata[meetings->cursor] : NULL;
}

static void remember(MeetingsView *meetings)
{
    const MeetingRow *row = current(meetings);
    meetings->at = row ? row->meeting.id : (Uuid){ 0 };
}

/* The first that is not over. */
static guint next_of(const GPtrArray *rows, gint64 now)
{
    for (guint i = 0; i < rows->len; i++) {
        const MeetingInput *input = &((const MeetingRow *)rows->pdata[i])->meeting.input;
        if (input->starts_at + input->duration * MS_PER_MINUTE > now)
            return i;
    }
    return rows->len ? rows->len - 1 : 0;
}

static void read_rows(MeetingsView *meetings)
{
    g_autoptr(GError) error = NULL;
    gint64 now = clock_now();
    GPtrArray *rows = client_meetings(meetings->view.app->client, NULL, now - PAST, now + AHEAD,
                                      &error);
    if (!rows) {
        app_complain_error(meetings->view.app, error);
        return;
    }
    bool first = uuid_is_nil(&meetings->at);
    g_ptr_array_unref(meetings->rows);
    meetings->rows = rows;
    for (guint i = 0; i < rows->len; i++)
        if (uuid_equal(&((MeetingRow *)rows->pdata[i])->meeting.id, &meetings->at))
            meetings->cursor = i;
    if (first)
        meetings->cursor = next_of(rows, now);
    meetings->cursor = MIN(meetings->cursor, rows->len ? rows->len - 1 : 0);
    remember(meetings);
    app_dirty(meetings->view.app, DIRTY_BODY | DIRTY_STATUS | DIRTY_FOOTER);
}

static View *create(App *app)
{
    MeetingsView *meetings = g_new0(MeetingsView, 1);
    meetings->view = (View){ .ops = &meetings_view, .app = app };
    meetings->rows = g_ptr_array_new();
    read_rows(meetings);
    return &meetings->view;
}

static void destroy(View *view)
{
    g_ptr_array_unref(((MeetingsView *)view)->rows);
    g_free(view);
}

static void show(View *view)
{
    if (view->stale)
        read_rows((MeetingsView *)view);
    view->stale = false;
}

static void changed(View *view, unsigned what)
{
    if (what & (CLIENT_MEETINGS | CLIENT_GROUPS | CLIENT_OUTBOX))
        read_rows((MeetingsView *)view);
}

static void tick(View *view, bool minute)
{
    if (minute)
        app_dirty(view->app, DIRTY_BODY | DIRTY_STATUS);
}

static void place(View *view, Rect body)
{
    int head = body.h > 3 ? 1 : 0;
    ((MeetingsView *)view)->list = rect_sub(body, 0, head, body.w, body.h - head);
}

/* ---- rows */

typedef struct Cells {
    const char *when, *group, *place, *state, *answers, *mine;
    Role role, state_role, mine_role;
    bool on, pending;
} Cells;

static int put_cell(Rect r, int row, int col, int width, Role role, const char *text)
{
    if (width <= 0)
        return col;
    col = draw_field(r, row, col, width, role, text);
    return draw_field(r, row, col, 1, role, "");
}

static void put_cells(Rect r, int row, const Cells *cells)
{
    int answers = r.w >= 72 ? 12 : 0, place = r.w >= 90 ? 20 : 0, mine = 6, state = 10;
    int used = 2 + 17 + 1 + (answers ? answers + 1 : 0) + (place ? place + 1 : 0) + mine + 1 +
               state + 1;
    int group = MAX(6, r.w - used - 1);
    char mark[] = { cells->on ? '>' : ' ', cells->pending ? '>' : ' ', '\0' };
    int col = draw_field(r, row, 0, 2, cells->role, mark);
    col = put_cell(r, row, col, 17, cells->role, cells->when);
    col = put_cell(r, row, col, group, cells->role, cells->group);
    col = put_cell(r, row, col, place, cells->role, cells->place);
    col = put_cell(r, row, col, state, cells->state_role, cells->state);
    col = put_cell(r, row, col, answers, cells->role, cells->answers);
    col = put_cell(r, row, col, mine, cells->mine_role, cells->mine);
    draw_rest(r, row, col, cells->role);
}

static char *when_text(gint64 ms)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_local(ms / MS_PER_SECOND);
    return at ? g_date_time_format(at, "%a %e %b  %H:%M") : g_strdup("");
}

static Role mine_role(RsvpAnswer answer)
{
    return answer == RSVP_YES ? ROLE_YES : answer == RSVP_NO ? ROLE_NO : ROLE_NORMAL;
}

static void draw_row(MeetingsView *meetings, int line)
{
    guint index = meetings->top + (guint)line;
    if (index >= meetings->rows->len) {
        draw_rest(meetings->list, line, 0, ROLE_NORMAL);
        return;
    }
    const MeetingRow *row = meetings->rows->pdata[index];
    const Meeting *meeting = &row->meeting;
    bool on = index == meetings->cursor;
    bool past = meeting->state >= MEETING_COMPLETED && meeting->state != MEETING_REOPENED;
    g_autofree char *when = when_text(meeting->input.starts_at);
    g_autofree char *group = text_clean(row->group_name, -1, TEXT_LINE);
    g_autofree char *where = text_clean(meeting->input.place, -1, TEXT_LINE);
    g_autofree char *answers = g_strdup_printf(_("%u y %u n %u ?"), row->answers[RSVP_YES],
                                               row->answers[RSVP_NO], row->answers[RSVP_MAYBE]);
    Cells cells = {
        .when = when,
        .group = group,
        .place = where,
        .state = enum_label(&meeting_states, (int)meeting->state),
        .answers = past ? "" : answers,
        .mine = row->mine ? enum_label(&rsvp_answers, (int)row->mine) : "",
        .on = on,
        .pending = row->pending,
        .role = on ? ROLE_CURSOR : ROLE_NORMAL,
        .state_role = on                                  ? ROLE_CURSOR
                      : row->pending                      ? ROLE_PENDING
                      : meeting->state == MEETING_OPEN    ? ROLE_NEW
                      : meeting->state >= MEETING_HOLIDAY ? ROLE_NO
                                                          : ROLE_NORMAL,
        .mine_role = on ? ROLE_CURSOR : mine_role(row->mine),
    };
    put_cells(meetings->list, line, &cells);
}

static void draw_head(const MeetingsView *meetings)
{
    Rect line = meetings->view.body;
    if (line.h <= 3)
        return;
    line.h = 1;
    Cells cells = {
        .when = _("When"),
        .group = _("Group"),
        .place = _("Place"),
        .state = _("State"),
        .answers = _("Answers"),
        .mine = _("Yours"),
        .role = ROLE_HEADING,
        .state_role = ROLE_HEADING,
        .mine_role = ROLE_HEADING,
    };
    put_cells(line, 0, &cells);
}

static void draw_empty(const MeetingsView *meetings)
{
    g_autoptr(Page) page = page_new(meetings->list.w - 2);
    page_text(page, ROLE_NORMAL, _("No meeting of your groups is planned."));
    page_draw(page,
              rect_sub(meetings->list, 1, 0, meetings->list.w - 2,
                       MIN(page_lines(page), meetings->list.h)),
              0);
}

static void draw(View *view, bool all)
{
    MeetingsView *meetings = (MeetingsView *)view;
    guint h = (guint)MAX(1, meetings->list.h);
    guint most = meetings->rows->len > h ? meetings->rows->len - h : 0;
    if (all) {
        draw_fill(view->body, ROLE_NORMAL);
        draw_head(meetings);
    }
    meetings->top = MIN(MIN(meetings->top, meetings->cursor), most);
    if (meetings->cursor >= meetings->top + h)
        meetings->top = meetings->cursor - h + 1;
    for (int i = 0; i < meetings->list.h; i++)
        draw_row(meetings, i);
    if (meetings->rows->len == 0)
        draw_empty(meetings);
}

/* ---- what happens */

static void moved(View *view, Move move)
{
    MeetingsView *meetings = (MeetingsView *)view;
    int last = MAX(0, (int)meetings->rows->len - 1);
    int to = (int)meetings->cursor + move_lines(move, MAX(1, meetings->list.h));
    meetings->cursor = (guint)CLAMP(to, 0, last);
    remember(meetings);
    app_dirty(view->app, DIRTY_BODY | DIRTY_FOOTER);
}

static void open_row(View *view)
{
    const MeetingRow *row = current((MeetingsView *)view);
    if (row)
        meeting_show(view->app, &row->meeting.id);
}

static void target(View *view, Target *out)
{
    const MeetingRow *row = current((MeetingsView *)view);
    if (!row)
        return;
    out->has_meeting = out->has_group = true;
    out->meeting = row->meeting.id;
    out->group = row->meeting.group;
}

static void status(View *view, GString *out)
{
    g_autofree char *next = meeting_next_text(view->app, NULL);
    g_string_append_printf(out, "%s   %s", _("Groups > Meetings"), next);
}

static const char *const footer[] = { "open",   "come",        "stay-away", "maybe",
                                      "met",    "one-to-ones", "print",     "undo",
                                      "groups", "command",     "back",      NULL };

const ViewOps meetings_view = {
    .title = N_("Meetings"),
    .footer = footer,
    .contexts = CTX_BIT(CTX_LIST) | CTX_BIT(CTX_MEETINGS),
    .create = create,
    .destroy = destroy,
    .show = show,
    .place = place,
    .draw = draw,
    .changed = changed,
    .tick = tick,
    .moved = moved,
    .open = open_row,
    .target = target,
    .status = status,
};
