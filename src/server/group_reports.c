/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/group_reports.h"

#include "server/families.h"
#include "server/group_report_data.h"
#include "server/groups.h"
#include "server/reports.h"

/* ---- what is asked */

typedef struct Ask {
    ReportKind kind;
    Group group;
    Party viewer;
    bool all; /* every row */
    ReportOutput format;
    const char *zone;
} Ask;

static void ask_clear(Ask *ask)
{
    group_clear(&ask->group);
    fields_clear(&party_fields, &ask->viewer);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Ask, ask_clear)

static bool read_scope(Call *call, Uuid *scope, GError **error)
{
    const char *text = call_query(call, "scope");
    if (!text || !uuid_parse(text, scope))
        field_errors_add(&call->errors, "#/scope", text ? "uuid.invalid" : "required",
                         "scope: the id of a group is wanted");
    return call_valid(call, error);
}

static bool read_rights(Call *call, const Uuid *scope, Ask *ask, GError **error)
{
    GroupRole role = 0;
    ask->all = call->principal.admin;
    if (ask->all)
        return true;
    if (!group_need(call, scope, 0, error) ||
        !group_role(call->db, scope, &call->principal.account, &role, error))
        return false;
    ask->all = group_rights(role) & RIGHT_OFFICER;
    return true;
}

static bool read_viewer(Call *call, Party *viewer, GError **error)
{
    g_autoptr(DbRows)
        rows = db_query(call->db, error, "SELECT name, company_name FROM account WHERE id = $1",
                        db_uuid(&call->principal.account));
    if (!rows || !db_next(rows, error))
        return rows && db_rows_ok(rows) && problem_set(error, PROBLEM_NOT_FOUND, "no account");
    viewer->account = call->principal.account;
    viewer->name = g_strdup(db_get_text(rows, 0));
    viewer->company_name = g_strdup(db_get_text(rows, 1));
    return true;
}

static bool read_ask(Call *call, Ask *ask, GError **error)
{
    Uuid scope = { 0 };
    if (!read_scope(call, &scope, error) || !report_read_format(call, &ask->format, error) ||
        !read_rights(call, &scope, ask, error) ||
        !group_row_load(call->db, &scope, &ask->group, error) ||
        !read_viewer(call, &ask->viewer, error))
        return false;
    ask->zone = call_query(call, "tz") ? call_query(call, "tz") : ask->group.input.time_zone;
    return true;
}

/* ---- the period */

/* By the rules of the group: it ends with the last day of what was asked for, which today is when nothing was. */
static bool own_period(Call *call, const Ask *ask, ReportPeriod *period, GError **error)
{
    const char *zone = ask->group.input.time_zone;
    g_auto(ReportPeriod) asked = { 0 };
    Day from, to;
    if (call_query(call, "from"))
        field_errors_add(&call->errors, "#/from", "not-allowed",
                         "this report begins where the group's rules say: choose its end by to");
    if (!report_period(&asked, call->now, NULL, call_query(call, "to"), zone, &call->errors) ||
        !call_valid(call, error))
        return call_valid(call, error) && false;
    group_report_days(ask->kind, &ask->group, MIN(asked.to, call->now), from, to);
    return report_period(period, call->now, from, to, zone, &call->errors) ||
           call_valid(call, error);
}

static bool read_period(Call *call, const Ask *ask, ReportPeriod *period, GError **error)
{
    if (report_type(ask->kind)->window == WINDOW_OWN)
        return own_period(call, ask, period, error);
    return report_period(period, call->now, call_query(call, "from"), call_query(call, "to"),
                         ask->zone, &call->errors) ||
           (call_valid(call, error) && false);
}

/* ---- the answer */

static bool make(Call *call, ReportKind kind, GError **error)
{
    g_auto(Ask) ask = { .kind = kind };
    g_auto(ReportPeriod) period = { 0 };
    g_auto(GroupBook) book = { 0 };
    g_auto(Report) report = { 0 };
    if (!read_ask(call, &ask, error) || !read_period(call, &ask, &period, error))
        return false;
    group_book_init(&book, &ask.group, period.from, period.to);
    if (!group_report_read(call->db, &book, period.zone, error))
        return false;
    report_init(&report, kind, &period, call->now);
    group_book_report(&book, &ask.viewer, ask.all, &report);
    report_answer(call, &report, ask.format);
    return true;
}

static bool activity(Call *call, GError **error)
{
    return make(call, REPORT_GROUP_ACTIVITY, error);
}

static bool attendance(Call *call, GError **error)
{
    return make(call, REPORT_ATTENDANCE, error);
}

static bool score_card(Call *call, GError **error)
{
    return make(call, REPORT_SCORE_CARD, error);
}

static bool health(Call *call, GError **error)
{
    return make(call, REPORT_GROUP_HEALTH, error);
}

#define QUERY "scope from to tz format"
#define MINE " For officers all rows, for members their own and the totals; as json, csv or text"
#define GROUP_SCHEMA(row) REPORT_SCHEMA(SCHEMA_REF(row), "'group':" SCHEMA_REF("report_group") ",")

const Route group_report_routes[] = {
    { .method = "GET",
      .path = "/v1/reports/group-activity",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_SNAPSHOT,
      .reply = &activity_row_fields,
      .handler = activity,
      .query = QUERY,
      .summary = "What the members of the group `scope` did: attendance, slips, visitors, "
                 "one-to-ones, thanks, training, of completed meetings." MINE,
      .reply_schema = GROUP_SCHEMA("activity_row") },
    { .method = "GET",
      .path = "/v1/reports/attendance",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_SNAPSHOT,
      .reply = &attendance_row_fields,
      .handler = attendance,
      .query = QUERY,
      .summary =
          "Absences against what the group `scope` allows, over the last six months or since "
          "the half-year began, as its rules say." MINE,
      .reply_schema = GROUP_SCHEMA("attendance_row") },
    { .method = "GET",
      .path = "/v1/reports/score-card",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_SNAPSHOT,
      .reply = &score_row_fields,
      .handler = score_card,
      .query = QUERY,
      .summary = "Points over the last six whole months, by component, with the band and what is "
                 "missing to the next one." MINE,
      .reply_schema = GROUP_SCHEMA("score_row") },
    { .method = "GET",
      .path = "/v1/reports/group-health",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_SNAPSHOT,
      .reply = &health_row_fields,
      .handler = health,
      .query = QUERY,
      .summary = "How the group `scope` does: turnover, attendance, activity, dues, seats, and how "
                 "evenly giving is spread; as json, csv or text",
      .reply_schema = GROUP_SCHEMA("health_row") },
    { 0 },
};
