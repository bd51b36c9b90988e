/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/httpd.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "server/httpd_internal.h"
#include "server/listener.h"
#include "base/log.h"
#include "wire/json.h"

#define CONNECTION_MEMORY (64 * 1024) /* more than our own limit, so that the answer is ours */
/* Of an idle stream most is this: larger headers than it holds are 431, by the library itself. */
#define STREAM_CONNECTION_MEMORY (6 * 1024)
#define CONNECTIONS_SPARE 64 /* over our own limit, so that the library's is never met */
#define DRAIN_MAX (4 * JSON_MAX_BYTES)

/* One HTTP thread. */
typedef struct HttpThread {
    Httpd *httpd;
    struct MHD_Daemon *daemon;
    gpointer mine; /* what the hook made */
    bool for_streams;
    unsigned most;             /* connections */
    gint connections, streams; /* atomic; connections from the hand-over to the close */
} HttpThread;

/* One connection, from its first byte to its close. */
typedef struct HttpConnection {
    GList node; /* in httpd->connections, under its lock */
    HttpThread *thread;
    int fd;
    gint deadline; /* seconds, monotonic; 0 = none. Atomic */
    gint idle;     /* between two requests; atomic */
    bool shut;     /* under httpd->lock: nothing more is read */
    bool local, trusted;
    Problem target; /* what is wrong with the address of the request under way */
    char peer[INET6_ADDRSTRLEN];
} HttpConnection;

typedef enum ExchangePhase { PHASE_BODY, PHASE_RUNNING, PHASE_ANSWERED } ExchangePhase;

typedef struct Exchange {
    HttpExchange public; /* first */
    HttpConnection *connection;
    struct MHD_Connection *mhd;
    ExchangePhase phase;
    bool drain; /* refused, but the body is read to its end first */
    gint64 drained;
} Exchange;

struct Httpd {
    HttpdHooks hooks;
    HttpdLimits limits;
    Listener *listener;
    HttpThread *threads; /* limits.threads for the API, then one for streams */
    GMutex lock;         /* of connections and streams */
    GQueue connections;
    GHashTable *streams; /* HttpStream *, those that are open */
    gint stopping, running;
    gint64 bodies; /* bytes of all bodies in memory; atomic */
};

/* ---- time limits: a connection's deadline is set by its own thread and read by the listener's tick */

static gint seconds_now(void)
{
    return (gint)(clock_monotonic() / G_USEC_PER_SEC);
}

static void deadline_set(HttpConnection *connection, int seconds)
{
    g_atomic_int_set(&connection->deadline, seconds > 0 ? seconds_now() + seconds : 0);
}

static void on_tick(gpointer data)
{
    Httpd *httpd = data;
    gint now = seconds_now();
    g_mutex_lock(&httpd->lock);
    for (GList *l = httpd->connections.head; l; l = l->next) {
        HttpConnection *connection = l->data;
        gint deadline = g_atomic_int_get(&connection->deadline);
        if (deadline > 0 && deadline < now)
            shutdown(connection->fd, SHUT_RDWR); /* its thread then closes it */
    }
    g_mutex_unlock(&httpd->lock);
}

/* ---- connections */

/* The API's thread with the fewest connections, or the one for streams. */
static HttpThread *thread_for(Httpd *httpd, bool stream)
{
    HttpThread *best = &httpd->threads[stream ? httpd->limits.threads : 0];
    for (unsigned i = 1; !stream && i < httpd->limits.threads; i++)
        if (g_atomic_int_get(&httpd->threads[i].connections) < g_atomic_int_get(&best->connections))
            best = &httpd->threads[i];
    return best;
}

/* The limit is kept here: libmicrohttpd 0.9.75 blocks its thread for ever when it meets its own. */
static void on_accepted(int fd, const struct sockaddr *address, socklen_t length, bool stream,
                        gpointer data)
{
    HttpThread *thread = thread_for(data, stream);
    bool room = g_atomic_int_add(&thread->connections, 1) < (gint)thread->most;
    if (!room)
        close(fd);
    if (!room || MHD_add_connection(thread->daemon, fd, address, length) != MHD_YES)
        g_atomic_int_add(&thread->connections, -1); /* in any case it has closed fd */
}

