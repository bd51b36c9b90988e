/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "db/row.h"
#include "server/changes.h"
#include "server/group_search.h"
#include "server/groups.h"

void group_clear(Group *group)
{
    fields_clear(&group_fields, group);
}

/* ---- the row: all fields of a group but the role of who reads it; the name's key, and the officers' scope */

typedef struct Stored {
    Group group;
    char *name_key;
    Uuid officers;
} Stored;

#define SHARED (group_fields.n_fields - 1)

static const FieldTable *stored_fields(size_t n)
{
    static const Field own[] = {
        { "name_key", FIELD_TEXT, offsetof(Stored, name_key) },
        { "officers", FIELD_UUID, offsetof(Stored, officers) },
    };
    FieldTable *table = g_new(FieldTable, 1);
    Field *rows = g_new(Field, n);
    g_assert(strcmp(group_fields.fields[SHARED].name, "role") == 0);
    for (size_t i = 0; i < n; i++)
        rows[i] = i < SHARED ? group_fields.fields[i] : own[i - SHARED];
    *table = (FieldTable){ "group", sizeof(Stored), rows, n };
    return table;
}

/* Made once: row.h remembers its tables. */
static const FieldTable *stored_row(void)
{
    static gsize made;
    if (g_once_init_enter(&made))
        g_once_init_leave(&made, (gsize)stored_fields(SHARED + 2));
    return (const FieldTable *)made;
}

static const char *stored_columns(void)
{
    static gsize made;
    if (g_once_init_enter(&made))
        g_once_init_leave(&made, (gsize)row_columns(stored_fields(SHARED), "g"));
    return (const char *)made;
}

const char *group_columns(void)
{
    return db_intern("%s, v.role", stored_columns());
}

const char *group_row_columns(void)
{
    return db_intern("%s, 0", stored_columns());
}

/* Under which two names are the same. */
static char *name_key(const char *name)
{
    g_autofree char *normal = g_utf8_normalize(name, -1, G_NORMALIZE_ALL_COMPOSE);
    g_autofree char *folded = g_utf8_casefold(normal ? normal : name, -1);
    g_auto(GStrv) words = g_strsplit_set(folded, " \t\n", -1);
    GString *key = g_string_new(NULL);
    for (char **word = words; *word; word++)
        if (**word)
            g_string_append_printf(key, "%s%s", key->len ? " " : "", *word);
    return g_string_free(key, FALSE);
}

bool group_store(Call *call, Group *group, GError **error)
{
    Stored stored = { *group, name_key(group->input.name), group_officers_scope(&group->id) };
    GError *problem = NULL;
    bool ok = row_upsert(call->db, "leads_group", "id", stored_row(), &stored, &problem);
    g_free(stored.name_key);
    if (problem_is(problem, PROBLEM_DATABASE_UNIQUE)) {
        g_clear_error(&problem);
        return problem_set(error, PROBLEM_ALREADY_EXISTS,
                           "There is a group with this name: choose another");
    }
    if (problem)
        g_propagate_error(error, problem);
    return ok && group_index(call->db, group, error);
}

bool group_set_state(Call *call, const Uuid *id, GroupState state, GError **error)
{
    change_note(call, id, OBJECT_GROUP, id, false);
    return db_exec(call->db, error,
                   "UPDATE leads_group SET state = $2, rev = rev + 1, updated_at = $3"
                   " WHERE id = $1",
                   db_uuid(id), db_int(state), db_int(call->now));
}

/* ---- reading */

/* What is not active is there for its members; a suspended one for administrators too. */
static const char *load_sql(void)
{
    return db_intern("SELECT %s FROM leads_group g LEFT JOIN membership v ON v.group_id = g.id"
                     " AND v.account = $1 AND v.state = 1 WHERE g.id = $2 AND (g.state = 2"
                     " OR v.account IS NOT NULL OR (g.state = 3 AND EXISTS (SELECT 1 FROM account a"
                     " WHERE a.id = $1 AND a.admin = 1)))",
                     group_columns());
}
G_STATIC_ASSERT(MEMBERSHIP_ACTIVE == 1 && GROUP_ACTIVE == 2 && GROUP_SUSPENDED == 3);

