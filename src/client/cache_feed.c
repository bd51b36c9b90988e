/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages of the change feed into the cache, and where the feed stands. */
#include <string.h>

#include "client/cache_shared.h"
#include "client/cache_writer.h"
#include "client/client.h"
#include "db/row.h"
#include "model/dues.h"
#include "model/group.h"
#include "model/invitation.h"
#include "model/meeting.h"
#include "model/vetting.h"

#define COLUMNS_MAX 40 /* of one table */

/* ---- where a feed stands */

void feed_clear(Feed *feed)
{
    g_clear_pointer(&feed->state, g_free);
}

bool cache_read_feed(CacheWriter *writer, const Uuid *scope, Feed *feed, GError **error)
{
    *feed = (Feed){ 0 };
    g_autoptr(DbRows) rows = db_query(
        writer->db, error,
        "SELECT state, complete, full_sync, generation, synced_at, done, estimate FROM feed "
        "WHERE scope = $1",
        db_uuid(scope));
    if (!rows || !db_next(rows, error))
        return rows && db_rows_ok(rows);
    feed->state = g_strdup(db_get_text(rows, 0));
    feed->complete = db_get_int(rows, 1);
    feed->full_sync = db_get_int(rows, 2);
    feed->generation = db_get_int(rows, 3);
    feed->synced_at = db_get_int(rows, 4);
    feed->done = db_get_int(rows, 5);
    feed->estimate = db_get_int(rows, 6);
    return true;
}

static bool write_feed(CacheWriter *writer, const Uuid *scope, const Feed *feed, GError **error)
{
    return db_exec(
        writer->db, error,
        "INSERT INTO feed (scope, state, complete, full_sync, generation, synced_at, done, "
        "estimate) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (scope) DO UPDATE "
        "SET state = excluded.state, complete = excluded.complete, full_sync = "
        "excluded.full_sync, generation = excluded.generation, synced_at = "
        "excluded.synced_at, done = excluded.done, estimate = excluded.estimate",
        db_uuid(scope), db_text(feed->state), db_int(feed->complete), db_int(feed->full_sync),
        db_int(feed->generation), db_time(feed->synced_at), db_int(feed->done),
        db_int(feed->estimate));
}

/* ---- pages */

bool feed_page_read(const JsonNode *root, FeedPage *page, GError **error)
{
    const char *scope = json_text(json_member(root, "scope"));
    const char *state = json_text(json_member(root, "state"));
    const JsonNode *objects = json_member(root, "objects");
    if (!scope || !uuid_parse(scope, &page->scope) || !state || !objects ||
        !json_is_array(objects) || !json_bool(json_member(root, "more"), &page->more))
        return problem_set(error, PROBLEM_BAD_REPLY,
                           "the answer of the change feed lacks scope, state, more or objects");
    page->state = g_strdup(state);
    page->n = (gint64)json_length(objects);
    json_bool(json_member(root, "full"), &page->full);
    json_int(json_member(root, "estimate"), &page->estimate);
    return true;
}

/* Unknown members and values of a later server are skipped; an object without an id is none. */
static void decode(const JsonNode *data, const FieldTable *table, void *object)
{
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    json_decode(data, table, object, JSON_REPLY, "#", &errors);
}

static bool put_referral(CacheWriter *writer, const JsonNode *data, GError **error)
{
    Referral referral = { 0 };
    decode(data, &referral_fields, &referral);
    g_hash_table_remove(writer->gone, &referral.id);
    bool ok = uuid_is_nil(&referral.id) || !referral.box || !referral.state ||
              cache_write_referral(writer, &referral, NULL, error);
    fields_clear(&referral_fields, &referral);
    return ok;
}

static bool put_note(CacheWriter *writer, const JsonNode *data, GError **error)
{
    Note note = { 0 };
    decode(data, &note_fields, &note);
    /* After a restore of the server an erased lead is there again, and its notes may come before it. */
    g_hash_table_remove(writer->gone, &note.id);
    g_hash_table_remove(writer->gone, &note.referral);
    bool ok = uuid_is_nil(&note.id) || uuid_is_nil(&note.referral) ||
              cache_write_note(writer, &note, error);
    fields_clear(&note_fields, &note);
    return ok;
}

static bool delete_note(CacheWriter *writer, const Uuid *id, GError **error)
{
    writer->changed |= CLIENT_NOTES;
    g_hash_table_add(writer->gone, g_memdup2(id, sizeof *id));
    return db_exec(writer->db, error, "DELETE FROM note_base WHERE id = $1", db_uuid(id)) &&
           db_exec(writer->db, error, "DELETE FROM note WHERE id = $1 AND local = 0", db_uuid(id));
}

