/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A meeting in the client: what of two entries is shown, what the outbox makes of it, and the sheets that are printed. */
#include "tests/unit/unit.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "client/cache_write.h"
#include "client/change.h"
#include "client/meeting_sheet.h"
#include "client/meetings.h"
#include "tests/unit/client_fixture.h"

#define NOON G_GINT64_CONSTANT(1795694400000) /* 2026-11-26 12:00 UTC */

static const Uuid meeting_id = { .bytes = { 1 } }, group_id = { .bytes = { 2 } };

static Uuid person(guint n)
{
    return (Uuid){ .bytes = { 9, (guint8)(n >> 8), (guint8)n } };
}

/* A book of a meeting of so many members, which person(0) leads. */
static MeetingBook *book_of(guint members, MeetingState state)
{
    static char *agenda[] = { (char *)"10 networking", (char *)"20 presentation: Zoe, heat pumps",
                              (char *)"15 slips", NULL };
    Meeting meeting = { .id = meeting_id,
                        .group = group_id,
                        .state = state,
                        .input = { .starts_at = NOON - 5 * MS_PER_HOUR,
                                   .duration = 90,
                                   .time_zone = (char *)"Europe/London",
                                   .place = (char *)"Queens Hotel",
                                   .topic = (char *)"Heat",
                                   .agenda = agenda } };
    Group group = { .id = group_id, .input = { .name = (char *)"Northgate" } };
    Uuid me = person(0);
    MeetingBook *book = meeting_book_new(&meeting, &group, &me, ROLE_LEADER);
    for (guint i = 0; i < members; i++) {
        g_autofree char *name = g_strdup_printf("Member %02u", i);
        Member member = { .account = person(i), .name = name, .role = ROLE_MEMBER };
        meeting_book_add_member(book, &member);
    }
    return book;
}

static Attendance attendance(guint who, AttendanceCode code, gint64 at, guint by)
{
    Uuid account = person(who);
    return (Attendance){ .id = entry_id(&meeting_id, &account),
                         .rev = 1,
                         .meeting = meeting_id,
                         .group = group_id,
                         .account = account,
                         .code = code,
                         .entered_at = at,
                         .entered_by = person(by) };
}

static AttendanceCode code_of(const MeetingBook *book, guint who)
{
    Uuid account = person(who);
    return meeting_book_member(book, &account)->attendance.code;
}

/* ---- entries */

static void last_entry_wins_in_any_order(void **state)
{
    Attendance facts[] = { attendance(1, ATTENDANCE_PRESENT, NOON, 2),
                           attendance(1, ATTENDANCE_ABSENT, NOON + 5, 0),
                           attendance(1, ATTENDANCE_LATE, NOON + 5, 3) };
    for (guint first = 0; first < 3; first++)
        for (guint step = 1; step < 3; step++) {
            g_autoptr(MeetingBook) book = book_of(4, MEETING_OPEN);
            for (guint i = 0; i < 3; i++)
                meeting_book_put(book, OUTBOX_ATTEND, &facts[(first + i * step) % 3]);
            meeting_book_finish(book);
            assert_int_equal(code_of(book, 1), ATTENDANCE_LATE); /* the same time: the higher id */
        }
}

