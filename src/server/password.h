/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who somebody is, by e-mail address, password and, for who has set that up, a one-time code (totp.h): the same care wherever
 * it is asked, POST /v1/login or a page. First password_prepare() in a route's .prepare (the one crypto thread: argon2id is slow by
 * design), then password_settle() in its handler, in the transaction. Guesses are throttled by account and by peer
 * (throttle.h), and an address that nobody has takes as long as a wrong password. That a code is wanted is told only to
 * who has the password.
 *
 * The _own() ones are a step up: somebody who is logged in shows again that they know their password.
 */
#pragma once

#include "server/call.h"

typedef enum PasswordResult {
    PASSWORD_RIGHT,
    PASSWORD_WRONG,
    PASSWORD_CODE_MISSING, /* the password is right, but a one-time code is wanted too */
    PASSWORD_CODE_WRONG,
} PasswordResult;

/* Only in the crypto thread. Caller frees; NULL and *error. */
char *password_hash(Call *call, const char *password, GError **error);

/* Compares; the result waits in call->scratch. THROTTLED. */
bool password_prepare(Call *call, const char *email, const char *password, GError **error);
bool password_prepare_own(Call *call, const char *password, GError **error);
/* After one of them: hashes what shall be the password from now on, when the old one was right. */
bool password_prepare_new(Call *call, const char *password, GError **error);

/* Anything but RIGHT is counted (a missing code is not), and the handler's answer must keep that count:
 * password_refuse(). *account is whose it is when RIGHT. totp may be NULL. THROTTLED when others have guessed meanwhile. */
bool password_settle(Call *call, const char *totp, Uuid *account, PasswordResult *result,
                     GError **error);
/* RIGHT or WRONG; of an account that is gone NOT_FOUND. */
bool password_settle_own(Call *call, PasswordResult *result, GError **error);

/* Forgets the wrong guesses of an account: it has another password. */
bool password_forgive(Call *call, const Uuid *account, GError **error);

/* The hash that password_prepare_new() made. */
const char *password_new_hash(const Call *call);

/* The answer to what is not RIGHT, as the caller of an endpoint reads it; returns true. */
bool password_refuse(Call *call, PasswordResult result);
