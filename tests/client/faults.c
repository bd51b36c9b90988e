/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "faults.h"

#include <string.h>

/* The fault for the first `times` requests whose "METHOD path" begins with and ends with these. Static, as the threads of
 * the peer may ask when the test is over. */
static struct {
    const char *start, *end;
    Fault fault;
    int times, seen;
} plan;
static char plan_body[1024];

static Fault once(const PeerRequest *request, unsigned n, gpointer data)
{
    g_autofree char *line = g_strconcat(request->method, " ", request->path, NULL);
    if (!g_str_has_prefix(line, plan.start) || !g_str_has_suffix(line, plan.end) ||
        plan.seen == plan.times)
        return (Fault){ FAULT_NONE };
    plan.seen++;
    return plan.fault;
}

void fail_first(World *world, const char *start, const char *end, Fault fault, int times)
{
    peer_plan(world->peer, NULL, NULL);
    g_strlcpy(plan_body, fault.body ? fault.body : "", sizeof plan_body);
    fault.body = plan_body;
    plan.start = start;
    plan.end = end;
    plan.fault = fault;
    plan.times = times;
    plan.seen = 0;
    peer_plan(world->peer, once, NULL);
}

void fail_again(void)
{
    plan.seen = 0;
}

void refuse_first(World *world, const char *start, const char *end, Problem problem, int times)
{
    const ProblemRow *row = problem_row(problem);
    g_autofree char *body = g_strdup_printf(
        "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"code\":\"%s\","
        "\"detail\":\"as planned\"}",
        row->title, row->status, row->code);
    fail_first(world, start, end, (Fault){ FAULT_ANSWER, row->status, NULL, body }, times);
}
