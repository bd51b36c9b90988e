/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A request up to its handler: route, query, preconditions, key, body. The input is METHOD ADDRESS, then one line each:
 * Idempotency-Key, If-Match, If-None-Match, Content-Type (empty: absent), then the body. It is accepted, or answered by
 * a problem that is itself strict JSON, or by a page in which nothing that was sent is markup.
 */
#include <glib.h>
#include <string.h>

#include "fuzz.h"
#include "server/frame.h"
#include "server/httpd_internal.h"
#include "server/routes.h"

#define LINES 5

/* name=value pairs as libmicrohttpd would give them, undecoded. */
static GHashTable *query_read(char *text, const char **twice)
{
    GHashTable *query = g_hash_table_new(g_str_hash, g_str_equal);
    for (char *next; text; text = next) {
        next = strchr(text, '&');
        if (next)
            *next++ = '\0';
        char *equals = strchr(text, '=');
        if (equals)
            *equals++ = '\0';
        if (!g_hash_table_insert(query, text, equals ? equals : (char *)""))
            *twice = text;
    }
    return query;
}

static const char *or_null(const char *text)
{
    return text && *text ? text : NULL;
}

/* The markup is the page's own, whatever was sent. */
static void check_page(const char *text)
{
    int open = 0;
    for (const char *p = text; *p; p++) {
        open += *p == '<' ? 1 : *p == '>' ? -1 : 0;
        g_assert_true(open == 0 || open == 1);
    }
    g_assert_null(strstr(text, "<script"));
    g_assert_true(g_str_has_suffix(text, "</html>\n"));
}

static void check_answer(const Frame *frame)
{
    const Reply *reply = &frame->call.reply;
    g_autoptr(GError) error = NULL;
    if (!frame->answered) {
        g_assert_nonnull(frame->call.route);
        return;
    }
    g_assert_cmpint(reply->status, >=, 400);
    g_assert_cmpint(reply->status, <, 500);
    if (g_str_has_prefix(reply->type, "text/html")) {
        check_page(reply->body->str);
        return;
    }
    g_autoptr(JsonDoc) doc = json_parse(reply->body->str, reply->body->len, &error);
    g_assert_no_error(error);
    const char *name = frame->call.route && frame->call.route->wording ? "error" : "code";
    g_assert_nonnull(json_text(json_member(json_root(doc), name)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_auto(GStrv) lines = g_strsplit(text, "\n", LINES + 1);
    if (g_strv_length(lines) < LINES + 1)
        return 0;
    g_auto(GStrv) words = g_strsplit(lines[0], " ", 2);
    if (!words[0] || !words[1])
        return 0;
    http_target_check(words[1]);
    char *mark = strchr(words[1], '?');
    if (mark)
        *mark++ = '\0';
    FrameInput input = { .method = words[0],
                         .path = http_target_path(words[1]),
                         .idempotency_key = or_null(lines[1]),
                         .if_match = or_null(lines[2]),
                         .if_none_match = or_null(lines[3]),
                         .content_type = or_null(lines[4]),
                         .body = or_null(lines[5]),
                         .body_length = strlen(lines[5]) };
    g_autoptr(GHashTable) query = mark ? query_read(mark, &input.twice) : NULL;
    input.query = query;
    routes_init();
    g_autoptr(Frame) frame = frame_new(NULL);
    frame->call.principal = (Principal){ .account = { { 1 } }, .admin = true };
    frame->call.local = true;
    frame_accept(frame, NULL, &input);
    check_answer(frame);
    return 0;
}
