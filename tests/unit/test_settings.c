/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings, the config file, profiles and credentials: what a person writes, and what must stay private. */
#include "tests/unit/unit.h"

#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "client/profile.h"
#include "client/settings.h"
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

static char *write_file(const char *name, const char *text)
{
    char *path = home_path(&home, name);
    assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

/* ---- settings */

static void defaults_are_values(void **state)
{
    g_auto(Settings) settings;
    settings_init(&settings);
    for (size_t i = 0; i < n_settings; i++) {
        const char *name = settings_table[i].field.name;
        g_autofree char *value = settings_get(&settings, name);
        g_autofree char *values = setting_values(&settings_table[i]);
        assert_string_equal(value, settings_table[i].initial);
        assert_true(*values && *settings_table[i].effect);
        assert_true(settings_set(&settings, name, value, NULL));
        assert_true(settings_set(&settings, name, NULL, NULL));
    }
    assert_null(settings_get(&settings, "no_such"));
    assert_int_equal(settings.undo_hold, 10);
}

static void values(void **state)
{
    static const struct {
        const char *name, *value;
        bool ok;
    } rows[] = {
        { "undo_hold", "0", true },
        { "undo_hold", "60", true },
        { "undo_hold", "61", false },
        { "undo_hold", "-1", false },
        { "undo_hold", "", false },
        { "undo_hold", "1x", false },
        { "undo_hold", "9999999999999999999999", false },
        { "theme", "mono", true },
        { "theme", "Mono", false },
        { "theme", "", false },
        { "preview", "below", true },
        { "profile", "work", true },
        { "profile", "", true },
        { "profile", "123456789012345678901234567890123", false },
        { "no_such", "1", false },
        { "", "1", false },
        { "theme", "\x1b[31m", false },
    };
    g_auto(Settings) settings;
    settings_init(&settings);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *before = settings_get(&settings, rows[i].name);
        if (settings_set(&settings, rows[i].name, rows[i].value, &error) != rows[i].ok)
            fail_msg("%s=%s", rows[i].name, rows[i].value);
        g_autofree char *after = settings_get(&settings, rows[i].name);
        if (rows[i].ok) {
            assert_string_equal(after, rows[i].value);
            continue;
        }
        assert_true(problem_is(error, PROBLEM_BAD_CONFIG));
        assert_null(strchr(error->message, 0x1b));
        if (before)
            assert_string_equal(before, after);
    }
}

static bool note_line(const char *verb, const char *rest, gpointer data, GError **error)
{
    g_string_append_printf(data, "[%s|%s]", verb, rest);
    return strcmp(verb, "bad") != 0 || problem_set(error, PROBLEM_BAD_CONFIG, "no such verb");
}

