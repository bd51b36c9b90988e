/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <config.h>

#include "server/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/problem.h"

#define LAST_WORDS_US (500 * 1000) /* for the first bytes, when no more connections are taken */
#define UNDECIDED_MAX 4096
#define BACKLOG 1024

/* A connection that has not said enough yet; in the order of its deadline. */
typedef struct Undecided {
    GList node;
    int fd;
    gint64 deadline; /* monotonic */
    struct sockaddr_storage address;
    socklen_t length;
} Undecided;

struct Listener {
    ListenerHooks hooks;
    GArray *sockets; /* int */
    char *path;      /* of a unix socket */
    bool handed_over;
    GThread *thread;
    int epoll, wake;
    gint stop_accepting, stop, accepting; /* atomic */
    gint64
        last_words; /* monotonic: until when first bytes are waited for at the end; 0 no end yet */
    GQueue undecided;
};

static const char stream_start[] = "GET /v1/events";

int listener_classify(const char *bytes, size_t length)
{
    size_t n = MIN(length, sizeof stream_start - 1);
    if (memcmp(bytes, stream_start, n) != 0)
        return 0;
    if (length < sizeof stream_start)
        return -1;
    return bytes[n] == ' ' || bytes[n] == '?';
}

/* ---- sockets */

static bool socket_listen(Listener *listener, int family, const struct sockaddr *address,
                          socklen_t length, const char *text, GError **error)
{
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;
    if (fd >= 0 && family != AF_UNIX)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd >= 0 && family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    /* The mode of the file is the creator's umask: nobody may connect before a chmod() could come. */
    mode_t mask = umask(0177);
    bool bound = fd >= 0 && bind(fd, address, length) == 0;
    umask(mask);
    if (bound && listen(fd, BACKLOG) == 0) {
        g_array_append_val(listener->sockets, fd);
        return true;
    }
    int number = errno;
    if (fd >= 0)
        close(fd);
    return problem_set(error, PROBLEM_CANNOT_CREATE, "cannot listen on %s: %s", text,
                       g_strerror(number));
}

bool listener_address_ok(const char *address)
{
    if (g_str_has_prefix(address, "unix:")) {
        size_t length = strlen(address + 5);
        return length > 0 && length < sizeof((struct sockaddr_un *)NULL)->sun_path;
    }
    const char *colon = strrchr(address, ':');
    return colon && colon != address && colon[1] != '\0';
}

/* A left-over socket file is in the way of bind(). */
static bool socket_file_clear(const struct sockaddr_un *address, GError **error)
{
    struct stat stat;
    if (lstat(address->sun_path, &stat) != 0)
        return true;
    if (!S_ISSOCK(stat.st_mode))
        return problem_set(error, PROBLEM_CANNOT_CREATE, "%s is there and no socket",
                           address->sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool served = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) == 0;
    if (fd >= 0)
        close(fd);
    if (served)
        return problem_set(error, PROBLEM_LOCKED, "another server listens on %s",
                           address->sun_path);
    if (unlink(address->sun_path) != 0)
        return problem_set(error, PROBLEM_CANNOT_CREATE, "cannot replace %s: %s", address->sun_path,
                           g_strerror(errno));
    return true;
}

static bool listen_unix(Listener *listener, const char *path, GError **error)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    if (!socket_file_clear(&address, error) ||
        !socket_listen(listener, AF_UNIX, (struct sockaddr *)&address, sizeof address, path, error))
        return false;
    listener->path = g_strdup(path);
    return true;
}

static bool listen_tcp(Listener *listener, const char *text, GError **error)
{
    const char *colon = strrchr(text, ':');
    g_autofree char *host = g_strndup(text, (gsize)(colon - text));
    size_t length = strlen(host);
    if (host[0] == '[' && host[length - 1] == ']') {
        host[length - 1] = '\0';
        memmove(host, host + 1, length - 1);
    }
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE }, *found;
    int rc = getaddrinfo(host, colon + 1, &hints, &found);
    if (rc != 0)
        return problem_set(error, PROBLEM_BAD_CONFIG, "listen: %s: %s", text, gai_strerror(rc));
    bool ok = true;
    for (struct addrinfo *a = found; a && ok; a = a->ai_next)
        ok = socket_listen(listener, a->ai_family, a->ai_addr, a->ai_addrlen, text, error);
    freeaddrinfo(found);
    return ok;
}

