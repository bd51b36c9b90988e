/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/meeting.h"

#include <string.h>

#include "base/problem.h"
#include "unit.h"

/* Texts of inputs are their owners' to change; these are not changed. */
#define T(text) ((char *)(text))
#define NOW G_GINT64_CONSTANT(1795509000000) /* 2026-11-24 08:30 UTC */

static char answer_of(bool ok, GError **error)
{
    g_autoptr(GError) mine = g_steal_pointer(error);
    if (ok)
        return mine ? '?' : 'y';
    assert_non_null(mine);
    return mine->code == PROBLEM_MEETING_STATE ? 's' : mine->code == PROBLEM_FORBIDDEN ? 'f' : '?';
}

/* A column for each state: scheduled open draft completed reopened holiday cancelled discarded. */
static const struct {
    MeetingEvent event;
    GroupRole role;
    const char *expected;
} transitions[] = {
    { MEETING_OPENS, ROLE_LEADER, "ysssssss" },
    { MEETING_OPENS, ROLE_SECRETARY, "ysssssss" },
    { MEETING_CLOSES, ROLE_LEADER, "syssssss" },
    { MEETING_COMPLETES, ROLE_LEADER, "syysysss" },
    { MEETING_REOPENS, ROLE_LEADER, "sssyssss" },
    { MEETING_REOPENS, ROLE_SECRETARY, "ffffffff" },
    { MEETING_CANCELS, ROLE_LEADER, "ysssssss" },
    { MEETING_IS_HOLIDAY, ROLE_LEADER, "ysssssss" },
    { MEETING_DISCARDS, ROLE_LEADER, "syysssss" },
    { MEETING_OPENS, ROLE_MEMBER, "ffffffff" },
    { MEETING_CLOSES, ROLE_TREASURER, "ffffffff" },
    { MEETING_COMPLETES, ROLE_MEMBER, "ffffffff" },
    { MEETING_CANCELS, ROLE_TREASURER, "ffffffff" },
    { MEETING_DISCARDS, ROLE_MEMBER, "ffffffff" },
    { MEETING_IS_HOLIDAY, ROLE_MEMBER, "ffffffff" },
};

static void test_whole_transition_table(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(transitions); i++) {
        char got[9] = "";
        for (MeetingState s = MEETING_SCHEDULED; s <= MEETING_DISCARDED; s++) {
            GError *error = NULL;
            bool ok = meeting_may(s, transitions[i].event, group_rights(transitions[i].role),
                                  &error);
            got[s - 1] = answer_of(ok, &error);
        }
        if (strcmp(got, transitions[i].expected) != 0)
            fail_msg("event %d role %d: %s, should be %s", transitions[i].event,
                     transitions[i].role, got, transitions[i].expected);
    }
}

static void test_unknown_states_are_refused(void **state)
{
    for (MeetingEvent event = MEETING_OPENS; event <= MEETING_DISCARDS; event++)
        for (int s = 0; s <= 9; s += 9)
            assert_false(meeting_may((MeetingState)s, event, group_rights(ROLE_LEADER), NULL));
}

static const struct {
    EntryKind kind;
    GroupRole role;
    bool own, follow_up;
    const char *expected;
} entries[] = {
    { ENTRY_ATTENDANCE, ROLE_SECRETARY, false, false, "syysysss" },
    { ENTRY_ATTENDANCE, ROLE_MEMBER, true, false, "ffffffff" },
    { ENTRY_RSVP, ROLE_MEMBER, true, false, "yyssssss" },
    { ENTRY_RSVP, ROLE_MEMBER, false, false, "ffffffff" },
    { ENTRY_RSVP, ROLE_LEADER, false, false, "yyssssss" },
    { ENTRY_VISITOR, ROLE_LEADER, false, false, "yyysysss" },
    { ENTRY_VISITOR, ROLE_LEADER, false, true, "yyyyysss" },
    { ENTRY_VISITOR, ROLE_MEMBER, true, true, "ffffffff" },
    { ENTRY_SLIP, ROLE_MEMBER, true, false, "yyysysss" },
    { ENTRY_SLIP, ROLE_TREASURER, false, false, "ffffffff" },
    { ENTRY_SLIP, ROLE_SECRETARY, false, false, "yyysysss" },
    { ENTRY_THANKS, ROLE_MEMBER, true, false, "yyysysss" },
    { ENTRY_THANKS, ROLE_MEMBER, false, false, "ffffffff" },
};

