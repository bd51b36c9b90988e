/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "server/server.h"
#include "server/supervisor.h"

/* A write that changes nothing goes through the lane again and again: whoever brings it back is the thread that commits. One that
 * fails comes back too: a database that is away is no reason to start again. */
static struct {
    Server *server;
    GThread *thread;
    GMutex lock;
    GCond stopped;
    bool stop;
} watchdog;

static bool change_nothing(Call *call, GError **error)
{
    return true;
}

static gpointer run(gpointer data)
{
    gint64 half = supervisor_watchdog_us() / 2;
    g_mutex_lock(&watchdog.lock);
    while (!watchdog.stop) {
        gint64 next = clock_monotonic() + half;
        g_mutex_unlock(&watchdog.lock);
        server_run(watchdog.server, NULL, change_nothing, NULL, NULL);
        supervisor_tell("WATCHDOG=1");
        g_mutex_lock(&watchdog.lock);
        while (!watchdog.stop && g_cond_wait_until(&watchdog.stopped, &watchdog.lock, next))
            ;
    }
    g_mutex_unlock(&watchdog.lock);
    return NULL;
}

bool watchdog_start(Server *server, GError **error)
{
    if (supervisor_watchdog_us() <= 0)
        return true;
    watchdog.server = server;
    watchdog.stop = false;
    watchdog.thread = g_thread_try_new("watchdog", run, NULL, error);
    return watchdog.thread != NULL;
}

void watchdog_stop(Server *server)
{
    if (!watchdog.thread)
        return;
    g_mutex_lock(&watchdog.lock);
    watchdog.stop = true;
    g_cond_signal(&watchdog.stopped);
    g_mutex_unlock(&watchdog.lock);
    g_thread_join(g_steal_pointer(&watchdog.thread));
}
