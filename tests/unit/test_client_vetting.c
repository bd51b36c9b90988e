/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vetting, concerns and dues as an officer sees them, offline: the cache with the outbox done to it; and what acts become. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "client/vetting.h"
#include "tests/unit/client_rooms.h"

#define ID(kind, n) ((Uuid){ .bytes = { kind, 0, n } })

static void put_vetting(Rooms *rooms, guint8 n, const Uuid *account, const char *on, bool removed)
{
    Uuid officers = group_officers_scope(&gas);
    Vetting vetting = { .id = ID(6, n),
                        .rev = 1,
                        .group = gas,
                        .input = { .account = *account,
                                   .kind = VETTING_LICENCE,
                                   .checked_on = (char *)on,
                                   .result = VETTING_OK,
                                   .removed = removed } };
    PageObject object = { "vetting", false, vetting.id, &vetting_fields, &vetting };
    rooms_put(rooms, &officers, &object, 1);
}

static void put_concern(Rooms *rooms, const Uuid *scope, guint8 n, const Uuid *about,
                        ConcernState state)
{
    Concern concern = { .id = ID(7, n),
                        .rev = 1,
                        .created_at = NOON - 1000 + n,
                        .group = gas,
                        .about = { *about, (char *)"Zoe", NULL },
                        .text = (char *)"late",
                        .state = state };
    PageObject object = { "concern", false, concern.id, &concern_fields, &concern };
    rooms_put(rooms, scope, &object, 1);
}

