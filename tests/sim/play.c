/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/play.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/clock.h"
#include "client/overlay.h"
#include "tests/sim/history.h"
#include "tests/sim/oracle.h"
#include "tests/sim/play_private.h"
#include "tests/sim/verify.h"

typedef struct Kind Kind;

static struct {
    guint64 weights[96];
    gint64 pace; /* most ms between two things */
    int length;
} play;

unsigned play_words_typed;
Uuid play_touched;

Dice play_dice; /* of the step */

/* ---- what is on the screen */

static bool any_lead(User *user, const LeadQuery *query, Uuid *id)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray)
        rows = cache_leads(client_cache(user->client), query, NULL, true, 20, &error);
    if (!rows || rows->len == 0)
        return false;
    *id = ((const LeadRow *)g_ptr_array_index(rows, dice_below(&play_dice, rows->len)))->id;
    return true;
}

static bool inbox_lead(User *user, Uuid *id)
{
    return any_lead(user, &(LeadQuery){ .box = BOX_INBOX }, id);
}

static bool sent_lead(User *user, Uuid *id)
{
    return any_lead(user, &(LeadQuery){ .box = BOX_SENT }, id);
}

static bool any_item(User *user, OutboxItem *item)
{
    g_autoptr(GPtrArray) items = store_items(client_store(user->client), 0, NULL);
    if (!items || items->len == 0)
        return false;
    fields_copy(&outbox_fields, item, g_ptr_array_index(items, dice_below(&play_dice, items->len)));
    return true;
}

void play_told(User *user, const char *what, const Uuid *id, bool ok, const GError *error)
{
    tell(user_name(user->number), "%s %s%s%s", what, id ? brief(id) : "", ok ? "" : ": ",
         ok ? "" : error->message);
    oracle_look(user->number, client_store(user->client), LOOK);
}

static void said(User *user, const char *what, const Uuid *id, bool ok, const GError *error)
{
    if (ok && id)
        play_touched = *id;
    play_told(user, what, id, ok, error);
}

void play_acted(User *user, const char *what, const Uuid *id, bool ok, const GError *error)
{
    if (ok && oracle_look(user->number, client_store(user->client), LOOK) == 0)
        fail("%s %s: it was taken, and is not in the outbox", user_name(user->number), what);
    play_told(user, what, id, ok, error);
}

static void acted(User *user, const char *what, const Uuid *id, bool ok, const GError *error)
{
    if (ok && id)
        play_touched = *id;
    play_acted(user, what, id, ok, error);
}

char *play_words(const char *start, int account)
{
    static const char *const more[] = { "", " Müller & Söhne", " 横浜", " \"quoted\" \\ back",
                                        " two\nlines" };
    return g_strdup_printf("%s%d~ word%u%s", start, account, ++play_words_typed,
                           more[dice_below(&play_dice, G_N_ELEMENTS(more))]);
}

/* ---- the people */

static void pick_up(User *user)
{
    Uuid id;
    g_autoptr(GError) error = NULL;
    if (inbox_lead(user, &id)) {
        bool ok = client_pick_up(user->client, &id, &error);
        said(user, "picks up", &id, ok, error);
    }
}

static void confirm(User *user)
{
    Uuid ids[3];
    size_t n = 1 + dice_below(&play_dice, 3);
    g_autoptr(GError) error = NULL;
    g_autofree char *message = dice_chance(&play_dice, 50) ? play_words("thanks~", user->account)
                                                           : NULL;
    ConfirmInput input = { .verdict = VERDICT_LEAD, .message = message };
    if (dice_chance(&play_dice, 30))
        input.value = (Money){ dice_between(&play_dice, 1, 100000), "GBP" };
    for (size_t i = 0; i < n; i++) {
        if (!inbox_lead(user, &ids[i]))
            return;
        for (size_t k = 0; k < i; k++)
            if (uuid_equal(&ids[k], &ids[i]))
                n = i;
    }
    bool ok = client_confirm(user->client, ids, n, &input, &error);
    acted(user, n > 1 ? "confirms several" : "confirms", &ids[0], ok, error);
}

