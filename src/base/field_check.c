/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The validation engine of base/field.h. */
#include "base/field.h"

#include <string.h>

#include "base/clock.h"
#include "base/money.h"

#define TEXT_MAX_DEFAULT 200
#define PHONE_MAX_DEFAULT 40
#define PHONE_DIGITS_MIN 6
#define EMAIL_MAX 254
#define EMAIL_LOCAL_MAX 64
#define DOMAIN_LABEL_MAX 63
#define LIST_MAX_DEFAULT 100

/* ---- the list of errors */

static void field_error_free(FieldError *error)
{
    g_free(error->pointer);
    g_free(error->code);
    g_free(error->detail);
    g_free(error);
}

void field_errors_init(FieldErrors *errors)
{
    errors->items = g_ptr_array_new_with_free_func((GDestroyNotify)field_error_free);
}

void field_errors_clear(FieldErrors *errors)
{
    g_clear_pointer(&errors->items, g_ptr_array_unref);
}

void field_errors_add(FieldErrors *errors, const char *pointer, const char *code,
                      const char *format, ...)
{
    va_list arguments;
    FieldError *error = g_new0(FieldError, 1);
    error->pointer = g_strdup(pointer);
    error->code = g_strdup(code);
    va_start(arguments, format);
    error->detail = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_ptr_array_add(errors->items, error);
}

bool field_errors_any(const FieldErrors *errors)
{
    return errors->items && errors->items->len > 0;
}

const FieldError *field_errors_find(const FieldErrors *errors, const char *pointer)
{
    for (guint i = 0; errors->items && i < errors->items->len; i++) {
        const FieldError *error = g_ptr_array_index(errors->items, i);
        if (strcmp(error->pointer, pointer) == 0)
            return error;
    }
    return NULL;
}

/* ---- shapes */

static bool phone_is_shaped(const char *text)
{
    int digits = 0;
    bool plus = false;
    for (; *text; text++) {
        if (g_ascii_isdigit(*text))
            digits++;
        else if (*text == '+' && !plus && digits == 0)
            plus = true;
        else if (!strchr(" -().", *text))
            return false;
    }
    return digits >= PHONE_DIGITS_MIN;
}

/* RFC 5321 Dot-string. NULL: good; else what is wrong, and the cure. */
static const char *local_part_fault(const char *text, size_t length)
{
    if (length == 0)
        return "has nothing before the @";
    if (length > EMAIL_LOCAL_MAX)
        return "has more than 64 characters before the @";
    if (text[0] == '.' || text[length - 1] == '.' || g_strstr_len(text, (gssize)length, ".."))
        return "has a dot too many before the @";
    for (size_t i = 0; i < length; i++)
        if (!g_ascii_isalnum(text[i]) && !strchr(".!#$%&'*+-/=?^_`{|}~", text[i]))
            return text[i] == '@' ? "has more than one @"
                                  : "has a character before the @ that addresses have not";
    return NULL;
}

static const char *label_fault(const char *label)
{
    size_t length = strlen(label);
    if (length == 0)
        return "has a dot too many after the @";
    if (length > DOMAIN_LABEL_MAX)
        return "has more than 63 characters between two dots of its domain";
    if (label[0] == '-' || label[length - 1] == '-')
        return "has a hyphen at an end of a part of its domain";
    for (size_t i = 0; i < length; i++)
        if (!g_ascii_isalnum(label[i]) && label[i] != '-')
            return (guchar)label[i] >= 0x80
                       ? "has a domain with letters of its own language: write it the way that "
                         "begins with xn--"
                       : "has a character after the @ that domains have not";
    if (g_ascii_strncasecmp(label, "xn--", 4) != 0)
        return NULL;
    g_autofree char *shown = g_hostname_to_unicode(label);
    return shown && g_ascii_strcasecmp(shown, label) != 0 ? NULL
                                                          : "has a part xn-- that means nothing";
}

