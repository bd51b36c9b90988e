/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lists of the cache against a naive evaluator: random expressions over random leads, in each order, from any place, both ways,
 * must show what going through all leads one by one shows. And what SQLite does for them: no scan where an index has the answer.
 */
#include "client/cache.h"

#include <string.h>

#include "base/text.h"
#include "client/cache_row.h"
#include "client/cache_write.h"
#include "tests/unit/client_fixture.h"
#include "unit.h"

#define LEADS 160
#define NOW G_GINT64_CONSTANT(1700009000000)

typedef struct World {
    Home home;
    CacheWriter *writer;
    Cache *cache;
    Referral leads[LEADS];
    bool pending[LEADS];
    GArray *tagged; /* Uuid */
    uint64_t seed;
} World;

/* ---- random leads: few values of each kind, so that everything meets everything */

static const char *const first_names[] = { "Anna", "Émile", "bob", "Ångström", "Zoe", NULL };
static const char *const companies[] = { "Roof & Co", "New Works", NULL, NULL };
static const char *const needs[] = { "Boiler", "new roof", "Roof leads", "Boiler, old",
                                     "Wedding cake" };
static const char *const towns[] = { "Leeds", "York", "M\303\241laga", NULL };
static const char *const senders[] = { "anna Smith", "Zed", "Bob & Sons", "Émile", "Roof Ltd" };
static const Money values[] = { { 0, "" },          { 0, "" },       { 30000, "GBP" },
                                { 30000, "EUR" },   { 500, "JPY" },  { 90000, "GBP" },
                                { 1234567, "KWD" }, { 20000, "GBP" } };

#define ANY_OF(world, table) (table)[random_below(&(world)->seed, G_N_ELEMENTS(table))]

static void set_random_state(World *world, Referral *lead)
{
    lead->state = (ReferralState)(1 + random_below(&world->seed, REFERRAL_WITHDRAWN));
    if (lead->state == REFERRAL_CONFIRMED)
        lead->verdict = random_below(&world->seed, 3) ? VERDICT_LEAD : VERDICT_NOT_A_LEAD;
    else if (lead->state > REFERRAL_CONFIRMED && lead->state != REFERRAL_WITHDRAWN)
        lead->verdict = VERDICT_LEAD;
}

static Referral random_lead(World *world, guint32 i)
{
    Referral lead = sample_referral(i);
    Contact *contact = &lead.lead.contact;
    g_free(contact->first_name);
    g_free(contact->last_name);
    g_free(contact->city);
    g_free(lead.lead.need);
    contact->first_name = g_strdup(ANY_OF(world, first_names));
    contact->last_name = contact->first_name ? g_strdup("Jones") : NULL;
    contact->company_name = g_strdup(ANY_OF(world, companies));
    contact->city = g_strdup(ANY_OF(world, towns));
    lead.lead.need = g_strdup(ANY_OF(world, needs));
    lead.lead.value = ANY_OF(world, values);
    unsigned sender = random_below(&world->seed, G_N_ELEMENTS(senders));
    Party *other = lead.box == BOX_SENT ? &lead.to : &lead.from;
    g_free(other->name);
    other->name = g_strdup(senders[sender]);
    other->account.bytes[15] = (guint8)(sender + 1);
    set_random_state(world, &lead);
    if (lead.verdict == VERDICT_LEAD && random_below(&world->seed, 3) == 0)
        lead.value = ANY_OF(world, values);
    /* Some of one millisecond. */
    lead.sent_at = NOW - (gint64)random_below(&world->seed, 60) * 7 * MS_PER_MINUTE;
    return lead;
}

static bool write_leads(CacheWriter *writer, gpointer data, GError **error)
{
    World *world = data;
    for (guint32 i = 0; i < LEADS; i++)
        if (!cache_write_referral(writer, &world->leads[i], NULL, error) ||
            (world->pending[i] && !cache_refresh(writer, &world->leads[i].id, NULL, error)))
            return false;
    return true;
}

