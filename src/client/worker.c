/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <config.h>

#include "client/worker.h"

#include <string.h>
#ifdef HAVE_MALLOC_TRIM
#include <malloc.h>
#endif

#include "base/clock.h"
#include "client/cache_answers.h"

/* A transaction of pages ends when it has so many, when an edit waits, or when none came for so long. */
#define PAGES_MAX 20
#define PAGE_WAIT_US 20000
#define QUIET_US (2 * G_USEC_PER_SEC)

typedef struct Notice { /* what the main loop is told */
    Job *job;
    bool is_head;
} Notice;

struct Worker {
    GThread *thread;
    GMutex mutex;
    GCond cond;
    GQueue edits,
        pages;      /* Job *; pages: whatever is no edit, so that a log-in comes after its pages */
    GQueue notices; /* Notice * */
    bool quit;
    GSource *source; /* runs the callbacks */
    CacheWriter *writer;
    char *cache_path, *store_path;
    GError *open_error;
};

/* ---- jobs */

Job *job_new(JobKind kind, void (*done)(Job *job, gpointer data), gpointer data)
{
    Job *job = g_new0(Job, 1);
    job->kind = kind;
    job->done = done;
    job->data = data;
    return job;
}

void job_free(Job *job)
{
    g_free(job->objects);
    g_free(job->body);
    json_doc_free(job->doc);
    g_free(job->answers);
    g_free(job->page.state);
    fields_clear(&account_fields, &job->account);
    g_clear_pointer(&job->scopes, g_array_unref);
    g_clear_error(&job->error);
    g_free(job);
}

static void notify(Worker *worker, Job *job, bool is_head)
{
    job->damaged = worker->writer ? cache_writer_is_damaged(worker->writer)
                                  : problem_is(worker->open_error, PROBLEM_DATABASE_CORRUPT);
    Notice *notice = g_new0(Notice, 1);
    notice->job = job;
    notice->is_head = is_head;
    g_mutex_lock(&worker->mutex);
    g_queue_push_tail(&worker->notices, notice);
    g_source_set_ready_time(worker->source, 0);
    g_mutex_unlock(&worker->mutex);
}

/* ---- the work itself */

static bool do_refresh(CacheWriter *writer, gpointer data, GError **error)
{
    Job *job = data;
    if (job->n_objects == 0)
        return cache_refresh_all(writer, error);
    for (size_t i = 0; i < job->n_objects; i++)
        if (!cache_refresh(writer, &job->objects[i], NULL, error))
            return false;
    return true;
}

static bool write_note(CacheWriter *writer, const Answer *answer, GError **error)
{
    Note note = { 0 };
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    json_decode(answer->node, &note_fields, &note, JSON_REPLY, "#", &errors);
    note.referral = answer->object;
    bool ok = uuid_is_nil(&note.id) || cache_write_note(writer, &note, error);
    fields_clear(&note_fields, &note);
    return ok;
}

static bool write_account(CacheWriter *writer, const Answer *answer, GError **error)
{
    Account account = { 0 };
    const JsonNode *inner = json_member(answer->node, "account"); /* as /v1/me has it */
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    json_decode(inner ? inner : answer->node, &account_fields, &account, JSON_REPLY, "#", &errors);
    bool ok = !uuid_equal(&account.id, &answer->object) ||
              cache_write_account(writer, &account, error);
    fields_clear(&account_fields, &account);
    return ok;
}

static bool write_invitation(CacheWriter *writer, const Answer *answer, GError **error)
{
    Invitation invitation = { 0 };
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    json_decode(answer->node, &invitation_fields, &invitation, JSON_REPLY, "#", &errors);
    bool ok = !invitation.direction || !invitation.state ||
              !uuid_equal(&invitation.id, &answer->object) ||
              cache_write_invitation(writer, &invitation, error);
    fields_clear(&invitation_fields, &invitation);
    return ok;
}

