/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Partners of the cache: every figure is what adding up the leads one by one gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "client/cache_partners.h"
#include "client/cache_write.h"
#include "tests/unit/client_fixture.h"

#define DAY MS_PER_DAY
#define NOW (G_GINT64_CONSTANT(20000) * DAY + 5 * MS_PER_HOUR)
#define LEADS 600

typedef struct World {
    Home home;
    char *cache_path, *store_path;
    CacheWriter *writer;
    Cache *cache;
} World;

static const Uuid scope = { .bytes = { 9 } };

static int setup(void **state)
{
    World *world = g_new0(World, 1);
    home_make(&world->home);
    world->cache_path = home_path(&world->home, "cache.db");
    world->store_path = home_path(&world->home, "leads.db");
    world->writer = cache_writer_open(world->cache_path, world->store_path, NULL);
    world->cache = cache_open(world->cache_path, NULL);
    assert_non_null(world->writer);
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
    g_free(world->cache_path);
    g_free(world->store_path);
    g_free(world);
    return 0;
}

static bool write_page(CacheWriter *writer, gpointer data, GError **error)
{
    const char *text = data;
    g_autoptr(JsonDoc) doc = json_parse(text, strlen(text), error);
    FeedPage page = { .start = true };
    bool ok = doc && feed_page_read(json_root(doc), &page, error) &&
              cache_write_page(writer, json_root(doc), &page, error);
    g_free(page.state);
    return ok;
}

static void put(World *world, const PageObject *objects, size_t n)
{
    g_autofree char *text = page_text(&scope, "e1.0.5", false, true, objects, n);
    g_autoptr(GError) error = NULL;
    if (!cache_writer_tx(world->writer, write_page, text, &error))
        fail_msg("%s", error->message);
}

static Uuid partner_id(guint n)
{
    return (Uuid){ .bytes = { 1, 0x93, 2, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, (guint8)(n >> 8),
                              (guint8)n } };
}

static Partner sample_partner(guint n)
{
    static const char *const trades[] = { "Heating", "Mortgages", NULL, "accounts" };
    static const char *const initials[] = { "Z", "Y", "x", "W", "V", "Ü", "T", "S", "R", "Q",
                                            "P", "Ö", "N", "M", "L", "K", "J", "Í", "H", "G",
                                            "F", "É", "d", "C", "B", "Ä", "É", "a" };
    return (Partner){
        .account = partner_id(n),
        .rev = 1,
        .name = g_strdup_printf("%s. Partner %02u", initials[n % 28], n),
        .company_name = g_strdup_printf("Company %u", n),
        .business_type = g_strdup(trades[n % 4]),
        .email = g_strdup_printf("p%u@example.org", n),
        .since = NOW - (n % 5 ? 1000 : 10) * DAY,
    };
}

/* Of partner n % partners; the first three partners gave and took nothing. */
static Referral sample_lead(GRand *rand, guint n, guint partners)
{
    Referral lead = sample_referral(n);
    guint partner = 3 + n % (partners - 3);
    Party *other = lead.box == BOX_SENT ? &lead.to : &lead.from;
    Party *me = lead.box == BOX_SENT ? &lead.from : &lead.to;
    other->account = partner_id(partner);
    me->account = partner_id(9999);
    lead.state = (ReferralState)g_rand_int_range(rand, REFERRAL_SENT, REFERRAL_WITHDRAWN + 1);
    lead.verdict = lead.state < REFERRAL_CONFIRMED || lead.state == REFERRAL_WITHDRAWN ? 0
                   : lead.state > REFERRAL_CONFIRMED ? VERDICT_LEAD
                                                     : g_rand_int_range(rand, 1, 3);
    /* Every fourth partner did all of it long ago. */
    gint64 days = g_rand_int_range(rand, 0, 700) + (partner % 4 == 0 ? 300 : 0);
    lead.sent_at = NOW - days * DAY - g_rand_int_range(rand, 0, (gint32)DAY);
    return lead;
}

typedef struct Sample {
    guint partners, leads;
    Partner *partner;
    Referral *lead;
} Sample;

static void fill(World *world, Sample *sample, guint partners, guint leads)
{
    GRand *rand = g_rand_new_with_seed(20261126);
    *sample = (Sample){ partners, leads, g_new0(Partner, partners), g_new0(Referral, leads) };
    g_autofree PageObject *objects = g_new0(PageObject, partners + leads);
    for (guint i = 0; i < partners; i++) {
        sample->partner[i] = sample_partner(i);
        objects[i] = (PageObject){ "partner", false, sample->partner[i].account, &partner_fields,
                                   &sample->partner[i] };
    }
    for (guint i = 0; i < leads; i++) {
        sample->lead[i] = sample_lead(rand, i, partners);
        objects[partners + i] = (PageObject){ "referral", false, sample->lead[i].id,
                                              &referral_fields, &sample->lead[i] };
    }
    put(world, objects, partners + leads);
    g_rand_free(rand);
}

