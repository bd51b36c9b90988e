/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/report_json.h"

#include <string.h>

static const char *const month_names[] = { "gave_months", "took_months" };

static gint64 **months_at(const ReportType *type, int way, const void *row)
{
    return (gint64 **)((char *)row + type->months[way]);
}

/* ---- writing */

static void put_row(GString *out, const Report *report, const void *row)
{
    bool first = true;
    g_string_append_c(out, '{');
    json_put_members(out, report->type->row, row, &first);
    for (int way = 0; way < 2 && report->type->months[way]; way++) {
        const gint64 *months = *months_at(report->type, way, row);
        json_put_name(out, month_names[way], &first);
        g_string_append_c(out, '[');
        for (guint i = 0; i < report->period.months->len; i++) {
            g_string_append(out, i ? "," : "");
            json_put_int(out, months[i]);
        }
        g_string_append_c(out, ']');
    }
    g_string_append_c(out, '}');
}

static void put_rows(GString *out, const char *name, const Report *report, const GPtrArray *rows,
                     bool *first)
{
    json_put_name(out, name, first);
    g_string_append_c(out, '[');
    for (guint i = 0; i < rows->len; i++) {
        g_string_append(out, i ? ",\n" : "");
        put_row(out, report, rows->pdata[i]);
    }
    g_string_append_c(out, ']');
}

void report_put_json(GString *out, const Report *report)
{
    bool first = true;
    g_string_append_c(out, '{');
    json_put_members(out, &report_head_fields, &report->head, &first);
    put_rows(out, "rows", report, report->rows, &first);
    put_rows(out, "totals", report, report->totals, &first);
    g_string_append_c(out, '}');
}

/* ---- reading */

static gint64 *read_months(const JsonNode *list, guint n)
{
    gint64 *months = g_new0(gint64, n);
    guint i = 0;
    for (const JsonNode *node = json_first(list); node && i < n; node = json_next(node), i++)
        json_int(node, &months[i]);
    return months;
}

static void read_rows(Report *report, const JsonNode *list, GPtrArray *rows)
{
    const ReportType *type = report->type;
    for (const JsonNode *node = json_first(list); node; node = json_next(node)) {
        g_auto(FieldErrors) errors;
        void *row = g_malloc0(type->row->size);
        field_errors_init(&errors);
        json_decode(node, type->row, row, JSON_REPLY, "#", &errors);
        for (int way = 0; way < 2 && type->months[way]; way++)
            *months_at(type, way, row) = read_months(json_member(node, month_names[way]),
                                                     report->period.months->len);
        g_ptr_array_add(rows, row);
    }
}

bool report_read_json(Report *report, const JsonNode *node, GError **error)
{
    g_auto(FieldErrors) errors;
    ReportHead head = { 0 };
    *report = (Report){ 0 };
    field_errors_init(&errors);
    json_decode(node, &report_head_fields, &head, JSON_REPLY, "#", &errors);
    g_autofree char *from = g_malloc0(TIME_TEXT_SIZE), *to = g_malloc0(TIME_TEXT_SIZE);
    ReportPeriod period = { 0 };
    if (!head.report || !head.time_zone || head.to < head.from ||
        !report_period(&period, head.to, time_format(head.from, from), time_format(head.to, to),
                       head.time_zone, &errors)) {
        fields_clear(&report_head_fields, &head);
        return problem_set(error, PROBLEM_MALFORMED_JSON, "this is no report");
    }
    report_init(report, (ReportKind)head.report, &period, head.generated_at);
    fields_clear(&report_head_fields, &report->head);
    report->head = head;
    read_rows(report, json_member(node, "rows"), report->rows);
    read_rows(report, json_member(node, "totals"), report->totals);
    return true;
}
