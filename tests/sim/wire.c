/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/wire.h"

#include <string.h>

#include "base/clock.h"
#include "tests/sim/history.h"
#include "wire/problem_json.h"

const char *const fate_names[N_FATES] = { "arrives", "refused",    "request lost", "answer lost",
                                          "doubled", "answer cut", "gateway",      "gateway after",
                                          "portal",  "slow" };
Weather weather;
guint64 fates_met[N_FATES];

#define HOSTS 8

static struct {
    Dice dice;
    unsigned made;
    bool down[HOSTS];
    void (*on_write)(int host);
} net;

struct Net {
    int host;
    GQueue requests;
};

struct NetRequest {
    Net *net;
    Wire *wire;
    unsigned flags;
    guint deadline;
    gint64 heard;
    void (*on_bytes)(const char *bytes, size_t length, gpointer data);
    NetDoneFunc done;
    gpointer data;
    GDestroyNotify drop;
};

/* ---- messages */

Wire *wire_ref(Wire *wire)
{
    g_atomic_ref_count_inc(&wire->references);
    return wire;
}

void wire_unref(Wire *wire)
{
    if (!wire || !g_atomic_ref_count_dec(&wire->references))
        return;
    char *texts[] = { wire->method, wire->target,       wire->authorization,
                      wire->key,    wire->if_match,     wire->if_none_match,
                      wire->body,   wire->content_type, wire->last_event_id };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    if (wire->reply)
        g_string_free(wire->reply, TRUE);
    g_free(wire);
}

static void unref(gpointer wire)
{
    wire_unref(wire);
}

static const char *host_name(int host)
{
    static const char *const names[HOSTS] = { "A", "B", "C", "D", "E", "F", "G", "H" };
    return names[host];
}

static void later(gint64 ms, GSourceFunc func, Wire *wire)
{
    g_timeout_add_full(G_PRIORITY_DEFAULT, (guint)ms, func, wire_ref(wire), unref);
}

static gint64 latency(void)
{
    return 1 + dice_delay(&net.dice, MAX(weather.latency, 2));
}

/* ---- what the client hears */

static void request_free(NetRequest *request)
{
    g_clear_handle_id(&request->deadline, g_source_remove);
    g_queue_remove(&request->net->requests, request);
    request->wire->request = NULL;
    wire_unref(request->wire);
    g_free(request);
}

static void finish(NetRequest *request, int status, const char *body, size_t length,
                   int retry_after, const char *why)
{
    NetReply reply = {
        .status = status, .body = body, .length = length, .retry_after_ms = retry_after * 1000
    };
    if (status == 0)
        problem_set(&reply.error, PROBLEM_SERVER_DOWN, "%s", why);
    else if (status >= 400)
        problem_read(status, body, length, &reply.error, NULL);
    else if (status < 200 || status >= 300)
        problem_set(&reply.error, PROBLEM_BAD_REPLY, "the server answered with status %d", status);
    tell(host_name(request->net->host), "#%u %s %d", request->wire->number,
         status ? "hears" : "fails", status);
    NetDoneFunc done = request->done;
    gpointer data = request->data;
    request_free(request);
    done(&reply, data);
    g_clear_error(&reply.error);
}

static void break_off(Wire *wire, const char *why)
{
    if (wire->request)
        finish(wire->request, 0, "", 0, 0, why);
}

static gboolean on_broken(gpointer data)
{
    Wire *wire = data;
    wire->over = true;
    break_off(wire, "connection reset");
    return G_SOURCE_REMOVE;
}

static gboolean on_heard(gpointer data)
{
    Wire *wire = data;
    if (net.down[wire->host] || !wire->request)
        return G_SOURCE_REMOVE;
    finish(wire->request, wire->status, wire->reply ? wire->reply->str : "",
           wire->reply ? wire->reply->len : 0, wire->retry_after, "");
    return G_SOURCE_REMOVE;
}

static void answer_instead(Wire *wire)
{
    static const int statuses[] = { 429, 500, 502, 503, 504, 408 };
    static const char *const pages[] = { "", "<html>Bad gateway</html>", "{\"error\":\"busy\"}" };
    wire->status = statuses[dice_below(&net.dice, G_N_ELEMENTS(statuses))];
    wire->retry_after = dice_chance(&net.dice, 50) ? (int)dice_below(&net.dice, 60) : 0;
    if (wire->reply)
        g_string_free(wire->reply, TRUE);
    wire->reply = g_string_new(pages[dice_below(&net.dice, G_N_ELEMENTS(pages))]);
}

static gboolean on_portal(gpointer data)
{
    static const char *const pages[] = { "<html>Welcome to our hotel</html>", "{}",        "[]", "",
                                         "{\"items\":[],\"next\":null}",      "{\"id\":1}" };
    Wire *wire = data;
    wire->status = 200;
    wire->reply = g_string_new(pages[dice_below(&net.dice, G_N_ELEMENTS(pages))]);
    return on_heard(wire);
}

static gboolean on_gateway(gpointer data)
{
    answer_instead(data);
    return on_heard(data);
}

