/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form of a new lead. */
#pragma once

#include "app.h"

/* Opens it; recipient: the account of a partner, NULL when it is not known yet. */
void app_new_lead(App *app, const Uuid *recipient);