/* What one entered offline and what the other did, in whichever order either arrives: the same book. */
static void books_converge(void **state)
{
    enum { FACTS = 300 };
    g_autofree char *first = NULL;
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    Attendance facts[FACTS];
    MeetingSlip slips[FACTS];
    for (guint i = 0; i < FACTS; i++) {
        /* two at the same time, of two people: the higher id wins */
        guint at = (i * 37) % FACTS, when = (i * 11) % FACTS;
        facts[i] = attendance(i % 60, (AttendanceCode)(1 + i % 4), NOON + at / 2, at % 2);
        slips[i] = (MeetingSlip){ .id = person(1000 + i % 200),
                                  .meeting = meeting_id,
                                  .input = { .from = person(i % 60),
                                             .to = person((i + 1) % 60),
                                             .need = (char *)(i % 3 ? "a boiler" : "a roof"),
                                             .removed = i % 7 == 0,
                                             .entered_at = NOON + when / 2 },
                                  .entered_by = person(when % 2) };
    }
    for (int round = 0; round < 20; round++) {
        g_autoptr(MeetingBook) book = book_of(60, MEETING_COMPLETED);
        guint order[FACTS];
        for (guint i = 0; i < FACTS; i++)
            order[i] = i;
        for (guint i = FACTS; i-- > 1;) {
            guint j = (guint)g_rand_int_range(rand, 0, (gint32)i + 1), swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
        for (guint i = 0; i < FACTS; i++) {
            meeting_book_put(book, OUTBOX_ATTEND, &facts[order[i]]);
            meeting_book_put(book, OUTBOX_SLIP, &slips[order[i]]);
        }
        meeting_book_finish(book);
        g_autofree char *roster = meeting_sheet(book, SHEET_ROSTER, false);
        g_autofree char *sheet = meeting_sheet(book, SHEET_SLIPS, false);
        g_autofree char *all = g_strconcat(roster, sheet, NULL);
        if (!first)
            first = g_strdup(all);
        assert_string_equal(all, first);
    }
}

/* ---- the outbox */

static OutboxItem item_of(OutboxKind kind, const char *path, const FieldTable *table,
                          const void *input)
{
    char id[UUID_TEXT_SIZE];
    return (OutboxItem){ .op = uuid_new(),
                         .kind = kind,
                         .object = meeting_id,
                         .path = g_strdup_printf(path, uuid_format(&meeting_id, id)),
                         .body = change_json(table, input),
                         .created_at = NOON + 10,
                         .state = OUTBOX_WAITING };
}

static bool apply(MeetingBook *book, OutboxKind kind, const char *path, const Uuid *last,
                  const FieldTable *table, const void *input, OutboxState outbox)
{
    char id[UUID_TEXT_SIZE];
    g_autofree char *whole = g_strconcat(path, last ? uuid_format(last, id) : "", NULL);
    OutboxItem item = item_of(kind, whole, table, input);
    item.state = outbox;
    bool done = meeting_book_apply(book, &item);
    fields_clear(&outbox_fields, &item);
    return done;
}

static void outbox_is_on_top(void **state)
{
    g_autoptr(MeetingBook) book = book_of(4, MEETING_OPEN);
    Attendance known = attendance(1, ATTENDANCE_ABSENT, NOON, 2);
    Attendance later = attendance(2, ATTENDANCE_ABSENT, NOON + 100, 2);
    meeting_book_put(book, OUTBOX_ATTEND, &known);
    meeting_book_put(book, OUTBOX_ATTEND, &later);
    AttendanceInput here = { .code = ATTENDANCE_PRESENT };
    Uuid one = person(1), two = person(2), three = person(3);
    const char *path = "/v1/meetings/%s/attendance/";
    assert_true(
        apply(book, OUTBOX_ATTEND, path, &one, &attendance_input_fields, &here, OUTBOX_HELD));
    assert_true(
        apply(book, OUTBOX_ATTEND, path, &two, &attendance_input_fields, &here, OUTBOX_WAITING));
    /* what was refused is only in the outbox */
    assert_false(
        apply(book, OUTBOX_ATTEND, path, &three, &attendance_input_fields, &here, OUTBOX_FAILED));
    meeting_book_finish(book);
    assert_int_equal(code_of(book, 1), ATTENDANCE_PRESENT);
    assert_int_equal(code_of(book, 2), ATTENDANCE_ABSENT); /* the server knows of a later one */
    assert_int_equal(code_of(book, 3), 0);
    assert_true(meeting_book_member(book, &one)->pending);
    MeetingCounts counts = meeting_book_count(book);
    assert_int_equal(counts.codes[ATTENDANCE_PRESENT], 1);
    assert_int_equal(counts.codes[ATTENDANCE_ABSENT], 1);
    assert_int_equal(counts.codes[0], 2);
    assert_int_equal(counts.members, 4);
}

static void visitors_slips_and_thanks(void **state)
{
    g_autoptr(MeetingBook) book = book_of(4, MEETING_OPEN);
    Uuid guest = person(500), slip = person(501), outside = person(502), thank = person(503);
    VisitorInput visitor = { .name = (char *)"Nia Rhys", .brought_by = person(1) };
    SlipInput inside = { .from = person(1), .to = person(2), .need = (char *)"a boiler" };
    SlipInput named = { .from = person(1), .to_name = (char *)"Ann", .need = (char *)"a will" };
    ThanksInput thanks = { .from = person(2), .to = person(1), .kind = THANKS_NEW };
    money_parse("120.00", "GBP", &thanks.amount, NULL);
    assert_true(apply(book, OUTBOX_VISITOR, "/v1/meetings/%s/visitors/", &guest,
                      &visitor_input_fields, &visitor, OUTBOX_WAITING));
    assert_true(apply(book, OUTBOX_SLIP, "/v1/meetings/%s/slips/", &slip, &slip_input_fields,
                      &inside, OUTBOX_WAITING));
    assert_true(apply(book, OUTBOX_SLIP, "/v1/meetings/%s/slips/", &outside, &slip_input_fields,
                      &named, OUTBOX_WAITING));
    assert_true(apply(book, OUTBOX_THANKS, "/v1/meetings/%s/thanks/", &thank, &thanks_input_fields,
                      &thanks, OUTBOX_WAITING));
    named.removed = true;
    named.entered_at = NOON + 20;
    assert_true(apply(book, OUTBOX_SLIP, "/v1/meetings/%s/slips/", &outside, &slip_input_fields,
                      &named, OUTBOX_WAITING));
    meeting_book_finish(book);
    MeetingCounts counts = meeting_book_count(book);
    assert_int_equal(counts.visitors, 1);
    assert_int_equal(counts.slips, 1); /* the other one was taken back */
    assert_int_equal(counts.inside, 1);
    assert_int_equal(counts.thanks, 1);
    assert_true(meeting_book_is_pending(book, &slip));
    g_autofree char *sheet = meeting_sheet(book, SHEET_SLIPS, true);
    assert_non_null(strstr(sheet, "Member 01            Member 02            a boiler"));
    assert_non_null(strstr(sheet, "Nia Rhys"));
    assert_null(strstr(sheet, "a will"));
}

static void states_are_the_models(void **state)
{
    g_autoptr(MeetingBook) book = book_of(2, MEETING_OPEN);
    MeetingAct act = { 0 };
    const char *path = "/v1/groups/x/meetings/%s/";
    assert_true(apply(book, OUTBOX_MEETING_ACT, "/v1/groups/x/meetings/%s/complete", NULL,
                      &meeting_act_fields, &act, OUTBOX_WAITING));
    assert_int_equal(book->meeting.state, MEETING_COMPLETED);
    assert_true(book->act_pending);
    assert_false(apply(book, OUTBOX_MEETING_ACT, "/v1/groups/x/meetings/%s/open", NULL,
                       &meeting_act_fields, &act, OUTBOX_WAITING));
    assert_int_equal(book->meeting.state, MEETING_COMPLETED);
    book->rights = 0; /* no officer any more */
    assert_false(apply(book, OUTBOX_MEETING_ACT, "/v1/groups/x/meetings/%s/reopen", NULL,
                       &meeting_act_fields, &act, OUTBOX_WAITING));
    Uuid one = person(1);
    assert_false(
        apply(book, OUTBOX_MEETING_ACT, path, &one, &meeting_act_fields, &act, OUTBOX_WAITING));
    for (MeetingEvent event = MEETING_OPENS; event <= MEETING_DISCARDS; event++) {
        MeetingEvent read;
        g_autofree char *whole = g_strconcat("/v1/groups/x/meetings/y/", meeting_event_word(event),
                                             NULL);
        OutboxItem item = { .kind = OUTBOX_MEETING_ACT, .path = whole };
        assert_true(meeting_event_of(&item, &read));
        assert_int_equal(read, event);
    }
}

/* ---- sheets */

static void check_pages(const char *text, bool ascii)
{
    g_auto(GStrv) pages = g_strsplit(text, "\f", -1);
    for (char **page = pages; *page; page++) {
        g_auto(GStrv) lines = g_strsplit(*page, "\n", -1);
        assert_true(g_strv_length(lines) <= SHEET_LINES + 1);
        for (char **line = lines; *line; line++) {
            assert_true(text_width(*line) <= SHEET_COLUMNS);
            assert_false(g_str_has_suffix(*line, " "));
        }
    }
    if (ascii)
        for (const char *p = text; *p; p++)
            assert_true(*p == '\n' || *p == '\f' || (*p >= ' ' && *p <= '~'));
}

static void sheets_fit_the_paper(void **state)
{
    static const guint sizes[] = { 0, 1, 60, 130 };
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(MeetingBook) book = book_of(sizes[i], MEETING_OPEN);
        if (sizes[i] > 1) {
            Member wide = { .account = person(1),
                            .name = (char *)"\xe7\x94\xb0\xe4\xb8\xad\xe5\xa4\xaa\xe9\x83\x8e"
                                            "\xe3\x81\xae\xe3\x81\xa8\xe3\x81\xa6\xe3\x82\x82"
                                            "\xe9\x95\xb7\xe3\x81\x84\xe5\x90\x8d\xe5\x89\x8d",
                            .company_name = (char *)"\x1b[31mred" };
            meeting_book_add_member(book, &wide);
        }
        Attendance there = attendance(0, ATTENDANCE_SUBSTITUTE, NOON, 0);
        there.substitute = (char *)"Sam Stand-In";
        if (sizes[i] > 0)
            meeting_book_put(book, OUTBOX_ATTEND, &there);
        meeting_book_finish(book);
        for (int kind = SHEET_ROSTER; kind <= SHEET_AGENDA; kind++)
            for (int ascii = 0; ascii < 2; ascii++) {
                g_autofree char *sheet = meeting_sheet(book, (SheetKind)kind, ascii);
                check_pages(sheet, ascii);
                assert_non_null(strstr(sheet, "Northgate"));
                assert_non_null(strstr(sheet, "Thu 26 Nov 2026 07:00, Queens Hotel"));
            }
        g_autofree char *roster = meeting_sheet(book, SHEET_ROSTER, true);
        if (sizes[i] == 130)
            assert_non_null(strstr(roster, "\f"));
        if (sizes[i] > 0)
            assert_non_null(strstr(roster, "[S]"));
        if (sizes[i] > 0)
            assert_non_null(strstr(roster, "substitute: Sam Stand-In"));
    }
}

