/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is worked out once from a constant table and kept for ever, found by the table's address: the column plan of a
 * field table, its JSON prefixes. Reading takes no lock; any thread may come first. A Memo is static and starts
 * as zeroes.
 */
#pragma once

#include <glib.h>

#define MEMO_SIZE 256 /* slots; some tens are used */

typedef struct MemoSlot {
    const void *key;
    gpointer value;
} MemoSlot;

typedef struct Memo {
    MemoSlot slots[MEMO_SIZE];
    GMutex lock; /* of making */
} Memo;

typedef gpointer (*MemoMake)(const void *key);

static inline gpointer memo_probe_(Memo *memo, const void *key, MemoSlot **free_slot)
{
    gsize start = ((guintptr)key * G_GUINT64_CONSTANT(0x9E3779B97F4A7C15)) >> 40;
    for (gsize i = 0; i < MEMO_SIZE; i++) {
        MemoSlot *slot = &memo->slots[(start + i) % MEMO_SIZE];
        const void *found = g_atomic_pointer_get(&slot->key);
        if (found == key)
            return slot->value;
        if (!found) {
            *free_slot = slot;
            return NULL;
        }
    }
    g_assert_not_reached();
}

/* make runs under the memo's lock: it must not ask the same memo. */
static inline gpointer memo_get(Memo *memo, const void *key, MemoMake make)
{
    MemoSlot *slot = NULL;
    gpointer value = memo_probe_(memo, key, &slot);
    if (G_LIKELY(value))
        return value;
    g_mutex_lock(&memo->lock);
    value = memo_probe_(memo, key, &slot);
    if (!value) {
        value = slot->value = make(key);
        g_atomic_pointer_set(&slot->key, key); /* last: whoever sees the key sees the value */
    }
    g_mutex_unlock(&memo->lock);
    return value;
}
