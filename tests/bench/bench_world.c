/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "load.h"

/* ---- commands */

/* As long as it takes: world_run() ends after a minute. */
static bool run(World *world, const char *command, char **output, GError **error)
{
    g_autofree char *all = g_strconcat("exec 2>&1; ", command, NULL);
    const char *argv[] = { "sh", "-c", all, NULL };
    int status;

    if (!g_spawn_sync(world_folder(world), (char **)argv, (char **)world_environment(world),
                      G_SPAWN_SEARCH_PATH_FROM_ENVP, NULL, NULL, output, NULL, &status, error))
        return false;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", command, *output);
    return false;
}

double bench_time(World *world, const char *command, GError **error)
{
    g_autofree char *output = NULL;
    gint64 started = g_get_monotonic_time();

    return run(world, command, &output, error)
               ? (double)(g_get_monotonic_time() - started) / G_USEC_PER_SEC
               : -1;
}

char *bench_output(World *world, const char *command, GError **error)
{
    g_autofree char *output = NULL;

    return run(world, command, &output, error) ? g_strdup(g_strchomp(output)) : NULL;
}

/* ---- demo networks: loaded once, then copied */

typedef struct Base {
    int leads;
    World *world; /* has server.db and tokens.json */
    double seconds;
} Base;

static GArray *bases;

static bool load_demo(World *world, int leads, double *seconds, GError **error)
{
    g_autofree char *count = g_strdup_printf("%d", leads);
    const char *argv[] = { "leadlined", "--database", "sqlite:server.db",
                           "load-demo", "--leads",    count,
                           "--seed",    "1",          NULL };
    gint64 started = g_get_monotonic_time();
    g_autofree char *output = NULL;
    int status;

    if (!g_spawn_sync(world_folder(world), (char **)argv, (char **)world_environment(world),
                      G_SPAWN_SEARCH_PATH_FROM_ENVP | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL,
                      &output, &status, error) ||
        !g_spawn_check_wait_status(status, error))
        return false;
    *seconds = (double)(g_get_monotonic_time() - started) / G_USEC_PER_SEC;
    return bench_time(world,
                      "leadlined --database sqlite:server.db token create --email "
                      "member@demo.example >tokens.json",
                      error) >= 0;
}

static Base *base_of(int leads, GError **error)
{
    Base base = { .leads = leads };

    if (!bases)
        bases = g_array_new(FALSE, FALSE, sizeof(Base));
    for (guint i = 0; i < bases->len; i++)
        if (g_array_index(bases, Base, i).leads == leads)
            return &g_array_index(bases, Base, i);
    base.world = world_new(error);
    if (!base.world)
        return NULL;
    world_setenv(base.world, "LEADLINE_NOW", NULL);
    if (bench_time(base.world, "rm -f server.db", error) < 0 ||
        !load_demo(base.world, leads, &base.seconds, error)) {
        world_free(base.world);
        return NULL;
    }
    g_array_append_val(bases, base);
    return &g_array_index(bases, Base, bases->len - 1);
}

double bench_loaded(int leads)
{
    for (guint i = 0; bases && i < bases->len; i++)
        if (g_array_index(bases, Base, i).leads == leads)
            return g_array_index(bases, Base, i).seconds;
    return 0;
}

void bench_worlds_free(void)
{
    for (guint i = 0; bases && i < bases->len; i++)
        world_free(g_array_index(bases, Base, i).world);
    g_clear_pointer(&bases, g_array_unref);
}

/* ---- worlds */

bool bench_take_token(World *world, GError **error)
{
    g_autofree char *path = g_build_filename(world_folder(world), "tokens.json", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GRegex) regex = g_regex_new("\"access_token\":\"([^\"]+)\"", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_autofree char *token = NULL;

    if (!g_file_get_contents(path, &text, NULL, error))
        return false;
    if (!g_regex_match(regex, text, 0, &match)) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "no token: %s", text);
        return false;
    }
    token = g_match_info_fetch(match, 1);
    world_setenv(world, "LEADLINE_TOKEN", token);
    return true;
}

World *bench_world(int leads, GError **error)
{
    const Base *base = base_of(leads, error);
    g_autoptr(World) world = base ? world_new(error) : NULL;
    g_autofree char *command = NULL;
    g_autofree char *address = NULL;
    g_autofree char *server = NULL;

    if (!world)
        return NULL;
    world_setenv(world, "LEADLINE_NOW", NULL);
    command = g_strdup_printf("cp '%s'/server.db '%s'/tokens.json .", world_folder(base->world),
                              world_folder(base->world));
    address = g_strdup_printf("127.0.0.1:%d", load_free_port());
    server = g_strconcat("http://", address, NULL);
    world_listen(world, address);
    world_setenv(world, "SERVER", server);
    if (bench_time(world, command, error) < 0 || !bench_take_token(world, error))
        return NULL;
    return g_steal_pointer(&world);
}

static const char *variable(World *world, const char *name)
{
    return g_environ_getenv((char **)world_environment(world), name);
}

int bench_port(World *world)
{
    return atoi(strrchr(variable(world, "SERVER"), ':') + 1);
}

const char *bench_token(World *world)
{
    return variable(world, "LEADLINE_TOKEN");
}

/* ---- what a process takes */

static double number_after(const char *path, const char *name)
{
    g_autofree char *text = NULL;
    const char *at;

    if (!g_file_get_contents(path, &text, NULL, NULL) || !(at = strstr(text, name)))
        return 0;
    return g_ascii_strtod(at + strlen(name), NULL);
}

double bench_memory(pid_t pid)
{
    g_autofree char *rollup = g_strdup_printf("/proc/%d/smaps_rollup", pid);
    g_autofree char *status = g_strdup_printf("/proc/%d/status", pid);
    double kib = number_after(rollup, "Pss:");

    return (kib > 0 ? kib : number_after(status, "VmRSS:")) / 1024;
}

double bench_memory_peak(pid_t pid)
{
    g_autofree char *status = g_strdup_printf("/proc/%d/status", pid);

    return number_after(status, "VmHWM:") / 1024;
}

Usage bench_usage(pid_t pid)
{
    g_autofree char *tasks = g_strdup_printf("/proc/%d/task", pid);
    g_autoptr(GDir) folder = g_dir_open(tasks, 0, NULL);
    const char *name;
    Usage usage = { 0 };

    while (folder && (name = g_dir_read_name(folder))) {
        g_autofree char *schedule = g_build_filename(tasks, name, "schedstat", NULL);
        g_autofree char *status = g_build_filename(tasks, name, "status", NULL);

        usage.cpu_s += number_after(schedule, "") / 1e9;
        usage.wakeups += (guint64)number_after(status, "\nvoluntary_ctxt_switches:");
    }
    return usage;
}
