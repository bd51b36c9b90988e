/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/cache_vetting.h"

#include "client/cache_private.h"
#include "db/row.h"

static void vetting_free(gpointer data)
{
    fields_clear(&vetting_fields, data);
    g_free(data);
}

static void concern_free(gpointer data)
{
    fields_clear(&concern_fields, data);
    g_free(data);
}

static void invoice_free(gpointer data)
{
    fields_clear(&invoice_fields, data);
    g_free(data);
}

/* Takes the rows over; each id once: who may see one in two ways sees the fuller one, which comes first. All tables begin
 * with their id. */
static GPtrArray *read_all(DbRows *from, const FieldTable *table, GDestroyNotify drop,
                           GError **error)
{
    g_autoptr(DbRows) rows = from;
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(drop);
    while (rows && db_next(rows, error)) {
        void *object = g_malloc0(table->size);
        row_read(rows, 0, table, object, ROW_COPY);
        bool again = all->len && uuid_equal(all->pdata[all->len - 1], object);
        if (again)
            drop(object);
        else
            g_ptr_array_add(all, object);
    }
    return rows && db_rows_ok(rows) ? g_steal_pointer(&all) : NULL;
}

static DbValue about(const Uuid *account)
{
    return account ? db_uuid(account) : db_null();
}

GPtrArray *cache_vetting(Cache *cache, const Uuid *group, const Uuid *account, GError **error)
{
    const char *sql = db_intern(
        "SELECT %s FROM vetting WHERE group_id = $1 AND removed IS NOT 1 AND "
        "($2 IS NULL OR account = $2) ORDER BY checked_on DESC, id DESC",
        row_columns(&vetting_fields, NULL));
    return read_all(db_query(cache->db, error, sql, db_uuid(group), about(account)),
                    &vetting_fields, vetting_free, error);
}

GPtrArray *cache_concerns(Cache *cache, const Uuid *group, const Uuid *account, GError **error)
{
    const char *sql = db_intern("SELECT %s FROM concern WHERE group_id = $1 AND "
                                "($2 IS NULL OR about_account = $2) ORDER BY state > 2, "
                                "created_at DESC, id, by_account IS NULL",
                                row_columns(&concern_fields, NULL));
    return read_all(db_query(cache->db, error, sql, db_uuid(group), about(account)),
                    &concern_fields, concern_free, error);
}

bool cache_concern(Cache *cache, const Uuid *id, Concern *out, GError **error)
{
    const char *sql = db_intern(
        "SELECT %s FROM concern WHERE id = $1 ORDER BY by_account IS NULL LIMIT 1",
        row_columns(&concern_fields, NULL));
    g_autoptr(DbRows) rows = db_query(cache->db, error, sql, db_uuid(id));
    if (rows && db_next(rows, error)) {
        row_read(rows, 0, &concern_fields, out, ROW_COPY);
        return true;
    }
    return rows && db_rows_ok(rows) &&
           problem_set(error, PROBLEM_NOT_FOUND, "there is no such concern here");
}

GPtrArray *cache_invoices(Cache *cache, const Uuid *group, GError **error)
{
    const char *sql = db_intern(
        "SELECT %s FROM invoice WHERE group_id = $1 ORDER BY state > 1, due_on, id",
        row_columns(&invoice_fields, NULL));
    return read_all(db_query(cache->db, error, sql, db_uuid(group)), &invoice_fields, invoice_free,
                    error);
}
