/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define READY_FD 3
#define READY_MS 60000

struct World {
    char *folder, *listen, *database;
    char **environment;
    pid_t server;
};

static const char *const folders[] = { "home", "config", "data", "cache", "state", "runtime" };

static const struct {
    const char *name, *folder;
} folder_variables[] = {
    { "HOME", "home" },
    { "XDG_CONFIG_HOME", "config" },
    { "XDG_DATA_HOME", "data" },
    { "XDG_CACHE_HOME", "cache" },
    { "XDG_STATE_HOME", "state" },
    { "XDG_RUNTIME_DIR", "runtime" },
};

static const char *const inherited[] = { "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "PGHOST",
                                         "PGUSER" };

static const char *build_folder(void)
{
    const char *folder = g_getenv("top_builddir");

    return folder ? folder : ".";
}

static bool copy_demo(World *world, GError **error)
{
    g_autofree char *from = g_build_filename(build_folder(), "tests/screen/demo.db", NULL);
    g_autofree char *to = g_build_filename(world->folder, "server.db", NULL);
    g_autofree char *bytes = NULL;
    gsize length;

    world->database = g_strconcat("sqlite:", to, NULL);
    if (!g_file_test(from, G_FILE_TEST_EXISTS))
        return true; /* a world without Leadline: the driver's own test */
    return g_file_get_contents(from, &bytes, &length, error) &&
           g_file_set_contents_full(to, bytes, (gssize)length, G_FILE_SET_CONTENTS_NONE, 0600,
                                    error);
}

static bool on_postgresql(void)
{
    return g_strcmp0(g_getenv("LEADLINE_TEST_DB"), "postgresql") == 0;
}

/* Everybody's own copy of the database "demo". */
static bool copy_postgresql(World *world, GError **error)
{
    g_autofree char *name = g_path_get_basename(world->folder);
    g_autofree char *command = g_strdup_printf(
        "psql -q -d postgres -c 'CREATE DATABASE \"%s\" TEMPLATE demo'", name);
    g_autofree char *output = NULL;
    int status;

    world->database = g_strdup_printf("postgresql:///%s", name);
    if (!world_run(world, command, &status, &output, error))
        return false;
    if (status != 0)
        g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, "no database: %s", output);
    return status == 0;
}

static bool make_database(World *world, GError **error)
{
    bool ok = on_postgresql() ? copy_postgresql(world, error) : copy_demo(world, error);

    world_setenv(world, "DATABASE", world->database);
    return ok;
}

