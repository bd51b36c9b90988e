/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include <glib.h>
#include <string.h>

#include "../fuzz/text_properties.h"
#include "unit.h"

typedef struct CleanRow {
    const char *text, *clean;
} CleanRow;

static void check_rows(const CleanRow *rows, size_t n, TextFlags flags)
{
    for (size_t i = 0; i < n; i++) {
        g_autofree char *clean = text_clean(rows[i].text, -1, flags);
        if (strcmp(clean, rows[i].clean) != 0)
            fail_msg("row %zu: \"%s\", should be \"%s\"", i, clean, rows[i].clean);
        assert_int_equal(text_is_clean(rows[i].text, flags),
                         strcmp(rows[i].text, rows[i].clean) == 0);
        text_properties_check(rows[i].text, strlen(rows[i].text));
    }
}

/* ---- cleaning */

static void test_controls_become_visible(void **state)
{
    static const CleanRow rows[] = {
        { "plain", "plain" },
        { "\x1b[2J\x1b[31mred", "^[[2J^[[31mred" },
        { "\x1b]0;title\x07", "^[]0;title^G" },
        { "\x01\x08\x0b\x0c\x0e\x1f\x7f", "^A^H^K^L^N^_^?" },
        { "\xc2\x9b"
          "31m",
          "<9B>31m" },
        { "\xc2\x80\xc2\x85\xc2\x9f", "<80><85><9F>" },
        { "eight.c\x1b hars", "eight.c^[ hars" },
        { "seven.c\x7f", "seven.c^?" },
        { "a\tb\nc\r\nd\re", "a b c d e" },
        { "a\xe2\x80\xa8"
          "b\xe2\x80\xa9"
          "c",
          "a b c" },
    };
    check_rows(rows, G_N_ELEMENTS(rows), TEXT_LINE);
    g_autofree char *with_nul = text_clean("a\0b", 3, TEXT_LINE);
    assert_string_equal(with_nul, "a^@b");
}

static void test_many_lines(void **state)
{
    static const CleanRow rows[] = {
        { "a\nb", "a\nb" },
        { "a\r\nb\rc\n\n", "a\nb\nc\n\n" },
        { "\tx", "    x" },
        { "a\xe2\x80\xa8"
          "b",
          "a\nb" },
        { "a\n\xcc\x81"
          "b",
          "a\nb" }, /* no base to stand on */
        { "\x1b\n", "^[\n" },
    };
    check_rows(rows, G_N_ELEMENTS(rows), TEXT_MULTILINE);
}