static void add_note_item(World *world, const Uuid *object)
{
    char id[UUID_TEXT_SIZE];
    Uuid note = uuid_new();
    g_autofree char *path = g_strconcat("/v1/referrals/x/notes/", uuid_format(&note, id), NULL);
    OutboxItem item = { .op = uuid_new(),
                        .key = uuid_new(),
                        .unit = uuid_new(),
                        .kind = OUTBOX_NOTE,
                        .object = *object,
                        .method = (char *)"PUT",
                        .path = path,
                        .body = (char *)"{\"text\":\"mine\"}",
                        .title = (char *)"",
                        .created_at = NOW,
                        .state = OUTBOX_WAITING };
    assert_true(store_add(cache_writer_store(world->writer), &item, 1, NULL));
}

static World *world_new(uint64_t seed)
{
    World *world = g_new0(World, 1);
    g_autoptr(GError) error = NULL;
    world->seed = seed;
    home_make(&world->home);
    g_autofree char *cache = home_path(&world->home, "cache.db");
    g_autofree char *store = home_path(&world->home, "leads.db");
    world->writer = cache_writer_open(cache, store, &error);
    assert_non_null(world->writer);
    world->tagged = g_array_new(FALSE, FALSE, sizeof(Uuid));
    for (guint32 i = 0; i < LEADS; i++) {
        world->leads[i] = random_lead(world, i);
        world->pending[i] = random_below(&world->seed, 9) == 0;
        if (world->pending[i])
            add_note_item(world, &world->leads[i].id);
        if (random_below(&world->seed, 5) == 0)
            g_array_append_val(world->tagged, world->leads[i].id);
    }
    if (!cache_writer_tx(world->writer, write_leads, world, &error))
        fail_msg("%s", error->message);
    world->cache = cache_open(cache, &error);
    assert_non_null(world->cache);
    return world;
}

static void world_free(World *world)
{
    cache_close(world->cache);
    cache_writer_close(world->writer);
    home_remove(&world->home);
    for (guint32 i = 0; i < LEADS; i++)
        fields_clear(&referral_fields, &world->leads[i]);
    g_array_unref(world->tagged);
    g_free(world);
}

/* ---- the naive evaluator */

static char *fold(const char *text)
{
    g_autofree char *folded = g_utf8_casefold(text, -1);
    g_autofree char *apart = g_utf8_normalize(folded, -1, G_NORMALIZE_ALL);
    GString *out = g_string_new(" ");
    for (const char *p = apart; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (!g_unichar_ismark(c))
            g_string_append_unichar(out, g_unichar_isalnum(c) ? c : ' ');
    }
    return g_string_free(out, FALSE);
}

/* Each word begins one of the text. */
static bool has_words(const char *text, const char *words)
{
    g_autofree char *there = fold(text ? text : "");
    g_autofree char *wanted = fold(words);
    g_auto(GStrv) each = g_strsplit(wanted, " ", -1);
    for (char **word = each; *word; word++) {
        g_autofree char *begins = g_strconcat(" ", *word, NULL);
        if (**word && !strstr(there, begins))
            return false;
    }
    return true;
}

static bool anywhere(const Referral *lead, const char *words)
{
    const Contact *contact = &lead->lead.contact;
    g_autoptr(GString) all = g_string_new(NULL);
    const char *const parts[] = { contact->first_name, contact->last_name, contact->company_name,
                                  contact->city,       lead->lead.need,    lead_party(lead)->name };
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        g_string_append_printf(all, " %s", parts[i] ? parts[i] : "");
    return has_words(all->str, words);
}

/* In thousandths of a unit; -1 none. */
static gint64 worth(const Referral *lead)
{
    const Money *value = *lead->value.currency ? &lead->value : &lead->lead.value;
    return strcmp(value->currency, "") == 0      ? -1
           : strcmp(value->currency, "JPY") == 0 ? value->amount * 1000
           : strcmp(value->currency, "KWD") == 0 ? value->amount
                                                 : value->amount * 10;
}

static const char *currency(const Referral *lead)
{
    return *lead->value.currency ? lead->value.currency : lead->lead.value.currency;
}

static bool is_tagged(const World *world, const Referral *lead)
{
    for (guint i = 0; i < world->tagged->len; i++)
        if (uuid_equal(&g_array_index(world->tagged, Uuid, i), &lead->id))
            return true;
    return false;
}

