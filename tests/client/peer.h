/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An evil network: an HTTP peer on a unix socket, in threads of its own, between the client and a real leadlined (or
 * nothing). For each request the plan of the test says what happens to it; what came is written down. One request a
 * connection, but for event streams, which are passed on until one side ends.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum FaultKind {
    FAULT_NONE,        /* passed on, and its answer back */
    FAULT_DROP_BEFORE, /* the connection breaks: the server never saw it */
    FAULT_DROP_AFTER,  /* the server did it; its answer is lost */
    FAULT_CUT,         /* so many bytes of the answer come (0: half), then the connection breaks */
    FAULT_HALF_CLOSE,  /* the same, but only the server's half is closed: it goes on listening */
    FAULT_DRIP,        /* one byte at a time */
    FAULT_ANSWER,      /* not passed on: this status and body */
    FAULT_REPLACE,     /* passed on, but another body comes back with its status */
    FAULT_RAW,         /* not passed on: body as it is, which need not be HTTP */
    FAULT_HOLD,        /* nothing happens until peer_release(); then passed on */
} FaultKind;

typedef struct Fault {
    FaultKind kind;
    int status;
    const char *headers; /* "Retry-After: 7\r\n", NULL none */
    const char *body;
    unsigned at; /* CUT, HALF_CLOSE: bytes */
} Fault;

typedef struct PeerRequest {
    char *method, *path;  /* path with its query */
    char *key, *if_match; /* as sent, NULL none */
    char *last_event_id;  /* NULL none */
    char *authorization;
    char *body;
    FaultKind fault;
    int status; /* answered, 0 none */
} PeerRequest;

/* Called in a peer's thread, one call at a time. n: of requests so far. */
typedef Fault (*PeerPlan)(const PeerRequest *request, unsigned n, gpointer data);

typedef struct Peer Peer;

/* upstream: socket of the server, NULL none. */
Peer *peer_new(const char *socket, const char *upstream);
void peer_free(Peer *peer);
void peer_plan(Peer *peer, PeerPlan plan, gpointer data); /* plan NULL: no faults */
void peer_release(Peer *peer);
/* Breaks all open event streams. */
void peer_break_streams(Peer *peer);
/* Ends them in good order, as a server does that stops. */
void peer_end_streams(Peer *peer);
/* Requests whose "METHOD path" begins so, since the last peer_forget(). */
unsigned peer_count(Peer *peer, const char *prefix);
unsigned peer_streams(Peer *peer); /* open now */
void peer_forget(Peer *peer);
/* Calls func with each request so far, in order. */
void peer_each(Peer *peer, void (*func)(const PeerRequest *request, gpointer data), gpointer data);
