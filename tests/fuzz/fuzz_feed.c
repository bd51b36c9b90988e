/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page of the change feed, as a hostile server may write it, into the cache; twice, as a page may come again. Nothing of it
 * but an answer that is none may be an error, and what is then in the cache can be read. */
#include "fuzz.h"

#include "cache_world.h"

typedef struct Page {
    const JsonNode *root;
    bool start;
} Page;

static void read_back(CacheWorld *world)
{
    g_autoptr(GPtrArray) rows = cache_leads(world->cache, &(LeadQuery){ 0 }, NULL, true, 100, NULL);
    g_assert(rows);
    gint64 counted = 0;
    g_assert(cache_count(world->cache, &(LeadQuery){ 0 }, &counted, NULL));
    g_assert((gint64)rows->len == MIN(counted, 100));
    for (guint i = 0; i < rows->len; i++) {
        const LeadRow *row = g_ptr_array_index(rows, i);
        Referral referral = { 0 };
        g_assert(cache_referral(world->cache, &row->id, &referral, NULL));
        fields_clear(&referral_fields, &referral);
    }
}

static bool write_page(CacheWriter *writer, gpointer data, GError **error)
{
    Page *page = data;
    FeedPage head = { .start = page->start };
    bool ok = feed_page_read(page->root, &head, error);
    if (ok && !cache_write_page(writer, page->root, &head, error))
        g_error("a page that could be read was not written: %s", (*error)->message);
    g_free(head.state);
    return ok;
}

static bool wipe(CacheWriter *writer, gpointer data, GError **error)
{
    return cache_wipe(writer, error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CacheWorld *world = cache_world();
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(JsonDoc) doc = json_parse(text, size, NULL);
    if (!doc)
        return 0;
    Page page = { json_root(doc), true };
    bool ok = cache_writer_tx(world->writer, write_page, &page, NULL);
    page.start = false;
    g_assert(cache_writer_tx(world->writer, write_page, &page, NULL) == ok);
    read_back(world);
    g_assert(cache_writer_tx(world->writer, wipe, NULL, NULL));
    return 0;
}
