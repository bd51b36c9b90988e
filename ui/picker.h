/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Choosing whom a lead is for: the partners of the cache, found by a few letters of name, company, trade or area
 * (client/fuzzy.h). Beside each what helps to choose: the trade, the areas, give and take; of the one under the cursor what
 * it calls a lead (R44) and whom it would like to meet (R50). The last line is somebody outside the network (R116).
 */
#pragma once

#include "app.h"
#include "page.h"

#include "model/referral.h"

typedef struct Picker Picker;

/* All partners but this one (NULL: all). NULL and a complaint when they cannot be read. */
Picker *picker_new(App *app, const Uuid *except);
void picker_free(Picker *picker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Picker, picker_free)

/* A letter of what is searched for, or a key that edits it. */
bool picker_key(Picker *picker, Key key);
void picker_paste(Picker *picker, const char *text);
void picker_move(Picker *picker, Move move);
void picker_draw(Picker *picker, Rect rect);

/* Under the cursor; NULL: somebody outside the network. */
const Partner *picker_chosen(const Picker *picker);
/* What was typed, when it looks like an address; "" when not. */
const char *picker_typed(const Picker *picker);
guint picker_found(const Picker *picker, guint *of);

/* What is known of a partner that helps to choose, into a page: trade, areas, give and take, criteria. */
void picker_put_partner(App *app, Page *page, const Partner *partner);
