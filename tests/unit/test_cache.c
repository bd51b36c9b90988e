/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "client/cache.h"
#include "client/cache_row.h"
#include "client/cache_write.h"
#include "client/label.h"
#include "client/overlay.h"
#include "tests/unit/client_fixture.h"

typedef struct World {
    Home home;
    char *cache_path, *store_path;
    CacheWriter *writer;
    Cache *cache;
    Store *store;
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
    world->store = store_open(world->store_path, NULL);
    assert_non_null(world->writer);
    assert_non_null(world->cache);
    assert_non_null(world->store);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    World *world = *state;
    cache_close(world->cache);
    cache_writer_close(world->writer);
    store_close(world->store);
    home_remove(&world->home);
    g_free(world->cache_path);
    g_free(world->store_path);
    g_free(world);
    return 0;
}

/* ---- pages */

static void sync_page(World *world, const char *state, bool start, bool more,
                      const PageObject *objects, size_t n)
{
    g_autofree char *text = page_text(&scope, state, more, start || more, objects, n);
    PageJob job = { text, start };
    g_autoptr(GError) error = NULL;
    if (!cache_writer_tx(world->writer, write_feed_page, &job, &error))
        fail_msg("%s", error->message);
}

static void sync_samples(World *world, guint32 first, guint32 n, bool start, bool more)
{
    g_autofree Referral *referrals = g_new0(Referral, n);
    g_autofree PageObject *objects = g_new0(PageObject, n);
    for (guint32 i = 0; i < n; i++) {
        referrals[i] = sample_referral(first + i);
        objects[i] = (PageObject){ "referral", false, referrals[i].id, &referral_fields,
                                   &referrals[i] };
    }
    sync_page(world, "e1.0.5", start, more, objects, n);
    for (guint32 i = 0; i < n; i++)
        fields_clear(&referral_fields, &referrals[i]);
}

/* ---- lists */

static bool always(gpointer data)
{
    return true;
}

static bool never(gpointer data)
{
    return false;
}

/* The index of lists by client is not made by a first full sync, nor while somebody waits, but then. */
static void orders_are_made_when_nobody_waits(void **state)
{
    World *world = *state;
    static const LeadQuery by_client = { .box = BOX_INBOX, .sort = SORT_CLIENT };
    sync_samples(world, 0, 1500, true, false);
    g_autofree char *fresh = cache_explain(world->cache, &by_client, NULL);
    assert_null(strstr(fresh, "referral_client"));
    cache_writer_tidy(world->writer, always, NULL);
    g_autofree char *waited = cache_explain(world->cache, &by_client, NULL);
    assert_null(strstr(waited, "referral_client"));
    cache_writer_tidy(world->writer, never, NULL);
    g_autofree char *made = cache_explain(world->cache, &by_client, NULL);
    assert_non_null(strstr(made, "referral_client"));
}

static void lists_are_windows_in_order(void **state)
{
    World *world = *state;
    sync_samples(world, 0, 250, true, false);
    LeadQuery query = { .box = BOX_INBOX };
    gint64 n = 0;
    assert_true(cache_count(world->cache, &query, &n, NULL));
    assert_int_equal(n, 200);

    /* Down page by page, then up again: every lead once, newest first both ways. */
    g_autoptr(GArray) down = g_array_new(false, false, sizeof(LeadPos));
    LeadPos pos;
    for (bool first = true;; first = false) {
        g_autoptr(GPtrArray)
            rows = cache_leads(world->cache, &query, first ? NULL : &pos, true, 30, NULL);
        assert_non_null(rows);
        if (rows->len == 0)
            break;
        for (guint i = 0; i < rows->len; i++) {
            const LeadRow *row = g_ptr_array_index(rows, i);
            pos = (LeadPos){ row->sent_at, row->id };
            if (down->len > 0)
                assert_true(g_array_index(down, LeadPos, down->len - 1).sent_at > row->sent_at);
            gint64 rank = -1;
            assert_true(cache_rank(world->cache, &query, &pos, &rank, NULL));
            assert_int_equal(rank, down->len);
            g_array_append_val(down, pos);
        }
    }
    assert_int_equal(down->len, 200);
    g_autoptr(GPtrArray) end = cache_leads(world->cache, &query, NULL, false, 5, NULL);
    assert_int_equal(end->len, 5);
    for (guint i = 0; i < 5; i++)
        assert_true(uuid_equal(&((LeadRow *)g_ptr_array_index(end, i))->id,
                               &g_array_index(down, LeadPos, 195 + i).id));
    LeadPos at = g_array_index(down, LeadPos, 100);
    g_autoptr(GPtrArray) newer = cache_leads(world->cache, &query, &at, false, 10, NULL);
    assert_int_equal(newer->len, 10);
    assert_true(uuid_equal(&((LeadRow *)g_ptr_array_index(newer, 9))->id,
                           &g_array_index(down, LeadPos, 99).id));
}