static void test_who_enters_what_when(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(entries); i++) {
        char got[9] = "";
        for (MeetingState s = MEETING_SCHEDULED; s <= MEETING_DISCARDED; s++) {
            GError *error = NULL;
            bool ok = entry_may(s, entries[i].kind, group_rights(entries[i].role), entries[i].own,
                                entries[i].follow_up, &error);
            got[s - 1] = answer_of(ok, &error);
        }
        if (strcmp(got, entries[i].expected) != 0)
            fail_msg("kind %d role %d own %d: %s, should be %s", entries[i].kind, entries[i].role,
                     entries[i].own, got, entries[i].expected);
    }
    g_autoptr(GError) late = NULL;
    assert_false(entry_may(MEETING_COMPLETED, ENTRY_SLIP, 0, true, false, &late));
    assert_non_null(strstr(late->message, "a leader can reopen it"));
}

static void test_only_completed_ones_count(void **state)
{
    char counts[9] = "", pending[9] = "";
    for (MeetingState s = MEETING_SCHEDULED; s <= MEETING_DISCARDED; s++) {
        counts[s - 1] = meeting_counts(s) ? 'y' : '-';
        pending[s - 1] = meeting_is_pending(s) ? 'y' : '-';
    }
    assert_string_equal(counts, "---y----");
    assert_string_equal(pending, "yyy-y---");
}

static void test_applying(void **state)
{
    Meeting meeting = { .state = MEETING_OPEN, .sequence = 3 };
    meeting_apply(&meeting, MEETING_COMPLETES, NULL, NOW);
    assert_int_equal(meeting.state, MEETING_COMPLETED);
    assert_int_equal(meeting.completed_at, NOW);
    assert_int_equal(meeting.updated_at, NOW);
    assert_int_equal(meeting.sequence, 3);
    meeting_apply(&meeting, MEETING_REOPENS, &(MeetingAct){ T("Forgot Zoe") }, NOW + 1);
    assert_int_equal(meeting.completed_at, 0);
    assert_string_equal(meeting.reason, "Forgot Zoe");
    meeting_apply(&meeting, MEETING_COMPLETES, &(MeetingAct){ NULL }, NOW + 2);
    assert_string_equal(meeting.reason, "Forgot Zoe");
    meeting.state = MEETING_SCHEDULED;
    meeting_apply(&meeting, MEETING_CANCELS, &(MeetingAct){ T("Snow") }, NOW);
    assert_int_equal(meeting.sequence, 4);
    meeting.state = MEETING_SCHEDULED;
    meeting_apply(&meeting, MEETING_IS_HOLIDAY, NULL, NOW);
    assert_int_equal(meeting.sequence, 5);
    assert_null(meeting.reason);
}

static void test_reasons(void **state)
{
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    assert_false(meeting_act_validate(NULL, MEETING_CANCELS, &errors));
    assert_non_null(field_errors_find(&errors, "#/reason"));
    assert_false(meeting_act_validate(&(MeetingAct){ T("") }, MEETING_REOPENS, &errors));
    assert_true(meeting_act_validate(&(MeetingAct){ T("Snow") }, MEETING_CANCELS, &errors));
    assert_true(meeting_act_validate(NULL, MEETING_IS_HOLIDAY, &errors));
}

/* ---- entries */

static void test_the_later_entry_wins(void **state)
{
    const Uuid low = { { 1 } }, high = { { 2 } };
    AttendanceInput first = { .code = ATTENDANCE_PRESENT, .entered_at = NOW };
    AttendanceInput second = { .code = ATTENDANCE_LATE, .entered_at = NOW + 1 };
    const FieldTable *table = &attendance_input_fields;
    assert_true(entry_wins(table, &second, &low, &first, &high));
    assert_false(entry_wins(table, &first, &high, &second, &low));
    second.entered_at = NOW;
    assert_true(entry_wins(table, &first, &high, &second, &low));
    assert_false(entry_wins(table, &first, &low, &second, &high));
    assert_true(entry_wins(table, &first, &low, &second, &low));
    assert_true(entry_wins(table, &second, &low, &first, &low));
    assert_false(entry_wins(table, &first, &low, &first, &low));
}

