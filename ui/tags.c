/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tags.h"

struct Tags {
    GHashTable *places; /* Uuid -> its number */
    guint next;
};

Tags *tags_new(void)
{
    Tags *tags = g_new0(Tags, 1);
    tags->places = g_hash_table_new_full(uuid_hash, uuid_equal_func, g_free, NULL);
    return tags;
}

void tags_free(Tags *tags)
{
    if (tags) {
        g_hash_table_unref(tags->places);
        g_free(tags);
    }
}

bool tags_have(const Tags *tags, const Uuid *id)
{
    return g_hash_table_contains(tags->places, id);
}

void tags_set(Tags *tags, const Uuid *id, bool on)
{
    if (!on) {
        g_hash_table_remove(tags->places, id);
    } else if (!tags_have(tags, id)) {
        g_hash_table_insert(tags->places, g_memdup2(id, sizeof *id),
                            GUINT_TO_POINTER(tags->next++));
    }
}

void tags_clear(Tags *tags)
{
    g_hash_table_remove_all(tags->places);
}

guint tags_count(const Tags *tags)
{
    return g_hash_table_size(tags->places);
}

static gint by_place(gconstpointer a, gconstpointer b, gpointer data)
{
    guint one = GPOINTER_TO_UINT(g_hash_table_lookup(data, a));
    guint other = GPOINTER_TO_UINT(g_hash_table_lookup(data, b));
    return one < other ? -1 : one > other;
}

GArray *tags_ids(const Tags *tags)
{
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(Uuid));
    GHashTableIter iter;
    gpointer id;
    g_hash_table_iter_init(&iter, tags->places);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        g_array_append_vals(ids, id, 1);
    g_array_sort_with_data(ids, by_place, tags->places);
    return ids;
}
