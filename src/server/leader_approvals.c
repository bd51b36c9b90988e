/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/leader_approvals.h"

#include "db/row.h"
#include "server/audit.h"
#include "server/changes.h"
#include "server/families.h"
#include "server/group_mail.h"
#include "server/mail.h"
#include "server/members.h"
#include "server/profile_store.h"

static void approval_clear(LeaderApproval *approval)
{
    fields_clear(&leader_approval_fields, approval);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LeaderApproval, approval_clear)

const char *leader_approval_columns(void)
{
    return "p.id, p.rev, p.created_at, p.updated_at, p.group_id, g.name, p.account, a.name,"
           " a.company_name, p.kind, p.state, p.note, p.reason, p.decided_at";
}

/* One's own; an administrator's are all. */
#define VISIBLE                                                                                    \
    "(p.account = $1 OR EXISTS (SELECT 1 FROM account v WHERE v.id = $1 AND v.admin = 1))"

static const char *load_sql(void)
{
    return db_intern("SELECT %s FROM " APPROVAL_FROM " WHERE p.id = $2 AND " VISIBLE
                     " AND " APPROVAL_JOIN,
                     leader_approval_columns());
}

static const char *own_sql(void)
{
    return db_intern("SELECT %s FROM " APPROVAL_FROM " WHERE p.account = $1"
                     " AND (p.created_at, p.id) < ($2, $3) AND ($5 = 0 OR p.state = $5)"
                     " AND " APPROVAL_JOIN " ORDER BY p.created_at DESC, p.id DESC LIMIT $4",
                     leader_approval_columns());
}

static const char *all_sql(void)
{
    return db_intern("SELECT %s FROM " APPROVAL_FROM " WHERE (p.created_at, p.id) < ($2, $3)"
                     " AND ($5 = 0 OR p.state = $5) AND " VISIBLE " AND " APPROVAL_JOIN
                     " ORDER BY p.created_at DESC, p.id DESC LIMIT $4",
                     leader_approval_columns());
}

const char *leader_approval_hot_sql(int i)
{
    return i == 0 ? load_sql() : i == 1 ? own_sql() : i == 2 ? all_sql() : NULL;
}

bool leader_approved(Db *db, const Uuid *account, const Uuid *group, bool *approved, GError **error)
{
    gint64 n = 0;
    bool ok = db_get_one_int(db, error, &n,
                             "SELECT COUNT(*) FROM leader_approval WHERE account = $1"
                             " AND group_id = $2 AND state = 2",
                             db_uuid(account), db_uuid(group));
    *approved = n > 0;
    return ok;
}
G_STATIC_ASSERT(APPROVAL_APPROVED == 2);

/* ---- GET */

static bool load(Call *call, LeaderApproval *out, GError **error)
{
    g_autoptr(DbRows) rows = db_query(call->db, error, load_sql(),
                                      db_uuid(&call->principal.account), db_uuid(&call->id));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) ? problem_set(error, PROBLEM_NOT_FOUND, "There is no such approval")
                                : false;
    row_read(rows, 0, &leader_approval_fields, out, ROW_COPY);
    return true;
}

static bool reply_now(Call *call, int status, GError **error)
{
    g_auto(LeaderApproval) approval = { 0 };
    if (!load(call, &approval, error))
        return false;
    call->reply.status = status;
    call->reply.rev = approval.rev;
    json_put_object(call->reply.body, &leader_approval_fields, &approval);
    return true;
}

static bool read_one(Call *call, GError **error)
{
    return reply_now(call, 200, error);
}

static bool list(Call *call, GError **error)
{
    int limit = 0;
    gint64 at = 0;
    Uuid id;
    const char *text = call_query(call, "state");
    int state = text ? enum_value(&leader_approval_states, text) : 0;
    if (text && !state)
        field_errors_add(&call->errors, "#/state", "invalid", "state: not one of its codes");
    if (!call_valid(call, error) || !call_limit(call, &limit, error) ||
        !call_cursor_newest(call, &at, &id, error))
        return false;
    g_autoptr(DbRows)
        rows = db_query(call->db, error, call->principal.admin ? all_sql() : own_sql(),
                        db_uuid(&call->principal.account), db_int(at), db_uuid(&id),
                        db_int(limit + 1), db_int(state));
    return call_put_page(call, rows, limit, &leader_approval_fields, "created_at", error);
}

/* ---- PUT */

static bool kind_of(Call *call, const Group *group, LeaderApprovalKind *kind, GError **error)
{
    gint64 exclusive = 0;
    bool ok = db_get_one_int(call->db, error, &exclusive,
                             "SELECT COUNT(*) FROM membership m CROSS JOIN leads_group g"
                             " WHERE m.account = $1 AND m.state = 1 AND g.id = m.group_id"
                             " AND g.id <> $2 AND g.exclusive = 1 AND g.state IN (2, 3)",
                             db_uuid(&call->principal.account), db_uuid(&group->id));
    *kind = exclusive && group->input.exclusive ? APPROVAL_EXCLUSIVE : APPROVAL_SECOND_GROUP;
    return ok;
}

static bool insert(Call *call, LeaderApprovalKind kind, GError **error)
{
    const NewLeaderApproval *input = call->body;
    GError *problem = NULL;
    if (db_exec(call->db, &problem,
                "INSERT INTO leader_approval (id, rev, created_at, updated_at, group_id, account,"
                " kind, state, note) VALUES ($1, 1, $2, $2, $3, $4, $5, $6, $7)",
                db_uuid(&call->id), db_int(call->now), db_uuid(&input->group),
                db_uuid(&call->principal.account), db_int(kind), db_int(APPROVAL_REQUESTED),
                db_text(input->note)))
        return true;
    if (!problem_is(problem, PROBLEM_DATABASE_UNIQUE)) {
        g_propagate_error(error, problem);
        return false;
    }
    g_clear_error(&problem);
    return problem_set(error, PROBLEM_ALREADY_EXISTS,
                       "You have asked for this group already: wait for the answer");
}

