/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "server/httpd_internal.h"

#define HEADERS_COUNT_MAX 100

static void refuse(HttpExchange *exchange, Problem problem, const char *why)
{
    if (exchange->refused == PROBLEM_COUNT) {
        exchange->refused = problem;
        exchange->why = why;
        exchange->close = true;
    }
}

typedef struct HeaderSlot {
    const char *name;
    size_t offset; /* of a const char * in HttpExchange */
} HeaderSlot;

static const HeaderSlot slots[] = {
    { "Authorization", offsetof(HttpExchange, authorization) },
    { "Idempotency-Key", offsetof(HttpExchange, idempotency_key) },
    { "If-Match", offsetof(HttpExchange, if_match) },
    { "If-None-Match", offsetof(HttpExchange, if_none_match) },
    { "Content-Type", offsetof(HttpExchange, content_type) },
    { "User-Agent", offsetof(HttpExchange, user_agent) },
    { "Last-Event-ID", offsetof(HttpExchange, last_event_id) },
};

static void header_keep(HttpExchange *exchange, const char *name, const char *value)
{
    for (size_t i = 0; i < G_N_ELEMENTS(slots); i++) {
        if (g_ascii_strcasecmp(name, slots[i].name) != 0)
            continue;
        const char **slot = (const char **)((char *)exchange + slots[i].offset);
        if (*slot) /* none of them is a list */
            refuse(exchange, PROBLEM_MALFORMED, "a header that may come once came twice");
        *slot = value;
        return;
    }
}

static bool name_is_token(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!g_ascii_isalnum(name[i]) && (name[i] == '\0' || !strchr("!#$%&'*+-.^_`|~", name[i])))
            return false;
    return length > 0;
}

static bool value_is_text(const char *value, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (((guchar)value[i] < 0x20 && value[i] != '\t') || value[i] == 0x7f)
            return false;
    return true;
}

/*
 * libmicrohttpd cuts the header block into strings where it lies, writing a NUL over each byte of a line's end. So after a
 * line that ended in CR LF the next name starts exactly two bytes after the value; one byte is a bare LF, and
 * anywhere else means that the line was folded (its parts were joined in another place).
 */
static void line_end_check(HttpShape *shape, const char *name)
{
    if (shape->expected && name != shape->expected)
        refuse(shape->exchange, PROBLEM_MALFORMED,
               "lines of the header must end in CR LF and not be folded");
}

static enum MHD_Result header_read(void *data, enum MHD_ValueKind kind, const char *name,
                                   size_t name_length, const char *value, size_t value_length)
{
    HttpShape *shape = data;
    HttpExchange *exchange = shape->exchange;
    if (!value)
        value = "";
    line_end_check(shape, name);
    shape->expected = *value ? value + value_length + 2 : NULL;
    shape->bytes += name_length + value_length + 4;
    shape->count++;
    if (!name_is_token(name, name_length))
        refuse(exchange, PROBLEM_MALFORMED, "a header's name has characters that it may not have");
    if (!value_is_text(value, value_length))
        refuse(exchange, PROBLEM_MALFORMED, "a header's value has control characters");
    if (g_ascii_strcasecmp(name, "Host") == 0) {
        shape->hosts++;
    } else if (g_ascii_strcasecmp(name, "Content-Length") == 0) {
        shape->lengths++;
        shape->length = value;
    } else if (g_ascii_strcasecmp(name, "Transfer-Encoding") == 0) {
        shape->codings++;
        shape->coding = value;
    } else if (g_ascii_strcasecmp(name, "X-Forwarded-For") == 0 ||
               g_ascii_strcasecmp(name, "Forwarded") == 0) {
        shape->forwarded = true;
    } else {
        header_keep(exchange, name, value);
    }
    return MHD_YES;
}

static void body_check(HttpShape *shape, const char *version, gint64 *length)
{
    HttpExchange *exchange = shape->exchange;
    *length = 0;
    if (shape->lengths > 1 || shape->codings > 1 || (shape->lengths && shape->codings)) {
        refuse(exchange, PROBLEM_MALFORMED, "the length of the body is told more than once");
    } else if (shape->codings) {
        if (g_ascii_strcasecmp(shape->coding, "chunked") != 0 || g_str_equal(version, "HTTP/1.0"))
            refuse(exchange, PROBLEM_MALFORMED,
                   "the only Transfer-Encoding is chunked, in HTTP/1.1");
        *length = -1;
    } else if (shape->lengths) {
        guint64 number;
        if (!g_ascii_isdigit(shape->length[0]) ||
            !g_ascii_string_to_unsigned(shape->length, 10, 0, G_MAXINT64, &number, NULL))
            refuse(exchange, PROBLEM_MALFORMED, "Content-Length must be a number");
        else
            *length = (gint64)number;
    }
}

void http_shape_check(struct MHD_Connection *connection, const char *version,
                      HttpExchange *exchange, gint64 *length)
{
    HttpShape shape = { .exchange = exchange, .expected = version + strlen(version) + 2 };
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, header_read, &shape);
    if (shape.hosts > 1)
        refuse(exchange, PROBLEM_MALFORMED, "there must be one Host");
    body_check(&shape, version, length);
    if (shape.bytes > HTTP_HEADERS_MAX || shape.count > HEADERS_COUNT_MAX)
        refuse(exchange, PROBLEM_HEADERS_TOO_LARGE, "the headers may have 16 KiB and 100 lines");
    if (shape.forwarded)
        exchange->local = false;
}
