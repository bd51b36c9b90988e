/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "random_object.h"

#include "base/clock.h"
#include "base/money.h"
#include "base/uuid.h"

static const char *const pieces[] = {
    "a",
    "Priya",
    " ",
    "\"",
    "\\",
    "/",
    "\t",
    "\x01",
    "\x1f",
    "\x7f",
    "é",
    "ß",
    "日本",
    "😀",
    "\xe2\x80\xae",
    "e\xcc\x81",
    "0123456789abcdef",
    "<b>&",
    "'",
    "null",
    "\xc2\x85",
    "𝄞",
    "\xef\xbf\xbf",
};

char *random_text(GRand *random, bool multiline)
{
    GString *out = g_string_new(NULL);
    int n = g_rand_int_range(random, 0, 12);
    for (int i = 0; i < n; i++)
        g_string_append(out, pieces[g_rand_int_range(random, 0, G_N_ELEMENTS(pieces))]);
    if (multiline && g_rand_boolean(random))
        g_string_append(out, "\r\n\b\f");
    return g_string_free(out, FALSE);
}

static gint64 random_int(GRand *random, gint64 limit)
{
    gint64 wide = (gint64)g_rand_int(random) << 21 ^ g_rand_int(random);
    int shift = g_rand_int_range(random, 0, 50);
    gint64 value = (wide >> shift) % (limit + 1);
    return g_rand_boolean(random) ? value : -value;
}

static int random_choice(GRand *random, const EnumTable *table)
{
    return table->values[g_rand_int_range(random, 0, (gint32)table->n_values)].value;
}

static char **random_list(GRand *random)
{
    int n = g_rand_int_range(random, 1, 5);
    char **list = g_new0(char *, n + 1);
    for (int i = 0; i < n; i++) {
        g_autofree char *text = random_text(random, false);
        list[i] = g_strconcat("-", text, NULL); /* a list of one empty text is stored as no list */
    }
    return list;
}

static void random_field(GRand *random, const Field *field, void *object)
{
    void *at = field_at(field, object);
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_PHONE:
    case FIELD_EMAIL:
        *(char **)at = random_text(random, field->flags & FIELD_MULTILINE);
        break;
    case FIELD_MONEY:
        *(Money *)at = (Money){ random_int(random, MONEY_MAX), "GBP" };
        break;
    case FIELD_UUID:
        for (int i = 0; i < 16; i++)
            ((Uuid *)at)->bytes[i] = (guint8)g_rand_int_range(random, 1, 256);
        break;
    case FIELD_TIME:
        *(gint64 *)at = random_int(random, G_GINT64_CONSTANT(253402300799998));
        *(gint64 *)at = 1 + ABS(*(gint64 *)at);
        break;
    case FIELD_ENUM:
        *(int *)at = random_choice(random, field->values);
        break;
    case FIELD_SET:
        *(int *)at = 1 << random_choice(random, field->values) |
                     1 << random_choice(random, field->values);
        break;
    case FIELD_BOOL:
        *(bool *)at = true;
        break;
    case FIELD_INT:
        *(gint64 *)at = random_int(random, G_GINT64_CONSTANT(9007199254740991));
        break;
    case FIELD_LIST:
        *(char ***)at = random_list(random);
        break;
    case FIELD_OBJECT:
        random_object(random, field->object, at);
        break;
    }
}

void random_object(GRand *random, const FieldTable *table, void *object)
{
    for (size_t i = 0; i < table->n_fields; i++)
        if (g_rand_int_range(random, 0, 4) != 0)
            random_field(random, &table->fields[i], object);
}
