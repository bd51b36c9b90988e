/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/vetting.h"

#include "base/day.h"
#include "db/row.h"
#include "server/audit.h"
#include "server/changes.h"
#include "server/families.h"
#include "server/members.h"

static void vetting_clear(Vetting *vetting)
{
    fields_clear(&vetting_fields, vetting);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Vetting, vetting_clear)

bool vetting_need(Call *call, GError **error)
{
    g_auto(Group) group = { 0 };
    return call->principal.admin ? group_row_load(call->db, &call->id, &group, error)
                                 : group_need(call, &call->id, RIGHT_VETTING, error);
}

const char *vetting_columns(void)
{
    return row_columns(&vetting_fields, "v");
}

/* ---- reading */

static bool load(Call *call, Vetting *out, bool *found, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        db_intern("SELECT %s FROM vetting_full v WHERE v.id = $1 AND v.group_id = $2",
                  vetting_columns()),
        db_uuid(&call->sub), db_uuid(&call->id));
    if (!rows)
        return false;
    *found = db_next(rows, error);
    if (*found)
        row_read(rows, 0, &vetting_fields, out, ROW_COPY);
    return *found || db_rows_ok(rows);
}

static bool reply(Call *call, int status, GError **error)
{
    g_auto(Vetting) vetting = { 0 };
    bool found = false;
    if (!load(call, &vetting, &found, error))
        return false;
    if (!found)
        return problem_set(error, PROBLEM_NOT_FOUND, "There is no such check");
    call->reply.status = status;
    call->reply.rev = vetting.rev;
    json_put_object(call->reply.body, &vetting_fields, &vetting);
    return true;
}

static bool read_one(Call *call, GError **error)
{
    return vetting_need(call, error) && reply(call, 200, error);
}

static bool read_account(Call *call, Uuid *account, GError **error)
{
    const char *text = call_query(call, "account");
    if (text && !uuid_parse(text, account))
        field_errors_add(&call->errors, "#/account", "uuid.invalid", "an account id is wanted");
    return call_valid(call, error);
}

static bool list(Call *call, GError **error)
{
    gint64 at = 0;
    Uuid id, account = { 0 };
    int limit = 0;
    if (!vetting_need(call, error) || !read_account(call, &account, error) ||
        !call_limit(call, &limit, error) || !call_cursor_newest(call, &at, &id, error))
        return false;
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        db_intern("SELECT %s FROM vetting_full v WHERE v.group_id = $1 AND v.removed = 0"
                  " AND (v.account = $2 OR $2 IS NULL) AND (v.created_at, v.id) < ($3, $4)"
                  " ORDER BY v.created_at DESC, v.id DESC LIMIT $5",
                  vetting_columns()),
        db_uuid(&call->id), db_uuid(&account), db_int(at), db_uuid(&id), db_int(limit + 1));
    return call_put_page(call, rows, limit, &vetting_fields, "created_at", error);
}

/* ---- writing: whoever wrote last has the say, and what was written is in the audit */

static bool check_subject(Call *call, const Uuid *account, GError **error)
{
    gint64 n = 0;
    if (!db_get_one_int(call->db, error, &n,
                        "SELECT COUNT(*) FROM (SELECT id FROM membership WHERE group_id = $1 AND"
                        " account = $2 AND state = 1 UNION ALL SELECT id FROM membership_request"
                        " WHERE group_id = $1 AND account = $2 AND state IN (1, 2)) m",
                        db_uuid(&call->id), db_uuid(account)))
        return false;
    if (n == 0)
        field_errors_add(&call->errors, "#/account", "not-a-member",
                         "must be a member, or somebody whose request is open");
    return call_valid(call, error);
}
G_STATIC_ASSERT(REQUEST_REQUESTED == 1 && REQUEST_ASKED == 2 && MEMBERSHIP_ACTIVE == 1);

