/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The account itself, and what only the server can work out (reports of groups, model/group_report.h): sessions, mail, password, one-time codes, own data, the end. These are no actions of the outbox: nothing
 * of them works offline or waits, since each is about now, and none may lie about with a password in it. One question at a
 * time is asked of the server, and answered once; a token that is over is renewed and the question asked again.
 */
#pragma once

#include "client/client.h"
#include "model/mail_type.h"
#include "model/report.h"

typedef enum AccountAct {
    ACCOUNT_SESSIONS = 1,
    ACCOUNT_END_SESSION,  /* id */
    ACCOUNT_MAIL,         /* which types of mail are wanted */
    ACCOUNT_SET_MAIL,     /* settings */
    ACCOUNT_VERIFY,       /* send the mail that verifies the address again */
    ACCOUNT_EMAIL,        /* email, password: mails a link there, which makes it the address */
    ACCOUNT_PASSWORD,     /* password, fresh: all other sessions end */
    ACCOUNT_TOTP,         /* are one-time codes wanted? */
    ACCOUNT_TOTP_BEGIN,   /* password */
    ACCOUNT_TOTP_CONFIRM, /* code */
    ACCOUNT_TOTP_CODES,   /* password: new recovery codes */
    ACCOUNT_TOTP_OFF,     /* password */
    ACCOUNT_EXPORT,       /* path: a zip of all that is kept, written to this new file */
    ACCOUNT_DELETE,       /* confirm, password, perhaps code; then client_logout() with purge */
    ACCOUNT_REPORT,       /* report, id (of a group), perhaps from and to */
    ACCOUNT_ACTS,
} AccountAct;

typedef struct AccountInput { /* what an act does not need is NULL */
    Uuid id;
    const char *password, *fresh, *code, *confirm, *email, *path;
    const GPtrArray *settings; /* MailSetting *: type and on */
    ReportKind report;
    const char *from, *to; /* days or times */
} AccountInput;

/* Borrowed, as long as the callback runs. Texts of the server: clean them before they are shown. */
typedef struct AccountAnswer {
    AccountAct act;
    const GError *error; /* NULL: done */
    TotpStatus totp;
    TotpSetup setup;
    RecoveryCodes codes;
    GPtrArray *sessions; /* Session *, newest first */
    GPtrArray *settings; /* MailSetting * */
    Report *report;      /* ACCOUNT_REPORT; may be taken over, leaving {0} */
} AccountAnswer;

typedef void (*AccountFunc)(const AccountAnswer *answer, gpointer data);

/* The file of an export is only its owner's to read; it is made when this is called (CANNOT_CREATE, also when it is there already) and
 * taken away again when the export does not come to its end. The input is copied into the request. OFFLINE when the server cannot be asked now. done is not called when the client is freed
 * before; then data is freed by drop (NULL: borrowed). */
void client_account_ask(Client *client, AccountAct act, const AccountInput *input, AccountFunc done,
                        gpointer data, GDestroyNotify drop);
