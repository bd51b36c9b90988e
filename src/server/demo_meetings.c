/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/demo_meetings.h"

#include <string.h>

#include "db/row.h"
#include "server/changes.h"
#include "server/demo_words.h"
#include "server/meetings.h"
#include "server/recurrence.h"

#define BACK (220 * MS_PER_DAY) /* the score card counts the last six whole months */
#define SLIPS_MOST 5
#define SEATS_MOST 16

typedef struct Past {
    Call *call;
    const Group *group;
    const DemoSeat *seats[SEATS_MOST]; /* those who had one by then */
    size_t n;
    guint64 *dice;
    Uuid by; /* who enters it */
    Meeting meeting;
} Past;

static guint below(Past *past, guint n)
{
    return demo_below(past->dice, n);
}

static const Uuid *somebody(Past *past)
{
    return &past->seats[below(past, (guint)past->n)]->account;
}

static const Uuid *somebody_else(Past *past, const Uuid *than)
{
    const Uuid *other = somebody(past);
    while (uuid_equal(other, than))
        other = somebody(past);
    return other;
}

static char *invent_name(Past *past)
{
    return g_strdup_printf("%s %s",
                           demo_cell(DEMO_FIRST_NAMES, below(past, demo_rows(DEMO_FIRST_NAMES)), 0),
                           demo_cell(DEMO_LAST_NAMES, below(past, demo_rows(DEMO_LAST_NAMES)), 0));
}

static Uuid fresh(Past *past)
{
    return uuid_new_seeded(past->meeting.input.starts_at, past->dice);
}

/* Towards its end. */
static gint64 entered_at(const Past *past)
{
    return past->meeting.input.starts_at + past->meeting.input.duration * MS_PER_MINUTE;
}

/* ---- what is entered */

static bool store_attendance(Past *past, const Uuid *account, GError **error)
{
    static const struct {
        guint below;
        AttendanceCode code;
    } chances[] = { { 82, ATTENDANCE_PRESENT },
                    { 88, ATTENDANCE_LATE },
                    { 92, ATTENDANCE_ABSENT },
                    { 98, ATTENDANCE_SUBSTITUTE },
                    { 100, ATTENDANCE_MEDICAL } };
    guint at = below(past, 100), i = 0;
    while (at >= chances[i].below)
        i++;
    bool instead = chances[i].code == ATTENDANCE_SUBSTITUTE;
    g_autofree char *name = instead ? invent_name(past) : NULL;
    Attendance one = { .id = entry_id(&past->meeting.id, account),
                       .rev = 1,
                       .meeting = past->meeting.id,
                       .group = past->group->id,
                       .account = *account,
                       .code = chances[i].code,
                       .substitute = name,
                       .left_early = chances[i].code == ATTENDANCE_PRESENT && at < 3,
                       .entered_at = entered_at(past),
                       .entered_by = past->by };
    change_note(past->call, &past->group->id, OBJECT_ATTENDANCE, &one.id, false);
    return row_upsert(past->call->db, "attendance", "id", &attendance_fields, &one, error);
}

static bool store_slip(Past *past, GError **error)
{
    const Uuid *from = somebody(past);
    bool inside = below(past, 4) > 0;
    const Uuid *to = inside ? somebody_else(past, from) : NULL;
    const char *need = demo_cell(DEMO_NEEDS, below(past, demo_rows(DEMO_NEEDS)), 0);
    g_autofree char *contact = invent_name(past), *outside = inside ? NULL : invent_name(past);
    MeetingSlip slip = { .id = fresh(past),
                         .rev = 1,
                         .meeting = past->meeting.id,
                         .group = past->group->id,
                         .input = { .from = *from,
                                    .to = inside ? *to : (Uuid){ { 0 } },
                                    .to_name = outside,
                                    .need = (char *)need,
                                    .contact = contact,
                                    .entered_at = entered_at(past) },
                         .inside = inside,
                         .entered_by = *from };
    change_note(past->call, &past->group->id, OBJECT_SLIP, &slip.id, false);
    return row_upsert(past->call->db, "slip", "id", &meeting_slip_fields, &slip, error);
}

static bool store_thanks(Past *past, GError **error)
{
    const Uuid *from = somebody(past), *to = somebody_else(past, from);
    bool repeat = below(past, 3) == 0;
    Thanks thanks = { .id = fresh(past),
                      .rev = 1,
                      .meeting = past->meeting.id,
                      .group = past->group->id,
                      .input = { .from = *from,
                                 .to = *to,
                                 .amount = { .amount = 100 * (50 + (gint64)below(past, 1500)),
                                             .currency = "GBP" },
                                 .kind = repeat ? THANKS_REPEAT : THANKS_NEW,
                                 .tier = TIER_INSIDE,
                                 .entered_at = entered_at(past) },
                      .entered_by = *from };
    change_note(past->call, from, OBJECT_THANKS, &thanks.id, false);
    change_note(past->call, to, OBJECT_THANKS, &thanks.id, false);
    return row_upsert(past->call->db, "thanks", "id", &thanks_fields, &thanks, error);
}

