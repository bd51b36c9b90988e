/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tagging leads for a verdict on all of them: one, a range, all that wait. */
#include "handlers.h"
#include "leads_private.h"

#include "base/i18n.h"

#define TAGS_MAX 500

GArray *leads_tagged(App *app)
{
    LeadsView *leads = leads_shown(app);
    return leads && tags_count(leads->tags) > 0 ? tags_ids(leads->tags) : NULL;
}

static void shown_again(LeadsView *leads)
{
    app_dirty(leads->view.app, DIRTY_BODY | DIRTY_STATUS);
}

void leads_untag(App *app)
{
    LeadsView *leads = leads_shown(app);
    if (leads) {
        tags_clear(leads->tags);
        leads->has_anchor = false;
        shown_again(leads);
    }
}

static bool is_full(LeadsView *leads)
{
    if (tags_count(leads->tags) < TAGS_MAX)
        return false;
    app_complain(leads->view.app, _("No more than %d leads can be tagged at a time."), TAGS_MAX);
    return true;
}

/* The list, its cursor on a lead; says what is missing otherwise. */
static LeadsView *with_row(App *app)
{
    LeadsView *leads = leads_shown(app);
    if (leads && list_row(leads->list))
        return leads;
    app_say(app, "%s", _("Tagging is for the list: press q first."));
    return NULL;
}

void run_tag(App *app, const char *args)
{
    LeadsView *leads = with_row(app);
    if (!leads)
        return;
    const LeadRow *row = list_row(leads->list);
    bool on = !tags_have(leads->tags, &row->id);
    if (on && is_full(leads))
        return;
    tags_set(leads->tags, &row->id, on);
    leads->tag_anchor = leads_pos_of(row);
    leads->has_anchor = true;
    Uuid next;
    leads_step(&leads->view, 1, &next);
    shown_again(leads);
}

/* All rows from one place to the other, both included. */
static void tag_between(LeadsView *leads, const LeadPos *newer, const LeadPos *older, gint64 n)
{
    g_autoptr(GPtrArray) rows = leads_fetch(leads, newer, true, (unsigned)n);
    tags_set(leads->tags, &newer->id, true);
    for (guint i = 0; rows && i < rows->len && !is_full(leads); i++)
        tags_set(leads->tags, &((LeadRow *)rows->pdata[i])->id, true);
}

void run_tag_range(App *app, const char *args)
{
    LeadsView *leads = with_row(app);
    if (!leads)
        return;
    LeadPos here = leads_pos_of(list_row(leads->list));
    gint64 from, to;
    if (!leads->has_anchor)
        leads->tag_anchor = here;
    if (!leads_rank(leads, &leads->tag_anchor, &from) || !leads_rank(leads, &here, &to))
        return;
    if (ABS(to - from) >= TAGS_MAX) {
        app_complain(app, _("No more than %d leads can be tagged at a time."), TAGS_MAX);
        return;
    }
    bool down = from <= to;
    tag_between(leads, down ? &leads->tag_anchor : &here, down ? &here : &leads->tag_anchor,
                ABS(to - from));
    leads->tag_anchor = here;
    leads->has_anchor = true;
    shown_again(leads);
}

void run_tag_waiting(App *app, const char *args)
{
    LeadsView *leads = with_row(app);
    if (!leads)
        return;
    LeadQuery waiting = leads->query;
    waiting.waiting = true;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray)
        rows = cache_leads(leads_cache(leads), &waiting, NULL, true, TAGS_MAX + 1, &error);
    if (!rows) {
        app_complain_error(app, error);
        return;
    }
    for (guint i = 0; i < rows->len && !is_full(leads); i++)
        tags_set(leads->tags, &((LeadRow *)rows->pdata[i])->id, true);
    if (rows->len == 0)
        app_say(app, "%s", _("No lead in this list waits for a verdict."));
    shown_again(leads);
}

void run_untag(App *app, const char *args)
{
    leads_untag(app);
}
