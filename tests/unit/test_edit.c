/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line being typed, and a form of such lines. */
#include "edit.h"

#include <string.h>

#include "base/text.h"
#include "form.h"
#include "unit.h"

static void press(Edit *edit, const char *keys)
{
    g_auto(GStrv) words = g_strsplit(keys, " ", -1);
    for (char **word = words; *word; word++) {
        Key pressed[8];
        gsize n = key_parse(*word, pressed, 8);
        for (gsize i = 0; i < n; i++) {
            edit_key(edit, pressed[i]);
        }
    }
}

static const struct {
    const char *initial, *keys, *text;
} typed[] = {
    { "", "h e l l o", "hello" },
    { "ab", "Left x", "axb" },
    { "ab", "Home x End y", "xaby" },
    { "ab", "^A x ^E y", "xaby" },
    { "ab", "^B ^B ^B x ^F ^F ^F y", "xaby" },
    { "ab", "Bksp Bksp Bksp c", "c" },
    { "ab", "Home Del Del Del c", "c" },
    { "one two  three", "^W ^W x", "one x" },
    { "one two", "M-b x", "one xtwo" },
    { "one two", "Home M-f x", "onex two" },
    { "one two", "Left Left ^K", "one t" },
    { "one two", "Left Left ^U", "wo" },
    { "日本語", "Left Bksp x", "日x語" },
    { "e\u0301a", "Left Bksp x", "xa" }, /* a letter with its mark is one thing */
    { "a👨‍👩‍👧b", "Left Bksp", "ab" },
    { "ab", "F5 ^Z Up x", "abx" },
};

static void test_keys(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(typed); i++) {
        Edit *edit = edit_new(typed[i].initial, 0, false);
        press(edit, typed[i].keys);
        assert_string_equal(edit_text(edit), typed[i].text);
        edit_free(edit);
    }
}

static void test_keys_of_others_are_left(void **state)
{
    static const char *const others[] = { "Enter", "Tab", "Esc", "Up", "Down", "F1", "^L", "M-x" };
    Edit *edit = edit_new("a", 0, false);
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        Key key;
        assert_int_equal(key_parse(others[i], &key, 1), 1);
        assert_false(edit_key(edit, key));
    }
    assert_string_equal(edit_text(edit), "a");
    edit_free(edit);
}

static void test_pastes_are_cleaned_and_cut(void **state)
{
    Edit *edit = edit_new("", 10, false);
    edit_insert(edit, "one\ntwo\033[A\u202e");
    assert_string_equal(edit_text(edit), "one two^[[");
    edit_insert(edit, "more");
    assert_int_equal(g_utf8_strlen(edit_text(edit), -1), 10);
    edit_free(edit);
}

/* Any keys: the text stays clean, and within its length. */
static void test_random_keys(void **state)
{
    static const gunichar letters[] = { 'a', ' ', 0xe4, 0x301, 0x65e5, 0x1f33b, 0x200d, 0x5d0 };
    static const Key moves[] = { K_LEFT,   K_RIGHT,       K_HOME,        K_END,        K_BACKSPACE,
                                 K_DELETE, KEY_CTRL('W'), KEY_CTRL('U'), KEY_CTRL('K') };
    for (uint64_t round = 1; round <= 200; round++) {
        uint64_t seed = round;
        Edit *edit = edit_new("", 20, false);
        for (int i = 0; i < 100; i++) {
            bool move = random_below(&seed, 3) == 0;
            edit_key(edit, move ? moves[random_below(&seed, G_N_ELEMENTS(moves))]
                                : (Key)letters[random_below(&seed, G_N_ELEMENTS(letters))]);
            assert_true(text_is_clean(edit_text(edit), TEXT_LINE));
            assert_true(g_utf8_strlen(edit_text(edit), -1) <= 20);
        }
        edit_free(edit);
    }
}

/* ---- forms */

typedef struct Slip {
    char *name, *email;
    bool urgent;
    int size;
} Slip;

static const EnumValue sizes[] = { { 1, "small", "Small" }, { 2, "large", "Large" } };
static const EnumTable size_table = ENUM_TABLE("size", sizes);
static const Field slip_rows[] = {
    { "name", FIELD_TEXT, offsetof(Slip, name), FIELD_REQUIRED, .max = 5, .label = "Name" },
    { "email", FIELD_EMAIL, offsetof(Slip, email), .label = "E-mail" },
    { "urgent", FIELD_BOOL, offsetof(Slip, urgent), .label = "Urgent" },
    { "size", FIELD_ENUM, offsetof(Slip, size), .values = &size_table, .label = "Size" },
};
static const FieldTable slip_fields = FIELD_TABLE("slip", Slip, slip_rows);
static const char *const names[] = { "email", "name", "urgent", "size", NULL };

static void test_form(void **state)
{
    Slip slip = { .name = g_strdup("Ann"), .size = 2 };
    g_autoptr(Form) form = form_new(&slip_fields, &slip, names);
    assert_int_equal(form_rows(form), 4);
    assert_int_equal(form_row_of(form, "name"), 1);
    assert_int_equal(form_row_of(form, "nothing"), -1);
    assert_true(form_is_text(form, 0));
    assert_false(form_is_text(form, 2));
    form_paste(form, 0, "ann@example.com");
    assert_true(form_key(form, 1, 'a'));
    assert_true(form_key(form, 2, K_SPACE));
    assert_true(form_key(form, 3, K_RIGHT));
    assert_false(form_key(form, 3, 'x'));
    int row = -1;
    g_autofree char *complaint = NULL;
    assert_true(form_store(form, &slip, &row, &complaint));
    assert_string_equal(slip.name, "Anna");
    assert_string_equal(slip.email, "ann@example.com");
    assert_true(slip.urgent);
    assert_int_equal(slip.size, 1);
    fields_clear(&slip_fields, &slip);
}

static void test_form_complaints(void **state)
{
    Slip slip = { 0 };
    g_autoptr(Form) form = form_new(&slip_fields, &slip, names);
    form_paste(form, 0, "nobody");
    int row = -1;
    g_autofree char *email = NULL;
    assert_false(form_store(form, &slip, &row, &email));
    assert_int_equal(row, 0);
    assert_non_null(strstr(email, "name@example.com"));
    assert_true(form_key(form, 0, KEY_CTRL('U')));
    g_autofree char *missing = NULL;
    assert_false(form_store(form, &slip, &row, &missing));
    assert_int_equal(row, 1);
    assert_string_equal(missing, "Name is needed.");
    fields_clear(&slip_fields, &slip);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_keys_of_others_are_left),
        cmocka_unit_test(test_pastes_are_cleaned_and_cut),
        cmocka_unit_test(test_random_keys),
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_form_complaints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
