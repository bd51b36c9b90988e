/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/unit.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "client/store.h"
#include "tests/unit/client_fixture.h"

typedef struct World {
    Home home;
    char *path;
    Store *store;
} World;

static int setup(void **state)
{
    World *world = g_new0(World, 1);
    home_make(&world->home);
    world->path = home_path(&world->home, "leads.db");
    world->store = store_open(world->path, NULL);
    assert_non_null(world->store);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    World *world = *state;
    store_close(world->store);
    home_remove(&world->home);
    g_free(world->path);
    g_free(world);
    return 0;
}

static Uuid id_of(guint8 n)
{
    return (Uuid){ .bytes = { 1, n } };
}

static OutboxItem item_of(guint8 n, OutboxState state)
{
    return (OutboxItem){
        .op = id_of(n),
        .key = id_of((guint8)(n + 100)),
        .unit = id_of(n),
        .kind = OUTBOX_CONFIRM,
        .object = id_of((guint8)(n + 50)),
        .method = (char *)"POST",
        .path = (char *)"/v1/referrals/x/confirm",
        .body = (char *)"{}",
        .title = (char *)"Bright & Co",
        .created_at = 1000,
        .hold_until = state == OUTBOX_HELD ? 5000 : 0,
        .state = state,
    };
}

static void add(World *world, guint8 n, OutboxState state)
{
    OutboxItem item = item_of(n, state);
    assert_true(store_add(world->store, &item, 1, NULL));
}

static OutboxItem get(World *world, guint8 n)
{
    OutboxItem item = { 0 };
    Uuid op = id_of(n);
    assert_true(store_item(world->store, &op, &item, NULL));
    return item;
}

static OutboxState state_of(World *world, guint8 n)
{
    OutboxItem item = get(world, n);
    OutboxState state = item.state;
    fields_clear(&outbox_fields, &item);
    return state;
}

static void everything_comes_back(void **state)
{
    World *world = *state;
    OutboxItem item = item_of(1, OUTBOX_HELD);
    item.account = id_of(7);
    item.if_match = 3;
    item.next_at = 9;
    item.attempts = 2;
    item.problem = (char *)"throttled";
    item.detail = (char *)"wait \xC3\xA9";
    assert_true(store_add(world->store, &item, 1, NULL));
    store_close(world->store);
    world->store = store_open(world->path, NULL);
    OutboxItem back = get(world, 1);
    assert_true(fields_equal(&outbox_fields, &item, &back));
    assert_int_equal(back.n, 1);
    fields_clear(&outbox_fields, &back);
}

static void all_of_a_unit_or_none(void **state)
{
    World *world = *state;
    OutboxItem items[] = { item_of(1, OUTBOX_HELD), item_of(2, OUTBOX_HELD),
                           item_of(1, OUTBOX_HELD) };
    assert_false(store_add(world->store, items, 3, NULL)); /* the third has the id of the first */
    OutboxCounts counts;
    assert_true(store_counts(world->store, &counts, NULL, NULL));
    assert_int_equal(counts.held, 0);
    assert_true(store_add(world->store, items, 2, NULL));
    g_autoptr(GPtrArray) all = store_items(world->store, 0, NULL);
    assert_int_equal(all->len, 2);
    assert_int_equal(((OutboxItem *)g_ptr_array_index(all, 1))->n, 2);
}

/* Every state: may it be claimed, before and after the end of its hold? */
static void claiming(void **state)
{
    static const struct {
        OutboxState from;
        gint64 now;
        bool claimed;
    } rows[] = {
        { OUTBOX_HELD, 4999, false },   { OUTBOX_HELD, 5000, true },
        { OUTBOX_WAITING, 0, true },    { OUTBOX_SENDING, 0, true },
        { OUTBOX_FAILED, 9999, false }, { OUTBOX_CONFLICT, 9999, false },
        { OUTBOX_PARKED, 9999, false },
    };
    World *world = *state;
    for (guint8 i = 0; i < G_N_ELEMENTS(rows); i++) {
        Uuid op = id_of(i);
        bool claimed = !rows[i].claimed;
        add(world, i, rows[i].from);
        assert_true(store_claim(world->store, &op, 1, rows[i].now, &claimed, NULL));
        assert_int_equal(claimed, rows[i].claimed);
        OutboxItem item = get(world, i);
        assert_int_equal(item.state, claimed ? OUTBOX_SENDING : rows[i].from);
        assert_int_equal(item.attempts, claimed);
        fields_clear(&outbox_fields, &item);
    }
    Uuid gone = id_of(99);
    bool claimed = true;
    assert_true(store_claim(world->store, &gone, 1, 9999, &claimed, NULL));
    assert_false(claimed);
}

