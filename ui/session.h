/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Getting in: the demo, a local profile, signing in to a server, signing up. */
#pragma once

#include "app.h"

/* Opens the private server's profile and starts it; complains when that cannot be. */
void session_start_private(App *app, ProfileKind kind);
void session_ask_sign_in(App *app);
void session_ask_sign_up(App *app);
