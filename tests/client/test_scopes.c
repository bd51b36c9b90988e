/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One scope of several says 404 or 410: what it held goes or is fetched anew, and nothing of the others is. A real client, a
 * real server, and between them a peer that holds one answer back until the world has changed.
 */
#include "tests/unit/unit.h"

#include <string.h>
#include <unistd.h>

#include "client/client_private.h"
#include "client/groups.h"
#include "client/meetings.h"
#include "tests/client/world.h"

#define SECRETARY "mats@lindqvist-mortgages.example"
#define APPLICANT "siobhan@kowalskipeople.example"

/* A shell command that finds api.js, GROUP and ME; what it printed is the caller's. */
static char *shell(World *world, const char *group, const char *me, const char *command)
{
    g_autofree char *dir = g_strconcat(world->server_socket, "-dir", NULL);
    g_autofree char *sock = g_build_filename(dir, "sock", NULL);
    g_autofree char *path = g_strdup_printf("%s/tests/e2e:%s", g_getenv("top_srcdir"),
                                            g_getenv("PATH"));
    const char *argv[] = { "sh", "-ec", command, NULL };
    g_auto(GStrv) env = g_environ_setenv(g_get_environ(), "WORLD", dir, TRUE);
    env = g_environ_setenv(env, "PATH", path, TRUE);
    env = g_environ_setenv(env, "GROUP", group, TRUE);
    env = g_environ_setenv(env, "ME", me, TRUE);
    g_autofree char *errors = NULL;
    char *output = NULL;
    int status = -1;
    assert_int_equal(g_mkdir_with_parents(dir, 0700), 0);
    if (!g_file_test(sock, G_FILE_TEST_IS_SYMLINK))
        assert_int_equal(symlink(world->server_socket, sock), 0);
    if (!g_spawn_sync(NULL, (char **)argv, env, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, &errors,
                      &status, NULL) ||
        status != 0)
        fail_msg("%s: %s", command, errors ? errors : "cannot be run");
    return output;
}

static guint n_groups(World *world)
{
    g_autoptr(GPtrArray) groups = client_groups(world->client, NULL);
    return groups->len;
}

static bool has_group(World *world)
{
    return is_live(world) && n_groups(world) == 1;
}

static bool is_away(World *world)
{
    return client_status(world->client)->phase == PHASE_DISABLED && is_settled(world);
}

static bool gave_up; /* it took the answer for a fault, to wait and begin again */

static bool has_no_group(World *world)
{
    gave_up |= client_status(world->client)->phase == PHASE_OFFLINE;
    return is_live(world) && n_groups(world) == 0;
}

/* Somebody of the demo's first group, LIVE, and its id. */
static void live_in_group(World *world, const char *email, char group[UUID_TEXT_SIZE],
                          char me[UUID_TEXT_SIZE])
{
    world->client = world_client(world, "test");
    world_until(world, is_login);
    world_login(world->client, email);
    world_until(world, has_group);
    g_autoptr(GPtrArray) groups = client_groups(world->client, NULL);
    uuid_format(&((GroupRow *)groups->pdata[0])->group.id, group);
    uuid_format(&g_array_index(world->client->feeds, ClientFeed, 0).scope, me);
}

static guint n_leads(World *world)
{
    g_autoptr(GPtrArray)
        leads = cache_leads(client_cache(world->client), &(LeadQuery){ 0 }, NULL, true, 1000, NULL);
    return leads->len;
}

/* ---- what was asked for */

typedef struct Asked {
    const char *scope;       /* of which it is counted: */
    unsigned anew, gone, no; /* without a state; answered with 410, with 404 */
    unsigned others;         /* of other scopes any of the three */
    char *of_gone;           /* the scope that was answered with 410 */
} Asked;

static void count_request(const PeerRequest *request, gpointer data)
{
    Asked *asked = data;
    if (!g_str_has_prefix(request->path, "/v1/changes?scope="))
        return;
    const char *scope = strchr(request->path, '=') + 1;
    bool mine = asked->scope && g_str_has_prefix(scope, asked->scope);
    bool anew = strstr(request->path, "&since=") == NULL;
    asked->others += !mine && (anew || request->status == 410 || request->status == 404);
    asked->anew += mine && anew;
    asked->gone += mine && request->status == 410;
    asked->no += mine && request->status == 404;
    if (request->status == 410 && !asked->of_gone)
        asked->of_gone = g_strndup(scope, UUID_TEXT_SIZE - 1);
}

