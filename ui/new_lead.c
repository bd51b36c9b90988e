/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "new_lead.h"

#include "base/i18n.h"
#include "page.h"
#include "page_view.h"

static void fill(View *view, Page *page)
{
    page_text(page, ROLE_NORMAL, _("A new lead: leadline new"));
}

static void status(View *view, GString *out)
{
    g_string_append(out, _("New lead"));
}

static View *create(App *app)
{
    return page_view_new(app, &new_lead_view);
}

void app_new_lead(App *app, const Uuid *recipient)
{
    app_show(app, VIEW_NEW);
}

static const char *const footer[] = { "down", "up", "back", NULL };

const ViewOps new_lead_view = {
    PAGE_VIEW,        .destroy = page_view_free, .title = N_("New lead"),
    .footer = footer, .create = create,          .fill = fill,
    .status = status,
};
