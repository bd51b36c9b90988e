/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/meeting_plan.h"

#include "base/log.h"
#include "db/row.h"
#include "server/changes.h"
#include "server/meetings.h"
#include "server/recurrence.h"

#define STEP 20 /* groups */

/* ---- what is there: ahead, made by the schedule, as it was */

typedef struct Planned {
    Meeting meeting;
    bool touched; /* somebody answered or entered something */
    bool told;    /* somebody was invited by mail */
} Planned;

static void planned_free(gpointer data)
{
    Planned *planned = data;
    meeting_clear(&planned->meeting);
    g_free(planned);
}

#define ANY(table) "EXISTS (SELECT 1 FROM " table " x WHERE x.meeting = m.id)"

static const char *planned_sql(void)
{
    return db_intern(
        "SELECT %s, CASE WHEN " ANY("rsvp") " OR " ANY("visitor") " OR " ANY("slip") " OR " ANY(
            "thanks") " THEN 1 ELSE 0 END, CASE WHEN EXISTS (SELECT 1 FROM meeting_told x WHERE "
                      "x.meeting = m.id AND x.edition >= 0) THEN 1 ELSE 0 END "
                      "FROM meeting m WHERE "
                      "m.group_id = $1"
                      " AND m.starts_at > $2 "
                      "AND m.planned = 1 "
                      "ORDER BY m.starts_at, "
                      "m.id",
        meeting_columns());
}

static GPtrArray *find_planned(Call *call, const Group *group, GError **error)
{
    const int n = row_n_columns(&meeting_fields);
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(planned_free);
    g_autoptr(DbRows)
        rows = db_query(call->db, error, planned_sql(), db_uuid(&group->id), db_int(call->now));
    if (!rows)
        return NULL;
    while (db_next(rows, error)) {
        Planned *planned = g_new0(Planned, 1);
        row_read(rows, 0, &meeting_fields, &planned->meeting, ROW_COPY);
        planned->touched = db_get_int(rows, n) != 0;
        planned->told = db_get_int(rows, n + 1) != 0;
        g_ptr_array_add(found, planned);
    }
    return db_rows_ok(rows) ? g_steal_pointer(&found) : NULL;
}

/* ---- bringing it in line */

static MeetingInput input_of(const Group *group, const Occurrence *day)
{
    return (MeetingInput){ .starts_at = day->starts_at,
                           .duration = group->input.duration,
                           .time_zone = group->input.time_zone,
                           .place = group->input.place };
}

static bool make(Call *call, const Group *group, const Uuid *id, const Occurrence *day,
                 GError **error)
{
    gint64 n = 0;
    Meeting meeting = { .id = *id,
                        .rev = 1,
                        .created_at = call->now,
                        .updated_at = call->now,
                        .group = group->id,
                        .state = MEETING_SCHEDULED,
                        .input = input_of(group, day) };
    if (!db_get_one_int(call->db, error, &n, "SELECT COUNT(*) FROM meeting WHERE id = $1",
                        db_uuid(id)))
        return false;
    return n > 0 || meeting_store(call, &meeting, true, error);
}

static bool move(Call *call, const Group *group, const Planned *planned, const Occurrence *day,
                 GError **error)
{
    MeetingInput input = input_of(group, day);
    Meeting moved = planned->meeting; /* its texts are borrowed */
    bool back = moved.state == MEETING_CANCELLED;
    if (!back && (planned->touched || !meeting_is_moved(&moved.input, &input)))
        return true;
    moved.input.starts_at = input.starts_at;
    moved.input.duration = input.duration;
    moved.input.time_zone = input.time_zone;
    moved.input.place = input.place;
    moved.state = MEETING_SCHEDULED;
    moved.reason = NULL;
    moved.rev++;
    moved.sequence++;
    moved.updated_at = call->now;
    return meeting_store(call, &moved, true, error);
}

static bool drop(Call *call, const Planned *planned, GError **error)
{
    Meeting gone = planned->meeting;
    if (planned->touched || gone.state == MEETING_CANCELLED)
        return true;
    if (!planned->told) {
        change_note(call, &gone.group, OBJECT_MEETING, &gone.id, true);
        return db_exec(call->db, error, "DELETE FROM meeting_told WHERE meeting = $1",
                       db_uuid(&gone.id)) &&
               db_exec(call->db, error, "DELETE FROM meeting WHERE id = $1", db_uuid(&gone.id));
    }
    gone.reason = (char *)"The group meets at other times";
    gone.state = MEETING_CANCELLED;
    gone.rev++;
    gone.sequence++;
    gone.updated_at = call->now;
    return meeting_store(call, &gone, true, error);
}

static const Occurrence *wanted_at(const GArray *wanted, const Group *group, const Uuid *id)
{
    for (guint i = 0; i < wanted->len; i++) {
        const Occurrence *day = &g_array_index(wanted, Occurrence, i);
        Uuid its = meeting_day_id(&group->id, day->day);
        if (uuid_equal(&its, id))
            return day;
    }
    return NULL;
}

