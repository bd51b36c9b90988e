/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server's end of the simulated network: server/httpd.h and httpd_stream.h, without sockets. */
#include <string.h>

#include "server/server_internal.h"
#include "tests/sim/history.h"
#include "tests/sim/oracle.h"
#include "tests/sim/wire.h"

/* ---- one request */

typedef struct Letter {
    HttpExchange exchange; /* first */
    Wire *wire;
    char *path;
    bool fresh;
} Letter;

struct HttpStream {
    gatomicrefcount references;
    HttpStreamFill fill;
    HttpStreamClosed closed;
    gpointer data;
    Wire *wire; /* NULL: not begun, or over */
    bool woken, ending;
};

struct Httpd {
    HttpdHooks hooks;
    unsigned n_threads;
    GThread *threads[8], *streamer;
    GMutex lock;
    GCond filled, stream_woken;
    GQueue letters;
    GPtrArray *streams;
    bool open, stop, cut;
    int running;
};

static Httpd *post; /* the one server there is */

/* "/v1/changes?scope=..&since=.." */
static void read_target(Letter *letter)
{
    g_auto(GStrv) halves = g_strsplit(letter->wire->target, "?", 2);
    letter->path = g_uri_unescape_string(halves[0], NULL);
    letter->exchange.path = letter->path;
    if (!halves[1])
        return;
    letter->exchange.query = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_auto(GStrv) pairs = g_strsplit(halves[1], "&", -1);
    for (char **pair = pairs; *pair; pair++) {
        g_auto(GStrv) sides = g_strsplit(*pair, "=", 2);
        g_hash_table_insert(letter->exchange.query, g_uri_unescape_string(sides[0], NULL),
                            g_uri_unescape_string(sides[1] ? sides[1] : "", NULL));
    }
}

static Letter *letter_new(Wire *wire)
{
    Letter *letter = g_new0(Letter, 1);
    letter->wire = wire_ref(wire);
    letter->fresh = true;
    letter->exchange = (HttpExchange){
        .method = wire->method,
        .authorization = wire->authorization,
        .idempotency_key = wire->key,
        .if_match = wire->if_match,
        .if_none_match = wire->if_none_match,
        .content_type = wire->content_type,
        .last_event_id = wire->last_event_id,
        .body = wire->body ? g_string_new(wire->body) : NULL,
        .peer = "unix",
        .local = true,
        .trusted = true,
        .refused = PROBLEM_COUNT,
    };
    read_target(letter);
    return letter;
}

static void letter_free(Letter *letter)
{
    if (letter->exchange.query)
        g_hash_table_unref(letter->exchange.query);
    if (letter->exchange.body)
        g_string_free(letter->exchange.body, TRUE);
    if (letter->exchange.reply)
        g_string_free(letter->exchange.reply, TRUE);
    wire_unref(letter->wire);
    g_free(letter->path);
    g_free(letter);
}

static void begin_stream(Httpd *httpd, Letter *letter)
{
    HttpStream *stream = letter->exchange.stream;
    stream->wire = wire_ref(letter->wire);
    stream->woken = true;
    g_mutex_lock(&httpd->lock);
    g_ptr_array_add(httpd->streams, stream);
    g_cond_signal(&httpd->stream_woken);
    g_mutex_unlock(&httpd->lock);
}

static void send_answer(Httpd *httpd, Letter *letter)
{
    HttpExchange *exchange = &letter->exchange;
    Wire *wire = letter->wire;
    if (!httpd->cut) {
        wire->status = exchange->status;
        wire->retry_after = exchange->retry_after;
        wire->replayed = exchange->replayed;
        wire->reply = exchange->reply ? g_steal_pointer(&exchange->reply) : g_string_new(NULL);
        tell("server", "#%u %s %s: %d%s", wire->number, wire->method, exchange->path,
             exchange->status, exchange->replayed ? " (again)" : "");
        oracle_answer(wire);
    }
    if (exchange->stream)
        begin_stream(httpd, letter);
    else if (!httpd->cut)
        wire_answer(wire);
    httpd->hooks.done(exchange, httpd->hooks.data);
    g_mutex_lock(&httpd->lock);
    httpd->running--;
    g_mutex_unlock(&httpd->lock);
    letter_free(letter);
}

