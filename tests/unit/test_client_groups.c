/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups and requests as a user sees them, offline: the cache with the outbox done to it; and what acts become in the outbox. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "client/groups.h"
#include "client/vetting.h"
#include "tests/unit/client_rooms.h"

#define REQUEST(n) ((Uuid){ .bytes = { 7, 0, n } })

static void put_request(Rooms *rooms, const Uuid *scope, const Uuid *group, guint8 n,
                        const Uuid *from, const char *name, RequestState state)
{
    MembershipRequest request = { .id = REQUEST(n),
                                  .rev = 1,
                                  .group = *group,
                                  .group_name = (char *)"Gas & Water",
                                  .from = { *from, (char *)name, NULL },
                                  .created_at = NOON - 1000 + n,
                                  .state = state };
    PageObject object = { "membership_request", false, request.id, &membership_request_fields,
                          &request };
    rooms_put(rooms, scope, &object, 1);
}

/* Of gas, as its officers see them: 5 and 6 open, 4 over; of oak, where she may decide nothing: 9; her own: 1 over, 2 open. */
static void put_requests(Rooms *rooms)
{
    Uuid of_gas = group_officers_scope(&gas), of_oak = group_officers_scope(&oak);
    put_request(rooms, &of_gas, &gas, 6, &bob, "Bob Stone", REQUEST_REQUESTED);
    put_request(rooms, &of_gas, &gas, 5, &zoe, "Zoe Stone", REQUEST_ASKED);
    put_request(rooms, &of_gas, &gas, 4, &zoe, "Zoe Old", REQUEST_DECLINED);
    put_request(rooms, &of_oak, &oak, 9, &bob, "Bob Oak", REQUEST_REQUESTED);
    put_request(rooms, &ann, &elm, 1, &ann, "Ann", REQUEST_APPROVED);
    put_request(rooms, &ann, &elm, 2, &ann, "Ann", REQUEST_ASKED);
}

static RequestRow *row_of(GPtrArray *rows, guint8 n)
{
    Uuid id = REQUEST(n);
    for (guint i = 0; i < rows->len; i++)
        if (uuid_equal(&((RequestRow *)rows->pdata[i])->request.id, &id))
            return rows->pdata[i];
    return NULL;
}

static GroupRow *group_at(GPtrArray *rows, guint i)
{
    assert_true(i < rows->len);
    return rows->pdata[i];
}

static const OutboxItem *item_at(Rooms *rooms, guint i)
{
    GPtrArray *items = rooms_items(rooms);
    assert_true(i < items->len);
    return items->pdata[i];
}

static void assert_problem(GError **error, Problem problem)
{
    assert_non_null(*error);
    assert_true(problem_is(*error, problem));
    g_clear_error(error);
}

/* ---- groups */

static void groups_are_in_the_order_of_their_names(void **state)
{
    g_autoptr(GPtrArray) rows = client_groups(rooms_open(*state), NULL);
    assert_int_equal(rows->len, 3);
    assert_string_equal(group_at(rows, 0)->group.input.name, "elm");
    assert_string_equal(group_at(rows, 1)->group.input.name, "Gas & Water");
    assert_string_equal(group_at(rows, 2)->group.input.name, "Oak");
    for (guint i = 0; i < 3; i++)
        assert_false(group_at(rows, i)->pending || group_at(rows, i)->leaving);
}

static void a_change_is_shown_and_sent_as_what_differs(void **state)
{
    Rooms *rooms = *state;
    Client *client = rooms_open(rooms);
    GroupRow *row = client_group(client, &gas, NULL);
    GroupInput input = row->group.input; /* borrowed */
    assert_true(client_change_group(client, &gas, &input, NULL));
    assert_int_equal(rooms_items(rooms)->len, 0); /* nothing differs */
    input.area = (char *)"Leeds";
    assert_true(client_change_group(client, &gas, &input, NULL));
    group_row_free(row);
    assert_int_equal(rooms_items(rooms)->len, 1);
    assert_string_equal(item_at(rooms, 0)->method, "PATCH");
    assert_string_equal(item_at(rooms, 0)->body, "{\"area\":\"Leeds\"}");
    assert_int_equal(item_at(rooms, 0)->if_match, 3);
    row = client_group(client, &gas, NULL);
    assert_true(row->pending);
    assert_string_equal(row->group.input.area, "Leeds");
    assert_int_equal(row->group.role, ROLE_LEADER);
    group_row_free(row);
    rooms_refuse(rooms, &item_at(rooms, 0)->op);
    row = client_group(client, &gas, NULL);
    assert_false(row->pending);
    assert_null(row->group.input.area);
    group_row_free(row);
}

