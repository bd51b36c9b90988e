/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of mail, its templates, and how they are filled in. */
#include "unit.h"

#include <string.h>

#include "base/text.h"
#include "model/account.h"
#include "server/mail_template.h"

/* Every name between braces of a template, or of its subject lines only, is one of `names`. */
static void only_names(const char *code, const char *text, size_t length, const char *names)
{
    for (const char *at = memchr(text, '{', length); at;
         at = memchr(at, '{', length - (size_t)(at - text))) {
        const char *name = at + 1, *end = strchr(at, '}');
        assert_non_null(end);
        name += *name == '?' || *name == '!';
        size_t n = MIN((size_t)(end - name), strcspn(name, "="));
        if (*name != '/' && !mail_type_lists(names, name, n))
            fail_msg("%s: {%.*s} is not in its row", code, (int)n, name);
        at = end;
    }
}

static void every_type_has_a_row_and_a_template_that_uses_what_it_may(void **state)
{
    for (MailType type = 1; type < MAIL_TYPES; type++) {
        const MailTypeRow *row = mail_type_row(type);
        assert_ptr_equal(mail_type_find(row->code), row);
        const char *text = mail_template_find(row->code, "en");
        assert_non_null(text);
        assert_ptr_equal(mail_template_find(row->code, "tlh"), text);
        g_autofree char *names = g_strconcat(row->values, " name host member", NULL);
        only_names(row->code, text, strlen(text), names);
        size_t head = (size_t)(strstr(text, "\n\n") - text);
        g_autofree char *subject = g_strconcat(row->subject, " reason amended", NULL);
        only_names(row->code, text, head, subject);
    }
    assert_null(mail_type_find("gone"));
    assert_null(mail_type_find(NULL));
}

static int by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What stands between braces, each once, in order: "{?days=1} {company} {from}". */
static char *marks_of(const char *text)
{
    g_autoptr(GPtrArray) marks = g_ptr_array_new_with_free_func(g_free);
    for (const char *at = strchr(text, '{'); at; at = strchr(at + 1, '{')) {
        char *mark = g_strndup(at, strcspn(at, "}") + 1);
        bool known = g_ptr_array_find_with_equal_func(marks, mark, g_str_equal, NULL);
        if (known)
            g_free(mark);
        else
            g_ptr_array_add(marks, mark);
    }
    g_ptr_array_sort(marks, by_text);
    g_ptr_array_add(marks, NULL);
    return g_strjoinv(" ", (char **)marks->pdata);
}

static void same_marks(const char *name, const char *language)
{
    const char *english = mail_template_find(name, "en");
    const char *text = mail_template_find(name, language);
    if (text == english)
        fail_msg(
            "data/mail/%s/%s.txt is missing: translate data/mail/en/%s.txt (its words, not what "
            "is in braces)",
            language, name, name);
    g_autofree char *wanted = marks_of(english), *found = marks_of(text);
    if (strcmp(wanted, found) != 0)
        fail_msg("data/mail/%s/%s.txt must use the same values and conditions as "
                 "data/mail/en/%s.txt:\n  en: %s\n  %s: %s",
                 language, name, name, wanted, language, found);
}

static void every_type_is_there_in_every_language_with_the_same_values(void **state)
{
    for (size_t i = 0; i < languages.n_values; i++) {
        const char *language = languages.values[i].code;
        if (strcmp(language, "en") == 0)
            continue;
        for (MailType type = 1; type < MAIL_TYPES; type++)
            same_marks(mail_type_row(type)->code, language);
        same_marks("footer", language);
    }
}

/* R5: which may be switched off is fixed. */
static void R5_the_mandatory_types_are_those_of_the_design(void **state)
{
    g_autoptr(GString) optional = g_string_new(NULL);
    for (MailType type = 1; type < MAIL_TYPES; type++)
        if (!(mail_type_row(type)->flags & MAIL_MANDATORY))
            g_string_append_printf(optional, "%s ", mail_type_row(type)->code);
    assert_string_equal(optional->str,
                        "connection-request connection-accepted lead-waiting outcome reciprocate "
                        "activity encouragement role-changed absence-warning meeting-invitation "
                        "meeting-changed meeting-cancelled meeting-reminder enter-slips ");
}

