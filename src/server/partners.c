/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/partners.h"

#include "db/row.h"
#include "server/groups.h"
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

bool partners_may_refer(Db *db, const Uuid *a, const Uuid *b, bool *may, GError **error)
{
    return partners_are(db, a, b, may, error) && (*may || group_members_are(db, a, b, may, error));
}

/* The columns of partner_fields: the other account, with a revision that rises when either it or the pair changes. */
#define PARTNER_BRANCH(me, other)                                                                  \
    "SELECT c." other                                                                              \
    " AS account, c.rev + a.rev AS rev, a.name, a.company_name, a.business_type,"                  \
    " a.email, c.since, %s, 1, CAST(NULL AS TEXT) FROM connection c CROSS JOIN account a WHERE "   \
    "c." me " = $1 AND c.state = $2"                                                               \
    " AND a.id = c." other " AND (c.since, c." other ") < ($3, $4)"

/* Each once, however many groups they share; those who are connected too are in the other branches. The page is cut before
 * accounts are read: of a group of thousands only those that are shown. */
#define GROUP_BRANCH                                                                               \
    "SELECT y.account, y.rev + a.rev AS rev, a.name, a.company_name, a.business_type, a.email,"    \
    " y.since, %s, 2, y.name FROM (SELECT x.account, x.rev, x.since, x.name FROM (SELECT"          \
    " go.account AS account, MIN(gm.rev + go.rev) AS rev,"                                         \
    " MIN(CASE WHEN gm.since > go.since THEN gm.since ELSE go.since END) AS since,"                \
    " MIN(gg.name) AS name FROM " GROUP_PARTNERS(                                                  \
        "$1") " GROUP BY go.account) x WHERE (x.since, x.account) < ($3, $4)"                      \
              " AND NOT EXISTS (SELECT 1 FROM connection k"                                        \
              " WHERE k.account_a = CASE WHEN x.account < $1 THEN x.account ELSE $1 END"           \
              " AND k.account_b = CASE WHEN x.account < $1 THEN $1 ELSE x.account END AND "        \
              "k.state = $2) ORDER BY x.since DESC, x.account DESC LIMIT $5) y"                    \
              " CROSS JOIN account a WHERE a.id = y.account"
G_STATIC_ASSERT(VIA_INDIVIDUAL == 1 && VIA_GROUP == 2);

static const char *list_sql(void)
{
    const char *profile = profile_columns("a");
    return db_intern(PARTNER_BRANCH("account_a", "account_b") " UNION ALL " PARTNER_BRANCH(
                         "account_b", "account_a") " UNION ALL " GROUP_BRANCH
                                                   " ORDER BY since DESC, account DESC LIMIT $5",
                     profile, profile, profile);
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
    int via_column = row_n_columns(&partner_fields);
    ListedPartner listed = { 0 };
    bool more = false;
    gint64 since = 0;
    Uuid last = { 0 };
    for (int n = 0; db_next(rows, error); n++) {
        more = n == limit;
        if (more)
            break;
        row_read(rows, 0, &partner_fields, &listed.partner, ROW_COPY);
        listed.via = (PartnerVia)db_get_int(rows, via_column);
        listed.group = (char *)db_get_text(rows, via_column + 1);
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
          "those by a group once each, who take none of the spaces_left of 100",
      .reply_schema = PARTNERS_SCHEMA },
    { 0 },
};
