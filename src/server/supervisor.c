/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/supervisor.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/problem.h"

#define FIRST_FD 3 /* SD_LISTEN_FDS_START */

static struct {
    GArray *sockets;
    int notify; /* -1: nobody listens */
    gint64 watchdog_us;
} supervisor = { .notify = -1 };

/* ---- the environment */

/* A variable that is meant for this process, by the companion that names one. */
static bool is_for_us(const char *name)
{
    const char *pid = g_getenv(name);
    return pid && g_ascii_strtoll(pid, NULL, 10) == (gint64)getpid();
}

static bool is_listening(int fd)
{
    int type = 0, listening = 0;
    socklen_t length = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_STREAM &&
           getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) == 0 && listening;
}

/* systemd calls them by FileDescriptorName=, else by the unit; others may give no names. */
static bool name_is_ours(const char *name)
{
    static const char *const ours[] = { SUPERVISOR_SOCKET, SUPERVISOR_SOCKET ".socket", "unknown",
                                        "", NULL };
    return !name || g_strv_contains(ours, name);
}

static bool take_socket(int fd, const char *name, GError **error)
{
    if (!name_is_ours(name))
        return problem_set(error, PROBLEM_BAD_CONFIG,
                           "the socket \"%s\" is not for us: FileDescriptorName=" SUPERVISOR_SOCKET,
                           name);
    if (!is_listening(fd))
        return problem_set(error, PROBLEM_BAD_CONFIG,
                           "descriptor %d, which was handed over, is no listening stream socket",
                           fd);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    g_array_append_val(supervisor.sockets, fd);
    return true;
}

static bool take_sockets(GError **error)
{
    const char *count = g_getenv("LISTEN_FDS"), *names = g_getenv("LISTEN_FDNAMES");
    guint64 n = 0;
    if (!count || !is_for_us("LISTEN_PID"))
        return true;
    if (!g_ascii_string_to_unsigned(count, 10, 1, 64, &n, NULL))
        return problem_set(error, PROBLEM_BAD_CONFIG, "LISTEN_FDS: must be 1 to 64");
    g_auto(GStrv) each = g_strsplit(names ? names : "", ":", -1);
    guint named = g_strv_length(each);
    supervisor.sockets = g_array_new(FALSE, FALSE, sizeof(int));
    for (guint i = 0; i < n; i++)
        if (!take_socket(FIRST_FD + (int)i, i < named ? each[i] : NULL, error))
            return false;
    return true;
}

/* A path, or a name of the abstract kind, which begins with '@'. */
static void connect_notify(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const char *path = g_getenv("NOTIFY_SOCKET");
    if (!path || !strchr("/@", path[0]) || strlen(path) >= sizeof address.sun_path)
        return;
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    if (path[0] == '@')
        address.sun_path[0] = '\0';
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, length) == 0)
        supervisor.notify = fd;
    else if (fd >= 0)
        close(fd);
}

bool supervisor_init(GError **error)
{
    static const char *const names[] = { "LISTEN_FDS",    "LISTEN_PID",    "LISTEN_FDNAMES",
                                         "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID" };
    const char *watchdog = g_getenv("WATCHDOG_USEC");
    bool ok = take_sockets(error);
    connect_notify();
    if (watchdog && (!g_getenv("WATCHDOG_PID") || is_for_us("WATCHDOG_PID")))
        supervisor.watchdog_us = g_ascii_strtoll(watchdog, NULL, 10);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        g_unsetenv(names[i]);
    return ok;
}

/* ---- for the others */

const GArray *supervisor_sockets(void)
{
    return supervisor.sockets;
}

void supervisor_tell(const char *state)
{
    if (supervisor.notify >= 0)
        send(supervisor.notify, state, strlen(state), MSG_NOSIGNAL);
}

gint64 supervisor_watchdog_us(void)
{
    return supervisor.watchdog_us;
}
