/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known about one lead, as a page: the preview and the full view show the same. */
#pragma once

#include "app.h"
#include "page.h"

#include "model/referral.h"

typedef enum LeadLayout {
    LEAD_COLUMN, /* one column: a preview beside the list */
    LEAD_BRIEF,  /* what a verdict needs first: a low preview below the list */
    LEAD_WIDE,   /* two columns where there is room: the lead alone on the screen */
} LeadLayout;

Page *lead_page(App *app, const Referral *referral, int width, LeadLayout layout);

/* "N", "C": one letter of the state, and its word and role. */
char state_letter(ReferralState state, ReferralVerdict verdict);
const char *state_word(ReferralState state, ReferralVerdict verdict);
Role state_role(ReferralState state, ReferralVerdict verdict);

/* The letters and marks of lists, one by one from 0: what each is called (caller frees) and what it means. False past the
 * last. */
bool state_legend(size_t i, char mark[2], char **word, const char **meaning);

/* The other side of a referral. */
const Party *referral_other(const Referral *referral);

/* Give and take with an account over the last 12 months. */
bool give_take_of(App *app, const Uuid *account, GiveTake *out);
/* "[     ===|          ]": confirmed leads given less those taken */
char *give_take_bar(const GiveTake *sum);
