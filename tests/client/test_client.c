/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real client against a real leadlined through an evil network: nothing is lost, nothing is doubled. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "client/client_private.h"
#include "tests/client/faults.h"
#include "tests/client/world.h"

static void confirm(World *world, const Uuid *id)
{
    g_autoptr(GError) error = NULL;
    ConfirmInput input = verdict_lead();
    if (!client_confirm(world->client, id, 1, &input, &error))
        fail_msg("%s", error->message);
}

static void check_confirmed_once(World *world, const Uuid *id)
{
    assert_int_equal(world_ask(world, "SELECT state FROM referral WHERE id = $1", db_uuid(id)),
                     REFERRAL_CONFIRMED);
    assert_int_equal(world_ask(world, "SELECT amended FROM referral WHERE id = $1", db_uuid(id)),
                     0);
    assert_int_equal(client_status(world->client)->outbox.failed, 0);
}

static void check_untouched(World *world, const Uuid *id)
{
    assert_true(world_ask(world, "SELECT state FROM referral WHERE id = $1", db_uuid(id)) <
                REFERRAL_CONFIRMED);
}

static Referral shown(World *world, const Uuid *id)
{
    Referral referral;
    assert_true(cache_referral(client_cache(world->client), id, &referral, NULL));
    return referral;
}

static ReferralState shown_state(World *world, const Uuid *id)
{
    Referral referral = shown(world, id);
    ReferralState state = referral.state;
    fields_clear(&referral_fields, &referral);
    return state;
}

/* All requests that confirmed had one and the same key. */
static void same_key(const PeerRequest *request, gpointer data)
{
    char **key = data;
    if (!g_str_has_suffix(request->path, "/confirm"))
        return;
    if (!*key)
        *key = g_strdup(request->key);
    assert_string_equal(request->key, *key);
}

static void check_one_key(World *world, unsigned tries)
{
    g_autofree char *key = NULL;
    peer_each(world->peer, same_key, &key);
    assert_int_equal(peer_count(world->peer, "POST /v1/referrals/"), tries);
}

/* ---- it works at all */

static void log_in_and_sync(void **state)
{
    World *world = *state;
    world_live(world);
    LeadCounts counts;
    assert_true(cache_counts(client_cache(world->client), &counts, NULL));
    assert_int_equal(
        counts.inbox,
        world_ask(world,
                  "SELECT count(*) FROM referral r JOIN account a ON a.id = r.to_account WHERE "
                  "a.email = $1",
                  db_text(MEMBER)));
    assert_true(counts.inbox >= 30);
    assert_string_equal(client_status(world->client)->account_email, MEMBER);
    world_check_cache(world);
}

static void a_verdict_is_sent_once(void **state)
{
    World *world = *state;
    world_live(world);
    Uuid id = world_waiting_lead(world, 0);
    confirm(world, &id);
    world_until(world, outbox_is_empty);
    check_confirmed_once(world, &id);
    check_one_key(world, 1);
    assert_int_equal(shown_state(world, &id), REFERRAL_CONFIRMED);
    world_check_cache(world);
}

/* ---- the network fails */

static void fails_once(World *world, Fault fault)
{
    world_live(world);
    Uuid id = world_waiting_lead(world, 0);
    fail_first(world, "POST /v1/referrals/", "/confirm", fault, 1);
    confirm(world, &id);
    world_hurry(world, outbox_is_empty, "outbox_is_empty");
    check_confirmed_once(world, &id);
    check_one_key(world, 2);
    gint64 rev = world_ask(world, "SELECT rev FROM referral WHERE id = $1", db_uuid(&id));
    Referral referral = shown(world, &id);
    assert_int_equal(referral.rev, rev);
    assert_false(referral.amended);
    fields_clear(&referral_fields, &referral);
    world_check_cache(world);
}

static void connection_breaks_before(void **state)
{
    fails_once(*state, (Fault){ FAULT_DROP_BEFORE });
}

static void answer_is_lost(void **state)
{
    fails_once(*state, (Fault){ FAULT_DROP_AFTER });
}

static void answer_is_cut(void **state)
{
    fails_once(*state, (Fault){ FAULT_CUT });
}

static void answer_is_no_json(void **state)
{
    fails_once(*state, (Fault){ FAULT_REPLACE, .body = "<html>Welcome to our hotel" });
}

static void answer_is_another_object(void **state)
{
    fails_once(*state, (Fault){ FAULT_REPLACE,
                                .body = "{\"id\":\"01930000-0000-7000-8000-000000000001\"}" });
}

static void a_gateway_answers_instead(void **state)
{
    fails_once(*state, (Fault){ FAULT_ANSWER, 200, NULL, "<html>Please pay for your wifi" });
}

static void server_errors(void **state)
{
    static const int statuses[] = { 500, 502, 503, 504, 507, 408, 425, 302 };
    World *world = *state;
    world_live(world);
    for (unsigned i = 0; i < G_N_ELEMENTS(statuses); i++) {
        Uuid id = world_waiting_lead(world, 0);
        fail_first(world, "POST /v1/referrals/", "/confirm", (Fault){ FAULT_ANSWER, statuses[i] },
                   2);
        peer_forget(world->peer);
        confirm(world, &id);
        world_hurry(world, outbox_is_empty, "outbox_is_empty");
        check_confirmed_once(world, &id);
        check_one_key(world, 3);
    }
    world_check_cache(world);
}

static bool one_is_held(World *world)
{
    return peer_count(world->peer, "POST /v1/referrals/") == 1;
}

static void server_is_killed_in_the_midst(void **state)
{
    World *world = *state;
    world_live(world);
    Uuid id = world_waiting_lead(world, 0);
    fail_first(world, "POST /v1/referrals/", "/confirm", (Fault){ FAULT_HOLD }, 1);
    confirm(world, &id);
    world_until(world, one_is_held);
    world_server_kill(world);
    peer_release(world->peer);
    world_until(world, is_offline);
    assert_int_equal(client_status(world->client)->outbox.waiting, 1);
    assert_int_equal(shown_state(world, &id), REFERRAL_CONFIRMED); /* as the user left it */
    world_server_start(world);
    world_hurry(world, outbox_is_empty, "outbox_is_empty");
    check_confirmed_once(world, &id);
    check_one_key(world, 2);
    world_check_cache(world);
}

/* The client dies while its request is on the way: the store says "sending". */
static void client_crashes_in_the_midst(void **state)
{
    World *world = *state;
    world_live(world);
    Uuid id = world_waiting_lead(world, 0);
    fail_first(world, "POST /v1/referrals/", "/confirm", (Fault){ FAULT_DROP_AFTER }, 1);
    confirm(world, &id);
    world_hurry(world, outbox_is_empty, "outbox_is_empty");
    /* The row as a crash leaves it. */
    Uuid other = world_waiting_lead(world, 0);
    peer_forget(world->peer);
    client_set_offline(world->client, true);
    confirm(world, &other);
    g_autoptr(GPtrArray) items = store_items(client_store(world->client), 0, NULL);
    assert_int_equal(items->len, 1);
    bool claimed = false;
    const OutboxItem *item = g_ptr_array_index(items, 0);
    assert_true(
        store_claim(client_store(world->client), &item->op, 1, clock_now(), &claimed, NULL));
    assert_true(claimed);
    g_clear_pointer(&world->client, client_free);
    world->client = world_client(world, "test");
    world_hurry(world, outbox_is_empty, "outbox_is_empty");
    check_confirmed_once(world, &other);
    check_one_key(world, 1);
}

/* ---- the server asks to wait */

static bool one_waits(World *world)
{
    return client_status(world->client)->outbox.waiting > 0 && is_settled(world) &&
           peer_count(world->peer, "POST /v1/batch") > 0;
}

