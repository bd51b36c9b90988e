/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/clock.h"
#include "random_object.h"
#include "tables.h"
#include "wire/json.h"

#define ROUNDS 300

static void assert_written(GString *out, const char *expected)
{
    assert_string_equal(out->str, expected);
    assert_int_equal(out->len, strlen(expected));
    g_string_truncate(out, 0);
}

static void numbers(void **state)
{
    g_autoptr(GString) out = g_string_new(NULL);
    static const gint64 values[] = { 0,
                                     7,
                                     10,
                                     99,
                                     100,
                                     -1,
                                     -10,
                                     1234567,
                                     G_GINT64_CONSTANT(1000000000000000),
                                     G_GINT64_CONSTANT(9007199254740991),
                                     G_MAXINT64,
                                     G_MININT64 };
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autofree char *expected = g_strdup_printf("%" G_GINT64_FORMAT, values[i]);
        json_put_int(out, values[i]);
        assert_written(out, expected);
    }
    json_put_bool(out, true);
    json_put_bool(out, false);
    assert_written(out, "truefalse");
}

static void times_and_ids(void **state)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Uuid id;
    json_put_time(out, G_GINT64_CONSTANT(1795509000123));
    assert_written(out, "\"2026-11-24T08:30:00.123Z\"");
    assert_true(uuid_parse("01920000-0a1b-7c2d-8e3f-00ff10203040", &id));
    json_put_uuid(out, &id);
    assert_written(out, "\"01920000-0a1b-7c2d-8e3f-00ff10203040\"");
}

static void texts(void **state)
{
    g_autoptr(GString) out = g_string_new(NULL);
    json_put_text(out, NULL);
    assert_written(out, "null");
    json_put_text(out, "");
    assert_written(out, "\"\"");
    json_put_text(out, "a\"b\\c/d\b\f\n\r\t\x01\x1f\x7f");
    assert_written(out, "\"a\\\"b\\\\c/d\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"");
    json_put_text(out, "é日😀");
    assert_written(out, "\"é日😀\"");
}

/* Every byte at every place of the eight that are copied at a time. */
static void escapes_at_every_offset(void **state)
{
    for (int byte = 1; byte < 0x80; byte++) {
        for (size_t place = 0; place < 20; place++) {
            g_autoptr(GString) out = g_string_new(NULL);
            g_autoptr(GError) error = NULL;
            char text[] = "abcdefghijklmnopqrst";
            text[place] = (char)byte;
            json_put_text(out, text);
            g_autoptr(JsonDoc) doc = json_parse(out->str, out->len, &error);
            assert_null(error);
            assert_string_equal(json_text(json_root(doc)), text);
        }
    }
}

static void assert_round_trip(const FieldTable *table, const void *object)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    json_put_object(out, table, object);
    assert_int_equal(strlen(out->str), out->len);
    g_autoptr(JsonDoc) doc = json_parse(out->str, out->len, &error);
    assert_null(error);
    g_autofree char *again = json_print(json_root(doc));
    assert_string_equal(again, out->str);
    void *back = g_malloc0(table->size);
    assert_true(json_decode(json_root(doc), table, back, JSON_REPLY, "#", &errors));
    assert_true(fields_equal(table, object, back));
    fields_clear(table, back);
    g_free(back);
}

/* What is never written cannot come back. */
static void drop_secrets(const FieldTable *table, void *object)
{
    for (size_t i = 0; i < table->n_fields; i++)
        if (table->fields[i].flags & FIELD_SECRET)
            g_clear_pointer((char **)field_at(&table->fields[i], object), g_free);
}

static void decode_of_encode_is_the_object(void **state)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(20261124);
    for (size_t t = 0; t < G_N_ELEMENTS(all_tables); t++) {
        const FieldTable *table = all_tables[t];
        void *object = g_malloc0(table->size);
        for (int i = 0; i < ROUNDS; i++) {
            random_object(random, table, object);
            drop_secrets(table, object);
            assert_round_trip(table, object);
            fields_clear(table, object);
        }
        assert_round_trip(table, object); /* nothing set */
        g_free(object);
    }
}

static void unset_is_absent(void **state)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Referral referral = { 0 };
    json_put_object(out, &referral_fields, &referral);
    assert_written(out, "{\"rev\":0,\"competing\":false,\"amended\":false}");
    referral.lead.contact.city = (char *)"Hull";
    referral.lead.value = (Money){ 350000, "GBP" };
    referral.lead.permission.channels = 1 << CHANNEL_PHONE | 1 << CHANNEL_EMAIL;
    referral.verdict = VERDICT_NOT_A_LEAD;
    json_put_object(out, &referral_fields, &referral);
    assert_written(
        out, "{\"rev\":0,\"verdict\":\"not_a_lead\",\"lead\":{\"contact\":{\"city\":\"Hull\"},"
             "\"known_and_spoken\":false,\"permission\":{\"given\":false,\"channels\":[\"phone\","
             "\"email\"]},"
             "\"value\":{\"amount\":350000,\"currency\":\"GBP\"}},\"competing\":false,\"amended\":"
             "false}");
}

static void secrets_are_never_written(void **state)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Login login = { .email = (char *)"a@b.example",
                    .password = (char *)"hidden",
                    .totp = (char *)"123456" };
    json_put_object(out, &login_fields, &login);
    assert_written(out, "{\"email\":\"a@b.example\"}");
    json_put_input(out, &login_fields, &login);
    assert_written(out, "{\"email\":\"a@b.example\",\"password\":\"hidden\",\"totp\":\"123456\"}");
}

static void input_has_no_readonly_fields(void **state)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Uuid id;
    assert_true(uuid_parse("01920000-0a1b-7c2d-8e3f-00ff10203040", &id));
    Referral input = { .id = id,
                       .to = { .account = id, .name = (char *)"Ann" },
                       .lead.need = (char *)"Boiler" };
    json_put_input(out, &referral_fields, &input);
    assert_written(out, "{\"to\":{\"account\":\"01920000-0a1b-7c2d-8e3f-00ff10203040\"},\"lead\":{"
                        "\"need\":\"Boiler\",\"known_and_spoken\":false}}");
}

static void members_join_own_ones(void **state)
{
    g_autoptr(GString) out = g_string_new("{");
    bool first = true;
    Scope scope = { .kind = SCOPE_ACCOUNT };
    json_put_name(out, "a", &first);
    json_put_int(out, 1);
    json_put_members(out, &scope_fields, &scope, &first);
    json_put_name(out, "b\"", &first);
    json_put_int(out, 2);
    assert_written(out, "{\"a\":1,\"kind\":\"account\",\"b\\\"\":2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(times_and_ids),
        cmocka_unit_test(texts),
        cmocka_unit_test(escapes_at_every_offset),
        cmocka_unit_test(decode_of_encode_is_the_object),
        cmocka_unit_test(unset_is_absent),
        cmocka_unit_test(secrets_are_never_written),
        cmocka_unit_test(input_has_no_readonly_fields),
        cmocka_unit_test(members_join_own_ones),
    };
    return cmocka_run_group_tests_name("json_write", tests, NULL, NULL);
}
