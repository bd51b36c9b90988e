/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server answers to acts in groups and at meetings, in the cache: an answer and the pages of the feed may overtake each
 * other, and an answer may be one that the server gave before the client was asked again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "client/cache_answers.h"
#include "client/cache_groups.h"
#include "client/cache_meetings.h"
#include "client/cache_private.h"
#include "client/cache_vetting.h"
#include "client/cache_write.h"
#include "tests/unit/client_fixture.h"

static const Uuid me = { .bytes = { 1, 1 } }, zoe = { .bytes = { 1, 2 } },
                  oak = { .bytes = { 2, 2 } }, meeting = { .bytes = { 3, 1 } },
                  fact = { .bytes = { 4, 1 } }, membership = { .bytes = { 5, 1 } };

typedef struct World {
    Home home;
    char *cache_path, *store_path;
    CacheWriter *writer;
    Cache *cache;
} World;

static bool write_me(CacheWriter *writer, gpointer data, GError **error)
{
    Account account = {
        .id = me, .rev = 1, .name = (char *)"Ann", .email = (char *)"ann@x.example"
    };
    return cache_write_account(writer, &account, error);
}

static void open_files(World *world)
{
    world->writer = cache_writer_open(world->cache_path, world->store_path, NULL);
    assert_non_null(world->writer);
    world->cache = cache_open(world->cache_path, NULL);
    assert_non_null(world->cache);
}

static void close_files(World *world)
{
    cache_close(world->cache);
    cache_writer_close(world->writer);
}

static void page(World *world, const Uuid *scope, bool start, const PageObject *objects, size_t n);

/* Ann is in a group, and an officer of it. */
static void join(World *world, bool start)
{
    Uuid officers = group_officers_scope(&oak);
    Scope scopes[] = { { .id = oak, .kind = SCOPE_GROUP, .role = (char *)"leader" },
                       { .id = officers, .kind = SCOPE_OFFICERS, .role = (char *)"leader" } };
    PageObject objects[] = { { "scope", false, oak, &scope_fields, &scopes[0] },
                             { "scope", false, officers, &scope_fields, &scopes[1] } };
    page(world, &me, start, objects, G_N_ELEMENTS(objects));
    page(world, &oak, start, NULL, 0);
    page(world, &officers, start, NULL, 0);
}

static void leave(World *world)
{
    PageObject objects[] = { { "scope", true, oak, NULL, NULL },
                             { "scope", true, group_officers_scope(&oak), NULL, NULL } };
    page(world, &me, false, objects, G_N_ELEMENTS(objects));
}

static int setup(void **state)
{
    World *world = g_new0(World, 1);
    home_make(&world->home);
    world->cache_path = home_path(&world->home, "cache.db");
    world->store_path = home_path(&world->home, "leads.db");
    open_files(world);
    assert_true(cache_writer_tx(world->writer, write_me, NULL, NULL));
    join(world, true);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    World *world = *state;
    close_files(world);
    home_remove(&world->home);
    g_free(world->cache_path);
    g_free(world->store_path);
    g_free(world);
    return 0;
}

/* ---- pages and answers */

static void page(World *world, const Uuid *scope, bool start, const PageObject *objects, size_t n)
{
    PageJob job = { page_text(scope, "e1.1.5", false, start, objects, n), start };
    g_autoptr(GError) error = NULL;
    if (!cache_writer_tx(world->writer, write_feed_page, &job, &error))
        fail_msg("%s", error->message);
    g_free(job.text);
}

typedef struct AnswerJob {
    OutboxKind kind;
    const FieldTable *fields;
    const void *object; /* NULL: nothing is answered */
    bool again;
} AnswerJob;

