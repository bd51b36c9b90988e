/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where tokens are: the table of places, a command that behaves and one that does not, the file, and a real Secret
 * Service (gnome-keyring on a bus of its own) that is missing, works, is locked, and hangs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "client/credentials.h"
#include "client/keyring.h"
#include "tests/unit/client_fixture.h"

static Home home;

static int setup(void **state)
{
    home_make(&home);
    return 0;
}

static int teardown(void **state)
{
    home_remove(&home);
    return 0;
}

static const Tokens pair = { .access_token = (char *)"lla_one",
                             .refresh_token = (char *)"llr_one",
                             .token_type = (char *)"Bearer",
                             .expires_in = 3600 };
static const Tokens next_pair = { .access_token = (char *)"lla_two",
                                  .refresh_token = (char *)"llr_two" };

static Profile *profile_of(const char *name)
{
    g_autoptr(GError) error = NULL;
    Profile *profile = profile_new(PROFILE_SERVER, name, "https://a.example", &error);
    if (!profile)
        fail_msg("%s", error->message);
    return profile;
}

/* ---- waiting for the main loop */

static void on_done(gpointer data)
{
    *(bool *)data = true;
}

static void wait_for(const bool *done)
{
    while (!*done)
        g_main_context_iteration(NULL, TRUE);
}

static void open_and_fetch(Credentials *credentials, const Profile *profile)
{
    bool done = false;
    g_autoptr(GError) error = NULL;
    if (!credentials_open(credentials, profile, &error))
        fail_msg("%s", error->message);
    credentials_fetch(credentials, on_done, &done);
    wait_for(&done);
}

static void keep(Credentials *credentials, const Tokens *tokens)
{
    bool done = false;
    g_autoptr(GError) error = NULL;
    if (!credentials_keep(credentials, tokens, on_done, &done, &error))
        fail_msg("%s", error->message);
    wait_for(&done);
}

static void drop(Credentials *credentials)
{
    bool done = false;
    credentials_drop(credentials, on_done, &done);
    wait_for(&done);
    assert_null(credentials->access);
    assert_null(credentials->refresh);
    assert_int_equal(credentials->place, TOKENS_NONE);
}

/* What a program finds that is started now. */
static void assert_found(const Profile *profile, TokenPlace place, const char *access,
                         const char *refresh)
{
    Credentials credentials;
    open_and_fetch(&credentials, profile);
    assert_int_equal(credentials.place, place);
    if (access)
        assert_string_equal(credentials.access, access);
    else
        assert_null(credentials.access);
    if (refresh)
        assert_string_equal(credentials.refresh, refresh);
    credentials_close(&credentials);
}

static void assert_why(const Profile *profile, const char *part)
{
    Credentials credentials;
    open_and_fetch(&credentials, profile);
    assert_null(credentials.access);
    assert_non_null(credentials.why);
    if (!strstr(credentials.why, part))
        fail_msg("\"%s\" does not say \"%s\"", credentials.why, part);
    assert_false(credentials.keyring_works);
    credentials_close(&credentials);
}

/* ---- file, memory, environment */

