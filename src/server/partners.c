/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/partners.h"

#include "db/row.h"

bool partners_are(Db *db, const Uuid *a, const Uuid *b, bool *connected, GError **error)
{
    bool ordered = uuid_compare(a, b) < 0;
    g_autoptr(DbRows) rows = db_query(
        db, error,
        "SELECT 1 FROM connection WHERE account_a = $1 AND account_b = $2 AND state = $3",
        db_uuid(ordered ? a : b), db_uuid(ordered ? b : a), db_int(CONNECTION_CONNECTED));
    if (!rows)
        return false;
    *connected = db_next(rows, error);
    return *connected || db_rows_ok(rows);
}

/* The columns of partner_fields: the other account, with a revision that rises when either it or the pair changes. */
#define PARTNER_BRANCH(me, other)                                                                  \
    "SELECT c." other                                                                              \
    " AS account, c.rev + a.rev AS rev, a.name, a.company_name, a.business_type,"                  \
    " a.email, c.since FROM connection c CROSS JOIN account a WHERE c." me                         \
    " = $1 AND c.state = $2"                                                                       \
    " AND a.id = c." other " AND (c.since, c." other ") < ($3, $4)"

static bool list(Call *call, GError **error)
{
    int limit = 0;
    gint64 since = 0;
    Uuid id;
    if (!call_limit(call, &limit, error) || !call_cursor_newest(call, &since, &id, error))
        return false;
    g_autoptr(DbRows)
        rows = db_query(call->db, error,
                        PARTNER_BRANCH("account_a", "account_b") " UNION ALL " PARTNER_BRANCH(
                            "account_b", "account_a") " ORDER BY since DESC, account DESC LIMIT $5",
                        db_uuid(&call->principal.account), db_int(CONNECTION_CONNECTED),
                        db_int(since), db_uuid(&id), db_int(limit + 1));
    if (!rows)
        return false;
    Partner partner = { 0 };
    int n = 0;
    bool more = false;
    g_string_append(call->reply.body, "{\"items\":[");
    while (db_next(rows, error)) {
        more = n == limit;
        if (more)
            break;
        row_read(rows, 0, &partner_fields, &partner, ROW_BORROW);
        if (n++)
            g_string_append_c(call->reply.body, ',');
        json_put_object(call->reply.body, &partner_fields, &partner);
    }
    if (!more && !db_rows_ok(rows))
        return false;
    call_put_next(call, more, partner.since, &partner.account);
    return true;
}

const Route partner_routes[] = {
    { .method = "GET",
      .path = "/v1/partners",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_LIST,
      .reply = &partner_fields,
      .handler = list,
      .query = "limit cursor",
      .summary = "My partners, the newest first" },
    { 0 },
};
