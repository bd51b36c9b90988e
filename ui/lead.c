/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One lead in full. */
#include "leads.h"

#include "base/i18n.h"
#include "base/text.h"
#include "client/label.h"
#include "lead_page.h"
#include "snooze.h"

typedef struct LeadView {
    View view;
    Uuid id;
    Referral referral;
    bool found;
    Page *page;
    int top;
    guint pick_up; /* source: the lead is shown first, that it was opened is written down after */
} LeadView;

static View *create(App *app)
{
    LeadView *lead = g_new0(LeadView, 1);
    lead->view = (View){ .ops = &lead_view, .app = app };
    return &lead->view;
}

static void pick_up_now(LeadView *lead)
{
    if (!lead->pick_up)
        return;
    g_clear_handle_id(&lead->pick_up, g_source_remove);
    g_autoptr(GError) error = NULL;
    if (!client_pick_up(lead->view.app->client, &lead->id, &error))
        app_complain_error(lead->view.app, error);
}

static gboolean on_pick_up(gpointer data)
{
    pick_up_now(data);
    return G_SOURCE_CONTINUE; /* it has removed itself */
}

static void destroy(View *view)
{
    LeadView *lead = (LeadView *)view;
    pick_up_now(lead);
    fields_clear(&referral_fields, &lead->referral);
    page_free(lead->page);
    g_free(lead);
}

static void read_lead(LeadView *lead)
{
    fields_clear(&referral_fields, &lead->referral);
    g_clear_pointer(&lead->page, page_free);
    lead->found = cache_referral(client_cache(lead->view.app->client), &lead->id, &lead->referral,
                                 NULL);
    app_dirty(lead->view.app, DIRTY_BODY | DIRTY_STATUS | DIRTY_FOOTER);
}

static void changed(View *view, unsigned what)
{
    if (what & (CLIENT_LEADS | CLIENT_OUTBOX | CLIENT_NOTES | CLIENT_SNOOZES))
        read_lead((LeadView *)view);
}

static void place(View *view, Rect body)
{
    g_clear_pointer(&((LeadView *)view)->page, page_free);
}

static Rect inside(const LeadView *lead)
{
    Rect body = lead->view.body;
    /* Long lines are hard to read. */
    int margin = body.w >= 60 ? 1 : 0;
    return rect_sub(body, margin, body.h > 8 ? 1 : 0, MIN(body.w - 2 * margin, 98),
                    body.h - (body.h > 8 ? 1 : 0));
}

static void draw(View *view, bool all)
{
    LeadView *lead = (LeadView *)view;
    Rect rect = inside(lead);
    if (all)
        draw_fill(view->body, ROLE_NORMAL);
    if (!lead->found) {
        draw_text(rect, 0, 0, ROLE_NORMAL, _("This lead is not there any more."));
        return;
    }
    if (!lead->page)
        lead->page = lead_page(view->app, &lead->referral, rect.w, LEAD_WIDE);
    lead->top = CLAMP(lead->top, 0, MAX(0, page_lines(lead->page) - rect.h));
    page_draw(lead->page, rect, lead->top);
}

static void tick(View *view, bool minute)
{
    if (minute) {
        g_clear_pointer(&((LeadView *)view)->page, page_free);
        app_dirty(view->app, DIRTY_BODY);
    }
}

static void moved(View *view, Move move)
{
    LeadView *lead = (LeadView *)view;
    int h = inside(lead).h;
    static const int rows[] = { [MOVE_UP] = -1, [MOVE_DOWN] = 1 };
    static const int halves[] = {
        [MOVE_HALF_UP] = -1, [MOVE_HALF_DOWN] = 1, [MOVE_PAGE_UP] = -2, [MOVE_PAGE_DOWN] = 2
    };
    switch (move) {
    case MOVE_UP:
    case MOVE_DOWN:
        lead->top += rows[move];
        break;
    case MOVE_TOP:
        lead->top = 0;
        break;
    case MOVE_BOTTOM:
        lead->top = G_MAXINT / 2;
        break;
    default:
        lead->top += halves[move] * h / 2;
    }
}

static void target(View *view, Target *out)
{
    LeadView *lead = (LeadView *)view;
    if (lead->found) {
        out->has_lead = true;
        out->lead = lead->id;
        out->received = lead->referral.box == BOX_INBOX;
    }
}

static void status(View *view, GString *out)
{
    LeadView *lead = (LeadView *)view;
    char label[LABEL_SIZE];
    View *list = leads_list_view(view->app);
    if (list) {
        g_string_append_printf(out, "%s > %s   ", _(list->ops->title),
                               lead_label(&lead->id, label));
        leads_put_place(list, out);
    } else {
        g_string_append(out, lead_label(&lead->id, label));
    }
    int lines = lead->page ? page_lines(lead->page) : 0;
    int h = inside(lead).h;
    if (lines > h)
        g_string_append(out, lead->top + h < lines ? _("   more below") : _("   end"));
}

static const char *const footer[] = { "confirm",      "reject", "next-lead", "previous-lead",
                                      "next-waiting", "remind", "hand-on",   "note",
                                      "copy",         "undo",   "back",      NULL };

const ViewOps lead_view = {
    .title = N_("Lead"),
    .footer = footer,
    .contexts = CTX_BIT(CTX_LIST) | CTX_BIT(CTX_LEAD),
    .create = create,
    .destroy = destroy,
    .place = place,
    .draw = draw,
    .changed = changed,
    .tick = tick,
    .moved = moved,
    .target = target,
    .status = status,
};

void lead_open(App *app, const Uuid *id)
{
    app_show(app, VIEW_LEAD);
    LeadView *lead = (LeadView *)app_view(app);
    pick_up_now(lead);
    if (!uuid_equal(&lead->id, id))
        lead->top = 0;
    lead->id = *id;
    read_lead(lead);
    snooze_seen(app, id);
    if (lead->found && lead->referral.box == BOX_INBOX && lead->referral.state == REFERRAL_SENT &&
        !app->read_only)
        lead->pick_up = g_idle_add_full(G_PRIORITY_DEFAULT, on_pick_up, lead, NULL);
}
