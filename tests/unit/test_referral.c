/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/referral.h"

#include <string.h>

#include "base/problem.h"
#include "unit.h"

#define NOW G_GINT64_CONSTANT(1795509000000)

static void referral_clear(Referral *referral)
{
    fields_clear(&referral_fields, referral);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Referral, referral_clear)

/* ---- the table of transitions, spelled out: y yes, s wrong state, a verdict closed, f wrong side.
 * A column for each state in their order; rows with a verdict have it from "confirmed" on. */

static const struct {
    ReferralEvent event;
    ReferralBox box;
    ReferralVerdict verdict;
    bool amended;
    const char *expected; /* SENT PICKED CONFIRMED WORKING WON LOST DORMANT WITHDRAWN */
} transitions[] = {
    { EVENT_PICK_UP, BOX_INBOX, VERDICT_LEAD, false, "yyyyyyys" },
    { EVENT_PICK_UP, BOX_INBOX, VERDICT_NOT_A_LEAD, false, "yyyyyyys" },
    { EVENT_PICK_UP, BOX_SENT, VERDICT_LEAD, false, "ffffffff" },
    { EVENT_CONFIRM, BOX_INBOX, VERDICT_LEAD, false, "yyyyaaas" },
    { EVENT_CONFIRM, BOX_INBOX, VERDICT_NOT_A_LEAD, false, "yyyyaaas" },
    { EVENT_CONFIRM, BOX_INBOX, VERDICT_LEAD, true, "yyaaaaas" },
    { EVENT_CONFIRM, BOX_INBOX, VERDICT_NOT_A_LEAD, true, "yyaaaaas" },
    { EVENT_CONFIRM, BOX_SENT, VERDICT_LEAD, false, "ffffffff" },
    { EVENT_OUTCOME, BOX_INBOX, VERDICT_LEAD, false, "ssyyyyys" },
    { EVENT_OUTCOME, BOX_INBOX, VERDICT_LEAD, true, "ssyyyyys" },
    { EVENT_OUTCOME, BOX_INBOX, VERDICT_NOT_A_LEAD, false, "ssssssss" },
    { EVENT_OUTCOME, BOX_SENT, VERDICT_LEAD, false, "ffffffff" },
    { EVENT_WITHDRAW, BOX_SENT, VERDICT_LEAD, false, "ysssssss" },
    { EVENT_WITHDRAW, BOX_SENT, VERDICT_NOT_A_LEAD, false, "ysssssss" },
    { EVENT_WITHDRAW, BOX_INBOX, VERDICT_LEAD, false, "ffffffff" },
    { EVENT_REMIND, BOX_SENT, VERDICT_LEAD, false, "yyssssss" },
    { EVENT_REMIND, BOX_INBOX, VERDICT_LEAD, false, "ffffffff" },
    { EVENT_REMIND, 0, VERDICT_LEAD, false, "ffffffff" },
    { EVENT_NOTE, BOX_INBOX, VERDICT_LEAD, false, "yyyyyyyy" },
    { EVENT_NOTE, BOX_SENT, VERDICT_LEAD, false, "yyyyyyyy" },
    { EVENT_NOTE, 0, VERDICT_LEAD, false, "ffffffff" },
    { EVENT_PICK_UP, 0, VERDICT_LEAD, false, "ffffffff" },
    { EVENT_CONFIRM, 0, VERDICT_LEAD, false, "ffffffff" },
    { EVENT_OUTCOME, 0, VERDICT_LEAD, false, "ffffffff" },
    { EVENT_WITHDRAW, 0, VERDICT_LEAD, false, "ffffffff" },
};

static char answer(const Referral *referral, ReferralEvent event, gint64 now)
{
    g_autoptr(GError) error = NULL;
    if (referral_may(referral, event, now, &error)) {
        assert_null(error);
        return 'y';
    }
    assert_non_null(error);
    switch (problem_of(error)) {
    case PROBLEM_REFERRAL_STATE:
        return 's';
    case PROBLEM_AMEND_CLOSED:
        return 'a';
    case PROBLEM_FORBIDDEN:
        return 'f';
    default:
        return '?';
    }
}

