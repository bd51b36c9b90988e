/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/groups.h"

#include "db/row.h"
#include "model/business_type.h"
#include "server/audit.h"
#include "server/changes.h"
#include "server/families.h"
#include "server/group_search.h"
#include "server/meeting_plan.h"
#include "server/members.h"
#include "server/profile_store.h"
#include "server/requests.h"

#define TEXT_MAX 200

/* ---- one */

static void reply_with(Call *call, const Group *group, int status)
{
    call->reply.status = status;
    call->reply.rev = group->rev;
    json_put_object(call->reply.body, &group_fields, group);
}

static bool reply_now(Call *call, int status, GError **error)
{
    g_auto(Group) group = { 0 };
    if (!group_load(call->db, &call->principal.account, &call->id, &group, error))
        return false;
    reply_with(call, &group, status);
    return true;
}

static bool read_one(Call *call, GError **error)
{
    return reply_now(call, 200, error);
}

/* ---- the directory */

typedef struct Asked {
    const char *text, *area;
    char *seat;
    GroupOpenness openness;
    bool mine, suspended;
} Asked;

static void asked_clear(Asked *asked)
{
    g_free(asked->seat);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Asked, asked_clear)

static const char *read_text(Call *call, const char *name)
{
    const char *text = call_query(call, name);
    g_autofree char *pointer = g_strconcat("#/", name, NULL);
    if (text && (!g_utf8_validate(text, -1, NULL) || g_utf8_strlen(text, -1) > TEXT_MAX))
        field_errors_add(&call->errors, pointer, "invalid", "%s: at most 200 characters", name);
    return text;
}

static bool read_flag(Call *call, const char *name)
{
    const char *text = call_query(call, name);
    g_autofree char *pointer = g_strconcat("#/", name, NULL);
    if (text && !g_str_equal(text, "true") && !g_str_equal(text, "false"))
        field_errors_add(&call->errors, pointer, "invalid", "%s: true or false is wanted", name);
    return text && g_str_equal(text, "true");
}

/* An empty one is the caller's own. */
static bool read_trade(Call *call, Asked *asked, GError **error)
{
    const char *trade = read_text(call, "trade");
    if (!trade || field_errors_any(&call->errors))
        return true;
    asked->openness = OPEN_SEAT;
    if (*trade) {
        asked->seat = business_type_seat(trade);
        return true;
    }
    g_autoptr(DbRows)
        rows = db_query(call->db, error, "SELECT business_type FROM account WHERE id = $1",
                        db_uuid(&call->principal.account));
    if (!rows || !db_next(rows, error))
        return rows && db_rows_ok(rows);
    asked->seat = business_type_seat(db_get_text(rows, 0));
    return true;
}

static bool read_asked(Call *call, Asked *asked, GError **error)
{
    asked->text = read_text(call, "q");
    asked->area = read_text(call, "area");
    asked->openness = read_flag(call, "open") ? OPEN_YES : OPEN_ANY;
    asked->mine = read_flag(call, "mine");
    asked->suspended = read_flag(call, "suspended");
    if (asked->mine && (asked->text || asked->area))
        field_errors_add(&call->errors, "#/mine", "invalid", "mine: without q and area");
    if (asked->suspended && (asked->text || asked->area || asked->mine))
        field_errors_add(&call->errors, "#/suspended", "invalid",
                         "suspended: without q, area and mine");
    if (asked->suspended && !call->principal.admin)
        return problem_set(error, PROBLEM_FORBIDDEN,
                           "Only administrators look for suspended groups");
    return read_trade(call, asked, error) && call_valid(call, error);
}

static bool put_page(Call *call, DbRows *rows, int limit, GError **error)
{
    int score_column = row_n_columns(&group_fields);
    gint64 score = 0;
    Uuid last = { 0 };
    bool more = false;
    for (int n = 0; !more && db_next(rows, error); n++) {
        g_auto(Group) group = { 0 };
        more = n == limit;
        if (more)
            break;
        row_read(rows, 0, &group_fields, &group, ROW_COPY);
        score = db_get_int(rows, score_column);
        last = group.id;
        g_string_append(call->reply.body, n ? "," : "");
        json_put_object(call->reply.body, &group_fields, &group);
    }
    if (!more && !db_rows_ok(rows))
        return false;
    call_put_next(call, more, score, &last);
    return true;
}

