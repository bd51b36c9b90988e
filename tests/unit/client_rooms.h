/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A client that was never started, with a cache of three leads groups: for tests of what is shown, and of the outbox rows that acts
 * become. Ann is the user.
 *
 *   gas   "Gas & Water"  she leads; Zoe and Bob are members
 *   oak   "Oak"          she is treasurer
 *   elm   "elm"          she is a member
 */
#pragma once

#include "client/client_private.h"
#include "model/group.h"
#include "tests/unit/client_fixture.h"

#define NOON G_GINT64_CONSTANT(1795694400000) /* 2026-11-26 12:00 UTC: now */

extern const Uuid ann, zoe, bob, gas, oak, elm;

typedef struct Rooms {
    Home home;
    Profile *profile;
    Client *client; /* NULL until rooms_open() */
} Rooms;

int rooms_setup(void **state);
int rooms_teardown(void **state);
/* Before the client is opened: objects of a scope (gas, oak, elm, officers', ann's own). */
void rooms_put(Rooms *rooms, const Uuid *scope, const PageObject *objects, size_t n);
Client *rooms_open(Rooms *rooms);

/* The items of the outbox; borrowed from the client. */
GPtrArray *rooms_items(Rooms *rooms);
/* The server refused this one. */
void rooms_refuse(Rooms *rooms, const Uuid *op);