/* R125: what is planned, with the kinds of its items and when each begins. */
static void agenda_has_times(void **state)
{
    g_autoptr(MeetingBook) book = book_of(1, MEETING_SCHEDULED);
    meeting_book_finish(book);
    g_autofree char *sheet = meeting_sheet(book, SHEET_AGENDA, true);
    assert_non_null(strstr(sheet, "07:00   10'  networking"));
    assert_non_null(strstr(sheet, "07:10   20'  presentation     Zoe, heat pumps"));
    assert_non_null(strstr(sheet, "07:30   15'  slips"));
}

/* ---- the calendar file */

static void calendar_file_is_one(void **state)
{
    g_autoptr(MeetingBook) book = book_of(1, MEETING_SCHEDULED);
    g_free(book->meeting.input.place);
    book->meeting.input.place = g_strdup(
        "Queens Hotel; the room, upstairs \\ left\nask for \xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
        "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9");
    g_autofree char *ics = meeting_ics(book, NOON);
    assert_non_null(strstr(ics, "DTSTART:20261126T070000Z\r\n"));
    assert_non_null(strstr(ics, "DTEND:20261126T083000Z\r\n"));
    assert_non_null(strstr(ics, "UID:01000000-"));
    assert_non_null(strstr(ics, "SUMMARY:Northgate: Heat\r\n"));
    assert_non_null(strstr(ics, "LOCATION:Queens Hotel\\; the room\\, upstairs \\\\ left\\nask"));
    g_auto(GStrv) lines = g_strsplit(ics, "\r\n", -1);
    for (char **line = lines; *line; line++) {
        assert_true(strlen(*line) <= 75);
        assert_true(g_utf8_validate(*line, -1, NULL));
        assert_null(strchr(*line, '\n'));
    }
    g_autofree char *name = meeting_ics_name(book);
    assert_string_equal(name, "northgate-2026-11-26.ics");
}