static bool read_row(DbRows *rows, Group *out, GError **error)
{
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) ? problem_set(error, PROBLEM_NOT_FOUND, "There is no such group")
                                : false;
    row_read(rows, 0, &group_fields, out, ROW_COPY);
    return true;
}

bool group_load(Db *db, const Uuid *viewer, const Uuid *id, Group *out, GError **error)
{
    g_autoptr(DbRows) rows = db_query(db, error, load_sql(), db_uuid(viewer), db_uuid(id));
    return read_row(rows, out, error);
}

bool group_row_load(Db *db, const Uuid *id, Group *out, GError **error)
{
    const char *sql = db_intern("SELECT %s FROM leads_group g WHERE g.id = $1",
                                group_row_columns());
    g_autoptr(DbRows) rows = db_query(db, error, sql, db_uuid(id));
    return read_row(rows, out, error);
}

bool group_lock(Db *db, const Uuid *id, Group *out, GError **error)
{
    return (db_engine(db) == DB_ENGINE_SQLITE ||
            db_exec(db, error, "SELECT id FROM leads_group WHERE id = $1 FOR NO KEY UPDATE",
                    db_uuid(id))) &&
           group_row_load(db, id, out, error);
}

static const char role_sql[] =
    "SELECT role FROM membership WHERE group_id = $1 AND account = $2 AND state = 1";

bool group_role(Db *db, const Uuid *group, const Uuid *account, GroupRole *role, GError **error)
{
    g_autoptr(DbRows) rows = db_query(db, error, role_sql, db_uuid(group), db_uuid(account));
    *role = rows && db_next(rows, error) ? (GroupRole)db_get_int(rows, 0) : (GroupRole)0;
    return rows && (*role || db_rows_ok(rows));
}

bool group_need(Call *call, const Uuid *group, unsigned rights, GError **error)
{
    g_auto(Group) seen = { 0 };
    if (!group_load(call->db, &call->principal.account, group, &seen, error))
        return false;
    if (!seen.role)
        return problem_set(error, PROBLEM_FORBIDDEN, "Only members of the group may do this");
    return (group_rights(seen.role) & rights) == rights ||
           problem_set(error, PROBLEM_FORBIDDEN, "Your role in the group does not allow this");
}

bool group_need_members(Call *call, const Uuid *group, bool *inside, GError **error)
{
    g_auto(Group) seen = { 0 };
    if (!group_load(call->db, &call->principal.account, group, &seen, error))
        return false;
    *inside = seen.role;
    return *inside || seen.input.directory == DIRECTORY_PUBLIC ||
           seen.state == GROUP_SUSPENDED || /* then it is an administrator */
           problem_set(error, PROBLEM_FORBIDDEN,
                       "Who the members are is told to members of the group only");
}

static const char share_sql[] = GROUP_SHARE("$1", "$2");

bool group_members_are(Db *db, const Uuid *a, const Uuid *b, bool *share, GError **error)
{
    g_autoptr(DbRows) rows = db_query(db, error, share_sql, db_uuid(a), db_uuid(b));
    *share = rows && db_next(rows, error);
    return rows && (*share || db_rows_ok(rows));
}

bool group_need_active(const Group *group, GError **error)
{
    if (group->state == GROUP_ACTIVE)
        return true;
    return problem_set(error, PROBLEM_GROUP_STATE, "The group is %s",
                       group->state == GROUP_DRAFT       ? "being set up"
                       : group->state == GROUP_SUSPENDED ? "suspended: it has no leader"
                                                         : "closed");
}

const char *group_hot_sql(const Db *db, int i)
{
    switch (i) {
    case 0:
        return load_sql();
    case 1:
        return group_all_sql(group_columns());
    case 2:
        return group_mine_sql(group_columns());
    case 3:
        return role_sql;
    case 4:
        return share_sql;
    default:
        return NULL;
    }
}
