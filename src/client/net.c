/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <config.h>

#include "client/net.h"

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <gmodule.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "wire/problem_json.h"

/* ---- the library: one table of what is used */

#define CURL_SYMBOLS(X)                                                                            \
    X(curl_global_init)                                                                            \
    X(curl_easy_init)                                                                              \
    X(curl_easy_setopt)                                                                            \
    X(curl_easy_getinfo)                                                                           \
    X(curl_easy_cleanup)                                                                           \
    X(curl_easy_strerror)                                                                          \
    X(curl_slist_append)                                                                           \
    X(curl_slist_free_all)                                                                         \
    X(curl_multi_init)                                                                             \
    X(curl_multi_setopt)                                                                           \
    X(curl_multi_add_handle)                                                                       \
    X(curl_multi_remove_handle)                                                                    \
    X(curl_multi_socket_action)                                                                    \
    X(curl_multi_assign)                                                                           \
    X(curl_multi_info_read)                                                                        \
    X(curl_multi_cleanup)

static struct {
#define X(name) __typeof__(name) *name;
    CURL_SYMBOLS(X)
#undef X
    bool loaded;
} curl;

static bool load(GError **error)
{
    static const struct {
        const char *name;
        size_t offset;
    } symbols[] = {
#define X(name) { #name, offsetof(__typeof__(curl), name) },
        CURL_SYMBOLS(X)
#undef X
    };
    if (curl.loaded)
        return true;
    GModule *module = g_module_open(CURL_SONAME, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL);
    if (!module)
        return problem_set(error, PROBLEM_FAILED, "cannot load libcurl: %s", g_module_error());
    for (size_t i = 0; i < G_N_ELEMENTS(symbols); i++) {
        gpointer at = NULL;
        if (!g_module_symbol(module, symbols[i].name, &at) || !at)
            return problem_set(error, PROBLEM_FAILED, "libcurl has no %s", symbols[i].name);
        memcpy((char *)&curl + symbols[i].offset, &at, sizeof at);
    }
    if (curl.curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
        return problem_set(error, PROBLEM_FAILED, "libcurl cannot start");
    g_module_make_resident(module);
    curl.loaded = true;
    return true;
}

/* ---- objects */

struct Net {
    CURLM *multi;
    char *base;        /* "https://host", "http://localhost" */
    char *socket_path; /* NULL unless unix: */
    char *ca_file;     /* NULL: the system's */
    bool local;
    guint timer;
    GQueue requests; /* NetRequest * that libcurl has */
};

struct NetRequest {
    Net *net;
    GList *link;
    CURL *easy;
    struct curl_slist *headers;
    GString *body;
    unsigned flags;
    gint64 retry_after_ms;
    bool too_large;
    int file;       /* NET_FILE */
    size_t written; /* into it */
    int file_error; /* errno; 0: none */
    size_t header_bytes;
    gint64 heard; /* monotonic: the last byte of a stream */
    gint64 began; /* monotonic */
    char *
        title; /* method and path, for the log: without the query, which may hold what was searched for */
    guint silence; /* source that ends a stream which has gone silent */
    char why[CURL_ERROR_SIZE];
    void (*on_bytes)(const char *bytes, size_t length, gpointer data);
    NetDoneFunc done;
    gpointer data;
    GDestroyNotify drop;
};

static void request_free(NetRequest *request)
{
    g_clear_handle_id(&request->silence, g_source_remove);
    curl.curl_multi_remove_handle(request->net->multi, request->easy);
    curl.curl_easy_cleanup(request->easy);
    curl.curl_slist_free_all(request->headers);
    g_queue_delete_link(&request->net->requests, request->link);
    g_string_free(request->body, TRUE);
    g_free(request->title);
    g_free(request);
}

/* ---- answers */

char *net_reply_take(NetReply *reply, size_t *length)
{
    *length = reply->length;
    return g_memdup2(reply->body, reply->length + 1);
}

static void explain(NetReply *reply, const NetRequest *request, CURLcode code)
{
    if (request->too_large) {
        problem_set(&reply->error, PROBLEM_BAD_REPLY, "the answer is larger than %d MiB",
                    NET_MAX_BODY / 1024 / 1024);
    } else if (request->file_error) {
        problem_set(&reply->error, PROBLEM_IO, "%s", g_strerror(request->file_error));
    } else if (code != CURLE_OK) {
        g_autofree char *why = text_clean(
            *request->why ? request->why : curl.curl_easy_strerror(code), -1, TEXT_LINE);
        problem_set(&reply->error, PROBLEM_SERVER_DOWN, "%s", why);
    } else if (reply->status >= 400) {
        problem_read(reply->status, reply->body, reply->length, &reply->error, NULL);
    } else if (reply->status < 200 || reply->status >= 300) {
        problem_set(&reply->error, PROBLEM_BAD_REPLY, "the server answered with status %d",
                    reply->status);
    }
}

static void log_request(const NetRequest *request, const NetReply *reply)
{
    if (!log_wants(LOG_INFO))
        return;
    g_autofree char *status = g_strdup_printf("%d", reply->status);
    g_autofree char *ms = g_strdup_printf("%" G_GINT64_FORMAT,
                                          (clock_monotonic() - request->began) / 1000);
    log_write(LOG_INFO, "request", "request", request->title, "status", status, "ms", ms, "problem",
              reply->error ? problem_row(problem_of(reply->error))->code : "", "why", request->why,
              NULL);
}

static bool is_good(NetRequest *request)
{
    long status = 0;
    curl.curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
    return status == 200;
}

static void finish(NetRequest *request, CURLcode code)
{
    long status = 0;
    curl.curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
    NetReply reply = {
        .status = code == CURLE_OK ? (int)status : 0,
        .body = request->body->str,
        .length = request->written ? request->written : request->body->len,
        .retry_after_ms = request->retry_after_ms,
    };
    explain(&reply, request, code);
    log_request(request, &reply);
    NetDoneFunc done = request->done;
    gpointer data = request->data;
    /* The body must outlive the request, which the callback may find gone. */
    GString *body = request->body;
    request->body = g_string_new(NULL);
    request_free(request);
    done(&reply, data);
    g_clear_error(&reply.error);
    g_string_free(body, TRUE);
}

/* Bytes of streams wait until libcurl is left: it must not be entered again from its own callbacks. */
static NetRequest *next_with_bytes(Net *net)
{
    for (GList *at = net->requests.head; at; at = at->next) {
        NetRequest *request = at->data;
        if ((request->flags & NET_STREAM) && request->body->len > 0 && is_good(request))
            return request;
    }
    return NULL;
}

static void deliver_bytes(Net *net)
{
    NetRequest *request;
    while ((request = next_with_bytes(net))) {
        GString *bytes = request->body;
        request->body = g_string_new(NULL);
        request->on_bytes(bytes->str, bytes->len, request->data);
        g_string_free(bytes, TRUE);
    }
}

static void check_done(Net *net)
{
    int left = 0;
    CURLMsg *message;
    deliver_bytes(net);
    while ((message = curl.curl_multi_info_read(net->multi, &left))) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode code = message->data.result;
        for (GList *at = net->requests.head; at; at = at->next) {
            NetRequest *request = at->data;
            if (request->easy == message->easy_handle) {
                finish(request, code);
                break;
            }
        }
    }
}