static void filters_agree_with_a_scan(void **state)
{
    World *world = *state;
    sync_samples(world, 0, 200, true, false);
    Referral sample = sample_referral(1);
    const LeadQuery queries[] = {
        { .box = BOX_INBOX, .states = 1u << REFERRAL_SENT },
        { .box = BOX_INBOX, .states = 1u << REFERRAL_SENT | 1u << REFERRAL_CONFIRMED },
        { .box = BOX_INBOX, .states = 1u << REFERRAL_WON },
        { .box = BOX_INBOX, .waiting = true },
        { .box = BOX_INBOX, .partner = sample.from.account },
        { .box = BOX_INBOX, .partner = sample.from.account, .waiting = true },
        { .box = BOX_INBOX, .text = "boil malaga" },
        { .box = BOX_INBOX, .text = "anna17 bright" },
        { .box = BOX_INBOX, .text = "boiler", .partner = sample.from.account },
        { .box = BOX_INBOX, .text = "\"); DROP -- boiler*" },
        { .box = BOX_INBOX, .from = sample.sent_at + 20000, .to = sample.sent_at + 40000 },
        { .waiting = true },
        { 0 },
    };
    const int expected[] = { 160, 160, 0, 160, 53, 53, 40, 9, 53, 0, 16, 200, 200 };
    for (size_t i = 0; i < G_N_ELEMENTS(queries); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) rows = cache_leads(world->cache, &queries[i], NULL, true, 500, &error);
        if (!rows)
            fail_msg("query %zu: %s", i, error->message);
        gint64 n = -1;
        assert_true(cache_count(world->cache, &queries[i], &n, NULL));
        if ((int)rows->len != expected[i] || n != expected[i])
            fail_msg("query %zu: %u rows, count %d, expected %d", i, rows->len, (int)n,
                     expected[i]);
        for (guint r = 1; r < rows->len; r++)
            assert_true(((LeadRow *)g_ptr_array_index(rows, r - 1))->n >
                        ((LeadRow *)g_ptr_array_index(rows, r))->n);
    }
    fields_clear(&referral_fields, &sample);
}

static void hostile_text_is_clean_in_rows(void **state)
{
    World *world = *state;
    Referral bad = sample_referral(1);
    g_free(bad.lead.need);
    bad.lead.need = g_strdup("\x1b]0;owned\x07 need");
    PageObject object = { "referral", false, bad.id, &referral_fields, &bad };
    sync_page(world, "s", true, false, &object, 1);
    g_autoptr(GPtrArray)
        rows = cache_leads(world->cache, &(LeadQuery){ .box = BOX_INBOX }, NULL, true, 5, NULL);
    assert_int_equal(rows->len, 1);
    assert_null(strchr(((LeadRow *)g_ptr_array_index(rows, 0))->need, '\x1b'));
    fields_clear(&referral_fields, &bad);
}

static void same_millisecond_is_no_collision(void **state)
{
    World *world = *state;
    Referral two[2] = { sample_referral(1), sample_referral(1 + (1 << 20)) };
    two[1].sent_at = two[0].sent_at;
    PageObject objects[2] = { { "referral", false, two[0].id, &referral_fields, &two[0] },
                              { "referral", false, two[1].id, &referral_fields, &two[1] } };
    sync_page(world, "s", true, false, objects, 2);
    sync_page(world, "t", false, false, objects, 2);
    g_autoptr(GPtrArray) rows = cache_leads(world->cache, &(LeadQuery){ 0 }, NULL, true, 5, NULL);
    assert_int_equal(rows->len, 2);
    for (int i = 0; i < 2; i++)
        fields_clear(&referral_fields, &two[i]);
}

static void labels_and_prefixes_resolve(void **state)
{
    World *world = *state;
    sync_samples(world, 0, 20, true, false);
    Referral sample = sample_referral(7);
    char label[LABEL_SIZE], text[UUID_TEXT_SIZE];
    Uuid found;
    assert_true(cache_resolve(world->cache, lead_label(&sample.id, label), &found, NULL));
    assert_true(uuid_equal(&found, &sample.id));
    g_autofree char *lower = g_ascii_strdown(label + 2, -1);
    assert_true(cache_resolve(world->cache, lower, &found, NULL));
    assert_true(uuid_equal(&found, &sample.id));
    assert_true(cache_resolve(world->cache, uuid_format(&sample.id, text), &found, NULL));
    assert_true(uuid_equal(&found, &sample.id));
    g_autoptr(GError) several = NULL, none = NULL;
    assert_false(cache_resolve(world->cache, "0193", &found, &several));
    assert_true(problem_is(several, PROBLEM_BAD_INPUT));
    assert_false(cache_resolve(world->cache, "ffff", &found, &none));
    assert_true(problem_is(none, PROBLEM_NOT_FOUND));
    fields_clear(&referral_fields, &sample);
}

static void full_sync_sweeps_only_after_its_last_page(void **state)
{
    World *world = *state;
    sync_samples(world, 0, 40, true, false);
    sync_samples(world, 0, 10, true, true);
    gint64 n = 0;
    assert_true(cache_count(world->cache, &(LeadQuery){ 0 }, &n, NULL));
    assert_int_equal(n, 40);
    sync_samples(world, 10, 10, false, false);
    assert_true(cache_count(world->cache, &(LeadQuery){ 0 }, &n, NULL));
    assert_int_equal(n, 20);
    g_autoptr(GPtrArray)
        rows = cache_leads(world->cache, &(LeadQuery){ .text = "number30" }, NULL, true, 5, NULL);
    assert_int_equal(rows->len, 0);
}

/* ---- the rule: shown = server's object + live items, whatever the order of events */

static bool refresh_object(CacheWriter *writer, gpointer data, GError **error)
{
    return cache_refresh(writer, data, NULL, error);
}

static void add_item(World *world, const Uuid *object, OutboxKind kind, const char *body, gint64 at)
{
    OutboxItem item = {
        .op = uuid_new(),
        .key = uuid_new(),
        .unit = uuid_new(),
        .kind = kind,
        .object = *object,
        .method = (char *)"POST",
        .path = (char *)"/v1/referrals/x/act",
        .body = (char *)body,
        .title = (char *)"somebody",
        .created_at = at,
        .state = OUTBOX_WAITING,
    };
    assert_true(store_add(world->store, &item, 1, NULL));
}

