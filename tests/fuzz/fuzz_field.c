/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people type into a field is refused, or says the same when it is shown and typed again. The first byte chooses the field. */
#include "fuzz.h"

#include "model/account.h"
#include "model/referral.h"

#define OBJECT_MAX 4096

static const FieldTable *const tables[] = {
    &referral_fields, &new_referral_fields, &contact_fields, &permission_fields,
    &confirm_fields,  &outcome_fields,      &note_fields,    &sign_up_fields,
};

static const Field *choose(unsigned number, const FieldTable **table)
{
    size_t all = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
        all += tables[i]->n_fields;
    number %= all;
    for (size_t i = 0;; number -= tables[i++]->n_fields) {
        *table = tables[i];
        if (number < tables[i]->n_fields)
            return &tables[i]->fields[number];
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const FieldTable *table;
    const Field *field = choose(data[0], &table);
    g_autofree char *typed = g_strndup((const char *)data + 1, size - 1);
    g_autoptr(GError) error = NULL;
    _Alignas(max_align_t) char first[OBJECT_MAX] = { 0 }, second[OBJECT_MAX] = { 0 };
    g_assert(table->size <= OBJECT_MAX);
    if (g_utf8_validate(typed, -1, NULL) && field_from_text(field, first, typed, &error)) {
        g_autofree char *shown = field_to_text(field, first);
        if (shown && *shown && !(field->flags & FIELD_SECRET)) {
            g_assert(field_from_text(field, second, shown, NULL));
            g_autofree char *again = field_to_text(field, second);
            g_assert_cmpstr(shown, ==, again);
        }
    }
    fields_clear(table, first);
    fields_clear(table, second);
    return 0;
}
