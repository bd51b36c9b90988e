/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reports. Those of the member are made from the cache and there offline: a row is somebody, a figure of it opens the leads
 * that it stands for. Those of a group are asked of the server, each time that they are shown. Nobody is ranked unless it is
 * asked for: the order is that of names (R122).
 */
#include "reports.h"

#include "account.h"
#include "bars.h"
#include "leads.h"
#include "page.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/account.h"
#include "client/cache_groups.h"
#include "model/group_report.h"

#include <inttypes.h>
#include <string.h>

#define SPARK_MONTHS 13
#define NAME_MIN 10

static const EnumValue sort_values[] = {
    { REPORTS_BY_NAME, "name", N_("name") },
    { REPORTS_BY_GIVEN, "given", N_("given, most first") },
    { REPORTS_BY_RECEIVED, "received", N_("received, most first") },
    { REPORTS_BY_BALANCE, "balance", N_("given beyond received, most first") },
    { REPORTS_BY_LAST, "last", N_("the last lead, newest first") },
    { REPORTS_BY_FIGURE, "figure", N_("number of leads, most first") },
};
const EnumTable report_sorts = ENUM_TABLE("report_sort", sort_values);

typedef struct ReportsView {
    View view;
    ReportKind kind;
    char *from, *to, *period_name; /* as asked for; NULL: 12 months until now */
    ReportSort sort;
    Report report;
    bool made;
    GPtrArray *order; /* the report's rows, as they are shown */
    guint cursor, top;
    char *at;      /* name of the row under the cursor: it stays there */
    bool received; /* the figure that Enter opens */
    Uuid group;    /* of a report of a group; nil: the first one */
    guint asking;  /* number of the question that is not answered yet; 0 none */
    char *trouble; /* why there is no answer */
} ReportsView;

/* ---- reading */

static const Party *party_of(const ReportsView *reports, void *row)
{
    return report_row_party(&reports->report, row).party;
}

static gint64 figure(const ReportsView *reports, const void *row)
{
    const GiveTakeRow *one = row;
    switch (reports->sort) {
    case REPORTS_BY_GIVEN:
        return one->sum.gave;
    case REPORTS_BY_RECEIVED:
        return one->sum.took;
    case REPORTS_BY_BALANCE:
        return one->sum.gave - one->sum.took;
    case REPORTS_BY_LAST:
        return MAX(one->last_gave, one->last_took);
    case REPORTS_BY_FIGURE:
        return reports->kind == REPORT_REASONS ? ((const ReasonRow *)row)->n
                                               : ((const SpeedRow *)row)->picked_up;
    case REPORTS_BY_NAME:
        break;
    }
    return 0;
}

static bool sort_fits(ReportKind kind, ReportSort sort)
{
    if (report_type(kind)->group)
        return sort == REPORTS_BY_NAME;
    return sort == REPORTS_BY_NAME || (sort == REPORTS_BY_FIGURE) == (kind != REPORT_GIVE_TAKE);
}

/* Rows of one figure stay in the order of names that the report has. */
static void sort_rows(ReportsView *reports)
{
    GPtrArray *rows = reports->report.rows, *order = g_ptr_array_new();
    for (guint i = 0; i < rows->len; i++) {
        gint64 mine = figure(reports, rows->pdata[i]);
        guint at = order->len;
        while (at > 0 && figure(reports, order->pdata[at - 1]) < mine)
            at--;
        g_ptr_array_insert(order, (gint)at, rows->pdata[i]);
    }
    g_clear_pointer(&reports->order, g_ptr_array_unref);
    reports->order = order;
}

static void *current(const ReportsView *reports)
{
    return reports->order && reports->cursor < reports->order->len
               ? reports->order->pdata[reports->cursor]
               : NULL;
}

static void remember(ReportsView *reports)
{
    void *row = current(reports);
    g_free(reports->at);
    reports->at = row ? report_row_key(&reports->report, row) : NULL;
}

static void find_cursor(ReportsView *reports)
{
    for (guint i = 0; reports->at && i < reports->order->len; i++) {
        g_autofree char *key = report_row_key(&reports->report, reports->order->pdata[i]);
        if (strcmp(key, reports->at) == 0)
            reports->cursor = i;
    }
    reports->cursor = MIN(reports->cursor, reports->order->len ? reports->order->len - 1 : 0);
    remember(reports);
}

