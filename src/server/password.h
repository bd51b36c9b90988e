/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who somebody is, by e-mail address and password: the same care wherever it is asked, POST /v1/login or a page. First
 * password_prepare() in a route's .prepare (the one crypto thread: argon2id is slow by design), then password_settle() in
 * its handler, in the transaction. Guesses are throttled by account and by peer (throttle.h), and an address that
 * nobody has takes as long as a wrong password.
 */
#pragma once

#include "server/call.h"

/* Only in the crypto thread. Caller frees; NULL and *error. */
char *password_hash(Call *call, const char *password, GError **error);

/* Compares; the result waits in call->scratch. THROTTLED. */
bool password_prepare(Call *call, const char *email, const char *password, GError **error);

/* *right: it was, and *account is whose. Else the attempt is counted, and the handler's answer must keep that count:
 * call_refuse(). THROTTLED when others have guessed meanwhile. */
bool password_settle(Call *call, const char *email, Uuid *account, bool *right, GError **error);
