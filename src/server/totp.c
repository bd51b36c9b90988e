/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/totp.h"

#include <liboath/oath.h>
#include <string.h>

#include "server/audit.h"
#include "server/crypto.h"

#define STEP_MS (30 * MS_PER_SECOND)
#define DIGITS 6
#define RECOVERY_BYTES 10

/* ---- codes */

void totp_base32(const guint8 *bytes, size_t length, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    guint buffer = 0;
    int bits = 0;
    for (size_t i = 0; i < length || bits > 0;) {
        if (bits < 5 && i < length) {
            buffer = (buffer << 8) | bytes[i++];
            bits += 8;
        } else if (bits < 5) { /* the last digit is filled up with zeros */
            buffer <<= 5 - bits;
            bits = 5;
        }
        bits -= 5;
        *out++ = digits[(buffer >> bits) & 31];
    }
    *out = '\0';
}

void totp_code_at(const guint8 secret[static TOTP_SECRET_BYTES], gint64 step, char out[static 7])
{
    int code = oath_hotp_generate((const char *)secret, TOTP_SECRET_BYTES, (uint64_t)step, DIGITS,
                                  false, OATH_HOTP_DYNAMIC_TRUNCATION, out);
    g_assert(code == OATH_OK);
}

/* What was typed without blanks and hyphens, in capitals. Caller frees. */
static char *code_clean(const char *text)
{
    GString *out = g_string_new(NULL);
    for (; *text; text++)
        if (*text != ' ' && *text != '-')
            g_string_append_c(out, g_ascii_toupper(*text));
    return g_string_free(out, FALSE);
}

static bool is_digits(const char *code)
{
    return strlen(code) == DIGITS && strspn(code, "0123456789") == DIGITS;
}

/* The step at which the secret has this code, among the three of now; 0 none. All three are looked at, so that the time that
 * takes says nothing. */
static gint64 step_of(const guint8 secret[static TOTP_SECRET_BYTES], const char *code, gint64 now)
{
    gint64 found = 0;
    for (gint64 step = now / STEP_MS - 1; step <= now / STEP_MS + 1; step++) {
        char right[DIGITS + 1];
        totp_code_at(secret, step, right);
        if (crypto_equal(right, code, DIGITS))
            found = step;
        crypto_wipe(right, sizeof right);
    }
    return found;
}

/* ---- the row */

typedef struct TotpRow {
    bool found, on;
    gint64 since;
    guint8 secret[TOTP_SECRET_BYTES];
} TotpRow;

static bool row_of(Call *call, const Uuid *account, TotpRow *row, GError **error)
{
    *row = (TotpRow){ 0 };
    g_autoptr(DbRows) rows = db_query(call->db, error,
                                      "SELECT secret, confirmed_at FROM totp WHERE account_id = $1",
                                      db_uuid(account));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows);
    size_t length;
    const void *secret = db_get_bytes(rows, 0, &length);
    g_assert(length == TOTP_SECRET_BYTES);
    memcpy(row->secret, secret, length);
    row->found = true;
    row->since = db_get_int(rows, 1);
    row->on = row->since != 0;
    return true;
}

/* A step is taken once: later codes must be of later ones (RFC 6238 §5.2). */
static bool take_step(Call *call, const Uuid *account, gint64 step, bool *taken, GError **error)
{
    gint64 n = 0;
    bool ok = step == 0 ||
              db_exec_count(
                  call->db, error, &n,
                  "UPDATE totp SET last_step = $2 WHERE account_id = $1 AND last_step < $2",
                  db_uuid(account), db_int(step));
    *taken = n == 1;
    return ok;
}

static void recovery_hash(const Uuid *account, const char *code, CryptoHash *hash)
{
    CryptoText pieces[] = { { account->bytes, sizeof account->bytes }, { code, strlen(code) } };
    crypto_digest(pieces, G_N_ELEMENTS(pieces), hash);
}

static bool take_recovery(Call *call, const Uuid *account, const char *code, bool *taken,
                          GError **error)
{
    CryptoHash hash;
    gint64 n = 0;
    recovery_hash(account, code, &hash);
    if (!db_exec_count(call->db, error, &n,
                       "DELETE FROM recovery_code WHERE account_id = $1 AND hash = $2",
                       db_uuid(account), db_bytes(hash.bytes, sizeof hash.bytes)))
        return false;
    *taken = n == 1;
    return !*taken || audit_put(call, "totp.recovery", account, error);
}

bool totp_check(Call *call, const Uuid *account, const char *code, TotpResult *result,
                GError **error)
{
    TotpRow row;
    *result = TOTP_RIGHT;
    if (!row_of(call, account, &row, error) || !row.on)
        return !(error && *error);
    g_autofree char *clean = code_clean(code ? code : "");
    bool taken = false, ok = true;
    if (*clean == '\0')
        *result = TOTP_MISSING;
    else if (is_digits(clean))
        ok = take_step(call, account, step_of(row.secret, clean, call->now), &taken, error);
    else
        ok = take_recovery(call, account, clean, &taken, error);
    crypto_wipe(&row, sizeof row);
    crypto_wipe(clean, strlen(clean));
    if (*result == TOTP_RIGHT && !taken)
        *result = TOTP_WRONG;
    return ok;
}