static void forget(ReportsView *reports)
{
    g_clear_pointer(&reports->order, g_ptr_array_unref);
    report_clear(&reports->report);
    reports->made = false;
}

static void take_report(ReportsView *reports)
{
    reports->made = true;
    if (!sort_fits(reports->kind, reports->sort))
        reports->sort = REPORTS_BY_NAME;
    sort_rows(reports);
    find_cursor(reports);
}

/* ---- of a group: asked of the server */

typedef struct Question {
    App *app;
    guint number;
} Question;

static ReportsView *view_of(App *app)
{
    return (ReportsView *)app->views[VIEW_REPORTS];
}

static void on_answer(const AccountAnswer *answer, gpointer data)
{
    g_autofree Question *question = data;
    ReportsView *reports = view_of(question->app);
    if (!reports || reports->asking != question->number)
        return;
    reports->asking = 0;
    forget(reports);
    if (answer->error) {
        g_autofree char *words = account_words(answer->error);
        reports->trouble = text_clean(words, -1, TEXT_LINE);
    } else {
        reports->report = *answer->report;
        *answer->report = (Report){ 0 };
        take_report(reports);
    }
    app_dirty(question->app, DIRTY_BODY | DIRTY_STATUS);
}

/* The one that was chosen, or the first. */
static bool find_group(ReportsView *reports, GError **error)
{
    g_autoptr(GPtrArray) groups = cache_groups(client_cache(reports->view.app->client), error);
    if (!groups)
        return false;
    for (guint i = 0; i < groups->len; i++)
        if (uuid_equal(&((Group *)groups->pdata[i])->id, &reports->group))
            return true;
    if (groups->len == 0)
        return problem_set(error, PROBLEM_NOT_FOUND, "%s", _("You belong to no group."));
    reports->group = ((Group *)groups->pdata[0])->id;
    return true;
}

static bool ask(ReportsView *reports, GError **error)
{
    static guint number;
    App *app = reports->view.app;
    bool own = report_type(reports->kind)->window == WINDOW_OWN;
    forget(reports);
    g_clear_pointer(&reports->trouble, g_free);
    if (!find_group(reports, error)) {
        reports->trouble = g_strdup((*error)->message);
        return false;
    }
    Question *question = g_new(Question, 1);
    *question = (Question){ app, ++number };
    reports->asking = number;
    AccountInput input = { .id = reports->group,
                           .report = reports->kind,
                           .from = own ? NULL : reports->from,
                           .to = own ? NULL : reports->to };
    client_account_ask(app->client, ACCOUNT_REPORT, &input, on_answer, question, g_free);
    return true;
}

/* False: from and to are no period. */
static bool make(ReportsView *reports, GError **error)
{
    App *app = reports->view.app;
    g_auto(FieldErrors) errors;
    g_auto(ReportPeriod) period = { 0 };
    g_autofree char *zone = report_local_zone();
    field_errors_init(&errors);
    if (!report_period(&period, clock_now(), reports->from, reports->to, zone, &errors))
        return problem_set(error, PROBLEM_BAD_INPUT, "%s",
                           ((FieldError *)errors.items->pdata[0])->detail);
    reports->asking = 0;
    if (report_type(reports->kind)->group)
        return ask(reports, error);
    forget(reports);
    if (!cache_report(client_cache(app->client), reports->kind, &period, clock_now(), NULL,
                      &reports->report, error)) {
        report_clear(&reports->report);
        return false;
    }
    take_report(reports);
    return true;
}

static void read_again(ReportsView *reports)
{
    g_autoptr(GError) error = NULL;
    if (!make(reports, &error) && !problem_is(error, PROBLEM_NOT_FOUND))
        app_complain_error(reports->view.app, error);
    app_dirty(reports->view.app, DIRTY_BODY | DIRTY_STATUS);
}

static View *create(App *app)
{
    ReportsView *reports = g_new0(ReportsView, 1);
    reports->view = (View){ .ops = &reports_view, .app = app };
    reports->kind = REPORT_GIVE_TAKE;
    reports->sort = REPORTS_BY_NAME;
    return &reports->view;
}

