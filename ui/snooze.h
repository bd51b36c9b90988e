/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leads that come back at a time: which ones, and how they are marked. */
#pragma once

#include "app.h"

typedef enum SnoozeMark {
    SNOOZE_NONE,
    SNOOZE_LATER, /* comes back */
    SNOOZE_NOW,   /* has come back, and was not opened since */
} SnoozeMark;

/* until: NULL or when. Cheap: a list asks for every line. */
SnoozeMark snooze_of(App *app, const Uuid *lead, gint64 *until);
/* They changed, or the client did. */
void snooze_read_again(App *app);
/* The lead is before the user: it need not be marked any more when it has come back. */
void snooze_seen(App *app, const Uuid *lead);
