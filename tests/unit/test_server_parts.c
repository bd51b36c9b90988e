/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pure parts of the server's core: addresses, forms, routes, tokens, hashes, keys, throttling, periodic jobs. */
#include "unit.h"

#include <string.h>

#include "server/device.h"
#include "server/form.h"
#include "server/httpd_internal.h"
#include "server/idempotency.h"
#include "server/jobs.h"
#include "server/listener.h"
#include "server/rate.h"
#include "server/routes.h"
#include "server/schema.h"
#include "server/server.h"
#include "server/throttle.h"
#include "server/tokens.h"
#include "server/totp.h"

/* ---- HTTP */

static void targets_are_checked_before_they_are_decoded(void **state)
{
    static const char *const good[] = { "/",          "/v1/me?a=b&c=%2F%ff",   "/%68ealthz",
                                        "http://a/b", "/a;b=c,d:@!$'()*+~-._", NULL };
    static const char *const bad[] = { "/a b",  "/a\tb",    "/%",   "/%1",       "/%zz",
                                       "/%00",  "/a?b=%00", "/a#b", "/\xc3\xa9", "/\x7f",
                                       "/{id}", "/a\\b",    "/\"",  NULL };
    for (int i = 0; good[i]; i++)
        assert_int_equal(http_target_check(good[i]), PROBLEM_COUNT);
    for (int i = 0; bad[i]; i++)
        assert_int_equal(http_target_check(bad[i]), PROBLEM_MALFORMED);
    assert_int_equal(http_target_check("/v1%2fme"), PROBLEM_NOT_FOUND);
    assert_int_equal(http_target_check("/v1%2Fme?a"), PROBLEM_NOT_FOUND);
    assert_int_equal(http_target_check("/v1%2Fme%00"), PROBLEM_MALFORMED);
}

static void the_path_is_found_in_both_forms_of_an_address(void **state)
{
    assert_string_equal(http_target_path("/v1/me"), "/v1/me");
    assert_string_equal(http_target_path("http://h:1/v1/me"), "/v1/me");
    assert_string_equal(http_target_path("HTTPS://h/"), "/");
    assert_string_equal(http_target_path("http://h"), "");
    assert_string_equal(http_target_path("*"), "*");
}

static void first_bytes_tell_streams_from_the_rest(void **state)
{
    assert_int_equal(listener_classify("GET /v1/events HTTP/1.1", 23), 1);
    assert_int_equal(listener_classify("GET /v1/events?closeafter", 25), 1);
    assert_int_equal(listener_classify("GET /v1/events", 14), -1);
    assert_int_equal(listener_classify("GET", 3), -1);
    assert_int_equal(listener_classify("GET /v1/eventsx", 15), 0);
    assert_int_equal(listener_classify("GET /v1/me", 10), 0);
    assert_int_equal(listener_classify("P", 1), 0);
}

static void addresses_to_listen_on_have_a_shape(void **state)
{
    static const char *const good[] = { "127.0.0.1:80", "[::1]:80", "host:http",
                                        "unix:/a",      "unix:a",   NULL };
    static const char *const bad[] = { "", "80", ":80", "host:", "unix:", NULL };
    for (int i = 0; good[i]; i++)
        assert_true(listener_address_ok(good[i]));
    for (int i = 0; bad[i]; i++)
        assert_false(listener_address_ok(bad[i]));
    g_autofree char *path = g_strnfill(200, 'x'), *address = g_strconcat("unix:", path, NULL);
    assert_false(listener_address_ok(address));
}

static void assert_form(const char *body, const char *json)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *out = form_to_json(body, strlen(body), &error);
    if (json)
        assert_string_equal(out, json);
    else
        assert_true(!out && problem_is(error, PROBLEM_MALFORMED));
}

static void forms_become_objects_of_texts(void **state)
{
    assert_form("", "{}");
    assert_form("a=b&c=d+e%26", "{\"a\":\"b\",\"c\":\"d e&\"}");
    assert_form("&&a&b=", "{\"a\":\"\",\"b\":\"\"}");
    assert_form("a=b=c", "{\"a\":\"b=c\"}");
    assert_form("a%22=%c3%a9", "{\"a\\\"\":\"é\"}");
    assert_form("a=%00", NULL);
    assert_form("a=%zz", NULL);
    assert_form("a=%ff", NULL);
    assert_form("\xff=a", NULL);
    g_autoptr(GError) error = NULL;
    assert_null(form_to_json("a\0b", 3, &error));
}

