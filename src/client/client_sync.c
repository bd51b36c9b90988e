/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does what the sync engine (client/sync.h) says: asks, passes pages to the worker, listens to the stream. */
#include "client/client_private.h"

#include <string.h>

#include "base/clock.h"
#include "wire/json.h"

#define NETWORK_SETTLES_MS 300
#define NETWORK_SPREAD_MS 1700

static void pull(Client *client, bool from_start);

/* ---- events and actions */

static void on_touched(Job *job, gpointer data)
{
    client_job_done(data, job);
}

static gboolean on_sync_timer(gpointer data)
{
    Client *client = data;
    client->sync_timer = 0;
    client_event(client, EVENT_TICK);
    return G_SOURCE_REMOVE;
}

static void wait_for_next_try(Client *client)
{
    g_clear_handle_id(&client->sync_timer, g_source_remove);
    client->sync_timer = g_timeout_add(
        (guint)CLAMP(client->sync.next_try - clock_now(), 0, G_MAXINT), on_sync_timer, client);
}

static void cancel(Client *client)
{
    client->pull++;
    client->pages = 0;
    g_clear_handle_id(&client->sync_timer, g_source_remove);
    if (client->request)
        net_cancel(client->request);
    if (client->stream)
        net_cancel(client->stream);
    client->request = client->stream = NULL;
    client_outbox_cancel(client);
}

/* The data was fresh until the stream was last heard of. */
static void touch(Client *client)
{
    Job *job = job_new(JOB_TOUCH, on_touched, client);
    job->at = client->heard_at;
    client->heard_at = 0;
    client_add_job(client, job);
}

void client_sync_lost(Client *client)
{
    client_event(client, EVENT_LOST);
    g_clear_pointer(&client->feed_state, g_free);
}

void client_sync_stop(Client *client)
{
    if (client->net)
        cancel(client);
    if (client->heard_at)
        touch(client);
    client->sync.state = SYNC_STOPPED;
}

static void identify(Client *client);
static void open_stream(Client *client);

void client_event(Client *client, SyncEvent event)
{
    SyncInput input = { clock_now(), client->retry_after_ms, g_random_double() };
    SyncState before = client->sync.state;
    unsigned actions = sync_step(&client->sync, event, &input);
    client->retry_after_ms = 0;
    if (actions & DO_CANCEL)
        cancel(client);
    if (client->sync.state == SYNC_LIVE && before != SYNC_LIVE)
        client_problem(client, PROBLEM_COUNT, "");
    if (before == SYNC_LIVE && client->sync.state != SYNC_LIVE && client->heard_at)
        touch(client);
    if (client->sync.state != before || actions)
        client_tell(client, CLIENT_STATUS);
    if (actions & DO_CONNECT)
        client_connect(client);
    if (actions & DO_IDENTIFY)
        identify(client);
    if (actions & DO_REFRESH)
        client_refresh_tokens(client);
    if (actions & (DO_PULL | DO_PULL_ALL))
        pull(client, actions & DO_PULL_ALL);
    if (actions & DO_STREAM)
        open_stream(client);
    if (actions & DO_WAIT)
        wait_for_next_try(client);
    if (actions & DO_FLUSH)
        client_pump(client);
}

void client_failed(Client *client, const NetReply *reply)
{
    client_problem(client, problem_of(reply->error), reply->error->message);
    client->retry_after_ms = reply->retry_after_ms;
    client_event(client, EVENT_FAILED);
}

/* What every answer to the engine's own requests may be. True: a good one. */
static bool check(Client *client, const NetReply *reply)
{
    client->request = NULL;
    if (!reply->error)
        return true;
    if (reply->status == 401)
        client_event(client, EVENT_UNAUTHORIZED);
    else if (problem_is(reply->error, PROBLEM_CANNOT_CALCULATE_CHANGES))
        client_event(client, EVENT_GONE);
    else
        client_failed(client, reply);
    return false;
}

static void get(Client *client, const char *path, unsigned flags, NetDoneFunc done)
{
    NetCall call = {
        .method = "GET",
        .path = path,
        .token = client->credentials.access,
        .flags = flags,
    };
    client->request = net_send(client->net, &call, done, client);
}

static void fail_here(Client *client, const GError *error)
{
    client_problem(client, problem_of(error), error->message);
    client_event(client, EVENT_FAILED);
}

