/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UUID version 7 (RFC 9562 §5.7): ids are made by whoever creates an object, so a retry is harmless.
 * Ids made by one process rise strictly, within a millisecond too (§6.2 method 1: the 12 bits after
 * the time count). All zero = "no id"; it is NULL in the database and absent on the wire.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Uuid {
    guint8 bytes[16];
} Uuid;

#define UUID_TEXT_SIZE 37 /* 36 characters and the NUL */

/* For any thread. With LEADLINE_SEED=n in the environment (read at the first call) the ids are the same on every
 * run that asks for them at the same times of base/clock.h: for tests only. */
Uuid uuid_new(void);

/* A version 7 id for this time whose random bits come from *state (updated), for tests and for data
 * that must be the same for the same seed. */
Uuid uuid_new_seeded(gint64 unix_ms, guint64 *state);

/* The id that everybody makes alike of the same name within the same space: version 8
 * (RFC 9562 §5.8), from SHA-256. For what there is one of, whoever makes it first: the attendance of an account at a meeting. */
Uuid uuid_derived(const Uuid *space, const void *name, size_t length);

/* Canonical 8-4-4-4-12 form only, either case. False leaves *out alone. */
bool uuid_parse(const char *text, Uuid *out);
char *uuid_format(const Uuid *id, char buffer[static UUID_TEXT_SIZE]);

bool uuid_is_nil(const Uuid *id);
bool uuid_equal(const Uuid *a, const Uuid *b);
int uuid_compare(const Uuid *a, const Uuid *b);

/* For GHashTable with Uuid pointers as keys. */
guint uuid_hash(gconstpointer id);
gboolean uuid_equal_func(gconstpointer a, gconstpointer b);