/* Silence, or a broken connection. */
static void nothing_comes(Wire *wire)
{
    if (dice_chance(&net.dice, 60))
        later(dice_between(&net.dice, 1, 3000), on_broken, wire);
}

/* From a thread of the server. */
void wire_answer(Wire *wire)
{
    wire->answered = true;
    if (wire->host < 0 || !wire->request)
        return;
    switch (wire->fate) {
    case FATE_ANSWER_LOST:
        nothing_comes(wire);
        return;
    case FATE_ANSWER_CUT:
        later(latency(), on_broken, wire);
        return;
    case FATE_GATEWAY_AFTER:
        answer_instead(wire);
        break;
    default:
        break;
    }
    later(latency(), on_heard, wire);
}

/* ---- streams */

typedef struct Bytes {
    Wire *wire;
    GString *text;
} Bytes;

static void bytes_free(gpointer data)
{
    Bytes *bytes = data;
    wire_unref(bytes->wire);
    g_string_free(bytes->text, TRUE);
    g_free(bytes);
}

static gboolean on_bytes(gpointer data)
{
    Bytes *bytes = data;
    Wire *wire = bytes->wire;
    if (net.down[wire->host]) /* what follows would leave a gap: nothing comes any more */
        wire->over = true;
    if (wire->over)
        return G_SOURCE_REMOVE;
    for (size_t from = 0; from < bytes->text->len && wire->request;) {
        size_t n = 1 + dice_below(&net.dice, (guint)(bytes->text->len - from));
        wire->request->heard = sched_now();
        wire->request->on_bytes(bytes->text->str + from, n, wire->request->data);
        from += n;
    }
    return G_SOURCE_REMOVE;
}

/* Bytes of one stream come in order. */
static gint64 arrival(Wire *wire)
{
    gint64 ms = latency();
    gint64 at = MAX(sched_now() / 1000 + ms, wire->last_bytes);
    wire->last_bytes = at;
    return at - sched_now() / 1000;
}

void wire_bytes(Wire *wire, const char *text, size_t length)
{
    if (wire->over || (wire->request && wire->fate == FATE_ANSWER_LOST))
        return;
    Bytes *bytes = g_new0(Bytes, 1);
    bytes->wire = wire_ref(wire);
    bytes->text = g_string_new_len(text, (gssize)length);
    bool breaks = dice_chance(&net.dice, weather.stream_break_percent);
    if (breaks)
        g_string_truncate(bytes->text, dice_below(&net.dice, (guint)length + 1));
    gint64 ms = arrival(wire);
    g_timeout_add_full(G_PRIORITY_DEFAULT, (guint)ms, on_bytes, bytes, bytes_free);
    if (breaks || dice_chance(&net.dice, weather.stream_mute_percent))
        wire->fate = FATE_ANSWER_LOST;
    if (breaks)
        later(ms + dice_between(&net.dice, 1, 20000), on_broken, wire);
}

void wire_close(Wire *wire)
{
    if (wire->request)
        later(arrival(wire), on_broken, wire);
}

/* Instead of the deadline: a stream that was silent for too long. */
static gboolean on_silence(gpointer data)
{
    NetRequest *request = data;
    gint64 silent = (sched_now() - request->heard) / G_USEC_PER_SEC;
    if (silent < NET_SILENCE_S) {
        request->deadline = g_timeout_add_seconds((guint)(NET_SILENCE_S - silent), on_silence,
                                                  request);
        return G_SOURCE_REMOVE;
    }
    request->deadline = 0;
    request->wire->over = true;
    finish(request, 0, "", 0, 0, "silence");
    return G_SOURCE_REMOVE;
}

/* ---- sending */

static gboolean on_deadline(gpointer data)
{
    NetRequest *request = data;
    request->deadline = 0;
    finish(request, 0, "", 0, 0, "timeout");
    return G_SOURCE_REMOVE;
}

static gboolean on_arrival(gpointer data)
{
    Wire *wire = data;
    if (!post_is_open() || net.down[wire->host]) {
        later(latency(), on_broken, wire);
        return G_SOURCE_REMOVE;
    }
    post_deliver(wire);
    return G_SOURCE_REMOVE;
}

/* The same message once more; nobody waits for its answer. */
static Wire *wire_copy(const Wire *from)
{
    Wire *wire = g_new0(Wire, 1);
    g_atomic_ref_count_init(&wire->references);
    wire->number = from->number;
    wire->host = from->host;
    wire->method = g_strdup(from->method);
    wire->target = g_strdup(from->target);
    wire->authorization = g_strdup(from->authorization);
    wire->key = g_strdup(from->key);
    wire->if_match = g_strdup(from->if_match);
    wire->if_none_match = g_strdup(from->if_none_match);
    wire->content_type = g_strdup(from->content_type);
    wire->last_event_id = g_strdup(from->last_event_id);
    wire->body = g_strdup(from->body);
    wire->is_stream = from->is_stream;
    return wire;
}