static void a_group_that_is_unknown_is_not_changed(void **state)
{
    Client *client = rooms_open(*state);
    g_autoptr(GError) error = NULL;
    GroupInput input = { .name = (char *)"Ash" };
    group_input_init(&input);
    assert_false(client_change_group(client, &zoe, &input, &error));
    assert_problem(&error, PROBLEM_NOT_FOUND);
    input.name = NULL;
    assert_false(client_change_group(client, &gas, &input, &error));
    assert_problem(&error, PROBLEM_VALIDATION);
    assert_int_equal(rooms_items(*state)->len, 0);
}

static void a_group_that_is_started_is_one_act(void **state)
{
    Rooms *rooms = *state;
    Client *client = rooms_open(rooms);
    GroupInput input = { .name = (char *)"Ash" };
    Uuid id;
    assert_true(client_start_group(client, &input, true, &id, NULL));
    assert_int_equal(rooms_items(rooms)->len, 2);
    assert_true(uuid_equal(&item_at(rooms, 0)->unit, &item_at(rooms, 1)->unit));
    assert_true(outbox_creates(item_at(rooms, 0)));
    assert_true(g_str_has_suffix(item_at(rooms, 1)->path, "/activate"));
    GroupRow *row = client_group(client, &id, NULL);
    assert_int_equal(row->group.state, GROUP_ACTIVE);
    assert_int_equal(row->group.role, ROLE_LEADER);
    assert_true(row->pending);
    group_row_free(row);
    g_autofree char *what = NULL;
    assert_true(client_undo(client, &what, NULL));
    assert_null(client_group(client, &id, NULL));
    input.name = (char *)"Beech";
    assert_true(client_start_group(client, &input, false, &id, NULL));
    row = client_group(client, &id, NULL);
    assert_int_equal(row->group.state, GROUP_DRAFT);
    group_row_free(row);
    assert_true(client_open_group(client, &id, NULL));
    row = client_group(client, &id, NULL);
    assert_int_equal(row->group.state, GROUP_ACTIVE);
    group_row_free(row);
}

static void who_leaves_is_shown_as_leaving_until_it_is_refused(void **state)
{
    Rooms *rooms = *state;
    Client *client = rooms_open(rooms);
    assert_true(client_leave_group(client, &elm, NULL));
    GroupRow *row = client_group(client, &elm, NULL);
    assert_true(row->leaving && row->pending);
    group_row_free(row);
    rooms_refuse(rooms, &item_at(rooms, 0)->op);
    row = client_group(client, &elm, NULL);
    assert_false(row->leaving || row->pending);
    group_row_free(row);
    assert_false(client_leave_group(client, &zoe, NULL));
}

static void what_another_account_did_is_not_shown(void **state)
{
    Rooms *rooms = *state;
    Client *client = rooms_open(rooms);
    OutboxItem item = client_item(client, OUTBOX_LEAVE, &elm, "POST", g_strdup("/x"), NULL);
    item.title = g_strdup("");
    item.account = zoe;
    assert_true(client_add_items(client, &item, 1, NULL));
    GroupRow *row = client_group(client, &elm, NULL);
    assert_false(row->leaving || row->pending);
    group_row_free(row);
}

static void the_group_that_words_mean(void **state)
{
    Client *client = rooms_open(*state);
    g_autoptr(GError) error = NULL;
    GroupRow *row = client_find_group(client, "water", NULL);
    assert_true(uuid_equal(&row->group.id, &gas));
    group_row_free(row);
    row = client_find_group(client, "020300", NULL); /* the beginning of an id */
    assert_true(uuid_equal(&row->group.id, &elm));
    group_row_free(row);
    assert_null(client_find_group(client, "02", &error)); /* too little of one */
    assert_problem(&error, PROBLEM_NOT_FOUND);
    GroupInput input = { .name = (char *)"Oak Street" };
    Uuid id;
    assert_true(client_start_group(client, &input, false, &id, NULL));
    row = client_find_group(client, "Oak", NULL); /* exactly its name */
    assert_true(uuid_equal(&row->group.id, &oak));
    group_row_free(row);
    assert_null(client_find_group(client, "oak", &error));
    assert_non_null(strstr(error->message, "Oak Street"));
    assert_problem(&error, PROBLEM_BAD_INPUT);
    assert_null(client_find_group(client, "nowhere", &error));
    assert_non_null(strstr(error->message, "Gas & Water"));
    assert_problem(&error, PROBLEM_NOT_FOUND);
}

/* ---- requests */

