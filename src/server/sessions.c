/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/sessions.h"

#include <string.h>

#include "base/text.h"
#include "db/row.h"
#include "server/audit.h"
#include "server/families.h"
#include "server/server.h"
#include "server/throttle.h"
#include "server/tokens.h"

#define REFRESH_IDLE (30 * MS_PER_DAY)
#define SESSION_LONGEST (180 * MS_PER_DAY)
#define CLIENT_MAX 120

/* ---- issuing */

static bool token_store(Call *call, const Uuid *session, TokenKind kind, const Token *token,
                        gint64 expires, const CryptoHash *access, GError **error)
{
    return db_exec(call->db, error,
                   "INSERT INTO token (hash, session_id, kind, created_at, expires_at, access) "
                   "VALUES ($1, $2, $3, $4, $5, $6)",
                   db_bytes(token->hash.bytes, sizeof token->hash.bytes), db_uuid(session),
                   db_int(kind), db_int(call->now), db_int(expires),
                   access ? db_bytes(access->bytes, sizeof access->bytes) : db_null());
}

/* A pair for the session; *refresh tells the new refresh token's hash. */
static bool tokens_issue(Call *call, const Uuid *session, gint64 session_expires, Tokens *tokens,
                         CryptoHash *refresh, GError **error)
{
    Token access, next;
    token_make(TOKEN_ACCESS, &access);
    token_make(TOKEN_REFRESH, &next);
    gint64 expires = call->now + ACCESS_SECONDS * MS_PER_SECOND;
    if (!token_store(call, session, TOKEN_ACCESS, &access, MIN(expires, session_expires), NULL,
                     error) ||
        !token_store(call, session, TOKEN_REFRESH, &next,
                     MIN(call->now + REFRESH_IDLE, session_expires), &access.hash, error))
        return false;
    *tokens = (Tokens){ .access_token = g_strdup(access.text),
                        .refresh_token = g_strdup(next.text),
                        .token_type = g_strdup("Bearer"),
                        .expires_in = ACCESS_SECONDS };
    *refresh = next.hash;
    crypto_wipe(&access, sizeof access);
    crypto_wipe(&next, sizeof next);
    return true;
}

static void put_tokens(Call *call, Tokens *tokens)
{
    json_put_object(call->reply.body, &tokens_fields, tokens);
    fields_clear(&tokens_fields, tokens);
}

/* What the client calls itself, fit to be shown in a list; NULL when it does not. */
static char *client_name(const char *user_agent)
{
    if (!user_agent || *user_agent == '\0')
        return NULL;
    g_autofree char *clean = text_clean(user_agent, -1, TEXT_LINE);
    return text_cut(clean, CLIENT_MAX);
}

bool session_create(Call *call, const Uuid *account, const char *client, Tokens *tokens,
                    GError **error)
{
    Uuid session = uuid_new();
    gint64 expires = call->now + SESSION_LONGEST;
    g_autofree char *name = client_name(client);
    CryptoHash refresh;
    return db_exec(
               call->db, error,
               "INSERT INTO session (id, account_id, created_at, last_used_at, expires_at, client) "
               "VALUES ($1, $2, $3, $3, $4, $5)",
               db_uuid(&session), db_uuid(account), db_int(call->now), db_int(expires),
               db_text(name)) &&
           tokens_issue(call, &session, expires, tokens, &refresh, error);
}

static bool session_revoke(Call *call, const Uuid *session, GError **error)
{
    call->revoked = *session;
    return db_exec(call->db, error,
                   "UPDATE session SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL",
                   db_uuid(session), db_int(call->now)) &&
           db_exec(call->db, error, "DELETE FROM token WHERE session_id = $1", db_uuid(session));
}

/* ---- log in */

char *password_hash(Call *call, const char *password, GError **error)
{
    const Config *config = server_config(call->server);
    char hash[CRYPTO_PASSWORD_HASH_SIZE];
    if (!crypto_password_hash(password, config->argon2_passes, config->argon2_memory, hash, error))
        return NULL;
    return g_strdup(hash);
}

typedef struct LoginCheck { /* from the crypto thread to the writer's */
    Uuid account;
    bool right;
    char *rehash; /* the password's hash with today's costs; NULL: it has them */
} LoginCheck;

static void login_check_free(gpointer data)
{
    LoginCheck *check = data;
    g_free(check->rehash);
    g_free(check);
}

/* A hash that no password has, so that an unknown address takes as long as a wrong password. Crypto thread only. */
static const char *dummy_hash(Call *call, GError **error)
{
    static char *dummy;
    guint8 noise[16];
    g_autofree char *text = NULL;
    if (!dummy) {
        crypto_random(noise, sizeof noise);
        text = g_base64_encode(noise, sizeof noise);
        dummy = password_hash(call, text, error);
    }
    return dummy;
}

