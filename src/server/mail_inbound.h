/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Answers to invitations that come by mail: whatever takes mail for the address of mail_reply passes it on, either to
 * `leadlined mail receive` on standard input, or to POST /v1/mail/inbound with the secret of mail_inbound_secret_file.
 *
 * Nothing of a mail is trusted but that somebody knows the UID of an invitation, which is told to one member alone
 * (meeting_calendar.h): their answer, and when they gave it. Sender, addresses and texts are not looked at. An answer to an invitation
 * that was replaced since, to a meeting that is over, or of somebody who left is passed over, like any mail that is no answer:
 * nobody is told, so nothing can be learned.
 */
#pragma once

#include "server/call.h"
#include "server/config.h"

extern const Route mail_inbound_routes[];

/* *taken: it was an answer, and is entered. */
bool mail_inbound_take(Call *call, const char *message, size_t length, bool *taken, GError **error);

/* leadlined mail receive: one message on standard input, beside a server or without one. */
bool mail_receive_command(const Config *config, int argc, char **argv, GError **error);
