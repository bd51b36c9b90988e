/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A limit that is taken can be asked of the cache; one that is not says where it is wrong. */
#include "fuzz.h"

#include "cache_world.h"
#include "client/cache.h"
#include "client/limit.h"

#define NOW G_GINT64_CONSTANT(1700000000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CacheWorld *world = cache_world();
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(Limit) limit = limit_parse(text, NOW, &error);
    if (!limit) {
        g_assert(problem_is(error, PROBLEM_BAD_INPUT));
        g_assert(g_utf8_validate(error->message, -1, NULL));
        return 0;
    }
    LeadQuery query = { .box = BOX_INBOX, .limit = limit, .sort = (LeadSort)(size % 5) };
    g_autoptr(GPtrArray) rows = cache_leads(world->cache, &query, NULL, true, 1000, &error);
    gint64 n = -1;
    if (!rows || !cache_count(world->cache, &query, &n, &error))
        g_error("%s", error->message);
    g_assert(rows->len == n);
    return 0;
}
