/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/server.h"

#include <string.h>
#include <unistd.h>

#include "server/changes.h"
#include "base/log.h"
#include "server/mail_sender.h"
#include "server/routes.h"
#include "server/schema.h"
#include "server/server_internal.h"
#include "server/supervisor.h"

#define DRAIN_MS 3000 /* for those who are in the middle of asking */
#define STOP_MS 15000

static unsigned http_threads(const Config *config, DbEngine engine)
{
    if (config->threads > 0)
        return (unsigned)config->threads;
    return engine == DB_ENGINE_SQLITE ? 2 : 4;
}

/* The first line of the file that a key of the configuration names. */
static bool read_secret(const char *key, const char *path, char **out, GError **error)
{
    g_autoptr(GError) local = NULL;
    if (!path)
        return true;
    if (!g_file_get_contents(path, out, NULL, &local))
        return problem_set(error, PROBLEM_BAD_CONFIG, "%s: %s", key, local->message);
    (*out)[strcspn(*out, "\r\n")] = '\0';
    if (strlen(*out) < 16)
        return problem_set(error, PROBLEM_BAD_CONFIG,
                           "%s: %s: needs a token of 16 characters or more", key, path);
    return true;
}

static bool read_secrets(Server *server, GError **error)
{
    const Config *config = server->config;
    return read_secret("metrics_token_file", config->metrics_token_file, &server->metrics_token,
                       error) &&
           read_secret("mail_inbound_secret_file", config->mail_inbound_secret_file,
                       &server->mail_secret, error);
}

Server *server_new(const Config *config, GError **error)
{
    Server *server = g_new0(Server, 1);
    server->config = config;
    routes_init();
    server->auth = auth_cache_new();
    server->metrics = metrics_new();
    server->rate = rate_new(config->rate_reads, config->rate_writes);
    server->lock = -1;
    schema_watch_timeline(config);
    if (mail_config_ok(config, error) && schema_lock(config, &server->lock, error))
        server->db = schema_open(config, error);
    if (server->db && read_secrets(server, error))
        return server;
    server_free(server);
    return NULL;
}

static bool parts_start(Server *server, GError **error)
{
    for (const ServerPart *part = server_parts; part->name; part++) {
        if (!part->start(server, error))
            return false;
        server->parts_started++;
    }
    return true;
}

bool server_start(Server *server, GError **error)
{
    const Config *config = server->config;
    HttpdLimits limits = { .threads = http_threads(config, db_engine(server->db)),
                           .connections = (unsigned)config->max_connections,
                           .streams = (unsigned)config->max_streams,
                           .header_seconds = (int)config->header_seconds,
                           .body_seconds = (int)config->body_seconds,
                           .bodies = config->body_memory * 1024 * 1024,
                           .sockets = supervisor_sockets(),
                           .certificate = config->tls_certificate,
                           .key = config->tls_key,
                           .proxies = config->proxies };
    HttpdHooks hooks = exchange_hooks(server);
    server->started = true;
    server->lanes = lanes_new(config, server->db, server->metrics, frame_write_last);
    server->httpd = httpd_new(config->listen, &limits, &hooks, error);
    if (!server->httpd || !lanes_start(server->lanes, error) || !parts_start(server, error) ||
        !httpd_start(server->httpd, error))
        return false;
    server->jobs = jobs_start(server, error);
    if (!server->jobs)
        return false;
    g_autofree char *threads = g_strdup_printf("%u", limits.threads);
    log_write(LOG_INFO, "started", "listen", limits.sockets ? "handed over" : config->listen,
              "threads", threads, NULL);
    log_flush();
    return true;
}

void server_stop(Server *server)
{
    if (!server->started)
        return;
    server->started = false;
    log_write(LOG_INFO, "stopping", NULL);
    supervisor_tell("STOPPING=1");
    if (server->httpd) {
        httpd_stop_listening(server->httpd);
        httpd_drain(server->httpd, DRAIN_MS);
    }
    jobs_stop(g_steal_pointer(&server->jobs));
    while (server->parts_started > 0)
        server_parts[--server->parts_started].stop(server);
    lanes_stop(server->lanes); /* what was accepted is finished and answered */
    if (server->httpd)
        httpd_stop(server->httpd, STOP_MS);
    g_autoptr(GError) error = NULL;
    if (!db_checkpoint(server->db, true, &error))
        log_write(LOG_WARNING, "checkpoint", "detail", error->message, NULL);
    log_write(LOG_INFO, "stopped", NULL);
    log_flush();
}

void server_reload(Server *server)
{
    g_autoptr(GError) error = NULL;
    if (httpd_reload(server->httpd, &error))
        log_write(LOG_INFO, "reloaded", NULL);
    else
        log_write(LOG_ERROR, "reload", "detail", error->message, NULL);
    log_flush();
}

