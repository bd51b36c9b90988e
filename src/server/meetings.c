/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/meetings.h"

#include "db/row.h"
#include "server/audit.h"
#include "server/changes.h"
#include "server/families.h"
#include "server/groups.h"

void meeting_clear(Meeting *meeting)
{
    fields_clear(&meeting_fields, meeting);
}

static void input_clear(MeetingInput *input)
{
    fields_clear(&meeting_input_fields, input);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MeetingInput, input_clear)

const char *meeting_columns(void)
{
    return row_columns(&meeting_fields, "m");
}

/* ---- reading and writing the row */

static const char *load_sql(void)
{
    return db_intern("SELECT %s, v.role FROM meeting m JOIN membership v ON v.group_id = m.group_id"
                     " WHERE m.id = $2 AND v.account = $1 AND v.state = 1",
                     meeting_columns());
}
G_STATIC_ASSERT(MEMBERSHIP_ACTIVE == 1);

static bool read_row(DbRows *rows, Meeting *out, GError **error)
{
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) ? problem_set(error, PROBLEM_NOT_FOUND, "There is no such meeting")
                                : false;
    row_read(rows, 0, &meeting_fields, out, ROW_COPY);
    return true;
}

bool meeting_load(Db *db, const Uuid *viewer, const Uuid *id, Meeting *out, unsigned *rights,
                  GError **error)
{
    g_autoptr(DbRows) rows = db_query(db, error, load_sql(), db_uuid(viewer), db_uuid(id));
    if (!read_row(rows, out, error))
        return false;
    if (rights)
        *rights = group_rights((GroupRole)db_get_int(rows, row_n_columns(&meeting_fields)));
    return true;
}

bool meeting_lock(Db *db, const Uuid *viewer, const Uuid *id, Meeting *out, unsigned *rights,
                  GError **error)
{
    return (db_engine(db) == DB_ENGINE_SQLITE ||
            db_exec(db, error, "SELECT id FROM meeting WHERE id = $1 FOR NO KEY UPDATE",
                    db_uuid(id))) &&
           meeting_load(db, viewer, id, out, rights, error);
}

bool meeting_row_load(Db *db, const Uuid *id, Meeting *out, GError **error)
{
    const char *sql = db_intern("SELECT %s FROM meeting m WHERE m.id = $1", meeting_columns());
    g_autoptr(DbRows) rows = db_query(db, error, sql, db_uuid(id));
    return read_row(rows, out, error);
}

bool meeting_store(Call *call, const Meeting *meeting, bool planned, GError **error)
{
    change_note(call, &meeting->group, OBJECT_MEETING, &meeting->id, false);
    return row_upsert(call->db, "meeting", "id", &meeting_fields, meeting, error) &&
           db_exec(call->db, error, "UPDATE meeting SET planned = $2 WHERE id = $1",
                   db_uuid(&meeting->id), db_int(planned));
}

/* Of that group, and of no other. */
static bool load_in_group(Call *call, Meeting *out, unsigned *rights, GError **error)
{
    if (!meeting_load(call->db, &call->principal.account, &call->sub, out, rights, error))
        return false;
    return uuid_equal(&out->group, &call->id) ||
           problem_set(error, PROBLEM_NOT_FOUND, "There is no such meeting");
}

static bool lock_in_group(Call *call, Meeting *out, unsigned *rights, GError **error)
{
    if (!meeting_lock(call->db, &call->principal.account, &call->sub, out, rights, error))
        return false;
    return uuid_equal(&out->group, &call->id) ||
           problem_set(error, PROBLEM_NOT_FOUND, "There is no such meeting");
}

static bool reply_with(Call *call, const Meeting *meeting, int status)
{
    call->reply.status = status;
    call->reply.rev = meeting->rev;
    json_put_object(call->reply.body, &meeting_fields, meeting);
    return true;
}

static bool read_one(Call *call, GError **error)
{
    g_auto(Meeting) meeting = { 0 };
    return load_in_group(call, &meeting, NULL, error) && reply_with(call, &meeting, 200);
}

/* ---- the list, by time */

