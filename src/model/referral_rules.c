/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may happen to a referral and what becomes of it (domain.md §3.4). */
#include "model/referral.h"

#include <string.h>

#include "base/phone.h"
#include "base/problem.h"

#define BIT(value) ((unsigned)(value) < 32 ? 1u << (value) : 0)
#define IN(state) BIT(state)
#define SIDE(box) BIT(box)

#define AFTER_VERDICT                                                                              \
    (IN(REFERRAL_CONFIRMED) | IN(REFERRAL_WORKING) | IN(REFERRAL_WON) | IN(REFERRAL_LOST) |        \
     IN(REFERRAL_DORMANT))
#define ANY_STATE                                                                                  \
    (IN(REFERRAL_SENT) | IN(REFERRAL_PICKED_UP) | AFTER_VERDICT | IN(REFERRAL_WITHDRAWN))

/*
 * The transitions. `amend` holds the states in which the event changes a verdict that is there
 * already; after an outcome that verdict stands (R47). A pick-up after the first is harmless, and an
 * outcome may follow any other, since slips of a key must be mended and no count hangs on it (R51).
 */
static const struct {
    unsigned sides, states, amend;
    bool needs_lead;
} transitions[] = {
    [EVENT_PICK_UP] = { SIDE(BOX_INBOX),
                        IN(REFERRAL_SENT) | IN(REFERRAL_PICKED_UP) | AFTER_VERDICT },
    [EVENT_CONFIRM] = { SIDE(BOX_INBOX), IN(REFERRAL_SENT) | IN(REFERRAL_PICKED_UP),
                        .amend = IN(REFERRAL_CONFIRMED) | IN(REFERRAL_WORKING) },
    [EVENT_OUTCOME] = { SIDE(BOX_INBOX), AFTER_VERDICT, .needs_lead = true },
    [EVENT_WITHDRAW] = { SIDE(BOX_SENT), IN(REFERRAL_SENT) },
    [EVENT_REMIND] = { SIDE(BOX_SENT), IN(REFERRAL_SENT) | IN(REFERRAL_PICKED_UP) },
    [EVENT_NOTE] = { SIDE(BOX_INBOX) | SIDE(BOX_SENT), ANY_STATE },
};

static bool may_amend(const Referral *referral, unsigned amend_states, gint64 now, GError **error)
{
    if (!(amend_states & IN(referral->state)))
        return problem_set(error, PROBLEM_AMEND_CLOSED,
                           "The verdict stands once the lead has an outcome");
    if (referral->amended)
        return problem_set(error, PROBLEM_AMEND_CLOSED,
                           "The verdict was changed once already; that is all");
    if (now > referral->confirmed_at + AMEND_WINDOW)
        return problem_set(error, PROBLEM_AMEND_CLOSED,
                           "The verdict could be changed within 14 days only");
    return true;
}

bool referral_may(const Referral *referral, ReferralEvent event, gint64 now, GError **error)
{
    unsigned state = IN(referral->state);
    g_assert((unsigned)event < G_N_ELEMENTS(transitions));
    if (!(transitions[event].sides & SIDE(referral->box)))
        return problem_set(error, PROBLEM_FORBIDDEN,
                           transitions[event].sides & SIDE(BOX_SENT)
                               ? "Only the sender may do this"
                               : "Only the recipient may do this");
    if (transitions[event].amend && state & AFTER_VERDICT)
        return may_amend(referral, transitions[event].amend, now, error);
    if (!(transitions[event].states & state)) {
        const char *code = enum_code(&referral_states, (int)referral->state);
        return problem_set(error, PROBLEM_REFERRAL_STATE, "Not possible while it is \"%s\"",
                           code ? code : "unknown");
    }
    if (transitions[event].needs_lead && referral->verdict != VERDICT_LEAD)
        return problem_set(error, PROBLEM_REFERRAL_STATE,
                           "Only what was confirmed as a lead has an outcome");
    if (event == EVENT_REMIND && referral->reminded_at && referral_is_outside(referral))
        return problem_set(error, PROBLEM_REFERRAL_STATE,
                           "Somebody outside the network is reminded once only");
    if (event == EVENT_REMIND && referral_remind_from(referral, now))
        return problem_set(error, PROBLEM_REFERRAL_STATE,
                           "The recipient was reminded already: once a day is enough");
    return true;
}

gint64 referral_remind_from(const Referral *referral, gint64 now)
{
    gint64 from = referral->reminded_at + REMIND_PAUSE;
    return referral->reminded_at && now < from ? from : 0;
}

bool referral_is_outside(const Referral *referral)
{
    return uuid_is_nil(&referral->to.account);
}

gint64 referral_amend_until(const Referral *referral)
{
    gint64 until = referral->confirmed_at + AMEND_WINDOW;
    return referral->verdict && referral_may(referral, EVENT_CONFIRM, until, NULL) ? until : 0;
}

/* ---- applying an event */

