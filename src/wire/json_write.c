/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Struct -> JSON text, by its field table. Straight into the buffer: room is made first, then bytes are stored. */
#include "wire/json.h"

#include <string.h>

#include "base/clock.h"
#include "base/memo.h"
#include "base/merge.h"
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

static const char two_hex[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
                              "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
                              "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"
                              "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"
                              "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"
                              "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf"
                              "c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
                              "e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";

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

static char *store_hex(char *at, const guint8 *bytes, int n)
{
    for (int i = 0; i < n; i++, at += 2)
        memcpy(at, two_hex + 2 * bytes[i], 2);
    return at;
}

static char *store_uuid(char *at, const Uuid *id)
{
    *at++ = '"';
    at = store_hex(at, id->bytes, 4);
    *at++ = '-';
    at = store_hex(at, id->bytes + 4, 2);
    *at++ = '-';
    at = store_hex(at, id->bytes + 6, 2);
    *at++ = '-';
    at = store_hex(at, id->bytes + 8, 2);
    *at++ = '-';
    at = store_hex(at, id->bytes + 10, 6);
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

/* Eight bytes; fewer at the end of a text are filled up with blanks, which need no escape. */
static guint64 load_word(const char *text, size_t left)
{
    guint64 word = ONES * ' ';
    if (G_LIKELY(left >= 8)) {
        memcpy(&word, text, 8);
        return word;
    }
    char *at = (char *)&word;
    if (left & 4) {
        memcpy(at, text, 4);
        at += 4;
        text += 4;
    }
    if (left & 2) {
        memcpy(at, text, 2);
        at += 2;
        text += 2;
    }
    if (left & 1)
        *at = *text;
    return word;
}

/* Needs TEXT_ROOM(length) bytes: the worst case, and what a whole word stores beyond the last byte. */
#define TEXT_ROOM(length) (6 * (length) + 2 + 8)

static char *store_text(char *at, const char *text, size_t length)
{
    *at++ = '"';
    while (length > 0) {
        size_t n = MIN(length, 8);
        guint64 word = load_word(text, length);
        if (G_LIKELY(!has_special(word))) {
            memcpy(at, &word, 8);
            at += n;
        } else {
            for (size_t i = 0; i < n; i++) {
                guchar byte = (guchar)text[i];
                if (escapes[byte])
                    at = store_escape(at, byte);
                else
                    *at++ = (char)byte;
            }
        }
        text += n;
        length -= n;
    }
    *at++ = '"';
    return at;
}

static void put_text(GString *out, const char *text)
{
    size_t length = strlen(text);
    advance(out, store_text(reserve(out, TEXT_ROOM(length)), text, length));
}

void json_put_text(GString *out, const char *text)
{
    if (text)
        put_text(out, text);
    else
        g_string_append(out, "null");
}

/* ---- objects */

/* What precedes the value of each field of a table: ,"name": - at least PREFIX_BLOCK bytes are readable, so that a
 * short one is copied by a block of fixed size, without a call. */
#define PREFIX_BLOCK 32

typedef struct Prefix {
    const char *text;
    size_t length;
} Prefix;

#define PREFIX_ROOM(prefix) ((prefix)->length + PREFIX_BLOCK)

static inline char *store_prefix(char *at, const Prefix *prefix, bool *first)
{
    if (G_LIKELY(prefix->length < PREFIX_BLOCK))
        memcpy(at, prefix->text + *first, PREFIX_BLOCK);
    else
        memcpy(at, prefix->text + *first, prefix->length - *first);
    at += prefix->length - *first;
    *first = false;
    return at;
}

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
        g_string_set_size(text, text->len + PREFIX_BLOCK + 1);
        all[i].text = g_string_free(text, FALSE);
    }
    return all;
}

static void put_prefix(GString *out, const Prefix *prefix, bool *first)
{
    advance(out, store_prefix(reserve(out, PREFIX_ROOM(prefix)), prefix, first));
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
    char *at = reserve(out, PREFIX_ROOM(prefix) + TEXT_ROOM(length));
    at = store_prefix(at, prefix, first);
    advance(out, store_text(at, text, length));
    return true;
}

/* Member with a value of bounded size. */
#define PUT_FIXED(room, store)                                                                     \
    do {                                                                                           \
        char *at_ = reserve(out, PREFIX_ROOM(prefix) + (room));                                    \
        at_ = store_prefix(at_, prefix, first);                                                    \
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

static void put_patch(GString *out, const FieldTable *table, const void *from, const void *to,
                      bool *first)
{
    const Prefix *prefix = memo_get(&prefixes, table, prefixes_make);
    for (size_t i = 0; i < table->n_fields; i++, prefix++) {
        const Field *field = &table->fields[i];
        if (!merge_is_mine_to_change(field) || field_equal(field, from, to))
            continue;
        if (field->type == FIELD_OBJECT) {
            bool first_inner = true;
            put_prefix(out, prefix, first);
            g_string_append_c(out, '{');
            put_patch(out, field->object, field_at(field, from), field_at(field, to), &first_inner);
            g_string_append_c(out, '}');
        } else if (field_is_set(field, to)) {
            put_field(out, field, prefix, to, 0, first);
        } else {
            put_prefix(out, prefix, first);
            g_string_append(out, "null");
        }
    }
}

void json_put_patch(GString *out, const FieldTable *table, const void *from, const void *to)
{
    bool first = true;
    g_string_append_c(out, '{');
    put_patch(out, table, from, to, &first);
    g_string_append_c(out, '}');
}
