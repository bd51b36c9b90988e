/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/i18n.h"
#include "page.h"
#include "page_view.h"

static void fill(View *view, Page *page)
{
    page_text(page, ROLE_NORMAL, _("Nobody waits for an answer."));
}

static void status(View *view, GString *out)
{
    g_string_append(out, _("Invitations"));
}

static View *create(App *app)
{
    return page_view_new(app, &invitations_view);
}

static const char *const footer[] = { "down", "up", "back", NULL };

const ViewOps invitations_view = {
    PAGE_VIEW_WITH(CTX_BIT(CTX_INVITATION)),
    .destroy = page_view_free,
    .title = N_("Invitations"),
    .footer = footer,
    .create = create,
    .fill = fill,
    .changed = page_view_changed,
    .status = status,
};