/* Of an object without local edits: all columns, and by which sync. */
static const char *put_sql(const char *sql_table, const FieldTable *table)
{
    g_auto(GStrv) names = g_strsplit(row_columns(table, NULL), ", ", -1);
    g_autoptr(GString) marks = g_string_new("$1"), sets = g_string_new(NULL);
    int n = 1;
    for (char **name = names + 1; *name; name++) {
        g_string_append_printf(marks, ", $%d", ++n);
        g_string_append_printf(sets, "%s = excluded.%s, ", *name, *name);
    }
    return db_intern("INSERT INTO %s (%s, generation) VALUES (%s, $%d) ON CONFLICT (%s) DO UPDATE"
                     " SET %sgeneration = excluded.generation",
                     sql_table, row_columns(table, NULL), marks->str, n + 1, names[0], sets->str);
}

static bool put_row(CacheWriter *writer, const char *sql_table, const FieldTable *table,
                    const void *object, GError **error)
{
    DbValue values[COLUMNS_MAX];
    g_assert(row_n_columns(table) < COLUMNS_MAX);
    g_ptr_array_set_size(writer->strings, 0);
    size_t n = row_values(table, object, values, writer->strings);
    values[n++] = db_int(writer->generation);
    return db_exec_values(writer->db, error, NULL, put_sql(sql_table, table), values, n);
}

static bool put_partner(CacheWriter *writer, const JsonNode *data, GError **error)
{
    Partner partner = { 0 };
    decode(data, &partner_fields, &partner);
    bool ok = uuid_is_nil(&partner.account) ||
              put_row(writer, "partner", &partner_fields, &partner, error);
    fields_clear(&partner_fields, &partner);
    writer->changed |= CLIENT_PARTNERS;
    return ok;
}

bool cache_delete_partner(CacheWriter *writer, const Uuid *id, GError **error)
{
    writer->changed |= CLIENT_PARTNERS;
    return db_exec(writer->db, error, "DELETE FROM partner WHERE account = $1", db_uuid(id));
}

/* One that this user has to answer, and has not seen before. */
static bool note_invited(CacheWriter *writer, const Invitation *invitation, GError **error)
{
    if (!writer->complete || invitation->direction != DIRECTION_RECEIVED ||
        invitation->state != INVITATION_INVITED)
        return true;
    return db_exec(writer->db, error,
                   "INSERT INTO arrival (id) VALUES ($1) ON CONFLICT (id) DO NOTHING",
                   db_uuid(&invitation->id));
}

bool cache_write_invitation(CacheWriter *writer, const Invitation *invitation, GError **error)
{
    gint64 rev = -1;
    g_autoptr(DbRows)
        rows = db_query(writer->db, error, "SELECT rev, generation FROM invitation WHERE id = $1",
                        db_uuid(&invitation->id));
    if (rows && db_next(rows, error))
        rev = db_get_int(rows, 1) == writer->generation ? db_get_int(rows, 0) : 0;
    if (!rows || !db_rows_ok(rows))
        return false;
    if (rev > invitation->rev) /* an answer that a page was quicker than */
        return true;
    writer->changed |= CLIENT_INVITATIONS;
    return (rev >= 0 || note_invited(writer, invitation, error)) &&
           put_row(writer, "invitation", &invitation_fields, invitation, error);
}

static bool put_invitation(CacheWriter *writer, const JsonNode *data, GError **error)
{
    Invitation invitation = { 0 };
    decode(data, &invitation_fields, &invitation);
    bool ok = uuid_is_nil(&invitation.id) || !invitation.direction || !invitation.state ||
              cache_write_invitation(writer, &invitation, error);
    fields_clear(&invitation_fields, &invitation);
    return ok;
}

static bool delete_invitation(CacheWriter *writer, const Uuid *id, GError **error)
{
    writer->changed |= CLIENT_INVITATIONS;
    return db_exec(writer->db, error, "DELETE FROM invitation WHERE id = $1", db_uuid(id));
}

static bool put_account(CacheWriter *writer, const JsonNode *data, GError **error)
{
    Account account = { 0 };
    decode(data, &account_fields, &account);
    bool own = uuid_is_nil(&writer->account) || uuid_equal(&account.id, &writer->account);
    bool ok = uuid_is_nil(&account.id) || !own || cache_write_account(writer, &account, error);
    fields_clear(&account_fields, &account);
    return ok;
}

