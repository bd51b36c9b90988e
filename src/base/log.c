/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

#define KEEP_AT_MOST (1024 * 1024)

static const char *const level_names[] = { "error", "warning", "info", "debug" };
static gint level_now = LOG_INFO;
static gint sink = -1;

static GMutex lock, write_lock; /* order: write_lock, lock */
static GString *buffer;
static guint64 dropped;

bool log_level_find(const char *name, LogLevel *level)
{
    for (size_t i = 0; i < G_N_ELEMENTS(level_names); i++) {
        if (!g_str_equal(name, level_names[i]))
            continue;
        if (level)
            *level = (LogLevel)i;
        return true;
    }
    return false;
}

void log_set_level(LogLevel level)
{
    g_atomic_int_set(&level_now, (gint)level);
}

bool log_wants(LogLevel level)
{
    return (gint)level <= g_atomic_int_get(&level_now) && g_atomic_int_get(&sink) >= 0;
}

void log_to(int fd)
{
    log_flush();
    g_atomic_int_set(&sink, fd);
}

/* As much as is taken without waiting; a pipe that can be written takes PIPE_BUF bytes. */
static size_t write_some(const char *text, size_t length)
{
    int fd = g_atomic_int_get(&sink);
    size_t written = 0;
    while (written < length) {
        struct pollfd out = { .fd = fd, .events = POLLOUT };
        int ready = poll(&out, 1, 0);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            break;
        ssize_t n = write(fd, text + written, MIN(length - written, PIPE_BUF));
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (n < 0) /* nobody will ever read it */
            return length;
        written += (size_t)n;
    }
    return written;
}

void log_flush(void)
{
    g_mutex_lock(&write_lock);
    g_mutex_lock(&lock);
    GString *full = buffer;
    buffer = NULL;
    if (full && dropped > 0 && full->len < KEEP_AT_MOST) {
        g_string_append_printf(full, "level=warning event=log-lost lines=%" G_GUINT64_FORMAT "\n",
                               dropped);
        dropped = 0;
    }
    g_mutex_unlock(&lock);
    if (full) {
        g_string_erase(full, 0, (gssize)write_some(full->str, full->len));
        g_mutex_lock(&lock);
        if (full->len > 0) { /* before what came meanwhile */
            if (buffer)
                g_string_append_len(full, buffer->str, (gssize)buffer->len);
            GString *newer = buffer;
            buffer = g_steal_pointer(&full);
            full = newer;
        }
        g_mutex_unlock(&lock);
        if (full)
            g_string_free(full, TRUE);
    }
    g_mutex_unlock(&write_lock);
}

void log_line(LogLevel level, const char *line, size_t length)
{
    if (!log_wants(level))
        return;
    char now[TIME_TEXT_SIZE];
    time_format(clock_now(), now);
    g_mutex_lock(&lock);
    if (!buffer)
        buffer = g_string_sized_new(4096);
    bool fits = buffer->len + length < KEEP_AT_MOST;
    if (fits) {
        g_string_append(buffer, now);
        g_string_append(buffer, " level=");
        g_string_append(buffer, level_names[level]);
        g_string_append_c(buffer, ' ');
        g_string_append_len(buffer, line, (gssize)length);
        g_string_append_c(buffer, '\n');
    } else {
        dropped++;
    }
    bool flush = level <= LOG_WARNING;
    g_mutex_unlock(&lock);
    if (flush)
        log_flush();
}

static void put_value(GString *out, const char *text)
{
    g_autofree char *clean = text_clean(text, -1, TEXT_LINE);
    if (*clean && strpbrk(clean, " \"=\\") == NULL) {
        g_string_append(out, clean);
        return;
    }
    g_string_append_c(out, '"');
    for (const char *c = clean; *c; c++) {
        if (*c == '"' || *c == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *c);
    }
    g_string_append_c(out, '"');
}

void log_write(LogLevel level, const char *event, ...)
{
    if (!log_wants(level))
        return;
    g_autoptr(GString) line = g_string_new("event=");
    g_string_append(line, event);
    va_list list;
    va_start(list, event);
    for (const char *name; (name = va_arg(list, const char *));) {
        const char *value = va_arg(list, const char *);
        g_string_append_c(line, ' ');
        g_string_append(line, name);
        g_string_append_c(line, '=');
        put_value(line, value ? value : "");
    }
    va_end(list);
    log_line(level, line->str, line->len);
}
