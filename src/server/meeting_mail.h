/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mail about meetings. A job brings what members were told (table meeting_told) in line with what is so: whoever was not told of
 * a meeting of the next two weeks is invited, whoever was told of an earlier edition is told of the change, and of a meeting
 * that is off whoever was invited. So a restart, a second server or a job that was late neither repeats nor forgets any, and writing
 * at a meeting costs nothing for its members. Invitations and what follows them are mails of iTIP (RFC 5546): a part of text/calendar
 * whose UID stays and whose SEQUENCE rises, so that calendars keep up.
 *
 * Once, within a day before a meeting, members who did not decline are reminded; once it is over, those who entered no slip are
 * asked for theirs. Both are keyed by the group and the local date of its meeting.
 */
#pragma once

#include "server/call.h"
#include "server/mail.h"
#include "wire/calendar.h"

/* Steps of job_rows[] (jobs.h). */
bool meeting_mail_job(Call *call, GError **error);
bool meeting_reminder_job(Call *call, GError **error);
bool meeting_slips_job(Call *call, GError **error);

/* A new member is invited to what is planned already; whose invitations were to be called back keeps them. */
bool meeting_mail_again(Call *call, const Uuid *group, const Uuid *account, GError **error);
/* Who is no member any more is told by the next run of the job that invitations to what is ahead are void: a CANCEL for each. */
bool meeting_mail_recall(Call *call, const Uuid *group, const Uuid *account, GError **error);

/* The event that a mail's values describe, as its text/calendar; NULL: they describe none. Caller frees. */
char *meeting_mail_calendar(const MailValue *values, const CalendarPerson *organizer,
                            const CalendarPerson *attendee, gint64 stamp, const char **method);
const char *meeting_mail_hot_sql(int i);
