/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vCards of every dialect and pasted signatures: the samples are the corpus of the fuzz target. */
#include "tests/unit/unit.h"

#include <string.h>

#include "client/card.h"

/* All fields in the order of the table, "-" where one is unset. */
static char *joined(const Contact *contact)
{
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < contact_fields.n_fields; i++) {
        g_autofree char *text = field_to_text(&contact_fields.fields[i], contact);
        g_string_append_printf(out, "%s%s", i ? "|" : "", *text ? text : "-");
    }
    return g_string_free(out, FALSE);
}

static char *all_joined(GPtrArray *contacts)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < contacts->len; i++) {
        g_autofree char *one = joined(contacts->pdata[i]);
        g_string_append_printf(out, "%s%s", i ? "\n" : "", one);
    }
    return g_string_free(out, FALSE);
}

static char *read_sample(const char *name, gsize *length)
{
    const char *top = g_getenv("top_srcdir");
    g_autofree char *path = g_build_filename(top ? top : ".", "tests/fuzz/corpus/card", name, NULL);
    char *text = NULL;
    assert_true(g_file_get_contents(path, &text, length, NULL));
    return text;
}

/* first|last|company|e-mail|phone|second|town|code|country */
static const struct {
    const char *name, *contacts;
} samples[] = {
    { "21-android", "Jürgen|Müller|Müller Bau GmbH & Co. KG|juergen@mueller-bau.example|"
                    "+491701234567|0711-1234-567|Köln|50667|DE" },
    { "21-outlook", "Anke|Größer|Größer & Söhne|a.groesser@example.com|+49 (89) 123456-78|"
                    "+49 151 23456789|München|80331|DE" },
    { "21-nokia", "Kåre|Sørensen|Fjord; Fisk|kare@example.no|22334455|-|-|-|-" },
    { "30-apple", "Priya|Bright|Bright & Co, Builders|priya@bright.example|07700 900142|"
                  "0113 496 0190|Leeds|LS1 4AP|GB" },
    { "30-google", "Ana-Maria|de la Cruz|-|ana-maria.de-la-cruz.of-the-long-address@example.es|"
                   "+34 612 34 56 78|-|Madrid|28013|ES" },
    { "30-company", "-|-|Northgate Heating Ltd|-|0113 496 0000|-|-|-|-" },
    { "40-rfc", "Simon|Perreault|Viagenie|simon.perreault@viagenie.example|+1-418-262-6501|"
                "+1-418-656-9254|Quebec|G1V 2M2|CA" },
    { "40-org", "-|-|Mill Lane Surveyors|office@mill.example|+441134960111|-|-|-|-" },
    { "40-folded", "Zoë|Brontë|-|-|+44 113 496 0123|-|-|-|-" },
    { "three", "First|One|-|one@example.com|-|-|-|-|-\nSecond|Two|-|two@example.com|-|-|-|-|-\n"
               "Third|Three|-|three@example.com|-|-|-|-|-" },
    { "signature-uk", "Priya|Bright|Bright & Co Ltd|priya@bright.example|0113 496 0190|"
                      "07700 900142|Leeds|LS1 4AP|-" },
    { "signature-de", "Jürgen|Müller|Müller Bau GmbH & Co. KG|"
                      "juergen.mueller@mueller-bau.example|0221   123 456-0|+49 170 1234567|"
                      "Köln|50667|-" },
    { "signature-us", "Jane Q.|Roe|Roe Accounting LLC|jane@roe.example|(217) 555-0142|"
                      "217.555.0143|Springfield|62704-1234|-" },
    { "signature-ch", "Anna-Lena von|Ballmoos|-|anna.vonballmoos@example.ch|+41 44 123 45 67|-|"
                      "Zürich|8001|CH" },
    { "mail-head", "Ada|Okafor|-|ada.okafor@okafor.example|-|-|-|-|-" },
    { "form-mail", "Sam|Kerr|Kerr Conveyancing|sam@kerr.example|0113 496 0777|-|Leeds|LS7 4EP|-" },
    { "one-line", "Priya|Bright|-|priya@bright.example|0113 496 0190|-|-|-|-" },
    { "prose", "" },
    { "empty", "" },
    { "broken", "TEL:call me|=4=ZZ|ÿþ Ltd|-|-|-|-|-|-" },
};

static void test_samples(void **state)
{
    bool wrong = false;
    for (size_t i = 0; i < G_N_ELEMENTS(samples); i++) {
        gsize length = 0;
        g_autofree char *text = read_sample(samples[i].name, &length);
        g_autoptr(GPtrArray) contacts = cards_read(text, (gssize)length);
        g_autofree char *got = all_joined(contacts);
        if (strcmp(got, samples[i].contacts) != 0) {
            print_error("%s:\n  %s\nnot\n  %s\n", samples[i].name, got, samples[i].contacts);
            wrong = true;
        }
    }
    assert_false(wrong);
}

/* A form fills only what is empty, and says what that was. */
static void test_fill(void **state)
{
    Contact form = { .first_name = g_strdup("Priya"), .phone_1 = g_strdup("0113 4960190") };
    Contact card = { .first_name = (char *)"Anne",
                     .last_name = (char *)"Bright",
                     .phone_1 = (char *)"0113 496 0190",
                     .phone_2 = (char *)"07700 900142",
                     .email = (char *)"p@bright.example" };
    g_autofree const char **filled = card_fill(&form, &card);
    g_autofree char *names = g_strjoinv(",", (char **)filled);
    g_autofree char *got = joined(&form);
    assert_string_equal(names, "last_name,email,phone_2");
    assert_string_equal(got, "Priya|Bright|-|p@bright.example|0113 4960190|07700 900142|-|-|-");
    fields_clear(&contact_fields, &form);
}

/* The number that is in the form already is no second one; another one is. */
static void test_second_phone(void **state)
{
    static const struct {
        const char *have, *card, *second;
    } cases[] = { { "0113 496 0190", "01134960190", NULL },
                  { "0113 496 0190", "07700 900142", "07700 900142" } };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Contact form = { .phone_1 = g_strdup(cases[i].have) };
        Contact card = { .phone_1 = (char *)cases[i].card };
        g_autofree const char **filled = card_fill(&form, &card);
        assert_int_equal(filled[0] != NULL, cases[i].second != NULL);
        assert_int_equal(g_strcmp0(form.phone_2, cases[i].second), 0);
        fields_clear(&contact_fields, &form);
    }
}

/* What is too long is cut; more cards than anybody wants are left out; one line without an end is no harm. */
static void test_bounds(void **state)
{
    g_autofree char *name = g_strnfill(300, 'x');
    g_autofree char *long_name = g_strdup_printf("BEGIN:VCARD\nN:%s;A\nEND:VCARD\n", name);
    g_autoptr(GPtrArray) one = cards_read(long_name, -1);
    assert_int_equal(one->len, 1);
    assert_int_equal(strlen(((Contact *)one->pdata[0])->last_name), 60);

    GString *many = g_string_new(NULL);
    for (int i = 0; i < 500; i++)
        g_string_append(many, "BEGIN:VCARD\nN:A;B\nEND:VCARD\n");
    g_autoptr(GPtrArray) cards = cards_read(many->str, (gssize)many->len);
    assert_int_equal(cards->len, CARDS_MAX);
    g_string_free(many, TRUE);

    g_autofree char *flat = g_strnfill(4 * CARD_TEXT_MAX, '1');
    g_autoptr(GPtrArray) none = cards_read(flat, -1);
    assert_int_equal(none->len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_fill),
        cmocka_unit_test(test_second_phone),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
