/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading meetings: the cache with the outbox done to it. */
#include "client/meetings.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/cache_groups.h"
#include "client/client_private.h"

#define NAMED_MAX 10
#define MEMBERS_MAX 5000 /* of a roster */

/* ---- what is in the outbox */

/* Does it count, and is it this account's? */
static bool is_live(const Client *client, const OutboxItem *item)
{
    return !outbox_is_stopped(item->state) && client_owns(client, item);
}

static bool is_of_meetings(const OutboxItem *item)
{
    return item->kind >= OUTBOX_RSVP && item->kind <= OUTBOX_MEETING_ACT;
}

/* The account that acts here, also before the first answer of this run. */
static Uuid me_of(Client *client)
{
    Account account = { 0 };
    Uuid id = client_status(client)->account;
    if (uuid_is_nil(&id) && cache_account(client_cache(client), &account, NULL))
        id = account.id;
    fields_clear(&account_fields, &account);
    return id;
}

/* Unset: no member. */
static GroupRole role_of(Client *client, const Uuid *group, const Uuid *account)
{
    Member member = { 0 };
    cache_member(client_cache(client), group, account, &member, NULL);
    GroupRole role = member.role;
    fields_clear(&member_fields, &member);
    return role;
}

/* ---- lists */

void meeting_row_free(MeetingRow *row)
{
    if (!row)
        return;
    fields_clear(&meeting_fields, &row->meeting);
    g_free(row->group_name);
    g_free(row);
}

static void row_free(gpointer row)
{
    meeting_row_free(row);
}

typedef struct Listing {
    Client *client;
    GPtrArray *rows;    /* MeetingRow * */
    GHashTable *groups; /* Uuid * -> Group * */
    Uuid me;
} Listing;

static void group_free(gpointer data)
{
    fields_clear(&group_fields, data);
    g_free(data);
}

static void listing_init(Listing *listing, Client *client)
{
    *listing = (Listing){ .client = client, .me = me_of(client) };
    listing->rows = g_ptr_array_new_with_free_func(row_free);
    listing->groups = g_hash_table_new_full(uuid_hash, uuid_equal_func, NULL, group_free);
}

static void listing_clear(Listing *listing)
{
    if (listing->rows)
        g_ptr_array_unref(listing->rows);
    g_hash_table_unref(listing->groups);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Listing, listing_clear)

static const Group *group_of(Listing *listing, const Uuid *id)
{
    Group *group = g_hash_table_lookup(listing->groups, id);
    if (group)
        return group;
    group = g_new0(Group, 1);
    if (!cache_group(client_cache(listing->client), id, group, NULL))
        group->id = *id;
    group->role = role_of(listing->client, id, &listing->me);
    g_hash_table_insert(listing->groups, &group->id, group);
    return group;
}

static MeetingRow *find_row(const Listing *listing, const Uuid *id)
{
    for (guint i = 0; i < listing->rows->len; i++) {
        MeetingRow *row = listing->rows->pdata[i];
        if (uuid_equal(&row->meeting.id, id))
            return row;
    }
    return NULL;
}

static MeetingRow *add_row(Listing *listing, const Meeting *meeting)
{
    MeetingRow *row = g_new0(MeetingRow, 1);
    const Group *group = group_of(listing, &meeting->group);
    fields_copy(&meeting_fields, &row->meeting, meeting);
    row->group_name = g_strdup(group->input.name);
    row->role = group->role;
    g_ptr_array_add(listing->rows, row);
    return row;
}

/* "/v1/groups/{id}/meetings/...": the group, of a meeting that is only here yet. */
static bool path_group(const OutboxItem *item, Uuid *group)
{
    g_auto(GStrv) parts = g_strsplit(item->path ? item->path : "", "/", -1);
    return g_strv_length(parts) > 3 && strcmp(parts[2], "groups") == 0 &&
           uuid_parse(parts[3], group);
}

static MeetingRow *add_new(Listing *listing, const OutboxItem *item)
{
    Meeting meeting = { 0 };
    MeetingRow *row = NULL;
    Uuid group;
    if (item->kind == OUTBOX_MEETING && path_group(item, &group) && change_read(item, &meeting)) {
        meeting.id = item->object;
        meeting.group = group;
        meeting.state = MEETING_SCHEDULED;
        meeting.created_at = meeting.updated_at = item->created_at;
        row = add_row(listing, &meeting);
    }
    fields_clear(&meeting_fields, &meeting);
    return row;
}