static void sample_clear(Sample *sample)
{
    for (guint i = 0; i < sample->partners; i++)
        fields_clear(&partner_fields, &sample->partner[i]);
    for (guint i = 0; i < sample->leads; i++)
        fields_clear(&referral_fields, &sample->lead[i]);
    g_free(sample->partner);
    g_free(sample->lead);
}

/* What a row must say, by looking at every lead. */
static PartnerRow reckon(const Sample *sample, const Partner *partner, gint64 since)
{
    PartnerRow row = { .partner = *partner };
    for (guint i = 0; i < sample->leads; i++) {
        const Referral *lead = &sample->lead[i];
        bool sent = lead->box == BOX_SENT;
        const Party *other = sent ? &lead->to : &lead->from;
        if (!uuid_equal(&other->account, &partner->account))
            continue;
        if (lead->sent_at >= since)
            give_take_add(&row.sum, lead->box, lead->state, lead->verdict, 1);
        gint64 *last = sent ? &row.last_gave_at : &row.last_took_at;
        if (lead->state != REFERRAL_WITHDRAWN)
            *last = MAX(*last, lead->sent_at);
    }
    gint64 alive = MAX(MAX(row.last_gave_at, row.last_took_at), partner->since);
    row.dormant = alive < NOW - PARTNER_DORMANT;
    row.low_giver = row.sum.gave >= 2 && row.sum.took == 0;
    return row;
}

static void check_row(const PartnerRow *row, const PartnerRow *expected)
{
    assert_memory_equal(&row->sum, &expected->sum, sizeof row->sum);
    assert_int_equal(row->last_gave_at, expected->last_gave_at);
    assert_int_equal(row->last_took_at, expected->last_took_at);
    assert_int_equal(row->dormant, expected->dormant);
    assert_int_equal(row->low_giver, expected->low_giver);
}

/* Whole months, their ends and their middles; and all there ever was. */
static void figures_are_those_of_the_leads(void **state)
{
    static const int days[] = { 0, 1, 29, 30, 31, 90, 182, 365, 20000 };
    World *world = *state;
    Sample sample;
    fill(world, &sample, 23, LEADS);
    for (size_t d = 0; d < G_N_ELEMENTS(days); d++) {
        PartnerQuery query = { .now = NOW, .since = NOW - days[d] * DAY };
        g_autoptr(GPtrArray) rows = cache_partner_rows(world->cache, &query, NULL);
        assert_non_null(rows);
        assert_int_equal(rows->len, 23);
        guint dormant = 0;
        for (guint i = 0; i < rows->len; i++) {
            const PartnerRow *row = rows->pdata[i];
            PartnerRow expected = reckon(&sample, &row->partner, query.since);
            check_row(row, &expected);
            dormant += row->dormant;
            PartnerRow *alone = cache_partner_row(world->cache, &row->partner.account, &query,
                                                  NULL);
            assert_non_null(alone);
            check_row(alone, &expected);
            partner_row_free(alone);
        }
        assert_true(dormant > 0 && dormant < rows->len);
    }
    gint64 n = 0;
    assert_true(cache_partner_count(world->cache, &n, NULL));
    assert_int_equal(n, 23);
    sample_clear(&sample);
}

static void nobody_and_nothing(void **state)
{
    World *world = *state;
    PartnerQuery query = { .now = NOW };
    g_autoptr(GPtrArray) rows = cache_partner_rows(world->cache, &query, NULL);
    assert_non_null(rows);
    assert_int_equal(rows->len, 0);
    g_autoptr(GError) error = NULL;
    Uuid id = partner_id(1);
    assert_null(cache_partner_row(world->cache, &id, &query, &error));
    assert_true(problem_is(error, PROBLEM_NOT_FOUND));
}

static gint64 measure(const PartnerRow *row, PartnerSort sort)
{
    return sort == PARTNERS_BY_BALANCE    ? -give_take_balance(&row->sum)
           : sort == PARTNERS_BY_ACTIVITY ? -partner_last_at(row)
                                          : 0;
}

