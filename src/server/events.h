/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GET /v1/events: server-sent events (protocols.md §2). A stream tells states, never data: "event: state" when a scope
 * of the caller has changed, at once when it was quiet and at most every EVENTS_COALESCE_MS in a burst, and "event: ping"
 * every EVENTS_PING_S seconds. It ends when its session does, and when the server stops. It tells of all scopes that the
 * account may read, first of all at once; of one that it joins or leaves while the stream is open from then on, or never
 * again (scope_join(), scope_leave()).
 *
 * events_start/events_stop are a ServerPart. With PostgreSQL other servers write too: what they tell (hints.h) comes to
 * events_listener, and the states of all scopes with streams are read again every poll_seconds whatever was told.
 */
#pragma once

#include "server/server.h"

#define EVENTS_COALESCE_MS 200
#define EVENTS_PING_S 15
#define EVENTS_PER_ACCOUNT 32 /* streams */

extern const Route event_routes[];
extern const ServerListener events_listener;

bool events_start(Server *server, GError **error);
void events_stop(Server *server);