static const char *list_sql(void)
{
    return db_intern("SELECT %s FROM meeting m WHERE m.group_id = $1 AND (m.starts_at, m.id) >"
                     " ($2, $3) AND m.starts_at < $4 AND ($5 = 0 OR m.state = $5)"
                     " ORDER BY m.starts_at, m.id LIMIT $6",
                     meeting_columns());
}

static bool read_time(Call *call, const char *name, gint64 *out)
{
    const char *text = call_query(call, name);
    if (!text || time_parse(text, out))
        return true;
    g_autofree char *pointer = g_strconcat("#/", name, NULL);
    field_errors_add(&call->errors, pointer, "invalid", "%s: a time (2026-11-26T07:00:00Z)", name);
    return false;
}

typedef struct ListAsk {
    gint64 from, to;
    Uuid after;
    int state, limit;
} ListAsk;

static bool read_ask(Call *call, ListAsk *ask, GError **error)
{
    const char *state = call_query(call, "state");
    gint64 from = 0;
    ask->to = G_MAXINT64;
    ask->state = state ? enum_value(&meeting_states, state) : 0;
    if (state && !ask->state)
        field_errors_add(&call->errors, "#/state", "invalid", "state: not one of its codes");
    read_time(call, "from", &from);
    read_time(call, "to", &ask->to);
    if (!call_valid(call, error) || !call_limit(call, &ask->limit, error) ||
        !call_cursor(call, &ask->from, &ask->after, error))
        return false;
    if (!call_query(call, "cursor"))
        ask->from = from - 1; /* what begins then is in */
    return true;
}

/* db_uuid() would make NULL of the nil one that a list begins with. */
static DbValue place(const Uuid *id)
{
    return (DbValue){ .kind = DB_UUID, .data = id, .length = sizeof *id };
}

static bool list(Call *call, GError **error)
{
    ListAsk ask = { 0 };
    bool more = false;
    if (!group_need(call, &call->id, 0, error) || !read_ask(call, &ask, error))
        return false;
    g_autoptr(DbRows) rows = db_query(call->db, error, list_sql(), db_uuid(&call->id),
                                      db_int(ask.from), place(&ask.after), db_int(ask.to),
                                      db_int(ask.state), db_int(ask.limit + 1));
    if (!rows)
        return false;
    g_string_append(call->reply.body, "{\"items\":[");
    for (int n = 0; db_next(rows, error); n++) {
        g_auto(Meeting) meeting = { 0 };
        more = n == ask.limit;
        if (more)
            break;
        row_read(rows, 0, &meeting_fields, &meeting, ROW_COPY);
        g_string_append(call->reply.body, n ? "," : "");
        json_put_object(call->reply.body, &meeting_fields, &meeting);
        ask.from = meeting.input.starts_at;
        ask.after = meeting.id;
    }
    if (!more && !db_rows_ok(rows))
        return false;
    call_put_next(call, more, ask.from, &ask.after);
    return true;
}

/* ---- PUT: one that no schedule makes */

static void check_zone(Call *call, const MeetingInput *input)
{
    g_autoptr(GTimeZone) zone = input->time_zone && *input->time_zone
                                    ? g_time_zone_new_identifier(input->time_zone)
                                    : g_time_zone_new_utc();
    if (!zone)
        field_errors_add(&call->errors, "#/time_zone", "invalid",
                         "time_zone: a name such as Europe/London");
}

static bool input_valid(Call *call, const MeetingInput *input, GError **error)
{
    meeting_input_validate(input, &call->errors);
    check_zone(call, input);
    return call_valid(call, error);
}

/* What it does not say is as for all meetings of the group. */
static void settle(MeetingInput *input, const GroupInput *group)
{
    if (!input->time_zone || *input->time_zone == '\0') {
        g_free(input->time_zone);
        input->time_zone = g_strdup(group->time_zone);
    }
    if (!input->place || *input->place == '\0') {
        g_free(input->place);
        input->place = g_strdup(group->place);
    }
    if (!input->duration)
        input->duration = group->duration;
}

