/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --demo and --local: the private server comes and goes with the client, however that ends. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "client/client_private.h"
#include "tests/unit/client_fixture.h"

#define LIMIT_MS 60000

static Home home;
static const char *self;

/* The server is found in PATH, since it is not beside this program. */
static void find_server(void)
{
    const char *build = g_getenv("top_builddir");
    g_autofree char *folder = g_canonicalize_filename(build ? build : ".", NULL);
    g_autofree char *path = g_strconcat(folder, ":", g_getenv("PATH"), NULL);
    g_setenv("PATH", path, TRUE);
}

static int setup(void **state)
{
    home_make(&home);
    find_server();
    return 0;
}

static int teardown(void **state)
{
    home_remove(&home);
    return 0;
}

/* ---- clients */

static Client *start(ProfileKind kind)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Profile) profile = profile_new(kind, NULL, NULL, &error);
    Client *client = profile ? client_open(profile, 0, &error) : NULL;
    if (!client)
        fail_msg("%s", error->message);
    client_start(client);
    return client;
}

static bool is_live(Client *client, gpointer data)
{
    return client->sync.state == SYNC_LIVE && client_is_settled(client);
}

static bool is_live_now(Client *client, gpointer data)
{
    if (client->sync.state == SYNC_OFFLINE)
        client_sync_now(client);
    return is_live(client, data);
}

static void wait_live(Client *client)
{
    if (!client_wait(client, is_live, NULL, LIMIT_MS))
        fail_msg("not live: phase %d, %s", client_status(client)->phase,
                 client_status(client)->detail);
}

static gint64 n_leads(Client *client)
{
    gint64 n = -1;
    assert_true(cache_count(client_cache(client), &(LeadQuery){ .box = BOX_INBOX }, &n, NULL));
    return n;
}

/* ---- processes and files */

static bool is_running(gpointer data)
{
    return kill(*(pid_t *)data, 0) == 0;
}

static bool has_ended(gpointer data)
{
    return !is_running(data);
}

static void count_files(const char *path, GString *names)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        if (g_file_test(child, G_FILE_TEST_IS_DIR))
            count_files(child, names);
        else
            g_string_append_printf(names, "%s ", child);
    }
}

