/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/output.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/money.h"
#include "base/text.h"
#include "wire/json.h"

#define FLUSH_BYTES (64 * 1024)
#define MEASURED_ROWS 200 /* their widths are the table's */
#define GAP 2
#define CELL_MIN 4
#define LABEL_WIDTH 18 /* a longer label pushes its value to the right */
#define INDENT 2

/* ---- writing */

static int terminal_width(void)
{
    const char *columns = g_getenv("COLUMNS");
    guint64 n = 0;
    struct winsize size;
    if (columns && g_ascii_string_to_unsigned(columns, 10, 20, 1000, &n, NULL))
        return (int)n;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
        return size.ws_col;
    return 80;
}

static bool wants_colour(const CliArgs *args)
{
    const char *no_colour = g_getenv("NO_COLOR");
    return !cli_has(args, OPTION_NO_COLOR) && !(no_colour && *no_colour) &&
           g_strcmp0(g_getenv("TERM"), "dumb") != 0;
}

void cli_out_begin(CliOutput *out, const CliArgs *args)
{
    bool people = isatty(STDOUT_FILENO) && !cli_has(args, OPTION_PLAIN);
    *out = (CliOutput){ .text = g_string_new(NULL) };
    out->mode = cli_has(args, OPTION_JSON) ? MODE_JSON : people ? MODE_PEOPLE : MODE_PLAIN;
    out->colour = out->mode == MODE_PEOPLE && wants_colour(args);
    out->width = terminal_width();
    if (!g_get_charset(NULL))
        text_set_ascii(true);
}

void cli_flush(CliOutput *out)
{
    const char *at = out->text->str;
    size_t left = out->text->len;
    while (left > 0 && !out->failure) {
        ssize_t n = write(STDOUT_FILENO, at, left);
        if (n < 0 && errno != EINTR)
            out->failure = errno;
        at += MAX(n, 0);
        left -= (size_t)MAX(n, 0);
    }
    g_string_truncate(out->text, 0);
}

bool cli_out_failed(const CliOutput *out)
{
    return out->failure != 0;
}

void cli_flush_some(CliOutput *out)
{
    if (out->text->len >= FLUSH_BYTES)
        cli_flush(out);
}

GString *cli_buffer(CliOutput *out)
{
    return out->text;
}

bool cli_out_end(CliOutput *out, bool *gone, GError **error)
{
    cli_flush(out);
    g_string_free(g_steal_pointer(&out->text), TRUE);
    *gone = out->failure == EPIPE;
    if (!out->failure || *gone)
        return true;
    return problem_set(error, PROBLEM_IO, _("standard output: %s"), g_strerror(out->failure));
}

void cli_put(CliOutput *out, const char *text)
{
    g_string_append(out->text, text);
    cli_flush_some(out);
}

void cli_put_format(CliOutput *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_string_append_vprintf(out->text, format, arguments);
    va_end(arguments);
    cli_flush_some(out);
}

static void put_coloured(CliOutput *out, const char *colour, const char *text)
{
    if (out->colour && colour)
        cli_put_format(out, "\033[%sm%s\033[0m", colour, text);
    else
        cli_put(out, text);
}

/* ---- tables */

struct CliTable {
    CliOutput *out;
    const CliColumn **columns; /* those shown */
    int *widths;               /* natural, then as shown */
    guint n;
    GPtrArray *rows; /* char **: cells, then their colours; NULL once the head is printed */
};

CliTable *cli_table_new(CliOutput *out, const CliColumn *columns, size_t n)
{
    CliTable *table = g_new0(CliTable, 1);
    table->out = out;
    table->columns = g_new0(const CliColumn *, n);
    table->widths = g_new0(int, n);
    for (size_t i = 0; i < n; i++)
        if (columns[i].modes & out->mode)
            table->columns[table->n++] = &columns[i];
    for (guint i = 0; i < table->n; i++)
        table->widths[i] = text_width(_(table->columns[i]->title));
    table->rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    return table;
}

