/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/referral.h"

#include "base/i18n.h"

/* ---- enumerations */

static const EnumValue state_values[] = {
    { REFERRAL_SENT, "sent", N_("new") },
    { REFERRAL_PICKED_UP, "picked_up", N_("opened") },
    { REFERRAL_CONFIRMED, "confirmed", N_("confirmed") },
    { REFERRAL_WORKING, "working", N_("working") },
    { REFERRAL_WON, "won", N_("won") },
    { REFERRAL_LOST, "lost", N_("lost") },
    { REFERRAL_DORMANT, "dormant", N_("dormant") },
    { REFERRAL_WITHDRAWN, "withdrawn", N_("withdrawn") },
};
const EnumTable referral_states = ENUM_TABLE("referral_state", state_values);

static const EnumValue outcome_values[] = {
    { REFERRAL_WORKING, "working", N_("working") },
    { REFERRAL_WON, "won", N_("won") },
    { REFERRAL_LOST, "lost", N_("lost") },
    { REFERRAL_DORMANT, "dormant", N_("dormant") },
};
const EnumTable referral_outcomes = ENUM_TABLE("outcome", outcome_values);

static const EnumValue verdict_values[] = {
    { VERDICT_LEAD, "lead", N_("lead") },
    { VERDICT_NOT_A_LEAD, "not_a_lead", N_("not a lead") },
};
const EnumTable referral_verdicts = ENUM_TABLE("verdict", verdict_values);

static const EnumValue reason_values[] = {
    { REASON_NO_PERMISSION, "no_permission", N_("No permission to contact") },
    { REASON_NO_CONTACT_DETAILS, "no_contact_details", N_("Contact details do not work") },
    { REASON_UNKNOWN_TO_SENDER, "unknown_to_sender", N_("Does not know the sender") },
    { REASON_NOT_MY_TRADE, "not_my_trade", N_("Not my trade") },
    { REASON_NO_NEED, "no_need", N_("No need or interest") },
    { REASON_DUPLICATE, "duplicate", N_("I have it already") },
    { REASON_WRONG_AREA, "wrong_area", N_("Outside my area") },
    { REASON_OTHER, "other", N_("Other: say why") },
};
const EnumTable referral_reasons = ENUM_TABLE("reason", reason_values);

static const EnumValue type_values[] = {
    { REFERRAL_JOB, "job", N_("job") },
    { REFERRAL_BUSINESS_DEVELOPMENT, "business_development", N_("business development") },
};
const EnumTable referral_types = ENUM_TABLE("referral_type", type_values);

static const EnumValue box_values[] = {
    { BOX_INBOX, "inbox", N_("Inbox") },
    { BOX_SENT, "sent", N_("Sent") },
};
const EnumTable referral_boxes = ENUM_TABLE("box", box_values);

static const EnumValue channel_values[] = {
    { CHANNEL_PHONE, "phone", N_("phone") },
    { CHANNEL_EMAIL, "email", N_("e-mail") },
    { CHANNEL_SMS, "sms", N_("text message") },
    { CHANNEL_POST, "post", N_("post") },
};
const EnumTable contact_channels = ENUM_TABLE("channel", channel_values);

static const EnumValue method_values[] = {
    { PERMISSION_SPOKEN, "spoken", N_("spoken") },
    { PERMISSION_FORM, "form", N_("form") },
    { PERMISSION_WRITTEN, "written", N_("in writing") },
};
const EnumTable permission_methods = ENUM_TABLE("permission_method", method_values);

/* ---- field tables */

#define AT(member) offsetof(Contact, member)
static const Field contact_rows[] = {
    { "first_name", FIELD_TEXT, AT(first_name), FIELD_PERSONAL, .max = 60,
      .label = N_("First name") },
    { "last_name", FIELD_TEXT, AT(last_name), FIELD_PERSONAL, .max = 60, .label = N_("Last name") },
    { "company_name", FIELD_TEXT, AT(company_name), FIELD_PERSONAL, .max = 120,
      .label = N_("Company") },
    { "email", FIELD_EMAIL, AT(email), FIELD_PERSONAL, .label = N_("E-mail") },
    { "phone_1", FIELD_PHONE, AT(phone_1), FIELD_PERSONAL, .label = N_("Phone") },
    { "phone_2", FIELD_PHONE, AT(phone_2), FIELD_PERSONAL, .label = N_("Second phone") },
    { "city", FIELD_TEXT, AT(city), FIELD_PERSONAL, .max = 80, .label = N_("Town") },
    { "postal_code", FIELD_TEXT, AT(postal_code), FIELD_PERSONAL, .max = 16,
      .label = N_("Postcode") },
    { "country_code", FIELD_TEXT, AT(country_code), .min = 2, .max = 2, .label = N_("Country") },
};
#undef AT
const FieldTable contact_fields = FIELD_TABLE("contact", Contact, contact_rows);

