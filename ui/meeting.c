/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Meeting mode: the roster of one meeting, what is entered there, its agenda. Made for whoever stands at the lectern: one key a
 * member, everything offline, nothing moves but by a key.
 */
#include "meeting.h"

#include "meeting_private.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "model/business_type.h"
#include "when.h"

#include <inttypes.h>
#include <string.h>

/* ---- reading */

MeetingMember *meeting_current(const MeetingView *meeting)
{
    return meeting->shown && meeting->cursor < meeting->shown->len
               ? meeting->shown->pdata[meeting->cursor]
               : NULL;
}

static void remember(MeetingView *meeting)
{
    const MeetingMember *member = meeting_current(meeting);
    meeting->at = member ? member->account : (Uuid){ 0 };
}

static bool fits(const MeetingView *meeting, const MeetingMember *member)
{
    if (!meeting->words || !*meeting->words)
        return true;
    g_autofree char *all = g_strjoin(" ", member->name ? member->name : "",
                                     member->company ? member->company : "",
                                     business_type_label(member->trade), NULL);
    return g_str_match_string(meeting->words, all, TRUE);
}

/* The cursor stays with its member. */
static void show_members(MeetingView *meeting)
{
    g_clear_pointer(&meeting->shown, g_ptr_array_unref);
    meeting->shown = g_ptr_array_new();
    for (guint i = 0; meeting->book && i < meeting->book->members->len; i++)
        if (fits(meeting, meeting->book->members->pdata[i]))
            g_ptr_array_add(meeting->shown, meeting->book->members->pdata[i]);
    for (guint i = 0; i < meeting->shown->len; i++) {
        const MeetingMember *member = meeting->shown->pdata[i];
        if (uuid_equal(&member->account, &meeting->at))
            meeting->cursor = i;
    }
    meeting->cursor = MIN(meeting->cursor, meeting->shown->len ? meeting->shown->len - 1 : 0);
    remember(meeting);
}

void meeting_read(MeetingView *meeting)
{
    App *app = meeting->view.app;
    g_autoptr(GError) error = NULL;
    MeetingBook *book = uuid_is_nil(&meeting->id)
                            ? NULL
                            : client_meeting(app->client, &meeting->id, &error);
    if (error && !problem_is(error, PROBLEM_NOT_FOUND))
        app_complain_error(app, error);
    meeting_book_free(meeting->book);
    meeting->book = book;
    show_members(meeting);
    g_autoptr(GArray) side = meeting_side(meeting);
    meeting->side_cursor = MIN(meeting->side_cursor, side->len ? side->len - 1 : 0);
    app_dirty(app, DIRTY_BODY | DIRTY_STATUS | DIRTY_FOOTER);
}

static gint64 entered_at(const SideLine *line)
{
    switch (line->kind) {
    case OUTBOX_VISITOR:
        return ((const Visitor *)line->fact)->input.entered_at;
    case OUTBOX_SLIP:
        return ((const MeetingSlip *)line->fact)->input.entered_at;
    default:
        return ((const Thanks *)line->fact)->input.entered_at;
    }
}

static gint newest_first(gconstpointer left, gconstpointer right)
{
    gint64 a = entered_at(left), b = entered_at(right);
    return a > b ? -1 : a < b;
}

static void add_lines(GArray *lines, OutboxKind kind, const GPtrArray *facts)
{
    for (guint i = facts->len; i-- > 0;) {
        SideLine line = { kind, facts->pdata[i] };
        g_array_append_val(lines, line);
    }
}

GArray *meeting_side(const MeetingView *meeting)
{
    GArray *lines = g_array_new(false, false, sizeof(SideLine));
    if (!meeting->book)
        return lines;
    add_lines(lines, OUTBOX_SLIP, meeting->book->slips);
    add_lines(lines, OUTBOX_THANKS, meeting->book->thanks);
    add_lines(lines, OUTBOX_VISITOR, meeting->book->visitors);
    g_array_sort(lines, newest_first);
    return lines;
}

/* ---- the view */

static View *create(App *app)
{
    MeetingView *meeting = g_new0(MeetingView, 1);
    meeting->view = (View){ .ops = &meeting_view, .app = app };
    meeting->from = VIEW_MEETINGS;
    show_members(meeting);
    return &meeting->view;
}

