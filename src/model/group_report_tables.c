/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/group_report.h"

#include "base/i18n.h"

static const EnumValue component_values[] = {
    { SCORE_ABSENCES, "absences", N_("Absences") },
    { SCORE_SLIPS, "slips", N_("Slips a meeting") },
    { SCORE_THANKS, "thanks", N_("Thanks") },
    { SCORE_VISITORS, "visitors", N_("Visitors a meeting") },
    { SCORE_PUNCTUAL, "punctual", N_("Late") },
    { SCORE_TRAINING, "training", N_("Training") },
    { SCORE_TOTAL, "total", N_("All") },
};
const EnumTable score_components = ENUM_TABLE("score_component", component_values);

static const EnumValue measure_values[] = {
    { HEALTH_MEMBERS_BEGIN, "members-begin", N_("Members at the beginning") },
    { HEALTH_JOINED, "joined", N_("Joined") },
    { HEALTH_LEFT, "left", N_("Left") },
    { HEALTH_MEMBERS_END, "members-end", N_("Members at the end") },
    { HEALTH_TURNOVER, "turnover", N_("Turnover") },
    { HEALTH_SEATS, "seats", N_("Seats taken") },
    { HEALTH_MEETINGS, "meetings", N_("Meetings") },
    { HEALTH_PENDING, "pending", N_("Meetings not completed") },
    { HEALTH_ATTENDANCE, "attendance", N_("Attendance") },
    { HEALTH_GIVEN_INSIDE, "given-inside", N_("Slips inside") },
    { HEALTH_GIVEN_OUTSIDE, "given-outside", N_("Slips outside") },
    { HEALTH_CONFIRMED, "confirmed", N_("Confirmed as leads") },
    { HEALTH_VISITORS, "visitors", N_("Visitors") },
    { HEALTH_VISITORS_JOINED, "visitors-joined", N_("Visitors who joined") },
    { HEALTH_ONE_TO_ONES, "one-to-ones", N_("One-to-ones") },
    { HEALTH_THANKS, "thanks", N_("Thanks") },
    { HEALTH_DUES_OPEN, "dues-open", N_("Dues not paid") },
    { HEALTH_DUES_OVERDUE, "dues-overdue", N_("Dues overdue") },
    { HEALTH_GAVE_NONE, "gave-none", N_("Gave nothing inside") },
    { HEALTH_TOP_THREE, "top-three", N_("Given by the first three") },
    { HEALTH_GINI, "gini", N_("Unevenness of giving (Gini)") },
    { HEALTH_GAVE_MORE, "gave-more", N_("Gave more than received") },
    { HEALTH_TOOK_MORE, "took-more", N_("Received more than gave") },
};
const EnumTable health_measures = ENUM_TABLE("health_measure", measure_values);

#define COUNT(name, label_text)                                                                    \
    {                                                                                              \
#name, FIELD_INT, AT(name), FIELD_READONLY, .label = label_text                            \
    }
#define TEXT(name, label_text)                                                                     \
    {                                                                                              \
#name, FIELD_TEXT, AT(name), FIELD_READONLY, .label = label_text                           \
    }
#define PARTY                                                                                      \
    {                                                                                              \
        "party", FIELD_OBJECT, AT(party), FIELD_READONLY, .object = &party_fields,                 \
                                                          .label = N_("Member")                    \
    }
#define STATE                                                                                      \
    {                                                                                              \
        "state", FIELD_ENUM, AT(state), FIELD_READONLY, .values = &membership_states,              \
                                                        .label = N_("Membership")                  \
    }

#define AT(member) offsetof(ActivityRow, member)
static const Field activity_rows[] = {
    PARTY,
    STATE,
    COUNT(rank, N_("Place by giving; 0: nobody is ranked")),
    COUNT(meetings, N_("Meetings that were counted")),
    COUNT(present, N_("Present")),
    COUNT(absent, N_("Absent")),
    COUNT(late, N_("Late")),
    COUNT(medical, N_("Medical leave")),
    COUNT(substitute, N_("Substitute sent")),
    COUNT(unmarked, N_("Not marked")),
    COUNT(left_early, N_("Left early")),
    COUNT(given_inside, N_("Given to members")),
    COUNT(given_outside, N_("Given to others")),
    COUNT(received_inside, N_("Received from members")),
    COUNT(received_outside, N_("Received from others")),
    COUNT(pending, N_("Given in meetings that are not completed")),
    COUNT(gave_confirmed, N_("Given, confirmed as leads")),
    COUNT(gave_rejected, N_("Given, not leads")),
    TEXT(gave_share, N_("Given, confirmed of those with a verdict")),
    COUNT(took_confirmed, N_("Received, confirmed as leads")),
    COUNT(took_rejected, N_("Received, not leads")),
    TEXT(took_share, N_("Received, confirmed of those with a verdict")),
    TEXT(given_per_meeting, N_("Given a meeting")),
    COUNT(visitors, N_("Visitors brought")),
    COUNT(one_to_ones, N_("One-to-ones")),
    COUNT(thanks, N_("Thanks given")),
    TEXT(thanks_amount, N_("Worth of the thanks")),
    COUNT(training, N_("Meetings with training")),
};
#undef AT
const FieldTable activity_row_fields = FIELD_TABLE("activity_row", ActivityRow, activity_rows);

