/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/changes.h"

#include <stdlib.h>
#include <string.h>

static void note(Call *call, const Uuid *scope, ObjectType type, const Uuid *object, bool deleted,
                 bool silent)
{
    for (guint i = 0; i < call->changes->len; i++) {
        Change *change = &g_array_index(call->changes, Change, i);
        if (change->type == type && uuid_equal(&change->object, object) &&
            uuid_equal(&change->scope, scope)) {
            change->deleted = deleted;
            change->silent &= silent;
            return;
        }
    }
    Change change = { .scope = *scope,
                      .object = *object,
                      .type = type,
                      .deleted = deleted,
                      .silent = silent,
                      .at = call->now };
    g_array_append_val(call->changes, change);
}

void change_note(Call *call, const Uuid *scope, ObjectType type, const Uuid *object, bool deleted)
{
    note(call, scope, type, object, deleted, false);
}

void change_note_silent(Call *call, const Uuid *scope, ObjectType type, const Uuid *object,
                        bool deleted)
{
    note(call, scope, type, object, deleted, true);
}

/* Once for a scope and call. */
static void note_restart(Call *call, const Uuid *scope)
{
    for (guint i = 0; i < call->changes->len; i++) {
        const Change *change = &g_array_index(call->changes, Change, i);
        if (change->restart && uuid_equal(&change->scope, scope))
            return;
    }
    Change change = { .scope = *scope, .object = *scope, .restart = true, .at = call->now };
    g_array_append_val(call->changes, change);
}

/* ---- what shows an account */

static const char *viewers_sql(unsigned types)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (const ObjectRow *row = object_rows; row->type; row++)
        if (types & 1u << row->type)
            g_string_append_printf(text, "%s%s", text->len ? " UNION " : "", row->viewers);
    return db_intern("%s", text->str);
}

bool change_note_shown(Call *call, const Uuid *account, unsigned types, GError **error)
{
    if (!types)
        return true;
    g_autoptr(DbRows) rows = db_query(call->db, error, viewers_sql(types), db_uuid(account));
    if (!rows)
        return false;
    while (db_next(rows, error)) {
        Change change = {
            .scope = db_get_uuid(rows, 0), .object = *account, .shown = types, .at = call->now
        };
        g_array_append_val(call->changes, change);
    }
    return db_rows_ok(rows);
}

static const char *shown_sql(unsigned types)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (const ObjectRow *row = object_rows; row->type; row++)
        if (types & 1u << row->type)
            g_string_append_printf(text, "%sSELECT %d AS type, o.id AS id FROM (%s) o",
                                   text->len ? " UNION ALL " : "", (int)row->type, row->showing);
    return db_intern(
        "INSERT INTO change_index (scope_id, type, object_id, seq, created_seq, deleted,"
        " changed_at) SELECT $1, n.type, n.id, $3 + n.n, $3 + n.n, 0, $4 FROM (SELECT s.type, s.id,"
        " ROW_NUMBER() OVER (ORDER BY s.type, s.id) AS n FROM (%s) s) n WHERE TRUE"
        " ON CONFLICT (scope_id, type, object_id) DO UPDATE SET seq = excluded.seq,"
        " deleted = excluded.deleted, changed_at = excluded.changed_at",
        text->str);
}

/* Numbers from *number on; *number is then the last one. */
static bool put_shown(Db *db, const Change *change, gint64 *number, GError **error)
{
    gint64 n = 0;
    if (!db_exec_count(db, error, &n, shown_sql(change->shown), db_uuid(&change->scope),
                       db_uuid(&change->object), db_int(*number), db_int(change->at)))
        return false;
    *number += n;
    return true;
}

/* ---- writing */

#define SCOPES_AT_ONCE 16
#define ROWS_AT_ONCE 8
#define ROW_VALUES 6

static int compare_changes(gconstpointer a, gconstpointer b)
{
    const Change *one = a, *other = b;
    int order = uuid_compare(&one->scope, &other->scope);
    if (order == 0)
        order = (one->type > other->type) - (one->type < other->type);
    return order ? order : uuid_compare(&one->object, &other->object);
}

static int compare_pointers(gconstpointer a, gconstpointer b)
{
    return compare_changes(*(const Change *const *)a, *(const Change *const *)b);
}

static Change *change_at(const GPtrArray *changes, guint i)
{
    return g_ptr_array_index(changes, i);
}

static guint scope_end(const GPtrArray *changes, guint from)
{
    guint to = from + 1;
    while (to < changes->len &&
           uuid_equal(&change_at(changes, to)->scope, &change_at(changes, from)->scope))
        to++;
    return to;
}

