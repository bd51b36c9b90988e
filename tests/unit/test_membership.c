/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules of leads groups: what a leader writes, requests, seats, exclusivity, roles. */
#include <string.h>

#include "base/problem.h"
#include "model/business_type.h"
#include "model/group.h"
#include "unit.h"

#define NOW G_GINT64_CONSTANT(1772355600000)

/* ---- exclusivity: all of two groups that somebody is in and a third that they want */

/* As domain.md says it: in an exclusive group one is in no other; but who leads each exclusive one may. */
static GroupConflict said(const HeldGroup *held, size_t n, const HeldGroup *wanted)
{
    bool other = false;
    for (size_t i = 0; i < n; i++)
        other |= held[i].exclusive && !held[i].leads;
    if (n == 0)
        return CONFLICT_NONE;
    if (other)
        return CONFLICT_OTHER_EXCLUSIVE;
    return wanted->exclusive && !wanted->leads ? CONFLICT_THIS_EXCLUSIVE : CONFLICT_NONE;
}

static void R53_R63_D13_exclusivity_of_every_three_groups(void **state)
{
    int conflicts = 0;
    for (unsigned bits = 0; bits < 64; bits++)
        for (size_t n = 0; n <= 2; n++) {
            HeldGroup held[2] = { { bits & 1, bits & 2 }, { bits & 4, bits & 8 } };
            HeldGroup wanted = { bits & 16, bits & 32 };
            GroupConflict conflict = group_conflict(held, n, &wanted);
            assert_int_equal(conflict, said(held, n, &wanted));
            conflicts += conflict != CONFLICT_NONE;
            /* D13: whoever is let in leads each exclusive group that they would be in, or is in one group only. */
            if (conflict == CONFLICT_NONE && n > 0)
                for (size_t i = 0; i <= n; i++) {
                    const HeldGroup *one = i < n ? &held[i] : &wanted;
                    assert_true(!one->exclusive || one->leads);
                }
        }
    assert_true(conflicts > 20);
}

static void R123_businesses_that_compete_have_one_seat(void **state)
{
    static const char *const pairs[][2] = { { "plumber", "Plumbing" },
                                            { "Kite  maker", "kite MAKER" } };
    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_autofree char *one = business_type_seat(pairs[i][0]);
        g_autofree char *other = business_type_seat(pairs[i][1]);
        assert_non_null(one);
        assert_string_equal(one, other);
    }
    g_autofree char *plumber = business_type_seat("plumber"), *baker = business_type_seat("baker");
    assert_string_not_equal(plumber, baker);
    assert_null(business_type_seat(NULL));
    assert_null(business_type_seat("  "));
    size_t n;
    const BusinessType *types = business_types(&n);
    for (size_t i = 0; i < n; i++) {
        g_autofree char *seat = business_type_seat(types[i].code);
        assert_true((seat != NULL) == types[i].leaf);
    }
}

/* ---- requests */

static void requests_go_the_ways_that_there_are(void **state)
{
    static const struct {
        RequestState from;
        RequestEvent event;
        bool applicant;
        RequestState to; /* 0: refused */
    } ways[] = {
        { REQUEST_REQUESTED, REQUEST_ASK, false, REQUEST_ASKED },
        { REQUEST_ASKED, REQUEST_REPLY, true, REQUEST_REQUESTED },
        { REQUEST_ASKED, REQUEST_ASK, false, REQUEST_ASKED },
        { REQUEST_REQUESTED, REQUEST_REPLY, true, 0 },
        { REQUEST_REQUESTED, REQUEST_APPROVE, false, REQUEST_APPROVED },
        { REQUEST_ASKED, REQUEST_APPROVE, false, REQUEST_APPROVED },
        { REQUEST_REQUESTED, REQUEST_DECLINE, false, REQUEST_DECLINED },
        { REQUEST_ASKED, REQUEST_DECLINE, false, REQUEST_DECLINED },
        { REQUEST_REQUESTED, REQUEST_WITHDRAW, true, REQUEST_WITHDRAWN },
        { REQUEST_ASKED, REQUEST_WITHDRAW, true, REQUEST_WITHDRAWN },
    };
    for (RequestState from = REQUEST_APPROVED; from <= REQUEST_WITHDRAWN; from++)
        for (RequestEvent event = REQUEST_APPROVE; event <= REQUEST_WITHDRAW; event++) {
            MembershipRequest request = { .state = from };
            g_autoptr(GError) error = NULL;
            assert_false(request_is_open(&request));
            assert_false(request_may(&request, event,
                                     event == REQUEST_REPLY || event == REQUEST_WITHDRAW,
                                     RIGHT_ADMIT, &error));
            assert_true(problem_is(error, PROBLEM_REQUEST_STATE));
        }
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
        MembershipRequest request = { .state = ways[i].from };
        RequestAnswer answer = { "because" };
        g_autoptr(GError) error = NULL, wrong = NULL;
        unsigned rights = ways[i].applicant ? 0 : RIGHT_ADMIT;
        assert_false(request_may(&request, ways[i].event, !ways[i].applicant,
                                 ways[i].applicant ? RIGHT_ADMIT : 0, &wrong));
        assert_true(problem_is(wrong, PROBLEM_FORBIDDEN));
        bool may = request_may(&request, ways[i].event, ways[i].applicant, rights, &error);
        assert_int_equal(may, ways[i].to != 0);
        if (!may)
            continue;
        request_apply(&request, ways[i].event, &answer, NOW);
        assert_int_equal(request.state, ways[i].to);
        assert_int_equal(request.updated_at, NOW);
        assert_int_equal(request.decided_at,
                         ways[i].to == REQUEST_APPROVED || ways[i].to == REQUEST_DECLINED ? NOW
                                                                                          : 0);
        fields_clear(&membership_request_fields, &request);
    }
}