#define AT(member) offsetof(AttendanceRow, member)
static const Field attendance_rows[] = {
    PARTY,
    STATE,
    COUNT(meetings, N_("Meetings that were counted")),
    COUNT(present, N_("Present")),
    COUNT(late, N_("Late")),
    COUNT(substitute, N_("Substitute sent")),
    COUNT(medical, N_("Medical leave")),
    COUNT(absent, N_("Absent")),
    COUNT(unmarked, N_("Not marked")),
    COUNT(allowed, N_("Absences allowed")),
    COUNT(left, N_("Absences left")),
    { "over", FIELD_BOOL, AT(over), FIELD_READONLY, .label = N_("More than allowed") },
    TEXT(attended_share, N_("Attended")),
};
#undef AT
const FieldTable attendance_row_fields = FIELD_TABLE("attendance_row", AttendanceRow,
                                                     attendance_rows);

#define AT(member) offsetof(ScoreRow, member)
static const Field score_rows[] = {
    PARTY,
    { "component", FIELD_ENUM, AT(component), FIELD_READONLY, .values = &score_components,
      .label = N_("Component") },
    TEXT(value, N_("Value")),
    COUNT(points, N_("Points")),
    COUNT(most, N_("Points at most")),
    TEXT(band, N_("Band")),
    COUNT(next, N_("Points of the next band; 0: there is none")),
    TEXT(needed, N_("Missing to the next band")),
};
#undef AT
const FieldTable score_row_fields = FIELD_TABLE("score_row", ScoreRow, score_rows);

#define AT(member) offsetof(HealthRow, member)
static const Field health_rows[] = {
    { "measure", FIELD_ENUM, AT(measure), FIELD_READONLY, .values = &health_measures,
      .label = N_("Measure") },
    COUNT(n, N_("Number")),
    COUNT(of, N_("Of so many; 0: of nothing in particular")),
    TEXT(share, N_("Share")),
    TEXT(rate, N_("A meeting")),
    TEXT(amount, N_("Amount")),
};
#undef AT
const FieldTable health_row_fields = FIELD_TABLE("health_row", HealthRow, health_rows);

/* ---- columns of text and screen */

const ReportColumn activity_report_columns[ACTIVITY_COLUMNS] = {
    { "party.name", N_("Member"), 24, AS_FIELD, NULL },
    { "present", N_("P"), 3, AS_FIELD, NULL },
    { "absent", N_("A"), 3, AS_FIELD, NULL },
    { "late", N_("L"), 3, AS_FIELD, NULL },
    { "medical", N_("M"), 3, AS_FIELD, NULL },
    { "substitute", N_("S"), 3, AS_FIELD, NULL },
    { "given_inside", N_("Given"), 5, AS_FIELD, NULL },
    { "given_outside", N_("Out"), 4, AS_FIELD, NULL },
    { "gave_share", N_("Rate"), 4, AS_FIELD, NULL },
    { "pending", N_("Pend"), 4, AS_FIELD, NULL },
    { "received_inside", N_("Recvd"), 5, AS_FIELD, NULL },
    { "received_outside", N_("Out"), 4, AS_FIELD, NULL },
    { "given_per_meeting", N_("/Mtg"), 5, AS_FIGURE, NULL },
    { "visitors", N_("Vis"), 3, AS_FIELD, NULL },
    { "one_to_ones", N_("1-1"), 3, AS_FIELD, NULL },
    { "training", N_("Trn"), 3, AS_FIELD, NULL },
    { "thanks", N_("Thx"), 3, AS_FIELD, NULL },
};

const ReportColumn attendance_report_columns[ATTENDANCE_COLUMNS] = {
    { "party.name", N_("Member"), 28, AS_FIELD, NULL },
    { "meetings", N_("Meetings"), 8, AS_FIELD, NULL },
    { "present", N_("Present"), 7, AS_FIELD, NULL },
    { "late", N_("Late"), 4, AS_FIELD, NULL },
    { "substitute", N_("Subst"), 5, AS_FIELD, NULL },
    { "medical", N_("Medical"), 7, AS_FIELD, NULL },
    { "absent", N_("Absent"), 6, AS_FIELD, NULL },
    { "allowed", N_("Allowed"), 7, AS_FIELD, NULL },
    { "left", N_("Left"), 4, AS_FIELD, NULL },
    { "over", "!", 1, AS_MARK, NULL },
    { "attended_share", N_("Attended"), 8, AS_FIELD, NULL },
};

const ReportColumn score_report_columns[SCORE_COLUMNS] = {
    { "party.name", N_("Member"), 22, AS_FIELD, NULL },
    { "component", N_("Component"), 20, AS_FIELD, NULL },
    { "value", N_("Value"), 12, AS_FIGURE, NULL },
    { "points", N_("Points"), 6, AS_FIELD, NULL },
    { "most", N_("Of"), 3, AS_FIELD, NULL },
    { "band", N_("Band"), 16, AS_FIGURE, NULL },
    { "next", N_("Next"), 4, AS_SOME, NULL },
    { "needed", N_("Missing"), 10, AS_FIGURE, NULL },
};

const ReportColumn health_report_columns[HEALTH_COLUMNS] = {
    { "measure", N_("Measure"), 34, AS_FIELD, NULL },
    { "n", N_("Number"), 8, AS_FIELD, NULL },
    { "of", N_("Of"), 8, AS_SOME, NULL },
    { "share", N_("Share"), 6, AS_FIELD, NULL },
    { "rate", N_("/Mtg"), 8, AS_FIGURE, NULL },
    { "amount", N_("Amount"), 24, AS_FIGURE, NULL },
};
