/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Typed words never reach the query language of an engine: only letters and digits come out, and they come out the same when
 * they are cut again. Nor does a state that is not one of ours pass for one. */
#include "fuzz.h"

#include "server/changes.h"
#include "server/search.h"

#define WORDS_MAX 64

/* GLib folds its small letters to capitals, and its capitals to small letters. */
static bool has_cherokee(const char *text)
{
    for (; *text; text = g_utf8_next_char(text)) {
        if (g_unichar_get_script(g_utf8_get_char(text)) == G_UNICODE_SCRIPT_CHEROKEE)
            return true;
    }
    return false;
}

static void check_words(const char *text)
{
    g_autoptr(GString) once = g_string_new(NULL);
    g_autoptr(GString) twice = g_string_new(NULL);
    int n = search_cut(once, text, WORDS_MAX);
    g_assert(n >= 0 && n <= WORDS_MAX && g_utf8_validate(once->str, -1, NULL));
    for (const char *p = once->str; *p; p++)
        g_assert((guchar)*p >= 0x80 || g_ascii_isalnum(*p) || *p == ' ');
    g_assert(search_cut(twice, once->str, WORDS_MAX) == n);
    if (!has_cherokee(once->str))
        g_assert_cmpstr(once->str, ==, twice->str);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    ChangeState state;
    if (change_state_parse(text, &state)) {
        g_autofree char *again = change_state_format(&state);
        ChangeState same;
        g_assert(change_state_parse(again, &same));
        g_assert(same.epoch == state.epoch && same.acl == state.acl && same.seq == state.seq &&
                 same.full == state.full && same.full_from == state.full_from);
    }
    if (g_utf8_validate(text, -1, NULL))
        check_words(text);
    return 0;
}
