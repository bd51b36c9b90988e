/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A meeting that two people enter at once, without a network: two clients, a real server, and both end with the same. */
#include "tests/unit/unit.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "client/client_private.h"
#include "client/meeting_sheet.h"
#include "client/meetings.h"
#include "tests/client/faults.h"
#include "tests/client/world.h"

#define MEMBERS 30
#define FACTS 300

static Uuid room; /* the meeting that is open */

/* A group of the member's with so many people, by the script of the screens' tests. */
static void make_group(World *world, int members)
{
    g_autofree char *dir = g_strconcat(world->server_socket, "-dir", NULL);
    g_autofree char *sock = g_build_filename(dir, "sock", NULL);
    g_autofree char *script = g_build_filename(g_getenv("top_srcdir"), "tests/screen/make-group",
                                               NULL);
    g_autofree char *n = g_strdup_printf("%d", members);
    char now[TIME_TEXT_SIZE];
    const char *argv[] = { script, MEMBER, n, "open", NULL };
    g_auto(GStrv) env = g_environ_setenv(g_get_environ(), "WORLD", dir, TRUE);
    env = g_environ_setenv(env, "LEADLINE_NOW", time_format(clock_now(), now), TRUE);
    g_autofree char *errors = NULL;
    g_autoptr(GError) error = NULL;
    int status = 0;
    assert_int_equal(g_mkdir_with_parents(dir, 0700), 0);
    assert_int_equal(symlink(world->server_socket, sock), 0);
    if (!g_spawn_sync(NULL, (char **)argv, env, 0, NULL, NULL, NULL, &errors, &status, &error))
        fail_msg("%s", error->message);
    if (status != 0)
        fail_msg("make-group: %s", errors);
}

static bool find_room(Client *client)
{
    g_autoptr(GPtrArray) rows = client_meetings(client, NULL, 0, G_MAXINT64, NULL);
    for (guint i = 0; rows && i < rows->len; i++) {
        const MeetingRow *row = rows->pdata[i];
        if (row->meeting.state == MEETING_OPEN && row->role == ROLE_LEADER) {
            room = row->meeting.id;
            return true;
        }
    }
    return false;
}

static guint n_members(Client *client)
{
    g_autoptr(MeetingBook) book = client_meeting(client, &room, NULL);
    return book ? meeting_book_count(book).members : 0;
}

static bool is_ready(World *world)
{
    return is_live(world) && find_room(world->client) && n_members(world->client) == MEMBERS;
}

/* The leader at two machines: as world->client and world->other. */
static void two_machines(World *world)
{
    make_group(world, MEMBERS);
    world_live(world);
    world_until(world, is_ready);
    World other = *world;
    other.client = world->other = world_client(world, "other");
    world_until(&other, is_login);
    world_login(other.client, MEMBER);
    world_until(&other, is_ready);
}

static void enter(Client *client, const MeetingBook *book, guint i, unsigned *seed)
{
    uint64_t state = *seed * 2654435761u + i + 1;
    guint n = book->members->len;
    const MeetingMember *a = book->members->pdata[random_below(&state, n)];
    const MeetingMember *b = book->members->pdata[random_below(&state, n)];
    g_autoptr(GError) error = NULL;
    bool ok = true;
    if (i % 3 < 2) {
        AttendanceInput input = { .code = (AttendanceCode)(1 + random_below(&state, 4)) };
        ok = client_attend(client, &room, &a->account, &input, &error);
    } else if (a != b) {
        SlipInput input = { .from = a->account, .to = b->account, .need = (char *)"a boiler" };
        Uuid id = { 0 };
        ok = client_slip(client, &room, &id, &input, &error);
    }
    if (!ok)
        fail_msg("%s", error->message);
}

static void enter_many(Client *client, unsigned seed)
{
    g_autoptr(MeetingBook) book = client_meeting(client, &room, NULL);
    for (guint i = 0; i < FACTS; i++)
        enter(client, book, i, &seed);
}

