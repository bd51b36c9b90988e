/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups to join, asked of the server. */
#include "base/i18n.h"
#include "handlers.h"
#include "page.h"
#include "page_view.h"

static View *create(App *app)
{
    return page_view_new(app, &directory_view);
}

static void fill(View *view, Page *page)
{
    page_text(page, ROLE_NORMAL, _("There is no group here yet."));
}

static void status(View *view, GString *out)
{
    g_string_append(out, _("Find a group"));
}

static const char *const footer[] = { "groups", "down", "up", "back", NULL };

const ViewOps directory_view = {
    PAGE_VIEW_WITH(CTX_BIT(CTX_GROUPS)),
    .destroy = page_view_free,
    .title = N_("Find a group"),
    .footer = footer,
    .create = create,
    .fill = fill,
    .changed = page_view_changed,
    .status = status,
};

void run_directory(App *app, const char *args)
{
    app_show(app, VIEW_DIRECTORY);
}
