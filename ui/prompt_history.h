/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The lines of the command line that are kept: a private file of one line each, the newest last, which several sessions share. Who
 * changes it holds the lock of a file beside it; a file that has grown to twice its length is written anew as a whole.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define HISTORY_MAX 500

/* Its newest HISTORY_MAX lines, the oldest first; empty when there is none. Free with g_strfreev(). */
char **history_read(const char *path);

/* Appends lines (char *). False: another session has the lock just now, or the disk is full; try again later. */
bool history_append(const char *path, const GPtrArray *lines);

/* Changes when the file does; 0: there is none. */
guint64 history_stamp(const char *path);
