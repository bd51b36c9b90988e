/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/feed.h"

#include <string.h>

#include "db/row.h"
#include "model/invitation.h"
#include "model/referral.h"
#include "server/changes.h"
#include "server/groups.h"
#include "server/concerns.h"
#include "server/dues.h"
#include "server/invitation_store.h"
#include "server/meeting_entries.h"
#include "server/meetings.h"
#include "server/one_to_ones.h"
#include "server/leader_approvals.h"
#include "server/members.h"
#include "server/partners.h"
#include "server/profile_store.h"
#include "server/referral_store.h"
#include "server/requests.h"
#include "server/vetting.h"

#define PAGE_BYTES (1024 * 1024)

/* ---- the objects */

static const char *note_columns(void)
{
    return row_columns(&note_fields, "n");
}

static const char *account_columns(void)
{
    return row_columns(&account_fields, "a");
}

static const char *partner_columns(void)
{
    return db_intern("a.id, k.rev + a.rev, a.name, a.company_name, a.business_type, a.email,"
                     " k.since, %s",
                     profile_columns("a"));
}

/* Its state is not told here: it is an object of the account's own scope, and moves on without being noted. */
static const char *scope_columns(void)
{
    return "s.id, s.kind, m.role, CAST(NULL AS TEXT)";
}

/* Of the other side of an invitation. */
static const Field other_side_rows[] = { { "name" }, { "company_name" }, { "business_type" } };
static const FieldTable other_side_fields = FIELD_TABLE("other_side", Account, other_side_rows);

