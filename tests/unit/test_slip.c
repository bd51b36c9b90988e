/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A lead while it is written: all that was typed comes back, and is judged by the model's own rules. */
#include "tests/unit/unit.h"

#include <string.h>

#include "client/slip.h"

static Slip *filled(void)
{
    Slip *slip = slip_new();
    const Uuid partner = { { 7 } };
    slip_set_to(slip, 0, &partner, "M. Lindqvist", NULL);
    slip_set(slip, "contact/first_name", "Priya");
    slip_set(slip, "contact/phone_1", "0113 496 0190");
    slip_set(slip, "need", "Boiler");
    slip_set(slip, "known_and_spoken", "yes");
    slip_set(slip, "permission/given", "yes");
    slip_set(slip, "permission/method", "spoken");
    slip_set(slip, "permission/at", "2025-11-21");
    slip_set(slip, "permission/channels", "phone, email");
    return slip;
}

/* Right or wrong: a draft is what was typed, also line ends, blanks and what no field takes. */
static void nothing_typed_is_lost(void **state)
{
    g_autoptr(Slip) slip = filled();
    slip->open = true;
    slip->saved_at = 1234567890123;
    slip->copy_of = (Uuid){ { 9 } };
    slip_set_to(slip, 1, NULL, "Jo \"the\" Doe; & Co", "jo@doe");
    slip_set(slip, "contact/email", "not yet an addr");
    slip_set(slip, "value", "35oo");
    slip_set(slip, "comments", "  one\n\ttwo = [three]\\n # \u00e4\u4f60 ");
    g_autofree char *text = slip_print(slip);
    g_autoptr(Slip) back = slip_parse(text);
    assert_non_null(back);
    g_autofree char *again = slip_print(back);
    assert_string_equal(text, again);
    for (const char *const *path = slip_paths(); *path; path++)
        assert_string_equal(slip_get(slip, *path), slip_get(back, *path));
    assert_true(uuid_equal(&back->to[0].account, &slip->to[0].account));
    assert_string_equal(back->to[1].name, "Jo \"the\" Doe; & Co");
    assert_string_equal(back->to[1].email, "jo@doe");
    assert_true(uuid_equal(&back->copy_of, &slip->copy_of) && back->open);
    assert_int_equal(back->saved_at, slip->saved_at);
}

static void what_is_no_draft_is_none(void **state)
{
    static const char *const bad[] = { "", "[lead]\n", "[lead]\nid=x\n", "\xff\xfe", "id=1" };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        assert_null(slip_parse(bad[i]));
}

/* R42-R46: each thing that is missing or wrong is named at its place; one place, one word. */
static void R42_to_R46_are_the_models_rules(void **state)
{
    static const struct {
        const char *path, *text, *pointer, *code;
    } cases[] = {
        { "need", "", "#/need", "required" },
        { "permission/given", "", "#/permission/given", "required" },
        { "contact/phone_1", "", "#/contact/phone_1", "required" },
        { "contact/phone_1", "12", "#/contact/phone_1", "phone.invalid" },
        { "contact/email", "nobody", "#/contact/email", "email.invalid" },
        { "value", "much", "#/value", "bad" },
        { "type", "", "#/type", "required" },
        { "permission/at", "yesterday", "#/permission/at", "bad" },
    };
    g_autoptr(Slip) good = filled();
    NewReferral input;
    assert_true(slip_input(good, 0, &input, NULL));
    fields_clear(&new_referral_fields, &input);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Slip) slip = slip_copy(good);
        g_auto(FieldErrors) errors;
        field_errors_init(&errors);
        slip_set(slip, cases[i].path, cases[i].text);
        assert_false(slip_input(slip, 0, &input, &errors));
        fields_clear(&new_referral_fields, &input);
        const FieldError *error = field_errors_find(&errors, cases[i].pointer);
        if (!error || strcmp(error->code, cases[i].code) != 0 || errors.items->len != 1)
            fail_msg("%s \"%s\": %s", cases[i].path, cases[i].text,
                     error ? error->code : "nothing");
    }
}

/* R29: one input for each recipient, a partner or somebody outside (R116). */
static void R29_R116_one_input_for_each(void **state)
{
    g_autoptr(Slip) slip = filled();
    slip_set_to(slip, 1, NULL, "Jo Doe", "jo@doe.example");
    NewReferral first, second;
    assert_true(slip_input(slip, 0, &first, NULL));
    assert_true(slip_input(slip, 1, &second, NULL));
    assert_int_equal(first.to.account.bytes[0], 7);
    assert_null(first.to.outside.email);
    assert_true(uuid_is_nil(&second.to.account));
    assert_string_equal(second.to.outside.email, "jo@doe.example");
    assert_string_equal(first.need, second.need);
    fields_clear(&new_referral_fields, &first);
    fields_clear(&new_referral_fields, &second);
}

static void how_full_it_is(void **state)
{
    g_autoptr(Slip) slip = slip_new();
    assert_true(slip_is_empty(slip));
    assert_true(slip_has(slip, SLIP_KIND)); /* most are jobs */
    for (int part = 0; part < SLIP_PARTS; part++)
        assert_int_equal(slip_has(slip, (SlipPart)part), part == SLIP_KIND);
    slip_set(slip, "need", "Boiler");
    assert_false(slip_is_empty(slip));
    g_autoptr(Slip) full = filled();
    for (int part = 0; part < SLIP_PARTS; part++)
        assert_true(slip_has(full, (SlipPart)part));
}

/* R30: a lead that was sent, once more for somebody else. */
static void R30_a_copy_of_a_lead(void **state)
{
    g_autoptr(Slip) slip = slip_new();
    Referral referral = { .id = { { 1 } }, .type = REFERRAL_BUSINESS_DEVELOPMENT };
    referral.lead.need = (char *)"Will meet";
    referral.lead.contact.last_name = (char *)"Bright";
    referral.lead.permission.given = true;
    referral.lead.permission.channels = 1 << CHANNEL_EMAIL;
    slip_take_referral(slip, &referral);
    assert_string_equal(slip_get(slip, "type"), "business_development");
    assert_string_equal(slip_get(slip, "need"), "Will meet");
    assert_string_equal(slip_get(slip, "permission/given"), "yes");
    assert_string_equal(slip_get(slip, "permission/channels"), "email");
    assert_string_equal(slip_get(slip, "known_and_spoken"), "");
    assert_true(uuid_equal(&slip->copy_of, &referral.id));
    /* A copy of a copy is one of the first. */
    referral.copy_of = (Uuid){ { 2 } };
    slip_take_referral(slip, &referral);
    assert_true(uuid_equal(&slip->copy_of, &referral.copy_of));
    g_autofree char *title = slip_title(slip);
    assert_string_equal(title, "Bright");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_typed_is_lost),
        cmocka_unit_test(what_is_no_draft_is_none),
        cmocka_unit_test(R42_to_R46_are_the_models_rules),
        cmocka_unit_test(R29_R116_one_input_for_each),
        cmocka_unit_test(how_full_it_is),
        cmocka_unit_test(R30_a_copy_of_a_lead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
