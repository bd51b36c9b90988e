/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/idempotency.h"

#include <string.h>

#include "server/routes.h"

/* Whose keys those of callers without a session are: nobody's account. */
static const Uuid anonymous = { { 0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1 } };

static const Uuid *principal_of(const Frame *frame)
{
    const Uuid *account = &frame->call.principal.account;
    return uuid_is_nil(account) ? &anonymous : account;
}

bool idempotency_key_parse(const char *text, Uuid *key)
{
    size_t length = strlen(text);
    char bare[UUID_TEXT_SIZE];
    if (length == UUID_TEXT_SIZE + 1 && text[0] == '"' && text[length - 1] == '"')
        text++;
    else if (length != UUID_TEXT_SIZE - 1)
        return false;
    memcpy(bare, text, UUID_TEXT_SIZE - 1);
    bare[UUID_TEXT_SIZE - 1] = '\0';
    return uuid_parse(bare, key) && !uuid_is_nil(key);
}

/* The canonical body: a fast hash of a password must never be stored, so it stays out. */
static char *canonical_body(const Call *call)
{
    if (!call->json)
        return g_strdup("");
    if (!call->body || !fields_have_secret(call->route->body))
        return json_print(call->json);
    GString *out = g_string_new(NULL);
    json_put_object(out, call->route->body, call->body);
    return g_string_free(out, FALSE);
}

void idempotency_hash(Frame *frame, const char *if_match)
{
    const Call *call = &frame->call;
    char ids[2][UUID_TEXT_SIZE], rev[32] = "";
    if (if_match)
        g_snprintf(rev, sizeof rev, "%" G_GINT64_FORMAT, call->if_match);
    g_autofree char *body = canonical_body(call);
    uuid_format(&call->id, ids[0]);
    uuid_format(&call->sub, ids[1]);
    const char *texts[] = { call->route->method, call->route->path, ids[0], ids[1], rev, body };
    CryptoText pieces[G_N_ELEMENTS(texts)];
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        pieces[i] = (CryptoText){ texts[i], strlen(texts[i]) };
    crypto_digest(pieces, G_N_ELEMENTS(pieces), &frame->request_hash);
}

/* The stored outcome as the reply; the object is read again when its body was not kept. */
static bool replay(Frame *frame, int status, gint64 rev, const char *body, GError **error)
{
    Call *call = &frame->call;
    call->reply.status = status;
    call->reply.rev = rev;
    if (status >= 400)
        call->reply.type = "application/problem+json";
    frame->replayed = true;
    if (body) {
        g_string_assign(call->reply.body, body);
        return true;
    }
    const Route *reader = status == 204 ? NULL : routes_reader(call->route);
    if (!reader)
        return true;
    bool ok = reader->handler(call, error);
    if (ok)
        call->reply.status = status;
    return ok;
}

static bool replay_stored(Frame *frame, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        frame->call.db, error,
        "SELECT request_hash, status, rev, body FROM idem WHERE principal_id = $1 AND key = $2",
        db_uuid(principal_of(frame)), db_uuid(&frame->key));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) ? problem_set(error, PROBLEM_KEY_IN_PROGRESS, "try again") : false;
    size_t length;
    const void *hash = db_get_bytes(rows, 0, &length);
    if (length != CRYPTO_HASH_BYTES || memcmp(hash, frame->request_hash.bytes, length) != 0)
        return problem_set(error, PROBLEM_KEY_REUSED, "use a new key for a new request");
    int status = (int)db_get_int(rows, 1);
    gint64 rev = db_get_int(rows, 2);
    g_autofree char *body = g_strdup(db_get_text(rows, 3));
    g_clear_pointer(&rows, db_rows_free);
    return replay(frame, status, rev, body, error);
}

bool idempotency_claim(Frame *frame, bool *first, GError **error)
{
    gint64 inserted = 0;
    g_autoptr(GError) local = NULL;
    const CryptoHash *hash = &frame->request_hash;
    if (!db_exec_count(
            frame->call.db, &local, &inserted,
            "INSERT INTO idem (principal_id, key, request_hash, status, rev, created_at) "
            "VALUES ($1, $2, $3, 0, 0, $4) ON CONFLICT (principal_id, key) DO NOTHING",
            db_uuid(principal_of(frame)), db_uuid(&frame->key),
            db_bytes(hash->bytes, sizeof hash->bytes), db_int(frame->call.now))) {
        /* PostgreSQL: another instance has the key's row, uncommitted for longer than a lock is waited for. */
        if (problem_is(local, PROBLEM_DATABASE_BUSY))
            return problem_set(error, PROBLEM_KEY_IN_PROGRESS,
                               "a request with this key is running: try again");
        g_propagate_error(error, g_steal_pointer(&local));
        return false;
    }
    *first = inserted == 1;
    return *first || replay_stored(frame, error);
}

bool idempotency_store(Frame *frame, GError **error)
{
    Call *call = &frame->call;
    const Reply *reply = &call->reply;
    if (reply->status == 429 || reply->status >= 500) /* it may well work later */
        return db_later(call->db, error, "DELETE FROM idem WHERE principal_id = $1 AND key = $2",
                        db_uuid(principal_of(frame)), db_uuid(&frame->key));
    bool keep = reply->status >= 400 || call->route->flags & ROUTE_REPLAY_STORED ||
                (reply->status != 204 && !routes_reader(call->route));
    return db_later(
        call->db, error,
        "UPDATE idem SET status = $3, rev = $4, body = $5 WHERE principal_id = $1 AND key = $2",
        db_uuid(principal_of(frame)), db_uuid(&frame->key), db_int(reply->status),
        db_int(reply->rev), db_text(keep ? reply->body->str : NULL));
}
