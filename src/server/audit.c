/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/audit.h"

bool audit_put_of(Call *call, const Uuid *account, const char *action, const Uuid *object,
                  GError **error)
{
    Uuid id = uuid_new();
    return db_later(call->db, error,
                    "INSERT INTO audit (id, at, account_id, session_id, action, object_id) "
                    "VALUES ($1, $2, $3, $4, $5, $6)",
                    db_uuid(&id), db_int(call->now), db_uuid(account),
                    db_uuid(&call->principal.session), db_text(action), db_uuid(object));
}

bool audit_put(Call *call, const char *action, const Uuid *object, GError **error)
{
    return audit_put_of(call, &call->principal.account, action, object, error);
}
