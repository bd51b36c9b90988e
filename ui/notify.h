/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telling of new leads while the screen is up: what the herald (client/herald.h) may do to it. */
#pragma once

#include "app.h"

void notify_begin(App *app);
void notify_end(App *app);
/* ClientChange bits; ~0u: settings or focus. Takes up the client of the app when that is another one. */
void notify_changed(App *app, unsigned what);
/* Before a client goes. */
void notify_forget_client(App *app);

/* The terminal reported its focus; or a key came, which says as much. */
void notify_focus(App *app, bool focused);
void notify_key(App *app);

/* For the status line: "DND 15:02", NULL none. Caller frees. */
char *notify_status(const App *app);
/* For the terminal's window: "Leadline (7)". Caller frees. */
char *notify_title(App *app);
