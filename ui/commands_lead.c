/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done to leads beside the verdict: outcomes, taking back, notes, undo. */
#include "draft.h"
#include "handlers.h"
#include "leads.h"
#include "new_lead.h"

#include "base/i18n.h"
#include "base/text.h"

/* ---- outcome and taking back */

void run_outcome(App *app, const char *args)
{
    Target target = app_target(app);
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) words = g_strsplit(args, " ", 2);
    OutcomeInput input = { 0 };
    input.outcome = (ReferralState)(words[0] ? enum_value(&referral_outcomes, words[0]) : 0);
    if (!input.outcome) {
        app_complain(
            app, "%s",
            _("Say which: :outcome working, won, lost or dormant; for won perhaps with a value."));
        return;
    }
    const Field *value = field_find(&outcome_fields, "value");
    if (words[1] && !field_from_text(value, &input, words[1], &error)) {
        app_complain(app, "%s", _("The value is no amount. Write it like 3500 or EUR 120.50."));
        return;
    }
    if (!client_outcome(app->client, &target.lead, &input, &error)) {
        app_complain_error(app, error);
        return;
    }
    app_hold(app, g_strdup_printf(_("Outcome: %s"), enum_label(&referral_outcomes, input.outcome)));
}

void run_withdraw(App *app, const char *args)
{
    Target target = app_target(app);
    g_autoptr(GError) error = NULL;
    if (!client_withdraw(app->client, &target.lead, &error)) {
        if (problem_is(error, PROBLEM_REFERRAL_STATE)) {
            app_complain(app, "%s",
                         _("Too late: the recipient has opened it. A lead can be taken back only "
                           "before that."));
        } else {
            app_complain_error(app, error);
        }
        return;
    }
    app_hold(app, g_strdup(_("Taken back")));
}

void run_remind(App *app, const char *args)
{
    Target target = app_target(app);
    g_autoptr(GError) error = NULL;
    if (!client_remind(app->client, &target.lead, &error)) {
        if (problem_is(error, PROBLEM_REFERRAL_STATE))
            app_complain(app, "%s",
                         _("They have answered already, or were reminded within a day: once a day "
                           "is enough."));
        else
            app_complain_error(app, error);
        return;
    }
    app_hold(app, g_strdup(_("Reminded")));
}

/* ---- notes */

#define DRAFT "note"

typedef struct NoteDraft {
    Uuid lead;
    Note note;
} NoteDraft;

static void draft_free(gpointer data)
{
    fields_clear(&note_fields, &((NoteDraft *)data)->note);
    g_free(data);
}

static DialogAnswer note_done(App *app, Dialog *dialog)
{
    NoteDraft *draft = dialog_data(dialog);
    g_autoptr(GError) error = NULL;
    if (!dialog_store(dialog, &draft->note))
        return DIALOG_KEEP;
    draft->note.id = uuid_new();
    draft->note.referral = draft->lead;
    if (!client_note(app->client, &draft->lead, &draft->note, &error)) {
        app_complain_error(app, error);
        return DIALOG_CLOSE;
    }
    app_hold(app, g_strdup(_("Note kept")));
    draft_done(app, DRAFT, &draft->lead);
    app_dirty(app, DIRTY_MESSAGE | DIRTY_STATUS);
    return DIALOG_CLOSE;
}

static void note_left(App *app, Dialog *dialog)
{
    const NoteDraft *draft = dialog_data(dialog);
    draft_keep(app, DRAFT, &draft->lead, form_text(dialog_form(dialog), 0));
}

void run_note(App *app, const char *args)
{
    static const char *const names[] = { "text", NULL };
    NoteDraft *draft = g_new0(NoteDraft, 1);
    draft->lead = app_target(app).lead;
    draft->note.text = draft_of(app, DRAFT, &draft->lead);
    g_autofree char *key = draft_key(DRAFT, &draft->lead);
    DialogSpec spec = {
        .title = _("A note on this lead"),
        .form = form_new(&note_fields, &draft->note, names),
        .yes = _("Keep"),
        .no = _("Cancel"),
        .start_at_form = true,
        .draft = key,
        .note = _("Only you see your notes."),
        .done = note_done,
        .left = note_left,
        .data = draft,
        .free_data = draft_free,
    };
    app_ask(app, dialog_new(&spec));
}

/* ---- undo */

/* The lead of the newest held action, which undo is about to take back. */
static bool newest_held(App *app, Uuid *lead)
{
    g_autoptr(GPtrArray) items = store_items(client_store(app->client), OUTBOX_HELD, NULL);
    if (!items || items->len == 0)
        return false;
    *lead = ((OutboxItem *)items->pdata[items->len - 1])->object;
    return true;
}

/* What was sent cannot be taken back, but the last verdict can be changed once: u asks, and only once too. */
static bool change_sent_verdict(App *app)
{
    Uuid id = app->decided;
    app->decided = (Uuid){ 0 };
    return !uuid_is_nil(&id) && verdict_change(app, &id);
}

void run_undo(App *app, const char *args)
{
    g_autofree char *what = NULL;
    g_autoptr(GError) error = NULL;
    Uuid lead;
    if (new_lead_undo(app))
        return;
    bool has_lead = newest_held(app, &lead);
    if (client_undo(app->client, &what, &error)) {
        g_clear_pointer(&app->held, g_free);
        app->decided = (Uuid){ 0 };
        g_autofree char *clean = text_clean(what, -1, TEXT_LINE);
        app_say(app, _("Undone: %s. Nothing was sent."), clean);
        if (has_lead && !new_lead_sent_back(app, &lead))
            leads_goto_lead(app, &lead); /* to decide anew */
    } else if (problem_is(error, PROBLEM_FAILED) && change_sent_verdict(app)) {
        return; /* a dialog, or why not */
    } else if (problem_is(error, PROBLEM_FAILED)) {
        app_say(app, "%s",
                _("Nothing to undo: it is sent. A verdict can still be changed with c or x."));
    } else if (!problem_is(error, PROBLEM_FAILED)) {
        app_complain_error(app, error);
    }
    app_dirty(app, DIRTY_MESSAGE | DIRTY_STATUS | DIRTY_TITLE);
}
