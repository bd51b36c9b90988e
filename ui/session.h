/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Getting in: the demo, a local profile, signing in to a server, signing up. */
#pragma once

#include "app.h"

/* Opens the private server's profile and starts it; complains when that cannot be. */
void session_start_private(App *app, ProfileKind kind);
void session_ask_sign_in(App *app);
void session_ask_sign_up(App *app);
/* With a browser; asks for the server first when there is no profile. */
void session_ask_browser(App *app);

/* It is done: stores the profile, and says where the session is kept. */
void session_signed_in(App *app);
/* What hinders somebody who wants to get in, in words. Caller frees. */
char *session_words(const App *app, const GError *error);