static void act(Net *net, curl_socket_t fd, int events)
{
    int running = 0;
    curl.curl_multi_socket_action(net->multi, fd, events, &running);
    check_done(net);
}

/* ---- sockets and timers of libcurl on the main context */

typedef struct Watch {
    Net *net;
    curl_socket_t fd;
    guint source;
} Watch;

static gboolean on_socket(gint fd, GIOCondition condition, gpointer data)
{
    Watch *watch = data;
    int events = 0;
    if (condition & (G_IO_IN | G_IO_HUP))
        events |= CURL_CSELECT_IN;
    if (condition & G_IO_OUT)
        events |= CURL_CSELECT_OUT;
    if (condition & G_IO_ERR)
        events |= CURL_CSELECT_ERR;
    act(watch->net, watch->fd, events);
    return G_SOURCE_CONTINUE;
}

static int socket_changed(CURL *easy, curl_socket_t fd, int what, void *user, void *per_socket)
{
    Net *net = user;
    Watch *watch = per_socket;
    if (watch)
        g_source_remove(watch->source);
    if (what == CURL_POLL_REMOVE) {
        g_free(watch);
        curl.curl_multi_assign(net->multi, fd, NULL);
        return 0;
    }
    if (!watch) {
        watch = g_new0(Watch, 1);
        watch->net = net;
        watch->fd = fd;
        curl.curl_multi_assign(net->multi, fd, watch);
    }
    GIOCondition condition = G_IO_ERR | G_IO_HUP;
    if (what & CURL_POLL_IN)
        condition |= G_IO_IN;
    if (what & CURL_POLL_OUT)
        condition |= G_IO_OUT;
    watch->source = g_unix_fd_add(fd, condition, on_socket, watch);
    return 0;
}

static gboolean on_timer(gpointer data)
{
    Net *net = data;
    net->timer = 0;
    act(net, CURL_SOCKET_TIMEOUT, 0);
    return G_SOURCE_REMOVE;
}

static int timer_changed(CURLM *multi, long ms, void *user)
{
    Net *net = user;
    g_clear_handle_id(&net->timer, g_source_remove);
    if (ms >= 0)
        net->timer = g_timeout_add((guint)ms, on_timer, net);
    return 0;
}