static bool write_referral(CacheWriter *writer, const Answer *answer, GHashTable *done,
                           GError **error)
{
    Referral referral = { 0 };
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    json_decode(answer->node, &referral_fields, &referral, JSON_REPLY, "#", &errors);
    /* A state of a later server is none here: the object comes again when this program knows it. */
    bool ok = !referral.box || !referral.state || !uuid_equal(&referral.id, &answer->object) ||
              cache_write_referral(writer, &referral, done, error);
    fields_clear(&referral_fields, &referral);
    return ok;
}

static bool write_answer(CacheWriter *writer, const Answer *answer, GHashTable *done,
                         GError **error)
{
    if (cache_is_entry(answer->kind))
        return cache_write_entry(writer, answer->kind, answer->node, answer->again, error);
    if (cache_is_group_act(answer->kind))
        return cache_write_group_answer(writer, answer->kind, &answer->object, answer->node,
                                        answer->again, error);
    switch (answer->kind) {
    case OUTBOX_NOTE:
        return write_note(writer, answer, error);
    case OUTBOX_PROFILE:
        return write_account(writer, answer, error);
    case OUTBOX_INVITE:
    case OUTBOX_ACCEPT:
    case OUTBOX_DECLINE:
    case OUTBOX_UNINVITE:
        return write_invitation(writer, answer, error);
    case OUTBOX_ENCOURAGE:
        return true;
    case OUTBOX_DROP_PARTNER:
        return cache_delete_partner(writer, &answer->object, error);
    default:
        return write_referral(writer, answer, done, error);
    }
}

/* Items that were answered together are all in the store still: none of them is an edit any more. */
static bool do_answer(CacheWriter *writer, gpointer data, GError **error)
{
    const Job *job = data;
    g_autoptr(GHashTable) done = g_hash_table_new(uuid_hash, uuid_equal_func);
    for (size_t i = 0; i < job->n_answers; i++)
        if (!job->answers[i].keep)
            g_hash_table_add(done, &job->answers[i].op);
    for (size_t i = 0; i < job->n_answers; i++) {
        const Answer *answer = &job->answers[i];
        bool ok = write_answer(writer, answer, done, error);
        if (ok && cache_is_entry(answer->kind)) /* no lead is edited by it */
            continue;
        if (!ok || !cache_refresh(writer, &answer->object, done, error))
            return false;
    }
    return true;
}

static bool read_scopes(CacheWriter *writer, Job *job, GError **error)
{
    g_clear_pointer(&job->scopes, g_array_unref);
    job->scopes = cache_read_scopes(writer, error);
    return job->scopes != NULL;
}

static bool do_account(CacheWriter *writer, gpointer data, GError **error)
{
    Job *job = data;
    bool own = false;
    if (!cache_is_of(writer, &job->account.id, &own, error) || (!own && !cache_wipe(writer, error)))
        return false;
    return cache_write_account(writer, &job->account, error) && read_scopes(writer, job, error);
}

static bool do_drop(CacheWriter *writer, gpointer data, GError **error)
{
    Job *job = data;
    return cache_drop_scope(writer, &job->page.scope, error) && read_scopes(writer, job, error);
}

static bool do_wipe(CacheWriter *writer, gpointer data, GError **error)
{
    return cache_wipe(writer, error);
}

static bool do_touch(CacheWriter *writer, gpointer data, GError **error)
{
    const Job *job = data;
    return cache_touch_feeds(writer, job->at, error);
}

static bool do_told(CacheWriter *writer, gpointer data, GError **error)
{
    const Job *job = data;
    return cache_forget_arrivals(writer, job->objects, job->n_objects, error);
}

static const CacheWriteFunc work[] = {
    [JOB_REFRESH] = do_refresh, [JOB_ANSWER] = do_answer, [JOB_ACCOUNT] = do_account,
    [JOB_DROP] = do_drop,       [JOB_WIPE] = do_wipe,     [JOB_TOUCH] = do_touch,
    [JOB_TOLD] = do_told,
};

static void delete_items(Worker *worker, Job *job)
{
    g_autofree Uuid *ops = g_new(Uuid, job->n_answers);
    size_t n = 0;
    for (size_t i = 0; i < job->n_answers; i++)
        if (!job->answers[i].keep)
            ops[n++] = job->answers[i].op;
    store_delete(cache_writer_store(worker->writer), ops, n, &job->error);
}

