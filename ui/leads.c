/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inbox and Sent: a list with a live preview beside it, below it, or none, by size. */
#include "leads.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/label.h"
#include "handlers.h"
#include "leads_private.h"
#include "screen.h"

#include <inttypes.h>
#include <string.h>

Cache *leads_cache(const LeadsView *leads)
{
    return client_cache(leads->view.app->client);
}

GPtrArray *leads_fetch(LeadsView *leads, const LeadPos *from, bool forward, unsigned n)
{
    GError *error = NULL;
    GPtrArray *rows = cache_leads(leads_cache(leads), &leads->query, from, forward, n, &error);
    app_check(leads->view.app, rows != NULL, error);
    return rows;
}

bool leads_rank(LeadsView *leads, const LeadPos *pos, gint64 *out)
{
    GError *error = NULL;
    bool ok = cache_rank(leads_cache(leads), &leads->query, pos, out, &error);
    app_check(leads->view.app, ok, error);
    return ok;
}

static void load(LeadsView *leads)
{
    GError *error = NULL;
    app_check(leads->view.app, list_load(leads->list, &error), error);
    leads->page_top = 0;
}

/* ---- making and placing */

static View *create(App *app, ReferralBox box, const ViewOps *ops)
{
    LeadsView *leads = g_new0(LeadsView, 1);
    leads->view = (View){ .ops = ops, .app = app };
    leads->source = (LeadSource){ app, &leads->query };
    leads->query.box = box;
    leads->tags = tags_new();
    leads->list = lead_list_new(&leads->source);
    list_set_height(leads->list, MAX(1, screen_rows() - 6));
    load(leads);
    return &leads->view;
}

static View *create_inbox(App *app)
{
    return create(app, BOX_INBOX, &inbox_view);
}

static View *create_sent(App *app)
{
    return create(app, BOX_SENT, &sent_view);
}

static void destroy(View *view)
{
    LeadsView *leads = (LeadsView *)view;
    list_free(leads->list);
    tags_free(leads->tags);
    page_free(leads->page);
    limit_free(leads->limit);
    g_free(leads->only);
    g_free(leads->limit_text);
    g_clear_pointer(&leads->tagged, g_array_unref);
    g_free(leads->text);
    g_free(leads);
}

static void place(View *view, Rect body)
{
    LeadsView *leads = (LeadsView *)view;
    preview_place(leads, body);
    /* Beside a preview the list stands in a frame; alone it needs none. */
    Rect in = leads->beside ? rect_sub(leads->area, 1, 1, leads->area.w - 1, leads->area.h - 2)
                            : leads->area;
    leads->rows = in.h > 3 ? rect_sub(in, 0, 1, in.w, in.h - 1) : in;
    list_set_height(leads->list, leads->rows.h);
}

static void draw(View *view, bool all)
{
    LeadsView *leads = (LeadsView *)view;
    leads_draw_list(leads, all);
    if (leads->preview.h > 0)
        preview_draw(leads, all);
}

/* ---- what happens */

static void changed(View *view, unsigned what)
{
    LeadsView *leads = (LeadsView *)view;
    if (what & (CLIENT_LEADS | CLIENT_OUTBOX)) {
        GError *error = NULL;
        /* A full sync brings the oldest first: nobody wants to end up there who has not moved yet. */
        bool follows = !leads->touched && client_status(view->app->client)->phase == PHASE_SYNCING;
        app_check(leads->view.app, (follows ? list_load : list_reload)(leads->list, &error), error);
    }
    if (what & (CLIENT_LEADS | CLIENT_OUTBOX | CLIENT_NOTES | CLIENT_SNOOZES) ||
        !list_row(leads->list)) {
        g_clear_pointer(&leads->page, page_free);
        app_dirty(view->app, DIRTY_BODY | DIRTY_STATUS);
    }
}

/* Ages have grown. */
static void tick(View *view, bool minute)
{
    if (minute) {
        g_clear_pointer(&((LeadsView *)view)->page, page_free);
        app_dirty(view->app, DIRTY_BODY);
    }
}

static void moved(View *view, Move move)
{
    LeadsView *leads = (LeadsView *)view;
    leads->touched = true;
    if (leads->in_preview) {
        preview_scroll(leads, move);
        return;
    }
    GError *error = NULL;
    app_check(leads->view.app, list_move(leads->list, move, &error), error);
}

