/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "server/search.h"

static const DbDriver *const drivers[] = { &db_sqlite, NULL };

static void assert_words(const char *text, const char *expected)
{
    g_autoptr(GString) out = g_string_new(NULL);
    search_cut(out, text, 100);
    assert_string_equal(out->str, expected);
}

static void words_are_folded_and_bare(void **state)
{
    assert_words("Boiler replacement, 2 sites", "boiler replacement 2 sites ");
    assert_words("Béranger-Núñez STRASSE Straße", "beranger nunez strasse strasse ");
    assert_words("o'Neill_x", "o neill x ");
    assert_words("\xef\xbc\xa1\xef\xbc\xa2\xef\xbc\xa3", "abc "); /* full-width ABC */
    assert_words("", "");
    assert_words(" -- \"* ", "");
    assert_words("bad \xff utf", "");
}

static void ideographs_are_words(void **state)
{
    assert_words("王氏貿易 Ltd", "王 氏 貿 易 ltd ");
    assert_words("ボイラーx", "ホ イ ラ ー x ");
}

static void number_of_words_is_bounded(void **state)
{
    g_autoptr(GString) out = g_string_new(NULL);
    assert_int_equal(search_cut(out, "a b c d e", 3), 3);
    assert_string_equal(out->str, "a b c ");
    g_string_truncate(out, 0);
    g_autofree char *endless = g_strnfill(100000, 'x');
    assert_int_equal(search_cut(out, endless, 3), 1);
    assert_true(out->len < 100);
}

static char *query(const char *typed, ReferralBox box)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Db) db = db_open(drivers, "sqlite::memory:", DB_WRITE, &error);
    assert_non_null(db);
    Uuid viewer = { { 0xab } };
    return search_query(db, typed, &viewer, box);
}

static void query_has_no_syntax_of_the_user(void **state)
{
    g_autofree char *hostile = query("\" OR referral_words:* NEAR(x) i_00'", BOX_INBOX);
    assert_string_equal(hostile,
                        "\"i_ab000000000000000000000000000000\" AND \"or\"* AND \"referral\"* AND "
                        "\"words\"* AND \"near\"* AND \"x\"* AND \"i\"* AND \"00\"*");
    g_autofree char *both = query("a", 0);
    assert_string_equal(both, "(\"i_ab000000000000000000000000000000\" OR "
                              "\"s_ab000000000000000000000000000000\") AND \"a\"*");
    assert_null(query("*** \"", BOX_SENT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_folded_and_bare),
        cmocka_unit_test(ideographs_are_words),
        cmocka_unit_test(number_of_words_is_bounded),
        cmocka_unit_test(query_has_no_syntax_of_the_user),
    };
    return cmocka_run_group_tests_name("search", tests, NULL, NULL);
}
