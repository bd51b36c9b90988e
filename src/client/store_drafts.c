/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts that a person has not finished. */
#include "client/store_private.h"

bool store_set_draft(Store *store, const char *key, const char *text, GError **error)
{
    if (!text)
        return store_named(
            store, db_exec(store->db, error, "DELETE FROM draft WHERE key = $1", db_text(key)),
            error);
    return store_named(store,
                       db_exec(store->db, error,
                               "INSERT INTO draft (key, text) VALUES ($1, $2) "
                               "ON CONFLICT (key) DO UPDATE SET text = excluded.text",
                               db_text(key), db_text(text)),
                       error);
}

char *store_draft(Store *store, const char *key, GError **error)
{
    g_autoptr(DbRows)
        rows = db_query(store->db, error, "SELECT text FROM draft WHERE key = $1", db_text(key));
    if (!rows || !db_next(rows, error)) {
        store_named(store, rows && db_rows_ok(rows), error);
        return NULL;
    }
    return g_strdup(db_get_text(rows, 0));
}

static void draft_free(gpointer data)
{
    Draft *draft = data;
    g_free(draft->key);
    g_free(draft->text);
    g_free(draft);
}

GPtrArray *store_drafts(Store *store, const char *prefix, GError **error)
{
    g_autoptr(GPtrArray) drafts = g_ptr_array_new_with_free_func(draft_free);
    g_autofree char *end = g_strconcat(prefix, "\x7f", NULL);
    g_autoptr(DbRows) rows = db_query(store->db, error,
                                      "SELECT key, text FROM draft WHERE key >= $1 AND key < $2 "
                                      "ORDER BY key",
                                      db_text(prefix), db_text(end));
    while (rows && db_next(rows, error)) {
        Draft *draft = g_new0(Draft, 1);
        draft->key = g_strdup(db_get_text(rows, 0));
        draft->text = g_strdup(db_get_text(rows, 1));
        g_ptr_array_add(drafts, draft);
    }
    if (!store_named(store, rows && db_rows_ok(rows), error))
        return NULL;
    return g_steal_pointer(&drafts);
}
