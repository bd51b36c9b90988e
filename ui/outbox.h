/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view of the outbox, and its commands (commands_outbox.c): what they want of each other. */
#pragma once

#include "app.h"

/* The item under the cursor, of the outbox or of the log of dropped ones; borrowed until the view reads again. NULL none. */
const OutboxItem *outbox_current(App *app);
/* Is it the log that is shown? */
bool outbox_shows_dropped(App *app);
void outbox_show_dropped(App *app, bool dropped);

/* What a person wrote into an item: message, note. NULL nothing. Caller frees. */
char *outbox_words(const OutboxItem *item);

/* Asks of each field in conflict which value it shall have. */
void outbox_decide(App *app, const OutboxItem *item);
