/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON object -> struct, by its field table. */
#include "wire/json.h"

#include <string.h>

#include "base/clock.h"
#include "base/money.h"

/* Where the reader is: pointers are spelled out only when there is something to tell. */
typedef struct Place Place;
struct Place {
    const Place *up;  /* NULL at the top */
    const char *name; /* the caller's prefix at the top; NULL: item number */
    size_t item;
};

typedef struct Decode {
    unsigned flags;
    FieldErrors *errors;
} Decode;

static bool decode_object(const Decode *decode, const JsonNode *node, const FieldTable *table,
                          void *object, const Place *place);

/* ---- errors: all return false */

static void append_place(GString *out, const Place *place)
{
    if (!place->up) {
        g_string_append(out, place->name);
        return;
    }
    append_place(out, place->up);
    g_string_append_c(out, '/');
    if (!place->name)
        g_string_append_printf(out, "%zu", place->item);
    else /* a name that the caller chose: RFC 6901 escapes, and RFC 3986 for the fragment */
        for (const char *c = place->name; *c; c++) {
            if (*c == '~')
                g_string_append(out, "~0");
            else if (*c == '/')
                g_string_append(out, "~1");
            else if (g_ascii_isalnum(*c) || strchr("-._!$&'()*+,;=:@?", *c))
                g_string_append_c(out, *c);
            else
                g_string_append_printf(out, "%%%02X", (guchar)*c);
        }
}

static bool refuse(const Decode *decode, const Place *place, const char *code, const char *detail)
{
    g_autoptr(GString) pointer = g_string_new(NULL);
    append_place(pointer, place);
    field_errors_add(decode->errors, pointer->str, code, "%s", detail);
    return false;
}

static bool wrong_type(const Decode *decode, const Place *place, const char *expected)
{
    g_autofree char *detail = g_strconcat("must be ", expected, NULL);
    return refuse(decode, place, "wrong-type", detail);
}

static bool not_one_of(const Decode *decode, const Place *place, const EnumTable *table)
{
    g_autoptr(GString) detail = g_string_new("must be one of ");
    for (size_t i = 0; i < table->n_values; i++)
        g_string_append_printf(detail, "%s%s", i ? ", " : "", table->values[i].code);
    return refuse(decode, place, "not-one-of", detail->str);
}

/* ---- one value each */

static bool decode_text(const Decode *decode, const JsonNode *node, char **out, const Place *place)
{
    const char *text = json_text(node);
    if (!text)
        return wrong_type(decode, place, "a string");
    g_free(*out);
    *out = g_strdup(text);
    return true;
}

static bool decode_uuid(const Decode *decode, const JsonNode *node, Uuid *out, const Place *place)
{
    return uuid_parse(json_text(node), out) ||
           refuse(decode, place, json_text(node) ? "uuid.invalid" : "wrong-type",
                  "must be a UUID of 36 characters");
}

static bool decode_time(const Decode *decode, const JsonNode *node, gint64 *out, const Place *place)
{
    return time_parse(json_text(node), out) ||
           refuse(decode, place, json_text(node) ? "time.invalid" : "wrong-type",
                  "must be an RFC 3339 time like 2026-11-24T08:30:00Z");
}

/* In an answer, a code that a newer server knows and we do not is left unset: it adds, it does not break. */
static bool decode_code(const Decode *decode, const JsonNode *node, const EnumTable *table,
                        int *out, const Place *place)
{
    const char *code = json_text(node);
    *out = code ? enum_value(table, code) : 0;
    if (*out != 0 || (code && decode->flags & JSON_REPLY))
        return true;
    return code ? not_one_of(decode, place, table) : wrong_type(decode, place, "a string");
}

static bool decode_set(const Decode *decode, const JsonNode *node, const EnumTable *table, int *out,
                       const Place *place)
{
    bool ok = true;
    int set = 0;
    if (!json_is_array(node))
        return wrong_type(decode, place, "an array of strings");
    Place item = { .up = place };
    for (const JsonNode *child = json_first(node); child; child = json_next(child), item.item++) {
        int value = 0;
        ok &= decode_code(decode, child, table, &value, &item);
        if (value != 0)
            set |= 1 << value;
    }
    if (ok)
        *out = set;
    return ok;
}

static bool decode_list(const Decode *decode, const JsonNode *node, char ***out, const Place *place)
{
    if (!json_is_array(node))
        return wrong_type(decode, place, "an array of strings");
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    bool ok = true;
    Place item = { .up = place };
    for (const JsonNode *child = json_first(node); child; child = json_next(child), item.item++) {
        const char *text = json_text(child);
        if (text && !strchr(text, '\n')) /* one a line in the database */
            g_strv_builder_add(builder, text);
        else
            ok = wrong_type(decode, &item, "a string of one line");
    }
    if (!ok)
        return false;
    g_strfreev(*out);
    *out = g_strv_builder_end(builder);
    return true;
}

static bool is_currency(const char *text)
{
    return text && strlen(text) == 3 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3;
}

