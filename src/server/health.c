/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /healthz (the process answers), /readyz (it can work), /metrics. */
#include "server/families.h"
#include "base/log.h"
#include "server/mail.h"
#include "server/server_internal.h"

static bool healthz(Call *call, GError **error)
{
    g_string_append(call->reply.body, "{\"status\":\"ok\"}");
    return true;
}

static bool readyz(Call *call, GError **error)
{
    gint64 one;
    g_autoptr(GError) local = NULL;
    if (!db_get_one_int(call->db, &local, &one, "SELECT COUNT(*) FROM meta")) {
        log_write(LOG_WARNING, "not-ready", "detail", local->message, NULL);
        return problem_set(error, PROBLEM_OVERLOADED, "the database does not answer");
    }
    if (lanes_read_only(call->server->lanes))
        return problem_set(error, PROBLEM_READ_ONLY, "the last write failed: the disk may be full");
    g_string_append(call->reply.body, "{\"status\":\"ready\"}");
    return true;
}

static void put_gauge(GString *out, const char *name, const char *help, gint64 value)
{
    g_string_append_printf(out, "# HELP %s %s\n# TYPE %s gauge\n%s %" G_GINT64_FORMAT "\n", name,
                           help, name, name, value);
}

/* While the database is away, all the rest is told. */
static void put_mail(Call *call, GString *out)
{
    gint64 waiting = 0, dead = 0;
    if (!db_get_one_int(call->db, NULL, &waiting,
                        "SELECT COUNT(*) FROM mail WHERE next_at IS NOT NULL") ||
        !db_get_one_int(call->db, NULL, &dead, "SELECT COUNT(*) FROM mail WHERE state = $1",
                        db_int(MAIL_DEAD)))
        return;
    put_gauge(out, "leadline_mail_waiting", "Mail that is to be sent.", waiting);
    put_gauge(out, "leadline_mail_dead",
              "Mail that was given up: leadlined mail list --state dead.", dead);
}

static bool metrics(Call *call, GError **error)
{
    Server *server = call->server;
    GString *out = call->reply.body;
    HttpdGauges gauges;
    httpd_gauges(server->httpd, &gauges);
    call->reply.type = "text/plain; version=0.0.4; charset=utf-8";
    metrics_print(server->metrics, out);
    put_gauge(out, "leadline_connections", "Open connections.", gauges.connections);
    put_gauge(out, "leadline_streams", "Open event streams.", gauges.streams);
    put_gauge(out, "leadline_requests_running", "Requests that are being answered.",
              gauges.running);
    put_gauge(out, "leadline_body_bytes", "Request bodies in memory.", gauges.body_bytes);
    put_gauge(out, "leadline_write_queue_jobs", "Writes that wait.",
              lanes_queue_length(server->lanes));
    put_gauge(out, "leadline_read_only", "1 while the disk takes no writes.",
              lanes_read_only(server->lanes));
    put_mail(call, out);
    return true;
}

#define STATUS_SCHEMA                                                                              \
    "{'type':'object','required':['status'],"                                                      \
    "'properties':{'status':{'type':'string'}}}"

const Route health_routes[] = {
    { "GET", "/healthz", ACCESS_OPEN, LANE_READ, .handler = healthz,
      .summary = "The process answers", .reply_schema = STATUS_SCHEMA },
    { "GET", "/readyz", ACCESS_LOCAL, LANE_READ, .handler = readyz,
      .summary = "Database and disk work", .reply_schema = STATUS_SCHEMA },
    { "GET", "/metrics", ACCESS_LOCAL, LANE_READ, .handler = metrics,
      .summary = "Counters as Prometheus text", .reply_type = "text/plain" },
    { 0 },
};