static void test_invalid_utf8_is_replaced(void **state)
{
    static const CleanRow rows[] = {
        { "\x80", "\uFFFD" },
        { "a\xff\xfe"
          "b",
          "a\uFFFD\uFFFDb" },
        { "\xc0\xaf", "\uFFFD\uFFFD" }, /* overlong / */
        { "\xc1\xbf", "\uFFFD\uFFFD" },
        { "\xe0\x80\x9b", "\uFFFD\uFFFD\uFFFD" }, /* overlong C1 */
        { "\xf0\x80\x80\x9b", "\uFFFD\uFFFD\uFFFD\uFFFD" },
        { "\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD" }, /* surrogate */
        { "\xed\xaf\xbf\xed\xbf\xbf", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD" },
        { "\xf4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD" },
        { "\xf5\x80\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD" },
        { "\xe2\x82", "\uFFFD" }, /* cut short: one for what was good */
        { "\xe2\x82"
          "A",
          "\uFFFDA" },
        { "\xf0\x9f\x98", "\uFFFD" },
        { "\xf0\x9f\x98\xf0\x9f\x98\x80", "\uFFFD\U0001F600" },
        { "\xc3", "\uFFFD" },
        { "\xef\xbf\xbf", "\uFFFD" }, /* noncharacters */
        { "\xef\xb7\x90", "\uFFFD" },
    };
    check_rows(rows, G_N_ELEMENTS(rows), TEXT_LINE);
    g_autofree char *cut = text_clean("\xe2\x82\xac", 2, TEXT_LINE);
    assert_string_equal(cut, "\uFFFD");
}

static void test_invisible_characters_go(void **state)
{
    static const struct {
        gunichar first, last;
    } gone[] = {
        { 0x00AD, 0x00AD }, { 0x034F, 0x034F },   { 0x061C, 0x061C }, { 0x115F, 0x1160 },
        { 0x180B, 0x180E }, { 0x200B, 0x200F },   { 0x202A, 0x202E }, { 0x2060, 0x206F },
        { 0x3164, 0x3164 }, { 0xFE00, 0xFE0F },   { 0xFEFF, 0xFEFF }, { 0xFFA0, 0xFFA0 },
        { 0xFFF9, 0xFFFB }, { 0xE0000, 0xE01EF },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(gone); i++) {
        for (gunichar c = gone[i].first; c <= gone[i].last; c++) {
            g_autoptr(GString) text = g_string_new("a");
            g_string_append_unichar(text, c);
            g_string_append_c(text, 'b');
            g_autofree char *clean = text_clean(text->str, -1, TEXT_LINE);
            if (strcmp(clean, "ab") != 0)
                fail_msg("U+%04X stays", c);
            assert_false(text_is_clean(text->str, TEXT_LINE));
        }
    }
}

static void test_marks_are_few(void **state)
{
    g_autoptr(GString) text = g_string_new("e");
    for (int i = 0; i < 20; i++)
        g_string_append_unichar(text, 0x0301);
    g_string_append_c(text, 'f');
    const CleanRow rows[] = {
        { text->str, "e\u0301\u0301\u0301\u0301f" },
        { "\u0301a", "a" },
        { "e\u0301\u0301\u0301\u0301", "e\u0301\u0301\u0301\u0301" },
        { "e\u0301\u0301\u200B\u0301\u0301\u0301", "e\u0301\u0301\u0301\u0301" },
        { " \u0301", " \u0301" },
    };
    check_rows(rows, G_N_ELEMENTS(rows), TEXT_LINE);
}

static void test_emoji_keep_their_joiners(void **state)
{
    static const CleanRow rows[] = {
        { "👨\u200D👩\u200D👧\u200D👦", "👨\u200D👩\u200D👧\u200D👦" },
        { "❤\uFE0F\u200D🔥", "❤\uFE0F\u200D🔥" },
        { "👩🏽\u200D🚒", "👩🏽\u200D🚒" },
        { "1\uFE0F\u20E3", "1\uFE0F\u20E3" },
        { "☎\uFE0E", "☎\uFE0E" },
        { "1\uFE0F", "1" },
        { "a\uFE0F", "a" },
        { "★\uFE0F", "★" }, /* a pictograph, but no emoji */
        { "a\u200Db", "ab" },
        { "👩\u200Db", "👩b" },
        { "👩\u200D\u200D👩", "👩\u200D👩" },
        { "👩\u200D", "👩" },
        { "\u200D👩", "👩" },
        { "🏴\U000E0067\U000E0062\U000E007F", "🏴" },
    };
    check_rows(rows, G_N_ELEMENTS(rows), TEXT_LINE);
}

static void test_emoji_chains_end(void **state)
{
    g_autoptr(GString) text = g_string_new("👩");
    int most = 0, clusters = 0;
    for (int i = 0; i < 100; i++)
        g_string_append(text, "\u200D👩");
    g_autofree char *clean = text_clean(text->str, -1, TEXT_LINE);
    for (const char *at = clean; *at; clusters++) {
        const char *next = text_next_cluster(at, NULL);
        most = MAX(most, (int)g_utf8_strlen(at, next - at));
        at = next;
    }
    assert_true(most <= 16);
    assert_true(clusters >= 101 / 7);
    text_properties_check(text->str, text->len);
}

static void test_lone_jamo_are_seen(void **state)
{
    static const CleanRow rows[] = {
        { "\u1100\u1161\u11A8", "\u1100\u1161\u11A8" },
        { "\uAC00\u11A8", "\uAC00\u11A8" },
        { "\u1161", "\uFFFD" },
        { "a\u11A8", "a\uFFFD" },
    };
    check_rows(rows, G_N_ELEMENTS(rows), TEXT_LINE);
}

static void test_null_and_empty(void **state)
{
    g_autofree char *null = text_clean(NULL, -1, TEXT_LINE);
    g_autofree char *empty = text_clean("", -1, TEXT_MULTILINE);
    g_autofree char *none = text_clean("abc", 0, TEXT_LINE);
    assert_string_equal(null, "");
    assert_string_equal(empty, "");
    assert_string_equal(none, "");
    assert_true(text_is_clean(NULL, TEXT_LINE));
    assert_false(text_is_clean("a\n", TEXT_LINE));
    assert_true(text_is_clean("a\n", TEXT_MULTILINE));
}

/* ---- cells */

static void test_widths(void **state)
{
    static const struct {
        const char *text;
        int cells, clusters;
    } rows[] = {
        { "", 0, 0 },
        { "hello", 5, 5 },
        { "é", 1, 1 },
        { "e\u0301", 1, 1 },
        { "日本", 4, 2 },
        { "ﾊﾝｶｸ", 4, 4 },
        { "ｶ\uFF9E", 2, 1 },
        { "Ａ", 2, 1 },
        { "…", 1, 1 }, /* ambiguous */
        { "±", 1, 1 },
        { "😀", 2, 1 },
        { "☎", 1, 1 },
        { "☎\uFE0F", 2, 1 },
        { "⌚", 2, 1 },
        { "⌚\uFE0E", 1, 1 },
        { "1\uFE0F\u20E3", 2, 1 },
        { "👍🏽", 2, 1 },
        { "☝🏽", 2, 1 },
        { "🏽", 2, 1 },
        { "a🏽", 3, 2 },
        { "👨\u200D👩\u200D👧\u200D👦", 2, 1 },
        { "❤\uFE0F\u200D🔥", 2, 1 },
        { "🇬🇧", 2, 1 },
        { "🇬🇧🇩🇪", 4, 2 },
        { "🇬🇧🇩", 3, 2 },
        { "🇬", 1, 1 },
        { "한국", 4, 2 },
        { "\u1112\u1161\u11AB", 2, 1 },
        { "\u1100\u1161\u1100\u1161", 4, 2 },
        { "\uD55C\u1161", 2, 2 }, /* no vowel after a final consonant */
        { "مرحبا", 5, 5 },
        { "مَ", 1, 1 },
        { "שלום", 4, 4 },
        { "कि", 2, 1 },
        { "น้ำ", 2, 1 },
        { "\u0600\u0661", 2, 1 },
        { "a\u0301\u0302\u0303\u0304b", 2, 2 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        int clusters = 0;
        for (const char *at = rows[i].text; *at; clusters++)
            at = text_next_cluster(at, NULL);
        if (text_width(rows[i].text) != rows[i].cells || clusters != rows[i].clusters)
            fail_msg("\"%s\": %d cells and %d clusters, should be %d and %d", rows[i].text,
                     text_width(rows[i].text), clusters, rows[i].cells, rows[i].clusters);
    }
    const char *end = "";
    int cells = -1;
    assert_ptr_equal(text_next_cluster(end, &cells), end);
    assert_int_equal(cells, 0);
}

static void test_next_cluster_stands_on_unclean_text(void **state)
{
    static const char *const texts[] = { "\r\nx",  "\xff\xfe", "\x1b",  "a\xc2",
                                         "\u0301", "\u200D",   "\u1161" };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        const char *at = texts[i], *end = at + strlen(at);
        while (*at) {
            const char *next = text_next_cluster(at, NULL);
            assert_true(next > at && next <= end);
            at = next;
        }
    }
    assert_int_equal(text_next_cluster(texts[0], NULL) - texts[0], 2); /* CR LF is one */
}

static void test_fitting(void **state)
{
    static const struct {
        const char *text;
        int cells, bytes, used;
    } rows[] = {
        { "hello", 10, 5, 5 },    { "hello", 5, 5, 5 },  { "hello", 3, 3, 3 },
        { "hello", 0, 0, 0 },     { "hello", -1, 0, 0 }, { "日本", 3, 3, 2 },
        { "日本", 4, 6, 4 },      { "a日", 1, 1, 1 },    { "abe\u0301", 3, 5, 3 },
        { "abe\u0301", 2, 2, 2 }, { "🇬🇧x", 1, 0, 0 },    { "🇬🇧x", 2, 8, 2 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        int used = -1;
        assert_int_equal(text_fit(rows[i].text, rows[i].cells, &used), rows[i].bytes);
        assert_int_equal(used, rows[i].used);
    }
}

static void test_cutting_and_padding(void **state)
{
    static const struct {
        const char *text;
        int cells;
        const char *cut, *padded, *ascii;
    } rows[] = {
        { "hello", 5, "hello", "hello", "hello" },
        { "hello", 7, "hello", "hello  ", "hello" },
        { "hello", 4, "hel…", "hel…", "hel." },
        { "hello", 1, "…", "…", "." },
        { "hello", 0, "", "", "" },
        { "日本語", 6, "日本語", "日本語", "日本語" },
        { "日本語", 5, "日本…", "日本…", "日本." },
        { "日本語", 4, "日…", "日… ", "日." },
        { "", 2, "", "  ", "" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *cut = text_cut(rows[i].text, rows[i].cells);
        g_autofree char *padded = text_pad(rows[i].text, rows[i].cells);
        text_set_ascii(true);
        assert_true(text_ascii());
        g_autofree char *ascii = text_cut(rows[i].text, rows[i].cells);
        text_set_ascii(false);
        assert_string_equal(cut, rows[i].cut);
        assert_string_equal(padded, rows[i].padded);
        assert_string_equal(ascii, rows[i].ascii);
    }
}

/* ---- wrapping */

static void test_wrapping(void **state)
{
    static const struct {
        const char *text;
        int cells;
        const char *lines; /* joined by | */
    } rows[] = {
        { "", 10, "" },
        { "hello", 10, "hello" },
        { "hello world", 11, "hello world" },
        { "hello world", 10, "hello|world" },
        { "hello world", 5, "hello|world" },
        { "hello   world", 7, "hello|world" },
        { "hello ", 5, "hello" },
        { "a b c d", 3, "a b|c d" },
        { "averylongword", 5, "avery|longw|ord" },
        { "a verylongword", 6, "a|verylo|ngword" },
        { "  indented text", 10, "  indented|text" },
        { "one\ntwo\n\nthree", 10, "one|two||three" },
        { "a\n", 10, "a|" },
        { "日本語日本語", 5, "日本|語日|本語" },
        { "日本 語", 4, "日本|語" },
        { "😀😀", 1, "😀|😀" }, /* less than two cells counts as two */
        { "          x", 4, "  x" },
        { "   x", 4, "  x" },
        { "   ", 2, "" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(GStrv) lines = text_wrap(rows[i].text, rows[i].cells);
        g_autofree char *joined = g_strjoinv("|", lines);
        if (strcmp(joined, rows[i].lines) != 0)
            fail_msg("\"%s\" at %d: %s", rows[i].text, rows[i].cells, joined);
        text_properties_check(rows[i].text, strlen(rows[i].text));
    }
}

/* ---- whatever the bytes */

static const gunichar interesting[] = {
    'a',    'b',    ' ',     ' ',     '\n',   '\t',    '\r',    '1',     '#',      0x1B,
    0x9B,   0xE9,   0x0301,  0x0302,  0x20E3, 0x200D,  0x200B,  0x200E,  0x202E,   0x2066,
    0xFE0E, 0xFE0F, 0x2028,  0x65E5,  0x3042, 0x3099,  0xFF76,  0xFF9E,  0x1F468,  0x1F469,
    0x2764, 0x260E, 0x231A,  0x2605,  0xA9,   0x1F3FD, 0x1F1EC, 0x1F1E7, 0x1100,   0x1161,
    0x11A8, 0xAC00, 0xAC01,  0x0600,  0x0661, 0x0915,  0x094D,  0x093F,  0x0E33,   0x0E49,
    0x0645, 0x064E, 0xE0041, 0xE0100, 0xFEFF, 0xFFFE,  0x110BD, 0x1D165, 0x10FFFF,
};

static void append_random(GString *text, uint64_t *random)
{
    unsigned kind = random_below(random, 10);
    if (kind == 0)
        g_string_append_c(text, (char)random_below(random, 256));
    else if (kind == 1)
        g_string_append_unichar(text, 0xA0 + random_below(random, 0xD000));
    else if (kind == 2)
        g_string_append_unichar(text, 0xE000 + random_below(random, 0x112000 - 0x2000 - 0xE000));
    else
        g_string_append_unichar(text, interesting[random_below(random, G_N_ELEMENTS(interesting))]);
}

static void test_properties_of_random_text(void **state)
{
    uint64_t random = 20261124;
    g_autoptr(GString) text = g_string_new(NULL);
    for (int round = 0; round < 5000; round++) {
        unsigned n = random_below(&random, 40);
        g_string_truncate(text, 0);
        for (unsigned i = 0; i < n; i++)
            append_random(text, &random);
        text_properties_check(text->str, text->len);
    }
}

/* Each code point by itself, between letters, and after an emoji. */
static void test_properties_of_every_code_point(void **state)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (gunichar c = 1; c <= 0x10FFFF;
         c += c < 0x20000 || (c >= 0xE0000 && c < 0xE1000) ? 1 : 251) {
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        g_string_assign(text, "");
        g_string_append_unichar(text, c);
        g_string_append_c(text, 'a');
        g_string_append_unichar(text, c);
        g_string_append_unichar(text, c);
        g_string_append(text, "👩");
        g_string_append_unichar(text, c);
        for (int multiline = 0; multiline < 2; multiline++) {
            g_autofree char *clean = clean_check(text->str, text->len, (TextFlags)multiline);
            int width = clusters_check(clean);
            if (!multiline)
                assert_int_equal(width, text_width(clean));
        }
    }
}

static void test_names_are_in_order_without_case_and_accents(void **state)
{
    static const char *const ordered[] = { "",    "Ede",   "Émile", "émilie",
                                           "EVA", "Iñaki", "Ines",  "ÍNGA" };
    for (size_t i = 1; i < G_N_ELEMENTS(ordered); i++) {
        g_autofree char *before = text_name_key(ordered[i - 1]);
        g_autofree char *key = text_name_key(ordered[i]);
        assert_true(strcmp(before, key) < 0);
    }
    g_autofree char *plain = text_name_key("INAKI"), *accented = text_name_key("iñaki");
    assert_string_equal(plain, accented);
    g_autofree char *nobody = text_name_key(NULL);
    assert_string_equal(nobody, "");
    g_autofree char *length = g_strnfill(100, 'x'), *cut = text_name_key(length);
    assert_true(strlen(cut) < TEXT_KEY_SIZE);
}

/* Alike GLib's function of each pair, whose fast path for ASCII it must not differ from. */
static void test_words_are_found_at_their_beginning(void **state)
{
    static const char *const searches[] = {
        "an", "AN", "nn", "smi ann", "o'n",    "neill",   "ém",
        "em", "iñ", "42", "-",       "straße", "strasse", "x y"
    };
    static const char *const texts[] = { "Ann Smith", "anna@smith.example", "Joann",
                                         "",          "Iñaki O'Neill",      "Émile",
                                         "Emil",      "42nd Street-17",     "Straße 9" };
    for (size_t i = 0; i < G_N_ELEMENTS(searches); i++) {
        g_autoptr(TextWords) words = text_words_new(searches[i]);
        for (size_t n = 0; n < G_N_ELEMENTS(texts); n++)
            assert_int_equal(text_words_in(words, &texts[n], 1),
                             g_str_match_string(searches[i], texts[n], TRUE));
    }
    g_autoptr(TextWords) both = text_words_new("smi plu");
    const char *const row[] = { "Ann Smith", NULL, "Plumber" };
    assert_true(text_words_in(both, row, 3));
    assert_false(text_words_in(both, row, 2));
    assert_null(text_words_new(""));
    assert_true(text_words_in(NULL, row, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_controls_become_visible),
        cmocka_unit_test(test_many_lines),
        cmocka_unit_test(test_invalid_utf8_is_replaced),
        cmocka_unit_test(test_invisible_characters_go),
        cmocka_unit_test(test_marks_are_few),
        cmocka_unit_test(test_emoji_keep_their_joiners),
        cmocka_unit_test(test_emoji_chains_end),
        cmocka_unit_test(test_lone_jamo_are_seen),
        cmocka_unit_test(test_null_and_empty),
        cmocka_unit_test(test_widths),
        cmocka_unit_test(test_next_cluster_stands_on_unclean_text),
        cmocka_unit_test(test_fitting),
        cmocka_unit_test(test_cutting_and_padding),
        cmocka_unit_test(test_wrapping),
        cmocka_unit_test(test_names_are_in_order_without_case_and_accents),
        cmocka_unit_test(test_words_are_found_at_their_beginning),
        cmocka_unit_test(test_properties_of_random_text),
        cmocka_unit_test(test_properties_of_every_code_point),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