/* All that wait, at once. */
static void confirm_all(User *user)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *message = play_words("all~", user->account);
    ConfirmInput input = { .verdict = VERDICT_LEAD, .message = message };
    LeadQuery query = { .box = BOX_INBOX, .waiting = true };
    g_autoptr(GPtrArray)
        rows = cache_leads(client_cache(user->client), &query, NULL, true, 100, &error);
    if (!rows || rows->len == 0)
        return;
    g_autofree Uuid *ids = g_new(Uuid, rows->len);
    for (guint i = 0; i < rows->len; i++)
        ids[i] = ((const LeadRow *)g_ptr_array_index(rows, i))->id;
    bool ok = client_confirm(user->client, ids, rows->len, &input, &error);
    acted(user, "confirms all that wait, as", &ids[0], ok, error);
}

static void reject(User *user)
{
    Uuid id;
    g_autoptr(GError) error = NULL;
    g_autofree char *message = play_words("sorry~", user->account);
    ConfirmInput input = { .verdict = VERDICT_NOT_A_LEAD,
                           .reason_code = (ReferralReason)(1 + dice_below(&play_dice, 8)),
                           .message = message };
    if (inbox_lead(user, &id)) {
        bool ok = client_confirm(user->client, &id, 1, &input, &error);
        acted(user, "rejects", &id, ok, error);
    }
}

static void outcome(User *user)
{
    Uuid id;
    g_autoptr(GError) error = NULL;
    OutcomeInput input = { .outcome = (ReferralState)(REFERRAL_WORKING +
                                                      dice_below(&play_dice, 4)) };
    if (dice_chance(&play_dice, 30))
        input.value = (Money){ dice_between(&play_dice, 1, 100000), "EUR" };
    if (any_lead(user, &(LeadQuery){ .box = BOX_INBOX, .verdict = VERDICT_LEAD }, &id)) {
        bool ok = client_outcome(user->client, &id, &input, &error);
        acted(user, "outcome", &id, ok, error);
    }
}

static void withdraw(User *user)
{
    Uuid id;
    g_autoptr(GError) error = NULL;
    if (sent_lead(user, &id)) {
        bool ok = client_withdraw(user->client, &id, &error);
        acted(user, "withdraws", &id, ok, error);
    }
}

static void note(User *user)
{
    Uuid id;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = play_words(PRIVATE_MARK, user->account);
    Note input = { .text = text };
    if (!any_lead(user, &(LeadQuery){ 0 }, &id))
        return;
    g_autoptr(GPtrArray) notes = cache_notes(client_cache(user->client), &id, NULL);
    bool edits = notes && notes->len > 0 && dice_chance(&play_dice, 60);
    if (edits)
        input.id = ((const Note *)g_ptr_array_index(notes, dice_below(&play_dice, notes->len)))->id;
    bool ok = client_note(user->client, &id, &input, &error);
    acted(user, edits ? "edits a note of" : "writes a note on", &id, ok, error);
}

static void send_lead(User *user)
{
    static const int others[USERS][2] = { { PARTNER, THIRD }, { PARTNER, THIRD }, { ME, THIRD } };
    g_autoptr(GError) error = NULL;
    g_autofree char *need = play_words("need~", user->account);
    NewReferral input = {
        .to.account = accounts[others[user->number][dice_below(&play_dice, 2)]].id,
        .type = REFERRAL_JOB,
        .contact = { .first_name = (char *)"Ann", .phone_1 = (char *)"+441632960001" },
        .need = need,
        .permission = { .given = true, .method = PERMISSION_SPOKEN, .channels = 1 << CHANNEL_PHONE }
    };
    Uuid id;
    if (dice_chance(&play_dice, 30) && sent_lead(user, &id))
        input.copy_of = id;
    bool ok = client_send_referral(user->client, &input, &id, &error);
    acted(user, "sends", ok ? &id : NULL, ok, error);
}

