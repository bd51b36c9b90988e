/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Money: a count of minor units (pence, cents; JPY has none, KWD a thousandth) and an ISO 4217 code.
 * Never a float. An empty currency means "no amount". |amount| <= MONEY_MAX.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define MONEY_MAX G_GINT64_CONSTANT(1000000000000)
#define DEFAULT_CURRENCY "GBP" /* of an input field that has none yet */

typedef struct Money {
    gint64 amount;    /* minor units */
    char currency[4]; /* three capitals, or "" for none */
} Money;

bool money_is_set(const Money *money);
bool money_equal(const Money *a, const Money *b);

/* Number of decimals of a currency (0, 2, 3), or -1 for an unknown code. */
int money_exponent(const char *currency);

/* Decimal text as typed: "3,500", "3500.50", "GBP 3500", "3500 GBP", "£20"; currency when the text has none. */
bool money_parse(const char *text, const char *currency, Money *out, GError **error);

/* "GBP 3,500.00"; "" when not set. Caller frees. */
char *money_format(const Money *money);
/* "3500.00" without currency, as an input field wants it. Caller frees. */
char *money_format_plain(const Money *money);

/* *sum += money; false on overflow or two currencies, *sum unchanged. An unset sum takes the currency. */
bool money_add(Money *sum, const Money *money);
