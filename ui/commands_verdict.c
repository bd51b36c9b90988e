/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verdict on one lead or on all that are tagged: confirm and reject, and their dialogs. */
#include "draft.h"
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

#define NAMES_SHOWN 5
#define EFFECT_WIDTH 9

typedef struct Verdict {
    GArray *ids;       /* Uuid, taken when the key was pressed: those that can be decided so */
    guint left_out;    /* tagged, but cannot */
    bool tagged;       /* it is about the tagged leads */
    bool many;         /* and they are more than one */
    Referral referral; /* the first of them */
    GPtrArray *names;  /* char *: what the first few are called */
    ConfirmInput input;
    gint64 undo_hold;
    GiveTake sum;
    bool has_sum;
} Verdict;

static Verdict *verdict_new(App *app, ReferralVerdict kind)
{
    Verdict *verdict = g_new0(Verdict, 1);
    verdict->ids = g_array_new(FALSE, FALSE, sizeof(Uuid));
    verdict->names = g_ptr_array_new_with_free_func(g_free);
    verdict->input.verdict = kind;
    verdict->undo_hold = app->settings.undo_hold;
    return verdict;
}

static void verdict_free(gpointer data)
{
    Verdict *verdict = data;
    fields_clear(&referral_fields, &verdict->referral);
    fields_clear(&confirm_fields, &verdict->input);
    g_array_unref(verdict->ids);
    g_ptr_array_unref(verdict->names);
    g_free(verdict);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Verdict, verdict_free)

static const Uuid *first_id(const Verdict *verdict)
{
    return &g_array_index(verdict->ids, Uuid, 0);
}

/* Thanks shall not turn up again as the reason of a refusal. */
static const char *draft_kind(const Verdict *verdict)
{
    return verdict->input.verdict == VERDICT_LEAD ? "confirm" : "reject";
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

static char *client_of(const Referral *referral)
{
    g_autofree char *name = contact_display_name(&referral->lead.contact);
    return text_clean(name, -1, TEXT_LINE);
}

/* "Priya Bright - Boiler replacement": the need may be long, the question must stay short. */
static char *lead_line(const Referral *referral, int width)
{
    g_autofree char *client = client_of(referral);
    g_autofree char *need = text_clean(referral->lead.need, -1, TEXT_LINE);
    g_autofree char *all = g_strconcat(client, *need ? " - " : "", need, NULL);
    return text_cut(all, width);
}

/* Takes referral over when it is the first. */
static void verdict_take(Verdict *verdict, const Uuid *id, Referral *referral)
{
    g_array_append_vals(verdict->ids, id, 1);
    if (verdict->names->len < NAMES_SHOWN) {
        g_autofree char *line = lead_line(referral, 110);
        g_autofree char *sender = text_clean(referral->from.name, -1, TEXT_LINE);
        g_ptr_array_add(verdict->names, g_strdup_printf(_("%s: %s"), sender, line));
    }
    if (verdict->ids->len == 1) {
        verdict->referral = *referral;
        *referral = (Referral){ 0 };
    }
}

static Verdict *verdict_on_tagged(App *app, GArray *ids, ReferralVerdict kind)
{
    g_autoptr(Verdict) verdict = verdict_new(app, kind);
    verdict->tagged = verdict->many = true;
    for (guint i = 0; i < ids->len; i++) {
        const Uuid *id = &g_array_index(ids, Uuid, i);
        Referral referral = { 0 };
        if (cache_referral(client_cache(app->client), id, &referral, NULL) &&
            referral.verdict != kind && referral_may(&referral, EVENT_CONFIRM, clock_now(), NULL))
            verdict_take(verdict, id, &referral);
        else
            verdict->left_out++;
        fields_clear(&referral_fields, &referral);
    }
    if (verdict->ids->len == 0) {
        app_complain(app, "%s",
                     _("Nothing to decide about the tagged leads: they are taken back, "
                       "or decided."));
        return NULL;
    }
    return g_steal_pointer(&verdict);
}

static Verdict *verdict_on(App *app, const Uuid *id, ReferralVerdict kind)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Verdict) verdict = verdict_new(app, kind);
    Referral referral = { 0 };
    if (!cache_referral(client_cache(app->client), id, &referral, &error)) {
        app_complain_error(app, error);
        return NULL;
    }
    verdict_take(verdict, id, &referral);
    if (!referral_may(&verdict->referral, EVENT_CONFIRM, clock_now(), &error)) {
        complain_verdict(app, &verdict->referral, error);
        return NULL;
    }
    if (verdict->referral.verdict == kind) {
        app_say(app, "%s",
                kind == VERDICT_LEAD ? _("You have confirmed this lead already.")
                                     : _("You have said already that this is not a lead."));
        return NULL;
    }
    verdict->has_sum = give_take_of(app, &verdict->referral.from.account, &verdict->sum);
    return g_steal_pointer(&verdict);
}

