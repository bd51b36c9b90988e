/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The private server of --demo and --local: `leadlined` on a unix socket of the profile, found beside this program or in
 * PATH. It ends when the pipe to its standard input does: with this process, however that ends. Nothing here waits; each
 * step is a child process watched by the main loop.
 *
 *   demo    load-demo -> token create (member@demo.example) -> serve --lively
 *   local   user add (first time) -> token create -> serve
 */
#pragma once

#include "client/profile.h"
#include "model/account.h"

typedef struct Embedded Embedded;

/* tokens NULL: error says what went wrong. Called once. */
typedef void (*EmbeddedReadyFunc)(const Tokens *tokens, const GError *error, gpointer data);
/* The server ended by itself after it was ready. */
typedef void (*EmbeddedGoneFunc)(gpointer data);

Embedded *embedded_start(const Profile *profile, EmbeddedReadyFunc ready, EmbeddedGoneFunc gone,
                         gpointer data);
/* Ends the server (its standard input closes) and waits for it for a moment; no callback comes any more. */
void embedded_stop(Embedded *embedded);

/* The process that runs now, 0 none. */
int embedded_pid(const Embedded *embedded);

/* Path of leadlined, NULL when there is none. Caller frees. */
char *embedded_find_server(void);
