/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Meetings of groups (model/meeting.h): members read them, who has RIGHT_MEETINGS writes. What is entered at them is
 * meeting_entries.h, those of a group's schedule are made by meeting_plan.h, mail about them is meeting_mail.h.
 *
 * A meeting is in its group's scope of the change feed. Whatever writes at one locks its row first (meeting_lock()), so that what
 * is entered while somebody completes it is either in, or refused. Order of locks: groups, then meetings.
 */
#pragma once

#include "model/meeting.h"
#include "server/call.h"

extern const Route meeting_routes[];

void meeting_clear(Meeting *meeting);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Meeting, meeting_clear)

/* As a member of its group sees it, and what their role lets them do (set of GroupRight). NOT_FOUND for everybody else. */
bool meeting_load(Db *db, const Uuid *viewer, const Uuid *id, Meeting *out, unsigned *rights,
                  GError **error);
/* The same, and nobody else writes at it until the transaction ends. */
bool meeting_lock(Db *db, const Uuid *viewer, const Uuid *id, Meeting *out, unsigned *rights,
                  GError **error);
/* For jobs, and by token: whoever asks. NOT_FOUND. */
bool meeting_row_load(Db *db, const Uuid *id, Meeting *out, GError **error);

/* Writes it (insert or change), noted in the group's scope. */
bool meeting_store(Call *call, const Meeting *meeting, bool planned, GError **error);

/* The columns of meeting_fields over meeting m. */
const char *meeting_columns(void);

/* Statements for EXPLAIN; NULL past the last. */
const char *meeting_hot_sql(int i);