const ObjectRow object_rows[] = {
    { OBJECT_REFERRAL, "referral", &referral_fields, referral_columns, "referral_full r",
      "r.id = c.object_id AND (r.to_account = $1 OR r.from_account = $1)", .shows = &party_fields,
      .viewers = "SELECT to_account AS scope FROM referral WHERE from_account = $1"
                 " AND to_account IS NOT NULL UNION SELECT from_account FROM referral WHERE "
                 "to_account = $1"
                 " UNION SELECT id FROM account WHERE id = $1",
      .showing = "SELECT id FROM referral WHERE to_account = $1 AND from_account = $2"
                 " UNION ALL SELECT id FROM referral WHERE to_account = $2 AND from_account = $1"
                 " UNION ALL SELECT id FROM referral WHERE to_account = $1 AND $1 = $2"
                 " UNION ALL SELECT id FROM referral WHERE from_account = $1 AND $1 = $2" },
    { OBJECT_NOTE, "note", &note_fields, note_columns, "note n",
      "n.id = c.object_id AND n.account = $1" },
    { OBJECT_PARTNER, "partner", &partner_fields, partner_columns,
      "account a CROSS JOIN connection k",
      "a.id = c.object_id AND k.account_a = CASE WHEN a.id < $1 THEN a.id ELSE $1 END"
      " AND k.account_b = CASE WHEN a.id < $1 THEN $1 ELSE a.id END"
      " AND k.state = " G_STRINGIFY(3),
      .has_lists = true, .shows = &partner_fields,
      .viewers = "SELECT account_b AS scope FROM connection WHERE account_a = $1 AND state = 3"
                 " UNION SELECT account_a FROM connection WHERE account_b = $1 AND state = 3",
      .showing = "SELECT account_b AS id FROM connection"
                 " WHERE account_a = $1 AND account_b = $2 AND state = 3"
                 " UNION ALL SELECT account_a FROM connection"
                 " WHERE account_a = $2 AND account_b = $1 AND state = 3" },
    { OBJECT_ACCOUNT, "account", &account_fields, account_columns, "account a",
      "a.id = c.object_id AND a.id = $1", .has_lists = true },
    { OBJECT_INVITATION, "invitation", &invitation_fields, invitation_columns, INVITATION_FROM,
      "i.id = c.object_id AND " INVITATION_VISIBLE " AND " INVITATION_JOIN,
      .shows = &other_side_fields,
      .viewers = "SELECT to_account AS scope FROM invitation WHERE from_account = $1"
                 " AND to_account IS NOT NULL"
                 " UNION SELECT from_account FROM invitation WHERE to_account = $1"
                 " AND (email_key IS NULL OR state = 2)"
                 " UNION SELECT id FROM account WHERE id = $1",
      .showing = "SELECT id FROM invitation WHERE to_account = $1 AND from_account = $2"
                 " UNION ALL SELECT id FROM invitation WHERE to_account = $2 AND from_account = $1"
                 " AND (email_key IS NULL OR state = 2)"
                 " UNION ALL SELECT id FROM invitation WHERE to_account = $1 AND $1 = $2"
                 " UNION ALL SELECT id FROM invitation WHERE from_account = $1 AND $1 = $2" },
    { OBJECT_SCOPE, "scope", &scope_fields, scope_columns, "scope s CROSS JOIN scope_member m",
      "s.id = c.object_id AND m.scope_id = c.object_id AND m.account_id = $1" },
    { OBJECT_GROUP, "group", &group_fields, group_columns, "leads_group g CROSS JOIN membership v",
      "g.id = c.object_id AND v.group_id = g.id AND v.account = $1 AND v.state = 1",
      .has_lists = true },
    { OBJECT_MEMBER, "member", &member_fields, member_columns_inside,
      "membership m CROSS JOIN account a",
      "m.id = c.object_id AND m.state = 1 AND a.id = m.account AND EXISTS (SELECT 1 FROM membership"
      " v WHERE v.group_id = m.group_id AND v.account = $1 AND v.state = 1)",
      .has_lists = true, .shows = &member_fields,
      .viewers = "SELECT group_id AS scope FROM membership WHERE account = $1 AND state = 1",
      .showing = "SELECT id FROM membership WHERE group_id = $1 AND account = $2 AND state = 1" },
    { OBJECT_REQUEST, "membership_request", &membership_request_fields, request_columns_in_scope,
      REQUEST_FROM, "q.id = c.object_id AND " REQUEST_VISIBLE " AND " REQUEST_JOIN,
      .has_lists = true, .shows = &party_fields,
      /* Who asked, who decided, and who has the seat that is asked for. */
      .viewers = "SELECT g.officers AS scope FROM membership_request q CROSS JOIN leads_group g"
                 " WHERE q.account = $1 AND g.id = q.group_id"
                 " UNION SELECT g.officers FROM membership_request q CROSS JOIN leads_group g"
                 " WHERE q.decided_by = $1 AND g.id = q.group_id"
                 " UNION SELECT account FROM membership_request WHERE decided_by = $1"
                 " UNION SELECT g.officers FROM membership s CROSS JOIN leads_group g"
                 " WHERE s.account = $1 AND s.state = 1 AND g.id = s.group_id AND EXISTS"
                 " (SELECT 1 FROM membership_request q WHERE q.group_id = s.group_id"
                 " AND q.seat = s.seat AND q.state IN (1, 2))"
                 " UNION SELECT id FROM account WHERE id = $1",
      .showing = "SELECT q.id FROM leads_group g CROSS JOIN membership_request q"
                 " WHERE g.officers = $1 AND q.account = $2 AND q.group_id = g.id"
                 " UNION SELECT q.id FROM membership_request q CROSS JOIN leads_group g"
                 " WHERE q.decided_by = $2 AND g.id = q.group_id"
                 " AND (g.officers = $1 OR q.account = $1)"
                 " UNION SELECT q.id FROM membership s CROSS JOIN leads_group g CROSS JOIN"
                 " membership_request q WHERE s.account = $2 AND s.state = 1 AND g.id = s.group_id"
                 " AND g.officers = $1 AND q.group_id = s.group_id AND q.seat = s.seat"
                 " AND q.state IN (1, 2)"
                 " UNION SELECT id FROM membership_request WHERE account = $1 AND $1 = $2" },
    { OBJECT_LEADER_APPROVAL, "leader_approval", &leader_approval_fields, leader_approval_columns,
      APPROVAL_FROM, "p.id = c.object_id AND p.account = $1 AND " APPROVAL_JOIN,
      .shows = &party_fields, .viewers = "SELECT id AS scope FROM account WHERE id = $1",
      .showing = "SELECT id FROM leader_approval WHERE account = $1 AND $1 = $2" },
    { OBJECT_MEETING, "meeting", &meeting_fields, meeting_columns, "meeting m",
      "m.id = c.object_id AND EXISTS (SELECT 1 FROM membership v WHERE v.group_id = m.group_id"
      " AND v.account = $1 AND v.state = 1)",
      .has_lists = true },
    { OBJECT_ATTENDANCE, "attendance", &attendance_fields, attendance_columns, "attendance e",
      "e.id = c.object_id AND " ENTRY_OF_MEMBERS },
    { OBJECT_RSVP, "rsvp", &rsvp_fields, rsvp_columns, "rsvp e",
      "e.id = c.object_id AND " ENTRY_OF_MEMBERS },
    { OBJECT_VISITOR, "visitor", &visitor_fields, visitor_columns, "visitor e",
      "e.id = c.object_id AND " VISITOR_SEEN },
    { OBJECT_SLIP, "slip", &meeting_slip_fields, slip_columns, "slip e",
      "e.id = c.object_id AND " SLIP_SEEN },
    { OBJECT_THANKS, "thanks", &thanks_fields, thanks_columns, "thanks e",
      "e.id = c.object_id AND " THANKS_SEEN },
    { OBJECT_ONE_TO_ONE, "one_to_one", &one_to_one_fields, one_to_one_columns, "one_to_one o",
      "o.id = c.object_id AND " ONE_TO_ONE_SEEN },
    { OBJECT_VETTING, "vetting", &vetting_fields, vetting_columns, "vetting_full v",
      "v.id = c.object_id AND v.removed = 0 AND " VETTING_LEADS("v.group_id") },
    { OBJECT_CONCERN, "concern", &concern_fields, concern_columns, CONCERN_FROM,
      "k.id = c.object_id AND " CONCERN_JOIN " AND " CONCERN_VISIBLE },
    { OBJECT_INVOICE, "invoice", &invoice_fields, invoice_columns, "invoice_full i",
      "i.id = c.object_id AND " INVOICE_VISIBLE },
    { 0 },
};
G_STATIC_ASSERT(CONNECTION_CONNECTED == 3 && MEMBERSHIP_ACTIVE == 1);
G_STATIC_ASSERT(REQUEST_REQUESTED == 1 && REQUEST_ASKED == 2);

