/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One's own groups and requests. */
#pragma once

#include "app.h"

/* Shows the list with the cursor on this group, or this request of one's own; nil: where it was. */
void groups_show(App *app, const Uuid *id);