static void requests_stand_by_what_is_to_be_done(void **state)
{
    put_requests(*state);
    Client *client = rooms_open(*state);
    static const guint8 wanted[] = { 5, 6, 9, 2, 4, 1 };
    g_autoptr(GPtrArray) rows = client_requests(client, NULL, false, NULL);
    assert_int_equal(rows->len, G_N_ELEMENTS(wanted));
    for (guint i = 0; i < rows->len; i++)
        assert_ptr_equal(rows->pdata[i], row_of(rows, wanted[i]));
    assert_true(row_of(rows, 2)->mine);
    assert_false(row_of(rows, 5)->mine);
    g_autoptr(GPtrArray) open = client_requests(client, NULL, true, NULL);
    assert_int_equal(open->len, 4);
    g_autoptr(GPtrArray) of_gas = client_requests(client, &gas, false, NULL);
    assert_int_equal(of_gas->len, 3);
}

static void who_may_decide_has_them_counted(void **state)
{
    put_requests(*state);
    Client *client = rooms_open(*state);
    gint64 waiting = 0;
    assert_true(client_requests_waiting(client, &waiting, NULL));
    assert_int_equal(waiting, 2); /* of gas; not of oak, whose treasurer she is */
    Uuid id = REQUEST(6);
    assert_true(client_judge(client, &id, 1, REQUEST_APPROVE, NULL, NULL));
    assert_true(client_requests_waiting(client, &waiting, NULL));
    assert_int_equal(waiting, 1);
    RequestRow *row = client_request(client, &id, NULL);
    assert_int_equal(row->request.state, REQUEST_APPROVED);
    assert_true(row->pending);
    assert_false(row->open);
    request_row_free(row);
    rooms_refuse(*state, &item_at(*state, 0)->op);
    assert_true(client_requests_waiting(client, &waiting, NULL));
    assert_int_equal(waiting, 2);
}

static void several_are_judged_together_or_not_at_all(void **state)
{
    Rooms *rooms = *state;
    put_requests(rooms);
    Client *client = rooms_open(rooms);
    g_autoptr(GError) error = NULL;
    Uuid both[] = { REQUEST(5), REQUEST(6) }, with_one_over[] = { REQUEST(5), REQUEST(4) };
    Uuid of_oak = REQUEST(9), mine = REQUEST(2);
    assert_false(client_judge(client, with_one_over, 2, REQUEST_APPROVE, NULL, &error));
    assert_problem(&error, PROBLEM_REQUEST_STATE);
    assert_false(client_judge(client, &of_oak, 1, REQUEST_APPROVE, NULL, &error));
    assert_problem(&error, PROBLEM_FORBIDDEN);
    assert_false(client_judge(client, both, 2, REQUEST_DECLINE, NULL, &error)); /* without why */
    assert_problem(&error, PROBLEM_VALIDATION);
    assert_false(client_judge(client, both, 2, REQUEST_WITHDRAW, NULL, &error));
    assert_problem(&error, PROBLEM_FORBIDDEN);
    assert_int_equal(rooms_items(rooms)->len, 0);
    assert_true(client_judge(client, both, 2, REQUEST_DECLINE, "full", NULL));
    assert_int_equal(rooms_items(rooms)->len, 2);
    assert_true(uuid_equal(&item_at(rooms, 0)->unit, &item_at(rooms, 1)->unit));
    assert_true(g_str_has_suffix(item_at(rooms, 0)->path, "/decline"));
    assert_string_equal(item_at(rooms, 0)->title, "Zoe Stone");
    assert_true(client_judge(client, &mine, 1, REQUEST_REPLY, "since 2020", NULL));
    assert_string_equal(item_at(rooms, 2)->title, "Gas & Water"); /* one's own: which group */
    RequestRow *row = client_request(client, &mine, NULL);
    assert_int_equal(row->request.state, REQUEST_REQUESTED);
    assert_string_equal(row->request.answer, "since 2020");
    request_row_free(row);
}

static void who_asks_sees_it_at_once(void **state)
{
    Rooms *rooms = *state;
    Client *client = rooms_open(rooms);
    Group ash = { .id = { .bytes = { 2, 9 } }, .input.name = (char *)"Ash" };
    NewMembershipRequest input = { .business_type = (char *)"roofer", .message = (char *)"please" };
    Uuid id;
    assert_true(client_join(client, &ash, &input, &id, NULL));
    RequestRow *row = client_request(client, &id, NULL);
    assert_true(row->mine && row->open && row->pending);
    assert_string_equal(row->request.message, "please");
    assert_true(uuid_equal(&row->request.group, &ash.id));
    assert_string_equal(row->request.from.name, "Ann");
    request_row_free(row);
    assert_true(client_judge(client, &id, 1, REQUEST_WITHDRAW, NULL, NULL));
    row = client_request(client, &id, NULL);
    assert_int_equal(row->request.state, REQUEST_WITHDRAWN);
    request_row_free(row);
    g_autoptr(GError) error = NULL;
    assert_null(client_request(client, &zoe, &error));
    assert_problem(&error, PROBLEM_NOT_FOUND);
}

