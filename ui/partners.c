/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Partners: who gives what and who takes. What the view holds, and what happens
 * to it. */
#include "partners.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/network.h"
#include "leads.h"
#include "partners_private.h"
#include "screen.h"

#include <inttypes.h>
#include <string.h>

/* ---- what is counted */

typedef enum Period {
    PERIOD_YEAR = 1,
    PERIOD_HALF,
    PERIOD_QUARTER,
    PERIOD_MONTH,
    PERIOD_ALL
} Period;

static const EnumValue period_values[] = {
    { PERIOD_YEAR, "12m", N_("12 months") },  { PERIOD_HALF, "6m", N_("6 months") },
    { PERIOD_QUARTER, "90d", N_("90 days") }, { PERIOD_MONTH, "30d", N_("30 days") },
    { PERIOD_ALL, "all", N_("ever") },
};
const EnumTable partner_periods = ENUM_TABLE("period", period_values);

static gint64 since_of(int period, gint64 now)
{
    static const int days[] = {
        [PERIOD_YEAR] = 365, [PERIOD_HALF] = 182, [PERIOD_QUARTER] = 90, [PERIOD_MONTH] = 30
    };
    return period == PERIOD_ALL ? 0 : now - days[period] * MS_PER_DAY;
}

/* ---- the rows */

const PartnerRow *partners_row(const PartnersView *partners)
{
    return partners->cursor < partners->rows->len ? partners->rows->pdata[partners->cursor] : NULL;
}

static void remember(PartnersView *partners)
{
    const PartnerRow *row = partners_row(partners);
    partners->at = row ? row->partner.account : (Uuid){ 0 };
    g_clear_pointer(&partners->page, page_free);
}

/* Keeps the cursor on its partner; when that one is gone, on who took the
 * place. */
static void read_rows(PartnersView *partners)
{
    g_autoptr(GError) error = NULL;
    Client *client = partners->view.app->client;
    NetworkCounts counts = { 0 };
    partners->query.now = clock_now();
    partners->query.since = since_of(partners->period, partners->query.now);
    GPtrArray *rows = client_partners(client, &partners->query, &error);
    if (!rows || !client_network_counts(client, &counts, &error)) {
        app_complain_error(partners->view.app, error);
        if (rows)
            g_ptr_array_unref(rows);
        return;
    }
    partners->all = counts.partners;
    partners->waiting = counts.waiting;
    g_ptr_array_unref(partners->rows);
    partners->rows = rows;
    for (guint i = 0; i < rows->len; i++)
        if (uuid_equal(&((PartnerRow *)rows->pdata[i])->partner.account, &partners->at))
            partners->cursor = i;
    partners->cursor = MIN(partners->cursor, rows->len ? rows->len - 1 : 0);
}

static void read_again(PartnersView *partners)
{
    read_rows(partners);
    const PartnerRow *row = partners_row(partners);
    bool same = row && uuid_equal(&row->partner.account, &partners->at);
    if (partners->opened && !same) { /* no partner any more */
        partners->opened = false;
        g_clear_pointer(&partners->history, list_free);
        partners->view.body = (Rect){ 0 };
    }
    remember(partners);
    g_clear_pointer(&partners->whole, page_free);
    app_dirty(partners->view.app, DIRTY_BODY | DIRTY_STATUS | DIRTY_FOOTER);
}

/* Another choice of them: from the first one. */
static void choose_again(PartnersView *partners)
{
    partners->at = (Uuid){ 0 };
    partners->cursor = partners->top = 0;
    read_again(partners);
}

/* ---- the leads with one of them */

static void open_current(PartnersView *partners)
{
    GError *error = NULL;
    partners->opened = true;
    partners->in_page = false;
    partners->whole_top = 0;
    partners->leads = (LeadQuery){ .partner = partners->at };
    list_free(partners->history);
    partners->history = lead_list_new(&partners->source);
    app_check(partners->view.app, list_load(partners->history, &error), error);
    g_clear_pointer(&partners->whole, page_free);
    partners->view.body = (Rect){ 0 }; /* placed again */
    app_dirty(partners->view.app, DIRTY_BODY | DIRTY_STATUS | DIRTY_FOOTER);
}

static void close_current(PartnersView *partners)
{
    partners->opened = false;
    g_clear_pointer(&partners->history, list_free);
    g_clear_pointer(&partners->whole, page_free);
    partners->view.body = (Rect){ 0 };
    app_dirty(partners->view.app, DIRTY_BODY | DIRTY_STATUS | DIRTY_FOOTER);
}

/* ---- operations */

static View *create(App *app)
{
    PartnersView *partners = g_new0(PartnersView, 1);
    partners->view = (View){ .ops = &partners_view, .app = app };
    partners->source = (LeadSource){ app, &partners->leads };
    partners->rows = g_ptr_array_new();
    partners->period = PERIOD_YEAR;
    read_rows(partners);
    remember(partners);
    return &partners->view;
}

