/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scopes besides the own one: all of those that an account may see, and nothing of any other. */
#include <string.h>

#include "client/groups.h"
#include "client/meetings.h"
#include "tests/sim/group.h"
#include "tests/sim/history.h"
#include "tests/sim/verify_private.h"

/* Tables of rows that belong to a scope, by the names that the feed and the cache have for them. */
static const Table tables[] = {
    { "leads_group", "group", "id" },
    { "member", "member", "id" },
    { "membership_request", "membership_request", "id" },
    { "leader_approval", "leader_approval", "id" },
    { "meeting", "meeting", "id" },
    { "attendance", "attendance", "id" },
    { "rsvp", "rsvp", "id" },
    { "visitor", "visitor", "id" },
    { "slip", "slip", "id" },
    { "thanks", "thanks", "id" },
    { "one_to_one", "one_to_one", "id" },
    { "vetting", "vetting", "id" },
    { "concern", "concern", "id" },
    { "invoice", "invoice", "id" },
};

/* ---- what the server says */

static void room_free(gpointer data)
{
    reading_clear(data);
    g_free(data);
}

GPtrArray *rooms_read(int account, Dice *dice)
{
    GPtrArray *rooms = g_ptr_array_new_with_free_func(room_free);
    g_autofree char *me = NULL;
    if (member_asks(account, "GET", "/v1/me", NULL, NULL, &me) != 200)
        fail("/v1/me of account %d", account);
    g_autoptr(JsonDoc) doc = verify_parse(me);
    const JsonNode *scopes = json_member(json_root(doc), "scopes");
    for (const JsonNode *scope = json_first(scopes); scope; scope = json_next(scope)) {
        Uuid id;
        if (!uuid_parse(json_text(json_member(scope, "id")), &id))
            fail("a scope of account %d has no id", account);
        if (uuid_equal(&id, &accounts[account].id))
            continue;
        Reading *room = g_new0(Reading, 1);
        reading_init(room, account, &id);
        reading_go_on(room, 3 + (int)dice_below(dice, 60));
        g_ptr_array_add(rooms, room);
    }
    return rooms;
}

/* ---- what the cache has */

static void compare_scope(const Compared *c, const Reading *reading)
{
    Compared of = *c;
    of.reading = reading;
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        Table table = tables[i];
        table.scope = &reading->scope;
        compare_table(&of, &table);
    }
}

static bool may_see(const Compared *c, const GPtrArray *rooms, const Uuid *scope)
{
    bool may = uuid_equal(scope, &accounts[c->user->account].id);
    for (guint i = 0; i < rooms->len; i++)
        may |= uuid_equal(scope, &((const Reading *)rooms->pdata[i])->scope);
    return may;
}

static void check_scopes_of(const Compared *c, const GPtrArray *rooms, const char *table)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DbRows)
        rows = db_query(c->db, &error, db_intern("SELECT DISTINCT scope FROM %s", table));
    while (rows && db_next(rows, &error)) {
        Uuid scope = db_get_uuid(rows, 0);
        if (!may_see(c, rooms, &scope))
            fail("%s: the cache has something of %s of a scope that they are not in",
                 user_name(c->user->number), table);
    }
    if (!rows || !db_rows_ok(rows))
        fail("%s: %s cannot be read: %s", user_name(c->user->number), table, error->message);
}

/* Nothing is in the outbox: nothing is shown as if it were. */
static void check_pending(const User *user)
{
    g_autoptr(GPtrArray) all_groups = client_groups(user->client, NULL);
    g_autoptr(GPtrArray) requests = client_requests(user->client, NULL, false, NULL);
    g_autoptr(GPtrArray) meetings = client_meetings(user->client, NULL, 0, G_MAXINT64, NULL);
    if (!all_groups || !requests || !meetings)
        fail("%s: groups cannot be read", user_name(user->number));
    bool pending = false;
    for (guint i = 0; i < all_groups->len; i++)
        pending |= ((const GroupRow *)all_groups->pdata[i])->pending;
    for (guint i = 0; i < requests->len; i++)
        pending |= ((const RequestRow *)requests->pdata[i])->pending;
    for (guint i = 0; i < meetings->len; i++)
        pending |= ((const MeetingRow *)meetings->pdata[i])->pending;
    if (pending)
        fail("%s: something of a group is pending", user_name(user->number));
}

void rooms_compare(const Compared *c, const GPtrArray *rooms)
{
    compare_scope(c, c->reading);
    for (guint i = 0; i < rooms->len; i++)
        compare_scope(c, rooms->pdata[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
        check_scopes_of(c, rooms, tables[i].name);
    check_scopes_of(c, rooms, "feed");
    if (c->settled)
        check_pending(c->user);
}

/* ---- and its bytes */

static const char *find_bytes(const char *bytes, gsize length, const char *text)
{
    size_t n = strlen(text);
    const char *end = bytes + length;
    for (const char *at = bytes; (at = memchr(at, *text, (size_t)(end - at))); at++)
        if ((size_t)(end - at) >= n && memcmp(at, text, n) == 0)
            return at;
    return NULL;
}

static void check_marks(const User *user, const char *path, const char *mark, int group)
{
    g_autofree char *bytes = NULL, *text = g_strdup_printf("%s%d~", mark, group);
    gsize length = 0;
    if (!g_file_get_contents(path, &bytes, &length, NULL))
        return;
    const char *at = find_bytes(bytes, length, text);
    if (at)
        fail("%s: byte %d of %s is of a group that they are not in: %.24s", user_name(user->number),
             (int)(at - bytes), strrchr(path, '/') + 1, at);
}

void rooms_check_bytes(const User *user, int roles[WORLD_GROUPS][ACCOUNTS])
{
    g_autofree char *cache = user_cache_path(user), *log = g_strconcat(cache, "-wal", NULL);
    for (int i = 0; i < WORLD_GROUPS; i++)
        for (int k = 0; k < 2; k++) {
            if (!roles[i][user->account])
                check_marks(user, k ? log : cache, ROOM_MARK, i);
            if (roles[i][user->account] <= ROLE_MEMBER)
                check_marks(user, k ? log : cache, DESK_MARK, i);
        }
}