/* Checked before the dialog, not after it. forced: the tagged leads, also those that are not to be seen. */
static Verdict *verdict_begin(App *app, ReferralVerdict kind, bool forced)
{
    Target target = app_target(app);
    g_autoptr(GArray) tagged = leads_tagged(app, forced);
    if (forced && !tagged) {
        app_complain(app, "%s", _("No lead is tagged."));
        return NULL;
    }
    if (tagged && tagged->len > 1)
        return verdict_on_tagged(app, tagged, kind);
    Verdict *verdict = verdict_on(app, tagged ? &g_array_index(tagged, Uuid, 0) : &target.lead,
                                  kind);
    if (verdict)
        verdict->tagged = tagged != NULL;
    return verdict;
}

/* ---- what the dialogs say */

static void put_tagged(Page *page, const Verdict *verdict)
{
    for (guint i = 0; i < verdict->names->len; i++) {
        g_autofree char *line = text_cut(verdict->names->pdata[i], page_width(page));
        page_text(page, ROLE_HEADING, line);
    }
    guint more = verdict->ids->len - verdict->names->len;
    if (more > 0)
        page_format(page, ROLE_NORMAL, ngettext("and %u more", "and %u more", more), more);
    if (verdict->left_out > 0) {
        page_format(page, ROLE_ALERT,
                    ngettext("%u tagged lead is left out: taken back, or decided.",
                             "%u tagged leads are left out: taken back, or decided.",
                             verdict->left_out),
                    verdict->left_out);
    }
}

static void put_lead(Page *page, const Verdict *verdict)
{
    const Referral *referral = &verdict->referral;
    if (verdict->many) {
        put_tagged(page, verdict);
        return;
    }
    g_autofree char *line = lead_line(referral, 110);
    page_text(page, ROLE_HEADING, line);
    page_format(page, ROLE_NORMAL, _("from %s"), referral->from.name ? referral->from.name : "?");
    if (!referral->verdict)
        return;
    g_autofree char *until = when_day(referral_amend_until(referral));
    page_blank(page);
    page_format(page, ROLE_ALERT, _("You said: %s. A verdict can be changed once, until %s."),
                enum_label(&referral_verdicts, referral->verdict), until);
    if (referral->outcome_at && verdict->input.verdict == VERDICT_NOT_A_LEAD) {
        page_format(page, ROLE_ALERT, _("That also takes back what became of it: %s."),
                    enum_label(&referral_states, referral->state));
    }
}

static char *signed_text(gint64 n)
{
    return n ? g_strdup_printf("%+" PRId64, n) : g_strdup("0");
}

/* What happens to the confirmed leads between the two. */
static void put_effect(Page *page, const Verdict *verdict, int step)
{
    const char *sender = verdict->referral.from.name ? verdict->referral.from.name : "?";
    gint64 took = verdict->sum.took_confirmed;
    gint64 gave = verdict->sum.gave_confirmed;
    g_autofree char *before = signed_text(gave - took);
    g_autofree char *after = signed_text(gave - took - step);
    g_autofree char *theirs = g_strdup_printf(
        _("%s gave you %+d  (%" PRId64 " -> %" PRId64 " confirmed)"), sender, step, took,
        took + step);
    g_autofree char *yours = g_strdup_printf(
        _("Balance %s -> %s  (you gave %" PRId64 " confirmed)"), before, after, gave);
    page_pair(page, EFFECT_WIDTH, _("Effect"), ROLE_NORMAL, theirs);
    page_pair(page, EFFECT_WIDTH, "", ROLE_NORMAL, yours);
}

static void confirm_text(Dialog *dialog, Page *page)
{
    Verdict *verdict = dialog_data(dialog);
    const Money *estimate = &verdict->referral.lead.value;
    put_lead(page, verdict);
    page_blank(page);
    if (verdict->many) {
        page_pair(page, EFFECT_WIDTH, _("Effect"), ROLE_NORMAL,
                  _("Each counts as a confirmed lead from its sender."));
        return;
    }
    if (verdict->has_sum)
        put_effect(page, verdict, 1);
    if (money_is_set(estimate)) {
        g_autofree char *amount = money_format(estimate);
        page_pair(page, EFFECT_WIDTH, _("Estimate"), ROLE_NORMAL, amount);
    }
}

static void reject_text(Dialog *dialog, Page *page)
{
    Verdict *verdict = dialog_data(dialog);
    put_lead(page, verdict);
    if (verdict->referral.verdict == VERDICT_LEAD && verdict->has_sum) {
        page_blank(page);
        put_effect(page, verdict, -1);
    }
    page_blank(page);
    page_text(page, ROLE_NORMAL,
              verdict->many ? _("Why are they no leads? Each sender reads this.")
                            : _("Why is it not a lead? The sender reads this."));
}