/* ---- HTTP threads */

static gpointer http_thread(gpointer data)
{
    Httpd *httpd = data;
    gpointer mine = httpd->hooks.thread_new(httpd->hooks.data, NULL);
    g_assert(mine);
    g_mutex_lock(&httpd->lock);
    while (!httpd->stop || httpd->letters.length > 0) {
        Letter *letter = g_queue_pop_head(&httpd->letters);
        if (!letter) {
            g_cond_wait(&httpd->filled, &httpd->lock);
            continue;
        }
        g_mutex_unlock(&httpd->lock);
        letter->exchange.thread = mine;
        bool fresh = letter->fresh;
        letter->fresh = false;
        if (!fresh || httpd->hooks.handle(&letter->exchange, httpd->hooks.data))
            send_answer(httpd, letter);
        g_mutex_lock(&httpd->lock);
    }
    g_mutex_unlock(&httpd->lock);
    httpd->hooks.thread_free(mine);
    return NULL;
}

static void queue_letter(Httpd *httpd, Letter *letter)
{
    g_mutex_lock(&httpd->lock);
    g_queue_push_tail(&httpd->letters, letter);
    g_cond_signal(&httpd->filled);
    g_mutex_unlock(&httpd->lock);
}

void httpd_suspend(HttpExchange *exchange)
{
}

void httpd_resume(HttpExchange *exchange)
{
    queue_letter(post, (Letter *)(void *)exchange);
}

bool post_is_open(void)
{
    return post && post->open && !post->cut;
}

void post_deliver(Wire *wire)
{
    wire->asked = true;
    post->running++;
    queue_letter(post, letter_new(wire));
}

/* ---- streams */

HttpStream *http_stream_new(const char *type, HttpStreamFill fill, HttpStreamClosed closed,
                            gpointer data)
{
    HttpStream *stream = g_new0(HttpStream, 1);
    g_atomic_ref_count_init(&stream->references);
    stream->fill = fill;
    stream->closed = closed;
    stream->data = data;
    return stream;
}

HttpStream *http_stream_ref(HttpStream *stream)
{
    g_atomic_ref_count_inc(&stream->references);
    return stream;
}

void http_stream_unref(HttpStream *stream)
{
    if (stream && g_atomic_ref_count_dec(&stream->references))
        g_free(stream);
}

void http_stream_wake(HttpStream *stream)
{
    stream->woken = true;
    if (!post)
        return;
    g_mutex_lock(&post->lock);
    g_cond_signal(&post->stream_woken);
    g_mutex_unlock(&post->lock);
}

void http_stream_end(HttpStream *stream)
{
    stream->ending = true;
    http_stream_wake(stream);
}

/* False: it is over. */
static bool pump(Httpd *httpd, HttpStream *stream)
{
    char buffer[256];
    for (;;) {
        stream->woken = false;
        ssize_t n = stream->ending || httpd->cut || httpd->stop
                        ? -1
                        : stream->fill(stream->data, buffer, sizeof buffer);
        if (n < 0 || (n > 0 && !stream->wire->request)) /* a write to a peer that has gone */
            return false;
        if (n > 0)
            wire_bytes(stream->wire, buffer, (size_t)n);
        else if (!stream->woken && !stream->ending)
            return true;
    }
}

static void end_stream(HttpStream *stream)
{
    wire_close(stream->wire);
    stream->closed(stream->data);
    wire_unref(stream->wire);
    http_stream_unref(stream);
}

static HttpStream *woken_stream(Httpd *httpd)
{
    for (guint i = 0; i < httpd->streams->len; i++) {
        HttpStream *stream = g_ptr_array_index(httpd->streams, i);
        if (stream->woken || stream->ending || httpd->stop || httpd->cut)
            return stream;
    }
    return NULL;
}

