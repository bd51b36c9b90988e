/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/referral_family.h"

#include "server/changes.h"

void referral_changed(Call *call, const Referral *referral)
{
    change_note(call, &referral->from.account, OBJECT_REFERRAL, &referral->id, false);
    if (!referral_is_outside(referral))
        change_note(call, &referral->to.account, OBJECT_REFERRAL, &referral->id, false);
}

bool family_lock(Call *call, const Uuid *member, Uuid *root, GError **error)
{
    *root = (Uuid){ 0 };
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "UPDATE referral SET copy_of = copy_of WHERE id = (SELECT COALESCE(copy_of, id)"
        " FROM referral WHERE id = $1 AND from_account = $2) RETURNING id",
        db_uuid(member), db_uuid(&call->principal.account));
    if (!rows)
        return false;
    if (db_next(rows, error))
        *root = db_get_uuid(rows, 0);
    return !uuid_is_nil(root) || db_rows_ok(rows);
}

bool family_mark(Call *call, const Uuid *root, const Uuid *except, bool competing, GError **error)
{
    g_autoptr(DbRows)
        rows = db_query(call->db, error,
                        "UPDATE referral SET competing = $1, rev = rev + 1, updated_at = $2"
                        " WHERE (id = $3 OR copy_of = $3) AND id <> $4 AND competing <> $1"
                        " AND state <> $5 RETURNING id, from_account, to_account",
                        db_int(competing), db_time(call->now), db_uuid(root), db_uuid(except),
                        db_int(REFERRAL_WITHDRAWN));
    if (!rows)
        return false;
    while (db_next(rows, error)) {
        Referral referral = { .id = db_get_uuid(rows, 0),
                              .from.account = db_get_uuid(rows, 1),
                              .to.account = db_get_uuid(rows, 2) };
        referral_changed(call, &referral);
    }
    return db_rows_ok(rows);
}

bool family_count(Call *call, const Uuid *root, const Uuid *except, gint64 *n, GError **error)
{
    return db_get_one_int(call->db, error, n,
                          "SELECT COUNT(*) FROM referral WHERE (id = $1 OR copy_of = $1)"
                          " AND id <> $2 AND state <> $3",
                          db_uuid(root), db_uuid(except), db_int(REFERRAL_WITHDRAWN));
}
