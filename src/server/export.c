/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/export.h"

#include "base/csv.h"
#include "db/row.h"
#include "model/referral.h"
#include "server/archive.h"
#include "server/audit.h"
#include "server/changes.h"
#include "server/families.h"
#include "server/invitation_store.h"
#include "server/leader_approvals.h"
#include "server/referral_store.h"
#include "server/requests.h"
#include "server/throttle.h"

#define PAGE 500

/* ---- what there is */

typedef struct AuditEntry {
    gint64 at;
    char *action;
    Uuid object, session;
} AuditEntry;

#define AT(member) offsetof(AuditEntry, member)
static const Field audit_rows[] = {
    { "at", FIELD_TIME, AT(at) },
    { "action", FIELD_TEXT, AT(action) },
    { "object_id", FIELD_UUID, AT(object) },
    { "session_id", FIELD_UUID, AT(session) },
};
#undef AT
static const FieldTable audit_fields = FIELD_TABLE("audit", AuditEntry, audit_rows);

typedef struct SettingEntry {
    char *type;
    bool on;
} SettingEntry;

#define AT(member) offsetof(SettingEntry, member)
static const Field setting_rows[] = {
    { "type", FIELD_TEXT, AT(type) },
    { "on", FIELD_BOOL, AT(on), .column = "is_on" },
};
#undef AT
static const FieldTable setting_fields = FIELD_TABLE("email_setting", SettingEntry, setting_rows);

typedef struct MailEntry {
    char *type;
    gint64 created_at, sent_at;
} MailEntry;

#define AT(member) offsetof(MailEntry, member)
static const Field mail_rows[] = {
    { "type", FIELD_TEXT, AT(type) },
    { "created_at", FIELD_TIME, AT(created_at) },
    { "sent_at", FIELD_TIME, AT(sent_at) },
};
#undef AT
static const FieldTable mail_fields = FIELD_TABLE("mail", MailEntry, mail_rows);

static const char *object_columns(ObjectType type)
{
    const ObjectRow *row = object_rows;
    while (row->type != type)
        row++;
    return row->columns();
}

static const char *account_columns(void)
{
    return object_columns(OBJECT_ACCOUNT);
}

static const char *partner_columns(void)
{
    return object_columns(OBJECT_PARTNER);
}

static const char *note_columns(void)
{
    return object_columns(OBJECT_NOTE);
}

static const char *invitation_set_columns(void)
{
    return object_columns(OBJECT_INVITATION);
}

static const char *group_set_columns(void)
{
    return object_columns(OBJECT_GROUP);
}

static const char *approval_columns(void)
{
    return object_columns(OBJECT_LEADER_APPROVAL);
}

/* Of the account: when it came into which group, and how it ended. */
typedef struct MembershipEntry {
    Uuid id, group;
    char *name, *business_type, *reason;
    GroupRole role;
    MembershipState state;
    gint64 since, ended_at;
} MembershipEntry;

#define AT(member) offsetof(MembershipEntry, member)
static const Field membership_rows[] = {
    { "id", FIELD_UUID, AT(id) },
    { "group", FIELD_UUID, AT(group) },
    { "group_name", FIELD_TEXT, AT(name) },
    { "business_type", FIELD_TEXT, AT(business_type) },
    { "role", FIELD_ENUM, AT(role), .values = &group_roles },
    { "state", FIELD_ENUM, AT(state), .values = &membership_states },
    { "since", FIELD_TIME, AT(since) },
    { "ended_at", FIELD_TIME, AT(ended_at) },
    { "reason", FIELD_TEXT, AT(reason) },
};
#undef AT
static const FieldTable membership_fields = FIELD_TABLE("membership", MembershipEntry,
                                                        membership_rows);

static const char *membership_columns(void)
{
    return "m.id, m.group_id, g.name, m.business_type, m.role, m.state, m.since, m.ended_at,"
           " m.reason";
}

static const char *setting_columns(void)
{
    return row_columns(&setting_fields, NULL);
}

static const char *mail_columns(void)
{
    return row_columns(&mail_fields, NULL);
}

static const char *session_columns(void)
{
    return row_columns(&session_fields, NULL);
}

static const char *audit_columns(void)
{
    return row_columns(&audit_fields, NULL);
}

#define PARTS(...) ((const char *const[]){ __VA_ARGS__, NULL })

