/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The outbox of mail. Whoever causes a mail calls mail_queue() inside the transaction of the effect, so that the one is
 * never without the other; a thread of the server sends what is in the table (mail_sender.h).
 *
 *   mail_queue(call->db, call->now, &(Mail){ .type = MAIL_LEAD_RECEIVED, .key = id, .account = &referral->to.account,
 *              .values = (MailValue[]){ { "from", name }, { "referral", id }, { 0 } } }, error)
 *
 * The key is of what caused it: a second mail of that type with that key is nothing, so a handler may run again and a job
 * may come twice. What a type's template may be given is listed in its row of mail_types[]; a value that is not given is
 * empty, and lines of the template that depend on it are left out (mail_template.h). Values are erased when it was sent.
 *
 * A mail is in its recipient's language (model/account.h) as that is when it is sent; values are the same in all languages.
 *
 * Not queued, without an error: a type that the account switched off; mail to an outsider (MAIL_OUTSIDE to an address) who
 * wants none from here.
 */
#pragma once

#include "db/db.h"
#include "model/mail_type.h"

typedef enum MailState {
    MAIL_QUEUED = 1,
    MAIL_SENT = 2,
    MAIL_FAILED = 3, /* will be tried again */
    MAIL_DEAD = 4,   /* for good, until an administrator tries again */
} MailState;

typedef struct MailValue {
    const char *name, *text; /* NULL text: empty */
} MailValue;

typedef struct Mail {
    MailType type;
    const char *key;
    const Uuid *account; /* the recipient; NULL: somebody without one */
    const char *
        email; /* of somebody without an account; with one: instead of its own (where it was, or will be) */
    const char *name; /* of somebody without an account; may be NULL */
    const Uuid *
        tongue; /* the account whose language somebody without one is written to in; NULL: English */
    const MailValue *values; /* closed by {0}; NULL none */
} Mail;

bool mail_queue(Db *db, gint64 now, const Mail *mail, GError **error);