static void destroy(View *view)
{
    MeetingView *meeting = (MeetingView *)view;
    entry_free(meeting->entry);
    meeting_book_free(meeting->book);
    g_ptr_array_unref(meeting->shown);
    g_free(meeting->words);
    g_free(view);
}

static void show(View *view)
{
    if (view->stale)
        meeting_read((MeetingView *)view);
    view->stale = false;
}

static void changed(View *view, unsigned what)
{
    if (what & (CLIENT_MEETINGS | CLIENT_GROUPS | CLIENT_OUTBOX))
        meeting_read((MeetingView *)view);
}

static void tick(View *view, bool minute)
{
    MeetingView *meeting = (MeetingView *)view;
    meeting_timer_tick(meeting);
    if (minute || meeting_timer_runs(view))
        app_dirty(view->app, DIRTY_MOVED);
}

/* Digits are the number of a line of the roster. */
static bool number_key(MeetingView *meeting, Key key)
{
    if (key < '0' || key > '9') {
        meeting->number = 0;
        return false;
    }
    guint digit = key - '0', n = meeting->shown->len;
    meeting->number = meeting->number * 10 + digit;
    if (meeting->number > n)
        meeting->number = digit;
    if (meeting->number == 0 || meeting->number > n)
        return true;
    meeting->pane = PANE_ROSTER;
    meeting->cursor = meeting->number - 1;
    remember(meeting);
    app_dirty(meeting->view.app, DIRTY_BODY | DIRTY_STATUS);
    return true;
}

static bool key(View *view, Key key)
{
    MeetingView *meeting = (MeetingView *)view;
    if (!meeting->entry)
        return number_key(meeting, key);
    if (key == KEY_CTRL('L') || key == KEY_CTRL('Z') || key == K_F1)
        return false;
    meeting_entry_key(meeting, key);
    return true;
}

static bool in_text(const View *view)
{
    return ((const MeetingView *)view)->entry != NULL;
}

static void paste(View *view, const char *text)
{
    MeetingView *meeting = (MeetingView *)view;
    if (meeting->entry)
        entry_paste(meeting->entry, text);
    app_dirty(view->app, DIRTY_BODY);
}

static void move_in(guint *cursor, guint n, Move move, int height)
{
    int to = (int)*cursor + move_lines(move, MAX(1, height));
    *cursor = (guint)CLAMP(to, 0, MAX(0, (int)n - 1));
}

static void moved(View *view, Move move)
{
    MeetingView *meeting = (MeetingView *)view;
    if (meeting->pane == PANE_ROSTER) {
        move_in(&meeting->cursor, meeting->shown->len, move, meeting->roster.h);
        remember(meeting);
    } else {
        g_autoptr(GArray) side = meeting_side(meeting);
        move_in(&meeting->side_cursor, side->len, move, meeting->side.h);
    }
    app_dirty(view->app, DIRTY_BODY | DIRTY_FOOTER);
}

void meeting_down(MeetingView *meeting)
{
    if (meeting->cursor + 1 < meeting->shown->len)
        meeting->cursor++;
    remember(meeting);
    app_dirty(meeting->view.app, DIRTY_BODY);
}

static bool pane(View *view)
{
    MeetingView *meeting = (MeetingView *)view;
    meeting->pane = meeting->pane == PANE_ROSTER ? PANE_SIDE : PANE_ROSTER;
    app_dirty(view->app, DIRTY_BODY | DIRTY_FOOTER);
    return true;
}

static bool back(View *view)
{
    MeetingView *meeting = (MeetingView *)view;
    if (meeting->pane == PANE_SIDE)
        return pane(view);
    app_show(view->app, meeting->from);
    return true;
}

static void search(View *view, const char *text)
{
    MeetingView *meeting = (MeetingView *)view;
    g_free(meeting->words);
    meeting->words = g_strdup(text);
    show_members(meeting);
    app_dirty(view->app, DIRTY_BODY | DIRTY_STATUS);
}

static const char *searched(View *view)
{
    const MeetingView *meeting = (MeetingView *)view;
    return meeting->words ? meeting->words : "";
}

static bool abort_view(View *view)
{
    MeetingView *meeting = (MeetingView *)view;
    if (!meeting->words || !*meeting->words)
        return false;
    search(view, "");
    return true;
}

static void target(View *view, Target *out)
{
    const MeetingView *meeting = (MeetingView *)view;
    if (!meeting->book)
        return;
    out->has_meeting = out->has_group = true;
    out->meeting = meeting->id;
    out->group = meeting->book->group.id;
}

