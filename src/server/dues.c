/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/dues.h"

#include "db/row.h"
#include "model/report.h"
#include "server/audit.h"
#include "server/changes.h"
#include "server/dues_book.h"
#include "server/families.h"
#include "server/ledger.h"
#include "server/members.h"
#include "wire/statement_json.h"

static void invoice_clear(Invoice *invoice)
{
    fields_clear(&invoice_fields, invoice);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Invoice, invoice_clear)

const char *invoice_columns(void)
{
    return row_columns(&invoice_fields, "i");
}

/* ---- reading */

static bool load(Call *call, Invoice *out, GError **error)
{
    g_autoptr(DbRows)
        rows = db_query(call->db, error,
                        db_intern("SELECT %s FROM invoice_full i WHERE i.id = $2 AND i.group_id ="
                                  " $3 AND " INVOICE_VISIBLE,
                                  invoice_columns()),
                        db_uuid(&call->principal.account), db_uuid(&call->sub), db_uuid(&call->id));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) &&
               problem_set(error, PROBLEM_NOT_FOUND, "There is no such invoice");
    row_read(rows, 0, &invoice_fields, out, ROW_COPY);
    return true;
}

static void put_invoice(Call *call, const Invoice *invoice)
{
    call->reply.rev = invoice->rev;
    json_put_object(call->reply.body, &invoice_fields, invoice);
}

static bool read_one(Call *call, GError **error)
{
    g_auto(Invoice) invoice = { 0 };
    if (!load(call, &invoice, error))
        return false;
    put_invoice(call, &invoice);
    return true;
}

static int read_state(Call *call)
{
    const char *text = call_query(call, "state");
    int state = text ? enum_value(&invoice_states, text) : 0;
    if (text && !state)
        field_errors_add(&call->errors, "#/state", "not-one-of", "open, paid or waived");
    return state;
}

/* Whose: of the query, nil when there is none. */
static Uuid read_account(Call *call)
{
    Uuid account = { 0 };
    const char *text = call_query(call, "account");
    if (text && !uuid_parse(text, &account))
        field_errors_add(&call->errors, "#/account", "uuid.invalid", "an account id is wanted");
    return account;
}

/* An empty list for a stranger who sees the group, 404 for one who does not. */
static bool list(Call *call, GError **error)
{
    gint64 at = 0;
    Uuid id, account = read_account(call);
    int limit = 0, state = read_state(call);
    g_auto(Group) group = { 0 };
    if (!call_valid(call, error) ||
        !group_load(call->db, &call->principal.account, &call->id, &group, error) ||
        !call_limit(call, &limit, error) || !call_cursor_newest(call, &at, &id, error))
        return false;
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        db_intern("SELECT %s FROM invoice_full i WHERE i.group_id = $2"
                  " AND (i.created_at, i.id) < ($3, $4) AND (i.state = $5 OR $5 = 0)"
                  " AND (i.member_account = $6 OR $6 IS NULL) AND " INVOICE_VISIBLE
                  " ORDER BY i.created_at DESC, i.id DESC LIMIT $7",
                  invoice_columns()),
        db_uuid(&call->principal.account), db_uuid(&call->id), db_int(at), db_uuid(&id),
        db_int(state), db_uuid(&account), db_int(limit + 1));
    return call_put_page(call, rows, limit, &invoice_fields, "created_at", error);
}

/* ---- settling */

static bool settle(Call *call, InvoiceState state, const char *action, GError **error)
{
    const DuesSettlement *input = call->body;
    g_auto(Invoice) invoice = { 0 };
    g_auto(Group) group = { 0 };
    Day today;
    if (!load(call, &invoice, error) || !group_need(call, &call->id, RIGHT_DUES, error) ||
        !group_row_load(call->db, &call->id, &group, error))
        return false;
    day_of(call->now, group.input.time_zone, today);
    dues_settlement_validate(input, today, &call->errors);
    if (!call_valid(call, error) ||
        !dues_settle(call, &invoice, state, input->on ? input->on : today, input->note, error))
        return false;
    g_auto(Invoice) now = { 0 };
    if (!audit_put(call, action, &call->sub, error) || !load(call, &now, error))
        return false;
    put_invoice(call, &now);
    return true;
}

static bool pay(Call *call, GError **error)
{
    return settle(call, INVOICE_PAID, "dues.pay", error);
}

static bool waive(Call *call, GError **error)
{
    return settle(call, INVOICE_WAIVED, "dues.waive", error);
}

/* ---- the statement */

static bool name_account(Call *call, const Uuid *account, Party *party, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error, "SELECT name, company_name FROM account WHERE id = $1", db_uuid(account));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) && problem_set(error, PROBLEM_NOT_FOUND, "No such account");
    party->account = *account;
    party->name = g_strdup(db_get_text(rows, 0));
    party->company_name = g_strdup(db_get_text(rows, 1));
    return true;
}

