/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTP without waiting: libcurl's multi socket interface on the main context. The library is loaded by net_new(), not by
 * the linker, since that costs some 6 ms that the first screen need not wait for. Every request has a deadline and can be
 * cancelled; its callback runs once, from the main loop, unless it was cancelled. Callbacks may start and cancel
 * requests, but not free the Net.
 */
#pragma once

#include "base/problem.h"
#include "base/uuid.h"

typedef struct Net Net;
typedef struct NetRequest NetRequest;

typedef enum NetFlags {
    NET_BIG = 1 << 0,    /* a large answer: compressed, when the server is not on this machine */
    NET_STREAM = 1 << 1, /* an event stream: no deadline but silence, bytes go to on_bytes */
    NET_FORM = 1 << 2,   /* the body is a form, not JSON */
    NET_FILE =
        1
        << 3, /* what a good answer brings goes into a file, however large; it must not stand still */
} NetFlags;

#define NET_DEADLINE_MS 30000
#define NET_BIG_DEADLINE_MS (5 * 60 * 1000) /* as long as something comes every NET_DEADLINE_MS */
#define NET_CONNECT_MS 10000
#define NET_SILENCE_S 45 /* of a stream: three heartbeats */
#define NET_MAX_BODY (8 * 1024 * 1024)
#define NET_MAX_HEADERS (256 * 1024)
#define NET_RETRY_MAX_S 3600 /* a Retry-After that asks for more is taken as this */

typedef struct NetCall {
    const char *method, *path;
    const char *token;         /* bearer, NULL none */
    const char *body;          /* NULL none */
    const Uuid *key;           /* Idempotency-Key, NULL none */
    const char *last_event_id; /* NULL or "" none */
    bool create;               /* If-None-Match: * */
    bool language;             /* Accept-Language: what the user's environment says */
    gint64 if_match;           /* If-Match: "rev", 0 none */
    unsigned flags;
    unsigned deadline_ms; /* 0: the usual one */
    int file;             /* NET_FILE: open for writing, and the caller's to close */
    void (*on_bytes)(const char *bytes, size_t length, gpointer data);
    GDestroyNotify drop; /* frees data of a request that is cancelled */
} NetCall;

typedef struct NetReply {
    int status;            /* 0: there was none, see error */
    const char *body;      /* NUL-terminated */
    size_t length;         /* NET_FILE: what went into the file */
    gint64 retry_after_ms; /* 0 none */
    /* status 0, >= 400, or a broken transfer; the problem of the catalogue */
    GError *error;
} NetReply;

/* reply is valid during the call; steal body with net_reply_take(). */
typedef void (*NetDoneFunc)(NetReply *reply, gpointer data);

/* server: what profile_check_server() accepts. ca_file: certificates (PEM) that its own must be signed by; NULL: the
 * system's. */
Net *net_new(const char *server, const char *ca_file, GError **error);
/* Cancels all requests. */
void net_free(Net *net);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Net, net_free)

/* Is the server on this machine? */
bool net_is_local(const Net *net);

NetRequest *net_send(Net *net, const NetCall *call, NetDoneFunc done, gpointer data);
void net_cancel(NetRequest *request);
void net_cancel_all(Net *net);
/* The body as one's own. */
char *net_reply_take(NetReply *reply, size_t *length);
