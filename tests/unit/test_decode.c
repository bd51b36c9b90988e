/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "decode.h"

#include <string.h>

#include "unit.h"

#define ESCAPE_MS 25

static void put_key(GString *out, Key key)
{
    char name[KEY_NAME_SIZE];
    if (out->len) {
        g_string_append_c(out, ' ');
    }
    g_string_append(out, key == K_PASTE_BEGIN ? "paste("
                         : key == K_PASTE_END ? ")paste"
                         : key == K_REPLY     ? "reply"
                         : key == K_FOCUS_IN  ? "focus"
                         : key == K_FOCUS_OUT ? "unfocus"
                                              : key_text(key, name));
}

static void put_keys(GString *out, Decoder *decoder)
{
    Key key;
    while (decoder_next(decoder, &key)) {
        put_key(out, key);
    }
}

/* All at once. */
static char *decode(Decoder *decoder, const char *bytes, gsize n)
{
    g_autoptr(GString) out = g_string_new(NULL);
    decoder_feed(decoder, bytes, n);
    put_keys(out, decoder);
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* Byte by byte, as a slow line may do it. */
static char *decode_slowly(Decoder *decoder, const char *bytes)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (; *bytes; bytes++) {
        decoder_feed(decoder, bytes, 1);
        put_keys(out, decoder);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static const struct {
    const char *bytes, *keys;
} whole[] = {
    { "jk", "j k" },
    { "\r\n\t", "Enter Enter Tab" },
    { "\x7f\x08", "Bksp Bksp" },
    { "\x03\x1a", "^C ^Z" },
    { "ä日🌻", "ä 日 🌻" },
    { "\xff\xc3j", "j" },     /* no text in UTF-8 */
    { "\xc2\x9b", "" },       /* a control character of C1 */
    { "\xed\xa0\x80x", "x" }, /* a surrogate */
    { "\033[A\033[B\033[C\033[D", "Up Down Right Left" },
    { "\033OA\033OB\033OC\033OD", "Up Down Right Left" },
    { "\033[H\033[F\033OH\033OF", "Home End Home End" },
    { "\033[1~\033[4~\033[7~\033[8~", "Home End Home End" },
    { "\033[2~\033[3~\033[5~\033[6~", "Ins Del PgUp PgDn" },
    { "\033[5;5~\033[6;5~\033[5^", "^PgUp ^PgDn ^PgUp" },
    { "\033[Z", "S-Tab" },
    { "\033OP\033OS\033[11~\033[15~\033[24~", "F1 F4 F1 F5 F12" },
    { "\033[[A\033[[E", "F1 F5" },         /* Linux console */
    { "\033Op\033OM\033Oy", "0 Enter 9" }, /* VT100 keypad */
    { "\033[1;3A", "M-Up" },
    { "\033x\033ä", "M-x M-ä" },
    { "\033\033[A", "Esc Up" },
    { "\033\033j", "Esc M-j" },
    /* whole sequences without a name are no keys at all */
    { "\033[1;5A\033[1;2P\033[99~j", "j" },
    { "\033[38;5;1m\033[?1;2cj", "j" },
    { "\033[Mabcj\033[<0;10;20Mk\033[<0;10;20ml", "j k l" }, /* mouse */
    { "\033[Ij\033[Ok", "focus j unfocus k" },
    { "\033[1Ij\033[1;2Ok", "j k" },
    { "\033[200~quit\rQ\033[201~j", "paste( q u i t Enter Q )paste j" },
    { "\033[200~a\033[Ab\033]52;c;x\ac\033[201~", "paste( a [ A b ] 5 2 ; c ; x ^G c )paste" },
    { "\033[200~\033[200~\033[201~j", "paste( [ 2 0 0 ~ )paste j" },
    { "\033[201~j", ")paste j" },
    { "\033]11;rgb:ffff/ffff/ffff\033\\j", "reply j" },
    { "\033]11;rgb:00/00/00\aj", "reply j" },
    { "\033]11;rgb:zz/00/00\aj", "j" },
    { "\033]52;c;cXVpdA==\aj", "j" },
    { "\033P1$r0m\033\\j\033_hidden\033\\k", "j k" },
    { "\033[12\033[Aj", "Up j" }, /* broken off by the next one */
    { "\033[12\rj", "Enter j" },
};

static void test_sequences(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(whole); i++) {
        g_autoptr(Decoder) fast = decoder_new(true);
        g_autoptr(Decoder) slow = decoder_new(true);
        g_autofree char *at_once = decode(fast, whole[i].bytes, strlen(whole[i].bytes));
        g_autofree char *slowly = decode_slowly(slow, whole[i].bytes);
        assert_string_equal(at_once, whole[i].keys);
        assert_string_equal(slowly, whole[i].keys);
        assert_int_equal(decoder_patience(fast, ESCAPE_MS), 0);
    }
}

static const struct {
    const char *bytes;
    unsigned patience;
    const char *keys;
} unfinished[] = {
    { "\033", ESCAPE_MS, "Esc" },  { "\033[", ESCAPE_MS, "M-[" }, { "\033O", ESCAPE_MS, "M-O" },
    { "\033]", ESCAPE_MS, "M-]" }, { "\033P", ESCAPE_MS, "M-P" }, { "\033[1", 100, "" },
    { "\033[1;5", 100, "" },       { "\033]11;rgb:", 500, "" },   { "\xe6\x97", ESCAPE_MS, "" },
    { "\033\xe6", ESCAPE_MS, "" },
};

static void test_what_never_ends(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(unfinished); i++) {
        g_autoptr(Decoder) decoder = decoder_new(true);
        g_autofree char *before = decode(decoder, unfinished[i].bytes, strlen(unfinished[i].bytes));
        assert_string_equal(before, "");
        assert_int_equal(decoder_patience(decoder, ESCAPE_MS), unfinished[i].patience);
        decoder_give_up(decoder);
        g_autofree char *after = decode(decoder, "", 0);
        assert_string_equal(after, unfinished[i].keys);
        assert_int_equal(decoder_patience(decoder, ESCAPE_MS), 0);
        g_autofree char *next = decode(decoder, "j", 1);
        assert_string_equal(next, "j");
    }
}