static void undo_and_claim_exclude_each_other(void **state)
{
    World *world = *state;
    add(world, 1, OUTBOX_HELD);
    bool claimed = false;
    Uuid op = id_of(1);
    g_autoptr(Store) other = store_open(world->path, NULL);
    assert_true(store_claim(other, &op, 1, 5000, &claimed, NULL));
    assert_true(claimed);
    g_autoptr(GPtrArray) taken = store_take_held_unit(world->store, NULL);
    assert_int_equal(taken->len, 0);
    add(world, 2, OUTBOX_HELD);
    g_autoptr(GPtrArray) two = store_take_held_unit(world->store, NULL);
    assert_int_equal(two->len, 1);
    Uuid second = id_of(2);
    assert_true(store_claim(other, &second, 1, 9999, &claimed, NULL));
    assert_false(claimed);
}

static void undo_takes_the_newest_unit(void **state)
{
    World *world = *state;
    OutboxItem items[] = { item_of(2, OUTBOX_HELD), item_of(3, OUTBOX_HELD) };
    items[1].unit = items[0].unit;
    add(world, 1, OUTBOX_HELD);
    assert_true(store_add(world->store, items, 2, NULL));
    add(world, 4, OUTBOX_WAITING);
    g_autoptr(GPtrArray) first = store_take_held_unit(world->store, NULL);
    assert_int_equal(first->len, 2);
    g_autoptr(GPtrArray) second = store_take_held_unit(world->store, NULL);
    assert_int_equal(second->len, 1);
    g_autoptr(GPtrArray) third = store_take_held_unit(world->store, NULL);
    assert_int_equal(third->len, 0);
    assert_int_equal(state_of(world, 4), OUTBOX_WAITING);
}

/* What stopped begins anew, what only waits is the same request still. */
static void a_retry_after_a_refusal_is_another_request(void **state)
{
    static const OutboxState states[] = { OUTBOX_WAITING, OUTBOX_FAILED, OUTBOX_CONFLICT,
                                          OUTBOX_PARKED };
    World *world = *state;
    for (guint8 i = 0; i < G_N_ELEMENTS(states); i++) {
        bool stopped = states[i] != OUTBOX_WAITING;
        OutboxItem item = item_of(i, states[i]);
        item.attempts = 3;
        item.if_match = 4;
        item.next_at = 77;
        item.problem = (char *)"validation";
        assert_true(store_add(world->store, &item, 1, NULL));
        assert_true(store_retry(world->store, &item, 1, 2000, NULL));
        OutboxItem back = get(world, i);
        assert_int_equal(back.state, OUTBOX_WAITING);
        assert_int_equal(back.next_at, 0);
        assert_true(!back.problem || !*back.problem);
        assert_int_equal(uuid_equal(&back.key, &item.key), !stopped);
        assert_int_equal(back.attempts, stopped ? 0 : 3);
        assert_int_equal(back.if_match, stopped ? 0 : 4);
        assert_int_equal(back.created_at, stopped ? 2000 : 1000);
        fields_clear(&outbox_fields, &back);
    }
    OutboxItem sending = item_of(9, OUTBOX_SENDING);
    add(world, 9, OUTBOX_SENDING);
    assert_true(store_retry(world->store, &sending, 1, 2000, NULL));
    assert_int_equal(state_of(world, 9), OUTBOX_SENDING);
}

/* Several at once: each is told apart. */
static void a_batch_is_claimed_together(void **state)
{
    World *world = *state;
    Uuid ops[3] = { id_of(1), id_of(2), id_of(3) };
    bool claimed[3] = { false, true, false };
    add(world, 1, OUTBOX_WAITING);
    add(world, 2, OUTBOX_FAILED);
    add(world, 3, OUTBOX_WAITING);
    assert_true(store_claim(world->store, ops, 3, 0, claimed, NULL));
    assert_true(claimed[0] && !claimed[1] && claimed[2]);
    assert_int_equal(state_of(world, 3), OUTBOX_SENDING);
}