void server_free(Server *server)
{
    if (!server)
        return;
    httpd_free(server->httpd);
    lanes_free(server->lanes);
    db_close(server->db);
    if (server->lock >= 0)
        close(server->lock);
    auth_cache_free(server->auth);
    metrics_free(server->metrics);
    rate_free(server->rate);
    g_free(server->metrics_token);
    g_free(server->mail_secret);
    g_free(server);
}

const Config *server_config(const Server *server)
{
    return server->config;
}

Db *server_open_reader(Server *server, GError **error)
{
    return db_open(server_drivers, server->config->database, DB_READ, error);
}

/* ---- publishing */

void server_listen(Server *server, const ServerListener *listener)
{
    const ServerListener **slot = server->listeners;
    while (*slot)
        slot++;
    g_assert(slot < server->listeners + SERVER_LISTENERS_MAX);
    *slot = listener;
}

/* The changes of one scope from this one on: they are sorted by scope, and each has the scope's state after the
 * transaction. Returns where the next scope begins. */
static guint publish_scope(Server *server, const GArray *changes, guint from)
{
    const Change *first = &g_array_index(changes, Change, from);
    bool loud = false, scopes = false;
    guint i = from;
    for (; i < changes->len; i++) {
        const Change *change = &g_array_index(changes, Change, i);
        if (!uuid_equal(&change->scope, &first->scope))
            break;
        loud |= !change->silent;
        scopes |= change->type == OBJECT_SCOPE;
    }
    ChangeState state = { .epoch = first->epoch, .acl = first->acl, .seq = first->seq };
    for (const ServerListener **listener = server->listeners; loud && *listener; listener++)
        (*listener)->changed(&first->scope, &state, scopes);
    return i;
}

void server_publish(Server *server, const Frame *frame)
{
    const GArray *changes = frame->call.changes;
    for (guint i = 0; changes && i < changes->len;)
        i = publish_scope(server, changes, i);
    const GArray *revoked = frame->call.revoked;
    for (guint i = 0; revoked && i < revoked->len; i++)
        for (const ServerListener **listener = server->listeners; *listener; listener++)
            (*listener)->ended(&g_array_index(revoked, Uuid, i));
}

/* ---- work of the server's own */

/* A route without an address, for frames that no request made. */
static Route own_route(CallHandler handler)
{
    return (Route){ "", "", ACCESS_OPEN, LANE_WRITE, ROUTE_NO_KEY, .handler = handler };
}

typedef struct OwnRun {
    WriteUnit unit;
    GMutex lock;
    GCond ready;
    bool done;
} OwnRun;

static void own_done(WriteUnit *unit)
{
    OwnRun *run = (OwnRun *)(void *)unit;
    g_mutex_lock(&run->lock);
    run->done = true;
    g_cond_signal(&run->ready);
    g_mutex_unlock(&run->lock);
}

static bool own_wait(Server *server, OwnRun *run, GError **error)
{
    if (!lanes_write(server->lanes, &run->unit, error))
        return false;
    g_mutex_lock(&run->lock);
    while (!run->done)
        g_cond_wait(&run->ready, &run->lock);
    g_mutex_unlock(&run->lock);
    return true;
}

bool server_run(Server *server, const Principal *as, CallHandler handler, gpointer arg,
                GError **error)
{
    Route route = own_route(handler);
    g_autoptr(Frame) frame = frame_new(server);
    frame->call.route = &route;
    frame->call.scratch = arg;
    if (as)
        frame->call.principal = *as;
    DbJob job = { .fn = frame_write, .arg = frame };
    OwnRun run = { .unit = { .jobs = &job, .n = 1, .always = true, .done = own_done } };
    g_mutex_init(&run.lock);
    g_cond_init(&run.ready);
    bool ok = own_wait(server, &run, error);
    g_mutex_clear(&run.lock);
    g_cond_clear(&run.ready);
    if (ok && job.error) {
        g_propagate_error(error, job.error);
        return false;
    }
    if (ok)
        server_publish(server, frame);
    return ok;
}

static bool write_and_last(Db *db, gpointer frame, GError **error)
{
    const DbJob job = { .arg = frame }, *jobs = &job;
    return frame_write(db, frame, error) && frame_write_last(db, &jobs, 1, error);
}

bool call_run(Db *db, CallHandler handler, gpointer arg, GError **error)
{
    Route route = own_route(handler);
    g_autoptr(Frame) frame = frame_new(NULL);
    frame->call.route = &route;
    frame->call.scratch = arg;
    return db_tx(db, write_and_last, frame, error);
}