static void config_files(void **state)
{
    static const struct {
        const char *text, *told, *error; /* "LINE: how it begins"; NULL: all is well */
    } rows[] = {
        { "", "", NULL },
        { "# only a comment\n\n  # and another\n", "", NULL },
        { "set undo_hold=20", "", NULL },
        { "set undo_hold = 20\r\nset theme=mono\r\n", "", NULL },
        { "\xEF\xBB\xBFset undo_hold=20\n", "", NULL },
        { "  bind list w next-waiting  \nunbind\n", "[bind|list w next-waiting][unbind|]", NULL },
        { "set undo_hold=20\n\nset theme=red\n", "", "3: red is not a value of theme: it takes " },
        { "set undo_hold\n", "", "1: set needs NAME=VALUE" },
        { "set\n", "", "1: set needs NAME=VALUE" },
        { "\n\nset colour=on", "", "3: there is no setting colour" },
        { "bind a\nbad line here\nbind b", "[bind|a][bad|line here][bind|b]", "2: no such verb" },
        { "set x=1\nset y=2\nset z=3\nset undo_hold=20\n", "",
          "1: there is no setting x (and 2 more lines are wrong)" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = write_file("config", rows[i].text);
        g_autoptr(GString) told = g_string_new(NULL);
        g_autoptr(GError) error = NULL;
        g_auto(Settings) settings;
        settings_init(&settings);
        bool ok = config_load(path, &settings, note_line, told, &error);
        assert_int_equal(ok, rows[i].error == NULL);
        assert_string_equal(told->str, rows[i].told);
        if (!ok) {
            g_autofree char *start = g_strdup_printf("%s:%s", path, rows[i].error);
            if (!g_str_has_prefix(error->message, start))
                fail_msg("%s, wanted %s", error->message, start);
        }
        /* What is right counts, whatever else is wrong. */
        if (strstr(rows[i].text, "undo_hold=20") || strstr(rows[i].text, "undo_hold = 20")) {
            assert_int_equal(settings.undo_hold, 20);
        }
    }
}

static void config_files_that_are_none(void **state)
{
    g_auto(Settings) settings;
    settings_init(&settings);
    g_autoptr(GError) error = NULL;
    g_autofree char *missing = home_path(&home, "missing");
    assert_true(config_load(missing, &settings, NULL, NULL, NULL));
    assert_false(config_load(home.dir, &settings, NULL, NULL, &error));
    assert_true(problem_is(error, PROBLEM_BAD_CONFIG));
    g_clear_error(&error);
    g_autofree char *latin = write_file("latin", "set theme=mono # \xE9\n");
    assert_false(config_load(latin, &settings, NULL, NULL, &error));
    assert_non_null(strstr(error->message, latin));
    g_autofree char *long_text = g_strnfill(300 * 1024, '#');
    g_autofree char *large = write_file("large", long_text);
    assert_false(config_load(large, &settings, NULL, NULL, NULL));
}

/* ---- profiles */

static void servers(void **state)
{
    static const struct {
        const char *server;
        bool ok;
    } rows[] = {
        { "https://leads.example", true },
        { "https://leads.example:8443", true },
        { "https://leads.example/base", true },
        { "http://localhost:8080", true },
        { "http://LOCALHOST", true },
        { "http://127.0.0.1", true },
        { "http://[::1]:80/x", true },
        { "unix:/run/leadline/sock", true },
        { "http://leads.example", false },
        { "http://localhost.evil.example", false },
        { "http://127.0.0.1.evil.example", false },
        { "http://127.0.0.1@evil.example", false },
        { "https://me:secret@leads.example", false },
        { "https://leads.example?x", false },
        { "https://leads.example#x", false },
        { "https://", false },
        { "https:///x", false },
        { "https://a b", false },
        { "https://a\r\nHost: b", false },
        { "ftp://leads.example", false },
        { "leads.example", false },
        { "file:///etc/passwd", false },
        { "unix:relative", false },
        { "", false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (profile_check_server(rows[i].server, NULL) != rows[i].ok)
            fail_msg("%s", rows[i].server);
    g_autofree char *fill = g_strnfill(120, 'x');
    g_autofree char *path = g_strconcat("unix:/", fill, NULL);
    assert_false(profile_check_server(path, NULL));
}

static char *profile_file(const char *name, const char *text)
{
    g_autofree char *dir = g_build_filename(g_get_user_config_dir(), "leadline", "profiles", NULL);
    assert_int_equal(g_mkdir_with_parents(dir, 0700), 0);
    char *path = g_build_filename(dir, name, NULL);
    assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static void profile_files(void **state)
{
    static const struct {
        const char *text, *error; /* after "FILE" */
    } rows[] = {
        { "kind=server\nserver=https://a.example\n", NULL },
        { "# mine\n\n kind = server\n server = https://a.example\ninsecure_storage = on\n", NULL },
        { "kind=server\n", ": a profile needs kind" },
        { "", ": a profile needs kind" },
        { "kind=server\nserver=http://a.example\n", ":2: server must be https://HOST" },
        { "kind=demo\n", ":1: kind must be server or local" },
        { "kind=\n", ":1: kind must be server or local" },
        { "\nkind\n", ":2: a line of a profile is NAME=VALUE" },
        { "kind=local\ninsecure-storage=on\n", ":2: there is no insecure-storage in a profile" },
        { "kind=local\ninsecure_storage=maybe\n", ":2: insecure_storage must be on or off" },
        { "kind=local\nemail=a\x1b[1mb\n", ":2: email must be an e-mail address" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = profile_file("mine", rows[i].text);
        g_autoptr(GError) error = NULL;
        g_autoptr(Profile) profile = profile_load("mine", &error);
        if ((profile == NULL) != (rows[i].error != NULL))
            fail_msg("%s: %s", rows[i].text, error ? error->message : "accepted");
        if (profile) {
            assert_string_equal(profile->server, "https://a.example");
            assert_int_equal(profile->insecure_storage, i == 1);
            continue;
        }
        g_autofree char *start = g_strconcat(path, rows[i].error, NULL);
        assert_true(problem_is(error, PROBLEM_BAD_CONFIG));
        if (!g_str_has_prefix(error->message, start))
            fail_msg("%s, wanted %s", error->message, start);
    }
    g_autofree char *path = profile_file("mine", "kind=local\n");
    g_unlink(path);
}

static void profiles_come_back(void **state)
{
    g_autoptr(Profile) profile = profile_new(PROFILE_SERVER, "work", "https://a.example//", NULL);
    assert_string_equal(profile->server, "https://a.example");
    profile->email = g_strdup("me@a.example");
    profile->insecure_storage = true;
    assert_true(profile_save(profile, NULL));
    g_autoptr(Profile) back = profile_load(NULL, NULL); /* the only one */
    assert_string_equal(back->name, "work");
    assert_string_equal(back->server, profile->server);
    assert_string_equal(back->email, profile->email);
    assert_string_equal(back->cache_dir, profile->cache_dir);
    assert_true(back->insecure_storage);
    g_autofree char *path = g_build_filename(profile->config_dir, "profiles", "work", NULL);
    struct stat st;
    assert_int_equal(g_stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    /* Of two, one must be named. */
    g_autofree char *other = profile_file("zoo", "kind=server\nserver=https://b.example\n");
    g_autoptr(GError) error = NULL;
    assert_null(profile_load(NULL, &error));
    assert_true(problem_is(error, PROBLEM_USAGE));
    g_clear_error(&error);
    g_setenv("LEADLINE_PROFILE", "zoo", TRUE);
    g_autoptr(Profile) named = profile_load(NULL, NULL);
    assert_string_equal(named->name, "zoo");
    g_setenv("LEADLINE_PROFILE", "../work", TRUE);
    assert_null(profile_load(NULL, &error));
    assert_true(problem_is(error, PROBLEM_BAD_INPUT));
    g_clear_error(&error);
    g_unsetenv("LEADLINE_PROFILE");
    assert_null(profile_load("nobody", &error));
    assert_true(problem_is(error, PROBLEM_NOT_FOUND));
}

/* ---- the lock */

static void one_owner(void **state)
{
    g_autoptr(Profile) profile = profile_new(PROFILE_LOCAL, NULL, NULL, NULL);
    ProfileLock *lock = profile_lock(profile, NULL);
    assert_non_null(lock);
    g_autoptr(GError) error = NULL;
    assert_null(profile_lock(profile, &error));
    assert_true(problem_is(error, PROBLEM_LOCKED));
    profile_unlock(lock);
    lock = profile_lock(profile, NULL);
    assert_non_null(lock);
    profile_unlock(lock);
}

static void a_crash_leaves_no_lock(void **state)
{
    g_autoptr(Profile) profile = profile_new(PROFILE_LOCAL, NULL, NULL, NULL);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        ProfileLock *lock = profile_lock(profile, NULL);
        ssize_t n = write(ends[1], lock ? "y" : "n", 1);
        kill(getpid(), n == 1 ? SIGKILL : SIGTERM);
    }
    char got = 0;
    assert_int_equal(read(ends[0], &got, 1), 1);
    assert_int_equal(got, 'y');
    waitpid(child, NULL, 0);
    close(ends[0]);
    close(ends[1]);
    ProfileLock *lock = profile_lock(profile, NULL);
    assert_non_null(lock);
    profile_unlock(lock);
}

static void age(const char *path)
{
    struct timespec old[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
}

/* What a killed demo left goes at the next start; one that runs, and one that is just beginning, stay. */
static void old_demos_are_swept(void **state)
{
    g_autoptr(Profile) killed = profile_new(PROFILE_DEMO, NULL, NULL, NULL);
    g_autoptr(Profile) running = profile_new(PROFILE_DEMO, NULL, NULL, NULL);
    g_autoptr(Profile) beginning = profile_new(PROFILE_DEMO, NULL, NULL, NULL);
    g_autofree char *file = profile_path(killed->data_dir, "server.db");
    g_autofree char *deep = profile_path(killed->data_dir, "a/b");
    assert_true(g_file_set_contents(file, "x", 1, NULL));
    assert_int_equal(g_mkdir_with_parents(deep, 0700), 0);
    g_autofree char *outside = write_file("outside", "precious");
    g_autofree char *link = profile_path(killed->data_dir, "link");
    assert_int_equal(symlink(home.dir, link), 0);
    ProfileLock *lock = profile_lock(running, NULL);
    age(killed->runtime_dir);
    age(running->runtime_dir);
    g_autoptr(Profile) next = profile_new(PROFILE_DEMO, NULL, NULL, NULL);
    assert_false(g_file_test(killed->runtime_dir, G_FILE_TEST_EXISTS));
    assert_true(g_file_test(running->runtime_dir, G_FILE_TEST_IS_DIR));
    assert_true(g_file_test(beginning->runtime_dir, G_FILE_TEST_IS_DIR));
    assert_true(g_file_test(outside, G_FILE_TEST_EXISTS));
    profile_unlock(lock);
    profile_discard(running);
    profile_discard(beginning);
    profile_discard(next);
    assert_false(g_file_test(next->runtime_dir, G_FILE_TEST_EXISTS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_values),
        cmocka_unit_test(values),
        cmocka_unit_test(config_files),
        cmocka_unit_test(config_files_that_are_none),
        cmocka_unit_test(servers),
        cmocka_unit_test(profile_files),
        cmocka_unit_test(profiles_come_back),
        cmocka_unit_test(one_owner),
        cmocka_unit_test(a_crash_leaves_no_lock),
        cmocka_unit_test(old_demos_are_swept),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
