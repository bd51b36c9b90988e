/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A mail that somebody sends to the address of answers, and a calendar as it may be in one: what is read of them is within its
 * bounds, and nothing else happens. */
#include <glib.h>
#include <string.h>

#include "fuzz.h"
#include "server/mail_read.h"
#include "wire/calendar.h"

static void check_reply(const char *text, size_t length)
{
    CalendarReply reply;
    if (!calendar_read_reply(text, length, &reply, NULL))
        return;
    g_assert(memchr(reply.uid, '\0', sizeof reply.uid));
    g_assert(!strpbrk(reply.uid, "\r\n"));
    g_assert(reply.answer >= RSVP_YES && reply.answer <= RSVP_MAYBE);
    g_assert(reply.sequence >= 0 && reply.stamp >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_reply((const char *)data, size);
    g_autofree char *calendar = mail_read_calendar((const char *)data, size, NULL);
    if (calendar)
        check_reply(calendar, strlen(calendar));
    return 0;
}
