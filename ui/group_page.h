/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a group says of itself, laid out: for the directory, its own view and the question whether to join. */
#pragma once

#include "client/groups.h"
#include "page.h"

/* Fee, meetings, seats, what it looks for (R52, R53, R55, R56): a line each. */
void group_page_facts(Page *page, const Group *group, const char *wanted);
/* The last of these: trades that no member has, of a group of this user; all that it looks for of others. Caller frees. */
char *group_page_wanted(Client *client, const Group *group);
/* R62: how it stands with the approval to lead it too, that this user asked for; nothing when they did not. */
void group_page_approval(Page *page, Client *client, const Uuid *group);
/* Its home text and rules (R55). */
void group_page_texts(Page *page, const Group *group);
