/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The running server: database, lanes, HTTP threads, jobs. Legal order: server_new(), server_start(), any number of the
 * calls below from any thread, server_stop(), server_free().
 */
#pragma once

#include "server/call.h"
#include "server/changes.h"
#include "server/config.h"

/* Opens the database and brings its schema up to date; no thread, no socket yet. */
Server *server_new(const Config *config, GError **error);
bool server_start(Server *server, GError **error);
/* Takes no more connections, finishes the writes that were accepted, ends all streams, joins all threads. */
void server_stop(Server *server);
/* Reads again what may change while it runs: the certificate and its key. What is not good is told in the log, and the old
 * one stays. */
void server_reload(Server *server);
void server_free(Server *server);

const Config *server_config(const Server *server);

/* Appends the address of a page or endpoint of ours as people reach it from a mail: public_url and the path. */
void server_link(const Server *server, GString *out, const char *path);

/* A further read-only connection, for a thread of one's own. */
Db *server_open_reader(Server *server, GError **error);

/*
 * Runs a handler as a job of the write lane and waits for its commit: for periodic jobs and the demo's traffic, never
 * from a handler. `as` may be NULL (nobody); `arg` is call->scratch, borrowed. Changes are noted and published as ever.
 */
bool server_run(Server *server, const Principal *as, CallHandler handler, gpointer arg,
                GError **error);

/* The same without a running server, on a connection of one's own: the sub-commands. */
bool call_run(Db *db, CallHandler handler, gpointer arg, GError **error);

/* What a commit is told to, in a writer's thread: each scope that changed with its state then (of two writers the later
 * one may come first), and a session that was ended. They must return at once. Added by a part when it starts.
 * scopes: it is an account's own, and the list of scopes that the account may read changed too. */
typedef struct ServerListener {
    void (*changed)(const Uuid *scope, const ChangeState *state, bool scopes);
    void (*ended)(const Uuid *session);
    void (*missed)(void); /* of other servers: look yourself at what changed (hints.h) */
} ServerListener;
#define SERVER_LISTENERS_MAX 4
void server_listen(Server *server, const ServerListener *listener);

/* Parts that start and stop with the server (events, lively traffic): one row each in server_parts[] of parts.c. start
 * comes after the lanes and before the first request; stop comes when the last request was answered but before the
 * HTTP threads end (streams may still be woken and ended). */
typedef struct ServerPart {
    const char *name;
    bool (*start)(Server *server, GError **error);
    void (*stop)(Server *server);
} ServerPart;
extern const ServerPart server_parts[]; /* closed by a row without name */
