/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/fuzzy.h"

#include <stdbool.h>
#include <string.h>

#define MATCH 16
#define GAP_START (-3)
#define GAP_MORE (-1)
#define BONUS_START 8  /* of a word */
#define BONUS_FIRST 12 /* of the field */
#define BONUS_NEXT 5   /* right behind the letter before */
#define FIELD_STEP 10  /* what a field counts more than the next one */

/* A text without case and accents, letter by letter, with what each is worth by its place. */
typedef struct Letters {
    gunichar *chars;
    guint8 *bonus;
    int n;
    guint64 has; /* a bit for each kind of letter: most texts need no closer look */
} Letters;

typedef struct Item {
    Letters fields[FUZZY_FIELDS];
} Item;

struct Fuzzy {
    GArray *items; /* Item */
};

static guint64 bit_of(gunichar c)
{
    return G_GUINT64_CONSTANT(1) << (c % 61);
}

static void letters_init(Letters *letters, const char *text, int max)
{
    g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);
    g_autofree char *apart = g_utf8_normalize(valid, -1, G_NORMALIZE_ALL);
    g_autofree char *folded = g_utf8_casefold(apart, -1);
    gunichar before = ' ';
    *letters = (Letters){ 0 };
    if (!*folded)
        return;
    letters->chars = g_new(gunichar, max);
    letters->bonus = g_new0(guint8, max);
    for (const char *p = folded; *p && letters->n < max; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (g_unichar_ismark(c))
            continue;
        bool starts = g_unichar_isalnum(c) && !g_unichar_isalnum(before);
        letters->bonus[letters->n] = letters->n == 0 ? BONUS_FIRST : starts ? BONUS_START : 0;
        letters->chars[letters->n++] = c;
        letters->has |= bit_of(c);
        before = c;
    }
}

static void letters_clear(Letters *letters)
{
    g_free(letters->chars);
    g_free(letters->bonus);
}

static void item_clear(gpointer data)
{
    for (int i = 0; i < FUZZY_FIELDS; i++)
        letters_clear(&((Item *)data)->fields[i]);
}

Fuzzy *fuzzy_new(void)
{
    Fuzzy *fuzzy = g_new0(Fuzzy, 1);
    fuzzy->items = g_array_new(FALSE, FALSE, sizeof(Item));
    g_array_set_clear_func(fuzzy->items, item_clear);
    return fuzzy;
}

void fuzzy_free(Fuzzy *fuzzy)
{
    if (!fuzzy)
        return;
    g_array_unref(fuzzy->items);
    g_free(fuzzy);
}

void fuzzy_add(Fuzzy *fuzzy, const char *const fields[FUZZY_FIELDS])
{
    Item item;
    for (int i = 0; i < FUZZY_FIELDS; i++)
        letters_init(&item.fields[i], fields[i], FUZZY_TEXT_MAX);
    g_array_append_val(fuzzy->items, item);
}

static bool is_in_order(const Letters *text, const gunichar *word, int n)
{
    int at = 0;
    for (int i = 0; i < text->n && at < n; i++)
        at += text->chars[i] == word[at];
    return at == n;
}

/* A row of the table below: the best way that ends with this letter at this place, and what its last step brought. */
typedef struct Row {
    int score[FUZZY_TEXT_MAX], step[FUZZY_TEXT_MAX];
} Row;

#define NEVER (-100000)

/* A letter that comes after another: right behind it, or after a gap that is paid for (in `left`). */
static void put_next(Row *row, const Row *above, int i, int left, int bonus)
{
    int far = left > NEVER / 2 ? left + MATCH + bonus : NEVER;
    int step = MAX(MAX(bonus, BONUS_NEXT), MIN(above->step[i - 1], BONUS_START));
    int near = above->score[i - 1] > NEVER / 2 ? above->score[i - 1] + MATCH + step : NEVER;
    row->score[i] = MAX(near, far);
    row->step[i] = near >= far ? step : bonus;
}

/* The best of all ways to find the letters in their order. */
static int score_of(const Letters *text, const gunichar *word, int n)
{
    Row rows[2];
    int top = 0, begin = 0, end = text->n;
    while (text->chars[begin] != word[0])
        begin++;
    while (text->chars[end - 1] != word[n - 1])
        end--;
    for (int at = 0; at < n; at++) {
        Row *row = &rows[at % 2];
        const Row *above = &rows[(at + 1) % 2];
        int left = NEVER; /* the best of the row above before the last letter, gap paid */
        for (int i = begin; i < end; i++) {
            int bonus = text->bonus[i];
            if (i > begin + 1)
                left = MAX(left + GAP_MORE, at > 0 ? above->score[i - 2] + GAP_START : NEVER);
            row->score[i] = NEVER;
            row->step[i] = 0;
            if (text->chars[i] != word[at])
                continue;
            if (at == 0) {
                row->score[i] = MATCH + 2 * bonus;
                row->step[i] = bonus;
            } else if (i > begin) {
                put_next(row, above, i, left, bonus);
            }
        }
    }
    for (int i = begin; i < end; i++)
        top = MAX(top, rows[(n - 1) % 2].score[i]);
    return top;
}

/* Of one word in the field that has it best; 0 none. */
static int score_word(const Item *item, const gunichar *word, int n, guint64 has)
{
    int best = 0;
    for (int i = 0; i < FUZZY_FIELDS; i++) {
        const Letters *text = &item->fields[i];
        if ((has & ~text->has) || !is_in_order(text, word, n))
            continue;
        best = MAX(best, score_of(text, word, n) + FIELD_STEP * (FUZZY_FIELDS - 1 - i));
    }
    return best;
}

/* Of all words; 0 when one of them is nowhere. */
static int score_all(const Item *item, const Letters *query)
{
    int total = 0;
    for (int i = 0; i < query->n;) {
        int from = i;
        guint64 has = 0;
        while (i < query->n && !g_unichar_isspace(query->chars[i]))
            has |= bit_of(query->chars[i++]);
        if (i > from) {
            int one = score_word(item, query->chars + from, i - from, has);
            if (one <= 0)
                return 0;
            total += one;
        } else {
            i++;
        }
    }
    return total;
}

static bool is_empty(const Letters *query)
{
    for (int i = 0; i < query->n; i++)
        if (!g_unichar_isspace(query->chars[i]))
            return false;
    return true;
}

static gint by_score(gconstpointer a, gconstpointer b)
{
    const FuzzyHit *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

GArray *fuzzy_search(const Fuzzy *fuzzy, const char *text)
{
    GArray *hits = g_array_new(FALSE, FALSE, sizeof(FuzzyHit));
    Letters query;
    letters_init(&query, text, FUZZY_QUERY_MAX);
    bool all = is_empty(&query);
    for (guint i = 0; i < fuzzy->items->len; i++) {
        FuzzyHit hit = { i, all ? 0 : score_all(&g_array_index(fuzzy->items, Item, i), &query) };
        if (all || hit.score > 0)
            g_array_append_val(hits, hit);
    }
    if (!all)
        g_array_sort(hits, by_score);
    letters_clear(&query);
    return hits;
}

int fuzzy_score(const char *text, const char *query)
{
    g_autoptr(Fuzzy) fuzzy = fuzzy_new();
    const char *const fields[FUZZY_FIELDS] = { text };
    fuzzy_add(fuzzy, fields);
    g_autoptr(GArray) hits = fuzzy_search(fuzzy, query);
    return hits->len ? g_array_index(hits, FuzzyHit, 0).score : 0;
}
