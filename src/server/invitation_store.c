/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/invitation_store.h"

#include "base/problem.h"
#include "db/row.h"
#include "server/crypto.h"

/* The sender of one by address is told whose it is only when they are connected. */
#define MINE "i.from_account = $1"
#define TOLD "(i.to_account = $1 OR i.email_key IS NULL OR i.state = 2)"
G_STATIC_ASSERT(INVITATION_CONNECTED == 2);
G_STATIC_ASSERT(DIRECTION_RECEIVED == 1 && DIRECTION_SENT == 2);

const char *invitation_columns(void)
{
    return "i.id, i.rev, i.created_at, i.updated_at, CASE WHEN " MINE " THEN 2 ELSE 1 END,"
           " i.kind, i.from_account, f.name, f.company_name,"
           " CASE WHEN " TOLD " THEN i.to_account END, CASE WHEN " TOLD " THEN t.name END,"
           " CASE WHEN " TOLD " THEN t.company_name END,"
           " CASE WHEN i.to_account = $1 THEN f.business_type WHEN " TOLD
           " THEN t.business_type END,"
           " CASE WHEN " MINE " THEN i.email END, i.message, i.via, i.state, i.expires_at,"
           " i.answered_at";
}

static const char *load_sql(void)
{
    static gsize sql;
    if (g_once_init_enter(&sql)) {
        const char *made = db_intern("SELECT %s FROM " INVITATION_FROM " WHERE i.id = $2"
                                     " AND " INVITATION_VISIBLE " AND " INVITATION_JOIN,
                                     invitation_columns());
        g_once_init_leave(&sql, (gsize)made);
    }
    return (const char *)sql;
}

bool invitation_load(Db *db, const Uuid *viewer, const Uuid *id, Invitation *out, GError **error)
{
    g_autoptr(DbRows) rows = db_query(db, error, load_sql(), db_uuid(viewer), db_uuid(id));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows)
                   ? problem_set(error, PROBLEM_NOT_FOUND, "There is no such invitation")
                   : false;
    row_read(rows, 0, &invitation_fields, out, ROW_COPY);
    return true;
}

bool invitation_insert(Db *db, const Invitation *invitation, const Uuid *to, const void *token_hash,
                       GError **error)
{
    g_autofree char *key = invitation->email ? email_fold(invitation->email) : NULL;
    return db_exec(
        db, error,
        "INSERT INTO invitation (id, rev, created_at, updated_at, kind, from_account, to_account,"
        " email, email_key, message, via, state, expires_at, answered_at, token_hash)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        db_uuid(&invitation->id), db_int(invitation->rev), db_int(invitation->created_at),
        db_int(invitation->updated_at), db_int(invitation->kind),
        db_uuid(&invitation->from.account), to ? db_uuid(to) : db_null(),
        db_text(invitation->email), db_text(key), db_text(invitation->message),
        db_int(invitation->via), db_int(invitation->state), db_int(invitation->expires_at),
        db_time(invitation->answered_at),
        token_hash ? db_bytes(token_hash, CRYPTO_HASH_BYTES) : db_null());
}
