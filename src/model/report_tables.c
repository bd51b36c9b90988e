/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reports: their rows, their columns, what they warn of. */
#include "model/report.h"

#include "base/i18n.h"
#include "model/group_report.h"

/* ---- enumerations and field tables */

static const EnumValue standing_values[] = {
    { STANDING_PARTNER, "partner", N_("partner") },
    { STANDING_FORMER, "former", N_("former partner") },
    { STANDING_OUTSIDE, "outside", N_("outside the network") },
};
const EnumTable standings = ENUM_TABLE("standing", standing_values);

static const EnumValue trend_values[] = {
    { TREND_UP, "up", N_("up") },
    { TREND_STEADY, "steady", N_("steady") },
    { TREND_DOWN, "down", N_("down") },
};
const EnumTable trends = ENUM_TABLE("trend", trend_values);

static const EnumValue kind_values[] = {
    { REPORT_GIVE_TAKE, "give-take", N_("what you and each of the others gave") },
    { REPORT_REASONS, "not-a-lead-reasons", N_("why leads were not leads") },
    { REPORT_SPEED, "speed", N_("how quickly leads are picked up and decided") },
    { REPORT_GROUP_ACTIVITY, "group-activity", N_("what a group's members did") },
    { REPORT_ATTENDANCE, "attendance", N_("absences that are left to a group's members") },
    { REPORT_SCORE_CARD, "score-card", N_("points of a group's members over six months") },
    { REPORT_GROUP_HEALTH, "group-health", N_("turnover, attendance and balance of a group") },
};
const EnumTable report_kinds = ENUM_TABLE("report", kind_values);

static const EnumValue output_values[] = {
    { REPORT_JSON, "json", N_("the object of the API") },
    { REPORT_CSV, "csv", N_("a table for spreadsheets") },
    { REPORT_TEXT, "text", N_("plain text") },
};
const EnumTable report_outputs = ENUM_TABLE("report_output", output_values);

#define COUNT(name, at, label_text)                                                                \
    {                                                                                              \
        name, FIELD_INT, at, FIELD_READONLY, .label = label_text                                   \
    }
#define STANDING(Type)                                                                             \
    {                                                                                              \
        "standing", FIELD_ENUM, offsetof(Type, standing), FIELD_READONLY, .values = &standings,    \
                                                                          .label = N_("Standing")  \
    }
#define PARTY(Type, name, label_text)                                                              \
    {                                                                                              \
#name, FIELD_OBJECT, offsetof(Type, name), FIELD_READONLY, .object = &party_fields,        \
                                                                   .label = label_text             \
    }
#define OUTSIDE(Type)                                                                              \
    {                                                                                              \
        "outside", FIELD_TEXT, offsetof(Type, outside), FIELD_READONLY | FIELD_PERSONAL,           \
            .label = N_("Outside the network")                                                     \
    }

#define AT(member) offsetof(GiveTakeRow, member)
static const Field give_take_rows[] = {
    STANDING(GiveTakeRow),
    PARTY(GiveTakeRow, party, N_("Partner")),
    OUTSIDE(GiveTakeRow),
    COUNT("gave", AT(sum.gave), N_("Given")),
    COUNT("gave_confirmed", AT(sum.gave_confirmed), N_("Given, confirmed as leads")),
    COUNT("gave_rejected", AT(sum.gave_rejected), N_("Given, not leads")),
    COUNT("gave_waiting", AT(gave_waiting), N_("Given, waiting")),
    { "gave_share", FIELD_TEXT, AT(gave_share), FIELD_READONLY,
      .label = N_("Given, confirmed of those with a verdict") },
    COUNT("took", AT(sum.took), N_("Received")),
    COUNT("took_confirmed", AT(sum.took_confirmed), N_("Received, confirmed as leads")),
    COUNT("took_rejected", AT(sum.took_rejected), N_("Received, not leads")),
    COUNT("took_waiting", AT(took_waiting), N_("Received, waiting")),
    { "took_share", FIELD_TEXT, AT(took_share), FIELD_READONLY,
      .label = N_("Received, confirmed of those with a verdict") },
    { "last_gave", FIELD_TIME, AT(last_gave), FIELD_READONLY, .label = N_("Last given") },
    { "last_took", FIELD_TIME, AT(last_took), FIELD_READONLY, .label = N_("Last received") },
    { "ratio", FIELD_TEXT, AT(ratio), FIELD_READONLY, .label = N_("Given to received") },
    { "trend", FIELD_ENUM, AT(trend), FIELD_READONLY, .values = &trends,
      .label = N_("Received: the later half of the months against the earlier") },
    { "one_sided", FIELD_BOOL, AT(one_sided), FIELD_READONLY,
      .label = N_("Gave two or more, received none") },
};
#undef AT
const FieldTable give_take_row_fields = FIELD_TABLE("give_take_row", GiveTakeRow, give_take_rows);

