/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The agenda of a meeting, and how much is left of the item that is on. */
#include "meeting_private.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "screen.h"

static int n_items(const MeetingView *meeting)
{
    char **agenda = meeting->book ? meeting->book->meeting.input.agenda : NULL;
    return agenda ? (int)g_strv_length(agenda) : 0;
}

bool meeting_has_agenda(const MeetingView *meeting)
{
    return n_items(meeting) > 0;
}

/* A line that is no item has no time. */
static AgendaItem item_at(const MeetingView *meeting, int i)
{
    AgendaItem item = { .text = "" };
    const char *line = meeting->book->meeting.input.agenda[i];
    if (!agenda_item_parse(line, &item))
        item = (AgendaItem){ .text = line };
    return item;
}

static gint64 spent(const AgendaTimer *timer)
{
    return timer->spent + (timer->since ? MAX(0, clock_now() - timer->since) : 0);
}

bool meeting_timer_runs(const View *view)
{
    return ((const MeetingView *)view)->timer.since != 0;
}

void meeting_timer_toggle(MeetingView *meeting)
{
    AgendaTimer *timer = &meeting->timer;
    timer->spent = spent(timer);
    timer->since = timer->since ? 0 : clock_now();
    app_dirty(meeting->view.app, DIRTY_BODY);
}

void meeting_timer_step(MeetingView *meeting, int step)
{
    AgendaTimer *timer = &meeting->timer;
    bool running = timer->since != 0;
    int to = CLAMP(timer->item + step, 0, MAX(0, n_items(meeting) - 1));
    if (to != timer->item)
        *timer = (AgendaTimer){ .item = to, .since = running ? clock_now() : 0 };
    app_dirty(meeting->view.app, DIRTY_BODY);
}

void meeting_timer_tick(MeetingView *meeting)
{
    AgendaTimer *timer = &meeting->timer;
    if (!timer->since || timer->rung || timer->item >= n_items(meeting))
        return;
    gint64 minutes = item_at(meeting, timer->item).minutes;
    if (minutes == 0 || spent(timer) < minutes * MS_PER_MINUTE)
        return;
    timer->rung = true;
    if (meeting->view.app->settings.meeting_bell)
        screen_bell();
}

/* "4:07", "-0:12" when it is over. */
static char *left_text(const MeetingView *meeting, gint64 minutes)
{
    gint64 left = minutes * 60 - spent(&meeting->timer) / MS_PER_SECOND;
    gint64 size = ABS(left);
    return g_strdup_printf("%s%d:%02d", left < 0 ? "-" : "", (int)(size / 60), (int)(size % 60));
}

static void draw_item(const MeetingView *meeting, Rect rect, int line, int i)
{
    AgendaItem item = item_at(meeting, i);
    const AgendaTimer *timer = &meeting->timer;
    bool on = i == timer->item;
    bool over = on && item.minutes && spent(timer) > item.minutes * MS_PER_MINUTE;
    g_autofree char *about = text_clean(item.text, -1, TEXT_LINE);
    g_autofree char *kind = item.kind ? g_strdup(enum_label(&agenda_kinds, (int)item.kind)) : NULL;
    g_autofree char *text = !kind    ? g_strdup(about)
                            : *about ? g_strdup_printf("%s: %s", kind, about)
                                     : g_strdup(kind);
    g_autofree char *time = on && (timer->since || timer->spent) && item.minutes
                                ? left_text(meeting, item.minutes)
                            : item.minutes ? g_strdup_printf("%d'", (int)item.minutes)
                                           : g_strdup("");
    Role role = over ? ROLE_ALERT : on ? ROLE_HEADING : ROLE_NORMAL;
    int col = draw_field(rect, line, 0, 2, role, on ? (timer->since ? "> " : "- ") : "");
    col = draw_field(rect, line, col, MAX(4, rect.w - col - 8), role, text);
    draw_right(rect, line, col, MAX(0, rect.w - col - 1), role, time);
}

int meeting_agenda_lines(const MeetingView *meeting, int height)
{
    int n = n_items(meeting);
    return n == 0 ? 0 : MIN(n + 2, MAX(4, height / 2));
}

void meeting_agenda_draw(const MeetingView *meeting, Rect rect)
{
    int n = n_items(meeting), lines = rect.h - 2; /* heading, and a blank line below */
    if (n == 0 || lines < 1)
        return;
    int top = CLAMP(meeting->timer.item - lines / 2, 0, MAX(0, n - lines));
    draw_fill(rect, ROLE_NORMAL);
    draw_text(rect, 0, 0, ROLE_HEADING, _("Agenda"));
    for (int i = 0; i < lines && top + i < n; i++)
        draw_item(meeting, rect, 1 + i, top + i);
}