static bool login_verify(Call *call, LoginCheck *check, const char *stored, GError **error)
{
    const Login *input = call->body;
    const Config *config = server_config(call->server);
    const char *hash = stored ? stored : dummy_hash(call, error);
    if (!hash)
        return false;
    check->right = crypto_password_verify(hash, input->password) && stored;
    if (!check->right ||
        !crypto_password_outdated(hash, config->argon2_passes, config->argon2_memory))
        return true;
    check->rehash = password_hash(call, input->password, error);
    return check->rehash != NULL;
}

static bool login_prepare(Call *call, GError **error)
{
    const Login *input = call->body;
    g_autofree char *key = email_fold(input->email);
    if (!throttle_check(call, THROTTLE_LOGIN_PEER, NULL, error) ||
        !throttle_check(call, THROTTLE_LOGIN_ACCOUNT, key, error))
        return false;
    LoginCheck *check = g_new0(LoginCheck, 1);
    call->scratch = check;
    call->scratch_free = login_check_free;
    g_autoptr(DbRows) rows = db_query(
        call->db, error, "SELECT id, password FROM account WHERE email_key = $1 AND state = 1",
        db_text(key));
    if (!rows)
        return false;
    g_autofree char *stored = NULL;
    if (db_next(rows, error)) {
        check->account = db_get_uuid(rows, 0);
        stored = g_strdup(db_get_text(rows, 1));
    } else if (!db_rows_ok(rows)) {
        return false;
    }
    g_clear_pointer(&rows, db_rows_free);
    return login_verify(call, check, stored, error);
}

static bool login_wrong(Call *call, const char *key, GError **error)
{
    return throttle_count(call, THROTTLE_LOGIN_PEER, NULL, error) &&
           throttle_count(call, THROTTLE_LOGIN_ACCOUNT, key, error) &&
           call_refuse(call, PROBLEM_BAD_CREDENTIALS,
                       "the e-mail address or the password is wrong");
}

static bool login(Call *call, GError **error)
{
    const Login *input = call->body;
    const LoginCheck *check = call->scratch;
    g_autofree char *key = email_fold(input->email);
    /* Again: while the password was hashed, others may have guessed. */
    if (!throttle_check(call, THROTTLE_LOGIN_PEER, NULL, error) ||
        !throttle_check(call, THROTTLE_LOGIN_ACCOUNT, key, error))
        return false;
    if (!check->right)
        return login_wrong(call, key, error);
    if (check->rehash && !db_exec(call->db, error, "UPDATE account SET password = $2 WHERE id = $1",
                                  db_uuid(&check->account), db_text(check->rehash)))
        return false;
    Tokens tokens = { 0 };
    if (!throttle_clear(call, THROTTLE_LOGIN_ACCOUNT, key, error) ||
        !session_create(call, &check->account, call->user_agent, &tokens, error) ||
        !audit_put(call, "session.create", &check->account, error)) {
        fields_clear(&tokens_fields, &tokens);
        return false;
    }
    put_tokens(call, &tokens);
    return true;
}

/* ---- refresh: POST /oauth/token (RFC 6749 §6) */

typedef struct RefreshInput {
    char *grant_type, *refresh_token, *client_id;
} RefreshInput;

#define AT(member) offsetof(RefreshInput, member)
static const Field refresh_rows[] = {
    { "grant_type", FIELD_TEXT, AT(grant_type), FIELD_REQUIRED },
    { "refresh_token", FIELD_TEXT, AT(refresh_token), FIELD_REQUIRED | FIELD_SECRET },
    { "client_id", FIELD_TEXT, AT(client_id) },
};
#undef AT
static const FieldTable refresh_fields = FIELD_TABLE("refresh", RefreshInput, refresh_rows);

/* A refusal as OAuth words it too: "error" beside our code. */
static bool refuse_grant(Call *call, const char *detail)
{
    call_refuse(call, PROBLEM_UNAUTHORIZED, "%s", detail);
    g_string_truncate(call->reply.body, call->reply.body->len - 1);
    g_string_append(call->reply.body, ",\"error\":\"invalid_grant\"}");
    return true;
}

typedef struct Refresh {
    CryptoHash hash;
    Uuid session;
    gint64 session_expires, expires, used_at;
    CryptoHash successor;
} Refresh;