static void check_rule(World *world, const Referral *server, bool exists)
{
    Referral expected = { 0 }, shown = { 0 };
    if (exists)
        fields_copy(&referral_fields, &expected, server);
    g_autoptr(GPtrArray) items = store_items_of(world->store, &server->id, NULL);
    for (guint i = 0; exists && i < items->len; i++)
        overlay_apply(&expected, g_ptr_array_index(items, i), NULL, NULL);
    bool found = cache_referral(world->cache, &server->id, &shown, NULL);
    assert_int_equal(found, exists);
    if (found && !fields_equal(&referral_fields, &expected, &shown))
        fail_msg("shown state %d verdict %d, expected %d %d (%u items)", shown.state, shown.verdict,
                 expected.state, expected.verdict, items->len);
    fields_clear(&referral_fields, &expected);
    fields_clear(&referral_fields, &shown);
}

static void check_counts(World *world)
{
    g_autoptr(GPtrArray) rows = cache_leads(world->cache, &(LeadQuery){ 0 }, NULL, true, 500, NULL);
    for (int s = REFERRAL_SENT; s <= REFERRAL_WITHDRAWN; s++) {
        gint64 n = 0, counted = 0;
        for (guint i = 0; i < rows->len; i++)
            n += ((LeadRow *)g_ptr_array_index(rows, i))->state == (ReferralState)s;
        assert_true(cache_count(world->cache, &(LeadQuery){ .states = 1u << s }, &counted, NULL));
        assert_int_equal(counted, n);
    }
}

/* Give and take with the party of a lead, since various times, is what adding up its leads one by one gives. */
static void check_give_take(World *world, const Uuid *party, gint64 first)
{
    static const int days[] = { -40000, -1, 0, 1, 13, 30, 60, 90 };
    LeadQuery query = { .partner = *party };
    g_autoptr(GPtrArray) rows = cache_leads(world->cache, &query, NULL, true, 500, NULL);
    for (size_t d = 0; d < G_N_ELEMENTS(days); d++) {
        gint64 since = first + days[d] * G_GINT64_CONSTANT(86400000);
        GiveTake expected = { 0 }, got = { 0 };
        for (guint i = 0; i < rows->len; i++) {
            const LeadRow *row = g_ptr_array_index(rows, i);
            if (row->sent_at >= since)
                give_take_add(&expected, BOX_INBOX, row->state, row->verdict, 1);
        }
        assert_true(cache_give_take(world->cache, party, since, &got, NULL));
        assert_memory_equal(&got, &expected, sizeof got);
    }
}

#define OBJECTS 6
static void random_events_keep_the_rule(void **state)
{
    World *world = *state;
    GRand *rand = g_rand_new_with_seed(20261124);
    Referral server[OBJECTS];
    bool exists[OBJECTS] = { false };
    for (guint32 i = 0; i < OBJECTS; i++) {
        server[i] = sample_referral(i * 5); /* all in the inbox */
        server[i].sent_at += i * G_GINT64_CONSTANT(17) * 86400000;
    }
    sync_page(world, "s", true, false, NULL, 0);
    for (int step = 0; step < 600; step++) {
        int at = g_rand_int_range(rand, 0, OBJECTS);
        Referral *object = &server[at];
        gint64 now = object->sent_at + step;
        g_autoptr(GPtrArray) items = store_items_of(world->store, &object->id, NULL);
        const OutboxItem *some = items->len ? g_ptr_array_index(
                                                  items, g_rand_int_range(rand, 0, (int)items->len))
                                            : NULL;
        switch (g_rand_int_range(rand, 0, 8)) {
        case 0: /* the server changes it */
            object->rev++;
            object->state = (ReferralState)g_rand_int_range(rand, REFERRAL_SENT,
                                                            REFERRAL_WITHDRAWN + 1);
            object->verdict = object->state >= REFERRAL_CONFIRMED &&
                                      object->state != REFERRAL_WITHDRAWN
                                  ? VERDICT_LEAD
                                  : 0;
            object->confirmed_at = object->verdict ? object->sent_at : 0;
            exists[at] = true;
            sync_page(world, "s", false, false,
                      &(PageObject){ "referral", false, object->id, &referral_fields, object }, 1);
            break;
        case 1:
            if (g_rand_int_range(rand, 0, 4) == 0) {
                exists[at] = false;
                sync_page(world, "s", false, false, &(PageObject){ "referral", true, object->id },
                          1);
            }
            break;
        case 2:
            add_item(world, &object->id, OUTBOX_PICK_UP, "{}", now);
            break;
        case 3:
            add_item(world, &object->id, OUTBOX_CONFIRM,
                     "{\"verdict\":\"lead\",\"message\":\"ta\"}", now);
            break;
        case 4:
            add_item(world, &object->id, OUTBOX_CONFIRM,
                     "{\"verdict\":\"not_a_lead\",\"reason_code\":\"no_need\"}", now);
            break;
        case 5:
            add_item(world, &object->id, OUTBOX_OUTCOME, "{\"outcome\":\"won\"}", now);
            break;
        case 6: /* undone, or answered and its object still to come */
            if (some)
                assert_true(store_delete(world->store, &some->op, 1, NULL));
            break;
        case 7:
            if (some) {
                OutboxItem changed = *some;
                changed.state = outbox_is_stopped(some->state) ? OUTBOX_WAITING : OUTBOX_FAILED;
                changed.problem = (char *)"referral-state";
                assert_true(store_set_states(world->store, &changed, 1, NULL));
            }
            break;
        }
        g_autoptr(GError) error = NULL;
        if (!cache_writer_tx(world->writer, refresh_object, &object->id, &error))
            fail_msg("step %d: %s", step, error->message);
        check_rule(world, object, exists[at]);
        check_counts(world);
        check_give_take(world, &object->from.account, server[0].sent_at);
    }
    for (int i = 0; i < OBJECTS; i++)
        fields_clear(&referral_fields, &server[i]);
    g_rand_free(rand);
}

