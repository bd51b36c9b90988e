/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/db.h"

#include <stdarg.h>
#include <string.h>

#include "db/driver.h"

#define TX_TRIES 6 /* the first and five again */
#define DEPTH_MAX 4

/* ---- opening */

static bool claims(const DbDriver *driver, const char *url)
{
    for (const char *const *scheme = driver->schemes; *scheme; scheme++)
        if (g_str_has_prefix(url, *scheme))
            return true;
    return false;
}

Db *db_open(const DbDriver *const *drivers, const char *url, unsigned mode, GError **error)
{
    for (; *drivers; drivers++)
        if (claims(*drivers, url))
            return (*drivers)->open(url, mode, error);
    /* Only the scheme is told: the rest may hold a password. */
    const char *colon = strchr(url, ':');
    problem_set(error, PROBLEM_BAD_CONFIG, "This program has no database driver for \"%.*s\"",
                colon ? (int)MIN(colon - url + 1, 20) : 0, url);
    return NULL;
}

static struct {
    DbReconnected fn;
    gpointer data;
} reconnect;

void db_on_reconnect(DbReconnected fn, gpointer data)
{
    reconnect.fn = fn;
    reconnect.data = data;
}

bool db_reconnected(GError **error)
{
    return !reconnect.fn || reconnect.fn(reconnect.data, error);
}

void db_close(Db *db)
{
    if (db)
        db->driver->close(db);
}

DbEngine db_engine(const Db *db)
{
    return db->driver->engine;
}

/* ---- values */

DbValue db_text(const char *text)
{
    if (!text)
        return db_null();
    return (DbValue){ .kind = DB_TEXT, .data = text, .length = strlen(text) };
}

DbValue db_uuid(const Uuid *id)
{
    if (uuid_is_nil(id))
        return db_null();
    return (DbValue){ .kind = DB_UUID, .data = id->bytes, .length = sizeof id->bytes };
}

DbValue db_time(gint64 ms)
{
    return ms == 0 ? db_null() : db_int(ms);
}

DbValue db_bytes(const void *data, size_t length)
{
    if (!data)
        return db_null();
    return (DbValue){ .kind = DB_BYTES, .data = data, .length = length };
}

/* ---- statements */

DbRows *db_query_values(Db *db, GError **error, const char *sql, const DbValue *values, size_t n)
{
    return db->driver->query(db, sql, values, n, error);
}

bool db_exec_values(Db *db, GError **error, gint64 *changed, const char *sql, const DbValue *values,
                    size_t n)
{
    return db->driver->exec(db, sql, values, n, changed, error);
}

bool db_later_values(Db *db, GError **error, const char *sql, const DbValue *values, size_t n)
{
    return db->driver->later(db, sql, values, n, error);
}

bool db_script(Db *db, GError **error, const char *sql)
{
    int line = 0;
    if (db->driver->script(db, sql, &line, error))
        return true;
    if (line > 0)
        g_prefix_error(error, "line %d: ", line);
    return false;
}

const char *db_intern(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return g_intern_string(text);
}

bool db_one_int(Db *db, GError **error, gint64 *out, const char *sql, const DbValue *values,
                size_t n)
{
    g_autoptr(DbRows) rows = db_query_values(db, error, sql, values, n);
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) ? problem_set(error, PROBLEM_NOT_FOUND, "No such row") : false;
    *out = db_get_int(rows, 0);
    return true;
}

/* ---- rows */

gint64 db_work(const Db *db)
{
    return db->work;
}

bool db_is_damaged(const Db *db)
{
    return db->damaged;
}

bool db_next(DbRows *rows, GError **error)
{
    return rows->driver->next(rows, error);
}

bool db_rows_ok(const DbRows *rows)
{
    return !rows->failed;
}

void db_rows_free(DbRows *rows)
{
    if (rows)
        rows->driver->rows_free(rows);
}

bool db_get_is_null(const DbRows *rows, int column)
{
    return rows->driver->get_is_null(rows, column);
}

gint64 db_get_int(const DbRows *rows, int column)
{
    return rows->driver->get_int(rows, column);
}

const char *db_get_text(const DbRows *rows, int column)
{
    return rows->driver->get_text(rows, column);
}

Uuid db_get_uuid(const DbRows *rows, int column)
{
    Uuid id;
    rows->driver->get_uuid(rows, column, &id);
    return id;
}

const void *db_get_bytes(const DbRows *rows, int column, size_t *length)
{
    return rows->driver->get_bytes(rows, column, length);
}

/* ---- transactions */

static const char *const begin_write[] = {
    [DB_ENGINE_SQLITE] = "BEGIN IMMEDIATE",
    [DB_ENGINE_POSTGRES] = "BEGIN",
};

static const char *const begin_read[] = {
    [DB_ENGINE_SQLITE] = "BEGIN",
    [DB_ENGINE_POSTGRES] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
};

