/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A report on the screen: columns of texts, figures to the right, below them the row under the cursor in words. */
#include "reports_private.h"

#include "bars.h"
#include "page.h"

#include "base/i18n.h"
#include "base/text.h"
#include "model/group_report.h"

#include <inttypes.h>

#define SPARK_MONTHS 13
#define NAME_MIN 10

/* ---- columns and their cells */

typedef struct Cell {
    Role role;
    char *text;
} Cell;

typedef struct Column {
    const char *head;
    int width;
    bool right;
    bool part; /* belongs to the one before it: no blank between */
} Column;

#define COLUMNS_MAX 20

typedef struct Layout {
    Column columns[COLUMNS_MAX];
    int n;
    int bar, spark;                      /* cells, 0 none */
    const ReportColumn *of[COLUMNS_MAX]; /* of the plain reports */
} Layout;

static void add(Layout *layout, const char *head, int width, bool right)
{
    g_assert(layout->n < COLUMNS_MAX);
    layout->columns[layout->n++] = (Column){ .head = head, .width = width, .right = right };
}

static void add_bar(Layout *layout)
{
    if (layout->bar > 0)
        add(layout, "", layout->bar, false);
}

static int used(const Layout *layout)
{
    int cells = layout->n - 1;
    for (int i = 0; i < layout->n; i++)
        cells += layout->columns[i].width;
    return cells;
}

static int months_shown(const ReportsView *reports)
{
    return (int)MIN(reports->report.period.months->len, SPARK_MONTHS);
}

static Layout give_take_layout(const ReportsView *reports, int width)
{
    Layout layout = { .bar = width >= 96   ? 10
                             : width >= 76 ? 6
                                           : 0,
                      .spark = width >= 56 ? months_shown(reports) : 0 };
    add(&layout, _("Partner"), 0, false);
    add(&layout, _("Given"), 6, true);
    add_bar(&layout);
    add(&layout, _("Recvd"), 6, true);
    add_bar(&layout);
    add(&layout, _("Ratio"), 7, true);
    add(&layout, "", 1, false);
    if (layout.spark > 0)
        add(&layout, _("Recvd monthly"), layout.spark, false);
    layout.columns[0].width = MAX(NAME_MIN, MIN(34, width - used(&layout)));
    return layout;
}

/* Columns of the report's table: texts are narrowed first, then the last ones go. */
static Layout plain_layout(const ReportsView *reports, int width)
{
    Layout layout = { 0 };
    const ReportType *type = reports->report.type;
    int texts = 0;
    for (size_t i = 0; i < type->n_columns; i++) {
        bool number = report_column_is_number(type, &type->columns[i]);
        layout.of[layout.n] = &type->columns[i];
        add(&layout, _(type->columns[i].head), type->columns[i].width, number);
        texts += !number;
    }
    while (used(&layout) > width && layout.n > 2) {
        int over = used(&layout) - width, each = (over + texts - 1) / MAX(texts, 1);
        bool narrowed = false;
        for (int i = 0; i < layout.n; i++) {
            int less = layout.columns[i].right
                           ? 0
                           : MIN(each, MAX(0, layout.columns[i].width - NAME_MIN));
            layout.columns[i].width -= less;
            narrowed = narrowed || less > 0;
        }
        if (!narrowed)
            layout.n--;
    }
    return layout;
}

static Layout layout_of(const ReportsView *reports, int width)
{
    return reports->kind == REPORT_GIVE_TAKE ? give_take_layout(reports, width)
                                             : plain_layout(reports, width);
}

static char *number_text(gint64 n)
{
    return g_strdup_printf("%" PRId64, n);
}

/* Of all rows: bars and sparklines of one screen can be compared. */
static gint64 most_given(const ReportsView *reports, bool month)
{
    gint64 most = 0;
    for (guint i = 0; i < reports->report.rows->len; i++) {
        const GiveTakeRow *row = reports->report.rows->pdata[i];
        if (!month)
            most = MAX(most, MAX(row->sum.gave, row->sum.took));
        for (guint k = 0; month && k < reports->report.period.months->len; k++)
            most = MAX(most, MAX(row->gave_months[k], row->took_months[k]));
    }
    return most;
}