static void apply_answer(const Listing *listing, MeetingRow *row, const OutboxItem *item)
{
    RsvpInput input = { 0 };
    const char *slash = strrchr(item->path, '/');
    Uuid account;
    if (slash && uuid_parse(slash + 1, &account) && uuid_equal(&account, &listing->me) &&
        change_read(item, &input) && input.answer) {
        row->answers[row->mine] -= row->mine != 0;
        row->answers[input.answer]++;
        row->mine = input.answer;
    }
    fields_clear(&rsvp_input_fields, &input);
}

static void apply_item(Listing *listing, const OutboxItem *item)
{
    MeetingRow *row = find_row(listing, &item->object);
    if (!row)
        row = add_new(listing, item);
    if (!row)
        return;
    row->pending = true;
    if (item->kind == OUTBOX_RSVP)
        apply_answer(listing, row, item);
    else
        meeting_overlay(&row->meeting, item, group_rights(row->role));
}

static bool read_rows(Listing *listing, const GPtrArray *meetings, GError **error)
{
    for (guint i = 0; i < meetings->len; i++) {
        MeetingRow *row = add_row(listing, meetings->pdata[i]);
        if (!cache_rsvps(client_cache(listing->client), &row->meeting.id, &listing->me,
                         row->answers, &row->mine, error))
            return false;
    }
    GPtrArray *items = client_items(listing->client, error);
    for (guint i = 0; items && i < items->len; i++)
        if (is_of_meetings(items->pdata[i]) && is_live(listing->client, items->pdata[i]))
            apply_item(listing, items->pdata[i]);
    return items != NULL;
}

static gint by_time(gconstpointer left, gconstpointer right)
{
    const MeetingRow *a = *(MeetingRow *const *)left, *b = *(MeetingRow *const *)right;
    gint64 by = a->meeting.input.starts_at - b->meeting.input.starts_at;
    return by ? (by < 0 ? -1 : 1) : uuid_compare(&a->meeting.id, &b->meeting.id);
}

GPtrArray *client_meetings(Client *client, const Uuid *group, gint64 from, gint64 to,
                           GError **error)
{
    g_auto(Listing) listing;
    listing_init(&listing, client);
    g_autoptr(GPtrArray) cached = cache_meetings(client_cache(client), group, from, to, error);
    if (!cached || !read_rows(&listing, cached, error))
        return NULL;
    for (guint i = listing.rows->len; i-- > 0;) { /* what is only here yet may be of other times */
        const Meeting *meeting = &((MeetingRow *)listing.rows->pdata[i])->meeting;
        if (meeting->input.starts_at < from || meeting->input.starts_at >= to ||
            (group && !uuid_equal(&meeting->group, group)))
            g_ptr_array_remove_index(listing.rows, i);
    }
    g_ptr_array_sort(listing.rows, by_time);
    return g_steal_pointer(&listing.rows);
}

static gint64 ends_at(const Meeting *meeting)
{
    return meeting->input.starts_at + meeting->input.duration * MS_PER_MINUTE;
}

#define NEXT_SPAN (62 * MS_PER_DAY)

MeetingRow *client_next_meeting(Client *client, const Uuid *group, gint64 now, GError **error)
{
    g_autoptr(GPtrArray)
        rows = client_meetings(client, group, now - MS_PER_DAY, now + NEXT_SPAN, error);
    for (guint i = 0; rows && i < rows->len; i++) {
        const Meeting *meeting = &((MeetingRow *)rows->pdata[i])->meeting;
        bool on = meeting->state == MEETING_SCHEDULED || meeting->state == MEETING_OPEN;
        if (on && MAX(ends_at(meeting), meeting->input.starts_at + MS_PER_MINUTE) > now)
            return g_ptr_array_steal_index(rows, i);
    }
    return NULL;
}

/* ---- the one that a person means */

static bool begins_id(const Uuid *id, const char *text)
{
    char full[UUID_TEXT_SIZE];
    uuid_format(id, full);
    return strlen(text) >= 4 && g_ascii_strncasecmp(full, text, strlen(text)) == 0;
}

static char *local_day(gint64 ms)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_local(ms / MS_PER_SECOND);
    return at ? g_date_time_format(at, "%F") : g_strdup("");
}

/* "2026-11-26", or that and words of the group's name. */
static bool is_meant(const MeetingRow *row, const char *text)
{
    g_autofree char *day = local_day(row->meeting.input.starts_at);
    if (begins_id(&row->meeting.id, text))
        return true;
    if (!g_str_has_prefix(text, day))
        return false;
    const char *words = text + strlen(day);
    return !*words || (*words == ' ' && row->group_name &&
                       g_str_match_string(words + 1, row->group_name, TRUE));
}

