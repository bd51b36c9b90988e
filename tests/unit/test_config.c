/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include <string.h>

#include "base/problem.h"
#include "server/config.h"

static void read_ok(Config *config, const char *text)
{
    g_autoptr(GError) error = NULL;
    if (!config_read_text(config, "file", text, strlen(text), &error))
        fail_msg("%s", error->message);
}

static void assert_refused(const char *text, const char *message)
{
    g_autoptr(GError) error = NULL;
    Config config;
    config_init(&config);
    assert_false(config_read_text(&config, "file", text, strlen(text), &error));
    assert_true(problem_is(error, PROBLEM_BAD_CONFIG));
    if (!g_str_has_prefix(error->message, message))
        fail_msg("%s, not %s", error->message, message);
    config_clear(&config);
}

static void defaults_are_those_of_the_table(void **state)
{
    Config config;
    config_init(&config);
    assert_string_equal(config.listen, "127.0.0.1:7411");
    assert_int_equal(config.argon2_memory, 65536);
    assert_int_equal(config.argon2_passes, 3);
    assert_int_equal(config.sign_up, 1);
    assert_null(config.proxies);
    config_clear(&config);
    assert_null(config.listen);
}

static void lines_are_read_with_comments_and_blanks(void **state)
{
    Config config;
    config_init(&config);
    read_ok(&config,
            "# a comment\r\n\n  threads\t=  4   # four\r\nlisten=unix:/run/a#b\nsign_up = no\n"
            "proxies = 192.0.2.1 2001:db8::1");
    assert_int_equal(config.threads, 4);
    assert_string_equal(config.listen, "unix:/run/a#b");
    assert_int_equal(config.sign_up, 0);
    assert_string_equal(config.proxies, "192.0.2.1 2001:db8::1");
    config_clear(&config);
}

static void mistakes_name_their_line(void **state)
{
    assert_refused("\n\nthreads = -1\n", "file:3: threads: must be a number from 0 to 64");
    assert_refused("threads = 1x\n", "file:1: threads: must be");
    assert_refused("threads = 99999999999999999999\n", "file:1: threads: must be");
    assert_refused("Threads = 1\n", "file:1: unknown key \"Threads\"");
    assert_refused("max-streams = 9\n", "file:1: unknown key \"max-streams\"");
    assert_refused("lively = yes\n", "file:1: unknown key \"lively\"");
    assert_refused("log = info\nlog = info", "file:2: log is given twice");
    assert_refused("# ok\nlog\n", "file:2: must be \"key = value\"");
    assert_refused("log = # nothing\n", "file:1: log: a value is missing");
    assert_refused("database = sqlite:\n", "file:1: database: must be sqlite:PATH");
    assert_refused("listen = :80\n", "file:1: listen: must be HOST:PORT");
    assert_refused("proxies = nonsense\n", "file:1: proxies: must be");
    assert_refused("log = info\n\xff\n", "file:2: must be UTF-8 text");
}

static void assert_flags(const char *line, const char *left, GError **error)
{
    Config config;
    config_init(&config);
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    int argc = (int)g_strv_length(words);
    char **argv = g_memdup2(words, ((gsize)argc + 1) * sizeof *words);
    bool ok = config_read_flags(&config, &argc, argv, error);
    assert_true(ok == (left != NULL));
    if (ok) {
        g_autofree char *rest = g_strjoinv(" ", argv);
        assert_string_equal(rest, left);
        assert_int_equal(g_strv_length(argv), argc);
    }
    config_clear(&config);
    g_free(argv);
}

static void flags_are_taken_out_and_the_rest_stays(void **state)
{
    assert_flags("leadlined", "leadlined", NULL);
    assert_flags("leadlined user --threads 3 add --email x --sign-up=no",
                 "leadlined user add --email x", NULL);
    assert_flags("leadlined --listen=unix:/a=b serve", "leadlined serve", NULL);
    assert_flags("leadlined --thread 3", "leadlined --thread 3", NULL);
    assert_flags("leadlined --max_streams=9", "leadlined --max_streams=9", NULL);
}

static void wrong_flags_are_usage(void **state)
{
    static const char *const wrong[] = { "x --threads",     "x --threads=x",
                                         "x --threads 65",  "x --log=loud",
                                         "x --listen=",     "x --config",
                                         "x --sign-up=yep", NULL };
    for (int i = 0; wrong[i]; i++) {
        g_autoptr(GError) error = NULL;
        assert_flags(wrong[i], NULL, &error);
        assert_true(problem_is(error, PROBLEM_USAGE));
    }
}

static void the_example_is_read_back_as_the_defaults(void **state)
{
    g_autoptr(GString) text = g_string_new(NULL);
    Config config, read;
    config_print_example(text);
    config_init(&config);
    config_init(&read);
    read_ok(&read, text->str);
    for (const ConfigKey *key = config_keys; key->name; key++) {
        const void *a = (char *)&config + key->offset, *b = (char *)&read + key->offset;
        if (key->type == CONFIG_TEXT)
            assert_int_equal(g_strcmp0(*(char *const *)a, *(char *const *)b), 0);
        else
            assert_int_equal(*(const gint64 *)a, *(const gint64 *)b);
    }
    config_clear(&config);
    config_clear(&read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_those_of_the_table),
        cmocka_unit_test(lines_are_read_with_comments_and_blanks),
        cmocka_unit_test(mistakes_name_their_line),
        cmocka_unit_test(flags_are_taken_out_and_the_rest_stays),
        cmocka_unit_test(wrong_flags_are_usage),
        cmocka_unit_test(the_example_is_read_back_as_the_defaults),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
