/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
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

/* ---- the request line */

/* Length of an escape at text, 0 when it is broken or stands for a NUL, which would cut the text short. */
static size_t escape_length(const char *text)
{
    bool whole = g_ascii_isxdigit(text[1]) && g_ascii_isxdigit(text[2]);
    return whole && memcmp(text + 1, "00", 2) != 0 ? 3 : 0;
}

Problem http_target_check(const char *target)
{
    Problem problem = PROBLEM_COUNT;
    bool path = true;
    for (const char *c = target; *c;) {
        size_t length = *c == '%' ? escape_length(c) : 1;
        if (length == 0 || *c <= ' ' || *c >= 0x7f || strchr("\"#<>\\^`{|}", *c))
            return PROBLEM_MALFORMED;
        path = path && *c != '?';
        if (path && length == 3 && g_ascii_strncasecmp(c, "%2f", 3) == 0)
            problem = PROBLEM_NOT_FOUND;
        c += length;
    }
    return problem;
}

const char *http_target_path(const char *url)
{
    size_t scheme = g_ascii_strncasecmp(url, "http://", 7) == 0 ? 7 : 0;
    if (g_ascii_strncasecmp(url, "https://", 8) == 0)
        scheme = 8;
    return scheme ? url + scheme + strcspn(url + scheme, "/") : url;
}

/* ---- headers */

typedef struct HeaderSlot {
    const char *name;
    size_t offset; /* of a const char * in HttpExchange */
    bool list;     /* may come again: the first one counts */
} HeaderSlot;

static const HeaderSlot slots[] = {
    { "Authorization", offsetof(HttpExchange, authorization) },
    { "Idempotency-Key", offsetof(HttpExchange, idempotency_key) },
    { "If-Match", offsetof(HttpExchange, if_match) },
    { "If-None-Match", offsetof(HttpExchange, if_none_match) },
    { "Content-Type", offsetof(HttpExchange, content_type) },
    { "User-Agent", offsetof(HttpExchange, user_agent) },
    { "Last-Event-ID", offsetof(HttpExchange, last_event_id) },
    { "Accept-Language", offsetof(HttpExchange, accept_language), .list = true },
};

/* Blanks around a value are no part of it (RFC 9110 §5.5); the library only takes off those before it. */
static const char *value_trim(HttpExchange *exchange, const char *value)
{
    size_t length = strlen(value);
    while (length > 0 && strchr(" \t", value[length - 1]))
        length--;
    if (value[length] == '\0')
        return value;
    if (!exchange->trimmed)
        exchange->trimmed = g_ptr_array_new_with_free_func(g_free);
    char *copy = g_strndup(value, length);
    g_ptr_array_add(exchange->trimmed, copy);
    return copy;
}

static void header_keep(HttpExchange *exchange, const char *name, const char *value)
{
    for (size_t i = 0; i < G_N_ELEMENTS(slots); i++) {
        if (g_ascii_strcasecmp(name, slots[i].name) != 0)
            continue;
        const char **slot = (const char **)((char *)exchange + slots[i].offset);
        if (*slot && !slots[i].list)
            refuse(exchange, PROBLEM_MALFORMED, "a header that may come once came twice");
        if (!*slot || !slots[i].list)
            *slot = value_trim(exchange, value);
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
 * anywhere else means that the line was folded (its parts were joined in another place), had a NUL in it or was skipped.
 */
static void line_end_check(HttpShape *shape, const char *name)
{
    if (shape->expected && name != shape->expected)
        refuse(shape->exchange, PROBLEM_MALFORMED,
               "lines of the header must end in CR LF and not be folded");
}

/* From 1.0 on libmicrohttpd refuses all that by itself, and cuts otherwise. */
static bool library_cuts_in_place(void)
{
    return g_str_has_prefix(MHD_get_version(), "0.");
}

/* The same after the last line: its CR LF and the empty line's. */
static void block_end_check(HttpShape *shape)
{
    static const char ends[4];
    if (shape->expected && memcmp(shape->expected - 2, ends, sizeof ends) != 0)
        refuse(shape->exchange, PROBLEM_MALFORMED, "the header must end in two CR LF");
}

static enum MHD_Result header_read(void *data, enum MHD_ValueKind kind, const char *name,
                                   size_t name_length, const char *value, size_t value_length)
{
    HttpShape *shape = data;
    HttpExchange *exchange = shape->exchange;
    line_end_check(shape, name);
    if (shape->expected)
        shape->expected = value + value_length + 2;
    shape->bytes += name_length + value_length + 4;
    shape->count++;
    if (!name_is_token(name, name_length))
        refuse(exchange, PROBLEM_MALFORMED, "a header's name has characters that it may not have");
    if (!value_is_text(value, value_length))
        refuse(exchange, PROBLEM_MALFORMED, "a header's value has control characters");
    if (g_ascii_strcasecmp(name, "Host") == 0) {
        shape->hosts++;
        exchange->host = value_trim(exchange, value);
    } else if (g_ascii_strcasecmp(name, "Content-Length") == 0) {
        shape->lengths++;
        shape->length = value;
    } else if (g_ascii_strcasecmp(name, "Transfer-Encoding") == 0) {
        shape->codings++;
        shape->coding = value;
    } else if (g_ascii_strcasecmp(name, "X-Forwarded-For") == 0) {
        shape->forwarded_for = value;
        shape->forwarded = true;
    } else if (g_ascii_strcasecmp(name, "X-Forwarded-Proto") == 0) {
        shape->forwarded_proto = value;
    } else if (g_ascii_strcasecmp(name, "Forwarded") == 0) {
        shape->forwarded = true;
    } else {
        header_keep(exchange, name, value);
    }
    return MHD_YES;
}

/* A proxy that we trust tells who its peer is: the last address of the list is its own addition. */
static void peer_check(HttpShape *shape)
{
    HttpExchange *exchange = shape->exchange;
    struct in6_addr address;
    if (shape->forwarded)
        exchange->local = false;
    exchange->https = exchange->trusted && shape->forwarded_proto &&
                      g_ascii_strcasecmp(value_trim(exchange, shape->forwarded_proto), "https") ==
                          0;
    if (!shape->forwarded_for || !exchange->trusted)
        return;
    const char *comma = strrchr(shape->forwarded_for, ',');
    const char *last = value_trim(exchange, comma ? comma + 1 : shape->forwarded_for);
    last += strspn(last, " \t");
    if (inet_pton(AF_INET, last, &address) == 1 || inet_pton(AF_INET6, last, &address) == 1)
        exchange->peer = last;
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
    HttpShape shape = { .exchange = exchange };
    if (library_cuts_in_place())
        shape.expected = version + strlen(version) + 2;
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, header_read, &shape);
    block_end_check(&shape);
    if (shape.hosts > 1)
        refuse(exchange, PROBLEM_MALFORMED, "there must be one Host");
    body_check(&shape, version, length);
    if (shape.bytes > HTTP_HEADERS_MAX || shape.count > HEADERS_COUNT_MAX)
        refuse(exchange, PROBLEM_HEADERS_TOO_LARGE, "the headers may have 16 KiB and 100 lines");
    peer_check(&shape);
}
