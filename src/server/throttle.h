/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Slows down guessing: after some free attempts each further one blocks its subject for twice as long, up to 15 minutes;
 * an hour without attempts forgets them. Kept in the database, so all instances and restarts count together; subjects
 * are hashes. Local callers (unix socket, loopback) are not counted as peers.
 */
#pragma once

#include <netinet/in.h>

#include "server/call.h"

typedef enum ThrottleKind {
    THROTTLE_LOGIN_ACCOUNT,
    THROTTLE_LOGIN_PEER,
    THROTTLE_SIGN_UP,
    THROTTLE_DEVICE,        /* device log-ins that were started */
    THROTTLE_CODE,          /* user codes that were none */
    THROTTLE_RESET_ACCOUNT, /* links for a new password; text: the folded address */
    THROTTLE_RESET_PEER,
    THROTTLE_LINK,   /* mails to verify an address; text: the account */
    THROTTLE_EXPORT, /* text: the account */
    THROTTLE_TOTP,   /* first one-time codes; text: the account */
} ThrottleKind;

/* THROTTLED (with Retry-After) while the subject is blocked. text: the folded e-mail address for LOGIN_ACCOUNT, as each kind says
 * for others, ignored where the subject is the peer. */
bool throttle_check(Call *call, ThrottleKind kind, const char *text, GError **error);
/* One more attempt; THROTTLED when others have blocked the subject meanwhile. */
bool throttle_count(Call *call, ThrottleKind kind, const char *text, GError **error);
/* It got in: forgets the attempts; THROTTLED likewise. */
bool throttle_clear(Call *call, ThrottleKind kind, const char *text, GError **error);

/* As if there had been none, also while it is blocked. */
bool throttle_forget(Call *call, ThrottleKind kind, const char *text, GError **error);

/* What a peer's address is counted under: the address itself, or its /64 network. */
void throttle_peer(const char *peer, char out[static INET6_ADDRSTRLEN]);

/* Milliseconds that the n-th attempt blocks, when the first `free` do not. */
gint64 throttle_delay(gint64 attempts, gint64 free);
