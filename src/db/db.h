/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One small interface to SQLite and PostgreSQL. A Db is one connection, used by one thread at a time. All statements
 * are one SQL text for both engines: $1-style parameters, INSERT ... ON CONFLICT, RETURNING, CTEs, keyset paging;
 * integers are BIGINT everywhere; no sequences, triggers, OFFSET or session state. Statement texts are string
 * literals: they are prepared once per connection and found again by their address.
 *
 *   g_autoptr(DbRows) rows = db_query(db, error, "SELECT id, name FROM account WHERE email = $1", db_text(email));
 *   while (db_next(rows, error)) ... db_get_uuid(rows, 0) ...
 *
 * Errors: DATABASE_AWAY (nobody answers: it may come back), DATABASE_BUSY, DATABASE_UNIQUE, DATABASE_CORRUPT, STORAGE_FULL, IO, CANNOT_CREATE (no such file, no right to
 * it), DATABASE (anything else), with the engine's message as detail. No error is ever swallowed: db_next() returns false
 * both at the end and on error, db_rows_ok() tells.
 *
 * Numbering: the parameters of a statement are $1 to $n, each used at least once. A statement text is one statement.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/embed.h"
#include "base/money.h"
#include "base/uuid.h"

typedef struct Db Db;
typedef struct DbRows DbRows;
typedef struct DbDriver DbDriver;

extern const DbDriver db_sqlite;
extern const DbDriver db_postgres; /* only in the server, and only --with-postgresql */

typedef enum DbMode {
    DB_WRITE = 0,     /* read and write; SQLite: creates the file (0600) */
    DB_READ = 1 << 0, /* SQLite: SQLITE_OPEN_READONLY, wal_autocheckpoint=0 */
    /* SQLite: journal_mode=TRUNCATE instead of WAL (the client's store) */
    DB_ROLLBACK_JOURNAL = 1 << 1,
    /* SQLite: WAL with synchronous=NORMAL (a cache that can be fetched again) */
    DB_NO_SYNC = 1 << 2,
    /* SQLite: only db_checkpoint() does (a server's writer); else at a commit, from 1000 pages on */
    DB_MANUAL_CHECKPOINT = 1 << 3,
    /* SQLite: a page cache of 16 MiB instead of 2 (a server's) */
    DB_LARGE_CACHE = 1 << 4,
} DbMode;

/* url: "sqlite:PATH" (":memory:" too) or "postgresql://...". drivers: NULL-terminated list of what this program has. */
Db *db_open(const DbDriver *const *drivers, const char *url, unsigned mode, GError **error);
void db_close(Db *db);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Db, db_close)

/* Steps that SQLite's machine has made so far on this connection: for tests of what must not grow. */
gint64 db_work(const Db *db);

/* Was any call on this connection answered with DATABASE_CORRUPT? */
bool db_is_damaged(const Db *db);

/* Reads the whole file and looks whether it is whole; DATABASE_CORRUPT says what is not. SQLite's only: true on PostgreSQL. */
bool db_is_sound(Db *db, GError **error);

/* PostgreSQL: run, in whichever thread it is, when a lost connection was made again, before anything else goes over it:
 * the server behind it may be another one. False: it counts as lost. Set before the first thread. */
typedef bool (*DbReconnected)(gpointer data, GError **error);
void db_on_reconnect(DbReconnected fn, gpointer data);

typedef enum DbEngine { DB_ENGINE_SQLITE, DB_ENGINE_POSTGRES } DbEngine;
DbEngine db_engine(const Db *db);

/* ---- values */

typedef enum DbKind { DB_NULL, DB_INT, DB_TEXT, DB_UUID, DB_BYTES } DbKind;

typedef struct DbValue { /* borrows what it points to until the call returns */
    DbKind kind;
    gint64 integer;
    const void *data;
    size_t length;
} DbValue;

static inline DbValue db_null(void)
{
    return (DbValue){ DB_NULL };
}
static inline DbValue db_int(gint64 value)
{
    return (DbValue){ DB_INT, value };
}
DbValue db_text(const char *text); /* NULL is NULL */
DbValue db_uuid(const Uuid *id);   /* nil is NULL */
DbValue db_time(gint64 ms);        /* 0 is NULL */
DbValue db_bytes(const void *data, size_t length);

/* ---- statements */

