/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "decode.h"

#include <string.h>
#include <wchar.h>

#define ESC 0x1b
#define BEL 0x07
#define SEQUENCE_MAX 64  /* a key that is longer is none */
#define ANSWER_MAX 4096  /* of a terminal */
#define ANSWER_MS 500    /* it may come in pieces, but not forever */
#define SEQUENCE_MS 100  /* the same for a key, once it cannot be Esc any more */
#define PARAMETERS_MAX 4 /* more are read over */
#define PASTE_MODE 2004
#define MODIFIER_ALT 3 /* as terminals count them: 1 + bits */
#define MODIFIER_CTRL 5

typedef struct Taught {
    char *sequence;
    Key key;
} Taught;

struct Decoder {
    bool utf8;
    bool pasting;
    bool gave_up_escape; /* Esc was taken for itself: its sequence may still follow, late */
    Key given_up;        /* to be handed out before the bytes */
    GByteArray *bytes;
    guint at;       /* the first of them that is not decoded yet */
    GArray *taught; /* Taught */
    int background;
    bool brackets;
};

/* How many bytes are one thing. More of them are needed to know: NEED_MORE. */
typedef gsize Taken;
#define NEED_MORE ((Taken)0)

static void taught_clear(gpointer data)
{
    g_free(((Taught *)data)->sequence);
}

Decoder *decoder_new(bool utf8)
{
    Decoder *decoder = g_new0(Decoder, 1);
    decoder->utf8 = utf8;
    decoder->bytes = g_byte_array_new();
    decoder->taught = g_array_new(FALSE, FALSE, sizeof(Taught));
    g_array_set_clear_func(decoder->taught, taught_clear);
    decoder->background = -1;
    return decoder;
}

void decoder_free(Decoder *decoder)
{
    if (decoder) {
        g_byte_array_unref(decoder->bytes);
        g_array_unref(decoder->taught);
        g_free(decoder);
    }
}

void decoder_teach(Decoder *decoder, const char *sequence, Key key)
{
    if (sequence[0] == ESC && sequence[1] && strlen(sequence) <= SEQUENCE_MAX) {
        Taught taught = { g_strdup(sequence), key };
        g_array_append_val(decoder->taught, taught);
    }
}

/* ---- the common sequences */

typedef struct Final {
    char final;
    Key key;
} Final;

/* CSI ... letter and SS3 letter */
static const Final letters[] = {
    { 'A', K_UP },  { 'B', K_DOWN }, { 'C', K_RIGHT },  { 'D', K_LEFT },   { 'H', K_HOME },
    { 'F', K_END }, { 'P', K_F1 },   { 'Q', K_F1 + 1 }, { 'R', K_F1 + 2 }, { 'S', K_F1 + 3 },
};

/* CSI letter alone: the reports of DECSET 1004 */
static const Final reports[] = { { 'I', K_FOCUS_IN }, { 'O', K_FOCUS_OUT } };

/* SS3 letter: the keypad */
static const Final keypad[] = {
    { 'M', K_ENTER }, { 'X', '=' }, { 'j', '*' }, { 'k', '+' }, { 'l', ',' }, { 'm', '-' },
    { 'n', '.' },     { 'o', '/' }, { 'p', '0' }, { 'q', '1' }, { 'r', '2' }, { 's', '3' },
    { 't', '4' },     { 'u', '5' }, { 'v', '6' }, { 'w', '7' }, { 'x', '8' }, { 'y', '9' },
};

/* CSI number ~ */
static const Key numbers[] = {
    [1] = K_HOME,          [2] = K_INSERT,      [3] = K_DELETE,  [4] = K_END,      [5] = K_PGUP,
    [6] = K_PGDN,          [7] = K_HOME,        [8] = K_END,     [11] = K_F1,      [12] = K_F1 + 1,
    [13] = K_F1 + 2,       [14] = K_F1 + 3,     [15] = K_F1 + 4, [17] = K_F1 + 5,  [18] = K_F1 + 6,
    [19] = K_F1 + 7,       [20] = K_F1 + 8,     [21] = K_F1 + 9, [23] = K_F1 + 10, [24] = K_F12,
    [200] = K_PASTE_BEGIN, [201] = K_PASTE_END,
};

