/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/requests.h"

#include "db/row.h"
#include "model/business_type.h"
#include "server/audit.h"
#include "server/changes.h"
#include "server/families.h"
#include "server/group_mail.h"
#include "server/members.h"
#include "server/profile_store.h"
#include "server/vetting.h"

#define OPEN_MAX 20
#define REST_AFTER_REFUSAL (30 * MS_PER_DAY)

static void request_clear(MembershipRequest *request)
{
    fields_clear(&membership_request_fields, request);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MembershipRequest, request_clear)

/* ---- the columns of membership_request_fields; %1$s is true for an officer */

#define IN_ANOTHER                                                                                 \
    "EXISTS (SELECT 1 FROM membership o CROSS JOIN leads_group x WHERE o.account = q.account"      \
    " AND o.state = 1 AND o.group_id <> q.group_id AND x.id = o.group_id AND x.state IN (2, 3)"
#define CONFLICT                                                                                   \
    "CASE WHEN " IN_ANOTHER " AND x.exclusive = 1 AND o.role <> 2) THEN 2"                         \
    " WHEN g.exclusive = 1 AND " IN_ANOTHER ") THEN 3 ELSE 1 END"
#define SEAT_HOLDER                                                                                \
    "(SELECT t.name FROM membership s CROSS JOIN account t WHERE s.group_id = q.group_id"          \
    " AND s.seat = q.seat AND s.state = 1 AND t.id = s.account)"
#define IF_OPEN "CASE WHEN %1$s AND q.state IN (1, 2)"
#define ASKED(test)                                                                                \
    "CASE WHEN %1$s THEN " VETTING_REFERENCES("q.group_id", "q.account", test) " ELSE 0 END"
#define VISITS                                                                                     \
    "CASE WHEN %1$s THEN (SELECT COUNT(*) FROM visitor w WHERE w.group_id = q.group_id"            \
    " AND LOWER(w.email) = a.email_key AND w.removed = 0) ELSE 0 END"
#define DECIDER(column) "CASE WHEN %1$s OR g.directory = 1 THEN d." column " END, "

static const char columns_format[] =
    "q.id, q.rev, q.created_at, q.updated_at, q.group_id, g.name, q.account, a.name,"
    " a.company_name, q.business_type, q.message, q.refs, q.state, q.question, q.answer,"
    " q.reason, " DECIDER("id") DECIDER("name")
        DECIDER("company_name") "q.decided_at, " IF_OPEN
                                " AND g.seat_by_category = 1 THEN " SEAT_HOLDER " END, " IF_OPEN
                                " THEN " CONFLICT
                                " END, " ASKED("= 1") ", " ASKED("<> 1") ", " VISITS;
G_STATIC_ASSERT(REQUEST_REQUESTED == 1 && REQUEST_ASKED == 2 && ROLE_LEADER == 2);
G_STATIC_ASSERT(CONFLICT_NONE == 1 && CONFLICT_OTHER_EXCLUSIVE == 2 &&
                CONFLICT_THIS_EXCLUSIVE == 3);
G_STATIC_ASSERT(DIRECTORY_PUBLIC == 1 && GROUP_ACTIVE == 2 && GROUP_SUSPENDED == 3);

const char *request_columns_in_scope(void)
{
    return db_intern(columns_format, "c.scope_id <> q.account");
}

/* Whoever may read it is an officer, or who asked. */
const char *request_columns(void)
{
    return db_intern(columns_format, "q.account <> $1");
}

static const char *load_sql(void)
{
    return db_intern("SELECT %s FROM " REQUEST_FROM " WHERE q.id = $2 AND q.group_id = $3"
                     " AND " REQUEST_VISIBLE " AND " REQUEST_JOIN,
                     request_columns());
}

static bool load(Call *call, MembershipRequest *out, GError **error)
{
    g_autoptr(DbRows)
        rows = db_query(call->db, error, load_sql(), db_uuid(&call->principal.account),
                        db_uuid(&call->sub), db_uuid(&call->id));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) ? problem_set(error, PROBLEM_NOT_FOUND, "There is no such request")
                                : false;
    row_read(rows, 0, &membership_request_fields, out, ROW_COPY);
    return true;
}

/* ---- GET */