static bool keep_account(CacheWriter *writer, const Uuid *id, GError **error)
{
    return true;
}

bool cache_is_of(CacheWriter *writer, const Uuid *account, bool *own, GError **error)
{
    gint64 others = 0;
    bool ok = db_get_one_int(writer->db, error, &others,
                             "SELECT count(*) FROM account WHERE id <> $1", db_uuid(account));
    *own = others == 0;
    return ok;
}

bool cache_write_account(CacheWriter *writer, const Account *account, GError **error)
{
    bool changed = !uuid_equal(&writer->account, &account->id);
    writer->changed |= CLIENT_STATUS;
    writer->account = account->id;
    return db_exec(writer->db, error, "DELETE FROM account") &&
           put_row(writer, "account", &account_fields, account, error) &&
           /* Now it is known whose items of the outbox are to be shown. */
           (!changed || (cache_load_edited(writer, error) && cache_refresh_all(writer, error)));
}

/* ---- scopes besides the own one */

static bool put_scope(CacheWriter *writer, const JsonNode *data, GError **error)
{
    Scope scope = { 0 };
    decode(data, &scope_fields, &scope);
    bool ok = uuid_is_nil(&scope.id) || uuid_equal(&scope.id, &writer->account) ||
              db_exec(writer->db, error,
                      "INSERT INTO scope (id, kind, role, generation) VALUES ($1, $2, $3, $4)"
                      " ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, role = excluded.role,"
                      " generation = excluded.generation",
                      db_uuid(&scope.id), db_int(scope.kind), db_text(scope.role),
                      db_int(writer->generation));
    fields_clear(&scope_fields, &scope);
    return ok;
}

bool cache_drop_scope(CacheWriter *writer, const Uuid *scope, GError **error)
{
    writer->scrub = true;
    writer->changed |= CLIENT_STATUS;
    g_hash_table_add(writer->gone, g_memdup2(scope, sizeof *scope));
    return shared_forget(writer, scope, error) &&
           db_exec(writer->db, error, "DELETE FROM feed WHERE scope = $1", db_uuid(scope)) &&
           db_exec(writer->db, error, "DELETE FROM scope WHERE id = $1", db_uuid(scope));
}

static void scope_feed_clear(gpointer data)
{
    feed_clear(&((ScopeFeed *)data)->feed);
}

GArray *cache_read_scopes(CacheWriter *writer, GError **error)
{
    g_autoptr(GArray) scopes = g_array_new(FALSE, TRUE, sizeof(ScopeFeed));
    g_array_set_clear_func(scopes, scope_feed_clear);
    ScopeFeed own = { .scope = writer->account };
    g_array_append_val(scopes, own);
    g_autoptr(DbRows) rows = db_query(writer->db, error, "SELECT id FROM scope ORDER BY kind, id");
    while (rows && db_next(rows, error)) {
        ScopeFeed other = { .scope = db_get_uuid(rows, 0) };
        g_array_append_val(scopes, other);
    }
    bool ok = rows && db_rows_ok(rows);
    for (guint i = 0; ok && i < scopes->len; i++) {
        ScopeFeed *one = &g_array_index(scopes, ScopeFeed, i);
        ok = cache_read_feed(writer, &one->scope, &one->feed, error);
    }
    return ok ? g_steal_pointer(&scopes) : NULL;
}

static bool is_own(const CacheWriter *writer, const Uuid *scope)
{
    return uuid_is_nil(&writer->account) || uuid_equal(&writer->account, scope);
}

/* Of one that was left meanwhile nothing is taken. */
static bool may_write(CacheWriter *writer, const Uuid *scope, bool *may, GError **error)
{
    gint64 n = 1;
    bool ok = is_own(writer, scope) ||
              db_get_one_int(writer->db, error, &n, "SELECT count(*) FROM scope WHERE id = $1",
                             db_uuid(scope));
    *may = n > 0;
    return ok;
}

/* ---- the types */

/* One that an officer has to answer. */
static bool is_request_to_answer(const CacheWriter *writer, const Uuid *scope, const void *object)
{
    return !uuid_equal(scope, &writer->account) &&
           ((const MembershipRequest *)object)->state == REQUEST_REQUESTED;
}

