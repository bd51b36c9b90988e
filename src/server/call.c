/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/call.h"

#include <stdarg.h>
#include <string.h>

#include "db/row.h"
#include "wire/problem_json.h"

#define LIMIT_DEFAULT 50
#define CURSOR_BYTES 24 /* time and id */

const char *call_query(const Call *call, const char *name)
{
    return call->query ? g_hash_table_lookup(call->query, name) : NULL;
}

bool call_limit(Call *call, int *limit, GError **error)
{
    const char *text = call_query(call, "limit");
    *limit = LIMIT_DEFAULT;
    if (!text)
        return true;
    guint64 number;
    if (g_ascii_isdigit(*text) &&
        g_ascii_string_to_unsigned(text, 10, 1, CALL_LIMIT_MAX, &number, NULL)) {
        *limit = (int)number;
        return true;
    }
    field_errors_add(&call->errors, "#/limit", "out-of-range", "must be a number from 1 to %d",
                     CALL_LIMIT_MAX);
    return call_valid(call, error);
}

static const char hex[] = "0123456789abcdef";

bool call_cursor(Call *call, gint64 *time, Uuid *id, GError **error)
{
    const char *text = call_query(call, "cursor");
    *time = 0;
    *id = (Uuid){ 0 };
    if (!text)
        return true;
    guint8 bytes[CURSOR_BYTES];
    bool ok = strlen(text) == 2 * CURSOR_BYTES;
    for (size_t i = 0; ok && i < CURSOR_BYTES; i++) {
        int high = g_ascii_xdigit_value(text[2 * i]), low = g_ascii_xdigit_value(text[2 * i + 1]);
        ok = high >= 0 && low >= 0;
        bytes[i] = ok ? (guint8)(high << 4 | low) : 0;
    }
    if (!ok)
        return problem_set(error, PROBLEM_BAD_CURSOR,
                           "cursor: take it from \"next\" of the page before");
    gint64 big;
    memcpy(&big, bytes, sizeof big);
    *time = GINT64_FROM_BE(big);
    memcpy(id->bytes, bytes + sizeof big, sizeof id->bytes);
    return true;
}

bool call_cursor_newest(Call *call, gint64 *time, Uuid *id, GError **error)
{
    if (!call_cursor(call, time, id, error))
        return false;
    if (uuid_is_nil(id)) {
        *time = G_MAXINT64;
        memset(id, 0xff, sizeof *id);
    }
    return true;
}

void call_put_next(Call *call, bool more, gint64 time, const Uuid *id)
{
    GString *out = call->reply.body;
    if (!more) {
        g_string_append(out, "],\"next\":null}");
        return;
    }
    guint8 bytes[CURSOR_BYTES];
    gint64 big = GINT64_TO_BE(time);
    memcpy(bytes, &big, sizeof big);
    memcpy(bytes + sizeof big, id->bytes, sizeof id->bytes);
    g_string_append(out, "],\"next\":\"");
    for (size_t i = 0; i < CURSOR_BYTES; i++) {
        g_string_append_c(out, hex[bytes[i] >> 4]);
        g_string_append_c(out, hex[bytes[i] & 15]);
    }
    g_string_append(out, "\"}");
}

bool call_put_page(Call *call, DbRows *rows, int limit, const FieldTable *table, const char *time,
                   GError **error)
{
    const Field *at_field = field_find(table, time), *id_field = field_find(table, "id");
    g_autofree gpointer object = g_malloc0(table->size);
    gint64 at = 0;
    Uuid id = { 0 };
    bool more = false;
    g_string_append(call->reply.body, "{\"items\":[");
    for (int n = 0; rows && !more && db_next(rows, error); n++) {
        more = n == limit;
        if (more)
            break;
        row_read(rows, 0, table, object, ROW_COPY);
        g_string_append(call->reply.body, n ? "," : "");
        json_put_object(call->reply.body, table, object);
        at = *(const gint64 *)field_at(at_field, object);
        id = *(const Uuid *)field_at(id_field, object);
        fields_clear(table, object);
    }
    if (!rows || (!more && !db_rows_ok(rows)))
        return false;
    call_put_next(call, more, at, &id);
    return true;
}

bool call_check_rev(Call *call, gint64 rev, GError **error)
{
    if (call->if_match == rev)
        return true;
    return problem_set(error, PROBLEM_PRECONDITION_FAILED,
                       "If-Match is \"%" G_GINT64_FORMAT
                       "\", but the object is at \"%" G_GINT64_FORMAT "\"",
                       call->if_match, rev);
}

GString *call_put_current(Call *call)
{
    if (!call->current)
        call->current = g_string_new(NULL);
    g_string_truncate(call->current, 0);
    return call->current;
}

void call_put_problem(Call *call, Problem problem, const char *detail, const FieldErrors *errors)
{
    Reply *reply = &call->reply;
    const Wording *wording = call->route && !call->plain ? call->route->wording : NULL;
    GString *body = reply->body ? reply->body : g_string_new(NULL);
    g_string_truncate(body, 0);
    *reply = (Reply){ .status = problem_row(problem)->status,
                      .body = body,
                      .type = wording ? wording->type : "application/problem+json",
                      .retry_after = reply->retry_after };
    if (wording)
        wording->put(call, problem, detail, errors);
    else
        problem_write(body, problem, detail, call->request_id, errors);
}

bool call_refuse(Call *call, Problem problem, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *detail = g_strdup_vprintf(format, list);
    va_end(list);
    call_put_problem(call, problem, detail, NULL);
    return true;
}

/* Only members that we do not know: that has a problem of its own. */
static bool only_unknown(const FieldErrors *errors)
{
    for (guint i = 0; i < errors->items->len; i++)
        if (!g_str_equal(((const FieldError *)errors->items->pdata[i])->code, "unknown-field"))
            return false;
    return true;
}

bool call_valid(Call *call, GError **error)
{
    if (!field_errors_any(&call->errors))
        return true;
    bool unknown = only_unknown(&call->errors);
    const FieldError *first = call->errors.items->pdata[0];
    return problem_set(error, unknown ? PROBLEM_UNKNOWN_FIELD : PROBLEM_VALIDATION, "%s: %s",
                       first->pointer, first->detail);
}
