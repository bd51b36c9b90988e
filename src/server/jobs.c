/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/jobs.h"

#include <string.h>

#include "server/changes.h"
#include "server/command.h"
#include "server/dues.h"
#include "server/idempotency.h"
#include "server/invitations.h"
#include "server/lead_link.h"
#include "server/mail_jobs.h"
#include "server/mail_store.h"
#include "server/meeting_mail.h"
#include "server/meeting_plan.h"
#include "base/log.h"
#include "server/server.h"

#define FLUSH_US (200 * 1000)
#define FIRST_RUN_SECONDS 60
#define STEPS_MAX 200 /* of one run: a backlog is worked off over several */
#define TOMBSTONE_DAYS 90
#define TOKEN_DAYS 7 /* expired ones are kept so long, to tell "expired" from "unknown" */
#define THROTTLE_DAYS 1

static bool step_done(Call *call, gint64 changed, gint64 most)
{
    *(bool *)call->scratch = changed >= most;
    return true;
}

static bool purge_keys(Call *call, GError **error)
{
    gint64 n;
    return db_exec_count(call->db, error, &n,
                         "DELETE FROM idem WHERE (principal_id, key) IN "
                         "(SELECT principal_id, key FROM idem WHERE created_at < $1 LIMIT 500)",
                         db_int(call->now - IDEMPOTENCY_DAYS * MS_PER_DAY)) &&
           step_done(call, n, 500);
}

static bool purge_tokens(Call *call, GError **error)
{
    gint64 n;
    return db_exec_count(call->db, error, &n,
                         "DELETE FROM token WHERE hash IN (SELECT hash FROM token WHERE expires_at "
                         "< $1 LIMIT 500)",
                         db_int(call->now - TOKEN_DAYS * MS_PER_DAY)) &&
           step_done(call, n, 500);
}

static bool purge_sessions(Call *call, GError **error)
{
    gint64 n;
    return db_exec_count(
               call->db, error, &n,
               "DELETE FROM session WHERE id IN (SELECT s.id FROM session s WHERE NOT EXISTS "
               "(SELECT 1 FROM token t WHERE t.session_id = s.id) AND s.created_at < $1 LIMIT 500)",
               db_int(call->now - TOKEN_DAYS * MS_PER_DAY)) &&
           step_done(call, n, 500);
}

static bool purge_throttle(Call *call, GError **error)
{
    gint64 n;
    return db_exec_count(call->db, error, &n,
                         "DELETE FROM throttle WHERE subject IN "
                         "(SELECT subject FROM throttle WHERE updated_at < $1 LIMIT 500)",
                         db_int(call->now - THROTTLE_DAYS * MS_PER_DAY)) &&
           step_done(call, n, 500);
}

/* Kept for an hour, so that a late poll is told "expired". They say from where somebody asked: no longer than that. */
static bool purge_devices(Call *call, GError **error)
{
    gint64 n;
    return db_exec_count(call->db, error, &n,
                         "DELETE FROM device_grant WHERE device_hash IN "
                         "(SELECT device_hash FROM device_grant WHERE expires_at < $1 LIMIT 500)",
                         db_int(call->now - MS_PER_HOUR)) &&
           step_done(call, n, 500);
}

static bool purge_links(Call *call, GError **error)
{
    gint64 n;
    return db_exec_count(call->db, error, &n,
                         "DELETE FROM mail_link WHERE hash IN "
                         "(SELECT hash FROM mail_link WHERE expires_at < $1 LIMIT 500)",
                         db_int(call->now)) &&
           step_done(call, n, 500);
}

static bool purge_lead_links(Call *call, GError **error)
{
    gint64 n;
    return lead_link_purge(call->db, call->now, &n, error) && step_done(call, n, 500);
}

/* Old tombstones of one scope; states below the newest of them can no longer be caught up from. */
static bool purge_tombstones(Call *call, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "SELECT scope_id, MAX(seq) FROM change_index WHERE deleted = 1 AND changed_at < $1 "
        "GROUP BY scope_id LIMIT 1",
        db_int(call->now - TOMBSTONE_DAYS * MS_PER_DAY));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) && step_done(call, 0, 1);
    Uuid scope = db_get_uuid(rows, 0);
    gint64 seq = db_get_int(rows, 1);
    g_clear_pointer(&rows, db_rows_free);
    return db_exec(call->db, error, "UPDATE scope SET min_seq = $2 WHERE id = $1 AND min_seq < $2",
                   db_uuid(&scope), db_int(seq)) &&
           db_exec(call->db, error,
                   "DELETE FROM change_index WHERE scope_id = $1 AND deleted = 1 AND changed_at < "
                   "$2 AND seq <= $3",
                   db_uuid(&scope), db_int(call->now - TOMBSTONE_DAYS * MS_PER_DAY), db_int(seq)) &&
           step_done(call, 1, 1);
}

