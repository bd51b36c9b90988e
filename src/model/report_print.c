/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/report.h"

#include <string.h>

#include "base/csv.h"
#include "base/i18n.h"
#include "base/text.h"
#include "model/group_report.h"

#define NAME_MIN 8 /* cells that the first column keeps when figures are wide */

/* ---- cells */

/* The field of a path like "party.name", and the object that it is in. */
static const Field *find(const FieldTable *table, const void *object, const char *path,
                         const void **inner)
{
    g_auto(GStrv) names = g_strsplit(path, ".", 2);
    const Field *field = field_find(table, names[0]);
    *inner = object;
    if (names[1]) {
        *inner = object ? field_at(field, object) : NULL;
        field = field_find(field->object, names[1]);
    }
    return field;
}

static char *trend_mark(int trend)
{
    static const char *const marks[] = { "", "+", "=", "-" };
    return g_strdup(marks[trend]);
}

/* Enumerations as people call them. */
static char *plain_cell(const Field *field, const void *object)
{
    if (field->type == FIELD_ENUM)
        return g_strdup(enum_label(field->values, *(const int *)field_at(field, object)));
    g_autofree char *text = field_to_text(field, object);
    return text_clean(text, -1, TEXT_LINE);
}

static char *minutes_cell(const Report *report, const ReportColumn *column, gint64 minutes,
                          const void *row)
{
    const Field *of = field_find(report->type->row, column->of);
    return *(const gint64 *)field_at(of, row) ? report_duration(minutes) : g_strdup("-");
}

char *report_cell(const Report *report, const ReportColumn *column, const void *row)
{
    const void *inner;
    const Field *field = find(report->type->row, row, column->field, &inner);
    const void *value = field_at(field, inner);
    switch (column->format) {
    case AS_DAY:
        return report_day(*(const gint64 *)value, report->head.time_zone);
    case AS_MINUTES:
        return minutes_cell(report, column, *(const gint64 *)value, row);
    case AS_TREND:
        return trend_mark(*(const int *)value);
    case AS_MARK:
        return g_strdup(*(const bool *)value ? "!" : "");
    case AS_SOME:
        if (*(const gint64 *)value == 0)
            return g_strdup("");
        break;
    case AS_FIELD:
    case AS_FIGURE:
        break;
    }
    return plain_cell(field, inner);
}

bool report_column_is_number(const ReportType *type, const ReportColumn *column)
{
    const void *inner;
    const Field *field = find(type->row, NULL, column->field, &inner);
    return column->format == AS_MINUTES || column->format == AS_FIGURE ||
           field->type == FIELD_INT || g_str_has_suffix(column->field, "share") ||
           g_str_equal(column->field, "ratio");
}

char *report_group_line(const ReportHead *head)
{
    const ReportGroup *group = &head->group;
    GString *line = g_string_new(NULL);
    g_string_append_printf(
        line, ngettext("%d meeting counted", "%d meetings counted", (gulong)group->meetings),
        (int)group->meetings);
    if (group->pending)
        g_string_append_printf(line, _(", %d not completed"), (int)group->pending);
    if (group->holidays)
        g_string_append_printf(line,
                               ngettext(", %d holiday", ", %d holidays", (gulong)group->holidays),
                               (int)group->holidays);
    if (group->own)
        g_string_append(line, _("; your own figures, and those of all"));
    if (group->league)
        g_string_append(line, _("; in the order of what was given"));
    return g_string_free(line, FALSE);
}

/* ---- text */

static const char *row_name(const Report *report, void *row, bool total)
{
    if (total)
        return _("All");
    const char *name = report_row_party(report, row).party->name;
    return name && *name ? name : _("(gone)");
}

static char *text_cell(const Report *report, size_t i, void *row, bool total)
{
    const ReportColumn *column = &report->type->columns[i];
    bool names = g_str_has_suffix(column->field, ".name");
    char *cell = names && total && i > 0 ? g_strdup("") : report_cell(report, column, row);
    if (!names || *cell || (total && i > 0))
        return cell;
    g_free(cell);
    return text_clean(row_name(report, row, total), -1, TEXT_LINE);
}

