/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Views that are a page to be read and scrolled, made anew whenever it may have changed: messages, jobs, doctor. Such a view
 * is a ViewOps with PAGE_VIEW, a title, a footer, and `fill`, which puts everything into the page.
 */
#pragma once

#include "app.h"

View *page_view_new(App *app, const ViewOps *ops);
void page_view_free(View *view);
void page_view_show(View *view);
void page_view_draw(View *view, bool all);
void page_view_moved(View *view, Move move);
/* For .changed and .tick of pages that show what changes by itself. */
void page_view_changed(View *view, unsigned what);
void page_view_tick(View *view, bool minute);

#define PAGE_VIEW                                                                                  \
    .contexts = CTX_BIT(CTX_LIST), .destroy = page_view_free, .show = page_view_show,              \
    .draw = page_view_draw, .moved = page_view_moved
