/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where work runs that is not inline: the write lane (SQLite: one thread that takes all that waits, up to WRITE_GROUP, into
 * one transaction; PostgreSQL: `workers` threads, which share what waits, up to WORKER_GROUP each) and the crypto lane (one thread).
 *
 * While the disk is full the write lane is read-only: everything is refused but one unit a second, the first of which
 * that gets through opens it again.
 */
#pragma once

#include "server/config.h"
#include "server/metrics.h"

#define WRITE_GROUP 64
#define WORKER_GROUP 16 /* two savepoints each: PostgreSQL is slow with more than 64 */
#define WRITE_QUEUE_MAX 4096
#define CRYPTO_QUEUE_MAX 32

typedef struct Lanes Lanes;

/* Jobs that run in order; one entry of the queue. */
typedef struct WriteUnit {
    GList node; /* the lane's */
    DbJob *jobs;
    size_t n;
    bool always; /* the server's own: not refused when the queue is full */
    void (*done)(
        struct WriteUnit
            *unit); /* in the writer's thread, after the commit (or its failure: jobs[i].error) */
} WriteUnit;

typedef struct CryptoUnit {
    GList node;
    void (*run)(struct CryptoUnit *unit, Db *reader);
} CryptoUnit;

/* Takes the writer's connection of SQLite (db); PostgreSQL's workers open their own. last: of each transaction. */
Lanes *lanes_new(const Config *config, Db *db, Metrics *metrics, DbLastFunc last);
bool lanes_start(Lanes *lanes, GError **error);
/* Finishes what was accepted, then ends the threads. Later units are refused with OVERLOADED. */
void lanes_stop(Lanes *lanes);
void lanes_free(Lanes *lanes);

/* False (OVERLOADED, READ_ONLY): the unit stays the caller's, done() is not called. */
bool lanes_write(Lanes *lanes, WriteUnit *unit, GError **error);
bool lanes_crypto(Lanes *lanes, CryptoUnit *unit, GError **error);

/* From a handler: once what it wrote is committed, and before that is answered, nothing of what was there before is left in SQLite's
 * WAL. Readers are waited for, but not for ever: then it is done as soon as they have gone. */
void lanes_scrub(Lanes *lanes);

bool lanes_read_only(const Lanes *lanes);
int lanes_queue_length(Lanes *lanes);
