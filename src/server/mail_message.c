/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/mail_message.h"

#include <gmime/gmime.h>
#include <string.h>

#include <config.h>

#include "base/clock.h"
#include "base/field.h"
#include "base/problem.h"
#include "base/text.h"
#include "server/library.h"

#define LINE_MAX_BYTES 998 /* RFC 5322 §2.1.1 */
#define ENCODED_BYTES 39   /* of one encoded word: a line of 76 with "Subject: " */
#define WORD_MAX 60
#define WORD_CUT 40
#define NAME_COLUMNS 50

#define GMIME_SYMBOLS(X)                                                                           \
    X(g_mime_init)                                                                                 \
    X(g_mime_message_new)                                                                          \
    X(g_mime_message_get_addresses)                                                                \
    X(g_mime_message_set_subject)                                                                  \
    X(g_mime_message_set_date)                                                                     \
    X(g_mime_message_set_message_id)                                                               \
    X(g_mime_message_set_mime_part)                                                                \
    X(g_mime_object_set_header)                                                                    \
    X(g_mime_object_to_string)                                                                     \
    X(g_mime_object_set_content_type_parameter)                                                    \
    X(g_mime_object_get_header_list)                                                               \
    X(g_mime_header_list_get_header)                                                               \
    X(g_mime_header_set_raw_value)                                                                 \
    X(internet_address_mailbox_new)                                                                \
    X(internet_address_list_add)                                                                   \
    X(g_mime_stream_mem_new_with_buffer)                                                           \
    X(g_mime_data_wrapper_new_with_stream)                                                         \
    X(g_mime_multipart_new_with_subtype)                                                           \
    X(g_mime_multipart_add)                                                                        \
    X(g_mime_part_new_with_type)                                                                   \
    X(g_mime_text_part_new)                                                                        \
    X(g_mime_part_set_content)                                                                     \
    X(g_mime_part_set_content_encoding)                                                            \
    X(g_mime_format_options_new)                                                                   \
    X(g_mime_format_options_free)                                                                  \
    X(g_mime_format_options_set_newline_format)                                                    \
    X(g_object_unref)

static struct {
#define X(name) __typeof__(name) *name;
    GMIME_SYMBOLS(X)
#undef X
} gmime;

bool mail_message_init(GError **error)
{
    static const char *const names[] = {
#define X(name) #name,
        GMIME_SYMBOLS(X)
#undef X
            NULL,
    };
    if (gmime.g_object_unref)
        return true;
    if (!library_load(GMIME_SONAME, names, (gpointer *)&gmime, error))
        return false;
    gmime.g_mime_init();
    return true;
}

/* ---- what may be in it */

static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((guchar)*text >= 0x80)
            return false;
    return true;
}

static bool header_is_safe(const char *text)
{
    if (!g_utf8_validate(text, -1, NULL))
        return false;
    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029)
            return false;
    }
    return true;
}

static bool body_is_safe(const char *text)
{
    if (!g_utf8_validate(text, -1, NULL))
        return false;
    for (size_t line = 0; *text; text++) {
        line = *text == '\n' ? 0 : line + 1;
        if (line > LINE_MAX_BYTES || ((guchar)*text < 0x20 && *text != '\n') || *text == 0x7f)
            return false;
    }
    return true;
}

char *mail_address(const char *text, GError **error)
{
    static const Field row = { "address", FIELD_EMAIL, 0, FIELD_REQUIRED };
    const char *at = text ? strrchr(text, '@') : NULL;
    g_autofree char *ascii = at ? g_hostname_to_ascii(at + 1) : NULL;
    g_autofree char *address = ascii ? g_strdup_printf("%.*s@%s", (int)(at - text), text, ascii)
                                     : NULL;
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    if (address && header_is_safe(address) && is_ascii(address) &&
        field_validate(&row, &address, "#", &errors))
        return g_steal_pointer(&address);
    problem_set(error, PROBLEM_BAD_INPUT, "not an address that mail can be sent to");
    return NULL;
}

bool mail_address_split(const char *text, char **name, char **address)
{
    const char *open = strrchr(text, '<'), *close = text + strlen(text);
    *name = *address = NULL;
    if (!header_is_safe(text) || (open && (close == text || close[-1] != '>')))
        return false;
    g_autofree char *inside = open ? g_strndup(open + 1, (size_t)(close - 1 - (open + 1)))
                                   : g_strdup(text);
    g_autofree char *before = open ? g_strstrip(g_strndup(text, (size_t)(open - text))) : NULL;
    *address = mail_address(g_strstrip(inside), NULL);
    if (!*address || (before && strpbrk(before, "<>"))) {
        g_clear_pointer(address, g_free);
        return false;
    }
    *name = before && *before ? g_steal_pointer(&before) : NULL;
    return true;
}

