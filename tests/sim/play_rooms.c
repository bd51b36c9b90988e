/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of the leads groups elsewhere: who comes, goes and leads, meetings, and what others enter at them. */
#include "base/clock.h"
#include "model/group.h"
#include "model/meeting.h"
#include "tests/sim/group.h"
#include "tests/sim/history.h"
#include "tests/sim/play_private.h"
#include "tests/sim/verify.h"

/* One of the groups, and who is in it. */
static int any_room(int roles[ACCOUNTS])
{
    int group = (int)dice_below(&play_dice, WORLD_GROUPS);
    world_roles(group, roles);
    return group;
}

static char *room_path(int group, const char *list, const Uuid *sub, const char *act)
{
    char id[UUID_TEXT_SIZE], sub_id[UUID_TEXT_SIZE];
    return g_strconcat("/v1/groups/", uuid_format(&groups[group].id, id), list,
                       sub ? uuid_format(sub, sub_id) : "", act, NULL);
}

/* Somebody who is in it, or who is not; -1: nobody. */
static int any_of(const int roles[ACCOUNTS], bool inside)
{
    int found[ACCOUNTS], n = 0;
    for (int i = 0; i < ACCOUNTS; i++)
        if ((roles[i] != 0) == inside)
            found[n++] = i;
    return n ? found[dice_below(&play_dice, (guint)n)] : -1;
}

/* ---- who is in it */

static int ask(int group, int who, const Uuid *id)
{
    /* Whose words an applicant's client may keep is no secret of the officers. */
    bool has_screen = who == ME || who == PARTNER;
    g_autofree char *path = room_path(group, "/requests/", id, "");
    g_autofree char *body = g_strdup_printf("{\"message\":\"%s%d~ word%u\"}",
                                            has_screen ? "please~" : DESK_MARK,
                                            has_screen ? who : group, ++play_words_typed);
    return member_asks(who, "PUT", path, "*", body, NULL);
}

void play_room_asks(void)
{
    int roles[ACCOUNTS], group = any_room(roles), who = any_of(roles, false);
    Uuid id = uuid_new();
    if (who < 0)
        return;
    int status = ask(group, who, &id);
    tell("member", "%d asks to join %s: %d", who, groups[group].name, status);
}

void play_room_comes(void)
{
    int roles[ACCOUNTS], group = any_room(roles), who = any_of(roles, false),
                         leader = group_leader(roles);
    Uuid id = uuid_new();
    if (who < 0 || leader < 0)
        return;
    int asked = ask(group, who, &id);
    g_autofree char *path = room_path(group, "/requests/", &id, "/approve");
    int status = member_asks(leader, "POST", path, NULL, "{}", NULL);
    tell("member", "%d joins %s: %d, %d", who, groups[group].name, asked, status);
}

void play_room_goes(void)
{
    int roles[ACCOUNTS], group = any_room(roles), who = any_of(roles, true),
                         leader = group_leader(roles);
    if (who < 0 || leader < 0)
        return;
    bool itself = who == leader || dice_chance(&play_dice, 50);
    g_autofree char *path = itself ? room_path(group, "/leave", NULL, "")
                                   : room_path(group, "/members/", &accounts[who].id, "");
    int status = member_asks(itself ? who : leader, itself ? "POST" : "DELETE", path, NULL,
                             itself ? "{}" : "{\"reason\":\"never comes\"}", NULL);
    tell("member", "%d %s %s: %d", who, itself ? "leaves" : "is removed from", groups[group].name,
         status);
}

static int give_role(int group, int leader, int who, const char *role)
{
    g_autofree char *path = room_path(group, "/members/", &accounts[who].id, "");
    g_autofree char *text = NULL;
    if (member_asks(leader, "GET", path, NULL, NULL, &text) != 200)
        return 0;
    g_autofree char *rev = verify_revision_of(text);
    g_autofree char *body = g_strdup_printf("{\"role\":\"%s\"}", role);
    return member_asks(leader, "PATCH", path, rev, body, NULL);
}

void play_room_role(void)
{
    static const char *const offices[] = { "member", "treasurer", "secretary" };
    int roles[ACCOUNTS], group = any_room(roles), who = any_of(roles, true),
                         leader = group_leader(roles);
    if (who < 0 || leader < 0 || who == leader)
        return;
    const char *role = offices[dice_below(&play_dice, G_N_ELEMENTS(offices))];
    int status = give_role(group, leader, who, role);
    tell("member", "%d is %s of %s: %d", who, role, groups[group].name, status);
}

void play_room_handed_over(void)
{
    int roles[ACCOUNTS], group = any_room(roles), who = any_of(roles, true),
                         leader = group_leader(roles);
    if (who < 0 || leader < 0 || who == leader)
        return;
    int given = give_role(group, leader, who, "leader");
    int taken = give_role(group, who, leader, dice_chance(&play_dice, 50) ? "member" : "treasurer");
    tell("member", "%d hands %s over to %d: %d, %d", leader, groups[group].name, who, given, taken);
}

void play_room_text(void)
{
    int roles[ACCOUNTS], group = any_room(roles), leader = group_leader(roles);
    g_autofree char *path = room_path(group, "", NULL, ""), *text = NULL;
    if (leader < 0 || member_asks(leader, "GET", path, NULL, NULL, &text) != 200)
        return;
    g_autofree char *rev = verify_revision_of(text);
    g_autofree char *body = g_strdup_printf("{\"%s\":\"" ROOM_MARK "%d~ word%u\"}",
                                            dice_chance(&play_dice, 50) ? "home_text" : "rules",
                                            group, ++play_words_typed);
    int status = member_asks(leader, "PATCH", path, rev, body, NULL);
    tell("member", "%d changes the texts of %s: %d", leader, groups[group].name, status);
}

