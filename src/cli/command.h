/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands: one table, the only list of them. Usage, help, completion and the manual's test read it. */
#pragma once

#include "cli/args.h"

typedef struct Cli Cli;

struct CliCommand {
    const char *name;         /* one or two words: "list", "auth login" */
    const char *operands;     /* N_(): "ID...", NULL none */
    guint min, max;           /* how many */
    guint64 options;          /* CLI_OPTION bits beside CLI_SHARED */
    const FieldTable *fields; /* each field is an option too; NULL none */
    bool writes;              /* not with --read-only */
    const char *effect;       /* N_(): one line */
    const char *details;      /* N_(): for its own help; NULL none */
    bool (*run)(Cli *cli, GError **error);
};

#define CLI_ANY G_MAXUINT

extern const CliCommand cli_commands[]; /* ends with a NULL name */

/* The command that words begin with; *n = words it takes. USAGE with a hint when there is none. */
const CliCommand *cli_command_find(const char *const *words, guint *n, GError **error);

/* What `leadline --help` says (command NULL), or `leadline COMMAND --help`. Caller frees. */
char *cli_help(const CliCommand *command);
/* "leadline reject ID... [OPTION...]". Caller frees. */
char *cli_synopsis(const CliCommand *command);
/* What an option of this field takes, N_(); NULL nothing. */
const char *cli_field_argument(const Field *field);
/* A completion script for bash, zsh or fish; NULL and USAGE for another shell. Caller frees. */
char *cli_completion(const char *shell, GError **error);
