/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The message builder: what a mail looks like on the wire, and what never gets into one. */
#include "unit.h"

#include <string.h>

#include "base/clock.h"
#include "server/mail_message.h"
#include "server/mail_store.h"

#define ID "0192a5c8-0000-7000-8000-000000000001"

static MailMessage plain(void)
{
    MailMessage message = { .date = 1764000000000,
                            .from_name = "Leadline",
                            .from_email = "post@l.example",
                            .to_name = "Ann",
                            .to_email = "ann@x.example",
                            .subject = "Hello",
                            .body = "One.\n\nTwo.\n" };
    assert_true(uuid_parse(ID, &message.id));
    return message;
}

static char *build(const MailMessage *message)
{
    GError *error = NULL;
    char *text = mail_message_build(message, &error);
    if (!text)
        fail_msg("%s", error->message);
    return text;
}

static void a_mail_is_these_bytes(void **state)
{
    MailMessage message = plain();
    g_autofree char *text = build(&message);
    assert_string_equal(text, "Date: Mon, 24 Nov 2025 16:00:00 +0000\r\n"
                              "From: Leadline <post@l.example>\r\n"
                              "Subject: Hello\r\n"
                              "To: Ann <ann@x.example>\r\n"
                              "Message-Id: <" ID "@l.example>\r\n"
                              "Auto-Submitted: auto-generated\r\n"
                              "MIME-Version: 1.0\r\n"
                              "Content-Type: text/plain; charset=utf-8\r\n"
                              "Content-Transfer-Encoding: 7bit\r\n"
                              "\r\nOne.\r\n\r\nTwo.\r\n");
    g_autofree char *again = build(&message);
    assert_string_equal(text, again);
}

/* Every line of the head ends in CR LF, has at most 78 characters of ASCII, and is a header or goes one on. */
static void check_head(const char *text)
{
    const char *end = strstr(text, "\r\n\r\n");
    assert_non_null(end);
    g_autofree char *head = g_strndup(text, (size_t)(end - text));
    g_auto(GStrv) lines = g_strsplit(head, "\r\n", -1);
    for (char **line = lines; *line; line++) {
        assert_null(strpbrk(*line, "\r\n"));
        assert_true(strlen(*line) <= 78 || g_str_has_prefix(*line, "List-Unsubscribe: <"));
        for (const char *c = *line; *c; c++)
            assert_true(*c >= 0x20 && *c < 0x7f);
        if (**line != ' ' && **line != '\t' && strcspn(*line, ":") >= strcspn(*line, " "))
            fail_msg("%s", text);
    }
}

static void headers_of_any_text_are_folded_and_ascii(void **state)
{
    static const char *const texts[] = { "Zo\xc3\xab", "\xe7\x8e\x8b\xe5\xb0\x8f\xe6\x98\x8e",
                                         "a \"b\" c", "=?utf-8?q?x?=", "a, b; c: <d@e.example>" };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        for (int n = 1; n <= 30; n += 29)
            for (int spaced = 0; spaced < 2; spaced++) {
                g_autoptr(GString) name = g_string_new(NULL);
                for (int k = 0; k < n; k++)
                    g_string_append_printf(name, "%s%s", k && spaced ? " " : "", texts[i]);
                MailMessage message = plain();
                message.from_name = message.to_name = message.subject = name->str;
                g_autofree char *text = build(&message);
                check_head(text);
            }
}

