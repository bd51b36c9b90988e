/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The page /lead, behind the link that somebody outside was mailed (R116): they see who passes them what, and say whether it is a
 * lead. Reading it changes nothing, since mail programs open links to look at them: the contact is shown, and picked up,
 * when a button was pressed. A form carries the revision that it was made of, so that sending it again does nothing.
 */
#include <string.h>

#include "base/text.h"
#include "server/families.h"
#include "server/lead_link.h"
#include "server/page.h"
#include "server/referral_family.h"
#include "server/referral_mail.h"
#include "server/referral_store.h"

#define ACT_OPEN "open"
#define ACT_LEAD "lead"
#define ACT_NOT "not_a_lead"

typedef struct LeadForm {
    char *token, *act, *reason_code, *message;
    char *rev; /* of what the form showed */
} LeadForm;

#define AT(member) offsetof(LeadForm, member)
static const Field form_rows[] = {
    { "token", FIELD_TEXT, AT(token), FIELD_SECRET, .max = 100 },
    { "act", FIELD_TEXT, AT(act), .max = 20 },
    { "rev", FIELD_TEXT, AT(rev), .max = 20 },
    { "reason_code", FIELD_TEXT, AT(reason_code), .max = 40 },
    { "message", FIELD_TEXT, AT(message), FIELD_PERSONAL | FIELD_MULTILINE, .max = 2000 },
};
#undef AT
static const FieldTable form_fields = FIELD_TABLE("lead_form", LeadForm, form_rows);

/* ---- the page */

static void put_problem(Call *call, Problem problem, const char *detail, const FieldErrors *errors)
{
    const FieldError *first = errors && field_errors_any(errors) ? errors->items->pdata[0] : NULL;
    page_begin(call, problem_row(problem)->title);
    page_error(call, first ? first->detail : detail);
    page_put(call, "<p>Open the link in your mail again.</p>\n");
    page_end(call);
}

static const Wording wording = { "page", "text/html; charset=utf-8", put_problem };

static void put_end(Call *call, int status, const char *title, const char *text)
{
    call->reply.status = status;
    page_begin(call, title);
    page_put(call, "<p role=\"status\">%s</p>\n", text);
    page_end(call);
}

static void put_pair(Call *call, const char *name, const char *text)
{
    if (text && *text)
        page_put(call, "<dt>%s</dt><dd class=\"text\">%s</dd>\n", name, text);
}

static void put_sender(Call *call, const Referral *referral)
{
    const Party *from = &referral->from;
    page_put(call, "<p><strong>%s</strong>", from->name);
    if (from->company_name)
        page_put(call, " (%s)", from->company_name);
    page_put(call, referral->type == REFERRAL_JOB
                       ? " knows somebody who needs what you do, and who has agreed that you get "
                         "in touch.</p>\n"
                       : " knows somebody who would like to meet you, since you could help each "
                         "other, and who has agreed that you get in touch.</p>\n");
    if (referral->competing)
        page_put(call, "<p>The same lead went to somebody else as well. Whoever calls first has "
                       "the better chance.</p>\n");
    if (!referral->lead.known_and_spoken)
        page_put(call, "<p>They do not say that they know this person and spoke to them.</p>\n");
}

static void put_permission(Call *call, const Permission *permission)
{
    g_autoptr(GString) text = g_string_new(enum_label(&permission_methods, permission->method));
    for (size_t i = 0; i < contact_channels.n_values; i++) {
        const EnumValue *channel = &contact_channels.values[i];
        if (permission->channels & 1 << channel->value)
            g_string_append_printf(text, "%s%s", text->len ? ", " : "", channel->label);
    }
    put_pair(call, "Agreed", text->str);
    put_pair(call, "In their words", permission->wording);
}

static void put_lead(Call *call, const Lead *lead)
{
    const Contact *contact = &lead->contact;
    g_autofree char *name = contact_display_name(contact);
    page_put(call, "<dl>\n");
    put_pair(call, "Who", name);
    if (g_strcmp0(name, contact->company_name) != 0)
        put_pair(call, "Company", contact->company_name);
    put_pair(call, "Phone", contact->phone_1);
    put_pair(call, "Second phone", contact->phone_2);
    put_pair(call, "E-mail", contact->email);
    put_pair(call, "Town", contact->city);
    put_pair(call, "Postcode", contact->postal_code);
    put_pair(call, "Need", lead->need);
    put_pair(call, "Note", lead->comments);
    put_permission(call, &lead->permission);
    page_put(call, "</dl>\n");
}