static bool reply_now(Call *call, int status, GError **error)
{
    g_auto(MembershipRequest) request = { 0 };
    if (!load(call, &request, error))
        return false;
    call->reply.status = status;
    call->reply.rev = request.rev;
    json_put_object(call->reply.body, &membership_request_fields, &request);
    return true;
}

static bool read_one(Call *call, GError **error)
{
    return reply_now(call, 200, error);
}

static const char *list_sql(void)
{
    return db_intern("SELECT %s FROM " REQUEST_FROM " WHERE q.group_id = $2"
                     " AND (q.created_at, q.id) < ($3, $4) AND ($6 = 0 OR q.state = $6"
                     " OR ($6 = -1 AND q.state IN (1, 2))) AND " REQUEST_VISIBLE
                     " AND " REQUEST_JOIN " ORDER BY q.created_at DESC, q.id DESC LIMIT $5",
                     request_columns());
}

const char *request_hot_sql(int i)
{
    return i == 0 ? load_sql() : i == 1 ? list_sql() : NULL;
}

/* "open" is both states in which it waits for somebody. */
static int read_state(Call *call, GError **error)
{
    const char *text = call_query(call, "state");
    int state = !text ? 0 : g_str_equal(text, "open") ? -1 : enum_value(&request_states, text);
    if (text && !state)
        field_errors_add(&call->errors, "#/state", "invalid", "state: not one of its codes");
    return state;
}

static bool list(Call *call, GError **error)
{
    g_auto(Group) group = { 0 };
    int limit = 0, state = read_state(call, error);
    gint64 at = 0;
    Uuid id;
    if (!call_valid(call, error) || !call_limit(call, &limit, error) ||
        !call_cursor_newest(call, &at, &id, error) ||
        !group_load(call->db, &call->principal.account, &call->id, &group, error))
        return false;
    g_autoptr(DbRows) rows = db_query(call->db, error, list_sql(),
                                      db_uuid(&call->principal.account), db_uuid(&call->id),
                                      db_int(at), db_uuid(&id), db_int(limit + 1), db_int(state));
    return call_put_page(call, rows, limit, &membership_request_fields, "created_at", error);
}

/* ---- guards: the same when it is asked and when it is approved */

static bool check_not_member(Call *call, const Group *group, const Uuid *account, bool oneself,
                             GError **error)
{
    GroupRole role;
    return group_role(call->db, &group->id, account, &role, error) &&
           (!role || problem_set(error, PROBLEM_ALREADY_EXISTS, "%s in the group already",
                                 oneself ? "You are" : "They are"));
}

static bool check_seats(Call *call, const Group *group, const char *business_type, GError **error)
{
    if (group->input.seats && group->members >= group->input.seats)
        return problem_set(error, PROBLEM_GROUP_FULL, "All %" G_GINT64_FORMAT " seats are taken",
                           group->input.seats);
    return seat_check(call->db, group, business_type, NULL, error);
}

static bool check_all(Call *call, const Group *group, const Uuid *account,
                      const char *business_type, bool oneself, GError **error)
{
    GroupConflict conflict;
    return group_need_active(group, error) &&
           (group->input.open ||
            problem_set(error, PROBLEM_GROUP_NOT_OPEN, "The group takes no new members now")) &&
           check_not_member(call, group, account, oneself, error) &&
           check_seats(call, group, business_type, error) &&
           exclusivity_check(call->db, group, account, false, &conflict, error) &&
           exclusivity_refuse(conflict, oneself, error);
}

/* ---- who is told */

static void tell(Call *call, const Uuid *group, const Uuid *account, const Uuid *id)
{
    Uuid officers = group_officers_scope(group);
    change_note(call, account, OBJECT_REQUEST, id, false);
    change_note(call, &officers, OBJECT_REQUEST, id, false);
}

/* ---- PUT */