/* In the picker of a new lead as in the list by name. */
static void the_picker_has_the_order_of_the_list(void **state)
{
    World *world = *state;
    Sample sample;
    fill(world, &sample, 56, 0);
    PartnerQuery query = { .sort = PARTNERS_BY_NAME, .now = NOW };
    g_autoptr(GPtrArray) list = cache_partner_rows(world->cache, &query, NULL);
    g_autoptr(GPtrArray) picker = cache_partners(world->cache, NULL, 1000, NULL);
    assert_int_equal(list->len, 56);
    assert_int_equal(picker->len, list->len);
    for (guint i = 0; i < list->len; i++)
        assert_string_equal(((PartnerRow *)picker->pdata[i])->partner.name,
                            ((PartnerRow *)list->pdata[i])->partner.name);
    sample_clear(&sample);
}

static void orders_and_their_reverse(void **state)
{
    World *world = *state;
    Sample sample;
    fill(world, &sample, 23, LEADS);
    for (size_t s = 0; s < partner_sorts.n_values; s++) {
        PartnerSort sort = (PartnerSort)(partner_sorts.values[s].value - 1);
        PartnerQuery query = { .now = NOW, .sort = sort };
        g_autoptr(GPtrArray) there = cache_partner_rows(world->cache, &query, NULL);
        query.reverse = true;
        g_autoptr(GPtrArray) back = cache_partner_rows(world->cache, &query, NULL);
        for (guint i = 0; i < 23; i++) {
            const PartnerRow *row = there->pdata[i], *twin = back->pdata[22 - i];
            const PartnerRow *before = i ? there->pdata[i - 1] : row;
            assert_true(uuid_equal(&row->partner.account, &twin->partner.account));
            assert_true(measure(before, sort) <= measure(row, sort));
            g_autofree char *key = text_name_key(row->partner.name);
            g_autofree char *earlier = text_name_key(before->partner.name);
            if (sort == PARTNERS_BY_NAME)
                assert_true(strcmp(earlier, key) <= 0);
        }
        const PartnerRow *last = there->pdata[22], *first = there->pdata[0];
        if (sort == PARTNERS_BY_TRADE) {
            assert_string_equal(first->partner.business_type, "accounts");
            assert_null(last->partner.business_type);
        }
        bool reverse = true;
        PartnerSort parsed;
        g_autofree char *text = partner_sort_format(sort, true);
        assert_true(partner_sort_parse(text, &parsed, &reverse, NULL));
        assert_int_equal(parsed, sort);
        assert_true(reverse);
    }
    PartnerSort sort;
    bool reverse;
    assert_false(partner_sort_parse("size", &sort, &reverse, NULL));
    sample_clear(&sample);
}

static guint n_of(World *world, PartnerQuery query)
{
    query.now = NOW;
    query.since = NOW - GIVE_TAKE_PERIOD;
    g_autoptr(GPtrArray) rows = cache_partner_rows(world->cache, &query, NULL);
    return rows->len;
}

static void words_trade_and_standing(void **state)
{
    World *world = *state;
    Sample sample;
    fill(world, &sample, 23, LEADS);
    guint counts[4] = { 0 };
    for (guint i = 0; i < 23; i++) {
        PartnerRow row = reckon(&sample, &sample.partner[i], NOW - GIVE_TAKE_PERIOD);
        counts[STANDING_ACTIVE] += !row.dormant;
        counts[STANDING_DORMANT] += row.dormant;
        counts[STANDING_LOW_GIVER] += row.low_giver;
    }
    for (int s = STANDING_ACTIVE; s <= STANDING_LOW_GIVER; s++)
        assert_int_equal(n_of(world, (PartnerQuery){ .standing = s }), counts[s]);
    assert_int_equal(n_of(world, (PartnerQuery){ .text = "partner 07" }), 1);
    assert_int_equal(n_of(world, (PartnerQuery){ .text = "artner" }), 0);
    assert_int_equal(n_of(world, (PartnerQuery){ .text = "p7@exam" }), 1);
    assert_int_equal(n_of(world, (PartnerQuery){ .text = "mortg" }), 6);
    assert_int_equal(n_of(world, (PartnerQuery){ .trade = "mortg" }), 6);
    assert_int_equal(n_of(world, (PartnerQuery){ .trade = "partner" }), 0);
    assert_int_equal(n_of(world, (PartnerQuery){ .trade = "mortg", .text = "company 1" }), 3);
    sample_clear(&sample);
}