/* The rest of a function key that comes late is no letters. */
static void test_late_rest_of_a_key(void **state)
{
    g_autoptr(Decoder) decoder = decoder_new(true);
    decoder_feed(decoder, "\033", 1);
    decoder_give_up(decoder);
    g_autofree char *escape = decode(decoder, "", 0);
    g_autofree char *rest = decode(decoder, "[A", 2);
    assert_string_equal(escape, "Esc");
    assert_string_equal(rest, "Up");
    decoder_feed(decoder, "\033", 1);
    decoder_give_up(decoder);
    g_autofree char *again = decode(decoder, "", 0);
    g_autofree char *bracket = decode(decoder, "[", 1);
    g_autofree char *letter = decode(decoder, "A", 1);
    assert_string_equal(again, "Esc");
    assert_string_equal(bracket, "[");
    assert_string_equal(letter, "A");
}

static void test_taught(void **state)
{
    g_autoptr(Decoder) decoder = decoder_new(true);
    decoder_teach(decoder, "\033[[A", K_F12);
    decoder_teach(decoder, "\033w", K_UP);
    decoder_teach(decoder, "x", K_DOWN);
    decoder_teach(decoder, "", K_DOWN);
    g_autofree char *keys = decode(decoder, "\033[[A\033w\033vx", 9);
    assert_string_equal(keys, "F12 Up M-v x");
}

/* Only a terminal that knows the mode, or has used it. */
static void test_brackets(void **state)
{
    static const struct {
        const char *bytes, *keys;
        bool brackets;
    } cases[] = {
        { "\033[?2004;1$y", "reply", true },  { "\033[?2004;2$y", "reply", true },
        { "\033[?2004;3$y", "reply", true },  { "\033[?2004;0$y", "reply", false },
        { "\033[?2004;4$y", "reply", false }, { "\033[?2026;1$yj", "j", false },
        { "\033[?2004;1y", "", false },       { "\033[200~x\033[201~", "paste( x )paste", true },
        { "\033[201~", ")paste", false },     { "hello", "h e l l o", false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Decoder) decoder = decoder_new(true);
        g_autofree char *keys = decode(decoder, cases[i].bytes, strlen(cases[i].bytes));
        assert_string_equal(keys, cases[i].keys);
        assert_int_equal(decoder_brackets(decoder), cases[i].brackets);
        g_autoptr(Decoder) slow = decoder_new(true);
        g_free(keys);
        keys = decode_slowly(slow, cases[i].bytes);
        assert_int_equal(decoder_brackets(slow), cases[i].brackets);
    }
}

static void test_background(void **state)
{
    static const struct {
        const char *answer;
        int brightness;
    } rows[] = {
        { "\033]11;rgb:0000/0000/0000\033\\", 0 },
        { "\033]11;rgb:ffff/ffff/ffff\a", 100 },
        { "\033]11;rgb:f/f/f\a", 100 },
        { "\033]11;rgb:fdf6/f6e3/e3d5\a", 96 },
        { "\033]11;rgb:2e/34/36\a", 20 },
        { "\033]10;rgb:ffff/ffff/ffff\a", -1 },
        { "\033]11;rgba:ffff/ffff/ffff/0\a", -1 },
        { "\033]11;rgb:fffff/ffff/ffff\a", -1 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Decoder) decoder = decoder_new(true);
        g_autofree char *keys = decode(decoder, rows[i].answer, strlen(rows[i].answer));
        assert_int_equal(decoder_background(decoder), rows[i].brightness);
        assert_string_equal(keys, rows[i].brightness < 0 ? "" : "reply");
    }
}

/* A terminal that never closes its answer locks nobody out. */
static void test_endless_answer(void **state)
{
    g_autoptr(Decoder) decoder = decoder_new(true);
    decoder_feed(decoder, "\033]", 2);
    for (int i = 0; i < 5000; i++) {
        Key key;
        decoder_feed(decoder, "x", 1);
        decoder_next(decoder, &key);
    }
    g_autofree char *keys = decode(decoder, "j", 1);
    assert_string_equal(keys, "j");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sequences),          cmocka_unit_test(test_what_never_ends),
        cmocka_unit_test(test_late_rest_of_a_key), cmocka_unit_test(test_taught),
        cmocka_unit_test(test_background),         cmocka_unit_test(test_endless_answer),
        cmocka_unit_test(test_brackets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
