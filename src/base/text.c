/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cells: grapheme clusters, cutting, padding, wrapping. */
#include "base/text.h"

#include <string.h>

#include "base/text_unicode.h"

static bool ascii_only;

void text_set_ascii(bool ascii)
{
    ascii_only = ascii;
}

bool text_ascii(void)
{
    return ascii_only;
}

/* ---- clusters */

/* A cluster as it grows. */
typedef struct Cluster {
    CharClass last;
    gunichar last_char;
    int cells;
    bool emoji;  /* ends in a pictograph and what extends it */
    bool joined; /* ends in a joiner after such */
    bool flag;   /* both halves are there */
} Cluster;

static void cluster_begin(Cluster *cluster, gunichar c)
{
    *cluster = (Cluster){ .last_char = c };
    cluster->last = char_class(c, &cluster->cells);
    cluster->emoji = cluster->last == CHAR_EMOJI;
}

static void select_presentation(Cluster *cluster, gunichar selector)
{
    if (selector == EMOJI_SELECTOR && char_widens(cluster->last_char))
        cluster->cells = 2;
    else if (selector == TEXT_SELECTOR && cluster->last == CHAR_EMOJI)
        cluster->cells = 1;
}

/* Does this one still belong to the cluster? If so *cells of the cluster are brought up to date. */
static bool cluster_takes(Cluster *cluster, gunichar c, CharClass class, int cells)
{
    switch (class) {
    case CHAR_MARK:
    case CHAR_IGNORED:
        return true;
    case CHAR_JOINER:
        cluster->joined = cluster->emoji;
        return true;
    case CHAR_SELECTOR:
        select_presentation(cluster, c);
        return true;
    case CHAR_SPACING:
        if (cluster->cells + cells > 2)
            return false;
        cluster->cells += cells;
        cluster->emoji = false;
        return true;
    case CHAR_EMOJI:
        if (!cluster->joined)
            break;
        cluster->cells = MAX(cluster->cells, cells);
        cluster->joined = false;
        return true;
    case CHAR_MODIFIER:
        if (cluster->last != CHAR_EMOJI && !(cluster->last == CHAR_SELECTOR && cluster->emoji))
            return false;
        cluster->cells = 2;
        return true;
    case CHAR_REGIONAL:
        if (cluster->last != CHAR_REGIONAL || cluster->flag)
            break;
        cluster->flag = true;
        cluster->cells = 2;
        return true;
    case CHAR_JAMO_V:
    case CHAR_JAMO_T:
        return jamo_joins(cluster->last, class);
    default:
        break;
    }
    if (cluster->last != CHAR_PREPEND || class == CHAR_PREPEND || class == CHAR_CONTROL ||
        c == ' ' || cluster->cells + cells > 2)
        return false;
    cluster->cells += cells;
    cluster->emoji = class == CHAR_EMOJI;
    return true;
}

const char *text_next_cluster(const char *text, int *cells)
{
    Cluster cluster;
    size_t bytes;
    int ignored;
    if (!cells)
        cells = &ignored;
    *cells = 0;
    if (!*text)
        return text;
    if (text[0] >= 0x20 && text[0] < 0x7f && (guchar)text[1] < 0x80) {
        *cells = 1;
        return text + 1;
    }
    gunichar c = char_take(text, G_MAXSIZE, &bytes);
    cluster_begin(&cluster, c == INVALID ? REPLACEMENT : c);
    text += bytes;
    if (cluster.last == CHAR_CONTROL && c == '\r' && *text == '\n')
        text++;
    while (*text && cluster.last != CHAR_CONTROL) {
        int more;
        if ((guchar)*text < 0x80 && cluster.last != CHAR_PREPEND)
            break; /* nothing else takes ASCII */
        c = char_take(text, G_MAXSIZE, &bytes);
        if (c == INVALID)
            break;
        CharClass class = char_class(c, &more);
        if (!cluster_takes(&cluster, c, class, more))
            break;
        cluster.last = class;
        cluster.last_char = c;
        text += bytes;
    }
    *cells = cluster.cells;
    return text;
}

/* ---- measuring */

static bool is_ascii(const char *text, size_t size)
{
    size_t at = 0;
    for (; at + 8 <= size; at += 8) {
        guint64 word;
        memcpy(&word, text + at, 8);
        if (word & G_GUINT64_CONSTANT(0x8080808080808080))
            return false;
    }
    for (; at < size; at++)
        if ((guchar)text[at] >= 0x80)
            return false;
    return true;
}

int text_width(const char *text)
{
    size_t size = strlen(text);
    if (is_ascii(text, size))
        return (int)size;
    int width = 0;
    while (*text) {
        int cells;
        text = text_next_cluster(text, &cells);
        width += cells;
    }
    return width;
}

size_t text_fit(const char *text, int cells, int *used)
{
    const char *at = text;
    int width = 0, more;
    size_t near = strnlen(text, (size_t)MAX(cells, 0) + 1);
    if (is_ascii(text, near)) { /* with the byte after, as it might be the start of a mark */
        width = MIN((int)near, MAX(cells, 0));
        at += width;
    } else {
        while (*at) {
            const char *next = text_next_cluster(at, &more);
            if (width + more > cells)
                break;
            width += more;
            at = next;
        }
    }
    if (used)
        *used = width;
    return (size_t)(at - text);
}

/* ---- cutting and padding */