static void run_one(Worker *worker, Job *job)
{
    if (worker->open_error)
        job->error = g_error_copy(worker->open_error);
    else if (cache_writer_tx(worker->writer, work[job->kind], job, &job->error) &&
             job->kind == JOB_ANSWER)
        /* Only now that the cache has the objects: until then a second try with the same key is what heals. */
        delete_items(worker, job);
    if (worker->writer)
        job->changed |= cache_writer_changed(worker->writer);
    notify(worker, job, false);
}

/* ---- pages */

typedef struct PageRun {
    Worker *worker;
    GQueue written; /* Job *, told when committed */
} PageRun;

static bool write_one_page(PageRun *run, CacheWriter *writer, Job *job, GError **error)
{
    g_autoptr(JsonDoc) doc = json_parse(job->body, job->length, error);
    if (!doc || !feed_page_read(json_root(doc), &job->page, error))
        return false;
    if (job->head)
        notify(run->worker, job, true);
    g_auto(Feed) feed = { 0 };
    bool ok = cache_write_page(writer, json_root(doc), &job->page, error) &&
              cache_read_feed(writer, &job->page.scope, &feed, error) &&
              (job->page.more || read_scopes(writer, job, error));
    job->done_objects = feed.done;
    g_clear_pointer(&job->body, g_free); /* not kept until the commit */
    return ok;
}

/* The next page of the same run; NULL: commit now. */
static Job *next_page(Worker *worker, const Job *last, guint n)
{
    g_mutex_lock(&worker->mutex);
    gint64 until = clock_monotonic() + PAGE_WAIT_US;
    bool more = n < PAGES_MAX && last->page.more;
    while (more && !worker->quit && worker->edits.length == 0 && worker->pages.length == 0)
        more = g_cond_wait_until(&worker->cond, &worker->mutex, until);
    const Job *head = g_queue_peek_head(&worker->pages);
    bool take = more && !worker->quit && worker->edits.length == 0 && head &&
                head->kind == JOB_PAGE;
    Job *job = take ? g_queue_pop_head(&worker->pages) : NULL;
    g_mutex_unlock(&worker->mutex);
    return job;
}

static bool write_pages(CacheWriter *writer, gpointer data, GError **error)
{
    PageRun *run = data;
    for (Job *job = g_queue_peek_tail(&run->written); job;) {
        if (!write_one_page(run, writer, job, error))
            return false;
        job = next_page(run->worker, job, run->written.length);
        if (job)
            g_queue_push_tail(&run->written, job);
    }
    return true;
}

static void run_pages(Worker *worker, Job *first)
{
    PageRun run = { .worker = worker };
    g_autoptr(GError) error = NULL;
    g_queue_push_tail(&run.written, first);
    if (worker->open_error)
        error = g_error_copy(worker->open_error);
    else
        cache_writer_tx(worker->writer, write_pages, &run, &error);
    unsigned changed = worker->writer ? cache_writer_changed(worker->writer) : 0;
    for (Job *job; (job = g_queue_pop_head(&run.written));) {
        job->error = error ? g_error_copy(error) : NULL;
        job->changed = changed;
        notify(worker, job, false);
    }
}

/* ---- the thread */

/* Is there something else to do than to tidy up? */
static bool is_wanted(gpointer data)
{
    Worker *worker = data;
    g_mutex_lock(&worker->mutex);
    bool wanted = worker->quit || worker->edits.length > 0 || worker->pages.length > 0;
    g_mutex_unlock(&worker->mutex);
    return wanted;
}

/* After the last job of many the log goes into the file: the next start need not read it. What a full sync or an index took is
 * in pieces between others then, which glibc keeps for ever unless it is told to look. With the lock held. */
static void tidy(Worker *worker)
{
    g_mutex_unlock(&worker->mutex);
    cache_writer_tidy(worker->writer, is_wanted, worker);
#ifdef HAVE_MALLOC_TRIM
    malloc_trim(0);
#endif
    g_mutex_lock(&worker->mutex);
}