/* ---- a client without a network */

typedef struct World {
    Home home;
    Profile *profile;
    Client *client;
} World;

static const Uuid me = { .bytes = { 9 } }; /* person(0) */

static void put_page(CacheWriter *writer, const Uuid *scope, bool start, const PageObject *objects,
                     size_t n)
{
    PageJob job = { page_text(scope, "e1.1.5", false, start, objects, n), start };
    g_autoptr(GError) error = NULL;
    if (!cache_writer_tx(writer, write_feed_page, &job, &error))
        fail_msg("%s", error->message);
    g_free(job.text);
}

static bool write_me(CacheWriter *writer, gpointer data, GError **error)
{
    Account account = { .id = me, .rev = 1, .name = (char *)"Zoe", .email = (char *)"z@x.example" };
    return cache_write_account(writer, &account, error);
}

#define MEMBERS 12

/* What the server would tell: a group that this user leads, its members, one meeting that is open, one that is planned. */
static void fill(CacheWriter *writer, const Uuid *planned)
{
    Scope scope = { .id = group_id, .kind = SCOPE_GROUP, .role = (char *)"leader" };
    PageObject scopes[] = { { "scope", false, group_id, &scope_fields, &scope } };
    g_autoptr(MeetingBook) book = book_of(0, MEETING_OPEN);
    Group group = { .id = group_id, .rev = 1, .state = GROUP_ACTIVE };
    group.input.name = (char *)"Northgate";
    Member members[MEMBERS] = { 0 };
    PageObject objects[MEMBERS + 4];
    Attendance there = attendance(1, ATTENDANCE_ABSENT, NOON - 1000, 2);
    Meeting next = { .id = *planned, .rev = 1, .group = group_id, .state = MEETING_SCHEDULED };
    next.input = (MeetingInput){ .starts_at = NOON + 2 * MS_PER_DAY, .duration = 60 };
    book->meeting.rev = 1;
    for (guint i = 0; i < MEMBERS; i++) {
        members[i] = (Member){ .id = person(900 + i),
                               .rev = 1,
                               .group = group_id,
                               .account = person(i),
                               .role = i ? ROLE_MEMBER : ROLE_LEADER };
        members[i].name = g_strdup_printf("Member %02u", i);
        objects[i] = (PageObject){ "member", false, members[i].id, &member_fields, &members[i] };
    }
    objects[MEMBERS] = (PageObject){ "group", false, group_id, &group_fields, &group };
    objects[MEMBERS + 1] = (PageObject){ "meeting", false, meeting_id, &meeting_fields,
                                         &book->meeting };
    objects[MEMBERS + 2] = (PageObject){ "meeting", false, *planned, &meeting_fields, &next };
    objects[MEMBERS + 3] = (PageObject){ "attendance", false, there.id, &attendance_fields,
                                         &there };
    put_page(writer, &me, true, scopes, 1);
    put_page(writer, &group_id, true, objects, MEMBERS + 4);
    for (guint i = 0; i < MEMBERS; i++)
        g_free(members[i].name);
}

