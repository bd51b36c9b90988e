/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/unit.h"

#include <string.h>

#include "client/notify_policy.h"

#define SPACING 30000

static const NotifyState calm = {
    .spacing = SPACING, .now = 1000000, .uptime = 500000, .on = true, .detail = NOTIFY_FULL
};

static Uuid id_of(guint8 n)
{
    return (Uuid){ .bytes = { 7, n } };
}

static void add(NotifyPolicy *policy, guint8 n, const char *party, bool due)
{
    NotifyNews news = {
        .object = id_of(n),
        .kind = due ? NEWS_DUE : NEWS_LEAD,
        .party = g_strdup(party),
        .client = g_strdup_printf("Client %d", n),
        .need = g_strdup(n % 2 ? "a kettle" : ""),
    };
    notify_policy_add(policy, &news);
}

static void expect_notice(NotifyPolicy *policy, const NotifyState *state, const char *summary,
                          const char *body)
{
    g_autoptr(Notice) notice = notify_policy_next(policy, state);
    assert_non_null(notice);
    assert_string_equal(notice->summary, summary);
    assert_string_equal(notice->body, body);
}

static NotifyState later(NotifyState state, gint64 ms)
{
    state.now += ms;
    state.uptime += ms;
    return state;
}

static void test_first_is_told_at_once(void **state)
{
    g_autoptr(NotifyPolicy) policy = notify_policy_new();
    assert_null(notify_policy_next(policy, &calm));
    assert_int_equal(notify_policy_wait(policy, &calm), -1);
    add(policy, 1, "A. Okafor", false);
    assert_int_equal(notify_policy_wait(policy, &calm), 0);
    g_autoptr(Notice) notice = notify_policy_next(policy, &calm);
    assert_string_equal(notice->summary, "New lead from A. Okafor");
    assert_string_equal(notice->body, "Client 1 - a kettle");
    Uuid id = id_of(1);
    assert_true(uuid_equal(&notice->object, &id));
    assert_int_equal(notice->actions, NOTIFY_OPEN | NOTIFY_CONFIRM | NOTIFY_SNOOZE);
    assert_null(notify_policy_next(policy, &calm));
}

/* One notice in 30 seconds; the rest is one more, at their end. */
static void test_coalescing(void **state)
{
    g_autoptr(NotifyPolicy) policy = notify_policy_new();
    add(policy, 1, "A", false);
    expect_notice(policy, &calm, "New lead from A", "Client 1 - a kettle");
    NotifyState now = later(calm, 1000);
    for (guint8 i = 2; i < 7; i++) {
        add(policy, i, i % 2 ? "A" : "B", false);
        assert_null(notify_policy_next(policy, &now));
    }
    assert_int_equal(notify_policy_wait(policy, &now), SPACING - 1000);
    now = later(calm, SPACING - 1);
    assert_null(notify_policy_next(policy, &now));
    now = later(calm, SPACING);
    g_autoptr(Notice) notice = notify_policy_next(policy, &now);
    assert_string_equal(notice->summary, "5 new leads");
    assert_string_equal(notice->body, "from B and A\nClient 6\nClient 5 - a kettle\nClient 4");
    assert_true(uuid_is_nil(&notice->object));
    assert_int_equal(notice->actions, NOTIFY_OPEN);
    /* The wall clock may go back; the pause is one of the machine's uptime. */
    add(policy, 9, "A", false);
    now = later(now, SPACING);
    now.now = 5;
    expect_notice(policy, &now, "New lead from A", "Client 9 - a kettle");
}