/* The same again is no error. */
static bool answer_existing(Call *call, const MeetingInput *input, bool *found, GError **error)
{
    g_auto(Meeting) meeting = { 0 };
    GError *problem = NULL;
    *found = load_in_group(call, &meeting, NULL, &problem);
    if (problem_is(problem, PROBLEM_NOT_FOUND)) {
        g_clear_error(&problem);
        return true;
    }
    if (problem) {
        g_propagate_error(error, problem);
        return false;
    }
    if (fields_equal(&meeting_input_fields, &meeting.input, input))
        return reply_with(call, &meeting, 200);
    json_put_object(call_put_current(call), &meeting_fields, &meeting);
    return problem_set(error, PROBLEM_PRECONDITION_FAILED, "There is a meeting with this id");
}

static bool insert(Call *call, const MeetingInput *input, GError **error)
{
    g_auto(Meeting) meeting = { .id = call->sub,
                                .rev = 1,
                                .created_at = call->now,
                                .updated_at = call->now,
                                .group = call->id,
                                .state = MEETING_SCHEDULED };
    gint64 elsewhere = 0;
    fields_copy(&meeting_input_fields, &meeting.input, input);
    if (!db_get_one_int(call->db, error, &elsewhere, "SELECT COUNT(*) FROM meeting WHERE id = $1",
                        db_uuid(&call->sub)))
        return false;
    if (elsewhere)
        return problem_set(error, PROBLEM_ALREADY_EXISTS, "This id is taken: make another");
    return meeting_store(call, &meeting, false, error) &&
           audit_put(call, "meeting.create", &meeting.id, error) && reply_with(call, &meeting, 201);
}

static bool create(Call *call, GError **error)
{
    g_auto(Group) group = { 0 };
    g_auto(MeetingInput) input = { 0 };
    bool found = false;
    if (!group_need(call, &call->id, RIGHT_MEETINGS, error) ||
        !group_row_load(call->db, &call->id, &group, error) || !group_need_active(&group, error))
        return false;
    fields_copy(&meeting_input_fields, &input, call->body);
    settle(&input, &group.input);
    return input_valid(call, &input, error) && answer_existing(call, &input, &found, error) &&
           (found || insert(call, &input, error));
}

/* ---- PATCH */

static bool refuse_stale(Call *call, const Meeting *meeting, GError **error)
{
    if (call_check_rev(call, meeting->rev, error))
        return true;
    json_put_object(call_put_current(call), &meeting_fields, meeting);
    return false;
}

static bool change_store(Call *call, Meeting *meeting, const MeetingInput *input, GError **error)
{
    if (fields_equal(&meeting_input_fields, &meeting->input, input))
        return true;
    meeting->sequence += meeting_is_moved(&meeting->input, input);
    fields_clear(&meeting_input_fields, &meeting->input);
    meeting->input = (MeetingInput){ 0 };
    fields_copy(&meeting_input_fields, &meeting->input, input);
    meeting->rev++;
    meeting->updated_at = call->now;
    return meeting_store(call, meeting, false, error) &&
           audit_put(call, "meeting.change", &meeting->id, error);
}

static bool change(Call *call, GError **error)
{
    g_auto(Meeting) meeting = { 0 };
    g_auto(MeetingInput) input = { 0 };
    if (!group_need(call, &call->id, RIGHT_MEETINGS, error) ||
        !lock_in_group(call, &meeting, NULL, error) || !refuse_stale(call, &meeting, error))
        return false;
    fields_copy(&meeting_input_fields, &input, &meeting.input);
    json_decode(call->json, &meeting_input_fields, &input, JSON_PATCH, "#", &call->errors);
    if (!field_errors_any(&call->errors))
        fields_validate(&meeting_input_fields, &input, "#", &call->errors);
    return input_valid(call, &input, error) &&
           meeting_may_change(meeting.state, &meeting.input, &input, error) &&
           change_store(call, &meeting, &input, error) && reply_with(call, &meeting, 200);
}

/* ---- what becomes of it */

