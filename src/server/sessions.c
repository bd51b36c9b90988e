/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/sessions.h"

#include <string.h>

#include "base/text.h"
#include "db/row.h"
#include "server/audit.h"
#include "server/families.h"
#include "server/password.h"
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

void session_put_tokens(Call *call, Tokens *tokens)
{
    json_put_object(call->reply.body, &tokens_fields, tokens);
    tokens_wipe(tokens);
}

char *session_client_name(const char *user_agent)
{
    if (!user_agent || *user_agent == '\0')
        return NULL;
    g_autofree char *clean = text_clean(user_agent, -1, TEXT_LINE);
    return text_cut(clean, CLIENT_MAX);
}

bool session_create(Call *call, const Uuid *account, const char *client, Tokens *tokens, Uuid *id,
                    GError **error)
{
    Uuid session = uuid_new();
    gint64 expires = call->now + SESSION_LONGEST;
    g_autofree char *name = session_client_name(client);
    CryptoHash refresh;
    if (id)
        *id = session;
    return db_exec(
               call->db, error,
               "INSERT INTO session (id, account_id, created_at, last_used_at, expires_at, client) "
               "VALUES ($1, $2, $3, $3, $4, $5)",
               db_uuid(&session), db_uuid(account), db_int(call->now), db_int(expires),
               db_text(name)) &&
           tokens_issue(call, &session, expires, tokens, &refresh, error) &&
           audit_put_of(call, account, "session.create", &session, error);
}

/* Their tokens are forgotten once that is committed. */
static void remember_revoked(Call *call, const Uuid *session)
{
    if (!call->revoked)
        call->revoked = g_array_new(FALSE, FALSE, sizeof(Uuid));
    g_array_append_vals(call->revoked, session, 1);
}

bool session_revoke(Call *call, const Uuid *session, GError **error)
{
    remember_revoked(call, session);
    return db_exec(call->db, error,
                   "UPDATE session SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL",
                   db_uuid(session), db_int(call->now)) &&
           db_exec(call->db, error, "DELETE FROM token WHERE session_id = $1", db_uuid(session));
}

bool session_revoke_others(Call *call, const Uuid *account, const Uuid *kept, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "UPDATE session SET revoked_at = $3 WHERE account_id = $1 AND id <> $2 AND revoked_at IS "
        "NULL RETURNING id",
        db_uuid(account), db_uuid(kept ? kept : account) /* which is no session */,
        db_int(call->now));
    if (!rows)
        return false;
    while (db_next(rows, error)) {
        Uuid session = db_get_uuid(rows, 0);
        remember_revoked(call, &session);
    }
    if (!db_rows_ok(rows))
        return false;
    g_clear_pointer(&rows, db_rows_free);
    return db_exec(call->db, error,
                   "DELETE FROM token WHERE session_id IN (SELECT id FROM session WHERE "
                   "account_id = $1 AND revoked_at IS NOT NULL)",
                   db_uuid(account));
}

/* ---- log in */

static bool login_prepare(Call *call, GError **error)
{
    const Login *input = call->body;
    return password_prepare(call, input->email, input->password, error);
}

static bool login(Call *call, GError **error)
{
    const Login *input = call->body;
    Uuid account;
    PasswordResult result;
    if (!password_settle(call, input->totp, &account, &result, error))
        return false;
    if (result != PASSWORD_RIGHT)
        return password_refuse(call, result);
    Tokens tokens = { 0 };
    if (!session_create(call, &account, call->user_agent, &tokens, NULL, error)) {
        tokens_wipe(&tokens);
        return false;
    }
    session_put_tokens(call, &tokens);
    return true;
}

/* ---- refresh (RFC 6749 §6) */

static bool refuse_grant(Call *call, const char *detail)
{
    return call_refuse(call, PROBLEM_INVALID_GRANT, "%s", detail);
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
        tokens_wipe(&tokens);
        return false;
    }
    session_put_tokens(call, &tokens);
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

bool session_refresh(Call *call, const char *token, GError **error)
{
    Refresh refresh = { 0 };
    bool found = true;
    if (!token_check(TOKEN_REFRESH, token, &refresh.hash))
        return refuse_grant(call, "this is not a refresh token");
    if (!refresh_read(call, &refresh, &found, error))
        return false;
    if (!found || refresh.expires <= call->now)
        return refuse_grant(call, "the token is not known, or its session was ended");
    return refresh.used_at ? refresh_used(call, &refresh, error)
                           : refresh_exchange(call, &refresh, error);
}

/* ---- revoke (RFC 7009) */

/* Whoever holds a token may end its session; an unknown token is no error (RFC 7009 §2.2). */
bool session_revoke_token(Call *call, const char *token, GError **error)
{
    CryptoHash hash;
    if (!token_check(TOKEN_ACCESS, token, &hash) && !token_check(TOKEN_REFRESH, token, &hash))
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
    { "GET", "/v1/sessions", ACCESS_USER, LANE_READ, ROUTE_LIST, .reply = &session_fields,
      .handler = list_sessions, .query = "limit cursor",
      .summary = "The caller's sessions, newest first" },
    { "DELETE", "/v1/sessions/{id}", ACCESS_USER, LANE_WRITE, .handler = end_session,
      .summary = "End a session" },
    { 0 },
};
