/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/reports.h"

#include "server/report_data.h"
#include "wire/report_json.h"

bool report_read_format(Call *call, ReportOutput *format, GError **error)
{
    const char *text = call_query(call, "format");
    *format = text ? (ReportOutput)enum_value(&report_outputs, text) : REPORT_JSON;
    if (!*format)
        field_errors_add(&call->errors, "#/format", "not-one-of", "json, csv or text");
    return call_valid(call, error);
}

static bool read_partner(Call *call, Uuid *partner, GError **error)
{
    const char *text = call_query(call, "partner");
    if (text && !uuid_parse(text, partner))
        field_errors_add(&call->errors, "#/partner", "uuid.invalid", "an account id is wanted");
    return call_valid(call, error);
}

void report_answer(Call *call, const Report *report, ReportOutput format)
{
    GString *out = call->reply.body;
    switch (format) {
    case REPORT_JSON:
        report_put_json(out, report);
        break;
    case REPORT_CSV:
        report_put_csv(out, report);
        call->reply.type = "text/csv; charset=utf-8; header=present";
        break;
    case REPORT_TEXT:
        report_put_text(out, report);
        call->reply.type = "text/plain; charset=utf-8";
        break;
    }
}

static bool make(Call *call, ReportKind kind, GError **error)
{
    g_auto(ReportPeriod) period = { 0 };
    g_auto(Report) report = { 0 };
    ReportAsk ask = { .kind = kind, .account = call->principal.account, .now = call->now };
    ReportOutput format;
    if (!report_read_format(call, &format, error) || !read_partner(call, &ask.partner, error))
        return false;
    if (!report_period(&period, call->now, call_query(call, "from"), call_query(call, "to"),
                       call_query(call, "tz"), &call->errors))
        return call_valid(call, error);
    if (!report_make(call->db, &ask, &period, &report, error))
        return false;
    report_answer(call, &report, format);
    return true;
}

static bool give_take(Call *call, GError **error)
{
    return make(call, REPORT_GIVE_TAKE, error);
}

static bool reasons(Call *call, GError **error)
{
    return make(call, REPORT_REASONS, error);
}

static bool speed(Call *call, GError **error)
{
    return make(call, REPORT_SPEED, error);
}

#define MONTHS(name) "'" name "':{'type':'array','items':{'type':'integer','minimum':0}}"
/* Beside the fields of a row of give and take: its counts of each month. */
#define GIVE_TAKE_ROW                                                                              \
    "{'allOf':[" SCHEMA_REF("give_take_row") ",{'type':'object','properties':{" MONTHS(            \
        "gave_months") "," MONTHS("took_months") "}}]}"
#define QUERY "from to tz partner format"
#define PERIOD                                                                                     \
    " As json, csv or text; of 12 months unless from and to (days or times) say otherwise, in "    \
    "the "                                                                                         \
    "time zone tz"

const Route report_routes[] = {
    { .method = "GET",
      .path = "/v1/reports/give-take",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_SNAPSHOT,
      .reply = &give_take_row_fields,
      .handler = give_take,
      .query = QUERY,
      .summary = "What I gave each of the others and what I received, month by month." PERIOD,
      .reply_schema = REPORT_SCHEMA(GIVE_TAKE_ROW, "") },
    { .method = "GET",
      .path = "/v1/reports/not-a-lead-reasons",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_SNAPSHOT,
      .reply = &reason_row_fields,
      .handler = reasons,
      .query = QUERY,
      .summary = "Why leads of mine, and leads for me, were not leads." PERIOD,
      .reply_schema = REPORT_SCHEMA(SCHEMA_REF("reason_row"), "") },
    { .method = "GET",
      .path = "/v1/reports/speed",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_SNAPSHOT,
      .reply = &speed_row_fields,
      .handler = speed,
      .query = QUERY,
      .summary =
          "Minutes from sent to picked up and to the verdict: median, 90th percentile." PERIOD,
      .reply_schema = REPORT_SCHEMA(SCHEMA_REF("speed_row"), "") },
    { 0 },
};
