/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/mail_type.h"

#include <string.h>

#include "base/i18n.h"

/* What a mail's text/calendar is made of (server/meeting_mail.h). */
#define EVENT                                                                                      \
    " event_uid event_edition event_starts event_minutes event_zone event_place event_summary"     \
    " event_text event_off"

const MailTypeRow mail_types[MAIL_TYPES - 1] = {
    { MAIL_INVITATION, "invitation", N_("Somebody invites you to become partners"),
      MAIL_MANDATORY | MAIL_OUTSIDE, "from company message link member", "from" },
    { MAIL_CONNECTION_REQUEST, "connection-request", N_("Somebody asks to become your partner"), 0,
      "from company message link", "from" },
    { MAIL_CONNECTION_ACCEPTED, "connection-accepted", N_("Somebody accepts your invitation"), 0,
      "from company", "from" },
    { MAIL_LEAD_RECEIVED, "lead-received", N_("A lead for you to pick up"), MAIL_MANDATORY,
      "from company type competing referral", "from" },
    { MAIL_LEAD_WAITING, "lead-waiting", N_("A lead that you have not picked up yet"), 0,
      "from company days reminded referral", "from" },
    { MAIL_VERDICT, "verdict", N_("Whether what you passed on is a lead, and why not"),
      MAIL_MANDATORY, "from contact verdict reason message amended referral", "from verdict" },
    { MAIL_OUTCOME, "outcome", N_("What became of a lead that you gave"), 0,
      "from contact outcome referral", "from outcome" },
    { MAIL_RECIPROCATE, "reciprocate", N_("Partners who gave you leads and got none back"),
      MAIL_DIGEST, "partners", "" },
    { MAIL_ACTIVITY, "activity", N_("Your monthly report"), MAIL_DIGEST,
      "month year gave gave_confirmed took took_confirmed waiting partners", "month year" },
    { MAIL_ENCOURAGEMENT, "encouragement", N_("A partner's encouragement"), 0,
      "from company message", "from" },
    { MAIL_LEAD_OUTSIDE, "lead-outside", N_("A lead for somebody who is no member"),
      MAIL_MANDATORY | MAIL_OUTSIDE | MAIL_NO_SETTING, "from company message link", "from" },
    { MAIL_OUTSIDE_REMINDER, "outside-reminder",
      N_("A reminder of a lead for somebody who is no member"),
      MAIL_MANDATORY | MAIL_OUTSIDE | MAIL_NO_SETTING, "from company link", "from" },
    { MAIL_VERIFY_EMAIL, "verify-email", N_("Checking that an address is yours"), MAIL_MANDATORY,
      "link hours", "" },
    { MAIL_RESET_PASSWORD, "reset-password", N_("A new password that you asked for"),
      MAIL_MANDATORY, "link hours", "" },
    { MAIL_PASSWORD_CHANGED, "password-changed", N_("Your password was changed"), MAIL_MANDATORY,
      "link", "" },
    { MAIL_NEW_ADDRESS, "new-address", N_("Checking that a new address is yours"), MAIL_MANDATORY,
      "link hours", "" },
    { MAIL_ADDRESS_ASKED, "address-asked", N_("Your e-mail address is to be changed"),
      MAIL_MANDATORY, "address link", "" },
    { MAIL_ADDRESS_CHANGED, "address-changed", N_("Your e-mail address was changed"),
      MAIL_MANDATORY, "address", "" },
    { MAIL_ACCOUNT_DELETED, "account-deleted", N_("Your account was deleted"), MAIL_MANDATORY, "",
      "" },
    { MAIL_REQUEST_RECEIVED, "request-received", N_("Somebody asks to join a group that you lead"),
      MAIL_MANDATORY, "group from company message", "group from" },
    { MAIL_REQUEST_ANSWERED, "request-answered",
      N_("A question about a request to join a group, or its answer"), MAIL_MANDATORY,
      "group from company message", "group from" },
    { MAIL_REQUEST_APPROVED, "request-approved", N_("You are a member of a group"), MAIL_MANDATORY,
      "group message", "group" },
    { MAIL_REQUEST_DECLINED, "request-declined", N_("A group declines your request to join"),
      MAIL_MANDATORY, "group message", "group" },
    { MAIL_MEMBERSHIP_ENDED, "membership-ended",
      N_("A membership in a group has ended: yours, or in a group that you lead"), MAIL_MANDATORY,
      "group from company state message", "group from" },
    { MAIL_ROLE_CHANGED, "role-changed", N_("Another role in a group"), 0, "group state", "group" },
    { MAIL_LEADER_APPROVAL, "leader-approval", N_("Leading more than one group"), MAIL_MANDATORY,
      "group from company state message", "group from state" },
    { MAIL_DUES_DUE, "dues-due", N_("Dues that you owe a group"), MAIL_MANDATORY,
      "group amount from to due lapses overdue id", "group overdue" },
    { MAIL_ABSENCE_WARNING, "absence-warning", N_("You have missed as many meetings as may be"), 0,
      "group allowed absent since over id", "group over" },
    { MAIL_CONCERN_RAISED, "concern-raised", N_("A concern about you, or one that you decide"),
      MAIL_MANDATORY, "group own id", "group own" },
    { MAIL_CONCERN_DECIDED, "concern-decided", N_("What became of a concern"), MAIL_MANDATORY,
      "group own result warning until note", "group" },
    { MAIL_MEETING_INVITATION, "meeting-invitation", N_("An invitation to a meeting of a group"), 0,
      "group when place topic reason left" EVENT, "group when" },
    { MAIL_MEETING_CHANGED, "meeting-changed", N_("A meeting is at another time or place"), 0,
      "group when place topic reason left" EVENT, "group when" },
    { MAIL_MEETING_CANCELLED, "meeting-cancelled", N_("A meeting does not take place"), 0,
      "group when place topic reason left" EVENT, "group when" },
    { MAIL_MEETING_REMINDER, "meeting-reminder", N_("A reminder of a meeting, the day before"),
      MAIL_DIGEST, "group when place topic", "group when" },
    { MAIL_ENTER_SLIPS, "enter-slips", N_("After a meeting: enter your slips"), MAIL_DIGEST,
      "group when", "group" },
};

const MailTypeRow *mail_type_row(MailType type)
{
    g_assert(type > 0 && type < MAIL_TYPES && mail_types[type - 1].type == type);
    return &mail_types[type - 1];
}

const MailTypeRow *mail_type_find(const char *code)
{
    for (size_t i = 0; code && i < G_N_ELEMENTS(mail_types); i++)
        if (strcmp(mail_types[i].code, code) == 0)
            return &mail_types[i];
    return NULL;
}

bool mail_type_lists(const char *names, const char *name, size_t length)
{
    while (*names) {
        size_t n = strcspn(names, " ");
        if (n == length && memcmp(names, name, n) == 0)
            return true;
        names += n + (names[n] == ' ');
    }
    return false;
}

#define AT(member) offsetof(MailSetting, member)
static const Field setting_rows[] = {
    { "type", FIELD_TEXT, AT(type), FIELD_REQUIRED, .max = 40 },
    { "label", FIELD_TEXT, AT(label), FIELD_READONLY },
    { "mandatory", FIELD_BOOL, AT(mandatory), FIELD_READONLY },
    { "on", FIELD_BOOL, AT(on), FIELD_REQUIRED },
};
#undef AT
const FieldTable mail_setting_fields = FIELD_TABLE("mail_setting", MailSetting, setting_rows);
