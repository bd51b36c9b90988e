/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/one_to_ones.h"

#include "db/row.h"
#include "model/meeting.h"
#include "server/changes.h"
#include "server/families.h"
#include "server/groups.h"

const char *one_to_one_columns(void)
{
    return "o.id, o.rev, o.group_id, o.account_a, o.account_b, o.met_on, o.place,"
           " CASE WHEN o.account_a = $1 THEN o.note_a ELSE o.note_b END,"
           " CASE WHEN o.said_a + o.said_b = 0 THEN 1 ELSE 0 END, o.reported_by";
}

/* ---- reading */

static const char *one_sql(void)
{
    return db_intern("SELECT %s FROM one_to_one o WHERE o.id = $2"
                     " AND (o.account_a = $1 OR o.account_b = $1)",
                     one_to_one_columns());
}

static bool reply_one(Call *call, int status, GError **error)
{
    OneToOne one;
    g_autoptr(DbRows) rows = db_query(call->db, error, one_sql(), db_uuid(&call->principal.account),
                                      db_uuid(&call->id));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) ? problem_set(error, PROBLEM_NOT_FOUND, "There is no such one")
                                : false;
    row_read(rows, 0, &one_to_one_fields, &one, ROW_BORROW);
    call->reply.status = status;
    call->reply.rev = one.rev;
    json_put_object(call->reply.body, &one_to_one_fields, &one);
    return true;
}

static bool read_one(Call *call, GError **error)
{
    return reply_one(call, 200, error);
}

#define BRANCH(side)                                                                               \
    "SELECT %s FROM one_to_one o WHERE o." side " = $1 AND (o.met_on, o.id) < ($2, $3)"            \
    " AND o.said_a + o.said_b > 0"

static const char *list_sql(void)
{
    return db_intern(
        BRANCH("account_a") " UNION ALL " BRANCH("account_b") " ORDER BY 6 DESC, 1 DESC LIMIT $4",
        one_to_one_columns(), one_to_one_columns());
}

/* A place in the list is a time for its cursor: noon of the day. */
static char *day_of(gint64 at)
{
    g_autoptr(GDateTime)
        time = g_date_time_new_from_unix_utc(MIN(at, G_MAXINT32 * MS_PER_SECOND) / MS_PER_SECOND);
    return g_date_time_format(time, "%F");
}

static gint64 time_of(const char *day)
{
    gint64 at = 0;
    g_autofree char *noon = g_strconcat(day, "T12:00:00Z", NULL);
    time_parse(noon, &at);
    return at;
}

static bool list(Call *call, GError **error)
{
    int limit = 0;
    gint64 at = 0;
    Uuid id;
    bool more = false;
    if (!call_limit(call, &limit, error) || !call_cursor_newest(call, &at, &id, error))
        return false;
    g_autofree char *day = day_of(at);
    g_autoptr(DbRows)
        rows = db_query(call->db, error, list_sql(), db_uuid(&call->principal.account),
                        db_text(day), db_uuid(&id), db_int(limit + 1));
    if (!rows)
        return false;
    g_string_append(call->reply.body, "{\"items\":[");
    for (int n = 0; db_next(rows, error); n++) {
        OneToOne one;
        more = n == limit;
        if (more)
            break;
        row_read(rows, 0, &one_to_one_fields, &one, ROW_BORROW);
        g_string_append(call->reply.body, n ? "," : "");
        json_put_object(call->reply.body, &one_to_one_fields, &one);
        at = time_of(one.input.met_on);
        id = one.id;
    }
    if (!more && !db_rows_ok(rows))
        return false;
    call_put_next(call, more, at, &id);
    return true;
}

/* ---- PUT */