static bool decode_money(const Decode *decode, const JsonNode *node, Money *out, const Place *place)
{
    Money money = { 0 };
    const char *currency = NULL;
    bool ok = true, have_amount = false;
    if (!json_is_object(node))
        return wrong_type(decode, place, "an object {amount, currency}");
    for (const JsonNode *child = json_first(node); child; child = json_next(child)) {
        Place member = { .up = place, .name = json_name(child) };
        if (strcmp(member.name, "amount") == 0) {
            have_amount = true;
            if (!json_int(child, &money.amount))
                ok = wrong_type(decode, &member, "a whole number of minor units");
        } else if (strcmp(member.name, "currency") == 0) {
            currency = json_text(child);
            if (!is_currency(currency))
                ok = refuse(decode, &member, currency ? "not-one-of" : "wrong-type",
                            "must be an ISO 4217 code such as GBP");
        } else if (!(decode->flags & JSON_REPLY)) {
            ok = refuse(decode, &member, "unknown-field", "is not a member of money");
        }
    }
    if (ok && (!have_amount || !currency))
        ok = refuse(decode, place, "required", "needs both amount and currency");
    if (!ok)
        return false;
    memcpy(money.currency, currency, sizeof money.currency);
    *out = money;
    return true;
}

/* ---- fields */

/* null, and a merge patch's way to say so: as if it had never been given. */
static void unset(const Field *field, void *object)
{
    void *at = field_at(field, object);
    const FieldTable one = { .name = field->name, .fields = field, .n_fields = 1 };
    fields_clear(&one, object); /* size 0: frees, and zeroes nothing but what it owned */
    switch (field->type) {
    case FIELD_MONEY:
        *(Money *)at = (Money){ 0 };
        break;
    case FIELD_UUID:
        *(Uuid *)at = (Uuid){ 0 };
        break;
    case FIELD_TIME:
    case FIELD_INT:
        *(gint64 *)at = 0;
        break;
    case FIELD_ENUM:
    case FIELD_SET:
        *(int *)at = 0;
        break;
    case FIELD_BOOL:
        *(bool *)at = false;
        break;
    default:
        break;
    }
}

static bool decode_field(const Decode *decode, const JsonNode *node, const Field *field,
                         void *object, const Place *place)
{
    void *at = field_at(field, object);
    if (json_is_null(node)) {
        unset(field, object);
        return true;
    }
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_PHONE:
    case FIELD_EMAIL:
        return decode_text(decode, node, at, place);
    case FIELD_MONEY:
        return decode_money(decode, node, at, place);
    case FIELD_UUID:
        return decode_uuid(decode, node, at, place);
    case FIELD_TIME:
        return decode_time(decode, node, at, place);
    case FIELD_ENUM:
        return decode_code(decode, node, field->values, at, place);
    case FIELD_SET:
        return decode_set(decode, node, field->values, at, place);
    case FIELD_BOOL:
        return json_bool(node, at) || wrong_type(decode, place, "true or false");
    case FIELD_INT:
        return json_int(node, at) || wrong_type(decode, place, "a whole number");
    case FIELD_LIST:
        return decode_list(decode, node, at, place);
    case FIELD_OBJECT:
        return decode_object(decode, node, field->object, at, place);
    }
    g_assert_not_reached();
}

/* Members mostly come in the order of the table: the search starts after the last one found. */
static const Field *find_field(const FieldTable *table, const char *name, size_t *next)
{
    for (size_t i = 0; i < table->n_fields; i++) {
        size_t place = *next + i < table->n_fields ? *next + i : *next + i - table->n_fields;
        if (strcmp(table->fields[place].name, name) == 0) {
            *next = place + 1 < table->n_fields ? place + 1 : 0;
            return &table->fields[place];
        }
    }
    return NULL;
}

static bool may_be_given(const Decode *decode, const Field *field)
{
    if (decode->flags & JSON_REPLY)
        return true;
    if (field->flags & FIELD_READONLY)
        return false;
    return !(decode->flags & JSON_PATCH && field->flags & FIELD_CREATE_ONLY);
}

static bool decode_object(const Decode *decode, const JsonNode *node, const FieldTable *table,
                          void *object, const Place *place)
{
    bool ok = true;
    size_t next = 0;
    if (!json_is_object(node))
        return wrong_type(decode, place, "an object");
    for (const JsonNode *child = json_first(node); child; child = json_next(child)) {
        Place member = { .up = place, .name = json_name(child) };
        const Field *field = find_field(table, member.name, &next);
        if (field && may_be_given(decode, field))
            ok &= decode_field(decode, child, field, object, &member);
        else if (field)
            ok = refuse(decode, &member, "unknown-field", "cannot be set");
        else if (!(decode->flags & JSON_REPLY))
            ok = refuse(decode, &member, "unknown-field", "is not known");
    }
    return ok;
}

bool json_decode(const JsonNode *node, const FieldTable *table, void *object, unsigned flags,
                 const char *pointer, FieldErrors *errors)
{
    const Decode decode = { .flags = flags, .errors = errors };
    const Place top = { .name = pointer };
    return decode_object(&decode, node, table, object, &top);
}