/* All at once where others may hold them: the engine takes the locks in the order asked for. */
static const char *scopes_sql(Db *db)
{
    static gsize made[2];
    static const char *const lock[] = {
        [DB_ENGINE_SQLITE] = "", [DB_ENGINE_POSTGRES] = " FOR NO KEY UPDATE"
    };
    gsize *one = &made[db_engine(db)];
    if (g_once_init_enter(one)) {
        g_autoptr(GString)
            text = g_string_new("SELECT epoch, acl, seq, id FROM scope WHERE id IN ($1");
        for (int i = 2; i <= SCOPES_AT_ONCE; i++)
            g_string_append_printf(text, ", $%d", i);
        g_string_append_printf(text, ") ORDER BY id%s", lock[db_engine(db)]);
        g_once_init_leave(one, (gsize)db_intern("%s", text->str));
    }
    return (const char *)*one;
}

/* The numbers of one scope's changes [from, to), whose row is read. Sets come first (type 0): an object that also changed
 * by itself has the later number, so that the scope's last number is always in the index. */
static bool scope_raise(Db *db, const GPtrArray *changes, guint from, guint to, const DbRows *rows,
                        GError **error)
{
    gint64 before = db_get_int(rows, 2), number = before;
    bool loud = false, restart = false;
    for (guint i = from; i < to; i++) {
        Change *change = change_at(changes, i);
        restart |= change->restart;
        if (change->type)
            number++;
        else if (change->shown && !put_shown(db, change, &number, error))
            return false;
        change->number = number;
    }
    for (guint i = from; i < to; i++) {
        Change *change = change_at(changes, i);
        change->epoch = db_get_int(rows, 0);
        change->acl = db_get_int(rows, 1) + restart;
        change->seq = number;
        loud |= !change->silent;
    }
    return db_later(db, error,
                    restart ? "UPDATE scope SET acl = acl + 1, seq = seq + $2, loud_seq = seq + $2"
                              " WHERE id = $1"
                    : loud  ? "UPDATE scope SET seq = seq + $2, loud_seq = seq + $2 WHERE id = $1"
                            : "UPDATE scope SET seq = seq + $2 WHERE id = $1",
                    db_uuid(&change_at(changes, from)->scope), db_int(number - before));
}

/* As many scopes as are locked at once; *from moves behind them. */
static bool scopes_raise(Db *db, const GPtrArray *changes, guint *from, GError **error)
{
    DbValue ids[SCOPES_AT_ONCE];
    guint starts[SCOPES_AT_ONCE + 1] = { *from };
    guint n = 0;
    for (; n < SCOPES_AT_ONCE && starts[n] < changes->len; n++) {
        ids[n] = db_uuid(&change_at(changes, starts[n])->scope);
        starts[n + 1] = scope_end(changes, starts[n]);
    }
    for (guint i = n; i < SCOPES_AT_ONCE; i++)
        ids[i] = db_null();
    *from = starts[n];
    g_autoptr(DbRows) rows = db_query_values(db, error, scopes_sql(db), ids, SCOPES_AT_ONCE);
    if (!rows)
        return false;
    for (guint i = 0; i < n; i++) {
        if (!db_next(rows, error))
            return db_rows_ok(rows) ? problem_set(error, PROBLEM_INTERNAL, "a scope is missing")
                                    : false;
        if (!scope_raise(db, changes, starts[i], starts[i + 1], rows, error))
            return false;
    }
    return true;
}

static const char *put_sql(int rows)
{
    static gsize made[ROWS_AT_ONCE + 1];
    if (g_once_init_enter(&made[rows])) {
        g_autoptr(GString) text = g_string_new(
            "INSERT INTO change_index (scope_id, type, object_id, seq, created_seq, deleted, "
            "changed_at) VALUES ");
        for (int i = 0, at = 1; i < rows; i++, at += ROW_VALUES)
            g_string_append_printf(text, "%s($%d, $%d, $%d, $%d, $%d, $%d, $%d)", i ? ", " : "", at,
                                   at + 1, at + 2, at + 3, at + 3, at + 4, at + 5);
        g_string_append(text, " ON CONFLICT (scope_id, type, object_id) DO UPDATE SET seq = "
                              "excluded.seq, deleted = excluded.deleted, changed_at = "
                              "excluded.changed_at");
        g_once_init_leave(&made[rows], (gsize)db_intern("%s", text->str));
    }
    return (const char *)made[rows];
}

static void put_values(DbValue values[static ROW_VALUES], const Change *change)
{
    values[0] = db_uuid(&change->scope);
    values[1] = db_int(change->type);
    values[2] = db_uuid(&change->object);
    values[3] = db_int(change->number);
    values[4] = db_int(change->deleted);
    values[5] = db_int(change->at);
}

