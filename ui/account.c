/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/i18n.h"
#include "page.h"
#include "page_view.h"

static void fill(View *view, Page *page)
{
    page_text(page, ROLE_NORMAL, _("Your account."));
}

static void status(View *view, GString *out)
{
    g_string_append(out, _("Account"));
}

static View *create(App *app)
{
    return page_view_new(app, &account_view);
}

static const char *const footer[] = { "down", "up", "back", NULL };

const ViewOps account_view = {
    PAGE_VIEW_WITH(CTX_BIT(CTX_ACCOUNT)),
    .destroy = page_view_free,
    .title = N_("Account"),
    .footer = footer,
    .create = create,
    .fill = fill,
    .changed = page_view_changed,
    .status = status,
};