static char *names_of(const GPtrArray *rows)
{
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < MIN(rows->len, NAMED_MAX); i++) {
        const MeetingRow *row = rows->pdata[i];
        g_autofree char *day = local_day(row->meeting.input.starts_at);
        g_autofree char *group = text_clean(row->group_name, -1, TEXT_LINE);
        g_string_append_printf(names, "%s%s %s", i ? ", " : "", day, group);
    }
    return g_string_free(names, FALSE);
}

static bool find_next(Client *client, Uuid *id, GError **error)
{
    g_autoptr(GError) why = NULL;
    MeetingRow *next = client_next_meeting(client, NULL, clock_now(), &why);
    if (next)
        *id = next->meeting.id;
    meeting_row_free(next);
    if (next)
        return true;
    if (why)
        g_propagate_error(error, g_steal_pointer(&why));
    else
        problem_set(error, PROBLEM_NOT_FOUND, "%s", _("no meeting is planned"));
    return false;
}

bool client_find_meeting(Client *client, const char *text, Uuid *id, GError **error)
{
    if (strcmp(text, "next") == 0)
        return find_next(client, id, error);
    g_autoptr(GPtrArray) rows = client_meetings(client, NULL, 0, G_MAXINT64, error);
    g_autoptr(GPtrArray) found = g_ptr_array_new();
    for (guint i = 0; rows && i < rows->len; i++)
        if (is_meant(rows->pdata[i], text))
            g_ptr_array_add(found, rows->pdata[i]);
    if (!rows)
        return false;
    g_autofree char *shown = text_clean(text, -1, TEXT_LINE);
    if (found->len == 1) {
        *id = ((MeetingRow *)found->pdata[0])->meeting.id;
        return true;
    }
    if (found->len == 0)
        return problem_set(error, PROBLEM_NOT_FOUND,
                           _("no meeting is called %s: say next, a day such as 2026-11-26, or an "
                             "id as leadline meetings prints it"),
                           shown);
    g_autofree char *names = names_of(found);
    return problem_set(error, PROBLEM_BAD_INPUT, _("%s is one of several: %s"), shown, names);
}

/* ---- one of them */

static bool add_members(Client *client, MeetingBook *book, GError **error)
{
    g_autoptr(GPtrArray) members = cache_members(client_cache(client), &book->group.id, NULL, NULL,
                                                 true, MEMBERS_MAX, error);
    for (guint i = 0; members && i < members->len; i++)
        meeting_book_add_member(book, members->pdata[i]);
    return members != NULL;
}

/* As the server has it, or as the item that makes it does. */
static bool read_meeting(Client *client, const Uuid *id, const GPtrArray *items, Meeting *meeting,
                         GError **error)
{
    g_autoptr(GError) why = NULL;
    if (cache_meeting(client_cache(client), id, meeting, &why))
        return true;
    for (guint i = 0; problem_is(why, PROBLEM_NOT_FOUND) && i < items->len; i++) {
        const OutboxItem *item = items->pdata[i];
        if (item->kind != OUTBOX_MEETING || !uuid_equal(&item->object, id) ||
            !is_live(client, item) || !path_group(item, &meeting->group) ||
            !change_read(item, meeting))
            continue;
        meeting->id = *id;
        meeting->state = MEETING_SCHEDULED;
        return true;
    }
    g_propagate_error(error, g_steal_pointer(&why));
    return false;
}

static MeetingBook *open_book(Client *client, const Meeting *meeting, GError **error)
{
    Group group = { 0 };
    Uuid me = me_of(client);
    if (!cache_group(client_cache(client), &meeting->group, &group, NULL))
        group.id = meeting->group;
    GroupRole role = role_of(client, &meeting->group, &me);
    g_autoptr(MeetingBook) book = meeting_book_new(meeting, &group, &me, role);
    fields_clear(&group_fields, &group);
    if (!add_members(client, book, error) || !cache_fill_book(client_cache(client), book, error))
        return NULL;
    return g_steal_pointer(&book);
}

MeetingBook *client_meeting(Client *client, const Uuid *id, GError **error)
{
    Meeting meeting = { 0 };
    GPtrArray *items = client_items(client, error);
    if (!items)
        return NULL;
    MeetingBook *book = read_meeting(client, id, items, &meeting, error)
                            ? open_book(client, &meeting, error)
                            : NULL;
    fields_clear(&meeting_fields, &meeting);
    if (!book)
        return NULL;
    for (guint i = 0; i < items->len; i++)
        if (is_live(client, items->pdata[i]))
            meeting_book_apply(book, items->pdata[i]);
    meeting_book_finish(book);
    return book;
}