static void the_link_to_unsubscribe_is_one_line(void **state)
{
    MailMessage message = plain();
    g_autofree char *link = g_strdup_printf("https://leadline.example/unsubscribe?token=%0100d", 1);
    message.unsubscribe = link;
    g_autofree char *text = build(&message);
    g_autofree char *line = g_strdup_printf("\r\nList-Unsubscribe: <%s>\r\n", link);
    assert_non_null(strstr(text, line));
    assert_non_null(strstr(text, "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
    check_head(text);
}

/* CWE-93: nothing that comes from outside makes a header, an envelope or a second message. */
static void what_would_leave_its_header_is_refused(void **state)
{
    static const char *const bad[] = {
        "a\r\nBcc: x@y.example", "a\nb", "a\rb", "\r\n\r\nbody", "a\x01", "a\x7f", "a\xc2\x85z",
        "a\xe2\x80\xa8z",        "a\xff"
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        for (int field = 0; field < 6; field++) {
            MailMessage message = plain();
            const char **fields[] = {
                &message.from_name, &message.to_name,    &message.subject,
                &message.to_email,  &message.from_email, &message.unsubscribe
            };
            *fields[field] = bad[i];
            GError *error = NULL;
            g_autofree char *text = mail_message_build(&message, &error);
            assert_null(text);
            assert_true(problem_is(error, PROBLEM_BAD_INPUT));
            g_clear_error(&error);
        }
    static const char *const bodies[] = { "a\rb\n", "a\x1b[2J\n", "\xff\n" };
    for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++) {
        MailMessage message = plain();
        message.body = bodies[i];
        assert_null(mail_message_build(&message, NULL));
    }
}

static void addresses_are_a_strict_subset(void **state)
{
    static const struct {
        const char *text, *address;
    } rows[] = {
        { "ann@x.example", "ann@x.example" },
        { "a.b+c@x-y.example", "a.b+c@x-y.example" },
        { "ann@b\xc3\xbc"
          "cher.example",
          "ann@xn--bcher-kva.example" },
        { "z\xc3\xb6\xc3\xab@x.example", NULL }, /* would need SMTPUTF8 all the way */
        { "ann@x.example\r\nRCPT TO:<b@y.example>", NULL },
        { "ann@x.example>", NULL },
        { "<ann@x.example>", NULL },
        { "ann@x.example,b@y.example", NULL },
        { "ann x@y.example", NULL },
        { "\"ann x\"@y.example", NULL },
        { "ann@[127.0.0.1]", NULL },
        { "ann@localhost", NULL },
        { "@x.example", NULL },
        { "ann", NULL },
        { "", NULL },
        { NULL, NULL },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *address = mail_address(rows[i].text, NULL);
        if (rows[i].address)
            assert_string_equal(address, rows[i].address);
        else
            assert_null(address);
    }
}

static void a_sender_is_an_address_with_or_without_a_name(void **state)
{
    char *name, *address;
    assert_true(mail_address_split("Lead line <post@l.example>", &name, &address));
    assert_string_equal(name, "Lead line");
    assert_string_equal(address, "post@l.example");
    g_free(name);
    g_free(address);
    assert_true(mail_address_split("post@l.example", &name, &address));
    assert_null(name);
    g_free(address);
    static const char *const bad[] = { "",
                                       "x",
                                       "A <x>",
                                       "A <a@b.example",
                                       "A <a@b.example> c",
                                       "A\n <a@b.example>",
                                       "<A> <a@b.example>" };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        assert_false(mail_address_split(bad[i], &name, &address));
        assert_null(address);
    }
}

/* A mailbox takes "From " at the beginning of a line for the next mail, a server a lone dot for the end. */
static void lines_that_others_would_read_are_encoded(void **state)
{
    MailMessage message = plain();
    message.body = "a\nFrom here\n.\nz\xc3\xab\n";
    g_autofree char *text = build(&message);
    assert_non_null(strstr(text, "Content-Transfer-Encoding: quoted-printable\r\n"));
    assert_non_null(strstr(text, "z=C3=AB"));
    assert_null(strstr(text, "\n.\r\n."));
    for (const char *c = text; *c; c++)
        assert_true((guchar)*c < 0x80);
}

static void the_schedule_of_attempts(void **state)
{
    static const gint64 minutes[] = { 1, 5, 30, 120, 360, 1440 };
    for (gint64 i = 1; i < MAIL_ATTEMPTS; i++)
        assert_int_equal(mail_retry_after(i), minutes[i - 1] * MS_PER_MINUTE);
    assert_int_equal(mail_retry_after(MAIL_ATTEMPTS), -1);
}

static int set_up(void **state)
{
    return mail_message_init(NULL) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_is_these_bytes),
        cmocka_unit_test(headers_of_any_text_are_folded_and_ascii),
        cmocka_unit_test(the_link_to_unsubscribe_is_one_line),
        cmocka_unit_test(what_would_leave_its_header_is_refused),
        cmocka_unit_test(addresses_are_a_strict_subset),
        cmocka_unit_test(a_sender_is_an_address_with_or_without_a_name),
        cmocka_unit_test(lines_that_others_would_read_are_encoded),
        cmocka_unit_test(the_schedule_of_attempts),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
