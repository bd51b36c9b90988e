/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/limit.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/cache_row.h"
#include "client/limit_tree.h"
#include "client/moment.h"

#define DEPTH_MAX 20  /* SQLite's parser goes not much further */
#define TERMS_MAX 500 /* the tree of a chain is as deep as the chain is long */
#define OF(state) STANDINGS_OF(REFERRAL_##state)

/* What follows a term. */
typedef enum Takes { TAKES_NOTHING, TAKES_TEXT, TAKES_VALUE, TAKES_AGE, IS_NOT_HERE } Takes;

/* What can be said; letters as in mutt. */
static const struct {
    LimitTerm term;
    LimitKind kind;
    Takes takes;
    guint64 standings;
    WordColumns columns;
} terms[] = {
    { { "all", NULL, N_("all leads") }, LIMIT_ANY },
    { { "waiting", "w", N_("waiting for a verdict (~w)") },
      LIMIT_STANDING,
      TAKES_NOTHING,
      OF(SENT) | OF(PICKED_UP) },
    { { "new", NULL, N_("new, not opened yet") }, LIMIT_STANDING, TAKES_NOTHING, OF(SENT) },
    { { "opened", "open", N_("opened, no verdict yet (~open)") },
      LIMIT_STANDING,
      TAKES_NOTHING,
      OF(PICKED_UP) },
    { { "confirmed", "c", N_("confirmed (~c)") },
      LIMIT_STANDING,
      TAKES_NOTHING,
      STANDINGS_WITH(VERDICT_LEAD) },
    { { "rejected", "x", N_("not a lead (~x)") },
      LIMIT_STANDING,
      TAKES_NOTHING,
      STANDINGS_WITH(VERDICT_NOT_A_LEAD) },
    { { "working", NULL, N_("being worked on") }, LIMIT_STANDING, TAKES_NOTHING, OF(WORKING) },
    { { "won", NULL, N_("won") }, LIMIT_STANDING, TAKES_NOTHING, OF(WON) },
    { { "lost", NULL, N_("lost") }, LIMIT_STANDING, TAKES_NOTHING, OF(LOST) },
    { { "dormant", NULL, N_("dormant") }, LIMIT_STANDING, TAKES_NOTHING, OF(DORMANT) },
    { { "withdrawn", NULL, N_("taken back by the sender") },
      LIMIT_STANDING,
      TAKES_NOTHING,
      OF(WITHDRAWN) },
    { { "unsent", "u", N_("still in the outbox (~u)") }, LIMIT_UNSENT },
    { { "tagged", "t", N_("tagged (~t)") }, LIMIT_TAGGED },
    { { "from", "f", N_("passed to you by: ~f anna") },
      LIMIT_TEXT,
      TAKES_TEXT,
      0,
      WORDS_PARTY | WORDS_RECEIVED },
    { { "partner", "p", N_("the other side: ~p anna") }, LIMIT_TEXT, TAKES_TEXT, 0, WORDS_PARTY },
    { { "need", "n", N_("what is needed: ~n \"new roof\"") },
      LIMIT_TEXT,
      TAKES_TEXT,
      0,
      WORDS_NEED },
    { { "value", "v", N_("worth more, or less: ~v >500") }, LIMIT_VALUE, TAKES_VALUE },
    { { "age", "d", N_("younger, or older: ~d <7d (m, h, d, w)") }, LIMIT_AGE, TAKES_AGE },
    { { "left", NULL, NULL }, LIMIT_ANY, IS_NOT_HERE },
};

bool limit_term_stands_alone(size_t i)
{
    return terms[i].takes == TAKES_NOTHING;
}

const LimitTerm *limit_term(size_t i)
{
    return i < G_N_ELEMENTS(terms) && terms[i].term.effect ? &terms[i].term : NULL;
}

static void node_free(LimitNode *node)
{
    if (!node)
        return;
    node_free(node->left);
    node_free(node->right);
    g_free(node->match);
    g_free(node);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LimitNode, node_free)

static LimitNode *node_new(LimitKind kind, LimitNode *left, LimitNode *right)
{
    LimitNode *node = g_new0(LimitNode, 1);
    node->kind = kind;
    node->left = left;
    node->right = right;
    return node;
}

/* ---- parsing */

typedef struct Parser {
    const char *text, *at;
    gint64 now;
    int depth, terms;
    bool tagged;
} Parser;

