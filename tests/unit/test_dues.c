/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/unit.h"

#include <string.h>

#include "base/text.h"
#include "model/dues.h"
#include "model/ledger.h"

static void check_period(const char *joined, FeePeriod fee, int n, const char *from, const char *to)
{
    DuesPeriod period;
    dues_period(joined, fee, n, &period);
    assert_string_equal(period.from, from);
    assert_string_equal(period.to, to);
    assert_int_equal(dues_period_of(joined, fee, from), n);
    assert_int_equal(dues_period_of(joined, fee, to), n);
}

/* R52 */
static void test_periods(void **state)
{
    check_period("2026-01-31", FEE_MONTHLY, 0, "2026-01-31", "2026-02-27");
    check_period("2026-01-31", FEE_MONTHLY, 1, "2026-02-28", "2026-03-30");
    check_period("2026-01-31", FEE_MONTHLY, 2, "2026-03-31", "2026-04-29");
    check_period("2026-11-26", FEE_MONTHLY, 12, "2027-11-26", "2027-12-25");
    check_period("2028-02-29", FEE_ANNUAL, 0, "2028-02-29", "2029-02-27");
    check_period("2028-02-29", FEE_ANNUAL, 1, "2029-02-28", "2030-02-27");
    check_period("2028-02-29", FEE_ANNUAL, 4, "2032-02-29", "2033-02-27");
    assert_int_equal(dues_period_of("2026-11-26", FEE_MONTHLY, "2026-11-25"), -1);
}

/* No day is in two periods, and none in none. */
static void test_every_day(void **state)
{
    static const FeePeriod fees[] = { FEE_MONTHLY, FEE_ANNUAL };
    for (size_t f = 0; f < G_N_ELEMENTS(fees); f++)
        for (int start = 0; start < 60; start++) {
            Day joined, day;
            day_add_days("2027-12-15", start, joined);
            int last = 0;
            for (int i = 0; i < 800; i++) {
                DuesPeriod period;
                day_add_days(joined, i, day);
                int n = dues_period_of(joined, fees[f], day);
                dues_period(joined, fees[f], n, &period);
                assert_true(n == last || n == last + 1);
                assert_true(strcmp(period.from, day) <= 0 && strcmp(day, period.to) <= 0);
                last = n;
            }
        }
}

static void test_invoice_id(void **state)
{
    Uuid group = { { 1 } }, ann = { { 2 } }, ben = { { 3 } };
    Uuid one = invoice_id(&group, &ann, "2026-11-26"),
         same = invoice_id(&group, &ann, "2026-11-26"),
         other = invoice_id(&group, &ben, "2026-11-26"),
         later = invoice_id(&group, &ann, "2026-12-26");
    assert_true(uuid_equal(&one, &same));
    assert_false(uuid_equal(&one, &other));
    assert_false(uuid_equal(&one, &later));
}

static void test_settlement(void **state)
{
    static const struct {
        const char *on;
        bool valid;
    } cases[] = {
        { NULL, true }, { "2026-11-26", true }, { "2026-11-27", false }, { "26.11.2026", false }
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(FieldErrors) errors;
        field_errors_init(&errors);
        DuesSettlement settlement = { .on = (char *)cases[i].on };
        assert_int_equal(dues_settlement_validate(&settlement, "2026-11-26", &errors),
                         cases[i].valid);
    }
}

/* ---- the statement */

static void fill(LedgerStatement *statement)
{
    ledger_statement_init(statement, "GBP", 0);
    statement->head.time_zone = g_strdup("Europe/London");
    statement->head.account.name = g_strdup("Ann \033[31mArcher");
    statement->head.group_name = g_strdup("Northgate");
    statement->head.from = 1761955200000; /* 2025-11-01 */
    statement->head.to = 1764547199000;
    ledger_statement_add(statement, 1761998400000, LEDGER_DUES, "2025-11-01 to 2025-11-30", -2500);
    ledger_statement_add(statement, 1762084800000, LEDGER_PAYMENT, "=cmd()", 2500);
    ledger_statement_add(statement, 1762171200000, LEDGER_PAYMENT, NULL, 100);
    ledger_statement_add(statement, 1762257600000, LEDGER_REVERSAL, NULL, -100);
    ledger_statement_add(statement, 1762257600001, LEDGER_DUES, "December", -2500);
}

/* Debit and credit columns, never a sign. */
static void test_statement_text(void **state)
{
    g_auto(LedgerStatement) statement;
    g_autoptr(GString) out = g_string_new(NULL);
    fill(&statement);
    ledger_statement_put_text(out, &statement);
    assert_string_equal(
        out->str,
        "Statement: Ann ^[[31mArcher with Northgate\n"
        "2025-11-01 to 2025-11-30 (Europe/London), amounts in GBP\n"
        "\n"
        "Day                                             Debit     Credit    Balance\n"
        "           Opening                                                     0.00\n"
        "2025-11-01 Dues: 2025-11-01 to 2025-11-30       25.00                 25.00 DR\n"
        "2025-11-02 Payment: =cmd()                                 25.00       0.00\n"
        "2025-11-03 Payment                                          1.00       1.00 CR\n"
        "2025-11-04 Reversal                              1.00                  0.00\n"
        "2025-11-04 Dues: December                       25.00                 25.00 DR\n"
        "           Closing                              51.00      26.00      25.00 DR\n");
    assert_null(strchr(out->str, '\033'));
    g_auto(GStrv) lines = g_strsplit(out->str, "\n", -1);
    for (char **line = lines; *line; line++)
        assert_true(text_width(*line) <= 78);
}

static void test_statement_csv(void **state)
{
    g_auto(LedgerStatement) statement;
    g_autoptr(GString) out = g_string_new(NULL);
    fill(&statement);
    ledger_statement_put_csv(out, &statement);
    assert_non_null(strstr(out->str, "kind,at,memo,debit,credit,balance,side,currency"));
    assert_non_null(strstr(out->str, ",2025-11-01 to 2025-11-30,25.00,,25.00,debit,GBP"));
    assert_null(strstr(out->str, ",=cmd"));
    assert_null(strstr(out->str, "-2500"));
    assert_non_null(strstr(out->str, "closing,,,51.00,26.00,25.00,debit,GBP"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_periods),        cmocka_unit_test(test_every_day),
        cmocka_unit_test(test_invoice_id),     cmocka_unit_test(test_settlement),
        cmocka_unit_test(test_statement_text), cmocka_unit_test(test_statement_csv),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
