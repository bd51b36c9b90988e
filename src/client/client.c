/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/client.h"

#include "client/client_private.h"

#include <string.h>

#include <config.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "client/cache_file.h"
#include "client/log_file.h"

#define STORE_POLL_S 1
#define UNDO_HOLD_S 10
#define WRITE_MS                                                                                   \
    500 /* at the end, for what the cache still gets: it is not lost when it does not */

/* ---- telling */

static ClientPhase phase_of(const Client *client)
{
    switch (client->sync.state) {
    case SYNC_STOPPED:
        return PHASE_STOPPED;
    case SYNC_LOGIN:
        return PHASE_LOGIN;
    case SYNC_OFFLINE:
        return PHASE_OFFLINE;
    case SYNC_DISABLED:
        return PHASE_DISABLED;
    case SYNC_LIVE:
        return PHASE_LIVE;
    case SYNC_PULLING:
        return client->full_sync     ? PHASE_SYNCING
               : client->sync.stream ? PHASE_LIVE
                                     : PHASE_CONNECTING;
    default:
        return PHASE_CONNECTING;
    }
}

static void log_phase(Client *client)
{
    static const char *const names[] = {
        [PHASE_STOPPED] = "stopped",   [PHASE_LOGIN] = "login",
        [PHASE_OFFLINE] = "offline",   [PHASE_CONNECTING] = "connecting",
        [PHASE_SYNCING] = "full-sync", [PHASE_LIVE] = "live",
        [PHASE_DISABLED] = "disabled",
    };
    ClientPhase phase = phase_of(client);
    if (phase == client->logged_phase)
        return;
    client->logged_phase = phase;
    const Problem problem = client->status.problem;
    log_write(LOG_INFO, "phase", "phase", names[phase], "problem",
              problem == PROBLEM_COUNT ? "" : problem_row(problem)->code, NULL);
}

static gboolean tell(gpointer data)
{
    Client *client = data;
    client->tell_source = 0;
    log_phase(client);
    log_flush();
    unsigned what = client->dirty;
    client->dirty = 0;
    if (client->on_changed && what)
        client->on_changed(what, client->on_changed_data);
    return G_SOURCE_REMOVE;
}

/* From the main loop, never from inside a call: a view that reads again must not find itself half way. */
void client_tell(Client *client, unsigned what)
{
    client->dirty |= what;
    if (client->tell_source == 0)
        client->tell_source = g_idle_add_full(G_PRIORITY_DEFAULT, tell, client, NULL);
}

void client_on_change(Client *client, ClientChangedFunc func, gpointer data)
{
    client->on_changed = func;
    client->on_changed_data = data;
}

void client_problem(Client *client, Problem problem, const char *detail)
{
    g_free(client->detail);
    client->detail = text_clean(detail, -1, TEXT_LINE);
    client->status.problem = problem;
    client_tell(client, CLIENT_STATUS);
}

void client_read_account(Client *client)
{
    Account account = { 0 };
    if (cache_account(client->cache, &account, NULL)) {
        client->status.account = account.id;
        g_free(client->account_name);
        g_free(client->account_email);
        client->account_name = text_clean(account.name, -1, TEXT_LINE);
        client->account_email = text_clean(account.email, -1, TEXT_LINE);
    }
    fields_clear(&account_fields, &account);
    client->status.last_sync = cache_synced_at(client->cache);
}

const ClientStatus *client_status(const Client *client)
{
    Client *own = (Client *)client; /* the counts are read when they are asked for */
    ClientStatus *status = &own->status;
    store_counts(client->store, &status->outbox, &status->hold_until, NULL);
    status->phase = phase_of(client);
    status->next_try = status->phase == PHASE_OFFLINE ? client->sync.next_try : 0;
    status->detail = client->detail ? client->detail : "";
    status->account_name = client->account_name ? client->account_name : "";
    status->account_email = client->account_email ? client->account_email : "";
    return status;
}

/* ---- the worker */

void client_add_job(Client *client, Job *job)
{
    client->jobs++;
    worker_add(client->worker, job);
}

