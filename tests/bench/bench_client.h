/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client on a screen of 120x40 in a bench world: started, waited for, and its keys timed. */
#pragma once

#include "bench.h"

#include "../screen/term.h"

#define LIVE "up to date"
#define CLIENT_WAIT_MS 300000 /* a first sync of a million leads */

/* A program of the build with these arguments, without a shell between. */
Term *bench_start(World *world, const char *program, const char *const *arguments, GError **error);
Term *bench_client(World *world, GError **error);
/* Waits; what the screen shows instead is in the error. */
bool bench_shows(Term *term, const char *pattern, GError **error);

/* What a key must change on the screen: the figure ends with the last byte of the frame in which it shows. */
typedef struct Effect {
    bool any;            /* any output */
    bool moves;          /* another lead is in the preview */
    const char *other;   /* what the first group of this matches has become another text */
    const char *pattern; /* shows */
} Effect;

/* Milliseconds from the write of the keys to the pty to their effect; < 0: it did not show within two seconds. */
double bench_press(Term *term, const char *keys, const Effect *effect);

/* The limits of a screen: a program that does nothing but draw a list and a preview with ncurses, in the same pty. */
typedef struct Floor {
    double start, p50, p99;
} Floor;
bool bench_floor(World *world, int runs, Floor *floor, GError **error);

/* Times from the start of a program until it shows what is expected. */
bool bench_start_times(World *world, const char *program, const char *const *arguments,
                       const char *expected, int runs, Series *series, GError **error);

/* All pages of a full sync of the scopes of a kind (NULL: of all), one after the other, thrown away. */
bool bench_download(World *world, const char *kind, double *seconds, GError **error);

typedef struct Step {
    const char *keys;
    Effect effect;
    bool timed;
} Step;

typedef struct KeyTest {
    Figure p50, p99;
    int rounds;
    Step steps[8];
} KeyTest;

/* Rows of the steps that are timed, of as many rounds in each run. */
void bench_keys(Term *term, const KeyTest *test, int runs, const Floor *floor);