static void retry_after_holds_all_back(void **state)
{
    World *world = *state;
    world_live(world);
    Uuid ids[8];
    for (unsigned i = 0; i < G_N_ELEMENTS(ids); i++)
        ids[i] = world_waiting_lead(world, i);
    fail_first(world, "POST ", "/batch", (Fault){ FAULT_ANSWER, 429, "Retry-After: 3600\r\n", "" },
               100);
    ConfirmInput input = verdict_lead();
    assert_true(client_confirm(world->client, ids, G_N_ELEMENTS(ids), &input, NULL));
    world_until(world, one_waits);
    world_until(world, is_settled);
    client_sync_now(world->client);
    world_until(world, is_live);
    assert_int_equal(peer_count(world->peer, "POST /v1/referrals/"), 0);
    assert_true(peer_count(world->peer, "POST /v1/batch") <= SENDING_MAX);
    assert_true(world->client->send_after > clock_now() + 3500 * 1000);
    assert_int_equal(client_status(world->client)->outbox.waiting, G_N_ELEMENTS(ids));
    peer_plan(world->peer, NULL, NULL);
    world_hurry(world, outbox_is_empty, "outbox_is_empty");
    for (unsigned i = 0; i < G_N_ELEMENTS(ids); i++)
        check_confirmed_once(world, &ids[i]);
}

static unsigned asked(World *world)
{
    return peer_count(world->peer, "GET ") + peer_count(world->peer, "POST ");
}

static bool was_told_to_wait(World *world)
{
    return is_offline(world) && client_status(world->client)->next_try > clock_now() + 3500 * 1000;
}

/* What the server says counts for the sync too, whatever else there is to send; a person may ask again at once. */
static void retry_after_holds_the_sync_back(void **state)
{
    static const int statuses[] = { 429, 503 };
    World *world = *state;
    world_live(world);
    for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++) {
        Uuid id = world_waiting_lead(world, 0);
        fail_first(world, "", "", (Fault){ FAULT_ANSWER, statuses[i], "Retry-After: 3600\r\n", "" },
                   100);
        peer_break_streams(world->peer);
        world_until(world, was_told_to_wait);
        peer_forget(world->peer);
        confirm(world, &id);
        world_until(world, is_settled);
        assert_int_equal(asked(world), 0);
        client_sync_now(world->client);
        world_until(world, is_offline);
        assert_true(asked(world) <= 2); /* both are told the same, once */
        assert_true(client_status(world->client)->next_try > clock_now() + 3500 * 1000);
        peer_plan(world->peer, NULL, NULL);
        client_sync_now(world->client);
        world_until(world, is_live);
        world_hurry(world, outbox_is_empty, "outbox_is_empty");
        check_confirmed_once(world, &id);
    }
}

/* ---- the server refuses */

static bool one_failed(World *world)
{
    return client_status(world->client)->outbox.failed == 1 && is_settled(world);
}

static void refusals(void **state)
{
    static const Problem problems[] = { PROBLEM_NOT_FOUND,    PROBLEM_REFERRAL_STATE,
                                        PROBLEM_NOT_PARTNERS, PROBLEM_PRECONDITION_FAILED,
                                        PROBLEM_VALIDATION,   PROBLEM_KEY_REUSED,
                                        PROBLEM_FORBIDDEN,    PROBLEM_PRECONDITION_REQUIRED,
                                        PROBLEM_TOO_LARGE,    PROBLEM_MALFORMED_JSON };
    World *world = *state;
    world_live(world);
    for (unsigned i = 0; i < G_N_ELEMENTS(problems); i++) {
        Uuid id = world_waiting_lead(world, 0);
        Referral before = shown(world, &id);
        refuse_first(world, "POST /v1/referrals/", "/confirm", problems[i], 1);
        confirm(world, &id);
        world_until(world, one_failed);
        check_untouched(world, &id);
        /* Its edit is undone, exactly; the item says why. */
        Referral after = shown(world, &id);
        assert_true(fields_equal(&referral_fields, &before, &after));
        fields_clear(&referral_fields, &before);
        fields_clear(&referral_fields, &after);
        g_autoptr(GPtrArray) items = store_items(client_store(world->client), OUTBOX_FAILED, NULL);
        const OutboxItem *item = g_ptr_array_index(items, 0);
        assert_string_equal(item->problem, problem_row(problems[i])->code);
        assert_string_equal(item->detail, "as planned");
        if (i % 2 == 0) {
            /* The server knows the old key as refused: another one. */
            Uuid old = item->key;
            assert_true(client_retry(world->client, &item->op, NULL));
            OutboxItem again = { 0 };
            assert_true(store_item(client_store(world->client), &item->op, &again, NULL));
            assert_false(uuid_equal(&old, &again.key));
            fields_clear(&outbox_fields, &again);
            world_hurry(world, outbox_is_empty, "outbox_is_empty");
            check_confirmed_once(world, &id);
        } else {
            assert_true(client_drop(world->client, &item->op, "as planned", NULL));
            world_until(world, outbox_is_empty);
            assert_int_equal(client_status(world->client)->outbox.failed, 0);
            check_untouched(world, &id);
        }
    }
    world_check_cache(world);
}

/* ---- tokens */

/* The token of the first request has expired from now on. */
static Fault refuse_first_token(const PeerRequest *request, unsigned n, gpointer data)
{
    char **stale = data;
    if (!request->authorization)
        return (Fault){ FAULT_NONE };
    if (!*stale)
        *stale = g_strdup(request->authorization);
    static const char body[] = "{\"status\":401,\"code\":\"token-expired\"}";
    return strcmp(request->authorization, *stale) == 0 ? (Fault){ FAULT_ANSWER, 401, NULL, body }
                                                       : (Fault){ FAULT_NONE };
}

static void count_auth(const PeerRequest *request, gpointer data)
{
    GHashTable *tokens = data;
    if (request->authorization && request->status != 401)
        g_hash_table_add(tokens, g_strdup(request->authorization));
}

static void expired_token_is_renewed_once(void **state)
{
    World *world = *state;
    world_live(world);
    Uuid ids[6];
    for (unsigned i = 0; i < G_N_ELEMENTS(ids); i++)
        ids[i] = world_waiting_lead(world, i);
    static char *stale;
    stale = NULL;
    peer_forget(world->peer);
    peer_plan(world->peer, refuse_first_token, &stale);
    ConfirmInput input = verdict_lead();
    assert_true(client_confirm(world->client, ids, G_N_ELEMENTS(ids), &input, NULL));
    world_until(world, outbox_is_empty);
    world_until(world, is_live);
    assert_int_equal(peer_count(world->peer, "POST /oauth/token"), 1);
    for (unsigned i = 0; i < G_N_ELEMENTS(ids); i++)
        check_confirmed_once(world, &ids[i]);
    g_autoptr(GHashTable) tokens = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    peer_each(world->peer, count_auth, tokens);
    assert_int_equal(g_hash_table_size(tokens), 1); /* only the new one */
    peer_plan(world->peer, NULL, NULL);
    g_free(stale);
}

/* The answer with the new pair is lost: the old refresh token is good for another. */
static void refresh_answer_is_lost(void **state)
{
    World *world = *state;
    world_live(world);
    fail_first(world, "POST /oauth/token", "", (Fault){ FAULT_DROP_AFTER }, 1);
    client_event(world->client, EVENT_UNAUTHORIZED);
    world_hurry(world, is_live, "is_live");
    assert_int_equal(peer_count(world->peer, "POST /oauth/token"), 2);
    /* And what is stored works. */
    g_clear_pointer(&world->client, client_free);
    world->client = world_client(world, "test");
    world_until(world, is_live);
}

static void refresh_answer_makes_no_sense(void **state)
{
    World *world = *state;
    world_live(world);
    fail_first(world, "POST /oauth/token", "", (Fault){ FAULT_ANSWER, 200, NULL, "<html>hotel" },
               1);
    client_event(world->client, EVENT_UNAUTHORIZED);
    world_hurry(world, is_live, "is_live");
}

static void revoked_session_asks_to_log_in(void **state)
{
    World *world = *state;
    world_live(world);
    Uuid id = world_waiting_lead(world, 0);
    refuse_first(world, "POST /", "", PROBLEM_UNAUTHORIZED, 2);
    confirm(world, &id);
    world_until(world, is_login);
    assert_int_equal(client_token_place(world->client), TOKENS_NONE);
    g_autofree char *tokens = profile_path(client_profile(world->client)->state_dir, "tokens");
    assert_false(g_file_test(tokens, G_FILE_TEST_EXISTS));
    assert_int_equal(client_status(world->client)->outbox.waiting, 1); /* kept */
    world_login(world->client, MEMBER);
    world_until(world, outbox_is_empty);
    check_confirmed_once(world, &id);
    check_one_key(world, 2);
}