static void destroy(View *view)
{
    PartnersView *partners = (PartnersView *)view;
    g_ptr_array_unref(partners->rows);
    list_free(partners->history);
    page_free(partners->page);
    page_free(partners->whole);
    g_free(partners->text);
    g_free(partners->trade);
    g_free(partners->limit);
    g_free(partners);
}

static void place(View *view, Rect body)
{
    partners_place((PartnersView *)view);
}

static void draw(View *view, bool all)
{
    partners_draw((PartnersView *)view, all);
}

static void changed(View *view, unsigned what)
{
    PartnersView *partners = (PartnersView *)view;
    if (!(what & (CLIENT_LEADS | CLIENT_OUTBOX | CLIENT_PARTNERS)))
        return;
    GError *error = NULL;
    if (partners->history)
        app_check(partners->view.app, list_reload(partners->history, &error), error);
    read_again(partners);
}

static void tick(View *view, bool minute)
{
    PartnersView *partners = (PartnersView *)view;
    if (minute) {
        g_clear_pointer(&partners->page, page_free);
        g_clear_pointer(&partners->whole, page_free);
        app_dirty(view->app, DIRTY_BODY);
    }
}

static void move_cursor(PartnersView *partners, Move move)
{
    int last = MAX(0, (int)partners->rows->len - 1);
    int to = (int)partners->cursor + move_lines(move, MAX(1, partners->list.h));
    partners->cursor = (guint)CLAMP(to, 0, last);
    remember(partners);
}

static void moved(View *view, Move move)
{
    PartnersView *partners = (PartnersView *)view;
    GError *error = NULL;
    if (!partners->opened)
        move_cursor(partners, move);
    else if (partners->in_page)
        partners->whole_top += move_lines(move, partners->above.h);
    else
        app_check(partners->view.app, list_move(partners->history, move, &error), error);
}

static void placed(View *view, int where)
{
    PartnersView *partners = (PartnersView *)view;
    int line = where * (MAX(1, partners->list.h) - 1) / 2;
    if (!partners->opened)
        partners->top = (guint)MAX(0, (int)partners_line(partners, partners->cursor) - line);
}

static bool pane(View *view)
{
    PartnersView *partners = (PartnersView *)view;
    if (!partners->opened)
        return false;
    partners->in_page = !partners->in_page;
    app_dirty(view->app, DIRTY_BODY);
    return true;
}

static void open_row(View *view)
{
    PartnersView *partners = (PartnersView *)view;
    const LeadRow *lead = partners->opened ? list_row(partners->history) : NULL;
    if (lead) {
        Uuid id = lead->id; /* picking up reloads the list */
        lead_open(view->app, &id);
    } else if (!partners->opened && partners_row(partners)) {
        open_current(partners);
    }
}

static bool back(View *view)
{
    PartnersView *partners = (PartnersView *)view;
    if (!partners->opened && partners->text) {
        view->ops->search(view, "");
        return true;
    }
    if (!partners->opened)
        return false;
    close_current(partners);
    return true;
}

static void target(View *view, Target *out)
{
    PartnersView *partners = (PartnersView *)view;
    const PartnerRow *row = partners_row(partners);
    if (row) {
        out->has_partner = true;
        out->partner = row->partner.account;
    }
}

static const char *period_word(const PartnersView *partners)
{
    return enum_label(&partner_periods, partners->period);
}

static void status(View *view, GString *out)
{
    PartnersView *partners = (PartnersView *)view;
    const PartnerRow *row = partners_row(partners);
    if (partners->opened && row) {
        g_autofree char *name = text_clean(row->partner.name, -1, TEXT_LINE);
        g_autofree char *cut = text_cut(name, 24);
        gint64 n = list_total(partners->history);
        g_string_append_printf(out, _("Partners > %s   "), cut);
        g_string_append_printf(out, ngettext("%" PRId64 " lead", "%" PRId64 " leads", (gulong)n),
                               n);
        return;
    }
    if (row)
        g_string_append_printf(out, _("%u of %u"), partners->cursor + 1, partners->rows->len);
    else
        g_string_append(out, _("no partners"));
    g_string_append_printf(out, "   %s", period_word(partners));
    if (partners->limit)
        g_string_append_printf(out, _("   limit: %s"), partners->limit);
    if (partners->text)
        g_string_append_printf(out, "   /%s", partners->text);
    if (partners->query.sort != PARTNERS_BY_NAME || partners->query.reverse) {
        g_autofree char *sort = partner_sort_format(partners->query.sort, partners->query.reverse);
        g_string_append_printf(out, _("   sort: %s"), sort);
    }
}