/* ---- 404 */

static Fault hold_group(const PeerRequest *request, unsigned n, gpointer group)
{
    return strstr(request->path, group) && g_str_has_prefix(request->path, "/v1/changes")
               ? (Fault){ .kind = FAULT_HOLD }
               : (Fault){ FAULT_NONE };
}

static bool group_is_held(World *world)
{
    g_autoptr(GPtrArray) groups = client_groups(world->client, NULL);
    char id[UUID_TEXT_SIZE];
    if (groups->len == 0)
        return false;
    uuid_format(&((GroupRow *)groups->pdata[0])->group.id, id);
    g_autofree char *prefix = g_strconcat("GET /v1/changes?scope=", id, NULL);
    return peer_count(world->peer, prefix) > 0;
}

static void one_is_put_out_while_it_is_asked_for(void **state)
{
    World *world = *state;
    char group[UUID_TEXT_SIZE], me[UUID_TEXT_SIZE];
    live_in_group(world, MEMBER, group, me);
    guint leads = n_leads(world);
    client_set_offline(world->client, true);
    world_until(world, is_away);
    peer_forget(world->peer);
    peer_plan(world->peer, hold_group, group);
    client_set_offline(world->client, false);
    world_until(world, group_is_held);
    /* Its own scope was told before: that the group is left is news to the client. */
    g_free(shell(world, group, me,
                 "api.js " LEADER " DELETE /v1/groups/$GROUP/members/$ME '{\"reason\":\"x\"}'"));
    peer_plan(world->peer, NULL, NULL);
    gave_up = false;
    peer_release(world->peer);
    world_until(world, has_no_group);
    Asked asked = { .scope = group };
    peer_each(world->peer, count_request, &asked);
    assert_int_equal(asked.no, 1);
    assert_int_equal(asked.gone + asked.others, 0);
    assert_false(gave_up);
    assert_int_equal(n_leads(world), leads);
    g_autoptr(GPtrArray) meetings = client_meetings(world->client, NULL, 0, G_MAXINT64, NULL);
    assert_int_equal(meetings->len, 0);
    world_check_cache(world);
}

/* ---- 410 */

static gint64 n_waiting(World *world)
{
    gint64 n = 0;
    assert_true(client_requests_waiting(world->client, &n, NULL));
    return n;
}

static bool has_one_more(World *world)
{
    return is_live(world) && n_waiting(world) == 4;
}

static void officers_changed_while_away(void **state)
{
    World *world = *state;
    char group[UUID_TEXT_SIZE], me[UUID_TEXT_SIZE];
    live_in_group(world, LEADER, group, me);
    assert_int_equal(n_waiting(world), 3);
    guint leads = n_leads(world);
    client_set_offline(world->client, true);
    world_until(world, is_away);
    peer_forget(world->peer);
    g_free(
        shell(world, group, me,
              "who=$(api.js " SECRETARY " GET /v1/me --print r.account.id)\n"
              "rev=$(api.js " LEADER " GET /v1/groups/$GROUP/members/$who --print r.rev)\n"
              "api.js " LEADER
              " PATCH /v1/groups/$GROUP/members/$who '{\"role\":\"secretary\"}' --if-match $rev\n"
              "api.js " APPLICANT
              " PUT /v1/groups/$GROUP/requests/{new} '{\"message\":\"I recruit.\"}'"));
    client_set_offline(world->client, false);
    world_until(world, has_one_more);
    Asked asked = { 0 };
    peer_each(world->peer, count_request, &asked);
    assert_non_null(asked.of_gone);
    g_autofree char *officers = asked.of_gone;
    assert_string_not_equal(officers, group);
    assert_string_not_equal(officers, me);
    Asked of_it = { .scope = officers };
    peer_each(world->peer, count_request, &of_it);
    g_free(of_it.of_gone);
    assert_int_equal(of_it.gone, 1);
    assert_int_equal(of_it.anew, 1);
    assert_int_equal(of_it.others, 0);
    assert_int_equal(n_leads(world), leads);
    assert_int_equal(n_groups(world), 1);
    world_check_cache(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        { "R18: 404 of a group that one was put out of meanwhile takes it along, and nothing else",
          one_is_put_out_while_it_is_asked_for, world_setup, world_teardown },
        { "410 of the officers' scope, which have changed meanwhile, fetches that one anew",
          officers_changed_while_away, world_setup, world_teardown },
    };
    return cmocka_run_group_tests(tests, world_group_setup, world_group_teardown);
}
