/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A new lead is sent or thrown away, and either is taken back. */
#include "new_lead_private.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "draft.h"
#include "handlers.h"

/* ---- sending */

static void first_error(NewLead *lead)
{
    lead->tried = true;
    if (!slip_has_to(lead->slip, 0)) {
        new_lead_go_to(lead, 0);
        app_complain(lead->view.app, "%s", _("Choose whom it is for."));
        return;
    }
    for (int i = 0; i < form_rows(lead->form); i++) {
        g_autofree char *complaint = new_lead_complaint(lead, i);
        if (complaint) {
            new_lead_go_to(lead, new_lead_row_stop(i));
            app_complain(lead->view.app, "%s", complaint);
            return;
        }
    }
    for (guint i = 0; i < lead->errors.items->len; i++) { /* of the recipient */
        const FieldError *error = lead->errors.items->pdata[i];
        app_complain(lead->view.app, "%s", error->detail);
    }
}

static char *recipients_of(const Slip *slip)
{
    g_autofree char *first = text_clean(slip->to[0].name, -1, TEXT_LINE);
    g_autofree char *second = text_clean(slip->to[1].name, -1, TEXT_LINE);
    return slip_has_to(slip, 1) ? g_strdup_printf(_("%s and %s"), first, second) : g_strdup(first);
}

static void sent(NewLead *lead)
{
    App *app = lead->view.app;
    g_autofree char *title = slip_title(lead->slip);
    g_autofree char *clean = text_clean(title, -1, TEXT_LINE);
    g_autofree char *names = recipients_of(lead->slip);
    g_autofree char *key = slip_key(lead->slip);
    app_hold(app, g_strdup_printf(_("%s to %s"), clean, names));
    draft_save(app, key, NULL);
    slip_free(lead->sent);
    lead->sent = g_steal_pointer(&lead->slip);
    new_lead_let_go(lead);
    app_show(app, app->under);
}

void new_lead_send(NewLead *lead)
{
    App *app = lead->view.app;
    NewReferral inputs[SLIP_RECIPIENTS] = { 0 };
    g_autoptr(GError) error = NULL;
    size_t n = 0;
    bool ok = slip_has_to(lead->slip, 0);
    for (int i = 0; i < SLIP_RECIPIENTS && ok; i++)
        if (slip_has_to(lead->slip, i))
            ok = slip_input(lead->slip, i, &inputs[n++], NULL);
    if (!ok)
        first_error(lead);
    else if (client_hand_out(app->client, inputs, n, lead->sent_ids, &error))
        sent(lead);
    else
        app_complain_error(app, error);
    for (size_t i = 0; i < n; i++)
        fields_clear(&new_referral_fields, &inputs[i]);
}

void run_send_lead(App *app, const char *args)
{
    NewLead *lead = new_lead_current(app);
    if (lead && !lead->picker)
        new_lead_send(lead);
    else
        app_say(app, "%s", _("That is for the form of a new lead."));
}

void run_hand_out_two(App *app, const char *args)
{
    NewLead *lead = new_lead_current(app);
    if (lead && !lead->picker)
        new_lead_pick(lead, slip_has_to(lead->slip, 0) ? 1 : 0);
    else
        app_say(app, "%s", _("That is for the form of a new lead."));
}

/* It is neither at the server nor on its way: what was taken back was the sending, and not something done to it. */
static bool is_gone(App *app, const Uuid *id)
{
    Referral referral = { 0 };
    g_autoptr(GPtrArray) items = store_items_of(client_store(app->client), id, NULL);
    bool there = cache_server_referral(client_cache(app->client), id, &referral, NULL);
    fields_clear(&referral_fields, &referral);
    return items && items->len == 0 && !there;
}

bool new_lead_sent_back(App *app, const Uuid *id)
{
    NewLead *lead = (NewLead *)app->views[VIEW_NEW];
    if (!lead || !lead->sent)
        return false;
    bool ours = uuid_equal(id, &lead->sent_ids[0]) || uuid_equal(id, &lead->sent_ids[1]);
    if (!ours || !is_gone(app, id))
        return false;
    new_lead_open(lead, g_steal_pointer(&lead->sent));
    app_show(app, VIEW_NEW);
    new_lead_changed(lead);
    return true;
}

/* ---- throwing away, and undo */

void new_lead_throw(NewLead *lead, Slip *slip)
{
    App *app = lead->view.app;
    g_autofree char *key = slip_key(slip);
    g_autofree char *undo = app_key_of(app, "undo");
    draft_save(app, key, NULL);
    slip_free(lead->thrown);
    lead->thrown = slip;
    lead->thrown_at = clock_now();
    app_say(app, _("The draft is thrown away. %s brings it back."), undo);
}

void run_discard_lead(App *app, const char *args)
{
    NewLead *lead = (NewLead *)(app->view == VIEW_NEW ? app->views[VIEW_NEW] : NULL);
    if (!lead)
        return;
    if (lead->slip) {
        g_clear_handle_id(&lead->saver, g_source_remove);
        Slip *slip = g_steal_pointer(&lead->slip);
        new_lead_let_go(lead);
        new_lead_list(lead);
        new_lead_throw(lead, slip);
        new_lead_read_drafts(lead);
    } else if (lead->cursor > 0 && lead->cursor <= (int)lead->drafts->len) {
        new_lead_throw(lead, slip_copy(lead->drafts->pdata[lead->cursor - 1]));
        new_lead_read_drafts(lead);
    }
}

static bool newest_is_older(App *app, gint64 at)
{
    g_autoptr(GPtrArray) items = store_items(client_store(app->client), OUTBOX_HELD, NULL);
    for (guint i = 0; items && i < items->len; i++)
        if (((OutboxItem *)items->pdata[i])->created_at > at)
            return false;
    return true;
}

bool new_lead_undo(App *app)
{
    NewLead *lead = (NewLead *)app->views[VIEW_NEW];
    NewLead *here = new_lead_current(app);
    if (here && here->undo->len > 0) {
        slip_free(here->slip);
        here->slip = g_ptr_array_steal_index(here->undo, here->undo->len - 1);
        new_lead_show_slip(here);
        new_lead_changed(here);
        app_say(app, "%s", _("The form is as before."));
        return true;
    }
    if (!lead || !lead->thrown || !newest_is_older(app, lead->thrown_at))
        return false;
    new_lead_open(lead, g_steal_pointer(&lead->thrown));
    app_show(app, VIEW_NEW);
    new_lead_changed(lead);
    app_say(app, "%s", _("The draft is back."));
    return true;
}
