/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/meeting_calendar.h"

#include <string.h>

#include "db/row.h"
#include "server/audit.h"
#include "server/families.h"
#include "server/groups.h"
#include "server/meetings.h"
#include "server/server.h"
#include "server/tokens.h"

#define FEED_BACK (30 * MS_PER_DAY)
#define FEED_MAX 500
#define MAC_BYTES 16
#define UID_HOST "@leadline"
#define MEDIA_TYPE "text/calendar; charset=utf-8"

/* ---- UIDs */

bool calendar_key_load(Db *db, CalendarKey *key, GError **error)
{
    return db_get_one_int(db, error, &key->parts[0],
                          "SELECT value FROM meta WHERE name = 'calendar_key_1'") &&
           db_get_one_int(db, error, &key->parts[1],
                          "SELECT value FROM meta WHERE name = 'calendar_key_2'");
}

char *calendar_uid(const CalendarKey *key, const Uuid *meeting, const Uuid *account)
{
    const CryptoText pieces[] = { { key->parts, sizeof key->parts },
                                  { meeting->bytes, sizeof meeting->bytes },
                                  { account->bytes, sizeof account->bytes } };
    char one[UUID_TEXT_SIZE], other[UUID_TEXT_SIZE];
    CryptoHash mac;
    crypto_digest(pieces, G_N_ELEMENTS(pieces), &mac);
    g_autoptr(GString) uid = g_string_new(NULL);
    g_string_append_printf(uid, "%s.%s.", uuid_format(meeting, one), uuid_format(account, other));
    for (int i = 0; i < MAC_BYTES; i++)
        g_string_append_printf(uid, "%02x", mac.bytes[i]);
    g_string_append(uid, UID_HOST);
    return g_string_free(g_steal_pointer(&uid), FALSE);
}

bool calendar_uid_read(const CalendarKey *key, const char *uid, Uuid *meeting, Uuid *account)
{
    g_auto(GStrv) parts = g_strsplit(uid, ".", 3);
    if (g_strv_length(parts) != 3 || !uuid_parse(parts[0], meeting) ||
        !uuid_parse(parts[1], account))
        return false;
    g_autofree char *ours = calendar_uid(key, meeting, account);
    return strlen(ours) == strlen(uid) && crypto_equal(ours, uid, strlen(ours));
}

/* ---- events */

bool meeting_is_off(MeetingState state)
{
    return state == MEETING_CANCELLED || state == MEETING_HOLIDAY || state == MEETING_DISCARDED;
}

char *meeting_summary(const Meeting *meeting, const char *group)
{
    const char *topic = meeting->input.topic;
    return topic && *topic ? g_strdup_printf("%s: %s", group, topic) : g_strdup(group);
}

char *meeting_description(const Meeting *meeting)
{
    g_autoptr(GString) out = g_string_new(NULL);
    if (meeting->input.speaker && *meeting->input.speaker)
        g_string_append(out, meeting->input.speaker);
    for (char **line = meeting->input.agenda; line && *line; line++)
        g_string_append_printf(out, "%s%s", out->len ? "\n" : "", *line);
    if (meeting->reason && *meeting->reason && meeting_is_off(meeting->state))
        g_string_append_printf(out, "%s%s", out->len ? "\n" : "", meeting->reason);
    return out->len ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}

/* Its texts are its own, but for place and zone. */
static CalendarEvent event_of(const CalendarKey *key, const Meeting *meeting, const char *group,
                              const Uuid *account)
{
    return (CalendarEvent){ .uid = calendar_uid(key, &meeting->id, account),
                            .sequence = meeting->sequence,
                            .stamp = meeting->updated_at,
                            .starts_at = meeting->input.starts_at,
                            .duration = meeting->input.duration,
                            .time_zone = meeting->input.time_zone,
                            .summary = meeting_summary(meeting, group),
                            .location = meeting->input.place,
                            .description = meeting_description(meeting),
                            .cancelled = meeting_is_off(meeting->state) };
}

static void event_clear(CalendarEvent *event)
{
    g_free((char *)event->uid);
    g_free((char *)event->summary);
    g_free((char *)event->description);
}

/* Meetings are kept until the events were written: they lend them texts. */
typedef struct Gathered {
    GArray *events, *meetings;
} Gathered;

static void gather(Gathered *all, const CalendarKey *key, Meeting *meeting, const char *group,
                   const Uuid *account)
{
    CalendarEvent event = event_of(key, meeting, group, account);
    g_array_append_val(all->events, event);
    g_array_append_val(all->meetings, *meeting);
}

static void gathered_init(Gathered *all)
{
    *all = (Gathered){ g_array_new(FALSE, FALSE, sizeof(CalendarEvent)),
                       g_array_new(FALSE, FALSE, sizeof(Meeting)) };
    g_array_set_clear_func(all->events, (GDestroyNotify)event_clear);
    g_array_set_clear_func(all->meetings, (GDestroyNotify)meeting_clear);
}

static void gathered_clear(Gathered *all)
{
    g_array_unref(all->events);
    g_array_unref(all->meetings);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Gathered, gathered_clear)

static bool reply_with(Call *call, const Gathered *all, const char *name)
{
    call->reply.type = MEDIA_TYPE;
    calendar_put(call->reply.body, &(Calendar){ .method = CALENDAR_PUBLISH,
                                                .name = name,
                                                .events = (const void *)all->events->data,
                                                .n = all->events->len });
    return true;
}

/* ---- one meeting */