/* What went before between the two. */
static bool check_history(Call *call, GError **error)
{
    const Uuid *me = &call->principal.account;
    gint64 open = 0, here = 0, refused = 0;
    if (!db_get_one_int(call->db, error, &open,
                        "SELECT COUNT(*) FROM membership_request WHERE account = $1"
                        " AND state IN (1, 2)",
                        db_uuid(me)) ||
        !db_get_one_int(call->db, error, &here,
                        "SELECT COUNT(*) FROM membership_request WHERE account = $1"
                        " AND group_id = $2 AND state IN (1, 2)",
                        db_uuid(me), db_uuid(&call->id)) ||
        !db_get_one_int(call->db, error, &refused,
                        "SELECT COALESCE(MAX(decided_at), 0) FROM membership_request"
                        " WHERE account = $1 AND group_id = $2 AND state = 4",
                        db_uuid(me), db_uuid(&call->id)))
        return false;
    if (here)
        return problem_set(error, PROBLEM_ALREADY_EXISTS,
                           "You have asked already, and it is not decided yet");
    if (refused && call->now < refused + REST_AFTER_REFUSAL)
        return problem_set(error, PROBLEM_TOO_SOON, "It was declined: ask again after 30 days");
    return open < OPEN_MAX || problem_set(error, PROBLEM_INVITATION_LIMIT,
                                          "%d of your requests wait for an answer, which is the "
                                          "most: withdraw some",
                                          OPEN_MAX);
}
G_STATIC_ASSERT(REQUEST_DECLINED == 4);

bool request_insert(Call *call, const MembershipRequest *request, GError **error)
{
    g_autofree char *seat = business_type_seat(request->business_type);
    g_autofree char *refs = request->references ? g_strjoinv("\n", request->references) : NULL;
    GError *problem = NULL;
    tell(call, &request->group, &request->from.account, &request->id);
    if (db_exec(
            call->db, &problem,
            "INSERT INTO membership_request (id, rev, created_at, updated_at, group_id, account,"
            " business_type, seat, message, refs, state, question, answer, reason, decided_by,"
            " decided_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
            " $15, $16)",
            db_uuid(&request->id), db_int(request->rev), db_int(request->created_at),
            db_int(request->updated_at), db_uuid(&request->group), db_uuid(&request->from.account),
            db_text(request->business_type), db_text(seat), db_text(request->message),
            db_text(refs), db_int(request->state), db_text(request->question),
            db_text(request->answer), db_text(request->reason),
            db_uuid(&request->decided_by.account), db_time(request->decided_at)))
        return true;
    if (!problem_is(problem, PROBLEM_DATABASE_UNIQUE)) {
        g_propagate_error(error, problem);
        return false;
    }
    g_clear_error(&problem);
    return problem_set(error, PROBLEM_PRECONDITION_FAILED,
                       "There is another request with this id: make a new id");
}

static bool own_business(Call *call, char **out, GError **error)
{
    const NewMembershipRequest *input = call->body;
    g_autoptr(DbRows)
        rows = db_query(call->db, error, "SELECT business_type FROM account WHERE id = $1",
                        db_uuid(&call->principal.account));
    if (!rows || !db_next(rows, error))
        return rows && db_rows_ok(rows);
    bool given = input->business_type && *input->business_type;
    *out = given ? business_type_store(input->business_type) : g_strdup(db_get_text(rows, 0));
    return true;
}

/* The id is taken: with the same content it is the same request again. */
static bool answer_existing(Call *call, bool *found, GError **error)
{
    const NewMembershipRequest *input = call->body;
    g_auto(MembershipRequest) old = { 0 };
    GError *problem = NULL;
    *found = load(call, &old, &problem);
    if (!*found) {
        bool none = problem_is(problem, PROBLEM_NOT_FOUND);
        if (!none)
            g_propagate_error(error, g_steal_pointer(&problem));
        g_clear_error(&problem);
        return none;
    }
    if (uuid_equal(&old.from.account, &call->principal.account) &&
        g_strcmp0(old.message, input->message) == 0)
        return true;
    json_put_object(call_put_current(call), &membership_request_fields, &old);
    return problem_set(error, PROBLEM_PRECONDITION_FAILED,
                       "There is another request with this id: make a new id");
}

static bool ask(Call *call, const Group *group, GError **error)
{
    g_autofree char *business_type = NULL;
    const Uuid *me = &call->principal.account;
    const NewMembershipRequest *input = call->body;
    if (!own_business(call, &business_type, error) ||
        !check_all(call, group, me, business_type, true, error) || !check_history(call, error))
        return false;
    MembershipRequest request = { .id = call->sub,
                                  .rev = 1,
                                  .created_at = call->now,
                                  .updated_at = call->now,
                                  .group = call->id,
                                  .from.account = *me,
                                  .business_type = business_type,
                                  .message = input->message,
                                  .references = input->references,
                                  .state = REQUEST_REQUESTED };
    return request_insert(call, &request, error) &&
           group_mail_leaders(call, group, MAIL_REQUEST_RECEIVED, &call->sub, me, input->message,
                              error) &&
           audit_put(call, "request.create", &call->sub, error);
}

