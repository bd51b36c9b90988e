/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/referral_store.h"

#include "base/problem.h"
#include "server/search.h"

/* A row of the table: the names of accounts are theirs, those of somebody outside are the referral's own. */
typedef struct StoredReferral {
    Referral referral;
    char *to_name, *to_key;
} StoredReferral;
G_STATIC_ASSERT(offsetof(StoredReferral, referral) == 0);

/* Table referral: what events change first, then what stays as it was sent. */
#define AT(member) offsetof(Referral, member)
static const Field stored_rows[] = {
    { "rev", FIELD_INT, AT(rev) },
    { "updated_at", FIELD_TIME, AT(updated_at) },
    { "state", FIELD_ENUM, AT(state), .values = &referral_states },
    { "verdict", FIELD_ENUM, AT(verdict), .values = &referral_verdicts },
    { "competing", FIELD_BOOL, AT(competing) },
    { "picked_up_at", FIELD_TIME, AT(picked_up_at) },
    { "confirmed_at", FIELD_TIME, AT(confirmed_at) },
    { "outcome_at", FIELD_TIME, AT(outcome_at) },
    { "withdrawn_at", FIELD_TIME, AT(withdrawn_at) },
    { "reminded_at", FIELD_TIME, AT(reminded_at) },
    { "reason_code", FIELD_ENUM, AT(reason_code), .values = &referral_reasons },
    { "message", FIELD_TEXT, AT(message) },
    { "amended", FIELD_BOOL, AT(amended) },
    { "value", FIELD_MONEY, AT(value) },
#define CHANGING_FIELDS 14
    { "id", FIELD_UUID, AT(id) },
    { "created_at", FIELD_TIME, AT(created_at) },
    { "type", FIELD_ENUM, AT(type), .values = &referral_types },
    { "from_account", FIELD_UUID, AT(from.account) },
    { "to_account", FIELD_UUID, AT(to.account) },
    { "lead_id", FIELD_UUID, AT(lead.id) },
    { "copy_of", FIELD_UUID, AT(copy_of) },
    { "sent_at", FIELD_TIME, AT(sent_at) },
    { "to_email", FIELD_TEXT, AT(to_email) },
    { "to_name", FIELD_TEXT, offsetof(StoredReferral, to_name) },
    { "to_key", FIELD_TEXT, offsetof(StoredReferral, to_key) },
};
#undef AT
static const FieldTable stored_fields = FIELD_TABLE("referral", StoredReferral, stored_rows);
static const FieldTable changing_fields = {
    .name = "referral", .size = sizeof(Referral), .fields = stored_rows, .n_fields = CHANGING_FIELDS
};

const char *referral_columns(void)
{
    static gsize columns;
    if (g_once_init_enter(&columns)) {
        g_auto(GStrv) parts = g_strsplit(row_columns(&referral_fields, "r"), "r.box", 2);
        const char *made = db_intern("%sCASE WHEN r.to_account = $1 THEN %d ELSE %d END AS box%s",
                                     parts[0], BOX_INBOX, BOX_SENT, parts[1]);
        g_once_init_leave(&columns, (gsize)made);
    }
    return (const char *)columns;
}

static const char *load_sql(void)
{
    static gsize sql;
    if (g_once_init_enter(&sql)) {
        const char *made = db_intern("SELECT %s FROM referral_full r WHERE r.id = $2"
                                     " AND (r.to_account = $1 OR r.from_account = $1)",
                                     referral_columns());
        g_once_init_leave(&sql, (gsize)made);
    }
    return (const char *)sql;
}

bool referral_load(Db *db, const Uuid *viewer, const Uuid *id, Referral *out, GError **error)
{
    g_autoptr(DbRows) rows = db_query(db, error, load_sql(), db_uuid(viewer), db_uuid(id));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) ? problem_set(error, PROBLEM_NOT_FOUND, "There is no such referral")
                                : false;
    row_read(rows, 0, &referral_fields, out, ROW_COPY);
    return true;
}

/* A row of table lead, with the keys that its contact is found by. */
typedef struct StoredLead {
    Lead lead;
    ContactKeys keys;
} StoredLead;

#define AT(member) offsetof(StoredLead, member)
static const Field stored_lead_rows[] = {
    { "lead", FIELD_OBJECT, AT(lead), .object = &lead_fields, .column = "" },
    { "phone_1_key", FIELD_TEXT, AT(keys.phone_1) },
    { "phone_2_key", FIELD_TEXT, AT(keys.phone_2) },
    { "email_key", FIELD_TEXT, AT(keys.email) },
};
#undef AT
static const FieldTable stored_lead_fields = FIELD_TABLE("lead", StoredLead, stored_lead_rows);