/* A session bus that takes calls and never says a word, so that a keyring is not done until it is closed. */
static int mute_bus(World *world)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    g_autofree char *url = g_strdup_printf("unix:path=%s-bus", world->peer_socket);
    g_strlcpy(address.sun_path, strchr(url, '=') + 1, sizeof address.sun_path);
    int bus = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(bus, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(bus, 4), 0);
    g_setenv("DBUS_SESSION_BUS_ADDRESS", url, TRUE);
    return bus;
}

static void on_logged_out(const GError *error, gpointer data)
{
    *(bool *)data = true;
}

static bool logged_out;

static bool is_logged_out(World *world)
{
    return logged_out;
}

static bool is_refreshing(World *world)
{
    return peer_count(world->peer, "POST /oauth/token") == 1;
}

static bool is_forgetting(World *world)
{
    return peer_count(world->peer, "POST /oauth/revoke") == 1 && world->client->keeping;
}

static bool is_answered(World *world)
{
    return !world->client->request;
}

/* The session was ended at the server just now, so the refresh that was on its way is refused while the keyring forgets. */
static void log_out_meets_a_refused_refresh(void **state)
{
    World *world = *state;
    world_live(world);
    peer_forget(world->peer);
    fail_first(world, "POST /oauth/token", "", (Fault){ FAULT_HOLD }, 1);
    client_event(world->client, EVENT_UNAUTHORIZED);
    world_until(world, is_refreshing);
    int bus = mute_bus(world);
    logged_out = false;
    client_logout(world->client, false, on_logged_out, &logged_out);
    world_until(world, is_forgetting);
    peer_release(world->peer);
    world_until(world, is_answered);
    assert_false(logged_out);
    close(bus);
    g_unsetenv("DBUS_SESSION_BUS_ADDRESS");
    world_until(world, is_logged_out);
    assert_true(is_login(world));
    assert_int_equal(client_token_place(world->client), TOKENS_NONE);
    world_login(world->client, MEMBER);
    world_until(world, is_live);
}