/* Two given in twelve months and none received is a low giver (R26, R28); one given, or one received, is none. */
static void two_given_none_received(void **state)
{
    static const struct {
        guint gave, took;
        bool low;
    } cases[] = {
        { 0, 0, false }, { 1, 0, false }, { 2, 0, true }, { 5, 0, true }, { 5, 1, false }
    };
    World *world = *state;
    Referral leads[20] = { 0 };
    Partner partners[G_N_ELEMENTS(cases)] = { 0 };
    PageObject objects[20 + G_N_ELEMENTS(cases)];
    guint n_leads = 0, n = 0;
    for (guint c = 0; c < G_N_ELEMENTS(cases); c++) {
        partners[c] = sample_partner(c);
        objects[n++] = (PageObject){ "partner", false, partners[c].account, &partner_fields,
                                     &partners[c] };
        for (guint i = 0; i < cases[c].gave + cases[c].took; i++) {
            Referral *lead = &leads[n_leads];
            *lead = sample_referral(n_leads++);
            lead->box = i < cases[c].gave ? BOX_SENT : BOX_INBOX;
            (lead->box == BOX_SENT ? &lead->to : &lead->from)->account = partners[c].account;
            (lead->box == BOX_SENT ? &lead->from : &lead->to)->account = partner_id(9999);
            lead->sent_at = NOW - 100 * DAY - n_leads;
            objects[n++] = (PageObject){ "referral", false, lead->id, &referral_fields, lead };
        }
    }
    put(world, objects, n);
    for (guint c = 0; c < G_N_ELEMENTS(cases); c++) {
        PartnerQuery query = { .now = NOW, .since = NOW - GIVE_TAKE_PERIOD };
        PartnerRow *row = cache_partner_row(world->cache, &partners[c].account, &query, NULL);
        assert_int_equal(row->low_giver, cases[c].low);
        partner_row_free(row);
        fields_clear(&partner_fields, &partners[c]);
    }
    for (guint i = 0; i < n_leads; i++)
        fields_clear(&referral_fields, &leads[i]);
}

/* SQLite's steps for a list of one partner who passed so many leads in two years, and once got one, at their beginning. */
static gint64 steps_for(World *world, guint n)
{
    Partner partner = sample_partner(0);
    g_autofree Referral *leads = g_new0(Referral, n);
    g_autofree PageObject *objects = g_new0(PageObject, n + 1);
    objects[n] = (PageObject){ "partner", false, partner.account, &partner_fields, &partner };
    for (guint i = 0; i < n; i++) {
        leads[i] = sample_referral(i);
        leads[i].box = i == 0 ? BOX_SENT : BOX_INBOX;
        leads[i].from.account = i == 0 ? partner_id(9999) : partner.account;
        leads[i].to.account = i == 0 ? partner.account : partner_id(9999);
        leads[i].sent_at = NOW - 720 * DAY + i * (720 * DAY / n);
        objects[i] = (PageObject){ "referral", false, leads[i].id, &referral_fields, &leads[i] };
    }
    put(world, objects, n + 1);
    PartnerQuery query = { .now = NOW, .since = NOW - GIVE_TAKE_PERIOD };
    gint64 before = cache_work(world->cache);
    g_autoptr(GPtrArray) rows = cache_partner_rows(world->cache, &query, NULL);
    gint64 steps = cache_work(world->cache) - before;
    const PartnerRow *row = rows->pdata[0];
    assert_int_equal(row->last_gave_at, leads[0].sent_at);
    assert_int_equal(row->last_took_at, leads[n - 1].sent_at);
    for (guint i = 0; i < n; i++)
        fields_clear(&referral_fields, &leads[i]);
    fields_clear(&partner_fields, &partner);
    return steps;
}

/* But for the leads of one span at each end of the period. */
static void the_list_does_not_cost_leads(void **state)
{
    World *world = *state;
    gint64 few = steps_for(world, 200), many = steps_for(world, 2000);
    assert_in_range(many, 1, few + 1800);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        { "R26: give and take of any period is that of the leads", figures_are_those_of_the_leads,
          setup, teardown, NULL },
        { "no partners, no such partner", nobody_and_nothing, setup, teardown, NULL },
        { "the picker has the order of the list", the_picker_has_the_order_of_the_list, setup,
          teardown, NULL },
        { "by name, trade, balance and activity", orders_and_their_reverse, setup, teardown, NULL },
        { "R28: the inactive are found", words_trade_and_standing, setup, teardown, NULL },
        { "a list costs partners, not leads", the_list_does_not_cost_leads, setup, teardown, NULL },
        { "R26: two given, none received", two_given_none_received, setup, teardown, NULL },
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
