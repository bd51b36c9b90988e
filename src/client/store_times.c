/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leads that come back at a time, and times by name. */
#include "client/store_private.h"

bool store_snooze(Store *store, const Uuid *referral, gint64 until, GError **error)
{
    return store_named(
        store,
        db_exec(store->db, error,
                "INSERT INTO snooze (referral, until, told) VALUES ($1, $2, 0) ON CONFLICT "
                "(referral) DO UPDATE SET until = excluded.until, told = 0",
                db_uuid(referral), db_time(until)),
        error);
}

bool store_unsnooze(Store *store, const Uuid *referral, GError **error)
{
    return store_named(
        store,
        db_exec(store->db, error, "DELETE FROM snooze WHERE referral = $1", db_uuid(referral)),
        error);
}

bool store_snooze_told(Store *store, const Uuid *referral, GError **error)
{
    return store_named(store,
                       db_exec(store->db, error, "UPDATE snooze SET told = 1 WHERE referral = $1",
                               db_uuid(referral)),
                       error);
}

GArray *store_snoozes(Store *store, GError **error)
{
    g_autoptr(GArray) snoozes = g_array_new(FALSE, TRUE, sizeof(Snooze));
    g_autoptr(DbRows) rows = db_query(store->db, error,
                                      "SELECT referral, until, told FROM snooze ORDER BY until");
    while (rows && db_next(rows, error)) {
        Snooze snooze = { db_get_uuid(rows, 0), db_get_int(rows, 1), db_get_int(rows, 2) };
        g_array_append_val(snoozes, snooze);
    }
    if (!store_named(store, rows && db_rows_ok(rows), error))
        return NULL;
    return g_steal_pointer(&snoozes);
}

bool store_set_moment(Store *store, const char *name, gint64 at, GError **error)
{
    bool ok = at ? db_exec(store->db, error,
                           "INSERT INTO moment (name, at) VALUES ($1, $2) ON CONFLICT (name) DO "
                           "UPDATE SET at = excluded.at",
                           db_text(name), db_time(at))
                 : db_exec(store->db, error, "DELETE FROM moment WHERE name = $1", db_text(name));
    return store_named(store, ok, error);
}

gint64 store_moment(Store *store, const char *name)
{
    gint64 at = 0;
    if (!db_get_one_int(store->db, NULL, &at,
                        "SELECT coalesce((SELECT at FROM moment WHERE name = $1), 0)",
                        db_text(name)))
        return 0;
    return at;
}
