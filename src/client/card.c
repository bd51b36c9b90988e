/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/card.h"

#include "base/text.h"

#include <string.h>

/* ---- one field, as the field's own rules want it */

/* Stripping can leave a mark without its base, and cutting half of an emoji: what comes out is as clean as it is short. */
static char *cut_to(const char *text, gint64 max)
{
    char *clean = g_strstrip(text_clean(text, -1, TEXT_LINE));
    for (int i = 0; i < 8; i++) {
        if (max > 0 && g_utf8_strlen(clean, -1) > max)
            *g_utf8_offset_to_pointer(clean, max) = '\0';
        char *again = g_strstrip(text_clean(clean, -1, TEXT_LINE));
        bool same = strcmp(again, clean) == 0;
        g_free(clean);
        clean = again;
        if (same)
            return clean;
    }
    *clean = '\0';
    return clean;
}

static char **text_of(Contact *contact, const Field *field)
{
    return (char **)field_at(field, contact);
}

bool card_take(Contact *contact, const char *name, const char *text)
{
    const Field *field = field_find(&contact_fields, name);
    char **place = text_of(contact, field);
    if (*place || !text)
        return false;
    bool words = field->type == FIELD_TEXT;
    g_autofree char *value = cut_to(text, words ? (field->max ? field->max : 200) : 0);
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    if (!*value)
        return false;
    *place = g_steal_pointer(&value);
    if (field_validate(field, contact, "#", &errors))
        return true;
    g_clear_pointer(place, g_free);
    return false;
}

/* Blanks, dashes and slashes of all scripts as the field wants them; ends where letters (an extension) begin. */
static char *plain_number(const char *text)
{
    GString *number = g_string_new(NULL);
    for (const char *p = text; *p && number->len < 40; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        int digit = g_unichar_digit_value(c);
        if (digit >= 0)
            g_string_append_c(number, (char)('0' + digit));
        else if (c == '+' || c == '(' || c == ')' || c == '.')
            g_string_append_c(number, (char)c);
        else if (c == '/' || g_unichar_isspace(c))
            g_string_append_c(number, ' ');
        else if (g_unichar_type(c) == G_UNICODE_DASH_PUNCTUATION)
            g_string_append_c(number, '-');
        else if (g_unichar_type(c) != G_UNICODE_FORMAT)
            break;
    }
    while (number->len > 0 && strchr(" .-(", number->str[number->len - 1]))
        g_string_truncate(number, number->len - 1);
    return g_string_free(number, FALSE);
}

bool card_take_phone(Contact *contact, const char *text)
{
    g_autofree char *number = plain_number(text);
    g_autofree char *key = phone_key(number);
    g_autofree char *first = phone_key(contact->phone_1);
    if (contact->phone_1 && strcmp(key, first) == 0)
        return true;
    return card_take(contact, contact->phone_1 ? "phone_2" : "phone_1", number);
}

void card_take_name(Contact *contact, const char *name)
{
    g_autofree char *clean = g_strstrip(text_clean(name, -1, TEXT_LINE));
    char *comma = strchr(clean, ',');
    char *blank = strrchr(clean, ' ');
    if (contact->first_name || contact->last_name)
        return;
    if (comma) {
        *comma = '\0';
        card_take(contact, "last_name", clean);
        card_take(contact, "first_name", comma + 1);
    } else if (blank) {
        *blank = '\0';
        card_take(contact, "first_name", clean);
        card_take(contact, "last_name", blank + 1);
    } else {
        card_take(contact, "last_name", clean);
    }
}

/* ---- countries, as address books write them */

