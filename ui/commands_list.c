/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that move through the lists of leads, and choose what is shown of them. */
#include "handlers.h"
#include "leads_private.h"
#include "limit.h"
#include "partners.h"

#include "base/i18n.h"

/* The list a limit or an order is for; says what is missing otherwise. */
static LeadsView *with_list(App *app)
{
    LeadsView *leads = leads_shown(app);
    if (!leads)
        app_say(app, "%s", _("This is for the lists of leads: press q first."));
    return leads;
}

/* ---- limit */

static const char *limit_of(const LeadsView *leads)
{
    return leads->limit_text ? leads->limit_text : "";
}

static void limit_typed(App *app, const char *text)
{
    LeadsView *leads = leads_shown(app);
    if (leads)
        leads_set_limit(leads, text, NULL); /* one that is not right yet changes nothing */
}

static const PromptSpec limit_prompt = {
    .kind = PROMPT_LIMIT,
    .mark = "\\",
    .enter = N_("Keep"),
    .leave = N_("As before"),
    .typed = limit_typed,
    .left = limit_typed,
    .complain = limit_complaint,
    .candidates = limit_candidates,
};

void run_limit(App *app, const char *args)
{
    LeadsView *leads = with_list(app);
    g_autoptr(GError) error = NULL;
    if (!leads)
        return;
    if (!*args)
        app_prompt(app, &limit_prompt, limit_of(leads), limit_of(leads));
    else if (!leads_set_limit(leads, args, &error))
        app_complain_error(app, error);
}

/* ---- order */

static DialogAnswer sort_chosen(App *app, Dialog *dialog)
{
    LeadsView *leads = leads_shown(app);
    if (leads && dialog_choice(dialog))
        leads_set_sort(leads, (LeadSort)(dialog_choice(dialog) - 1), false);
    return DIALOG_CLOSE;
}

void run_sort(App *app, const char *args)
{
    LeadsView *leads = with_list(app);
    g_autoptr(GError) error = NULL;
    LeadSort sort;
    bool reverse;
    if (!leads)
        return;
    if (!*args) {
        DialogSpec spec = {
            .title = _("In which order?"),
            .choices = &lead_sorts,
            .choice = 1 + (int)leads->query.sort,
            .done = sort_chosen,
        };
        app_ask(app, dialog_new(&spec));
    } else if (lead_sort_parse(args, &sort, &reverse, &error)) {
        leads_set_sort(leads, sort, reverse);
    } else {
        app_complain_error(app, error);
    }
}

void run_sort_reverse(App *app, const char *args)
{
    LeadsView *leads = with_list(app);
    if (leads)
        leads_set_sort(leads, leads->query.sort, !leads->query.reverse);
}

/* ---- steps */

static void step_waiting(App *app, bool older)
{
    View *view = leads_list_view(app);
    Uuid id;
    if (!view || !leads_step_waiting(view, older, &id)) {
        app_say(app, "%s",
                older ? _("No lead further down waits for a verdict.")
                      : _("No lead further up waits for a verdict."));
    } else if (app->view == VIEW_LEAD) {
        lead_open(app, &id);
    }
}

void run_next_waiting(App *app, const char *args)
{
    step_waiting(app, true);
}

void run_previous_waiting(App *app, const char *args)
{
    step_waiting(app, false);
}

static void step_lead(App *app, int step)
{
    View *view = leads_list_view(app);
    Uuid id;
    bool of_partner = app->view == VIEW_LEAD && app->under == VIEW_PARTNERS;
    bool found = of_partner ? partners_step(app, step, &id) : view && leads_step(view, step, &id);
    if (!found)
        app_say(app, "%s", step > 0 ? _("This is the last lead.") : _("This is the first lead."));
    else if (app->view == VIEW_LEAD)
        lead_open(app, &id);
    else
        app_dirty(app, DIRTY_MOVED | DIRTY_STATUS);
}

void run_next_lead(App *app, const char *args)
{
    step_lead(app, 1);
}

void run_previous_lead(App *app, const char *args)
{
    step_lead(app, -1);
}

void run_next_pane(App *app, const char *args)
{
    LeadsView *leads = leads_shown(app);
    View *view = app_view(app);
    if (view->ops->pane)
        view->ops->pane(view);
    if (leads && leads->preview.h > 0) {
        leads->in_preview = !leads->in_preview;
        app_dirty(app, DIRTY_BODY);
    }
}

static void place_again(App *app)
{
    for (ViewId id = VIEW_INBOX; id <= VIEW_SENT; id++)
        if (app->views[id])
            app->views[id]->body = (Rect){ 0 };
    app_dirty(app, DIRTY_BODY);
}

void run_preview(App *app, const char *args)
{
    LeadsView *leads = leads_shown(app);
    if (app->settings.preview == PREVIEW_OFF)
        app->settings.preview = PREVIEW_AUTO;
    else if (leads && leads->preview.h == 0)
        app_say(app, "%s", _("The window is too small for a preview: Enter opens the lead."));
    else
        app->settings.preview = PREVIEW_OFF;
    place_again(app);
}

void run_preview_place(App *app, const char *args)
{
    static const PreviewPlace next[] = { [PREVIEW_AUTO] = PREVIEW_RIGHT,
                                         [PREVIEW_RIGHT] = PREVIEW_BELOW,
                                         [PREVIEW_BELOW] = PREVIEW_AUTO,
                                         [PREVIEW_OFF] = PREVIEW_AUTO };
    app->settings.preview = next[app->settings.preview];
    const Setting *setting = setting_find("preview");
    app_say(app, _("Preview: %s"), enum_label(setting->field.values, app->settings.preview));
    place_again(app);
}

static void resize_preview(App *app, int step)
{
    app->settings.preview_size = CLAMP(app->settings.preview_size + step, 20, 80);
    place_again(app);
}

void run_preview_smaller(App *app, const char *args)
{
    resize_preview(app, -5);
}

void run_preview_larger(App *app, const char *args)
{
    resize_preview(app, 5);
}
