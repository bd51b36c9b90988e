/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/crypto.h"

#include <sodium.h>
#include <string.h>

#include "base/problem.h"

G_STATIC_ASSERT(CRYPTO_PASSWORD_HASH_SIZE >= crypto_pwhash_STRBYTES);

bool crypto_init(GError **error)
{
    if (sodium_init() < 0)
        return problem_set(error, PROBLEM_FAILED, "libsodium does not start: no randomness");
    return true;
}

void crypto_digest(const CryptoText *pieces, size_t n, CryptoHash *out)
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof out->bytes);
    for (size_t i = 0; i < n; i++) {
        guint64 length = GUINT64_TO_LE((guint64)pieces[i].length);
        crypto_generichash_update(&state, (const guint8 *)&length, sizeof length);
        if (pieces[i].length > 0)
            crypto_generichash_update(&state, pieces[i].data, pieces[i].length);
    }
    crypto_generichash_final(&state, out->bytes, sizeof out->bytes);
}

void crypto_digest_text(const char *text, CryptoHash *out)
{
    crypto_generichash(out->bytes, sizeof out->bytes, (const guint8 *)text, strlen(text), NULL, 0);
}

void crypto_random(void *out, size_t length)
{
    randombytes_buf(out, length);
}

bool crypto_equal(const void *a, const void *b, size_t length)
{
    return sodium_memcmp(a, b, length) == 0;
}

void crypto_wipe(void *secret, size_t length)
{
    if (secret)
        sodium_memzero(secret, length);
}

bool crypto_password_hash(const char *password, gint64 passes, gint64 memory_kib,
                          char out[static CRYPTO_PASSWORD_HASH_SIZE], GError **error)
{
    if (crypto_pwhash_str_alg(out, password, strlen(password), (unsigned long long)passes,
                              (size_t)memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return problem_set(error, PROBLEM_OVERLOADED, "no memory to hash a password");
    return true;
}

bool crypto_password_verify(const char *hash, const char *password)
{
    return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}

bool crypto_password_outdated(const char *hash, gint64 passes, gint64 memory_kib)
{
    return crypto_pwhash_str_needs_rehash(hash, (unsigned long long)passes,
                                          (size_t)memory_kib * 1024) != 0;
}