static bool wrong(const Parser *parser, GError **error, const char *what)
{
    g_autofree char *shown = text_clean(parser->text, -1, TEXT_LINE);
    glong column = g_utf8_pointer_to_offset(parser->text, parser->at) + 1;
    return problem_set(error, PROBLEM_BAD_INPUT, _("limit \"%s\", column %ld: %s"), shown, column,
                       what);
}

static void skip_blanks(Parser *parser)
{
    while (g_ascii_isspace(*parser->at))
        parser->at++;
}

/* A word, or what stands between quotes. NULL and *error when there is none. */
static char *take_word(Parser *parser, bool *quoted, GError **error)
{
    skip_blanks(parser);
    const char *start = parser->at;
    *quoted = *start == '"';
    if (*quoted) {
        const char *end = strchr(start + 1, '"');
        if (!end) {
            wrong(parser, error, _("the closing \" is missing"));
            return NULL;
        }
        parser->at = end + 1;
        return g_strndup(start + 1, (gsize)(end - start - 1));
    }
    parser->at += strcspn(start, " \t\n()|!\"");
    if (parser->at == start) {
        wrong(parser, error, _("a word is missing"));
        return NULL;
    }
    return g_strndup(start, (gsize)(parser->at - start));
}

static bool read_age(Parser *parser, LimitNode *node, const char *text, GError **error)
{
    char *end = NULL;
    guint64 n = g_ascii_strtoull(text, &end, 10);
    gint64 unit = moment_unit(*end);
    if (g_ascii_isdigit(text[0]) && unit && !end[1] && n <= 100000) {
        node->number = parser->now - (gint64)n * unit;
        return true;
    }
    return wrong(parser, error, _("an age is like <7d, >2w, <12h"));
}

/* A bare amount is meant in the currency of each lead. */
static bool read_value(Parser *parser, LimitNode *node, const char *text, GError **error)
{
    Money money = { 0 }, bare = { 0 };
    if (!money_parse(text, DEFAULT_CURRENCY, &money, NULL))
        return wrong(parser, error, _("a value is like >500 or \">EUR 20.50\""));
    if (!money_parse(text, "USD", &bare, NULL) || strcmp(money.currency, bare.currency) == 0)
        memcpy(node->currency, money.currency, sizeof node->currency);
    node->number = lead_worth(&money);
    return true;
}

/* "<7d", "> 500" */
static bool take_comparison(Parser *parser, LimitNode *node, Takes takes, GError **error)
{
    bool quoted;
    g_autofree char *text = take_word(parser, &quoted, error);
    if (!text)
        return false;
    node->more = text[0] == '>' || (takes == TAKES_VALUE && text[0] != '<');
    if (text[0] == '<' || text[0] == '>') {
        text[0] = ' ';
        g_strstrip(text);
    }
    if (!*text) {
        g_free(text);
        text = take_word(parser, &quoted, error);
    }
    return text && (takes == TAKES_AGE ? read_age : read_value)(parser, node, text, error);
}

/* Words without a letter in them ("&") hold of everything. */
static LimitNode *text_node(const char *words, WordColumns columns)
{
    LimitNode *node = node_new(LIMIT_TEXT, NULL, NULL);
    node->match = lead_match(words, columns);
    node->received = columns & WORDS_RECEIVED;
    if (!node->match)
        node->kind = LIMIT_ANY;
    return node;
}

/* The row of a name; letters and what takes an argument only after ~. -1 none. */
static int find_term(const char *word)
{
    bool marked = word[0] == '~';
    for (size_t i = 0; i < G_N_ELEMENTS(terms); i++) {
        bool named = strcmp(word + marked, terms[i].term.name) == 0;
        bool lettered = marked && g_strcmp0(word + 1, terms[i].term.letter) == 0;
        if ((named && (marked || terms[i].takes == TAKES_NOTHING)) || lettered)
            return (int)i;
    }
    return -1;
}

static bool unknown_term(Parser *parser, const char *word, GError **error)
{
    g_autoptr(GString) names = g_string_new(NULL);
    const LimitTerm *term;
    for (size_t i = 0; (term = limit_term(i)); i++)
        g_string_append_printf(names, "%s~%s", i ? " " : "", term->name);
    g_autofree char *what = g_strdup_printf(_("there is no %s, but %s"), word, names->str);
    return wrong(parser, error, what);
}

