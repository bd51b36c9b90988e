/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/group.h"

#include "base/i18n.h"

#define TEXT_MAX 4000
#define MESSAGE_MAX 1000
#define WANTED_MAX 40
#define REFERENCES_MAX 10

static const EnumValue state_values[] = {
    { GROUP_DRAFT, "draft", N_("draft") },
    { GROUP_ACTIVE, "active", N_("active") },
    { GROUP_SUSPENDED, "suspended", N_("suspended") },
    { GROUP_CLOSED, "closed", N_("closed") },
};
const EnumTable group_states = ENUM_TABLE("group_state", state_values);

static const EnumValue directory_values[] = {
    { DIRECTORY_PUBLIC, "public", N_("public") },
    { DIRECTORY_MEMBERS, "members", N_("members only") },
};
const EnumTable group_directories = ENUM_TABLE("group_directory", directory_values);

static const EnumValue cadence_values[] = {
    { CADENCE_WEEKLY, "weekly", N_("weekly") },
    { CADENCE_BIWEEKLY, "biweekly", N_("every second week") },
    { CADENCE_MONTHLY, "monthly", N_("monthly, by weekday") },
    { CADENCE_MONTHLY_BY_DATE, "monthly_by_date", N_("monthly, by date") },
    { CADENCE_OTHER, "other", N_("other") },
};
const EnumTable cadences = ENUM_TABLE("cadence", cadence_values);

static const EnumValue period_values[] = {
    { FEE_MONTHLY, "monthly", N_("monthly") },
    { FEE_ANNUAL, "annual", N_("annual") },
};
const EnumTable fee_periods = ENUM_TABLE("fee_period", period_values);

static const EnumValue policy_values[] = {
    { ABSENCE_ROLLING, "rolling", N_("last six months") },
    { ABSENCE_HALF_YEAR, "half_year", N_("half-year") },
};
const EnumTable absence_policies = ENUM_TABLE("absence_policy", policy_values);

static const EnumValue role_values[] = {
    { ROLE_MEMBER, "member", N_("member") },
    { ROLE_LEADER, "leader", N_("leader") },
    { ROLE_SECRETARY, "secretary", N_("secretary") },
    { ROLE_TREASURER, "treasurer", N_("treasurer") },
};
const EnumTable group_roles = ENUM_TABLE("group_role", role_values);

static const EnumValue membership_values[] = {
    { MEMBERSHIP_ACTIVE, "active", N_("active") },
    { MEMBERSHIP_LEFT, "left", N_("left") },
    { MEMBERSHIP_REMOVED, "removed", N_("removed") },
    { MEMBERSHIP_LAPSED, "lapsed", N_("lapsed") },
};
const EnumTable membership_states = ENUM_TABLE("membership_state", membership_values);

static const EnumValue request_values[] = {
    { REQUEST_REQUESTED, "requested", N_("requested") },
    { REQUEST_ASKED, "asked", N_("asked for more") },
    { REQUEST_APPROVED, "approved", N_("approved") },
    { REQUEST_DECLINED, "declined", N_("declined") },
    { REQUEST_WITHDRAWN, "withdrawn", N_("withdrawn") },
};
const EnumTable request_states = ENUM_TABLE("request_state", request_values);

static const EnumValue conflict_values[] = {
    { CONFLICT_NONE, "none", N_("none") },
    { CONFLICT_OTHER_EXCLUSIVE, "other_exclusive", N_("is in an exclusive group") },
    { CONFLICT_THIS_EXCLUSIVE, "this_exclusive", N_("is in another group") },
};
const EnumTable group_conflicts = ENUM_TABLE("group_conflict", conflict_values);

static const EnumValue approval_kind_values[] = {
    { APPROVAL_SECOND_GROUP, "second_group", N_("second group") },
    { APPROVAL_EXCLUSIVE, "exclusive_exception", N_("several exclusive groups") },
};
const EnumTable leader_approval_kinds = ENUM_TABLE("leader_approval_kind", approval_kind_values);

static const EnumValue approval_state_values[] = {
    { APPROVAL_REQUESTED, "requested", N_("requested") },
    { APPROVAL_APPROVED, "approved", N_("approved") },
    { APPROVAL_DECLINED, "declined", N_("declined") },
};
const EnumTable leader_approval_states = ENUM_TABLE("leader_approval_state", approval_state_values);

