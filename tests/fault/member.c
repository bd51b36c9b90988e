/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A member who works until the end, for the crash test (crash-rounds.js): the client's library on a profile of its own, without a
 * screen. Says on standard output what has been acknowledged to the person: from then on it may never be lost.
 *
 *   member URL EMAIL SEED ACTS      password on standard input, when the profile is not logged in yet
 *
 *   ready                           open; what follows may be cut off at any byte
 *   verdict ID TEXT                 confirmed or rejected a lead, with this message
 *   note ID TEXT                    wrote a note about it
 *   sent ID TEXT                    passed a lead on, with this need
 *   refused TEXT                    an action was not taken, and why
 *   end
 *
 * Each text occurs once in the life of the profile: it has an id in it. Between actions the main loop runs a random number of
 * turns, so that sending and syncing get on the more or the less.
 */
#include <stdio.h>
#include <string.h>

#include <config.h>

#include "base/text.h"
#include "base/uuid.h"
#include "client/client.h"

#define ANSWER_MS 30000
#define LEADS_MAX 50

typedef struct Member {
    Client *client;
    GRand *random;
} Member;

static void say(const char *what, const Uuid *id, const char *text)
{
    char shown[UUID_TEXT_SIZE];
    uuid_format(id, shown);
    printf("%s %s %s\n", what, shown, text);
    fflush(stdout);
}

static void say_refused(GError *error)
{
    g_autofree char *clean = text_clean(error->message, -1, TEXT_LINE);
    printf("refused %s\n", clean);
    fflush(stdout);
    g_error_free(error);
}

/* ---- logging in */

typedef struct Answer {
    bool there;
    bool failed;
} Answer;

static void on_answer(const GError *error, gpointer data)
{
    Answer *answer = data;
    answer->there = true;
    answer->failed = error != NULL;
}

static bool is_answered(Client *client, gpointer data)
{
    return ((Answer *)data)->there;
}

/* Neither on the way nor starting: up to date, or waiting for better times. */
static bool is_placed(Client *client, gpointer data)
{
    ClientPhase phase = client_status(client)->phase;
    return phase == PHASE_LOGIN || phase == PHASE_OFFLINE || phase == PHASE_LIVE;
}

static bool log_in(Member *member, const char *email)
{
    char password[128] = "";
    Answer answer = { 0 };
    if (!fgets(password, sizeof password, stdin))
        return false;
    g_strchomp(password);
    client_login(member->client, email, password, on_answer, &answer);
    return client_wait(member->client, is_answered, &answer, ANSWER_MS) && !answer.failed &&
           client_wait(member->client, is_placed, NULL, ANSWER_MS);
}

/* ---- what a member does */

static bool any_lead(Member *member, bool waiting, Uuid *id)
{
    LeadQuery query = { .box = BOX_INBOX, .waiting = waiting };
    g_autoptr(GPtrArray)
        rows = cache_leads(client_cache(member->client), &query, NULL, true, LEADS_MAX, NULL);
    if (!rows || rows->len == 0)
        return false;
    gint32 which = g_rand_int_range(member->random, 0, (gint32)rows->len);
    *id = ((const LeadRow *)g_ptr_array_index(rows, which))->id;
    return true;
}

/* The list may be a moment behind, and a second verdict would be an amendment of the first. An item leaves the store when the
 * cache has its answer: so the store is asked first. */
static bool is_undecided(Member *member, const Uuid *id)
{
    g_autoptr(GPtrArray) items = store_items_of(client_store(member->client), id, NULL);
    Referral referral = { 0 };
    if (!items || items->len > 0 ||
        !cache_referral(client_cache(member->client), id, &referral, NULL))
        return false;
    bool waiting = referral_is_waiting(&referral);
    fields_clear(&referral_fields, &referral);
    return waiting;
}

