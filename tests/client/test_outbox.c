/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbox against a real server: batches, changes that meet others, what a person does with it, and a network that cuts
 * anywhere. */
#include "tests/unit/unit.h"

#include <string.h>

#include "client/client_private.h"
#include "tests/client/faults.h"
#include "tests/client/world.h"

static void confirm_all(World *world, const Uuid *ids, size_t n)
{
    g_autoptr(GError) error = NULL;
    ConfirmInput input = verdict_lead();
    if (!client_confirm(world->client, ids, n, &input, &error))
        fail_msg("%s", error->message);
}

static void check_confirmed_once(World *world, const Uuid *id)
{
    assert_int_equal(world_ask(world, "SELECT state FROM referral WHERE id = $1", db_uuid(id)),
                     REFERRAL_CONFIRMED);
    assert_int_equal(world_ask(world, "SELECT amended FROM referral WHERE id = $1", db_uuid(id)),
                     0);
}

static const OutboxCounts *counts(World *world)
{
    return &client_status(world->client)->outbox;
}

/* The n-th item of the outbox; caller clears. */
static OutboxItem item_at(World *world, guint n)
{
    g_autoptr(GPtrArray) items = store_items(client_store(world->client), 0, NULL);
    assert_true(n < items->len);
    OutboxItem copy;
    fields_copy(&outbox_fields, &copy, g_ptr_array_index(items, n));
    return copy;
}

static void clear(OutboxItem *item)
{
    fields_clear(&outbox_fields, item);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OutboxItem, clear)

static Uuid write_note(Client *client, const Uuid *lead, const Uuid *id, const char *text)
{
    g_autoptr(GError) error = NULL;
    Note note = { .id = id ? *id : uuid_new(), .text = (char *)text };
    if (!client_note(client, lead, &note, &error))
        fail_msg("%s", error->message);
    return note.id;
}

static void check_note(World *world, const Uuid *note, const char *text, gint64 rev)
{
    assert_int_equal(world_ask(world, "SELECT rev FROM note WHERE id = $1", db_uuid(note)), rev);
    assert_int_equal(
        world_ask(world, "SELECT text = $2 FROM note WHERE id = $1", db_uuid(note), db_text(text)),
        1);
}

/* ---- batches */

static void leads_of(World *world, Uuid *ids, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        ids[i] = world_waiting_lead(world, i);
}

#define SOME 8

static void many_go_in_one_request(void **state)
{
    World *world = *state;
    Uuid ids[SOME];
    world_live(world);
    leads_of(world, ids, SOME);
    confirm_all(world, ids, SOME);
    world_until(world, outbox_is_empty);
    for (unsigned i = 0; i < SOME; i++)
        check_confirmed_once(world, &ids[i]);
    assert_int_equal(peer_count(world->peer, "POST /v1/batch"), 1);
    assert_int_equal(peer_count(world->peer, "POST /v1/referrals/"), 0);
    assert_int_equal(outbox_all(counts(world)), 0);
    world_check_cache(world);
}

static void one_goes_alone(void **state)
{
    World *world = *state;
    world_live(world);
    Uuid id = world_waiting_lead(world, 0);
    confirm_all(world, &id, 1);
    world_until(world, outbox_is_empty);
    assert_int_equal(peer_count(world->peer, "POST /v1/batch"), 0);
    assert_int_equal(peer_count(world->peer, "POST /v1/referrals/"), 1);
}

/* No request holds more than the server takes, and nothing is left behind. */
static void a_long_outbox_is_cut_into_batches(void **state)
{
    World *world = *state;
    enum { N = 250 };
    world_live(world);
    Uuid id = world_waiting_lead(world, 0);
    client_set_offline(world->client, true);
    for (int i = 0; i < N; i++)
        write_note(world->client, &id, NULL, "One of many");
    peer_forget(world->peer);
    client_set_offline(world->client, false);
    world_until(world, outbox_is_empty);
    assert_int_equal(outbox_all(counts(world)), 0);
    assert_int_equal(world_ask(world, "SELECT count(*) FROM note WHERE text = 'One of many'"), N);
    assert_int_equal(peer_count(world->peer, "POST /v1/batch"), 3);
    world_check_cache(world);
}

