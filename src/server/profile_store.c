/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/profile_store.h"

#include "db/row.h"
#include "server/profile_search.h"

static const Field holder_rows[] = {
    { "profile", FIELD_OBJECT, 0, .object = &profile_fields },
};
static const FieldTable holder_fields = FIELD_TABLE("profile_holder", MemberProfile, holder_rows);

const char *profile_columns(const char *alias)
{
    return row_columns(&holder_fields, alias);
}

#define AT(member) offsetof(Account, member)
static const Field changing_rows[] = {
    { "rev", FIELD_INT, AT(rev) },
    { "updated_at", FIELD_TIME, AT(updated_at) },
    { "name", FIELD_TEXT, AT(name) },
    { "company_name", FIELD_TEXT, AT(company_name) },
    { "business_type", FIELD_TEXT, AT(business_type) },
    { "language", FIELD_ENUM, AT(language), .values = &languages },
    { "time_zone", FIELD_TEXT, AT(time_zone) },
    { "profile", FIELD_OBJECT, AT(profile), .object = &profile_fields },
};
#undef AT
static const FieldTable changing_fields = FIELD_TABLE("account", Account, changing_rows);

static const char *update_sql(size_t n)
{
    static gsize sql;
    if (g_once_init_enter(&sql)) {
        g_autoptr(GString) values = g_string_new("$1");
        for (size_t i = 2; i <= n; i++)
            g_string_append_printf(values, ", $%zu", i);
        const char *made = db_intern("UPDATE account SET (%s) = (%s) WHERE id = $%zu",
                                     row_columns(&changing_fields, NULL), values->str, n + 1);
        g_once_init_leave(&sql, (gsize)made);
    }
    return (const char *)sql;
}

#define VALUES_MAX 32

bool account_update(Db *db, const Account *account, GError **error)
{
    DbValue values[VALUES_MAX];
    g_autoptr(GPtrArray) strings = g_ptr_array_new_with_free_func(g_free);
    g_assert(row_n_columns(&changing_fields) < VALUES_MAX);
    size_t n = row_values(&changing_fields, account, values, strings);
    const char *sql = update_sql(n);
    values[n++] = db_uuid(&account->id);
    return db_exec_values(db, error, NULL, sql, values, n) && profile_index(db, account, error);
}

bool accounts_lock(Db *db, const Uuid *a, const Uuid *b, GError **error)
{
    if (db_engine(db) == DB_ENGINE_SQLITE)
        return true;
    return db_exec(db, error,
                   "SELECT id FROM account WHERE id IN ($1, $2) ORDER BY id FOR NO KEY UPDATE",
                   db_uuid(a), b ? db_uuid(b) : db_null());
}