static void search(View *view, const char *text)
{
    PartnersView *partners = (PartnersView *)view;
    if (!view_take_words(&partners->text, text))
        return;
    if (partners->opened)
        close_current(partners);
    partners->query.text = partners->text;
    if (partners->text)
        choose_again(partners);
    else
        read_again(partners); /* around the one that was found */
}

static const char *searched(View *view)
{
    const PartnersView *partners = (PartnersView *)view;
    return partners->text ? partners->text : "";
}

static bool clear(View *view)
{
    PartnersView *partners = (PartnersView *)view;
    if (partners->opened)
        return back(view);
    if (partners->text)
        search(view, "");
    else if (partners->limit)
        partners_set_limit(view->app, "");
    else
        return false;
    return true;
}

static const char *const footer[] = { "open",   "refer",        "encourage",   "invite",
                                      "search", "drop-partner", "invitations", "find",
                                      "copy",   "period",       "order",       "filter",
                                      "undo",   "command",      "back",        NULL };

const ViewOps partners_view = {
    .title = N_("Partners"),
    .footer = footer,
    .contexts = CTX_BIT(CTX_LIST) | CTX_BIT(CTX_PARTNER),
    .create = create,
    .destroy = destroy,
    .place = place,
    .draw = draw,
    .changed = changed,
    .tick = tick,
    .moved = moved,
    .placed = placed,
    .pane = pane,
    .open = open_row,
    .back = back,
    .target = target,
    .status = status,
    .search = search,
    .searched = searched,
    .abort = clear,
};

/* ---- for the commands */

static PartnersView *shown(App *app)
{
    return app->view == VIEW_PARTNERS ? (PartnersView *)app_view(app) : NULL;
}

PartnerQuery partners_query(App *app)
{
    PartnersView *partners = shown(app);
    gint64 now = clock_now();
    if (partners)
        return partners->query;
    return (PartnerQuery){ .now = now, .since = now - GIVE_TAKE_PERIOD };
}

const PartnerRow *partners_current(App *app)
{
    PartnersView *partners = shown(app);
    return partners ? partners_row(partners) : NULL;
}

PartnerSort partners_sort(App *app)
{
    PartnersView *partners = shown(app);
    return partners ? partners->query.sort : PARTNERS_BY_NAME;
}

void partners_set_sort(App *app, PartnerSort sort, bool reverse)
{
    PartnersView *partners = shown(app);
    if (!partners)
        return;
    partners->query.sort = sort;
    partners->query.reverse = reverse;
    choose_again(partners);
}

void partners_turn(App *app)
{
    PartnersView *partners = shown(app);
    if (partners)
        partners_set_sort(app, partners->query.sort, !partners->query.reverse);
}

void partners_set_limit(App *app, const char *text)
{
    PartnersView *partners = shown(app);
    if (!partners)
        return;
    g_autofree char *clean = text_clean(text, -1, TEXT_LINE);
    g_strstrip(clean);
    bool all = !*clean;
    g_free(partners->limit);
    g_free(partners->trade);
    partners->limit = all ? NULL : g_strdup(clean);
    partners->query.standing = (PartnerStanding)enum_value(&partner_standings, clean);
    partners->trade = all || partners->query.standing ? NULL : g_steal_pointer(&clean);
    partners->query.trade = partners->trade;
    if (all)
        read_again(partners);
    else
        choose_again(partners);
}

const char *partners_limit(App *app)
{
    PartnersView *partners = shown(app);
    return partners && partners->limit ? partners->limit : "";
}

bool partners_set_period(App *app, const char *code)
{
    PartnersView *partners = shown(app);
    int period = *code ? enum_value(&partner_periods, code) : 0;
    if (!partners || (*code && !period))
        return false;
    partners->period = period ? period : partners->period % PERIOD_ALL + 1;
    read_again(partners);
    return true;
}

bool partners_step(App *app, int step, Uuid *id)
{
    PartnersView *partners = (PartnersView *)app->views[VIEW_PARTNERS];
    GError *error = NULL;
    if (!partners || !partners->history)
        return false;
    gint64 before = list_rank(partners->history);
    app_check(partners->view.app,
              list_move(partners->history, step > 0 ? MOVE_DOWN : MOVE_UP, &error), error);
    const LeadRow *row = list_row(partners->history);
    if (!row || list_rank(partners->history) == before)
        return false;
    *id = row->id;
    return true;
}

void partner_open(App *app, const Uuid *account)
{
    app_show(app, VIEW_PARTNERS);
    PartnersView *partners = shown(app);
    if (!partners)
        return;
    if (partners->opened)
        close_current(partners);
    partners->at = *account;
    read_rows(partners);
    const PartnerRow *row = partners_row(partners);
    if (row && uuid_equal(&row->partner.account, account))
        open_current(partners);
    else
        remember(partners);
}