/* Takes from the columns that may be cut, by weight, until all fit. */
static void fit(CliTable *table)
{
    int total = (int)(table->n - 1) * GAP, weights = 0;
    for (guint i = 0; i < table->n; i++) {
        total += table->widths[i];
        weights += table->columns[i]->weight;
    }
    int room = table->out->width - total;
    for (guint i = 0; i < table->n;
         i++) /* what they may have, whoever needs less leaves the rest */
        room += table->columns[i]->weight ? table->widths[i] : 0;
    for (bool again = total > table->out->width; again;) {
        again = false;
        for (guint i = 0; i < table->n; i++) {
            int weight = table->columns[i]->weight;
            if (weight && weights > 0 && table->widths[i] >= 0 &&
                table->widths[i] <= room * weight / weights) {
                room -= table->widths[i];
                weights -= weight;
                table->widths[i] = -table->widths[i]; /* settled */
                again = true;
            }
        }
    }
    for (guint i = 0; i < table->n; i++) {
        int weight = table->columns[i]->weight;
        if (table->widths[i] < 0)
            table->widths[i] = -table->widths[i];
        else if (weight && total > table->out->width)
            table->widths[i] = MAX(CELL_MIN, room * weight / MAX(1, weights));
    }
}

/* Nothing is padded at the end of a line. */
static void put_cells(CliTable *table, char *const *cells, bool head)
{
    for (guint i = 0; i < table->n; i++) {
        bool last = i + 1 == table->n;
        g_autofree char *cut = last ? text_cut(cells[i], table->widths[i])
                                    : text_pad(cells[i], table->widths[i]);
        const char *colour = head ? "2" : cells[table->n + i];
        put_coloured(table->out, colour && *colour ? colour : NULL, cut);
        cli_put_format(table->out, "%*s", last ? 0 : GAP, "");
    }
    cli_put(table->out, "\n");
}

static void put_measured(CliTable *table)
{
    g_autoptr(GPtrArray) rows = g_steal_pointer(&table->rows);
    if (rows->len == 0)
        return;
    g_autofree char **titles = g_new0(char *, table->n);
    for (guint i = 0; i < table->n; i++)
        titles[i] = (char *)_(table->columns[i]->title);
    fit(table);
    put_cells(table, titles, true);
    for (guint i = 0; i < rows->len; i++)
        put_cells(table, rows->pdata[i], false);
}

static void put_plain(CliTable *table, const void *row)
{
    for (guint i = 0; i < table->n; i++) {
        g_autofree char *text = table->columns[i]->text(row, MODE_PLAIN);
        cli_put(table->out, i ? "\t" : "");
        cli_put(table->out, text);
    }
    cli_put(table->out, "\n");
}

void cli_table_row(CliTable *table, const void *row)
{
    if (table->out->mode == MODE_PLAIN) {
        put_plain(table, row);
        return;
    }
    g_auto(GStrv) cells = g_new0(char *, 2 * table->n + 1);
    for (guint i = 0; i < table->n; i++) {
        const CliColumn *column = table->columns[i];
        const char *colour = column->colour ? column->colour(row) : NULL;
        cells[i] = column->text(row, MODE_PEOPLE);
        cells[table->n + i] = g_strdup(colour ? colour : "");
        if (table->rows)
            table->widths[i] = MAX(table->widths[i], text_width(cells[i]));
    }
    if (!table->rows) {
        put_cells(table, cells, false);
        return;
    }
    g_ptr_array_add(table->rows, g_steal_pointer(&cells));
    if (table->rows->len == MEASURED_ROWS)
        put_measured(table);
}

void cli_table_end(CliTable *table)
{
    if (table->rows && table->out->mode == MODE_PEOPLE)
        put_measured(table);
    g_clear_pointer(&table->rows, g_ptr_array_unref);
    g_free(table->columns);
    g_free(table->widths);
    g_free(table);
}

/* ---- objects */

static void put_lines(CliOutput *out, const char *label, const char *value, int indent)
{
    int used = MAX(LABEL_WIDTH, indent + text_width(label)) + GAP;
    g_auto(GStrv) lines = text_wrap(value, MAX(20, out->width - used));
    cli_put_format(out, "%*s", indent, "");
    put_coloured(out, "2", label);
    cli_put_format(out, "%*s", used - indent - text_width(label), "");
    for (char **line = lines; *line; line++)
        cli_put_format(out, "%*s%s\n", line == lines ? 0 : used, "", *line);
}

