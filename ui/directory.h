/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking for a group to join. */
#pragma once

#include "app.h"
#include "model/group.h"

/* The one under the cursor; NULL: none, or another view is shown. */
const Group *directory_current(App *app);
