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
#include "tests/sim/verify.h"

typedef struct Kind Kind;

static struct {
    guint64 weights[64];
    gint64 pace; /* most ms between two things */
    int length;
    unsigned words; /* typed so far */
    Uuid touched;   /* the lead that somebody did something to last */
} play;

static Dice dice; /* of the step */

/* ---- what is on the screen */

static bool any_lead(User *user, const LeadQuery *query, Uuid *id)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray)
        rows = cache_leads(client_cache(user->client), query, NULL, true, 20, &error);
    if (!rows || rows->len == 0)
        return false;
    *id = ((const LeadRow *)g_ptr_array_index(rows, dice_below(&dice, rows->len)))->id;
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
    fields_copy(&outbox_fields, item, g_ptr_array_index(items, dice_below(&dice, items->len)));
    return true;
}

static void said(User *user, const char *what, const Uuid *id, bool ok, const GError *error)
{
    if (ok && id)
        play.touched = *id;
    tell(user_name(user->number), "%s %s%s%s", what, id ? brief(id) : "", ok ? "" : ": ",
         ok ? "" : error->message);
    oracle_look(user->number, client_store(user->client), LOOK);
}

/* What was taken is in the outbox, whatever the disk is like. */
static void acted(User *user, const char *what, const Uuid *id, bool ok, const GError *error)
{
    if (ok && oracle_look(user->number, client_store(user->client), LOOK) == 0)
        fail("%s %s: it was taken, and is not in the outbox", user_name(user->number), what);
    said(user, what, id, ok, error);
}

