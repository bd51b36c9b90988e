/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/meeting_mail.h"

#include <string.h>

#include "server/meeting_calendar.h"
#include "server/meetings.h"

#define STEP 50
#define AHEAD (14 * MS_PER_DAY)
#define SLIPS_WITHIN (2 * MS_PER_DAY)

/* ---- the event among a mail's values */

static const char *value_of(const MailValue *values, const char *name)
{
    for (; values->name; values++)
        if (strcmp(values->name, name) == 0)
            return values->text;
    return NULL;
}

static gint64 number_of(const MailValue *values, const char *name)
{
    const char *text = value_of(values, name);
    return text ? g_ascii_strtoll(text, NULL, 10) : 0;
}

char *meeting_mail_calendar(const MailValue *values, const CalendarPerson *organizer,
                            const CalendarPerson *attendee, gint64 stamp, const char **method)
{
    const char *uid = value_of(values, "event_uid");
    if (!uid)
        return NULL;
    bool off = value_of(values, "event_off") != NULL;
    CalendarEvent event = { .uid = uid,
                            .sequence = number_of(values, "event_edition"),
                            .stamp = stamp,
                            .starts_at = number_of(values, "event_starts"),
                            .duration = number_of(values, "event_minutes"),
                            .time_zone = value_of(values, "event_zone"),
                            .summary = value_of(values, "event_summary"),
                            .location = value_of(values, "event_place"),
                            .description = value_of(values, "event_text"),
                            .cancelled = off,
                            .organizer = *organizer,
                            .attendee = *attendee };
    Calendar calendar = { .method = off ? CALENDAR_CANCEL : CALENDAR_REQUEST,
                          .events = &event,
                          .n = 1 };
    GString *out = g_string_new(NULL);
    calendar_put(out, &calendar);
    *method = calendar_method(calendar.method);
    return g_string_free(out, FALSE);
}

/* ---- one meeting, and whom to tell of it */

typedef struct Telling {
    Meeting meeting;
    char *group;
    char *when; /* "2026-11-26, 07:00 (Europe/London)" */
    char *day;
    char *summary, *text;
    CalendarKey key;
} Telling;

static void telling_clear(Telling *telling)
{
    meeting_clear(&telling->meeting);
    g_free(telling->group);
    g_free(telling->when);
    g_free(telling->day);
    g_free(telling->summary);
    g_free(telling->text);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Telling, telling_clear)

static void tell_when(Telling *telling)
{
    const char *name = telling->meeting.input.time_zone;
    g_autoptr(GTimeZone) zone = name && *name ? g_time_zone_new_identifier(name) : NULL;
    g_autoptr(GDateTime)
        utc = g_date_time_new_from_unix_utc(telling->meeting.input.starts_at / MS_PER_SECOND);
    g_autoptr(GDateTime) local = zone ? g_date_time_to_timezone(utc, zone) : g_date_time_ref(utc);
    g_autofree char *text = g_date_time_format(local, "%F, %H:%M");
    telling->when = g_strdup_printf("%s (%s)", text, zone ? name : "UTC");
    telling->day = g_date_time_format(local, "%F");
}

static bool telling_load(Call *call, const Uuid *id, Telling *telling, GError **error)
{
    if (!meeting_row_load(call->db, id, &telling->meeting, error) ||
        !calendar_key_load(call->db, &telling->key, error))
        return false;
    g_autoptr(DbRows) rows = db_query(call->db, error, "SELECT name FROM leads_group WHERE id = $1",
                                      db_uuid(&telling->meeting.group));
    if (!rows || !db_next(rows, error))
        return false;
    telling->group = g_strdup(db_get_text(rows, 0));
    telling->summary = meeting_summary(&telling->meeting, telling->group);
    telling->text = meeting_description(&telling->meeting);
    tell_when(telling);
    return true;
}

static bool queue(Call *call, MailType type, const char *key, const Uuid *account,
                  const MailValue *values, GError **error)
{
    return mail_queue(call->db, call->now,
                      &(Mail){ .type = type, .key = key, .account = account, .values = values },
                      error);
}

static char *edition_key(const Telling *telling, const Uuid *account, gint64 sequence)
{
    char one[UUID_TEXT_SIZE], other[UUID_TEXT_SIZE];
    return g_strdup_printf("%s/%s/%" G_GINT64_FORMAT, uuid_format(&telling->meeting.id, one),
                           uuid_format(account, other), sequence);
}