static const Uuid planned = { .bytes = { 3 } };

static int setup(void **state)
{
    World *world = g_new0(World, 1);
    g_autoptr(GError) error = NULL;
    home_make(&world->home);
    clock_freeze(NOON);
    world->profile = profile_new(PROFILE_SERVER, "room", "http://127.0.0.1:1", &error);
    assert_non_null(world->profile);
    g_autofree char *cache = profile_path(world->profile->cache_dir, "cache.db");
    g_autofree char *store = profile_path(world->profile->data_dir, "leads.db");
    g_autoptr(CacheWriter) writer = cache_writer_open(cache, store, &error);
    if (!writer)
        fail_msg("%s", error->message);
    assert_true(cache_writer_tx(writer, write_me, NULL, NULL));
    fill(writer, &planned);
    g_clear_pointer(&writer, cache_writer_close);
    world->client = client_open(world->profile, 0, &error);
    if (!world->client)
        fail_msg("%s", error->message);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    World *world = *state;
    client_free(world->client);
    profile_free(world->profile);
    home_remove(&world->home);
    clock_freeze(0);
    g_free(world);
    return 0;
}

static bool enter(World *world, guint who, AttendanceCode code, const char *substitute)
{
    Uuid account = person(who);
    AttendanceInput input = { .code = code, .substitute = (char *)substitute };
    return client_attend(world->client, &meeting_id, &account, &input, NULL);
}

