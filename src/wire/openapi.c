/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/openapi.h"

#include "wire/json.h"

#define TEXT_MAX_DEFAULT 200
#define EXACT_MAX G_GINT64_CONSTANT(9007199254740991)

static void put_pair(GString *out, const char *name, const char *text, bool *first)
{
    json_put_name(out, name, first);
    json_put_text(out, text);
}

static void put_number(GString *out, const char *name, gint64 value, bool *first)
{
    json_put_name(out, name, first);
    json_put_int(out, value);
}

static void put_codes(GString *out, const EnumTable *table, bool *first)
{
    json_put_name(out, "enum", first);
    for (size_t i = 0; i < table->n_values; i++) {
        g_string_append_c(out, i ? ',' : '[');
        json_put_text(out, table->values[i].code);
    }
    g_string_append_c(out, ']');
}

static void put_text_limits(GString *out, const Field *field, bool *first)
{
    if (field->min > 0)
        put_number(out, "minLength", field->min, first);
    put_number(out, "maxLength", field->max > 0 ? field->max : TEXT_MAX_DEFAULT, first);
}

static void put_range(GString *out, const Field *field, bool *first)
{
    bool limited = field->min || field->max;
    put_number(out, "minimum", limited ? field->min : -EXACT_MAX, first);
    put_number(out, "maximum", limited ? field->max : EXACT_MAX, first);
}

/* Everything of a plain string: type, and the format where JSON Schema has a name for it. */
static void put_string(GString *out, const char *format, bool *first)
{
    put_pair(out, "type", "string", first);
    if (format)
        put_pair(out, "format", format, first);
}

static void put_money(GString *out, const Field *field, bool *first)
{
    bool inner = true;
    put_pair(out, "type", "object", first);
    json_put_name(out, "properties", first);
    g_string_append(out, "{\"amount\":{");
    put_pair(out, "type", "integer", &inner);
    put_pair(out, "description", "Minor units (pence, cents)", &inner);
    if (field->min || field->max)
        put_range(out, field, &inner);
    g_string_append(out, "},\"currency\":{\"type\":\"string\",\"pattern\":\"^[A-Z]{3}$\"}}");
    json_put_name(out, "required", first);
    g_string_append(out, "[\"amount\",\"currency\"]");
}

static void put_items(GString *out, const Field *field, bool *first)
{
    bool inner = true;
    put_pair(out, "type", "array", first);
    json_put_name(out, "items", first);
    g_string_append_c(out, '{');
    put_string(out, NULL, &inner);
    if (field->type == FIELD_SET)
        put_codes(out, field->values, &inner);
    g_string_append_c(out, '}');
    if (field->type == FIELD_SET) {
        json_put_name(out, "uniqueItems", first);
        json_put_bool(out, true);
    }
    if (field->type == FIELD_LIST && field->max > 0)
        put_number(out, "maxItems", field->max, first);
}

static void put_members(GString *out, const FieldTable *table, SchemaUse use, bool *first);

static void put_type(GString *out, const Field *field, SchemaUse use, bool *first)
{
    switch (field->type) {
    case FIELD_TEXT:
        put_string(out, NULL, first);
        put_text_limits(out, field, first);
        break;
    case FIELD_PHONE:
        put_string(out, NULL, first);
        break;
    case FIELD_EMAIL:
        put_string(out, "email", first);
        break;
    case FIELD_UUID:
        put_string(out, "uuid", first);
        break;
    case FIELD_TIME:
        put_string(out, "date-time", first);
        break;
    case FIELD_ENUM:
        put_string(out, NULL, first);
        put_codes(out, field->values, first);
        break;
    case FIELD_BOOL:
        put_pair(out, "type", "boolean", first);
        break;
    case FIELD_INT:
        put_pair(out, "type", "integer", first);
        put_range(out, field, first);
        break;
    case FIELD_MONEY:
        put_money(out, field, first);
        break;
    case FIELD_SET:
    case FIELD_LIST:
        put_items(out, field, first);
        break;
    case FIELD_OBJECT:
        put_members(out, field->object, use, first);
        break;
    }
}

static void put_field(GString *out, const Field *field, SchemaUse use)
{
    bool first = true;
    g_string_append_c(out, '{');
    put_type(out, field, use, &first);
    if (field->label) /* the untranslated text: the document is English */
        put_pair(out, "description", field->label, &first);
    if (use == SCHEMA_REPLY && field->flags & FIELD_READONLY) {
        json_put_name(out, "readOnly", &first);
        json_put_bool(out, true);
    }
    if (field->flags & FIELD_SECRET) {
        json_put_name(out, "writeOnly", &first);
        json_put_bool(out, true);
    }
    g_string_append_c(out, '}');
}

static bool is_shown(const Field *field, SchemaUse use)
{
    static const unsigned hidden[] = { [SCHEMA_REPLY] = FIELD_SECRET,
                                       [SCHEMA_INPUT] = FIELD_READONLY,
                                       [SCHEMA_PATCH] = FIELD_READONLY | FIELD_CREATE_ONLY };
    return !(field->flags & hidden[use]);
}

static void put_required(GString *out, const FieldTable *table, SchemaUse use, bool *first)
{
    bool any = false;
    if (use == SCHEMA_PATCH)
        return;
    for (size_t i = 0; i < table->n_fields; i++) {
        const Field *field = &table->fields[i];
        if (!(field->flags & FIELD_REQUIRED) || !is_shown(field, use))
            continue;
        if (any)
            g_string_append_c(out, ',');
        else
            json_put_name(out, "required", first), g_string_append_c(out, '[');
        json_put_text(out, field->name);
        any = true;
    }
    if (any)
        g_string_append_c(out, ']');
}

static void put_members(GString *out, const FieldTable *table, SchemaUse use, bool *first)
{
    bool inner = true;
    put_pair(out, "type", "object", first);
    json_put_name(out, "properties", first);
    g_string_append_c(out, '{');
    for (size_t i = 0; i < table->n_fields; i++) {
        if (!is_shown(&table->fields[i], use))
            continue;
        bool nullable = use == SCHEMA_PATCH && !(table->fields[i].flags & FIELD_REQUIRED);
        json_put_name(out, table->fields[i].name, &inner);
        g_string_append(out, nullable ? "{\"anyOf\":[" : "");
        put_field(out, &table->fields[i], use);
        g_string_append(out, nullable ? ",{\"type\":\"null\"}]}" : "");
    }
    g_string_append_c(out, '}');
    put_required(out, table, use, first);
    if (use != SCHEMA_REPLY) {
        json_put_name(out, "additionalProperties", first);
        json_put_bool(out, false);
    }
}

void openapi_put_schema(GString *out, const FieldTable *table, SchemaUse use)
{
    bool first = true;
    g_string_append_c(out, '{');
    put_members(out, table, use, &first);
    g_string_append_c(out, '}');
}
