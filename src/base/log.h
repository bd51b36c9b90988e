/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Structured log: one line of key=value a record, to one file descriptor, to none until log_to() is called. Values are cleaned and quoted here, so a caller may pass
 * any text - but never a secret, and never personal data: paths appear as route patterns, people as account ids.
 *
 *   2026-11-24T08:30:00.000Z level=info event=request method=GET route=/v1/me status=200 ...
 *
 * Lines of level info and debug are buffered and written by log_flush() (the server calls it several times a second, the
 * client after each change); warnings and errors are written at once. A blocked reader never blocks a request, nor the end of
 * the program: what it does not take stays in the buffer, and what does not fit there (1 MiB) is dropped and counted in the
 * next line.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum LogLevel { LOG_OFF = -1, LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG } LogLevel;

/* False when there is no such level; level may be NULL. */
bool log_level_find(const char *name, LogLevel *level);
void log_set_level(LogLevel level); /* LOG_INFO unless set */
/* Where lines go from now on: borrowed, -1 nowhere. What is buffered is written to the old one first. */
void log_to(int fd);
bool log_wants(LogLevel level);

/* log_write(LOG_INFO, "started", "address", address, "threads", "2", NULL): names and texts in turn. */
void log_write(LogLevel level, const char *event, ...) G_GNUC_NULL_TERMINATED;

/* A whole line made elsewhere ("event=... key=value"), already safe. */
void log_line(LogLevel level, const char *line, size_t length);

/* Writes what is taken now. */
void log_flush(void);
