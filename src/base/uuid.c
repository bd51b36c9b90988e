/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/uuid.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"

#define COUNTER_MAX 0xfff
#define COUNTER_START                                                                              \
    0x7ff /* random starts stay below, so that half of the range is free to count */

/* Everything uuid_new() remembers; one lock, because ids of all threads must rise together. */
static struct {
    GMutex lock;
    bool ready;
    bool seeded; /* by LEADLINE_SEED */
    guint64 seed_state;
    gint64 last_ms;
    unsigned counter;
} maker;

/* splitmix64 (Steele, Lea, Flood 2014): one add and a mix, good enough for ids that need no secrecy. */
static guint64 seeded_next(guint64 *state)
{
    guint64 z = *state += G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void random_fill(void *buffer, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = getrandom((char *)buffer + done, size - done, 0);
        if (got > 0)
            done += (size_t)got;
        else if (errno != EINTR)
            g_error("getrandom: %s", g_strerror(errno));
    }
}

static Uuid uuid_build(gint64 unix_ms, unsigned counter, guint64 random)
{
    Uuid id;
    for (int i = 0; i < 6; i++)
        id.bytes[i] = (guint8)(unix_ms >> (40 - 8 * i));
    id.bytes[6] = (guint8)(0x70 | counter >> 8);
    id.bytes[7] = (guint8)counter;
    for (int i = 0; i < 8; i++)
        id.bytes[8 + i] = (guint8)(random >> (56 - 8 * i));
    id.bytes[8] = (guint8)(0x80 | (id.bytes[8] & 0x3f));
    return id;
}

static void maker_prepare(void)
{
    const char *seed = g_getenv("LEADLINE_SEED");
    maker.ready = true;
    if (!seed || !*seed)
        return;
    maker.seeded = true;
    maker.seed_state = g_ascii_strtoull(seed, NULL, 10);
}

Uuid uuid_new(void)
{
    guint64 random[2];
    g_mutex_lock(&maker.lock);
    if (!maker.ready)
        maker_prepare();
    if (maker.seeded)
        for (int i = 0; i < 2; i++)
            random[i] = seeded_next(&maker.seed_state);
    else
        random_fill(random, sizeof random);

    /* A clock that stands or steps back must not let ids fall: keep the last time and count. */
    gint64 now = clock_now();
    if (now > maker.last_ms) {
        maker.last_ms = now;
        maker.counter = random[1] & COUNTER_START;
    } else if (maker.counter < COUNTER_MAX) {
        maker.counter++;
    } else {
        maker.last_ms++;
        maker.counter = random[1] & COUNTER_START;
    }
    Uuid id = uuid_build(maker.last_ms, maker.counter, random[0]);
    g_mutex_unlock(&maker.lock);
    return id;
}

Uuid uuid_new_seeded(gint64 unix_ms, guint64 *state)
{
    guint64 random = seeded_next(state);
    unsigned counter = seeded_next(state) & COUNTER_MAX;
    return uuid_build(unix_ms, counter, random);
}

static bool is_dash_place(size_t i)
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

Uuid uuid_derived(const Uuid *space, const void *name, size_t length)
{
    guint8 digest[32];
    gsize size = sizeof digest;
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, space->bytes, sizeof space->bytes);
    g_checksum_update(sum, name, (gssize)length);
    g_checksum_get_digest(sum, digest, &size);
    Uuid id;
    memcpy(id.bytes, digest, sizeof id.bytes);
    id.bytes[6] = (guint8)(0x80 | (id.bytes[6] & 0x0f));
    id.bytes[8] = (guint8)(0x80 | (id.bytes[8] & 0x3f));
    return id;
}

bool uuid_parse(const char *text, Uuid *out)
{
    Uuid id;
    size_t nibble = 0;
    if (!text)
        return false;
    for (size_t i = 0; i < UUID_TEXT_SIZE - 1; i++) {
        if (is_dash_place(i)) {
            if (text[i] != '-')
                return false;
            continue;
        }
        int digit = g_ascii_xdigit_value(text[i]); /* -1 for the NUL too */
        if (digit < 0)
            return false;
        guint8 *byte = &id.bytes[nibble / 2];
        *byte = (guint8)(nibble % 2 ? *byte << 4 | digit : digit);
        nibble++;
    }
    if (text[UUID_TEXT_SIZE - 1])
        return false;
    *out = id;
    return true;
}

char *uuid_format(const Uuid *id, char buffer[static UUID_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    size_t nibble = 0;
    for (size_t i = 0; i < UUID_TEXT_SIZE - 1; i++) {
        if (is_dash_place(i)) {
            buffer[i] = '-';
            continue;
        }
        guint8 byte = id->bytes[nibble / 2];
        buffer[i] = digits[nibble % 2 ? byte & 0xf : byte >> 4];
        nibble++;
    }
    buffer[UUID_TEXT_SIZE - 1] = '\0';
    return buffer;
}

bool uuid_is_nil(const Uuid *id)
{
    static const Uuid nil;
    return uuid_equal(id, &nil);
}

bool uuid_equal(const Uuid *a, const Uuid *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

int uuid_compare(const Uuid *a, const Uuid *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

guint uuid_hash(gconstpointer id)
{
    /* The random half differs most; the time half tells ids of a seeded run apart. */
    guint64 halves[2];
    memcpy(halves, id, sizeof halves);
    guint64 mixed = (halves[0] ^ halves[1]) * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
    return (guint)(mixed >> 32);
}

gboolean uuid_equal_func(gconstpointer a, gconstpointer b)
{
    return uuid_equal(a, b);
}
