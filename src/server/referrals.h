/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Referrals: send, list, read, and what becomes of them. The rules are the model's (referral_may()); here is only who
 * sees what, where it is stored, and whom it concerns. Both parties' scopes learn of every change.
 */
#pragma once

#include "model/referral.h"
#include "server/call.h"

extern const Route referral_routes[];

/* Handlers for callers inside the server (the demo's traffic). call->id is the new referral, call->body a NewReferral. */
bool referral_create(Call *call, GError **error);