/* R23 */
static void R23_no_type_tells_that_a_partner_is_gone(void **state)
{
    for (MailType type = 1; type < MAIL_TYPES; type++)
        assert_null(strstr(mail_type_row(type)->code, "partner"));
}

/* A lead's personal data is in no subject: its values are named contact and message. */
static void no_subject_may_name_the_person_of_a_lead(void **state)
{
    for (MailType type = 1; type < MAIL_TYPES; type++) {
        const char *names = mail_type_row(type)->subject;
        assert_false(mail_type_lists(names, "contact", 7));
        assert_false(mail_type_lists(names, "message", 7));
        assert_false(mail_type_lists(names, "need", 4));
    }
}

static void fill(const char *text, const char *footer, const MailValue *values, const char *subject,
                 const char *body)
{
    g_auto(MailText) out = { 0 };
    assert_int_equal(mail_template_fill(text, footer, values, &out), subject != NULL);
    if (subject)
        assert_string_equal(out.subject, subject);
    assert_string_equal(out.body, body);
}

static void values_and_conditions(void **state)
{
    MailValue values[] = { { "a", "one" }, { "b", "" }, { "c", NULL }, { 0 } };
    fill("Subject: {a}!\n\n{a}{b}{c}{d}.\n", NULL, values, "one!", "one.\n");
    fill("Subject: s\n\n{?a}yes\n{?b}no\n{!b}empty\n{?a=one}is\n{?a=two}not\n{!a=two}other\n", NULL,
         values, "s", "yes empty is other\n");
    fill("Subject: s\n\nx{?b} ({b}){/}{?a} [{a}]{/}y\n", NULL, values, "s", "x [one]y\n");
    fill("Subject: s\n\n{?a}{?b}both\n{?a}{!b}only a\n", NULL, values, "s", "only a\n");
    fill("{?b}Subject: wrong\n{!b}Subject: right\nSubject: late\n\nx\n", NULL, values, "right",
         "x\n");
    fill("{?b}Subject: none\n\nx\n", NULL, values, NULL, "x\n");
    /* a paragraph that is left out leaves no hole */
    fill("Subject: s\n\nx\n\n{?b}y\n\n{?b}> {b}\n\nz\n", "--\nfoot\n", values, "s",
         "x\n\nz\n\n-- \nfoot\n");
}

static void values_are_never_read_as_a_template(void **state)
{
    MailValue values[] = { { "a", "{b}{?b}{/}" }, { "b", "secret" }, { 0 } };
    fill("Subject: {a}\n\n{a}\n\n> {a}\n", NULL, values, "{b}{?b}{/}",
         "{b}{?b}{/}\n\n> {b}{?b}{/}\n");
    MailValue breaks[] = { { "a", "x\r\nBcc: y@z.example\r\n\r\n.\r\n\x1b[2J\xff" }, { 0 } };
    g_auto(MailText) out = { 0 };
    assert_true(mail_template_fill("Subject: {a}\n\n{a}\n\n    {a}\n", NULL, breaks, &out));
    assert_null(strpbrk(out.subject, "\r\n\x1b"));
    assert_null(strpbrk(out.body, "\r\x1b"));
    assert_null(strstr(out.body, "\nBcc"));
    assert_true(g_utf8_validate(out.subject, -1, NULL) && g_utf8_validate(out.body, -1, NULL));
}

