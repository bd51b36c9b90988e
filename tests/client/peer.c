/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "peer.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define REQUEST_MAX (1024 * 1024)

struct Peer {
    int listener;
    char *upstream;
    GThread *acceptor;
    GMutex mutex;
    GCond cond;
    GPtrArray *threads;  /* GThread * */
    GPtrArray *requests; /* PeerRequest * */
    PeerPlan plan;
    gpointer data;
    bool quit;
    unsigned released;
    unsigned broken; /* generation of streams that were broken */
    unsigned ended;  /* and of those that were ended */
    unsigned streams;
};

typedef struct Connection {
    Peer *peer;
    int fd;
} Connection;

static void request_free(gpointer data)
{
    PeerRequest *request = data;
    g_free(request->method);
    g_free(request->path);
    g_free(request->key);
    g_free(request->if_match);
    g_free(request->last_event_id);
    g_free(request->authorization);
    g_free(request->body);
    g_free(request);
}

/* ---- bytes */

static bool write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        bytes += n;
        length -= (size_t)n;
    }
    return true;
}

/* Waits for bytes, also for the end of the peer. */
static ssize_t read_some(Peer *peer, int fd, char *buffer, size_t size)
{
    for (;;) {
        struct pollfd one = { fd, POLLIN, 0 };
        int n = poll(&one, 1, 50);
        if (n > 0)
            return recv(fd, buffer, size, 0);
        g_mutex_lock(&peer->mutex);
        bool quit = peer->quit;
        g_mutex_unlock(&peer->mutex);
        if (quit || (n < 0 && errno != EINTR))
            return -1;
    }
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

/* ---- requests */

static char *header_of(const char *head, const char *name)
{
    g_autofree char *start = g_strdup_printf("\r\n%s: ", name);
    const char *at = strstr(head, start);
    if (!at)
        return NULL;
    at += strlen(start);
    return g_strndup(at, strcspn(at, "\r"));
}

/* The head of a request and its whole body; NULL when the client went away. */
static GString *read_request(Peer *peer, int fd, size_t *head)
{
    GString *text = g_string_new(NULL);
    size_t wanted = 0;
    *head = 0;
    while (*head == 0 || text->len < wanted) {
        char buffer[4096];
        ssize_t n = read_some(peer, fd, buffer, sizeof buffer);
        if (n <= 0 || text->len > REQUEST_MAX) {
            g_string_free(text, TRUE);
            return NULL;
        }
        g_string_append_len(text, buffer, n);
        const char *end = *head ? NULL : strstr(text->str, "\r\n\r\n");
        if (end) {
            *head = (size_t)(end - text->str) + 4;
            g_autofree char *length = header_of(text->str, "Content-Length");
            wanted = *head + (length ? g_ascii_strtoull(length, NULL, 10) : 0);
        }
    }
    return text;
}

static PeerRequest *parse(const GString *text, size_t head)
{
    PeerRequest *request = g_new0(PeerRequest, 1);
    g_autofree char *line = g_strndup(text->str, strcspn(text->str, "\r"));
    g_auto(GStrv) words = g_strsplit(line, " ", 3);
    request->method = g_strdup(words[0]);
    request->path = g_strdup(words[0] ? words[1] : NULL);
    g_autofree char *top = g_strndup(text->str, head);
    request->key = header_of(top, "Idempotency-Key");
    request->if_match = header_of(top, "If-Match");
    request->last_event_id = header_of(top, "Last-Event-ID");
    request->authorization = header_of(top, "Authorization");
    request->body = g_strndup(text->str + head, text->len - head);
    return request;
}

static void answer(Peer *peer, Connection *connection, PeerRequest *request, const Fault *fault)
{
    const char *body = fault->body ? fault->body : "";
    g_autofree char *text = g_strdup_printf(
        "HTTP/1.1 %d Whatever\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
        "Connection: close\r\n%s\r\n%s",
        fault->status, strlen(body), fault->headers ? fault->headers : "", body);
    g_mutex_lock(&peer->mutex);
    request->status = fault->status;
    g_mutex_unlock(&peer->mutex);
    write_all(connection->fd, text, strlen(text));
}

/* ---- passing on */

static int status_of(const char *text)
{
    return g_str_has_prefix(text, "HTTP/1.1 ") ? (int)g_ascii_strtoll(text + 9, NULL, 10) : 0;
}

static void pass_stream(Peer *peer, int client, int server)
{
    char buffer[4096];
    g_mutex_lock(&peer->mutex);
    unsigned generation = peer->broken, ended = peer->ended;
    peer->streams++;
    g_mutex_unlock(&peer->mutex);
    for (bool open = true; open;) {
        struct pollfd both[] = { { client, POLLIN, 0 }, { server, POLLIN, 0 } };
        poll(both, 2, 20);
        if (both[0].revents && recv(client, buffer, sizeof buffer, 0) <= 0)
            open = false;
        if (both[1].revents) {
            ssize_t n = recv(server, buffer, sizeof buffer, 0);
            open = open && n > 0 && write_all(client, buffer, (size_t)n);
        }
        g_mutex_lock(&peer->mutex);
        open = open && !peer->quit && generation == peer->broken;
        bool end = open && ended != peer->ended;
        g_mutex_unlock(&peer->mutex);
        if (end) {
            write_all(client, "0\r\n\r\n", 5);
            open = false;
        }
    }
    g_mutex_lock(&peer->mutex);
    peer->streams--;
    g_mutex_unlock(&peer->mutex);
}

/* Until the client, which has seen the end of this half, closes its own. */
static void half_close(Peer *peer, int fd)
{
    char buffer[256];
    shutdown(fd, SHUT_WR);
    while (read_some(peer, fd, buffer, sizeof buffer) > 0)
        continue;
}

static void drip(int fd, const GString *text)
{
    for (size_t i = 0; i < text->len; i++)
        if (!write_all(fd, text->str + i, 1))
            return;
}

static void give_back(Peer *peer, Connection *connection, PeerRequest *request, const Fault *fault,
                      const GString *reply)
{
    g_mutex_lock(&peer->mutex);
    request->status = status_of(reply->str);
    g_mutex_unlock(&peer->mutex);
    switch (fault->kind) {
    case FAULT_DROP_AFTER:
        break;
    case FAULT_CUT:
    case FAULT_HALF_CLOSE:
        write_all(connection->fd, reply->str,
                  fault->at ? MIN(fault->at, reply->len) : reply->len / 2);
        if (fault->kind == FAULT_HALF_CLOSE)
            half_close(peer, connection->fd);
        break;
    case FAULT_DRIP:
        drip(connection->fd, reply);
        break;
    case FAULT_REPLACE: {
        Fault other = { FAULT_ANSWER, status_of(reply->str), NULL, fault->body };
        answer(peer, connection, request, &other);
        break;
    }
    default:
        write_all(connection->fd, reply->str, reply->len);
    }
}

static void pass_on(Peer *peer, Connection *connection, PeerRequest *request, const GString *text,
                    const Fault *fault)
{
    int server = peer->upstream ? connect_to(peer->upstream) : -1;
    if (server < 0)
        return;
    const char *line_end = strstr(text->str, "\r\n") + 2;
    write_all(server, text->str, (size_t)(line_end - text->str));
    static const char close_header[] = "Connection: close\r\n";
    bool stream = g_str_has_prefix(request->path, "/v1/events");
    if (!stream)
        write_all(server, close_header, sizeof close_header - 1);
    write_all(server, line_end, text->len - (size_t)(line_end - text->str));
    if (stream) {
        pass_stream(peer, connection->fd, server);
    } else {
        g_autoptr(GString) reply = g_string_new(NULL);
        char buffer[65536];
        for (ssize_t n; (n = read_some(peer, server, buffer, sizeof buffer)) > 0;)
            g_string_append_len(reply, buffer, n);
        give_back(peer, connection, request, fault, reply);
    }
    close(server);
}

static void hold(Peer *peer)
{
    g_mutex_lock(&peer->mutex);
    unsigned released = peer->released;
    while (!peer->quit && peer->released == released)
        g_cond_wait(&peer->cond, &peer->mutex);
    g_mutex_unlock(&peer->mutex);
}

static gpointer serve(gpointer data)
{
    Connection *connection = data;
    Peer *peer = connection->peer;
    size_t head;
    g_autoptr(GString) text = read_request(peer, connection->fd, &head);
    if (text) {
        PeerRequest *request = parse(text, head);
        g_mutex_lock(&peer->mutex);
        Fault fault = peer->plan ? peer->plan(request, peer->requests->len, peer->data)
                                 : (Fault){ FAULT_NONE };
        request->fault = fault.kind;
        g_ptr_array_add(peer->requests, request);
        g_mutex_unlock(&peer->mutex);
        if (fault.kind == FAULT_HOLD)
            hold(peer);
        if (fault.kind == FAULT_RAW)
            write_all(connection->fd, fault.body, strlen(fault.body));
        else if (fault.kind == FAULT_ANSWER)
            answer(peer, connection, request, &fault);
        else if (fault.kind != FAULT_DROP_BEFORE)
            pass_on(peer, connection, request, text, &fault);
    }
    close(connection->fd);
    g_free(connection);
    return NULL;
}

static gpointer accept_all(gpointer data)
{
    Peer *peer = data;
    for (int fd; (fd = accept(peer->listener, NULL, NULL)) >= 0;) {
        Connection *connection = g_new0(Connection, 1);
        *connection = (Connection){ peer, fd };
        g_mutex_lock(&peer->mutex);
        g_ptr_array_add(peer->threads, g_thread_new("peer", serve, connection));
        g_mutex_unlock(&peer->mutex);
    }
    return NULL;
}

Peer *peer_new(const char *path, const char *upstream)
{
    Peer *peer = g_new0(Peer, 1);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    peer->upstream = g_strdup(upstream);
    peer->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert(bind(peer->listener, (struct sockaddr *)&address, sizeof address) == 0);
    g_assert(listen(peer->listener, 64) == 0);
    g_mutex_init(&peer->mutex);
    g_cond_init(&peer->cond);
    peer->threads = g_ptr_array_new();
    peer->requests = g_ptr_array_new_with_free_func(request_free);
    peer->acceptor = g_thread_new("accept", accept_all, peer);
    return peer;
}

void peer_free(Peer *peer)
{
    g_mutex_lock(&peer->mutex);
    peer->quit = true;
    g_cond_broadcast(&peer->cond);
    g_mutex_unlock(&peer->mutex);
    shutdown(peer->listener, SHUT_RDWR);
    g_thread_join(peer->acceptor);
    for (guint i = 0; i < peer->threads->len; i++)
        g_thread_join(g_ptr_array_index(peer->threads, i));
    close(peer->listener);
    g_ptr_array_unref(peer->threads);
    g_ptr_array_unref(peer->requests);
    g_mutex_clear(&peer->mutex);
    g_cond_clear(&peer->cond);
    g_free(peer->upstream);
    g_free(peer);
}

void peer_plan(Peer *peer, PeerPlan plan, gpointer data)
{
    g_mutex_lock(&peer->mutex);
    peer->plan = plan;
    peer->data = data;
    g_mutex_unlock(&peer->mutex);
}

void peer_release(Peer *peer)
{
    g_mutex_lock(&peer->mutex);
    peer->released++;
    g_cond_broadcast(&peer->cond);
    g_mutex_unlock(&peer->mutex);
}

void peer_break_streams(Peer *peer)
{
    g_mutex_lock(&peer->mutex);
    peer->broken++;
    g_mutex_unlock(&peer->mutex);
}

void peer_end_streams(Peer *peer)
{
    g_mutex_lock(&peer->mutex);
    peer->ended++;
    g_mutex_unlock(&peer->mutex);
}

unsigned peer_count(Peer *peer, const char *prefix)
{
    unsigned n = 0;
    g_mutex_lock(&peer->mutex);
    for (guint i = 0; i < peer->requests->len; i++) {
        const PeerRequest *request = g_ptr_array_index(peer->requests, i);
        g_autofree char *line = g_strconcat(request->method, " ", request->path, NULL);
        n += g_str_has_prefix(line, prefix);
    }
    g_mutex_unlock(&peer->mutex);
    return n;
}

unsigned peer_streams(Peer *peer)
{
    g_mutex_lock(&peer->mutex);
    unsigned n = peer->streams;
    g_mutex_unlock(&peer->mutex);
    return n;
}

/* Those still being served are written to once more, so they are kept until the end. */
void peer_forget(Peer *peer)
{
    g_mutex_lock(&peer->mutex);
    for (guint i = 0; i < peer->requests->len; i++) {
        PeerRequest *request = g_ptr_array_index(peer->requests, i);
        g_free(request->method);
        request->method = g_strdup("-");
    }
    g_mutex_unlock(&peer->mutex);
}

void peer_each(Peer *peer, void (*func)(const PeerRequest *request, gpointer data), gpointer data)
{
    g_mutex_lock(&peer->mutex);
    for (guint i = 0; i < peer->requests->len; i++) {
        const PeerRequest *request = g_ptr_array_index(peer->requests, i);
        if (request->method[0] != '-')
            func(request, data);
    }
    g_mutex_unlock(&peer->mutex);
}
