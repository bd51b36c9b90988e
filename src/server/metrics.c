/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/metrics.h"

#include "server/routes.h"

static const gint64 latency_us[] = { 250,   500,   1000,   2500,   5000,   10000,
                                     25000, 50000, 100000, 250000, 1000000 };
static const gint64 group_sizes[] = { 1, 2, 4, 8, 16, 32, 64, 100 };
#define BUCKETS_MAX 12 /* one more than the longest list: +Inf */

typedef struct Histogram {
    gint64 counts[BUCKETS_MAX];
    gint64 sum;
} Histogram;

#define STATUS_MIN 100
#define STATUS_MAX 600

typedef struct RouteMetrics {
    const Route *route; /* NULL: no such address */
    gint64 by_status[STATUS_MAX - STATUS_MIN];
    Histogram latency;
} RouteMetrics;

struct Metrics {
    GPtrArray *routes;    /* RouteMetrics */
    GHashTable *by_route; /* Route -> RouteMetrics; read-only */
    Histogram groups, commits;
};

static void add(gint64 *counter, gint64 n)
{
    __atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

static gint64 get(const gint64 *counter)
{
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

static void histogram_add(Histogram *histogram, const gint64 *limits, size_t n, gint64 value)
{
    size_t i = 0;
    while (i < n && value > limits[i])
        i++;
    add(&histogram->counts[i], 1);
    add(&histogram->sum, value);
}

static void route_add(Metrics *metrics, const Route *route)
{
    RouteMetrics *row = g_new0(RouteMetrics, 1);
    row->route = route;
    g_ptr_array_add(metrics->routes, row);
    g_hash_table_insert(metrics->by_route, (gpointer)route, row);
}

Metrics *metrics_new(void)
{
    Metrics *metrics = g_new0(Metrics, 1);
    metrics->routes = g_ptr_array_new_with_free_func(g_free);
    metrics->by_route = g_hash_table_new(NULL, NULL);
    route_add(metrics, NULL);
    for (const Route *const *family = route_families; *family; family++)
        for (const Route *route = *family; route->method; route++)
            route_add(metrics, route);
    return metrics;
}

void metrics_free(Metrics *metrics)
{
    if (!metrics)
        return;
    g_hash_table_unref(metrics->by_route);
    g_ptr_array_free(metrics->routes, TRUE);
    g_free(metrics);
}

void metrics_request(Metrics *metrics, const Route *route, int status, gint64 us)
{
    RouteMetrics *row = g_hash_table_lookup(metrics->by_route, route);
    if (status >= STATUS_MIN && status < STATUS_MAX)
        add(&row->by_status[status - STATUS_MIN], 1);
    histogram_add(&row->latency, latency_us, G_N_ELEMENTS(latency_us), us);
}

void metrics_group(Metrics *metrics, size_t jobs, gint64 us)
{
    histogram_add(&metrics->groups, group_sizes, G_N_ELEMENTS(group_sizes), (gint64)jobs);
    histogram_add(&metrics->commits, latency_us, G_N_ELEMENTS(latency_us), us);
}

/* `labels` go before le; values are divided by `unit`. */
static void histogram_print(GString *out, const char *name, const char *labels,
                            const Histogram *histogram, const gint64 *limits, size_t n, double unit)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    gint64 total = 0;
    const char *comma = *labels ? "," : "";
    for (size_t i = 0; i <= n; i++) {
        total += get(&histogram->counts[i]);
        if (i < n)
            g_ascii_formatd(number, sizeof number, "%g", (double)limits[i] / unit);
        g_string_append_printf(out, "%s_bucket{%s%sle=\"%s\"} %" G_GINT64_FORMAT "\n", name, labels,
                               comma, i < n ? number : "+Inf", total);
    }
    const char *open = *labels ? "{" : "", *close = *labels ? "}" : "";
    g_ascii_formatd(number, sizeof number, "%.6f", (double)get(&histogram->sum) / unit);
    g_string_append_printf(out, "%s_sum%s%s%s %s\n%s_count%s%s%s %" G_GINT64_FORMAT "\n", name,
                           open, labels, close, number, name, open, labels, close, total);
}

static void head_print(GString *out, const char *name, const char *type, const char *help)
{
    g_string_append_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static char *route_labels(const RouteMetrics *row)
{
    if (!row->route)
        return g_strdup("method=\"\",route=\"none\"");
    return g_strdup_printf("method=\"%s\",route=\"%s\"", row->route->method, row->route->path);
}

void metrics_print(const Metrics *metrics, GString *out)
{
    head_print(out, "leadline_requests_total", "counter",
               "Requests answered, by route and status.");
    for (guint r = 0; r < metrics->routes->len; r++) {
        const RouteMetrics *row = metrics->routes->pdata[r];
        g_autofree char *labels = route_labels(row);
        for (int s = 0; s < STATUS_MAX - STATUS_MIN; s++)
            if (get(&row->by_status[s]) > 0)
                g_string_append_printf(
                    out, "leadline_requests_total{%s,status=\"%d\"} %" G_GINT64_FORMAT "\n", labels,
                    s + STATUS_MIN, get(&row->by_status[s]));
    }
    head_print(out, "leadline_request_seconds", "histogram",
               "Time from the complete request to the answer.");
    for (guint r = 0; r < metrics->routes->len; r++) {
        const RouteMetrics *row = metrics->routes->pdata[r];
        g_autofree char *labels = route_labels(row);
        gint64 any = 0;
        for (size_t i = 0; i < BUCKETS_MAX; i++)
            any += get(&row->latency.counts[i]);
        if (any > 0)
            histogram_print(out, "leadline_request_seconds", labels, &row->latency, latency_us,
                            G_N_ELEMENTS(latency_us), 1e6);
    }
    head_print(out, "leadline_write_group_jobs", "histogram", "Writes committed together.");
    histogram_print(out, "leadline_write_group_jobs", "", &metrics->groups, group_sizes,
                    G_N_ELEMENTS(group_sizes), 1);
    head_print(out, "leadline_write_group_seconds", "histogram",
               "Time of one transaction of the write lane.");
    histogram_print(out, "leadline_write_group_seconds", "", &metrics->commits, latency_us,
                    G_N_ELEMENTS(latency_us), 1e6);
}