static bool create(Call *call, GError **error)
{
    g_auto(Group) seen = { 0 }, group = { 0 };
    bool found = false;
    if (!accounts_lock(call->db, &call->principal.account, NULL, error) ||
        !group_load(call->db, &call->principal.account, &call->id, &seen, error) ||
        !answer_existing(call, &found, error))
        return false;
    return (found ||
            (group_lock(call->db, &call->id, &group, error) && ask(call, &group, error))) &&
           reply_now(call, found ? 200 : 201, error);
}

/* ---- acts */

static bool store(Call *call, const MembershipRequest *request, GError **error)
{
    bool decided = request->state == REQUEST_APPROVED || request->state == REQUEST_DECLINED;
    return db_exec(call->db, error,
                   "UPDATE membership_request SET rev = rev + 1, updated_at = $2, state = $3,"
                   " question = $4, answer = $5, reason = $6, decided_at = $7, decided_by = $8"
                   " WHERE id = $1",
                   db_uuid(&request->id), db_int(call->now), db_int(request->state),
                   db_text(request->question), db_text(request->answer), db_text(request->reason),
                   db_time(request->decided_at),
                   decided ? db_uuid(&call->principal.account) : db_null());
}

static bool admit(Call *call, const Group *group, const MembershipRequest *request, GError **error)
{
    const Uuid *account = &request->from.account;
    return check_all(call, group, account, request->business_type, false, error) &&
           membership_begin(call, group, account, ROLE_MEMBER, request->business_type, NULL, error);
}

/* Who has to know: the other side. */
static bool mail(Call *call, const Group *group, const MembershipRequest *request,
                 RequestEvent event, const char *message, GError **error)
{
    static const MailType types[] = {
        [REQUEST_APPROVE] = MAIL_REQUEST_APPROVED,
        [REQUEST_DECLINE] = MAIL_REQUEST_DECLINED,
        [REQUEST_ASK] = MAIL_REQUEST_ANSWERED,
        [REQUEST_REPLY] = MAIL_REQUEST_ANSWERED,
    };
    if (event == REQUEST_WITHDRAW)
        return true;
    return event == REQUEST_REPLY ? group_mail_leaders(call, group, types[event], &request->id,
                                                       &request->from.account, message, error)
                                  : group_mail_member(call, group, types[event], &request->id,
                                                      &request->from.account, message, error);
}

static const char *const audit_names[] = {
    [REQUEST_APPROVE] = "request.approve",   [REQUEST_DECLINE] = "request.decline",
    [REQUEST_ASK] = "request.ask",           [REQUEST_REPLY] = "request.reply",
    [REQUEST_WITHDRAW] = "request.withdraw",
};

/* Whose it is never changes: it is read before anything is locked. */
static bool lock(Call *call, Group *group, MembershipRequest *request, GError **error)
{
    g_auto(MembershipRequest) before = { 0 };
    return load(call, &before, error) &&
           accounts_lock(call->db, &before.from.account, NULL, error) &&
           group_lock(call->db, &call->id, group, error) && load(call, request, error);
}

static bool act(Call *call, RequestEvent event, GError **error)
{
    g_auto(Group) group = { 0 };
    g_auto(MembershipRequest) request = { 0 };
    const RequestAnswer *answer = call->body;
    GroupRole role;
    if (!lock(call, &group, &request, error) ||
        !group_role(call->db, &call->id, &call->principal.account, &role, error) ||
        !request_may(&request, event, uuid_equal(&request.from.account, &call->principal.account),
                     group_rights(role), error))
        return false;
    request_answer_validate(event, answer, &call->errors);
    if (!call_valid(call, error) ||
        (event == REQUEST_APPROVE && !admit(call, &group, &request, error)))
        return false;
    request_apply(&request, event, answer, call->now);
    tell(call, &call->id, &request.from.account, &request.id);
    return store(call, &request, error) &&
           mail(call, &group, &request, event, answer->message, error) &&
           audit_put(call, audit_names[event], &request.id, error) && reply_now(call, 200, error);
}

static bool approve(Call *call, GError **error)
{
    return act(call, REQUEST_APPROVE, error);
}

static bool decline(Call *call, GError **error)
{
    return act(call, REQUEST_DECLINE, error);
}

