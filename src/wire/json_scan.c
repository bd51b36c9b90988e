/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/json_scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX                                                                                 \
    60 /* cJSON reads at most 63 characters of a number, and drops the rest silently */
#define FEW_NAMES 24 /* up to here comparing each with each is the fastest */
#define EXACT_MAX 9007199254740991.0

/* A member name, unescaped, and its place among those of all open objects. */
typedef struct Name {
    const char *text;
    guint32 length;
    guint32 hash;
} Name;

typedef struct Scan {
    const char *start, *at, *end;
    const char *why; /* NULL: no fault yet */
    unsigned values;
    GArray *names;        /* Name; those of the innermost object are at the end */
    GPtrArray *unescaped; /* copies of names that had escapes */
} Scan;

static bool fault(Scan *scan, const char *why)
{
    scan->why = why;
    return false;
}

/* The byte here, or 0 at the end: a NUL in the text is no part of JSON either. */
static char peek(const Scan *scan)
{
    return scan->at < scan->end ? *scan->at : '\0';
}

static void skip_blank(Scan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\t' || *scan->at == '\r'))
        scan->at++;
}

/* ---- strings */

#define ONES G_GUINT64_CONSTANT(0x0101010101010101)
#define HIGHS G_GUINT64_CONSTANT(0x8080808080808080)

/* Eight bytes at a time over what needs no look: printable ASCII but " and \. */
static const char *skip_plain(const char *at, const char *end)
{
    while (end - at >= 8) {
        guint64 word;
        memcpy(&word, at, 8);
        guint64 quote = word ^ (ONES * '"'), slash = word ^ (ONES * '\\');
        guint64 special = ((word - ONES * 0x20) | (quote - ONES) | (slash - ONES) | word) & HIGHS;
        if (special)
            break;
        at += 8;
    }
    while (at < end && (guchar)*at >= 0x20 && (guchar)*at < 0x80 && *at != '"' && *at != '\\')
        at++;
    return at;
}

static bool scan_utf8(Scan *scan)
{
    gunichar c = g_utf8_get_char_validated(scan->at, scan->end - scan->at);
    if (c == (gunichar)-1 || c == (gunichar)-2)
        return fault(scan, "invalid UTF-8");
    scan->at += g_unichar_to_utf8(c, NULL);
    return true;
}

static bool scan_hex4(Scan *scan, unsigned *code)
{
    *code = 0;
    for (int i = 0; i < 4; i++) {
        int digit = g_ascii_xdigit_value(peek(scan));
        if (digit < 0)
            return fault(scan, "\\u needs four hexadecimal digits");
        *code = *code << 4 | (unsigned)digit;
        scan->at++;
    }
    return true;
}

/* After "\u". */
static bool scan_unicode(Scan *scan)
{
    unsigned code, low;
    if (!scan_hex4(scan, &code))
        return false;
    if (code == 0)
        return fault(scan, "\\u0000 is not allowed");
    if (code >= 0xdc00 && code <= 0xdfff)
        return fault(scan, "half of a surrogate pair");
    if (code < 0xd800 || code > 0xdbff)
        return true;
    if (scan->end - scan->at < 2 || scan->at[0] != '\\' || scan->at[1] != 'u')
        return fault(scan, "half of a surrogate pair");
    scan->at += 2;
    if (!scan_hex4(scan, &low))
        return false;
    return (low >= 0xdc00 && low <= 0xdfff) || fault(scan, "half of a surrogate pair");
}

/* At the opening quote; ends after the closing one. */
static bool scan_string(Scan *scan, bool *escaped)
{
    scan->at++;
    for (;;) {
        scan->at = skip_plain(scan->at, scan->end);
        if (scan->at == scan->end)
            return fault(scan, "the string does not end");
        guchar byte = (guchar)*scan->at;
        if (byte == '"') {
            scan->at++;
            return true;
        }
        if (byte < 0x20)
            return fault(scan, "control character in a string");
        if (byte >= 0x80) {
            if (!scan_utf8(scan))
                return false;
            continue;
        }
        *escaped = true;
        scan->at++;
        char kind = peek(scan);
        if (kind == '\0' || !strchr("\"\\/bfnrtu", kind))
            return fault(scan, "unknown escape");
        scan->at++;
        if (kind == 'u' && !scan_unicode(scan))
            return false;
    }
}

