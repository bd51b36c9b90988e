/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Secret links in mails to accounts: whoever has one has read that mailbox. Each is good for one purpose, once, for a while; a
 * new one makes those before it void. Only the hash of its secret is kept.
 */
#pragma once

#include "server/call.h"

/* stored: never renumber */
typedef enum LinkPurpose {
    LINK_VERIFY = 1, /* the address is this account's */
    LINK_RESET = 2,  /* a new password */
    LINK_EMAIL = 3,  /* another address */
} LinkPurpose;

/* Makes one; appends its address. email: what it is sent to when that is not the account's address, kept with it; else NULL. */
bool mail_link_make(Call *call, LinkPurpose purpose, const Uuid *account, const char *email,
                    GString *url, GError **error);
/* What it was made for; NULL: the account's. Caller frees. */
bool mail_link_email(Call *call, LinkPurpose purpose, const Uuid *account, char **email,
                     GError **error);
/* All of that purpose are void. */
bool mail_link_forget(Call *call, LinkPurpose purpose, const Uuid *account, GError **error);
/* How long one is good, in hours. */
int mail_link_hours(LinkPurpose purpose);

/* Whose it is; *found false: it is none, was used, or is too old. Only looks. */
bool mail_link_find(Call *call, LinkPurpose purpose, const char *token, Uuid *account, bool *found,
                    GError **error);
/* The same, and uses it up with all others of that purpose. */
bool mail_link_use(Call *call, LinkPurpose purpose, const char *token, Uuid *account, bool *found,
                   GError **error);
