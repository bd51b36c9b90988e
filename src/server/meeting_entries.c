/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/meeting_entries.h"

#include <string.h>

#include "db/row.h"
#include "server/changes.h"
#include "server/families.h"
#include "server/groups.h"
#include "server/meetings.h"

/* ---- columns, as the viewer sees them */

/* row_columns() with some of them replaced: pairs of a name and an expression, closed by NULL. */
static const char *columns_but(const FieldTable *table, const char *const *pairs)
{
    g_auto(GStrv) columns = g_strsplit(row_columns(table, "e"), ", ", -1);
    for (char **column = columns; *column; column++)
        for (const char *const *pair = pairs; *pair; pair += 2)
            if (strcmp(*column, pair[0]) == 0) {
                g_free(*column);
                *column = g_strdup(pair[1]);
                break;
            }
    g_autofree char *text = g_strjoinv(", ", columns);
    return db_intern("%s", text);
}

const char *attendance_columns(void)
{
    return row_columns(&attendance_fields, "e");
}

const char *rsvp_columns(void)
{
    return row_columns(&rsvp_fields, "e");
}

const char *visitor_columns(void)
{
    return row_columns(&visitor_fields, "e");
}

#define SIDES "$1 IN (e.from_account, e.to_account, e.entered_by)"

const char *slip_columns(void)
{
    static const char *const pairs[] = { "e.contact", "CASE WHEN " SIDES " THEN e.contact END",
                                         "e.to_name", "CASE WHEN " SIDES " THEN e.to_name END",
                                         NULL };
    return columns_but(&meeting_slip_fields, pairs);
}

const char *thanks_columns(void)
{
    static const char *const pairs[] = {
        "e.amount_amount", "CASE WHEN e.from_account = $1 THEN e.amount_amount END",
        "e.amount_currency", "CASE WHEN e.from_account = $1 THEN e.amount_currency END", NULL
    };
    return columns_but(&thanks_fields, pairs);
}

/* ---- the kinds */

typedef union AnyEntry {
    Attendance attendance;
    Rsvp rsvp;
    Visitor visitor;
    MeetingSlip slip;
    Thanks thanks;
} AnyEntry;

typedef union AnyInput {
    AttendanceInput attendance;
    RsvpInput rsvp;
    VisitorInput visitor;
    SlipInput slip;
    ThanksInput thanks;
} AnyInput;

typedef struct EntryHead { /* what is not in the input */
    Uuid id, meeting, group, account, by;
    gint64 rev;
    bool inside;
} EntryHead;

typedef struct EntryRow {
    const char *name; /* in a list */
    EntryKind kind;
    ObjectType type;
    const char *sql_table;
    const FieldTable *input, *fields;
    bool by_account; /* one for each: the id is derived */
    const char *(*columns)(void);
    const char *visible, *live; /* over e: by whom ($1); what was not taken back */
    /* From and to inputs; texts stay those of the source. */
    void (*build)(AnyEntry *entry, const EntryHead *head, const AnyInput *input);
    void (*view)(const AnyEntry *entry, AnyInput *input, EntryHead *head);
    bool (*valid)(const AnyInput *input, FieldErrors *errors); /* may be NULL */
    const Uuid *(*whose)(const AnyInput *input, const EntryHead *head);
    void (*note)(Call *call, const EntryHead *head, const AnyInput *input, bool deleted);
} EntryRow;

static void attendance_build(AnyEntry *entry, const EntryHead *head, const AnyInput *input)
{
    const AttendanceInput *in = &input->attendance;
    entry->attendance = (Attendance){ .id = head->id,
                                      .rev = head->rev,
                                      .meeting = head->meeting,
                                      .group = head->group,
                                      .account = head->account,
                                      .code = in->code,
                                      .substitute = in->substitute,
                                      .left_early = in->left_early,
                                      .note = in->note,
                                      .entered_at = in->entered_at,
                                      .entered_by = head->by };
}

static void attendance_view(const AnyEntry *entry, AnyInput *input, EntryHead *head)
{
    const Attendance *from = &entry->attendance;
    *head = (EntryHead){ .id = from->id,
                         .meeting = from->meeting,
                         .group = from->group,
                         .account = from->account,
                         .by = from->entered_by,
                         .rev = from->rev };
    input->attendance = (AttendanceInput){ .code = from->code,
                                           .substitute = from->substitute,
                                           .left_early = from->left_early,
                                           .note = from->note,
                                           .entered_at = from->entered_at };
}

