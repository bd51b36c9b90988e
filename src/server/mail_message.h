/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A mail as it goes over the wire (RFC 5322, MIME): plain text in UTF-8, and perhaps the same as text/calendar (iMIP, RFC 6047), headers of seven bits, lines that end in
 * CR LF. The Message-ID comes from the row, so that a mail that is sent again is known to be the same. It is not format=flowed.
 *
 * Nothing gets out of its header: control characters are refused in whatever is one, and addresses are a strict subset of
 * RFC 5321 (field_validate()), internationalised domains as A-labels. An address whose local part is not ASCII would need
 * SMTPUTF8 on the whole way, and is refused.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/uuid.h"

typedef struct MailMessage {
    Uuid id;
    gint64 date;
    const char *from_name, *from_email; /* name NULL: none */
    const char *to_name, *to_email;
    const char *subject, *body;  /* body: lines that end in \n */
    const char *calendar;        /* an alternative to the body; NULL: none */
    const char *calendar_method; /* "REQUEST" */
    const char *unsubscribe;     /* a link of RFC 8058's; NULL: the recipient cannot end it */
} MailMessage;

/* Loads the library that builds messages. FAILED. */
bool mail_message_init(GError **error);

/* After mail_message_init(). NULL and BAD_INPUT. Caller frees. */
char *mail_message_build(const MailMessage *message, GError **error);

/* An address as the envelope has it; NULL and BAD_INPUT: none that we write to. Caller frees. */
char *mail_address(const char *text, GError **error);

/* "NAME <ADDRESS>" or "ADDRESS", taken apart; *name NULL: none. False: it is neither. */
bool mail_address_split(const char *text, char **name, char **address);
