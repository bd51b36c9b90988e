/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mail to the next server, by libcurl. One Smtp is used by one thread, and keeps its connection from one mail to the next.
 *
 *   smtp_new() -> smtp_send()... -> smtp_free()
 *
 * With smtps:// TLS from the first byte, with smtp:// STARTTLS or nothing at all: a server that does not offer it gets no mail,
 * unless .plain. Certificates are checked. No proxy, no other protocol.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Smtp Smtp;

typedef struct SmtpOptions {   /* copied */
    const char *url;           /* smtp://HOST:PORT or smtps://HOST:PORT */
    const char *user;          /* NULL: no log-in */
    const char *password_file; /* its first line; read for each connection, so that it may change */
    const char *ca_file;       /* NULL: those that the system trusts */
    const char *helo;          /* what we call ourselves */
    bool plain;                /* no STARTTLS */
    gint64 seconds;            /* for one mail */
    const gint *stop;          /* atomic; not 0: give up at once. May be NULL */
} SmtpOptions;

/* FAILED: the library is not there. */
Smtp *smtp_new(const SmtpOptions *options, GError **error);
void smtp_free(Smtp *smtp); /* NULL is nothing */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Smtp, smtp_free)

typedef enum SmtpOutcome {
    SMTP_ACCEPTED,  /* the server has it */
    SMTP_LATER,     /* this mail may be taken another time (4xx) */
    SMTP_REFUSED,   /* this mail never (5xx) */
    SMTP_NO_SERVER, /* no mail will be taken now: nobody answers, TLS or log-in failed */
    SMTP_STOPPED,
} SmtpOutcome;

/* Addresses as mail_address() gives them, message with CR LF. *why (caller frees; NULL when accepted): what the server said, one
 * clean line; it may hold the address. *code: its last reply's, 0 none. */
SmtpOutcome smtp_send(Smtp *smtp, const char *from, const char *to, const char *message, char **why,
                      int *code);
