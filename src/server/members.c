/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/members.h"

#include "db/row.h"
#include "model/business_type.h"
#include "server/audit.h"
#include "server/changes.h"
#include "server/concerns.h"
#include "server/families.h"
#include "server/group_mail.h"
#include "server/group_search.h"
#include "server/leader_approvals.h"
#include "server/profile_store.h"
#include "server/meeting_mail.h"
#include "server/requests.h"

/* ---- the columns of member_fields */

static const char *no_profile(void)
{
    g_autoptr(GString) nulls = g_string_new("NULL");
    for (int i = 1; i < row_n_columns(&profile_fields); i++)
        g_string_append(nulls, ", NULL");
    return db_intern("%s", nulls->str);
}

#define MEMBER_COLUMNS                                                                             \
    "m.id, m.rev + a.rev, m.group_id, m.account, a.name, a.company_name, m.business_type, %s,"     \
    " m.role, m.since, %s, %s"

const char *member_columns_inside(void)
{
    return db_intern(MEMBER_COLUMNS, "a.email", CONCERN_BAR("m.group_id", "m.account"),
                     profile_columns("a"));
}

static const char *columns(bool inside)
{
    return inside ? member_columns_inside()
                  : db_intern(MEMBER_COLUMNS, "NULL", "CAST(NULL AS BIGINT)", no_profile());
}

static const char *list_sql(bool inside)
{
    return db_intern("SELECT %s FROM membership m CROSS JOIN account a WHERE m.group_id = $1"
                     " AND m.state = 1 AND a.id = m.account AND (m.since, m.id) > ($2, $3)"
                     " ORDER BY m.since, m.id LIMIT $4",
                     columns(inside));
}

static const char *load_sql(bool inside)
{
    return db_intern("SELECT %s FROM membership m CROSS JOIN account a WHERE m.group_id = $1"
                     " AND m.account = $2 AND m.state = 1 AND a.id = m.account",
                     columns(inside));
}
G_STATIC_ASSERT(MEMBERSHIP_ACTIVE == 1);

const char *member_hot_sql(int i)
{
    switch (i) {
    case 0:
        return list_sql(true);
    case 1:
        return list_sql(false);
    case 2:
        return load_sql(true);
    default:
        return NULL;
    }
}

static void member_clear(Member *member)
{
    fields_clear(&member_fields, member);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Member, member_clear)

static bool member_load(Db *db, const Uuid *group, const Uuid *account, bool inside, Member *out,
                        GError **error)
{
    g_autoptr(DbRows)
        rows = db_query(db, error, load_sql(inside), db_uuid(group), db_uuid(account));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) ? problem_set(error, PROBLEM_NOT_FOUND, "There is no such member")
                                : false;
    row_read(rows, 0, &member_fields, out, ROW_COPY);
    return true;
}

/* ---- GET .../members */

static bool read_one(Call *call, GError **error)
{
    g_auto(Member) member = { 0 };
    bool inside = false;
    if (!group_need_members(call, &call->id, &inside, error) ||
        !member_load(call->db, &call->id, &call->sub, inside, &member, error))
        return false;
    call->reply.rev = member.rev;
    json_put_object(call->reply.body, &member_fields, &member);
    return true;
}

static bool list(Call *call, GError **error)
{
    int limit = 0;
    gint64 since = 0;
    Uuid id;
    bool inside = false;
    if (!call_limit(call, &limit, error) || !call_cursor(call, &since, &id, error) ||
        !group_need_members(call, &call->id, &inside, error))
        return false;
    DbValue after = { .kind = DB_UUID, .data = id.bytes, .length = sizeof id.bytes };
    g_autoptr(DbRows) rows = db_query(call->db, error, list_sql(inside), db_uuid(&call->id),
                                      db_int(since), after, db_int(limit + 1));
    return call_put_page(call, rows, limit, &member_fields, "since", error);
}

/* ---- guards */

