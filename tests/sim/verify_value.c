/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A column of the cache against a member of the server's answer. */
#include <string.h>

#include "base/clock.h"
#include "tests/sim/history.h"
#include "tests/sim/verify_private.h"

/* Names of values as the API spells them, in the order of their numbers from 1. */
static const struct {
    const char *column, *codes;
    const char *table; /* NULL: of all others */
} codes[] = {
    { "state", "draft active suspended closed", "leads_group" },
    { "state", "requested asked approved declined withdrawn", "membership_request" },
    { "state", "requested approved declined", "leader_approval" },
    { "state", "scheduled open draft completed reopened holiday cancelled discarded", "meeting" },
    { "state", "open answered upheld dismissed", "concern" },
    { "state", "open paid waived", "invoice" },
    { "kind", "account group desk officers", "scope" },
    { "kind", "new repeat", "thanks" },
    { "kind", "reference reputation complaints licence", "vetting" },
    { "kind", "second_group exclusive_exception", "leader_approval" },
    { "box", "inbox sent" },
    { "state", "sent picked_up confirmed working won lost dormant withdrawn" },
    { "verdict", "lead not_a_lead" },
    { "type", "job business_development" },
    { "language", "en de" },
    { "lead_permission_method", "spoken form written" },
    { "lead_permission_channels", "phone email sms post" },
    { "reason_code", "no_permission no_contact_details unknown_to_sender not_my_trade no_need "
                     "duplicate wrong_area other" },
    { "directory", "public members" },
    { "cadence", "weekly biweekly monthly monthly_by_date other" },
    { "fee_period", "monthly annual" },
    { "absence_policy", "rolling half_year" },
    { "role", "member leader secretary treasurer" },
    { "conflict", "none other_exclusive this_exclusive" },
    { "code", "P A L M S" },
    { "answer", "yes no maybe" },
    { "outcome", "to_follow_up applied joined not_now not_suited" },
    { "tier", "inside outside spin_off" },
    { "result", "ok concern fail" },
    { "effect", "none warn unreferrable" },
};

static gint64 number_of(const char *column, const char *code, const char *table)
{
    gint64 ms;
    if (time_parse(code, &ms))
        return ms;
    if (strcmp(table, "account") == 0 && strcmp(column, "state") == 0)
        return strcmp(code, "active") == 0 ? 1 : -1;
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        if (strcmp(codes[i].column, column) != 0 ||
            (codes[i].table && strcmp(codes[i].table, table) != 0))
            continue;
        g_auto(GStrv) names = g_strsplit(codes[i].codes, " ", -1);
        for (int k = 0; names[k]; k++)
            if (strcmp(names[k], code) == 0)
                return k + 1;
    }
    fail("nobody knows what %s = %s is", column, code);
}

/* "lead_contact_city" is the member city of contact of lead. */
static const JsonNode *find(const JsonNode *object, const char *column)
{
    for (const JsonNode *member = json_first(object); member; member = json_next(member)) {
        const char *name = json_name(member);
        size_t n = strlen(name);
        if (strcmp(name, column) == 0)
            return member;
        if (json_is_object(member) && strncmp(column, name, n) == 0 && column[n] == '_') {
            const JsonNode *found = find(member, column + n + 1);
            if (found)
                return found;
        }
    }
    return NULL;
}

/* Columns whose member is called otherwise: SQL has a word for it, or a text would be an object's. */
static const struct {
    const char *column, *member;
} others[] = {
    { "group_id", "group" },    { "refs", "references" }, { "edition", "sequence" },
    { "from_account", "from" }, { "to_account", "to" },   { "account_a", "a" },
    { "account_b", "b" },
};

static const JsonNode *find_any(const JsonNode *object, const char *column)
{
    const JsonNode *found = find(object, column);
    for (size_t i = 0; !found && i < G_N_ELEMENTS(others); i++)
        if (strcmp(others[i].column, column) == 0)
            found = find(object, others[i].member);
    return found;
}

static gint64 number_in(const char *table, const char *column, const JsonNode *node)
{
    gint64 number = 0;
    bool truth;
    if (!node || json_is_null(node) || json_int(node, &number))
        return number;
    if (json_bool(node, &truth))
        return truth;
    if (json_is_array(node)) {
        for (const JsonNode *code = json_first(node); code; code = json_next(code))
            number |= G_GINT64_CONSTANT(1) << number_of(column, json_text(code), table);
        return number;
    }
    return number_of(column, json_text(node), table);
}

/* A list is its lines. */
static bool same_lines(const char *text, const JsonNode *node)
{
    g_autoptr(GString) lines = g_string_new(NULL);
    for (const JsonNode *line = json_first(node); line; line = json_next(line))
        g_string_append_printf(lines, "%s%s", lines->len ? "\n" : "", json_text(line));
    return strcmp(text ? text : "", lines->str) == 0;
}

static bool same(const char *table, const Column *column, const DbRows *rows, int i,
                 const JsonNode *node)
{
    char text[UUID_TEXT_SIZE];
    const char *there = node ? json_text(node) : NULL;
    if (column->type == 'I')
        return db_get_int(rows, i) == number_in(table, column->name, node);
    if (column->type == 'T' && node && json_is_array(node))
        return same_lines(db_get_text(rows, i), node);
    if (column->type == 'T')
        return g_strcmp0(db_get_text(rows, i), there) == 0;
    if (db_get_is_null(rows, i) || !there)
        return db_get_is_null(rows, i) && !there;
    Uuid id = db_get_uuid(rows, i);
    return strcmp(uuid_format(&id, text), there) == 0;
}

/* Of these a new name is not told to whoever has the object: it reads as it did when the object changed last. */
static bool is_name_of_then(const char *table, const char *column)
{
    static const char *const names[] = {
        "vetting name",    "vetting by_name",         "concern about_name",
        "concern by_name", "concern decided_by_name", "invoice member_name",
    };
    g_autofree char *both = g_strjoin(" ", table, column, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(names[i], both) == 0)
            return true;
    return false;
}

bool value_is_same(const char *table, const Column *column, const DbRows *rows, int i,
                   const JsonNode *object, const JsonNode **node)
{
    *node = find_any(object, column->name);
    return same(table, column, rows, i, *node) || is_name_of_then(table, column->name);
}
