/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/unit.h"

#include <string.h>

#include "client/export.h"

static char *one(ExportFormat format, const char *need, const char *phone)
{
    Referral referral = { .id = { { 1 } } };
    GString *out = g_string_new(NULL);
    referral.lead.need = (char *)need;
    referral.lead.contact.phone_1 = (char *)phone;
    export_lead(out, format, &referral, true);
    return g_string_free(out, FALSE);
}

/* What would be calculated, and what would end the cell. */
static void test_csv(void **state)
{
    static const struct {
        const char *need, *cell;
    } cases[] = {
        { "Boiler", ",Boiler," },
        { "=HYPERLINK(1)", ",'=HYPERLINK(1)," },
        { "+1", ",'+1," },
        { "-1", ",'-1," },
        { "@SUM(1)", ",'@SUM(1)," },
        { "\t=1", ",'\t=1," },
        { "=1,\"2\"", ",\"'=1,\"\"2\"\"\"," },
        { "two\nlines", ",\"two\nlines\"," },
        { "say \"hi\"", ",\"say \"\"hi\"\"\"," },
        { "a=1", ",a=1," },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *line = one(EXPORT_CSV, cases[i].need, NULL);
        if (!strstr(line, cases[i].cell))
            fail_msg("%s is not in %s", cases[i].cell, line);
        assert_true(g_str_has_suffix(line, "\r\n"));
    }
    g_autofree char *phone = one(EXPORT_CSV, "x", "+44 113");
    assert_non_null(strstr(phone, ",'+44 113,"));
}

/* As many cells as the head has, whatever is missing. */
static void test_columns(void **state)
{
    g_autoptr(GString) head = g_string_new(NULL);
    export_begin(head, EXPORT_CSV);
    g_autofree char *line = one(EXPORT_CSV, NULL, NULL);
    g_auto(GStrv) names = g_strsplit(head->str, ",", -1);
    g_auto(GStrv) cells = g_strsplit(line, ",", -1);
    assert_int_equal(g_strv_length(names), g_strv_length(cells));
    assert_string_equal(names[0], "id");
    assert_true(g_strv_contains((const char *const *)names, "lead.contact.phone_1"));
}

static void test_json(void **state)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Referral referral = { 0 };
    export_begin(out, EXPORT_JSON);
    export_lead(out, EXPORT_JSON, &referral, true);
    export_lead(out, EXPORT_JSON, &referral, false);
    export_end(out, EXPORT_JSON);
    assert_true(g_str_has_prefix(out->str, "[\n{"));
    assert_non_null(strstr(out->str, "},\n{"));
    assert_true(g_str_has_suffix(out->str, "}\n]\n"));
    g_autofree char *line = one(EXPORT_LINES, "two\nlines", NULL);
    assert_true(g_str_has_suffix(line, "}\n"));
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