bool seat_check(Db *db, const Group *group, const char *business_type, const Uuid *except,
                GError **error)
{
    g_autofree char *seat = group->input.seat_by_category ? business_type_seat(business_type)
                                                          : NULL;
    gint64 n = 0;
    if (!seat)
        return true;
    if (!db_get_one_int(db, error, &n,
                        "SELECT COUNT(*) FROM membership WHERE group_id = $1 AND seat = $2"
                        " AND state = 1 AND account <> $3",
                        db_uuid(&group->id), db_text(seat),
                        except ? db_uuid(except) : db_uuid(&group->id)))
        return false;
    return n == 0 || problem_set(error, PROBLEM_SEAT_TAKEN,
                                 "The group has one seat for the business \"%s\", and it is taken",
                                 business_type_label(business_type));
}

static const char held_sql[] =
    "SELECT g.exclusive, m.role FROM membership m CROSS JOIN leads_group g WHERE m.account = $1"
    " AND m.state = 1 AND g.id = m.group_id AND g.state IN (2, 3) AND g.id <> $2";

bool exclusivity_check(Db *db, const Group *group, const Uuid *account, bool as_leader,
                       GroupConflict *conflict, GError **error)
{
    HeldGroup wanted = { group->input.exclusive, as_leader };
    g_autoptr(GArray) held = g_array_new(FALSE, FALSE, sizeof(HeldGroup));
    g_autoptr(DbRows) rows = db_query(db, error, held_sql, db_uuid(account), db_uuid(&group->id));
    while (rows && db_next(rows, error)) {
        HeldGroup one = { db_get_int(rows, 0) != 0, db_get_int(rows, 1) == ROLE_LEADER };
        g_array_append_val(held, one);
    }
    *conflict = group_conflict((const HeldGroup *)held->data, held->len, &wanted);
    return rows && db_rows_ok(rows);
}

bool leader_check(Db *db, const Uuid *account, const Group *group, GError **error)
{
    gint64 others = 0;
    bool approved = false;
    if (!db_get_one_int(db, error, &others,
                        "SELECT COUNT(*) FROM membership m CROSS JOIN leads_group g"
                        " WHERE m.account = $1 AND m.state = 1 AND m.role = 2"
                        " AND m.group_id <> $2 AND g.id = m.group_id AND g.state IN (2, 3)",
                        db_uuid(account), db_uuid(&group->id)) ||
        !leader_approved(db, account, &group->id, &approved, error))
        return false;
    return others == 0 || approved ||
           problem_set(error, PROBLEM_APPROVAL_NEEDED,
                       "Who leads another group needs an administrator's approval to lead this one "
                       "too: ask for it first");
}
G_STATIC_ASSERT(ROLE_LEADER == 2);

bool exclusivity_refuse(GroupConflict conflict, bool oneself, GError **error)
{
    if (conflict == CONFLICT_NONE)
        return true;
    return problem_set(
        error, PROBLEM_GROUP_EXCLUSIVE, "%s",
        conflict == CONFLICT_OTHER_EXCLUSIVE
            ? (oneself ? "You are in a group whose members join no other: leave it first"
                       : "They are in a group whose members join no other: they have to leave it "
                         "first")
            : (oneself ? "Members of this group join no other, and you are in one: leave that first"
                       : "Members of this group join no other, and they are in one: they have to "
                         "leave that first"));
}

/* ---- officers are told what reads otherwise */

bool requests_touch(Call *call, const Uuid *group, const char *seat, const Uuid *account,
                    GError **error)
{
    g_autoptr(DbRows)
        rows = db_query(call->db, error,
                        "SELECT id, group_id FROM membership_request WHERE group_id = $1"
                        " AND seat = $2 AND state IN (1, 2) UNION SELECT id, group_id"
                        " FROM membership_request WHERE account = $3 AND state IN (1, 2)",
                        db_uuid(group), db_text(seat), db_uuid(account));
    while (rows && db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0), of = db_get_uuid(rows, 1);
        Uuid officers = group_officers_scope(&of);
        change_note(call, &officers, OBJECT_REQUEST, &id, false);
    }
    return rows && db_rows_ok(rows);
}
G_STATIC_ASSERT(REQUEST_REQUESTED == 1 && REQUEST_ASKED == 2);

/* ---- in */

static bool is_officer(GroupRole role)
{
    return group_rights(role) & RIGHT_OFFICER;
}