static bool read_one(Call *call, GError **error)
{
    g_auto(Gathered) all;
    g_auto(Group) group = { 0 };
    Meeting meeting = { 0 };
    CalendarKey key;
    gathered_init(&all);
    if (!calendar_key_load(call->db, &key, error) ||
        !group_load(call->db, &call->principal.account, &call->id, &group, error) ||
        !meeting_load(call->db, &call->principal.account, &call->sub, &meeting, NULL, error))
        return false;
    gather(&all, &key, &meeting, group.input.name, &call->principal.account);
    return (uuid_equal(&meeting.group, &call->id) ||
            problem_set(error, PROBLEM_NOT_FOUND, "There is no such meeting")) &&
           reply_with(call, &all, NULL);
}

/* ---- the feed */

static bool find_feed(Call *call, Uuid *account, GError **error)
{
    CryptoHash hash;
    const char *token = call_query(call, "token");
    if (!token || !token_check(TOKEN_LINK, token, &hash))
        return problem_set(error, PROBLEM_NOT_FOUND, "There is no such calendar");
    g_autoptr(DbRows)
        rows = db_query(call->db, error,
                        "SELECT f.account FROM calendar_feed f JOIN account a ON a.id = f.account"
                        " WHERE f.hash = $1 AND a.state = $2",
                        db_bytes(hash.bytes, sizeof hash.bytes), db_int(ACCOUNT_ACTIVE));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) ? problem_set(error, PROBLEM_NOT_FOUND, "There is no such calendar")
                                : false;
    *account = db_get_uuid(rows, 0);
    return true;
}

static const char *feed_sql(void)
{
    return db_intern("SELECT %s, g.name FROM membership v CROSS JOIN meeting m CROSS JOIN"
                     " leads_group g WHERE v.account = $1 AND v.state = 1 AND m.group_id ="
                     " v.group_id AND m.starts_at > $2 AND m.state <> 8 AND g.id = v.group_id"
                     " ORDER BY m.starts_at, m.id LIMIT $3",
                     meeting_columns());
}
G_STATIC_ASSERT(MEMBERSHIP_ACTIVE == 1 && MEETING_DISCARDED == 8);

static bool read_feed(Call *call, GError **error)
{
    g_auto(Gathered) all;
    CalendarKey key;
    Uuid account;
    gathered_init(&all);
    if (!find_feed(call, &account, error) || !calendar_key_load(call->db, &key, error))
        return false;
    g_autoptr(DbRows) rows = db_query(call->db, error, feed_sql(), db_uuid(&account),
                                      db_int(call->now - FEED_BACK), db_int(FEED_MAX));
    if (!rows)
        return false;
    while (db_next(rows, error)) {
        Meeting meeting = { 0 };
        row_read(rows, 0, &meeting_fields, &meeting, ROW_COPY);
        gather(&all, &key, &meeting, db_get_text(rows, row_n_columns(&meeting_fields)), &account);
    }
    return db_rows_ok(rows) && reply_with(call, &all, "Leadline");
}

/* ---- its address */

static bool make_feed(Call *call, GError **error)
{
    Token token;
    token_make(TOKEN_LINK, &token);
    g_autoptr(GString) url = g_string_new(NULL);
    server_link(call->server, url, "/v1/calendar?token=");
    g_string_append(url, token.text);
    bool ok = db_exec(call->db, error,
                      "INSERT INTO calendar_feed (account, hash, created_at) VALUES ($1, $2, $3)"
                      " ON CONFLICT (account) DO UPDATE SET hash = excluded.hash,"
                      " created_at = excluded.created_at",
                      db_uuid(&call->principal.account),
                      db_bytes(token.hash.bytes, sizeof token.hash.bytes), db_int(call->now)) &&
              audit_put(call, "calendar.make", &call->principal.account, error);
    g_string_append(call->reply.body, "{\"url\":");
    json_put_text(call->reply.body, url->str);
    g_string_append_c(call->reply.body, '}');
    call->reply.status = 201;
    crypto_wipe(&token, sizeof token);
    crypto_wipe(url->str, url->len);
    return ok;
}

static bool end_feed(Call *call, GError **error)
{
    call->reply.status = 204;
    return db_exec(call->db, error, "DELETE FROM calendar_feed WHERE account = $1",
                   db_uuid(&call->principal.account)) &&
           audit_put(call, "calendar.end", &call->principal.account, error);
}

const Route meeting_calendar_routes[] = {
    { .method = "GET",
      .path = "/v1/groups/{id}/meetings/{sub}/ics",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .handler = read_one,
      .summary = "A meeting as iCalendar",
      .reply_type = "text/calendar" },
    { .method = "POST",
      .path = "/v1/me/calendar",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .flags = ROUTE_NO_KEY | ROUTE_NO_BATCH | ROUTE_ANY_BODY,
      .handler = make_feed,
      .summary =
          "A secret address of a calendar with the meetings of all my groups; the former one "
          "is void then",
      .reply_schema =
          "{'type':'object','required':['url'],'properties':{'url':{'type':'string'}}}" },
    { .method = "DELETE",
      .path = "/v1/me/calendar",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .handler = end_feed,
      .summary = "There is no such address any more" },
    { .method = "GET",
      .path = "/v1/calendar",
      .access = ACCESS_OPEN,
      .lane = LANE_READ,
      .flags = ROUTE_SNAPSHOT,
      .handler = read_feed,
      .query = "token",
      .summary = "The calendar of that address, as iCalendar",
      .reply_type = "text/calendar" },
    { 0 },
};