static bool insert_lead(Db *db, const Lead *lead, GError **error)
{
    StoredLead row = { .lead = *lead };
    contact_keys(&lead->contact, &row.keys);
    bool ok = row_insert_later(db, "lead", &stored_lead_fields, &row, error);
    contact_keys_clear(&row.keys);
    return ok;
}

bool referral_insert(Db *db, const Referral *referral, GError **error)
{
    g_autofree char *key = referral_is_outside(referral) ? email_fold(referral->to_email) : NULL;
    StoredReferral row = { *referral, referral_is_outside(referral) ? referral->to.name : NULL,
                           key };
    return insert_lead(db, &referral->lead, error) &&
           row_insert(db, "referral", &stored_fields, &row, error) &&
           search_add(db, referral, error);
}

static const char *update_sql(int n)
{
    static gsize sql;
    if (g_once_init_enter(&sql)) {
        g_autoptr(GString) values = g_string_new("$1");
        for (int i = 2; i <= n; i++)
            g_string_append_printf(values, ", $%d", i);
        const char *made = db_intern("UPDATE referral SET (%s) = (%s) WHERE id = $%d AND rev = $%d",
                                     row_columns(&changing_fields, NULL), values->str, n + 1,
                                     n + 2);
        g_once_init_leave(&sql, (gsize)made);
    }
    return (const char *)sql;
}

bool referral_update(Db *db, const Referral *referral, gint64 from_rev, bool *stored,
                     GError **error)
{
    DbValue values[G_N_ELEMENTS(stored_rows) + 3];
    g_autoptr(GPtrArray) strings = g_ptr_array_new_with_free_func(g_free);
    size_t n = row_values(&changing_fields, referral, values, strings);
    const char *sql = update_sql((int)n);
    values[n++] = db_uuid(&referral->id);
    values[n++] = db_int(from_rev);
    gint64 changed = 0;
    if (!db_exec_values(db, error, &changed, sql, values, n))
        return false;
    *stored = changed == 1;
    return true;
}

/* ---- the full-text index, anew */

#define PAGE 500

static const char *page_sql(void)
{
    return db_intern("SELECT %s FROM referral_full r WHERE (r.sent_at, r.id) > ($2, $3)"
                     " ORDER BY r.sent_at, r.id LIMIT %d",
                     referral_columns(), PAGE);
}

/* One page from after (time, id), which go on to its last; *n is its number of rows. */
static bool index_page(Db *db, gint64 *time, Uuid *id, int *n, GError **error)
{
    DbValue after = { .kind = DB_UUID, .data = id->bytes, .length = sizeof id->bytes };
    g_autoptr(DbRows) rows = db_query(db, error, page_sql(), db_null(), db_int(*time), after);
    Referral referral;
    *n = 0;
    if (!rows)
        return false;
    while (db_next(rows, error)) {
        row_read(rows, 0, &referral_fields, &referral, ROW_BORROW);
        if (!search_add(db, &referral, error))
            return false;
        *time = referral.sent_at;
        *id = referral.id;
        ++*n;
    }
    return db_rows_ok(rows);
}

bool referral_index_all(Db *db, gpointer nothing, GError **error)
{
    gint64 time = -1;
    Uuid id = { 0 };
    int n;
    do
        if (!index_page(db, &time, &id, &n, error))
            return false;
    while (n == PAGE);
    return true;
}

bool referral_index_forget(Db *db, const GArray *ids, GError **error)
{
    for (guint i = 0; i < ids->len; i++)
        if (!search_remove(db, &g_array_index(ids, Uuid, i), error))
            return false;
    return true;
}

static bool index_one(Db *db, const Uuid *id, GError **error)
{
    static gsize sql;
    if (g_once_init_enter(&sql)) {
        const char *made = db_intern("SELECT %s FROM referral_full r WHERE r.id = $2",
                                     referral_columns());
        g_once_init_leave(&sql, (gsize)made);
    }
    g_autoptr(DbRows) rows = db_query(db, error, (const char *)sql, db_null(), db_uuid(id));
    Referral referral;
    if (!rows || !db_next(rows, error))
        return rows && db_rows_ok(rows);
    row_read(rows, 0, &referral_fields, &referral, ROW_BORROW);
    return search_add(db, &referral, error);
}

bool referral_index_again(Db *db, const GArray *ids, GError **error)
{
    for (guint i = 0; i < ids->len; i++)
        if (!index_one(db, &g_array_index(ids, Uuid, i), error))
            return false;
    return search_scrub(db, error);
}