static char *held_note(const Verdict *verdict)
{
    if (verdict->undo_hold == 0)
        return g_strdup(_("Sent at once. Works offline too."));
    return g_strdup_printf(ngettext("Held %" PRId64 " second for undo, then sent. Works offline.",
                                    "Held %" PRId64 " seconds for undo, then sent. Works offline.",
                                    (gulong)verdict->undo_hold),
                           verdict->undo_hold);
}

static char *title_of(const Verdict *verdict)
{
    bool is_lead = verdict->input.verdict == VERDICT_LEAD;
    if (verdict->many) {
        guint n = verdict->ids->len;
        return is_lead ? g_strdup_printf(ngettext("Confirm %u lead?", "Confirm %u leads?", n), n)
                       : g_strdup_printf(
                             ngettext("%u lead: not a lead?", "%u leads: not leads?", n), n);
    }
    char label[LABEL_SIZE];
    lead_label(first_id(verdict), label);
    if (verdict->referral.verdict) {
        return g_strdup_printf(is_lead ? _("Change the verdict on %s: it is a lead?")
                                       : _("Change the verdict on %s: not a lead?"),
                               label);
    }
    return g_strdup_printf(is_lead ? _("Confirm lead %s?") : _("Not a lead: %s?"), label);
}

/* ---- what they do */

static char *done_words(const Verdict *verdict)
{
    bool is_lead = verdict->input.verdict == VERDICT_LEAD;
    guint n = verdict->ids->len;
    if (n > 1) {
        return g_strdup_printf(is_lead ? ngettext("%u lead confirmed", "%u leads confirmed", n)
                                       : ngettext("%u lead: not a lead", "%u leads: not leads", n),
                               n);
    }
    g_autofree char *client = client_of(&verdict->referral);
    return g_strdup_printf(is_lead ? _("%s confirmed") : _("%s: not a lead"), client);
}

static void remember_verdict(App *app, const Verdict *verdict);

/* Gives the verdict, and goes on to the next lead that waits. */
static void verdict_give(App *app, Verdict *verdict)
{
    g_autoptr(GError) error = NULL;
    LeadPos next;
    bool go_on = leads_next_waiting_place(app, verdict->ids, &next);
    if (!client_confirm(app->client, (const Uuid *)verdict->ids->data, verdict->ids->len,
                        &verdict->input, &error)) {
        app_complain_error(app, error);
        return;
    }
    app->decided = verdict->many ? (Uuid){ 0 } : *first_id(verdict);
    remember_verdict(app, verdict);
    app_hold(app, done_words(verdict));
    if (verdict->undo_hold == 0)
        app_say(app, "%s.", app->held);
    if (verdict->tagged)
        leads_untag(app);
    if (!verdict->many)
        draft_done(app, draft_kind(verdict), first_id(verdict));
    if (go_on) {
        leads_goto(app, &next);
    } else if (app->view == VIEW_INBOX) {
        char *last = g_strdup_printf(_("%s, the last that waited"), app->held);
        g_free(app->held);
        app->held = last;
    }
    app_dirty(app, DIRTY_MESSAGE | DIRTY_STATUS | DIRTY_TITLE);
}

static bool read_form(Dialog *dialog, Verdict *verdict)
{
    if (form_row_of(dialog_form(dialog), "value") >= 0) {
        /* A bare amount is in the currency of the sender's. */
        verdict->input.value = (Money){ 0 };
        memcpy(verdict->input.value.currency, verdict->referral.lead.value.currency,
               sizeof verdict->input.value.currency);
    }
    return dialog_store(dialog, &verdict->input);
}

static DialogAnswer confirm_done(App *app, Dialog *dialog)
{
    Verdict *verdict = dialog_data(dialog);
    if (!read_form(dialog, verdict))
        return DIALOG_KEEP;
    verdict_give(app, verdict);
    return DIALOG_CLOSE;
}