/* Each way to say something, and what is meant by it. */
typedef enum Atom {
    ATOM_ALL,
    ATOM_WAITING,
    ATOM_NEW,
    ATOM_OPENED,
    ATOM_CONFIRMED,
    ATOM_REJECTED,
    ATOM_WON,
    ATOM_WITHDRAWN,
    ATOM_UNSENT,
    ATOM_TAGGED,
    ATOM_WORD,
    ATOM_QUOTED,
    ATOM_FROM,
    ATOM_PARTNER,
    ATOM_NEED,
    ATOM_WORTH_MORE,
    ATOM_WORTH_LESS,
    ATOM_WORTH_POUNDS,
    ATOM_YOUNG,
    ATOM_OLD,
    ATOM_NOTHING,
    ATOMS
} Atom;

static const char *const atom_texts[ATOMS] = {
    "all",    "~w",         "~new",    "opened",  "~c",      "~x",
    "won",    "~withdrawn", "~u",      "~t",      "bo",      "\"new roof\"",
    "~f an",  "~p emile",   "~n roof", "~v >300", "~v <400", "~v \">GBP 200\"",
    "~d <3h", "~d >90m",    "&",
};

static bool atom_is_true(const World *world, Atom atom, guint32 i)
{
    const Referral *lead = &world->leads[i];
    switch (atom) {
    case ATOM_ALL:
    case ATOM_NOTHING:
        return true;
    case ATOM_WAITING:
        return lead->state == REFERRAL_SENT || lead->state == REFERRAL_PICKED_UP;
    case ATOM_NEW:
        return lead->state == REFERRAL_SENT;
    case ATOM_OPENED:
        return lead->state == REFERRAL_PICKED_UP;
    case ATOM_CONFIRMED:
        return lead->verdict == VERDICT_LEAD;
    case ATOM_REJECTED:
        return lead->verdict == VERDICT_NOT_A_LEAD;
    case ATOM_WON:
        return lead->state == REFERRAL_WON;
    case ATOM_WITHDRAWN:
        return lead->state == REFERRAL_WITHDRAWN;
    case ATOM_UNSENT:
        return world->pending[i];
    case ATOM_TAGGED:
        return is_tagged(world, lead);
    case ATOM_WORD:
        return anywhere(lead, "bo");
    case ATOM_QUOTED:
        return anywhere(lead, "new roof");
    case ATOM_FROM:
        return lead->box == BOX_INBOX && has_words(lead->from.name, "an");
    case ATOM_PARTNER:
        return has_words(lead_party(lead)->name, "emile");
    case ATOM_NEED:
        return has_words(lead->lead.need, "roof");
    case ATOM_WORTH_MORE:
        return worth(lead) > 300000;
    case ATOM_WORTH_LESS:
        return worth(lead) >= 0 && worth(lead) < 400000;
    case ATOM_WORTH_POUNDS:
        return worth(lead) > 200000 && strcmp(currency(lead), "GBP") == 0;
    case ATOM_YOUNG:
        return lead->sent_at >= NOW - 3 * MS_PER_HOUR;
    case ATOM_OLD:
        return lead->sent_at < NOW - 90 * MS_PER_MINUTE;
    case ATOMS:
        break;
    }
    g_assert_not_reached();
}

/* An expression as text, and the leads it is true of. */
typedef struct Expression {
    GString *text;
    bool is[LEADS];
} Expression;

