/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/meeting.h"

#include "base/i18n.h"

#define NOTE_MAX 500
#define AGENDA_MAX 30
#define MINUTES_MAX 8000

static const EnumValue state_values[] = {
    { MEETING_SCHEDULED, "scheduled", N_("scheduled") },
    { MEETING_OPEN, "open", N_("open") },
    { MEETING_DRAFT, "draft", N_("draft") },
    { MEETING_COMPLETED, "completed", N_("completed") },
    { MEETING_REOPENED, "reopened", N_("reopened") },
    { MEETING_HOLIDAY, "holiday", N_("holiday") },
    { MEETING_CANCELLED, "cancelled", N_("cancelled") },
    { MEETING_DISCARDED, "discarded", N_("discarded") },
};
const EnumTable meeting_states = ENUM_TABLE("meeting_state", state_values);

static const EnumValue agenda_values[] = {
    { AGENDA_NETWORKING, "networking", N_("networking") },
    { AGENDA_MINUTE, "minute", N_("a minute each") },
    { AGENDA_PRESENTATION, "presentation", N_("presentation") },
    { AGENDA_TRAINING, "training", N_("training") },
    { AGENDA_SLIPS, "slips", N_("slips") },
    { AGENDA_BUSINESS, "business", N_("business") },
};
const EnumTable agenda_kinds = ENUM_TABLE("agenda_kind", agenda_values);

static const EnumValue attendance_values[] = {
    { ATTENDANCE_PRESENT, "P", N_("present") },
    { ATTENDANCE_ABSENT, "A", N_("absent") },
    { ATTENDANCE_LATE, "L", N_("late") },
    { ATTENDANCE_MEDICAL, "M", N_("medical leave") },
    { ATTENDANCE_SUBSTITUTE, "S", N_("substitute") },
};
const EnumTable attendance_codes = ENUM_TABLE("attendance_code", attendance_values);

static const EnumValue rsvp_values[] = {
    { RSVP_YES, "yes", N_("yes") },
    { RSVP_NO, "no", N_("no") },
    { RSVP_MAYBE, "maybe", N_("maybe") },
};
const EnumTable rsvp_answers = ENUM_TABLE("rsvp_answer", rsvp_values);

static const EnumValue outcome_values[] = {
    { VISITOR_TO_FOLLOW_UP, "to_follow_up", N_("to follow up") },
    { VISITOR_APPLIED, "applied", N_("applied") },
    { VISITOR_JOINED, "joined", N_("joined") },
    { VISITOR_NOT_NOW, "not_now", N_("not now") },
    { VISITOR_NOT_SUITED, "not_suited", N_("not suited") },
};
const EnumTable visitor_outcomes = ENUM_TABLE("visitor_outcome", outcome_values);

static const EnumValue thanks_kind_values[] = {
    { THANKS_NEW, "new", N_("new business") },
    { THANKS_REPEAT, "repeat", N_("repeat business") },
};
const EnumTable thanks_kinds = ENUM_TABLE("thanks_kind", thanks_kind_values);

static const EnumValue tier_values[] = {
    { TIER_INSIDE, "inside", N_("inside the group") },
    { TIER_OUTSIDE, "outside", N_("outside the group") },
    { TIER_SPIN_OFF, "spin_off", N_("spin-off") },
};
const EnumTable thanks_tiers = ENUM_TABLE("thanks_tier", tier_values);

/* clang-format off */
#define MEETING_INPUT_ROWS(AT)                                                         \
    { "starts_at", FIELD_TIME, AT(starts_at), FIELD_REQUIRED, .label = N_("Begins") }, \
    { "duration", FIELD_INT, AT(duration), .max = 1440, .label = N_("Minutes") },      \
    { "time_zone", FIELD_TEXT, AT(time_zone), .max = 60, .label = N_("Time zone") },   \
    { "place", FIELD_TEXT, AT(place), .label = N_("Place") },                          \
    { "topic", FIELD_TEXT, AT(topic), .label = N_("Topic") },                          \
    { "speaker", FIELD_TEXT, AT(speaker), .label = N_("Speaker") },                    \
    { "agenda", FIELD_LIST, AT(agenda), .max = AGENDA_MAX, .label = N_("Agenda") },    \
    { "minutes", FIELD_TEXT, AT(minutes), FIELD_MULTILINE, .max = MINUTES_MAX,         \
      .label = N_("Minutes of the meeting") }