static void peer_name(HttpConnection *connection, const struct sockaddr *address)
{
    g_strlcpy(connection->peer, "unix", sizeof connection->peer);
    connection->local = true;
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)address;
        inet_ntop(AF_INET, &in->sin_addr, connection->peer, sizeof connection->peer);
        connection->local = (ntohl(in->sin_addr.s_addr) >> 24) == 127;
    } else if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)address;
        inet_ntop(AF_INET6, &in->sin6_addr, connection->peer, sizeof connection->peer);
        connection->local = IN6_IS_ADDR_LOOPBACK(&in->sin6_addr);
    }
}

static bool is_proxy(const Httpd *httpd, const char *peer)
{
    g_auto(GStrv) known = g_strsplit(httpd->limits.proxies ? httpd->limits.proxies : "", " ", -1);
    return g_strv_contains((const char *const *)known, peer);
}

static void connection_open(HttpThread *thread, struct MHD_Connection *mhd, void **slot)
{
    HttpConnection *connection = g_new0(HttpConnection, 1);
    connection->node.data = connection;
    connection->thread = thread;
    connection->fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    peer_name(connection,
              MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr);
    connection->trusted = connection->local || is_proxy(thread->httpd, connection->peer);
    deadline_set(connection, thread->httpd->limits.header_seconds);
    g_mutex_lock(&thread->httpd->lock);
    g_queue_push_tail_link(&thread->httpd->connections, &connection->node);
    g_mutex_unlock(&thread->httpd->lock);
    *slot = connection;
}

static void on_connection(void *data, struct MHD_Connection *mhd, void **slot,
                          enum MHD_ConnectionNotificationCode code)
{
    HttpThread *thread = data;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        connection_open(thread, mhd, slot);
        return;
    }
    HttpConnection *connection = *slot;
    if (!connection)
        return;
    g_mutex_lock(&thread->httpd->lock); /* the tick never sees a closed descriptor */
    g_queue_unlink(&thread->httpd->connections, &connection->node);
    g_mutex_unlock(&thread->httpd->lock);
    g_atomic_int_add(&thread->connections, -1);
    g_free(connection);
    *slot = NULL;
}

static HttpConnection *connection_of(struct MHD_Connection *mhd)
{
    return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* ---- answers */

static void header_add(struct MHD_Response *response, const char *name, const char *value)
{
    MHD_add_response_header(response, name, value);
}

/* draft-ietf-httpapi-ratelimit-headers: names of a draft, and nowhere else. */
static void rate_headers(const RateState *rate, struct MHD_Response *response)
{
    char text[96];
    g_snprintf(text, sizeof text, "\"%s\";q=%" G_GINT64_FORMAT ";w=%d", rate->name, rate->quota,
               RATE_WINDOW_S);
    header_add(response, "RateLimit-Policy", text);
    g_snprintf(text, sizeof text, "\"%s\";r=%" G_GINT64_FORMAT ";t=%d", rate->name, rate->left,
               rate->reset);
    header_add(response, "RateLimit", text);
}

static void answer_headers(Exchange *exchange, struct MHD_Response *response)
{
    HttpExchange *public = &exchange->public;
    char number[32];
    header_add(response, "Request-Id", public->request_id);
    header_add(response, "Cache-Control", "no-store");
    const char *type = public->stream ? http_stream_type(public->stream) : public->type;
    if (public->stream)
        header_add(response, "X-Accel-Buffering", "no");
    if (type)
        header_add(response, "Content-Type", type);
    for (const char *const *more = public->headers; more && *more; more += 2)
        header_add(response, more[0], more[1]);
    if (public->rev > 0) {
        g_snprintf(number, sizeof number, "\"%" G_GINT64_FORMAT "\"", public->rev);
        header_add(response, "ETag", number);
    }
    if (public->retry_after > 0) {
        g_snprintf(number, sizeof number, "%d", public->retry_after);
        header_add(response, "Retry-After", number);
    }
    if (public->rate.name)
        rate_headers(&public->rate, response);
    if (public->replayed)
        header_add(response, "Idempotency-Replayed", "true");
    if (public->allow)
        header_add(response, "Allow", public->allow);
    if (public->status == 401)
        header_add(response, "WWW-Authenticate", "Bearer");
    if (public->close || g_atomic_int_get(&exchange->connection->thread->httpd->stopping))
        header_add(response, "Connection", "close");
}

static void stream_remember(Httpd *httpd, HttpThread *thread, HttpStream *stream)
{
    g_atomic_int_inc(&thread->streams);
    g_mutex_lock(&httpd->lock);
    g_hash_table_add(httpd->streams, stream);
    g_mutex_unlock(&httpd->lock);
    if (g_atomic_int_get(&httpd->stopping))
        http_stream_end(stream);
}

static struct MHD_Response *answer_body(Exchange *exchange)
{
    HttpExchange *public = &exchange->public;
    if (public->stream) {
        http_stream_begin(public->stream, exchange->mhd);
        stream_remember(exchange->connection->thread->httpd, exchange->connection->thread,
                        public->stream);
        return http_stream_response(public->stream);
    }
    if (!public->reply)
        return MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT);
    gsize length = public->reply->len;
    char *text = g_string_free(g_steal_pointer(&public->reply), FALSE);
    return MHD_create_response_from_buffer_with_free_callback(length, text, g_free);
}

