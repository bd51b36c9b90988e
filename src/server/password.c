/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/password.h"

#include "model/account.h"
#include "server/crypto.h"
#include "server/server.h"
#include "server/throttle.h"
#include "server/totp.h"

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
    char *key;    /* the folded address: what guesses are counted under */
    char *stored; /* the hash that it was compared with; NULL: there is none */
    char *rehash; /* the password's hash with today's costs; NULL: it has them */
    char *fresh;  /* password_prepare_new() */
    bool right;
} LoginCheck;

static void login_check_free(gpointer data)
{
    LoginCheck *check = data;
    g_free(check->key);
    g_free(check->stored);
    g_free(check->rehash);
    g_free(check->fresh);
    g_free(check);
}

static LoginCheck *login_check_new(Call *call)
{
    LoginCheck *check = g_new0(LoginCheck, 1);
    call->scratch = check;
    call->scratch_free = login_check_free;
    return check;
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

static bool verify(Call *call, LoginCheck *check, const char *password, GError **error)
{
    const Config *config = server_config(call->server);
    const char *hash = check->stored ? check->stored : dummy_hash(call, error);
    if (!hash)
        return false;
    check->right = crypto_password_verify(hash, password) && check->stored;
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
    LoginCheck *check = login_check_new(call);
    check->key = email_fold(email);
    if (!is_free(call, check->key, error))
        return false;
    g_autoptr(DbRows) rows = db_query(
        call->db, error, "SELECT id, password FROM account WHERE email_key = $1 AND state = 1",
        db_text(check->key));
    if (!rows)
        return false;
    if (db_next(rows, error)) {
        check->account = db_get_uuid(rows, 0);
        check->stored = g_strdup(db_get_text(rows, 1));
    } else if (!db_rows_ok(rows)) {
        return false;
    }
    g_clear_pointer(&rows, db_rows_free);
    return verify(call, check, password, error);
}

bool password_prepare_own(Call *call, const char *password, GError **error)
{
    LoginCheck *check = login_check_new(call);
    check->account = call->principal.account;
    g_autoptr(DbRows) rows = db_query(
        call->db, error, "SELECT email_key, password FROM account WHERE id = $1 AND state = 1",
        db_uuid(&check->account));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) ? problem_set(error, PROBLEM_NOT_FOUND, "no such account") : false;
    check->key = g_strdup(db_get_text(rows, 0));
    check->stored = g_strdup(db_get_text(rows, 1));
    g_clear_pointer(&rows, db_rows_free);
    return is_free(call, check->key, error) && verify(call, check, password, error);
}

bool password_prepare_new(Call *call, const char *password, GError **error)
{
    LoginCheck *check = call->scratch;
    if (!check->right)
        return true;
    check->fresh = password_hash(call, password, error);
    return check->fresh != NULL;
}

const char *password_new_hash(const Call *call)
{
    return ((const LoginCheck *)call->scratch)->fresh;
}

/* It was right; is it still? Another request may have set a new one while this was hashed. The account's row stays locked
 * until the commit: what comes of this log-in is there when a new password ends all sessions, or it is refused. */
static bool still_right(Call *call, const LoginCheck *check, bool *right, GError **error)
{
    gint64 n = 0;
    *right = check->right;
    if (!check->right)
        return true;
    if (!db_exec_count(
            call->db, error, &n,
            "UPDATE account SET password = $3 WHERE id = $1 AND password = $2 AND state = 1",
            db_uuid(&check->account), db_text(check->stored),
            db_text(check->rehash ? check->rehash : check->stored)))
        return false;
    *right = n == 1;
    return true;
}

static bool count(Call *call, const LoginCheck *check, GError **error)
{
    return throttle_count(call, THROTTLE_LOGIN_PEER, NULL, error) &&
           throttle_count(call, THROTTLE_LOGIN_ACCOUNT, check->key, error);
}

bool password_settle(Call *call, const char *totp, Uuid *account, PasswordResult *result,
                     GError **error)
{
    const LoginCheck *check = call->scratch;
    bool right;
    *account = check->account;
    *result = PASSWORD_WRONG;
    /* Again: while the password was hashed, others may have guessed. */
    if (!is_free(call, check->key, error) || !still_right(call, check, &right, error))
        return false;
    if (!right)
        return count(call, check, error);
    TotpResult code;
    if (!totp_check(call, account, totp, &code, error))
        return false;
    *result = code == TOTP_RIGHT     ? PASSWORD_RIGHT
              : code == TOTP_MISSING ? PASSWORD_CODE_MISSING
                                     : PASSWORD_CODE_WRONG;
    if (*result == PASSWORD_CODE_WRONG)
        return count(call, check, error);
    return *result == PASSWORD_CODE_MISSING ||
           throttle_clear(call, THROTTLE_LOGIN_ACCOUNT, check->key, error);
}

bool password_settle_own(Call *call, PasswordResult *result, GError **error)
{
    const LoginCheck *check = call->scratch;
    bool right;
    if (!is_free(call, check->key, error) || !still_right(call, check, &right, error))
        return false;
    *result = right ? PASSWORD_RIGHT : PASSWORD_WRONG;
    return right || count(call, check, error);
}

bool password_forgive(Call *call, const Uuid *account, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error, "SELECT email_key FROM account WHERE id = $1", db_uuid(account));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows);
    g_autofree char *key = g_strdup(db_get_text(rows, 0));
    g_clear_pointer(&rows, db_rows_free);
    return throttle_forget(call, THROTTLE_LOGIN_ACCOUNT, key, error);
}

bool password_refuse(Call *call, PasswordResult result)
{
    switch (result) {
    case PASSWORD_CODE_MISSING:
        return call_refuse(call, PROBLEM_TOTP_REQUIRED,
                           "send the one-time code of the authenticator, or a recovery code, as "
                           "totp");
    case PASSWORD_CODE_WRONG:
        return call_refuse(call, PROBLEM_TOTP_WRONG,
                           "the code is wrong, too old, or was used before");
    default:
        return uuid_is_nil(&call->principal.account)
                   ? call_refuse(call, PROBLEM_BAD_CREDENTIALS,
                                 "the e-mail address or the password is wrong")
                   : call_refuse(call, PROBLEM_WRONG_PASSWORD, "this is not the password");
    }
}