/* A type of plain rows is a line here and a table: cache_shared.h says how. */
const FeedType feed_types[] = {
    { "scope", .put = put_scope, .remove = cache_drop_scope,
      .swept = "SELECT id FROM scope WHERE generation < $1" },
    { "referral", .put = put_referral, .remove = cache_delete_referral,
      .swept = "SELECT id FROM referral WHERE generation < $1 AND local = 0" },
    { "note", .put = put_note, .remove = delete_note,
      .swept = "SELECT id FROM note WHERE generation < $1" },
    { "partner", .put = put_partner, .remove = cache_delete_partner,
      .swept = "SELECT account FROM partner WHERE generation < $1" },
    { "account", .put = put_account, .remove = keep_account },
    { "invitation", .put = put_invitation, .remove = delete_invitation,
      .swept = "SELECT id FROM invitation WHERE generation < $1" },
    { "group", .table = "leads_group", .fields = &group_fields, .changed = CLIENT_GROUPS,
      .folded = "name" },
    { "member", .table = "member", .fields = &member_fields,
      .changed = CLIENT_GROUPS | CLIENT_PARTNERS, .folded = "name" },
    { "membership_request", .table = "membership_request", .fields = &membership_request_fields,
      .changed = CLIENT_GROUPS, .is_news = is_request_to_answer },
    { "leader_approval", .table = "leader_approval", .fields = &leader_approval_fields,
      .changed = CLIENT_GROUPS },
    { "vetting", .table = "vetting", .fields = &vetting_fields, .changed = CLIENT_GROUPS },
    { "concern", .table = "concern", .fields = &concern_fields, .changed = CLIENT_GROUPS },
    { "invoice", .table = "invoice", .fields = &invoice_fields, .changed = CLIENT_GROUPS },
    { "meeting", .table = "meeting", .fields = &meeting_fields, .changed = CLIENT_MEETINGS },
    { "attendance", .table = "attendance", .fields = &attendance_fields,
      .changed = CLIENT_MEETINGS },
    { "rsvp", .table = "rsvp", .fields = &rsvp_fields, .changed = CLIENT_MEETINGS },
    { "visitor", .table = "visitor", .fields = &visitor_fields, .changed = CLIENT_MEETINGS },
    { "slip", .table = "slip", .fields = &meeting_slip_fields, .changed = CLIENT_MEETINGS },
    { "thanks", .table = "thanks", .fields = &thanks_fields, .changed = CLIENT_MEETINGS },
    { "one_to_one", .table = "one_to_one", .fields = &one_to_one_fields,
      .changed = CLIENT_MEETINGS },
    { 0 },
};

const FeedType *feed_type(const char *name)
{
    for (const FeedType *type = feed_types; name && type->name; type++)
        if (strcmp(type->name, name) == 0)
            return type;
    return NULL;
}

/* What its own functions deal with is only ever in the account's own scope. */
static bool write_object(CacheWriter *writer, const Source *source, const JsonNode *object,
                         GError **error)
{
    const FeedType *type = feed_type(json_text(json_member(object, "type")));
    const char *op = json_text(json_member(object, "op"));
    if (!type || !op || (!type->table && !is_own(writer, &source->scope)))
        return true;
    const JsonNode *data = json_member(object, "data");
    if (strcmp(op, "upsert") == 0)
        return !data || !json_is_object(data) ||
               (type->table ? shared_put(writer, type, source, data, error)
                            : type->put(writer, data, error));
    const char *text = json_text(json_member(object, "id"));
    Uuid id;
    if (strcmp(op, "delete") != 0 || !text || !uuid_parse(text, &id))
        return true;
    return type->table ? shared_remove(writer, type, &source->scope, &id, error)
                       : type->remove(writer, &id, error);
}

static bool sweep_type(CacheWriter *writer, const FeedType *type, gint64 generation, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(false, false, sizeof(Uuid));
    g_autoptr(DbRows) rows = db_query(writer->db, error, type->swept, db_int(generation));
    while (rows && db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0);
        g_array_append_val(ids, id);
    }
    if (!rows || !db_rows_ok(rows))
        return false;
    for (guint i = 0; i < ids->len; i++)
        if (!type->remove(writer, &g_array_index(ids, Uuid, i), error))
            return false;
    return true;
}

/* Only after the last page: until then what was there stays to be read. */
static bool finish_full_sync(CacheWriter *writer, const Uuid *scope, Feed *feed, GError **error)
{
    for (const FeedType *type = feed_types; type->name && is_own(writer, scope); type++)
        if (type->swept && !sweep_type(writer, type, feed->generation, error))
            return false;
    feed->full_sync = false;
    feed->complete = true;
    return shared_sweep(writer, scope, feed->generation, error);
}

static bool run_all(CacheWriter *writer, const char *const *statements, size_t n, GError **error)
{
    for (size_t i = 0; i < n; i++)
        if (!db_exec(writer->db, error, statements[i]))
            return false;
    return true;
}