static Job *next_job(Worker *worker, bool written)
{
    g_mutex_lock(&worker->mutex);
    gint64 quiet = clock_monotonic() + QUIET_US;
    while (!worker->quit && worker->edits.length == 0 && worker->pages.length == 0) {
        if (!written) {
            g_cond_wait(&worker->cond, &worker->mutex);
        } else if (!g_cond_wait_until(&worker->cond, &worker->mutex, quiet)) {
            tidy(worker);
            written = false;
        }
    }
    Job *job = NULL;
    if (!worker->quit)
        job = g_queue_pop_head(worker->edits.length ? &worker->edits : &worker->pages);
    g_mutex_unlock(&worker->mutex);
    return job;
}

static gpointer thread_main(gpointer data)
{
    Worker *worker = data;
    if (!worker->writer)
        worker->writer = cache_writer_open(worker->cache_path, worker->store_path,
                                           &worker->open_error);
    bool written = false;
    for (Job *job; (job = next_job(worker, written));) {
        written = worker->writer != NULL;
        if (job->kind == JOB_PAGE)
            run_pages(worker, job);
        else
            run_one(worker, job);
    }
    cache_writer_close(worker->writer);
    return NULL;
}

void worker_add(Worker *worker, Job *job)
{
    bool is_edit = job->kind == JOB_REFRESH || job->kind == JOB_ANSWER;
    g_mutex_lock(&worker->mutex);
    g_queue_push_tail(is_edit ? &worker->edits : &worker->pages, job);
    g_cond_signal(&worker->cond);
    g_mutex_unlock(&worker->mutex);
}

/* ---- the main loop's side */

static gboolean on_notices(GSource *source, GSourceFunc callback, gpointer user)
{
    Worker *worker = user;
    g_source_set_ready_time(source, -1);
    for (;;) {
        g_mutex_lock(&worker->mutex);
        Notice *notice = g_queue_pop_head(&worker->notices);
        g_mutex_unlock(&worker->mutex);
        if (!notice)
            return G_SOURCE_CONTINUE;
        Job *job = notice->job;
        if (notice->is_head) {
            job->head(job, job->data);
        } else {
            if (job->done)
                job->done(job, job->data);
            job_free(job);
        }
        g_free(notice);
    }
}

/* GSourceFuncs.dispatch has no user data unless a callback is set: this one only carries it. */
static gboolean carrier(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = { .dispatch = on_notices };

Worker *worker_new(CacheWriter *writer, const char *cache_path, const char *store_path)
{
    Worker *worker = g_new0(Worker, 1);
    g_mutex_init(&worker->mutex);
    g_cond_init(&worker->cond);
    worker->writer = writer;
    worker->cache_path = g_strdup(cache_path);
    worker->store_path = g_strdup(store_path);
    worker->source = g_source_new(&source_funcs, sizeof(GSource));
    g_source_set_callback(worker->source, carrier, worker, NULL);
    g_source_attach(worker->source, NULL);
    worker->thread = g_thread_new("cache", thread_main, worker);
    return worker;
}

static void drop(Job *job)
{
    if (job->drop)
        job->drop(job->data);
    job_free(job);
}

void worker_free(Worker *worker)
{
    if (!worker)
        return;
    g_mutex_lock(&worker->mutex);
    worker->quit = true;
    g_cond_signal(&worker->cond);
    g_mutex_unlock(&worker->mutex);
    g_thread_join(worker->thread);
    g_source_destroy(worker->source);
    g_source_unref(worker->source);
    for (Notice *notice; (notice = g_queue_pop_head(&worker->notices)); g_free(notice))
        if (!notice->is_head)
            drop(notice->job);
    for (Job *job; (job = g_queue_pop_head(&worker->edits));)
        drop(job);
    for (Job *job; (job = g_queue_pop_head(&worker->pages));)
        drop(job);
    g_clear_error(&worker->open_error);
    g_free(worker->cache_path);
    g_free(worker->store_path);
    g_mutex_clear(&worker->mutex);
    g_cond_clear(&worker->cond);
    g_free(worker);
}