/* ---- what is added to the outbox and taken out again leaves no trace */

/* All that can be read, as text. */
static char *snapshot(World *world)
{
    static const char *const searches[] = { "anna1", "boiler", "number2", "roof", "zoe" };
    GString *text = g_string_new(NULL);
    g_autoptr(GPtrArray) rows = cache_leads(world->cache, &(LeadQuery){ 0 }, NULL, true, 500, NULL);
    for (guint i = 0; i < rows->len; i++) {
        const LeadRow *row = g_ptr_array_index(rows, i);
        Referral referral;
        assert_true(cache_referral(world->cache, &row->id, &referral, NULL));
        g_string_append_printf(text, "%d ", row->pending);
        json_put_object(text, &referral_fields, &referral);
        fields_clear(&referral_fields, &referral);
        g_autoptr(GPtrArray) notes = cache_notes(world->cache, &row->id, NULL);
        for (guint n = 0; n < notes->len; n++)
            json_put_object(text, &note_fields, g_ptr_array_index(notes, n));
        g_string_append_c(text, '\n');
    }
    LeadCounts counts;
    assert_true(cache_counts(world->cache, &counts, NULL));
    g_string_append_printf(text, "%d %d %d %d %d\n", (int)counts.inbox, (int)counts.inbox_waiting,
                           (int)counts.inbox_new, (int)counts.sent, (int)counts.sent_waiting);
    for (size_t i = 0; i < G_N_ELEMENTS(searches); i++) {
        gint64 n = 0;
        assert_true(cache_count(world->cache, &(LeadQuery){ .text = searches[i] }, &n, NULL));
        g_string_append_printf(text, "%s %d\n", searches[i], (int)n);
    }
    return g_string_free(text, FALSE);
}

static void add_random(World *world, GRand *rand, const Uuid *notes, int n_notes)
{
    static const struct {
        OutboxKind kind;
        const char *body;
    } acts[] = {
        { OUTBOX_PICK_UP, NULL },
        { OUTBOX_CONFIRM, "{\"verdict\":\"lead\",\"message\":\"ta\"}" },
        { OUTBOX_CONFIRM, "{\"verdict\":\"not_a_lead\",\"reason_code\":\"no_need\"}" },
        { OUTBOX_OUTCOME, "{\"outcome\":\"won\"}" },
        { OUTBOX_WITHDRAW, NULL },
        { OUTBOX_NOTE, "{\"text\":\"mine\"}" },
        { OUTBOX_CREATE, "{\"to\":{\"account\":\"01930200-0000-7000-8000-000000000001\"},\"type\":"
                         "\"job\",\"contact\":{\"first_name\":\"Zoe\"},\"need\":\"Roof\","
                         "\"permission\":{\"given\":true}}" },
        { OUTBOX_CONFIRM, "{\"verdict\":" },
    };
    size_t act = (size_t)g_rand_int_range(rand, 0, G_N_ELEMENTS(acts));
    int which = g_rand_int_range(rand, 0, 12);
    Referral at = sample_referral((guint32)which);
    Uuid object = acts[act].kind == OUTBOX_CREATE ? uuid_new() : at.id;
    Uuid note = which < n_notes && g_rand_boolean(rand) ? notes[which] : uuid_new();
    char id[UUID_TEXT_SIZE];
    g_autofree char *path = g_strconcat("/v1/referrals/x/notes/", uuid_format(&note, id), NULL);
    OutboxItem item = {
        .op = uuid_new(),
        .key = uuid_new(),
        .unit = uuid_new(),
        .kind = acts[act].kind,
        .object = object,
        .method = (char *)"POST",
        .path = path,
        .body = (char *)acts[act].body,
        .title = (char *)"somebody",
        .created_at = at.sent_at + 7,
        .state = (OutboxState)g_rand_int_range(rand, OUTBOX_HELD, OUTBOX_PARKED + 1),
    };
    assert_true(store_add(world->store, &item, 1, NULL));
    assert_true(cache_writer_tx(world->writer, refresh_object, &object, NULL));
    fields_clear(&referral_fields, &at);
}

/* In any order, not only the newest first. */
static void drop_all(World *world, GRand *rand)
{
    for (;;) {
        g_autoptr(GPtrArray) items = store_items(world->store, 0, NULL);
        if (items->len == 0)
            return;
        OutboxItem *item = g_ptr_array_index(items, g_rand_int_range(rand, 0, (int)items->len));
        assert_true(store_delete(world->store, &item->op, 1, NULL));
        assert_true(cache_writer_tx(world->writer, refresh_object, &item->object, NULL));
    }
}

static void adding_and_dropping_is_identity(void **state)
{
    World *world = *state;
    GRand *rand = g_rand_new_with_seed(20261125);
    enum { NOTES = 4 };
    Note notes[NOTES];
    PageObject objects[NOTES];
    Uuid ids[NOTES];
    sync_samples(world, 0, 12, true, false);
    for (int i = 0; i < NOTES; i++) {
        Referral at = sample_referral((guint32)i);
        ids[i] = uuid_new();
        notes[i] = (Note){ ids[i], 3, at.sent_at, at.sent_at + 1, at.id, (char *)"theirs" };
        objects[i] = (PageObject){ "note", false, ids[i], &note_fields, &notes[i] };
        fields_clear(&referral_fields, &at);
    }
    sync_page(world, "n", false, false, objects, NOTES);
    g_autofree char *before = snapshot(world);
    for (int round = 0; round < 150; round++) {
        int n = g_rand_int_range(rand, 1, 12);
        for (int i = 0; i < n; i++)
            add_random(world, rand, ids, NOTES);
        drop_all(world, rand);
        g_autofree char *after = snapshot(world);
        if (strcmp(before, after) != 0)
            fail_msg("round %d left a trace", round);
    }
    g_rand_free(rand);
}

