/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Money that is booked (domain.md §3.5): double entry. A transaction has two or more postings whose amounts add up to nothing;
 * a credit is positive, a debit negative. None is ever changed: what was wrong is reversed by new lines, once.
 *
 * A statement is what one account's holder reads: opening, lines, closing, in a column of debits and one of credits, never a
 * sign. For a range of days that is over it comes out the same for ever: lines are booked with the time at which they
 * were entered, later than all before them.
 *
 *   ledger_statement_init(&statement, "GBP", opening); ledger_statement_add(&statement, &line) in the order of time...
 *   ledger_statement_put_text(out, &statement); ledger_statement_clear(&statement)
 */
#pragma once

#include "base/clock.h"
#include "base/field.h"
#include "base/money.h"
#include "base/uuid.h"
#include "model/account.h"

typedef enum LedgerKind {
    LEDGER_DUES = 1, /* a member owes a period's fee */
    LEDGER_PAYMENT = 2,
    LEDGER_WAIVER = 3,
    LEDGER_REVERSAL = 4,
} LedgerKind;

typedef enum LedgerSide { SIDE_DEBIT = 1, SIDE_CREDIT = 2 } LedgerSide;

/* An amount in one of the two columns, the other is unset. */
typedef struct StatementLine {
    gint64 at;
    LedgerKind kind;
    char *memo;
    Money debit, credit;
    Money balance;   /* after it: without a sign */
    LedgerSide side; /* of the balance; unset when it is nothing */
} StatementLine;

typedef struct StatementHead {
    Party account;    /* whose it is */
    char *group_name; /* and with whom */
    gint64 from, to;
    char *time_zone;
    Money opening, closing;
    LedgerSide opening_side, closing_side;
    Money debits, credits; /* of the lines */
} StatementHead;

typedef struct LedgerStatement {
    StatementHead head;
    GPtrArray *lines; /* StatementLine * */
    gint64 balance;   /* so far: credit positive */
} LedgerStatement;

extern const EnumTable ledger_kinds, ledger_sides;
extern const FieldTable statement_line_fields, statement_head_fields;

/* opening: credit positive, in minor units. Whose it is and which range stays for the caller to fill in. */
void ledger_statement_init(LedgerStatement *statement, const char *currency, gint64 opening);
/* amount: credit positive, not 0. The memo is copied; NULL none. */
void ledger_statement_add(LedgerStatement *statement, gint64 at, LedgerKind kind, const char *memo,
                          gint64 amount);
void ledger_statement_clear(LedgerStatement *statement);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LedgerStatement, ledger_statement_clear)

/* The same figures in each; JSON: wire/statement_json.h. Text is at most 78 cells wide; cells of CSV are no formulas. */
void ledger_statement_put_text(GString *out, const LedgerStatement *statement);
void ledger_statement_put_csv(GString *out, const LedgerStatement *statement);
