/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The account as a page: who, profile, mail, sessions, one-time codes. Who and profile come from the cache and work offline; the
 * rest is asked of the server when the page is shown, and says so when it cannot be. Its commands are in commands_account.c.
 */
#pragma once

#include "client/account.h"
#include "page_view.h"

#include "client/qr.h"

typedef struct AccountView {
    PageView page; /* first */
    guint asking;  /* answers that are still to come */
    char *trouble; /* why the server's part is not there; NULL nothing */
    bool knows_totp;
    TotpStatus totp;
    GPtrArray *sessions, *settings; /* Session *, MailSetting *; NULL not known */
    char *secret;                   /* one-time codes are being set up */
    Qr *qr;                         /* of that; NULL none */
    char **codes;                   /* recovery codes: shown once */
} AccountView;

/* What went wrong, in words. Caller frees. */
char *account_words(const GError *error);

/* NULL before it was ever shown. */
AccountView *account_view_of(App *app);
/* Asks the server for its part again. */
void account_view_load(App *app);
/* Takes copies; NULL: none any more. The page shows them from its top. */
void account_view_setup(App *app, const TotpSetup *setup);
void account_view_codes(App *app, char *const *codes);