static void undo(User *user)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *what = NULL;
    bool ok = client_undo(user->client, &what, &error);
    tell(user_name(user->number), "undoes %s", ok ? what : error->message);
    oracle_look(user->number, client_store(user->client), LOOK_UNDONE);
}

static void redo(User *user)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *what = NULL;
    bool ok = client_redo(user->client, &what, &error);
    tell(user_name(user->number), "does again %s", ok ? what : error->message);
    oracle_look(user->number, client_store(user->client), LOOK);
}

static void drop(User *user)
{
    OutboxItem item = { 0 };
    g_autoptr(GError) error = NULL;
    if (!any_item(user, &item))
        return;
    bool ok = client_drop(user->client, &item.op, "not wanted", &error);
    tell(user_name(user->number), "drops %s%s%s", item.path, ok ? "" : ": ",
         ok ? "" : error->message);
    oracle_look(user->number, client_store(user->client), LOOK_DROPPED);
    fields_clear(&outbox_fields, &item);
}

static void retry(User *user)
{
    OutboxItem item = { 0 };
    g_autoptr(GError) error = NULL;
    if (!any_item(user, &item))
        return;
    bool ok = client_retry(user->client, &item.op, &error);
    OutboxItem after = { 0 };
    if (ok && store_item(client_store(user->client), &item.op, &after, NULL))
        oracle_tried_again(&item, &after);
    fields_clear(&outbox_fields, &after);
    said(user, "tries again", &item.object, ok, error);
    fields_clear(&outbox_fields, &item);
}

static void search(User *user)
{
    static const char *const texts[] = { "ann", "word1", "member", "müll", "横" };
    LeadQuery query = { .text = texts[dice_below(&play_dice, G_N_ELEMENTS(texts))] };
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray)
        rows = cache_leads(client_cache(user->client), &query, NULL, true, 10, &error);
    tell(user_name(user->number), "searches %s: %d", query.text, rows ? (int)rows->len : -1);
}

static void turn_offline(User *user)
{
    user->offline = !user->offline;
    client_set_offline(user->client, user->offline);
    tell(user_name(user->number), user->offline ? "goes offline" : "goes online");
}

static void refresh_now(User *user)
{
    client_sync_now(user->client);
    tell(user_name(user->number), "asks for news");
}

static void cancel(User *user)
{
    client_cancel(user->client);
    tell(user_name(user->number), "cancels");
}

static void hold(User *user)
{
    int seconds = (int)dice_below(&play_dice, 3) * 5;
    client_set_undo_hold(user->client, seconds);
    tell(user_name(user->number), "holds for %d s", seconds);
}

static void on_logged_out(const GError *error, gpointer data)
{
}

static void log_out(User *user)
{
    bool purge = dice_chance(&play_dice, 50);
    tell(user_name(user->number), purge ? "logs out for good" : "logs out");
    client_logout(user->client, purge, on_logged_out, NULL);
}

static void quit(User *user)
{
    user_quit(user);
}

static void get_killed(User *user)
{
    user_kill(user);
    if (dice_chance(&play_dice, 60))
        user_up(user);
}

/* ---- what happens to their machines */

static void lose_cache(User *user)
{
    g_autofree char *cache = user_cache_path(user);
    g_autofree char *log = g_strconcat(cache, "-wal", NULL);
    struct stat st;
    user_kill(user);
    if (dice_chance(&play_dice, 50)) {
        g_unlink(cache);
        g_unlink(log);
        tell(user_name(user->number), "has no cache any more");
    } else if (g_stat(cache, &st) == 0 && st.st_size > 0) {
        gint64 size = dice_between(&play_dice, 0, st.st_size);
        g_unlink(log);
        if (truncate(cache, size) != 0)
            fail("truncate");
        tell(user_name(user->number), "has a cache of %d bytes", (int)size);
    }
    user_up(user);
}

static void lose_connection(User *user)
{
    wire_set_down(user->number, true);
    tell(user_name(user->number), "has no connection");
}

