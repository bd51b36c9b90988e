/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A meeting on paper, and in a calendar. Pages are at most SHEET_COLUMNS wide and SHEET_LINES long, with a form feed between two;
 * in ASCII they go to any printer or PDF maker as they are. Pure: a book in, text out. Callers free what is returned.
 */
#pragma once

#include "client/meeting_book.h"

#define SHEET_COLUMNS 78
#define SHEET_LINES 60

typedef enum SheetKind {
    SHEET_ROSTER = 1, /* boxes for P A L M S; filled in once they are entered */
    SHEET_SLIPS = 2,  /* slips, thanks and visitors, and lines to write the rest on */
    SHEET_AGENDA = 3,
} SheetKind;
extern const EnumTable sheet_kinds;

/* ascii: letters that are none are written with those that come nearest, or ?. Times are those of the meeting's zone. */
char *meeting_sheet(const MeetingBook *book, SheetKind kind, bool ascii);

/* "Thu 26 Nov 2026 07:00", in the meeting's own zone. */
char *meeting_when(const Meeting *meeting);

/* One event as a calendar file (RFC 5545), in UTC. now: when it was written. */
char *meeting_ics(const MeetingBook *book, gint64 now);
/* What to call that file: "northgate-2026-11-26.ics". */
char *meeting_ics_name(const MeetingBook *book);
