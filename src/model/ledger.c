/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/ledger.h"

#include "base/csv.h"
#include "base/i18n.h"
#include "base/text.h"
#include "model/report.h"

#define MEMO_CELLS 31
#define AMOUNT_CELLS 11
#define TEXT_CELLS 78

static const EnumValue kind_values[] = {
    { LEDGER_DUES, "dues", N_("Dues") },
    { LEDGER_PAYMENT, "payment", N_("Payment") },
    { LEDGER_WAIVER, "waiver", N_("Waived") },
    { LEDGER_REVERSAL, "reversal", N_("Reversal") },
};
const EnumTable ledger_kinds = ENUM_TABLE("ledger_kind", kind_values);

static const EnumValue side_values[] = {
    { SIDE_DEBIT, "debit", N_("owed") },
    { SIDE_CREDIT, "credit", N_("in credit") },
};
const EnumTable ledger_sides = ENUM_TABLE("ledger_side", side_values);

#define AT(member) offsetof(StatementLine, member)
static const Field line_rows[] = {
    { "at", FIELD_TIME, AT(at), FIELD_READONLY, .label = N_("Entered") },
    { "kind", FIELD_ENUM, AT(kind), FIELD_READONLY, .values = &ledger_kinds, .label = N_("What") },
    { "memo", FIELD_TEXT, AT(memo), FIELD_READONLY | FIELD_PERSONAL, .label = N_("Note") },
    { "debit", FIELD_MONEY, AT(debit), FIELD_READONLY, .label = N_("Debit") },
    { "credit", FIELD_MONEY, AT(credit), FIELD_READONLY, .label = N_("Credit") },
    { "balance", FIELD_MONEY, AT(balance), FIELD_READONLY, .label = N_("Balance") },
    { "side", FIELD_ENUM, AT(side), FIELD_READONLY, .values = &ledger_sides },
};
#undef AT
const FieldTable statement_line_fields = FIELD_TABLE("statement_line", StatementLine, line_rows);

#define AT(member) offsetof(StatementHead, member)
static const Field head_rows[] = {
    { "account", FIELD_OBJECT, AT(account), FIELD_READONLY, .object = &party_fields },
    { "group_name", FIELD_TEXT, AT(group_name), FIELD_READONLY, .label = N_("Group") },
    { "from", FIELD_TIME, AT(from), FIELD_READONLY, .label = N_("From") },
    { "to", FIELD_TIME, AT(to), FIELD_READONLY, .label = N_("To") },
    { "time_zone", FIELD_TEXT, AT(time_zone), FIELD_READONLY, .label = N_("Time zone") },
    { "opening", FIELD_MONEY, AT(opening), FIELD_READONLY, .label = N_("Opening") },
    { "opening_side", FIELD_ENUM, AT(opening_side), FIELD_READONLY, .values = &ledger_sides },
    { "closing", FIELD_MONEY, AT(closing), FIELD_READONLY, .label = N_("Closing") },
    { "closing_side", FIELD_ENUM, AT(closing_side), FIELD_READONLY, .values = &ledger_sides },
    { "debits", FIELD_MONEY, AT(debits), FIELD_READONLY, .label = N_("Debits") },
    { "credits", FIELD_MONEY, AT(credits), FIELD_READONLY, .label = N_("Credits") },
};
#undef AT
const FieldTable statement_head_fields = FIELD_TABLE("statement_head", StatementHead, head_rows);

/* ---- making one */

static Money money_of(const char *currency, gint64 amount)
{
    Money money = { .amount = ABS(amount) };
    g_strlcpy(money.currency, currency, sizeof money.currency);
    return money;
}

static LedgerSide side_of(gint64 amount)
{
    return amount < 0 ? SIDE_DEBIT : amount > 0 ? SIDE_CREDIT : 0;
}

static void close_at(LedgerStatement *statement)
{
    statement->head.closing = money_of(statement->head.opening.currency, statement->balance);
    statement->head.closing_side = side_of(statement->balance);
}

static void line_free(gpointer data)
{
    fields_clear(&statement_line_fields, data);
    g_free(data);
}

void ledger_statement_init(LedgerStatement *statement, const char *currency, gint64 opening)
{
    *statement = (LedgerStatement){ .balance = opening };
    statement->lines = g_ptr_array_new_with_free_func(line_free);
    statement->head.opening = money_of(currency, opening);
    statement->head.opening_side = side_of(opening);
    statement->head.debits = statement->head.credits = money_of(currency, 0);
    close_at(statement);
}

void ledger_statement_add(LedgerStatement *statement, gint64 at, LedgerKind kind, const char *memo,
                          gint64 amount)
{
    const char *currency = statement->head.opening.currency;
    StatementLine *line = g_new0(StatementLine, 1);
    *(amount < 0 ? &line->debit : &line->credit) = money_of(currency, amount);
    (amount < 0 ? &statement->head.debits : &statement->head.credits)->amount += ABS(amount);
    statement->balance += amount;
    line->at = at;
    line->kind = kind;
    line->memo = g_strdup(memo);
    line->balance = money_of(currency, statement->balance);
    line->side = side_of(statement->balance);
    g_ptr_array_add(statement->lines, line);
    close_at(statement);
}

void ledger_statement_clear(LedgerStatement *statement)
{
    g_clear_pointer(&statement->lines, g_ptr_array_unref);
    fields_clear(&statement_head_fields, &statement->head);
    *statement = (LedgerStatement){ 0 };
}

/* ---- text */

static char *amount_text(const Money *money)
{
    return money_is_set(money) ? money_format_plain(money) : g_strdup("");
}

