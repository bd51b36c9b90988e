/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything of the client but the screen, behind one object. Legal order: client_open() (opens cache and store, no
 * network: the first screen needs nothing else), client_start() after the first paint (loads libcurl, logs in,
 * syncs), client_stop(), client_free(). All calls come from the main thread and return at once; only
 * client_wait() runs the main loop. What changes is told by one callback with bits; views then read again.
 *
 * Reading is from the cache only (client/cache.h). Writing is always an outbox row first, in one durable transaction of
 * the store; the local view is edited at once, by the same model functions as the server's.
 */
#pragma once

#include "base/problem.h"
#include "client/cache.h"
#include "client/change.h"
#include "client/credentials.h"
#include "client/profile.h"
#include "client/store.h"
#include "model/referral.h"

typedef struct Client Client;

typedef enum ClientChange {
    CLIENT_LEADS = 1 << 0, /* rows of the cache: lists and details read again */
    CLIENT_OUTBOX = 1 << 1,
    CLIENT_STATUS = 1 << 2, /* ClientStatus */
    CLIENT_PARTNERS = 1 << 3,
    CLIENT_NOTES = 1 << 4,
    CLIENT_ARRIVALS = 1 << 5, /* cache_arrivals() */
    CLIENT_SNOOZES = 1 << 6,  /* store_snoozes() */
    CLIENT_INVITATIONS = 1 << 7,
    CLIENT_GROUPS = 1 << 8,   /* groups, members, requests */
    CLIENT_MEETINGS = 1 << 9, /* meetings and what is entered there, one-to-ones */
} ClientChange;

typedef void (*ClientChangedFunc)(unsigned what, gpointer data);

typedef enum ClientPhase {
    PHASE_STOPPED, /* client_start() not called */
    PHASE_LOGIN,   /* no usable token: client_login() */
    PHASE_OFFLINE, /* waits until next_try (back-off), or for client_sync_now() */
    PHASE_CONNECTING,
    PHASE_SYNCING,  /* full sync: sync_done of sync_total */
    PHASE_LIVE,     /* up to date, event stream open */
    PHASE_DISABLED, /* :offline asked for */
} ClientPhase;

typedef struct ClientStatus {
    ClientPhase phase;
    gint64 last_sync;             /* ms UTC of the last success, 0 never */
    gint64 next_try;              /* ms UTC, PHASE_OFFLINE */
    gint64 sync_done, sync_total; /* objects, PHASE_SYNCING; total 0 = unknown */
    OutboxCounts outbox;
    gint64 hold_until;  /* end of the newest held action's undo window, 0 none */
    Problem problem;    /* why offline; PROBLEM_COUNT = nothing wrong */
    const char *detail; /* clean text, "" when nothing */
    Uuid account;
    const char *account_name, *account_email; /* "" before the first sync */
} ClientStatus;

typedef enum ClientFlags {
    /* never takes the profile lock: `leadline list` beside a running screen */
    CLIENT_READ_ONLY = 1 << 0,
    /* asks a watcher that has the profile to lend it (client/loan.h); waits a moment for that */
    CLIENT_BORROW = 1 << 1,
} ClientFlags;

/* Problems that concern nobody but the person at the screen: told in ClientStatus, never fatal. The profile must outlive
 * the client only as long as client_open() runs: it is copied.
 *
 * Opens (or makes) the profile's files. LOCKED when another process owns the profile and READ_ONLY is not given; a
 * damaged cache is moved aside and made anew; a damaged store is an error that names the file. */
Client *client_open(const Profile *profile, unsigned flags, GError **error);
void client_free(Client *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Client, client_free)

/* Seconds an action is held for undo; 10 unless set, 0 none (settings: undo_hold). */
void client_set_undo_hold(Client *client, int seconds);

void client_on_change(Client *client, ClientChangedFunc func, gpointer data);
void client_start(Client *client);

/* Ends the undo windows (held becomes waiting), tries to send what is ready for at most `ms`, closes the streams. */
void client_stop(Client *client, unsigned ms);

/* Runs the main loop until done(data), or ms have passed: for the command line and tests. */
bool client_wait(Client *client, bool (*done)(Client *, gpointer), gpointer data, unsigned ms);

/* Nothing in the outbox is ready to be sent or being sent, and nothing is left of the last edits to be shown. */
bool client_is_settled(Client *client);
/* Does the cache show what is in the outbox? Not while its disk is full; then it is tried again. */
bool client_shows_edits(const Client *client);
const ClientStatus *client_status(const Client *client);
Cache *client_cache(Client *client);
Store *client_store(Client *client);
/* Is it an action of the account that is logged in? Others wait until that one is back. True while
 * it is not known whose profile this is: nothing is sent then. */
bool client_owns(const Client *client, const OutboxItem *item);
const Profile *client_profile(const Client *client);

/* ---- session */

typedef void (*ClientDoneFunc)(const GError *error, gpointer data); /* error NULL: done */
void client_login(Client *client, const char *email, const char *password, ClientDoneFunc done,
                  gpointer data);
/* The same with a one-time code, for an account that wants one (TOTP_REQUIRED, TOTP_WRONG). */
void client_login_with(Client *client, const Login *login, ClientDoneFunc done, gpointer data);
void client_sign_up(Client *client, const SignUp *input, ClientDoneFunc done, gpointer data);
/* In a browser, on any machine (RFC 8628): changed is called with what is to be shown, and again when that changes; then done
 * once, with ACCESS_DENIED or EXPIRED_TOKEN when nobody allowed it. An outage in between is sat out. */