static bool scopes_join(Call *call, const Uuid *group, const Uuid *account, GroupRole role,
                        GError **error)
{
    Uuid officers = group_officers_scope(group);
    const char *code = enum_code(&group_roles, (int)role);
    return scope_join(call, group, account, code, error) &&
           (!is_officer(role) || scope_join(call, &officers, account, code, error));
}

/* How many there are, and that one came or went. */
static bool count_members(Call *call, const Uuid *group, int by, GError **error)
{
    change_note(call, group, OBJECT_GROUP, group, false);
    return db_exec(call->db, error, "UPDATE leads_group SET members = members + $2 WHERE id = $1",
                   db_uuid(group), db_int(by));
}

static bool insert(Call *call, const Group *group, const Uuid *id, const Uuid *account,
                   GroupRole role, const char *business_type, GError **error)
{
    g_autofree char *seat = group->input.seat_by_category ? business_type_seat(business_type)
                                                          : NULL;
    g_autofree char *stored = business_type_store(business_type);
    GError *problem = NULL;
    if (db_exec(call->db, &problem,
                "INSERT INTO membership (id, rev, created_at, updated_at, group_id, account, role,"
                " business_type, seat, state, since) VALUES ($1, 1, $2, $2, $3, $4, $5, $6, $7, $8,"
                " $2)",
                db_uuid(id), db_int(call->now), db_uuid(&group->id), db_uuid(account), db_int(role),
                db_text(stored), db_text(seat), db_int(MEMBERSHIP_ACTIVE)))
        return true;
    if (!problem_is(problem, PROBLEM_DATABASE_UNIQUE)) {
        g_propagate_error(error, problem);
        return false;
    }
    g_clear_error(&problem);
    return problem_set(error, PROBLEM_ALREADY_EXISTS, "They are in the group already");
}

bool membership_begin(Call *call, const Group *group, const Uuid *account, GroupRole role,
                      const char *business_type, Uuid *id, GError **error)
{
    Uuid fresh = id && !uuid_is_nil(id) ? *id : uuid_new();
    g_autofree char *seat = business_type_seat(business_type);
    if (group->input.seats && group->members >= group->input.seats)
        return problem_set(error, PROBLEM_GROUP_FULL, "All %" G_GINT64_FORMAT " seats are taken",
                           group->input.seats);
    if (!seat_check(call->db, group, business_type, NULL, error) ||
        !insert(call, group, &fresh, account, role, business_type, error) ||
        !count_members(call, &group->id, 1, error))
        return false;
    change_note(call, &group->id, OBJECT_MEMBER, &fresh, false);
    return scopes_join(call, &group->id, account, role, error) &&
           meeting_mail_again(call, &group->id, account, error) &&
           requests_touch(call, &group->id, seat, account, error);
}

/* ---- out */

typedef struct Live { /* a membership, as it is */
    Uuid id;
    GroupRole role;
    char *business_type, *seat;
} Live;

static void live_clear(Live *live)
{
    g_free(live->business_type);
    g_free(live->seat);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Live, live_clear)

static bool live_load(Call *call, const Uuid *group, const Uuid *account, Live *out, GError **error)
{
    g_autoptr(DbRows) rows = db_query(call->db, error,
                                      "SELECT id, role, business_type FROM membership"
                                      " WHERE group_id = $1 AND account = $2 AND state = 1",
                                      db_uuid(group), db_uuid(account));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) ? problem_set(error, PROBLEM_NOT_FOUND, "There is no such member")
                                : false;
    *out = (Live){ db_get_uuid(rows, 0), (GroupRole)db_get_int(rows, 1),
                   g_strdup(db_get_text(rows, 2)), business_type_seat(db_get_text(rows, 2)) };
    return true;
}

static bool other_leaders(Call *call, const Uuid *group, const Uuid *account, gint64 *n,
                          GError **error)
{
    return db_get_one_int(call->db, error, n,
                          "SELECT COUNT(*) FROM membership WHERE group_id = $1 AND state = 1"
                          " AND role = 2 AND account <> $2",
                          db_uuid(group), db_uuid(account));
}

/* D12 */
static bool check_leader_stays(Call *call, const Uuid *group, const Uuid *account,
                               const char *remedy, GError **error)
{
    gint64 n = 0;
    return other_leaders(call, group, account, &n, error) &&
           (n > 0 ||
            problem_set(error, PROBLEM_LAST_LEADER,
                        "A group needs a leader, and there is no other: make somebody else "
                        "one first%s",
                        remedy));
}

