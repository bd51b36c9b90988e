/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Struct -> JSON text, by its field table. Straight into the buffer: room is made first, then bytes are stored. */
#include "wire/json.h"

#include <string.h>

#include "base/clock.h"
#include "base/memo.h"
#include "base/money.h"

#define INT_ROOM 24 /* a sign and 19 digits */

/* Room for n more bytes and the NUL; returns where they go. */
static inline char *reserve(GString *out, size_t n)
{
    if (G_UNLIKELY(out->len + n >= out->allocated_len)) {
        gsize length = out->len;
        g_string_set_size(out, length + MAX(n, length)); /* at least doubles */
        out->len = length;
    }
    return out->str + out->len;
}

static inline void advance(GString *out, const char *end)
{
    out->len = (gsize)(end - out->str);
    out->str[out->len] = '\0';
}

static inline char *copy(char *at, const char *bytes, size_t n)
{
    memcpy(at, bytes, n);
    return at + n;
}

/* ---- numbers, ids, times */

static const char two_digits[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
    "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
    "8081828384858687888990919293949596979899";

static char *store_uint(char *at, guint64 value)
{
    char digits[20], *start = digits + sizeof digits;
    while (value >= 100) {
        start -= 2;
        memcpy(start, two_digits + 2 * (value % 100), 2);
        value /= 100;
    }
    if (value >= 10) {
        start -= 2;
        memcpy(start, two_digits + 2 * value, 2);
    } else {
        *--start = (char)('0' + value);
    }
    return copy(at, start, (size_t)(digits + sizeof digits - start));
}

static char *store_int(char *at, gint64 value)
{
    if (value >= 0)
        return store_uint(at, (guint64)value);
    *at++ = '-';
    return store_uint(at, -(guint64)value);
}

static char *store_uuid(char *at, const Uuid *id)
{
    static const char digits[] = "0123456789abcdef";
    *at++ = '"';
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        *at++ = digits[id->bytes[i] >> 4];
        *at++ = digits[id->bytes[i] & 15];
    }
    *at++ = '"';
    return at;
}

static char *store_time(char *at, gint64 ms)
{
    *at++ = '"';
    time_format(ms, at);
    at += TIME_TEXT_SIZE - 1;
    *at++ = '"';
    return at;
}

void json_put_int(GString *out, gint64 value)
{
    advance(out, store_int(reserve(out, INT_ROOM), value));
}

void json_put_time(GString *out, gint64 ms)
{
    advance(out, store_time(reserve(out, TIME_TEXT_SIZE + 1), ms));
}

void json_put_uuid(GString *out, const Uuid *id)
{
    advance(out, store_uuid(reserve(out, UUID_TEXT_SIZE + 1), id));
}

void json_put_bool(GString *out, bool value)
{
    g_string_append(out, value ? "true" : "false");
}

/* ---- text */

#define ONES G_GUINT64_CONSTANT(0x0101010101010101)
#define HIGHS G_GUINT64_CONSTANT(0x8080808080808080)

/* Second letter of the escape; 'u' for \u00XX; 0 for bytes that stay. */
static const char escapes[256] = {
    [0 ... 0x07] = 'u', ['\b'] = 'b', ['\t'] = 't',          ['\n'] = 'n', [0x0b] = 'u',
    ['\f'] = 'f',       ['\r'] = 'r', [0x0e ... 0x1f] = 'u', ['"'] = '"',  ['\\'] = '\\',
};

static char *store_escape(char *at, guchar byte)
{
    *at++ = '\\';
    *at++ = escapes[byte];
    if (escapes[byte] == 'u') {
        at = copy(at, byte < 0x10 ? "000" : "001", 3);
        *at++ = "0123456789abcdef"[byte & 15];
    }
    return at;
}