static bool write_answer(CacheWriter *writer, gpointer data, GError **error)
{
    const AnswerJob *job = data;
    g_autoptr(GString) text = g_string_new(NULL);
    if (job->object)
        json_put_object(text, job->fields, job->object);
    g_autoptr(JsonDoc) doc = job->object ? json_parse(text->str, text->len, error) : NULL;
    if (job->object && !doc)
        return false;
    const JsonNode *node = doc ? json_root(doc) : NULL;
    return cache_is_entry(job->kind)
               ? cache_write_entry(writer, job->kind, node, job->again, error)
               : cache_write_group_answer(writer, job->kind, &oak, node, job->again, error);
}

static void answer(World *world, OutboxKind kind, const FieldTable *fields, const void *object,
                   bool again)
{
    AnswerJob job = { kind, fields, object, again };
    g_autoptr(GError) error = NULL;
    if (!cache_writer_tx(world->writer, write_answer, &job, &error))
        fail_msg("%s", error->message);
}

static gint64 rows(World *world, const char *table)
{
    gint64 n = -1;
    assert_true(
        db_get_one_int(world->cache->db, NULL, &n, db_intern("SELECT count(*) FROM %s", table)));
    return n;
}

static MeetingSlip slip(gint64 rev, bool removed)
{
    return (MeetingSlip){ .id = fact,
                          .rev = rev,
                          .meeting = meeting,
                          .group = oak,
                          .input = { .from = me,
                                     .to = zoe,
                                     .need = (char *)"a boiler",
                                     .removed = removed,
                                     .entered_at = 1000 },
                          .entered_by = me };
}

static void answer_slip(World *world, gint64 rev, bool removed, bool again)
{
    MeetingSlip object = slip(rev, removed);
    answer(world, OUTBOX_SLIP, &meeting_slip_fields, &object, again);
}

static void page_slip(World *world, bool deleted)
{
    MeetingSlip object = slip(1, false);
    PageObject objects[] = { { "slip", deleted, fact, &meeting_slip_fields, &object } };
    page(world, &oak, false, objects, 1);
}

/* ---- the tests */

static void an_answer_is_seen_at_once(void **state)
{
    World *world = *state;
    answer_slip(world, 1, false, false);
    assert_int_equal(rows(world, "slip"), 1);
}

static void what_was_taken_back_leaves_with_its_answer(void **state)
{
    World *world = *state;
    answer_slip(world, 1, false, false);
    answer_slip(world, 2, true, false);
    assert_int_equal(rows(world, "slip"), 0);
    answer_slip(world, 2, true, false); /* the feed had told it before */
    assert_int_equal(rows(world, "slip"), 0);
}

static void what_the_feed_took_away_does_not_come_back(void **state)
{
    World *world = *state;
    page_slip(world, false);
    page_slip(world, true);
    answer_slip(world, 1, false, false);
    assert_int_equal(rows(world, "slip"), 0);
    page_slip(world, false); /* the feed brings it back: it was entered anew */
    assert_int_equal(rows(world, "slip"), 1);
    answer_slip(world, 2, false, false);
    assert_int_equal(rows(world, "slip"), 1);
}

static void nor_what_a_full_sync_did_not_see(void **state)
{
    World *world = *state;
    page_slip(world, false);
    page(world, &oak, true, NULL, 0);
    assert_int_equal(rows(world, "slip"), 0);
    answer_slip(world, 1, false, false);
    assert_int_equal(rows(world, "slip"), 0);
}

/* The program ended in between, and knows of nothing that was taken away. */
static void nor_by_an_answer_from_long_ago(void **state)
{
    World *world = *state;
    page_slip(world, false);
    page_slip(world, true);
    close_files(world);
    open_files(world);
    answer_slip(world, 1, false, true);
    assert_int_equal(rows(world, "slip"), 0);
    page_slip(world, false);
    answer_slip(world, 2, false, true); /* of a row that is there it tells more */
    gint64 rev = 0;
    assert_true(db_get_one_int(world->cache->db, NULL, &rev, "SELECT rev FROM slip"));
    assert_int_equal(rev, 2);
}

static Member member(void)
{
    return (Member){ .id = membership,
                     .rev = 2,
                     .group = oak,
                     .account = zoe,
                     .name = (char *)"Zoe",
                     .role = ROLE_TREASURER };
}