static void placed(View *view, int where)
{
    LeadsView *leads = (LeadsView *)view;
    GError *error = NULL;
    app_check(leads->view.app, list_place(leads->list, where * (leads->rows.h - 1) / 2, &error),
              error);
}

static void open_row(View *view)
{
    LeadsView *leads = (LeadsView *)view;
    const LeadRow *row = list_row(leads->list);
    leads->touched = true;
    if (row) {
        Uuid id = row->id; /* picking up reloads the list */
        lead_open(view->app, &id);
    }
}

static void search(View *view, const char *text)
{
    LeadsView *leads = (LeadsView *)view;
    if (!view_take_words(&leads->text, text))
        return;
    leads->query.text = leads->text;
    /* Taking a search away shows all, around the lead that was found. */
    const LeadRow *row = list_row(leads->list);
    if (row && !leads->text) {
        GError *error = NULL;
        app_check(leads->view.app, list_reload(leads->list, &error), error);
    } else {
        load(leads);
    }
    app_dirty(view->app, DIRTY_BODY | DIRTY_STATUS);
}

static const char *searched(View *view)
{
    const LeadsView *leads = (LeadsView *)view;
    return leads->text ? leads->text : "";
}

static void target(View *view, Target *out)
{
    LeadsView *leads = (LeadsView *)view;
    const LeadRow *row = list_row(leads->list);
    if (row) {
        out->has_lead = true;
        out->lead = row->id;
        out->received = leads->query.box == BOX_INBOX;
    }
}

void leads_put_place(View *view, GString *out)
{
    LeadsView *leads = (LeadsView *)view;
    gint64 total = list_total(leads->list);
    const char *more = cache_count_is_cut(&leads->query, total) ? "+" : "";
    if (*more && list_rank(leads->list) + 1 >= total) {
        g_string_append_printf(out, _("beyond %" PRId64), total); /* nobody has counted them */
    } else if (total > 0) {
        g_string_append_printf(out, _("%" PRId64 " of %" PRId64 "%s"), list_rank(leads->list) + 1,
                               total, more);
    } else {
        g_string_append(out, _("no leads"));
    }
}

/* What is hidden must not be forgotten: how many there are without the limit. */
static void put_limit(const LeadsView *leads, GString *out)
{
    const LeadQuery whole = { .box = leads->query.box };
    gint64 total = list_total(leads->list), all = 0;
    g_string_append_printf(out, _("   limit: %s"), leads->limit_text);
    if (cache_count(leads_cache(leads), &whole, &all, NULL))
        g_string_append_printf(out, _(" (%" PRId64 "%s of %" PRId64 ")"), total,
                               cache_count_is_cut(&leads->query, total) ? "+" : "", all);
}

static void status(View *view, GString *out)
{
    LeadsView *leads = (LeadsView *)view;
    leads_put_place(view, out);
    guint tagged = tags_count(leads->tags);
    if (tagged > 0)
        g_string_append_printf(out, ngettext("   %u tagged", "   %u tagged", tagged), tagged);
    if (leads->only)
        g_string_append_printf(out, _("   only: %s"), leads->only);
    if (leads->limit_text)
        put_limit(leads, out);
    if (leads->text)
        g_string_append_printf(out, "   /%s", leads->text);
    if (leads->query.sort != SORT_AGE || leads->query.reverse) {
        g_autofree char *sort = lead_sort_format(leads->query.sort, leads->query.reverse);
        g_string_append_printf(out, _("   sort: %s"), sort);
    }
}

/* Another choice of the same leads: around the one under the cursor, if it is among them, else from the first. */
static void choose_again(LeadsView *leads, bool stay)
{
    GError *error = NULL;
    const LeadRow *row = list_row(leads->list);
    app_check(leads->view.app, (row && stay ? list_reload : list_load)(leads->list, &error), error);
    leads->page_top = 0;
    app_dirty(leads->view.app, DIRTY_BODY | DIRTY_STATUS);
}

/* partner NULL: all of the box again. */
static void set_only(LeadsView *leads, const Uuid *partner, gint64 from, gint64 to,
                     const char *label)
{
    leads->query.partner = partner ? *partner : (Uuid){ 0 };
    leads->query.from = from;
    leads->query.to = to;
    g_free(leads->only);
    leads->only = label ? text_clean(label, -1, TEXT_LINE) : NULL;
    choose_again(leads, !partner);
}

