/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One group: who is in it, who would like to be, and when it meets. */
#include "base/i18n.h"
#include "handlers.h"
#include "page.h"
#include "page_view.h"

static View *create(App *app)
{
    return page_view_new(app, &group_view);
}

static void fill(View *view, Page *page)
{
    page_text(page, ROLE_NORMAL, _("There is no group here yet."));
}

static void status(View *view, GString *out)
{
    g_string_append(out, _("Group"));
}

static const char *const footer[] = { "groups", "down", "up", "back", NULL };

const ViewOps group_view = {
    PAGE_VIEW_WITH(CTX_BIT(CTX_GROUP)),
    .destroy = page_view_free,
    .title = N_("Group"),
    .footer = footer,
    .create = create,
    .fill = fill,
    .changed = page_view_changed,
    .status = status,
};

void run_group(App *app, const char *args)
{
    app_show(app, VIEW_GROUP);
}