static bool has_special(guint64 word)
{
    guint64 quote = word ^ (ONES * '"'), slash = word ^ (ONES * '\\');
    /* A byte is below n when subtracting n borrows and it had no high bit itself. */
    return (((word - ONES * 0x20) & ~word) | ((quote - ONES) & ~quote) |
            ((slash - ONES) & ~slash)) &
           HIGHS;
}

/* The worst case of the whole text is reserved at once, so that the loop only copies. */
static char *store_text(char *at, const char *text, size_t length)
{
    const char *end = text + length;
    *at++ = '"';
    while (text < end) {
        if (end - text >= 8) {
            guint64 word;
            memcpy(&word, text, 8);
            if (!has_special(word)) {
                memcpy(at, &word, 8);
                at += 8;
                text += 8;
                continue;
            }
        }
        /* The next eight at most one by one, then in words again. */
        const char *stop = MIN(text + 8, end);
        for (; text < stop; text++) {
            guchar byte = (guchar)*text;
            if (escapes[byte])
                at = store_escape(at, byte);
            else
                *at++ = (char)byte;
        }
    }
    *at++ = '"';
    return at;
}

static void put_text(GString *out, const char *text)
{
    size_t length = strlen(text);
    advance(out, store_text(reserve(out, 6 * length + 2), text, length));
}

void json_put_text(GString *out, const char *text)
{
    if (text)
        put_text(out, text);
    else
        g_string_append(out, "null");
}

/* ---- objects */

/* What precedes the value of each field of a table: ,"name": */
typedef struct Prefix {
    const char *text;
    size_t length;
} Prefix;

static Memo prefixes;

static gpointer prefixes_make(const void *key)
{
    const FieldTable *table = key;
    Prefix *all = g_new0(Prefix, table->n_fields + 1); /* one more: never NULL */
    for (size_t i = 0; i < table->n_fields; i++) {
        GString *text = g_string_new(",");
        json_put_text(text, table->fields[i].name);
        g_string_append_c(text, ':');
        all[i].length = text->len;
        all[i].text = g_string_free(text, FALSE);
    }
    return all;
}

static void put_prefix(GString *out, const Prefix *prefix, bool *first)
{
    char *at = reserve(out, prefix->length);
    advance(out, copy(at, prefix->text + *first, prefix->length - *first));
    *first = false;
}

void json_put_name(GString *out, const char *name, bool *first)
{
    if (!*first)
        g_string_append_c(out, ',');
    *first = false;
    json_put_text(out, name);
    g_string_append_c(out, ':');
}

static void put_codes(GString *out, const EnumTable *table, int set)
{
    bool first = true;
    g_string_append_c(out, '[');
    for (size_t i = 0; i < table->n_values; i++) {
        if (!(set & 1 << table->values[i].value))
            continue;
        if (!first)
            g_string_append_c(out, ',');
        first = false;
        put_text(out, table->values[i].code);
    }
    g_string_append_c(out, ']');
}

static void put_list(GString *out, char **list)
{
    g_string_append_c(out, '[');
    for (char **item = list; *item; item++) {
        if (item != list)
            g_string_append_c(out, ',');
        put_text(out, *item);
    }
    g_string_append_c(out, ']');
}

static void put_money(GString *out, const Money *money)
{
    char *at = reserve(out, 64);
    at = copy(at, "{\"amount\":", 10);
    at = store_int(at, money->amount);
    at = copy(at, ",\"currency\":\"", 13);
    at = copy(at, money->currency, 3);
    advance(out, copy(at, "\"}", 2));
}

static bool put_members(GString *out, const FieldTable *table, const void *object, unsigned skip,
                        bool *first);

/* Nothing in it is set: it is absent itself. */
static bool put_nested(GString *out, const Prefix *prefix, const FieldTable *table,
                       const void *object, unsigned skip, bool *first)
{
    gsize before = out->len;
    bool was_first = *first, inner_first = true;
    put_prefix(out, prefix, first);
    g_string_append_c(out, '{');
    if (put_members(out, table, object, skip, &inner_first)) {
        g_string_append_c(out, '}');
        return true;
    }
    g_string_truncate(out, before);
    *first = was_first;
    return false;
}

