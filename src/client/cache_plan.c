/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/cache_plan.h"

/* ---- statements */

void statement_init(Statement *statement)
{
    *statement = (Statement){
        .sql = g_string_sized_new(700),
        .values = g_array_new(FALSE, FALSE, sizeof(DbValue)),
    };
}

void statement_clear(Statement *statement)
{
    g_string_free(statement->sql, TRUE);
    g_array_unref(statement->values);
    if (statement->ids)
        g_byte_array_unref(statement->ids);
}

void statement_put(Statement *statement, const char *sql)
{
    g_string_append(statement->sql, sql);
}

void statement_value(Statement *statement, DbValue value)
{
    g_array_append_val(statement->values, value);
    g_string_append_printf(statement->sql, "$%u", statement->values->len);
}

DbRows *statement_query(Statement *statement, Db *db, GError **error)
{
    bool once = g_str_has_prefix(statement->sql->str, DB_ONCE);
    return db_query_values(
        db, error, once ? statement->sql->str : db_intern("%s", statement->sql->str),
        (const DbValue *)(void *)statement->values->data, statement->values->len);
}

/* ---- conditions on a row */

void plan_put_standings(Statement *statement, guint64 standings)
{
    const char *between = "r.standing IN (";
    if (!(standings & STANDINGS_ALL)) {
        statement_put(statement, "r.standing < 0");
        return;
    }
    for (int i = 0; i <= STANDING_MAX; i++) {
        if (standings >> i & 1) {
            g_string_append_printf(statement->sql, "%s%d", between, i);
            between = ", ";
        }
    }
    statement_put(statement, ")");
}

/* One parameter holds all ids: its pieces are the rows. */
void plan_put_tagged(Statement *statement, const LeadQuery *query)
{
    guint n = query->tagged ? query->tagged->len : 0;
    if (n == 0) {
        statement_put(statement, "SELECT id FROM referral_base WHERE id IS NULL");
        return;
    }
    if (statement->ids_at == 0) {
        statement->ids_at = statement->values->len + 1;
        g_array_append_val(statement->values,
                           ((DbValue[]){ db_bytes(query->tagged->data, n * sizeof(Uuid)) })[0]);
    }
    g_string_append_printf(statement->sql,
                           "WITH RECURSIVE piece (i) AS (SELECT 1 UNION ALL SELECT i + 16 FROM "
                           "piece WHERE i + 16 < length($%u)) SELECT substr($%u, i, 16) FROM piece",
                           statement->ids_at, statement->ids_at);
}

static void put_value(Statement *statement, const LimitNode *node)
{
    statement_put(statement, node->more ? "(r.worth > " : "(r.worth >= 0 AND r.worth < ");
    statement_value(statement, db_int(node->number));
    if (*node->currency) {
        statement_put(statement, " AND coalesce(r.value_currency, r.lead_value_currency) = ");
        statement_value(statement, db_text(node->currency));
    }
    statement_put(statement, ")");
}

static void put_node(Statement *statement, const LeadQuery *query, ReferralBox box,
                     const LimitNode *node);

/* A chain needs no parentheses; one for each of its links would be more than the engine's parser takes. */
static void put_part(Statement *statement, const LeadQuery *query, ReferralBox box,
                     const LimitNode *node, bool apart)
{
    apart = apart && (node->kind == LIMIT_AND || node->kind == LIMIT_OR);
    statement_put(statement, apart ? "(" : "");
    put_node(statement, query, box, node);
    statement_put(statement, apart ? ")" : "");
}