/* ---- numbers */

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && g_ascii_isdigit(*at))
        at++;
    return at;
}

static bool number_fits(Scan *scan, const char *start, bool integer)
{
    size_t length = (size_t)(scan->at - start);
    if (length < 16 && integer)
        return true;
    char text[NUMBER_MAX + 1];
    if (length > NUMBER_MAX)
        return fault(scan, "the number is too long");
    memcpy(text, start, length);
    text[length] = '\0';
    double value = g_ascii_strtod(text, NULL);
    if (!isfinite(value))
        return fault(scan, "the number is too large");
    if (integer && fabs(value) > EXACT_MAX)
        return fault(scan, "the integer is beyond 2^53 - 1");
    return true;
}

static bool scan_number(Scan *scan)
{
    const char *start = scan->at, *digits;
    bool integer = true;
    if (peek(scan) == '-')
        scan->at++;
    digits = scan->at;
    scan->at = skip_digits(digits, scan->end);
    if (scan->at == digits)
        return fault(scan, "a digit is missing");
    if (*digits == '0' && scan->at > digits + 1)
        return fault(scan, "a number must not start with 0");
    if (peek(scan) == '.') {
        integer = false;
        digits = ++scan->at;
        scan->at = skip_digits(digits, scan->end);
        if (scan->at == digits)
            return fault(scan, "a digit is missing after the point");
    }
    if (peek(scan) == 'e' || peek(scan) == 'E') {
        integer = false;
        scan->at++;
        if (peek(scan) == '+' || peek(scan) == '-')
            scan->at++;
        digits = scan->at;
        scan->at = skip_digits(digits, scan->end);
        if (scan->at == digits)
            return fault(scan, "a digit is missing in the exponent");
    }
    return number_fits(scan, start, integer);
}

/* ---- member names */

static guint32 hash_of(const char *text, size_t length)
{
    guint32 hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (guchar)text[i]) * 16777619u;
    return hash;
}

static unsigned hex4(const char *at)
{
    unsigned code = 0;
    for (int i = 0; i < 4; i++)
        code = code << 4 | (unsigned)g_ascii_xdigit_value(at[i]);
    return code;
}

/* The text between the quotes without its (already checked) escapes. Caller frees. */
static char *unescape(const char *at, const char *end)
{
    static const char codes[] = "bfnrt", bytes[] = "\b\f\n\r\t";
    GString *out = g_string_new(NULL);
    while (at < end) {
        if (*at != '\\') {
            g_string_append_c(out, *at++);
            continue;
        }
        const char *found = strchr(codes, at[1]);
        if (at[1] != 'u') {
            g_string_append_c(out, found ? bytes[found - codes] : at[1]);
            at += 2;
            continue;
        }
        gunichar code = hex4(at + 2);
        at += 6;
        if (code >= 0xd800 && code <= 0xdbff) {
            code = 0x10000 + ((code - 0xd800) << 10) + (hex4(at + 2) - 0xdc00);
            at += 6;
        }
        g_string_append_unichar(out, code);
    }
    return g_string_free(out, FALSE);
}