/* Locks the session's row first: exchanges of one session come one after the other. *found false: no live session. */
static bool refresh_lock(Call *call, Refresh *refresh, bool *found, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "UPDATE session SET last_used_at = $2 WHERE id = (SELECT session_id FROM token WHERE hash "
        "= $1 "
        "AND kind = 2) AND revoked_at IS NULL AND expires_at > $2 AND EXISTS (SELECT 1 FROM "
        "account a "
        "WHERE a.id = session.account_id AND a.state = 1) RETURNING id, expires_at",
        db_bytes(refresh->hash.bytes, sizeof refresh->hash.bytes), db_int(call->now));
    if (!rows)
        return false;
    *found = db_next(rows, error);
    if (!*found)
        return db_rows_ok(rows);
    refresh->session = db_get_uuid(rows, 0);
    refresh->session_expires = db_get_int(rows, 1);
    return true;
}

static bool refresh_read(Call *call, Refresh *refresh, bool *found, GError **error)
{
    if (!refresh_lock(call, refresh, found, error) || !*found)
        return !(error && *error);
    g_autoptr(DbRows) rows = db_query(
        call->db, error, "SELECT expires_at, used_at, successor FROM token WHERE hash = $1",
        db_bytes(refresh->hash.bytes, sizeof refresh->hash.bytes));
    if (!rows)
        return false;
    *found = db_next(rows, error);
    if (!*found)
        return db_rows_ok(rows);
    size_t length;
    refresh->expires = db_get_int(rows, 0);
    refresh->used_at = db_get_int(rows, 1);
    const void *successor = db_get_bytes(rows, 2, &length);
    if (successor && length == CRYPTO_HASH_BYTES)
        memcpy(refresh->successor.bytes, successor, length);
    return true;
}

/* The unused successor and its access token go; *gone false when it was used, or there is none. */
static bool successor_drop(Call *call, const Refresh *refresh, bool *gone, GError **error)
{
    DbValue successor = db_bytes(refresh->successor.bytes, sizeof refresh->successor.bytes);
    gint64 n = 0;
    if (!db_exec(call->db, error,
                 "DELETE FROM token WHERE hash = (SELECT access FROM token WHERE hash = $1 AND "
                 "used_at IS NULL)",
                 successor) ||
        !db_exec_count(call->db, error, &n, "DELETE FROM token WHERE hash = $1 AND used_at IS NULL",
                       successor))
        return false;
    *gone = n == 1;
    return true;
}

static bool refresh_exchange(Call *call, const Refresh *refresh, GError **error)
{
    Tokens tokens = { 0 };
    CryptoHash next;
    if (!tokens_issue(call, &refresh->session, refresh->session_expires, &tokens, &next, error))
        return false;
    if (!db_exec(call->db, error,
                 "UPDATE token SET used_at = COALESCE(used_at, $2), successor = $3 WHERE hash = $1",
                 db_bytes(refresh->hash.bytes, sizeof refresh->hash.bytes), db_int(call->now),
                 db_bytes(next.bytes, sizeof next.bytes))) {
        fields_clear(&tokens_fields, &tokens);
        return false;
    }
    put_tokens(call, &tokens);
    return true;
}

static bool refresh_used(Call *call, const Refresh *refresh, GError **error)
{
    bool lost_answer = call->now - refresh->used_at <= REFRESH_GRACE;
    if (lost_answer && !successor_drop(call, refresh, &lost_answer, error))
        return false;
    if (lost_answer)
        return refresh_exchange(call, refresh, error);
    return session_revoke(call, &refresh->session, error) &&
           audit_put(call, "session.reuse", &refresh->session, error) &&
           refuse_grant(call, "this token was used before: the session is ended, log in again");
}

static bool oauth_token(Call *call, GError **error)
{
    const RefreshInput *input = call->body;
    Refresh refresh = { 0 };
    bool found = true;
    if (!g_str_equal(input->grant_type, "refresh_token")) {
        field_errors_add(&call->errors, "#/grant_type", "unsupported_grant_type",
                         "must be refresh_token");
        return call_valid(call, error);
    }
    if (!token_check(TOKEN_REFRESH, input->refresh_token, &refresh.hash))
        return refuse_grant(call, "this is not a refresh token");
    if (!refresh_read(call, &refresh, &found, error))
        return false;
    if (!found || refresh.expires <= call->now)
        return refuse_grant(call, "the token is not known, or its session was ended");
    return refresh.used_at ? refresh_used(call, &refresh, error)
                           : refresh_exchange(call, &refresh, error);
}

/* ---- revoke: POST /oauth/revoke (RFC 7009) */

typedef struct RevokeInput {
    char *token, *token_type_hint, *client_id;
} RevokeInput;