/* ---- §3.8 */

static void R61_only_leaders_admit_and_members_have_no_office(void **state)
{
    for (GroupRole role = 0; role <= ROLE_TREASURER + 1; role++) {
        unsigned rights = group_rights(role);
        assert_int_equal(!!(rights & RIGHT_ADMIT), role == ROLE_LEADER);
        assert_int_equal(!!(rights & RIGHT_EDIT), role == ROLE_LEADER);
        assert_int_equal(!!(rights & RIGHT_DUES), role == ROLE_LEADER || role == ROLE_TREASURER);
        assert_int_equal(!!(rights & RIGHT_OFFICER), role > ROLE_MEMBER && role <= ROLE_TREASURER);
    }
}

/* ---- R55, R56 */

static void R56_a_cadence_says_its_day(void **state)
{
    static const struct {
        GroupInput input;
        const char *wrong; /* pointer; NULL: right */
    } cases[] = {
        { { .cadence = CADENCE_WEEKLY }, "#/weekday" },
        { { .cadence = CADENCE_WEEKLY, .weekday = 4 }, NULL },
        { { .cadence = CADENCE_BIWEEKLY, .weekday = 4 }, "#/first_on" },
        { { .cadence = CADENCE_BIWEEKLY, .weekday = 4, .first_on = "2026-11-26" }, NULL },
        { { .cadence = CADENCE_MONTHLY, .weekday = 4 }, "#/ordinal" },
        { { .cadence = CADENCE_MONTHLY_BY_DATE }, "#/month_day" },
        { { .cadence = CADENCE_OTHER, .first_on = "2026-02-29" }, "#/first_on" },
        { { .cadence = CADENCE_OTHER, .first_on = "2026-2-9" }, "#/first_on" },
        { { .cadence = CADENCE_OTHER, .first_on = "2028-02-29" }, NULL },
        { { .cadence = CADENCE_OTHER, .time_zone = "Europe/Londn" }, "#/time_zone" },
        { { .cadence = CADENCE_OTHER, .time_zone = "Asia/Kathmandu" }, NULL },
        { { .cadence = CADENCE_OTHER, .fee = { 100, "GBP" } }, "#/fee_period" },
        { { .cadence = CADENCE_OTHER, .fee = { -1, "GBP" }, .fee_period = FEE_ANNUAL }, "#/fee" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        FieldErrors errors;
        field_errors_init(&errors);
        bool right = group_input_validate(&cases[i].input, "#", &errors);
        assert_int_equal(right, cases[i].wrong == NULL);
        assert_int_equal(errors.items->len, cases[i].wrong ? 1 : 0);
        if (cases[i].wrong)
            assert_non_null(field_errors_find(&errors, cases[i].wrong));
        field_errors_clear(&errors);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R53_R63_D13_exclusivity_of_every_three_groups),
        cmocka_unit_test(R123_businesses_that_compete_have_one_seat),
        cmocka_unit_test(requests_go_the_ways_that_there_are),
        cmocka_unit_test(R61_only_leaders_admit_and_members_have_no_office),
        cmocka_unit_test(R56_a_cadence_says_its_day),
    };
    return cmocka_run_group_tests_name("membership", tests, NULL, NULL);
}
