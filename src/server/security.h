/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How an account is guarded: POST /v1/me/password (a new one ends all other sessions), and one-time codes under /v1/me/totp
 * (totp.h). Each asks for the password again, counted like a log-in. What is shown once (a secret, recovery codes) is kept with
 * no Idempotency-Key: who lost the answer begins again.
 */
#pragma once

#include "server/call.h"

/* From now on this is the password: all sessions but `kept` (NULL: all) end, log-ins that were allowed but not fetched and links for a
 * new password are void, wrong guesses are forgotten, and the account is told by mail. */
bool security_set_password(Call *call, const Uuid *account, const char *hash, const Uuid *kept,
                           GError **error);