typedef struct Widths {
    int of[32];
} Widths;

static void widen(Widths *widths, const Report *report, GPtrArray *rows, bool total)
{
    for (guint k = 0; k < rows->len; k++)
        for (size_t i = 0; i < report->type->n_columns; i++) {
            if (!report_column_is_number(report->type, &report->type->columns[i]))
                continue;
            g_autofree char *cell = text_cell(report, i, rows->pdata[k], total);
            widths->of[i] = MAX(widths->of[i], text_width(cell));
        }
}

/* Figures are never cut: what they need more the first column gives. */
static Widths find_widths(const Report *report)
{
    Widths widths;
    int all = (int)report->type->n_columns - 1;
    g_assert(report->type->n_columns <= G_N_ELEMENTS(widths.of));
    for (size_t i = 0; i < report->type->n_columns; i++)
        widths.of[i] = report->type->columns[i].width;
    widen(&widths, report, report->rows, false);
    widen(&widths, report, report->totals, true);
    for (size_t i = 0; i < report->type->n_columns; i++)
        all += widths.of[i];
    widths.of[0] = MAX(NAME_MIN, widths.of[0] - MAX(0, all - REPORT_TEXT_WIDTH));
    return widths;
}

static void put_cell(GString *line, const Report *report, size_t i, int width, const char *text)
{
    if (i > 0)
        g_string_append_c(line, ' ');
    if (report_column_is_number(report->type, &report->type->columns[i])) {
        for (int pad = width - text_width(text); pad > 0; pad--)
            g_string_append_c(line, ' ');
        g_string_append(line, text);
        return;
    }
    g_autofree char *padded = text_pad(text, width);
    g_string_append(line, padded);
}

static void end_line(GString *out, GString *line)
{
    while (line->len > 0 && line->str[line->len - 1] == ' ')
        g_string_truncate(line, line->len - 1);
    g_string_append_printf(out, "%s\n", line->str);
}

static void put_row(GString *out, const Report *report, const Widths *widths, void *row, bool total)
{
    g_autoptr(GString) line = g_string_new(NULL);
    for (size_t i = 0; i < report->type->n_columns; i++) {
        g_autofree char *cell = text_cell(report, i, row, total);
        put_cell(line, report, i, widths->of[i], cell);
    }
    end_line(out, line);
}

static void put_names(GString *out, const Report *report, const Widths *widths)
{
    g_autoptr(GString) line = g_string_new(NULL);
    for (size_t i = 0; i < report->type->n_columns; i++)
        put_cell(line, report, i, widths->of[i], _(report->type->columns[i].head));
    end_line(out, line);
}

static void put_wrapped(GString *out, const char *text)
{
    g_auto(GStrv) lines = text_wrap(text, REPORT_TEXT_WIDTH);
    for (char **line = lines; *line; line++)
        g_string_append_printf(out, "%s\n", *line);
}

/* What the figures of a group are of, and whose. */
static void put_group(GString *out, const ReportHead *head)
{
    g_autofree char *line = report_group_line(head);
    put_wrapped(out, line);
}

static void put_head(GString *out, const Report *report)
{
    const ReportHead *head = &report->head;
    g_autofree char *from = report_moment(head->from, head->time_zone);
    g_autofree char *to = report_moment(head->to, head->time_zone);
    g_autofree char *made = report_moment(head->generated_at, head->time_zone);
    g_autofree char *synced = report_moment(head->synced_at, head->time_zone);
    const char *whose = report->type->group ? head->group.name : head->account.name;
    g_autofree char *name = text_clean(whose ? whose : "", -1, TEXT_LINE);
    g_autofree char *title = g_strdup_printf("%s: %s", _(report->type->title), name);
    g_autofree char *range = g_strdup_printf(_("%s to %s (%s), made %s"), from, to, head->time_zone,
                                             made);
    put_wrapped(out, title);
    put_wrapped(out, range);
    if (report->type->group)
        put_group(out, head);
    if (*synced)
        g_string_append_printf(out, _("As of the last sync, %s\n"), synced);
    g_string_append_c(out, '\n');
}