static void test_whole_transition_table(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(transitions); i++) {
        char got[9] = "";
        for (ReferralState s = REFERRAL_SENT; s <= REFERRAL_WITHDRAWN; s++) {
            Referral referral = { .box = transitions[i].box, .state = s };
            if (s >= REFERRAL_CONFIRMED && s <= REFERRAL_DORMANT) {
                referral.verdict = transitions[i].verdict;
                referral.amended = transitions[i].amended;
                referral.confirmed_at = NOW;
            }
            got[s - 1] = answer(&referral, transitions[i].event, NOW + MS_PER_DAY);
        }
        if (strcmp(got, transitions[i].expected) != 0)
            fail_msg("event %d box %d verdict %d amended %d: %s, should be %s",
                     transitions[i].event, transitions[i].box, transitions[i].verdict,
                     transitions[i].amended, got, transitions[i].expected);
    }
}

static void test_unknown_state_is_refused(void **state)
{
    const Referral none = { .box = BOX_INBOX }, odd = { .box = BOX_INBOX, .state = 9 };
    for (ReferralEvent event = EVENT_PICK_UP; event <= EVENT_NOTE; event++) {
        assert_int_not_equal(answer(&none, event, NOW), 'y');
        assert_int_not_equal(answer(&odd, event, NOW), 'y');
    }
}

static void test_amend_window_closes_after_14_days(void **state)
{
    const gint64 day_14 = NOW + 14 * MS_PER_DAY;
    Referral referral = {
        .box = BOX_INBOX, .state = REFERRAL_CONFIRMED, .verdict = VERDICT_LEAD, .confirmed_at = NOW
    };
    assert_int_equal(answer(&referral, EVENT_CONFIRM, NOW), 'y');
    assert_int_equal(answer(&referral, EVENT_CONFIRM, day_14 - 1), 'y');
    assert_int_equal(answer(&referral, EVENT_CONFIRM, day_14), 'y');
    assert_int_equal(answer(&referral, EVENT_CONFIRM, day_14 + 1), 'a');
    assert_int_equal(referral_amend_until(&referral), day_14);
    referral.amended = true;
    assert_int_equal(referral_amend_until(&referral), 0);
    referral.amended = false;
    referral.state = REFERRAL_WON;
    assert_int_equal(referral_amend_until(&referral), 0);
    referral.state = REFERRAL_PICKED_UP; /* the first verdict has no limit */
    referral.verdict = 0;
    assert_int_equal(referral_amend_until(&referral), 0);
    assert_int_equal(answer(&referral, EVENT_CONFIRM, day_14 + 1), 'y');
}

/* ---- what events do */

static void test_pick_up(void **state)
{
    Referral referral = { .box = BOX_INBOX, .state = REFERRAL_SENT };
    referral_pick_up(&referral, NOW);
    assert_int_equal(referral.state, REFERRAL_PICKED_UP);
    assert_int_equal(referral.picked_up_at, NOW);
    assert_int_equal(referral.updated_at, NOW);
    for (ReferralState s = REFERRAL_PICKED_UP; s <= REFERRAL_WITHDRAWN; s++) {
        referral.state = s;
        referral_pick_up(&referral, NOW + 1);
        assert_int_equal(referral.state, s);
        assert_int_equal(referral.picked_up_at, NOW);
        assert_int_equal(referral.updated_at, NOW);
    }
}

static void test_confirm_implies_pick_up(void **state)
{
    char thanks[] = "Thank you";
    g_auto(Referral) referral = { .state = REFERRAL_SENT };
    const ConfirmInput input = { VERDICT_LEAD, .message = thanks, .value = { 5000, "GBP" } };
    referral_confirm(&referral, &input, NOW);
    assert_int_equal(referral.state, REFERRAL_CONFIRMED);
    assert_int_equal(referral.verdict, VERDICT_LEAD);
    assert_int_equal(referral.picked_up_at, NOW);
    assert_int_equal(referral.confirmed_at, NOW);
    assert_int_equal(referral.updated_at, NOW);
    assert_int_equal(referral.value.amount, 5000);
    assert_string_equal(referral.message, "Thank you");
    assert_ptr_not_equal(referral.message, thanks);
    assert_false(referral.amended);
}

