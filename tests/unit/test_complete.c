/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "complete.h"

#include <string.h>

#include "command.h"
#include "unit.h"

static char *words_of(const char *line, gsize *start)
{
    g_autoptr(GPtrArray) rows = complete_line(line, start);
    g_autoptr(GString) out = g_string_new(NULL);
    for (guint i = 0; i < rows->len; i++) {
        const Candidate *candidate = rows->pdata[i];
        g_string_append_printf(out, "%s%s", i ? " " : "", candidate->word);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static const struct {
    const char *line, *words;
    gsize start;
} rows[] = {
    { "lim", "limit", 0 },
    { "limit ",
      "~all ~waiting ~new ~opened ~confirmed ~rejected ~working ~won ~lost ~dormant ~withdrawn "
      "~unsent ~tagged ~from ~partner ~need ~value ~age",
      6 },
    { "limit wa", "waiting", 6 },
    { "limit waiting", "", 6 }, /* nothing more to say */
    { "limit zzz", "", 6 },
    { "limit all ", "", 10 },
    { "limit all no", "", 10 },
    { "limit all ~n", "~new ~need", 10 },
    { "limit !(~x|~un", "~unsent", 11 },
    { "limit \"~x ~n", "", 12 },
    { "  limit  ne", "new", 9 },
    { "sort c", "client", 5 },
    { "theme ", "default mono high-contrast colour-blind", 6 },
    { "background l", "light", 11 },
    { "outcome w", "working won", 8 },
    { "set und", "undo_hold=", 4 },
    { "set theme=", "theme=default theme=mono theme=high-contrast theme=colour-blind", 4 },
    { "set theme=c", "theme=colour-blind", 4 },
    { "set undo_hold=", "", 4 }, /* a number */
    { "set nothing=", "", 4 },
    { "set al", "all", 4 },
    { "bind di", "dialog", 5 },
    { "bind lead z conf", "confirm", 12 },
    { "bind lead z confirm x", "", 20 },
    { "unbind ",
      "global list lead partner invitation member groups group request meetings meeting vetting "
      "dues approvals report account outbox help form dialog text",
      7 },
    { "help und", "undo", 5 },
    { "export c", "csv", 7 },
    { "copy ph", "phone phone_2", 5 },
    { "nosuch ", "", 7 },
    { "nosuch", "", 0 },
    { "quit", "quit quit!", 0 },
    { "press", "", 0 }, /* only by its key */
};

static void test_lines(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        gsize start = 99;
        g_autofree char *words = words_of(rows[i].line, &start);
        assert_string_equal(words, rows[i].words);
        assert_int_equal(start, rows[i].start);
    }
}

/* All that is not internal, in the order of the table, each with its effect. */
static void test_all_commands(void **state)
{
    g_autoptr(GPtrArray) all = complete_line("", NULL);
    guint at = 0;
    for (const Command *command = commands; command->name; command++) {
        if (!(command->flags & COMMAND_INTERNAL)) {
            const Candidate *candidate = all->pdata[at++];
            assert_string_equal(candidate->word, command->name);
            assert_true(*candidate->effect);
        }
    }
    assert_int_equal(at, all->len);
}

/* The table itself: what help, footer and completion are printed from. */
static void test_the_table(void **state)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (const Command *command = commands; command->name; command++) {
        assert_true(g_hash_table_add(seen, (gpointer)command->name));
        assert_ptr_equal(command_find(command->name), command);
        assert_non_null(command->run);
        assert_true(command->word && *command->word && g_utf8_strlen(command->word, -1) <= 12);
        assert_true(command->effect && *command->effect && !strchr(command->effect, '\n'));
        assert_true(command->contexts != 0);
        for (const char *p = command->name; *p; p++) {
            assert_true(g_ascii_islower(*p) || *p == '-' || *p == '!');
        }
    }
    assert_int_equal(g_hash_table_size(seen), command_count());
    assert_null(command_find(""));
    assert_null(command_find("lim"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_all_commands),
        cmocka_unit_test(test_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