/* No condition is ever NULL, so that its contrary is simply NOT. */
static void put_node(Statement *statement, const LeadQuery *query, ReferralBox box,
                     const LimitNode *node)
{
    switch (node->kind) {
    case LIMIT_ANY:
        statement_put(statement, "1 = 1");
        return;
    case LIMIT_STANDING:
        plan_put_standings(statement, node->standings);
        return;
    case LIMIT_UNSENT:
        statement_put(statement, "r.pending = 1");
        return;
    case LIMIT_TAGGED:
        statement_put(statement, "r.id IN (");
        plan_put_tagged(statement, query);
        statement_put(statement, ")");
        return;
    case LIMIT_TEXT:
        if (node->received && box != BOX_INBOX) {
            statement_put(statement, "1 = 0");
            return;
        }
        statement_put(statement, "r.n IN (SELECT rowid FROM lead_words WHERE lead_words MATCH ");
        statement_value(statement, db_text(node->match));
        statement_put(statement, ")");
        return;
    case LIMIT_VALUE:
        put_value(statement, node);
        return;
    case LIMIT_AGE:
        statement_put(statement, node->more ? "r.n < " : "r.n >= ");
        statement_value(statement, db_int(order_of_time(node->number)));
        return;
    case LIMIT_NOT:
        statement_put(statement, "NOT (");
        put_node(statement, query, box, node->left);
        statement_put(statement, ")");
        return;
    case LIMIT_AND:
    case LIMIT_OR:
        put_part(statement, query, box, node->left, node->left->kind != node->kind);
        statement_put(statement, node->kind == LIMIT_AND ? " AND " : " OR ");
        put_part(statement, query, box, node->right, true);
        return;
    }
    g_assert_not_reached();
}

void plan_put_conditions(Statement *statement, const LeadQuery *query, ReferralBox box,
                         const Branch *branch)
{
    for (guint i = 0; i < branch->conditions->len; i++) {
        const Condition *condition = &g_array_index(branch->conditions, Condition, i);
        statement_put(statement, condition->negated ? " AND NOT (" : " AND (");
        put_node(statement, query, box, condition->node);
        statement_put(statement, ")");
    }
}

/* ---- sorting out */

/* Is it about states and verdicts alone? */
static bool fold_standings(const LimitNode *node, ReferralBox box, guint64 *out)
{
    guint64 left, right;
    switch (node->kind) {
    case LIMIT_ANY:
        *out = STANDINGS_ALL;
        return true;
    case LIMIT_STANDING:
        *out = node->standings;
        return true;
    case LIMIT_TEXT:
        *out = 0;
        return node->received && box != BOX_INBOX;
    case LIMIT_NOT:
        if (!fold_standings(node->left, box, &left))
            return false;
        *out = STANDINGS_ALL & ~left;
        return true;
    case LIMIT_AND:
    case LIMIT_OR:
        if (!fold_standings(node->left, box, &left) || !fold_standings(node->right, box, &right))
            return false;
        *out = node->kind == LIMIT_AND ? left & right : left | right;
        return true;
    default:
        return false;
    }
}

/* Deeper than the engine's parser goes nobody nests words. */
#define TEXT_DEPTH_MAX 12

/*
 * Is it about words alone, so that the full-text index answers the whole? There NOT stands between two operands and binds
 * closer than AND, and that closer than OR: chains need no parentheses.
 */
static bool fold_text(const LimitNode *node, ReferralBox box, int depth, GString *out)
{
    if (node->kind == LIMIT_TEXT) {
        g_string_append(out, node->match);
        return !node->received || box == BOX_INBOX;
    }
    if (depth == TEXT_DEPTH_MAX || (node->kind != LIMIT_AND && node->kind != LIMIT_OR))
        return false;
    const LimitNode *parts[] = { node->left, node->right };
    for (size_t i = 0; i < 2; i++) {
        const LimitNode *part = parts[i];
        bool without = i == 1 && node->kind == LIMIT_AND && part->kind == LIMIT_NOT;
        if (i == 1)
            g_string_append(out, without ? " NOT " : node->kind == LIMIT_AND ? " AND " : " OR ");
        part = without ? part->left : part;
        bool bare = part->kind == LIMIT_TEXT || (i == 0 && part->kind == node->kind);
        g_string_append(out, bare ? "" : "(");
        if (!fold_text(part, box, depth + !bare, out))
            return false;
        g_string_append(out, bare ? "" : ")");
    }
    return true;
}

