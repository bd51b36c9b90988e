/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keymap.h"

#include <string.h>

#include "base/embed.h"
#include "command.h"
#include "unit.h"
#include "view.h"

extern const EmbeddedText default_keys[];

#define LIST (CTX_BIT(CTX_GLOBAL) | CTX_BIT(CTX_LIST) | CTX_BIT(CTX_LEAD))

static const ViewOps *const views[] = { &inbox_view,    &sent_view, &outbox_view, &help_view,
                                        &messages_view, &lead_view, &welcome_view };

/* ---- key names */

static void test_key_names(void **state)
{
    static const struct {
        const char *text;
        gsize n;
        const char *back; /* NULL: the same */
    } rows[] = {
        { "j", 1 },
        { "gg", 2 },
        { "g^D", 2 },
        { "^D", 1 },
        { "Enter", 1 },
        { "enter", 1, "Enter" },
        { "F1", 1 },
        { "f12", 1, "F12" },
        { "F13", 3 }, /* three letters */
        { "PgDn", 1 },
        { "^PgUp", 1 },
        { "S-Tab", 1 },
        { "M-x", 1 },
        { "M-Up", 1 },
        { "M-Enter", 1 },
        { "<PgDn>x", 2, "PgDnx" },
        { "<lt>", 1, "<" },
        { "<hat>", 1, "^" },
        { "<", 1 },
        { "^", 1 },
        { "^^", 1 },
        { "ä", 1 },
        { "日", 1 },
        { "Space", 1 },
        { "ggggg", 0 },
        { "", 0 },
        { "\xff", 0 },
        { "<nokey>", 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Key keys[KEY_SEQUENCE_MAX] = { 0 };
        assert_int_equal(key_parse(rows[i].text, keys, KEY_SEQUENCE_MAX), rows[i].n);
        g_autoptr(GString) back = g_string_new(NULL);
        for (gsize k = 0; k < rows[i].n; k++) {
            char name[KEY_NAME_SIZE];
            g_string_append(back, key_text(keys[k], name));
        }
        assert_string_equal(back->str, rows[i].n == 0 ? ""
                                       : rows[i].back ? rows[i].back
                                                      : rows[i].text);
    }
}

/* What the screen says is what a file may say. */
static void test_every_key_has_a_name_that_is_read_back(void **state)
{
    for (Key key = 1; key < K_REPLY; key = key == 0x17f ? K_UP : key + 1) {
        if (key == K_PASTE_BEGIN || key == K_PASTE_END || (key >= 0x7f && key < 0xa0) ||
            key == 0xa0 || key == '\n' || key == 8) {
            continue; /* no key sends them, or they are shown as what they are */
        }
        for (Key meta = 0; meta <= KEY_IS_META; meta += KEY_IS_META) {
            char name[KEY_NAME_SIZE];
            Key back[2];
            key_text(key | meta, name);
            assert_int_equal(key_parse(name, back, 2), 1);
            assert_int_equal(back[0], key | meta);
        }
    }
}

/* ---- the default map */

static char *complaints_of(const char *text)
{
    g_autoptr(KeyMap) keymap = keymap_new();
    g_autoptr(GPtrArray) complaints = g_ptr_array_new_with_free_func(g_free);
    keymap_read(keymap, "keys", text, complaints);
    g_ptr_array_add(complaints, NULL);
    return g_strjoinv("\n", (char **)complaints->pdata);
}

/* Fails (GLib criticals are fatal in tests) when a default line is refused; and every line counts. */
static void test_defaults_are_all_taken(void **state)
{
    g_autoptr(KeyMap) keymap = keymap_new();
    guint lines = 0;
    for (const EmbeddedText *file = default_keys; file->name; file++) {
        g_auto(GStrv) all = g_strsplit(file->text, "\n", -1);
        for (char **line = all; *line; line++) {
            lines += **line && **line != '#';
        }
    }
    g_autoptr(GPtrArray) bound = keymap_list(keymap, ~0u, NULL, 0);
    guint hidden = 0; /* the same key in two contexts */
    assert_true(bound->len > 0 && lines > 80);
    for (int context = 0; context < CTX_COUNT; context++) {
        g_autoptr(GPtrArray) rows = keymap_list(keymap, CTX_BIT(context), NULL, 0);
        hidden += rows->len;
    }
    assert_int_equal(hidden, lines);
}

static bool has_key(const KeyMap *keymap, const Command *command)
{
    for (int context = 0; context < CTX_COUNT; context++) {
        g_autofree char *key = keymap_key_of(keymap, CTX_BIT(context), command->name, NULL);
        if (*key) {
            return true;
        }
    }
    return false;
}

static void test_every_command_has_a_key_or_says_that_it_has_none(void **state)
{
    g_autoptr(KeyMap) keymap = keymap_new();
    for (const Command *command = commands; command->name; command++) {
        assert_int_equal(has_key(keymap, command), !(command->flags & COMMAND_NO_KEY));
    }
}

/* What a view's footer promises can be pressed there. */
static void test_footers_have_keys(void **state)
{
    g_autoptr(KeyMap) keymap = keymap_new();
    for (size_t i = 0; i < G_N_ELEMENTS(views); i++) {
        unsigned contexts = views[i]->contexts | CTX_BIT(CTX_GLOBAL);
        for (const char *const *name = views[i]->footer; name && *name; name++) {
            assert_non_null(command_find(*name));
            g_autofree char *key = keymap_key_of(keymap, contexts, *name, NULL);
            assert_string_not_equal(key, "");
        }
    }
}

/* The contexts of each view are active together: there, and only there, one key can hide another. */
static void test_views_have_no_hidden_sequences(void **state)
{
    g_autoptr(KeyMap) keymap = keymap_new();
    for (size_t i = 0; i < G_N_ELEMENTS(views); i++) {
        unsigned contexts = views[i]->contexts | CTX_BIT(CTX_GLOBAL);
        g_autoptr(GPtrArray) rows = keymap_list(keymap, contexts, NULL, 0);
        for (guint r = 0; r < rows->len; r++) {
            const Binding *row = rows->pdata[r];
            const Binding *found;
            for (gsize n = 1; n < row->n_keys; n++) {
                assert_int_equal(keymap_find(keymap, contexts, row->keys, n, &found), KEY_PREFIX);
            }
            assert_int_equal(keymap_find(keymap, contexts, row->keys, row->n_keys, &found),
                             KEY_BOUND);
            assert_ptr_equal(found, row);
        }
    }
}

/* Neither a movement key nor one that other programs delete with changes anything here. */
static void test_dangerous_habits(void **state)
{
    g_autoptr(KeyMap) keymap = keymap_new();
    static const char *const unbound[] = { "d", "D", "^K", "Del" };
    for (size_t i = 0; i < G_N_ELEMENTS(unbound); i++) {
        Key key;
        const Binding *found;
        assert_int_equal(key_parse(unbound[i], &key, 1), 1);
        assert_int_equal(keymap_find(keymap, LIST, &key, 1, &found), KEY_UNBOUND);
    }
}

/* ---- a user's file */

static const char *command_of(const KeyMap *keymap, unsigned contexts, const char *text)
{
    Key keys[KEY_SEQUENCE_MAX];
    const Binding *binding;
    gsize n = key_parse(text, keys, KEY_SEQUENCE_MAX);
    KeyMatch match = keymap_find(keymap, contexts, keys, n, &binding);
    return match == KEY_BOUND ? binding->command : match == KEY_PREFIX ? "..." : "";
}

static void test_overrides(void **state)
{
    g_autoptr(KeyMap) keymap = keymap_new();
    g_autoptr(GPtrArray) complaints = g_ptr_array_new_with_free_func(g_free);
    keymap_read(keymap, "keys",
                "# mine\n"
                "list j none\n"
                "  list   n \t up  \n"
                "lead c reject\n"
                "list ^W limit waiting \n"
                "global g none\n"
                "list zz top\r\n"
                "\n",
                complaints);
    assert_int_equal(complaints->len, 0);
    assert_string_equal(command_of(keymap, LIST, "j"), "");
    assert_string_equal(command_of(keymap, LIST, "n"), "up");
    assert_string_equal(command_of(keymap, LIST, "c"), "reject");
    assert_string_equal(command_of(keymap, LIST, "z"), "...");
    assert_string_equal(command_of(keymap, LIST, "zz"), "top");
    assert_string_equal(command_of(keymap, CTX_BIT(CTX_TEXT), "j"), "");
    g_autofree char *keys = keymap_keys_of(keymap, LIST, "limit", "waiting");
    assert_string_equal(keys, "^W");
}

static void test_the_later_context_is_asked_first(void **state)
{
    g_autoptr(KeyMap) keymap = keymap_new();
    g_autoptr(GPtrArray) complaints = g_ptr_array_new_with_free_func(g_free);
    keymap_read(keymap, "keys", "global x help\n", complaints);
    assert_int_equal(complaints->len, 0);
    assert_string_equal(command_of(keymap, LIST, "x"), "reject");
    assert_string_equal(command_of(keymap, CTX_BIT(CTX_GLOBAL), "x"), "help");
    g_autofree char *shown = keymap_keys_of(keymap, LIST, "help", "");
    assert_null(strchr(shown, 'x'));
}

static const struct {
    const char *text;
    const char *complaints; /* the beginnings of their lines */
} refused[] = {
    { "list j\n", "keys:1: a line is CONTEXT KEY COMMAND" },
    { "lost j down\n", "keys:1: there is no context \"lost\"" },
    { "list j jump\n", "keys:1: there is no command \"jump\"" },
    { "list <no> down\n", "keys:1: \"<no>\" is no key" },
    { "list j down\nlist j up\n", "keys:2: \"j\" in list is bound to down already (keys:1)" },
    { "list g down\n", "keys:1: \"g\" would hide \"gi\" (default keys:" },
    { "list jj down\n", "keys:1: \"jj\" would be hidden by \"j\"" },
    { "lead gix down\n", "keys:1: \"gix\" would be hidden by \"gi\"" },
    { "help Zx down\nlead Z down\n", "" }, /* never active together */
    { "list j nothing\nlist k \n\nlost j up\nlist n up\n",
      "keys:1: there is no command\nkeys:2: a line is\nkeys:4: there is no context" },
};

static void test_complaints(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autofree char *text = complaints_of(refused[i].text);
        g_auto(GStrv) got = g_strsplit(text, "\n", -1);
        g_auto(GStrv) want = g_strsplit(refused[i].complaints, "\n", -1);
        assert_int_equal(g_strv_length(got), g_strv_length(want));
        for (int line = 0; want[line]; line++) {
            g_autofree char *start = g_strndup(got[line], strlen(want[line]));
            assert_string_equal(start, want[line]);
        }
    }
}

