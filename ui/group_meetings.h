/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The meetings of one group as a part of its view: the next ones in sight, what was before them above. From the cache, so in
 * rooms without a network too. */
#pragma once

#include "app.h"
#include "client/meetings.h"
#include "rows.h"

typedef struct GroupMeetings {
    Uuid group;
    GPtrArray *all; /* MeetingRow *, by time */
    Rows rows;
} GroupMeetings;

void group_meetings_init(GroupMeetings *meetings);
void group_meetings_clear(GroupMeetings *meetings);
/* focused: the cursor stays where the user put it, else it goes to the next one. */
void group_meetings_read(GroupMeetings *meetings, App *app, const Uuid *group, bool focused);
/* NULL: none. Borrowed until it is read again. */
const MeetingRow *group_meetings_current(const GroupMeetings *meetings);

/* Lines that it wants of a pane of this height, heading and rule included; 0: not drawn there. */
int group_meetings_lines(const GroupMeetings *meetings, int height, bool focused);
/* plans: this user plans them, and is told by which key. */
void group_meetings_draw(GroupMeetings *meetings, App *app, Rect r, bool focused, bool plans);