const ExportSet export_sets[] = {
    { "account", &account_fields, account_columns,
      PARTS("account a WHERE a.id = $1", "a.created_at, a.id") },
    { "partners", &partner_fields, partner_columns,
      PARTS("connection k CROSS JOIN account a WHERE k.account_a = $1 AND k.state = 3"
            " AND a.id = k.account_b",
            "k.since, k.account_b",
            "connection k CROSS JOIN account a WHERE k.account_b = $1 AND k.state = 3"
            " AND a.id = k.account_a",
            "k.since, k.account_a") },
    { "leads", &referral_fields, referral_columns,
      PARTS("referral_full r WHERE r.to_account = $1", "r.sent_at, r.id",
            "referral_full r WHERE r.from_account = $1", "r.sent_at, r.id") },
    { "notes", &note_fields, note_columns,
      PARTS("note n WHERE n.account = $1", "n.created_at, n.id") },
    { "groups", &group_fields, group_set_columns,
      PARTS("leads_group g CROSS JOIN membership v WHERE v.account = $1 AND v.state = 1"
            " AND g.id = v.group_id",
            "v.since, v.id") },
    { "memberships", &membership_fields, membership_columns,
      PARTS("membership m CROSS JOIN leads_group g WHERE m.account = $1 AND g.id = m.group_id",
            "m.since, m.id") },
    { "membership-requests", &membership_request_fields, request_columns,
      PARTS(REQUEST_FROM " WHERE q.account = $1 AND " REQUEST_JOIN, "q.created_at, q.id") },
    { "leader-approvals", &leader_approval_fields, approval_columns,
      PARTS(APPROVAL_FROM " WHERE p.account = $1 AND " APPROVAL_JOIN, "p.created_at, p.id") },
    { "invitations", &invitation_fields, invitation_set_columns,
      PARTS(INVITATION_FROM " WHERE i.from_account = $1 AND " INVITATION_JOIN, "i.created_at, i.id",
            INVITATION_FROM " WHERE i.to_account = $1 AND " INVITATION_VISIBLE
                            " AND " INVITATION_JOIN,
            "i.created_at, i.id") },
    { "email-settings", &setting_fields, setting_columns,
      PARTS("email_setting WHERE account_id = $1", "is_on, account_id") },
    { "mail", &mail_fields, mail_columns, PARTS("mail WHERE account_id = $1", "created_at, id") },
    { "sessions", &session_fields, session_columns,
      PARTS("session WHERE account_id = $1", "created_at, id") },
    { "audit", &audit_fields, audit_columns, PARTS("audit WHERE account_id = $1", "at, id") },
    { 0 },
};

/* ---- one file */

typedef enum FileFormat { FILE_JSON, FILE_CSV } FileFormat;

typedef struct ExportFile {
    const Call *call;
    const ExportSet *set;
    FileFormat format;
    int part;
    gint64 time; /* of the last row... */
    Uuid id;     /* ...and its id */
    bool begun, any, ended;
} ExportFile;

static const char *page_sql(const ExportFile *file)
{
    const char *from = file->set->parts[file->part], *key = file->set->parts[file->part + 1];
    return db_intern("SELECT %s, %s FROM %s AND (%s) > ($2, $3) ORDER BY %s LIMIT %d",
                     file->set->columns(), key, from, key, key, PAGE);
}

static void put_names(GString *line, const char *prefix, const FieldTable *table)
{
    for (size_t i = 0; i < table->n_fields; i++) {
        const Field *field = &table->fields[i];
        g_autofree char *name = g_strconcat(prefix, field->name, NULL);
        if (field->type != FIELD_OBJECT) {
            csv_put_cell(line, name, false);
            continue;
        }
        g_autofree char *inner = g_strconcat(name, ".", NULL);
        put_names(line, inner, field->object);
    }
}

static bool is_typed(FieldType type)
{
    return type == FIELD_TEXT || type == FIELD_EMAIL || type == FIELD_PHONE || type == FIELD_LIST;
}

static void put_cells(GString *line, const FieldTable *table, const void *object)
{
    for (size_t i = 0; i < table->n_fields; i++) {
        const Field *field = &table->fields[i];
        if (field->type == FIELD_OBJECT) {
            put_cells(line, field->object, field_at(field, object));
            continue;
        }
        g_autofree char *text = field_to_text(field, object);
        csv_put_cell(line, text, is_typed(field->type));
    }
}

static void put_begin(ExportFile *file, GString *out)
{
    file->begun = true;
    if (file->format == FILE_JSON) {
        g_string_append_c(out, '[');
        return;
    }
    put_names(out, "", file->set->fields);
    csv_end_line(out);
}