/* ---- building */

static bool is_safe(const MailMessage *message, GError **error)
{
    const char *const headers[] = { message->from_name, message->to_name, message->subject,
                                    message->unsubscribe };
    for (size_t i = 0; i < G_N_ELEMENTS(headers); i++)
        if (headers[i] && !header_is_safe(headers[i]))
            return problem_set(error, PROBLEM_BAD_INPUT, "a header has control characters");
    if (message->unsubscribe &&
        (!is_ascii(message->unsubscribe) || strpbrk(message->unsubscribe, " <>,\"")))
        return problem_set(error, PROBLEM_BAD_INPUT, "the link to unsubscribe is none");
    if (!body_is_safe(message->body))
        return problem_set(error, PROBLEM_BAD_INPUT, "the text has control characters");
    return true;
}

/* A line that a mailbox would take for the beginning of the next message, or a server for the end, is encoded too. */
static bool needs_encoding(const char *body)
{
    return !is_ascii(body) || g_str_has_prefix(body, "From ") || strstr(body, "\nFrom ") ||
           strstr(body, "\n.");
}

/* Not g_mime_text_part_set_text(): that chooses a charset of its own. */
static GMimeObject *build_text(const char *body)
{
    GMimeTextPart *part = gmime.g_mime_text_part_new();
    GMimeStream *stream = gmime.g_mime_stream_mem_new_with_buffer(body, strlen(body));
    GMimeDataWrapper *content = gmime.g_mime_data_wrapper_new_with_stream(
        stream, GMIME_CONTENT_ENCODING_DEFAULT);
    gmime.g_mime_object_set_content_type_parameter((GMimeObject *)part, "charset", "utf-8");
    gmime.g_mime_part_set_content((GMimePart *)part, content);
    gmime.g_mime_part_set_content_encoding(
        (GMimePart *)part, needs_encoding(body) ? GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE
                                                : GMIME_CONTENT_ENCODING_7BIT);
    gmime.g_object_unref(content);
    gmime.g_object_unref(stream);
    return (GMimeObject *)part;
}

/* RFC 6047 §2.4. In base64: its lines end in CR LF, and its characters may be any. */
static GMimeObject *build_calendar(const char *text, const char *method)
{
    GMimePart *part = gmime.g_mime_part_new_with_type("text", "calendar");
    GMimeStream *stream = gmime.g_mime_stream_mem_new_with_buffer(text, strlen(text));
    GMimeDataWrapper *content = gmime.g_mime_data_wrapper_new_with_stream(
        stream, GMIME_CONTENT_ENCODING_DEFAULT);
    gmime.g_mime_object_set_content_type_parameter((GMimeObject *)part, "charset", "utf-8");
    gmime.g_mime_object_set_content_type_parameter((GMimeObject *)part, "method", method);
    gmime.g_mime_part_set_content(part, content);
    gmime.g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_BASE64);
    gmime.g_object_unref(content);
    gmime.g_object_unref(stream);
    return (GMimeObject *)part;
}

static void add_part(GMimeMultipart *parts, GMimeObject *part)
{
    gmime.g_mime_multipart_add(parts, part);
    gmime.g_object_unref(part);
}

static GMimeObject *build_body(const MailMessage *message)
{
    if (!message->calendar)
        return build_text(message->body);
    GMimeMultipart *parts = gmime.g_mime_multipart_new_with_subtype("alternative");
    add_part(parts, build_text(message->body));
    add_part(parts, build_calendar(message->calendar, message->calendar_method));
    return (GMimeObject *)parts;
}

/* A header of ASCII as it is: the library would fold a long link by making encoded words of it. */
static void set_raw(GMimeObject *object, const char *name, const char *value)
{
    g_autofree char *raw = g_strconcat(" ", value, "\n", NULL);
    gmime.g_mime_object_set_header(object, name, "-", NULL);
    gmime.g_mime_header_set_raw_value(
        gmime.g_mime_header_list_get_header(gmime.g_mime_object_get_header_list(object), name),
        raw);
}