static void an_item_is_written_over_only_as_it_was_read(void **state)
{
    World *world = *state;
    add(world, 1, OUTBOX_WAITING);
    OutboxItem item = get(world, 1);
    g_free(item.body);
    item.body = g_strdup("{\"text\":\"other\"}");
    bool done = true;
    assert_true(store_rewrite(world->store, &item, OUTBOX_FAILED, &done, NULL));
    assert_false(done);
    assert_true(store_rewrite(world->store, &item, OUTBOX_WAITING, &done, NULL));
    assert_true(done);
    OutboxItem back = get(world, 1);
    assert_true(fields_equal(&outbox_fields, &item, &back));
    assert_true(store_delete(world->store, &item.op, 1, NULL));
    assert_true(store_rewrite(world->store, &item, OUTBOX_WAITING, &done, NULL));
    assert_false(done); /* what was taken back does not come again */
    g_autoptr(GPtrArray) all = store_items(world->store, 0, NULL);
    assert_int_equal(all->len, 0);
    fields_clear(&outbox_fields, &item);
    fields_clear(&outbox_fields, &back);
}

static void what_is_dropped_is_logged_and_can_come_back(void **state)
{
    World *world = *state;
    OutboxItem item = item_of(1, OUTBOX_FAILED), other = item_of(2, OUTBOX_WAITING);
    item.attempts = 5;
    item.problem = (char *)"validation";
    item.if_match = 3;
    assert_true(store_add(world->store, &item, 1, NULL));
    assert_true(store_add(world->store, &other, 1, NULL));
    assert_true(store_drop(world->store, &item, 1, "wrong lead", 5000, NULL));
    g_autoptr(GPtrArray) log = store_dropped(world->store, NULL);
    assert_int_equal(log->len, 1);
    const DroppedItem *dropped = g_ptr_array_index(log, 0);
    assert_string_equal(dropped->reason, "wrong lead");
    assert_int_equal(dropped->dropped_at, 5000);
    assert_string_equal(dropped->item.title, "Bright & Co");
    assert_string_equal(dropped->item.problem, "validation");
    Uuid object;
    assert_true(store_take_back(world->store, &item.op, 6000, &object, NULL));
    assert_true(uuid_equal(&object, &item.object));
    OutboxItem back = get(world, 1);
    assert_int_equal(back.state, OUTBOX_WAITING);
    assert_int_equal(back.n, 3);
    assert_int_equal(back.attempts + back.if_match, 0);
    assert_int_equal(back.created_at, 6000);
    assert_false(uuid_equal(&back.key, &item.key));
    fields_clear(&outbox_fields, &back);
    g_autoptr(GPtrArray) empty = store_dropped(world->store, NULL);
    assert_int_equal(empty->len, 0);
    g_autoptr(GError) error = NULL;
    assert_false(store_take_back(world->store, &item.op, 6000, &object, &error));
    assert_true(problem_is(error, PROBLEM_NOT_FOUND));
}

static void the_log_of_dropped_items_ends(void **state)
{
    World *world = *state;
    OutboxItem old = item_of(1, OUTBOX_FAILED), new = item_of(2, OUTBOX_FAILED);
    assert_true(store_log_dropped(world->store, &old, "long ago", 1000, NULL));
    assert_true(store_log_dropped(world->store, &new, "now", 1000 + DROPPED_KEPT, NULL));
    g_autoptr(GPtrArray) both = store_dropped(world->store, NULL);
    assert_int_equal(both->len, 2);
    assert_true(store_log_dropped(world->store, &new, "now", 1001 + DROPPED_KEPT, NULL));
    g_autoptr(GPtrArray) one = store_dropped(world->store, NULL);
    assert_int_equal(one->len, 1);
}

