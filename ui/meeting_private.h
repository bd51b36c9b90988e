/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of meeting mode: meeting.c reads and moves, meeting_draw.c draws, meeting_entries.c types what is entered, and
 * meeting_agenda.c counts its items down. */
#pragma once

#include "app.h"
#include "entry.h"
#include "meeting.h"

typedef enum MeetingPane { PANE_ROSTER, PANE_SIDE } MeetingPane;

/* What is being typed. */
typedef enum MeetingEntry {
    TYPING_NOTHING,
    TYPING_SLIP,
    TYPING_VISITOR,
    TYPING_THANKS,
    TYPING_SUBSTITUTE, /* of the member `typed_for` */
} MeetingEntry;

/* The item of the agenda that is on. */
typedef struct AgendaTimer {
    int item;
    gint64 since; /* it runs since then; 0: it does not */
    gint64 spent; /* ms of this item before that */
    bool rung;
} AgendaTimer;

typedef struct MeetingView {
    View view;
    Uuid id;
    ViewId from;       /* where q goes */
    MeetingBook *book; /* NULL: there is none */
    char *words;       /* the roster shows only whom these fit */
    GPtrArray *shown;  /* MeetingMember *, of the book */
    guint cursor, top;
    Uuid at;      /* the member under the cursor */
    guint number; /* digits typed so far: a line of the roster */
    MeetingPane pane;
    guint side_cursor, side_top;
    MeetingEntry typing;
    Entry *entry;
    Uuid typed_for;
    AgendaTimer timer;
    Rect head, roster, side, foot;
} MeetingView;

/* A line of the right side: what was entered, the newest first. */
typedef struct SideLine {
    OutboxKind kind;  /* VISITOR, SLIP, THANKS */
    const void *fact; /* of the book */
} SideLine;
/* SideLine; free with g_array_unref. */
GArray *meeting_side(const MeetingView *meeting);

MeetingMember *meeting_current(const MeetingView *meeting);
void meeting_read(MeetingView *meeting);
/* On to the next line of the roster. */
void meeting_down(MeetingView *meeting);

/* meeting_entries.c */
void meeting_type(MeetingView *meeting, MeetingEntry what);
void meeting_end_typing(MeetingView *meeting);
void meeting_entry_key(MeetingView *meeting, Key key);
/* Enters a code for the member under the cursor, and goes on to the next. substitute: NULL none. */
void meeting_attend(MeetingView *meeting, AttendanceCode code, const char *substitute);
/* Takes back what is under the cursor of the right side. */
void meeting_take_back(MeetingView *meeting);

/* meeting_agenda.c */
bool meeting_has_agenda(const MeetingView *meeting);
void meeting_timer_toggle(MeetingView *meeting);
void meeting_timer_step(MeetingView *meeting, int step);
bool meeting_timer_runs(const View *view);
/* Rings when an item is over, if that is set. */
void meeting_timer_tick(MeetingView *meeting);
/* Lines that it takes in a height. */
int meeting_agenda_lines(const MeetingView *meeting, int height);
void meeting_agenda_draw(const MeetingView *meeting, Rect rect);

/* meeting_draw.c */
void meeting_place(View *view, Rect body);
void meeting_draw(View *view, bool all);

/* The meeting mode that is shown; NULL and a complaint: it is not. */
MeetingView *meeting_mode(App *app);
