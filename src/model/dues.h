/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a group charges its members (R52). An account itself costs nothing (R1).
 *
 *   invoice: open -> paid | waived (by whoever has RIGHT_DUES)
 *
 * Periods are counted from the local day on which somebody joined: who joins on the 31st of January owes for 31 January to 27
 * February, then 28 February to 30 March, and so on; nobody owes for a part of a month. Only periods that begin when
 * the group already charged are owed. An invoice is due DUES_DAYS after it was made; grace_days of the group
 * later an unpaid one ends the membership (lapsed), the debt stays. The only leader of a group does not lapse (D12).
 */
#pragma once

#include "base/day.h"
#include "model/group.h"

#define DUES_DAYS 14

typedef enum InvoiceState {
    INVOICE_OPEN = 1,
    INVOICE_PAID = 2,
    INVOICE_WAIVED = 3,
} InvoiceState;

typedef struct Invoice {
    Uuid id; /* invoice_id() */
    gint64 rev;
    gint64 created_at, updated_at;
    Uuid group;
    Party member;
    Money amount;
    char *from_on, *to_on;    /* days of the period, both of it */
    char *due_on, *lapses_on; /* unpaid on that day, the membership ends */
    InvoiceState state;
    char *settled_on; /* the day on which it was paid, as the treasurer entered it, or waived */
    char *note;
} Invoice;

typedef struct DuesSettlement { /* POST .../pay, .../waive */
    char *on;                   /* the day; unset: today there */
    char *note;                 /* "bank transfer": stands in the statement */
} DuesSettlement;

extern const EnumTable invoice_states;
extern const FieldTable invoice_fields, dues_settlement_fields;

typedef struct DuesPeriod {
    Day from, to;
} DuesPeriod;

/* The n-th period (0, 1, ...) of who joined on that day. */
void dues_period(const char *joined, FeePeriod fee, int n, DuesPeriod *out);
/* Which of them a day is in; -1: it is before the first one. */
int dues_period_of(const char *joined, FeePeriod fee, const char *day);

/* For each member and period there is one. */
Uuid invoice_id(const Uuid *group, const Uuid *account, const char *from_on);

/* Also says whether `on` is a day, not later than today. */
bool dues_settlement_validate(const DuesSettlement *settlement, const char *today,
                              FieldErrors *errors);