static bool attendance_valid(const AnyInput *input, FieldErrors *errors)
{
    return attendance_validate(&input->attendance, errors);
}

static const Uuid *account_of(const AnyInput *input, const EntryHead *head)
{
    return &head->account;
}

static void attendance_note(Call *call, const EntryHead *head, const AnyInput *input, bool deleted)
{
    change_note(call, &head->group, OBJECT_ATTENDANCE, &head->id, deleted);
}

static void rsvp_build(AnyEntry *entry, const EntryHead *head, const AnyInput *input)
{
    entry->rsvp = (Rsvp){ .id = head->id,
                          .rev = head->rev,
                          .meeting = head->meeting,
                          .group = head->group,
                          .account = head->account,
                          .answer = input->rsvp.answer,
                          .substitute = input->rsvp.substitute,
                          .entered_at = input->rsvp.entered_at,
                          .entered_by = head->by };
}

static void rsvp_view(const AnyEntry *entry, AnyInput *input, EntryHead *head)
{
    const Rsvp *from = &entry->rsvp;
    *head = (EntryHead){ .id = from->id,
                         .meeting = from->meeting,
                         .group = from->group,
                         .account = from->account,
                         .by = from->entered_by,
                         .rev = from->rev };
    input->rsvp = (RsvpInput){ from->answer, from->substitute, from->entered_at };
}

static void rsvp_note(Call *call, const EntryHead *head, const AnyInput *input, bool deleted)
{
    change_note(call, &head->group, OBJECT_RSVP, &head->id, deleted);
}