static Key by_final(const Final *table, gsize n, char final)
{
    for (gsize i = 0; i < n; i++)
        if (table[i].final == final)
            return table[i].key;
    return 0;
}

static Key with_modifier(Key key, int modifier)
{
    if (modifier <= 1 || key == 0)
        return key;
    if (modifier == MODIFIER_ALT)
        return key | KEY_IS_META;
    if (modifier == MODIFIER_CTRL && (key == K_PGUP || key == K_PGDN))
        return key == K_PGUP ? K_CTRL_PGUP : K_CTRL_PGDN;
    return 0;
}

static Key csi_key(const int *parameters, bool bare, char final)
{
    Key report = bare ? by_final(reports, G_N_ELEMENTS(reports), final) : 0;
    if (report)
        return report;
    if (final == 'Z')
        return K_BACKTAB;
    if (final == '~' || final == '^') { /* rxvt: ^ is ~ with Ctrl */
        int number = parameters[0];
        Key key = number < (int)G_N_ELEMENTS(numbers) ? numbers[number] : 0;
        return with_modifier(key, final == '^' ? MODIFIER_CTRL : parameters[1]);
    }
    return with_modifier(by_final(letters, G_N_ELEMENTS(letters), final), parameters[1]);
}

/* DECRPM, the answer about a private mode (ESC [ ? mode ; state $ y): states 1 to 3 are those of a terminal that knows it. */
static bool read_mode(Decoder *decoder, const int *parameters)
{
    if (parameters[0] != PASTE_MODE)
        return false;
    decoder->brackets |= parameters[1] >= 1 && parameters[1] <= 3;
    return true;
}

/* After ESC [: parameters, then one final byte. */
static Taken take_csi(Decoder *decoder, const guint8 *p, gsize n, Key *key)
{
    int parameters[PARAMETERS_MAX] = { 0 };
    gsize at = 0;
    bool private = false;
    *key = 0;
    for (gsize i = 2; i < n; i++) {
        guint8 c = p[i];
        if (c == ESC || i > SEQUENCE_MAX)
            return i; /* broken off: what begins here is the next thing */
        if (i == 2 && (c == '[' || c == 'M')) {
            /* The Linux console's F1 to F5; a mouse that tells button, column, row. */
            gsize length = c == '[' ? 4 : 6;
            if (n < length)
                return NEED_MORE;
            *key = c == '[' && p[3] >= 'A' && p[3] <= 'E' ? K_F1 + (Key)(p[3] - 'A') : 0;
            return length;
        }
        if (g_ascii_isdigit(c)) {
            if (at < PARAMETERS_MAX && parameters[at] < 10000)
                parameters[at] = parameters[at] * 10 + c - '0';
        } else if (c == ';') {
            at++;
        } else if (c >= 0x40 && c <= 0x7e) {
            bool about_mode = c == 'y' && p[2] == '?' && p[i - 1] == '$';
            if (about_mode && read_mode(decoder, parameters))
                *key = K_REPLY;
            else
                *key = private ? 0 : csi_key(parameters, i == 2, (char)c);
            return i + 1;
        } else if (c == '$' && i > 2 && !private) {
            return i + 1; /* rxvt: a key with Shift */
        } else if (c >= 0x20 && c < 0x40) {
            private = true;
        } else {
            return i; /* a control or a text byte: never part of a sequence */
        }
    }
    return NEED_MORE;
}

static Taken take_ss3(const guint8 *p, gsize n, Key *key)
{
    if (n < 3)
        return NEED_MORE;
    char final = (char)p[2];
    *key = by_final(letters, G_N_ELEMENTS(letters), final);
    *key = *key ? *key : by_final(keypad, G_N_ELEMENTS(keypad), final);
    if (*key || g_ascii_isalpha(final))
        return 3;
    *key = 'O' | KEY_IS_META;
    return 2;
}

