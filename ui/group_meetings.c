/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "group_meetings.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "command.h"
#include "meeting.h"
#include "meeting_list.h"

#define HEAD_LINES 2    /* a rule and the heading */
#define SMALL_HEIGHT 12 /* of a pane that has room for one thing only */

static const Uuid *id_of(gconstpointer row)
{
    return &((const MeetingRow *)row)->meeting.id;
}

void group_meetings_init(GroupMeetings *meetings)
{
    *meetings = (GroupMeetings){ .all = g_ptr_array_new(), .rows = { .id = id_of } };
}

void group_meetings_clear(GroupMeetings *meetings)
{
    g_ptr_array_unref(meetings->all);
}

void group_meetings_read(GroupMeetings *meetings, App *app, const Uuid *group, bool focused)
{
    GPtrArray *all = meeting_list_read(app, group);
    if (!all)
        return;
    g_ptr_array_unref(meetings->all);
    meetings->all = all;
    meetings->group = *group;
    if (!focused || uuid_is_nil(&meetings->rows.at)) {
        guint next = meeting_list_next(all, clock_now());
        meetings->rows = (Rows){ .id = id_of, .cursor = next, .top = next };
    }
    rows_read(&meetings->rows, all);
}

const MeetingRow *group_meetings_current(const GroupMeetings *meetings)
{
    return rows_current(&meetings->rows, meetings->all);
}

int group_meetings_lines(const GroupMeetings *meetings, int height, bool focused)
{
    if (height < SMALL_HEIGHT)
        return focused ? height : 0;
    int most = focused ? height / 2 : MAX(2, (height - 14) / 2);
    return HEAD_LINES + CLAMP((int)meetings->all->len, 1, most);
}

/* At the right of the heading, where there is room for both. */
static void draw_key(App *app, Rect r, int line, const char *head)
{
    g_autofree char *key = keymap_key_of(app->keymap, app_view_contexts(app), "plan-meeting", NULL);
    g_autofree char *text = g_strdup_printf("%s %s ", key ? key : "",
                                            _(command_find("plan-meeting")->word));
    int width = text_width(text);
    if (key && text_width(head) + 2 + width <= r.w)
        draw_field(r, line, r.w - width, width, ROLE_LABEL, text);
}

static void draw_none(App *app, Rect r, int line, bool plans)
{
    g_autofree char *key = keymap_key_of(app->keymap, app_view_contexts(app), "plan-meeting", NULL);
    g_autofree char *text = plans && key ? g_strdup_printf(_("None is planned. %s plans one."), key)
                                         : g_strdup(_("None is planned."));
    draw_field(r, line, 1, r.w - 1, ROLE_NORMAL, text);
}

void group_meetings_draw(GroupMeetings *meetings, App *app, Rect r, bool focused, bool plans)
{
    int line = 0;
    guint n = meetings->all->len;
    g_autofree char *next = meeting_next_text(app, &meetings->group);
    g_autofree char *head = g_strdup_printf(" %s   %s", _("Meetings"), next);
    if (r.h >= HEAD_LINES + 2)
        draw_hline(r, line++, ROLE_BORDER);
    if (r.h >= HEAD_LINES)
        draw_field(r, line++, 0, r.w, ROLE_HEADING, head);
    if (plans && line > 0)
        draw_key(app, r, line - 1, head);
    guint top = rows_top(&meetings->rows, n, r.h - line);
    for (guint i = 0; line < r.h; i++, line++) {
        unsigned flags = top + i != meetings->rows.cursor ? 0
                         : focused                        ? LINE_SELECTED | LINE_FOCUSED
                                                          : 0;
        if (top + i < n)
            meeting_list_draw(r, line, meetings->all->pdata[top + i], flags);
        else if (n == 0 && i == 0)
            draw_none(app, r, line, plans);
        else
            draw_rest(r, line, 0, ROLE_NORMAL);
    }
}