static bool store_visitor(Past *past, GError **error)
{
    static const VisitorOutcome outcomes[] = { VISITOR_NOT_NOW, VISITOR_TO_FOLLOW_UP,
                                               VISITOR_NOT_SUITED, VISITOR_APPLIED };
    Uuid officers = group_officers_scope(&past->group->id);
    const Uuid *by = somebody(past);
    g_autofree char *name = invent_name(past);
    guint trade = below(past, demo_rows(DEMO_TRADES));
    Visitor visitor = { .id = fresh(past),
                        .rev = 1,
                        .meeting = past->meeting.id,
                        .group = past->group->id,
                        .input = { .name = name,
                                   .business_type = (char *)demo_cell(DEMO_TRADES, trade, 0),
                                   .brought_by = *by,
                                   .outcome = outcomes[below(past, G_N_ELEMENTS(outcomes))],
                                   .entered_at = entered_at(past) },
                        .entered_by = past->by };
    change_note(past->call, &officers, OBJECT_VISITOR, &visitor.id, false);
    change_note(past->call, by, OBJECT_VISITOR, &visitor.id, false);
    return row_upsert(past->call->db, "visitor", "id", &visitor_fields, &visitor, error);
}

/* Two who met on the day of the meeting. */
static bool store_one_to_one(Past *past, const char *day, GError **error)
{
    const Uuid *one = somebody(past), *other = somebody_else(past, one);
    bool first = uuid_compare(one, other) < 0;
    const Uuid *a = first ? one : other, *b = first ? other : one;
    Uuid id = one_to_one_id(a, b, day);
    change_note(past->call, a, OBJECT_ONE_TO_ONE, &id, false);
    change_note(past->call, b, OBJECT_ONE_TO_ONE, &id, false);
    return db_exec(past->call->db, error,
                   "INSERT INTO one_to_one (id, rev, group_id, account_a, account_b, met_on, place,"
                   " said_a, said_b, reported_by) VALUES ($1, 1, $2, $3, $4, $5, $6, 1, 1, $7)",
                   db_uuid(&id), db_uuid(&past->group->id), db_uuid(a), db_uuid(b), db_text(day),
                   db_text(past->meeting.input.place), db_uuid(one));
}

static bool store_entries(Past *past, const char *day, GError **error)
{
    for (size_t i = 0; i < past->n; i++)
        if (!store_attendance(past, &past->seats[i]->account, error))
            return false;
    if (past->n < 2)
        return true;
    for (guint i = below(past, SLIPS_MOST) + 1; i > 0; i--)
        if (!store_slip(past, error))
            return false;
    return (below(past, 2) || store_thanks(past, error)) &&
           (below(past, 2) || store_visitor(past, error)) &&
           (below(past, 2) || store_one_to_one(past, day, error));
}

/* ---- the meetings */

static bool is_holiday(const char *day)
{
    return strcmp(day + strlen("2026-"), "12-24") >= 0;
}

static bool store_meeting(Past *past, const Occurrence *day, guint number, GError **error)
{
    static char networking[] = "10 networking", training[] = "20 training: asking for it",
                slips[] = "30 slips";
    static char *agenda[] = { networking, training, slips, NULL };
    const GroupInput *input = &past->group->input;
    bool off = is_holiday(day->day);
    gint64 over = day->starts_at + 2 * input->duration * MS_PER_MINUTE;
    past->meeting = (Meeting){ .id = meeting_day_id(&past->group->id, day->day),
                               .rev = off ? 2 : 3,
                               .created_at = MAX(day->starts_at - 8 * 7 * MS_PER_DAY,
                                                 past->group->created_at),
                               .updated_at = off ? day->starts_at - 7 * MS_PER_DAY : over,
                               .group = past->group->id,
                               .state = off ? MEETING_HOLIDAY : MEETING_COMPLETED,
                               .input = { .starts_at = day->starts_at,
                                          .duration = input->duration,
                                          .time_zone = input->time_zone,
                                          .place = input->place,
                                          .agenda = number % 4 == 0 ? agenda : NULL },
                               .sequence = off,
                               .completed_at = off ? 0 : over };
    past->call->now = past->meeting.updated_at;
    return meeting_store(past->call, &past->meeting, false, error) &&
           (off || store_entries(past, day->day, error));
}

static void find_seats(Past *past, const DemoSeat *seats, size_t n, gint64 at)
{
    past->n = 0;
    for (size_t i = 0; i < n; i++) {
        if (seats[i].since > at)
            continue;
        past->seats[past->n++] = &seats[i];
        if (seats[i].role == ROLE_SECRETARY || past->n == 1)
            past->by = seats[i].account;
    }
}

bool demo_meetings_store(Call *call, const Group *group, const DemoSeat *seats, size_t n,
                         gint64 now, guint64 *dice, GError **error)
{
    Past past = { .call = call, .group = group, .dice = dice };
    g_assert(n <= SEATS_MOST);
    g_autoptr(GArray) days = recurrence_find(&group->input, group->created_at, now - BACK,
                                             now - MS_PER_DAY, error);
    for (guint i = 0; days && i < days->len; i++) {
        const Occurrence *day = &g_array_index(days, Occurrence, i);
        find_seats(&past, seats, n, day->starts_at);
        if (!store_meeting(&past, day, i, error))
            return false;
    }
    return days != NULL;
}
