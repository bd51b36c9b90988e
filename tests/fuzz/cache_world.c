/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cache_world.h"

#include <glib/gstdio.h>

static CacheWorld world;

static void remove_world(void)
{
    cache_close(world.cache);
    cache_writer_close(world.writer);
    g_autoptr(GDir) dir = g_dir_open(world.folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(world.folder, name, NULL);
        g_unlink(path);
    }
    g_rmdir(world.folder);
    g_free(world.folder);
}

CacheWorld *cache_world(void)
{
    if (world.folder)
        return &world;
    world.folder = g_dir_make_tmp("leadline-fuzz-XXXXXX", NULL);
    g_autofree char *cache_path = g_build_filename(world.folder, "cache.db", NULL);
    g_autofree char *store_path = g_build_filename(world.folder, "leads.db", NULL);
    world.writer = cache_writer_open(cache_path, store_path, NULL);
    world.cache = cache_open(cache_path, NULL);
    g_assert(world.writer && world.cache);
    atexit(remove_world);
    return &world;
}