static char *as_paper(Client *client)
{
    g_autoptr(MeetingBook) book = client_meeting(client, &room, NULL);
    g_autofree char *roster = meeting_sheet(book, SHEET_ROSTER, false);
    g_autofree char *slips = meeting_sheet(book, SHEET_SLIPS, false);
    return g_strconcat(roster, slips, NULL);
}

static bool same_paper(World *world)
{
    World other = *world;
    other.client = world->other;
    if (!outbox_is_empty(world) || !outbox_is_empty(&other))
        return false;
    g_autofree char *one = as_paper(world->client), *two = as_paper(world->other);
    return strcmp(one, two) == 0;
}

static void two_enter_and_converge(void **state)
{
    World *world = *state;
    two_machines(world);
    client_set_offline(world->client, true);
    client_set_offline(world->other, true);
    enter_many(world->client, 1);
    enter_many(world->other, 2);
    g_autofree char *one = as_paper(world->client), *two = as_paper(world->other);
    assert_string_not_equal(one, two);
    client_set_offline(world->client, false);
    client_set_offline(world->other, false);
    world_until(world, same_paper);
    assert_int_equal(client_status(world->client)->outbox.failed, 0);
    assert_int_equal(client_status(world->other)->outbox.failed, 0);
    /* and the server has the same sums as both */
    g_autoptr(MeetingBook) book = client_meeting(world->client, &room, NULL);
    MeetingCounts counts = meeting_book_count(book);
    assert_int_equal(world_ask(world,
                               "SELECT count(*) FROM slip WHERE meeting = $1 AND removed = 0",
                               db_uuid(&room)),
                     counts.slips);
    for (int code = ATTENDANCE_PRESENT; code <= ATTENDANCE_MEDICAL; code++)
        assert_int_equal(
            world_ask(world, "SELECT count(*) FROM attendance WHERE meeting = $1 AND code = $2",
                      db_uuid(&room), db_int(code)),
            counts.codes[code]);
}

static guint n_items(Client *client)
{
    g_autoptr(GPtrArray) items = store_items(client_store(client), 0, NULL);
    return items->len;
}

static void typed_twice_is_sent_once(void **state)
{
    World *world = *state;
    two_machines(world);
    client_set_offline(world->client, true);
    g_autoptr(MeetingBook) book = client_meeting(world->client, &room, NULL);
    const MeetingMember *member = book->members->pdata[3];
    for (int code = ATTENDANCE_PRESENT; code <= ATTENDANCE_MEDICAL; code++) {
        AttendanceInput input = { .code = (AttendanceCode)code };
        assert_true(client_attend(world->client, &room, &member->account, &input, NULL));
    }
    assert_int_equal(n_items(world->client), 1);
    client_set_offline(world->client, false);
    world_until(world, same_paper);
    assert_int_equal(world_ask(world,
                               "SELECT code FROM attendance WHERE meeting = $1 AND account "
                               "= $2",
                               db_uuid(&room), db_uuid(&member->account)),
                     ATTENDANCE_MEDICAL);
    assert_int_equal(world_ask(world,
                               "SELECT rev FROM attendance WHERE meeting = $1 AND account = "
                               "$2",
                               db_uuid(&room), db_uuid(&member->account)),
                     1);
}

static bool other_sees_it_completed(World *world)
{
    g_autoptr(MeetingBook) book = client_meeting(world->other, &room, NULL);
    return book && book->meeting.state == MEETING_COMPLETED && same_paper(world);
}

/* Entered and completed without a network: all of it arrives in that order. */
static void completed_after_its_entries(void **state)
{
    World *world = *state;
    two_machines(world);
    client_set_offline(world->client, true);
    enter_many(world->client, 5);
    assert_true(client_meeting_act(world->client, &room, MEETING_COMPLETES, NULL, NULL));
    client_set_offline(world->client, false);
    world_until(world, other_sees_it_completed);
    assert_int_equal(client_status(world->client)->outbox.failed, 0);
}