static AttendanceCode shown(World *world, guint who)
{
    g_autoptr(MeetingBook) book = client_meeting(world->client, &meeting_id, NULL);
    assert_non_null(book);
    return code_of(book, who);
}

static guint outbox(World *world)
{
    g_autoptr(GPtrArray) items = store_items(client_store(world->client), 0, NULL);
    return items->len;
}

static void entered_without_a_network(void **state)
{
    World *world = *state;
    g_autoptr(MeetingBook) book = client_meeting(world->client, &meeting_id, NULL);
    assert_non_null(book);
    assert_int_equal(book->members->len, MEMBERS);
    assert_int_equal(shown(world, 1), ATTENDANCE_ABSENT);
    assert_true(enter(world, 1, ATTENDANCE_PRESENT, NULL));
    assert_int_equal(shown(world, 1), ATTENDANCE_PRESENT);
    assert_false(enter(world, 2, ATTENDANCE_SUBSTITUTE, NULL)); /* who? */
    assert_true(enter(world, 2, ATTENDANCE_SUBSTITUTE, "Sam"));
    assert_false(enter(world, 77, ATTENDANCE_PRESENT, NULL)); /* nobody of the group */
    assert_int_equal(outbox(world), 2);
    /* a mistake: one step back, then the code before it is there again */
    assert_true(enter(world, 1, ATTENDANCE_LATE, NULL));
    assert_int_equal(shown(world, 1), ATTENDANCE_LATE);
    assert_true(client_undo(world->client, NULL, NULL));
    assert_int_equal(shown(world, 1), ATTENDANCE_PRESENT);
    assert_true(client_redo(world->client, NULL, NULL));
    assert_int_equal(shown(world, 1), ATTENDANCE_LATE);
    clock_advance(-MS_PER_HOUR); /* it was wrong: what is entered now is the later one still */
    assert_true(enter(world, 1, ATTENDANCE_ABSENT, NULL));
    assert_int_equal(shown(world, 1), ATTENDANCE_ABSENT);
}

static void completed_and_reopened(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    assert_true(client_meeting_act(world->client, &meeting_id, MEETING_COMPLETES, NULL, NULL));
    assert_false(enter(world, 1, ATTENDANCE_PRESENT, NULL)); /* it is completed, here too */
    assert_false(client_meeting_act(world->client, &meeting_id, MEETING_REOPENS, NULL, &error));
    assert_int_equal(problem_of(error), PROBLEM_VALIDATION); /* why? */
    assert_true(client_meeting_act(world->client, &meeting_id, MEETING_REOPENS, "wrong", NULL));
    assert_true(enter(world, 1, ATTENDANCE_PRESENT, NULL));
    g_autoptr(MeetingBook) book = client_meeting(world->client, &meeting_id, NULL);
    assert_int_equal(book->meeting.state, MEETING_REOPENED);
    assert_true(book->act_pending);
    assert_int_equal(outbox(world), 3);
}