static enum MHD_Result answer(Exchange *exchange)
{
    exchange->phase = PHASE_ANSWERED;
    deadline_set(exchange->connection, exchange->public.stream ? 0 : HTTP_ANSWER_SECONDS);
    struct MHD_Response *response = answer_body(exchange);
    if (!response)
        return MHD_NO;
    answer_headers(exchange, response);
    enum MHD_Result result = MHD_queue_response(exchange->mhd, (unsigned)exchange->public.status,
                                                response);
    MHD_destroy_response(response);
    return result;
}

/* The first bytes of TLS do not tell what will be asked: there the streams are shared out among all threads. */
static int streams_on_api(const HttpThread *thread)
{
    const HttpdLimits *limits = &thread->httpd->limits;
    return limits->certificate ? (int)(limits->streams / limits->threads) + 1 : STREAMS_ON_API;
}

/* An API thread that a stream was asked of takes only few. */
static bool stream_refused(Exchange *exchange)
{
    HttpThread *thread = exchange->connection->thread;
    int most = thread->for_streams ? (int)thread->httpd->limits.streams : streams_on_api(thread);
    if (!exchange->public.stream || g_atomic_int_get(&thread->streams) < most)
        return false;
    http_stream_close(g_steal_pointer(&exchange->public.stream));
    exchange->public.refused = PROBLEM_TOO_MANY_STREAMS;
    exchange->public.why = "open the stream in a connection of its own, or later";
    exchange->public.close = true;
    return true;
}

/* HEAD of a stream: its headers, and no stream. */
static void stream_drop(Exchange *exchange)
{
    HttpExchange *public = &exchange->public;
    if (!public->stream || !g_str_equal(public->method, "HEAD"))
        return;
    public->type = http_stream_type(public->stream);
    http_stream_close(g_steal_pointer(&public->stream));
}

static enum MHD_Result run(Exchange *exchange)
{
    HttpThread *thread = exchange->connection->thread;
    const HttpdHooks *hooks = &thread->httpd->hooks;
    if (exchange->phase == PHASE_BODY) {
        exchange->phase = PHASE_RUNNING;
        deadline_set(exchange->connection, 0);
        g_atomic_int_inc(&thread->httpd->running);
        if (!hooks->handle(&exchange->public, hooks->data))
            return MHD_YES; /* suspended: we are called again after httpd_resume() */
    }
    stream_drop(exchange);
    if (stream_refused(exchange))
        hooks->handle(&exchange->public, hooks->data);
    return answer(exchange);
}

void httpd_suspend(HttpExchange *public)
{
    MHD_suspend_connection(((Exchange *)public)->mhd);
}

void httpd_resume(HttpExchange *public)
{
    MHD_resume_connection(((Exchange *)public)->mhd);
}

/* ---- requests */

