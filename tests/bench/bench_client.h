/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client on a screen of 120x40 in a bench world: started, waited for, and its keys timed. */
#pragma once

#include "bench.h"

#include "../screen/term.h"

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
    const char *pattern; /* shows */
} Effect;

/* Milliseconds from the write of the keys to the pty to their effect; < 0: it did not show within a second. */
double bench_press(Term *term, const char *keys, const Effect *effect);