static char *day_key(const Telling *telling, const Uuid *account)
{
    char one[UUID_TEXT_SIZE], other[UUID_TEXT_SIZE];
    return g_strdup_printf("%s/%s/%s", uuid_format(&telling->meeting.group, one), telling->day,
                           uuid_format(account, other));
}

/* ---- the jobs */

typedef struct Recipient {
    Uuid account;
    bool before;
    gint64 calls; /* their SEQUENCE is so much ahead of the edition */
} Recipient;

typedef struct MeetingJob {
    /* Of the next meeting that it is to be told of: its id; $1 now, $2 until. */
    const char *meeting_sql;
    gint64 ahead; /* until: from now */
    /* Of a meeting ($1): the next accounts to be told, whether each was invited before, and its calls; $2 at most so many. */
    const char *members_sql;
    bool (*tell)(Call *call, const Telling *telling, const Recipient *to, GError **error);
    const char *told_sql; /* account $2 was told of meeting $1, its edition being $3 */
    const char *done_sql; /* all were, of meeting $1; NULL: nothing is noted */
} MeetingJob;

static GArray *find_members(Call *call, const MeetingJob *job, const Uuid *meeting, GError **error)
{
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(Recipient));
    g_autoptr(DbRows)
        rows = db_query(call->db, error, job->members_sql, db_uuid(meeting), db_int(STEP));
    if (!rows)
        return NULL;
    while (db_next(rows, error)) {
        Recipient one = { db_get_uuid(rows, 0), db_get_int(rows, 1) != 0, db_get_int(rows, 2) };
        g_array_append_val(found, one);
    }
    return db_rows_ok(rows) ? g_steal_pointer(&found) : NULL;
}

/* As whoever lets somebody in or out does: nobody is invited who leaves in between. */
static bool lock_members(Call *call, const Uuid *meeting, GError **error)
{
    return db_engine(call->db) == DB_ENGINE_SQLITE ||
           db_exec(call->db, error,
                   "SELECT g.id FROM meeting m CROSS JOIN leads_group g WHERE m.id = $1 AND g.id ="
                   " m.group_id FOR NO KEY UPDATE OF g",
                   db_uuid(meeting));
}

static bool tell_members(Call *call, const MeetingJob *job, const Uuid *id, GError **error)
{
    g_auto(Telling) telling = { 0 };
    if (!lock_members(call, id, error) || !telling_load(call, id, &telling, error))
        return false;
    g_autoptr(GArray) members = find_members(call, job, id, error);
    if (!members)
        return false;
    for (guint i = 0; i < members->len; i++) {
        const Recipient *one = &g_array_index(members, Recipient, i);
        if (!job->tell(call, &telling, one, error) ||
            !db_exec(call->db, error, job->told_sql, db_uuid(id), db_uuid(&one->account),
                     db_int(telling.meeting.sequence)))
            return false;
    }
    return members->len == STEP || !job->done_sql ||
           db_exec(call->db, error, job->done_sql, db_uuid(id));
}

/* Of one meeting, some members. */
static bool run(Call *call, const MeetingJob *job, GError **error)
{
    g_autoptr(DbRows) rows = db_query(call->db, error, job->meeting_sql, db_int(call->now),
                                      db_int(call->now + job->ahead));
    if (!rows)
        return false;
    bool found = db_next(rows, error);
    Uuid id = found ? db_get_uuid(rows, 0) : (Uuid){ { 0 } };
    bool ok = found || db_rows_ok(rows);
    g_clear_pointer(&rows, db_rows_free);
    *(bool *)call->scratch = found;
    return ok && (!found || tell_members(call, job, &id, error));
}

/* ---- invitations, changes, cancellations */

/* left: they are no member any more. */
static bool tell_event(Call *call, const Telling *telling, const Recipient *to, bool left,
                       GError **error)
{
    const Meeting *meeting = &telling->meeting;
    gint64 sequence = meeting->sequence + to->calls + left;
    g_autofree char *key = edition_key(telling, &to->account, sequence);
    g_autofree char *uid = calendar_uid(&telling->key, &meeting->id, &to->account);
    g_autofree char *edition = g_strdup_printf("%" G_GINT64_FORMAT, sequence);
    g_autofree char *starts = g_strdup_printf("%" G_GINT64_FORMAT, meeting->input.starts_at);
    g_autofree char *minutes = g_strdup_printf("%" G_GINT64_FORMAT, meeting->input.duration);
    bool off = meeting_is_off(meeting->state);
    MailValue values[] = {
        { "group", telling->group },
        { "when", telling->when },
        { "place", meeting->input.place },
        { "topic", meeting->input.topic },
        { "reason", off ? meeting->reason : NULL },
        { "left", left ? "yes" : NULL },
        { "event_uid", uid },
        { "event_edition", edition },
        { "event_starts", starts },
        { "event_minutes", minutes },
        { "event_zone", meeting->input.time_zone },
        { "event_place", meeting->input.place },
        { "event_summary", telling->summary },
        { "event_text", telling->text },
        { "event_off", off || left ? "yes" : NULL },
        { 0 },
    };
    return queue(call,
                 off || left  ? MAIL_MEETING_CANCELLED
                 : to->before ? MAIL_MEETING_CHANGED
                              : MAIL_MEETING_INVITATION,
                 key, &to->account, values, error);
}