static char *spark(const ReportsView *reports, const gint64 *months)
{
    guint n = reports->report.period.months->len, shown = (guint)months_shown(reports);
    return spark_text(months + n - shown, shown, most_given(reports, true));
}

static void give_take_cells(const ReportsView *reports, const Layout *layout, GiveTakeRow *row,
                            Cell *cells)
{
    gint64 most = most_given(reports, false);
    int n = 0;
    cells[n++] = (Cell){ ROLE_NORMAL, reports_name(reports, row) };
    cells[n++] = (Cell){ ROLE_NORMAL, number_text(row->sum.gave) };
    if (layout->bar)
        cells[n++] = (Cell){ ROLE_GAVE, bar_text(row->sum.gave, most, layout->bar) };
    cells[n++] = (Cell){ ROLE_NORMAL, number_text(row->sum.took) };
    if (layout->bar)
        cells[n++] = (Cell){ ROLE_TOOK, bar_text(row->sum.took, most, layout->bar) };
    cells[n++] = (Cell){ ROLE_NORMAL, g_strdup(row->ratio) };
    cells[n++] = (Cell){ ROLE_ALERT, g_strdup(row->one_sided ? "!" : "") };
    if (layout->spark)
        cells[n++] = (Cell){ ROLE_TOOK, spark(reports, row->took_months) };
}

static void plain_cells(const ReportsView *reports, const Layout *layout, void *row, Cell *cells)
{
    for (int i = 0; i < layout->n; i++) {
        char *text = report_cell(&reports->report, layout->of[i], row);
        if (!*text && g_str_has_suffix(layout->of[i]->field, ".name")) {
            g_free(text);
            text = g_strdup(_("(gone)"));
        }
        cells[i] = (Cell){ ROLE_NORMAL, text };
    }
}

static void row_cells(const ReportsView *reports, const Layout *layout, void *row, Cell *cells)
{
    if (reports->kind == REPORT_GIVE_TAKE)
        give_take_cells(reports, layout, row, cells);
    else
        plain_cells(reports, layout, row, cells);
}

/* The figure that Enter opens, as a column of the layout. */
static int opened_column(const ReportsView *reports, const Layout *layout)
{
    if (reports->kind != REPORT_GIVE_TAKE)
        return -1;
    return reports->received ? (layout->bar ? 3 : 2) : 1;
}

static void draw_cells(Rect r, int row, const Layout *layout, const Cell *cells, Role all, int mark)
{
    int col = 0;
    for (int i = 0; i < layout->n; i++) {
        const Column *column = &layout->columns[i];
        Role role = all != ROLE_NORMAL ? all : cells[i].role;
        g_autofree char *marked = i == mark ? g_strdup_printf("[%s]", cells[i].text) : NULL;
        const char *text = marked ? marked : cells[i].text;
        if (i > 0)
            col = draw_field(r, row, col, 1, all, "");
        col = (column->right ? draw_right : draw_field)(r, row, col, column->width, role, text);
    }
    draw_rest(r, row, col, all);
}

static void draw_names(const Layout *layout, Rect r, int row)
{
    int col = 0;
    for (int i = 0; i < layout->n; i++) {
        const Column *column = &layout->columns[i];
        if (i > 0)
            col = draw_field(r, row, col, 1, ROLE_HEADING, "");
        col = (column->right ? draw_right : draw_field)(r, row, col, column->width, ROLE_HEADING,
                                                        column->head);
    }
    draw_rest(r, row, col, ROLE_HEADING);
}

static void draw_row(const ReportsView *reports, Rect r, int line, const Layout *layout,
                     guint index)
{
    Cell cells[COLUMNS_MAX] = { { 0 } };
    void *row = reports->order->pdata[index];
    bool on = index == reports->cursor;
    row_cells(reports, layout, row, cells);
    draw_cells(r, line, layout, cells, on ? ROLE_CURSOR : ROLE_NORMAL,
               on ? opened_column(reports, layout) : -1);
    for (int i = 0; i < layout->n; i++)
        g_free(cells[i].text);
}

