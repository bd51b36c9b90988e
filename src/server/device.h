/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Log-in by the device grant (RFC 8628): a program without a browser asks for two codes, shows the short one, and polls
 * with the long one, while its user allows it on the page /device of any browser, here or on a phone.
 *
 *   asked --allow--> allowed --poll--> exchanged       allow, deny and exchange are guarded updates: of two at once one wins
 *   asked --deny---> denied
 *
 * All of it is in the database, so that any instance answers any step. Both codes are stored as hashes only. The user code
 * is 8 letters of 20 (34.5 bits), lives DEVICE_MINUTES and is good once; who guesses is slowed down by peer. The answer to
 * a poll may be lost: within a minute the same device code is answered by a fresh session that replaces the first; later,
 * whoever shows it again ends the session.
 *
 * The page needs no cookie: what is decided is decided by the password that the same form carries, so there is nothing that
 * another site could make a browser send along. Denying needs the code alone. The page says what asks, from where and
 * when, since the danger of this grant is a code that comes from somebody else (§5.4).
 */
#pragma once

#include "server/call.h"

#define DEVICE_MINUTES 10
#define DEVICE_POLL_SECONDS 5
#define USER_CODE_LETTERS 8
#define USER_CODE_SIZE (USER_CODE_LETTERS + 2) /* with the hyphen and the NUL */

/* One ROUTE's work in POST /oauth/token: tokens, or authorization_pending, slow_down, access_denied, expired_token,
 * invalid_grant. */
bool device_exchange(Call *call, const char *device_code, const char *client_id, GError **error);

/* "BCDF-GHJK" of whatever somebody typed or pasted: case and all that is no letter or digit do not count. False: it is none. */
bool user_code_read(const char *text, char out[static USER_CODE_SIZE]);

typedef enum DeviceState {
    DEVICE_ASKED = 1,
    DEVICE_ALLOWED = 2,
    DEVICE_DENIED = 3,
    DEVICE_EXCHANGED = 4
} DeviceState; /* stored */

/* What was asked, for the page. */
typedef struct DeviceGrant {
    char *client_id, *client, *peer;
    gint64 created_at;
    bool open; /* asked, and not too old */
} DeviceGrant;
void device_grant_clear(DeviceGrant *grant);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DeviceGrant, device_grant_clear)

/* *found false: nobody was given this code. */
bool device_find(Call *call, const char *code, DeviceGrant *grant, bool *found, GError **error);
/* *done false: it was decided meanwhile, or is too old. account: who allows it; nil denies. */
bool device_decide(Call *call, const char *code, const Uuid *account, bool *done, GError **error);
