/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A cache for the fuzz targets that need one: in a folder of its own, removed at the end of the process. */
#pragma once

#include "client/cache.h"
#include "client/cache_write.h"

typedef struct CacheWorld {
    char *folder;
    CacheWriter *writer;
    Cache *cache;
} CacheWorld;

/* The same one at every call. */
CacheWorld *cache_world(void);