static LimitNode *take_argument(Parser *parser, int i, GError **error)
{
    bool quoted;
    if (terms[i].takes == TAKES_TEXT) {
        g_autofree char *words = take_word(parser, &quoted, error);
        return words ? text_node(words, terms[i].columns) : NULL;
    }
    g_autoptr(LimitNode) node = node_new(terms[i].kind, NULL, NULL);
    node->standings = terms[i].standings;
    parser->tagged |= node->kind == LIMIT_TAGGED;
    if (terms[i].takes != TAKES_NOTHING && !take_comparison(parser, node, terms[i].takes, error))
        return NULL;
    return g_steal_pointer(&node);
}

static LimitNode *take_term(Parser *parser, GError **error)
{
    bool quoted;
    g_autofree char *word = take_word(parser, &quoted, error);
    if (!word)
        return NULL;
    int i = quoted ? -1 : find_term(word);
    if (i < 0 && (quoted || word[0] != '~'))
        return text_node(word, WORDS_ANY);
    if (i >= 0 && terms[i].takes != IS_NOT_HERE)
        return take_argument(parser, i, error);
    if (i < 0)
        unknown_term(parser, word, error);
    else
        wrong(parser, error, _("leads have no answer-by date; ~d is their age"));
    return NULL;
}

static LimitNode *take_or(Parser *parser, GError **error);

static LimitNode *take_group(Parser *parser, GError **error)
{
    parser->at++;
    g_autoptr(LimitNode) inner = take_or(parser, error);
    if (!inner)
        return NULL;
    if (*parser->at != ')') {
        wrong(parser, error, _("the closing ) is missing"));
        return NULL;
    }
    parser->at++;
    return g_steal_pointer(&inner);
}

static LimitNode *take_not(Parser *parser, GError **error)
{
    LimitNode *node;
    skip_blanks(parser);
    if (++parser->depth > DEPTH_MAX || ++parser->terms > TERMS_MAX) {
        wrong(parser, error, _("too much"));
        return NULL;
    }
    if (*parser->at == '!') {
        parser->at++;
        node = take_not(parser, error);
        node = node ? node_new(LIMIT_NOT, node, NULL) : NULL;
    } else {
        node = *parser->at == '(' ? take_group(parser, error) : take_term(parser, error);
    }
    parser->depth--;
    return node;
}

static LimitNode *take_and(Parser *parser, GError **error)
{
    g_autoptr(LimitNode) node = take_not(parser, error);
    skip_blanks(parser);
    while (node && *parser->at && !strchr("|)", *parser->at)) {
        LimitNode *right = take_not(parser, error);
        if (!right)
            return NULL;
        node = node_new(LIMIT_AND, node, right);
        skip_blanks(parser);
    }
    return g_steal_pointer(&node);
}

static LimitNode *take_or(Parser *parser, GError **error)
{
    g_autoptr(LimitNode) node = take_and(parser, error);
    while (node && *parser->at == '|') {
        parser->at++;
        LimitNode *right = take_and(parser, error);
        if (!right)
            return NULL;
        node = node_new(LIMIT_OR, node, right);
    }
    return g_steal_pointer(&node);
}

static LimitNode *parse(Parser *parser, GError **error)
{
    skip_blanks(parser);
    if (!*parser->at)
        return node_new(LIMIT_ANY, NULL, NULL);
    g_autoptr(LimitNode) node = take_or(parser, error);
    if (node && *parser->at) {
        wrong(parser, error, _("this ) closes nothing"));
        return NULL;
    }
    return g_steal_pointer(&node);
}

Limit *limit_parse(const char *text, gint64 now, GError **error)
{
    if (!g_utf8_validate(text, -1, NULL)) {
        problem_set(error, PROBLEM_BAD_INPUT, "%s", _("the limit must be valid UTF-8"));
        return NULL;
    }
    Parser parser = { .text = text, .at = text, .now = now };
    LimitNode *root = parse(&parser, error);
    if (!root)
        return NULL;
    Limit *limit = g_new0(Limit, 1);
    limit->root = root;
    limit->tagged = parser.tagged;
    return limit;
}

void limit_free(Limit *limit)
{
    if (!limit)
        return;
    node_free(limit->root);
    g_free(limit);
}

bool limit_is_all(const Limit *limit)
{
    return limit->root->kind == LIMIT_ANY;
}

bool limit_has_tagged(const Limit *limit)
{
    return limit->tagged;
}
