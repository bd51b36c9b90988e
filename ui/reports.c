/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reports. Those of the member are made from the cache and there offline: a row is somebody, a figure of it opens the leads
 * that it stands for. Those of a group are asked of the server, each time that they are shown. Nobody is ranked unless it is
 * asked for: the order is that of names (R122).
 */
#include "reports.h"

#include "account.h"
#include "leads.h"
#include "reports_private.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/account.h"
#include "client/cache_groups.h"

#include <string.h>

static const EnumValue sort_values[] = {
    { REPORTS_BY_NAME, "name", N_("name") },
    { REPORTS_BY_GIVEN, "given", N_("given, most first") },
    { REPORTS_BY_RECEIVED, "received", N_("received, most first") },
    { REPORTS_BY_BALANCE, "balance", N_("given beyond received, most first") },
    { REPORTS_BY_LAST, "last", N_("the last lead, newest first") },
    { REPORTS_BY_FIGURE, "figure", N_("number of leads, most first") },
};
const EnumTable report_sorts = ENUM_TABLE("report_sort", sort_values);

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

void *reports_row(const ReportsView *reports)
{
    return reports->order && reports->cursor < reports->order->len
               ? reports->order->pdata[reports->cursor]
               : NULL;
}

char *reports_name(const ReportsView *reports, void *row)
{
    const char *name = party_of(reports, row)->name;
    return name && *name ? text_clean(name, -1, TEXT_LINE) : g_strdup(_("(gone)"));
}

char *reports_period(const ReportsView *reports)
{
    const ReportHead *head = &reports->report.head;
    g_autofree char *from = report_day(head->from, head->time_zone),
                    *to = report_day(head->to, head->time_zone);
    return g_strdup_printf(_("%s to %s"), from, to);
}

static void remember(ReportsView *reports)
{
    void *row = reports_row(reports);
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

static void draw(View *view, bool all)
{
    reports_draw((ReportsView *)view);
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
    void *row = reports_row(reports);
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
    g_autofree char *name = reports_name(reports, row), *period = reports_period(reports);
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

static const char *const footer[] = {
    "open",        "other-figure", "report-period", "another-report", "report-group",
    "sort-report", "pipe-report",  "command",       "back",           NULL
};

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

/* Groups of this user, where the report of one is shown; *at: which it is. NULL: none is. */
static GPtrArray *groups_of(const ReportsView *reports, guint *at)
{
    if (!reports || !report_type(reports->kind)->group)
        return NULL;
    GPtrArray *groups = cache_groups(client_cache(reports->view.app->client), NULL);
    *at = 0;
    for (guint i = 0; groups && i < groups->len; i++)
        if (uuid_equal(&((Group *)groups->pdata[i])->id, &reports->group))
            *at = i;
    return groups;
}

bool reports_has_other_group(App *app)
{
    guint at;
    g_autoptr(GPtrArray) groups = groups_of(shown(app), &at);
    return groups && groups->len > 1;
}

void reports_next_group(App *app)
{
    ReportsView *reports = shown(app);
    guint at;
    g_autoptr(GPtrArray) groups = groups_of(reports, &at);
    if (groups && groups->len > 1)
        reports_show_group(app, reports->kind,
                           &((Group *)groups->pdata[(at + 1) % groups->len])->id);
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