static void set_variables(World *world)
{
    g_autofree char *build = g_canonicalize_filename(build_folder(), NULL);
    const char *source = g_getenv("top_srcdir");
    g_autofree char *top = g_canonicalize_filename(source ? source : build, NULL);
    g_autofree char *path = g_strdup_printf("%s:%s/tests/screen:%s/tests/e2e:%s", build, top, top,
                                            g_getenv("PATH"));

    world_setenv(world, "PATH", path);
    world_setenv(world, "WORLD", world->folder);
    world_setenv(world, "top_srcdir", top);
    world_setenv(world, "top_builddir", build);
    g_autofree char *terminfo = g_build_filename(build, "tests/screen/terminfo", NULL);
    world_setenv(world, "TERMINFO", terminfo);
    world_setenv(world, "TERM", WORLD_TERM);
    world_setenv(world, "LC_ALL", "C.UTF-8");
    world_setenv(world, "TZ", "UTC");
    world_setenv(world, "LEADLINE_NOW", WORLD_NOW);
    for (size_t i = 0; i < G_N_ELEMENTS(inherited); i++)
        world_setenv(world, inherited[i], g_getenv(inherited[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(folder_variables); i++) {
        g_autofree char *folder = g_build_filename(world->folder, folder_variables[i].folder, NULL);

        world_setenv(world, folder_variables[i].name, folder);
    }
}

World *world_new(GError **error)
{
    g_autoptr(World) world = g_new0(World, 1);

    world->folder = g_dir_make_tmp("leadline-XXXXXX", error);
    if (!world->folder)
        return NULL;
    world->listen = g_strdup("unix:$WORLD/sock");
    for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *folder = g_build_filename(world->folder, folders[i], NULL);

        g_mkdir(folder, 0700);
    }
    set_variables(world);
    return make_database(world, error) ? g_steal_pointer(&world) : NULL;
}

static void remove_tree(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const char *name;

    while (folder && (name = g_dir_read_name(folder))) {
        g_autofree char *item = g_build_filename(path, name, NULL);

        if (g_file_test(item, G_FILE_TEST_IS_DIR) && !g_file_test(item, G_FILE_TEST_IS_SYMLINK))
            remove_tree(item);
        else
            g_unlink(item);
    }
    g_rmdir(path);
}

void world_free(World *world)
{
    if (!world)
        return;
    if (world->server > 0)
        world_server_stop(world, SIGKILL, NULL, NULL);
    if (world->folder)
        remove_tree(world->folder);
    g_strfreev(world->environment);
    g_free(world->folder);
    g_free(world->listen);
    g_free(world->database);
    g_free(world);
}

const char *world_folder(const World *world)
{
    return world->folder;
}

void world_setenv(World *world, const char *name, const char *value)
{
    world->environment = value ? g_environ_setenv(world->environment, name, value, TRUE)
                               : g_environ_unsetenv(world->environment, name);
}

const char *const *world_environment(World *world)
{
    return (const char *const *)world->environment;
}

/* ---- the server */

static bool wait_ready(World *world, int fd, const char *log, GError **error)
{
    struct pollfd poller = { .fd = fd, .events = POLLIN };
    char line[16] = "";
    g_autofree char *text = NULL;

    if (poll(&poller, 1, READY_MS) > 0 && read(fd, line, sizeof line - 1) > 0 &&
        g_str_has_prefix(line, "ready"))
        return true;
    g_file_get_contents(log, &text, NULL, NULL);
    g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, "the server did not get ready: %s",
                text ? text : "no log");
    world_server_stop(world, SIGKILL, NULL, NULL);
    return false;
}

bool world_server_start(World *world, const char *arguments, GError **error)
{
    g_autofree char *log = g_build_filename(world->folder, "server.log", NULL);
    g_autofree char *command = g_strdup_printf(
        "exec leadlined --database $DATABASE --listen %s --ready-fd %d %s 2>>%s", world->listen,
        READY_FD, arguments ? arguments : "", log);
    const char *argv[] = { "/bin/sh", "-c", command, NULL };
    int ready[2], target = READY_FD;
    bool ok;

    g_return_val_if_fail(world->server == 0, false);
    if (!g_unix_open_pipe(ready, FD_CLOEXEC, error))
        return false;
    ok = g_spawn_async_with_pipes_and_fds(
        world->folder, argv, world_environment(world), G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, -1,
        -1, -1, &ready[1], &target, 1, &world->server, NULL, NULL, NULL, error);
    close(ready[1]);
    if (ok)
        ok = wait_ready(world, ready[0], log, error);
    close(ready[0]);
    return ok;
}

void world_listen(World *world, const char *address)
{
    g_free(world->listen);
    world->listen = g_strdup(address);
}

bool world_server_pause(World *world, GError **error)
{
    if (world->server > 0 && kill(world->server, SIGSTOP) == 0)
        return true;
    g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, "no server runs");
    return false;
}

pid_t world_server_pid(const World *world)
{
    return world->server;
}

bool world_server_stop(World *world, int signal, int *status, GError **error)
{
    int ended = 0;

    if (world->server <= 0) {
        g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, "no server runs");
        return false;
    }
    kill(world->server, signal);
    kill(world->server, SIGCONT); /* it may be paused */
    if (waitpid(world->server, &ended, 0) != world->server) {
        g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, "the server is gone already");
        world->server = 0;
        return false;
    }
    world->server = 0;
    if (status)
        *status = ended;
    return true;
}

bool world_run(World *world, const char *command, int *status, char **output, GError **error)
{
    g_autofree char *merged = g_strdup_printf("exec 2>&1 </dev/null; %s", command);
    const char *argv[] = { "timeout", "-k", "5", "60", "/bin/sh", "-c", merged, NULL };

    return g_spawn_sync(world->folder, (char **)argv, world->environment, G_SPAWN_SEARCH_PATH, NULL,
                        NULL, output, NULL, status, error);
}