/* ---- on and off */

static bool refuse_on(GError **error)
{
    return problem_set(error, PROBLEM_ALREADY_EXISTS,
                       "one-time codes are on: switch them off first");
}

bool totp_begin(Call *call, const Uuid *account, char secret[static TOTP_SECRET_TEXT],
                GError **error)
{
    guint8 bytes[TOTP_SECRET_BYTES];
    gint64 n = 0;
    crypto_random(bytes, sizeof bytes);
    totp_base32(bytes, sizeof bytes, secret);
    bool ok = db_exec_count(
        call->db, error, &n,
        "INSERT INTO totp (account_id, secret, created_at, last_step) VALUES ($1, $2, $3, 0) "
        "ON CONFLICT (account_id) DO UPDATE SET secret = $2, created_at = $3, last_step = 0 "
        "WHERE totp.confirmed_at IS NULL",
        db_uuid(account), db_bytes(bytes, sizeof bytes), db_int(call->now));
    crypto_wipe(bytes, sizeof bytes);
    return ok && (n == 1 || refuse_on(error)) && audit_put(call, "totp.begin", account, error);
}

bool totp_confirm(Call *call, const Uuid *account, const char *code, bool *right, GError **error)
{
    TotpRow row;
    if (!row_of(call, account, &row, error))
        return false;
    if (!row.found)
        return problem_set(error, PROBLEM_NOT_FOUND, "begin first");
    if (row.on)
        return refuse_on(error);
    g_autofree char *clean = code_clean(code);
    gint64 step = is_digits(clean) ? step_of(row.secret, clean, call->now) : 0;
    crypto_wipe(&row, sizeof row);
    if (!take_step(call, account, step, right, error))
        return false;
    return !*right ||
           (db_exec(call->db, error, "UPDATE totp SET confirmed_at = $2 WHERE account_id = $1",
                    db_uuid(account), db_int(call->now)) &&
            audit_put(call, "totp.on", account, error));
}

bool totp_remove(Call *call, const Uuid *account, GError **error)
{
    return db_exec(call->db, error, "DELETE FROM recovery_code WHERE account_id = $1",
                   db_uuid(account)) &&
           db_exec(call->db, error, "DELETE FROM totp WHERE account_id = $1", db_uuid(account)) &&
           audit_put(call, "totp.off", account, error);
}

/* ---- recovery */

static bool recovery_make(Call *call, const Uuid *account, char out[static RECOVERY_CODE_SIZE],
                          GError **error)
{
    guint8 bytes[RECOVERY_BYTES];
    char plain[RECOVERY_BYTES * 8 / 5 + 1];
    CryptoHash hash;
    crypto_random(bytes, sizeof bytes);
    totp_base32(bytes, sizeof bytes, plain);
    recovery_hash(account, plain, &hash);
    g_autofree char *lower = g_ascii_strdown(plain, -1);
    g_snprintf(out, RECOVERY_CODE_SIZE, "%.4s-%.4s-%.4s-%.4s", lower, lower + 4, lower + 8,
               lower + 12);
    crypto_wipe(bytes, sizeof bytes);
    crypto_wipe(plain, sizeof plain);
    crypto_wipe(lower, strlen(lower));
    return db_exec(call->db, error,
                   "INSERT INTO recovery_code (account_id, hash, created_at) VALUES ($1, $2, $3)",
                   db_uuid(account), db_bytes(hash.bytes, sizeof hash.bytes), db_int(call->now));
}

bool totp_recovery(Call *call, const Uuid *account,
                   char codes[static RECOVERY_CODES][RECOVERY_CODE_SIZE], GError **error)
{
    TotpRow row;
    bool ok = row_of(call, account, &row, error);
    crypto_wipe(row.secret, sizeof row.secret);
    if (!ok)
        return false;
    if (!row.on)
        return problem_set(error, PROBLEM_NOT_FOUND, "one-time codes are off");
    ok = db_exec(call->db, error, "DELETE FROM recovery_code WHERE account_id = $1",
                 db_uuid(account));
    for (int i = 0; ok && i < RECOVERY_CODES; i++)
        ok = recovery_make(call, account, codes[i], error);
    return ok && audit_put(call, "totp.recovery-codes", account, error);
}

bool totp_state(Call *call, const Uuid *account, TotpState *state, GError **error)
{
    TotpRow row;
    bool ok = row_of(call, account, &row, error);
    crypto_wipe(row.secret, sizeof row.secret);
    *state = (TotpState){ .on = row.on, .since = row.since };
    return ok && db_get_one_int(call->db, error, &state->recovery_codes,
                                "SELECT COUNT(*) FROM recovery_code WHERE account_id = $1",
                                db_uuid(account));
}