static bool back(View *view)
{
    LeadsView *leads = (LeadsView *)view;
    if (leads->in_preview) {
        leads->in_preview = false;
        app_dirty(view->app, DIRTY_BODY);
        return true;
    }
    if (leads->text) {
        search(view, ""); /* what was found is left before the whole program is */
        return true;
    }
    if (leads->only) {
        leads_set_limit(leads, "", NULL);
        set_only(leads, NULL, 0, 0, NULL);
        app_show(view->app, VIEW_REPORTS);
        return true;
    }
    return false;
}

static bool clear(View *view)
{
    LeadsView *leads = (LeadsView *)view;
    if (leads->text)
        search(view, "");
    else if (leads->limit_text)
        leads_set_limit(leads, "", NULL);
    else if (leads->only)
        set_only(leads, NULL, 0, 0, NULL);
    else if (leads->in_preview)
        return back(view);
    else if (tags_count(leads->tags) > 0)
        leads_untag(view->app);
    else
        return false;
    return true;
}

static const char *const inbox_footer[] = { "confirm",      "reject", "tag",   "open",
                                            "next-waiting", "search", "limit", "undo",
                                            "command",      "note",   "copy",  "next-pane",
                                            "preview",      "sync",   "quit",  NULL };
static const char *const sent_footer[] = { "open",         "new",    "remind",  "hand-on",
                                           "next-waiting", "search", "limit",   "note",
                                           "copy",         "undo",   "command", "next-pane",
                                           "preview",      "sync",   "back",    NULL };

const ViewOps inbox_view = {
    .title = N_("Inbox"),
    .footer = inbox_footer,
    .contexts = CTX_BIT(CTX_LIST) | CTX_BIT(CTX_LEAD),
    .create = create_inbox,
    .destroy = destroy,
    .place = place,
    .draw = draw,
    .changed = changed,
    .tick = tick,
    .moved = moved,
    .placed = placed,
    .open = open_row,
    .back = back,
    .target = target,
    .status = status,
    .search = search,
    .searched = searched,
    .abort = clear,
};

const ViewOps sent_view = {
    .title = N_("Sent"),
    .footer = sent_footer,
    .contexts = CTX_BIT(CTX_LIST) | CTX_BIT(CTX_LEAD),
    .create = create_sent,
    .destroy = destroy,
    .place = place,
    .draw = draw,
    .changed = changed,
    .tick = tick,
    .moved = moved,
    .placed = placed,
    .open = open_row,
    .back = back,
    .target = target,
    .status = status,
    .search = search,
    .searched = searched,
    .abort = clear,
};

/* ---- for others */

View *leads_list_view(App *app)
{
    ViewId id = app->view == VIEW_LEAD ? app->under : app->view;
    return id == VIEW_INBOX || id == VIEW_SENT ? app->views[id] : NULL;
}

static bool go(LeadsView *leads, const LeadPos *pos)
{
    LeadRow there = { .id = pos->id, .sent_at = pos->sent_at, .key = pos->key };
    GError *error = NULL;
    bool ok = list_goto(leads->list, &there, &error);
    app_check(leads->view.app, ok, error);
    app_dirty(leads->view.app, DIRTY_MOVED | DIRTY_STATUS);
    return ok;
}

bool leads_step(View *view, int step, Uuid *id)
{
    LeadsView *leads = (LeadsView *)view;
    gint64 before = list_rank(leads->list);
    GError *error = NULL;
    app_check(leads->view.app, list_move(leads->list, step > 0 ? MOVE_DOWN : MOVE_UP, &error),
              error);
    const LeadRow *row = list_row(leads->list);
    if (!row || list_rank(leads->list) == before)
        return false;
    *id = row->id;
    return true;
}

static bool holds(const GArray *ids, const Uuid *id)
{
    for (guint i = 0; ids && i < ids->len; i++)
        if (uuid_equal(&g_array_index(ids, Uuid, i), id))
            return true;
    return false;
}