/* A change made to what a dropped one would have made is one of what that was made to. */
static void a_change_after_a_dropped_one(void **state)
{
    World *world = *state;
    OutboxItem items[] = { item_of(1, OUTBOX_WAITING), item_of(2, OUTBOX_WAITING),
                           item_of(3, OUTBOX_WAITING) };
    for (int i = 0; i < 3; i++) {
        items[i].kind = OUTBOX_NOTE;
        items[i].path = (char *)"/v1/referrals/x/notes/y";
        items[i].base = (char *)(i == 0 ? "{\"text\":\"a\"}" : "{\"text\":\"b\"}");
        items[i].if_match = i == 0 ? 7 : 0;
        assert_true(store_add(world->store, &items[i], 1, NULL));
    }
    assert_true(store_drop(world->store, &items[0], 1, "", 5000, NULL));
    OutboxItem second = get(world, 2), third = get(world, 3);
    assert_string_equal(second.base, "{\"text\":\"a\"}");
    assert_int_equal(second.if_match, 7);
    assert_string_equal(third.base, "{\"text\":\"b\"}");
    assert_int_equal(third.if_match, 0);
    fields_clear(&outbox_fields, &second);
    fields_clear(&outbox_fields, &third);
}

static void dropping_a_lead_drops_what_was_done_to_it(void **state)
{
    World *world = *state;
    OutboxItem create = item_of(1, OUTBOX_FAILED), note = item_of(2, OUTBOX_WAITING);
    create.kind = OUTBOX_CREATE;
    note.kind = OUTBOX_NOTE;
    note.object = create.object;
    assert_true(store_add(world->store, &create, 1, NULL));
    assert_true(store_add(world->store, &note, 1, NULL));
    add(world, 3, OUTBOX_WAITING);
    assert_true(store_drop(world->store, &create, 1, "not now", 5000, NULL));
    g_autoptr(GPtrArray) left = store_items(world->store, 0, NULL);
    assert_int_equal(left->len, 1);
    g_autoptr(GPtrArray) log = store_dropped(world->store, NULL);
    assert_int_equal(log->len, 2);
}

static void release_recover_and_counts(void **state)
{
    World *world = *state;
    for (guint8 i = OUTBOX_HELD; i <= OUTBOX_PARKED; i++)
        add(world, i, (OutboxState)i);
    OutboxCounts counts;
    gint64 hold_until = 0;
    assert_true(store_counts(world->store, &counts, &hold_until, NULL));
    assert_int_equal(counts.held, 1);
    assert_int_equal(counts.waiting, 2);
    assert_int_equal(counts.failed, 1);
    assert_int_equal(counts.conflict, 1);
    assert_int_equal(counts.parked, 1);
    assert_int_equal(hold_until, 5000);
    assert_true(store_recover(world->store, NULL));
    assert_int_equal(state_of(world, OUTBOX_SENDING), OUTBOX_WAITING);
    clock_freeze(3000);
    assert_true(store_release(world->store, NULL));
    clock_freeze(0);
    OutboxItem held = get(world, OUTBOX_HELD);
    assert_int_equal(held.hold_until, 3000);
    fields_clear(&outbox_fields, &held);
}

static void another_process_is_noticed(void **state)
{
    World *world = *state;
    gint64 before = store_data_version(world->store);
    add(world, 1, OUTBOX_WAITING);
    assert_int_equal(store_data_version(world->store), before);
    g_autoptr(Store) other = store_open(world->path, NULL);
    Uuid op = id_of(1);
    assert_true(store_delete(other, &op, 1, NULL));
    assert_int_not_equal(store_data_version(world->store), before);
}

static void drafts(void **state)
{
    World *world = *state;
    assert_null(store_draft(world->store, "a", NULL));
    assert_true(store_set_draft(world->store, "a", "one", NULL));
    assert_true(store_set_draft(world->store, "a", "two \xE6\xA8\xAA", NULL));
    g_autofree char *text = store_draft(world->store, "a", NULL);
    assert_string_equal(text, "two \xE6\xA8\xAA");
    assert_true(store_set_draft(world->store, "a", NULL, NULL));
    assert_null(store_draft(world->store, "a", NULL));
}

/* ---- files */