/* Whatever its role: the row, the scopes, what others read. */
static bool end(Call *call, const Uuid *group, const Uuid *account, const Live *live,
                MembershipState how, const char *reason, GError **error)
{
    Uuid officers = group_officers_scope(group);
    if (!db_exec(call->db, error,
                 "UPDATE membership SET state = $2, reason = $3, ended_at = $4, updated_at = $4,"
                 " rev = rev + 1 WHERE id = $1",
                 db_uuid(&live->id), db_int(how), db_text(reason), db_int(call->now)) ||
        !count_members(call, group, -1, error))
        return false;
    change_note(call, group, OBJECT_MEMBER, &live->id, true);
    return scope_leave(call, group, account, error) &&
           meeting_mail_recall(call, group, account, error) &&
           (!is_officer(live->role) || scope_leave(call, &officers, account, error)) &&
           requests_touch(call, group, live->seat, account, error);
}

bool membership_end(Call *call, const Group *group, const Uuid *account, MembershipState how,
                    const char *reason, GError **error)
{
    g_auto(Live) live = { 0 };
    if (!live_load(call, &group->id, account, &live, error) ||
        (live.role == ROLE_LEADER &&
         !check_leader_stays(call, &group->id, account, ", or close the group", error)) ||
        !end(call, &group->id, account, &live, how, reason, error))
        return false;
    return how == MEMBERSHIP_LEFT
               ? group_mail_leaders(call, group, MAIL_MEMBERSHIP_ENDED, &live.id, account, reason,
                                    error)
               : group_mail_state(call, group, MAIL_MEMBERSHIP_ENDED, &live.id, account,
                                  enum_code(&membership_states, (int)how), reason, error);
}

/* The accounts or groups that a statement gives. */
static GArray *ids_of(Call *call, GError **error, const char *sql, const Uuid *id)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(Uuid));
    g_autoptr(DbRows) rows = db_query(call->db, error, sql, db_uuid(id));
    while (rows && db_next(rows, error)) {
        Uuid one = db_get_uuid(rows, 0);
        g_array_append_val(ids, one);
    }
    return rows && db_rows_ok(rows) ? g_steal_pointer(&ids) : NULL;
}

bool memberships_close(Call *call, const Group *group, GError **error)
{
    g_autoptr(GArray) accounts = ids_of(call, error,
                                        "SELECT account FROM membership WHERE group_id = $1"
                                        " AND state = 1 AND role <> 2",
                                        &group->id);
    for (guint i = 0; accounts && i < accounts->len; i++) {
        const Uuid *account = &g_array_index(accounts, Uuid, i);
        g_auto(Live) live = { 0 };
        if (!live_load(call, &group->id, account, &live, error) ||
            !end(call, &group->id, account, &live, MEMBERSHIP_LEFT, NULL, error) ||
            !group_mail_state(call, group, MAIL_MEMBERSHIP_ENDED, &live.id, account, "closed", NULL,
                              error))
            return false;
    }
    return accounts != NULL;
}

/* One of an account that is being deleted. */
static bool erase_one(Call *call, const Uuid *id, const Uuid *account, GError **error)
{
    g_auto(Group) group = { 0 };
    g_auto(Live) live = { 0 };
    gint64 leaders = 0;
    if (!group_lock(call->db, id, &group, error) || !live_load(call, id, account, &live, error) ||
        !end(call, id, account, &live, MEMBERSHIP_LEFT, NULL, error) ||
        !other_leaders(call, id, account, &leaders, error))
        return false;
    if (leaders > 0 || live.role != ROLE_LEADER || group.state == GROUP_CLOSED)
        return true;
    bool empty = group.members <= 1;
    group.state = empty ? GROUP_CLOSED : GROUP_SUSPENDED;
    return (!empty || requests_close(call, &group, error)) &&
           group_set_state(call, id, group.state, error) && group_index(call->db, &group, error) &&
           audit_put_of(call, account, empty ? "group.close" : "group.suspend", id, error);
}