/* Whatever the order of arrival, one entry is left: the greatest. */
static void test_all_orders_converge(void **state)
{
    enum { N = 6 };
    uint64_t random = 5;
    for (int round = 0; round < 200; round++) {
        AttendanceInput inputs[N];
        Uuid by[N];
        for (int i = 0; i < N; i++) {
            inputs[i] = (AttendanceInput){ .code = (AttendanceCode)(1 + random_below(&random, 4)),
                                           .left_early = random_below(&random, 2),
                                           .entered_at = NOW + (i + round) % 3 };
            by[i] = (Uuid){ { (guint8)(1 + i / 3) } };
        }
        AttendanceInput left = { 0 };
        for (int order = 0; order < 50; order++) {
            int at[N] = { 0, 1, 2, 3, 4, 5 };
            for (int i = N - 1; i > 0; i--) {
                int j = (int)random_below(&random, (unsigned)i + 1), swap = at[i];
                at[i] = at[j];
                at[j] = swap;
            }
            int best = at[0];
            for (int i = 1; i < N; i++)
                if (entry_wins(&attendance_input_fields, &inputs[at[i]], &by[at[i]], &inputs[best],
                               &by[best]))
                    best = at[i];
            if (order == 0)
                left = inputs[best];
            assert_true(fields_equal(&attendance_input_fields, &left, &inputs[best]));
        }
    }
}

static void test_nobody_enters_from_the_future(void **state)
{
    assert_int_equal(entry_time(0, NOW), NOW);
    assert_int_equal(entry_time(NOW - 5, NOW), NOW - 5);
    assert_int_equal(entry_time(NOW + 5, NOW), NOW);
}

static void r124_follow_up_changes_nothing_else(void **state)
{
    const VisitorInput before = { .name = T("Ada"),
                                  .outcome = VISITOR_TO_FOLLOW_UP,
                                  .note = T("a") };
    VisitorInput after = before;
    after.outcome = VISITOR_JOINED;
    after.note = T("b");
    after.entered_at = NOW;
    assert_true(visitor_is_follow_up(&before, &after));
    after.removed = true;
    assert_false(visitor_is_follow_up(&before, &after));
    after = before;
    after.name = T("Eve");
    assert_false(visitor_is_follow_up(&before, &after));
}

static void test_what_an_entry_must_have(void **state)
{
    const Uuid a = { { 1 } }, b = { { 2 } };
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    assert_false(attendance_validate(&(AttendanceInput){ ATTENDANCE_SUBSTITUTE }, &errors));
    assert_false(attendance_validate(&(AttendanceInput){ ATTENDANCE_PRESENT, T("Bo") }, &errors));
    assert_true(attendance_validate(&(AttendanceInput){ ATTENDANCE_SUBSTITUTE, T("Bo") }, &errors));
    assert_true(attendance_validate(&(AttendanceInput){ ATTENDANCE_MEDICAL, T("") }, &errors));
    assert_false(slip_validate(&(SlipInput){ .from = a }, &errors));
    assert_false(slip_validate(&(SlipInput){ .from = a, .to = a }, &errors));
    assert_false(slip_validate(&(SlipInput){ .from = a, .to = b, .to_name = T("Bo") }, &errors));
    assert_true(slip_validate(&(SlipInput){ .from = a, .to = b }, &errors));
    assert_true(slip_validate(&(SlipInput){ .from = a, .to_name = T("Bo") }, &errors));
    assert_false(thanks_validate(&(ThanksInput){ .from = a, .to = b }, &errors));
    assert_false(thanks_validate(&(ThanksInput){ a, a, { 100, "GBP" } }, &errors));
    assert_true(thanks_validate(&(ThanksInput){ a, b, { 100, "GBP" } }, &errors));
}

static void test_days_of_one_to_ones(void **state)
{
    static const struct {
        const char *day;
        bool ok;
    } days[] = {
        { "2026-11-24", true },  { "2026-02-28", true },  { "2024-02-29", true },
        { "2026-11-25", false }, { "2026-02-30", false }, { "2026-13-01", false },
        { "26-11-2024", false }, { "2026/11/24", false }, { "2026-1--24", false },
    };
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    for (size_t i = 0; i < G_N_ELEMENTS(days); i++)
        if (one_to_one_validate(&(OneToOneInput){ .met_on = T(days[i].day) }, NOW, &errors) !=
            days[i].ok)
            fail_msg("%s", days[i].day);
    /* On Kiritimati it is tomorrow already. */
    assert_true(one_to_one_validate(&(OneToOneInput){ .met_on = T("2026-11-25") },
                                    NOW + 2 * MS_PER_HOUR, &errors));
}

static void test_ids_that_everybody_makes_alike(void **state)
{
    const Uuid a = { { 1 } }, b = { { 2 } };
    Uuid ab = one_to_one_id(&a, &b, "2026-11-26"), ba = one_to_one_id(&b, &a, "2026-11-26");
    Uuid next = one_to_one_id(&a, &b, "2026-11-27");
    assert_true(uuid_equal(&ab, &ba));
    assert_false(uuid_equal(&ab, &next));
    Uuid day = meeting_day_id(&a, "2026-11-26"), derived = uuid_derived(&a, "2026-11-26", 10);
    assert_true(uuid_equal(&day, &derived));
    Uuid entry = entry_id(&a, &b), other = entry_id(&b, &a);
    assert_false(uuid_equal(&entry, &other));
}

