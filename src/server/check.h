/* SPDX-License-Identifier: GPL-3.0-or-later */
/* leadlined check: is the database whole, and does it keep what the program relies on? It only reads, so it may run
 * beside a server. */
#pragma once

#include "server/command.h"

/* Prints each finding; false with FAILED (exit 1) when there was one. */
bool check_command(const Config *config, int argc, char **argv, GError **error);

/* Appends the findings, one a line, to out; *findings is their number. */
bool check_database(Db *db, GString *out, gint64 *findings, GError **error);
