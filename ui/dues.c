/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dues.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/group_words.h"
#include "client/groups.h"
#include "client/vetting.h"
#include "handlers.h"
#include "page.h"
#include "rows.h"

typedef struct DuesView {
    View view;
    Uuid group;
    GroupRow *row;       /* NULL: it is none of this user's any more */
    GPtrArray *invoices; /* InvoiceRow * */
    Rows rows;
} DuesView;

static const Uuid *id_of(gconstpointer row)
{
    return &((const InvoiceRow *)row)->invoice.id;
}

static const InvoiceRow *current(const DuesView *dues)
{
    return rows_current(&dues->rows, dues->invoices);
}

static void read_rows(DuesView *dues)
{
    Client *client = dues->view.app->client;
    g_autoptr(GError) error = NULL;
    GPtrArray *invoices = client_invoices(client, &dues->group, &error);
    if (!invoices) {
        app_complain_error(dues->view.app, error);
        return;
    }
    g_ptr_array_unref(dues->invoices);
    dues->invoices = invoices;
    rows_read(&dues->rows, invoices);
    group_row_free(dues->row);
    dues->row = client_group(client, &dues->group, NULL);
}

static View *create(App *app)
{
    DuesView *dues = g_new0(DuesView, 1);
    dues->view = (View){ .ops = &dues_view, .app = app };
    dues->invoices = g_ptr_array_new();
    dues->rows.id = id_of;
    return &dues->view;
}

static void destroy(View *view)
{
    DuesView *dues = (DuesView *)view;
    g_ptr_array_unref(dues->invoices);
    group_row_free(dues->row);
    g_free(dues);
}

static void changed(View *view, unsigned what)
{
    if (what & (CLIENT_GROUPS | CLIENT_OUTBOX)) {
        read_rows((DuesView *)view);
        app_dirty(view->app, DIRTY_BODY | DIRTY_STATUS | DIRTY_FOOTER);
    }
}

/* ---- rows */

typedef enum CellAt {
    AT_MARK,
    AT_MEMBER,
    AT_AMOUNT,
    AT_PERIOD,
    AT_DUE,
    AT_STATE,
    AT_NOTE,
    CELLS
} CellAt;

static void put_row(Rect r, int line, Role role, Role state, const char *const texts[CELLS])
{
    int amount = 14, period = r.w >= 74 ? 23 : 0, due = 10, standing = 9;
    int note = r.w >= 96 ? 16 : 0;
    int left = r.w - 3 - amount - 1 - (period ? period + 1 : 0) - due - 1 - standing - 1 -
               (note ? note + 1 : 0);
    const Cell cells[CELLS] = {
        { 2, texts[AT_MARK] },        { MAX(6, left), texts[AT_MEMBER] },
        { amount, texts[AT_AMOUNT] }, { period, texts[AT_PERIOD] },
        { due, texts[AT_DUE] },       { standing, texts[AT_STATE], state },
        { note, texts[AT_NOTE] },
    };
    draw_cells(r, line, role, cells, CELLS);
}

static void draw_invoice(Rect r, int line, const InvoiceRow *row, bool on)
{
    const Invoice *invoice = &row->invoice;
    char mark[] = { on ? '>' : ' ', row->pending ? '>' : ' ', '\0' };
    g_autofree char *member = text_clean(invoice->member.name, -1, TEXT_LINE);
    g_autofree char *amount = money_format(&invoice->amount);
    g_autofree char *period = g_strdup_printf("%s - %s", invoice->from_on ? invoice->from_on : "",
                                              invoice->to_on ? invoice->to_on : "");
    g_autofree char *note = text_clean(invoice->note, -1, TEXT_LINE);
    bool open = invoice->state == INVOICE_OPEN;
    const char *const texts[CELLS] = {
        mark,
        member,
        amount,
        period,
        open ? invoice->due_on : invoice->settled_on,
        row->overdue ? _("overdue") : enum_label(&invoice_states, (int)invoice->state),
        note,
    };
    put_row(r, line, on ? ROLE_CURSOR : ROLE_NORMAL,
            row->overdue ? ROLE_ALERT
            : open       ? ROLE_NEW
                         : ROLE_YES,
            texts);
}

static void draw_empty(const DuesView *dues, Rect r)
{
    g_autofree char *fee = dues->row ? group_fee(&dues->row->group.input) : g_strdup("");
    g_autoptr(Page) page = page_new(r.w - 2);
    page_format(page, ROLE_NORMAL, _("Nobody owes anything. The fee of the group: %s."), fee);
    page_draw_instead(page, r);
}

static void draw(View *view, bool all)
{
    DuesView *dues = (DuesView *)view;
    int head = view->body.h > 3 ? 1 : 0;
    Rect list = rect_sub(view->body, 0, head, view->body.w, view->body.h - head);
    guint n = dues->invoices->len, top = rows_top(&dues->rows, n, list.h);
    if (all)
        draw_fill(view->body, ROLE_NORMAL);
    if (head) {
        const char *const texts[CELLS] = { "",       _("Member"), _("Amount"), _("Period"),
                                           _("Due"), _("State"),  _("Note") };
        put_row(rect_sub(view->body, 0, 0, view->body.w, 1), 0, ROLE_HEADING, ROLE_HEADING, texts);
    }
    for (int i = 0; i < list.h; i++) {
        guint index = top + (guint)i;
        if (index < n)
            draw_invoice(list, i, dues->invoices->pdata[index], index == dues->rows.cursor);
        else
            draw_rest(list, i, 0, ROLE_NORMAL);
    }
    if (n == 0)
        draw_empty(dues, list);
}

