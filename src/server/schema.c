/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/schema.h"

#include <string.h>

#include "server/config.h"
#include "server/crypto.h"

/* The lineage of this database: random, so that a state string of another one is never taken for one of this. */
static bool give_epoch(Db *db, gpointer arg, GError **error)
{
    guint32 random;
    crypto_random(&random, sizeof random);
    return db_exec(
        db, error,
        "INSERT INTO meta (name, value) VALUES ('epoch', $1) ON CONFLICT (name) DO NOTHING",
        db_int((gint64)(random >> 4) + 1));
}

static Db *open_migrated(const Config *config, GError **error)
{
    g_autoptr(Db) db = db_open(server_drivers, config->database,
                               DB_WRITE | DB_MANUAL_CHECKPOINT | DB_LARGE_CACHE, error);
    if (!db || !db_migrate(db, server_schema, error) || !db_tx(db, give_epoch, NULL, error))
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