/* "11;rgb:RRRR/GGGG/BBBB": how bright the background is, from 0 to 100; -1 when it is another answer. */
static int read_background(const char *answer)
{
    if (!g_str_has_prefix(answer, "11;rgb:"))
        return -1;
    g_auto(GStrv) parts = g_strsplit(answer + strlen("11;rgb:"), "/", 4);
    if (g_strv_length(parts) != 3)
        return -1;
    static const int weights[] = { 30, 59, 11 }; /* how bright the eye sees red, green, blue */
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        char *end;
        gsize digits = strlen(parts[i]);
        guint64 value = g_ascii_strtoull(parts[i], &end, 16);
        if (digits < 1 || digits > 4 || *end)
            return -1;
        sum += weights[i] * (double)value / (double)((1u << (4 * digits)) - 1);
    }
    return (int)(sum + 0.5);
}

/* After ESC and one of ] P X ^ _: a string of the terminal's, up to ST (or BEL). */
static Taken take_answer(Decoder *decoder, const guint8 *p, gsize n, Key *key)
{
    *key = 0;
    for (gsize i = 2; i < n; i++) {
        bool st = p[i] == ESC && i + 1 < n && p[i + 1] == '\\';
        if (!st && p[i] == ESC && i + 1 < n)
            return i; /* broken off */
        if (st || p[i] == BEL) {
            g_autofree char *answer = g_strndup((const char *)p + 2, i - 2);
            int background = p[1] == ']' ? read_background(answer) : -1;
            if (background >= 0) {
                decoder->background = background;
                *key = K_REPLY;
            }
            return st ? i + 2 : i + 1;
        }
        if (i > ANSWER_MAX)
            return i;
    }
    return NEED_MORE;
}

/* ---- characters */

static Key key_of_character(gunichar c)
{
    if (c == '\n')
        return K_ENTER;
    if (c == 0x7f || c == 8)
        return K_BACKSPACE;
    return c >= 0x80 && c < 0xa0 ? 0 : (Key)c;
}

static Taken take_utf8(const guint8 *p, gsize n, Key *key)
{
    gsize length = (gsize)g_utf8_skip[*p];
    gunichar c = g_utf8_get_char_validated((const char *)p, (gssize)MIN(n, length));
    *key = 0;
    if (c == (gunichar)-2 && n < length)
        return NEED_MORE;
    if (c == (gunichar)-1 || c == (gunichar)-2)
        return 1;
    *key = key_of_character(c);
    return length;
}

static Taken take_locale(const guint8 *p, gsize n, Key *key)
{
    mbstate_t state = { 0 };
    wchar_t c;
    size_t taken = mbrtowc(&c, (const char *)p, n, &state);
    *key = 0;
    if (taken == (size_t)-2)
        return NEED_MORE;
    if (taken == (size_t)-1 || taken == 0)
        return 1;
    /* glibc's wchar_t is Unicode; the C locale gives its upper half values that are no characters. */
    if (g_unichar_validate((gunichar)c))
        *key = key_of_character((gunichar)c);
    return taken;
}

static Taken take_character(const Decoder *decoder, const guint8 *p, gsize n, Key *key)
{
    if (*p < 0x80) {
        *key = key_of_character(*p);
        return 1;
    }
    return decoder->utf8 ? take_utf8(p, n, key) : take_locale(p, n, key);
}

/* ---- what begins with Esc */

static Taken take_taught(const Decoder *decoder, const guint8 *p, gsize n, Key *key)
{
    for (guint i = 0; i < decoder->taught->len; i++) {
        const Taught *taught = &g_array_index(decoder->taught, Taught, i);
        gsize length = strlen(taught->sequence);
        if (length <= n && memcmp(taught->sequence, p, length) == 0) {
            *key = taught->key;
            return length;
        }
    }
    return NEED_MORE;
}

static const char paste_end[] = "\033[201~";