static void destroy(View *view)
{
    ReportsView *reports = (ReportsView *)view;
    forget(reports);
    g_free(reports->from);
    g_free(reports->to);
    g_free(reports->period_name);
    g_free(reports->at);
    g_free(reports->trouble);
    g_free(view);
}

static void show(View *view)
{
    const ReportsView *reports = (ReportsView *)view;
    if (view->stale || (!reports->made && !reports->asking))
        read_again((ReportsView *)view);
    view->stale = false;
}

static void changed(View *view, unsigned what)
{
    unsigned of = report_type(((ReportsView *)view)->kind)->group ? CLIENT_GROUPS
                                                                  : CLIENT_LEADS | CLIENT_PARTNERS;
    if (what & of)
        read_again((ReportsView *)view);
}

/* ---- what is on the screen: columns of texts, figures to the right */

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

static char *name_text(const ReportsView *reports, void *row)
{
    const char *name = party_of(reports, row)->name;
    return name && *name ? text_clean(name, -1, TEXT_LINE) : g_strdup(_("(gone)"));
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
    cells[n++] = (Cell){ ROLE_NORMAL, name_text(reports, row) };
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
    if (reports->kind == REPORT_GIVE_TAKE)
        give_take_cells(reports, layout, row, cells);
    else
        plain_cells(reports, layout, row, cells);
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
    void *row = current(reports);
    page_rule(page);
    if (reports->report.type->group) {
        put_group(reports, page);
    } else if (row) {
        RowParty whom = report_row_party(&reports->report, row);
        g_autofree char *name = name_text(reports, row);
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

static char *period_text(const ReportsView *reports)
{
    const ReportHead *head = &reports->report.head;
    g_autofree char *from = report_day(head->from, head->time_zone),
                    *to = report_day(head->to, head->time_zone);
    return g_strdup_printf(_("%s to %s"), from, to);
}

static void draw_title(const ReportsView *reports, Rect r)
{
    const ReportType *type = reports->report.type;
    g_autofree char *period = period_text(reports);
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

static void total_cells(const ReportsView *reports, const Layout *layout, GiveTakeRow *row,
                        Cell *cells)
{
    plain_cells(reports, layout, row, cells);
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
    (reports->kind == REPORT_GIVE_TAKE ? give_take_cells : total_cells)(
        reports, layout, reports->report.totals->pdata[0], cells);
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

static void draw(View *view, bool all)
{
    ReportsView *reports = (ReportsView *)view;
    Rect r = view->body;
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

static void moved(View *view, Move move)
{
    ReportsView *reports = (ReportsView *)view;
    int last = reports->order && reports->order->len ? (int)reports->order->len - 1 : 0;
    reports->cursor = (guint)CLAMP((int)reports->cursor + move_lines(move, view->body.h - 3), 0,
                                   last);
    remember(reports);
    app_dirty(view->app, DIRTY_BODY | DIRTY_STATUS);
}

/* The leads that the figure stands for. */
static void open_figure(View *view)
{
    ReportsView *reports = (ReportsView *)view;
    void *row = current(reports);
    if (!row)
        return;
    if (reports->report.type->group) {
        app_say(view->app, "%s",
                _("A report of a group has no leads of yours behind its figures."));
        return;
    }
    const Party *party = party_of(reports, row);
    ReferralBox box = reports->kind == REPORT_REASONS ? ((ReasonRow *)row)->box
                      : reports->kind == REPORT_SPEED ? ((SpeedRow *)row)->box
                      : reports->received             ? BOX_INBOX
                                                      : BOX_SENT;
    if (uuid_is_nil(&party->account)) {
        app_say(view->app, "%s", _("This one has no account: look in Sent for the name."));
        return;
    }
    g_autofree char *name = name_text(reports, row), *period = period_text(reports);
    g_autofree char *label = g_strdup_printf("%s, %s", name, period);
    Uuid account = party->account;
    leads_show_only(view->app, box, &account, reports->report.head.from, reports->report.head.to,
                    label);
    if (reports->kind == REPORT_REASONS)
        leads_limit(view->app, "~x");
}

static void status(View *view, GString *out)
{
    ReportsView *reports = (ReportsView *)view;
    if (!reports->made)
        return;
    guint n = reports->order->len;
    g_string_append_printf(out, _("%u of %u"), n ? reports->cursor + 1 : 0, n);
    if (reports->sort != REPORTS_BY_NAME)
        g_string_append_printf(out, _("   sort: %s"), enum_code(&report_sorts, reports->sort));
    if (reports->period_name)
        g_string_append_printf(out, "   %s", reports->period_name);
}

static const char *const footer[] = { "open",           "other-figure", "report-period",
                                      "another-report", "sort-report",  "pipe-report",
                                      "command",        "back",         NULL };

const ViewOps reports_view = {
    .title = N_("Reports"),
    .footer = footer,
    .contexts = CTX_BIT(CTX_LIST) | CTX_BIT(CTX_REPORT),
    .create = create,
    .destroy = destroy,
    .show = show,
    .draw = draw,
    .changed = changed,
    .moved = moved,
    .open = open_figure,
    .status = status,
};

/* ---- for the commands */

static ReportsView *shown(App *app)
{
    View *view = app_view(app);
    return view->ops == &reports_view ? (ReportsView *)view : NULL;
}

const Report *reports_current(App *app)
{
    ReportsView *reports = shown(app);
    return reports && reports->made ? &reports->report : NULL;
}

ReportKind reports_kind(App *app)
{
    ReportsView *reports = shown(app);
    return reports ? reports->kind : 0;
}

void reports_show(App *app, ReportKind kind)
{
    app_show(app, VIEW_REPORTS);
    ReportsView *reports = shown(app);
    if (!reports || reports->kind == kind)
        return;
    reports->kind = kind;
    reports->cursor = reports->top = 0;
    g_clear_pointer(&reports->at, g_free);
    read_again(reports);
}

void reports_show_group(App *app, ReportKind kind, const Uuid *group)
{
    app_show(app, VIEW_REPORTS);
    ReportsView *reports = shown(app);
    if (!reports)
        return;
    reports->group = *group;
    reports->kind = kind;
    reports->cursor = reports->top = 0;
    g_clear_pointer(&reports->at, g_free);
    read_again(reports);
}

bool reports_next_group(App *app)
{
    ReportsView *reports = shown(app);
    if (!reports || !report_type(reports->kind)->group)
        return false;
    g_autoptr(GPtrArray) groups = cache_groups(client_cache(app->client), NULL);
    guint n = groups ? groups->len : 0, at = 0;
    for (guint i = 0; i < n; i++)
        if (uuid_equal(&((Group *)groups->pdata[i])->id, &reports->group))
            at = i;
    if (n < 2)
        return false;
    reports_show_group(app, reports->kind, &((Group *)groups->pdata[(at + 1) % n])->id);
    return true;
}

bool reports_set_period(App *app, const char *from, const char *to, const char *name,
                        GError **error)
{
    ReportsView *reports = shown(app);
    if (!reports)
        return true;
    char *old_from = reports->from, *old_to = reports->to;
    reports->from = g_strdup(from);
    reports->to = g_strdup(to);
    app_dirty(app, DIRTY_BODY | DIRTY_STATUS);
    if (make(reports, error)) {
        g_free(old_from);
        g_free(old_to);
        g_free(reports->period_name);
        reports->period_name = g_strdup(name);
        return true;
    }
    g_free(reports->from);
    g_free(reports->to);
    reports->from = old_from;
    reports->to = old_to;
    make(reports, NULL);
    return false;
}

ReportSort reports_sort(App *app)
{
    ReportsView *reports = shown(app);
    return reports ? reports->sort : REPORTS_BY_NAME;
}

bool reports_set_sort(App *app, ReportSort sort)
{
    ReportsView *reports = shown(app);
    if (!reports || !reports->made || !sort_fits(reports->kind, sort))
        return false;
    reports->sort = sort;
    reports->cursor = reports->top = 0;
    sort_rows(reports);
    remember(reports);
    app_dirty(app, DIRTY_BODY | DIRTY_STATUS);
    return true;
}

bool reports_sort_fits(App *app, ReportSort sort)
{
    ReportsView *reports = shown(app);
    return reports && sort_fits(reports->kind, sort);
}

void reports_other_figure(App *app)
{
    ReportsView *reports = shown(app);
    if (!reports)
        return;
    reports->received = !reports->received;
    app_dirty(app, DIRTY_BODY);
}