#define FACT_BUILD(name, Type, ...)                                                                \
    static void name##_build(AnyEntry *entry, const EntryHead *head, const AnyInput *input)        \
    {                                                                                              \
        entry->name = (Type){ .id = head->id,                                                      \
                              .rev = head->rev,                                                    \
                              .meeting = head->meeting,                                            \
                              .group = head->group,                                                \
                              .input = input->name,                                                \
                              .entered_by = head->by,                                              \
                              ##__VA_ARGS__ };                                                     \
    }                                                                                              \
    static void name##_view(const AnyEntry *entry, AnyInput *input, EntryHead *head)               \
    {                                                                                              \
        const Type *from = &entry->name;                                                           \
        *head = (EntryHead){ .id = from->id,                                                       \
                             .meeting = from->meeting,                                             \
                             .group = from->group,                                                 \
                             .by = from->entered_by,                                               \
                             .rev = from->rev };                                                   \
        input->name = from->input;                                                                 \
    }
FACT_BUILD(visitor, Visitor)
FACT_BUILD(slip, MeetingSlip, .inside = head->inside)
FACT_BUILD(thanks, Thanks)
#undef FACT_BUILD

static const Uuid *visitor_whose(const AnyInput *input, const EntryHead *head)
{
    return &input->visitor.brought_by;
}

static void visitor_note(Call *call, const EntryHead *head, const AnyInput *input, bool deleted)
{
    Uuid officers = group_officers_scope(&head->group);
    change_note(call, &officers, OBJECT_VISITOR, &head->id, deleted);
    if (!uuid_is_nil(&input->visitor.brought_by))
        change_note(call, &input->visitor.brought_by, OBJECT_VISITOR, &head->id, deleted);
}

static bool slip_valid(const AnyInput *input, FieldErrors *errors)
{
    return slip_validate(&input->slip, errors);
}

static const Uuid *slip_whose(const AnyInput *input, const EntryHead *head)
{
    return &input->slip.from;
}

static void slip_note(Call *call, const EntryHead *head, const AnyInput *input, bool deleted)
{
    change_note(call, &head->group, OBJECT_SLIP, &head->id, deleted);
}

static bool thanks_valid(const AnyInput *input, FieldErrors *errors)
{
    return thanks_validate(&input->thanks, errors);
}

static const Uuid *thanks_whose(const AnyInput *input, const EntryHead *head)
{
    return &input->thanks.from;
}

static void thanks_note(Call *call, const EntryHead *head, const AnyInput *input, bool deleted)
{
    change_note(call, &input->thanks.from, OBJECT_THANKS, &head->id, deleted);
    change_note(call, &input->thanks.to, OBJECT_THANKS, &head->id, deleted);
}

#define ALL "1 = 1"
#define LIVE "e.removed = 0"

/* In the order of EntryKind. */
static const EntryRow entry_rows[] = {
    { "attendance", ENTRY_ATTENDANCE, OBJECT_ATTENDANCE, "attendance", &attendance_input_fields,
      &attendance_fields, true, attendance_columns, ENTRY_OF_MEMBERS, ALL, attendance_build,
      attendance_view, attendance_valid, account_of, attendance_note },
    { "rsvps", ENTRY_RSVP, OBJECT_RSVP, "rsvp", &rsvp_input_fields, &rsvp_fields, true,
      rsvp_columns, ENTRY_OF_MEMBERS, ALL, rsvp_build, rsvp_view, NULL, account_of, rsvp_note },
    { "visitors", ENTRY_VISITOR, OBJECT_VISITOR, "visitor", &visitor_input_fields, &visitor_fields,
      false, visitor_columns, "(e.brought_by = $1 OR " ENTRY_OF_OFFICERS ")", LIVE, visitor_build,
      visitor_view, NULL, visitor_whose, visitor_note },
    { "slips", ENTRY_SLIP, OBJECT_SLIP, "slip", &slip_input_fields, &meeting_slip_fields, false,
      slip_columns, ENTRY_OF_MEMBERS, LIVE, slip_build, slip_view, slip_valid, slip_whose,
      slip_note },
    { "thanks", ENTRY_THANKS, OBJECT_THANKS, "thanks", &thanks_input_fields, &thanks_fields, false,
      thanks_columns, "(e.from_account = $1 OR e.to_account = $1 OR " ENTRY_OF_OFFICERS ")", LIVE,
      thanks_build, thanks_view, thanks_valid, thanks_whose, thanks_note },
};

/* ---- reading */

static const char *seen_sql(const EntryRow *row)
{
    return db_intern("SELECT %s FROM %s e WHERE e.id = $2 AND e.meeting = $3 AND %s",
                     row->columns(), row->sql_table, row->visible);
}

static const char *list_sql(const EntryRow *row)
{
    return db_intern("SELECT %s FROM %s e WHERE e.meeting = $2 AND %s AND %s ORDER BY e.id",
                     row->columns(), row->sql_table, row->live, row->visible);
}

static bool reply_seen(Call *call, const EntryRow *row, const Uuid *id, const Uuid *meeting,
                       int status, GError **error)
{
    AnyEntry entry;
    EntryHead head;
    AnyInput input;
    g_autoptr(DbRows)
        rows = db_query(call->db, error, seen_sql(row), db_uuid(&call->principal.account),
                        db_uuid(id), db_uuid(meeting));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) ? problem_set(error, PROBLEM_NOT_FOUND, "There is no such entry")
                                : false;
    row_read(rows, 0, row->fields, &entry, ROW_BORROW);
    row->view(&entry, &input, &head);
    call->reply.status = status;
    call->reply.rev = head.rev;
    json_put_object(call->reply.body, row->fields, &entry);
    return true;
}

static Uuid id_of(const Call *call, const EntryRow *row)
{
    return row->by_account ? entry_id(&call->id, &call->sub) : call->sub;
}

static bool read_one(Call *call, EntryKind kind, GError **error)
{
    const EntryRow *row = &entry_rows[kind];
    g_auto(Meeting) meeting = { 0 };
    Uuid id = id_of(call, row);
    return meeting_load(call->db, &call->principal.account, &call->id, &meeting, NULL, error) &&
           reply_seen(call, row, &id, &call->id, 200, error);
}

static bool put_list(Call *call, const EntryRow *row, GError **error)
{
    g_autoptr(DbRows) rows = db_query(call->db, error, list_sql(row),
                                      db_uuid(&call->principal.account), db_uuid(&call->id));
    if (!rows)
        return false;
    g_string_append_printf(call->reply.body, "%c\"%s\":[", row == entry_rows ? '{' : ',',
                           row->name);
    for (int n = 0; db_next(rows, error); n++) {
        AnyEntry entry;
        row_read(rows, 0, row->fields, &entry, ROW_BORROW);
        g_string_append(call->reply.body, n ? "," : "");
        json_put_object(call->reply.body, row->fields, &entry);
    }
    g_string_append_c(call->reply.body, ']');
    return db_rows_ok(rows);
}