static const Route *find(const char *method, const char *path, Uuid *id, const char **allow)
{
    Uuid sub;
    g_autoptr(GError) error = NULL;
    routes_init();
    return routes_find(method, path, id, &sub, allow, &error);
}

static void routes_are_found_by_method_and_pattern(void **state)
{
    Uuid id;
    const char *allow = NULL;
    const Route *route = find("DELETE", "/v1/sessions/0190a1b2-0000-7000-8000-00000000000A", &id,
                              NULL);
    assert_string_equal(route->path, "/v1/sessions/{id}");
    assert_int_equal(id.bytes[15], 0x0a);
    assert_string_equal(find("HEAD", "/v1/me", &id, NULL)->method, "GET");
    assert_null(find("PUT", "/v1/me", &id, &allow));
    assert_string_equal(allow, "GET, HEAD, PATCH, DELETE");
    static const char *const nothing[] = { "",
                                           "/",
                                           "v1/me",
                                           "/v1/me/",
                                           "//v1/me",
                                           "/v1/{id}",
                                           "/v1/sessions/{id}",
                                           "*",
                                           "/v1/sessions/0190a1b2-0000-7000-8000-00000000000",
                                           NULL };
    for (int i = 0; nothing[i]; i++)
        assert_null(find("GET", nothing[i], &id, NULL));
    g_autofree char *path = g_strnfill(5000, '/');
    assert_null(find("GET", path, &id, NULL));
}

/* ---- secrets */

static void tokens_have_a_checksum_and_a_kind(void **state)
{
    static const guint8 none[32],
        all[32] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
    char text[TOKEN_LENGTH + 1];
    CryptoHash hash, again;
    token_format(TOKEN_ACCESS, none, text);
    assert_true(g_str_has_prefix(text, "lla_0000000000000000000000000000000000000000000"));
    token_format(TOKEN_REFRESH, all, text);
    assert_int_equal(strlen(text), TOKEN_LENGTH);
    assert_true(token_check(TOKEN_REFRESH, text, &hash));
    assert_false(token_check(TOKEN_ACCESS, text, &hash));
    crypto_digest_text(text, &again);
    assert_memory_equal(&hash, &again, sizeof hash);
    for (int i = 0; i < TOKEN_LENGTH; i++) {
        char was = text[i];
        text[i] = was == 'x' ? 'y' : 'x';
        assert_false(token_check(TOKEN_REFRESH, text, &hash));
        text[i] = was;
    }
    text[TOKEN_LENGTH - 1] = '\0';
    assert_false(token_check(TOKEN_REFRESH, text, &hash));
    assert_false(token_check(TOKEN_REFRESH, NULL, &hash));
    Token one, two;
    token_make(TOKEN_ACCESS, &one);
    token_make(TOKEN_ACCESS, &two);
    assert_string_not_equal(one.text, two.text);
    assert_true(token_check(TOKEN_ACCESS, one.text, &hash));
}

static void digests_tell_pieces_apart(void **state)
{
    CryptoHash a, b;
    crypto_digest((CryptoText[]){ { "ab", 2 }, { "c", 1 } }, 2, &a);
    crypto_digest((CryptoText[]){ { "a", 1 }, { "bc", 2 } }, 2, &b);
    assert_memory_not_equal(&a, &b, sizeof a);
    crypto_digest((CryptoText[]){ { "abc", 3 }, { NULL, 0 } }, 2, &b);
    assert_memory_not_equal(&a, &b, sizeof a);
}

static void passwords_are_verified_and_their_cost_is_seen(void **state)
{
    char hash[CRYPTO_PASSWORD_HASH_SIZE];
    assert_true(crypto_password_hash("correct horse", 1, 8, hash, NULL));
    assert_true(g_str_has_prefix(hash, "$argon2id$"));
    assert_true(crypto_password_verify(hash, "correct horse"));
    assert_false(crypto_password_verify(hash, "correct horse "));
    assert_false(crypto_password_verify("nonsense", "correct horse"));
    assert_false(crypto_password_outdated(hash, 1, 8));
    assert_true(crypto_password_outdated(hash, 2, 8));
    assert_true(crypto_password_outdated(hash, 1, 16));
}

/* ---- idempotency */

