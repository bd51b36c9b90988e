/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench_requests.h"

#include <string.h>
#include <unistd.h>

#include "base/uuid.h"

/* ---- requests */

gsize build_get(guint64 n, char *buffer, gsize size, gpointer data)
{
    const Target *target = data;

    if (target->path)
        return (gsize)g_snprintf(
            buffer, size, "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n",
            target->path, target->token);
    return (gsize)g_snprintf(
        buffer, size,
        "GET /v1/referrals/%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n",
        (char *)target->ids->pdata[n * 7919 % target->ids->len], target->token);
}

gsize build_confirm(guint64 n, char *buffer, gsize size, gpointer data)
{
    static const char body[] = "{\"verdict\":\"lead\",\"message\":\"Thank you\"}";
    Target *target = data;
    char key[UUID_TEXT_SIZE];
    Uuid id = uuid_new();

    uuid_format(&id, key);
    return (gsize)g_snprintf(
        buffer, size,
        "POST /v1/referrals/%s/confirm HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
        "Idempotency-Key: \"%s\"\r\nContent-Type: application/json\r\nContent-Length: "
        "%zu\r\n\r\n%s",
        (char *)target->waiting->pdata[target->next++], target->token, key, strlen(body), body);
}

gsize build_mixed(guint64 n, char *buffer, gsize size, gpointer data)
{
    return n % 10 == 0 ? build_confirm(n, buffer, size, data) : build_get(n, buffer, size, data);
}

static gsize build_bare_post(guint64 n, char *buffer, gsize size, gpointer data)
{
    return (gsize)g_snprintf(buffer, size,
                             "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 16\r\n\r\n"
                             "%016" G_GINT64_MODIFIER "u",
                             n);
}

/* ---- ids */

void target_init(Target *target, World *world)
{
    *target = (Target){
        .port = bench_port(world),
        .token = bench_token(world),
        .ids = g_ptr_array_new_with_free_func(g_free),
        .waiting = g_ptr_array_new_with_free_func(g_free),
    };
}

void target_clear(Target *target)
{
    g_ptr_array_unref(target->ids);
    g_ptr_array_unref(target->waiting);
}

static bool fetch(Target *target, const char *filter, GPtrArray *ids, guint wanted, GError **error)
{
    g_autoptr(GRegex) regex = g_regex_new("[\\[,]\\{\"id\":\"([0-9a-f-]{36})\"", 0, 0, NULL);
    g_autofree char *cursor = NULL;

    do {
        g_autofree char *path = g_strconcat("/v1/referrals?box=inbox&limit=500", filter,
                                            cursor ? "&cursor=" : "", cursor, NULL);
        g_autofree char *page = load_get(target->port, target->token, path, error);
        g_autoptr(GMatchInfo) match = NULL;

        if (!page)
            return false;
        for (g_regex_match(regex, page, 0, &match); g_match_info_matches(match);
             g_match_info_next(match, NULL))
            g_ptr_array_add(ids, g_match_info_fetch(match, 1));
        g_free(cursor);
        cursor = load_match("\"next\":\"([^\"]+)\"", page);
    } while (cursor && ids->len < wanted);
    return true;
}

bool target_fetch(Target *target, guint ids, GError **error)
{
    return fetch(target, "", target->ids, ids, error) &&
           fetch(target, "&state=sent", target->waiting, G_MAXUINT, error) &&
           fetch(target, "&state=picked_up", target->waiting, G_MAXUINT, error);
}

/* ---- rates */

Rate rate_new(void)
{
    return (Rate){ series_new(), series_new(), series_new() };
}

void rate_free(Rate *rate)
{
    series_free(rate->rate);
    series_free(rate->p50);
    series_free(rate->p99);
    g_free(rate->sample);
}

bool rate_measure(Rate *rate, int connections, guint64 requests, LoadBuild build, Target *target,
                  GError **error)
{
    LoadSpec spec = { target->port, connections, requests, build, target };
    LoadResult result;

    if (!load_run(&spec, &result, error)) {
        g_free(result.sample);
        return false;
    }
    series_add(rate->rate, result.per_second);
    series_add(rate->p50, result.p50_ms);
    series_add(rate->p99, result.p99_ms);
    rate->failed += result.failed;
    if (rate->sample)
        g_free(result.sample);
    else
        rate->sample = result.sample;
    return true;
}

void rate_rows(const Rate *rate, const Figure *figure, double limit, double p99_at_most)
{
    const Figure middle = { .name = "  p50 of it", .unit = "ms" };
    const Figure tail = { .name = "  p99 of it", .unit = "ms", .at_most = p99_at_most };

    bench_figure(figure, rate->rate, limit);
    bench_figure(&middle, rate->p50, 0);
    bench_figure(&tail, rate->p99, 0);
    if (rate->failed)
        bench_note("  %" G_GUINT64_FORMAT " answers were not 2xx; the first: %s", rate->failed,
                   rate->sample);
}

/* ---- servers of the limits */

typedef struct Bare {
    GPid pid;
    int input, port;
} Bare;

static bool bare_start(Bare *bare, const char *mode, const char *database, GError **error)
{
    g_autofree char *port = g_strdup_printf("%d", bare->port = load_free_port());
    g_autofree char *program = g_build_filename(g_getenv("top_builddir"), "tests/bench/bare", NULL);
    const char *argv[] = { program, mode, port, database, NULL };
    char line[16];
    int output;
    bool ok;

    if (!g_spawn_async_with_pipes(NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                                  &bare->pid, &bare->input, &output, NULL, error))
        return false;
    ok = read(output, line, sizeof line) > 0;
    close(output);
    if (!ok)
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "bare %s did not start", mode);
    return ok;
}

static void bare_stop(Bare *bare)
{
    close(bare->input);
    g_spawn_close_pid(bare->pid);
}

double bare_rate(int runs, const char *mode, const char *database, int connections,
                 guint64 requests, bool post, GError **error)
{
    Target target = { .path = "/", .token = "" };
    Rate rate = rate_new();
    Bare bare;
    double median = -1;
    bool ok = bare_start(&bare, mode, database, error);

    target.port = bare.port;
    for (int i = 0; ok && i < runs; i++)
        ok = rate_measure(&rate, connections, requests, post ? build_bare_post : build_get, &target,
                          error);
    if (ok) {
        median = series_rank(rate.rate, 0.5);
        bare_stop(&bare);
    } else {
        g_prefix_error(error, "bare %s, c=%d: ", mode, connections);
    }
    rate_free(&rate);
    return median;
}