/* ---- making */

Net *net_new(const char *server, const char *ca_file, GError **error)
{
    if (!load(error))
        return NULL;
    Net *net = g_new0(Net, 1);
    if (g_str_has_prefix(server, "unix:")) {
        net->socket_path = g_strdup(server + strlen("unix:"));
        net->base = g_strdup("http://localhost");
    } else {
        net->base = g_strdup(server);
    }
    net->ca_file = g_strdup(ca_file);
    /* Plain HTTP is for this machine only (profile_check_server()). */
    net->local = g_str_has_prefix(net->base, "http://");
    net->multi = curl.curl_multi_init();
    g_assert(net->multi);
    curl.curl_multi_setopt(net->multi, CURLMOPT_SOCKETFUNCTION, socket_changed);
    curl.curl_multi_setopt(net->multi, CURLMOPT_SOCKETDATA, net);
    curl.curl_multi_setopt(net->multi, CURLMOPT_TIMERFUNCTION, timer_changed);
    curl.curl_multi_setopt(net->multi, CURLMOPT_TIMERDATA, net);
    return net;
}

bool net_is_local(const Net *net)
{
    return net->local;
}

void net_cancel(NetRequest *request)
{
    if (request->drop)
        request->drop(request->data);
    request_free(request);
}

void net_cancel_all(Net *net)
{
    while (net->requests.head)
        net_cancel(net->requests.head->data);
}

void net_free(Net *net)
{
    if (!net)
        return;
    net_cancel_all(net);
    curl.curl_multi_cleanup(net->multi);
    g_clear_handle_id(&net->timer, g_source_remove);
    g_free(net->base);
    g_free(net->socket_path);
    g_free(net->ca_file);
    g_free(net);
}

/* ---- sending */

static void watch_silence(NetRequest *request, guint seconds);

/* The disk is waited for: it is faster than any line. */
static bool write_file(NetRequest *request, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(request->file, bytes, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            request->file_error = n < 0 ? errno : EIO;
            return false;
        }
        bytes += n;
        length -= (size_t)n;
        request->written += (size_t)n;
    }
    return true;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *user)
{
    NetRequest *request = user;
    if ((request->flags & NET_FILE) && is_good(request))
        return write_file(request, bytes, size * n) ? size * n : 0;
    if (request->body->len + size * n > NET_MAX_BODY) {
        request->too_large = true;
        return 0;
    }
    g_string_append_len(request->body, bytes, (gssize)(size * n));
    request->heard = clock_monotonic();
    return size * n;
}

/* Retry-After in seconds; a date would need the server's clock. */
static size_t on_header(char *line, size_t size, size_t n, void *user)
{
    static const char name[] = "retry-after:";
    NetRequest *request = user;
    request->header_bytes += size * n;
    if (request->header_bytes > NET_MAX_HEADERS) {
        request->too_large = true;
        return 0;
    }
    if (size * n > strlen(name) && g_ascii_strncasecmp(line, name, strlen(name)) == 0) {
        g_autofree char *value = g_strstrip(
            g_strndup(line + strlen(name), size * n - strlen(name)));
        size_t length = strlen(value);
        if (length > 0 && length <= 6 && strspn(value, "0123456789") == length)
            request->retry_after_ms = MIN(g_ascii_strtoll(value, NULL, 10), NET_RETRY_MAX_S) * 1000;
    }
    return size * n;
}

static void add_header(NetRequest *request, const char *name, const char *value)
{
    /* Values come from the server or the user's environment too: none of them ends a header. */
    if (strpbrk(value, "\r\n"))
        return;
    g_autofree char *line = g_strdup_printf("%s: %s", name, value);
    request->headers = curl.curl_slist_append(request->headers, line);
}

