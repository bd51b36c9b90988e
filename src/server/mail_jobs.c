/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/mail_jobs.h"

#include <string.h>

#include "base/day.h"
#include "base/text.h"
#include "server/group_report_data.h"
#include "server/groups.h"
#include "server/mail.h"
#include "server/partners.h"
#include "server/report_data.h"

#define STEP 50
#define CATCH_UP (2 * MS_PER_DAY) /* how far back the first walk over waiting leads begins */
#define LINES_MAX 20
#define NAME_COLUMNS 50

/* ---- the place of a walk */

typedef struct Walk {
    const char *job, *date;
    gint64 at;
    Uuid after;
    bool done;
} Walk;

/* db_uuid() would make NULL of the nil one that a walk begins with. */
static DbValue place(const Uuid *id)
{
    return (DbValue){ .kind = DB_UUID, .data = id, .length = sizeof *id };
}

/* Makes the row when it is not there. It stays locked until the commit: a second server waits, and goes on from there. */
static bool walk_open(Call *call, Walk *walk, GError **error)
{
    if (!db_exec(call->db, error,
                 "INSERT INTO mail_job (job, local_date, at, done) VALUES ($1, $2, $3, 0)"
                 " ON CONFLICT (job, local_date) DO NOTHING",
                 db_text(walk->job), db_text(walk->date), db_int(walk->at)))
        return false;
    g_autoptr(DbRows) rows = db_query(call->db, error,
                                      "UPDATE mail_job SET done = done WHERE job = $1 AND"
                                      " local_date = $2 RETURNING at, after, done",
                                      db_text(walk->job), db_text(walk->date));
    if (!rows || !db_next(rows, error))
        return rows && db_rows_ok(rows) && problem_set(error, PROBLEM_INTERNAL, "no walk");
    walk->at = db_get_int(rows, 0);
    walk->after = db_get_uuid(rows, 1);
    walk->done = db_get_int(rows, 2) != 0;
    return true;
}

static bool walk_close(Call *call, const Walk *walk, GError **error)
{
    return db_exec(call->db, error,
                   "UPDATE mail_job SET at = $3, after = $4, done = $5 WHERE job = $1 AND"
                   " local_date = $2",
                   db_text(walk->job), db_text(walk->date), db_int(walk->at), db_uuid(&walk->after),
                   db_int(walk->done));
}

/* ---- leads that wait */

typedef struct Waiting {
    Uuid id, to;
    gint64 sent_at;
    char *from, *company;
} Waiting;

static void waiting_free(gpointer data)
{
    Waiting *one = data;
    g_free(one->from);
    g_free(one->company);
    g_free(one);
}

static GPtrArray *find_waiting(Call *call, const Walk *walk, gint64 until, GError **error)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(waiting_free);
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "SELECT r.id, r.to_account, r.sent_at, f.name, f.company_name FROM referral r"
        " CROSS JOIN account f WHERE r.state = 1 AND (r.sent_at, r.id) > ($1, $2)"
        " AND r.sent_at <= $3 AND f.id = r.from_account ORDER BY r.sent_at, r.id LIMIT $4",
        db_int(walk->at), place(&walk->after), db_int(until), db_int(STEP));
    if (!rows)
        return NULL;
    while (db_next(rows, error)) {
        Waiting *one = g_new0(Waiting, 1);
        one->id = db_get_uuid(rows, 0);
        one->to = db_get_uuid(rows, 1);
        one->sent_at = db_get_int(rows, 2);
        one->from = g_strdup(db_get_text(rows, 3));
        one->company = g_strdup(db_get_text(rows, 4));
        g_ptr_array_add(found, one);
    }
    return db_rows_ok(rows) ? g_steal_pointer(&found) : NULL;
}

/* Somebody outside is reminded by their sender only. */
static bool remind(Call *call, const Waiting *lead, const char *days, GError **error)
{
    char id[UUID_TEXT_SIZE];
    if (uuid_is_nil(&lead->to))
        return true;
    g_autofree char *key = g_strdup_printf("%s/%s", uuid_format(&lead->id, id), days);
    MailValue values[] = { { "from", lead->from },
                           { "company", lead->company },
                           { "days", days },
                           { "referral", id },
                           { 0 } };
    return mail_queue(
        call->db, call->now,
        &(Mail){ .type = MAIL_LEAD_WAITING, .key = key, .account = &lead->to, .values = values },
        error);
}