/* A word that is too long for a line would be folded in its middle, or the line be too long: it is cut. */
static char *cut_words(const char *text)
{
    g_auto(GStrv) words = g_strsplit(text ? text : "", " ", -1);
    for (char **word = words; *word; word++)
        if (strlen(*word) > WORD_MAX) {
            g_autofree char *whole = *word;
            *word = text_cut(whole, WORD_CUT);
        }
    return g_strjoinv(" ", words);
}

static bool is_plain(const char *text)
{
    return is_ascii(text) && !strstr(text, "=?");
}

/* RFC 2047: encoded words, each on a line of its own and whole characters. The library would make them of 75 characters without
 * counting the header's name, so that lines come out too long. */
static char *encode_words(const char *text)
{
    g_autoptr(GString) out = g_string_new(NULL);
    while (*text) {
        const char *end = text, *blank = NULL;
        for (; *end && g_utf8_next_char(end) - text <= ENCODED_BYTES; end = g_utf8_next_char(end))
            blank = *end == ' ' ? end + 1 : blank;
        end = *end && blank ? blank : end;
        g_autofree char *base64 = g_base64_encode((const guchar *)text, (gsize)(end - text));
        g_string_append_printf(out, "%s=?utf-8?B?%s?=", out->len ? "\n " : "", base64);
        text = end;
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static void add_address(GMimeMessage *built, GMimeAddressType type, const char *header,
                        const char *name, const char *address)
{
    g_autofree char *cut = cut_words(name);
    bool plain = is_plain(cut) &&
                 strlen(cut) <= NAME_COLUMNS; /* a longer one is quoted in pieces */
    InternetAddress *one = gmime.internet_address_mailbox_new(plain && *cut ? cut : NULL, address);
    gmime.internet_address_list_add(gmime.g_mime_message_get_addresses(built, type), one);
    gmime.g_object_unref(one);
    if (!plain) {
        g_autofree char *words = encode_words(cut);
        g_autofree char *value = g_strdup_printf("%s\n <%s>", words, address);
        set_raw((GMimeObject *)built, header, value);
    }
}

static void set_subject(GMimeMessage *built, const char *subject)
{
    g_autofree char *cut = cut_words(subject);
    gmime.g_mime_message_set_subject(built, is_plain(cut) ? cut : "-", "utf-8");
    if (!is_plain(cut)) {
        g_autofree char *words = encode_words(cut);
        set_raw((GMimeObject *)built, "Subject", words);
    }
}

static void set_headers(GMimeMessage *built, const MailMessage *message, const char *from,
                        const char *to)
{
    char id[UUID_TEXT_SIZE];
    GMimeObject *object = (GMimeObject *)built;
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(message->date / MS_PER_SECOND);
    g_autofree char *message_id = g_strconcat(uuid_format(&message->id, id), strrchr(from, '@'),
                                              NULL);
    add_address(built, GMIME_ADDRESS_TYPE_FROM, "From", message->from_name, from);
    add_address(built, GMIME_ADDRESS_TYPE_TO, "To", message->to_name, to);
    set_subject(built, message->subject);
    gmime.g_mime_message_set_date(built, date);
    gmime.g_mime_message_set_message_id(built, message_id);
    set_raw(object, "Auto-Submitted", "auto-generated");
    if (message->unsubscribe) {
        g_autofree char *link = g_strdup_printf("<%s>", message->unsubscribe);
        set_raw(object, "List-Unsubscribe", link);
        set_raw(object, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
    }
}

char *mail_message_build(const MailMessage *message, GError **error)
{
    g_autofree char *from = mail_address(message->from_email, error);
    g_autofree char *to = from ? mail_address(message->to_email, error) : NULL;
    if (!to || !is_safe(message, error))
        return NULL;
    GMimeMessage *built = gmime.g_mime_message_new(TRUE);
    GMimeObject *part = build_body(message);
    GMimeFormatOptions *options = gmime.g_mime_format_options_new();
    gmime.g_mime_format_options_set_newline_format(options, GMIME_NEWLINE_FORMAT_DOS);
    set_headers(built, message, from, to);
    gmime.g_mime_message_set_mime_part(built, part);
    char *text = gmime.g_mime_object_to_string((GMimeObject *)built, options);
    gmime.g_mime_format_options_free(options);
    gmime.g_object_unref(part);
    gmime.g_object_unref(built);
    return text;
}