/* ---- who am I */

static void on_account(Job *job, gpointer data)
{
    Client *client = data;
    client_job_done(client, job);
    if (job->error) {
        client_event(client, EVENT_FAILED);
        return;
    }
    if (!client->profile->email) /* signed in with a browser */
        client_remember_email(client, client->account_email);
    client->scope = job->page.scope;
    g_free(client->feed_state);
    client->feed_state = g_strdup(job->page.state);
    client->full_sync = job->page.full;
    client->status.sync_done = job->done_objects;
    client->status.sync_total = job->page.estimate;
    client_event(client, EVENT_IDENTIFIED);
}

static void on_me(NetReply *reply, gpointer data)
{
    Client *client = data;
    if (!check(client, reply))
        return;
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonDoc) doc = json_parse(reply->body, reply->length, &error);
    const JsonNode *account = doc ? json_member(json_root(doc), "account") : NULL;
    Job *job = job_new(JOB_ACCOUNT, on_account, client);
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    if (account)
        json_decode(account, &account_fields, &job->account, JSON_REPLY, "#/account", &errors);
    if (uuid_is_nil(&job->account.id) && !error)
        problem_set(&error, PROBLEM_BAD_REPLY, "the answer of /v1/me has no account");
    if (error) {
        job_free(job);
        fail_here(client, error);
        return;
    }
    client_add_job(client, job);
}

static void identify(Client *client)
{
    get(client, "/v1/me", 0, on_me);
}

/* ---- pages */

/* Whose pull a page belongs to: one that was cancelled meanwhile still ends in the worker. */
typedef struct Page {
    Client *client;
    guint64 pull;
    bool start;
} Page;

static void ask_page(Client *client, bool start);

static void on_page_head(Job *job, gpointer data)
{
    Page *page = data;
    Client *client = page->client;
    if (page->pull != client->pull)
        return;
    if (job->page.more && !page->start && g_strcmp0(job->page.state, client->feed_state) == 0) {
        client_problem(client, PROBLEM_BAD_REPLY, "the change feed does not move on");
        client_event(client, EVENT_FAILED);
        return;
    }
    g_free(client->feed_state);
    client->feed_state = g_strdup(job->page.state);
    if (page->start) {
        client->full_sync = true;
        client->status.sync_done = 0;
    }
    /* Of a full sync the first page tells all there is, a later one what is still to come. */
    if (page->start || client->status.sync_total == 0)
        client->status.sync_total = client->status.sync_done + job->page.estimate;
    client->last_page = !job->page.more;
    if (job->page.more)
        ask_page(client, false);
}

static void on_page_written(Job *job, gpointer data)
{
    Page *page = data;
    Client *client = page->client;
    client_job_done(client, job);
    bool mine = page->pull == client->pull;
    g_free(page);
    if (job->error) {
        /* The cache kept its old state, and that is where to go on from; even when this pull was given up: its pages
         * moved feed_state on before they were written. */
        client->pull++;
        client->pages = 0;
        client->sync.identified = false;
        client_event(client, EVENT_FAILED);
        return;
    }
    if (!mine)
        return;
    client->pages--;
    client->status.sync_done = job->done_objects;
    client_tell(client, CLIENT_STATUS);
    if (client->pages > 0 || !client->last_page)
        return;
    client->full_sync = false;
    client->status.sync_done = client->status.sync_total = 0;
    client_event(client, EVENT_PULLED);
}

static void on_page(NetReply *reply, gpointer data)
{
    Page *page = data;
    Client *client = page->client;
    if (!check(client, reply)) {
        g_free(page);
        return;
    }
    Job *job = job_new(JOB_PAGE, on_page_written, page);
    job->head = on_page_head;
    job->drop = g_free;
    job->page.start = page->start;
    job->body = net_reply_take(reply, &job->length);
    client->pages++;
    client_add_job(client, job);
}

static void ask_page(Client *client, bool start)
{
    char scope[UUID_TEXT_SIZE];
    uuid_format(&client->scope, scope);
    g_autofree char *since = start ? NULL : g_uri_escape_string(client->feed_state, NULL, FALSE);
    g_autofree char *path = g_strdup_printf("/v1/changes?scope=%s&limit=%d%s%s", scope, PAGE_LIMIT,
                                            since ? "&since=" : "", since ? since : "");
    Page *page = g_new0(Page, 1);
    *page = (Page){ client, client->pull, start };
    NetCall call = {
        .method = "GET",
        .path = path,
        .token = client->credentials.access,
        .flags = NET_BIG,
        .drop = g_free,
    };
    client->request = net_send(client->net, &call, on_page, page);
}

