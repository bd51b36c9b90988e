/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits as a person types them: what each means, and errors. What the cache makes of them: tests/unit/test_lists.c. */
#include "client/limit.h"

#include <string.h>

#include "client/cache.h"
#include "client/cache_write.h"
#include "tests/unit/client_fixture.h"
#include "unit.h"

#define LEADS 120
#define NOW (G_GINT64_CONSTANT(1700000000000) + LEADS * 1000)

typedef struct World {
    Home home;
    CacheWriter *writer;
    Cache *cache;
    Referral leads[LEADS];
} World;

static const ReferralState states[] = {
    REFERRAL_SENT, REFERRAL_PICKED_UP, REFERRAL_CONFIRMED, REFERRAL_CONFIRMED, REFERRAL_WORKING,
    REFERRAL_WON,  REFERRAL_LOST,      REFERRAL_DORMANT,   REFERRAL_WITHDRAWN,
};

/* Every state with every box and value, by small primes. */
static void vary(Referral *lead, guint32 n)
{
    lead->state = states[n % G_N_ELEMENTS(states)];
    if (lead->state >= REFERRAL_CONFIRMED && lead->state != REFERRAL_WITHDRAWN)
        lead->verdict = n % G_N_ELEMENTS(states) == 3 ? VERDICT_NOT_A_LEAD : VERDICT_LEAD;
    if (n % 7 < 3)
        lead->lead.value = (Money){ (n % 7 + 1) * 20000, "GBP" };
    if (n % 7 == 3)
        lead->lead.value = (Money){ 90000, "EUR" };
    g_free(lead->lead.contact.company_name);
    lead->lead.contact.company_name = g_strdup(n % 4 ? "Roof & Co" : "New Works");
}

static bool write_leads(CacheWriter *writer, gpointer data, GError **error)
{
    World *world = data;
    for (guint32 i = 0; i < LEADS; i++) {
        world->leads[i] = sample_referral(i);
        vary(&world->leads[i], i);
        if (!cache_write_referral(writer, &world->leads[i], NULL, error))
            return false;
    }
    return true;
}

static int setup(void **state)
{
    World *world = g_new0(World, 1);
    g_autoptr(GError) error = NULL;
    home_make(&world->home);
    g_autofree char *cache = home_path(&world->home, "cache.db");
    g_autofree char *store = home_path(&world->home, "leads.db");
    world->writer = cache_writer_open(cache, store, &error);
    assert_non_null(world->writer);
    if (!cache_writer_tx(world->writer, write_leads, world, &error))
        fail_msg("%s", error->message);
    world->cache = cache_open(cache, &error);
    assert_non_null(world->cache);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    World *world = *state;
    cache_close(world->cache);
    cache_writer_close(world->writer);
    home_remove(&world->home);
    for (guint32 i = 0; i < LEADS; i++)
        fields_clear(&referral_fields, &world->leads[i]);
    g_free(world);
    return 0;
}

/* Numbers of the leads of a box that an expression is true of, as one bit each. */
typedef struct Found {
    bool is[LEADS];
    guint n;
} Found;

static guint32 number_of(const Uuid *id)
{
    return (guint32)id->bytes[14] << 8 | id->bytes[15];
}

static Found find(World *world, ReferralBox box, const char *text)
{
    Found found = { 0 };
    g_autoptr(GError) error = NULL;
    g_autoptr(Limit) limit = limit_parse(text, NOW, &error);
    if (!limit)
        fail_msg("%s: %s", text, error->message);
    LeadQuery query = { .box = box, .limit = limit };
    g_autoptr(GPtrArray) rows = cache_leads(world->cache, &query, NULL, true, 1000, &error);
    if (!rows)
        fail_msg("%s: %s", text, error->message);
    for (guint i = 0; i < rows->len; i++) {
        const LeadRow *row = g_ptr_array_index(rows, i);
        assert_false(found.is[number_of(&row->id)]);
        found.is[number_of(&row->id)] = true;
    }
    found.n = rows->len;
    return found;
}

static bool is_waiting(const Referral *lead)
{
    return lead->state == REFERRAL_SENT || lead->state == REFERRAL_PICKED_UP;
}
static bool is_opened(const Referral *lead)
{
    return lead->state == REFERRAL_PICKED_UP;
}
static bool is_confirmed(const Referral *lead)
{
    return lead->verdict == VERDICT_LEAD;
}
static bool is_rejected(const Referral *lead)
{
    return lead->verdict == VERDICT_NOT_A_LEAD;
}
static bool is_won_or_lost(const Referral *lead)
{
    return lead->state == REFERRAL_WON || lead->state == REFERRAL_LOST;
}
static bool is_not_won(const Referral *lead)
{
    return lead->state != REFERRAL_WON;
}
static bool is_of_sender_2(const Referral *lead)
{
    return strcmp(lead->from.name, "Sender 2") == 0;
}
/* A bare amount is of the value's own currency. */
static bool is_over_300(const Referral *lead)
{
    return lead->lead.value.amount > 30000;
}
static bool is_over_300_euro(const Referral *lead)
{
    return lead->lead.value.amount > 30000 && strcmp(lead->lead.value.currency, "EUR") == 0;
}
static bool is_of_last_minute(const Referral *lead)
{
    return lead->sent_at >= NOW - MS_PER_MINUTE;
}
static bool is_older(const Referral *lead)
{
    return !is_of_last_minute(lead);
}
static bool is_new_works(const Referral *lead)
{
    return strcmp(lead->lead.contact.company_name, "New Works") == 0;
}
static bool is_new(const Referral *lead)
{
    return lead->state == REFERRAL_SENT;
}
static bool is_in_leeds_confirmed_or_new(const Referral *lead)
{
    return strcmp(lead->lead.contact.city, "Leeds") == 0 && (is_confirmed(lead) || is_new(lead));
}
static bool is_any(const Referral *lead)
{
    return true;
}
static bool is_none(const Referral *lead)
{
    return false;
}