static void keys_are_uuids_with_or_without_quotes(void **state)
{
    Uuid key;
    assert_true(idempotency_key_parse("0190a1b2-0000-7000-8000-000000000001", &key));
    assert_true(idempotency_key_parse("\"0190a1b2-0000-7000-8000-000000000001\"", &key));
    static const char *const bad[] = { "",
                                       "\"\"",
                                       "x",
                                       "\"0190a1b2-0000-7000-8000-000000000001",
                                       "0190a1b2-0000-7000-8000-00000000000g",
                                       "'0190a1b2-0000-7000-8000-000000000001'",
                                       "00000000-0000-0000-0000-000000000000",
                                       NULL };
    for (int i = 0; bad[i]; i++)
        assert_false(idempotency_key_parse(bad[i], &key));
}

/* The hash of PATCH /v1/me or of signing up with this body. */
static CryptoHash request_hash(const char *method, const char *path, const char *if_match,
                               const char *body)
{
    g_autoptr(Frame) frame = frame_new(NULL);
    frame->call.principal.account = (Uuid){ { 1 } };
    routes_init();
    FrameInput input = { .method = method,
                         .path = path,
                         .idempotency_key = "0190a1b2-0000-7000-8000-000000000001",
                         .content_type = "application/json",
                         .if_match = if_match,
                         .body = body,
                         .body_length = strlen(body) };
    frame_accept(frame, NULL, &input);
    if (frame->answered)
        fail_msg("%s", frame->call.reply.body->str);
    return frame->request_hash;
}

static bool same_hash(CryptoHash a, CryptoHash b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static void requests_are_the_same_by_what_they_mean(void **state)
{
    CryptoHash hash = request_hash("PATCH", "/v1/me", "\"3\"", "{\"name\":\"A\"}");
    assert_true(
        same_hash(hash, request_hash("PATCH", "/v1/me", "3", " { \"name\" : \"\\u0041\" } ")));
    assert_false(same_hash(hash, request_hash("PATCH", "/v1/me", "\"4\"", "{\"name\":\"A\"}")));
    assert_false(same_hash(hash, request_hash("PATCH", "/v1/me", "\"3\"", "{\"name\":\"B\"}")));
    const char *sign_up =
        "{\"email\":\"a@a.example\",\"name\":\"A\",\"password\":\"correct horse battery\"}";
    const char *other =
        "{\"email\":\"a@a.example\",\"name\":\"A\",\"password\":\"wrong horse battery\"}";
    const char *another =
        "{\"email\":\"b@a.example\",\"name\":\"A\",\"password\":\"correct horse battery\"}";
    hash = request_hash("POST", "/v1/accounts", NULL, sign_up);
    assert_true(same_hash(
        hash, request_hash("POST", "/v1/accounts", NULL, other))); /* no secret goes into it */
    assert_false(same_hash(hash, request_hash("POST", "/v1/accounts", NULL, another)));
}

/* ---- throttling */

static void delays_double_up_to_a_quarter_of_an_hour(void **state)
{
    assert_int_equal(throttle_delay(1, 5), 0);
    assert_int_equal(throttle_delay(5, 5), 0);
    assert_int_equal(throttle_delay(6, 5), 1000);
    assert_int_equal(throttle_delay(7, 5), 2000);
    assert_int_equal(throttle_delay(15, 5), 512000);
    assert_int_equal(throttle_delay(16, 5), 15 * 60000);
    assert_int_equal(throttle_delay(G_MAXINT64, 5), 15 * 60000);
}

static void assert_peer(const char *peer, const char *network)
{
    char out[INET6_ADDRSTRLEN];
    throttle_peer(peer, out);
    assert_string_equal(out, network);
}

static void an_address_of_ipv6_counts_with_its_network(void **state)
{
    assert_peer("192.0.2.7", "192.0.2.7");
    assert_peer("unix", "unix");
    assert_peer("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::");
    assert_peer("::ffff:192.0.2.7", "::ffff:192.0.2.7");
}

/* ---- jobs */

static bool fill_old_rows(Db *db, gpointer arg, GError **error)
{
    const char *const rows[] = {
        "INSERT INTO account (id, rev, created_at, updated_at, email, name, state, admin, "
        "email_key) "
        "VALUES (x'01', 1, 0, 0, 'a', 'a', 1, 0, 'a')",
        "INSERT INTO session (id, account_id, created_at, last_used_at, expires_at) VALUES (x'02', "
        "x'01', 0, 0, 1)",
        "INSERT INTO token (hash, session_id, kind, created_at, expires_at) VALUES (x'03', x'02', "
        "1, 0, 1)",
        "INSERT INTO throttle (subject, failures, blocked_until, updated_at) VALUES (x'04', 1, 0, "
        "0)",
        "INSERT INTO scope (id, kind, epoch, acl, seq, min_seq) VALUES "
        "(x'05050505050505050505050505050505', 1, 1, 1, 9, 0)",
        "INSERT INTO change_index (scope_id, type, object_id, seq, created_seq, deleted, "
        "changed_at) "
        "VALUES (x'05050505050505050505050505050505', 1, x'06', 4, 4, 1, 0), "
        "(x'05050505050505050505050505050505', 1, x'07', 5, 5, 0, 0)",
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700) "
        "INSERT INTO idem (principal_id, key, request_hash, status, rev, created_at) "
        "SELECT x'01', CAST(i AS BLOB), x'00', 200, 1, 0 FROM n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (!db_script(db, error, rows[i]))
            return false;
    return true;
}

static gint64 count(Db *db, const char *sql)
{
    gint64 n = -1;
    assert_true(db_get_one_int(db, NULL, &n, sql));
    return n;
}

static void jobs_purge_what_is_old_step_by_step(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Db) db = db_open(server_drivers, "sqlite::memory:", DB_WRITE, &error);
    assert_true(db && db_migrate(db, server_schema, &error));
    if (!db_tx(db, fill_old_rows, NULL, &error))
        fail_msg("%s", error->message);
    int steps = 0;
    for (const JobRow *job = job_rows; job->name; job++) {
        assert_true(job->seconds >= 60);
        for (bool again = true; again; steps++)
            if (!call_run(db, job->step, (again = false, &again), &error))
                fail_msg("%s: %s", job->name, error->message);
    }
    assert_true(steps > 5); /* 700 keys are more than one step */
    assert_int_equal(count(db, "SELECT COUNT(*) FROM idem"), 0);
    assert_int_equal(count(db, "SELECT COUNT(*) FROM token"), 0);
    assert_int_equal(count(db, "SELECT COUNT(*) FROM session"), 0);
    assert_int_equal(count(db, "SELECT COUNT(*) FROM throttle"), 0);
    assert_int_equal(count(db, "SELECT COUNT(*) FROM account"), 1);
    assert_int_equal(count(db, "SELECT COUNT(*) FROM change_index"), 1);
    assert_int_equal(count(db, "SELECT min_seq FROM scope"), 4);
}

