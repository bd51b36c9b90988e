/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text_page.h"

#include "app.h"

#include "base/i18n.h"
#include "base/text.h"
#include "page.h"

typedef struct TextView {
    View view;
    char *title, *text;
    ViewId from;
    Page *page;
    int top;
} TextView;

static View *create(App *app)
{
    TextView *text = g_new0(TextView, 1);
    text->view = (View){ .ops = &text_view, .app = app };
    text->from = VIEW_INBOX;
    return &text->view;
}

static void destroy(View *view)
{
    TextView *text = (TextView *)view;
    page_free(text->page);
    g_free(text->title);
    g_free(text->text);
    g_free(text);
}

static void place(View *view, Rect body)
{
    g_clear_pointer(&((TextView *)view)->page, page_free);
}

static void draw(View *view, bool all)
{
    TextView *text = (TextView *)view;
    Rect r = rect_sub(view->body, 1, 0, view->body.w - 2, view->body.h);
    if (all)
        draw_fill(view->body, ROLE_NORMAL);
    if (!text->page) {
        text->page = page_new(r.w);
        page_text(text->page, ROLE_NORMAL, text->text);
    }
    text->top = CLAMP(text->top, 0, MAX(0, page_lines(text->page) - r.h));
    page_draw(text->page, r, text->top);
}

static void moved(View *view, Move move)
{
    TextView *text = (TextView *)view;
    text->top = MAX(0, text->top) + move_lines(move, view->body.h);
}

static bool back(View *view)
{
    app_show(view->app, ((TextView *)view)->from);
    return true;
}

static void status(View *view, GString *out)
{
    TextView *text = (TextView *)view;
    int lines = text->page ? page_lines(text->page) : 0;
    g_string_append(out, text->title);
    if (lines > view->body.h)
        g_string_append(out, text->top + view->body.h < lines ? _("   more below") : _("   end"));
}

static const char *const footer[] = { "down", "up", "page-down", "back", NULL };

const ViewOps text_view = {
    .title = N_("Text"),
    .footer = footer,
    .contexts = CTX_BIT(CTX_LIST),
    .create = create,
    .destroy = destroy,
    .place = place,
    .draw = draw,
    .moved = moved,
    .back = back,
    .status = status,
};

void text_page_show(App *app, const char *title, const char *text)
{
    ViewId from = app->view;
    app_show(app, VIEW_TEXT);
    TextView *view = (TextView *)app_view(app);
    if (from != VIEW_TEXT)
        view->from = from;
    g_free(view->title);
    g_free(view->text);
    view->title = text_clean(title, -1, TEXT_LINE);
    view->text = g_strdup(text);
    view->top = 0;
    g_clear_pointer(&view->page, page_free);
}