const char *feed_page_sql(int i)
{
    static const char *made[G_N_ELEMENTS(object_rows)];
    const ObjectRow *row = &object_rows[i];
    if (!row->type)
        return NULL;
    const char *sql = g_atomic_pointer_get(&made[i]);
    if (!sql) {
        sql = db_intern("SELECT %s, c.seq FROM change_index c CROSS JOIN %s WHERE c.scope_id = $2"
                        " AND c.seq > $3 AND c.seq <= $4 AND c.type = %d AND c.deleted = 0 AND %s"
                        " ORDER BY c.seq",
                        row->columns(), row->from, row->type, row->where);
        g_atomic_pointer_set(&made[i], sql);
    }
    return sql;
}

/* ---- the question */

typedef struct Page {
    Uuid scope;
    char scope_text[UUID_TEXT_SIZE];
    ChangeState now; /* of the scope */
    ChangeState since;
    bool full;
    bool first;     /* of a full sync */
    unsigned types; /* set of 1 << type; 0 all */
    int limit;
} Page;

static bool read_scope(Call *call, Page *page, gint64 *min_seq, GError **error)
{
    const char *text = call_query(call, "scope");
    page->scope = call->principal.account;
    if (text && !uuid_parse(text, &page->scope)) {
        field_errors_add(&call->errors, "#/scope", "invalid", "scope: the id of a scope is wanted");
        return call_valid(call, error);
    }
    uuid_format(&page->scope, page->scope_text);
    g_autoptr(DbRows) rows = db_query(
        call->db, error, "SELECT 1 FROM scope_member WHERE scope_id = $1 AND account_id = $2",
        db_uuid(&page->scope), db_uuid(&call->principal.account));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows)
                   ? problem_set(error, PROBLEM_NOT_FOUND, "There is no such scope for you")
                   : false;
    return changes_state_read(call->db, &page->scope, &page->now, min_seq, error);
}

