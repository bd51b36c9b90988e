/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is going on behind the screen, how far it is, and since when. */
#include "base/clock.h"
#include "base/i18n.h"
#include "page.h"
#include "page_view.h"
#include "when.h"

#define LABEL_WIDTH 8
#define BAR_CELLS 30

static const char *name_of(ClientTaskKind kind)
{
    switch (kind) {
    case TASK_CONNECT:
        return _("Connecting to the server");
    case TASK_FULL_SYNC:
        return _("Fetching all leads");
    case TASK_PULL:
        return _("Fetching what is new");
    case TASK_SEND:
        return _("Sending");
    case TASK_WRITE:
        return _("Writing to the cache");
    case TASK_STREAM:
        return _("Listening for new leads");
    }
    return "";
}

static void put_bar(Page *page, const ClientTask *task)
{
    int full = (int)(task->done * BAR_CELLS / MAX(task->total, 1));
    g_autoptr(GString) bar = g_string_new("[");
    for (int i = 0; i < BAR_CELLS; i++)
        g_string_append_c(bar, i < full ? '=' : ' ');
    g_string_append_printf(bar, "] %" G_GINT64_FORMAT " / %" G_GINT64_FORMAT, task->done,
                           task->total);
    page_pair(page, LABEL_WIDTH, "", ROLE_NORMAL, bar->str);
}

static void fill(View *view, Page *page)
{
    App *app = view->app;
    g_autoptr(GPtrArray) tasks = app->client ? client_tasks(app->client) : NULL;
    for (guint i = 0; tasks && i < tasks->len; i++) {
        const ClientTask *task = tasks->pdata[i];
        g_autofree char *age = task->since ? when_age(task->since, clock_now()) : g_strdup("");
        g_autofree char *line = task->title
                                    ? g_strdup_printf("%s: %s", name_of(task->kind), task->title)
                                    : g_strdup(name_of(task->kind));
        page_pair(page, LABEL_WIDTH, age, ROLE_NORMAL, line);
        if (task->total > 0)
            put_bar(page, task);
    }
    if (page_lines(page) == 0)
        page_text(page, ROLE_NORMAL, _("Nothing is going on."));
}

static void status(View *view, GString *out)
{
    g_string_append(out, _("Jobs: what is going on behind the screen"));
}

static View *create(App *app)
{
    return page_view_new(app, &jobs_view);
}

static const char *const footer[] = { "cancel", "down", "up", "back", NULL };

const ViewOps jobs_view = {
    PAGE_VIEW,
    .destroy = page_view_free,
    .title = N_("Jobs"),
    .footer = footer,
    .create = create,
    .fill = fill,
    .changed = page_view_changed,
    .tick = page_view_tick,
    .status = status,
};