/* The cure that a complaint names is one. */
static void test_the_cure_works(void **state)
{
    g_autofree char *with = complaints_of(
        "global gi none\nglobal gs none\nglobal go none\n"
        "global gl none\nglobal gj none\nglobal gp none\nglobal gv none\n"
        "global gr none\nglobal gu none\nglobal gm none\nglobal gq none\nglobal ga none\nglobal gw "
        "none\n"
        "list gg "
        "none\nlist g "
        "down\n");
    assert_string_equal(with, "");
}

static void test_bad_bytes(void **state)
{
    g_autofree char *text = complaints_of("list \xff\xfe down\nlist \033[A down\n");
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    assert_int_equal(g_strv_length(lines), 2);
    assert_null(strchr(text, '\033'));
    assert_true(g_utf8_validate(text, -1, NULL));
}

int main(void)
{
    g_log_set_always_fatal(G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_names),
        cmocka_unit_test(test_every_key_has_a_name_that_is_read_back),
        cmocka_unit_test(test_defaults_are_all_taken),
        cmocka_unit_test(test_every_command_has_a_key_or_says_that_it_has_none),
        cmocka_unit_test(test_footers_have_keys),
        cmocka_unit_test(test_views_have_no_hidden_sequences),
        cmocka_unit_test(test_dangerous_habits),
        cmocka_unit_test(test_overrides),
        cmocka_unit_test(test_the_later_context_is_asked_first),
        cmocka_unit_test(test_complaints),
        cmocka_unit_test(test_the_cure_works),
        cmocka_unit_test(test_bad_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