static void lines_are_wrapped_and_links_are_not(void **state)
{
    g_autofree char *words = g_strnfill(400, 'w');
    for (int i = 7; i < 400; i += 8)
        words[i] = ' ';
    g_autofree char *link = g_strdup_printf("https://x.example/%0100d", 7);
    g_autofree char *wide = g_strnfill(300, '#');
    MailValue values[] = { { "words", words },
                           { "link", link },
                           { "wide", wide },
                           { "kanji",
                             "漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字"
                             "漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字" },
                           { 0 } };
    g_auto(MailText) out = { 0 };
    assert_true(
        mail_template_fill("Subject: s\n\n{words} {kanji}\n\n> {words}\n> {wide}\n\n    {wide}\n\n"
                           "see {link} and\n\n    {link}\n",
                           NULL, values, &out));
    g_auto(GStrv) lines = g_strsplit(out.body, "\n", -1);
    int quoted = 0, links = 0;
    for (char **line = lines; *line; line++) {
        bool whole = strstr(*line, link) != NULL;
        links += whole;
        quoted += g_str_has_prefix(*line, "> ");
        assert_true(whole || text_width(*line) <= MAIL_COLUMNS);
    }
    assert_int_equal(links, 2);
    assert_true(quoted >= 10);
}

static void can_be_filled_in(const MailTypeRow *row, const char *language, const char *with)
{
    g_auto(GStrv) names = g_strsplit(row->values, " ", -1);
    MailValue values[32] = { 0 };
    guint n = 0;
    for (; names[n]; n++)
        values[n] = (MailValue){ names[n], with };
    values[n] = (MailValue){ "name", "Ann" };
    values[n + 1] = (MailValue){ "host", "leadline.example" };
    g_auto(MailText) out = { 0 };
    bool ok = mail_template_fill(mail_template_find(row->code, language),
                                 mail_template_find("footer", language), values, &out);
    bool told = strchr(row->subject, ' ') == NULL; /* else the subject depends on a value */
    assert_true(ok || !told);
    assert_null(strchr(out.body, '{'));
    assert_null(strstr(out.body, "\n\n\n"));
    g_auto(GStrv) lines = g_strsplit(out.body, "\n", -1);
    for (char **line = lines; *line; line++)
        assert_true(text_width(*line) <= MAIL_COLUMNS);
}

/* With every value, with none, and with texts that are long: each template gives a subject, and lines that fit. */
static void every_template_can_be_filled_in(void **state)
{
    static const char *const texts[] = { NULL,  "x",    "lead",    "not_a_lead",
                                         "won", "lost", "working", "dormant" };
    for (MailType type = 1; type < MAIL_TYPES; type++)
        for (size_t i = 0; i < languages.n_values; i++)
            for (size_t k = 0; k < G_N_ELEMENTS(texts); k++)
                can_be_filled_in(mail_type_row(type), languages.values[i].code, texts[k]);
}

/* The monthly report says of which month it is, in words; of one that it cannot read it does not. */
static void the_month_is_a_word_of_the_language(void **state)
{
    static const struct {
        const char *language, *month, *subject;
    } cases[] = {
        { "en", "10", "Your leads in October 2026" },
        { "de", "3", "Ihre Leads im März 2026" },
        { "de", "12", "Ihre Leads im Dezember 2026" },
        { "en", "13", "Your leads last month" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        MailValue values[] = { { "month", cases[i].month }, { "year", "2026" }, { 0 } };
        g_auto(MailText) out = { 0 };
        assert_true(mail_template_fill(mail_template_find("activity", cases[i].language), NULL,
                                       values, &out));
        assert_string_equal(out.subject, cases[i].subject);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_has_a_row_and_a_template_that_uses_what_it_may),
        cmocka_unit_test(every_type_is_there_in_every_language_with_the_same_values),
        cmocka_unit_test(R5_the_mandatory_types_are_those_of_the_design),
        cmocka_unit_test(R23_no_type_tells_that_a_partner_is_gone),
        cmocka_unit_test(no_subject_may_name_the_person_of_a_lead),
        cmocka_unit_test(values_and_conditions),
        cmocka_unit_test(values_are_never_read_as_a_template),
        cmocka_unit_test(lines_are_wrapped_and_links_are_not),
        cmocka_unit_test(every_template_can_be_filled_in),
        cmocka_unit_test(the_month_is_a_word_of_the_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
