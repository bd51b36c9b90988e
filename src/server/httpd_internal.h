/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between httpd.c, httpd_shape.c and httpd_stream.c only. */
#pragma once

#include <microhttpd.h>

#include "server/httpd.h"

/* What the shape check reads off the headers in one walk. */
typedef struct HttpShape {
    HttpExchange *exchange;
    /* where the next header's name starts when the last line ended in CR LF; NULL: not known */
    const char *expected;
    size_t bytes, count;
    int hosts, lengths, codings;
    const char *length, *coding;
    const char *forwarded_for, *forwarded_proto; /* the last of X-Forwarded-For and -Proto */
    bool forwarded;
} HttpShape;

/*
 * Reads all headers into the exchange and sets exchange->refused when the request could mean one thing to us and another to
 * a proxy in front of us. *length: the body's, -1 unknown (chunked).
 */
void http_shape_check(struct MHD_Connection *connection, const char *version,
                      HttpExchange *exchange, gint64 *length);

/* The address as it came. MALFORMED: characters that it may not have, a broken escape, an escaped NUL. NOT_FOUND: an
 * escaped slash in the path, which does not divide it, and which no address of ours has. Else PROBLEM_COUNT. */
Problem http_target_check(const char *target);
/* The path of a decoded address in either form, /PATH or http://HOST/PATH. */
const char *http_target_path(const char *url);

/* httpd_tls.c: reads both files, checks them, and uses them for the connections that come from now on. BAD_CONFIG. */
bool http_tls_load(const char *certificate, const char *key, GError **error);
void http_tls_unload(void); /* when no daemon runs any more */
const struct MHD_OptionItem *http_tls_options(void);

struct MHD_Response *http_stream_response(HttpStream *stream);
/* The stream's answer is about to start in this connection; called in its HTTP thread. */
void http_stream_begin(HttpStream *stream, struct MHD_Connection *connection);
/* The connection is over, or was never started. */
void http_stream_close(HttpStream *stream);
const char *http_stream_type(const HttpStream *stream);
