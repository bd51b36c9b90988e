/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done to leads: the verdict and its dialogs, notes, outcomes, undo. */
#include "handlers.h"
#include "leads.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/label.h"
#include "lead_page.h"
#include "when.h"

#include <inttypes.h>
#include <string.h>

/* ---- the verdict: confirm and reject */

typedef struct Verdict {
    Uuid id; /* taken when the key was pressed */
    Referral referral;
    ConfirmInput input;
    gint64 undo_hold;
    GiveTake sum;
    bool has_sum;
} Verdict;

static void verdict_free(gpointer data)
{
    Verdict *verdict = data;
    fields_clear(&referral_fields, &verdict->referral);
    fields_clear(&confirm_fields, &verdict->input);
    g_free(verdict);
}

/* Why not, in the words of the lead at hand. */
static void complain_verdict(App *app, const Referral *referral, const GError *error)
{
    g_autofree char *sender = text_clean(referral->from.name, -1, TEXT_LINE);
    if (referral->state == REFERRAL_WITHDRAWN) {
        app_complain(app, _("%s has taken this lead back: there is nothing to decide any more."),
                     sender);
    } else if (problem_is(error, PROBLEM_AMEND_CLOSED)) {
        app_complain(app, "%s",
                     referral->amended
                         ? _("You have changed this verdict once already: it stands now.")
                         : _("The verdict is older than 14 days: it stands now."));
    } else {
        app_complain_error(app, error);
    }
}

/* Checked before the dialog, not after it. */
static Verdict *verdict_begin(App *app, ReferralVerdict kind)
{
    Target target = app_target(app);
    g_autoptr(GError) error = NULL;
    Verdict *verdict = g_new0(Verdict, 1);
    verdict->id = target.lead;
    verdict->input.verdict = kind;
    verdict->undo_hold = app->settings.undo_hold;
    if (!cache_referral(client_cache(app->client), &verdict->id, &verdict->referral, &error)) {
        app_complain_error(app, error);
        verdict_free(verdict);
        return NULL;
    }
    Referral *referral = &verdict->referral;
    if (!referral_may(referral, EVENT_CONFIRM, clock_now(), &error)) {
        complain_verdict(app, referral, error);
        verdict_free(verdict);
        return NULL;
    }
    if (referral->verdict == kind) {
        app_say(app, "%s",
                kind == VERDICT_LEAD ? _("You have confirmed this lead already.")
                                     : _("You have said already that this is not a lead."));
        verdict_free(verdict);
        return NULL;
    }
    verdict->has_sum = give_take_of(app, &referral->from.account, &verdict->sum);
    return verdict;
}

static char *client_of(const Referral *referral)
{
    g_autofree char *name = contact_display_name(&referral->lead.contact);
    return text_clean(name, -1, TEXT_LINE);
}

static void put_lead(Page *page, const Referral *referral)
{
    g_autofree char *client = client_of(referral);
    const char *need = referral->lead.need ? referral->lead.need : "";
    /* The need may be long; the question must stay short. */
    g_autofree char *clean = text_clean(need, -1, TEXT_LINE);
    g_autofree char *cut = text_cut(clean, 100);
    page_format(page, ROLE_HEADING, *cut ? _("%s - %s") : "%s%s", client, cut);
    page_format(page, ROLE_NORMAL, _("from %s"), referral->from.name ? referral->from.name : "?");
}

static void put_amends(Page *page, const Referral *referral)
{
    if (!referral->verdict) {
        return;
    }
    g_autofree char *until = when_day(referral->confirmed_at + AMEND_WINDOW);
    page_blank(page);
    page_format(page, ROLE_ALERT, _("You said: %s. A verdict can be changed once, until %s."),
                enum_label(&referral_verdicts, referral->verdict), until);
}

static char *signed_text(gint64 n)
{
    return n ? g_strdup_printf("%+" PRId64, n) : g_strdup("0");
}

static void confirm_text(Dialog *dialog, Page *page)
{
    Verdict *verdict = dialog_data(dialog);
    put_lead(page, &verdict->referral);
    put_amends(page, &verdict->referral);
    if (!verdict->has_sum) {
        return;
    }
    gint64 n = verdict->sum.took_confirmed;
    gint64 gave = verdict->sum.gave_confirmed;
    const char *sender = verdict->referral.from.name ? verdict->referral.from.name : "?";
    page_blank(page);
    g_autofree char *theirs = g_strdup_printf(
        _("%s gave you +1  (%" PRId64 " -> %" PRId64 " confirmed)"), sender, n, n + 1);
    g_autofree char *before = signed_text(gave - n);
    g_autofree char *after = signed_text(gave - n - 1);
    g_autofree char *yours = g_strdup_printf(
        _("Balance %s -> %s  (you gave %" PRId64 " confirmed)"), before, after, gave);
    page_pair(page, 9, _("Effect"), ROLE_NORMAL, theirs);
    page_pair(page, 9, "", ROLE_NORMAL, yours);
}