static bool read_types(Call *call, Page *page, GError **error)
{
    const char *text = call_query(call, "types");
    if (!text)
        return true;
    g_auto(GStrv) names = g_strsplit(*text ? text : ",", ",", OBJECT_TYPES_MAX);
    for (char **name = names; *name; name++) {
        const ObjectRow *row = object_rows;
        while (row->type && strcmp(row->name, *name) != 0)
            row++;
        if (!row->type) {
            field_errors_add(&call->errors, "#/types", "invalid",
                             "types: a comma-separated list of object types is wanted");
            break;
        }
        page->types |= 1u << row->type;
    }
    return call_valid(call, error);
}

/* Can the way from `since` to now be told? */
static bool calculable(const ChangeState *since, const ChangeState *now, gint64 min_seq)
{
    gint64 from = since->full ? since->full_from : since->seq;
    return since->epoch == now->epoch && since->acl == now->acl && since->seq <= now->seq &&
           from <= now->seq && from >= min_seq;
}

static bool read_page(Call *call, Page *page, GError **error)
{
    gint64 min_seq = 0;
    const char *since = call_query(call, "since");
    if (!read_scope(call, page, &min_seq, error) || !read_types(call, page, error) ||
        !call_limit(call, &page->limit, error))
        return false;
    if (!since) {
        page->full = page->first = true;
        page->since = page->now;
        page->since.full = true;
        page->since.full_from = page->now.seq;
        page->since.seq = 0;
        return true;
    }
    if (!change_state_parse(since, &page->since) || !calculable(&page->since, &page->now, min_seq))
        return problem_set(
            error, PROBLEM_CANNOT_CALCULATE_CHANGES,
            "The changes since this state are not known any more: sync without since");
    page->full = page->since.full;
    return true;
}

/* ---- the answer */

typedef struct IndexRow {
    gint64 seq;
    int type;
    Uuid id;
    bool deleted;
} IndexRow;

/* Objects of one type, in the order of seq, read as they are asked for. */
typedef struct ObjectStream {
    DbRows *rows; /* NULL: not begun, or at the end */
    gint64 seq;   /* of the row it stands on */
    bool begun;
} ObjectStream;

static const char *index_sql(unsigned types)
{
    if (!types)
        return "SELECT seq, type, object_id, deleted FROM change_index WHERE scope_id = $1"
               " AND seq > $2 AND seq <= $3 AND (deleted = 0 OR seq > $4) ORDER BY seq LIMIT $5";
    g_autoptr(GString) list = g_string_new(NULL);
    for (int type = 1; type < OBJECT_TYPES_MAX; type++)
        if (types & 1u << type)
            g_string_append_printf(list, "%s%d", list->len ? ", " : "", type);
    return db_intern("SELECT seq, type, object_id, deleted FROM change_index WHERE scope_id = $1"
                     " AND seq > $2 AND seq <= $3 AND (deleted = 0 OR seq > $4) AND type IN (%s)"
                     " ORDER BY seq LIMIT $5",
                     list->str);
}

