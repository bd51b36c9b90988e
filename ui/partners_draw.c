/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view of partners on the screen: where things stand, the rows, and the
 * words that stand where no row does. */
#include "partners_private.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "lead_page.h"
#include "model/business_type.h"
#include "when.h"

#include <inttypes.h>

#define COUNT_WIDTH 8
#define BALANCE_WIDTH 5
#define BAR_WIDTH 23
#define STATE_WIDTH 9
#define DETAIL_LINES 9 /* at least, where there is room */
#define NAME_WIDEST 40
#define HISTORY_LINES 6 /* at least, below the page of one */

/* ---- where */

static void place_opened(PartnersView *partners, Rect body)
{
    /* The leads have at least so many lines; the page what it needs of the
   * others. */
    if (!partners->whole) {
        const char *period = enum_label(&partner_periods, partners->period);
        partners->whole = partner_page(partners->view.app, partners_row(partners), period,
                                       MIN(body.w - 2, 98), PARTNER_WHOLE);
    }
    int leads = (int)CLAMP(list_total(partners->history), 1, HISTORY_LINES);
    int room = MAX(1, body.h - 1 - MIN(leads, body.h / 2));
    int h = MIN(page_lines(partners->whole), room);
    partners->above = rect_sub(body, 1, 0, MIN(body.w - 2, 98), h);
    partners->rows_at = rect_sub(body, 0, h + 1, body.w, body.h - h - 1);
    list_set_height(partners->history, partners->rows_at.h);
}

void partners_place(PartnersView *partners)
{
    Rect body = partners->view.body;
    g_clear_pointer(&partners->page, page_free);
    g_clear_pointer(&partners->whole, page_free);
    bool roomy = body.h >= 14 && body.w >= 40;
    int detail = roomy ? MIN(MAX(DETAIL_LINES, body.h / 3), body.h - 8) : 0;
    int summary = body.h >= 6 ? 1 : 0;
    int head = body.h > 3 ? 1 : 0;
    partners->detail = rect_sub(body, 0, body.h - detail, body.w, detail);
    partners->summary = rect_sub(body, 0, body.h - detail - summary, body.w, summary);
    partners->list = rect_sub(body, 0, head, body.w, body.h - head - detail - summary);
}

/* ---- the list */

typedef struct Columns {
    int name, company, trade, gave, took, balance, bar, last,
        state; /* widths, 0: none; a blank after each */
} Columns;

static int used(const Columns *columns)
{
    const int widths[] = { columns->company, columns->trade, columns->gave, columns->took,
                           columns->balance, columns->bar,   columns->last, columns->state };
    int sum = 2;
    for (size_t i = 0; i < G_N_ELEMENTS(widths); i++)
        sum += widths[i] ? widths[i] + 1 : 0;
    return sum;
}

static Columns columns_of(int w)
{
    Columns columns = { .balance = BALANCE_WIDTH };
    if (w >= 44)
        columns.gave = columns.took = COUNT_WIDTH;
    if (w >= 56)
        columns.state = STATE_WIDTH;
    if (w >= 76)
        columns.bar = BAR_WIDTH;
    if (w >= 96)
        columns.trade = CLAMP(w / 7, 12, 24);
    if (w >= 110)
        columns.last = 6;
    columns.name = MAX(4, w - used(&columns));
    if (columns.name > NAME_WIDEST) { /* a wide screen */
        columns.company = MIN(columns.name - NAME_WIDEST - 1, NAME_WIDEST);
        columns.name = MIN(NAME_WIDEST, w - used(&columns));
    }
    return columns;
}

/* One column; returns where the next one begins. */
static int put_column(Rect r, int row, int col, int width, bool right, Role role, const char *text)
{
    if (width == 0)
        return col;
    col = (right ? draw_right : draw_field)(r, row, col, width, role, text);
    return col < r.w ? draw_field(r, row, col, 1, role, "") : col;
}

typedef struct Cells {
    const char *mark, *name, *company, *trade, *gave, *took, *balance, *bar, *last, *state;
    Role role, bar_role, state_role;
} Cells;

