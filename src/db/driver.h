/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an engine gives to db.c; private to src/db. A driver's connection and rows embed Db and DbRows as
 * their first member. Transactions need nothing here: db.c runs BEGIN, COMMIT and savepoints as statements, those that
 * may wait for company by later().
 */
#pragma once

#include "db/db.h"

#include "base/problem.h"

struct Db {
    const DbDriver *driver;
    unsigned mode;
    bool in_tx;   /* inside db_tx(), db_read_tx() or db_tx_group() */
    int depth;    /* savepoints open */
    bool retry;   /* set by the driver: the transaction may succeed when run again from the start */
    bool locked;  /* set by the driver: a lock was waited for in vain */
    bool damaged; /* set by the driver: DATABASE_CORRUPT was told */
    gint64 work;  /* kept by the driver: db_work() */
};

/* db_on_reconnect() */
bool db_reconnected(GError **error);

struct DbRows {
    Db *db;
    const DbDriver *driver; /* = db->driver, one load less for every column */
    bool failed;
};

struct DbDriver {
    DbEngine engine;
    const char *const *schemes; /* how its URLs begin; NULL-terminated */

    /* place: the URL without its scheme for SQLite ("sqlite:"), whole for PostgreSQL. */
    Db *(*open)(const char *url, unsigned mode, GError **error);
    void (*close)(Db *db);

    DbRows *(*query)(Db *db, const char *sql, const DbValue *values, size_t n, GError **error);
    bool (*exec)(Db *db, const char *sql, const DbValue *values, size_t n, gint64 *changed,
                 GError **error);
    bool (*later)(Db *db, const char *sql, const DbValue *values, size_t n, GError **error);
    /* line: of the statement that failed, 0 when unknown. */
    bool (*script)(Db *db, const char *sql, int *line, GError **error);
    /* Ends whatever transaction is open; never fails (a dead connection has none). */
    void (*rollback)(Db *db);
    /* Is the transaction still there? SQLite ends it by itself on some errors. */
    bool (*in_transaction)(Db *db);

    bool (*next)(DbRows *rows, GError **error);
    void (*rows_free)(DbRows *rows);
    bool (*get_is_null)(const DbRows *rows, int column);
    gint64 (*get_int)(const DbRows *rows, int column);
    const char *(*get_text)(const DbRows *rows, int column);
    void (*get_uuid)(const DbRows *rows, int column, Uuid *out);
    const void *(*get_bytes)(const DbRows *rows, int column, size_t *length);

    bool (*scrub)(Db *db, bool *done, GError **error);                /* may be NULL */
    bool (*checkpoint)(Db *db, bool truncate, GError **error);        /* may be NULL */
    gint64 (*wal_pages)(Db *db);                                      /* may be NULL */
    void (*give_way)(Db *db, DbGiveWay give_way, gpointer data);      /* may be NULL */
    void (*spare)(Db *db);                                            /* may be NULL */
    void (*narrow)(Db *db, bool narrow);                              /* may be NULL */
    char *(*hear)(Db *db, int wake_fd, gint64 until, GError **error); /* may be NULL */
    /* Inside a read transaction; may be NULL. */
    bool (*backup)(Db *db, const char *path, DbProgress progress, gpointer data, GError **error);
};

/*
 * The statements of one connection. Texts are literals, so an address is a statement: one probe of a small hash
 * table. An address seen for the first time is looked up by its text, as the same literal may exist in two files.
 */
typedef struct DbStatements {
    const char **addresses; /* open addressing, NULL = free */
    gpointer *statements;
    size_t n, size;
    GHashTable *by_text; /* text -> statement; owns neither */
} DbStatements;

void db_statements_init(DbStatements *all);
void db_statements_clear(DbStatements *all, GDestroyNotify destroy);
/* NULL when the text is new: make one and add it. */
gpointer db_statements_find(DbStatements *all, const char *sql);
void db_statements_add(DbStatements *all, const char *sql, gpointer statement);