static char *held_note(const Verdict *verdict)
{
    if (verdict->undo_hold == 0) {
        return g_strdup(_("Sent at once. Works offline too."));
    }
    return g_strdup_printf(ngettext("Held %" PRId64 " second for undo, then sent. Works offline.",
                                    "Held %" PRId64 " seconds for undo, then sent. Works offline.",
                                    (gulong)verdict->undo_hold),
                           verdict->undo_hold);
}

/* Gives the verdict, and goes on to the next lead that waits. */
static bool verdict_give(App *app, Verdict *verdict)
{
    g_autoptr(GError) error = NULL;
    LeadPos next;
    bool go_on = leads_next_waiting_place(app, &next);
    if (!client_confirm(app->client, &verdict->id, 1, &verdict->input, &error)) {
        app_complain_error(app, error);
        return false;
    }
    g_autofree char *client = client_of(&verdict->referral);
    g_free(app->held);
    app->held = g_strdup_printf(
        verdict->input.verdict == VERDICT_LEAD ? _("%s confirmed") : _("%s: not a lead"), client);
    if (verdict->undo_hold == 0) {
        app_say(app, "%s.", app->held);
    }
    if (go_on) {
        leads_goto(app, &next);
    }
    app_dirty(app, DIRTY_MESSAGE | DIRTY_STATUS | DIRTY_TITLE);
    return true;
}

static DialogAnswer confirm_done(App *app, Dialog *dialog)
{
    Verdict *verdict = dialog_data(dialog);
    int row;
    g_autofree char *complaint = NULL;
    if (!form_store(dialog_form(dialog), &verdict->input, &row, &complaint)) {
        dialog_complain(dialog, row, complaint);
        return DIALOG_KEEP;
    }
    verdict_give(app, verdict);
    return DIALOG_CLOSE;
}

void run_confirm(App *app, const char *args)
{
    static const char *const names[] = { "value", "message", NULL };
    Verdict *verdict = verdict_begin(app, VERDICT_LEAD);
    if (!verdict) {
        return;
    }
    char label[LABEL_SIZE];
    g_autofree char *title = g_strdup_printf(verdict->referral.verdict
                                                 ? _("Change the verdict on %s: it is a lead?")
                                                 : _("Confirm lead %s?"),
                                             lead_label(&verdict->id, label));
    g_autofree char *note = held_note(verdict);
    DialogSpec spec = {
        .title = title,
        .text = confirm_text,
        .form = form_new(&confirm_fields, &verdict->input, names),
        .yes = _("Confirm"),
        .no = _("Cancel"),
        .note = note,
        .done = confirm_done,
        .data = verdict,
        .free_data = verdict_free,
    };
    app_ask(app, dialog_new(&spec));
}

static void reject_text(Dialog *dialog, Page *page)
{
    Verdict *verdict = dialog_data(dialog);
    put_lead(page, &verdict->referral);
    put_amends(page, &verdict->referral);
    page_text(page, ROLE_NORMAL, _("Why is it not a lead? The sender reads this."));
}

static DialogAnswer reject_done(App *app, Dialog *dialog)
{
    Verdict *verdict = dialog_data(dialog);
    int row;
    g_autofree char *complaint = NULL;
    verdict->input.reason_code = (ReferralReason)dialog_choice(dialog);
    if (!form_store(dialog_form(dialog), &verdict->input, &row, &complaint)) {
        dialog_complain(dialog, row, complaint);
        return DIALOG_KEEP;
    }
    bool has_message = verdict->input.message && *verdict->input.message;
    if (!verdict->input.reason_code && !has_message) {
        dialog_complain(dialog, -1, _("Choose a reason with 1 to 8, or write one."));
        return DIALOG_KEEP;
    }
    if (verdict->input.reason_code == REASON_OTHER && !has_message) {
        dialog_complain(dialog, 0, _("Say in a few words why it is not a lead."));
        return DIALOG_KEEP;
    }
    verdict_give(app, verdict);
    return DIALOG_CLOSE;
}

