/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/lanes.h"

#include <string.h>

#include "base/clock.h"
#include "base/problem.h"
#include "base/log.h"

#define CHECKPOINT_PAGES 4000
#define IDLE_US (2 * G_USEC_PER_SEC)
#define PROBE_US G_USEC_PER_SEC

typedef struct Queue {
    GMutex lock;
    GCond filled;
    GQueue units;
    size_t n_jobs;
    size_t idle; /* threads that wait for units */
    bool closed;
} Queue;

struct Lanes {
    const Config *config;
    Metrics *metrics;
    Db *writer; /* SQLite's one */
    DbLastFunc last;
    Queue writes, crypto;
    GPtrArray *threads;
    gint read_only;    /* atomic */
    gint scrub;        /* atomic: the WAL is to be emptied */
    gint64 last_probe; /* under writes.lock */
};

static void queue_init(Queue *queue)
{
    g_mutex_init(&queue->lock);
    g_cond_init(&queue->filled);
    g_queue_init(&queue->units);
}

static void queue_close(Queue *queue)
{
    g_mutex_lock(&queue->lock);
    queue->closed = true;
    g_cond_broadcast(&queue->filled);
    g_mutex_unlock(&queue->lock);
}

static void queue_clear(Queue *queue)
{
    g_mutex_clear(&queue->lock);
    g_cond_clear(&queue->filled);
}

/* ---- the write lane */

bool lanes_read_only(const Lanes *lanes)
{
    return g_atomic_int_get(&lanes->read_only) != 0;
}

int lanes_queue_length(Lanes *lanes)
{
    g_mutex_lock(&lanes->writes.lock);
    int n = (int)lanes->writes.n_jobs;
    g_mutex_unlock(&lanes->writes.lock);
    return n;
}

/* Under the lock. */
static bool may_write(Lanes *lanes, const WriteUnit *unit, GError **error)
{
    if (lanes->writes.closed)
        return problem_set(error, PROBLEM_OVERLOADED, "the server is stopping");
    if (!unit->always && lanes->writes.n_jobs >= WRITE_QUEUE_MAX)
        return problem_set(error, PROBLEM_OVERLOADED, "too many writes are waiting");
    if (!lanes_read_only(lanes))
        return true;
    gint64 now = clock_monotonic();
    if (now - lanes->last_probe < PROBE_US)
        return problem_set(error, PROBLEM_READ_ONLY, "the last write failed: the disk may be full");
    lanes->last_probe = now;
    return true;
}

bool lanes_write(Lanes *lanes, WriteUnit *unit, GError **error)
{
    Queue *queue = &lanes->writes;
    g_mutex_lock(&queue->lock);
    bool ok = may_write(lanes, unit, error);
    if (ok) {
        unit->node.data = unit;
        g_queue_push_tail_link(&queue->units, &unit->node);
        queue->n_jobs += unit->n;
        g_cond_signal(&queue->filled);
    }
    g_mutex_unlock(&queue->lock);
    return ok;
}

/* Up to `most` jobs' units off the queue, but no more than a share for each thread that is idle; 0 when it stays empty until `until` (0 = for ever) or is closed. */
static size_t take(Queue *queue, WriteUnit **units, size_t most, gint64 until, bool *closed)
{
    g_mutex_lock(&queue->lock);
    queue->idle++;
    while (queue->units.length == 0 && !queue->closed) {
        if (until == 0)
            g_cond_wait(&queue->filled, &queue->lock);
        else if (!g_cond_wait_until(&queue->filled, &queue->lock, until))
            break;
    }
    most = MIN(most, (queue->n_jobs + queue->idle - 1) / queue->idle);
    queue->idle--;
    size_t n = 0, jobs = 0;
    while (queue->units.length > 0 && n < most) {
        WriteUnit *unit = queue->units.head->data;
        if (n > 0 && jobs + unit->n > most)
            break;
        g_queue_unlink(&queue->units, &unit->node);
        units[n++] = unit;
        jobs += unit->n;
    }
    queue->n_jobs -= jobs;
    *closed = n == 0 && queue->closed;
    g_mutex_unlock(&queue->lock);
    return n;
}