static bool read_all(Call *call, GError **error)
{
    g_auto(Meeting) meeting = { 0 };
    if (!meeting_load(call->db, &call->principal.account, &call->id, &meeting, NULL, error))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(entry_rows); i++)
        if (!put_list(call, &entry_rows[i], error))
            return false;
    g_string_append_c(call->reply.body, '}');
    return true;
}

/* ---- writing */

static const char requests_sql[] =
    "SELECT q.id FROM account a CROSS JOIN membership_request q WHERE a.email_key = $1"
    " AND q.account = a.id AND q.group_id = $2";
static const char member_sql[] =
    "SELECT COUNT(*), COALESCE(SUM(CASE WHEN state = 1 THEN 1 ELSE 0 END), 0) FROM membership"
    " WHERE group_id = $1 AND account = $2";
G_STATIC_ASSERT(MEMBERSHIP_ACTIVE == 1);

/* In the group, or once was: what was in the room is entered later, too. */
static bool find_member(Call *call, const Uuid *group, const Uuid *account, bool *was, bool *is,
                        GError **error)
{
    g_autoptr(DbRows)
        rows = db_query(call->db, error, member_sql, db_uuid(group), db_uuid(account));
    if (!rows || !db_next(rows, error))
        return false;
    *was = db_get_int(rows, 0) > 0;
    *is = db_get_int(rows, 1) > 0;
    return true;
}

static bool need_member(Call *call, const Uuid *group, const Uuid *account, const char *pointer,
                        bool *is, GError **error)
{
    bool was = false;
    if (uuid_is_nil(account))
        return true;
    if (!find_member(call, group, account, &was, is, error))
        return false;
    if (!was)
        field_errors_add(&call->errors, pointer, "not-member",
                         "not a member of the group, and never was");
    return true;
}

/* All who are in it are members. */
static bool check_people(Call *call, const EntryRow *row, EntryHead *head, const AnyInput *input,
                         GError **error)
{
    bool is = false, ok = true;
    switch (row->kind) {
    case ENTRY_ATTENDANCE:
    case ENTRY_RSVP:
        ok = need_member(call, &head->group, &head->account, "#/account", &is, error);
        break;
    case ENTRY_VISITOR:
        ok = need_member(call, &head->group, &input->visitor.brought_by, "#/brought_by", &is,
                         error);
        break;
    case ENTRY_SLIP:
        ok = need_member(call, &head->group, &input->slip.from, "#/from", &is, error);
        is = false;
        ok = ok && need_member(call, &head->group, &input->slip.to, "#/to", &is, error);
        head->inside = is;
        break;
    case ENTRY_THANKS:
        ok = need_member(call, &head->group, &input->thanks.from, "#/from", &is, error) &&
             need_member(call, &head->group, &input->thanks.to, "#/to", &is, error);
        break;
    }
    return ok && call_valid(call, error);
}

static bool load_before(Call *call, const EntryRow *row, const Uuid *id, AnyEntry *before,
                        bool *found, GError **error)
{
    const char *sql = db_intern("SELECT %s FROM %s e WHERE e.id = $1",
                                row_columns(row->fields, "e"), row->sql_table);
    g_autoptr(DbRows) rows = db_query(call->db, error, sql, db_uuid(id));
    if (!rows)
        return false;
    *found = db_next(rows, error);
    if (*found)
        row_read(rows, 0, row->fields, before, ROW_COPY);
    return *found || db_rows_ok(rows);
}

typedef struct Entering {
    const EntryRow *row;
    const Meeting *meeting;
    unsigned rights;
    EntryHead head;
    AnyInput input;
} Entering;

static bool is_own(const Entering *entering, const Uuid *me, const AnyInput *input)
{
    return uuid_equal(entering->row->whose(input, &entering->head), me);
}