static bool insert(Call *call, const VettingInput *input, GError **error)
{
    return check_subject(call, &input->account, error) &&
           db_exec(call->db, error,
                   "INSERT INTO vetting (id, rev, created_at, updated_at, group_id, account, kind,"
                   " who, checked_on, result, note, evidence, removed, by_account)"
                   " VALUES ($1, 1, $2, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                   db_uuid(&call->sub), db_int(call->now), db_uuid(&call->id),
                   db_uuid(&input->account), db_int(input->kind), db_text(input->who),
                   db_text(input->checked_on), db_int(input->result), db_text(input->note),
                   db_text(input->evidence), db_int(input->removed),
                   db_uuid(&call->principal.account)) &&
           audit_put(call, "vetting.add", &call->sub, error);
}

static bool update(Call *call, const Vetting *old, const VettingInput *input, GError **error)
{
    if (!uuid_equal(&old->input.account, &input->account))
        field_errors_add(&call->errors, "#/account", "not-allowed",
                         "it is about somebody else: make a new one");
    return call_valid(call, error) &&
           db_exec(call->db, error,
                   "UPDATE vetting SET rev = rev + 1, updated_at = $2, kind = $3, who = $4,"
                   " checked_on = $5, result = $6, note = $7, evidence = $8, removed = $9,"
                   " by_account = $10 WHERE id = $1",
                   db_uuid(&call->sub), db_int(call->now), db_int(input->kind), db_text(input->who),
                   db_text(input->checked_on), db_int(input->result), db_text(input->note),
                   db_text(input->evidence), db_int(input->removed),
                   db_uuid(&call->principal.account)) &&
           audit_put(call, input->removed ? "vetting.remove" : "vetting.change", &call->sub, error);
}

static bool write(Call *call, const VettingInput *input, int *status, GError **error)
{
    g_auto(Vetting) old = { 0 };
    bool found = false;
    if (!load(call, &old, &found, error))
        return false;
    *status = found ? 200 : 201;
    if (found && fields_equal(&vetting_input_fields, &old.input, input))
        return true;
    if (found ? !update(call, &old, input, error) : !insert(call, input, error))
        return false;
    const Uuid officers = group_officers_scope(&call->id);
    change_note(call, &officers, OBJECT_VETTING, &call->sub, input->removed);
    return requests_touch(call, &call->id, NULL, &input->account, error);
}

static bool check_input(Call *call, const VettingInput *input, GError **error)
{
    g_auto(Group) group = { 0 };
    Day today;
    if (!group_row_load(call->db, &call->id, &group, error))
        return false;
    day_of(call->now, group.input.time_zone, today);
    vetting_input_validate(input, today, &call->errors);
    if (uuid_equal(&input->account, &call->principal.account))
        field_errors_add(&call->errors, "#/account", "self", "somebody else checks you");
    return call_valid(call, error);
}

static bool put(Call *call, GError **error)
{
    const VettingInput *input = call->body;
    int status = 200;
    return vetting_need(call, error) && check_input(call, input, error) &&
           write(call, input, &status, error) && reply(call, status, error);
}

/* ---- deletion of an account */

bool vetting_erase(Call *call, const Uuid *account, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error, "SELECT id, group_id FROM vetting WHERE account = $1", db_uuid(account));
    while (rows && db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0), group = db_get_uuid(rows, 1);
        Uuid officers = group_officers_scope(&group);
        change_note(call, &officers, OBJECT_VETTING, &id, true);
    }
    return rows && db_rows_ok(rows);
}

const Route vetting_routes[] = {
    { .method = "GET",
      .path = "/v1/groups/{id}/vetting",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_LIST | ROUTE_SNAPSHOT,
      .reply = &vetting_fields,
      .handler = list,
      .query = "account limit cursor",
      .summary = "What the leaders found out about members and applicants, the newest first" },
    { .method = "GET",
      .path = "/v1/groups/{id}/vetting/{sub}",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_SNAPSHOT,
      .reply = &vetting_fields,
      .handler = read_one,
      .summary = "One check" },
    { .method = "PUT",
      .path = "/v1/groups/{id}/vetting/{sub}",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .body = &vetting_input_fields,
      .reply = &vetting_fields,
      .handler = put,
      .summary = "Write a check of a member or an applicant down, change it, or take it back "
                 "(removed)" },
    { 0 },
};
