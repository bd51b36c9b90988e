/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one thread that writes the cache. Jobs are done in order, but edits (REFRESH, ANSWER) never wait behind the others;
 * pages that are there together share a transaction. Callbacks run from the main loop.
 */
#pragma once

#include "client/cache_write.h"

typedef struct Worker Worker;

typedef enum JobKind {
    JOB_REFRESH, /* apply the outbox again to `objects`, or to all when there are none */
    JOB_PAGE,    /* an answer of the change feed in `body` */
    /* what the server answered to items of the outbox: its objects, then the items go */
    JOB_ANSWER,
    /* whose cache this is: another account's is wiped; page.state tells where its feed is */
    JOB_ACCOUNT,
    JOB_DROP,  /* the scope page.scope is none of this account's any more */
    JOB_WIPE,  /* forget everything */
    JOB_TOUCH, /* nothing was newer at `at` */
    JOB_TOLD,  /* the user knows of the new leads `objects` */
} JobKind;

typedef struct Answer {
    Uuid op, object;
    OutboxKind kind;
    const JsonNode *node; /* the object; of the job's doc */
    bool keep;            /* the item stays: this is only how the object is now */
    bool again;           /* it was sent before: the answer may be that of then */
} Answer;

typedef struct Job Job;
struct Job {
    JobKind kind;
    Uuid *objects;
    size_t n_objects;
    char *body;
    size_t length;
    JsonDoc *doc; /* ANSWER: owned */
    Answer *answers;
    size_t n_answers;
    Account account;
    gint64 at; /* TOUCH */

    /* PAGE: start in, the rest out; DROP: scope in */
    FeedPage page;
    GArray *scopes; /* ScopeFeed, out: ACCOUNT, DROP, and PAGE when it is the last of its scope */
    gint64 done_objects; /* PAGE: of the full sync, out */
    unsigned changed;    /* out: ClientChange */
    bool damaged;        /* out: the cache's file is */
    GError *error;       /* out: NULL = committed */

    void (*head)(Job *job, gpointer data); /* PAGE: parsed, not yet written; page may be read */
    void (*done)(Job *job, gpointer data); /* then freed */
    gpointer data;
    GDestroyNotify drop; /* frees data of a job that is dropped undone */
};

/* writer NULL: the thread opens it itself, so that the caller need not wait; a failure is told by the first job. */
Worker *worker_new(CacheWriter *writer, const char *cache_path, const char *store_path);
/* Ends what runs, drops the rest without callbacks. */
void worker_free(Worker *worker);

Job *job_new(JobKind kind, void (*done)(Job *job, gpointer data), gpointer data);
void job_free(Job *job);
void worker_add(Worker *worker, Job *job); /* takes it over */
