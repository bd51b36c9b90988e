/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/cache_shared.h"

#include "base/text.h"
#include "client/cache_row.h"
#include "db/row.h"

#define COLUMNS_MAX 64 /* of one table */

static const char *shared_columns(const FeedType *type)
{
    return db_intern("%s, %sscope, generation", row_columns(type->fields, NULL),
                     type->folded ? "name_key, " : "");
}

static const char *put_sql(const FeedType *type)
{
    const char *columns = shared_columns(type);
    g_auto(GStrv) names = g_strsplit(columns, ", ", -1);
    g_autoptr(GString) marks = g_string_new(NULL), sets = g_string_new(NULL);
    for (int i = 0; names[i]; i++) {
        g_string_append_printf(marks, "%s$%d", i ? ", " : "", i + 1);
        g_string_append_printf(sets, "%s%s = excluded.%s", i ? ", " : "", names[i], names[i]);
    }
    return db_intern("INSERT INTO %s (%s) VALUES (%s) ON CONFLICT (scope, id) DO UPDATE SET %s"
                     " WHERE excluded.rev >= %s.rev OR excluded.generation <> %s.generation",
                     type->table, columns, marks->str, sets->str, type->table, type->table);
}

static const Uuid *id_of(const FeedType *type, const void *object)
{
    return field_at(field_find(type->fields, "id"), object);
}

static char *folded(const FeedType *type, const void *object)
{
    const char *text = *(char **)field_at(field_find(type->fields, type->folded), object);
    return text_name_key(text ? text : "");
}

static bool put_row(CacheWriter *writer, const FeedType *type, const Source *source,
                    const void *object, GError **error)
{
    DbValue values[COLUMNS_MAX];
    g_assert(row_n_columns(type->fields) + 3 <= COLUMNS_MAX);
    g_ptr_array_set_size(writer->strings, 0);
    size_t n = row_values(type->fields, object, values, writer->strings);
    if (type->folded) {
        char *key = folded(type, object);
        g_ptr_array_add(writer->strings, key);
        values[n++] = db_text(key);
    }
    values[n++] = db_uuid(&source->scope);
    values[n++] = db_int(source->generation);
    return db_exec_values(writer->db, error, NULL, put_sql(type), values, n);
}

static bool is_here(CacheWriter *writer, const FeedType *type, const Uuid *scope, const Uuid *id,
                    bool *here, GError **error)
{
    gint64 n = 0;
    const char *sql = db_intern("SELECT count(*) FROM %s WHERE scope = $1 AND id = $2",
                                type->table);
    bool ok = db_get_one_int(writer->db, error, &n, sql, db_uuid(scope), db_uuid(id));
    *here = n > 0;
    return ok;
}

/* Before the row is written. */
static bool note_news(CacheWriter *writer, const FeedType *type, const Source *source,
                      const void *object, GError **error)
{
    bool known = false;
    if (!source->complete || !type->is_news || !type->is_news(writer, &source->scope, object))
        return true;
    return is_here(writer, type, &source->scope, id_of(type, object), &known, error) &&
           (known || db_exec(writer->db, error,
                             "INSERT INTO arrival (id) VALUES ($1) ON CONFLICT (id) DO NOTHING",
                             db_uuid(id_of(type, object))));
}

bool shared_put(CacheWriter *writer, const FeedType *type, const Source *source,
                const JsonNode *data, GError **error)
{
    g_autofree void *object = g_malloc0(type->fields->size);
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    json_decode(data, type->fields, object, JSON_REPLY, "#", &errors);
    g_hash_table_remove(writer->gone, id_of(type, object));
    bool ok = uuid_is_nil(id_of(type, object)) || (note_news(writer, type, source, object, error) &&
                                                   put_row(writer, type, source, object, error));
    fields_clear(type->fields, object);
    writer->changed |= type->changed;
    return ok;
}

bool shared_remove(CacheWriter *writer, const FeedType *type, const Uuid *scope, const Uuid *id,
                   GError **error)
{
    writer->changed |= type->changed;
    g_hash_table_add(writer->gone, g_memdup2(id, sizeof *id));
    return db_exec(writer->db, error,
                   db_intern("DELETE FROM %s WHERE scope = $1 AND id = $2", type->table),
                   db_uuid(scope), db_uuid(id));
}

bool shared_answer(CacheWriter *writer, const FeedType *type, const Source *source,
                   const JsonNode *data, bool again, GError **error)
{
    const char *text = json_text(json_member(data, "id"));
    bool removed = false, here = true;
    Uuid id;
    if (!text || !uuid_parse(text, &id) || g_hash_table_contains(writer->gone, &id))
        return true;
    if (json_bool(json_member(data, "removed"), &removed) && removed)
        return shared_remove(writer, type, &source->scope, &id, error);
    if (again && !is_here(writer, type, &source->scope, &id, &here, error))
        return false;
    return !here || shared_put(writer, type, source, data, error);
}

static bool sweep(CacheWriter *writer, const FeedType *type, const Uuid *scope, gint64 generation,
                  GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        writer->db, error,
        db_intern("DELETE FROM %s WHERE scope = $1 AND generation < $2 RETURNING id", type->table),
        db_uuid(scope), db_int(generation));
    while (rows && db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0);
        g_hash_table_add(writer->gone, g_memdup2(&id, sizeof id));
        writer->changed |= type->changed;
    }
    return rows && db_rows_ok(rows);
}

bool shared_sweep(CacheWriter *writer, const Uuid *scope, gint64 generation, GError **error)
{
    for (const FeedType *type = feed_types; type->name; type++)
        if (type->table && !sweep(writer, type, scope, generation, error))
            return false;
    return true;
}

bool shared_forget(CacheWriter *writer, const Uuid *scope, GError **error)
{
    for (const FeedType *type = feed_types; type->name; type++) {
        if (!type->table)
            continue;
        writer->changed |= type->changed;
        bool ok = scope ? db_exec(writer->db, error,
                                  db_intern("DELETE FROM %s WHERE scope = $1", type->table),
                                  db_uuid(scope))
                        : db_exec(writer->db, error, db_intern("DELETE FROM %s", type->table));
        if (!ok)
            return false;
    }
    return true;
}
