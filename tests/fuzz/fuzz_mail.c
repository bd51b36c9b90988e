/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What others typed, on its way into mail: the first line is an address, the second a name, the rest a message; every template
 * is filled in with them, and a mail is built with the result, and with the name as it came. Either that is refused, or the head has the
 * headers that it is to have and no other, in ASCII, and the body no line that is too long.
 */
#include <glib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "server/mail_message.h"
#include "server/mail_template.h"

static const char *const headers[] = { "From",
                                       "To",
                                       "Subject",
                                       "Date",
                                       "Message-Id",
                                       "MIME-Version",
                                       "Content-Type",
                                       "Auto-Submitted",
                                       "Content-Transfer-Encoding",
                                       NULL };

static bool is_known(const char *line)
{
    size_t length = strcspn(line, ":");
    for (int i = 0; headers[i]; i++)
        if (strlen(headers[i]) == length && strncmp(headers[i], line, length) == 0)
            return true;
    return false;
}

static void check_mail(const char *text)
{
    const char *end = strstr(text, "\r\n\r\n");
    g_assert(end);
    g_autofree char *head = g_strndup(text, (gsize)(end - text));
    g_auto(GStrv) lines = g_strsplit(head, "\r\n", -1);
    int n = 0;
    for (char **line = lines; *line; line++) {
        for (const char *c = *line; *c; c++)
            g_assert(*c >= 0x20 && *c < 0x7f);
        g_assert(**line == ' ' || is_known(*line));
        n += **line != ' ';
    }
    g_assert(n == 9);
    for (const char *c = end; *c; c++)
        g_assert((guchar)*c < 0x80 && (*c >= 0x20 || *c == '\r' || *c == '\n'));
}

static char *build(const char *to, const char *name, const char *subject, const char *body)
{
    return mail_message_build(&(MailMessage){ .date = 1764000000000,
                                              .from_name = name,
                                              .from_email = "post@l.example",
                                              .to_name = name,
                                              .to_email = to,
                                              .subject = subject,
                                              .body = body },
                              NULL);
}

static void check_text(const MailText *text, const char *name)
{
    g_assert(!strpbrk(text->subject, "\r\n"));
    g_auto(GStrv) lines = g_strsplit(text->body, "\n", -1);
    for (char **line = lines; *line; line++)
        g_assert(text_width(*line) <= MAIL_COLUMNS || strstr(*line, "http"));
    g_autofree char *clean = text_clean(name, -1, TEXT_LINE);
    g_autofree char *mail = build("ann@x.example", clean, text->subject, text->body);
    g_assert(mail); /* what was cleaned is never refused */
    check_mail(mail);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_auto(GStrv) parts = g_strsplit(text, "\n", 3);
    guint n = g_strv_length(parts);
    const char *address = n > 0 ? parts[0] : "", *name = n > 1 ? parts[1] : "";
    const char *message = n > 2 ? parts[2] : "";
    if (!mail_message_init(NULL))
        return 0;
    MailValue values[] = { { "name", name },       { "from", name },        { "company", name },
                           { "message", message }, { "contact", name },     { "verdict", "lead" },
                           { "outcome", "won" },   { "partners", message }, { "month", name },
                           { "link", message },    { "host", "l.example" }, { 0 } };
    const char *footer = mail_template_find("footer", "en");
    for (MailType type = 1; type < MAIL_TYPES; type++) {
        g_auto(MailText) filled = { 0 };
        if (mail_template_fill(mail_template_find(mail_type_row(type)->code, "en"), footer, values,
                               &filled))
            check_text(&filled, name);
    }
    g_autofree char *to = mail_address(address, NULL);
    g_assert(!to || (strlen(to) <= 254 && !strpbrk(to, " \r\n<>\"")));
    g_autofree char *raw = build(address, name, name, message);
    if (raw)
        check_mail(raw);
    char *own, *sender;
    if (mail_address_split(name, &own, &sender)) {
        g_free(own);
        g_free(sender);
    }
    return 0;
}