static enum MHD_Result query_read(void *data, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    HttpExchange *public = data;
    if (!public->query)
    public->query = g_hash_table_new(g_str_hash, g_str_equal); /* borrows from the connection */
    if (!g_hash_table_insert(public->query, (gpointer)name, (gpointer)(value ? value : "")))
    public->twice = name;
    return MHD_YES;
}

static Exchange *exchange_new(HttpThread *thread, struct MHD_Connection *mhd, const char *url,
                              const char *method, const char *version)
{
    Exchange *exchange = g_new0(Exchange, 1);
    exchange->connection = connection_of(mhd);
    exchange->mhd = mhd;
    HttpExchange *public = &exchange->public;
    public->method = method;
    public->path = http_target_path(url);
    public->thread = thread->mine;
    public->peer = exchange->connection->peer;
    public->local = exchange->connection->local;
    public->trusted = exchange->connection->trusted;
    MHD_get_connection_values(mhd, MHD_GET_ARGUMENT_KIND, query_read, public);
    gint64 length;
    public->refused = exchange->connection->target;
    public->why = "the address has an escaped slash";
    if (url != method + strlen(method) + 1 || public->refused == PROBLEM_MALFORMED) {
        public->refused = PROBLEM_MALFORMED;
        public->why = "the request line must be METHOD ADDRESS HTTP/1.1, the address escaped";
        public->close = true;
    }
    http_shape_check(mhd, version, public, &length);
    if (length > JSON_MAX_BYTES && public->refused == PROBLEM_COUNT) {
        public->refused = PROBLEM_TOO_LARGE;
        public->why = "a body may have 1 MiB";
        public->close = true;
        /* A peer that is answered and closed while it still sends may never see the answer. */
        exchange->drain = length <= DRAIN_MAX &&
                          !MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, "Expect");
    }
    deadline_set(exchange->connection, thread->httpd->limits.body_seconds);
    return exchange;
}

static void body_refuse(Exchange *exchange, Problem problem, const char *why)
{
    HttpExchange *public = &exchange->public;
    public->refused = problem;
    public->why = why;
    public->close = true;
    if (public->body) {
        __atomic_fetch_sub(&exchange->connection->thread->httpd->bodies, (gint64) public->body->len,
                           __ATOMIC_RELAXED);
        g_string_free(g_steal_pointer(&public->body), TRUE);
    }
}

static enum MHD_Result body_read(Exchange *exchange, const char *data, size_t *size)
{
    HttpExchange *public = &exchange->public;
    Httpd *httpd = exchange->connection->thread->httpd;
    size_t n = *size;
    *size = 0;
    if (public->refused == PROBLEM_COUNT) {
        if ((public->body ? public->body->len : 0) + n > JSON_MAX_BYTES)
            body_refuse(exchange, PROBLEM_TOO_LARGE, "a body may have 1 MiB");
        else if (__atomic_load_n(&httpd->bodies, __ATOMIC_RELAXED) + (gint64)n >
                 httpd->limits.bodies)
            body_refuse(exchange, PROBLEM_OVERLOADED, "too many large requests at once");
    }
    if (public->refused != PROBLEM_COUNT) /* an answer is only possible at the end of the body */
        return (exchange->drained += (gint64)n) <= DRAIN_MAX ? MHD_YES : MHD_NO;
    if (!public->body)
    public->body = g_string_sized_new(n);
    g_string_append_len(public->body, data, (gssize)n);
    __atomic_fetch_add(&httpd->bodies, (gint64)n, __ATOMIC_RELAXED);
    return MHD_YES;
}

static enum MHD_Result on_request(void *data, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *size, void **slot)
{
    Exchange *exchange = *slot;
    if (!exchange) {
        *slot = exchange = exchange_new(data, mhd, url, method, version);
        return exchange->public.refused == PROBLEM_COUNT || exchange->drain ? MHD_YES
                                                                            : run(exchange);
    }
    if (exchange->phase == PHASE_BODY && *size > 0)
        return body_read(exchange, upload, size);
    return run(exchange);
}

