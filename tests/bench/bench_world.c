/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>

double bench_time(World *world, const char *command, GError **error)
{
    g_autofree char *output = NULL;
    gint64 started = g_get_monotonic_time();
    int status;

    if (!world_run(world, command, &status, &output, error))
        return -1;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", command, output);
        return -1;
    }
    return (double)(g_get_monotonic_time() - started) / 1e6;
}

char *bench_output(World *world, const char *command, GError **error)
{
    g_autofree char *output = NULL;
    int status;

    if (!world_run(world, command, &status, &output, error))
        return NULL;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", command, output);
        return NULL;
    }
    return g_strdup(g_strchomp(output));
}

World *bench_world(int leads, GError **error)
{
    g_autoptr(World) world = world_new(error);
    g_autofree char *command = NULL;

    if (!world)
        return NULL;
    world_setenv(world, "LEADLINE_NOW", NULL);
    command = g_strdup_printf(
        "rm -f server.db && leadlined --database sqlite:server.db load-demo --leads %d --seed 1 "
        ">load.log && leadlined --database sqlite:server.db token create --email "
        "member@demo.example >tokens.json",
        leads);
    return bench_time(world, command, error) < 0 ? NULL : g_steal_pointer(&world);
}

bool bench_sign_in(World *world, GError **error)
{
    return world_server_start(world, NULL, error) &&
           bench_time(world,
                      "echo leadline-demo | " BENCH_LEADLINE
                      " auth login --email member@demo.example --insecure-storage",
                      error) >= 0;
}