static bool put_rows(Db *db, const Change *const *rows, int n, GError **error)
{
    DbValue values[ROWS_AT_ONCE * ROW_VALUES];
    for (int i = 0; i < n; i++)
        put_values(values + i * ROW_VALUES, rows[i]);
    return db_later_values(db, error, put_sql(n), values, (size_t)n * ROW_VALUES);
}

/* An object that several calls changed has one row, with its last number. Few texts: a full one, the rest one by one. */
static bool put_all(Db *db, const GPtrArray *changes, GError **error)
{
    const Change *rows[ROWS_AT_ONCE];
    int n = 0;
    for (guint i = 0; i < changes->len; i++) {
        if (!change_at(changes, i)->type ||
            (i + 1 < changes->len &&
             compare_changes(change_at(changes, i), change_at(changes, i + 1)) == 0))
            continue;
        rows[n++] = change_at(changes, i);
        if (n < ROWS_AT_ONCE)
            continue;
        if (!put_rows(db, rows, n, error))
            return false;
        n = 0;
    }
    for (int i = 0; i < n; i++)
        if (!put_rows(db, rows + i, 1, error))
            return false;
    return true;
}

bool changes_write_all(Db *db, Call *const *calls, size_t n, GError **error)
{
    g_autoptr(GPtrArray) changes = g_ptr_array_new();
    for (size_t i = 0; i < n; i++) {
        GArray *of_call = calls[i]->changes;
        if (!of_call)
            continue;
        g_array_sort(of_call, compare_changes);
        for (guint k = 0; k < of_call->len; k++)
            if (g_array_index(of_call, Change, k).seq == 0) /* else the handler did it */
                g_ptr_array_add(changes, &g_array_index(of_call, Change, k));
    }
    g_ptr_array_sort(changes, compare_pointers); /* stable: calls stay in their order */
    for (guint from = 0; from < changes->len;)
        if (!scopes_raise(db, changes, &from, error))
            return false;
    return put_all(db, changes, error);
}

bool changes_write(Call *call, GError **error)
{
    return changes_write_all(call->db, &call, 1, error);
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

/* ---- scopes */

bool scope_create(Db *db, const Uuid *scope, ScopeKind kind, const Uuid *owner, GError **error)
{
    return db_exec(db, error,
                   "INSERT INTO scope (id, kind, epoch, acl, seq, min_seq) "
                   "SELECT $1, $2, value, 1, 0, 0 FROM meta WHERE name = 'epoch'",
                   db_uuid(scope), db_int(kind)) &&
           (!owner ||
            db_exec(
                db, error,
                "INSERT INTO scope_member (scope_id, account_id, role) VALUES ($1, $2, 'owner')",
                db_uuid(scope), db_uuid(owner)));
}

/* The account has the scope, or has it with another role. */
static bool note_role(Call *call, const Uuid *scope, const Uuid *account, GError **error)
{
    gint64 kind = 0;
    change_note(call, account, OBJECT_SCOPE, scope, false);
    if (!db_get_one_int(call->db, error, &kind, "SELECT kind FROM scope WHERE id = $1",
                        db_uuid(scope)))
        return false;
    if (kind == SCOPE_OFFICERS)
        note_restart(call, scope);
    return true;
}

bool scope_join(Call *call, const Uuid *scope, const Uuid *account, const char *role,
                GError **error)
{
    return db_exec(call->db, error,
                   "INSERT INTO scope_member (scope_id, account_id, role) VALUES ($1, $2, $3)"
                   " ON CONFLICT (scope_id, account_id) DO UPDATE SET role = excluded.role",
                   db_uuid(scope), db_uuid(account), db_text(role)) &&
           note_role(call, scope, account, error);
}

bool scope_set_role(Call *call, const Uuid *scope, const Uuid *account, const char *role,
                    GError **error)
{
    gint64 n = 0;
    if (!db_exec_count(call->db, error, &n,
                       "UPDATE scope_member SET role = $3 WHERE scope_id = $1 AND account_id = $2",
                       db_uuid(scope), db_uuid(account), db_text(role)))
        return false;
    if (n == 0)
        return problem_set(error, PROBLEM_NOT_FOUND, "This account does not read the scope");
    return note_role(call, scope, account, error);
}

bool scope_leave(Call *call, const Uuid *scope, const Uuid *account, GError **error)
{
    change_note(call, account, OBJECT_SCOPE, scope, true);
    return db_exec(call->db, error,
                   "DELETE FROM scope_member WHERE scope_id = $1 AND account_id = $2",
                   db_uuid(scope), db_uuid(account));
}
