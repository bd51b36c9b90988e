/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The meetings of this user's groups: those to come first, what was before them above. One key answers whether one comes. */
#include "meeting_private.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "meeting_list.h"
#include "page.h"
#include "rows.h"

typedef struct MeetingsView {
    View view;
    GPtrArray *rows; /* MeetingRow * */
    Rows at;
    Rect list;
} MeetingsView;

static const MeetingRow *current(const MeetingsView *meetings)
{
    return rows_current(&meetings->at, meetings->rows);
}

static const Uuid *id_of(gconstpointer row)
{
    return &((const MeetingRow *)row)->meeting.id;
}

static void read_rows(MeetingsView *meetings)
{
    GPtrArray *rows = meeting_list_read(meetings->view.app, NULL);
    if (!rows)
        return;
    if (uuid_is_nil(&meetings->at.at))
        meetings->at.cursor = meeting_list_next(rows, clock_now());
    g_ptr_array_unref(meetings->rows);
    meetings->rows = rows;
    rows_read(&meetings->at, rows);
    app_dirty(meetings->view.app, DIRTY_BODY | DIRTY_STATUS | DIRTY_FOOTER);
}

static View *create(App *app)
{
    MeetingsView *meetings = g_new0(MeetingsView, 1);
    meetings->view = (View){ .ops = &meetings_view, .app = app };
    meetings->rows = g_ptr_array_new();
    meetings->at.id = id_of;
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

static void draw_row(MeetingsView *meetings, int line, guint index)
{
    if (index >= meetings->rows->len) {
        draw_rest(meetings->list, line, 0, ROLE_NORMAL);
        return;
    }
    const MeetingRow *row = meetings->rows->pdata[index];
    unsigned on = index == meetings->at.cursor ? LINE_SELECTED | LINE_FOCUSED : 0;
    meeting_list_draw(meetings->list, line, row, LINE_GROUP | on);
}

static void draw_head(const MeetingsView *meetings)
{
    if (meetings->view.body.h > 3)
        meeting_list_head(rect_sub(meetings->view.body, 0, 0, meetings->view.body.w, 1), 0,
                          LINE_GROUP);
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
    guint top = rows_top(&meetings->at, meetings->rows->len, meetings->list.h);
    if (all) {
        draw_fill(view->body, ROLE_NORMAL);
        draw_head(meetings);
    }
    for (int i = 0; i < meetings->list.h; i++)
        draw_row(meetings, i, top + (guint)i);
    if (meetings->rows->len == 0)
        draw_empty(meetings);
}

/* ---- what happens */

static void moved(View *view, Move move)
{
    MeetingsView *meetings = (MeetingsView *)view;
    rows_move(&meetings->at, meetings->rows, move, meetings->list.h);
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
