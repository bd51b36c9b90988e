/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text to read, as a view of its own: what another program printed. q goes back to where one was. */
#pragma once

typedef struct App App;

/* text is taken as it is, and cleaned. */
void text_page_show(App *app, const char *title, const char *text);