static void a_user_code_is_read_as_people_type_it(void **state)
{
    static const struct {
        const char *typed, *code;
    } rows[] = {
        { "BCDF-GHJK", "BCDF-GHJK" },
        { "bcdfghjk", "BCDF-GHJK" },
        { " b c d f \t g-h--j.k\n", "BCDF-GHJK" },
        { "BCDF\xe2\x80\x93GHJK", "BCDF-GHJK" },
        { "BCDF-GHJ", NULL },
        { "BCDF-GHJKL", NULL },
        { "BCDF-GHJ1", NULL },
        { "ACDF-GHJK", NULL },
        { "", NULL },
        { "----------------", NULL },
        { NULL, NULL },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char code[USER_CODE_SIZE];
        assert_int_equal(user_code_read(rows[i].typed, code), rows[i].code != NULL);
        if (rows[i].code)
            assert_string_equal(code, rows[i].code);
    }
}

/* ---- quotas, by a clock of our own */

static void quota_is_taken_at_once_and_comes_back_evenly(void **state)
{
    RateLimiter *rate = rate_new(60, 0);
    Uuid ann = { .bytes = { 1 } }, ben = { .bytes = { 2 } };
    gint64 now = 1000 * G_USEC_PER_SEC;
    RateState told;
    for (int i = 0; i < 60; i++) {
        assert_true(rate_take(rate, RATE_READ, &ann, 1, now, &told));
        assert_int_equal(told.left, 59 - i);
        assert_int_equal(told.reset, i + 1);
    }
    assert_false(rate_take(rate, RATE_READ, &ann, 1, now, &told));
    assert_int_equal(told.retry_after, 1);
    assert_int_equal(told.left, 0);
    assert_int_equal(told.reset, 60);
    assert_string_equal(told.name, "read");
    assert_true(rate_take(rate, RATE_READ, &ben, 60, now, &told));
    assert_false(rate_take(rate, RATE_READ, &ann, 1, now + G_USEC_PER_SEC - 1, &told));
    assert_true(rate_take(rate, RATE_READ, &ann, 1, now + G_USEC_PER_SEC, &told));
    assert_false(rate_take(rate, RATE_READ, &ann, 10, now + G_USEC_PER_SEC, &told));
    assert_int_equal(told.retry_after, 10);
    assert_true(rate_take(rate, RATE_READ, &ann, 10, now + 11 * G_USEC_PER_SEC, &told));
    assert_true(rate_take(rate, RATE_READ, &ann, 60, now + 120 * G_USEC_PER_SEC, &told));
    assert_true(rate_take(rate, RATE_READ, &ann, 100, now + 200 * G_USEC_PER_SEC, &told));
    assert_int_equal(told.left, 0); /* more than there ever is takes all */
    assert_true(rate_take(rate, RATE_WRITE, &ann, 1000000, now, &told)); /* no limit */
    assert_null(told.name);
    rate_free(rate);
}