/* At least two labels of letters, digits and inner hyphens; the last one is a top-level domain: letters, or xn--. */
static const char *domain_fault(const char *text)
{
    g_auto(GStrv) labels = g_strsplit(text, ".", -1);
    guint n = g_strv_length(labels);
    for (guint i = 0; i < n; i++) {
        const char *fault = label_fault(labels[i]);
        if (fault)
            return fault;
    }
    if (n < 2)
        return "needs a domain with a dot after the @, like @company.example";
    const char *top = labels[n - 1];
    bool letters = strlen(top) >= 2;
    for (const char *p = top; *p; p++)
        letters = letters && g_ascii_isalpha(*p);
    return letters || g_ascii_strncasecmp(top, "xn--", 4) == 0
               ? NULL
               : "ends in what is no top-level domain: letters, at least two";
}

static const char *email_fault(const char *text)
{
    const char *at = strrchr(text, '@');
    if (!at)
        return "has no @";
    const char *fault = local_part_fault(text, (size_t)(at - text));
    return fault ? fault : domain_fault(at + 1);
}

static bool text_has_controls(const char *text, bool multiline)
{
    for (; *text; text++) {
        guchar byte = (guchar)*text;
        if ((byte < 0x20 && !(multiline && byte == '\n')) || byte == 0x7f)
            return true;
        if (byte == 0xc2 && (guchar)text[1] >= 0x80 && (guchar)text[1] < 0xa0) /* C1 */
            return true;
    }
    return false;
}

static bool text_is_blank(const char *text)
{
    for (; *text; text = g_utf8_next_char(text))
        if (!g_unichar_isspace(g_utf8_get_char(text)))
            return false;
    return true;
}

/* ---- one check for each kind of field; they add at most one error */

/* Where a check stands: the field, and the pointer of its value. */
typedef struct Check {
    const Field *field;
    const char *pointer;
    FieldErrors *errors;
} Check;

static void check_required(const Check *check)
{
    if (check->field->flags & FIELD_REQUIRED)
        field_errors_add(check->errors, check->pointer, "required", "\"%s\" must be given",
                         check->field->name);
}

static void check_range(const Check *check, gint64 value)
{
    const Field *field = check->field;
    if ((field->min || field->max) && (value < field->min || value > field->max))
        field_errors_add(check->errors, check->pointer, "out-of-range",
                         "must be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, field->min,
                         field->max);
}

static bool check_characters(const Check *check, const char *text, bool multiline)
{
    if (!g_utf8_validate(text, -1, NULL))
        field_errors_add(check->errors, check->pointer, "text.invalid", "must be valid UTF-8");
    else if (text_has_controls(text, multiline))
        field_errors_add(check->errors, check->pointer, "text.invalid",
                         multiline ? "must have no control characters but line feeds"
                                   : "must have no control characters or line breaks");
    else
        return true;
    return false;
}

static bool check_length(const Check *check, const char *text, gint64 max_default)
{
    const Field *field = check->field;
    gint64 length = g_utf8_strlen(text, -1), max = field->max ? field->max : max_default;
    if (length > max)
        field_errors_add(check->errors, check->pointer, "too-long",
                         "must have at most %" G_GINT64_FORMAT " characters", max);
    else if (length < field->min)
        field_errors_add(check->errors, check->pointer, "too-short",
                         "must have at least %" G_GINT64_FORMAT " characters", field->min);
    else
        return true;
    return false;
}

static void check_text(const Check *check, const char *text)
{
    const Field *field = check->field;
    bool phone = field->type == FIELD_PHONE, email = field->type == FIELD_EMAIL;
    if (!text || !*text) {
        check_required(check);
        return;
    }
    if (!check_characters(check, text, field->flags & FIELD_MULTILINE))
        return;
    if (field->flags & FIELD_REQUIRED && text_is_blank(text)) {
        check_required(check);
        return;
    }
    if (!check_length(check, text,
                      phone   ? PHONE_MAX_DEFAULT
                      : email ? EMAIL_MAX
                              : TEXT_MAX_DEFAULT))
        return;
    if (phone && !phone_is_shaped(text))
        field_errors_add(check->errors, check->pointer, "phone.invalid",
                         "must have at least %d digits, and else only + blanks - ( ) .",
                         PHONE_DIGITS_MIN);
    const char *fault = email ? email_fault(text) : NULL;
    if (fault)
        field_errors_add(check->errors, check->pointer, "email.invalid",
                         "%s: an address is like name@example.org", fault);
}

