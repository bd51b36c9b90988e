/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever is pasted: what comes out passes the rules of its fields, and is not nothing. */
#include "fuzz.h"

#include "client/card.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GPtrArray) contacts = cards_read((const char *)data, (gssize)size);
    const Contact none = { 0 };
    g_assert(contacts->len <= CARDS_MAX);
    for (guint i = 0; i < contacts->len; i++) {
        const Contact *contact = contacts->pdata[i];
        g_auto(FieldErrors) errors;
        field_errors_init(&errors);
        g_assert(fields_validate(&contact_fields, contact, "#", &errors));
        g_assert(!fields_equal(&contact_fields, contact, &none));
        Contact form = { 0 };
        g_autofree const char **filled = card_fill(&form, contact);
        g_assert(filled[0] && fields_equal(&contact_fields, contact, &form));
        fields_clear(&contact_fields, &form);
    }
    return 0;
}
