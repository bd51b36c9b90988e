/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts and /v1/me. GET /v1/me answers
 *
 *   {"account": {account}, "scopes": [{"id", "kind", "role", "state"}], "limits": {...}, "events": "/v1/events"}
 *
 * with the account's rev as ETag; PATCH /v1/me (name, company_name, business_type, language, time_zone, profile) answers the same. What then reads otherwise
 * for others, as a partner or as a party of a referral, is in their changes, and in the account's own; change_note_shown()
 * says what that costs. A patch that changes nothing writes nothing: same rev, nobody is told.
 */
#pragma once

#include "model/account.h"
#include "server/changes.h"

/* An account by id; NOT_FOUND. fields_clear() it. */
bool account_read(Db *db, const Uuid *id, Account *account, GError **error);

/* Makes one with its scope: ALREADY_EXISTS when the address is taken. id nil: a new one; password_hash NULL: no log-in by password.
 * For sign-up, `user add` and the demo. */
typedef struct NewAccount {
    Uuid id;
    const char *email, *name, *company_name, *business_type, *password_hash;
    const char
        *accept_language; /* the header, which says what it is written to in; NULL: English */
    bool admin;
    bool verified; /* the address is theirs: somebody vouches for it */
} NewAccount;
bool account_create(Call *call, const NewAccount *input, Account *account, GError **error);
/* The same for somebody who has the link of an invitation (token; NULL, or none of ours: nothing follows): it is theirs then, and
 * with the address that the link was sent to, that is verified. */
bool account_create_invited(Call *call, NewAccount *input, const char *token, Account *account,
                            GError **error);

/* ObjectRow.put of the account object. */
bool account_put(Call *call, const Uuid *scope, const Uuid *id, GString *out, gint64 *rev,
                 bool *visible, GError **error);