static void expression_clear(Expression *expression)
{
    g_string_free(expression->text, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Expression, expression_clear)

static void make_atom(World *world, Expression *out)
{
    Atom atom = (Atom)random_below(&world->seed, ATOMS);
    g_string_append(out->text, atom_texts[atom]);
    for (guint32 i = 0; i < LEADS; i++)
        out->is[i] = atom_is_true(world, atom, i);
}

static void make_random(World *world, Expression *out, int depth)
{
    out->text = g_string_new(NULL);
    unsigned shape = depth > 3 ? 0 : random_below(&world->seed, 6);
    if (shape < 2) {
        make_atom(world, out);
        return;
    }
    g_auto(Expression) left, right;
    make_random(world, &left, depth + 1);
    make_random(world, &right, depth + 1);
    bool negated = shape == 5, either = shape % 2;
    g_string_append_printf(out->text, "%s(%s%s%s)", negated ? "!" : "", left.text->str,
                           either ? " | " : " ", right.text->str);
    for (guint32 i = 0; i < LEADS; i++) {
        bool is = either ? left.is[i] || right.is[i] : left.is[i] && right.is[i];
        out->is[i] = is != negated;
    }
}

/* ---- the order of a list, naively */

static const World *sorted_world;
static LeadSort sorted_by;

static int state_rank(const Referral *lead)
{
    return lead->state == REFERRAL_WITHDRAWN     ? 1000
           : lead->verdict == VERDICT_NOT_A_LEAD ? 100 + (int)lead->state
                                                 : (int)lead->state;
}

static int compare_names(const char *a, const char *b)
{
    g_autofree char *x = text_name_key(a ? a : "");
    g_autofree char *y = text_name_key(b ? b : "");
    return strcmp(x, y);
}

static int compare_clients(const Referral *a, const Referral *b)
{
    g_autofree char *x = contact_display_name(&a->lead.contact);
    g_autofree char *y = contact_display_name(&b->lead.contact);
    return compare_names(x, y);
}

/* Without what decides among those of one millisecond: *tie then. */
static int compare_leads(const Referral *a, const Referral *b)
{
    int age = a->sent_at > b->sent_at ? -1 : a->sent_at < b->sent_at, order = 0;
    switch (sorted_by) {
    case SORT_AGE:
        break;
    case SORT_STATE:
        order = state_rank(a) - state_rank(b);
        break;
    case SORT_PARTNER:
        order = compare_names(lead_party(a)->name, lead_party(b)->name);
        break;
    case SORT_CLIENT:
        order = compare_clients(a, b);
        age = -age;
        break;
    case SORT_VALUE:
        order = worth(a) > worth(b) ? -1 : worth(a) < worth(b);
        break;
    }
    return order ? order : age;
}

static guint32 number_of(const Uuid *id)
{
    return (guint32)id->bytes[14] << 8 | id->bytes[15];
}

/* All rows, page by page, forwards; checked against the naive order. */
static GPtrArray *whole_list(World *world, const LeadQuery *query, const char *text)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *all = cache_leads(world->cache, query, NULL, true, LEADS * 2, &error);
    if (!all)
        fail_msg("%s: %s", text, error->message);
    sorted_world = world;
    sorted_by = query->sort;
    for (guint i = 1; i < all->len; i++) {
        const LeadRow *a = all->pdata[i - 1], *b = all->pdata[i];
        int order = compare_leads(&world->leads[number_of(&a->id)],
                                  &world->leads[number_of(&b->id)]);
        if (query->reverse ? order < 0 : order > 0)
            fail_msg("%s: %u and %u are in the wrong order", text, number_of(&a->id),
                     number_of(&b->id));
    }
    return all;
}

static void right_leads(World *world, const LeadQuery *query, const Expression *expression,
                        const GPtrArray *all, const char *text)
{
    bool shown[LEADS] = { false };
    gint64 n = -1, expected = 0;
    for (guint i = 0; i < all->len; i++)
        shown[number_of(&((LeadRow *)all->pdata[i])->id)] = true;
    for (guint32 i = 0; i < LEADS; i++) {
        bool right = world->leads[i].box == query->box && expression->is[i];
        expected += right;
        if (shown[i] != right)
            fail_msg("%s: lead %u is%s shown", text, i, right ? " not" : "");
    }
    assert_int_equal(all->len, expected); /* none twice */
    assert_true(cache_count(world->cache, query, &n, NULL));
    if (n != expected)
        fail_msg("%s: counted %d of %d", text, (int)n, (int)expected);
}