static void operations(const PeerRequest *request, gpointer data)
{
    if (g_strcmp0(request->path, "/v1/batch") == 0)
        g_string_append(data, request->body);
}

/* What is done to one lead stays in order, each behind the one before. */
static void one_lead_in_order_within_a_batch(void **state)
{
    World *world = *state;
    world_live(world);
    Uuid id = world_waiting_lead(world, 0);
    client_set_offline(world->client, true);
    assert_true(client_pick_up(world->client, &id, NULL));
    confirm_all(world, &id, 1);
    OutcomeInput working = { .outcome = REFERRAL_WORKING }, won = { .outcome = REFERRAL_WON };
    assert_true(client_outcome(world->client, &id, &working, NULL));
    assert_true(client_outcome(world->client, &id, &won, NULL));
    fail_first(world, "POST /v1/batch", "", (Fault){ FAULT_DROP_AFTER }, 1);
    peer_forget(world->peer);
    client_set_offline(world->client, false);
    world_hurry(world, outbox_is_empty, "outbox_is_empty");
    assert_int_equal(outbox_all(counts(world)), 0);
    assert_int_equal(world_ask(world, "SELECT state FROM referral WHERE id = $1", db_uuid(&id)),
                     REFERRAL_WON);
    g_autoptr(GString) text = g_string_new(NULL);
    peer_each(world->peer, operations, text);
    const char *pick_up = strstr(text->str, "/pick-up"), *verdict = strstr(text->str, "/confirm"),
               *outcome = strstr(text->str, "/outcome");
    assert_true(pick_up && pick_up < verdict && verdict < outcome);
    assert_int_equal(g_strrstr(text->str, "\"after\":") != NULL, 1);
    world_check_cache(world);
}

static void batch_faults(void **state)
{
    static const Fault faults[] = {
        { FAULT_DROP_BEFORE },
        { FAULT_DROP_AFTER },
        { FAULT_CUT },
        { FAULT_HALF_CLOSE },
        { FAULT_DRIP },
        { FAULT_ANSWER, 500 },
        { FAULT_ANSWER, 503, "Retry-After: 1\r\n", "" },
        { FAULT_ANSWER, 507 },
        { FAULT_ANSWER, 200, NULL, "<html>hotel" },
        { FAULT_ANSWER, 200, NULL, "{\"results\":[]}" },
        { FAULT_ANSWER, 200, NULL, "{\"results\":[{\"key\":1},{},7,null]}" },
        { FAULT_REPLACE, .body = "{\"results\":\"gone\"}" },
        { FAULT_RAW, .body = "SSH-2.0-OpenSSH_9.2\r\n" },
    };
    World *world = *state;
    world_live(world);
    Uuid id = world_waiting_lead(world, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
        Uuid notes[3];
        client_set_offline(world->client, true);
        for (int k = 0; k < 3; k++)
            notes[k] = write_note(world->client, &id, NULL, "Through a fault");
        fail_first(world, "POST /v1/batch", "", faults[i], 1);
        client_set_offline(world->client, false);
        world_hurry(world, outbox_is_empty, "outbox_is_empty");
        assert_int_equal(outbox_all(counts(world)), 0);
        for (int k = 0; k < 3; k++)
            check_note(world, &notes[k], "Through a fault", 1);
    }
    world_check_cache(world);
}

/* Refused as a whole, nobody knows because of which: each is asked by itself. */
static void a_refused_batch_is_taken_apart(void **state)
{
    World *world = *state;
    Uuid ids[SOME];
    world_live(world);
    leads_of(world, ids, SOME);
    refuse_first(world, "POST /v1/batch", "", PROBLEM_TOO_LARGE, 1);
    confirm_all(world, ids, SOME);
    world_until(world, outbox_is_empty);
    assert_int_equal(outbox_all(counts(world)), 0);
    assert_int_equal(peer_count(world->peer, "POST /v1/referrals/"), SOME);
    for (unsigned i = 0; i < SOME; i++)
        check_confirmed_once(world, &ids[i]);
}

