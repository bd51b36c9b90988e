/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PUT /v1/referrals/{id}: a lead is sent to one partner. */
#pragma once

#include "server/call.h"

/* Also for callers inside the server (the demo's traffic): call->id is the new referral, call->body a NewReferral. */
bool referral_create(Call *call, GError **error);