bool memberships_erase(Call *call, const Uuid *account, GError **error)
{
    if (!accounts_lock(call->db, account, NULL, error))
        return false;
    g_autoptr(GArray) groups = ids_of(call, error,
                                      "SELECT group_id FROM membership WHERE account = $1"
                                      " AND state = 1 ORDER BY group_id",
                                      account);
    for (guint i = 0; groups && i < groups->len; i++)
        if (!erase_one(call, &g_array_index(groups, Uuid, i), account, error))
            return false;
    return groups && requests_erase(call, account, error);
}

bool group_words_again(Call *call, const Uuid *account, GError **error)
{
    g_autoptr(GArray) groups = ids_of(
        call, error, "SELECT DISTINCT group_id FROM membership WHERE account = $1", account);
    for (guint i = 0; groups && i < groups->len; i++) {
        g_auto(Group) group = { 0 };
        const Uuid *id = &g_array_index(groups, Uuid, i);
        if (!group_row_load(call->db, id, &group, error) || !group_index(call->db, &group, error))
            return false;
        change_note(call, id, OBJECT_GROUP, id, false);
    }
    return groups != NULL;
}

/* ---- POST .../leave, DELETE .../members/{account} */

static bool leave(Call *call, GError **error)
{
    const MembershipEnd *input = call->body;
    g_auto(Group) group = { 0 };
    const Uuid *me = &call->principal.account;
    if (!accounts_lock(call->db, me, NULL, error) || !group_need(call, &call->id, 0, error) ||
        !group_lock(call->db, &call->id, &group, error) ||
        !membership_end(call, &group, me, MEMBERSHIP_LEFT, input->reason, error))
        return false;
    call->reply.status = 204;
    return audit_put(call, "member.leave", &call->id, error);
}

static bool expel(Call *call, GError **error)
{
    const MembershipEnd *input = call->body;
    g_auto(Group) group = { 0 };
    if (!accounts_lock(call->db, &call->sub, NULL, error) ||
        !group_need(call, &call->id, RIGHT_ADMIT, error) ||
        !group_lock(call->db, &call->id, &group, error))
        return false;
    if (!input->reason || !*input->reason)
        field_errors_add(&call->errors, "#/reason", "required",
                         "say in a few words why: they are told");
    if (uuid_equal(&call->sub, &call->principal.account))
        return problem_set(error, PROBLEM_FORBIDDEN,
                           "Leave the group instead of removing yourself");
    if (!call_valid(call, error) ||
        !membership_end(call, &group, &call->sub, MEMBERSHIP_REMOVED, input->reason, error))
        return false;
    call->reply.status = 204;
    return audit_put(call, "member.remove", &call->sub, error);
}

/* ---- PATCH .../members/{account} */

/* A leader; an administrator where there is none (D12). */
static bool need_right_to_appoint(Call *call, const Group *group, GError **error)
{
    return (call->principal.admin && group->state == GROUP_SUSPENDED) ||
           group_need(call, &call->id, RIGHT_EDIT, error);
}

static bool check_role(Call *call, const Group *group, const Live *before, GroupRole role,
                       GError **error)
{
    const Uuid *account = &call->sub;
    bool oneself = uuid_equal(account, &call->principal.account);
    GroupConflict conflict;
    if (role == before->role)
        return true;
    if (role == ROLE_LEADER)
        return leader_check(call->db, account, group, error);
    return before->role != ROLE_LEADER ||
           (check_leader_stays(call, &group->id, account, "", error) &&
            exclusivity_check(call->db, group, account, false, &conflict, error) &&
            exclusivity_refuse(conflict, oneself, error));
}

static bool change_scopes(Call *call, const Live *before, GroupRole role, GError **error)
{
    Uuid officers = group_officers_scope(&call->id);
    bool was = is_officer(before->role), is = is_officer(role);
    return scopes_join(call, &call->id, &call->sub, role, error) &&
           (!was || is || scope_leave(call, &officers, &call->sub, error));
}

