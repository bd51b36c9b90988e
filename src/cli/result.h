/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a command that changed leads prints of them: a line each; with --json the lead as it is now, one a line. */
#pragma once

#include "cli/session.h"

bool cli_put_results(Cli *cli, const Uuid *ids, size_t n, GError **error);
/* cli_deliver(), then the results of all; also of what is kept for later, but not of what was refused. */
bool cli_deliver_and_put(Cli *cli, const Uuid *leads, size_t n, const GArray *before,
                         const Uuid *all, size_t n_all, GError **error);
