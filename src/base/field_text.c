/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values as a person types and reads them: the text engine of base/field.h. */
#include "base/field.h"

#include <string.h>

#include "base/clock.h"
#include "base/money.h"
#include "base/problem.h"
#include "base/uuid.h"

/* ---- to text */

static char *set_to_text(const EnumTable *table, int set)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < table->n_values; i++)
        if (set & 1 << table->values[i].value)
            g_string_append_printf(text, "%s%s", text->len ? ", " : "", table->values[i].code);
    return g_string_free(text, FALSE);
}

/* The usual currency goes without saying, as field_from_text() takes it for granted. */
static char *money_to_text(const Money *money)
{
    g_autofree char *number = money_format_plain(money);
    if (!money_is_set(money) || strcmp(money->currency, DEFAULT_CURRENCY) == 0)
        return g_steal_pointer(&number);
    return g_strconcat(number, " ", money->currency, NULL);
}

char *field_to_text(const Field *field, const void *object)
{
    const void *at = field_at(field, object);
    char uuid[UUID_TEXT_SIZE], time[TIME_TEXT_SIZE];
    if (!field_is_set(field, object))
        return g_strdup("");
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_PHONE:
    case FIELD_EMAIL:
        return g_strdup(*(char *const *)at);
    case FIELD_MONEY:
        return money_to_text(at);
    case FIELD_UUID:
        return g_strdup(uuid_format(at, uuid));
    case FIELD_TIME:
        return g_strdup(time_format(*(const gint64 *)at, time));
    case FIELD_ENUM: {
        const char *code = enum_code(field->values, *(const int *)at);
        return g_strdup(code ? code : "");
    }
    case FIELD_SET:
        return set_to_text(field->values, *(const int *)at);
    case FIELD_BOOL:
        return g_strdup(*(const bool *)at ? "yes" : "no");
    case FIELD_INT:
        return g_strdup_printf("%" G_GINT64_FORMAT, *(const gint64 *)at);
    case FIELD_LIST:
        return g_strjoinv(", ", *(char **const *)at);
    case FIELD_OBJECT:
        return g_strdup("");
    }
    g_assert_not_reached();
}

/* ---- from text: each takes trimmed text, "" unsets */

static bool text_from_text(const Field *field, char **out, const char *text, GError **error)
{
    if (!g_utf8_validate(text, -1, NULL))
        return problem_set(error, PROBLEM_BAD_INPUT, "\"%s\" must be valid UTF-8", field->name);
    if (*out && field->flags & FIELD_SECRET)
        explicit_bzero(*out, strlen(*out));
    g_free(*out);
    *out = *text ? g_strdup(text) : NULL;
    return true;
}

static bool money_from_text(Money *out, const char *text, GError **error)
{
    if (!*text) {
        *out = (Money){ 0 };
        return true;
    }
    return money_parse(text, money_is_set(out) ? out->currency : DEFAULT_CURRENCY, out, error);
}

static bool uuid_from_text(Uuid *out, const char *text, GError **error)
{
    if (!*text)
        *out = (Uuid){ 0 };
    else if (!uuid_parse(text, out))
        return problem_set(error, PROBLEM_BAD_INPUT, "Not an id: 36 characters with hyphens");
    return true;
}

/* RFC 3339, or a day alone, which starts at midnight UTC. */
static bool time_from_text(gint64 *out, const char *text, GError **error)
{
    g_autofree char *midnight = g_strconcat(text, "T00:00:00Z", NULL);
    if (!*text)
        *out = 0;
    else if (!time_parse(text, out) && !time_parse(midnight, out))
        return problem_set(error, PROBLEM_BAD_INPUT,
                           "Not a time: write 2026-11-24 or 2026-11-24T08:30:00Z");
    return true;
}

static bool choice_from_text(const EnumTable *table, int *out, const char *text, GError **error)
{
    int value = enum_value(table, text);
    if (*text && value == 0)
        return problem_set(error, PROBLEM_BAD_INPUT, "Not a value of %s: \"%.40s\"", table->name,
                           text);
    *out = value;
    return true;
}

static bool set_from_text(const EnumTable *table, int *out, const char *text, GError **error)
{
    g_auto(GStrv) codes = g_strsplit(text, ",", -1);
    int set = 0;
    for (char **code = codes; *code; code++) {
        int value = 0;
        if (!choice_from_text(table, &value, g_strstrip(*code), error))
            return false;
        if (value)
            set |= 1 << value;
    }
    *out = set;
    return true;
}

static bool bool_from_text(bool *out, const char *text, GError **error)
{
    static const char *const words[] = {
        "no", "yes", "n", "y", "false", "true", "0", "1", "", NULL
    };
    for (int i = 0; words[i]; i++) {
        if (g_ascii_strcasecmp(text, words[i]) == 0) {
            *out = i % 2;
            return true;
        }
    }
    return problem_set(error, PROBLEM_BAD_INPUT, "Say yes or no, not \"%.40s\"", text);
}

static bool int_from_text(gint64 *out, const char *text, GError **error)
{
    gint64 value = 0;
    if (*text && !g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, &value, NULL))
        return problem_set(error, PROBLEM_BAD_INPUT, "Not a whole number: \"%.40s\"", text);
    *out = value;
    return true;
}

static bool list_from_text(char ***out, const char *text, GError **error)
{
    g_autoptr(GStrvBuilder) kept = g_strv_builder_new();
    g_auto(GStrv) items = g_strsplit_set(text, ",\n", -1);
    int n = 0;
    if (!g_utf8_validate(text, -1, NULL))
        return problem_set(error, PROBLEM_BAD_INPUT, "The list must be valid UTF-8");
    for (char **item = items; *item; item++) {
        if (*g_strstrip(*item)) {
            g_strv_builder_add(kept, *item);
            n++;
        }
    }
    g_strfreev(*out);
    *out = n ? g_strv_builder_end(kept) : NULL;
    return true;
}

bool field_from_text(const Field *field, void *object, const char *text, GError **error)
{
    void *at = field_at(field, object);
    g_autofree char *trimmed = g_strdup(text ? text : "");
    if (!(field->flags & FIELD_SECRET)) /* blanks may belong to a password */
        g_strstrip(trimmed);
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_PHONE:
    case FIELD_EMAIL: {
        bool done = text_from_text(field, at, trimmed, error);
        if (field->flags & FIELD_SECRET)
            explicit_bzero(trimmed, strlen(trimmed));
        return done;
    }
    case FIELD_MONEY:
        return money_from_text(at, trimmed, error);
    case FIELD_UUID:
        return uuid_from_text(at, trimmed, error);
    case FIELD_TIME:
        return time_from_text(at, trimmed, error);
    case FIELD_ENUM:
        return choice_from_text(field->values, at, trimmed, error);
    case FIELD_SET:
        return set_from_text(field->values, at, trimmed, error);
    case FIELD_BOOL:
        return bool_from_text(at, trimmed, error);
    case FIELD_INT:
        return int_from_text(at, trimmed, error);
    case FIELD_LIST:
        return list_from_text(at, trimmed, error);
    case FIELD_OBJECT:
        return problem_set(error, PROBLEM_BAD_INPUT, "\"%s\" has fields of its own", field->name);
    }
    g_assert_not_reached();
}