/* The expression in parentheses; NULL when it is about more than words. */
static char *text_of(const LimitNode *node, ReferralBox box)
{
    GString *out = g_string_new("(");
    bool folded = fold_text(node, box, 0, out);
    g_string_append_c(out, ')');
    return g_string_free(out, !folded);
}

static void branch_free(gpointer data)
{
    Branch *branch = data;
    g_string_free(branch->match, TRUE);
    g_array_unref(branch->conditions);
    g_free(branch);
}

static Branch *branch_new(void)
{
    Branch *branch = g_new0(Branch, 1);
    branch->standings = STANDINGS_ALL;
    branch->low = -1;
    branch->high = G_MAXINT64;
    branch->match = g_string_new(NULL);
    branch->conditions = g_array_new(FALSE, FALSE, sizeof(Condition));
    return branch;
}

static Branch *branch_copy(const Branch *branch)
{
    Branch *copy = g_memdup2(branch, sizeof *branch);
    copy->match = g_string_new(branch->match->str);
    copy->conditions = g_array_copy(branch->conditions);
    return copy;
}

static void add_condition(Branch *branch, const LimitNode *node, bool negated)
{
    Condition condition = { node, negated };
    g_array_append_val(branch->conditions, condition);
}

static void add_match(Branch *branch, const char *match)
{
    if (branch->match->len)
        g_string_append(branch->match, " AND ");
    g_string_append(branch->match, match);
}

/* Sent before the moment, or not. */
static void add_age(Branch *branch, const LimitNode *node, bool before)
{
    gint64 n = order_of_time(node->number);
    if (before)
        branch->high = MIN(branch->high, n);
    else
        branch->low = MAX(branch->low, n - 1);
}

/* What must hold together. */
static void add_all_of(Branch *branch, const LimitNode *node, bool negated, ReferralBox box)
{
    guint64 standings;
    if (fold_standings(node, box, &standings)) {
        branch->standings &= negated ? ~standings : standings;
        return;
    }
    if (node->kind == LIMIT_NOT) {
        add_all_of(branch, node->left, !negated, box);
        return;
    }
    g_autofree char *words = negated ? NULL : text_of(node, box);
    if (words) {
        add_match(branch, words);
        return;
    }
    if (node->kind == (negated ? LIMIT_OR : LIMIT_AND)) {
        add_all_of(branch, node->left, negated, box);
        add_all_of(branch, node->right, negated, box);
        return;
    }
    if (node->kind == LIMIT_AGE) {
        add_age(branch, node, node->more != negated);
        return;
    }
    branch->unsent |= !negated && node->kind == LIMIT_UNSENT;
    branch->tagged |= !negated && node->kind == LIMIT_TAGGED;
    if (!negated && node->kind == LIMIT_VALUE && !branch->value)
        branch->value = node;
    add_condition(branch, node, negated);
}

/* The parts of an "or" (negated: of an "and"). */
static void alternatives_of(const LimitNode *node, bool negated, GArray *out)
{
    if (node->kind == LIMIT_NOT) {
        alternatives_of(node->left, !negated, out);
    } else if (node->kind == (negated ? LIMIT_AND : LIMIT_OR)) {
        alternatives_of(node->left, negated, out);
        alternatives_of(node->right, negated, out);
    } else {
        Condition condition = { node, negated };
        g_array_append_val(out, condition);
    }
}

/* A condition of the branch that is an "or", in place of which its alternatives can be walked. */
static bool take_alternatives(Branch *branch, GArray *out)
{
    for (guint i = 0; i < branch->conditions->len; i++) {
        const Condition *condition = &g_array_index(branch->conditions, Condition, i);
        g_array_set_size(out, 0);
        alternatives_of(condition->node, condition->negated, out);
        if (out->len > 1 && out->len <= BRANCHES_MAX) {
            g_array_remove_index(branch->conditions, i);
            return true;
        }
    }
    return false;
}