/* clang-format off */
#define GROUP_INPUT_ROWS(AT)                                                                    \
    { "name", FIELD_TEXT, AT(name), FIELD_REQUIRED, .max = 80, .label = N_("Name") },           \
    { "area", FIELD_TEXT, AT(area), .max = 80, .label = N_("Area") },                           \
    { "home_text", FIELD_TEXT, AT(home_text), FIELD_MULTILINE, .max = TEXT_MAX,                 \
      .label = N_("About the group") },                                                         \
    { "rules", FIELD_TEXT, AT(rules), FIELD_MULTILINE, .max = TEXT_MAX, .label = N_("Rules") }, \
    { "exclusive", FIELD_BOOL, AT(exclusive), .label = N_("Members join no other group") },     \
    { "open", FIELD_BOOL, AT(open), .label = N_("Open to new members") },                       \
    { "directory", FIELD_ENUM, AT(directory), .values = &group_directories,                     \
      .label = N_("Who sees the members") },                                                    \
    { "seat_by_category", FIELD_BOOL, AT(seat_by_category),                                     \
      .label = N_("One seat for each business type") },                                         \
    { "seats", FIELD_INT, AT(seats), .max = 5000, .label = N_("Seats") },                       \
    { "wanted", FIELD_LIST, AT(wanted), .max = WANTED_MAX, .label = N_("Wanted") },             \
    { "cadence", FIELD_ENUM, AT(cadence), .values = &cadences, .label = N_("Meets") },          \
    { "weekday", FIELD_INT, AT(weekday), .max = 7, .label = N_("Weekday") },                    \
    { "ordinal", FIELD_INT, AT(ordinal), .max = 5, .label = N_("Which in the month") },         \
    { "month_day", FIELD_INT, AT(month_day), .max = 31, .label = N_("Day of the month") },      \
    { "first_on", FIELD_TEXT, AT(first_on), .max = 10, .label = N_("First meeting") },          \
    { "start_minute", FIELD_INT, AT(start_minute), .max = 1439, .label = N_("Begins") },        \
    { "duration", FIELD_INT, AT(duration), .max = 1440, .label = N_("Minutes") },               \
    { "time_zone", FIELD_TEXT, AT(time_zone), .max = 60, .label = N_("Time zone") },            \
    { "place", FIELD_TEXT, AT(place), .label = N_("Place") },                                   \
    { "in_person", FIELD_BOOL, AT(in_person), .label = N_("In person") },                       \
    { "fee", FIELD_MONEY, AT(fee), .label = N_("Fee") },                                        \
    { "fee_period", FIELD_ENUM, AT(fee_period), .values = &fee_periods, .label = N_("Paid") },  \
    { "grace_days", FIELD_INT, AT(grace_days), .max = 365, .label = N_("Days of grace") },      \
    { "absences_allowed", FIELD_INT, AT(absences_allowed), .max = 100,                          \
      .label = N_("Absences allowed") },                                                        \
    { "absence_policy", FIELD_ENUM, AT(absence_policy), .values = &absence_policies,            \
      .label = N_("Counted over") },                                                            \
    { "league_table", FIELD_BOOL, AT(league_table), .label = N_("Reports order members") }
/* clang-format on */
#define AT(member) offsetof(GroupInput, member)
static const Field group_input_rows[] = { GROUP_INPUT_ROWS(AT) };
#undef AT
const FieldTable group_input_fields = FIELD_TABLE("group_input", GroupInput, group_input_rows);

#define AT(member) offsetof(Group, member)
#define IN(member) offsetof(Group, input.member)
static const Field group_rows[] = {
    { "id", FIELD_UUID, AT(id), FIELD_READONLY },
    { "rev", FIELD_INT, AT(rev), FIELD_READONLY },
    { "created_at", FIELD_TIME, AT(created_at), FIELD_READONLY },
    { "updated_at", FIELD_TIME, AT(updated_at), FIELD_READONLY },
    { "state", FIELD_ENUM, AT(state), FIELD_READONLY, .values = &group_states,
      .label = N_("State") },
    GROUP_INPUT_ROWS(IN),
    { "members", FIELD_INT, AT(members), FIELD_READONLY, .label = N_("Members") },
    { "role", FIELD_ENUM, AT(role), FIELD_READONLY, .values = &group_roles,
      .label = N_("Your role") },
};
#undef IN
#undef AT
const FieldTable group_fields = FIELD_TABLE("group", Group, group_rows);

