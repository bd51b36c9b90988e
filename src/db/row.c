/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/row.h"

#include <string.h>

#include "base/memo.h"
#include "db/driver.h"

typedef enum CellKind {
    CELL_TEXT,
    CELL_UUID,
    CELL_INT,  /* gint64, no unset */
    CELL_TIME, /* gint64, 0 is NULL */
    CELL_ENUM, /* int, 0 is NULL */
    CELL_BOOL,
    CELL_CURRENCY, /* char[4], "" is NULL */
    CELL_AMOUNT,   /* gint64, NULL with its currency */
    CELL_LIST,
} CellKind;

typedef struct Cell {
    guint32 offset; /* from the start of the whole object */
    CellKind kind;
} Cell;

/* A statement made for a table: kept, so that it is built once. */
typedef struct Made Made;
struct Made {
    const char *sql_table, *key; /* key NULL: plain INSERT */
    const char *sql;
    Made *next;
};

/* The flat list of a table's columns, nested objects resolved. */
typedef struct Plan {
    const FieldTable *table;
    GArray *cells;    /* Cell */
    GPtrArray *names; /* of the columns; owned */
    Made *made;       /* newest first; only ever added to */
    GMutex lock;      /* of adding */
} Plan;

static Memo plans;

/* ---- making the plan */

static void add_cell(Plan *plan, const char *prefix, const char *name, const char *suffix,
                     size_t offset, CellKind kind)
{
    Cell cell = { .offset = (guint32)offset, .kind = kind };
    g_array_append_val(plan->cells, cell);
    g_ptr_array_add(plan->names, g_strconcat(prefix, name, suffix, NULL));
}

static CellKind kind_of(FieldType type)
{
    switch (type) {
    case FIELD_TEXT:
    case FIELD_PHONE:
    case FIELD_EMAIL:
        return CELL_TEXT;
    case FIELD_UUID:
        return CELL_UUID;
    case FIELD_TIME:
        return CELL_TIME;
    case FIELD_ENUM:
    case FIELD_SET:
        return CELL_ENUM;
    case FIELD_BOOL:
        return CELL_BOOL;
    case FIELD_INT:
        return CELL_INT;
    case FIELD_LIST:
        return CELL_LIST;
    case FIELD_MONEY:
    case FIELD_OBJECT:
        break;
    }
    g_assert_not_reached();
}

static void add_table(Plan *plan, const FieldTable *table, const char *prefix, size_t base)
{
    for (const Field *field = table->fields; field < table->fields + table->n_fields; field++) {
        if (field->flags & FIELD_NO_SQL)
            continue;
        const char *name = field->column ? field->column : field->name;
        size_t offset = base + field->offset;
        if (field->type == FIELD_OBJECT) {
            g_autofree char *inner = field->column ? g_strconcat(prefix, field->column, NULL)
                                                   : g_strconcat(prefix, name, "_", NULL);
            add_table(plan, field->object, inner, offset);
        } else if (field->type == FIELD_MONEY) {
            add_cell(plan, prefix, name, "_amount", offset + offsetof(Money, amount), CELL_AMOUNT);
            add_cell(plan, prefix, name, "_currency", offset + offsetof(Money, currency),
                     CELL_CURRENCY);
        } else {
            add_cell(plan, prefix, name, "", offset, kind_of(field->type));
        }
    }
}

static gpointer plan_make(const void *key)
{
    Plan *plan = g_new0(Plan, 1);
    plan->table = key;
    plan->cells = g_array_new(FALSE, FALSE, sizeof(Cell));
    plan->names = g_ptr_array_new();
    g_mutex_init(&plan->lock);
    add_table(plan, plan->table, "", 0);
    return plan;
}

static Plan *plan_of(const FieldTable *table)
{
    return memo_get(&plans, table, plan_make);
}

/* ---- columns */

int row_n_columns(const FieldTable *table)
{
    return (int)plan_of(table)->cells->len;
}

const char *row_columns(const FieldTable *table, const char *alias)
{
    const Plan *plan = plan_of(table);
    g_autoptr(GString) out = g_string_new(NULL);
    for (guint i = 0; i < plan->names->len; i++) {
        const char *name = g_ptr_array_index(plan->names, i);
        g_string_append_printf(out, "%s%s%s%s", i ? ", " : "", alias ? alias : "", alias ? "." : "",
                               name);
    }
    return g_intern_string(out->str);
}

/* ---- object to values */

static DbValue list_value(char **list, GPtrArray *strings)
{
    if (!list)
        return db_null();
    char *joined = g_strjoinv("\n", list);
    g_ptr_array_add(strings, joined);
    return db_text(joined);
}

static DbValue cell_value(const Cell *cell, const char *object, GPtrArray *strings)
{
    const void *at = object + cell->offset;
    switch (cell->kind) {
    case CELL_TEXT:
        return db_text(*(char *const *)at);
    case CELL_UUID:
        return db_uuid(at);
    case CELL_INT:
        return db_int(*(const gint64 *)at);
    case CELL_TIME:
        return db_time(*(const gint64 *)at);
    case CELL_ENUM:
        return db_time(*(const int *)at);
    case CELL_BOOL:
        return db_int(*(const bool *)at);
    case CELL_AMOUNT:
        return money_is_set((const void *)((const char *)at - offsetof(Money, amount)))
                   ? db_int(*(const gint64 *)at)
                   : db_null();
    case CELL_CURRENCY:
        return *(const char *)at ? db_text(at) : db_null();
    case CELL_LIST:
        return list_value(*(char **const *)at, strings);
    }
    g_assert_not_reached();
}

