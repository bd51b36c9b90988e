/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How an account is guarded: POST /v1/me/password (a new one ends all other sessions), and one-time codes under /v1/me/totp
 * (totp.h). Each asks for the password again, counted like a log-in. What is shown once (a secret, recovery codes) is kept with
 * no Idempotency-Key: who lost the answer begins again.
 */
#pragma once

#include "server/call.h"
