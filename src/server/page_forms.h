/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the pages about one's account (/verify, /reset) have in common. */
#pragma once

#include "server/page.h"

extern const Wording account_page_wording; /* any problem as a page */

/* A whole page that says one thing. */
void page_end_with(Call *call, const char *title, const char *text);