/* "de_AT.UTF-8" is de-AT on the wire; the "C" of programs is no language. */
static void add_languages(NetRequest *request)
{
    g_autoptr(GString) list = g_string_new(NULL);
    for (const char *const *name = g_get_language_names(); *name; name++) {
        size_t length = strspn(*name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");
        if ((*name)[length] != '\0' || g_str_equal(*name, "C"))
            continue;
        g_string_append_printf(list, "%s%s", list->len ? ", " : "", *name);
    }
    g_strdelimit(list->str, "_", '-');
    if (list->len)
        add_header(request, "Accept-Language", list->str);
}

static void set_headers(NetRequest *request, const NetCall *call)
{
    if (call->token) {
        g_autofree char *bearer = g_strconcat("Bearer ", call->token, NULL);
        add_header(request, "Authorization", bearer);
    }
    if (call->body)
        add_header(request, "Content-Type",
                   call->flags & NET_FORM ? "application/x-www-form-urlencoded"
                                          : "application/json");
    if (call->key) {
        char text[UUID_TEXT_SIZE];
        g_autofree char *quoted = g_strdup_printf("\"%s\"", uuid_format(call->key, text));
        add_header(request, "Idempotency-Key", quoted);
    }
    if (call->create)
        add_header(request, "If-None-Match", "*");
    if (call->language)
        add_languages(request);
    if (call->if_match) {
        char rev[32];
        g_snprintf(rev, sizeof rev, "\"%" G_GINT64_FORMAT "\"", call->if_match);
        add_header(request, "If-Match", rev);
    }
    if (call->last_event_id && *call->last_event_id)
        add_header(request, "Last-Event-ID", call->last_event_id);
    if (call->flags & NET_STREAM)
        add_header(request, "Accept", "text/event-stream");
    request->headers = curl.curl_slist_append(request->headers, "Expect:");
    curl.curl_easy_setopt(request->easy, CURLOPT_HTTPHEADER, request->headers);
}

/* Instead of libcurl's low-speed limit, which would wake us every second. */
static gboolean on_silence(gpointer data)
{
    NetRequest *request = data;
    gint64 silent = (clock_monotonic() - request->heard) / G_USEC_PER_SEC;
    request->silence = 0;
    if (silent < NET_SILENCE_S)
        watch_silence(request, (guint)(NET_SILENCE_S - silent));
    else
        finish(request, CURLE_OPERATION_TIMEDOUT);
    return G_SOURCE_REMOVE;
}

static void watch_silence(NetRequest *request, guint seconds)
{
    request->silence = g_timeout_add_seconds(seconds, on_silence, request);
}

static void set_limits(NetRequest *request, const NetCall *call)
{
    CURL *easy = request->easy;
    curl.curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)NET_CONNECT_MS);
    if (call->flags & NET_STREAM) {
        curl.curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
        /* The server has a place of its own for streams: what comes first on a connection decides where it goes. */
        curl.curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
        curl.curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
        request->heard = clock_monotonic();
        watch_silence(request, NET_SILENCE_S);
        return;
    }
    if (call->flags & NET_FILE) { /* the server may take its time to make it */
        curl.curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
        curl.curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)NET_BIG_DEADLINE_MS / 1000);
        return;
    }
    bool big = call->flags & NET_BIG;
    long deadline = big ? NET_BIG_DEADLINE_MS : NET_DEADLINE_MS;
    curl.curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                          call->deadline_ms ? (long)call->deadline_ms : deadline);
    if (big) { /* may take its time over a slow line, but not stand still */
        curl.curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
        curl.curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)NET_DEADLINE_MS / 1000);
    }
    if (big && !request->net->local)
        curl.curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
}

static void set_transport(NetRequest *request)
{
    CURL *easy = request->easy;
    Net *net = request->net;
    curl.curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl.curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, net->local ? "http" : "https");
    curl.curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl.curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl.curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl.curl_easy_setopt(easy, CURLOPT_USERAGENT, "leadline/" PACKAGE_VERSION);
    curl.curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, request->why);
    if (net->local)
        curl.curl_easy_setopt(easy, CURLOPT_PROXY, "");
    if (net->ca_file)
        curl.curl_easy_setopt(easy, CURLOPT_CAINFO, net->ca_file);
    if (net->socket_path)
        curl.curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, net->socket_path);
}

NetRequest *net_send(Net *net, const NetCall *call, NetDoneFunc done, gpointer data)
{
    NetRequest *request = g_new0(NetRequest, 1);
    request->net = net;
    request->easy = curl.curl_easy_init();
    g_assert(request->easy);
    request->body = g_string_new(NULL);
    request->began = clock_monotonic();
    request->title = g_strdup_printf("%s %.*s", call->method, (int)strcspn(call->path, "?"),
                                     call->path);
    request->flags = call->flags;
    request->on_bytes = call->on_bytes;
    request->file = call->file;
    request->done = done;
    request->data = data;
    request->drop = call->drop;
    CURL *easy = request->easy;
    g_autofree char *url = g_strconcat(net->base, call->path, NULL);
    curl.curl_easy_setopt(easy, CURLOPT_URL, url);
    curl.curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method);
    curl.curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl.curl_easy_setopt(easy, CURLOPT_WRITEDATA, request);
    curl.curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl.curl_easy_setopt(easy, CURLOPT_HEADERDATA, request);
    if (call->body) {
        curl.curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(call->body));
        curl.curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, call->body);
    } else if (strcmp(call->method, "GET") != 0) {
        /* A write without a body still says so: Content-Length: 0. */
        curl.curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)0);
        curl.curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, "");
    }
    set_transport(request);
    set_limits(request, call);
    set_headers(request, call);
    g_queue_push_tail(&net->requests, request);
    request->link = net->requests.tail;
    curl.curl_multi_add_handle(net->multi, easy);
    return request;
}