/* ---- two devices of one member */

static bool other_is_done(World *world)
{
    World other = { .client = world->other };
    return outbox_is_empty(&other) && is_live(&other);
}

static void second_device(World *world)
{
    World other = *world;
    other.client = world->other = world_client(world, "second");
    world_until(&other, is_login);
    world_login(other.client, MEMBER);
    world_until(&other, is_live);
}

static bool nothing_waits(World *world)
{
    return counts(world)->waiting + counts(world)->held == 0 && is_live(world);
}

/* One operation of a batch is refused: the others are done, and this one is told. */
static void one_of_a_batch_is_refused(void **state)
{
    World *world = *state;
    Uuid ids[3];
    world_live(world);
    leads_of(world, ids, 3);
    second_device(world);
    client_set_offline(world->client, true);
    confirm_all(world, ids, 3);
    ConfirmInput no = { .verdict = VERDICT_NOT_A_LEAD, .reason_code = REASON_NO_NEED };
    ConfirmInput yes = verdict_lead();
    assert_true(client_confirm(world->other, &ids[1], 1, &no, NULL));
    assert_true(client_confirm(world->other, &ids[1], 1, &yes, NULL)); /* the one amendment */
    world_until(world, other_is_done);
    client_set_offline(world->client, false);
    world_until(world, nothing_waits);
    assert_int_equal(counts(world)->failed, 1);
    g_auto(OutboxItem) item = item_at(world, 0);
    assert_true(uuid_equal(&item.object, &ids[1]));
    assert_true(client_is_stopped(world->client, &ids[1]));
    assert_false(client_is_stopped(world->client, &ids[0]));
    check_confirmed_once(world, &ids[0]);
    check_confirmed_once(world, &ids[2]);
    assert_true(client_drop(world->client, &item.op, "decided elsewhere", NULL));
    assert_false(client_is_stopped(world->client, &ids[1]));
    g_clear_pointer(&world->other, client_free);
    world_check_cache(world);
}

/* Both devices have a note of the member, "First". */
static Uuid shared_note(World *world, Uuid *lead)
{
    world_live(world);
    *lead = world_waiting_lead(world, 0);
    Uuid note = write_note(world->client, lead, NULL, "First");
    world_until(world, nothing_waits);
    second_device(world);
    return note;
}

/* The other device was quicker while this one was away. */
static void meet(World *world, const Uuid *lead, const Uuid *note, const char *mine,
                 const char *theirs)
{
    client_sync_now(world->other);
    world_until(world, other_is_done);
    client_set_offline(world->client, true);
    write_note(world->client, lead, note, mine);
    write_note(world->other, lead, note, theirs);
    world_until(world, other_is_done);
    client_set_offline(world->client, false);
    world_until(world, nothing_waits);
}

static char *shown_note(World *world, const Uuid *lead, const Uuid *note)
{
    g_autoptr(GPtrArray) notes = cache_notes(client_cache(world->client), lead, NULL);
    for (guint i = 0; i < notes->len; i++) {
        const Note *one = g_ptr_array_index(notes, i);
        if (uuid_equal(&one->id, note))
            return g_strdup(one->text);
    }
    return NULL;
}