/* ---- agenda */

static void r125_lines_of_an_agenda(void **state)
{
    static const struct {
        const char *line;
        gint64 minutes;
        AgendaKind kind; /* 0: none */
        const char *text;
    } lines[] = {
        { "10 presentation: Zoe Carter, heat pumps", 10, AGENDA_PRESENTATION,
          "Zoe Carter, heat pumps" },
        { "5 networking", 5, AGENDA_NETWORKING, "" },
        { "0 slips:", 0, AGENDA_SLIPS, "" },
        { "20 training:ask: one question", 20, AGENDA_TRAINING, "ask: one question" },
        { "30 minute", 30, AGENDA_MINUTE, "" },
        { "15 business : dues", 15, AGENDA_BUSINESS, "dues" },
        { "presentation", 0, 0, NULL },
        { "10", 0, 0, NULL },
        { "10 ", 0, 0, NULL },
        { "-5 slips", 0, 0, NULL },
        { "9999999999999999999 slips", 0, 0, NULL },
        { "10 lunch: soup", 0, 0, NULL },
        { "", 0, 0, NULL },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        AgendaItem item = { 0 };
        if (agenda_item_parse(lines[i].line, &item) != (lines[i].kind != 0))
            fail_msg("\"%s\"", lines[i].line);
        if (!lines[i].kind)
            continue;
        assert_int_equal(item.minutes, lines[i].minutes);
        assert_int_equal(item.kind, lines[i].kind);
        assert_string_equal(item.text, lines[i].text);
    }
}

static void r125_an_agenda_is_of_such_lines(void **state)
{
    char *good[] = { T("10 networking"), T("60 presentation: heat pumps"), NULL };
    char *bad[] = { T("10 networking"), T("lunch"), NULL };
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    assert_true(meeting_input_validate(&(MeetingInput){ .agenda = good }, &errors));
    assert_false(meeting_input_validate(&(MeetingInput){ .agenda = bad }, &errors));
    assert_non_null(field_errors_find(&errors, "#/agenda/1"));
}

static void test_what_is_told_to_the_invited(void **state)
{
    const MeetingInput before = { .starts_at = NOW, .duration = 90, .place = T("Town Hall") };
    MeetingInput after = before;
    after.topic = T("Heat");
    after.minutes = T("We met");
    assert_false(meeting_is_moved(&before, &after));
    after.place = T("Library");
    assert_true(meeting_is_moved(&before, &after));
    after = before;
    after.starts_at++;
    assert_true(meeting_is_moved(&before, &after));
}

static void test_what_may_still_be_changed(void **state)
{
    const MeetingInput before = { .starts_at = NOW };
    MeetingInput moved = before, told = before;
    moved.starts_at++;
    told.minutes = T("We met");
    char moves[9] = "", tells[9] = "";
    for (MeetingState s = MEETING_SCHEDULED; s <= MEETING_DISCARDED; s++) {
        GError *error = NULL;
        bool ok = meeting_may_change(s, &before, &moved, &error);
        moves[s - 1] = answer_of(ok, &error);
        ok = meeting_may_change(s, &before, &told, &error);
        tells[s - 1] = answer_of(ok, &error);
    }
    assert_string_equal(moves, "ysssssss");
    assert_string_equal(tells, "yyyyysss");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_transition_table),
        cmocka_unit_test(test_unknown_states_are_refused),
        cmocka_unit_test(test_who_enters_what_when),
        cmocka_unit_test(test_only_completed_ones_count),
        cmocka_unit_test(test_applying),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_the_later_entry_wins),
        cmocka_unit_test(test_all_orders_converge),
        cmocka_unit_test(test_nobody_enters_from_the_future),
        cmocka_unit_test(r124_follow_up_changes_nothing_else),
        cmocka_unit_test(test_what_an_entry_must_have),
        cmocka_unit_test(test_days_of_one_to_ones),
        cmocka_unit_test(test_ids_that_everybody_makes_alike),
        cmocka_unit_test(r125_lines_of_an_agenda),
        cmocka_unit_test(r125_an_agenda_is_of_such_lines),
        cmocka_unit_test(test_what_is_told_to_the_invited),
        cmocka_unit_test(test_what_may_still_be_changed),
    };
    return cmocka_run_group_tests_name("meeting", tests, NULL, NULL);
}
