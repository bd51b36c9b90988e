/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * leadlined backup FILE, leadlined restore FILE.
 *
 * There is one format for both engines: a database file of SQLite, which leadlined itself can serve. So a backup is
 * verified by the same check as any database, can be looked at with leadlined check, and is the way from one engine to the
 * other. From SQLite it is an online copy of the pages, from PostgreSQL all rows of one snapshot; both run beside a server
 * that writes. A file appears under its name only when it is whole, verified and on disk.
 */
#pragma once

#include "server/command.h"

extern const GOptionEntry backup_options[], restore_options[];

bool backup_command(const Config *config, int argc, char **argv, GError **error);

/* Only while no server runs. The file is never written to, the database replaced in one step; its epoch is a new one, so that
 * clients throw away what they know and ask again. */
bool restore_command(const Config *config, int argc, char **argv, GError **error);