bool cache_drop_orders(CacheWriter *writer, GError **error)
{
    static const char *const statements[] = { "DROP INDEX IF EXISTS referral_client",
                                              "DROP INDEX IF EXISTS referral_worth" };
    gint64 any = 0;
    return db_get_one_int(writer->db, error, &any, "SELECT EXISTS (SELECT 1 FROM referral)") &&
           (any || run_all(writer, statements, G_N_ELEMENTS(statements), error));
}

bool cache_make_orders(CacheWriter *writer, GError **error)
{
    static const char *const statements[] = {
        "CREATE INDEX IF NOT EXISTS referral_client ON referral (box, client_key)",
        "CREATE INDEX IF NOT EXISTS referral_worth ON referral (box, worth)",
    };
    return run_all(writer, statements, G_N_ELEMENTS(statements), error);
}

static bool begin_full_sync(CacheWriter *writer, const Uuid *scope, Feed *feed, GError **error)
{
    feed->generation++;
    feed->full_sync = true;
    feed->done = 0;
    return !is_own(writer, scope) || cache_drop_orders(writer, error);
}

static bool write_objects(CacheWriter *writer, const JsonNode *root, const Source *source,
                          GError **error)
{
    if (is_own(writer, &source->scope)) {
        writer->generation = source->generation;
        writer->complete = source->complete;
    }
    bool ok = true;
    const JsonNode *objects = json_member(root, "objects");
    for (const JsonNode *object = json_first(objects); ok && object; object = json_next(object))
        ok = write_object(writer, source, object, error);
    writer->complete = false;
    return ok;
}

bool cache_write_page(CacheWriter *writer, const JsonNode *root, const FeedPage *page,
                      GError **error)
{
    bool may = false;
    g_auto(Feed) feed = { 0 };
    if (!may_write(writer, &page->scope, &may, error))
        return false;
    if (!may)
        return true;
    if (!cache_read_feed(writer, &page->scope, &feed, error) ||
        (page->start && !begin_full_sync(writer, &page->scope, &feed, error)))
        return false;
    Source source = { page->scope, feed.generation, feed.complete };
    if (!write_objects(writer, root, &source, error))
        return false;
    feed.done += page->n;
    feed.estimate = page->estimate;
    g_free(feed.state);
    feed.state = g_strdup(page->state);
    if (!page->more) {
        feed.synced_at = clock_now();
        if (feed.full_sync && !finish_full_sync(writer, &page->scope, &feed, error))
            return false;
    }
    writer->changed |= CLIENT_STATUS;
    return write_feed(writer, &page->scope, &feed, error);
}

bool cache_write_shared(CacheWriter *writer, const char *name, const Uuid *scope,
                        const JsonNode *data, bool again, GError **error)
{
    const FeedType *type = feed_type(name);
    g_return_val_if_fail(type && type->table, false);
    bool may = false;
    g_auto(Feed) feed = { 0 };
    if (!may_write(writer, scope, &may, error) || !cache_read_feed(writer, scope, &feed, error))
        return false;
    Source source = { *scope, feed.generation, false };
    return !may || shared_answer(writer, type, &source, data, again, error);
}

bool cache_touch_feeds(CacheWriter *writer, gint64 at, GError **error)
{
    writer->changed |= CLIENT_STATUS;
    return db_exec(writer->db, error,
                   "UPDATE feed SET synced_at = $1 WHERE complete = 1 AND synced_at < $1",
                   db_time(at));
}

bool cache_wipe(CacheWriter *writer, GError **error)
{
    static const char *const statements[] = {
        "DELETE FROM referral", "DELETE FROM referral_base",
        "DELETE FROM note",     "DELETE FROM note_base",
        "DELETE FROM partner",  "DELETE FROM invitation",
        "DELETE FROM account",  "DELETE FROM feed",
        "DELETE FROM counter",  "DELETE FROM party_counter",
        "DELETE FROM arrival",  "DELETE FROM scope",
        "DELETE FROM chore",    "INSERT INTO lead_words (lead_words) VALUES ('delete-all')",
    };
    if (!run_all(writer, statements, G_N_ELEMENTS(statements), error) ||
        !shared_forget(writer, NULL, error))
        return false;
    writer->scrub = true;
    writer->changed |= CLIENT_LEADS | CLIENT_NOTES | CLIENT_PARTNERS | CLIENT_INVITATIONS |
                       CLIENT_STATUS;
    return cache_writer_load(writer, error);
}
