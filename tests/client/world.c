/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/client/world.h"

#include "tests/unit/unit.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "client/client_private.h"

#define POKE_MS 10

static Home home; /* GLib asks for the XDG directories only once */
static char *demo_database;
static unsigned n_worlds;

/* ---- the server */

static char *server_program(void)
{
    const char *build = g_getenv("top_builddir");
    return g_build_filename(build ? build : ".", "leadlined", NULL);
}

static void run_server(const char *const *arguments)
{
    g_autofree char *program = server_program();
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autofree char *errors = NULL, *output = NULL;
    int status = -1;
    g_ptr_array_add(argv, program);
    for (; *arguments; arguments++)
        g_ptr_array_add(argv, (char *)*arguments);
    g_ptr_array_add(argv, NULL);
    bool ok = g_spawn_sync(NULL, (char **)argv->pdata, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output,
                           &errors, &status, NULL);
    if (!ok || status != 0)
        g_error("%s %s: %s", program, (char *)argv->pdata[1], errors ? errors : "cannot be run");
}

/* In the cluster of the environment (tests/with-postgresql). */
static bool on_postgresql(void)
{
    return g_strcmp0(g_getenv("LEADLINE_TEST_DB"), "postgresql") == 0;
}

/* The first line that it prints; caller frees. */
static char *psql(const char *database, const char *sql)
{
    const char *const argv[] = { "psql", "-qAt", "-v", "ON_ERROR_STOP=1", "-d", database,
                                 "-c",   sql,    NULL };
    char *output = NULL;
    g_autofree char *errors = NULL;
    int status = -1;
    if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, &errors,
                      &status, NULL) ||
        status != 0)
        g_error("psql: %s: %s", sql, errors ? errors : "cannot be run");
    return g_strchomp(output);
}

int world_group_setup(void **state)
{
    home_make(&home);
    demo_database = home_path(&home, "demo.db");
    if (on_postgresql())
        g_free(psql("postgres", "CREATE DATABASE demo"));
    g_autofree char *url = on_postgresql() ? g_strdup("postgresql:///demo")
                                           : g_strconcat("sqlite:", demo_database, NULL);
    const char *const arguments[] = { "load-demo", "--seed",          "1", "--argon2-memory",
                                      "64",        "--argon2-passes", "1", "--log",
                                      "error",     "--database",      url, NULL };
    run_server(arguments);
    return 0;
}

int world_group_teardown(void **state)
{
    home_remove(&home);
    g_free(demo_database);
    return 0;
}

void world_server_start(World *world)
{
    g_autofree char *program = server_program();
    const char *url = world->database;
    g_autofree char *listen = g_strconcat("unix:", world->server_socket, NULL);
    const char *const argv[] = { program, "--database",         url, "--listen",
                                 listen,  "--ready-fd",         "1", "--log",
                                 "error", "--exit-with-parent", NULL };
    int ready = -1;
    g_autoptr(GError) error = NULL;
    if (!g_spawn_async_with_pipes(NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                                  &world->server, &world->life, &ready, NULL, &error))
        fail_msg("%s", error->message);
    char line[8] = "";
    struct pollfd one = { ready, POLLIN, 0 };
    if (poll(&one, 1, LIMIT_MS) != 1 || read(ready, line, 6) != 6)
        fail_msg("the server did not get ready");
    close(ready);
}

void world_server_kill(World *world)
{
    kill(world->server, SIGKILL);
    waitpid(world->server, NULL, 0);
    close(world->life);
    world->server = 0;
}

/* ---- set-up */

/* A copy of the demo network of its own: its URL. */
static char *make_database(void)
{
    if (on_postgresql()) {
        g_autofree char *sql = g_strdup_printf("CREATE DATABASE world_%u TEMPLATE demo", n_worlds);
        g_free(psql("postgres", sql));
        return g_strdup_printf("postgresql:///world_%u", n_worlds);
    }
    g_autofree char *bytes = NULL;
    g_autofree char *path = g_strdup_printf("%s/server-%u.db", home.dir, n_worlds);
    gsize length = 0;
    assert_true(g_file_get_contents(demo_database, &bytes, &length, NULL));
    assert_true(g_file_set_contents(path, bytes, (gssize)length, NULL));
    return g_strconcat("sqlite:", path, NULL);
}

int world_setup(void **state)
{
    World *world = g_new0(World, 1);
    n_worlds++;
    world->server_socket = g_strdup_printf("%s/server-%u", home.dir, n_worlds);
    world->peer_socket = g_strdup_printf("%s/peer-%u", home.dir, n_worlds);
    world->database = make_database();
    world_server_start(world);
    world->peer = peer_new(world->peer_socket, world->server_socket);
    *state = world;
    return 0;
}