static bool list(Call *call, GError **error)
{
    g_auto(Asked) asked = { 0 };
    bool any = false;
    int limit = 0;
    gint64 score = 0;
    Uuid id;
    if (!read_asked(call, &asked, error) || !call_limit(call, &limit, error) ||
        !call_cursor_newest(call, &score, &id, error))
        return false;
    g_autofree char *match = group_query(call->db, asked.text, asked.area, &any);
    g_string_append(call->reply.body, "{\"items\":[");
    if (any && !match) {
        call_put_next(call, false, 0, &id);
        return true;
    }
    const char *sql = asked.mine        ? group_mine_sql(group_columns())
                      : asked.suspended ? group_suspended_sql(group_columns())
                      : any             ? group_search_sql(call->db, group_columns())
                                        : group_all_sql(group_columns());
    g_autoptr(DbRows) rows = db_query(
        call->db, error, sql, db_uuid(&call->principal.account), db_text(match), db_int(score),
        db_uuid(&id), db_int(limit + 1), db_int(asked.openness), db_text(asked.seat));
    return rows && put_page(call, rows, limit, error);
}

/* ---- PUT: the guided start (R60, R61) */

static void take_input(Group *group, const GroupInput *input)
{
    fields_clear(&group_input_fields, &group->input);
    fields_copy(&group_input_fields, &group->input, input);
    group_input_init(&group->input);
    for (char **wanted = group->input.wanted; wanted && *wanted; wanted++) {
        char *typed = *wanted;
        *wanted = business_type_store(typed);
        g_free(typed);
    }
}

/* The id is taken: by the same starter with the same content it is the same request again. */
static bool answer_existing(Call *call, const Group *wanted, bool *found, GError **error)
{
    g_auto(Group) old = { 0 };
    GError *problem = NULL;
    *found = group_row_load(call->db, &call->id, &old, &problem);
    if (!*found) {
        bool none = problem_is(problem, PROBLEM_NOT_FOUND);
        if (!none)
            g_propagate_error(error, g_steal_pointer(&problem));
        g_clear_error(&problem);
        return none;
    }
    GroupRole role;
    if (!group_role(call->db, &call->id, &call->principal.account, &role, error))
        return false;
    return (role == ROLE_LEADER && fields_equal(&group_input_fields, &old.input, &wanted->input)) ||
           problem_set(error, PROBLEM_PRECONDITION_FAILED,
                       "There is another group with this id: make a new id");
}

static bool begin(Call *call, Group *group, GError **error)
{
    Uuid officers = group_officers_scope(&group->id);
    g_autoptr(DbRows)
        rows = db_query(call->db, error, "SELECT business_type FROM account WHERE id = $1",
                        db_uuid(&call->principal.account));
    if (!rows || !db_next(rows, error))
        return false;
    g_autofree char *business_type = g_strdup(db_get_text(rows, 0));
    g_clear_pointer(&rows, db_rows_free);
    return group_store(call, group, error) &&
           scope_create(call->db, &group->id, SCOPE_GROUP, NULL, error) &&
           scope_create(call->db, &officers, SCOPE_OFFICERS, NULL, error) &&
           membership_begin(call, group, &call->principal.account, ROLE_LEADER, business_type, NULL,
                            error) &&
           audit_put(call, "group.create", &group->id, error);
}

static bool create(Call *call, GError **error)
{
    g_auto(Group) group = { .id = call->id,
                            .rev = 1,
                            .created_at = call->now,
                            .updated_at = call->now,
                            .state = GROUP_DRAFT };
    bool found = false;
    take_input(&group, call->body);
    group_input_validate(&group.input, "#", &call->errors);
    return call_valid(call, error) && answer_existing(call, &group, &found, error) &&
           (found || (accounts_lock(call->db, &call->principal.account, NULL, error) &&
                      begin(call, &group, error))) &&
           reply_now(call, found ? 200 : 201, error);
}

/* ---- PATCH */

