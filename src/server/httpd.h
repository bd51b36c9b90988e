/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTP/1.1 on libmicrohttpd: connections, limits, hygiene; nothing of what is said in them. httpd.c and httpd_stream.c are
 * the only files that include microhttpd.h.
 *
 * Each HTTP thread is one daemon (poll mode: its epoll mode stalls when exactly n x 128 connections are ready). The
 * daemons have no listening socket: the listener thread (listener.h) accepts, looks which kind of daemon a connection
 * is for, and enforces the time limits that libmicrohttpd lacks. Legal order: httpd_new(), httpd_start(),
 * httpd_stop_listening(), httpd_drain(), [answer everything], httpd_stop(), httpd_free().
 *
 * Refused here, with a problem and Connection: close: more than one Content-Length or Host, Content-Length together with
 * Transfer-Encoding, any coding but chunked, blanks before a colon, lines that end in a bare LF, folded headers (400);
 * headers over 16 KiB, of a stream over some 4 KiB (431); bodies over JSON_MAX_BYTES (413); bodies of all requests
 * together over limits.bodies (503).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/problem.h"
#include "base/uuid.h"
#include "server/httpd_stream.h"
#include "server/rate.h"

#define HTTP_HEADERS_MAX (16 * 1024)
#define HTTP_ANSWER_SECONDS 300 /* for a slow reader; streams have no end */
#define HTTP_IDLE_SECONDS 30
#define STREAMS_ON_API 64 /* per HTTP thread: see httpd_stream.h */

typedef struct Httpd Httpd;

/* One request and its answer. What is borrowed lives until done(). */
typedef struct HttpExchange {
    /* the request */
    const char *method, *path; /* decoded, without the query */
    const char *authorization, *idempotency_key, *if_match, *if_none_match, *content_type,
        *user_agent, *last_event_id, *host, *accept_language; /* NULL when absent */
    GHashTable *query;  /* char * -> char *, decoded; NULL when there is none */
    const char *twice;  /* name of a query parameter that came twice, or NULL */
    GString *body;      /* NULL when there is none */
    const char *peer;   /* numeric address, or "unix" */
    bool local;         /* loopback or unix socket, and not forwarded by a proxy */
    bool trusted;       /* the connection is a local one or a known proxy's */
    bool https;         /* a trusted proxy says that its client came by TLS */
    gpointer thread;    /* what thread_new() made for this HTTP thread */
    GPtrArray *trimmed; /* values that had blanks behind them; NULL when none had */
    Problem refused;    /* PROBLEM_COUNT, or: answer just this */
    const char *why;    /* its detail */

    /* the answer */
    int status;
    GString *reply;   /* taken; NULL = no body */
    const char *type; /* a literal */
    const char *const
        *headers;       /* more of them: names and values by turns, closed by NULL; literals */
    HttpStream *stream; /* taken; instead of reply */
    gint64 rev;         /* ETag when > 0 */
    int retry_after;
    RateState rate;
    const char *allow; /* a literal */
    bool replayed, close;
    char request_id[UUID_TEXT_SIZE];

    gpointer frame; /* the handler's own */
} HttpExchange;

typedef struct HttpdHooks {
    gpointer (*thread_new)(gpointer data,
                           GError **error); /* before the first request of a thread */
    void (*thread_free)(gpointer thread);
    /* The request is complete. True: the answer is filled. False: it will be, and httpd_resume() called. The hook calls
     * httpd_suspend() before it hands the exchange to another thread. */
    bool (*handle)(HttpExchange *exchange, gpointer data);
    void (*done)(HttpExchange *exchange, gpointer data); /* sent, or the peer is gone */
    gpointer data;
} HttpdHooks;

typedef struct HttpdLimits {
    unsigned threads, connections, streams;
    int header_seconds,
        body_seconds; /* from the connection or the request line to the blank line; from there to the
                                       * end of the body */
    gint64 bodies;    /* bytes */
    const GArray *sockets;         /* int, instead of the address; NULL none */
    const char *certificate, *key; /* files: TLS; NULL: plain HTTP */
    const char
        *proxies; /* addresses, blank-separated, whose X-Forwarded-For is believed; may be NULL */
} HttpdLimits;

/* Binds the address, so that a bad one is told at once (USAGE or CANNOT_CREATE); accepts nothing yet. */
Httpd *httpd_new(const char *address, const HttpdLimits *limits, const HttpdHooks *hooks,
                 GError **error);
bool httpd_start(Httpd *httpd, GError **error);
void httpd_stop_listening(Httpd *httpd); /* answers carry Connection: close from now on */
/* Everybody who has asked is answered: ends the streams and the connections that ask nothing, and waits until none is left, at
 * most ms. What runs the requests must still run. */
void httpd_drain(Httpd *httpd, unsigned ms);
/* Certificate and key as their files are now, for new connections. The old ones stay when the new ones are not good. */
bool httpd_reload(Httpd *httpd, GError **error);
/* Ends the streams, waits at most ms for the running answers, closes all connections. Nothing may be suspended but streams. */
void httpd_stop(Httpd *httpd, unsigned ms);
void httpd_free(Httpd *httpd);

void httpd_suspend(HttpExchange *exchange); /* only inside handle() */
void httpd_resume(
    HttpExchange *exchange); /* any thread, once, after suspend; the exchange is no longer yours */

typedef struct HttpdGauges {
    int connections, streams, running; /* running: requests that are being answered */
    gint64 body_bytes;
} HttpdGauges;
void httpd_gauges(Httpd *httpd, HttpdGauges *out);