const JobRow job_rows[] = {
    { "purge-keys", 3600, purge_keys },
    { "purge-tokens", 3600, purge_tokens },
    { "purge-sessions", 3600, purge_sessions },
    { "purge-throttle", 3600, purge_throttle },
    { "purge-devices", 600, purge_devices },
    { "purge-links", 3600, purge_links },
    { "purge-lead-links", 3600, purge_lead_links },
    { "purge-tombstones", 6 * 3600, purge_tombstones },
    { "expire-invitations", 600, invitations_expire },
    { "meeting-plan", 600, meeting_plan_job },
    { "purge-meetings", 6 * 3600, meeting_purge_job },
    { "meeting-mail", 60, meeting_mail_job },
    { "meeting-reminders", 600, meeting_reminder_job },
    { "meeting-slips", 600, meeting_slips_job },
    { "purge-mail", 6 * 3600, mail_purge },
    { "mail-waiting", 600, mail_job_waiting },
    { "mail-activity", 600, mail_job_activity },
    { "mail-reciprocate", 600, mail_job_reciprocate },
    { "mail-absence", 600, mail_job_absence },
    { "dues", 600, dues_job },
    { 0 },
};

/* ---- the command */

bool job_run_command(const Config *config, int argc, char **argv, GError **error)
{
    const JobRow *job = job_rows;
    while (job->name && (argc != 1 || strcmp(argv[0], job->name) != 0))
        job++;
    if (!job->name) {
        g_autoptr(GString) names = g_string_new(NULL);
        for (job = job_rows; job->name; job++)
            g_string_append_printf(names, " %s", job->name);
        return problem_set(error, PROBLEM_USAGE, "job run takes one of:%s", names->str);
    }
    g_autoptr(Db) db = command_open_database(config, error);
    bool again = db != NULL;
    while (again) {
        again = false;
        if (!call_run(db, job->step, &again, error))
            return false;
    }
    return db != NULL;
}

/* ---- the thread */

struct Jobs {
    Server *server;
    GThread *thread;
    GMutex lock;
    GCond stopped;
    bool stop;
};

static void run_job(Server *server, const JobRow *job)
{
    bool again = true;
    for (int i = 0; again && i < STEPS_MAX; i++) {
        g_autoptr(GError) error = NULL;
        again = false;
        if (!server_run(server, NULL, job->step, &again, &error)) {
            log_write(LOG_WARNING, "job", "name", job->name, "detail", error->message, NULL);
            return;
        }
    }
    log_write(LOG_DEBUG, "job", "name", job->name, NULL);
}

static gpointer jobs_run(gpointer data)
{
    Jobs *jobs = data;
    gint64 due[G_N_ELEMENTS(job_rows)];
    for (size_t i = 0; i < G_N_ELEMENTS(due); i++)
        due[i] = clock_monotonic() + (FIRST_RUN_SECONDS + (gint64)i) * G_USEC_PER_SEC;
    g_mutex_lock(&jobs->lock);
    while (!jobs->stop) {
        g_cond_wait_until(&jobs->stopped, &jobs->lock, clock_monotonic() + FLUSH_US);
        g_mutex_unlock(&jobs->lock);
        log_flush();
        for (const JobRow *job = job_rows; job->name; job++) {
            if (due[job - job_rows] > clock_monotonic())
                continue;
            run_job(jobs->server, job);
            due[job - job_rows] = clock_monotonic() + (gint64)job->seconds * G_USEC_PER_SEC;
        }
        g_mutex_lock(&jobs->lock);
    }
    g_mutex_unlock(&jobs->lock);
    return NULL;
}

Jobs *jobs_start(Server *server, GError **error)
{
    Jobs *jobs = g_new0(Jobs, 1);
    jobs->server = server;
    g_mutex_init(&jobs->lock);
    g_cond_init(&jobs->stopped);
    jobs->thread = g_thread_try_new("jobs", jobs_run, jobs, error);
    if (jobs->thread)
        return jobs;
    jobs_stop(jobs);
    return NULL;
}

void jobs_stop(Jobs *jobs)
{
    if (!jobs)
        return;
    g_mutex_lock(&jobs->lock);
    jobs->stop = true;
    g_cond_signal(&jobs->stopped);
    g_mutex_unlock(&jobs->lock);
    if (jobs->thread)
        g_thread_join(jobs->thread);
    g_mutex_clear(&jobs->lock);
    g_cond_clear(&jobs->stopped);
    g_free(jobs);
}