static bool check_id(Call *call, const NewOneToOne *input, GError **error)
{
    const Uuid *me = &call->principal.account;
    if (uuid_equal(me, &input->with))
        field_errors_add(&call->errors, "#/with", "self", "with: somebody else");
    one_to_one_validate(&input->input, call->now, &call->errors);
    if (!call_valid(call, error))
        return false;
    Uuid id = one_to_one_id(me, &input->with, input->input.met_on);
    if (!uuid_equal(&id, &call->id))
        field_errors_add(&call->errors, "#/met_on", "invalid",
                         "the id is not the one of the two and that day");
    return call_valid(call, error);
}

/* Taking back what one said is always possible. */
static bool check_members(Call *call, const NewOneToOne *input, GError **error)
{
    GroupRole role = 0;
    if (input->input.removed)
        return true;
    if (!group_need(call, &input->group, 0, error) ||
        !group_role(call->db, &input->group, &input->with, &role, error))
        return false;
    if (!role)
        field_errors_add(&call->errors, "#/with", "not-member", "not a member of the group");
    return call_valid(call, error);
}

static const char insert_sql[] =
    "INSERT INTO one_to_one (id, rev, group_id, account_a, account_b, met_on, said_a, said_b,"
    " reported_by) VALUES ($1, 0, $2, $3, $4, $5, 0, 0, $6) ON CONFLICT (id) DO NOTHING";

#define SAY(side)                                                                                  \
    "UPDATE one_to_one SET rev = rev + 1, place = COALESCE($2, place), said_" side                 \
    " = $3, note_" side " = $4 WHERE id = $1 RETURNING said_a + said_b, rev"

static bool say(Call *call, const NewOneToOne *input, bool *is_new, GError **error)
{
    const Uuid *me = &call->principal.account;
    bool first = uuid_compare(me, &input->with) < 0, removed = input->input.removed;
    const char *place = input->input.place && *input->input.place ? input->input.place : NULL;
    g_autoptr(DbRows) rows = db_query(call->db, error, first ? SAY("a") : SAY("b"),
                                      db_uuid(&call->id), db_text(place), db_int(!removed),
                                      db_text(removed ? NULL : input->input.note));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) ? problem_set(error, PROBLEM_NOT_FOUND, "There is no such one")
                                : false;
    bool gone = db_get_int(rows, 0) == 0;
    *is_new = db_get_int(rows, 1) == 1;
    change_note(call, me, OBJECT_ONE_TO_ONE, &call->id, gone);
    change_note(call, &input->with, OBJECT_ONE_TO_ONE, &call->id, gone);
    return true;
}

static bool create(Call *call, GError **error)
{
    const NewOneToOne *input = call->body;
    const Uuid *me = &call->principal.account, *with = &input->with;
    bool first = uuid_compare(me, with) < 0, is_new = false;
    return check_id(call, input, error) && check_members(call, input, error) &&
           (input->input.removed ||
            db_exec(call->db, error, insert_sql, db_uuid(&call->id), db_uuid(&input->group),
                    db_uuid(first ? me : with), db_uuid(first ? with : me),
                    db_text(input->input.met_on), db_uuid(me))) &&
           say(call, input, &is_new, error) && reply_one(call, is_new ? 201 : 200, error);
}

const char *one_to_one_hot_sql(int i)
{
    return i == 0 ? one_sql() : i == 1 ? list_sql() : NULL;
}

const Route one_to_one_routes[] = {
    { .method = "GET",
      .path = "/v1/one-to-ones",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_LIST,
      .reply = &one_to_one_fields,
      .handler = list,
      .query = "limit cursor",
      .summary = "With whom I met by ourselves, the latest first" },
    { .method = "GET",
      .path = "/v1/one-to-ones/{id}",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .reply = &one_to_one_fields,
      .handler = read_one,
      .summary = "One of them" },
    { .method = "PUT",
      .path = "/v1/one-to-ones/{id}",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .body = &new_one_to_one_fields,
      .reply = &one_to_one_fields,
      .handler = create,
      .summary = "Say that I met a member of a group, or take that back; the other may say so too, "
                 "and it counts once" },
    { 0 },
};
