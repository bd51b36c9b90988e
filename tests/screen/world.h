/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small world of its own for one scenario: a temporary folder with home and XDG directories, a fixed environment, a server
 * on a unix socket in it. All of it is gone with world_free(), processes first.
 *
 *   $WORLD           the folder        $WORLD/sock  the server's socket      $DATABASE  URL of its database
 *   $top_srcdir, $top_builddir         as `make check` sets them; PATH begins with the programs of the build, and those of
 *                                    tests/screen and tests/e2e (sign-in, api.js)
 *
 * The demo database is made once by `make check` (tests/screen/demo.db) and copied into each world; in a cluster of PostgreSQL
 * it is the database "demo". The clock of all programs stands still at WORLD_NOW, until the scenario unsets LEADLINE_NOW.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#define WORLD_NOW "2025-11-21T14:32:00Z"
/* What the terminal is called: terminfo.src says why it is no plain xterm. */
#define WORLD_TERM "xterm-without-rep"

typedef struct World World;

World *world_new(GError **error);
void world_free(World *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)

const char *world_folder(const World *world);
void world_setenv(World *world, const char *name, const char *value); /* NULL unsets */
/* The environment of every program of the world, NULL-terminated; borrowed until the next change. */
const char *const *world_environment(World *world);

/* Where the server listens; at first unix:$WORLD/sock. */
void world_listen(World *world, const char *address);
/* The server with these further arguments (may be NULL); returns when it is ready. */
bool world_server_start(World *world, const char *arguments, GError **error);
/* It takes what comes and answers nothing, until it is stopped. */
bool world_server_pause(World *world, GError **error);
/* Sends a signal and waits for its end. *status as of waitpid(). */
bool world_server_stop(World *world, int signal, int *status, GError **error);

pid_t world_server_pid(const World *world); /* 0: none runs */

/* Runs a shell command in the world's folder, at most a minute. *output: standard output and error; caller frees. */
bool world_run(World *world, const char *command, int *status, char **output, GError **error);
