/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Answers without an end (GET /v1/events). Streams live on an HTTP thread of their own, so that thousands of idle ones
 * never slow the API: the listener looks at the first bytes of every new connection and gives those that begin with
 * "GET /v1/events" to the stream daemon. A client that asks for a stream on a kept-alive API connection is served
 * there (few, see STREAMS_ON_API; more get 503 and Connection: close), so no client needs to know about the two.
 *
 * A handler of lane LANE_READ makes one instead of a body:
 *
 *   call->reply.stream = http_stream_new("text/event-stream", fill, closed, mine);
 *
 * fill() is called in the stream's HTTP thread whenever the peer can take more and after each http_stream_wake(). It
 * copies at most max bytes to buffer and returns their number; 0 = nothing now, sleep until woken; -1 = the end.
 * closed() is called once, when the connection has ended for whatever reason (also when it was never started): unlink
 * and free `data` there. After it fill() is never called, and waking does nothing.
 *
 * References: http_stream_new() gives one, which goes with reply.stream; whoever wakes from another thread holds one of
 * its own (http_stream_ref). Lock order: your registry -> the stream. Neither fill() nor closed() is called with the
 * stream's lock held, so both may take the registry's.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct HttpStream HttpStream;

typedef ssize_t (*HttpStreamFill)(gpointer data, char *buffer, size_t max);
typedef void (*HttpStreamClosed)(gpointer data);

HttpStream *http_stream_new(const char *type, HttpStreamFill fill, HttpStreamClosed closed,
                            gpointer data);
HttpStream *http_stream_ref(HttpStream *stream);
void http_stream_unref(HttpStream *stream);

/* There is something to fill, from any thread. */
void http_stream_wake(HttpStream *stream);

/* Ends it at the next fill, from any thread. The server ends all streams by itself when it stops. */
void http_stream_end(HttpStream *stream);