void run_reject(App *app, const char *args)
{
    static const char *const names[] = { "message", NULL };
    Verdict *verdict = verdict_begin(app, VERDICT_NOT_A_LEAD);
    if (!verdict) {
        return;
    }
    char label[LABEL_SIZE];
    g_autofree char *title = g_strdup_printf(verdict->referral.verdict
                                                 ? _("Change the verdict on %s: not a lead?")
                                                 : _("Not a lead: %s?"),
                                             lead_label(&verdict->id, label));
    g_autofree char *note = held_note(verdict);
    DialogSpec spec = {
        .title = title,
        .text = reject_text,
        .choices = &referral_reasons,
        .choice = enum_value(&referral_reasons, args),
        .free_choice = REASON_OTHER,
        .form = form_new(&confirm_fields, &verdict->input, names),
        .yes = _("Not a lead"),
        .no = _("Cancel"),
        .note = note,
        .done = reject_done,
        .data = verdict,
        .free_data = verdict_free,
    };
    app_ask(app, dialog_new(&spec));
}

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
    g_free(app->held);
    app->held = g_strdup_printf(_("Outcome: %s"), enum_label(&referral_outcomes, input.outcome));
    app_dirty(app, DIRTY_MESSAGE | DIRTY_STATUS);
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
    g_free(app->held);
    app->held = g_strdup(_("Taken back"));
    app_dirty(app, DIRTY_MESSAGE | DIRTY_STATUS);
}

/* ---- notes */

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
    g_autofree char *complaint = NULL;
    int row;
    if (!form_store(dialog_form(dialog), &draft->note, &row, &complaint)) {
        dialog_complain(dialog, row, complaint);
        return DIALOG_KEEP;
    }
    draft->note.id = uuid_new();
    draft->note.referral = draft->lead;
    if (!client_note(app->client, &draft->lead, &draft->note, &error)) {
        app_complain_error(app, error);
        return DIALOG_CLOSE;
    }
    g_free(app->held);
    app->held = g_strdup(_("Note kept"));
    app_dirty(app, DIRTY_MESSAGE | DIRTY_STATUS);
    return DIALOG_CLOSE;
}

void run_note(App *app, const char *args)
{
    static const char *const names[] = { "text", NULL };
    NoteDraft *draft = g_new0(NoteDraft, 1);
    draft->lead = app_target(app).lead;
    DialogSpec spec = {
        .title = _("A note on this lead"),
        .form = form_new(&note_fields, &draft->note, names),
        .yes = _("Keep"),
        .no = _("Cancel"),
        .start_at_form = true,
        .note = _("Only you see your notes."),
        .done = note_done,
        .data = draft,
        .free_data = draft_free,
    };
    app_ask(app, dialog_new(&spec));
}

/* ---- clipboard */

void run_copy(App *app, const char *args)
{
    Target target = app_target(app);
    Referral referral = { 0 };
    g_autoptr(GError) error = NULL;
    if (!cache_referral(client_cache(app->client), &target.lead, &referral, &error)) {
        app_complain_error(app, error);
        return;
    }
    const Contact *contact = &referral.lead.contact;
    const char *what = contact->phone_1   ? contact->phone_1
                       : contact->phone_2 ? contact->phone_2
                                          : contact->email;
    g_autofree char *clean = text_clean(what, -1, TEXT_LINE);
    if (*clean) {
        screen_copy(clean);
        app_say(app, _("%s copied, if this terminal can (OSC 52)."), clean);
    } else {
        app_say(app, "%s", _("This lead has no phone number and no e-mail address."));
    }
    fields_clear(&referral_fields, &referral);
}

/* ---- undo */

void run_undo(App *app, const char *args)
{
    g_autofree char *what = NULL;
    g_autoptr(GError) error = NULL;
    if (client_undo(app->client, &what, &error)) {
        g_clear_pointer(&app->held, g_free);
        g_autofree char *clean = text_clean(what, -1, TEXT_LINE);
        app_say(app, _("Undone: %s. Nothing was sent."), clean);
    } else if (problem_is(error, PROBLEM_FAILED)) {
        app_say(app, "%s",
                _("Nothing to undo: no action is held any more. A verdict can still be changed "
                  "with c or x."));
    } else {
        app_complain_error(app, error);
    }
    app_dirty(app, DIRTY_MESSAGE | DIRTY_STATUS | DIRTY_TITLE);
}