static bool mail_admins(Call *call, const Group *group, GError **error)
{
    const NewLeaderApproval *input = call->body;
    g_autoptr(GArray) admins = g_array_new(FALSE, FALSE, sizeof(Uuid));
    g_autoptr(DbRows)
        rows = db_query(call->db, error, "SELECT id FROM account WHERE admin = 1 AND state = 1");
    while (rows && db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0);
        g_array_append_val(admins, id);
    }
    bool ok = rows && db_rows_ok(rows);
    for (guint i = 0; ok && i < admins->len; i++)
        ok = group_mail_about(call, group, MAIL_LEADER_APPROVAL, &call->id,
                              &g_array_index(admins, Uuid, i), &call->principal.account,
                              input->note, error);
    return ok;
}

static bool ask(Call *call, GError **error)
{
    const NewLeaderApproval *input = call->body;
    g_auto(Group) group = { 0 };
    LeaderApprovalKind kind;
    bool approved = false;
    if (!accounts_lock(call->db, &call->principal.account, NULL, error) ||
        !group_load(call->db, &call->principal.account, &input->group, &group, error))
        return false;
    if (!group.role)
        return problem_set(error, PROBLEM_FORBIDDEN, "Only a member of the group may lead it");
    if (!leader_approved(call->db, &call->principal.account, &input->group, &approved, error))
        return false;
    if (approved)
        return problem_set(error, PROBLEM_ALREADY_EXISTS, "It is approved already");
    if (!kind_of(call, &group, &kind, error) || !insert(call, kind, error))
        return false;
    change_note(call, &call->principal.account, OBJECT_LEADER_APPROVAL, &call->id, false);
    return mail_admins(call, &group, error) &&
           audit_put(call, "leader_approval.create", &call->id, error);
}

static bool create(Call *call, GError **error)
{
    const NewLeaderApproval *input = call->body;
    g_auto(LeaderApproval) old = { 0 };
    g_autoptr(GError) none = NULL;
    if (load(call, &old, &none)) {
        if (!uuid_equal(&old.group, &input->group) ||
            !uuid_equal(&old.account.account, &call->principal.account))
            return problem_set(error, PROBLEM_PRECONDITION_FAILED,
                               "There is another approval with this id: make a new id");
        return reply_now(call, 200, error);
    }
    if (!problem_is(none, PROBLEM_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&none));
        return false;
    }
    return ask(call, error) && reply_now(call, 201, error);
}

/* ---- an administrator decides */

static bool decide(Call *call, LeaderApprovalState state, const char *action, GError **error)
{
    const RequestAnswer *answer = call->body;
    g_auto(LeaderApproval) approval = { 0 };
    g_auto(Group) group = { 0 };
    gint64 n = 0;
    if (!load(call, &approval, error) ||
        !group_row_load(call->db, &approval.group, &group, error) ||
        !db_exec_count(call->db, error, &n,
                       "UPDATE leader_approval SET state = $2, reason = $3, decided_at = $4,"
                       " updated_at = $4, decided_by = $5, rev = rev + 1 WHERE id = $1"
                       " AND state = 1",
                       db_uuid(&call->id), db_int(state), db_text(answer->message),
                       db_int(call->now), db_uuid(&call->principal.account)))
        return false;
    if (n == 0)
        return problem_set(error, PROBLEM_REQUEST_STATE, "It is decided already");
    change_note(call, &approval.account.account, OBJECT_LEADER_APPROVAL, &call->id, false);
    return group_mail_state(
               call, &group, MAIL_LEADER_APPROVAL, &call->id, &approval.account.account,
               enum_code(&leader_approval_states, (int)state), answer->message, error) &&
           audit_put(call, action, &call->id, error) && reply_now(call, 200, error);
}
G_STATIC_ASSERT(APPROVAL_REQUESTED == 1);

static bool approve(Call *call, GError **error)
{
    return decide(call, APPROVAL_APPROVED, "leader_approval.approve", error);
}

static bool decline(Call *call, GError **error)
{
    return decide(call, APPROVAL_DECLINED, "leader_approval.decline", error);
}

const Route leader_approval_routes[] = {
    { .method = "GET",
      .path = "/v1/leader-approvals",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_LIST,
      .reply = &leader_approval_fields,
      .handler = list,
      .query = "state limit cursor",
      .summary = "Approvals to lead more than one group, the newest first: mine; an "
                 "administrator's are all" },
    { .method = "PUT",
      .path = "/v1/leader-approvals/{id}",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .flags = ROUTE_IF_NONE_MATCH,
      .body = &new_leader_approval_fields,
      .reply = &leader_approval_fields,
      .handler = create,
      .summary = "Ask to lead a group beside another one" },
    { .method = "GET",
      .path = "/v1/leader-approvals/{id}",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .reply = &leader_approval_fields,
      .handler = read_one,
      .summary = "One of them" },
    { "POST", "/v1/leader-approvals/{id}/approve", ACCESS_ADMIN, LANE_WRITE, 0,
      &request_answer_fields, &leader_approval_fields, .handler = approve,
      .summary = "They may lead the group" },
    { "POST", "/v1/leader-approvals/{id}/decline", ACCESS_ADMIN, LANE_WRITE, 0,
      &request_answer_fields, &leader_approval_fields, .handler = decline,
      .summary = "They may not" },
    { 0 },
};