static void check_money(const Check *check, const Money *money)
{
    if (!money_is_set(money))
        check_required(check);
    else if (money_exponent(money->currency) < 0)
        field_errors_add(check->errors, check->pointer, "not-one-of",
                         "the currency must be an ISO 4217 code such as GBP");
    else if (money->amount > MONEY_MAX || money->amount < -MONEY_MAX)
        field_errors_add(check->errors, check->pointer, "out-of-range",
                         "the amount must be at most %" G_GINT64_FORMAT " minor units", MONEY_MAX);
    else
        check_range(check, money->amount);
}

static void check_choice(const Check *check, int value)
{
    const EnumTable *table = check->field->values;
    int known = 0;
    if (value == 0) {
        check_required(check);
        return;
    }
    for (size_t i = 0; i < table->n_values; i++)
        if (check->field->type == FIELD_SET)
            known |= 1 << table->values[i].value;
        else if (table->values[i].value == value)
            return;
    if (check->field->type == FIELD_SET && (value & ~known) == 0)
        return;
    g_autoptr(GString) codes = g_string_new(NULL);
    for (size_t i = 0; i < table->n_values; i++)
        g_string_append_printf(codes, "%s%s", i ? ", " : "", table->values[i].code);
    field_errors_add(check->errors, check->pointer, "not-one-of", "must be one of %s", codes->str);
}

static void check_time(const Check *check, gint64 time)
{
    if (time == 0)
        check_required(check);
    else if (time < 0)
        field_errors_add(check->errors, check->pointer, "out-of-range", "must be after 1970");
    else
        check_range(check, time);
}

static void check_list(const Check *check, char **list)
{
    const Field *field = check->field;
    gint64 n = list ? g_strv_length(list) : 0, max = field->max ? field->max : LIST_MAX_DEFAULT;
    if (n == 0) {
        check_required(check);
        return;
    }
    if (n > max)
        field_errors_add(check->errors, check->pointer, "too-long",
                         "must have at most %" G_GINT64_FORMAT " items", max);
    if (n < field->min)
        field_errors_add(check->errors, check->pointer, "too-short",
                         "must have at least %" G_GINT64_FORMAT " items", field->min);
    for (gint64 i = 0; i < MIN(n, max); i++) {
        g_autofree char *pointer = g_strdup_printf("%s/%" G_GINT64_FORMAT, check->pointer, i);
        const Field item = { .name = field->name, .type = FIELD_TEXT, .flags = FIELD_REQUIRED };
        const Check item_check = { &item, pointer, check->errors };
        check_text(&item_check, list[i]);
    }
}

bool field_validate(const Field *field, const void *object, const char *pointer,
                    FieldErrors *errors)
{
    const void *at = field_at(field, object);
    guint before = errors->items->len;
    g_autofree char *own_pointer = g_strconcat(pointer, "/", field->name, NULL);
    const Check check = { field, own_pointer, errors };
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_PHONE:
    case FIELD_EMAIL:
        check_text(&check, *(char *const *)at);
        break;
    case FIELD_MONEY:
        check_money(&check, at);
        break;
    case FIELD_UUID:
        if (!field_is_set(field, object))
            check_required(&check);
        break;
    case FIELD_TIME:
        check_time(&check, *(const gint64 *)at);
        break;
    case FIELD_ENUM:
    case FIELD_SET:
        check_choice(&check, *(const int *)at);
        break;
    case FIELD_INT:
        check_range(&check, *(const gint64 *)at);
        break;
    case FIELD_LIST:
        check_list(&check, *(char **const *)at);
        break;
    case FIELD_OBJECT:
        if (field->flags & FIELD_REQUIRED || field_is_set(field, object))
            fields_validate(field->object, at, own_pointer, errors);
        break;
    case FIELD_BOOL:
        break;
    }
    return errors->items->len == before;
}

bool fields_validate(const FieldTable *table, const void *object, const char *pointer,
                     FieldErrors *errors)
{
    bool valid = true;
    for (size_t i = 0; i < table->n_fields; i++)
        if (!(table->fields[i].flags & FIELD_READONLY))
            valid &= field_validate(&table->fields[i], object, pointer, errors);
    return valid;
}