/* R18 */
static void of_a_scope_that_was_left_nothing_is_taken(void **state)
{
    World *world = *state;
    Member given = member();
    MembershipRequest request = { .id = fact, .rev = 2, .group = oak, .state = REQUEST_DECLINED };
    answer(world, OUTBOX_ROLE, &member_fields, &given, false);
    assert_int_equal(rows(world, "member"), 1);
    leave(world);
    assert_int_equal(rows(world, "member"), 0);
    answer(world, OUTBOX_ROLE, &member_fields, &given, false);
    answer(world, OUTBOX_REFUSE, &membership_request_fields, &request, false);
    answer_slip(world, 1, false, false);
    assert_int_equal(rows(world, "member"), 0);
    assert_int_equal(rows(world, "membership_request"), 0);
    assert_int_equal(rows(world, "slip"), 0);
}

static void who_leaves_has_nothing_of_it_at_once(void **state)
{
    World *world = *state;
    page_slip(world, false);
    answer(world, OUTBOX_LEAVE, NULL, NULL, false);
    assert_int_equal(rows(world, "slip"), 0);
    assert_int_equal(rows(world, "scope"), 0);
}

/* They left, were let in again, and only now is it heard that they left. */
static void who_is_in_again_stays_in(void **state)
{
    World *world = *state;
    leave(world);
    join(world, true);
    page_slip(world, false);
    answer(world, OUTBOX_LEAVE, NULL, NULL, false);
    assert_int_equal(rows(world, "scope"), 2);
    assert_int_equal(rows(world, "slip"), 1);
    close_files(world);
    open_files(world);
    answer(world, OUTBOX_LEAVE, NULL, NULL, true);
    assert_int_equal(rows(world, "scope"), 2);
    assert_int_equal(rows(world, "slip"), 1);
}

/* ---- reading what officers know */

static void concerns_and_vetting_about_everybody(void **state)
{
    World *world = *state;
    Uuid officers = group_officers_scope(&oak);
    Concern concerns[2] = {
        { .id = { .bytes = { 6, 1 } }, .rev = 1, .group = oak, .about.account = zoe },
        { .id = { .bytes = { 6, 2 } }, .rev = 1, .group = oak, .about.account = me },
    };
    Vetting check = { .id = { .bytes = { 7, 1 } }, .rev = 1, .group = oak, .input.account = zoe };
    concerns[0].state = concerns[1].state = CONCERN_OPEN;
    PageObject objects[] = { { "concern", false, concerns[0].id, &concern_fields, &concerns[0] },
                             { "concern", false, concerns[1].id, &concern_fields, &concerns[1] },
                             { "vetting", false, check.id, &vetting_fields, &check } };
    page(world, &officers, false, objects, G_N_ELEMENTS(objects));
    g_autoptr(GPtrArray) all = cache_concerns(world->cache, &oak, NULL, NULL);
    g_autoptr(GPtrArray) about_me = cache_concerns(world->cache, &oak, &me, NULL);
    g_autoptr(GPtrArray) vetted = cache_vetting(world->cache, &oak, NULL, NULL);
    g_autoptr(GPtrArray) vetted_me = cache_vetting(world->cache, &oak, &me, NULL);
    assert_int_equal(all->len, 2);
    assert_int_equal(about_me->len, 1);
    assert_int_equal(vetted->len, 1);
    assert_int_equal(vetted_me->len, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_answer_is_seen_at_once),
        TEST(what_was_taken_back_leaves_with_its_answer),
        TEST(what_the_feed_took_away_does_not_come_back),
        TEST(nor_what_a_full_sync_did_not_see),
        TEST(nor_by_an_answer_from_long_ago),
        TEST(of_a_scope_that_was_left_nothing_is_taken),
        TEST(who_leaves_has_nothing_of_it_at_once),
        TEST(who_is_in_again_stays_in),
        TEST(concerns_and_vetting_about_everybody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
