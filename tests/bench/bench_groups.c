/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leads groups on SQLite: a directory of 50,000, and a group of 2,000 members that takes in more (make-groups). One request
 * at a time: what a person waits for. */
#include "bench_requests.h"

#include <signal.h>
#include <string.h>

#include "base/uuid.h"

#define MEMBERS 2000
#define REQUESTS 500 /* that make-groups left waiting */

static gsize build_approve(guint64 n, char *buffer, gsize size, gpointer data)
{
    Target *target = data;
    char key[UUID_TEXT_SIZE];
    Uuid id = uuid_new();

    uuid_format(&id, key);
    return (gsize)g_snprintf(buffer, size,
                             "POST /v1/groups/0000c000-0000-7000-8000-000000000000/requests/"
                             "0000d000-0000-7000-8000-%012x/approve HTTP/1.1\r\nHost: localhost\r\n"
                             "Authorization: Bearer %s\r\nIdempotency-Key: \"%s\"\r\n"
                             "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
                             ++target->next, target->token, key);
}

/* A room of 2,000 is entered, one after the other. */
static gsize build_attendance(guint64 n, char *buffer, gsize size, gpointer data)
{
    const Target *target = data;
    char key[UUID_TEXT_SIZE];
    Uuid id = uuid_new();

    uuid_format(&id, key);
    return (gsize)g_snprintf(buffer, size,
                             "PUT /v1/meetings/0000c000-0000-7000-8000-000000000002/attendance/"
                             "0000b000-0000-7000-8000-%012x HTTP/1.1\r\nHost: localhost\r\n"
                             "Authorization: Bearer %s\r\nIdempotency-Key: \"%s\"\r\n"
                             "Content-Type: application/json\r\nContent-Length: 12\r\n\r\n"
                             "{\"code\":\"P\"}",
                             (unsigned)(n % (MEMBERS - 1)) + 1, target->token, key);
}

typedef struct GroupTest {
    Figure figure;
    LoadBuild build;
    const char *path;
    guint64 requests;
    int runs; /* 0: as many as the plan says */
    double p99_at_most;
} GroupTest;

static const GroupTest tests[] = {
    { { "directory of 50,000 groups, a page", "req/s" }, build_get, "/v1/groups", 500, 0, 20 },
    { { "directory: two words that 700 groups have", "req/s" },
      build_get,
      "/v1/groups?q=harbour%20leeds",
      300,
      0,
      20 },
    { { "directory: a word that 7,100 groups have", "req/s" },
      build_get,
      "/v1/groups?q=harbour",
      100,
      0,
      100 },
    { { "directory: an area, open, a seat for a trade", "req/s" },
      build_get,
      "/v1/groups?area=leeds&open=true&trade=plumber",
      100,
      0,
      100 },
    { { "members of a group of 2,000, a page", "req/s" },
      build_get,
      "/v1/groups/0000c000-0000-7000-8000-000000000000/members",
      300,
      0,
      20 },
    { { "2,000 partners by it, a page of them", "req/s" }, build_get, "/v1/partners", 50, 0, 200 },
    { { "approve into a group of 2,000", "req/s" }, build_approve, NULL, REQUESTS / 5, 5, 50 },
    { { "attendance of 2,000 at a meeting", "req/s" }, build_attendance, NULL, MEMBERS - 1, 3, 50 },
};

static bool run_test(const GroupTest *test, Target *target, int runs, GError **error)
{
    Rate rate = rate_new();
    bool ok = true;

    target->path = test->path;
    for (int i = 0; ok && i < (test->runs ? test->runs : runs); i++)
        ok = rate_measure(&rate, 1, test->requests, test->build, target, error);
    if (ok)
        rate_rows(&rate, &test->figure, 0, test->p99_at_most);
    rate_free(&rate);
    return ok;
}

bool bench_groups(World *world, const BenchPlan *plan, GError **error)
{
    static const char load[] =
        "$top_srcdir/tests/bench/make-groups | sqlite3 -bail server.db >/dev/null";
    Target target;
    bool ok = true;

    if (!world_server_stop(world, SIGTERM, NULL, error) || bench_time(world, load, error) < 0 ||
        !world_server_start(world, "--log warning", error))
        return false;
    target_init(&target, world);
    for (size_t i = 0; ok && i < G_N_ELEMENTS(tests); i++)
        ok = run_test(&tests[i], &target, plan->runs, error);
    target_clear(&target);
    return ok;
}