static void on_completed(void *data, struct MHD_Connection *mhd, void **slot,
                         enum MHD_RequestTerminationCode code)
{
    HttpThread *thread = data;
    Httpd *httpd = thread->httpd;
    Exchange *exchange = *slot;
    if (!exchange)
        return;
    *slot = NULL;
    HttpExchange *public = &exchange->public;
    if (public->stream) {
        g_mutex_lock(&httpd->lock);
        bool open = g_hash_table_remove(httpd->streams, public->stream);
        g_mutex_unlock(&httpd->lock);
        if (open)
            g_atomic_int_add(&thread->streams, -1);
        http_stream_close(public->stream);
    }
    if (exchange->phase != PHASE_BODY) {
        httpd->hooks.done(public, httpd->hooks.data);
        g_atomic_int_add(&httpd->running, -1);
    }
    if (public->body) {
        __atomic_fetch_sub(&httpd->bodies, (gint64) public->body->len, __ATOMIC_RELAXED);
        explicit_bzero(public->body->str, public->body->len); /* it may have a password */
        g_string_free(public->body, TRUE);
    }
    if (public->reply)
        g_string_free(public->reply, TRUE);
    g_clear_pointer(&public->query, g_hash_table_unref);
    g_clear_pointer(&public->trimmed, g_ptr_array_unref);
    if (exchange->connection) { /* kept alive: the next request must come and be complete in time */
        deadline_set(exchange->connection, HTTP_IDLE_SECONDS + httpd->limits.header_seconds);
        g_atomic_int_set(&exchange->connection->idle, 1);
    }
    g_free(exchange);
}

/* The request line is there, not yet decoded: the rest of the headers has to follow soon. */
static void *on_request_line(void *data, const char *uri, struct MHD_Connection *mhd)
{
    HttpConnection *connection = connection_of(mhd);
    connection->target = http_target_check(uri);
    deadline_set(connection, connection->thread->httpd->limits.header_seconds);
    g_atomic_int_set(&connection->idle, 0);
    return NULL;
}

G_GNUC_PRINTF(2, 0)
static void on_log(void *data, const char *format, va_list list)
{
    if (!log_wants(LOG_DEBUG))
        return;
    g_autofree char *text = g_strdup_vprintf(format, list);
    log_write(LOG_DEBUG, "httpd", "message", g_strchomp(text), NULL);
}

/* ---- start and stop */

Httpd *httpd_new(const char *address, const HttpdLimits *limits, const HttpdHooks *hooks,
                 GError **error)
{
    Httpd *httpd = g_new0(Httpd, 1);
    httpd->hooks = *hooks;
    httpd->limits = *limits;
    httpd->threads = g_new0(HttpThread, limits->threads + 1);
    httpd->streams = g_hash_table_new(NULL, NULL);
    g_mutex_init(&httpd->lock);
    ListenerHooks listening = { on_accepted, on_tick, httpd, limits->header_seconds };
    if (!limits->certificate || http_tls_load(limits->certificate, limits->key, error))
        httpd->listener = listener_new(address, limits->sockets, &listening, error);
    if (httpd->listener)
        return httpd;
    httpd_free(httpd);
    return NULL;
}

static const struct MHD_OptionItem no_options[] = { { MHD_OPTION_END, 0, NULL } };

static bool thread_start(Httpd *httpd, unsigned i, GError **error)
{
    HttpThread *thread = &httpd->threads[i];
    thread->httpd = httpd;
    thread->for_streams = i == httpd->limits.threads;
    thread->mine = httpd->hooks.thread_new(httpd->hooks.data, error);
    if (!thread->mine)
        return false;
    unsigned share = httpd->limits.connections + httpd->limits.threads - 1;
    thread->most = thread->for_streams ? httpd->limits.streams : share / httpd->limits.threads;
    size_t memory = thread->for_streams ? STREAM_CONNECTION_MEMORY : CONNECTION_MEMORY;
    unsigned tls = httpd->limits.certificate ? MHD_USE_TLS : 0;
    thread->daemon = MHD_start_daemon(
        MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ITC |
            MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | tls,
        0, NULL, NULL, on_request, thread, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory, MHD_OPTION_CONNECTION_LIMIT,
        thread->most + CONNECTIONS_SPARE, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)HTTP_IDLE_SECONDS, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, thread, MHD_OPTION_NOTIFY_COMPLETED, on_completed, thread,
        MHD_OPTION_URI_LOG_CALLBACK, on_request_line, thread, MHD_OPTION_ARRAY,
        tls ? http_tls_options() : no_options, MHD_OPTION_END);
    return thread->daemon || problem_set(error, PROBLEM_FAILED, "libmicrohttpd does not start");
}