static void the_request_that_words_mean(void **state)
{
    put_requests(*state);
    Client *client = rooms_open(*state);
    g_autoptr(GError) error = NULL;
    RequestRow *row = client_find_request(client, "zoe", NULL); /* the open one, not the old */
    assert_int_equal(row->request.id.bytes[2], 5);
    request_row_free(row);
    row = client_find_request(client, "old", NULL); /* what is over, when nothing else is meant */
    assert_int_equal(row->request.id.bytes[2], 4);
    request_row_free(row);
    assert_null(client_find_request(client, "stone", &error));
    assert_problem(&error, PROBLEM_BAD_INPUT);
    assert_null(client_find_request(client, "nobody", &error));
    assert_problem(&error, PROBLEM_NOT_FOUND);
}

static void what_was_undone_may_be_done_again_while_it_may(void **state)
{
    Rooms *rooms = *state;
    put_requests(rooms);
    Client *client = rooms_open(rooms);
    g_autoptr(GError) error = NULL;
    Uuid id = REQUEST(5);
    assert_true(client_judge(client, &id, 1, REQUEST_APPROVE, NULL, NULL));
    OutboxItem approve = { 0 };
    fields_copy(&outbox_fields, &approve, item_at(rooms, 0));
    g_autofree char *what = NULL;
    assert_true(client_undo(client, &what, NULL));
    assert_true(client_groups_may_again(client, &approve, NULL));
    assert_true(client_judge(client, &id, 1, REQUEST_DECLINE, "full", NULL));
    assert_false(client_groups_may_again(client, &approve, &error));
    assert_problem(&error, PROBLEM_REQUEST_STATE);
    fields_clear(&outbox_fields, &approve);
    assert_true(client_groups_may_again(client, item_at(rooms, 0), NULL) == false);
    OutboxItem other = { .kind = OUTBOX_LEAVE };
    assert_true(client_groups_may_again(client, &other, NULL));
}

/* ---- members */

static MemberRow *member_of(GPtrArray *rows, const Uuid *account)
{
    for (guint i = 0; i < rows->len; i++)
        if (uuid_equal(&((MemberRow *)rows->pdata[i])->member.account, account))
            return rows->pdata[i];
    return NULL;
}

static void members_as_they_will_be(void **state)
{
    Rooms *rooms = *state;
    Client *client = rooms_open(rooms);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) before = client_members(client, &gas, NULL, NULL, true, 10, NULL);
    assert_int_equal(before->len, 3);
    RoleChange change = { .role = ROLE_SECRETARY };
    assert_true(client_change_role(client, &member_of(before, &zoe)->member, &change, NULL));
    change = (RoleChange){ .business_type = (char *)"roofer" };
    assert_true(client_change_role(client, &member_of(before, &zoe)->member, &change, NULL));
    assert_false(client_remove_member(client, &member_of(before, &bob)->member, NULL, &error));
    assert_problem(&error, PROBLEM_VALIDATION); /* they are told why */
    assert_true(client_remove_member(client, &member_of(before, &bob)->member, "away", NULL));
    assert_string_equal(item_at(rooms, 2)->method, "DELETE");
    assert_int_equal(item_at(rooms, 0)->if_match, 4);
    g_autoptr(GPtrArray) after = client_members(client, &gas, NULL, NULL, true, 10, NULL);
    assert_int_equal(member_of(after, &zoe)->member.role, ROLE_SECRETARY);
    assert_string_equal(member_of(after, &zoe)->member.business_type, "roofer");
    assert_true(member_of(after, &zoe)->pending && !member_of(after, &zoe)->leaving);
    assert_true(member_of(after, &bob)->pending && member_of(after, &bob)->leaving);
    assert_false(member_of(after, &ann)->pending);
}

static char *open_trades(Client *client)
{
    GroupRow *row = client_group(client, &gas, NULL);
    char *wanted[] = { (char *)"plumber", (char *)"roofer", (char *)"electrician", NULL };
    char **mine = row->group.input.wanted;
    row->group.input.wanted = wanted;
    g_auto(GStrv) open = client_open_trades(client, &row->group, NULL);
    row->group.input.wanted = mine;
    group_row_free(row);
    return g_strjoinv(" ", open);
}