/* Appends what text_cut() returns, then blanks up to `pad`. */
static char *cut_and_pad(const char *text, int cells, int pad)
{
    int used;
    size_t bytes = text_fit(text, cells, &used);
    GString *out = g_string_sized_new(bytes + 4 + (size_t)MAX(pad - used, 0));
    if (text[bytes] && cells > 0) {
        bytes = text_fit(text, cells - 1, &used);
        g_string_append_len(out, text, (gssize)bytes);
        g_string_append(out, ascii_only ? "." : "…");
        used++;
    } else {
        g_string_append_len(out, text, (gssize)bytes);
    }
    for (; used < pad; used++)
        g_string_append_c(out, ' ');
    return g_string_free(out, FALSE);
}

char *text_cut(const char *text, int cells)
{
    return cut_and_pad(text, cells, 0);
}

char *text_pad(const char *text, int cells)
{
    return cut_and_pad(text, cells, cells);
}

/* ---- wrapping */

/* A blank with nothing on it. */
static bool is_blank(const char *at)
{
    return *at == ' ' && text_next_cluster(at, NULL) == at + 1;
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && is_blank(at))
        at++;
    return at;
}

static const char *trim_blanks(const char *from, const char *end)
{
    while (end > from && end[-1] == ' ' && is_blank(end - 1))
        end--;
    return end;
}

/* Where to break a line that holds from..end and would go on: after its last blank, or at end when
 * there is none behind the indent. */
static const char *break_place(const char *from, const char *end)
{
    const char *word = skip_blanks(from, end);
    if (is_blank(end))
        return end;
    for (const char *at = end; at > word; at--)
        if (at[-1] == ' ' && is_blank(at - 1))
            return at;
    return end;
}

static void add_line(GPtrArray *lines, const char *from, const char *end)
{
    g_ptr_array_add(lines, g_strndup(from, (size_t)(end - from)));
}

/* One line of the text, which ends at its NUL. */
static void wrap_paragraph(GPtrArray *lines, const char *text, int cells)
{
    const char *end = text + strlen(text);
    const char *word = skip_blanks(text, end);
    if (word - text > cells / 2) /* an indent must leave room */
        text = word - cells / 2;
    for (;;) {
        const char *fits = text + text_fit(text, cells, NULL);
        if (fits == end) {
            add_line(lines, text, trim_blanks(text, end));
            return;
        }
        fits = break_place(text, fits);
        add_line(lines, text, trim_blanks(text, fits));
        text = skip_blanks(fits, end);
        if (text == end)
            return;
    }
}

char **text_wrap(const char *text, int cells)
{
    g_auto(GStrv) paragraphs = g_strsplit(text, "\n", -1);
    GPtrArray *lines = g_ptr_array_new();
    for (char **paragraph = paragraphs; *paragraph; paragraph++)
        wrap_paragraph(lines, *paragraph, MAX(cells, 2));
    if (lines->len == 0) /* "" splits into nothing */
        g_ptr_array_add(lines, g_strdup(""));
    g_ptr_array_add(lines, NULL);
    return (char **)g_ptr_array_free(lines, FALSE);
}

/* ---- names in order */

#define CHARACTER_MAX 6 /* bytes */

char *text_name_key(const char *name)
{
    if (!name || g_str_is_ascii(name)) /* most: the same, at a tenth of the time */
        return name ? g_ascii_strdown(name, (gssize)strnlen(name, TEXT_KEY_SIZE - CHARACTER_MAX))
                    : g_strdup("");
    g_autofree char *folded = g_utf8_casefold(name, -1);
    g_autofree char *apart = g_utf8_normalize(folded, -1, G_NORMALIZE_ALL);
    GString *key = g_string_sized_new(TEXT_KEY_SIZE);
    for (const char *p = apart ? apart : ""; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (key->len + CHARACTER_MAX >= TEXT_KEY_SIZE)
            break;
        if (!g_unichar_ismark(c))
            g_string_append_unichar(key, c);
    }
    return g_string_free(key, FALSE);
}

/* ---- words that are looked for */

struct TextWords {
    char **wanted; /* folded */
};

TextWords *text_words_new(const char *search)
{
    if (!search || !*search)
        return NULL;
    TextWords *words = g_new0(TextWords, 1);
    words->wanted = g_str_tokenize_and_fold(search, NULL, NULL);
    return words;
}

void text_words_free(TextWords *words)
{
    if (!words)
        return;
    g_strfreev(words->wanted);
    g_free(words);
}

/* Most texts: nothing to fold but the case. */
static bool begins_ascii_word(const char *text, const char *wanted)
{
    for (const char *at = text; *at; at++) {
        if (!g_ascii_isalnum(*at) || (at > text && g_ascii_isalnum(at[-1])))
            continue;
        const char *w = wanted, *t = at;
        while (*w && g_ascii_isalnum(*t) && g_ascii_tolower(*t) == *w)
            w++, t++;
        if (!*w)
            return true;
    }
    return false;
}

static bool begins_any(char **tokens, const char *wanted)
{
    for (; *tokens; tokens++)
        if (g_str_has_prefix(*tokens, wanted))
            return true;
    return false;
}

static bool begins_word(const char *text, const char *wanted)
{
    if (g_str_is_ascii(text))
        return begins_ascii_word(text, wanted);
    g_auto(GStrv) plain = NULL;
    g_auto(GStrv) tokens = g_str_tokenize_and_fold(text, NULL, &plain);
    return begins_any(tokens, wanted) || begins_any(plain, wanted);
}

bool text_words_in(const TextWords *words, const char *const *texts, size_t n)
{
    for (char **wanted = words ? words->wanted : NULL; wanted && *wanted; wanted++) {
        bool found = false;
        for (size_t i = 0; i < n && !found; i++)
            found = texts[i] && begins_word(texts[i], *wanted);
        if (!found)
            return false;
    }
    return true;
}
