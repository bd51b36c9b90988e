/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/cache_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <glib/gstdio.h>

#define LOG "-wal"
#define MARK "-open"

/* What belongs to the database and is worth nothing without it. */
static const char *const companions[] = { LOG, "-shm", MARK };

static bool is_there(const char *path, const char *ending)
{
    g_autofree char *file = g_strconcat(path, ending, NULL);
    return g_file_test(file, G_FILE_TEST_EXISTS);
}

static void remove_one(const char *path, const char *ending)
{
    g_autofree char *file = g_strconcat(path, ending, NULL);
    g_unlink(file);
}

static void remove_companions(const char *path)
{
    for (size_t i = 0; i < G_N_ELEMENTS(companions); i++)
        remove_one(path, companions[i]);
}

bool cache_file_is_whole(const char *path)
{
    return !is_there(path, MARK) || is_there(path, LOG) || !is_there(path, "");
}

void cache_file_opened(const char *path)
{
    g_autofree char *mark = g_strconcat(path, MARK, NULL);
    int fd = g_open(mark, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
}

void cache_file_closed(const char *path)
{
    if (!is_there(path, LOG))
        remove_one(path, MARK);
}

void cache_file_move_aside(const char *path)
{
    g_autofree char *aside = g_strconcat(path, ".damaged", NULL);
    remove_companions(path); /* first, since a new file must never meet the log of an old one */
    g_rename(path, aside);
}

void cache_file_remove(const char *path)
{
    remove_companions(path);
    remove_one(path, "");
    remove_one(path, ".damaged");
}