void client_job_done(Client *client, Job *job)
{
    client->jobs--;
    if (job->damaged)
        client_cache_damaged(client);
    if (job->error)
        client_problem(client, problem_of(job->error), job->error->message);
    if (job->changed & CLIENT_STATUS)
        client_read_account(client);
    if (job->changed & (CLIENT_STATUS | CLIENT_NOTES))
        client_rebase(client);
    client_tell(client, job->changed);
}

#define SHOW_AGAIN_MS 2000

static void on_refreshed(Job *job, gpointer data);

static gboolean show_edits_again(gpointer data)
{
    Client *client = data;
    client->show_source = 0;
    client_add_job(client, job_new(JOB_REFRESH, on_refreshed, client));
    return G_SOURCE_REMOVE;
}

/* What could not be shown (the disk was full) is in the outbox, and shown when it can be. */
static void on_refreshed(Job *job, gpointer data)
{
    Client *client = data;
    client_job_done(client, job);
    if (job->error && client->show_source == 0)
        client->show_source = g_timeout_add(SHOW_AGAIN_MS, show_edits_again, client);
}

void client_show_edits(Client *client, const Uuid *objects, size_t n)
{
    client_tell(client, CLIENT_OUTBOX | CLIENT_STATUS);
    if (!client->worker)
        return;
    Job *job = job_new(JOB_REFRESH, on_refreshed, client);
    job->objects = g_memdup2(objects, n * sizeof *objects);
    job->n_objects = n;
    client_add_job(client, job);
}

void client_forget_items(Client *client)
{
    g_clear_pointer(&client->stopped, g_hash_table_unref);
    g_clear_pointer(&client->items, g_ptr_array_unref);
}

/* Asked for each row that is drawn: from memory. */
bool client_is_stopped(Client *client, const Uuid *object)
{
    if (!client->items)
        client->items = store_items(client->store, 0, NULL);
    if (!client->items)
        return false;
    if (!client->stopped) {
        client->stopped = g_hash_table_new(uuid_hash, uuid_equal_func);
        for (guint i = 0; i < client->items->len; i++) {
            OutboxItem *item = g_ptr_array_index(client->items, i);
            if (outbox_is_stopped(item->state) && client_owns(client, item))
                g_hash_table_add(client->stopped, &item->object);
        }
    }
    return g_hash_table_contains(client->stopped, object);
}

void client_outbox_changed(Client *client, const Uuid *objects, size_t n)
{
    client_forget_items(client);
    client_show_edits(client, objects, n);
    client_pump(client);
}

/* ---- files */

static bool is_useless(const GError *why)
{
    return problem_is(why, PROBLEM_DATABASE_CORRUPT) || problem_is(why, PROBLEM_DATABASE_NEWER);
}

/* The cache can be fetched again: one that is damaged, or of a later program, makes way for a new one. */
static CacheWriter *open_writer(const char *path, const char *store_path, GError **error)
{
    g_autoptr(GError) why = NULL;
    CacheWriter *writer = cache_writer_open(path, store_path, &why);
    if (!writer && is_useless(why)) {
        g_clear_error(&why);
        cache_file_move_aside(path);
        writer = cache_writer_open(path, store_path, &why);
    }
    if (!writer)
        g_propagate_error(error, g_steal_pointer(&why));
    return writer;
}

/* A cache that is new, old or damaged is made here, before anything reads it; else the worker opens it by itself. */
static bool open_cache(Client *client, const char *path, const char *store_path,
                       CacheWriter **writer, GError **error)
{
    g_autoptr(GError) why = NULL;
    if (client->lock && !cache_file_is_whole(path))
        cache_file_move_aside(path);
    client->cache = cache_open(path, &why);
    if (client->cache || !client->lock) {
        if (why)
            problem_set(error, PROBLEM_NOT_FOUND, "nothing was synced here yet (%s)", why->message);
        return client->cache != NULL;
    }
    if (problem_is(why, PROBLEM_DATABASE_CORRUPT))
        cache_file_move_aside(path);
    *writer = open_writer(path, store_path, error);
    client->cache = *writer ? cache_open(path, error) : NULL;
    return client->cache != NULL;
}

#define REBUILD_AGAIN_US                                                                           \
    (10 * 60 * G_USEC_PER_SEC) /* a disk that does it again so soon is failing */

