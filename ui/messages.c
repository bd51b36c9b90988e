/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All messages of the session, newest first. */
#include "page_view.h"

#include "base/i18n.h"
#include "page.h"
#include "when.h"

static void fill(View *view, Page *page)
{
    App *app = view->app;
    for (GList *at = app->messages.head; at; at = at->next) {
        const Message *message = at->data;
        g_autofree char *clock = when_clock(message->at);
        page_pair(page, 6, clock, message->error ? ROLE_ERROR : ROLE_NORMAL, message->text);
    }
    if (page_lines(page) == 0)
        page_text(page, ROLE_NORMAL, _("No messages yet."));
}

static void status(View *view, GString *out)
{
    guint n = g_queue_get_length(&view->app->messages);
    g_string_append_printf(
        out, ngettext("Messages: %u, newest first", "Messages: %u, newest first", n), n);
}

static View *create(App *app)
{
    return page_view_new(app, &messages_view);
}

static const char *const footer[] = { "down", "up", "back", NULL };

const ViewOps messages_view = {
    PAGE_VIEW,        .destroy = page_view_free, .title = N_("Messages"),
    .footer = footer, .create = create,          .fill = fill,
    .status = status,
};