static bool tell_edition(Call *call, const Telling *telling, const Recipient *to, GError **error)
{
    return tell_event(call, telling, to, false, error);
}

#define UNTOLD "m.told_edition < m.edition AND m.state IN (1, 6, 7)"
G_STATIC_ASSERT(MEETING_SCHEDULED == 1 && MEETING_HOLIDAY == 6 && MEETING_CANCELLED == 7 &&
                MEMBERSHIP_ACTIVE == 1);

/* What is known of already is told however far ahead it is. Of what is off those who were invited are told, members or not; of what takes place all members. */
static const MeetingJob editions = {
    .meeting_sql = "SELECT m.id FROM meeting m WHERE " UNTOLD
                   " AND m.starts_at > $1 AND (m.starts_at <= $2 OR m.told_edition >= 0)"
                   " ORDER BY m.starts_at, m.id LIMIT 1",
    .ahead = AHEAD,
    .members_sql =
        "SELECT v.account, CASE WHEN COALESCE(t.edition, -1) < 0 THEN 0 ELSE 1 END,"
        " COALESCE(t.calls, 0) FROM meeting m"
        " CROSS JOIN membership v LEFT JOIN meeting_told t ON t.meeting = m.id"
        " AND t.account = v.account WHERE m.id = $1 AND m.state = 1 AND v.group_id = m.group_id"
        " AND v.state = 1 AND COALESCE(t.edition, -1) < m.edition"
        " UNION ALL SELECT t.account, 1, t.calls FROM meeting m CROSS JOIN meeting_told t WHERE "
        "m.id = $1"
        " AND m.state <> 1 AND t.meeting = m.id AND t.edition >= 0 AND t.edition < m.edition"
        " LIMIT $2",
    .tell = tell_edition,
    .told_sql = "INSERT INTO meeting_told (meeting, account, edition) VALUES ($1, $2, $3)"
                " ON CONFLICT (meeting, account) DO UPDATE SET edition = excluded.edition",
    .done_sql = "UPDATE meeting SET told_edition = edition WHERE id = $1",
};

/* ---- invitations of who left */

static bool tell_recall(Call *call, const Telling *telling, const Recipient *to, GError **error)
{
    return tell_event(call, telling, to, true, error);
}

/* What is off, or begun, is not called back: of the one they are told, the other is over. */
static const MeetingJob recalls = {
    .meeting_sql = "SELECT m.id FROM meeting_told t CROSS JOIN meeting m WHERE t.recall = 1"
                   " AND m.id = t.meeting AND m.state = 1 AND m.starts_at > $1 AND $2 >= $1"
                   " ORDER BY t.meeting LIMIT 1",
    .members_sql = "SELECT t.account, 1, t.calls FROM meeting_told t WHERE t.meeting = $1"
                   " AND t.recall = 1 LIMIT $2",
    .tell = tell_recall,
    .told_sql = "UPDATE meeting_told SET recall = 0, edition = -1 + 0 * $3, calls = calls + 2"
                " WHERE meeting = $1 AND account = $2",
};

bool meeting_mail_job(Call *call, GError **error)
{
    return run(call, &recalls, error) && (*(bool *)call->scratch || run(call, &editions, error));
}

bool meeting_mail_recall(Call *call, const Uuid *group, const Uuid *account, GError **error)
{
    return db_exec(call->db, error,
                   "UPDATE meeting_told SET recall = 1 WHERE account = $1 AND edition >= 0"
                   " AND meeting IN (SELECT m.id FROM meeting m WHERE m.group_id = $2"
                   " AND m.starts_at > $3 AND m.state = 1)",
                   db_uuid(account), db_uuid(group), db_int(call->now));
}

