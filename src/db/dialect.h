/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the one text of a migration to what an engine reads; private to src/db. Line numbers stay, so that an error
 * names the line of the file.
 */
#pragma once

#include "db/db.h"

/*
 * Blocks between lines "-- only ENGINE" and "-- end only" of the other engine become blank lines. For SQLite the words BIGINT,
 * UUID and BYTEA outside quotes become INTEGER, BLOB and BLOB, and every CREATE TABLE (not VIRTUAL, not AS SELECT) gets STRICT.
 * Caller frees.
 */
char *dialect_translate(const char *sql, DbEngine engine);