/* ---- the row under the cursor in words */

static void put_way(const ReportsView *reports, Page *page, const char *label, gint64 n,
                    gint64 leads, gint64 not, gint64 waiting, const char *share, gint64 last)
{
    g_autofree char *day = report_day(last, reports->report.head.time_zone);
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(
        text, _("%" PRId64 ": %" PRId64 " confirmed, %" PRId64 " not leads, %" PRId64 " waiting"),
        n, leads, not, waiting);
    if (share)
        g_string_append_printf(text, _("; %s of the decided are leads"), share);
    if (*day)
        g_string_append_printf(text, _("; last %s"), day);
    page_pair(page, 10, label, ROLE_NORMAL, text->str);
}

static void put_give_take(const ReportsView *reports, Page *page, const GiveTakeRow *row)
{
    const GiveTake *sum = &row->sum;
    put_way(reports, page, _("Given"), sum->gave, sum->gave_confirmed, sum->gave_rejected,
            row->gave_waiting, row->gave_share, row->last_gave);
    put_way(reports, page, _("Received"), sum->took, sum->took_confirmed, sum->took_rejected,
            row->took_waiting, row->took_share, row->last_took);
    g_autofree char *gave = spark(reports, row->gave_months),
                    *took = spark(reports, row->took_months);
    const char *const *labels = (const char *const *)reports->report.period.labels;
    guint n = reports->report.period.months->len;
    page_line(page);
    page_span(page, ROLE_LABEL, _("By month"));
    if (page_width(page) >= 72)
        page_span_at(page, 10, ROLE_NORMAL, labels[n - (guint)months_shown(reports)]);
    page_span(page, ROLE_NORMAL, _("  given |"));
    page_span(page, ROLE_GAVE, gave);
    page_span(page, ROLE_NORMAL, _("|  received |"));
    page_span(page, ROLE_TOOK, took);
    page_span(page, ROLE_NORMAL, "|  ");
    if (page_width(page) >= 72)
        page_span(page, ROLE_NORMAL, labels[n - 1]);
    if (row->one_sided)
        page_text(page, ROLE_ALERT, _("You gave two or more and received none."));
    else if (row->trend)
        page_format(page, ROLE_NORMAL, _("What comes from them: %s."),
                    enum_label(&trends, row->trend));
}

/* What the figures are of, and what has no column. */
static void put_group(const ReportsView *reports, Page *page)
{
    g_autofree char *line = report_group_line(&reports->report.head);
    g_autofree char *foot = group_report_foot(&reports->report);
    page_text(page, ROLE_NORMAL, line);
    if (foot)
        page_text(page, ROLE_NORMAL, foot);
}

#define CAUTION_LINES 24 /* with fewer a word of it stands in the title */

static Page *detail_page(const ReportsView *reports, int width)
{
    Page *page = page_new(width);
    void *row = reports_row(reports);
    page_rule(page);
    if (reports->report.type->group) {
        put_group(reports, page);
    } else if (row) {
        RowParty whom = report_row_party(&reports->report, row);
        g_autofree char *name = reports_name(reports, row);
        page_format(page, ROLE_HEADING, "%s%s%s (%s)", name, whom.party->company_name ? ", " : "",
                    whom.party->company_name ? whom.party->company_name : "",
                    enum_label(&standings, *whom.standing));
    }
    if (row && reports->kind == REPORT_GIVE_TAKE)
        put_give_take(reports, page, row);
    if (reports->report.head.caution && reports->view.body.h >= CAUTION_LINES)
        page_text(page, ROLE_LABEL, _(reports->report.head.caution));
    return page;
}

/* ---- drawing */

