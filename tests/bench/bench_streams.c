/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Event streams: how long a change takes to all of them that wait, and what an idle one costs. */
#include "bench_requests.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define PER_ACCOUNT 32
#define SPARE_FILES 200
#define READ_MS 5000
#define QUICK_HASH "--sign-up --argon2-memory 64 --argon2-passes 1 --log warning"
#define OTHER_STREAMS 16
#define PASSWORD "a long password"

/* ---- idle streams, of accounts that nothing happens to */

static char *sign_up(int port, int i, GError **error)
{
    g_autofree char *account = g_strdup_printf(
        "{\"email\":\"idle%d@demo.example\",\"password\":\"" PASSWORD "\",\"name\":\"Idle\"}", i);
    g_autofree char *login = g_strdup_printf(
        "{\"email\":\"idle%d@demo.example\",\"password\":\"" PASSWORD "\"}", i);
    g_autofree char *made = load_post(port, "", "/v1/accounts", account, error);
    g_autofree char *tokens = made ? load_post(port, "", "/v1/login", login, error) : NULL;

    return tokens ? load_match("\"access_token\":\"([^\"]+)\"", tokens) : NULL;
}

static bool wait_for(int fd, GString *in, const char *text)
{
    struct pollfd poller = { .fd = fd, .events = POLLIN };

    while (!strstr(in->str, text)) {
        char chunk[4096];
        gssize n = poll(&poller, 1, READ_MS) > 0 ? read(fd, chunk, sizeof chunk) : 0;

        if (n <= 0)
            return false;
        g_string_append_len(in, chunk, n);
    }
    return true;
}

/* Open and greeted: its first state event has come. */
static int open_stream(int port, const char *token, GError **error)
{
    g_autofree char *request = g_strdup_printf(
        "GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n", token);
    g_autoptr(GString) in = g_string_new(NULL);
    int fd = load_connect(port, error);

    if (fd < 0)
        return -1;
    if (write(fd, request, strlen(request)) == (gssize)strlen(request) &&
        wait_for(fd, in, "event: state"))
        return fd;
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "no event stream: %s", in->str);
    close(fd);
    return -1;
}

static bool open_idle(int port, int n, GArray *streams, GError **error)
{
    for (int i = 0; (int)streams->len < n; i++) {
        g_autofree char *token = sign_up(port, i, error);

        if (!token)
            return false;
        for (int k = 0; k < PER_ACCOUNT && (int)streams->len < n; k++) {
            int fd = open_stream(port, token, error);

            if (fd < 0)
                return false;
            g_array_append_val(streams, fd);
        }
    }
    return true;
}

static void close_all(GArray *streams)
{
    for (guint i = 0; i < streams->len; i++)
        close(g_array_index(streams, int, i));
    g_array_set_size(streams, 0);
}

/* ---- latency: from the sending of a confirm (so its commit counts too) to its event */

static bool tell_once(Target *target, int fd, Series *series, GError **error)
{
    g_autofree char *path = g_strdup_printf("/v1/referrals/%s/confirm",
                                            (char *)target->waiting->pdata[target->next++]);
    g_autofree char *answer = NULL;
    g_autoptr(GString) in = g_string_new(NULL);
    struct pollfd poller = { .fd = fd, .events = POLLIN };
    gint64 sent = g_get_monotonic_time();

    answer = load_post(target->port, target->token, path, "{\"verdict\":\"lead\"}", error);
    if (!answer)
        return false;
    if (!wait_for(fd, in, "event: state")) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "no event came");
        return false;
    }
    series_add(series, (double)(g_get_monotonic_time() - sent) / 1e3);
    poll(&poller, 0, 220); /* what comes sooner is held back */
    return true;
}

static bool latency_rows(Target *target, int runs, const char *where, GError **error)
{
    g_autofree char *name = g_strconcat("confirm sent to event, ", where, NULL);
    const Figure p50 = { name, "ms", 2 };
    const Figure p99 = { "  p99 of it", "ms", 10 };
    g_autoptr(GArray) series = series_new();
    g_autoptr(GArray) tail = series_new();
    int fd = open_stream(target->port, target->token, error);
    bool ok = fd >= 0;

    for (int i = 0; ok && i < runs * 4; i++)
        ok = tell_once(target, fd, series, error);
    if (fd >= 0)
        close(fd);
    if (!ok)
        return false;
    series_add(tail, series_rank(series, 0.99));
    bench_figure(&p50, series, 0);
    bench_figure(&p99, tail, 0);
    return true;
}

/* ---- all */

static int allow_files(int wanted)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = MIN((rlim_t)wanted + SPARE_FILES, limit.rlim_max);
    setrlimit(RLIMIT_NOFILE, &limit); /* the server inherits it */
    return MIN(wanted, (int)limit.rlim_cur - SPARE_FILES);
}

static void idle_rows(World *world, int n, double before)
{
    static const Figure memory = { "memory of an idle stream", "KiB", 12 };
    static const Figure cpu = { "CPU with all of them idle, pings", "%" };
    static const Figure total = { "memory (PSS) with all of them", "MiB" };
    struct pollfd none = { .fd = -1 };
    pid_t pid = world_server_pid(world);
    double now = bench_memory(pid);
    Usage first = bench_usage(pid);
    gint64 started = g_get_monotonic_time();

    poll(&none, 1, 5000);
    bench_value(&memory, (now - before) * 1024 / n);
    bench_value(&cpu, (bench_usage(pid).cpu_s - first.cpu_s) * 100 /
                          ((double)(g_get_monotonic_time() - started) / G_USEC_PER_SEC));
    bench_value(&total, now);
}

static bool measure_all(World *world, Target *target, const BenchPlan *plan, GArray *streams,
                        GError **error)
{
    Target reader = { .port = target->port, .token = target->token, .path = "/v1/me" };
    static const Figure read = { "GET /v1/me, c=32, beside the idle streams", "req/s" };
    int n = allow_files(plan->streams);
    g_autofree char *where = g_strdup_printf("%d idle streams", n);
    Rate alone = rate_new(), beside = rate_new();
    double before;
    bool ok = latency_rows(target, plan->runs, "no other stream", error) &&
              rate_measure(&alone, 32, 20000, build_get, &reader, error);

    before = bench_memory(world_server_pid(world));
    ok = ok && open_idle(target->port, n, streams, error);
    if (ok)
        idle_rows(world, n, before);
    ok = ok && latency_rows(target, plan->runs, where, error) &&
         rate_measure(&beside, 32, 20000, build_get, &reader, error);
    if (ok)
        rate_rows(&beside, &read, series_rank(alone.rate, 0.5), 0);
    rate_free(&alone);
    rate_free(&beside);
    return ok;
}

bool bench_streams(const BenchPlan *plan, GError **error)
{
    g_autoptr(World) world = NULL;
    g_autofree char *arguments = NULL;
    g_autoptr(GArray) streams = g_array_new(FALSE, FALSE, sizeof(int));
    Target target;
    bool ok;

    arguments = g_strdup_printf(QUICK_HASH " --max-streams %d",
                                allow_files(plan->streams) + OTHER_STREAMS);
    world = bench_world(1000, error);
    if (!world || !world_server_start(world, arguments, error))
        return false;
    bench_section("Event streams, SQLite");
    target_init(&target, world);
    ok = target_fetch(&target, 1, error) && measure_all(world, &target, plan, streams, error);
    close_all(streams);
    target_clear(&target);
    return ok;
}