void report_put_text(GString *out, const Report *report)
{
    Widths widths = find_widths(report);
    put_head(out, report);
    put_names(out, report, &widths);
    for (guint i = 0; i < report->rows->len; i++)
        put_row(out, report, &widths, report->rows->pdata[i], false);
    for (guint i = 0; i < report->totals->len; i++)
        put_row(out, report, &widths, report->totals->pdata[i], true);
    g_autofree char *foot = group_report_foot(report);
    if (foot)
        put_wrapped(out, foot);
    if (!report->head.caution)
        return;
    g_string_append_c(out, '\n');
    put_wrapped(out, _(report->head.caution));
}

/* ---- CSV: every field, the months, and at the end of each row which report it is of */

typedef void (*FieldFunc)(GString *out, const char *name, const Field *field, const void *object);

static void put_field_name(GString *out, const char *name, const Field *field, const void *object)
{
    csv_put_cell(out, name, false);
}

static bool is_typed(const Field *field)
{
    return field->type == FIELD_TEXT || field->type == FIELD_EMAIL;
}

static void put_field_value(GString *out, const char *name, const Field *field, const void *object)
{
    g_autofree char *text = field_to_text(field, object);
    csv_put_cell(out, text, is_typed(field));
}

static void each_field(GString *out, const char *prefix, const FieldTable *table,
                       const void *object, FieldFunc func)
{
    for (size_t i = 0; i < table->n_fields; i++) {
        const Field *field = &table->fields[i];
        g_autofree char *name = g_strconcat(prefix, field->name, NULL);
        if (field->type != FIELD_OBJECT) {
            func(out, name, field, object);
            continue;
        }
        g_autofree char *inner = g_strconcat(name, ".", NULL);
        each_field(out, inner, field->object, object ? field_at(field, object) : NULL, func);
    }
}

static const char *const way_names[] = { "gave", "took" };
static const char *const period_names[] = { "from", "to", "time_zone", "generated_at" };

/* Rows of a group do not add up to its totals for whoever sees only their own: they have lines too, and the first cell says what
 * a line is. */
static void put_csv_head(GString *out, const Report *report)
{
    if (report->type->group)
        csv_put_cell(out, "line", false);
    each_field(out, "", report->type->row, NULL, put_field_name);
    for (int way = 0; way < 2 && report->type->months[way]; way++)
        for (char **label = report->period.labels; *label; label++) {
            g_autofree char *name = g_strdup_printf("%s %s", way_names[way], *label);
            csv_put_cell(out, name, false);
        }
    for (size_t i = 0; i < G_N_ELEMENTS(period_names); i++) {
        g_autofree char *name = g_strconcat("period.", period_names[i], NULL);
        csv_put_cell(out, name, false);
    }
    csv_end_line(out);
}

static void put_csv_row(GString *out, const Report *report, const void *row, bool total)
{
    if (report->type->group)
        csv_put_cell(out, total ? "total" : "row", false);
    each_field(out, "", report->type->row, row, put_field_value);
    for (int way = 0; way < 2 && report->type->months[way]; way++) {
        const gint64 *months = *(gint64 *const *)((const char *)row + report->type->months[way]);
        for (guint i = 0; i < report->period.months->len; i++) {
            g_autofree char *n = g_strdup_printf("%" G_GINT64_FORMAT, months[i]);
            csv_put_cell(out, n, false);
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(period_names); i++) {
        g_autofree char *text = field_to_text(field_find(&report_head_fields, period_names[i]),
                                              &report->head);
        csv_put_cell(out, text, false);
    }
    csv_end_line(out);
}

void report_put_csv(GString *out, const Report *report)
{
    put_csv_head(out, report);
    for (guint i = 0; i < report->rows->len; i++)
        put_csv_row(out, report, report->rows->pdata[i], false);
    for (guint i = 0; report->type->group && i < report->totals->len; i++)
        put_csv_row(out, report, report->totals->pdata[i], true);
}