static void put_row(ExportFile *file, GString *out, const void *object)
{
    if (file->format == FILE_JSON) {
        g_string_append(out, file->any ? ",\n" : "\n");
        json_put_object(out, file->set->fields, object);
    } else {
        g_autoptr(GString) line = g_string_new(NULL);
        put_cells(line, file->set->fields, object);
        csv_end_line(line);
        g_string_append_len(out, line->str, (gssize)line->len);
    }
    file->any = true;
}

/* The next page of a part; the last one goes on to the next part. */
static bool put_page(ExportFile *file, GString *out, GError **error)
{
    int key = row_n_columns(file->set->fields), n = 0;
    DbValue after = { .kind = DB_UUID, .data = file->id.bytes, .length = sizeof file->id.bytes };
    g_autoptr(DbRows)
        rows = db_query(file->call->db, error, page_sql(file),
                        db_uuid(&file->call->principal.account), db_int(file->time), after);
    if (!rows)
        return false;
    g_autofree void *object = g_malloc0(file->set->fields->size);
    for (; db_next(rows, error); n++) {
        row_read(rows, 0, file->set->fields, object, ROW_COPY);
        put_row(file, out, object);
        fields_clear(file->set->fields, object);
        file->time = db_get_int(rows, key);
        file->id = db_get_uuid(rows, key + 1);
    }
    if (!db_rows_ok(rows))
        return false;
    if (n < PAGE) {
        file->part += 2;
        file->time = -1;
        file->id = (Uuid){ 0 };
    }
    return true;
}

static bool file_fill(gpointer data, GString *out, GError **error)
{
    ExportFile *file = data;
    if (!file->begun)
        put_begin(file, out);
    while (out->len == 0 && file->set->parts[file->part])
        if (!put_page(file, out, error))
            return false;
    if (out->len == 0 && !file->ended) {
        file->ended = true;
        if (file->format == FILE_JSON)
            g_string_append(out, "\n]\n");
    }
    return true;
}

static void add_file(Archive *archive, const Call *call, const ExportSet *set, FileFormat format)
{
    ExportFile *file = g_new0(ExportFile, 1);
    *file = (ExportFile){ .call = call, .set = set, .format = format, .time = -1 };
    g_autofree char *name = g_strconcat(set->name, format == FILE_JSON ? ".json" : ".csv", NULL);
    archive_add(archive, name, call->now, file_fill, file, g_free);
}

/* ---- the archive */

static bool make(Db *db, gpointer data, GError **error)
{
    Call *call = data;
    GString *out = call->scratch;
    g_autoptr(Archive) archive = archive_new();
    for (const ExportSet *set = export_sets; set->name; set++) {
        add_file(archive, call, set, FILE_JSON);
        add_file(archive, call, set, FILE_CSV);
    }
    g_string_truncate(out, 0);
    return archive_finish(archive, out, error);
}

static void scratch_free(gpointer data)
{
    g_string_free(data, TRUE);
}

static void subject_of(const Call *call, char out[static UUID_TEXT_SIZE])
{
    uuid_format(&call->principal.account, out);
}

static bool export_prepare(Call *call, GError **error)
{
    char subject[UUID_TEXT_SIZE];
    subject_of(call, subject);
    call->scratch = g_string_new(NULL);
    call->scratch_free = scratch_free;
    return throttle_check(call, THROTTLE_EXPORT, subject, error) &&
           db_read_tx(call->db, make, call, error);
}

static bool export_answer(Call *call, GError **error)
{
    static const char *const headers[] = { "Content-Disposition",
                                           "attachment; filename=\"leadline-export.zip\"", NULL };
    const GString *archive = call->scratch;
    char subject[UUID_TEXT_SIZE];
    subject_of(call, subject);
    call->reply.type = "application/zip";
    call->reply.headers = headers;
    g_string_append_len(call->reply.body, archive->str, (gssize)archive->len);
    return throttle_count(call, THROTTLE_EXPORT, subject, error) &&
           audit_put(call, "account.export", &call->principal.account, error);
}

const Route export_routes[] = {
    { "GET", "/v1/me/export", ACCESS_USER, LANE_CRYPTO, ROUTE_NO_KEY | ROUTE_NO_BATCH,
      .handler = export_answer, .prepare = export_prepare, .reply_type = "application/zip",
      .summary = "All that is kept about the caller, as JSON and CSV in a zip" },
    { 0 },
};
