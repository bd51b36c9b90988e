/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Referrals: reading one, what becomes of it, and the rows of the route table; sending is in referral_create.h, lists
 * are in referral_list.h. The rules are the model's (referral_may()); here is only who sees what, where it is stored, and
 * whom it concerns. Both parties' scopes learn of every change.
 */
#pragma once

#include "model/referral.h"
#include "server/call.h"

extern const Route referral_routes[];

/* The answer: the referral, with its revision as ETag. */
void referral_reply(Call *call, const Referral *referral, int status);
