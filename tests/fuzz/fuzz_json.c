/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever comes is refused or read; what was read is the same after it was written and read again. */
#include "fuzz.h"

#include "model/account.h"
#include "model/referral.h"
#include "wire/json.h"

#define OBJECT_MAX 4096

static const FieldTable *const tables[] = {
    &referral_fields, &new_referral_fields, &confirm_fields, &outcome_fields, &note_fields,
    &account_fields,  &tokens_fields,       &partner_fields, &warning_fields,
};

static char *write_object(const FieldTable *table, const void *object)
{
    GString *out = g_string_new(NULL);
    json_put_object(out, table, object);
    return g_string_free(out, FALSE);
}

static bool read_object(const char *text, size_t length, const FieldTable *table, void *object,
                        unsigned flags)
{
    g_autoptr(JsonDoc) doc = json_parse(text, length, NULL);
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    return doc && json_decode(json_root(doc), table, object, flags, "#", &errors);
}

static void check_table(const JsonDoc *doc, const FieldTable *table)
{
    static const unsigned ways[] = { JSON_INPUT, JSON_REPLY, JSON_PATCH };
    g_assert(table->size <= OBJECT_MAX);
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
        _Alignas(max_align_t) char first[OBJECT_MAX] = { 0 }, second[OBJECT_MAX] = { 0 };
        g_auto(FieldErrors) errors;
        field_errors_init(&errors);
        json_decode(json_root(doc), table, first, ways[i], "#", &errors);
        fields_validate(table, first, "#", &errors);
        g_autofree char *once = write_object(table, first);
        read_object(once, strlen(once), table, second, JSON_REPLY);
        g_autofree char *twice = write_object(table, second);
        g_assert_cmpstr(once, ==, twice);
        fields_clear(table, first);
        fields_clear(table, second);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonDoc) doc = json_parse((const char *)data, size, &error);
    if (!doc) {
        g_assert(problem_is(error, PROBLEM_MALFORMED_JSON));
        return 0;
    }
    g_assert(g_utf8_validate((const char *)data, (gssize)size, NULL));
    g_autofree char *once = json_print(json_root(doc));
    g_autoptr(JsonDoc) again = json_parse(once, strlen(once), NULL);
    g_assert(again);
    g_autofree char *twice = json_print(json_root(again));
    g_assert_cmpstr(once, ==, twice);
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
        check_table(doc, tables[i]);
    return 0;
}