static bool has_words(const MeetingMember *member, const char *text)
{
    g_autofree char *all = g_strjoin(" ", member->name ? member->name : "",
                                     member->company ? member->company : "",
                                     member->trade ? member->trade : "", NULL);
    return *text && g_str_match_string(text, all, TRUE);
}

const MeetingMember *meeting_book_find(const MeetingBook *book, const char *text, GError **error)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new();
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < book->members->len; i++) {
        MeetingMember *member = book->members->pdata[i];
        Uuid id;
        if (g_strcmp0(member->name, text) == 0 ||
            (uuid_parse(text, &id) && uuid_equal(&id, &member->account)))
            return member;
        if (!has_words(member, text))
            continue;
        g_autofree char *name = text_clean(member->name, -1, TEXT_LINE);
        if (found->len < NAMED_MAX)
            g_string_append_printf(names, "%s%s", found->len ? ", " : "", name);
        g_ptr_array_add(found, member);
    }
    if (found->len == 1)
        return found->pdata[0];
    g_autofree char *shown = text_clean(text, -1, TEXT_LINE);
    if (found->len == 0)
        problem_set(error, PROBLEM_NOT_FOUND, _("nobody of this group is called %s"), shown);
    else
        problem_set(error, PROBLEM_BAD_INPUT, _("%s is one of several: %s"), shown, names->str);
    return NULL;
}

/* ---- one-to-ones */

static void met_free(gpointer data)
{
    OneToOneRow *row = data;
    fields_clear(&one_to_one_fields, &row->met);
    g_free(row->with);
    g_free(row);
}

/* What an item makes of the list: another day, a changed one, or one less. */
static void apply_met(GPtrArray *rows, const OutboxItem *item, const Uuid *me)
{
    NewOneToOne input = { 0 };
    OneToOneRow *row = NULL;
    bool ok = change_read(item, &input);
    for (guint i = 0; ok && i < rows->len; i++)
        if (uuid_equal(&((OneToOneRow *)rows->pdata[i])->met.id, &item->object))
            row = rows->pdata[i];
    if (ok && !row) {
        row = g_new0(OneToOneRow, 1);
        row->met = (OneToOne){
            .id = item->object, .group = input.group, .a = *me, .b = input.with, .reported_by = *me
        };
        g_ptr_array_add(rows, row);
    }
    if (ok) {
        row->pending = true;
        fields_clear(&one_to_one_input_fields, &row->met.input);
        fields_copy(&one_to_one_input_fields, &row->met.input, &input.input);
    }
    fields_clear(&new_one_to_one_fields, &input);
}

static char *name_of(Client *client, const Uuid *group, const Uuid *account)
{
    Member member = { 0 };
    char *name = g_strdup(cache_member(client_cache(client), group, account, &member, NULL) &&
                                  member.name
                              ? member.name
                              : "");
    fields_clear(&member_fields, &member);
    return name;
}

static gint newest_first(gconstpointer left, gconstpointer right)
{
    const OneToOneRow *a = *(OneToOneRow *const *)left, *b = *(OneToOneRow *const *)right;
    int by = g_strcmp0(b->met.input.met_on, a->met.input.met_on);
    return by ? by : uuid_compare(&a->met.id, &b->met.id);
}

GPtrArray *client_one_to_ones(Client *client, const Uuid *group, GError **error)
{
    g_autoptr(GPtrArray) cached = cache_one_to_ones(client_cache(client), group, error);
    GPtrArray *items = cached ? client_items(client, error) : NULL;
    if (!items)
        return NULL;
    Uuid me = me_of(client);
    GPtrArray *rows = g_ptr_array_new_with_free_func(met_free);
    for (guint i = 0; i < cached->len; i++) {
        OneToOneRow *row = g_new0(OneToOneRow, 1);
        fields_copy(&one_to_one_fields, &row->met, cached->pdata[i]);
        g_ptr_array_add(rows, row);
    }
    for (guint i = 0; i < items->len; i++) {
        const OutboxItem *item = items->pdata[i];
        if (item->kind == OUTBOX_MET && is_live(client, item))
            apply_met(rows, item, &me);
    }
    for (guint i = rows->len; i-- > 0;) {
        OneToOneRow *row = rows->pdata[i];
        const OneToOne *met = &row->met;
        if (met->input.removed || (group && !uuid_equal(&met->group, group)))
            g_ptr_array_remove_index(rows, i);
        else
            row->with = name_of(client, &met->group, uuid_equal(&met->a, &me) ? &met->b : &met->a);
    }
    g_ptr_array_sort(rows, newest_first);
    return rows;
}