typedef struct DevicePrompt { /* lives until done is called, or it is cancelled; all clean */
    const char *code, *url;
    const char *complete; /* the address with the code in it; NULL none */
    gint64 expires;       /* ms UTC */
    bool unreachable;     /* the server, just now */
} DevicePrompt;
typedef void (*ClientDeviceFunc)(const DevicePrompt *prompt, gpointer data);
void client_device_login(Client *client, ClientDeviceFunc changed, ClientDoneFunc done,
                         gpointer data);
void client_device_cancel(Client *client);
void client_logout(Client *client, bool purge, ClientDoneFunc done, gpointer data);

/* Where the tokens of this profile are: for `auth status` and the screen, which must say that a log-in is forgotten
 * at the end when nothing may be stored. */
TokenPlace client_token_place(const Client *client);
/* Why they are in no safer place, or why none were found: "the keyring is locked"; NULL nothing to tell. */
const char *client_token_why(const Client *client);

/* ---- network by hand */

void client_sync_now(Client *client); /* R: resets the back-off */
void client_set_offline(Client *client, bool offline);
/* Ctrl-C: the running requests; the outbox keeps its rows */
void client_cancel(Client *client);

/* ---- what is going on */

typedef enum ClientTaskKind {
    TASK_CONNECT = 1,
    TASK_FULL_SYNC, /* done of total */
    TASK_PULL,
    TASK_SEND,  /* an item of the outbox: title */
    TASK_WRITE, /* what was fetched, into the cache: total jobs */
    TASK_STREAM,
} ClientTaskKind;

typedef struct ClientTask {
    ClientTaskKind kind;
    gint64 since;       /* ms UTC, 0 unknown; of a stream: when the server was heard last */
    gint64 done, total; /* total 0: unknown */
    char *title;        /* clean, or NULL */
} ClientTask;

/* ClientTask *: free with g_ptr_array_unref. client_cancel() ends the requests among them. */
GPtrArray *client_tasks(Client *client);

/* ---- actions. One call = one undo unit. False and *error when the state does not allow it (model rule) or the store
 * cannot take it (disk full): then nothing was changed. */

/* opening a lead; no hold, not undoable */
bool client_pick_up(Client *client, const Uuid *id, GError **error);
bool client_confirm(Client *client, const Uuid *ids, size_t n, const ConfirmInput *input,
                    GError **error);
bool client_outcome(Client *client, const Uuid *id, const OutcomeInput *input, GError **error);
bool client_withdraw(Client *client, const Uuid *id, GError **error);
/* Asks the recipient for an answer: once a day at most, and before the verdict. */
bool client_remind(Client *client, const Uuid *id, GError **error);
bool client_note(Client *client, const Uuid *referral, const Note *note, GError **error);
bool client_send_referral(Client *client, const NewReferral *input, Uuid *id, GError **error);
/* "Hand out two" (R121): the same lead for several, one submission each (R29, R30) but one act. The later ones are made copies
 * of the first, so that all are told that they compete (R31), and are sent when that one is through. ids: n of them. */
bool client_hand_out(Client *client, const NewReferral *inputs, size_t n, Uuid *ids,
                     GError **error);

/* Takes back the newest held unit: its rows leave the outbox, the local view is as before. *what (caller frees) says which
 * ("confirm Bright & Co"). False and *error (FAILED: nothing to undo, or already sent). */
bool client_undo(Client *client, char **what, GError **error);

/* The user knows of these new leads now. */
void client_told(Client *client, const Uuid *ids, size_t n);
/* A lead that is to come back at a time; 0: not any more. Stays on this machine. */
bool client_snooze(Client *client, const Uuid *id, gint64 until, GError **error);
/* Does again what the last client_undo() took back, as a new unit that is held anew; the one before comes next. What an undone
 * unit was about is remembered until something else is done to one of its leads, here or elsewhere: then it cannot be
 * done again. False and *error (FAILED: nothing to do again). */
bool client_redo(Client *client, char **what, GError **error);

/* The own profile: name, company, business. As it will be once the outbox is empty; caller clears. */
bool client_read_profile(Client *client, Account *out, GError **error);
bool client_change_profile(Client *client, const Account *account, GError **error);

/* ---- outbox by hand. FAILED while an item is being sent. */

/* Sends a waiting or stopped item now; or all of them, *n tells how many. */
bool client_retry(Client *client, const Uuid *op, GError **error);
bool client_retry_all(Client *client, guint *n, GError **error);

/* Another body for an item that was not sent yet, checked as the action was: an object of the kind's table
 * (client/change.h). Under a new key when it was ever tried. A stopped one waits again. */
bool client_edit(Client *client, const Uuid *op, const void *input, GError **error);

/* Decides a field in conflict (path NULL: all). What is given up is in the log of dropped items. */
bool client_keep(Client *client, const Uuid *op, const char *path, ChangeSide side, GError **error);

/* Throws it away unsent; it and the reason are kept in a log (store_dropped()) for DROPPED_KEPT. Its local edit is undone; a lead
 * never sent takes what was done to it along. */
bool client_drop(Client *client, const Uuid *op, const char *reason, GError **error);
bool client_drop_all(Client *client, const char *reason, guint *n, GError **error);
/* From that log back into the outbox. */
bool client_take_back(Client *client, const Uuid *op, GError **error);

/* Has this lead an item that waits for a person to decide? From memory. */
bool client_is_stopped(Client *client, const Uuid *object);