static bool tx_once(Db *db, const char *begin, DbTxFunc fn, gpointer arg, GError **error)
{
    db->retry = false;
    db->in_tx = true;
    bool ok = db_later(db, error, begin) && fn(db, arg, error) && db_exec(db, error, "COMMIT");
    if (!ok)
        db->driver->rollback(db);
    db->in_tx = false;
    return ok;
}

/* Grows from 0-2 ms to 0-32 ms; random, so that two that collided do not collide again. */
static void back_off(int attempt)
{
    g_usleep(g_random_int_range(0, 2000 << attempt));
}

static bool run_tx(Db *db, const char *begin, DbTxFunc fn, gpointer arg, GError **error)
{
    g_assert(!db->in_tx);
    for (int attempt = 1;; attempt++) {
        g_autoptr(GError) failure = NULL;
        if (tx_once(db, begin, fn, arg, &failure))
            return true;
        if (!db->retry || attempt == TX_TRIES) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return false;
        }
        back_off(attempt - 1);
    }
}

bool db_tx(Db *db, DbTxFunc fn, gpointer arg, GError **error)
{
    return run_tx(db, begin_write[db_engine(db)], fn, arg, error);
}

bool db_read_tx(Db *db, DbTxFunc fn, gpointer arg, GError **error)
{
    return run_tx(db, begin_read[db_engine(db)], fn, arg, error);
}

static const struct {
    const char *open, *release, *undo;
} savepoints[DEPTH_MAX] = {
    { "SAVEPOINT s1", "RELEASE SAVEPOINT s1", "ROLLBACK TO SAVEPOINT s1" },
    { "SAVEPOINT s2", "RELEASE SAVEPOINT s2", "ROLLBACK TO SAVEPOINT s2" },
    { "SAVEPOINT s3", "RELEASE SAVEPOINT s3", "ROLLBACK TO SAVEPOINT s3" },
    { "SAVEPOINT s4", "RELEASE SAVEPOINT s4", "ROLLBACK TO SAVEPOINT s4" },
};

static bool nested(Db *db, DbTxFunc fn, gpointer arg, bool wait, GError **error)
{
    g_assert(db->in_tx && db->depth < DEPTH_MAX);
    int level = db->depth;
    const char *release = savepoints[level].release;
    if (!db_later(db, error, savepoints[level].open))
        return false;
    db->depth++;
    bool ok = fn(db, arg, error) &&
              (wait ? db_exec(db, error, release) : db_later(db, error, release));
    db->depth = level;
    /* A transaction that is gone altogether, or a connection that is lost, is its owner's to notice. */
    if (!ok && db->driver->in_transaction(db) && db_exec(db, NULL, savepoints[level].undo))
        db_exec(db, NULL, release);
    return ok;
}

/* What fn left to be sent later must fail here, inside its savepoint, not in somebody else's statement: RELEASE is
 * executed, not postponed. */
bool db_nested(Db *db, DbTxFunc fn, gpointer arg, GError **error)
{
    return nested(db, fn, arg, true, error);
}

bool db_nested_later(Db *db, DbTxFunc fn, gpointer arg, GError **error)
{
    return nested(db, fn, arg, false, error);
}

/* ---- groups */

static void fail_jobs(DbJob *jobs, size_t n, const GError *failure)
{
    for (size_t i = 0; i < n; i++)
        if (!jobs[i].error)
            jobs[i].error = g_error_copy(failure);
}

typedef struct Alone {
    DbJob *job;
    DbLastFunc last;
} Alone;

static bool run_alone(Db *db, gpointer data, GError **error)
{
    const Alone *alone = data;
    const DbJob *job = alone->job;
    return job->fn(db, job->arg, error) && (!alone->last || alone->last(db, &job, 1, error));
}

static void run_each_alone(Db *db, DbJob *jobs, size_t n, DbLastFunc last)
{
    for (size_t i = 0; i < n; i++) {
        g_clear_error(&jobs[i].error);
        db_tx(db, run_alone, &(Alone){ &jobs[i], last }, &jobs[i].error);
    }
}

/*
 * Each function takes its locks in one order, but a group holds those of all its jobs, in whichever order these came: two
 * groups would wait for each other in circles. So only the first job, when nobody else's locks are held, waits for one as
 * long as a transaction of its own does; a later one hardly waits.
 */
static const char *const wait_little[] = {
    [DB_ENGINE_SQLITE] = NULL, /* one writer: there is nobody to wait for */
    [DB_ENGINE_POSTGRES] = "SET LOCAL lock_timeout = 20",
};
static const char *const wait_long[] = {
    [DB_ENGINE_SQLITE] = NULL,
    [DB_ENGINE_POSTGRES] = "SET LOCAL lock_timeout TO DEFAULT",
};

