/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server does by itself now and then: one table of jobs, one thread. The thread also flushes the log. */
#pragma once

#include "server/call.h"
#include "server/config.h"

typedef struct Jobs Jobs;

typedef struct JobRow {
    const char *name;
    int seconds; /* between two runs; the first comes one minute after the start */
    /* One bounded step, as a handler of the write lane; *again (call->scratch) true when there is more to do. */
    CallHandler step;
} JobRow;
extern const JobRow job_rows[]; /* closed by a row without name */

/* leadlined job run NAME: all steps of one that are due now, beside a server or without one. */
bool job_run_command(const Config *config, int argc, char **argv, GError **error);

Jobs *jobs_start(Server *server, GError **error);
void jobs_stop(Jobs *jobs); /* frees; NULL is nothing */
