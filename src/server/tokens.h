/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text of tokens: "lla_" (access), "llr_" (refresh) or "lld_" (device code), "llm_" (link in a mail), 32 random bytes as 43 base62 digits, and 6 base62 digits of
 * CRC-32, so that a scanner finds a leaked one and junk is refused without asking the database. The database only has
 * the BLAKE2b-256 of the whole text.
 */
#pragma once

#include "server/crypto.h"

typedef enum TokenKind {
    TOKEN_ACCESS = 1,
    TOKEN_REFRESH = 2,
    TOKEN_DEVICE = 3, /* a device code: in a table of its own */
    TOKEN_LINK = 4    /* of a mail: likewise */
} TokenKind;          /* stored: never renumber */

#define TOKEN_LENGTH (4 + 43 + 6)

typedef struct Token {
    char text[TOKEN_LENGTH + 1];
    CryptoHash hash;
} Token;

void token_make(TokenKind kind, Token *out);
/* The text of a token from its 32 random bytes: token_make() without the dice. */
void token_format(TokenKind kind, const guint8 secret[static 32],
                  char out[static TOKEN_LENGTH + 1]);

/* Shape and checksum are right; then *hash is what the database knows it by. */
bool token_check(TokenKind kind, const char *text, CryptoHash *hash);