#define AT(member) offsetof(Permission, member)
static const Field permission_rows[] = {
    { "given", FIELD_BOOL, AT(given), .label = N_("Agreed to be contacted") },
    { "method", FIELD_ENUM, AT(method), .values = &permission_methods, .label = N_("How") },
    { "at", FIELD_TIME, AT(at), .label = N_("When") },
    { "channels", FIELD_SET, AT(channels), .values = &contact_channels, .label = N_("By") },
    { "wording", FIELD_TEXT, AT(wording), FIELD_PERSONAL | FIELD_MULTILINE, .max = 1000,
      .label = N_("In their words") },
};
#undef AT
const FieldTable permission_fields = FIELD_TABLE("permission", Permission, permission_rows);

#define NEED(Type)                                                                                 \
    {                                                                                              \
        "need", FIELD_TEXT, offsetof(Type, need), FIELD_REQUIRED | FIELD_PERSONAL,                 \
            .max = 2000, .label = N_("Need")                                                       \
    }
#define COMMENTS(Type)                                                                             \
    {                                                                                              \
        "comments", FIELD_TEXT, offsetof(Type, comments), FIELD_PERSONAL | FIELD_MULTILINE,        \
            .max = 4000, .label = N_("Note")                                                       \
    }
#define KNOWN(Type)                                                                                \
    {                                                                                              \
        "known_and_spoken", FIELD_BOOL, offsetof(Type, known_and_spoken),                          \
            .label = N_("I know them and spoke to them")                                           \
    }
#define PERMISSION(Type)                                                                           \
    {                                                                                              \
        "permission", FIELD_OBJECT, offsetof(Type, permission), FIELD_REQUIRED,                    \
            .object = &permission_fields, .label = N_("Permission")                                \
    }
#define CONTACT(Type)                                                                              \
    {                                                                                              \
        "contact", FIELD_OBJECT, offsetof(Type, contact), FIELD_REQUIRED,                          \
            .object = &contact_fields, .label = N_("Contact")                                      \
    }
#define VALUE(Type, text)                                                                          \
    {                                                                                              \
        "value", FIELD_MONEY, offsetof(Type, value), .label = (text)                               \
    }

#define AT(member) offsetof(Lead, member)
static const Field lead_rows[] = {
    { "id", FIELD_UUID, AT(id), FIELD_READONLY },
    CONTACT(Lead),
    NEED(Lead),
    COMMENTS(Lead),
    KNOWN(Lead),
    PERMISSION(Lead),
    VALUE(Lead, N_("Value")),
};
#undef AT
const FieldTable lead_fields = FIELD_TABLE("lead", Lead, lead_rows);

#define MESSAGE(Type)                                                                              \
    {                                                                                              \
        "message", FIELD_TEXT, offsetof(Type, message), FIELD_MULTILINE | FIELD_PERSONAL,          \
            .max = 2000, .label = N_("Message to the sender")                                      \
    }
#define REASON(Type)                                                                               \
    {                                                                                              \
        "reason_code", FIELD_ENUM, offsetof(Type, reason_code), .values = &referral_reasons,       \
                                                                .label = N_("Reason")              \
    }

