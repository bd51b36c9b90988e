/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The accounts and partnerships of the demo, and the counters of their scopes while it is loaded. Inside load-demo. */
#pragma once

#include "db/db.h"
#include "model/account.h"
#include "server/changes.h"

typedef struct DemoMember {
    Account account;
    gint64 seq;       /* of its scope */
    GArray *partners; /* int: members it can send to */
} DemoMember;

typedef struct DemoNetwork {
    Db *db;
    gint64 now; /* the time that everything is told from */
    guint64 random,
        words;          /* words: of profiles and invitations, so that they change nothing else */
    GPtrArray *members; /* DemoMember; the first four are the accounts of api.md */
} DemoNetwork;

enum { DEMO_MEMBER_AT, DEMO_LEADER_AT, DEMO_AGENT_AT, DEMO_ADMIN_AT, DEMO_FIRST_OTHER };

void demo_network_init(DemoNetwork *network, Db *db, gint64 now, guint64 seed);
void demo_network_clear(DemoNetwork *network);

static inline DemoMember *demo_member(const DemoNetwork *network, int i)
{
    return g_ptr_array_index(network->members, i);
}

/* Invents them, then (in the current transaction) writes accounts, scopes, partnerships. */
void demo_network_invent(DemoNetwork *network);
bool demo_network_store(DemoNetwork *network, const char *password_hash, GError **error);

/* A row of the change index with the scope's next seq; demo_network_finish() stores the counters. */
bool demo_index(DemoNetwork *network, DemoMember *member, ObjectType type, const Uuid *object,
                gint64 at, GError **error);
bool demo_network_finish(DemoNetwork *network, GError **error);
