/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The network between the clients and the server, which loses, doubles, delays, cuts and lies. wire.c is the client's end
 * (all of client/net.h), post.c the server's (all of server/httpd.h and httpd_stream.h): neither libcurl nor libmicrohttpd
 * is here, everything else of both programs is. What was sent once may arrive although whoever sent it has given up.
 */
#pragma once

#include "client/net.h"
#include "server/httpd.h"
#include "tests/sim/sched.h"

/* What becomes of a request. */
typedef enum Fate {
    FATE_ARRIVES,
    FATE_REFUSED,       /* no connection */
    FATE_REQUEST_LOST,  /* the server never sees it */
    FATE_ANSWER_LOST,   /* the server does it, nobody hears */
    FATE_DOUBLED,       /* it arrives twice, the second time later */
    FATE_ANSWER_CUT,    /* after some bytes */
    FATE_GATEWAY,       /* somebody in between answers instead: 429, 500, 502, 503, 504 */
    FATE_GATEWAY_AFTER, /* the same, though the server has done it */
    FATE_PORTAL,        /* a page that is no answer at all, with status 200 */
    FATE_SLOW,          /* arrives after up to a minute */
    N_FATES
} Fate;
extern const char *const fate_names[N_FATES];

typedef struct Weather {
    guint weights[N_FATES];
    guint stream_break_percent; /* streams that end by themselves */
    guint stream_mute_percent;  /* streams that go silent */
    gint64 latency;             /* most ms of one way */
} Weather;
extern Weather weather;
extern guint64 fates_met[N_FATES];

/* Draws fates from now on. on_write: a client is about to send one or several items. */
void wire_begin(guint64 seed, void (*on_write)(int host));
void wire_set_down(int host, bool down); /* a client's own connection */

/* One message on its way. */
typedef struct Wire {
    gatomicrefcount references;
    unsigned number;
    int host; /* which client */
    char *method, *target, *authorization, *key, *if_match, *if_none_match, *content_type;
    char *last_event_id, *body;
    Fate fate;
    NetRequest *request; /* NULL: nobody waits any more */
    bool asked;          /* the server has seen it */
    bool is_stream, over;
    guint64 life;      /* of the server that has it */
    gint64 last_bytes; /* when the last bytes of a stream will be there */

    /* What the server made of it, as post_ask() wants it. */
    bool answered, replayed;
    int status, retry_after;
    GString *reply;
} Wire;
void wire_unref(Wire *wire);
Wire *wire_ref(Wire *wire);

/* The server's end to the client's; any thread. */
void wire_answer(Wire *wire);
void wire_bytes(Wire *wire, const char *bytes, size_t length);
void wire_close(Wire *wire); /* a stream came to its end, or the connection is gone */

/* ---- the server's end */

/* Its connections break now, and what its threads still do is heard by nobody: the process is being killed. */
void post_cut_all(void);
bool post_is_open(void);
/* A request has arrived; the world takes a reference. */
void post_deliver(Wire *wire);
/* Somebody else's request, straight to the server and back, without the network. Runs other threads, not the main loop. The
 * answer is in the wire, which the caller frees; status 0: the server is not there. */
Wire *post_ask(const char *token, const char *method, const char *target, const char *key,
               const char *if_match, const char *body);