int world_teardown(void **state)
{
    World *world = *state;
    client_free(world->client);
    client_free(world->other);
    peer_free(world->peer);
    if (world->server)
        world_server_kill(world);
    g_free(world->server_socket);
    g_free(world->peer_socket);
    g_free(world->database);
    g_free(world);
    return 0;
}

Client *world_client(World *world, const char *role)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *name = g_strdup_printf("%s-%u", role, n_worlds);
    g_autofree char *server = g_strconcat("unix:", world->peer_socket, NULL);
    g_autoptr(Profile) profile = profile_new(PROFILE_SERVER, name, server, &error);
    if (!profile)
        fail_msg("%s", error->message);
    profile->insecure_storage = true;
    Client *client = client_open(profile, 0, &error);
    if (!client)
        fail_msg("%s", error->message);
    client_set_undo_hold(client, 0);
    client_start(client);
    return client;
}

typedef struct Outcome {
    bool over;
    char *problem;
} Outcome;

static void on_outcome(const GError *error, gpointer data)
{
    Outcome *outcome = data;
    outcome->over = true;
    outcome->problem = error ? g_strdup(error->message) : NULL;
}

static bool is_over(Client *client, gpointer data)
{
    return ((Outcome *)data)->over;
}

void world_login(Client *client, const char *email)
{
    Outcome outcome = { 0 };
    client_login(client, email, PASSWORD, on_outcome, &outcome);
    if (!client_wait(client, is_over, &outcome, LIMIT_MS) || outcome.problem)
        fail_msg("log-in: %s", outcome.problem ? outcome.problem : "no answer");
}

void world_logout(Client *client, bool purge)
{
    Outcome outcome = { 0 };
    client_logout(client, purge, on_outcome, &outcome);
    assert_true(client_wait(client, is_over, &outcome, LIMIT_MS));
    g_free(outcome.problem);
}

void world_live(World *world)
{
    world->client = world_client(world, "test");
    world_until(world, is_login);
    world_login(world->client, MEMBER);
    world_until(world, is_live);
}

/* ---- waiting */

typedef struct Waiting {
    World *world;
    WorldDone done;
    bool hurry;
} Waiting;

static void poke(Client *client)
{
    client->send_after = 0;
    if (client_status(client)->phase == PHASE_OFFLINE)
        client_sync_now(client);
    g_autoptr(GPtrArray) items = store_items(client->store, OUTBOX_WAITING, NULL);
    for (guint i = 0; i < items->len; i++) {
        const OutboxItem *item = g_ptr_array_index(items, i);
        if (item->next_at)
            client_retry(client, &item->op, NULL);
    }
}

static bool ask(Client *client, gpointer data)
{
    Waiting *waiting = data;
    if (waiting->done(waiting->world))
        return true;
    if (waiting->hurry)
        poke(client);
    return false;
}