/* Tombstones that were there before a full sync began are of no use to it. */
static GArray *read_index(Call *call, const Page *page, GError **error)
{
    g_autoptr(GArray) index = g_array_sized_new(FALSE, FALSE, sizeof(IndexRow), 512);
    g_autoptr(DbRows)
        rows = db_query(call->db, error, index_sql(page->types), db_uuid(&page->scope),
                        db_int(page->since.seq), db_int(page->now.seq),
                        db_int(page->full ? page->since.full_from : 0), db_int(page->limit + 1));
    if (!rows)
        return NULL;
    while (db_next(rows, error)) {
        IndexRow row = { db_get_int(rows, 0), (int)db_get_int(rows, 1), db_get_uuid(rows, 2),
                         db_get_int(rows, 3) != 0 };
        g_array_append_val(index, row);
    }
    return db_rows_ok(rows) ? g_steal_pointer(&index) : NULL;
}

static int find_object_row(int type)
{
    int i = 0;
    while (object_rows[i].type && object_rows[i].type != (ObjectType)type)
        i++;
    return i;
}

static void stream_end(ObjectStream *stream)
{
    db_rows_free(stream->rows);
    stream->rows = NULL;
}

static bool stream_next(ObjectStream *stream, int seq_column, GError **error)
{
    if (db_next(stream->rows, error)) {
        stream->seq = db_get_int(stream->rows, seq_column);
        return true;
    }
    bool ok = db_rows_ok(stream->rows);
    stream_end(stream);
    return ok;
}

/* Moves the stream to `seq` or past it. */
static bool stream_seek(Call *call, const Page *page, ObjectStream *stream, int i, gint64 seq,
                        gint64 upto, GError **error)
{
    int seq_column = row_n_columns(object_rows[i].fields);
    if (!stream->begun) {
        stream->begun = true;
        stream->rows = db_query(call->db, error, feed_page_sql(i),
                                db_uuid(&call->principal.account), db_uuid(&page->scope),
                                db_int(seq - 1), db_int(upto));
        if (!stream->rows || !stream_next(stream, seq_column, error))
            return false;
    }
    while (stream->rows && stream->seq < seq)
        if (!stream_next(stream, seq_column, error))
            return false;
    return true;
}

static gint64 object_rev(const FieldTable *fields, const void *object)
{
    const Field *rev = field_find(fields, "rev");
    return rev ? *(const gint64 *)field_at(rev, object) : 0;
}

static void put_object(GString *out, const ObjectRow *row, const Uuid *id, const void *object)
{
    g_string_append(out, "{\"type\":\"");
    g_string_append(out, row->name);
    g_string_append(out, "\",\"id\":");
    json_put_uuid(out, id);
    if (!object) {
        g_string_append(out, ",\"op\":\"delete\"}");
        return;
    }
    g_string_append(out, ",\"op\":\"upsert\",\"rev\":");
    json_put_int(out, object_rev(row->fields, object));
    g_string_append(out, ",\"data\":");
    json_put_object(out, row->fields, object);
    g_string_append_c(out, '}');
}

/* Room for an object of any type. */
static gpointer object_new(void)
{
    size_t size = 0;
    for (const ObjectRow *row = object_rows; row->type; row++)
        size = MAX(size, row->fields->size);
    return g_malloc0(size);
}

/* Writes the objects of the index rows until a page is full; *last is the seq of the last one dealt with. */
static bool put_objects(Call *call, const Page *page, const GArray *index, guint n, gint64 *last,
                        bool *more, ObjectStream *streams, GError **error)
{
    GString *out = call->reply.body;
    gint64 upto = n ? g_array_index(index, IndexRow, n - 1).seq : 0;
    bool first = true;
    g_autofree gpointer object = object_new();
    for (guint k = 0; k < n; k++) {
        const IndexRow *row = &g_array_index(index, IndexRow, k);
        int i = find_object_row(row->type);
        const ObjectRow *type = &object_rows[i];
        bool visible = false;
        if (type->type && !row->deleted) {
            if (!stream_seek(call, page, &streams[i], i, row->seq, upto, error))
                return false;
            visible = streams[i].rows && streams[i].seq == row->seq;
        }
        if (out->len > PAGE_BYTES) {
            *more = true;
            return true;
        }
        *last = row->seq;
        /* Lists are texts of their own, which only a copy has. */
        RowOwnership ownership = type->has_lists ? ROW_COPY : ROW_BORROW;
        bool old = page->full && row->seq <= page->since.full_from;
        if (!type->type || (!visible && old))
            continue;
        if (visible)
            row_read(streams[i].rows, 0, type->fields, object, ownership);
        if (!first)
            g_string_append_c(out, ',');
        first = false;
        put_object(out, type, &row->id, visible ? object : NULL);
        if (visible && type->has_lists)
            fields_clear(type->fields, object);
    }
    return true;
}

