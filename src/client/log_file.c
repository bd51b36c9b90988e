/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

static int file = -1;

char *log_file_path(const Profile *profile)
{
    return profile_path(profile->state_dir, "log");
}

static void put_aside_when_large(const char *path)
{
    struct stat st;
    g_autofree char *older = g_strconcat(path, ".1", NULL);
    if (g_stat(path, &st) == 0 && st.st_size >= LOG_FILE_MAX)
        g_rename(path, older);
}

void log_file_open(const Profile *profile)
{
    g_autofree char *path = log_file_path(profile);
    log_file_close();
    put_aside_when_large(path);
    file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    log_to(file);
}

void log_file_close(void)
{
    if (file < 0)
        return;
    log_to(-1);
    close(file);
    file = -1;
}
