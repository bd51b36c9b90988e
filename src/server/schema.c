/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/schema.h"

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

Db *schema_open(const Config *config, GError **error)
{
    g_autoptr(Db) db = db_open(server_drivers, config->database,
                               DB_WRITE | DB_MANUAL_CHECKPOINT | DB_LARGE_CACHE, error);
    if (!db || !db_migrate(db, server_schema, error) || !db_tx(db, give_epoch, NULL, error))
        return NULL;
    return g_steal_pointer(&db);
}
