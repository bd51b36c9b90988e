/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/money.h"

#include <string.h>

#include "base/problem.h"

/* ISO 4217 by number of decimals, sorted; funds and precious metals are nobody's price. */
static const struct {
    int exponent;
    const char *codes;
} currencies[] = {
    { 2, "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN "
         "BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS "
         "GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR "
         "LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD "
         "PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN "
         "SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW "
         "ZWG " },
    { 0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF " },
    { 3, "BHD IQD JOD KWD LYD OMR TND " },
};

static const struct {
    const char *symbol;
    const char *currency;
} symbols[] = {
    { "£", "GBP" }, { "€", "EUR" }, { "$", "USD" }, { "¥", "JPY" }, { "₹", "INR" },
};

bool money_is_set(const Money *money)
{
    return money->currency[0] != '\0';
}

bool money_equal(const Money *a, const Money *b)
{
    if (!money_is_set(a) || !money_is_set(b))
        return money_is_set(a) == money_is_set(b);
    return a->amount == b->amount && strcmp(a->currency, b->currency) == 0;
}

int money_exponent(const char *currency)
{
    if (!currency || strlen(currency) != 3)
        return -1;
    for (size_t i = 0; i < G_N_ELEMENTS(currencies); i++) {
        const char *codes = currencies[i].codes;
        size_t low = 0, high = strlen(codes) / 4;
        while (low < high) {
            size_t middle = (low + high) / 2;
            int order = memcmp(currency, codes + 4 * middle, 3);
            if (order == 0)
                return currencies[i].exponent;
            if (order < 0)
                high = middle;
            else
                low = middle + 1;
        }
    }
    return -1;
}

/* ---- parsing */

/* Three letters and no fourth; else code stays. */
static bool take_code(const char *text, char code[static 4])
{
    char found[4] = "";
    for (int i = 0; i < 3; i++) {
        if (!g_ascii_isalpha(text[i]))
            return false;
        found[i] = g_ascii_toupper(text[i]);
    }
    if (g_ascii_isalpha(text[3]))
        return false;
    memcpy(code, found, sizeof found);
    return true;
}

/* Moves a currency at the start or end of the number's text, if there is one, into code. */
static char *take_currency(char *text, char code[static 4])
{
    size_t length = strlen(text);
    for (size_t i = 0; i < G_N_ELEMENTS(symbols); i++) {
        if (g_str_has_prefix(text, symbols[i].symbol)) {
            /* "$" is the dollar that the field is in, when it is in one of them. */
            if (symbols[i].symbol[0] != '$' || code[2] != 'D')
                g_strlcpy(code, symbols[i].currency, 4);
            return g_strchug(text + strlen(symbols[i].symbol));
        }
    }
    if (take_code(text, code))
        return g_strchug(text + 3);
    if (length > 3 && !g_ascii_isalpha(text[length - 4]) && take_code(text + length - 3, code)) {
        text[length - 3] = '\0';
        return g_strchomp(text);
    }
    return text;
}

/* Digits with commas between groups of three, and at most `exponent` decimals. */
static bool parse_number(const char *at, int exponent, gint64 *out)
{
    gint64 amount = 0;
    int digits = 0, group = -1,
        decimals = 0; /* group: digits since the comma, -1 before the first */
    for (; g_ascii_isdigit(*at) || *at == ','; at++) {
        if (*at == ',') {
            if (digits == 0 || (group < 0 ? digits > 3 : group != 3))
                return false;
            group = 0;
            continue;
        }
        digits++;
        if (group >= 0)
            group++;
        amount = amount * 10 + *at - '0';
        if (amount > MONEY_MAX)
            return false;
    }
    if (group >= 0 && group != 3)
        return false;
    if (*at == '.') {
        for (at++; g_ascii_isdigit(*at) && decimals < exponent; at++, decimals++)
            amount = amount * 10 + *at - '0';
        if (decimals == 0)
            return false;
    }
    for (int i = decimals; i < exponent; i++)
        amount *= 10;
    *out = amount;
    return *at == '\0' && digits + decimals > 0 && amount <= MONEY_MAX;
}

bool money_parse(const char *text, const char *currency, Money *out, GError **error)
{
    Money money = { 0 };
    g_autofree char *copy = g_strstrip(g_strdup(text ? text : ""));
    if (currency)
        g_strlcpy(money.currency, currency, sizeof money.currency);
    bool negative = *copy == '-';
    char *number = take_currency(g_strchug(copy + negative), money.currency);
    if (!negative && *number == '-') {
        negative = true;
        number++;
    }
    int exponent = money_exponent(money.currency);
    if (exponent < 0)
        return problem_set(error, PROBLEM_BAD_INPUT, "Not a currency: use a code such as GBP");
    if (!parse_number(number, exponent, &money.amount))
        return problem_set(error, PROBLEM_BAD_INPUT,
                           "Not an amount of %s with at most %d decimals: write it like 3500%s",
                           money.currency, exponent, exponent ? ".50" : "");
    if (negative)
        money.amount = -money.amount;
    *out = money;
    return true;
}

/* ---- formatting */

static char *format_number(const Money *money, bool grouped)
{
    char buffer[40], *at = buffer + sizeof buffer;
    int exponent = MAX(money_exponent(money->currency), 0);
    guint64 rest = money->amount < 0 ? -(guint64)money->amount : (guint64)money->amount;
    *--at = '\0';
    for (int place = 0; rest > 0 || place <= exponent; place++, rest /= 10) {
        if (place == exponent && exponent > 0)
            *--at = '.';
        if (grouped && place > exponent && (place - exponent) % 3 == 0)
            *--at = ',';
        *--at = (char)('0' + rest % 10);
    }
    if (money->amount < 0)
        *--at = '-';
    return g_strdup(at);
}

char *money_format(const Money *money)
{
    if (!money_is_set(money))
        return g_strdup("");
    g_autofree char *number = format_number(money, true);
    return g_strconcat(money->currency, " ", number, NULL);
}

char *money_format_plain(const Money *money)
{
    return money_is_set(money) ? format_number(money, false) : g_strdup("");
}

bool money_add(Money *sum, const Money *money)
{
    gint64 total;
    if (!money_is_set(money))
        return true;
    if (!money_is_set(sum)) {
        *sum = *money;
        return true;
    }
    if (strcmp(sum->currency, money->currency) != 0 ||
        __builtin_add_overflow(sum->amount, money->amount, &total) || total > MONEY_MAX ||
        total < -MONEY_MAX)
        return false;
    sum->amount = total;
    return true;
}
