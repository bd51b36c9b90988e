/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dues of a group: what is owed and paid, of all for leaders and treasurers, else one's own (R52). */
#pragma once

#include "app.h"

void dues_show(App *app, const Uuid *group);
