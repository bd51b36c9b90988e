/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The simulated world: one server, three clients (two of one account, one of its partner), and other members who act through
 * the API. Real code but for the network between them (wire.h). Every file lies in one folder in memory.
 */
#pragma once

#include "client/client.h"
#include "db/db.h"
#include "tests/sim/disk.h"
#include "tests/sim/sched.h"
#include "tests/sim/wire.h"

enum { ME, PARTNER, THIRD, STRANGER, ACCOUNTS };
#define USERS 3
#define PRIVATE_MARK "note~" /* begins the text of every note; the account's number follows */

typedef struct WorldAccount {
    const char *email;
    Uuid id;
    char *token; /* of those who need no client */
} WorldAccount;
extern WorldAccount accounts[ACCOUNTS];

typedef struct User {
    int number, account;
    Client *client; /* NULL: the program does not run */
    Profile *profile;
    bool offline; /* chose to be */
    bool logging_in;
} User;
extern User users[USERS];
#define SERVER_DISK USERS /* a user's has the user's number (disk.h) */
const char *user_name(int user);

/* Makes the database that each world begins with, once. */
void world_template(const char *dir);
void world_begin(const char *dir, guint64 seed);
void world_end(void);

extern bool world_batches; /* the clients send many items as one request */

/* Runs the main loop for so long. */
void world_run(gint64 ms);
gint64 world_now(void); /* the wall clock */

/* ---- the server */

bool server_is_up(void);
void server_up(void);
void server_down(void); /* asked to end */
void server_kill(void); /* and what it had not committed is gone */
void server_snapshot(void);
/* Set back to the snapshot, under another epoch; false when there is none. */
bool server_restore(void);
/* A number from its database. */
#define server_ask(sql, ...) server_ask_(sql, DB_VALUES_(__VA_ARGS__))
gint64 server_ask_(const char *sql, const DbValue *values, size_t n);
const char *server_database(void);

/* Somebody else acts; the status, 0 when the server is not there. The answer's body in *body (may be NULL). */
int member_asks(int account, const char *method, const char *target, const char *if_match,
                const char *body, char **reply);
/* What no address of the API does yet, but the change feed must bear. */
void members_part(int a, int b);
void members_join(int a, int b);
void referral_erase(const Uuid *id);
void scope_lock_out(int account); /* another role: the scope must be read anew */
bool members_are_partners(int a, int b);

/* ---- the clients */

void user_up(User *user);
void user_quit(User *user);
void user_kill(User *user); /* its files are as they were at this moment */
void user_login(User *user);
char *user_cache_path(const User *user);
char *user_store_path(const User *user);