/* Accounts that have all back are forgotten, the others are not. */
static void quota_of_many_accounts(void **state)
{
    RateLimiter *rate = rate_new(1, 1);
    RateState told;
    for (guint32 i = 1; i <= 20000; i++) {
        Uuid id = { 0 };
        memcpy(id.bytes, &i, sizeof i);
        assert_true(rate_take(rate, RATE_READ, &id, 1, (gint64)i * G_USEC_PER_SEC, &told));
        assert_false(rate_take(rate, RATE_READ, &id, 1, (gint64)i * G_USEC_PER_SEC, &told));
    }
    rate_free(rate);
}

/* RFC 6238, appendix B: the last six digits of the eight there. */
static void one_time_codes_are_those_of_the_rfc(void **state)
{
    static const struct {
        gint64 seconds;
        const char *code;
    } vectors[] = { { 59, "287082" },         { 1111111109, "081804" }, { 1111111111, "050471" },
                    { 1234567890, "005924" }, { 2000000000, "279037" }, { 20000000000, "353130" } };
    const guint8 *secret = (const guint8 *)"12345678901234567890";
    char code[7];
    for (size_t i = 0; i < G_N_ELEMENTS(vectors); i++) {
        totp_code_at(secret, vectors[i].seconds / 30, code);
        assert_string_equal(code, vectors[i].code);
    }
}

/* RFC 4648, §10, without padding. */
static void secrets_are_written_in_base32(void **state)
{
    static const char *const vectors[][2] = { { "", "" },
                                              { "f", "MY" },
                                              { "fo", "MZXQ" },
                                              { "foo", "MZXW6" },
                                              { "foob", "MZXW6YQ" },
                                              { "fooba", "MZXW6YTB" },
                                              { "foobar", "MZXW6YTBOI" } };
    char text[32];
    for (size_t i = 0; i < G_N_ELEMENTS(vectors); i++) {
        totp_base32((const guint8 *)vectors[i][0], strlen(vectors[i][0]), text);
        assert_string_equal(text, vectors[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets_are_checked_before_they_are_decoded),
        cmocka_unit_test(the_path_is_found_in_both_forms_of_an_address),
        cmocka_unit_test(first_bytes_tell_streams_from_the_rest),
        cmocka_unit_test(addresses_to_listen_on_have_a_shape),
        cmocka_unit_test(forms_become_objects_of_texts),
        cmocka_unit_test(a_user_code_is_read_as_people_type_it),
        cmocka_unit_test(routes_are_found_by_method_and_pattern),
        cmocka_unit_test(tokens_have_a_checksum_and_a_kind),
        cmocka_unit_test(digests_tell_pieces_apart),
        cmocka_unit_test(passwords_are_verified_and_their_cost_is_seen),
        cmocka_unit_test(keys_are_uuids_with_or_without_quotes),
        cmocka_unit_test(requests_are_the_same_by_what_they_mean),
        cmocka_unit_test(delays_double_up_to_a_quarter_of_an_hour),
        cmocka_unit_test(an_address_of_ipv6_counts_with_its_network),
        cmocka_unit_test(jobs_purge_what_is_old_step_by_step),
        cmocka_unit_test(quota_is_taken_at_once_and_comes_back_evenly),
        cmocka_unit_test(quota_of_many_accounts),
        cmocka_unit_test(one_time_codes_are_those_of_the_rfc),
        cmocka_unit_test(secrets_are_written_in_base32),
    };
    if (!crypto_init(NULL))
        return 1;
    return cmocka_run_group_tests_name("server_parts", tests, NULL, NULL);
}
