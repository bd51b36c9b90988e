/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/password.h"

#include "model/account.h"
#include "server/crypto.h"
#include "server/server.h"
#include "server/throttle.h"

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

static bool verify(Call *call, LoginCheck *check, const char *password, const char *stored,
                   GError **error)
{
    const Config *config = server_config(call->server);
    const char *hash = stored ? stored : dummy_hash(call, error);
    if (!hash)
        return false;
    check->right = crypto_password_verify(hash, password) && stored;
    if (!check->right ||
        !crypto_password_outdated(hash, config->argon2_passes, config->argon2_memory))
        return true;
    check->rehash = password_hash(call, password, error);
    return check->rehash != NULL;
}

static bool is_free(Call *call, const char *key, GError **error)
{
    return throttle_check(call, THROTTLE_LOGIN_PEER, NULL, error) &&
           throttle_check(call, THROTTLE_LOGIN_ACCOUNT, key, error);
}

bool password_prepare(Call *call, const char *email, const char *password, GError **error)
{
    g_autofree char *key = email_fold(email);
    if (!is_free(call, key, error))
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
    return verify(call, check, password, stored, error);
}

bool password_settle(Call *call, const char *email, Uuid *account, bool *right, GError **error)
{
    const LoginCheck *check = call->scratch;
    g_autofree char *key = email_fold(email);
    *right = check->right;
    *account = check->account;
    /* Again: while the password was hashed, others may have guessed. */
    if (!is_free(call, key, error))
        return false;
    if (!check->right)
        return throttle_count(call, THROTTLE_LOGIN_PEER, NULL, error) &&
               throttle_count(call, THROTTLE_LOGIN_ACCOUNT, key, error);
    if (check->rehash && !db_exec(call->db, error, "UPDATE account SET password = $2 WHERE id = $1",
                                  db_uuid(&check->account), db_text(check->rehash)))
        return false;
    return throttle_clear(call, THROTTLE_LOGIN_ACCOUNT, key, error);
}
