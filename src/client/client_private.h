/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of Client, shared by client*.c only: client.c opens and tells, client_sync.c talks to the server,
 * client_outbox*.c sends, client_session.c logs in, client_actions.c takes what the user does, client_undo.c takes it back,
 * client_edit.c lets a person deal with what could not be sent. */
#pragma once

#include "client/client.h"
#include "client/credentials.h"
#include "client/embedded.h"
#include "client/loan.h"
#include "client/net.h"
#include "client/net_watch.h"
#include "client/sse.h"
#include "client/sync.h"
#include "client/worker.h"

#define SENDING_MAX 4
#define PAGE_LIMIT 500

typedef struct Sending Sending;
typedef struct DeviceLogin DeviceLogin;
typedef struct AccountQuestion AccountQuestion;

/* A scope of the account and how far it is known here. */
typedef struct ClientFeed {
    Uuid scope;
    char *state;    /* NULL: a full sync must begin */
    bool full_sync; /* one is under way */
    gint64 done;    /* objects of it */
    bool due;       /* there may be news */
} ClientFeed;

struct Client {
    Profile *profile;
    unsigned flags;
    ProfileLock *lock; /* NULL: read-only */
    Loan *loan;        /* of a watcher; NULL: nobody had the profile */
    Store *store;
    Cache *cache;
    Worker *worker; /* NULL: read-only */
    Net *net;       /* NULL until started */
    Embedded *embedded;
    Credentials credentials;
    gpointer keeping; /* who waits for the credentials, when that is not the client itself */
    GDestroyNotify keeping_free;
    DeviceLogin *device; /* NULL none runs */
    GSList *questions;   /* AccountQuestion *, not answered yet */
    char *stale;         /* a command's token that the server refused */
    int undo_hold;

    ClientChangedFunc on_changed;
    gpointer on_changed_data;
    unsigned dirty; /* not yet told */
    guint tell_source;
    ClientPhase logged_phase;
    ClientStatus status;
    char *detail, *account_name, *account_email;
    int jobs;             /* in the worker */
    guint show_source;    /* edits that could not be shown are tried again */
    guint rebuild_source; /* the cache was found damaged */
    gint64 rebuilt_at;    /* monotonic, the last time that was done; 0 never */
    bool purge;           /* logged out for good: the cache goes with the client */

    /* sync */
    Sync sync;
    guint sync_timer;
    GArray *feeds;      /* ClientFeed: the account's own scope first; empty: not known yet */
    guint at;           /* the one that is being pulled */
    bool full_sync;     /* of that one */
    gint64 done_before; /* objects of those pulled before it */
    guint64 pull;       /* number of the running pull: what an older one still brings is dropped */
    int pages;          /* of this pull in the worker */
    bool last_page;
    gint64 retry_after_ms; /* of the failure being told */
    NetRequest *request;   /* of the engine: who am I, a page, new tokens */
    NetRequest *stream;
    NetWatch *watch; /* NULL: the server is on this machine, or nothing tells */
    guint network_timer;
    gint64 asleep;   /* clock_asleep() when it was last looked at */
    gint64 heard_at; /* last event of the stream while LIVE, 0 none or told to the cache */
    SseParser sse;

    GQueue undone; /* UndoneUnit *, the newest first: what client_redo() does again */

    /* outbox */
    GPtrArray *items; /* OutboxItem *, of the store as last read; NULL: read again */
    GHashTable *
        stopped; /* Uuid * of those that a person must decide about, of items; NULL: not made yet */
    GQueue sendings;  /* Sending * */
    GHashTable *busy; /* Uuid * -> Sending *: objects with an item on the way */
    bool no_batch;    /* the server refused one as such */
    guint outbox_timer;
    gint64 send_after; /* the server, or a full disk, asks to wait */
    gint64 store_version;
    guint store_poll;
};

/* client.c */
void client_cache_damaged(Client *client);
void client_tell(Client *client, unsigned what);
/* The store has changed: it is read again when it is needed. */
void client_forget_items(Client *client);
void client_problem(Client *client, Problem problem, const char *detail);
/* Tells of items that changed, and shows what they make of their referrals; n 0: of all. */
void client_show_edits(Client *client, const Uuid *objects, size_t n);
/* The same, and sends what is ready now. */
void client_outbox_changed(Client *client, const Uuid *objects, size_t n);
void client_add_job(Client *client, Job *job);
void client_job_done(Client *client, Job *job);
void client_read_account(Client *client);

/* client_sync.c */
GArray *client_feeds_new(void);
void client_event(Client *client, SyncEvent event);
/* a network fault or a server that cannot now */
void client_failed(Client *client, const NetReply *reply);
void client_sync_stop(Client *client);
/* The cache makes way for a new one: nothing on its way counts, and the next try begins with who we are. */
void client_sync_lost(Client *client);
/* The network is another one now; a NetWatchFunc. */
void client_network_changed(gpointer client);
/* Now and then: has the machine slept since the last time? */
void client_watch_sleep(Client *client);

/* client_undo.c */
void client_forget_undone(Client *client);
/* Something else was done to the objects of these: what was undone of them stays undone. Opening them is nothing. */
void client_spoil_undone(Client *client, const OutboxItem *items, size_t n);

/* client_actions.c */
/* The referral as it will be once all that is in the outbox has happened. The cache's shown row is not asked: its worker may be
 * a moment behind what was just done. Cleared by the caller when true. */
bool client_referral_now(Client *client, const Uuid *id, Referral *out, GError **error);
/* The same, if that may happen to it now. */
bool client_referral_may(Client *client, const Uuid *id, ReferralEvent event, Referral *out,
                         GError **error);
/* Makes an item a new one: identity, time, and how long it is held. */
void client_begin_item(OutboxItem *item, const Uuid *unit, int hold_s);
/* A row of the outbox as it begins: a unit of its own, held while it can be undone. path and body are taken over. */
OutboxItem client_item(const Client *client, OutboxKind kind, const Uuid *object,
                       const char *method, char *path, char *body);
/* What a change is made to: the server's object, or what an item before it makes of that (then its revision is known only
 * when that one is answered). `object` is filled; caller clears. False: there is none, it is new. */
bool client_read_base(Client *client, OutboxItem *item, const void *server, gint64 rev,
                      void *object);
/* Takes the contents of the items over. */
bool client_add_items(Client *client, OutboxItem *items, size_t n, GError **error);

/* client_network.c: may what was undone be done again? True of all that is none of its own. */
bool client_network_may_again(Client *client, const OutboxItem *item, GError **error);

/* client_outbox.c: OutboxItem *, borrowed until the outbox changes */
GPtrArray *client_items(Client *client, GError **error);
/* sends what is ready; tells EVENT_FLUSHED when nothing is */
void client_pump(Client *client);
void client_outbox_cancel(Client *client);
void client_outbox_stop(Client *client);
bool client_sending(Client *client);

/* client_outbox_prepare.c: the cache has news, so changes that wait are made to what the server has now */
void client_rebase(Client *client);

/* client_session.c */
void client_connect(Client *client);
void client_look_for_tokens(Client *client);
void client_refresh_tokens(Client *client);
void client_session_forget(Client *client);
bool client_read_tokens(const NetReply *reply, Tokens *tokens);
/* False: it cannot be asked for, and done has been told why. */
bool client_may_ask(Client *client, ClientDoneFunc done, gpointer data);
/* Whose profile it is, also on disk. */
void client_remember_email(Client *client, const char *email);

/* client_account.c: what was asked and not answered is forgotten. */
void client_account_end(Client *client);
