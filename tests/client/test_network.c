/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Becoming partners, and being so no more, against a real server: two clients, a network that drops and refuses. */
#include "tests/unit/unit.h"

#include <string.h>

#include "client/client_private.h"
#include "client/network.h"
#include "tests/client/faults.h"
#include "tests/client/world.h"

#define STRANGER "niamh@vanderberghomes.example" /* nothing between her and the member */
#define PARTNER "mats@lindqvist-mortgages.example"

static const OutboxCounts *counts(World *world)
{
    return &client_status(world->client)->outbox;
}

static bool nothing_waits(World *world)
{
    return counts(world)->waiting + counts(world)->held == 0 && is_live(world);
}

/* The member, and somebody else as world->other. */
static void two_people(World *world, const char *email)
{
    world_live(world);
    World other = *world;
    other.client = world->other = world_client(world, "other");
    world_until(&other, is_login);
    world_login(other.client, email);
    world_until(&other, is_live);
}

static Uuid account_of(World *world, Client *client, const char *words)
{
    g_autoptr(GError) error = NULL;
    PartnerRow *row = client_find_partner(client, words, &error);
    if (!row)
        fail_msg("%s", error->message);
    Uuid id = row->partner.account;
    partner_row_free(row);
    return id;
}

static bool has_partner(Client *client, const char *email)
{
    PartnerRow *row = client_find_partner(client, email, NULL);
    bool has = row && row->via == VIA_INDIVIDUAL && g_strcmp0(row->partner.email, email) == 0;
    partner_row_free(row);
    return has;
}

static gint64 n_partners(Client *client)
{
    NetworkCounts network;
    assert_true(client_network_counts(client, &network, NULL));
    return network.partners;
}

static gint64 n_waiting(Client *client)
{
    NetworkCounts network;
    assert_true(client_network_counts(client, &network, NULL));
    return network.waiting;
}

static Uuid invite(Client *client, const char *email)
{
    NewInvitation input = { .email = (char *)email, .message = (char *)"Shall we?" };
    g_autoptr(GError) error = NULL;
    Uuid id;
    if (!client_invite(client, &input, NULL, &id, &error))
        fail_msg("%s", error->message);
    return id;
}

static InvitationState state_of(Client *client, const Uuid *id)
{
    InvitationRow *row = client_invitation(client, id, NULL);
    InvitationState state = row ? row->invitation.state : 0;
    invitation_row_free(row);
    return state;
}

static Uuid watched; /* of what a wait looks at */

static bool other_is_asked(World *world)
{
    return state_of(world->other, &watched) == INVITATION_INVITED;
}

static bool is_connected(World *world)
{
    return state_of(world->client, &watched) == INVITATION_CONNECTED && nothing_waits(world) &&
           has_partner(world->client, STRANGER) && has_partner(world->other, MEMBER);
}

/* R9, R10: by an address, answered by whom it belongs to; who that is the sender learns then. */
static void invited_and_accepted(void **state)
{
    World *world = *state;
    two_people(world, STRANGER);
    gint64 before = n_partners(world->client), waiting = n_waiting(world->other);
    watched = invite(world->client, STRANGER);
    assert_int_equal(state_of(world->client, &watched), INVITATION_INVITED);
    world_until(world, other_is_asked);
    assert_int_equal(n_waiting(world->other), waiting + 1);
    InvitationRow *row = client_invitation(world->client, &watched, NULL);
    assert_null(row->invitation.to.name);
    assert_string_equal(invitation_other(&row->invitation), STRANGER);
    invitation_row_free(row);
    assert_false(client_answer(world->client, &watched, INVITATION_ACCEPT, NULL));
    assert_false(client_answer(world->other, &watched, INVITATION_WITHDRAW, NULL));
    assert_true(client_answer(world->other, &watched, INVITATION_ACCEPT, NULL));
    assert_int_equal(state_of(world->other, &watched), INVITATION_CONNECTED); /* at once */
    world_until(world, is_connected);
    assert_int_equal(n_partners(world->client), before + 1);
    assert_int_equal(n_waiting(world->other), waiting);
    row = client_invitation(world->client, &watched, NULL);
    assert_string_equal(row->invitation.to.name, "Niamh van der Berg");
    invitation_row_free(row);
}

static bool has_failed(World *world)
{
    return counts(world)->failed == 1;
}

