/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a group has found out about somebody, and concerns about them (R117, R118). */
#pragma once

#include "app.h"

/* Of a member, or of somebody whose request is open. name: as sent. Only what this user may see is there. */
void vetting_show(App *app, const Uuid *group, const Uuid *account, const char *name);