size_t row_values(const FieldTable *table, const void *object, DbValue *values, GPtrArray *strings)
{
    const Plan *plan = plan_of(table);
    const Cell *cells = (const Cell *)plan->cells->data;
    for (guint i = 0; i < plan->cells->len; i++)
        values[i] = cell_value(&cells[i], object, strings);
    return plan->cells->len;
}

/* ---- row to object */

static void read_currency(const char *text, char out[static 4])
{
    if (text && strlen(text) == 3)
        memcpy(out, text, 4);
}

void row_read(const DbRows *rows, int first, const FieldTable *table, void *object,
              RowOwnership ownership)
{
    const Plan *plan = plan_of(table);
    const Cell *cells = (const Cell *)plan->cells->data;
    const DbDriver *driver = rows->driver;
    memset(object, 0, table->size);
    for (int i = 0; i < (int)plan->cells->len; i++) {
        void *at = (char *)object + cells[i].offset;
        int column = first + i;
        const char *text;
        switch (cells[i].kind) {
        case CELL_TEXT:
            text = driver->get_text(rows, column);
            *(const char **)at = ownership == ROW_COPY ? g_strdup(text) : text;
            break;
        case CELL_UUID:
            driver->get_uuid(rows, column, at);
            break;
        case CELL_INT:
        case CELL_TIME:
        case CELL_AMOUNT:
            *(gint64 *)at = driver->get_int(rows, column);
            break;
        case CELL_ENUM:
            *(int *)at = (int)driver->get_int(rows, column);
            break;
        case CELL_BOOL:
            *(bool *)at = driver->get_int(rows, column) != 0;
            break;
        case CELL_CURRENCY:
            read_currency(driver->get_text(rows, column), at);
            break;
        case CELL_LIST:
            text = driver->get_text(rows, column);
            *(char ***)at = text && ownership == ROW_COPY ? g_strsplit(text, "\n", -1) : NULL;
            break;
        }
    }
}

/* ---- statements made of a table */

static void append_parameters(GString *out, guint n)
{
    for (guint i = 1; i <= n; i++)
        g_string_append_printf(out, "%s$%u", i > 1 ? ", " : "", i);
}

/* The column of the key may be several: "account, key". */
static bool in_key(const char *key, const char *name)
{
    g_auto(GStrv) parts = g_strsplit_set(key, ", ", -1);
    return g_strv_contains((const char *const *)parts, name);
}

static const char *build_insert(const Plan *plan, const char *sql_table, const char *key)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_string_append_printf(out, "INSERT INTO %s (%s) VALUES (", sql_table,
                           row_columns(plan->table, NULL));
    append_parameters(out, plan->names->len);
    g_string_append_c(out, ')');
    if (key) {
        g_string_append_printf(out, " ON CONFLICT (%s) DO UPDATE SET ", key);
        const char *comma = "";
        for (guint i = 0; i < plan->names->len; i++) {
            const char *name = g_ptr_array_index(plan->names, i);
            if (in_key(key, name))
                continue;
            g_string_append_printf(out, "%s%s = excluded.%s", comma, name, name);
            comma = ", ";
        }
    }
    return g_intern_string(out->str);
}

static const Made *find_made(Plan *plan, const char *sql_table, const char *key)
{
    for (const Made *made = g_atomic_pointer_get(&plan->made); made; made = made->next)
        if (strcmp(made->sql_table, sql_table) == 0 && g_strcmp0(made->key, key) == 0)
            return made;
    return NULL;
}

static const char *insert_sql(Plan *plan, const char *sql_table, const char *key)
{
    const Made *found = find_made(plan, sql_table, key);
    if (found)
        return found->sql;
    g_mutex_lock(&plan->lock);
    found = find_made(plan, sql_table, key);
    if (!found) {
        Made *made = g_new0(Made, 1);
        made->sql_table = g_intern_string(sql_table);
        made->key = g_intern_string(key);
        made->sql = build_insert(plan, sql_table, key);
        made->next = plan->made;
        g_atomic_pointer_set(&plan->made, made);
        found = made;
    }
    g_mutex_unlock(&plan->lock);
    return found->sql;
}

static bool insert(Db *db, bool later, const char *sql_table, const char *key,
                   const FieldTable *table, const void *object, GError **error)
{
    Plan *plan = plan_of(table);
    g_autoptr(GPtrArray) strings = g_ptr_array_new_with_free_func(g_free);
    g_autofree DbValue *values = g_new(DbValue, plan->cells->len);
    size_t n = row_values(table, object, values, strings);
    const char *sql = insert_sql(plan, sql_table, key);
    return later ? db_later_values(db, error, sql, values, n)
                 : db_exec_values(db, error, NULL, sql, values, n);
}

bool row_insert(Db *db, const char *sql_table, const FieldTable *table, const void *object,
                GError **error)
{
    return insert(db, false, sql_table, NULL, table, object, error);
}

bool row_insert_later(Db *db, const char *sql_table, const FieldTable *table, const void *object,
                      GError **error)
{
    return insert(db, true, sql_table, NULL, table, object, error);
}

bool row_upsert(Db *db, const char *sql_table, const char *key, const FieldTable *table,
                const void *object, GError **error)
{
    return insert(db, false, sql_table, key, table, object, error);
}
