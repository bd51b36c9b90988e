/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking the person at the terminal, on standard error: only when standard input is one and --no-input was not given. */
#pragma once

#include "cli/args.h"

bool cli_may_ask(const CliArgs *args);
/* A line; CANCELLED at its end (Ctrl-D, Ctrl-C). NULL and *error. Caller frees. */
char *cli_ask_line(const char *question, GError **error);
/* Without echo. Caller wipes and frees. */
char *cli_ask_secret(const char *question, GError **error);
/* One of the values, by its number in the list. 0 and *error. */
int cli_ask_choice(const char *question, const EnumTable *values, GError **error);

/* All of standard input, or a file; at most so much as the server takes. "-" is standard input; with
 * --no-input that must not be the terminal. Caller frees. */
char *cli_read_file(const CliArgs *args, const char *path, gsize *length, GError **error);
/* The first line of standard input. Caller wipes and frees. */
char *cli_read_line(GError **error);

/* Opens text in $VISUAL or $EDITOR and gives what was saved. dir: where the file may be meanwhile. Caller frees. */
char *cli_edit(const char *dir, const char *text, GError **error);