static bool put_text_field(GString *out, const Prefix *prefix, const char *text, bool *first)
{
    if (!text)
        return false;
    size_t length = strlen(text);
    char *at = reserve(out, prefix->length + 6 * length + 2);
    at = copy(at, prefix->text + *first, prefix->length - *first);
    *first = false;
    advance(out, store_text(at, text, length));
    return true;
}

/* Member with a value of bounded size. */
#define PUT_FIXED(room, store)                                                                     \
    do {                                                                                           \
        char *at_ = reserve(out, prefix->length + (room));                                         \
        at_ = copy(at_, prefix->text + *first, prefix->length - *first);                           \
        *first = false;                                                                            \
        advance(out, store);                                                                       \
    } while (0)

/* Returns whether the field says something: is set, and is not a false or a 0. */
static bool put_field(GString *out, const Field *field, const Prefix *prefix, const void *object,
                      unsigned skip, bool *first)
{
    const void *at = field_at(field, object);
    const char *code;
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_PHONE:
    case FIELD_EMAIL:
        return put_text_field(out, prefix, *(char *const *)at, first);
    case FIELD_UUID:
        if (uuid_is_nil(at))
            return false;
        PUT_FIXED(UUID_TEXT_SIZE + 1, store_uuid(at_, at));
        return true;
    case FIELD_TIME:
        if (*(const gint64 *)at == 0)
            return false;
        PUT_FIXED(TIME_TEXT_SIZE + 1, store_time(at_, *(const gint64 *)at));
        return true;
    case FIELD_INT:
        PUT_FIXED(INT_ROOM, store_int(at_, *(const gint64 *)at));
        return *(const gint64 *)at != 0;
    case FIELD_BOOL:
        if (*(const bool *)at) {
            PUT_FIXED(4, copy(at_, "true", 4));
            return true;
        }
        PUT_FIXED(5, copy(at_, "false", 5));
        return false;
    case FIELD_ENUM:
        code = enum_code(field->values, *(const int *)at);
        return put_text_field(out, prefix, code, first);
    case FIELD_MONEY:
        if (!money_is_set(at))
            return false;
        put_prefix(out, prefix, first);
        put_money(out, at);
        return true;
    case FIELD_SET:
        if (*(const int *)at == 0)
            return false;
        put_prefix(out, prefix, first);
        put_codes(out, field->values, *(const int *)at);
        return true;
    case FIELD_LIST:
        if (!*(char **const *)at)
            return false;
        put_prefix(out, prefix, first);
        put_list(out, *(char **const *)at);
        return true;
    case FIELD_OBJECT:
        return put_nested(out, prefix, field->object, at, skip, first);
    }
    g_assert_not_reached();
}

static bool put_members(GString *out, const FieldTable *table, const void *object, unsigned skip,
                        bool *first)
{
    const Prefix *prefix = memo_get(&prefixes, table, prefixes_make);
    const Field *end = table->fields + table->n_fields;
    bool any = false;
    for (const Field *field = table->fields; field < end; field++, prefix++)
        if (!(field->flags & skip))
            any |= put_field(out, field, prefix, object, skip, first);
    return any;
}

void json_put_members(GString *out, const FieldTable *table, const void *object, bool *first)
{
    put_members(out, table, object, FIELD_SECRET, first);
}

static void put_whole(GString *out, const FieldTable *table, const void *object, unsigned skip)
{
    bool first = true;
    g_string_append_c(out, '{');
    put_members(out, table, object, skip, &first);
    g_string_append_c(out, '}');
}

void json_put_object(GString *out, const FieldTable *table, const void *object)
{
    put_whole(out, table, object, FIELD_SECRET);
}

void json_put_input(GString *out, const FieldTable *table, const void *object)
{
    put_whole(out, table, object, FIELD_READONLY);
}