static void moved(View *view, Move move)
{
    DuesView *dues = (DuesView *)view;
    rows_move(&dues->rows, dues->invoices, move, view->body.h - 1);
}

static bool back(View *view)
{
    app_show(view->app, VIEW_GROUP);
    return true;
}

static void target(View *view, Target *out)
{
    DuesView *dues = (DuesView *)view;
    out->has_group = dues->row != NULL;
    out->group = dues->group;
    out->has_invoice = current(dues) != NULL;
}

static void status(View *view, GString *out)
{
    DuesView *dues = (DuesView *)view;
    guint open = 0, late = 0;
    for (guint i = 0; i < dues->invoices->len; i++) {
        const InvoiceRow *row = dues->invoices->pdata[i];
        open += row->invoice.state == INVOICE_OPEN;
        late += row->overdue;
    }
    g_autofree char *fee = dues->row ? group_fee(&dues->row->group.input) : g_strdup("");
    g_string_append_printf(out, _("Dues   fee: %s   %u open, %u overdue"), fee, open, late);
}

static const char *const footer[] = { "pay", "waive", "undo", "command", "back", NULL };

const ViewOps dues_view = {
    .title = N_("Dues"),
    .footer = footer,
    .contexts = CTX_BIT(CTX_LIST) | CTX_BIT(CTX_DUES),
    .create = create,
    .destroy = destroy,
    .draw = draw,
    .changed = changed,
    .moved = moved,
    .back = back,
    .target = target,
    .status = status,
};

void dues_show(App *app, const Uuid *group)
{
    app_show(app, VIEW_DUES);
    DuesView *dues = (DuesView *)app_view(app);
    dues->group = *group;
    dues->rows = (Rows){ .id = id_of };
    read_rows(dues);
    app_dirty(app, DIRTY_ALL);
}

/* ---- the commands */

typedef struct Settling {
    Invoice invoice;
    DuesSettlement settlement;
    DuesAct act;
} Settling;

static void settling_free(gpointer data)
{
    Settling *settling = data;
    fields_clear(&invoice_fields, &settling->invoice);
    fields_clear(&dues_settlement_fields, &settling->settlement);
    g_free(settling);
}

static void settle_text(Dialog *dialog, Page *page)
{
    const Settling *settling = dialog_data(dialog);
    const Invoice *invoice = &settling->invoice;
    g_autofree char *amount = money_format(&invoice->amount);
    page_text(page, ROLE_HEADING, invoice->member.name);
    page_format(page, ROLE_NORMAL, _("%s for %s to %s"), amount, invoice->from_on, invoice->to_on);
    page_text(page, ROLE_NORMAL,
              settling->act == DUES_PAY
                  ? _("It is entered into the books; a mistake is put right by "
                      "another entry.")
                  : _("They need not pay it. That is entered into the books."));
}

static DialogAnswer settle_done(App *app, Dialog *dialog)
{
    Settling *settling = dialog_data(dialog);
    g_autoptr(GError) error = NULL;
    if (!dialog_store(dialog, &settling->settlement))
        return DIALOG_KEEP;
    if (!client_settle(app->client, &settling->invoice, settling->act, &settling->settlement,
                       &error))
        return dialog_refuse(dialog, error);
    g_autofree char *name = text_clean(settling->invoice.member.name, -1, TEXT_LINE);
    app_hold(app, g_strdup_printf(settling->act == DUES_PAY ? _("Payment of %s recorded")
                                                            : _("Dues of %s waived"),
                                  name));
    return DIALOG_CLOSE;
}

static void settle(App *app, DuesAct act, const char *title, const char *yes)
{
    static const char *const names[] = { "on", "note", NULL };
    DuesView *dues = app->view == VIEW_DUES ? (DuesView *)app_view(app) : NULL;
    const InvoiceRow *row = dues ? current(dues) : NULL;
    if (!row)
        return;
    if (!dues->row || !(group_rights(dues->row->group.role) & RIGHT_DUES)) {
        app_complain(app, "%s", _("Only a leader or the treasurer does this."));
        return;
    }
    if (row->invoice.state != INVOICE_OPEN) {
        app_complain(app, "%s", _("It is settled already."));
        return;
    }
    Settling *settling = g_new0(Settling, 1);
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_local(clock_now() / MS_PER_SECOND);
    fields_copy(&invoice_fields, &settling->invoice, &row->invoice);
    settling->act = act;
    settling->settlement.on = g_date_time_format(now, "%Y-%m-%d");
    DialogSpec spec = {
        .title = title,
        .text = settle_text,
        .form = form_new(&dues_settlement_fields, &settling->settlement, names),
        .yes = yes,
        .no = _("Cancel"),
        .start_at_form = true,
        .done = settle_done,
        .data = settling,
        .free_data = settling_free,
    };
    app_ask(app, dialog_new(&spec));
}

void run_pay(App *app, const char *args)
{
    settle(app, DUES_PAY, _("Record a payment"), _("It is paid"));
}

void run_waive(App *app, const char *args)
{
    settle(app, DUES_WAIVE, _("Waive dues"), _("Waive"));
}

void run_dues(App *app, const char *args)
{
    Uuid id = app_target(app).group;
    dues_show(app, &id);
}
