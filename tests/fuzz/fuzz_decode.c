/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever a terminal sends: keys with names, the same however the bytes are cut, and an end to all that is unfinished. */
#include "decode.h"

#include "fuzz.h"

static void take(Decoder *decoder, GArray *keys)
{
    Key key;
    while (decoder_next(decoder, &key)) {
        char name[KEY_NAME_SIZE];
        g_assert_true(key != 0 && *key_text(key, name));
        g_assert_true(g_utf8_validate(name, -1, NULL));
        g_array_append_val(keys, key);
    }
}

static GArray *decode(const char *bytes, size_t size, size_t step, bool utf8)
{
    g_autoptr(Decoder) decoder = decoder_new(utf8);
    GArray *keys = g_array_new(FALSE, FALSE, sizeof(Key));
    for (size_t at = 0; at < size; at += step) {
        decoder_feed(decoder, bytes + at, MIN(step, size - at));
        take(decoder, keys);
    }
    if (decoder_patience(decoder, 25)) {
        decoder_give_up(decoder);
        take(decoder, keys);
    }
    g_assert_cmpuint(decoder_patience(decoder, 25), ==, 0);
    return keys;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    g_autoptr(GArray) at_once = decode(bytes, size, MAX(size, 1), true);
    g_autoptr(GArray) slowly = decode(bytes, size, 1, true);
    g_autoptr(GArray) locale = decode(bytes, size, 3, false);
    /* A string of the terminal that is too long is given up at a place that depends on the pieces. */
    if (size < 4096) {
        g_assert_cmpmem(at_once->data, at_once->len * sizeof(Key), slowly->data,
                        slowly->len * sizeof(Key));
    }
    return 0;
}
