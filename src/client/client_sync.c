/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does what the sync engine (client/sync.h) says: asks, passes pages to the worker, scope by scope, listens to the stream. */
#include "client/client_private.h"

#include <string.h>

#include "base/clock.h"
#include "wire/json.h"

#define NETWORK_SETTLES_MS 300
#define NETWORK_SPREAD_MS 1700

static void pull(Client *client, bool all);
static void restart_scope(Client *client);
static void ask_page(Client *client, bool start);
static void pull_next(Client *client);

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
    g_array_set_size(client->feeds, 0);
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
    if (actions & DO_PULL) /* the stream told which scopes have news; else nobody knows */
        pull(client, event != EVENT_PUSHED && event != EVENT_PULLED);
    if (actions & DO_PULL_ALL)
        restart_scope(client);
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

/* ---- the scopes */

static ClientFeed *nth_feed(const Client *client, guint i)
{
    return &g_array_index(client->feeds, ClientFeed, i);
}

static void feed_clear_one(gpointer data)
{
    g_free(((ClientFeed *)data)->state);
}

GArray *client_feeds_new(void)
{
    GArray *feeds = g_array_new(FALSE, TRUE, sizeof(ClientFeed));
    g_array_set_clear_func(feeds, feed_clear_one);
    return feeds;
}

static const ClientFeed *find_feed(const GArray *feeds, const Uuid *scope)
{
    for (guint i = 0; i < feeds->len; i++)
        if (uuid_equal(&g_array_index(feeds, ClientFeed, i).scope, scope))
            return &g_array_index(feeds, ClientFeed, i);
    return NULL;
}

/* As the cache has them: those that are new are to be pulled. */
static void take_scopes(Client *client, const GArray *scopes)
{
    GArray *feeds = client_feeds_new();
    for (guint i = 0; i < scopes->len; i++) {
        const ScopeFeed *scope = &g_array_index(scopes, ScopeFeed, i);
        const ClientFeed *known = find_feed(client->feeds, &scope->scope);
        ClientFeed feed = { .scope = scope->scope,
                            .state = g_strdup(scope->feed.state),
                            .full_sync = scope->feed.full_sync,
                            .done = scope->feed.done,
                            .due = !known || known->due };
        g_array_append_val(feeds, feed);
    }
    g_array_unref(client->feeds);
    client->feeds = feeds;
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
    take_scopes(client, job->scopes);
    const ClientFeed *own = nth_feed(client, 0);
    client->full_sync = own->full_sync;
    client->status.sync_done = own->done;
    client->status.sync_total = 0;
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
    bool start, first; /* of a full sync; of this scope in this pull */
} Page;

static void on_page_head(Job *job, gpointer data)
{
    Page *page = data;
    Client *client = page->client;
    if (page->pull != client->pull)
        return;
    ClientFeed *feed = nth_feed(client, client->at);
    if (!uuid_equal(&job->page.scope, &feed->scope) ||
        (job->page.more && !page->start && g_strcmp0(job->page.state, feed->state) == 0)) {
        client_problem(client, PROBLEM_BAD_REPLY, "the change feed does not move on");
        client_event(client, EVENT_FAILED);
        return;
    }
    g_free(feed->state);
    feed->state = g_strdup(job->page.state);
    if (page->start) {
        client->full_sync = true;
        client->status.sync_done = client->done_before;
    }
    /* Of a full sync the first page tells all there is, a later one what is still to come. */
    if (page->first)
        client->status.sync_total = client->status.sync_done + job->page.estimate;
    client->last_page = !job->page.more;
    if (job->page.more)
        ask_page(client, false);
}

/* All of a scope is in the cache, which also tells now which scopes there are. */
static void end_scope(Client *client, gint64 done, const GArray *scopes)
{
    if (client->full_sync)
        client->done_before += done;
    client->full_sync = false;
    take_scopes(client, scopes);
    client_event(client, EVENT_NEXT);
    pull_next(client);
}

/* What is on its way does not count any more: the cache is asked again how far it is, even when this pull was given up, as its
 * pages moved the states here on before they were written. */
static void begin_anew(Client *client)
{
    client->pull++;
    client->pages = 0;
    client->sync.identified = false;
    client_event(client, EVENT_FAILED);
}

