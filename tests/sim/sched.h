/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Time, threads and chance of a simulated world. The program that links this has one thread and no clock but this one:
 *
 *   time     clock_gettime() and gettimeofday() are answered from here, and time passes only when nothing else can
 *            happen. A second costs nothing; an hour costs what the timers of an hour do.
 *   threads  g_thread_new() makes a coroutine. GMutex, GCond, g_thread_join() and all sleeping hand over to another one, drawn
 *            by lot; so does, now and then, the end of a lock. The main loop of GLib is one of them (sched_poll()).
 *   chance   getrandom() and g_random_*() come from the seed.
 *
 * So the same seed gives the same history, byte for byte, and no source of the two programs knows about it: these
 * functions are found here before they are found in the libraries.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* splitmix64: one stream of chance. Each thing that is drawn for has its own, so that one more draw here changes
 * nothing there. */
typedef struct Dice {
    guint64 state;
} Dice;
Dice dice_new(guint64 seed, guint64 stream);
guint64 dice_next(Dice *dice);
guint dice_below(Dice *dice, guint n); /* [0, n) */
bool dice_chance(Dice *dice, guint percent);
gint64 dice_between(Dice *dice, gint64 least, gint64 most);
/* Mostly little, seldom much: what delays are like. */
gint64 dice_delay(Dice *dice, gint64 most);

/* From here on: virtual time from `wall` (ms since 1970), everything else from the seed. Installs sched_poll(). */
void sched_begin(guint64 seed, gint64 wall);
/* Chance that a thread is put off after it has let go of a lock, in percent. */
void sched_set_preemption(guint percent);

gint64 sched_now(void);          /* monotonic us */
void sched_jump_wall(gint64 ms); /* a machine that slept, a clock that was set */
gint64 sched_wall_jumped(void);  /* ms, all jumps together */
/* Lets other threads run, and time pass up to `until` (us), until done. False: it is `until`, or nothing is left to
 * run. The main loop does not run meanwhile. */
bool sched_until(bool (*done)(gpointer data), gpointer data, gint64 until);
/* What all threads wait for, when the world stands still for ever. */
char *sched_describe(void);
guint64 sched_steps(void);

/* Called when no thread can ever run again, or a step too many was made. Must not return. */
void sched_on_stuck(void (*stuck)(const char *why));