static gint64 found(World *world, const char *text)
{
    gint64 n = -1;
    assert_true(cache_count(world->cache, &(LeadQuery){ .text = text }, &n, NULL));
    return n;
}

static void a_changed_lead_is_found_by_its_new_words(void **state)
{
    World *world = *state;
    sync_samples(world, 0, 5, true, false);
    Referral lead = sample_referral(2);
    assert_int_equal(found(world, "number2"), 1);
    g_free(lead.lead.need);
    lead.lead.need = g_strdup("Greenhouse");
    lead.rev = 2;
    sync_page(world, "c", false, false,
              &(PageObject){ "referral", false, lead.id, &referral_fields, &lead }, 1);
    assert_int_equal(found(world, "number2"), 0);
    assert_int_equal(found(world, "green"), 1);
    sync_page(world, "d", false, false, &(PageObject){ "referral", true, lead.id }, 1);
    assert_int_equal(found(world, "green"), 0);
    assert_int_equal(found(world, "boiler"), 4);
    fields_clear(&referral_fields, &lead);
}

/* A note that the server deleted while it was being edited here is gone when the edit is. */
static void a_full_sync_sweeps_below_an_edit(void **state)
{
    World *world = *state;
    Referral at = sample_referral(0);
    Note note = { uuid_new(), 1, at.sent_at, at.sent_at, at.id, (char *)"theirs" };
    sync_samples(world, 0, 1, true, false);
    sync_page(world, "n", false, false,
              &(PageObject){ "note", false, note.id, &note_fields, &note }, 1);
    char id[UUID_TEXT_SIZE];
    g_autofree char *path = g_strconcat("/v1/referrals/x/notes/", uuid_format(&note.id, id), NULL);
    OutboxItem item = { .op = uuid_new(),
                        .key = uuid_new(),
                        .unit = uuid_new(),
                        .kind = OUTBOX_NOTE,
                        .object = at.id,
                        .method = (char *)"PUT",
                        .path = path,
                        .body = (char *)"{\"text\":\"mine\"}",
                        .title = (char *)"x",
                        .created_at = at.sent_at,
                        .state = OUTBOX_HELD };
    assert_true(store_add(world->store, &item, 1, NULL));
    assert_true(cache_writer_tx(world->writer, refresh_object, &at.id, NULL));
    sync_samples(world, 0, 1, true, false); /* without the note */
    g_autoptr(GPtrArray) edited = cache_notes(world->cache, &at.id, NULL);
    assert_int_equal(edited->len, 1);
    assert_true(store_delete(world->store, &item.op, 1, NULL));
    assert_true(cache_writer_tx(world->writer, refresh_object, &at.id, NULL));
    g_autoptr(GPtrArray) left = cache_notes(world->cache, &at.id, NULL);
    assert_int_equal(left->len, 0);
    fields_clear(&referral_fields, &at);
}

static bool refresh_all(CacheWriter *writer, gpointer data, GError **error)
{
    return cache_refresh_all(writer, error);
}

/* Store written, process gone before the cache was: the next start shows the edit. */
static void a_new_start_applies_the_outbox(void **state)
{
    World *world = *state;
    sync_samples(world, 0, 3, true, false);
    Referral sample = sample_referral(1);
    add_item(world, &sample.id, OUTBOX_CONFIRM, "{\"verdict\":\"lead\"}", sample.sent_at + 5);
    cache_writer_close(world->writer);
    world->writer = cache_writer_open(world->cache_path, world->store_path, NULL);
    assert_true(cache_writer_tx(world->writer, refresh_all, NULL, NULL));
    check_rule(world, &sample, true);
    fields_clear(&referral_fields, &sample);
}

static void created_and_noted_here_first(void **state)
{
    World *world = *state;
    sync_page(world, "s", true, false, NULL, 0);
    Uuid id = uuid_new();
    add_item(
        world, &id, OUTBOX_CREATE,
        "{\"to\":{\"account\":\"01930200-0000-7000-8000-000000000001\"},\"type\":\"job\","
        "\"contact\":{\"first_name\":\"Zoe\"},\"need\":\"Roof\",\"permission\":{\"given\":true}}",
        1700000000000);
    assert_true(cache_writer_tx(world->writer, refresh_object, &id, NULL));
    Referral shown = { 0 };
    assert_true(cache_referral(world->cache, &id, &shown, NULL));
    assert_int_equal(shown.box, BOX_SENT);
    assert_string_equal(shown.lead.contact.first_name, "Zoe");
    /* A full sync that does not know it yet leaves it alone. */
    sync_page(world, "s", true, false, NULL, 0);
    Referral again = { 0 };
    assert_true(cache_referral(world->cache, &id, &again, NULL));
    fields_clear(&referral_fields, &again);
    fields_clear(&referral_fields, &shown);
    /* Taken back: gone. */
    g_autoptr(GPtrArray) items = store_items_of(world->store, &id, NULL);
    assert_true(
        store_delete(world->store, &((OutboxItem *)g_ptr_array_index(items, 0))->op, 1, NULL));
    assert_true(cache_writer_tx(world->writer, refresh_object, &id, NULL));
    assert_false(cache_referral(world->cache, &id, &shown, NULL));
}