static void put_invoice(Rooms *rooms, guint8 n, const char *due_on, InvoiceState state)
{
    Uuid officers = group_officers_scope(&oak);
    Invoice invoice = { .id = ID(8, n),
                        .rev = 1,
                        .group = oak,
                        .member = { zoe, (char *)"Zoe", NULL },
                        .amount = { 2500, "GBP" },
                        .due_on = (char *)due_on,
                        .state = state };
    PageObject object = { "invoice", false, invoice.id, &invoice_fields, &invoice };
    rooms_put(rooms, &officers, &object, 1);
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

static char *path(const Uuid *group, const char *list, const Uuid *id, const char *act)
{
    char one[UUID_TEXT_SIZE], other[UUID_TEXT_SIZE];
    return g_strconcat("/v1/groups/", uuid_format(group, one), list, uuid_format(id, other), act,
                       NULL);
}

/* Another group's item like the first, and another account's: neither is to be seen. */
static void add_foreign(Rooms *rooms, OutboxKind kind, const char *list)
{
    g_autofree char *body = g_strdup(item_at(rooms, 0)->body);
    for (int i = 0; i < 2; i++) {
        Uuid id = ID(9, (guint8)i);
        OutboxItem item = client_item(rooms->client, kind, &id, "PUT",
                                      path(i ? &gas : &oak, list, &id, ""), g_strdup(body));
        item.title = g_strdup("");
        if (i)
            item.account = zoe;
        assert_true(client_add_items(rooms->client, &item, 1, NULL));
    }
}

/* ---- vetting */

static void vetting_in_the_outbox_comes_first(void **state)
{
    Rooms *rooms = *state;
    put_vetting(rooms, 1, &zoe, "2026-11-01", false);
    put_vetting(rooms, 2, &bob, "2026-11-02", false);
    put_vetting(rooms, 3, &zoe, "2026-11-03", true);
    Client *client = rooms_open(rooms);
    VettingInput input = { .account = zoe,
                           .kind = VETTING_COMPLAINTS,
                           .checked_on = (char *)"2026-11-26",
                           .result = VETTING_FAIL };
    assert_true(client_vet(client, &gas, &input, "Zoe", NULL));
    add_foreign(rooms, OUTBOX_VETTING, "/vetting/");
    g_autofree char *wanted = path(&gas, "/vetting/", &item_at(rooms, 0)->object, "");
    assert_string_equal(item_at(rooms, 0)->path, wanted);
    g_autoptr(GPtrArray) rows = client_vetting(client, &gas, NULL, NULL);
    assert_int_equal(rows->len, 3);
    const VettingRow *first = rows->pdata[0], *second = rows->pdata[1];
    assert_true(first->pending && !second->pending);
    assert_int_equal(first->vetting.input.result, VETTING_FAIL);
    assert_string_equal(first->vetting.name, "Zoe");
    assert_true(uuid_equal(&first->vetting.group, &gas));
    assert_true(uuid_equal(&second->vetting.input.account, &bob)); /* the newest of the cache */
    g_autoptr(GPtrArray) of_bob = client_vetting(client, &gas, &bob, NULL);
    assert_int_equal(of_bob->len, 1);
    rooms_refuse(rooms, &item_at(rooms, 0)->op);
    g_autoptr(GPtrArray) after = client_vetting(client, &gas, NULL, NULL);
    assert_int_equal(after->len, 2);
}

static void vetting_that_makes_no_sense_is_refused_here(void **state)
{
    Client *client = rooms_open(*state);
    g_autoptr(GError) error = NULL;
    VettingInput input = { .account = zoe, .kind = VETTING_LICENCE, .result = VETTING_OK };
    assert_false(client_vet(client, &gas, &input, "Zoe", &error)); /* no day */
    assert_problem(&error, PROBLEM_VALIDATION);
    input.checked_on = (char *)"2026-11-26";
    input.kind = VETTING_REFERENCE; /* of whom? */
    assert_false(client_vet(client, &gas, &input, "Zoe", &error));
    assert_problem(&error, PROBLEM_VALIDATION);
    assert_int_equal(rooms_items(*state)->len, 0);
}

/* ---- concerns */

static ConcernRow *concern_at(GPtrArray *rows, guint8 n)
{
    Uuid id = ID(7, n);
    for (guint i = 0; i < rows->len; i++)
        if (uuid_equal(&((ConcernRow *)rows->pdata[i])->concern.id, &id))
            return rows->pdata[i];
    return NULL;
}

static void a_concern_is_shown_as_soon_as_it_is_raised(void **state)
{
    Rooms *rooms = *state;
    Uuid officers = group_officers_scope(&gas);
    put_concern(rooms, &officers, 1, &bob, CONCERN_OPEN);
    Client *client = rooms_open(rooms);
    NewConcern input = { zoe, (char *)"never calls back" };
    assert_true(client_raise_concern(client, &gas, &input, "Zoe", NULL));
    add_foreign(rooms, OUTBOX_CONCERN, "/concerns/");
    g_autoptr(GPtrArray) rows = client_concerns(client, &gas, NULL, NULL);
    assert_int_equal(rows->len, 2);
    const ConcernRow *first = rows->pdata[0];
    assert_true(first->pending && !first->about_me);
    assert_string_equal(first->concern.text, "never calls back");
    assert_string_equal(first->concern.about.name, "Zoe");
    assert_int_equal(first->concern.state, CONCERN_OPEN);
    g_autoptr(GPtrArray) about_bob = client_concerns(client, &gas, &bob, NULL);
    assert_int_equal(about_bob->len, 1);
    /* It can be decided about before the server has it. */
    ConcernDecision decision = { .effect = EFFECT_WARN, .note = (char *)"call them" };
    assert_true(client_decide_concern(client, &first->concern, CONCERN_UPHOLD, &decision, NULL));
    g_autoptr(GPtrArray) after = client_concerns(client, &gas, NULL, NULL);
    first = after->pdata[0];
    assert_int_equal(first->concern.state, CONCERN_UPHELD);
    assert_int_equal(first->concern.effect, EFFECT_WARN);
    assert_string_equal(first->concern.note, "call them");
}

static void a_concern_goes_the_ways_there_are(void **state)
{
    Rooms *rooms = *state;
    Uuid officers = group_officers_scope(&gas);
    put_concern(rooms, &officers, 1, &zoe, CONCERN_OPEN);
    put_concern(rooms, &officers, 2, &zoe, CONCERN_DISMISSED);
    put_concern(rooms, &ann, 3, &ann, CONCERN_OPEN);
    Client *client = rooms_open(rooms);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rows = client_concerns(client, &gas, NULL, NULL);
    ConcernDecision none = { 0 }, bar = { .effect = EFFECT_UNREFERRABLE, .until = NOON + 1000 };
    ConcernDecision past = { .effect = EFFECT_UNREFERRABLE, .until = NOON - 1 };
    const Concern *open = &concern_at(rows, 1)->concern, *over = &concern_at(rows, 2)->concern;
    assert_true(concern_at(rows, 3)->about_me);
    assert_false(client_decide_concern(client, over, CONCERN_DISMISS, &none, &error));
    assert_problem(&error, PROBLEM_CONCERN_STATE);
    assert_false(client_decide_concern(client, open, CONCERN_UPHOLD, &past, &error));
    assert_problem(&error, PROBLEM_VALIDATION);
    assert_false(client_decide_concern(client, open, CONCERN_UPHOLD, &none, &error)); /* to what? */
    assert_problem(&error, PROBLEM_VALIDATION);
    assert_false(client_decide_concern(client, open, CONCERN_LIFT, NULL, &error));
    assert_problem(&error, PROBLEM_CONCERN_STATE);
    assert_false(client_answer_concern(client, &concern_at(rows, 3)->concern, "", &error));
    assert_problem(&error, PROBLEM_VALIDATION);
    assert_int_equal(rooms_items(rooms)->len, 0);

    assert_true(client_decide_concern(client, open, CONCERN_UPHOLD, &bar, NULL));
    assert_true(client_answer_concern(client, &concern_at(rows, 3)->concern, "I was ill", NULL));
    assert_true(g_str_has_suffix(item_at(rooms, 0)->path, "/uphold"));
    assert_true(g_str_has_suffix(item_at(rooms, 1)->path, "/answer"));
    g_autoptr(GPtrArray) then = client_concerns(client, &gas, NULL, NULL);
    const ConcernRow *barred = concern_at(then, 1), *answered = concern_at(then, 3);
    assert_true(barred->pending && concern_bars(&barred->concern, NOON));
    assert_int_equal(answered->concern.state, CONCERN_ANSWERED);
    assert_string_equal(answered->concern.answer, "I was ill");
    assert_true(client_decide_concern(client, &barred->concern, CONCERN_LIFT, NULL, NULL));
    assert_null(item_at(rooms, 2)->body);
    g_autoptr(GPtrArray) lifted = client_concerns(client, &gas, NULL, NULL);
    assert_false(concern_bars(&concern_at(lifted, 1)->concern, NOON));
    rooms_refuse(rooms, &item_at(rooms, 2)->op);
    rooms_refuse(rooms, &item_at(rooms, 0)->op);
    g_autoptr(GPtrArray) after = client_concerns(client, &gas, NULL, NULL);
    assert_int_equal(concern_at(after, 1)->concern.state, CONCERN_OPEN);
    assert_false(concern_at(after, 1)->pending);
}

/* ---- dues */

static InvoiceRow *invoice_at(GPtrArray *rows, guint8 n)
{
    Uuid id = ID(8, n);
    for (guint i = 0; i < rows->len; i++)
        if (uuid_equal(&((InvoiceRow *)rows->pdata[i])->invoice.id, &id))
            return rows->pdata[i];
    return NULL;
}

static void invoices_as_they_will_be(void **state)
{
    Rooms *rooms = *state;
    put_invoice(rooms, 1, "2026-11-01", INVOICE_OPEN);
    put_invoice(rooms, 2, "2026-11-26", INVOICE_OPEN); /* today: not overdue yet */
    put_invoice(rooms, 3, "2026-10-01", INVOICE_PAID);
    put_invoice(rooms, 4, "2026-11-02", INVOICE_OPEN);
    Client *client = rooms_open(rooms);
    g_autoptr(GPtrArray) rows = client_invoices(client, &oak, NULL);
    assert_int_equal(rows->len, 4);
    assert_true(invoice_at(rows, 1)->overdue && invoice_at(rows, 4)->overdue);
    assert_false(invoice_at(rows, 2)->overdue || invoice_at(rows, 3)->overdue);
    DuesSettlement settlement = { .on = (char *)"2026-11-20", .note = (char *)"cash" };
    assert_true(client_settle(client, &invoice_at(rows, 1)->invoice, DUES_PAY, &settlement, NULL));
    assert_true(client_settle(client, &invoice_at(rows, 4)->invoice, DUES_WAIVE,
                              &(DuesSettlement){ .note = (char *)"ill" }, NULL));
    Uuid id = ID(8, 1);
    g_autofree char *wanted = path(&oak, "/dues/", &id, "/pay");
    assert_string_equal(item_at(rooms, 0)->path, wanted);
    assert_string_equal(item_at(rooms, 0)->title, "Zoe");
    g_autoptr(GPtrArray) then = client_invoices(client, &oak, NULL);
    assert_int_equal(invoice_at(then, 1)->invoice.state, INVOICE_PAID);
    assert_int_equal(invoice_at(then, 4)->invoice.state, INVOICE_WAIVED);
    assert_true(invoice_at(then, 1)->pending && !invoice_at(then, 1)->overdue);
    assert_false(invoice_at(then, 2)->pending);
    rooms_refuse(rooms, &item_at(rooms, 0)->op);
    g_autoptr(GPtrArray) after = client_invoices(client, &oak, NULL);
    assert_true(invoice_at(after, 1)->overdue && !invoice_at(after, 1)->pending);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rooms_setup, rooms_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(vetting_in_the_outbox_comes_first),
        TEST(vetting_that_makes_no_sense_is_refused_here),
        TEST(a_concern_is_shown_as_soon_as_it_is_raised),
        TEST(a_concern_goes_the_ways_there_are),
        TEST(invoices_as_they_will_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
