/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The requests that the server is measured with, and series of their runs. */
#pragma once

#include "bench.h"
#include "load.h"

typedef struct Target {
    int port;
    const char *token;
    const char *path;   /* of a fixed request; NULL: by id */
    GPtrArray *ids;     /* of referrals */
    GPtrArray *waiting; /* of those that wait for a verdict: each can be confirmed once */
    guint next;         /* first of them that no confirm has used */
} Target;

void target_init(Target *target, World *world);
void target_clear(Target *target);
/* Ids from the lists of the server. */
bool target_fetch(Target *target, guint ids, GError **error);

gsize build_get(guint64 n, char *buffer, gsize size, gpointer target);
gsize build_confirm(guint64 n, char *buffer, gsize size, gpointer target);
gsize build_mixed(guint64 n, char *buffer, gsize size, gpointer target); /* one of ten confirms */

typedef struct Rate {
    Series *rate, *p50, *p99;
    guint64 failed;
    char *sample; /* the first answer that was not 2xx */
} Rate;

Rate rate_new(void);
void rate_free(Rate *rate);
bool rate_measure(Rate *rate, int connections, guint64 requests, LoadBuild build, Target *target,
                  GError **error);
/* Rows of the rate and of its tail (p99 at most, 0 none), and what failed. */
void rate_rows(const Rate *rate, const Figure *figure, double limit, double p99_at_most);

/* A server of a limit (tests/bench/bare.c): its median rate at GET /, or at POST with a body. < 0 on error. */
double bare_rate(int runs, const char *mode, const char *database, int connections,
                 guint64 requests, bool post, GError **error);

/* Rows about leads groups, for a running server whose database gets many of them first (bench_groups.c). */
bool bench_groups(World *world, const BenchPlan *plan, GError **error);
