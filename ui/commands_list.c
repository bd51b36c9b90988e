/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that move through the lists of leads, and choose what is shown of them. */
#include "handlers.h"
#include "leads_private.h"
#include "limit.h"

#include "base/i18n.h"
#include "client/label.h"

static DialogAnswer limit_chosen(App *app, Dialog *dialog)
{
    LeadsView *leads = leads_shown(app);
    if (leads && dialog_choice(dialog))
        leads_set_limit(leads, dialog_choice(dialog));
    return DIALOG_CLOSE;
}

void run_limit(App *app, const char *args)
{
    LeadsView *leads = leads_shown(app);
    if (!leads) {
        app_say(app, "%s", _("Limits are for the lists of leads: press q first."));
        return;
    }
    int limit = enum_value(&limit_choices, args);
    if (limit) {
        leads_set_limit(leads, limit);
        return;
    }
    if (*args) {
        app_complain(app,
                     _("There is no limit \"%s\". There are: all, waiting, new, opened, confirmed, "
                       "rejected."),
                     args);
        return;
    }
    DialogSpec spec = {
        .title = _("Show which leads?"),
        .choices = &limit_choices,
        .choice = leads->limit,
        .done = limit_chosen,
    };
    app_ask(app, dialog_new(&spec));
}

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
    if (!view || !leads_step(view, step, &id))
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
