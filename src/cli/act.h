/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What commands about people and groups have in common: words, a message, one item of the outbox and what became of it. */
#pragma once

#include "cli/session.h"

/* All operands with blanks between. Caller frees. */
char *cli_words(const CliArgs *args);
/* Of --message: "" when there is none, standard input for "-". NULL and *error when it is no text. Caller frees. */
char *cli_message(const CliArgs *args, GError **error);
/* A time in a column: RFC 3339 in a pipe, "" or "-" for none. Caller frees. */
char *cli_time_cell(gint64 at, CliMode mode);
/* Waits for what was added about this object since `before`; `put` (NULL: nothing) prints it, also when it is kept for later. */
bool cli_deliver_one(Cli *cli, const Uuid *object, void (*put)(Cli *cli, const Uuid *object),
                     const GArray *before, GError **error);
/* The owner of the profile, connected or known not to be: for what is asked of the server and kept nowhere. UNAUTHORIZED. */
bool cli_open_online(Cli *cli, GError **error);