#define AT(member) offsetof(Referral, member)
static const Field referral_rows[] = {
    { "id", FIELD_UUID, AT(id), FIELD_READONLY },
    { "rev", FIELD_INT, AT(rev), FIELD_READONLY },
    { "created_at", FIELD_TIME, AT(created_at), FIELD_READONLY },
    { "updated_at", FIELD_TIME, AT(updated_at), FIELD_READONLY },
    { "box", FIELD_ENUM, AT(box), FIELD_READONLY, .values = &referral_boxes },
    { "state", FIELD_ENUM, AT(state), FIELD_READONLY, .values = &referral_states,
      .label = N_("State") },
    { "verdict", FIELD_ENUM, AT(verdict), FIELD_READONLY, .values = &referral_verdicts,
      .label = N_("Verdict") },
    { "type", FIELD_ENUM, AT(type), FIELD_REQUIRED, .values = &referral_types,
      .label = N_("Kind") },
    { "from", FIELD_OBJECT, AT(from), FIELD_READONLY, .object = &party_fields,
      .label = N_("From") },
    { "to", FIELD_OBJECT, AT(to), FIELD_REQUIRED, .object = &party_fields, .label = N_("To") },
    { "to_email", FIELD_EMAIL, AT(to_email), FIELD_READONLY | FIELD_PERSONAL,
      .label = N_("Their e-mail") },
    { "lead", FIELD_OBJECT, AT(lead), FIELD_REQUIRED, .object = &lead_fields },
    { "copy_of", FIELD_UUID, AT(copy_of) },
    { "competing", FIELD_BOOL, AT(competing), FIELD_READONLY },
    { "sent_at", FIELD_TIME, AT(sent_at), FIELD_READONLY, .label = N_("Received") },
    { "picked_up_at", FIELD_TIME, AT(picked_up_at), FIELD_READONLY, .label = N_("Opened") },
    { "confirmed_at", FIELD_TIME, AT(confirmed_at), FIELD_READONLY },
    { "outcome_at", FIELD_TIME, AT(outcome_at), FIELD_READONLY },
    { "withdrawn_at", FIELD_TIME, AT(withdrawn_at), FIELD_READONLY },
    { "reminded_at", FIELD_TIME, AT(reminded_at), FIELD_READONLY, .label = N_("Reminded") },
    REASON(Referral),
    MESSAGE(Referral),
    { "amended", FIELD_BOOL, AT(amended), FIELD_READONLY },
    VALUE(Referral, N_("Value")),
};
#undef AT
const FieldTable referral_fields = FIELD_TABLE("referral", Referral, referral_rows);

#define AT(member) offsetof(Outside, member)
static const Field outside_rows[] = {
    { "name", FIELD_TEXT, AT(name), FIELD_REQUIRED | FIELD_PERSONAL, .max = 120,
      .label = N_("Name") },
    { "email", FIELD_EMAIL, AT(email), FIELD_REQUIRED | FIELD_PERSONAL, .label = N_("E-mail") },
};
#undef AT
const FieldTable outside_fields = FIELD_TABLE("outside", Outside, outside_rows);

#define AT(member) offsetof(Recipient, member)
static const Field recipient_rows[] = {
    { "account", FIELD_UUID, AT(account) },
    { "outside", FIELD_OBJECT, AT(outside), .object = &outside_fields,
      .label = N_("Outside the network") },
};
#undef AT
const FieldTable recipient_fields = FIELD_TABLE("recipient", Recipient, recipient_rows);

#define AT(member) offsetof(NewReferral, member)
static const Field new_referral_rows[] = {
    { "to", FIELD_OBJECT, AT(to), FIELD_REQUIRED, .object = &recipient_fields, .label = N_("To") },
    { "type", FIELD_ENUM, AT(type), FIELD_REQUIRED, .values = &referral_types,
      .label = N_("Kind") },
    CONTACT(NewReferral),
    NEED(NewReferral),
    COMMENTS(NewReferral),
    KNOWN(NewReferral),
    PERMISSION(NewReferral),
    VALUE(NewReferral, N_("Value")),
    { "copy_of", FIELD_UUID, AT(copy_of) },
};
#undef AT
const FieldTable new_referral_fields = FIELD_TABLE("new_referral", NewReferral, new_referral_rows);

static const EnumValue warning_values[] = {
    { WARNING_DUPLICATE, "duplicate", N_("They had this contact from you lately") },
    { WARNING_NOT_SPOKEN, "not_spoken", N_("You did not say that you know and spoke to them") },
};
const EnumTable warning_codes = ENUM_TABLE("warning_code", warning_values);

#define AT(member) offsetof(Warning, member)
static const Field warning_rows[] = {
    { "code", FIELD_ENUM, AT(code), FIELD_READONLY, .values = &warning_codes },
    { "referral", FIELD_UUID, AT(referral), FIELD_READONLY },
    { "sent_at", FIELD_TIME, AT(sent_at), FIELD_READONLY },
    { "contact", FIELD_TEXT, AT(contact), FIELD_READONLY | FIELD_PERSONAL },
};
#undef AT
const FieldTable warning_fields = FIELD_TABLE("warning", Warning, warning_rows);