/* From a row of the list, both ways, the rows around it; its rank; the next that waits. */
static void right_from(World *world, const LeadQuery *query, const GPtrArray *all, guint at,
                       const char *text)
{
    LeadPos pos = lead_pos(all->pdata[at]);
    gint64 rank = -1;
    unsigned max = 1 + random_below(&world->seed, 9);
    for (int after = 0; after < 2; after++) {
        g_autoptr(GPtrArray) rows = cache_leads(world->cache, query, &pos, after, max, NULL);
        assert_non_null(rows);
        guint there = after ? all->len - 1 - at : at;
        assert_int_equal(rows->len, MIN(max, there));
        guint from = after ? at + 1 : at - rows->len;
        for (guint i = 0; i < rows->len; i++)
            if (!uuid_equal(&((LeadRow *)rows->pdata[i])->id,
                            &((LeadRow *)all->pdata[from + i])->id))
                fail_msg("%s: %s row %u: another lead", text, after ? "after" : "before", at);
        guint i = at;
        bool found = false;
        while (!found && (after ? ++i < all->len : i-- > 0))
            found = atom_is_true(world, ATOM_WAITING, number_of(&((LeadRow *)all->pdata[i])->id));
        LeadPos next;
        bool next_found = cache_next_waiting(world->cache, query, &pos, after, &next, NULL);
        if (next_found != found ||
            (found && !uuid_equal(&next.id, &((LeadRow *)all->pdata[i])->id)))
            fail_msg("%s: another lead waits next to row %u", text, at);
    }
    assert_true(cache_rank(world->cache, query, &pos, &rank, NULL));
    if (rank != at)
        fail_msg("%s: row %u has rank %d", text, at, (int)rank);
}

static void check_random(World *world)
{
    g_auto(Expression) expression;
    g_autoptr(GError) error = NULL;
    make_random(world, &expression, 0);
    g_autoptr(Limit) limit = limit_parse(expression.text->str, NOW, &error);
    if (!limit)
        fail_msg("%s: %s", expression.text->str, error->message);
    LeadQuery query = {
        .box = random_below(&world->seed, 4) ? BOX_INBOX : BOX_SENT,
        .limit = limit,
        .tagged = world->tagged,
        .sort = (LeadSort)random_below(&world->seed, (unsigned)lead_sorts.n_values),
        .reverse = random_below(&world->seed, 3) == 0,
    };
    if (random_below(&world->seed, 4) == 0) { /* and a search on top */
        query.text = "le";
        for (guint32 i = 0; i < LEADS; i++)
            expression.is[i] = expression.is[i] && anywhere(&world->leads[i], "le");
    }
    cache_set_few(world->cache, random_below(&world->seed, 2) ? 1000 : 1);
    g_autofree char *sort = lead_sort_format(query.sort, query.reverse);
    g_autofree char *text = g_strdup_printf("%s%s, sort %s", expression.text->str,
                                            query.text ? " /le" : "", sort);
    g_autoptr(GPtrArray) all = whole_list(world, &query, text);
    right_leads(world, &query, &expression, all, text);
    for (int i = 0; i < 3 && all->len > 0; i++)
        right_from(world, &query, all, random_below(&world->seed, all->len), text);
}

static void lists_are_what_a_naive_evaluator_says(void **state)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        World *world = world_new(seed * 7919);
        for (int i = 0; i < 50; i++)
            check_random(world);
        world_free(world);
    }
}

/* ---- places whose lead has left */

static bool give_verdict(CacheWriter *writer, gpointer data, GError **error)
{
    Referral *lead = data;
    lead->state = REFERRAL_CONFIRMED;
    lead->verdict = VERDICT_LEAD;
    lead->rev++;
    return cache_write_referral(writer, lead, NULL, error);
}

/* Who decides on a lead in a list of new ones stays where it stood, in any order. */
static void a_place_outlives_its_lead(void **state)
{
    g_autoptr(Limit) limit = limit_parse("~new", NOW, NULL);
    for (LeadSort sort = SORT_AGE; sort <= SORT_VALUE; sort++) {
        World *world = world_new(4242);
        cache_set_few(world->cache, 1);
        LeadQuery query = { .box = BOX_INBOX, .limit = limit, .sort = sort };
        g_autoptr(GPtrArray) all = cache_leads(world->cache, &query, NULL, true, LEADS, NULL);
        guint at = all->len / 2;
        LeadPos pos = lead_pos(all->pdata[at]);
        Uuid next = ((LeadRow *)all->pdata[at + 1])->id;
        assert_true(
            cache_writer_tx(world->writer, give_verdict, &world->leads[number_of(&pos.id)], NULL));
        g_autoptr(GPtrArray) rows = cache_leads(world->cache, &query, &pos, true, 1, NULL);
        assert_int_equal(rows->len, 1);
        if (!uuid_equal(&((LeadRow *)rows->pdata[0])->id, &next))
            fail_msg("sort %d: another lead comes next", (int)sort);
        world_free(world);
    }
}

