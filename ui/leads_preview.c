/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lead under the cursor, shown beside the list or below it: where it stands, its frame, its page. */
#include "leads_private.h"

#include "base/i18n.h"
#include "base/text.h"
#include "lead_page.h"

static PreviewPlace place_of_preview(const Settings *settings, Rect body)
{
    PreviewPlace wanted = settings->preview;
    if (wanted == PREVIEW_AUTO)
        wanted = body.w >= 100 ? PREVIEW_RIGHT : PREVIEW_BELOW;
    if (wanted == PREVIEW_RIGHT && body.w < 70)
        wanted = PREVIEW_BELOW;
    if (wanted == PREVIEW_BELOW &&
        (body.h < 16 || body.w < (settings->preview == PREVIEW_AUTO ? 80 : 30)))
        wanted = PREVIEW_OFF;
    return wanted;
}

void preview_place(LeadsView *leads, Rect body)
{
    const Settings *settings = &leads->view.app->settings;
    PreviewPlace where = place_of_preview(settings, body);
    leads->beside = where == PREVIEW_RIGHT;
    leads->preview = (Rect){ 0 };
    leads->area = body;
    int size = (int)settings->preview_size;
    if (where == PREVIEW_RIGHT) {
        int w = CLAMP(body.w * size / 100, 30, body.w - 40);
        leads->area = rect_sub(body, 0, 0, body.w - w, body.h);
        leads->preview = rect_sub(body, body.w - w, 0, w, body.h);
    } else if (where == PREVIEW_BELOW) {
        int h = CLAMP(body.h * size / 100, 6, body.h - 8);
        leads->area = rect_sub(body, 0, 0, body.w, body.h - h);
        leads->preview = rect_sub(body, 0, body.h - h, body.w, h);
    }
    leads->in_preview = leads->in_preview && leads->preview.h > 0;
    g_clear_pointer(&leads->page, page_free);
}

static Rect preview_inside(const LeadsView *leads)
{
    Rect r = leads->preview;
    return leads->beside ? rect_sub(r, 2, 1, r.w - 4, r.h - 2)
                         : rect_sub(r, 1, 1, r.w - 2, r.h - 1);
}

/* The page of the lead under the cursor; NULL when there is none. */
static void make_page(LeadsView *leads, int width)
{
    const LeadRow *row = list_row(leads->list);
    if (row && leads->page && uuid_equal(&row->id, &leads->page_id))
        return;
    g_clear_pointer(&leads->page, page_free);
    if (!row)
        return;
    if (!uuid_equal(&row->id, &leads->page_id))
        leads->page_top = 0;
    leads->page_id = row->id;
    Referral referral = { 0 };
    if (cache_referral(leads_cache(leads), &row->id, &referral, NULL)) {
        leads->page = lead_page(leads->view.app, &referral, width,
                                leads->beside ? LEAD_COLUMN : LEAD_BRIEF);
        fields_clear(&referral_fields, &referral);
    }
}

/* That there is more must be seen: in the border. */
static void draw_more(LeadsView *leads, bool more)
{
    Rect r = leads->preview;
    int row = leads->beside ? r.h - 1 : 0;
    g_autofree char *text = g_strdup_printf(" %s ", _("more: Tab"));
    int width = text_width(text);
    Rect at = rect_sub(r, r.w - width - 2, row, width, 1);
    draw_hline(at, 0, ROLE_BORDER);
    if (more)
        draw_text(at, 0, 0, ROLE_KEY, text);
}

static void draw_frame_of(LeadsView *leads)
{
    if (leads->beside) {
        draw_fill(rect_sub(leads->preview, 1, 1, leads->preview.w - 2, leads->preview.h - 2),
                  ROLE_NORMAL);
        draw_frame(leads->preview, ROLE_BORDER,
                   leads->in_preview ? _("Lead (Tab: list)") : _("Lead"));
        draw_junction(leads->preview, 0, 0, true, ROLE_BORDER);
        draw_junction(leads->preview, leads->preview.h - 1, 0, false, ROLE_BORDER);
    } else {
        draw_fill(leads->preview, ROLE_NORMAL);
        draw_hline(leads->preview, 0, ROLE_BORDER);
        draw_text(leads->preview, 0, 2, ROLE_HEADING,
                  leads->in_preview ? _(" Lead (Tab: list) ") : _(" Lead "));
    }
}

void preview_draw(LeadsView *leads, bool all)
{
    if (all)
        draw_frame_of(leads);
    Rect inside = preview_inside(leads);
    const LeadRow *row = list_row(leads->list);
    bool same = !all && row && leads->page && uuid_equal(&row->id, &leads->page_id);
    if (same && !leads->in_preview)
        return;
    make_page(leads, inside.w);
    if (!leads->page) {
        draw_fill(inside, ROLE_NORMAL);
        return;
    }
    leads->page_top = CLAMP(leads->page_top, 0, MAX(0, page_lines(leads->page) - inside.h));
    page_draw(leads->page, inside, leads->page_top);
    draw_more(leads, leads->page_top + inside.h < page_lines(leads->page));
}

void preview_scroll(LeadsView *leads, Move move)
{
    int h = preview_inside(leads).h;
    static const int halves[] = {
        [MOVE_HALF_UP] = -1, [MOVE_HALF_DOWN] = 1, [MOVE_PAGE_UP] = -2, [MOVE_PAGE_DOWN] = 2
    };
    switch (move) {
    case MOVE_UP:
        leads->page_top--;
        break;
    case MOVE_DOWN:
        leads->page_top++;
        break;
    case MOVE_TOP:
        leads->page_top = 0;
        break;
    case MOVE_BOTTOM:
        leads->page_top = G_MAXINT / 2;
        break;
    default:
        leads->page_top += halves[move] * h / 2;
        break;
    }
}
