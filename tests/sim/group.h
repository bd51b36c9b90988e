/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The leads groups of the simulated world: scopes that come and go. Both are in the template, so that making them costs a
 * world nothing; who is in them changes.
 *
 *   groups[0]   ME leads, PARTNER is treasurer, THIRD a member
 *   groups[1]   THIRD leads, PARTNER is a member
 */
#pragma once

#include "server/call.h"
#include "tests/sim/world.h"

#define WORLD_GROUPS 2

/* Begin what is typed into a group, its number follows: what its members read, and what its officers do. Whoever is not in
 * it has neither in any byte of their cache. */
#define ROOM_MARK "room~"
#define DESK_MARK "desk~"

typedef struct WorldGroup {
    const char *name;
    Uuid id;
} WorldGroup;
extern WorldGroup groups[WORLD_GROUPS];

/* Into the template, after the accounts. */
bool groups_make(Call *call, GError **error);
int world_group(const Uuid *id); /* -1: none of them */

/* Of each account, as the server's database has it; 0 no member. All 0 while the server is down. */
void world_roles(int group, int roles[ACCOUNTS]);
/* Of these: an account, -1 none. */
int group_leader(const int roles[ACCOUNTS]);