/* While running: the worker starts anew on a new file, and the engine on a full sync. The outbox is untouched. */
static gboolean rebuild_cache(gpointer data)
{
    Client *client = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *store_path = profile_path(client->profile->data_dir, "leads.db");
    g_autofree char *cache_path = profile_path(client->profile->cache_dir, "cache.db");
    client->rebuild_source = 0;
    client->rebuilt_at = clock_monotonic();
    client_sync_lost(client);
    worker_free(client->worker);
    client->jobs = 0;
    cache_file_move_aside(cache_path);
    CacheWriter *writer = open_writer(cache_path, store_path, &error);
    if (!writer || !cache_reopen(client->cache, cache_path, &error))
        client_problem(client, problem_of(error), error->message);
    client->worker = worker_new(writer, cache_path, store_path);
    client_read_account(client);
    client_tell(client,
                CLIENT_LEADS | CLIENT_NOTES | CLIENT_PARTNERS | CLIENT_INVITATIONS | CLIENT_STATUS);
    client_add_job(client, job_new(JOB_REFRESH, on_refreshed, client));
    return G_SOURCE_REMOVE;
}

void client_cache_damaged(Client *client)
{
    bool again = client->rebuilt_at && clock_monotonic() - client->rebuilt_at < REBUILD_AGAIN_US;
    if (client->lock && client->worker && client->rebuild_source == 0 && !again)
        client->rebuild_source = g_idle_add(rebuild_cache, client);
}

#define LOAN_MS 3000 /* another command may have been faster; then it is soon done */

static bool try_lock(gpointer data)
{
    Client *client = data;
    client->lock = profile_lock(client->profile, NULL);
    return client->lock != NULL;
}

static bool lock_profile(Client *client, GError **error)
{
    g_autoptr(GError) why = NULL;
    client->lock = profile_lock(client->profile, &why);
    if (!client->lock && client->flags & CLIENT_BORROW && problem_is(why, PROBLEM_LOCKED)) {
        client->loan = loan_ask(client->profile);
        if (client->loan && clock_wait(try_lock, client, LOAN_MS))
            return true;
    }
    if (!client->lock)
        g_propagate_error(error, g_steal_pointer(&why));
    return client->lock != NULL;
}

Client *client_open(const Profile *profile, unsigned flags, GError **error)
{
    g_autoptr(Client) client = g_new0(Client, 1);
    client->profile = profile_copy(profile);
    client->flags = flags;
    client->undo_hold = UNDO_HOLD_S;
    client->status.problem = PROBLEM_COUNT;
    client->feeds = client_feeds_new();
    client->busy = g_hash_table_new_full(uuid_hash, uuid_equal_func, g_free, NULL);
    if (!(flags & CLIENT_READ_ONLY) && !lock_profile(client, error))
        return NULL;
    g_autofree char *store_path = profile_path(profile->data_dir, "leads.db");
    g_autofree char *cache_path = profile_path(profile->cache_dir, "cache.db");
    client->store = store_open(store_path, error);
    if (!client->store || !credentials_open(&client->credentials, profile, error))
        return NULL;
    CacheWriter *writer = NULL;
    if (!open_cache(client, cache_path, store_path, &writer, error)) {
        cache_writer_close(writer);
        return NULL;
    }
    client->store_version = store_data_version(client->store);
    client_read_account(client);
    if (client->lock) {
        client->worker = worker_new(writer, cache_path, store_path);
        client_add_job(client, job_new(JOB_REFRESH, on_refreshed, client));
    }
    return g_steal_pointer(&client);
}

void client_free(Client *client)
{
    if (!client)
        return;
    client_device_cancel(client);
    client_account_end(client);
    client_sync_stop(client);
    client_outbox_stop(client);
    g_clear_handle_id(&client->store_poll, g_source_remove);
    g_clear_handle_id(&client->rebuild_source, g_source_remove);
    g_clear_handle_id(&client->show_source, g_source_remove);
    g_clear_handle_id(&client->tell_source, g_source_remove);
    net_watch_free(client->watch);
    g_clear_handle_id(&client->network_timer, g_source_remove);
    if (client->net)
        log_file_close();
    net_free(client->net);
    cache_close(client->cache); /* first: the last to close is the writer, who puts the log away */
    worker_free(client->worker);
    embedded_stop(client->embedded);
    store_close(client->store);
    if (client->profile) {
        if (client->purge) {
            g_autofree char *cache = profile_path(client->profile->cache_dir, "cache.db");
            cache_file_remove(cache);
        }
        if (client->lock)
            profile_discard(client->profile);
        profile_unlock(client->lock);
        loan_end(client->loan);
        profile_free(client->profile);
    }
    credentials_close(&client->credentials);
    if (client->keeping)
        client->keeping_free(client->keeping);
    client_session_forget(client);
    client_forget_undone(client);
    g_hash_table_unref(client->busy);
    client_forget_items(client);
    g_array_unref(client->feeds);
    g_free(client->detail);
    g_free(client->account_name);
    g_free(client->account_email);
    if (client->sse.line)
        sse_clear(&client->sse);
    g_free(client);
}

