/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/account.h"

#include <string.h>

#include "base/money.h"
#include "model/invitation.h"
#include "model/referral.h"
#include "unit.h"

static const FieldTable *const tables[] = {
    &account_fields,        &party_fields,      &sign_up_fields,        &login_fields,
    &tokens_fields,         &session_fields,    &scope_fields,          &contact_fields,
    &permission_fields,     &lead_fields,       &referral_fields,       &new_referral_fields,
    &confirm_fields,        &outcome_fields,    &note_fields,           &partner_fields,
    &outside_fields,        &recipient_fields,  &warning_fields,        &profile_fields,
    &public_profile_fields, &invitation_fields, &new_invitation_fields, &encouragement_fields,
};

static size_t size_of(const Field *field)
{
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_PHONE:
    case FIELD_EMAIL:
    case FIELD_LIST:
        return sizeof(char *);
    case FIELD_MONEY:
        return sizeof(Money);
    case FIELD_UUID:
        return sizeof(Uuid);
    case FIELD_TIME:
    case FIELD_INT:
        return sizeof(gint64);
    case FIELD_ENUM:
    case FIELD_SET:
        return sizeof(int);
    case FIELD_BOOL:
        return sizeof(bool);
    case FIELD_OBJECT:
        return field->object->size;
    }
    return 0;
}

/* No row of any table lies over another or out of its struct, and each has what its type needs. */
static void test_field_tables_are_sound(void **state)
{
    for (size_t t = 0; t < G_N_ELEMENTS(tables); t++) {
        g_autofree bool *taken = g_new0(bool, tables[t]->size);
        for (size_t i = 0; i < tables[t]->n_fields; i++) {
            const Field *field = &tables[t]->fields[i];
            bool choice = field->type == FIELD_ENUM || field->type == FIELD_SET;
            assert_true(field->offset + size_of(field) <= tables[t]->size);
            for (size_t k = 0; k < size_of(field); k++) {
                if (taken[field->offset + k])
                    fail_msg("%s.%s lies over another", tables[t]->name, field->name);
                taken[field->offset + k] = true;
            }
            assert_ptr_equal(field_find(tables[t], field->name), field);
            assert_int_equal(choice, field->values != NULL);
            assert_int_equal(field->type == FIELD_OBJECT, field->object != NULL);
        }
    }
}

static void test_enumerations_are_sound(void **state)
{
    static const EnumTable *const enums[] = {
        &account_states,   &scope_kinds,        &referral_states,       &referral_verdicts,
        &referral_reasons, &referral_types,     &referral_boxes,        &referral_outcomes,
        &contact_channels, &permission_methods, &invitation_directions, &invitation_kinds,
        &invitation_vias,  &invitation_states
    };
    for (size_t t = 0; t < G_N_ELEMENTS(enums); t++) {
        for (size_t i = 0; i < enums[t]->n_values; i++) {
            const EnumValue *row = &enums[t]->values[i];
            assert_in_range(row->value, 1, 30);
            assert_int_equal(enum_value(enums[t], row->code), row->value);
            assert_string_equal(enum_code(enums[t], row->value), row->code);
            assert_true(strlen(enum_label(enums[t], row->value)) > 0);
        }
    }
}