static void test_names(void **state)
{
    static const struct {
        guint n;
        const char *body;
    } rows[] = {
        { 2, "from P1 and P2" },
        { 3, "from P1, P2 and P3" },
        { 4, "from P1, P2 and 2 more" },
        { 200, "from P1, P2 and 198 more" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(NotifyPolicy) policy = notify_policy_new();
        NotifyState brief = calm;
        brief.detail = NOTIFY_NAME;
        for (guint k = 1; k <= rows[i].n; k++) {
            char name[16];
            g_snprintf(name, sizeof name, "P%u", k);
            add(policy, (guint8)k, name, false);
        }
        char summary[32];
        g_snprintf(summary, sizeof summary, "%u new leads", rows[i].n);
        expect_notice(policy, &brief, summary, rows[i].body);
    }
}

/* What the level does not allow is nowhere in the notice. */
static void test_detail(void **state)
{
    static const struct {
        NotifyDetail detail;
        bool due;
        const char *summary, *body;
    } rows[] = {
        { NOTIFY_FULL, false, "New lead from A", "Client 1 - a kettle" },
        { NOTIFY_NAME, false, "New lead from A", "" },
        { NOTIFY_COUNT, false, "1 new lead", "" },
        { NOTIFY_FULL, true, "Call back: lead from A", "Client 1 - a kettle" },
        { NOTIFY_NAME, true, "Call back: lead from A", "" },
        { NOTIFY_COUNT, true, "1 lead to call back", "" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(NotifyPolicy) policy = notify_policy_new();
        NotifyState now = calm;
        now.detail = rows[i].detail;
        add(policy, 1, "A", rows[i].due);
        expect_notice(policy, &now, rows[i].summary, rows[i].body);
    }
    g_autoptr(NotifyPolicy) policy = notify_policy_new();
    NotifyState now = calm;
    now.detail = NOTIFY_COUNT;
    for (guint8 i = 1; i < 6; i++)
        add(policy, i, "A", i == 5);
    expect_notice(policy, &now, "4 new leads, 1 lead to call back", "");
}

/* A lead that came back is already known: it is not to be confirmed unread. */
static void test_due_actions(void **state)
{
    g_autoptr(NotifyPolicy) policy = notify_policy_new();
    add(policy, 1, "A", true);
    g_autoptr(Notice) notice = notify_policy_next(policy, &calm);
    assert_int_equal(notice->actions, NOTIFY_OPEN | NOTIFY_SNOOZE);
}

static void test_attended_is_told(void **state)
{
    g_autoptr(NotifyPolicy) policy = notify_policy_new();
    NotifyState looking = calm;
    looking.attended = true;
    add(policy, 1, "A", false);
    assert_null(notify_policy_next(policy, &looking));
    assert_true(notify_policy_is_empty(policy));
    assert_null(notify_policy_next(policy, &calm));
    /* And it costs the next one nothing. */
    add(policy, 2, "B", false);
    expect_notice(policy, &calm, "New lead from B", "Client 2");
}

static void add_asking(NotifyPolicy *policy, guint8 n, NotifyKind kind)
{
    NotifyNews news = { .object = id_of(n),
                        .kind = kind,
                        .party = g_strdup("B. Tap"),
                        .client = g_strdup("Shall we?"),
                        .need = g_strdup("") };
    notify_policy_add(policy, &news);
}

/* Who wants to be a partner is told with the buttons of an answer, and with leads in one sum. */
static void test_invitations(void **state)
{
    static const struct {
        NotifyKind kind;
        NotifyDetail detail;
        const char *summary, *body;
    } rows[] = {
        { NEWS_INVITATION, NOTIFY_FULL, "B. Tap invites you to be partners", "Shall we?" },
        { NEWS_REQUEST, NOTIFY_FULL, "B. Tap asks to be your partner", "Shall we?" },
        { NEWS_REQUEST, NOTIFY_NAME, "B. Tap asks to be your partner", "" },
        { NEWS_INVITATION, NOTIFY_COUNT, "1 invitation", "" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(NotifyPolicy) policy = notify_policy_new();
        NotifyState now = calm;
        now.detail = rows[i].detail;
        add_asking(policy, 1, rows[i].kind);
        g_autoptr(Notice) notice = notify_policy_next(policy, &now);
        assert_string_equal(notice->summary, rows[i].summary);
        assert_string_equal(notice->body, rows[i].body);
        assert_int_equal(notice->actions, NOTIFY_OPEN | NOTIFY_ACCEPT | NOTIFY_DECLINE);
    }
    g_autoptr(NotifyPolicy) policy = notify_policy_new();
    NotifyState brief = calm;
    brief.detail = NOTIFY_COUNT;
    add(policy, 1, "A", false);
    add_asking(policy, 2, NEWS_INVITATION);
    add(policy, 3, "A", true);
    add_asking(policy, 4, NEWS_REQUEST);
    expect_notice(policy, &brief, "1 new lead, 1 lead to call back, 2 invitations", "");
}

/* The inbox before one's eyes does not show who asks. */
static void test_attended_inbox_hides_no_invitation(void **state)
{
    g_autoptr(NotifyPolicy) policy = notify_policy_new();
    NotifyState looking = calm;
    looking.attended = true;
    add(policy, 1, "A", false);
    add_asking(policy, 2, NEWS_INVITATION);
    expect_notice(policy, &looking, "B. Tap invites you to be partners", "Shall we?");
    assert_true(notify_policy_is_empty(policy));
}

static void test_off(void **state)
{
    g_autoptr(NotifyPolicy) policy = notify_policy_new();
    NotifyState off = calm;
    off.on = false;
    add(policy, 1, "A", false);
    assert_null(notify_policy_next(policy, &off));
    assert_null(notify_policy_next(policy, &calm));
}

static void test_do_not_disturb(void **state)
{
    g_autoptr(NotifyPolicy) policy = notify_policy_new();
    NotifyState busy = calm;
    busy.dnd_until = calm.now + 60000;
    add(policy, 1, "A", false);
    add(policy, 2, "A", false);
    assert_null(notify_policy_next(policy, &busy));
    assert_int_equal(notify_policy_wait(policy, &busy), 60000);
    busy = later(busy, 59999);
    assert_null(notify_policy_next(policy, &busy));
    busy = later(busy, 1);
    expect_notice(policy, &busy, "2 new leads", "from A\nClient 2\nClient 1 - a kettle");
}

/* Opened on another screen, or taken back, before anybody was told. */
static void test_forget(void **state)
{
    g_autoptr(NotifyPolicy) policy = notify_policy_new();
    for (guint8 i = 1; i < 4; i++)
        add(policy, i, "A", false);
    Uuid second = id_of(2), third = id_of(3);
    notify_policy_forget(policy, &second);
    notify_policy_forget(policy, &third);
    expect_notice(policy, &calm, "New lead from A", "Client 1 - a kettle");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_is_told_at_once),
        cmocka_unit_test(test_coalescing),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_detail),
        cmocka_unit_test(test_due_actions),
        cmocka_unit_test(test_attended_is_told),
        cmocka_unit_test(test_invitations),
        cmocka_unit_test(test_attended_inbox_hides_no_invitation),
        cmocka_unit_test(test_off),
        cmocka_unit_test(test_do_not_disturb),
        cmocka_unit_test(test_forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
