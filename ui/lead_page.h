/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known about one lead, as a page: the preview and the full view show the same. */
#pragma once

#include "app.h"
#include "page.h"

#include "model/referral.h"

/* head: begin with label, state and the other side (a preview has no other place for them). */
Page *lead_page(App *app, const Referral *referral, int width, bool head);

/* "N", "C": one letter of the state, and its word and role. */
char state_letter(ReferralState state, ReferralVerdict verdict);
const char *state_word(ReferralState state, ReferralVerdict verdict);
Role state_role(ReferralState state, ReferralVerdict verdict);

/* The other side of a referral. */
const Party *referral_other(const Referral *referral);

/* Give and take with an account over the last 12 months. */
bool give_take_of(App *app, const Uuid *account, GiveTake *out);
/* "[     ===|          ]" */
char *give_take_bar(const GiveTake *sum);