static void status(View *view, GString *out)
{
    const MeetingView *meeting = (MeetingView *)view;
    if (!meeting->book) {
        g_string_append(out, _("Meeting"));
        return;
    }
    g_autofree char *group = text_clean(meeting->book->group.input.name, -1, TEXT_LINE);
    g_autofree char *away = meeting_away(&meeting->book->meeting, clock_now());
    g_string_append_printf(out, _("Groups > %s   %s"), group, away);
    if (meeting->number)
        g_string_append_printf(out, "   %u", meeting->number);
    else if (meeting->words && *meeting->words)
        g_string_append_printf(out, "   /%s", meeting->words);
}

static const char *const footer[] = { "present",   "absent", "late",      "slip",
                                      "visitor",   "thanks", "complete",  "substitute",
                                      "medical",   "timer",  "next-pane", "open-meeting",
                                      "take-back", "undo",   "rsvp",      "back",
                                      NULL };

const ViewOps meeting_view = {
    .title = N_("Meeting"),
    .footer = footer,
    .contexts = CTX_BIT(CTX_LIST) | CTX_BIT(CTX_MEETING),
    .create = create,
    .destroy = destroy,
    .show = show,
    .place = meeting_place,
    .draw = meeting_draw,
    .changed = changed,
    .tick = tick,
    .seconds = meeting_timer_runs,
    .key = key,
    .in_text = in_text,
    .paste = paste,
    .moved = moved,
    .pane = pane,
    .back = back,
    .target = target,
    .status = status,
    .search = search,
    .searched = searched,
    .abort = abort_view,
};

void meeting_show(App *app, const Uuid *id)
{
    ViewId from = app->view;
    app_show(app, VIEW_MEETING);
    MeetingView *meeting = (MeetingView *)app_view(app);
    if (from != VIEW_MEETING)
        meeting->from = from;
    if (!uuid_equal(&meeting->id, id)) {
        meeting->id = *id;
        meeting->cursor = meeting->top = meeting->side_cursor = meeting->side_top = 0;
        meeting->at = (Uuid){ 0 };
        meeting->pane = PANE_ROSTER;
        meeting->timer = (AgendaTimer){ 0 };
        g_clear_pointer(&meeting->words, g_free);
        meeting_end_typing(meeting);
    }
    meeting_read(meeting);
}

MeetingView *meeting_mode(App *app)
{
    MeetingView *meeting = app->view == VIEW_MEETING ? (MeetingView *)app_view(app) : NULL;
    if (meeting && meeting->book)
        return meeting;
    app_complain(app, "%s", _("Open a meeting first: :meetings lists them."));
    return NULL;
}

bool meeting_is_kept(App *app)
{
    const MeetingView *meeting = app->view == VIEW_MEETING ? (const MeetingView *)app_view(app)
                                                           : NULL;
    return !meeting || !meeting->book || meeting->book->rights & RIGHT_MEETINGS;
}

/* ---- when */

static char *span_text(gint64 ms)
{
    gint64 minutes = ms / MS_PER_MINUTE, hours = minutes / 60, days = hours / 24;
    if (days > 0)
        return g_strdup_printf(_("%" PRId64 "d %" PRId64 "h"), days, hours % 24);
    if (hours > 0)
        return g_strdup_printf(_("%" PRId64 "h %" PRId64 "m"), hours, minutes % 60);
    return g_strdup_printf(_("%" PRId64 "m"), minutes);
}

char *meeting_away(const Meeting *meeting, gint64 now)
{
    gint64 from = meeting->input.starts_at;
    gint64 to = from + meeting->input.duration * MS_PER_MINUTE;
    if (now > MAX(to, from + MS_PER_HOUR))
        return when_day(from);
    g_autofree char *span = span_text(now < from ? from - now : now - from);
    return g_strdup_printf(now < from ? _("in %s") : _("since %s"), span);
}

char *meeting_next_text(App *app, const Uuid *group)
{
    gint64 now = clock_now();
    MeetingRow *next = app->client ? client_next_meeting(app->client, group, now, NULL) : NULL;
    if (!next)
        return g_strdup("");
    g_autofree char *away = meeting_away(&next->meeting, now);
    bool begun = next->meeting.input.starts_at <= now;
    meeting_row_free(next);
    return g_strdup_printf(begun ? _("meeting %s") : _("next meeting %s"), away);
}