/* A text nobody else types. */
static char *words(const char *start, int account)
{
    static const char *const more[] = { "", " Müller & Söhne", " 横浜", " \"quoted\" \\ back",
                                        " two\nlines" };
    return g_strdup_printf("%s%d~ word%u%s", start, account, ++play.words,
                           more[dice_below(&dice, G_N_ELEMENTS(more))]);
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
    size_t n = 1 + dice_below(&dice, 3);
    g_autoptr(GError) error = NULL;
    g_autofree char *message = dice_chance(&dice, 50) ? words("thanks~", user->account) : NULL;
    ConfirmInput input = { .verdict = VERDICT_LEAD, .message = message };
    if (dice_chance(&dice, 30))
        input.value = (Money){ dice_between(&dice, 1, 100000), "GBP" };
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
    g_autofree char *message = words("all~", user->account);
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
    g_autofree char *message = words("sorry~", user->account);
    ConfirmInput input = { .verdict = VERDICT_NOT_A_LEAD,
                           .reason_code = (ReferralReason)(1 + dice_below(&dice, 8)),
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
    OutcomeInput input = { .outcome = (ReferralState)(REFERRAL_WORKING + dice_below(&dice, 4)) };
    if (dice_chance(&dice, 30))
        input.value = (Money){ dice_between(&dice, 1, 100000), "EUR" };
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
    g_autofree char *text = words(PRIVATE_MARK, user->account);
    Note input = { .text = text };
    if (!any_lead(user, &(LeadQuery){ 0 }, &id))
        return;
    g_autoptr(GPtrArray) notes = cache_notes(client_cache(user->client), &id, NULL);
    bool edits = notes && notes->len > 0 && dice_chance(&dice, 60);
    if (edits)
        input.id = ((const Note *)g_ptr_array_index(notes, dice_below(&dice, notes->len)))->id;
    bool ok = client_note(user->client, &id, &input, &error);
    acted(user, edits ? "edits a note of" : "writes a note on", &id, ok, error);
}

static void send_lead(User *user)
{
    static const int others[USERS][2] = { { PARTNER, THIRD }, { PARTNER, THIRD }, { ME, THIRD } };
    g_autoptr(GError) error = NULL;
    g_autofree char *need = words("need~", user->account);
    NewReferral input = {
        .to.account = accounts[others[user->number][dice_below(&dice, 2)]].id,
        .type = REFERRAL_JOB,
        .contact = { .first_name = (char *)"Ann", .phone_1 = (char *)"+441632960001" },
        .need = need,
        .permission = { .given = true, .method = PERMISSION_SPOKEN, .channels = 1 << CHANNEL_PHONE }
    };
    Uuid id;
    if (dice_chance(&dice, 30) && sent_lead(user, &id))
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
    LeadQuery query = { .text = texts[dice_below(&dice, G_N_ELEMENTS(texts))] };
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
    int seconds = (int)dice_below(&dice, 3) * 5;
    client_set_undo_hold(user->client, seconds);
    tell(user_name(user->number), "holds for %d s", seconds);
}

static void on_logged_out(const GError *error, gpointer data)
{
}

static void log_out(User *user)
{
    bool purge = dice_chance(&dice, 50);
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
    if (dice_chance(&dice, 60))
        user_up(user);
}

/* ---- what happens to their machines */

static void lose_cache(User *user)
{
    g_autofree char *cache = user_cache_path(user);
    g_autofree char *log = g_strconcat(cache, "-wal", NULL);
    struct stat st;
    user_kill(user);
    if (dice_chance(&dice, 50)) {
        g_unlink(cache);
        g_unlink(log);
        tell(user_name(user->number), "has no cache any more");
    } else if (g_stat(cache, &st) == 0 && st.st_size > 0) {
        gint64 size = dice_between(&dice, 0, st.st_size);
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
    DiskFault fault = disk_is_well(disk) ? 1 + dice_below(&dice, N_DISK_FAULTS - 1) : DISK_WELL;
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

/* ---- other members */

static char *lead_path(const Uuid *id, const char *act)
{
    char text[UUID_TEXT_SIZE];
    return g_strdup_printf("/v1/referrals/%s%s", uuid_format(id, text), act);
}

static void member_sends(void)
{
    static const int from[] = { THIRD, THIRD, PARTNER, STRANGER, ME };
    int sender = from[dice_below(&dice, G_N_ELEMENTS(from))];
    int receiver = sender == ME ? THIRD : sender == THIRD && dice_chance(&dice, 30) ? PARTNER : ME;
    Uuid id = uuid_new();
    char to[UUID_TEXT_SIZE];
    g_autofree char *path = lead_path(&id, "");
    g_autofree char *body = g_strdup_printf(
        "{\"to\":{\"account\":\"%s\"},\"type\":\"job\",\"contact\":{\"first_name\":\"Ann\","
        "\"phone_1\":\"+441632960002\"},\"need\":\"need~%d~ word%u\",\"permission\":{\"given\":"
        "true,\"method\":\"spoken\"}}",
        uuid_format(&accounts[receiver].id, to), sender, ++play.words);
    int status = member_asks(sender, "PUT", path, "*", body, NULL);
    tell("member", "%d sends %s to %d: %d", sender, brief(&id), receiver, status);
}

/* Of all leads between any two, as the server knows them. */
static bool server_lead(Uuid *id, int *from, int *to)
{
    g_autoptr(Db) db = verify_open(server_database());
    g_autoptr(GError) error = NULL;
    g_autoptr(DbRows) rows = db_query(db, &error,
                                      "SELECT id, from_account, to_account FROM referral ORDER BY "
                                      "id DESC LIMIT 12");
    guint skip = dice_below(&dice, 12);
    bool found = false;
    while (rows && db_next(rows, &error)) {
        Uuid sender = db_get_uuid(rows, 1), receiver = db_get_uuid(rows, 2);
        *id = db_get_uuid(rows, 0);
        for (int i = 0; i < ACCOUNTS; i++) {
            if (uuid_equal(&accounts[i].id, &sender))
                *from = i;
            if (uuid_equal(&accounts[i].id, &receiver))
                *to = i;
        }
        found = true;
        if (skip-- == 0)
            break;
    }
    return found;
}

static void member_acts(void)
{
    static const struct {
        const char *act, *body;
        bool by_sender;
    } acts[] = {
        { "/pick-up", NULL, false },
        { "/withdraw", NULL, true },
        { "/withdraw", NULL, true },
        { "/confirm", "{\"verdict\":\"lead\",\"message\":\"thanks~m\"}", false },
        { "/confirm", "{\"verdict\":\"not_a_lead\",\"reason_code\":\"no_need\"}", false },
        { "/outcome", "{\"outcome\":\"won\"}", false },
        { "/outcome", "{\"outcome\":\"lost\"}", false },
    };
    Uuid id;
    int from = 0, to = 0;
    guint act = dice_below(&dice, G_N_ELEMENTS(acts));
    if (!server_lead(&id, &from, &to))
        return;
    int who = acts[act].by_sender ? from : to;
    g_autofree char *path = lead_path(&id, acts[act].act);
    int status = member_asks(who, "POST", path, NULL, acts[act].body, NULL);
    tell("member", "%d %s %s: %d", who, acts[act].act + 1, brief(&id), status);
}

static void member_notes(void)
{
    Uuid id, note_id = uuid_new();
    int from = 0, to = 0;
    char text[UUID_TEXT_SIZE];
    if (!server_lead(&id, &from, &to))
        return;
    int who = dice_chance(&dice, 50) ? from : to;
    g_autofree char *act = g_strconcat("/notes/", uuid_format(&note_id, text), NULL);
    g_autofree char *path = lead_path(&id, act);
    g_autofree char *body = g_strdup_printf("{\"text\":\"%s%d~ word%u\"}", PRIVATE_MARK, who,
                                            ++play.words);
    int status = member_asks(who, "PUT", path, NULL, body, NULL);
    tell("member", "%d notes on %s: %d", who, brief(&id), status);
}

static void member_renames(void)
{
    int who = (int)dice_below(&dice, ACCOUNTS);
    g_autofree char *me = NULL;
    if (member_asks(who, "GET", "/v1/me", NULL, NULL, &me) != 200)
        return;
    g_autofree char *rev = verify_revision(me);
    g_autofree char *body = g_strdup_printf("{\"name\":\"Member %d word%u\"}", who, ++play.words);
    int status = member_asks(who, "PATCH", "/v1/me", rev, body, NULL);
    tell("member", "%d is called otherwise: %d", who, status);
}

static void partners_change(void)
{
    static const int pairs[][2] = {
        { ME, PARTNER }, { ME, THIRD }, { PARTNER, THIRD }, { ME, STRANGER }
    };
    const int *pair = pairs[dice_below(&dice, G_N_ELEMENTS(pairs))];
    bool are = server_is_up() && members_are_partners(pair[0], pair[1]);
    if (are)
        members_part(pair[0], pair[1]);
    else
        members_join(pair[0], pair[1]);
    tell("member", "%d and %d %s", pair[0], pair[1], are ? "part" : "join");
}

/* ---- operators and accidents */

static void erase(void)
{
    Uuid id;
    int from = 0, to = 0;
    if (!server_lead(&id, &from, &to))
        return;
    if (dice_chance(&dice, 70) && !uuid_is_nil(&play.touched))
        id = play.touched; /* its answer may still be on the way */
    referral_erase(&id);
    tell("operator", "erases %s", brief(&id));
}

static void end_session(void)
{
    g_autofree char *list = NULL;
    int who = dice_chance(&dice, 70) ? ME : PARTNER;
    if (member_asks(who, "GET", "/v1/sessions", NULL, NULL, &list) != 200)
        return;
    g_autofree char *id = verify_any_id(list, &dice);
    if (!id)
        return;
    g_autofree char *path = g_strconcat("/v1/sessions/", id, NULL);
    int status = member_asks(who, "DELETE", path, NULL, NULL, NULL);
    tell("operator", "ends a session of %d: %d", who, status);
}

static void lock_out(void)
{
    int who = dice_chance(&dice, 70) ? ME : PARTNER;
    scope_lock_out(who);
    tell("operator", "changes the role of %d", who);
}

static void restart(void)
{
    if (!server_is_up()) {
        server_up();
        return;
    }
    if (dice_chance(&dice, 50))
        server_down();
    else
        server_kill();
    if (dice_chance(&dice, 70))
        server_up();
}

static void snapshot(void)
{
    server_snapshot();
}

static void restore(void)
{
    if (server_restore())
        server_up();
}

static void sleep_long(void)
{
    static const gint64 spans[] = { 20 * MS_PER_MINUTE, 20 * MS_PER_MINUTE, 5 * MS_PER_HOUR,
                                    3 * MS_PER_DAY, 33 * MS_PER_DAY };
    gint64 span = spans[dice_below(&dice, G_N_ELEMENTS(spans))];
    sched_jump_wall(span);
    tell("world", "%d minutes later", (int)(span / MS_PER_MINUTE));
}

static void observe(void)
{
    verify_observe(&dice);
}

/* ---- the table */

typedef enum Doer { BY_USER, BY_USER_ANYHOW, BY_WORLD } Doer;

struct Kind {
    const char *name;
    Doer doer;
    unsigned weight;
    void (*of_user)(User *user);
    void (*of_world)(void);
    bool wild; /* not in every world */
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
    { "member sends", BY_WORLD, 10, .of_world = member_sends },
    { "member acts", BY_WORLD, 10, .of_world = member_acts },
    { "member notes", BY_WORLD, 3, .of_world = member_notes },
    { "renamed", BY_WORLD, 3, .of_world = member_renames, .wild = true },
    { "partners", BY_WORLD, 3, .of_world = partners_change, .wild = true },
    { "erased", BY_WORLD, 6, .of_world = erase, .wild = true },
    { "session ended", BY_WORLD, 2, .of_world = end_session, .wild = true },
    { "role changed", BY_WORLD, 2, .of_world = lock_out, .wild = true },
    { "restart", BY_WORLD, 4, .of_world = restart, .wild = true },
    { "server disk", BY_WORLD, 3, .of_world = change_server_disk, .wild = true },
    { "snapshot", BY_WORLD, 2, .of_world = snapshot },
    { "set back", BY_WORLD, 4, .of_world = restore, .wild = true },
    { "sleep", BY_WORLD, 1, .of_world = sleep_long, .wild = true },
    { "observe", BY_WORLD, 6, .of_world = observe },
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
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        guint often = kinds[i].wild ? dice_chance(&draw, 40) : 1;
        play.weights[i] = kinds[i].weight * often * (1 + dice_below(&draw, 3));
    }
    dice = draw;
    for (int i = 0; i < 4; i++)
        member_sends();
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
    guint64 at = dice_next(&dice) % total;
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
    dice = dice_new(seed, 1000 + (guint64)i);
    world_run(dice_delay(&dice, play.pace));
    const Kind *kind = &kinds[draw_kind()];
    User *user = &users[dice_below(&dice, USERS)];
    if (play_counts)
        play_counts[kind - kinds]++;
    if (kind->doer == BY_WORLD) {
        kind->of_world();
        return;
    }
    if (kind->doer == BY_USER && !user->client)
        user_up(user);
    if (kind->doer == BY_USER && dice_chance(&dice, 50))
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