#define DB_COUNT_(...) (sizeof((DbValue[]){ { 0 }, ##__VA_ARGS__ }) / sizeof(DbValue) - 1)
#define DB_VALUES_(...) ((const DbValue[]){ { 0 }, ##__VA_ARGS__ } + 1), DB_COUNT_(__VA_ARGS__)

/* SELECT or ... RETURNING. NULL on error (rows may also fail later: db_next). */
#define db_query(db, error, sql, ...) db_query_values(db, error, sql, DB_VALUES_(__VA_ARGS__))
DbRows *db_query_values(Db *db, GError **error, const char *sql, const DbValue *values, size_t n);

/* Runs it; the number of rows changed in *changed (may be NULL with db_exec). */
#define db_exec(db, error, sql, ...) db_exec_values(db, error, NULL, sql, DB_VALUES_(__VA_ARGS__))
#define db_exec_count(db, error, changed, sql, ...)                                                \
    db_exec_values(db, error, changed, sql, DB_VALUES_(__VA_ARGS__))
bool db_exec_values(Db *db, GError **error, gint64 *changed, const char *sql, const DbValue *values,
                    size_t n);

/* Runs it before the next query or commit, without waiting for its result; an error surfaces there. SQLite runs it
 * at once; PostgreSQL sends it along with the next statement (pipeline), which saves the round trip. */
#define db_later(db, error, sql, ...) db_later_values(db, error, sql, DB_VALUES_(__VA_ARGS__))
bool db_later_values(Db *db, GError **error, const char *sql, const DbValue *values, size_t n);

/* At the start of a statement: its best plan depends on the values, so that PostgreSQL plans it anew each time. */
#define DB_ANEW "/* anew */ "

/* At the start of a query of SQLite: a text made for this one time. It need not be interned, and is forgotten afterwards. */
#define DB_ONCE "/* once */ "

/* Several statements without parameters or rows (migrations, PRAGMA); not prepared, any text. */
bool db_script(Db *db, GError **error, const char *sql);

