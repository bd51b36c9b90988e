/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/log.h"
#include "base/problem.h"
#include "server/config.h"
#include "server/crypto.h"

gint64 schema_newest(void)
{
    const EmbeddedText *last = server_schema;
    while (last[1].name)
        last++;
    return g_ascii_strtoll(last->name, NULL, 10);
}

bool schema_lock(const Config *config, int *lock, GError **error)
{
    const char *url = config->database;
    *lock = -1;
    if (!g_str_has_prefix(url, SQLITE_SCHEME) || g_str_equal(url, "sqlite::memory:"))
        return true;
    g_autofree char *name = g_strconcat(url + strlen(SQLITE_SCHEME), ".lock", NULL);
    *lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*lock < 0)
        return problem_set(error, PROBLEM_CANNOT_CREATE, "%s: %s", name, g_strerror(errno));
    if (flock(*lock, LOCK_EX | LOCK_NB) != 0)
        return problem_set(error, PROBLEM_LOCKED, "a server serves %s", url);
    return true;
}

/* ---- the lineage of a database */

/* Random, so that a state string of another one is never taken for one of this. */
static gint64 random_epoch(void)
{
    guint32 random;
    crypto_random(&random, sizeof random);
    return (gint64)(random >> 4) + 1;
}

static bool give_number(Db *db, const char *name, gint64 number, GError **error)
{
    return db_exec(db, error,
                   "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
                   db_text(name), db_int(number));
}

/* What a database has once: its epoch, and a key of 126 bits (meeting_calendar.h). */
static bool give_numbers(Db *db, gpointer nothing, GError **error)
{
    guint64 key[2];
    crypto_random(key, sizeof key);
    return give_number(db, "epoch", random_epoch(), error) &&
           give_number(db, "calendar_key_1", (gint64)(key[0] >> 1), error) &&
           give_number(db, "calendar_key_2", (gint64)(key[1] >> 1), error);
}

bool schema_new_epoch(Db *db, gpointer nothing, GError **error)
{
    gint64 epoch = random_epoch();
    return db_exec(db, error,
                   "INSERT INTO meta (name, value) VALUES ('epoch', $1)"
                   " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                   db_int(epoch)) &&
           db_exec(db, error, "UPDATE scope SET epoch = $1", db_int(epoch));
}

/* The first eight digits of the name of the log file that is being written. */
static const char timeline_sql[] =
    "SELECT CAST(CAST('x' || LPAD(SUBSTR(pg_walfile_name(pg_current_wal_lsn()), 1, 8), 16, '0')"
    " AS bit(64)) AS bigint)";

static bool adopt_timeline(Db *db, gpointer data, GError **error)
{
    gint64 timeline = *(const gint64 *)data, changed = 0;
    if (!db_exec(db, error,
                 "INSERT INTO meta (name, value) VALUES ('timeline', $1)"
                 " ON CONFLICT (name) DO NOTHING",
                 db_int(timeline)) ||
        !db_exec_count(db, error, &changed,
                       "UPDATE meta SET value = $1 WHERE name = 'timeline' AND value <> $1",
                       db_int(timeline)))
        return false;
    if (changed == 0)
        return true;
    log_write(LOG_WARNING, "timeline", "detail",
              "another PostgreSQL server took over: all clients begin their sync again", NULL);
    return schema_new_epoch(db, NULL, error);
}

static bool check_timeline(Db *db, GError **error)
{
    gint64 timeline = 0;
    if (db_engine(db) != DB_ENGINE_POSTGRES)
        return true;
    return db_get_one_int(db, error, &timeline, timeline_sql) &&
           db_tx(db, adopt_timeline, &timeline, error);
}

/* A standby that has not taken over cannot tell yet which timeline it will be on: as good as away. */
static bool reconnected(gpointer data, GError **error)
{
    const Config *config = data;
    g_autoptr(GError) local = NULL;
    g_autoptr(Db) db = db_open(server_drivers, config->database, DB_WRITE, &local);
    return (db && check_timeline(db, &local)) ||
           problem_set(error, PROBLEM_DATABASE_AWAY, "%s", local->message);
}

void schema_watch_timeline(const Config *config)
{
    db_on_reconnect(reconnected, (gpointer)config);
}

static Db *open_migrated(const Config *config, GError **error)
{
    g_autoptr(Db) db = db_open(server_drivers, config->database,
                               DB_WRITE | DB_MANUAL_CHECKPOINT | DB_LARGE_CACHE, error);
    if (!db || !db_migrate(db, server_schema, error) || !db_tx(db, give_numbers, NULL, error) ||
        !check_timeline(db, error))
        return NULL;
    return g_steal_pointer(&db);
}

/* Which file it was, when the failure does not say. No other URL: it may hold a password. */
static void name_the_file(const Config *config, GError **error)
{
    const char *path = config->database + strlen(SQLITE_SCHEME);
    if (error && *error && g_str_has_prefix(config->database, SQLITE_SCHEME) &&
        !strstr((*error)->message, path))
        g_prefix_error(error, "%s: ", path);
}

Db *schema_open(const Config *config, GError **error)
{
    Db *db = open_migrated(config, error);
    if (!db)
        name_the_file(config, error);
    return db;
}
