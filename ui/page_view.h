/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Views that are a page to be read and scrolled, made anew whenever it may have changed: messages, jobs, doctor, what another
 * program printed. Such a view is a ViewOps with PAGE_VIEW, a title, a footer, and `fill`, which puts everything into the page; one
 * that keeps something of its own has a struct that begins with PageView, and a .destroy.
 */
#pragma once

#include "app.h"

typedef struct PageView {
    View view;
    Page *page; /* as last drawn, NULL before */
    int top;    /* its first line on the screen */
} PageView;

View *page_view_new(App *app, const ViewOps *ops);
/* There is more above or below than the screen shows. */
bool page_view_is_long(const View *view, bool *more_below);
void page_view_free(View *view);
void page_view_show(View *view);
void page_view_draw(View *view, bool all);
void page_view_moved(View *view, Move move);
/* For .changed and .tick of pages that show what changes by itself. */
void page_view_changed(View *view, unsigned what);
void page_view_tick(View *view, bool minute);

/* more: the CTX_BITs of keys of its own. */
#define PAGE_VIEW_WITH(more)                                                                       \
    .contexts = CTX_BIT(CTX_LIST) | (more), .show = page_view_show, .draw = page_view_draw,        \
    .moved = page_view_moved
#define PAGE_VIEW PAGE_VIEW_WITH(0)
