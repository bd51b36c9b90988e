/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The thread that accepts connections. It waits (never blocking on any one client) for the first bytes of a connection,
 * peeks at them and passes the socket on: ones that begin with "GET /v1/events" to the streams, others to the API.
 * Once a second it also calls tick().
 *
 * Addresses: HOST:PORT, [IPV6]:PORT, unix:PATH. A host name may give several sockets. A socket file that nobody listens on is
 * replaced; one that somebody listens on is refused. The file gets mode 0600 and is removed by listener_free().
 *
 * Sockets may also be handed over (supervisor.h). Then the address is not used, and connections that come after the end wait
 * for whoever has the sockets next.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/socket.h>

typedef struct Listener Listener;

typedef struct ListenerHooks {
    /* A connection with its first bytes waiting; the hook owns fd. */
    void (*accepted)(int fd, const struct sockaddr *address, socklen_t length, bool stream,
                     gpointer data);
    void (*tick)(gpointer data);
    gpointer data;
    int patience; /* seconds that a connection may take to its first bytes */
} ListenerHooks;

/* sockets: int, instead of the address; NULL none. Duplicated. */
Listener *listener_new(const char *address, const GArray *sockets, const ListenerHooks *hooks,
                       GError **error);
bool listener_start(Listener *listener, GError **error);
/* Closes the sockets, and gives connections that have said nothing half a second more; after it accepted() is not called.
 * Ticks go on. */
void listener_stop_accepting(Listener *listener);
void listener_free(Listener *listener); /* joins the thread */

/* The shape of an address; whether it can be bound is listener_new()'s to tell. */
bool listener_address_ok(const char *address);

/* What a connection's first bytes say: +1 a stream, 0 the API, -1 too few to tell. */
int listener_classify(const char *bytes, size_t length);