/* About how many objects are still to come, these included: exact where a full sync begins, else at most that. */
static bool estimate(Call *call, const Page *page, gint64 *n, GError **error)
{
    *n = page->now.seq - page->since.seq;
    return !page->first ||
           db_get_one_int(call->db, error, n,
                          "SELECT COUNT(*) FROM change_index WHERE scope_id = $1 AND deleted = 0",
                          db_uuid(&page->scope));
}

static void put_state(GString *out, const Page *page, bool more, gint64 last)
{
    ChangeState state = page->now;
    if (more) {
        state.seq = last;
        state.full = page->full;
        state.full_from = page->since.full_from;
    }
    g_autofree char *text = change_state_format(&state);
    g_string_append_printf(out, ",\"state\":\"%s\"", text);
}

static bool changes(Call *call, GError **error)
{
    Page page = { 0 };
    gint64 total = 0, last;
    if (!read_page(call, &page, error) || !estimate(call, &page, &total, error))
        return false;
    g_autoptr(GArray) index = read_index(call, &page, error);
    if (!index)
        return false;
    GString *out = call->reply.body;
    const char *since = call_query(call, "since");
    bool more = index->len > (guint)page.limit;
    g_string_append_printf(out, "{\"scope\":\"%s\",\"since\":", page.scope_text);
    json_put_text(out, since);
    g_string_append_printf(out, ",\"full\":%s,\"estimate\":%" G_GINT64_FORMAT ",\"objects\":[",
                           page.full ? "true" : "false", total);
    ObjectStream streams[G_N_ELEMENTS(object_rows)] = { 0 };
    last = page.since.seq;
    bool ok = put_objects(call, &page, index, MIN(index->len, (guint)page.limit), &last, &more,
                          streams, error);
    for (size_t i = 0; i < G_N_ELEMENTS(streams); i++)
        stream_end(&streams[i]);
    if (!ok)
        return false;
    g_string_append_c(out, ']');
    put_state(out, &page, more, last);
    g_string_append_printf(out, ",\"more\":%s}", more ? "true" : "false");
    return true;
}

#define CHANGES_SCHEMA                                                                             \
    "{'type':'object','required':['scope','since','full','estimate','objects',"                    \
    "'state',"                                                                                     \
    "'more'],'properties':{'scope':{'type':'string','format':'uuid'},"                             \
    "'since':{'type':['string','null']},'state':{'type':'string'},"                                \
    "'full':{'type':'boolean'},'more':{'type':'boolean'},"                                         \
    "'estimate':{'type':'integer'},'objects':{'type':'array','items':"                             \
    "{'type':'object','required':['type','id','op'],'properties':{"                                \
    "'type':{'type':'string'},'id':{'type':'string','format':'uuid'},"                             \
    "'op':{'enum':['upsert','delete']},'rev':{'type':'integer'},"                                  \
    "'data':" SCHEMA_REF("object") "}}}}}"

const Route feed_routes[] = {
    { .method = "GET",
      .path = "/v1/changes",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_SNAPSHOT,
      .handler = changes,
      .query = "scope since limit types",
      .summary = "What changed in a scope since a state; without since, everything. Estimate: "
                 "objects still to come, exact when a full sync begins",
      .reply_schema = CHANGES_SCHEMA },
    { 0 },
};