static void answers_are_counted(void **state)
{
    World *world = *state;
    RsvpInput yes = { .answer = RSVP_YES }, no = { .answer = RSVP_NO };
    assert_true(client_rsvp(world->client, &planned, &me, &yes, NULL));
    assert_true(client_rsvp(world->client, &planned, &me, &no, NULL));
    g_autoptr(GPtrArray) rows = client_meetings(world->client, NULL, 0, G_MAXINT64, NULL);
    assert_int_equal(rows->len, 2);
    const MeetingRow *row = rows->pdata[1];
    assert_true(uuid_equal(&row->meeting.id, &planned));
    assert_int_equal(row->mine, RSVP_NO);
    assert_int_equal(row->answers[RSVP_YES], 0);
    assert_int_equal(row->answers[RSVP_NO], 1);
    assert_string_equal(row->group_name, "Northgate");
    assert_int_equal(row->role, ROLE_LEADER);
    MeetingRow *next = client_next_meeting(world->client, NULL, NOON, NULL);
    assert_true(uuid_equal(&next->meeting.id, &planned));
    meeting_row_free(next);
    Uuid found;
    assert_true(client_find_meeting(world->client, "2026-11-28", &found, NULL));
    assert_true(uuid_equal(&found, &planned));
    assert_true(client_find_meeting(world->client, "next", &found, NULL));
    assert_true(uuid_equal(&found, &planned));
    assert_false(client_find_meeting(world->client, "2026-11-27", &found, NULL));
}

static void one_to_one_counts_once(void **state)
{
    World *world = *state;
    NewOneToOne input = { .group = group_id, .with = person(4) };
    input.input.met_on = (char *)"2026-11-20";
    assert_true(client_met(world->client, &input, NULL));
    input.input.place = (char *)"the station";
    assert_true(client_met(world->client, &input, NULL));
    g_autoptr(GPtrArray) rows = client_one_to_ones(world->client, &group_id, NULL);
    assert_int_equal(rows->len, 1);
    assert_string_equal(((OneToOneRow *)rows->pdata[0])->with, "Member 04");
    assert_string_equal(((OneToOneRow *)rows->pdata[0])->met.input.place, "the station");
    input.with = me;
    assert_false(client_met(world->client, &input, NULL));
    input.with = person(4);
    input.input.met_on = (char *)"2026-12-20"; /* has not come */
    assert_false(client_met(world->client, &input, NULL));
}

static void planned_and_changed_here(void **state)
{
    World *world = *state;
    Uuid id = { 0 };
    MeetingInput input = { .starts_at = NOON + 5 * MS_PER_DAY, .duration = 60 };
    assert_true(client_write_meeting(world->client, &group_id, &id, &input, NULL));
    input.topic = (char *)"Heat";
    assert_true(client_write_meeting(world->client, &group_id, &id, &input, NULL));
    g_autoptr(MeetingBook) book = client_meeting(world->client, &id, NULL);
    assert_non_null(book);
    assert_string_equal(book->meeting.input.topic, "Heat");
    assert_int_equal(book->meeting.state, MEETING_SCHEDULED);
    g_autoptr(GPtrArray) rows = client_meetings(world->client, &group_id, 0, G_MAXINT64, NULL);
    assert_int_equal(rows->len, 3);
    char *wrong[] = { (char *)"ten minutes of talk", NULL };
    input.agenda = wrong;
    assert_false(client_write_meeting(world->client, &group_id, &id, &input, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        { "R64: of two entries of one fact that entered last is shown",
          last_entry_wins_in_any_order },
        { "R64: 300 entries of two, in any order, make the same meeting", books_converge },
        { "R64: what is in the outbox is on top of what the server has", outbox_is_on_top },
        { "R124: visitors, slips and thanks are entered and taken back",
          visitors_slips_and_thanks },
        { "R64: a meeting's states are the model's", states_are_the_models },
        { "R64: sheets fit the paper, in ASCII too", sheets_fit_the_paper },
        { "R125: an agenda has kinds and times", agenda_has_times },
        { "R56: a meeting is a calendar file", calendar_file_is_one },
        { "R64: a meeting is entered without a network, and taken back", entered_without_a_network,
          setup, teardown },
        { "R64: completed and reopened without a network", completed_and_reopened, setup,
          teardown },
        { "R56: who will come is counted, and which meeting is next", answers_are_counted, setup,
          teardown },
        { "R64: a one-to-one counts once a day", one_to_one_counts_once, setup, teardown },
        { "R56: a meeting is planned and changed without a network", planned_and_changed_here,
          setup, teardown },
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
