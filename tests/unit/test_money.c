/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/money.h"

#include "base/problem.h"
#include "unit.h"

static void test_exponents(void **state)
{
    assert_int_equal(money_exponent("GBP"), 2);
    assert_int_equal(money_exponent("AED"), 2);
    assert_int_equal(money_exponent("ZWG"), 2);
    assert_int_equal(money_exponent("JPY"), 0);
    assert_int_equal(money_exponent("BIF"), 0);
    assert_int_equal(money_exponent("XPF"), 0);
    assert_int_equal(money_exponent("KWD"), 3);
    assert_int_equal(money_exponent("TND"), 3);
    assert_int_equal(money_exponent("XTS"), -1);
    assert_int_equal(money_exponent("gbp"), -1);
    assert_int_equal(money_exponent("GB"), -1);
    assert_int_equal(money_exponent("GBPP"), -1);
    assert_int_equal(money_exponent(""), -1);
    assert_int_equal(money_exponent(NULL), -1);
}

static void test_parsing(void **state)
{
    static const struct {
        const char *text, *currency;
        gint64 amount;
        const char *result;
    } rows[] = {
        { "3500", "GBP", 350000, "GBP" },
        { "3,500", "GBP", 350000, "GBP" },
        { "3500.50", "GBP", 350050, "GBP" },
        { "3500.5", "GBP", 350050, "GBP" },
        { ".5", "GBP", 50, "GBP" },
        { "0", "GBP", 0, "GBP" },
        { " 12 ", "GBP", 1200, "GBP" },
        { "GBP 3500", "EUR", 350000, "GBP" },
        { "3500 GBP", NULL, 350000, "GBP" },
        { "3500gbp", NULL, 350000, "GBP" },
        { "£20", "EUR", 2000, "GBP" },
        { "€ 1,234,567.89", NULL, 123456789, "EUR" },
        { "$5", "GBP", 500, "USD" },
        { "$5", "CAD", 500, "CAD" },
        { "-20", "GBP", -2000, "GBP" },
        { "-£20", NULL, -2000, "GBP" },
        { "GBP -20", NULL, -2000, "GBP" },
        { "3500", "JPY", 3500, "JPY" },
        { "¥3,500", NULL, 3500, "JPY" },
        { "1.234", "KWD", 1234, "KWD" },
        { "10000000000", "GBP", MONEY_MAX, "GBP" },
        { "-10000000000.00", "GBP", -MONEY_MAX, "GBP" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Money money = { 0 };
        if (!money_parse(rows[i].text, rows[i].currency, &money, NULL))
            fail_msg("refused %s", rows[i].text);
        assert_int_equal(money.amount, rows[i].amount);
        assert_string_equal(money.currency, rows[i].result);
    }
}

static void test_refusals_leave_out_alone(void **state)
{
    static const struct {
        const char *text, *currency;
    } rows[] = {
        { "", "GBP" },
        { "GBP", NULL },
        { "-", "GBP" },
        { "3500", NULL },
        { "3500", "XTS" },
        { "3500 QQQ", "GBP" },
        { "12.345", "GBP" },
        { "12.0", "JPY" },
        { "12.", "GBP" },
        { ".", "GBP" },
        { ",500", "GBP" },
        { "3,50", "GBP" },
        { "3,5000", "GBP" },
        { "3500,000", "GBP" },
        { "1,,000", "GBP" },
        { "1,000,", "GBP" },
        { "--5", "GBP" },
        { "-GBP -5", NULL },
        { "1e5", "GBP" },
        { "0x10", "GBP" },
        { "5 5", "GBP" },
        { "GBP 5 EUR", NULL },
        { "1.2.3", "GBP" },
        { "+5", "GBP" },
        { "10000000000.01", "GBP" },
        { "99999999999999999999999999", "GBP" },
        { "\xc2\xa0"
          "5",
          "GBP" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        Money money = { 42, "EUR" };
        if (money_parse(rows[i].text, rows[i].currency, &money, &error))
            fail_msg("accepted \"%s\"", rows[i].text);
        assert_true(problem_is(error, PROBLEM_BAD_INPUT));
        assert_int_equal(money.amount, 42);
        assert_string_equal(money.currency, "EUR");
    }
}

static void test_formatting(void **state)
{
    static const struct {
        Money money;
        const char *text, *plain;
    } rows[] = {
        { { 0, "" }, "", "" },
        { { 0, "GBP" }, "GBP 0.00", "0.00" },
        { { 5, "GBP" }, "GBP 0.05", "0.05" },
        { { 99999, "GBP" }, "GBP 999.99", "999.99" },
        { { 350000, "GBP" }, "GBP 3,500.00", "3500.00" },
        { { -350000, "GBP" }, "GBP -3,500.00", "-3500.00" },
        { { 123456789, "EUR" }, "EUR 1,234,567.89", "1234567.89" },
        { { 999, "JPY" }, "JPY 999", "999" },
        { { 1000, "JPY" }, "JPY 1,000", "1000" },
        { { 1234567, "KWD" }, "KWD 1,234.567", "1234.567" },
        { { G_MININT64, "GBP" }, "GBP -92,233,720,368,547,758.08", "-92233720368547758.08" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = money_format(&rows[i].money);
        g_autofree char *plain = money_format_plain(&rows[i].money);
        assert_string_equal(text, rows[i].text);
        assert_string_equal(plain, rows[i].plain);
    }
}

static void test_what_is_written_can_be_read(void **state)
{
    static const char *const currencies[] = { "GBP", "JPY", "KWD" };
    uint64_t random = 11;
    for (int i = 0; i < 5000; i++) {
        Money money = { (gint64)(random_next(&random) % (2 * MONEY_MAX)) - MONEY_MAX, "" }, back;
        money.amount /= 1 + random_below(&random, 1000000);
        g_strlcpy(money.currency, currencies[i % 3], sizeof money.currency);
        g_autofree char *text = money_format(&money);
        g_autofree char *plain = money_format_plain(&money);
        assert_true(money_parse(text, NULL, &back, NULL));
        assert_true(money_equal(&money, &back));
        assert_true(money_parse(plain, money.currency, &back, NULL));
        assert_true(money_equal(&money, &back));
    }
}

static void test_adding(void **state)
{
    Money sum = { 0 };
    const Money none = { 0 }, pound = { 100, "GBP" }, euro = { 100, "EUR" };
    const Money most = { MONEY_MAX, "GBP" }, least = { -MONEY_MAX, "GBP" };
    assert_true(money_add(&sum, &none));
    assert_false(money_is_set(&sum));
    assert_true(money_add(&sum, &pound));
    assert_true(money_equal(&sum, &pound));
    assert_false(money_add(&sum, &euro));
    assert_false(money_add(&sum, &most));
    assert_true(money_equal(&sum, &pound));
    assert_true(money_add(&sum, &least));
    assert_int_equal(sum.amount, 100 - MONEY_MAX);
    assert_false(money_add(&sum, &least));
    assert_true(money_add(&sum, &none));
    assert_int_equal(sum.amount, 100 - MONEY_MAX);
}

static void test_equality(void **state)
{
    const Money none = { 0 }, odd_none = { 5, "" }, zero = { 0, "GBP" }, euro = { 0, "EUR" };
    assert_true(money_equal(&none, &odd_none));
    assert_false(money_equal(&none, &zero));
    assert_false(money_equal(&zero, &euro));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exponents),
        cmocka_unit_test(test_parsing),
        cmocka_unit_test(test_refusals_leave_out_alone),
        cmocka_unit_test(test_formatting),
        cmocka_unit_test(test_what_is_written_can_be_read),
        cmocka_unit_test(test_adding),
        cmocka_unit_test(test_equality),
    };
    return cmocka_run_group_tests_name("money", tests, NULL, NULL);
}
