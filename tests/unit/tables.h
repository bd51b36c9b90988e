/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every field table of the model, for tests that hold for all of them. */
#pragma once

#include "model/account.h"
#include "model/invitation.h"
#include "model/referral.h"

static const FieldTable *const all_tables[] = {
    &account_fields,        &party_fields,      &sign_up_fields,        &login_fields,
    &tokens_fields,         &session_fields,    &scope_fields,          &contact_fields,
    &permission_fields,     &lead_fields,       &referral_fields,       &new_referral_fields,
    &confirm_fields,        &outcome_fields,    &note_fields,           &partner_fields,
    &outside_fields,        &recipient_fields,  &warning_fields,        &profile_fields,
    &public_profile_fields, &invitation_fields, &new_invitation_fields, &encouragement_fields,
};