static bool settle(Call *call, const Group *group, const GArray *wanted, GError **error)
{
    g_autoptr(GPtrArray) there = find_planned(call, group, error);
    if (!there)
        return false;
    for (guint i = 0; i < there->len; i++) {
        const Planned *planned = there->pdata[i];
        const Occurrence *day = wanted_at(wanted, group, &planned->meeting.id);
        if (!(day ? move(call, group, planned, day, error) : drop(call, planned, error)))
            return false;
    }
    for (guint i = 0; i < wanted->len; i++) {
        const Occurrence *day = &g_array_index(wanted, Occurrence, i);
        Uuid id = meeting_day_id(&group->id, day->day);
        if (!make(call, group, &id, day, error))
            return false;
    }
    return true;
}

/* A schedule that makes no sense makes no meetings: it is no reason to refuse what else is done. */
static GArray *find_wanted(Call *call, const Group *group)
{
    g_autoptr(GError) error = NULL;
    GArray *wanted = NULL;
    if (group->state == GROUP_ACTIVE)
        wanted = recurrence_find(&group->input, group->created_at, call->now + 1,
                                 call->now + PLANNED_AHEAD, &error);
    if (error)
        log_write(LOG_WARNING, "meeting-plan", "detail", error->message, NULL);
    return wanted ? wanted : g_array_new(FALSE, FALSE, sizeof(Occurrence));
}

static char *today(const Call *call)
{
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(call->now / MS_PER_SECOND);
    return g_date_time_format(now, "%F");
}

bool meeting_plan(Call *call, const Group *group, GError **error)
{
    g_autofree char *day = today(call);
    if (group->state == GROUP_SUSPENDED) /* until it has a leader again */
        return true;
    g_autoptr(GArray) wanted = find_wanted(call, group);
    return settle(call, group, wanted, error) &&
           db_exec(call->db, error,
                   "INSERT INTO meeting_plan (group_id, made_on) VALUES ($1, $2)"
                   " ON CONFLICT (group_id) DO UPDATE SET made_on = excluded.made_on",
                   db_uuid(&group->id), db_text(day));
}

/* ---- the job: groups that were not looked at today */

static const char due_sql[] =
    "SELECT g.id FROM leads_group g LEFT JOIN meeting_plan p ON p.group_id = g.id"
    " WHERE g.state = 2 AND g.cadence <> 5 AND (p.made_on IS NULL OR p.made_on < $1)"
    " ORDER BY g.id LIMIT $2";
G_STATIC_ASSERT(GROUP_ACTIVE == 2 && CADENCE_OTHER == 5);

static GArray *find_due(Call *call, GError **error)
{
    g_autofree char *day = today(call);
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(Uuid));
    g_autoptr(DbRows) rows = db_query(call->db, error, due_sql, db_text(day), db_int(STEP));
    if (!rows)
        return NULL;
    while (db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0);
        g_array_append_val(ids, id);
    }
    return db_rows_ok(rows) ? g_steal_pointer(&ids) : NULL;
}

bool meeting_plan_job(Call *call, GError **error)
{
    g_autoptr(GArray) ids = find_due(call, error);
    if (!ids)
        return false;
    for (guint i = 0; i < ids->len; i++) {
        g_auto(Group) group = { 0 };
        if (!group_lock(call->db, &g_array_index(ids, Uuid, i), &group, error) ||
            !meeting_plan(call, &group, error))
            return false;
    }
    *(bool *)call->scratch = ids->len == STEP;
    return true;
}

/* ---- what is forgotten */

#define OLD_AT_ONCE 200

static bool forget_visitors(Call *call, int *n, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "UPDATE visitor SET rev = rev + 1, email = NULL, phone = NULL, note = NULL WHERE id IN"
        " (SELECT x.id FROM meeting m CROSS JOIN visitor x WHERE m.starts_at < $1 AND x.meeting ="
        " m.id AND COALESCE(x.email, x.phone, x.note) IS NOT NULL LIMIT $2)"
        " RETURNING id, group_id, brought_by, removed",
        db_int(call->now - CONTACTS_KEPT), db_int(OLD_AT_ONCE));
    while (rows && db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0), group = db_get_uuid(rows, 1), by = db_get_uuid(rows, 2);
        Uuid officers = group_officers_scope(&group);
        bool removed = db_get_int(rows, 3) != 0;
        change_note(call, &officers, OBJECT_VISITOR, &id, removed);
        if (!uuid_is_nil(&by))
            change_note(call, &by, OBJECT_VISITOR, &id, removed);
        ++*n;
    }
    return rows && db_rows_ok(rows);
}

static bool forget_contacts(Call *call, int *n, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "UPDATE slip SET rev = rev + 1, contact = NULL WHERE id IN (SELECT x.id FROM meeting m"
        " CROSS JOIN slip x WHERE m.starts_at < $1 AND x.meeting = m.id AND x.contact IS NOT NULL"
        " LIMIT $2) RETURNING id, group_id, removed",
        db_int(call->now - CONTACTS_KEPT), db_int(OLD_AT_ONCE));
    while (rows && db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0), group = db_get_uuid(rows, 1);
        change_note(call, &group, OBJECT_SLIP, &id, db_get_int(rows, 2) != 0);
        ++*n;
    }
    return rows && db_rows_ok(rows);
}

bool meeting_purge_job(Call *call, GError **error)
{
    int visitors = 0, contacts = 0;
    if (!forget_visitors(call, &visitors, error) || !forget_contacts(call, &contacts, error))
        return false;
    *(bool *)call->scratch = MAX(visitors, contacts) == OLD_AT_ONCE;
    return true;
}