static gpointer stream_thread(gpointer data)
{
    Httpd *httpd = data;
    g_mutex_lock(&httpd->lock);
    while (!httpd->stop || httpd->streams->len > 0) {
        HttpStream *stream = woken_stream(httpd);
        if (!stream) {
            g_cond_wait(&httpd->stream_woken, &httpd->lock);
            continue;
        }
        g_mutex_unlock(&httpd->lock);
        bool goes_on = pump(httpd, stream);
        g_mutex_lock(&httpd->lock);
        if (goes_on)
            continue;
        g_ptr_array_remove(httpd->streams, stream);
        g_mutex_unlock(&httpd->lock);
        end_stream(stream);
        g_mutex_lock(&httpd->lock);
    }
    g_mutex_unlock(&httpd->lock);
    return NULL;
}

/* ---- the whole */

Httpd *httpd_new(const char *address, const HttpdLimits *limits, const HttpdHooks *hooks,
                 GError **error)
{
    Httpd *httpd = g_new0(Httpd, 1);
    httpd->hooks = *hooks;
    httpd->n_threads = MIN(limits->threads, G_N_ELEMENTS(httpd->threads));
    httpd->streams = g_ptr_array_new();
    g_mutex_init(&httpd->lock);
    return httpd;
}

bool httpd_start(Httpd *httpd, GError **error)
{
    for (unsigned i = 0; i < httpd->n_threads; i++)
        httpd->threads[i] = g_thread_new("http", http_thread, httpd);
    httpd->streamer = g_thread_new("streams", stream_thread, httpd);
    httpd->open = true;
    post = httpd;
    return true;
}

void httpd_stop_listening(Httpd *httpd)
{
    httpd->open = false;
}

static bool is_idle(gpointer httpd)
{
    return ((Httpd *)httpd)->running == 0;
}

void httpd_drain(Httpd *httpd, unsigned ms)
{
    sched_until(is_idle, httpd, sched_now() + (gint64)ms * 1000);
}

bool httpd_reload(Httpd *httpd, GError **error)
{
    return true;
}

void httpd_stop(Httpd *httpd, unsigned ms)
{
    if (!httpd->streamer)
        return;
    sched_until(is_idle, httpd, sched_now() + (gint64)ms * 1000);
    g_mutex_lock(&httpd->lock);
    httpd->stop = true;
    g_cond_broadcast(&httpd->filled);
    g_cond_broadcast(&httpd->stream_woken);
    g_mutex_unlock(&httpd->lock);
    for (unsigned i = 0; i < httpd->n_threads; i++)
        g_thread_join(httpd->threads[i]);
    g_thread_join(httpd->streamer);
    post = NULL;
}

void httpd_free(Httpd *httpd)
{
    if (!httpd)
        return;
    g_ptr_array_unref(httpd->streams);
    g_mutex_clear(&httpd->lock);
    g_free(httpd);
}

void httpd_gauges(Httpd *httpd, HttpdGauges *out)
{
    *out = (HttpdGauges){ 0 };
}

void post_cut_all(void)
{
    if (!post)
        return;
    g_mutex_lock(&post->lock);
    post->cut = true;
    g_cond_broadcast(&post->stream_woken);
    g_mutex_unlock(&post->lock);
}

/* ---- asking directly */

static bool is_answered(gpointer wire)
{
    return ((Wire *)wire)->answered;
}

Wire *post_ask(const char *token, const char *method, const char *target, const char *key,
               const char *if_match, const char *body)
{
    Wire *wire = g_new0(Wire, 1);
    g_atomic_ref_count_init(&wire->references);
    wire->host = -1;
    wire->method = g_strdup(method);
    wire->target = g_strdup(target);
    wire->authorization = token ? g_strconcat("Bearer ", token, NULL) : NULL;
    wire->key = key ? g_strdup_printf("\"%s\"", key) : NULL;
    wire->if_none_match = g_strcmp0(if_match, "*") == 0 ? g_strdup("*") : NULL;
    wire->if_match = wire->if_none_match ? NULL : g_strdup(if_match);
    wire->body = g_strdup(body);
    wire->content_type = body ? g_strdup("application/json") : NULL;
    if (!post_is_open())
        return wire;
    post_deliver(wire);
    sched_until(is_answered, wire, sched_now() + 60 * G_USEC_PER_SEC);
    return wire;
}