#define AT(member) offsetof(ConfirmInput, member)
static const Field confirm_rows[] = {
    { "verdict", FIELD_ENUM, AT(verdict), FIELD_REQUIRED, .values = &referral_verdicts,
      .label = N_("Verdict") },
    REASON(ConfirmInput),
    MESSAGE(ConfirmInput),
    VALUE(ConfirmInput, N_("Value")),
};
#undef AT
const FieldTable confirm_fields = FIELD_TABLE("confirm", ConfirmInput, confirm_rows);

#define AT(member) offsetof(OutcomeInput, member)
static const Field outcome_rows[] = {
    { "outcome", FIELD_ENUM, AT(outcome), FIELD_REQUIRED, .values = &referral_outcomes,
      .label = N_("Outcome") },
    VALUE(OutcomeInput, N_("Value")),
};
#undef AT
const FieldTable outcome_fields = FIELD_TABLE("outcome", OutcomeInput, outcome_rows);

#define AT(member) offsetof(Note, member)
static const Field note_rows[] = {
    { "id", FIELD_UUID, AT(id), FIELD_READONLY },
    { "rev", FIELD_INT, AT(rev), FIELD_READONLY },
    { "created_at", FIELD_TIME, AT(created_at), FIELD_READONLY },
    { "updated_at", FIELD_TIME, AT(updated_at), FIELD_READONLY },
    { "referral", FIELD_UUID, AT(referral), FIELD_READONLY },
    { "text", FIELD_TEXT, AT(text), FIELD_REQUIRED | FIELD_PERSONAL | FIELD_MULTILINE, .max = 4000,
      .label = N_("Note") },
};
#undef AT
const FieldTable note_fields = FIELD_TABLE("note", Note, note_rows);

#define PARTNER(AT)                                                                                \
    { "account", FIELD_UUID, AT(account), FIELD_READONLY },                                        \
        { "rev", FIELD_INT, AT(rev), FIELD_READONLY },                                             \
        { "name", FIELD_TEXT, AT(name), FIELD_READONLY | FIELD_PERSONAL, .label = N_("Name") },    \
        { "company_name", FIELD_TEXT, AT(company_name), FIELD_READONLY, .label = N_("Company") },  \
        { "business_type", FIELD_TEXT, AT(business_type), FIELD_READONLY,                          \
          .label = N_("Business") },                                                               \
        { "email", FIELD_EMAIL, AT(email), FIELD_READONLY | FIELD_PERSONAL,                        \
          .label = N_("E-mail") },                                                                 \
        { "since", FIELD_TIME, AT(since), FIELD_READONLY, .label = N_("Partner since") },          \
    {                                                                                              \
        "profile", FIELD_OBJECT, AT(profile), FIELD_READONLY, .object = &profile_fields            \
    }
#define ALONE(member) offsetof(Partner, member)
#define LISTED(member) offsetof(ListedPartner, partner.member)
#define SUM(member) offsetof(ListedPartner, sum.member)
static const Field partner_rows[] = { PARTNER(ALONE) };
const FieldTable partner_fields = FIELD_TABLE("partner", Partner, partner_rows);

static const EnumValue via_values[] = {
    { VIA_INDIVIDUAL, "individual", N_("individual") },
    { VIA_GROUP, "group", N_("group") },
};
const EnumTable partner_vias = ENUM_TABLE("via", via_values);

static const Field listed_partner_rows[] = {
    PARTNER(LISTED),
    { "via", FIELD_ENUM, offsetof(ListedPartner, via), FIELD_READONLY, .values = &partner_vias },
    { "group", FIELD_TEXT, offsetof(ListedPartner, group), FIELD_READONLY, .label = N_("Group") },
    { "gave", FIELD_INT, SUM(gave), FIELD_READONLY, .label = N_("Given") },
    { "gave_confirmed", FIELD_INT, SUM(gave_confirmed), FIELD_READONLY },
    { "gave_rejected", FIELD_INT, SUM(gave_rejected), FIELD_READONLY },
    { "took", FIELD_INT, SUM(took), FIELD_READONLY, .label = N_("Received") },
    { "took_confirmed", FIELD_INT, SUM(took_confirmed), FIELD_READONLY },
    { "took_rejected", FIELD_INT, SUM(took_rejected), FIELD_READONLY },
};
const FieldTable listed_partner_fields = FIELD_TABLE("listed_partner", ListedPartner,
                                                     listed_partner_rows);
