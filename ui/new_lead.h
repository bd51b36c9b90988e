/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing a lead: a form that fills the screen, the choice of its recipient, and the list of drafts. What is typed is kept at
 * once (draft.h), whatever happens next; nothing is ever refused while it is typed.
 */
#pragma once

#include "app.h"

#include "model/referral.h"

/* A new lead for this partner; recipient NULL: the list of drafts when there are any, else a new one for somebody to be
 * chosen. */
void app_new_lead(App *app, const Uuid *recipient);

/* The same lead for one more partner (R30). */
void app_new_lead_copy(App *app, const Referral *referral);

/* What the form has to take back itself: what a card filled in, a draft that was thrown away. False: nothing. */
bool new_lead_undo(App *app);
/* The sending of this lead was taken back: its form is there again. False: it was none of this view's. */
bool new_lead_sent_back(App *app, const Uuid *lead);

/* After a crash: says that what was being written is kept. */
void new_lead_greet(App *app);