static Taken take_in_paste(const guint8 *p, gsize n, Key *key)
{
    gsize length = strlen(paste_end);
    if (memcmp(p, paste_end, MIN(n, length)) != 0) {
        *key = 0;
        return 1;
    }
    *key = K_PASTE_END;
    return n < length ? NEED_MORE : length;
}

static Taken take_escape(Decoder *decoder, const guint8 *p, gsize n, Key *key)
{
    if (n < 2)
        return NEED_MORE;
    Taken taken = take_taught(decoder, p, n, key);
    if (taken != NEED_MORE)
        return taken;
    switch (p[1]) {
    case '[':
        return take_csi(decoder, p, n, key);
    case 'O':
        return take_ss3(p, n, key);
    case ']':
    case 'P':
    case 'X':
    case '^':
    case '_':
        return take_answer(decoder, p, n, key);
    case ESC:
        *key = K_ESC;
        return 1;
    default:
        taken = take_character(decoder, p + 1, n - 1, key);
        *key |= *key ? KEY_IS_META : 0;
        return taken == NEED_MORE ? NEED_MORE : taken + 1;
    }
}

/* ---- feeding */

static const guint8 *rest(const Decoder *decoder, gsize *n)
{
    *n = decoder->bytes->len - decoder->at;
    return *n > 0 ? decoder->bytes->data + decoder->at : (const guint8 *)"";
}

void decoder_feed(Decoder *decoder, const char *bytes, gsize n)
{
    if (n == 0)
        return;
    g_byte_array_remove_range(decoder->bytes, 0, decoder->at);
    decoder->at = 0;
    /* On a slow line the rest of a function key may come after its Esc was given up. No finger types two at once. */
    if (decoder->gave_up_escape && n >= 2 && (bytes[0] == '[' || bytes[0] == 'O')) {
        static const guint8 escape = ESC;
        g_byte_array_append(decoder->bytes, &escape, 1);
    }
    decoder->gave_up_escape = false;
    g_byte_array_append(decoder->bytes, (const guint8 *)bytes, (guint)n);
}

bool decoder_next(Decoder *decoder, Key *key)
{
    *key = decoder->given_up;
    decoder->given_up = 0;
    while (*key == 0) {
        gsize n;
        const guint8 *p = rest(decoder, &n);
        if (n == 0)
            return false;
        Taken taken = *p != ESC          ? take_character(decoder, p, n, key)
                      : decoder->pasting ? take_in_paste(p, n, key)
                                         : take_escape(decoder, p, n, key);
        if (taken == NEED_MORE) {
            *key = 0;
            return false;
        }
        decoder->at += (guint)taken;
    }
    if (*key == K_PASTE_BEGIN || *key == K_PASTE_END)
        decoder->pasting = *key == K_PASTE_BEGIN;
    decoder->brackets |= decoder->pasting;
    return true;
}

/* An answer of the terminal that has not ended yet. */
static bool is_answer(const guint8 *p, gsize n)
{
    return n > 2 && p[0] == ESC && strchr("]PX^_", p[1]);
}

unsigned decoder_patience(const Decoder *decoder, unsigned escape_ms)
{
    gsize n;
    const guint8 *p = rest(decoder, &n);
    if (n == 0)
        return 0;
    if (is_answer(p, n))
        return ANSWER_MS;
    return n > 2 || decoder->pasting ? MAX(escape_ms, SEQUENCE_MS) : MAX(escape_ms, 1);
}

void decoder_give_up(Decoder *decoder)
{
    gsize n;
    const guint8 *p = rest(decoder, &n);
    if (n > 0 && n <= 2 && p[0] == ESC && (n < 2 || p[1] < 0x80) && !decoder->pasting) {
        decoder->given_up = n == 1 ? K_ESC : (Key)p[1] | KEY_IS_META;
        decoder->gave_up_escape = n == 1;
    }
    /* Anything else is the beginning of something that never came. */
    decoder->at = decoder->bytes->len;
}

int decoder_background(const Decoder *decoder)
{
    return decoder->background;
}

bool decoder_brackets(const Decoder *decoder)
{
    return decoder->brackets;
}
