/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/changes.h"

#include <stdlib.h>
#include <string.h>

void change_note(Call *call, const Uuid *scope, ObjectType type, const Uuid *object, bool deleted)
{
    for (guint i = 0; i < call->changes->len; i++) {
        Change *change = &g_array_index(call->changes, Change, i);
        if (change->type == type && uuid_equal(&change->object, object) &&
            uuid_equal(&change->scope, scope)) {
            change->deleted = deleted;
            return;
        }
    }
    Change change = { .scope = *scope, .object = *object, .type = type, .deleted = deleted };
    g_array_append_val(call->changes, change);
}

static int compare_scopes(const void *a, const void *b)
{
    return uuid_compare(&((const Change *)a)->scope, &((const Change *)b)->scope);
}

/* The scope's counter goes up by n; its row stays locked until the commit. */
static bool scope_raise(Call *call, const Uuid *scope, gint64 n, Change *out, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error, "UPDATE scope SET seq = seq + $2 WHERE id = $1 RETURNING epoch, acl, seq",
        db_uuid(scope), db_int(n));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) ? problem_set(error, PROBLEM_INTERNAL, "a scope is missing")
                                : false;
    out->epoch = db_get_int(rows, 0);
    out->acl = db_get_int(rows, 1);
    out->seq = db_get_int(rows, 2);
    return true;
}

static bool change_put(Call *call, const Change *change, gint64 seq, GError **error)
{
    return db_later(call->db, error,
                    "INSERT INTO change_index (scope_id, type, object_id, seq, created_seq, "
                    "deleted, changed_at) "
                    "VALUES ($1, $2, $3, $4, $4, $5, $6) ON CONFLICT (scope_id, type, object_id) "
                    "DO UPDATE SET seq = excluded.seq, deleted = excluded.deleted, changed_at = "
                    "excluded.changed_at",
                    db_uuid(&change->scope), db_int(change->type), db_uuid(&change->object),
                    db_int(seq), db_int(change->deleted), db_int(call->now));
}

bool changes_write(Call *call, GError **error)
{
    Change *all = (Change *)(void *)call->changes->data;
    guint n = call->changes->len;
    if (n == 0 || all[0].seq > 0) /* nothing, or the handler did it */
        return true;
    qsort(all, n, sizeof *all,
          compare_scopes); /* ascending, so that two transactions never wait in a circle */
    for (guint from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && uuid_equal(&all[to].scope, &all[from].scope);)
            to++;
        Change head = { 0 };
        if (!scope_raise(call, &all[from].scope, to - from, &head, error))
            return false;
        for (guint i = from; i < to; i++) {
            all[i].epoch = head.epoch;
            all[i].acl = head.acl;
            all[i].seq = head.seq; /* of the scope after this transaction: what clients are told */
            if (!change_put(call, &all[i], head.seq - (to - 1 - i), error))
                return false;
        }
    }
    return true;
}

/* ---- states */

char *change_state_format(const ChangeState *state)
{
    if (state->full)
        return g_strdup_printf("e%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT ".f%" G_GINT64_FORMAT
                               ".%" G_GINT64_FORMAT,
                               state->epoch, state->acl, state->seq, state->full_from);
    return g_strdup_printf("e%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT,
                           state->epoch, state->acl, state->seq);
}

/* Digits without sign up to the separator; *text moves behind it. */
static bool number_read(const char **text, char end, gint64 *out)
{
    const char *start = *text;
    gint64 number = 0;
    while (g_ascii_isdigit(**text) && *text - start < 18)
        number = number * 10 + (*(*text)++ - '0');
    if (*text == start || **text != end)
        return false;
    *text += end != '\0';
    *out = number;
    return true;
}

bool change_state_parse(const char *text, ChangeState *state)
{
    ChangeState read = { 0 };
    if (*text++ != 'e' || !number_read(&text, '.', &read.epoch) ||
        !number_read(&text, '.', &read.acl))
        return false;
    read.full = *text == 'f';
    if (read.full ? (text++, !number_read(&text, '.', &read.seq) ||
                                 !number_read(&text, '\0', &read.full_from))
                  : !number_read(&text, '\0', &read.seq))
        return false;
    *state = read;
    return true;
}

bool changes_state_read(Db *db, const Uuid *scope, ChangeState *state, gint64 *min_seq,
                        GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        db, error, "SELECT epoch, acl, seq, min_seq FROM scope WHERE id = $1", db_uuid(scope));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) ? problem_set(error, PROBLEM_NOT_FOUND, "no such scope") : false;
    *state = (ChangeState){ .epoch = db_get_int(rows, 0),
                            .acl = db_get_int(rows, 1),
                            .seq = db_get_int(rows, 2) };
    if (min_seq)
        *min_seq = db_get_int(rows, 3);
    return true;
}

bool scope_create(Db *db, const Uuid *scope, ScopeKind kind, const Uuid *owner, GError **error)
{
    return db_exec(db, error,
                   "INSERT INTO scope (id, kind, epoch, acl, seq, min_seq) "
                   "SELECT $1, $2, value, 1, 0, 0 FROM meta WHERE name = 'epoch'",
                   db_uuid(scope), db_int(kind)) &&
           db_exec(db, error,
                   "INSERT INTO scope_member (scope_id, account_id, role) VALUES ($1, $2, 'owner')",
                   db_uuid(scope), db_uuid(owner));
}
