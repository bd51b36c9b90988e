/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever is typed into the search of the client is a search, never an error of SQLite; so is a short id. */
#include "fuzz.h"

#include "base/problem.h"
#include "cache_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CacheWorld *world = cache_world();
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GError) error = NULL;
    LeadQuery query = { .text = text };
    gint64 n = 0;
    g_autoptr(GPtrArray) rows = cache_leads(world->cache, &query, NULL, true, 10, &error);
    if (!rows || !cache_count(world->cache, &query, &n, &error))
        g_error("%s", error->message);
    g_autoptr(GPtrArray) partners = cache_partners(world->cache, text, 10, &error);
    g_assert(partners);
    Uuid id;
    if (!cache_resolve(world->cache, text, &id, &error))
        g_assert(problem_is(error, PROBLEM_NOT_FOUND));
    return 0;
}