/* The next one that waits and is none of these (NULL: none). */
static bool waiting_place(LeadsView *leads, bool older, const GArray *but, LeadPos *out)
{
    const LeadRow *row = list_row(leads->list);
    if (!row)
        return false;
    LeadPos at = lead_pos(row);
    do {
        if (!cache_next_waiting(leads_cache(leads), &leads->query, &at, older, out, NULL))
            return false;
        at = *out;
    } while (holds(but, &out->id));
    return true;
}

bool leads_step_waiting(View *view, bool older, Uuid *id)
{
    LeadsView *leads = (LeadsView *)view;
    LeadPos pos;
    if (!waiting_place(leads, older, NULL, &pos) || !go(leads, &pos))
        return false;
    *id = pos.id;
    return true;
}

bool leads_next_waiting_place(App *app, const GArray *ids, LeadPos *out)
{
    LeadsView *leads = app->view == VIEW_INBOX ? (LeadsView *)app_view(app) : NULL;
    const LeadRow *row = leads ? list_row(leads->list) : NULL;
    return row && holds(ids, &row->id) &&
           (waiting_place(leads, true, ids, out) || waiting_place(leads, false, ids, out));
}

void leads_goto(App *app, const LeadPos *pos)
{
    if (app->view == VIEW_INBOX)
        go((LeadsView *)app_view(app), pos);
}

void leads_goto_lead(App *app, const Uuid *id)
{
    Referral referral = { 0 };
    if (app->view == VIEW_INBOX && cache_referral(client_cache(app->client), id, &referral, NULL) &&
        referral.box == BOX_INBOX) {
        LeadPos pos = { .sent_at = referral.sent_at, .id = *id };
        go((LeadsView *)app_view(app), &pos);
    }
    fields_clear(&referral_fields, &referral);
}

LeadsView *leads_shown(App *app)
{
    return app->view == VIEW_INBOX || app->view == VIEW_SENT ? (LeadsView *)app_view(app) : NULL;
}

void leads_limit(App *app, const char *text)
{
    LeadsView *leads = leads_shown(app);
    g_autoptr(GError) error = NULL;
    if (leads && !leads_set_limit(leads, text, &error))
        app_complain_error(app, error);
}

bool leads_shows_all(App *app)
{
    LeadsView *leads = app->view == VIEW_INBOX ? leads_shown(app) : NULL;
    LeadCounts counts;
    return leads && cache_counts(leads_cache(leads), &counts, NULL) &&
           list_total(leads->list) >= counts.inbox;
}

void leads_show_only(App *app, ReferralBox box, const Uuid *partner, gint64 from, gint64 to,
                     const char *label)
{
    app_show(app, box == BOX_SENT ? VIEW_SENT : VIEW_INBOX);
    LeadsView *leads = leads_shown(app);
    if (!leads)
        return;
    if (leads->text)
        search(&leads->view, "");
    if (leads->limit_text)
        leads_set_limit(leads, "", NULL);
    set_only(leads, partner, from, to + 1, label);
}

bool leads_set_limit(LeadsView *leads, const char *text, GError **error)
{
    g_autofree char *clean = text_clean(text, -1, TEXT_LINE);
    Limit *limit = limit_parse(g_strstrip(clean), clock_now(), error);
    if (!limit)
        return false;
    bool all = limit_is_all(limit);
    if (!all && g_strcmp0(clean, leads->limit_text) == 0) {
        limit_free(limit);
        return true;
    }
    bool was_all = !leads->limit_text;
    limit_free(leads->limit);
    g_free(leads->limit_text);
    leads->limit = all ? NULL : limit;
    leads->limit_text = all ? NULL : g_strdup(clean);
    leads->query.limit = leads->limit;
    if (all)
        limit_free(limit);
    if (!all || !was_all) {
        leads_retag(leads);
        choose_again(leads, all);
    }
    return true;
}

void leads_retag(LeadsView *leads)
{
    g_clear_pointer(&leads->tagged, g_array_unref);
    if (leads->limit && limit_has_tagged(leads->limit))
        leads->tagged = tags_ids(leads->tags);
    leads->query.tagged = leads->tagged;
    if (leads->tagged)
        choose_again(leads, true);
}

void leads_set_sort(LeadsView *leads, LeadSort sort, bool reverse)
{
    leads->query.sort = sort;
    leads->query.reverse = reverse;
    choose_again(leads, leads->touched);
}