static void the_file_is_private(void **state)
{
    World *world = *state;
    struct stat st;
    assert_int_equal(g_stat(world->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void a_damaged_file_is_named(void **state)
{
    World *world = *state;
    g_autofree char *path = home_path(&world->home, "damaged.db");
    g_autoptr(GError) error = NULL;
    assert_true(
        g_file_set_contents(path, "SQLite format 3\0 but no more than that..........", 48, NULL));
    assert_null(store_open(path, &error));
    assert_true(problem_is(error, PROBLEM_DATABASE_CORRUPT));
    assert_non_null(strstr(error->message, path));
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL)); /* left as it was */
    assert_true(g_str_has_prefix(text, "SQLite format 3"));
}

static void a_place_that_cannot_be_written_is_named(void **state)
{
    g_autoptr(GError) error = NULL;
    assert_null(store_open("/proc/no/leads.db", &error));
    assert_true(problem_is(error, PROBLEM_CANNOT_CREATE));
    assert_non_null(strstr(error->message, "/proc/no/leads.db"));
}

/* A limit on the size of files does what a full disk does: the action is refused, nothing of it stays, and what was
 * there is still there. */
static void a_full_disk_loses_nothing(void **state)
{
    World *world = *state;
    add(world, 1, OUTBOX_WAITING);
    struct stat st;
    assert_int_equal(g_stat(world->path, &st), 0);
    struct rlimit before, full;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    full = before;
    full.rlim_cur = (rlim_t)st.st_size;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
    g_autofree char *large = g_strnfill(200000, 'x');
    OutboxItem item = item_of(2, OUTBOX_HELD);
    item.body = large;
    g_autoptr(GError) error = NULL;
    bool ok = store_add(world->store, &item, 1, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, handler);
    assert_false(ok);
    assert_non_null(strstr(error->message, world->path));
    g_autoptr(GPtrArray) items = store_items(world->store, 0, NULL);
    assert_int_equal(items->len, 1);
    assert_true(store_add(world->store, &item, 1, NULL)); /* there is room again */
}

static void what_comes_back(void **state)
{
    World *world = *state;
    Uuid one = id_of(1), two = id_of(2);
    assert_true(store_snooze(world->store, &one, 9000, NULL));
    assert_true(store_snooze(world->store, &two, 5000, NULL));
    assert_true(store_snooze_told(world->store, &one, NULL));
    g_autoptr(GArray) both = store_snoozes(world->store, NULL);
    assert_int_equal(both->len, 2);
    const Snooze *first = &g_array_index(both, Snooze, 0), *second = first + 1;
    assert_true(uuid_equal(&first->referral, &two) && first->until == 5000 && !first->told);
    assert_true(uuid_equal(&second->referral, &one) && second->until == 9000 && second->told);
    /* Put off again it is told of again. */
    assert_true(store_snooze(world->store, &one, 4000, NULL));
    assert_true(store_unsnooze(world->store, &two, NULL));
    g_autoptr(GArray) again = store_snoozes(world->store, NULL);
    assert_int_equal(again->len, 1);
    first = &g_array_index(again, Snooze, 0);
    assert_true(uuid_equal(&first->referral, &one) && first->until == 4000 && !first->told);
}

static void named_times(void **state)
{
    World *world = *state;
    g_autoptr(Store) other = store_open(world->path, NULL);
    assert_int_equal(store_moment(world->store, "dnd"), 0);
    assert_true(store_set_moment(world->store, "dnd", 7000, NULL));
    assert_true(store_set_moment(world->store, "dnd", 8000, NULL));
    assert_int_equal(store_moment(other, "dnd"), 8000);
    assert_int_equal(store_moment(other, "else"), 0);
    assert_true(store_set_moment(other, "dnd", 0, NULL));
    assert_int_equal(store_moment(world->store, "dnd"), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(everything_comes_back),
        TEST(all_of_a_unit_or_none),
        TEST(claiming),
        TEST(undo_and_claim_exclude_each_other),
        TEST(undo_takes_the_newest_unit),
        TEST(a_retry_after_a_refusal_is_another_request),
        TEST(a_batch_is_claimed_together),
        TEST(an_item_is_written_over_only_as_it_was_read),
        TEST(what_is_dropped_is_logged_and_can_come_back),
        TEST(the_log_of_dropped_items_ends),
        TEST(a_change_after_a_dropped_one),
        TEST(dropping_a_lead_drops_what_was_done_to_it),
        TEST(release_recover_and_counts),
        TEST(another_process_is_noticed),
        TEST(drafts),
        TEST(what_comes_back),
        TEST(named_times),
        TEST(the_file_is_private),
        TEST(a_damaged_file_is_named),
        TEST(a_place_that_cannot_be_written_is_named),
        TEST(a_full_disk_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