/* Copies, so that the supervisor's own stay open when ours are closed. */
static bool take_sockets(Listener *listener, const GArray *sockets, GError **error)
{
    listener->handed_over = true;
    for (guint i = 0; i < sockets->len; i++) {
        int fd = fcntl(g_array_index(sockets, int, i), F_DUPFD_CLOEXEC, 0);
        if (fd < 0)
            return problem_set(error, PROBLEM_CANNOT_CREATE, "a socket that was handed over: %s",
                               g_strerror(errno));
        g_array_append_val(listener->sockets, fd);
    }
    return true;
}

static bool sockets_open(Listener *listener, const char *address, const GArray *sockets,
                         GError **error)
{
    if (sockets)
        return take_sockets(listener, sockets, error);
    if (!listener_address_ok(address))
        return problem_set(error, PROBLEM_BAD_CONFIG,
                           "listen: \"%s\" must be HOST:PORT, [IPV6]:PORT or unix:PATH", address);
    return g_str_has_prefix(address, "unix:") ? listen_unix(listener, address + 5, error)
                                              : listen_tcp(listener, address, error);
}

Listener *listener_new(const char *address, const GArray *sockets, const ListenerHooks *hooks,
                       GError **error)
{
    Listener *listener = g_new0(Listener, 1);
    listener->hooks = *hooks;
    listener->sockets = g_array_new(FALSE, FALSE, sizeof(int));
    listener->epoll = epoll_create1(EPOLL_CLOEXEC);
    listener->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    g_queue_init(&listener->undecided);
    if (sockets_open(listener, address, sockets, error))
        return listener;
    listener_free(listener);
    return NULL;
}

/* ---- the thread */

static void undecided_drop(Listener *listener, Undecided *one, bool close_it)
{
    epoll_ctl(listener->epoll, EPOLL_CTL_DEL, one->fd, NULL);
    if (close_it)
        close(one->fd);
    g_queue_unlink(&listener->undecided, &one->node);
    g_free(one);
}

static void undecided_look(Listener *listener, Undecided *one)
{
    char first[sizeof stream_start];
    ssize_t n = recv(one->fd, first, sizeof first, MSG_PEEK);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        undecided_drop(listener, one, true);
        return;
    }
    int stream = listener_classify(first, (size_t)n);
    if (stream < 0)
        return; /* edge-triggered: woken again by the next byte */
    int fd = one->fd;
    struct sockaddr_storage address = one->address;
    socklen_t length = one->length;
    undecided_drop(listener, one, false);
    listener->hooks.accepted(fd, (struct sockaddr *)&address, length, stream == 1,
                             listener->hooks.data);
}

static void undecided_add(Listener *listener, int fd, const struct sockaddr_storage *address,
                          socklen_t length)
{
    if (listener->undecided.length >= UNDECIDED_MAX) /* the longest silence goes */
        undecided_drop(listener, g_queue_peek_head(&listener->undecided), true);
    Undecided *one = g_new0(Undecided, 1);
    one->node.data = one;
    one->fd = fd;
    one->address = *address;
    one->length = length;
    one->deadline = clock_monotonic() + listener->hooks.patience * G_USEC_PER_SEC;
    g_queue_push_tail_link(&listener->undecided, &one->node);
    struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.ptr = one };
    if (epoll_ctl(listener->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        undecided_drop(listener, one, true);
}

static void accept_all(Listener *listener, int socket)
{
    for (int i = 0; i < 64; i++) {
        struct sockaddr_storage address = { 0 };
        socklen_t length = sizeof address;
        int fd = accept4(socket, (struct sockaddr *)&address, &length,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && errno == EINTR)
            continue;
        if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
            g_poll(NULL, 0, 10); /* level-triggered: do not spin while there is no descriptor */
            return;
        }
        if (fd < 0)
            return;
        undecided_add(listener, fd, &address, length);
    }
}

static void undecided_clear(Listener *listener)
{
    while (listener->undecided.head)
        undecided_drop(listener, listener->undecided.head->data, true);
}

static void sockets_close(Listener *listener)
{
    for (guint i = 0; i < listener->sockets->len; i++) {
        int fd = g_array_index(listener->sockets, int, i);
        epoll_ctl(listener->epoll, EPOLL_CTL_DEL, fd, NULL);
        close(fd);
    }
    g_array_set_size(listener->sockets, 0);
}