static void answer(Call *call, const LedgerStatement *statement, ReportOutput format)
{
    switch (format) {
    case REPORT_JSON:
        ledger_statement_put_json(call->reply.body, statement);
        break;
    case REPORT_CSV:
        ledger_statement_put_csv(call->reply.body, statement);
        call->reply.type = "text/csv; charset=utf-8; header=present";
        break;
    case REPORT_TEXT:
        ledger_statement_put_text(call->reply.body, statement);
        call->reply.type = "text/plain; charset=utf-8";
        break;
    }
}

typedef struct Ask {
    Uuid account;
    ReportOutput format;
    const char *currency;
} Ask;

static bool read_ask(Call *call, const Group *group, Ask *ask, ReportPeriod *period, GError **error)
{
    const char *format = call_query(call, "format"), *currency = call_query(call, "currency"),
               *zone = call_query(call, "tz");
    ask->account = read_account(call);
    if (uuid_is_nil(&ask->account))
        ask->account = call->principal.account;
    ask->format = format ? (ReportOutput)enum_value(&report_outputs, format) : REPORT_JSON;
    if (!ask->format)
        field_errors_add(&call->errors, "#/format", "not-one-of", "json, csv or text");
    ask->currency = currency                          ? currency
                    : money_is_set(&group->input.fee) ? group->input.fee.currency
                                                      : DEFAULT_CURRENCY;
    if (money_exponent(ask->currency) < 0)
        field_errors_add(&call->errors, "#/currency", "not-one-of", "GBP, EUR and the like");
    return report_period(period, call->now, call_query(call, "from"), call_query(call, "to"),
                         zone ? zone : group->input.time_zone, &call->errors) &&
           call_valid(call, error);
}

/* One's own, though one has left the group; somebody else's with RIGHT_DUES. */
static bool need_statement(Call *call, const Uuid *account, GError **error)
{
    return uuid_equal(account, &call->principal.account) ||
           group_need(call, &call->id, RIGHT_DUES, error);
}

static bool statement(Call *call, GError **error)
{
    g_auto(Group) group = { 0 };
    g_auto(ReportPeriod) period = { 0 };
    g_auto(LedgerStatement) statement = { 0 };
    Ask ask = { 0 };
    if (!group_load(call->db, &call->principal.account, &call->id, &group, error) ||
        !read_ask(call, &group, &ask, &period, error) || !need_statement(call, &ask.account, error))
        return call_valid(call, error) && false;
    g_autofree char *code = dues_member_code(&call->id, &ask.account);
    if (!ledger_statement(call->db, code, ask.currency, period.from, period.to, &statement,
                          error) ||
        !name_account(call, &ask.account, &statement.head.account, error))
        return false;
    statement.head.group_name = g_strdup(group.input.name);
    statement.head.from = period.from;
    statement.head.to = period.to;
    statement.head.time_zone = g_strdup(period.zone);
    answer(call, &statement, ask.format);
    return true;
}

#define STATEMENT_SCHEMA                                                                           \
    "{'allOf':[" SCHEMA_REF(                                                                       \
        "statement_head") ",{'type':'object','required':['lines'],"                                \
                          "'properties':{'lines':{'type':'array','items':" SCHEMA_REF(             \
                              "statement_line") "}}}]}"

const Route dues_routes[] = {
    { .method = "GET",
      .path = "/v1/groups/{id}/dues",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_LIST | ROUTE_SNAPSHOT,
      .reply = &invoice_fields,
      .handler = list,
      .query = "state account limit cursor",
      .summary =
          "What I owe the group or paid, the newest first; for leaders and treasurers: all" },
    { .method = "GET",
      .path = "/v1/groups/{id}/dues/{sub}",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .reply = &invoice_fields,
      .handler = read_one,
      .summary = "One invoice" },
    { .method = "POST",
      .path = "/v1/groups/{id}/dues/{sub}/pay",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .body = &dues_settlement_fields,
      .reply = &invoice_fields,
      .handler = pay,
      .summary = "As leader or treasurer: it was paid" },
    { .method = "POST",
      .path = "/v1/groups/{id}/dues/{sub}/waive",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .body = &dues_settlement_fields,
      .reply = &invoice_fields,
      .handler = waive,
      .summary = "As leader or treasurer: it need not be paid" },
    { .method = "GET",
      .path = "/v1/groups/{id}/statement",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_SNAPSHOT,
      .reply = &statement_line_fields,
      .handler = statement,
      .query = "account currency from to tz format",
      .summary = "My account with the group, or as leader or treasurer a member's: opening, debits "
                 "and credits, closing; as json, csv or text, of 12 months unless from and to say "
                 "otherwise. The same for ever for days that are over",
      .reply_schema = STATEMENT_SCHEMA },
    { 0 },
};