static bool give_verdict(Member *member, char *text, Uuid *id, GError **error)
{
    bool good = g_rand_boolean(member->random);
    ConfirmInput input = { .verdict = good ? VERDICT_LEAD : VERDICT_NOT_A_LEAD,
                           .reason_code = good ? 0 : REASON_NO_NEED,
                           .message = text };
    return client_confirm(member->client, id, 1, &input, error);
}

static bool write_note(Member *member, char *text, Uuid *id, GError **error)
{
    Note note = { .id = uuid_new(), .text = text };
    return client_note(member->client, id, &note, error);
}

static bool pass_lead(Member *member, char *text, Uuid *id, GError **error)
{
    g_autoptr(GPtrArray) partners = cache_partners(client_cache(member->client), NULL, 1, error);
    if (!partners || partners->len == 0)
        return false;
    NewReferral input = { .to = { .account = ((Partner *)partners->pdata[0])->account },
                          .type = REFERRAL_JOB,
                          .contact = { .first_name = (char *)"Priya",
                                       .phone_1 = (char *)"01632 960123" },
                          .need = text,
                          .known_and_spoken = true,
                          .permission = { true, PERMISSION_SPOKEN, 0, 1 << CHANNEL_PHONE } };
    return client_send_referral(member->client, &input, id, error);
}

static const struct {
    const char *name;
    bool needs_lead, needs_waiting;
    bool (*run)(Member *member, char *text, Uuid *id, GError **error);
} acts[] = {
    { "verdict", true, true, give_verdict },
    { "note", true, false, write_note },
    { "sent", false, false, pass_lead },
};

static void act(Member *member)
{
    size_t which = (size_t)g_rand_int_range(member->random, 0, G_N_ELEMENTS(acts));
    Uuid id = { 0 }, unique = uuid_new();
    char text[UUID_TEXT_SIZE];
    GError *error = NULL;
    if (acts[which].needs_lead && !any_lead(member, acts[which].needs_waiting, &id))
        return;
    if (acts[which].needs_waiting && !is_undecided(member, &id))
        return;
    uuid_format(&unique, text);
    if (acts[which].run(member, text, &id, &error))
        say(acts[which].name, &id, text);
    else if (error)
        say_refused(error);
}

static void run_some_turns(Member *member)
{
    for (gint32 turns = g_rand_int_range(member->random, 0, 40); turns > 0; turns--)
        g_main_context_iteration(NULL, FALSE);
}

/* Sent, or waiting for better times: nobody waits for the next try. */
static bool is_done(Client *client, gpointer data)
{
    return client_status(client)->phase == PHASE_OFFLINE || client_is_settled(client);
}

static Client *open_client(const char *url, GError **error)
{
    g_autoptr(Profile) profile = profile_new(PROFILE_SERVER, "crash", url, error);
    if (!profile)
        return NULL;
    profile->insecure_storage = true;
    return profile_save(profile, error) ? client_open(profile, 0, error) : NULL;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    if (argc != 5) {
        fputs("member URL EMAIL SEED ACTS\n", stderr);
        return 64;
    }
    Member member = { .client = open_client(argv[1], &error),
                      .random = g_rand_new_with_seed((guint32)g_ascii_strtoll(argv[3], NULL, 10)) };
    if (!member.client) {
        fprintf(stderr, "%s\n", error->message);
        g_rand_free(member.random);
        return 1;
    }
    client_set_undo_hold(member.client, 0);
    client_start(member.client);
    puts("ready");
    fflush(stdout);
    bool placed = client_wait(member.client, is_placed, NULL, ANSWER_MS);
    if (placed && client_status(member.client)->phase == PHASE_LOGIN)
        placed = log_in(&member, argv[2]);
    for (gint64 left = g_ascii_strtoll(argv[4], NULL, 10); placed && left > 0; left--) {
        act(&member);
        run_some_turns(&member);
    }
    bool done = placed && client_wait(member.client, is_done, NULL, ANSWER_MS);
    if (done)
        puts("end");
    client_free(member.client);
    g_rand_free(member.random);
    return done ? 0 : 1;
}