/* Leads that were sent so many days ago, and since the last time. */
static bool walk_waiting(Call *call, const char *job, const char *days, gint64 age, bool *again,
                         GError **error)
{
    Walk walk = { .job = job, .date = "-", .at = call->now - age - CATCH_UP };
    if (!walk_open(call, &walk, error))
        return false;
    walk.at = MAX(walk.at,
                  call->now - age - CATCH_UP); /* nobody is reminded of what is long past */
    g_autoptr(GPtrArray) found = find_waiting(call, &walk, call->now - age, error);
    if (!found)
        return false;
    for (guint i = 0; i < found->len; i++) {
        const Waiting *lead = found->pdata[i];
        if (!remind(call, lead, days, error))
            return false;
        walk.at = lead->sent_at;
        walk.after = lead->id;
    }
    *again = *again || found->len == STEP;
    return found->len == 0 || walk_close(call, &walk, error);
}

bool mail_job_waiting(Call *call, GError **error)
{
    bool *again = call->scratch;
    return walk_waiting(call, "lead-waiting-1", "1", MS_PER_DAY, again, error) &&
           walk_waiting(call, "lead-waiting-3", "3", 3 * MS_PER_DAY, again, error);
}

/* ---- once a month, in each time zone */

typedef struct Monthly {
    const char *job;
    int first, last; /* days of the month on which a run may begin or go on */
    const char *zone;
    /* "2026-11-01"; label and ends of the month before, where the zone is */
    char date[11], from[11], to[11], month[3], year[5];
    gint64 begin; /* accounts made later have nothing to be told */
} Monthly;

static void put_time(char *out, gsize size, GDateTime *time, const char *format)
{
    g_autofree char *text = g_date_time_format(time, format);
    g_strlcpy(out, text, size);
}

/* False: it is not one of these days there. */
static bool monthly_open(Monthly *run, gint64 now, const char *zone_name)
{
    GTimeZone *found = clock_zone(zone_name);
    g_autoptr(GTimeZone) zone = found ? found : g_time_zone_new_utc();
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(now / MS_PER_SECOND);
    g_autoptr(GDateTime) today = g_date_time_to_timezone(utc, zone);
    int day = g_date_time_get_day_of_month(today);
    if (day < run->first || day > run->last)
        return false;
    g_autoptr(GDateTime) start = g_date_time_new(zone, g_date_time_get_year(today),
                                                 g_date_time_get_month(today), 1, 0, 0, 0);
    g_autoptr(GDateTime) before = g_date_time_add_months(start, -1);
    g_autoptr(GDateTime) end = g_date_time_add_days(start, -1);
    run->zone = found ? zone_name : "UTC";
    put_time(run->date, sizeof run->date, start, "%F");
    put_time(run->from, sizeof run->from, before, "%F");
    put_time(run->to, sizeof run->to, end, "%F");
    put_time(run->year, sizeof run->year, before, "%Y");
    g_snprintf(run->month, sizeof run->month, "%d", g_date_time_get_month(before));
    run->begin = g_date_time_to_unix(start) * MS_PER_SECOND;
    return true;
}

typedef bool (*TellAccount)(Call *call, const Monthly *run, const Uuid *account, GError **error);

static GArray *next_accounts(Call *call, const Walk *walk, const char *zone, gint64 before,
                             GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(Uuid));
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "SELECT id FROM account WHERE time_zone = $1 AND id > $2 AND state = 1 AND created_at < $3"
        " ORDER BY id LIMIT $4",
        db_text(zone), place(&walk->after), db_int(before), db_int(STEP));
    if (!rows)
        return NULL;
    while (db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0);
        g_array_append_val(ids, id);
    }
    return db_rows_ok(rows) ? g_steal_pointer(&ids) : NULL;
}

static bool monthly_walk(Call *call, const Monthly *run, const char *zone, TellAccount tell,
                         GError **error)
{
    g_autofree char *job = g_strdup_printf("%s %s", run->job, zone);
    Walk walk = { .job = job, .date = run->date };
    if (!walk_open(call, &walk, error) || walk.done)
        return walk.done;
    g_autoptr(GArray) ids = next_accounts(call, &walk, zone, run->begin, error);
    if (!ids)
        return false;
    for (guint i = 0; i < ids->len; i++) {
        walk.after = g_array_index(ids, Uuid, i);
        if (!tell(call, run, &walk.after, error))
            return false;
    }
    walk.done = ids->len < STEP;
    return walk_close(call, &walk, error);
}

