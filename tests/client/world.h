/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the client's tests run in: a home of their own, a real leadlined on a copy of the demo network, an evil network
 * (peer.h) before it, and real clients. LEADLINE_TEST_DB=postgresql gives the server databases in the cluster of the environment
 * (tests/with-postgresql). Nothing sleeps: world_until() runs the main loop until something holds.
 */
#pragma once

#include "client/client.h"
#include "db/db.h"
#include "tests/client/peer.h"
#include "tests/unit/client_fixture.h"

#define MEMBER "member@demo.example"
#define LEADER "leader@demo.example"
#define PASSWORD "leadline-demo"
#define LIMIT_MS 60000

typedef struct World {
    char *server_socket, *peer_socket;
    char *database; /* its URL */
    GPid server;
    int life; /* the server's standard input */
    Peer *peer;
    Client *client; /* of the member */
    Client *other;  /* a second one, if any */
} World;

/* Group set-up and tear-down: the demo network is made once. */
int world_group_setup(void **state);
int world_group_teardown(void **state);
/* One test's: a running server and peer, no client. */
int world_setup(void **state);
int world_teardown(void **state);

void world_server_start(World *world);
void world_server_kill(World *world);

/* A client of this profile (of this test's own), opened and started; undo is off. */
Client *world_client(World *world, const char *profile);
/* The member, logged in and LIVE, as world->client. */
void world_live(World *world);
void world_login(Client *client, const char *email);
void world_logout(Client *client, bool purge);

typedef bool (*WorldDone)(World *world);
/* Runs the main loop until done; fails the test after LIMIT_MS. */
void world_wait(World *world, WorldDone done, const char *what);
#define world_until(world, done) world_wait(world, done, #done)
/* The same, but whoever waits (offline, a later try) is told not to. */
void world_hurry(World *world, WorldDone done, const char *what);

bool is_live(World *world);
bool is_login(World *world);
bool is_offline(World *world);
bool outbox_is_empty(World *world); /* but for what failed */
bool is_settled(World *world);

/* The n-th newest lead of the inbox that waits for a verdict. */
Uuid world_waiting_lead(World *world, unsigned n);
/* A number from the server's own database. */
#define world_ask(world, sql, ...) world_ask_(world, sql, DB_VALUES_(__VA_ARGS__))
gint64 world_ask_(World *world, const char *sql, const DbValue *values, size_t n);
/* The cache shows exactly what a fresh client gets. */
void world_check_cache(World *world);

ConfirmInput verdict_lead(void);
NewReferral slip_for(const Uuid *partner);