#define AT(member) offsetof(RevokeInput, member)
static const Field revoke_rows[] = {
    { "token", FIELD_TEXT, AT(token), FIELD_REQUIRED | FIELD_SECRET },
    { "token_type_hint", FIELD_TEXT, AT(token_type_hint) },
    { "client_id", FIELD_TEXT, AT(client_id) },
};
#undef AT
static const FieldTable revoke_fields = FIELD_TABLE("revoke", RevokeInput, revoke_rows);

/* Whoever holds a token may end its session; an unknown token is no error (RFC 7009 §2.2). */
static bool oauth_revoke(Call *call, GError **error)
{
    const RevokeInput *input = call->body;
    CryptoHash hash;
    if (!token_check(TOKEN_ACCESS, input->token, &hash) &&
        !token_check(TOKEN_REFRESH, input->token, &hash))
        return true;
    g_autoptr(DbRows)
        rows = db_query(call->db, error, "SELECT session_id FROM token WHERE hash = $1",
                        db_bytes(hash.bytes, sizeof hash.bytes));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows);
    Uuid session = db_get_uuid(rows, 0);
    g_clear_pointer(&rows, db_rows_free);
    return session_revoke(call, &session, error) && audit_put(call, "session.end", &session, error);
}

/* ---- /v1/sessions */

static bool list_sessions(Call *call, GError **error)
{
    static const char *sql;
    if (g_once_init_enter(&sql))
        g_once_init_leave(
            &sql, db_intern("SELECT %s FROM session WHERE account_id = $1 AND revoked_at IS NULL "
                            "AND expires_at > $2 AND ($3 = 0 OR (created_at, id) < ($3, $4)) "
                            "ORDER BY created_at DESC, id DESC LIMIT $5",
                            row_columns(&session_fields, NULL)));
    int limit;
    gint64 time;
    Uuid id;
    if (!call_limit(call, &limit, error) || !call_cursor(call, &time, &id, error))
        return false;
    g_autoptr(DbRows)
        rows = db_query(call->db, error, sql, db_uuid(&call->principal.account), db_int(call->now),
                        db_int(time), db_uuid(&id), db_int(limit + 1));
    if (!rows)
        return false;
    GString *out = call->reply.body;
    g_string_append(out, "{\"items\":[");
    Session session = { 0 };
    bool more = false;
    for (int n = 0; db_next(rows, error); n++) {
        if ((more = n == limit))
            break;
        row_read(rows, 0, &session_fields, &session, ROW_BORROW);
        session.current = uuid_equal(&session.id, &call->principal.session);
        time = session.created_at;
        id = session.id;
        g_string_append(out, n > 0 ? "," : "");
        json_put_object(out, &session_fields, &session);
    }
    call_put_next(call, more, time, &id);
    return db_rows_ok(rows);
}

static bool end_session(Call *call, GError **error)
{
    gint64 n;
    if (!db_get_one_int(
            call->db, error, &n,
            "SELECT COUNT(*) FROM session WHERE id = $1 AND account_id = $2 AND revoked_at IS NULL",
            db_uuid(&call->id), db_uuid(&call->principal.account)))
        return false;
    if (n == 0)
        return problem_set(error, PROBLEM_NOT_FOUND, "no such session");
    call->reply.status = 204;
    return session_revoke(call, &call->id, error) &&
           audit_put(call, "session.end", &call->id, error);
}

const Route session_routes[] = {
    { "POST", "/v1/login", ACCESS_OPEN, LANE_CRYPTO, ROUTE_NO_KEY | ROUTE_NO_BATCH, &login_fields,
      &tokens_fields, login, login_prepare, .summary = "Log in with e-mail and password" },
    { "POST", "/oauth/token", ACCESS_OPEN, LANE_WRITE, ROUTE_NO_KEY | ROUTE_NO_BATCH | ROUTE_FORM,
      &refresh_fields, &tokens_fields, oauth_token, .summary = "Exchange a refresh token" },
    { "POST", "/oauth/revoke", ACCESS_OPEN, LANE_WRITE, ROUTE_NO_KEY | ROUTE_NO_BATCH | ROUTE_FORM,
      &revoke_fields, .handler = oauth_revoke, .summary = "End the session of a token" },
    { "GET", "/v1/sessions", ACCESS_USER, LANE_READ, ROUTE_LIST, .reply = &session_fields,
      .handler = list_sessions, .query = "limit cursor",
      .summary = "The caller's sessions, newest first" },
    { "DELETE", "/v1/sessions/{id}", ACCESS_USER, LANE_WRITE, .handler = end_session,
      .summary = "End a session" },
    { 0 },
};