static void test_confirm_keeps_the_first_pick_up(void **state)
{
    g_auto(Referral) referral = { .state = REFERRAL_PICKED_UP, .picked_up_at = NOW - 5 };
    referral_confirm(&referral, &(ConfirmInput){ VERDICT_NOT_A_LEAD, REASON_DUPLICATE }, NOW);
    assert_int_equal(referral.picked_up_at, NOW - 5);
    assert_int_equal(referral.state, REFERRAL_CONFIRMED);
    assert_int_equal(referral.verdict, VERDICT_NOT_A_LEAD);
    assert_int_equal(referral.reason_code, REASON_DUPLICATE);
    assert_null(referral.message);
}

static void test_amending(void **state)
{
    char sorry[] = "Sorry, it is one";
    g_auto(Referral) referral = { .state = REFERRAL_SENT };
    referral_confirm(&referral, &(ConfirmInput){ VERDICT_NOT_A_LEAD, REASON_NO_NEED }, NOW);
    referral_confirm(&referral, &(ConfirmInput){ VERDICT_LEAD, .message = sorry }, NOW + 5);
    assert_true(referral.amended);
    assert_int_equal(referral.verdict, VERDICT_LEAD);
    assert_int_equal(referral.reason_code, 0);
    assert_int_equal(referral.confirmed_at, NOW);
    assert_int_equal(referral.updated_at, NOW + 5);
    assert_string_equal(referral.message, sorry);
}

static void test_amending_takes_back_work_and_value(void **state)
{
    g_auto(Referral) referral = { .state = REFERRAL_SENT };
    referral_confirm(&referral, &(ConfirmInput){ VERDICT_LEAD, .value = { 9, "GBP" } }, NOW);
    referral_set_outcome(&referral, &(OutcomeInput){ REFERRAL_WORKING }, NOW + 1);
    referral_confirm(&referral, &(ConfirmInput){ VERDICT_LEAD }, NOW + 2);
    assert_int_equal(referral.state, REFERRAL_WORKING);
    assert_int_equal(referral.value.amount, 9);
    referral_confirm(&referral, &(ConfirmInput){ VERDICT_NOT_A_LEAD, REASON_NO_NEED }, NOW + 3);
    assert_int_equal(referral.state, REFERRAL_CONFIRMED);
    assert_int_equal(referral.outcome_at, 0);
    assert_false(money_is_set(&referral.value));
}

static void test_outcome(void **state)
{
    Referral referral = { .state = REFERRAL_CONFIRMED,
                          .verdict = VERDICT_LEAD,
                          .value = { 5, "GBP" } };
    referral_set_outcome(&referral, &(OutcomeInput){ REFERRAL_WORKING }, NOW);
    assert_int_equal(referral.state, REFERRAL_WORKING);
    assert_int_equal(referral.outcome_at, NOW);
    assert_int_equal(referral.updated_at, NOW);
    assert_int_equal(referral.value.amount, 5);
    referral_set_outcome(&referral, &(OutcomeInput){ REFERRAL_WON, { 700, "EUR" } }, NOW + 1);
    assert_int_equal(referral.state, REFERRAL_WON);
    assert_int_equal(referral.outcome_at, NOW + 1);
    assert_int_equal(referral.value.amount, 700);
    assert_int_equal(referral.verdict, VERDICT_LEAD);
}

static void test_withdraw(void **state)
{
    Referral referral = { .state = REFERRAL_SENT };
    referral_withdraw(&referral, NOW);
    assert_int_equal(referral.state, REFERRAL_WITHDRAWN);
    assert_int_equal(referral.withdrawn_at, NOW);
    assert_int_equal(referral.updated_at, NOW);
}

