/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two lists of leads, and the lead that is shown in full: what they want of each other. */
#pragma once

#include "app.h"

/* Shows a lead in full. A received one that is new is picked up by that. */
void lead_open(App *app, const Uuid *id);

/* The lead after (step 1) or before (-1) the cursor of this list; moves the cursor there. False: there is none. */
bool leads_step(View *view, int step, Uuid *id);
/* The next one that waits for a verdict. */
bool leads_step_waiting(View *view, bool older, Uuid *id);

/* Where the cursor of the inbox shall go after a verdict on these leads (Uuid), if it stands on one of them: take it before,
 * go after. */
bool leads_next_waiting_place(App *app, const GArray *ids, LeadPos *out);
void leads_goto(App *app, const LeadPos *place);
/* To a lead wherever it is in the inbox. */
void leads_goto_lead(App *app, const Uuid *id);

/* Shows a box with the leads of one partner alone, sent in [from, to]; Esc shows all again. label: what they are. */
void leads_show_only(App *app, ReferralBox box, const Uuid *partner, gint64 from, gint64 to,
                     const char *label);

/* Limits the list that is shown, as \ does; says what is wrong with it. */
void leads_limit(App *app, const char *text);

/* The Inbox is shown, and no search or limit hides any of it. */
bool leads_shows_all(App *app);

/* The tagged leads (Uuid) that the list on the screen shows, or also those it hides (of the list below the lead, too); NULL
 * when there are none. Free with g_array_unref. */
GArray *leads_tagged(App *app, bool hidden_too);
void leads_untag(App *app);

/* The list that is shown, or lies under the lead that is; NULL when none is. */
View *leads_list_view(App *app);

/* "3 of 15" of the list's cursor. */
void leads_put_place(View *view, GString *out);