bool meeting_mail_again(Call *call, const Uuid *group, const Uuid *account, GError **error)
{
    return db_exec(call->db, error,
                   "UPDATE meeting_told SET recall = 0 WHERE account = $1 AND recall = 1"
                   " AND meeting IN (SELECT m.id FROM meeting m WHERE m.group_id = $2)",
                   db_uuid(account), db_uuid(group)) &&
           db_exec(call->db, error,
                   "UPDATE meeting SET told_edition = -1 WHERE group_id = $1 AND starts_at > $2"
                   " AND starts_at <= $3 AND state = 1",
                   db_uuid(group), db_int(call->now), db_int(call->now + AHEAD));
}

/* ---- reminders */

static bool tell_reminder(Call *call, const Telling *telling, const Recipient *to, GError **error)
{
    g_autofree char *key = day_key(telling, &to->account);
    MailValue values[] = { { "group", telling->group },
                           { "when", telling->when },
                           { "place", telling->meeting.input.place },
                           { "topic", telling->meeting.input.topic },
                           { 0 } };
    return queue(call, MAIL_MEETING_REMINDER, key, &to->account, values, error);
}

static const MeetingJob reminders = {
    .meeting_sql = "SELECT m.id FROM meeting m WHERE m.reminded = 0 AND m.state = 1"
                   " AND m.starts_at > $1 AND m.starts_at <= $2 ORDER BY m.starts_at, m.id LIMIT 1",
    .ahead = MS_PER_DAY,
    .members_sql =
        "SELECT v.account, 0, 0 FROM meeting m CROSS JOIN membership v LEFT JOIN meeting_told t"
        " ON t.meeting = m.id AND t.account = v.account LEFT JOIN rsvp r ON r.meeting = m.id"
        " AND r.account = v.account WHERE m.id = $1 AND v.group_id = m.group_id AND v.state = 1"
        " AND COALESCE(t.reminded, 0) = 0 AND COALESCE(r.answer, 1) <> 2 LIMIT $2",
    .tell = tell_reminder,
    .told_sql = "INSERT INTO meeting_told (meeting, account, edition, reminded)"
                " VALUES ($1, $2, -1 + 0 * $3, 1) ON CONFLICT (meeting, account)"
                " DO UPDATE SET reminded = 1",
    .done_sql = "UPDATE meeting SET reminded = 1 WHERE id = $1",
};
G_STATIC_ASSERT(RSVP_NO == 2);

bool meeting_reminder_job(Call *call, GError **error)
{
    return run(call, &reminders, error);
}

/* ---- slips */

static bool tell_slips(Call *call, const Telling *telling, const Recipient *to, GError **error)
{
    g_autofree char *key = day_key(telling, &to->account);
    MailValue values[] = { { "group", telling->group }, { "when", telling->when }, { 0 } };
    return queue(call, MAIL_ENTER_SLIPS, key, &to->account, values, error);
}

/* Between its end and its completion; $2 is two days ago. */
static const MeetingJob slips = {
    .meeting_sql = "SELECT m.id FROM meeting m WHERE m.slips_asked = 0 AND m.state IN (1, 2, 3)"
                   " AND m.starts_at + m.duration * 60000 <= $1 AND m.starts_at > $2"
                   " ORDER BY m.starts_at, m.id LIMIT 1",
    .ahead = -SLIPS_WITHIN,
    .members_sql =
        "SELECT v.account, 0, 0 FROM meeting m CROSS JOIN membership v LEFT JOIN meeting_told t"
        " ON t.meeting = m.id AND t.account = v.account WHERE m.id = $1"
        " AND v.group_id = m.group_id AND v.state = 1 AND COALESCE(t.slips_asked, 0) = 0"
        " AND NOT EXISTS (SELECT 1 FROM slip s WHERE s.meeting = m.id AND s.removed = 0"
        " AND s.from_account = v.account) LIMIT $2",
    .tell = tell_slips,
    .told_sql = "INSERT INTO meeting_told (meeting, account, edition, slips_asked)"
                " VALUES ($1, $2, -1 + 0 * $3, 1) ON CONFLICT (meeting, account)"
                " DO UPDATE SET slips_asked = 1",
    .done_sql = "UPDATE meeting SET slips_asked = 1 WHERE id = $1",
};
G_STATIC_ASSERT(MEETING_OPEN == 2 && MEETING_DRAFT == 3);

bool meeting_slips_job(Call *call, GError **error)
{
    return run(call, &slips, error);
}

const char *meeting_mail_hot_sql(int i)
{
    static const MeetingJob *const jobs[] = { &recalls, &editions, &reminders, &slips };
    if (i >= 2 * (int)G_N_ELEMENTS(jobs))
        return NULL;
    return i % 2 ? jobs[i / 2]->members_sql : jobs[i / 2]->meeting_sql;
}