static void r116_whoever_is_outside_is_a_party_of_their_own(void **state)
{
    World *world = *state;
    const char *const bodies[] = {
        "{\"to\":{\"outside\":{\"name\":\"Ola\",\"email\":\"ola@els.example\"}},\"type\":\"job\","
        "\"contact\":{\"first_name\":\"Zoe\"},\"need\":\"Roof\",\"permission\":{\"given\":true,"
        "\"wording\":\"Yes\"}}",
        "{\"to\":{\"outside\":{\"name\":\"Ola "
        "N.\",\"email\":\"OLA@els.example\"}},\"type\":\"job\","
        "\"contact\":{\"first_name\":\"Yan\"},\"need\":\"Tap\",\"permission\":{\"given\":true}}",
        "{\"to\":{\"outside\":{\"name\":\"Ola\",\"email\":\"other@els.example\"}},\"type\":\"job\","
        "\"contact\":{\"first_name\":\"Xin\"},\"need\":\"Door\",\"permission\":{\"given\":true}}",
    };
    Uuid ids[G_N_ELEMENTS(bodies)], party[G_N_ELEMENTS(bodies)];
    sync_page(world, "s", true, false, NULL, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++) {
        Referral shown = { 0 };
        ids[i] = uuid_new();
        add_item(world, &ids[i], OUTBOX_CREATE, bodies[i], 1700000000000);
        assert_true(cache_writer_tx(world->writer, refresh_object, &ids[i], NULL));
        assert_true(cache_referral(world->cache, &ids[i], &shown, NULL));
        assert_true(referral_is_outside(&shown));
        assert_true(g_str_has_prefix(shown.to.name, "Ola"));
        assert_true(g_str_has_suffix(shown.to_email, "@els.example"));
        if (i == 0)
            assert_string_equal(shown.lead.permission.wording, "Yes");
        party[i] = lead_party_id(&shown);
        fields_clear(&referral_fields, &shown);
    }
    assert_false(uuid_is_nil(&party[0]));
    assert_true(uuid_equal(&party[0], &party[1])); /* the same address */
    assert_false(uuid_equal(&party[0], &party[2]));
    gint64 n = 0;
    const LeadQuery theirs = { .box = BOX_SENT, .partner = party[0] };
    assert_true(cache_count(world->cache, &theirs, &n, NULL));
    assert_int_equal(n, 2);
}

/* ---- news */

static guint n_arrivals(World *world)
{
    g_autoptr(GArray) ids = cache_arrivals(world->cache, NULL);
    assert_non_null(ids);
    return ids->len;
}

/* A page with one lead of the inbox in a state. */
static Uuid sync_lead(World *world, guint32 n, ReferralBox box, ReferralState lead_state,
                      bool start, bool more)
{
    Referral sample = sample_referral(n);
    sample.box = box;
    sample.state = lead_state;
    sample.verdict = 0;
    sample.rev += lead_state; /* later states come with later revisions */
    Uuid id = sample.id;
    PageObject object = { "referral", false, id, &referral_fields, &sample };
    sync_page(world, "s", start, more, &object, 1);
    fields_clear(&referral_fields, &sample);
    return id;
}

static bool forget(CacheWriter *writer, gpointer data, GError **error)
{
    return cache_forget_arrivals(writer, data, 1, error);
}

static bool fail_after_page(CacheWriter *writer, gpointer data, GError **error)
{
    write_feed_page(writer, data, NULL);
    return problem_set(error, PROBLEM_FAILED, "on purpose");
}

static bool wipe(CacheWriter *writer, gpointer data, GError **error)
{
    return cache_wipe(writer, error);
}

static void only_what_comes_later_is_news(void **state)
{
    World *world = *state;
    /* Not the first full sync, however many pages it has. */
    sync_lead(world, 1, BOX_INBOX, REFERRAL_SENT, true, true);
    sync_lead(world, 2, BOX_INBOX, REFERRAL_SENT, false, false);
    assert_int_equal(n_arrivals(world), 0);
    /* A new lead is; one that was opened elsewhere already, and one of our own, are not. */
    Uuid id = sync_lead(world, 3, BOX_INBOX, REFERRAL_SENT, false, false);
    sync_lead(world, 4, BOX_INBOX, REFERRAL_PICKED_UP, false, false);
    sync_lead(world, 5, BOX_SENT, REFERRAL_SENT, false, false);
    assert_int_equal(n_arrivals(world), 1);
    /* Changed, it is no other one; told, it is none. */
    sync_lead(world, 3, BOX_INBOX, REFERRAL_SENT, false, false);
    assert_int_equal(n_arrivals(world), 1);
    assert_true(cache_writer_tx(world->writer, forget, &id, NULL));
    assert_int_equal(n_arrivals(world), 0);
    sync_lead(world, 3, BOX_INBOX, REFERRAL_SENT, false, false);
    assert_int_equal(n_arrivals(world), 0);
    /* During another full sync what was not here before is. */
    sync_lead(world, 3, BOX_INBOX, REFERRAL_SENT, true, true);
    sync_lead(world, 6, BOX_INBOX, REFERRAL_SENT, false, false);
    assert_int_equal(n_arrivals(world), 1);
    /* Opened before anybody was told. */
    sync_lead(world, 6, BOX_INBOX, REFERRAL_PICKED_UP, false, false);
    assert_int_equal(n_arrivals(world), 0);
}

/* It is asked for after every push: what it costs depends on the news alone. */
static void news_are_found_without_reading_the_leads(void **state)
{
    World *world = *state;
    sync_samples(world, 0, 200, true, false);
    sync_lead(world, 300, BOX_INBOX, REFERRAL_SENT, false, false);
    gint64 before = cache_work(world->cache);
    assert_int_equal(n_arrivals(world), 1);
    assert_in_range(cache_work(world->cache) - before, 1, 200);
}

