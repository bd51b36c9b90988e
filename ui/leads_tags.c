/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tagging leads for a verdict on all of them: one, a range, all that a limit is true of, the others. */
#include "handlers.h"
#include "leads_private.h"
#include "limit.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "client/limit.h"

#define TAGS_MAX 10000

/* Those of a query that is narrowed down to the tagged ones, in the order of the list. */
static GArray *ids_of(LeadsView *leads, const LeadQuery *query)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray)
        rows = cache_leads(leads_cache(leads), query, NULL, true, TAGS_MAX + 1, &error);
    if (!rows) {
        app_complain_error(leads->view.app, error);
        return NULL;
    }
    GArray *ids = g_array_sized_new(FALSE, FALSE, sizeof(Uuid), rows->len);
    for (guint i = 0; i < rows->len; i++)
        g_array_append_val(ids, ((LeadRow *)rows->pdata[i])->id);
    return ids;
}

GArray *leads_tagged(App *app, bool hidden_too)
{
    View *view = hidden_too ? leads_list_view(app) : (View *)leads_shown(app);
    LeadsView *leads = (LeadsView *)view;
    if (!leads || tags_count(leads->tags) == 0)
        return NULL;
    g_autoptr(GArray) tagged = tags_ids(leads->tags);
    if (hidden_too)
        return g_steal_pointer(&tagged);
    LeadQuery query = leads->query;
    query.tagged = tagged;
    query.only_tagged = true;
    g_autoptr(GArray) ids = ids_of(leads, &query);
    return ids && ids->len > 0 ? g_steal_pointer(&ids) : NULL;
}

static void shown_again(LeadsView *leads)
{
    app_dirty(leads->view.app, DIRTY_BODY | DIRTY_STATUS);
    leads_retag(leads);
}

void leads_untag(App *app)
{
    LeadsView *leads = (LeadsView *)leads_list_view(app);
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
    if (*args) {
        run_tag_pattern(app, args);
        return;
    }
    if (!leads)
        return;
    const LeadRow *row = list_row(leads->list);
    bool on = !tags_have(leads->tags, &row->id);
    if (on && is_full(leads))
        return;
    tags_set(leads->tags, &row->id, on);
    leads->tag_anchor = lead_pos(row);
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
    LeadPos here = lead_pos(list_row(leads->list));
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

/* ---- by pattern */

/* All leads of the list that a limit is true of; NULL and a complaint when it is none. */
static GArray *ids_by_pattern(LeadsView *leads, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Limit) limit = limit_parse(text, clock_now(), &error);
    if (!limit) {
        app_complain_error(leads->view.app, error);
        return NULL;
    }
    /* What the list shows already is a limit too: both are asked, and what is in both is meant. */
    g_autoptr(GArray) shown = leads->limit ? ids_of(leads, &leads->query) : NULL;
    g_autoptr(GArray) tagged = tags_ids(leads->tags);
    LeadQuery query = leads->query;
    query.limit = limit;
    query.tagged = shown ? shown : tagged;
    query.only_tagged = shown != NULL;
    return ids_of(leads, &query);
}

static void tag_all(LeadsView *leads, const GArray *ids, bool on)
{
    App *app = leads->view.app;
    guint before = tags_count(leads->tags);
    for (guint i = 0; i < ids->len && !(on && is_full(leads)); i++)
        tags_set(leads->tags, &g_array_index(ids, Uuid, i), on);
    guint after = tags_count(leads->tags);
    guint n = on ? after - before : before - after;
    if (n == 0) {
        app_say(app, "%s",
                on ? _("No other lead of this list is so.")
                   : _("No tagged lead of this list is so."));
    } else if (!app->message) {
        app_say(app,
                on ? ngettext("%u lead tagged.", "%u leads tagged.", n)
                   : ngettext("%u lead untagged.", "%u leads untagged.", n),
                n);
    }
    shown_again(leads);
}

static void set_by_pattern(App *app, const char *text, bool on)
{
    LeadsView *leads = leads_shown(app);
    g_autoptr(GArray) ids = leads ? ids_by_pattern(leads, text) : NULL;
    if (ids)
        tag_all(leads, ids, on);
}

static void tag_typed(App *app, const char *text)
{
    if (*text)
        set_by_pattern(app, text, true);
}

static void untag_typed(App *app, const char *text)
{
    if (*text)
        set_by_pattern(app, text, false);
    else
        leads_untag(app);
}

static const PromptSpec tag_prompt = {
    .kind = PROMPT_LIMIT,
    .mark = N_("Tag: "),
    .enter = N_("Tag"),
    .leave = N_("Cancel"),
    .entered = tag_typed,
    .complain = limit_complaint,
    .candidates = limit_candidates,
};

static const PromptSpec untag_prompt = {
    .kind = PROMPT_LIMIT,
    .mark = N_("Untag (all): "),
    .enter = N_("Untag"),
    .leave = N_("Cancel"),
    .entered = untag_typed,
    .complain = limit_complaint,
    .candidates = limit_candidates,
};

void run_tag_pattern(App *app, const char *args)
{
    if (*args)
        tag_typed(app, args);
    else if (with_row(app))
        app_prompt(app, &tag_prompt, "", NULL);
}

void run_untag_pattern(App *app, const char *args)
{
    LeadsView *leads = leads_shown(app);
    if (*args)
        untag_typed(app, args);
    else if (leads && tags_count(leads->tags) > 0)
        app_prompt(app, &untag_prompt, "", NULL);
    else
        app_say(app, "%s", _("No lead is tagged."));
}

void run_untag(App *app, const char *args)
{
    untag_typed(app, args);
}

/* Those of the list that are tagged change places with those that are not. */
void run_tag_invert(App *app, const char *args)
{
    LeadsView *leads = with_row(app);
    g_autoptr(GArray) ids = leads ? ids_of(leads, &leads->query) : NULL;
    if (!ids)
        return;
    if (ids->len > TAGS_MAX) {
        app_complain(app, _("No more than %d leads can be tagged at a time."), TAGS_MAX);
        return;
    }
    for (guint i = 0; i < ids->len; i++) {
        const Uuid *id = &g_array_index(ids, Uuid, i);
        tags_set(leads->tags, id, !tags_have(leads->tags, id));
    }
    shown_again(leads);
}