static void find_connection(User *user)
{
    wire_set_down(user->number, false);
    tell(user_name(user->number), "has a connection");
}

static void change_disk(int disk, const char *whose)
{
    static const char *const words[N_DISK_FAULTS] = { "is well again", "is full", "fails" };
    DiskFault fault = disk_is_well(disk) ? 1 + dice_below(&play_dice, N_DISK_FAULTS - 1)
                                         : DISK_WELL;
    disk_set(disk, fault);
    tell(whose, "the disk %s", words[fault]);
}

static void change_own_disk(User *user)
{
    change_disk(user->number, user_name(user->number));
}

static void change_server_disk(void)
{
    change_disk(SERVER_DISK, "server");
}

/* ---- the table */

typedef enum Doer { BY_USER, BY_USER_ANYHOW, BY_WORLD } Doer;

struct Kind {
    const char *name;
    Doer doer;
    unsigned weight;
    void (*of_user)(User *user);
    void (*of_world)(void);
    bool wild;    /* not in every world */
    bool grouped; /* of leads groups: there is a world or two without */
};

static const Kind kinds[] = {
    { "pick up", BY_USER, 8, pick_up },
    { "confirm", BY_USER, 10, confirm },
    { "confirm all", BY_USER, 2, confirm_all, .wild = true },
    { "reject", BY_USER, 6, reject },
    { "outcome", BY_USER, 6, outcome },
    { "withdraw", BY_USER, 5, withdraw },
    { "note", BY_USER, 12, note },
    { "send", BY_USER, 8, send_lead },
    { "undo", BY_USER, 6, undo },
    { "redo", BY_USER, 4, redo },
    { "drop", BY_USER, 3, drop },
    { "retry", BY_USER, 4, retry },
    { "search", BY_USER, 1, search },
    { "offline", BY_USER, 3, turn_offline, .wild = true },
    { "news", BY_USER, 4, refresh_now },
    { "cancel", BY_USER, 1, cancel, .wild = true },
    { "hold", BY_USER, 2, hold },
    { "log out", BY_USER, 1, log_out, .wild = true },
    { "quit", BY_USER, 2, quit, .wild = true },
    { "killed", BY_USER, 4, get_killed, .wild = true },
    { "cache lost", BY_USER, 2, lose_cache, .wild = true },
    { "disk", BY_USER, 4, change_own_disk, .wild = true },
    { "connection lost", BY_USER_ANYHOW, 3, lose_connection, .wild = true },
    { "connection", BY_USER_ANYHOW, 4, find_connection },
    { "member sends", BY_WORLD, 10, .of_world = play_member_sends },
    { "member acts", BY_WORLD, 10, .of_world = play_member_acts },
    { "member notes", BY_WORLD, 3, .of_world = play_member_notes },
    { "renamed", BY_WORLD, 3, .of_world = play_member_renames, .wild = true },
    { "partners", BY_WORLD, 3, .of_world = play_partners_change, .wild = true },
    { "erased", BY_WORLD, 6, .of_world = play_erase, .wild = true },
    { "session ended", BY_WORLD, 2, .of_world = play_end_session, .wild = true },
    { "role changed", BY_WORLD, 2, .of_world = play_lock_out, .wild = true },
    { "restart", BY_WORLD, 4, .of_world = play_restart, .wild = true },
    { "server disk", BY_WORLD, 3, .of_world = change_server_disk, .wild = true },
    { "snapshot", BY_WORLD, 2, .of_world = play_snapshot },
    { "set back", BY_WORLD, 4, .of_world = play_restore, .wild = true },
    { "sleep", BY_WORLD, 1, .of_world = play_sleep_long, .wild = true },
    { "observe", BY_WORLD, 6, .of_world = play_observe },
    { "answer invitation", BY_USER, 6, play_rsvp, .grouped = true },
    { "attendance", BY_USER, 6, play_attend, .grouped = true },
    { "slip", BY_USER, 6, play_slip, .grouped = true },
    { "visitor", BY_USER, 5, play_visitor, .grouped = true },
    { "thanks", BY_USER, 4, play_thanks, .grouped = true },
    { "one-to-one", BY_USER, 3, play_one_to_one, .grouped = true },
    { "meeting act", BY_USER, 6, play_meeting_act, .grouped = true },
    { "meeting written", BY_USER, 5, play_meeting_written, .grouped = true },
    { "group text", BY_USER, 4, play_group_text, .grouped = true },
    { "join", BY_USER, 4, play_join, .grouped = true },
    { "judge", BY_USER, 6, play_judge, .grouped = true },
    { "leave", BY_USER, 2, play_leave, .grouped = true },
    { "expel", BY_USER, 2, play_expel, .grouped = true },
    { "role", BY_USER, 4, play_role, .grouped = true },
    { "vetting", BY_USER, 3, play_vetting, .grouped = true },
    { "concern", BY_USER, 2, play_concern, .grouped = true },
    { "concern judged", BY_USER, 2, play_concern_judged, .grouped = true },
    { "room: comes", BY_WORLD, 5, .of_world = play_room_comes, .grouped = true },
    { "room: asks", BY_WORLD, 3, .of_world = play_room_asks, .grouped = true },
    { "room: goes", BY_WORLD, 5, .of_world = play_room_goes, .grouped = true },
    { "room: role", BY_WORLD, 4, .of_world = play_room_role, .grouped = true },
    { "room: handed over", BY_WORLD, 2, .of_world = play_room_handed_over, .grouped = true },
    { "room: text", BY_WORLD, 3, .of_world = play_room_text, .grouped = true },
    { "room: meeting", BY_WORLD, 3, .of_world = play_room_meeting, .grouped = true },
    { "room: meeting act", BY_WORLD, 5, .of_world = play_room_meeting_act, .grouped = true },
    { "room: entry", BY_WORLD, 8, .of_world = play_room_entry, .grouped = true },
};
G_STATIC_ASSERT(G_N_ELEMENTS(kinds) <= G_N_ELEMENTS(play.weights));

