/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For administrators: who asks to lead one more group, and yes or no to it (R62, R63). */
#pragma once

#include "app.h"

/* Is the user an administrator of the server? */
bool approvals_are_mine(App *app);