static void test_email_fold(void **state)
{
    static const struct {
        const char *typed, *folded;
    } rows[] = {
        { "priya@bright.example", "priya@bright.example" },
        { "  Priya@BRIGHT.Example \n", "priya@bright.example" },
        { "", "" },
        { NULL, "" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *folded = email_fold(rows[i].typed);
        assert_string_equal(folded, rows[i].folded);
    }
}

static const char *sign_up_error(const char *pointer, SignUp sign_up)
{
    static char code[32];
    g_auto(FieldErrors) errors = { 0 };
    field_errors_init(&errors);
    fields_validate(&sign_up_fields, &sign_up, "#", &errors);
    const FieldError *error = field_errors_find(&errors, pointer);
    g_strlcpy(code, error ? error->code : "", sizeof code);
    assert_int_equal(errors.items->len, error != NULL);
    return code;
}

static void test_sign_up(void **state)
{
    char email[] = "priya@bright.example", name[] = "Priya Bright", eleven[] = "elevenchars";
    char twelve[] = "twelve chars", umlauts[] = "äöüäöüäöüäöü";
    assert_string_equal(sign_up_error("", (SignUp){ email, twelve, name }), "");
    assert_string_equal(sign_up_error("", (SignUp){ email, umlauts, name }), "");
    assert_string_equal(sign_up_error("#/password", (SignUp){ email, eleven, name }), "too-short");
    assert_string_equal(sign_up_error("#/password", (SignUp){ email, NULL, name }), "required");
    assert_string_equal(sign_up_error("#/name", (SignUp){ email, twelve, NULL }), "required");
    assert_string_equal(sign_up_error("#/email", (SignUp){ name, twelve, name }), "email.invalid");
    g_autofree char *most = g_strnfill(PASSWORD_MAX, 'p');
    g_autofree char *more = g_strnfill(PASSWORD_MAX + 1, 'p');
    assert_string_equal(sign_up_error("", (SignUp){ email, most, name }), "");
    assert_string_equal(sign_up_error("#/password", (SignUp){ email, more, name }), "too-long");
}

/* What must stay out of logs and output is marked so. */
static void test_secrets_are_marked(void **state)
{
    assert_true(field_find(&sign_up_fields, "password")->flags & FIELD_SECRET);
    assert_true(field_find(&login_fields, "password")->flags & FIELD_SECRET);
    assert_true(field_find(&login_fields, "totp")->flags & FIELD_SECRET);
    assert_null(field_find(&account_fields, "password"));
    for (size_t i = 0; i < contact_fields.n_fields; i++)
        if (strcmp(contact_fields.fields[i].name, "country_code") != 0)
            assert_true(contact_fields.fields[i].flags & FIELD_PERSONAL);
}

static void test_accept_language(void **state)
{
    static const struct {
        const char *header;
        Language language;
    } cases[] = {
        { NULL, LANGUAGE_EN },
        { "", LANGUAGE_EN },
        { "de", LANGUAGE_DE },
        { "DE-at", LANGUAGE_DE },
        { "fr, de;q=0.7, en;q=0.3", LANGUAGE_DE },
        { "de;q=0.3, en-GB;q=0.7", LANGUAGE_EN },
        { "de,en", LANGUAGE_DE },
        { "en,de", LANGUAGE_EN },
        { "de;q=0", LANGUAGE_EN },
        { "en;q=0.1, de ; q=0.5", LANGUAGE_DE },
        { "*", LANGUAGE_EN },
        { "de;q=nan, de;x=1, de;q=-1", LANGUAGE_EN },
        { ",,;;,de-", LANGUAGE_DE },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        if (language_accepted(cases[i].header) != cases[i].language)
            fail_msg("\"%s\" is another language", cases[i].header);
}

static void test_time_zones_exist(void **state)
{
    Account account = { .time_zone = (char *)"Europe/Atlantis" };
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    assert_false(account_validate(&account, &errors));
    assert_non_null(field_errors_find(&errors, "#/time_zone"));
    static const char *const good[] = { NULL, "", "UTC", "Europe/Berlin" };
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        account.time_zone = (char *)good[i];
        assert_true(account_validate(&account, &errors));
    }
    account.profile.website = (char *)"nowhere";
    assert_false(account_validate(&account, &errors));
    assert_non_null(field_errors_find(&errors, "#/profile/website"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_field_tables_are_sound),
        cmocka_unit_test(test_enumerations_are_sound),
        cmocka_unit_test(test_email_fold),
        cmocka_unit_test(test_sign_up),
        cmocka_unit_test(test_secrets_are_marked),
        cmocka_unit_test(test_accept_language),
        cmocka_unit_test(test_time_zones_exist),
    };
    return cmocka_run_group_tests_name("account", tests, NULL, NULL);
}
