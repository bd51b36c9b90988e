/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/limit.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/cache_row.h"

#define DEPTH_MAX 50
#define TERMS_MAX 500 /* the tree of a chain is as deep as the chain is long */
#define BIT(state) (1u << REFERRAL_##state)

typedef enum NodeKind {
    NODE_ALL,
    NODE_STATE, /* of states, of verdict */
    NODE_UNSENT,
    NODE_FROM, /* takes text from here */
    NODE_PARTNER,
    NODE_NEED,
    NODE_WORDS,
    NODE_VALUE, /* and a comparison */
    NODE_AGE,
    NODE_NOT, /* of left */
    NODE_AND,
    NODE_OR,
} NodeKind;

typedef struct Node Node;
struct Node {
    NodeKind kind;
    unsigned states; /* 0 any */
    ReferralVerdict verdict;
    char *text;
    bool more;     /* > instead of < */
    gint64 at;     /* AGE: the moment compared with */
    bool in_query; /* the cache sees to it */
    Node *left, *right;
};

struct Limit {
    Node *root;
    GString *words; /* of the query */
};

/* What can be said; letters as in mutt. */
static const struct {
    const char *name, *letter;
    NodeKind kind;
    unsigned states;
    ReferralVerdict verdict;
} terms[] = {
    { "all", NULL, NODE_ALL },
    { "waiting", "w", NODE_STATE, BIT(SENT) | BIT(PICKED_UP) },
    { "new", NULL, NODE_STATE, BIT(SENT) },
    { "opened", "open", NODE_STATE, BIT(PICKED_UP) },
    { "confirmed", "c", NODE_STATE, 0, VERDICT_LEAD },
    { "rejected", "x", NODE_STATE, 0, VERDICT_NOT_A_LEAD },
    { "working", NULL, NODE_STATE, BIT(WORKING) },
    { "won", NULL, NODE_STATE, BIT(WON) },
    { "lost", NULL, NODE_STATE, BIT(LOST) },
    { "dormant", NULL, NODE_STATE, BIT(DORMANT) },
    { "withdrawn", NULL, NODE_STATE, BIT(WITHDRAWN) },
    { "unsent", "u", NODE_UNSENT },
    { "from", "f", NODE_FROM },
    { "partner", "p", NODE_PARTNER },
    { "need", "n", NODE_NEED },
    { "value", "v", NODE_VALUE },
    { "age", "d", NODE_AGE },
};

static const struct {
    char letter;
    gint64 ms;
} units[] = {
    { 'm', MS_PER_MINUTE },
    { 'h', MS_PER_HOUR },
    { 'd', MS_PER_DAY },
    { 'w', 7 * MS_PER_DAY },
};

static void node_free(Node *node)
{
    if (!node)
        return;
    node_free(node->left);
    node_free(node->right);
    g_free(node->text);
    g_free(node);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Node, node_free)

