/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view of partners: what other files want of it. */
#pragma once

#include "app.h"
#include "client/cache_partners.h"

/* How far back give and take are counted there. */
extern const EnumTable partner_periods;

void partners_set_sort(App *app, PartnerSort sort, bool reverse);
void partners_turn(App *app);
/* "active", "dormant", "low-giver", words of a trade, or "": all. */
void partners_set_limit(App *app, const char *text);
const char *partners_limit(App *app);
/* The next period, or the one of that code. False: there is none. */
bool partners_set_period(App *app, const char *code);
PartnerSort partners_sort(App *app);

/* What is counted in the view of partners when that is shown, else the usual.
 * Borrowed words. */
PartnerQuery partners_query(App *app);

/* The partner under the cursor as the row of the list; NULL none. */
const PartnerRow *partners_current(App *app);
/* The next lead (step 1) or the one before (-1) of the partner that is shown in full. False: there is none. */
bool partners_step(App *app, int step, Uuid *id);
/* Shows one in full. */
void partner_open(App *app, const Uuid *account);