static void the_same_note_on_two_devices(void **state)
{
    World *world = *state;
    Uuid lead, note = shared_note(world, &lead);
    meet(world, &lead, &note, "Mine", "Theirs");
    assert_int_equal(counts(world)->conflict, 1);
    assert_int_equal(counts(world)->failed, 0);
    assert_true(client_is_stopped(world->client, &lead));
    check_note(world, &note, "Theirs", 2);
    g_autofree char *shown = shown_note(world, &lead, &note); /* until the person chooses */
    assert_string_equal(shown, "Theirs");
    OutboxItem item = item_at(world, 0);
    g_autoptr(GPtrArray) conflicts = change_conflicts(&item);
    assert_int_equal(conflicts->len, 1);
    assert_string_equal(((ChangeConflict *)conflicts->pdata[0])->mine, "Mine");
    assert_string_equal(((ChangeConflict *)conflicts->pdata[0])->theirs, "Theirs");
    assert_true(client_keep(world->client, &item.op, "text", KEEP_MINE, NULL));
    fields_clear(&outbox_fields, &item);
    world_until(world, nothing_waits);
    assert_int_equal(outbox_all(counts(world)), 0);
    check_note(world, &note, "Mine", 3);
    /* Once more, and this time the other one is right; what is given up is not gone. */
    meet(world, &lead, &note, "Mine again", "Theirs again");
    item = item_at(world, 0);
    assert_true(client_keep(world->client, &item.op, NULL, KEEP_THEIRS, NULL));
    assert_int_equal(outbox_all(counts(world)), 0);
    check_note(world, &note, "Theirs again", 4);
    g_autoptr(GPtrArray) log = store_dropped(client_store(world->client), NULL);
    assert_int_equal(log->len, 1);
    assert_non_null(strstr(((DroppedItem *)log->pdata[0])->item.body, "Mine again"));
    fields_clear(&outbox_fields, &item);
    g_clear_pointer(&world->other, client_free);
    world_check_cache(world);
}

/* In conflict, edited by hand: what the person writes now is made to what the server has. */
static void a_conflict_is_edited(void **state)
{
    World *world = *state;
    Uuid lead, note = shared_note(world, &lead);
    meet(world, &lead, &note, "Mine", "Theirs");
    g_auto(OutboxItem) item = item_at(world, 0);
    Note both = { .text = (char *)"Mine, and theirs" };
    assert_true(client_edit(world->client, &item.op, &both, NULL));
    world_until(world, nothing_waits);
    assert_int_equal(outbox_all(counts(world)), 0);
    check_note(world, &note, "Mine, and theirs", 3);
    g_clear_pointer(&world->other, client_free);
    world_check_cache(world);
}

static void status_412(const PeerRequest *request, gpointer data)
{
    *(int *)data += request->status == 412;
}

static bool at_rev_two(World *world)
{
    OutboxItem item = item_at(world, 0);
    bool ok = item.if_match == 2 || item.state == OUTBOX_CONFLICT;
    fields_clear(&outbox_fields, &item);
    return ok;
}

static Account profile_of(World *world, const char *name, const char *company)
{
    Account account;
    assert_true(client_read_profile(world->client, &account, NULL));
    if (name) {
        g_free(account.name);
        account.name = g_strdup(name);
    }
    if (company) {
        g_free(account.company_name);
        account.company_name = g_strdup(company);
    }
    return account;
}

static void change_profile(Client *client, Account account)
{
    g_autoptr(GError) error = NULL;
    if (!client_change_profile(client, &account, &error))
        fail_msg("%s", error->message);
    fields_clear(&account_fields, &account);
}

static void check_profile(World *world, const char *name, const char *company)
{
    assert_int_equal(world_ask(world,
                               "SELECT count(*) FROM account WHERE email = $1 AND name = $2 AND "
                               "company_name = $3",
                               db_text(MEMBER), db_text(name), db_text(company)),
                     1);
}

/* A page of the feed comes while the change is held: it is one of the newer revision before it is ever sent. */
static void a_delta_merges_what_waits(void **state)
{
    World *world = *state;
    world_live(world);
    second_device(world);
    client_set_undo_hold(world->client, 600);
    change_profile(world->client, profile_of(world, NULL, "New Ltd"));
    change_profile(world->other, profile_of(world, "Anna Member", "Before Ltd"));
    world_until(world, other_is_done);
    g_auto(OutboxItem) before = item_at(world, 0);
    Account then = { 0 };
    assert_true(change_read(&before, &then));
    fields_clear(&account_fields, &then);
    world_until(world, at_rev_two);
    g_auto(OutboxItem) item = item_at(world, 0);
    assert_int_equal(item.state, OUTBOX_CONFLICT); /* the company was changed by both */
    change_profile(world->other, profile_of(world, "Anna Member", "Before Ltd"));
    assert_true(client_keep(world->client, &item.op, NULL, KEEP_MINE, NULL));
    world_until(world, nothing_waits);
    check_profile(world, "Anna Member", "New Ltd");
    int refused = 0;
    peer_each(world->peer, status_412, &refused);
    assert_int_equal(refused, 0);
}