static bool change_store(Call *call, const Group *group, const Live *before,
                         const RoleChange *change, GError **error)
{
    g_autofree char *business = business_type_store(change->business_type);
    g_autofree char *seat = business_type_seat(business);
    bool seated = group->input.seat_by_category;
    if (!db_exec(call->db, error,
                 "UPDATE membership SET role = $2, business_type = $3, seat = $4, updated_at = $5,"
                 " rev = rev + 1 WHERE id = $1",
                 db_uuid(&before->id), db_int(change->role), db_text(business),
                 db_text(seated ? seat : NULL), db_int(call->now)))
        return false;
    change_note(call, &call->id, OBJECT_MEMBER, &before->id, false);
    change_note(call, &call->id, OBJECT_GROUP, &call->id, false);
    return requests_touch(call, &call->id, before->seat, &call->sub, error) &&
           requests_touch(call, &call->id, seat, &call->sub, error);
}

static bool change_role(Call *call, const Group *group, const Live *before,
                        const RoleChange *change, GError **error)
{
    if (change->role == before->role)
        return true;
    if (!change_scopes(call, before, change->role, error) ||
        (group->state == GROUP_SUSPENDED && change->role == ROLE_LEADER &&
         !group_set_state(call, &call->id, GROUP_ACTIVE, error)))
        return false;
    return uuid_equal(&call->sub, &call->principal.account) ||
           group_mail_state(call, group, MAIL_ROLE_CHANGED, &before->id, &call->sub,
                            enum_code(&group_roles, (int)change->role), NULL, error);
}

static bool refuse_stale(Call *call, GError **error)
{
    g_auto(Member) member = { 0 };
    if (!member_load(call->db, &call->id, &call->sub, true, &member, error))
        return false;
    if (call_check_rev(call, member.rev, error))
        return true;
    json_put_object(call_put_current(call), &member_fields, &member);
    return false;
}

static bool apply_change(Call *call, const Group *group, const Live *before, RoleChange *change,
                         GError **error)
{
    json_decode(call->json, &role_change_fields, change, JSON_PATCH, "#", &call->errors);
    if (!change->role && !field_errors_any(&call->errors))
        field_errors_add(&call->errors, "#/role", "required", "everybody has a role");
    if (!field_errors_any(&call->errors))
        fields_validate(&role_change_fields, change, "#", &call->errors);
    return call_valid(call, error) && check_role(call, group, before, change->role, error) &&
           seat_check(call->db, group, change->business_type, &call->sub, error) &&
           change_store(call, group, before, change, error) &&
           change_role(call, group, before, change, error) &&
           audit_put(call, "member.change", &call->sub, error);
}

static bool change(Call *call, GError **error)
{
    g_auto(Group) group = { 0 };
    g_auto(Live) before = { 0 };
    if (!accounts_lock(call->db, &call->sub, NULL, error) ||
        !group_lock(call->db, &call->id, &group, error) ||
        !need_right_to_appoint(call, &group, error) || !refuse_stale(call, error) ||
        !live_load(call, &call->id, &call->sub, &before, error))
        return false;
    RoleChange change = { before.role, g_strdup(before.business_type) };
    bool ok = apply_change(call, &group, &before, &change, error);
    fields_clear(&role_change_fields, &change);
    return ok && read_one(call, error);
}

const Route member_routes[] = {
    { .method = "GET",
      .path = "/v1/groups/{id}/members",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_LIST | ROUTE_SNAPSHOT,
      .reply = &member_fields,
      .handler = list,
      .query = "limit cursor",
      .summary = "Who is in the group, the first first; addresses and profiles for members only" },
    { .method = "GET",
      .path = "/v1/groups/{id}/members/{account}",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_SNAPSHOT,
      .reply = &member_fields,
      .handler = read_one,
      .summary = "One member" },
    { .method = "PATCH",
      .path = "/v1/groups/{id}/members/{account}",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .flags = ROUTE_IF_MATCH,
      .body = &role_change_fields,
      .reply = &member_fields,
      .handler = change,
      .summary = "Give a member another role or business type, as a leader; one leader stays at "
                 "least" },
    { "DELETE", "/v1/groups/{id}/members/{account}", ACCESS_USER, LANE_WRITE, 0,
      &membership_end_fields, .handler = expel,
      .summary = "Remove a member, with a reason that they are told" },
    { "POST", "/v1/groups/{id}/leave", ACCESS_USER, LANE_WRITE, 0, &membership_end_fields,
      .handler = leave,
      .summary = "Leave the group: partners by it are gone, both ways; individual ones stay" },
    { 0 },
};
