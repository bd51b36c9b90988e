/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the people at the three screens do in their leads groups, with a network or without. */
#include "base/clock.h"
#include "client/cache_groups.h"
#include "client/groups.h"
#include "client/meetings.h"
#include "client/vetting.h"
#include "tests/sim/group.h"
#include "tests/sim/history.h"
#include "tests/sim/play_private.h"

/* ---- what is on the screen */

/* Takes the rows over: one of them, to be freed with `drop`. NULL: there is none. */
static gpointer any_row(GPtrArray *rows)
{
    gpointer row = rows && rows->len
                       ? g_ptr_array_steal_index(rows, dice_below(&play_dice, rows->len))
                       : NULL;
    if (rows)
        g_ptr_array_unref(rows);
    return row;
}

static GroupRow *any_group(User *user)
{
    return any_row(client_groups(user->client, NULL));
}

static MeetingBook *any_book(User *user)
{
    MeetingRow *row = any_row(client_meetings(user->client, NULL, 0, G_MAXINT64, NULL));
    MeetingBook *book = row ? client_meeting(user->client, &row->meeting.id, NULL) : NULL;
    meeting_row_free(row);
    return book;
}

static MemberRow *any_member(User *user)
{
    GroupRow *group = any_group(user);
    MemberRow *row = group ? any_row(client_members(user->client, &group->group.id, NULL, NULL,
                                                    true, 50, NULL))
                           : NULL;
    group_row_free(group);
    return row;
}

static Uuid one_of(const MeetingBook *book)
{
    const MeetingMember *member = book->members->pdata[dice_below(&play_dice, book->members->len)];
    return member->account;
}

/* Mostly oneself: officers enter for others too, and those who are none try. */
static Uuid whose(User *user, const MeetingBook *book)
{
    return dice_chance(&play_dice, 70) || book->members->len == 0 ? accounts[user->account].id
                                                                  : one_of(book);
}

static char *inside(const char *mark, const Uuid *group)
{
    return play_words(mark, world_group(group));
}

static char *today(void)
{
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(world_now() / MS_PER_SECOND);
    return g_date_time_format(now, "%F");
}

/* ---- entries */

void play_rsvp(User *user)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MeetingBook) book = any_book(user);
    if (!book)
        return;
    Uuid who = whose(user, book);
    RsvpInput input = { .answer = (RsvpAnswer)(RSVP_YES + dice_below(&play_dice, 3)) };
    bool ok = client_rsvp(user->client, &book->meeting.id, &who, &input, &error);
    play_acted(user, "answers an invitation to", &book->meeting.id, ok, error);
}

void play_attend(User *user)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MeetingBook) book = any_book(user);
    if (!book || book->members->len == 0)
        return;
    Uuid who = one_of(book);
    g_autofree char *note = inside(ROOM_MARK, &book->group.id);
    AttendanceInput input = {
        .code = (AttendanceCode)(ATTENDANCE_PRESENT + dice_below(&play_dice, 4)), .note = note
    };
    bool ok = client_attend(user->client, &book->meeting.id, &who, &input, &error);
    play_acted(user, "enters attendance at", &book->meeting.id, ok, error);
}

void play_slip(User *user)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MeetingBook) book = any_book(user);
    if (!book || book->members->len == 0)
        return;
    g_autofree char *need = inside(ROOM_MARK, &book->group.id);
    g_autofree char *contact = inside(ROOM_MARK, &book->group.id);
    SlipInput input = {
        .from = whose(user, book), .to = one_of(book), .need = need, .contact = contact
    };
    Uuid id = { 0 };
    if (book->slips->len && dice_chance(&play_dice, 50)) {
        const MeetingSlip *slip = book->slips->pdata[dice_below(&play_dice, book->slips->len)];
        id = slip->id;
        input.from = slip->input.from;
        input.removed = dice_chance(&play_dice, 40);
    }
    if (uuid_equal(&input.from, &input.to)) {
        input.to = (Uuid){ 0 };
        input.to_name = (char *)"Somebody";
    }
    bool ok = client_slip(user->client, &book->meeting.id, &id, &input, &error);
    play_acted(user, input.removed ? "takes back a slip of" : "enters a slip at", &book->meeting.id,
               ok, error);
}

void play_visitor(User *user)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MeetingBook) book = any_book(user);
    if (!book)
        return;
    g_autofree char *name = play_words("visitor~", user->account);
    VisitorInput input = { .name = name };
    Uuid id = { 0 };
    if (dice_chance(&play_dice, 50))
        input.brought_by = whose(user, book);
    if (book->visitors->len && dice_chance(&play_dice, 50)) {
        id = ((const Visitor *)book->visitors->pdata[dice_below(&play_dice, book->visitors->len)])
                 ->id;
        input.removed = dice_chance(&play_dice, 40);
    }
    bool ok = client_visitor(user->client, &book->meeting.id, &id, &input, &error);
    play_acted(user, input.removed ? "takes back a visitor of" : "enters a visitor at",
               &book->meeting.id, ok, error);
}