/* The server is changed behind the client's back: 412, merged, sent again, and nobody is asked. */
static void different_fields_on_two_devices(void **state)
{
    World *world = *state;
    world_live(world);
    second_device(world);
    fail_first(world, "GET /v1/changes", "", (Fault){ FAULT_ANSWER, 500 }, 1000);
    Account other = profile_of(world, "Anna Member", NULL);
    Account mine = profile_of(world, NULL, "New Ltd");
    client_set_offline(world->client, true);
    change_profile(world->client, mine);
    change_profile(world->other, other);
    World second = *world;
    second.client = world->other;
    world_hurry(&second, outbox_is_empty, "outbox_is_empty");
    client_set_offline(world->client, false);
    world_hurry(world, outbox_is_empty, "outbox_is_empty");
    int refused = 0;
    peer_each(world->peer, status_412, &refused);
    assert_int_equal(refused, 1);
    assert_int_equal(outbox_all(counts(world)), 0);
    check_profile(world, "Anna Member", "New Ltd");
}

/* Two changes in a row, the first is thrown away: the second is one of what the server has. */
static void a_change_outlives_the_one_before(void **state)
{
    World *world = *state;
    Uuid lead, note = shared_note(world, &lead);
    client_set_offline(world->client, true);
    write_note(world->client, &lead, &note, "Second");
    write_note(world->client, &lead, &note, "Third");
    g_auto(OutboxItem) second = item_at(world, 0);
    assert_true(client_drop(world->client, &second.op, "no", NULL));
    client_set_offline(world->client, false);
    world_until(world, nothing_waits);
    assert_int_equal(outbox_all(counts(world)), 0);
    check_note(world, &note, "Third", 2);
}

/* Sent, changed by another, and only then the next one: that must not go over what it never saw. */
static void a_later_change_sees_what_came_between(void **state)
{
    World *world = *state;
    Uuid lead, note = shared_note(world, &lead);
    client_set_offline(world->client, true);
    write_note(world->client, &lead, &note, "Second");
    client_set_undo_hold(world->client, 600);
    write_note(world->client, &lead, &note, "Third");
    client_set_undo_hold(world->client, 0);
    client_set_offline(world->client, false);
    world_until(world, is_live);
    /* The other one knows the second by now, and writes over it. */
    client_sync_now(world->other);
    world_until(world, other_is_done);
    write_note(world->other, &lead, &note, "Between");
    world_until(world, other_is_done);
    client_sync_now(world->client);
    world_until(world, is_live);
    assert_int_equal(counts(world)->conflict, 1);
    check_note(world, &note, "Between", 3);
}

/* ---- by hand */

static void an_item_is_edited_before_it_is_sent(void **state)
{
    World *world = *state;
    world_live(world);
    g_autoptr(GPtrArray) partners = cache_partners(client_cache(world->client), NULL, 100, NULL);
    NewReferral slip = slip_for(&((Partner *)g_ptr_array_index(partners, 0))->account);
    Uuid id;
    client_set_offline(world->client, true);
    assert_true(client_send_referral(world->client, &slip, &id, NULL));
    g_auto(OutboxItem) before = item_at(world, 0);
    NewReferral input = { 0 };
    assert_true(change_read(&before, &input));
    g_free(input.need);
    input.need = NULL;
    g_autoptr(GError) error = NULL;
    assert_false(client_edit(world->client, &before.op, &input, &error)); /* checked as ever */
    assert_true(problem_is(error, PROBLEM_VALIDATION));
    input.need = g_strdup("Another roof");
    assert_true(client_edit(world->client, &before.op, &input, NULL));
    fields_clear(&new_referral_fields, &input);
    g_auto(OutboxItem) after = item_at(world, 0);
    assert_true(uuid_equal(&before.key, &after.key)); /* it was never tried */
    client_set_offline(world->client, false);
    world_until(world, nothing_waits);
    assert_int_equal(world_ask(world,
                               "SELECT count(*) FROM referral r JOIN lead l ON l.id = r.lead_id "
                               "WHERE r.id = $1 AND l.need = 'Another roof'",
                               db_uuid(&id)),
                     1);
    world_check_cache(world);
}

