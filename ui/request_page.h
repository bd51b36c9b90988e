/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All that has to be known of a membership request before it is decided. */
#pragma once

#include "app.h"
#include "client/groups.h"
#include "page.h"

/* As lines of a pane: what speaks against it first, then who and what they wrote, and the keys that decide. */
void request_page_put(Page *page, App *app, const RequestRow *row);
/* The same in full, as a page of its own. */
void request_text_show(App *app, const RequestRow *row);
/* "Zoe Carter, Carter Plumbing (Plumber)": clean; caller frees. */
char *request_who(const MembershipRequest *request);