static DialogAnswer reject_done(App *app, Dialog *dialog)
{
    Verdict *verdict = dialog_data(dialog);
    verdict->input.reason_code = (ReferralReason)dialog_choice(dialog);
    if (!read_form(dialog, verdict))
        return DIALOG_KEEP;
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

/* ---- commands */

static void verdict_left(App *app, Dialog *dialog)
{
    const Verdict *verdict = dialog_data(dialog);
    int row = form_row_of(dialog_form(dialog), "message");
    if (!verdict->many) {
        draft_keep(app, draft_kind(verdict), first_id(verdict),
                   form_text(dialog_form(dialog), row));
    }
}

static void ask(App *app, Verdict *verdict, DialogSpec *spec, const char *const *names)
{
    g_autofree char *draft = NULL;
    if (!verdict->many) {
        if (!verdict->input.message)
            verdict->input.message = draft_of(app, draft_kind(verdict), first_id(verdict));
        draft = draft_key(draft_kind(verdict), first_id(verdict));
    }
    spec->draft = draft;
    g_autofree char *title = title_of(verdict);
    g_autofree char *note = held_note(verdict);
    spec->title = title;
    spec->form = form_new(&confirm_fields, &verdict->input, names);
    spec->no = _("Cancel");
    spec->left = verdict_left;
    spec->note = note;
    spec->start_at_no = verdict->ids->len > 1;
    spec->data = verdict;
    spec->free_data = verdict_free;
    app_ask(app, dialog_new(spec));
}

static void ask_confirm(App *app, Verdict *verdict)
{
    static const char *const names[] = { "value", "message", NULL };
    DialogSpec spec = { .text = confirm_text, .yes = _("Confirm"), .done = confirm_done };
    /* One amount cannot be that of many. */
    ask(app, verdict, &spec, verdict->many ? names + 1 : names);
}

static void ask_reject(App *app, Verdict *verdict, ReferralReason reason)
{
    static const char *const names[] = { "message", NULL };
    DialogSpec spec = {
        .text = reject_text,
        .choices = &referral_reasons,
        .choice = (int)reason,
        .free_choice = REASON_OTHER,
        .yes = _("Not a lead"),
        .done = reject_done,
    };
    ask(app, verdict, &spec, names);
}

/* "tagged no_need": the rest of the arguments behind that word. */
static bool is_forced(const char **args)
{
    static const char word[] = "tagged";
    size_t n = strlen(word);
    if (strncmp(*args, word, n) != 0 || ((*args)[n] && (*args)[n] != ' '))
        return false;
    *args += n + strspn(*args + n, " ");
    return true;
}

void run_confirm(App *app, const char *args)
{
    Verdict *verdict = verdict_begin(app, VERDICT_LEAD, is_forced(&args));
    if (verdict)
        ask_confirm(app, verdict);
}

void run_reject(App *app, const char *args)
{
    bool forced = is_forced(&args);
    Verdict *verdict = verdict_begin(app, VERDICT_NOT_A_LEAD, forced);
    if (verdict)
        ask_reject(app, verdict, (ReferralReason)enum_value(&referral_reasons, args));
}

bool verdict_change(App *app, const Uuid *id)
{
    Referral referral = { 0 };
    bool known = cache_referral(client_cache(app->client), id, &referral, NULL);
    bool was_lead = referral.verdict == VERDICT_LEAD;
    known = known && referral.verdict;
    fields_clear(&referral_fields, &referral);
    Verdict *verdict = known ? verdict_on(app, id, was_lead ? VERDICT_NOT_A_LEAD : VERDICT_LEAD)
                             : NULL;
    if (verdict && was_lead)
        ask_reject(app, verdict, 0);
    else if (verdict)
        ask_confirm(app, verdict);
    return known;
}

/* ---- once more, and the other way round */

/* What was said, for the next lead too; what one lead was worth is not what another one is. */
static void remember_verdict(App *app, const Verdict *verdict)
{
    fields_clear(&confirm_fields, &app->said);
    fields_copy(&confirm_fields, &app->said, &verdict->input);
    app->said.value = (Money){ 0 };
}

void run_repeat(App *app, const char *args)
{
    if (!app->said.verdict) {
        app_say(app, "%s", _("There is no verdict yet to give once more."));
        return;
    }
    Verdict *verdict = verdict_begin(app, app->said.verdict, false);
    if (!verdict)
        return;
    fields_copy(&confirm_fields, &verdict->input, &app->said);
    if (!verdict->many && verdict->undo_hold > 0) {
        verdict_give(app, verdict);
        verdict_free(verdict);
    } else if (app->said.verdict == VERDICT_LEAD) {
        ask_confirm(app, verdict);
    } else {
        ask_reject(app, verdict, app->said.reason_code);
    }
}

void run_redo(App *app, const char *args)
{
    g_autofree char *what = NULL;
    g_autoptr(GError) error = NULL;
    if (!client_redo(app->client, &what, &error)) {
        if (problem_is(error, PROBLEM_FAILED))
            app_say(app, "%s", error->message);
        else
            app_complain_error(app, error);
        return;
    }
    app_hold(app, g_strdup_printf(_("Done again: %s"), what));
    if (app->settings.undo_hold == 0)
        app_say(app, "%s.", app->held);
    app_dirty(app, DIRTY_MESSAGE | DIRTY_STATUS | DIRTY_TITLE);
}