/* Zones of accounts whose walk of that month is not done. */
static GPtrArray *zones_left(Call *call, const char *job, const char *date, GError **error)
{
    g_autofree char *before = g_strconcat(job, " ", NULL);
    g_autoptr(GPtrArray) zones = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "SELECT z.time_zone FROM (SELECT DISTINCT time_zone FROM account WHERE state = 1) AS z"
        " WHERE NOT EXISTS (SELECT 1 FROM mail_job j WHERE j.job = CAST($1 AS TEXT) || z.time_zone"
        " AND j.local_date = $2 AND j.done = 1) ORDER BY z.time_zone",
        db_text(before), db_text(date));
    if (!rows)
        return NULL;
    while (db_next(rows, error))
        g_ptr_array_add(zones, g_strdup(db_get_text(rows, 0)));
    return db_rows_ok(rows) ? g_steal_pointer(&zones) : NULL;
}

/* Some accounts of the first zone that is not done, where it is that month. *found false: there is none. */
static bool month_step(Call *call, Monthly *run, const char *date, TellAccount tell, bool *found,
                       GError **error)
{
    g_autoptr(GPtrArray) zones = zones_left(call, run->job, date, error);
    if (!zones)
        return false;
    for (guint i = 0; i < zones->len; i++) {
        const char *zone = zones->pdata[i];
        if (!monthly_open(run, call->now, zone) || strcmp(run->date, date) != 0)
            continue;
        *found = true;
        return monthly_walk(call, run, zone, tell, error);
    }
    return true;
}

/* When a month begins it is two months at once on Earth. */
static bool monthly_step(Call *call, Monthly *run, TellAccount tell, GError **error)
{
    static const int hours[] = { -12, 14 };
    char dates[G_N_ELEMENTS(hours)][11];
    bool found = false;
    for (size_t i = 0; i < G_N_ELEMENTS(hours) && !found; i++) {
        gint64 there = call->now + hours[i] * MS_PER_HOUR;
        g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(there / MS_PER_SECOND);
        put_time(dates[i], sizeof dates[i], time, "%Y-%m-01");
        if (i > 0 && strcmp(dates[i], dates[i - 1]) == 0)
            break;
        if (!month_step(call, run, dates[i], tell, &found, error))
            return false;
    }
    *(bool *)call->scratch = found;
    return true;
}

static char *monthly_key(const Monthly *run, const Uuid *account)
{
    char id[UUID_TEXT_SIZE];
    return g_strdup_printf("%s/%s", uuid_format(account, id), run->date);
}

static void put_name(GString *out, const char *name, const char *company)
{
    g_autofree char *both = company && *company ? g_strdup_printf("%s, %s", name, company)
                                                : g_strdup(name);
    g_autofree char *clean = text_clean(both, -1, TEXT_LINE);
    g_autofree char *cut = text_cut(clean, NAME_COLUMNS);
    g_string_append_printf(out, "  %s\n", cut);
}

/* ---- the monthly report (R27) */

typedef struct Figures {
    gint64 gave, gave_confirmed, took, took_confirmed, waiting;
    GString *lines;
} Figures;

static void add_figures(Figures *sum, const Report *report)
{
    int lines = 0;
    for (guint i = 0; i < report->rows->len; i++) {
        const GiveTakeRow *row = report->rows->pdata[i];
        if (row->sum.gave + row->sum.took == 0)
            continue;
        sum->gave += row->sum.gave;
        sum->gave_confirmed += row->sum.gave_confirmed;
        sum->took += row->sum.took;
        sum->took_confirmed += row->sum.took_confirmed;
        sum->waiting += row->took_waiting;
        const char *name = row->party.name ? row->party.name : row->outside;
        if (!name || ++lines > LINES_MAX)
            continue;
        g_string_append_printf(sum->lines, "%4" G_GINT64_FORMAT " %4" G_GINT64_FORMAT,
                               row->sum.gave, row->sum.took);
        put_name(sum->lines, name, row->party.company_name);
    }
}