/* Three entries and the completion, all ready at once. */
static void enter_and_complete(World *world)
{
    g_autoptr(MeetingBook) book = client_meeting(world->client, &room, NULL);
    client_set_offline(world->client, true);
    for (guint i = 0; i < 3; i++) {
        const MeetingMember *member = book->members->pdata[i];
        AttendanceInput input = { .code = ATTENDANCE_LATE };
        assert_true(client_attend(world->client, &room, &member->account, &input, NULL));
    }
    assert_true(client_meeting_act(world->client, &room, MEETING_COMPLETES, NULL, NULL));
    peer_forget(world->peer);
}

typedef struct Order {
    guint entries, completions, too_early;
} Order;

/* An answer that never came is none. */
static void note_order(const PeerRequest *request, gpointer data)
{
    Order *order = data;
    if (g_str_has_suffix(request->path, "/complete")) {
        order->too_early += order->entries < 3;
        order->completions++;
    } else if (strstr(request->path, "/attendance/")) {
        order->entries += request->fault == FAULT_NONE;
    }
}

/* The first two that are sent get lost. */
static Fault lose_two(const PeerRequest *request, unsigned n, gpointer data)
{
    guint *lost = data;
    bool entry = strstr(request->path, "/attendance/") != NULL;
    return (Fault){ entry && (*lost)++ < 2 ? FAULT_DROP_BEFORE : FAULT_NONE };
}

static void completion_waits_for_entries_that_get_lost(void **state)
{
    World *world = *state;
    guint lost = 0;
    Order order = { 0 };
    two_machines(world);
    world->client->no_batch = true;
    enter_and_complete(world);
    peer_plan(world->peer, lose_two, &lost);
    client_set_offline(world->client, false);
    world_hurry(world, other_sees_it_completed, "completed");
    peer_plan(world->peer, NULL, NULL);
    peer_each(world->peer, note_order, &order);
    assert_true(lost >= 2);
    assert_int_equal(order.completions, 1);
    assert_int_equal(order.too_early, 0);
    assert_int_equal(client_status(world->client)->outbox.failed, 0);
}

/* Each operation names the one that it is not to be done without. */
static void note_chain(const PeerRequest *request, gpointer data)
{
    guint *links = data;
    if (strcmp(request->path, "/v1/batch") != 0)
        return;
    g_autoptr(JsonDoc) doc = json_parse(request->body, strlen(request->body), NULL);
    const JsonNode *first = json_first(json_member(json_root(doc), "operations")), *last = NULL;
    for (const JsonNode *one = first; one; one = json_next(one)) {
        const char *after = json_text(json_member(one, "after"));
        const char *wanted = last ? json_text(json_member(last, "key")) : NULL;
        if (g_strcmp0(after, wanted) == 0)
            (*links)++;
        last = one;
    }
    if (!last || !g_str_has_suffix(json_text(json_member(last, "path")), "/complete"))
        *links = 0;
}

static void in_a_batch_each_waits_for_the_one_before(void **state)
{
    World *world = *state;
    guint links = 0;
    two_machines(world);
    enter_and_complete(world);
    client_set_offline(world->client, false);
    world_until(world, other_sees_it_completed);
    peer_each(world->peer, note_chain, &links);
    assert_int_equal(links, 4);
}

int main(int argc, char **argv)
{
    if (argc == 2)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        { "R64: 300 entries of two without a network, conflicting ones too, end alike",
          two_enter_and_converge, world_setup, world_teardown },
        { "R64: what is typed twice before it is sent is sent once", typed_twice_is_sent_once,
          world_setup, world_teardown },
        { "R64: a meeting that was entered and completed offline is completed last",
          completed_after_its_entries, world_setup, world_teardown },
        { "R64: it is not completed before entries that got lost have arrived",
          completion_waits_for_entries_that_get_lost, world_setup, world_teardown },
        { "R64: in a batch each of a meeting's is not done without the one before",
          in_a_batch_each_waits_for_the_one_before, world_setup, world_teardown },
    };
    return cmocka_run_group_tests(tests, world_group_setup, world_group_teardown);
}
