/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/tokens.h"

#include <string.h>

static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
static const char *const prefixes[] = { [TOKEN_ACCESS] = "lla_",
                                        [TOKEN_REFRESH] = "llr_",
                                        [TOKEN_DEVICE] = "lld_",
                                        [TOKEN_LINK] = "llm_" };

/* CRC-32 (IEEE 802.3), bit by bit: it only runs over 47 bytes. */
static guint32 crc32_of(const char *text, size_t length)
{
    guint32 crc = 0xffffffffu;
    for (size_t i = 0; i < length; i++) {
        crc ^= (guint8)text[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (0xedb88320u & -(crc & 1u));
    }
    return ~crc;
}

static void put_checksum(char *text)
{
    guint32 crc = crc32_of(text, TOKEN_LENGTH - 6);
    for (int i = TOKEN_LENGTH - 1; i >= TOKEN_LENGTH - 6; i--, crc /= 62)
        text[i] = digits[crc % 62];
    text[TOKEN_LENGTH] = '\0';
}

void token_format(TokenKind kind, const guint8 secret[static 32], char out[static TOKEN_LENGTH + 1])
{
    guint8 number[32]; /* big-endian, divided by 62 again and again */
    memcpy(number, secret, sizeof number);
    memcpy(out, prefixes[kind], 4);
    for (int i = 4 + 43 - 1; i >= 4; i--) {
        guint rest = 0;
        for (size_t b = 0; b < sizeof number; b++) {
            guint value = rest * 256 + number[b];
            number[b] = (guint8)(value / 62);
            rest = value % 62;
        }
        out[i] = digits[rest];
    }
    put_checksum(out);
    crypto_wipe(number, sizeof number);
}

void token_make(TokenKind kind, Token *out)
{
    guint8 secret[32];
    crypto_random(secret, sizeof secret);
    token_format(kind, secret, out->text);
    crypto_wipe(secret, sizeof secret);
    crypto_digest_text(out->text, &out->hash);
}

bool token_check(TokenKind kind, const char *text, CryptoHash *hash)
{
    if (!text || strlen(text) != TOKEN_LENGTH || strncmp(text, prefixes[kind], 4) != 0)
        return false;
    char again[TOKEN_LENGTH + 1];
    memcpy(again, text, TOKEN_LENGTH - 6);
    put_checksum(again);
    if (memcmp(again, text, TOKEN_LENGTH) != 0)
        return false;
    crypto_digest_text(text, hash);
    return true;
}