bool httpd_start(Httpd *httpd, GError **error)
{
    for (unsigned i = 0; i <= httpd->limits.threads; i++)
        if (!thread_start(httpd, i, error))
            return false;
    return listener_start(httpd->listener, error);
}

void httpd_stop_listening(Httpd *httpd)
{
    g_atomic_int_set(&httpd->stopping, 1);
    listener_stop_accepting(httpd->listener);
}

static void streams_end(Httpd *httpd)
{
    g_mutex_lock(&httpd->lock);
    GHashTableIter iter;
    gpointer stream;
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)http_stream_unref);
    g_hash_table_iter_init(&iter, httpd->streams);
    while (g_hash_table_iter_next(&iter, &stream, NULL))
        g_ptr_array_add(all, http_stream_ref(stream));
    g_mutex_unlock(&httpd->lock);
    for (guint i = 0; i < all->len; i++)
        http_stream_end(all->pdata[i]);
}

/* A request under way may still open a stream, so streams are ended until nothing runs. */
static bool is_quiet(gpointer data)
{
    Httpd *httpd = data;
    streams_end(httpd);
    return g_atomic_int_get(&httpd->running) <= 0;
}

/*
 * A connection between two requests is not closed but shut for reading: what its peer sent just now is still read and
 * answered, with Connection: close; then, or when there is nothing, its thread closes it.
 */
static void idle_shut(Httpd *httpd)
{
    g_mutex_lock(&httpd->lock);
    for (GList *l = httpd->connections.head; l; l = l->next) {
        HttpConnection *connection = l->data;
        if (connection->shut || !g_atomic_int_get(&connection->idle))
            continue;
        connection->shut = true;
        shutdown(connection->fd, SHUT_RD);
    }
    g_mutex_unlock(&httpd->lock);
}

static bool is_drained(gpointer data)
{
    Httpd *httpd = data;
    HttpdGauges gauges;
    streams_end(httpd);
    idle_shut(httpd);
    httpd_gauges(httpd, &gauges);
    return gauges.connections <= 0;
}

void httpd_drain(Httpd *httpd, unsigned ms)
{
    clock_wait(is_drained, httpd, ms);
}

bool httpd_reload(Httpd *httpd, GError **error)
{
    const HttpdLimits *limits = &httpd->limits;
    return !limits->certificate || http_tls_load(limits->certificate, limits->key, error);
}

void httpd_stop(Httpd *httpd, unsigned ms)
{
    httpd_stop_listening(httpd);
    clock_wait(is_quiet, httpd, ms);
    for (unsigned i = 0; i <= httpd->limits.threads; i++) {
        HttpThread *thread = &httpd->threads[i];
        if (thread->daemon)
            MHD_stop_daemon(g_steal_pointer(&thread->daemon));
        if (thread->mine)
            httpd->hooks.thread_free(g_steal_pointer(&thread->mine));
    }
}

void httpd_free(Httpd *httpd)
{
    if (!httpd)
        return;
    listener_free(httpd->listener);
    http_tls_unload();
    g_hash_table_unref(httpd->streams);
    g_mutex_clear(&httpd->lock);
    g_free(httpd->threads);
    g_free(httpd);
}

void httpd_gauges(Httpd *httpd, HttpdGauges *out)
{
    *out = (HttpdGauges){ .running = g_atomic_int_get(&httpd->running),
                          .body_bytes = __atomic_load_n(&httpd->bodies, __ATOMIC_RELAXED) };
    for (unsigned i = 0; i <= httpd->limits.threads; i++) {
        out->connections += g_atomic_int_get(&httpd->threads[i].connections);
        out->streams += g_atomic_int_get(&httpd->threads[i].streams);
    }
}