guint64 *play_counts;

int play_kinds(void)
{
    return G_N_ELEMENTS(kinds);
}

const char *play_kind_name(int kind)
{
    return kinds[kind].name;
}

/* ---- beginning */

static void draw_weather(Dice *draw)
{
    static const Fate bad[] = { FATE_REFUSED,       FATE_REQUEST_LOST, FATE_ANSWER_LOST,
                                FATE_DOUBLED,       FATE_ANSWER_CUT,   FATE_GATEWAY,
                                FATE_GATEWAY_AFTER, FATE_PORTAL,       FATE_SLOW };
    weather = (Weather){ .latency = dice_chance(draw, 70) ? 100 : 5000 };
    weather.weights[FATE_ARRIVES] = 100;
    guint badness = dice_below(draw, 4); /* a quiet world, too, finds its faults sooner */
    for (size_t i = 0; badness > 0 && i < G_N_ELEMENTS(bad); i++)
        if (dice_chance(draw, 50))
            weather.weights[bad[i]] = dice_below(draw, 12 * badness);
    weather.stream_break_percent = badness ? dice_below(draw, 15) : 0;
    weather.stream_mute_percent = badness ? dice_below(draw, 10) : 0;
}

void play_begin(guint64 seed)
{
    static const gint64 paces[] = { 200, 2000, 15000, 60000 };
    Dice draw = dice_new(seed, 4);
    draw_weather(&draw);
    play.pace = paces[dice_below(&draw, G_N_ELEMENTS(paces))];
    play.length = 20 + (int)dice_below(&draw, 50);
    world_batches = dice_chance(&draw, 60);
    sched_set_preemption(dice_chance(&draw, 50) ? 0 : 1 + dice_below(&draw, 30));
    bool grouped = dice_chance(&draw, 60);
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        guint often = kinds[i].grouped ? grouped : kinds[i].wild ? dice_chance(&draw, 40) : 1;
        play.weights[i] = kinds[i].weight * often * (1 + dice_below(&draw, 3));
    }
    play_dice = draw;
    for (int i = 0; i < 4; i++)
        play_member_sends();
    for (int i = 0; grouped && i < 3; i++)
        play_room_meeting();
    for (int i = 0; i < USERS; i++) {
        user_up(&users[i]);
        client_set_undo_hold(users[i].client, dice_chance(&draw, 50) ? 10 : 0);
        user_login(&users[i]);
    }
}