static bool seat_store(Call *call, const Uuid *id, const char *seat, GError **error)
{
    return db_exec(call->db, error, "UPDATE membership SET seat = $2 WHERE id = $1", db_uuid(id),
                   db_text(seat));
}

/* R123 from now on: each member's seat, no two of which may be the same. */
static bool seats_give(Call *call, const Uuid *group, GError **error)
{
    g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(DbRows)
        rows = db_query(call->db, error,
                        "SELECT m.id, m.business_type, a.name FROM membership m CROSS JOIN account"
                        " a WHERE m.group_id = $1 AND m.state = 1 AND a.id = m.account",
                        db_uuid(group));
    while (rows && db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0);
        char *seat = business_type_seat(db_get_text(rows, 1));
        const char *name = seat ? g_hash_table_lookup(taken, seat) : NULL;
        if (name) {
            g_free(seat);
            return problem_set(error, PROBLEM_SEAT_TAKEN,
                               "%s and %s both have the business \"%s\": a group with a seat for "
                               "each has one",
                               name, db_get_text(rows, 2),
                               business_type_label(db_get_text(rows, 1)));
        }
        if (!seat_store(call, &id, seat, error)) {
            g_free(seat);
            return false;
        }
        if (seat)
            g_hash_table_insert(taken, seat, g_strdup(db_get_text(rows, 2)));
    }
    return rows && db_rows_ok(rows);
}

static bool seats_change(Call *call, const Group *before, const Group *after, GError **error)
{
    if (after->input.seats && after->input.seats < before->members) {
        field_errors_add(&call->errors, "#/seats", "too-few",
                         "the group has %" G_GINT64_FORMAT " members", before->members);
        return call_valid(call, error);
    }
    if (before->input.seat_by_category == after->input.seat_by_category)
        return true;
    return after->input.seat_by_category
               ? seats_give(call, &after->id, error)
               : db_exec(call->db, error,
                         "UPDATE membership SET seat = NULL WHERE group_id = $1 AND state = 1",
                         db_uuid(&after->id));
}

/* Nobody who is in another group may be left as a plain member of one that becomes exclusive (R53, D13). */
static const char elsewhere_sql[] =
    "SELECT COUNT(*) FROM membership m WHERE m.group_id = $1 AND m.state = 1 AND m.role <> 2"
    " AND EXISTS (SELECT 1 FROM membership o CROSS JOIN leads_group g WHERE o.account = m.account"
    " AND o.state = 1 AND o.group_id <> $1 AND g.id = o.group_id AND g.state IN (2, 3))";
G_STATIC_ASSERT(ROLE_LEADER == 2);

static bool exclusive_change(Call *call, const Group *before, const Group *after, GError **error)
{
    gint64 n = 0;
    if (before->input.exclusive || !after->input.exclusive)
        return true;
    if (!db_get_one_int(call->db, error, &n, elsewhere_sql, db_uuid(&after->id)))
        return false;
    return n == 0 ||
           problem_set(error, PROBLEM_GROUP_EXCLUSIVE,
                       "%" G_GINT64_FORMAT " members are in other groups: they would have to leave "
                       "those, or this one, first",
                       n);
}

/* The feed's requests say what stands against them: all open ones are told anew. */
static bool touch_open_requests(Call *call, const Group *group, GError **error)
{
    Uuid officers = group_officers_scope(&group->id);
    g_autoptr(DbRows)
        rows = db_query(call->db, error,
                        "SELECT id FROM membership_request WHERE group_id = $1 AND state IN (1, 2)",
                        db_uuid(&group->id));
    while (rows && db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0);
        change_note(call, &officers, OBJECT_REQUEST, &id, false);
    }
    return rows && db_rows_ok(rows);
}

static bool change_store(Call *call, const Group *before, Group *after, GError **error)
{
    if (fields_equal(&group_input_fields, &before->input, &after->input))
        return true;
    after->rev++;
    after->updated_at = call->now;
    change_note(call, &after->id, OBJECT_GROUP, &after->id, false);
    return exclusive_change(call, before, after, error) &&
           seats_change(call, before, after, error) && group_store(call, after, error) &&
           touch_open_requests(call, after, error) && meeting_plan(call, after, error) &&
           audit_put(call, "group.change", &after->id, error);
}

