/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/sse.h"

#include <string.h>

void sse_init(SseParser *parser, SseEventFunc func, gpointer user)
{
    *parser = (SseParser){
        .func = func,
        .user = user,
        .line = g_string_new(NULL),
        .event = g_string_new(NULL),
        .data = g_string_new(NULL),
        .id = g_string_new(NULL),
        .last_id = g_string_new(NULL),
    };
}

void sse_clear(SseParser *parser)
{
    g_string_free(parser->line, TRUE);
    g_string_free(parser->event, TRUE);
    g_string_free(parser->data, TRUE);
    g_string_free(parser->id, TRUE);
    g_string_free(parser->last_id, TRUE);
    *parser = (SseParser){ 0 };
}

static void reset_event(SseParser *parser)
{
    g_string_truncate(parser->event, 0);
    g_string_truncate(parser->data, 0);
    parser->has_data = false;
}

void sse_restart(SseParser *parser)
{
    g_string_truncate(parser->line, 0);
    reset_event(parser);
    g_string_assign(parser->id, parser->last_id->str);
    parser->bom = 0;
    parser->after_cr = false;
}

/* An event that was cut off before its end must come again: only now is its id the last one. */
static void dispatch(SseParser *parser)
{
    g_string_assign(parser->last_id, parser->id->str);
    if (parser->has_data)
        parser->func(parser->event->len ? parser->event->str : "message", parser->data->str,
                     parser->user);
    reset_event(parser);
}

static void set_retry(SseParser *parser, const char *value)
{
    size_t length = strlen(value);
    if (length > 0 && length <= 9 && strspn(value, "0123456789") == length)
        parser->retry_ms = g_ascii_strtoll(value, NULL, 10);
}

/* False: the event grew too long. */
static bool take_field(SseParser *parser, const char *name, const char *value, size_t length)
{
    if (g_str_equal(name, "data")) {
        if (parser->has_data)
            g_string_append_c(parser->data, '\n');
        g_string_append_len(parser->data, value, (gssize)length);
        parser->has_data = true;
        return parser->data->len <= SSE_MAX_DATA;
    }
    if (g_str_equal(name, "event"))
        g_string_assign(parser->event, value);
    else if (g_str_equal(name, "id") && !memchr(value, 0, length))
        g_string_assign(parser->id, value);
    else if (g_str_equal(name, "retry") && !memchr(value, 0, length))
        set_retry(parser, value);
    return true;
}

static bool take_line(SseParser *parser)
{
    char *line = parser->line->str;
    size_t length = parser->line->len;
    bool ok = true;
    if (length == 0) {
        dispatch(parser);
    } else if (line[0] != ':') {
        char *colon = memchr(line, ':', length);
        char *value = colon ? colon + 1 : line + length;
        if (colon)
            *colon = '\0';
        if (colon && *value == ' ')
            value++;
        /* A NUL in a name makes it one that nobody knows. */
        if (strlen(line) == (size_t)((colon ? colon : value) - line))
            ok = take_field(parser, line, value, (size_t)(line + length - value));
    }
    g_string_truncate(parser->line, 0);
    return ok;
}

/* True when the byte belongs to a BOM at the very start. */
static bool skip_bom(SseParser *parser, char byte)
{
    static const char bom[] = "\xEF\xBB\xBF";
    if (parser->bom < 0)
        return false;
    if (byte == bom[parser->bom]) {
        if (++parser->bom == 3)
            parser->bom = -1;
        return true;
    }
    /* Not a BOM after all: what was held back is text. */
    g_string_append_len(parser->line, bom, parser->bom);
    parser->bom = -1;
    return false;
}

bool sse_feed(SseParser *parser, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char byte = bytes[i];
        if (skip_bom(parser, byte))
            continue;
        bool newline = byte == '\n' || byte == '\r';
        bool second = byte == '\n' && parser->after_cr;
        parser->after_cr = byte == '\r';
        if (second)
            continue;
        if (!newline)
            g_string_append_c(parser->line, byte);
        else if (!take_line(parser))
            return false;
        if (parser->line->len > SSE_MAX_LINE)
            return false;
    }
    return true;
}