static void put_cells(Rect r, int row, const Cells *cells)
{
    Columns columns = columns_of(r.w);
    Role role = cells->role;
    int col = draw_field(r, row, 0, 2, role, cells->mark);
    col = put_column(r, row, col, columns.name, false, role, cells->name);
    col = put_column(r, row, col, columns.company, false, role, cells->company);
    col = put_column(r, row, col, columns.trade, false, role, cells->trade);
    col = put_column(r, row, col, columns.gave, true, role, cells->gave);
    col = put_column(r, row, col, columns.took, true, role, cells->took);
    col = put_column(r, row, col, columns.balance, true, role, cells->balance);
    col = put_column(r, row, col, columns.bar, false, cells->bar_role, cells->bar);
    col = put_column(r, row, col, columns.last, false, role, cells->last);
    col = put_column(r, row, col, columns.state, false, cells->state_role, cells->state);
    draw_rest(r, row, col, role);
}

static void draw_head(const PartnersView *partners)
{
    Rect line = partners->view.body;
    if (line.h <= 3)
        return;
    line.h = 1;
    Cells cells = {
        .mark = "",
        .name = _("Partner"),
        .company = _("Company"),
        .trade = _("Trade"),
        .gave = _("Gave/ok"),
        .took = _("Took/ok"),
        .balance = _("Bal"),
        .bar = _("took more <-|-> gave m."),
        .last = _("Last"),
        .state = _("State"),
        .role = ROLE_HEADING,
        .bar_role = ROLE_HEADING,
        .state_role = ROLE_HEADING,
    };
    put_cells(line, 0, &cells);
}

