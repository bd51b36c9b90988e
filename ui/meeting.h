/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What others want of the meeting's view, and of meetings in general. */
#pragma once

#include "client/meetings.h"

typedef struct App App;

/* Meeting mode: this meeting, full screen. q goes back to where one was. */
void meeting_show(App *app, const Uuid *id);

/* May this user enter attendance and visitors, and begin and complete, where meeting mode shows one? */
bool meeting_is_kept(App *app);

/* The meeting that is selected or shown; false and a complaint when there is none. */
bool meeting_chosen(App *app, Uuid *id);

/* "next meeting in 5d 16h", "meeting since 12m", of a group (NULL: of all); "" when none is planned. Caller frees. */
char *meeting_next_text(App *app, const Uuid *group);
/* "in 5d 16h", "in 40m", "since 12m" */
char *meeting_away(const Meeting *meeting, gint64 now);

/* A form for a new meeting of a group (id NULL), or to change one. */
void meeting_edit(App *app, const Uuid *group, const Uuid *id);