#define AT(member) offsetof(Member, member)
static const Field member_rows[] = {
    { "id", FIELD_UUID, AT(id), FIELD_READONLY },
    { "rev", FIELD_INT, AT(rev), FIELD_READONLY },
    { "group", FIELD_UUID, AT(group), FIELD_READONLY, .column = "group_id" },
    { "account", FIELD_UUID, AT(account), FIELD_READONLY },
    { "name", FIELD_TEXT, AT(name), FIELD_READONLY | FIELD_PERSONAL, .label = N_("Name") },
    { "company_name", FIELD_TEXT, AT(company_name), FIELD_READONLY, .label = N_("Company") },
    { "business_type", FIELD_TEXT, AT(business_type), FIELD_READONLY, .label = N_("Business") },
    { "email", FIELD_EMAIL, AT(email), FIELD_READONLY | FIELD_PERSONAL, .label = N_("E-mail") },
    { "role", FIELD_ENUM, AT(role), FIELD_READONLY, .values = &group_roles, .label = N_("Role") },
    { "since", FIELD_TIME, AT(since), FIELD_READONLY, .label = N_("Since") },
    { "unreferrable_until", FIELD_TIME, AT(unreferrable_until), FIELD_READONLY },
    { "profile", FIELD_OBJECT, AT(profile), FIELD_READONLY, .object = &profile_fields },
};
#undef AT
const FieldTable member_fields = FIELD_TABLE("member", Member, member_rows);

#define AT(member) offsetof(MembershipRequest, member)
static const Field request_rows[] = {
    { "id", FIELD_UUID, AT(id), FIELD_READONLY },
    { "rev", FIELD_INT, AT(rev), FIELD_READONLY },
    { "created_at", FIELD_TIME, AT(created_at), FIELD_READONLY, .label = N_("Asked") },
    { "updated_at", FIELD_TIME, AT(updated_at), FIELD_READONLY },
    { "group", FIELD_UUID, AT(group), FIELD_READONLY, .column = "group_id" },
    { "group_name", FIELD_TEXT, AT(group_name), FIELD_READONLY, .label = N_("Group") },
    { "from", FIELD_OBJECT, AT(from), FIELD_READONLY, .object = &party_fields,
      .label = N_("From") },
    { "business_type", FIELD_TEXT, AT(business_type), FIELD_READONLY, .label = N_("Business") },
    { "message", FIELD_TEXT, AT(message), FIELD_READONLY | FIELD_PERSONAL | FIELD_MULTILINE,
      .max = MESSAGE_MAX, .label = N_("Message") },
    { "references", FIELD_LIST, AT(references), FIELD_READONLY | FIELD_PERSONAL,
      .max = REFERENCES_MAX, .label = N_("References"), .column = "refs" },
    { "state", FIELD_ENUM, AT(state), FIELD_READONLY, .values = &request_states,
      .label = N_("State") },
    { "question", FIELD_TEXT, AT(question), FIELD_READONLY | FIELD_PERSONAL | FIELD_MULTILINE,
      .max = MESSAGE_MAX, .label = N_("Question") },
    { "answer", FIELD_TEXT, AT(answer), FIELD_READONLY | FIELD_PERSONAL | FIELD_MULTILINE,
      .max = MESSAGE_MAX, .label = N_("Answer") },
    { "reason", FIELD_TEXT, AT(reason), FIELD_READONLY | FIELD_PERSONAL | FIELD_MULTILINE,
      .max = MESSAGE_MAX, .label = N_("Reason") },
    { "decided_by", FIELD_OBJECT, AT(decided_by), FIELD_READONLY, .object = &party_fields },
    { "decided_at", FIELD_TIME, AT(decided_at), FIELD_READONLY, .label = N_("Decided") },
    { "seat_taken_by", FIELD_TEXT, AT(seat_taken_by), FIELD_READONLY | FIELD_PERSONAL,
      .label = N_("Seat taken by") },
    { "conflict", FIELD_ENUM, AT(conflict), FIELD_READONLY, .values = &group_conflicts,
      .label = N_("Exclusivity") },
    { "references_ok", FIELD_INT, AT(references_ok), FIELD_READONLY,
      .label = N_("References in favour") },
    { "references_bad", FIELD_INT, AT(references_bad), FIELD_READONLY,
      .label = N_("References against") },
    { "visits", FIELD_INT, AT(visits), FIELD_READONLY, .label = N_("Visits") },
};
#undef AT
const FieldTable membership_request_fields = FIELD_TABLE("membership_request", MembershipRequest,
                                                         request_rows);

#define AT(member) offsetof(NewMembershipRequest, member)
static const Field new_request_rows[] = {
    { "business_type", FIELD_TEXT, AT(business_type), .label = N_("Business") },
    { "message", FIELD_TEXT, AT(message), FIELD_PERSONAL | FIELD_MULTILINE, .max = MESSAGE_MAX,
      .label = N_("Message") },
    { "references", FIELD_LIST, AT(references), FIELD_PERSONAL, .max = REFERENCES_MAX,
      .label = N_("References") },
};
#undef AT
const FieldTable new_membership_request_fields = FIELD_TABLE(
    "new_membership_request", NewMembershipRequest, new_request_rows);

static const Field answer_rows[] = {
    { "message", FIELD_TEXT, offsetof(RequestAnswer, message), FIELD_PERSONAL | FIELD_MULTILINE,
      .max = MESSAGE_MAX, .label = N_("Message") },
};
const FieldTable request_answer_fields = FIELD_TABLE("request_answer", RequestAnswer, answer_rows);