static void draw_title(const ReportsView *reports, Rect r)
{
    const ReportType *type = reports->report.type;
    g_autofree char *period = reports_period(reports);
    const char *group = reports->report.head.group.name;
    g_autofree char *of = group ? text_clean(group, -1, TEXT_LINE) : NULL;
    int col = draw_format(r, 0, 0, ROLE_HEADING, "%s%s%s", _(type->title), of ? ": " : "",
                          of ? of : "");
    col = draw_format(r, 0, col, ROLE_NORMAL, "   %s", period);
    if (reports->kind == REPORT_GIVE_TAKE && reports->view.body.h < CAUTION_LINES)
        col = draw_format(r, 0, col, ROLE_LABEL, "   %s", _("(a ratio alone misleads)"));
    else if (r.w >= 70)
        col = draw_format(r, 0, col, ROLE_LABEL, "   %s", reports->report.head.time_zone);
    draw_rest(r, 0, col, ROLE_NORMAL);
}

/* A line of it stands below the rows. */
static bool has_total(const ReportsView *reports)
{
    return (reports->kind == REPORT_GIVE_TAKE || reports->report.type->group) &&
           reports->report.totals->len > 0;
}

static void draw_total(const ReportsView *reports, Rect r, int line, const Layout *layout)
{
    Cell cells[COLUMNS_MAX] = { { 0 } };
    if (!has_total(reports))
        return;
    row_cells(reports, layout, reports->report.totals->pdata[0], cells);
    g_free(cells[0].text);
    cells[0].text = g_strdup(_("All"));
    for (int i = 0; i < layout->n; i++)
        if (cells[i].role != ROLE_NORMAL) { /* bars of all would be longer than all */
            g_free(cells[i].text);
            cells[i].text = g_strdup("");
        }
    draw_cells(r, line, layout, cells, ROLE_HEADING, -1);
    for (int i = 0; i < layout->n; i++)
        g_free(cells[i].text);
}

static void draw_rows(ReportsView *reports, Rect r, const Layout *layout)
{
    guint h = (guint)MAX(1, r.h);
    reports->top = MIN(reports->top, reports->cursor);
    if (reports->cursor >= reports->top + h)
        reports->top = reports->cursor - h + 1;
    for (guint i = 0; i < h && reports->top + i < reports->order->len; i++)
        draw_row(reports, r, (int)i, layout, reports->top + i);
}

static void draw_nothing(ReportsView *reports, Rect r)
{
    g_autoptr(Page) page = page_new(r.w - 2);
    page_text(page, ROLE_NORMAL,
              reports->made ? _("Nothing of this kind happened in the period. D chooses another.")
              : reports->asking  ? _("The server is asked for this report.")
              : reports->trouble ? _("Reports of groups are made by the server, which gave none:")
                                 : _("There is nothing to report yet."));
    if (reports->trouble)
        page_text(page, ROLE_ALERT, reports->trouble);
    page_draw(page, rect_sub(r, 1, r.h > 4 ? 2 : 1, r.w - 2, page_lines(page)), 0);
}

void reports_draw(ReportsView *reports)
{
    Rect r = reports->view.body;
    draw_fill(r, ROLE_NORMAL);
    if (reports->made)
        draw_title(reports, rect_sub(r, 0, 0, r.w, 1));
    if (!reports->made || reports->order->len == 0) {
        draw_nothing(reports, r);
        return;
    }
    Layout layout = layout_of(reports, r.w);
    g_autoptr(Page) detail = detail_page(reports, r.w - 2);
    int below = r.h >= 14 ? page_lines(detail) : 0;
    int total = has_total(reports) && r.h > 6 ? 1 : 0;
    draw_names(&layout, rect_sub(r, 0, 1, r.w, 1), 0);
    Rect rows = rect_sub(r, 0, 2, r.w, r.h - 2 - below - total);
    draw_rows(reports, rows, &layout);
    if (total)
        draw_total(reports, rect_sub(r, 0, rows.y - r.y + rows.h, r.w, 1), 0, &layout);
    page_draw(detail, rect_sub(r, 1, r.h - below, r.w - 2, below), 0);
}
