/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page_view.h"

#include "page.h"

View *page_view_new(App *app, const ViewOps *ops)
{
    PageView *pages = g_new0(PageView, 1);
    pages->view = (View){ .ops = ops, .app = app };
    return &pages->view;
}

void page_view_free(View *view)
{
    page_free(((PageView *)view)->page);
    g_free(view);
}

void page_view_show(View *view)
{
    ((PageView *)view)->top = 0;
}

void page_view_draw(View *view, bool all)
{
    PageView *pages = (PageView *)view;
    Rect r = rect_sub(view->body, 1, 0, view->body.w - 2, view->body.h);
    if (all) {
        draw_fill(view->body, ROLE_NORMAL);
        g_clear_pointer(&pages->page, page_free);
        pages->page = page_new(r.w);
        view->ops->fill(view, pages->page);
    }
    pages->top = CLAMP(pages->top, 0, MAX(0, page_lines(pages->page) - r.h));
    page_draw(pages->page, r, pages->top);
}

void page_view_moved(View *view, Move move)
{
    PageView *pages = (PageView *)view;
    pages->top = MAX(0, pages->top) + move_lines(move, view->body.h);
}

bool page_view_is_long(const View *view, bool *more_below)
{
    const PageView *pages = (const PageView *)view;
    int lines = pages->page ? page_lines(pages->page) : 0;
    *more_below = pages->top + view->body.h < lines;
    return lines > view->body.h;
}

void page_view_tick(View *view, bool minute)
{
    app_dirty(view->app, DIRTY_BODY);
}

void page_view_changed(View *view, unsigned what)
{
    app_dirty(view->app, DIRTY_BODY);
}