/* ---- meetings */

void play_room_meeting(void)
{
    int roles[ACCOUNTS], group = any_room(roles), leader = group_leader(roles);
    char at[TIME_TEXT_SIZE];
    Uuid id = uuid_new();
    if (leader < 0)
        return;
    g_autofree char *path = room_path(group, "/meetings/", &id, "");
    time_format(world_now() + dice_between(&play_dice, 1, 40) * MS_PER_HOUR, at);
    g_autofree char *body = g_strdup_printf(
        "{\"starts_at\":\"%s\",\"duration\":60,\"topic\":\"" ROOM_MARK "%d~ word%u\"}", at, group,
        ++play_words_typed);
    int status = member_asks(leader, "PUT", path, "*", body, NULL);
    tell("member", "%d plans %s of %s: %d", leader, brief(&id), groups[group].name, status);
}

/* One of the last few of a group. */
static bool any_meeting(int group, Uuid *id)
{
    g_autoptr(Db) db = verify_open(server_database());
    g_autoptr(DbRows) rows = db_query(db, NULL,
                                      "SELECT id FROM meeting WHERE group_id = $1 ORDER BY "
                                      "created_at DESC, id LIMIT 4",
                                      db_uuid(&groups[group].id));
    guint skip = dice_below(&play_dice, 4);
    bool found = false;
    while (rows && db_next(rows, NULL)) {
        *id = db_get_uuid(rows, 0);
        found = true;
        if (skip-- == 0)
            break;
    }
    return found;
}

void play_room_meeting_act(void)
{
    static const char *const acts[] = { "/open",     "/open",   "/open",  "/close",
                                        "/complete", "/reopen", "/cancel" };
    int roles[ACCOUNTS], group = any_room(roles), leader = group_leader(roles);
    Uuid id;
    if (leader < 0 || !any_meeting(group, &id))
        return;
    const char *act = acts[dice_below(&play_dice, G_N_ELEMENTS(acts))];
    g_autofree char *path = room_path(group, "/meetings/", &id, act);
    int status = member_asks(leader, "POST", path, NULL, "{\"reason\":\"so\"}", NULL);
    tell("member", "%d: %s%s: %d", leader, brief(&id), act, status);
}

/* A fact that is there already, or a new one. */
static Uuid any_fact(const char *sql, const Uuid *meeting)
{
    g_autoptr(Db) db = verify_open(server_database());
    g_autoptr(DbRows) rows = db_query(db, NULL, sql, db_uuid(meeting));
    bool old = dice_chance(&play_dice, 60);
    return old && rows && db_next(rows, NULL) ? db_get_uuid(rows, 0) : uuid_new();
}

void play_room_entry(void)
{
    int roles[ACCOUNTS], group = any_room(roles), who = any_of(roles, true),
                         leader = group_leader(roles);
    char at[TIME_TEXT_SIZE], meeting_id[UUID_TEXT_SIZE], sub[UUID_TEXT_SIZE];
    char account[UUID_TEXT_SIZE];
    Uuid id, fact = { 0 };
    if (who < 0 || leader < 0 || !any_meeting(group, &id))
        return;
    /* Some were entered without a network, and arrive now. */
    gint64 late = dice_chance(&play_dice, 50) ? 0 : dice_between(&play_dice, 0, 300000);
    time_format(world_now() - late, at);
    uuid_format(&accounts[who].id, account);
    guint kind = dice_below(&play_dice, 4);
    const char *list = kind == 0   ? "rsvp"
                       : kind == 1 ? "attendance"
                       : kind == 2 ? "slips"
                                   : "visitors";
    const char *removed = dice_chance(&play_dice, 40) ? ",\"removed\":true" : "";
    g_autofree char *body = NULL;
    switch (kind) {
    case 0:
        fact = accounts[who].id;
        body = g_strdup_printf("{\"answer\":\"%s\",\"entered_at\":\"%s\"}",
                               dice_chance(&play_dice, 50) ? "yes" : "no", at);
        break;
    case 1:
        fact = accounts[who].id;
        body = g_strdup_printf(
            "{\"code\":\"%s\",\"note\":\"" ROOM_MARK "%d~ word%u\",\"entered_at\":\"%s\"}",
            dice_chance(&play_dice, 50) ? "P" : "A", group, ++play_words_typed, at);
        break;
    case 2:
        fact = any_fact("SELECT id FROM slip WHERE meeting = $1 ORDER BY id DESC LIMIT 1", &id);
        body = g_strdup_printf("{\"from\":\"%s\",\"to_name\":\"Somebody\",\"need\":\"" ROOM_MARK
                               "%d~ word%u\",\"entered_at\":\"%s\"%s}",
                               account, group, ++play_words_typed, at, removed);
        break;
    default:
        fact = any_fact("SELECT id FROM visitor WHERE meeting = $1 ORDER BY id DESC LIMIT 1", &id);
        body = g_strdup_printf("{\"name\":\"Guest word%u\",\"brought_by\":\"%s\",\"entered_at\":"
                               "\"%s\"%s}",
                               ++play_words_typed, account, at, removed);
    }
    g_autofree char *path = g_strdup_printf("/v1/meetings/%s/%s/%s", uuid_format(&id, meeting_id),
                                            list, uuid_format(&fact, sub));
    int status = member_asks(kind == 1 || kind == 3 ? leader : who, "PUT", path, NULL, body, NULL);
    tell("member", "%d enters %s of %s: %d", who, list, brief(&id), status);
}
