/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sub-commands of leadlined: one row each in the table of src/leadlined.c. */
#pragma once

#include "server/config.h"

typedef struct ServerCommand {
    const char *name;      /* "user add": one or two words */
    const char *arguments; /* as shown in --help, NULL for none */
    const char *summary;
    const GOptionEntry *options; /* its own, beyond the configuration's; NULL for none */
    /* argc, argv: what is left after all options. Returns false and *error; its exit code follows from the problem. */
    bool (*run)(const Config *config, int argc, char **argv, GError **error);
} ServerCommand;

/* Opens config->database for writing and migrates it. */
Db *command_open_database(const Config *config, GError **error);
