/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The leads that somebody has begun to write, the newest first; above them a new one. */
#include "new_lead_private.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "when.h"

static gint newest_first(gconstpointer a, gconstpointer b)
{
    const Slip *x = *(Slip *const *)a, *y = *(Slip *const *)b;
    if (x->saved_at != y->saved_at)
        return x->saved_at > y->saved_at ? -1 : 1;
    return uuid_compare(&x->id, &y->id);
}

void new_lead_read_drafts(NewLead *lead)
{
    App *app = lead->view.app;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) drafts = store_drafts(client_store(app->client), SLIP_DRAFT, &error);
    if (!drafts)
        app_complain_error(app, error);
    g_ptr_array_set_size(lead->drafts, 0);
    for (guint i = 0; drafts && i < drafts->len; i++) {
        Slip *slip = slip_parse(((Draft *)drafts->pdata[i])->text);
        if (slip)
            g_ptr_array_add(lead->drafts, slip);
    }
    g_ptr_array_sort(lead->drafts, newest_first);
    lead->cursor = MIN(lead->cursor, (int)lead->drafts->len);
    app_dirty(app, DIRTY_ALL);
}

void new_lead_list(NewLead *lead)
{
    lead->view.ops = &new_lead_drafts_view;
    new_lead_read_drafts(lead);
    lead->cursor = lead->drafts->len > 0 ? 1 : 0;
}

static void moved(View *view, Move move)
{
    NewLead *lead = (NewLead *)view;
    int n = (int)lead->drafts->len;
    int step = CLAMP(move_lines(move, view->body.h), -n - 1, n + 1);
    lead->cursor = CLAMP(lead->cursor + step, 0, n);
    app_dirty(view->app, DIRTY_BODY | DIRTY_FOOTER);
}

static void open(View *view)
{
    NewLead *lead = (NewLead *)view;
    if (lead->cursor == 0)
        new_lead_begin(lead);
    else
        new_lead_open(lead, slip_copy(lead->drafts->pdata[lead->cursor - 1]));
}

/* For q and for Esc. */
static bool back(View *view)
{
    app_show(view->app, view->app->under);
    return true;
}

static void status(View *view, GString *out)
{
    guint n = ((NewLead *)view)->drafts->len;
    g_string_append_printf(out, ngettext("%u draft", "%u drafts", n), n);
}

static void changed(View *view, unsigned what)
{
    app_dirty(view->app, DIRTY_BODY);
}

/* "Priya Bright  to M. Lindqvist  14:32" */
static void draw_draft(const Slip *slip, Rect rect, int y, Role role)
{
    g_autofree char *title = slip_title(slip);
    g_autofree char *clean = text_clean(title, -1, TEXT_LINE);
    g_autofree char *to = text_clean(slip->to[0].name, -1, TEXT_LINE);
    g_autofree char *when = when_moment(slip->saved_at, clock_now());
    int right = text_width(when) + 2;
    int half = MAX(0, (rect.w - right - 2) / 2);
    int col = draw_field(rect, y, 2, half, role, *clean ? clean : _("nobody yet"));
    col = draw_text(rect, y, col, role, "  ");
    col = draw_field(rect, y, col, MAX(0, rect.w - col - right), role,
                     *to ? to : _("no recipient"));
    draw_right(rect, y, col, rect.w - col, role, when);
}

static void draw_entry(const NewLead *lead, Rect rect, int y, int at)
{
    Role role = at == lead->cursor ? ROLE_CURSOR : ROLE_NORMAL;
    draw_rest(rect, y, 0, role);
    draw_text(rect, y, 0, role, at == lead->cursor ? ">" : " ");
    if (at == 0)
        draw_text(rect, y, 2, role, _("A new lead"));
    else
        draw_draft(lead->drafts->pdata[at - 1], rect, y, role);
}

static void draw(View *view, bool all)
{
    NewLead *lead = (NewLead *)view;
    Rect rect = rect_sub(view->body, 1, 0, view->body.w - 2, view->body.h);
    int n = (int)lead->drafts->len + 1;
    int top = CLAMP(lead->cursor - rect.h + 1, 0, n);
    draw_fill(view->body, ROLE_NORMAL);
    for (int y = 0; y < rect.h && top + y < n; y++)
        draw_entry(lead, rect, y, top + y);
}

static const char *const footer[] = { "press", "discard-lead", "undo", "leave", NULL };

const ViewOps new_lead_drafts_view = {
    .title = N_("New lead"),
    .footer = footer,
    .contexts = CTX_BIT(CTX_FORM),
    .destroy = new_lead_destroy,
    .draw = draw,
    .changed = changed,
    .moved = moved,
    .open = open,
    .back = back,
    .abort = back,
    .status = status,
};