static void trades_are_open_that_no_member_has(void **state)
{
    Client *client = rooms_open(*state);
    g_autofree char *before = open_trades(client);
    assert_string_equal(before, "roofer electrician"); /* all three are plumbers */
    g_autoptr(GPtrArray) rows = client_members(client, &gas, NULL, NULL, true, 10, NULL);
    RoleChange change = { .business_type = (char *)"roofer" };
    assert_true(client_change_role(client, &member_of(rows, &zoe)->member, &change, NULL));
    g_autofree char *seated = open_trades(client);
    assert_string_equal(seated, "electrician");
    assert_true(client_remove_member(client, &member_of(rows, &zoe)->member, "away", NULL));
    g_autofree char *after = open_trades(client);
    assert_string_equal(after, "roofer electrician");
}

static void a_concern_that_waits_is_seen_at_the_member(void **state)
{
    Client *client = rooms_open(*state);
    NewConcern concern = { .about = zoe, .text = (char *)"Never answers" };
    assert_true(client_raise_concern(client, &gas, &concern, "Zoe", NULL));
    g_autoptr(GPtrArray) rows = client_members(client, &gas, NULL, NULL, true, 10, NULL);
    assert_true(member_of(rows, &zoe)->pending && member_of(rows, &zoe)->concern);
    assert_false(member_of(rows, &bob)->pending || member_of(rows, &bob)->concern);
    g_autoptr(GPtrArray) others = client_members(client, &oak, NULL, NULL, true, 10, NULL);
    for (guint i = 0; i < others->len; i++)
        assert_false(((MemberRow *)others->pdata[i])->pending);
}

static void to_lead_a_second_group_is_asked_for(void **state)
{
    Rooms *rooms = *state;
    Client *client = rooms_open(rooms);
    GroupRow *row = client_group(client, &elm, NULL);
    Uuid id;
    char text[UUID_TEXT_SIZE];
    assert_true(client_ask_to_lead(client, &row->group, "I did before", &id, NULL));
    g_autofree char *path = g_strconcat("/v1/leader-approvals/", uuid_format(&id, text), NULL);
    assert_string_equal(item_at(rooms, 0)->path, path);
    assert_string_equal(item_at(rooms, 0)->title, "elm");
    group_row_free(row);
    LeaderApproval approval = { 0 };
    assert_true(client_approval_of(client, &elm, &approval, NULL));
    assert_int_equal(approval.state, APPROVAL_REQUESTED);
    assert_string_equal(approval.note, "I did before");
    assert_false(client_approval_of(client, &oak, &approval, NULL));
    fields_clear(&leader_approval_fields, &approval);
}

static void an_administrator_decides_once(void **state)
{
    Rooms *rooms = *state;
    Client *client = rooms_open(rooms);
    LeaderApproval approval = { .id = { .bytes = { 9 } }, .account = { zoe, (char *)"Zoe", NULL } };
    assert_int_equal(client_approval_decided(client, &approval.id), 0);
    assert_true(client_decide_approval(client, &approval, false, "One is enough", NULL));
    assert_true(g_str_has_suffix(item_at(rooms, 0)->path, "/decline"));
    assert_string_equal(item_at(rooms, 0)->body, "{\"message\":\"One is enough\"}");
    assert_int_equal(client_approval_decided(client, &approval.id), APPROVAL_DECLINED);
    rooms_refuse(rooms, &item_at(rooms, 0)->op);
    assert_int_equal(client_approval_decided(client, &approval.id), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rooms_setup, rooms_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(groups_are_in_the_order_of_their_names),
        TEST(a_change_is_shown_and_sent_as_what_differs),
        TEST(a_group_that_is_unknown_is_not_changed),
        TEST(a_group_that_is_started_is_one_act),
        TEST(who_leaves_is_shown_as_leaving_until_it_is_refused),
        TEST(what_another_account_did_is_not_shown),
        TEST(the_group_that_words_mean),
        TEST(requests_stand_by_what_is_to_be_done),
        TEST(who_may_decide_has_them_counted),
        TEST(several_are_judged_together_or_not_at_all),
        TEST(who_asks_sees_it_at_once),
        TEST(the_request_that_words_mean),
        TEST(what_was_undone_may_be_done_again_while_it_may),
        TEST(members_as_they_will_be),
        TEST(trades_are_open_that_no_member_has),
        TEST(a_concern_that_waits_is_seen_at_the_member),
        TEST(to_lead_a_second_group_is_asked_for),
        TEST(an_administrator_decides_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
