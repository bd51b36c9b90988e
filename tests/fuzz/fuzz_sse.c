/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stream of events is the same however it is cut. The first byte says where. */
#include "fuzz.h"

#include "client/sse.h"

static void on_event(const char *event, const char *data, gpointer user)
{
    g_string_append_printf(user, "%s|%s\n", event, data);
}

static bool feed(GString *events, const char *bytes, size_t size, size_t piece)
{
    SseParser parser;
    bool ok = true;
    sse_init(&parser, on_event, events);
    for (size_t at = 0; ok && at < size; at += piece)
        ok = sse_feed(&parser, bytes + at, MIN(piece, size - at));
    g_string_append_printf(events, "last id %s, retry %" G_GINT64_FORMAT "\n", parser.last_id->str,
                           parser.retry_ms);
    sse_clear(&parser);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const char *bytes = (const char *)data + 1;
    g_autoptr(GString) whole = g_string_new(NULL);
    g_autoptr(GString) pieces = g_string_new(NULL);
    bool ok = feed(whole, bytes, size - 1, size);
    g_assert(feed(pieces, bytes, size - 1, 1 + data[0] % 16) == ok);
    if (ok)
        g_assert_cmpstr(whole->str, ==, pieces->str);
    return 0;
}
