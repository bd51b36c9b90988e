/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the benchmark share: series of values, and the table that they fill. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "../screen/world.h"

#define BENCH_SIZES 8

typedef struct BenchPlan {
    int runs;
    int leads[BENCH_SIZES];
    int n_leads;
} BenchPlan;

typedef GArray Series; /* of double */
Series *series_new(void);
static inline void series_free(Series *series)
{
    g_array_unref(series);
}
void series_add(Series *series, double value);
double series_rank(Series *series, double share); /* 0 smallest, 0.5 median, 1 largest */

/* One row of the table. Targets of 0 are none; a ratio is median / limit. */
typedef struct Figure {
    const char *name, *unit;
    double at_most, at_least, ratio_at_most, ratio_at_least;
} Figure;

void bench_section(const char *title);
void bench_figure(const Figure *figure, Series *series, double limit);
void bench_note(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* A world whose server.db has a demo network with that many leads, and the member's tokens. Real clock. */
World *bench_world(int leads, GError **error);
/* Runs a command of the world that must succeed; seconds it took, < 0 on error. */
double bench_time(World *world, const char *command, GError **error);
char *bench_output(World *world, const char *command,
                   GError **error); /* without the newline at its end */

/* How the client is called in a world, what its first usable screen shows, and how it signs in (starts the server). */
#define BENCH_LEADLINE "leadline --server unix:$WORLD/sock"
#define BENCH_READY "Inbox"
bool bench_sign_in(World *world, GError **error);

bool bench_screen(const BenchPlan *plan, GError **error);
bool bench_sync(const BenchPlan *plan, GError **error);
bool bench_server(const BenchPlan *plan, GError **error);
