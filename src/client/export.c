/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/export.h"

#include "base/csv.h"
#include "base/i18n.h"
#include "wire/report_json.h"

static const EnumValue format_values[] = {
    { EXPORT_JSON, "json", N_("the objects of the API, in an array") },
    { EXPORT_CSV, "csv", N_("a table for spreadsheets") },
};
const EnumTable export_formats = ENUM_TABLE("format", format_values);

/* ---- CSV */

static bool is_text(FieldType type)
{
    return type == FIELD_TEXT || type == FIELD_EMAIL || type == FIELD_PHONE;
}

typedef void (*FieldFunc)(GString *out, const char *name, const Field *field, const void *object);

static void put_name(GString *out, const char *name, const Field *field, const void *object)
{
    csv_put_cell(out, name, false);
}

static void put_value(GString *out, const char *name, const Field *field, const void *object)
{
    g_autofree char *text = field_to_text(field, object);
    csv_put_cell(out, text, is_text(field->type));
}

static void each_field(GString *out, const char *prefix, const FieldTable *table,
                       const void *object, FieldFunc func)
{
    for (size_t i = 0; i < table->n_fields; i++) {
        const Field *field = &table->fields[i];
        g_autofree char *name = g_strconcat(prefix, field->name, NULL);
        if (field->type == FIELD_OBJECT) {
            g_autofree char *inner = g_strconcat(name, ".", NULL);
            each_field(out, inner, field->object, object ? field_at(field, object) : NULL, func);
        } else {
            func(out, name, field, object);
        }
    }
}

/* The first cell is the id, which is never empty. */
static void put_line(GString *out, const Referral *referral, FieldFunc func)
{
    g_autoptr(GString) line = g_string_new("\n");
    each_field(line, "", &referral_fields, referral, func);
    g_string_append_printf(out, "%s\r\n", line->str + 1);
}

/* ---- all */

void export_begin(GString *out, ExportFormat format)
{
    if (format == EXPORT_JSON)
        g_string_append_c(out, '[');
    else if (format == EXPORT_CSV)
        put_line(out, NULL, put_name);
}

void export_lead(GString *out, ExportFormat format, const Referral *referral, bool first)
{
    switch (format) {
    case EXPORT_JSON:
        g_string_append(out, first ? "\n" : ",\n");
        json_put_object(out, &referral_fields, referral);
        break;
    case EXPORT_LINES:
        json_put_object(out, &referral_fields, referral);
        g_string_append_c(out, '\n');
        break;
    case EXPORT_CSV:
        put_line(out, referral, put_value);
        break;
    }
}

void export_report(GString *out, ReportOutput format, const Report *report)
{
    switch (format) {
    case REPORT_JSON:
        report_put_json(out, report);
        g_string_append_c(out, '\n');
        break;
    case REPORT_CSV:
        report_put_csv(out, report);
        break;
    case REPORT_TEXT:
        report_put_text(out, report);
        break;
    }
}

void export_end(GString *out, ExportFormat format)
{
    if (format == EXPORT_JSON)
        g_string_append(out, "\n]\n");
}
