/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What other members and operators do to leads, partnerships, accounts and the server. */
#include "base/clock.h"
#include "tests/sim/history.h"
#include "tests/sim/oracle.h"
#include "tests/sim/play_private.h"
#include "tests/sim/verify.h"

/* ---- other members */

static char *lead_path(const Uuid *id, const char *act)
{
    char text[UUID_TEXT_SIZE];
    return g_strdup_printf("/v1/referrals/%s%s", uuid_format(id, text), act);
}

void play_member_sends(void)
{
    static const int from[] = { THIRD, THIRD, PARTNER, STRANGER, ME };
    int sender = from[dice_below(&play_dice, G_N_ELEMENTS(from))];
    int receiver = sender == ME                                     ? THIRD
                   : sender == THIRD && dice_chance(&play_dice, 30) ? PARTNER
                                                                    : ME;
    Uuid id = uuid_new();
    char to[UUID_TEXT_SIZE];
    g_autofree char *path = lead_path(&id, "");
    g_autofree char *body = g_strdup_printf(
        "{\"to\":{\"account\":\"%s\"},\"type\":\"job\",\"contact\":{\"first_name\":\"Ann\","
        "\"phone_1\":\"+441632960002\"},\"need\":\"need~%d~ word%u\",\"permission\":{\"given\":"
        "true,\"method\":\"spoken\"}}",
        uuid_format(&accounts[receiver].id, to), sender, ++play_words_typed);
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
    guint skip = dice_below(&play_dice, 12);
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

void play_member_acts(void)
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
    guint act = dice_below(&play_dice, G_N_ELEMENTS(acts));
    if (!server_lead(&id, &from, &to))
        return;
    int who = acts[act].by_sender ? from : to;
    g_autofree char *path = lead_path(&id, acts[act].act);
    int status = member_asks(who, "POST", path, NULL, acts[act].body, NULL);
    tell("member", "%d %s %s: %d", who, acts[act].act + 1, brief(&id), status);
}

void play_member_notes(void)
{
    Uuid id, note_id = uuid_new();
    int from = 0, to = 0;
    char text[UUID_TEXT_SIZE];
    if (!server_lead(&id, &from, &to))
        return;
    int who = dice_chance(&play_dice, 50) ? from : to;
    g_autofree char *act = g_strconcat("/notes/", uuid_format(&note_id, text), NULL);
    g_autofree char *path = lead_path(&id, act);
    g_autofree char *body = g_strdup_printf("{\"text\":\"%s%d~ word%u\"}", PRIVATE_MARK, who,
                                            ++play_words_typed);
    int status = member_asks(who, "PUT", path, NULL, body, NULL);
    tell("member", "%d notes on %s: %d", who, brief(&id), status);
}

void play_member_renames(void)
{
    int who = (int)dice_below(&play_dice, ACCOUNTS);
    g_autofree char *me = NULL;
    if (member_asks(who, "GET", "/v1/me", NULL, NULL, &me) != 200)
        return;
    g_autofree char *rev = verify_revision(me);
    g_autofree char *body = g_strdup_printf("{\"name\":\"Member %d word%u\"}", who,
                                            ++play_words_typed);
    int status = member_asks(who, "PATCH", "/v1/me", rev, body, NULL);
    tell("member", "%d is called otherwise: %d", who, status);
}

void play_partners_change(void)
{
    static const int pairs[][2] = {
        { ME, PARTNER }, { ME, THIRD }, { PARTNER, THIRD }, { ME, STRANGER }
    };
    const int *pair = pairs[dice_below(&play_dice, G_N_ELEMENTS(pairs))];
    bool are = server_is_up() && members_are_partners(pair[0], pair[1]);
    if (are)
        members_part(pair[0], pair[1]);
    else
        members_join(pair[0], pair[1]);
    tell("member", "%d and %d %s", pair[0], pair[1], are ? "part" : "join");
}

/* ---- operators and accidents */

void play_erase(void)
{
    Uuid id;
    int from = 0, to = 0;
    if (!server_lead(&id, &from, &to))
        return;
    if (dice_chance(&play_dice, 70) && !uuid_is_nil(&play_touched))
        id = play_touched; /* its answer may still be on the way */
    referral_erase(&id);
    tell("operator", "erases %s", brief(&id));
}

void play_end_session(void)
{
    g_autofree char *list = NULL;
    int who = dice_chance(&play_dice, 70) ? ME : PARTNER;
    if (member_asks(who, "GET", "/v1/sessions", NULL, NULL, &list) != 200)
        return;
    g_autofree char *id = verify_any_id(list, &play_dice);
    if (!id)
        return;
    g_autofree char *path = g_strconcat("/v1/sessions/", id, NULL);
    int status = member_asks(who, "DELETE", path, NULL, NULL, NULL);
    tell("operator", "ends a session of %d: %d", who, status);
}

void play_lock_out(void)
{
    int who = dice_chance(&play_dice, 70) ? ME : PARTNER;
    scope_lock_out(who);
    tell("operator", "changes the role of %d", who);
}

void play_restart(void)
{
    if (!server_is_up()) {
        server_up();
        return;
    }
    if (dice_chance(&play_dice, 50))
        server_down();
    else
        server_kill();
    if (dice_chance(&play_dice, 70))
        server_up();
}

void play_snapshot(void)
{
    server_snapshot();
}

void play_restore(void)
{
    if (server_restore())
        server_up();
}

void play_sleep_long(void)
{
    static const gint64 spans[] = { 20 * MS_PER_MINUTE, 20 * MS_PER_MINUTE, 5 * MS_PER_HOUR,
                                    3 * MS_PER_DAY, 33 * MS_PER_DAY };
    gint64 span = spans[dice_below(&play_dice, G_N_ELEMENTS(spans))];
    sched_jump_wall(span);
    tell("world", "%d minutes later", (int)(span / MS_PER_MINUTE));
}

void play_observe(void)
{
    verify_observe(&play_dice);
}
