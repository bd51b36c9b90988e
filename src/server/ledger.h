/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ledger (model/ledger.h): the only place that writes the tables txn, posting and ledger_account. Everything here runs in the
 * caller's transaction.
 *
 *   LedgerEntry entry = { .kind = LEDGER_PAYMENT, .key = "pay/INVOICE", .currency = "GBP", .actor = &me,
 *                         .lines = { { cash, -2500 }, { member, 2500 } } };
 *   ledger_post(db, now, &entry, NULL, error)
 *
 * An account is a code and a currency ("group:ID:dues" in GBP); it is there as soon as something is posted to it. The amounts
 * of an entry add up to nothing, or it is our own bug. Its key says what caused it: posted again under that key it is
 * nothing, however many do so at once. A posting is later than all before it of its account, by a millisecond at least,
 * even when the clock went backwards: a statement of a time that is over never changes.
 *
 * Reversing flips all amounts of an entry, once: whoever comes second gets ALREADY_EXISTS. A reversal is not reversed.
 * `leadlined check` adds everything up again.
 */
#pragma once

#include "db/db.h"
#include "model/ledger.h"

#define LEDGER_LINES 4

typedef struct LedgerLine {
    const char *account; /* code */
    gint64 amount;       /* credit positive, debit negative; 0 no (more) line */
} LedgerLine;

typedef struct LedgerEntry {
    LedgerKind kind;
    const char *key;
    const char *currency;
    const char *memo;  /* what a statement says about it; NULL nothing */
    const Uuid *actor; /* NULL: a job */
    LedgerLine lines[LEDGER_LINES];
} LedgerEntry;

/* The id of the transaction of a key, whether or not it was posted. */
Uuid ledger_id(const char *key);

/* *fresh (may be NULL): it was not there yet. */
bool ledger_post(Db *db, gint64 now, const LedgerEntry *entry, bool *fresh, GError **error);

/* NOT_FOUND; ALREADY_EXISTS when it is reversed, or a reversal itself. */
bool ledger_reverse(Db *db, gint64 now, const Uuid *txn, const char *memo, const Uuid *actor,
                    GError **error);

/* 0 for an account that nothing was posted to. */
bool ledger_balance(Db *db, const char *account, const char *currency, gint64 *balance,
                    GError **error);

/* What was posted from `from` to `to`, both included, after what was before. Names and range stay for the caller. */
bool ledger_statement(Db *db, const char *account, const char *currency, gint64 from, gint64 to,
                      LedgerStatement *statement, GError **error);
