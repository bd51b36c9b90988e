/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lists of meetings have in common: which meetings are in them, and how a line says one. */
#pragma once

#include "app.h"
#include "client/meetings.h"

typedef enum MeetingLine {
    LINE_SELECTED = 1, /* the cursor is there ... */
    LINE_FOCUSED = 2,  /* ... and this list has the keys */
    LINE_GROUP = 4,    /* the list is of several groups: says which */
} MeetingLine;

/* MeetingRow *, by time: those of the last months and the next ones, of a group (NULL: of all). NULL: it was complained of. Free
 * with g_ptr_array_unref. */
GPtrArray *meeting_list_read(App *app, const Uuid *group);
/* Of the first that is not over; the last when all are. */
guint meeting_list_next(const GPtrArray *rows, gint64 now);

/* The heading, and a meeting: when, state, answers, one's own, place, as far as there is room. */
void meeting_list_head(Rect r, int line, unsigned flags);
void meeting_list_draw(Rect r, int line, const MeetingRow *row, unsigned flags);