/* The machinery failed in a way that the next write will meet too. */
static bool is_disk_failure(const GError *error)
{
    return problem_is(error, PROBLEM_STORAGE_FULL) || problem_is(error, PROBLEM_IO) ||
           problem_is(error, PROBLEM_DATABASE_CORRUPT);
}

static void watch_disk(Lanes *lanes, const DbJob *jobs, size_t n)
{
    const GError *failure = NULL;
    bool written = false;
    for (size_t i = 0; i < n; i++) {
        if (is_disk_failure(jobs[i].error))
            failure = jobs[i].error;
        written |= jobs[i].error == NULL;
    }
    if (failure && !lanes_read_only(lanes))
        log_write(LOG_ERROR, "read-only", "detail", failure->message, NULL);
    if (!failure && written && lanes_read_only(lanes))
        log_write(LOG_WARNING, "writable", "detail", "a write was committed again", NULL);
    if (failure || written)
        g_atomic_int_set(&lanes->read_only, failure != NULL);
}

void lanes_scrub(Lanes *lanes)
{
    g_atomic_int_set(&lanes->scrub, 1);
}

static void scrub(Lanes *lanes)
{
    g_autoptr(GError) error = NULL;
    bool done = false;
    if (!db_scrub(lanes->writer, &done, &error))
        log_write(LOG_WARNING, "scrub", "detail", error->message, NULL);
    if (done)
        g_atomic_int_set(&lanes->scrub, 0);
}

static void run_units(Lanes *lanes, Db *db, WriteUnit **units, size_t n_units)
{
    size_t n = 0;
    for (size_t i = 0; i < n_units; i++)
        n += units[i]->n;
    g_autofree DbJob *jobs = g_new(DbJob, n);
    size_t at = 0;
    for (size_t i = 0; i < n_units; at += units[i++]->n)
        memcpy(jobs + at, units[i]->jobs, units[i]->n * sizeof *jobs);
    gint64 start = clock_monotonic();
    db_tx_group(db, jobs, n, lanes->last);
    metrics_group(lanes->metrics, n, clock_monotonic() - start);
    if (g_atomic_int_get(&lanes->scrub) && db == lanes->writer)
        scrub(lanes);
    watch_disk(lanes, jobs, n);
    at = 0;
    for (size_t i = 0; i < n_units; i++) {
        size_t length = units[i]->n; /* done() may free the unit */
        memcpy(units[i]->jobs, jobs + at, length * sizeof *jobs);
        at += length;
        units[i]->done(units[i]);
    }
}

static void checkpoint(Db *db, bool truncate)
{
    g_autoptr(GError) error = NULL;
    if (!db_checkpoint(db, truncate, &error))
        log_write(LOG_WARNING, "checkpoint", "detail", error->message, NULL);
}

static gpointer sqlite_writer(gpointer data)
{
    Lanes *lanes = data;
    WriteUnit *units[WRITE_GROUP];
    bool closed = false, dirty = true;
    while (!closed) {
        size_t n = take(&lanes->writes, units, WRITE_GROUP, dirty ? clock_monotonic() + IDLE_US : 0,
                        &closed);
        if (n > 0) {
            run_units(lanes, lanes->writer, units, n);
            dirty = true;
            if (db_wal_pages(lanes->writer) > CHECKPOINT_PAGES)
                checkpoint(lanes->writer, false);
        } else if (dirty) {
            checkpoint(lanes->writer, true);
            if (g_atomic_int_get(&lanes->scrub))
                scrub(lanes);
            dirty = g_atomic_int_get(&lanes->scrub);
        }
    }
    return NULL;
}

static void fail_unit(WriteUnit *unit, const GError *error)
{
    for (size_t i = 0; i < unit->n; i++)
        unit->jobs[i].error = g_error_copy(error);
    unit->done(unit);
}