static void tokens_are_in_a_file_only_when_that_is_asked_for(void **state)
{
    g_autoptr(Profile) profile = profile_of("keys");
    g_autofree char *path = profile_path(profile->state_dir, "tokens");
    Credentials credentials;
    open_and_fetch(&credentials, profile);
    assert_null(credentials.access);
    keep(&credentials, &pair);
    assert_string_equal(credentials.access, "lla_one");
    assert_int_equal(credentials.place, TOKENS_MEMORY);
    assert_string_equal(credentials.why, "there is no session bus");
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    credentials_close(&credentials);

    profile->insecure_storage = true;
    open_and_fetch(&credentials, profile);
    keep(&credentials, &pair);
    assert_int_equal(credentials.place, TOKENS_FILE);
    assert_false(credentials.keyring_asked);
    struct stat st;
    assert_int_equal(g_stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_found(profile, TOKENS_FILE, "lla_one", "llr_one");
    /* Not when it is not asked for any more. */
    profile->insecure_storage = false;
    assert_found(profile, TOKENS_NONE, NULL, NULL);
    drop(&credentials);
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    credentials_close(&credentials);
}

static void a_token_file_for_others_is_refused(void **state)
{
    g_autoptr(Profile) profile = profile_of("open");
    g_autofree char *path = profile_path(profile->state_dir, "tokens");
    Credentials credentials;
    profile->insecure_storage = true;
    open_and_fetch(&credentials, profile);
    keep(&credentials, &pair);
    credentials_close(&credentials);
    assert_int_equal(g_chmod(path, 0640), 0);
    g_autoptr(GError) error = NULL;
    assert_false(credentials_open(&credentials, profile, &error));
    assert_true(problem_is(error, PROBLEM_BAD_CONFIG));
    assert_non_null(strstr(error->message, path));
}

static void a_token_file_that_makes_no_sense_is_none(void **state)
{
    static const char *const texts[] = {
        "", "{", "[]", "null", "{}", "{\"refresh_token\":\"x\"}", "{\"access_token\":7}"
    };
    g_autoptr(Profile) profile = profile_of("odd");
    g_autofree char *path = profile_path(profile->state_dir, "tokens");
    profile->insecure_storage = true;
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        assert_true(
            g_file_set_contents_full(path, texts[i], -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
        assert_found(profile, TOKENS_NONE, NULL, NULL);
    }
    g_unlink(path);
}

static void a_file_that_cannot_be_written_leaves_them_in_memory(void **state)
{
    g_autoptr(Profile) profile = profile_of("full");
    Credentials credentials;
    profile->insecure_storage = true;
    open_and_fetch(&credentials, profile);
    g_free(credentials.profile->state_dir);
    credentials.profile->state_dir = home_path(&home, "nowhere");
    bool done = false;
    g_autoptr(GError) error = NULL;
    assert_false(credentials_keep(&credentials, &pair, on_done, &done, &error));
    assert_true(problem_is(error, PROBLEM_IO));
    assert_false(done);
    assert_int_equal(credentials.place, TOKENS_MEMORY);
    assert_string_equal(credentials.access, "lla_one");
    credentials_close(&credentials);
}

static void the_environment_comes_first_and_is_never_stored(void **state)
{
    g_autoptr(Profile) profile = profile_of("env");
    g_autofree char *path = profile_path(profile->state_dir, "tokens");
    Credentials credentials;
    profile->insecure_storage = true;
    profile->token_command = g_strdup("echo lla_command");
    g_setenv("LEADLINE_TOKEN", "lla_env", TRUE);
    open_and_fetch(&credentials, profile);
    g_unsetenv("LEADLINE_TOKEN");
    assert_string_equal(credentials.access, "lla_env");
    assert_null(credentials.refresh);
    assert_int_equal(credentials.place, TOKENS_ENVIRONMENT);
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    credentials_close(&credentials);
}

/* ---- the command */

static void a_command_gives_the_token(void **state)
{
    static const struct {
        const char *command, *token, *why;
    } rows[] = {
        { "echo lla_said", "lla_said", NULL },
        { "printf '  lla_said \\t\\r\\nsecond line\\n'; echo talk >&2", "lla_said", NULL },
        { "printf lla_said", "lla_said", NULL },
        { "cat; echo lla_empty_input", "lla_empty_input", NULL },
        { "echo x | sed s/x/lla_pipe/", "lla_pipe", NULL },
        { "(cat /dev/tty) 2>/dev/null || echo lla_no_terminal", "lla_no_terminal", NULL },
        { "echo lla_not_this; echo 'gpg: no \033[31mkey' >&2; exit 3", NULL,
          "code 3: gpg: no ^[[31mkey" },
        { "kill -9 $$", NULL, "signal 9" },
        { "true", NULL, "no token" },
        { "echo; echo lla_second", NULL, "no token" },
        { "printf 'a\\033b\\n'", NULL, "no token" },
        { "/nowhere/at/all", NULL, "code 127" },
        { "yes lla_flood | head -c 200000 | tr -d '\\n'", NULL, NULL },
    };
    g_autoptr(Profile) profile = profile_of("command");
    profile->insecure_storage = true; /* the command comes before */
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Credentials credentials;
        g_free(profile->token_command);
        profile->token_command = g_strdup(rows[i].command);
        open_and_fetch(&credentials, profile);
        if (rows[i].token) {
            assert_string_equal(credentials.access, rows[i].token);
            assert_int_equal(credentials.place, TOKENS_COMMAND);
            assert_null(credentials.why);
        } else if (rows[i].why) {
            assert_null(credentials.access);
            if (!strstr(credentials.why, rows[i].why))
                fail_msg("\"%s\" does not say \"%s\"", credentials.why, rows[i].why);
            assert_null(strstr(credentials.why, "lla_"));
        }
        credentials_close(&credentials);
    }
}

static void a_command_is_asked_again_when_that_is_wished(void **state)
{
    g_autofree char *count = home_path(&home, "count");
    g_autoptr(Profile) profile = profile_of("again");
    profile->token_command = g_strdup_printf("echo x >>%s; echo lla_$(wc -l <%s)", count, count);
    Credentials credentials;
    open_and_fetch(&credentials, profile);
    assert_string_equal(credentials.access, "lla_1");
    bool done = false;
    credentials_fetch(&credentials, on_done, &done);
    assert_true(done);
    assert_string_equal(credentials.access, "lla_1");
    done = false;
    credentials_fetch_again(&credentials, on_done, &done);
    wait_for(&done);
    assert_string_equal(credentials.access, "lla_2");
    credentials_close(&credentials);
}

static bool is_gone(gpointer data)
{
    g_autofree char *text = NULL;
    return !g_file_get_contents(data, &text, NULL, NULL) ||
           kill((pid_t)g_ascii_strtoll(text, NULL, 10), 0) != 0;
}

static bool is_there(gpointer data)
{
    g_main_context_iteration(NULL, FALSE);
    return g_file_test(data, G_FILE_TEST_EXISTS);
}

/* Whoever leaves does not wait for it, and it does not live on. */
static void a_command_goes_with_its_credentials(void **state)
{
    g_autofree char *pid = home_path(&home, "pid");
    g_autoptr(Profile) profile = profile_of("gone");
    profile->token_command = g_strdup_printf(
        "sh -c 'echo $$ >%s.new; mv %s.new %s; exec sleep 1000'", pid, pid, pid);
    Credentials credentials;
    bool done = false;
    assert_true(credentials_open(&credentials, profile, NULL));
    credentials_fetch(&credentials, on_done, &done);
    assert_true(clock_wait(is_there, pid, 10000));
    credentials_close(&credentials);
    assert_false(done);
    assert_true(clock_wait(is_gone, pid, 10000));
}

/* ---- the keyring */

typedef struct Daemon {
    GPid bus, keyring;
} Daemon;

static GPid spawn(const char *const *argv, int *input, int *output)
{
    GPid pid;
    g_autoptr(GError) error = NULL;
    if (!g_spawn_async_with_pipes(NULL, (char **)argv, NULL,
                                  G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
                                      G_SPAWN_STDERR_TO_DEV_NULL |
                                      (output ? 0 : G_SPAWN_STDOUT_TO_DEV_NULL),
                                  NULL, NULL, &pid, input, output, NULL, &error))
        return 0;
    return pid;
}

static void end(GPid *pid)
{
    if (*pid) {
        kill(*pid, SIGCONT);
        kill(*pid, SIGKILL);
        waitpid(*pid, NULL, 0);
    }
    *pid = 0;
}

/* It starts nothing by itself, as a desktop's bus would. */
static const char bus_config[] =
    "<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>"
    "<policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>"
    "<allow eavesdrop=\"true\"/><allow own=\"*\"/></policy>"
    "</busconfig>";

static void start_bus(Daemon *daemon)
{
    g_autofree char *config = home_path(&home, "bus.conf");
    g_autofree char *option = g_strconcat("--config-file=", config, NULL);
    const char *argv[] = {
        "dbus-daemon", option, "--nofork", "--nopidfile", "--print-address", NULL
    };
    assert_true(g_file_set_contents(config, bus_config, -1, NULL));
    char line[512] = "";
    int output = -1;
    daemon->bus = spawn(argv, NULL, &output);
    for (size_t n = 0; daemon->bus && n < sizeof line - 1 && read(output, line + n, 1) == 1; n++)
        if (line[n] == '\n') {
            line[n] = '\0';
            break;
        }
    if (!*line)
        skip(); /* package dbus */
    g_setenv("DBUS_SESSION_BUS_ADDRESS", line, TRUE);
}

static void start_keyring(Daemon *daemon, const char *password)
{
    const char *argv[] = { "gnome-keyring-daemon", "--foreground", "--components=secrets",
                           "--unlock", NULL };
    int input = -1;
    daemon->keyring = spawn(argv, &input, NULL);
    if (!daemon->keyring)
        skip(); /* package gnome-keyring */
    assert_int_equal(write(input, password, strlen(password)), strlen(password));
    close(input);
}

/* Its name is on the bus before long: until then, it is as if it were not there. */
static void wait_for_keyring(const Profile *profile)
{
    gint64 end = clock_monotonic() + 20 * G_USEC_PER_SEC;
    for (;;) {
        Credentials credentials;
        open_and_fetch(&credentials, profile);
        bool there = credentials.keyring_works;
        g_autofree char *why = g_strdup(credentials.why);
        credentials_close(&credentials);
        if (there)
            return;
        if (clock_monotonic() > end)
            fail_msg("no keyring: %s", why);
    }
}

static void lock_keyring(void)
{
    const char *argv[] = { "gdbus",
                           "call",
                           "--session",
                           "--dest=org.freedesktop.secrets",
                           "--object-path=/org/freedesktop/secrets",
                           "--method=org.freedesktop.Secret.Service.Lock",
                           "[objectpath '/org/freedesktop/secrets/collection/login']",
                           NULL };
    int status = -1;
    assert_true(g_spawn_sync(NULL, (char **)argv, NULL,
                             G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL,
                             NULL, &status, NULL));
    assert_int_equal(status, 0);
}

static int stop_daemons(void **state)
{
    Daemon *daemon = *state;
    end(&daemon->keyring);
    end(&daemon->bus);
    g_unsetenv("DBUS_SESSION_BUS_ADDRESS");
    g_free(daemon);
    return 0;
}

static int new_daemons(void **state)
{
    *state = g_new0(Daemon, 1);
    return 0;
}

static gboolean on_tick(gpointer data)
{
    ++*(int *)data;
    return G_SOURCE_CONTINUE;
}

/* One play, since the library keeps its connection as long as the process lives. */
static void a_keyring_keeps_the_tokens(void **state)
{
    Daemon *daemon = *state;
    g_autoptr(Profile) profile = profile_of("ring");
    g_autoptr(Profile) other = profile_of("other");
    g_autofree char *path = profile_path(profile->state_dir, "tokens");
    Credentials credentials;
    start_bus(daemon);
    assert_why(profile, "no keyring runs");
    start_keyring(daemon, "opener");
    wait_for_keyring(profile);

    open_and_fetch(&credentials, profile);
    assert_null(credentials.access);
    assert_null(credentials.why);
    keep(&credentials, &pair);
    assert_int_equal(credentials.place, TOKENS_KEYRING);
    assert_null(credentials.why);
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    assert_found(profile, TOKENS_KEYRING, "lla_one", "llr_one");
    assert_found(other, TOKENS_NONE, NULL, NULL);

    /* The next pair takes the place of the first: both halves, and there is one item. */
    keep(&credentials, &next_pair);
    assert_found(profile, TOKENS_KEYRING, "lla_two", "llr_two");
    drop(&credentials);
    assert_found(profile, TOKENS_NONE, NULL, NULL);

    /* It hangs: the main loop does not. */
    keep(&credentials, &pair);
    credentials_close(&credentials);
    kill(daemon->keyring, SIGSTOP);
    int ticks = 0;
    guint ticking = g_timeout_add(1, on_tick, &ticks);
    assert_why(profile, "did not answer");
    assert_true(ticks > KEYRING_MS / 100);
    g_source_remove(ticking);
    kill(daemon->keyring, SIGCONT);
    wait_for_keyring(profile);
    assert_found(profile, TOKENS_KEYRING, "lla_one", "llr_one");

    /* Locked, with nobody there to be asked for its password. */
    lock_keyring();
    assert_why(profile, "locked");
    open_and_fetch(&credentials, profile);
    keep(&credentials, &next_pair);
    assert_int_equal(credentials.place, TOKENS_MEMORY);
    assert_non_null(credentials.why);
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    credentials_close(&credentials);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_in_a_file_only_when_that_is_asked_for),
        cmocka_unit_test(a_token_file_for_others_is_refused),
        cmocka_unit_test(a_token_file_that_makes_no_sense_is_none),
        cmocka_unit_test(a_file_that_cannot_be_written_leaves_them_in_memory),
        cmocka_unit_test(the_environment_comes_first_and_is_never_stored),
        cmocka_unit_test(a_command_gives_the_token),
        cmocka_unit_test(a_command_is_asked_again_when_that_is_wished),
        cmocka_unit_test(a_command_goes_with_its_credentials),
        cmocka_unit_test_setup_teardown(a_keyring_keeps_the_tokens, new_daemons, stop_daemons),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