static void put_form_begin(Call *call, const char *token, const Referral *referral)
{
    char rev[24];
    g_snprintf(rev, sizeof rev, "%" G_GINT64_FORMAT, referral->rev);
    page_put(call,
             "<form method=\"post\" action=\"lead\">\n"
             "<input type=\"hidden\" name=\"token\" value=\"%s\">\n"
             "<input type=\"hidden\" name=\"rev\" value=\"%s\">\n",
             token, rev);
}

static void put_reasons(Call *call, const LeadForm *typed)
{
    page_put(call, "<label for=\"reason\">If it is none: why</label>\n"
                   "<select id=\"reason\" name=\"reason_code\">\n<option value=\"\"></option>\n");
    for (size_t i = 0; i < referral_reasons.n_values; i++) {
        const EnumValue *reason = &referral_reasons.values[i];
        bool chosen = typed && g_strcmp0(typed->reason_code, reason->code) == 0;
        page_put(call, "<option value=\"%s\"", reason->code);
        page_put(call, chosen ? " selected" : "");
        page_put(call, ">%s</option>\n", reason->label);
    }
    page_put(call, "</select>\n<label for=\"message\">Message to %s</label>\n", "the sender");
    page_put(call,
             "<textarea id=\"message\" name=\"message\" rows=\"4\" maxlength=\"2000\">%s"
             "</textarea>\n",
             typed && typed->message ? typed->message : "");
}

static void put_question(Call *call, const char *token, const Referral *referral,
                         const LeadForm *typed)
{
    put_form_begin(call, token, referral);
    put_reasons(call, typed);
    page_put(call,
             "<div class=\"buttons\">\n"
             "<button class=\"main\" name=\"act\" value=\"" ACT_LEAD "\">It is a lead</button>\n"
             "<button name=\"act\" value=\"" ACT_NOT "\">Not a lead</button>\n"
             "</div>\n</form>\n");
}

static void put_verdict(Call *call, const Referral *referral)
{
    bool is_lead = referral->verdict == VERDICT_LEAD;
    page_put(call, "<p role=\"status\">You said: <strong>%s</strong>. %s was told.</p>\n",
             is_lead ? "it is a lead" : "not a lead", referral->from.name);
}

/* typed, complaint NULL: none. */
static void put_page(Call *call, const char *token, const Referral *referral, const LeadForm *typed,
                     const char *complaint)
{
    page_begin(call, "Somebody for you");
    if (complaint)
        page_error(call, complaint);
    put_sender(call, referral);
    if (referral->state == REFERRAL_SENT) {
        put_form_begin(call, token, referral);
        page_put(call, "<div class=\"buttons\"><button class=\"main\" name=\"act\" "
                       "value=\"" ACT_OPEN "\">Show me who it is</button></div>\n</form>\n");
        page_end(call);
        return;
    }
    if (referral->verdict)
        put_verdict(call, referral);
    put_lead(call, &referral->lead);
    if (!referral->verdict) {
        page_put(call,
                 "<p>Once you have spoken to them, say whether it is a lead: %s is told, "
                 "and learns what helps you.</p>\n",
                 referral->from.name);
        put_question(call, token, referral, typed);
    } else if (referral_may(referral, EVENT_CONFIRM, call->now, NULL)) {
        page_put(call, "<p>You may change that once, within 14 days.</p>\n");
        put_question(call, token, referral, typed);
    }
    page_end(call);
}

/* *open: it is there to be shown; else why not was answered. */
static bool find(Call *call, const char *token, Referral *referral, bool *open, GError **error)
{
    bool found = false;
    *open = false;
    if (!lead_link_load(call, token, referral, &found, error))
        return false;
    if (!found)
        put_end(call, 404, "Nothing here",
                "There is no such link, or it has expired. Ask whoever sent it to you.");
    else if (referral->state == REFERRAL_WITHDRAWN)
        put_end(call, 410, "Taken back", "The sender has taken this lead back.");
    else
        *open = true;
    return true;
}

static bool show(Call *call, GError **error)
{
    const char *token = call_query(call, "token");
    g_auto(Referral) referral = { 0 };
    bool open;
    if (!find(call, token, &referral, &open, error))
        return false;
    if (open)
        put_page(call, token, &referral, NULL, NULL);
    return true;
}

/* ---- what the forms do */

