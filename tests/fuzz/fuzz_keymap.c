/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A user's key file: each line is taken or complained about in clean text, and no key that was bound is hidden. */
#include "keymap.h"

#include <string.h>

#include "base/text.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(KeyMap) keymap = keymap_new();
    g_autoptr(GPtrArray) complaints = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *text = g_strndup((const char *)data, size);
    keymap_read(keymap, "keys", text, complaints);
    for (guint i = 0; i < complaints->len; i++) {
        g_assert_true(text_is_clean(complaints->pdata[i], TEXT_LINE));
        g_assert_true(g_str_has_prefix(complaints->pdata[i], "keys:"));
    }
    for (int context = 0; context < CTX_COUNT; context++) {
        g_autoptr(GPtrArray) rows = keymap_list(keymap, CTX_BIT(context), NULL, 0);
        for (guint i = 0; i < rows->len; i++) {
            const Binding *row = rows->pdata[i];
            const Binding *found;
            g_assert_cmpint(keymap_find(keymap, CTX_BIT(context), row->keys, row->n_keys, &found),
                            ==, KEY_BOUND);
            g_assert_true(found == row);
        }
    }
    return 0;
}