static OutboxItem first_item(World *world)
{
    g_autoptr(GPtrArray) items = store_items(client_store(world->client), 0, NULL);
    assert_true(items->len > 0);
    OutboxItem copy;
    fields_copy(&outbox_fields, &copy, items->pdata[0]);
    return copy;
}

static bool is_declined(World *world)
{
    return state_of(world->client, &watched) == INVITATION_DECLINED;
}

static void declined_and_asked_again(void **state)
{
    World *world = *state;
    two_people(world, STRANGER);
    watched = invite(world->client, STRANGER);
    world_until(world, other_is_asked);
    assert_true(client_answer(world->other, &watched, INVITATION_DECLINE, NULL));
    world_until(world, is_declined);
    assert_false(has_partner(world->client, STRANGER));
    invite(world->client, STRANGER); /* not so soon: the server says why */
    world_until(world, has_failed);
    OutboxItem item = first_item(world);
    assert_string_equal(item.problem, problem_row(PROBLEM_TOO_SOON)->code);
    assert_non_null(strstr(item.detail, "30 days"));
    fields_clear(&outbox_fields, &item);
}

static bool other_is_not_asked(World *world)
{
    return n_waiting(world->other) == 0 &&
           state_of(world->client, &watched) == INVITATION_WITHDRAWN && nothing_waits(world);
}

/* Offline all of it is there at once; and it goes in order. */
static void asked_and_taken_back_offline(void **state)
{
    World *world = *state;
    two_people(world, STRANGER);
    client_set_offline(world->client, true);
    watched = invite(world->client, STRANGER);
    g_autoptr(GPtrArray) rows = client_invitations(world->client, DIRECTION_SENT, true, NULL);
    bool found = false;
    for (guint i = 0; i < rows->len; i++) {
        const InvitationRow *row = rows->pdata[i];
        found |= row->pending && uuid_equal(&row->invitation.id, &watched);
    }
    assert_true(found);
    NewInvitation again = { .email = (char *)"NIAMH@vanderberghomes.example" };
    Uuid id;
    g_autoptr(GError) error = NULL;
    assert_false(client_invite(world->client, &again, NULL, &id, &error));
    assert_true(problem_is(error, PROBLEM_VALIDATION));
    assert_true(client_answer(world->client, &watched, INVITATION_WITHDRAW, NULL));
    assert_int_equal(state_of(world->client, &watched), INVITATION_WITHDRAWN);
    assert_int_equal(counts(world)->waiting, 2);
    client_set_offline(world->client, false);
    world_until(world, other_is_not_asked);
    assert_int_equal(counts(world)->failed, 0);
}

static void who_cannot_be_asked(void **state)
{
    static const struct {
        const char *email, *words;
    } cases[] = {
        { "Member@Demo.example", "that is you" },
        { "MATS@lindqvist-mortgages.example", "Mats Lindqvist is your partner already" },
        { "nobody", "email" },
        { NULL, "address" },
    };
    World *world = *state;
    world_live(world);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        NewInvitation input = { .email = (char *)cases[i].email };
        g_autoptr(GError) error = NULL;
        Uuid id;
        assert_false(client_invite(world->client, &input, NULL, &id, &error));
        if (!strstr(error->message, cases[i].words))
            fail_msg("%s: %s", cases[i].email, error->message);
    }
    assert_int_equal(outbox_all(counts(world)), 0);
}

static gint64 mails(World *world)
{
    return world_ask(world, "SELECT count(*) FROM mail");
}

static bool has_parted(World *world)
{
    return nothing_waits(world) && !has_partner(world->client, PARTNER);
}

static bool other_knows(World *world)
{
    return !has_partner(world->other, MEMBER);
}

/* Nobody is told, not even the other's client: it learns when it asks. */
static void part_and_look(World *world)
{
    world_hurry(world, has_parted, "has_parted");
    client_sync_now(world->other);
    world_until(world, other_knows);
}

