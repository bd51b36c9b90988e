/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prompt_history.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define BYTES_MAX (1024 * 1024) /* what is larger is no history of ours */

/* A lock that is taken is not waited for: its owner may be stopped. */
static int lock(const char *path)
{
    g_autofree char *name = g_strconcat(path, ".lock", NULL);
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static char *read_all(const char *path)
{
    struct stat st;
    char *text = NULL;
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= BYTES_MAX)
        g_file_get_contents(path, &text, NULL, NULL);
    return text ? text : g_strdup("");
}

/* Complete lines only: the last may be half of one, from a disk that was full. */
static char **lines_of(const char *text, guint most)
{
    g_auto(GStrv) all = g_strsplit(text, "\n", -1);
    guint n = g_strv_length(all);
    n = n > 0 ? n - 1 : 0;
    g_autoptr(GStrvBuilder) kept = g_strv_builder_new();
    for (guint i = n > most ? n - most : 0; i < n; i++)
        if (*all[i] && g_utf8_validate(all[i], -1, NULL))
            g_strv_builder_add(kept, all[i]);
    return g_strv_builder_end(kept);
}

char **history_read(const char *path)
{
    g_autofree char *text = read_all(path);
    return lines_of(text, HISTORY_MAX);
}

static void shorten(const char *path)
{
    g_autofree char *text = read_all(path);
    g_auto(GStrv) all = lines_of(text, G_MAXUINT);
    if (g_strv_length(all) <= 2 * HISTORY_MAX)
        return;
    g_auto(GStrv) kept = lines_of(text, HISTORY_MAX);
    g_autofree char *joined = g_strjoinv("\n", kept);
    g_autofree char *whole = g_strconcat(joined, "\n", NULL);
    g_file_set_contents_full(path, whole, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL);
}

static bool put(const char *path, const GPtrArray *lines)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < lines->len; i++)
        g_string_append_printf(text, "%s\n", (const char *)lines->pdata[i]);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return false;
    fchmod(fd, 0600); /* also of a file that another version made */
    bool ok = write(fd, text->str, text->len) == (ssize_t)text->len;
    return close(fd) == 0 && ok;
}

bool history_append(const char *path, const GPtrArray *lines)
{
    int fd = lock(path);
    if (fd < 0)
        return false;
    bool ok = put(path, lines);
    shorten(path);
    close(fd);
    return ok;
}

guint64 history_stamp(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return 0;
    guint64 stamp = (guint64)st.st_mtim.tv_sec * 1000000007u + (guint64)st.st_mtim.tv_nsec;
    return (stamp ^ ((guint64)st.st_size << 20) ^ (guint64)st.st_ino) | 1;
}
