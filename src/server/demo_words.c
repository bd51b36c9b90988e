/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/demo_words.h"

#include <stdlib.h>
#include <string.h>

#include "base/embed.h"

extern const EmbeddedText demo_texts[];

/* SplitMix64. */
guint64 demo_random(guint64 *state)
{
    guint64 z = *state += G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * G_GUINT64_CONSTANT(0x94d049bb133111eb);
    return z ^ z >> 31;
}

guint demo_below(guint64 *state, guint n)
{
    return (guint)((demo_random(state) >> 32) * n >> 32);
}

static bool chance(guint64 *random, guint percent)
{
    return demo_below(random, 100) < percent;
}

/* ---- lists */

static const char *const files[DEMO_LISTS] = {
    [DEMO_MEMBERS] = "members.txt",
    [DEMO_TRADES] = "trades.txt",
    [DEMO_FIRST_NAMES] = "first-names.txt",
    [DEMO_LAST_NAMES] = "last-names.txt",
    [DEMO_COMPANIES] = "companies.txt",
    [DEMO_TOWNS] = "towns.txt",
    [DEMO_NEEDS] = "needs.txt",
    [DEMO_COMMENTS] = "comments.txt",
    [DEMO_THANKS] = "thanks.txt",
    [DEMO_REFUSALS] = "not-a-lead.txt",
    [DEMO_PROFILES] = "profiles.txt",
    [DEMO_SPECIAL] = "special.txt",
};

/* \e, \a, \n and \u{XXXX}: what an editor would not show. */
static char *unescape(const char *text)
{
    GString *out = g_string_new(NULL);
    for (const char *p = text; *p; p++) {
        if (*p != '\\') {
            g_string_append_c(out, *p);
            continue;
        }
        p++;
        if (g_str_has_prefix(p, "u{")) {
            char *end = NULL;
            g_string_append_unichar(out, (gunichar)strtoul(p + 2, &end, 16));
            p = end; /* the closing brace */
        } else {
            g_string_append_c(out, *p == 'e' ? '\033' : *p == 'a' ? '\a' : *p == 'n' ? '\n' : *p);
        }
        if (!*p)
            break;
    }
    return g_string_free(out, FALSE);
}

static GPtrArray *parse_list(const char *file)
{
    const EmbeddedText *text = demo_texts;
    while (text->name && strcmp(text->name, file) != 0)
        text++;
    g_assert(text->name);
    GPtrArray *rows = g_ptr_array_new();
    g_auto(GStrv) lines = g_strsplit(text->text, "\n", -1);
    for (char **line = lines; *line; line++) {
        if (!**line || **line == '#')
            continue;
        char **cells = g_strsplit(**line == '.' && !(*line)[1] ? "" : *line, "|", -1);
        for (char **cell = cells; *cell; cell++) {
            char *plain = unescape(*cell);
            g_free(*cell);
            *cell = plain;
        }
        g_ptr_array_add(rows, cells);
    }
    return rows;
}

static GPtrArray *list_rows(DemoList list)
{
    static gsize done;
    static GPtrArray *lists[DEMO_LISTS];
    if (g_once_init_enter(&done)) {
        for (int i = 0; i < DEMO_LISTS; i++)
            lists[i] = parse_list(files[i]);
        g_once_init_leave(&done, 1);
    }
    return lists[list];
}

guint demo_rows(DemoList list)
{
    return list_rows(list)->len;
}

const char *demo_cell(DemoList list, guint row, guint column)
{
    char **cells = g_ptr_array_index(list_rows(list), row);
    return column < g_strv_length(cells) ? cells[column] : "";
}

static const char *pick(DemoList list, guint64 *random)
{
    return demo_cell(list, demo_below(random, demo_rows(list)), 0);
}

/* ---- words */

char *demo_fill(const char *pattern, const char *last_name, const char *town)
{
    GString *out = g_string_new(pattern);
    g_string_replace(out, "%l", last_name, 0);
    g_string_replace(out, "%t", town, 0);
    return g_string_free(out, FALSE);
}

char *demo_slug(const char *name, const char *otherwise)
{
    g_autofree char *ascii = g_str_to_ascii(name, "C");
    GString *out = g_string_new(NULL);
    for (const char *p = ascii; *p && out->len < 24; p++)
        if (g_ascii_isalnum(*p))
            g_string_append_c(out, g_ascii_tolower(*p));
    if (!out->len)
        g_string_assign(out, otherwise);
    return g_string_free(out, FALSE);
}