/* clang-format on */
#define AT(member) offsetof(MeetingInput, member)
static const Field meeting_input_rows[] = { MEETING_INPUT_ROWS(AT) };
#undef AT
const FieldTable meeting_input_fields = FIELD_TABLE("meeting_input", MeetingInput,
                                                    meeting_input_rows);

#define AT(member) offsetof(Meeting, member)
#define IN(member) offsetof(Meeting, input.member)
static const Field meeting_rows[] = {
    { "id", FIELD_UUID, AT(id), FIELD_READONLY },
    { "rev", FIELD_INT, AT(rev), FIELD_READONLY },
    { "created_at", FIELD_TIME, AT(created_at), FIELD_READONLY },
    { "updated_at", FIELD_TIME, AT(updated_at), FIELD_READONLY },
    { "group", FIELD_UUID, AT(group), FIELD_READONLY, .column = "group_id" },
    { "state", FIELD_ENUM, AT(state), FIELD_READONLY, .values = &meeting_states,
      .label = N_("State") },
    MEETING_INPUT_ROWS(IN),
    { "sequence", FIELD_INT, AT(sequence), FIELD_READONLY, .column = "edition" },
    { "reason", FIELD_TEXT, AT(reason), FIELD_READONLY, .max = NOTE_MAX, .label = N_("Reason") },
    { "completed_at", FIELD_TIME, AT(completed_at), FIELD_READONLY, .label = N_("Completed") },
};
#undef IN
#undef AT
const FieldTable meeting_fields = FIELD_TABLE("meeting", Meeting, meeting_rows);

static const Field act_rows[] = {
    { "reason", FIELD_TEXT, offsetof(MeetingAct, reason), .max = NOTE_MAX, .label = N_("Reason") },
};
const FieldTable meeting_act_fields = FIELD_TABLE("meeting_act", MeetingAct, act_rows);

/* clang-format off */
#define ATTENDANCE_ROWS(Type, flag)                                                      \
    { "code", FIELD_ENUM, offsetof(Type, code), (flag), .values = &attendance_codes,     \
      .label = N_("Attendance") },                                                       \
    { "substitute", FIELD_TEXT, offsetof(Type, substitute), FIELD_PERSONAL, .max = 120,  \
      .label = N_("Substitute") },                                                       \
    { "left_early", FIELD_BOOL, offsetof(Type, left_early), .label = N_("Left early") }, \
    { "note", FIELD_TEXT, offsetof(Type, note), FIELD_PERSONAL, .max = NOTE_MAX,         \
      .label = N_("Note") },                                                             \
    { "entered_at", FIELD_TIME, offsetof(Type, entered_at) }
/* clang-format on */

static const Field attendance_input_rows[] = { ATTENDANCE_ROWS(AttendanceInput, FIELD_REQUIRED) };
const FieldTable attendance_input_fields = FIELD_TABLE("attendance_input", AttendanceInput,
                                                       attendance_input_rows);

#define AT(member) offsetof(Attendance, member)
static const Field attendance_rows[] = {
    { "id", FIELD_UUID, AT(id), FIELD_READONLY },
    { "rev", FIELD_INT, AT(rev), FIELD_READONLY },
    { "meeting", FIELD_UUID, AT(meeting), FIELD_READONLY },
    { "group", FIELD_UUID, AT(group), FIELD_READONLY, .column = "group_id" },
    { "account", FIELD_UUID, AT(account), FIELD_READONLY },
    ATTENDANCE_ROWS(Attendance, 0),
    { "entered_by", FIELD_UUID, AT(entered_by), FIELD_READONLY },
};
#undef AT
const FieldTable attendance_fields = FIELD_TABLE("attendance", Attendance, attendance_rows);

/* clang-format off */
#define RSVP_ROWS(Type, flag)                                                           \
    { "answer", FIELD_ENUM, offsetof(Type, answer), (flag), .values = &rsvp_answers,    \
      .label = N_("Answer") },                                                          \
    { "substitute", FIELD_TEXT, offsetof(Type, substitute), FIELD_PERSONAL, .max = 120, \
      .label = N_("Substitute") },                                                      \
    { "entered_at", FIELD_TIME, offsetof(Type, entered_at) }
/* clang-format on */

static const Field rsvp_input_rows[] = { RSVP_ROWS(RsvpInput, FIELD_REQUIRED) };
const FieldTable rsvp_input_fields = FIELD_TABLE("rsvp_input", RsvpInput, rsvp_input_rows);