/* Neither may somebody make another's entry their own, nor an own one another's. */
static bool may_enter(const Entering *entering, const AnyInput *before, const Uuid *me,
                      GError **error)
{
    bool own = is_own(entering, me, &entering->input) && (!before || is_own(entering, me, before));
    bool follow_up = entering->row->kind == ENTRY_VISITOR && before &&
                     visitor_is_follow_up(&before->visitor, &entering->input.visitor);
    return entry_may(entering->meeting->state, entering->row->kind, entering->rights, own,
                     follow_up, error);
}

static bool is_removed(const EntryRow *row, const AnyInput *input)
{
    const Field *field = field_find(row->input, "removed");
    return field && *(const bool *)field_at(field, input);
}

/* Officers read with a request how often who asks was a visitor before. */
static bool tell_requests(Call *call, const Uuid *group, const VisitorInput *visitor,
                          GError **error)
{
    Uuid officers = group_officers_scope(group);
    if (!visitor->email || !*visitor->email)
        return true;
    g_autofree char *key = email_fold(visitor->email);
    g_autoptr(DbRows) rows = db_query(call->db, error, requests_sql, db_text(key), db_uuid(group));
    while (rows && db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0);
        change_note(call, &officers, OBJECT_REQUEST, &id, false);
    }
    return rows && db_rows_ok(rows);
}

static bool store(Call *call, Entering *entering, const EntryHead *before_head,
                  const AnyInput *before, GError **error)
{
    const EntryRow *row = entering->row;
    AnyEntry entry;
    entering->head.rev = before_head->rev + 1;
    row->build(&entry, &entering->head, &entering->input);
    if (before)
        row->note(call, &entering->head, before, true); /* whom it is no longer about */
    if (row->kind == ENTRY_VISITOR &&
        (!tell_requests(call, &entering->head.group, &entering->input.visitor, error) ||
         (before && !tell_requests(call, &entering->head.group, &before->visitor, error))))
        return false;
    row->note(call, &entering->head, &entering->input, is_removed(row, &entering->input));
    return row_upsert(call->db, row->sql_table, "id", row->fields, &entry, error);
}

/* The meeting is locked, and what is in the way of it is told before anything else. */
static bool enter(Call *call, Entering *entering, const Uuid *me, int *status, GError **error)
{
    const EntryRow *row = entering->row;
    AnyEntry stored;
    AnyInput before;
    EntryHead before_head = { 0 };
    bool found = false;
    if (!load_before(call, row, &entering->head.id, &stored, &found, error))
        return false;
    if (found)
        row->view(&stored, &before, &before_head);
    bool ok = !found || uuid_equal(&before_head.meeting, &entering->head.meeting) ||
              problem_set(error, PROBLEM_ALREADY_EXISTS, "This id is taken: make another");
    ok = ok && may_enter(entering, found ? &before : NULL, me, error) &&
         check_people(call, row, &entering->head, &entering->input, error);
    *status = found ? 200 : 201;
    if (ok && (!found || entry_wins(row->input, &entering->input, &entering->head.by, &before,
                                    &before_head.by)))
        ok = store(call, entering, &before_head, found ? &before : NULL, error);
    if (found)
        fields_clear(row->fields, &stored);
    return ok;
}

static void stamp(const EntryRow *row, AnyInput *input, gint64 now)
{
    gint64 *at = field_at(field_find(row->input, "entered_at"), input);
    *at = entry_time(*at, now);
}

static bool put(Call *call, EntryKind kind, GError **error)
{
    const EntryRow *row = &entry_rows[kind];
    const Uuid *me = &call->principal.account;
    g_auto(Meeting) meeting = { 0 };
    Entering entering = { .row = row, .meeting = &meeting };
    int status = 200;
    if (!meeting_lock(call->db, me, &call->id, &meeting, &entering.rights, error))
        return false;
    memcpy(&entering.input, call->body, row->input->size);
    stamp(row, &entering.input, call->now);
    if (row->valid)
        row->valid(&entering.input, &call->errors);
    entering.head = (EntryHead){ .id = id_of(call, row),
                                 .meeting = call->id,
                                 .group = meeting.group,
                                 .account = row->by_account ? call->sub : (Uuid){ { 0 } },
                                 .by = *me };
    return call_valid(call, error) && enter(call, &entering, me, &status, error) &&
           reply_seen(call, row, &entering.head.id, &call->id, status, error);
}

