/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text_page.h"

#include "base/i18n.h"
#include "base/text.h"
#include "page.h"
#include "page_view.h"

typedef struct TextView {
    PageView pages;
    char *title, *text;
    ViewId from;
} TextView;

static View *create(App *app)
{
    TextView *text = g_new0(TextView, 1);
    text->pages.view = (View){ .ops = &text_view, .app = app };
    text->from = VIEW_INBOX;
    return &text->pages.view;
}

static void destroy(View *view)
{
    TextView *text = (TextView *)view;
    g_free(text->title);
    g_free(text->text);
    page_view_free(view);
}

static void fill(View *view, Page *page)
{
    page_text(page, ROLE_NORMAL, ((TextView *)view)->text);
}

static bool back(View *view)
{
    app_show(view->app, ((TextView *)view)->from);
    return true;
}

static void status(View *view, GString *out)
{
    bool more_below;
    g_string_append(out, ((TextView *)view)->title);
    if (page_view_is_long(view, &more_below))
        g_string_append(out, more_below ? _("   more below") : _("   end"));
}

static const char *const footer[] = { "down", "up", "page-down", "back", NULL };

const ViewOps text_view = {
    PAGE_VIEW,        .destroy = destroy, .title = N_("Text"), .footer = footer,
    .create = create, .fill = fill,       .back = back,        .status = status,
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
}
