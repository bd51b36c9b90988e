/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A load generator for HTTP/1.1 over TCP: one thread, keep-alive, one request at a time on each connection. It measures a
 * server and its limits with the same means.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Writes request number n into buffer; returns its length. */
typedef gsize (*LoadBuild)(guint64 n, char *buffer, gsize size, gpointer data);

typedef struct LoadSpec {
    int port;
    int connections;
    guint64 requests; /* in all */
    LoadBuild build;
    gpointer data;
} LoadSpec;

typedef struct LoadResult {
    double per_second;
    double p50_ms, p99_ms;
    guint64 bytes;  /* of all answers */
    guint64 failed; /* answers that were not 2xx, and broken connections */
    char *sample;   /* the first answer that was not 2xx, NULL none; caller frees */
} LoadResult;

bool load_run(const LoadSpec *spec, LoadResult *result, GError **error);

/* One request in a connection of its own; the body of its answer, which must be 2xx. Caller frees. */
char *load_get(int port, const char *token, const char *path, GError **error);
char *load_post(int port, const char *token, const char *path, const char *json, GError **error);

/* What the first group of a pattern matches in text, NULL none. Caller frees. */
char *load_match(const char *pattern, const char *text);

/* A connection to a port of the loopback, < 0 on failure. */
int load_connect(int port, GError **error);

/* A TCP port of the loopback that nobody listens on now. */
int load_free_port(void);
