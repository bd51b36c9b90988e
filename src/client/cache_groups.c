/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/cache_groups.h"

#include "base/text.h"
#include "client/cache_private.h"
#include "db/row.h"
#include "model/business_type.h"

static void group_free(gpointer data)
{
    fields_clear(&group_fields, data);
    g_free(data);
}

static void member_free(gpointer data)
{
    fields_clear(&member_fields, data);
    g_free(data);
}

static void request_free(gpointer data)
{
    fields_clear(&membership_request_fields, data);
    g_free(data);
}

static void approval_free(gpointer data)
{
    fields_clear(&leader_approval_fields, data);
    g_free(data);
}

/* ---- groups */

GPtrArray *cache_groups(Cache *cache, GError **error)
{
    const char *sql = db_intern("SELECT %s FROM leads_group ORDER BY name_key, id",
                                row_columns(&group_fields, NULL));
    return cache_read_all(db_query(cache->db, error, sql), &group_fields, group_free, error);
}

bool cache_group(Cache *cache, const Uuid *id, Group *out, GError **error)
{
    const char *sql = db_intern("SELECT %s FROM leads_group WHERE scope = $1 AND id = $1",
                                row_columns(&group_fields, NULL));
    return cache_read_one(db_query(cache->db, error, sql, db_uuid(id)), &group_fields, out, error);
}

/* ---- members: the walk of the index member_list */

static const char *const walks[2][2] = {
    /* [with a place][forward] */
    { "WHERE scope = $1 ORDER BY name_key DESC, id DESC",
      "WHERE scope = $1 ORDER BY name_key, id" },
    { "WHERE scope = $1 AND (name_key, id) < ($2, $3) ORDER BY name_key DESC, id DESC",
      "WHERE scope = $1 AND (name_key, id) > ($2, $3) ORDER BY name_key, id" },
};

/* Of columns of the group's members from a place on. */
static DbRows *walk(Cache *cache, const char *columns, const Uuid *group, const Member *from,
                    bool forward, GError **error)
{
    const char *sql = db_intern("SELECT %s FROM member %s", columns, walks[from != NULL][forward]);
    if (!from)
        return db_query(cache->db, error, sql, db_uuid(group));
    g_autofree char *key = text_name_key(from->name ? from->name : "");
    return db_query(cache->db, error, sql, db_uuid(group), db_text(key), db_uuid(&from->id));
}

static bool matches(const Member *member, TextWords *words)
{
    const char *const texts[] = { member->name, member->company_name,
                                  business_type_label(member->business_type), member->email };
    return text_words_in(words, texts, G_N_ELEMENTS(texts));
}

GPtrArray *cache_members(Cache *cache, const Uuid *group, const char *text, const Member *from,
                         bool forward, unsigned max, GError **error)
{
    g_autoptr(GPtrArray) members = g_ptr_array_new_with_free_func(member_free);
    g_autoptr(TextWords) words = text_words_new(text);
    g_autoptr(DbRows)
        rows = walk(cache, row_columns(&member_fields, NULL), group, from, forward, error);
    while (members->len < max && rows && db_next(rows, error)) {
        Member *member = g_new0(Member, 1);
        row_read(rows, 0, &member_fields, member, ROW_COPY);
        if (!matches(member, words))
            member_free(member);
        else
            g_ptr_array_insert(members, forward ? -1 : 0, member);
    }
    if (!rows || (members->len < max && !db_rows_ok(rows)))
        return NULL;
    return g_steal_pointer(&members);
}

static const Field matched_rows[] = {
    { "name", FIELD_TEXT, offsetof(Member, name) },
    { "company_name", FIELD_TEXT, offsetof(Member, company_name) },
    { "business_type", FIELD_TEXT, offsetof(Member, business_type) },
    { "email", FIELD_TEXT, offsetof(Member, email) },
};
/* What matches() looks at. */
static const FieldTable matched_fields = FIELD_TABLE("member", Member, matched_rows);

/* Those before a place; NULL: all. */
static bool count_rows(Cache *cache, const Uuid *group, const Member *before, gint64 *n,
                       GError **error)
{
    if (!before)
        return db_get_one_int(cache->db, error, n, "SELECT count(*) FROM member WHERE scope = $1",
                              db_uuid(group));
    g_autofree char *key = text_name_key(before->name ? before->name : "");
    return db_get_one_int(cache->db, error, n,
                          "SELECT count(*) FROM member WHERE scope = $1 AND (name_key, id) <"
                          " ($2, $3)",
                          db_uuid(group), db_text(key), db_uuid(&before->id));
}