/* The first partner by a group; the number of rows when there is none. */
static guint first_of_groups(const PartnersView *partners)
{
    guint low = 0, high = partners->rows->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (((const PartnerRow *)partners->rows->pdata[middle])->via == VIA_GROUP)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

guint partners_line(const PartnersView *partners, guint row)
{
    return row + (row < partners->rows->len && row >= first_of_groups(partners));
}

static void draw_row(PartnersView *partners, int line)
{
    guint index = partners->top + (guint)line, first = first_of_groups(partners);
    if (index == first && index < partners->rows->len) {
        draw_rest(partners->list, line,
                  draw_text(partners->list, line, 0, ROLE_HEADING, _("  Partners by a group")),
                  ROLE_HEADING);
        return;
    }
    index -= index > first;
    if (index >= partners->rows->len) {
        draw_rest(partners->list, line, 0, ROLE_NORMAL);
        return;
    }
    const PartnerRow *row = partners->rows->pdata[index];
    const GiveTake *sum = &row->sum;
    bool on = index == partners->cursor;
    gint64 now = clock_now(), balance = give_take_balance(sum), last = partner_last_at(row);
    TimeStyle style = partners->view.app->settings.time_style;
    g_autofree char *name = text_clean(row->partner.name, -1, TEXT_LINE);
    g_autofree char *company = text_clean(row->partner.company_name, -1, TEXT_LINE);
    g_autofree char *trade = text_clean(business_type_label(row->partner.business_type), -1,
                                        TEXT_LINE);
    g_autofree char *gave = partner_count(sum->gave, sum->gave_confirmed);
    g_autofree char *took = partner_count(sum->took, sum->took_confirmed);
    g_autofree char *bal = balance ? g_strdup_printf("%+" PRId64, balance) : g_strdup("0");
    g_autofree char *bar = give_take_bar(sum);
    g_autofree char *at = last ? when_short(last, now, style, 6) : g_strdup("-");
    Cells cells = {
        .mark = on ? ">" : "",
        .name = name,
        .company = company,
        .trade = trade,
        .gave = gave,
        .took = took,
        .balance = bal,
        .bar = bar,
        .last = at,
        .state = partner_standing_word(row, now),
        .role = on ? ROLE_CURSOR : ROLE_NORMAL,
        .bar_role = on            ? ROLE_CURSOR
                    : balance < 0 ? ROLE_TOOK
                                  : ROLE_GAVE,
        .state_role = on ? ROLE_CURSOR : partner_standing_role(row),
    };
    put_cells(partners->list, line, &cells);
}

static void put_empty(const PartnersView *partners, Page *page)
{
    App *app = partners->view.app;
    const ClientStatus *status = client_status(app->client);
    g_autofree char *invite = app_key_of(app, "invite"), *find = app_key_of(app, "find"),
                    *answer = app_key_of(app, "invitations");
    if (partners->text) {
        page_format(page, ROLE_NORMAL, _("Nobody matches \"%s\". Esc shows all partners again."),
                    partners->text);
    } else if (partners->limit) {
        page_format(page, ROLE_NORMAL, _("No partner is \"%s\". Esc shows all again."),
                    partners->limit);
    } else if (!status->last_sync) {
        page_text(page, ROLE_NORMAL, _("Your partners are not stored here yet."));
    } else {
        page_format(page, ROLE_NORMAL,
                    _("No partners yet. %s invites somebody you know by e-mail, %s "
                      "looks for "
                      "members who fit."),
                    invite, find);
        page_format(page, ROLE_NORMAL,
                    _("You may have %d. Between %d and %d active ones serve most "
                      "people best."),
                    PARTNERS_MAX, PARTNERS_FEW, PARTNERS_MANY);
    }
    if (partners->waiting > 0)
        page_format(page, ROLE_NEW,
                    ngettext("%" PRId64 " invitation waits for your answer: %s",
                             "%" PRId64 " invitations wait for your answer: %s",
                             (gulong)partners->waiting),
                    partners->waiting, answer);
}

static void draw_list(PartnersView *partners)
{
    guint h = (guint)MAX(1, partners->list.h);
    guint n = partners->rows->len ? partners_line(partners, partners->rows->len - 1) + 1 : 0;
    guint most = n > h ? n - h : 0, at = partners_line(partners, partners->cursor);
    partners->top = MIN(MIN(partners->top, at), most);
    if (at >= partners->top + h)
        partners->top = at - h + 1;
    for (int i = 0; i < partners->list.h; i++)
        draw_row(partners, i);
    if (partners->rows->len > 0)
        return;
    g_autoptr(Page) page = page_new(partners->list.w - 2);
    put_empty(partners, page);
    page_draw_instead(page, partners->list);
}

/* Together, and how many more there may be. */
static void draw_summary(const PartnersView *partners)
{
    Rect line = partners->summary;
    if (line.h == 0)
        return;
    GiveTake sum = { 0 };
    for (guint i = 0; i < partners->rows->len; i++) {
        const PartnerRow *row = partners->rows->pdata[i];
        sum.gave += row->sum.gave;
        sum.gave_confirmed += row->sum.gave_confirmed;
        sum.took += row->sum.took;
        sum.took_confirmed += row->sum.took_confirmed;
    }
    gint64 left = MAX(0, PARTNERS_MAX - partners->all);
    g_autofree char *spaces = g_strdup_printf(
        ngettext("%" PRId64 " of %d partners, %" PRId64 " space left",
                 "%" PRId64 " of %d partners, %" PRId64 " spaces left", (gulong)left),
        partners->all, PARTNERS_MAX, left);
    g_autofree char *all = g_strdup_printf(
        _("all shown: gave %" PRId64 " (%" PRId64 " confirmed), took %" PRId64 " (%" PRId64 ")"),
        sum.gave, sum.gave_confirmed, sum.took, sum.took_confirmed);
    const char *guide = partners->all > PARTNERS_MANY
                            ? _("20 to 40 active ones serve most people best")
                            : "";
    draw_rest(line, 0, 0, ROLE_NORMAL);
    int col = draw_text(line, 0, 2, left ? ROLE_HEADING : ROLE_ALERT, spaces);
    int room = line.w - col - 4;
    if (*guide && text_width(guide) <= room)
        col = draw_text(line, 0, col + 3, ROLE_NORMAL, guide);
    if (partners->rows->len > 0 && text_width(all) <= line.w - col - 4)
        draw_text(line, 0, col + 3, ROLE_NORMAL, all);
}

static void draw_detail(PartnersView *partners)
{
    Rect r = partners->detail;
    const PartnerRow *row = partners_row(partners);
    if (r.h == 0)
        return;
    draw_fill(r, ROLE_NORMAL);
    if (!row)
        return;
    draw_hline(r, 0, ROLE_BORDER);
    if (!partners->page) {
        const char *period = enum_label(&partner_periods, partners->period);
        partners->page = partner_page(partners->view.app, row, period, r.w - 4, PARTNER_BRIEF);
    }
    page_draw(partners->page, rect_sub(r, 2, 1, r.w - 4, r.h - 1), 0);
}

/* ---- one of them in full */

static void draw_lead(PartnersView *partners, int line)
{
    const LeadRow *row = list_line(partners->history, line);
    Rect r = partners->rows_at;
    if (!row) {
        draw_rest(r, line, 0, ROLE_NORMAL);
        return;
    }
    bool on = !partners->in_page && line == list_cursor_line(partners->history);
    bool gave = row->n & 1; /* the lowest bit is the box */
    Role role = on ? ROLE_CURSOR : ROLE_NORMAL;
    Role state = on             ? ROLE_CURSOR
                 : row->pending ? ROLE_PENDING
                                : state_role(row->state, row->verdict);
    char mark[] = { on ? '>' : ' ', state_letter(row->state, row->verdict),
                    row->pending ? '>' : ' ', '\0' };
    TimeStyle style = partners->view.app->settings.time_style;
    int age_width = when_short_width(style, r.w >= 76);
    g_autofree char *age = when_short(row->sent_at, clock_now(), style, age_width);
    const char *between = *row->client && *row->need ? " - " : "";
    g_autofree char *what = g_strconcat(row->client, between, row->need, NULL);
    int col = put_column(r, line, 0, 3, false, state, mark);
    col = put_column(r, line, col, 5, false, role, gave ? _("gave") : _("took"));
    col = put_column(r, line, col, age_width, false, role, age);
    draw_field(r, line, col, r.w - col, role, what);
}

static void draw_history(PartnersView *partners)
{
    Rect head = partners->view.body;
    head.y = partners->rows_at.y - 1;
    head.h = 1;
    draw_hline(head, 0, ROLE_BORDER);
    draw_text(head, 0, 2, ROLE_HEADING,
              partners->in_page ? _(" Leads between you (Tab) ") : _(" Leads between you "));
    for (int i = 0; i < partners->rows_at.h; i++)
        draw_lead(partners, i);
    if (!list_row(partners->history) && partners->rows_at.h > 0)
        draw_text(partners->rows_at, 0, 2, ROLE_NORMAL, _("No leads between you yet."));
}

static void draw_more(const PartnersView *partners, bool more)
{
    g_autofree char *text = g_strdup_printf(" %s ", _("more: Tab"));
    int width = text_width(text);
    Rect at = partners->view.body;
    at = rect_sub(at, at.w - width - 2, partners->above.h, width, 1);
    if (more)
        draw_text(at, 0, 0, ROLE_KEY, text);
}

static void draw_opened(PartnersView *partners)
{
    draw_fill(partners->view.body, ROLE_NORMAL);
    place_opened(partners, partners->view.body);
    int most = MAX(0, page_lines(partners->whole) - partners->above.h);
    partners->whole_top = CLAMP(partners->whole_top, 0, most);
    page_draw(partners->whole, partners->above, partners->whole_top);
    draw_history(partners);
    draw_more(partners, partners->whole_top < most);
}

void partners_draw(PartnersView *partners, bool all)
{
    if (partners->opened && partners_row(partners)) {
        draw_opened(partners);
        return;
    }
    if (all) {
        draw_fill(partners->view.body, ROLE_NORMAL);
        draw_head(partners);
    }
    draw_list(partners);
    draw_summary(partners);
    draw_detail(partners);
}