/* Written with the lead or not at all; another account's are not told here. */
static void news_is_of_one_piece_with_the_lead(void **state)
{
    World *world = *state;
    sync_page(world, "s", true, false, NULL, 0);
    Referral sample = sample_referral(7);
    sample.box = BOX_INBOX;
    sample.state = REFERRAL_SENT;
    PageObject object = { "referral", false, sample.id, &referral_fields, &sample };
    g_autofree char *text = page_text(&scope, "t", false, false, &object, 1);
    PageJob job = { text, false };
    assert_false(cache_writer_tx(world->writer, fail_after_page, &job, NULL));
    assert_int_equal(n_arrivals(world), 0);
    assert_true(cache_writer_tx(world->writer, write_feed_page, &job, NULL));
    assert_int_equal(n_arrivals(world), 1);
    assert_true(cache_writer_tx(world->writer, wipe, NULL, NULL));
    assert_true(cache_writer_tx(world->writer, write_feed_page, &job, NULL));
    assert_int_equal(n_arrivals(world), 0);
    fields_clear(&referral_fields, &sample);
}

/* ---- answers that come behind a newer page */

static gint64 rev_of_note(Cache *cache, const Uuid *id)
{
    Note note = { 0 };
    cache_server_note(cache, id, &note, NULL);
    gint64 rev = note.rev;
    fields_clear(&note_fields, &note);
    return rev;
}

static bool write_referral(CacheWriter *writer, gpointer data, GError **error)
{
    return cache_write_referral(writer, data, NULL, error);
}

static bool write_note(CacheWriter *writer, gpointer data, GError **error)
{
    return cache_write_note(writer, data, error);
}

static void answer(World *world, CacheWriteFunc write, gpointer object)
{
    g_autoptr(GError) error = NULL;
    if (!cache_writer_tx(world->writer, write, object, &error))
        fail_msg("%s", error->message);
}

static bool has_referral(World *world, const Uuid *id)
{
    Referral shown = { 0 };
    bool there = cache_referral(world->cache, id, &shown, NULL);
    fields_clear(&referral_fields, &shown);
    return there;
}

static guint notes_of(World *world, const Uuid *referral)
{
    g_autoptr(GPtrArray) notes = cache_notes(world->cache, referral, NULL);
    return notes->len;
}

static void an_old_answer_brings_nothing_back(void **state)
{
    World *world = *state;
    Referral referral = sample_referral(1);
    Note note = { .id = uuid_new(), .rev = 1, .referral = referral.id, .text = (char *)"mine" };
    PageObject there[] = { { "referral", false, referral.id, &referral_fields, &referral },
                           { "note", false, note.id, &note_fields, &note } };
    PageObject gone[] = { { "note", true, note.id }, { "referral", true, referral.id } };
    sync_page(world, "s1", true, false, there, 2);
    sync_page(world, "s2", false, false, gone, 2);
    answer(world, write_referral, &referral);
    answer(world, write_note, &note);
    assert_false(has_referral(world, &referral.id));
    assert_int_equal(notes_of(world, &referral.id), 0);
    /* The feed may: it is seen again. */
    sync_page(world, "s3", false, false, there, 2);
    assert_true(has_referral(world, &referral.id));
    assert_int_equal(notes_of(world, &referral.id), 1);
    answer(world, write_referral, &referral);
    assert_true(has_referral(world, &referral.id));
    /* Also with the note first: a server that was set back tells them in another order. */
    PageObject note_first[] = { there[1], there[0] };
    sync_page(world, "s4", false, false, gone, 2);
    sync_page(world, "s5", true, false, note_first, 2);
    assert_true(has_referral(world, &referral.id));
    assert_int_equal(notes_of(world, &referral.id), 1);
    fields_clear(&referral_fields, &referral);
}

static bool write_answered(CacheWriter *writer, gpointer data, GError **error)
{
    g_autoptr(GHashTable) done = g_hash_table_new(uuid_hash, uuid_equal_func);
    return cache_write_referral(writer, data, done, error);
}

static void check_sender(World *world, const Uuid *id, const char *name)
{
    Referral shown = { 0 };
    assert_true(cache_referral(world->cache, id, &shown, NULL));
    assert_string_equal(shown.from.name, name);
    fields_clear(&referral_fields, &shown);
}

/* Somebody's new name is in a page, and raises no rev; an answer from before it comes behind. */
static void an_old_answer_does_not_bring_an_old_name_back(void **state)
{
    World *world = *state;
    Referral older = sample_referral(1), newer = { 0 };
    fields_copy(&referral_fields, &newer, &older);
    g_free(newer.from.name);
    newer.from.name = g_strdup("Married Since");
    PageObject there[] = { { "referral", false, newer.id, &referral_fields, &newer } };
    sync_page(world, "s1", true, false, there, 1);
    answer(world, write_answered, &older);
    check_sender(world, &newer.id, "Married Since");
    /* What was done since is news, and so is any page. */
    older.rev++;
    answer(world, write_answered, &older);
    check_sender(world, &newer.id, older.from.name);
    newer.rev = older.rev;
    sync_page(world, "s2", false, false, there, 1);
    check_sender(world, &newer.id, "Married Since");
    fields_clear(&referral_fields, &older);
    fields_clear(&referral_fields, &newer);
}