static bool count(Cache *cache, const Uuid *group, const char *text, const Member *before,
                  gint64 *n, GError **error)
{
    g_autoptr(TextWords) words = text_words_new(text);
    if (!words)
        return count_rows(cache, group, before, n, error);
    g_autoptr(DbRows)
        rows = walk(cache, row_columns(&matched_fields, NULL), group, before, false, error);
    *n = 0;
    while (rows && db_next(rows, error)) {
        Member member = { 0 };
        row_read(rows, 0, &matched_fields, &member, ROW_BORROW);
        *n += matches(&member, words);
    }
    return rows && db_rows_ok(rows);
}

bool cache_member_count(Cache *cache, const Uuid *group, const char *text, gint64 *n,
                        GError **error)
{
    return count(cache, group, text, NULL, n, error);
}

bool cache_member_rank(Cache *cache, const Uuid *group, const char *text, const Member *from,
                       gint64 *n, GError **error)
{
    return count(cache, group, text, from, n, error);
}

bool cache_member(Cache *cache, const Uuid *group, const Uuid *account, Member *out, GError **error)
{
    const char *sql = db_intern("SELECT %s FROM member WHERE account = $1 AND scope = $2",
                                row_columns(&member_fields, NULL));
    return cache_read_one(db_query(cache->db, error, sql, db_uuid(account), db_uuid(group)),
                          &member_fields, out, error);
}

static const Field trade_rows[] = {
    { "id", FIELD_UUID, offsetof(Member, id) },
    { "business_type", FIELD_TEXT, offsetof(Member, business_type) },
};
static const FieldTable trade_fields = FIELD_TABLE("member", Member, trade_rows);

GPtrArray *cache_member_trades(Cache *cache, const Uuid *group, GError **error)
{
    const char *sql = db_intern("SELECT %s FROM member WHERE scope = $1",
                                row_columns(&trade_fields, NULL));
    return cache_read_all(db_query(cache->db, error, sql, db_uuid(group)), &trade_fields,
                          member_free, error);
}

GPtrArray *cache_memberships(Cache *cache, const Uuid *account, GError **error)
{
    const char *sql = db_intern("SELECT %s FROM member m CROSS JOIN leads_group g WHERE m.account "
                                "= $1 AND g.scope = m.scope"
                                " AND g.id = m.scope ORDER BY g.name_key, g.id",
                                row_columns(&member_fields, "m"));
    return cache_read_all(db_query(cache->db, error, sql, db_uuid(account)), &member_fields,
                          member_free, error);
}

/* ---- requests */

GPtrArray *cache_requests(Cache *cache, const Uuid *group, bool open, GError **error)
{
    const char *sql = db_intern("SELECT %s FROM membership_request WHERE scope = %s%s"
                                " ORDER BY created_at, id",
                                row_columns(&membership_request_fields, NULL),
                                group ? "$1" : "(SELECT id FROM account)",
                                open ? " AND state IN (1, 2)" : "");
    G_STATIC_ASSERT(REQUEST_REQUESTED == 1 && REQUEST_ASKED == 2);
    Uuid officers = group ? group_officers_scope(group) : (Uuid){ 0 };
    return cache_read_all(group ? db_query(cache->db, error, sql, db_uuid(&officers))
                                : db_query(cache->db, error, sql),
                          &membership_request_fields, request_free, error);
}

bool cache_requests_waiting(Cache *cache, const Uuid *group, gint64 *n, GError **error)
{
    Uuid officers = group_officers_scope(group);
    return db_get_one_int(
        cache->db, error, n,
        "SELECT count(*) FROM membership_request WHERE scope = $1 AND state IN"
        " (1, 2) AND NOT EXISTS (SELECT 1 FROM account a WHERE a.id = from_account)",
        db_uuid(&officers));
}

bool cache_request(Cache *cache, const Uuid *id, MembershipRequest *out, GError **error)
{
    const char *sql = db_intern("SELECT %s FROM membership_request WHERE id = $1"
                                " ORDER BY scope IN (SELECT id FROM account) LIMIT 1",
                                row_columns(&membership_request_fields, NULL));
    return cache_read_one(db_query(cache->db, error, sql, db_uuid(id)), &membership_request_fields,
                          out, error);
}

GArray *cache_requested(Cache *cache, GError **error)
{
    return cache_read_ids(
        db_query(cache->db, error,
                 "SELECT a.id FROM arrival a CROSS JOIN membership_request q ON q.id = a.id WHERE"
                 " q.state = 1 AND q.scope NOT IN (SELECT id FROM account)"
                 " ORDER BY q.created_at, q.id"),
        error);
}

GPtrArray *cache_leader_approvals(Cache *cache, GError **error)
{
    const char *sql = db_intern("SELECT %s FROM leader_approval ORDER BY created_at DESC, id DESC",
                                row_columns(&leader_approval_fields, NULL));
    return cache_read_all(db_query(cache->db, error, sql), &leader_approval_fields, approval_free,
                          error);
}