static void put_right(GString *line, const char *text, int cells)
{
    for (int pad = cells - text_width(text); pad > 0; pad--)
        g_string_append_c(line, ' ');
    g_string_append(line, text);
}

static void end_line(GString *out, GString *line)
{
    while (line->len > 0 && line->str[line->len - 1] == ' ')
        g_string_truncate(line, line->len - 1);
    g_string_append_printf(out, "%s\n", line->str);
    g_string_truncate(line, 0);
}

static const char *side_mark(LedgerSide side)
{
    return side == SIDE_DEBIT ? " DR" : side == SIDE_CREDIT ? " CR" : "";
}

static void put_line(GString *out, const char *day, const char *what, const char *debit,
                     const char *credit, const char *balance, const char *side)
{
    g_autoptr(GString) line = g_string_new(NULL);
    g_autofree char *cut = text_cut(what, MEMO_CELLS);
    g_autofree char *padded = text_pad(cut, MEMO_CELLS);
    g_string_append_printf(line, "%-10s %s", day, padded);
    put_right(line, debit, AMOUNT_CELLS);
    put_right(line, credit, AMOUNT_CELLS);
    put_right(line, balance, AMOUNT_CELLS);
    g_string_append(line, side);
    end_line(out, line);
}

static void put_sum(GString *out, const char *day, const char *what, const Money *debit,
                    const Money *credit, const Money *balance, LedgerSide side)
{
    g_autofree char *left = debit ? amount_text(debit) : g_strdup("");
    g_autofree char *right = credit ? amount_text(credit) : g_strdup("");
    g_autofree char *all = amount_text(balance);
    put_line(out, day, what, left, right, all, side_mark(side));
}

static void put_wrapped(GString *out, const char *text)
{
    g_auto(GStrv) lines = text_wrap(text, TEXT_CELLS);
    for (char **line = lines; *line; line++)
        g_string_append_printf(out, "%s\n", *line);
}

static void put_head(GString *out, const StatementHead *head)
{
    g_autofree char *from = report_day(head->from, head->time_zone);
    g_autofree char *to = report_day(head->to, head->time_zone);
    g_autofree char *name = text_clean(head->account.name ? head->account.name : "", -1, TEXT_LINE);
    g_autofree char *group = text_clean(head->group_name ? head->group_name : "", -1, TEXT_LINE);
    g_autofree char *title = g_strdup_printf(_("Statement: %s with %s"), name, group);
    g_autofree char *range = g_strdup_printf(_("%s to %s (%s), amounts in %s"), from, to,
                                             head->time_zone, head->opening.currency);
    put_wrapped(out, title);
    put_wrapped(out, range);
    g_string_append_c(out, '\n');
}

static char *what_of(const StatementLine *line)
{
    const char *kind = enum_label(&ledger_kinds, line->kind);
    g_autofree char *both = line->memo ? g_strdup_printf("%s: %s", kind, line->memo)
                                       : g_strdup(kind);
    return text_clean(both, -1, TEXT_LINE);
}

void ledger_statement_put_text(GString *out, const LedgerStatement *statement)
{
    const StatementHead *head = &statement->head;
    put_head(out, head);
    put_line(out, _("Day"), "", _("Debit"), _("Credit"), _("Balance"), "");
    put_sum(out, "", _("Opening"), NULL, NULL, &head->opening, head->opening_side);
    for (guint i = 0; i < statement->lines->len; i++) {
        const StatementLine *line = statement->lines->pdata[i];
        g_autofree char *day = report_day(line->at, head->time_zone);
        g_autofree char *what = what_of(line);
        put_sum(out, day, what, &line->debit, &line->credit, &line->balance, line->side);
    }
    put_sum(out, "", _("Closing"), &head->debits, &head->credits, &head->closing,
            head->closing_side);
}

/* ---- CSV */

static void put_field(GString *out, const FieldTable *table, const char *name, const void *object)
{
    const Field *field = field_find(table, name);
    if (field->type == FIELD_MONEY) {
        g_autofree char *amount = amount_text(field_at(field, object));
        csv_put_cell(out, amount, false);
        return;
    }
    g_autofree char *text = field_to_text(field, object);
    csv_put_cell(out, text, field->type == FIELD_TEXT);
}

static const char *const csv_columns[] = { "kind",   "at",      "memo", "debit",
                                           "credit", "balance", "side" };

static void put_csv_sum(GString *out, const char *what, const Money *debits, const Money *credits,
                        const Money *balance, LedgerSide side)
{
    g_autofree char *left = debits ? amount_text(debits) : NULL;
    g_autofree char *right = credits ? amount_text(credits) : NULL;
    g_autofree char *all = amount_text(balance);
    const char *cells[] = {
        what, "", "", left, right, all, enum_code(&ledger_sides, side), balance->currency
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cells); i++)
        csv_put_cell(out, cells[i], false);
    csv_end_line(out);
}

void ledger_statement_put_csv(GString *out, const LedgerStatement *statement)
{
    const StatementHead *head = &statement->head;
    for (size_t i = 0; i < G_N_ELEMENTS(csv_columns); i++)
        csv_put_cell(out, csv_columns[i], false);
    csv_put_cell(out, "currency", false);
    csv_end_line(out);
    put_csv_sum(out, "opening", NULL, NULL, &head->opening, head->opening_side);
    for (guint i = 0; i < statement->lines->len; i++) {
        for (size_t k = 0; k < G_N_ELEMENTS(csv_columns); k++)
            put_field(out, &statement_line_fields, csv_columns[k], statement->lines->pdata[i]);
        csv_put_cell(out, head->opening.currency, false);
        csv_end_line(out);
    }
    put_csv_sum(out, "closing", &head->debits, &head->credits, &head->closing, head->closing_side);
}
