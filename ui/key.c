/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "key.h"

#include <string.h>

#define REPLACEMENT 0xfffd /* what bytes that are no text have become */

typedef struct KeyName {
    Key key;
    const char *name;
} KeyName;

static const KeyName key_names[] = {
    { K_ENTER, "Enter" },     { K_TAB, "Tab" },         { K_ESC, "Esc" },    { K_SPACE, "Space" },
    { K_UP, "Up" },           { K_DOWN, "Down" },       { K_LEFT, "Left" },  { K_RIGHT, "Right" },
    { K_HOME, "Home" },       { K_END, "End" },         { K_PGUP, "PgUp" },  { K_PGDN, "PgDn" },
    { K_CTRL_PGUP, "^PgUp" }, { K_CTRL_PGDN, "^PgDn" }, { K_INSERT, "Ins" }, { K_DELETE, "Del" },
    { K_BACKSPACE, "Bksp" },  { K_BACKTAB, "S-Tab" },   { '<', "<lt>" },     { '^', "<hat>" },
};

char *key_text(Key key, char buffer[static KEY_NAME_SIZE])
{
    char *out = buffer;
    if (key & KEY_IS_META) {
        out = g_stpcpy(out, "M-");
        key &= ~KEY_IS_META;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(key_names); i++) {
        /* The angle-bracket names exist for the files only; on the screen the character itself is clearer. */
        if (key_names[i].key == key && key_names[i].name[0] != '<') {
            g_strlcpy(out, key_names[i].name, KEY_NAME_SIZE - 2);
            return buffer;
        }
    }
    if (key >= K_F1 && key <= K_F12)
        g_snprintf(out, KEY_NAME_SIZE - 3, "F%u", (unsigned)(key - K_F1 + 1));
    else if (key < ' ')
        g_snprintf(out, KEY_NAME_SIZE - 3, "^%c", (char)(key + '@'));
    else if (key < 0x110000)
        out[g_unichar_to_utf8(key, out)] = '\0';
    else
        g_strlcpy(out, "?", KEY_NAME_SIZE - 2);
    return buffer;
}

/* A whole word that is the name of one key; 0 when it is not. */
static Key key_by_name(const char *word, size_t length)
{
    for (size_t i = 0; i < G_N_ELEMENTS(key_names); i++) {
        const char *name = key_names[i].name;
        if (strlen(name) == length && g_ascii_strncasecmp(name, word, length) == 0)
            return key_names[i].key;
    }
    if (length >= 2 && length <= 3 && (word[0] == 'F' || word[0] == 'f')) {
        int n = 0;
        for (size_t i = 1; i < length; i++) {
            if (!g_ascii_isdigit(word[i]))
                return 0;
            n = n * 10 + word[i] - '0';
        }
        return n >= 1 && n <= 12 ? K_F1 + (Key)n - 1 : 0;
    }
    return 0;
}

static bool is_meta(const char *text)
{
    return strncmp(text, "M-", 2) == 0 && text[2];
}

/* One key at *text, which moves behind it; 0 when there is none. */
static Key key_next(const char **text)
{
    const char *p = *text;
    Key meta = 0;
    if (is_meta(p)) {
        meta = KEY_IS_META;
        p += 2;
    }
    Key key = 0;
    const char *close = *p == '<' ? strchr(p, '>') : NULL;
    if (close) {
        key = key_by_name(p + 1, (size_t)(close - p - 1));
        key = key ? key : key_by_name(p, (size_t)(close - p + 1));
        p = close + 1;
    } else if (p[0] == '^' && p[1] >= '@' && p[1] <= '~') {
        key = KEY_CTRL(p[1]);
        p += 2;
    } else {
        gunichar c = g_utf8_get_char_validated(p, -1);
        if (c == (gunichar)-1 || c == (gunichar)-2 || c <= ' ' || c == REPLACEMENT)
            return 0;
        key = c;
        p = g_utf8_next_char(p);
    }
    *text = p;
    return key ? key | meta : 0;
}

size_t key_parse(const char *text, Key *keys, size_t max)
{
    const char *word = is_meta(text) ? text + 2 : text;
    Key whole = key_by_name(word, strlen(word));
    if (whole && max > 0) {
        keys[0] = is_meta(text) ? whole | KEY_IS_META : whole;
        return 1;
    }
    size_t n = 0;
    while (*text) {
        Key key = key_next(&text);
        if (!key || n == max)
            return 0;
        keys[n++] = key;
    }
    return n;
}

bool key_is_text(Key key)
{
    return key >= ' ' && key < 0x110000 && (key < 0x7f || key >= 0xa0);
}