static void pull(Client *client, bool from_start)
{
    client->pull++;
    client->pages = 0;
    client->last_page = false;
    ask_page(client, from_start || !client->feed_state);
}

/* ---- the stream */

/* {"changed":{"<scope>":"<state>"}}: a state that is not the one we have means that there is something to fetch. */
static void on_event(const char *event, const char *data, gpointer user)
{
    Client *client = user;
    client->heard_at = clock_now();
    client_event(client, EVENT_HEARD);
    if (strcmp(event, "state") != 0)
        return;
    g_autoptr(JsonDoc) doc = json_parse(data, strlen(data), NULL);
    if (!doc)
        return;
    char scope[UUID_TEXT_SIZE];
    const JsonNode *changed = json_member(json_root(doc), "changed");
    const JsonNode *state = changed ? json_member(changed, uuid_format(&client->scope, scope))
                                    : NULL;
    const char *text = state ? json_text(state) : NULL;
    if (text && g_strcmp0(text, client->feed_state) != 0)
        client_event(client, EVENT_PUSHED);
}

static void on_stream_bytes(const char *bytes, size_t length, gpointer data)
{
    Client *client = data;
    if (!sse_feed(&client->sse, bytes, length)) {
        client_problem(client, PROBLEM_BAD_REPLY, "the event stream makes no sense");
        client_event(client, EVENT_FAILED);
    }
}

static void on_stream_end(NetReply *reply, gpointer data)
{
    Client *client = data;
    client->stream = NULL;
    client->retry_after_ms = MAX(reply->retry_after_ms,
                                 MIN(client->sse.retry_ms, SYNC_BACKOFF_MAX_MS));
    if (reply->status == 401) {
        client_event(client, EVENT_UNAUTHORIZED);
        return;
    }
    if (reply->error)
        client_problem(client, problem_of(reply->error), reply->error->message);
    client_event(client, reply->error ? EVENT_FAILED : EVENT_STREAM_ENDED);
}

static void open_stream(Client *client)
{
    if (!client->sse.line)
        sse_init(&client->sse, on_event, client);
    sse_restart(&client->sse);
    NetCall call = {
        .method = "GET",
        .path = "/v1/events",
        .token = client->credentials.access,
        .last_event_id = client->sse.last_id->str,
        .flags = NET_STREAM,
        .on_bytes = on_stream_bytes,
    };
    client->stream = net_send(client->net, &call, on_stream_end, client);
}

/* ---- the machine and its network */

/* Whoever waits for a better time need not wait on; an open connection is tried by a small question. */
static gboolean on_network_settled(gpointer data)
{
    Client *client = data;
    client->network_timer = 0;
    client_event(client, EVENT_NOW);
    return G_SOURCE_REMOVE;
}

/* Changes come in swarms; and a whole office comes back at the same moment. */
void client_network_changed(gpointer data)
{
    Client *client = data;
    if (client->network_timer == 0)
        client->network_timer = g_timeout_add(NETWORK_SETTLES_MS +
                                                  (guint)(g_random_double() * NETWORK_SPREAD_MS),
                                              on_network_settled, client);
}

void client_watch_sleep(Client *client)
{
    gint64 asleep = clock_asleep();
    bool woke = asleep - client->asleep > MS_PER_SECOND;
    client->asleep = asleep;
    if (woke)
        client_event(client, EVENT_WOKE);
}

/* ---- by hand */

void client_sync_now(Client *client)
{
    if (client->sync.state == SYNC_LOGIN) /* a keyring may have been unlocked meanwhile */
        client_look_for_tokens(client);
    client_event(client, EVENT_NOW);
    client_pump(client);
}

void client_set_offline(Client *client, bool offline)
{
    client_event(client, offline ? EVENT_DISABLE : EVENT_ENABLE);
}

void client_cancel(Client *client)
{
    if (!client->net || !client->request)
        return;
    client_problem(client, PROBLEM_CANCELLED, "");
    client_event(client, EVENT_FAILED);
}
