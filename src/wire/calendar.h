/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Meetings as iCalendar (RFC 5545) and as the mails of iTIP (RFC 5546): one way out, and of what others send nothing but
 * their answer in.
 *
 * An event has the time of its place: TZID and a VTIMEZONE that has just the changes of its clock around the events, taken from
 * the system's zones; without a zone, or with one that is not known here, the time is UTC. Lines are folded at 75 octets between
 * characters and end in CR LF. Texts may come from anybody: control characters do not get out of them, nor quotes out of
 * a parameter.
 */
#pragma once

#include "model/meeting.h"

typedef enum CalendarMethod {
    CALENDAR_PUBLISH, /* a file or a feed: nobody is asked */
    CALENDAR_REQUEST, /* an invitation, or what became of it */
    CALENDAR_CANCEL,
} CalendarMethod;

/* "REQUEST": METHOD, and the parameter of the mail's Content-Type. */
const char *calendar_method(CalendarMethod method);

typedef struct CalendarPerson {
    const char *name, *email; /* email NULL: nobody */
} CalendarPerson;

typedef struct CalendarEvent {
    const char *uid;
    gint64 sequence;
    gint64 stamp; /* when this was so */
    gint64 starts_at;
    gint64 duration; /* minutes; 0: an hour */
    const char *time_zone;
    const char *summary, *location, *description; /* NULL: none */
    bool cancelled;
    CalendarPerson organizer, attendee;
    RsvpAnswer answer; /* the attendee's; unset: none yet */
} CalendarEvent;

typedef struct Calendar {
    CalendarMethod method;
    const char *name; /* of a feed; NULL: none */
    const CalendarEvent *events;
    size_t n;
} Calendar;

void calendar_put(GString *out, const Calendar *calendar);

#define CALENDAR_REPLY_MAX (64 * 1024)
#define CALENDAR_UID_MAX 200

typedef struct CalendarReply {
    char uid[CALENDAR_UID_MAX + 1];
    RsvpAnswer answer;
    gint64 sequence; /* of the invitation that was answered */
    gint64 stamp;    /* when it was, as they say; 0 when they do not */
} CalendarReply;

/* The answer of one person to one event, out of a text/calendar that anybody may have written: UID, PARTSTAT, SEQUENCE and
 * DTSTAMP of a METHOD:REPLY, all else is passed over. False with BAD_INPUT; *reply is then undefined. */
bool calendar_read_reply(const char *text, size_t length, CalendarReply *reply, GError **error);
