/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/profiles.h"

#include "db/row.h"
#include "server/families.h"
#include "server/groups.h"
#include "server/profile_search.h"
#include "server/profile_store.h"

#define TEXT_MAX 200

static const char *columns(void)
{
    return db_intern("a.id, a.rev, a.name, a.company_name, a.business_type, %s",
                     profile_columns("a"));
}

/* ---- one */

static const char *load_sql(void)
{
    return db_intern(
        "SELECT %s FROM account a WHERE a.id = $2 AND a.state = 1 AND (a.profile_public = 1"
        " OR a.id = $1 OR EXISTS (SELECT 1 FROM connection c"
        " WHERE c.account_a = CASE WHEN a.id < $1 THEN a.id ELSE $1 END"
        " AND c.account_b = CASE WHEN a.id < $1 THEN $1 ELSE a.id END AND c.state = 3)"
        " OR " GROUP_SHARED("$1", "a.id") " OR EXISTS (SELECT 1 FROM invitation i WHERE "
                                          "i.to_account = $1 AND i.from_account = a.id"
                                          " AND i.state = 1))",
        columns());
}

bool public_profile_load(Db *db, const Uuid *viewer, const Uuid *account, PublicProfile *out,
                         bool *found, GError **error)
{
    g_autoptr(DbRows) rows = db_query(db, error, load_sql(), db_uuid(viewer), db_uuid(account));
    *found = rows && db_next(rows, error);
    if (*found)
        row_read(rows, 0, &public_profile_fields, out, ROW_COPY);
    return rows && (*found || db_rows_ok(rows));
}

static bool read_one(Call *call, GError **error)
{
    PublicProfile profile = { 0 };
    bool found = false;
    if (!public_profile_load(call->db, &call->principal.account, &call->id, &profile, &found,
                             error))
        return false;
    if (!found)
        return problem_set(error, PROBLEM_NOT_FOUND, "There is no such profile");
    call->reply.rev = profile.rev;
    json_put_object(call->reply.body, &public_profile_fields, &profile);
    fields_clear(&public_profile_fields, &profile);
    return true;
}

/* ---- the search */

static void refuse(Call *call, const char *name, const char *detail)
{
    g_autofree char *pointer = g_strconcat("#/", name, NULL);
    field_errors_add(&call->errors, pointer, "invalid", "%s: %s", name, detail);
}

static const char *read_text(Call *call, const char *name)
{
    const char *text = call_query(call, name);
    if (text && (!g_utf8_validate(text, -1, NULL) || g_utf8_strlen(text, -1) > TEXT_MAX))
        refuse(call, name, "at most 200 characters");
    return text;
}

static bool read_query(Call *call, ProfileQuery *query, GError **error)
{
    const char *level = call_query(call, "price_level");
    *query = (ProfileQuery){ .text = read_text(call, "q"),
                             .business_type = read_text(call, "business_type"),
                             .area = read_text(call, "area"),
                             .speciality = read_text(call, "speciality") };
    if (level &&
        !g_ascii_string_to_signed(level, 10, 1, PRICE_LEVEL_MAX, &query->price_level, NULL))
        refuse(call, "price_level", "1 to 4 is wanted");
    return call_valid(call, error);
}

/* Everybody who is public: nothing was asked. */
static const char *all_sql(void)
{
    return db_intern("SELECT %s, 0 FROM account a WHERE a.profile_public = 1 AND a.id < $4"
                     " AND a.state = 1 AND a.id <> $1 AND CAST($2 AS TEXT) IS NULL"
                     " AND CAST($3 AS BIGINT) IS NOT NULL"
                     " ORDER BY a.id DESC LIMIT $5",
                     columns());
}

const char *profile_hot_sql(const Db *db, int i)
{
    return i == 0 ? load_sql() : i == 1 ? all_sql() : NULL;
}

static bool put_page(Call *call, DbRows *rows, int limit, bool ranked, GError **error)
{
    int score_column = row_n_columns(&public_profile_fields);
    gint64 score = 0;
    Uuid last = { 0 };
    bool more = false;
    for (int n = 0; db_next(rows, error); n++) {
        PublicProfile profile;
        more = n == limit;
        if (more)
            break;
        row_read(rows, 0, &public_profile_fields, &profile, ROW_COPY);
        score = ranked ? db_get_int(rows, score_column) : 0;
        last = profile.account;
        g_string_append(call->reply.body, n ? "," : "");
        json_put_object(call->reply.body, &public_profile_fields, &profile);
        fields_clear(&public_profile_fields, &profile);
    }
    if (!more && !db_rows_ok(rows))
        return false;
    call_put_next(call, more, score, &last);
    return true;
}

static bool search(Call *call, GError **error)
{
    ProfileQuery query;
    bool any = false, ranked = false;
    int limit = 0;
    gint64 score = 0;
    Uuid id;
    if (!read_query(call, &query, error) || !call_limit(call, &limit, error) ||
        !call_cursor_newest(call, &score, &id, error))
        return false;
    g_autofree char *match = profile_query(call->db, &query, &any, &ranked);
    g_string_append(call->reply.body, "{\"items\":[");
    if (any && !match) {
        call_put_next(call, false, 0, &id);
        return true;
    }
    const char *sql = any ? profile_search_sql(call->db, columns(), ranked) : all_sql();
    g_autoptr(DbRows)
        rows = db_query(call->db, error, sql, db_uuid(&call->principal.account), db_text(match),
                        db_int(score), db_uuid(&id), db_int(limit + 1));
    return rows && put_page(call, rows, limit, ranked, error);
}

const Route profile_routes[] = {
    { .method = "GET",
      .path = "/v1/profiles",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_LIST,
      .reply = &public_profile_fields,
      .handler = search,
      .query = "q business_type area speciality price_level limit cursor",
      .summary = "Public profiles, and those of partners, that fit: words, a business type or a "
                 "branch of them, an area, a speciality, a price level" },
    { .method = "GET",
      .path = "/v1/profiles/{account}",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .reply = &public_profile_fields,
      .handler = read_one,
      .summary = "A public profile, a partner's or fellow member's, or of somebody who asked me to "
                 "connect" },
    { 0 },
};