static bool queue_activity(Call *call, const Monthly *run, const Uuid *account,
                           const Figures *figures, GError **error)
{
    const gint64 numbers[] = { figures->gave, figures->gave_confirmed, figures->took,
                               figures->took_confirmed, figures->waiting };
    char texts[G_N_ELEMENTS(numbers)][24];
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
        g_snprintf(texts[i], sizeof texts[i], "%" G_GINT64_FORMAT, numbers[i]);
    g_autofree char *key = monthly_key(run, account);
    MailValue values[] = {
        { "month", run->month },
        { "year", run->year },
        { "gave", texts[0] },
        { "gave_confirmed", texts[1] },
        { "took", texts[2] },
        { "took_confirmed", texts[3] },
        { "waiting", figures->waiting ? texts[4] : NULL },
        { "partners", figures->lines->str },
        { 0 },
    };
    return mail_queue(
        call->db, call->now,
        &(Mail){ .type = MAIL_ACTIVITY, .key = key, .account = account, .values = values }, error);
}

/* Nothing is sent about a month in which nothing was passed on: that is what the nudge is for. */
static bool tell_activity(Call *call, const Monthly *run, const Uuid *account, GError **error)
{
    g_auto(FieldErrors) errors;
    g_auto(ReportPeriod) period = { 0 };
    Report report = { 0 };
    field_errors_init(&errors);
    if (!report_period(&period, call->now, run->from, run->to, run->zone, &errors))
        return problem_set(error, PROBLEM_INTERNAL, "no period from %s to %s", run->from, run->to);
    ReportAsk ask = { .kind = REPORT_GIVE_TAKE, .account = *account, .now = call->now };
    Figures figures = { .lines = g_string_new(NULL) };
    bool ok = report_make(call->db, &ask, &period, &report, error);
    if (ok)
        add_figures(&figures, &report);
    if (ok && figures.gave + figures.took > 0)
        ok = queue_activity(call, run, account, &figures, error);
    report_clear(&report);
    g_string_free(figures.lines, TRUE);
    return ok;
}

bool mail_job_activity(Call *call, GError **error)
{
    return monthly_step(call, &(Monthly){ .job = "activity", .first = 1, .last = 10 },
                        tell_activity, error);
}

/* ---- partners who got nothing back (R32) */

/* They gave something that was not turned down, and got nothing at all. */
static bool owes(const GiveTake *sum)
{
    return sum->took > sum->took_rejected && sum->gave == 0;
}

static bool put_partner(Call *call, const Uuid *account, const Uuid *partner, gint64 took,
                        GString *lines, GError **error)
{
    bool partners = false;
    if (!partners_may_refer(call->db, account, partner, &partners, error))
        return false;
    if (!partners)
        return true;
    g_autoptr(DbRows) rows = db_query(
        call->db, error, "SELECT name, company_name FROM account WHERE id = $1", db_uuid(partner));
    if (!rows)
        return false;
    if (db_next(rows, error)) {
        g_string_append_printf(lines, "%4" G_GINT64_FORMAT, took);
        put_name(lines, db_get_text(rows, 0), db_get_text(rows, 1));
    }
    return db_rows_ok(rows);
}

static int by_id(gconstpointer a, gconstpointer b)
{
    return memcmp(*(const Uuid *const *)a, *(const Uuid *const *)b, sizeof(Uuid));
}

static bool tell_reciprocate(Call *call, const Monthly *run, const Uuid *account, GError **error)
{
    g_autoptr(GHashTable)
        sums = report_sums(call->db, account, call->now - GIVE_TAKE_PERIOD, error);
    g_autoptr(GString) lines = g_string_new(NULL);
    g_autoptr(GPtrArray) found = g_ptr_array_new();
    GHashTableIter iter;
    gpointer id, sum;
    if (!sums)
        return false;
    g_hash_table_iter_init(&iter, sums);
    while (g_hash_table_iter_next(&iter, &id, &sum))
        if (!uuid_is_nil(id) && owes(sum))
            g_ptr_array_add(found, id);
    g_ptr_array_sort(found, by_id);
    for (guint i = 0; i < MIN(found->len, LINES_MAX); i++) {
        const GiveTake *took = g_hash_table_lookup(sums, found->pdata[i]);
        if (!put_partner(call, account, found->pdata[i], took->took, lines, error))
            return false;
    }
    if (lines->len == 0)
        return true;
    g_autofree char *key = monthly_key(run, account);
    MailValue values[] = { { "partners", lines->str }, { 0 } };
    return mail_queue(
        call->db, call->now,
        &(Mail){ .type = MAIL_RECIPROCATE, .key = key, .account = account, .values = values },
        error);
}

