/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A zip archive that is made in memory, file after file: each is asked for piece by piece and compressed as it comes, so what is
 * held is one piece and the finished archive, never a whole file. The only file that knows libzip.
 *
 *   archive_new() -> archive_add() ... -> archive_finish() -> archive_free()
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Archive Archive;

/* Appends the next piece of a file; nothing appended: the end. Runs inside archive_finish(), each file once, in the order in
 * which they were added. */
typedef bool (*ArchiveFill)(gpointer data, GString *out, GError **error);

Archive *archive_new(void);
void archive_free(Archive *archive);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Archive, archive_free)

/* name: of ASCII, without a path. time: of the file, ms. data is freed with the archive. */
void archive_add(Archive *archive, const char *name, gint64 time, ArchiveFill fill, gpointer data,
                 GDestroyNotify data_free);

/* Appends the archive to `out`. The first error of a fill, or FAILED. */
bool archive_finish(Archive *archive, GString *out, GError **error);