#define AT(member) offsetof(Rsvp, member)
static const Field rsvp_rows[] = {
    { "id", FIELD_UUID, AT(id), FIELD_READONLY },
    { "rev", FIELD_INT, AT(rev), FIELD_READONLY },
    { "meeting", FIELD_UUID, AT(meeting), FIELD_READONLY },
    { "group", FIELD_UUID, AT(group), FIELD_READONLY, .column = "group_id" },
    { "account", FIELD_UUID, AT(account), FIELD_READONLY },
    RSVP_ROWS(Rsvp, 0),
    { "entered_by", FIELD_UUID, AT(entered_by), FIELD_READONLY },
};
#undef AT
const FieldTable rsvp_fields = FIELD_TABLE("rsvp", Rsvp, rsvp_rows);

/* clang-format off */
#define VISITOR_INPUT_ROWS(AT)                                                              \
    { "name", FIELD_TEXT, AT(name), FIELD_REQUIRED | FIELD_PERSONAL, .max = 120,            \
      .label = N_("Name") },                                                                \
    { "company_name", FIELD_TEXT, AT(company_name), .max = 120, .label = N_("Company") },   \
    { "business_type", FIELD_TEXT, AT(business_type), .label = N_("Business") },            \
    { "email", FIELD_EMAIL, AT(email), FIELD_PERSONAL, .label = N_("E-mail") },             \
    { "phone", FIELD_PHONE, AT(phone), FIELD_PERSONAL, .max = 40, .label = N_("Phone") },   \
    { "brought_by", FIELD_UUID, AT(brought_by), .label = N_("Brought by") },                \
    { "outcome", FIELD_ENUM, AT(outcome), .values = &visitor_outcomes,                      \
      .label = N_("What became of it") },                                                   \
    { "note", FIELD_TEXT, AT(note), FIELD_PERSONAL, .max = NOTE_MAX, .label = N_("Note") }, \
    { "removed", FIELD_BOOL, AT(removed) },                                                 \
    { "entered_at", FIELD_TIME, AT(entered_at) }
/* clang-format on */
#define AT(member) offsetof(VisitorInput, member)
static const Field visitor_input_rows[] = { VISITOR_INPUT_ROWS(AT) };
#undef AT
const FieldTable visitor_input_fields = FIELD_TABLE("visitor_input", VisitorInput,
                                                    visitor_input_rows);

/* Of a fact: where it was entered; then its input, and who did. */
/* clang-format off */
#define FACT_ROWS(Type)                                                                   \
    { "id", FIELD_UUID, offsetof(Type, id), FIELD_READONLY },                             \
    { "rev", FIELD_INT, offsetof(Type, rev), FIELD_READONLY },                            \
    { "meeting", FIELD_UUID, offsetof(Type, meeting), FIELD_READONLY },                   \
    { "group", FIELD_UUID, offsetof(Type, group), FIELD_READONLY, .column = "group_id" }, \
    { "entered_by", FIELD_UUID, offsetof(Type, entered_by), FIELD_READONLY }
/* clang-format on */

#define IN(member) offsetof(Visitor, input.member)
static const Field visitor_rows[] = {
    FACT_ROWS(Visitor),
    VISITOR_INPUT_ROWS(IN),
};
#undef IN
const FieldTable visitor_fields = FIELD_TABLE("visitor", Visitor, visitor_rows);

/* clang-format off */
#define SLIP_INPUT_ROWS(AT)                                                                 \
    { "from", FIELD_UUID, AT(from), FIELD_REQUIRED, .label = N_("From"),                    \
      .column = "from_account" },                                                           \
    { "to", FIELD_UUID, AT(to), .label = N_("To"), .column = "to_account" },                \
    { "to_name", FIELD_TEXT, AT(to_name), FIELD_PERSONAL, .max = 120,                       \
      .label = N_("To somebody else") },                                                    \
    { "need", FIELD_TEXT, AT(need), FIELD_REQUIRED, .max = NOTE_MAX, .label = N_("Need") }, \
    { "contact", FIELD_TEXT, AT(contact), FIELD_PERSONAL, .max = NOTE_MAX,                  \
      .label = N_("Contact") },                                                             \
    { "referral", FIELD_UUID, AT(referral) },                                               \
    { "removed", FIELD_BOOL, AT(removed) },                                                 \
    { "entered_at", FIELD_TIME, AT(entered_at) }
/* clang-format on */
#define AT(member) offsetof(SlipInput, member)
static const Field slip_input_rows[] = { SLIP_INPUT_ROWS(AT) };
#undef AT
const FieldTable slip_input_fields = FIELD_TABLE("slip_input", SlipInput, slip_input_rows);

