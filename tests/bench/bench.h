/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the benchmark share: series of values, the table that they fill, worlds with a demo network. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "../screen/world.h"

#define BENCH_SIZES 8
#define BENCH_SERVER_LEADS 100000 /* of sync and server */

typedef struct BenchPlan {
    int runs;
    bool quick;
    int leads[BENCH_SIZES]; /* of screen */
    int n_leads;
    int streams;
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
void bench_value(const Figure *figure, double value); /* of one run */
void bench_note(const char *format, ...) G_GNUC_PRINTF(1, 2);

/*
 * A world whose server.db has a demo network with that many leads in the member's inbox, made once for each number and then
 * copied. Real clock; the server listens on a TCP port of the loopback; LEADLINE_TOKEN signs the client in.
 */
World *bench_world(int leads, GError **error);
int bench_port(World *world);
const char *bench_token(World *world);
bool bench_take_token(World *world, GError **error); /* from its tokens.json */
/* Seconds that loading the demo network took, 0: it was not loaded in this run. */
double bench_loaded(int leads);
void bench_worlds_free(void);

/* Runs a command of the world that must succeed; seconds it took, < 0 on error. */
double bench_time(World *world, const char *command, GError **error);
/* Its output without the newline at its end. Caller frees. */
char *bench_output(World *world, const char *command, GError **error);

/* MiB of a process; PSS, or RSS where PSS may not be read. */
double bench_memory(pid_t pid);
double bench_memory_peak(pid_t pid);

typedef struct Usage {
    double cpu_s;
    guint64 wakeups;
} Usage;
Usage bench_usage(pid_t pid); /* of all its threads so far */

bool bench_screen(const BenchPlan *plan, GError **error);
bool bench_sync(const BenchPlan *plan, GError **error);
bool bench_network(const BenchPlan *plan, GError **error);
bool bench_server(const BenchPlan *plan, GError **error);
bool bench_streams(const BenchPlan *plan, GError **error);
bool bench_postgresql(const BenchPlan *plan, GError **error);
bool bench_report(const BenchPlan *plan, GError **error);
