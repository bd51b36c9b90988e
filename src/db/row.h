/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows <-> model through the field tables. Columns are the table's fields in order; MONEY gives two, OBJECT its own
 * with the prefix, NO_SQL none. Nobody writes a column list by hand.
 */
#pragma once

#include "base/field.h"
#include "db/db.h"

/* Number of columns of a table. */
int row_n_columns(const FieldTable *table);

/* "id, rev, ..., lead_value_amount" - with an alias: "r.id, r.rev, ...". Interned. */
const char *row_columns(const FieldTable *table, const char *alias);

/* Appends the values of an object in column order: to bind. Returns their number; room for row_n_columns(). LIST fields
 * are joined into text owned by `strings`. */
size_t row_values(const FieldTable *table, const void *object, DbValue *values, GPtrArray *strings);

/* Reads columns first... of the current row. The object is overwritten (not freed). COPY: strings are the object's own
 * (fields_clear() it). BORROW: they belong to the row until the next db_next(): never clear it; LIST fields stay unset. */
typedef enum RowOwnership { ROW_COPY, ROW_BORROW } RowOwnership;
void row_read(const DbRows *rows, int first, const FieldTable *table, void *object,
              RowOwnership ownership);

/* INSERT all columns (later: as db_later() does); upsert: ON CONFLICT (key) DO UPDATE all others. */
bool row_insert(Db *db, const char *sql_table, const FieldTable *table, const void *object,
                GError **error);
bool row_insert_later(Db *db, const char *sql_table, const FieldTable *table, const void *object,
                      GError **error);
bool row_upsert(Db *db, const char *sql_table, const char *key, const FieldTable *table,
                const void *object, GError **error);