/* ---- plans */

static const struct {
    const char *limit;
    LeadSort sort;
    const char *text;
    const char *has; /* a step that must be there */
    bool sorts;      /* may sort: few rows */
} plans[] = {
    { "", SORT_AGE, NULL, "USING INDEX referral_box (box=?)" },
    { "~new", SORT_AGE, NULL, "USING INDEX referral_standing (box=? AND standing=?)" },
    { "~new | ~c !~won", SORT_AGE, NULL, "referral_standing (box=? AND standing=?)" },
    { "!~x", SORT_AGE, NULL, "referral_standing (box=? AND standing=?)" },
    { "boiler", SORT_AGE, NULL, "VIRTUAL TABLE INDEX" },
    { "~new boiler", SORT_AGE, NULL, "referral_standing (box=? AND standing=? AND rowid=?)" },
    { "boiler !leeds", SORT_AGE, NULL, "VIRTUAL TABLE INDEX" },
    { "boiler | ~p anna ~n roof", SORT_AGE, NULL, "VIRTUAL TABLE INDEX" },
    { "~new ~p anna", SORT_AGE, "roof", "VIRTUAL TABLE INDEX" },
    { "~d <7d", SORT_AGE, NULL, "referral_box (box=? AND rowid>?)" },
    { "~d >7d ~new", SORT_AGE, NULL, "referral_standing (box=? AND standing=? AND rowid<?)" },
    { "~new | boiler", SORT_AGE, NULL, "referral_standing (box=? AND standing=?)" },
    { "~u", SORT_AGE, NULL, "referral_pending (pending=?)", true },
    { "~u | ~d <1h", SORT_AGE, NULL, "referral_pending (pending=?)", true },
    { "~t", SORT_AGE, NULL, "referral_id (id=?)", true },
    { "~v >99999999", SORT_AGE, NULL, "referral_worth (box=? AND worth>?)", true },
    { "~v >100", SORT_AGE, NULL, "referral_box (box=?)" },
    { "", SORT_STATE, NULL, "referral_standing (box=? AND standing=?)" },
    { "~x", SORT_STATE, NULL, "referral_standing (box=? AND standing=?)" },
    { "", SORT_PARTNER, NULL, "referral_party (party=?" },
    { "", SORT_CLIENT, NULL, "referral_client (box=?)" },
    { "~new !boiler", SORT_CLIENT, NULL, "referral_client (box=?)" },
    { "", SORT_VALUE, NULL, "referral_worth (box=?)" },
    { "~v <500 ~new", SORT_VALUE, NULL, "referral_worth (box=? AND worth>? AND worth<?)" },
    { "~new boiler", SORT_STATE, NULL, "referral_standing (box=? AND standing=?" },
};

static void indexes_have_the_answers(void **state)
{
    World *world = world_new(99);
    cache_set_few(world->cache, 1); /* as if these were many */
    for (size_t i = 0; i < G_N_ELEMENTS(plans); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Limit) limit = limit_parse(plans[i].limit, NOW, &error);
        LeadQuery query = { .box = BOX_INBOX,
                            .limit = limit,
                            .sort = plans[i].sort,
                            .text = plans[i].text,
                            .tagged = world->tagged };
        g_autofree char *plan = cache_explain(world->cache, &query, &error);
        if (!plan)
            fail_msg("%s: %s", plans[i].limit, error->message);
        if (!strstr(plan, plans[i].has))
            fail_msg("%s: not by %s:\n%s", plans[i].limit, plans[i].has, plan);
        if (strstr(plan, "SCAN r\n") || strstr(plan, "SCAN r "))
            fail_msg("%s: reads all:\n%s", plans[i].limit, plan);
        if (!plans[i].sorts && strstr(plan, "TEMP B-TREE"))
            fail_msg("%s: sorts:\n%s", plans[i].limit, plan);
    }
    world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_what_a_naive_evaluator_says),
        cmocka_unit_test(a_place_outlives_its_lead),
        cmocka_unit_test(indexes_have_the_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
