/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server's schema: data/schema/server, compiled in. */
#pragma once

#include "base/embed.h"
#include "server/config.h"

extern const EmbeddedText server_schema[];

/* Opens config->database for writing and brings it up to date. For SQLite the connection is the only one that may
 * write, and checkpoints are its caller's to make. */
Db *schema_open(const Config *config, GError **error);

/* The number of the newest migration of this program. */
gint64 schema_newest(void);

/* Only one process may write to a file of SQLite's: two would not see each other's changes in time, nor check-point in
 * turn. *lock is an open file to be closed, -1 where none is needed; it goes with the process, however that ends. LOCKED. */
bool schema_lock(const Config *config, int *lock, GError **error);

/*
 * Another lineage begins: what clients know of this database may never have happened in it, so each begins its sync
 * again. A DbTxFunc; after a restore, and for PostgreSQL whenever another timeline is found: a standby took over and may
 * lack the last commits.
 */
bool schema_new_epoch(Db *db, gpointer nothing, GError **error);

/* Looks for that on every new connection from now on; config must live as long. */
void schema_watch_timeline(const Config *config);