static bool one_failed(World *world)
{
    return counts(world)->failed == 1 && is_settled(world);
}

static void a_refused_item_is_edited_and_goes(void **state)
{
    World *world = *state;
    world_live(world);
    Uuid id = world_waiting_lead(world, 0);
    refuse_first(world, "POST /v1/referrals/", "/confirm", PROBLEM_VALIDATION, 1);
    confirm_all(world, &id, 1);
    world_until(world, one_failed);
    g_auto(OutboxItem) before = item_at(world, 0);
    ConfirmInput input = { .verdict = VERDICT_NOT_A_LEAD, .reason_code = REASON_NO_NEED };
    peer_forget(world->peer);
    assert_true(client_edit(world->client, &before.op, &input, NULL));
    world_until(world, nothing_waits);
    assert_int_equal(world_ask(world, "SELECT verdict FROM referral WHERE id = $1", db_uuid(&id)),
                     VERDICT_NOT_A_LEAD);
    assert_int_equal(peer_count(world->peer, "POST /v1/referrals/"), 1);
    assert_int_equal(outbox_all(counts(world)), 0);
}

static void all_at_once_by_hand(void **state)
{
    World *world = *state;
    Uuid ids[3];
    guint n = 0;
    world_live(world);
    leads_of(world, ids, 3);
    client_set_offline(world->client, true);
    confirm_all(world, ids, 3);
    assert_true(client_drop_all(world->client, "all wrong", &n, NULL));
    assert_int_equal(n, 3);
    assert_int_equal(outbox_all(counts(world)), 0);
    world_until(world, is_settled);
    client_set_offline(world->client, false);
    world_until(world, is_live);
    assert_int_equal(peer_count(world->peer, "POST /v1/"), 1); /* the log-in */
    g_autoptr(GPtrArray) log = store_dropped(client_store(world->client), NULL);
    assert_int_equal(log->len, 3);
    client_set_offline(world->client, true);
    for (guint i = 0; i < log->len; i++)
        assert_true(
            client_take_back(world->client, &((DroppedItem *)log->pdata[i])->item.op, NULL));
    refuse_first(world, "POST /v1/batch", "", PROBLEM_OVERLOADED, 1);
    client_set_offline(world->client, false);
    world_until(world, is_live);
    assert_int_equal(counts(world)->waiting, 3);
    assert_true(client_retry_all(world->client, &n, NULL));
    assert_int_equal(n, 3);
    world_until(world, nothing_waits);
    for (unsigned i = 0; i < 3; i++)
        check_confirmed_once(world, &ids[i]);
    world_check_cache(world);
}

static void what_is_old_is_not_sent_unasked(void **state)
{
    World *world = *state;
    world_live(world);
    Uuid id = world_waiting_lead(world, 0);
    client_set_offline(world->client, true);
    confirm_all(world, &id, 1);
    g_auto(OutboxItem) item = item_at(world, 0);
    bool done = false;
    item.created_at -= 31 * MS_PER_DAY;
    assert_true(store_rewrite(client_store(world->client), &item, OUTBOX_WAITING, &done, NULL));
    assert_true(done);
    client_forget_items(world->client);
    peer_forget(world->peer);
    client_set_offline(world->client, false);
    world_until(world, is_live);
    assert_int_equal(counts(world)->parked, 1);
    assert_int_equal(counts(world)->failed, 0);
    assert_int_equal(peer_count(world->peer, "POST /v1/"), 0);
    assert_true(client_retry(world->client, &item.op, NULL));
    world_until(world, nothing_waits);
    check_confirmed_once(world, &id);
}