#define IN(member) offsetof(MeetingSlip, input.member)
static const Field slip_rows[] = {
    FACT_ROWS(MeetingSlip),
    SLIP_INPUT_ROWS(IN),
    { "inside", FIELD_BOOL, offsetof(MeetingSlip, inside), FIELD_READONLY },
};
#undef IN
const FieldTable meeting_slip_fields = FIELD_TABLE("slip", MeetingSlip, slip_rows);

/* clang-format off */
#define THANKS_INPUT_ROWS(AT)                                                                \
    { "from", FIELD_UUID, AT(from), FIELD_REQUIRED, .label = N_("From"),                     \
      .column = "from_account" },                                                            \
    { "to", FIELD_UUID, AT(to), FIELD_REQUIRED, .label = N_("To"), .column = "to_account" }, \
    { "amount", FIELD_MONEY, AT(amount), .label = N_("Amount") },                            \
    { "kind", FIELD_ENUM, AT(kind), .values = &thanks_kinds, .label = N_("Kind") },          \
    { "tier", FIELD_ENUM, AT(tier), .values = &thanks_tiers, .label = N_("Where from") },    \
    { "removed", FIELD_BOOL, AT(removed) },                                                  \
    { "entered_at", FIELD_TIME, AT(entered_at) }
/* clang-format on */
#define AT(member) offsetof(ThanksInput, member)
static const Field thanks_input_rows[] = { THANKS_INPUT_ROWS(AT) };
#undef AT
const FieldTable thanks_input_fields = FIELD_TABLE("thanks_input", ThanksInput, thanks_input_rows);

#define IN(member) offsetof(Thanks, input.member)
static const Field thanks_rows[] = {
    FACT_ROWS(Thanks),
    THANKS_INPUT_ROWS(IN),
};
#undef IN
const FieldTable thanks_fields = FIELD_TABLE("thanks", Thanks, thanks_rows);

/* clang-format off */
#define ONE_TO_ONE_INPUT_ROWS(AT)                                                      \
    { "met_on", FIELD_TEXT, AT(met_on), FIELD_REQUIRED, .min = 10, .max = 10,          \
      .label = N_("Met on") },                                                         \
    { "place", FIELD_TEXT, AT(place), .max = 120, .label = N_("Place") },              \
    { "note", FIELD_TEXT, AT(note), FIELD_PERSONAL | FIELD_MULTILINE, .max = NOTE_MAX, \
      .label = N_("Note") },                                                           \
    { "removed", FIELD_BOOL, AT(removed) }
/* clang-format on */
#define AT(member) offsetof(OneToOneInput, member)
static const Field one_to_one_input_rows[] = { ONE_TO_ONE_INPUT_ROWS(AT) };
#undef AT
const FieldTable one_to_one_input_fields = FIELD_TABLE("one_to_one_input", OneToOneInput,
                                                       one_to_one_input_rows);

#define IN(member) offsetof(NewOneToOne, input.member)
static const Field new_one_to_one_rows[] = {
    { "group", FIELD_UUID, offsetof(NewOneToOne, group), FIELD_REQUIRED },
    { "with", FIELD_UUID, offsetof(NewOneToOne, with), FIELD_REQUIRED },
    ONE_TO_ONE_INPUT_ROWS(IN),
};
#undef IN
const FieldTable new_one_to_one_fields = FIELD_TABLE("new_one_to_one", NewOneToOne,
                                                     new_one_to_one_rows);

#define AT(member) offsetof(OneToOne, member)
#define IN(member) offsetof(OneToOne, input.member)
static const Field one_to_one_rows[] = {
    { "id", FIELD_UUID, AT(id), FIELD_READONLY },
    { "rev", FIELD_INT, AT(rev), FIELD_READONLY },
    { "group", FIELD_UUID, AT(group), FIELD_READONLY, .column = "group_id" },
    { "a", FIELD_UUID, AT(a), FIELD_READONLY, .column = "account_a" },
    { "b", FIELD_UUID, AT(b), FIELD_READONLY, .column = "account_b" },
    ONE_TO_ONE_INPUT_ROWS(IN),
    { "reported_by", FIELD_UUID, AT(reported_by), FIELD_READONLY },
};
#undef IN
#undef AT
const FieldTable one_to_one_fields = FIELD_TABLE("one_to_one", OneToOne, one_to_one_rows);
