/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/partners.h"

#include "db/row.h"
#include "server/profile_store.h"
#include "server/report_data.h"

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
    " a.email, c.since, %s FROM connection c CROSS JOIN account a WHERE c." me                     \
    " = $1 AND c.state = $2"                                                                       \
    " AND a.id = c." other " AND (c.since, c." other ") < ($3, $4)"

static const char *list_sql(void)
{
    const char *profile = profile_columns("a");
    return db_intern(PARTNER_BRANCH("account_a", "account_b") " UNION ALL " PARTNER_BRANCH(
                         "account_b", "account_a") " ORDER BY since DESC, account DESC LIMIT $5",
                     profile, profile);
}

/* ---- the list */

static bool put_spaces(Call *call, GError **error)
{
    gint64 n = 0;
    if (!db_get_one_int(call->db, error, &n,
                        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM connection WHERE account_a = $1"
                        " AND state = $2 UNION ALL SELECT 1 FROM connection WHERE account_b = $1"
                        " AND state = $2) c",
                        db_uuid(&call->principal.account), db_int(CONNECTION_CONNECTED)))
        return false;
    g_string_append_printf(call->reply.body, "{\"spaces_left\":%" G_GINT64_FORMAT ",\"items\":[",
                           MAX(PARTNERS_MAX - n, 0));
    return true;
}

static bool put_partners(Call *call, DbRows *rows, GHashTable *sums, int limit, GError **error)
{
    ListedPartner listed = { .via = VIA_INDIVIDUAL };
    bool more = false;
    gint64 since = 0;
    Uuid last = { 0 };
    for (int n = 0; db_next(rows, error); n++) {
        more = n == limit;
        if (more)
            break;
        row_read(rows, 0, &partner_fields, &listed.partner, ROW_COPY);
        const GiveTake *sum = g_hash_table_lookup(sums, &listed.partner.account);
        listed.sum = sum ? *sum : (GiveTake){ 0 };
        if (n)
            g_string_append_c(call->reply.body, ',');
        json_put_object(call->reply.body, &listed_partner_fields, &listed);
        last = listed.partner.account;
        since = listed.partner.since;
        fields_clear(&partner_fields, &listed.partner);
    }
    if (!more && !db_rows_ok(rows))
        return false;
    call_put_next(call, more, since, &last);
    return true;
}

static bool list(Call *call, GError **error)
{
    int limit = 0;
    gint64 since = 0;
    Uuid id;
    if (!call_limit(call, &limit, error) || !call_cursor_newest(call, &since, &id, error))
        return false;
    g_autoptr(GHashTable)
        sums = report_sums(call->db, &call->principal.account, call->now - GIVE_TAKE_PERIOD, error);
    if (!sums || !put_spaces(call, error))
        return false;
    g_autoptr(DbRows) rows = db_query(
        call->db, error, list_sql(), db_uuid(&call->principal.account),
        db_int(CONNECTION_CONNECTED), db_int(since), db_uuid(&id), db_int(limit + 1));
    return rows && put_partners(call, rows, sums, limit, error);
}

#define PARTNERS_SCHEMA                                                                            \
    "{'type':'object','required':['spaces_left','items','next'],'properties':{"                    \
    "'spaces_left':{'type':'integer','minimum':0,'maximum':100},"                                  \
    "'items':{'type':'array','items':" SCHEMA_REF(                                                 \
        "listed_partner") "},"                                                                     \
                          "'next':{'type':['string','null']}}}"

const Route partner_routes[] = {
    { .method = "GET",
      .path = "/v1/partners",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_LIST | ROUTE_SNAPSHOT,
      .reply = &listed_partner_fields,
      .handler = list,
      .query = "limit cursor",
      .summary =
          "My partners, the newest first, with what they and I gave each other in 12 months; "
          "spaces_left of 100",
      .reply_schema = PARTNERS_SCHEMA },
    { 0 },
};