bool mail_job_reciprocate(Call *call, GError **error)
{
    return monthly_step(call, &(Monthly){ .job = "reciprocate", .first = 15, .last = 25 },
                        tell_reciprocate, error);
}

/* ---- absences: as of the meeting, so that however late this runs each is told of once */

#define MEETINGS_AT_ONCE 5

typedef struct Missed {
    Uuid id, group;
    gint64 completed_at, starts_at;
} Missed;

static GArray *find_missed(Call *call, const Walk *walk, GError **error)
{
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(Missed));
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "SELECT id, group_id, completed_at, starts_at FROM meeting WHERE state = 4 AND"
        " (completed_at, id) > ($1, $2) ORDER BY completed_at, id LIMIT $3",
        db_int(walk->at), place(&walk->after), db_int(MEETINGS_AT_ONCE));
    while (rows && db_next(rows, error)) {
        Missed missed = { db_get_uuid(rows, 0), db_get_uuid(rows, 1), db_get_int(rows, 2),
                          db_get_int(rows, 3) };
        g_array_append_val(found, missed);
    }
    return rows && db_rows_ok(rows) ? g_steal_pointer(&found) : NULL;
}
G_STATIC_ASSERT(MEETING_COMPLETED == 4 && ATTENDANCE_ABSENT == 2);

static GArray *find_absent(Call *call, const Missed *missed, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(Uuid));
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "SELECT t.account FROM attendance t CROSS JOIN membership m WHERE t.meeting = $1 AND"
        " t.code = 2 AND m.group_id = $2 AND m.account = t.account AND m.state = 1",
        db_uuid(&missed->id), db_uuid(&missed->group));
    while (rows && db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0);
        g_array_append_val(ids, id);
    }
    return rows && db_rows_ok(rows) ? g_steal_pointer(&ids) : NULL;
}

static bool warn(Call *call, const Group *group, const Missed *missed, const Uuid *account,
                 const char *since, GError **error)
{
    gint64 n = 0, allowed = group->input.absences_allowed;
    char meeting[UUID_TEXT_SIZE], of[UUID_TEXT_SIZE], whose[UUID_TEXT_SIZE], absent[24], most[24];
    if (!group_report_absences(call->db, &group->id, account,
                               day_begin(since, group->input.time_zone), missed->starts_at, &n,
                               error))
        return false;
    if (n < allowed)
        return true;
    g_snprintf(absent, sizeof absent, "%" G_GINT64_FORMAT, n);
    g_snprintf(most, sizeof most, "%" G_GINT64_FORMAT, allowed);
    g_autofree char *key = g_strdup_printf("%s/%s", uuid_format(&missed->id, meeting),
                                           uuid_format(account, whose));
    MailValue values[] = { { "group", group->input.name },
                           { "allowed", most },
                           { "absent", absent },
                           { "since", since },
                           { "over", n > allowed ? "yes" : NULL },
                           { "id", uuid_format(&group->id, of) },
                           { 0 } };
    return mail_queue(
        call->db, call->now,
        &(Mail){ .type = MAIL_ABSENCE_WARNING, .key = key, .account = account, .values = values },
        error);
}

static bool warn_absent(Call *call, const Missed *missed, GError **error)
{
    g_auto(Group) group = { 0 };
    g_autoptr(GArray) absent = find_absent(call, missed, error);
    Day since, until;
    if (!absent || !group_row_load(call->db, &missed->group, &group, error))
        return false;
    group_report_days(REPORT_ATTENDANCE, &group, missed->starts_at, since, until);
    for (guint i = 0; i < absent->len; i++)
        if (!warn(call, &group, missed, &g_array_index(absent, Uuid, i), since, error))
            return false;
    return true;
}

bool mail_job_absence(Call *call, GError **error)
{
    Walk walk = { .job = "absence", .date = "-", .at = call->now - CATCH_UP };
    if (!walk_open(call, &walk, error))
        return false;
    walk.at = MAX(walk.at, call->now - CATCH_UP); /* nobody is told of what is long past */
    g_autoptr(GArray) found = find_missed(call, &walk, error);
    if (!found)
        return false;
    for (guint i = 0; i < found->len; i++) {
        const Missed *missed = &g_array_index(found, Missed, i);
        if (!warn_absent(call, missed, error))
            return false;
        walk.at = missed->completed_at;
        walk.after = missed->id;
    }
    *(bool *)call->scratch = found->len == MEETINGS_AT_ONCE;
    return found->len == 0 || walk_close(call, &walk, error);
}
