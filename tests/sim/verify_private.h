/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What verify.c, verify_value.c and verify_groups.c share. */
#pragma once

#include "tests/sim/group.h"
#include "tests/sim/verify.h"
#include "wire/json.h"

JsonDoc *verify_parse(const char *text);

/* ---- the feed of a scope as an account reads it */

typedef struct Reading {
    int account;
    Uuid scope;
    char *state;
    GHashTable *objects; /* "type id" -> its data as text */
} Reading;

void reading_init(Reading *reading, int account, const Uuid *scope);
void reading_clear(Reading *reading);
/* To its end, or what is new since the last time; so many objects at once. */
void reading_go_on(Reading *reading, int limit);

/* ---- a table of a cache against it */

typedef struct Column {
    char *name;
    char type; /* of INTEGER, TEXT, BLOB */
} Column;

/* Is the i-th value of a row what the object says? *node: where it says it, NULL nowhere. */
bool value_is_same(const char *table, const Column *column, const DbRows *rows, int i,
                   const JsonNode *object, const JsonNode **node);

typedef struct Compared {
    const User *user;
    Db *db;
    const Reading *reading;
    bool settled; /* nothing is in the outbox */
} Compared;

typedef struct Table {
    const char *name, *type; /* of the cache, of the feed */
    const char *id;          /* column */
    const Uuid *scope;       /* rows of it alone; NULL: all */
} Table;
void compare_table(const Compared *c, const Table *table);

/* ---- groups */

/* Reading *, of each scope that an account may see besides its own, by what /v1/me says. */
GPtrArray *rooms_read(int account, Dice *dice);
/* All of them are in the cache, and nothing of any other. */
void rooms_compare(const Compared *c, const GPtrArray *rooms);
/* After the quiet time: not a byte of what was typed into groups that this account is not in. */
void rooms_check_bytes(const User *user, int roles[WORLD_GROUPS][ACCOUNTS]);
