/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/unit.h"

#include <string.h>

#include "client/link.h"

typedef struct Case {
    const char *text, *uri; /* NULL: refused */
} Case;

static void check(const Case *cases, size_t n, char *(*make)(const char *))
{
    for (size_t i = 0; i < n; i++) {
        g_autofree char *uri = make(cases[i].text);
        if (g_strcmp0(uri, cases[i].uri) != 0)
            fail_msg("%s gives %s, not %s", cases[i].text, uri, cases[i].uri);
    }
}

static void test_tel(void **state)
{
    static const Case cases[] = {
        { "0113 496 0142", "tel:01134960142" },
        { "+44 (113) 496-0142", "tel:+441134960142" },
        { "112", "tel:112" },
        { "0113 496 0142 ext 12", "tel:01134960142" },
        { "0113 496;0142", "tel:0113496" }, /* a parameter, or another command */
        { "+12345678901234567", NULL },
        { "12", NULL },
        { "-e sh", NULL },
        { "", NULL },
        { NULL, NULL },
    };
    check(cases, G_N_ELEMENTS(cases), link_tel);
}

static void test_mail(void **state)
{
    static const Case cases[] = {
        { "priya@bright.example", "mailto:priya@bright.example" },
        { "p.b+leads@bright.example", "mailto:p.b+leads@bright.example" },
        { "a?attach=/etc/passwd@b.example", "mailto:a%3Fattach%3D%2Fetc%2Fpasswd@b.example" },
        { "a&b@c.example", "mailto:a%26b@c.example" },
        { "a@b.example?bcc=x@y.example", NULL },
        { "a@-b.example", NULL },
        { "a b@c.example", NULL },
        { "a\n@c.example", NULL },
        { "a@c.example\n", NULL },
        { "@c.example", NULL },
        { "a@", NULL },
        { "a", NULL },
        { NULL, NULL },
    };
    check(cases, G_N_ELEMENTS(cases), link_mail);
}

static void test_web(void **state)
{
    static const Case cases[] = {
        { "https://bright.example", "https://bright.example" },
        { "http://bright.example:8080/a?b=c#d", "http://bright.example:8080/a?b=c#d" },
        { "http://[2001:db8::1]/", "http://[2001:db8::1]/" },
        { "HTTPS://Bright.example/", "HTTPS://Bright.example/" },
        { "file:///etc/passwd", NULL },
        { "javascript:alert(1)", NULL },
        { "-https://bright.example", NULL },
        { "--new-window", NULL },
        { "https://-oProxyCommand=x/", NULL },
        { "https:///path", NULL },
        { "https:", NULL },
        { "https://good.example@evil.example/", NULL }, /* shows one host and goes to another */
        { "https://a:b@evil.example/", NULL },
        { "https://bright.example/a b", NULL },
        { "https://bright.example/\x1b[31m", NULL },
        { "https://bright.example/\"x", NULL },
        { "https://bright.example/$(x)`y`", NULL },
        { "https://br\xc3\xadght.example/", NULL },
        { "https://bright.example/\xff", NULL },
        { "", NULL },
        { NULL, NULL },
    };
    check(cases, G_N_ELEMENTS(cases), link_web);
    g_autofree char *path = g_strnfill(3000, 'a');
    g_autofree char *long_one = g_strconcat("https://b.example/", path, NULL);
    assert_null(link_web(long_one));
}

static char *uris_of(const Referral *referral)
{
    g_autoptr(GPtrArray) links = links_of(referral);
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < links->len; i++) {
        const Link *link = links->pdata[i];
        g_string_append_printf(out, "%s%s", i ? " " : "", link->uri);
    }
    return g_string_free(out, FALSE);
}

static void test_lead(void **state)
{
    Referral referral = { 0 };
    referral.lead.contact.phone_1 = (char *)"0113 496 0142";
    referral.lead.contact.phone_2 = (char *)"0113 4960 142"; /* the same */
    referral.lead.contact.email = (char *)"p@b.example";
    referral.lead.need = (char *)"Website (see https://b.example/a_(b)), and https://b.example/c.";
    referral.lead.comments = (char *)"\"http://d.example\"\nhttps://b.example/c! https:// http:";
    g_autofree char *uris = uris_of(&referral);
    assert_string_equal(uris, "tel:01134960142 mailto:p@b.example https://b.example/a_(b) "
                              "https://b.example/c http://d.example");
}

/* Somebody may send nothing but links. */
static void test_many(void **state)
{
    Referral referral = { 0 };
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 500; i++)
        g_string_append_printf(text, "https://b.example/%d ", i);
    referral.lead.comments = text->str;
    g_autoptr(GPtrArray) links = links_of(&referral);
    assert_int_equal(links->len, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tel),  cmocka_unit_test(test_mail), cmocka_unit_test(test_web),
        cmocka_unit_test(test_lead), cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
