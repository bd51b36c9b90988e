/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/field.h"

#include <string.h>

#include "base/i18n.h"
#include "base/money.h"
#include "base/uuid.h"

/* ---- enumerations */

static const EnumValue *enum_row(const EnumTable *table, int value)
{
    for (size_t i = 0; i < table->n_values; i++)
        if (table->values[i].value == value)
            return &table->values[i];
    return NULL;
}

const char *enum_code(const EnumTable *table, int value)
{
    const EnumValue *row = enum_row(table, value);
    return row ? row->code : NULL;
}

const char *enum_label(const EnumTable *table, int value)
{
    const EnumValue *row = enum_row(table, value);
    return row ? translated(row->label) : "";
}

int enum_value(const EnumTable *table, const char *code)
{
    for (size_t i = 0; i < table->n_values; i++)
        if (g_strcmp0(table->values[i].code, code) == 0)
            return table->values[i].value;
    return 0;
}

/* ---- values */

const Field *field_find(const FieldTable *table, const char *name)
{
    for (size_t i = 0; i < table->n_fields; i++)
        if (g_strcmp0(table->fields[i].name, name) == 0)
            return &table->fields[i];
    return NULL;
}

bool field_find_path(const FieldTable *table, const char *path, Field *out)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    const Field *field = field_find(table, path); /* of a table that was made of paths */
    size_t base = 0;
    for (char **part = field ? NULL : parts; part && table && *part; part++) {
        base += field ? field->offset : 0;
        field = field_find(table, *part);
        table = field ? field->object : NULL;
        if (!field)
            return false;
    }
    if (!field)
        return false;
    *out = *field;
    out->name = path;
    out->offset += base;
    return true;
}

static bool object_is_set(const FieldTable *table, const void *object)
{
    for (size_t i = 0; i < table->n_fields; i++) {
        const Field *field = &table->fields[i];
        const void *at = field_at(field, object);
        if (field->type == FIELD_BOOL  ? *(const bool *)at
            : field->type == FIELD_INT ? *(const gint64 *)at != 0
                                       : field_is_set(field, object))
            return true;
    }
    return false;
}

bool field_is_set(const Field *field, const void *object)
{
    const void *at = field_at(field, object);
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_PHONE:
    case FIELD_EMAIL:
        return *(char *const *)at != NULL;
    case FIELD_LIST:
        return *(char **const *)at != NULL;
    case FIELD_MONEY:
        return money_is_set(at);
    case FIELD_UUID:
        return !uuid_is_nil(at);
    case FIELD_TIME:
        return *(const gint64 *)at != 0;
    case FIELD_ENUM:
    case FIELD_SET:
        return *(const int *)at != 0;
    case FIELD_BOOL:
    case FIELD_INT:
        return true;
    case FIELD_OBJECT:
        return object_is_set(field->object, at);
    }
    g_assert_not_reached();
}

bool fields_have_secret(const FieldTable *table)
{
    for (size_t i = 0; i < table->n_fields; i++)
        if (table->fields[i].flags & FIELD_SECRET)
            return true;
    return false;
}

static void text_clear(const Field *field, char **text)
{
    if (*text && field->flags & FIELD_SECRET)
        explicit_bzero(*text, strlen(*text));
    g_clear_pointer(text, g_free);
}

static void field_release(const Field *field, void *object)
{
    void *at = field_at(field, object);
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_PHONE:
    case FIELD_EMAIL:
        text_clear(field, at);
        break;
    case FIELD_LIST:
        g_clear_pointer((char ***)at, g_strfreev);
        break;
    case FIELD_OBJECT:
        fields_clear(field->object, at);
        break;
    default:
        break;
    }
}

void fields_clear(const FieldTable *table, void *object)
{
    for (size_t i = 0; i < table->n_fields; i++)
        field_release(&table->fields[i], object);
    memset(object, 0, table->size);
}

/* Replaces the borrowed pointers that a byte copy left in object by its own. */
static void field_own(const Field *field, void *object)
{
    void *at = field_at(field, object);
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_PHONE:
    case FIELD_EMAIL:
        *(char **)at = g_strdup(*(char **)at);
        break;
    case FIELD_LIST:
        *(char ***)at = g_strdupv(*(char ***)at);
        break;
    case FIELD_OBJECT:
        for (size_t i = 0; i < field->object->n_fields; i++)
            field_own(&field->object->fields[i], at);
        break;
    default:
        break;
    }
}

void fields_copy(const FieldTable *table, void *to, const void *from)
{
    memcpy(to, from, table->size);
    for (size_t i = 0; i < table->n_fields; i++)
        field_own(&table->fields[i], to);
}

static size_t field_size(const Field *field)
{
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_PHONE:
    case FIELD_EMAIL:
    case FIELD_LIST:
        return sizeof(void *);
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
    g_assert_not_reached();
}

void field_copy(const Field *field, void *to, const void *from)
{
    field_release(field, to);
    memcpy(field_at(field, to), field_at(field, from), field_size(field));
    field_own(field, to);
}

static bool list_equal(char **a, char **b)
{
    if (!a || !b)
        return a == b;
    return g_strv_equal((const char *const *)a, (const char *const *)b);
}

bool field_equal(const Field *field, const void *a, const void *b)
{
    const void *x = field_at(field, a), *y = field_at(field, b);
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_PHONE:
    case FIELD_EMAIL:
        return g_strcmp0(*(char *const *)x, *(char *const *)y) == 0;
    case FIELD_LIST:
        return list_equal(*(char **const *)x, *(char **const *)y);
    case FIELD_MONEY:
        return money_equal(x, y);
    case FIELD_UUID:
        return uuid_equal(x, y);
    case FIELD_TIME:
    case FIELD_INT:
        return *(const gint64 *)x == *(const gint64 *)y;
    case FIELD_ENUM:
    case FIELD_SET:
        return *(const int *)x == *(const int *)y;
    case FIELD_BOOL:
        return *(const bool *)x == *(const bool *)y;
    case FIELD_OBJECT:
        return fields_equal(field->object, x, y);
    }
    g_assert_not_reached();
}

bool fields_equal(const FieldTable *table, const void *a, const void *b)
{
    for (size_t i = 0; i < table->n_fields; i++)
        if (!field_equal(&table->fields[i], a, b))
            return false;
    return true;
}