static Node *node_new(NodeKind kind, Node *left, Node *right)
{
    Node *node = g_new0(Node, 1);
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

static bool read_age(Parser *parser, Node *node, GError **error)
{
    char *end = NULL;
    guint64 n = g_ascii_strtoull(node->text, &end, 10);
    for (size_t i = 0; i < G_N_ELEMENTS(units) && g_ascii_isdigit(node->text[0]); i++) {
        if (*end == units[i].letter && !end[1] && n <= 100000) {
            node->at = parser->now - (gint64)n * units[i].ms;
            return true;
        }
    }
    return wrong(parser, error, _("an age is like <7d, >2w, <12h"));
}

static bool read_value(Parser *parser, Node *node, GError **error)
{
    Money money = { 0 };
    return money_parse(node->text, DEFAULT_CURRENCY, &money, NULL) ||
           wrong(parser, error, _("a value is like >500 or \">EUR 20.50\""));
}

/* "<7d", "> 500": the sign into node, the rest is its text. */
static bool read_comparison(Parser *parser, Node *node, GError **error)
{
    char sign = node->text[0];
    node->more = sign == '>' || (node->kind == NODE_VALUE && sign != '<');
    if (sign == '<' || sign == '>') {
        char *rest = g_strdup(node->text + 1);
        g_free(node->text);
        node->text = g_strstrip(rest);
    }
    if (!*node->text) {
        bool quoted;
        g_free(node->text);
        node->text = take_word(parser, &quoted, error);
        if (!node->text)
            return false;
    }
    return node->kind == NODE_AGE ? read_age(parser, node, error) : read_value(parser, node, error);
}

static Node *take_argument(Parser *parser, NodeKind kind, GError **error)
{
    bool quoted;
    g_autoptr(Node) node = node_new(kind, NULL, NULL);
    node->text = take_word(parser, &quoted, error);
    if (!node->text || (kind >= NODE_VALUE && !read_comparison(parser, node, error)))
        return NULL;
    return g_steal_pointer(&node);
}

/* The row of a name; letters and what takes an argument only after ~. -1 none. */
static int find_term(const char *word)
{
    bool marked = word[0] == '~';
    for (size_t i = 0; i < G_N_ELEMENTS(terms); i++) {
        bool named = strcmp(word + marked, terms[i].name) == 0;
        bool lettered = marked && g_strcmp0(word + 1, terms[i].letter) == 0;
        if ((named && (marked || terms[i].kind < NODE_FROM)) || lettered)
            return (int)i;
    }
    return -1;
}

static bool unknown_term(Parser *parser, const char *word, GError **error)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(terms); i++)
        g_string_append_printf(names, "%s~%s", i ? " " : "", terms[i].name);
    g_autofree char *what = g_strdup_printf(_("there is no %s, but %s"), word, names->str);
    return wrong(parser, error, what);
}

static Node *take_term(Parser *parser, GError **error)
{
    bool quoted;
    g_autofree char *word = take_word(parser, &quoted, error);
    if (!word)
        return NULL;
    int i = quoted ? -1 : find_term(word);
    if (i < 0 && !quoted && word[0] == '~') {
        unknown_term(parser, word, error);
        return NULL;
    }
    if (i >= 0 && terms[i].kind >= NODE_FROM)
        return take_argument(parser, terms[i].kind, error);
    Node *node = node_new(i < 0 ? NODE_WORDS : terms[i].kind, NULL, NULL);
    if (i < 0) {
        node->text = g_steal_pointer(&word);
    } else {
        node->states = terms[i].states;
        node->verdict = terms[i].verdict;
    }
    return node;
}

static Node *take_or(Parser *parser, GError **error);

static Node *take_group(Parser *parser, GError **error)
{
    parser->at++;
    g_autoptr(Node) inner = take_or(parser, error);
    if (!inner)
        return NULL;
    if (*parser->at != ')') {
        wrong(parser, error, _("the closing ) is missing"));
        return NULL;
    }
    parser->at++;
    return g_steal_pointer(&inner);
}

static Node *take_not(Parser *parser, GError **error)
{
    Node *node;
    skip_blanks(parser);
    if (++parser->depth > DEPTH_MAX || ++parser->terms > TERMS_MAX) {
        wrong(parser, error, _("too much"));
        return NULL;
    }
    if (*parser->at == '!') {
        parser->at++;
        node = take_not(parser, error);
        node = node ? node_new(NODE_NOT, node, NULL) : NULL;
    } else {
        node = *parser->at == '(' ? take_group(parser, error) : take_term(parser, error);
    }
    parser->depth--;
    return node;
}

static Node *take_and(Parser *parser, GError **error)
{
    g_autoptr(Node) node = take_not(parser, error);
    skip_blanks(parser);
    while (node && *parser->at && !strchr("|)", *parser->at)) {
        Node *right = take_not(parser, error);
        if (!right)
            return NULL;
        node = node_new(NODE_AND, node, right);
        skip_blanks(parser);
    }
    return g_steal_pointer(&node);
}

static Node *take_or(Parser *parser, GError **error)
{
    g_autoptr(Node) node = take_and(parser, error);
    while (node && *parser->at == '|') {
        parser->at++;
        Node *right = take_and(parser, error);
        if (!right)
            return NULL;
        node = node_new(NODE_OR, node, right);
    }
    return g_steal_pointer(&node);
}

static Node *parse(Parser *parser, GError **error)
{
    skip_blanks(parser);
    if (!*parser->at)
        return node_new(NODE_ALL, NULL, NULL);
    g_autoptr(Node) node = take_or(parser, error);
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
    Node *root = parse(&parser, error);
    if (!root)
        return NULL;
    Limit *limit = g_new0(Limit, 1);
    limit->root = root;
    limit->words = g_string_new(NULL);
    return limit;
}

