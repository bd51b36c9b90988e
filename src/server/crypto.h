/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hashing, randomness and passwords: the only file that includes sodium.h. Call crypto_init() first. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define CRYPTO_HASH_BYTES 32
#define CRYPTO_PASSWORD_HASH_SIZE 128 /* with the NUL */

/* argon2 takes at least 8 KiB; below 19 MiB (OWASP's floor) is for tests only. */
#define CRYPTO_MEMORY_MIN_KIB 8

typedef struct CryptoHash {
    guint8 bytes[CRYPTO_HASH_BYTES];
} CryptoHash;

typedef struct CryptoText { /* one piece of what is hashed; pieces are separated by their lengths */
    const void *data;
    size_t length;
} CryptoText;

bool crypto_init(GError **error);

/* BLAKE2b-256 of the pieces; no two lists of pieces give the same input. */
void crypto_digest(const CryptoText *pieces, size_t n, CryptoHash *out);
void crypto_digest_text(const char *text, CryptoHash *out);

void crypto_random(void *out, size_t length);
bool crypto_equal(const void *a, const void *b, size_t length); /* in constant time */
void crypto_wipe(void *secret, size_t length);

/* argon2id; slow by design: only in the crypto thread. */
bool crypto_password_hash(const char *password, gint64 passes, gint64 memory_kib,
                          char out[static CRYPTO_PASSWORD_HASH_SIZE], GError **error);
bool crypto_password_verify(const char *hash, const char *password);
/* The hash was made with other costs than these. */
bool crypto_password_outdated(const char *hash, gint64 passes, gint64 memory_kib);
