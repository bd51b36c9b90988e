/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Parser of server-sent events (WHATWG HTML §9.2), fed as bytes come: any split, CR, LF or CRLF, a leading BOM. Nothing
 * here knows what the events mean.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define SSE_MAX_LINE (64 * 1024)
#define SSE_MAX_DATA (256 * 1024)

/* One event: data has its lines joined by \n; valid only during the call. */
typedef void (*SseEventFunc)(const char *event, const char *data, gpointer user);

typedef struct SseParser {
    SseEventFunc func;
    gpointer user;
    GString *line, *event, *data;
    GString *id;      /* of the event being read */
    GString *last_id; /* of the last event told, to send as Last-Event-ID; "" none */
    gint64 retry_ms;  /* asked for by the server, 0 none */
    int bom;          /* bytes of a BOM seen at the start; -1: past the start */
    bool after_cr, has_data;
} SseParser;

void sse_init(SseParser *parser, SseEventFunc func, gpointer user);
void sse_clear(SseParser *parser);
/* A new connection: what was unfinished is dropped, last_id and retry stay. */
void sse_restart(SseParser *parser);
/* False when a line or an event is longer than allowed: give the connection up. */
bool sse_feed(SseParser *parser, const char *bytes, size_t length);