static void replace_text(char **text, const char *with)
{
    char *copy = g_strdup(with && *with ? with : NULL);
    g_free(*text);
    *text = copy;
}

void referral_pick_up(Referral *referral, gint64 now)
{
    if (referral->state != REFERRAL_SENT)
        return;
    referral->state = REFERRAL_PICKED_UP;
    referral->picked_up_at = now;
    referral->updated_at = now;
}

void referral_confirm(Referral *referral, const ConfirmInput *input, gint64 now)
{
    bool is_lead = input->verdict == VERDICT_LEAD;
    referral_pick_up(referral, now);
    if (referral->verdict)
        referral->amended = true;
    else
        referral->confirmed_at = now; /* an amendment counts for the day of the first verdict */
    if (referral->state == REFERRAL_PICKED_UP || !is_lead) {
        referral->state = REFERRAL_CONFIRMED;
        referral->outcome_at = 0;
    }
    referral->verdict = input->verdict;
    referral->reason_code = is_lead ? 0 : input->reason_code;
    replace_text(&referral->message, input->message);
    if (!is_lead)
        referral->value = (Money){ 0 };
    else if (money_is_set(&input->value))
        referral->value = input->value;
    referral->updated_at = now;
}

void referral_set_outcome(Referral *referral, const OutcomeInput *input, gint64 now)
{
    referral->state = input->outcome;
    referral->outcome_at = now;
    if (money_is_set(&input->value))
        referral->value = input->value;
    referral->updated_at = now;
}

void referral_withdraw(Referral *referral, gint64 now)
{
    referral->state = REFERRAL_WITHDRAWN;
    referral->withdrawn_at = now;
    referral->updated_at = now;
}

void referral_remind(Referral *referral, gint64 now)
{
    referral->reminded_at = now;
    referral->updated_at = now;
}

static void set_recipient(Referral *referral, const Recipient *recipient, const Party *to)
{
    if (!uuid_is_nil(&recipient->account)) {
        fields_copy(&party_fields, &referral->to, to);
        referral->to.account = recipient->account;
        return;
    }
    referral->to.name = g_strdup(recipient->outside.name);
    referral->to_email = g_strdup(recipient->outside.email);
}

void referral_init_new(Referral *referral, const Uuid *id, const Uuid *lead, const Party *from,
                       const Party *to, const NewReferral *input, gint64 now)
{
    *referral = (Referral){
        .id = *id,
        .created_at = now,
        .updated_at = now,
        .sent_at = now,
        .box = BOX_SENT,
        .state = REFERRAL_SENT,
        .type = input->type,
        .copy_of = input->copy_of,
        .competing = !uuid_is_nil(&input->copy_of),
    };
    referral->lead = (Lead){
        .id = *lead,
        .need = g_strdup(input->need),
        .comments = g_strdup(input->comments),
        .known_and_spoken = input->known_and_spoken,
        .value = input->value,
    };
    fields_copy(&party_fields, &referral->from, from);
    set_recipient(referral, &input->to, to);
    fields_copy(&contact_fields, &referral->lead.contact, &input->contact);
    fields_copy(&permission_fields, &referral->lead.permission, &input->permission);
}

/* ---- rules between fields */

static bool is_blank(const char *text)
{
    return !text || text[strspn(text, " \n")] == '\0';
}

/* One error for each place: what fields_validate() said there already is enough. */
static bool add_once(FieldErrors *errors, const char *pointer, const char *code, const char *detail)
{
    if (!field_errors_find(errors, pointer))
        field_errors_add(errors, pointer, code, "%s", detail);
    return false;
}

static bool value_validate(const Money *value, FieldErrors *errors)
{
    if (money_is_set(value) && value->amount < 0)
        return add_once(errors, "#/value", "out-of-range", "must not be negative");
    return true;
}

/* R29: exactly one. */
static bool recipient_validate(const Recipient *to, FieldErrors *errors)
{
    bool outside = !is_blank(to->outside.name) || !is_blank(to->outside.email);
    if (uuid_is_nil(&to->account) && !outside)
        return add_once(errors, "#/to/account", "required",
                        "choose a partner, or name somebody outside the network");
    if (!uuid_is_nil(&to->account) && outside)
        return add_once(errors, "#/to/outside", "not-allowed",
                        "a lead goes to one recipient: a partner or somebody outside, not both");
    return true;
}

/* What is wrong with a number, and the cure. */
static const char *const phone_details[] = {
    [PHONE_UNREADABLE] = "is no phone number: digits, and + with the country's code before those "
                         "of another country",
    [PHONE_NO_COUNTRY] = "has no such country: begin with + and the country's code, like +44, or "
                         "set the contact's country",
    [PHONE_TOO_SHORT] = "has too few digits: look whether some are missing",
    [PHONE_TOO_LONG] = "has too many digits: give one number, without an extension",
    [PHONE_LOCAL] = "has no area code: begin with it",
    [PHONE_UNKNOWN] = "is a number that nobody has: look at the digits, or begin with + and the "
                      "country's code, like +44",
};

