/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How many requests an account may make: so many a minute, all at once if it likes, reads and writes apart (GCRA: one
 * time for each account and kind, no windows that begin anew). In memory of this process: of n servers on one database each
 * allows as much. Callers of this machine that come through no proxy have no limit. Log-ins have their own, in the
 * database (throttle.h).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/uuid.h"

#define RATE_WINDOW_S 60

typedef enum RateKind { RATE_READ, RATE_WRITE, RATE_KINDS } RateKind;

/* What the answer tells: RateLimit-Policy "name";q=quota;w=60 and RateLimit "name";r=left;t=reset. */
typedef struct RateState {
    const char *name; /* NULL: no limit */
    gint64 quota, left;
    int reset;       /* seconds until all of it is there again */
    int retry_after; /* seconds, when refused */
} RateState;

typedef struct RateLimiter RateLimiter;
/* a minute; 0 = no limit */
RateLimiter *rate_new(gint64 reads, gint64 writes);
void rate_free(RateLimiter *rate);

/* False: too many; nothing was taken. A cost above the quota is the quota. now: monotonic microseconds. Any thread. */
bool rate_take(RateLimiter *rate, RateKind kind, const Uuid *account, gint64 cost, gint64 now,
               RateState *out);
