/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prompt_history.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

static char *folder, *path;

static int set_up(void **state)
{
    folder = g_dir_make_tmp("history-XXXXXX", NULL);
    path = g_build_filename(folder, "history", NULL);
    return folder ? 0 : -1;
}

static int tear_down(void **state)
{
    g_autofree char *lock = g_strconcat(path, ".lock", NULL);
    g_unlink(path);
    g_unlink(lock);
    g_rmdir(folder);
    g_free(path);
    g_free(folder);
    return 0;
}

static bool add(const char *line)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new();
    g_ptr_array_add(lines, (gpointer)line);
    return history_append(path, lines);
}

static void test_lines(void **state)
{
    g_auto(GStrv) none = history_read(path);
    assert_null(none[0]);
    assert_int_equal(history_stamp(path), 0);
    assert_true(add("limit new"));
    guint64 stamp = history_stamp(path);
    assert_true(add("theme mono"));
    assert_true(history_stamp(path) != stamp);
    g_auto(GStrv) lines = history_read(path);
    assert_string_equal(lines[0], "limit new");
    assert_string_equal(lines[1], "theme mono");
    assert_null(lines[2]);
}

/* It may name customers. */
static void test_private(void **state)
{
    struct stat st;
    assert_true(g_file_set_contents(path, "old\n", -1, NULL));
    chmod(path, 0644);
    assert_true(add("limit new"));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void test_length(void **state)
{
    char line[32];
    for (int i = 0; i < 3 * HISTORY_MAX; i++) {
        g_snprintf(line, sizeof line, "limit %d", i);
        assert_true(add(line));
    }
    g_auto(GStrv) lines = history_read(path);
    assert_int_equal(g_strv_length(lines), HISTORY_MAX);
    assert_string_equal(lines[HISTORY_MAX - 1], line);
    g_autofree char *text = NULL;
    gsize length;
    assert_true(g_file_get_contents(path, &text, &length, NULL));
    assert_true(length <= 2 * HISTORY_MAX * strlen("limit 1499\n"));
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void test_what_is_none(void **state)
{
    assert_true(g_file_set_contents(path, "fine\nbad \xff\n\nhalf of a li", -1, NULL));
    g_auto(GStrv) lines = history_read(path);
    assert_string_equal(lines[0], "fine");
    assert_null(lines[1]);
}

/* A session that holds the lock, and may be stopped, keeps nobody waiting. */
static void test_locked(void **state)
{
    g_autofree char *name = g_strconcat(path, ".lock", NULL);
    int fd = open(name, O_RDWR | O_CREAT, 0600);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_false(add("limit new"));
    close(fd);
    assert_true(add("limit new"));
}

#define SESSIONS 4
#define LINES 400

static void session(int number)
{
    char line[32];
    for (int i = 0; i < LINES; i++) {
        g_snprintf(line, sizeof line, "%d %d", number, i);
        while (!add(line))
            continue;
    }
    _exit(0);
}

/* Many at once, also while the file is written anew: whole lines, and each session's last ones in order. */
static void test_sessions(void **state)
{
    for (int i = 0; i < SESSIONS; i++)
        if (fork() == 0)
            session(i);
    for (int i = 0; i < SESSIONS; i++)
        assert_true(wait(NULL) > 0);
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    int last[SESSIONS] = { 0 }, seen[SESSIONS] = { 0 };
    for (guint i = 0; *lines[i]; i++) {
        g_auto(GStrv) words = g_strsplit(lines[i], " ", -1);
        assert_int_equal(g_strv_length(words), 2);
        int who = (int)g_ascii_strtoll(words[0], NULL, 10);
        int n = (int)g_ascii_strtoll(words[1], NULL, 10);
        assert_in_range(who, 0, SESSIONS - 1);
        if (seen[who])
            assert_int_equal(n, last[who] + 1);
        seen[who] = 1;
        last[who] = n;
    }
    int ended = 0;
    for (int i = 0; i < SESSIONS; i++)
        ended += seen[i] && last[i] == LINES - 1;
    assert_true(ended >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_private, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_length, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_locked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sessions, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