static gboolean wake(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

static void run(World *world, WorldDone done, bool hurry, const char *what)
{
    Waiting waiting = { world, done, hurry };
    guint source = g_timeout_add(POKE_MS, wake, NULL);
    bool ok = client_wait(world->client, ask, &waiting, LIMIT_MS);
    g_source_remove(source);
    const ClientStatus *status = client_status(world->client);
    if (!ok)
        fail_msg("never %s: phase %d, problem %s, %d waiting, %d failed", what, status->phase,
                 status->detail, (int)status->outbox.waiting, (int)status->outbox.failed);
}

void world_wait(World *world, WorldDone done, const char *what)
{
    run(world, done, false, what);
}

void world_hurry(World *world, WorldDone done, const char *what)
{
    run(world, done, true, what);
}

bool is_live(World *world)
{
    return world->client->sync.state == SYNC_LIVE && is_settled(world);
}

bool is_login(World *world)
{
    return client_status(world->client)->phase == PHASE_LOGIN && is_settled(world);
}

bool is_offline(World *world)
{
    return client_status(world->client)->phase == PHASE_OFFLINE && is_settled(world);
}

bool outbox_is_empty(World *world)
{
    const OutboxCounts *counts = &client_status(world->client)->outbox;
    return counts->held + counts->waiting == 0 && is_settled(world);
}

bool is_settled(World *world)
{
    return client_is_settled(world->client);
}

/* ---- looking */

Uuid world_waiting_lead(World *world, unsigned n)
{
    LeadQuery query = { .box = BOX_INBOX, .waiting = true };
    g_autoptr(GPtrArray)
        rows = cache_leads(client_cache(world->client), &query, NULL, true, n + 1, NULL);
    assert_true(rows && rows->len == n + 1);
    return ((LeadRow *)g_ptr_array_index(rows, n))->id;
}

/* With its values written into it: ids and numbers. */
static char *fill_in(const char *sql, const DbValue *values, size_t n)
{
    GString *text = g_string_new(NULL);
    for (; *sql; sql++) {
        size_t i = *sql == '$' ? (size_t)(sql[1] - '1') : n;
        char id[UUID_TEXT_SIZE];
        if (i >= n) {
            g_string_append_c(text, *sql);
            continue;
        }
        if (values[i].kind == DB_UUID)
            g_string_append_printf(text, "'%s'", uuid_format(values[i].data, id));
        else
            g_string_append_printf(text, "%" G_GINT64_FORMAT, values[i].integer);
        sql++;
    }
    return g_string_free(text, FALSE);
}

gint64 world_ask_(World *world, const char *sql, const DbValue *values, size_t n)
{
    static const DbDriver *const drivers[] = { &db_sqlite, NULL };
    g_autoptr(GError) error = NULL;
    if (on_postgresql()) {
        g_autofree char *text = fill_in(sql, values, n);
        g_autofree char *answer = psql(strrchr(world->database, '/') + 1, text);
        return g_ascii_strtoll(answer, NULL, 10);
    }
    g_autoptr(Db) db = db_open(drivers, world->database, DB_READ, &error);
    gint64 number = 0;
    if (!db || !db_one_int(db, &error, &number, sql, values, n))
        fail_msg("%s: %s", sql, error->message);
    return number;
}

static void check_notes(Cache *here, Cache *there, const Uuid *id)
{
    g_autoptr(GPtrArray) a = cache_notes(here, id, NULL);
    g_autoptr(GPtrArray) b = cache_notes(there, id, NULL);
    assert_int_equal(a->len, b->len);
    for (guint i = 0; i < a->len; i++)
        assert_true(fields_equal(&note_fields, a->pdata[i], b->pdata[i]));
}

static char *as_text(const Referral *referral)
{
    GString *text = g_string_new(NULL);
    json_put_object(text, &referral_fields, referral);
    return g_string_free(text, FALSE);
}

static void check_same(Cache *here, Cache *there)
{
    g_autoptr(GPtrArray) a = cache_leads(here, &(LeadQuery){ 0 }, NULL, true, 1000, NULL);
    g_autoptr(GPtrArray) b = cache_leads(there, &(LeadQuery){ 0 }, NULL, true, 1000, NULL);
    assert_int_equal(a->len, b->len);
    for (guint i = 0; i < a->len; i++) {
        const LeadRow *row = g_ptr_array_index(b, i);
        Referral mine, theirs;
        if (!cache_referral(here, &row->id, &mine, NULL))
            fail_msg("a lead is missing here");
        assert_true(cache_referral(there, &row->id, &theirs, NULL));
        if (!fields_equal(&referral_fields, &mine, &theirs)) {
            g_autofree char *a_text = as_text(&mine), *b_text = as_text(&theirs);
            fail_msg("here %s\nthere %s", a_text, b_text);
        }
        fields_clear(&referral_fields, &mine);
        fields_clear(&referral_fields, &theirs);
        check_notes(here, there, &row->id);
    }
    LeadCounts mine, theirs;
    assert_true(cache_counts(here, &mine, NULL) && cache_counts(there, &theirs, NULL));
    assert_memory_equal(&mine, &theirs, sizeof mine);
}

void world_check_cache(World *world)
{
    peer_plan(world->peer, NULL, NULL);
    world_hurry(world, is_live, "is_live");
    World fresh = *world;
    fresh.client = world->other = world_client(world, "fresh");
    world_until(&fresh, is_login);
    world_login(fresh.client, client_status(world->client)->account_email);
    world_until(&fresh, is_live);
    /* What was written just now may still be on its way here. */
    client_sync_now(world->client);
    world_until(world, is_live);
    check_same(client_cache(world->client), client_cache(fresh.client));
    g_clear_pointer(&world->other, client_free);
}

/* ---- inputs */

ConfirmInput verdict_lead(void)
{
    return (ConfirmInput){ .verdict = VERDICT_LEAD, .message = (char *)"Thank you" };
}

NewReferral slip_for(const Uuid *partner)
{
    return (NewReferral){
        .to = { .account = *partner },
        .type = REFERRAL_JOB,
        .contact = { .first_name = (char *)"Nora",
                     .last_name = (char *)"Quick",
                     .phone_1 = (char *)"01632 960123" },
        .need = (char *)"A new roof",
        .known_and_spoken = true,
        .permission = { .given = true, .method = PERMISSION_SPOKEN, .at = clock_now() },
    };
}