static char *text_or_null(const char *text)
{
    return text && *text ? g_strdup(text) : NULL;
}

/* Ranges reserved for fiction. */
static char *phone(guint64 *random)
{
    return chance(random, 50) ? g_strdup_printf("01632 960%03u", demo_below(random, 1000))
                              : g_strdup_printf("07700 900%03u", demo_below(random, 1000));
}

static char *contact_email(const Contact *contact)
{
    g_autofree char *first = demo_slug(contact->first_name ? contact->first_name : "", "info");
    g_autofree char *last = demo_slug(contact->last_name ? contact->last_name : "", "office");
    g_autofree char *domain = demo_slug(contact->company_name ? contact->company_name : "", "home");
    return g_strdup_printf("%s.%s@%s.example", first, last, domain);
}

static void name_contact(Contact *contact, guint64 *random, const char *town)
{
    contact->first_name = text_or_null(chance(random, 90) ? pick(DEMO_FIRST_NAMES, random) : "");
    contact->last_name = g_strdup(pick(DEMO_LAST_NAMES, random));
    if (chance(random, 65))
        contact->company_name = demo_fill(pick(DEMO_COMPANIES, random),
                                          pick(DEMO_LAST_NAMES, random), town);
}

static void name_special(Contact *contact, guint row)
{
    contact->first_name = text_or_null(demo_cell(DEMO_SPECIAL, row, 0));
    contact->last_name = text_or_null(demo_cell(DEMO_SPECIAL, row, 1));
    contact->company_name = text_or_null(demo_cell(DEMO_SPECIAL, row, 2));
}

static void reach_contact(Contact *contact, guint64 *random, guint town)
{
    guint ways = demo_below(random, 10);
    if (ways != 0)
        contact->phone_1 = phone(random);
    if (ways == 0 || ways > 3)
        contact->email = contact_email(contact);
    if (ways == 9)
        contact->phone_2 = phone(random);
    contact->city = g_strdup(demo_cell(DEMO_TOWNS, town, 0));
    if (chance(random, 70))
        contact->postal_code = g_strdup_printf(
            "%s %u%c%c", demo_cell(DEMO_TOWNS, town, 1), 1 + demo_below(random, 9),
            'A' + demo_below(random, 26), 'A' + demo_below(random, 26));
    contact->country_code = g_strdup("GB");
}

static gint64 demo_number(DemoList list, guint row, guint column)
{
    return g_ascii_strtoll(demo_cell(list, row, column), NULL, 10);
}

static void set_need(NewReferral *out, guint64 *random)
{
    guint row = demo_below(random, demo_rows(DEMO_NEEDS));
    const char *text = demo_cell(DEMO_NEEDS, row, 0);
    gint64 least = demo_number(DEMO_NEEDS, row, 1), most = demo_number(DEMO_NEEDS, row, 2);
    bool development = g_str_has_prefix(text, "b ");
    out->type = development ? REFERRAL_BUSINESS_DEVELOPMENT : REFERRAL_JOB;
    out->need = g_strdup(development ? text + 2 : text);
    if (most > 0 && chance(random, 85)) {
        gint64 steps = (most - least) / 10 + 1;
        out->value.amount = (least + 10 * (gint64)demo_below(random, (guint)steps)) * 100;
        g_strlcpy(out->value.currency, "GBP", sizeof out->value.currency);
    }
}

void demo_lead(NewReferral *out, guint64 *random, int special, gint64 at)
{
    guint town = demo_below(random, demo_rows(DEMO_TOWNS));
    *out = (NewReferral){ 0 };
    set_need(out, random);
    if (special >= 0) {
        name_special(&out->contact, (guint)special);
        g_free(out->need);
        out->need = g_strdup(demo_cell(DEMO_SPECIAL, (guint)special, 3));
    } else {
        name_contact(&out->contact, random, demo_cell(DEMO_TOWNS, town, 0));
    }
    reach_contact(&out->contact, random, town);
    out->comments = text_or_null(pick(DEMO_COMMENTS, random));
    out->known_and_spoken = chance(random, 92);
    out->permission = (Permission){
        .given = true,
        .method = (PermissionMethod)(1 + demo_below(random, 10) / 4),
        .at = at - (gint64)(1 + demo_below(random, 600)) * MS_PER_MINUTE,
        .channels = 1 << CHANNEL_PHONE | (chance(random, 60) ? 1 << CHANNEL_EMAIL : 0),
    };
}