static void demo_keeps_nothing(void **state)
{
    Client *client = start(PROFILE_DEMO);
    g_autofree char *dir = g_strdup(client_profile(client)->runtime_dir);
    wait_live(client);
    assert_true(n_leads(client) >= 30);
    assert_string_equal(client_status(client)->account_email, "member@demo.example");
    assert_int_equal(client_token_place(client), TOKENS_MEMORY);
    pid_t server = client->embedded ? embedded_pid(client->embedded) : 0;
    assert_true(is_running(&server));
    struct stat st;
    assert_int_equal(g_stat(dir, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    client_stop(client, 3000);
    client_free(client);
    assert_false(g_file_test(dir, G_FILE_TEST_EXISTS));
    assert_false(is_running(&server));
    g_autoptr(GString) left = g_string_new(NULL);
    count_files(home.dir, left);
    assert_string_equal(left->str, "");
}

static void a_server_that_dies_is_started_again(void **state)
{
    Client *client = start(PROFILE_DEMO);
    wait_live(client);
    gint64 n = n_leads(client);
    pid_t server = embedded_pid(client->embedded);
    kill(server, SIGKILL);
    while (client->sync.state == SYNC_LIVE)
        g_main_context_iteration(NULL, TRUE);
    assert_true(client_wait(client, is_live, NULL, LIMIT_MS));
    assert_int_not_equal(embedded_pid(client->embedded), server);
    assert_true(n_leads(client) >= n);
    client_free(client);
}

static void local_is_the_same_on_another_day(void **state)
{
    Client *client = start(PROFILE_LOCAL);
    wait_live(client);
    Uuid account = client_status(client)->account;
    g_autofree char *database = profile_path(client_profile(client)->data_dir, "server.db");
    g_autofree char *tokens = profile_path(client_profile(client)->state_dir, "tokens");
    client_stop(client, 3000);
    client_free(client);
    struct stat st;
    assert_int_equal(g_stat(database, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_false(g_file_test(tokens, G_FILE_TEST_EXISTS));
    client = start(PROFILE_LOCAL);
    wait_live(client);
    assert_true(uuid_equal(&account, &client_status(client)->account));
    client_free(client);
}

/* ---- a client that is killed: this program again, as "child KIND" */

static void G_GNUC_NORETURN child_main(const char *kind)
{
    find_server();
    Client *client = start(strcmp(kind, "demo") == 0 ? PROFILE_DEMO : PROFILE_LOCAL);
    wait_live(client);
    printf("%d %s\n", (int)embedded_pid(client->embedded), client_profile(client)->runtime_dir);
    fflush(stdout);
    for (;;)
        g_main_context_iteration(NULL, TRUE);
}

typedef struct Child {
    pid_t pid, server;
    char *dir;
} Child;

static Child child_start(const char *kind)
{
    const char *const argv[] = { self, "child", kind, NULL };
    Child child = { 0 };
    int output = -1;
    assert_true(g_spawn_async_with_pipes(NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                                         NULL, &child.pid, NULL, &output, NULL, NULL));
    char line[512] = "";
    struct pollfd one = { output, POLLIN, 0 };
    assert_int_equal(poll(&one, 1, LIMIT_MS), 1);
    assert_true(read(output, line, sizeof line - 1) > 0);
    char *space = strchr(line, ' ');
    assert_non_null(space);
    child.server = (pid_t)g_ascii_strtoll(line, NULL, 10);
    child.dir = g_strchomp(g_strdup(space + 1));
    close(output);
    return child;
}

static void child_kill(Child *child)
{
    assert_true(is_running(&child->server));
    kill(child->pid, SIGKILL);
    waitpid(child->pid, NULL, 0);
}

static void a_killed_demo_is_swept(void **state)
{
    Child child = child_start("demo");
    child_kill(&child);
    assert_true(clock_wait(has_ended, &child.server, LIMIT_MS));
    assert_true(g_file_test(child.dir, G_FILE_TEST_IS_DIR));
    struct timespec old[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
    assert_int_equal(utimensat(AT_FDCWD, child.dir, old, 0), 0);
    Client *client = start(PROFILE_DEMO);
    assert_false(g_file_test(child.dir, G_FILE_TEST_EXISTS));
    client_free(client);
    g_free(child.dir);
}

/* At once, while the old server may still be finishing. */
static void a_killed_local_starts_again(void **state)
{
    Child child = child_start("local");
    child_kill(&child);
    Client *client = start(PROFILE_LOCAL);
    assert_true(client_wait(client, is_live_now, NULL, LIMIT_MS));
    assert_true(clock_wait(has_ended, &child.server, LIMIT_MS));
    /* What the old one did at its end has not taken the new one's socket away. */
    g_autofree char *sock = profile_path(client_profile(client)->runtime_dir, "sock");
    assert_true(g_file_test(sock, G_FILE_TEST_EXISTS));
    client_stop(client, 3000);
    client_free(client);
    assert_false(g_file_test(sock, G_FILE_TEST_EXISTS));
    g_free(child.dir);
}

static bool is_offline(Client *client, gpointer data)
{
    return client->sync.state == SYNC_OFFLINE;
}

static void a_server_that_cannot_start_says_why(void **state)
{
    g_autofree char *dir = g_build_filename(g_get_user_data_dir(), "leadline", "local", NULL);
    g_autofree char *database = g_build_filename(dir, "server.db", NULL);
    assert_true(
        g_file_set_contents(database, "this is not a database at all, but a text", -1, NULL));
    Client *client = start(PROFILE_LOCAL);
    assert_true(client_wait(client, is_offline, NULL, LIMIT_MS));
    const ClientStatus *status = client_status(client);
    assert_int_equal(status->problem, PROBLEM_FAILED);
    assert_non_null(strstr(status->detail, "server.log"));
    client_free(client);
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(database, &text, NULL, NULL)); /* untouched */
    assert_true(g_str_has_prefix(text, "this is not"));
}

int main(int argc, char **argv)
{
    self = argv[0];
    if (argc == 3 && strcmp(argv[1], "child") == 0)
        child_main(argv[2]);
    if (argc == 2)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(demo_keeps_nothing),
        cmocka_unit_test(a_server_that_dies_is_started_again),
        cmocka_unit_test(a_killed_demo_is_swept),
        cmocka_unit_test(local_is_the_same_on_another_day),
        cmocka_unit_test(a_killed_local_starts_again),
        cmocka_unit_test(a_server_that_cannot_start_says_why),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