static bool phone_validate(const char *phone, const char *pointer, const char *country,
                           FieldErrors *errors)
{
    char e164[PHONE_E164_SIZE];
    PhoneFault fault = is_blank(phone) || field_errors_find(errors, pointer)
                           ? PHONE_GOOD
                           : phone_read(phone, country, e164);
    return fault == PHONE_GOOD || add_once(errors, pointer, "phone.invalid", phone_details[fault]);
}

/* R46 */
static bool contact_validate(const Contact *contact, FieldErrors *errors)
{
    if (is_blank(contact->phone_1) && is_blank(contact->phone_2) && is_blank(contact->email))
        return add_once(errors, "#/contact/phone_1", "required",
                        "give a phone number or an e-mail address of the contact");
    bool first = phone_validate(contact->phone_1, "#/contact/phone_1", contact->country_code,
                                errors);
    return phone_validate(contact->phone_2, "#/contact/phone_2", contact->country_code, errors) &&
           first;
}

bool new_referral_validate(const NewReferral *input, FieldErrors *errors)
{
    bool valid = value_validate(&input->value, errors);
    valid = recipient_validate(&input->to, errors) && valid;
    valid = contact_validate(&input->contact, errors) && valid;
    if (is_blank(input->need))
        valid = add_once(errors, "#/need", "required", "say what the contact needs");
    if (!input->permission.given)
        valid = add_once(errors, "#/permission/given", "required",
                         "the contact must have agreed to be contacted");
    return valid;
}

bool confirm_validate(const ConfirmInput *input, FieldErrors *errors)
{
    bool valid = value_validate(&input->value, errors);
    if (input->verdict != VERDICT_NOT_A_LEAD)
        return valid;
    if (!input->reason_code && is_blank(input->message))
        valid = add_once(errors, "#/reason_code", "required",
                         "tell the sender why: a reason or a message");
    if (input->reason_code == REASON_OTHER && is_blank(input->message))
        valid = add_once(errors, "#/message", "required", "the reason \"other\" needs a message");
    if (money_is_set(&input->value))
        valid = add_once(errors, "#/value", "not-allowed", "what is not a lead has no value");
    return valid;
}

bool outcome_validate(const OutcomeInput *input, FieldErrors *errors)
{
    return value_validate(&input->value, errors);
}

/* ---- reading */

bool referral_is_waiting(const Referral *referral)
{
    return referral->state == REFERRAL_SENT || referral->state == REFERRAL_PICKED_UP;
}

char *contact_display_name(const Contact *contact)
{
    bool first = !is_blank(contact->first_name), last = !is_blank(contact->last_name);
    if (first && last)
        return g_strconcat(contact->first_name, " ", contact->last_name, NULL);
    const char *const names[] = { first ? contact->first_name : contact->last_name,
                                  contact->company_name, contact->email, contact->phone_1,
                                  contact->phone_2 };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (!is_blank(names[i]))
            return g_strdup(names[i]);
    return g_strdup("");
}

char *phone_key(const char *phone)
{
    GString *key = g_string_new(NULL);
    for (; phone && *phone; phone++)
        if (g_ascii_isdigit(*phone) || (*phone == '+' && key->len == 0))
            g_string_append_c(key, *phone);
    return g_string_free(key, FALSE);
}

static char *key_or_null(char *key)
{
    if (*key)
        return key;
    g_free(key);
    return NULL;
}

/* The international way, where it can be told. */
static char *phone_key_in(const char *phone, const char *country)
{
    char e164[PHONE_E164_SIZE] = "";
    if (!is_blank(phone))
        phone_read(phone, country, e164);
    return key_or_null(*e164 ? g_strdup(e164) : phone_key(phone));
}

void contact_keys(const Contact *contact, ContactKeys *out)
{
    *out = (ContactKeys){ phone_key_in(contact->phone_1, contact->country_code),
                          phone_key_in(contact->phone_2, contact->country_code),
                          key_or_null(email_fold(contact->email)) };
}

void contact_keys_clear(ContactKeys *keys)
{
    g_free(keys->phone_1);
    g_free(keys->phone_2);
    g_free(keys->email);
    *keys = (ContactKeys){ 0 };
}

void give_take_add(GiveTake *sum, ReferralBox box, ReferralState state, ReferralVerdict verdict,
                   gint64 n)
{
    bool gave = box == BOX_SENT;
    if (state == REFERRAL_WITHDRAWN)
        return;
    *(gave ? &sum->gave : &sum->took) += n;
    if (verdict == VERDICT_LEAD)
        *(gave ? &sum->gave_confirmed : &sum->took_confirmed) += n;
    else if (verdict == VERDICT_NOT_A_LEAD)
        *(gave ? &sum->gave_rejected : &sum->took_rejected) += n;
}