int play_length(void)
{
    return play.length;
}

/* ---- one step */

static int draw_kind(void)
{
    guint64 total = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        total += play.weights[i];
    guint64 at = dice_next(&play_dice) % total;
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (at < play.weights[i])
            return (int)i;
        at -= play.weights[i];
    }
    return 0;
}

/* Whoever is asked to log in does. */
static void log_in_again(User *user)
{
    if (user->client && client_status(user->client)->phase == PHASE_LOGIN)
        user_login(user);
}

void play_step(guint64 seed, int i)
{
    play_dice = dice_new(seed, 1000 + (guint64)i);
    world_run(dice_delay(&play_dice, play.pace));
    const Kind *kind = &kinds[draw_kind()];
    User *user = &users[dice_below(&play_dice, USERS)];
    if (play_counts)
        play_counts[kind - kinds]++;
    if (kind->doer == BY_WORLD) {
        kind->of_world();
        return;
    }
    if (kind->doer == BY_USER && !user->client)
        user_up(user);
    if (kind->doer == BY_USER && dice_chance(&play_dice, 50))
        log_in_again(user);
    if (kind->doer == BY_USER)
        oracle_look(user->number, client_store(user->client), LOOK);
    kind->of_user(user);
    for (int k = 0; k < USERS; k++)
        verify_shown(&users[k]);
}

/* ---- the end */

#define REST_MS (60 * MS_PER_SECOND) /* longer than a stream may be silent */
#define REST_LIMIT_MS (90 * MS_PER_MINUTE)

/* Nothing is left but what failed, and what was to be done to a lead that could not be made. */
static bool outbox_rests(User *user)
{
    g_autoptr(GPtrArray) items = store_items(client_store(user->client), 0, NULL);
    for (guint i = 0; items && i < items->len; i++)
        if (!oracle_is_over(g_ptr_array_index(items, i), items))
            return false;
    return items != NULL;
}

static bool is_at_rest(User *user)
{
    return client_status(user->client)->phase == PHASE_LIVE && client_is_settled(user->client) &&
           client_shows_edits(user->client) && outbox_rests(user);
}

static bool all_rest(void)
{
    bool rest = true;
    for (int i = 0; i < USERS; i++) {
        log_in_again(&users[i]);
        rest &= is_at_rest(&users[i]);
    }
    return rest;
}

static void nobody_rests(void)
{
    GString *who = g_string_new(NULL);
    for (int i = 0; i < USERS; i++) {
        const ClientStatus *status = client_status(users[i].client);
        g_string_append_printf(who, " %s: phase %d, %d held, %d waiting, %s;", user_name(i),
                               status->phase, (int)status->outbox.held, (int)status->outbox.waiting,
                               status->detail);
    }
    fail("it does not come to rest:%s", who->str);
}

void play_to_rest(void)
{
    tell("world", "is healed");
    weather = (Weather){ .weights = { [FATE_ARRIVES] = 1 }, .latency = 50 };
    for (int i = 0; i < DISKS; i++)
        disk_set(i, DISK_WELL);
    if (!server_is_up())
        server_up();
    for (int i = 0; i < USERS; i++) {
        wire_set_down(i, false);
        if (!users[i].client)
            user_up(&users[i]);
        if (users[i].offline)
            turn_offline(&users[i]);
    }
    gint64 calm = 0;
    for (gint64 ms = 0; calm < REST_MS; ms += 2000) {
        if (ms > REST_LIMIT_MS)
            nobody_rests();
        calm = all_rest() ? calm + 2000 : 0;
        world_run(2000);
    }
    tell("world", "is at rest");
}