void cli_put_pair(CliOutput *out, const char *label, const char *value)
{
    if (!value || !*value)
        return;
    if (out->mode == MODE_PEOPLE) {
        put_lines(out, label, value, 0);
        return;
    }
    g_autofree char *line = text_clean(value, -1, TEXT_LINE);
    cli_put_format(out, "%s\t%s\n", label, line);
}

void cli_put_heading(CliOutput *out, const char *text)
{
    if (out->mode != MODE_PEOPLE)
        return;
    put_coloured(out, "1", text);
    cli_put(out, "\n");
}

/* As people read it: names of choices, yes and no, local times. */
static char *people_text(const Field *field, const void *object)
{
    const void *at = field_at(field, object);
    switch (field->type) {
    case FIELD_ENUM:
        return g_strdup(enum_label(field->values, *(const int *)at));
    case FIELD_BOOL:
        return g_strdup(*(const bool *)at ? _("yes") : _("no"));
    case FIELD_TIME:
        return cli_when(*(const gint64 *)at, true);
    case FIELD_MONEY:
        return money_format(at);
    default:
        return field_to_text(field, object);
    }
}

/* Fields that no person is shown have no label; a false that nobody asked about says nothing. */
static bool is_shown(const CliOutput *out, const Field *field, const void *object)
{
    if (!field_is_set(field, object) || field->flags & FIELD_SECRET)
        return false;
    return out->mode == MODE_PLAIN || field->label || field->type == FIELD_OBJECT;
}

/* Plain: "lead.contact.city" and the value, for each. */
static void put_names(CliOutput *out, const FieldTable *table, const void *object,
                      const char *prefix)
{
    for (size_t i = 0; i < table->n_fields; i++) {
        const Field *field = &table->fields[i];
        if (!is_shown(out, field, object))
            continue;
        g_autofree char *name = g_strconcat(prefix, field->name, NULL);
        g_autofree char *inner = g_strconcat(name, ".", NULL);
        g_autofree char *text = field_to_text(field, object);
        if (field->type == FIELD_OBJECT)
            put_names(out, field->object, field_at(field, object), inner);
        else
            cli_put_pair(out, name, text);
    }
}

/* People: an object with a label is a heading with its fields below. */
static void put_labels(CliOutput *out, const FieldTable *table, const void *object, int indent)
{
    for (size_t i = 0; i < table->n_fields; i++) {
        const Field *field = &table->fields[i];
        if (!is_shown(out, field, object))
            continue;
        if (field->type == FIELD_OBJECT) {
            if (field->label)
                cli_put_format(out, "%*s%s\n", indent, "", _(field->label));
            put_labels(out, field->object, field_at(field, object),
                       indent + (field->label ? INDENT : 0));
            continue;
        }
        g_autofree char *raw = people_text(field, object);
        g_autofree char *clean = text_clean(raw, -1, TEXT_MULTILINE);
        if (*clean)
            put_lines(out, _(field->label), clean, indent);
    }
}

void cli_put_object(CliOutput *out, const FieldTable *table, const void *object)
{
    if (out->mode == MODE_PLAIN) {
        put_names(out, table, object, "");
    } else if (out->mode == MODE_PEOPLE) {
        put_labels(out, table, object, 0);
    } else {
        json_put_object(out->text, table, object);
        cli_put(out, "\n");
    }
}

char *cli_when(gint64 ms, bool roomy)
{
    if (ms == 0)
        return g_strdup("");
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_local(ms / MS_PER_SECOND);
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_local(clock_now() / MS_PER_SECOND);
    bool this_year = g_date_time_get_year(at) == g_date_time_get_year(now);
    g_autofree char *text = g_date_time_format(at, roomy       ? "%a %d %b %Y %H:%M"
                                                   : this_year ? "%d %b %H:%M"
                                                               : "%Y-%m-%d");
    return text_clean(text, -1, TEXT_LINE);
}
