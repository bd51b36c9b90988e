/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Several servers on one PostgreSQL tell each other what they committed, so that an event stream of one does not wait for its
 * next poll. Only a hint: it may be lost, and the poll of events.h is the truth. No transaction of a request ever notifies
 * (NOTIFY takes a lock on the whole cluster at the commit): what commits in HINTS_BATCH_MS goes out in one notification of
 * its own. One connection a server listens and tells; when it was lost and is there again, all streams are looked at.
 * A pooler between transactions (pgbouncer) cannot pass this on: there, and on engines without LISTEN, the poll alone works.
 *
 * A notification is lines: "c SCOPE STATE" (changed), "m SCOPE STATE" (changed, and which scopes this account may read did
 * too), "s SESSION" (ended), "*" (too much to tell: look yourself).
 *
 * hints_start/hints_stop are a ServerPart.
 */
#pragma once

#include "server/server.h"

#define HINTS_BATCH_MS 50
#define HINTS_CHANNEL "leadline"
#define HINTS_TEXT_MAX 7900 /* PostgreSQL takes less than 8000 bytes */
#define HINTS_MAX 2000      /* scopes of one batch; more is "*" */

bool hints_start(Server *server, GError **error);
void hints_stop(Server *server);

/* Tells what a notification says to a listener. Lines that are none of ours (another program's, a later version's) are
 * passed over. */
void hints_read(const char *text, const ServerListener *listener);
/* Lines for a changed scope or an ended session (state NULL). */
void hints_put(GString *out, const Uuid *id, const ChangeState *state, bool scopes);