static bool is_possible(const Branch *branch)
{
    return branch->standings & STANDINGS_ALL && branch->low + 1 < branch->high;
}

/* An index leads to few: no need to look at the alternatives one by one. */
static bool is_narrow(const Branch *branch)
{
    return branch->match->len || branch->unsent || branch->tagged;
}

/* Words that must not be there, where there are some that must. */
static void take_without(Branch *branch, ReferralBox box)
{
    for (guint i = branch->conditions->len; i > 0 && branch->match->len; i--) {
        const Condition *condition = &g_array_index(branch->conditions, Condition, i - 1);
        g_autofree char *words = condition->negated ? text_of(condition->node, box) : NULL;
        if (!words)
            continue;
        g_string_prepend_c(branch->match, '(');
        g_string_append_printf(branch->match, ") NOT %s", words);
        g_array_remove_index(branch->conditions, i - 1);
    }
}

static void split(Branch *whole, ReferralBox box, GPtrArray *out)
{
    g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(Condition));
    if (is_narrow(whole) || !take_alternatives(whole, parts)) {
        g_ptr_array_add(out, branch_copy(whole));
        return;
    }
    for (guint i = 0; i < parts->len; i++) {
        Branch *branch = branch_copy(whole);
        const Condition *part = &g_array_index(parts, Condition, i);
        add_all_of(branch, part->node, part->negated, box);
        for (guint j = 0; j < i; j++) {
            const Condition *before = &g_array_index(parts, Condition, j);
            add_all_of(branch, before->node, !before->negated, box);
        }
        g_ptr_array_add(out, branch);
    }
}

static guint64 standings_of_query(const LeadQuery *query)
{
    guint64 out = query->states || query->verdict ? 0 : STANDINGS_ALL;
    for (int state = REFERRAL_SENT; state <= REFERRAL_WITHDRAWN; state++)
        if (query->states == 0 || query->states >> state & 1)
            out |= STANDINGS_OF(state);
    if (query->verdict)
        out &= STANDINGS_WITH(query->verdict);
    if (query->waiting)
        out &= STANDINGS_OF(REFERRAL_SENT) | STANDINGS_OF(REFERRAL_PICKED_UP);
    return out;
}

static const LimitNode only_tagged = { .kind = LIMIT_TAGGED };

static Branch *whole_query(const LeadQuery *query, ReferralBox box)
{
    Branch *branch = branch_new();
    branch->standings = standings_of_query(query);
    if (query->from)
        branch->low = order_of_time(query->from) - 1;
    if (query->to)
        branch->high = order_of_time(query->to);
    g_autofree char *match = query->text ? lead_match(query->text, WORDS_ANY) : NULL;
    if (match)
        add_match(branch, match);
    if (query->limit)
        add_all_of(branch, query->limit->root, false, box);
    if (query->only_tagged)
        add_all_of(branch, &only_tagged, false, box);
    return branch;
}

GPtrArray *plan_branches(const LeadQuery *query, ReferralBox box)
{
    GPtrArray *branches = g_ptr_array_new_with_free_func(branch_free);
    Branch *whole = whole_query(query, box);
    split(whole, box, branches);
    branch_free(whole);
    for (guint i = branches->len; i > 0; i--) {
        take_without(branches->pdata[i - 1], box);
        if (!is_possible(branches->pdata[i - 1]))
            g_ptr_array_remove_index(branches, i - 1);
    }
    return branches;
}

bool plan_is_counted(const LeadQuery *query, ReferralBox box, guint64 *standings)
{
    Branch *whole = whole_query(query, box);
    bool counted = uuid_is_nil(&query->partner) && whole->match->len == 0 && whole->low < 0 &&
                   whole->high == G_MAXINT64 && whole->conditions->len == 0;
    *standings = whole->standings;
    branch_free(whole);
    return counted;
}