static void test_new_referral_is_a_deep_copy(void **state)
{
    char name[] = "Priya", phone[] = "0117 496 0000", need[] = "Roof", me[] = "Me", you[] = "You";
    const Uuid id = { { 1 } }, lead = { { 2 } };
    const Party from = { { { 3 } }, me, NULL }, to = { { { 9 } }, you, NULL };
    NewReferral input = {
        .to.account = { { 4 } },
        .type = REFERRAL_JOB,
        .contact = { .first_name = name, .phone_1 = phone },
        .need = need,
        .known_and_spoken = true,
        .permission = { true, PERMISSION_SPOKEN, NOW - 1, 1 << CHANNEL_PHONE },
        .value = { 100, "GBP" },
    };
    g_auto(Referral) referral = { 0 };
    referral_init_new(&referral, &id, &lead, &from, &to, &input, NOW);
    assert_true(uuid_equal(&referral.id, &id));
    assert_true(uuid_equal(&referral.lead.id, &lead));
    assert_int_equal(referral.from.account.bytes[0], 3);
    assert_int_equal(referral.to.account.bytes[0], 4);
    assert_int_equal(referral.box, BOX_SENT);
    assert_int_equal(referral.state, REFERRAL_SENT);
    assert_int_equal(referral.type, REFERRAL_JOB);
    assert_int_equal(referral.sent_at, NOW);
    assert_int_equal(referral.created_at, NOW);
    assert_int_equal(referral.updated_at, NOW);
    assert_int_equal(referral.rev, 0);
    assert_int_equal(referral.verdict, 0);
    assert_false(referral.competing);
    assert_false(money_is_set(&referral.value)); /* the giver's estimate is the lead's */
    assert_int_equal(referral.lead.value.amount, 100);
    assert_true(referral.lead.known_and_spoken);
    assert_true(fields_equal(&permission_fields, &referral.lead.permission, &input.permission));
    memset(name, 'x', 5);
    memset(need, 'x', 4);
    memset(me, 'x', 2);
    assert_string_equal(referral.lead.contact.first_name, "Priya");
    assert_string_equal(referral.lead.need, "Roof");
    assert_string_equal(referral.from.name, "Me");
    assert_string_equal(referral.to.name, "You");

    g_auto(Referral) second = { 0 };
    input.copy_of = id;
    referral_init_new(&second, &lead, &lead, &from, &to, &input, NOW);
    assert_true(second.competing);
}

/* ---- rules between fields */

static const char *code_in(const FieldErrors *errors, const char *pointer)
{
    const FieldError *error = field_errors_find(errors, pointer);
    return error ? error->code : "";
}

