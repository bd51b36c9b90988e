/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The files of one cache: the database, what SQLite keeps beside it while it is open, and a mark that is there from the moment
 * a writer opens the database until it was closed properly. After a crash SQLite finds what is not yet in the database in its
 * log; where the log is lost too (a copy of the one file, a tidying tool), the database may be a mixture of two times that
 * SQLite takes for whole. So a file with the mark and without the log is called damaged, and fetched again.
 *
 * Only whoever holds the profile lock may call these.
 */
#pragma once

#include <stdbool.h>

/* Before anything opens it: false when the log of a writer that did not come to its end is missing. */
bool cache_file_is_whole(const char *path);
/* A writer has it open, so its log is there, and has not written yet. Best effort: a full disk leaves no mark. */
void cache_file_opened(const char *path);
/* The writer closed it. Where somebody reads still, the log stays, and the mark with it. */
void cache_file_closed(const char *path);
/* A damaged one: to PATH.damaged, for whoever wants to know why; an older one there is replaced. */
void cache_file_move_aside(const char *path);
/* All of it. */
void cache_file_remove(const char *path);