static bool refuse_stale(Call *call, const Group *group, GError **error)
{
    if (call_check_rev(call, group->rev, error))
        return true;
    g_auto(Group) seen = { 0 };
    if (group_load(call->db, &call->principal.account, &group->id, &seen, NULL))
        json_put_object(call_put_current(call), &group_fields, &seen);
    return false;
}

static bool change(Call *call, GError **error)
{
    g_auto(Group) before = { 0 }, after = { 0 };
    if (!group_need(call, &call->id, RIGHT_EDIT, error) ||
        !group_lock(call->db, &call->id, &before, error) || !refuse_stale(call, &before, error))
        return false;
    if (before.state == GROUP_CLOSED)
        return problem_set(error, PROBLEM_GROUP_STATE, "The group is closed");
    GroupInput input = { 0 };
    fields_copy(&group_fields, &after, &before);
    fields_copy(&group_input_fields, &input, &before.input);
    json_decode(call->json, &group_input_fields, &input, JSON_PATCH, "#", &call->errors);
    if (!field_errors_any(&call->errors))
        fields_validate(&group_input_fields, &input, "#", &call->errors);
    take_input(&after, &input);
    fields_clear(&group_input_fields, &input);
    group_input_validate(&after.input, "#", &call->errors);
    return call_valid(call, error) && change_store(call, &before, &after, error) &&
           reply_now(call, 200, error);
}

/* ---- POST .../activate */

static bool begin_meetings(Call *call, Group *group, GError **error)
{
    group->state = GROUP_ACTIVE;
    return group_set_state(call, &group->id, GROUP_ACTIVE, error) &&
           meeting_plan(call, group, error);
}

static bool activate(Call *call, GError **error)
{
    g_auto(Group) group = { 0 };
    GroupConflict conflict;
    if (!accounts_lock(call->db, &call->principal.account, NULL, error) ||
        !group_need(call, &call->id, RIGHT_EDIT, error) ||
        !group_lock(call->db, &call->id, &group, error))
        return false;
    if (group.state != GROUP_DRAFT)
        return problem_set(error, PROBLEM_GROUP_STATE, "It is no draft any more");
    return leader_check(call->db, &call->principal.account, &group, error) &&
           exclusivity_check(call->db, &group, &call->principal.account, true, &conflict, error) &&
           exclusivity_refuse(conflict, true, error) && begin_meetings(call, &group, error) &&
           audit_put(call, "group.activate", &call->id, error) && reply_now(call, 200, error);
}

/* ---- POST .../close */

static bool close_it(Call *call, GError **error)
{
    g_auto(Group) group = { 0 };
    if (!group_need(call, &call->id, RIGHT_EDIT, error) ||
        !group_lock(call->db, &call->id, &group, error))
        return false;
    if (group.state == GROUP_CLOSED)
        return problem_set(error, PROBLEM_GROUP_STATE, "It is closed already");
    group.state = GROUP_CLOSED;
    return requests_close(call, &group, error) && memberships_close(call, &group, error) &&
           group_set_state(call, &call->id, GROUP_CLOSED, error) &&
           group_index(call->db, &group, error) && meeting_plan(call, &group, error) &&
           audit_put(call, "group.close", &call->id, error) && reply_now(call, 200, error);
}

/* ---- seats (R123) */

static const char taken_sql[] =
    "SELECT m.business_type, a.name FROM membership m CROSS JOIN account a WHERE m.group_id = $1"
    " AND m.state = 1 AND a.id = m.account ORDER BY m.since, m.id";

static void put_seat(Call *call, const Seat *seat, bool *first)
{
    g_string_append(call->reply.body, *first ? "" : ",");
    *first = false;
    json_put_object(call->reply.body, &seat_fields, seat);
}

static bool is_wanted(const Group *group, const char *business_type)
{
    for (char **wanted = group->input.wanted; wanted && *wanted; wanted++)
        if (business_type_competes(*wanted, business_type))
            return true;
    return false;
}