static void an_old_answer_does_not_change_a_note_back(void **state)
{
    World *world = *state;
    Referral referral = sample_referral(1);
    Note newer = { .id = uuid_new(), .rev = 3, .referral = referral.id, .text = (char *)"new" };
    Note older = newer;
    older.rev = 2;
    older.text = (char *)"old";
    PageObject there[] = { { "referral", false, referral.id, &referral_fields, &referral },
                           { "note", false, newer.id, &note_fields, &newer } };
    sync_page(world, "s1", true, false, there, 2);
    answer(world, write_note, &older);
    assert_int_equal(rev_of_note(world->cache, &newer.id), 3);
    /* A server that was set back does. */
    there[1].data = &older;
    sync_page(world, "s2", true, false, there, 2);
    assert_int_equal(rev_of_note(world->cache, &newer.id), 2);
    fields_clear(&referral_fields, &referral);
}

static bool write_account(CacheWriter *writer, gpointer data, GError **error)
{
    return cache_write_account(writer, data, error);
}

static void the_account_is_kept_whole(void **state)
{
    World *world = *state;
    Account account = { .id = uuid_new(),
                        .rev = 2,
                        .created_at = 1000,
                        .updated_at = 2000,
                        .email = (char *)"me@example.org",
                        .name = (char *)"Me",
                        .state = ACCOUNT_ACTIVE };
    Account kept = { 0 };
    answer(world, write_account, &account);
    assert_true(cache_account(world->cache, &kept, NULL));
    assert_true(fields_equal(&account_fields, &account, &kept));
    fields_clear(&account_fields, &kept);
}

/* ---- the network */

static void profiles_and_invitations_are_kept_and_swept(void **state)
{
    World *world = *state;
    char *areas[] = { (char *)"Leeds", (char *)"York", NULL };
    Partner partner = { .account = uuid_new(),
                        .rev = 1,
                        .name = (char *)"Ben",
                        .since = 1,
                        .profile = { .headline = (char *)"Boilers",
                                     .areas = areas,
                                     .price_level = 2,
                                     .exclusive = true } };
    Invitation asked = { .id = uuid_new(),
                         .rev = 1,
                         .created_at = 5,
                         .updated_at = 5,
                         .direction = DIRECTION_RECEIVED,
                         .kind = INVITATION_REQUEST,
                         .from = { uuid_new(), (char *)"Cy", NULL },
                         .business_type = (char *)"plumber",
                         .via = INVITED_BY_PROFILE,
                         .state = INVITATION_INVITED,
                         .expires_at = 1000 };
    Invitation sent = asked;
    sent.id = uuid_new();
    sent.direction = DIRECTION_SENT;
    sent.state = INVITATION_DECLINED;
    sent.created_at = 9;
    PageObject page[] = { { "partner", false, partner.account, &partner_fields, &partner },
                          { "invitation", false, asked.id, &invitation_fields, &asked },
                          { "invitation", false, sent.id, &invitation_fields, &sent } };
    sync_page(world, "s1", true, false, page, 3);
    Partner kept = { 0 };
    Invitation found = { 0 };
    gint64 waiting = 0;
    assert_true(cache_partner(world->cache, &partner.account, &kept, NULL));
    assert_true(fields_equal(&partner_fields, &partner, &kept));
    fields_clear(&partner_fields, &kept);
    assert_true(cache_invitation(world->cache, &asked.id, &found, NULL));
    assert_true(fields_equal(&invitation_fields, &asked, &found));
    fields_clear(&invitation_fields, &found);
    g_autoptr(GPtrArray) all = cache_invitations(world->cache, 0, 10, NULL);
    assert_int_equal(all->len, 2);
    assert_true(uuid_equal(&((Invitation *)all->pdata[0])->id, &asked.id)); /* waits: first */
    g_autoptr(GPtrArray) mine = cache_invitations(world->cache, DIRECTION_SENT, 10, NULL);
    assert_int_equal(mine->len, 1);
    assert_true(cache_invitations_waiting(world->cache, 999, &waiting, NULL));
    assert_int_equal(waiting, 1);
    assert_true(cache_invitations_waiting(world->cache, 1000, &waiting, NULL));
    assert_int_equal(waiting, 0);
    /* What a full sync does not see goes, and what the feed takes away. */
    sync_page(world, "s2", true, false, page, 2);
    assert_false(cache_invitation(world->cache, &sent.id, &found, NULL));
    PageObject gone[] = { { "invitation", true, asked.id }, { "partner", true, partner.account } };
    sync_page(world, "s3", false, false, gone, 2);
    assert_false(cache_invitation(world->cache, &asked.id, &found, NULL));
    assert_false(cache_partner(world->cache, &partner.account, &kept, NULL));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(orders_are_made_when_nobody_waits),
        TEST(lists_are_windows_in_order),
        TEST(filters_agree_with_a_scan),
        TEST(hostile_text_is_clean_in_rows),
        TEST(same_millisecond_is_no_collision),
        TEST(labels_and_prefixes_resolve),
        TEST(full_sync_sweeps_only_after_its_last_page),
        TEST(random_events_keep_the_rule),
        TEST(a_new_start_applies_the_outbox),
        TEST(created_and_noted_here_first),
        TEST(adding_and_dropping_is_identity),
        TEST(r116_whoever_is_outside_is_a_party_of_their_own),
        TEST(a_full_sync_sweeps_below_an_edit),
        TEST(a_changed_lead_is_found_by_its_new_words),
        TEST(only_what_comes_later_is_news),
        TEST(news_are_found_without_reading_the_leads),
        TEST(news_is_of_one_piece_with_the_lead),
        TEST(an_old_answer_brings_nothing_back),
        TEST(an_old_answer_does_not_bring_an_old_name_back),
        TEST(an_old_answer_does_not_change_a_note_back),
        TEST(profiles_and_invitations_are_kept_and_swept),
        TEST(the_account_is_kept_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
