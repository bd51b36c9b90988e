/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The client's log: XDG_STATE_HOME/leadline/NAME/log (base/log.h says what a line is), for the day when somebody asks what
 * happened. It tells phases and requests - method, path without its query, status, time, problem -, never tokens, bodies, names or
 * what was searched for. At the next start after it has grown to LOG_FILE_MAX it becomes log.1, in place of an older one.
 */
#pragma once

#include "base/log.h"
#include "client/profile.h"

#define LOG_FILE_MAX (1024 * 1024)

char *log_file_path(const Profile *profile); /* caller frees */

/* Lines go there from now on. When it cannot be opened there is no log, and nobody is stopped by that. */
void log_file_open(const Profile *profile);
void log_file_close(void);
