/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which mail a referral's events cause, in their transactions. */
#pragma once

#include "model/referral.h"
#include "server/call.h"

/* To the recipient: there is a lead to pick up (R38). */
bool referral_mail_received(Call *call, const Referral *referral, GError **error);

/* To the sender, after an event: the verdict with its reason (R41), another outcome than before; to the
 * recipient: the sender's reminder; else nothing. */
bool referral_mail_event(Call *call, const Referral *referral, ReferralEvent event,
                         ReferralState before, GError **error);