/* R23, R24: mutual, and without a word to anybody. */
static void parted_without_a_word(void **state)
{
    World *world = *state;
    two_people(world, PARTNER);
    gint64 before = mails(world), n = n_partners(world->client);
    Uuid id = account_of(world, world->client, PARTNER);
    client_set_undo_hold(world->client, 600);
    assert_true(client_part(world->client, &id, NULL));
    assert_int_equal(n_partners(world->client), n - 1); /* at once */
    assert_false(has_partner(world->client, PARTNER));
    assert_false(client_part(world->client, &id, NULL));
    g_autofree char *what = NULL;
    assert_true(client_undo(world->client, &what, NULL));
    assert_string_equal(what, "part: Mats Lindqvist");
    assert_true(has_partner(world->client, PARTNER));
    assert_true(client_redo(world->client, NULL, NULL));
    assert_false(has_partner(world->client, PARTNER));
    assert_true(client_undo(world->client, NULL, NULL));
    client_set_undo_hold(world->client, 0);
    assert_true(client_part(world->client, &id, NULL));
    part_and_look(world);
    assert_int_equal(n_partners(world->client), n - 1);
    assert_int_equal(mails(world), before);
    assert_int_equal(counts(world)->failed, 0);
}

/* The answer is lost, the request comes twice: done once. */
static void parted_through_a_bad_network(void **state)
{
    World *world = *state;
    two_people(world, PARTNER);
    Uuid id = account_of(world, world->client, PARTNER);
    fail_first(world, "DELETE /v1/partners/", "", (Fault){ FAULT_DROP_AFTER }, 2);
    assert_true(client_part(world->client, &id, NULL));
    part_and_look(world);
    assert_true(peer_count(world->peer, "DELETE /v1/partners/") > 1);
    assert_int_equal(outbox_all(counts(world)), 0);
}

/* Both at once: the second finds it done, and that is all. */
static void parted_by_both(void **state)
{
    World *world = *state;
    two_people(world, PARTNER);
    Uuid mats = account_of(world, world->client, PARTNER);
    Uuid me = account_of(world, world->other, MEMBER);
    client_set_offline(world->client, true);
    assert_true(client_part(world->client, &mats, NULL));
    assert_true(client_part(world->other, &me, NULL));
    World other = *world;
    other.client = world->other;
    world_until(&other, nothing_waits);
    client_set_offline(world->client, false);
    world_until(world, has_parted);
    assert_int_equal(outbox_all(counts(world)), 0);
}

/* R13: what the server refuses is told in the outbox, in its words; the invitation is as before, and it can be tried again. */
static void an_accept_is_refused(void **state)
{
    static const Problem problems[] = { PROBLEM_PARTNER_LIMIT, PROBLEM_EXCLUSIVE };
    World *world = *state;
    world_live(world);
    g_autoptr(GPtrArray) rows = client_invitations(world->client, DIRECTION_RECEIVED, true, NULL);
    assert_true(rows->len > 0);
    Uuid id = ((InvitationRow *)rows->pdata[0])->invitation.id;
    for (size_t i = 0; i < G_N_ELEMENTS(problems); i++) {
        refuse_first(world, "POST /v1/invitations/", "/accept", problems[i], 1);
        assert_true(client_answer(world->client, &id, INVITATION_ACCEPT, NULL));
        world_until(world, has_failed);
        OutboxItem item = first_item(world);
        assert_string_equal(item.problem, problem_row(problems[i])->code);
        assert_string_equal(item.detail, "as planned");
        assert_int_equal(item.kind, OUTBOX_ACCEPT);
        assert_int_equal(state_of(world->client, &id), INVITATION_INVITED);
        if (i == 0)
            assert_true(client_drop(world->client, &item.op, "another time", NULL));
        else
            assert_true(client_retry(world->client, &item.op, NULL));
        fields_clear(&outbox_fields, &item);
    }
    world_until(world, nothing_waits);
    assert_int_equal(counts(world)->failed, 0);
    assert_int_equal(state_of(world->client, &id), INVITATION_CONNECTED);
}

/* What cannot be made takes along what was done to it. */
static void a_refused_invitation_takes_its_followers_along(void **state)
{
    World *world = *state;
    world_live(world);
    refuse_first(world, "PUT /v1/invitations/", "", PROBLEM_INVITATION_LIMIT, 1);
    world->client->no_batch = true; /* the evil network knows requests by their path */
    client_set_offline(world->client, true);
    Uuid id = invite(world->client, STRANGER);
    assert_true(client_answer(world->client, &id, INVITATION_WITHDRAW, NULL));
    client_set_offline(world->client, false);
    world_until(world, has_failed);
    assert_int_equal(state_of(world->client, &id), 0); /* there is none */
    OutboxItem item = first_item(world);
    assert_int_equal(item.kind, OUTBOX_INVITE);
    assert_true(client_drop(world->client, &item.op, "no more", NULL));
    fields_clear(&outbox_fields, &item);
    world_until(world, nothing_waits);
    assert_int_equal(outbox_all(counts(world)), 0);
}

