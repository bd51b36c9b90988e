/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_MAX 8192
#define STALL_MS 30000

typedef struct Link {
    int fd;
    gint64 started;
    GString *in;
    gsize body_at, body_length; /* of the answer being read; body_at 0: headers are not complete */
} Link;

typedef struct Load {
    const LoadSpec *spec;
    LoadResult *result;
    int epoll;
    Link *links;
    guint64 sent, done;
    float *latency; /* ms */
} Load;

static bool fail_errno(GError **error, const char *what)
{
    int code = errno;

    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(code), "%s: %s", what,
                g_strerror(code));
    return false;
}

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET,
                                 .sin_port = htons((guint16)port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

int load_connect(int port, GError **error)
{
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        return fd;
    }
    fail_errno(error, "connect");
    if (fd >= 0)
        close(fd);
    return -1;
}

int load_free_port(void)
{
    struct sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
              getsockname(fd, (struct sockaddr *)&address, &length) == 0;

    close(fd);
    return ok ? ntohs(address.sin_port) : -1;
}

/* ---- answers */

/* Where the body starts and how long it is; false while the headers are not complete. */
static bool parse_head(const char *text, gsize *body_at, gsize *length)
{
    const char *end = strstr(text, "\r\n\r\n");
    const char *line = text;

    if (!end)
        return false;
    *body_at = (gsize)(end + 4 - text);
    *length = 0;
    while (line < end) {
        if (g_ascii_strncasecmp(line, "content-length:", 15) == 0)
            *length = strtoul(line + 15, NULL, 10);
        line = strstr(line, "\r\n") + 2;
    }
    return true;
}

static bool is_success(const char *answer)
{
    return strlen(answer) > 9 && answer[9] == '2';
}

/* ---- the loop */

static bool send_next(Load *load, Link *link, GError **error)
{
    char request[REQUEST_MAX];
    gsize length;

    if (load->sent == load->spec->requests)
        return true;
    length = load->spec->build(load->sent++, request, sizeof request, load->spec->data);
    link->started = g_get_monotonic_time();
    link->body_at = 0;
    g_string_truncate(link->in, 0);
    return write(link->fd, request, length) == (gssize)length || fail_errno(error, "write");
}

static bool finish_answer(Load *load, Link *link, GError **error)
{
    load->latency[load->done++] = (float)(g_get_monotonic_time() - link->started) / 1000;
    load->result->bytes += link->in->len;
    if (!is_success(link->in->str)) {
        load->result->failed++;
        if (!load->result->sample)
            load->result->sample = g_strdup(link->in->str);
    }
    return send_next(load, link, error);
}

static bool take_answer(Load *load, Link *link, GError **error)
{
    char chunk[65536];
    gssize n = recv(link->fd, chunk, sizeof chunk, MSG_DONTWAIT);

    if (n < 0)
        return errno == EAGAIN || fail_errno(error, "read");
    if (n == 0) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_PIPE, "the server closed a connection");
        return false;
    }
    g_string_append_len(link->in, chunk, n);
    if (link->body_at == 0 && !parse_head(link->in->str, &link->body_at, &link->body_length))
        return true;
    if (link->in->len < link->body_at + link->body_length)
        return true;
    return finish_answer(load, link, error);
}

static bool open_links(Load *load, GError **error)
{
    for (int i = 0; i < load->spec->connections; i++) {
        Link *link = &load->links[i];
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = link };

        link->in = g_string_sized_new(65536);
        link->fd = load_connect(load->spec->port, error);
        if (link->fd < 0)
            return false;
        epoll_ctl(load->epoll, EPOLL_CTL_ADD, link->fd, &event);
    }
    return true;
}

static bool drive(Load *load, GError **error)
{
    for (int i = 0; i < load->spec->connections; i++) {
        if (!send_next(load, &load->links[i], error))
            return false;
    }
    while (load->done < load->spec->requests) {
        struct epoll_event events[256];
        int n = epoll_wait(load->epoll, events, G_N_ELEMENTS(events), STALL_MS);

        if (n <= 0) {
            g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "the server stalled");
            return false;
        }
        for (int i = 0; i < n; i++) {
            if (!take_answer(load, events[i].data.ptr, error))
                return false;
        }
    }
    return true;
}

static int compare_float(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return (x > y) - (x < y);
}

bool load_run(const LoadSpec *spec, LoadResult *result, GError **error)
{
    Load load = { .spec = spec, .result = result, .epoll = epoll_create1(EPOLL_CLOEXEC) };
    gint64 started;
    bool ok;

    *result = (LoadResult){ 0 };
    load.links = g_new0(Link, spec->connections);
    load.latency = g_new0(float, spec->requests);
    ok = open_links(&load, error);
    started = g_get_monotonic_time();
    ok = ok && drive(&load, error);
    if (ok) {
        result->per_second = (double)load.done * 1e6 / (double)(g_get_monotonic_time() - started);
        qsort(load.latency, load.done, sizeof *load.latency, compare_float);
        result->p50_ms = load.latency[load.done / 2];
        result->p99_ms = load.latency[load.done * 99 / 100];
    }
    for (int i = 0; i < spec->connections; i++) {
        if (load.links[i].fd > 0)
            close(load.links[i].fd);
        if (load.links[i].in)
            g_string_free(load.links[i].in, TRUE);
    }
    close(load.epoll);
    g_free(load.links);
    g_free(load.latency);
    return ok;
}

/* ---- single requests */

static char *exchange(int port, const char *request, GError **error)
{
    g_autoptr(GString) answer = g_string_new(NULL);
    int fd = load_connect(port, error);
    gsize body_at = 0, length = 0;
    bool ok = fd >= 0 && write(fd, request, strlen(request)) == (gssize)strlen(request);

    while (ok && (!parse_head(answer->str, &body_at, &length) || answer->len < body_at + length)) {
        char chunk[65536];
        gssize n = read(fd, chunk, sizeof chunk);

        ok = n > 0;
        if (ok)
            g_string_append_len(answer, chunk, n);
    }
    if (fd >= 0)
        close(fd);
    if (!ok) {
        if (error && !*error)
            fail_errno(error, "request");
        return NULL;
    }
    if (!is_success(answer->str)) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%.60s: %s", request, answer->str);
        return NULL;
    }
    return g_strdup(answer->str + body_at);
}

char *load_get(int port, const char *token, const char *path, GError **error)
{
    g_autofree char *request = g_strdup_printf(
        "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n", path, token);

    return exchange(port, request, error);
}

char *load_post(int port, const char *token, const char *path, const char *json, GError **error)
{
    g_autofree char *key = g_uuid_string_random();
    g_autofree char *request = g_strdup_printf(
        "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nIdempotency-Key: "
        "\"%s\"\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
        path, token, key, strlen(json), json);

    return exchange(port, request, error);
}

char *load_match(const char *pattern, const char *text)
{
    g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_MULTILINE, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;

    return g_regex_match(regex, text, 0, &match) ? g_match_info_fetch(match, 1) : NULL;
}
