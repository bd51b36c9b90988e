/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading phone numbers, without the module and with it. */
#include "base/phone.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "unit.h"

typedef struct Row {
    const char *text, *region;
    PhoneFault fault;
    const char *e164;
} Row;

static void check(const Row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char e164[PHONE_E164_SIZE] = "?";
        for (int again = 0; again < 2; again++) {
            PhoneFault fault = phone_read(rows[i].text, rows[i].region, e164);
            if (fault != rows[i].fault || strcmp(e164, rows[i].e164) != 0)
                fail_msg("%s in %s: %d %s, should be %d %s", rows[i].text,
                         rows[i].region ? rows[i].region : "-", fault, e164, rows[i].fault,
                         rows[i].e164);
        }
    }
}

static const Row of_fiction[] = {
    { "01632 960000", NULL, PHONE_GOOD, "+441632960000" },
    { "01632 960999", "", PHONE_GOOD, "+441632960999" },
    { "07700 900000", "GB", PHONE_GOOD, "+447700900000" },
    { "07700 900999", "gb", PHONE_GOOD, "+447700900999" },
    { "+44 (1632) 960-123", "DE", PHONE_GOOD, "+441632960123" },
    { "+44.7700.900123", NULL, PHONE_GOOD, "+447700900123" },
};

static void fiction_is_as_good_as_any(void **state)
{
    check(of_fiction, G_N_ELEMENTS(of_fiction));
}

static void without_the_module_every_number_is_taken(void **state)
{
    static const Row rows[] = {
        { "12345", NULL, PHONE_GOOD, "" },
        { "01632 961000", NULL, PHONE_GOOD, "" },
        { "", NULL, PHONE_GOOD, "" },
    };
    check(rows, G_N_ELEMENTS(rows));
}

static void r46_numbers_that_nobody_has_are_known(void **state)
{
    static const Row rows[] = {
        { "020 7946 0018", NULL, PHONE_GOOD, "+442079460018" },
        { "+44 (0)20 7946 0018", "FR", PHONE_GOOD, "+442079460018" },
        { "030 23125 123", "DE", PHONE_GOOD, "+493023125123" },
        { "+1 202 555 0143", NULL, PHONE_GOOD, "+12025550143" },
        { "0049 30 23125 123", NULL, PHONE_GOOD, "+493023125123" },
        { "03-1234-5678", "JP", PHONE_GOOD, "+81312345678" },
        { "01632 961000", NULL, PHONE_UNKNOWN, "+441632961000" }, /* just past fiction */
        { "01632 959999", NULL, PHONE_UNKNOWN, "+441632959999" },
        { "07700 901000", NULL, PHONE_UNKNOWN, "+447700901000" },
        { "01632 960123", "US", PHONE_TOO_LONG, "+101632960123" },
        { "06911 123456", NULL, PHONE_UNKNOWN, "+446911123456" },
        { "960123", NULL, PHONE_LOCAL, "+44960123" },
        { "112", NULL, PHONE_TOO_SHORT, "+44112" },
        { "01632 9601234567", NULL, PHONE_TOO_LONG, "+4416329601234567" },
        { "0123456789012345678901", NULL, PHONE_TOO_LONG, "" },
        { "+999 123456789", NULL, PHONE_NO_COUNTRY, "" },
        { "020 7946 0018", "XX", PHONE_NO_COUNTRY, "" },
        { "call me", NULL, PHONE_UNREADABLE, "" },
        { "", NULL, PHONE_UNREADABLE, "" },
    };
    const char *folder = getenv("top_builddir");
    g_autofree char *path = g_build_filename(folder ? folder : ".", "leadline-phone.so", NULL);
    if (!phone_load_from(path))
        fail_msg("%s cannot be loaded: %s", path, dlerror());
    check(rows, G_N_ELEMENTS(rows));
    check(of_fiction, G_N_ELEMENTS(of_fiction));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fiction_is_as_good_as_any),
        cmocka_unit_test(without_the_module_every_number_is_taken),
        cmocka_unit_test(r46_numbers_that_nobody_has_are_known),
    };
    return cmocka_run_group_tests_name("phone", tests, NULL, NULL);
}