static bool ask_more(Call *call, GError **error)
{
    return act(call, REQUEST_ASK, error);
}

static bool reply(Call *call, GError **error)
{
    return act(call, REQUEST_REPLY, error);
}

static bool withdraw(Call *call, GError **error)
{
    return act(call, REQUEST_WITHDRAW, error);
}

/* ---- with the account, or the group */

bool requests_erase(Call *call, const Uuid *account, GError **error)
{
    g_autoptr(DbRows)
        rows = db_query(call->db, error,
                        "UPDATE membership_request SET state = $2, rev = rev + 1, updated_at = $3"
                        " WHERE account = $1 AND state IN (1, 2) RETURNING id, group_id",
                        db_uuid(account), db_int(REQUEST_WITHDRAWN), db_int(call->now));
    while (rows && db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0), group = db_get_uuid(rows, 1);
        tell(call, &group, account, &id);
    }
    return rows && db_rows_ok(rows);
}

bool requests_close(Call *call, const Group *group, GError **error)
{
    static const char reason[] = "The group was closed.";
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "UPDATE membership_request SET state = $2, reason = $3, decided_at = $4, decided_by = $5,"
        " rev = rev + 1, updated_at = $4 WHERE group_id = $1 AND state IN (1, 2)"
        " RETURNING id, account",
        db_uuid(&group->id), db_int(REQUEST_DECLINED), db_text(reason), db_int(call->now),
        db_uuid(&call->principal.account));
    g_autoptr(GArray) told = g_array_new(FALSE, FALSE, sizeof(Uuid));
    while (rows && db_next(rows, error)) {
        Uuid pair[2] = { db_get_uuid(rows, 0), db_get_uuid(rows, 1) };
        tell(call, &group->id, &pair[1], &pair[0]);
        g_array_append_vals(told, pair, 2);
    }
    bool ok = rows && db_rows_ok(rows);
    for (guint i = 0; ok && i < told->len; i += 2)
        ok = group_mail_member(call, group, MAIL_REQUEST_DECLINED, &g_array_index(told, Uuid, i),
                               &g_array_index(told, Uuid, i + 1), reason, error);
    return ok;
}

const Route request_routes[] = {
    { .method = "GET",
      .path = "/v1/groups/{id}/requests",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_LIST | ROUTE_SNAPSHOT,
      .reply = &membership_request_fields,
      .handler = list,
      .query = "state limit cursor",
      .summary = "Requests to join, the newest first: for officers all, for others their own; "
                 "state=open for what waits" },
    { .method = "PUT",
      .path = "/v1/groups/{id}/requests/{sub}",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .flags = ROUTE_IF_NONE_MATCH,
      .body = &new_membership_request_fields,
      .reply = &membership_request_fields,
      .handler = create,
      .summary = "Ask to join a group" },
    { .method = "GET",
      .path = "/v1/groups/{id}/requests/{sub}",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_SNAPSHOT,
      .reply = &membership_request_fields,
      .handler = read_one,
      .summary = "A request of mine, or, as an officer, to my group, with what speaks against it" },
    { "POST", "/v1/groups/{id}/requests/{sub}/approve", ACCESS_USER, LANE_WRITE, 0,
      &request_answer_fields, &membership_request_fields, .handler = approve,
      .summary = "They are in: all that keeps somebody out is looked at again" },
    { "POST", "/v1/groups/{id}/requests/{sub}/decline", ACCESS_USER, LANE_WRITE, 0,
      &request_answer_fields, &membership_request_fields, .handler = decline,
      .summary = "Decline, with a reason that they are told" },
    { "POST", "/v1/groups/{id}/requests/{sub}/ask", ACCESS_USER, LANE_WRITE, 0,
      &request_answer_fields, &membership_request_fields, .handler = ask_more,
      .summary = "Ask the applicant for more" },
    { "POST", "/v1/groups/{id}/requests/{sub}/reply", ACCESS_USER, LANE_WRITE, 0,
      &request_answer_fields, &membership_request_fields, .handler = reply,
      .summary = "Answer what was asked" },
    { "POST", "/v1/groups/{id}/requests/{sub}/withdraw", ACCESS_USER, LANE_WRITE, 0,
      &request_answer_fields, &membership_request_fields, .handler = withdraw,
      .summary = "Take a request of mine back" },
    { 0 },
};