/* R25: a word, by mail. */
static void encouraged(void **state)
{
    World *world = *state;
    world_live(world);
    Uuid id = account_of(world, world->client, PARTNER);
    Encouragement empty = { 0 }, words = { .message = (char *)"Shall we have a coffee?" };
    assert_false(client_encourage(world->client, &id, &empty, NULL));
    assert_true(client_encourage(world->client, &id, &words, NULL));
    world_until(world, nothing_waits);
    assert_int_equal(counts(world)->failed, 0);
    assert_int_equal(world_ask(world, "SELECT count(*) FROM encouragement"), 1);
    Uuid nobody = uuid_new();
    assert_false(client_encourage(world->client, &nobody, &words, NULL));
}

/* ---- those who fit */

typedef struct Found {
    ServerList *search;
    guint calls;
    char *why;
} Found;
static Found found;

static void on_found(ServerList *search, const GError *error, gpointer data)
{
    found.calls++;
    g_free(found.why);
    found.why = error ? g_strdup(problem_row(problem_of(error))->code) : NULL;
}

static bool has_answer(World *world)
{
    return found.calls > 0 && !server_list_is_busy(found.search);
}

static void look(World *world, const ProfileQuery *query)
{
    found.calls = 0;
    server_list_free(found.search);
    found.search = client_find_profiles(world->client, query, on_found, NULL);
    world_until(world, has_answer);
}

static bool found_name(const char *name)
{
    const GPtrArray *members = server_list_items(found.search);
    for (guint i = 0; i < members->len; i++)
        if (g_strcmp0(((PublicProfile *)members->pdata[i])->name, name) == 0)
            return true;
    return false;
}

static void members_who_fit_are_found(void **state)
{
    World *world = *state;
    world_live(world);
    look(world, &(ProfileQuery){ 0 });
    assert_null(found.why);
    guint all = server_list_items(found.search)->len;
    assert_true(all > 5);
    assert_false(found_name("Jaya Patel")); /* that is who asks */
    look(world, &(ProfileQuery){ .business_type = (char *)"dentist" });
    assert_true(found_name("Arjun Adeyemi"));
    assert_true(server_list_items(found.search)->len < all);
    look(world, &(ProfileQuery){ .text = (char *)"zzz nobody" });
    assert_null(found.why);
    assert_int_equal(server_list_items(found.search)->len, 0);
    refuse_first(world, "GET /v1/profiles", "", PROBLEM_INTERNAL, 1);
    look(world, &(ProfileQuery){ 0 });
    assert_string_equal(found.why, problem_row(PROBLEM_INTERNAL)->code);
    client_set_offline(world->client, true);
    look(world, &(ProfileQuery){ 0 });
    assert_string_equal(found.why, problem_row(PROBLEM_OFFLINE)->code);
    server_list_free(g_steal_pointer(&found.search));
    g_clear_pointer(&found.why, g_free);
}

#define TEST(title, name)                                                                          \
    {                                                                                              \
        title, name, world_setup, world_teardown, NULL                                             \
    }

/* An argument names the tests to be run, as a pattern. */
int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        TEST("R9, R10: invited by an address and accepted", invited_and_accepted),
        TEST("declined, and not asked again so soon", declined_and_asked_again),
        TEST("asked and taken back offline", asked_and_taken_back_offline),
        TEST("who cannot be asked", who_cannot_be_asked),
        TEST("R23, R24: parted, mutually and without a word", parted_without_a_word),
        TEST("R24: parted through a bad network, once", parted_through_a_bad_network),
        TEST("R24: parted by both at once", parted_by_both),
        TEST("R13, R20: an accept that is refused", an_accept_is_refused),
        TEST("a refused invitation takes its followers along",
             a_refused_invitation_takes_its_followers_along),
        TEST("R25: encouraged", encouraged),
        TEST("members who fit are found", members_who_fit_are_found),
    };
    return cmocka_run_group_tests(tests, world_group_setup, world_group_teardown);
}