void play_thanks(User *user)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MeetingBook) book = any_book(user);
    if (!book || book->members->len == 0)
        return;
    ThanksInput input = { .from = whose(user, book),
                          .to = one_of(book),
                          .amount = { dice_between(&play_dice, 1, 100000), "GBP" },
                          .kind = THANKS_NEW,
                          .tier = TIER_INSIDE };
    Uuid id = { 0 };
    if (book->thanks->len && dice_chance(&play_dice, 50)) {
        const Thanks *thanks = book->thanks->pdata[dice_below(&play_dice, book->thanks->len)];
        id = thanks->id;
        input.from = thanks->input.from;
        input.to = thanks->input.to;
        input.removed = dice_chance(&play_dice, 40);
    }
    bool ok = client_thanks(user->client, &book->meeting.id, &id, &input, &error);
    play_acted(user, input.removed ? "takes back thanks of" : "gives thanks at", &book->meeting.id,
               ok, error);
}

void play_one_to_one(User *user)
{
    g_autoptr(GError) error = NULL;
    MemberRow *member = any_member(user);
    if (!member)
        return;
    g_autofree char *day = today(), *place = play_words("place~", user->account);
    NewOneToOne input = {
        .group = member->member.group,
        .with = member->member.account,
        .input = { .met_on = day, .place = place, .removed = dice_chance(&play_dice, 30) }
    };
    bool ok = client_met(user->client, &input, &error);
    play_acted(user, input.input.removed ? "did not meet" : "met", &member->member.account, ok,
               error);
    member_row_free(member);
}

/* ---- meetings */

void play_meeting_act(User *user)
{
    static const MeetingEvent usual[] = { MEETING_OPENS,     MEETING_OPENS,   MEETING_CLOSES,
                                          MEETING_COMPLETES, MEETING_REOPENS, MEETING_CANCELS,
                                          MEETING_DISCARDS };
    g_autoptr(GError) error = NULL;
    g_autoptr(MeetingBook) book = any_book(user);
    if (!book)
        return;
    MeetingEvent event = usual[dice_below(&play_dice, G_N_ELEMENTS(usual))];
    g_autofree char *reason = inside(ROOM_MARK, &book->group.id);
    bool ok = client_meeting_act(user->client, &book->meeting.id, event, reason, &error);
    g_autofree char *what = g_strdup_printf("has a meeting %s:", meeting_event_word(event));
    play_acted(user, what, &book->meeting.id, ok, error);
}

static void plan_meeting(User *user)
{
    g_autoptr(GError) error = NULL;
    GroupRow *group = any_group(user);
    if (!group)
        return;
    g_autofree char *topic = inside(ROOM_MARK, &group->group.id);
    MeetingInput input = { .starts_at = world_now() + dice_between(&play_dice, 1, 40) * MS_PER_HOUR,
                           .duration = 60,
                           .topic = topic };
    Uuid id = { 0 };
    bool ok = client_write_meeting(user->client, &group->group.id, &id, &input, &error);
    play_acted(user, "plans a meeting", ok ? &id : NULL, ok, error);
    group_row_free(group);
}

void play_meeting_written(User *user)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MeetingBook) book = dice_chance(&play_dice, 60) ? any_book(user) : NULL;
    if (!book) {
        plan_meeting(user);
        return;
    }
    MeetingInput input = book->meeting.input; /* borrowed */
    g_autofree char *text = inside(ROOM_MARK, &book->group.id);
    *(dice_chance(&play_dice, 50) ? &input.topic : &input.minutes) = text;
    Uuid id = book->meeting.id;
    bool ok = client_write_meeting(user->client, &book->group.id, &id, &input, &error);
    play_acted(user, "writes about a meeting", &id, ok, error);
}

/* ---- the group and who is in it */

void play_group_text(User *user)
{
    g_autoptr(GError) error = NULL;
    GroupRow *group = any_group(user);
    if (!group)
        return;
    GroupInput input = group->group.input; /* borrowed */
    g_autofree char *text = inside(ROOM_MARK, &group->group.id);
    *(dice_chance(&play_dice, 50) ? &input.home_text : &input.rules) = text;
    bool ok = client_change_group(user->client, &group->group.id, &input, &error);
    play_acted(user, "changes the texts of", &group->group.id, ok, error);
    group_row_free(group);
}