static void test_new_referral_rules(void **state)
{
    char phone[] = "0117 496 0000", email[] = "p@b.example", need[] = "Roof", blank[] = "  ";
    const struct {
        NewReferral input;
        const char *pointer;
    } rows[] = {
        { { .contact.phone_1 = phone, .need = need, .permission.given = true }, NULL },
        { { .contact.phone_2 = phone, .need = need, .permission.given = true }, NULL },
        { { .contact.email = email, .need = need, .permission.given = true }, NULL },
        { { .need = need, .permission.given = true }, "#/contact/phone_1" },
        { { .contact.email = blank, .need = need, .permission.given = true }, "#/contact/phone_1" },
        { { .contact.email = email, .permission.given = true }, "#/need" },
        { { .contact.email = email, .need = blank, .permission.given = true }, "#/need" },
        { { .contact.email = email, .need = need }, "#/permission/given" },
        { { .contact.email = email,
            .need = need,
            .permission.given = true,
            .value = { -1, "GBP" } },
          "#/value" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(FieldErrors) errors = { 0 };
        field_errors_init(&errors);
        NewReferral input = rows[i].input;
        input.to.account = (Uuid){ { 1 } };
        bool valid = new_referral_validate(&input, &errors);
        assert_int_equal(valid, rows[i].pointer == NULL);
        assert_int_equal(errors.items->len, rows[i].pointer ? 1 : 0);
        if (rows[i].pointer)
            assert_string_not_equal(code_in(&errors, rows[i].pointer), "");
    }
}

static void r29_r116_exactly_one_recipient(void **state)
{
    char name[] = "Ola", email[] = "ola@els.example", blank[] = " ";
    const Uuid account = { { 1 } };
    const struct {
        Recipient to;
        const char *pointer, *code;
    } rows[] = {
        { { .account = account }, NULL, "" },
        { { .outside = { name, email } }, NULL, "" },
        { { .account = account, .outside = { name, email } }, "#/to/outside", "not-allowed" },
        { { .account = account, .outside = { .email = email } }, "#/to/outside", "not-allowed" },
        { { .outside = { blank, blank } }, "#/to/account", "required" },
        { { .outside = { name } }, "#/to/outside/email", "required" },
        { { .outside = { .email = email } }, "#/to/outside/name", "required" },
        { { .outside = { name, name } }, "#/to/outside/email", "email.invalid" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        NewReferral input = { .to = rows[i].to,
                              .type = REFERRAL_JOB,
                              .contact.email = email,
                              .need = name,
                              .permission.given = true };
        g_auto(FieldErrors) errors = { 0 };
        field_errors_init(&errors);
        fields_validate(&new_referral_fields, &input, "#", &errors);
        new_referral_validate(&input, &errors);
        if (rows[i].pointer)
            assert_string_equal(code_in(&errors, rows[i].pointer), rows[i].code);
        else
            assert_false(field_errors_any(&errors));
    }
}

static void r116_a_recipient_outside_has_a_name_and_an_address(void **state)
{
    char name[] = "Ola", email[] = "ola@els.example";
    const Uuid id = { { 1 } };
    const Party from = { .account = { { 3 } } };
    const NewReferral input = { .to.outside = { name, email } };
    g_auto(Referral) referral = { 0 };
    referral_init_new(&referral, &id, &id, &from, NULL, &input, NOW);
    assert_true(referral_is_outside(&referral));
    assert_string_equal(referral.to.name, "Ola");
    assert_string_equal(referral.to_email, "ola@els.example");
    assert_null(referral.to.company_name);
}

static void remind_is_once_a_day_and_until_the_verdict(void **state)
{
    g_autoptr(GError) error = NULL;
    Referral referral = { .box = BOX_SENT, .state = REFERRAL_SENT, .to.account = { { 1 } } };
    assert_true(referral_may(&referral, EVENT_REMIND, NOW, NULL));
    referral_remind(&referral, NOW);
    assert_int_equal(referral.reminded_at, NOW);
    assert_int_equal(referral.updated_at, NOW);
    assert_int_equal(referral_remind_from(&referral, NOW + 1), NOW + MS_PER_DAY);
    assert_false(referral_may(&referral, EVENT_REMIND, NOW + MS_PER_DAY - 1, &error));
    assert_true(problem_is(error, PROBLEM_REFERRAL_STATE));
    assert_true(referral_may(&referral, EVENT_REMIND, NOW + MS_PER_DAY, NULL));
    assert_int_equal(referral_remind_from(&referral, NOW + MS_PER_DAY), 0);
    referral.state = REFERRAL_PICKED_UP;
    assert_true(referral_may(&referral, EVENT_REMIND, NOW + MS_PER_DAY, NULL));
    for (int i = REFERRAL_CONFIRMED; i <= REFERRAL_WITHDRAWN; i++) {
        referral.state = (ReferralState)i;
        assert_false(referral_may(&referral, EVENT_REMIND, NOW + MS_PER_DAY, NULL));
    }
    referral = (Referral){ .box = BOX_INBOX, .state = REFERRAL_SENT };
    g_clear_error(&error);
    assert_false(referral_may(&referral, EVENT_REMIND, NOW, &error));
    assert_true(problem_is(error, PROBLEM_FORBIDDEN));
    assert_string_equal(error->message, "Only the sender may do this");
}

static void r116_somebody_outside_is_reminded_once(void **state)
{
    Referral referral = { .box = BOX_SENT, .state = REFERRAL_SENT };
    assert_true(referral_may(&referral, EVENT_REMIND, NOW, NULL));
    referral_remind(&referral, NOW);
    assert_false(referral_may(&referral, EVENT_REMIND, NOW + 30 * MS_PER_DAY, NULL));
}

static void test_one_error_for_one_place(void **state)
{
    const NewReferral empty = { 0 };
    g_auto(FieldErrors) errors = { 0 };
    field_errors_init(&errors);
    assert_false(fields_validate(&new_referral_fields, &empty, "#", &errors));
    assert_string_equal(code_in(&errors, "#/type"), "required");
    assert_string_equal(code_in(&errors, "#/need"), "required");
    guint before = errors.items->len;
    assert_false(new_referral_validate(&empty, &errors));
    assert_int_equal(errors.items->len, before + 3); /* to, phone, permission, not the need again */
}

static void test_confirm_rules(void **state)
{
    char text[] = "Because", blank[] = " \n ";
    const struct {
        ConfirmInput input;
        const char *pointer;
    } rows[] = {
        { { VERDICT_LEAD }, NULL },
        { { VERDICT_LEAD, .message = text, .value = { 1, "GBP" } }, NULL },
        { { VERDICT_LEAD, .value = { -1, "GBP" } }, "#/value" },
        { { VERDICT_NOT_A_LEAD }, "#/reason_code" },
        { { VERDICT_NOT_A_LEAD, .message = blank }, "#/reason_code" },
        { { VERDICT_NOT_A_LEAD, REASON_DUPLICATE }, NULL },
        { { VERDICT_NOT_A_LEAD, .message = text }, NULL },
        { { VERDICT_NOT_A_LEAD, REASON_OTHER }, "#/message" },
        { { VERDICT_NOT_A_LEAD, REASON_OTHER, text }, NULL },
        { { VERDICT_NOT_A_LEAD, REASON_DUPLICATE, .value = { 1, "GBP" } }, "#/value" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(FieldErrors) errors = { 0 };
        field_errors_init(&errors);
        assert_int_equal(confirm_validate(&rows[i].input, &errors), rows[i].pointer == NULL);
        assert_int_equal(errors.items->len, rows[i].pointer ? 1 : 0);
        if (rows[i].pointer)
            assert_string_not_equal(code_in(&errors, rows[i].pointer), "");
    }
}

static void test_outcome_rules(void **state)
{
    g_auto(FieldErrors) errors = { 0 };
    field_errors_init(&errors);
    assert_true(outcome_validate(&(OutcomeInput){ REFERRAL_WON, { 1, "GBP" } }, &errors));
    assert_false(outcome_validate(&(OutcomeInput){ REFERRAL_WON, { -1, "GBP" } }, &errors));
    /* The table lets nothing pass that is a state but no outcome. */
    const OutcomeInput confirmed = { REFERRAL_CONFIRMED };
    assert_false(fields_validate(&outcome_fields, &confirmed, "#", &errors));
    assert_string_equal(code_in(&errors, "#/outcome"), "not-one-of");
}

/* ---- reading */

static void test_waiting(void **state)
{
    for (ReferralState s = REFERRAL_SENT; s <= REFERRAL_WITHDRAWN; s++)
        assert_int_equal(referral_is_waiting(&(Referral){ .state = s }), s <= REFERRAL_PICKED_UP);
}

static void test_display_names(void **state)
{
    char first[] = "Priya", last[] = "Bright", company[] = "Bright Ltd", email[] = "p@b.example",
         phone[] = "0117", blank[] = " ";
    const struct {
        Contact contact;
        const char *name;
    } rows[] = {
        { { first, last, company, email, phone }, "Priya Bright" },
        { { first, NULL, company, email, phone }, "Priya" },
        { { NULL, last, company, email, phone }, "Bright" },
        { { blank, blank, company, email, phone }, "Bright Ltd" },
        { { .email = email, .phone_1 = phone }, "p@b.example" },
        { { .phone_2 = phone }, "0117" },
        { { NULL }, "" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *name = contact_display_name(&rows[i].contact);
        assert_string_equal(name, rows[i].name);
    }
}

static void test_phone_keys(void **state)
{
    static const struct {
        const char *phone, *key;
    } rows[] = {
        { "+44 (117) 496-0000", "+441174960000" },
        { "(+44)117.4960000", "+441174960000" },
        { "0117 496 0000", "01174960000" },
        { "0117+496", "0117496" },
        { "none", "" },
        { NULL, "" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *key = phone_key(rows[i].phone);
        assert_string_equal(key, rows[i].key);
    }
}

static void test_give_and_take(void **state)
{
    GiveTake sum = { 0 };
    give_take_add(&sum, BOX_SENT, REFERRAL_SENT, 0, 1);
    give_take_add(&sum, BOX_SENT, REFERRAL_CONFIRMED, VERDICT_LEAD, 2);
    give_take_add(&sum, BOX_SENT, REFERRAL_CONFIRMED, VERDICT_NOT_A_LEAD, 4);
    give_take_add(&sum, BOX_SENT, REFERRAL_WITHDRAWN, 0, 8);
    give_take_add(&sum, BOX_INBOX, REFERRAL_PICKED_UP, 0, 16);
    give_take_add(&sum, BOX_INBOX, REFERRAL_CONFIRMED, VERDICT_LEAD, 32);
    give_take_add(&sum, BOX_INBOX, REFERRAL_CONFIRMED, VERDICT_NOT_A_LEAD, 64);
    give_take_add(&sum, BOX_INBOX, REFERRAL_WITHDRAWN, 0, 128);
    const GiveTake expected = { 1 + 2 + 4, 2, 4, 16 + 32 + 64, 32, 64 };
    assert_memory_equal(&sum, &expected, sizeof sum);
}

/* R51: whatever becomes of it, the counts stay as the verdict made them. */
static void test_outcome_never_changes_a_count(void **state)
{
    Referral referral = { .box = BOX_INBOX, .state = REFERRAL_SENT };
    GiveTake before = { 0 };
    referral_confirm(&referral, &(ConfirmInput){ VERDICT_LEAD }, NOW);
    give_take_add(&before, referral.box, referral.state, referral.verdict, 1);
    for (ReferralState outcome = REFERRAL_WORKING; outcome <= REFERRAL_DORMANT; outcome++) {
        GiveTake after = { 0 };
        referral_set_outcome(&referral, &(OutcomeInput){ outcome }, NOW);
        give_take_add(&after, referral.box, referral.state, referral.verdict, 1);
        assert_memory_equal(&before, &after, sizeof before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_transition_table),
        cmocka_unit_test(test_unknown_state_is_refused),
        cmocka_unit_test(test_amend_window_closes_after_14_days),
        cmocka_unit_test(test_pick_up),
        cmocka_unit_test(test_confirm_implies_pick_up),
        cmocka_unit_test(test_confirm_keeps_the_first_pick_up),
        cmocka_unit_test(test_amending),
        cmocka_unit_test(test_amending_takes_back_work_and_value),
        cmocka_unit_test(test_outcome),
        cmocka_unit_test(test_withdraw),
        cmocka_unit_test(test_new_referral_is_a_deep_copy),
        cmocka_unit_test(test_new_referral_rules),
        cmocka_unit_test(r29_r116_exactly_one_recipient),
        cmocka_unit_test(r116_a_recipient_outside_has_a_name_and_an_address),
        cmocka_unit_test(remind_is_once_a_day_and_until_the_verdict),
        cmocka_unit_test(r116_somebody_outside_is_reminded_once),
        cmocka_unit_test(test_one_error_for_one_place),
        cmocka_unit_test(test_confirm_rules),
        cmocka_unit_test(test_outcome_rules),
        cmocka_unit_test(test_waiting),
        cmocka_unit_test(test_display_names),
        cmocka_unit_test(test_phone_keys),
        cmocka_unit_test(test_give_and_take),
        cmocka_unit_test(test_outcome_never_changes_a_count),
    };
    return cmocka_run_group_tests_name("referral", tests, NULL, NULL);
}
