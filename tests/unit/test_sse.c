/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/unit.h"

#include <string.h>

#include "client/sse.h"

/* Everything told, one line an event: "event|data". */
static void note(const char *event, const char *data, gpointer user)
{
    g_string_append_printf(user, "%s|%s\n", event, data);
}

typedef struct Case {
    const char *name, *bytes;
    size_t length;
    const char *told, *id;
    gint64 retry;
} Case;

#define BYTES(text) text, sizeof(text) - 1

static const Case cases[] = {
    { "nothing", BYTES(""), "", "", 0 },
    { "LF", BYTES("event: state\ndata: {}\n\n"), "state|{}\n", "", 0 },
    { "CR", BYTES("event: state\rdata: {}\r\r"), "state|{}\n", "", 0 },
    { "CRLF", BYTES("event: state\r\ndata: {}\r\n\r\n"), "state|{}\n", "", 0 },
    { "mixed", BYTES("event: a\rdata: 1\n\r\ndata: 2\r\n\n"), "a|1\nmessage|2\n", "", 0 },
    { "lines of data", BYTES("data: a\ndata:b\ndata:  c\ndata\n\n"), "message|a\nb\n c\n\n", "",
      0 },
    { "BOM",
      BYTES("\xEF\xBB\xBF"
            "data: x\n\n"),
      "message|x\n", "", 0 },
    { "BOM only at the start",
      BYTES("data: x\n\n\xEF\xBB\xBF"
            "data: y\n\n"),
      "message|x\n", "", 0 },
    { "half a BOM",
      BYTES("\xEF\xBB"
            "data: x\n\ndata: y\n\n"),
      "message|y\n", "", 0 },
    { "comments", BYTES(":\n: hello\ndata: x\n:data: y\n\n"), "message|x\n", "", 0 },
    { "no data, no event", BYTES("event: state\nid: 7\n\n\n\n"), "", "7", 0 },
    { "the name of an event ends with it", BYTES("event: a\n\ndata: x\n\n"), "message|x\n", "", 0 },
    { "unknown fields", BYTES("foo: bar\ndata2: x\nData: y\n data: z\n\n"), "", "", 0 },
    { "id", BYTES("id: 1\ndata: x\n\nid: 2\n\nid\n\nid: 3\n\n"), "message|x\n", "3", 0 },
    { "id taken back", BYTES("id: 1\n\nid\n\n"), "", "", 0 },
    { "id of an event that is cut off", BYTES("id: 1\ndata: x\n\nid: 2\ndata: y\n"), "message|x\n",
      "1", 0 },
    { "id with NUL", BYTES("id: 1\n\nid: 2\0\n\n"), "", "1", 0 },
    { "NUL in a name", BYTES("data\0: x\n\n"), "", "", 0 },
    { "cut off", BYTES("data: x\n\ndata: y\n"), "message|x\n", "", 0 },
    { "retry", BYTES("retry: 4200\n"), "", "", 4200 },
    { "retry, digits only",
      BYTES("retry: 1\nretry: -5\nretry: 1e3\nretry: +2\nretry: \nretry: 4 2\n"), "", "", 1 },
    { "retry, too long", BYTES("retry: 9999999999999999999999\n"), "", "", 0 },
    { "our server's",
      BYTES("retry: 4200\n\nid: 9f3c\nevent: state\ndata: {\"changed\":{}}\n\n"
            "event: ping\ndata: {\"interval\":15}\n\n"),
      "state|{\"changed\":{}}\nping|{\"interval\":15}\n", "9f3c", 4200 },
};

static void check(const Case *one, SseParser *parser, const GString *told, size_t first,
                  size_t second)
{
    if (strcmp(told->str, one->told) != 0 || strcmp(parser->last_id->str, one->id) != 0 ||
        parser->retry_ms != one->retry)
        fail_msg("%s, split at %zu and %zu: told \"%s\" id %s retry %d", one->name, first, second,
                 told->str, parser->last_id->str, (int)parser->retry_ms);
}

/* In three pieces, cut at every two places. */
static void every_split(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Case *one = &cases[i];
        for (size_t first = 0; first <= one->length; first++) {
            for (size_t second = first; second <= one->length; second++) {
                g_autoptr(GString) told = g_string_new(NULL);
                SseParser parser;
                sse_init(&parser, note, told);
                assert_true(sse_feed(&parser, one->bytes, first));
                assert_true(sse_feed(&parser, one->bytes + first, second - first));
                assert_true(sse_feed(&parser, one->bytes + second, one->length - second));
                check(one, &parser, told, first, second);
                sse_clear(&parser);
            }
        }
    }
}

static void a_new_connection_starts_clean(void **state)
{
    g_autoptr(GString) told = g_string_new(NULL);
    SseParser parser;
    sse_init(&parser, note, told);
    const char before[] = "retry: 7\nid: 1\ndata: x\n\nid: 2\nevent: lost\ndata: lo\r";
    const char after[] = "\n\xEF\xBB\xBF\ndata: y\n\n";
    assert_true(sse_feed(&parser, before, sizeof before - 1));
    sse_restart(&parser);
    assert_string_equal(parser.last_id->str, "1");
    assert_true(sse_feed(&parser, after, sizeof after - 1));
    assert_string_equal(told->str, "message|x\nmessage|y\n");
    assert_string_equal(parser.last_id->str, "1");
    assert_int_equal(parser.retry_ms, 7);
    sse_clear(&parser);
}

static bool feed_many(SseParser *parser, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++)
        if (!sse_feed(parser, text, strlen(text)))
            return false;
    return true;
}

static void too_long(void **state)
{
    g_autoptr(GString) told = g_string_new(NULL);
    SseParser parser;
    sse_init(&parser, note, told);
    assert_true(feed_many(&parser, "xxxxxxxx", SSE_MAX_LINE / 8));
    assert_false(sse_feed(&parser, "x", 1));
    sse_restart(&parser);
    g_autofree char *block = g_strnfill(1000, 'y');
    g_autofree char *data = g_strconcat("data: ", block, "\n", NULL);
    assert_true(feed_many(&parser, data, SSE_MAX_DATA / 1001));
    assert_false(feed_many(&parser, data, 2));
    sse_restart(&parser);
    assert_true(sse_feed(&parser, "data: ok\n\n", 10));
    assert_string_equal(told->str, "message|ok\n");
    /* Neither line nor event grows for ever, however many events there are. */
    assert_true(feed_many(&parser, "data: x\n\n", 100000));
    assert_true(parser.data->allocated_len <= 2 * SSE_MAX_DATA);
    sse_clear(&parser);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_split),
        cmocka_unit_test(a_new_connection_starts_clean),
        cmocka_unit_test(too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