void play_join(User *user)
{
    int i = (int)dice_below(&play_dice, WORLD_GROUPS);
    Group group = { .id = groups[i].id, .input.name = (char *)groups[i].name };
    GroupRow *known = client_group(user->client, &group.id, NULL);
    bool inside = known != NULL;
    group_row_free(known);
    if (inside)
        return;
    g_autoptr(GError) error = NULL;
    g_autofree char *message = play_words("please~", user->account);
    NewMembershipRequest input = { .message = message };
    Uuid id;
    bool ok = client_join(user->client, &group, &input, &id, &error);
    play_acted(user, "asks to join", ok ? &id : NULL, ok, error);
}

void play_judge(User *user)
{
    static const RequestEvent of_officers[] = { REQUEST_APPROVE, REQUEST_APPROVE, REQUEST_DECLINE,
                                                REQUEST_ASK };
    g_autoptr(GError) error = NULL;
    RequestRow *row = any_row(client_requests(user->client, NULL, true, NULL));
    if (!row)
        return;
    g_autofree char *message = play_words("because~", user->account);
    RequestEvent event = !row->mine ? of_officers[dice_below(&play_dice, G_N_ELEMENTS(of_officers))]
                         : dice_chance(&play_dice, 50) ? REQUEST_WITHDRAW
                                                       : REQUEST_REPLY;
    bool ok = client_judge(user->client, &row->request.id, 1, event, message, &error);
    g_autofree char *what = g_strdup_printf("decides (%d) about the request", event);
    play_acted(user, what, &row->request.id, ok, error);
    request_row_free(row);
}

void play_leave(User *user)
{
    g_autoptr(GError) error = NULL;
    GroupRow *group = any_group(user);
    if (!group)
        return;
    bool ok = client_leave_group(user->client, &group->group.id, &error);
    play_acted(user, "leaves", &group->group.id, ok, error);
    group_row_free(group);
}

void play_expel(User *user)
{
    g_autoptr(GError) error = NULL;
    MemberRow *row = any_member(user);
    if (!row)
        return;
    bool ok = client_remove_member(user->client, &row->member, "never comes", &error);
    play_acted(user, "removes the member", &row->member.account, ok, error);
    member_row_free(row);
}

void play_role(User *user)
{
    g_autoptr(GError) error = NULL;
    MemberRow *row = any_member(user);
    if (!row)
        return;
    RoleChange change = { .role = (GroupRole)(ROLE_MEMBER + dice_below(&play_dice, 4)) };
    bool ok = client_change_role(user->client, &row->member, &change, &error);
    g_autofree char *what = g_strdup_printf("gives role %d to", change.role);
    play_acted(user, what, &row->member.account, ok, error);
    member_row_free(row);
}

/* ---- what officers find out */

void play_vetting(User *user)
{
    g_autoptr(GError) error = NULL;
    MemberRow *row = any_member(user);
    if (!row)
        return;
    g_autofree char *note = inside(DESK_MARK, &row->member.group), *day = today();
    VettingInput input = { .account = row->member.account,
                           .kind = (VettingKind)(VETTING_REFERENCE + dice_below(&play_dice, 4)),
                           .who = (char *)"Somebody",
                           .checked_on = day,
                           .result = VETTING_OK,
                           .note = note };
    bool ok = client_vet(user->client, &row->member.group, &input, row->member.name, &error);
    play_acted(user, "vets", &row->member.account, ok, error);
    member_row_free(row);
}

void play_concern(User *user)
{
    g_autoptr(GError) error = NULL;
    MemberRow *row = any_member(user);
    if (!row)
        return;
    g_autofree char *text = play_words("concern~", user->account);
    NewConcern input = { row->member.account, text };
    bool ok = client_raise_concern(user->client, &row->member.group, &input, row->member.name,
                                   &error);
    play_acted(user, "raises a concern about", &row->member.account, ok, error);
    member_row_free(row);
}

void play_concern_judged(User *user)
{
    g_autoptr(GError) error = NULL;
    GroupRow *group = any_group(user);
    ConcernRow *row = group ? any_row(client_concerns(user->client, &group->group.id, NULL, NULL))
                            : NULL;
    group_row_free(group);
    if (!row)
        return;
    ConcernDecision decision = { 0 };
    ConcernEvent event = row->about_me ? CONCERN_ANSWER
                                       : (ConcernEvent)(CONCERN_UPHOLD + dice_below(&play_dice, 3));
    if (event == CONCERN_UPHOLD)
        decision.effect = EFFECT_WARN;
    if (event == CONCERN_UPHOLD && dice_chance(&play_dice, 60))
        decision = (ConcernDecision){ .effect = EFFECT_UNREFERRABLE,
                                      .until = world_now() + 30 * MS_PER_DAY };
    bool ok = event == CONCERN_ANSWER
                  ? client_answer_concern(user->client, &row->concern, "no", &error)
                  : client_decide_concern(user->client, &row->concern, event,
                                          event == CONCERN_LIFT ? NULL : &decision, &error);
    play_acted(user, "decides about the concern", &row->concern.id, ok, error);
    concern_row_free(row);
}
