/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sync engine's mind: a pure state machine. sync_step() takes an event and says what to do next; it touches no clock,
 * no network and no file, so that thousands of histories can be played in a test. client_sync.c does what it says.
 *
 *   STOPPED -> CONNECTING -> IDENTIFYING -> FLUSHING -> PULLING -> LIVE      outbox first, then changes, then the stream
 *   any --network--> OFFLINE --tick, sync now--> where it stopped            full jitter, Retry-After honoured
 *   any --401--> REFRESHING --refused--> LOGIN                               once; a second 401 asks to log in
 *   LIVE --stream ended in good order--> FLUSHING                            once; a second time soon after is a failure
 *   PULLING --410--> PULLING from the start                                  the outbox is never touched
 *
 * PULLING goes through several scopes: the account's own, which tells which others there are, then each of those that may have
 * news (client_sync.c has the list). They share the state; a 410 begins the one scope again in which it came, once.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum SyncState {
    SYNC_STOPPED,
    SYNC_CONNECTING,  /* the private server starts, tokens are fetched */
    SYNC_IDENTIFYING, /* whose account, which scopes */
    SYNC_FLUSHING,
    SYNC_PULLING,
    SYNC_LIVE,
    SYNC_REFRESHING,
    SYNC_LOGIN,
    SYNC_OFFLINE,
    SYNC_DISABLED,
} SyncState;

typedef enum SyncEvent {
    EVENT_START,
    EVENT_TOKEN, /* there is an access token (stored, or after a log-in): maybe another account's */
    EVENT_NO_TOKEN,
    EVENT_IDENTIFIED,
    EVENT_FLUSHED,      /* nothing in the outbox is ready to be sent */
    EVENT_NEXT,         /* the last page of a scope is in the cache, others follow */
    EVENT_PULLED,       /* that of the last scope is */
    EVENT_GONE,         /* 410: the state of a scope is too old */
    EVENT_PUSHED,       /* the stream told of a state that is not ours */
    EVENT_HEARD,        /* the stream told of anything: it works */
    EVENT_STREAM_ENDED, /* in good order: the server stops, or a proxy thinks it was long enough */
    EVENT_WOKE,         /* the machine slept: what is open is likely to be dead */
    EVENT_LOST,         /* the cache is a new one: nothing that was read is in it */
    EVENT_FAILED,       /* network, or a server that cannot just now */
    EVENT_UNAUTHORIZED, /* 401 */
    EVENT_REFRESHED,
    EVENT_REFUSED, /* the refresh token is no good either */
    EVENT_TICK,    /* the back-off is over */
    EVENT_NOW,     /* R: try at once */
    EVENT_DISABLE,
    EVENT_ENABLE,
    EVENT_LOGOUT,
    N_SYNC_EVENTS
} SyncEvent;

typedef enum SyncAction {
    DO_CANCEL = 1 << 0, /* all requests and the stream; done before the others */
    DO_CONNECT = 1 << 1,
    DO_IDENTIFY = 1 << 2,
    DO_FLUSH = 1 << 3,
    DO_PULL = 1 << 4,
    DO_PULL_ALL = 1 << 5, /* the scope that was gone, from its start: a full sync */
    DO_STREAM = 1 << 6,
    DO_REFRESH = 1 << 7,
    DO_WAIT = 1 << 8, /* EVENT_TICK at next_try */
    DO_ASK_LOGIN = 1 << 9,
} SyncAction;

typedef struct Sync {
    SyncState state;
    bool have_token, identified, stream;
    bool spoken;       /* the stream that is open has told of something */
    bool hasty;        /* the last stream that ended was opened again at once */
    bool again;        /* pushed while pulling */
    bool restarted;    /* the scope begins anew after a 410: a second one is a failure */
    bool refreshed;    /* since the last success or failure: a second 401 means log in */
    bool must_refresh; /* the network went while refreshing */
    int failures;      /* in a row; a stream that only opens is no success */
    gint64 next_try;   /* ms, OFFLINE */
    gint64 spoke_at;   /* ms, first word of the stream that is open */
} Sync;

/* A stream that ends in good order is opened again at once: nobody need see that. But not twice in a row, unless it lived so
 * long. */
#define SYNC_STEADY_MS (30 * 1000)

#define SYNC_BACKOFF_FIRST_MS 1000
#define SYNC_BACKOFF_MAX_MS (300 * 1000)

typedef struct SyncInput {
    gint64 now;            /* ms */
    gint64 retry_after_ms; /* EVENT_FAILED, 0 none */
    double random;         /* [0, 1) */
} SyncInput;

/* Takes an event; returns SyncAction bits. An event that means nothing in this state changes nothing. */
unsigned sync_step(Sync *sync, SyncEvent event, const SyncInput *input);

/* max(Retry-After, rand(0, min(300 s, 1 s * 2^failures))): for outbox items too. */
gint64 sync_backoff(int failures, gint64 retry_after_ms, double random);

/* Is a connection being made, or there? */
bool sync_is_trying(const Sync *sync);

/* May the outbox be sent now? */
bool sync_may_send(const Sync *sync);
