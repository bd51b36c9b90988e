/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "meeting_list.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "rows.h"

#define PAST (90 * MS_PER_DAY)
#define AHEAD (190 * MS_PER_DAY)
#define WHEN_WIDTH 19 /* marks before it included */

GPtrArray *meeting_list_read(App *app, const Uuid *group)
{
    g_autoptr(GError) error = NULL;
    gint64 now = clock_now();
    GPtrArray *rows = client_meetings(app->client, group, now - PAST, now + AHEAD, &error);
    if (!rows)
        app_complain_error(app, error);
    return rows;
}

guint meeting_list_next(const GPtrArray *rows, gint64 now)
{
    for (guint i = 0; i < rows->len; i++) {
        const MeetingInput *input = &((const MeetingRow *)rows->pdata[i])->meeting.input;
        if (input->starts_at + input->duration * MS_PER_MINUTE > now)
            return i;
    }
    return rows->len ? rows->len - 1 : 0;
}

/* ---- lines */

typedef enum CellAt { AT_WHEN, AT_GROUP, AT_PLACE, AT_STATE, AT_ANSWERS, AT_MINE, CELLS } CellAt;

/* 0: no room for it. */
static void measure(int width, unsigned flags, int widths[CELLS])
{
    bool group = flags & LINE_GROUP;
    int fixed = WHEN_WIDTH + 1 + 10;
    widths[AT_WHEN] = WHEN_WIDTH;
    widths[AT_ANSWERS] = width >= (group ? 72 : fixed + 13) ? 12 : 0;
    widths[AT_STATE] = group || widths[AT_ANSWERS] ? 10 : 12;
    widths[AT_MINE] = group || width >= fixed + 13 + 7 ? 6 : 0;
    widths[AT_PLACE] = width >= (group ? 90 : fixed + 13 + 7 + 13) ? 20 : 0;
    widths[AT_GROUP] = 0;
    int left = width - 1;
    for (int i = 0; i < CELLS; i++)
        left -= widths[i] ? widths[i] + (i > 0) : 0;
    if (group)
        widths[AT_GROUP] = MAX(6, left - 1);
    else if (widths[AT_PLACE])
        widths[AT_PLACE] += left;
}

typedef struct Words {
    const char *texts[CELLS];
    Role line, state, mine;
} Words;

static void put_line(Rect r, int line, unsigned flags, const Words *words)
{
    int widths[CELLS];
    Cell cells[CELLS];
    measure(r.w, flags, widths);
    for (int i = 0; i < CELLS; i++)
        cells[i] = (Cell){ widths[i], words->texts[i] };
    cells[AT_STATE].role = words->state;
    cells[AT_MINE].role = words->mine;
    draw_cells(r, line, words->line, cells, CELLS);
}

void meeting_list_head(Rect r, int line, unsigned flags)
{
    g_autofree char *when = g_strconcat("  ", _("When"), NULL);
    Words words = {
        .texts = { [AT_WHEN] = when,
                   [AT_GROUP] = _("Group"),
                   [AT_PLACE] = _("Place"),
                   [AT_STATE] = _("State"),
                   [AT_ANSWERS] = _("Answers"),
                   [AT_MINE] = _("Yours") },
        .line = ROLE_HEADING,
    };
    put_line(r, line, flags, &words);
}

/* With the cursor's mark, and that of what waits in the outbox. */
static char *when_text(const MeetingRow *row, bool selected)
{
    g_autoptr(GDateTime)
        at = g_date_time_new_from_unix_local(row->meeting.input.starts_at / MS_PER_SECOND);
    if (!at)
        return g_strdup("");
    /* GLib's %e puts a figure space before one digit, which not every terminal has. */
    g_autofree char *weekday = g_date_time_format(at, "%a");
    g_autofree char *month = g_date_time_format(at, "%b  %H:%M");
    return g_strdup_printf("%c%c%s %2d %s", selected ? '>' : ' ', row->pending ? '>' : ' ', weekday,
                           g_date_time_get_day_of_month(at), month);
}

static Role mine_role(RsvpAnswer answer)
{
    return answer == RSVP_YES ? ROLE_YES : answer == RSVP_NO ? ROLE_NO : ROLE_NORMAL;
}

static Role state_role(const MeetingRow *row)
{
    MeetingState state = row->meeting.state;
    return row->pending               ? ROLE_PENDING
           : state == MEETING_OPEN    ? ROLE_NEW
           : state >= MEETING_HOLIDAY ? ROLE_NO
                                      : ROLE_NORMAL;
}

void meeting_list_draw(Rect r, int line, const MeetingRow *row, unsigned flags)
{
    const Meeting *meeting = &row->meeting;
    int widths[CELLS];
    measure(r.w, flags, widths);
    /* Where one column has to do for both, what is to come says its answers. */
    bool both = widths[AT_ANSWERS] || flags & LINE_GROUP || meeting->state != MEETING_SCHEDULED;
    bool past = meeting->state >= MEETING_COMPLETED && meeting->state != MEETING_REOPENED;
    g_autofree char *when = when_text(row, flags & LINE_SELECTED);
    g_autofree char *group = text_clean(row->group_name, -1, TEXT_LINE);
    g_autofree char *where = text_clean(meeting->input.place, -1, TEXT_LINE);
    g_autofree char *answers = g_strdup_printf(_("%u y %u n %u ?"), row->answers[RSVP_YES],
                                               row->answers[RSVP_NO], row->answers[RSVP_MAYBE]);
    Words words = {
        .texts = { [AT_WHEN] = when,
                   [AT_GROUP] = group,
                   [AT_PLACE] = where,
                   [AT_STATE] = both ? enum_label(&meeting_states, (int)meeting->state) : answers,
                   [AT_ANSWERS] = past ? "" : answers,
                   [AT_MINE] = row->mine ? enum_label(&rsvp_answers, (int)row->mine) : "" },
        .line = flags & LINE_FOCUSED ? ROLE_CURSOR : ROLE_NORMAL,
        .state = state_role(row),
        .mine = mine_role(row->mine),
    };
    put_line(r, line, flags, &words);
}