static const char *const audit_names[] = {
    [MEETING_OPENS] = "meeting.open",         [MEETING_CLOSES] = "meeting.close",
    [MEETING_COMPLETES] = "meeting.complete", [MEETING_REOPENS] = "meeting.reopen",
    [MEETING_CANCELS] = "meeting.cancel",     [MEETING_IS_HOLIDAY] = "meeting.holiday",
    [MEETING_DISCARDS] = "meeting.discard",
};

static bool act(Call *call, MeetingEvent event, GError **error)
{
    g_auto(Meeting) meeting = { 0 };
    unsigned rights;
    if (!lock_in_group(call, &meeting, &rights, error) ||
        !meeting_may(meeting.state, event, rights, error))
        return false;
    meeting_act_validate(call->body, event, &call->errors);
    if (!call_valid(call, error))
        return false;
    meeting_apply(&meeting, event, call->body, call->now);
    meeting.rev++;
    return meeting_store(call, &meeting, false, error) &&
           audit_put(call, audit_names[event], &meeting.id, error) &&
           reply_with(call, &meeting, 200);
}

#define ACT(name, event)                                                                           \
    static bool name(Call *call, GError **error)                                                   \
    {                                                                                              \
        return act(call, event, error);                                                            \
    }
ACT(opens, MEETING_OPENS)
ACT(closes, MEETING_CLOSES)
ACT(completes, MEETING_COMPLETES)
ACT(reopens, MEETING_REOPENS)
ACT(cancels, MEETING_CANCELS)
ACT(is_holiday, MEETING_IS_HOLIDAY)
ACT(discards, MEETING_DISCARDS)
#undef ACT

const char *meeting_hot_sql(int i)
{
    return i == 0 ? load_sql() : i == 1 ? list_sql() : NULL;
}

#define ACT(function, text)                                                                        \
    ACCESS_USER, LANE_WRITE, 0, .body = &meeting_act_fields, .reply = &meeting_fields,             \
                                .handler = (function), .summary = (text)

const Route meeting_routes[] = {
    { .method = "GET",
      .path = "/v1/groups/{id}/meetings",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_LIST,
      .reply = &meeting_fields,
      .handler = list,
      .query = "from to state limit cursor",
      .summary = "Meetings of a group by time, for its members; from and to: when they begin" },
    { .method = "GET",
      .path = "/v1/groups/{id}/meetings/{sub}",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .reply = &meeting_fields,
      .handler = read_one,
      .summary = "A meeting" },
    { .method = "PUT",
      .path = "/v1/groups/{id}/meetings/{sub}",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .flags = ROUTE_IF_NONE_MATCH,
      .body = &meeting_input_fields,
      .reply = &meeting_fields,
      .handler = create,
      .summary = "A meeting beside those of the schedule; the group's zone, place and length where "
                 "it says none" },
    { .method = "PATCH",
      .path = "/v1/groups/{id}/meetings/{sub}",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .flags = ROUTE_IF_MATCH,
      .body = &meeting_input_fields,
      .reply = &meeting_fields,
      .handler = change,
      .summary = "Change a meeting: time and place while it is scheduled, all else as long as it "
                 "was not called off" },
    { "POST", "/v1/groups/{id}/meetings/{sub}/open", ACT(opens, "Begin to enter") },
    { "POST", "/v1/groups/{id}/meetings/{sub}/close",
      ACT(closes, "The room is empty: somebody looks it over") },
    { "POST", "/v1/groups/{id}/meetings/{sub}/complete",
      ACT(completes, "Its figures go into reports") },
    { "POST", "/v1/groups/{id}/meetings/{sub}/reopen",
      ACT(reopens, "A leader takes it out of reports again, with a reason") },
    { "POST", "/v1/groups/{id}/meetings/{sub}/cancel",
      ACT(cancels, "It does not take place, with a reason") },
    { "POST", "/v1/groups/{id}/meetings/{sub}/holiday",
      ACT(is_holiday, "It does not take place: a holiday") },
    { "POST", "/v1/groups/{id}/meetings/{sub}/discard",
      ACT(discards, "What was entered is nothing") },
    { 0 },
};