static gpointer worker(gpointer data)
{
    Lanes *lanes = data;
    g_autoptr(Db) db = NULL;
    bool closed = false;
    while (!closed) {
        WriteUnit *units[WORKER_GROUP];
        size_t n = take(&lanes->writes, units, WORKER_GROUP, 0, &closed);
        if (n == 0)
            continue;
        g_autoptr(GError) error = NULL;
        if (!db)
            db = db_open(server_drivers, lanes->config->database, DB_WRITE, &error);
        if (db) {
            run_units(lanes, db, units, n);
            continue;
        }
        for (size_t i = 0; i < n; i++)
            fail_unit(units[i], error);
    }
    return NULL;
}

/* ---- the crypto lane */

bool lanes_crypto(Lanes *lanes, CryptoUnit *unit, GError **error)
{
    Queue *queue = &lanes->crypto;
    g_mutex_lock(&queue->lock);
    bool ok = !queue->closed && queue->units.length < CRYPTO_QUEUE_MAX;
    if (ok) {
        unit->node.data = unit;
        g_queue_push_tail_link(&queue->units, &unit->node);
        g_cond_signal(&queue->filled);
    }
    g_mutex_unlock(&queue->lock);
    return ok || problem_set(error, PROBLEM_OVERLOADED, "too many people log in just now");
}

static gpointer crypto_thread(gpointer data)
{
    Lanes *lanes = data;
    Queue *queue = &lanes->crypto;
    g_autoptr(Db) reader = NULL;
    for (;;) {
        g_mutex_lock(&queue->lock);
        while (queue->units.length == 0 && !queue->closed)
            g_cond_wait(&queue->filled, &queue->lock);
        GList *link = g_queue_pop_head_link(&queue->units);
        g_mutex_unlock(&queue->lock);
        if (!link)
            return NULL;
        CryptoUnit *unit = link->data;
        g_autoptr(GError) error = NULL;
        if (!reader)
            reader = db_open(server_drivers, lanes->config->database, DB_READ, &error);
        unit->run(unit, reader);
    }
}

/* ---- start and stop */

Lanes *lanes_new(const Config *config, Db *db, Metrics *metrics, DbLastFunc last)
{
    Lanes *lanes = g_new0(Lanes, 1);
    lanes->config = config;
    lanes->writer = db;
    lanes->metrics = metrics;
    lanes->last = last;
    lanes->threads = g_ptr_array_new();
    queue_init(&lanes->writes);
    queue_init(&lanes->crypto);
    return lanes;
}

static bool thread_add(Lanes *lanes, const char *name, GThreadFunc func, GError **error)
{
    GThread *thread = g_thread_try_new(name, func, lanes, error);
    if (thread)
        g_ptr_array_add(lanes->threads, thread);
    return thread != NULL;
}

bool lanes_start(Lanes *lanes, GError **error)
{
    if (!thread_add(lanes, "crypto", crypto_thread, error))
        return false;
    if (db_engine(lanes->writer) == DB_ENGINE_SQLITE)
        return thread_add(lanes, "writer", sqlite_writer, error);
    for (gint64 i = 0; i < lanes->config->workers; i++)
        if (!thread_add(lanes, "worker", worker, error))
            return false;
    return true;
}

void lanes_stop(Lanes *lanes)
{
    /* The crypto lane feeds the write lane: it is emptied first. */
    queue_close(&lanes->crypto);
    if (lanes->threads->len > 0)
        g_thread_join(g_ptr_array_remove_index(lanes->threads, 0));
    queue_close(&lanes->writes);
    while (lanes->threads->len > 0)
        g_thread_join(g_ptr_array_remove_index_fast(lanes->threads, 0));
}

void lanes_free(Lanes *lanes)
{
    if (!lanes)
        return;
    queue_clear(&lanes->writes);
    queue_clear(&lanes->crypto);
    g_ptr_array_free(lanes->threads, TRUE);
    g_free(lanes);
}