static Fate draw_fate(int host)
{
    guint total = 0;
    for (int i = 0; i < N_FATES; i++)
        total += weather.weights[i];
    if (net.down[host])
        return FATE_REFUSED;
    guint at = dice_below(&net.dice, total);
    for (int i = 0; i < N_FATES; i++) {
        if (at < weather.weights[i])
            return (Fate)i;
        at -= weather.weights[i];
    }
    return FATE_ARRIVES;
}

static void send_off(Wire *wire)
{
    fates_met[wire->fate]++;
    switch (wire->fate) {
    case FATE_REFUSED:
        later(latency(), on_broken, wire);
        return;
    case FATE_REQUEST_LOST:
        nothing_comes(wire);
        return;
    case FATE_GATEWAY:
        later(latency(), on_gateway, wire);
        return;
    case FATE_PORTAL:
        later(latency(), on_portal, wire);
        return;
    case FATE_SLOW:
        later(dice_between(&net.dice, 1, 60000), on_arrival, wire);
        return;
    case FATE_DOUBLED: {
        Wire *copy = wire_copy(wire);
        later(latency() + dice_between(&net.dice, 0, 20000), on_arrival, copy);
        wire_unref(copy);
        break;
    }
    default:
        break;
    }
    later(latency(), on_arrival, wire);
}

static char *quoted(const Uuid *key)
{
    char text[UUID_TEXT_SIZE];
    return key ? g_strdup_printf("\"%s\"", uuid_format(key, text)) : NULL;
}

static Wire *wire_of(const Net *from, const NetCall *call)
{
    Wire *wire = g_new0(Wire, 1);
    g_atomic_ref_count_init(&wire->references);
    wire->number = ++net.made;
    wire->host = from->host;
    wire->method = g_strdup(call->method);
    wire->target = g_strdup(call->path);
    wire->authorization = call->token ? g_strconcat("Bearer ", call->token, NULL) : NULL;
    wire->key = quoted(call->key);
    wire->if_match = call->if_match ? g_strdup_printf("\"%" G_GINT64_FORMAT "\"", call->if_match)
                                    : NULL;
    wire->if_none_match = call->create ? g_strdup("*") : NULL;
    wire->last_event_id = call->last_event_id && *call->last_event_id
                              ? g_strdup(call->last_event_id)
                              : NULL;
    wire->body = g_strdup(call->body);
    wire->content_type = !call->body
                             ? NULL
                             : g_strdup(call->flags & NET_FORM ? "application/x-www-form-urlencoded"
                                                               : "application/json");
    wire->is_stream = call->flags & NET_STREAM;
    wire->fate = draw_fate(from->host);
    return wire;
}

NetRequest *net_send(Net *from, const NetCall *call, NetDoneFunc done, gpointer data)
{
    NetRequest *request = g_new0(NetRequest, 1);
    if (call->key || strcmp(call->path, "/v1/batch") == 0)
        net.on_write(from->host);
    *request = (NetRequest){ .net = from,
                             .wire = wire_of(from, call),
                             .flags = call->flags,
                             .heard = sched_now(),
                             .on_bytes = call->on_bytes,
                             .done = done,
                             .data = data,
                             .drop = call->drop };
    request->wire->request = request;
    /* An answer comes all at once here: a large one, too, is given up after a silence of NET_DEADLINE_MS. */
    guint ms = call->deadline_ms ? call->deadline_ms : NET_DEADLINE_MS;
    request->deadline = call->flags & NET_STREAM
                            ? g_timeout_add_seconds(NET_SILENCE_S, on_silence, request)
                            : g_timeout_add(ms, on_deadline, request);
    g_queue_push_tail(&from->requests, request);
    tell(host_name(from->host), "#%u %s %s%s%s (%s)", request->wire->number, call->method,
         call->path, call->key ? " key " : "", call->key ? brief(call->key) : "",
         fate_names[request->wire->fate]);
    send_off(request->wire);
    return request;
}

void net_cancel(NetRequest *request)
{
    tell(host_name(request->net->host), "#%u is given up", request->wire->number);
    if (request->drop)
        request->drop(request->data);
    request_free(request);
}

void net_cancel_all(Net *from)
{
    while (from->requests.head)
        net_cancel(from->requests.head->data);
}

/* As far as the client knows: nothing of this machine's network is to be watched. */
bool net_is_local(const Net *from)
{
    return true;
}

/* The port tells whose it is. */
Net *net_new(const char *server, const char *ca_file, GError **error)
{
    Net *made = g_new0(Net, 1);
    made->host = server[strlen(server) - 1] - '0';
    g_assert(made->host >= 0 && made->host < HOSTS);
    return made;
}

void net_free(Net *from)
{
    if (!from)
        return;
    net_cancel_all(from);
    g_free(from);
}

char *net_reply_take(NetReply *reply, size_t *length)
{
    *length = reply->length;
    char *copy = g_malloc(reply->length + 1);
    memcpy(copy, reply->body, reply->length);
    copy[reply->length] = '\0';
    return copy;
}

void wire_begin(guint64 seed, void (*on_write)(int host))
{
    memset(&net, 0, sizeof net);
    net.dice = dice_new(seed, 3);
    net.on_write = on_write;
}

void wire_set_down(int host, bool down)
{
    net.down[host] = down;
}