/* ---- the connection comes again by itself */

static unsigned phases_seen;

static void note_phase(unsigned what, gpointer data)
{
    World *world = data;
    phases_seen |= 1u << client_status(world->client)->phase;
}

static bool has_new_stream(World *world)
{
    return peer_count(world->peer, "GET /v1/events") == 1 && peer_streams(world->peer) == 1 &&
           world->client->sync.spoken && is_live(world);
}

/* The server ends the stream in good order: it is opened again at once, and nobody sees the client offline. */
static void an_ended_stream_is_not_seen(void **state)
{
    World *world = *state;
    world_live(world);
    peer_forget(world->peer);
    world_until(world, is_settled);
    phases_seen = 0;
    client_on_change(world->client, note_phase, world);
    if (!world->client->sync.spoken)
        client_event(world->client, EVENT_HEARD);
    peer_end_streams(world->peer);
    world_until(world, has_new_stream);
    client_on_change(world->client, NULL, NULL);
    assert_true(phases_seen & 1u << PHASE_LIVE);
    assert_false(phases_seen & 1u << PHASE_OFFLINE);
}

/* Waiting for a far try, and the network comes back. */
static void another_network_is_tried_at_once(void **state)
{
    World *world = *state;
    world_live(world);
    world_server_kill(world);
    peer_break_streams(world->peer);
    world_until(world, is_offline);
    world->client->retry_after_ms = 3600 * 1000;
    client_event(world->client, EVENT_NOW);
    world->client->retry_after_ms = 3600 * 1000;
    world_until(world, is_offline);
    world->client->sync.next_try = clock_now() + 3600 * 1000;
    g_clear_handle_id(&world->client->sync_timer, g_source_remove);
    world_server_start(world);
    for (int i = 0; i < 50; i++) /* a swarm is one */
        client_network_changed(world->client);
    peer_forget(world->peer);
    world_until(world, has_new_stream);
}

static void after_a_sleep_the_stream_is_a_new_one(void **state)
{
    World *world = *state;
    world_live(world);
    peer_forget(world->peer);
    client_watch_sleep(world->client);
    assert_int_equal(world->client->sync.state, SYNC_LIVE); /* it did not sleep */
    world->client->asleep -= 5000;
    client_watch_sleep(world->client);
    assert_int_not_equal(world->client->sync.state, SYNC_LIVE);
    world_until(world, has_new_stream);
}

/* A page is given up after its head was read, and then cannot be written: the next pull goes on from where the cache is, not
 * from where the head was. */
static void make_it_fail(World *world, bool fail)
{
    static const DbDriver *const drivers[] = { &db_sqlite, NULL };
    g_autofree char *path = profile_path(client_profile(world->client)->cache_dir, "cache.db");
    g_autofree char *url = g_strconcat("sqlite:", path, NULL);
    g_autoptr(Db) db = db_open(drivers, url, DB_WRITE, NULL);
    assert_true(db_exec(db, NULL,
                        fail ? "CREATE TRIGGER broken BEFORE UPDATE ON feed BEGIN SELECT "
                               "RAISE(ABORT, 'as planned'); END"
                             : "DROP TRIGGER broken"));
}

static char *state_before;

static const char *own_state(World *world)
{
    return g_array_index(world->client->feeds, ClientFeed, 0).state;
}

static bool head_was_read(World *world)
{
    return g_strcmp0(own_state(world), state_before) != 0 ||
           world->client->sync.state == SYNC_OFFLINE;
}

static bool nothing_in_the_worker(World *world)
{
    return world->client->jobs == 0;
}

/* Between its head and its end. False: its end was there at the same moment. */
static bool give_up_a_page(World *world, const Uuid *lead, const Uuid *note, const char *text)
{
    make_it_fail(world, true);
    state_before = g_strdup(own_state(world));
    client_set_offline(world->client, false);
    write_note(world->other, lead, note, text);
    world_until(world, other_is_done);
    client_sync_now(world->client);
    world_until(world, head_was_read);
    bool between = world->client->sync.state != SYNC_OFFLINE && world->client->jobs > 0;
    client_set_offline(world->client, true);
    world_until(world, nothing_in_the_worker);
    make_it_fail(world, false);
    g_clear_pointer(&state_before, g_free);
    return between;
}

