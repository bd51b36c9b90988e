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
} LinkPurpose;

/* Makes one; appends its address. */
bool mail_link_make(Call *call, LinkPurpose purpose, const Uuid *account, GString *url,
                    GError **error);
/* How long one is good, in hours. */
int mail_link_hours(LinkPurpose purpose);

/* Whose it is; *found false: it is none, was used, or is too old. Only looks. */
bool mail_link_find(Call *call, LinkPurpose purpose, const char *token, Uuid *account, bool *found,
                    GError **error);
/* The same, and uses it up with all others of that purpose. */
bool mail_link_use(Call *call, LinkPurpose purpose, const char *token, Uuid *account, bool *found,
                   GError **error);