/* Somebody may be connected and just about to ask: it has until last_words. Who is connected and not yet accepted waits
 * for the next process, or is taken now: closing the socket would reset it. */
static void accepting_end(Listener *listener)
{
    gint64 now = clock_monotonic();
    if (listener->last_words == 0) {
        listener->last_words = now + LAST_WORDS_US;
        for (guint i = 0; !listener->handed_over && i < listener->sockets->len; i++)
            accept_all(listener, g_array_index(listener->sockets, int, i));
        sockets_close(listener);
    }
    if (now >= listener->last_words)
        undecided_clear(listener);
    if (listener->undecided.length == 0)
        g_atomic_int_set(&listener->accepting, 0);
}

static void sweep(Listener *listener)
{
    gint64 now = clock_monotonic();
    for (Undecided *one; (one = g_queue_peek_head(&listener->undecided)) && one->deadline <= now;)
        undecided_drop(listener, one, true);
    listener->hooks.tick(listener->hooks.data);
}

/* What an epoll event is about: a listening socket and the eventfd are registered with a tagged number, a
 * connection with its pointer (even, and never below the first page). */
static void event_handle(Listener *listener, const struct epoll_event *event)
{
    guint64 tag = event->data.u64;
    if (tag == 1) {
        eventfd_t value;
        eventfd_read(listener->wake, &value);
    } else if (tag & 1) {
        accept_all(listener, (int)(tag >> 1));
    } else {
        undecided_look(listener, event->data.ptr);
    }
}

static gpointer listener_run(gpointer data)
{
    Listener *listener = data;
    gint64 next = clock_monotonic() + G_USEC_PER_SEC;
    while (!g_atomic_int_get(&listener->stop)) {
        if (g_atomic_int_get(&listener->accepting) && g_atomic_int_get(&listener->stop_accepting))
            accepting_end(listener);
        struct epoll_event events[64];
        bool ending = listener->last_words > 0 && g_atomic_int_get(&listener->accepting);
        gint64 until = ending ? MIN(next, listener->last_words) : next;
        gint64 wait = MAX(0, (until - clock_monotonic()) / 1000 + 1);
        /* A connection is dropped only by its own event or by sweep(), so no event below can be stale - but for the
         * overflow in undecided_add(), which therefore ends the round by accepting last. */
        int n = epoll_wait(listener->epoll, events, G_N_ELEMENTS(events), (int)wait);
        for (int pass = 0; pass < 2; pass++)
            for (int i = 0; i < n; i++)
                if ((int)(events[i].data.u64 & 1) == pass)
                    event_handle(listener, &events[i]);
        if (clock_monotonic() >= next) {
            sweep(listener);
            next = clock_monotonic() + G_USEC_PER_SEC;
        }
    }
    return NULL;
}

bool listener_start(Listener *listener, GError **error)
{
    struct epoll_event event = { .events = EPOLLIN, .data.u64 = 1 };
    epoll_ctl(listener->epoll, EPOLL_CTL_ADD, listener->wake, &event);
    for (guint i = 0; i < listener->sockets->len; i++) {
        int fd = g_array_index(listener->sockets, int, i);
        event.data.u64 = ((guint64)fd << 1) | 1;
        epoll_ctl(listener->epoll, EPOLL_CTL_ADD, fd, &event);
    }
    g_atomic_int_set(&listener->accepting, 1);
    listener->thread = g_thread_try_new("listener", listener_run, listener, error);
    if (!listener->thread)
        g_atomic_int_set(&listener->accepting, 0);
    return listener->thread != NULL;
}

static void listener_wake(Listener *listener)
{
    eventfd_write(listener->wake, 1);
}

static bool has_stopped_accepting(gpointer data)
{
    return !g_atomic_int_get(&((Listener *)data)->accepting);
}

void listener_stop_accepting(Listener *listener)
{
    g_atomic_int_set(&listener->stop_accepting, 1);
    listener_wake(listener);
    clock_wait(has_stopped_accepting, listener, G_MAXUINT);
}

void listener_free(Listener *listener)
{
    if (!listener)
        return;
    g_atomic_int_set(&listener->stop, 1);
    listener_wake(listener);
    if (listener->thread)
        g_thread_join(listener->thread);
    sockets_close(listener);
    undecided_clear(listener);
    if (listener->path)
        unlink(listener->path);
    close(listener->epoll);
    close(listener->wake);
    g_array_free(listener->sockets, TRUE);
    g_free(listener->path);
    g_free(listener);
}