static const struct {
    const char *name, *code;
} countries[] = {
    { "australia", "AU" },
    { "austria", "AT" },
    { "österreich", "AT" },
    { "belgium", "BE" },
    { "belgien", "BE" },
    { "canada", "CA" },
    { "czech republic", "CZ" },
    { "denmark", "DK" },
    { "deutschland", "DE" },
    { "germany", "DE" },
    { "england", "GB" },
    { "scotland", "GB" },
    { "wales", "GB" },
    { "uk", "GB" },
    { "united kingdom", "GB" },
    { "great britain", "GB" },
    { "finland", "FI" },
    { "france", "FR" },
    { "frankreich", "FR" },
    { "ireland", "IE" },
    { "india", "IN" },
    { "italy", "IT" },
    { "italia", "IT" },
    { "italien", "IT" },
    { "japan", "JP" },
    { "liechtenstein", "LI" },
    { "luxembourg", "LU" },
    { "luxemburg", "LU" },
    { "netherlands", "NL" },
    { "the netherlands", "NL" },
    { "niederlande", "NL" },
    { "new zealand", "NZ" },
    { "norway", "NO" },
    { "poland", "PL" },
    { "polska", "PL" },
    { "portugal", "PT" },
    { "schweiz", "CH" },
    { "suisse", "CH" },
    { "switzerland", "CH" },
    { "south africa", "ZA" },
    { "spain", "ES" },
    { "españa", "ES" },
    { "sweden", "SE" },
    { "united states", "US" },
    { "united states of america", "US" },
    { "usa", "US" },
};

const char *card_country(const char *text)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    g_autofree char *folded = g_utf8_strdown(trimmed, -1);
    for (size_t i = 0; i < G_N_ELEMENTS(countries); i++)
        if (strcmp(countries[i].name, folded) == 0)
            return countries[i].code;
    g_autofree char *code = g_ascii_strup(trimmed, -1);
    return strlen(code) == 2 && strspn(code, letters) == 2 ? g_intern_string(code) : NULL;
}

/* ---- all of a text */

static void contact_free(gpointer data)
{
    fields_clear(&contact_fields, data);
    g_free(data);
}

bool card_is_vcard(const char *text, gssize length)
{
    g_autofree char *head = g_strndup(text, length < 0 ? strlen(text) : (gsize)length);
    g_autofree char *upper = g_ascii_strup(head, -1);
    return strstr(upper, "BEGIN:VCARD") != NULL;
}

/* At most so much, and never a NUL in the middle. */
static char *bounded(const char *text, gssize length, gsize *size)
{
    gsize n = length < 0 ? strlen(text) : (gsize)length;
    n = MIN(n, CARD_TEXT_MAX);
    char *copy = g_malloc(n + 1);
    memcpy(copy, text, n);
    copy[n] = '\0';
    for (gsize i = 0; i < n; i++)
        if (!copy[i])
            copy[i] = ' ';
    *size = n;
    return copy;
}

GPtrArray *cards_read(const char *text, gssize length)
{
    GPtrArray *out = g_ptr_array_new_with_free_func(contact_free);
    gsize size;
    g_autofree char *copy = bounded(text, length, &size);
    if (card_is_vcard(copy, (gssize)size)) {
        vcards_read(copy, size, out);
        return out;
    }
    Contact *contact = g_new0(Contact, 1);
    g_autofree char *valid = g_utf8_make_valid(copy, -1);
    if (signature_read(valid, contact))
        g_ptr_array_add(out, contact);
    else
        contact_free(contact);
    return out;
}

const char **card_fill(Contact *into, const Contact *from)
{
    GPtrArray *filled = g_ptr_array_new();
    g_autofree char *first = phone_key(into->phone_1);
    g_autofree char *second = phone_key(from->phone_2 ? from->phone_2 : from->phone_1);
    for (size_t i = 0; i < contact_fields.n_fields; i++) {
        const Field *field = &contact_fields.fields[i];
        const char *text = *text_of((Contact *)from, field);
        bool second_phone = strcmp(field->name, "phone_2") == 0;
        /* The first place is taken by another number: what the card has as its first one is a second one here. */
        if (second_phone && into->phone_1 && (!text || strcmp(first, second) == 0))
            text = from->phone_1;
        if (second_phone && text) {
            g_autofree char *key = phone_key(text);
            g_autofree char *have = phone_key(into->phone_1);
            if (strcmp(key, have) == 0)
                continue;
        }
        if (text && *text && card_take(into, field->name, text))
            g_ptr_array_add(filled, (gpointer)field->name);
    }
    g_ptr_array_add(filled, NULL);
    return (const char **)g_ptr_array_free(filled, FALSE);
}