static const struct {
    const char *text;
    bool (*is)(const Referral *lead);
} meanings[] = {
    { "", is_any },
    { "   ", is_any },
    { "all", is_any },
    { "~waiting", is_waiting },
    { "waiting", is_waiting },
    { "~w", is_waiting },
    { "~new | ~open", is_waiting },
    { "(new|opened)", is_waiting },
    { "opened", is_opened },
    { "~waiting !~new", is_opened },
    { "~waiting !(~new)", is_opened },
    { "!!opened", is_opened },
    { "~c", is_confirmed },
    { "confirmed", is_confirmed },
    { "~x", is_rejected },
    { "~won | ~lost", is_won_or_lost },
    { "!won", is_not_won },
    { "~p \"sender 2\"", is_of_sender_2 },
    { "~p 2", is_of_sender_2 },
    { "~f 2", is_of_sender_2 },
    { "~v >300", is_over_300 },
    { "~v > 300", is_over_300 },
    { "~value 300", is_over_300 },
    { "~v \">EUR 300\"", is_over_300_euro },
    { "~d <1m", is_of_last_minute },
    { "~age < 1m", is_of_last_minute },
    { "~d >1m", is_older },
    { "!~d <1m", is_older },
    { "\"new\"", is_new_works },
    { "NEW WORKS", is_new_works },
    { "wor", is_new_works },
    { "\"new wor\"", is_new_works },
    { "~new", is_new },
    { "leeds (~c | ~new)", is_in_leeds_confirmed_or_new },
    { "(~c | ~new) leeds", is_in_leeds_confirmed_or_new },
    { "~won ~lost", is_none },
    { "~u", is_none },
    { "~n roof", is_none },
    { "~n boiler", is_any },
    { "~n leeds", is_none }, /* a town is no need */
    { "~p roof", is_none },
    { "&", is_any }, /* no word at all */
    { "boiler & number", is_any },
    { "~t", is_none },
    { "!~t", is_any },
};

static void each_means_what_it_says(void **state)
{
    World *world = *state;
    for (size_t i = 0; i < G_N_ELEMENTS(meanings); i++) {
        Found found = find(world, BOX_INBOX, meanings[i].text);
        for (guint32 n = 0; n < LEADS; n++) {
            const Referral *lead = &world->leads[n];
            bool right = lead->box == BOX_INBOX && meanings[i].is(lead);
            if (found.is[n] != right)
                fail_msg("%s: lead %u is%s found", meanings[i].text, n, right ? " not" : "");
        }
    }
}

static void from_is_for_received_leads_only(void **state)
{
    assert_int_equal(find(*state, BOX_SENT, "~f me").n, 0);
    assert_true(find(*state, BOX_SENT, "~p me").n > 0);
}

/* ---- errors */

static const struct {
    const char *text, *part;
} mistakes[] = {
    { "~zz", "~waiting" },
    { "(a", "column 3: the closing )" },
    { "a)", "column 2" },
    { "a | ", "a word is missing" },
    { "!", "a word is missing" },
    { "\"a", "the closing \"" },
    { "~p", "a word is missing" },
    { "~d <7", "an age is like" },
    { "~d soon", "an age is like" },
    { "~d <99999999999d", "an age is like" },
    { "~v >much", "a value is like" },
    { "~v >", "a word is missing" },
    { "é (", "column 4" },
    { "\xff", "UTF-8" },
    { "~left <4h", "no answer-by date" },
    { "~l", "there is no ~l, but ~all" },
};

static void mistakes_are_told_with_their_place(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(limit_parse(mistakes[i].text, NOW, &error));
        assert_true(problem_is(error, PROBLEM_BAD_INPUT));
        if (!strstr(error->message, mistakes[i].part))
            fail_msg("%s: %s", mistakes[i].text, error->message);
    }
}

static void depth_and_length_are_bounded(void **state)
{
    static const char *const pieces[] = { "(!", "a ", "a|", "!" };
    for (size_t k = 0; k < G_N_ELEMENTS(pieces); k++) {
        g_autoptr(GString) text = g_string_new(NULL);
        for (int i = 0; i < 50000; i++)
            g_string_append(text, pieces[k]);
        g_string_append_c(text, 'a');
        assert_null(limit_parse(text->str, NOW, NULL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_means_what_it_says),
        cmocka_unit_test(from_is_for_received_leads_only),
        cmocka_unit_test(mistakes_are_told_with_their_place),
        cmocka_unit_test(depth_and_length_are_bounded),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
