/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One group: its members on the left, requests (of those who may decide) and what is below them on the right, Tab between the
 * two. Where the screen is narrow one of them is shown at a time.
 */
#pragma once

#include "app.h"
#include "client/groups.h"

/* From its list of members. */
void group_show(App *app, const Uuid *id);
/* The same, with the cursor on a request. */
void group_show_request(App *app, const Uuid *group, const Uuid *request);

/* The member under the cursor, while the members have it; NULL: none, or another view is shown. Borrowed. */
const Member *group_current_member(App *app);

/* Requests that are tagged (Uuid, free with g_array_unref), or the one under the cursor. Empty: there is none. */
GArray *group_chosen_requests(App *app);
void group_untag(App *app);
