/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A meeting, while it goes on and before. */
#include "base/i18n.h"
#include "handlers.h"
#include "page.h"
#include "page_view.h"

static View *create(App *app)
{
    return page_view_new(app, &meeting_view);
}

static void fill(View *view, Page *page)
{
    page_text(page, ROLE_NORMAL, _("There is no meeting here yet."));
}

static void status(View *view, GString *out)
{
    g_string_append(out, _("Meeting"));
}

static const char *const footer[] = { "groups", "down", "up", "back", NULL };

const ViewOps meeting_view = {
    PAGE_VIEW_WITH(CTX_BIT(CTX_MEETING)),
    .destroy = page_view_free,
    .title = N_("Meeting"),
    .footer = footer,
    .create = create,
    .fill = fill,
    .changed = page_view_changed,
    .status = status,
};

void run_meeting(App *app, const char *args)
{
    app_show(app, VIEW_MEETING);
}

void run_meetings(App *app, const char *args)
{
    app_show(app, VIEW_MEETING);
}
