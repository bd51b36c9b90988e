/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rows of the outbox as whoever sends them takes them: one at a time, for so long that another server takes it only when
 * the first one is gone. Handlers of the write lane, for server_run(); call->scratch is a MailClaim.
 *
 *   mail_claim -> (send) -> mail_settle
 *
 * A server that ends between the two leaves a row that is tried again when its time is over: a mail may come twice, then
 * with the same Message-ID, but it is never lost. While servers live, none is sent by two of them.
 */
#pragma once

#include "server/call.h"
#include "server/mail.h"
#include "server/smtp.h"

#define MAIL_ATTEMPTS 7 /* the first, and after 1 m, 5 m, 30 m, 2 h, 6 h, 24 h */
#define MAIL_KEPT (90 * MS_PER_DAY)
#define MAIL_STALE (7 * MS_PER_DAY) /* never tried in this time: nobody waits for it any more */

typedef struct MailClaim {
    gint64 lease; /* in: ms that nobody else takes the row */
    bool found;   /* out: there was one that was due */
    bool dropped; /* it is not to be sent: already settled */
    Uuid id;
    gint64 attempts, created_at; /* attempts: with this one */
    const MailTypeRow *type;
    bool member; /* the recipient has an account */
    char *email, *name, *language, *values;
    char *unsubscribe; /* the secret of a new link; NULL: the recipient cannot end it */
    /* in, for mail_settle: */
    SmtpOutcome outcome;
    const char *why; /* NULL none; the recipient's address is taken out of it */
} MailClaim;
void mail_claim_clear(MailClaim *claim);

bool mail_claim(Call *call, GError **error);
bool mail_settle(Call *call, GError **error);

/* Is a row due? For a connection that only reads. */
bool mail_is_due(Db *db, gint64 now, bool *due, GError **error);

/* When the attempt after that many is made: ms from now; -1 none. */
gint64 mail_retry_after(gint64 attempts);

/* Rows that failed, dead or not (all of them, or that one), are tried again, now. *n: how many. */
bool mail_retry(Db *db, gint64 now, const Uuid *id, gint64 *n, GError **error);

/* A step of the job that deletes what is old: JobRow.step. */
bool mail_purge(Call *call, GError **error);
