/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Invitations and requests, received and sent. */
#pragma once

#include "app.h"

/* Shows the list with the cursor on this one; nil: on the first. */
void invitations_show(App *app, const Uuid *id);
