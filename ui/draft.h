/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was typed into a dialog that was left with Esc: kept in the store, and there again the next time. */
#pragma once

#include "app.h"

/* Under which it is kept: "note:<uuid>". Caller frees. */
char *draft_key(const char *kind, const Uuid *lead);

/* kind: "confirm", "reject", "note". What was kept about a lead; NULL nothing. Caller frees. */
char *draft_of(App *app, const char *kind, const Uuid *lead);
/* Keeps it under its key, without a word. */
void draft_save(App *app, const char *key, const char *text);
/* Keeps it, and says so; an empty text forgets what was kept. */
void draft_keep(App *app, const char *kind, const Uuid *lead, const char *text);
/* It has been said. */
void draft_done(App *app, const char *kind, const Uuid *lead);