static const Field membership_end_rows[] = {
    { "reason", FIELD_TEXT, offsetof(MembershipEnd, reason), FIELD_PERSONAL | FIELD_MULTILINE,
      .max = MESSAGE_MAX, .label = N_("Reason") },
};
const FieldTable membership_end_fields = FIELD_TABLE("membership_end", MembershipEnd,
                                                     membership_end_rows);

#define AT(member) offsetof(Seat, member)
static const Field seat_rows[] = {
    { "business_type", FIELD_TEXT, AT(business_type), FIELD_READONLY, .label = N_("Business") },
    { "taken", FIELD_BOOL, AT(taken), FIELD_READONLY, .label = N_("Taken") },
    { "taken_by", FIELD_TEXT, AT(taken_by), FIELD_READONLY | FIELD_PERSONAL,
      .label = N_("Taken by") },
    { "wanted", FIELD_BOOL, AT(wanted), FIELD_READONLY, .label = N_("Wanted") },
};
#undef AT
const FieldTable seat_fields = FIELD_TABLE("seat", Seat, seat_rows);

static const Field role_change_rows[] = {
    { "role", FIELD_ENUM, offsetof(RoleChange, role), .values = &group_roles, .label = N_("Role") },
    { "business_type", FIELD_TEXT, offsetof(RoleChange, business_type), .label = N_("Business") },
};
const FieldTable role_change_fields = FIELD_TABLE("role_change", RoleChange, role_change_rows);

#define AT(member) offsetof(LeaderApproval, member)
static const Field approval_rows[] = {
    { "id", FIELD_UUID, AT(id), FIELD_READONLY },
    { "rev", FIELD_INT, AT(rev), FIELD_READONLY },
    { "created_at", FIELD_TIME, AT(created_at), FIELD_READONLY, .label = N_("Asked") },
    { "updated_at", FIELD_TIME, AT(updated_at), FIELD_READONLY },
    { "group", FIELD_UUID, AT(group), FIELD_READONLY, .column = "group_id" },
    { "group_name", FIELD_TEXT, AT(group_name), FIELD_READONLY, .label = N_("Group") },
    { "account", FIELD_OBJECT, AT(account), FIELD_READONLY, .object = &party_fields,
      .label = N_("From") },
    { "kind", FIELD_ENUM, AT(kind), FIELD_READONLY, .values = &leader_approval_kinds,
      .label = N_("Kind") },
    { "state", FIELD_ENUM, AT(state), FIELD_READONLY, .values = &leader_approval_states,
      .label = N_("State") },
    { "note", FIELD_TEXT, AT(note), FIELD_READONLY | FIELD_PERSONAL | FIELD_MULTILINE,
      .max = MESSAGE_MAX, .label = N_("Note") },
    { "reason", FIELD_TEXT, AT(reason), FIELD_READONLY | FIELD_PERSONAL | FIELD_MULTILINE,
      .max = MESSAGE_MAX, .label = N_("Reason") },
    { "decided_at", FIELD_TIME, AT(decided_at), FIELD_READONLY, .label = N_("Decided") },
};
#undef AT
const FieldTable leader_approval_fields = FIELD_TABLE("leader_approval", LeaderApproval,
                                                      approval_rows);

static const Field new_approval_rows[] = {
    { "group", FIELD_UUID, offsetof(NewLeaderApproval, group), FIELD_REQUIRED },
    { "note", FIELD_TEXT, offsetof(NewLeaderApproval, note), FIELD_PERSONAL | FIELD_MULTILINE,
      .max = MESSAGE_MAX, .label = N_("Note") },
};
const FieldTable new_leader_approval_fields = FIELD_TABLE("new_leader_approval", NewLeaderApproval,
                                                          new_approval_rows);

/* ---- roles (§3.8) */

static const unsigned role_rights[] = {
    [ROLE_MEMBER] = 0,
    [ROLE_LEADER] = RIGHT_EDIT | RIGHT_ADMIT | RIGHT_MEETINGS | RIGHT_DUES | RIGHT_VETTING |
                    RIGHT_OFFICER,
    [ROLE_SECRETARY] = RIGHT_MEETINGS | RIGHT_OFFICER,
    [ROLE_TREASURER] = RIGHT_DUES | RIGHT_OFFICER,
};

unsigned group_rights(GroupRole role)
{
    return (unsigned)role < G_N_ELEMENTS(role_rights) ? role_rights[role] : 0;
}

Uuid group_officers_scope(const Uuid *group)
{
    static const char name[] = "officers";
    return uuid_derived(group, name, sizeof name - 1);
}
