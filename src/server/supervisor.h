/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What systemd, or whoever speaks its protocol, hands over and wants to hear: listening sockets (sd_listen_fds(3)), readiness
 * and signs of life (sd_notify(3)); without its library. Legal order: supervisor_init() in main before any thread; then anything.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* The name of the sockets that are for us: FileDescriptorName= of the socket unit. */
#define SUPERVISOR_SOCKET "leadlined"

/* Reads the environment and takes it off, so that no child acts on it. BAD_CONFIG: a descriptor that is no listening stream
 * socket, or one of another name. */
bool supervisor_init(GError **error);

/* int; those that were handed over, close-on-exec and not blocking. NULL: none. Borrowed. Whoever uses one may close it: the
 * supervisor has it open too, so that connections wait there for the next process. */
const GArray *supervisor_sockets(void);

/* "READY=1", "WATCHDOG=1" ...: lines of sd_notify(3). Does nothing when nobody listens. Any thread. */
void supervisor_tell(const char *state);

/* How often it wants to hear WATCHDOG=1, in microseconds; 0: never. */
gint64 supervisor_watchdog_us(void);

/* A server part: feeds the watchdog through the write lane, so that it starves when no write gets through any more. */
typedef struct Server Server;
bool watchdog_start(Server *server, GError **error);
void watchdog_stop(Server *server);
