/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One-time codes (RFC 6238: SHA-1, 30 seconds, 6 digits, as every authenticator knows them) and recovery codes, for log-ins
 * that want more than a password. The only file that knows liboath.
 *
 *   begin: a secret is made and shown once, as text and as an address for a QR code; it protects nothing yet
 *   confirm: a code of it switches it on; ten recovery codes are shown once
 *   check: a code of this half minute, of the one before or the one after, each once; or a recovery code, each once
 *
 * The secret is kept as it is (a server must know it to check a code), so whoever reads the database or a backup of it
 * knows it: as with the hashes of passwords, guard them. No answer, no log and no export ever has it again. Of recovery codes only hashes are kept.
 */
#pragma once

#include "server/call.h"

#define TOTP_SECRET_BYTES 20
#define TOTP_SECRET_TEXT 33 /* base32, with the NUL */
#define RECOVERY_CODES 10
#define RECOVERY_CODE_SIZE 20 /* "abcd-efgh-ijkl-mnop" with the NUL */

typedef enum TotpResult {
    TOTP_RIGHT, /* or none is wanted */
    TOTP_MISSING,
    TOTP_WRONG,
} TotpResult;

/* In the transaction of what it allows: a code that was right is used up. code may be NULL. */
bool totp_check(Call *call, const Uuid *account, const char *code, TotpResult *result,
                GError **error);

/* A secret that waits for its first code; one that waited before is gone. ALREADY_EXISTS when codes are wanted already. */
bool totp_begin(Call *call, const Uuid *account, char secret[static TOTP_SECRET_TEXT],
                GError **error);
/* *right: codes are wanted from now on. NOT_FOUND when nothing was begun, ALREADY_EXISTS. */
bool totp_confirm(Call *call, const Uuid *account, const char *code, bool *right, GError **error);
/* No code is wanted any more; that there was none is no error. */
bool totp_remove(Call *call, const Uuid *account, GError **error);

/* Makes new recovery codes; those from before are worth nothing. NOT_FOUND when no codes are wanted. */
bool totp_recovery(Call *call, const Uuid *account,
                   char codes[static RECOVERY_CODES][RECOVERY_CODE_SIZE], GError **error);

typedef struct TotpState {
    bool on;
    gint64 since;          /* ms; 0 when off */
    gint64 recovery_codes; /* that are left */
} TotpState;
bool totp_state(Call *call, const Uuid *account, TotpState *state, GError **error);

/* Of the secret at a step (seconds since 1970 / 30); for tests too. */
void totp_code_at(const guint8 secret[static TOTP_SECRET_BYTES], gint64 step, char out[static 7]);
/* RFC 4648 without padding; out: (length * 8 + 4) / 5 + 1. */
void totp_base32(const guint8 *bytes, size_t length, char *out);
