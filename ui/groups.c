/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The groups one is in, and those one asked to be let into. */
#include "base/i18n.h"
#include "page.h"
#include "page_view.h"

static View *create(App *app)
{
    return page_view_new(app, &groups_view);
}

static char *key_of(App *app, const char *command)
{
    return keymap_key_of(app->keymap, app_view_contexts(app), command, NULL);
}

static void fill(View *view, Page *page)
{
    g_autofree char *find = key_of(view->app, "directory");
    page_text(page, ROLE_HEADING, _("You are in no group yet."));
    page_blank(page);
    page_text(
        page, ROLE_NORMAL,
        _("A leads group is a circle of people of different trades who meet every week or month "
          "and pass leads to each other: all members are your partners as long as you are in "
          "it."));
    page_blank(page);
    page_format(page, ROLE_NORMAL, _("%s finds groups that have room for your trade."), find);
}

static void status(View *view, GString *out)
{
    g_string_append(out, _("Groups"));
}

static const char *const footer[] = { "directory", "down", "up", "command", "back", NULL };

const ViewOps groups_view = {
    PAGE_VIEW_WITH(CTX_BIT(CTX_GROUPS)),
    .destroy = page_view_free,
    .title = N_("Groups"),
    .footer = footer,
    .create = create,
    .fill = fill,
    .changed = page_view_changed,
    .status = status,
};
