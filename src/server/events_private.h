/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of the event streams: events.c opens and fills them, is told of changes, and has the thread that ticks;
 * events_registry.c knows which stream is told of which scopes; events_database.c asks the database about them.
 */
#pragma once

#include "server/changes.h"
#include "server/events.h"
#include "server/httpd_stream.h"

typedef struct Subscriber Subscriber;

/* One scope of a stream. */
typedef struct Watch {
    Subscriber *sub;
    Uuid scope;
    ChangeState state; /* newest known; epoch 0: none yet */
    bool due;          /* to be sent */
    GList link;        /* in events_registry.scopes */
} Watch;

/*
 * One lock guards the registry and everything in the subscribers. The writer's thread (publish), the HTTP threads (open,
 * fill, closed) and the ticker take it for moments only; the ticker reads the database without it.
 *
 * Which scopes a stream has besides the account's own is read from the database: when it opens, and by the ticker when it
 * is told that this changed, or finds that the account's scope moved on since. Until then nothing of them is sent.
 */
struct Subscriber {
    HttpStream *stream; /* a reference of our own; NULL until the handler has made it */
    Uuid session;
    Watch own;          /* the account's scope */
    GPtrArray *others;  /* Watch, in the order of their ids; NULL: none */
    bool unsure;        /* whether those are still the ones */
    bool doubted;       /* since they were begun to be read */
    ChangeState listed; /* of the account's scope when they were read */
    bool once;          /* closeafter=state: a long poll */
    bool state_due, ping_due, ending;
    bool later;       /* in events_registry.later */
    gint64 last_sent; /* monotonic us of the last state event, 0 none */
    GString *out;     /* being sent */
    size_t out_sent;
    int slot; /* second of its pings */
    GList slot_link;
};

typedef struct EventsRegistry {
    GMutex lock;
    GCond wake;
    bool running;
    bool look;                 /* at all scopes, without waiting for the next poll */
    bool unsure, unsure_later; /* a subscriber is; and shall be looked at in the next second */
    gint64 poll_s;
    Db *db; /* the ticker's */
    GThread *ticker;
    GHashTable *scopes; /* Uuid * of the scope -> GQueue of Watch */
    GQueue slots[EVENTS_PING_S];
    GPtrArray *later; /* Subscriber: a state to be sent when the coalescing time is over */
    gint64 count, made;
} EventsRegistry;
extern EventsRegistry events_registry;

typedef struct ScopeRow { /* of scope_member */
    Uuid account, scope;
    ChangeState state;
} ScopeRow;

/* ---- events_registry.c: all with the lock held */

/* Watch, of all streams that tell of the scope; NULL: none, and none made. */
GQueue *scope_watches(const Uuid *scope, bool make);

void subscriber_link(Subscriber *sub, const Uuid *account);
void subscriber_unlink(Subscriber *sub);
/* Without the lock, once it is unlinked. */
void subscriber_free(Subscriber *sub);
void subscriber_wake(Subscriber *sub);
void subscriber_end(Subscriber *sub);
/* Ends it when it is of this session: for g_queue_foreach(). */
void subscriber_end_session(gpointer sub, gpointer session);
/* The ticker has to read which scopes it has. */
void subscriber_doubt(Subscriber *sub);

/* Its watches: 0 is the account's own scope, then so many others. */
guint subscriber_others(const Subscriber *sub);
Watch *subscriber_watch(Subscriber *sub, guint i);
/* What may be sent now. */
bool watch_is_due(const Subscriber *sub, const Watch *watch);
bool subscriber_is_due(Subscriber *sub);

bool change_state_newer(const ChangeState *state, const ChangeState *than);
/* The stream is told of it when it is newer than what it knows: true. */
bool watch_tell(Watch *watch, const ChangeState *state);
/* All rows of an account: its streams tell of these scopes from now on. True: some are new to them and have to be read again, so
 * that no state that was committed meanwhile is missed. */
bool account_follow(const Uuid *account, const ScopeRow *rows, guint n);

/* ---- events_database.c */

/* The streams of these accounts (sorted here) tell of the scopes that they have now, and of no other. Without the lock. */
bool events_follow(Db *db, GArray *accounts, GError **error);
/* For the ticker, with the lock, which they let go while they ask the database: ends the streams of a slot whose sessions were ended
 * elsewhere, or ran out; reads the states of all scopes; and which scopes unsure streams have, in the next second again when it fails. */
void events_end_dead(int slot);
void events_poll(void);
void events_follow_unsure(void);