bool rsvp_by_mail(Call *call, const Uuid *id, const Uuid *account, const RsvpInput *input,
                  GError **error)
{
    g_auto(Meeting) meeting = { 0 };
    Entering entering = { .row = &entry_rows[ENTRY_RSVP], .meeting = &meeting };
    int status;
    if (!meeting_lock(call->db, account, id, &meeting, &entering.rights, error))
        return false;
    entering.input.rsvp = *input;
    stamp(entering.row, &entering.input, call->now);
    entering.head = (EntryHead){
        .id = entry_id(id, account), .meeting = *id, .group = meeting.group, .account = *account
    };
    return enter(call, &entering, account, &status, error);
}

const char *meeting_entry_hot_sql(int i)
{
    const int n = (int)G_N_ELEMENTS(entry_rows);
    if (i < n)
        return list_sql(&entry_rows[i]);
    if (i < 2 * n)
        return seen_sql(&entry_rows[i - n]);
    return i == 2 * n ? member_sql : i == 2 * n + 1 ? requests_sql : NULL;
}

#define KIND(name, kind)                                                                           \
    static bool put_##name(Call *call, GError **error)                                             \
    {                                                                                              \
        return put(call, kind, error);                                                             \
    }                                                                                              \
    static bool read_##name(Call *call, GError **error)                                            \
    {                                                                                              \
        return read_one(call, kind, error);                                                        \
    }
KIND(attendance, ENTRY_ATTENDANCE)
KIND(rsvp, ENTRY_RSVP)
KIND(visitor, ENTRY_VISITOR)
KIND(slip, ENTRY_SLIP)
KIND(thanks, ENTRY_THANKS)
#undef KIND

#define LIST_OF(table) "{'type':'array','items':" SCHEMA_REF(table) "}"
#define ENTRIES_SCHEMA                                                                             \
    "{'type':'object','required':['attendance','rsvps','visitors','slips','thanks'],"              \
    "'properties':{'attendance':" LIST_OF("attendance") ",'rsvps':" LIST_OF(                       \
        "rsvp") ","                                                                                \
                "'visitors':" LIST_OF("visitor") ",'slips':" LIST_OF("slip") ",'thanks':" LIST_OF( \
                    "thanks") "}}"

#define READ(table, name)                                                                          \
    ACCESS_USER, LANE_READ, 0, .reply = &table##_fields, .handler = read_##name,                   \
                               .summary = "What was entered"
#define PUT(table, name, text)                                                                     \
    ACCESS_USER, LANE_WRITE, 0, .body = &name##_input_fields, .reply = &table##_fields,            \
                                .handler = put_##name, .summary = (text)

const Route meeting_entry_routes[] = {
    { .method = "GET",
      .path = "/v1/meetings/{id}/entries",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_SNAPSHOT,
      .handler = read_all,
      .summary = "All that was entered at a meeting, as far as the caller sees it",
      .reply_schema = ENTRIES_SCHEMA },
    { "GET", "/v1/meetings/{id}/attendance/{account}", READ(attendance, attendance) },
    { "PUT", "/v1/meetings/{id}/attendance/{account}",
      PUT(attendance, attendance,
          "Whether a member was there (P A L M S); the later entry stays") },
    { "GET", "/v1/meetings/{id}/rsvp/{account}", READ(rsvp, rsvp) },
    { "PUT", "/v1/meetings/{id}/rsvp/{account}",
      PUT(rsvp, rsvp, "Whether a member will come: one's own, or entered by an officer") },
    { "GET", "/v1/meetings/{id}/visitors/{sub}", READ(visitor, visitor) },
    { "PUT", "/v1/meetings/{id}/visitors/{sub}",
      PUT(visitor, visitor, "A visitor, and what became of them") },
    { "GET", "/v1/meetings/{id}/slips/{sub}", READ(meeting_slip, slip) },
    { "PUT", "/v1/meetings/{id}/slips/{sub}",
      PUT(meeting_slip, slip, "A slip that was passed in the room") },
    { "GET", "/v1/meetings/{id}/thanks/{sub}", READ(thanks, thanks) },
    { "PUT", "/v1/meetings/{id}/thanks/{sub}",
      PUT(thanks, thanks, "Thanks for business; the amount is the giver's to see") },
    { 0 },
};
