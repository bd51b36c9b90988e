/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/archive.h"

#include <string.h>
#include <zip.h>

#include "base/clock.h"
#include "base/problem.h"

typedef struct ArchiveFile {
    Archive *archive;
    char *name;
    gint64 time;
    ArchiveFill fill;
    gpointer data;
    GDestroyNotify data_free;
    GString *piece; /* not yet taken from `taken` on */
    size_t taken;
} ArchiveFile;

struct Archive {
    GPtrArray *files;
    GError *error; /* the first one of a fill */
};

static void file_free(gpointer data)
{
    ArchiveFile *file = data;
    if (file->data_free)
        file->data_free(file->data);
    g_free(file->name);
    g_string_free(file->piece, TRUE);
    g_free(file);
}

Archive *archive_new(void)
{
    Archive *archive = g_new0(Archive, 1);
    archive->files = g_ptr_array_new_with_free_func(file_free);
    return archive;
}

void archive_free(Archive *archive)
{
    if (!archive)
        return;
    g_ptr_array_unref(archive->files);
    g_clear_error(&archive->error);
    g_free(archive);
}

void archive_add(Archive *archive, const char *name, gint64 time, ArchiveFill fill, gpointer data,
                 GDestroyNotify data_free)
{
    ArchiveFile *file = g_new0(ArchiveFile, 1);
    *file = (ArchiveFile){ .archive = archive,
                           .name = g_strdup(name),
                           .time = time,
                           .fill = fill,
                           .data = data,
                           .data_free = data_free,
                           .piece = g_string_new(NULL) };
    g_ptr_array_add(archive->files, file);
}

/* ---- a file, as libzip reads it */

static zip_int64_t file_read(ArchiveFile *file, void *buffer, zip_uint64_t length)
{
    if (file->taken == file->piece->len) {
        g_string_truncate(file->piece, 0);
        file->taken = 0;
        if (!file->fill(file->data, file->piece, &file->archive->error))
            return -1;
    }
    size_t n = MIN((size_t)length, file->piece->len - file->taken);
    memcpy(buffer, file->piece->str + file->taken, n);
    file->taken += n;
    return (zip_int64_t)n;
}

static zip_int64_t file_stat(const ArchiveFile *file, void *buffer)
{
    zip_stat_t *stat = buffer;
    zip_stat_init(stat);
    stat->mtime = (time_t)(file->time / MS_PER_SECOND);
    stat->valid |= ZIP_STAT_MTIME;
    return sizeof *stat;
}

static zip_int64_t file_source(void *data, void *buffer, zip_uint64_t length, zip_source_cmd_t what)
{
    ArchiveFile *file = data;
    switch (what) {
    case ZIP_SOURCE_OPEN:
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
        return 0;
    case ZIP_SOURCE_READ:
        return file_read(file, buffer, length);
    case ZIP_SOURCE_STAT:
        return file_stat(file, buffer);
    case ZIP_SOURCE_ERROR:
        ((int *)buffer)[0] = ZIP_ER_INTERNAL;
        ((int *)buffer)[1] = 0;
        return 2 * sizeof(int);
    case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE,
                                              ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE,
                                              -1);
    default:
        return -1;
    }
}

/* ---- the archive */

static bool add_files(const Archive *archive, zip_t *zip)
{
    for (guint i = 0; i < archive->files->len; i++) {
        ArchiveFile *file = archive->files->pdata[i];
        zip_source_t *source = zip_source_function(zip, file_source, file);
        if (!source)
            return false;
        if (zip_file_add(zip, file->name, source, ZIP_FL_ENC_UTF_8) < 0) {
            zip_source_free(source);
            return false;
        }
    }
    return true;
}

static bool copy_out(zip_source_t *target, GString *out)
{
    char buffer[64 * 1024];
    zip_int64_t n = zip_source_open(target);
    while (n >= 0 && (n = zip_source_read(target, buffer, sizeof buffer)) > 0)
        g_string_append_len(out, buffer, (gssize)n);
    zip_source_close(target);
    return n == 0;
}

static bool write_to(Archive *archive, zip_source_t *target)
{
    zip_error_t code;
    zip_error_init(&code);
    zip_t *zip = zip_open_from_source(target, ZIP_TRUNCATE, &code);
    zip_error_fini(&code);
    if (!zip)
        return false;
    zip_source_keep(target); /* for copy_out(); the other reference goes with zip */
    bool ok = add_files(archive, zip);
    if (ok && zip_close(zip) == 0)
        return true;
    zip_discard(zip);
    return false;
}

bool archive_finish(Archive *archive, GString *out, GError **error)
{
    zip_error_t code;
    zip_error_init(&code);
    zip_source_t *target = zip_source_buffer_create(NULL, 0, 0, &code);
    zip_error_fini(&code);
    bool ok = target && write_to(archive, target) && copy_out(target, out);
    zip_source_free(target);
    if (archive->error)
        g_propagate_error(error, g_steal_pointer(&archive->error));
    else if (!ok)
        problem_set(error, PROBLEM_FAILED, "libzip cannot make the archive");
    return ok;
}