/* ---- running */

/* Another process put something into the outbox: it has no lock, so this one shows and sends it. */
static gboolean poll_store(gpointer data)
{
    Client *client = data;
    gint64 version = store_data_version(client->store);
    client_watch_sleep(client);
    if (cache_is_damaged(client->cache))
        client_cache_damaged(client);
    if (version != client->store_version) {
        client->store_version = version;
        client_tell(client, CLIENT_SNOOZES);
        client_outbox_changed(client, NULL, 0);
    }
    return G_SOURCE_CONTINUE;
}

void client_start(Client *client)
{
    g_autoptr(GError) error = NULL;
    if (!client->lock || client->net)
        return;
    credentials_protect_process();
    log_file_open(client->profile);
    log_write(LOG_INFO, "start", "version", PACKAGE_VERSION, "profile", client->profile->name,
              NULL);
    client->net = net_new(client->profile->server, client->profile->ca_file, &error);
    if (!client->net) {
        client_problem(client, problem_of(error), error->message);
        return;
    }
    if (!store_recover(client->store, &error))
        client_problem(client, problem_of(error), error->message);
    client->store_poll = g_timeout_add_seconds(STORE_POLL_S, poll_store, client);
    client->asleep = clock_asleep();
    if (!net_is_local(client->net))
        client->watch = net_watch_new(client_network_changed, client);
    client_event(client, EVENT_START);
}

typedef struct Waiting {
    bool over;
} Waiting;

static gboolean wait_over(gpointer data)
{
    ((Waiting *)data)->over = true;
    return G_SOURCE_REMOVE;
}

bool client_wait(Client *client, bool (*done)(Client *, gpointer), gpointer data, unsigned ms)
{
    Waiting waiting = { 0 };
    guint source = g_timeout_add(ms, wait_over, &waiting);
    while (!done(client, data) && !waiting.over)
        g_main_context_iteration(NULL, TRUE);
    bool ok = done(client, data);
    if (!waiting.over)
        g_source_remove(source);
    return ok;
}

bool client_shows_edits(const Client *client)
{
    return client->show_source == 0;
}

bool client_is_settled(Client *client)
{
    return client->jobs == 0 && !client_sending(client);
}

/* What is not ready (told to wait, behind another that failed) is not waited for; a connection that is being made is. */
static bool nothing_to_send(Client *client, gpointer data)
{
    OutboxCounts counts;
    if (!store_counts(client->store, &counts, NULL, NULL) || counts.held + counts.waiting == 0)
        return true;
    return sync_may_send(&client->sync) ? !client_sending(client) : !sync_is_trying(&client->sync);
}

static bool nothing_to_write(Client *client, gpointer data)
{
    return client->jobs == 0;
}

void client_stop(Client *client, unsigned ms)
{
    if (!client->lock)
        return;
    g_autoptr(GError) error = NULL;
    if (!store_release(client->store, &error))
        client_problem(client, problem_of(error), error->message);
    client_forget_items(client);
    client_pump(client);
    if (client->net)
        client_wait(client, nothing_to_send, NULL, ms);
    client_sync_stop(client);
    client_outbox_stop(client);
    client_wait(client, nothing_to_write, NULL, WRITE_MS);
}

Cache *client_cache(Client *client)
{
    return client->cache;
}

Store *client_store(Client *client)
{
    return client->store;
}

const Profile *client_profile(const Client *client)
{
    return client->profile;
}

void client_set_undo_hold(Client *client, int seconds)
{
    client->undo_hold = seconds;
}