void limit_free(Limit *limit)
{
    if (!limit)
        return;
    node_free(limit->root);
    g_string_free(limit->words, TRUE);
    g_free(limit);
}

/* ---- into the query: what must hold in any case */

static void narrow(Limit *limit, Node *node, LeadQuery *query)
{
    switch (node->kind) {
    case NODE_AND:
        narrow(limit, node->left, query);
        narrow(limit, node->right, query);
        return;
    case NODE_STATE:
        if (node->states)
            query->states = query->states ? query->states : node->states;
        else
            query->verdict = query->verdict ? query->verdict : node->verdict;
        return;
    case NODE_AGE:
        if (node->more)
            query->to = query->to ? MIN(query->to, node->at) : node->at;
        else
            query->from = MAX(query->from, node->at);
        return;
    case NODE_WORDS:
        g_string_append_printf(limit->words, "%s%s", limit->words->len ? " " : "", node->text);
        query->text = limit->words->str;
        node->in_query = true;
        return;
    default:
        return;
    }
}

void limit_narrow(Limit *limit, LeadQuery *query)
{
    narrow(limit, limit->root, query);
}

/* ---- row by row */

typedef struct Asking {
    Cache *cache;
    const LeadRow *row;
    Referral whole;
    bool loaded;
    GError *error;
} Asking;

static const Referral *whole(Asking *asking)
{
    if (!asking->loaded && !asking->error)
        asking->loaded = cache_referral(asking->cache, &asking->row->id, &asking->whole,
                                        &asking->error);
    return asking->loaded ? &asking->whole : NULL;
}

static bool has_words(const char *text, const char *words)
{
    return text && g_str_match_string(words, text, TRUE);
}

static bool anywhere(Asking *asking, const char *words)
{
    const Referral *referral = whole(asking);
    g_autofree char *all = referral ? lead_words(referral) : NULL;
    return has_words(all, words);
}

static bool compares(const Node *node, const Referral *referral)
{
    Money limit = { 0 };
    if (!referral)
        return false;
    const Money *value = money_is_set(&referral->value) ? &referral->value : &referral->lead.value;
    if (!money_is_set(value) || !money_parse(node->text, value->currency, &limit, NULL) ||
        strcmp(limit.currency, value->currency) != 0)
        return false;
    return node->more ? value->amount > limit.amount : value->amount < limit.amount;
}

static bool is_true(const Node *node, Asking *asking)
{
    const LeadRow *row = asking->row;
    if (node->in_query)
        return true;
    switch (node->kind) {
    case NODE_ALL:
        return true;
    case NODE_STATE:
        return node->states ? node->states >> row->state & 1 : node->verdict == row->verdict;
    case NODE_UNSENT:
        return row->pending;
    case NODE_FROM:
        return has_words(row->party, node->text) && whole(asking) && asking->whole.box == BOX_INBOX;
    case NODE_PARTNER:
        return has_words(row->party, node->text);
    case NODE_NEED:
        return has_words(row->need, node->text);
    case NODE_WORDS:
        return anywhere(asking, node->text);
    case NODE_VALUE:
        return compares(node, whole(asking));
    case NODE_AGE:
        return node->more ? row->sent_at < node->at : row->sent_at >= node->at;
    case NODE_NOT:
        return !is_true(node->left, asking);
    case NODE_AND:
        return is_true(node->left, asking) && is_true(node->right, asking);
    case NODE_OR:
        return is_true(node->left, asking) || is_true(node->right, asking);
    }
    g_assert_not_reached();
}

bool limit_matches(const Limit *limit, Cache *cache, const LeadRow *row, bool *matches,
                   GError **error)
{
    Asking asking = { .cache = cache, .row = row };
    *matches = is_true(limit->root, &asking);
    if (asking.loaded)
        fields_clear(&referral_fields, &asking.whole);
    if (!asking.error)
        return true;
    *matches = false;
    if (problem_is(asking.error, PROBLEM_NOT_FOUND)) { /* gone since the row was read */
        g_clear_error(&asking.error);
        return true;
    }
    g_propagate_error(error, asking.error);
    return false;
}
