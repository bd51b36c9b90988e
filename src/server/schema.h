/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server's schema: data/schema/server, compiled in. */
#pragma once

#include "base/embed.h"
#include "server/config.h"

extern const EmbeddedText server_schema[];

/* Opens config->database for writing and brings it up to date. For SQLite the connection is the only one that may
 * write, and checkpoints are its caller's to make. */
Db *schema_open(const Config *config, GError **error);