/* Statements made at run time (column lists): interned for ever, so build each only once per shape. */
const char *db_intern(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* ---- rows */

/* To the next row; false at the end or on error (then *error is set). */
bool db_next(DbRows *rows, GError **error);
/* After db_next() returned false: no error. */
bool db_rows_ok(const DbRows *rows);
void db_rows_free(DbRows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DbRows, db_rows_free)

bool db_get_is_null(const DbRows *rows, int column);
gint64 db_get_int(const DbRows *rows, int column); /* NULL is 0 */
/* Borrowed until the next db_next(); NULL is NULL. */
const char *db_get_text(const DbRows *rows, int column);
Uuid db_get_uuid(const DbRows *rows, int column); /* NULL is nil */
const void *db_get_bytes(const DbRows *rows, int column, size_t *length);

/* The one value of a one-row, one-column query; false and *error (NOT_FOUND when no row). */
#define db_get_one_int(db, error, out, sql, ...)                                                   \
    db_one_int(db, error, out, sql, DB_VALUES_(__VA_ARGS__))
bool db_one_int(Db *db, GError **error, gint64 *out, const char *sql, const DbValue *values,
                size_t n);

/* ---- transactions: db.c is the only owner of BEGIN, COMMIT, ROLLBACK, SAVEPOINT and of retries */

typedef bool (*DbTxFunc)(Db *db, gpointer arg, GError **error);

/* BEGIN IMMEDIATE / BEGIN; fn; COMMIT. False from fn rolls back. On 40001, 40P01 (PostgreSQL) the whole is run again,
 * up to 5 times with jitter: fn must start from scratch each time. Nested calls are a bug. */
bool db_tx(Db *db, DbTxFunc fn, gpointer arg, GError **error);

/* A consistent snapshot for several reads; nothing is written. */
bool db_read_tx(Db *db, DbTxFunc fn, gpointer arg, GError **error);

/* Inside a transaction: fn in a SAVEPOINT; false from fn undoes just that. */
bool db_nested(Db *db, DbTxFunc fn, gpointer arg, GError **error);

/* db_nested() that does not wait for what fn left for later: that may fail in a later statement of the caller's, who must
 * then give up its own savepoint or transaction, as it would have to in any case. One round trip less. */
bool db_nested_later(Db *db, DbTxFunc fn, gpointer arg, GError **error);

/* Group commit: all jobs in one transaction, each in a savepoint of its own; a job that fails is undone alone and keeps
 * its error; when the COMMIT fails every job gets that error. Each job's outcome is in `error` (NULL = durable).
 *
 * last (may be NULL) runs before the COMMIT, once for all jobs that went well: what locks others out is done as late as can
 * be. Where a transaction of one would be tried again (a deadlock, a connection that is gone), or when last fails, all is
 * undone and each job runs in a transaction of its own: fn may run more than once. Jobs stay in their order. A job waits for
 * locks as in a transaction of its own only while no other's locks are held (PostgreSQL): one that meets a lock later is
 * undone, what went before is committed, and the group goes on from it. So groups do not wait for each other in circles,
 * as long as each fn takes its locks in one order. */
typedef struct DbJob {
    DbTxFunc fn;
    gpointer arg;
    GError *error; /* out */
} DbJob;
typedef bool (*DbLastFunc)(Db *db, const DbJob *const *jobs, size_t n, GError **error);
void db_tx_group(Db *db, DbJob *jobs, size_t n, DbLastFunc last);

/* SQLite writer: PRAGMA wal_checkpoint(PASSIVE or TRUNCATE); nothing elsewhere. */
bool db_checkpoint(Db *db, bool truncate, GError **error);
/* The same, but waits for those who still read from the WAL: *done when nothing is left in it. Elsewhere done at once. */
bool db_scrub(Db *db, bool *done, GError **error);
gint64 db_wal_pages(Db *db); /* pages in the WAL after the last commit; 0 elsewhere */

/* SQLite: asked every now and then while a statement runs, in its thread. True ends the statement, with DATABASE_BUSY and
 * nothing done. give_way NULL: nobody is asked any more. */
typedef bool (*DbGiveWay)(gpointer data);
void db_give_way(Db *db, DbGiveWay give_way, gpointer data);

/* SQLite: pages that are remembered are forgotten, when nothing will be asked for a while. */
void db_spare(Db *db);
/* SQLite, of a client's cache: no more than a MiB of pages, and of rows being sorted, instead of four. For what takes long and has
 * time; false: as before. */
void db_narrow(Db *db, bool narrow);

/* ---- hints between servers that share a database: LISTEN and NOTIFY of PostgreSQL, nothing elsewhere */

bool db_can_hear(const Db *db);
/* After "LISTEN name" by db_exec(): what another connection told since, one text a call (caller frees). Waits for it until
 * that monotonic time or until wake_fd is readable: then NULL, without an error. With one: the connection is lost, and the
 * next db_exec() makes it anew. */
char *db_hear(Db *db, int wake_fd, gint64 until, GError **error);

/* ---- the whole database */

typedef void (*DbProgress)(gint64 done, gint64 total, gpointer data); /* pages or rows */

/* SQLite: one snapshot of it, while others write, as the new file `path` (0600): one file that needs no other. */
bool db_backup(Db *db, const char *path, DbProgress progress, gpointer data, GError **error);

/*
 * All rows of all tables, from one snapshot into one transaction, between SQLite and PostgreSQL; both have had the same
 * migrations. What `to` held is gone then. Tables and their order are those of the migrations, columns those that both
 * engines have; virtual tables and columns of PostgreSQL's own types (full text) are left to `after`, which runs
 * on `to` as the last step of the transaction. orders: pairs of a table and the columns that its rows are put into SQLite
 * by, closed by NULL.
 */
typedef struct DbCopy {
    Db *from, *to;
    const char *const *orders;
    DbTxFunc after;
    gpointer arg;
    DbProgress progress;
    gpointer data; /* of progress */
} DbCopy;
bool db_copy(const DbCopy *copy, GError **error);

/* ---- migrations */

/* Applies the numbered files NNNN-what.sql that the database has not had, in order, each in its own transaction, and
 * records them in table `migration`. Forward only; DATABASE_NEWER when it has had one we do not know.
 * Files are written for PostgreSQL's types; for SQLite the reader turns BIGINT into INTEGER, UUID and BYTEA into BLOB and makes
 * tables STRICT. A block between lines "-- only sqlite" or "-- only postgresql" and "-- end only" is for one engine. */
bool db_migrate(Db *db, const EmbeddedText *files, GError **error);
/* Number of the newest migration applied; 0 for an empty database. */
bool db_version(Db *db, gint64 *version, GError **error);