#define AT(member) offsetof(ReasonRow, member)
static const Field reason_rows[] = {
    STANDING(ReasonRow),
    { "box", FIELD_ENUM, AT(box), FIELD_READONLY, .values = &referral_boxes,
      .label = N_("Sent by you, or in your inbox") },
    PARTY(ReasonRow, from, N_("From")),
    PARTY(ReasonRow, to, N_("To")),
    OUTSIDE(ReasonRow),
    { "reason", FIELD_ENUM, AT(reason), FIELD_READONLY, .values = &referral_reasons,
      .label = N_("Reason; absent: only a message") },
    COUNT("leads", AT(n), N_("Leads")),
    COUNT("verdicts", AT(verdicts), N_("Of so many with a verdict")),
    { "share", FIELD_TEXT, AT(share), FIELD_READONLY, .label = N_("Share") },
};
#undef AT
const FieldTable reason_row_fields = FIELD_TABLE("reason_row", ReasonRow, reason_rows);

#define AT(member) offsetof(SpeedRow, member)
static const Field speed_rows[] = {
    STANDING(SpeedRow),
    PARTY(SpeedRow, party, N_("Partner")),
    OUTSIDE(SpeedRow),
    { "box", FIELD_ENUM, AT(box), FIELD_READONLY, .values = &referral_boxes,
      .label = N_("Whose leads: in your inbox, or sent by you") },
    COUNT("picked_up", AT(picked_up), N_("Picked up")),
    COUNT("pick_up_median", AT(pick_up_median), N_("Minutes from sent to picked up, median")),
    COUNT("pick_up_p90", AT(pick_up_p90), N_("Minutes from sent to picked up, 90th percentile")),
    COUNT("decided", AT(decided), N_("With a verdict")),
    COUNT("verdict_median", AT(verdict_median), N_("Minutes from sent to verdict, median")),
    COUNT("verdict_p90", AT(verdict_p90), N_("Minutes from sent to verdict, 90th percentile")),
};
#undef AT
const FieldTable speed_row_fields = FIELD_TABLE("speed_row", SpeedRow, speed_rows);

#define AT(member) offsetof(ReportGroup, member)
static const Field group_rows[] = {
    { "id", FIELD_UUID, AT(id), FIELD_READONLY },
    { "name", FIELD_TEXT, AT(name), FIELD_READONLY, .label = N_("Group") },
    COUNT("meetings", AT(meetings), N_("Meetings that were counted")),
    COUNT("pending", AT(pending), N_("Meetings that are not completed")),
    COUNT("holidays", AT(holidays), N_("Holidays")),
    { "own", FIELD_BOOL, AT(own), FIELD_READONLY, .label = N_("Own rows, totals of all") },
    { "league", FIELD_BOOL, AT(league), FIELD_READONLY, .label = N_("In the order of giving") },
};
#undef AT
const FieldTable report_group_fields = FIELD_TABLE("report_group", ReportGroup, group_rows);

#define AT(member) offsetof(ReportHead, member)
static const Field head_rows[] = {
    { "report", FIELD_ENUM, AT(report), FIELD_READONLY, .values = &report_kinds },
    { "account", FIELD_OBJECT, AT(account), FIELD_READONLY, .object = &party_fields },
    { "group", FIELD_OBJECT, AT(group), FIELD_READONLY, .object = &report_group_fields },
    { "from", FIELD_TIME, AT(from), FIELD_READONLY, .label = N_("From") },
    { "to", FIELD_TIME, AT(to), FIELD_READONLY, .label = N_("To") },
    { "time_zone", FIELD_TEXT, AT(time_zone), FIELD_READONLY, .label = N_("Time zone") },
    { "generated_at", FIELD_TIME, AT(generated_at), FIELD_READONLY, .label = N_("Made") },
    { "synced_at", FIELD_TIME, AT(synced_at), FIELD_READONLY, .label = N_("As of") },
    { "months", FIELD_LIST, AT(months), FIELD_READONLY, .label = N_("Months of the counts") },
    { "caution", FIELD_TEXT, AT(caution), FIELD_READONLY, .max = 400 },
};
#undef AT
const FieldTable report_head_fields = FIELD_TABLE("report_head", ReportHead, head_rows);

/* ---- the reports */