static void on_page_written(Job *job, gpointer data)
{
    Page *page = data;
    Client *client = page->client;
    client_job_done(client, job);
    bool mine = page->pull == client->pull;
    g_free(page);
    if (job->error) {
        begin_anew(client);
        return;
    }
    if (!mine)
        return;
    client->pages--;
    client->status.sync_done = client->done_before + job->done_objects;
    client_tell(client, CLIENT_STATUS);
    if (client->pages == 0 && client->last_page)
        end_scope(client, job->done_objects, job->scopes);
}

/* The account has no such scope any more, and its own does not say so yet. */
static void on_dropped(Job *job, gpointer data)
{
    Page *page = data;
    Client *client = page->client;
    client_job_done(client, job);
    bool mine = page->pull == client->pull;
    g_free(page);
    if (job->error)
        begin_anew(client);
    else if (mine)
        end_scope(client, 0, job->scopes);
}

static void drop_scope(Client *client, Page *page)
{
    Job *job = job_new(JOB_DROP, on_dropped, page);
    job->drop = g_free;
    job->page.scope = nth_feed(client, client->at)->scope;
    client_add_job(client, job);
}

static void on_page(NetReply *reply, gpointer data)
{
    Page *page = data;
    Client *client = page->client;
    if (reply->status == 404 && client->at > 0) {
        client->request = NULL;
        drop_scope(client, page);
        return;
    }
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

static void ask(Client *client, bool start, bool first)
{
    char scope[UUID_TEXT_SIZE];
    const ClientFeed *feed = nth_feed(client, client->at);
    uuid_format(&feed->scope, scope);
    g_autofree char *since = start ? NULL : g_uri_escape_string(feed->state, NULL, FALSE);
    g_autofree char *path = g_strdup_printf("/v1/changes?scope=%s&limit=%d%s%s", scope, PAGE_LIMIT,
                                            since ? "&since=" : "", since ? since : "");
    Page *page = g_new0(Page, 1);
    *page = (Page){ client, client->pull, start, start || first };
    NetCall call = {
        .method = "GET",
        .path = path,
        .token = client->credentials.access,
        .flags = NET_BIG,
        .drop = g_free,
    };
    client->request = net_send(client->net, &call, on_page, page);
}

static void ask_page(Client *client, bool start)
{
    ask(client, start, false);
}

/* The next scope that may have news; the account's own comes first, as it tells which others there are. */
static void pull_next(Client *client)
{
    guint i = 0;
    while (i < client->feeds->len && !nth_feed(client, i)->due)
        i++;
    if (i == client->feeds->len) {
        client->status.sync_done = client->status.sync_total = 0;
        client_event(client, EVENT_PULLED);
        return;
    }
    ClientFeed *feed = nth_feed(client, i);
    feed->due = false;
    client->at = i;
    client->last_page = false;
    client->full_sync = feed->full_sync;
    client->status.sync_done = client->done_before + (feed->full_sync ? feed->done : 0);
    ask(client, !feed->state, true);
}

static void restart_scope(Client *client)
{
    client->pull++;
    client->pages = 0;
    client->last_page = false;
    ask_page(client, true);
}

/* all: of every scope there may be news. */
static void pull(Client *client, bool all)
{
    client->pull++;
    client->pages = 0;
    client->done_before = 0;
    for (guint i = 0; all && i < client->feeds->len; i++)
        nth_feed(client, i)->due = true;
    pull_next(client);
}

/* ---- the stream */

/* {"changed":{"<scope>":"<state>", ...}}: a state that is not the one we have means that there is something to fetch. A scope
 * that is not known here comes with a change of the account's own. */
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
    bool news = false;
    const JsonNode *changed = json_member(json_root(doc), "changed");
    for (guint i = 0; changed && i < client->feeds->len; i++) {
        char scope[UUID_TEXT_SIZE];
        ClientFeed *feed = nth_feed(client, i);
        const JsonNode *state = json_member(changed, uuid_format(&feed->scope, scope));
        const char *text = state ? json_text(state) : NULL;
        if (text && g_strcmp0(text, feed->state) != 0)
            feed->due = news = true;
    }
    if (news)
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
