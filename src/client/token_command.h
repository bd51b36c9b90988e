/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A program that gives the token: `token_command` of a profile, run by /bin/sh -c. Its standard input is empty and it has
 * no terminal, so that it cannot ask on the screen; the token is the first line of its output, blanks around it taken off.
 * After the deadline it is killed with all that it started. What it writes to standard error is shown when it fails;
 * what it gives is never shown.
 */
#pragma once

#include <glib.h>

typedef struct TokenCommand TokenCommand;

#define TOKEN_COMMAND_MS 30000

/* token NULL: why says what went wrong (clean). Both borrowed. */
typedef void (*TokenCommandFunc)(const char *token, const char *why, gpointer data);

/* done is called once from the main loop, unless it was cancelled. */
TokenCommand *token_command_start(const char *command, TokenCommandFunc done, gpointer data);
void token_command_cancel(TokenCommand *run);