/* Trades of members are told to all where each is a seat: who would ask has to know. Without names each is one row. */
static bool put_taken(Call *call, const Group *group, bool names, GHashTable *taken, bool *first,
                      GError **error)
{
    g_autoptr(DbRows) rows = db_query(call->db, error, taken_sql, db_uuid(&group->id));
    while (rows && db_next(rows, error)) {
        const char *business = db_get_text(rows, 0);
        g_autofree char *key = business_type_seat(business);
        if (!key || (!names && g_hash_table_contains(taken, key)))
            continue;
        Seat seat = { .business_type = (char *)business,
                      .taken = true,
                      .taken_by = names ? (char *)db_get_text(rows, 1) : NULL,
                      .wanted = is_wanted(group, business) };
        put_seat(call, &seat, first);
        g_hash_table_add(taken, g_steal_pointer(&key));
    }
    return rows && db_rows_ok(rows);
}

static bool seats(Call *call, GError **error)
{
    g_auto(Group) group = { 0 };
    bool first = true;
    g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (!group_load(call->db, &call->principal.account, &call->id, &group, error))
        return false;
    bool names = group.role || group.input.directory == DIRECTORY_PUBLIC;
    g_string_append(call->reply.body, "{\"items\":[");
    if ((names || group.input.seat_by_category) &&
        !put_taken(call, &group, names, taken, &first, error))
        return false;
    for (char **wanted = group.input.wanted; wanted && *wanted; wanted++) {
        Seat seat = { .business_type = *wanted, .wanted = true };
        g_autofree char *key = business_type_seat(*wanted);
        if (!key || !g_hash_table_contains(taken, key))
            put_seat(call, &seat, &first);
    }
    g_string_append_printf(call->reply.body, "],\"members\":%" G_GINT64_FORMAT, group.members);
    if (group.input.seats)
        g_string_append_printf(call->reply.body, ",\"free\":%" G_GINT64_FORMAT,
                               MAX(group.input.seats - group.members, 0));
    g_string_append_c(call->reply.body, '}');
    return true;
}

#define SEATS_SCHEMA                                                                               \
    "{'type':'object','required':['items','members'],'properties':{'items':{'type':'array',"       \
    "'items':" SCHEMA_REF("seat") "},'members':{'type':'integer'},'free':{'type':'integer'}}}"

const Route group_routes[] = {
    { .method = "GET",
      .path = "/v1/groups",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_LIST,
      .reply = &group_fields,
      .handler = list,
      .query = "q area open trade mine suspended limit cursor",
      .summary = "The directory: active groups by words and area, that are open, or have a seat "
                 "for a trade (empty: my own); or mine; or, for administrators, "
                 "suspended ones, which have no leader" },
    { .method = "PUT",
      .path = "/v1/groups/{id}",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .flags = ROUTE_IF_NONE_MATCH,
      .body = &group_input_fields,
      .reply = &group_fields,
      .handler = create,
      .summary = "Start a group, which I lead: a draft at first" },
    { .method = "GET",
      .path = "/v1/groups/{id}",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .reply = &group_fields,
      .handler = read_one,
      .summary = "A group's page; a draft for its members only" },
    { .method = "PATCH",
      .path = "/v1/groups/{id}",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .flags = ROUTE_IF_MATCH,
      .body = &group_input_fields,
      .reply = &group_fields,
      .handler = change,
      .summary = "Change the page, rules, fee, meeting times or seats, as a leader" },
    { "POST", "/v1/groups/{id}/activate", ACCESS_USER, LANE_WRITE, 0, .reply = &group_fields,
      .handler = activate,
      .summary = "A draft is ready: everybody finds it, and may ask to join when it is open" },
    { "POST", "/v1/groups/{id}/close", ACCESS_USER, LANE_WRITE, 0, .reply = &group_fields,
      .handler = close_it,
      .summary = "The group ends: all memberships but the leaders' own, who can still read it" },
    { .method = "GET",
      .path = "/v1/groups/{id}/seats",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_SNAPSHOT,
      .reply = &seat_fields,
      .handler = seats,
      .summary = "Which businesses have their seat, and which are wanted; names for members, and "
                 "where the directory is public",
      .reply_schema = SEATS_SCHEMA },
    { 0 },
};