static ReferralEvent event_of(const LeadForm *form)
{
    return g_strcmp0(form->act, ACT_OPEN) == 0 ? EVENT_PICK_UP : EVENT_CONFIRM;
}

static bool is_known(const LeadForm *form)
{
    return form->act && (strcmp(form->act, ACT_OPEN) == 0 || strcmp(form->act, ACT_LEAD) == 0 ||
                         strcmp(form->act, ACT_NOT) == 0);
}

static char *message_of(const LeadForm *form)
{
    return g_strstrip(g_strdup(form->message ? form->message : ""));
}

static void apply(Call *call, Referral *referral, const LeadForm *form, const ConfirmInput *input)
{
    if (event_of(form) == EVENT_PICK_UP)
        referral_pick_up(referral, call->now);
    else
        referral_confirm(referral, input, call->now);
}

static bool store(Call *call, Referral *referral, const LeadForm *form, const ConfirmInput *input,
                  bool *stored, GError **error)
{
    gint64 rev = referral->rev;
    ReferralState before = referral->state;
    apply(call, referral, form, input);
    referral->rev = rev + 1;
    if (!referral_update(call->db, referral, rev, stored, error) || !*stored)
        return !*stored;
    referral_changed(call, referral);
    return referral_mail_event(call, referral, event_of(form), before, error);
}

/* What keeps this form from being an answer; NULL nothing. Else *input is what it says, its message borrowed. */
static const char *complaint_of(const LeadForm *form, char *message, ConfirmInput *input,
                                FieldErrors *errors)
{
    *input = (ConfirmInput){ 0 };
    if (event_of(form) == EVENT_PICK_UP)
        return NULL;
    bool is_lead = strcmp(form->act, ACT_LEAD) == 0;
    input->verdict = is_lead ? VERDICT_LEAD : VERDICT_NOT_A_LEAD;
    input->message = *message ? message : NULL;
    if (!is_lead && form->reason_code)
        input->reason_code = (ReferralReason)enum_value(&referral_reasons, form->reason_code);
    if (fields_validate(&confirm_fields, input, "#", errors) && confirm_validate(input, errors))
        return NULL;
    return is_lead ? ((FieldError *)errors->items->pdata[0])->detail
                   : "Say why it is none: choose a reason, or write a message.";
}

static bool perform(Call *call, const LeadForm *form, Referral *referral, GError **error)
{
    ConfirmInput input;
    g_auto(FieldErrors) errors;
    g_autofree char *message = message_of(form);
    g_autoptr(GError) refusal = NULL;
    bool stored = true;
    field_errors_init(&errors);
    const char *complaint = complaint_of(form, message, &input, &errors);
    if (!complaint && !referral_may(referral, event_of(form), call->now, &refusal))
        complaint = refusal->message;
    if (complaint) {
        call->reply.status = refusal ? 409 : 422;
        put_page(call, form->token, referral, form, complaint);
        return true;
    }
    if (!store(call, referral, form, &input, &stored, error))
        return false;
    if (!stored)
        return problem_set(error, PROBLEM_OVERLOADED, "It was changed meanwhile: try again.");
    put_page(call, form->token, referral, NULL, NULL);
    return true;
}

static bool answer(Call *call, GError **error)
{
    const LeadForm *form = call->body;
    g_auto(Referral) referral = { 0 };
    bool open;
    if (!find(call, form->token, &referral, &open, error))
        return false;
    if (!open)
        return true;
    bool current = form->rev && g_ascii_strtoll(form->rev, NULL, 10) == referral.rev;
    if (is_known(form) && current)
        return perform(call, form, &referral, error);
    put_page(call, form->token, &referral, NULL,
             is_known(form) ? NULL : "Choose one of the buttons.");
    return true;
}

const Route lead_page_routes[] = {
    { "GET", "/lead", ACCESS_OPEN, LANE_READ, ROUTE_NO_KEY | ROUTE_NO_BATCH | ROUTE_SNAPSHOT,
      .handler = show, .query = "token", .wording = &wording, .reply_type = "text/html",
      .summary = "The page where somebody without an account sees a lead that was mailed to them" },
    { "POST", "/lead", ACCESS_OPEN, LANE_WRITE,
      ROUTE_NO_KEY | ROUTE_NO_BATCH | ROUTE_FORM | ROUTE_LENIENT, &form_fields, .handler = answer,
      .wording = &wording, .reply_type = "text/html", .summary = "What the page's forms do" },
    { 0 },
};
