/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking for members who fit. */
#pragma once

#include "app.h"
#include "client/network.h"

/* The one under the cursor; NULL: none, or another view is shown. */
const PublicProfile *find_current(App *app);
/* A price level as it is shown everywhere: "$$$". Caller frees. */
char *find_price(gint64 level);