static const ReportColumn give_take_columns[] = {
    { "party.name", N_("Partner"), 17, AS_FIELD, NULL },
    { "gave", N_("Given"), 5, AS_FIELD, NULL },
    { "gave_confirmed", N_("Lead"), 4, AS_FIELD, NULL },
    { "gave_rejected", N_("Not"), 3, AS_FIELD, NULL },
    { "gave_waiting", N_("Wait"), 4, AS_FIELD, NULL },
    { "gave_share", N_("Rate"), 4, AS_FIELD, NULL },
    { "took", N_("Recvd"), 5, AS_FIELD, NULL },
    { "took_confirmed", N_("Lead"), 4, AS_FIELD, NULL },
    { "took_rejected", N_("Not"), 3, AS_FIELD, NULL },
    { "took_waiting", N_("Wait"), 4, AS_FIELD, NULL },
    { "took_share", N_("Rate"), 4, AS_FIELD, NULL },
    { "ratio", N_("Ratio"), 5, AS_FIELD, NULL },
    { "one_sided", "!", 1, AS_MARK, NULL },
    { "trend", N_("~"), 1, AS_TREND, NULL },
    { "last_gave", N_("Last gave"), 10, AS_DAY, NULL },
    { "last_took", N_("Last recvd"), 10, AS_DAY, NULL },
};

static const ReportColumn reason_columns[] = {
    { "from.name", N_("From"), 26, AS_FIELD, NULL }, { "to.name", N_("To"), 26, AS_FIELD, NULL },
    { "reason", N_("Reason"), 28, AS_FIELD, NULL },  { "leads", N_("Leads"), 5, AS_FIELD, NULL },
    { "verdicts", N_("Of"), 5, AS_FIELD, NULL },     { "share", N_("Share"), 5, AS_FIELD, NULL },
};

static const ReportColumn speed_columns[] = {
    { "party.name", N_("Partner"), 26, AS_FIELD, NULL },
    { "box", N_("Box"), 7, AS_FIELD, NULL },
    { "picked_up", N_("Opened"), 7, AS_FIELD, NULL },
    { "pick_up_median", N_("Median"), 8, AS_MINUTES, "picked_up" },
    { "pick_up_p90", N_("90%"), 8, AS_MINUTES, "picked_up" },
    { "decided", N_("Verdict"), 8, AS_FIELD, NULL },
    { "verdict_median", N_("Median"), 8, AS_MINUTES, "decided" },
    { "verdict_p90", N_("90%"), 8, AS_MINUTES, "decided" },
};

const ReportType report_types[] = {
    { .kind = REPORT_GIVE_TAKE,
      .code = "give-take",
      .title = N_("Give and take"),
      .row = &give_take_row_fields,
      .columns = give_take_columns,
      .n_columns = G_N_ELEMENTS(give_take_columns),
      .months = { offsetof(GiveTakeRow, gave_months), offsetof(GiveTakeRow, took_months) },
      .caution = N_(
          "A ratio alone misleads: trades differ in how often they can refer, and one good "
          "lead is worth more than many that are none. Nobody owes anybody a lead.") },
    { .kind = REPORT_REASONS,
      .code = "not-a-lead-reasons",
      .title = N_("Why not a lead"),
      .row = &reason_row_fields,
      .columns = reason_columns,
      .n_columns = G_N_ELEMENTS(reason_columns) },
    { .kind = REPORT_SPEED,
      .code = "speed",
      .title = N_("Speed"),
      .row = &speed_row_fields,
      .columns = speed_columns,
      .n_columns = G_N_ELEMENTS(speed_columns) },
    { .kind = REPORT_GROUP_ACTIVITY,
      .code = "group-activity",
      .title = N_("Group activity"),
      .row = &activity_row_fields,
      .columns = activity_report_columns,
      .n_columns = ACTIVITY_COLUMNS,
      .caution = N_(
          "Counts alone mislead: trades differ in how often they can refer, a lead outside the "
          "group is worth as much as one inside, and nobody owes anybody a lead."),
      .group = true,
      .has_party = true },
    { .kind = REPORT_ATTENDANCE,
      .code = "attendance",
      .title = N_("Attendance"),
      .row = &attendance_row_fields,
      .columns = attendance_report_columns,
      .n_columns = ATTENDANCE_COLUMNS,
      .group = true,
      .window = WINDOW_OWN,
      .has_party = true },
    { .kind = REPORT_SCORE_CARD,
      .code = "score-card",
      .title = N_("Score card"),
      .row = &score_row_fields,
      .columns = score_report_columns,
      .n_columns = SCORE_COLUMNS,
      .caution = N_("Points count what was done, not what it was worth to whom it was done for."),
      .group = true,
      .window = WINDOW_OWN,
      .has_party = true },
    { .kind = REPORT_GROUP_HEALTH,
      .code = "group-health",
      .title = N_("Group health"),
      .row = &health_row_fields,
      .columns = health_report_columns,
      .n_columns = HEALTH_COLUMNS,
      .group = true },
    { 0 },
};

const ReportType *report_type(ReportKind kind)
{
    for (const ReportType *type = report_types; type->kind; type++)
        if (type->kind == kind)
            return type;
    return NULL;
}