static void a_page_that_was_given_up_and_fails(void **state)
{
    World *world = *state;
    Uuid lead, note = shared_note(world, &lead);
    g_autofree char *text = NULL;
    bool between = false;
    for (int i = 0; i < 50 && !between; i++) {
        g_free(text);
        text = g_strdup_printf("News %d", i);
        between = give_up_a_page(world, &lead, &note, text);
        if (between)
            break;
        client_set_offline(world->client, false);
        world_hurry(world, is_live, "is_live");
    }
    assert_true(between);
    client_set_offline(world->client, false);
    world_until(world, is_live);
    g_autofree char *shown = shown_note(world, &lead, &note);
    assert_string_equal(shown, text);
    g_clear_pointer(&world->other, client_free);
    world_check_cache(world);
}

/* ---- cut at every place */

static void answers_cut_anywhere(void **state)
{
    World *world = *state;
    world_live(world);
    Uuid lead = world_waiting_lead(world, 0);
    unsigned at = 1, rounds = 0;
    for (; at < 700; at += at < 24 ? 1 : 13, rounds++) {
        Fault fault = { rounds % 2 ? FAULT_CUT : FAULT_HALF_CLOSE, .at = at };
        fail_first(world, "PUT /v1/referrals/", "", fault, 1);
        Uuid note = write_note(world->client, &lead, NULL, "Cut");
        world_hurry(world, outbox_is_empty, "outbox_is_empty");
        check_note(world, &note, "Cut", 1);
        assert_int_equal(outbox_all(counts(world)), 0);
    }
    assert_int_equal(world_ask(world, "SELECT count(*) FROM note WHERE text = 'Cut'"), rounds);
    world_check_cache(world);
}

static bool has_two_pages(World *world)
{
    return peer_count(world->peer, "GET /v1/changes") >= 2 && is_live(world);
}

/* Of the feed too, where the answer is long. */
static void pages_cut_anywhere(void **state)
{
    World *world = *state;
    world_live(world);
    for (unsigned at = 1; at < 60000; at = at * 3 + 1) {
        fail_first(world, "GET /v1/changes", "", (Fault){ FAULT_CUT, .at = at }, 1);
        refuse_first(world, "GET /v1/changes", "", PROBLEM_CANNOT_CALCULATE_CHANGES, 1);
        peer_forget(world->peer);
        client_sync_now(world->client);
        world_hurry(world, has_two_pages, "has_two_pages");
    }
    world_check_cache(world);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

/* An argument names the tests to be run, as a pattern. */
int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        TEST(many_go_in_one_request),
        TEST(one_goes_alone),
        TEST(a_long_outbox_is_cut_into_batches),
        TEST(one_lead_in_order_within_a_batch),
        TEST(batch_faults),
        TEST(a_refused_batch_is_taken_apart),
        TEST(one_of_a_batch_is_refused),
        TEST(the_same_note_on_two_devices),
        TEST(a_conflict_is_edited),
        TEST(a_delta_merges_what_waits),
        TEST(different_fields_on_two_devices),
        TEST(a_change_outlives_the_one_before),
        TEST(a_later_change_sees_what_came_between),
        TEST(an_item_is_edited_before_it_is_sent),
        TEST(a_refused_item_is_edited_and_goes),
        TEST(all_at_once_by_hand),
        TEST(what_is_old_is_not_sent_unasked),
        TEST(an_ended_stream_is_not_seen),
        TEST(another_network_is_tried_at_once),
        TEST(after_a_sleep_the_stream_is_a_new_one),
        TEST(a_page_that_was_given_up_and_fails),
        TEST(answers_cut_anywhere),
        TEST(pages_cut_anywhere),
    };
    return cmocka_run_group_tests(tests, world_group_setup, world_group_teardown);
}