static void tokens_are_private(void **state)
{
    World *world = *state;
    world_live(world);
    g_autofree char *path = profile_path(client_profile(world->client)->state_dir, "tokens");
    struct stat st;
    assert_int_equal(g_stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    world_logout(world->client, false);
    assert_int_not_equal(g_stat(path, &st), 0);
}

/* ---- accounts */

static void another_account_sends_nothing_of_mine(void **state)
{
    World *world = *state;
    world_live(world);
    Uuid id = world_waiting_lead(world, 0);
    client_set_offline(world->client, true);
    confirm(world, &id);
    g_autoptr(GPtrArray) partners = cache_partners(client_cache(world->client), NULL, 100, NULL);
    NewReferral slip = slip_for(&((Partner *)g_ptr_array_index(partners, 0))->account);
    Uuid sent;
    assert_true(client_send_referral(world->client, &slip, &sent, NULL));
    world_logout(world->client, false);
    world_login(world->client, LEADER);
    world_until(world, is_live);
    assert_string_equal(client_status(world->client)->account_email, LEADER);
    assert_int_equal(peer_count(world->peer, "POST /v1/referrals/"), 0);
    assert_int_equal(peer_count(world->peer, "PUT /v1/referrals/"), 0);
    /* Nothing of the member is to be seen. */
    Referral referral;
    assert_false(cache_referral(client_cache(world->client), &sent, &referral, NULL));
    assert_false(cache_referral(client_cache(world->client), &id, &referral, NULL));
    world_check_cache(world);
    assert_int_equal(client_status(world->client)->outbox.waiting, 2);
    world_logout(world->client, false);
    world_login(world->client, MEMBER);
    world_until(world, outbox_is_empty);
    check_confirmed_once(world, &id);
    assert_int_equal(
        world_ask(world, "SELECT count(*) FROM referral WHERE id = $1", db_uuid(&sent)), 1);
}

/* A second log-in while all runs. */
static void another_log_in_while_live(void **state)
{
    World *world = *state;
    world_live(world);
    world_login(world->client, LEADER);
    world_until(world, is_live);
    assert_string_equal(client_status(world->client)->account_email, LEADER);
    world_check_cache(world);
}

static void purge_leaves_nothing(void **state)
{
    World *world = *state;
    world_live(world);
    g_autofree char *path = profile_path(client_profile(world->client)->cache_dir, "cache.db");
    world_logout(world->client, true);
    world_until(world, is_settled);
    gint64 n = -1;
    assert_true(cache_count(client_cache(world->client), &(LeadQuery){ 0 }, &n, NULL));
    assert_int_equal(n, 0);
    g_clear_pointer(&world->client, client_free);
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

/* ---- pages */

static void gone_starts_again_and_keeps_the_outbox(void **state)
{
    World *world = *state;
    world_live(world);
    Uuid id = world_waiting_lead(world, 0);
    client_set_undo_hold(world->client, 60);
    confirm(world, &id);
    refuse_first(world, "GET /v1/changes", "", PROBLEM_CANNOT_CALCULATE_CHANGES, 1);
    peer_forget(world->peer);
    client_sync_now(world->client);
    world_until(world, is_live);
    assert_true(peer_count(world->peer, "GET /v1/changes") >= 2);
    assert_int_equal(client_status(world->client)->outbox.held, 1);
    assert_int_equal(shown_state(world, &id), REFERRAL_CONFIRMED);
    check_untouched(world, &id);
    assert_true(client_undo(world->client, NULL, NULL));
    world_until(world, is_settled);
    world_check_cache(world);
    assert_int_equal(peer_count(world->peer, "POST /v1/referrals/"), 0);
}

static void gone_for_ever_does_not_spin(void **state)
{
    World *world = *state;
    world_live(world);
    refuse_first(world, "GET /v1/changes", "", PROBLEM_CANNOT_CALCULATE_CHANGES, 1000);
    peer_forget(world->peer);
    client_sync_now(world->client);
    world_until(world, is_offline);
    assert_int_equal(peer_count(world->peer, "GET /v1/changes"), 2);
    world_check_cache(world);
}

static const char *const bad_pages[] = {
    "",
    "{",
    "null",
    "[]",
    "\"text\"",
    "{}",
    "{\"scope\":1,\"state\":2,\"more\":3,\"objects\":4}",
    "{\"scope\":\"01930000-0000-7000-8000-000000000001\",\"state\":\"s\",\"more\":false}",
    "{\"scope\":\"x\",\"state\":\"s\",\"more\":false,\"objects\":[]}",
    "{\"scope\":\"01930000-0000-7000-8000-000000000001\",\"state\":\"s\",\"more\":\"no\","
    "\"objects\":[]}",
    "{\"scope\":\"01930000-0000-7000-8000-000000000001\",\"state\":\"\\u0000\",\"more\":false,"
    "\"objects\":[]}",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
};

static void bad_pages_change_nothing(void **state)
{
    World *world = *state;
    world_live(world);
    for (size_t i = 0; i < G_N_ELEMENTS(bad_pages); i++) {
        fail_first(world, "GET /v1/changes", "", (Fault){ FAULT_ANSWER, 200, NULL, bad_pages[i] },
                   1);
        client_sync_now(world->client);
        world_until(world, is_offline);
        world_hurry(world, is_live, "is_live");
    }
    world_check_cache(world);
}

static void a_feed_that_stands_still_is_left(void **state)
{
    World *world = *state;
    world_live(world);
    char scope[UUID_TEXT_SIZE];
    const ClientFeed *own = &g_array_index(world->client->feeds, ClientFeed, 0);
    g_autofree char *body = g_strdup_printf(
        "{\"scope\":\"%s\",\"state\":\"%s\",\"more\":true,\"objects\":[]}",
        uuid_format(&own->scope, scope), own->state);
    fail_first(world, "GET /v1/changes", "", (Fault){ FAULT_ANSWER, 200, NULL, body }, 1000);
    peer_forget(world->peer);
    client_sync_now(world->client);
    world_until(world, is_offline);
    assert_int_equal(peer_count(world->peer, "GET /v1/changes"), 1);
}

static bool is_synced(World *world)
{
    return client_status(world->client)->last_sync > 0 && is_settled(world);
}

/* Every page of a full sync is cut off once; none is lost. */
static Fault every_second_page(const PeerRequest *request, unsigned n, gpointer data)
{
    unsigned *pages = data;
    if (!g_str_has_prefix(request->path, "/v1/changes"))
        return (Fault){ FAULT_NONE };
    static const FaultKind kinds[] = { FAULT_CUT, FAULT_NONE, FAULT_DROP_AFTER, FAULT_NONE };
    return (Fault){ kinds[(*pages)++ % 4] };
}

static void full_sync_over_a_bad_line(void **state)
{
    World *world = *state;
    static unsigned pages;
    world->client = world_client(world, "test");
    world_until(world, is_login);
    peer_plan(world->peer, every_second_page, &pages);
    world_login(world->client, MEMBER);
    world_hurry(world, is_synced, "is_synced");
    world_check_cache(world);
}

/* ---- undo, hold and the end */

static void undo_sends_nothing(void **state)
{
    World *world = *state;
    world_live(world);
    client_set_undo_hold(world->client, 60);
    Uuid ids[3];
    Referral before[3];
    for (unsigned i = 0; i < 3; i++) {
        ids[i] = world_waiting_lead(world, i);
        before[i] = shown(world, &ids[i]);
    }
    ConfirmInput input = verdict_lead();
    assert_true(client_confirm(world->client, ids, 3, &input, NULL));
    Note note = { .text = (char *)"Call back on Monday" };
    assert_true(client_note(world->client, &ids[0], &note, NULL));
    world_until(world, is_settled);
    assert_int_equal(shown_state(world, &ids[2]), REFERRAL_CONFIRMED);
    g_autofree char *first = NULL, *second = NULL;
    assert_true(client_undo(world->client, &first, NULL));
    assert_non_null(strstr(first, "note"));
    assert_true(client_undo(world->client, &second, NULL));
    assert_non_null(strstr(second, "3"));
    assert_false(client_undo(world->client, NULL, NULL));
    world_until(world, is_settled);
    for (unsigned i = 0; i < 3; i++) {
        Referral after = shown(world, &ids[i]);
        assert_true(fields_equal(&referral_fields, &before[i], &after));
        fields_clear(&referral_fields, &before[i]);
        fields_clear(&referral_fields, &after);
    }
    world_check_cache(world);
    assert_int_equal(peer_count(world->peer, "POST /v1/referrals/"), 0);
    assert_int_equal(peer_count(world->peer, "PUT /v1/referrals/"), 0);
}

/* What was undone is done again, unit by unit, the last one first. */
static void redo_does_it_again(void **state)
{
    World *world = *state;
    world_live(world);
    client_set_undo_hold(world->client, 60);
    Uuid ids[3];
    for (unsigned i = 0; i < 3; i++)
        ids[i] = world_waiting_lead(world, i);
    assert_false(client_redo(world->client, NULL, NULL));
    ConfirmInput input = verdict_lead();
    assert_true(client_confirm(world->client, ids, 3, &input, NULL));
    assert_true(
        client_outcome(world->client, &ids[0], &(OutcomeInput){ .outcome = REFERRAL_WON }, NULL));
    assert_true(client_undo(world->client, NULL, NULL));
    assert_true(client_undo(world->client, NULL, NULL));
    g_autofree char *first = NULL, *second = NULL;
    assert_true(client_redo(world->client, &first, NULL));
    assert_non_null(strstr(first, "3"));
    assert_true(client_redo(world->client, &second, NULL));
    assert_false(client_redo(world->client, NULL, NULL));
    world_until(world, is_settled);
    assert_int_equal(shown_state(world, &ids[0]), REFERRAL_WON);
    assert_int_equal(shown_state(world, &ids[2]), REFERRAL_CONFIRMED);
    assert_int_equal(client_status(world->client)->outbox.held, 4);
    /* One unit again: one undo takes all three back. */
    assert_true(client_undo(world->client, NULL, NULL));
    assert_true(client_undo(world->client, NULL, NULL));
    assert_int_equal(client_status(world->client)->outbox.held, 0);
    assert_true(client_redo(world->client, NULL, NULL));
    client_set_undo_hold(world->client, 0);
    client_stop(world->client, LIMIT_MS);
    for (unsigned i = 0; i < 3; i++)
        check_confirmed_once(world, &ids[i]);
}

/* Every kind of action, not only the first verdict on a lead. */
static void redo_of_a_changed_verdict_and_of_the_profile(void **state)
{
    World *world = *state;
    world_live(world);
    Uuid id = world_waiting_lead(world, 0);
    confirm(world, &id);
    world_until(world, outbox_is_empty);
    world_until(world, is_live);
    client_set_undo_hold(world->client, 60);
    ConfirmInput no = { .verdict = VERDICT_NOT_A_LEAD, .reason_code = REASON_NO_NEED };
    assert_true(client_confirm(world->client, &id, 1, &no, NULL));
    assert_true(client_undo(world->client, NULL, NULL));
    assert_true(client_redo(world->client, NULL, NULL));
    Account account = { 0 };
    assert_true(client_read_profile(world->client, &account, NULL));
    g_free(account.company_name);
    account.company_name = g_strdup("Patel & Daughters");
    assert_true(client_change_profile(world->client, &account, NULL));
    fields_clear(&account_fields, &account);
    assert_true(client_undo(world->client, NULL, NULL));
    g_autofree char *what = NULL;
    assert_true(client_redo(world->client, &what, NULL));
    assert_non_null(what);
    assert_int_equal(client_status(world->client)->outbox.held, 2);
    assert_true(client_undo(world->client, NULL, NULL));
    assert_true(client_undo(world->client, NULL, NULL));
    world_until(world, is_settled);
    world_check_cache(world);
}

/* Another action on one of the leads: what was undone of them stays so. */
static void redo_is_lost_by_another_action(void **state)
{
    World *world = *state;
    world_live(world);
    client_set_undo_hold(world->client, 60);
    Uuid ids[2] = { world_waiting_lead(world, 0), world_waiting_lead(world, 1) };
    ConfirmInput input = verdict_lead();
    assert_true(client_confirm(world->client, ids, 2, &input, NULL));
    assert_true(client_undo(world->client, NULL, NULL));
    assert_true(client_pick_up(world->client, &ids[0], NULL)); /* looking at it is no action */
    Note note = { .text = (char *)"Call back on Monday" };
    assert_true(client_note(world->client, &ids[1], &note, NULL));
    assert_false(client_redo(world->client, NULL, NULL));
    assert_int_equal(client_status(world->client)->outbox.held, 1);
}

static Uuid acted_on;

static bool is_other_live(World *world)
{
    return client_status(world->other)->phase == PHASE_LIVE;
}

static bool is_confirmed_here(World *world)
{
    return shown_state(world, &acted_on) == REFERRAL_CONFIRMED;
}

/* Somebody else acted on the lead meanwhile. */
static void redo_asks_the_lead_as_it_is_now(void **state)
{
    World *world = *state;
    world_live(world);
    client_set_undo_hold(world->client, 60);
    Uuid id = world_waiting_lead(world, 0);
    confirm(world, &id);
    assert_true(client_undo(world->client, NULL, NULL));
    world->other = world_client(world, "other");
    world_login(world->other, MEMBER);
    world_until(world, is_other_live);
    ConfirmInput input = verdict_lead();
    assert_true(client_confirm(world->other, &id, 1, &input, NULL));
    acted_on = id;
    world_until(world, is_confirmed_here);
    g_autoptr(GError) error = NULL;
    assert_false(client_redo(world->client, NULL, &error));
    assert_true(problem_is(error, PROBLEM_FAILED));
    assert_int_equal(client_status(world->client)->outbox.held, 0);
}

static void quit_sends_what_is_held(void **state)
{
    World *world = *state;
    world_live(world);
    client_set_undo_hold(world->client, 60);
    Uuid id = world_waiting_lead(world, 0);
    confirm(world, &id);
    assert_int_equal(client_status(world->client)->outbox.held, 1);
    client_stop(world->client, LIMIT_MS);
    check_confirmed_once(world, &id);
    OutboxCounts counts = client_status(world->client)->outbox;
    assert_int_equal(counts.held + counts.waiting + counts.failed, 0);
}

static void quit_offline_keeps_it(void **state)
{
    World *world = *state;
    world_live(world);
    client_set_undo_hold(world->client, 60);
    client_set_offline(world->client, true);
    Uuid id = world_waiting_lead(world, 0);
    confirm(world, &id);
    gint64 start = clock_monotonic();
    client_stop(world->client, LIMIT_MS);
    assert_true(clock_monotonic() - start < 5 * G_USEC_PER_SEC);
    g_clear_pointer(&world->client, client_free);
    check_untouched(world, &id);
    world->client = world_client(world, "test");
    world_until(world, outbox_is_empty);
    check_confirmed_once(world, &id);
}

/* ---- order, notes */

static bool all_asked(World *world)
{
    return peer_count(world->peer, "PUT /v1/referrals/") >= 1 && outbox_is_empty(world);
}

static void path_order(const PeerRequest *request, gpointer data)
{
    if (g_str_has_prefix(request->path, "/v1/referrals/"))
        g_string_append_printf(data, "%s;",
                               strrchr(request->path + strlen("/v1/referrals/"), '/')
                                   ? strrchr(request->path, '/')
                                   : "create");
}

static void acts_on_one_lead_keep_their_order(void **state)
{
    World *world = *state;
    world_live(world);
    world->client->no_batch = true;
    Uuid id = world_waiting_lead(world, 0);
    client_set_offline(world->client, true);
    assert_true(client_pick_up(world->client, &id, NULL));
    confirm(world, &id);
    OutcomeInput working = { .outcome = REFERRAL_WORKING }, won = { .outcome = REFERRAL_WON };
    assert_true(client_outcome(world->client, &id, &working, NULL));
    assert_true(client_outcome(world->client, &id, &won, NULL));
    fail_first(world, "POST /v1/referrals/", "/confirm", (Fault){ FAULT_ANSWER, 500 }, 1);
    peer_forget(world->peer);
    client_set_offline(world->client, false);
    world_hurry(world, outbox_is_empty, "outbox_is_empty");
    g_autoptr(GString) order = g_string_new(NULL);
    peer_each(world->peer, path_order, order);
    assert_int_equal(world_ask(world, "SELECT state FROM referral WHERE id = $1", db_uuid(&id)),
                     REFERRAL_WON);
    assert_int_equal(client_status(world->client)->outbox.failed, 0);
    const char *confirm_at = strstr(order->str, "/confirm");
    const char *outcome_at = strstr(order->str, "/outcome");
    assert_true(confirm_at && outcome_at && strstr(order->str, "/pick-up") < confirm_at &&
                strstr(confirm_at + 1, "/confirm") < outcome_at);
    world_check_cache(world);
}

/* The first answer is lost, the note comes back with a sync, and only then it is sent again: the same request still. */
static void a_note_is_the_same_at_every_try(void **state)
{
    World *world = *state;
    world_live(world);
    Uuid id = world_waiting_lead(world, 0);
    Note note = { .id = uuid_new(), .text = (char *)"First words" };
    fail_first(world, "PUT /v1/referrals/", "", (Fault){ FAULT_DROP_AFTER }, 3);
    assert_true(client_note(world->client, &id, &note, NULL));
    world_hurry(world, all_asked, "all_asked");
    assert_int_equal(client_status(world->client)->outbox.failed, 0);
    assert_int_equal(world_ask(world, "SELECT rev FROM note WHERE id = $1", db_uuid(&note.id)), 1);
    /* Two changes in a row, offline: the second is made to what the first becomes. */
    client_set_offline(world->client, true);
    note.text = (char *)"Second words";
    assert_true(client_note(world->client, &id, &note, NULL));
    note.text = (char *)"Third words";
    assert_true(client_note(world->client, &id, &note, NULL));
    fail_again();
    peer_forget(world->peer);
    client_set_offline(world->client, false);
    world_hurry(world, all_asked, "all_asked");
    assert_int_equal(client_status(world->client)->outbox.failed, 0);
    assert_int_equal(world_ask(world, "SELECT rev FROM note WHERE id = $1", db_uuid(&note.id)), 3);
    assert_int_equal(world_ask(world, "SELECT text = $2 FROM note WHERE id = $1", db_uuid(&note.id),
                               db_text("Third words")),
                     1);
    world_check_cache(world);
}

static void a_lead_that_is_refused_takes_its_followers(void **state)
{
    World *world = *state;
    world_live(world);
    g_autoptr(GPtrArray) partners = cache_partners(client_cache(world->client), NULL, 100, NULL);
    NewReferral slip = slip_for(&((Partner *)g_ptr_array_index(partners, 0))->account);
    Uuid id;
    world->client->no_batch = true;
    client_set_offline(world->client, true);
    assert_true(client_send_referral(world->client, &slip, &id, NULL));
    Note note = { .text = (char *)"About my own lead" };
    assert_true(client_note(world->client, &id, &note, NULL));
    world_until(world, is_settled);
    assert_int_equal(shown_state(world, &id), REFERRAL_SENT);
    refuse_first(world, "PUT /v1/referrals/", "", PROBLEM_NOT_PARTNERS, 1);
    client_set_offline(world->client, false);
    world_until(world, one_failed);
    world_until(world, is_live);
    assert_int_equal(client_status(world->client)->outbox.waiting, 1); /* behind it */
    assert_int_equal(peer_count(world->peer, "PUT /v1/referrals/"), 1);
    Referral referral;
    assert_false(cache_referral(client_cache(world->client), &id, &referral, NULL));
    g_autoptr(GPtrArray) items = store_items(client_store(world->client), OUTBOX_FAILED, NULL);
    const OutboxItem *item = g_ptr_array_index(items, 0);
    assert_true(client_retry(world->client, &item->op, NULL));
    world_until(world, outbox_is_empty);
    assert_int_equal(
        world_ask(world, "SELECT count(*) FROM note WHERE referral = $1", db_uuid(&id)), 1);
    world_check_cache(world);
}

/* ---- the same lead for two */

static void hand_out_two(World *world, Uuid ids[2])
{
    g_autoptr(GPtrArray) partners = cache_partners(client_cache(world->client), NULL, 100, NULL);
    g_autoptr(GError) error = NULL;
    assert_true(partners->len >= 2);
    NewReferral slips[] = { slip_for(&((Partner *)partners->pdata[0])->account),
                            slip_for(&((Partner *)partners->pdata[1])->account) };
    if (!client_hand_out(world->client, slips, 2, ids, &error))
        fail_msg("%s", error->message);
}

/* R121, R29-R31: one act, two submissions; the second is a copy of the first and comes after it, both compete. */
static void R121_R31_hand_out_two_is_one_act(void **state)
{
    World *world = *state;
    Uuid ids[2];
    world_live(world);
    client_set_undo_hold(world->client, 60);
    hand_out_two(world, ids);
    assert_int_equal(client_status(world->client)->outbox.held, 2);
    assert_true(client_undo(world->client, NULL, NULL));
    assert_int_equal(client_status(world->client)->outbox.held, 0);
    client_set_undo_hold(world->client, 0);
    client_set_offline(world->client, true);
    assert_true(client_redo(world->client, NULL, NULL));
    world_until(world, is_settled);
    client_set_offline(world->client, false);
    world_until(world, outbox_is_empty);
    assert_int_equal(
        world_ask(world, "SELECT copy_of IS NULL FROM referral WHERE id = $1", db_uuid(&ids[0])),
        1);
    assert_int_equal(world_ask(world, "SELECT copy_of = $2 FROM referral WHERE id = $1",
                               db_uuid(&ids[1]), db_uuid(&ids[0])),
                     1);
    for (int i = 0; i < 2; i++)
        assert_int_equal(
            world_ask(world, "SELECT competing FROM referral WHERE id = $1", db_uuid(&ids[i])), 1);
    world_until(world, is_live);
    world_check_cache(world);
}

/* R29: one submission, one recipient: nobody twice. */
static void R29_nobody_gets_a_lead_twice(void **state)
{
    World *world = *state;
    Uuid ids[2];
    g_autoptr(GError) error = NULL;
    world_live(world);
    g_autoptr(GPtrArray) partners = cache_partners(client_cache(world->client), NULL, 100, NULL);
    NewReferral slip = slip_for(&((Partner *)partners->pdata[0])->account);
    NewReferral slips[] = { slip, slip };
    assert_false(client_hand_out(world->client, slips, 2, ids, &error));
    assert_true(problem_is(error, PROBLEM_VALIDATION));
    assert_int_equal(client_status(world->client)->outbox.waiting, 0);
}

/* A copy waits for its original, and is a lead of its own when that one is thrown away. */
static void R30_a_copy_waits_for_its_original(void **state)
{
    World *world = *state;
    Uuid ids[2];
    world_live(world);
    world->client->no_batch = true;
    client_set_offline(world->client, true);
    hand_out_two(world, ids);
    world_until(world, is_settled);
    refuse_first(world, "PUT /v1/referrals/", "", PROBLEM_NOT_PARTNERS, 1);
    client_set_offline(world->client, false);
    world_until(world, one_failed);
    world_until(world, is_live);
    assert_int_equal(client_status(world->client)->outbox.waiting, 1);
    assert_int_equal(peer_count(world->peer, "PUT /v1/referrals/"), 1);
    g_autoptr(GPtrArray) items = store_items(client_store(world->client), OUTBOX_FAILED, NULL);
    const OutboxItem *item = g_ptr_array_index(items, 0);
    assert_true(uuid_equal(&item->object, &ids[0]));
    assert_true(client_drop(world->client, &item->op, "not any more", NULL));
    world_until(world, outbox_is_empty);
    assert_int_equal(
        world_ask(world, "SELECT copy_of IS NULL AND competing = 0 FROM referral WHERE id = $1",
                  db_uuid(&ids[1])),
        1);
    assert_int_equal(
        world_ask(world, "SELECT count(*) FROM referral WHERE id = $1", db_uuid(&ids[0])), 0);
    world_check_cache(world);
}

static void r116_a_lead_goes_outside_when_the_network_is_back(void **state)
{
    World *world = *state;
    world_live(world);
    NewReferral slip = slip_for(&(Uuid){ 0 });
    slip.to.outside = (Outside){ (char *)"Ola Nordmann", (char *)"ola@elektro.example" };
    slip.permission.wording = (char *)"Yes, ring me";
    Uuid id;
    Referral shown = { 0 };
    client_set_offline(world->client, true);
    assert_true(client_send_referral(world->client, &slip, &id, NULL));
    world_until(world, is_settled);
    assert_int_equal(shown_state(world, &id), REFERRAL_SENT);
    client_set_offline(world->client, false);
    world_until(world, outbox_is_empty);
    world_until(world, is_live);
    assert_int_equal(world_ask(world,
                               "SELECT count(*) FROM referral WHERE id = $1 AND to_account IS NULL"
                               " AND to_key = 'ola@elektro.example'",
                               db_uuid(&id)),
                     1);
    assert_true(cache_referral(client_cache(world->client), &id, &shown, NULL));
    assert_string_equal(shown.to.name, "Ola Nordmann");
    assert_string_equal(shown.to_email, "ola@elektro.example");
    assert_string_equal(shown.lead.permission.wording, "Yes, ring me");
    fields_clear(&referral_fields, &shown);
    world_check_cache(world);
}

/* ---- files */

static void damage(const char *path)
{
    g_autofree char *bytes = NULL;
    gsize length = 0;
    assert_true(g_file_get_contents(path, &bytes, &length, NULL));
    memset(bytes + 100, 0xA5, length - 100);
    assert_true(g_file_set_contents(path, bytes, (gssize)length, NULL));
}

static void a_damaged_cache_is_made_anew(void **state)
{
    World *world = *state;
    world_live(world);
    client_set_undo_hold(world->client, 60);
    Uuid id = world_waiting_lead(world, 0);
    confirm(world, &id);
    world_until(world, is_settled);
    g_autofree char *path = profile_path(client_profile(world->client)->cache_dir, "cache.db");
    g_autofree char *aside = g_strconcat(path, ".damaged", NULL);
    g_clear_pointer(&world->client, client_free);
    damage(path);
    world->client = world_client(world, "test");
    world_until(world, is_live);
    assert_true(g_file_test(aside, G_FILE_TEST_EXISTS));
    assert_int_equal(client_status(world->client)->outbox.held, 1);
    assert_int_equal(shown_state(world, &id), REFERRAL_CONFIRMED); /* the edit is on it again */
    assert_true(client_undo(world->client, NULL, NULL));
    world_until(world, is_settled);
    world_check_cache(world);
}

static bool is_rebuilt(World *world)
{
    LeadCounts counts;
    return is_live(world) && cache_counts(client_cache(world->client), &counts, NULL) &&
           counts.inbox >= 30;
}

static char *copy_of(const char *path, gsize *length)
{
    char *bytes = NULL;
    assert_true(g_file_get_contents(path, &bytes, length, NULL));
    return bytes;
}

/* The database alone is a mixture of two times that SQLite would take for whole; with its log it is right. */
static void a_cache_whose_log_is_lost_is_made_anew(void **state)
{
    World *world = *state;
    world_live(world);
    g_autofree char *path = profile_path(client_profile(world->client)->cache_dir, "cache.db");
    g_autofree char *log = g_strconcat(path, "-wal", NULL),
                    *mark = g_strconcat(path, "-open", NULL);
    g_autofree char *aside = g_strconcat(path, ".damaged", NULL);
    for (int lost = 0; lost <= 1; lost++) {
        gsize size, log_size, mark_size;
        g_autofree char *bytes = copy_of(path, &size), *log_bytes = copy_of(log, &log_size);
        g_autofree char *mark_bytes = copy_of(mark, &mark_size);
        g_clear_pointer(&world->client, client_free);
        /* As it was in the midst: killed. */
        assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
        assert_true(g_file_set_contents(mark, mark_bytes, (gssize)mark_size, NULL));
        if (!lost)
            assert_true(g_file_set_contents(log, log_bytes, (gssize)log_size, NULL));
        world->client = world_client(world, "test");
        world_until(world, is_rebuilt);
        assert_int_equal(g_file_test(aside, G_FILE_TEST_EXISTS), lost);
    }
    world_check_cache(world);
    g_clear_pointer(&world->client, client_free);
    assert_false(g_file_test(mark, G_FILE_TEST_EXISTS));
    assert_false(g_file_test(log, G_FILE_TEST_EXISTS));
    world->client = world_client(world, "test");
    world_until(world, is_live);
}

/* Written over in place, as a failing disk does. */
static void damage_in_place(const char *path)
{
    struct stat st;
    assert_int_equal(g_stat(path, &st), 0);
    FILE *file = fopen(path, "r+b");
    for (long at = 4096; at < st.st_size; at += 8) {
        fseek(file, at, SEEK_SET);
        fwrite("\xA5\xA5\xA5\xA5\xA5\xA5\xA5\xA5", 1, 8, file);
    }
    fclose(file);
}

static void a_cache_damaged_while_running(void **state)
{
    World *world = *state;
    world_live(world);
    Uuid id = world_waiting_lead(world, 0);
    client_set_undo_hold(world->client, 60);
    confirm(world, &id);
    world_until(world, is_settled);
    g_autofree char *path = profile_path(client_profile(world->client)->cache_dir, "cache.db");
    g_autofree char *aside = g_strconcat(path, ".damaged", NULL);
    /* All into the file itself, and nothing of it in memory. */
    g_clear_pointer(&world->client, client_free);
    damage_in_place(path);
    world->client = world_client(world, "test");
    world_hurry(world, is_rebuilt, "is_rebuilt");
    assert_true(g_file_test(aside, G_FILE_TEST_EXISTS));
    assert_int_equal(client_status(world->client)->outbox.held, 1);
    assert_int_equal(shown_state(world, &id), REFERRAL_CONFIRMED);
    client_undo(world->client, NULL, NULL);
    world_check_cache(world);
}

/* It waits for its next try, and nobody tells it not to. */
static void a_cache_found_damaged_while_offline(void **state)
{
    World *world = *state;
    world_live(world);
    fail_first(world, "", "", (Fault){ FAULT_ANSWER, 503, "Retry-After: 2\r\n", "" }, 100);
    peer_break_streams(world->peer);
    world_until(world, is_offline);
    g_autofree char *path = profile_path(client_profile(world->client)->cache_dir, "cache.db");
    g_autofree char *aside = g_strconcat(path, ".damaged", NULL);
    client_cache_damaged(world->client);
    while (world->client->rebuild_source)
        g_main_context_iteration(NULL, TRUE);
    assert_true(g_file_test(aside, G_FILE_TEST_EXISTS));
    peer_plan(world->peer, NULL, NULL);
    world_until(world, is_rebuilt);
    world_check_cache(world);
}

static void files_are_private(void **state)
{
    World *world = *state;
    world_live(world);
    const Profile *profile = client_profile(world->client);
    const char *const files[][2] = {
        { profile->cache_dir, "cache.db" }, { profile->cache_dir, "cache.db-wal" },
        { profile->data_dir, "leads.db" },  { profile->data_dir, "lock" },
        { profile->data_dir, "" },          { profile->cache_dir, "" },
        { profile->state_dir, "" },         { profile->runtime_dir, "" }
    };
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = profile_path(files[i][0], files[i][1]);
        struct stat st;
        if (g_stat(path, &st) != 0 || (st.st_mode & 077) != 0)
            fail_msg("%s is there for others", path);
    }
    g_autoptr(GError) error = NULL;
    assert_null(client_open(profile, 0, &error));
    assert_true(problem_is(error, PROBLEM_LOCKED));
}

/* ---- push */

static gboolean wake(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

static void push(World *world, Client *leader, const Uuid *member)
{
    NewReferral slip = slip_for(member);
    Uuid id;
    g_autoptr(GError) error = NULL;
    if (!client_send_referral(leader, &slip, &id, &error))
        fail_msg("%s", error->message);
    gint64 end = clock_monotonic() + LIMIT_MS * G_GINT64_CONSTANT(1000);
    Referral referral = { 0 };
    guint source = g_timeout_add(10, wake, NULL);
    while (!cache_referral(client_cache(world->client), &id, &referral, NULL)) {
        assert_true(clock_monotonic() < end);
        g_main_context_iteration(NULL, TRUE);
    }
    g_source_remove(source);
    assert_int_equal(referral.box, BOX_INBOX);
    fields_clear(&referral_fields, &referral);
}

static void last_ids(const PeerRequest *request, gpointer data)
{
    if (g_str_has_prefix(request->path, "/v1/events"))
        g_string_append_printf(data, "%s;", request->last_event_id ? request->last_event_id : "");
}

static bool stream_is_back(World *world)
{
    return is_live(world) && peer_count(world->peer, "GET /v1/events") >= 1 &&
           peer_streams(world->peer) >= 2;
}

static void a_new_lead_comes_by_push(void **state)
{
    World *world = *state;
    world_live(world);
    World other = *world;
    other.client = world->other = world_client(world, "leader");
    world_until(&other, is_login);
    world_login(other.client, LEADER);
    world_until(&other, is_live);
    Uuid member = client_status(world->client)->account;
    push(world, other.client, &member);
    /* After the streams broke too; they tell what they heard last. */
    peer_forget(world->peer);
    peer_break_streams(world->peer);
    world_hurry(world, stream_is_back, "stream_is_back");
    g_autoptr(GString) ids = g_string_new(NULL);
    peer_each(world->peer, last_ids, ids);
    assert_true(strlen(ids->str) > 8);
    push(world, other.client, &member);
    g_clear_pointer(&world->other, client_free);
    world_check_cache(world);
}

/* ---- everything at once */

static Fault chaos(const PeerRequest *request, unsigned n, gpointer data)
{
    static const Fault faults[] = {
        { FAULT_DROP_BEFORE },
        { FAULT_DROP_AFTER },
        { FAULT_CUT },
        { FAULT_ANSWER, 500 },
        { FAULT_ANSWER, 503, "Retry-After: 1\r\n", "" },
        { FAULT_ANSWER, 429, "Retry-After: 1\r\n", "" },
        { FAULT_ANSWER, 200, NULL, "<html>" },
        { FAULT_ANSWER, 401, NULL, "{\"code\":\"token-expired\",\"status\":401}" },
        { FAULT_REPLACE, .body = "{\"id\":7" },
    };
    uint64_t *seed = data;
    if (strstr(request->path, "/v1/login") || random_below(seed, 100) >= 40)
        return (Fault){ FAULT_NONE };
    unsigned which = random_below(seed, G_N_ELEMENTS(faults));
    /* A refused refresh is a log-out, and rightly so. */
    if (strstr(request->path, "/oauth/") && which >= 6)
        which = 0;
    if (g_str_has_prefix(request->path, "/v1/changes") && which == 6 && random_below(seed, 2))
        return (Fault){ FAULT_ANSWER, 410, NULL,
                        "{\"code\":\"cannot-calculate-changes\",\"status\":410}" };
    return faults[which];
}

/* No token is refused: a client that is asked to log in would stand still. */
static Fault chaos_of_the_network(const PeerRequest *request, unsigned n, gpointer data)
{
    Fault got = chaos(request, n, data);
    return got.status == 401 ? (Fault){ FAULT_NONE } : got;
}

#define CHAOS_LEADS 12
#define CHAOS_SLIPS 6

static bool is_in(World *world, const Uuid *id, const char *sql, gint64 expected)
{
    return world_ask(world, sql, db_uuid(id)) == expected;
}

static bool is_empty_or_login(World *world)
{
    return outbox_is_empty(world) || is_login(world);
}

static void one_round_of_chaos(World *world, uint64_t first)
{
    static uint64_t seed;
    seed = first;
    world_live(world);
    g_autoptr(GPtrArray) partners = cache_partners(client_cache(world->client), NULL, 100, NULL);
    Uuid leads[CHAOS_LEADS], slips[CHAOS_SLIPS], notes[CHAOS_LEADS];
    for (unsigned i = 0; i < CHAOS_LEADS; i++)
        leads[i] = world_waiting_lead(world, i);
    peer_plan(world->peer, chaos, &seed);
    for (unsigned i = 0; i < CHAOS_LEADS; i++) {
        assert_true(client_pick_up(world->client, &leads[i], NULL));
        confirm(world, &leads[i]);
        notes[i] = uuid_new();
        Note note = { .id = notes[i], .text = (char *)"Once" };
        assert_true(client_note(world->client, &leads[i], &note, NULL));
        OutcomeInput won = { .outcome = REFERRAL_WON };
        if (i % 3 == 0)
            assert_true(client_outcome(world->client, &leads[i], &won, NULL));
        if (i < CHAOS_SLIPS) {
            NewReferral slip = slip_for(
                &((Partner *)g_ptr_array_index(partners, i % partners->len))->account);
            assert_true(client_send_referral(world->client, &slip, &slips[i], NULL));
        }
        for (int turn = 0; turn < 20; turn++)
            g_main_context_iteration(NULL, FALSE);
    }
    for (world_hurry(world, is_empty_or_login, "is_empty_or_login"); is_login(world);
         world_hurry(world, is_empty_or_login, "is_empty_or_login"))
        world_login(world->client, MEMBER); /* refused too often */
    assert_int_equal(client_status(world->client)->outbox.failed, 0);
    for (unsigned i = 0; i < CHAOS_LEADS; i++) {
        assert_true(is_in(world, &leads[i], "SELECT state FROM referral WHERE id = $1",
                          i % 3 == 0 ? REFERRAL_WON : REFERRAL_CONFIRMED));
        assert_true(is_in(world, &leads[i], "SELECT amended FROM referral WHERE id = $1", 0));
        assert_true(is_in(world, &leads[i], "SELECT count(*) FROM note WHERE referral = $1", 1));
        assert_true(is_in(world, &notes[i], "SELECT rev FROM note WHERE id = $1", 1));
    }
    for (unsigned i = 0; i < CHAOS_SLIPS; i++)
        assert_true(is_in(world, &slips[i], "SELECT count(*) FROM referral WHERE id = $1", 1));
    assert_int_equal(
        world_ask(world, "SELECT count(*) FROM lead WHERE need = $1", db_text("A new roof")),
        CHAOS_SLIPS);
    world_check_cache(world);
}

static void chaos_loses_and_doubles_nothing(void **state)
{
    one_round_of_chaos(*state, 20261125);
}

static void chaos_of_another_seed(void **state)
{
    one_round_of_chaos(*state, 7);
}

/* ---- killed over and over: this program again, as "child NAME SOCKET", until it is killed */

static const char *self;

static bool child_is_live(Client *client, gpointer data)
{
    if (client->sync.state == SYNC_OFFLINE)
        client_sync_now(client);
    return client->sync.state == SYNC_LIVE;
}

/* Writes notes and verdicts, and tells of each on standard output once the client has taken it. */
static void G_GNUC_NORETURN child_main(const char *name, const char *socket)
{
    g_autofree char *server = g_strconcat("unix:", socket, NULL);
    g_autoptr(Profile) profile = profile_new(PROFILE_SERVER, name, server, NULL);
    profile->insecure_storage = true;
    Client *client = client_open(profile, 0, NULL);
    client_set_undo_hold(client, 0);
    client_start(client);
    client_wait(client, child_is_live, NULL, LIMIT_MS);
    LeadQuery query = { .box = BOX_INBOX };
    for (guint i = 0;; i++) {
        g_autoptr(GPtrArray)
            rows = cache_leads(client_cache(client), &query, NULL, true, 100, NULL);
        const LeadRow *row = g_ptr_array_index(rows, i % rows->len);
        char text[UUID_TEXT_SIZE];
        ConfirmInput input = verdict_lead();
        if (row->state <= REFERRAL_PICKED_UP && client_confirm(client, &row->id, 1, &input, NULL))
            printf("C %s\n", uuid_format(&row->id, text));
        Note note = { .id = uuid_new(), .text = (char *)"Written before the end" };
        if (client_note(client, &row->id, &note, NULL))
            printf("N %s\n", uuid_format(&note.id, text));
        fflush(stdout);
        for (int turn = 0; turn < 10; turn++)
            g_main_context_iteration(NULL, FALSE);
    }
}

/* Reads what a child tells, kills it after so many lines, and keeps what it was told. */
static void run_and_kill(World *world, const char *name, unsigned lines, GHashTable *told)
{
    const char *const argv[] = { self, "child", name, world->peer_socket, NULL };
    GPid pid = 0;
    int output = -1;
    assert_true(g_spawn_async_with_pipes(NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                                         NULL, &pid, NULL, &output, NULL, NULL));
    FILE *file = fdopen(output, "r");
    char line[64];
    for (unsigned n = 0; fgets(line, sizeof line, file); n++) {
        g_hash_table_add(told, g_strdup(g_strchomp(line)));
        if (n == lines)
            kill(pid, SIGKILL); /* and the rest of what it told counts too */
    }
    fclose(file);
    waitpid(pid, NULL, 0);
}

static void kills_lose_and_double_nothing(void **state)
{
    static uint64_t seed, dice;
    World *world = *state;
    seed = 42, dice = 43;
    world_live(world);
    g_autofree char *name = g_strdup(client_profile(world->client)->name);
    g_clear_pointer(&world->client, client_free);
    g_autoptr(GHashTable) told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    peer_plan(world->peer, chaos_of_the_network, &seed);
    for (int round = 0; round < 12; round++)
        run_and_kill(world, name, random_below(&dice, 30), told);
    peer_plan(world->peer, NULL, NULL);
    world->client = world_client(world, "test");
    world_hurry(world, outbox_is_empty, "outbox_is_empty");
    assert_int_equal(client_status(world->client)->outbox.failed, 0);
    assert_true(g_hash_table_size(told) > 60);
    gint64 notes = 0;
    GHashTableIter iter;
    gpointer line;
    g_hash_table_iter_init(&iter, told);
    while (g_hash_table_iter_next(&iter, &line, NULL)) {
        Uuid id;
        assert_true(uuid_parse((char *)line + 2, &id));
        if (*(char *)line == 'C')
            check_confirmed_once(world, &id);
        else
            assert_true(is_in(world, &id, "SELECT rev FROM note WHERE id = $1", 1));
        notes += *(char *)line == 'N';
    }
    /* At most one a round was taken and not yet told. */
    gint64 all = world_ask(world, "SELECT count(*) FROM note WHERE text = $1",
                           db_text("Written before the end"));
    assert_true(notes > 0 && all >= notes && all <= notes + 12);
    world_check_cache(world);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

/* An argument names the tests to be run, as a pattern. */
int main(int argc, char **argv)
{
    self = argv[0];
    if (argc == 4 && strcmp(argv[1], "child") == 0)
        child_main(argv[2], argv[3]);
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        TEST(log_in_and_sync),
        TEST(a_verdict_is_sent_once),
        TEST(connection_breaks_before),
        TEST(answer_is_lost),
        TEST(answer_is_cut),
        TEST(answer_is_no_json),
        TEST(answer_is_another_object),
        TEST(a_gateway_answers_instead),
        TEST(server_errors),
        TEST(server_is_killed_in_the_midst),
        TEST(client_crashes_in_the_midst),
        TEST(retry_after_holds_all_back),
        TEST(retry_after_holds_the_sync_back),
        TEST(refusals),
        TEST(expired_token_is_renewed_once),
        TEST(refresh_answer_is_lost),
        TEST(refresh_answer_makes_no_sense),
        TEST(revoked_session_asks_to_log_in),
        TEST(log_out_meets_a_refused_refresh),
        TEST(tokens_are_private),
        TEST(another_account_sends_nothing_of_mine),
        TEST(r116_a_lead_goes_outside_when_the_network_is_back),
        TEST(another_log_in_while_live),
        TEST(purge_leaves_nothing),
        TEST(gone_starts_again_and_keeps_the_outbox),
        TEST(gone_for_ever_does_not_spin),
        TEST(bad_pages_change_nothing),
        TEST(a_feed_that_stands_still_is_left),
        TEST(full_sync_over_a_bad_line),
        TEST(undo_sends_nothing),
        TEST(redo_does_it_again),
        TEST(redo_of_a_changed_verdict_and_of_the_profile),
        TEST(redo_is_lost_by_another_action),
        TEST(redo_asks_the_lead_as_it_is_now),
        TEST(quit_sends_what_is_held),
        TEST(quit_offline_keeps_it),
        TEST(acts_on_one_lead_keep_their_order),
        TEST(a_note_is_the_same_at_every_try),
        TEST(a_lead_that_is_refused_takes_its_followers),
        TEST(R121_R31_hand_out_two_is_one_act),
        TEST(R29_nobody_gets_a_lead_twice),
        TEST(R30_a_copy_waits_for_its_original),
        TEST(a_damaged_cache_is_made_anew),
        TEST(a_cache_whose_log_is_lost_is_made_anew),
        TEST(a_cache_damaged_while_running),
        TEST(a_cache_found_damaged_while_offline),
        TEST(files_are_private),
        TEST(a_new_lead_comes_by_push),
        TEST(chaos_loses_and_doubles_nothing),
        TEST(chaos_of_another_seed),
        TEST(kills_lose_and_double_nothing),
    };
    return cmocka_run_group_tests(tests, world_group_setup, world_group_teardown);
}
