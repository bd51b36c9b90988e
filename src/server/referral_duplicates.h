/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Did this sender pass the same contact to the same recipient lately? The sender is warned, shown the earlier one and may go on: people
 * come back, and a forced refusal would be wrong. Only the asker's own referrals are ever looked at: that condition is in
 * the statement, so whatever others sent to the recipient stays unknown.
 */
#pragma once

#include "model/referral.h"
#include "server/call.h"

typedef struct Duplicates {
    const Recipient *to;
    const Contact *contact; /* its phones and its e-mail */
    const Uuid *but;        /* not this one; nil none */
} Duplicates;

/* Appends the Warnings, newest first and with commas between them, to the answer; nothing when there are none. */
bool duplicates_put(Call *call, const Duplicates *of, GError **error);

bool duplicates_list(Call *call, GError **error); /* GET /v1/referrals/duplicates */
