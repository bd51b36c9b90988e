/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/auth.h"

#include <string.h>

#include "model/account.h"
#include "server/server_internal.h"

#define ENTRIES_MAX 100000

typedef struct Known {
    CryptoHash hash; /* first: the key */
    Principal principal;
    gint64 expires_at, until;
} Known;

struct AuthCache {
    GMutex lock;
    GHashTable *known; /* set of Known */
    guint64
        forgotten; /* grows with every forget: what was read before it is not remembered after it */
};

static guint hash_hash(gconstpointer key)
{
    guint value;
    memcpy(&value, ((const CryptoHash *)key)->bytes, sizeof value);
    return value;
}

static gboolean hash_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(CryptoHash)) == 0;
}

AuthCache *auth_cache_new(void)
{
    AuthCache *cache = g_new0(AuthCache, 1);
    g_mutex_init(&cache->lock);
    cache->known = g_hash_table_new_full(hash_hash, hash_equal, g_free, NULL);
    return cache;
}

void auth_cache_free(AuthCache *cache)
{
    if (!cache)
        return;
    g_hash_table_unref(cache->known);
    g_mutex_clear(&cache->lock);
    g_free(cache);
}

static bool cache_find(AuthCache *cache, const CryptoHash *hash, gint64 now, Known *out,
                       guint64 *forgotten)
{
    g_mutex_lock(&cache->lock);
    const Known *known = g_hash_table_lookup(cache->known, hash);
    bool fresh = known && known->until > now && known->until - now <= AUTH_CACHE_MS;
    if (fresh)
        *out = *known;
    *forgotten = cache->forgotten;
    g_mutex_unlock(&cache->lock);
    return fresh;
}

static void cache_add(AuthCache *cache, const Known *known, guint64 forgotten)
{
    g_mutex_lock(&cache->lock);
    if (cache->forgotten == forgotten) {
        if (g_hash_table_size(cache->known) >= ENTRIES_MAX)
            g_hash_table_remove_all(cache->known);
        g_hash_table_add(cache->known, g_memdup2(known, sizeof *known));
    }
    g_mutex_unlock(&cache->lock);
}

static gboolean is_of_session(gpointer key, gpointer value, gpointer session)
{
    return uuid_equal(&((const Known *)key)->principal.session, session);
}

void auth_forget_session(Server *server, const Uuid *session)
{
    AuthCache *cache = server->auth;
    g_mutex_lock(&cache->lock);
    cache->forgotten++;
    g_hash_table_foreach_remove(cache->known, is_of_session, (gpointer)session);
    g_mutex_unlock(&cache->lock);
}

/* ---- looking up */

static bool token_read(Db *db, const CryptoHash *hash, Known *out, bool *found, GError **error)
{
    g_autoptr(DbRows) rows = db_query(db, error,
                                      "SELECT t.expires_at, s.id, s.account_id, a.admin FROM token "
                                      "t JOIN session s ON s.id = t.session_id "
                                      "JOIN account a ON a.id = s.account_id WHERE t.hash = $1 AND "
                                      "t.kind = 1 AND s.revoked_at IS NULL "
                                      "AND a.state = 1",
                                      db_bytes(hash->bytes, sizeof hash->bytes));
    if (!rows)
        return false;
    *found = db_next(rows, error);
    if (!*found)
        return db_rows_ok(rows);
    *out = (Known){ .hash = *hash, .expires_at = db_get_int(rows, 0) };
    out->principal = (Principal){ .session = db_get_uuid(rows, 1),
                                  .account = db_get_uuid(rows, 2),
                                  .admin = db_get_int(rows, 3) != 0 };
    return true;
}

static bool token_principal(Call *call, const char *token, GError **error)
{
    CryptoHash hash;
    if (!token_check(TOKEN_ACCESS, token, &hash))
        return problem_set(error, PROBLEM_UNAUTHORIZED, "this is not an access token");
    AuthCache *cache = call->server->auth;
    Known known;
    guint64 forgotten;
    if (!cache_find(cache, &hash, call->now, &known, &forgotten)) {
        bool found;
        if (!token_read(call->db, &hash, &known, &found, error))
            return false;
        if (!found)
            return problem_set(error, PROBLEM_UNAUTHORIZED,
                               "the token is not known, or its session was ended");
        known.until = call->now + AUTH_CACHE_MS;
        cache_add(cache, &known, forgotten);
    }
    if (known.expires_at <= call->now)
        return problem_set(error, PROBLEM_TOKEN_EXPIRED,
                           "exchange the refresh token for a new one");
    call->principal = known.principal;
    return true;
}

static const char *bearer(const char *authorization)
{
    return authorization && g_ascii_strncasecmp(authorization, "Bearer ", 7) == 0
               ? authorization + 7
               : NULL;
}

static bool is_operator(const Call *call, const char *token)
{
    const char *wanted = call->server->metrics_token;
    return call->local || (wanted && token && strlen(token) == strlen(wanted) &&
                           crypto_equal(token, wanted, strlen(wanted)));
}

bool auth_allow(Call *call, const char *authorization, GError **error)
{
    Access access = call->route->access;
    const char *token = bearer(authorization);
    if (access == ACCESS_OPEN)
        return true;
    if (access == ACCESS_LOCAL)
        return is_operator(call, token) ||
               problem_set(error, PROBLEM_NOT_FOUND, "there is nothing at this address");
    if (uuid_is_nil(&call->principal.account)) {
        if (!token)
            return problem_set(error, PROBLEM_UNAUTHORIZED,
                               "send Authorization: Bearer with an access token");
        if (!token_principal(call, token, error))
            return false;
    }
    if (access == ACCESS_ADMIN && !call->principal.admin)
        return problem_set(error, PROBLEM_FORBIDDEN, "only an administrator may do this");
    return true;
}