static bool same_name(const Name *a, const Name *b)
{
    return a->hash == b->hash && a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

static int compare_names(const void *x, const void *y)
{
    const Name *a = x, *b = y;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    if (a->length != b->length)
        return a->length < b->length ? -1 : 1;
    return memcmp(a->text, b->text, a->length);
}

/* The names from `first` on belong to the object that ends here; they go. A body of a million names must not take
 * a million times a million steps: many are sorted. */
static bool check_names(Scan *scan, guint first)
{
    Name *names = &g_array_index(scan->names, Name, first);
    guint n = scan->names->len - first;
    bool twice = false;
    if (n > FEW_NAMES) {
        qsort(names, n, sizeof *names, compare_names);
        for (guint i = 1; i < n && !twice; i++)
            twice = same_name(&names[i - 1], &names[i]);
    } else {
        for (guint i = 1; i < n; i++)
            for (guint j = 0; j < i; j++)
                twice |= same_name(&names[i], &names[j]);
    }
    g_array_set_size(scan->names, first);
    return !twice || fault(scan, "the object has two members of the same name");
}

static bool scan_name(Scan *scan)
{
    bool escaped = false;
    if (peek(scan) != '"')
        return fault(scan, "a member name is missing");
    const char *start = scan->at + 1;
    if (!scan_string(scan, &escaped))
        return false;
    Name name = { .text = start, .length = (guint32)(scan->at - 1 - start) };
    if (escaped) {
        char *plain = unescape(start, scan->at - 1);
        g_ptr_array_add(scan->unescaped, plain);
        name.text = plain;
        name.length = (guint32)strlen(plain);
    }
    name.hash = hash_of(name.text, name.length);
    g_array_append_val(scan->names, name);
    return true;
}

/* ---- values */

static bool scan_value(Scan *scan, int depth);

static bool scan_word(Scan *scan, const char *word)
{
    size_t length = strlen(word);
    if ((size_t)(scan->end - scan->at) < length || memcmp(scan->at, word, length) != 0)
        return fault(scan, "a value is missing");
    scan->at += length;
    return true;
}

static bool scan_array(Scan *scan, int depth)
{
    scan->at++;
    skip_blank(scan);
    if (peek(scan) == ']') {
        scan->at++;
        return true;
    }
    for (;;) {
        if (!scan_value(scan, depth))
            return false;
        skip_blank(scan);
        if (peek(scan) == ']') {
            scan->at++;
            return true;
        }
        if (peek(scan) != ',')
            return fault(scan, "\",\" or \"]\" is missing");
        scan->at++;
    }
}

static bool scan_object(Scan *scan, int depth)
{
    guint first = scan->names->len;
    scan->at++;
    skip_blank(scan);
    if (peek(scan) == '}') {
        scan->at++;
        return true;
    }
    for (;;) {
        skip_blank(scan);
        if (!scan_name(scan))
            return false;
        skip_blank(scan);
        if (peek(scan) != ':')
            return fault(scan, "\":\" is missing");
        scan->at++;
        if (!scan_value(scan, depth))
            return false;
        skip_blank(scan);
        if (peek(scan) == '}') {
            scan->at++;
            return check_names(scan, first);
        }
        if (peek(scan) != ',')
            return fault(scan, "\",\" or \"}\" is missing");
        scan->at++;
    }
}

static bool scan_value(Scan *scan, int depth)
{
    bool escaped;
    skip_blank(scan);
    if (++scan->values > JSON_MAX_VALUES)
        return fault(scan, "too many values");
    char c = peek(scan);
    if ((c == '{' || c == '[') && depth == JSON_MAX_DEPTH)
        return fault(scan, "nested too deeply");
    switch (c) {
    case '{':
        return scan_object(scan, depth + 1);
    case '[':
        return scan_array(scan, depth + 1);
    case '"':
        return scan_string(scan, &escaped);
    case 't':
        return scan_word(scan, "true");
    case 'f':
        return scan_word(scan, "false");
    case 'n':
        return scan_word(scan, "null");
    default:
        return c == '-' || g_ascii_isdigit(c) ? scan_number(scan)
                                              : fault(scan, "a value is missing");
    }
}

/* Columns count bytes: what follows may not even be UTF-8. */
static bool report(const Scan *scan, GError **error)
{
    int line = 1;
    const char *line_start = scan->start;
    for (const char *at = scan->start; at < scan->at; at++) {
        if (*at == '\n') {
            line++;
            line_start = at + 1;
        }
    }
    return problem_set(error, PROBLEM_MALFORMED_JSON, "line %d, column %d: %s", line,
                       (int)(scan->at - line_start) + 1, scan->why);
}

bool json_scan(const char *text, size_t length, GError **error)
{
    Scan scan = { .start = text, .at = text, .end = text + length };
    scan.names = g_array_sized_new(FALSE, FALSE, sizeof(Name), 64);
    scan.unescaped = g_ptr_array_new_with_free_func(g_free);
    bool ok = scan_value(&scan, 0);
    if (ok) {
        skip_blank(&scan);
        ok = scan.at == scan.end || fault(&scan, "something follows the value");
    }
    g_array_unref(scan.names);
    g_ptr_array_unref(scan.unescaped);
    return ok || report(&scan, error);
}