static bool set_wait(Db *db, const char *const *statements, GError **error)
{
    const char *statement = statements[db_engine(db)];
    return !statement || db_later(db, error, statement);
}

/* Nobody takes a lock of the last step and then waits for one of a job: there it is waited for long. */
static bool finish(Db *db, const DbJob *const *good, size_t n, DbLastFunc last, GError **error)
{
    return !last || n == 0 || (set_wait(db, wait_long, error) && last(db, good, n, error));
}

/* What went wrong is not of one job, and may not come again when it is alone. */
static bool helps_alone(const Db *db, const GError *failure)
{
    return db->retry || !problem_is(failure, PROBLEM_DATABASE_BUSY);
}

/*
 * One transaction for as many of the jobs as it lives: SQLite ends a transaction by itself on a full disk or an I/O error.
 * Then everything up to that job has failed, and the rest gets a transaction of its own. So does the rest from a job on that
 * met a lock, when what was done before it is committed. Returns the jobs settled; 0: all is undone, and to be run job by job.
 */
static size_t run_together(Db *db, DbJob *jobs, size_t n, DbLastFunc last, GError **error)
{
    g_autofree const DbJob **good = g_new(const DbJob *, n);
    size_t n_good = 0;
    if (!db_later(db, error, begin_write[db_engine(db)]))
        return db->retry ? 0 : n;
    for (size_t i = 0; i < n; i++) {
        db->locked = false;
        if (db_nested(db, jobs[i].fn, jobs[i].arg, &jobs[i].error)) {
            good[n_good++] = &jobs[i];
            if (n_good == 1 && !set_wait(db, wait_little, error))
                return db->retry ? 0 : n;
            continue;
        }
        bool alive = db->driver->in_transaction(db);
        if (db->retry)
            return 0;
        if (alive && db->locked && n_good > 0) {
            g_clear_error(&jobs[i].error);
            n = i;
            break;
        }
        if (alive)
            continue;
        fail_jobs(jobs, i, jobs[i].error);
        return i + 1;
    }
    if (!finish(db, good, n_good, last, error))
        return helps_alone(db, *error) ? 0 : n;
    if (!db_exec(db, error, "COMMIT"))
        return db->retry ? 0 : n;
    return n;
}

static size_t run_group(Db *db, DbJob *jobs, size_t n, DbLastFunc last)
{
    g_autoptr(GError) failure = NULL;
    db->retry = false;
    db->in_tx = true;
    size_t settled = run_together(db, jobs, n, last, &failure);
    if (settled == 0 || failure)
        db->driver->rollback(db);
    db->in_tx = false;
    if (settled == 0) {
        run_each_alone(db, jobs, n, last);
        return n;
    }
    if (failure)
        fail_jobs(jobs, settled, failure);
    return settled;
}

void db_tx_group(Db *db, DbJob *jobs, size_t n, DbLastFunc last)
{
    g_assert(!db->in_tx);
    for (size_t i = 0; i < n; i++)
        jobs[i].error = NULL;
    if (n == 1) {
        run_each_alone(db, jobs, n, last);
        return;
    }
    for (size_t done = 0; done < n;)
        done += run_group(db, jobs + done, n - done, last);
}

/* ---- the write-ahead log */

bool db_scrub(Db *db, bool *done, GError **error)
{
    *done = true;
    return !db->driver->scrub || db->driver->scrub(db, done, error);
}

void db_give_way(Db *db, DbGiveWay give_way, gpointer data)
{
    if (db->driver->give_way)
        db->driver->give_way(db, give_way, data);
}

void db_narrow(Db *db, bool narrow)
{
    if (db->driver->narrow)
        db->driver->narrow(db, narrow);
}

void db_spare(Db *db)
{
    if (db->driver->spare)
        db->driver->spare(db);
}

bool db_checkpoint(Db *db, bool truncate, GError **error)
{
    return !db->driver->checkpoint || db->driver->checkpoint(db, truncate, error);
}

gint64 db_wal_pages(Db *db)
{
    return db->driver->wal_pages ? db->driver->wal_pages(db) : 0;
}

/* ---- hints */

bool db_can_hear(const Db *db)
{
    return db->driver->hear != NULL;
}

char *db_hear(Db *db, int wake_fd, gint64 until, GError **error)
{
    g_assert(db_can_hear(db) && !db->in_tx);
    return db->driver->hear(db, wake_fd, until, error);
}

bool db_is_sound(Db *db, GError **error)
{
    if (db_engine(db) != DB_ENGINE_SQLITE)
        return true;
    g_autoptr(DbRows) rows = db_query(
        db, error, "SELECT quick_check FROM pragma_quick_check WHERE quick_check <> 'ok'");
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows);
    return problem_set(error, PROBLEM_DATABASE_CORRUPT, "%s", db_get_text(rows, 0));
}
