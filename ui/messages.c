/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All messages of the session, newest first. */
#include "app.h"

#include "base/i18n.h"
#include "page.h"
#include "when.h"

typedef struct MessagesView {
    View view;
    Page *page;
    int top;
} MessagesView;

static View *create(App *app)
{
    MessagesView *messages = g_new0(MessagesView, 1);
    messages->view = (View){ .ops = &messages_view, .app = app };
    return &messages->view;
}

static void destroy(View *view)
{
    page_free(((MessagesView *)view)->page);
    g_free(view);
}

static void show(View *view)
{
    ((MessagesView *)view)->top = 0;
}

static void draw(View *view, bool all)
{
    MessagesView *messages = (MessagesView *)view;
    Rect r = rect_sub(view->body, 1, 0, view->body.w - 2, view->body.h);
    if (all) {
        draw_fill(view->body, ROLE_NORMAL);
        g_clear_pointer(&messages->page, page_free);
        messages->page = page_new(r.w);
        for (GList *at = view->app->messages.head; at; at = at->next) {
            const Message *message = at->data;
            g_autofree char *clock = when_clock(message->at);
            page_pair(messages->page, 6, clock, message->error ? ROLE_ERROR : ROLE_NORMAL,
                      message->text);
        }
        if (page_lines(messages->page) == 0)
            page_text(messages->page, ROLE_NORMAL, _("No messages yet."));
    }
    messages->top = CLAMP(messages->top, 0, MAX(0, page_lines(messages->page) - r.h));
    page_draw(messages->page, r, messages->top);
}

static void moved(View *view, Move move)
{
    MessagesView *messages = (MessagesView *)view;
    messages->top = MAX(0, messages->top) + move_lines(move, view->body.h);
}

static void status(View *view, GString *out)
{
    guint n = g_queue_get_length(&view->app->messages);
    g_string_append_printf(
        out, ngettext("Messages: %u, newest first", "Messages: %u, newest first", n), n);
}

static const char *const footer[] = { "down", "up", "back", NULL };

const ViewOps messages_view = {
    .title = N_("Messages"),
    .footer = footer,
    .contexts = CTX_BIT(CTX_LIST),
    .create = create,
    .destroy = destroy,
    .show = show,
    .draw = draw,
    .moved = moved,
    .status = status,
};
