/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of leadline: runs the command that was parsed, and tells on standard error what went wrong and what to do
 * about it. Nothing here loads the network library but commands that need the server. */
#pragma once

#include "cli/args.h"
#include "client/doctor.h"

/* screen_checks: what `leadline doctor` looks at besides, since the screen is not known here. Returns the exit code of the catalogue of problems; 128 + SIGPIPE when the reader of a pipe has gone. */
int cli_main(const CliArgs *args, const DoctorCheck *screen_checks);

/* "leadline: ..." on standard error; the exit code that goes with it. */
int cli_fail(const GError *error);
